/*
 * Renders every component of the look with fixed figures, for people to look at and
 * for the browser test to check: gallery TEMPLATES STATIC OUT. TEMPLATES holds the
 * built templates and those of the gallery; see tests/browser/gallery.test.mjs.
 */
#include <fcntl.h>

#include "base/clock.h"
#include "base/log.h"
#include "view/chart.h"
#include "view/form.h"
#include "view/format.h"
#include "view/layout.h"

enum { DAYS = 30 };

static const int64_t now_us = INT64_C(1795240800) * CLOCK_SECOND; /* 2026-11-21T06:00:00Z */
static const struct unit usd = {"USD", 2};

static void write_page(const char *folder, const char *name, struct sv html)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *out = fopen(path, "w");
    CHECK(out != NULL);
    CHECK(fwrite(html.p, 1, html.n, out) == html.n);
    CHECK(fclose(out) == 0);
}

static struct chart month_chart(struct arena *arena, const char *id, int64_t scale)
{
    int64_t *now = arena_array(arena, DAYS, sizeof *now);
    int64_t *before = arena_array(arena, DAYS, sizeof *before);
    const char **labels = arena_array(arena, DAYS, sizeof *labels);
    for (int i = 0; i < DAYS; i++) {
        now[i] = scale * (60 + i * 2 + i * 37 % 23 + (i % 7 > 4 ? 25 : 0));
        before[i] = scale * (55 + i + i * 29 % 19 + (i % 7 > 4 ? 18 : 0));
        labels[i] = format_day(arena, now_us - (DAYS - 1 - i) * CLOCK_DAY, "UTC");
    }
    now[DAYS - 1] /= 3;
    return (struct chart){
        .id = id,
        .title = "Clicks a day, the last 30 days",
        .labels = labels,
        .count = DAYS,
        .series = {{"Last 30 days", now}},
        .series_count = 1,
        .before = {"30 days before", before},
        .last_is_unfinished = true,
    };
}

static void show_charts(struct view *body, struct arena *arena)
{
    struct chart clicks = month_chart(arena, "clicks", 9);
    view_set_safe_html(body, "CHART_LINE", chart_line(arena, &clicks));
    struct chart gross = month_chart(arena, "gross", 1900);
    gross.unit = &usd;
    gross.before.values = NULL;
    gross.title = "Gross sales a day, the last 30 days";
    view_set_safe_html(body, "CHART_BARS", chart_bars(arena, &gross));
    struct chart many = month_chart(arena, "many", 5);
    many.before.values = NULL;
    many.series_count = CHART_SERIES_MAX;
    for (int64_t s = 1; s < CHART_SERIES_MAX; s++)
        many.series[s] = month_chart(arena, "many", 5 - s).series[0];
    static const char *const names[] = {"Postback", "API", "Pixel", "Shopify", "By hand"};
    for (size_t s = 0; s < CHART_SERIES_MAX; s++)
        many.series[s].name = names[s];
    view_set_safe_html(body, "CHART_MANY", chart_line(arena, &many));
}

static void show_kpis(struct view *body, struct arena *arena)
{
    struct chart month = month_chart(arena, "spark", 1);
    struct sv spark = chart_sparkline(arena, "Clicks a day", month.series[0].values, DAYS);
    struct format_kpi kpis[] = {
        {.label = "Clicks",
         .value = format_count(arena, 24318),
         .change = format_change(arena, 24318, 21635),
         .against = "against the 30 days before",
         .spark = spark},
        {.label = "Sales",
         .value = format_count(arena, 847),
         .change = format_change(arena, 847, 847)},
        {.label = "Gross sales",
         .value = money_format_display(arena, 5842000, &usd),
         .change = format_change(arena, 5066782, 5842000)},
        {.label = "Commission",
         .value = money_format_display(arena, 584200, &usd),
         .note = "releases 12 Jun"},
    };
    format_kpi(body, "KPI_CLICKS", &kpis[0]);
    format_kpi(body, "KPI_SALES", &kpis[1]);
    format_kpi(body, "KPI_GROSS", &kpis[2]);
    format_kpi(body, "KPI_COMMISSION", &kpis[3]);
}

static void show_sales(struct view *body, struct arena *arena)
{
    static const char *const creators[] = {"@nia.travels", "@sophia.styles", "@marcusfit", "@محمد",
                                           "@chefkadir"};
    for (int i = 0; i <= STATE_WAITING; i++) {
        struct view *row = view_add(body, "SALE");
        format_set_time(row, arena, "TIME", now_us - i * 5 * CLOCK_HOUR, "Europe/Istanbul");
        view_set_cstr(row, "ORDER", arena_printf(arena, "A-10%02d", 42 - i));
        view_set_cstr(row, "CREATOR", creators[i % 5]);
        format_set_money(row, arena, "AMOUNT", 12990 + i * 7105, &usd);
        format_set_money(row, arena, "COMMISSION", 1299 + i * 710, &usd);
        format_chip(row, "STATUS", (enum format_state)i);
    }
    layout_pager(body, "PAGER", &(struct layout_pager){"1–10 of 847", "#", "#"});
    format_chip(body, "CHIP", STATE_PENDING);
    for (int i = 0; i < FORMAT_STATES; i++)
        format_chip(view_add(body, "STATE"), "CHIP", (enum format_state)i);
    layout_copy(body, "COPY", SV("https://go.meed.example/k7m3p9xd"), "Copy the link");
    layout_empty(body, "EMPTY", "receipt", "No sales yet", "Send a test conversion.", "#",
                 "Send one");
}

static void show_form(struct view *body)
{
    static const struct form_option countries[] = {{"DE", "Germany"}, {"TR", "Türkiye"}};
    struct form_field fields[] = {
        {.name = "email",
         .label = "E-mail",
         .type = "email",
         .value = SV("sophia@"),
         .error = "An e-mail address has a part behind the @, as in name@example.com.",
         .required = true,
         .autocomplete = "email"},
        {.name = "rate",
         .label = "Commission",
         .value = SV("10"),
         .suffix = "%",
         .required = true,
         .inputmode = "decimal"},
        {.name = "days",
         .label = "Holdback",
         .value = SV("6"),
         .suffix = "days",
         .required = true,
         .inputmode = "numeric",
         .error = "From 7 to 90 days."},
        {.name = "country",
         .label = "Country",
         .type = "select",
         .value = SV("TR"),
         .options = countries,
         .option_count = COUNT_OF(countries)},
        {.name = "note", .label = "Note", .type = "textarea", .hint = "Only your team sees it."},
        {.name = "agree",
         .label = "Creators may link to any page of the shop",
         .type = "checkbox",
         .value = SV("1")},
    };
    static const char *const markers[] = {"EMAIL", "RATE", "DAYS", "COUNTRY", "NOTE", "AGREE"};
    form_show_summary(body, "SUMMARY", fields, COUNT_OF(fields));
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        form_show_field(body, markers[i], &fields[i]);
}

static void write_app(struct arena *arena, const char *out, const char *name,
                      enum layout_theme theme, bool test_mode)
{
    static const struct layout_workspace workspaces[] = {
        {"1", {"Acme Co.", 8}, true},
        {"2", {"Acme Home", 9}, false},
    };
    struct layout_context context = {
        .area = LAYOUT_BRAND,
        .active = "sales",
        .title = "Gallery",
        .theme = theme,
        .here = SV("/brand/sales"),
        .flash_text = "Saved. Applies to new sales from now; 412 existing unchanged.",
        .csrf = "token",
        .user_name = SV("Sophia Lane"),
        .workspace_name = SV("Acme Co."),
        .workspaces = workspaces,
        .workspace_count = COUNT_OF(workspaces),
        .test_mode = test_mode,
        .workspace_url = "/workspace",
        .mode_url = "/mode",
        .theme_url = "/theme",
        .profile_url = "/profile",
        .logout_url = "/logout",
        .search_url = "/brand/sales",
        .search_label = "Search orders",
    };
    struct layout page = layout_open(&context, "gallery/app.tpl");
    show_kpis(page.body, arena);
    show_charts(page.body, arena);
    show_sales(page.body, arena);
    show_form(page.body);
    write_page(out, name, layout_render(&page, arena));
}

static void write_public(struct arena *arena, const char *out)
{
    struct layout_context context = {
        .title = "Partner programs on your own server",
        .login_url = "/login",
        .signup_url = "/signup",
    };
    struct layout page = layout_open(&context, "public/landing.tpl");
    write_page(out, "landing.html", layout_render(&page, arena));
    page = layout_open(&context, "gallery/live.tpl");
    view_set_cstr(page.body, "ETAG", "\"0\"");
    write_page(out, "live.html", layout_render(&page, arena));
    write_page(
        out, "dead-link.html",
        layout_dead_link_page(arena, SV("https://shop.acme.example/spring?x=1"), LANGUAGE_EN));
    struct layout_problem problem = {
        .status = 404,
        .what = "This sale does not exist",
        .why = "It may belong to another brand, or the address was mistyped.",
        .next = "Look for it in the list of sales.",
        .link_url = "/brand/sales",
        .link_label = "All sales",
        .request_id = "0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
    };
    write_page(out, "problem.html", layout_problem_page(NULL, &problem, arena));
}

int main(int argc, char **argv)
{
    CHECK(argc == 4);
    log_open("gallery", LOG_INFO);
    i18n_open("/nonexistent");
    view_check_names(VIEW_CHECK_ABORT);
    CHECK(view_open(argv[1]));
    CHECK(layout_start(argv[2]));
    struct arena *arena = arena_new(ARENA_CEILING_DEFAULT);
    write_app(arena, argv[3], "light.html", LAYOUT_THEME_LIGHT, false);
    write_app(arena, argv[3], "dark.html", LAYOUT_THEME_DARK, true);
    write_public(arena, argv[3]);
    arena_free(arena);
    return 0;
}
