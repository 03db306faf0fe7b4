/*
 * What pages count: totals of a span of days with the span before, a series by
 * day, and who sells most. Read from the daily rollups and the deltas that are
 * not folded into them yet, in one snapshot, so that a sale shows at once.
 *
 * Money is per unit and never added across units. Days are the brand's local
 * days (yyyymmdd). Sales count on their own day, whatever becomes of them.
 */
#ifndef MEED_REPORT_REPORT_H
#define MEED_REPORT_REPORT_H

#include "base/money.h"
#include "db/db.h"
#include "db/job.h"
#include "ledger/ledger.h"

/*
 * SQL: a sum of money as pages show it. Amounts keep to the range of money, sums of enough of them
 * do not: then the end of the range stands for them. Rows and rollups stay exact.
 */
#define REPORT_MONEY_SUM(column)                                                                   \
    "LEAST(9000000000000000, GREATEST(-9000000000000000, SUM(" column ")))"

enum { REPORT_DAYS = 30, REPORT_DAYS_MAX = 92, REPORT_BRANDS_MAX = 50 };

/* Whose figures: of some brands, of a partner over all brands, or of the whole platform. */
struct report_scope {
    enum { REPORT_OF_BRANDS, REPORT_OF_PARTNER, REPORT_OF_ALL } kind;
    const uint64_t *brands; /* REPORT_OF_BRANDS */
    size_t n_brands;
    uint64_t partner; /* REPORT_OF_PARTNER */
    bool test_mode;
    /* REPORT_OF_BRANDS: leave out sales that nobody is credited with; report.uncredited counts
     * them. */
    bool credited;
};

struct report_money {
    struct unit unit;
    int64_t sales; /* in this unit */
    int64_t gross;
    int64_t commission; /* what the brand accrues: amount + fee_brand */
    int64_t earned;     /* what the partner earns: amount − fee_partner */
    int64_t gross_before, commission_before, earned_before, sales_before;
};

struct report_day {
    int32_t day;
    int64_t clicks, sales;
};

struct report_money_day {
    int64_t gross, commission, earned;
};

struct report {
    int32_t from_day, to_day;      /* both inclusive */
    int64_t clicks, clicks_before; /* before: as many days before from_day */
    int64_t sales, sales_before;
    int64_t uncredited;         /* of a scope that leaves them out: in the span itself */
    struct report_money *money; /* the unit with most sales first */
    size_t n_money;
    struct report_day *days; /* from from_day on, one for each day */
    size_t n_days;
    struct report_money_day *money_days; /* of money[0]'s unit, one for each day; NULL: no money */
};

/* `days` up to REPORT_DAYS_MAX, ending today in the zone of the (first) brand; UTC otherwise. */
MUST_USE enum db_status report_read(struct db *db, struct arena *arena,
                                    const struct report_scope *scope, int days, struct report *out);
/*
 * Change against the period before in basis points, half even; false when there is nothing to
 * compare with (before is 0).
 */
MUST_USE bool report_change_bp(int64_t now, int64_t before, int64_t *bp);
/* Sales by clicks in basis points; false without clicks. */
MUST_USE bool report_rate_bp(int64_t sales, int64_t clicks, int64_t *bp);

struct report_performer {
    uint64_t partnership;
    struct sv handle, name, program_name;
    struct unit unit;
    int64_t sales, gross, commission, clicks;
};
enum { REPORT_PERFORMERS_MAX = 20 };
/* Of the last `days` days, by sales, then gross; a creator paid in two units has two rows. */
MUST_USE enum db_status report_performers(struct db *db, struct arena *arena,
                                          const struct report_scope *scope, int days, size_t limit,
                                          struct report_performer **out, size_t *n);

/* Clicks, sales and money of each link of a partnership, since ever. */
struct report_link {
    uint64_t link;
    int64_t clicks, sales;
};
MUST_USE enum db_status report_links(struct db *db, struct arena *arena, uint64_t brand,
                                     bool test_mode, const uint64_t *links, size_t n,
                                     struct report_link *out);

/* Clicks and sales of some partnerships of a brand, money in each unit they were paid in. */
struct report_earned {
    struct unit unit;
    int64_t sales, earned;
};
struct report_partnership {
    uint64_t partnership;
    int64_t clicks, sales;
    struct report_earned *earned; /* the unit with most sales first */
    size_t n_earned;
};
enum { REPORT_PARTNERSHIPS_MAX = 100 };
/* Between two local days, both inclusive. `out` holds one for each of `ids`, in their order. */
MUST_USE enum db_status report_partnerships(struct db *db, struct arena *arena, uint64_t brand,
                                            bool test_mode, int32_t from_day, int32_t to_day,
                                            const uint64_t *ids, size_t n,
                                            struct report_partnership *out);

/* The worker's job: folds deltas into the days they belong to, a batch a transaction. */
enum job_result report_job_fold(struct job *job);

/* Invariant I22: any rollup day equals its recomputation. For ledger_verify_add(). */
enum db_status report_rollup_check(struct db *db, struct arena *arena, struct arena *scratch,
                                   struct ledger_finding *finding);

#endif
