/*
 * Changes of recorded sales. Rows are locked first, the sale before its
 * commissions; each change is guarded by the version that was read; what moves
 * money is collected and posted last.
 */
#include "conversion/conversion_change.h"

#include "base/json.h"
#include "conversion/adjustment.h"
#include "conversion/conversion_list_internal.h"
#include "conversion/flag.h"
#include "outbox/outbox.h"

/* Reading and locking -------------------------------------------------------------------------- */

DB_SQL(change_lock_sale,
       "SELECT pid, brand, program, version, merged_into, customer, campaign, mode,"
       " is_new_customer, ip_hash, event, door, door_rank, order_ref, country, gross, base,"
       " refunded_base, unit, occurred_us, received_us, attribution, attribution_no, partnership,"
       " method FROM conversion WHERE id = ? FOR UPDATE");

static enum attribution_method method_of(struct sv text)
{
    for (unsigned i = 0; i < ATTRIBUTION_METHOD_COUNT; i++)
        if (sv_eq_cstr(text, attribution_method_text((enum attribution_method)i)))
            return (enum attribution_method)i;
    return METHOD_NONE;
}

enum db_status sale_lock(struct db *db, struct arena *arena, uint64_t id, struct stored_sale *out)
{
    static const uint8_t no_ip[HASH_SIZE];
    struct db_rows *row;
    enum db_status status = db_get_one(db, arena, &change_lock_sale, DB_ARGS(db_u64(id)), &row);
    if (status != DB_OK)
        return status;
    *out = (struct stored_sale){.id = id,
                                .pid = db_col_uuid(row, 0),
                                .brand = db_col_u64(row, 1),
                                .program = db_col_u64(row, 2),
                                .version = db_col_u64(row, 3),
                                .merged_into = db_col_u64(row, 4),
                                .customer = db_col_u64(row, 5),
                                .campaign = db_col_u64(row, 6),
                                .test_mode = sv_eq(db_col_text(row, 7), SV("test")),
                                .is_new_customer = db_col_bool(row, 8),
                                .has_ip = memcmp(db_col_text(row, 9).p, no_ip, HASH_SIZE) != 0,
                                .rank = (unsigned)db_col_u64(row, 12),
                                .order_ref = db_col_text(row, 13),
                                .country = db_col_text(row, 14),
                                .gross = db_col_i64(row, 15),
                                .base = db_col_i64(row, 16),
                                .refunded_base = db_col_i64(row, 17),
                                .unit = sale_unit_of(db_col_text(row, 18)),
                                .occurred_us = db_col_i64(row, 19),
                                .received_us = db_col_i64(row, 20),
                                .is_awaiting = sv_eq(db_col_text(row, 21), SV("awaiting")),
                                .is_attributed = sv_eq(db_col_text(row, 21), SV("attributed")),
                                .attribution_no = (uint32_t)db_col_u64(row, 22),
                                .partnership = db_col_u64(row, 23),
                                .method = method_of(db_col_text(row, 24))};
    CHECK(sale_kind_find(db_col_text(row, 10), &out->kind));
    CHECK(sale_door_find(db_col_text(row, 11), &out->door));
    return DB_OK;
}

DB_SQL(change_lock_commissions,
       "SELECT m.id, m.pid, m.partner, m.recipient, m.unit, COALESCE(u.exponent, 0), m.amount,"
       " m.fee_partner, m.fee_brand, m.clawed, m.clawed_fee_partner, m.clawed_fee_brand, m.paid,"
       " m.status, m.dispute, m.version, JSON_VALUE(m.explanation, '$.own_no')"
       " FROM commission m LEFT JOIN unit u ON u.code = m.unit"
       " WHERE m.conversion = ? AND m.attribution_no = ? ORDER BY m.id LIMIT 8 FOR UPDATE");

static struct unit unit_of(struct sv code, uint64_t exponent)
{
    struct unit unit = sale_unit_of(code);
    struct unit currency;
    if (!unit_find_currency(code, &currency))
        unit.exponent = (uint8_t)exponent;
    return unit;
}

static struct stored_commission read_commission(const struct db_rows *row)
{
    struct stored_commission m = {.id = db_col_u64(row, 0),
                                  .pid = db_col_uuid(row, 1),
                                  .partner = db_col_u64(row, 2),
                                  .is_partners = sv_eq(db_col_text(row, 3), SV("partner")),
                                  .unit = unit_of(db_col_text(row, 4), db_col_u64(row, 5)),
                                  .whole = {.payout = db_col_i64(row, 6) - db_col_i64(row, 7),
                                            .fee_partner = db_col_i64(row, 7),
                                            .fee_brand = db_col_i64(row, 8)},
                                  .clawed = {.payout = db_col_i64(row, 9),
                                             .fee_partner = db_col_i64(row, 10),
                                             .fee_brand = db_col_i64(row, 11)},
                                  .paid = db_col_i64(row, 12),
                                  .status = db_col_text(row, 13),
                                  .is_disputed = sv_eq(db_col_text(row, 14), SV("open")),
                                  .version = (uint32_t)db_col_u64(row, 15)};
    uint64_t own_no = 0;
    if (sv_to_u64(db_col_text(row, 16), &own_no))
        m.own_no = (uint32_t)own_no;
    m.is_pending = sv_eq(m.status, SV("pending"));
    m.is_approved = sv_eq(m.status, SV("approved")) || sv_eq(m.status, SV("paid"));
    return m;
}

enum db_status sale_lock_commissions(struct db *db, struct arena *arena,
                                     const struct stored_sale *sale, struct stored_commissions *out)
{
    struct db_rows *rows = db_query(db, arena, &change_lock_commissions,
                                    DB_ARGS(db_u64(sale->id), db_u64(sale->attribution_no)));
    out->n = 0;
    while (db_next(rows))
        out->v[out->n++] = read_commission(rows);
    return db_rows_status(rows);
}

DB_SQL(change_find_own_rate,
       "SELECT rate_bp, flat FROM partnership_version WHERE partnership = ? AND no = ?");

enum db_status sale_find_own_rate(struct db *db, struct arena *arena, uint64_t partnership,
                                  uint32_t no, struct commission_rate *own)
{
    struct db_rows *row;
    *own = (struct commission_rate){0};
    if (no == 0)
        return DB_OK;
    enum db_status status = db_get_one(db, arena, &change_find_own_rate,
                                       DB_ARGS(db_u64(partnership), db_u64(no)), &row);
    if (status != DB_OK)
        return status == DB_NO_ROW ? DB_OK : status;
    if (!db_col_is_null(row, 0))
        *own = (struct commission_rate){.pay = COMMISSION_PERCENT,
                                        .rate_bp = (int32_t)db_col_u64(row, 0)};
    else if (!db_col_is_null(row, 1))
        *own = (struct commission_rate){.pay = COMMISSION_FLAT, .flat = db_col_i64(row, 1)};
    return DB_OK;
}

struct sale_event sale_event_of(const struct stored_sale *s)
{
    return (struct sale_event){.door = s->door,
                               .kind = s->kind,
                               .test_mode = s->test_mode,
                               .brand = s->brand,
                               .program = s->program,
                               .order_ref = s->order_ref,
                               .amount = s->gross,
                               .base = s->base,
                               .unit = s->unit,
                               .country = s->country,
                               .occurred_us = s->occurred_us,
                               .received_us = s->received_us};
}

enum db_status sale_open_stored(struct sale *sale, const struct stored_sale *stored,
                                struct sale_event *event)
{
    sale->event = event;
    sale->id = stored->id;
    sale->pid = stored->pid;
    sale->occurred_us = stored->occurred_us;
    sale->received_us = stored->received_us;
    sale->campaign = stored->campaign;
    sale->customer = stored->customer;
    sale->winner = ATTRIBUTION_NOBODY;
    return sale_find_program_version(sale, stored->program, stored->version);
}

/* Counting --------------------------------------------------------------------------------- */

/* As ROLLUP_DIFFERENCE of report/rollup.c recomputes a day. */
DB_SQL(change_count_sale,
       "INSERT INTO rollup_delta (brand, mode, day, unit, program, partnership, link, country,"
       " sales, gross) SELECT brand, mode, local_date, unit, program, partnership, link, country,"
       " ?, ? * gross FROM conversion WHERE id = ? AND attribution <> 'awaiting'"
       " AND merged_into = 0");
DB_SQL(change_count_commissions,
       "INSERT INTO rollup_delta (brand, mode, day, unit, program, partnership, link, country,"
       " commission, earned) SELECT c.brand, c.mode, c.local_date, m.unit, c.program,"
       " c.partnership, c.link, c.country, ? * (m.amount + m.fee_brand),"
       " ? * (m.amount - m.fee_partner) FROM conversion c JOIN commission m"
       " ON m.conversion = c.id AND m.attribution_no = c.attribution_no"
       " WHERE c.id = ? AND c.attribution <> 'awaiting' AND c.merged_into = 0");

enum db_status sale_recount(struct db *db, uint64_t id, int sign)
{
    enum db_status status =
        db_exec(db, &change_count_sale, DB_ARGS(db_i64(sign), db_i64(sign), db_u64(id)), NULL);
    if (status != DB_OK)
        return status;
    return db_exec(db, &change_count_commissions, DB_ARGS(db_i64(sign), db_i64(sign), db_u64(id)),
                   NULL);
}

/* Commissions ------------------------------------------------------------------------------- */

DB_SQL(change_insert_event,
       "INSERT INTO commission_event (commission, seq, from_status, to_status, actor_kind, actor,"
       " reason, note, at_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
DB_SQL(change_commission,
       "UPDATE commission SET status = ?, holds = IF(?, 0, holds), version = version + 1,"
       " updated_us = ? WHERE id = ? AND version = ?");

static void put_pid(struct buf *b, const char *name, struct uuid pid)
{
    char text[UUID_TEXT_SIZE];
    uuid_format(text, pid);
    buf_printf(b, "\"%s\":\"%s\",", name, text);
}

static enum db_status put_outbox(struct db *db, struct arena *arena, const struct stored_sale *sale,
                                 const struct stored_commission *m, const char *to, int64_t payout,
                                 const char *reason)
{
    struct buf b = buf_new(arena, 1024);
    buf_putc(&b, '{');
    put_pid(&b, "commission", m->pid);
    put_pid(&b, "conversion", sale->pid);
    buf_printf(&b,
               "\"recipient\":\"%s\",\"status\":\"%s\",\"reason\":\"%s\","
               "\"changes\":{\"status\":[\"" SV_FMT "\",\"%s\"]},\"payout\":%" PRId64 ",\"unit\":",
               m->is_partners ? "partner" : "network", to, reason, SV_ARG(m->status), to, payout);
    json_put_string(&b, sv_from(m->unit.code));
    buf_putc(&b, '}');
    CHECK(!b.overflow);
    struct outbox_row row = {.source_kind = "commission",
                             .source = m->id,
                             .kind = "commission.updated",
                             .seq = m->version + 1,
                             .brand = sale->brand,
                             .test_mode = sale->test_mode,
                             .payload = buf_sv(&b)};
    return outbox_put(db, &row);
}

/* From its status to `to`, with the event and the outbox row that say so. */
static enum db_status move(struct db *db, struct arena *arena, const struct stored_sale *sale,
                           const struct stored_commission *m, const char *to, int64_t payout,
                           const struct sale_cause *cause)
{
    const char *actor = cause->by_user ? "user" : "door";
    enum db_status status =
        db_exec_one(db, &change_commission,
                    DB_ARGS(db_cstr(to), db_bool(!sv_eq_cstr(m->status, to)), db_i64(cause->now_us),
                            db_u64(m->id), db_u64(m->version)));
    if (status == DB_OK)
        status =
            db_exec(db, &change_insert_event,
                    DB_ARGS(db_u64(m->id), db_u64(m->version + 1), db_text(m->status), db_cstr(to),
                            db_cstr(actor), db_u64(cause->by_user), db_cstr(cause->reason),
                            db_text(cause->note), db_i64(cause->now_us)),
                    NULL);
    return status == DB_OK ? put_outbox(db, arena, sale, m, to, payout, cause->reason) : status;
}

enum db_status sale_note_change(struct db *db, struct arena *arena, const struct stored_sale *sale,
                                const struct stored_commission *m, const struct sale_cause *cause)
{
    struct ledger_split left = ledger_split_minus(m->whole, m->clawed);
    return move(db, arena, sale, m, sv_dup(arena, m->status), left.payout, cause);
}

static struct ledger_case case_of(const struct stored_sale *sale, const struct stored_commission *m,
                                  int64_t now_us)
{
    return (struct ledger_case){.source = m->id,
                                .seq = 1,
                                .brand = sale->brand,
                                .mode = sale->test_mode ? LEDGER_TEST : LEDGER_LIVE,
                                .partner = m->is_partners ? m->partner : 0,
                                .unit = m->unit,
                                .business_us = now_us};
}

enum db_status sale_undo_commission(struct db *db, struct arena *arena,
                                    const struct stored_sale *sale,
                                    const struct stored_commission *m,
                                    const struct sale_cause *cause, struct sale_posts *posts)
{
    if (!m->is_pending && !m->is_approved)
        return DB_OK;
    struct ledger_case c = case_of(sale, m, cause->now_us);
    enum db_status status =
        move(db, arena, sale, m, m->is_pending ? "rejected" : "reversed", 0, cause);
    if (status == DB_OK)
        status = flag_close(db, m->id, cause->now_us);
    if (status != DB_OK)
        return status;
    CHECK(posts->n < SALE_POSTS_MAX);
    switch (ledger_build_undo(&c, m->is_pending ? LEDGER_STAGE_PENDING : LEDGER_STAGE_APPROVED,
                              ledger_split_minus(m->whole, m->clawed), &posts->v[posts->n])) {
    case LEDGER_NOTHING:
        return DB_OK;
    case LEDGER_OUT_OF_RANGE:
        return DB_FAILED; /* what was posted can be taken back */
    case LEDGER_BUILT:
        posts->n++;
        return DB_OK;
    }
    UNREACHABLE();
}

enum db_status sale_add_accrual(const struct sale *sale, struct sale_posts *posts)
{
    CHECK(posts->n < SALE_POSTS_MAX);
    switch (sale_build_accrual(sale, &posts->v[posts->n])) {
    case LEDGER_NOTHING:
        return DB_OK;
    case LEDGER_OUT_OF_RANGE:
        posts->is_too_large = true;
        return DB_ROLLBACK;
    case LEDGER_BUILT:
        posts->n++;
        return DB_OK;
    }
    UNREACHABLE();
}

enum db_status sale_post_all(struct db *db, struct arena *arena, struct sale_posts *posts)
{
    enum db_status status = DB_OK;
    for (size_t i = 0; i < posts->n && status == DB_OK; i++) {
        struct ledger_posting posting;
        status = ledger_post(db, arena, &posts->v[i], &posting);
        posts->is_too_large = status == DB_ROLLBACK;
    }
    return status;
}

/* Replacing ---------------------------------------------------------------------------------- */

DB_SQL(change_sale,
       "UPDATE conversion SET event = ?, gross = ?, base = ?, unit = ?, door_rank = ?,"
       " attribution = ?, attribution_no = ?, method = ?, partnership = ?, partner = ?, link = ?,"
       " coupon = ?, campaign = ?, status = ?, holds = 0, updated_us = ?"
       " WHERE id = ? AND attribution_no = ?");
DB_SQL(change_copy_candidates,
       "INSERT INTO attribution_candidate (conversion, no, rank, kind, click_id, partnership,"
       " verdict, snapshot) SELECT conversion, ?, rank, kind, click_id, partnership, verdict,"
       " snapshot FROM attribution_candidate WHERE conversion = ? AND no = ?");

static enum db_status change_row(struct db *db, const struct sale_replacement *r)
{
    const struct sale *sale = r->sale;
    const struct sale_event *e = sale->event;
    const struct sale_credited *who = &sale->who;
    uint64_t campaign = sale->campaign ? sale->campaign : who->campaign;
    return db_exec_one(
        db, &change_sale,
        DB_ARGS(db_cstr(sale_kind_text(e->kind)), db_i64(e->amount), db_i64(e->base),
                db_cstr(e->unit.code), db_u64(r->rank),
                db_cstr(who->anyone ? "attributed" : "unattributed"),
                db_u64(r->old->attribution_no + 1), db_cstr(attribution_method_text(who->method)),
                db_u64(who->partnership), db_u64(who->partner), db_u64(who->link),
                db_u64(who->coupon), db_u64(campaign),
                db_cstr(who->anyone ? "pending" : "unattributed"), db_i64(r->cause.now_us),
                db_u64(sale->id), db_u64(r->old->attribution_no)));
}

static enum db_status put_new(struct db *db, const struct sale_replacement *r)
{
    struct sale *sale = r->sale;
    struct sale_crediting how = {.no = r->old->attribution_no + 1,
                                 .by_user = r->cause.by_user,
                                 .note = r->note,
                                 .hold = r->is_vouched ? "" : sale_hold(sale)};
    sale->commission_pid = uuid_v7(r->cause.now_us);
    enum db_status status = sale_put_credit(sale, &how);
    if (status != DB_OK)
        return status;
    if (r->keeps_candidates)
        return db_exec(db, &change_copy_candidates,
                       DB_ARGS(db_u64(how.no), db_u64(sale->id), db_u64(how.no - 1)), NULL);
    return sale->candidates ? sale_put_candidates(sale, how.no) : DB_OK;
}

/* The open holds of what is replaced hold what replaces it. */
static enum db_status carry_holds(struct db *db, const struct sale_replacement *r)
{
    if (r->sale->commission_id == 0)
        return DB_OK;
    const char *except = r->is_vouched ? FLAG_UNVERIFIED : "";
    enum db_status status = DB_OK;
    for (size_t i = 0; i < r->commissions->n && status == DB_OK; i++)
        status = flag_carry(db, r->commissions->v[i].id, r->sale->commission_id, except,
                            r->cause.now_us);
    return status;
}

DB_SQL(change_show_hold,
       "UPDATE conversion c JOIN commission m ON m.id = ? SET c.holds = m.holds > 0"
       " WHERE c.id = ? AND m.recipient = 'partner'");

enum db_status sale_replace(struct db *db, const struct sale_replacement *r)
{
    struct arena *arena = r->sale->arena;
    enum db_status status = change_row(db, r);
    if (status == DB_OK)
        status = put_new(db, r);
    if (status == DB_OK)
        status = carry_holds(db, r);
    for (size_t i = 0; i < r->commissions->n && status == DB_OK; i++)
        status =
            sale_undo_commission(db, arena, r->old, &r->commissions->v[i], &r->cause, r->posts);
    if (status == DB_OK)
        status = db_exec(db, &change_show_hold,
                         DB_ARGS(db_u64(r->sale->commission_id), db_u64(r->old->id)), NULL);
    return status;
}

/* Merging ------------------------------------------------------------------------------------ */

DB_SQL(merge_mark,
       "UPDATE conversion SET merged_into = ?, attribution = IF(attribution = 'awaiting',"
       " 'unattributed', attribution), status = ?, holds = 0, updated_us = ?"
       " WHERE id = ? AND merged_into = 0");
DB_SQL(merge_keys, "UPDATE conversion_key SET conversion = ? WHERE conversion = ?");
DB_SQL(merge_inbox,
       "UPDATE inbox SET conversion = ?, due_us = IF(state = 'parked', 0, due_us),"
       " state = IF(state = 'parked', 'processed', state) WHERE conversion = ?");
DB_SQL(merge_subscriptions,
       "UPDATE subscription SET first_conversion = ? WHERE first_conversion = ?");
DB_SQL(merge_items,
       "UPDATE conversion_item SET conversion = ? WHERE conversion = ? AND NOT EXISTS"
       " (SELECT 1 FROM (SELECT line FROM conversion_item WHERE conversion = ? LIMIT 1) x)");
/* What the elder does not know itself. */
DB_SQL(merge_facts,
       "UPDATE conversion e JOIN conversion y ON y.id = ?"
       " SET e.is_new_customer = IF(e.customer = 0, y.is_new_customer, e.is_new_customer),"
       " e.customer = IF(e.customer = 0, y.customer, e.customer),"
       " e.country = IF(e.country = '', y.country, e.country),"
       " e.campaign = IF(e.campaign = 0, y.campaign, e.campaign),"
       " e.ip_hash = IF(e.ip_hash = ?, y.ip_hash, e.ip_hash),"
       " e.parent = IF(e.parent IN (0, e.id), IF(y.parent = e.id, 0, y.parent), e.parent)"
       " WHERE e.id = ?");

static enum db_status move_all(struct db *db, uint64_t elder, uint64_t younger)
{
    static const struct db_sql *const moves[] = {&merge_keys, &merge_inbox, &merge_subscriptions};
    static const uint8_t no_ip[HASH_SIZE];
    enum db_status status = DB_OK;
    for (size_t i = 0; i < COUNT_OF(moves) && status == DB_OK; i++)
        status = db_exec(db, moves[i], DB_ARGS(db_u64(elder), db_u64(younger)), NULL);
    if (status == DB_OK)
        status =
            db_exec(db, &merge_items, DB_ARGS(db_u64(elder), db_u64(younger), db_u64(elder)), NULL);
    if (status == DB_OK)
        status = db_exec(db, &merge_facts,
                         DB_ARGS(db_u64(younger), db_bytes(no_ip, HASH_SIZE), db_u64(elder)), NULL);
    return status;
}

enum db_status sale_merge(struct db *db, struct arena *arena, const struct stored_sale *elder,
                          const struct stored_sale *younger, int64_t now_us,
                          struct sale_posts *posts)
{
    struct sale_cause cause = {.reason = "merged", .note = SV(""), .now_us = now_us};
    struct stored_commissions all;
    const char *left = younger->is_attributed ? "rejected" : "unattributed";
    enum db_status status = adjustment_merge(db, arena, younger->id, elder->id);
    if (status == DB_OK)
        status = sale_lock_commissions(db, arena, younger, &all);
    if (status == DB_OK)
        status = sale_recount(db, younger->id, -1);
    for (size_t i = 0; i < all.n && status == DB_OK; i++) {
        if (all.v[i].is_partners && !all.v[i].is_pending && !sv_eq(all.v[i].status, SV("rejected")))
            left = "reversed";
        status = sale_undo_commission(db, arena, younger, &all.v[i], &cause, posts);
    }
    if (status == DB_OK)
        status = db_exec_one(
            db, &merge_mark,
            DB_ARGS(db_u64(elder->id), db_cstr(left), db_i64(now_us), db_u64(younger->id)));
    return status == DB_OK ? move_all(db, elder->id, younger->id) : status;
}
