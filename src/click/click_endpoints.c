/* The three shapes of a tracked link: find it, record the click, redirect. */
#include "base/clock.h"
#include "base/settings.h"
#include "click/bots.h"
#include "click/click_pool.h"
#include "click/linkmap.h"
#include "click/redirect.h"
#include "crypto/keys.h"
#include "http/http.h"
#include "view/layout.h"

/* A visitor is remembered for as long as the longest attribution window. */
#define VISITOR_MAX_AGE_S (365 * (CLOCK_DAY / CLOCK_SECOND))

struct visit {
    enum click_shape shape;
    struct sv value; /* token, slug or ref, as it came */
    struct sv host;
    struct linkmap_entry link;
    struct click click;
    char click_id[UUID_TEXT_SIZE], visitor_id[UUID_TEXT_SIZE];
};

/* ---- What the click keeps of the request ---- */

/* The latest of the click ids in the browser's cookies: ids rise with time. */
static struct uuid previous_click(struct http_request *request)
{
    static const enum click_shape shapes[] = {CLICK_TOKEN, CLICK_SLUG, CLICK_REF};
    struct uuid latest = {{0}}, id;

    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        struct sv cookie = http_cookie(request, redirect_cookie_name(shapes[i]));

        if (uuid_parse(cookie, &id) && memcmp(id.b, latest.b, sizeof(id.b)) > 0)
            latest = id;
    }
    return latest;
}

/*
 * The country that the operator's proxy found, from that proxy alone: anybody else could claim
 * one. Two letters; XX, ZZ and T1 (a Tor exit) are how proxies say that they don't know.
 */
static void read_country(struct http_request *request, char out[3])
{
    static const char *const unknown[] = {"XX", "ZZ", "T1"};
    const char *name = request->settings->country_header;
    struct sv code = name[0] != '\0' && request->by_proxy ? http_header(request, name) : SV_NONE;

    memset(out, 0, 3);
    for (size_t i = 0; i < COUNT_OF(unknown); i++)
        if (sv_eq_nocase(code, sv_from(unknown[i])))
            return;
    for (size_t i = 0; i < code.n; i++)
        if (code.n != 2 || ((code.p[i] | 32) < 'a' || (code.p[i] | 32) > 'z'))
            return;
    for (size_t i = 0; i < code.n; i++)
        out[i] = (char)(code.p[i] & ~32);
}

static bool is_nobody(struct http_request *request)
{
    return request->method != HTTP_GET || bots_match(request->user_agent) ||
           bots_is_prefetch(http_header(request, "Sec-Purpose"), http_header(request, "Purpose"),
                            http_header(request, "X-Purpose"), http_header(request, "X-Moz"));
}

static void read_query(struct http_request *request, struct click *click)
{
    static const char *const utm[CLICK_UTMS] = {"utm_source", "utm_medium", "utm_campaign",
                                                "utm_term", "utm_content"};
    static const char *const subs[CLICK_SUBS] = {"s1", "s2", "s3", "s4", "s5",
                                                 "s6", "s7", "s8", "s9", "s10"};

    if (request->query.n == 0)
        return;
    for (size_t i = 0; i < CLICK_UTMS; i++)
        click->utm[i] =
            redirect_clean(request->arena, http_query_param(request, utm[i]), CLICK_UTM_MAX);
    for (size_t i = 0; i < CLICK_SUBS; i++)
        click->subs[i] =
            redirect_clean(request->arena, http_query_param(request, subs[i]), CLICK_SUB_MAX);
    click->fbclid =
        redirect_clean(request->arena, http_query_param(request, "fbclid"), CLICK_FBCLID_MAX);
}

static void fill_click(struct http_request *request, struct visit *visit)
{
    struct click *click = &visit->click;

    *click = (struct click){
        .id = uuid_v7(request->received_us),
        .prev = previous_click(request),
        .link = visit->link.link,
        .partnership = visit->link.partnership,
        .program = visit->link.program,
        .brand = visit->link.brand,
        .at_us = request->received_us,
        .shape = visit->shape,
        .test_mode = visit->link.test_mode,
        .bot = is_nobody(request),
        .agent = redirect_clean(request->arena, request->user_agent, CLICK_AGENT_MAX),
        .referrer = redirect_clean(request->arena, request->referrer, CLICK_REFERRER_MAX),
    };
    if (!uuid_parse(http_cookie(request, REDIRECT_VISITOR_COOKIE), &click->visitor) ||
        uuid_is_zero(click->visitor))
        click->visitor = uuid_v7(request->received_us);
    keys_hash_ip(click->ip_hash, request->client_ip);
    read_country(request, click->country);
    read_query(request, click);
    uuid_format(visit->click_id, click->id);
    uuid_format(visit->visitor_id, click->visitor);
}

/* ---- The answer ---- */

static void set_cookies(struct http_request *request, struct http_response *response,
                        const struct visit *visit)
{
    const struct settings *settings = request->settings;
    struct sv domain = redirect_cookie_domain(visit->host, sv_from(settings->cookie_domain));
    bool secure = request->secure || !settings->development;
    int64_t max_age_s = visit->link.window_days * (CLOCK_DAY / CLOCK_SECOND);

    http_set_cookie(response, redirect_cookie(request->arena, redirect_cookie_name(visit->shape),
                                              sv_copy(request->arena, sv_from(visit->click_id)),
                                              domain, max_age_s, secure));
    http_set_cookie(response, redirect_cookie(request->arena, REDIRECT_VISITOR_COOKIE,
                                              sv_copy(request->arena, sv_from(visit->visitor_id)),
                                              domain, VISITOR_MAX_AGE_S, secure));
}

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

    fill_click(request, visit);
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
        set_cookies(request, response, visit);
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
