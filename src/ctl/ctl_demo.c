/* meedctl demo load FILE: fills an empty database with the demo, and writes what to try to FILE. */
#include "base/clock.h"
#include "ctl/demo.h"

#define DEMO_SEED        UINT64_C(20260214)
#define DEMO_DAYS_BEFORE 3 /* accounts are that much older than the first click */

DB_SQL(demo_find_any_brand, "SELECT name FROM brand ORDER BY id LIMIT 1");

enum state { STATE_EMPTY, STATE_LOADED, STATE_OTHER_DATA, STATE_UNKNOWN };

static enum state look(struct demo *demo)
{
    struct db_rows *row;
    switch (db_get_one(demo->db, demo->arena, &demo_find_any_brand, DB_NO_ARGS, &row)) {
    case DB_NO_ROW:
        return STATE_EMPTY;
    case DB_OK:
        return sv_eq_cstr(db_col_text(row, 0), demo_brands[DEMO_ACME].brand) ? STATE_LOADED
                                                                             : STATE_OTHER_DATA;
    default:
        return STATE_UNKNOWN;
    }
}

static bool load(struct demo *demo, const char *path)
{
    int64_t now = clock_wire_us() + clock_offset_us();
    demo->end_us = now - DEMO_MINUTES_AGO * CLOCK_MINUTE;
    demo_plan_make(demo->arena, DEMO_SEED, demo->end_us, demo_brands[DEMO_ACME].zone, &demo->plan);
    demo->begin_us = demo->plan.clicks[0].at_us - DEMO_DAYS_BEFORE * CLOCK_DAY;
    return demo_load_people(demo) && demo_load_clicks(demo) && demo_load_sales(demo) &&
           demo_load_newcomers(demo) && demo_write_json(demo, path);
}

static enum ctl_exit load_held(struct demo *demo, const char *path)
{
    enum worker_drain why;
    demo->hold = worker_hold_begin(demo->settings, DEMO_JOBS_LIMIT_US, &why);
    if (!demo->hold)
        return ctl_fail("demo: the worker's jobs could not be held (%d)", (int)why);
    bool good = load(demo, path);
    clock_fix(0);
    good = worker_hold_end(demo->hold) && good;
    return good ? CTL_OK : CTL_FAILED;
}

enum ctl_exit ctl_demo_load(struct ctl *ctl)
{
    if (ctl->argc != 1)
        return CTL_USAGE;
    if (!ctl->settings->development)
        return ctl_fail("the demo is for development; this is set up as production");
    struct arena *arena = arena_new((size_t)1024 * 1024 * 1024);
    struct demo *demo = ARENA_NEW(arena, struct demo);
    demo->ctl = ctl;
    demo->settings = ctl->settings;
    demo->arena = arena;
    demo->db = ctl_open_db(ctl, DB_WEB);
    enum ctl_exit how = CTL_FAILED;
    switch (demo->db ? look(demo) : STATE_UNKNOWN) {
    case STATE_EMPTY:
        how = load_held(demo, ctl->argv[0]);
        break;
    case STATE_LOADED:
        if (access(ctl->argv[0], R_OK) == 0)
            how = CTL_OK;
        else
            (void)ctl_fail("an earlier load of the demo broke off: remove var/ and start again");
        break;
    case STATE_OTHER_DATA:
        (void)ctl_fail("the database holds other data; the demo goes into an empty one alone");
        break;
    case STATE_UNKNOWN:
        break; /* said already */
    }
    if (demo->db)
        db_close(demo->db);
    arena_free(arena);
    return how;
}
