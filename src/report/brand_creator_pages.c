/* GET /brand/creators: who promotes the brand, how it goes, and what to share. */
#include "account/account_page.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "partner/partner.h"
#include "report/brand_pages.h"
#include "report/report.h"
#include "view/format.h"

enum { CREATORS_A_PAGE = REPORT_PARTNERSHIPS_MAX, PROGRAMS_MAX = 100 };

struct creator {
    const struct partnership *of;
    struct report_partnership figures;
};

struct creators_page {
    struct sv status, program; /* as they stand in the address; empty: any */
    uint64_t before;
    struct program_list programs;
    struct partnership_list list;
    struct creator *creators; /* one for each of the list */
    bool by_sales;            /* all stand on one page, so that it can be in that order */
};

static const struct {
    enum partnership_status status;
    enum format_state state;
} states[] = {
    {PARTNERSHIP_ACTIVE, STATE_ACTIVE},
    {PARTNERSHIP_PAUSED, STATE_PAUSED},
    {PARTNERSHIP_ENDED, STATE_CLOSED},
};

static enum format_state state_of(enum partnership_status status)
{
    for (size_t i = 0; i < COUNT_OF(states); i++)
        if (states[i].status == status)
            return states[i].state;
    UNREACHABLE(); /* the list has no others */
}

/* False: the address names what there is not, so the list is empty. */
static bool make_filter(const struct creators_page *page, struct partnership_filter *filter)
{
    if (page->status.n > 0) {
        filter->by_status = true;
        if (!partnership_status_find(page->status, &filter->status))
            return false;
    }
    if (page->program.n == 0)
        return true;
    struct uuid pid;
    if (!uuid_parse(page->program, &pid))
        return false;
    for (size_t i = 0; i < page->programs.n; i++)
        if (uuid_eq(page->programs.v[i].pid, pid))
            filter->program = page->programs.v[i].id;
    return filter->program != 0;
}

static int by_sales(const void *left, const void *right)
{
    const struct creator *a = left, *b = right;
    if (a->figures.sales != b->figures.sales)
        return a->figures.sales < b->figures.sales ? 1 : -1;
    return a->of->id < b->of->id ? 1 : -1;
}

static enum db_status load_figures(struct http_request *request, struct creators_page *page)
{
    size_t n = page->list.n;
    int32_t today = clock_local_date(clock_business_us(), request->actor.zone);
    uint64_t *ids = arena_array(request->arena, n + 1, sizeof *ids);
    struct report_partnership *figures = arena_array(request->arena, n + 1, sizeof *figures);
    for (size_t i = 0; i < n; i++)
        ids[i] = page->list.v[i].id;
    enum db_status status = report_partnerships(
        request->db, request->arena, request->actor.brand, request->actor.test_mode,
        clock_date_add(today, 1 - REPORT_DAYS), today, ids, n, figures);
    page->creators = arena_array(request->arena, n + 1, sizeof *page->creators);
    for (size_t i = 0; i < n; i++)
        page->creators[i] = (struct creator){&page->list.v[i], figures[i]};
    page->by_sales = page->before == 0 && !page->list.more;
    if (page->by_sales)
        qsort(page->creators, n, sizeof *page->creators, by_sales);
    return status;
}

static enum db_status load(struct http_request *request, struct creators_page *page)
{
    struct partnership_filter filter = {.brand = request->actor.brand,
                                        .accepted = true,
                                        .test_mode = request->actor.test_mode,
                                        .before_id = page->before,
                                        .limit = CREATORS_A_PAGE};
    enum db_status status = program_list_of_brand(request->db, request->arena, request->actor.brand,
                                                  0, PROGRAMS_MAX, &page->programs);
    if (status == DB_OK && make_filter(page, &filter))
        status = partner_list_partnerships(request->db, request->arena, &filter, &page->list);
    return status == DB_OK ? load_figures(request, page) : status;
}

/* What the creator earns by a click, in each unit: amounts of two are never added. */
static const char *epc_words(struct arena *arena, const struct report_partnership *figures)
{
    struct buf b = buf_new(arena, 512);
    for (size_t i = 0; i < figures->n_earned && figures->clicks > 0; i++) {
        int64_t epc;
        if (!money_mul_ratio(figures->earned[i].earned, 1, figures->clicks, &epc)) /* half even */
            continue;
        buf_printf(&b, "%s%s", i > 0 ? " · " : "",
                   money_format_display(arena, epc, &figures->earned[i].unit));
    }
    return b.len > 0 ? b.p : "—";
}

static void show_actions(struct view *row, enum partnership_status status)
{
    if (status == PARTNERSHIP_ACTIVE)
        view_show(row, "PAUSE");
    if (status == PARTNERSHIP_PAUSED)
        view_show(row, "RESUME");
    if (status != PARTNERSHIP_ENDED)
        view_show(row, "END");
}

static void show_creator(struct http_request *request, struct view *row, const struct creator *one)
{
    struct arena *arena = request->arena;
    const struct partnership *creator = one->of;
    const struct report_partnership *figures = &one->figures;
    view_set_cstr(row, "PID", uuid_text(arena, creator->pid));
    view_set(row, "WHO", creator->test_mode ? creator->partner_name : creator->handle);
    view_set(row, "HANDLE", creator->handle);
    view_set(row, "PROGRAM", creator->program_name);
    format_chip(row, "STATUS", state_of(creator->status));
    format_set_count(row, arena, "CLICKS", figures->clicks);
    format_set_count(row, arena, "SALES", figures->sales);
    view_set_cstr(row, "CR", format_ratio(arena, figures->sales, figures->clicks));
    view_set_cstr(row, "EPC", epc_words(arena, figures));
    if (creator->main_token.n > 0) {
        const struct partner_link link = {.token = creator->main_token, .host = creator->link_host};
        layout_copy(view_add(row, "LINK"), "COPY",
                    sv_from(partner_short_url(arena, request->settings, &link)),
                    _("Copy the link"));
    }
    if (creator->code.n > 0)
        layout_copy(view_add(row, "CODE"), "COPY", creator->code, _("Copy the code"));
    show_actions(row, creator->status);
}

static void show_option(struct view *select, struct sv value, struct sv text, struct sv chosen)
{
    struct view *option = view_add(select, "OPTION");
    view_set(option, "VALUE", value);
    view_set(option, "TEXT", text);
    if (sv_eq(value, chosen))
        view_show(option, "SELECTED");
}

static void show_filters(struct http_request *request, struct view *body,
                         const struct creators_page *page)
{
    struct view *status = view_add(body, "BY_STATUS");
    for (size_t i = 0; i < COUNT_OF(states); i++)
        show_option(status, sv_from(partnership_status_text(states[i].status)),
                    sv_from(format_state_word(states[i].state)), page->status);
    if (page->status.n > 0 || page->program.n > 0)
        view_show(body, "CLEAR");
    if (page->programs.n < 2)
        return;
    struct view *program = view_add(body, "BY_PROGRAM");
    for (size_t i = 0; i < page->programs.n; i++)
        show_option(program, sv_from(uuid_text(request->arena, page->programs.v[i].pid)),
                    page->programs.v[i].name, page->program);
}

static void show_older(struct arena *arena, struct view *body, const struct creators_page *page)
{
    if (!page->list.more)
        return;
    struct buf b = buf_new(arena, 1024);
    buf_printf(&b, "/brand/creators?before=%" PRIu64 "&status=", page->list.v[page->list.n - 1].id);
    buf_put_url(&b, page->status);
    buf_puts(&b, "&program=");
    buf_put_url(&b, page->program);
    view_set_cstr(view_add(body, "OLDER"), "URL", b.p);
}

static void show_list(struct http_request *request, struct view *body,
                      const struct creators_page *page)
{
    struct view *some = page->list.n ? view_add(body, "SOME") : NULL;
    for (size_t i = 0; i < page->list.n; i++)
        show_creator(request, view_add(some, "CREATOR"), &page->creators[i]);
    if (some)
        view_set_cstr(some, "CAPTION",
                      page->by_sales ? _("Creators, most sales first")
                                     : _("Creators, the newest first"));
    if (some)
        show_older(request->arena, some, page);
    else if (page->status.n > 0 || page->program.n > 0)
        layout_empty(body, "EMPTY", "filter", _("No creators match these filters"),
                     _("Leave one of them out."), "/brand/creators", _("Clear the filters"));
    else
        layout_empty(body, "EMPTY", "people", _("No creators yet"),
                     _("Creators apply in the marketplace; whom you accept appears here."),
                     "/brand/applications", _("Open the applications"));
}

/* Where a decision led from; see partner/partner_decision_pages.c. */
static const char *done_words(struct sv done)
{
    if (sv_eq_cstr(done, "paused"))
        return _("Paused. Visitors of the creator's links see that they are no longer active.");
    if (sv_eq_cstr(done, "resumed"))
        return _("Active again: the creator's links work.");
    if (sv_eq_cstr(done, "ended"))
        return _("Ended. The creator gets a mail with your note.");
    if (sv_eq_cstr(done, "changed"))
        return _("Somebody changed this meanwhile. The page shows how it stands now.");
    return NULL;
}

void brand_creators_show(struct http_request *request, struct http_response *response)
{
    struct creators_page page = {.status = http_query_param(request, "status"),
                                 .program = http_query_param(request, "program")};
    struct sv cursor = http_query_param(request, "before"),
              done = http_query_param(request, "done");
    if (cursor.n > 0 && !sv_to_u64(cursor, &page.before)) {
        http_not_found(request, response);
        return;
    }
    if (load(request, &page) != DB_OK) {
        http_unavailable(request, response);
        return;
    }
    struct account_page about = {.active = "creators",
                                 .title = _("Creators"),
                                 .flash = done_words(done),
                                 .flash_kind = sv_eq_cstr(done, "changed") ? LAYOUT_FLASH_WARNING
                                                                           : LAYOUT_FLASH_DONE};
    const char *csrf = http_csrf_token(request, response);
    struct layout layout =
        account_page_open(request, response, &about, "report/brand_creators.tpl");
    view_set_cstr(layout.body, "CSRF", csrf);
    show_filters(request, layout.body, &page);
    show_list(request, layout.body, &page);
    account_page_send(request, response, 200, &layout);
}
