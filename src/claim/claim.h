/*
 * Claims: a partner misses a sale and says so; the brand answers.
 *
 *   filed ──▶ open ──▶ accepted   the sale is credited to the partner, by re-attribution
 *                └───▶ declined   with a note that the partner reads
 *
 * One claim an order and partnership. The partner gets a mail with the answer. A partner's
 * functions see the partner's own claims alone, a brand's the brand's: another's is not found.
 */
#ifndef MEED_CLAIM_CLAIM_H
#define MEED_CLAIM_CLAIM_H

#include "base/id.h"
#include "db/db.h"

enum { CLAIM_MESSAGE_MAX = 1000, CLAIM_NOTE_MAX = 1000, CLAIM_OPEN_MAX = 50, CLAIM_PAGE = 50 };

enum claim_state { CLAIM_OPEN, CLAIM_ACCEPTED, CLAIM_DECLINED };

struct claim {
    uint64_t id;
    struct uuid pid, partnership, conversion /* zero: none */;
    enum claim_state state;
    struct sv order_ref, message, note;
    struct sv handle, program_name, brand_name;
    int64_t filed_us, decided_us; /* decided_us 0: not yet */
};

struct claim_list {
    struct claim *v;
    size_t n;
    bool more;
};

enum claim_result {
    CLAIM_OK,
    CLAIM_NOT_FOUND,  /* no such claim or partnership, or somebody else's */
    CLAIM_NO_ORDER,   /* an order's number is needed, of 1 to 200 bytes */
    CLAIM_NO_WORDS,   /* what happened, or why not, is missing or over its limit */
    CLAIM_KNOWN,      /* this order was claimed before */
    CLAIM_TOO_MANY,   /* CLAIM_OPEN_MAX of one partnership wait for an answer */
    CLAIM_DECIDED,    /* somebody has answered it meanwhile */
    CLAIM_NO_SALE,    /* accepting: no sale of that number is recorded; record it first */
    CLAIM_NO_PARTNER, /* accepting: the creator is not active in the sale's program */
    CLAIM_LOCKED, /* accepting: its commission is paid, in a payout, or decided: it can't move */
    CLAIM_UNAVAILABLE,
};

/* An active or paused partnership of the partner's. */
MUST_USE enum claim_result claim_file(struct db *db, struct arena *arena, uint64_t partner,
                                      struct uuid partnership, struct sv order_ref,
                                      struct sv message);
MUST_USE enum claim_result claim_accept(struct db *db, struct arena *arena, uint64_t brand,
                                        struct uuid claim, uint64_t by_user);
MUST_USE enum claim_result claim_decline(struct db *db, struct arena *arena, uint64_t brand,
                                         struct uuid claim, struct sv note, uint64_t by_user);

/* Newest first; `before_id` 0 starts. Of a brand the open ones stand first, oldest first. */
MUST_USE enum db_status claim_list_of_partner(struct db *db, struct arena *arena, uint64_t partner,
                                              uint64_t before_id, struct claim_list *out);
MUST_USE enum db_status claim_list_of_brand(struct db *db, struct arena *arena, uint64_t brand,
                                            enum claim_state state, uint64_t before_id,
                                            struct claim_list *out);

#endif
