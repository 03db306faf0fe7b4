/* Totals, series and rankings, read from the rollups and what waits to be folded into them. */
#include "base/clock.h"
#include "db/compose.h"
#include "report/report.h"

static void say_brands(struct db_compose *q, const struct report_scope *scope)
{
    CHECK(scope->n_brands <= REPORT_BRANDS_MAX);
    db_compose_ids(q, scope->brands, scope->n_brands);
}

/* FROM and WHERE over rollup_day r for a scope's own dimension. */
static void say_days(struct db_compose *q, const struct report_scope *scope)
{
    switch (scope->kind) {
    case REPORT_OF_BRANDS:
        db_compose_say(q, " FROM rollup_day r WHERE r.dimension = 'brand' AND r.brand IN ");
        say_brands(q, scope);
        db_compose_say(q, " AND r.dim_id IN ");
        say_brands(q, scope);
        break;
    case REPORT_OF_PARTNER:
        db_compose_say(
            q,
            " FROM partnership ps JOIN rollup_day r ON r.brand = ps.brand AND r.dim_id = ps.id"
            " AND r.dimension = 'partnership' WHERE ps.partner = ?");
        db_compose_bind(q, db_u64(scope->partner));
        break;
    case REPORT_OF_ALL:
        db_compose_say(q,
                       " FROM brand b JOIN rollup_day r ON r.brand = b.id AND r.dim_id = b.id"
                       " AND r.dimension = 'brand' WHERE 1");
        break;
    }
}

/* The same over rollup_delta r. */
static void say_deltas(struct db_compose *q, const struct report_scope *scope)
{
    switch (scope->kind) {
    case REPORT_OF_BRANDS:
        db_compose_say(q, " FROM rollup_delta r WHERE r.brand IN ");
        say_brands(q, scope);
        break;
    case REPORT_OF_PARTNER:
        db_compose_say(q,
                       " FROM rollup_delta r JOIN partnership ps ON ps.id = r.partnership"
                       " WHERE ps.partner = ?");
        db_compose_bind(q, db_u64(scope->partner));
        break;
    case REPORT_OF_ALL:
        db_compose_say(q, " FROM rollup_delta r WHERE 1");
        break;
    }
}

static void say_span(struct db_compose *q, const struct report_scope *scope, int32_t from,
                     int32_t to)
{
    db_compose_say(q, " AND r.mode = ? AND r.day BETWEEN ? AND ?");
    db_compose_bind(q, db_cstr(scope->test_mode ? "test" : "live"));
    db_compose_bind(q, db_i64(from));
    db_compose_bind(q, db_i64(to));
}

/* Today -------------------------------------------------------------------------------------- */

DB_SQL(report_find_zone, "SELECT tz FROM brand WHERE id = ?");

static enum db_status find_today(struct db *db, struct arena *arena,
                                 const struct report_scope *scope, int32_t *today)
{
    struct db_rows *row;
    const char *zone = "UTC";
    if (scope->kind == REPORT_OF_BRANDS && scope->n_brands > 0) {
        enum db_status status =
            db_get_one(db, arena, &report_find_zone, DB_ARGS(db_u64(scope->brands[0])), &row);
        if (status != DB_OK && status != DB_NO_ROW)
            return status;
        if (status == DB_OK)
            zone = db_col_cstr(row, 0);
    }
    *today = clock_local_date(clock_business_us(), zone);
    return DB_OK;
}

/* Totals and series -------------------------------------------------------------------------- */

struct day_unit {
    int32_t day;
    struct sv unit; /* empty: clicks */
    int64_t clicks, sales, gross, commission, earned;
    int64_t uncredited; /* sales that are left out of the others */
};

struct reading {
    struct arena *arena;
    const struct report_scope *scope;
    int days;
    struct report *out;
};

static struct unit unit_of(struct sv code)
{
    struct unit unit = {.exponent = 0};
    if (unit_find_currency(code, &unit))
        return unit;
    CHECK(code.n < UNIT_CODE_SIZE);
    memcpy(unit.code, code.p, code.n);
    return unit;
}

static struct report_money *money_of(struct report *out, struct sv code)
{
    for (size_t i = 0; i < out->n_money; i++)
        if (sv_eq_cstr(code, out->money[i].unit.code))
            return &out->money[i];
    out->money[out->n_money] = (struct report_money){.unit = unit_of(code)};
    return &out->money[out->n_money++];
}

/* Like REPORT_MONEY_SUM: past the range of money stands its end. */
static void add_money(int64_t *sum, int64_t more)
{
    if (!money_add(*sum, more, sum))
        *sum = more < 0 ? -MONEY_MAX : MONEY_MAX;
}

static void add_row(struct report *out, const struct day_unit *row)
{
    bool is_now = row->day >= out->from_day;
    *(is_now ? &out->clicks : &out->clicks_before) += row->clicks;
    *(is_now ? &out->sales : &out->sales_before) += row->sales;
    out->uncredited += is_now ? row->uncredited : 0;
    if (row->unit.n > 0) {
        struct report_money *m = money_of(out, row->unit);
        *(is_now ? &m->sales : &m->sales_before) += row->sales;
        add_money(is_now ? &m->gross : &m->gross_before, row->gross);
        add_money(is_now ? &m->commission : &m->commission_before, row->commission);
        add_money(is_now ? &m->earned : &m->earned_before, row->earned);
    }
}

static int by_sales(const void *left, const void *right)
{
    const struct report_money *a = left, *b = right;
    int64_t sales_a = a->sales + a->sales_before, sales_b = b->sales + b->sales_before;
    if (sales_a != sales_b)
        return sales_a < sales_b ? 1 : -1;
    return strcmp(a->unit.code, b->unit.code);
}

/* Needs the order of money, so it comes second. */
static void add_to_series(struct report *out, const struct day_unit *row)
{
    size_t at = 0;
    while (at < out->n_days && out->days[at].day != row->day)
        at++;
    if (at == out->n_days)
        return; /* of the span before */
    out->days[at].clicks += row->clicks;
    out->days[at].sales += row->sales;
    if (out->n_money == 0 || !sv_eq_cstr(row->unit, out->money[0].unit.code))
        return;
    out->money_days[at].gross += row->gross;
    out->money_days[at].commission += row->commission;
    out->money_days[at].earned += row->earned;
}

static void lay_out_days(struct reading *reading, int32_t today)
{
    struct report *out = reading->out;
    out->to_day = today;
    out->from_day = clock_date_add(today, 1 - reading->days);
    out->n_days = (size_t)reading->days;
    out->days = arena_array(reading->arena, out->n_days, sizeof *out->days);
    for (size_t i = 0; i < out->n_days; i++)
        out->days[i].day = clock_date_add(out->from_day, (int)i);
}

#define SUMS                                                                                       \
    " SELECT r.day AS day, r.unit AS unit, r.clicks, r.sales, r.gross, r.commission, r.earned,"    \
    " 0 AS uncredited"
/* What the sums above hold and a scope leaves out. */
#define LESS                                                                                       \
    " UNION ALL SELECT r.day, r.unit, -r.clicks, -r.sales, -r.gross, -r.commission, -r.earned,"    \
    " r.sales"

static void say_uncredited(struct db_compose *q, const struct report_scope *scope, int32_t from,
                           int32_t to)
{
    CHECK(scope->kind == REPORT_OF_BRANDS);
    db_compose_say(q, LESS
                   " FROM rollup_day r WHERE r.dimension = 'partnership' AND r.dim_id = 0"
                   " AND r.brand IN ");
    say_brands(q, scope);
    say_span(q, scope, from, to);
    db_compose_say(q, LESS " FROM rollup_delta r WHERE r.partnership = 0 AND r.brand IN ");
    say_brands(q, scope);
    say_span(q, scope, from, to);
}

static struct db_rows *read_days(struct db *db, const struct reading *reading)
{
    struct db_compose q = db_compose_new(reading->arena);
    const struct report *out = reading->out;
    int32_t before = clock_date_add(out->from_day, -reading->days);
    db_compose_say(
        &q,
        "SELECT day, unit, SUM(clicks), SUM(sales), " REPORT_MONEY_SUM("gross") ", " REPORT_MONEY_SUM(
            "commission") ", " REPORT_MONEY_SUM("earned") ", SUM(uncredited) FROM (" SUMS);
    say_days(&q, reading->scope);
    say_span(&q, reading->scope, before, out->to_day);
    db_compose_say(&q, " UNION ALL" SUMS);
    say_deltas(&q, reading->scope);
    say_span(&q, reading->scope, before, out->to_day);
    if (reading->scope->credited)
        say_uncredited(&q, reading->scope, before, out->to_day);
    db_compose_say(&q, ") x GROUP BY day, unit ORDER BY day LIMIT 12000");
    return db_compose_query(&q, db, reading->arena);
}

static enum db_status read_body(struct db *db, void *context)
{
    struct reading *reading = context;
    struct report *out = reading->out;
    int32_t today;
    *out = (struct report){0};
    enum db_status status = find_today(db, reading->arena, reading->scope, &today);
    if (status != DB_OK)
        return status;
    lay_out_days(reading, today);
    struct db_rows *rows = read_days(db, reading);
    size_t n = 0;
    size_t rows_max = db_rows_count(rows) + 1;
    struct day_unit *all = arena_array(reading->arena, rows_max, sizeof *all);
    out->money =
        arena_array(reading->arena, rows_max, sizeof *out->money); /* a unit a row at most */
    while (db_next(rows)) {
        all[n] = (struct day_unit){(int32_t)db_col_i64(rows, 0), db_col_text(rows, 1),
                                   db_col_i64(rows, 2),          db_col_i64(rows, 3),
                                   db_col_i64(rows, 4),          db_col_i64(rows, 5),
                                   db_col_i64(rows, 6),          db_col_i64(rows, 7)};
        add_row(out, &all[n++]);
    }
    qsort(out->money, out->n_money, sizeof *out->money, by_sales);
    if (out->n_money > 0)
        out->money_days = arena_array(reading->arena, out->n_days, sizeof *out->money_days);
    for (size_t i = 0; i < n; i++)
        add_to_series(out, &all[i]);
    return db_rows_status(rows);
}

enum db_status report_read(struct db *db, struct arena *arena, const struct report_scope *scope,
                           int days, struct report *out)
{
    CHECK(days >= 1 && days <= REPORT_DAYS_MAX);
    struct reading reading = {arena, scope, days, out};
    return db_tx_read(db, read_body, &reading);
}

bool report_change_bp(int64_t now, int64_t before, int64_t *bp)
{
    return before > 0 && money_mul_ratio(now - before, BP_WHOLE, before, bp); /* half even */
}

bool report_rate_bp(int64_t sales, int64_t clicks, int64_t *bp)
{
    return clicks > 0 && money_mul_ratio(sales, BP_WHOLE, clicks, bp); /* half even */
}

/* Who sells most ----------------------------------------------------------------------------- */

/* Rows of partnerships in a scope; the delta's column stands in for the dimension's id. */
static void say_partnerships(struct db_compose *q, const struct report_scope *scope, bool deltas)
{
    db_compose_say(
        q, deltas ? " FROM rollup_delta r JOIN partnership ps ON ps.id = r.partnership WHERE 1"
                  : " FROM partnership ps JOIN rollup_day r ON r.brand = ps.brand"
                    " AND r.dim_id = ps.id AND r.dimension = 'partnership' WHERE 1");
    switch (scope->kind) {
    case REPORT_OF_BRANDS:
        db_compose_say(q, " AND ps.brand IN ");
        say_brands(q, scope);
        break;
    case REPORT_OF_PARTNER:
        db_compose_say(q, " AND ps.partner = ?");
        db_compose_bind(q, db_u64(scope->partner));
        break;
    case REPORT_OF_ALL:
        break;
    }
}

#define PERFORMER_SUMS                                                                             \
    " SELECT ps.id AS id, r.unit AS unit, r.clicks, r.sales, r.gross, r.commission"

static struct db_rows *read_performers(struct db *db, struct arena *arena,
                                       const struct report_scope *scope, int32_t from, int32_t to,
                                       size_t limit)
{
    struct db_compose q = db_compose_new(arena);
    db_compose_say(&q,
                   "SELECT x.id, p.handle, p.name, g.name, x.unit, SUM(x.sales) AS sales,"
                   " " REPORT_MONEY_SUM("x.gross") " AS gross, " REPORT_MONEY_SUM(
                       "x.commission") ", 0 FROM (" PERFORMER_SUMS);
    say_partnerships(&q, scope, false);
    say_span(&q, scope, from, to);
    db_compose_say(&q, " AND r.unit <> '' UNION ALL" PERFORMER_SUMS);
    say_partnerships(&q, scope, true);
    say_span(&q, scope, from, to);
    db_compose_say(
        &q,
        " AND r.unit <> '') x JOIN partnership ps ON ps.id = x.id"
        " JOIN partner p ON p.id = ps.partner JOIN program g ON g.id = ps.program"
        " GROUP BY x.id, x.unit HAVING sales > 0 ORDER BY sales DESC, gross DESC, x.id LIMIT ?");
    db_compose_bind(&q, db_u64(limit));
    return db_compose_query(&q, db, arena);
}

static enum db_status add_clicks(struct db *db, struct arena *arena,
                                 const struct report_scope *scope, int32_t from, int32_t to,
                                 struct report_performer *performer)
{
    struct db_compose q = db_compose_new(arena);
    db_compose_say(&q, "SELECT SUM(x.clicks) FROM (" PERFORMER_SUMS);
    say_partnerships(&q, scope, false);
    db_compose_say(&q, " AND ps.id = ?");
    db_compose_bind(&q, db_u64(performer->partnership));
    say_span(&q, scope, from, to);
    db_compose_say(&q, " UNION ALL" PERFORMER_SUMS);
    say_partnerships(&q, scope, true);
    db_compose_say(&q, " AND ps.id = ?");
    db_compose_bind(&q, db_u64(performer->partnership));
    say_span(&q, scope, from, to);
    db_compose_say(&q, ") x");
    struct db_rows *rows = db_compose_query(&q, db, arena);
    if (db_next(rows))
        performer->clicks = db_col_i64(rows, 0);
    return db_rows_status(rows);
}

struct ranking {
    struct arena *arena;
    const struct report_scope *scope;
    int days;
    size_t limit;
    struct report_performer *v;
    size_t n;
};

static enum db_status rank_body(struct db *db, void *context)
{
    struct ranking *r = context;
    int32_t today;
    enum db_status status = find_today(db, r->arena, r->scope, &today);
    if (status != DB_OK)
        return status;
    int32_t from = clock_date_add(today, 1 - r->days);
    struct db_rows *rows = read_performers(db, r->arena, r->scope, from, today, r->limit);
    for (r->n = 0; db_next(rows); r->n++)
        r->v[r->n] = (struct report_performer){.partnership = db_col_u64(rows, 0),
                                               .handle = db_col_text(rows, 1),
                                               .name = db_col_text(rows, 2),
                                               .program_name = db_col_text(rows, 3),
                                               .unit = unit_of(db_col_text(rows, 4)),
                                               .sales = db_col_i64(rows, 5),
                                               .gross = db_col_i64(rows, 6),
                                               .commission = db_col_i64(rows, 7)};
    status = db_rows_status(rows);
    for (size_t i = 0; i < r->n && status == DB_OK; i++)
        status = add_clicks(db, r->arena, r->scope, from, today, &r->v[i]);
    return status;
}

enum db_status report_performers(struct db *db, struct arena *arena,
                                 const struct report_scope *scope, int days, size_t limit,
                                 struct report_performer **out, size_t *n)
{
    CHECK(limit <= REPORT_PERFORMERS_MAX && days >= 1 && days <= REPORT_DAYS_MAX);
    struct ranking ranking = {arena, scope, days, limit, NULL, 0};
    ranking.v = arena_array(arena, limit + 1, sizeof *ranking.v);
    enum db_status status = db_tx_read(db, rank_body, &ranking);
    *out = ranking.v;
    *n = status == DB_OK ? ranking.n : 0;
    return status;
}

/* Links -------------------------------------------------------------------------------------- */

DB_SQL(report_sum_link,
       "SELECT SUM(clicks), SUM(sales) FROM ("
       "SELECT clicks, sales FROM rollup_day WHERE mode = ? AND brand = ? AND dimension = 'link'"
       " AND dim_id = ?"
       " UNION ALL SELECT clicks, sales FROM rollup_delta WHERE mode = ? AND brand = ?"
       " AND link = ?) x");

struct link_reading {
    struct arena *arena;
    uint64_t brand;
    const char *mode;
    const uint64_t *links;
    size_t n;
    struct report_link *out;
};

static enum db_status links_body(struct db *db, void *context)
{
    const struct link_reading *r = context;
    struct db_rows *row;
    for (size_t i = 0; i < r->n; i++) {
        enum db_status status =
            db_get_one(db, r->arena, &report_sum_link,
                       DB_ARGS(db_cstr(r->mode), db_u64(r->brand), db_u64(r->links[i]),
                               db_cstr(r->mode), db_u64(r->brand), db_u64(r->links[i])),
                       &row);
        if (status != DB_OK)
            return status;
        r->out[i] = (struct report_link){r->links[i], db_col_i64(row, 0), db_col_i64(row, 1)};
    }
    return DB_OK;
}

enum db_status report_links(struct db *db, struct arena *arena, uint64_t brand, bool test_mode,
                            const uint64_t *links, size_t n, struct report_link *out)
{
    struct link_reading r = {arena, brand, test_mode ? "test" : "live", links, n, out};
    return db_tx_read(db, links_body, &r);
}
