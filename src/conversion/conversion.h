/*
 * The one pipeline: a sale, from whichever door, to its record.
 *
 *   door ─▶ struct sale_event ─▶ program ─▶ known? ─▶ candidates ─▶ who ─▶ how much ─▶ ONE
 * transaction │ └▶ duplicate, or a conflict that names the field
 *
 * Promises: a sale is recorded once, whatever is retried, doubled or sent at
 * the same moment; conversion, keys, attribution, commission, ledger transfer,
 * rollup and outbox row come into being together or not at all; an outcome
 * other than UNAVAILABLE means that the event is stored durably or was refused
 * with a reason.
 *
 * It knows no wire format and no page. Reads come first, the row that others
 * wait for last.
 */
#ifndef MEED_CONVERSION_CONVERSION_H
#define MEED_CONVERSION_CONVERSION_H

#include "conversion/attribution.h"
#include "conversion/sale_event.h"
#include "db/db.h"
#include "db/job.h"
#include "ledger/ledger.h"

enum conversion_outcome {
    CONVERSION_CREATED,
    CONVERSION_DUPLICATE, /* the same sale is recorded: `pid` names it */
    CONVERSION_CONFLICT,  /* recorded with another content: `field` names what differs; it stands */
    CONVERSION_REFUSED,   /* nothing is stored: `refusal` says why */
    CONVERSION_QUEUED,    /* recording failed; the event is stored, and the worker tries again */
    CONVERSION_UNAVAILABLE, /* nothing is known to be stored: answer 503 */
};

enum conversion_refusal {
    REFUSAL_PROGRAM_UNKNOWN, /* or another brand's: never told apart */
    REFUSAL_PROGRAM_DRAFT,   /* live sales need a program that was opened */
    REFUSAL_NO_PROGRAM,      /* the order names none, and the brand has no active one */
    REFUSAL_BRAND_INACTIVE,
    REFUSAL_AMOUNT_TOO_LARGE, /* the sums that follow from it would leave the range of money */
};

enum conversion_credit { CREDIT_ATTRIBUTED, CREDIT_UNATTRIBUTED, CREDIT_AWAITING };

/* CREATED, DUPLICATE and CONFLICT fill all but `refusal`; amounts are 0 while there are none. */
struct conversion_answer {
    enum conversion_outcome outcome;
    enum conversion_refusal refusal;
    const char *field; /* CONFLICT: "amount", "currency", "event", "program_id", "event_id" */
    uint64_t id;
    struct uuid pid;
    enum conversion_credit credit;
    enum attribution_method method;
    struct sv status;   /* "pending", "unattributed", "awaiting" … */
    struct sv reason;   /* CREATED: code of the attribution's reason */
    struct unit unit;   /* of the commission */
    int64_t commission; /* before fees */
    int64_t payout;     /* what the partner earns */
};

/* Never inside a transaction. Waits at most CONVERSION_WAIT_MS for a click that is on its way. */
enum { CONVERSION_WAIT_MS = 300 };
MUST_USE enum conversion_outcome conversion_record(struct db *db, struct arena *arena,
                                                   const struct sale_event *event,
                                                   struct conversion_answer *answer);

/* What came of crediting a sale by hand. */
enum conversion_attach_result {
    CONVERSION_ATTACHED,
    CONVERSION_ATTACH_SAME,       /* it is credited to that partnership */
    CONVERSION_ATTACH_NO_SALE,    /* or another brand's */
    CONVERSION_ATTACH_NO_PARTNER, /* none of the sale's program, or not active in it */
    CONVERSION_ATTACH_PAID,       /* its commission is paid, or in a payout */
    CONVERSION_ATTACH_SETTLED,    /* rejected, reversed (refunded in whole), disputed, or part of
                                     another */
    CONVERSION_ATTACH_UNAVAILABLE,
};

enum { CONVERSION_REASON_MAX = 500 };

/*
 * Credits a sale to a partnership of its program, whoever had it: the old accrual is reversed and
 * a new one posted, by the settings that the sale met and the partnership's own rate of now. No
 * door changes it afterwards. `reason`, in words, is shown to the partner who is credited; to the
 * one who was, that the brand decided so. Never inside a transaction.
 */
MUST_USE enum conversion_attach_result
conversion_reattribute(struct db *db, struct arena *arena, uint64_t brand, struct uuid conversion,
                       uint64_t partnership, struct sv reason, uint64_t by_user);

/*
 * The worker's jobs. Each step handles a bounded number of rows, an item a transaction.
 *
 * conversion_job_inbox    events whose recording failed; sales that wait for their click
 * conversion_job_approve  pending commissions past their holdback
 */
enum job_result conversion_job_inbox(struct job *job);
enum job_result conversion_job_approve(struct job *job);

/* A sale waits this long for the click that it names, by the business clock; then nobody earns. */
#define CONVERSION_AWAIT_US (24 * CLOCK_HOUR)

/*
 * Invariants for ledger_verify_add():
 * I19  every commission is told of by exactly one outbox row
 * I20  every conversion has the event it came from in the inbox, and every processed event its
 *      conversion
 */
enum db_status conversion_outbox_check(struct db *db, struct arena *arena, struct arena *scratch,
                                       struct ledger_finding *finding);
enum db_status conversion_inbox_check(struct db *db, struct arena *arena, struct arena *scratch,
                                      struct ledger_finding *finding);

#endif
