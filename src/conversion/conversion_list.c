/*
 * The table of sales. Each filter has an index (filter, time, id): the most
 * telling one that is set is walked from the cursor on, the others are checked
 * on the way. Several brands, or several partnerships of one creator, are read
 * one by one and merged, so that each walks its own index.
 */
#include "conversion/conversion_list_internal.h"

/* A commission of the attribution in force: the partner's, or the network's fee. */
const char sale_row_columns[] =
    " c.id, c.pid, c.brand, c.occurred_us, c.received_us, c.local_date, c.order_ref, c.event,"
    " c.door, c.method, c.status, c.country, c.tier, c.holds, c.is_new_customer, c.customer,"
    " b.name, g.name, k.code, p.handle, c.unit, c.gross, c.base, c.refunded_base, m.unit,"
    " m.amount - m.clawed - m.clawed_fee_partner,"
    " m.fee_brand - m.clawed_fee_brand, m.amount - m.fee_partner - m.clawed, m.release_us";

const char sale_row_joins[] =
    " LEFT JOIN commission m ON m.conversion = c.id AND m.attribution_no = c.attribution_no"
    " AND m.recipient IN ('partner', 'network')"
    " LEFT JOIN brand b ON b.id = c.brand LEFT JOIN program g ON g.id = c.program"
    " LEFT JOIN campaign k ON k.id = c.campaign LEFT JOIN partner p ON p.id = c.partner";

struct unit sale_unit_of(struct sv code)
{
    struct unit unit = {.exponent = 0};
    if (code.n == 0 || unit_find_currency(code, &unit))
        return unit;
    CHECK(code.n < UNIT_CODE_SIZE);
    memcpy(unit.code, code.p, code.n);
    return unit;
}

struct sale_row sale_row_read(const struct db_rows *row)
{
    return (struct sale_row){.id = db_col_u64(row, 0),
                             .pid = db_col_uuid(row, 1),
                             .brand = db_col_u64(row, 2),
                             .occurred_us = db_col_i64(row, 3),
                             .received_us = db_col_i64(row, 4),
                             .local_date = (int32_t)db_col_i64(row, 5),
                             .order_ref = db_col_text(row, 6),
                             .event = db_col_text(row, 7),
                             .source = db_col_text(row, 8),
                             .method = db_col_text(row, 9),
                             .status = db_col_text(row, 10),
                             .country = db_col_text(row, 11),
                             .tier = db_col_text(row, 12),
                             .in_review = db_col_bool(row, 13),
                             .is_new_customer = db_col_bool(row, 14),
                             .has_customer = db_col_u64(row, 15) != 0,
                             .brand_name = db_col_text(row, 16),
                             .program_name = db_col_text(row, 17),
                             .campaign = db_col_text(row, 18),
                             .handle = db_col_text(row, 19),
                             .unit = sale_unit_of(db_col_text(row, 20)),
                             .gross = db_col_i64(row, 21),
                             .base = db_col_i64(row, 22),
                             .refunded_base = db_col_i64(row, 23),
                             .commission_unit = sale_unit_of(db_col_text(row, 24)),
                             .commission = db_col_i64(row, 25),
                             .fee_brand = db_col_i64(row, 26),
                             .payout = db_col_i64(row, 27),
                             .release_us = db_col_i64(row, 28)};
}

/* The filter as SQL --------------------------------------------------------------------------- */

static const char *index_for(const struct sale_filter *f)
{
    if (f->order.n > 0)
        return " FORCE INDEX (conversion_order)";
    if (f->has_creator)
        return " FORCE INDEX (conversion_partnership)";
    if (f->has_campaign)
        return " FORCE INDEX (conversion_campaign)";
    if (f->has_tier)
        return " FORCE INDEX (conversion_tier)";
    if (f->has_country)
        return " FORCE INDEX (conversion_country)";
    if (f->has_method)
        return " FORCE INDEX (conversion_method)";
    if (f->status)
        return " FORCE INDEX (conversion_status)";
    if (f->has_program)
        return " FORCE INDEX (conversion_program)";
    return " FORCE INDEX (conversion_time)";
}

static void say_if(struct db_compose *c, bool is_set, const char *condition, struct db_arg arg)
{
    if (!is_set)
        return;
    db_compose_say(c, condition);
    db_compose_bind(c, arg);
}

static void say_filter(struct db_compose *c, const struct sale_filter *f,
                       const struct sale_walk *walk)
{
    db_compose_say(c, " WHERE c.brand = ? AND c.mode = ? AND c.merged_into = 0");
    db_compose_bind(c, db_u64(walk->brand));
    db_compose_bind(c, db_cstr(f->scope.test_mode ? "test" : "live"));
    say_if(c, f->order.n > 0, " AND c.order_ref = ?", db_text(f->order));
    say_if(c, f->has_creator, " AND c.partnership = ?", db_u64(walk->partnership));
    say_if(c, f->has_campaign, " AND c.campaign = ?", db_u64(f->campaign));
    say_if(c, f->has_tier, " AND c.tier = ?", db_text(f->tier));
    say_if(c, f->has_country, " AND c.country = ?", db_text(f->country));
    say_if(c, f->has_method, " AND c.method = ?", db_text(f->method));
    say_if(c, f->status, " AND c.status = ?", db_cstr(f->status));
    say_if(c, f->in_review, " AND c.holds = ?", db_i64(1));
    say_if(c, f->has_program, " AND c.program = ?", db_u64(f->program));
    say_if(c, f->source.n > 0, " AND c.door = ?", db_text(f->source));
    say_if(c, f->from_day != 0, " AND c.local_date >= ?", db_i64(f->from_day));
    say_if(c, f->from_day != 0, " AND c.occurred_us >= ?", db_i64(f->from_us));
    say_if(c, f->to_day != 0, " AND c.local_date <= ?", db_i64(f->to_day));
}

struct db_rows *sale_rows_of_walk(struct db *db, struct arena *arena,
                                  const struct sale_filter *filter, const struct sale_walk *walk,
                                  int64_t before_us, uint64_t before_id, size_t limit)
{
    struct db_compose c = db_compose_new(arena);
    /* The order of tables is ours: the filter's index first, then its rows' names by key. */
    db_compose_say(&c, "SELECT STRAIGHT_JOIN");
    db_compose_say(&c, sale_row_columns);
    db_compose_say(&c, " FROM conversion c");
    db_compose_say(&c, index_for(filter));
    db_compose_say(&c, sale_row_joins);
    say_filter(&c, filter, walk);
    int64_t latest_us = before_us < filter->to_us ? before_us : filter->to_us;
    db_compose_say(&c,
                   " AND c.occurred_us <= ? AND (c.occurred_us < ? OR c.id < ?)"
                   " ORDER BY c.occurred_us DESC, c.id DESC LIMIT ?");
    db_compose_bind(&c, db_i64(latest_us));
    db_compose_bind(&c, db_i64(before_us));
    db_compose_bind(&c, db_u64(before_id));
    db_compose_bind(&c, db_u64(limit));
    return db_compose_query(&c, db, arena);
}

/* The page ------------------------------------------------------------------------------------ */

struct listing {
    struct arena *arena;
    const struct sale_filter *filter;
    struct sale_page *page;
};

static int latest_first(const void *left, const void *right)
{
    const struct sale_row *a = left, *b = right;
    if (a->occurred_us != b->occurred_us)
        return a->occurred_us < b->occurred_us ? 1 : -1;
    return (a->id < b->id) - (a->id > b->id);
}

static enum db_status read_rows(struct db *db, const struct listing *l)
{
    const struct sale_filter *f = l->filter;
    struct sale_page *page = l->page;
    page->v = arena_array(l->arena, (SALE_PAGE_ROWS + 1) * f->n_walks + 1, sizeof *page->v);
    page->n = 0;
    for (size_t i = 0; i < f->n_walks; i++) {
        struct db_rows *rows = sale_rows_of_walk(db, l->arena, f, &f->walks[i], f->before_us,
                                                 f->before_id, SALE_PAGE_ROWS + 1);
        while (db_next(rows))
            page->v[page->n++] = sale_row_read(rows);
        if (db_rows_status(rows) != DB_OK)
            return db_rows_status(rows);
    }
    if (f->n_walks > 1)
        qsort(page->v, page->n, sizeof *page->v, latest_first);
    page->next = NULL;
    if (page->n > SALE_PAGE_ROWS) {
        page->n = SALE_PAGE_ROWS;
        const struct sale_row *last = &page->v[SALE_PAGE_ROWS - 1];
        page->next = sale_cursor_write(l->arena, last->occurred_us, last->id);
    }
    return DB_OK;
}

/* One number of one walk: `what` stands before FROM, `behind` after the conditions. */
static enum db_status ask_walk(struct db *db, const struct listing *l, const struct sale_walk *walk,
                               const char *what, const char *behind, uint64_t *answer)
{
    const struct sale_filter *f = l->filter;
    struct db_compose c = db_compose_new(l->arena);
    db_compose_say(&c, what);
    db_compose_say(&c, " FROM conversion c");
    db_compose_say(&c, index_for(f));
    say_filter(&c, f, walk);
    say_if(&c, f->to_day != 0, " AND c.occurred_us <= ?", db_i64(f->to_us));
    db_compose_say(&c, behind);
    struct db_rows *rows = db_compose_query(&c, db, l->arena);
    *answer = db_next(rows) ? db_col_u64(rows, 0) : 0;
    return db_rows_status(rows);
}

/* Exact up to the limit; beyond it nobody counts: is there a row behind the first 10,000? */
static enum db_status count_rows(struct db *db, const struct listing *l)
{
    const struct sale_filter *f = l->filter;
    struct sale_page *page = l->page;
    enum db_status status = DB_OK;
    for (size_t i = 0; i < f->n_walks && !page->count_is_capped && status == DB_OK; i++) {
        uint64_t more = 0, n = 0;
        status = ask_walk(db, l, &f->walks[i], "SELECT 1", " LIMIT 1 OFFSET 10000", &more);
        if (status == DB_OK && !more)
            status = ask_walk(db, l, &f->walks[i], "SELECT COUNT(*)", "", &n);
        page->count += n;
        page->count_is_capped = more != 0 || page->count > SALE_COUNT_LIMIT;
    }
    if (page->count_is_capped)
        page->count = SALE_COUNT_LIMIT;
    return status;
}

static enum db_status list_body(struct db *db, void *context)
{
    const struct listing *l = context;
    enum db_status status = read_rows(db, l);
    return status == DB_OK ? count_rows(db, l) : status;
}

enum db_status sale_list(struct db *db, struct arena *arena, const struct sale_filter *filter,
                         struct sale_page *page)
{
    struct listing l = {arena, filter, page};
    *page = (struct sale_page){0};
    return db_tx_read(db, list_body, &l);
}
