/*
 * What a sale earns: a pure function of the sale and of the settings it met.
 *
 * Promises: the same input gives the same result for ever, so that every stored
 * commission can be recomputed and explained line by line. The rule order is
 *
 *   flow → partner's own rate → tier → the program's rate,   then the cap,   then the network fee
 *
 * and the first rate that exists wins. Amounts are minor units; a percentage
 * pays in the sale's unit, a flat amount in the program's. Rounding is half to
 * even, once for the commission and once for the fee; the payout is what remains.
 *
 * It knows no table, no clock and no partner: the pipeline snapshots what it
 * needs. Explanations are codes and numbers; pages word them.
 */
#ifndef MEED_COMMISSION_COMMISSION_H
#define MEED_COMMISSION_COMMISSION_H

#include "base/buf.h"
#include "base/money.h"
#include "ledger/ledger.h"

enum commission_pay { COMMISSION_NO_RATE, COMMISSION_PERCENT, COMMISSION_FLAT };

struct commission_rate {
    enum commission_pay pay;
    int32_t rate_bp; /* COMMISSION_PERCENT */
    int64_t flat;    /* COMMISSION_FLAT: minor units of the program's unit */
};

/* What has to happen before a pending commission is approved. A hold or dispute overrides all. */
enum commission_approval {
    COMMISSION_APPROVAL_AFTER_HOLDBACK, /* by itself, when the holdback ends */
    COMMISSION_APPROVAL_MANUAL,         /* by somebody */
    COMMISSION_APPROVAL_INSTANT,        /* by itself, at once */
};

/* Which rule won: X(name, stored text). Stored in commission.rule: never rename one. */
#define COMMISSION_RULES(X)                                                                        \
    X(FLOW, "flow")         /* the first flow rule that matched */                                 \
    X(PARTNER, "partner")   /* the partnership's own rate */                                       \
    X(TIER, "tier")         /* the tier's, as snapshotted with the sale */                         \
    X(PROGRAM, "program")   /* the program's default */                                            \
    X(UNATTRIBUTED, "none") /* nobody is credited: the fee alone, priced at the default */

enum commission_rule {
#define X(name, text) COMMISSION_BY_##name,
    COMMISSION_RULES(X)
#undef X
        COMMISSION_RULE_COUNT
};

/* What the function reads of a program's settings version. */
struct commission_settings {
    struct commission_rate rate; /* the default; never COMMISSION_NO_RATE */
    struct unit unit;            /* of flat amounts and the cap */
    int64_t cap;                 /* per sale; 0: none */
    int32_t network_fee_bp;
    enum ledger_bearer fee_bearer;
};

struct commission_input {
    int64_t base;     /* what the percentage is taken of; ≥ 0 */
    struct unit unit; /* the sale's */
    bool unattributed;
    struct commission_rate flow, own, tier; /* COMMISSION_NO_RATE: there is none */
    struct commission_settings settings;
};

/* One line of an explanation: X(name, stored text). Pages word each code. */
#define COMMISSION_LINES(X)                                                                        \
    X(BASE, "base")               /* amount: what the rate applies to */                           \
    X(PERCENT, "percent")         /* rule, rate_bp; amount: base × rate, half even */             \
    X(FLAT, "flat")               /* rule; amount: the flat amount */                              \
    X(CAP, "cap")                 /* limit: the cap; amount: the commission after it */            \
    X(CAP_OTHER_UNIT, "cap_unit") /* limit: the cap, which is in another currency: not applied */  \
    X(FEE, "fee")                 /* rate_bp; amount: commission × rate, half even */             \
    X(FEE_PARTNER, "fee_partner") /* amount: taken from the commission */                          \
    X(FEE_BRAND, "fee_brand")     /* amount: borne by the brand on top */                          \
    X(PAYOUT, "payout")           /* amount: what the partner earns */                             \
    X(COST, "cost")               /* amount: what the brand accrues */

enum commission_line_code {
#define X(name, text) COMMISSION_LINE_##name,
    COMMISSION_LINES(X)
#undef X
        COMMISSION_LINE_COUNT
};

struct commission_line {
    enum commission_line_code code;
    enum commission_rule rule; /* PERCENT and FLAT alone */
    int64_t amount;
    int64_t limit;
    int32_t rate_bp;
};

enum { COMMISSION_LINES_MAX = 10 };

struct commission_result {
    struct unit unit;
    enum commission_rule rule;
    int64_t amount; /* the commission before fees; 0 when unattributed */
    struct ledger_split split;
    struct commission_line lines[COMMISSION_LINES_MAX];
    unsigned n_lines;
};

enum commission_status {
    COMMISSION_OK,
    COMMISSION_OUT_OF_RANGE, /* a sum beyond MONEY_MAX: refuse the sale */
};

MUST_USE enum commission_status commission_compute(const struct commission_input *input,
                                                   struct commission_result *out);

const char *commission_rule_text(enum commission_rule rule);
const char *commission_approval_text(enum commission_approval approval); /* "after_holdback" */
const char *commission_line_text(enum commission_line_code code);
MUST_USE bool commission_rule_find(struct sv text, enum commission_rule *out);

/*
 * The explanation as it is stored, in commission.explanation:
 *   {"own_no":3,"unit":"USD","exponent":2,"lines":[{"code":"base","amount":12990}, …]}
 * `own_no` is the partnership_version that the own rate came from (0: none), so that the
 * commission can be recomputed. Members that are 0 are left out of a line, but for `amount`.
 */
struct sv commission_explanation_write(struct arena *arena, const struct commission_result *result,
                                       uint32_t own_no);

struct commission_explanation {
    uint32_t own_no;
    struct unit unit;
    struct commission_line lines[COMMISSION_LINES_MAX];
    unsigned n_lines;
};

/* False when the text is not what the function above writes. */
MUST_USE bool commission_explanation_read(struct arena *arena, struct sv json,
                                          struct commission_explanation *out);

#endif
