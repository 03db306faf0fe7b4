/*
 * The session's cookie, and who it says is calling.
 *
 * On TLS the cookie is called __Host-…: browsers then take it only from this
 * very host, with Secure and Path=/, so that no other subdomain can plant one.
 */
#ifndef MEED_ACCOUNT_ACCOUNT_COOKIE_H
#define MEED_ACCOUNT_ACCOUNT_COOKIE_H

#include "http/http.h"

/*
 * The server's hook (http_server.h): fills request->actor from a live session and leaves it
 * public otherwise. False when the database can't be asked.
 */
bool account_authenticate(struct http_request *request);

/* The token that came with the request; empty: none. */
struct sv account_cookie_token(struct http_request *request);
void account_cookie_set(struct http_request *request, struct http_response *response,
                        const char *token);
void account_cookie_clear(struct http_request *request, struct http_response *response);

#endif
