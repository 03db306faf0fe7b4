/*
 * Which addresses we may connect to on somebody's word: public ones alone.
 *
 * Refused are all special-purpose ranges of the IANA registries (RFC 6890 and
 * its updates), for IPv6 everything outside 2000::/3, and the forms that wrap an
 * IPv4 address: mapped, NAT64, 6to4, Teredo.
 */
#ifndef MEED_NET_ADDRESS_H
#define MEED_NET_ADDRESS_H

#include <sys/socket.h>

#include "base/arena.h"
#include "base/sv.h"

struct net_address {
    int family; /* AF_INET or AF_INET6 */
    uint8_t b[16];
};

MUST_USE bool net_address_parse(struct sv text, struct net_address *out);
MUST_USE bool net_address_from(const struct sockaddr *from, struct net_address *out);
const char *net_address_text(struct arena *arena, const struct net_address *address);
bool net_address_eq(const struct net_address *a, const struct net_address *b);
bool net_address_is_public(const struct net_address *address);

#endif
