/* Errors as pages: http's problem in view's frame. Neither of the two knows the other. */
#ifndef MEED_WEB_PROBLEM_PAGE_H
#define MEED_WEB_PROBLEM_PAGE_H

#include "http/http.h"

/* A hook of http_server.h. */
struct sv web_problem_page(struct http_request *request, const struct http_problem *problem);

#endif
