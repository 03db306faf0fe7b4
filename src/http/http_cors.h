/*
 * Letting pages of other origins call an endpoint and read its answer (the Fetch standard's CORS
 * protocol). For what any page may call; what is secret must not depend on it.
 */
#ifndef MEED_HTTP_HTTP_CORS_H
#define MEED_HTTP_HTTP_CORS_H

#include "http/http.h"

/* Any page may read the answer; its cookies don't come with the request. */
void http_cors_allow(struct http_response *response);
/* The asking page may, and its cookies for us come along: those of one site, as a rule. */
void http_cors_allow_with_cookies(struct http_request *request, struct http_response *response);
/* The answer to OPTIONS, after one of the above: 204, POST with any Content-Type. */
void http_cors_preflight(struct http_response *response);

#endif
