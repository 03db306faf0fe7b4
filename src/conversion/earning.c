/* What a partner sees of the sales credited to them: no customer, no rivals. */
#include "base/clock.h"
#include "conversion/conversion_list_internal.h"

#define EARNING_COLUMNS                                                                            \
    "SELECT STRAIGHT_JOIN c.id, c.pid, c.occurred_us, c.received_us, m.release_us, c.event,"       \
    " c.status, c.method, c.country, c.tier, c.holds, b.name, g.name, k.code, l.name, l.token,"    \
    " o.code, c.unit, c.gross, m.unit, m.amount, m.fee_partner, m.clawed, m.paid, m.approval,"     \
    " m.id, m.explanation"                                                                         \
    " FROM conversion c"
#define EARNING_JOINS                                                                              \
    " JOIN commission m ON m.conversion = c.id AND m.attribution_no = c.attribution_no"            \
    " AND m.recipient = 'partner'"                                                                 \
    " LEFT JOIN brand b ON b.id = c.brand LEFT JOIN program g ON g.id = c.program"                 \
    " LEFT JOIN campaign k ON k.id = c.campaign LEFT JOIN link l ON l.id = c.link"                 \
    " LEFT JOIN coupon o ON o.id = c.coupon"

enum { COL_COMMISSION_ID = 25, COL_EXPLANATION };

static struct earning_row read_row(const struct db_rows *row)
{
    struct earning_row e = {.id = db_col_u64(row, 0),
                            .pid = db_col_uuid(row, 1),
                            .occurred_us = db_col_i64(row, 2),
                            .received_us = db_col_i64(row, 3),
                            .release_us = db_col_i64(row, 4),
                            .event = db_col_text(row, 5),
                            .status = db_col_text(row, 6),
                            .method = db_col_text(row, 7),
                            .country = db_col_text(row, 8),
                            .tier = db_col_text(row, 9),
                            .in_review = db_col_bool(row, 10),
                            .brand_name = db_col_text(row, 11),
                            .program_name = db_col_text(row, 12),
                            .campaign = db_col_text(row, 13),
                            .link_name = db_col_text(row, 14),
                            .token = db_col_text(row, 15),
                            .coupon = db_col_text(row, 16),
                            .sale_unit = sale_unit_of(db_col_text(row, 17)),
                            .gross = db_col_i64(row, 18),
                            .unit = sale_unit_of(db_col_text(row, 19)),
                            .commission = db_col_i64(row, 20),
                            .fee = db_col_i64(row, 21),
                            .clawed = db_col_i64(row, 22),
                            .paid = db_col_i64(row, 23),
                            .approval = db_col_text(row, 24)};
    e.payout = e.commission - e.fee - e.clawed;
    return e;
}

/* The last thing that happened to it, in the words for the partner. */
DB_SQL(earning_find_last_event,
       "SELECT reason, note FROM commission_event WHERE commission = ?"
       " ORDER BY seq DESC LIMIT 1");

static enum db_status read_last_event(struct db *db, struct arena *arena, uint64_t commission,
                                      struct earning_row *row)
{
    struct db_rows *event;
    enum db_status status =
        db_get_one(db, arena, &earning_find_last_event, DB_ARGS(db_u64(commission)), &event);
    if (status != DB_OK)
        return status == DB_NO_ROW ? DB_OK : status;
    row->last_reason = db_col_text(event, 0);
    row->last_note = db_col_text(event, 1);
    return DB_OK;
}

/* The list ----------------------------------------------------------------------------------- */

struct earnings {
    struct arena *arena;
    uint64_t partner;
    bool test_mode, in_review, has_brand;
    struct sv status;
    struct uuid brand;
    int32_t from_day, to_day;
    int64_t from_us, to_us, before_us;
    uint64_t before_id;
    struct earning_page *page;
};

static void say_where(struct db_compose *c, const struct earnings *e)
{
    db_compose_say(c, " WHERE c.partner = ? AND c.mode = ? AND c.merged_into = 0");
    db_compose_bind(c, db_u64(e->partner));
    db_compose_bind(c, db_cstr(e->test_mode ? "test" : "live"));
    if (e->status.n > 0) {
        db_compose_say(c, " AND c.status = ?");
        db_compose_bind(c, db_text(e->in_review ? SV("pending") : e->status));
    }
    if (e->in_review)
        db_compose_say(c, " AND c.holds = 1");
    if (e->has_brand) {
        db_compose_say(c, " AND c.brand = (SELECT id FROM brand WHERE pid = ?)");
        db_compose_bind(c, db_uuid(&e->brand));
    }
    if (e->from_day) {
        db_compose_say(c, " AND c.occurred_us >= ? AND c.local_date >= ?");
        db_compose_bind(c, db_i64(e->from_us));
        db_compose_bind(c, db_i64(e->from_day));
    }
    if (e->to_day) {
        db_compose_say(c, " AND c.occurred_us <= ? AND c.local_date <= ?");
        db_compose_bind(c, db_i64(e->to_us));
        db_compose_bind(c, db_i64(e->to_day));
    }
}

static enum db_status read_rows(struct db *db, const struct earnings *e)
{
    struct earning_page *page = e->page;
    struct db_compose c = db_compose_new(e->arena);
    db_compose_say(&c, EARNING_COLUMNS " FORCE INDEX (conversion_partner)" EARNING_JOINS);
    say_where(&c, e);
    db_compose_say(&c,
                   " AND c.occurred_us <= ? AND (c.occurred_us < ? OR c.id < ?)"
                   " ORDER BY c.occurred_us DESC, c.id DESC LIMIT 51");
    db_compose_bind(&c, db_i64(e->before_us));
    db_compose_bind(&c, db_i64(e->before_us));
    db_compose_bind(&c, db_u64(e->before_id));
    struct db_rows *rows = db_compose_query(&c, db, e->arena);
    enum db_status status = db_rows_status(rows);
    page->v = arena_array(e->arena, SALE_PAGE_ROWS + 1, sizeof *page->v);
    while (status == DB_OK && page->n < SALE_PAGE_ROWS && db_next(rows)) {
        struct earning_row *row = &page->v[page->n++];
        *row = read_row(rows);
        status = read_last_event(db, e->arena, db_col_u64(rows, COL_COMMISSION_ID), row);
    }
    if (db_rows_count(rows) > SALE_PAGE_ROWS)
        page->next = sale_cursor_write(e->arena, page->v[SALE_PAGE_ROWS - 1].occurred_us,
                                       page->v[SALE_PAGE_ROWS - 1].id);
    return status;
}

static enum db_status count_rows(struct db *db, const struct earnings *e)
{
    struct db_compose c = db_compose_new(e->arena);
    db_compose_say(&c,
                   "SELECT COUNT(*) FROM (SELECT 1 FROM conversion c"
                   " FORCE INDEX (conversion_partner)");
    say_where(&c, e);
    db_compose_say(&c, " LIMIT ?) x");
    db_compose_bind(&c, db_u64(SALE_COUNT_LIMIT + 1));
    struct db_rows *rows = db_compose_query(&c, db, e->arena);
    if (db_next(rows))
        e->page->count = db_col_u64(rows, 0);
    e->page->count_is_capped = e->page->count > SALE_COUNT_LIMIT;
    if (e->page->count_is_capped)
        e->page->count = SALE_COUNT_LIMIT;
    return db_rows_status(rows);
}

static enum db_status list_body(struct db *db, void *context)
{
    const struct earnings *e = context;
    *e->page = (struct earning_page){0};
    enum db_status status = read_rows(db, e);
    return status == DB_OK ? count_rows(db, e) : status;
}

static const char *read_query(const struct earning_query *q, struct earnings *e)
{
    static const char *const statuses[] = {"pending",  "review",   "approved",
                                           "rejected", "reversed", "paid"};
    bool known = q->status.n == 0;
    for (size_t i = 0; i < COUNT_OF(statuses); i++)
        known = known || sv_eq_cstr(q->status, statuses[i]);
    if (!known)
        return "status";
    e->status = q->status;
    e->in_review = sv_eq(q->status, SV("review"));
    e->has_brand = q->brand.n > 0;
    if (e->has_brand && !uuid_parse(q->brand, &e->brand))
        return "brand";
    if (!sale_day_read(q->from, &e->from_day))
        return "from";
    if (!sale_day_read(q->to, &e->to_day) || (e->to_day && e->to_day < e->from_day))
        return "to";
    if (!sale_cursor_read(q->cursor, &e->before_us, &e->before_id))
        return "cursor";
    sale_days_to_span(e->from_day, e->to_day, &e->from_us, &e->to_us);
    return NULL;
}

enum sale_query_result earning_list(struct db *db, struct arena *arena, uint64_t partner,
                                    bool test_mode, const struct earning_query *query,
                                    struct earning_page *page, const char **field)
{
    struct earnings e = {.arena = arena, .partner = partner, .test_mode = test_mode, .page = page};
    *page = (struct earning_page){0};
    if (partner == 0)
        return SALE_QUERY_NOTHING; /* 0 stands for nobody: those sales are nobody's earnings */
    *field = read_query(query, &e);
    if (*field)
        return SALE_QUERY_BAD;
    return db_tx_read(db, list_body, &e) == DB_OK ? SALE_QUERY_OK : SALE_QUERY_UNAVAILABLE;
}

/* One ---------------------------------------------------------------------------------------- */

DB_SQL(earning_find_one, EARNING_COLUMNS EARNING_JOINS " WHERE c.pid = ? AND c.partner = ?");

struct finding {
    struct arena *arena;
    uint64_t partner;
    struct uuid pid;
    struct earning_detail *out;
};

static enum db_status find_body(struct db *db, void *context)
{
    const struct finding *f = context;
    struct db_rows *row;
    *f->out = (struct earning_detail){0};
    enum db_status status = db_get_one(db, f->arena, &earning_find_one,
                                       DB_ARGS(db_uuid(&f->pid), db_u64(f->partner)), &row);
    if (status != DB_OK)
        return status;
    uint64_t commission = db_col_u64(row, COL_COMMISSION_ID);
    f->out->row = read_row(row);
    CHECK(commission_explanation_read(f->arena, db_col_text(row, COL_EXPLANATION),
                                      &f->out->explanation)); /* our own */
    status = read_last_event(db, f->arena, commission, &f->out->row);
    if (status != DB_OK)
        return status;
    return sale_events_read(db, f->arena, commission, &f->out->events, &f->out->n_events);
}

enum db_status earning_find(struct db *db, struct arena *arena, uint64_t partner, struct uuid pid,
                            struct earning_detail *out)
{
    struct finding f = {arena, partner, pid, out};
    if (partner == 0)
        return DB_NO_ROW;
    return db_tx_read(db, find_body, &f);
}
