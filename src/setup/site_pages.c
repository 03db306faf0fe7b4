/* /brand/sites: the hosts that links may lead to, and what proves that they are the brand's. */
#include "account/account_page.h"
#include "base/i18n.h"
#include "net/url.h"
#include "program/site.h"
#include "setup/live_etag.h"
#include "setup/setup_pages.h"
#include "setup/setup_store.h"
#include "setup/site_proof.h"
#include "view/form.h"
#include "view/format.h"

struct sites {
    struct setup_brand brand;
    struct site_list list;
    bool waiting; /* a check is due, or will be */
};

static bool load(struct http_request *request, struct http_response *response, struct sites *sites)
{
    uint64_t brand = request->actor.brand;
    *sites = (struct sites){0};
    if (setup_find_brand(request->db, request->arena, brand, &sites->brand) != DB_OK ||
        site_list(request->db, request->arena, brand, &sites->list) != DB_OK) {
        http_unavailable(request, response);
        return false;
    }
    for (size_t i = 0; i < sites->list.n; i++)
        sites->waiting = sites->waiting || sites->list.v[i].next_check_us > 0;
    return true;
}

/* Whatever the list shows decides: the same list, the same tag. */
static struct sv etag_of(struct http_request *request, const struct sites *sites)
{
    uint64_t mix = sites->list.n;
    for (size_t i = 0; i < sites->list.n; i++)
        mix = site_mix(mix, &sites->list.v[i]);
    return live_etag(request->arena, mix);
}

static void show_site(struct http_request *request, struct view *card, const struct sites *sites,
                      const struct site *site)
{
    struct arena *arena = request->arena;
    view_set_i64(card, "ID", (int64_t)site->id);
    view_set_cstr(card, "HOST", site->host);
    format_chip(card, "STATUS", site->verified_us ? STATE_VERIFIED : STATE_UNVERIFIED);
    if (site->verified_us) {
        struct view *verified = view_add(card, "VERIFIED");
        view_set_cstr(verified, "HOW", site_method_words(site->method));
        format_set_time(verified, arena, "AT", site->verified_us, sites->brand.zone);
        return;
    }
    struct view *waiting = view_add(card, "WAITING");
    if (!site_is_due(site))
        view_show(card, "CHECK");
    site_show_proof(arena, request->settings, waiting, "PROOF", site, sites->brand.zone);
}

static void show_list(struct http_request *request, struct view *view, const struct sites *sites)
{
    for (size_t i = 0; i < sites->list.n; i++)
        show_site(request, view_add(view, "SITE"), sites, &sites->list.v[i]);
    if (sites->list.n == 0)
        layout_empty(view, "EMPTY", "globe", _("No sites yet"),
                     _("Links lead only to sites that you have proved to be yours. Add your "
                       "shop's address."),
                     NULL, NULL);
}

static const char *done_words(struct sv done)
{
    if (sv_eq_cstr(done, "added"))
        return _("Added. Put one of the proofs in place; the page shows by itself when we see it.");
    if (sv_eq_cstr(done, "check"))
        return _("We look now; the page shows the result by itself.");
    return NULL;
}

static void send_sites(struct http_request *request, struct http_response *response, int status,
                       struct sv typed, const char *error)
{
    struct sites sites;
    if (!load(request, response, &sites))
        return;
    struct account_page about = {.active = "sites",
                                 .title = _("Sites"),
                                 .flash =
                                     error ? NULL : done_words(http_query_param(request, "done"))};
    struct form_field host = {.name = "host",
                              .label = _("Address of a site"),
                              .hint = _("Your shop's, as visitors type it."),
                              .value = typed,
                              .error = error,
                              .required = true,
                              .inputmode = "url",
                              .placeholder = "shop.example",
                              .maxlength = NET_URL_MAX};
    struct layout layout = account_page_open(request, response, &about, "setup/sites.tpl");
    struct view *body = layout.body;
    form_show_summary(body, "SUMMARY", &host, 1);
    form_show_field(body, "FIELD", &host);
    if (sites.waiting)
        view_set(view_add(body, "LIVE"), "ETAG", etag_of(request, &sites));
    show_list(request, view_include(body, "LIST", "setup/sites_list.tpl"), &sites);
    account_page_send(request, response, status, &layout);
}

void setup_sites_show(struct http_request *request, struct http_response *response)
{
    send_sites(request, response, 200, SV(""), NULL);
}

void setup_sites_live(struct http_request *request, struct http_response *response)
{
    struct sites sites;
    if (!load(request, response, &sites) ||
        http_not_modified(request, response, etag_of(request, &sites)))
        return;
    struct layout part =
        layout_open_part(http_csrf_token(request, response), "setup/sites_list.tpl");
    show_list(request, part.body, &sites);
    http_html(response, 200, layout_render(&part, request->arena));
}

void setup_site_add(struct http_request *request, struct http_response *response)
{
    struct site site;
    struct sv typed = sv_trim(http_form_param(request, "host"));
    switch (site_add(request->db, request->arena, request->actor.brand, typed, &site)) {
    case SITE_OK:
        http_redirect(response, 303, SV("/brand/sites?done=added"));
        return;
    case SITE_BAD_HOST:
        send_sites(request, response, 422, typed,
                   _("Use the address of a site, such as shop.example."));
        return;
    case SITE_TOO_MANY:
        send_sites(
            request, response, 422, typed,
            arena_printf(request->arena, _("A brand can have at most %d sites."), SITE_LIST_MAX));
        return;
    case SITE_NOT_FOUND:
    case SITE_UNAVAILABLE:
        http_unavailable(request, response);
        return;
    }
}

void setup_site_check(struct http_request *request, struct http_response *response)
{
    uint64_t id = 0;
    enum site_result result = SITE_NOT_FOUND;
    if (sv_to_u64(http_path_param(request, "id"), &id))
        result = site_check_now(request->db, request->actor.brand, id);
    switch (result) {
    case SITE_OK:
        http_redirect(
            response, 303,
            account_local_path(http_form_param(request, "back"), "/brand/sites?done=check"));
        return;
    case SITE_NOT_FOUND:
        http_not_found(request, response);
        return;
    default:
        http_unavailable(request, response);
    }
}
