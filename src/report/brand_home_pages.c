/* GET /brand: 30 days in figures, what needs somebody, who sells most, what sold last. */
#include "account/account_page.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "conversion/conversion_list.h"
#include "conversion/sale_words.h"
#include "partner/partner.h"
#include "program/site.h"
#include "report/brand_home_store.h"
#include "report/brand_pages.h"
#include "report/report.h"
#include "view/chart.h"
#include "view/format.h"

enum { PERFORMERS = 5, NEWEST = 8, PROGRAMS_MAX = 100, UNITS_SHOWN = 4 };

struct home {
    struct report now;    /* the last 30 days against the 30 before */
    struct report series; /* 60 days, for the dashed line behind the other */
    struct report_performer *performers;
    size_t n_performers;
    struct sale_page sales;
    struct program_list programs;
    struct site_list sites;
    uint64_t waiting; /* applications */
    struct brand_doors doors;
};

static enum db_status load_figures(struct http_request *request, struct report *now)
{
    const struct report_scope scope = {.kind = REPORT_OF_BRANDS,
                                       .brands = &request->actor.brand,
                                       .n_brands = 1,
                                       .test_mode = request->actor.test_mode,
                                       .credited = true};
    return report_read(request->db, request->arena, &scope, REPORT_DAYS, now);
}

static enum db_status load_ranking(struct http_request *request, struct home *home)
{
    const struct report_scope scope = {.kind = REPORT_OF_BRANDS,
                                       .brands = &request->actor.brand,
                                       .n_brands = 1,
                                       .test_mode = request->actor.test_mode,
                                       .credited = true};
    enum db_status status =
        report_read(request->db, request->arena, &scope, 2 * REPORT_DAYS, &home->series);
    return status == DB_OK ? report_performers(request->db, request->arena, &scope, REPORT_DAYS,
                                               PERFORMERS, &home->performers, &home->n_performers)
                           : status;
}

static enum db_status load_newest(struct http_request *request, struct sale_page *page)
{
    const struct sale_scope scope = {&request->actor.brand, 1, request->actor.test_mode};
    const struct sale_query all = {0};
    struct sale_filter filter;
    const char *field;
    switch (sale_query_resolve(request->db, request->arena, &scope, &all, &filter, &field)) {
    case SALE_QUERY_OK:
        return sale_list(request->db, request->arena, &filter, page);
    case SALE_QUERY_NOTHING:
        return DB_OK;
    case SALE_QUERY_BAD: /* an empty query can be read */
    case SALE_QUERY_UNAVAILABLE:
        break;
    }
    return DB_UNAVAILABLE;
}

static enum db_status load_attention(struct http_request *request, struct home *home)
{
    uint64_t brand = request->actor.brand;
    enum db_status status =
        partner_count_waiting(request->db, request->arena, brand, &home->waiting);
    if (status == DB_OK)
        status = program_list_of_brand(request->db, request->arena, brand, 0, PROGRAMS_MAX,
                                       &home->programs);
    if (status == DB_OK)
        status = brand_doors_read(request->db, request->arena, brand, request->actor.test_mode,
                                  &home->doors);
    return status == DB_OK ? site_list(request->db, request->arena, brand, &home->sites) : status;
}

static bool load(struct http_request *request, struct home *home)
{
    return load_figures(request, &home->now) == DB_OK && load_ranking(request, home) == DB_OK &&
           load_newest(request, &home->sales) == DB_OK && load_attention(request, home) == DB_OK;
}

/* Figures ------------------------------------------------------------------------------------- */

static void show_count_kpi(struct arena *arena, struct view *view, const char *label, int64_t now,
                           int64_t before, const char *note)
{
    const struct format_kpi kpi = {.label = label,
                                   .value = format_count(arena, now),
                                   .change = format_change(arena, now, before),
                                   .against = _("against the 30 days before"),
                                   .note = note};
    format_kpi(view, "KPI", &kpi);
}

static void show_money_kpi(struct arena *arena, struct view *view, const char *label,
                           const struct unit *unit, int64_t now, int64_t before)
{
    const struct format_kpi kpi = {.label = label,
                                   .value = money_format_display(arena, now, unit),
                                   .change = format_change(arena, now, before),
                                   .against = _("against the 30 days before")};
    format_kpi(view, "KPI", &kpi);
}

/* The sales page has them too; here they would blur what creators bring. */
static const char *uncredited_words(struct arena *arena, int64_t n)
{
    if (n == 0)
        return NULL;
    return arena_printf(
        arena, i18n_plural("and %s credited to nobody", "and %s credited to nobody", (uint64_t)n),
        format_count(arena, n));
}

/* Each currency by itself; a brand without a sale yet has none, and shows a plain zero. */
static void show_figures(struct arena *arena, struct view *view, const struct report *now)
{
    show_count_kpi(arena, view, _("Clicks"), now->clicks, now->clicks_before, NULL);
    show_count_kpi(arena, view, _("Sales"), now->sales, now->sales_before,
                   uncredited_words(arena, now->uncredited));
    for (size_t i = 0; i < now->n_money && i < UNITS_SHOWN; i++) {
        const struct report_money *m = &now->money[i];
        const char *code = m->unit.code;
        bool one = now->n_money == 1;
        show_money_kpi(arena, view,
                       one ? _("Gross sales") : arena_printf(arena, _("Gross sales, %s"), code),
                       &m->unit, m->gross, m->gross_before);
        show_money_kpi(arena, view,
                       one ? _("Commission") : arena_printf(arena, _("Commission, %s"), code),
                       &m->unit, m->commission, m->commission_before);
    }
    if (now->n_money > 0)
        return;
    show_count_kpi(arena, view, _("Gross sales"), 0, 0, NULL);
    show_count_kpi(arena, view, _("Commission"), 0, 0, NULL);
}

/* The figures' content decides: the same figures, the same tag. */
static struct sv etag_of(struct arena *arena, const struct report *now)
{
    struct buf b = buf_new(arena, 2048);
    buf_printf(&b, "\"%" PRId32 "-%" PRId64 "-%" PRId64 "-%" PRId64, now->to_day, now->clicks,
               now->sales, now->uncredited);
    for (size_t i = 0; i < now->n_money && i < UNITS_SHOWN; i++)
        buf_printf(&b, "-%" PRId64 "-%" PRId64, now->money[i].gross, now->money[i].commission);
    buf_putc(&b, '"');
    return buf_sv(&b);
}

/* Charts --------------------------------------------------------------------------------------- */

struct line {
    const char *id, *title, *name, *before;
    const int64_t *values; /* of 60 days: those before, then those now */
};

static struct sv draw(struct arena *arena, const struct report *series, const struct line *line)
{
    const char *labels[REPORT_DAYS];
    for (size_t i = 0; i < REPORT_DAYS; i++)
        labels[i] = format_day_number(arena, series->days[REPORT_DAYS + i].day);
    const struct chart chart = {
        .id = line->id,
        .title = line->title,
        .labels = labels,
        .count = REPORT_DAYS,
        .series = {{.name = line->name, .values = line->values + REPORT_DAYS}},
        .series_count = 1,
        .before = {.name = line->before, .values = line->values},
        .last_is_unfinished = true,
    };
    return chart_line(arena, &chart);
}

static void show_charts(struct arena *arena, struct view *body, const struct report *series)
{
    int64_t clicks[2 * REPORT_DAYS], sales[2 * REPORT_DAYS];
    for (size_t i = 0; i < 2 * REPORT_DAYS; i++) {
        clicks[i] = series->days[i].clicks;
        sales[i] = series->days[i].sales;
    }
    const struct line of_clicks = {"clicks", _("Clicks a day, the last 30 days"), _("Clicks"),
                                   _("The 30 days before"), clicks};
    const struct line of_sales = {"sales", _("Sales a day, the last 30 days"), _("Sales"),
                                  _("The 30 days before"), sales};
    view_set_safe_html(body, "CLICKS_CHART", draw(arena, series, &of_clicks));
    view_set_safe_html(body, "SALES_CHART", draw(arena, series, &of_sales));
}

/* What needs somebody ---------------------------------------------------------------------------
 */

struct tasks {
    struct arena *arena;
    struct view *list;
    size_t n;
};

static void show_task(struct tasks *tasks, const char *text, const char *url, const char *label)
{
    struct view *task = view_add(tasks->list, "TASK");
    view_set_cstr(task, "TEXT", text);
    view_set_cstr(task, "URL", url);
    view_set_cstr(task, "LABEL", label);
    tasks->n++;
}

static void show_waiting(struct tasks *tasks, uint64_t waiting)
{
    if (waiting == 0)
        return;
    const char *count = format_count(tasks->arena, (int64_t)waiting);
    show_task(tasks,
              arena_printf(tasks->arena,
                           i18n_plural("%s creator waits for an answer.",
                                       "%s creators wait for an answer.", waiting),
                           count),
              "/brand/applications", _("Answer"));
}

static void show_program(struct tasks *tasks, const struct program *program)
{
    struct arena *arena = tasks->arena;
    const char *url = arena_printf(arena, "/brand/programs/%s", uuid_text(arena, program->pid));
    if (program->status == PROGRAM_DRAFT)
        show_task(tasks,
                  arena_printf(arena, _("%.*s is a draft: nobody can join it yet."),
                               SV_ARG(program->name)),
                  arena_printf(arena, "/brand/setup?program=%s", uuid_text(arena, program->pid)),
                  _("Set it up"));
    if (program->status == PROGRAM_PAUSED)
        show_task(tasks,
                  arena_printf(arena, _("%.*s is paused: its links lead nowhere."),
                               SV_ARG(program->name)),
                  url, _("Look at it"));
}

static void show_site(struct tasks *tasks, const struct site *site)
{
    if (site->verified_us == 0)
        show_task(tasks,
                  arena_printf(tasks->arena, _("%s is not verified: no link can lead there."),
                               site->host),
                  "/brand/sites", _("Verify it"));
}

static void show_door_tasks(struct tasks *tasks, const struct brand_doors *doors)
{
    for (size_t i = 0; i < doors->n; i++)
        if (!doors->v[i].is_connected)
            show_task(
                tasks,
                arena_printf(tasks->arena, _("%s is disconnected: its sales do not arrive."),
                             sale_door_words(doors->v[i].door)),
                arena_printf(tasks->arena, "/brand/integrations/%.*s", SV_ARG(doors->v[i].door)),
                _("Connect it"));
    if (doors->has_set_aside)
        show_task(tasks, _("Events could not be stored, and were set aside."),
                  "/brand/integrations/events?state=quarantined", _("Look at them"));
}

/* One line: which shops and providers are heard. */
static void show_doors(struct arena *arena, struct view *list, const struct brand_doors *doors)
{
    struct buf b = buf_new(arena, 1024);
    for (size_t i = 0; i < doors->n; i++)
        if (doors->v[i].is_connected)
            buf_printf(&b, "%s%s", b.len > 0 ? ", " : "", sale_door_words(doors->v[i].door));
    if (b.len > 0)
        view_set(view_add(list, "DOORS"), "NAMES", buf_sv(&b));
}

static void show_attention(struct arena *arena, struct view *body, const struct home *home)
{
    struct tasks tasks = {arena, view_add(body, "ATTENTION"), 0};
    if (home->programs.n == 0)
        show_task(&tasks, _("You have no program yet. It says what a sale earns."), "/brand/setup",
                  _("Set it up"));
    show_door_tasks(&tasks, &home->doors);
    show_waiting(&tasks, home->waiting);
    for (size_t i = 0; i < home->programs.n; i++)
        show_program(&tasks, &home->programs.v[i]);
    for (size_t i = 0; i < home->sites.n; i++)
        show_site(&tasks, &home->sites.v[i]);
    if (tasks.n == 0)
        view_show(tasks.list, "NOTHING");
    show_doors(arena, tasks.list, &home->doors);
}

/* Lists -----------------------------------------------------------------------------------------
 */

static void show_performers(struct arena *arena, struct view *body, const struct home *home)
{
    struct view *table = home->n_performers ? view_add(body, "PERFORMERS") : NULL;
    if (!table)
        view_show(body, "NO_PERFORMERS");
    for (size_t i = 0; i < home->n_performers; i++) {
        const struct report_performer *one = &home->performers[i];
        struct view *row = view_add(table, "PERFORMER");
        view_set(row, "HANDLE", one->handle);
        format_set_count(row, arena, "SALES", one->sales);
        format_set_money(row, arena, "GROSS", one->gross, &one->unit);
    }
}

static void show_sale(struct http_request *request, struct view *row, const struct sale_row *sale)
{
    struct arena *arena = request->arena;
    view_set_cstr(row, "PID", uuid_text(arena, sale->pid));
    format_set_time(row, arena, "AT", sale->occurred_us, request->actor.zone);
    view_set(row, "ORDER", sale->order_ref);
    view_set(row, "CREATOR", sale->handle.n > 0 ? sale->handle : SV("—"));
    format_set_money(row, arena, "AMOUNT", sale->gross, &sale->unit);
    if (sale->commission_unit.code[0])
        format_set_money(row, arena, "COMMISSION", sale->commission, &sale->commission_unit);
    else
        view_set_cstr(row, "COMMISSION", "—");
    format_chip(row, "STATUS", sale_state(sale->status, sale->in_review));
}

static void show_newest(struct http_request *request, struct view *body, const struct home *home)
{
    uint64_t newest = 0;
    for (size_t i = 0; i < home->sales.n; i++)
        newest = home->sales.v[i].id > newest ? home->sales.v[i].id : newest;
    view_set_i64(body, "SINCE", (int64_t)newest);
    view_set_i64(body, "HAD", (int64_t)home->sales.count);
    struct view *table = home->sales.n ? view_add(body, "NEWEST") : NULL;
    for (size_t i = 0; i < home->sales.n && i < NEWEST; i++)
        show_sale(request, view_add(table, "SALE"), &home->sales.v[i]);
    if (!table)
        layout_empty(body, "EMPTY", "receipt", _("No sales yet"), _("Send a test conversion."),
                     "/brand/setup", _("Open the setup"));
}

/* The page --------------------------------------------------------------------------------------
 */

void brand_home_show(struct http_request *request, struct http_response *response)
{
    struct home home = {0};
    if (!load(request, &home)) {
        http_unavailable(request, response);
        return;
    }
    struct account_page about = {.active = "home",
                                 .title = _("Home"),
                                 .search_url = "/brand/sales",
                                 .search_label = _("Find an order")};
    struct layout page = account_page_open(request, response, &about, "report/brand_home.tpl");
    view_set_cstr(page.body, "ZONE", request->actor.zone);
    view_set(page.body, "ETAG", etag_of(request->arena, &home.now));
    show_figures(request->arena, view_include(page.body, "FIGURES", "report/brand_figures.tpl"),
                 &home.now);
    show_charts(request->arena, page.body, &home.series);
    show_attention(request->arena, page.body, &home);
    show_performers(request->arena, page.body, &home);
    show_newest(request, page.body, &home);
    account_page_send(request, response, 200, &page);
}

void brand_home_live(struct http_request *request, struct http_response *response)
{
    struct report now;
    if (load_figures(request, &now) != DB_OK) {
        http_unavailable(request, response);
        return;
    }
    if (http_not_modified(request, response, etag_of(request->arena, &now)))
        return;
    struct layout part = layout_open_part(NULL, "report/brand_figures.tpl");
    show_figures(request->arena, part.body, &now);
    http_html(response, 200, layout_render(&part, request->arena));
}
