/*
 * A bounded string builder over an arena.
 *
 * Invariants: `len` ≤ `limit`; the bytes are always NUL-terminated. Once a put
 * would pass the limit, the builder keeps what it has, sets `overflow`, and
 * ignores every later put: callers look once, at the end.
 */
#ifndef MEED_BASE_BUF_H
#define MEED_BASE_BUF_H

#include "base/arena.h"
#include "base/sv.h"

struct buf {
    struct arena *arena;
    char *p;
    size_t len, cap, limit;
    bool overflow;
};

struct buf buf_new(struct arena *arena, size_t limit);
void buf_put(struct buf *b, struct sv s);
void buf_puts(struct buf *b, const char *text);
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *format, ...) PRINTF_LIKE(2, 3);
void buf_put_url(struct buf *b, struct sv s);  /* percent-encoded, RFC 3986 unreserved kept */
void buf_put_html(struct buf *b, struct sv s); /* & < > " ' escaped */
struct sv buf_sv(const struct buf *b);

#endif
