/* The operator's figures: how much there is, and what waits or has failed. */
#ifndef MEED_REPORT_ADMIN_HOME_H
#define MEED_REPORT_ADMIN_HOME_H

#include "db/db.h"
#include "http/http.h"

struct admin_counts {
    int64_t users, brands, programs, partners;
    int64_t applications;             /* waiting for a brand */
    int64_t dead_deliveries;          /* given up after all tries */
    int64_t failed_events, set_aside; /* in the inbox; rows that jobs gave up */
    int64_t unfolded, unsealed;       /* of the ledger: queued */
    int64_t oldest_application_us;    /* 0: none waits */
};

MUST_USE enum db_status admin_counts_read(struct db *db, struct arena *arena,
                                          struct admin_counts *out);

http_handler admin_home_show, admin_home_live;

#endif
