/*
 * What a click keeps of the request that made it, whether a redirect or a beacon; and the
 * cookies by which the next one is known. Internal to the endpoints of clicks.
 */
#ifndef MEED_CLICK_VISIT_H
#define MEED_CLICK_VISIT_H

#include "click/click.h"
#include "click/linkmap.h"
#include "http/http.h"

/*
 * A new click on `link`: ids, time, address, country, agent, and whether a bot made it. Visitor
 * and previous click are what the cookies say. The referrer is the request's own. Texts are
 * views of the request's arena.
 */
void visit_fill(struct http_request *request, enum click_shape shape,
                const struct linkmap_entry *link, struct click *click);
/* utm_…, s1 to s10 and fbclid, as a query told them. */
void visit_read_params(struct arena *arena, const struct http_param *params, size_t n,
                       struct click *click);
/* The click's and the visitor's; `host` is the request's, without its port. */
void visit_set_cookies(struct http_request *request, struct http_response *response, struct sv host,
                       const struct click *click, uint32_t window_days);

#endif
