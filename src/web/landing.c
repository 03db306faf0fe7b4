#include "account/account_page.h"
#include "web/landing.h"

void web_landing(struct http_request *request, struct http_response *response)
{
    if (request->actor.role != ROLE_PUBLIC) {
        http_redirect(response, 303, sv_from(account_home(request->actor.role)));
        return;
    }
    struct layout_context context = {
        .area = LAYOUT_PUBLIC,
        .title = _("Partner programs on your own server"),
        .login_url = "/login",
        .signup_url = "/signup",
    };
    struct layout page = layout_open(&context, "public/landing.tpl");
    http_html(response, 200, layout_render(&page, request->arena));
}
