/* The three shapes of a tracked link: find it, record the click, redirect. */
#include "base/settings.h"
#include "click/click_pool.h"
#include "click/linkmap.h"
#include "click/redirect.h"
#include "click/visit.h"
#include "view/layout.h"

struct visit {
    enum click_shape shape;
    struct sv value; /* token, slug or ref, as it came */
    struct sv host;
    struct linkmap_entry link;
    struct click click;
    char click_id[UUID_TEXT_SIZE];
};

/* ---- The answer ---- */

static void answer_dead_link(struct http_request *request, struct http_response *response,
                             struct sv shop_url)
{
    http_set_header(response, "Cache-Control", SV("no-store"));
    http_set_header(response, "X-Robots-Tag", SV("noindex"));
    http_html(response, 404, layout_dead_link_page(request->arena, shop_url, i18n_current()));
}

static void answer_redirect(struct http_request *request, struct http_response *response,
                            struct visit *visit)
{
    struct redirect_param params[REDIRECT_PARAMS_MAX];
    struct sv location;
    size_t n;

    visit_fill(request, visit->shape, &visit->link, &visit->click);
    uuid_format(visit->click_id, visit->click.id);
    visit_read_params(request->arena, request->query_params, request->query_params_count,
                      &visit->click);
    n = redirect_params(params, visit->shape, sv_from(visit->click_id),
                        sv_lower(request->arena, visit->value), visit->link.click_param);
    location = redirect_location(request->arena, visit->link.dest_url, params, n);
    if (location.n == 0) {
        answer_dead_link(request, response, SV_NONE);
        return;
    }
    click_pool_append(&visit->click);
    http_set_header(response, "Cache-Control", SV("no-store"));
    http_set_header(response, "X-Robots-Tag", SV("noindex"));
    /* A robot's cookie jar must not make its next visit look like a returning visitor's. */
    if (!visit->click.bot)
        visit_set_cookies(request, response, visit->host, &visit->click, visit->link.window_days);
    http_redirect(response, 302, location);
}

static void follow(struct http_request *request, struct http_response *response,
                   enum click_shape shape, struct sv value)
{
    struct visit visit = {
        .shape = shape,
        .value = value,
        .host = redirect_host(request->arena, request->host),
    };

    switch (linkmap_find(request->settings->link_map_dir, request->arena, visit.host, shape, value,
                         &visit.link)) {
    case LINKMAP_FOUND:
        if (visit.link.state == LINKMAP_LIVE)
            answer_redirect(request, response, &visit);
        else
            answer_dead_link(request, response, visit.link.shop_url);
        break;
    case LINKMAP_UNKNOWN:
        answer_dead_link(request, response, SV_NONE);
        break;
    case LINKMAP_BROKEN:
        http_unavailable(request, response);
        break;
    }
}

void click_redirect_token(struct http_request *request, struct http_response *response)
{
    follow(request, response, CLICK_TOKEN, http_path_param(request, "token"));
}

void click_redirect_slug(struct http_request *request, struct http_response *response)
{
    follow(request, response, CLICK_SLUG, http_path_param(request, "slug"));
}

void click_redirect_ref(struct http_request *request, struct http_response *response)
{
    follow(request, response, CLICK_REF, http_query_param(request, "ref"));
}
