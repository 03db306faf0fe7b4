/*
 * Connections that were answered while their sender was still sending.
 *
 * Closing a socket with unread bytes resets it, and the front server would lose our
 * answer. So such a connection lingers: beside the next requests it is read
 * empty until its sender ends, or 30 s are over. Owned by a pool's loop.
 */
#ifndef MEED_HTTP_HTTP_LINGER_H
#define MEED_HTTP_HTTP_LINGER_H

#include "base/base.h"

enum { HTTP_LINGER_MAX = 32 };

struct http_lingerer {
    int fd; /* −1: a free place */
    int64_t until_us;
};

struct http_lingers {
    int epoll_fd;
    struct http_lingerer v[HTTP_LINGER_MAX];
};

void http_linger_open(struct http_lingers *lingers, int epoll_fd);
void http_linger_close(struct http_lingers *lingers);
/* Takes `fd` over; its epoll events carry the lingerer's address. With no place free, the one
   that has lingered longest goes. */
void http_linger_add(struct http_lingers *lingers, int fd);
/* For an epoll event: reads what there is. */
void http_linger_read(struct http_lingerer *lingerer);
/* Closes those whose time is up; are there any left? */
bool http_linger_expire(struct http_lingers *lingers);

#endif
