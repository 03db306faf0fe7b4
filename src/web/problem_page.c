#include "base/i18n.h"
#include "view/layout.h"
#include "web/problem_page.h"

struct sv web_problem_page(struct http_request *request, const struct http_problem *problem)
{
    bool logged_in = request->actor.role != ROLE_PUBLIC;
    const struct layout_problem page = {
        .status = problem->status,
        .what = problem->what,
        .why = problem->why,
        .next = problem->next,
        .link_url = "/",
        .link_label = logged_in ? _("Back to your home page") : _("Go to the home page"),
        .request_id = request->id,
    };

    return layout_problem_page(NULL, &page, request->arena);
}
