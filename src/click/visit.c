#include "click/visit.h"

#include "base/clock.h"
#include "base/geo.h"
#include "base/settings.h"
#include "click/bots.h"
#include "click/redirect.h"
#include "crypto/keys.h"

/* A visitor is remembered for as long as the longest attribution window. */
#define VISITOR_MAX_AGE_S (365 * (CLOCK_DAY / CLOCK_SECOND))

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
 * one. Else what the operator's database says of the address.
 */
static void read_country(struct http_request *request, char out[3])
{
    const char *name = request->settings->country_header;

    geo_read_country(name[0] != '\0' && request->by_proxy ? http_header(request, name) : SV_NONE,
                     out);
    if (out[0] == '\0')
        geo_find_country(request->client_ip, out);
}

/* A redirect is asked for by GET, a beacon sent by POST: all else is somebody looking. */
static bool is_nobody(struct http_request *request, enum click_shape shape)
{
    return request->method != (shape == CLICK_SCRIPT ? HTTP_POST : HTTP_GET) ||
           bots_match(request->user_agent) ||
           bots_is_prefetch(http_header(request, "Sec-Purpose"), http_header(request, "Purpose"),
                            http_header(request, "X-Purpose"), http_header(request, "X-Moz"));
}

void visit_fill(struct http_request *request, enum click_shape shape,
                const struct linkmap_entry *link, struct click *click)
{
    *click = (struct click){
        .id = uuid_v7(request->received_us),
        .prev = previous_click(request),
        .link = link->link,
        .partnership = link->partnership,
        .program = link->program,
        .brand = link->brand,
        .at_us = request->received_us,
        .shape = shape,
        .test_mode = link->test_mode,
        .bot = is_nobody(request, shape),
        .agent = redirect_clean(request->arena, request->user_agent, CLICK_AGENT_MAX),
        .referrer = redirect_clean(request->arena, request->referrer, CLICK_REFERRER_MAX),
    };
    if (!uuid_parse(http_cookie(request, REDIRECT_VISITOR_COOKIE), &click->visitor) ||
        uuid_is_zero(click->visitor))
        click->visitor = uuid_v7(request->received_us);
    keys_hash_ip(click->ip_hash, request->client_ip);
    read_country(request, click->country);
}

static struct sv find(const struct http_param *params, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (sv_eq_cstr(params[i].name, name))
            return params[i].value;
    return SV_NONE;
}

void visit_read_params(struct arena *arena, const struct http_param *params, size_t n,
                       struct click *click)
{
    static const char *const utm[CLICK_UTMS] = {"utm_source", "utm_medium", "utm_campaign",
                                                "utm_term", "utm_content"};
    static const char *const subs[CLICK_SUBS] = {"s1", "s2", "s3", "s4", "s5",
                                                 "s6", "s7", "s8", "s9", "s10"};

    if (n == 0)
        return;
    for (size_t i = 0; i < CLICK_UTMS; i++)
        click->utm[i] = redirect_clean(arena, find(params, n, utm[i]), CLICK_UTM_MAX);
    for (size_t i = 0; i < CLICK_SUBS; i++)
        click->subs[i] = redirect_clean(arena, find(params, n, subs[i]), CLICK_SUB_MAX);
    click->fbclid = redirect_clean(arena, find(params, n, "fbclid"), CLICK_FBCLID_MAX);
}

static void set_cookie(struct http_request *request, struct http_response *response, struct sv host,
                       const char *name, struct uuid id, int64_t max_age_s)
{
    const struct settings *settings = request->settings;
    struct sv domain = redirect_cookie_domain(host, sv_from(settings->cookie_domain));
    bool secure = request->secure || !settings->development;
    char text[UUID_TEXT_SIZE];

    uuid_format(text, id);
    http_set_cookie(response,
                    redirect_cookie(request->arena, name, sv_copy(request->arena, sv_from(text)),
                                    domain, max_age_s, secure));
}

void visit_set_cookies(struct http_request *request, struct http_response *response, struct sv host,
                       const struct click *click, uint32_t window_days)
{
    set_cookie(request, response, host, redirect_cookie_name(click->shape), click->id,
               window_days * (CLOCK_DAY / CLOCK_SECOND));
    set_cookie(request, response, host, REDIRECT_VISITOR_COOKIE, click->visitor, VISITOR_MAX_AGE_S);
}
