/*
 * Calls to the outside world, by the worker alone: names and HTTP.
 *
 * The guard: https, on ports 443 and 8443; the name is resolved once, every
 * address of it must be public, and the connection goes to one of those very
 * addresses; redirects are not followed; sizes and times are bounded. In
 * development the operator may exempt single host:port pairs, for http as well
 * (settings: outbound_allow). No environment variable and no proxy takes part.
 * Never call this inside a database transaction.
 */
#ifndef MEED_NET_NET_H
#define MEED_NET_NET_H

#include "base/settings.h"
#include "net/address.h"
#include "net/url.h"

enum net_status {
    NET_OK,
    NET_BAD_URL, /* no absolute http or https URL */
    NET_REFUSED, /* the guard says no: scheme, port or address */
    NET_NO_HOST, /* the name does not exist, or has no such record */
    NET_TIMEOUT,
    NET_UNREACHABLE, /* refused or reset */
    NET_TOO_LARGE,   /* the answer goes on past the limit; what came before it is there */
    NET_NO_TLS,      /* no certificate that holds for the name, or no TLS at all */
};

const char *net_status_text(enum net_status status); /* a code for logs */

enum { NET_ADDRESSES_MAX = 16, NET_TXT_MAX = 32, NET_HEADERS_MAX = 16 };

struct net_addresses {
    struct net_address v[NET_ADDRESSES_MAX];
    size_t n;
};

/*
 * NET_OK, NET_NO_HOST or NET_TIMEOUT. At most 5 s. Judges nothing. Names under .localhost are this
 * machine (RFC 6761, 6.3), unless a resolver of the operator's own is set.
 */
MUST_USE enum net_status net_resolve(struct arena *arena, const struct settings *settings,
                                     const char *host, struct net_addresses *out);
/* The TXT records at a name, each joined of its strings. */
MUST_USE enum net_status net_find_txt(struct arena *arena, const struct settings *settings,
                                      const char *name, struct sv out[NET_TXT_MAX], size_t *n);

/* The target of the CNAME at a name, in lower case; NET_NO_HOST: there is no such record. */
MUST_USE enum net_status net_find_cname(struct arena *arena, const struct settings *settings,
                                        const char *name, struct sv *target);

/* True for a pair of outbound_allow; names are compared as in URLs, "*.test:80" has all below. */
bool net_is_exempt(const struct settings *settings, const char *host, unsigned port);

struct net_request {
    const char *method; /* "GET", "POST" */
    struct sv url;
    const char *headers[NET_HEADERS_MAX]; /* "Name: value", no line breaks */
    size_t headers_count;
    struct sv body;      /* sent with POST */
    size_t response_max; /* bytes of the answer's body */
    unsigned timeout_ms; /* for all of it; 0: 10 s */
};

struct net_response {
    int status;
    struct sv body;
    const char *location; /* of a redirect, for people to read; else NULL */
};

MUST_USE enum net_status net_fetch(struct arena *arena, const struct settings *settings,
                                   const struct net_request *request,
                                   struct net_response *response);

#endif
