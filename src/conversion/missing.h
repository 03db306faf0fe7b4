/*
 * Finding a missing sale: what became of an order, of a customer's orders, or of a click.
 *
 * Asked for by a brand, or by a partner about their own earnings. What is found is told of as the
 * asker may see it: a partner learns that somebody else was credited, never who, and nothing of
 * the customer. The answer is one list: what was recorded, else what was received and not
 * recorded, else what became of the click, else nothing, with when each door last heard anything.
 */
#ifndef MEED_CONVERSION_MISSING_H
#define MEED_CONVERSION_MISSING_H

#include "conversion/sale_event.h"
#include "db/db.h"

enum missing_by { MISSING_BY_ORDER, MISSING_BY_EMAIL, MISSING_BY_CLICK };

struct missing_query {
    uint64_t brand;   /* 0: every brand of the partner */
    uint64_t partner; /* who asks; 0: the brand itself */
    bool test_mode;
    enum missing_by by;
    struct sv text; /* order reference, e-mail or click id, as typed; blanks around are dropped */
};

/* X(name, code for pages and tests) */
#define MISSING_VERDICTS(X)                                                                        \
    X(FOUND, "found")                 /* recorded, and credited: to the asker, or, for a brand, */ \
                                      /* to `handle` */                                            \
    X(DUPLICATE, "duplicate")         /* a part of another sale: `conversion` names that one */    \
    X(OTHER_PARTNER, "other_partner") /* recorded, and credited to somebody else */                \
    X(CLICK_EXPIRED, "click_expired") /* the click was `days` past the window of `window_days` */  \
    X(UNATTRIBUTED, "unattributed")   /* recorded, and nobody is credited: `reason` */             \
    X(AWAITING, "awaiting")           /* recorded; it waits for the click that it names */         \
    X(REFUSED, "refused")             /* received, not recorded: `reason`, `field`, `at_us` */     \
    X(FAILED, "failed")               /* received; recording failed, and is tried or set aside */  \
    X(CLICK_WAITS, "click_waits")     /* the click is known and within its window; no sale yet */  \
    X(CLICK_UNKNOWN, "click_unknown") /* no click of that id, or another's */                      \
    X(NEVER, "never")                 /* nothing of the kind was ever received: see `doors` */

enum missing_verdict {
#define X(name, text) MISSING_##name,
    MISSING_VERDICTS(X)
#undef X
        MISSING_VERDICT_COUNT
};

const char *missing_verdict_text(enum missing_verdict verdict);

struct missing_finding {
    enum missing_verdict verdict;
    uint64_t brand;
    struct sv brand_name;
    struct uuid conversion; /* zero: none; of DUPLICATE the sale that it is a part of */
    struct uuid program;    /* of the sale: whose partnerships it can be credited to */
    struct sv order_ref;    /* as recorded or received; for a partner, only as they typed it */
    struct sv handle;       /* who is credited; empty for a partner who is not */
    struct sv method;       /* how, where somebody is */
    struct sv status;       /* of the sale; empty for a partner who is not credited */
    struct sv door, reason, field;
    uint64_t inbox; /* the event, for a brand: inbox_find, inbox_replay; 0: none */
    int64_t at_us;  /* of the sale, the refusal or the click: business clock */
    int32_t days, window_days;
};

/* When a door was last heard of. Business clock; 0: never. */
struct missing_door {
    uint64_t brand;
    struct sv door;
    int64_t last_event_us;   /* that was authentic */
    int64_t last_refusal_us; /* that was not, or could not be read */
    struct sv refusal;       /* its code */
};

enum { MISSING_FINDINGS_MAX = 20, MISSING_DOORS_MAX = 200 };

struct missing_answer {
    struct missing_finding v[MISSING_FINDINGS_MAX]; /* at least one: NEVER, when there is nothing */
    size_t n;
    struct missing_door *doors; /* filled where nothing was recorded */
    size_t n_doors;
};

enum missing_result {
    MISSING_OK,
    MISSING_BAD /* the text is none of its kind */,
    MISSING_UNAVAILABLE
};

/* One consistent look. */
MUST_USE enum missing_result sale_find_missing(struct db *db, struct arena *arena,
                                               const struct missing_query *query,
                                               struct missing_answer *answer);

#endif
