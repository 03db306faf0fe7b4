/* Figures of some partnerships at once, for a list of them. */
#include "db/compose.h"
#include "report/report.h"

enum { UNITS_MAX = 16 };

static void say_span(struct db_compose *q, uint64_t brand, bool test_mode, int32_t from, int32_t to)
{
    db_compose_say(q, " WHERE r.mode = ? AND r.brand = ? AND r.day BETWEEN ? AND ?");
    db_compose_bind(q, db_cstr(test_mode ? "test" : "live"));
    db_compose_bind(q, db_u64(brand));
    db_compose_bind(q, db_i64(from));
    db_compose_bind(q, db_i64(to));
}

static struct report_partnership *find(struct report_partnership *all, size_t n, uint64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (all[i].partnership == id)
            return &all[i];
    UNREACHABLE(); /* the statement asks for these alone */
}

static struct unit unit_of(struct sv code)
{
    struct unit unit = {.exponent = 0};
    if (unit_find_currency(code, &unit))
        return unit;
    CHECK(code.n < UNIT_CODE_SIZE);
    memcpy(unit.code, code.p, code.n);
    return unit;
}

static void add(struct arena *arena, struct report_partnership *one, const struct db_rows *row)
{
    struct sv unit = db_col_text(row, 1);
    one->clicks += db_col_i64(row, 2);
    one->sales += db_col_i64(row, 3);
    if (unit.n == 0 || one->n_earned == UNITS_MAX)
        return;
    if (!one->earned)
        one->earned = arena_array(arena, UNITS_MAX, sizeof *one->earned);
    one->earned[one->n_earned++] =
        (struct report_earned){unit_of(unit), db_col_i64(row, 3), db_col_i64(row, 4)};
}

enum db_status report_partnerships(struct db *db, struct arena *arena, uint64_t brand,
                                   bool test_mode, int32_t from_day, int32_t to_day,
                                   const uint64_t *ids, size_t n, struct report_partnership *out)
{
    CHECK(n <= REPORT_PARTNERSHIPS_MAX);
    for (size_t i = 0; i < n; i++)
        out[i] = (struct report_partnership){.partnership = ids[i]};
    struct db_compose q = db_compose_new(arena);
    db_compose_say(&q,
                   "SELECT x.id, x.unit, SUM(x.clicks), SUM(x.sales) AS sales, "
                   REPORT_MONEY_SUM("x.earned") " FROM ("
                   "SELECT r.dim_id AS id, r.unit AS unit, r.clicks, r.sales, r.earned"
                   " FROM rollup_day r");
    say_span(&q, brand, test_mode, from_day, to_day);
    db_compose_say(&q, " AND r.dimension = 'partnership' AND r.dim_id IN ");
    db_compose_ids(&q, ids, n);
    db_compose_say(&q,
                   " UNION ALL SELECT r.partnership, r.unit, r.clicks, r.sales, r.earned"
                   " FROM rollup_delta r");
    say_span(&q, brand, test_mode, from_day, to_day);
    db_compose_say(&q, " AND r.partnership IN ");
    db_compose_ids(&q, ids, n);
    db_compose_say(&q, ") x GROUP BY x.id, x.unit ORDER BY x.id, sales DESC, x.unit LIMIT 2000");
    struct db_rows *rows = db_compose_query(&q, db, arena);
    while (db_next(rows))
        add(arena, find(out, n, db_col_u64(rows, 0)), rows);
    return db_rows_status(rows);
}
