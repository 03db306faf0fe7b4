/* One job on its way, under its lease; shared by the loop and the drain. */
#ifndef MEED_WORKER_WORKER_INTERNAL_H
#define MEED_WORKER_WORKER_INTERNAL_H

#include "worker/worker.h"

#define WORKER_DRAIN_LEASE "drain"

struct runner_job {
    const struct worker_job *job;
    const char *lease;      /* the job's name, with the host's when each host has its own */
    int64_t lease_until_us; /* wire; 0: not ours */
    int64_t next_us;        /* monotonic */
};

struct runner {
    const struct settings *settings;
    struct db *db;
    struct arena *arena, *step_arena;
    const char *holder;
    bool (*asked_to_stop)(void);
    struct runner_job *jobs;
    size_t count;
};

/* Jobs of `group`, or all of them when it is NULL. */
struct runner *runner_new(const struct settings *settings, const char *group,
                          bool (*asked_to_stop)(void));
/* Gives every lease up first. */
void runner_free(struct runner *runner);
void runner_release_all(struct runner *runner);

enum run_result { RUN_IDLE, RUN_WORKED, RUN_TAKEN, RUN_UNAVAILABLE };
/* Takes or keeps the job's lease and runs steps for at most `slice_us`, or until it is idle. */
enum run_result runner_run(struct runner *runner, struct runner_job *job, int64_t slice_us);

#endif
