#include "http/http_parse.h"
#include "http/http_router.h"

struct node {
    struct sv segment; /* of a literal */
    struct node *literals, *next_sibling;
    struct node *named; /* the child for a name in braces */
    const struct http_route *routes[HTTP_OTHER];
};

struct http_router {
    struct arena *arena;
    struct node root;
};

static bool is_named(struct sv segment)
{
    return segment.n > 2 && segment.p[0] == '{' && segment.p[segment.n - 1] == '}';
}

static struct node *child_for(struct http_router *router, struct node *parent, struct sv segment)
{
    if (is_named(segment)) {
        if (parent->named == NULL)
            parent->named = ARENA_NEW(router->arena, struct node);
        return parent->named;
    }
    for (struct node *child = parent->literals; child != NULL; child = child->next_sibling) {
        if (sv_eq(child->segment, segment))
            return child;
    }
    struct node *child = ARENA_NEW(router->arena, struct node);
    child->segment = segment;
    child->next_sibling = parent->literals;
    parent->literals = child;
    return child;
}

static bool changes_state(enum http_method method)
{
    return method == HTTP_POST || method == HTTP_PUT || method == HTTP_DELETE;
}

/* A row of the table that would be wrong or unsafe must not start. */
static void check_route(const struct http_route *route)
{
    bool by_session = route->role == ROLE_USER || route->role == ROLE_BRAND ||
                      route->role == ROLE_PARTNER || route->role == ROLE_ADMIN;

    CHECK(route->path != NULL && route->path[0] == '/');
    CHECK(route->handler != NULL);
    CHECK(route->help != NULL && route->help[0] != '\0');
    CHECK(route->method < HTTP_OTHER && route->method != HTTP_HEAD);
    CHECK(!by_session || !changes_state(route->method) || route->csrf == CSRF_REQUIRED);
    CHECK(changes_state(route->method) || (route->csrf == CSRF_NONE && route->body_limit == 0));
    CHECK(route->role != ROLE_PUBLIC || !changes_state(route->method) || route->rate != RATE_NONE);
}

static void add_route(struct http_router *router, const struct http_route *route)
{
    struct node *node = &router->root;
    struct sv rest = sv_from(route->path + 1);
    size_t named = 0, segments = 0;

    check_route(route);
    while (rest.n > 0) {
        struct sv segment = sv_cut(&rest, '/');
        CHECK(segment.n > 0);
        named += is_named(segment);
        segments++;
        node = child_for(router, node, segment);
    }
    CHECK(named <= HTTP_PATH_PARAMS_MAX && segments <= HTTP_SEGMENTS_MAX);
    CHECK(node->routes[route->method] == NULL); /* the same route twice */
    node->routes[route->method] = route;
}

struct http_router *http_router_new(struct arena *arena, const struct http_route *routes,
                                    size_t count, enum http_pool pool)
{
    struct http_router *router = ARENA_NEW(arena, struct http_router);

    router->arena = arena;
    for (size_t i = 0; i < count; i++) {
        check_route(&routes[i]);
        if (routes[i].pool == pool)
            add_route(router, &routes[i]);
    }
    return router;
}

static bool is_end(const struct node *node)
{
    for (size_t i = 0; i < HTTP_OTHER; i++) {
        if (node->routes[i] != NULL)
            return true;
    }
    return false;
}

/* Literals first, then the name: at most 2^named ways, and paths are short. */
static const struct node *walk(const struct node *node, const struct sv *segments, size_t count)
{
    if (count == 0)
        return is_end(node) ? node : NULL;
    for (const struct node *child = node->literals; child != NULL; child = child->next_sibling) {
        if (!sv_eq(child->segment, segments[0]))
            continue;
        const struct node *found = walk(child, segments + 1, count - 1);
        if (found != NULL)
            return found;
        break;
    }
    if (node->named == NULL || segments[0].n == 0)
        return NULL;
    return walk(node->named, segments + 1, count - 1);
}

static const char *list_methods(struct arena *arena, const struct node *node)
{
    struct buf allow = buf_new(arena, 64);

    for (size_t i = 0; i < HTTP_OTHER; i++) {
        if (i == HTTP_HEAD ? node->routes[HTTP_GET] == NULL : node->routes[i] == NULL)
            continue;
        if (allow.len > 0)
            buf_puts(&allow, ", ");
        buf_puts(&allow, http_method_name((enum http_method)i));
    }
    return allow.p;
}

static void name_params(struct http_match_result *out, const struct sv *segments)
{
    struct sv pattern = sv_from(out->route->path + 1);

    for (size_t i = 0; pattern.n > 0; i++) {
        struct sv segment = sv_cut(&pattern, '/');
        if (is_named(segment))
            out->params[out->params_count++] =
                (struct http_param){sv_sub(segment, 1, segment.n - 2), segments[i]};
    }
}

enum http_match http_router_match(const struct http_router *router, struct arena *arena,
                                  enum http_method method, struct sv path,
                                  struct http_match_result *out)
{
    struct sv segments[HTTP_SEGMENTS_MAX];
    size_t count = 0;

    *out = (struct http_match_result){0};
    if (path.n == 0 || path.p[0] != '/')
        return HTTP_MATCH_NO_PATH;
    struct sv rest = sv_from_index(path, 1);
    bool more = rest.n > 0;
    while (more) {
        if (count == HTTP_SEGMENTS_MAX)
            return HTTP_MATCH_NO_PATH;
        more = sv_contains(rest, '/');
        if (http_parse_escaped(arena, sv_cut(&rest, '/'), false, &segments[count++]) !=
            HTTP_PARSE_OK)
            return HTTP_MATCH_BAD_PATH;
    }

    const struct node *node = walk(&router->root, segments, count);
    if (node == NULL)
        return HTTP_MATCH_NO_PATH;
    enum http_method wanted = method == HTTP_HEAD ? HTTP_GET : method;
    if (wanted >= HTTP_OTHER || node->routes[wanted] == NULL) {
        out->allow = list_methods(arena, node);
        return HTTP_MATCH_NO_METHOD;
    }
    out->route = node->routes[wanted];
    name_params(out, segments);
    return HTTP_MATCH_FOUND;
}
