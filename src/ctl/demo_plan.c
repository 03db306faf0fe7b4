#include "ctl/demo_plan.h"

#include "base/clock.h"

/*
 * 30-day totals. The newest against the one before: clicks +12.4%, gross and
 * commission +15.3%; 847 sales against 784 is +8.0%, as near to +8.1% as whole sales come.
 */
const struct demo_window demo_windows[DEMO_WINDOWS] = {
    {.clicks = 24318, .sales = 847, .gross = 5842000, .unattributed = 45},
    {.clicks = 21635, .sales = 784, .gross = 5066800, .unattributed = 41},
    {.clicks = 19870, .sales = 702, .gross = 4481500, .unattributed = 37},
    {.clicks = 17240, .sales = 633, .gross = 3978200, .unattributed = 33},
};

enum {
    LEADERS = 5,
    IDLE_CREATOR = DEMO_CREATORS - 1, /* accepted, nothing yet */
    OTHERS_MOST_SALES = 23,           /* below the fifth leader */
    HOURS = 24,
    SALE_WEEK_FIRST = 66, /* days before today: one week × 3 */
    SALE_WEEK_LAST = 72,
    SPIKE_DAY = 17, /* days before today, for SPIKE_CREATOR */
    SPIKE_CREATOR = 3,
    BOTS_PERCENT = 8,
    MOBILE_PERCENT = 65,
    CODE_PERCENT = 4,
    DOUBLED_SALES = 30,
    RIVAL_PERCENT = 12,
    NAMES_RIVAL_PERCENT = 10,
    RIVALS_FROM = 2000, /* a rival's click is among so many before the one that earns */
};

static const struct {
    int sales;
    int64_t gross;
} leaders[LEADERS] = {{142, 1842000}, {96, 1189000}, {71, 812000}, {38, 451000}, {24, 294000}};

/* Share of a day's traffic by local hour: an evening peak. */
static const int hour_weight[HOURS] = {6,  4,  3,  2,  2,  3,  5,  9,  13, 16, 18, 19,
                                       21, 20, 19, 20, 22, 26, 33, 41, 44, 38, 24, 12};

static const char *const referrers[] = {"https://www.instagram.com/", "https://www.tiktok.com/",
                                        "https://www.youtube.com/", ""};
static const char *const countries[] = {"US", "GB", "DE", "FR", "ES", "IT",
                                        "TR", "AE", "BR", "SE", "IN", "PL"};
static const char *const campaigns[] = {"spring-capsule", "pre-workout-drop", "summer-lookbook",
                                        "holiday-bundle", ""};

/* ---- chance: splitmix64, so that a seed gives the same demo everywhere ---- */

struct chance {
    uint64_t state;
};

static uint64_t chance_next(struct chance *c)
{
    uint64_t z = (c->state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static int64_t chance_below(struct chance *c, int64_t bound)
{
    CHECK(bound > 0);
    return (int64_t)(chance_next(c) % (uint64_t)bound);
}

static bool chance_percent(struct chance *c, int percent)
{
    return chance_below(c, 100) < percent;
}

/* ---- shares: whole numbers that add up exactly ---- */

/* Splits `total` over n by weight, each at least `least`; what rounding leaves goes one by one. */
static void share_out(int64_t total, const int64_t *weight, size_t n, int64_t least, int64_t *out)
{
    int64_t sum = 0, given = 0;
    for (size_t i = 0; i < n; i++)
        sum += weight[i];
    CHECK(sum > 0 && total >= least * (int64_t)n);
    int64_t spare = total - least * (int64_t)n;
    for (size_t i = 0; i < n; i++) {
        out[i] = least + spare * weight[i] / sum;
        given += out[i];
    }
    for (size_t i = 0; given < total; i = (i + 1) % n) {
        if (weight[i] > 0) {
            out[i]++;
            given++;
        }
    }
}

/* ---- time ---- */

struct calendar {
    int64_t end_us;
    int32_t today;
    const char *zone;
    int64_t day_start[DEMO_WINDOWS * DEMO_WINDOW_DAYS]; /* by days before today */
};

static void calendar_fill(struct calendar *cal, int64_t end_us, const char *zone)
{
    cal->end_us = end_us;
    cal->zone = zone;
    cal->today = clock_local_date(end_us, zone);
    for (int back = 0; back < DEMO_WINDOWS * DEMO_WINDOW_DAYS; back++)
        cal->day_start[back] = clock_local_day_start(clock_date_add(cal->today, -back), zone);
}

static int64_t day_weight(const struct calendar *cal, int back, int creator)
{
    /* 1970-01-01 was a Thursday; noon keeps clear of the zone's offset. */
    int64_t days = (cal->day_start[back] + CLOCK_DAY / 2) / CLOCK_DAY;
    int weekday = (int)((days + 4) % 7);
    int64_t weight = weekday == 0 || weekday == 6 ? 1250 : 1000;
    if (back >= SALE_WEEK_FIRST && back <= SALE_WEEK_LAST)
        weight *= 3;
    if (back == SPIKE_DAY && creator == SPIKE_CREATOR)
        weight *= 12;
    if (back == 0) /* today is not over */
        weight = weight * ((cal->end_us - cal->day_start[0]) / CLOCK_MINUTE) / (24 * 60);
    return weight;
}

static int64_t pick_time(struct chance *c, const struct calendar *cal, int window, int creator)
{
    int64_t weight[DEMO_WINDOW_DAYS], sum = 0;
    for (int d = 0; d < DEMO_WINDOW_DAYS; d++)
        sum += weight[d] = day_weight(cal, window * DEMO_WINDOW_DAYS + d, creator);
    int64_t at = chance_below(c, sum);
    int day = 0;
    while (at >= weight[day])
        at -= weight[day++];
    int64_t start = cal->day_start[window * DEMO_WINDOW_DAYS + day];
    for (int tries = 0; tries < 64; tries++) {
        int hour = (int)chance_below(c, HOURS);
        if (chance_below(c, 44) >= hour_weight[hour])
            continue;
        int64_t us = start + hour * CLOCK_HOUR + chance_below(c, CLOCK_HOUR);
        if (us <= cal->end_us)
            return us;
    }
    /* Just after midnight nearly no hour of today has come: anywhere in what has passed of it. */
    int64_t passed = cal->end_us - start;
    return start + (passed > 0 ? chance_below(c, passed < CLOCK_DAY ? passed + 1 : CLOCK_DAY) : 0);
}

/* ---- clicks ---- */

static int64_t creator_weight(int creator)
{
    if (creator == IDLE_CREATOR)
        return 0;
    return 100000 / (creator + 3); /* a power law */
}

static void plan_one_click(struct chance *c, const struct calendar *cal, int window, int creator,
                           struct demo_click *click)
{
    const char *home = demo_creators[creator].country;
    *click = (struct demo_click){
        .at_us = pick_time(c, cal, window, creator),
        .creator = creator,
        .visitor = chance_next(c),
        .country = chance_percent(c, 60) ? home : countries[chance_below(c, COUNT_OF(countries))],
        .referrer = chance_percent(c, 85) ? referrers[creator % 3]
                                          : referrers[chance_below(c, COUNT_OF(referrers))],
        .campaign = campaigns[chance_below(c, COUNT_OF(campaigns))],
        .mobile = chance_percent(c, MOBILE_PERCENT),
    };
}

static int click_by_time(const void *a, const void *b)
{
    const struct demo_click *x = a, *y = b;
    return x->at_us < y->at_us ? -1 : x->at_us > y->at_us;
}

static void plan_clicks(struct arena *arena, struct chance *c, const struct calendar *cal,
                        struct demo_plan *plan)
{
    size_t total = 0;
    for (int w = 0; w < DEMO_WINDOWS; w++)
        total += (size_t)(demo_windows[w].clicks + demo_windows[w].clicks * BOTS_PERCENT / 100);
    plan->clicks = arena_array(arena, total, sizeof(*plan->clicks));
    int64_t weight[DEMO_CREATORS], share[DEMO_CREATORS];
    for (int i = 0; i < DEMO_CREATORS; i++)
        weight[i] = creator_weight(i);
    for (int w = 0; w < DEMO_WINDOWS; w++) {
        for (int bots = 0; bots < 2; bots++) {
            int people = demo_windows[w].clicks;
            share_out(bots ? people * BOTS_PERCENT / 100 : people, weight, DEMO_CREATORS, 0, share);
            for (int i = 0; i < DEMO_CREATORS; i++) {
                for (int64_t k = 0; k < share[i]; k++) {
                    struct demo_click *click = &plan->clicks[plan->clicks_count++];
                    plan_one_click(c, cal, w, i, click);
                    click->bot = bots;
                }
            }
        }
    }
    CHECK(plan->clicks_count == total);
    qsort(plan->clicks, total, sizeof(*plan->clicks), click_by_time);
}

/* ---- sales ---- */

/* How many sales and how much each creator has in one window. */
static void plan_shares(int window, int64_t sales[DEMO_CREATORS], int64_t gross[DEMO_CREATORS])
{
    const struct demo_window *w = &demo_windows[window], *newest = &demo_windows[0];
    int64_t sales_left = w->sales, gross_left = w->gross / 10; /* tens of cents */
    for (int i = 0; i < LEADERS; i++) {
        sales[i] = leaders[i].sales * w->sales / newest->sales;
        gross[i] = leaders[i].gross * w->gross / newest->gross / 10;
        sales_left -= sales[i];
        gross_left -= gross[i];
    }
    int64_t weight[DEMO_CREATORS] = {0};
    for (int i = LEADERS; i < IDLE_CREATOR; i++)
        weight[i] = 100 + creator_weight(i) / 60;
    share_out(sales_left, weight + LEADERS, IDLE_CREATOR - LEADERS, 1, sales + LEADERS);
    share_out(gross_left, sales + LEADERS, IDLE_CREATOR - LEADERS, 0, gross + LEADERS);
    for (int i = LEADERS; i < IDLE_CREATOR; i++)
        CHECK(sales[i] <= OTHERS_MOST_SALES && gross[i] < gross[LEADERS - 1]);
    sales[IDLE_CREATOR] = gross[IDLE_CREATOR] = 0;
}

/* The last click of `creator` by a person before `before_us`; count when there is none. */
static size_t find_click(const struct demo_plan *plan, int creator, int64_t before_us)
{
    size_t low = 0, high = plan->clicks_count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (plan->clicks[mid].at_us < before_us)
            low = mid + 1;
        else
            high = mid;
    }
    while (low-- > 0) {
        const struct demo_click *click = &plan->clicks[low];
        if (click->creator == creator && !click->bot)
            return low;
    }
    return plan->clicks_count;
}

static void plan_one_sale(struct chance *c, const struct calendar *cal, struct demo_plan *plan,
                          int window, int creator, int64_t gross, struct demo_sale *sale)
{
    *sale = (struct demo_sale){.creator = creator,
                               .gross = gross,
                               .at_us = pick_time(c, cal, window, creator),
                               .way = DEMO_BY_NOTHING,
                               .customer = chance_next(c) % 9000,
                               .by_postback = chance_percent(c, 20)};
    sale->country = countries[chance_below(c, COUNT_OF(countries))];
    if (creator == DEMO_NO_CREATOR)
        return;
    /* Most buy within the hour, some weeks later. */
    int64_t delay = chance_percent(c, 70) ? CLOCK_MINUTE + chance_below(c, CLOCK_HOUR)
                                          : CLOCK_HOUR + chance_below(c, 18 * CLOCK_DAY);
    sale->click = find_click(plan, creator, sale->at_us - delay);
    bool clicked = sale->click < plan->clicks_count &&
                   sale->at_us - plan->clicks[sale->click].at_us < 29 * CLOCK_DAY;
    sale->way = clicked && !chance_percent(c, CODE_PERCENT) ? DEMO_BY_CLICK : DEMO_BY_CODE;
    if (sale->way == DEMO_BY_CLICK) {
        sale->country = plan->clicks[sale->click].country;
        sale->posted = sale->click;
    }
}

/*
 * One sale in eight has an earlier click of a rival, by the same visitor: it will have lost. Now
 * and then the order names that one, and the visitor's last click earns all the same. A click that
 * earns elsewhere is left alone.
 */
static void plan_rival_clicks(struct arena *arena, struct chance *c, struct demo_plan *plan)
{
    bool *earns = arena_array(arena, plan->clicks_count, sizeof(*earns));
    for (size_t i = 0; i < plan->sales_count; i++)
        if (plan->sales[i].way == DEMO_BY_CLICK)
            earns[plan->sales[i].click] = true;
    for (size_t i = 0; i < plan->sales_count; i++) {
        struct demo_sale *sale = &plan->sales[i];
        if (sale->way != DEMO_BY_CLICK || sale->click < RIVALS_FROM ||
            !chance_percent(c, RIVAL_PERCENT))
            continue;
        size_t rival = sale->click - 1 - (size_t)chance_below(c, RIVALS_FROM - 1);
        struct demo_click *other = &plan->clicks[rival];
        if (earns[rival] || other->bot || other->creator == sale->creator)
            continue;
        other->visitor = plan->clicks[sale->click].visitor;
        earns[rival] = true; /* one visitor can't have it twice */
        if (chance_percent(c, NAMES_RIVAL_PERCENT))
            sale->posted = rival;
    }
}

static int sale_by_time(const void *a, const void *b)
{
    const struct demo_sale *x = a, *y = b;
    return x->at_us < y->at_us ? -1 : x->at_us > y->at_us;
}

/* The sales of one creator in one window; their amounts add up to `gross_tens` exactly. */
static void plan_creator_sales(struct arena *arena, struct chance *c, const struct calendar *cal,
                               struct demo_plan *plan, int window, int creator, int64_t count,
                               int64_t gross_tens)
{
    if (count == 0)
        return;
    int64_t *weight = arena_array(arena, (size_t)count, sizeof(*weight));
    int64_t *amount = arena_array(arena, (size_t)count, sizeof(*amount));
    for (int64_t k = 0; k < count; k++)
        weight[k] = 30 + chance_below(c, 100);
    share_out(gross_tens, weight, (size_t)count, 1, amount);
    for (int64_t k = 0; k < count; k++)
        plan_one_sale(c, cal, plan, window, creator, amount[k] * 10,
                      &plan->sales[plan->sales_count++]);
}

static void plan_sales(struct arena *arena, struct chance *c, const struct calendar *cal,
                       struct demo_plan *plan)
{
    size_t total = 0;
    for (int w = 0; w < DEMO_WINDOWS; w++)
        total += (size_t)(demo_windows[w].sales + demo_windows[w].unattributed);
    plan->sales = arena_array(arena, total, sizeof(*plan->sales));
    for (int w = 0; w < DEMO_WINDOWS; w++) {
        int64_t sales[DEMO_CREATORS], gross[DEMO_CREATORS];
        plan_shares(w, sales, gross);
        for (int i = 0; i < DEMO_CREATORS; i++)
            plan_creator_sales(arena, c, cal, plan, w, i, sales[i], gross[i]);
        for (int k = 0; k < demo_windows[w].unattributed; k++)
            plan_one_sale(c, cal, plan, w, DEMO_NO_CREATOR, 1000 + chance_below(c, 900) * 10,
                          &plan->sales[plan->sales_count++]);
    }
    CHECK(plan->sales_count == total);
    qsort(plan->sales, total, sizeof(*plan->sales), sale_by_time);
    plan_rival_clicks(arena, c, plan);
    for (int k = 0; k < DOUBLED_SALES; k++)
        plan->sales[total - 1 - (size_t)k * (total / DOUBLED_SALES)].doubled = true;
}

void demo_plan_make(struct arena *arena, uint64_t seed, int64_t end_us, const char *zone,
                    struct demo_plan *plan)
{
    struct chance chance = {seed};
    struct calendar *cal = ARENA_NEW(arena, struct calendar);
    *plan = (struct demo_plan){0};
    calendar_fill(cal, end_us, zone);
    plan->today = cal->today;
    plan_clicks(arena, &chance, cal, plan);
    plan_sales(arena, &chance, cal, plan);
}
