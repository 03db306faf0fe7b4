/* Shared by the files of adjustments alone: the pure rules, and what the tables hold. */
#ifndef MEED_CONVERSION_ADJUSTMENT_INTERNAL_H
#define MEED_CONVERSION_ADJUSTMENT_INTERNAL_H

#include "conversion/adjustment.h"

/* adjustment.c: pure ------------------------------------------------------------------------ */

/* What a stored row says, or an event would store. */
struct adjustment_row {
    uint64_t id, conversion; /* 0: not stored; parked */
    struct uuid pid;
    enum adjustment_kind kind;
    uint8_t phase;
    enum adjustment_extent extent;
    int64_t amount;
    struct sv unit; /* empty: the sale's */
    const struct adjustment_line *lines;
    size_t n_lines;
};

const char *adjustment_extent_text(enum adjustment_extent extent);
MUST_USE bool adjustment_extent_find(struct sv text, enum adjustment_extent *out);
/* +1 for what takes, −1 for what gives back. */
int adjustment_sign(enum adjustment_kind kind);
struct adjustment_row adjustment_row_of(const struct adjustment_event *event);

enum adjustment_change {
    ADJUSTMENT_REPLACES,    /* a later phase, or a larger cumulative amount */
    ADJUSTMENT_REPEATS,     /* the same, or what a later one has replaced already */
    ADJUSTMENT_CONTRADICTS, /* *field names what differs */
};
/* What `event` is to the row of its ref. */
enum adjustment_change adjustment_compare(const struct adjustment_row *stored,
                                          const struct adjustment_row *event, bool cumulative,
                                          const char **field);

/* The sale that adjustments are about. */
struct adjustment_sale {
    int64_t gross, base;
};

struct adjustment_item {
    uint32_t line;
    struct sv line_ref, sku;
    uint32_t quantity;
    int64_t base;
    int64_t stored;                /* refunded, as the table has it */
    int64_t refunded;              /* of base, 0 to base: what adjustment_state_of found */
    int64_t told, counted, wholes; /* its own, while it sums */
};

/* The rows of one sale that are in force, summed by what they are about: takes count +, what gives
 * back −. Each within ±MONEY_MAX. */
struct adjustment_sums {
    int64_t wholes;       /* rows about the whole sale */
    int64_t of_total;     /* Σ amounts of the order's total */
    int64_t of_base;      /* Σ amounts of the base */
    uint32_t takes;       /* rows that take */
    uint32_t chargebacks; /* of these */
    bool has_lines;       /* some name lines */
};

/* The same for lines of one name. */
struct adjustment_line_sum {
    struct sv line_ref, sku;
    int64_t told;     /* Σ bases that were told */
    int64_t quantity; /* Σ quantities of lines whose base was not told */
    int64_t wholes;   /* lines told without base and quantity: all of it */
};

struct adjustment_state {
    int64_t effect;         /* Σ on the base, not clamped but to ±MONEY_MAX */
    int64_t refunded_base;  /* the effect, 0 to base */
    int64_t refunded_gross; /* what the customer got back, 0 to gross */
    bool is_refunded;       /* something was taken, if only of a base of 0 */
    bool is_whole;          /* nothing of the base is left */
};

/*
 * The state after a set of adjustments. Shares are rounded half even once, on the sums, so that two
 * halves are a whole. Sets `refunded` of each item.
 */
struct adjustment_state adjustment_state_of(const struct adjustment_sale *sale,
                                            const struct adjustment_sums *sums,
                                            const struct adjustment_line_sum *lines, size_t n_lines,
                                            struct adjustment_item *items, size_t n_items);
/* Of a single row: what it takes (+) or gives back (−), not clamped. */
int64_t adjustment_effect(const struct adjustment_sale *sale, const struct adjustment_row *row,
                          struct adjustment_item *items, size_t n_items);

/* adjustment_settle.c ------------------------------------------------------------------------ */

/* A sale under the lock of whoever adjusts it. */
struct adjusted_sale {
    uint64_t id, program, version, partnership, link;
    struct uuid pid;
    struct sv mode, unit, status, country;
    const char *zone;
    uint64_t brand;
    struct adjustment_sale money;
    int64_t refunded_base, refunded_gross;
    uint32_t refunds, adjusted, attribution_no;
    bool full_clawback;
};

/* Why it is settled: for the events and entries that it writes. */
struct adjustment_cause {
    uint64_t adjustment; /* 0: several */
    const char *reason;  /* "refund", "chargeback", "restore"; NULL: as the rows in force say */
    uint64_t by_user;    /* 0: a door */
    struct sv note;
};

/* What settling came to, for the answer. */
struct adjustment_settled {
    struct adjustment_state state;
    struct unit commission_unit; /* of the partner's */
    int64_t clawed;
    struct sv status; /* of the sale */
    const struct settling *settling;
};

/* All inside a transaction. Locks commissions and sale, in that order; follows merged sales to the
 * elder. DB_NO_ROW: there is no such sale. */
MUST_USE enum db_status adjustment_lock_sale(struct db *db, struct arena *arena,
                                             uint64_t conversion, struct adjusted_sale *sale);
MUST_USE enum db_status adjustment_read_items(struct db *db, struct arena *arena,
                                              uint64_t conversion, struct adjustment_item **items,
                                              size_t *n);
/* Makes the sale, its items, commissions, rollup and outbox what its adjustments say; the ledger
 * follows by the second call, last in the transaction. `sale` and `cause` outlive both. */
MUST_USE enum db_status adjustment_settle_sale(struct db *db, struct arena *arena,
                                               const struct adjusted_sale *sale,
                                               const struct adjustment_cause *cause,
                                               struct adjustment_settled *settled);
/* What settling came to before, when nothing changes; there is nothing to post. */
MUST_USE enum db_status adjustment_read_settled(struct db *db, struct arena *arena,
                                                const struct adjusted_sale *sale,
                                                struct adjustment_settled *settled);
MUST_USE enum db_status adjustment_post_settled(const struct adjustment_settled *settled);

/* What is wrong with a sale that has adjustments: settling it again would move something. NULL:
 * nothing. Locks nothing. */
MUST_USE enum db_status adjustment_find_fault(struct db *db, struct arena *arena,
                                              uint64_t conversion, const char **fault);

/* adjustment_store.c ------------------------------------------------------------------------- */

/* All inside a transaction. DB_NO_ROW: the ref is not known. */
MUST_USE enum db_status adjustment_find(struct db *db, struct arena *arena,
                                        const struct adjustment_event *event,
                                        struct adjustment_row *row);
MUST_USE enum db_status adjustment_find_by_id(struct db *db, struct arena *arena, uint64_t id,
                                              struct adjustment_row *row);
/* By any target; DB_NO_ROW when there is none. `is_ambiguous`: sales of two programs are called so,
 * and the event names no program. `wait`: for sales that are being recorded right now. */
MUST_USE enum db_status adjustment_find_sale(struct db *db, struct arena *arena,
                                             const struct adjustment_event *event, bool wait,
                                             uint64_t *conversion, bool *is_ambiguous);
/* DB_DUPLICATE: the ref is known by now. */
MUST_USE enum db_status adjustment_insert(struct db *db, struct arena *arena,
                                          const struct adjustment_event *event, struct uuid pid,
                                          uint64_t conversion, int64_t effect, uint64_t *id);
MUST_USE enum db_status adjustment_replace(struct db *db, struct arena *arena,
                                           const struct adjustment_event *event,
                                           const struct adjustment_row *stored, int64_t effect);
MUST_USE enum db_status adjustment_put_targets(struct db *db, const struct adjustment_event *event,
                                               uint64_t id, bool scope_is_program);
/* A parked row becomes that sale's: its targets go, its events are processed. */
MUST_USE enum db_status adjustment_attach(struct db *db, struct arena *arena,
                                          const struct adjusted_sale *sale,
                                          const struct adjustment_row *row);

/* The event itself, kept with what became of it. */
struct adjustment_keep {
    struct sv event_id, event_json;
    const char *state, *reason, *field;
    uint64_t conversion;
    uint64_t parked; /* the adjustment that it waits with; 0: none */
    int64_t due_us;  /* wire clock */
    uint32_t tries;
};
/* An event id of its own beside `event_id`, at most 25 bytes longer. */
struct sv adjustment_mark(struct arena *arena, struct sv event_id, struct sv by);
MUST_USE enum db_status adjustment_keep(struct db *db, struct arena *arena,
                                        const struct adjustment_event *event,
                                        const struct adjustment_keep *keep);

#endif
