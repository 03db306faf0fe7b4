/*
 * The transfers, one builder per row of docs/ledger.md. Pure: amounts in, entries out.
 * An entry that comes out as zero is left out; each unit sums to zero by construction.
 */
#include "ledger/ledger.h"

/* Splits ---------------------------------------------------------------------------------- */

static void check_split(struct ledger_split s)
{
    CHECK(s.payout >= 0 && s.fee_partner >= 0 && s.fee_brand >= 0);
}

struct ledger_split ledger_split_of(int64_t commission, int64_t fee, enum ledger_bearer bearer)
{
    bool by_partner = bearer == LEDGER_BEARER_PUBLISHER || bearer == LEDGER_BEARER_BOTH;
    bool by_brand = bearer == LEDGER_BEARER_BRAND || bearer == LEDGER_BEARER_BOTH;
    struct ledger_split split = {
        .payout = commission - (by_partner ? fee : 0),
        .fee_partner = by_partner ? fee : 0,
        .fee_brand = by_brand ? fee : 0,
    };
    check_split(split);
    return split;
}

struct ledger_split ledger_split_unattributed(int64_t fee, enum ledger_bearer bearer)
{
    struct ledger_split split = {.fee_brand = bearer == LEDGER_BEARER_NONE ? 0 : fee};
    check_split(split);
    return split;
}

struct ledger_split ledger_split_minus(struct ledger_split a, struct ledger_split b)
{
    return (struct ledger_split){.payout = a.payout - b.payout,
                                 .fee_partner = a.fee_partner - b.fee_partner,
                                 .fee_brand = a.fee_brand - b.fee_brand};
}

bool ledger_split_is_zero(struct ledger_split s)
{
    return s.payout == 0 && s.fee_partner == 0 && s.fee_brand == 0;
}

static int64_t clawed_part(int64_t component, int64_t base, int64_t refunded)
{
    int64_t part;
    CHECK(money_mul_ratio(component, refunded, base, &part)); /* below the component itself */
    return part;
}

struct ledger_split ledger_clawed(struct ledger_split whole, int64_t base, int64_t refunded,
                                  bool full_clawback)
{
    check_split(whole);
    if (refunded <= 0)
        return (struct ledger_split){0};
    if (full_clawback || refunded >= base)
        return whole;
    return (struct ledger_split){.payout = clawed_part(whole.payout, base, refunded),
                                 .fee_partner = clawed_part(whole.fee_partner, base, refunded),
                                 .fee_brand = clawed_part(whole.fee_brand, base, refunded)};
}

/* Putting entries together ---------------------------------------------------------------- */

static void start(struct ledger_transfer *t, const struct ledger_case *c, enum ledger_kind kind)
{
    *t = (struct ledger_transfer){.kind = kind,
                                  .source = c->source,
                                  .seq = c->seq,
                                  .brand = c->brand,
                                  .mode = c->mode,
                                  .business_us = c->business_us};
}

static uint64_t owner_of(const struct ledger_case *c, enum ledger_purpose purpose)
{
    switch (ledger_purpose_owner(purpose)) {
    case LEDGER_PARTNER:
        return c->partner;
    case LEDGER_BRAND:
        return c->brand;
    case LEDGER_NETWORK:
        return 0;
    }
    UNREACHABLE();
}

static void put_unit(struct ledger_transfer *t, const struct ledger_case *c,
                     enum ledger_purpose purpose, int64_t amount, const struct unit *unit)
{
    if (amount == 0)
        return;
    CHECK(t->n < LEDGER_ENTRIES_MAX);
    t->entries[t->n++] = (struct ledger_entry){
        .purpose = purpose, .owner = owner_of(c, purpose), .unit = *unit, .amount = amount};
}

static void put(struct ledger_transfer *t, const struct ledger_case *c, enum ledger_purpose purpose,
                int64_t amount)
{
    put_unit(t, c, purpose, amount, &c->unit);
}

/* The entry just put must leave its account as `guard` says. */
static void guard_last(struct ledger_transfer *t, enum ledger_guard guard)
{
    if (t->n)
        t->entries[t->n - 1].guard = guard;
}

static enum ledger_built finish(const struct ledger_transfer *t)
{
    for (unsigned i = 0; i < t->n; i++)
        if (t->entries[i].amount > MONEY_MAX || t->entries[i].amount < -MONEY_MAX)
            return LEDGER_OUT_OF_RANGE;
    return t->n ? LEDGER_BUILT : LEDGER_NOTHING;
}

/* Two accounts, one amount. */
static enum ledger_built move(const struct ledger_case *c, enum ledger_kind kind, int64_t amount,
                              enum ledger_purpose from, enum ledger_purpose to,
                              enum ledger_guard guard, struct ledger_transfer *out)
{
    CHECK(amount >= 0);
    start(out, c, kind);
    put(out, c, from, -amount);
    guard_last(out, guard);
    put(out, c, to, amount);
    return finish(out);
}

/* Commissions ----------------------------------------------------------------------------- */

struct stage_accounts {
    enum ledger_purpose partner, fee, brand;
};

static const struct stage_accounts stages[] = {
    [LEDGER_STAGE_PENDING] = {LEDGER_P_PENDING, LEDGER_N_FEE_PENDING, LEDGER_B_ACCRUED},
    [LEDGER_STAGE_APPROVED] = {LEDGER_P_AVAILABLE, LEDGER_N_FEE, LEDGER_B_DUE},
};

/* Adds what a stage's accounts hold of `s`, times +1 or −1. False when a sum is too large. */
static bool put_split(struct ledger_transfer *t, const struct ledger_case *c,
                      enum ledger_stage stage, struct ledger_split s, int sign)
{
    const struct stage_accounts *accounts = &stages[stage];
    int64_t fee, cost;
    if (!money_add(s.fee_partner, s.fee_brand, &fee) || !money_add(s.payout, fee, &cost))
        return false;
    put(t, c, accounts->partner, sign * s.payout);
    put(t, c, accounts->fee, sign * fee);
    put(t, c, accounts->brand, -sign * cost);
    return true;
}

enum ledger_built ledger_build_accrue(const struct ledger_case *c, struct ledger_split whole,
                                      struct ledger_transfer *out)
{
    check_split(whole);
    start(out, c, LEDGER_ACCRUE);
    return put_split(out, c, LEDGER_STAGE_PENDING, whole, 1) ? finish(out) : LEDGER_OUT_OF_RANGE;
}

enum ledger_built ledger_build_approve(const struct ledger_case *c, struct ledger_split left,
                                       struct ledger_transfer *out)
{
    check_split(left);
    start(out, c, LEDGER_APPROVE);
    return put_split(out, c, LEDGER_STAGE_PENDING, left, -1) &&
                   put_split(out, c, LEDGER_STAGE_APPROVED, left, 1)
               ? finish(out)
               : LEDGER_OUT_OF_RANGE;
}

enum ledger_built ledger_build_refund(const struct ledger_case *c, enum ledger_stage stage,
                                      struct ledger_split before, struct ledger_split after,
                                      struct ledger_transfer *out)
{
    check_split(before);
    check_split(after);
    start(out, c, LEDGER_REFUND);
    struct ledger_split delta = ledger_split_minus(after, before);
    return put_split(out, c, stage, delta, -1) ? finish(out) : LEDGER_OUT_OF_RANGE;
}

enum ledger_built ledger_build_undo(const struct ledger_case *c, enum ledger_stage stage,
                                    struct ledger_split left, struct ledger_transfer *out)
{
    check_split(left);
    start(out, c, stage == LEDGER_STAGE_PENDING ? LEDGER_REJECT : LEDGER_REVERSE);
    return put_split(out, c, stage, left, -1) ? finish(out) : LEDGER_OUT_OF_RANGE;
}

enum ledger_built ledger_build_fulfil(const struct ledger_case *c, int64_t amount,
                                      struct ledger_transfer *out)
{
    CHECK(amount >= 0);
    start(out, c, LEDGER_FULFIL);
    put(out, c, LEDGER_P_AVAILABLE, -amount);
    guard_last(out, LEDGER_COVERED);
    put(out, c, LEDGER_P_PAID, amount);
    put(out, c, LEDGER_B_DUE, amount);
    put(out, c, LEDGER_B_PAID_IN, -amount);
    return finish(out);
}

/* Payouts --------------------------------------------------------------------------------- */

enum ledger_built ledger_build_request(const struct ledger_case *c, int64_t amount,
                                       struct ledger_transfer *out)
{
    return move(c, LEDGER_REQUEST, amount, LEDGER_P_AVAILABLE, LEDGER_P_RESERVED, LEDGER_COVERED,
                out);
}

enum ledger_built ledger_build_send(const struct ledger_case *c, int64_t amount,
                                    struct ledger_transfer *out)
{
    return move(c, LEDGER_SEND, amount, LEDGER_P_RESERVED, LEDGER_P_TRANSIT, LEDGER_UNGUARDED, out);
}

enum ledger_built ledger_build_settle(const struct ledger_case *c, int64_t amount,
                                      struct ledger_transfer *out)
{
    return move(c, LEDGER_SETTLE, amount, LEDGER_P_TRANSIT, LEDGER_P_PAID, LEDGER_UNGUARDED, out);
}

bool ledger_fx_apply(int64_t amount, const struct unit *from, const struct ledger_fx *fx,
                     struct ledger_fx_result *out)
{
    CHECK(amount >= 0 && fx->rate_e10 > 0 && fx->spread_bp >= 0 && fx->spread_bp <= BP_WHOLE);
    int64_t numerator = fx->rate_e10, denominator = INT64_C(10000000000);
    for (int i = from->exponent; i < fx->target.exponent; i++)
        if (__builtin_mul_overflow(numerator, 10, &numerator))
            return false;
    for (int i = fx->target.exponent; i < from->exponent; i++)
        if (__builtin_mul_overflow(denominator, 10, &denominator))
            return false;
    if (!money_mul_ratio(amount, numerator, denominator, &out->converted) ||
        !money_mul_bp(out->converted, fx->spread_bp, &out->spread))
        return false;
    out->arrives = out->converted - out->spread;
    return true;
}

/* In the sale's currency all is as settled; the bank's side crosses over N.fx. */
enum ledger_built ledger_build_settle_fx(const struct ledger_case *c, int64_t amount,
                                         const struct ledger_fx *fx, struct ledger_transfer *out)
{
    CHECK(!unit_eq(&c->unit, &fx->target));
    enum ledger_built built = ledger_build_settle(c, amount, out);
    struct ledger_fx_result result;
    if (built != LEDGER_BUILT)
        return built;
    if (!ledger_fx_apply(amount, &c->unit, fx, &result))
        return LEDGER_OUT_OF_RANGE;
    put(out, c, LEDGER_N_CASH, -amount);
    put(out, c, LEDGER_N_FX, amount);
    put_unit(out, c, LEDGER_N_FX, -result.converted, &fx->target);
    put_unit(out, c, LEDGER_N_CASH, result.arrives, &fx->target);
    put_unit(out, c, LEDGER_N_SPREAD, result.spread, &fx->target);
    return finish(out);
}

enum ledger_built ledger_build_connect(const struct ledger_case *c, int64_t amount,
                                       struct ledger_transfer *out)
{
    CHECK(amount >= 0);
    start(out, c, LEDGER_CONNECT);
    put(out, c, LEDGER_P_TRANSIT, -amount);
    put(out, c, LEDGER_P_PAID, amount);
    put(out, c, LEDGER_B_DUE, amount);
    put(out, c, LEDGER_B_PAID_IN, -amount);
    return finish(out);
}

enum ledger_built ledger_build_fail(const struct ledger_case *c, int64_t amount,
                                    struct ledger_transfer *out)
{
    return move(c, LEDGER_FAIL, amount, LEDGER_P_TRANSIT, LEDGER_P_AVAILABLE, LEDGER_UNGUARDED,
                out);
}

/* Brands and the network ------------------------------------------------------------------ */

enum ledger_built ledger_build_pay_in(const struct ledger_case *c, int64_t amount,
                                      struct ledger_transfer *out)
{
    return move(c, LEDGER_PAY_IN, amount, LEDGER_B_PAID_IN, LEDGER_B_FUNDS, LEDGER_UNGUARDED, out);
}

enum ledger_built ledger_build_issue(const struct ledger_case *c, int64_t amount,
                                     struct ledger_transfer *out)
{
    return move(c, LEDGER_ISSUE, amount, LEDGER_B_INVOICED, LEDGER_B_DUE, LEDGER_UNGUARDED, out);
}

enum ledger_built ledger_build_apply(const struct ledger_case *c, int64_t amount,
                                     struct ledger_transfer *out)
{
    return move(c, LEDGER_APPLY, amount, LEDGER_B_FUNDS, LEDGER_B_INVOICED, LEDGER_UNGUARDED, out);
}

enum ledger_built ledger_build_write_off(const struct ledger_case *c, int64_t amount,
                                         struct ledger_transfer *out)
{
    CHECK(amount >= 0);
    start(out, c, LEDGER_WRITE_OFF);
    put(out, c, LEDGER_P_AVAILABLE, amount);
    guard_last(out, LEDGER_DEBT);
    put(out, c, LEDGER_N_WRITEOFF, -amount);
    return finish(out);
}

void ledger_build_mirror(const struct ledger_transfer *original, uint64_t original_id,
                         enum ledger_kind kind, uint32_t seq, int64_t business_us,
                         struct ledger_transfer *out)
{
    CHECK(original_id && ledger_kind_source(kind) == ledger_kind_source(original->kind));
    *out = *original;
    out->kind = kind;
    out->seq = seq;
    out->reverses = original_id;
    out->business_us = business_us;
    for (unsigned i = 0; i < out->n; i++) {
        out->entries[i].amount = -out->entries[i].amount;
        out->entries[i].guard = LEDGER_UNGUARDED;
    }
}
