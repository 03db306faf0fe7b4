/*
 * POST /track/click: a visitor came to a brand's page with ?ref=, and meed.js on it tells us.
 *
 *   {"program":"<uuid>", "ref":"nia", "landing"?, "referrer"?, "visitor"?, "prev"?}
 *
 * as application/json, or as text/plain, which browsers send to another origin without asking
 * first. `landing` gives utm_…, s1 to s10 and fbclid, as a tracked link's own query does; `visitor`
 * and `prev` are the ids that an earlier answer gave, from storage of the page's own origin:
 * our cookies seldom reach us from there.
 *
 *   201 {"click_id","visitor_id"}   the click is durable
 *   204   Sec-GPC: the visitor wants no tracking; nothing is kept
 *   400 no JSON   404 ref_not_in_program   422 a member   429   503
 *
 * No database: the link map says what a ref is, the spool keeps the click.
 */
#include <json-c/json.h>

#include "base/json.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/settings.h"
#include "click/click_pool.h"
#include "click/redirect.h"
#include "click/visit.h"
#include "http/http_cors.h"
#include "http/http_parse.h"

enum { REF_MAX = 80 };

struct beacon {
    struct uuid program;
    struct sv ref;
    struct sv landing, referrer;
    struct uuid visitor, prev; /* zero: not told, or no id */
};

/* ---- Reading ---- */

static void refuse(struct http_request *request, struct http_response *response, int status,
                   const char *code, const char *field, const char *why, const char *next)
{
    http_problem(request, response,
                 &(struct http_problem){
                     .status = status,
                     .code = code,
                     .field = field,
                     .what = _("The click was not recorded."),
                     .why = why,
                     .next = next,
                 });
}

/* What a page tells of itself may be anything: what is no text is not there. */
static struct sv lenient_text(struct arena *arena, struct json_object *json, const char *name)
{
    struct sv text = SV_NONE;

    return json_get_string(arena, json, name, &text) == JSON_FIELD_OK ? text : SV_NONE;
}

static struct uuid lenient_id(struct arena *arena, struct json_object *json, const char *name)
{
    struct uuid id = {{0}};

    return uuid_parse(lenient_text(arena, json, name), &id) ? id : (struct uuid){{0}};
}

static bool read_members(struct http_request *request, struct http_response *response,
                         struct json_object *json, struct beacon *out)
{
    struct arena *arena = request->arena;

    *out = (struct beacon){
        .ref = sv_trim(lenient_text(arena, json, "ref")),
        .landing = lenient_text(arena, json, "landing"),
        .referrer = lenient_text(arena, json, "referrer"),
        .visitor = lenient_id(arena, json, "visitor"),
        .prev = lenient_id(arena, json, "prev"),
    };
    if (!uuid_parse(lenient_text(arena, json, "program"), &out->program)) {
        refuse(request, response, 422, "bad_program", "program",
               _("It is not the id of a program."),
               _("Copy the script's data-program from the integrations page."));
        return false;
    }
    if (out->ref.n == 0 || out->ref.n > REF_MAX) {
        refuse(request, response, 422, "bad_ref", "ref",
               _("It is empty, or longer than any partner's ref."),
               _("Send the value of the page's ?ref= as it stands."));
        return false;
    }
    return true;
}

static bool read_beacon(struct http_request *request, struct http_response *response,
                        struct beacon *out)
{
    const char *why = NULL;
    struct json_object *json = json_parse(request->arena, request->body, &why);
    bool good = false;

    if (json != NULL && json_is_object(json))
        good = read_members(request, response, json, out);
    else
        refuse(request, response, 400, "invalid_json", NULL,
               why != NULL ? arena_printf(request->arena, _("Reading stopped: %s."), why)
                           : _("It is JSON, but not an object in braces."),
               _("Send one JSON object in UTF-8."));
    if (json != NULL)
        json_free(json);
    return good;
}

/* ---- Recording ---- */

static void read_landing(struct http_request *request, struct sv landing, struct click *click)
{
    struct http_param *params;
    size_t n;

    (void)sv_cut(&landing, '?');
    if (http_parse_params(request->arena, sv_cut(&landing, '#'), HTTP_PARSE_SKIP_BROKEN, &params,
                          &n) == HTTP_PARSE_OK)
        visit_read_params(request->arena, params, n, click);
}

static void record(struct http_request *request, struct http_response *response,
                   const struct beacon *beacon, const struct linkmap_entry *link)
{
    struct click click;
    char id[UUID_TEXT_SIZE], visitor[UUID_TEXT_SIZE];

    visit_fill(request, CLICK_SCRIPT, link, &click);
    click.referrer = redirect_clean(request->arena, beacon->referrer, CLICK_REFERRER_MAX);
    if (!uuid_is_zero(beacon->visitor))
        click.visitor = beacon->visitor;
    if (!uuid_is_zero(beacon->prev))
        click.prev = beacon->prev;
    read_landing(request, beacon->landing, &click);
    click_pool_append(&click);
    if (!click.bot)
        visit_set_cookies(request, response, redirect_host(request->arena, request->host), &click,
                          link->window_days);
    uuid_format(id, click.id);
    uuid_format(visitor, click.visitor);
    http_json(response, 201,
              sv_from(arena_printf(request->arena, "{\"click_id\":\"%s\",\"visitor_id\":\"%s\"}\n",
                                   id, visitor)));
}

/* The page is where the link leads: a link without a destination of its own is as good. */
static bool takes_clicks(const struct linkmap_entry *link)
{
    return link->state == LINKMAP_LIVE || link->state == LINKMAP_NO_DESTINATION;
}

static void refuse_ref(struct http_request *request, struct http_response *response,
                       const struct beacon *beacon, bool is_known)
{
    char program[UUID_TEXT_SIZE];

    uuid_format(program, beacon->program);
    log_line(LOG_INFO, "beacon_refused", LOG_STR("program", program), LOG_SV("ref", beacon->ref),
             LOG_BOOL("known", is_known));
    if (is_known)
        refuse(request, response, 404, "ref_not_active", "ref",
               _("This partner or program is paused or has ended."),
               _("Nothing is to be done: the visit counts for nobody."));
    else
        refuse(request, response, 404, "ref_not_in_program", "ref",
               _("No partner of this program has that ref."),
               _("Check the link that the visitor followed, and the script's data-program."));
}

void click_track_post(struct http_request *request, struct http_response *response)
{
    struct beacon beacon;
    struct linkmap_entry link;

    http_cors_allow_with_cookies(request, response);
    http_set_header(response, "Cache-Control", SV("no-store"));
    if (sv_eq_cstr(http_header(request, "Sec-GPC"), "1")) {
        http_no_content(response);
        return;
    }
    if (!read_beacon(request, response, &beacon))
        return;
    switch (linkmap_find_ref(request->settings->link_map_dir, request->arena, beacon.program,
                             beacon.ref, &link)) {
    case LINKMAP_FOUND:
        if (takes_clicks(&link))
            record(request, response, &beacon, &link);
        else
            refuse_ref(request, response, &beacon, true);
        break;
    case LINKMAP_UNKNOWN:
        refuse_ref(request, response, &beacon, false);
        break;
    case LINKMAP_BROKEN:
        http_unavailable(request, response);
        break;
    }
}

void click_track_options(struct http_request *request, struct http_response *response)
{
    http_cors_allow_with_cookies(request, response);
    http_cors_preflight(response);
}
