#include <arpa/inet.h>

#include "http/http_address.h"

struct http_block {
    struct http_address base;
    unsigned bits; /* of 128 */
};

struct http_proxies {
    size_t count;
    struct http_block blocks[];
};

static const uint8_t mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool http_address_parse(struct sv text, struct http_address *out)
{
    char terminated[INET6_ADDRSTRLEN];

    if (text.n >= 2 && text.p[0] == '[' && text.p[text.n - 1] == ']')
        text = sv_sub(text, 1, text.n - 2);
    if (text.n == 0 || text.n >= sizeof terminated)
        return false;
    memcpy(terminated, text.p, text.n);
    terminated[text.n] = '\0';
    if (sv_contains(text, ':'))
        return inet_pton(AF_INET6, terminated, out->b) == 1;
    memcpy(out->b, mapped_prefix, sizeof mapped_prefix);
    return inet_pton(AF_INET, terminated, out->b + sizeof mapped_prefix) == 1;
}

bool http_address_is_ipv4(const struct http_address *address)
{
    return memcmp(address->b, mapped_prefix, sizeof mapped_prefix) == 0;
}

struct http_address http_address_subscriber(const struct http_address *address)
{
    struct http_address subscriber = *address;

    if (!http_address_is_ipv4(address))
        memset(subscriber.b + 8, 0, 8);
    return subscriber;
}

static bool parse_block(struct sv text, struct http_block *out)
{
    struct sv bits_text = text;
    struct sv address_text = sv_cut(&bits_text, '/');
    uint64_t bits;

    if (!http_address_parse(address_text, &out->base))
        return false;
    unsigned width = http_address_is_ipv4(&out->base) ? 32 : 128;
    if (!sv_contains(text, '/'))
        bits = width;
    else if (!sv_to_u64(bits_text, &bits) || bits > width)
        return false;
    out->bits = (unsigned)bits + (128 - width);
    return true;
}

struct http_proxies *http_proxies_parse(struct arena *arena, struct sv list, const char **why)
{
    size_t most = 1;

    for (size_t i = 0; i < list.n; i++)
        most += list.p[i] == ',';
    struct http_proxies *proxies =
        arena_alloc(arena, sizeof *proxies + most * sizeof proxies->blocks[0]);
    while (list.n > 0) {
        struct sv entry = sv_trim(sv_cut(&list, ','));
        if (entry.n == 0)
            continue;
        if (!parse_block(entry, &proxies->blocks[proxies->count])) {
            *why = arena_printf(arena,
                                "trusted_proxies: \"" SV_FMT
                                "\" is neither an IP address nor a "
                                "block such as 10.0.0.0/8.",
                                SV_ARG(entry));
            return NULL;
        }
        proxies->count++;
    }
    return proxies;
}

static bool block_contains(const struct http_block *block, const struct http_address *address)
{
    unsigned whole = block->bits / 8, rest = block->bits % 8;

    if (memcmp(block->base.b, address->b, whole) != 0)
        return false;
    if (rest == 0)
        return true;
    return ((block->base.b[whole] ^ address->b[whole]) >> (8 - rest)) == 0;
}

bool http_proxies_contain(const struct http_proxies *proxies, const struct http_address *address)
{
    for (size_t i = 0; i < proxies->count; i++) {
        if (block_contains(&proxies->blocks[i], address))
            return true;
    }
    return false;
}

struct sv http_address_client(const struct http_proxies *proxies, struct sv peer,
                              struct sv forwarded_for)
{
    struct http_address address;
    struct sv client = peer;

    if (!http_address_parse(peer, &address))
        return peer;
    while (forwarded_for.n > 0 && http_proxies_contain(proxies, &address)) {
        size_t comma = forwarded_for.n;
        while (comma > 0 && forwarded_for.p[comma - 1] != ',')
            comma--;
        struct sv hop = sv_trim(sv_from_index(forwarded_for, comma));
        forwarded_for = sv_sub(forwarded_for, 0, comma > 0 ? comma - 1 : 0);
        if (!http_address_parse(hop, &address))
            break; /* our own proxy passed on something odd: the last good address stands */
        client = hop;
    }
    return client;
}
