/*
 * The SQL of one sale. Written in this order, so that whoever comes second
 * stops at the key before anything else, and the rows that others wait for
 * (the partner's balance, in ledger_post) come last:
 *
 *   customer → sale_put_v1: conversion, key, inbox → items
 *            → sale_credit_v1: attribution, rollup, commission, its event, outbox
 *            → candidates → ledger
 *
 * The two routines (migrations/0010) save eight round trips of seventeen.
 */
#include "base/json.h"
#include "conversion/conversion_internal.h"

#define KEY_ORDER "order"

static const char *mode_of(const struct sale *sale)
{
    return sale->event->test_mode ? "test" : "live";
}

static uint64_t scope_of(const struct sale *sale)
{
    return sale->program.scope_is_program ? sale->program.id : 0;
}

/* Reading ---------------------------------------------------------------------------------- */

DB_SQL(sale_select_known,
       "SELECT c.id, c.pid, c.program, c.gross, c.unit, c.event, c.status, c.method,"
       " m.amount, m.amount - m.fee_partner, m.unit"
       " FROM conversion_key k JOIN conversion c ON c.id = k.conversion"
       " LEFT JOIN commission m ON m.conversion = c.id AND m.attribution_no = c.attribution_no"
       " AND m.recipient = 'partner'"
       " WHERE k.brand = ? AND k.mode = ? AND k.scope = ? AND k.kind = '" KEY_ORDER
       "'"
       " AND k.value = ? LIMIT 1");

enum db_status sale_find_known(struct sale *sale, struct known_sale *known)
{
    struct db_rows *row;
    enum db_status status =
        db_get_one(sale->db, sale->arena, &sale_select_known,
                   DB_ARGS(db_u64(sale->event->brand), db_cstr(mode_of(sale)),
                           db_u64(scope_of(sale)), db_text(sale->event->order_ref)),
                   &row);
    if (status != DB_OK)
        return status;
    *known = (struct known_sale){.id = db_col_u64(row, 0),
                                 .pid = db_col_uuid(row, 1),
                                 .program = db_col_u64(row, 2),
                                 .gross = db_col_i64(row, 3),
                                 .unit = db_col_text(row, 4),
                                 .event = db_col_text(row, 5),
                                 .status = db_col_text(row, 6),
                                 .method = db_col_text(row, 7),
                                 .commission = db_col_i64(row, 8),
                                 .payout = db_col_i64(row, 9),
                                 .commission_unit = db_col_text(row, 10)};
    return DB_OK;
}

DB_SQL(sale_select_pid, "SELECT pid FROM conversion WHERE id = ?");

enum db_status sale_find_pid(struct sale *sale)
{
    struct db_rows *row;
    enum db_status status =
        db_get_one(sale->db, sale->arena, &sale_select_pid, DB_ARGS(db_u64(sale->id)), &row);
    if (status == DB_OK)
        sale->pid = db_col_uuid(row, 0);
    return status;
}

DB_SQL(sale_select_customer, "SELECT id FROM customer WHERE brand = ? AND mode = ? AND hash = ?");
DB_SQL(sale_select_campaign, "SELECT id FROM campaign WHERE program = ? AND code = ?");

static enum db_status find_customer(struct sale *sale)
{
    struct db_rows *row;
    enum db_status status = db_get_one(sale->db, sale->arena, &sale_select_customer,
                                       DB_ARGS(db_u64(sale->event->brand), db_cstr(mode_of(sale)),
                                               db_bytes(sale->event->customer_hash, HASH_SIZE)),
                                       &row);
    if (status == DB_OK)
        sale->customer = db_col_u64(row, 0);
    return status == DB_NO_ROW ? DB_OK : status;
}

static enum db_status find_campaign(struct sale *sale)
{
    struct db_rows *row;
    enum db_status status =
        db_get_one(sale->db, sale->arena, &sale_select_campaign,
                   DB_ARGS(db_u64(sale->program.id), db_text(sale->event->campaign)), &row);
    if (status == DB_OK)
        sale->campaign = db_col_u64(row, 0);
    return status == DB_NO_ROW ? DB_OK : status;
}

enum db_status sale_find_context(struct sale *sale)
{
    enum db_status status = DB_OK;
    if (sale->event->has_customer)
        status = find_customer(sale);
    if (status == DB_OK && sale->event->campaign.n > 0)
        status = find_campaign(sale);
    return status;
}

/* The sale itself -------------------------------------------------------------------------- */

DB_SQL(sale_insert_customer,
       "INSERT INTO customer (brand, mode, hash, first_sale_us) VALUES (?, ?, ?, ?)");

/* Sets the customer's id; `is_new` when this sale is their first. */
static enum db_status put_customer(struct sale *sale, uint64_t *customer, bool *is_new)
{
    *customer = sale->customer;
    *is_new = false;
    if (!sale->event->has_customer || sale->customer != 0)
        return DB_OK;
    enum db_status status = db_insert_unless_known(
        sale->db, &sale_insert_customer,
        DB_ARGS(db_u64(sale->event->brand), db_cstr(mode_of(sale)),
                db_bytes(sale->event->customer_hash, HASH_SIZE), db_i64(sale->occurred_us)),
        customer);
    if (status == DB_DUPLICATE) { /* their other first order is being recorded, too */
        status = find_customer(sale);
        *customer = sale->customer;
        return status;
    }
    *is_new = status == DB_OK;
    return status;
}

static const char *credit_text(const struct sale *sale)
{
    switch (sale_credit(sale)) {
    case CREDIT_ATTRIBUTED:
        return "attributed";
    case CREDIT_UNATTRIBUTED:
        return "unattributed";
    case CREDIT_AWAITING:
        return "awaiting";
    }
    UNREACHABLE();
}

/* Who is credited, as the sale and its attribution store it; zeros for nobody. */
static struct attribution_candidate credited(const struct sale *sale)
{
    const struct attribution_candidate *winner = sale_winner(sale);
    return winner ? *winner : (struct attribution_candidate){0};
}

static uint64_t campaign_of(const struct sale *sale)
{
    return sale->campaign != 0 ? sale->campaign : credited(sale).campaign;
}

static int32_t local_date_of(const struct sale *sale)
{
    return clock_local_date(sale->occurred_us, sale->program.zone);
}

DB_SQL(
    sale_call_put,
    "CALL sale_put_v1(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
    " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

/* DB_DUPLICATE: the sale, or its event, is known. */
static enum db_status put_sale(struct sale *sale, uint64_t customer, bool is_new)
{
    static const uint8_t no_ip[HASH_SIZE];
    const struct sale_event *e = sale->event;
    struct attribution_candidate who = credited(sale);
    struct sale_inbox_state inbox = sale_inbox_state(sale);
    struct db_rows *row;
    enum db_status status = db_get_one(
        sale->db, sale->arena, &sale_call_put,
        DB_ARGS(
            db_uuid(&sale->pid), db_u64(e->brand), db_cstr(mode_of(sale)), db_u64(sale->program.id),
            db_u64(sale->program.version), db_cstr(sale_kind_text(e->kind)),
            db_cstr(sale_door_text(e->door)), db_u64(sale_door_rank(e->door)),
            db_text(e->order_ref), db_i64(e->amount), db_i64(e->base), db_cstr(e->unit.code),
            db_i64(sale->occurred_us), db_i64(e->received_us), db_i64(local_date_of(sale)),
            db_text(e->country), db_u64(customer), db_bool(is_new),
            db_bytes(e->has_ip ? e->ip_hash : no_ip, HASH_SIZE), db_cstr(credit_text(sale)),
            db_u64(sale->awaits_click ? 0 : 1),
            db_cstr(attribution_method_text(sale->decision.method)), db_u64(who.partnership),
            db_u64(who.partner), db_u64(who.link), db_u64(who.coupon), db_u64(campaign_of(sale)),
            db_cstr(sale_status_text(sale)), db_u64(scope_of(sale)), db_text(sale->event_id),
            db_bytes(e->body_mac, MAC_SIZE), db_text(sale->event_json), db_cstr(inbox.state),
            db_cstr(inbox.reason), db_i64(inbox.due_us), db_uuid(&e->request)),
        &row);
    if (status != DB_OK)
        return status;
    sale->id = db_col_u64(row, 0);
    return sale->id != 0 ? DB_OK : DB_DUPLICATE;
}

DB_SQL(sale_insert_item,
       "INSERT INTO conversion_item (conversion, line, sku, category, quantity,"
       " base) VALUES (?, ?, ?, ?, ?, ?)");

static enum db_status put_items(struct sale *sale)
{
    enum { COLUMNS = 6 };
    size_t n = sale->event->n_items;
    if (n == 0)
        return DB_OK;
    struct db_arg *args = arena_array(sale->arena, COLUMNS * n, sizeof *args);
    for (size_t i = 0; i < n; i++) {
        const struct sale_item *item = &sale->event->items[i];
        args[0 * n + i] = db_u64(sale->id);
        args[1 * n + i] = db_u64(i + 1);
        args[2 * n + i] = db_text(item->sku);
        args[3 * n + i] = db_text(item->category);
        args[4 * n + i] = db_u64(item->quantity);
        args[5 * n + i] = db_i64(item->base);
    }
    return db_exec_bulk(sale->db, &sale_insert_item, args, COLUMNS, n, NULL);
}

/* Who was considered ----------------------------------------------------------------------- */

/* The winner, then the latest first. */
static void rank_candidates(const struct sale *sale, size_t order[SALE_CANDIDATES_MAX])
{
    const struct attribution_candidate *v = sale->candidates->v;
    const struct attribution_candidate *winner = sale_winner(sale);
    for (size_t i = 0; i < sale->candidates->n; i++) {
        size_t at = i;
        while (at > 0 && &v[order[at - 1]] != winner &&
               (&v[i] == winner || v[order[at - 1]].at_us < v[i].at_us)) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = i;
    }
}

DB_SQL(sale_insert_candidate,
       "INSERT INTO attribution_candidate (conversion, no, rank, kind, click_id, partnership,"
       " verdict, snapshot) VALUES (?, 1, ?, ?, ?, ?, ?, ?)");

static enum db_status put_candidates(struct sale *sale)
{
    enum { COLUMNS = 7 };
    size_t n = sale->candidates->n, order[SALE_CANDIDATES_MAX];
    size_t first = sale_winner(sale) ? 0 : 1; /* rank 0 is the winner */
    if (n == 0)
        return DB_OK;
    rank_candidates(sale, order);
    struct db_arg *args = arena_array(sale->arena, COLUMNS * n, sizeof *args);
    for (size_t i = 0; i < n; i++) {
        const struct attribution_candidate *c = &sale->candidates->v[order[i]];
        args[0 * n + i] = db_u64(sale->id);
        args[1 * n + i] = db_u64(first + i);
        args[2 * n + i] = db_cstr(candidate_kind_text(c->kind));
        args[3 * n + i] = db_uuid(&c->click);
        args[4 * n + i] = db_u64(c->partnership);
        args[5 * n + i] = db_cstr(attribution_verdict_text(c->verdict));
        args[6 * n + i] = db_text(c->snapshot);
    }
    return db_exec_bulk(sale->db, &sale_insert_candidate, args, COLUMNS, n, NULL);
}

/* What it earns ---------------------------------------------------------------------------- */

static void put_pid(struct buf *b, const char *name, const struct uuid *pid)
{
    char text[UUID_TEXT_SIZE];
    uuid_format(text, *pid);
    buf_printf(b, "\"%s\":\"%s\",", name, text);
}

/* Of the outbox row commission.created: ids and codes. */
static struct sv payload_of(const struct sale *sale)
{
    struct buf b = buf_new(sale->arena, 2048);
    buf_putc(&b, '{');
    put_pid(&b, "commission", &sale->commission_pid);
    put_pid(&b, "conversion", &sale->pid);
    buf_printf(&b, "\"event\":\"%s\",\"status\":\"pending\",\"recipient\":\"%s\",\"unit\":",
               sale_kind_text(sale->event->kind), sale_winner(sale) ? "partner" : "network");
    json_put_string(&b, sv_from(sale->commission.unit.code));
    buf_printf(&b,
               ",\"amount\":%" PRId64 ",\"payout\":%" PRId64 ",\"order\":", sale->commission.amount,
               sale->commission.split.payout);
    json_put_string(&b, sale->event->order_ref);
    buf_putc(&b, '}');
    CHECK(!b.overflow);
    return buf_sv(&b);
}

static struct sv explanation_of(const struct sale *sale)
{
    const struct commission_result *r = &sale->commission;
    bool own = r->rule == COMMISSION_BY_PARTNER;
    return commission_explanation_write(sale->arena, r,
                                        own ? sale->candidates->own_no[sale->decision.winner] : 0);
}

DB_SQL(
    sale_call_credit,
    "CALL sale_credit_v1(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
    " ?, ?, ?, ?, ?)");

static enum db_status put_credit(struct sale *sale)
{
    const struct sale_event *e = sale->event;
    const struct commission_result *r = &sale->commission;
    struct attribution_candidate who = credited(sale);
    struct db_rows *row;
    enum db_status status = db_get_one(
        sale->db, sale->arena, &sale_call_credit,
        DB_ARGS(
            db_u64(sale->id), db_u64(e->brand), db_cstr(mode_of(sale)), db_u64(sale->program.id),
            db_u64(who.partnership), db_u64(who.partner), db_u64(who.link), db_u64(who.coupon),
            db_uuid(&who.click), db_cstr(attribution_method_text(sale->decision.method)),
            db_cstr(sale->decision.reason), db_u64(sale->program.window_days),
            db_i64(clock_business_us()), db_i64(local_date_of(sale)), db_cstr(e->unit.code),
            db_text(e->country), db_i64(e->amount), db_bool(sale->has_commission),
            db_uuid(&sale->commission_pid), db_cstr(who.known ? "partner" : "network"),
            db_cstr(r->unit.code), db_i64(r->amount), db_i64(r->split.fee_partner),
            db_i64(r->split.fee_brand), db_cstr(commission_approval_text(sale->program.approval)),
            db_i64(sale_release_us(sale)), db_cstr(commission_rule_text(r->rule)),
            db_text(explanation_of(sale)), db_i64(e->received_us), db_text(payload_of(sale))),
        &row);
    if (status == DB_OK)
        sale->commission_id = db_col_u64(row, 0);
    return status;
}

/* The money ---------------------------------------------------------------------------------- */

static enum db_status post_accrual(struct sale *sale)
{
    struct ledger_transfer transfer;
    struct ledger_posting posting;
    struct ledger_case c = {.source = sale->commission_id,
                            .seq = 1,
                            .brand = sale->event->brand,
                            .mode = sale->event->test_mode ? LEDGER_TEST : LEDGER_LIVE,
                            .partner = credited(sale).partner,
                            .unit = sale->commission.unit,
                            .business_us = sale->event->received_us};
    switch (ledger_build_accrue(&c, sale->commission.split, &transfer)) {
    case LEDGER_NOTHING:
        return DB_OK;
    case LEDGER_OUT_OF_RANGE:
        sale->is_too_large = true;
        return DB_ROLLBACK;
    case LEDGER_BUILT:
        break;
    }
    enum db_status status = ledger_post(sale->db, sale->arena, &transfer, &posting);
    if (status == DB_ROLLBACK)
        sale->is_too_large = true; /* an accrual takes from no floored account */
    return status;
}

static enum db_status write_credit(struct sale *sale)
{
    enum db_status status = put_credit(sale);
    if (status == DB_OK)
        status = put_candidates(sale);
    if (status == DB_OK && sale->has_commission)
        status = post_accrual(sale);
    return status;
}

enum db_status sale_write_new(struct db *db, void *context)
{
    struct sale *sale = context;
    uint64_t customer;
    bool is_new;
    CHECK(db == sale->db);
    sale->is_known = false;
    sale->is_too_large = false;
    enum db_status status = put_customer(sale, &customer, &is_new);
    if (status == DB_OK)
        status = put_sale(sale, customer, is_new);
    if (status == DB_DUPLICATE) {
        sale->is_known = true;
        return DB_ROLLBACK;
    }
    if (status == DB_OK)
        status = put_items(sale);
    if (status == DB_OK && !sale->awaits_click)
        status = write_credit(sale);
    return status;
}

DB_SQL(sale_update_resolved,
       "UPDATE conversion SET attribution = ?, attribution_no = 1, method = ?, partnership = ?,"
       " partner = ?, link = ?, coupon = ?, campaign = ?, status = ?, updated_us = ?"
       " WHERE id = ? AND attribution = 'awaiting'");
DB_SQL(sale_close_inbox,
       "UPDATE inbox SET state = 'processed', reason = '', due_us = 0"
       " WHERE brand = ? AND mode = ? AND door = ? AND event_id = ?");

/* DB_NO_ROW: somebody else resolved it. */
enum db_status sale_write_resolved(struct db *db, void *context)
{
    struct sale *sale = context;
    struct attribution_candidate who = credited(sale);
    CHECK(db == sale->db && !sale->awaits_click);
    sale->is_too_large = false;
    enum db_status status = db_exec_one(
        db, &sale_update_resolved,
        DB_ARGS(db_cstr(credit_text(sale)), db_cstr(attribution_method_text(sale->decision.method)),
                db_u64(who.partnership), db_u64(who.partner), db_u64(who.link), db_u64(who.coupon),
                db_u64(campaign_of(sale)), db_cstr(sale_status_text(sale)),
                db_i64(clock_business_us()), db_u64(sale->id)));
    if (status == DB_OK)
        status = db_exec_one(db, &sale_close_inbox,
                             DB_ARGS(db_u64(sale->event->brand), db_cstr(mode_of(sale)),
                                     db_cstr(sale_door_text(sale->event->door)),
                                     db_text(sale->event_id)));
    return status == DB_OK ? write_credit(sale) : status;
}
