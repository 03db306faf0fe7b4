#include "support/unit.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/log.h"
#include "view/chart.h"
#include "view/form.h"
#include "view/format.h"
#include "view/layout.h"

/*
 * Beside the real templates (built, in MEED_BUILD_DIR) some cases need templates of their own:
 * a folder en/t/ that is made here and loaded by view_open() again.
 */
static struct arena *arena;
static char folder[] = "/tmp/meed-view-XXXXXX";

static int open_arena(void **state)
{
    (void)state;
    arena = arena_new(ARENA_CEILING_DEFAULT);
    view_check_names(VIEW_CHECK_ABORT);
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static const char *in(const char *variable, const char *rest)
{
    const char *root = getenv(variable);
    assert_non_null(root);
    return arena_printf(arena, "%s/%s", root, rest);
}

static void open_real(void)
{
    assert_true(view_open(in("MEED_BUILD_DIR", "templates")));
    assert_true(layout_start(in("MEED_SOURCE_DIR", "static")));
}

static void write_template(const char *name, const char *text)
{
    FILE *out = fopen(arena_printf(arena, "%s/en/t/%s.tpl", folder, name), "w");
    assert_non_null(out);
    assert_true(fprintf(out, "{{%%AUTOESCAPE context=\"HTML\"}}\n%s", text) > 0);
    assert_int_equal(fclose(out), 0);
}

/* One own template, t/page.tpl. */
static struct view *page_of(const char *text)
{
    write_template("page", text);
    assert_true(view_open(folder));
    return view_new("test");
}

static struct sv render(struct view *view)
{
    return view_render(view, "t/page.tpl", arena);
}

static bool has(struct sv html, const char *text)
{
    return memmem(html.p, html.n, text, strlen(text)) != NULL;
}

static size_t count(struct sv html, const char *text)
{
    size_t n = 0;
    const char *at = html.p;
    while ((at = memmem(at, html.n - (size_t)(at - html.p), text, strlen(text))) != NULL) {
        at += strlen(text);
        n++;
    }
    return n;
}

/* ---- the shim ---- */

static void escapes_for_the_place_a_value_stands_in(void **state)
{
    struct view *page = page_of("<a href=\"{{LINK}}\" title=\"{{TITLE}}\">{{TEXT}}</a>");
    (void)state;
    view_set_cstr(page, "LINK", "javascript:alert(1)");
    view_set_cstr(page, "TITLE", "\"><b>");
    view_set_cstr(page, "TEXT", "<script>&");
    assert_sv_equal(render(page),
                    "<a href=\"#\" title=\"&quot;&gt;&lt;b&gt;\">&lt;script&gt;&amp;</a>");
}

static void repeats_a_section_for_each_row(void **state)
{
    struct view *page = page_of("{{#ROW}}<p>{{N}} {{SHARED}}</p>{{/ROW}}{{#NEVER}}{{X}}{{/NEVER}}");
    (void)state;
    view_set_cstr(page, "SHARED", "s");
    for (int64_t i = -1; i < 1; i++)
        view_set_i64(view_add(page, "ROW"), "N", i);
    assert_sv_equal(render(page), "<p>-1 s</p><p>0 s</p>");
}

static void gives_an_included_part_only_globals(void **state)
{
    (void)state;
    write_template("part", "<i>{{OWN}}{{CSRF}}{{EVERYWHERE}}</i>");
    view_set_everywhere("EVERYWHERE", SV("e"));
    struct view *page = page_of("{{>PART}}");
    view_set_global(page, "CSRF", SV("c"));
    view_set_cstr(view_include(page, "PART", "t/part.tpl"), "OWN", "o");
    assert_sv_equal(render(page), "<i>oce</i>");
}

static void aborts_on_a_forgotten_variable(void **state)
{
    (void)state;
    assert_aborts(render(page_of("<p>{{FORGOTTEN}}</p>")));
    struct view *page = page_of("{{#ROW}}<p>{{FORGOTTEN}}</p>{{/ROW}}");
    view_show(page, "ROW");
    assert_aborts(render(page));
    view_free(page);
}

static void looks_for_a_name_where_the_template_engine_does(void **state)
{
    (void)state;
    /* CAN is shown on the page, so that within it the row's N can't be seen. */
    struct view *page = page_of("{{#ROW}}{{N}}{{#CAN}}<b>{{N}}</b>{{/CAN}}{{/ROW}}");
    view_show(page, "CAN");
    view_set_i64(view_add(page, "ROW"), "N", 1);
    assert_aborts(render(page));
    view_free(page);
}

static void aborts_on_a_name_that_no_template_has(void **state)
{
    (void)state;
    struct view *page = page_of("<p>{{A}}</p>");
    view_set_cstr(page, "A", "a");
    view_set_cstr(page, "B", "b");
    assert_aborts(render(page));
    view_free(page);
    page = page_of("<p>[]</p>");
    view_show(page, "SECTION");
    assert_aborts(render(page));
    view_free(page);
    page = page_of("<p>[]</p>");
    view_include(page, "MARKER", "t/page.tpl");
    assert_aborts(render(page));
    view_free(page);
}

static void refuses_a_template_that_does_not_parse(void **state)
{
    (void)state;
    write_template("page", "{{#OPEN}}");
    assert_false(view_open(folder));
    write_template("page", "fine");
    assert_false(view_open("/nonexistent"));
    assert_true(view_open(folder));
}

/* ---- layout ---- */

static struct layout_context brand_context(void)
{
    return (struct layout_context){
        .area = LAYOUT_BRAND,
        .title = "T",
        .csrf = "token",
        .user_name = SV("Élise"),
        .workspace_name = SV("Acme"),
    };
}

static struct sv render_with(const struct layout_context *context)
{
    struct layout page = layout_open(context, "error/dead_link.tpl");
    view_show(page.body, "NO_SHOP");
    return layout_render(&page, arena);
}

static void draws_no_control_without_its_address(void **state)
{
    struct layout_context context = brand_context();
    (void)state;
    open_real();
    struct sv html = render_with(&context);
    assert_false(has(html, "<form method=\"post\""));
    assert_false(has(html, "name=\"q\""));
    context.mode_url = "/mode";
    context.logout_url = "/logout";
    html = render_with(&context);
    assert_int_equal(count(html, "name=\"csrf\" value=\"token\""), 2);
    assert_true(has(html, "action=\"/logout\""));
}

static void shows_the_test_bar_in_test_mode_alone(void **state)
{
    struct layout_context context = brand_context();
    (void)state;
    open_real();
    assert_false(has(render_with(&context), "class=\"test-bar\""));
    context.test_mode = true;
    assert_true(has(render_with(&context), "class=\"test-bar\""));
}

static void takes_the_whole_first_letter_of_a_name(void **state)
{
    struct layout_context context = brand_context();
    (void)state;
    open_real();
    assert_true(has(render_with(&context), "aria-hidden=\"true\">É</span>"));
}

static void addresses_static_files_by_their_content(void **state)
{
    struct layout_context context = brand_context();
    (void)state;
    open_real();
    struct sv html = render_with(&context);
    const char *at = memmem(html.p, html.n, "/static/meed.css?v=", 19);
    assert_non_null(at);
    assert_int_equal(strspn(at + 19, "0123456789abcdef"), 16);
    assert_false(layout_start("/nonexistent"));
}

static void offers_the_shop_behind_a_dead_link(void **state)
{
    (void)state;
    open_real();
    struct sv html = layout_dead_link_page(arena, SV("https://shop.example/a?b&c"), LANGUAGE_EN);
    assert_true(has(html, "href=\"https://shop.example/a?b&amp;c\""));
    assert_true(has(html, "Go to shop.example<"));
    html = layout_dead_link_page(arena, SV_NONE, LANGUAGE_EN);
    assert_false(has(html, "Go to"));
}

/* ---- forms ---- */

static void ties_hint_and_error_to_their_field(void **state)
{
    struct form_field field = {
        .name = "rate", .label = "Rate", .hint = "h", .error = "<e>", .value = SV("\"6")};
    (void)state;
    assert_int_equal(symlink(in("MEED_BUILD_DIR", "templates/en/layout"),
                             arena_printf(arena, "%s/en/layout", folder)),
                     0);
    view_set_everywhere("ICONS", SV("/i"));
    struct view *page = page_of("{{>F}}{{>S}}");
    form_show_field(page, "F", &field);
    assert_true(form_show_summary(page, "S", &field, 1));
    struct sv html = render(page);
    assert_true(has(html, "aria-describedby=\"f-rate-hint f-rate-error\""));
    assert_true(has(html, "value=\"&quot;6\""));
    assert_true(has(html, "id=\"f-rate-error\""));
    assert_true(has(html, "<a href=\"#f-rate\">&lt;e&gt;</a>"));
    assert_true(has(html, "1 field needs another look"));
    field.error = NULL;
    page = view_new("test");
    assert_false(form_show_summary(page, "S", &field, 1));
    view_free(page);
}

/* ---- formats ---- */

static void groups_digits(void **state)
{
    (void)state;
    assert_string_equal(format_count(arena, 0), "0");
    assert_string_equal(format_count(arena, 999), "999");
    assert_string_equal(format_count(arena, 24318), "24,318");
    assert_string_equal(format_count(arena, -1234567), "−1,234,567");
    assert_string_equal(format_count(arena, INT64_MIN), "−9,223,372,036,854,775,808");
    assert_string_equal(format_count_to(arena, 9999, 10000), "9,999");
    assert_string_equal(format_count_to(arena, 10000, 10000), "10,000+");
}

static void words_rates_and_changes(void **state)
{
    (void)state;
    assert_string_equal(format_percent_bp(arena, 1000), "10%");
    assert_string_equal(format_percent_bp(arena, 1250), "12.5%");
    assert_string_equal(format_percent_bp(arena, 5), "0.05%");
    assert_string_equal(format_percent_bp(arena, -205), "−2.05%");
    assert_string_equal(format_change(arena, 24318, 21635), "+12.4%");
    assert_string_equal(format_change(arena, 97, 100), "−3%");
    assert_string_equal(format_change(arena, 5, 5), "0%");
    assert_null(format_change(arena, 5, 0));
    assert_string_equal(format_ratio(arena, 847, 24318), "3.48%");
    assert_string_equal(format_ratio(arena, 1, 0), "—");
}

static void words_times_in_the_readers_zone(void **state)
{
    const int64_t us = INT64_C(1781301900000000); /* 2026-06-12T22:05:00Z */
    (void)state;
    assert_string_equal(format_date_time(arena, us, "UTC"), "12 Jun 2026, 22:05");
    assert_string_equal(format_date_time(arena, us, "Europe/Istanbul"), "13 Jun 2026, 01:05");
    assert_string_equal(format_date_time(arena, us, "No/Where"), "12 Jun 2026, 22:05");
    assert_string_equal(format_day(arena, us, "Europe/Istanbul"), "13 Jun");
    assert_string_equal(format_date(arena, -1, "UTC"), "31 Dec 1969");
    assert_string_equal(format_day_number(arena, 20260612), "12 Jun");
}

static void words_spans_by_their_two_largest_parts(void **state)
{
    (void)state;
    assert_string_equal(format_span(arena, 52 * CLOCK_HOUR + CLOCK_MINUTE), "2 d 4 h");
    assert_string_equal(format_span(arena, 17 * CLOCK_MINUTE + 9 * CLOCK_SECOND), "17 min");
    assert_string_equal(format_span(arena, 61 * CLOCK_MINUTE), "1 h 1 min");
    assert_string_equal(format_span(arena, 0), "0 s");
    assert_string_equal(format_relative(arena, 3 * CLOCK_DAY + CLOCK_HOUR, 0), "in 3 d");
    assert_string_equal(format_relative(arena, 0, 2 * CLOCK_HOUR + CLOCK_MINUTE), "2 h ago");
    assert_string_equal(format_relative(arena, 0, CLOCK_SECOND), "now");
}

static void gives_every_state_a_word_and_a_look(void **state)
{
    (void)state;
    open_real();
    for (int i = 0; i < FORMAT_STATES; i++)
        assert_true(strlen(format_state_word((enum format_state)i)) > 0);
}

/* ---- charts ---- */

static struct chart small_chart(const int64_t *values, size_t n)
{
    static const char *const labels[] = {"1 <Jun>", "2 Jun", "3 Jun"};
    return (struct chart){
        .id = "c",
        .title = "Clicks & sales",
        .labels = labels,
        .count = n,
        .series = {{"Now", values}},
        .series_count = 1,
    };
}

static void starts_the_axis_at_zero_and_ends_it_round(void **state)
{
    const int64_t values[] = {3, 370, 12};
    struct chart chart = small_chart(values, 3);
    (void)state;
    struct sv html = chart_line(arena, &chart);
    assert_true(has(html, ">0</text>"));
    assert_true(has(html, ">400</text>"));
    assert_false(has(html, ">500</text>"));
    assert_false(has(html, "style="));
}

static void draws_a_chart_of_nothing(void **state)
{
    const int64_t values[] = {0};
    struct chart chart = small_chart(values, 1);
    (void)state;
    assert_true(has(chart_line(arena, &chart), ">1</text>"));
    assert_true(has(chart_bars(arena, &chart), "height=\"0.0\""));
    assert_true(has(chart_sparkline(arena, "\"t\"", values, 1), "aria-label=\"&quot;t&quot;\""));
}

static void puts_every_value_into_the_table_behind(void **state)
{
    const int64_t values[] = {100, 200, 300}, before[] = {7, 8, 9};
    const struct unit usd = {"USD", 2};
    struct chart chart = small_chart(values, 3);
    (void)state;
    chart.before = (struct chart_series){"Before", before};
    chart.unit = &usd;
    chart.last_is_unfinished = true;
    struct sv html = chart_line(arena, &chart);
    assert_true(has(html, "<caption>Clicks &amp; sales</caption>"));
    assert_true(has(html, "<th scope=\"row\">1 &lt;Jun&gt;</th><td>$1.00</td><td>$0.07</td>"));
    assert_true(has(html, "<td>$3.00</td><td>$0.09</td>"));
    assert_true(has(html, "class=\"chart-before\""));
    assert_int_equal(count(html, "This day is not over yet."), 1);
    assert_true(has(html, "fill=\"url(#c-hatch)\""));
}

static void holds_the_largest_amount_there_is(void **state)
{
    const int64_t values[] = {MONEY_MAX};
    struct chart chart = small_chart(values, 1);
    (void)state;
    assert_true(has(chart_line(arena, &chart), "9,000,000,000,000,000"));
}

static int make_folder(void **state)
{
    (void)state;
    log_open("test", LOG_ERROR);
    i18n_open("/nonexistent");
    assert_non_null(mkdtemp(folder));
    arena = arena_new(ARENA_CEILING_DEFAULT);
    mkdir(arena_printf(arena, "%s/en", folder), 0700);
    mkdir(arena_printf(arena, "%s/en/t", folder), 0700);
    arena_free(arena);
    return 0;
}

static int remove_folder(void **state)
{
    static const char *const files[] = {"en/t/page.tpl", "en/t/part.tpl", "en/layout"};
    (void)state;
    arena = arena_new(ARENA_CEILING_DEFAULT);
    for (size_t i = 0; i < COUNT_OF(files); i++)
        unlink(arena_printf(arena, "%s/%s", folder, files[i]));
    rmdir(arena_printf(arena, "%s/en/t", folder));
    rmdir(arena_printf(arena, "%s/en", folder));
    arena_free(arena);
    return rmdir(folder);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, open_arena, close_arena)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(escapes_for_the_place_a_value_stands_in),
        CASE(repeats_a_section_for_each_row),
        CASE(gives_an_included_part_only_globals),
        CASE(aborts_on_a_forgotten_variable),
        CASE(looks_for_a_name_where_the_template_engine_does),
        CASE(aborts_on_a_name_that_no_template_has),
        CASE(refuses_a_template_that_does_not_parse),
        CASE(draws_no_control_without_its_address),
        CASE(shows_the_test_bar_in_test_mode_alone),
        CASE(takes_the_whole_first_letter_of_a_name),
        CASE(addresses_static_files_by_their_content),
        CASE(offers_the_shop_behind_a_dead_link),
        CASE(ties_hint_and_error_to_their_field),
        CASE(groups_digits),
        CASE(words_rates_and_changes),
        CASE(words_times_in_the_readers_zone),
        CASE(words_spans_by_their_two_largest_parts),
        CASE(gives_every_state_a_word_and_a_look),
        CASE(starts_the_axis_at_zero_and_ends_it_round),
        CASE(draws_a_chart_of_nothing),
        CASE(puts_every_value_into_the_table_behind),
        CASE(holds_the_largest_amount_there_is),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
