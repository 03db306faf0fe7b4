/* The demo's sales, one after another through the pipeline, with the jobs run each day. */
#include "base/clock.h"
#include "conversion/conversion.h"
#include "ctl/demo.h"

enum { FIRST_ORDER = 10001 };

/* What the shop tells of one sale of the plan, to brand `at`. */
static struct sale_event make_event(struct demo *demo, size_t index, int at)
{
    const struct demo_sale *sale = &demo->plan.sales[index];
    bool echo = at != DEMO_ACME;
    struct sv order = sv_from(
        arena_printf(demo->arena, "%s-%zu", echo ? "R" : "AC", (size_t)FIRST_ORDER + index));
    struct sale_event event = {.door = sale->by_postback ? SALE_DOOR_POSTBACK : SALE_DOOR_API,
                               .kind = SALE_KIND_SALE,
                               .brand = demo->brands[at].brand,
                               .program_pid = demo->programs[at].pid,
                               .event_id = order,
                               .order_ref = order,
                               .amount = sale->gross,
                               .base = sale->gross,
                               .unit = demo->programs[at].currency,
                               .country = sv_from(sale->country),
                               .has_customer = true,
                               .occurred_us = sale->at_us + (echo ? DEMO_ECHO_AFTER_US : 0),
                               .request = uuid_v7(sale->at_us)};
    event.received_us = event.occurred_us;
    if (sale->way == DEMO_BY_CLICK)
        event.click = echo ? demo->side_clicks[index] : demo->click_ids[sale->posted];
    if (sale->way == DEMO_BY_CODE)
        sale_event_add_code(&event, demo->places[at][sale->creator].code);
    keys_hash_email(event.customer_hash, sv_from(arena_printf(demo->arena, "buyer%llu@example.com",
                                                              (unsigned long long)sale->customer)));
    keys_hash(event.body_mac, KEY_CONTENT_MAC, order);
    return event;
}

static bool record(struct demo *demo, struct arena *arena, const struct sale_event *event,
                   enum conversion_outcome expected)
{
    struct conversion_answer answer = {0};
    clock_fix(event->received_us);
    enum conversion_outcome outcome = conversion_record(demo->db, arena, event, &answer);
    if (outcome == expected)
        return true;
    (void)ctl_fail("demo: order " SV_FMT " ended as outcome %d, not %d", SV_ARG(event->order_ref),
                   (int)outcome, (int)expected);
    return false;
}

static bool record_sale(struct demo *demo, struct arena *arena, size_t index)
{
    const struct demo_sale *sale = &demo->plan.sales[index];
    struct sale_event event = make_event(demo, index, DEMO_ACME);
    if (!record(demo, arena, &event, CONVERSION_CREATED))
        return false;
    if (sale->doubled) {
        event.door = sale->by_postback ? SALE_DOOR_API : SALE_DOOR_POSTBACK;
        event.request = uuid_v7(sale->at_us);
        if (!record(demo, arena, &event, CONVERSION_DUPLICATE))
            return false;
    }
    int at;
    if (!demo_sale_echoes(demo, index, &at))
        return true;
    event = make_event(demo, index, at);
    return record(demo, arena, &event, CONVERSION_CREATED);
}

bool demo_load_sales(struct demo *demo)
{
    const char *zone = demo_brands[DEMO_ACME].zone;
    struct arena *arena = arena_new(ARENA_CEILING_DEFAULT);
    int32_t day = clock_local_date(demo->begin_us, zone);
    bool good = true;
    for (size_t i = 0; i < demo->plan.sales_count && good; i++) {
        int32_t sale_day = clock_local_date(demo->plan.sales[i].at_us, zone);
        if (sale_day != day) {
            clock_fix(clock_local_day_start(sale_day, zone));
            good = demo_run_jobs(demo);
            day = sale_day;
        }
        good = good && record_sale(demo, arena, i);
        arena_reset(arena);
    }
    arena_free(arena);
    clock_fix(demo->end_us);
    return good && demo_run_jobs(demo);
}
