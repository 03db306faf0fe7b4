#include <arpa/inet.h>

#include "base/buf.h"
#include "click/redirect.h"

/* ---- Destination ---- */

static bool is_web_url(struct sv url)
{
    return (sv_starts(url, SV("https://")) || sv_starts(url, SV("http://"))) &&
           sv_is_ascii_graph(url);
}

static bool is_ours(struct sv pair, const struct redirect_param *params, size_t count)
{
    struct sv name = sv_cut(&pair, '=');

    for (size_t i = 0; i < count; i++)
        if (sv_eq(name, params[i].name))
            return true;
    return false;
}

static void put_separator(struct buf *url, bool *first)
{
    buf_putc(url, *first ? '?' : '&');
    *first = false;
}

struct sv redirect_location(struct arena *arena, struct sv dest_url,
                            const struct redirect_param *params, size_t count)
{
    struct buf url = buf_new(arena, REDIRECT_URL_MAX);
    struct sv fragment = dest_url, before, query;
    bool first = true;

    if (!is_web_url(dest_url))
        return SV_NONE;
    before = sv_cut(&fragment, '#');
    query = before;
    buf_put(&url, sv_cut(&query, '?'));
    while (query.n > 0) {
        struct sv pair = sv_cut(&query, '&');

        if (pair.n == 0 || is_ours(pair, params, count))
            continue;
        put_separator(&url, &first);
        buf_put(&url, pair);
    }
    for (size_t i = 0; i < count; i++) {
        put_separator(&url, &first);
        buf_put_url(&url, params[i].name);
        buf_putc(&url, '=');
        buf_put_url(&url, params[i].value);
    }
    if (before.n < dest_url.n) {
        buf_putc(&url, '#');
        buf_put(&url, fragment);
    }
    return url.overflow ? SV_NONE : buf_sv(&url);
}

/* ---- Names ---- */

size_t redirect_params(struct redirect_param out[REDIRECT_PARAMS_MAX], enum click_shape shape,
                       struct sv click_id, struct sv token, struct sv own)
{
    size_t n = 0;

    out[n++] = (struct redirect_param){sv_from(redirect_cookie_name(shape)), click_id};
    if (shape == CLICK_TOKEN)
        out[n++] = (struct redirect_param){SV("meed_token"), token};
    if (own.n > 0 && !sv_eq(own, out[0].name) && !sv_eq(own, SV("meed_token")))
        out[n++] = (struct redirect_param){own, click_id};
    return n;
}

const char *redirect_cookie_name(enum click_shape shape)
{
    switch (shape) {
    case CLICK_TOKEN:
    case CLICK_SCRIPT:
        return "meed_click";
    case CLICK_SLUG:
        return "pcps_click";
    case CLICK_REF:
        return "click_id";
    }
    UNREACHABLE();
}

/* ---- Cookies ---- */

static bool is_ip_address(struct sv host)
{
    char text[INET6_ADDRSTRLEN];
    struct in_addr four;

    if (sv_contains(host, ':') || sv_contains(host, '['))
        return true;
    if (host.n >= sizeof(text))
        return false;
    memcpy(text, host.p, host.n);
    text[host.n] = '\0';
    return inet_pton(AF_INET, text, &four) == 1;
}

static bool is_within(struct sv host, struct sv domain)
{
    return sv_eq_nocase(host, domain) ||
           (host.n > domain.n && host.p[host.n - domain.n - 1] == '.' &&
            sv_eq_nocase(sv_from_index(host, host.n - domain.n), domain));
}

struct sv redirect_cookie_domain(struct sv host, struct sv configured)
{
    if (configured.n > 0 && configured.p[0] == '.')
        configured = sv_from_index(configured, 1);
    if (host.n == 0 || is_ip_address(host) || !sv_contains(host, '.'))
        return SV_NONE;
    return configured.n > 0 && is_within(host, configured) ? configured : host;
}

struct sv redirect_cookie(struct arena *arena, const char *name, struct sv value, struct sv domain,
                          int64_t max_age_s, bool secure)
{
    struct buf cookie = buf_new(arena, 1024);

    buf_printf(&cookie, "%s=" SV_FMT "; ", name, SV_ARG(value));
    if (domain.n > 0)
        buf_printf(&cookie, "Domain=." SV_FMT "; ", SV_ARG(domain));
    buf_printf(&cookie, "Path=/; Max-Age=%" PRId64 "; HttpOnly; ", max_age_s);
    if (secure)
        buf_puts(&cookie, "Secure; ");
    buf_puts(&cookie, "SameSite=Lax");
    CHECK(!cookie.overflow);
    return buf_sv(&cookie);
}

struct sv redirect_host(struct arena *arena, struct sv host_header)
{
    struct sv host = sv_lower(arena, host_header);
    ptrdiff_t end;

    if (host.n > 0 && host.p[0] == '[')
        end = sv_find(host, ']') + 1;
    else
        end = sv_find(host, ':');
    return end <= 0 ? host : sv_sub(host, 0, (size_t)end);
}

/* ---- Texts ---- */

struct sv redirect_clean(struct arena *arena, struct sv text, size_t max)
{
    size_t n = text.n < max ? text.n : max;
    char *copy;

    while (n > 0 && n < text.n && ((uint8_t)text.p[n] & 0xc0) == 0x80)
        n--;
    if (n == 0)
        return SV_NONE;
    copy = arena_copy(arena, text.p, n);
    if (!sv_is_utf8(sv_of(copy, n)))
        for (size_t i = 0; i < n; i++)
            if (copy[i] == '\0' || ((uint8_t)copy[i] & 0x80) != 0)
                copy[i] = '?';
    return sv_of(copy, n);
}
