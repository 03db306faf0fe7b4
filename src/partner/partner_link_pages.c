/* /partner/links: the partner's links and codes, and one more link. */
#include "account/account_page.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "partner/partner.h"
#include "partner/partner_pages.h"
#include "partner/partner_words.h"
#include "view/form.h"

enum { LINKS_A_PAGE = 50, PROGRAMS_MAX = 100 };

/* What the form held and what was wrong with it; all NULL at first. */
struct link_form {
    struct sv program, url, name;
    const char *url_error, *name_error, *problem;
};

struct links_page {
    struct partner_link_list links;
    struct partner_code_list codes;
    struct partnership_list programs; /* the active ones, to choose from */
};

static bool load(struct http_request *request, struct http_response *response,
                 struct links_page *page)
{
    uint64_t partner = request->actor.partner, before = 0;
    struct sv cursor = http_query_param(request, "before");
    struct partnership_filter active = {
        .partner = partner, .by_status = true, .status = PARTNERSHIP_ACTIVE, .limit = PROGRAMS_MAX};
    if (cursor.n > 0 && !sv_to_u64(cursor, &before)) {
        http_not_found(request, response);
        return false;
    }
    if (partner_list_links(request->db, request->arena, partner, before, LINKS_A_PAGE,
                           &page->links) == DB_OK &&
        partner_list_codes(request->db, request->arena, partner, &page->codes) == DB_OK &&
        partner_list_partnerships(request->db, request->arena, &active, &page->programs) == DB_OK)
        return true;
    http_unavailable(request, response);
    return false;
}

static void show_address(struct view *row, const char *section, const char *url, const char *what)
{
    if (url)
        layout_copy(view_add(row, section), "COPY", sv_from(url), what);
}

static void show_link(struct http_request *request, struct view *row,
                      const struct partner_link *link)
{
    struct arena *arena = request->arena;
    bool works = !link->paused && link->partnership_status == PARTNERSHIP_ACTIVE;
    view_set(row, "NAME", link->name.n ? link->name : link->program_name);
    view_set(row, "PROGRAM", link->program_name);
    view_set(row, "BRAND", link->brand_name);
    view_set(row, "DEST", link->dest_url);
    format_chip(row, "STATUS",
                works          ? STATE_ACTIVE
                : link->paused ? STATE_PAUSED
                               : partner_state(link->partnership_status));
    show_address(row, "SHORT", partner_short_url(arena, request->settings, link),
                 _("Copy the short link"));
    show_address(row, "GO", partner_go_url(arena, request->settings, link), _("Copy the /go link"));
    show_address(row, "REF", partner_ref_url(arena, request->settings, link),
                 _("Copy the ref link"));
    view_set_cstr(row, "PID", uuid_text(arena, link->pid));
    if (link->partnership_status == PARTNERSHIP_ACTIVE)
        view_show(row, link->paused ? "RESUME" : "PAUSE");
}

static void show_code(struct http_request *request, struct view *row,
                      const struct partner_code *code)
{
    view_set(row, "PROGRAM", code->program_name);
    view_set(row, "BRAND", code->brand_name);
    layout_copy(row, "COPY", code->code, _("Copy the code"));
    bool over = code->stopped || (code->stops_us != 0 && code->stops_us < request->received_us);
    format_chip(row, "STATUS",
                over                  ? STATE_CLOSED
                : code->stops_us != 0 ? STATE_EXPIRING
                                      : STATE_ACTIVE);
    if (code->stops_us != 0)
        format_set_time(view_add(row, "STOPS"), request->arena, "AT", code->stops_us,
                        request->actor.zone);
    if (code->replaced_by.n > 0)
        view_set(view_add(row, "REPLACED"), "BY", code->replaced_by);
}

static void show_form(struct http_request *request, struct view *body,
                      const struct partnership_list *programs, const struct link_form *form)
{
    if (programs->n == 0)
        return;
    struct view *section = view_add(body, "ADD");
    struct form_option *options = arena_array(request->arena, programs->n, sizeof(*options));
    for (size_t i = 0; i < programs->n; i++)
        options[i] = (struct form_option){uuid_text(request->arena, programs->v[i].pid),
                                          arena_printf(request->arena, SV_FMT " · " SV_FMT,
                                                       SV_ARG(programs->v[i].brand_name),
                                                       SV_ARG(programs->v[i].program_name))};
    struct form_field fields[] = {
        {.name = "program",
         .label = _("Program"),
         .type = "select",
         .value = form->program,
         .options = options,
         .option_count = programs->n,
         .required = true},
        {.name = "url",
         .label = _("Page it leads to"),
         .hint = _("Any page on the brand's site. Empty: the program's own page."),
         .type = "url",
         .value = form->url,
         .error = form->url_error,
         .maxlength = 1500},
        {.name = "name",
         .label = _("Name"),
         .hint = _("Only you see it: \"Story, March\"."),
         .value = form->name,
         .error = form->name_error,
         .maxlength = PARTNER_LINK_NAME_MAX},
    };
    if (form->problem)
        form_show_problem(section, "SUMMARY", form->problem);
    else
        form_show_summary(section, "SUMMARY", fields, COUNT_OF(fields));
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        form_show_field(section, "FIELD", &fields[i]);
}

static const char *done_words(struct sv done)
{
    if (sv_eq_cstr(done, "added"))
        return _("Your new link is ready.");
    if (sv_eq_cstr(done, "paused"))
        return _("Paused. Visitors now see that the link is no longer active.");
    if (sv_eq_cstr(done, "resumed"))
        return _("The link works again.");
    return NULL;
}

static void send(struct http_request *request, struct http_response *response, int status,
                 const struct link_form *form)
{
    struct links_page page;
    if (!load(request, response, &page))
        return;
    struct account_page about = {.active = "links",
                                 .title = _("Links & codes"),
                                 .flash = done_words(http_query_param(request, "done"))};
    const char *csrf = http_csrf_token(request, response);
    struct layout layout = account_page_open(request, response, &about, "partner/links.tpl");
    view_set_cstr(layout.body, "CSRF", csrf);
    struct view *some = page.links.n ? view_add(layout.body, "SOME") : NULL;
    for (size_t i = 0; i < page.links.n; i++)
        show_link(request, view_add(some, "LINK"), &page.links.v[i]);
    if (page.links.more)
        view_set_i64(view_add(layout.body, "MORE"), "BEFORE",
                     (int64_t)page.links.v[page.links.n - 1].id);
    struct view *codes = page.codes.n ? view_add(layout.body, "CODES") : NULL;
    for (size_t i = 0; i < page.codes.n; i++)
        show_code(request, view_add(codes, "CODE"), &page.codes.v[i]);
    if (!some)
        layout_empty(layout.body, "EMPTY", "link", _("No links yet"),
                     _("A link and a code of your own appear once a brand accepts you."),
                     "/partner/marketplace", _("Open the marketplace"));
    show_form(request, layout.body, &page.programs, form);
    account_page_send(request, response, status, &layout);
}

void partner_links_show(struct http_request *request, struct http_response *response)
{
    const struct link_form empty = {0};
    send(request, response, 200, &empty);
}

void partner_links_add(struct http_request *request, struct http_response *response)
{
    struct link_form form = {.program = http_form_param(request, "program"),
                             .url = sv_trim(http_form_param(request, "url")),
                             .name = sv_trim(http_form_param(request, "name"))};
    struct uuid partnership, link;
    if (!uuid_parse(form.program, &partnership)) {
        http_not_found(request, response);
        return;
    }
    enum partner_result result =
        partner_add_link(request->db, request->arena, request->settings, request->actor.partner,
                         partnership, form.url, form.name, &link);
    switch (result) {
    case PARTNER_OK:
        http_redirect(response, 303, SV("/partner/links?done=added"));
        return;
    case PARTNER_NOT_FOUND:
        http_not_found(request, response);
        return;
    case PARTNER_UNAVAILABLE:
        http_unavailable(request, response);
        return;
    case PARTNER_TOO_LONG:
        form.name_error = partner_result_words(result);
        break;
    case PARTNER_BAD_URL:
    case PARTNER_BAD_SITE:
        form.url_error = partner_result_words(result);
        break;
    default:
        form.problem = partner_result_words(result);
    }
    send(request, response, 422, &form);
}

static void set_paused(struct http_request *request, struct http_response *response, bool pause)
{
    struct uuid link;
    if (!uuid_parse(http_path_param(request, "pid"), &link)) {
        http_not_found(request, response);
        return;
    }
    switch (partner_pause_link(request->db, request->arena, request->settings,
                               request->actor.partner, link, pause)) {
    case PARTNER_OK:
        http_redirect(response, 303,
                      pause ? SV("/partner/links?done=paused") : SV("/partner/links?done=resumed"));
        return;
    case PARTNER_NOT_FOUND:
        http_not_found(request, response);
        return;
    default:
        http_unavailable(request, response);
    }
}

void partner_link_pause(struct http_request *request, struct http_response *response)
{
    set_paused(request, response, true);
}

void partner_link_resume(struct http_request *request, struct http_response *response)
{
    set_paused(request, response, false);
}
