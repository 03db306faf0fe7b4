#include <stdarg.h>

#include "base/buf.h"

enum { BUF_FIRST = 256 };

struct buf buf_new(struct arena *arena, size_t limit)
{
    size_t cap = limit < BUF_FIRST ? limit : BUF_FIRST;

    CHECK(limit < SIZE_MAX);
    return (struct buf){
        .arena = arena, .p = arena_alloc(arena, cap + 1), .cap = cap, .limit = limit};
}

/* Room for `n` more bytes; false once the limit is passed. */
static bool reserve(struct buf *b, size_t n)
{
    size_t cap;
    char *p;

    if (b->overflow || n > b->limit - b->len) {
        b->overflow = true;
        return false;
    }
    if (n <= b->cap - b->len)
        return true;
    cap = b->cap > b->limit / 2 ? b->limit : b->cap * 2;
    if (cap < b->len + n)
        cap = b->len + n;
    p = arena_alloc(b->arena, cap + 1);
    memcpy(p, b->p, b->len);
    b->p = p;
    b->cap = cap;
    return true;
}

void buf_put(struct buf *b, struct sv s)
{
    if (s.n == 0 || !reserve(b, s.n))
        return;
    memcpy(b->p + b->len, s.p, s.n);
    b->len += s.n;
    b->p[b->len] = '\0';
}

void buf_puts(struct buf *b, const char *text)
{
    buf_put(b, sv_from(text));
}

void buf_putc(struct buf *b, char c)
{
    buf_put(b, sv_of(&c, 1));
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args, again;
    int len;

    va_start(args, format);
    va_copy(again, args);
    len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    CHECK(len >= 0);
    if (reserve(b, (size_t)len)) {
        (void)vsnprintf(b->p + b->len, (size_t)len + 1, format, again);
        b->len += (size_t)len;
    }
    va_end(again);
}

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

void buf_put_url(struct buf *b, struct sv s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (is_unreserved(s.p[i]))
            buf_putc(b, s.p[i]);
        else
            buf_printf(b, "%%%02X", (unsigned)(unsigned char)s.p[i]);
    }
}

void buf_put_html(struct buf *b, struct sv s)
{
    for (size_t i = 0; i < s.n; i++) {
        switch (s.p[i]) {
        case '&':
            buf_put(b, SV("&amp;"));
            break;
        case '<':
            buf_put(b, SV("&lt;"));
            break;
        case '>':
            buf_put(b, SV("&gt;"));
            break;
        case '"':
            buf_put(b, SV("&quot;"));
            break;
        case '\'':
            buf_put(b, SV("&#39;"));
            break;
        default:
            buf_putc(b, s.p[i]);
        }
    }
}

struct sv buf_sv(const struct buf *b)
{
    return sv_of(b->p, b->len);
}
