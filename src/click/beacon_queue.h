/*
 * Connections whose request is still on its way to us.
 *
 * The front server hands a body on as slowly as its sender sends it, and a process serves one
 * request at a time: so beacons wait here until all of theirs has arrived, and a sender that
 * dribbles holds up nobody. Bytes are looked at, not taken: libfcgi reads them afterwards, without
 * waiting. Owned by a pool's loop.
 */
#ifndef MEED_CLICK_BEACON_QUEUE_H
#define MEED_CLICK_BEACON_QUEUE_H

#include "base/base.h"
#include "base/sv.h"

enum { BEACON_QUEUE_MAX = 128 };

struct beacon_waiter {
    int fd; /* −1: a free place */
    int64_t until_us;
};

struct beacon_queue {
    int epoll_fd;
    struct beacon_waiter v[BEACON_QUEUE_MAX];
};

void beacon_queue_open(struct beacon_queue *queue, int epoll_fd);
void beacon_queue_close(struct beacon_queue *queue);

/*
 * Takes `fd` over: returns it at once when its request is whole, else −1. Then epoll events carry
 * the waiter's address; with no place free, the one that has waited longest is closed.
 */
int beacon_queue_add(struct beacon_queue *queue, int fd);
/* Whether an epoll event's address is a waiter of this queue. */
bool beacon_queue_has(const struct beacon_queue *queue, const void *address);
/* For such an event: the connection, now the caller's, when its request is whole; else −1. */
int beacon_queue_take(struct beacon_queue *queue, struct beacon_waiter *waiter);
/* Closes those whose 5 s are up. */
void beacon_queue_expire(struct beacon_queue *queue);

/*
 * Pure: do these bytes hold a FastCGI request up to the end of its input (the empty record
 * FCGI_STDIN; FastCGI 1.0, section 3.3)? What is no FastCGI counts as whole: libfcgi hangs up.
 */
bool beacon_is_whole(struct sv bytes);

#endif
