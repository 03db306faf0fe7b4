/* The decision over all candidates. Pure: see attribution.h. */
#include "conversion/attribution.h"

static const char *const verdict_texts[] = {
#define X(name, text) [VERDICT_##name] = text,
    ATTRIBUTION_VERDICTS(X)
#undef X
};

static const char *const method_texts[] = {
#define X(name, text) [METHOD_##name] = text,
    ATTRIBUTION_METHODS(X)
#undef X
};

const char *attribution_verdict_text(enum attribution_verdict verdict)
{
    CHECK(verdict < ATTRIBUTION_VERDICT_COUNT);
    return verdict_texts[verdict];
}

const char *attribution_method_text(enum attribution_method method)
{
    CHECK(method < ATTRIBUTION_METHOD_COUNT);
    return method_texts[method];
}

const char *candidate_kind_text(enum candidate_kind kind)
{
    switch (kind) {
    case CANDIDATE_CLICK:
        return "click";
    case CANDIDATE_COUPON:
        return "coupon";
    case CANDIDATE_TOKEN:
        return "token";
    case CANDIDATE_REF:
        return "ref";
    case CANDIDATE_PARENT:
        return "parent";
    }
    UNREACHABLE();
}

/* The last instant at which a click still precedes the sale. */
static int64_t latest_click_us(const struct attribution_sale *sale)
{
    return sale->occurred_us + (sale->whole_seconds ? CLOCK_SECOND - 1 : 0);
}

/* Why a candidate can't win whatever the others are; VERDICT_WON when it can. */
static enum attribution_verdict examine(const struct attribution_sale *sale,
                                        const struct attribution_candidate *c)
{
    if (!c->known)
        return VERDICT_UNKNOWN;
    if (c->program != sale->program)
        return VERDICT_OTHER_PROGRAM;
    if (c->test_mode != sale->test_mode)
        return VERDICT_OTHER_MODE;
    if (c->bot)
        return VERDICT_BOT;
    if (c->at_us != 0 && c->at_us > latest_click_us(sale))
        return VERDICT_AFTER_SALE;
    if (c->at_us != 0 && c->at_us < sale->occurred_us - sale->window_us)
        return VERDICT_OUTSIDE_WINDOW;
    if (!c->partnership_active)
        return VERDICT_PARTNERSHIP_INACTIVE;
    if (c->kind == CANDIDATE_COUPON && c->stops_us != 0 && c->stops_us <= sale->occurred_us)
        return VERDICT_CODE_STOPPED;
    if (c->kind != CANDIDATE_COUPON && c->kind != CANDIDATE_PARENT && !c->link_active)
        return VERDICT_LINK_INACTIVE;
    return VERDICT_WON;
}

/*
 * A click id that belongs to another program or mode tells nothing about this
 * sale: then its visitor's other clicks don't count either (S2-12).
 */
static bool click_id_is_valid(const struct attribution_sale *sale,
                              const struct attribution_candidate *candidates, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct attribution_candidate *c = &candidates[i];
        if (c->kind == CANDIDATE_CLICK && c->posted)
            return c->known && c->program == sale->program && c->test_mode == sale->test_mode;
    }
    return false;
}

enum {
    RANK_ORIGINAL,
    RANK_CODE_FIRST,
    RANK_CLICK,
    RANK_CODE,
    RANK_TOKEN,
    RANK_REF,
    RANK_CODE_LAST,
    RANK_PARENT,
};

static int rank_of_code(const struct attribution_sale *sale, const struct attribution_candidate *c)
{
    if (!c->exclusive)
        return RANK_CODE_LAST;
    switch (sale->code_rank) {
    case PROGRAM_CODE_FIRST:
        return RANK_CODE_FIRST;
    case PROGRAM_CODE_LAST:
        return RANK_CODE_LAST;
    case PROGRAM_CODE_AFTER_CLICK:
    case PROGRAM_CODE_RANK_COUNT:
        break;
    }
    return RANK_CODE;
}

/* Lower wins; clicks among themselves by time. */
static int precedence(const struct attribution_sale *sale, const struct attribution_candidate *c)
{
    switch (c->kind) {
    case CANDIDATE_PARENT:
        return c->original ? RANK_ORIGINAL : RANK_PARENT;
    case CANDIDATE_CLICK:
        return RANK_CLICK;
    case CANDIDATE_COUPON:
        return rank_of_code(sale, c);
    case CANDIDATE_TOKEN:
        return RANK_TOKEN;
    case CANDIDATE_REF:
        return RANK_REF;
    }
    UNREACHABLE();
}

static bool is_better(const struct attribution_sale *sale, const struct attribution_candidate *a,
                      const struct attribution_candidate *b)
{
    if (precedence(sale, a) != precedence(sale, b))
        return precedence(sale, a) < precedence(sale, b);
    if (a->at_us != b->at_us)
        return a->at_us > b->at_us;
    return memcmp(a->click.b, b->click.b, sizeof a->click.b) >
           0; /* one answer, whatever the order */
}

static enum attribution_method method_of(const struct attribution_candidate *winner)
{
    switch (winner->kind) {
    case CANDIDATE_CLICK:
        return winner->posted ? METHOD_CLICK : METHOD_VISITOR;
    case CANDIDATE_COUPON:
        return METHOD_COUPON;
    case CANDIDATE_TOKEN:
        return METHOD_TOKEN;
    case CANDIDATE_REF:
        return METHOD_REF;
    case CANDIDATE_PARENT:
        return METHOD_PARENT;
    }
    UNREACHABLE();
}

static const char *reason_of(const struct attribution_candidate *winner)
{
    switch (winner->kind) {
    case CANDIDATE_CLICK:
        return winner->posted ? "last_click" : "later_click_of_visitor";
    case CANDIDATE_COUPON:
        return "coupon";
    case CANDIDATE_TOKEN:
        return uuid_is_zero(winner->click) ? "token_click_unknown" : "token_click";
    case CANDIDATE_REF:
        return "ref";
    case CANDIDATE_PARENT:
        return "parent";
    }
    UNREACHABLE();
}

/* The verdict on the strongest thing that the order told, as the reason why nobody is credited. */
static const char *reason_for_nobody(const struct attribution_sale *sale,
                                     const struct attribution_candidate *candidates, size_t n)
{
    const struct attribution_candidate *strongest = NULL;
    for (size_t i = 0; i < n; i++) {
        const struct attribution_candidate *c = &candidates[i];
        if (c->kind == CANDIDATE_CLICK && !c->posted)
            continue;
        if (!strongest || precedence(sale, c) < precedence(sale, strongest))
            strongest = c;
    }
    return strongest ? attribution_verdict_text(strongest->verdict) : "nothing_told";
}

struct attribution_decision attribution_decide(const struct attribution_sale *sale,
                                               struct attribution_candidate *candidates, size_t n)
{
    int winner = ATTRIBUTION_NOBODY;
    bool clicks_count = click_id_is_valid(sale, candidates, n);
    for (size_t i = 0; i < n; i++) {
        struct attribution_candidate *c = &candidates[i];
        c->verdict = examine(sale, c);
        if (c->verdict == VERDICT_WON && c->kind == CANDIDATE_CLICK && !clicks_count)
            c->verdict = VERDICT_LOWER_PRECEDENCE;
        if (c->verdict != VERDICT_WON)
            continue;
        if (winner == ATTRIBUTION_NOBODY || is_better(sale, c, &candidates[winner]))
            winner = (int)i;
    }
    if (winner == ATTRIBUTION_NOBODY)
        return (struct attribution_decision){winner, METHOD_NONE,
                                             reason_for_nobody(sale, candidates, n)};
    for (size_t i = 0; i < n; i++) {
        struct attribution_candidate *c = &candidates[i];
        if (c->verdict == VERDICT_WON && i != (size_t)winner)
            c->verdict =
                c->kind == candidates[winner].kind ? VERDICT_SUPERSEDED : VERDICT_LOWER_PRECEDENCE;
    }
    return (struct attribution_decision){winner, method_of(&candidates[winner]),
                                         reason_of(&candidates[winner])};
}
