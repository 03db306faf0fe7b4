#include <sys/statvfs.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/settings.h"
#include "click/click_jobs.h"
#include "click/drain.h"
#include "click/linkmap.h"
#include "click/partitions.h"
#include "http/http_shared.h"

enum { DISK_ALERT_PERCENT = 85 };

#define REPORT_EVERY_US   CLOCK_MINUTE
#define REGISTER_EVERY_US CLOCK_MINUTE
#define BACKLOG_EVERY_US  (5 * CLOCK_SECOND)

/* True when `every_us` have passed since it last was; the first time at once. */
static bool is_due(int64_t *last_us, int64_t every_us)
{
    int64_t now = clock_monotonic_us();

    if (*last_us != 0 && now - *last_us < every_us)
        return false;
    *last_us = now;
    return true;
}

/* ---- Drain ---- */

/* Of what may be used, as df counts it: blocks reserved for root are no room. */
static void watch_disk(const char *dir)
{
    struct statvfs facts;
    uint64_t used, percent;

    if (statvfs(dir, &facts) != 0 || facts.f_blocks == 0)
        return;
    used = facts.f_blocks - facts.f_bfree;
    percent = 100 * used / (used + facts.f_bavail);
    if (percent >= DISK_ALERT_PERCENT)
        log_line(LOG_ERROR, "disk_nearly_full", LOG_STR("dir", dir), LOG_U64("percent", percent));
}

/* What the drain did since the last line. */
static struct {
    uint64_t rows, torn, refused;
    int64_t lag_us_max;
} since;

static void sum_up(const struct drain_report *report)
{
    since.rows += report->rows;
    since.torn += report->torn;
    since.refused += report->refused;
    if (report->lag_us > since.lag_us_max)
        since.lag_us_max = report->lag_us;
}

static void tell(const struct drain_report *report, const char *dir)
{
    static int64_t told_us;

    if (!is_due(&told_us, REPORT_EVERY_US))
        return;
    watch_disk(dir);
    if (since.rows > 0 || since.torn > 0)
        log_line(LOG_INFO, "drain", LOG_U64("clicks", since.rows), LOG_U64("torn", since.torn),
                 LOG_U64("refused", since.refused), LOG_I64("lag_us_max", since.lag_us_max),
                 LOG_U64("segments", report->segments));
    memset(&since, 0, sizeof(since));
}

/* A pass that was not full leaves nothing behind; else the spools are counted, now and then. */
static void measure(struct drain *drain, const struct drain_report *report, bool has_more)
{
    static int64_t counted_us;
    struct drain_backlog backlog = {.lag_us = report->lag_us};

    if (has_more && !is_due(&counted_us, BACKLOG_EVERY_US))
        return;
    if (has_more && !drain_look_at_backlog(drain, &backlog))
        return;
    http_metric_set(METRIC_SPOOL_RECORDS, (int64_t)backlog.clicks);
    http_metric_set(METRIC_SPOOL_LAG_US, backlog.lag_us);
}

enum job_result click_job_drain(struct job *job)
{
    static struct drain *drain;
    struct drain_report report;
    enum drain_result result;

    if (drain == NULL)
        drain = drain_new(job->settings->spool_dir);
    result = drain_pass(drain, job->db, &report);
    sum_up(&report);
    tell(&report, job->settings->spool_dir);
    measure(drain, &report,
            result == DRAIN_UNAVAILABLE ||
                (result == DRAIN_MORE && (report.rows == DRAIN_ROWS_MAX || report.rows == 0)));
    switch (result) {
    case DRAIN_MORE:
        /* A pass that was not full has seen all there was: let clicks gather for the next. */
        return report.rows == DRAIN_ROWS_MAX || report.rows == 0 ? JOB_WORKED : JOB_IDLE;
    case DRAIN_IDLE:
        return JOB_IDLE;
    case DRAIN_UNAVAILABLE:
        return JOB_UNAVAILABLE;
    }
    UNREACHABLE();
}

/* ---- Link map ---- */

static enum job_result keep_registered(struct job *job, bool *is_built)
{
    bool is_new = false;
    uint64_t links = 0;

    if (linkmap_register(job->db, job->settings->link_map_dir, &is_new) != DB_OK)
        return JOB_UNAVAILABLE;
    linkmap_tend(job->settings->link_map_dir);
    if (*is_built && !is_new)
        return JOB_IDLE;
    /* Registered first: a change made while the map is being built is queued. */
    if (linkmap_rebuild(job->db, job->settings->link_map_dir, &links) != DB_OK)
        return JOB_UNAVAILABLE;
    *is_built = true;
    log_line(LOG_INFO, "linkmap_built", LOG_U64("links", links));
    return JOB_WORKED;
}

enum job_result click_job_linkmap(struct job *job)
{
    static int64_t registered_us;
    static bool is_built;

    if (is_due(&registered_us, REGISTER_EVERY_US)) {
        enum job_result result = keep_registered(job, &is_built);

        if (result == JOB_UNAVAILABLE)
            registered_us = 0;
        if (result != JOB_IDLE)
            return result;
    }
    return linkmap_pull(job->db, job->settings->link_map_dir) ? JOB_WORKED : JOB_IDLE;
}

/* ---- Partitions ---- */

enum job_result click_job_partitions(struct job *job)
{
    unsigned made;

    if (partitions_keep(job->db, clock_business_us(), &made) == DB_OK)
        return made > 0 ? JOB_WORKED : JOB_IDLE;
    return JOB_UNAVAILABLE;
}
