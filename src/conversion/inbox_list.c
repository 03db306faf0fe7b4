/* The event log: what the inbox tells of each event. */
#include "conversion/conversion_list_internal.h"
#include "conversion/inbox.h"

#define COLUMNS                                                                                    \
    "SELECT i.id, i.door, i.topic, i.event_id, i.kind, i.state, i.reason, i.field, i.tries,"       \
    " i.received_us, i.due_us, i.order_ref, c.pid, c.order_ref, g.name, u.name, i.request_id,"     \
    " LENGTH(i.event), "
#define JOINS                                                                                      \
    " LEFT JOIN conversion c ON c.id = i.conversion LEFT JOIN program g ON g.id = i.program"       \
    " LEFT JOIN user u ON u.id = i.replayed_by"
/* Of INBOX_EVENT_LISTED_MAX bytes. */
#define SHORT_EVENT "IF(LENGTH(i.event) <= 8192, i.event, '')"

enum {
    COL_ID,
    COL_DOOR,
    COL_TOPIC,
    COL_EVENT_ID,
    COL_KIND,
    COL_STATE,
    COL_REASON,
    COL_FIELD,
    COL_TRIES,
    COL_RECEIVED,
    COL_DUE,
    COL_ORDER,
    COL_PID,
    COL_SALE_ORDER,
    COL_PROGRAM,
    COL_REPLAYED_BY,
    COL_REQUEST,
    COL_BYTES,
    COL_EVENT,
};

static struct inbox_row read_row(const struct db_rows *row)
{
    struct inbox_row r = {.id = db_col_u64(row, COL_ID),
                          .door = db_col_text(row, COL_DOOR),
                          .topic = db_col_text(row, COL_TOPIC),
                          .event_id = db_col_text(row, COL_EVENT_ID),
                          .kind = db_col_text(row, COL_KIND),
                          .state = db_col_text(row, COL_STATE),
                          .reason = db_col_text(row, COL_REASON),
                          .field = db_col_text(row, COL_FIELD),
                          .tries = (uint32_t)db_col_u64(row, COL_TRIES),
                          .received_us = db_col_i64(row, COL_RECEIVED),
                          .due_us = db_col_i64(row, COL_DUE),
                          .order_ref = db_col_text(row, COL_ORDER),
                          .conversion_order = db_col_text(row, COL_SALE_ORDER),
                          .program_name = db_col_text(row, COL_PROGRAM),
                          .replayed_by = db_col_text(row, COL_REPLAYED_BY),
                          .request = db_col_uuid(row, COL_REQUEST),
                          .event_bytes = db_col_u64(row, COL_BYTES),
                          .event = db_col_text(row, COL_EVENT)};
    if (!db_col_is_null(row, COL_PID))
        r.conversion = db_col_uuid(row, COL_PID);
    bool is_failed = sv_eq(r.state, SV("failed")), is_parked = sv_eq(r.state, SV("parked"));
    /* A refund that is parked waits for its sale, and is no case for anybody. */
    bool waits_for_sale = is_parked && sv_eq(r.kind, SV("adjustment"));
    r.is_quarantined = (is_failed || is_parked) && r.due_us == 0 && !waits_for_sale;
    r.may_replay =
        (r.is_quarantined || sv_eq(r.state, SV("refused"))) && !sv_eq(r.kind, SV("other"));
    return r;
}

struct listing {
    struct arena *arena;
    uint64_t brand;
    bool test_mode;
    const struct inbox_query *query;
    const char *state;
    bool only_quarantined;
    int64_t before_us;
    uint64_t before_id;
    struct inbox_page *page;
};

static void say_filters(struct db_compose *c, const struct listing *l)
{
    const struct inbox_query *q = l->query;
    db_compose_say(c, JOINS " WHERE i.brand = ? AND i.mode = ?");
    db_compose_bind(c, db_u64(l->brand));
    db_compose_bind(c, db_cstr(l->test_mode ? "test" : "live"));
    if (q->order.n > 0) {
        db_compose_say(c, " AND i.order_ref = ?");
        db_compose_bind(c, db_text(q->order));
    }
    if (q->door.n > 0) {
        db_compose_say(c, " AND i.door = ?");
        db_compose_bind(c, db_text(q->door));
    }
    if (l->state) {
        db_compose_say(c, " AND i.state = ?");
        db_compose_bind(c, db_cstr(l->state));
    }
    if (l->only_quarantined)
        db_compose_say(c, " AND i.due_us = 0");
}

static const char *index_for(const struct listing *l)
{
    if (l->query->order.n > 0)
        return " FORCE INDEX (inbox_order)";
    if (l->state)
        return " FORCE INDEX (inbox_state)";
    if (l->query->door.n > 0)
        return " FORCE INDEX (inbox_door)";
    return " FORCE INDEX (inbox_brand)";
}

static enum db_status list_body(struct db *db, void *context)
{
    const struct listing *l = context;
    struct inbox_page *page = l->page;
    struct db_compose c = db_compose_new(l->arena);
    *page = (struct inbox_page){0};
    db_compose_say(&c, COLUMNS SHORT_EVENT " FROM inbox i");
    db_compose_say(&c, index_for(l));
    say_filters(&c, l);
    db_compose_say(&c,
                   " AND i.received_us <= ? AND (i.received_us < ? OR i.id < ?)"
                   " ORDER BY i.received_us DESC, i.id DESC LIMIT 51");
    db_compose_bind(&c, db_i64(l->before_us));
    db_compose_bind(&c, db_i64(l->before_us));
    db_compose_bind(&c, db_u64(l->before_id));
    struct db_rows *rows = db_compose_query(&c, db, l->arena);
    page->v = arena_array(l->arena, INBOX_PAGE_ROWS, sizeof *page->v);
    while (page->n < INBOX_PAGE_ROWS && db_next(rows))
        page->v[page->n++] = read_row(rows);
    if (db_rows_count(rows) > INBOX_PAGE_ROWS)
        page->next = sale_cursor_write(l->arena, page->v[INBOX_PAGE_ROWS - 1].received_us,
                                       page->v[INBOX_PAGE_ROWS - 1].id);
    return db_rows_status(rows);
}

static bool read_state(struct sv text, struct listing *l)
{
    static const char *const states[] = {"processed", "failed",   "parked",
                                         "refused",   "conflict", "ignored"};
    l->only_quarantined = sv_eq(text, SV("quarantined"));
    if (l->only_quarantined)
        l->state = "failed";
    for (size_t i = 0; i < COUNT_OF(states); i++)
        if (sv_eq_cstr(text, states[i]))
            l->state = states[i];
    return text.n == 0 || l->state;
}

enum sale_query_result inbox_list(struct db *db, struct arena *arena, uint64_t brand,
                                  bool test_mode, const struct inbox_query *query,
                                  struct inbox_page *page, const char **field)
{
    struct listing l = {
        .arena = arena, .brand = brand, .test_mode = test_mode, .query = query, .page = page};
    enum sale_door door;
    *page = (struct inbox_page){0};
    *field = NULL;
    if (query->door.n > 0 && !sale_door_find(query->door, &door))
        *field = "door";
    else if (!read_state(query->state, &l))
        *field = "state";
    else if (!sale_cursor_read(query->cursor, &l.before_us, &l.before_id))
        *field = "cursor";
    if (*field)
        return SALE_QUERY_BAD;
    return db_tx_read(db, list_body, &l) == DB_OK ? SALE_QUERY_OK : SALE_QUERY_UNAVAILABLE;
}

DB_SQL(inbox_list_by_conversion,
       COLUMNS SHORT_EVENT " FROM inbox i" JOINS
                           " WHERE i.conversion = (SELECT x.id FROM conversion x WHERE x.pid = ?"
                           " AND x.brand = ?) ORDER BY i.received_us, i.id LIMIT 50");

enum db_status inbox_list_of_conversion(struct db *db, struct arena *arena, uint64_t brand,
                                        struct uuid conversion, struct inbox_page *page)
{
    struct db_rows *rows = db_query(db, arena, &inbox_list_by_conversion,
                                    DB_ARGS(db_uuid(&conversion), db_u64(brand)));
    *page = (struct inbox_page){0};
    page->v = arena_array(arena, INBOX_PAGE_ROWS, sizeof *page->v);
    while (db_next(rows))
        page->v[page->n++] = read_row(rows);
    return db_rows_status(rows);
}

DB_SQL(inbox_find_one, COLUMNS "i.event FROM inbox i" JOINS " WHERE i.id = ? AND i.brand = ?");

enum db_status inbox_find(struct db *db, struct arena *arena, uint64_t brand, uint64_t id,
                          struct inbox_row *row)
{
    struct db_rows *rows;
    enum db_status status =
        db_get_one(db, arena, &inbox_find_one, DB_ARGS(db_u64(id), db_u64(brand)), &rows);
    if (status == DB_OK)
        *row = read_row(rows);
    return status;
}
