/* /partner/marketplace: programs to join, and one of them with its terms. */
#include "account/account_page.h"
#include "base/i18n.h"
#include "partner/partner.h"
#include "partner/partner_pages.h"
#include "partner/partner_words.h"
#include "view/form.h"

enum { OFFERS_A_PAGE = 24 };

static const char *days_words(struct arena *arena, int days)
{
    return arena_printf(arena, i18n_plural("%d day", "%d days", (uint64_t)days), days);
}

/* The terms, on the card as on the page. */
static void show_terms(struct arena *arena, struct view *view, const struct partner_offer *offer)
{
    const struct program_settings *rules = &offer->program.settings;
    view_set(view, "PROGRAM", offer->program.name);
    view_set(view, "BRAND", offer->brand_name);
    view_set(view, "ABOUT", offer->program.summary);
    view_set_cstr(view, "RATE", partner_rate_words(arena, &offer->program));
    view_set_cstr(view, "WINDOW", days_words(arena, rules->attribution_window_days));
    view_set_cstr(view, "HOLDBACK", days_words(arena, rules->holdback_days));
    view_set_cstr(view, "CURRENCY", offer->program.currency.code);
    view_set_cstr(view, "PID", uuid_text(arena, offer->program.pid));
    if (offer->known)
        format_chip(view_add(view, "STANDING"), "STATUS", partner_state(offer->status));
}

void partner_market_show(struct http_request *request, struct http_response *response)
{
    struct partner_offer_list offers;
    struct sv cursor = http_query_param(request, "before");
    uint64_t before = 0;
    if (cursor.n > 0 && !sv_to_u64(cursor, &before)) {
        http_not_found(request, response);
        return;
    }
    if (partner_list_offers(request->db, request->arena, request->actor.partner, before,
                            OFFERS_A_PAGE, &offers) != DB_OK) {
        http_unavailable(request, response);
        return;
    }
    struct account_page about = {.active = "market", .title = _("Marketplace")};
    struct layout layout = account_page_open(request, response, &about, "partner/market.tpl");
    struct view *some = offers.n ? view_add(layout.body, "SOME") : NULL;
    for (size_t i = 0; i < offers.n; i++)
        show_terms(request->arena, view_add(some, "OFFER"), &offers.v[i]);
    if (offers.more)
        view_set_i64(view_add(layout.body, "MORE"), "BEFORE",
                     (int64_t)offers.v[offers.n - 1].program.id);
    if (!some)
        layout_empty(layout.body, "EMPTY", "store", _("No programs yet"),
                     _("Programs appear here as brands open them. Look again soon."), NULL, NULL);
    account_page_send(request, response, 200, &layout);
}

/* What the partner has once accepted: ref, link and code (S3-01). */
static void show_equipment(struct http_request *request, struct view *body,
                           const struct partner_offer *offer)
{
    const struct partner_link link = {
        .token = offer->main_token, .ref = offer->main_ref, .host = offer->link_host};
    const char *url = partner_short_url(request->arena, request->settings, &link);
    if (!url)
        return;
    struct view *section = view_add(body, "EQUIPMENT");
    layout_copy(section, "LINK", sv_from(url), _("Copy the short link"));
    layout_copy(section, "REF", offer->main_ref, _("Copy the ref code"));
    if (offer->code.n)
        layout_copy(view_add(section, "CODE"), "COPY", offer->code, _("Copy the code"));
}

static bool may_apply(const struct partner_offer *offer)
{
    return offer->program.status == PROGRAM_ACTIVE &&
           (!offer->known || offer->status == PARTNERSHIP_DECLINED);
}

static const char *standing_words(const struct partner_offer *offer)
{
    switch (offer->status) {
    case PARTNERSHIP_APPLIED:
        return _("The brand has your application. You get a mail once it has decided.");
    case PARTNERSHIP_ACTIVE:
        return _("You are in. Your link and your code work.");
    case PARTNERSHIP_PAUSED:
        return _("The brand has paused your part. Your links lead nowhere until it is resumed.");
    case PARTNERSHIP_DECLINED:
        return _("The brand declined your application. You may apply again.");
    case PARTNERSHIP_ENDED:
        return _("The brand has ended your part. What you have earned stays yours.");
    case PARTNERSHIP_STATUS_COUNT:
        break;
    }
    UNREACHABLE();
}

static void send_offer(struct http_request *request, struct http_response *response, int status,
                       const char *error, struct sv message)
{
    struct partner_offer offer;
    struct uuid pid;
    enum db_status found =
        uuid_parse(http_path_param(request, "pid"), &pid)
            ? partner_find_offer(request->db, request->arena, request->actor.partner, pid, &offer)
            : DB_NO_ROW;
    if (!http_found(request, response, found))
        return;
    struct account_page about = {.active = "market",
                                 .title = sv_dup(request->arena, offer.program.name)};
    if (sv_eq_cstr(http_query_param(request, "done"), "applied"))
        about.flash = _("Your application is on its way to the brand.");
    const char *csrf = http_csrf_token(request, response);
    struct layout layout = account_page_open(request, response, &about, "partner/offer.tpl");
    show_terms(request->arena, layout.body, &offer);
    if (offer.known) {
        struct view *standing = view_add(layout.body, "WORDS");
        view_set_cstr(standing, "TEXT", standing_words(&offer));
        if (offer.note.n)
            view_set(view_add(standing, "NOTE"), "TEXT", offer.note);
    }
    show_equipment(request, layout.body, &offer);
    if (may_apply(&offer)) {
        struct form_field field = {.name = "message",
                                   .label = _("Message to the brand"),
                                   .hint = _("Who follows you, and why this fits them."),
                                   .type = "textarea",
                                   .value = message,
                                   .error = error,
                                   .maxlength = PARTNER_MESSAGE_MAX};
        struct view *form = view_add(layout.body, "APPLY");
        view_set_cstr(form, "CSRF", csrf);
        form_show_summary(form, "SUMMARY", &field, 1);
        form_show_field(form, "FIELD", &field);
    }
    account_page_send(request, response, status, &layout);
}

void partner_offer_show(struct http_request *request, struct http_response *response)
{
    send_offer(request, response, 200, NULL, SV_NONE);
}

void partner_offer_apply(struct http_request *request, struct http_response *response)
{
    struct uuid program, partnership;
    struct sv message = sv_trim(http_form_param(request, "message"));
    if (!uuid_parse(http_path_param(request, "pid"), &program)) {
        http_not_found(request, response);
        return;
    }
    enum partner_result result = partner_apply(request->db, request->arena, request->actor.partner,
                                               program, message, &partnership);
    switch (result) {
    case PARTNER_OK:
        http_redirect(response, 303,
                      sv_from(arena_printf(request->arena, "/partner/marketplace/%s?done=applied",
                                           uuid_text(request->arena, program))));
        return;
    case PARTNER_NOT_FOUND:
        http_not_found(request, response);
        return;
    case PARTNER_UNAVAILABLE:
        http_unavailable(request, response);
        return;
    default:
        send_offer(request, response, 422, partner_result_words(result), message);
    }
}
