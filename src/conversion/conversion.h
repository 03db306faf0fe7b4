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
    const char *field; /* CONFLICT: "amount", "currency", "event", "program_id" */
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
