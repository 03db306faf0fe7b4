#include <arpa/inet.h>
#include <netinet/in.h>

#include "net/address.h"

struct range {
    uint8_t prefix[4];
    unsigned bits;
};

static const struct range refused_v4[] = {
    {{0}, 8},
    {{10}, 8},
    {{100, 64}, 10},
    {{127}, 8},
    {{169, 254}, 16},
    {{172, 16}, 12},
    {{192, 0, 0}, 24},
    {{192, 0, 2}, 24},
    {{192, 88, 99}, 24},
    {{192, 168}, 16},
    {{198, 18}, 15},
    {{198, 51, 100}, 24},
    {{203, 0, 113}, 24},
    {{224}, 4},
    {{240}, 4},
};

/* Within 2000::/3: protocol assignments with Teredo, documentation twice, 6to4. */
static const struct range refused_v6[] = {
    {{0x20, 0x01, 0x00, 0x00}, 23},
    {{0x20, 0x01, 0x0d, 0xb8}, 32},
    {{0x20, 0x02}, 16},
    {{0x3f, 0xff}, 20},
};

static bool in_range(const uint8_t *address, const struct range *range)
{
    for (unsigned bit = 0; bit < range->bits; bit += 8) {
        unsigned left = range->bits - bit;
        uint8_t mask = (uint8_t)(left >= 8 ? 0xff : 0xff << (8 - left));
        if ((address[bit / 8] ^ range->prefix[bit / 8]) & mask)
            return false;
    }
    return true;
}

bool net_address_is_public(const struct net_address *address)
{
    bool v4 = address->family == AF_INET;
    const struct range *refused = v4 ? refused_v4 : refused_v6;
    size_t count = v4 ? COUNT_OF(refused_v4) : COUNT_OF(refused_v6);
    if (!v4 && (address->b[0] & 0xe0) != 0x20)
        return false;
    for (size_t i = 0; i < count; i++)
        if (in_range(address->b, &refused[i]))
            return false;
    return true;
}

bool net_address_parse(struct sv text, struct net_address *out)
{
    char copy[INET6_ADDRSTRLEN];
    *out = (struct net_address){0};
    if (text.n == 0 || text.n >= sizeof copy)
        return false;
    memcpy(copy, text.p, text.n);
    copy[text.n] = '\0';
    out->family = AF_INET;
    if (inet_pton(AF_INET, copy, out->b) == 1)
        return true;
    out->family = AF_INET6;
    return inet_pton(AF_INET6, copy, out->b) == 1;
}

bool net_address_from(const struct sockaddr *from, struct net_address *out)
{
    *out = (struct net_address){.family = from->sa_family};
    if (from->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, from, sizeof v4);
        memcpy(out->b, &v4.sin_addr, 4);
        return true;
    }
    if (from->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, from, sizeof v6);
        memcpy(out->b, &v6.sin6_addr, 16);
        return true;
    }
    return false;
}

const char *net_address_text(struct arena *arena, const struct net_address *address)
{
    char text[INET6_ADDRSTRLEN];
    CHECK(inet_ntop(address->family, address->b, text, sizeof text));
    return arena_strdup(arena, text);
}

bool net_address_eq(const struct net_address *a, const struct net_address *b)
{
    return a->family == b->family && memcmp(a->b, b->b, a->family == AF_INET ? 4 : 16) == 0;
}
