#include "base/clock.h"
#include "base/log.h"
#include "click/drain_store.h"
#include "click/host_id.h"
#include "click/record.h"
#include "click/spool.h"

/* Read a little first: mostly a pass finds nothing new. */
enum { WINDOW_FIRST = 32, WINDOW_NEXT = 512, ZONES_MAX = 64, ZONE_SIZE = 65 };
#define ZONE_FRESH_US CLOCK_MINUTE
#define TEND_EVERY_US CLOCK_MINUTE

/* A segment that is being followed. */
struct tail {
    char name[SPOOL_NAME_SIZE];
    struct spool_segment segment;
    uint32_t slot; /* committed: what lies before is in the table */
    uint32_t next; /* read in this pass */
    bool took;     /* a record was read in this pass */
    bool seen;     /* still listed */
    bool ended;    /* its last record was read, its writer is gone */
    struct tail *following;
};

/* A brand's zone, and the bounds of the day that was asked for last: ICU is slow. */
struct zone {
    uint64_t brand;
    char name[ZONE_SIZE];
    int64_t fetched_us;
    int64_t day_from_us, day_until_us;
    int32_t day;
};

struct drain {
    char *dir;
    char host[HOST_ID_SIZE];
    struct arena *arena;
    struct tail *tails;
    struct zone zones[ZONES_MAX];
    int64_t tended_us;
    struct drain_batch batch;
};

struct drain *drain_new(const char *spool_dir)
{
    struct drain *drain = calloc(1, sizeof(*drain));

    CHECK(drain != NULL);
    drain->dir = strdup(spool_dir);
    CHECK(drain->dir != NULL);
    drain->arena = arena_new(ARENA_CEILING_DEFAULT);
    return drain;
}

static void drop_tail(struct tail **place)
{
    struct tail *tail = *place;

    *place = tail->following;
    spool_segment_close(&tail->segment);
    free(tail);
}

static void drop_all_tails(struct drain *drain)
{
    while (drain->tails != NULL)
        drop_tail(&drain->tails);
}

void drain_free(struct drain *drain)
{
    if (drain == NULL)
        return;
    drop_all_tails(drain);
    arena_free(drain->arena);
    free(drain->dir);
    free(drain);
}

/* ---- Days ---- */

static struct zone *zone_of(struct drain *drain, struct db *db, uint64_t brand)
{
    struct zone *zone = &drain->zones[brand % ZONES_MAX];
    int64_t now = clock_monotonic_us();
    const char *name = "UTC";

    if (zone->brand == brand && zone->fetched_us != 0 && now - zone->fetched_us < ZONE_FRESH_US)
        return zone;
    switch (drain_store_find_zone(db, drain->arena, brand, &name)) {
    case DB_OK:
    case DB_NO_ROW: /* counted all the same, in UTC */
        break;
    default:
        return NULL;
    }
    *zone = (struct zone){.brand = brand, .fetched_us = now};
    (void)snprintf(zone->name, sizeof(zone->name), "%s", name);
    return zone;
}

static int32_t day_of(struct zone *zone, int64_t at_us)
{
    if (at_us < zone->day_from_us || at_us >= zone->day_until_us) {
        zone->day = clock_local_date(at_us, zone->name);
        zone->day_from_us = clock_local_day_start(zone->day, zone->name);
        zone->day_until_us = clock_local_day_start(clock_date_add(zone->day, 1), zone->name);
    }
    return zone->day;
}

/* False: the database is away. */
static bool fill_days(struct drain *drain, struct db *db)
{
    struct drain_batch *batch = &drain->batch;

    for (size_t i = 0; i < batch->clicks_count; i++) {
        struct zone *zone;

        batch->days[i] = 0;
        if (batch->clicks[i].bot)
            continue;
        zone = zone_of(drain, db, batch->clicks[i].brand);
        if (zone == NULL)
            return false;
        batch->days[i] = day_of(zone, batch->clicks[i].at_us);
    }
    return true;
}

/* ---- Reading ---- */

/*
 * A record with a good checksum that is no click was written by another version of this program.
 * It can't be read by waiting; the log keeps its bytes.
 */
static void refuse(const struct tail *tail, struct sv payload, struct arena *arena,
                   struct drain_report *report)
{
    size_t n = payload.n < 1500 ? payload.n : 1500;
    char *hex = arena_alloc(arena, 2 * n + 1);

    hex_encode(hex, (const uint8_t *)payload.p, n);
    log_line(LOG_ERROR, "drain_record_refused", LOG_STR("segment", tail->name),
             LOG_U64("slot", tail->next), LOG_STR("bytes", hex));
    report->refused++;
}

static void take(struct drain *drain, const struct tail *tail, struct sv payload,
                 struct drain_report *report)
{
    struct drain_batch *batch = &drain->batch;

    if (record_decode(payload, &batch->clicks[batch->clicks_count]))
        batch->clicks_count++;
    else
        refuse(tail, payload, drain->arena, report);
}

/* Reads one window; true when there may be more behind it and room in the batch. */
static bool read_window(struct drain *drain, struct tail *tail, uint32_t slots,
                        struct drain_report *report)
{
    struct spool_scan scan;
    struct sv payload;

    if (!spool_segment_read(&tail->segment, drain->arena, tail->next, slots, &scan))
        return false;
    while (drain->batch.clicks_count < DRAIN_ROWS_MAX) {
        switch (spool_scan_next(&scan, drain->arena, &payload)) {
        case SPOOL_RECORD:
            take(drain, tail, payload, report);
            tail->next = scan.at;
            tail->took = true;
            break;
        case SPOOL_MORE:
            tail->next = scan.at;
            report->torn += scan.torn;
            return true;
        case SPOOL_WAIT:
            tail->next = scan.at;
            return false;
        case SPOOL_END:
            tail->next = scan.at;
            tail->ended = true;
            report->torn += scan.torn;
            return false;
        }
    }
    return false;
}

static void read_tail(struct drain *drain, struct tail *tail, struct drain_report *report)
{
    uint32_t slots = WINDOW_FIRST;

    tail->next = tail->slot;
    tail->took = tail->ended = false;
    /* Asked before reading: what a dead writer's segment holds is final. */
    (void)spool_segment_is_live(&tail->segment);
    while (drain->batch.clicks_count < DRAIN_ROWS_MAX && read_window(drain, tail, slots, report))
        slots = WINDOW_NEXT;
}

/* ---- Segments come and go ---- */

static struct tail *find_tail(struct drain *drain, const char *name)
{
    for (struct tail *tail = drain->tails; tail != NULL; tail = tail->following)
        if (strcmp(tail->name, name) == 0)
            return tail;
    return NULL;
}

static bool add_tail(struct drain *drain, struct db *db, const char *name)
{
    struct spool_segment segment;
    struct tail *tail, **end = &drain->tails;
    uint32_t slot = 0;

    if (spool_segment_open(drain->dir, name, &segment) != SPOOL_OPENED)
        return true; /* gone, or logged as foreign: the others go on */
    if (drain_store_find_progress(db, drain->arena, drain->host, name, &slot) != DB_OK) {
        spool_segment_close(&segment);
        return false;
    }
    if (slot > segment.slots) {
        log_line(LOG_ERROR, "drain_progress", LOG_STR("segment", name), LOG_U64("slot", slot));
        spool_segment_close(&segment);
        return true;
    }
    tail = calloc(1, sizeof(*tail));
    CHECK(tail != NULL);
    (void)snprintf(tail->name, sizeof(tail->name), "%s", name);
    tail->segment = segment;
    tail->slot = slot;
    tail->seen = true;
    while (*end != NULL)
        end = &(*end)->following;
    *end = tail;
    return true;
}

static bool follow_segments(struct drain *drain, struct db *db, struct drain_report *report)
{
    const char **names;
    size_t n;

    if (!spool_list(drain->arena, drain->dir, &names, &n))
        return false;
    report->segments = n;
    for (struct tail *tail = drain->tails; tail != NULL; tail = tail->following)
        tail->seen = false;
    for (size_t i = 0; i < n; i++) {
        struct tail *tail = find_tail(drain, names[i]);

        if (tail != NULL)
            tail->seen = true;
        else if (!add_tail(drain, db, names[i]))
            return false;
    }
    for (struct tail **place = &drain->tails; *place != NULL;)
        if ((*place)->seen)
            place = &(*place)->following;
        else
            drop_tail(place);
    return true;
}

/* Progress of a removed segment is left behind when a drain is killed between the two. */
static void tend(struct drain *drain, struct db *db)
{
    int64_t now = clock_monotonic_us();
    const char **names;
    size_t n;

    if (drain->tended_us != 0 && now - drain->tended_us < TEND_EVERY_US)
        return;
    drain->tended_us = now;
    spool_sweep(drain->dir);
    if (drain_store_list_known(db, drain->arena, drain->host, &names, &n) != DB_OK)
        return;
    for (size_t i = 0; i < n; i++)
        if (find_tail(drain, names[i]) == NULL &&
            drain_store_forget(db, drain->host, names[i]) != DB_OK)
            return;
}

/* Durable in the table, final on disk: no longer needed. */
static void remove_ended(struct drain *drain, struct db *db)
{
    for (struct tail **place = &drain->tails; *place != NULL;) {
        struct tail *tail = *place;

        if (!tail->ended) {
            place = &tail->following;
            continue;
        }
        spool_remove(drain->dir, tail->name);
        if (drain_store_forget(db, drain->host, tail->name) != DB_OK)
            drain->tended_us = 0; /* the next pass tries again */
        drop_tail(place);
    }
}

/* ---- A pass ---- */

static void collect(struct drain *drain, struct drain_report *report)
{
    struct drain_batch *batch = &drain->batch;
    size_t tails = 0;

    batch->host = drain->host;
    batch->clicks_count = 0;
    batch->steps_count = 0;
    for (struct tail *tail = drain->tails; tail != NULL; tail = tail->following)
        tails++;
    batch->steps = arena_array(drain->arena, tails + 1, sizeof(*batch->steps));
    for (struct tail *tail = drain->tails; tail != NULL; tail = tail->following) {
        read_tail(drain, tail, report);
        if (tail->took)
            batch->steps[batch->steps_count++] =
                (struct drain_step){tail->name, tail->slot, tail->next};
    }
    report->rows = batch->clicks_count;
}

static int64_t oldest_age(const struct drain_batch *batch)
{
    int64_t oldest = INT64_MAX;

    for (size_t i = 0; i < batch->clicks_count; i++)
        if (batch->clicks[i].at_us < oldest)
            oldest = batch->clicks[i].at_us;
    return batch->clicks_count == 0 ? 0 : clock_business_us() - oldest;
}

static enum drain_result commit(struct drain *drain, struct db *db, struct drain_report *report)
{
    switch (drain_store_batch(db, &drain->batch)) {
    case DB_OK:
        for (struct tail *tail = drain->tails; tail != NULL; tail = tail->following)
            if (tail->took)
                tail->slot = tail->next;
        report->lag_us = oldest_age(&drain->batch);
        return DRAIN_MORE;
    case DB_NO_ROW:    /* another drain was faster */
    case DB_AMBIGUOUS: /* the progress itself tells whether the commit took place */
        drop_all_tails(drain);
        report->rows = 0;
        return DRAIN_MORE;
    default:
        report->rows = 0;
        return DRAIN_UNAVAILABLE;
    }
}

enum drain_result drain_pass(struct drain *drain, struct db *db, struct drain_report *report)
{
    enum drain_result result = DRAIN_IDLE;

    *report = (struct drain_report){0};
    arena_reset(drain->arena);
    if (drain->host[0] == '\0' && !host_id_of(drain->dir, drain->host)) {
        drain->host[0] = '\0';
        return DRAIN_UNAVAILABLE;
    }
    if (!follow_segments(drain, db, report))
        return DRAIN_UNAVAILABLE;
    tend(drain, db);
    collect(drain, report);
    if (drain->batch.steps_count > 0) {
        if (!fill_days(drain, db))
            return DRAIN_UNAVAILABLE;
        result = commit(drain, db, report);
    }
    if (result != DRAIN_UNAVAILABLE)
        remove_ended(drain, db);
    return result;
}

/* ---- The backlog ---- */

static void count_window(struct spool_scan *scan, struct arena *arena, struct drain_backlog *out)
{
    struct sv payload;
    struct click click;

    while (spool_scan_next(scan, arena, &payload) == SPOOL_RECORD) {
        int64_t age_us;

        if (!record_decode(payload, &click))
            continue;
        out->clicks++;
        age_us = clock_business_us() - click.at_us;
        if (age_us > out->lag_us)
            out->lag_us = age_us;
    }
}

static void count_segment(struct drain *drain, const char *name, struct drain_backlog *out)
{
    struct tail *tail = find_tail(drain, name);
    struct spool_scan scan = {.at = tail == NULL ? 1 : tail->slot};
    struct spool_segment segment;
    struct arena *arena;
    uint32_t from;

    if (spool_segment_open(drain->dir, name, &segment) != SPOOL_OPENED)
        return;
    (void)spool_segment_is_live(&segment);
    arena = arena_new(ARENA_CEILING_DEFAULT);
    do {
        arena_reset(arena);
        from = scan.at;
        if (!spool_segment_read(&segment, arena, from, WINDOW_NEXT, &scan))
            break;
        count_window(&scan, arena, out);
    } while (scan.at > from && scan.at < segment.slots);
    arena_free(arena);
    spool_segment_close(&segment);
}

bool drain_look_at_backlog(struct drain *drain, struct drain_backlog *out)
{
    const char **names;
    size_t n;

    *out = (struct drain_backlog){0};
    arena_reset(drain->arena);
    if (!spool_list(drain->arena, drain->dir, &names, &n))
        return false;
    for (size_t i = 0; i < n; i++)
        count_segment(drain, names[i], out);
    return true;
}
