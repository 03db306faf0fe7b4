#include "base/json.h"
#include "http/http.h"

#define ROUTE(method, path, handler, role, csrf, limit, rate, pool, help) http_handler handler;
#include "web/routes.def"
#undef ROUTE

static const struct http_route routes[] = {
#define ROUTE(method, path, handler, role, csrf, limit, rate, pool, help)                          \
    {HTTP_##method, path, handler, #handler, role, csrf, limit, rate, pool, help},
#include "web/routes.def"
#undef ROUTE
};

const struct http_route *http_routes(size_t *count)
{
    *count = COUNT_OF(routes);
    return routes;
}

const char *http_role_name(enum http_role role)
{
    switch (role) {
    case ROLE_PUBLIC:
        return "public";
    case ROLE_USER:
        return "user";
    case ROLE_BRAND:
        return "brand";
    case ROLE_PARTNER:
        return "partner";
    case ROLE_ADMIN:
        return "admin";
    case ROLE_API_KEY:
        return "api_key";
    case ROLE_SIGNED:
        return "signed";
    }
    UNREACHABLE();
}

const char *http_method_name(enum http_method method)
{
    static const char *const names[] = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "OTHER"};

    CHECK((size_t)method < COUNT_OF(names));
    return names[method];
}

const char *http_pool_name(enum http_pool pool)
{
    static const char *const names[HTTP_POOLS] = {"track", "ingest", "app", "beacon"};

    CHECK(pool < HTTP_POOLS);
    return names[pool];
}

static const char *rate_name(enum http_rate rate)
{
    static const char *const names[] = {"none", "page", "login", "ingest", "click", "pixel"};

    CHECK((size_t)rate < COUNT_OF(names));
    return names[rate];
}

static void print_json(FILE *out, const struct http_route *route, struct arena *arena)
{
    struct buf line = buf_new(arena, 2048);
    const struct http_param members[] = {
        {SV("method"), sv_from(http_method_name(route->method))},
        {SV("path"), sv_from(route->path)},
        {SV("handler"), sv_from(route->handler_name)},
        {SV("role"), sv_from(http_role_name(route->role))},
        {SV("csrf"), route->csrf == CSRF_REQUIRED ? SV("required") : SV("none")},
        {SV("rate"), sv_from(rate_name(route->rate))},
        {SV("pool"), sv_from(http_pool_name(route->pool))},
        {SV("help"), sv_from(route->help)},
    };

    for (size_t i = 0; i < COUNT_OF(members); i++) {
        buf_puts(&line, i == 0 ? "{" : ",");
        json_put_string(&line, members[i].name);
        buf_puts(&line, ":");
        json_put_string(&line, members[i].value);
    }
    buf_printf(&line, ",\"body_limit\":%zu}", route->body_limit);
    CHECK(!line.overflow);
    fputs(line.p, out);
}

void http_routes_print(FILE *out, bool as_json)
{
    struct arena *arena = arena_new(ARENA_CEILING_DEFAULT);

    if (as_json)
        fputs("[\n", out);
    for (size_t i = 0; i < COUNT_OF(routes); i++) {
        const struct http_route *route = &routes[i];
        if (as_json) {
            print_json(out, route, arena);
            fputs(i + 1 < COUNT_OF(routes) ? ",\n" : "\n]\n", out);
            arena_reset(arena);
        } else {
            fprintf(out, "%-7s %-48s %-8s %-8s %-7s %7zu  %s\n", http_method_name(route->method),
                    route->path, http_role_name(route->role), http_pool_name(route->pool),
                    route->csrf == CSRF_REQUIRED ? "csrf" : "-", route->body_limit, route->help);
        }
    }
    arena_free(arena);
}
