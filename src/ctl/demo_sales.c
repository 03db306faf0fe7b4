/* The demo's sales and refunds, one after another through the pipeline, with the jobs each day. */
#include "base/clock.h"
#include "conversion/adjustment.h"
#include "ctl/demo_agenda.h"

enum { FIRST_ORDER = 10001 };

/* How each brand's shop tells its sales. */
static const enum sale_door doors[DEMO_BRANDS] = {
    [DEMO_ACME] = SALE_DOOR_SHOPIFY, [DEMO_HOME] = SALE_DOOR_WOOCOMMERCE,
    [DEMO_SAAS] = SALE_DOOR_STRIPE,  [DEMO_CPS] = SALE_DOOR_API,
    [DEMO_CPA] = SALE_DOOR_INGEST,   [DEMO_REWARDS] = SALE_DOOR_PADDLE,
};

static struct sv order_of(struct arena *arena, const struct demo_happening *h)
{
    static const char *const marks[] = {[DEMO_TELL_LEAD] = "L-",
                                        [DEMO_TELL_TRIAL] = "T-",
                                        [DEMO_TELL_REBILL] = "B-",
                                        [DEMO_TELL_CHARGEBACK_WON] = NULL};
    const char *mark = h->what < COUNT_OF(marks) && marks[h->what] ? marks[h->what] : "";
    if (h->at == DEMO_ACME)
        return sv_from(arena_printf(arena, "AC-%zu", (size_t)FIRST_ORDER + h->sale));
    if (h->no > 0)
        return sv_from(
            arena_printf(arena, "R-%s%zu-%d", mark, (size_t)FIRST_ORDER + h->sale, h->no));
    return sv_from(arena_printf(arena, "R-%s%zu", mark, (size_t)FIRST_ORDER + h->sale));
}

static enum sale_kind kind_of(enum demo_what what)
{
    switch (what) {
    case DEMO_TELL_LEAD:
        return SALE_KIND_LEAD;
    case DEMO_TELL_TRIAL:
        return SALE_KIND_TRIAL;
    case DEMO_TELL_REBILL:
        return SALE_KIND_REBILL;
    default:
        return SALE_KIND_SALE;
    }
}

/* Acme tells most of its sales by the shop, some by its server's own means. */
static enum sale_door door_of(const struct demo *demo, const struct demo_happening *h)
{
    const struct demo_sale *sale = &demo->plan.sales[h->sale];
    if (h->at != DEMO_ACME)
        return doors[h->at];
    if (h->what == DEMO_TELL_AGAIN)
        return sale->by_postback ? SALE_DOOR_API : SALE_DOOR_POSTBACK;
    if (sale->by_postback)
        return SALE_DOOR_POSTBACK;
    return sale->doubled || sale->customer % 3 == 0 ? SALE_DOOR_API : doors[DEMO_ACME];
}

static void add_credit(struct demo *demo, const struct demo_happening *h, struct sale_event *event)
{
    const struct demo_sale *sale = &demo->plan.sales[h->sale];
    if (h->what == DEMO_TELL_REBILL)
        return; /* the first sale's creator earns */
    if (sale->way == DEMO_BY_CLICK)
        event->click =
            h->at == DEMO_ACME ? demo->click_ids[sale->posted] : demo->side_clicks[h->sale];
    if (sale->way == DEMO_BY_CODE)
        sale_event_add_code(event, demo->places[h->at][sale->creator].code);
}

/* What the shop tells. */
static struct sale_event make_event(struct demo *demo, struct arena *arena,
                                    const struct demo_happening *h)
{
    const struct demo_sale *sale = &demo->plan.sales[h->sale];
    bool is_free = h->what == DEMO_TELL_LEAD || h->what == DEMO_TELL_TRIAL;
    struct sale_event event = {.door = door_of(demo, h),
                               .kind = kind_of(h->what),
                               .brand = demo->brands[h->at].brand,
                               .program_pid = demo->programs[h->at].pid,
                               .order_ref = order_of(arena, h),
                               .amount = is_free ? 0 : sale->gross,
                               .base = is_free ? 0 : sale->gross,
                               .unit = demo->programs[h->at].currency,
                               .country = sv_from(sale->country),
                               .has_customer = true,
                               .occurred_us = h->at_us,
                               .received_us = h->at_us,
                               .request = uuid_v7(h->at_us)};
    event.event_id = event.order_ref;
    if (h->at == DEMO_CPA || h->at == DEMO_SAAS)
        event.subscription = sv_from(arena_printf(arena, "sub_demo_%zu", h->sale));
    add_credit(demo, h, &event);
    keys_hash_email(event.customer_hash, sv_from(arena_printf(arena, "buyer%llu@example.com",
                                                              (unsigned long long)sale->customer)));
    keys_hash(event.body_mac, KEY_CONTENT_MAC, event.order_ref);
    return event;
}

static bool record(struct demo *demo, struct arena *arena, const struct demo_happening *h)
{
    struct conversion_answer answer = {0};
    struct sale_event event = make_event(demo, arena, h);
    enum conversion_outcome expected =
        h->what == DEMO_TELL_AGAIN ? CONVERSION_DUPLICATE : CONVERSION_CREATED;
    enum conversion_outcome outcome = conversion_record(demo->db, arena, &event, &answer);
    if (outcome == expected)
        return true;
    (void)ctl_fail("demo: order " SV_FMT " ended as outcome %d, not %d", SV_ARG(event.order_ref),
                   (int)outcome, (int)expected);
    return false;
}

static bool adjust(struct demo *demo, struct arena *arena, const struct demo_happening *h)
{
    bool is_refund = h->what == DEMO_TELL_REFUND || h->what == DEMO_TELL_PART_REFUND;
    struct sv order = order_of(arena, h);
    struct adjustment_answer answer;
    struct adjustment_event event = {
        .door = SALE_DOOR_POSTBACK,
        .brand = demo->brands[DEMO_ACME].brand,
        .program = demo->programs[DEMO_ACME].id,
        .kind = is_refund ? ADJUSTMENT_REFUND : ADJUSTMENT_CHARGEBACK,
        .ref = sv_from(arena_printf(arena, "%s-" SV_FMT, is_refund ? "RF" : "CB", SV_ARG(order))),
        .phase = h->what == DEMO_TELL_CHARGEBACK_WON,
        .targets = {{SALE_KEY_ORDER, order}},
        .n_targets = 1,
        .extent = h->what == DEMO_TELL_PART_REFUND      ? ADJUSTMENT_OF_TOTAL
                  : h->what == DEMO_TELL_CHARGEBACK_WON ? ADJUSTMENT_NOTHING
                                                        : ADJUSTMENT_WHOLE,
        .amount = h->what == DEMO_TELL_PART_REFUND ? demo->plan.sales[h->sale].gross / 20 * 10 : 0,
        .unit = demo->programs[DEMO_ACME].currency,
        .occurred_us = h->at_us,
        .received_us = h->at_us,
        .request = uuid_v7(h->at_us)};
    keys_hash(event.body_mac, KEY_CONTENT_MAC,
              sv_from(arena_printf(arena, SV_FMT "/%d", SV_ARG(event.ref), (int)event.phase)));
    enum adjustment_outcome outcome = conversion_adjust(demo->db, arena, &event, &answer);
    if (outcome == ADJUSTMENT_APPLIED || outcome == ADJUSTMENT_PARKED)
        return true;
    (void)ctl_fail("demo: %s ended as outcome %d", sv_dup(arena, event.ref), (int)outcome);
    return false;
}

static bool let_happen(struct demo *demo, struct arena *arena, const struct demo_happening *h)
{
    clock_fix(h->at_us);
    return h->what < DEMO_TELL_PART_REFUND ? record(demo, arena, h) : adjust(demo, arena, h);
}

/* A shop's connection is known by its first authentic event; these came without one. */
DB_SQL(demo_connect,
       "INSERT INTO connection (brand, door, mode, program, account, last_topic, last_event_us,"
       " changed_us) VALUES (?, ?, 'live', ?, ?, ?, ?, ?)");

static bool connect_shops(struct demo *demo)
{
    static const struct {
        int at;
        enum sale_door door;
        bool by_program;
        const char *topic;
    } shops[] = {{DEMO_ACME, SALE_DOOR_SHOPIFY, false, "orders/create"},
                 {DEMO_HOME, SALE_DOOR_WOOCOMMERCE, true, "order.updated"},
                 {DEMO_SAAS, SALE_DOOR_STRIPE, true, "invoice.paid"},
                 {DEMO_REWARDS, SALE_DOOR_PADDLE, true, "transaction.completed"}};
    int64_t now_us = clock_wire_us();
    for (size_t i = 0; i < COUNT_OF(shops); i++)
        if (db_exec(demo->db, &demo_connect,
                    DB_ARGS(db_u64(demo->brands[shops[i].at].brand),
                            db_cstr(sale_door_text(shops[i].door)),
                            db_u64(shops[i].by_program ? demo->programs[shops[i].at].id : 0),
                            db_cstr(demo_brands[shops[i].at].site), db_cstr(shops[i].topic),
                            db_i64(now_us), db_i64(now_us)),
                    NULL) != DB_OK) {
            (void)ctl_fail("demo: the connection of %s can't be noted",
                           demo_brands[shops[i].at].brand);
            return false;
        }
    return true;
}

bool demo_load_sales(struct demo *demo)
{
    const char *zone = demo_brands[DEMO_ACME].zone;
    struct arena *arena = arena_new(ARENA_CEILING_DEFAULT);
    int32_t day = clock_local_date(demo->begin_us, zone);
    size_t n;
    const struct demo_happening *agenda = demo_agenda_make(demo, &n);
    bool good = true;
    for (size_t i = 0; i < n && good; i++) {
        int32_t its_day = clock_local_date(agenda[i].at_us, zone);
        if (its_day != day) {
            clock_fix(clock_local_day_start(its_day, zone));
            good = demo_run_jobs(demo);
            day = its_day;
        }
        good = good && let_happen(demo, arena, &agenda[i]);
        arena_reset(arena);
    }
    arena_free(arena);
    clock_fix(demo->end_us);
    return good && connect_shops(demo) && demo_run_jobs(demo);
}
