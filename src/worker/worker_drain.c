#include "worker/worker_internal.h"

#include "base/clock.h"
#include "db/lease.h"

#define DRAIN_LEASE_US (60 * CLOCK_SECOND)

static bool never_stops(void)
{
    return false;
}

static enum worker_drain take_drain_lease(struct runner *runner, int64_t until_us)
{
    for (;;) {
        switch (lease_take(runner->db, WORKER_DRAIN_LEASE, runner->holder, DRAIN_LEASE_US)) {
        case LEASE_HELD:
            return WORKER_DRAINED;
        case LEASE_UNAVAILABLE:
            return WORKER_DRAIN_UNAVAILABLE;
        case LEASE_TAKEN:
            break;
        }
        if (clock_monotonic_us() > until_us)
            return WORKER_DRAIN_BUSY;
        usleep(50 * 1000);
    }
}

/* Runs one job until it is idle. *worked when it was not idle at once. */
static enum worker_drain bring_to_rest(struct runner *runner, struct runner_job *job,
                                       int64_t until_us, bool *worked)
{
    for (;;) {
        switch (runner_run(runner, job, CLOCK_SECOND)) {
        case RUN_IDLE:
            return WORKER_DRAINED;
        case RUN_UNAVAILABLE:
            return WORKER_DRAIN_UNAVAILABLE;
        case RUN_WORKED:
            *worked = true;
            break;
        case RUN_TAKEN:
            usleep(20 * 1000); /* a worker is finishing its step */
            break;
        }
        if (clock_monotonic_us() > until_us)
            return WORKER_DRAIN_BUSY;
        enum worker_drain kept = take_drain_lease(runner, until_us);
        if (kept != WORKER_DRAINED)
            return kept;
    }
}

/* Rounds over all jobs until one finds all of them idle: a job may make work for an earlier one. */
static enum worker_drain drain(struct runner *runner, int64_t until_us, const char **detail)
{
    for (bool worked = true; worked;) {
        worked = false;
        for (size_t i = 0; i < runner->count; i++) {
            enum worker_drain result = bring_to_rest(runner, &runner->jobs[i], until_us, &worked);
            if (result != WORKER_DRAINED) {
                *detail = runner->jobs[i].job->name;
                return result;
            }
        }
    }
    return WORKER_DRAINED;
}

struct worker_hold {
    struct runner *runner;
};

struct worker_hold *worker_hold_begin(const struct settings *settings, int64_t limit_us,
                                      enum worker_drain *result)
{
    struct worker_hold *hold = calloc(1, sizeof(*hold));
    CHECK(hold);
    hold->runner = runner_new(settings, NULL, never_stops);
    *result = take_drain_lease(hold->runner, clock_monotonic_us() + limit_us);
    if (*result == WORKER_DRAINED)
        return hold;
    (void)worker_hold_end(hold);
    return NULL;
}

enum worker_drain worker_hold_run(struct worker_hold *hold, int64_t limit_us, const char **detail)
{
    int64_t until_us = clock_monotonic_us() + limit_us;
    *detail = "another drain";
    enum worker_drain result = take_drain_lease(hold->runner, until_us);
    return result == WORKER_DRAINED ? drain(hold->runner, until_us, detail) : result;
}

bool worker_hold_end(struct worker_hold *hold)
{
    struct runner *runner = hold->runner;
    runner_release_all(runner);
    bool released = lease_release(runner->db, WORKER_DRAIN_LEASE, runner->holder) == DB_OK;
    runner_free(runner);
    free(hold);
    return released;
}

enum worker_drain worker_run_all(const struct settings *settings, int64_t limit_us,
                                 const char **detail)
{
    *detail = "another drain";
    enum worker_drain result;
    struct worker_hold *hold = worker_hold_begin(settings, limit_us, &result);
    if (!hold)
        return result;
    result = worker_hold_run(hold, limit_us, detail);
    return worker_hold_end(hold) ? result : WORKER_DRAIN_UNAVAILABLE;
}
