#include "http/http_cors.h"

void http_cors_allow(struct http_response *response)
{
    http_set_header(response, "Access-Control-Allow-Origin", SV("*"));
}

void http_cors_allow_with_cookies(struct http_request *request, struct http_response *response)
{
    http_set_header(response, "Vary", SV("Origin"));
    if (request->origin.n == 0)
        return;
    http_set_header(response, "Access-Control-Allow-Origin", request->origin);
    http_set_header(response, "Access-Control-Allow-Credentials", SV("true"));
}

void http_cors_preflight(struct http_response *response)
{
    http_no_content(response);
    http_set_header(response, "Access-Control-Allow-Methods", SV("POST"));
    http_set_header(response, "Access-Control-Allow-Headers", SV("Content-Type"));
    http_set_header(response, "Access-Control-Max-Age", SV("86400"));
}
