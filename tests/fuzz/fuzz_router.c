/*
 * The router over the real table from hostile methods and paths: no crash, every parameter is
 * UTF-8, and a path that is found is found again when its parameters are escaped anew.
 */
#include "http/http_parse.h"
#include "http/http_router.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static struct http_router *routers[HTTP_POOLS];

static void build_routers(void)
{
    struct arena *arena = arena_new(ARENA_CEILING_DEFAULT);
    size_t count;
    const struct http_route *routes = http_routes(&count);

    for (size_t pool = 0; pool < HTTP_POOLS; pool++)
        routers[pool] = http_router_new(arena, routes, count, (enum http_pool)pool);
}

static struct sv rebuild(struct arena *arena, const struct http_match_result *found, size_t limit)
{
    struct buf path = buf_new(arena, limit);
    struct sv pattern = sv_from(found->route->path + 1);
    size_t param = 0;

    while (pattern.n > 0) {
        struct sv segment = sv_cut(&pattern, '/');
        buf_putc(&path, '/');
        if (segment.p[0] == '{')
            buf_put_url(&path, found->params[param++].value);
        else
            buf_put(&path, segment);
    }
    CHECK(param == found->params_count && !path.overflow);
    return path.len == 0 ? SV("/") : buf_sv(&path);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (routers[0] == NULL)
        build_routers();
    if (size < 1)
        return 0;
    struct arena *arena = arena_new(ARENA_CEILING_DEFAULT);
    enum http_method method = (enum http_method)(bytes[0] % (HTTP_OTHER + 1));
    const struct http_router *router = routers[bytes[0] / 16 % HTTP_POOLS];
    struct sv path = sv_of((const char *)bytes + 1, size - 1);
    struct http_match_result found, again;

    if (http_router_match(router, arena, method, path, &found) == HTTP_MATCH_FOUND) {
        for (size_t i = 0; i < found.params_count; i++)
            CHECK(sv_is_utf8(found.params[i].value) && found.params[i].value.n > 0);
        struct sv rebuilt = rebuild(arena, &found, 3 * size + 256);
        CHECK(http_router_match(router, arena, method, rebuilt, &again) == HTTP_MATCH_FOUND);
        CHECK(again.route == found.route);
    }
    arena_free(arena);
    return 0;
}
