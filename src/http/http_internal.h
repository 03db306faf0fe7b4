/* What the files of http/ share among themselves, and nobody else includes. */
#ifndef MEED_HTTP_HTTP_INTERNAL_H
#define MEED_HTTP_HTTP_INTERNAL_H

#include "http/http_address.h"
#include "http/http_router.h"
#include "http/http_server.h"

struct http_server {
    enum http_pool pool;
    const struct settings *settings;
    struct db *db;
    struct arena *arena; /* the router and the proxies live in it */
    struct http_router *router;
    struct http_proxies *proxies;
};

const struct http_hooks *http_current_hooks(void);

/*
 * What stands between a matched route and its handler. Each answers the request itself
 * and returns false when the handler must not run.
 */
MUST_USE bool http_guard_rate(struct http_request *request, struct http_response *response);
MUST_USE bool http_guard_role(struct http_request *request, struct http_response *response);
MUST_USE bool http_guard_csrf(struct http_request *request, struct http_response *response);
/*
 * After the handler: a signed or keyed door that let nobody in counts against the address, unless
 * the fault was ours: who met an outage must not be turned away once it is over.
 */
void http_guard_charge(struct http_request *request, const struct http_response *response);

/* The body within `limit` bytes and the deadline, or why not. */
enum http_body { HTTP_BODY_OK, HTTP_BODY_TOO_LARGE, HTTP_BODY_TOO_SLOW, HTTP_BODY_CUT_SHORT };
MUST_USE enum http_body http_body_read(struct http_exchange *exchange, size_t limit);

#endif
