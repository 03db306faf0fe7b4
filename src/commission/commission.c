/* The rule order, the cap and the network fee. Pure. */
#include "commission/commission.h"

static const char *const rule_texts[] = {
#define X(name, text) [COMMISSION_BY_##name] = text,
    COMMISSION_RULES(X)
#undef X
};

static const char *const line_texts[] = {
#define X(name, text) [COMMISSION_LINE_##name] = text,
    COMMISSION_LINES(X)
#undef X
};

const char *commission_rule_text(enum commission_rule rule)
{
    CHECK(rule < COMMISSION_RULE_COUNT);
    return rule_texts[rule];
}

const char *commission_approval_text(enum commission_approval approval)
{
    switch (approval) {
    case COMMISSION_APPROVAL_AFTER_HOLDBACK:
        return "after_holdback";
    case COMMISSION_APPROVAL_MANUAL:
        return "manual";
    case COMMISSION_APPROVAL_INSTANT:
        return "instant";
    }
    UNREACHABLE();
}

const char *commission_line_text(enum commission_line_code code)
{
    CHECK(code < COMMISSION_LINE_COUNT);
    return line_texts[code];
}

bool commission_rule_find(struct sv text, enum commission_rule *out)
{
    for (unsigned i = 0; i < COMMISSION_RULE_COUNT; i++) {
        if (!sv_eq_cstr(text, rule_texts[i]))
            continue;
        *out = (enum commission_rule)i;
        return true;
    }
    return false;
}

static void explain(struct commission_result *out, struct commission_line line)
{
    CHECK(out->n_lines < COMMISSION_LINES_MAX);
    out->lines[out->n_lines++] = line;
}

/* The first rate that exists, in the order of the rules. */
static const struct commission_rate *pick_rate(const struct commission_input *in,
                                               enum commission_rule *rule)
{
    const struct {
        enum commission_rule rule;
        const struct commission_rate *rate;
    } order[] = {
        {COMMISSION_BY_FLOW, &in->flow},
        {COMMISSION_BY_PARTNER, &in->own},
        {COMMISSION_BY_TIER, &in->tier},
        {COMMISSION_BY_PROGRAM, &in->settings.rate},
    };
    size_t i = in->unattributed ? COUNT_OF(order) - 1 : 0; /* nobody has a rate of their own */
    while (i < COUNT_OF(order) && order[i].rate->pay == COMMISSION_NO_RATE)
        i++;
    CHECK(i < COUNT_OF(order)); /* a program always has a rate */
    *rule = order[i].rule;
    return order[i].rate;
}

/* The commission before the cap; the unit follows from the kind of rate. */
static bool apply_rate(const struct commission_input *in, struct commission_result *out,
                       int64_t *amount)
{
    const struct commission_rate *rate = pick_rate(in, &out->rule);
    struct commission_line line = {.rule = out->rule};
    if (rate->pay == COMMISSION_FLAT) {
        out->unit = in->settings.unit;
        line.code = COMMISSION_LINE_FLAT;
        *amount = rate->flat;
    } else {
        out->unit = in->unit;
        line.code = COMMISSION_LINE_PERCENT;
        line.rate_bp = rate->rate_bp;
        if (!money_mul_bp(in->base, rate->rate_bp, amount)) /* half even */
            return false;
    }
    line.amount = *amount;
    explain(out, line);
    return *amount <= MONEY_MAX;
}

static int64_t apply_cap(const struct commission_settings *settings, struct commission_result *out,
                         int64_t amount)
{
    struct commission_line line = {.code = COMMISSION_LINE_CAP, .limit = settings->cap};
    if (settings->cap == 0)
        return amount;
    if (!unit_eq(&settings->unit, &out->unit)) {
        line.code = COMMISSION_LINE_CAP_OTHER_UNIT; /* no exchange rate belongs in here */
        explain(out, line);
        return amount;
    }
    if (amount <= settings->cap)
        return amount;
    line.amount = settings->cap;
    explain(out, line);
    return settings->cap;
}

static void explain_split(struct commission_result *out, int32_t fee_bp, int64_t fee)
{
    const struct ledger_split *split = &out->split;
    const struct {
        enum commission_line_code code;
        int64_t amount;
        bool shown;
    } tail[] = {
        {COMMISSION_LINE_FEE_PARTNER, split->fee_partner, split->fee_partner != 0},
        {COMMISSION_LINE_FEE_BRAND, split->fee_brand, split->fee_brand != 0},
        {COMMISSION_LINE_PAYOUT, split->payout, true},
        {COMMISSION_LINE_COST, split->payout + split->fee_partner + split->fee_brand, true},
    };
    if (fee_bp != 0)
        explain(out, (struct commission_line){
                         .code = COMMISSION_LINE_FEE, .rate_bp = fee_bp, .amount = fee});
    for (size_t i = 0; i < COUNT_OF(tail); i++)
        if (tail[i].shown)
            explain(out, (struct commission_line){.code = tail[i].code, .amount = tail[i].amount});
}

enum commission_status commission_compute(const struct commission_input *in,
                                          struct commission_result *out)
{
    const struct commission_settings *settings = &in->settings;
    int64_t amount, fee, cost;
    CHECK(in->base >= 0);
    *out = (struct commission_result){0};
    explain(out, (struct commission_line){.code = COMMISSION_LINE_BASE, .amount = in->base});
    if (!apply_rate(in, out, &amount))
        return COMMISSION_OUT_OF_RANGE;
    amount = apply_cap(settings, out, amount);
    if (!money_mul_bp(amount, settings->network_fee_bp, &fee)) /* half even */
        return COMMISSION_OUT_OF_RANGE;
    if (in->unattributed) {
        out->rule = COMMISSION_BY_UNATTRIBUTED;
        out->split = ledger_split_unattributed(fee, settings->fee_bearer);
    } else {
        out->amount = amount;
        out->split = ledger_split_of(amount, fee, settings->fee_bearer);
    }
    if (!money_add(amount, fee, &cost) || !money_add(cost, fee, &cost))
        return COMMISSION_OUT_OF_RANGE;
    explain_split(out, settings->network_fee_bp, fee);
    return COMMISSION_OK;
}
