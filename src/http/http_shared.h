/*
 * The page that all processes of one host share: a file in run_dir, mapped.
 *
 *   ┌────────┬─────────────────────────────┬──────────────────────────────┐
 *   │ header │ rate buckets, by stripe     │ counters, gauges, histograms │
 *   │        │ one robust mutex per stripe │ plain atomics                │
 *   └────────┴─────────────────────────────┴──────────────────────────────┘
 *
 * Whoever comes first makes it. A process killed while it holds a mutex leaves
 * the others working: the next holder is told (EOWNERDEAD), forgets that
 * stripe's buckets and goes on. Nothing here must outlive the host's uptime, and
 * losing it all costs a few seconds of limits and the counters' history.
 */
#ifndef MEED_HTTP_HTTP_SHARED_H
#define MEED_HTTP_HTTP_SHARED_H

#include "http/http.h"

/* Maps `run_dir`/shared. False (logged) when it can't be. Without it limits and metrics are off. */
MUST_USE bool http_shared_open(const char *run_dir);
void http_shared_close(void);

/*
 * Token buckets. One more use of (name, key) under `per_minute`; a bucket holds one minute's
 * worth. False: none left, and *retry_after_s says when to come back.
 */
MUST_USE bool http_rate_take(struct sv name, struct sv key, int64_t per_minute,
                             unsigned *retry_after_s);
/* The same without taking: would a use be allowed now? */
MUST_USE bool http_rate_would_allow(struct sv name, struct sv key, int64_t per_minute,
                                    unsigned *retry_after_s);

/* Counters only rise; gauges are set. Names and help for Prometheus stand in http_shared.c. */
enum http_metric {
    METRIC_CLICKS,                /* clicks made durable */
    METRIC_CONVERSIONS,           /* conversions recorded, first time */
    METRIC_CONVERSIONS_DUPLICATE, /* deliveries that named a known conversion */
    METRIC_SHED,                  /* requests answered 503 because they had waited too long */
    METRIC_RATE_LIMITED,
    METRIC_RESPAWNS,
    METRIC_SPOOL_LAG_US,   /* gauge: age of the oldest click not yet in the database */
    METRIC_SPOOL_RECORDS,  /* gauge: clicks not yet in the database */
    METRIC_WORKER_BEAT_US, /* gauge: wire time of the worker's last round */
    HTTP_METRICS,
};

void http_metric_add(enum http_metric metric, uint64_t by);
void http_metric_set(enum http_metric metric, int64_t value);
int64_t http_metric_get(enum http_metric metric);
/* One answered request; `route` NULL when none matched. */
void http_metric_request(enum http_pool pool, const struct http_route *route, int status,
                         int64_t duration_us);
/* Everything in Prometheus' text format 0.0.4. */
void http_metrics_print(struct buf *out);

#endif
