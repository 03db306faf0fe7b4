#include <sodium.h>

#include "base/i18n.h"
#include "base/log.h"
#include "base/settings.h"
#include "http/http_internal.h"
#include "http/http_parse.h"
#include "http/http_shared.h"

/* A person clicking and a few tabs polling stay far below; a crawler does not. */
enum { PAGE_LIMIT_PER_MINUTE = 1200, FORM_TOKEN_BYTES = 18, FORM_TOKEN_LEN = 24 };

/* ---- rate ------------------------------------------------------------------------------- */

static void answer_limited(struct http_request *request, struct http_response *response,
                           int64_t per_minute, unsigned retry_after_s)
{
    http_problem(request, response,
                 &(struct http_problem){
                     .status = 429,
                     .code = "rate_limited",
                     .what = _("Too many requests came from here."),
                     .why = arena_printf(request->arena, _("At most %lld a minute are allowed."),
                                         (long long)per_minute),
                     .next = arena_printf(request->arena, _("Try again in %u s."), retry_after_s),
                 });
    http_set_header(response, "Retry-After",
                    sv_from(arena_printf(request->arena, "%u", retry_after_s)));
    http_metric_add(METRIC_RATE_LIMITED, 1);
}

/* Counted by subscriber, so that an IPv6 host can't dodge by changing its lower half. */
static struct sv rate_key(struct http_request *request)
{
    struct http_address address;

    if (!http_address_parse(request->client_ip, &address))
        return request->client_ip;
    address = http_address_subscriber(&address);
    return sv_of(arena_copy(request->arena, address.b, sizeof address.b), sizeof address.b);
}

static int64_t rate_limit(const struct http_request *request)
{
    switch (request->route->rate) {
    case RATE_NONE:
        return 0;
    case RATE_PAGE:
        return PAGE_LIMIT_PER_MINUTE;
    case RATE_LOGIN:
        return request->settings->login_limit_per_minute;
    case RATE_INGEST:
        return request->settings->ingest_limit_per_minute_ip;
    case RATE_CLICK:
        return request->settings->click_limit_per_minute_ip;
    case RATE_PIXEL:
        return request->settings->pixel_limit_per_minute_ip;
    }
    UNREACHABLE();
}

static struct sv rate_name(enum http_rate rate)
{
    switch (rate) {
    case RATE_NONE:
        break;
    case RATE_PAGE:
        return SV("page");
    case RATE_LOGIN:
        return SV("login");
    case RATE_INGEST:
        return SV("ingest");
    case RATE_CLICK:
        return SV("click");
    case RATE_PIXEL:
        return SV("pixel");
    }
    UNREACHABLE();
}

static bool has_own_authentication(const struct http_route *route)
{
    return route->role == ROLE_API_KEY || route->role == ROLE_SIGNED;
}

bool http_guard_rate(struct http_request *request, struct http_response *response)
{
    const struct http_route *route = request->route;
    int64_t limit = rate_limit(request);
    unsigned retry_after_s;

    if (route->rate == RATE_NONE)
        return true;
    /* Keyed and signed doors are charged afterwards, and only for callers who got no further. */
    bool allowed =
        has_own_authentication(route)
            ? http_rate_would_allow(rate_name(route->rate), rate_key(request), limit,
                                    &retry_after_s)
            : http_rate_take(rate_name(route->rate), rate_key(request), limit, &retry_after_s);
    if (!allowed)
        answer_limited(request, response, limit, retry_after_s);
    return allowed;
}

void http_guard_charge(struct http_request *request, const struct http_response *response)
{
    unsigned ignored;

    if (request->route == NULL || request->route->rate == RATE_NONE ||
        !has_own_authentication(request->route) || request->actor.brand != 0 ||
        response->status >= 500)
        return;
    if (!http_rate_take(rate_name(request->route->rate), rate_key(request), rate_limit(request),
                        &ignored))
        http_metric_add(METRIC_RATE_LIMITED, 1);
}

bool http_allow(struct http_request *request, struct http_response *response, const char *name,
                struct sv key, int64_t per_minute)
{
    unsigned retry_after_s;

    if (http_rate_take(sv_from(name), key, per_minute, &retry_after_s))
        return true;
    answer_limited(request, response, per_minute, retry_after_s);
    return false;
}

/* ---- role ------------------------------------------------------------------------------- */

static void ask_to_log_in(struct http_request *request, struct http_response *response)
{
    if (http_wants_json(request)) {
        http_problem(request, response,
                     &(struct http_problem){
                         .status = 401,
                         .code = "not_logged_in",
                         .what = _("This needs a login."),
                         .why = _("No session came with the request, or it has ended."),
                         .next = _("Log in and try again."),
                     });
        return;
    }
    struct buf location = buf_new(request->arena, 4 * HTTP_PATH_MAX);
    buf_puts(&location, "/login");
    /* Only a page can be come back to; a form's POST can't be repeated for its sender. */
    if ((request->method == HTTP_GET || request->method == HTTP_HEAD) &&
        request->target.n < HTTP_PATH_MAX && sv_starts(request->target, SV("/"))) {
        buf_puts(&location, "?next=");
        buf_put_url(&location, request->target);
    }
    http_redirect(response, 303, buf_sv(&location));
    http_set_header(response, "Cache-Control", SV("no-store"));
}

static void refuse_role(struct http_request *request, struct http_response *response)
{
    const char *why = _("You are logged in, but this belongs to another kind of account.");
    const char *next = _("Log in with an account of that kind, or go back to your home page.");

    if (request->route->role == ROLE_ADMIN) { /* outsiders needn't know what admins have */
        http_not_found(request, response);
        return;
    }
    if (request->route->role == ROLE_BRAND && request->actor.role == ROLE_BRAND) {
        why = _("No brand is chosen, or this login has none yet.");
        next = _("Choose a brand in the workspace switcher, or add one.");
    }
    http_problem(request, response,
                 &(struct http_problem){
                     .status = 403,
                     .code = "wrong_role",
                     .what = _("This page is not for your account."),
                     .why = why,
                     .next = next,
                 });
}

static bool role_allows(const struct http_request *request)
{
    const struct http_actor *actor = &request->actor;

    switch (request->route->role) {
    case ROLE_PUBLIC:
    case ROLE_API_KEY:
    case ROLE_SIGNED:
        return true;
    case ROLE_USER:
        return actor->role != ROLE_PUBLIC;
    case ROLE_BRAND:
        return actor->role == ROLE_BRAND && actor->brand != 0;
    case ROLE_PARTNER:
        return actor->role == ROLE_PARTNER;
    case ROLE_ADMIN:
        return actor->role == ROLE_ADMIN;
    }
    UNREACHABLE();
}

bool http_guard_role(struct http_request *request, struct http_response *response)
{
    const struct http_hooks *hooks = http_current_hooks();
    const struct http_route *route = request->route;

    if (has_own_authentication(route))
        return true;
    bool asked = request->db == NULL || request->cookie.n == 0 || hooks->authenticate == NULL ||
                 hooks->authenticate(request);
    if (route->role == ROLE_PUBLIC) /* shown to anybody, so also while the database is away */
        return true;
    if (!asked) {
        http_unavailable(request, response);
        return false;
    }
    if (role_allows(request))
        return true;
    if (request->actor.role == ROLE_PUBLIC)
        ask_to_log_in(request, response);
    else
        refuse_role(request, response);
    return false;
}

/* ---- CSRF ------------------------------------------------------------------------------- */

/* __Host- binds the cookie to this very host; browsers accept it over TLS only. */
static struct sv form_cookie_name(const struct http_request *request)
{
    return request->secure ? SV("__Host-meed_form") : SV("meed_form");
}

static struct sv form_cookie(struct http_request *request)
{
    struct sv token = http_parse_cookie(request->cookie, form_cookie_name(request));

    return token.n == FORM_TOKEN_LEN && sv_is_ascii_graph(token) ? token : SV_NONE;
}

const char *http_csrf_token(struct http_request *request, struct http_response *response)
{
    char fresh[4 * (FORM_TOKEN_BYTES + 2) / 3 + 1];

    if (request->actor.csrf_token != NULL)
        return request->actor.csrf_token;
    struct sv token = form_cookie(request);
    if (token.n == 0) {
        id_random_text(fresh, FORM_TOKEN_BYTES);
        token = sv_copy(request->arena, sv_from(fresh));
        http_set_cookie(response,
                        sv_from(arena_printf(request->arena,
                                             SV_FMT "=" SV_FMT "; Path=/; HttpOnly; SameSite=Lax%s",
                                             SV_ARG(form_cookie_name(request)), SV_ARG(token),
                                             request->secure ? "; Secure" : "")));
    }
    request->actor.csrf_token = sv_dup(request->arena, token);
    return request->actor.csrf_token;
}

static bool same_secret(struct sv a, struct sv b)
{
    return a.n > 0 && a.n == b.n && sodium_memcmp(a.p, b.p, a.n) == 0;
}

static bool token_matches(struct http_request *request)
{
    struct sv sent = http_header(request, "X-CSRF-Token");

    if (sent.n == 0)
        sent = http_form_param(request, "csrf");
    if (same_secret(sent, sv_from(request->actor.csrf_token)))
        return true;
    /* A public form may have been opened before its sender logged in elsewhere. */
    return request->route->role == ROLE_PUBLIC && same_secret(sent, form_cookie(request));
}

/* Scheme and host of the page that sends must be ours. A client without Origin is no browser. */
static bool origin_matches(struct http_request *request)
{
    struct sv site = http_header(request, "Sec-Fetch-Site");

    if (site.n > 0 && !sv_eq_cstr(site, "same-origin") && !sv_eq_cstr(site, "none"))
        return false;
    if (request->origin.n == 0)
        return true;
    if (sv_eq(request->origin, sv_from(request->settings->base_url)))
        return true;
    struct sv host = request->origin;
    struct sv scheme = request->secure ? SV("https://") : SV("http://");
    if (!sv_starts(host, scheme))
        return false;
    return request->host.n > 0 && sv_eq_nocase(sv_from_index(host, scheme.n), request->host);
}

bool http_guard_csrf(struct http_request *request, struct http_response *response)
{
    if (request->route->csrf == CSRF_NONE)
        return true;
    bool origin = origin_matches(request);
    if (origin && token_matches(request))
        return true;
    log_line(LOG_WARN, "csrf_refused", LOG_STR("route", request->route->path),
             LOG_STR("why", origin ? "token" : "origin"));
    http_problem(request, response,
                 &(struct http_problem){
                     .status = 403,
                     .code = "csrf_failed",
                     .what = _("This form was not sent from one of our own pages."),
                     .why = origin ? _("Its token is missing or belongs to another session.")
                                   : _("The browser says that another site sent it."),
                     .next = _("Open the page anew and send the form again."),
                 });
    return false;
}
