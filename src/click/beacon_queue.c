#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "click/beacon_queue.h"

/* A request with its headers (Apache: 60 of 8 KiB, in practice 2 KiB) and a body of 4 KiB. */
enum { LOOK_MAX = 64 * 1024, RECORD_HEAD = 8, VERSION = 1, TYPE_STDIN = 5 };

#define PATIENCE_US (5 * CLOCK_SECOND)

bool beacon_is_whole(struct sv bytes)
{
    const uint8_t *p = (const uint8_t *)bytes.p;
    size_t at = 0;

    while (bytes.n - at >= RECORD_HEAD) {
        size_t content = (size_t)p[at + 4] << 8 | p[at + 5];

        if (p[at] != VERSION || (p[at + 1] == TYPE_STDIN && content == 0))
            return true;
        at += RECORD_HEAD + content + p[at + 6];
        if (at > bytes.n)
            return false;
    }
    return false;
}

static void end(struct beacon_waiter *waiter)
{
    if (waiter->fd >= 0)
        close(waiter->fd);
    waiter->fd = -1;
}

/* 1: whole, or more than any beacon, which is refused unread; 0: not yet; −1: the sender left. */
static int look(int fd)
{
    static char bytes[LOOK_MAX];
    ssize_t got = recv(fd, bytes, sizeof(bytes), MSG_PEEK | MSG_DONTWAIT);

    if (got < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -1;
    if (got == 0)
        return -1;
    return got == (ssize_t)sizeof(bytes) || beacon_is_whole(sv_of(bytes, (size_t)got)) ? 1 : 0;
}

void beacon_queue_open(struct beacon_queue *queue, int epoll_fd)
{
    queue->epoll_fd = epoll_fd;
    for (size_t i = 0; i < BEACON_QUEUE_MAX; i++)
        queue->v[i] = (struct beacon_waiter){.fd = -1};
}

void beacon_queue_close(struct beacon_queue *queue)
{
    for (size_t i = 0; i < BEACON_QUEUE_MAX; i++)
        end(&queue->v[i]);
}

static struct beacon_waiter *find_place(struct beacon_queue *queue)
{
    struct beacon_waiter *place = &queue->v[0];

    for (size_t i = 0; i < BEACON_QUEUE_MAX; i++) {
        if (queue->v[i].fd < 0)
            return &queue->v[i];
        if (queue->v[i].until_us < place->until_us)
            place = &queue->v[i];
    }
    return place;
}

int beacon_queue_add(struct beacon_queue *queue, int fd)
{
    /* By edges: what was looked at and left would be told of for ever. */
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET};
    struct beacon_waiter *place;

    if (look(fd) == 1)
        return fd;
    place = find_place(queue);
    end(place);
    *place = (struct beacon_waiter){fd, clock_monotonic_us() + PATIENCE_US};
    event.data.ptr = place;
    if (epoll_ctl(queue->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
        end(place);
    return -1;
}

bool beacon_queue_has(const struct beacon_queue *queue, const void *address)
{
    const char *at = address, *first = (const char *)queue->v;

    return at >= first && at < first + sizeof(queue->v);
}

int beacon_queue_take(struct beacon_queue *queue, struct beacon_waiter *waiter)
{
    int fd = waiter->fd, seen = fd < 0 ? 0 : look(fd);

    if (seen < 0)
        end(waiter);
    if (seen <= 0)
        return -1;
    waiter->fd = -1;
    (void)epoll_ctl(queue->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
    return fd;
}

void beacon_queue_expire(struct beacon_queue *queue)
{
    int64_t now_us = clock_monotonic_us();

    for (size_t i = 0; i < BEACON_QUEUE_MAX; i++)
        if (queue->v[i].fd >= 0 && queue->v[i].until_us < now_us)
            end(&queue->v[i]);
}
