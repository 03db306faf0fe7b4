/*
 * Secrets that sign what comes in: one for each brand, door and mode, sealed in
 * the database, as a signature can't be verified by a hash.
 *
 *   rotate:  no 3, current ──▶ no 3, valid 7 days more;  no 4, current
 *
 * Rotating again ends the 7 days of the one before at once, so that two are
 * valid at most. What is generated is shown when it is made; a lost one is
 * rotated. Test secrets can be shown again, for the product's examples. Times
 * are the wire clock's.
 */
#ifndef MEED_PROGRAM_SECRET_H
#define MEED_PROGRAM_SECRET_H

#include "base/clock.h"
#include "db/db.h"

#define SECRET_OVERLAP_US (7 * CLOCK_DAY)

/* X(name, stored text): never rename one. */
#define SECRET_DOORS(X)                                                                            \
    X(POSTBACK, "postback")                                                                        \
    X(SHOPIFY, "shopify")                                                                          \
    X(STRIPE, "stripe")                                                                            \
    X(PADDLE, "paddle")                                                                            \
    X(WOOCOMMERCE, "woocommerce")

enum secret_door {
#define X(name, text) SECRET_##name,
    SECRET_DOORS(X)
#undef X
        SECRET_DOOR_COUNT
};

enum { SECRET_VALID_MAX = 2, SECRET_TEXT_MAX = 200, SECRET_LIST_MAX = 50 };

/* What a secret is for. */
struct secret_use {
    uint64_t brand;
    uint64_t program; /* 0: all of the brand's */
    enum secret_door door;
    bool test_mode;
};

/*
 * Makes the first, or the next. `pasted` empty: one is generated; else a provider's own is kept.
 * *text is the new secret.
 */
MUST_USE enum db_status secret_rotate(struct db *db, struct arena *arena,
                                      const struct secret_use *use, struct sv pasted,
                                      uint64_t by_user, struct sv *text);
/* Makes one only when there is none. *text is empty when there was. */
MUST_USE enum db_status secret_ensure(struct db *db, struct arena *arena,
                                      const struct secret_use *use, uint64_t by_user,
                                      struct sv *text);
/* Ends the older one's 7 days now: it leaked. DB_NO_ROW: there is none. */
MUST_USE enum db_status secret_end_previous(struct db *db, const struct secret_use *use);

struct secret_key {
    uint64_t id;
    struct sv text;
};

/* Those that verify a signature now, the current one first. *n 0: the door was never set up. */
MUST_USE enum db_status secret_list_valid(struct db *db, struct arena *arena,
                                          const struct secret_use *use,
                                          struct secret_key out[SECRET_VALID_MAX], size_t *n);
/* After a signature was right: noted at most once a minute. */
MUST_USE enum db_status secret_note_used(struct db *db, uint64_t secret);

struct secret {
    uint64_t id;
    uint32_t no;
    struct sv last4;
    struct sv text; /* in test mode, while it is valid; else empty */
    int64_t created_us, not_after_us /* 0: current */, last_used_us;
};

struct secret_list {
    struct secret *v;
    size_t n;
};

/* Newest first. */
MUST_USE enum db_status secret_list(struct db *db, struct arena *arena,
                                    const struct secret_use *use, struct secret_list *out);

#endif
