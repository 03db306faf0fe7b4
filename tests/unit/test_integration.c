/* How a door goes in words, what may be pasted, and what became of an event. */
#include "support/unit.h"

#include "base/clock.h"
#include "conversion/event_words.h"
#include "setup/integration.h"
#include "setup/pixel_origin.h"
#include "setup/sku_category.h"

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

static bool says(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

/* The state of a door ------------------------------------------------------------------------ */

#define WIRE     (100 * CLOCK_DAY)
#define BUSINESS (200 * CLOCK_DAY) /* moved ahead of the wire clock */

static struct integration_state judge(const struct integration_facts *facts)
{
    return integration_judge(arena, integration_find(SV("shopify")), facts, WIRE, BUSINESS);
}

static void every_door_is_found_by_its_own_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < INTEGRATIONS; i++)
        assert_ptr_equal(integration_find(sv_from(sale_door_text(integrations[i].door))),
                         &integrations[i]);
    assert_null(integration_find(SV("manual")));
    assert_null(integration_find(SV("")));
}

static void a_door_goes_from_not_set_up_to_silent(void **state)
{
    (void)state;
    struct integration_facts f = {0};
    assert_int_equal(judge(&f).chip, STATE_NOT_SET_UP);
    f.is_set_up = true;
    assert_int_equal(judge(&f).chip, STATE_NOT_HEARD);
    f.heard_us = WIRE - 24 * CLOCK_HOUR + 1;
    f.topic = SV("orders/create");
    assert_int_equal(judge(&f).chip, STATE_CONNECTED);
    assert_true(says(judge(&f).words, "orders/create"));
    f.heard_us -= 1;
    assert_int_equal(judge(&f).chip, STATE_SILENT);
    f.is_disconnected = true;
    assert_int_equal(judge(&f).chip, STATE_DISCONNECTED);
}

static void the_younger_of_an_event_and_a_refusal_counts(void **state)
{
    (void)state;
    struct integration_facts f = {.is_set_up = true,
                                  .heard_us = WIRE - 10 * CLOCK_MINUTE,
                                  .refused_code = SV("amount_zero"),
                                  .refused_field = SV("total_price"),
                                  .refused_us = BUSINESS - 5 * CLOCK_MINUTE};
    assert_int_equal(judge(&f).chip, STATE_REFUSED);
    assert_true(says(judge(&f).words, "total_price"));
    assert_true(says(judge(&f).words, event_reason_words(arena, SV("amount_zero"))));
    f.heard_us = WIRE - CLOCK_MINUTE;
    assert_int_equal(judge(&f).chip, STATE_CONNECTED);
}

/* What is pasted ----------------------------------------------------------------------------- */

static bool may_be(const char *door, const char *pasted)
{
    return integration_pasted_fault(integration_find(sv_from(door)), sv_from(pasted)) == NULL;
}

static void a_signing_secret_is_told_from_what_it_is_not(void **state)
{
    (void)state;
    assert_true(may_be("shopify", "0c5e1b0d4f7a"));
    assert_false(may_be("shopify", ""));
    assert_false(may_be("shopify", "short"));
    assert_false(may_be("shopify", "with a blank in it"));
    assert_true(may_be("stripe", "whsec_0123456789"));
    assert_false(may_be("stripe", "sk_live_0123456789"));
    assert_true(may_be("paddle", "pdl_ntfset_01h_abc"));
    assert_false(may_be("paddle", "pdl_live_apikey_01h"));
}

static void an_origin_is_what_a_browser_sends(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"shop.example", "https://shop.example"},
        {" HTTPS://Shop.Example:443/cart?x=1#y ", "https://shop.example"},
        {"http://shop.example:8080", "http://shop.example:8080"},
        {"https://Bücher.example", "https://xn--bcher-kva.example"},
    };
    static const char *const bad[] = {"", "https://", "ftp://shop.example", "javascript://alert",
                                      "https://a b.example"};
    struct sv origin;
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        assert_true(pixel_origin_parse(arena, sv_from(pairs[i][0]), &origin));
        assert_string_equal(sv_dup(arena, origin), pairs[i][1]);
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (pixel_origin_parse(arena, sv_from(bad[i]), &origin))
            fail_msg("%s was taken as %s", bad[i], sv_dup(arena, origin));
}

static struct sku_pasted pasted(const char *csv, bool sound)
{
    struct sku_pasted p;
    assert_int_equal(sku_category_parse(arena, sv_from(csv), &p), sound);
    return p;
}

static void assert_row(const struct sku_pasted *p, size_t i, const char *sku, const char *category)
{
    assert_true(i < p->n);
    assert_string_equal(sv_dup(arena, p->v[i].sku), sku);
    assert_string_equal(sv_dup(arena, p->v[i].category), category);
}

static void csv_is_read_as_spreadsheets_write_it(void **state)
{
    (void)state;
    struct sku_pasted p =
        pasted("\xef\xbb\xbfSKU;Category\r\nA;Shoes\r\n\r\nB;\"Hats; \"\"caps\"\"\"", true);
    assert_int_equal(p.n, 2);
    assert_row(&p, 0, "A", "Shoes");
    assert_row(&p, 1, "B", "Hats; \"caps\"");
    p = pasted("A-1\tShoes, red\n", true);
    assert_row(&p, 0, "A-1", "Shoes, red");
    assert_int_equal(pasted("", true).n, 0);
}

static void csv_that_cannot_be_read_names_its_line(void **state)
{
    (void)state;
    assert_int_equal(pasted("A,Shoes\nB\n", false).bad_line, 2);
    assert_int_equal(pasted("A,Shoes,red", false).bad_line, 1);
    assert_int_equal(pasted("A,\"Shoes", false).bad_line, 1);
    assert_int_equal(pasted("A,Shoes\n\nB,\xff", false).bad_line, 3);
    char *long_sku = arena_alloc(arena, SKU_TEXT_MAX + 4);
    memset(long_sku, 'x', SKU_TEXT_MAX + 1);
    memcpy(long_sku + SKU_TEXT_MAX + 1, ",y", 3);
    assert_int_equal(pasted(long_sku, false).bad_line, 1);
}

/* What became of an event -------------------------------------------------------------------- */

static struct inbox_row a_row(const char *kind, const char *row_state, const char *reason)
{
    return (struct inbox_row){
        .kind = sv_from(kind), .state = sv_from(row_state), .reason = sv_from(reason)};
}

static void an_unknown_code_is_readable(void **state)
{
    (void)state;
    assert_false(event_reason_is_worded(SV("of_no_kind")));
    assert_true(says(event_reason_words(arena, SV("of_no_kind")), "of no kind"));
    assert_string_equal(event_reason_words(arena, SV("")), "");
}

static void every_fate_has_its_chip(void **state)
{
    (void)state;
    struct inbox_row row = a_row("sale", "processed", "");
    assert_int_equal(event_fate(arena, &row, WIRE).chip, STATE_PROCESSED);
    row = a_row("other", "ignored", "ping");
    assert_int_equal(event_fate(arena, &row, WIRE).chip, STATE_IGNORED);
    row = a_row("sale", "conflict", "other_content");
    row.field = SV("amount");
    assert_int_equal(event_fate(arena, &row, WIRE).chip, STATE_CONFLICT);
    assert_true(says(event_fate(arena, &row, WIRE).words, "amount"));
    row = a_row("sale", "refused", "program_draft");
    assert_int_equal(event_fate(arena, &row, WIRE).chip, STATE_REFUSED);
    row = a_row("sale", "parked", "awaiting_click");
    row.due_us = WIRE + CLOCK_HOUR;
    assert_int_equal(event_fate(arena, &row, WIRE).chip, STATE_PARKED);
    row = a_row("adjustment", "parked", "awaiting_sale");
    assert_int_equal(event_fate(arena, &row, WIRE).chip, STATE_PARKED);
    row = a_row("sale", "failed", "recording_failed");
    row.due_us = WIRE + CLOCK_SECOND;
    assert_int_equal(event_fate(arena, &row, WIRE).chip, STATE_FAILED);
    row.due_us = 0;
    row.is_quarantined = true;
    row.tries = 3;
    assert_int_equal(event_fate(arena, &row, WIRE).chip, STATE_QUARANTINED);
    assert_true(says(event_fate(arena, &row, WIRE).words, "3 times"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_door_is_found_by_its_own_name),
        cmocka_unit_test(a_door_goes_from_not_set_up_to_silent),
        cmocka_unit_test(the_younger_of_an_event_and_a_refusal_counts),
        cmocka_unit_test(a_signing_secret_is_told_from_what_it_is_not),
        cmocka_unit_test(an_origin_is_what_a_browser_sends),
        cmocka_unit_test(csv_is_read_as_spreadsheets_write_it),
        cmocka_unit_test(csv_that_cannot_be_read_names_its_line),
        cmocka_unit_test(an_unknown_code_is_readable),
        cmocka_unit_test(every_fate_has_its_chip),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
