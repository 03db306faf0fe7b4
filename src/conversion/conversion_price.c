/* Who is credited, and what it earns: the pure rules, applied to one sale. */
#include "conversion/conversion_internal.h"

#define OCCURRED_MIN_US (90 * CLOCK_DAY)
#define OCCURRED_MAX_US (5 * CLOCK_MINUTE)

/* A clock far off must not put a sale into a closed month, or into the future. */
void sale_clamp_time(struct sale *sale)
{
    const struct sale_event *event = sale->event;
    int64_t at_us = event->occurred_us != 0 ? event->occurred_us : event->received_us;
    if (at_us < event->received_us - OCCURRED_MIN_US)
        at_us = event->received_us - OCCURRED_MIN_US;
    if (at_us > event->received_us + OCCURRED_MAX_US)
        at_us = event->received_us + OCCURRED_MAX_US;
    sale->occurred_us = at_us;
}

int64_t sale_base(enum program_base how, const struct sale_event *event)
{
    switch (how) {
    case PROGRAM_BASE_TOTAL:
        return event->amount;
    case PROGRAM_BASE_SUBTOTAL:
        return event->has_subtotal ? event->subtotal : event->amount;
    case PROGRAM_BASE_WITHOUT_TAX:
        return event->has_tax ? event->amount - event->tax : event->amount;
    case PROGRAM_BASE_COUNT:
        break;
    }
    UNREACHABLE();
}

enum conversion_credit sale_credit(const struct sale *sale)
{
    if (sale->awaits_click)
        return CREDIT_AWAITING;
    return sale->who.anyone ? CREDIT_ATTRIBUTED : CREDIT_UNATTRIBUTED;
}

const char *sale_status_text(const struct sale *sale)
{
    switch (sale_credit(sale)) {
    case CREDIT_ATTRIBUTED:
        return "pending";
    case CREDIT_UNATTRIBUTED:
        return "unattributed";
    case CREDIT_AWAITING:
        return "awaiting";
    }
    UNREACHABLE();
}

int64_t sale_release_us(const struct sale *sale)
{
    int64_t days =
        sale->program.approval == COMMISSION_APPROVAL_INSTANT ? 0 : sale->program.holdback_days;
    return sale->received_us + days * CLOCK_DAY;
}

const char *sale_hold(const struct sale *sale)
{
    const struct sale_event *e = sale->event;
    bool by_page_alone = sale_door_rank(e->door) == 1 && !sale->program.trusts_pixel;
    return (e->unverified || by_page_alone) && !sale->is_vouched ? "unverified" : "";
}

static struct sale_credited nobody(const char *reason)
{
    return (struct sale_credited){.method = METHOD_NONE, .reason = reason};
}

void sale_attribute(struct sale *sale)
{
    struct attribution_sale asked = {
        .program = sale->program.id,
        .test_mode = sale->event->test_mode,
        .occurred_us = sale->occurred_us,
        .whole_seconds = sale->occurred_us % CLOCK_SECOND == 0,
        .window_us = sale->program.window_days * CLOCK_DAY,
        .code_rank = sale->program.code_rank,
    };
    const struct sale_candidates *all = sale->candidates;
    struct attribution_decision decision =
        attribution_decide(&asked, sale->candidates->v, sale->candidates->n);
    sale->winner = sale->program.is_closed ? ATTRIBUTION_NOBODY : decision.winner;
    if (sale->program.is_closed)
        sale->who = nobody("program_closed");
    else if (sale->winner == ATTRIBUTION_NOBODY)
        sale->who = nobody(decision.reason);
    else
        sale->who = (struct sale_credited){.anyone = true,
                                           .partnership = all->v[sale->winner].partnership,
                                           .partner = all->v[sale->winner].partner,
                                           .link = all->v[sale->winner].link,
                                           .coupon = all->v[sale->winner].coupon,
                                           .campaign = all->v[sale->winner].campaign,
                                           .click = all->v[sale->winner].click,
                                           .method = decision.method,
                                           .reason = decision.reason,
                                           .own = all->own[sale->winner],
                                           .own_no = all->own_no[sale->winner]};
}

bool sale_price(struct sale *sale)
{
    struct commission_input input = {.base = sale->event->base,
                                     .unit = sale->event->unit,
                                     .own = sale->who.own,
                                     .unattributed = !sale->who.anyone,
                                     .settings = sale->program.commission};
    if (commission_compute(&input, &sale->commission) != COMMISSION_OK)
        return false;
    sale->has_commission = !input.unattributed || !ledger_split_is_zero(sale->commission.split);
    return true;
}

bool sale_decide(struct sale *sale)
{
    if (sale->awaits_click)
        return true;
    sale_attribute(sale);
    return sale_price(sale);
}
