/* What a shop asks: the row, the connection, the mails. */
#include "conversion/shop_request.h"

#include "base/clock.h"
#include "base/json.h"
#include "outbox/outbox.h"

enum { MANAGERS_MAX = 50, ORDERS_NAMED = 10 };

static const char *const kinds[] = {
#define X(name, text) text,
    SHOP_REQUESTS(X)
#undef X
};

struct asking {
    struct arena *arena;
    const struct shop_request *request;
    struct sv orders; /* JSON */
    int64_t now_us;   /* wire clock */
};

static const char *mode_text(bool test_mode)
{
    return test_mode ? "test" : "live";
}

static struct sv orders_json(struct arena *arena, const struct shop_request *r)
{
    struct buf b = buf_new(arena, SHOP_REQUEST_ORDERS_MAX * (6 * SALE_LINE_REF_MAX + 3) + 3);
    CHECK(r->n_orders <= SHOP_REQUEST_ORDERS_MAX);
    buf_putc(&b, '[');
    for (size_t i = 0; i < r->n_orders; i++) {
        if (i > 0)
            buf_putc(&b, ',');
        json_put_string(&b, r->orders[i]);
    }
    buf_putc(&b, ']');
    CHECK(!b.overflow);
    return buf_sv(&b);
}

DB_SQL(shop_insert_request,
       "INSERT INTO shop_request (brand, mode, door, kind, event_id, customer_hash, orders,"
       " asked_us, due_us, done_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

/* Nothing is left to do for the worker where nobody is to be forgotten. */
static bool is_redaction(enum shop_request_kind kind)
{
    return kind == SHOP_REQUEST_REDACT_CUSTOMER || kind == SHOP_REQUEST_REDACT_SHOP;
}

static enum db_status put_row(struct db *db, const struct asking *a, bool test_mode, uint64_t *id)
{
    static const uint8_t nobody[HASH_SIZE];
    const struct shop_request *r = a->request;
    bool keeps = r->kind == SHOP_REQUEST_REDACT_CUSTOMER;
    return db_insert_unless_known(
        db, &shop_insert_request,
        DB_ARGS(db_u64(r->brand), db_cstr(mode_text(test_mode)), db_cstr(sale_door_text(r->door)),
                db_cstr(kinds[r->kind]), db_text(r->event_id),
                db_bytes(keeps && r->has_customer ? r->customer_hash : nobody, HASH_SIZE),
                db_text(keeps ? a->orders : SV("[]")), db_i64(r->received_us),
                db_i64(a->now_us + SHOP_REQUEST_DUE_US),
                db_i64(is_redaction(r->kind) ? 0 : a->now_us)),
        id);
}

DB_SQL(shop_end_connection,
       "INSERT INTO connection (brand, door, mode, account, state, last_topic, last_event_us,"
       " changed_us) VALUES (?, ?, ?, ?, 'disconnected', 'app/uninstalled', ?, ?)"
       " ON DUPLICATE KEY UPDATE account = IF(VALUES(account) = '', account, VALUES(account)),"
       " state = VALUES(state), last_topic = VALUES(last_topic),"
       " last_event_us = VALUES(last_event_us), changed_us = VALUES(changed_us)");

static enum db_status end_connection(struct db *db, const struct asking *a)
{
    const struct shop_request *r = a->request;
    return db_exec(db, &shop_end_connection,
                   DB_ARGS(db_u64(r->brand), db_cstr(sale_door_text(r->door)),
                           db_cstr(mode_text(r->test_mode)), db_text(r->account), db_i64(a->now_us),
                           db_i64(a->now_us)),
                   NULL);
}

/* The mails ------------------------------------------------------------------------------------ */

DB_SQL(shop_list_managers,
       "SELECT m.user, b.name FROM member m JOIN user u ON u.id = m.user AND u.status = 'active'"
       " JOIN brand b ON b.id = m.brand WHERE m.brand = ? AND m.role IN ('owner', 'manager')"
       " ORDER BY m.user LIMIT ?");

/* "1001, 1002 and 3 more"; the shop knows its own numbers. */
static struct sv orders_words(struct arena *arena, const struct shop_request *r)
{
    struct buf b = buf_new(arena, (ORDERS_NAMED + 1) * (SALE_LINE_REF_MAX + 2));
    for (size_t i = 0; i < r->n_orders && i < ORDERS_NAMED; i++)
        buf_printf(&b, "%s" SV_FMT, i > 0 ? ", " : "", SV_ARG(r->orders[i]));
    if (r->n_orders > ORDERS_NAMED)
        buf_printf(&b, " +%zu", r->n_orders - ORDERS_NAMED);
    return r->n_orders == 0 ? SV("–") : buf_sv(&b);
}

static enum db_status put_mails(struct db *db, const struct asking *a, const char *kind,
                                uint64_t id)
{
    const struct shop_request *r = a->request;
    char due[CLOCK_TEXT_SIZE];
    enum db_status status = DB_OK;
    clock_format_date(due, a->now_us + SHOP_REQUEST_DUE_US);
    struct db_rows *rows = db_query(db, a->arena, &shop_list_managers,
                                    DB_ARGS(db_u64(r->brand), db_u64(MANAGERS_MAX)));
    for (uint32_t seq = 0; status == DB_OK && db_next(rows); seq++) {
        struct outbox_mail mail = {.source_kind = "shop_request",
                                   .source = id,
                                   .kind = kind,
                                   .seq = seq,
                                   .brand = r->brand,
                                   .user = db_col_u64(rows, 0),
                                   .args = {{"brand", db_col_text(rows, 1)},
                                            {"shop", r->account.n > 0 ? r->account : SV("Shopify")},
                                            {"orders", orders_words(a->arena, r)},
                                            {"due", sv_from(due)}},
                                   .args_count = 4};
        status = outbox_put_mail(db, a->arena, &mail);
    }
    return status == DB_OK ? db_rows_status(rows) : status;
}

/* One request ---------------------------------------------------------------------------------- */

static enum db_status put_all(struct db *db, void *context)
{
    const struct asking *a = context;
    const struct shop_request *r = a->request;
    uint64_t id, other;
    enum db_status status = put_row(db, a, r->test_mode, &id);
    if (status != DB_OK)
        return status == DB_DUPLICATE ? DB_ROLLBACK : status;
    switch (r->kind) {
    case SHOP_REQUEST_UNINSTALLED:
        status = end_connection(db, a);
        return status == DB_OK ? put_mails(db, a, "mail.shop_disconnected", id) : status;
    case SHOP_REQUEST_DATA_REQUEST:
        return put_mails(db, a, "mail.customer_data", id);
    case SHOP_REQUEST_REDACT_CUSTOMER:
    case SHOP_REQUEST_REDACT_SHOP:
        status = r->test_mode ? DB_OK : put_row(db, a, true, &other);
        return status == DB_DUPLICATE ? DB_OK : status;
    case SHOP_REQUEST_COUNT:
        break;
    }
    UNREACHABLE();
}

enum db_status shop_request_put(struct db *db, struct arena *arena,
                                const struct shop_request *request)
{
    struct asking a = {.arena = arena, .request = request, .now_us = clock_wire_us()};
    a.orders = orders_json(arena, request);
    enum db_status status = db_tx_run(db, put_all, &a);
    if (status == DB_AMBIGUOUS) /* what was committed after all is known then */
        status = db_tx_run(db, put_all, &a);
    return status == DB_ROLLBACK ? DB_OK : status;
}
