/* /admin: what waits, what failed, and the trial balance that proves the books. */
#include "account/account_page.h"
#include "base/i18n.h"
#include "ledger/ledger.h"
#include "report/admin_home.h"
#include "view/format.h"

struct books {
    struct ledger_trial_line *lines;
    size_t n;
};

static void show_count(struct http_request *request, struct view *body, const char *label,
                       int64_t count, const char *note)
{
    struct format_kpi kpi = {
        .label = label, .value = format_count(request->arena, count), .note = note};
    format_kpi(view_add(body, "COUNT"), "KPI", &kpi);
}

static void show_counts(struct http_request *request, struct view *body,
                        const struct admin_counts *c)
{
    const char *oldest = NULL;
    if (c->oldest_application_us)
        oldest = arena_printf(
            request->arena, _("the oldest for %s"),
            format_span(request->arena, request->received_us - c->oldest_application_us));
    show_count(request, body, _("Brands"), c->brands, NULL);
    show_count(request, body, _("Active programs"), c->programs, NULL);
    show_count(request, body, _("Creators"), c->partners, NULL);
    show_count(request, body, _("Logins"), c->users, NULL);
    show_count(request, body, _("Applications waiting"), c->applications, oldest);
    show_count(request, body, _("Deliveries given up"), c->dead_deliveries, NULL);
    show_count(request, body, _("Events to be tried again"), c->failed_events, NULL);
    show_count(request, body, _("Set aside by jobs"), c->set_aside, NULL);
    show_count(request, body, _("Entries to be folded"), c->unfolded, NULL);
    show_count(request, body, _("Transfers to be sealed"), c->unsealed, NULL);
}

/* One card a unit; its lines sum to 0, or the card says that they don't. */
static void show_books(struct http_request *request, struct view *body, const struct books *books,
                       const char *mode)
{
    struct arena *arena = request->arena;
    for (size_t i = 0; i < books->n;) {
        const struct unit *unit = &books->lines[i].unit;
        struct view *card = view_add(body, "BOOK");
        int64_t sum = 0;
        view_set_cstr(card, "UNIT", unit->code);
        view_set_cstr(card, "MODE", mode);
        for (; i < books->n && unit_eq(unit, &books->lines[i].unit); i++) {
            const struct ledger_trial_line *line = &books->lines[i];
            struct view *row = view_add(card, "ACCOUNT");
            view_set_cstr(row, "PURPOSE", ledger_purpose_name(line->purpose));
            format_set_count(row, arena, "ACCOUNTS", (int64_t)line->accounts);
            format_set_money(row, arena, "BALANCE", line->balance, unit);
            CHECK(money_add(sum, line->balance, &sum));
        }
        format_set_money(card, arena, "SUM", sum, unit);
        view_show(card, sum == 0 ? "BALANCED" : "BROKEN");
    }
}

struct figures {
    struct admin_counts counts;
    struct books live, test;
};

static bool load(struct http_request *request, struct http_response *response, struct figures *f)
{
    if (admin_counts_read(request->db, request->arena, &f->counts) == DB_OK &&
        ledger_read_trial(request->db, request->arena, 0, LEDGER_LIVE, &f->live.lines,
                          &f->live.n) == DB_OK &&
        ledger_read_trial(request->db, request->arena, 0, LEDGER_TEST, &f->test.lines,
                          &f->test.n) == DB_OK)
        return true;
    http_unavailable(request, response);
    return false;
}

static void show_figures(struct http_request *request, struct view *view, const struct figures *f)
{
    show_counts(request, view, &f->counts);
    show_books(request, view, &f->live, _("Live"));
    show_books(request, view, &f->test, _("Test"));
    if (f->live.n + f->test.n == 0)
        layout_empty(view, "EMPTY", "scales", _("The books are empty"),
                     _("The first sale that earns a commission opens its accounts."), NULL, NULL);
}

void admin_home_show(struct http_request *request, struct http_response *response)
{
    struct figures figures;
    if (!load(request, response, &figures))
        return;
    struct account_page about = {.active = "home", .title = _("Operator")};
    struct layout layout = account_page_open(request, response, &about, "report/admin_home.tpl");
    show_figures(request, view_include(layout.body, "FIGURES", "report/admin_figures.tpl"),
                 &figures);
    account_page_send(request, response, 200, &layout);
}

/* The figures alone; their text is their tag, since any of them may have moved. */
void admin_home_live(struct http_request *request, struct http_response *response)
{
    struct figures figures;
    if (!load(request, response, &figures))
        return;
    struct layout part = layout_open_part(NULL, "report/admin_figures.tpl");
    show_figures(request, part.body, &figures);
    struct sv html = layout_render(&part, request->arena);
    if (!http_not_modified(request, response, http_etag_of(request->arena, html)))
        http_html(response, 200, html);
}
