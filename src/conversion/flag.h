/*
 * What screening finds about a commission, and what that holds.
 *
 * A flag is one rule's finding about one commission, written once. One that
 * holds keeps a pending commission in review: it is not approved by time while
 * commission.holds, the number of its open holds, is above 0.
 *
 *   open ──▶ released    (by somebody, or by another door that vouches for the sale)
 *        └─▶ confirmed   (by somebody, who rejects the commission)
 *
 * Every function runs inside the caller's transaction (db_tx_run), before the ledger.
 */
#ifndef MEED_CONVERSION_FLAG_H
#define MEED_CONVERSION_FLAG_H

#include "db/db.h"

#define FLAG_UNVERIFIED "unverified" /* nobody but the visitor's browser tells of the sale */

enum flag_severity { FLAG_INFO, FLAG_HOLD };

struct flag {
    uint64_t commission, brand;
    bool test_mode;
    const char *rule; /* stored; at most 24 bytes */
    enum flag_severity severity;
    int64_t observed, threshold; /* what the rule counted, and what it allows; 0, 0: nothing */
    int64_t at_us;               /* business clock */
};

/* The rule's first finding stands; what is decided already is noted and holds nothing. */
MUST_USE enum db_status flag_put(struct db *db, struct arena *arena, const struct flag *flag);
/* DB_NO_ROW: no such flag is open. `by_user` 0: a rule or another door. */
MUST_USE enum db_status flag_release(struct db *db, struct arena *arena, uint64_t commission,
                                     const char *rule, uint64_t by_user, struct sv note,
                                     int64_t at_us);
MUST_USE enum db_status flag_is_open(struct db *db, struct arena *arena, uint64_t commission,
                                     const char *rule, bool *is_open);
/* A commission takes the place of another: it inherits the open holds, but for `except` ("": all),
 * and the other's flags are closed. */
MUST_USE enum db_status flag_carry(struct db *db, uint64_t from, uint64_t to, const char *except,
                                   int64_t at_us);
/* Closes what is open about a commission that is rejected or reversed. */
MUST_USE enum db_status flag_close(struct db *db, uint64_t commission, int64_t at_us);

#endif
