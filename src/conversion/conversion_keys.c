/*
 * What names a sale: its keys, and the sales that are stored under them.
 *
 * Every delivery locks its keys in one order (scope, kind, value), so that two
 * that share some wait for each other instead of for a deadlock's time-out.
 */
#include "base/json.h"
#include "conversion/conversion_internal.h"

static uint64_t scope_of(const struct sale *sale, enum sale_key_kind kind)
{
    switch (sale_key_scope(kind)) {
    case SALE_KEY_BRAND:
        return 0;
    case SALE_KEY_PROGRAM:
        return sale->program.id;
    case SALE_KEY_BY_SETTING:
        return sale->program.scope_is_program ? sale->program.id : 0;
    }
    UNREACHABLE();
}

static bool is_before(const struct sale_scoped_key *a, const struct sale_scoped_key *b)
{
    int order = (a->scope > b->scope) - (a->scope < b->scope);
    if (order == 0)
        order = strcmp(a->kind, b->kind);
    if (order == 0)
        order = memcmp(a->value.p, b->value.p, a->value.n < b->value.n ? a->value.n : b->value.n);
    return order < 0 || (order == 0 && a->value.n < b->value.n);
}

static void add_key(struct sale *sale, enum sale_key_kind kind, struct sv value)
{
    struct sale_scoped_key key = {scope_of(sale, kind), sale_key_kind_text(kind), value};
    size_t at = sale->n_keys;
    CHECK(sale->n_keys < SALE_SCOPED_KEYS_MAX);
    for (; at > 0 && is_before(&key, &sale->keys[at - 1]); at--)
        sale->keys[at] = sale->keys[at - 1];
    sale->keys[at] = key;
    sale->n_keys++;
}

void sale_collect_keys(struct sale *sale)
{
    const struct sale_event *e = sale->event;
    bool has_order = e->order_ref.n == 0;
    sale->n_keys = 0;
    for (size_t i = 0; i < e->n_keys; i++) {
        add_key(sale, e->keys[i].kind, e->keys[i].value);
        has_order = has_order || e->keys[i].kind == SALE_KEY_ORDER;
    }
    if (!has_order)
        add_key(sale, SALE_KEY_ORDER, e->order_ref);
    CHECK(sale->n_keys > 0); /* every door tells one */
}

struct sv sale_more_keys(const struct sale *sale)
{
    if (sale->n_keys == 1)
        return SV("");
    /* Each byte of a value may be escaped as six. */
    struct buf b = buf_new(sale->arena, SALE_SCOPED_KEYS_MAX * (6 * SALE_KEY_MAX + 100));
    for (size_t i = 1; i < sale->n_keys; i++) {
        buf_printf(&b, "%c{\"scope\":%" PRIu64 ",\"kind\":\"%s\",\"value\":", i > 1 ? ',' : '[',
                   sale->keys[i].scope, sale->keys[i].kind);
        json_put_string(&b, sale->keys[i].value);
        buf_putc(&b, '}');
    }
    buf_putc(&b, ']');
    CHECK(!b.overflow);
    return buf_sv(&b);
}

/* Known sales --------------------------------------------------------------------------------- */

#define KNOWN_COLUMNS                                                                              \
    "SELECT c.id, c.pid, c.program, c.version, c.gross, c.unit, c.event, c.status, c.method,"      \
    " m.amount, m.amount - m.fee_partner, m.unit, i.body_mac"
#define KNOWN_JOINS                                                                                \
    " LEFT JOIN commission m ON m.conversion = c.id AND m.attribution_no = c.attribution_no"       \
    " AND m.recipient = 'partner'"                                                                 \
    " LEFT JOIN inbox i ON i.brand = c.brand AND i.mode = c.mode AND i.door = ? AND i.event_id = " \
    "? AND i.state IN ('processed', 'parked') AND i.conversion = c.id"
#define KEY_IS "(k.scope = ? AND k.kind = ? AND k.value = ?)"

/* Most sales have one key; the others fill seven places with what they have. */
DB_SQL(sale_select_known,
       KNOWN_COLUMNS " FROM conversion_key k JOIN conversion c ON c.id = k.conversion" KNOWN_JOINS
                     " WHERE k.brand = ? AND k.mode = ? AND " KEY_IS " LIMIT 1");
DB_SQL(sale_select_known_by_any, KNOWN_COLUMNS
       " FROM conversion_key k JOIN conversion c ON c.id = k.conversion" KNOWN_JOINS
       " WHERE k.brand = ? AND k.mode = ? AND (" KEY_IS " OR " KEY_IS " OR " KEY_IS " OR " KEY_IS
       " OR " KEY_IS " OR " KEY_IS " OR " KEY_IS ") ORDER BY c.id LIMIT 7");
DB_SQL(sale_select_known_by_id,
       KNOWN_COLUMNS " FROM conversion c" KNOWN_JOINS " WHERE c.id = ? AND c.brand = ?");
DB_SQL(sale_select_known_by_event,
       "SELECT conversion FROM inbox WHERE brand = ? AND mode = ? AND door = ? AND event_id = ?"
       " AND conversion <> 0");

/* Told before: the same body. A body without a MAC can't be told from another. */
static bool is_same_body(const struct sale *sale, struct sv mac)
{
    static const uint8_t none[MAC_SIZE];
    return mac.n == MAC_SIZE && memcmp(mac.p, sale->event->body_mac, MAC_SIZE) == 0 &&
           memcmp(mac.p, none, MAC_SIZE) != 0;
}

static struct known_sale read_known(const struct sale *sale, const struct db_rows *row)
{
    return (struct known_sale){.id = db_col_u64(row, 0),
                               .pid = db_col_uuid(row, 1),
                               .program = db_col_u64(row, 2),
                               .version = db_col_u64(row, 3),
                               .gross = db_col_i64(row, 4),
                               .unit = db_col_text(row, 5),
                               .event = db_col_text(row, 6),
                               .status = db_col_text(row, 7),
                               .method = db_col_text(row, 8),
                               .commission = db_col_i64(row, 9),
                               .payout = db_col_i64(row, 10),
                               .commission_unit = db_col_text(row, 11),
                               .is_told = is_same_body(sale, db_col_text(row, 12))};
}

static enum db_status find_by_one(struct sale *sale, struct known_sales *known)
{
    const struct sale_scoped_key *k = &sale->keys[0];
    struct db_rows *row;
    enum db_status status =
        db_get_one(sale->db, sale->arena, &sale_select_known,
                   DB_ARGS(db_cstr(sale_door_text(sale->event->door)), db_text(sale->event_id),
                           db_u64(sale->event->brand), db_cstr(sale_mode_text(sale)),
                           db_u64(k->scope), db_cstr(k->kind), db_text(k->value)),
                   &row);
    if (status == DB_OK)
        known->v[known->n++] = read_known(sale, row);
    return status;
}

enum db_status sale_find_known(struct sale *sale, struct known_sales *known)
{
    enum { BEFORE_KEYS = 4 };
    struct db_arg args[BEFORE_KEYS + 3 * SALE_SCOPED_KEYS_MAX] = {
        db_cstr(sale_door_text(sale->event->door)), db_text(sale->event_id),
        db_u64(sale->event->brand), db_cstr(sale_mode_text(sale))};
    known->n = 0;
    known->by_event = false;
    if (sale->n_keys == 1)
        return find_by_one(sale, known);
    for (size_t i = 0; i < SALE_SCOPED_KEYS_MAX; i++) {
        const struct sale_scoped_key *k = &sale->keys[i < sale->n_keys ? i : 0];
        args[BEFORE_KEYS + 3 * i] = db_u64(k->scope);
        args[BEFORE_KEYS + 3 * i + 1] = db_cstr(k->kind);
        args[BEFORE_KEYS + 3 * i + 2] = db_text(k->value);
    }
    struct db_rows *rows = db_query(sale->db, sale->arena, &sale_select_known_by_any,
                                    (struct db_args){args, COUNT_OF(args)});
    while (db_next(rows))
        if (known->n == 0 || known->v[known->n - 1].id != db_col_u64(rows, 0))
            known->v[known->n++] = read_known(sale, rows);
    enum db_status status = db_rows_status(rows);
    return status == DB_OK && known->n == 0 ? DB_NO_ROW : status;
}

enum db_status sale_find_known_by_id(struct sale *sale, uint64_t id, struct known_sale *known)
{
    struct db_rows *row;
    enum db_status status =
        db_get_one(sale->db, sale->arena, &sale_select_known_by_id,
                   DB_ARGS(db_cstr(sale_door_text(sale->event->door)), db_text(sale->event_id),
                           db_u64(id), db_u64(sale->event->brand)),
                   &row);
    if (status == DB_OK)
        *known = read_known(sale, row);
    return status;
}

enum db_status sale_find_known_by_event(struct sale *sale, struct known_sale *known)
{
    struct db_rows *row;
    enum db_status status =
        db_get_one(sale->db, sale->arena, &sale_select_known_by_event,
                   DB_ARGS(db_u64(sale->event->brand), db_cstr(sale_mode_text(sale)),
                           db_cstr(sale_door_text(sale->event->door)), db_text(sale->event_id)),
                   &row);
    return status == DB_OK ? sale_find_known_by_id(sale, db_col_u64(row, 0), known) : status;
}
