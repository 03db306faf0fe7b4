/* What the demo's steps share. */
#include "ctl/demo.h"

enum { ECHO_EVERY = 6 };

bool demo_run_jobs(struct demo *demo)
{
    const char *detail;
    if (worker_hold_run(demo->hold, DEMO_JOBS_LIMIT_US, &detail) == WORKER_DRAINED)
        return true;
    (void)ctl_fail("demo: the job %s did not come to rest", detail);
    return false;
}

const char *demo_password(struct arena *arena, const char *whose)
{
    return arena_printf(arena, "meed-demo-%s", whose);
}

bool demo_sale_echoes(const struct demo *demo, size_t sale, int *brand)
{
    const struct demo_sale *s = &demo->plan.sales[sale];
    if (s->creator < 0 || s->creator >= DEMO_BUSY_CREATORS || s->way != DEMO_BY_CLICK ||
        sale % ECHO_EVERY != 0 || s->at_us + DEMO_ECHO_AFTER_US > demo->end_us)
        return false;
    *brand = 1 + (int)(sale / ECHO_EVERY) % (DEMO_NEWCOMER - 1);
    return true;
}
