/* The SQL of adjustments: their rows, what they wait for, and their events in the inbox. */
#include "conversion/adjustment_internal.h"
#include "crypto/keys.h"

static const char *mode_of(const struct adjustment_event *event)
{
    return event->test_mode ? "test" : "live";
}

/* Rows --------------------------------------------------------------------------------------- */

DB_SQL(adjustment_select,
       "SELECT id, pid, conversion, kind, phase, extent, amount, unit FROM adjustment"
       " WHERE brand = ? AND mode = ? AND source = ? AND ref = ?");
DB_SQL(adjustment_select_by_id,
       "SELECT id, pid, conversion, kind, phase, extent, amount, unit FROM adjustment"
       " WHERE id = ?");
DB_SQL(adjustment_select_lines,
       "SELECT line_ref, sku, quantity, base FROM adjustment_line"
       " WHERE adjustment = ? AND phase = ? ORDER BY no LIMIT 500");

static enum db_status read_lines(struct db *db, struct arena *arena, struct adjustment_row *row)
{
    struct db_rows *rows =
        db_query(db, arena, &adjustment_select_lines, DB_ARGS(db_u64(row->id), db_u64(row->phase)));
    struct adjustment_line *lines = arena_array(arena, db_rows_count(rows) + 1, sizeof *lines);
    while (db_next(rows))
        lines[row->n_lines++] = (struct adjustment_line){.line_ref = db_col_text(rows, 0),
                                                         .sku = db_col_text(rows, 1),
                                                         .quantity = (uint32_t)db_col_u64(rows, 2),
                                                         .base = db_col_i64(rows, 3)};
    row->lines = lines;
    return db_rows_status(rows);
}

static enum db_status read_row(struct db *db, struct arena *arena, const struct db_sql *sql,
                               struct db_args args, struct adjustment_row *out)
{
    struct db_rows *row;
    *out = (struct adjustment_row){0};
    enum db_status status = db_get_one(db, arena, sql, args, &row);
    if (status != DB_OK)
        return status;
    out->id = db_col_u64(row, 0);
    out->pid = db_col_uuid(row, 1);
    out->conversion = db_col_u64(row, 2);
    CHECK(adjustment_kind_find(db_col_text(row, 3), &out->kind));
    out->phase = (uint8_t)db_col_u64(row, 4);
    CHECK(adjustment_extent_find(db_col_text(row, 5), &out->extent));
    out->amount = db_col_i64(row, 6);
    out->unit = db_col_text(row, 7);
    return out->extent == ADJUSTMENT_LINES ? read_lines(db, arena, out) : DB_OK;
}

enum db_status adjustment_find(struct db *db, struct arena *arena,
                               const struct adjustment_event *event, struct adjustment_row *row)
{
    return read_row(db, arena, &adjustment_select,
                    DB_ARGS(db_u64(event->brand), db_cstr(mode_of(event)),
                            db_cstr(sale_door_text(event->door)), db_text(event->ref)),
                    row);
}

enum db_status adjustment_find_by_id(struct db *db, struct arena *arena, uint64_t id,
                                     struct adjustment_row *row)
{
    return read_row(db, arena, &adjustment_select_by_id, DB_ARGS(db_u64(id)), row);
}

DB_SQL(adjustment_insert_line,
       "INSERT INTO adjustment_line (adjustment, phase, no, line_ref, sku, quantity, base)"
       " VALUES (?, ?, ?, ?, ?, ?, ?)");

static enum db_status put_lines(struct db *db, struct arena *arena,
                                const struct adjustment_event *event, uint64_t id)
{
    enum { COLUMNS = 7 };
    size_t n = event->extent == ADJUSTMENT_LINES ? event->n_lines : 0;
    if (n == 0)
        return DB_OK;
    struct db_arg *args = arena_array(arena, COLUMNS * n, sizeof *args);
    for (size_t i = 0; i < n; i++) {
        const struct adjustment_line *line = &event->lines[i];
        args[0 * n + i] = db_u64(id);
        args[1 * n + i] = db_u64(event->phase);
        args[2 * n + i] = db_u64(i + 1);
        args[3 * n + i] = db_text(line->line_ref);
        args[4 * n + i] = db_text(line->sku);
        args[5 * n + i] = db_u64(line->quantity);
        args[6 * n + i] = db_i64(line->base);
    }
    return db_exec_bulk(db, &adjustment_insert_line, args, COLUMNS, n, NULL);
}

DB_SQL(adjustment_insert_row,
       "INSERT INTO adjustment (pid, brand, mode, source, ref, conversion, kind, phase, extent,"
       " amount, unit, base, note, by_user, occurred_us, received_us, updated_us)"
       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

enum db_status adjustment_insert(struct db *db, struct arena *arena,
                                 const struct adjustment_event *event, struct uuid pid,
                                 uint64_t conversion, int64_t effect, uint64_t *id)
{
    struct adjustment_row row = adjustment_row_of(event);
    int64_t occurred_us = event->occurred_us != 0 ? event->occurred_us : event->received_us;
    enum db_status status = db_insert_unless_known(
        db, &adjustment_insert_row,
        DB_ARGS(db_uuid(&pid), db_u64(event->brand), db_cstr(mode_of(event)),
                db_cstr(sale_door_text(event->door)), db_text(event->ref), db_u64(conversion),
                db_cstr(adjustment_kind_text(row.kind)), db_u64(row.phase),
                db_cstr(adjustment_extent_text(row.extent)), db_i64(row.amount), db_text(row.unit),
                db_i64(effect), db_text(event->note), db_u64(event->by_user), db_i64(occurred_us),
                db_i64(event->received_us), db_i64(event->received_us)),
        id);
    return status == DB_OK ? put_lines(db, arena, event, *id) : status;
}

/* Guarded by what was compared: whoever replaced it meanwhile is compared with anew. */
DB_SQL(adjustment_replace_row,
       "UPDATE adjustment SET kind = ?, phase = ?, extent = ?, amount = ?, unit = ?, base = ?,"
       " note = IF(? = '', note, ?), by_user = ?, updated_us = ?"
       " WHERE id = ? AND phase = ? AND amount = ? AND extent = ? AND conversion = ?");

enum db_status adjustment_replace(struct db *db, struct arena *arena,
                                  const struct adjustment_event *event,
                                  const struct adjustment_row *stored, int64_t effect)
{
    struct adjustment_row row = adjustment_row_of(event);
    /* A later phase that names no currency leaves the one that was told. */
    struct sv unit = row.unit.n > 0 ? row.unit : stored->unit;
    enum db_status status = db_exec_one(
        db, &adjustment_replace_row,
        DB_ARGS(db_cstr(adjustment_kind_text(row.kind)), db_u64(row.phase),
                db_cstr(adjustment_extent_text(row.extent)), db_i64(row.amount), db_text(unit),
                db_i64(effect), db_text(event->note), db_text(event->note), db_u64(event->by_user),
                db_i64(event->received_us), db_u64(stored->id), db_u64(stored->phase),
                db_i64(stored->amount), db_cstr(adjustment_extent_text(stored->extent)),
                db_u64(stored->conversion)));
    if (status != DB_OK)
        return status == DB_NO_ROW ? DB_RETRY : status;
    return put_lines(db, arena, event, stored->id);
}

/* Which sale --------------------------------------------------------------------------------- */

/*
 * A key is in the scope of its kind, or, of an order, as the brand's setting was when the sale
 * came: the brand's own scope is 0. Waiting reads lock: a sale that is being recorded has its key
 * there already, and looks for us behind it.
 */
#define FIND_SALE                                                                                  \
    "SELECT k.conversion, k.scope FROM conversion_key k WHERE k.brand = ? AND k.mode = ?"          \
    " AND k.kind = ? AND k.value = ? AND (k.scope IN (0, ?) OR (? = 0 AND k.scope IN"              \
    " (SELECT p.id FROM program p WHERE p.brand = ?))) ORDER BY k.conversion LIMIT 2"
DB_SQL(adjustment_select_sale, FIND_SALE);
DB_SQL(adjustment_select_sale_waiting, FIND_SALE " LOCK IN SHARE MODE");

enum db_status adjustment_find_sale(struct db *db, struct arena *arena,
                                    const struct adjustment_event *event, bool wait,
                                    uint64_t *conversion, bool *is_ambiguous)
{
    *conversion = 0;
    *is_ambiguous = false;
    for (size_t i = 0; i < event->n_targets; i++) {
        const struct sale_key *key = &event->targets[i];
        struct db_rows *rows =
            db_query(db, arena, wait ? &adjustment_select_sale_waiting : &adjustment_select_sale,
                     DB_ARGS(db_u64(event->brand), db_cstr(mode_of(event)),
                             db_cstr(sale_key_kind_text(key->kind)), db_text(key->value),
                             db_u64(event->program), db_u64(event->program), db_u64(event->brand)));
        uint64_t first = db_next(rows) ? db_col_u64(rows, 0) : 0;
        bool more = db_next(rows) && db_col_u64(rows, 0) != first;
        if (db_rows_status(rows) != DB_OK)
            return db_rows_status(rows);
        if (first != 0 && (*conversion == 0 || first < *conversion))
            *conversion = first;
        *is_ambiguous = *is_ambiguous || more;
    }
    return *conversion != 0 ? DB_OK : DB_NO_ROW;
}

DB_SQL(adjustment_insert_target,
       "INSERT INTO adjustment_target (adjustment, brand, mode, kind, value, program)"
       " VALUES (?, ?, ?, ?, ?, ?)");

/* Matched by any sale of the brand, but in a scope that is a program's. */
static uint64_t program_of(const struct adjustment_event *event, enum sale_key_kind kind,
                           bool scope_is_program)
{
    switch (sale_key_scope(kind)) {
    case SALE_KEY_BRAND:
        return 0;
    case SALE_KEY_PROGRAM:
        return event->program;
    case SALE_KEY_BY_SETTING:
        return scope_is_program ? event->program : 0;
    }
    UNREACHABLE();
}

enum db_status adjustment_put_targets(struct db *db, const struct adjustment_event *event,
                                      uint64_t id, bool scope_is_program)
{
    enum db_status status = DB_OK;
    for (size_t i = 0; i < event->n_targets && status == DB_OK; i++) {
        const struct sale_key *key = &event->targets[i];
        status = db_insert_unless_known(
            db, &adjustment_insert_target,
            DB_ARGS(db_u64(id), db_u64(event->brand), db_cstr(mode_of(event)),
                    db_cstr(sale_key_kind_text(key->kind)), db_text(key->value),
                    db_u64(program_of(event, key->kind, scope_is_program))),
            NULL);
        if (status == DB_DUPLICATE)
            status = DB_OK;
    }
    return status;
}

DB_SQL(adjustment_attach_row,
       "UPDATE adjustment SET conversion = ?, base = ?, updated_us = ?"
       " WHERE id = ? AND conversion = ?");
DB_SQL(adjustment_delete_targets, "DELETE FROM adjustment_target WHERE adjustment = ?");
DB_SQL(adjustment_close_inbox,
       "UPDATE inbox i JOIN adjustment_inbox w ON w.inbox = i.id SET i.state = 'processed',"
       " i.reason = ?, i.conversion = ?, i.due_us = 0 WHERE w.adjustment = ?");
DB_SQL(adjustment_delete_inbox, "DELETE FROM adjustment_inbox WHERE adjustment = ?");

enum db_status adjustment_attach(struct db *db, struct arena *arena,
                                 const struct adjusted_sale *sale, const struct adjustment_row *row)
{
    struct adjustment_item *items = NULL;
    size_t n = 0;
    enum db_status status = DB_OK;
    bool is_foreign = row->unit.n > 0 && !sv_eq(row->unit, sale->unit);
    if (row->extent == ADJUSTMENT_LINES)
        status = adjustment_read_items(db, arena, sale->id, &items, &n);
    if (status != DB_OK)
        return status;
    int64_t effect = is_foreign ? 0 : adjustment_effect(&sale->money, row, items, n);
    status = db_exec_one(db, &adjustment_attach_row,
                         DB_ARGS(db_u64(sale->id), db_i64(effect), db_i64(clock_business_us()),
                                 db_u64(row->id), db_u64(row->conversion)));
    if (status != DB_OK)
        return status == DB_NO_ROW ? DB_RETRY : status;
    struct db_args id = DB_ARGS(db_u64(row->id));
    status = db_exec(db, &adjustment_delete_targets, id, NULL);
    if (status == DB_OK)
        status = db_exec(
            db, &adjustment_close_inbox,
            DB_ARGS(db_cstr(is_foreign ? "other_currency" : ""), db_u64(sale->id), db_u64(row->id)),
            NULL);
    return status == DB_OK ? db_exec(db, &adjustment_delete_inbox, id, NULL) : status;
}

/* Its events --------------------------------------------------------------------------------- */

DB_SQL(adjustment_insert_inbox,
       "INSERT INTO inbox (brand, mode, door, event_id, program, body_mac, event, state, reason,"
       " field, conversion, tries, due_us, request_id, received_us, kind, topic, order_ref)"
       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'adjustment', ?, ?)");
DB_SQL(adjustment_select_inbox,
       "SELECT id, kind, JSON_VALUE(event, '$.ref') FROM inbox"
       " WHERE brand = ? AND mode = ? AND door = ? AND event_id = ?");
/* An event that failed, or was refused, and is brought again. */
DB_SQL(adjustment_update_inbox,
       "UPDATE inbox SET state = ?, reason = ?, field = ?, conversion = ?, due_us = ?"
       " WHERE id = ? AND state IN ('failed', 'refused', 'parked') AND kind = 'adjustment'");
DB_SQL(adjustment_insert_waiting, "INSERT INTO adjustment_inbox (adjustment, inbox) VALUES (?, ?)");

/* What it is about, as people call it: the order's number where it is told. */
static struct sv order_of(const struct adjustment_event *event)
{
    for (size_t i = 0; i < event->n_targets; i++)
        if (event->targets[i].kind == SALE_KEY_ORDER &&
            event->targets[i].value.n <= SALE_ORDER_REF_MAX)
            return event->targets[i].value;
    return SV("");
}

static enum db_status insert_inbox(struct db *db, const struct adjustment_event *e,
                                   const struct adjustment_keep *k, struct sv event_id,
                                   uint64_t *id)
{
    return db_insert_unless_known(
        db, &adjustment_insert_inbox,
        DB_ARGS(db_u64(e->brand), db_cstr(mode_of(e)), db_cstr(sale_door_text(e->door)),
                db_text(event_id), db_u64(e->program), db_bytes(e->body_mac, MAC_SIZE),
                db_text(k->event_json), db_cstr(k->state), db_cstr(k->reason), db_cstr(k->field),
                db_u64(k->conversion), db_u64(k->tries), db_i64(k->due_us), db_uuid(&e->request),
                db_i64(e->received_us), db_text(e->topic), db_text(order_of(e))),
        id);
}

/* The row of that event id: `is_ours` when it tells of this very refund. */
static enum db_status find_inbox(struct db *db, struct arena *arena,
                                 const struct adjustment_event *e, struct sv event_id, uint64_t *id,
                                 bool *is_ours)
{
    struct db_rows *row;
    enum db_status status = db_get_one(db, arena, &adjustment_select_inbox,
                                       DB_ARGS(db_u64(e->brand), db_cstr(mode_of(e)),
                                               db_cstr(sale_door_text(e->door)), db_text(event_id)),
                                       &row);
    if (status != DB_OK)
        return status;
    *id = db_col_u64(row, 0);
    *is_ours = sv_eq(db_col_text(row, 1), SV("adjustment")) && sv_eq(db_col_text(row, 2), e->ref);
    return DB_OK;
}

struct sv adjustment_mark(struct arena *arena, struct sv event_id, struct sv by)
{
    enum { MARK_BYTES = 12 };
    uint8_t hash[HASH_SIZE];
    char mark[2 * MARK_BYTES + 1];
    keys_hash(hash, KEY_CONTENT_MAC, by);
    hex_encode(mark, hash, MARK_BYTES);
    return sv_from(arena_printf(arena, SV_FMT "#%s", SV_ARG(event_id), mark));
}

enum db_status adjustment_keep(struct db *db, struct arena *arena,
                               const struct adjustment_event *event,
                               const struct adjustment_keep *keep)
{
    uint64_t id = 0;
    bool is_ours = true;
    struct sv event_id = keep->event_id;
    enum db_status status = insert_inbox(db, event, keep, event_id, &id);
    if (status == DB_DUPLICATE)
        status = find_inbox(db, arena, event, event_id, &id, &is_ours);
    if (status == DB_OK && !is_ours) { /* one delivery told of several things */
        event_id = adjustment_mark(arena, event_id, event->ref);
        is_ours = true;
        status = insert_inbox(db, event, keep, event_id, &id);
        if (status == DB_DUPLICATE)
            status = find_inbox(db, arena, event, event_id, &id, &is_ours);
    }
    if (status == DB_OK)
        status = db_exec(db, &adjustment_update_inbox,
                         DB_ARGS(db_cstr(keep->state), db_cstr(keep->reason), db_cstr(keep->field),
                                 db_u64(keep->conversion), db_i64(keep->due_us), db_u64(id)),
                         NULL);
    if (status != DB_OK || keep->parked == 0)
        return status;
    status = db_insert_unless_known(db, &adjustment_insert_waiting,
                                    DB_ARGS(db_u64(keep->parked), db_u64(id)), NULL);
    return status == DB_DUPLICATE ? DB_OK : status;
}
