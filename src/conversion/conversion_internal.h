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
    enum program_code_rank code_rank;
    bool trusts_pixel;
    enum program_base base;
    struct commission_settings commission;
    uint16_t window_days, holdback_days;
    enum commission_approval approval;
};

/* Who or what may be credited, with the rate that is due if it is. */
enum {
    SALE_CLICKS_MAX = 50,
    SALE_CANDIDATES_MAX = SALE_CLICKS_MAX + 2 + SALE_CODES_MAX + 2 /* token, ref; bad, parent */
};

struct sale_candidates {
    struct attribution_candidate v[SALE_CANDIDATES_MAX];
    struct commission_rate own[SALE_CANDIDATES_MAX]; /* the partnership's own rate */
    uint32_t own_no[SALE_CANDIDATES_MAX];            /* and its version; 0: none */
    size_t n;
    bool click_is_missing; /* the order names a click that is not in the table */
};

/* The first sale of the event's subscription. */
struct sale_parent {
    uint64_t id, program, version; /* id 0: none is known */
    bool has_candidate;            /* it is attributed */
    struct attribution_candidate candidate;
    struct commission_rate own; /* as it was then */
    uint32_t own_no;
};

/* What names the sale, in the scope where it does. */
struct sale_scoped_key {
    uint64_t scope; /* 0: the brand; else the program */
    const char *kind;
    struct sv value;
};
enum { SALE_SCOPED_KEYS_MAX = SALE_KEYS_MAX + 1 };

/* Who is credited, and with which rate of their own. */
struct sale_credited {
    bool anyone; /* false: nobody; the rest is zero but for the reason */
    uint64_t partnership, partner, link, coupon, campaign;
    struct uuid click;
    enum attribution_method method;
    const char *reason;
    struct commission_rate own;
    uint32_t own_no;
};

struct sale {
    struct db *db;
    struct arena *arena;
    const struct sale_event *event;
    struct sale_program program;
    struct sv event_id, event_json;                    /* for the inbox */
    struct sale_scoped_key keys[SALE_SCOPED_KEYS_MAX]; /* in one order for all, at least one */
    size_t n_keys;
    int64_t occurred_us;   /* clamped */
    int64_t received_us;   /* of the first event: the holdback runs from it */
    uint64_t campaign;     /* told by the order; 0: none */
    uint64_t customer;     /* 0: not in the table yet, or none told */
    uint64_t told_program; /* the order names this one; 0: it names none */
    struct sale_parent parent;
    struct sale_candidates *candidates;
    bool is_vouched; /* more than the page vouches for it: it needs no second door */

    /* what was decided */
    bool awaits_click;
    int winner; /* index of the candidate, or ATTRIBUTION_NOBODY */
    struct sale_credited who;
    bool has_commission; /* a partner's, or the fee of an unattributed sale */
    struct commission_result commission;

    /* what the transaction made */
    struct uuid pid, commission_pid;
    uint64_t id, commission_id;
    bool is_known;       /* it met one of the sale's keys or its event: somebody else was first */
    bool is_too_large;   /* a balance would leave the range of money */
    bool has_parent_now; /* another sale of the subscription came first: who is credited changes */
    bool is_waited_for;  /* a parked adjustment names one of its keys */
};

/* conversion_program.c ---------------------------------------------------------------------- */

/* The program that the order means, in its version of now; DB_NO_ROW when there is none. */
MUST_USE enum db_status sale_find_program(struct sale *sale);
/* The program and version that were pinned before. */
MUST_USE enum db_status sale_find_program_version(struct sale *sale, uint64_t program,
                                                  uint64_t version);

/* attribution_store.c ----------------------------------------------------------------------- */

/* The order names something that can be credited: a click, a code, a token or a ref. */
bool sale_names_anyone(const struct sale_event *event);
/* Who names the event's subscription so. */
const char *sale_provider(enum sale_door door);
/* Fills sale->parent, where the event tells a subscription that is known. */
MUST_USE enum db_status sale_find_parent(struct sale *sale);
MUST_USE enum db_status sale_load_candidates(struct sale *sale);

/* conversion_price.c: pure ------------------------------------------------------------------ */

/* Clamps the time, decides who is credited and what it earns; false beyond the range of money. */
void sale_clamp_time(struct sale *sale);
/* What the commission is taken of; the amount where the order does not tell the part it needs. */
int64_t sale_base(enum program_base how, const struct sale_event *event);
void sale_attribute(struct sale *sale);       /* of the candidates: who is credited */
MUST_USE bool sale_price(struct sale *sale);  /* what that earns */
MUST_USE bool sale_decide(struct sale *sale); /* both, unless it waits for its click */
int64_t sale_release_us(const struct sale *sale);
const char *sale_status_text(const struct sale *sale);
enum conversion_credit sale_credit(const struct sale *sale);
/* The rule that holds its commission for review; "": none does. */
const char *sale_hold(const struct sale *sale);

/* conversion_keys.c ------------------------------------------------------------------------- */

/* All that names the event's sale, in one order, so that two deliveries lock it alike. */
void sale_collect_keys(struct sale *sale);
/* The keys behind the first, as sale_put_v2 takes them; empty when there is one. */
struct sv sale_more_keys(const struct sale *sale);

/* What is stored under a sale's keys. */
struct known_sale {
    uint64_t id, program, version;
    struct uuid pid;
    int64_t gross;
    struct sv unit, event, status, method;
    int64_t commission, payout;
    struct sv commission_unit;
    bool is_told; /* by this very event, with this body */
};

/* One event can't show more sales to be one. */
struct known_sales {
    struct known_sale v[SALE_SCOPED_KEYS_MAX];
    size_t n;
    bool by_event; /* no key of it is known, but its id at the door is taken */
};

/* By any key, the eldest first. DB_NO_ROW: none is known. */
MUST_USE enum db_status sale_find_known(struct sale *sale, struct known_sales *known);
MUST_USE enum db_status sale_find_known_by_id(struct sale *sale, uint64_t id,
                                              struct known_sale *known);
/* The sale of an event of the same door and id, told under other keys. */
MUST_USE enum db_status sale_find_known_by_event(struct sale *sale, struct known_sale *known);

/* conversion_store.c ------------------------------------------------------------------------ */

/* What a stored sale says of itself: pid, time and money, into the sale and its event. */
MUST_USE enum db_status sale_load_stored(struct sale *sale, struct sale_event *event);
/* Customer and campaign, where the order tells of them. */
MUST_USE enum db_status sale_find_context(struct sale *sale);
/* In a transaction: the customer's id, made where it is new; `is_new`: this sale is their first. */
MUST_USE enum db_status sale_put_customer(struct sale *sale, uint64_t *customer, bool *is_new);
/* The event's lines; sale->id says whose. */
MUST_USE enum db_status sale_put_items(struct sale *sale);
/* Bodies of db_tx_run; the context is the struct sale. */
enum db_status sale_write_new(struct db *db, void *sale);
/* The same for a stored sale whose click came, or did not come in time. */
enum db_status sale_write_resolved(struct db *db, void *sale);

/* conversion_credit.c ------------------------------------------------------------------------ */

/* The attribution `no`, with what it earns; for the first, what reports count as well. */
struct sale_crediting {
    uint32_t no;
    uint64_t by_user; /* 0: the rules */
    struct sv note;   /* shown to the partner */
    bool counts;      /* writes what reports count */
    const char *hold; /* "": none */
};
MUST_USE enum db_status sale_put_credit(struct sale *sale, const struct sale_crediting *how);
MUST_USE enum db_status sale_put_candidates(struct sale *sale, uint32_t no);
/* Nothing, where nothing is earned. */
MUST_USE enum ledger_built sale_build_accrual(const struct sale *sale, struct ledger_transfer *out);
/* Last in the transaction. */
MUST_USE enum db_status sale_post_accrual(struct sale *sale);

/* conversion_known.c ------------------------------------------------------------------------- */

enum sale_known_result {
    SALE_KNOWN_STORED,    /* *conflict: the field that contradicts, NULL: none */
    SALE_KNOWN_AGAIN,     /* what is known changed meanwhile: look it up again */
    SALE_KNOWN_TOO_LARGE, /* a balance would leave the range of money */
    SALE_KNOWN_FAILED,    /* keep the event for later */
    SALE_KNOWN_UNAVAILABLE,
};

/* Another event of recorded sales: what it adds, replaces, merges and releases. */
enum sale_known_result sale_write_known(struct sale *sale, const struct known_sales *known,
                                        const char **conflict);

/* conversion_record.c ------------------------------------------------------------------------ */

/*
 * Takes up a stored sale that waits for its click, under the version pinned then. DB_OK: resolved;
 * DB_ROLLBACK: it goes on waiting; DB_NO_ROW: nothing waits any more.
 */
MUST_USE enum db_status sale_resolve(struct db *db, struct arena *arena,
                                     const struct sale_event *event, uint64_t conversion,
                                     uint64_t version);
/* An event taken up again; `version` is the program_version it met, 0: it meets one now. */
MUST_USE enum conversion_outcome sale_record_again(struct db *db, struct arena *arena,
                                                   const struct sale_event *event, uint64_t version,
                                                   struct conversion_answer *answer);

/* conversion_inbox.c ------------------------------------------------------------------------ */

/* What the inbox says of a sale that is recorded. */
struct sale_inbox_state {
    const char *state, *reason;
    int64_t due_us; /* wire clock; 0: never */
};
struct sale_inbox_state sale_inbox_state(const struct sale *sale);
/* A transaction of their own. */
MUST_USE enum db_status sale_inbox_keep_failed(struct sale *sale);
/* The name of an event whose own is taken by one with another body. */
struct sv sale_marked_event_id(const struct sale *sale);
/*
 * Inside a transaction: the row of an event of a recorded sale; `conflict` names what contradicts,
 * NULL when nothing does. What failed, was refused or ignored before is taken over. DB_DUPLICATE:
 * the id is taken by what was processed.
 */
MUST_USE enum db_status sale_inbox_put_known(struct sale *sale, struct sv event_id,
                                             uint64_t conversion, const char *conflict);
/* For the event log; best effort, since the answer is the same without. */
void sale_inbox_keep_refused(struct sale *sale, enum conversion_refusal refusal);
const char *sale_refusal_text(enum conversion_refusal refusal);

static inline const char *sale_mode_text(const struct sale *sale)
{
    return sale->event->test_mode ? "test" : "live";
}

#endif
