#include "base/clock.h"
#include "report/partner_home.h"

enum { UNITS_MAX = 40 }; /* × RELEASE_DAYS: the LIMIT below */

/* One row a unit and day; the expression is what a page calls the day's payout. */
DB_SQL(find_releases,
       "SELECT c.unit, u.exponent, "
       "GREATEST(CAST(FLOOR((c.release_us - ?) / 86400000000) AS SIGNED), 0) AS day, "
       "CAST(SUM(c.amount - c.fee_partner - c.clawed) AS SIGNED), MIN(c.release_us) "
       "FROM commission c JOIN unit u ON u.code = c.unit "
       "WHERE c.partner = ? AND c.mode = ? AND c.status = 'pending' AND c.holds = 0 "
       "AND c.recipient = 'partner' AND c.approval = 'after_holdback' AND c.release_us < ? "
       "GROUP BY c.unit, u.exponent, day ORDER BY c.unit, day LIMIT 1200");

static struct partner_releases *releases_of(struct partner_releases *list, size_t *n,
                                            const struct db_rows *row)
{
    const char *code = db_col_cstr(row, 0);
    if (*n > 0 && strcmp(list[*n - 1].unit.code, code) == 0)
        return &list[*n - 1];
    if (*n == UNITS_MAX)
        return NULL;
    struct partner_releases *fresh = &list[(*n)++];
    snprintf(fresh->unit.code, sizeof(fresh->unit.code), "%s", code);
    fresh->unit.exponent = (uint8_t)db_col_u64(row, 1);
    fresh->next_us = db_col_i64(row, 4);
    fresh->next_amount = db_col_i64(row, 3);
    return fresh;
}

enum db_status partner_releases_read(struct db *db, struct arena *arena, uint64_t partner,
                                     bool test_mode, int64_t now_us, struct partner_releases **out,
                                     size_t *n)
{
    int64_t today_us = now_us - now_us % CLOCK_DAY;
    struct db_rows *r =
        db_query(db, arena, &find_releases,
                 DB_ARGS(db_i64(today_us), db_u64(partner), db_cstr(test_mode ? "test" : "live"),
                         db_i64(today_us + RELEASE_DAYS * CLOCK_DAY)));
    *out = arena_array(arena, UNITS_MAX, sizeof(**out));
    *n = 0;
    while (db_next(r)) {
        struct partner_releases *unit = releases_of(*out, n, r);
        if (!unit)
            break; /* nobody earns in more units; the cards still show all balances */
        unit->by_day[db_col_i64(r, 2)] = db_col_i64(r, 3);
    }
    return db_rows_status(r);
}

DB_SQL(count_new,
       "SELECT COUNT(*) FROM commission WHERE partner = ? AND mode = ? "
       "AND status = 'pending' AND received_us > ?");

enum db_status partner_count_new(struct db *db, struct arena *arena, uint64_t partner,
                                 bool test_mode, int64_t since_us, int64_t *count)
{
    struct db_rows *r;
    enum db_status status = db_get_one(
        db, arena, &count_new,
        DB_ARGS(db_u64(partner), db_cstr(test_mode ? "test" : "live"), db_i64(since_us)), &r);
    if (status == DB_OK)
        *count = db_col_i64(r, 0);
    return status;
}
