/*
 * The demo's figures, planned before anything is written.
 *
 * Pure: a seed and an end time give the same creators, clicks and sales every
 * time. The newest 30 days, and the 30 before, add up exactly to the totals in
 * struct demo_window; the loader (ctl_demo.c) then sends all of it
 * through the real pipeline. Amounts are whole tens of cents, so that
 * 10% of each is exact and the sums of commissions are, too.
 */
#ifndef MEED_CTL_DEMO_PLAN_H
#define MEED_CTL_DEMO_PLAN_H

#include "base/arena.h"

enum {
    DEMO_CREATORS = 40,
    DEMO_WINDOWS = 4, /* of 30 days each; 0 is the newest */
    DEMO_WINDOW_DAYS = 30,
    DEMO_NO_CREATOR = -1,
};

struct demo_creator {
    const char *handle, *name, *country, *channel;
};

struct demo_window {
    int clicks;       /* by people; bots come on top, 8 of 100 */
    int sales;        /* credited ones */
    int64_t gross;    /* cents */
    int unattributed; /* sales on top that no click explains */
};

struct demo_click {
    int64_t at_us;
    int creator;
    uint64_t visitor; /* a number that stands for a visitor cookie */
    const char *country;
    const char *referrer;
    const char *campaign; /* utm_campaign, may be empty */
    bool bot, mobile;
};

enum demo_way { DEMO_BY_CLICK, DEMO_BY_CODE, DEMO_BY_NOTHING };

struct demo_sale {
    int64_t at_us;
    int creator; /* DEMO_NO_CREATOR: unattributed */
    enum demo_way way;
    size_t click;  /* index into clicks: the one that earns, for DEMO_BY_CLICK */
    size_t posted; /* the one that the order names: mostly the same */
    int64_t gross; /* cents */
    const char *country;
    uint64_t customer; /* a number that stands for an e-mail address */
    bool by_postback;  /* else by the API */
    bool doubled;      /* told again by the other door */
};

struct demo_plan {
    int32_t today;             /* local date the newest window ends with */
    struct demo_click *clicks; /* by time */
    size_t clicks_count;
    struct demo_sale *sales; /* by time */
    size_t sales_count;
};

extern const struct demo_creator demo_creators[DEMO_CREATORS];
extern const struct demo_window demo_windows[DEMO_WINDOWS];

/* The newest event is at or before end_us. Days are those of `zone`. */
void demo_plan_make(struct arena *arena, uint64_t seed, int64_t end_us, const char *zone,
                    struct demo_plan *plan);

#endif
