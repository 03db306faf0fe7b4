/* /partner: what one has, when the next comes, what to share, and what sold last. */
#include "account/account_page.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "ledger/ledger.h"
#include "partner/partner.h"
#include "report/partner_earning_words.h"
#include "report/partner_home.h"
#include "report/partner_pages.h"
#include "view/chart.h"

enum { NEWEST = 5 };

struct home {
    struct ledger_partner_balance *balances;
    struct partner_releases *releases;
    size_t n_balances, n_releases;
    struct partner_link_list links;
    struct partner_code_list codes;
    struct earning_page newest;
};

static bool load_figures(struct http_request *request, struct home *home)
{
    uint64_t partner = request->actor.partner;
    bool test = request->actor.test_mode;
    return ledger_read_partner(request->db, request->arena, partner, 0,
                               test ? LEDGER_TEST : LEDGER_LIVE, &home->balances,
                               &home->n_balances) == DB_OK &&
           partner_releases_read(request->db, request->arena, partner, test, request->received_us,
                                 &home->releases, &home->n_releases) == DB_OK;
}

static bool load_rest(struct http_request *request, struct home *home)
{
    uint64_t partner = request->actor.partner;
    const struct earning_query all = {0};
    const char *field;
    return partner_list_links(request->db, request->arena, partner, 0, 200, &home->links) ==
               DB_OK &&
           partner_list_codes(request->db, request->arena, partner, &home->codes) == DB_OK &&
           earning_list(request->db, request->arena, partner, request->actor.test_mode, &all,
                        &home->newest, &field) == SALE_QUERY_OK;
}

static const struct partner_releases *releases_in(const struct home *home, const struct unit *unit)
{
    for (size_t i = 0; i < home->n_releases; i++)
        if (unit_eq(&home->releases[i].unit, unit))
            return &home->releases[i];
    return NULL;
}

static struct sv release_strip(struct http_request *request,
                               const struct partner_releases *releases)
{
    const char *labels[RELEASE_DAYS];
    for (int d = 0; d < RELEASE_DAYS; d++)
        labels[d] = format_day(request->arena, request->received_us + d * CLOCK_DAY, "Etc/UTC");
    struct chart chart = {.id = arena_printf(request->arena, "releases-%s", releases->unit.code),
                          .title =
                              arena_printf(request->arena, _("Released in the next 30 days, in %s"),
                                           releases->unit.code),
                          .labels = labels,
                          .count = RELEASE_DAYS,
                          .series = {{.name = _("Released"), .values = releases->by_day}},
                          .series_count = 1,
                          .unit = &releases->unit};
    for (char *c = (char *)chart.id; *c; c++) /* ids are lower case */
        *c = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
    return chart_bars(request->arena, &chart);
}

static void show_balance(struct http_request *request, struct view *card, const struct home *home,
                         const struct ledger_partner_balance *balance)
{
    struct arena *arena = request->arena;
    const struct partner_releases *releases = releases_in(home, &balance->unit);
    view_set_cstr(card, "UNIT", balance->unit.code);
    format_set_money(card, arena, "PENDING", balance->pending, &balance->unit);
    format_set_money(card, arena, "APPROVED", balance->approved, &balance->unit);
    format_set_money(card, arena, "PAID", balance->paid, &balance->unit);
    if (!releases)
        return;
    view_set_cstr(view_add(card, "NEXT"), "TEXT",
                  arena_printf(arena, _("%s releases on %s"),
                               money_format_display(arena, releases->next_amount, &balance->unit),
                               format_day(arena, releases->next_us, "Etc/UTC")));
    view_set_safe_html(view_add(card, "STRIP"), "CHART", release_strip(request, releases));
}

static void show_figures(struct http_request *request, struct view *view, const struct home *home)
{
    for (size_t i = 0; i < home->n_balances; i++)
        show_balance(request, view_add(view, "BALANCE"), home, &home->balances[i]);
    if (home->n_balances == 0)
        layout_empty(view, "EMPTY", "coins", _("No earnings yet"),
                     _("Pending, approved and paid amounts appear here with your first sale."),
                     "/partner/links", _("Your links"));
}

/* The link that most sales will come by: the oldest main one that works. */
static const struct partner_link *main_link(const struct home *home)
{
    for (size_t i = home->links.n; i-- > 0;) {
        const struct partner_link *link = &home->links.v[i];
        if (link->is_main && !link->paused && link->partnership_status == PARTNERSHIP_ACTIVE)
            return link;
    }
    return NULL;
}

static void show_share(struct http_request *request, struct view *body, const struct home *home)
{
    const struct partner_link *link = main_link(home);
    if (!link)
        return;
    struct view *share = view_add(body, "SHARE");
    view_set(share, "PROGRAM", link->program_name);
    view_set(share, "BRAND", link->brand_name);
    layout_copy(share, "LINK", sv_from(partner_short_url(request->arena, request->settings, link)),
                _("Copy the short link"));
    for (size_t i = 0; i < home->codes.n; i++) {
        if (home->codes.v[i].partnership != link->partnership || home->codes.v[i].stopped)
            continue;
        layout_copy(view_add(share, "CODE"), "COPY", home->codes.v[i].code, _("Copy the code"));
        break;
    }
}

static void show_newest(struct http_request *request, struct view *body, const struct home *home)
{
    view_set_i64(body, "SINCE", request->received_us);
    struct view *some = home->newest.n ? view_add(body, "NEWEST") : NULL;
    for (size_t i = 0; i < home->newest.n && i < NEWEST; i++) {
        const struct earning_row *row = &home->newest.v[i];
        struct view *item = view_add(some, "SALE");
        format_set_time(item, request->arena, "AT", row->occurred_us, "Etc/UTC");
        view_set(item, "BRAND", row->brand_name);
        format_set_money(item, request->arena, "EARNED", row->payout, &row->unit);
        format_chip(item, "STATUS", earning_state(row));
        view_set_cstr(item, "PID", uuid_text(request->arena, row->pid));
    }
}

/* The figures' content decides: the same figures, the same tag. */
static struct sv etag_of(struct http_request *request, const struct home *home)
{
    uint64_t mix = (uint64_t)(request->received_us / CLOCK_DAY);
    for (size_t i = 0; i < home->n_balances; i++) {
        const struct ledger_partner_balance *b = &home->balances[i];
        const int64_t figures[] = {b->pending, b->approved, b->paid};
        for (size_t k = 0; k < COUNT_OF(figures); k++)
            mix = (mix ^ (uint64_t)figures[k]) * UINT64_C(0x9e3779b97f4a7c15) + k;
    }
    return sv_from(arena_printf(request->arena, "\"f%016" PRIx64 "\"", mix));
}

void partner_home_show(struct http_request *request, struct http_response *response)
{
    struct home home = {0};
    if (!load_figures(request, &home) || !load_rest(request, &home)) {
        http_unavailable(request, response);
        return;
    }
    struct account_page about = {.active = "home", .title = _("Home")};
    struct layout layout = account_page_open(request, response, &about, "report/partner_home.tpl");
    view_set(layout.body, "ETAG", etag_of(request, &home));
    show_figures(request, view_include(layout.body, "FIGURES", "report/partner_figures.tpl"),
                 &home);
    show_share(request, layout.body, &home);
    show_newest(request, layout.body, &home);
    account_page_send(request, response, 200, &layout);
}

void partner_home_live(struct http_request *request, struct http_response *response)
{
    struct home home = {0};
    if (!load_figures(request, &home)) {
        http_unavailable(request, response);
        return;
    }
    if (http_not_modified(request, response, etag_of(request, &home)))
        return;
    struct layout part = layout_open_part(NULL, "report/partner_figures.tpl");
    show_figures(request, part.body, &home);
    http_html(response, 200, layout_render(&part, request->arena));
}
