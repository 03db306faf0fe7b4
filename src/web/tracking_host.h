/* Pages live on the platform's host alone: a brand's tracking host has links and nothing else. */
#ifndef MEED_WEB_TRACKING_HOST_H
#define MEED_WEB_TRACKING_HOST_H

#include "http/http.h"

/* The hook `turn_away` (http_server.h): a dead link's page for what a tracking host has not. */
bool web_tracking_host(struct http_request *request, struct http_response *response);

#endif
