/* GET /brand/applications: who waits for an answer, and who was declined. */
#include "account/account_page.h"
#include "base/country.h"
#include "base/i18n.h"
#include "partner/partner.h"
#include "partner/partner_pages.h"
#include "partner/partner_words.h"

enum { WAITING_A_PAGE = 20, DECLINED_SHOWN = 20, CHANNELS_SHOWN = 10 };

struct application {
    const struct partnership *of;
    struct sv channels[CHANNELS_SHOWN];
    size_t n_channels;
};

struct applications_page {
    struct partnership_list waiting, declined;
    struct application *applications; /* one for each that waits */
    uint64_t before;                  /* 0: the newest */
    const char *flash;
    enum layout_flash flash_kind;
};

static enum db_status load_channels(struct http_request *request, struct applications_page *page)
{
    enum db_status status = DB_OK;
    page->applications =
        arena_array(request->arena, page->waiting.n + 1, sizeof *page->applications);
    for (size_t i = 0; status == DB_OK && i < page->waiting.n; i++) {
        struct application *one = &page->applications[i];
        one->of = &page->waiting.v[i];
        status = partner_list_channels(request->db, request->arena, one->of->partner, one->channels,
                                       CHANNELS_SHOWN, &one->n_channels);
    }
    return status;
}

/* What an acceptance has made: "nia.travels is in. The link … and the code … work." */
static enum db_status word_acceptance(struct http_request *request, struct uuid pid,
                                      struct applications_page *page)
{
    struct partnership accepted;
    enum db_status status =
        partner_find_partnership(request->db, request->arena, request->actor.brand, pid, &accepted);
    if (status != DB_OK || accepted.main_token.n == 0)
        return status == DB_NO_ROW ? DB_OK : status;
    const struct partner_link link = {.token = accepted.main_token, .host = accepted.link_host};
    struct sv who = partner_who(&accepted);
    page->flash = arena_printf(
        request->arena, _("%.*s is in. The link %s and the code %.*s work from now on."),
        SV_ARG(who), partner_short_url(request->arena, request->settings, &link),
        SV_ARG(accepted.code));
    return DB_OK;
}

static enum db_status load_flash(struct http_request *request, struct applications_page *page)
{
    struct sv done = http_query_param(request, "done");
    struct uuid pid;
    if (sv_eq_cstr(done, "declined"))
        page->flash = _("Declined. The creator gets a mail with your note.");
    if (sv_eq_cstr(done, "changed")) {
        page->flash = partner_result_words(PARTNER_WRONG_STATE);
        page->flash_kind = LAYOUT_FLASH_WARNING;
    }
    if (sv_eq_cstr(done, "accepted") && uuid_parse(http_query_param(request, "creator"), &pid))
        return word_acceptance(request, pid, page);
    return DB_OK;
}

static enum db_status load(struct http_request *request, struct applications_page *page)
{
    const struct http_actor *actor = &request->actor;
    struct partnership_filter filter = {.brand = actor->brand,
                                        .by_status = true,
                                        .status = PARTNERSHIP_APPLIED,
                                        .test_mode = actor->test_mode,
                                        .before_id = page->before,
                                        .limit = WAITING_A_PAGE};
    enum db_status status =
        partner_list_partnerships(request->db, request->arena, &filter, &page->waiting);
    if (status == DB_OK)
        status = load_channels(request, page);
    filter.status = PARTNERSHIP_DECLINED;
    filter.before_id = 0;
    filter.limit = DECLINED_SHOWN;
    if (status == DB_OK)
        status = partner_list_partnerships(request->db, request->arena, &filter, &page->declined);
    return status == DB_OK ? load_flash(request, page) : status;
}

static void show_waiting(struct http_request *request, struct view *card,
                         const struct application *one)
{
    const struct partnership *p = one->of;
    const struct country *country = country_find(p->country);
    view_set_cstr(card, "PID", uuid_text(request->arena, p->pid));
    view_set(card, "HANDLE", p->handle);
    view_set(card, "NAME", p->partner_name);
    view_set(card, "PROGRAM", p->program_name);
    view_set_cstr(card, "COUNTRY", country ? _(country->name) : _("Unknown"));
    format_set_time(card, request->arena, "AT", p->applied_us, request->actor.zone);
    if (p->bio.n > 0)
        view_set(view_add(card, "ABOUT"), "TEXT", p->bio);
    if (p->message.n > 0)
        view_set(view_add(card, "MESSAGE"), "TEXT", p->message);
    for (size_t i = 0; i < one->n_channels; i++)
        view_set(view_add(card, "CHANNEL"), "URL", one->channels[i]);
    format_chip(card, "STATUS", STATE_APPLIED);
}

static const char *reason_words(struct sv code)
{
    size_t n;
    const struct partner_reason *reasons = partner_reasons(PARTNER_DECLINE, &n);
    for (size_t i = 0; i < n; i++)
        if (sv_eq_cstr(code, reasons[i].code))
            return _(reasons[i].text);
    return "";
}

static void show_declined(struct http_request *request, struct view *row,
                          const struct partnership *p)
{
    view_set(row, "HANDLE", p->handle);
    view_set(row, "PROGRAM", p->program_name);
    format_set_time(row, request->arena, "AT", p->decided_us, request->actor.zone);
    view_set_cstr(row, "REASON", reason_words(p->reason));
    view_set(row, "NOTE", p->note);
    format_chip(row, "STATUS", partner_state(p->status));
}

static void show_lists(struct http_request *request, struct view *body,
                       const struct applications_page *page)
{
    struct view *waiting = page->waiting.n ? view_add(body, "WAITING") : NULL;
    for (size_t i = 0; i < page->waiting.n; i++)
        show_waiting(request, view_add(waiting, "APPLICATION"), &page->applications[i]);
    if (page->waiting.more)
        view_set_i64(view_add(waiting, "OLDER"), "BEFORE",
                     (int64_t)page->waiting.v[page->waiting.n - 1].id);
    if (!waiting)
        layout_empty(
            body, "EMPTY", "person", _("Nobody waits for an answer"),
            _("Creators find the program in the marketplace once it is active and listed."), NULL,
            NULL);
    struct view *declined = page->declined.n ? view_add(body, "DECLINED") : NULL;
    for (size_t i = 0; i < page->declined.n; i++)
        show_declined(request, view_add(declined, "ROW"), &page->declined.v[i]);
}

void partner_applications_show(struct http_request *request, struct http_response *response)
{
    struct applications_page page = {.flash_kind = LAYOUT_FLASH_DONE};
    struct sv cursor = http_query_param(request, "before");
    if (cursor.n > 0 && !sv_to_u64(cursor, &page.before)) {
        http_not_found(request, response);
        return;
    }
    if (load(request, &page) != DB_OK) {
        http_unavailable(request, response);
        return;
    }
    struct account_page about = {.active = "applications",
                                 .title = _("Applications"),
                                 .flash = page.flash,
                                 .flash_kind = page.flash_kind};
    const char *csrf = http_csrf_token(request, response);
    struct layout layout = account_page_open(request, response, &about, "partner/applications.tpl");
    view_set_cstr(layout.body, "CSRF", csrf);
    show_lists(request, layout.body, &page);
    account_page_send(request, response, 200, &layout);
}
