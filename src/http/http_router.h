/*
 * From a method and a path to a route of the table.
 *
 * The table's paths become a tree of segments once, when a process starts:
 *
 *   brand ── sales ─┬─ (end)        GET /brand/sales
 *                   └─ {…} ── (end) GET /brand/sales/{pid}
 *
 * A literal segment wins over a name in braces. Only one pool's routes are in
 * a router: what a pool does not serve does not exist for it.
 */
#ifndef MEED_HTTP_HTTP_ROUTER_H
#define MEED_HTTP_HTTP_ROUTER_H

#include "http/http.h"

enum { HTTP_PATH_PARAMS_MAX = 4, HTTP_SEGMENTS_MAX = 16, HTTP_PATH_MAX = 8 * 1024 };

struct http_router;

/*
 * CHECKs the table: paths well-formed, no route twice, help given, and a CSRF token wherever
 * a session's holder changes state.
 */
struct http_router *http_router_new(struct arena *arena, const struct http_route *routes,
                                    size_t count, enum http_pool pool);

enum http_match {
    HTTP_MATCH_FOUND,
    HTTP_MATCH_NO_PATH,
    HTTP_MATCH_NO_METHOD, /* `allow` lists those there are */
    HTTP_MATCH_BAD_PATH,  /* an escape or UTF-8 that can't be decoded */
};

struct http_match_result {
    const struct http_route *route;
    struct http_param params[HTTP_PATH_PARAMS_MAX];
    size_t params_count;
    const char *allow; /* "GET, HEAD, POST"; with HTTP_MATCH_NO_METHOD */
};

MUST_USE enum http_match http_router_match(const struct http_router *router, struct arena *arena,
                                           enum http_method method, struct sv path,
                                           struct http_match_result *out);

#endif
