/*
 * Reading an absolute http or https URL. Host names come out as DNS knows them:
 * lower case, international ones in punycode; addresses in their one usual form.
 */
#ifndef MEED_NET_URL_H
#define MEED_NET_URL_H

#include "base/arena.h"
#include "base/sv.h"

enum { NET_URL_MAX = 1500, NET_SITE_MAX = 253 };

struct net_url {
    bool secure; /* https */
    unsigned port;
    const char *host; /* without brackets: a name or an address */
    bool host_is_address;
    const char *site; /* host, with ":port" when it is not the scheme's own */
    const char *text; /* the whole URL, normalised, without its fragment */
};

/* False for everything else: other schemes, user names, control characters, over-long ones. */
MUST_USE bool net_url_parse(struct arena *arena, struct sv text, struct net_url *out);
/* "Shop.Example:8443" as typed, with or without "https://" and a path: its site. */
MUST_USE bool net_site_parse(struct arena *arena, struct sv text, const char **site);

#endif
