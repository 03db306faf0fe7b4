/*
 * What takes from a recorded sale, or gives back: refunds, chargebacks, disputes won.
 *
 *   door ─▶ struct adjustment_event ─▶ which sale? ─▶ ONE transaction: the adjustment's row, the
 *              sale's refunded base, each commission's clawback, ledger, rollup, outbox, inbox
 *                                  └▶ none yet: parked, and applied when the sale comes
 *
 * The state after any set of adjustments is a function of that set, so that order, repetition and
 * time don't matter:
 *
 *   effect of a row    = what it takes while in force (0: a dispute that was won, a refund pending)
 *   refunded base      = Σ effects, at least 0, at most the sale's base
 *   clawed             = ledger_clawed(commission, base, refunded base, policy)
 *
 * A row is named by (brand, mode, source, ref). A later phase of the same ref replaces an earlier
 * one, whichever comes first; within a phase a cumulative amount only grows, and any other repeats
 * (duplicate) or contradicts (conflict: the first stands).
 */
#ifndef MEED_CONVERSION_ADJUSTMENT_H
#define MEED_CONVERSION_ADJUSTMENT_H

#include "conversion/conversion.h"

/* X(name, stored text, sign) */
#define ADJUSTMENT_KINDS(X)                                                                        \
    X(REFUND, "refund", 1)                                                                         \
    X(CHARGEBACK, "chargeback", 1)                                                                 \
    X(RESTORE, "restore", -1) /* gives back what another adjustment took: a reversed chargeback */

enum adjustment_kind {
#define X(name, text, sign) ADJUSTMENT_##name,
    ADJUSTMENT_KINDS(X)
#undef X
        ADJUSTMENT_KIND_COUNT
};

/* How much of the sale it is about. */
enum adjustment_extent {
    ADJUSTMENT_NOTHING, /* known, but not in force: pending approval, or a dispute won */
    ADJUSTMENT_WHOLE,
    ADJUSTMENT_OF_TOTAL, /* `amount` of the order's total: its share of the base is taken */
    ADJUSTMENT_OF_BASE,  /* `amount` of the base itself: goods without shipping, say */
    ADJUSTMENT_LINES,    /* what `lines` say, each a part of the base */
};

struct adjustment_line {
    struct sv line_ref, sku; /* one of them names the order's line */
    uint32_t quantity;       /* 0: not told */
    int64_t base; /* minor units; −1: not told, take the line's own price × quantity */
};

enum { ADJUSTMENT_REF_MAX = 200, ADJUSTMENT_NOTE_MAX = 500 };

struct adjustment_event {
    enum sale_door door;
    bool test_mode;
    uint64_t brand;
    uint64_t program;        /* whose scope an ORDER key is in; 0: any */
    struct uuid program_pid; /* as told; zero: not told. Not stored */
    struct sv event_id;      /* the delivery's; empty: the ref and the phase */
    struct sv topic;         /* as the provider calls it; empty: none. Not stored in JSON */
    enum adjustment_kind kind;
    struct sv ref;                          /* the refund's own id at its door */
    uint8_t phase;                          /* a later phase replaces an earlier one */
    bool cumulative;                        /* `amount` is all that was refunded under this ref */
    struct sale_key targets[SALE_KEYS_MAX]; /* any of them names the sale */
    size_t n_targets;
    enum adjustment_extent extent;
    int64_t amount;   /* ≥ 0 */
    struct unit unit; /* code empty: not told, the sale's */
    const struct adjustment_line *lines;
    size_t n_lines;
    uint64_t by_user;    /* MANUAL and CSV; else 0 */
    struct sv note;      /* shown to the partner; empty: none */
    int64_t occurred_us; /* 0: not told */

    uint8_t body_mac[MAC_SIZE];
    struct uuid request;
    int64_t received_us;
};

const char *adjustment_kind_text(enum adjustment_kind kind);
MUST_USE bool adjustment_kind_find(struct sv text, enum adjustment_kind *out);

/* The stored form, as of sale_event. */
struct sv adjustment_event_write(struct arena *arena, const struct adjustment_event *event);
MUST_USE bool adjustment_event_read(struct arena *arena, struct sv json,
                                    struct adjustment_event *out);

enum adjustment_outcome {
    ADJUSTMENT_APPLIED,   /* also when it takes nothing more: the sale is refunded in whole */
    ADJUSTMENT_PARKED,    /* no such sale yet: stored, and applied when it comes */
    ADJUSTMENT_DUPLICATE, /* known: `conversion` names its sale, unless it is parked */
    ADJUSTMENT_CONFLICT,  /* known with other content: `field` names what differs; it stands */
    ADJUSTMENT_REFUSED,   /* nothing is stored: `refusal` says why */
    ADJUSTMENT_QUEUED,    /* applying failed; the event is stored, and the worker tries again */
    ADJUSTMENT_UNAVAILABLE,
};

enum adjustment_refusal {
    ADJUSTMENT_REFUSED_PROGRAM,   /* named, and not this brand's */
    ADJUSTMENT_REFUSED_CURRENCY,  /* not the sale's */
    ADJUSTMENT_REFUSED_BRAND,     /* inactive */
    ADJUSTMENT_REFUSED_AMBIGUOUS, /* sales of several programs are called so: name the program */
};

/* As it stands in the event log: "other_currency" … */
const char *adjustment_refusal_text(enum adjustment_refusal refusal);

struct adjustment_answer {
    enum adjustment_outcome outcome;
    enum adjustment_refusal refusal;
    const char *field;      /* CONFLICT */
    struct uuid conversion; /* zero while parked */
    struct unit unit;       /* of the sale */
    int64_t refunded_base;  /* in all, after this */
    struct unit commission_unit;
    int64_t clawed;   /* of the partner's payout, in all */
    struct sv status; /* of the sale, after this */
    bool is_over;     /* it asked for more than was left; what was left is taken */
};

/* Never inside a transaction. */
MUST_USE enum adjustment_outcome conversion_adjust(struct db *db, struct arena *arena,
                                                   const struct adjustment_event *event,
                                                   struct adjustment_answer *answer);

/*
 * Fills event->unit where it is not told: the currency of the sale that the targets name, else of
 * the program, or the brand's first active one. A sale that then comes in another refuses it.
 * DB_OK also when there is none: it stays empty.
 */
MUST_USE enum db_status adjustment_find_unit(struct db *db, struct arena *arena,
                                             struct adjustment_event *event);

/* One of a sale's, for its page; all is the arena's. */
struct adjustment_shown {
    struct uuid pid;
    struct sv source, ref, note, by_user; /* by_user: name; empty: a door */
    enum adjustment_kind kind;
    bool in_force;   /* else it takes nothing: a dispute won, a refund not approved yet */
    bool is_foreign; /* it came before its sale, in another currency, and counts for nothing */
    int64_t base;    /* effect on the sale's base by itself: < 0 gives back */
    int64_t received_us, updated_us;
};
/* The first first, at most 100; by conversion.id. */
MUST_USE enum db_status adjustment_list(struct db *db, struct arena *arena, uint64_t conversion,
                                        struct adjustment_shown **out, size_t *n);

/*
 * What it would come to now: the same work, rolled back. Nothing is stored, nor noted; never
 * QUEUED.
 */
MUST_USE enum adjustment_outcome conversion_adjust_preview(struct db *db, struct arena *arena,
                                                           const struct adjustment_event *event,
                                                           struct adjustment_answer *answer);

/*
 * For the pipeline, inside the transaction that changes a sale, behind the sale's own transfers.
 * DB_RETRY: hand it on, the transaction is run again.
 *
 * adjustment_catch_up  the sale was recorded, resolved or merged, got keys, another base or another
 *                      commission: what waits for its keys is applied, and it is what its
 *                      adjustments say
 * adjustment_merge     `elder` takes over the adjustments of `younger`, whose commissions get back
 *                      what they lost: before they are read and undone, and before merged_into is
 *                      set. Then the elder catches up
 */
MUST_USE enum db_status adjustment_catch_up(struct db *db, struct arena *arena,
                                            uint64_t conversion);
MUST_USE enum db_status adjustment_merge(struct db *db, struct arena *arena, uint64_t younger,
                                         uint64_t elder);

/*
 * Invariants for ledger_verify_add():
 * I10  every sale gave back the clamped sum of its adjustments, its commissions lost what
 *      ledger_clawed says of that, and what each change moved adds up to both
 * I20  an adjustment waits for a key of its sale, with its event, or is applied
 */
enum db_status adjustment_refund_check(struct db *db, struct arena *arena, struct arena *scratch,
                                       struct ledger_finding *finding);
enum db_status adjustment_parked_check(struct db *db, struct arena *arena, struct arena *scratch,
                                       struct ledger_finding *finding);

#endif
