/*
 * The drain: from this host's spool segments into the table `click`.
 *
 * A pass reads what all segments hold beyond their recorded progress, up to
 * 1,000 clicks, and commits in one transaction: the rows (bulk, known ids
 * skipped), the daily counts they add to (rollup_delta), and the new progress
 * of each segment (spool_progress), guarded by the old one. So a pass that is
 * killed, doubled or run by two processes counts every click exactly once. A
 * segment whose writer is gone is removed after the commit that read its last
 * record. It follows live segments to their edge.
 *
 * Owned by one worker a host; `meedctl worker drain` may run beside it.
 */
#ifndef MEED_CLICK_DRAIN_H
#define MEED_CLICK_DRAIN_H

#include "db/db.h"

enum { DRAIN_ROWS_MAX = 1000 };

struct drain;

struct drain *drain_new(const char *spool_dir) __attribute__((returns_nonnull));
void drain_free(struct drain *drain);

enum drain_result {
    DRAIN_IDLE,        /* all that is in the spools is in the table */
    DRAIN_MORE,        /* rows were written, and more may wait */
    DRAIN_UNAVAILABLE, /* the database or the folder can't be used now: nothing is lost */
};

struct drain_report {
    uint64_t rows;     /* clicks read in this pass */
    uint64_t segments; /* files there are */
    uint64_t torn;     /* slots of writers that died in mid-write; never answered */
    uint64_t refused;  /* records that decode to no click: logged, see drain.c */
    int64_t lag_us;    /* age of the oldest click of this pass when it was committed */
};

MUST_USE enum drain_result drain_pass(struct drain *drain, struct db *db,
                                      struct drain_report *report);

/*
 * What waits in the spools: clicks, and the age of the oldest. Reads the files through, so ask
 * rarely. What the database can't tell, how far a segment is drained, counts as waiting.
 */
struct drain_backlog {
    uint64_t clicks;
    int64_t lag_us;
};

MUST_USE bool drain_look_at_backlog(struct drain *drain, struct drain_backlog *out);

#endif
