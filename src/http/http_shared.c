#include <fcntl.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/http_shared.h"

enum {
    STRIPES = 64,
    SETS_PER_STRIPE = 128,
    SLOTS_PER_SET = 8, /* 65,536 buckets in all; in a full set the longest unused makes room */
    ROUTES_MAX = 512,  /* slot 0: no route matched */
    STATUS_CLASSES = 6,
    HISTOGRAM_BUCKETS = 12,
};

/* Change LAYOUT with any change below: programs of two versions must not share a page. */
#define SHARED_MAGIC  UINT64_C(0x4d65656453686172)
#define SHARED_LAYOUT 2U

struct rate_slot {
    uint64_t key;        /* 0: free */
    int64_t milli_uses;  /* thousandths of a use left */
    int64_t refilled_us; /* monotonic */
};

struct rate_stripe {
    pthread_mutex_t mutex;
    struct rate_slot slots[SETS_PER_STRIPE][SLOTS_PER_SET];
};

struct histogram {
    atomic_uint_fast64_t buckets[HISTOGRAM_BUCKETS + 1]; /* the last: slower than all bounds */
    atomic_uint_fast64_t sum_us;
};

struct shared_page {
    uint64_t magic;
    uint32_t layout;
    uint8_t hash_key[crypto_shorthash_KEYBYTES]; /* so that nobody can aim at a bucket */
    uint64_t routes_hash;                        /* which route table `requests` counts */
    struct rate_stripe stripes[STRIPES];
    atomic_int_fast64_t metrics[HTTP_METRICS];
    atomic_uint_fast64_t requests[HTTP_POOLS][ROUTES_MAX][STATUS_CLASSES];
    struct histogram durations[HTTP_POOLS];
};

static const int64_t histogram_bounds_us[HISTOGRAM_BUCKETS] = {
    500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000, 1000000, 5000000};

static struct shared_page *page;

static bool lay_out(struct shared_page *fresh)
{
    pthread_mutexattr_t attributes;
    bool laid_out = true;

    memset(fresh, 0, sizeof *fresh);
    randombytes_buf(fresh->hash_key, sizeof fresh->hash_key);
    CHECK(pthread_mutexattr_init(&attributes) == 0);
    CHECK(pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED) == 0);
    CHECK(pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST) == 0);
    for (size_t i = 0; i < STRIPES; i++)
        laid_out &= pthread_mutex_init(&fresh->stripes[i].mutex, &attributes) == 0;
    pthread_mutexattr_destroy(&attributes);
    fresh->layout = SHARED_LAYOUT;
    fresh->magic = SHARED_MAGIC;
    return laid_out;
}

/* Routes are counted by their place in the table, so another table starts its counts anew. */
static void match_routes(struct shared_page *mapped)
{
    crypto_generichash_state state;
    uint64_t hash;
    size_t count;
    const struct http_route *routes = http_routes(&count);

    crypto_generichash_init(&state, NULL, 0, crypto_generichash_BYTES_MIN);
    for (size_t i = 0; i < count; i++) {
        const char *method = http_method_name(routes[i].method);
        crypto_generichash_update(&state, (const uint8_t *)method, strlen(method) + 1);
        crypto_generichash_update(&state, (const uint8_t *)routes[i].path,
                                  strlen(routes[i].path) + 1);
    }
    uint8_t digest[crypto_generichash_BYTES_MIN];
    crypto_generichash_final(&state, digest, sizeof digest);
    memcpy(&hash, digest, sizeof hash);
    if (mapped->routes_hash == hash)
        return;
    memset(mapped->requests, 0, sizeof mapped->requests);
    mapped->routes_hash = hash;
}

/* With the file locked: as it is if it fits, else anew under the same name. */
static struct shared_page *map_locked(int fd)
{
    struct stat st;
    struct shared_page *mapped;

    if (fstat(fd, &st) != 0)
        return NULL;
    bool fits = st.st_size == (off_t)sizeof *mapped;
    if (!fits && ftruncate(fd, (off_t)sizeof *mapped) != 0)
        return NULL;
    mapped = mmap(NULL, sizeof *mapped, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (mapped == MAP_FAILED)
        return NULL;
    bool laid_out = mapped->magic == SHARED_MAGIC && mapped->layout == SHARED_LAYOUT;
    if (laid_out || lay_out(mapped)) {
        match_routes(mapped);
        return mapped;
    }
    munmap(mapped, sizeof *mapped);
    return NULL;
}

bool http_shared_open(const char *run_dir)
{
    char path[512];
    int fd;

    CHECK(page == NULL);
    CHECK(sodium_init() >= 0);
    /* The size is part of the name, so that another version's page is never resized under it. */
    if (snprintf(path, sizeof path, "%s/shared-%u-%zu", run_dir, SHARED_LAYOUT,
                 sizeof(struct shared_page)) >= (int)sizeof path)
        errno = ENAMETOOLONG, fd = -1;
    else
        fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0660);
    if (fd >= 0) {
        if (flock(fd, LOCK_EX) == 0)
            page = map_locked(fd);
        flock(fd, LOCK_UN); /* by hand: the mapping keeps the open file, and with it the lock */
        close(fd);
    }
    if (page == NULL)
        log_line(LOG_ERROR, "shared_page_failed", LOG_STR("path", path),
                 LOG_STR("why", strerror(errno)));
    return page != NULL;
}

void http_shared_close(void)
{
    if (page != NULL)
        munmap(page, sizeof *page);
    page = NULL;
}

static bool lock_stripe(struct rate_stripe *stripe)
{
    int rc = pthread_mutex_lock(&stripe->mutex);

    if (rc == EOWNERDEAD) {
        /* The holder died half way through a bucket: start the stripe anew. */
        memset(stripe->slots, 0, sizeof stripe->slots);
        rc = pthread_mutex_consistent(&stripe->mutex);
    }
    return rc == 0;
}

/* The key's slot, or the one it takes over. */
static struct rate_slot *find_slot(struct rate_slot set[SLOTS_PER_SET], uint64_t key,
                                   int64_t full_milli, int64_t now_us)
{
    struct rate_slot *oldest = &set[0];

    for (size_t i = 0; i < SLOTS_PER_SET; i++) {
        if (set[i].key == key)
            return &set[i];
        if (set[i].key == 0) {
            oldest = &set[i];
            break;
        }
        if (set[i].refilled_us < oldest->refilled_us)
            oldest = &set[i];
    }
    *oldest = (struct rate_slot){.key = key, .milli_uses = full_milli, .refilled_us = now_us};
    return oldest;
}

static void refill(struct rate_slot *slot, int64_t per_minute, int64_t full_milli, int64_t now_us)
{
    int64_t waited_us = now_us - slot->refilled_us;

    if (waited_us < 0 || waited_us > CLOCK_MINUTE) { /* a negative one: the machine restarted */
        slot->milli_uses = full_milli;
        slot->refilled_us = now_us;
        return;
    }
    int64_t gained = waited_us * per_minute * 1000 / CLOCK_MINUTE;
    if (gained <= 0)
        return; /* keep refilled_us, or frequent callers would never gain anything */
    slot->milli_uses += gained;
    if (slot->milli_uses > full_milli)
        slot->milli_uses = full_milli;
    slot->refilled_us = now_us;
}

static bool rate_use(struct sv name, struct sv key, int64_t per_minute, bool take,
                     unsigned *retry_after_s)
{
    uint8_t text[256], hash_bytes[crypto_shorthash_BYTES];
    uint64_t hash;
    *retry_after_s = 0;
    if (page == NULL || per_minute <= 0 || per_minute > 1000000)
        return true;
    int64_t full_milli = per_minute * 1000;
    size_t n = name.n > 32 ? 32 : name.n, m = key.n > 200 ? 200 : key.n;
    memcpy(text, name.p, n);
    text[n] = 0;
    if (m > 0)
        memcpy(text + n + 1, key.p, m);
    crypto_shorthash(hash_bytes, text, n + 1 + m, page->hash_key);
    memcpy(&hash, hash_bytes, sizeof hash);
    if (hash == 0)
        hash = 1;

    struct rate_stripe *stripe = &page->stripes[hash % STRIPES];
    if (!lock_stripe(stripe))
        return true;
    int64_t now_us = clock_monotonic_us();
    struct rate_slot *slot =
        find_slot(stripe->slots[hash / STRIPES % SETS_PER_STRIPE], hash, full_milli, now_us);
    refill(slot, per_minute, full_milli, now_us);
    bool allowed = slot->milli_uses >= 1000;
    if (allowed && take)
        slot->milli_uses -= 1000;
    if (!allowed)
        *retry_after_s = (unsigned)((1000 - slot->milli_uses) * 60 / (per_minute * 1000)) + 1;
    pthread_mutex_unlock(&stripe->mutex);
    return allowed;
}

bool http_rate_take(struct sv name, struct sv key, int64_t per_minute, unsigned *retry_after_s)
{
    return rate_use(name, key, per_minute, true, retry_after_s);
}

bool http_rate_would_allow(struct sv name, struct sv key, int64_t per_minute,
                           unsigned *retry_after_s)
{
    return rate_use(name, key, per_minute, false, retry_after_s);
}

void http_metric_add(enum http_metric metric, uint64_t by)
{
    if (page != NULL)
        atomic_fetch_add_explicit(&page->metrics[metric], (int64_t)by, memory_order_relaxed);
}

void http_metric_set(enum http_metric metric, int64_t value)
{
    if (page != NULL)
        atomic_store_explicit(&page->metrics[metric], value, memory_order_relaxed);
}

int64_t http_metric_get(enum http_metric metric)
{
    return page == NULL ? 0 : atomic_load_explicit(&page->metrics[metric], memory_order_relaxed);
}

void http_metric_request(enum http_pool pool, const struct http_route *route, int status,
                         int64_t duration_us)
{
    size_t count, index = 0, class = 0, bucket = 0;

    if (page == NULL)
        return;
    const struct http_route *routes = http_routes(&count);
    if (route != NULL && route >= routes && route < routes + count)
        index = (size_t)(route - routes) + 1;
    if (index >= ROUTES_MAX)
        index = 0;
    if (status >= 100 && status < 600)
        class = (size_t)status / 100;
    while (bucket < HISTOGRAM_BUCKETS && duration_us > histogram_bounds_us[bucket])
        bucket++;
    struct histogram *durations = &page->durations[pool];
    atomic_fetch_add_explicit(&page->requests[pool][index][class], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&durations->buckets[bucket], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&durations->sum_us, (uint64_t)duration_us, memory_order_relaxed);
}

struct metric_words {
    const char *name, *type, *help;
};

static const struct metric_words metric_words[HTTP_METRICS] = {
    [METRIC_CLICKS] = {"meed_clicks_total", "counter", "Clicks made durable."},
    [METRIC_CONVERSIONS] = {"meed_conversions_total", "counter", "Conversions recorded."},
    [METRIC_CONVERSIONS_DUPLICATE] = {"meed_conversions_duplicate_total", "counter",
                                      "Deliveries that named a known conversion."},
    [METRIC_SHED] = {"meed_requests_shed_total", "counter",
                     "Requests answered 503 because they had waited too long."},
    [METRIC_RATE_LIMITED] = {"meed_requests_limited_total", "counter", "Requests answered 429."},
    [METRIC_RESPAWNS] = {"meed_responder_respawns_total", "counter",
                         "Responders started in place of one that ended."},
    [METRIC_SPOOL_LAG_US] = {"meed_spool_lag_microseconds", "gauge",
                             "Age of the oldest click not yet in the database."},
    [METRIC_SPOOL_RECORDS] = {"meed_spool_records", "gauge", "Clicks not yet in the database."},
    [METRIC_WORKER_BEAT_US] = {"meed_worker_beat_timestamp_microseconds", "gauge",
                               "When the worker last finished a round."},
};

static void print_requests(struct buf *out, enum http_pool pool)
{
    size_t count;
    const struct http_route *routes = http_routes(&count);

    for (size_t route = 0; route <= count && route < ROUTES_MAX; route++) {
        for (size_t class = 0; class < STATUS_CLASSES; class ++) {
            uint64_t n =
                atomic_load_explicit(&page->requests[pool][route][class], memory_order_relaxed);
            if (n == 0)
                continue;
            buf_printf(out,
                       "meed_requests_total{pool=\"%s\",method=\"%s\",route=\"%s\","
                       "status=\"%zuxx\"} %" PRIu64 "\n",
                       http_pool_name(pool),
                       route == 0 ? "-" : http_method_name(routes[route - 1].method),
                       route == 0 ? "-" : routes[route - 1].path, class, n);
        }
    }
}

static void print_durations(struct buf *out, enum http_pool pool)
{
    struct histogram *h = &page->durations[pool];
    const char *name = http_pool_name(pool);
    uint64_t total = 0;

    for (size_t i = 0; i <= HISTOGRAM_BUCKETS; i++) {
        total += atomic_load_explicit(&h->buckets[i], memory_order_relaxed);
        if (i < HISTOGRAM_BUCKETS)
            buf_printf(out,
                       "meed_request_duration_microseconds_bucket{pool=\"%s\",le=\"%" PRId64
                       "\"} %" PRIu64 "\n",
                       name, histogram_bounds_us[i], total);
        else
            buf_printf(out,
                       "meed_request_duration_microseconds_bucket{pool=\"%s\",le=\"+Inf\"} "
                       "%" PRIu64 "\n",
                       name, total);
    }
    buf_printf(out, "meed_request_duration_microseconds_sum{pool=\"%s\"} %" PRIu64 "\n", name,
               (uint64_t)atomic_load_explicit(&h->sum_us, memory_order_relaxed));
    buf_printf(out, "meed_request_duration_microseconds_count{pool=\"%s\"} %" PRIu64 "\n", name,
               total);
}

void http_metrics_print(struct buf *out)
{
    if (page == NULL)
        return;
    for (size_t i = 0; i < HTTP_METRICS; i++) {
        const struct metric_words *words = &metric_words[i];
        buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n%s %" PRId64 "\n", words->name, words->help,
                   words->name, words->type, words->name, http_metric_get((enum http_metric)i));
    }
    buf_puts(out,
             "# HELP meed_requests_total Requests answered.\n"
             "# TYPE meed_requests_total counter\n");
    for (size_t pool = 0; pool < HTTP_POOLS; pool++)
        print_requests(out, (enum http_pool)pool);
    buf_puts(out,
             "# HELP meed_request_duration_microseconds From accept to answer.\n"
             "# TYPE meed_request_duration_microseconds histogram\n");
    for (size_t pool = 0; pool < HTTP_POOLS; pool++)
        print_durations(out, (enum http_pool)pool);
}
