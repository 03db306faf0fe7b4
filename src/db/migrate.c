#include <mysqld_error.h>

#include "db/migrate.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "db/lease.h"
#include "db/migrate_file.h"

#define LEASE_FOR_US      (2 * CLOCK_MINUTE)
#define LEASE_WAIT_FOR_US (10 * CLOCK_MINUTE)

/* One run: what every step of it needs. */
struct migration {
    struct db *db;
    struct arena *arena;
    struct migrate_report *report;
    const char *holder;
};

static const char *const own_tables[] = {
    "CREATE TABLE IF NOT EXISTS schema_step ("
    " version INT UNSIGNED NOT NULL COMMENT 'number of the file',"
    " step INT UNSIGNED NOT NULL COMMENT 'statement in it, from 1',"
    " checksum BINARY(32) NOT NULL COMMENT 'of the statement',"
    " applied_us BIGINT NOT NULL COMMENT 'wire clock; 0: begun, and maybe done',"
    " PRIMARY KEY (version, step)) ENGINE=InnoDB COMMENT='Migrations applied'",
    "CREATE TABLE IF NOT EXISTS schema_lease ("
    " name VARCHAR(20) NOT NULL PRIMARY KEY,"
    " holder VARCHAR(120) NOT NULL,"
    " until_us BIGINT NOT NULL COMMENT 'wire clock') ENGINE=InnoDB"
    " COMMENT='The one migrator at work'",
};

static enum migrate_result db_failed(struct migration *m, const char *doing)
{
    m->report->detail = arena_printf(m->arena, "%s: %s", doing, db_last_error(m->db));
    return MIGRATE_DB_FAILED;
}

DB_SQL(make_lease,
       "INSERT IGNORE INTO schema_lease (name, holder, until_us)"
       " VALUES ('migrate', '', 0)");
DB_SQL(take_lease,
       "UPDATE schema_lease SET holder = ?, until_us = ?"
       " WHERE name = 'migrate' AND (until_us < ? OR holder = ?)");

/* Takes the lease, or makes ours last longer. */
static enum db_status hold_lease(struct migration *m)
{
    int64_t now_us = clock_wire_us();
    return db_exec_one(m->db, &take_lease,
                       DB_ARGS(db_cstr(m->holder), db_i64(now_us + LEASE_FOR_US), db_i64(now_us),
                               db_cstr(m->holder)));
}

static enum migrate_result wait_for_lease(struct migration *m)
{
    int64_t give_up_us = clock_monotonic_us() + LEASE_WAIT_FOR_US;
    if (db_exec(m->db, &make_lease, DB_NO_ARGS, NULL) != DB_OK)
        return db_failed(m, "making the lease");
    for (;;) {
        enum db_status status = hold_lease(m);
        if (status == DB_OK)
            return MIGRATE_OK;
        if (status != DB_NO_ROW)
            return db_failed(m, "taking the lease");
        if (clock_monotonic_us() > give_up_us) {
            m->report->detail = "another migrator has been at work for ten minutes";
            return MIGRATE_BUSY;
        }
        usleep(100 * 1000);
    }
}

DB_SQL(drop_lease,
       "UPDATE schema_lease SET holder = '', until_us = 0"
       " WHERE name = 'migrate' AND holder = ?");

static void release_lease(struct migration *m)
{
    /* Not released, it runs out by itself. */
    enum db_status status = db_exec(m->db, &drop_lease, DB_ARGS(db_cstr(m->holder)), NULL);
    if (status != DB_OK)
        log_line(LOG_WARN, "migrate_lease_kept", LOG_STR("why", db_last_error(m->db)));
}

DB_SQL(find_step, "SELECT checksum, applied_us FROM schema_step WHERE version = ? AND step = ?");

enum step_state { STEP_NEW, STEP_BEGUN, STEP_DONE, STEP_EDITED, STEP_UNREADABLE };

static enum step_state look_up_step(struct migration *m, unsigned version, unsigned step,
                                    const struct migrate_statement *statement)
{
    struct db_rows *row;
    enum db_status status =
        db_get_one(m->db, m->arena, &find_step, DB_ARGS(db_u64(version), db_u64(step)), &row);
    if (status == DB_NO_ROW)
        return STEP_NEW;
    if (status != DB_OK)
        return STEP_UNREADABLE;
    if (!sv_eq(db_col_text(row, 0),
               sv_of((const char *)statement->checksum, sizeof statement->checksum)))
        return db_col_i64(row, 1) ? STEP_EDITED : STEP_NEW;
    return db_col_i64(row, 1) ? STEP_DONE : STEP_BEGUN;
}

DB_SQL(note_step,
       "INSERT INTO schema_step (version, step, checksum, applied_us)"
       " VALUES (?, ?, ?, ?)"
       " ON DUPLICATE KEY UPDATE checksum = VALUES(checksum),"
       " applied_us = VALUES(applied_us)");

struct step {
    const struct migrate_statement *statement;
    unsigned version, no;
};

static enum db_status note(struct db *db, const struct step *step, int64_t applied_us)
{
    return db_exec(db, &note_step,
                   DB_ARGS(db_u64(step->version), db_u64(step->no),
                           db_bytes(step->statement->checksum, MIGRATE_CHECKSUM_SIZE),
                           db_i64(applied_us)),
                   NULL);
}

static bool writes_rows(const char *text)
{
    struct sv s = sv_trim(sv_from(text));
    return sv_eq_nocase(sv_sub(s, 0, 6), SV("INSERT")) ||
           sv_eq_nocase(sv_sub(s, 0, 6), SV("UPDATE")) ||
           sv_eq_nocase(sv_sub(s, 0, 6), SV("DELETE"));
}

static enum db_status write_and_note(struct db *db, void *context)
{
    const struct step *step = context;
    enum db_status status = db_exec_text(db, step->statement->text);
    return status == DB_OK ? note(db, step, clock_wire_us()) : status;
}

/* What a definition answers that was there already. */
static bool was_there(const struct db *db)
{
    static const unsigned answers[] = {
        ER_TABLE_EXISTS_ERROR,     ER_DUP_FIELDNAME,     ER_DUP_KEYNAME,
        ER_CANT_DROP_FIELD_OR_KEY, ER_SP_ALREADY_EXISTS, ER_BAD_TABLE_ERROR,
    };
    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        char number[16];
        int n = snprintf(number, sizeof number, "%u:", answers[i]);
        if (strncmp(db_last_error(db), number, (size_t)n) == 0)
            return true;
    }
    return false;
}

static enum db_status define_and_note(struct db *db, const struct step *step, bool begun_before)
{
    enum db_status status = note(db, step, 0);
    if (status == DB_OK)
        status = db_exec_text(db, "SET SESSION alter_algorithm = 'NOCOPY'");
    if (status == DB_OK)
        status = db_exec_text(db, step->statement->text);
    if (status == DB_FAILED && begun_before && was_there(db))
        status = DB_OK;
    return status == DB_OK ? note(db, step, clock_wire_us()) : status;
}

static enum migrate_result apply_step(struct migration *m, const struct step *step,
                                      const char *file)
{
    enum step_state state = look_up_step(m, step->version, step->no, step->statement);
    const char *where = arena_printf(m->arena, "%s, statement %u", file, step->no);
    if (state == STEP_UNREADABLE)
        return db_failed(m, where);
    if (state == STEP_DONE)
        return MIGRATE_OK;
    if (state == STEP_EDITED) {
        m->report->detail =
            arena_printf(m->arena,
                         "%s was changed after it had been applied. Restore it, and put the "
                         "change into a new migration.",
                         where);
        return MIGRATE_CHANGED_STEP;
    }
    if (hold_lease(m) != DB_OK)
        return db_failed(m, "keeping the lease");
    enum db_status status = writes_rows(step->statement->text)
                                ? db_tx_run(m->db, write_and_note, (void *)step)
                                : define_and_note(m->db, step, state == STEP_BEGUN);
    if (status != DB_OK)
        return db_failed(m, where);
    m->report->steps_applied++;
    return MIGRATE_OK;
}

static enum migrate_result apply_file(struct migration *m, const char *folder,
                                      const struct migrate_file *file)
{
    const char *why = NULL;
    struct migrate_statement *statements;
    size_t count;
    char *text = migrate_read_file(m->arena, folder, file->name, &why);
    if (!text || !migrate_split(m->arena, sv_from(text), &statements, &count, &why)) {
        m->report->detail = arena_printf(m->arena, "%s: %s", file->name, why);
        return MIGRATE_BAD_FILE;
    }
    for (size_t i = 0; i < count; i++) {
        struct step step = {&statements[i], file->version, (unsigned)i + 1};
        enum migrate_result result = apply_step(m, &step, file->name);
        if (result != MIGRATE_OK)
            return result;
    }
    m->report->version = file->version;
    return MIGRATE_OK;
}

static enum migrate_result apply_all(struct migration *m, const char *folder)
{
    struct migrate_file *files;
    size_t count;
    if (!migrate_list_files(m->arena, folder, &files, &count, &m->report->detail))
        return MIGRATE_BAD_FILE;
    for (size_t i = 0; i < count; i++) {
        enum migrate_result result = apply_file(m, folder, &files[i]);
        if (result != MIGRATE_OK)
            return result;
    }
    return MIGRATE_OK;
}

enum migrate_result migrate_run(struct db *db, struct arena *arena, const char *folder,
                                struct migrate_report *report)
{
    *report = (struct migrate_report){.detail = ""};
    struct migration m = {db, arena, report, lease_holder_name(arena)};
    for (size_t i = 0; i < COUNT_OF(own_tables); i++)
        if (db_exec_text(db, own_tables[i]) != DB_OK)
            return db_failed(&m, "making the tables of the migrations");
    enum migrate_result result = wait_for_lease(&m);
    if (result != MIGRATE_OK)
        return result;
    result = apply_all(&m, folder);
    release_lease(&m);
    return result;
}

struct sv migrate_account(struct arena *arena, const char *user, bool over_socket)
{
    struct buf b = buf_new(arena, 300);
    buf_putc(&b, '\'');
    for (const char *p = user; *p; p++) {
        if (*p == '\'' || *p == '\\')
            buf_putc(&b, *p);
        buf_putc(&b, *p);
    }
    buf_puts(&b, over_socket ? "'@'localhost'" : "'@'%'");
    CHECK(!b.overflow);
    return buf_sv(&b);
}

static const char *fill_in(struct arena *arena, const char *text, struct sv web, struct sv worker)
{
    struct buf b = buf_new(arena, strlen(text) + web.n + worker.n + 1);
    for (struct sv rest = sv_from(text); rest.n;) {
        struct sv account = sv_starts(rest, SV("{web}"))      ? web
                            : sv_starts(rest, SV("{worker}")) ? worker
                                                              : SV_NONE;
        if (account.n)
            buf_put(&b, account);
        else
            buf_putc(&b, rest.p[0]);
        rest = sv_from_index(rest, account.n ? (rest.p[3] == 'b' ? 5 : 8) : 1);
    }
    CHECK(!b.overflow);
    return buf_sv(&b).p;
}

enum migrate_result migrate_grant(struct db *db, struct arena *arena, const char *folder,
                                  struct sv web, struct sv worker, struct migrate_report *report)
{
    struct migration m = {db, arena, report, ""};
    struct migrate_statement *statements;
    size_t count;
    char *text = migrate_read_file(arena, folder, "grants.sql", &report->detail);
    if (!text || !migrate_split(arena, sv_from(text), &statements, &count, &report->detail))
        return MIGRATE_BAD_FILE;
    for (size_t i = 0; i < count; i++)
        if (db_exec_text(db, fill_in(arena, statements[i].text, web, worker)) != DB_OK)
            return db_failed(&m, arena_printf(arena, "grants.sql, statement %zu", i + 1));
    return MIGRATE_OK;
}

DB_SQL(has_schema,
       "SELECT COUNT(*) FROM information_schema.tables"
       " WHERE table_schema = DATABASE() AND table_name = 'schema_step'");

enum db_status migrate_current_version(struct db *db, struct arena *arena, unsigned *version)
{
    struct db_rows *row;
    *version = 0;
    enum db_status status = db_get_one(db, arena, &has_schema, DB_NO_ARGS, &row);
    if (status != DB_OK || db_col_u64(row, 0) == 0)
        return status;
    row = db_query_text(db, arena,
                        "SELECT COALESCE(MAX(version), 0) FROM schema_step WHERE applied_us > 0",
                        DB_NO_ARGS);
    if (db_next(row))
        *version = (unsigned)db_col_u64(row, 0);
    return db_rows_status(row);
}
