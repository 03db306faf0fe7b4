#include "base/clock.h"
#include "claim/claim.h"
#include "conversion/conversion.h"
#include "outbox/outbox.h"

/* Reading ---------------------------------------------------------------------------------- */

#define CLAIM_SELECT                                                                               \
    "SELECT c.id, c.pid, s.pid, COALESCE(v.pid, REPEAT(CHAR(0), 16)), c.state, c.order_ref,"       \
    " c.message, c.note, t.handle, p.name, b.name, c.filed_us, c.decided_us"                       \
    " FROM claim c JOIN partnership s ON s.id = c.partnership JOIN partner t ON t.id = c.partner"  \
    " JOIN program p ON p.id = c.program JOIN brand b ON b.id = c.brand"                           \
    " LEFT JOIN conversion v ON v.id = c.conversion WHERE "

/* One more than a page: whether there is another. */
DB_SQL(claim_select_of_partner,
       CLAIM_SELECT "c.partner = ? AND c.id < ? ORDER BY c.id DESC LIMIT 51");
DB_SQL(claim_select_open_of_brand,
       CLAIM_SELECT "c.brand = ? AND c.state = 'open' AND c.id > ? ORDER BY c.id LIMIT 51");
DB_SQL(claim_select_answered_of_brand,
       CLAIM_SELECT "c.brand = ? AND c.state = ? AND c.id < ? ORDER BY c.id DESC LIMIT 51");

static const char *const state_texts[] = {
    [CLAIM_OPEN] = "open", [CLAIM_ACCEPTED] = "accepted", [CLAIM_DECLINED] = "declined"};

static enum claim_state state_of(struct sv text)
{
    for (size_t i = 0; i < COUNT_OF(state_texts); i++)
        if (sv_eq_cstr(text, state_texts[i]))
            return (enum claim_state)i;
    UNREACHABLE(); /* the column is an ENUM of these */
}

static enum db_status read_list(struct arena *arena, struct db_rows *row, struct claim_list *out)
{
    *out = (struct claim_list){.v = arena_array(arena, CLAIM_PAGE, sizeof *out->v)};
    while (db_next(row)) {
        out->more = out->n == CLAIM_PAGE;
        if (out->more)
            break;
        out->v[out->n++] = (struct claim){.id = db_col_u64(row, 0),
                                          .pid = db_col_uuid(row, 1),
                                          .partnership = db_col_uuid(row, 2),
                                          .conversion = db_col_uuid(row, 3),
                                          .state = state_of(db_col_text(row, 4)),
                                          .order_ref = db_col_text(row, 5),
                                          .message = db_col_text(row, 6),
                                          .note = db_col_text(row, 7),
                                          .handle = db_col_text(row, 8),
                                          .program_name = db_col_text(row, 9),
                                          .brand_name = db_col_text(row, 10),
                                          .filed_us = db_col_i64(row, 11),
                                          .decided_us = db_col_i64(row, 12)};
    }
    return db_rows_status(row);
}

enum db_status claim_list_of_partner(struct db *db, struct arena *arena, uint64_t partner,
                                     uint64_t before_id, struct claim_list *out)
{
    return read_list(arena,
                     db_query(db, arena, &claim_select_of_partner,
                              DB_ARGS(db_u64(partner), db_u64(before_id ? before_id : INT64_MAX))),
                     out);
}

enum db_status claim_list_of_brand(struct db *db, struct arena *arena, uint64_t brand,
                                   enum claim_state state, uint64_t from_id, struct claim_list *out)
{
    if (state == CLAIM_OPEN)
        return read_list(arena,
                         db_query(db, arena, &claim_select_open_of_brand,
                                  DB_ARGS(db_u64(brand), db_u64(from_id))),
                         out);
    return read_list(arena,
                     db_query(db, arena, &claim_select_answered_of_brand,
                              DB_ARGS(db_u64(brand), db_cstr(state_texts[state]),
                                      db_u64(from_id ? from_id : INT64_MAX))),
                     out);
}

static enum claim_result result_of(enum db_status status)
{
    if (status == DB_OK)
        return CLAIM_OK;
    return status == DB_NO_ROW ? CLAIM_NOT_FOUND : CLAIM_UNAVAILABLE;
}

/* Filing ----------------------------------------------------------------------------------- */

DB_SQL(claim_find_partnership,
       "SELECT id, program, brand,"
       " (SELECT COUNT(*) FROM claim c WHERE c.partnership = s.id AND c.state = 'open')"
       " FROM partnership s WHERE pid = ? AND partner = ? AND mode = 'live'"
       " AND status IN ('active', 'paused')");
DB_SQL(claim_insert,
       "INSERT INTO claim (pid, partnership, program, brand, partner, order_ref, message, state,"
       " filed_us) VALUES (?, ?, ?, ?, ?, ?, ?, 'open', ?)");

struct filing {
    struct arena *arena;
    uint64_t partner;
    struct uuid partnership;
    struct sv order_ref, message;
    enum claim_result result;
};

static enum db_status file_body(struct db *db, void *context)
{
    struct filing *f = context;
    struct db_rows *row;
    struct uuid pid = uuid_v7(clock_business_us());
    enum db_status status = db_get_one(db, f->arena, &claim_find_partnership,
                                       DB_ARGS(db_uuid(&f->partnership), db_u64(f->partner)), &row);
    f->result = result_of(status);
    if (status != DB_OK)
        return status;
    if (db_col_u64(row, 3) >= CLAIM_OPEN_MAX) {
        f->result = CLAIM_TOO_MANY;
        return DB_ROLLBACK;
    }
    status = db_insert_unless_known(db, &claim_insert,
                                    DB_ARGS(db_uuid(&pid), db_u64(db_col_u64(row, 0)),
                                            db_u64(db_col_u64(row, 1)), db_u64(db_col_u64(row, 2)),
                                            db_u64(f->partner), db_text(f->order_ref),
                                            db_text(f->message), db_i64(clock_business_us())),
                                    NULL);
    if (status != DB_DUPLICATE)
        return status;
    f->result = CLAIM_KNOWN;
    return DB_ROLLBACK;
}

enum claim_result claim_file(struct db *db, struct arena *arena, uint64_t partner,
                             struct uuid partnership, struct sv order_ref, struct sv message)
{
    if (order_ref.n == 0 || order_ref.n > SALE_ORDER_REF_MAX)
        return CLAIM_NO_ORDER;
    if (message.n == 0 || message.n > CLAIM_MESSAGE_MAX)
        return CLAIM_NO_WORDS;
    struct filing f = {arena, partner, partnership, order_ref, message, CLAIM_OK};
    enum db_status status = db_tx_run(db, file_body, &f);
    return status == DB_OK || f.result != CLAIM_OK ? f.result : CLAIM_UNAVAILABLE;
}

/* Answering -------------------------------------------------------------------------------- */

DB_SQL(claim_find_open,
       "SELECT c.id, c.state, c.order_ref, s.id, t.kind, t.owner, p.name, b.name, c.program"
       " FROM claim c JOIN partnership s ON s.id = c.partnership JOIN partner t ON t.id = c.partner"
       " JOIN program p ON p.id = c.program JOIN brand b ON b.id = c.brand"
       " WHERE c.pid = ? AND c.brand = ?");
DB_SQL(claim_decide,
       "UPDATE claim SET state = ?, note = ?, conversion = ?, decided_us = ?, decided_by = ?"
       " WHERE id = ? AND state = 'open'");

struct answer {
    struct arena *arena;
    uint64_t brand, by_user;
    enum claim_state state;
    struct sv note;
    uint64_t claim, conversion;
    const struct db_rows *row; /* claim_find_open's */
};

static enum db_status answer_body(struct db *db, void *context)
{
    const struct answer *a = context;
    enum db_status status =
        db_exec_one(db, &claim_decide,
                    DB_ARGS(db_cstr(state_texts[a->state]), db_text(a->note), db_u64(a->conversion),
                            db_i64(clock_business_us()), db_u64(a->by_user), db_u64(a->claim)));
    if (status == DB_NO_ROW)
        return DB_ROLLBACK; /* answered meanwhile */
    if (status != DB_OK || !sv_eq_cstr(db_col_text(a->row, 4), "person"))
        return status;
    return outbox_put_mail(db, a->arena,
                           &(struct outbox_mail){.source_kind = "claim",
                                                 .source = a->claim,
                                                 .kind = a->state == CLAIM_ACCEPTED
                                                             ? "mail.claim_accepted"
                                                             : "mail.claim_declined",
                                                 .seq = 1,
                                                 .brand = a->brand,
                                                 .user = db_col_u64(a->row, 5),
                                                 .args = {{"program", db_col_text(a->row, 6)},
                                                          {"brand", db_col_text(a->row, 7)},
                                                          {"order", db_col_text(a->row, 2)},
                                                          {"note", a->note}},
                                                 .args_count = 4});
}

static enum claim_result find_open(struct db *db, struct answer *a, struct uuid claim)
{
    struct db_rows *row;
    enum db_status status = db_get_one(db, a->arena, &claim_find_open,
                                       DB_ARGS(db_uuid(&claim), db_u64(a->brand)), &row);
    if (status != DB_OK)
        return result_of(status);
    if (state_of(db_col_text(row, 1)) != CLAIM_OPEN)
        return CLAIM_DECIDED;
    a->claim = db_col_u64(row, 0);
    a->row = row;
    return CLAIM_OK;
}

static enum claim_result write_answer(struct db *db, struct answer *a)
{
    switch (db_tx_run(db, answer_body, a)) {
    case DB_OK:
        return CLAIM_OK;
    case DB_ROLLBACK:
        return CLAIM_DECIDED;
    default:
        return CLAIM_UNAVAILABLE;
    }
}

enum claim_result claim_decline(struct db *db, struct arena *arena, uint64_t brand,
                                struct uuid claim, struct sv note, uint64_t by_user)
{
    struct answer a = {
        .arena = arena, .brand = brand, .by_user = by_user, .state = CLAIM_DECLINED, .note = note};
    enum claim_result result = find_open(db, &a, claim);
    if (result != CLAIM_OK)
        return result;
    return note.n == 0 || note.n > CLAIM_NOTE_MAX ? CLAIM_NO_WORDS : write_answer(db, &a);
}

/* By the shop's own number, as a key or as it is shown. */
DB_SQL(claim_find_sale,
       "SELECT c.id, c.pid FROM conversion_key k JOIN conversion c ON c.id = k.conversion"
       " WHERE k.brand = ? AND k.mode = 'live' AND k.scope IN (0, ?) AND k.kind = 'order'"
       " AND k.value = ?"
       " UNION SELECT id, pid FROM conversion WHERE brand = ? AND mode = 'live' AND order_ref = ?"
       " AND program = ? AND merged_into = 0 LIMIT 1");

static enum claim_result attach(struct db *db, struct answer *a)
{
    struct db_rows *sale;
    uint64_t program = db_col_u64(a->row, 8);
    struct sv order = db_col_text(a->row, 2);
    enum db_status status = db_get_one(db, a->arena, &claim_find_sale,
                                       DB_ARGS(db_u64(a->brand), db_u64(program), db_text(order),
                                               db_u64(a->brand), db_text(order), db_u64(program)),
                                       &sale);
    if (status == DB_NO_ROW)
        return CLAIM_NO_SALE;
    if (status != DB_OK)
        return CLAIM_UNAVAILABLE;
    a->conversion = db_col_u64(sale, 0);
    switch (conversion_reattribute(db, a->arena, a->brand, db_col_uuid(sale, 1),
                                   db_col_u64(a->row, 3), SV("Your claim was accepted."),
                                   a->by_user)) {
    case CONVERSION_ATTACHED:
    case CONVERSION_ATTACH_SAME: /* also: attached by a try that broke off before its answer */
        return CLAIM_OK;
    case CONVERSION_ATTACH_NO_SALE:
        return CLAIM_NO_SALE;
    case CONVERSION_ATTACH_NO_PARTNER:
        return CLAIM_NO_PARTNER;
    case CONVERSION_ATTACH_PAID:
    case CONVERSION_ATTACH_SETTLED:
        return CLAIM_LOCKED;
    case CONVERSION_ATTACH_UNAVAILABLE:
        return CLAIM_UNAVAILABLE;
    }
    UNREACHABLE();
}

enum claim_result claim_accept(struct db *db, struct arena *arena, uint64_t brand,
                               struct uuid claim, uint64_t by_user)
{
    struct answer a = {.arena = arena,
                       .brand = brand,
                       .by_user = by_user,
                       .state = CLAIM_ACCEPTED,
                       .note = SV("")};
    enum claim_result result = find_open(db, &a, claim);
    if (result == CLAIM_OK)
        result = attach(db, &a);
    return result == CLAIM_OK ? write_answer(db, &a) : result;
}
