/* The demo's clicks: written to a spool as the redirects do, then drained. */
#include "base/clock.h"
#include "click/record.h"
#include "click/spool.h"
#include "crypto/keys.h"
#include "ctl/demo.h"

static const char agent_phone[] =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/19.1 Mobile/15E148 Safari/604.1";
static const char agent_desktop[] =
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 "
    "Firefox/145.0";
static const char agent_bot[] = "facebookexternalhit/1.1";

/* A number as a version 7 id of a fixed time: the same visitor has the same cookie everywhere. */
static struct uuid visitor_id(uint64_t visitor)
{
    struct uuid id = {{0}};
    memcpy(id.b, &visitor, sizeof(visitor));
    memcpy(id.b + 8, &visitor, sizeof(visitor));
    id.b[6] = (uint8_t)((id.b[6] & 0x0f) | 0x70);
    id.b[8] = (uint8_t)((id.b[8] & 0x3f) | 0x80);
    return id;
}

static struct click make_click(struct demo *demo, const struct demo_click *planned, int at,
                               int64_t at_us)
{
    const struct demo_place *place = &demo->places[at][planned->creator];
    struct click click = {.id = uuid_v7(at_us),
                          .visitor = visitor_id(planned->visitor),
                          .link = place->link,
                          .partnership = place->partnership,
                          .program = demo->programs[at].id,
                          .brand = demo->brands[at].brand,
                          .at_us = at_us,
                          .shape = CLICK_TOKEN,
                          .bot = planned->bot,
                          .referrer = sv_from(planned->referrer)};
    click.agent = sv_from(planned->bot ? agent_bot : planned->mobile ? agent_phone : agent_desktop);
    click.utm[CLICK_UTM_SOURCE] = SV("creator");
    click.utm[CLICK_UTM_CAMPAIGN] = sv_from(planned->campaign);
    snprintf(click.country, sizeof(click.country), "%s", planned->country);
    char ip[48];
    snprintf(ip, sizeof(ip), "2001:db8::%x:%x", (unsigned)(planned->visitor >> 16 & 0xffff),
             (unsigned)(planned->visitor & 0xffff));
    keys_hash_ip(click.ip_hash, sv_from(ip));
    return click;
}

struct writer {
    struct spool *spool;
    unsigned waiting;
    bool good;
};

static void write_click(struct writer *w, const struct click *click)
{
    uint8_t record[RECORD_MAX];
    size_t n = record_encode(record, click);
    spool_add(w->spool, sv_of((const char *)record, n));
    if (++w->waiting < SPOOL_BATCH)
        return;
    w->good = w->good && spool_commit(w->spool);
    w->waiting = 0;
    while (spool_prepare(w->spool))
        ;
}

static void write_all(struct demo *demo, struct writer *w)
{
    const struct demo_plan *plan = &demo->plan;
    for (size_t i = 0; i < plan->clicks_count && w->good; i++) {
        struct click click = make_click(demo, &plan->clicks[i], DEMO_ACME, plan->clicks[i].at_us);
        demo->click_ids[i] = click.id;
        write_click(w, &click);
    }
    for (size_t i = 0; i < plan->sales_count && w->good; i++) {
        int at;
        if (!demo_sale_echoes(demo, i, &at))
            continue;
        struct click click =
            make_click(demo, &plan->clicks[plan->sales[i].click], at, plan->sales[i].at_us);
        demo->side_clicks[i] = click.id;
        write_click(w, &click);
    }
}

bool demo_load_clicks(struct demo *demo)
{
    demo->click_ids = arena_array(demo->arena, demo->plan.clicks_count, sizeof(*demo->click_ids));
    demo->side_clicks =
        arena_array(demo->arena, demo->plan.sales_count, sizeof(*demo->side_clicks));
    clock_fix(demo->end_us);
    struct writer writer = {.spool = spool_open(demo->settings->spool_dir, SPOOL_SEGMENT_SLOTS),
                            .good = true};
    write_all(demo, &writer);
    writer.good = writer.good && (writer.waiting == 0 || spool_commit(writer.spool));
    spool_close(writer.spool);
    if (!writer.good) {
        (void)ctl_fail("demo: the click spool in %s can't be written", demo->settings->spool_dir);
        return false;
    }
    clock_fix(demo->begin_us);
    return demo_run_jobs(demo);
}
