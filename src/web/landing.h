/* The front page: what Meed is, and the ways in. Whoever is logged in is led home. */
#ifndef MEED_WEB_LANDING_H
#define MEED_WEB_LANDING_H

#include "http/http.h"

void web_landing(struct http_request *request, struct http_response *response);

#endif
