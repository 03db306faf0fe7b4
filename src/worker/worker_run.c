#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

#include "worker/worker_internal.h"

#include "base/clock.h"
#include "base/log.h"
#include "db/lease.h"

#define LEASE_FOR_US     (20 * CLOCK_SECOND)
#define SLICE_US         (CLOCK_SECOND / 4)
#define DRAIN_LOOK_US    (CLOCK_SECOND / 5)
#define AWAY_WAIT_US     CLOCK_SECOND
#define NAP_LONGEST_US   (CLOCK_SECOND / 5)
#define STEP_ARENA_BYTES ((size_t)64 * 1024 * 1024)

static const char *lease_name(struct arena *arena, const struct worker_job *job)
{
    if (job->scope == JOB_CLUSTER)
        return job->name;
    char host[65] = "";
    gethostname(host, sizeof host - 1);
    return arena_printf(arena, "%s@%s", job->name, host);
}

struct runner *runner_new(const struct settings *settings, const char *group,
                          bool (*asked_to_stop)(void))
{
    struct arena *arena = arena_new(1024 * 1024);
    struct runner *runner = ARENA_NEW(arena, struct runner);
    size_t count;
    const struct worker_job *all = worker_jobs(&count);
    struct db_settings db_settings = db_settings_for(settings, DB_WORKER);

    runner->settings = settings;
    runner->db = db_open(&db_settings);
    runner->arena = arena;
    runner->step_arena = arena_new(STEP_ARENA_BYTES);
    runner->holder = lease_holder_name(arena);
    runner->asked_to_stop = asked_to_stop;
    runner->jobs = arena_array(arena, count + 1, sizeof(struct runner_job));
    for (size_t i = 0; i < count; i++) {
        if (group && strcmp(all[i].group, group) != 0)
            continue;
        struct runner_job *job = &runner->jobs[runner->count++];
        job->job = &all[i];
        job->lease = lease_name(arena, &all[i]);
    }
    return runner;
}

void runner_release_all(struct runner *runner)
{
    for (size_t i = 0; i < runner->count; i++) {
        struct runner_job *job = &runner->jobs[i];
        if (!job->lease_until_us)
            continue;
        job->lease_until_us = 0;
        if (lease_release(runner->db, job->lease, runner->holder) != DB_OK)
            return; /* the database is away; they run out by themselves */
    }
}

void runner_free(struct runner *runner)
{
    runner_release_all(runner);
    db_close(runner->db);
    arena_free(runner->step_arena);
    arena_free(runner->arena);
}

/* True while the job's lease is ours for at least half its time. */
static enum lease_result keep_lease(struct runner *runner, struct runner_job *job)
{
    if (job->job->scope == JOB_UNLEASED)
        return LEASE_HELD;
    int64_t now_us = clock_wire_us();
    if (job->lease_until_us - now_us > LEASE_FOR_US / 2)
        return LEASE_HELD;
    enum lease_result result = lease_take(runner->db, job->lease, runner->holder, LEASE_FOR_US);
    job->lease_until_us = result == LEASE_HELD ? now_us + LEASE_FOR_US : 0;
    return result;
}

static enum job_result run_step(struct runner *runner, const struct worker_job *job)
{
    arena_reset(runner->step_arena);
    struct job step = {.name = job->name,
                       .db = runner->db,
                       .arena = runner->step_arena,
                       .settings = runner->settings,
                       .asked_to_stop = runner->asked_to_stop};
    enum job_result result = job->step(&step);
    CHECK(!db_in_tx(runner->db));
    return result;
}

enum run_result runner_run(struct runner *runner, struct runner_job *job, int64_t slice_us)
{
    int64_t until_us = clock_monotonic_us() + slice_us;
    for (;;) {
        enum lease_result lease = keep_lease(runner, job);
        if (lease != LEASE_HELD)
            return lease == LEASE_TAKEN ? RUN_TAKEN : RUN_UNAVAILABLE;
        switch (run_step(runner, job->job)) {
        case JOB_IDLE:
            return RUN_IDLE;
        case JOB_UNAVAILABLE:
            return RUN_UNAVAILABLE;
        case JOB_WORKED:
            break;
        }
        if (runner->asked_to_stop() || clock_monotonic_us() >= until_us)
            return RUN_WORKED;
    }
}

char *worker_beat_path(struct arena *arena, const struct settings *settings, const char *group)
{
    return arena_printf(arena, "%s/worker.%s.beat", settings->run_dir, group);
}

int64_t worker_beat_age_us(struct arena *arena, const struct settings *settings, const char *group)
{
    struct stat facts;
    if (stat(worker_beat_path(arena, settings, group), &facts) != 0)
        return INT64_MAX;
    int64_t at_us = (int64_t)facts.st_mtim.tv_sec * CLOCK_SECOND + facts.st_mtim.tv_nsec / 1000;
    return clock_wire_us() - at_us;
}

static void beat(const char *path)
{
    static int64_t last_us;
    int64_t now_us = clock_monotonic_us();
    if (last_us && now_us - last_us < CLOCK_SECOND)
        return;
    last_us = now_us;
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
    if (fd < 0 || futimens(fd, NULL) != 0)
        log_line(LOG_WARN, "worker_beat_failed", LOG_STR("why", strerror(errno)));
    if (fd >= 0)
        close(fd);
}

/* When the job is to run next, by how this run went. */
static int64_t next_run_us(const struct runner_job *job, enum run_result result)
{
    int64_t now_us = clock_monotonic_us();
    int64_t period_us = (int64_t)job->job->period_ms * 1000;
    switch (result) {
    case RUN_WORKED:
        return now_us;
    case RUN_IDLE:
        return now_us + period_us;
    case RUN_TAKEN: /* by another process: its lease runs out if it dies */
        if (period_us > LEASE_FOR_US)
            return now_us + LEASE_FOR_US;
        return now_us + (period_us > AWAY_WAIT_US ? period_us : AWAY_WAIT_US);
    case RUN_UNAVAILABLE:
        return now_us + AWAY_WAIT_US;
    }
    UNREACHABLE();
}

/* One round over the jobs that are due; returns when the next one is. */
static int64_t run_due(struct runner *runner)
{
    int64_t next_us = clock_monotonic_us() + NAP_LONGEST_US;
    for (size_t i = 0; i < runner->count && !runner->asked_to_stop(); i++) {
        struct runner_job *job = &runner->jobs[i];
        if (job->next_us <= clock_monotonic_us())
            job->next_us = next_run_us(job, runner_run(runner, job, SLICE_US));
        if (job->next_us < next_us)
            next_us = job->next_us;
    }
    return next_us;
}

static bool must_step_aside(struct runner *runner, int64_t *looked_us)
{
    int64_t now_us = clock_monotonic_us();
    if (now_us - *looked_us < DRAIN_LOOK_US)
        return false;
    arena_reset(runner->step_arena);
    if (lease_look(runner->db, runner->step_arena, WORKER_DRAIN_LEASE, runner->holder) ==
        LEASE_TAKEN)
        return true; /* look again at once after the nap */
    *looked_us = now_us;
    return false;
}

void worker_run_group(const struct settings *settings, const char *group,
                      bool (*asked_to_stop)(void))
{
    struct runner *runner = runner_new(settings, group, asked_to_stop);
    const char *beat_path = worker_beat_path(runner->arena, settings, group);
    int64_t looked_us = 0;
    log_line(LOG_INFO, "worker_started", LOG_STR("group", group), LOG_U64("jobs", runner->count));
    while (!asked_to_stop()) {
        beat(beat_path);
        int64_t next_us = clock_monotonic_us() + NAP_LONGEST_US / 2;
        if (must_step_aside(runner, &looked_us))
            runner_release_all(runner);
        else
            next_us = run_due(runner);
        int64_t nap_us = next_us - clock_monotonic_us();
        if (nap_us > 0 && !asked_to_stop())
            usleep((useconds_t)nap_us); /* a signal ends it */
    }
    runner_free(runner);
    log_line(LOG_INFO, "worker_stopped", LOG_STR("group", group));
}
