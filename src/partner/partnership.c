/* The moves of a partnership: applying, and what the brand decides. */
#include "base/clock.h"
#include "click/linkmap.h"
#include "outbox/outbox.h"
#include "partner/partner_internal.h"

/* ---- applying
 * ------------------------------------------------------------------------------------ */

DB_SQL(find_applicant, "SELECT status, handle FROM partner WHERE id = ?");
DB_SQL(find_open_program,
       "SELECT id, brand FROM program WHERE pid = ? AND status = 'active' AND listed = 1");
DB_SQL(find_application,
       "SELECT id, pid, status, version_no FROM partnership WHERE program = ? AND partner = ?");
DB_SQL(insert_partnership,
       "INSERT INTO partnership (pid, program, brand, partner, slug, mode, status, message, "
       "applied_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
DB_SQL(apply_again,
       "UPDATE partnership SET status = 'applied', message = ?, reason = '', note = '', "
       "applied_us = ?, decided_us = 0, decided_by = 0 WHERE id = ? AND status = 'declined'");

enum { SLUG_TRIES = 8 };

struct application {
    struct arena *arena;
    uint64_t partner;
    struct uuid program;
    struct sv message;
    struct uuid partnership;
    enum partner_result result;
};

static enum db_status refuse_application(struct application *job, enum partner_result result)
{
    job->result = result;
    return DB_ROLLBACK;
}

/* A slug is the handle's; where that is taken in the program, with a few characters behind it. */
static enum db_status insert_with_slug(struct db *db, const struct partner_link_owner *owner,
                                       struct uuid pid, const char *slug, const char *status_text,
                                       struct sv message, uint64_t *id)
{
    enum db_status status = DB_DUPLICATE;
    for (int i = 0; i < SLUG_TRIES && status == DB_DUPLICATE; i++) {
        char value[PARTNER_SLUG_SIZE], mark[5];
        id_code(mark, 4);
        if (i == 0)
            snprintf(value, sizeof(value), "%s", slug);
        else
            snprintf(value, sizeof(value), "%.50s-%.4s", slug, mark);
        status = db_insert_unless_known(
            db, &insert_partnership,
            DB_ARGS(db_uuid(&pid), db_u64(owner->program), db_u64(owner->brand),
                    db_u64(owner->partner), db_cstr(value), partner_mode(owner->test_mode),
                    db_cstr(status_text), db_text(message), db_i64(clock_business_us())),
            id);
    }
    return status;
}

static enum db_status apply_once_more(struct db *db, struct application *job,
                                      const struct db_rows *known)
{
    if (!sv_eq_cstr(db_col_text(known, 2), "declined"))
        return refuse_application(job, PARTNER_ALREADY);
    job->partnership = db_col_uuid(known, 1);
    enum db_status status = db_exec_one(
        db, &apply_again,
        DB_ARGS(db_text(job->message), db_i64(clock_business_us()), db_u64(db_col_u64(known, 0))));
    return status == DB_NO_ROW ? refuse_application(job, PARTNER_ALREADY) : status;
}

static enum db_status apply(struct db *db, void *context)
{
    struct application *job = context;
    struct db_rows *applicant, *program, *known;
    enum db_status status =
        db_get_one(db, job->arena, &find_applicant, DB_ARGS(db_u64(job->partner)), &applicant);
    if (status != DB_OK)
        return status;
    if (!sv_eq_cstr(db_col_text(applicant, 0), "active"))
        return refuse_application(job, PARTNER_SUSPENDED);
    status =
        db_get_one(db, job->arena, &find_open_program, DB_ARGS(db_uuid(&job->program)), &program);
    if (status != DB_OK)
        return status;
    struct partner_link_owner owner = {.program = db_col_u64(program, 0),
                                       .brand = db_col_u64(program, 1),
                                       .partner = job->partner};
    status = db_get_one(db, job->arena, &find_application,
                        DB_ARGS(db_u64(owner.program), db_u64(job->partner)), &known);
    if (status == DB_OK)
        return apply_once_more(db, job, known);
    if (status != DB_NO_ROW)
        return status;
    char slug[PARTNER_SLUG_SIZE];
    uint64_t id;
    partner_make_slug(slug, db_col_text(applicant, 1));
    job->partnership = uuid_v7(clock_business_us());
    return insert_with_slug(db, &owner, job->partnership, slug, "applied", job->message, &id);
}

enum partner_result partner_apply(struct db *db, struct arena *arena, uint64_t partner,
                                  struct uuid program, struct sv message, struct uuid *partnership)
{
    if (message.n > PARTNER_MESSAGE_MAX)
        return PARTNER_TOO_LONG;
    struct application job = {
        .arena = arena, .partner = partner, .program = program, .message = message};
    enum db_status status = db_tx_run(db, apply, &job);
    if (status == DB_ROLLBACK)
        return job.result;
    *partnership = job.partnership;
    return partner_result_of(status);
}

/* ---- deciding
 * ------------------------------------------------------------------------------------- */

/*
 * One row an arrow of the header's drawing: from which states, to which, and what the partner is
 * told. `from` is compared in the UPDATE itself, so two managers can't both decide.
 */
static const struct {
    const char *to, *from, *also_from, *mail;
    bool needs_reason;
} moves[] = {
    [PARTNER_ACCEPT] = {"active", "applied", "applied", "mail.application_accepted", false},
    [PARTNER_DECLINE] = {"declined", "applied", "applied", "mail.application_declined", true},
    [PARTNER_PAUSE] = {"paused", "active", "active", "mail.partnership_paused", false},
    [PARTNER_RESUME] = {"active", "paused", "paused", "mail.partnership_resumed", false},
    [PARTNER_END] = {"ended", "active", "paused", "mail.partnership_ended", true},
};

DB_SQL(find_decided,
       "SELECT s.id, s.program, s.partner, s.mode, s.slug, t.handle, t.kind, t.owner, p.name, "
       "b.name FROM partnership s JOIN partner t ON t.id = s.partner "
       "JOIN program p ON p.id = s.program JOIN brand b ON b.id = s.brand "
       "WHERE s.pid = ? AND s.brand = ?");
DB_SQL(decide_partnership,
       "UPDATE partnership SET status = ?, reason = ?, note = ?, decided_us = ?, decided_by = ?, "
       "decision_no = decision_no + 1 WHERE id = ? AND status IN (?, ?)");
DB_SQL(find_decision_no, "SELECT decision_no FROM partnership WHERE id = ?");

struct decision {
    struct arena *arena;
    uint64_t brand;
    struct uuid partnership;
    const struct partner_ruling *ruling;
};

static enum db_status tell_partner(struct db *db, const struct decision *job,
                                   const struct db_rows *row)
{
    if (!sv_eq_cstr(db_col_text(row, 6), "person"))
        return DB_OK; /* nobody reads a test creator's mail */
    struct db_rows *number;
    enum db_status status =
        db_get_one(db, job->arena, &find_decision_no, DB_ARGS(db_u64(db_col_u64(row, 0))), &number);
    if (status != DB_OK)
        return status;
    struct outbox_mail mail = {.source_kind = "partnership",
                               .source = db_col_u64(row, 0),
                               .kind = moves[job->ruling->decision].mail,
                               .seq = (uint32_t)db_col_u64(number, 0),
                               .brand = job->brand,
                               .user = db_col_u64(row, 7),
                               .args = {{"program", db_col_text(row, 8)},
                                        {"brand", db_col_text(row, 9)},
                                        {"note", job->ruling->note}},
                               .args_count = 3};
    return outbox_put_mail(db, job->arena, &mail);
}

static enum db_status decide(struct db *db, void *context)
{
    struct decision *job = context;
    const struct partner_ruling *ruling = job->ruling;
    struct db_rows *row;
    enum db_status status =
        db_get_one(db, job->arena, &find_decided,
                   DB_ARGS(db_uuid(&job->partnership), db_u64(job->brand)), &row);
    if (status != DB_OK)
        return status;
    struct partner_link_owner owner = {.partnership = db_col_u64(row, 0),
                                       .program = db_col_u64(row, 1),
                                       .brand = job->brand,
                                       .partner = db_col_u64(row, 2),
                                       .test_mode = sv_eq_cstr(db_col_text(row, 3), "test")};
    status = db_exec_one(
        db, &decide_partnership,
        DB_ARGS(db_cstr(moves[ruling->decision].to), db_text(ruling->reason), db_text(ruling->note),
                db_i64(clock_business_us()), db_u64(ruling->by_user), db_u64(owner.partnership),
                db_cstr(moves[ruling->decision].from), db_cstr(moves[ruling->decision].also_from)));
    if (status == DB_NO_ROW)
        return DB_ROLLBACK; /* it stands elsewhere */
    if (status == DB_OK && ruling->decision == PARTNER_ACCEPT)
        status = partner_insert_equipment(db, job->arena, &owner, db_col_text(row, 5),
                                          db_col_text(row, 4));
    if (status == DB_OK)
        status = linkmap_note_partnership(db, owner.partnership);
    return status == DB_OK ? tell_partner(db, job, row) : status;
}

enum partner_result partner_decide(struct db *db, struct arena *arena,
                                   const struct settings *settings, uint64_t brand,
                                   struct uuid partnership, const struct partner_ruling *ruling)
{
    CHECK((unsigned)ruling->decision < COUNT_OF(moves));
    if (ruling->note.n > PARTNER_NOTE_MAX || ruling->reason.n > 40)
        return PARTNER_TOO_LONG;
    if (moves[ruling->decision].needs_reason && ruling->reason.n == 0)
        return PARTNER_NO_REASON;
    struct decision job = {
        .arena = arena, .brand = brand, .partnership = partnership, .ruling = ruling};
    enum db_status status = db_tx_run(db, decide, &job);
    if (status == DB_ROLLBACK)
        return PARTNER_WRONG_STATE;
    if (status == DB_OK)
        linkmap_pull(db, settings->link_map_dir);
    return partner_result_of(status);
}

/* ---- the built-in test creator
 * --------------------------------------------------------------------- */

DB_SQL(find_test_creator, "SELECT id, handle FROM partner WHERE kind = 'test' AND owner = ?");
DB_SQL(insert_test_creator,
       "INSERT INTO partner (pid, kind, owner, handle, name, created_us) "
       "VALUES (?, 'test', ?, ?, 'Test creator', ?)");
DB_SQL(find_test_partnership, "SELECT id FROM partnership WHERE program = ? AND partner = ?");

struct test_creator {
    struct arena *arena;
    const struct program *program;
};

/* A '~' starts no person's handle, so the name is free. */
static enum db_status find_or_insert_creator(struct db *db, const struct test_creator *job,
                                             uint64_t *id)
{
    uint64_t brand = job->program->brand;
    struct db_rows *row;
    enum db_status status =
        db_get_one(db, job->arena, &find_test_creator, DB_ARGS(db_u64(brand)), &row);
    if (status == DB_OK)
        *id = db_col_u64(row, 0);
    if (status != DB_NO_ROW)
        return status;
    struct uuid pid = uuid_v7(clock_business_us());
    const char *handle = arena_printf(job->arena, "~test-%" PRIu64, brand);
    return db_insert(
        db, &insert_test_creator,
        DB_ARGS(db_uuid(&pid), db_u64(brand), db_cstr(handle), db_i64(clock_business_us())), id);
}

static enum db_status ensure_test(struct db *db, void *context)
{
    struct test_creator *job = context;
    struct partner_link_owner owner = {
        .program = job->program->id, .brand = job->program->brand, .test_mode = true};
    enum db_status status = find_or_insert_creator(db, job, &owner.partner);
    if (status != DB_OK)
        return status;
    struct db_rows *row;
    status = db_get_one(db, job->arena, &find_test_partnership,
                        DB_ARGS(db_u64(owner.program), db_u64(owner.partner)), &row);
    if (status != DB_NO_ROW)
        return status; /* it has one */
    status = insert_with_slug(db, &owner, uuid_v7(clock_business_us()), "test-creator", "active",
                              SV(""), &owner.partnership);
    return status == DB_OK
               ? partner_insert_equipment(db, job->arena, &owner, SV("TEST"), SV("test-creator"))
               : status;
}

enum partner_result partner_ensure_test(struct db *db, struct arena *arena,
                                        const struct settings *settings,
                                        const struct program *program)
{
    struct test_creator job = {.arena = arena, .program = program};
    enum db_status status = db_tx_run(db, ensure_test, &job);
    if (status == DB_DUPLICATE) /* somebody else made it at the same moment */
        status = DB_OK;
    if (status == DB_OK)
        linkmap_pull(db, settings->link_map_dir);
    return partner_result_of(status);
}
