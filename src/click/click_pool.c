#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/log.h"
#include "click/beacon_queue.h"
#include "click/click_pool.h"
#include "click/record.h"
#include "click/spool.h"
#include "http/http_linger.h"
#include "http/http_shared.h"

enum { EVENTS = 32, WAIT_MS = 1000 };

struct pool {
    struct spool *spool;
    size_t batch_max;
    bool has_bodies; /* beacons: they wait until they are whole */
    int listen_fd;
    struct beacon_queue queue;
    bool has_click; /* the exchange being dispatched appended one */
    int epoll_fd;
    struct http_server *server;
    struct http_exchange batch[SPOOL_BATCH];
    bool clicked[SPOOL_BATCH];
    struct http_lingers lingers;
};

static struct pool pool;

void click_pool_append(const struct click *click)
{
    uint8_t bytes[RECORD_MAX];
    size_t n = record_encode(bytes, click);

    _Static_assert((int)RECORD_MAX <= (int)SPOOL_RECORD_MAX, "a record fits the spool");
    CHECK(pool.spool != NULL && !pool.has_click);
    spool_add(pool.spool, sv_of((const char *)bytes, n));
    pool.has_click = true;
}

/* ---- Batches ---- */

/* The listening socket does not block: takes what waits, up to a full batch. */
static size_t accept_waiting(void)
{
    size_t n = 0;

    while (n < pool.batch_max && FCGX_Accept_r(&pool.batch[n].fcgi) == 0)
        n++;
    return n;
}

static void dispatch(size_t i)
{
    struct http_exchange *exchange = &pool.batch[i];

    pool.has_click = false;
    http_exchange_read(exchange, pool.server);
    http_exchange_dispatch(exchange, pool.server);
    pool.clicked[i] = pool.has_click;
}

/* Not durable, so not answered as if it were: the visitor is asked to try again. */
static void take_back(struct http_exchange *exchange)
{
    exchange->response = (struct http_response){.arena = exchange->arena};
    http_unavailable(&exchange->request, &exchange->response);
}

static void serve(size_t n)
{
    uint64_t clicks = 0;
    bool durable = true;

    for (size_t i = 0; i < n; i++) {
        dispatch(i);
        clicks += pool.clicked[i];
    }
    pool.has_click = false;
    if (clicks > 0)
        durable = spool_commit(pool.spool);
    if (durable)
        http_metric_add(METRIC_CLICKS, clicks);
    for (size_t i = 0; i < n; i++) {
        int fd;

        if (pool.clicked[i] && !durable)
            take_back(&pool.batch[i]);
        fd = http_exchange_answer(&pool.batch[i], pool.server);
        if (fd >= 0)
            http_linger_add(&pool.lingers, fd);
    }
}

/* ---- Beacons ---- */

/* Hands libfcgi a connection of our own; it takes one that is there for accepted. */
static void serve_connection(int fd)
{
    FCGX_Request *fcgi = &pool.batch[0].fcgi;

    if (fd < 0)
        return;
    fcgi->ipcFd = fd;
    fcgi->keepConnection = 1; /* or it is closed as the last request's */
    if (FCGX_Accept_r(fcgi) == 0)
        serve(1);
}

static void accept_beacons(void)
{
    int fd;

    while ((fd = accept4(pool.listen_fd, NULL, NULL, SOCK_CLOEXEC)) >= 0)
        serve_connection(beacon_queue_add(&pool.queue, fd));
}

/* ---- The loop ---- */

static void on_event(void *about)
{
    if (about == NULL && pool.has_bodies)
        accept_beacons();
    else if (about == NULL)
        serve(accept_waiting());
    else if (beacon_queue_has(&pool.queue, about))
        serve_connection(beacon_queue_take(&pool.queue, about));
    else
        http_linger_read(about);
}

/* Signals get through here and nowhere else. */
static void wait_and_serve(int timeout_ms)
{
    struct epoll_event events[EVENTS];
    int n = epoll_pwait(pool.epoll_fd, events, EVENTS, timeout_ms, http_stop_mask());

    for (int i = 0; i < n; i++)
        on_event(events[i].data.ptr);
    beacon_queue_expire(&pool.queue);
    (void)http_linger_expire(&pool.lingers);
}

static void open_pool(int listen_fd, struct http_server *server, const struct settings *settings)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE, .data.ptr = NULL};
    int flags = fcntl(listen_fd, F_GETFL);

    CHECK(flags >= 0 && fcntl(listen_fd, F_SETFL, flags | O_NONBLOCK) == 0);
    (void)mkdir(settings->spool_dir, 0770);
    pool.server = server;
    pool.listen_fd = listen_fd;
    pool.spool = spool_open(settings->spool_dir, SPOOL_SEGMENT_SLOTS);
    pool.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    CHECK(pool.epoll_fd >= 0 && epoll_ctl(pool.epoll_fd, EPOLL_CTL_ADD, listen_fd, &event) == 0);
    http_linger_open(&pool.lingers, pool.epoll_fd);
    beacon_queue_open(&pool.queue, pool.epoll_fd);
    for (size_t i = 0; i < pool.batch_max; i++)
        http_exchange_open(&pool.batch[i], listen_fd);
}

/* Whoever is half here is waited for, as any request under way. */
static void close_pool(void)
{
    for (size_t i = 0; i < BEACON_QUEUE_MAX; i++) {
        int fd = pool.queue.v[i].fd;

        pool.queue.v[i].fd = -1;
        if (fd >= 0)
            (void)epoll_ctl(pool.epoll_fd, EPOLL_CTL_DEL, fd, NULL);
        serve_connection(fd);
    }
    beacon_queue_close(&pool.queue);
    for (size_t i = 0; i < pool.batch_max; i++)
        http_exchange_close(&pool.batch[i]);
    http_linger_close(&pool.lingers);
    close(pool.epoll_fd);
    spool_close(pool.spool);
    pool.spool = NULL;
}

static void run(int listen_fd, struct http_server *server, const struct settings *settings)
{
    bool more_to_prepare = false;

    open_pool(listen_fd, server, settings);
    while (!http_stop_asked()) {
        wait_and_serve(more_to_prepare ? 0 : WAIT_MS);
        more_to_prepare = spool_prepare(pool.spool);
    }
    close_pool();
}

void click_pool_run(int listen_fd, struct http_server *server, const struct settings *settings)
{
    pool.batch_max = SPOOL_BATCH;
    run(listen_fd, server, settings);
}

void click_pool_run_beacons(int listen_fd, struct http_server *server,
                            const struct settings *settings)
{
    pool.batch_max = 1;
    pool.has_bodies = true;
    run(listen_fd, server, settings);
}
