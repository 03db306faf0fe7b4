/*
 * A brand's test data: how much there is, and erasing it.
 *
 *   none ──▶ due ──▶ done ──▶ due …      the worker erases; the page says how far it is
 *
 * Gone are sales with their commissions and transfers, clicks, events, customers and daily sums,
 * all of test mode alone. Keys, secrets, the test creator and its links stay: the next test needs
 * them.
 */
#ifndef MEED_SETUP_TEST_DATA_H
#define MEED_SETUP_TEST_DATA_H

#include "db/db.h"
#include "db/job.h"

enum { TEST_DATA_COUNT_LIMIT = 10000 };

struct test_data {
    int64_t sales, clicks, events; /* counted up to TEST_DATA_COUNT_LIMIT */
    bool is_due;                   /* being erased */
    int64_t done_us;               /* wire clock; of the last time, 0: never */
    uint64_t rows_gone;            /* by the one that is due, or the last */
};

MUST_USE enum db_status test_data_look(struct db *db, struct arena *arena, uint64_t brand,
                                       struct test_data *out);
/* Asking again while it is due changes nothing. */
MUST_USE enum db_status test_data_ask_erase(struct db *db, uint64_t brand, uint64_t by_user);

job_step test_data_erase_step;

#endif
