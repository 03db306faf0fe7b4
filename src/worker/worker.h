/*
 * Running the jobs of jobs.def.
 *
 * meed-worker is a small master with one process for each group of jobs; it
 * starts a process anew that died. `meedctl worker drain` runs all jobs in its
 * own process until all are idle; a worker that runs meanwhile steps aside:
 *
 *   worker:  holds the lease of each of its jobs, prolongs it at half its time
 *   drain:   takes the lease "drain"
 *   worker:  sees it within 0.2 s, gives its leases up, and waits
 *   drain:   takes the lease of each job in turn, until a whole round was idle; lets all go
 *
 * Without the database nothing is leased and nothing runs; it is asked again every second.
 */
#ifndef MEED_WORKER_WORKER_H
#define MEED_WORKER_WORKER_H

#include "base/settings.h"
#include "db/job.h"

enum job_scope {
    JOB_CLUSTER,
    JOB_HOST,
    JOB_UNLEASED, /* right while several do it: nobody waits for a dead one's lease */
};

struct worker_job {
    const char *group, *name;
    unsigned period_ms;
    enum job_scope scope;
    job_step *step;
};

const struct worker_job *worker_jobs(size_t *count);
/* Distinct groups, in the order of jobs.def; returns how many. */
size_t worker_groups(const char **out, size_t max);

/* Runs one group's jobs until asked to stop; a step is never cut short. */
void worker_run_group(const struct settings *settings, const char *group,
                      bool (*asked_to_stop)(void));

enum worker_drain { WORKER_DRAINED, WORKER_DRAIN_BUSY, WORKER_DRAIN_UNAVAILABLE };
/* *detail names the job that did not come to rest within `limit_us`, or could not run. */
MUST_USE enum worker_drain worker_run_all(const struct settings *settings, int64_t limit_us,
                                          const char **detail);

/*
 * The same in parts, for who must have the jobs rest in between (the demo's loader, which
 * replays months): between begin and end no worker runs a job, unless a minute passes without
 * worker_hold_run(). NULL: *result says why not.
 */
struct worker_hold;
struct worker_hold *worker_hold_begin(const struct settings *settings, int64_t limit_us,
                                      enum worker_drain *result);
MUST_USE enum worker_drain worker_hold_run(struct worker_hold *hold, int64_t limit_us,
                                           const char **detail);
bool worker_hold_end(struct worker_hold *hold);

/* run_dir/worker.GROUP.beat: written every second by a group that runs, for health checks. */
char *worker_beat_path(struct arena *arena, const struct settings *settings, const char *group);
/* Age of a group's last beat; INT64_MAX when it never ran here. */
int64_t worker_beat_age_us(struct arena *arena, const struct settings *settings, const char *group);

#endif
