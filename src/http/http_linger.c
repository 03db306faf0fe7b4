#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "http/http_linger.h"

#define LINGER_US (30 * CLOCK_SECOND)

static void end(struct http_lingerer *lingerer)
{
    if (lingerer->fd >= 0)
        close(lingerer->fd);
    lingerer->fd = -1;
}

void http_linger_open(struct http_lingers *lingers, int epoll_fd)
{
    lingers->epoll_fd = epoll_fd;
    for (size_t i = 0; i < HTTP_LINGER_MAX; i++)
        lingers->v[i] = (struct http_lingerer){.fd = -1};
}

void http_linger_close(struct http_lingers *lingers)
{
    for (size_t i = 0; i < HTTP_LINGER_MAX; i++)
        end(&lingers->v[i]);
}

void http_linger_add(struct http_lingers *lingers, int fd)
{
    struct http_lingerer *place = &lingers->v[0];

    for (size_t i = 0; i < HTTP_LINGER_MAX; i++) {
        if (lingers->v[i].fd < 0) {
            place = &lingers->v[i];
            break;
        }
        if (lingers->v[i].until_us < place->until_us)
            place = &lingers->v[i];
    }
    end(place);
    *place = (struct http_lingerer){fd, clock_monotonic_us() + LINGER_US};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = place};
    if (epoll_ctl(lingers->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
        end(place);
}

void http_linger_read(struct http_lingerer *lingerer)
{
    char trash[16 * 1024];
    ssize_t got = recv(lingerer->fd, trash, sizeof trash, MSG_DONTWAIT);

    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
        end(lingerer);
}

bool http_linger_expire(struct http_lingers *lingers)
{
    int64_t now_us = clock_monotonic_us();
    bool any = false;

    for (size_t i = 0; i < HTTP_LINGER_MAX; i++) {
        if (lingers->v[i].until_us < now_us)
            end(&lingers->v[i]);
        any |= lingers->v[i].fd >= 0;
    }
    return any;
}
