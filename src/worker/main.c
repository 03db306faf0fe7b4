/*
 * meed-worker [--config FILE]: a master with one process per group of jobs.
 *
 * A group that dies (a failed CHECK, kill -9) is started anew, after 0.1 s at
 * first and 5 s at most. SIGTERM: each group finishes the step it is in, gives
 * its leases up and ends. The groups end when the master dies.
 */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/http_shared.h"
#include "worker/process.h"
#include "worker/worker.h"

enum { GROUPS_MAX = 16 };
#define RESPAWN_FIRST_US (CLOCK_SECOND / 10)
#define RESPAWN_LAST_US  (5 * CLOCK_SECOND)
#define CALM_US          (30 * CLOCK_SECOND) /* having lived this long, it starts at once again */
#define BEAT_LATE_US     (15 * CLOCK_SECOND)

struct group {
    const char *name;
    pid_t pid;           /* 0: not running */
    int64_t started_us;  /* monotonic */
    int64_t start_at_us; /* monotonic, when it is not running */
    int64_t wait_us;
};

static volatile sig_atomic_t stop;

static void on_stop(int signal_number)
{
    (void)signal_number;
    stop = 1;
}

static void on_child(int signal_number)
{
    (void)signal_number; /* ends the nap */
}

static bool asked_to_stop(void)
{
    return stop != 0;
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_stop}; /* no SA_RESTART: a nap ends at once */
    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    action.sa_handler = on_child;
    sigaction(SIGCHLD, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
}

static void start(struct group *group, const struct settings *settings)
{
    pid_t master = getpid();
    group->started_us = clock_monotonic_us();
    group->pid = fork();
    if (group->pid < 0) {
        log_line(LOG_ERROR, "worker_fork_failed", LOG_STR("why", strerror(errno)));
        group->pid = 0;
        group->start_at_us = clock_monotonic_us() + RESPAWN_LAST_US;
        return;
    }
    if (group->pid > 0)
        return;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != master)
        _exit(0); /* it died before we asked to be told */
    signal(SIGCHLD, SIG_DFL);
    worker_run_group(settings, group->name, asked_to_stop);
    _exit(0);
}

static struct group *group_of(struct group *groups, size_t count, pid_t pid)
{
    for (size_t i = 0; i < count; i++)
        if (groups[i].pid == pid)
            return &groups[i];
    return NULL;
}

static void reap(struct group *groups, size_t count)
{
    int how;
    for (pid_t pid; (pid = waitpid(-1, &how, WNOHANG)) > 0;) {
        struct group *group = group_of(groups, count, pid);
        if (!group)
            continue;
        int64_t now_us = clock_monotonic_us();
        bool calm = now_us - group->started_us > CALM_US;
        group->wait_us = calm || !group->wait_us ? RESPAWN_FIRST_US : group->wait_us * 2;
        if (group->wait_us > RESPAWN_LAST_US)
            group->wait_us = RESPAWN_LAST_US;
        group->pid = 0;
        group->start_at_us = now_us + group->wait_us;
        if (stop)
            continue;
        http_metric_add(METRIC_RESPAWNS, 1);
        log_line(LOG_ERROR, "worker_group_died", LOG_STR("group", group->name),
                 LOG_I64("signal", WIFSIGNALED(how) ? WTERMSIG(how) : 0),
                 LOG_I64("exit", WIFEXITED(how) ? WEXITSTATUS(how) : 0));
    }
}

/* The host's sign of life is one of all groups: one that hangs silences it. */
static void beat(const struct settings *settings, const struct group *groups, size_t count,
                 struct arena *arena)
{
    arena_reset(arena);
    for (size_t i = 0; i < count; i++)
        if (worker_beat_age_us(arena, settings, groups[i].name) > BEAT_LATE_US)
            return;
    http_metric_set(METRIC_WORKER_BEAT_US, clock_wire_us());
}

static void run(const struct settings *settings, struct group *groups, size_t count)
{
    struct arena *arena = arena_new(64 * 1024);
    while (!stop) {
        int64_t now_us = clock_monotonic_us();
        reap(groups, count);
        for (size_t i = 0; i < count; i++)
            if (!groups[i].pid && groups[i].start_at_us <= now_us)
                start(&groups[i], settings);
        beat(settings, groups, count, arena);
        usleep(200 * 1000);
    }
    for (size_t i = 0; i < count; i++)
        if (groups[i].pid)
            kill(groups[i].pid, SIGTERM);
    for (size_t i = 0; i < count; i++)
        while (groups[i].pid && waitpid(groups[i].pid, NULL, 0) < 0 && errno == EINTR)
            continue;
    arena_free(arena);
}

static const char *config_of(int argc, char **argv)
{
    if (argc == 1)
        return NULL;
    if (argc == 3 && strcmp(argv[1], "--config") == 0)
        return argv[2];
    fprintf(stderr, "usage: meed-worker [--config FILE]\n");
    exit(2);
}

int main(int argc, char **argv)
{
    struct arena *arena = arena_new(ARENA_CEILING_DEFAULT);
    struct settings *settings = process_open(arena, "meed-worker", config_of(argc, argv));
    const char *names[GROUPS_MAX];
    struct group groups[GROUPS_MAX] = {0};
    if (!settings)
        return 1;
    if (!http_shared_open(settings->run_dir))
        return 1;
    catch_signals();
    size_t count = worker_groups(names, GROUPS_MAX);
    for (size_t i = 0; i < count; i++)
        groups[i].name = names[i];
    run(settings, groups, count);
    http_shared_close();
    arena_free(arena);
    return 0;
}
