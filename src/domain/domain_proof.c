/* /.well-known/meed-domain: whoever asks under a host's name learns whether it reaches this Meed.
 */
#include "click/linkmap.h"
#include "crypto/keys.h"
#include "domain/domain.h"
#include "domain/domain_pages.h"

const char *domain_proof(struct arena *arena, struct sv host)
{
    uint8_t hash[HASH_SIZE];
    char *hex = arena_alloc(arena, 2 * sizeof(hash) + 1);
    const char *said = arena_printf(arena, "tracking host " SV_FMT, SV_ARG(sv_lower(arena, host)));
    keys_hash(hash, KEY_API, sv_from(said));
    hex_encode(hex, hash, sizeof(hash));
    hex[2 * sizeof(hash)] = '\0';
    return hex;
}

/* Without its port: a name alone is claimed, and an address proves nothing. */
static struct sv asked_host(const struct http_request *request)
{
    struct sv rest = request->host;
    return sv_cut(&rest, ':');
}

void domain_proof_get(struct http_request *request, struct http_response *response)
{
    struct sv host = asked_host(request);
    if (host.n == 0 || host.n > LINKMAP_HOST_MAX || !sv_is_ascii_graph(host)) {
        http_not_found(request, response);
        return;
    }
    http_set_header(response, "Cache-Control", SV("no-store"));
    http_text(response, 200, sv_from(domain_proof(request->arena, host)));
}
