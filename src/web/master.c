#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/http_shared.h"
#include "web/master.h"

enum {
    BACKLOG = 511,
    RESPONDERS_MAX = 256,
    YOUNG_US = 1000000,      /* who dies younger was not killed by chance */
    DELAY_FIRST_US = 100000, /* doubled each time, up to … */
    DELAY_MOST_US = 5000000,
    STOP_PATIENCE_US = 20000000, /* the longest request, and some */
};

/* Names the inherited sockets for the program that replaces this one: "track=3 ingest=4 …". */
static const char inherit_variable[] = "MEED_WEB_SOCKETS";

struct responder {
    enum http_pool pool;
    pid_t pid; /* 0: its place is empty until start_at_us */
    int64_t started_us, start_at_us, delay_us;
};

static int listen_fds[HTTP_POOLS];
static int pid_fd = -1;
static struct responder responders[RESPONDERS_MAX];
static size_t responders_count;

/* ---- sockets and the pid file ----------------------------------------------------------- */

static bool socket_path(char *path, size_t size, const struct settings *settings,
                        enum http_pool pool)
{
    int n = snprintf(path, size, "%s/%s.sock", settings->run_dir, http_pool_name(pool));

    return n > 0 && (size_t)n < size;
}

static int open_socket(const struct settings *settings, enum http_pool pool)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if (!socket_path(address.sun_path, sizeof address.sun_path, settings, pool)) {
        errno = ENAMETOOLONG; /* 107 bytes: the kernel's limit for a socket's path */
        return -1;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    /*
     * In production the front server is in our group and run_dir is closed to others; in
     * development it may run as anybody.
     */
    mode_t mode = settings->development ? 0666 : 0660;
    unlink(address.sun_path); /* left by a master that was killed */
    if (bind(fd, (const struct sockaddr *)&address, sizeof address) == 0 &&
        chmod(address.sun_path, mode) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    int why = errno;
    close(fd);
    errno = why;
    return -1;
}

static bool open_sockets(const struct settings *settings)
{
    for (size_t pool = 0; pool < HTTP_POOLS; pool++) {
        listen_fds[pool] = open_socket(settings, (enum http_pool)pool);
        if (listen_fds[pool] < 0) {
            log_line(LOG_ERROR, "socket_not_opened",
                     LOG_STR("pool", http_pool_name((enum http_pool)pool)),
                     LOG_STR("run_dir", settings->run_dir), LOG_STR("why", strerror(errno)));
            return false;
        }
    }
    return true;
}

static void close_sockets(const struct settings *settings)
{
    char path[512];

    for (size_t pool = 0; pool < HTTP_POOLS; pool++) {
        close(listen_fds[pool]);
        if (socket_path(path, sizeof path, settings, (enum http_pool)pool))
            unlink(path);
    }
}

/* True when all sockets came with us from the master before. */
static bool inherit_sockets(void)
{
    struct sv listed = sv_from(getenv(inherit_variable));
    int64_t fd;
    int is_listening;
    socklen_t size = sizeof is_listening;

    for (size_t pool = 0; pool < HTTP_POOLS; pool++) {
        struct sv entry = sv_cut(&listed, ' ');
        struct sv name = sv_cut(&entry, '=');
        if (!sv_eq_cstr(name, http_pool_name((enum http_pool)pool)) || !sv_to_i64(entry, &fd) ||
            fd < 3 || fd > 1024)
            return false;
        if (getsockopt((int)fd, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &size) != 0 ||
            !is_listening)
            return false;
        listen_fds[pool] = (int)fd;
    }
    return true;
}

/*
 * A record lock, because it belongs to this process alone: children don't share it, and
 * it stays over exec as long as nothing closes the file.
 */
static bool lock_pid_file(const struct settings *settings)
{
    char path[512], text[32];
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int n = snprintf(text, sizeof text, "%ld\n", (long)getpid());

    CHECK(snprintf(path, sizeof path, "%s/meed-web.pid", settings->run_dir) < (int)sizeof path);
    pid_fd = open(path, O_RDWR | O_CREAT, 0644);
    if (pid_fd < 0 || fcntl(pid_fd, F_SETLK, &whole) != 0) {
        log_line(LOG_ERROR, "pid_file_not_locked", LOG_STR("path", path),
                 LOG_STR("why", errno == EAGAIN || errno == EACCES
                                    ? "another meed-web runs in this run_dir"
                                    : strerror(errno)));
        return false;
    }
    return ftruncate(pid_fd, 0) == 0 && pwrite(pid_fd, text, (size_t)n, 0) == n;
}

bool web_master_open(const struct settings *settings)
{
    if (!lock_pid_file(settings))
        return false;
    bool inherited = inherit_sockets();
    unsetenv(inherit_variable);
    return inherited || open_sockets(settings);
}

/* ---- responders ------------------------------------------------------------------------- */

static int64_t pool_size(const struct settings *settings, enum http_pool pool)
{
    switch (pool) {
    case POOL_TRACK:
        return settings->track_processes;
    case POOL_INGEST:
        return settings->ingest_processes;
    case POOL_APP:
        return settings->app_processes;
    case POOL_BEACON:
        return settings->beacon_processes;
    case HTTP_POOLS:
        break;
    }
    UNREACHABLE();
}

static void plan_responders(const struct settings *settings)
{
    for (size_t pool = 0; pool < HTTP_POOLS; pool++) {
        for (int64_t i = 0; i < pool_size(settings, (enum http_pool)pool); i++) {
            CHECK(responders_count < RESPONDERS_MAX);
            responders[responders_count++] = (struct responder){.pool = (enum http_pool)pool};
        }
    }
}

NORETURN static void become_responder(enum http_pool pool, pid_t master,
                                      const struct settings *settings, web_responder *run)
{
    char name[16];
    int listen_fd = listen_fds[pool];

    snprintf(name, sizeof name, "meed-%s", http_pool_name(pool));
    prctl(PR_SET_NAME, name, 0, 0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
    if (getppid() != master) /* it died before the line above */
        _exit(0);
    close(pid_fd);
    for (size_t other = 0; other < HTTP_POOLS; other++) {
        if (listen_fds[other] != listen_fd)
            close(listen_fds[other]);
    }
    run(pool, listen_fd, settings);
    exit(0);
}

static void start_responder(struct responder *responder, const struct settings *settings,
                            web_responder *run)
{
    pid_t master = getpid();
    pid_t pid = fork();

    if (pid == 0)
        become_responder(responder->pool, master, settings, run);
    responder->started_us = clock_monotonic_us();
    if (pid > 0) {
        responder->pid = pid;
        return;
    }
    log_line(LOG_ERROR, "fork_failed", LOG_STR("why", strerror(errno)));
    responder->start_at_us = responder->started_us + DELAY_FIRST_US;
}

static void note_end(struct responder *responder, int status)
{
    int64_t now_us = clock_monotonic_us();
    int64_t age_us = now_us - responder->started_us;

    if (age_us >= YOUNG_US)
        responder->delay_us = 0;
    else if (responder->delay_us == 0)
        responder->delay_us = DELAY_FIRST_US;
    else
        responder->delay_us *= 2;
    if (responder->delay_us > DELAY_MOST_US)
        responder->delay_us = DELAY_MOST_US;
    log_line(LOG_WARN, "responder_ended", LOG_STR("pool", http_pool_name(responder->pool)),
             LOG_I64("pid", responder->pid),
             LOG_I64("exit", WIFEXITED(status) ? WEXITSTATUS(status) : -1),
             LOG_I64("signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0),
             LOG_I64("age_us", age_us), LOG_I64("delay_us", responder->delay_us));
    responder->pid = 0;
    responder->start_at_us = now_us + responder->delay_us;
    http_metric_add(METRIC_RESPAWNS, 1);
}

/* Children unknown here belong to the master this one replaced: they end as they should. */
static void reap(bool stopping)
{
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        for (size_t i = 0; i < responders_count; i++) {
            if (responders[i].pid != pid)
                continue;
            if (stopping)
                responders[i].pid = 0;
            else
                note_end(&responders[i], status);
        }
    }
}

/* Fills empty places whose time has come; when does the next one's come? −1: none is empty. */
static int64_t fill_places(const struct settings *settings, web_responder *run)
{
    int64_t next_us = -1;

    for (size_t i = 0; i < responders_count; i++) {
        struct responder *responder = &responders[i];
        if (responder->pid == 0 && responder->start_at_us <= clock_monotonic_us())
            start_responder(responder, settings, run);
        if (responder->pid == 0 && (next_us < 0 || responder->start_at_us < next_us))
            next_us = responder->start_at_us;
    }
    return next_us;
}

static void signal_responders(int signal_number)
{
    for (size_t i = 0; i < responders_count; i++) {
        if (responders[i].pid > 0)
            kill(responders[i].pid, signal_number);
    }
}

static size_t count_running(void)
{
    size_t running = 0;

    for (size_t i = 0; i < responders_count; i++)
        running += responders[i].pid > 0;
    return running;
}

/* ---- signals ---------------------------------------------------------------------------- */

/* Blocked for good, also over exec: they wait until the loop takes them. */
static void block_signals(sigset_t *taken)
{
    sigemptyset(taken);
    sigaddset(taken, SIGCHLD);
    sigaddset(taken, SIGTERM);
    sigaddset(taken, SIGINT);
    sigaddset(taken, SIGHUP);
    CHECK(sigprocmask(SIG_BLOCK, taken, NULL) == 0);
    signal(SIGPIPE, SIG_IGN);
}

static int wait_for_signal(const sigset_t *taken, int64_t until_us)
{
    if (until_us < 0)
        return sigwaitinfo(taken, NULL);
    int64_t left_us = until_us - clock_monotonic_us();
    if (left_us < 1000)
        left_us = 1000;
    struct timespec left = {.tv_sec = left_us / 1000000, .tv_nsec = left_us % 1000000 * 1000};
    return sigtimedwait(taken, NULL, &left);
}

static int stop_all(const struct settings *settings, const sigset_t *taken)
{
    int64_t give_up_us = clock_monotonic_us() + STOP_PATIENCE_US;

    log_event(LOG_INFO, "web_stopping");
    signal_responders(SIGTERM);
    for (reap(true); count_running() > 0 && clock_monotonic_us() < give_up_us; reap(true))
        wait_for_signal(taken, clock_monotonic_us() + 100000);
    if (count_running() > 0) {
        log_line(LOG_WARN, "responders_killed", LOG_U64("count", count_running()));
        signal_responders(SIGKILL);
    }
    close_sockets(settings);
    log_event(LOG_INFO, "web_stopped");
    return 0;
}

/* Returns only when the new program can't be executed. */
static void execute_anew(char **argv)
{
    char listed[128] = "";
    size_t n = 0;

    for (size_t pool = 0; pool < HTTP_POOLS; pool++)
        n += (size_t)snprintf(listed + n, sizeof listed - n, "%s%s=%d", pool == 0 ? "" : " ",
                              http_pool_name((enum http_pool)pool), listen_fds[pool]);
    setenv(inherit_variable, listed, 1);
    log_event(LOG_INFO, "web_restarting");
    signal_responders(SIGTERM);
    execvp(argv[0], argv);
    log_line(LOG_ERROR, "web_not_restarted", LOG_STR("why", strerror(errno)));
    unsetenv(inherit_variable);
}

int web_master_run(const struct settings *settings, web_responder *responder, char **argv,
                   bool (*may_restart)(void))
{
    sigset_t taken;

    plan_responders(settings);
    block_signals(&taken);
    log_line(LOG_INFO, "web_started", LOG_U64("responders", responders_count));
    for (;;) {
        int64_t next_us = fill_places(settings, responder);
        int signal_number = wait_for_signal(&taken, next_us);
        if (signal_number == SIGTERM || signal_number == SIGINT)
            return stop_all(settings, &taken);
        if (signal_number == SIGHUP && may_restart())
            execute_anew(argv); /* if it comes back: the stopped responders are replaced below */
        reap(false);
    }
}
