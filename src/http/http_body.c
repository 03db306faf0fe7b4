#include <sys/socket.h>
#include <sys/time.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/http_internal.h"

/*
 * Apache hands a body on as slowly as the client sends it, so the deadline is
 * for the whole of it. libfcgi's stream blocks in read(); a time-out on the socket,
 * set anew to what is left before each fill, bounds that.
 */
enum { BODY_DEADLINE_US = 5 * 1000000, BODY_FIRST = 4096 };

static bool bound_next_read(struct http_exchange *exchange, int64_t deadline_us)
{
    int64_t left_us = deadline_us - clock_monotonic_us();

    if (left_us <= 0)
        return false;
    struct timeval timeout = {.tv_sec = left_us / 1000000, .tv_usec = left_us % 1000000};
    if (timeout.tv_sec == 0 && timeout.tv_usec < 1000)
        timeout.tv_usec = 1000; /* zero would mean for ever */
    if (setsockopt(exchange->fcgi.ipcFd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout) != 0)
        log_line(LOG_WARN, "body_timeout_not_set", LOG_STR("why", strerror(errno)));
    return true;
}

/* What came so far, with room for at least one byte more, at most `limit` + 1 in all. */
struct body {
    char *bytes;
    size_t n, capacity, limit;
};

static void make_room(struct arena *arena, struct body *body)
{
    if (body->n < body->capacity)
        return;
    size_t capacity = body->capacity * 2;
    if (capacity > body->limit + 1)
        capacity = body->limit + 1;
    char *bytes = arena_alloc(arena, capacity);
    memcpy(bytes, body->bytes, body->n);
    body->bytes = bytes;
    body->capacity = capacity;
}

enum http_body http_body_read(struct http_exchange *exchange, size_t limit)
{
    FCGX_Stream *in = exchange->fcgi.in;
    int64_t deadline_us = clock_monotonic_us() + BODY_DEADLINE_US;
    struct sv length_text = sv_from(FCGX_GetParam("CONTENT_LENGTH", exchange->fcgi.envp));
    uint64_t length = 0;
    bool length_known = sv_to_u64(length_text, &length);

    if (length_known && length > limit)
        return HTTP_BODY_TOO_LARGE;
    size_t first = length_known ? (size_t)length + 1 : BODY_FIRST;
    struct body body = {.limit = limit, .capacity = first > limit + 1 ? limit + 1 : first};
    body.bytes = arena_alloc(exchange->arena, body.capacity);

    while (!length_known || body.n < length) {
        if (in->rdNext == in->stop) { /* the next byte needs a read */
            if (!bound_next_read(exchange, deadline_us))
                return HTTP_BODY_TOO_SLOW;
            int c = FCGX_GetChar(in);
            if (c < 0)
                break;
            FCGX_UnGetChar(c, in);
        }
        make_room(exchange->arena, &body);
        size_t room = body.capacity - body.n, waiting = (size_t)(in->stop - in->rdNext);
        int got = FCGX_GetStr(body.bytes + body.n, (int)(waiting < room ? waiting : room), in);
        body.n += got > 0 ? (size_t)got : 0;
        if (body.n > limit)
            return HTTP_BODY_TOO_LARGE;
    }
    if (FCGX_GetError(in) != 0)
        return clock_monotonic_us() >= deadline_us - 2000 ? HTTP_BODY_TOO_SLOW
                                                          : HTTP_BODY_CUT_SHORT;
    if (length_known && body.n < length)
        return HTTP_BODY_CUT_SHORT;
    exchange->body_left = false;
    exchange->request.body = sv_of(body.bytes, body.n);
    return HTTP_BODY_OK;
}
