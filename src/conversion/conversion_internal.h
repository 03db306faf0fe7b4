/* Shared by the files of conversion/ alone: one sale on its way through the pipeline. */
#ifndef MEED_CONVERSION_CONVERSION_INTERNAL_H
#define MEED_CONVERSION_CONVERSION_INTERNAL_H

#include "commission/commission.h"
#include "conversion/conversion.h"
#include "program/program.h"

/* A program as it was when the event met it. */
struct sale_program {
    uint64_t id, version;
    struct unit unit;
    const char *zone; /* of the brand's reports */
    bool is_draft, is_closed;
    bool brand_is_active;
    bool scope_is_program; /* an order reference is unique in its program, not in the brand */
    enum program_base base;
    struct commission_settings commission;
    uint16_t window_days, holdback_days;
    enum commission_approval approval;
};

/* Who or what may be credited, with the rate that is due if it is. */
enum { SALE_CLICKS_MAX = 50, SALE_CANDIDATES_MAX = SALE_CLICKS_MAX + 3 + SALE_CODES_MAX };

struct sale_candidates {
    struct attribution_candidate v[SALE_CANDIDATES_MAX];
    struct commission_rate own[SALE_CANDIDATES_MAX]; /* the partnership's own rate */
    uint32_t own_no[SALE_CANDIDATES_MAX];            /* and its version; 0: none */
    size_t n;
    bool click_is_missing; /* the order names a click that is not in the table */
};

struct sale {
    struct db *db;
    struct arena *arena;
    const struct sale_event *event;
    struct sale_program program;
    struct sv event_id, event_json; /* for the inbox */
    int64_t occurred_us;            /* clamped */
    uint64_t campaign;              /* told by the order; 0: none */
    uint64_t customer;              /* 0: not in the table yet, or none told */
    struct sale_candidates *candidates;

    /* what was decided */
    bool awaits_click;
    struct attribution_decision decision;
    bool has_commission; /* a partner's, or the fee of an unattributed sale */
    struct commission_result commission;

    /* what the transaction made */
    struct uuid pid, commission_pid;
    uint64_t id, commission_id;
    bool is_known;     /* it met the sale's key or event: somebody else was first */
    bool is_too_large; /* a balance would leave the range of money */
};

/* conversion_program.c ---------------------------------------------------------------------- */

/* The program that the order means, in its version of now; DB_NO_ROW when there is none. */
MUST_USE enum db_status sale_find_program(struct sale *sale);
/* The program and version that were pinned before. */
MUST_USE enum db_status sale_find_program_version(struct sale *sale, uint64_t program,
                                                  uint64_t version);

/* attribution_store.c ----------------------------------------------------------------------- */

MUST_USE enum db_status sale_load_candidates(struct sale *sale);

/* conversion_price.c: pure ------------------------------------------------------------------ */

/* Clamps the time, decides who is credited and what it earns; false beyond the range of money. */
void sale_clamp_time(struct sale *sale);
/* What the commission is taken of; the amount where the order does not tell the part it needs. */
int64_t sale_base(enum program_base how, const struct sale_event *event);
MUST_USE bool sale_decide(struct sale *sale);
const struct attribution_candidate *sale_winner(const struct sale *sale); /* NULL: nobody */
int64_t sale_release_us(const struct sale *sale);
const char *sale_status_text(const struct sale *sale);
enum conversion_credit sale_credit(const struct sale *sale);

/* conversion_store.c ------------------------------------------------------------------------ */

/* What is stored under a sale's key. */
struct known_sale {
    uint64_t id, program;
    struct uuid pid;
    int64_t gross;
    struct sv unit, event, status, method;
    int64_t commission, payout;
    struct sv commission_unit;
};

MUST_USE enum db_status sale_find_known(struct sale *sale, struct known_sale *known);
/* The public id of the stored sale. */
MUST_USE enum db_status sale_find_pid(struct sale *sale);
/* Customer and campaign, where the order tells of them. */
MUST_USE enum db_status sale_find_context(struct sale *sale);
/* Bodies of db_tx_run; the context is the struct sale. */
enum db_status sale_write_new(struct db *db, void *sale);
/* The same for a stored sale whose click came, or did not come in time. */
enum db_status sale_write_resolved(struct db *db, void *sale);

/* conversion_record.c ------------------------------------------------------------------------ */

/*
 * Takes up a stored sale that waits for its click, under the version pinned then. DB_OK: resolved;
 * DB_ROLLBACK: it goes on waiting; DB_NO_ROW: nothing waits any more.
 */
MUST_USE enum db_status sale_resolve(struct db *db, struct arena *arena,
                                     const struct sale_event *event, uint64_t conversion,
                                     uint64_t version);

/* conversion_inbox.c ------------------------------------------------------------------------ */

/* What the inbox says of a sale that is recorded. */
struct sale_inbox_state {
    const char *state, *reason;
    int64_t due_us; /* wire clock; 0: never */
};
struct sale_inbox_state sale_inbox_state(const struct sale *sale);
/* A transaction of their own. */
MUST_USE enum db_status sale_inbox_keep_failed(struct sale *sale);
MUST_USE enum db_status sale_inbox_keep_conflict(struct sale *sale, uint64_t conversion,
                                                 const char *field);

#endif
