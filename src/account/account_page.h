/*
 * Pages for whoever is logged in: the frame that shows whose page it is.
 *
 *     struct layout page = account_page_open(request, response,
 *         &(struct account_page){.active = "sales", .title = _("Sales")}, "brand/sales.tpl");
 *     view_set_cstr(page.body, "…", …);
 *     account_page_send(request, response, 200, &page);
 *
 * Opening asks the database for the brands to switch between; so open a page
 * after its own data is read, and do not ask the database afterwards.
 */
#ifndef MEED_ACCOUNT_ACCOUNT_PAGE_H
#define MEED_ACCOUNT_ACCOUNT_PAGE_H

#include "http/http.h"
#include "view/layout.h"

struct account_page {
    const char *active; /* nav.def key; NULL: none */
    const char *title;
    const char *flash; /* NULL: no message */
    enum layout_flash flash_kind;
    const char *search_url, *search_label;
};

/* Inside the application for a logged-in actor, the public frame for anybody else. */
struct layout account_page_open(struct http_request *request, struct http_response *response,
                                const struct account_page *page, const char *body_template);
void account_page_send(struct http_request *request, struct http_response *response, int status,
                       struct layout *page);

/* Where somebody of this role starts: "/brand", "/partner", "/admin"; "/" for the public. */
const char *account_home(enum http_role role);
/* `wanted` when it is a path on this site, else `fallback`: for ?next= and back=. */
struct sv account_local_path(struct sv wanted, const char *fallback);

#endif
