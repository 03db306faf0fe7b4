/* One HTTP exchange by libcurl, pinned to addresses that the guard has seen. */
#include <curl/curl.h>

#include "net/net.h"

#include "base/buf.h"
#include "base/log.h"

enum { TIMEOUT_DEFAULT_MS = 10000, CONNECT_TIMEOUT_MS = 4000, PIN_MAX = 2048 };

struct transfer {
    struct arena *arena;
    const struct net_addresses *allowed;
    struct buf body;
    bool too_large, strayed;
};

const char *net_status_text(enum net_status status)
{
    static const char *const texts[] = {"ok",      "bad_url",     "refused",   "no_host",
                                        "timeout", "unreachable", "too_large", "no_tls"};
    CHECK((size_t)status < COUNT_OF(texts));
    return texts[status];
}

/* "*.test" names everything below test. */
static bool is_named(struct sv pattern, struct sv host)
{
    struct sv below = sv_from_index(pattern, 1);
    if (!sv_starts(pattern, SV("*.")))
        return sv_eq_nocase(pattern, host);
    return host.n > below.n && sv_eq_nocase(sv_from_index(host, host.n - below.n), below);
}

bool net_is_exempt(const struct settings *settings, const char *host, unsigned port)
{
    if (!settings->development)
        return false;
    struct sv rest = sv_from(settings->outbound_allow);
    while (rest.n) {
        struct sv pair = sv_trim(sv_cut(&rest, ','));
        ptrdiff_t colon = -1;
        for (size_t i = 0; i < pair.n; i++)
            if (pair.p[i] == ':')
                colon = (ptrdiff_t)i; /* the last: an IPv6 address has more */
        uint64_t allowed_port = 0;
        if (colon <= 0 || !sv_to_u64(sv_from_index(pair, (size_t)colon + 1), &allowed_port))
            continue;
        if (allowed_port == port && is_named(sv_sub(pair, 0, (size_t)colon), sv_from(host)))
            return true;
    }
    return false;
}

static enum net_status check_target(struct arena *arena, const struct settings *settings,
                                    const struct net_url *url, struct net_addresses *addresses)
{
    bool exempt = net_is_exempt(settings, url->host, url->port);
    if (!exempt && (!url->secure || (url->port != 443 && url->port != 8443)))
        return NET_REFUSED;
    enum net_status status = net_resolve(arena, settings, url->host, addresses);
    if (status != NET_OK || exempt)
        return status;
    for (size_t i = 0; i < addresses->n; i++)
        if (!net_address_is_public(&addresses->v[i]))
            return NET_REFUSED; /* one bad one spoils the name: it may answer by turns */
    return NET_OK;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *t = context;
    size_t n = size * count, room = t->body.limit - t->body.len;
    buf_put(&t->body, sv_of(bytes, n < room ? n : room));
    t->too_large = n > room;
    return t->too_large ? 0 : n; /* 0 ends the transfer */
}

/* Says no to any address but those that were judged, whatever libcurl made of the name. */
static curl_socket_t on_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct transfer *t = context;
    struct net_address to;
    if (purpose == CURLSOCKTYPE_IPCXN && net_address_from(&address->addr, &to))
        for (size_t i = 0; i < t->allowed->n; i++)
            if (net_address_eq(&to, &t->allowed->v[i]))
                return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    t->strayed = true;
    return CURL_SOCKET_BAD;
}

/* "host:port:address,address": libcurl then asks no resolver. */
static struct curl_slist *pin(struct arena *arena, const struct net_url *url,
                              const struct net_addresses *addresses)
{
    struct buf b = buf_new(arena, PIN_MAX);
    buf_printf(&b, "%s:%u:", url->host, url->port);
    for (size_t i = 0; i < addresses->n; i++) {
        const char *text = net_address_text(arena, &addresses->v[i]);
        bool v6 = addresses->v[i].family == AF_INET6;
        buf_printf(&b, "%s%s%s%s", i ? "," : "", v6 ? "[" : "", text, v6 ? "]" : "");
    }
    CHECK(!b.overflow);
    return curl_slist_append(NULL, b.p);
}

static struct curl_slist *header_list(const struct net_request *request)
{
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    CHECK(request->headers_count <= NET_HEADERS_MAX);
    for (size_t i = 0; list && i < request->headers_count; i++) {
        CHECK(!strpbrk(request->headers[i], "\r\n"));
        list = curl_slist_append(list, request->headers[i]);
    }
    CHECK(list);
    return list;
}

static void set_up(CURL *curl, const struct net_url *url, const struct net_request *request,
                   struct transfer *transfer)
{
    unsigned timeout_ms = request->timeout_ms ? request->timeout_ms : TIMEOUT_DEFAULT_MS;
    curl_easy_setopt(curl, CURLOPT_URL, url->text);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "Meed");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, on_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
    if (strcmp(request->method, "POST") == 0) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.n);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body.n ? request->body.p : "");
    }
}

static enum net_status status_of(CURLcode code, const struct transfer *transfer)
{
    if (transfer->strayed)
        return NET_REFUSED;
    switch (code) {
    case CURLE_OK:
        return NET_OK;
    case CURLE_WRITE_ERROR:
        return transfer->too_large ? NET_TOO_LARGE : NET_UNREACHABLE;
    case CURLE_OPERATION_TIMEDOUT:
        return NET_TIMEOUT;
    case CURLE_COULDNT_RESOLVE_HOST:
        return NET_NO_HOST;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION: /* another name's, expired, or nobody we trust signed it */
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_INVALIDCERTSTATUS:
        return NET_NO_TLS;
    default:
        return NET_UNREACHABLE;
    }
}

static enum net_status exchange(struct arena *arena, const struct net_url *url,
                                const struct net_addresses *addresses,
                                const struct net_request *request, struct net_response *response)
{
    struct transfer transfer = {
        .arena = arena, .allowed = addresses, .body = buf_new(arena, request->response_max)};
    CURL *curl = curl_easy_init();
    CHECK(curl);
    struct curl_slist *pinned = pin(arena, url, addresses);
    struct curl_slist *headers = header_list(request);
    set_up(curl, url, request, &transfer);
    curl_easy_setopt(curl, CURLOPT_RESOLVE, pinned);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    CURLcode code = curl_easy_perform(curl);
    long answer = 0;
    char *location = NULL;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer);
    curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &location);
    response->status = (int)answer;
    response->body = buf_sv(&transfer.body);
    response->location = location ? arena_strdup(arena, location) : NULL;
    curl_easy_cleanup(curl);
    curl_slist_free_all(pinned);
    curl_slist_free_all(headers);
    return status_of(code, &transfer);
}

enum net_status net_fetch(struct arena *arena, const struct settings *settings,
                          const struct net_request *request, struct net_response *response)
{
    static bool initialised;
    struct net_url url;
    struct net_addresses addresses;
    *response = (struct net_response){.body = SV("")};
    if (!initialised) {
        CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
        initialised = true;
    }
    if (!net_url_parse(arena, request->url, &url))
        return NET_BAD_URL;
    enum net_status status = check_target(arena, settings, &url, &addresses);
    if (status == NET_OK)
        status = exchange(arena, &url, &addresses, request, response);
    if (status != NET_OK)
        log_line(LOG_INFO, "fetch_failed", LOG_STR("host", url.host),
                 LOG_STR("why", net_status_text(status)));
    return status;
}
