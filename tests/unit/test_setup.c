/* What the setup pages say: commands to paste, and a remedy for everything that can go wrong. */
#include "support/unit.h"

#include "conversion/event_words.h"
#include "setup/example.h"
#include "setup/setup_checks.h"
#include "setup/shop_script.h"
#include "setup/site_proof.h"

static struct arena *arena;

static int start(void **state)
{
    (void)state;
    arena = arena_new(ARENA_CEILING_DEFAULT);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static bool says(struct sv text, const char *part)
{
    return strstr(sv_dup(arena, text), part) != NULL;
}

#define example_write_as(door, language, e)                                                        \
    example_write(arena, &(e), EXAMPLE_##door, EXAMPLE_##language)

/* ---- commands */

static struct example an_example(const char *currency)
{
    struct example e = {.base_url = "https://meed.example",
                        .brand = uuid_v7(1),
                        .program = uuid_v7(2),
                        .key = SV("pc_test_key"),
                        .secret = SV("ps_test_secret"),
                        .token = SV("k7m3p9xd")};
    assert_true(unit_find_currency(sv_from(currency), &e.currency));
    return e;
}

static void a_command_holds_the_brands_own_values(void **state)
{
    (void)state;
    struct example e = an_example("USD");
    assert_true(says(example_write_as(API, CURL, e), "'Authorization: Bearer pc_test_key'"));
    assert_true(says(example_write_as(API, CURL, e), "\"token\":\"k7m3p9xd\""));
    assert_true(says(example_write_as(POSTBACK, CURL, e), "-hmac 'ps_test_secret'"));
    assert_true(says(example_write_as(POSTBACK, CURL, e), uuid_text(arena, e.brand)));
}

static void a_click_is_named_before_a_token(void **state)
{
    (void)state;
    struct example e = an_example("USD");
    e.click = SV("0191a5f0-0000-7000-8000-000000000000");
    assert_true(says(example_write_as(API, CURL, e), "\"pcps_click\":\"0191a5f0-"));
    assert_true(says(example_write_as(POSTBACK, CURL, e), "\"click_id\":\"0191a5f0-"));
    assert_false(says(example_write_as(API, CURL, e), "k7m3p9xd"));
}

static void what_cannot_be_shown_comes_from_the_environment(void **state)
{
    (void)state;
    struct example e = an_example("USD");
    e.key = e.secret = e.token = SV("");
    assert_true(says(example_write_as(API, CURL, e), "\"Authorization: Bearer $MEED_KEY\""));
    assert_true(says(example_write_as(API, CURL, e), "$CLICK_ID"));
    assert_true(says(example_write_as(POSTBACK, CURL, e), "-hmac \"$MEED_SECRET\""));
    assert_true(says(example_write_as(API, NODE, e), "process.env.MEED_KEY"));
    assert_true(says(example_write_as(POSTBACK, NODE, e), "process.env.MEED_SECRET"));
    assert_true(says(example_write_as(API, PHP, e), "getenv('MEED_KEY')"));
    assert_true(says(example_write_as(POSTBACK, PHP, e), "getenv('MEED_SECRET')"));
    assert_true(says(example_write_as(API, PHP, e), "getenv('CLICK_ID')"));
}

static void an_amount_has_the_digits_of_its_currency(void **state)
{
    (void)state;
    struct example dollars = an_example("USD"), yen = an_example("JPY"), dinar = an_example("KWD");
    assert_true(says(example_write_as(API, CURL, dollars), "\"order_value\":\"80.00\""));
    assert_true(says(example_write_as(API, CURL, yen), "\"order_value\":\"80\""));
    assert_true(says(example_write_as(API, CURL, dinar), "\"order_value\":\"80.000\""));
}

static void nothing_ends_a_quotation_early(void **state)
{
    (void)state;
    struct example e = an_example("USD");
    e.key = SV("x' ; rm -rf / ; '");
    assert_aborts((void)example_write_as(API, CURL, e));
}

/* ---- what has arrived */

static struct setup_state a_state(void)
{
    return (struct setup_state){.brand = {.zone = "UTC"}, .has_program = true};
}

static struct setup_state with_sale(const char *status, const char *reason)
{
    struct setup_state s = a_state();
    s.has_sale = true;
    s.sale.row = (struct sale_row){
        .order_ref = SV("A-1"), .status = sv_from(status), .received_us = 2000, .gross = 8000};
    s.sale.reason = sv_from(reason);
    assert_true(unit_find_currency(SV("USD"), &s.sale.row.unit));
    return s;
}

static struct setup_state with_credited_sale(void)
{
    struct setup_state s = with_sale("pending", "last_click");
    s.sale.row.handle = SV("~test-1");
    s.sale.row.method = SV("click");
    s.sale.row.commission_unit = s.sale.row.unit;
    s.sale.row.commission = 800;
    return s;
}

static struct setup_finding find(const struct setup_state *s, enum setup_check check)
{
    struct setup_finding findings[SETUP_CHECKS];
    setup_check_all(arena, s, findings);
    return findings[check];
}

/* In the order of the checks: g for good, b for bad, w for waiting. */
static void assert_verdicts(const struct setup_state *s, const char *verdicts)
{
    char found[SETUP_CHECKS + 1] = "";
    for (int i = 0; i < SETUP_CHECKS; i++)
        found[i] = "wgb"[find(s, (enum setup_check)i).verdict];
    assert_string_equal(found, verdicts);
}

static void everything_waits_at_first(void **state)
{
    (void)state;
    struct setup_state s = a_state();
    assert_verdicts(&s, "wwwwwww");
}

static void a_credited_sale_passes(void **state)
{
    (void)state;
    struct setup_state s = with_credited_sale();
    s.click = (struct setup_click){.at_us = 1000};
    s.sale.row.pid = uuid_v7(3);
    assert_verdicts(&s, "ggggggg");
    assert_null(find(&s, CHECK_SHOWN).url);
    s.shows_tests = true; /* else the link would lead to a page that is not there */
    assert_string_equal(find(&s, CHECK_SHOWN).url,
                        arena_printf(arena, "/brand/sales/%s", uuid_text(arena, s.sale.row.pid)));
    assert_true(says(sv_from(find(&s, CHECK_COMMISSION).words), "$8.00"));
}

static void a_bots_click_is_no_click(void **state)
{
    (void)state;
    struct setup_state s = a_state();
    s.click = (struct setup_click){.at_us = 1000, .bot = true};
    assert_int_equal(find(&s, CHECK_CLICK).verdict, CHECK_BAD);
}

static void a_later_refusal_hides_the_sale_before_it(void **state)
{
    (void)state;
    struct setup_state s = with_credited_sale();
    s.refusal = (struct setup_refusal){
        .code = SV("missing_field"), .field = SV("order_currency"), .at_us = 3000};
    assert_verdicts(&s, "wggbwww");
    assert_true(says(sv_from(find(&s, CHECK_READ).words), "order_currency"));
}

static void what_nobody_signed_is_not_read(void **state)
{
    (void)state;
    static const char *const codes[] = {"invalid_signature", "stale_timestamp",
                                        "origin_not_allowed", "stripe_not_configured"};
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        struct setup_state s = a_state();
        s.refusal = (struct setup_refusal){.code = sv_from(codes[i]), .at_us = 3000};
        assert_verdicts(&s, "wgbwwww");
        assert_true(event_reason_is_worded(s.refusal.code));
    }
}

static void a_refusal_before_the_sale_is_over(void **state)
{
    (void)state;
    struct setup_state s = with_credited_sale();
    s.refusal = (struct setup_refusal){.code = SV("stale_timestamp"), .at_us = 1999};
    assert_int_equal(find(&s, CHECK_SALE).verdict, CHECK_GOOD);
}

static void every_verdict_that_credits_nobody_names_its_remedy(void **state)
{
    (void)state;
    struct setup_state unheard_of = with_sale("unattributed", "of no kind");
    const char *fallback = find(&unheard_of, CHECK_CREDIT).words;
    for (int v = VERDICT_OTHER_PROGRAM; v < ATTRIBUTION_VERDICT_COUNT; v++) {
        struct setup_state s =
            with_sale("unattributed", attribution_verdict_text((enum attribution_verdict)v));
        assert_int_equal(find(&s, CHECK_CREDIT).verdict, CHECK_BAD);
        assert_string_not_equal(find(&s, CHECK_CREDIT).words, fallback);
    }
}

static void every_hint_about_a_site_is_worded(void **state)
{
    (void)state;
    for (int hint = 0; hint < SITE_HINT_COUNT; hint++) {
        struct site site = {.host = "shop.example", .hint = (enum site_hint)hint};
        assert_true(strlen(site_hint_words(arena, &site)) > 10);
    }
}

/* ---- scripts for shops */

static void a_script_names_the_brand_and_its_program_and_leaves_no_gap(void **state)
{
    struct shop_script_values values = {
        .base_url = "https://meed.example", .brand = uuid_v7(1), .program = uuid_v7(2)};
    (void)state;
    for (unsigned i = 0; i < SHOP_SCRIPT_COUNT; i++) {
        struct sv text = shop_script_write(arena, (enum shop_script)i, &values);
        assert_true(says(text, "\"https://meed.example/"));
        assert_true(says(text, uuid_text(arena, values.program)));
        assert_int_equal(says(text, uuid_text(arena, values.brand)),
                         i != SHOP_SCRIPT_CLICK && i != SHOP_SCRIPT_SHOPIFY_THEME);
        assert_false(says(text, "{BASE}") || says(text, "{BRAND}") || says(text, "{PROGRAM}") ||
                     says(text, "{TEST"));
        assert_false(says(text, "test"));
    }
}

static void a_script_for_tests_says_so_to_the_door(void **state)
{
    struct shop_script_values values = {.base_url = "https://meed.example", .test_mode = true};
    (void)state;
    assert_true(says(shop_script_write(arena, SHOP_SCRIPT_SALE, &values), " data-mode=\"test\">"));
    assert_true(
        says(shop_script_write(arena, SHOP_SCRIPT_SALE_CALL, &values), " data-mode=\"test\">"));
    assert_true(says(shop_script_write(arena, SHOP_SCRIPT_SHOPIFY_PIXEL, &values), "test: true\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_script_names_the_brand_and_its_program_and_leaves_no_gap),
        cmocka_unit_test(a_script_for_tests_says_so_to_the_door),
        cmocka_unit_test(a_command_holds_the_brands_own_values),
        cmocka_unit_test(a_click_is_named_before_a_token),
        cmocka_unit_test(what_cannot_be_shown_comes_from_the_environment),
        cmocka_unit_test(an_amount_has_the_digits_of_its_currency),
        cmocka_unit_test(nothing_ends_a_quotation_early),
        cmocka_unit_test(everything_waits_at_first),
        cmocka_unit_test(a_credited_sale_passes),
        cmocka_unit_test(a_bots_click_is_no_click),
        cmocka_unit_test(a_later_refusal_hides_the_sale_before_it),
        cmocka_unit_test(what_nobody_signed_is_not_read),
        cmocka_unit_test(a_refusal_before_the_sale_is_over),
        cmocka_unit_test(every_verdict_that_credits_nobody_names_its_remedy),
        cmocka_unit_test(every_hint_about_a_site_is_worded),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
