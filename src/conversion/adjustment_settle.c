/*
 * Making a sale what its adjustments say: the amounts that it gave back, each commission's
 * clawback, and all that follows from it. The state is computed anew from the whole set each time,
 * and what is written is the difference, guarded by conversion.adjusted.
 *
 *   lock: commissions → sale        (as the approval does)
 *   read: Σ adjustments, items, commissions
 *   write: sale → items → entry → commissions, each with event, entry, outbox → ledger
 */
#include "base/json.h"
#include "commission/commission_terms.h"
#include "conversion/adjustment_internal.h"
#include "outbox/outbox.h"

enum { COMMISSIONS_MAX = 20, MERGES_MAX = 8, LINE_NAMES_MAX = 5000 };

/* Locking ------------------------------------------------------------------------------------ */

DB_SQL(adjustment_lock_commissions,
       "SELECT id FROM commission WHERE conversion = ? ORDER BY id LIMIT 20 FOR UPDATE");
#define SELECT_SALE                                                                                \
    "SELECT pid, brand, mode, program, version, gross, base, refunded_base, refunded_gross,"       \
    " refunds, adjusted, unit, status, attribution_no, partnership, link, country, merged_into"    \
    " FROM conversion WHERE id = ?"
DB_SQL(adjustment_lock_conversion, SELECT_SALE " FOR UPDATE");
DB_SQL(adjustment_read_conversion, SELECT_SALE);
DB_SQL(adjustment_read_terms,
       "SELECT b.tz, v.settings FROM brand b JOIN program_version v ON v.id = ? WHERE b.id = ?");

static enum db_status read_one(struct db *db, struct arena *arena, const struct db_sql *sql,
                               uint64_t id, struct adjusted_sale *sale, uint64_t *merged_into)
{
    struct db_rows *row;
    enum db_status status = db_get_one(db, arena, sql, DB_ARGS(db_u64(id)), &row);
    if (status != DB_OK)
        return status;
    *sale = (struct adjusted_sale){.id = id,
                                   .pid = db_col_uuid(row, 0),
                                   .brand = db_col_u64(row, 1),
                                   .mode = db_col_text(row, 2),
                                   .program = db_col_u64(row, 3),
                                   .version = db_col_u64(row, 4),
                                   .money = {db_col_i64(row, 5), db_col_i64(row, 6)},
                                   .refunded_base = db_col_i64(row, 7),
                                   .refunded_gross = db_col_i64(row, 8),
                                   .refunds = (uint32_t)db_col_u64(row, 9),
                                   .adjusted = (uint32_t)db_col_u64(row, 10),
                                   .unit = db_col_text(row, 11),
                                   .status = db_col_text(row, 12),
                                   .attribution_no = (uint32_t)db_col_u64(row, 13),
                                   .partnership = db_col_u64(row, 14),
                                   .link = db_col_u64(row, 15),
                                   .country = db_col_text(row, 16)};
    *merged_into = db_col_u64(row, 17);
    return DB_OK;
}

static enum db_status lock_one(struct db *db, struct arena *arena, uint64_t id,
                               struct adjusted_sale *sale, uint64_t *merged_into)
{
    struct db_rows *row = db_query(db, arena, &adjustment_lock_commissions, DB_ARGS(db_u64(id)));
    enum db_status status = db_rows_status(row);
    return status == DB_OK ? read_one(db, arena, &adjustment_lock_conversion, id, sale, merged_into)
                           : status;
}

static enum db_status read_terms(struct db *db, struct arena *arena, struct adjusted_sale *sale)
{
    struct db_rows *row;
    struct program_settings settings;
    enum db_status status = db_get_one(db, arena, &adjustment_read_terms,
                                       DB_ARGS(db_u64(sale->version), db_u64(sale->brand)), &row);
    if (status != DB_OK)
        return status;
    CHECK(program_settings_read(arena, db_col_text(row, 1), &settings)); /* we stored it */
    sale->zone = db_col_cstr(row, 0);
    sale->full_clawback = settings.clawback == PROGRAM_CLAWBACK_FULL;
    return DB_OK;
}

enum db_status adjustment_lock_sale(struct db *db, struct arena *arena, uint64_t conversion,
                                    struct adjusted_sale *sale)
{
    uint64_t next = conversion;
    enum db_status status = DB_OK;
    for (int i = 0; i < MERGES_MAX && next != 0 && status == DB_OK; i++)
        status = lock_one(db, arena, next, sale, &next);
    return status == DB_OK ? read_terms(db, arena, sale) : status;
}

/* Summing ------------------------------------------------------------------------------------ */

#define SIGNED(what)                                                                               \
    "CAST(LEAST(GREATEST(COALESCE(SUM(" what                                                       \
    " * IF(a.kind = 'restore', -1, 1)), 0), -9000000000000000), 9000000000000000) AS SIGNED)"
/* A refund in another currency than the sale's counts for nothing, whenever it came. */
#define IN_FORCE " WHERE a.conversion = ? AND a.unit IN ('', ?)"

DB_SQL(adjustment_sum,
       "SELECT " SIGNED("(a.extent = 'whole')") ", " SIGNED(
           "IF(a.extent = 'of_total', a.amount, 0)") ", " SIGNED("IF(a.extent = 'of_base', a.amount, 0)") ","
       " COUNT(IF(a.kind <> 'restore' AND a.extent <> 'nothing', 1, NULL)),"
       " COUNT(IF(a.extent = 'lines', 1, NULL)),"
       " COUNT(IF(a.kind = 'chargeback' AND a.extent <> 'nothing', 1, NULL))"
       " FROM adjustment a" IN_FORCE);
DB_SQL(
    adjustment_sum_lines,
    "SELECT l.line_ref, l.sku, " SIGNED("IF(l.base >= 0, l.base, 0)") ", " SIGNED("IF(l.base < 0, l.quantity, 0)") ", " SIGNED(
        "(l.base < 0 AND l.quantity = 0)") " FROM adjustment a JOIN adjustment_line l ON l.adjustment = a.id AND l.phase = a.phase" IN_FORCE
                                           " AND a.extent = 'lines' GROUP BY l.line_ref, l.sku LIMIT 5001");
DB_SQL(adjustment_select_items,
       "SELECT line, line_ref, sku, quantity, base, refunded FROM conversion_item"
       " WHERE conversion = ? ORDER BY line LIMIT 500");

enum db_status adjustment_read_items(struct db *db, struct arena *arena, uint64_t conversion,
                                     struct adjustment_item **items, size_t *n)
{
    struct db_rows *rows =
        db_query(db, arena, &adjustment_select_items, DB_ARGS(db_u64(conversion)));
    *items = arena_array(arena, db_rows_count(rows) + 1, sizeof **items);
    *n = 0;
    while (db_next(rows))
        (*items)[(*n)++] = (struct adjustment_item){.line = (uint32_t)db_col_u64(rows, 0),
                                                    .line_ref = db_col_text(rows, 1),
                                                    .sku = db_col_text(rows, 2),
                                                    .quantity = (uint32_t)db_col_u64(rows, 3),
                                                    .base = db_col_i64(rows, 4),
                                                    .stored = db_col_i64(rows, 5)};
    return db_rows_status(rows);
}

/* All that is read before anything is written. */
struct settling {
    struct db *db;
    struct arena *arena;
    const struct adjusted_sale *sale;
    const struct adjustment_cause *cause;
    const char *reason;
    int64_t now_us;
    struct adjustment_sums sums;
    struct adjustment_item *items;
    size_t n_items;
    struct adjustment_state state;
    struct clawback *commissions;
    size_t n_commissions;
};

static enum db_status sum_lines(struct settling *s, struct adjustment_line_sum **lines, size_t *n)
{
    struct db_rows *rows = db_query(s->db, s->arena, &adjustment_sum_lines,
                                    DB_ARGS(db_u64(s->sale->id), db_text(s->sale->unit)));
    *lines = arena_array(s->arena, db_rows_count(rows) + 1, sizeof **lines);
    while (db_next(rows))
        (*lines)[(*n)++] = (struct adjustment_line_sum){.line_ref = db_col_text(rows, 0),
                                                        .sku = db_col_text(rows, 1),
                                                        .told = db_col_i64(rows, 2),
                                                        .quantity = db_col_i64(rows, 3),
                                                        .wholes = db_col_i64(rows, 4)};
    if (db_rows_status(rows) != DB_OK)
        return db_rows_status(rows);
    return *n <= LINE_NAMES_MAX ? DB_OK : DB_FAILED; /* ten times what one order may have */
}

static enum db_status read_state(struct settling *s)
{
    struct db_rows *row;
    struct adjustment_line_sum *lines = NULL;
    size_t n = 0;
    enum db_status status = db_get_one(s->db, s->arena, &adjustment_sum,
                                       DB_ARGS(db_u64(s->sale->id), db_text(s->sale->unit)), &row);
    if (status != DB_OK)
        return status;
    s->sums = (struct adjustment_sums){.wholes = db_col_i64(row, 0),
                                       .of_total = db_col_i64(row, 1),
                                       .of_base = db_col_i64(row, 2),
                                       .takes = (uint32_t)db_col_i64(row, 3),
                                       .has_lines = db_col_i64(row, 4) > 0,
                                       .chargebacks = (uint32_t)db_col_i64(row, 5)};
    /* Lines may have been refunded before, and be no more: a phase took that back. */
    status = adjustment_read_items(s->db, s->arena, s->sale->id, &s->items, &s->n_items);
    if (status == DB_OK && s->sums.has_lines)
        status = sum_lines(s, &lines, &n);
    if (status == DB_OK)
        s->state = adjustment_state_of(&s->sale->money, &s->sums, lines, n, s->items, s->n_items);
    return status;
}

/* Commissions -------------------------------------------------------------------------------- */

struct clawback {
    uint64_t id, partner, partnership;
    struct uuid pid;
    struct sv recipient;
    struct unit unit;
    struct ledger_split whole, before, after;
    struct sv status;
    const char *new_status;
    bool is_approved; /* its money left the holdback, whatever its status is now */
    uint32_t version;
};

DB_SQL(adjustment_select_commissions,
       "SELECT m.id, m.pid, m.recipient, m.unit, COALESCE(u.exponent, 0), m.partner,"
       " m.partnership, m.amount - m.fee_partner, m.fee_partner, m.fee_brand, m.clawed,"
       " m.clawed_fee_partner, m.clawed_fee_brand, m.status, m.approved_us, m.paid, m.version"
       " FROM commission m LEFT JOIN unit u ON u.code = m.unit"
       " WHERE m.conversion = ? AND m.attribution_no = ? ORDER BY m.id LIMIT 20");

static bool is_one_of(struct sv status, const char *a, const char *b)
{
    return sv_eq_cstr(status, a) || sv_eq_cstr(status, b);
}

static bool split_eq(struct ledger_split a, struct ledger_split b)
{
    return ledger_split_is_zero(ledger_split_minus(a, b));
}

/* Where it goes on once nothing takes all of it. */
static const char *standing_status(const struct clawback *m, int64_t paid)
{
    if (paid > 0 && paid >= m->whole.payout)
        return "paid";
    return m->is_approved ? "approved" : "pending";
}

/* A currency, or a unit of our own with its exponent in the next column. */
static struct unit read_unit(const struct db_rows *row, unsigned column)
{
    struct unit unit = {.exponent = (uint8_t)db_col_u64(row, column + 1)};
    struct sv code = db_col_text(row, column);
    CHECK(code.n < UNIT_CODE_SIZE);
    if (!unit_find_currency(code, &unit))
        memcpy(unit.code, code.p, code.n);
    return unit;
}

static struct clawback read_clawback(const struct settling *s, const struct db_rows *row)
{
    struct clawback m = {.id = db_col_u64(row, 0),
                         .pid = db_col_uuid(row, 1),
                         .recipient = db_col_text(row, 2),
                         .unit = read_unit(row, 3),
                         .partner = db_col_u64(row, 5),
                         .partnership = db_col_u64(row, 6),
                         .whole = {db_col_i64(row, 7), db_col_i64(row, 8), db_col_i64(row, 9)},
                         .before = {db_col_i64(row, 10), db_col_i64(row, 11), db_col_i64(row, 12)},
                         .status = db_col_text(row, 13),
                         .is_approved = db_col_i64(row, 14) > 0 ||
                                        is_one_of(db_col_text(row, 13), "approved", "paid"),
                         .version = (uint32_t)db_col_u64(row, 16)};
    bool takes_all = s->state.is_whole || (s->sale->full_clawback && s->state.is_refunded);
    m.after = takes_all ? m.whole
                        : ledger_clawed(m.whole, s->sale->money.base, s->state.refunded_base,
                                        s->sale->full_clawback);
    m.new_status = takes_all ? "reversed" : standing_status(&m, db_col_i64(row, 15));
    return m;
}

/* Nothing moves for one that was rejected, or reversed by hand: it holds nothing any more. */
static bool may_move(const struct clawback *m)
{
    if (sv_eq_cstr(m->status, "rejected"))
        return false;
    return !sv_eq_cstr(m->status, "reversed") || split_eq(m->before, m->whole);
}

static enum db_status read_commissions(struct settling *s)
{
    struct db_rows *rows = db_query(s->db, s->arena, &adjustment_select_commissions,
                                    DB_ARGS(db_u64(s->sale->id), db_u64(s->sale->attribution_no)));
    s->commissions = arena_array(s->arena, COMMISSIONS_MAX, sizeof *s->commissions);
    while (db_next(rows)) {
        struct clawback m = read_clawback(s, rows);
        if (may_move(&m) && (!split_eq(m.before, m.after) || !sv_eq_cstr(m.status, m.new_status)))
            s->commissions[s->n_commissions++] = m;
    }
    return db_rows_status(rows);
}

/* Writing ------------------------------------------------------------------------------------ */

DB_SQL(
    adjustment_move_conversion,
    "UPDATE conversion SET refunded_base = refunded_base + ?, refunded_gross = refunded_gross + ?,"
    " refunds = ?, adjusted = adjusted + 1, status = ?, updated_us = ?"
    " WHERE id = ? AND adjusted = ?");
DB_SQL(adjustment_move_item,
       "UPDATE conversion_item SET refunded = refunded + ? WHERE conversion = ? AND line = ?");
DB_SQL(adjustment_move_commission,
       "UPDATE commission SET approved_us = IF(approved_us = 0 AND status IN ('approved', 'paid'),"
       " updated_us, approved_us), clawed = clawed + ?,"
       " clawed_fee_partner = clawed_fee_partner + ?, clawed_fee_brand = clawed_fee_brand + ?,"
       " status = ?, version = version + 1, updated_us = ? WHERE id = ? AND version = ?");
DB_SQL(adjustment_insert_event,
       "INSERT INTO commission_event (commission, seq, from_status, to_status, actor_kind, actor,"
       " reason, note, at_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
DB_SQL(adjustment_insert_entry,
       "INSERT INTO refund_entry (conversion, seq, commission, brand, mode, day, unit, program,"
       " partnership, link, country, adjustment, refunds, gross, base, payout, fee_partner,"
       " fee_brand, at_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
DB_SQL(adjustment_insert_delta,
       "INSERT INTO rollup_delta (brand, mode, day, unit, program, partnership, link, country,"
       " refunds, refunded, refunded_base, clawed_commission, clawed_earned)"
       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

/* One line of what this change moved; the rollup counts the same. */
struct entry {
    uint64_t commission, partnership, link;
    struct sv unit;
    int64_t refunds, gross, base;
    struct ledger_split back;
};

static enum db_status put_entry(const struct settling *s, const struct entry *e)
{
    const struct adjusted_sale *c = s->sale;
    int64_t day = clock_local_date(s->now_us, c->zone);
    if (e->refunds == 0 && e->gross == 0 && e->base == 0 && ledger_split_is_zero(e->back))
        return DB_OK;
    enum db_status status =
        db_exec(s->db, &adjustment_insert_entry,
                DB_ARGS(db_u64(c->id), db_u64(c->adjusted + 1), db_u64(e->commission),
                        db_u64(c->brand), db_text(c->mode), db_i64(day), db_text(e->unit),
                        db_u64(c->program), db_u64(e->partnership), db_u64(e->link),
                        db_text(c->country), db_u64(s->cause->adjustment), db_i64(e->refunds),
                        db_i64(e->gross), db_i64(e->base), db_i64(e->back.payout),
                        db_i64(e->back.fee_partner), db_i64(e->back.fee_brand), db_i64(s->now_us)),
                NULL);
    if (status != DB_OK)
        return status;
    return db_exec(s->db, &adjustment_insert_delta,
                   DB_ARGS(db_u64(c->brand), db_text(c->mode), db_i64(day), db_text(e->unit),
                           db_u64(c->program), db_u64(e->partnership), db_u64(e->link),
                           db_text(c->country), db_i64(e->refunds), db_i64(e->gross),
                           db_i64(e->base),
                           db_i64(e->back.payout + e->back.fee_partner + e->back.fee_brand),
                           db_i64(e->back.payout)),
                   NULL);
}

DB_SQL(adjustment_select_stale,
       "SELECT f.commission, f.unit, f.partnership, f.link, CAST(SUM(f.payout) AS SIGNED),"
       " CAST(SUM(f.fee_partner) AS SIGNED), CAST(SUM(f.fee_brand) AS SIGNED) FROM refund_entry f"
       " JOIN commission m ON m.id = f.commission WHERE f.conversion = ? AND m.attribution_no <> ?"
       " GROUP BY f.commission, f.unit, f.partnership, f.link"
       " HAVING SUM(f.payout) <> 0 OR SUM(f.fee_partner) <> 0 OR SUM(f.fee_brand) <> 0 LIMIT 20");

/* What was taken of a commission that is replaced by another: reports count the other's. */
static enum db_status take_back_stale(const struct settling *s)
{
    enum db_status status = DB_OK;
    if (s->sale->attribution_no <= 1)
        return DB_OK;
    struct db_rows *rows = db_query(s->db, s->arena, &adjustment_select_stale,
                                    DB_ARGS(db_u64(s->sale->id), db_u64(s->sale->attribution_no)));
    while (status == DB_OK && db_next(rows)) {
        struct entry e = {
            .commission = db_col_u64(rows, 0),
            .unit = db_col_text(rows, 1),
            .partnership = db_col_u64(rows, 2),
            .link = db_col_u64(rows, 3),
            .back = {-db_col_i64(rows, 4), -db_col_i64(rows, 5), -db_col_i64(rows, 6)}};
        status = put_entry(s, &e);
    }
    return status == DB_OK ? db_rows_status(rows) : status;
}

/* The partner's commission says what lists show of the sale. */
static struct sv sale_status(const struct settling *s)
{
    for (size_t i = 0; i < s->n_commissions; i++)
        if (sv_eq(s->commissions[i].recipient, SV("partner")))
            return sv_from(s->commissions[i].new_status);
    return s->sale->status;
}

static enum db_status move_sale(const struct settling *s, struct sv status_text)
{
    const struct adjusted_sale *c = s->sale;
    struct entry e = {.partnership = c->partnership,
                      .link = c->link,
                      .unit = c->unit,
                      .refunds = (int64_t)s->sums.takes - (int64_t)c->refunds,
                      .gross = s->state.refunded_gross - c->refunded_gross,
                      .base = s->state.refunded_base - c->refunded_base};
    enum db_status status = db_exec_one(
        s->db, &adjustment_move_conversion,
        DB_ARGS(db_i64(e.base), db_i64(e.gross), db_u64(s->sums.takes), db_text(status_text),
                db_i64(s->now_us), db_u64(c->id), db_u64(c->adjusted)));
    if (status != DB_OK)
        return status == DB_NO_ROW ? DB_RETRY : status; /* another adjustment came first */
    for (size_t i = 0; i < s->n_items && status == DB_OK; i++) {
        const struct adjustment_item *item = &s->items[i];
        if (item->refunded != item->stored)
            status = db_exec_one(
                s->db, &adjustment_move_item,
                DB_ARGS(db_i64(item->refunded - item->stored), db_u64(c->id), db_u64(item->line)));
    }
    if (status == DB_OK)
        status = put_entry(s, &e);
    return status == DB_OK ? take_back_stale(s) : status;
}

/* Of the outbox row commission.updated: ids and codes. */
static struct sv payload_of(const struct settling *s, const struct clawback *m)
{
    char commission[UUID_TEXT_SIZE], conversion[UUID_TEXT_SIZE];
    struct buf b = buf_new(s->arena, 1024);
    uuid_format(commission, m->pid);
    uuid_format(conversion, s->sale->pid);
    buf_printf(&b,
               "{\"commission\":\"%s\",\"conversion\":\"%s\",\"recipient\":\"" SV_FMT
               "\",\"status\":\"%s\",\"reason\":\"%s\",\"changes\":{",
               commission, conversion, SV_ARG(m->recipient), m->new_status, s->reason);
    if (!sv_eq_cstr(m->status, m->new_status))
        buf_printf(&b, "\"status\":[\"" SV_FMT "\",\"%s\"],", SV_ARG(m->status), m->new_status);
    buf_printf(&b, "\"payout\":[%" PRId64 ",%" PRId64 "]},\"payout\":%" PRId64 ",\"unit\":",
               m->whole.payout - m->before.payout, m->whole.payout - m->after.payout,
               m->whole.payout - m->after.payout);
    json_put_string(&b, sv_from(m->unit.code));
    buf_putc(&b, '}');
    CHECK(!b.overflow);
    return buf_sv(&b);
}

static enum db_status tell(const struct settling *s, const struct clawback *m)
{
    const struct adjustment_cause *why = s->cause;
    struct outbox_row row = {.source_kind = "commission",
                             .source = m->id,
                             .kind = "commission.updated",
                             .seq = m->version + 1,
                             .brand = s->sale->brand,
                             .test_mode = sv_eq(s->sale->mode, SV("test")),
                             .payload = payload_of(s, m)};
    enum db_status status = db_exec(
        s->db, &adjustment_insert_event,
        DB_ARGS(db_u64(m->id), db_u64(m->version + 1), db_text(m->status), db_cstr(m->new_status),
                db_cstr(why->by_user != 0 ? "user" : "door"), db_u64(why->by_user),
                db_cstr(s->reason), db_text(why->note), db_i64(s->now_us)),
        NULL);
    return status == DB_OK ? outbox_put(s->db, &row) : status;
}

static enum db_status move_commission(const struct settling *s, const struct clawback *m)
{
    struct ledger_split delta = ledger_split_minus(m->after, m->before);
    struct entry e = {.commission = m->id,
                      .partnership = m->partnership,
                      .link = s->sale->link,
                      .unit = sv_from(m->unit.code),
                      .back = delta};
    enum db_status status = db_exec_one(
        s->db, &adjustment_move_commission,
        DB_ARGS(db_i64(delta.payout), db_i64(delta.fee_partner), db_i64(delta.fee_brand),
                db_cstr(m->new_status), db_i64(s->now_us), db_u64(m->id), db_u64(m->version)));
    if (status != DB_OK)
        return status == DB_NO_ROW ? DB_RETRY : status; /* it was approved, or changed, meanwhile */
    status = tell(s, m);
    return status == DB_OK ? put_entry(s, &e) : status;
}

static enum db_status post(const struct settling *s, const struct clawback *m)
{
    struct ledger_transfer transfer;
    struct ledger_posting posting;
    struct ledger_case c = {
        .source = m->id,
        .seq = m->version + 1, /* each change of a commission has one: no two refunds share it */
        .brand = s->sale->brand,
        .mode = sv_eq(s->sale->mode, SV("test")) ? LEDGER_TEST : LEDGER_LIVE,
        .partner = m->partner,
        .unit = m->unit,
        .business_us = s->now_us};
    enum ledger_stage stage = m->is_approved ? LEDGER_STAGE_APPROVED : LEDGER_STAGE_PENDING;
    switch (ledger_build_refund(&c, stage, m->before, m->after, &transfer)) {
    case LEDGER_NOTHING:
        return DB_OK;
    case LEDGER_OUT_OF_RANGE:
        return DB_FAILED;
    case LEDGER_BUILT:
        break;
    }
    enum db_status status = ledger_post(s->db, s->arena, &transfer, &posting);
    return status == DB_ROLLBACK ? DB_FAILED : status; /* a balance out of its range */
}

DB_SQL(adjustment_read_answer,
       "SELECT m.unit, COALESCE(u.exponent, 0), m.clawed FROM commission m"
       " LEFT JOIN unit u ON u.code = m.unit WHERE m.conversion = ? AND m.attribution_no = ?"
       " AND m.recipient = 'partner' ORDER BY m.id LIMIT 1");

static enum db_status fill_settled(const struct settling *s, struct sv status_text,
                                   struct adjustment_settled *out)
{
    struct db_rows *row;
    *out = (struct adjustment_settled){.state = s->state, .status = status_text};
    enum db_status status =
        db_get_one(s->db, s->arena, &adjustment_read_answer,
                   DB_ARGS(db_u64(s->sale->id), db_u64(s->sale->attribution_no)), &row);
    if (status != DB_OK)
        return status == DB_NO_ROW ? DB_OK : status; /* nobody earns by it, or not yet */
    out->clawed = db_col_i64(row, 2);
    out->commission_unit = read_unit(row, 0);
    return DB_OK;
}

enum db_status adjustment_read_settled(struct db *db, struct arena *arena,
                                       const struct adjusted_sale *sale,
                                       struct adjustment_settled *settled)
{
    struct settling s = {.db = db, .arena = arena, .sale = sale};
    s.state.refunded_base = sale->refunded_base;
    s.state.refunded_gross = sale->refunded_gross;
    return fill_settled(&s, sale->status, settled);
}

static const char *reason_of(const struct settling *s)
{
    if (s->cause->reason)
        return s->cause->reason;
    if (s->sums.chargebacks > 0)
        return adjustment_kind_text(ADJUSTMENT_CHARGEBACK);
    return adjustment_kind_text(s->sums.takes > 0 ? ADJUSTMENT_REFUND : ADJUSTMENT_RESTORE);
}

enum db_status adjustment_settle_sale(struct db *db, struct arena *arena,
                                      const struct adjusted_sale *sale,
                                      const struct adjustment_cause *cause,
                                      struct adjustment_settled *settled)
{
    struct settling *s = ARENA_NEW(arena, struct settling);
    *s = (struct settling){
        .db = db, .arena = arena, .sale = sale, .cause = cause, .now_us = clock_business_us()};
    enum db_status status = read_state(s);
    if (status == DB_OK)
        status = read_commissions(s);
    if (status != DB_OK)
        return status;
    struct sv status_text = sale_status(s);
    s->reason = reason_of(s);
    status = move_sale(s, status_text);
    for (size_t i = 0; i < s->n_commissions && status == DB_OK; i++)
        status = move_commission(s, &s->commissions[i]);
    if (status == DB_OK)
        status = fill_settled(s, status_text, settled);
    settled->settling = s;
    return status;
}

enum db_status adjustment_post_settled(const struct adjustment_settled *settled)
{
    const struct settling *s = settled->settling;
    enum db_status status = DB_OK;
    for (size_t i = 0; i < s->n_commissions && status == DB_OK; i++)
        status = post(s, &s->commissions[i]);
    return status;
}

static bool items_differ(const struct settling *s)
{
    for (size_t i = 0; i < s->n_items; i++)
        if (s->items[i].refunded != s->items[i].stored)
            return true;
    return false;
}

enum db_status adjustment_find_fault(struct db *db, struct arena *arena, uint64_t conversion,
                                     const char **fault)
{
    struct adjusted_sale sale;
    struct adjustment_cause cause = {0};
    uint64_t merged_into;
    struct settling s = {.db = db, .arena = arena, .sale = &sale, .cause = &cause};
    *fault = NULL;
    enum db_status status =
        read_one(db, arena, &adjustment_read_conversion, conversion, &sale, &merged_into);
    if (status == DB_OK)
        status = read_terms(db, arena, &sale);
    if (status == DB_OK)
        status = read_state(&s);
    if (status == DB_OK)
        status = read_commissions(&s);
    if (status != DB_OK)
        return status;
    if (merged_into != 0)
        *fault = "an adjustment counts for a sale that is merged into another";
    else if (sale.refunded_base != s.state.refunded_base ||
             sale.refunded_gross != s.state.refunded_gross || sale.refunds != s.sums.takes)
        *fault = "what a sale gave back is not the sum of its adjustments";
    else if (items_differ(&s))
        *fault = "a line gave back other than its adjustments say";
    else if (s.n_commissions > 0)
        *fault = "a commission was clawed back other than its sale says";
    return DB_OK;
}
