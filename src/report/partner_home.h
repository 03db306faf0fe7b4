/* The partner's home: balances per currency, what is released when, and the newest sales. */
#ifndef MEED_REPORT_PARTNER_HOME_H
#define MEED_REPORT_PARTNER_HOME_H

#include "base/money.h"
#include "db/db.h"

enum { RELEASE_DAYS = 30 };

/* Pending commissions of one unit by the day their holdback ends; the past counts as today. */
struct partner_releases {
    struct unit unit;
    int64_t next_us;     /* when the next one is released */
    int64_t next_amount; /* what is released on that day */
    int64_t by_day[RELEASE_DAYS];
};

/*
 * By unit. Days are UTC, the first is today. Left out: commissions in review, and those that a
 * human must approve.
 */
MUST_USE enum db_status partner_releases_read(struct db *db, struct arena *arena, uint64_t partner,
                                              bool test_mode, int64_t now_us,
                                              struct partner_releases **out, size_t *n);

/* Sales credited to the partner that came in after `since_us`, while they are pending. */
MUST_USE enum db_status partner_count_new(struct db *db, struct arena *arena, uint64_t partner,
                                          bool test_mode, int64_t since_us, int64_t *count);

#endif
