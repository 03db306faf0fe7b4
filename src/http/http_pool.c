#include <fcgiapp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/http_linger.h"
#include "http/http_server.h"

enum { LINGER_POLL_MS = 1000 };

static volatile sig_atomic_t stop_asked;
static sigset_t waiting_mask;

static void note_stop(int signal_number)
{
    (void)signal_number;
    stop_asked = 1;
}

void http_stop_install(void)
{
    struct sigaction action = {.sa_handler = note_stop}; /* no SA_RESTART: waits must end */
    sigset_t stopping;

    sigemptyset(&action.sa_mask);
    sigemptyset(&stopping);
    sigaddset(&stopping, SIGTERM);
    sigaddset(&stopping, SIGHUP);
    sigaddset(&stopping, SIGINT);
    CHECK(sigprocmask(SIG_BLOCK, &stopping, &waiting_mask) == 0);
    sigdelset(&waiting_mask, SIGTERM);
    sigdelset(&waiting_mask, SIGHUP);
    sigdelset(&waiting_mask, SIGINT);
    CHECK(sigaction(SIGTERM, &action, NULL) == 0);
    CHECK(sigaction(SIGHUP, &action, NULL) == 0);
    CHECK(sigaction(SIGINT, &action, NULL) == 0);
}

const sigset_t *http_stop_mask(void)
{
    return &waiting_mask;
}

bool http_stop_asked(void)
{
    return stop_asked != 0;
}

static void serve_waiting(struct http_exchange *exchange, struct http_server *server,
                          struct http_lingers *lingers)
{
    if (FCGX_Accept_r(&exchange->fcgi) < 0)
        return; /* another responder took it, or its sender left */
    http_exchange_read(exchange, server);
    http_exchange_dispatch(exchange, server);
    int linger_fd = http_exchange_answer(exchange, server);
    if (linger_fd >= 0)
        http_linger_add(lingers, linger_fd);
}

void http_pool_run(int listen_fd, struct http_server *server)
{
    struct http_lingers lingers;
    struct http_exchange exchange;
    struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE, .data.ptr = NULL};
    int epoll_fd = epoll_create1(EPOLL_CLOEXEC);

    CHECK(epoll_fd >= 0);
    CHECK(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listen_fd, &event) == 0);
    http_linger_open(&lingers, epoll_fd);
    http_exchange_open(&exchange, listen_fd);
    while (!http_stop_asked()) {
        int timeout_ms = http_linger_expire(&lingers) ? LINGER_POLL_MS : -1;
        int ready = epoll_pwait(epoll_fd, &event, 1, timeout_ms, http_stop_mask());
        if (ready > 0 && event.data.ptr == NULL)
            serve_waiting(&exchange, server, &lingers);
        else if (ready > 0)
            http_linger_read(event.data.ptr);
    }
    http_exchange_close(&exchange);
    http_linger_close(&lingers);
    close(epoll_fd);
}
