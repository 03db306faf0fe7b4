/*
 * Addresses of callers: which proxies are ours, and who really called.
 *
 * X-Forwarded-For is a list that every hop appends to, so only its right end
 * can be believed: going from right to left, the first address that is not
 * one of the operator's own proxies is the caller. Anything left of it is
 * whatever the caller chose to send.
 */
#ifndef MEED_HTTP_HTTP_ADDRESS_H
#define MEED_HTTP_HTTP_ADDRESS_H

#include "base/arena.h"
#include "base/sv.h"

/* An address as 16 bytes; IPv4 is mapped (::ffff:a.b.c.d), so that both compare alike. */
struct http_address {
    uint8_t b[16];
};

MUST_USE bool http_address_parse(struct sv text, struct http_address *out);
bool http_address_is_ipv4(const struct http_address *address);
/* What one caller is counted as: an IPv4 address, or the /64 that an IPv6 host owns. */
struct http_address http_address_subscriber(const struct http_address *address);

/* The operator's proxies: addresses and CIDR blocks, comma-separated. */
struct http_proxies;
/* NULL when an entry is neither; *why names it. */
struct http_proxies *http_proxies_parse(struct arena *arena, struct sv list, const char **why);
bool http_proxies_contain(const struct http_proxies *proxies, const struct http_address *address);

/* The caller, given the peer's address and X-Forwarded-For (possibly empty). */
struct sv http_address_client(const struct http_proxies *proxies, struct sv peer,
                              struct sv forwarded_for);

#endif
