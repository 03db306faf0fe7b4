/* DNS by c-ares, under one deadline; the servers are the system's, or the operator's. */
#include <ares.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <poll.h>

#include "net/net.h"

#include "base/clock.h"
#include "base/log.h"

#define RESOLVE_LIMIT_US (5 * CLOCK_SECOND)

enum { TRY_TIMEOUT_MS = 1500, TRIES = 3 };

/* One question: what its callback leaves behind. */
struct question {
    struct arena *arena;
    bool answered;
    int status; /* ares' */
    struct net_addresses *addresses;
    struct sv *texts;
    size_t *texts_count;
    struct sv *target;
};

static enum net_status status_of(const struct question *q)
{
    switch (q->status) {
    case ARES_SUCCESS:
        return NET_OK;
    case ARES_ENOTFOUND:
    case ARES_ENODATA:
    case ARES_EBADNAME:
        return NET_NO_HOST;
    default:
        log_line(LOG_WARN, "dns_failed", LOG_STR("why", ares_strerror(q->status)));
        return NET_TIMEOUT;
    }
}

static ares_channel open_channel(const struct settings *settings)
{
    static bool initialised;
    /* Names are whole: the machine's search domains have no say. */
    struct ares_options options = {
        .flags = ARES_FLAG_NOSEARCH, .timeout = TRY_TIMEOUT_MS, .tries = TRIES};
    const int given = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES;
    ares_channel channel;
    if (!initialised) {
        CHECK(ares_library_init(ARES_LIB_INIT_ALL) == ARES_SUCCESS);
        initialised = true;
    }
    if (ares_init_options(&channel, &options, given) != ARES_SUCCESS)
        return NULL;
    if (*settings->dns_server &&
        ares_set_servers_ports_csv(channel, settings->dns_server) != ARES_SUCCESS) {
        log_line(LOG_ERROR, "dns_server_setting", LOG_STR("value", settings->dns_server));
        ares_destroy(channel);
        return NULL;
    }
    return channel;
}

static void wait_for(ares_channel channel, const struct question *q)
{
    int64_t until_us = clock_monotonic_us() + RESOLVE_LIMIT_US;
    while (!q->answered && clock_monotonic_us() < until_us) {
        ares_socket_t sockets[ARES_GETSOCK_MAXNUM];
        struct pollfd fds[ARES_GETSOCK_MAXNUM];
        nfds_t n = 0;
        /* c-ares's own macros shift a signed 1 into the sign bit. */
        unsigned bits = (unsigned)ares_getsock(channel, sockets, ARES_GETSOCK_MAXNUM);
        for (int i = 0; i < ARES_GETSOCK_MAXNUM; i++) {
            short events = (short)((bits >> i & 1u ? POLLIN : 0) |
                                   (bits >> (i + ARES_GETSOCK_MAXNUM) & 1u ? POLLOUT : 0));
            if (events)
                fds[n++] = (struct pollfd){.fd = sockets[i], .events = events};
        }
        poll(fds, n, 100);
        for (nfds_t i = 0; i < n; i++)
            ares_process_fd(channel,
                            fds[i].revents & (POLLIN | POLLERR | POLLHUP) ? fds[i].fd
                                                                          : ARES_SOCKET_BAD,
                            fds[i].revents & POLLOUT ? fds[i].fd : ARES_SOCKET_BAD);
        ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD); /* its time-outs */
    }
}

static void on_addresses(void *context, int status, int timeouts, struct ares_addrinfo *info)
{
    struct question *q = context;
    (void)timeouts;
    q->answered = true;
    q->status = status;
    if (status != ARES_SUCCESS)
        return;
    for (struct ares_addrinfo_node *node = info->nodes; node; node = node->ai_next)
        if (q->addresses->n < NET_ADDRESSES_MAX &&
            net_address_from(node->ai_addr, &q->addresses->v[q->addresses->n]))
            q->addresses->n++;
    ares_freeaddrinfo(info);
}

enum net_status net_resolve(struct arena *arena, const struct settings *settings, const char *host,
                            struct net_addresses *out)
{
    struct question q = {.arena = arena, .status = ARES_ETIMEOUT, .addresses = out};
    *out = (struct net_addresses){0};
    if (net_address_parse(sv_from(host), &out->v[0])) {
        out->n = 1;
        return NET_OK;
    }
    if (!*settings->dns_server && sv_ends(sv_from(host), SV(".localhost"))) {
        out->n = net_address_parse(SV("127.0.0.1"), &out->v[0]);
        return NET_OK;
    }
    ares_channel channel = open_channel(settings);
    if (!channel)
        return NET_TIMEOUT;
    struct ares_addrinfo_hints hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    ares_getaddrinfo(channel, host, NULL, &hints, on_addresses, &q);
    wait_for(channel, &q);
    ares_destroy(channel); /* answers what is still open, before q goes */
    enum net_status status = status_of(&q);
    return status == NET_OK && out->n == 0 ? NET_NO_HOST : status;
}

/* A record of several strings is one text: `record_start` marks the first of each. */
static void take_texts(struct question *q, const struct ares_txt_ext *reply)
{
    for (const struct ares_txt_ext *t = reply; t; t = t->next) {
        struct sv piece = sv_of((const char *)t->txt, t->length);
        size_t n = *q->texts_count;
        if (t->record_start && n == NET_TXT_MAX)
            return;
        if (t->record_start) {
            q->texts[(*q->texts_count)++] = sv_copy(q->arena, piece);
        } else if (n > 0) {
            struct sv before = q->texts[n - 1];
            q->texts[n - 1] =
                sv_from(arena_printf(q->arena, SV_FMT SV_FMT, SV_ARG(before), SV_ARG(piece)));
        }
    }
}

static void on_text(void *context, int status, int timeouts, unsigned char *reply, int length)
{
    struct question *q = context;
    struct ares_txt_ext *texts = NULL;
    (void)timeouts;
    q->answered = true;
    q->status = status;
    if (status != ARES_SUCCESS)
        return;
    q->status = ares_parse_txt_reply_ext(reply, length, &texts);
    take_texts(q, texts);
    if (texts)
        ares_free_data(texts);
}

enum net_status net_find_txt(struct arena *arena, const struct settings *settings, const char *name,
                             struct sv out[NET_TXT_MAX], size_t *n)
{
    struct question q = {.arena = arena, .status = ARES_ETIMEOUT, .texts = out, .texts_count = n};
    *n = 0;
    ares_channel channel = open_channel(settings);
    if (!channel)
        return NET_TIMEOUT;
    ares_query(channel, name, ns_c_in, ns_t_txt, on_text, &q);
    wait_for(channel, &q);
    ares_destroy(channel);
    return status_of(&q);
}

/* A name within a reply, however it is compressed; `at` moves behind it. */
static bool take_name(struct question *q, const unsigned char *reply, int length, long *at,
                      struct sv *name)
{
    char *text;
    long taken;
    if (*at >= length ||
        ares_expand_name(reply + *at, reply, length, &text, &taken) != ARES_SUCCESS)
        return false;
    *name = sv_lower(q->arena, sv_from(text));
    ares_free_string(text);
    *at += taken;
    return true;
}

/* RFC 1035, 4.1: header, question, answers of name, type, class, time to live, length and data. */
static bool find_target(struct question *q, const unsigned char *reply, int length)
{
    enum { HEADER = 12, QUESTION_TAIL = 4, ANSWER_TAIL = 10 };
    long at = HEADER;
    struct sv name;
    if (length < HEADER || !take_name(q, reply, length, &at, &name))
        return false;
    at += QUESTION_TAIL;
    for (int left = reply[6] << 8 | reply[7]; left > 0; left--) {
        if (!take_name(q, reply, length, &at, &name) || at + ANSWER_TAIL > length)
            return false;
        const unsigned char *tail = reply + at;
        at += ANSWER_TAIL;
        if ((tail[0] << 8 | tail[1]) == ns_t_cname)
            return take_name(q, reply, length, &at, q->target);
        at += tail[8] << 8 | tail[9];
    }
    return false;
}

static void on_cname(void *context, int status, int timeouts, unsigned char *reply, int length)
{
    struct question *q = context;
    (void)timeouts;
    q->answered = true;
    q->status = status;
    if (status == ARES_SUCCESS && !find_target(q, reply, length))
        q->status = ARES_ENODATA;
}

enum net_status net_find_cname(struct arena *arena, const struct settings *settings,
                               const char *name, struct sv *target)
{
    struct question q = {.arena = arena, .status = ARES_ETIMEOUT, .target = target};
    *target = SV("");
    ares_channel channel = open_channel(settings);
    if (!channel)
        return NET_TIMEOUT;
    ares_query(channel, name, ns_c_in, ns_t_cname, on_cname, &q);
    wait_for(channel, &q);
    ares_destroy(channel);
    return status_of(&q);
}
