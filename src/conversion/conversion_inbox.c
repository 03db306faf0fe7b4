/* The inbox: the event itself, kept with what became of it. */
#include "base/log.h"
#include "conversion/conversion_internal.h"

enum { RETRY_AFTER_FAILURE_US = 5 * CLOCK_SECOND, RETRY_FOR_CLICK_US = CLOCK_SECOND };

#define INBOX_INSERT                                                                               \
    "INSERT INTO inbox (brand, mode, door, event_id, program, version, body_mac, event, state,"    \
    " reason, field, conversion, tries, due_us, request_id, received_us, topic, order_ref)"        \
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

DB_SQL(sale_insert_inbox, INBOX_INSERT);
/* A failure known already is due again. */
DB_SQL(sale_retry_inbox,
       "UPDATE inbox SET due_us = ? WHERE brand = ? AND mode = ? AND door = ? AND event_id = ?"
       " AND state = 'failed'");

struct inbox_row {
    struct sv event_id;
    const char *state, *reason, *field;
    uint64_t conversion;
    uint32_t tries;
    int64_t due_us; /* wire clock; 0: never */
};

#define INBOX_ARGS(sale, row)                                                                      \
    DB_ARGS(db_u64((sale)->event->brand), db_cstr(sale_mode_text(sale)),                           \
            db_cstr(sale_door_text((sale)->event->door)), db_text((row)->event_id),                \
            db_u64((sale)->program.id), db_u64((sale)->program.version),                           \
            db_bytes((sale)->event->body_mac, MAC_SIZE), db_text((sale)->event_json),              \
            db_cstr((row)->state), db_cstr((row)->reason), db_cstr((row)->field),                  \
            db_u64((row)->conversion), db_u64((row)->tries), db_i64((row)->due_us),                \
            db_uuid(&(sale)->event->request), db_i64((sale)->event->received_us),                  \
            db_text((sale)->event->topic), db_text((sale)->event->order_ref))

struct sale_inbox_state sale_inbox_state(const struct sale *sale)
{
    if (!sale->awaits_click)
        return (struct sale_inbox_state){"processed", "", 0};
    return (struct sale_inbox_state){"parked", "awaiting_click",
                                     clock_wire_us() + RETRY_FOR_CLICK_US};
}

struct sv sale_marked_event_id(const struct sale *sale)
{
    char mark[13];
    hex_encode(mark, sale->event->body_mac, sizeof mark / 2);
    return sv_from(arena_printf(sale->arena, SV_FMT "#%s", SV_ARG(sale->event_id), mark));
}

/* Where what was processed has its id, under the id and the mark of its body. */
static enum db_status put_failed(struct db *db, void *context)
{
    struct sale *sale = context;
    const struct sv names[] = {sale->event_id, sale_marked_event_id(sale)};
    int64_t due_us = clock_wire_us() + RETRY_AFTER_FAILURE_US;
    enum db_status status = DB_NO_ROW;
    for (size_t i = 0; i < COUNT_OF(names) && status == DB_NO_ROW; i++) {
        struct inbox_row row = {.event_id = names[i],
                                .state = "failed",
                                .reason = "recording_failed",
                                .field = "",
                                .tries = 1,
                                .due_us = due_us};
        status = db_insert_unless_known(db, &sale_insert_inbox, INBOX_ARGS(sale, &row), NULL);
        if (status == DB_DUPLICATE)
            status = db_exec_one(
                db, &sale_retry_inbox,
                DB_ARGS(db_i64(due_us), db_u64(sale->event->brand), db_cstr(sale_mode_text(sale)),
                        db_cstr(sale_door_text(sale->event->door)), db_text(names[i])));
    }
    return status == DB_NO_ROW ? DB_OK : status; /* it is stored under both */
}

enum db_status sale_inbox_keep_failed(struct sale *sale)
{
    log_line(LOG_WARN, "sale_kept_for_retry", LOG_STR("door", sale_door_text(sale->event->door)),
             LOG_U64("brand", sale->event->brand));
    return db_tx_run(sale->db, put_failed, sale);
}

const char *sale_refusal_text(enum conversion_refusal refusal)
{
    switch (refusal) {
    case REFUSAL_PROGRAM_UNKNOWN:
        return "program_unknown";
    case REFUSAL_PROGRAM_DRAFT:
        return "program_draft";
    case REFUSAL_NO_PROGRAM:
        return "no_program";
    case REFUSAL_BRAND_INACTIVE:
        return "brand_inactive";
    case REFUSAL_AMOUNT_TOO_LARGE:
        return "amount_too_large";
    }
    UNREACHABLE();
}

struct refused {
    struct sale *sale;
    struct inbox_row row;
};

static enum db_status put_refused(struct db *db, void *context)
{
    const struct refused *r = context;
    enum db_status status =
        db_insert_unless_known(db, &sale_insert_inbox, INBOX_ARGS(r->sale, &r->row), NULL);
    return status == DB_DUPLICATE ? DB_OK : status; /* told again */
}

void sale_inbox_keep_refused(struct sale *sale, enum conversion_refusal refusal)
{
    struct refused r = {sale,
                        {.event_id = sale->event_id,
                         .state = "refused",
                         .reason = sale_refusal_text(refusal),
                         .field = ""}};
    if (db_tx_run(sale->db, put_refused, &r) != DB_OK)
        log_line(LOG_WARN, "sale_refusal_not_kept",
                 LOG_STR("door", sale_door_text(sale->event->door)),
                 LOG_U64("brand", sale->event->brand));
}

DB_SQL(
    sale_take_over_inbox,
    "UPDATE inbox SET state = ?, reason = ?, field = ?, conversion = ?, program = ?, version = ?,"
    " body_mac = ?, event = ?, order_ref = ?, kind = 'sale', due_us = 0 WHERE brand = ?"
    " AND mode = ? AND door = ? AND event_id = ? AND state IN ('failed', 'refused', 'ignored')");

enum db_status sale_inbox_put_known(struct sale *sale, struct sv event_id, uint64_t conversion,
                                    const char *conflict)
{
    const struct sale_event *e = sale->event;
    struct inbox_row row = {.event_id = event_id,
                            .state = conflict ? "conflict" : "processed",
                            .reason = conflict ? "other_content" : "",
                            .field = conflict ? conflict : "",
                            .conversion = conversion};
    enum db_status status =
        db_insert_unless_known(sale->db, &sale_insert_inbox, INBOX_ARGS(sale, &row), NULL);
    if (status != DB_DUPLICATE)
        return status;
    status = db_exec_one(sale->db, &sale_take_over_inbox,
                         DB_ARGS(db_cstr(row.state), db_cstr(row.reason), db_cstr(row.field),
                                 db_u64(conversion), db_u64(sale->program.id),
                                 db_u64(sale->program.version), db_bytes(e->body_mac, MAC_SIZE),
                                 db_text(sale->event_json), db_text(e->order_ref), db_u64(e->brand),
                                 db_cstr(sale_mode_text(sale)), db_cstr(sale_door_text(e->door)),
                                 db_text(event_id)));
    return status == DB_NO_ROW ? DB_DUPLICATE : status;
}
