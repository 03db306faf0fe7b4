/*
 * The SQL of one sale. Written in this order, so that whoever comes second
 * stops at the keys before anything else, and the rows that others wait for
 * (the partner's balance, in ledger_post) come last:
 *
 *   customer → sale_put_v2: conversion, keys, inbox, subscription → items
 *            → sale_credit_v2: attribution, rollup, commission, its event, hold, outbox
 *            → candidates → ledger
 *
 * The two routines (migrations/0012) save eight round trips of seventeen.
 */
#include "base/json.h"
#include "conversion/adjustment.h"
#include "conversion/conversion_internal.h"

/* Reading ---------------------------------------------------------------------------------- */

DB_SQL(sale_select_stored,
       "SELECT pid, gross, base, unit, occurred_us, received_us, country, door_rank"
       " FROM conversion WHERE id = ?");

enum db_status sale_load_stored(struct sale *sale, struct sale_event *event)
{
    struct db_rows *row;
    enum db_status status =
        db_get_one(sale->db, sale->arena, &sale_select_stored, DB_ARGS(db_u64(sale->id)), &row);
    if (status != DB_OK)
        return status;
    sale->pid = db_col_uuid(row, 0);
    event->amount = db_col_i64(row, 1);
    event->base = db_col_i64(row, 2);
    CHECK(unit_find_currency(db_col_text(row, 3), &event->unit)); /* our own */
    sale->occurred_us = db_col_i64(row, 4);
    sale->received_us = db_col_i64(row, 5);
    event->country = db_col_text(row, 6);
    sale->is_vouched = db_col_u64(row, 7) > sale_door_rank(event->door);
    return DB_OK;
}

DB_SQL(sale_select_customer, "SELECT id FROM customer WHERE brand = ? AND mode = ? AND hash = ?");
DB_SQL(sale_select_campaign, "SELECT id FROM campaign WHERE program = ? AND code = ?");

static enum db_status find_customer(struct sale *sale)
{
    struct db_rows *row;
    enum db_status status =
        db_get_one(sale->db, sale->arena, &sale_select_customer,
                   DB_ARGS(db_u64(sale->event->brand), db_cstr(sale_mode_text(sale)),
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

enum db_status sale_put_customer(struct sale *sale, uint64_t *customer, bool *is_new)
{
    *customer = sale->customer;
    *is_new = !sale->event->has_customer && sale->event->buyer == SALE_BUYER_NEW;
    if (!sale->event->has_customer || sale->customer != 0)
        return DB_OK;
    enum db_status status = db_insert_unless_known(
        sale->db, &sale_insert_customer,
        DB_ARGS(db_u64(sale->event->brand), db_cstr(sale_mode_text(sale)),
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

static uint64_t campaign_of(const struct sale *sale)
{
    return sale->campaign != 0 ? sale->campaign : sale->who.campaign;
}

static int32_t local_date_of(const struct sale *sale)
{
    return clock_local_date(sale->occurred_us, sale->program.zone);
}

DB_SQL(
    sale_call_put,
    "CALL sale_put_v2(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
    " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

/* DB_DUPLICATE: the sale, or its event, is known. */
static enum db_status put_sale(struct sale *sale, uint64_t customer, bool is_new)
{
    static const uint8_t no_ip[HASH_SIZE];
    const struct sale_event *e = sale->event;
    const struct sale_credited *who = &sale->who;
    const struct sale_scoped_key *key = &sale->keys[0];
    struct sale_inbox_state inbox = sale_inbox_state(sale);
    bool of_parent = sale->parent.id != 0 && sale->parent.program == sale->program.id;
    struct db_rows *row;
    enum db_status status = db_get_one(
        sale->db, sale->arena, &sale_call_put,
        DB_ARGS(
            db_uuid(&sale->pid), db_u64(e->brand), db_cstr(sale_mode_text(sale)),
            db_u64(sale->program.id), db_u64(sale->program.version),
            db_cstr(sale_kind_text(e->kind)), db_cstr(sale_door_text(e->door)),
            db_u64(sale_door_rank(e->door)), db_text(e->order_ref), db_i64(e->amount),
            db_i64(e->base), db_cstr(e->unit.code), db_i64(sale->occurred_us),
            db_i64(e->received_us), db_i64(local_date_of(sale)), db_text(e->country),
            db_u64(customer), db_bool(is_new), db_bytes(e->has_ip ? e->ip_hash : no_ip, HASH_SIZE),
            db_u64(of_parent ? sale->parent.id : 0), db_cstr(credit_text(sale)),
            db_u64(sale->awaits_click ? 0 : 1), db_cstr(attribution_method_text(who->method)),
            db_u64(who->partnership), db_u64(who->partner), db_u64(who->link), db_u64(who->coupon),
            db_u64(campaign_of(sale)), db_cstr(sale_status_text(sale)),
            db_bool(who->anyone && *sale_hold(sale)), db_u64(e->by_user), db_u64(key->scope),
            db_cstr(key->kind), db_text(key->value), db_text(sale_more_keys(sale)),
            db_cstr(sale_provider(e->door)), db_text(e->subscription), db_text(sale->event_id),
            db_bytes(e->body_mac, MAC_SIZE), db_text(sale->event_json), db_cstr(inbox.state),
            db_cstr(inbox.reason), db_i64(inbox.due_us), db_uuid(&e->request), db_text(e->topic)),
        &row);
    if (status != DB_OK)
        return status;
    sale->id = db_col_u64(row, 0);
    sale->has_parent_now =
        sale->parent.id == 0 && db_col_u64(row, 1) != 0 && db_col_u64(row, 1) != sale->id;
    sale->is_waited_for = db_col_bool(row, 2);
    return sale->id != 0 ? DB_OK : DB_DUPLICATE;
}

DB_SQL(sale_insert_item,
       "INSERT INTO conversion_item (conversion, line, line_ref, sku, category, quantity, base)"
       " VALUES (?, ?, ?, ?, ?, ?, ?)");
/* The brand's own table knows categories that the door does not tell. A subquery in the statement
 * above would do without this one, but in a bulk every row got the first one's. */
DB_SQL(sale_fill_categories,
       "UPDATE conversion_item i JOIN sku_category s ON s.brand = ? AND s.sku = i.sku"
       " SET i.category = s.category WHERE i.conversion = ? AND i.category = ''");

enum db_status sale_put_items(struct sale *sale)
{
    enum { COLUMNS = 7 };
    bool lacks_category = false;
    size_t n = sale->event->n_items;
    if (n == 0)
        return DB_OK;
    struct db_arg *args = arena_array(sale->arena, COLUMNS * n, sizeof *args);
    for (size_t i = 0; i < n; i++) {
        const struct sale_item *item = &sale->event->items[i];
        const struct db_arg values[COLUMNS] = {db_u64(sale->id),        db_u64(i + 1),
                                               db_text(item->line_ref), db_text(item->sku),
                                               db_text(item->category), db_u64(item->quantity),
                                               db_i64(item->base)};
        for (size_t c = 0; c < COLUMNS; c++)
            args[c * n + i] = values[c];
        lacks_category = lacks_category || (item->sku.n > 0 && item->category.n == 0);
    }
    enum db_status status = db_exec_bulk(sale->db, &sale_insert_item, args, COLUMNS, n, NULL);
    if (status != DB_OK || !lacks_category)
        return status;
    return db_exec(sale->db, &sale_fill_categories,
                   DB_ARGS(db_u64(sale->event->brand), db_u64(sale->id)), NULL);
}

static enum db_status write_credit(struct sale *sale)
{
    struct sale_crediting how = {.no = 1, .counts = true, .hold = sale_hold(sale)};
    enum db_status status = sale_put_credit(sale, &how);
    if (status == DB_OK)
        status = sale_put_candidates(sale, how.no);
    return status == DB_OK ? sale_post_accrual(sale) : status;
}

enum db_status sale_write_new(struct db *db, void *context)
{
    struct sale *sale = context;
    uint64_t customer;
    bool is_new;
    CHECK(db == sale->db);
    sale->is_known = sale->is_too_large = sale->has_parent_now = false;
    enum db_status status = sale_put_customer(sale, &customer, &is_new);
    if (status == DB_OK)
        status = put_sale(sale, customer, is_new);
    if (status == DB_DUPLICATE) {
        sale->is_known = true;
        return DB_ROLLBACK;
    }
    if (status == DB_OK && sale->has_parent_now)
        return DB_ROLLBACK;
    if (status == DB_OK)
        status = sale_put_items(sale);
    if (status == DB_OK && !sale->awaits_click)
        status = write_credit(sale);
    if (status == DB_OK && sale->is_waited_for)
        status = adjustment_catch_up(db, sale->arena, sale->id);
    return status;
}

DB_SQL(sale_update_resolved,
       "UPDATE conversion SET attribution = ?, attribution_no = 1, method = ?, partnership = ?,"
       " partner = ?, link = ?, coupon = ?, campaign = ?, status = ?, holds = ?, updated_us = ?"
       " WHERE id = ? AND attribution = 'awaiting'");
DB_SQL(sale_close_inbox,
       "UPDATE inbox SET state = 'processed', reason = '', due_us = 0"
       " WHERE brand = ? AND mode = ? AND door = ? AND event_id = ?");

/* DB_NO_ROW: somebody else resolved it. */
enum db_status sale_write_resolved(struct db *db, void *context)
{
    struct sale *sale = context;
    const struct sale_credited *who = &sale->who;
    CHECK(db == sale->db && !sale->awaits_click);
    sale->is_too_large = false;
    enum db_status status = db_exec_one(
        db, &sale_update_resolved,
        DB_ARGS(db_cstr(credit_text(sale)), db_cstr(attribution_method_text(who->method)),
                db_u64(who->partnership), db_u64(who->partner), db_u64(who->link),
                db_u64(who->coupon), db_u64(campaign_of(sale)), db_cstr(sale_status_text(sale)),
                db_bool(who->anyone && *sale_hold(sale)), db_i64(clock_business_us()),
                db_u64(sale->id)));
    if (status == DB_OK)
        status = db_exec_one(db, &sale_close_inbox,
                             DB_ARGS(db_u64(sale->event->brand), db_cstr(sale_mode_text(sale)),
                                     db_cstr(sale_door_text(sale->event->door)),
                                     db_text(sale->event_id)));
    if (status == DB_OK)
        status = write_credit(sale);
    return status == DB_OK ? adjustment_catch_up(db, sale->arena, sale->id) : status;
}
