#include "base/arena.h"
#include "base/sv.h"

struct sv sv_from(const char *text)
{
    return text == NULL ? SV_NONE : (struct sv){text, strlen(text)};
}

struct sv sv_of(const char *p, size_t n)
{
    return (struct sv){p, n};
}

char *sv_dup(struct arena *arena, struct sv s)
{
    return arena_copy(arena, s.p, s.n);
}

struct sv sv_copy(struct arena *arena, struct sv s)
{
    return (struct sv){sv_dup(arena, s), s.n};
}

bool sv_eq(struct sv a, struct sv b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool sv_eq_cstr(struct sv a, const char *b)
{
    return sv_eq(a, sv_from(b));
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool sv_eq_nocase(struct sv a, struct sv b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

bool sv_starts(struct sv s, struct sv prefix)
{
    return s.n >= prefix.n && sv_eq(sv_of(s.p, prefix.n), prefix);
}

bool sv_ends(struct sv s, struct sv suffix)
{
    return s.n >= suffix.n && sv_eq(sv_of(s.p + (s.n - suffix.n), suffix.n), suffix);
}

bool sv_contains(struct sv s, char c)
{
    return sv_find(s, c) >= 0;
}

ptrdiff_t sv_find(struct sv s, char c)
{
    const char *at = s.n == 0 ? NULL : memchr(s.p, c, s.n);

    return at == NULL ? -1 : at - s.p;
}

struct sv sv_sub(struct sv s, size_t from, size_t len)
{
    if (from >= s.n)
        return SV_NONE;
    if (len > s.n - from)
        len = s.n - from;
    return sv_of(s.p + from, len);
}

struct sv sv_from_index(struct sv s, size_t from)
{
    return sv_sub(s, from, s.n);
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct sv sv_trim(struct sv s)
{
    while (s.n > 0 && is_blank(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n > 0 && is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

struct sv sv_lower(struct arena *arena, struct sv s)
{
    char *copy = sv_dup(arena, s);

    for (size_t i = 0; i < s.n; i++)
        copy[i] = lower(copy[i]);
    return sv_of(copy, s.n);
}

struct sv sv_cut(struct sv *rest, char sep)
{
    ptrdiff_t at = sv_find(*rest, sep);
    struct sv part = at < 0 ? *rest : sv_of(rest->p, (size_t)at);

    *rest = at < 0 ? SV_NONE : sv_from_index(*rest, (size_t)at + 1);
    return part;
}

bool sv_to_u64(struct sv s, uint64_t *out)
{
    uint64_t value = 0;

    if (s.n == 0)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        if (__builtin_mul_overflow(value, 10U, &value) ||
            __builtin_add_overflow(value, (unsigned)(s.p[i] - '0'), &value))
            return false;
    }
    *out = value;
    return true;
}

bool sv_to_i64(struct sv s, int64_t *out)
{
    bool negative = s.n > 0 && s.p[0] == '-';
    uint64_t magnitude;

    if (!sv_to_u64(negative ? sv_from_index(s, 1) : s, &magnitude))
        return false;
    if (negative)
        return !__builtin_sub_overflow((int64_t)0, magnitude, out);
    return !__builtin_add_overflow((int64_t)0, magnitude, out);
}

/* The length of the well-formed sequence at p (RFC 3629's table), 0 when there is none. */
static size_t utf8_sequence(const unsigned char *p, size_t n)
{
    unsigned char low = 0x80, high = 0xbf;
    size_t len;

    if (p[0] >= 0x01 && p[0] <= 0x7f)
        return 1;
    if (p[0] >= 0xc2 && p[0] <= 0xdf)
        len = 2;
    else if (p[0] >= 0xe0 && p[0] <= 0xef)
        len = 3;
    else if (p[0] >= 0xf0 && p[0] <= 0xf4)
        len = 4;
    else
        return 0;
    if (len > n)
        return 0;
    if (p[0] == 0xe0)
        low = 0xa0; /* shorter forms */
    else if (p[0] == 0xed)
        high = 0x9f; /* surrogates */
    else if (p[0] == 0xf0)
        low = 0x90;
    else if (p[0] == 0xf4)
        high = 0x8f; /* beyond U+10FFFF */
    if (p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < len; i++)
        if (p[i] < 0x80 || p[i] > 0xbf)
            return 0;
    return len;
}

bool sv_is_utf8(struct sv s)
{
    for (size_t i = 0; i < s.n;) {
        size_t len = utf8_sequence((const unsigned char *)s.p + i, s.n - i);

        if (len == 0)
            return false;
        i += len;
    }
    return true;
}

bool sv_is_ascii_graph(struct sv s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < 0x21 || s.p[i] > 0x7e)
            return false;
    return true;
}

void hex_encode(char *out, const uint8_t *bytes, size_t n)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * n] = '\0';
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool hex_decode(uint8_t *out, size_t n, struct sv hex)
{
    if (hex.n != 2 * n)
        return false;
    for (size_t i = 0; i < n; i++) {
        int high = hex_digit(hex.p[2 * i]), low = hex_digit(hex.p[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}
