/*
 * Folding deltas into days, and proving that the days are right.
 *
 * A delta counts in five places: for its brand, program, partnership, link and
 * country, 0 standing for none. Deltas are taken from a queue and deleted in
 * the transaction that applies them.
 */
#include "base/clock.h"
#include "click/click.h"
#include "report/report.h"

/* 5 rows each at most: below the thousand of one transaction. */
enum { FOLD_BATCH = 150, DIMENSIONS = 5, SUMS_MAX = FOLD_BATCH * DIMENSIONS };

static const char *const dimension_names[DIMENSIONS] = {"brand", "program", "partnership", "link",
                                                        "country"};

struct sums {
    int64_t clicks, sales, gross, commission, earned;
    int64_t refunds, refunded, refunded_base, clawed_commission, clawed_earned;
};

struct day_row {
    struct sv mode, unit;
    uint64_t brand, dim_id;
    unsigned dimension;
    int32_t day;
    struct sums sums;
};

static uint64_t country_number(struct sv country)
{
    return country.n == 2 ? (uint64_t)(uint8_t)country.p[0] * 256 + (uint8_t)country.p[1] : 0;
}

static int compare_sv(struct sv a, struct sv b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n > 0 ? memcmp(a.p, b.p, n) : 0;
    return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

/* In the order of the primary key: two folders then lock rows in one order. */
static int by_key(const void *left, const void *right)
{
    const struct day_row *a = left, *b = right;
    int order = compare_sv(a->mode, b->mode);
    if (order == 0)
        order = COMPARE(a->brand, b->brand);
    if (order == 0)
        order = COMPARE(a->dimension, b->dimension);
    if (order == 0)
        order = COMPARE(a->dim_id, b->dim_id);
    if (order == 0)
        order = COMPARE(a->day, b->day);
    return order != 0 ? order : compare_sv(a->unit, b->unit);
}

static void add_sums(struct sums *to, const struct sums *more)
{
    /* Sums of bounded batches of amounts below 2^53 fit; a day's total has a wider column. */
    to->clicks += more->clicks;
    to->sales += more->sales;
    to->gross += more->gross;
    to->commission += more->commission;
    to->earned += more->earned;
    to->refunds += more->refunds;
    to->refunded += more->refunded;
    to->refunded_base += more->refunded_base;
    to->clawed_commission += more->clawed_commission;
    to->clawed_earned += more->clawed_earned;
}

/* Adjacent rows of one key become one; returns how many are left. */
static size_t merge(struct day_row *rows, size_t n)
{
    size_t kept = 0;
    qsort(rows, n, sizeof *rows, by_key);
    for (size_t i = 0; i < n; i++) {
        if (kept > 0 && by_key(&rows[kept - 1], &rows[i]) == 0)
            add_sums(&rows[kept - 1].sums, &rows[i].sums);
        else
            rows[kept++] = rows[i];
    }
    return kept;
}

DB_SQL(rollup_take_deltas,
       "SELECT id, brand, mode, day, unit, program, partnership, link, country, clicks, sales,"
       " gross, commission, earned, refunds, refunded, refunded_base, clawed_commission,"
       " clawed_earned FROM rollup_delta ORDER BY id LIMIT 150 FOR UPDATE SKIP LOCKED");
DB_SQL(rollup_delete_delta, "DELETE FROM rollup_delta WHERE id = ?");
DB_SQL(rollup_add_day,
       "INSERT INTO rollup_day (mode, brand, dimension, dim_id, day, unit, clicks, sales, gross,"
       " commission, earned, refunds, refunded, refunded_base, clawed_commission, clawed_earned)"
       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
       " ON DUPLICATE KEY UPDATE clicks = clicks + VALUES(clicks), sales = sales + VALUES(sales),"
       " gross = gross + VALUES(gross), commission = commission + VALUES(commission),"
       " earned = earned + VALUES(earned), refunds = refunds + VALUES(refunds),"
       " refunded = refunded + VALUES(refunded),"
       " refunded_base = refunded_base + VALUES(refunded_base),"
       " clawed_commission = clawed_commission + VALUES(clawed_commission),"
       " clawed_earned = clawed_earned + VALUES(clawed_earned)");

static void read_delta(const struct db_rows *row, struct day_row out[DIMENSIONS])
{
    const uint64_t ids[DIMENSIONS] = {db_col_u64(row, 1), db_col_u64(row, 5), db_col_u64(row, 6),
                                      db_col_u64(row, 7), country_number(db_col_text(row, 8))};
    for (unsigned d = 0; d < DIMENSIONS; d++)
        out[d] = (struct day_row){.mode = db_col_text(row, 2),
                                  .unit = db_col_text(row, 4),
                                  .brand = db_col_u64(row, 1),
                                  .dim_id = ids[d],
                                  .dimension = d,
                                  .day = (int32_t)db_col_i64(row, 3),
                                  .sums = {.clicks = db_col_i64(row, 9),
                                           .sales = db_col_i64(row, 10),
                                           .gross = db_col_i64(row, 11),
                                           .commission = db_col_i64(row, 12),
                                           .earned = db_col_i64(row, 13),
                                           .refunds = db_col_i64(row, 14),
                                           .refunded = db_col_i64(row, 15),
                                           .refunded_base = db_col_i64(row, 16),
                                           .clawed_commission = db_col_i64(row, 17),
                                           .clawed_earned = db_col_i64(row, 18)}};
}

static enum db_status put_days(struct db *db, struct arena *arena, const struct day_row *rows,
                               size_t n)
{
    enum { COLUMNS = 16 };
    struct db_arg *args = arena_array(arena, COLUMNS * n, sizeof *args);
    for (size_t i = 0; i < n; i++) {
        const struct day_row *r = &rows[i];
        const struct db_arg values[COLUMNS] = {db_text(r->mode),
                                               db_u64(r->brand),
                                               db_cstr(dimension_names[r->dimension]),
                                               db_u64(r->dim_id),
                                               db_i64(r->day),
                                               db_text(r->unit),
                                               db_i64(r->sums.clicks),
                                               db_i64(r->sums.sales),
                                               db_i64(r->sums.gross),
                                               db_i64(r->sums.commission),
                                               db_i64(r->sums.earned),
                                               db_i64(r->sums.refunds),
                                               db_i64(r->sums.refunded),
                                               db_i64(r->sums.refunded_base),
                                               db_i64(r->sums.clawed_commission),
                                               db_i64(r->sums.clawed_earned)};
        for (size_t c = 0; c < COLUMNS; c++)
            args[c * n + i] = values[c];
    }
    return db_exec_bulk(db, &rollup_add_day, args, COLUMNS, n, NULL);
}

struct fold {
    struct arena *arena;
    size_t done;
};

static enum db_status fold_body(struct db *db, void *context)
{
    struct fold *fold = context;
    struct db_rows *rows = db_query(db, fold->arena, &rollup_take_deltas, DB_NO_ARGS);
    size_t n = db_rows_count(rows), at = 0;
    uint64_t deleted = 0;
    struct db_arg *ids = arena_array(fold->arena, n + 1, sizeof *ids);
    struct day_row *days = arena_array(fold->arena, DIMENSIONS * n + 1, sizeof *days);
    for (; db_next(rows); at++) {
        ids[at] = db_u64(db_col_u64(rows, 0));
        read_delta(rows, &days[DIMENSIONS * at]);
    }
    fold->done = n;
    enum db_status status = db_rows_status(rows);
    if (status == DB_OK && n > 0)
        status = db_exec_bulk(db, &rollup_delete_delta, ids, 1, n, &deleted);
    if (status != DB_OK || n == 0)
        return status;
    CHECK(deleted == n); /* they were locked */
    return put_days(db, fold->arena, days, merge(days, DIMENSIONS * n));
}

enum job_result report_job_fold(struct job *job)
{
    struct fold fold = {.arena = job->arena};
    if (db_tx_run(job->db, fold_body, &fold) != DB_OK)
        return JOB_UNAVAILABLE;
    return fold.done == FOLD_BATCH ? JOB_WORKED : JOB_IDLE;
}

/* The proof ---------------------------------------------------------------------------------- */

#define REFUND_SUMS "refunds, refunded, refunded_base, clawed_commission, clawed_earned"

/*
 * What is rolled up, and what is not yet, less what the rows say: every sum is zero. One statement
 * a dimension; `of_delta`, `of_sale` and `of_refund` say where a row counts. Refunds count on their
 * own day: refund_entry has what each of them moved.
 */
#define ROLLUP_DIFFERENCE(name, of_delta, of_sale, of_refund)                                      \
    "SELECT dim_id, day, unit, SUM(sales), " REPORT_MONEY_SUM("gross") ", " REPORT_MONEY_SUM(      \
        "commission") ", " REPORT_MONEY_SUM("earned") ", SUM(refunds), " REPORT_MONEY_SUM(         \
        "refunded") ", " REPORT_MONEY_SUM("refunded_base") ", " REPORT_MONEY_SUM(                  \
        "clawed_commission") ", " REPORT_MONEY_SUM("clawed_earned") " FROM ("                      \
    "SELECT dim_id, day, unit, sales, gross, commission, earned, " REFUND_SUMS                     \
    " FROM rollup_day WHERE mode = ? AND brand = ? AND dimension = '" name                         \
    "'"                                                                                            \
    " UNION ALL SELECT " of_delta                                                                  \
    ", day, unit, sales, gross, commission, earned, " REFUND_SUMS                                  \
    " FROM rollup_delta d WHERE d.mode = ? AND d.brand = ?"                                        \
    " UNION ALL SELECT " of_sale                                                                   \
    ", c.local_date, c.unit, -COUNT(*), -SUM(c.gross), 0, 0, 0, 0, 0, 0, 0"                        \
    " FROM conversion c WHERE c.mode = ? AND c.brand = ? AND c.attribution <> 'awaiting'"          \
    " AND c.merged_into = 0"                                                                      \
    " GROUP BY 1, 2, 3"                                                                            \
    " UNION ALL SELECT " of_sale                                                                   \
    ", c.local_date, m.unit, 0, 0, -SUM(m.amount + m.fee_brand),"                                  \
    " -SUM(m.amount - m.fee_partner), 0, 0, 0, 0, 0"                                               \
    " FROM commission m JOIN conversion c ON c.id = m.conversion"                                  \
    " WHERE m.mode = ? AND m.brand = ? AND m.attribution_no = c.attribution_no"                    \
    " AND c.merged_into = 0 GROUP BY 1, 2, 3"                                                      \
    " UNION ALL SELECT " of_refund                                                                 \
    ", f.day, f.unit, 0, 0, 0, 0, -SUM(f.refunds), -SUM(f.gross), -SUM(f.base),"                   \
    " -SUM(f.payout + f.fee_partner + f.fee_brand), -SUM(f.payout)"                                \
    " FROM refund_entry f WHERE f.mode = ? AND f.brand = ? GROUP BY 1, 2, 3"                       \
    ") x GROUP BY dim_id, day, unit HAVING SUM(sales) <> 0 OR SUM(gross) <> 0"                     \
    " OR SUM(commission) <> 0 OR SUM(earned) <> 0 OR SUM(refunds) <> 0 OR SUM(refunded) <> 0"      \
    " OR SUM(refunded_base) <> 0 OR SUM(clawed_commission) <> 0 OR SUM(clawed_earned) <> 0"        \
    " LIMIT 10"

#define COUNTRY_NUMBER(table)                                                                      \
    "IF(" table                                                                                    \
    ".country = '', 0,"                                                                            \
    " ORD(LEFT(" table ".country, 1)) * 256 + ORD(SUBSTR(" table ".country, 2, 1)))"

DB_SQL(rollup_check_brand, ROLLUP_DIFFERENCE("brand", "d.brand", "c.brand", "f.brand"));
DB_SQL(rollup_check_program, ROLLUP_DIFFERENCE("program", "d.program", "c.program", "f.program"));
DB_SQL(rollup_check_partnership,
       ROLLUP_DIFFERENCE("partnership", "d.partnership", "c.partnership", "f.partnership"));
DB_SQL(rollup_check_link, ROLLUP_DIFFERENCE("link", "d.link", "c.link", "f.link"));
DB_SQL(rollup_check_country,
       ROLLUP_DIFFERENCE("country", COUNTRY_NUMBER("d"), COUNTRY_NUMBER("c"), COUNTRY_NUMBER("f")));

DB_SQL(rollup_list_tenants,
       "SELECT brand.id, m.mode, brand.tz FROM brand, (SELECT 'live' AS mode UNION ALL"
       " SELECT 'test') m WHERE brand.id > ? ORDER BY brand.id, m.mode LIMIT 200");

static const char *name_difference(struct arena *arena, uint64_t brand, unsigned dimension,
                                   const struct db_rows *row)
{
    return arena_printf(
        arena,
        "brand %" PRIu64 ", %s %" PRIu64 ", day %" PRId64 ", " SV_FMT ": off by %" PRId64
        " sales, %" PRId64 " gross, %" PRId64 " commission, %" PRId64 " earned; %" PRId64
        " refunds, %" PRId64 " returned, %" PRId64 " of the base, %" PRId64
        " commission back, %" PRId64 " earned back",
        brand, dimension_names[dimension], db_col_u64(row, 0), db_col_i64(row, 1),
        SV_ARG(db_col_text(row, 2)), db_col_i64(row, 3), db_col_i64(row, 4), db_col_i64(row, 5),
        db_col_i64(row, 6), db_col_i64(row, 7), db_col_i64(row, 8), db_col_i64(row, 9),
        db_col_i64(row, 10), db_col_i64(row, 11));
}

static enum db_status check_sales(struct db *db, struct arena *arena, struct arena *scratch,
                                  uint64_t brand, struct sv mode, struct ledger_finding *finding)
{
    static const struct db_sql *const checks[DIMENSIONS] = {
        &rollup_check_brand, &rollup_check_program, &rollup_check_partnership, &rollup_check_link,
        &rollup_check_country};
    const struct db_arg m = db_text(mode), b = db_u64(brand);
    for (unsigned d = 0; d < DIMENSIONS; d++) {
        struct db_rows *rows =
            db_query(db, scratch, checks[d], DB_ARGS(m, b, m, b, m, b, m, b, m, b));
        while (db_next(rows))
            ledger_finding_add(finding, name_difference(arena, brand, d, rows));
        if (db_rows_status(rows) != DB_OK)
            return db_rows_status(rows);
        finding->checked++;
    }
    return DB_OK;
}

/* Clicks have no local day of their own: each day's are counted between its two midnights. */
DB_SQL(rollup_list_click_days,
       "SELECT day, SUM(clicks) FROM ("
       "SELECT day, clicks FROM rollup_day WHERE mode = ? AND brand = ? AND dimension = 'brand'"
       " UNION ALL SELECT day, clicks FROM rollup_delta WHERE mode = ? AND brand = ?) x"
       " WHERE clicks <> 0 GROUP BY day ORDER BY day LIMIT 4000");
/* By the id, which begins with the time: a day's rows alone are read, whosever they are. */
DB_SQL(rollup_count_clicks,
       "SELECT COUNT(*) FROM click FORCE INDEX (PRIMARY) WHERE brand = ? AND at_us >= ?"
       " AND at_us < ? AND click_id >= ? AND click_id < ? AND mode = ? AND bot = 0");

/* Ids are made with the click: a little slack for a clock that was moved between the two. */
#define CLICK_ID_SLACK_US CLOCK_HOUR

static enum db_status check_clicks(struct db *db, struct arena *arena, struct arena *scratch,
                                   uint64_t brand, struct sv mode, const char *zone,
                                   struct ledger_finding *finding)
{
    struct db_rows *row,
        *days = db_query(db, scratch, &rollup_list_click_days,
                         DB_ARGS(db_text(mode), db_u64(brand), db_text(mode), db_u64(brand)));
    while (db_next(days)) {
        int32_t day = (int32_t)db_col_i64(days, 0);
        int64_t from_us = clock_local_day_start(day, zone);
        int64_t to_us = clock_local_day_start(clock_date_add(day, 1), zone);
        struct uuid first = click_id_floor(from_us - CLICK_ID_SLACK_US);
        struct uuid behind = click_id_floor(to_us + CLICK_ID_SLACK_US);
        enum db_status status =
            db_get_one(db, scratch, &rollup_count_clicks,
                       DB_ARGS(db_u64(brand), db_i64(from_us), db_i64(to_us), db_uuid(&first),
                               db_uuid(&behind), db_text(mode)),
                       &row);
        if (status != DB_OK)
            return status;
        finding->checked++;
        if (db_col_i64(row, 0) != db_col_i64(days, 1))
            ledger_finding_add(finding,
                               arena_printf(arena,
                                            "brand %" PRIu64 ", day %" PRId32 ": %" PRId64
                                            " clicks rolled up, %" PRId64 " stored",
                                            brand, day, db_col_i64(days, 1), db_col_i64(row, 0)));
    }
    return db_rows_status(days);
}

enum db_status report_rollup_check(struct db *db, struct arena *arena, struct arena *scratch,
                                   struct ledger_finding *finding)
{
    uint64_t last = 0;
    for (;;) {
        arena_reset(scratch);
        struct db_rows *rows = db_query(db, scratch, &rollup_list_tenants, DB_ARGS(db_u64(last)));
        while (db_next(rows)) {
            struct arena *own = arena_new(ARENA_CEILING_DEFAULT);
            uint64_t brand = db_col_u64(rows, 0);
            struct sv mode = db_col_text(rows, 1);
            enum db_status status = check_sales(db, arena, own, brand, mode, finding);
            if (status == DB_OK)
                status = check_clicks(db, arena, own, brand, mode, db_col_cstr(rows, 2), finding);
            arena_free(own);
            if (status != DB_OK)
                return status;
            last = brand;
        }
        if (db_rows_status(rows) != DB_OK || db_rows_count(rows) < 200)
            return db_rows_status(rows);
    }
}
