/*
 * Forgetting customers, a bounded part at a time; each part moves its request's cursor in the
 * transaction that does it, so that it may be killed at any moment and goes on where it was.
 */
#include <json-c/json.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "conversion/shop_request.h"

enum { ORDERS_AT_ONCE = 50, EVENTS_AT_ONCE = 100 };

struct forgetting {
    struct job *job;
    struct arena *arena;
    uint64_t id, brand;
    const char *mode; /* "live", "test" */
    struct sv door, kind;
    uint8_t hash[HASH_SIZE];
    bool has_customer;
    struct sv orders; /* JSON */
    int64_t cursor_us, asked_us;
    uint64_t cursor_id;
    bool is_done;
};

/* What is forgotten ------------------------------------------------------------------------------
 */

/* A hash of nothing that anybody could enter. */
static void random_hash(uint8_t hash[HASH_SIZE])
{
    enum { RANDOM_BYTES = 32 };
    char text[4 * (RANDOM_BYTES + 2) / 3 + 1];
    id_random_text(text, RANDOM_BYTES);
    keys_hash(hash, KEY_PERSONAL, sv_from(text));
}

#define NO_PERSON "JSON_REMOVE(event, '$.customer', '$.ip')"
DB_SQL(forget_sale, "UPDATE conversion SET ip_hash = REPEAT(CHAR(0), 32) WHERE id = ?");
DB_SQL(forget_sale_events, "UPDATE inbox SET event = " NO_PERSON " WHERE conversion = ?");
DB_SQL(forget_event, "UPDATE inbox SET event = " NO_PERSON " WHERE id = ?");
DB_SQL(forget_customer, "UPDATE customer SET hash = ? WHERE id = ?");
DB_SQL(forget_sales_of, "UPDATE conversion SET ip_hash = REPEAT(CHAR(0), 32) WHERE customer = ?");
DB_SQL(forget_events_of,
       "UPDATE conversion c JOIN inbox i ON i.conversion = c.id"
       " SET i.event = JSON_REMOVE(i.event, '$.customer', '$.ip') WHERE c.customer = ?");

static enum db_status forget_sale_of(struct db *db, uint64_t conversion)
{
    enum db_status status = db_exec(db, &forget_sale, DB_ARGS(db_u64(conversion)), NULL);
    return status == DB_OK ? db_exec(db, &forget_sale_events, DB_ARGS(db_u64(conversion)), NULL)
                           : status;
}

static enum db_status pseudonymise(struct db *db, uint64_t customer)
{
    uint8_t hash[HASH_SIZE];
    random_hash(hash);
    return db_exec(db, &forget_customer, DB_ARGS(db_bytes(hash, HASH_SIZE), db_u64(customer)),
                   NULL);
}

/* A person and all their sales at this brand. */
static enum db_status forget_person(struct db *db, uint64_t customer)
{
    if (customer == 0)
        return DB_OK;
    enum db_status status = db_exec(db, &forget_sales_of, DB_ARGS(db_u64(customer)), NULL);
    if (status == DB_OK)
        status = db_exec(db, &forget_events_of, DB_ARGS(db_u64(customer)), NULL);
    return status == DB_OK ? pseudonymise(db, customer) : status;
}

/* One customer -----------------------------------------------------------------------------------
 */

/* Whichever program's scope the order is in. */
DB_SQL(find_redacted_order,
       "SELECT k.conversion, c.customer"
       " FROM (SELECT 0 AS id UNION ALL SELECT id FROM program WHERE brand = ?) s"
       " JOIN conversion_key k ON k.brand = ? AND k.mode = ? AND k.scope = s.id"
       " AND k.kind = 'order' AND k.value = ? JOIN conversion c ON c.id = k.conversion LIMIT 100");

static enum db_status forget_order(struct db *db, struct forgetting *f, struct sv order)
{
    enum db_status status = DB_OK;
    struct db_rows *rows =
        db_query(db, f->arena, &find_redacted_order,
                 DB_ARGS(db_u64(f->brand), db_u64(f->brand), db_cstr(f->mode), db_text(order)));
    while (status == DB_OK && db_next(rows)) {
        status = forget_sale_of(db, db_col_u64(rows, 0));
        if (status == DB_OK)
            status = forget_person(db, db_col_u64(rows, 1));
    }
    return status == DB_OK ? db_rows_status(rows) : status;
}

DB_SQL(find_redacted_customer, "SELECT id FROM customer WHERE brand = ? AND mode = ? AND hash = ?");
/* Events that came to no sale: few, and each holds the hash in its JSON alone. */
DB_SQL(forget_open_events,
       "UPDATE inbox SET event = " NO_PERSON
       " WHERE brand = ? AND mode = ?"
       " AND state IN ('failed', 'parked', 'refused', 'conflict') AND conversion = 0"
       " AND JSON_VALUE(event, '$.customer') = ?");

static enum db_status forget_by_hash(struct db *db, struct forgetting *f)
{
    char hex[2 * HASH_SIZE + 1];
    struct db_rows *row;
    if (!f->has_customer)
        return DB_OK;
    enum db_status status =
        db_get_one(db, f->arena, &find_redacted_customer,
                   DB_ARGS(db_u64(f->brand), db_cstr(f->mode), db_bytes(f->hash, HASH_SIZE)), &row);
    if (status == DB_OK)
        status = forget_person(db, db_col_u64(row, 0));
    if (status != DB_OK && status != DB_NO_ROW)
        return status;
    hex_encode(hex, f->hash, HASH_SIZE);
    return db_exec(db, &forget_open_events,
                   DB_ARGS(db_u64(f->brand), db_cstr(f->mode), db_cstr(hex)), NULL);
}

/* Orders first, some at a time; the person last. */
static enum db_status redact_customer(struct db *db, struct forgetting *f)
{
    const char *why;
    enum db_status status = DB_OK;
    struct json_object *list = json_parse(f->arena, f->orders, &why);
    size_t n = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
    size_t end = (size_t)f->cursor_us + ORDERS_AT_ONCE;
    for (size_t i = (size_t)f->cursor_us; status == DB_OK && i < n && i < end; i++)
        status = forget_order(db, f,
                              sv_from(json_object_get_string(json_object_array_get_idx(list, i))));
    json_free(list);
    f->cursor_us = (int64_t)end;
    f->is_done = end >= n;
    return status == DB_OK && f->is_done ? forget_by_hash(db, f) : status;
}

/* A whole shop -----------------------------------------------------------------------------------
 */

/* Through what the door told, which an index has in order. */
DB_SQL(list_events_of_door,
       "SELECT i.id, i.received_us, i.conversion, IFNULL(c.customer, 0) FROM inbox i"
       " LEFT JOIN conversion c ON c.id = i.conversion"
       " WHERE i.brand = ? AND i.mode = ? AND i.door = ? AND i.received_us <= ?"
       " AND (i.received_us > ? OR (i.received_us = ? AND i.id > ?))"
       " ORDER BY i.received_us, i.id LIMIT ?");

static enum db_status forget_told(struct db *db, const struct db_rows *row)
{
    uint64_t conversion = db_col_u64(row, 2), customer = db_col_u64(row, 3);
    enum db_status status = db_exec(db, &forget_event, DB_ARGS(db_u64(db_col_u64(row, 0))), NULL);
    if (status == DB_OK && conversion != 0)
        status = forget_sale_of(db, conversion);
    return status == DB_OK && customer != 0 ? pseudonymise(db, customer) : status;
}

static enum db_status redact_shop(struct db *db, struct forgetting *f)
{
    enum db_status status = DB_OK;
    struct db_rows *rows =
        db_query(db, f->arena, &list_events_of_door,
                 DB_ARGS(db_u64(f->brand), db_cstr(f->mode), db_text(f->door), db_i64(f->asked_us),
                         db_i64(f->cursor_us), db_i64(f->cursor_us), db_u64(f->cursor_id),
                         db_u64(EVENTS_AT_ONCE)));
    f->is_done = db_rows_count(rows) < EVENTS_AT_ONCE;
    while (status == DB_OK && db_next(rows)) {
        status = forget_told(db, rows);
        f->cursor_us = db_col_i64(rows, 1);
        f->cursor_id = db_col_u64(rows, 0);
    }
    return status == DB_OK ? db_rows_status(rows) : status;
}

/* The worker's step ------------------------------------------------------------------------------
 */

DB_SQL(find_open_redaction,
       "SELECT id, brand, mode, door, kind, customer_hash, orders, cursor_us, cursor_id, asked_us"
       " FROM shop_request WHERE done_us = 0 ORDER BY id LIMIT 20");
DB_SQL(move_redaction,
       "UPDATE shop_request SET cursor_us = ?, cursor_id = ? WHERE id = ? AND done_us = 0");
DB_SQL(finish_redaction,
       "UPDATE shop_request SET done_us = ?, customer_hash = REPEAT(CHAR(0), 32), orders = '[]'"
       " WHERE id = ? AND done_us = 0");

static enum db_status forget_part(struct db *db, void *context)
{
    struct forgetting f = *(struct forgetting *)context; /* it may run again */
    enum db_status status =
        sv_eq(f.kind, SV("redact_shop")) ? redact_shop(db, &f) : redact_customer(db, &f);
    if (status == DB_OK)
        status =
            f.is_done
                ? db_exec_one(db, &finish_redaction, DB_ARGS(db_i64(clock_wire_us()), db_u64(f.id)))
                : db_exec_one(db, &move_redaction,
                              DB_ARGS(db_i64(f.cursor_us), db_u64(f.cursor_id), db_u64(f.id)));
    return status == DB_OK ? job_try_clear_id(db, f.job->name, f.id) : status;
}

static struct forgetting read_open(struct job *job, const struct db_rows *row)
{
    static const uint8_t nobody[HASH_SIZE];
    struct forgetting f = {.job = job,
                           .arena = job->arena,
                           .id = db_col_u64(row, 0),
                           .brand = db_col_u64(row, 1),
                           .mode = db_col_cstr(row, 2),
                           .door = db_col_text(row, 3),
                           .kind = db_col_text(row, 4),
                           .orders = db_col_text(row, 6),
                           .cursor_us = db_col_i64(row, 7),
                           .cursor_id = db_col_u64(row, 8),
                           .asked_us = db_col_i64(row, 9)};
    struct sv hash = db_col_text(row, 5);
    CHECK(hash.n == HASH_SIZE);
    memcpy(f.hash, hash.p, HASH_SIZE);
    f.has_customer = memcmp(f.hash, nobody, HASH_SIZE) != 0;
    return f;
}

/* One that was set aside does not keep the others waiting. */
enum job_result shop_request_job(struct job *job)
{
    struct db_rows *rows = db_query(job->db, job->arena, &find_open_redaction, DB_NO_ARGS);
    while (db_next(rows)) {
        struct forgetting f = read_open(job, rows);
        switch (job_try_begin_id(job, f.id)) {
        case JOB_TRY_SET_ASIDE:
            continue;
        case JOB_TRY_UNAVAILABLE:
            return JOB_UNAVAILABLE;
        case JOB_TRY_GO:
            break;
        }
        enum db_status status = db_tx_run(job->db, forget_part, &f);
        if (status == DB_UNAVAILABLE || status == DB_AMBIGUOUS)
            return JOB_UNAVAILABLE;
        if (status != DB_OK)
            log_line(LOG_ERROR, "redaction_failed", LOG_U64("shop_request", f.id));
        return JOB_WORKED;
    }
    return db_rows_status(rows) == DB_OK ? JOB_IDLE : JOB_UNAVAILABLE;
}
