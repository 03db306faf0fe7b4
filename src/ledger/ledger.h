/*
 * The ledger: double entry, append-only, one unit per account.
 *
 * Promises: a stored transfer balances to zero per unit and never changes; the
 * same transfer posted again is a replay, and with other content a conflict
 * that names the field; a partner's balance never passes a floor that a
 * transfer states; what a balance shows, `ledger_verify` can prove.
 *
 * It knows no commission, conversion or payout: they call it with amounts that
 * they decided, through one builder per row of docs/ledger.md. Builders are
 * pure; `ledger_post` runs inside the caller's transaction (db_tx_run).
 *
 * Signs: + is owed to the account's owner. Tenant = brand: every account of a
 * transfer, the network's too, belongs to that brand and to its mode.
 */
#ifndef MEED_LEDGER_LEDGER_H
#define MEED_LEDGER_LEDGER_H

#include "base/arena.h"
#include "base/money.h"
#include "db/db.h"
#include "db/job.h"

/* The chart of accounts ------------------------------------------------------------------ */

enum ledger_mode { LEDGER_LIVE, LEDGER_TEST };

enum ledger_owner { LEDGER_PARTNER, LEDGER_BRAND, LEDGER_NETWORK };

/*
 * X(name, owner, purpose, floored). Owner and purpose are stored as text: never rename one.
 *
 * A partner's balance stands in its account, moved at once by a guarded UPDATE; a floored one
 * never falls below zero. Brand and network accounts are hot: no transfer touches their row, they
 * read as what is folded plus what is not folded yet.
 */
#define LEDGER_PURPOSES(X)                                                                         \
    X(P_PENDING, PARTNER, "pending", true)          /* earned; in its holdback or in review */     \
    X(P_AVAILABLE, PARTNER, "available", false)     /* may be withdrawn; < 0 after a clawback */   \
    X(P_RESERVED, PARTNER, "reserved", true)        /* in a requested payout */                    \
    X(P_TRANSIT, PARTNER, "transit", true)          /* sent, not yet confirmed */                  \
    X(P_PAID, PARTNER, "paid", true)                /* arrived */                                  \
    X(B_ACCRUED, BRAND, "accrued", false)           /* what the brand will owe */                  \
    X(B_DUE, BRAND, "due", false)                   /* owed, not yet invoiced */                   \
    X(B_INVOICED, BRAND, "invoiced", false)         /* owed on an invoice */                       \
    X(B_FUNDS, BRAND, "funds", false)               /* paid in, not yet applied */                 \
    X(B_PAID_IN, BRAND, "paid_in", false)           /* the other side of what came in */           \
    X(N_FEE_PENDING, NETWORK, "fee_pending", false) /* fees on pending commissions */              \
    X(N_FEE, NETWORK, "fee", false)                 /* fees earned */                              \
    X(N_CASH, NETWORK, "cash", false)               /* moved between currencies at the bank */     \
    X(N_FX, NETWORK, "fx", false)                   /* the open position in a currency */          \
    X(N_SPREAD, NETWORK, "spread", false)           /* kept on a conversion of currency */         \
    X(N_WRITEOFF, NETWORK, "writeoff", false)       /* debts given up */

enum ledger_purpose {
#define X(name, owner, text, floored) LEDGER_##name,
    LEDGER_PURPOSES(X)
#undef X
        LEDGER_PURPOSE_COUNT
};

/* What a transfer is about: X(name, stored text). */
#define LEDGER_SOURCES(X)                                                                          \
    X(COMMISSION, "commission")                                                                    \
    X(PAYOUT, "payout")                                                                            \
    X(INVOICE, "invoice")                                                                          \
    X(PAYMENT, "payment")   /* money that a brand paid in */                                       \
    X(DECISION, "decision") /* an operator's, with a reason */

enum ledger_source {
#define X(name, text) LEDGER_OF_##name,
    LEDGER_SOURCES(X)
#undef X
        LEDGER_SOURCE_COUNT
};

/* What happened: X(name, stored text, what it is about). */
#define LEDGER_KINDS(X)                                                                            \
    X(ACCRUE, "accrue", COMMISSION)                                                                \
    X(APPROVE, "approve", COMMISSION)                                                              \
    X(REFUND, "refund", COMMISSION)   /* a clawback, in part or in whole; or one taken back */     \
    X(REJECT, "reject", COMMISSION)   /* undoes all that is left of a pending one */               \
    X(REVERSE, "reverse", COMMISSION) /* undoes all that is left of an approved one */             \
    X(FULFIL, "fulfil", COMMISSION)   /* a reward handed out by the brand */                       \
    X(UNFULFIL, "unfulfil", COMMISSION)                                                            \
    X(REQUEST, "request", PAYOUT)                                                                  \
    X(CANCEL, "cancel", PAYOUT)                                                                    \
    X(SEND, "send", PAYOUT)                                                                        \
    X(SETTLE, "settle", PAYOUT)                                                                    \
    X(CONNECT, "connect", PAYOUT) /* settled by the brand itself, through Stripe Connect */        \
    X(FAIL, "fail", PAYOUT)                                                                        \
    X(RETURN, "return", PAYOUT) /* undoes a settlement; a fail follows */                          \
    X(ISSUE, "issue", INVOICE)                                                                     \
    X(APPLY, "apply", INVOICE)                                                                     \
    X(PAY_IN, "pay_in", PAYMENT)                                                                   \
    X(WRITE_OFF, "write_off", DECISION)

enum ledger_kind {
#define X(name, text, source) LEDGER_##name,
    LEDGER_KINDS(X)
#undef X
        LEDGER_KIND_COUNT
};

const char *ledger_mode_text(enum ledger_mode mode);          /* "live", "test" */
const char *ledger_owner_text(enum ledger_owner owner);       /* "partner" */
const char *ledger_purpose_text(enum ledger_purpose purpose); /* "pending" */
const char *ledger_purpose_name(enum ledger_purpose purpose); /* "P.pending": for people */
const char *ledger_source_text(enum ledger_source source);
const char *ledger_kind_text(enum ledger_kind kind);
MUST_USE bool ledger_purpose_find(struct sv owner, struct sv text, enum ledger_purpose *out);
MUST_USE bool ledger_source_find(struct sv text, enum ledger_source *out);
MUST_USE bool ledger_kind_find(struct sv text, enum ledger_kind *out);
enum ledger_owner ledger_purpose_owner(enum ledger_purpose purpose);
bool ledger_purpose_is_floored(enum ledger_purpose purpose);
enum ledger_source ledger_kind_source(enum ledger_kind kind);

/* A transfer ----------------------------------------------------------------------------- */

/* What must hold of a P account once an entry is in it, beyond the floor of its purpose. */
enum ledger_guard {
    LEDGER_UNGUARDED,
    LEDGER_COVERED, /* balance − held ≥ 0: nobody withdraws what is not there */
    LEDGER_DEBT,    /* balance ≤ 0: nothing is written off that is not owed */
};

struct ledger_entry {
    enum ledger_purpose purpose; /* says the kind of its owner */
    uint64_t owner;              /* partner, brand, or 0 for the network */
    struct unit unit;
    int64_t amount;
    enum ledger_guard guard;
};

enum { LEDGER_ENTRIES_MAX = 8 };

/* One of its kind: (source kind, source, brand, kind, seq). Its content is all but the time. */
struct ledger_transfer {
    enum ledger_kind kind; /* says the kind of its source */
    uint64_t source;
    uint32_t seq; /* 1 for the first of its kind about this source */
    uint64_t brand;
    enum ledger_mode mode;
    uint64_t reverses; /* the transfer that this one mirrors entry by entry; 0: none */
    int64_t business_us;
    unsigned n;
    struct ledger_entry entries[LEDGER_ENTRIES_MAX];
};

/* NULL when well-formed; else what is wrong with it, in words. ledger_post CHECKs this. */
const char *ledger_transfer_problem(const struct ledger_transfer *transfer);

/* Builders: pure, one per row of docs/ledger.md ------------------------------------------- */

/* What a transfer is about; builders copy it. */
struct ledger_case {
    uint64_t source; /* id of the commission, payout, invoice, payment or decision */
    uint32_t seq;    /* 1 for the first of its kind */
    uint64_t brand;
    enum ledger_mode mode;
    uint64_t partner; /* who earns; 0 for an unattributed sale, an invoice, money paid in */
    struct unit unit;
    int64_t business_us;
};

enum ledger_built {
    LEDGER_BUILT,
    LEDGER_NOTHING,      /* every entry would be 0: there is nothing to post */
    LEDGER_OUT_OF_RANGE, /* a sum beyond MONEY_MAX: refuse the event, post nothing */
};

/* A commission by who gets it and who bears the fee; each ≥ 0. The brand owes the sum. */
struct ledger_split {
    int64_t payout;      /* the partner's */
    int64_t fee_partner; /* the network's, taken from the commission */
    int64_t fee_brand;   /* the network's, on top of the commission */
};

enum ledger_bearer {
    LEDGER_BEARER_NONE,
    LEDGER_BEARER_PUBLISHER,
    LEDGER_BEARER_BRAND,
    LEDGER_BEARER_BOTH
};

/* `fee` is already rounded (half even, on the commission); the payout is the remainder. */
struct ledger_split ledger_split_of(int64_t commission, int64_t fee, enum ledger_bearer bearer);
/* Nobody earns; the fee is borne once, by the brand, whoever bears it otherwise. */
struct ledger_split ledger_split_unattributed(int64_t fee, enum ledger_bearer bearer);
struct ledger_split ledger_split_minus(struct ledger_split a, struct ledger_split b);
bool ledger_split_is_zero(struct ledger_split split);

/*
 * What is to be clawed back in all, once `refunded` of `base` has been refunded in all: per
 * component half_even(component × refunded / base), capped at the component. Being a function of
 * the cumulative amount alone, it gives one result for any number and order of refunds.
 * `full_clawback`: any refund counts as a whole one. A base of 0 with a refund is a whole one.
 */
struct ledger_split ledger_clawed(struct ledger_split whole, int64_t base, int64_t refunded,
                                  bool full_clawback);

enum ledger_stage { LEDGER_STAGE_PENDING, LEDGER_STAGE_APPROVED };

MUST_USE enum ledger_built ledger_build_accrue(const struct ledger_case *c,
                                               struct ledger_split whole,
                                               struct ledger_transfer *out);
/* `left`: the whole less what was clawed back while pending. */
MUST_USE enum ledger_built ledger_build_approve(const struct ledger_case *c,
                                                struct ledger_split left,
                                                struct ledger_transfer *out);
/* `before` and `after`: clawed back in all, before and with this event; a refund that was taken
 * back (a dispute won) has after < before and gives back. Paid or invoiced changes nothing. */
MUST_USE enum ledger_built ledger_build_refund(const struct ledger_case *c, enum ledger_stage stage,
                                               struct ledger_split before,
                                               struct ledger_split after,
                                               struct ledger_transfer *out);
/* Undoes what is left: REJECT of a pending commission, REVERSE of an approved one. */
MUST_USE enum ledger_built ledger_build_undo(const struct ledger_case *c, enum ledger_stage stage,
                                             struct ledger_split left, struct ledger_transfer *out);
/* A reward in points, credits, months: handed out by the brand itself. */
MUST_USE enum ledger_built ledger_build_fulfil(const struct ledger_case *c, int64_t amount,
                                               struct ledger_transfer *out);

/* The source of these is the payout. */
MUST_USE enum ledger_built ledger_build_request(const struct ledger_case *c, int64_t amount,
                                                struct ledger_transfer *out);
MUST_USE enum ledger_built ledger_build_send(const struct ledger_case *c, int64_t amount,
                                             struct ledger_transfer *out);
MUST_USE enum ledger_built ledger_build_settle(const struct ledger_case *c, int64_t amount,
                                               struct ledger_transfer *out);

/* One unit of the source currency buys rate_e10 / 10^10 units of the target's, in major units. */
struct ledger_fx {
    struct unit target;
    int64_t rate_e10;
    int32_t spread_bp; /* kept by the network, half even on the converted amount */
};
struct ledger_fx_result {
    int64_t converted; /* half even, in the target's minor units, before the spread */
    int64_t spread;
    int64_t arrives; /* converted − spread: what the partner's bank is sent */
};
MUST_USE bool ledger_fx_apply(int64_t amount, const struct unit *from, const struct ledger_fx *fx,
                              struct ledger_fx_result *out); /* false past MONEY_MAX */
MUST_USE enum ledger_built ledger_build_settle_fx(const struct ledger_case *c, int64_t amount,
                                                  const struct ledger_fx *fx,
                                                  struct ledger_transfer *out);
/* Stripe Connect, paid by the brand from its own balance. */
MUST_USE enum ledger_built ledger_build_connect(const struct ledger_case *c, int64_t amount,
                                                struct ledger_transfer *out);
MUST_USE enum ledger_built ledger_build_fail(const struct ledger_case *c, int64_t amount,
                                             struct ledger_transfer *out);

MUST_USE enum ledger_built ledger_build_pay_in(const struct ledger_case *c, int64_t amount,
                                               struct ledger_transfer *out);
MUST_USE enum ledger_built ledger_build_issue(const struct ledger_case *c, int64_t amount,
                                              struct ledger_transfer *out);
MUST_USE enum ledger_built ledger_build_apply(const struct ledger_case *c, int64_t amount,
                                              struct ledger_transfer *out);
MUST_USE enum ledger_built ledger_build_write_off(const struct ledger_case *c, int64_t amount,
                                                  struct ledger_transfer *out);

/*
 * The mirror of a stored transfer: CANCEL of a REQUEST, RETURN of a settlement, UNFULFIL of a
 * FULFIL. `original` and its id come from ledger_find.
 */
void ledger_build_mirror(const struct ledger_transfer *original, uint64_t original_id,
                         enum ledger_kind kind, uint32_t seq, int64_t business_us,
                         struct ledger_transfer *out);

/* Posting --------------------------------------------------------------------------------- */

enum ledger_outcome {
    LEDGER_POSTED,
    LEDGER_REPLAY,    /* the same transfer is stored already: nothing was written */
    LEDGER_CONFLICT,  /* one of its kind is stored with other content; `field` names what differs */
    LEDGER_UNCOVERED, /* a balance would pass a floor, or a write-off its debt; `field` names it */
    LEDGER_TOO_LARGE, /* a balance would leave ±MONEY_MAX; `field` names it */
};

struct ledger_posting {
    enum ledger_outcome outcome;
    uint64_t transfer; /* the stored transfer's id, when posted or replayed */
    const char *field; /* "mode", "entries", "P.available" …; arena's or constant */
};

/*
 * Call it last in a db_tx_run body: it ends with the rows that others wait for. DB_OK when posted
 * or replayed; DB_ROLLBACK with any other outcome, to be handed on. A body that runs again simply
 * posts again.
 */
MUST_USE enum db_status ledger_post(struct db *db, struct arena *arena,
                                    const struct ledger_transfer *transfer,
                                    struct ledger_posting *posting);
/* The stored transfer of that name, for a mirror or a page; DB_NO_ROW when there is none. */
MUST_USE enum db_status ledger_find(struct db *db, struct arena *arena, enum ledger_kind kind,
                                    uint64_t source, uint64_t brand, uint32_t seq,
                                    struct ledger_transfer *transfer, uint64_t *id);
/* Account ids are cached per process; a test that empties its tables says so here. */
void ledger_forget_accounts(void);

/* Reading --------------------------------------------------------------------------------- */

struct ledger_partner_balance {
    struct unit unit;
    int64_t pending;   /* P.pending: waiting, in review, disputed */
    int64_t approved;  /* P.available + P.reserved + P.transit */
    int64_t paid;      /* P.paid */
    int64_t available; /* of approved: what a withdrawal may take, less what is held */
};

enum { LEDGER_UNITS_MAX = 200 };

/* By unit code. `brand` 0: over all brands. */
MUST_USE enum db_status ledger_read_partner(struct db *db, struct arena *arena, uint64_t partner,
                                            uint64_t brand, enum ledger_mode mode,
                                            struct ledger_partner_balance **balances, size_t *n);

struct ledger_brand_position {
    struct unit unit;
    int64_t accruing;             /* −B.accrued */
    int64_t owed;                 /* −(B.due + B.invoiced) − B.funds */
    int64_t due, invoiced, funds; /* the parts, as owed (due, invoiced ≥ 0) and as paid in */
};

MUST_USE enum db_status ledger_read_brand(struct db *db, struct arena *arena, uint64_t brand,
                                          enum ledger_mode mode,
                                          struct ledger_brand_position **positions, size_t *n);

/* One line of the trial balance: all accounts of one purpose. The lines of a unit sum to 0. */
struct ledger_trial_line {
    struct unit unit;
    enum ledger_purpose purpose;
    uint64_t accounts;
    int64_t balance;
};

/* By unit, then in the chart's order. `brand` 0: the whole platform. */
MUST_USE enum db_status ledger_read_trial(struct db *db, struct arena *arena, uint64_t brand,
                                          enum ledger_mode mode, struct ledger_trial_line **lines,
                                          size_t *n);
/* −(ΣB.paid_in + ΣP.paid + N.cash) of the unit whose lines begin at `lines`. */
int64_t ledger_trial_cash(const struct ledger_trial_line *lines, size_t n, const struct unit *unit);

struct ledger_statement_line {
    uint64_t transfer; /* key of the next page */
    enum ledger_kind kind;
    enum ledger_source source_kind;
    uint64_t source;
    uint32_t seq;
    int64_t business_us;
    int64_t amount;
};

enum { LEDGER_STATEMENT_PAGE = 50 };

struct ledger_account_name {
    enum ledger_purpose purpose;
    uint64_t owner;
    uint64_t brand;
    enum ledger_mode mode;
    struct unit unit;
};

/* Newest first; `before` is the last transfer of the page before, 0 for the first page. An account
 * that was never used has no lines. */
MUST_USE enum db_status ledger_read_statement(struct db *db, struct arena *arena,
                                              const struct ledger_account_name *account,
                                              uint64_t before, struct ledger_statement_line **lines,
                                              size_t *n);
/* Balance now, by the one definition that holds for every account: stored + not yet folded. */
MUST_USE enum db_status ledger_read_balance(struct db *db, struct arena *arena,
                                            const struct ledger_account_name *account,
                                            int64_t *balance);

/* Jobs of the worker ---------------------------------------------------------------------- */

/* Each does one batch in one transaction; *done counts its rows, 0 when the queue is empty.
 * Several folders may run at once; of two sealers one is refused whole (DB_DUPLICATE). */
MUST_USE enum db_status ledger_fold(struct db *db, struct arena *arena, uint64_t *done);
MUST_USE enum db_status ledger_seal(struct db *db, struct arena *arena, uint64_t *done);

enum job_result ledger_job_fold(struct job *job);
enum job_result ledger_job_seal(struct job *job);

/* Verification ---------------------------------------------------------------------------- */

enum { LEDGER_FINDINGS_MAX = 10 };

/* What a check found: how many rows it looked at, how many are wrong, and the first of them. */
struct ledger_finding {
    uint64_t checked;
    uint64_t broken;
    const char *named[LEDGER_FINDINGS_MAX]; /* "transfer 17: USD sums to 5"; arena's */
    size_t named_n;
};

void ledger_finding_add(struct ledger_finding *finding, const char *named);

/*
 * A check of one invariant over one snapshot, in bounded memory: `scratch` may be reset by the
 * check at any time, `arena` holds what it names.
 */
typedef enum db_status ledger_check_fn(struct db *db, struct arena *arena, struct arena *scratch,
                                       struct ledger_finding *finding);

/* Rooms above the ledger add the invariants that need their rules (I14, I22), once at start. */
void ledger_verify_add(const char *code, const char *holds, ledger_check_fn *check);

/* I18 is about who may do what, so it asks each of these connections what its own user may: call
 * it for the web's and the worker's. They stay the caller's. */
void ledger_verify_rights_of(struct db *user);

typedef void ledger_print_fn(void *context, const char *line);

enum ledger_verdict { LEDGER_VERIFIED, LEDGER_BROKEN, LEDGER_UNVERIFIED /* the database failed */ };

/* Prints one line per invariant, then one per broken row named, then the verdict. */
MUST_USE enum ledger_verdict ledger_verify(struct db *db, struct arena *arena,
                                           ledger_print_fn *print, void *context);

#endif
