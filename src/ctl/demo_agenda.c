#include "ctl/demo_agenda.h"

enum {
    REFUND_EVERY = 17, /* of Acme's credited sales: 6 of 100 */
    REFUND_FIRST = 5,
    CHARGEBACKS = 4,
    CHARGEBACK_EVERY = 311,
    CHARGEBACK_FIRST = 900, /* old enough that the bank has decided */
    REBILLS_MAX = 4,
    PER_SALE_MAX = 4 + REBILLS_MAX,
};
#define REBILL_AFTER_US     (30 * CLOCK_DAY)
#define CHARGEBACK_AFTER_US (12 * CLOCK_DAY)
#define WON_AFTER_US        (9 * CLOCK_DAY)

struct agenda {
    const struct demo *demo;
    struct demo_happening *v;
    size_t n;
};

static void add(struct agenda *a, int64_t at_us, enum demo_what what, size_t sale, int at, int no)
{
    if (at_us <= a->demo->end_us)
        a->v[a->n++] =
            (struct demo_happening){.at_us = at_us, .what = what, .sale = sale, .at = at, .no = no};
}

static void add_rebills(struct agenda *a, int64_t paid_us, size_t sale, int at)
{
    for (int no = 1; no <= REBILLS_MAX; no++)
        add(a, paid_us + no * REBILL_AFTER_US, DEMO_TELL_REBILL, sale, at, no);
}

static void add_side_sale(struct agenda *a, size_t sale)
{
    int at;
    if (!demo_sale_echoes(a->demo, sale, &at))
        return;
    int64_t at_us = a->demo->plan.sales[sale].at_us + DEMO_ECHO_AFTER_US;
    if (at == DEMO_CPA)
        add(a, at_us - 6 * CLOCK_MINUTE, DEMO_TELL_LEAD, sale, at, 0);
    if (at == DEMO_CPA || at == DEMO_SAAS)
        add(a, at_us - 3 * CLOCK_MINUTE, DEMO_TELL_TRIAL, sale, at, 0);
    add(a, at_us, DEMO_TELL_PAYMENT, sale, at, 0);
    if (at == DEMO_CPA || at == DEMO_SAAS)
        add_rebills(a, at_us, sale, at);
}

/* `credited` counts the sales that earn, so that the share is one of those. */
static void add_refund(struct agenda *a, size_t sale, size_t credited)
{
    int64_t at_us = a->demo->plan.sales[sale].at_us;
    if (credited % REFUND_EVERY != REFUND_FIRST)
        return;
    size_t no = credited / REFUND_EVERY;
    int64_t after_us = CLOCK_DAY * (1 + (int64_t)(no * 7 % 40)); /* some after their approval */
    if (no == 0)
        after_us = -CLOCK_MINUTE; /* this one comes before its sale */
    add(a, at_us + after_us, no % 2 ? DEMO_TELL_PART_REFUND : DEMO_TELL_REFUND, sale, DEMO_ACME, 0);
}

static void add_chargeback(struct agenda *a, size_t sale, size_t credited)
{
    if (credited < CHARGEBACK_FIRST || (credited - CHARGEBACK_FIRST) % CHARGEBACK_EVERY != 0)
        return;
    size_t no = (credited - CHARGEBACK_FIRST) / CHARGEBACK_EVERY;
    if (no >= CHARGEBACKS)
        return;
    int64_t at_us = a->demo->plan.sales[sale].at_us + CHARGEBACK_AFTER_US;
    add(a, at_us, DEMO_TELL_CHARGEBACK, sale, DEMO_ACME, 0);
    if (no == 1)
        add(a, at_us + WON_AFTER_US, DEMO_TELL_CHARGEBACK_WON, sale, DEMO_ACME, 0);
}

static int by_time(const void *left, const void *right)
{
    const struct demo_happening *a = left, *b = right;
    if (a->at_us != b->at_us)
        return a->at_us < b->at_us ? -1 : 1;
    if (a->sale != b->sale)
        return a->sale < b->sale ? -1 : 1;
    return (a->what > b->what) - (a->what < b->what);
}

struct demo_happening *demo_agenda_make(const struct demo *demo, size_t *n)
{
    const struct demo_plan *plan = &demo->plan;
    struct agenda a = {
        .demo = demo, .v = arena_array(demo->arena, plan->sales_count * PER_SALE_MAX, sizeof *a.v)};
    size_t credited = 0;
    for (size_t i = 0; i < plan->sales_count; i++) {
        add(&a, plan->sales[i].at_us, DEMO_TELL_SALE, i, DEMO_ACME, 0);
        if (plan->sales[i].doubled)
            add(&a, plan->sales[i].at_us, DEMO_TELL_AGAIN, i, DEMO_ACME, 0);
        add_side_sale(&a, i);
        if (plan->sales[i].creator == DEMO_NO_CREATOR)
            continue;
        add_refund(&a, i, credited);
        add_chargeback(&a, i, credited);
        credited++;
    }
    qsort(a.v, a.n, sizeof *a.v, by_time);
    *n = a.n;
    return a.v;
}
