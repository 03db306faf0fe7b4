#include <curl/curl.h>
#include <unicode/uidna.h>

#include "net/address.h"
#include "net/url.h"

/* What DNS asks for: UTS #46, non-transitional, as browsers do it. */
static const char *ascii_host(struct arena *arena, const char *host)
{
    UErrorCode error = U_ZERO_ERROR;
    UIDNAInfo info = UIDNA_INFO_INITIALIZER;
    char ascii[NET_SITE_MAX + 1];
    UIDNA *idna = uidna_openUTS46(UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_USE_STD3_RULES, &error);
    if (U_FAILURE(error))
        return NULL;
    int32_t length =
        uidna_nameToASCII_UTF8(idna, host, -1, ascii, (int32_t)sizeof ascii, &info, &error);
    uidna_close(idna);
    if (U_FAILURE(error) || info.errors != 0 || length <= 0 || length >= (int32_t)sizeof ascii)
        return NULL;
    return arena_copy(arena, ascii, (size_t)length);
}

/* A part of the URL as an arena string; NULL when it has none. */
static char *part(struct arena *arena, CURLU *url, CURLUPart which, unsigned flags)
{
    char *text = NULL;
    if (curl_url_get(url, which, &text, flags) != CURLUE_OK)
        return NULL;
    char *copy = arena_strdup(arena, text);
    curl_free(text);
    return copy;
}

static bool fill(struct arena *arena, CURLU *url, struct net_url *out)
{
    const char *scheme = part(arena, url, CURLUPART_SCHEME, 0);
    char *host = part(arena, url, CURLUPART_HOST, CURLU_URLDECODE);
    const char *port = part(arena, url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
    uint64_t port_number = 0;
    if (!scheme || !host || !port || !sv_to_u64(sv_from(port), &port_number) || port_number == 0)
        return false;
    if (part(arena, url, CURLUPART_USER, 0) || part(arena, url, CURLUPART_PASSWORD, 0))
        return false;
    out->secure = strcmp(scheme, "https") == 0;
    if (!out->secure && strcmp(scheme, "http") != 0)
        return false;
    size_t n = strlen(host);
    bool bracketed = host[0] == '[' && host[n - 1] == ']';
    if (bracketed)
        host = arena_copy(arena, host + 1, n - 2);
    struct net_address address;
    out->host_is_address = net_address_parse(sv_from(host), &address);
    out->host = out->host_is_address ? net_address_text(arena, &address) : ascii_host(arena, host);
    if (!out->host || bracketed != (out->host_is_address && address.family == AF_INET6))
        return false;
    out->port = (unsigned)port_number;
    bool usual = out->port == (out->secure ? 443u : 80u);
    const char *name = bracketed ? arena_printf(arena, "[%s]", out->host) : out->host;
    out->site = usual ? name : arena_printf(arena, "%s:%u", name, out->port);
    if (curl_url_set(url, CURLUPART_HOST, name, 0) != CURLUE_OK ||
        curl_url_set(url, CURLUPART_FRAGMENT, NULL, 0) != CURLUE_OK)
        return false;
    out->text = part(arena, url, CURLUPART_URL, CURLU_NO_DEFAULT_PORT);
    return out->text && strlen(out->text) <= NET_URL_MAX && strlen(out->site) <= NET_SITE_MAX;
}

/* "http://" or "https://", and then a host: libcurl forgives more slashes, and fewer. */
static bool is_plain(struct sv text)
{
    size_t scheme = sv_eq_nocase(sv_sub(text, 0, 8), SV("https://"))  ? 8
                    : sv_eq_nocase(sv_sub(text, 0, 7), SV("http://")) ? 7
                                                                      : 0;
    if (scheme == 0 || scheme >= text.n || text.p[scheme] == '/')
        return false;
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] <= 0x20 || text.p[i] == 0x7f || text.p[i] == '\\')
            return false;
    return sv_is_utf8(text);
}

bool net_url_parse(struct arena *arena, struct sv text, struct net_url *out)
{
    *out = (struct net_url){0};
    if (text.n == 0 || text.n > NET_URL_MAX || !is_plain(text))
        return false;
    CURLU *url = curl_url();
    CHECK(url);
    bool good = curl_url_set(url, CURLUPART_URL, sv_dup(arena, text), CURLU_NON_SUPPORT_SCHEME) ==
                    CURLUE_OK &&
                fill(arena, url, out);
    curl_url_cleanup(url);
    return good;
}

bool net_site_parse(struct arena *arena, struct sv text, const char **site)
{
    struct net_url url;
    struct sv s = sv_trim(text);
    bool has_scheme = s.n >= 8 && (sv_eq_nocase(sv_sub(s, 0, 8), SV("https://")) ||
                                   sv_eq_nocase(sv_sub(s, 0, 7), SV("http://")));
    if (s.n == 0 || s.n > NET_URL_MAX)
        return false;
    if (!has_scheme)
        s = sv_from(arena_printf(arena, "https://" SV_FMT, SV_ARG(s)));
    if (!net_url_parse(arena, s, &url))
        return false;
    *site = url.site;
    return true;
}
