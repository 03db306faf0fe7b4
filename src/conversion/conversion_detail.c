/* One sale's whole story, read in one snapshot. */
#include <json-c/json.h>

#include "base/json.h"
#include "conversion/conversion_list_internal.h"

enum { TRANSFERS_MAX = 500 };

struct telling {
    struct arena *arena;
    const struct sale_scope *scope;
    struct uuid pid;
    struct sale_detail *out;
};

/* The sale ----------------------------------------------------------------------------------- */

static enum db_status read_sale(struct db *db, const struct telling *t, uint32_t *attribution_no)
{
    enum { AFTER_ROW = 29, CUSTOMER_HASH = AFTER_ROW, VERSION_NO, ATTRIBUTION_NO, PROGRAM };
    struct sale_detail *out = t->out;
    struct db_compose c = db_compose_new(t->arena);
    db_compose_say(&c, "SELECT STRAIGHT_JOIN");
    db_compose_say(&c, sale_row_columns);
    db_compose_say(&c, ", u.hash, v.no, c.attribution_no, g.pid FROM conversion c");
    db_compose_say(&c, sale_row_joins);
    db_compose_say(&c,
                   " LEFT JOIN customer u ON u.id = c.customer"
                   " LEFT JOIN program_version v ON v.id = c.version"
                   " WHERE c.pid = ? AND c.mode = ? AND c.brand IN ");
    db_compose_bind(&c, db_uuid(&t->pid));
    db_compose_bind(&c, db_cstr(t->scope->test_mode ? "test" : "live"));
    db_compose_ids(&c, t->scope->brands, t->scope->n);
    db_compose_say(&c, " LIMIT 1");
    struct db_rows *rows = db_compose_query(&c, db, t->arena);
    if (db_rows_status(rows) != DB_OK)
        return db_rows_status(rows);
    if (!db_next(rows))
        return DB_NO_ROW;
    out->row = sale_row_read(rows);
    out->version_no = (uint32_t)db_col_u64(rows, VERSION_NO);
    out->program_pid = db_col_uuid(rows, PROGRAM);
    *attribution_no = (uint32_t)db_col_u64(rows, ATTRIBUTION_NO);
    struct sv hash = db_col_text(rows, CUSTOMER_HASH);
    if (hash.n >= 6) {
        char hex[13];
        hex_encode(hex, (const uint8_t *)hash.p, 6);
        out->customer = arena_strdup(t->arena, hex);
    }
    return DB_OK;
}

/* Who was considered -------------------------------------------------------------------------- */

DB_SQL(detail_find_attribution,
       "SELECT a.reason, a.window_days, a.at_us, k.code FROM attribution a"
       " LEFT JOIN coupon k ON k.id = a.coupon WHERE a.conversion = ? AND a.no = ?");
DB_SQL(detail_list_candidates,
       "SELECT rank, kind, verdict, click_id, snapshot FROM attribution_candidate"
       " WHERE conversion = ? AND no = ? ORDER BY rank LIMIT 64");

static struct sv member(struct arena *arena, struct json_object *json, const char *name)
{
    struct sv text = SV("");
    return json_get_string(arena, json, name, &text) == JSON_FIELD_OK ? text : SV("");
}

/* What add_click() and the others of attribution_store.c wrote. */
static void read_snapshot(struct arena *arena, struct sv text, struct sale_candidate_row *c)
{
    const char *why;
    struct json_object *json = json_parse(arena, text, &why);
    if (!json)
        return;
    c->handle = member(arena, json, "handle");
    c->token = member(arena, json, "token");
    c->shape = member(arena, json, "shape");
    c->country = member(arena, json, "country");
    c->agent = member(arena, json, "agent");
    c->referrer = member(arena, json, "referrer");
    c->told = member(arena, json, "told");
    if (c->told.n == 0)
        c->told = member(arena, json, "code");
    c->utm_source = member(arena, json, "utm_source");
    c->utm_medium = member(arena, json, "utm_medium");
    c->utm_campaign = member(arena, json, "utm_campaign");
    c->subs_json = member(arena, json, "subs");
    if (json_get_i64(json, "at", &c->at_us) != JSON_FIELD_OK)
        c->at_us = 0;
    json_free(json);
}

static enum db_status read_attribution(struct db *db, const struct telling *t, uint32_t no)
{
    struct db_rows *row;
    struct sale_detail *out = t->out;
    enum db_status status = db_get_one(db, t->arena, &detail_find_attribution,
                                       DB_ARGS(db_u64(out->row.id), db_u64(no)), &row);
    if (status != DB_OK)
        return status == DB_NO_ROW ? DB_OK : status; /* it waits for its click */
    out->reason = db_col_text(row, 0);
    out->window_days = (uint16_t)db_col_u64(row, 1);
    out->attributed_us = db_col_i64(row, 2);
    out->coupon = db_col_text(row, 3);
    struct db_rows *rows =
        db_query(db, t->arena, &detail_list_candidates, DB_ARGS(db_u64(out->row.id), db_u64(no)));
    out->candidates = arena_array(t->arena, db_rows_count(rows) + 1, sizeof *out->candidates);
    while (db_next(rows)) {
        struct sale_candidate_row *c = &out->candidates[out->n_candidates++];
        *c = (struct sale_candidate_row){.rank = (unsigned)db_col_u64(rows, 0),
                                         .kind = db_col_text(rows, 1),
                                         .verdict = db_col_text(rows, 2),
                                         .click = db_col_uuid(rows, 3)};
        read_snapshot(t->arena, db_col_text(rows, 4), c);
    }
    return db_rows_status(rows);
}

/* What it earns ------------------------------------------------------------------------------ */

DB_SQL(detail_list_events,
       "SELECT e.from_status, e.to_status, e.actor_kind, e.reason, e.note, u.name, e.at_us"
       " FROM commission_event e LEFT JOIN user u ON e.actor_kind = 'user' AND u.id = e.actor"
       " WHERE e.commission = ? ORDER BY e.seq LIMIT 200");

enum db_status sale_events_read(struct db *db, struct arena *arena, uint64_t commission,
                                struct sale_event_row **out, size_t *n)
{
    struct db_rows *rows = db_query(db, arena, &detail_list_events, DB_ARGS(db_u64(commission)));
    *out = arena_array(arena, db_rows_count(rows) + 1, sizeof **out);
    for (*n = 0; db_next(rows); (*n)++)
        (*out)[*n] = (struct sale_event_row){.from = db_col_text(rows, 0),
                                             .to = db_col_text(rows, 1),
                                             .actor_kind = db_col_text(rows, 2),
                                             .reason = db_col_text(rows, 3),
                                             .note = db_col_text(rows, 4),
                                             .actor_name = db_col_text(rows, 5),
                                             .at_us = db_col_i64(rows, 6)};
    return db_rows_status(rows);
}

DB_SQL(detail_list_commissions,
       "SELECT id, pid, recipient, status, rule, approval, dispute, tier, holds, unit, amount,"
       " fee_partner, fee_brand, clawed, paid, received_us, release_us, explanation"
       " FROM commission WHERE conversion = ? ORDER BY attribution_no DESC, id LIMIT 20");

static struct sale_commission read_commission(struct arena *arena, const struct db_rows *row)
{
    struct sale_commission c = {.id = db_col_u64(row, 0),
                                .pid = db_col_uuid(row, 1),
                                .recipient = db_col_text(row, 2),
                                .status = db_col_text(row, 3),
                                .rule = db_col_text(row, 4),
                                .approval = db_col_text(row, 5),
                                .dispute = db_col_text(row, 6),
                                .tier = db_col_text(row, 7),
                                .in_review = db_col_u64(row, 8) > 0,
                                .unit = sale_unit_of(db_col_text(row, 9)),
                                .amount = db_col_i64(row, 10),
                                .fee_partner = db_col_i64(row, 11),
                                .fee_brand = db_col_i64(row, 12),
                                .clawed = db_col_i64(row, 13),
                                .paid = db_col_i64(row, 14),
                                .received_us = db_col_i64(row, 15),
                                .release_us = db_col_i64(row, 16)};
    c.payout = c.amount - c.fee_partner - c.clawed;
    CHECK(commission_explanation_read(arena, db_col_text(row, 17), &c.explanation)); /* our own */
    return c;
}

static enum db_status read_commissions(struct db *db, const struct telling *t)
{
    struct sale_detail *out = t->out;
    struct db_rows *rows =
        db_query(db, t->arena, &detail_list_commissions, DB_ARGS(db_u64(out->row.id)));
    enum db_status status = db_rows_status(rows);
    out->commissions = arena_array(t->arena, db_rows_count(rows) + 1, sizeof *out->commissions);
    while (status == DB_OK && db_next(rows)) {
        struct sale_commission *c = &out->commissions[out->n_commissions++];
        *c = read_commission(t->arena, rows);
        status = sale_events_read(db, t->arena, c->id, &c->events, &c->n_events);
    }
    return status;
}

/* The money ---------------------------------------------------------------------------------- */

DB_SQL(detail_list_entries,
       "SELECT t.id, t.kind, t.at_us, a.owner_kind, a.purpose, e.unit, e.amount"
       " FROM ledger_transfer t JOIN ledger_entry e ON e.transfer = t.id"
       " JOIN ledger_account a ON a.id = e.account"
       " WHERE t.source_kind = 'commission' AND t.source = ? AND t.brand = ?"
       " ORDER BY t.id, e.line LIMIT 500");

static void add_entry(struct telling *t, const struct db_rows *row)
{
    struct sale_detail *out = t->out;
    enum ledger_purpose purpose;
    uint64_t id = db_col_u64(row, 0);
    struct sale_transfer_row *last =
        out->n_transfers > 0 ? &out->transfers[out->n_transfers - 1] : NULL;
    if (!last || last->id != id) {
        last = &out->transfers[out->n_transfers++];
        *last = (struct sale_transfer_row){
            .id = id, .kind = db_col_text(row, 1), .at_us = db_col_i64(row, 2)};
        last->entries = arena_array(t->arena, LEDGER_ENTRIES_MAX, sizeof *last->entries);
    }
    CHECK(ledger_purpose_find(db_col_text(row, 3), db_col_text(row, 4), &purpose));
    last->entries[last->n_entries++] =
        (struct sale_entry_row){.account = sv_from(ledger_purpose_name(purpose)),
                                .unit = sale_unit_of(db_col_text(row, 5)),
                                .amount = db_col_i64(row, 6)};
}

static enum db_status read_transfers(struct db *db, struct telling *t)
{
    struct sale_detail *out = t->out;
    out->transfers = arena_array(t->arena, TRANSFERS_MAX, sizeof *out->transfers);
    for (size_t i = out->n_commissions; i-- > 0;) { /* the first attribution first */
        struct db_rows *rows =
            db_query(db, t->arena, &detail_list_entries,
                     DB_ARGS(db_u64(out->commissions[i].id), db_u64(out->row.brand)));
        while (db_next(rows) && out->n_transfers < TRANSFERS_MAX - 1)
            add_entry(t, rows);
        if (db_rows_status(rows) != DB_OK)
            return db_rows_status(rows);
    }
    return DB_OK;
}

DB_SQL(detail_list_items,
       "SELECT line, sku, category, quantity, base, refunded FROM conversion_item"
       " WHERE conversion = ? ORDER BY line LIMIT 200");

static enum db_status read_items(struct db *db, const struct telling *t)
{
    struct sale_detail *out = t->out;
    struct db_rows *rows = db_query(db, t->arena, &detail_list_items, DB_ARGS(db_u64(out->row.id)));
    out->items = arena_array(t->arena, db_rows_count(rows) + 1, sizeof *out->items);
    while (db_next(rows))
        out->items[out->n_items++] =
            (struct sale_item_row){.line = (unsigned)db_col_u64(rows, 0),
                                   .sku = db_col_text(rows, 1),
                                   .category = db_col_text(rows, 2),
                                   .quantity = (uint32_t)db_col_u64(rows, 3),
                                   .base = db_col_i64(rows, 4),
                                   .refunded = db_col_i64(rows, 5)};
    return db_rows_status(rows);
}

static enum db_status tell(struct db *db, void *context)
{
    struct telling *t = context;
    uint32_t attribution_no = 0;
    *t->out = (struct sale_detail){0};
    enum db_status status = read_sale(db, t, &attribution_no);
    if (status == DB_OK)
        status = read_attribution(db, t, attribution_no);
    if (status == DB_OK)
        status = read_commissions(db, t);
    if (status == DB_OK)
        status = read_transfers(db, t);
    return status == DB_OK ? read_items(db, t) : status;
}

enum db_status sale_find(struct db *db, struct arena *arena, const struct sale_scope *scope,
                         struct uuid pid, struct sale_detail *out)
{
    struct telling t = {arena, scope, pid, out};
    return db_tx_read(db, tell, &t);
}
