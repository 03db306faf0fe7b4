#include "support/unit.h"

#include "base/json.h"
#include "door/door_pixel_origin.h"
#include "door/door_pixel_read.h"

static struct arena *arena;
static struct unit usd;

static int open_arena(void **state)
{
    (void)state;
    arena = arena_new(ARENA_CEILING_DEFAULT);
    assert_true(unit_find_currency(SV("USD"), &usd));
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static bool try_read(const char *text, struct pixel_sale *out, struct door_fault *fault)
{
    const char *why = NULL;
    struct json_object *json = json_parse(arena, sv_from(text), &why);
    assert_non_null(json);
    bool good = door_pixel_read(arena, json, &usd, out, fault);
    json_free(json);
    return good;
}

static struct sale_event read_sale(const char *text)
{
    struct pixel_sale sale;
    struct door_fault fault = {0};
    if (!try_read(text, &sale, &fault))
        fail_msg("%s: %s of %s", text, fault.code, fault.field);
    return sale.event;
}

static void refuses(const char *text, const char *code, const char *field)
{
    struct pixel_sale sale;
    struct door_fault fault = {0};
    assert_false(try_read(text, &sale, &fault));
    assert_string_equal(fault.code, code);
    assert_string_equal(fault.field, field);
}

static void reads_what_our_script_sends(void **state)
{
    struct sale_event e = read_sale(
        "{\"order_id\":\"1001\",\"amount\":\"129.90\",\"currency\":\"eur\",\"coupon\":\"anna10\","
        "\"ref\":\"nia\",\"token\":\"abc12xyz\","
        "\"click_id\":\"0192c8f0-7d4e-7abc-8def-0123456789ab\","
        "\"program\":\"0192c8f0-7d4e-7abc-8def-0123456789ac\","
        "\"items\":[{\"sku\":\"TEE\",\"price\":\"50\",\"quantity\":2}]}");
    (void)state;
    assert_sv_equal(e.order_ref, "1001");
    assert_int_equal(e.n_keys, 1);
    assert_int_equal(e.keys[0].kind, SALE_KEY_ORDER);
    assert_int_equal(e.amount, 12990);
    assert_string_equal(e.unit.code, "EUR");
    assert_sv_equal(e.codes[0], "ANNA10");
    assert_sv_equal(e.ref, "nia");
    assert_sv_equal(e.token, "abc12xyz");
    assert_false(uuid_is_zero(e.click));
    assert_false(uuid_is_zero(e.program_pid));
    assert_int_equal(e.n_items, 1);
    assert_sv_equal(e.items[0].sku, "TEE");
    assert_int_equal(e.items[0].base, 10000);
    assert_int_equal(e.kind, SALE_KIND_SALE);
}

static void hears_the_names_of_ga4_and_takes_the_brands_currency_where_none_is_told(void **state)
{
    struct sale_event e = read_sale(
        "{\"transaction_id\":77,\"value\":12.5,\"event\":\"purchase\","
        "\"items\":[{\"item_id\":9,\"price\":12.5}]}");
    (void)state;
    assert_sv_equal(e.order_ref, "77");
    assert_int_equal(e.amount, 1250);
    assert_string_equal(e.unit.code, "USD");
    assert_sv_equal(e.items[0].sku, "9");
}

static void an_order_is_called_as_the_shops_webhook_calls_it(void **state)
{
    static const struct {
        const char *told, *order;
    } cases[] = {
        {"gid://shopify/Order/5551234567890", "5551234567890"},
        {"gid://shopify/OrderIdentity/5551234567890?key=ab", "5551234567890"},
        {"gid://shopify/Order/", "gid://shopify/Order/"},
        {"gid://shopify/Order/12a", "gid://shopify/Order/12a"},
        {"gid://other/Order/12", "gid://other/Order/12"},
        {"9007199254740993", "9007199254740993"},
        {"#1001", "#1001"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_sv_equal(door_pixel_order(sv_from(cases[i].told)), cases[i].order);
    assert_sv_equal(read_sale("{\"order_id\":9007199254740993,\"amount\":1}").order_ref,
                    "9007199254740993");
}

static void the_amount_is_the_orders_total_whichever_way_value_is_meant(void **state)
{
    static const struct {
        const char *members;
        int64_t amount, subtotal, tax;
        bool has_subtotal, has_tax;
    } cases[] = {
        /* by GA4's definition: tax and shipping come on top */
        {"\"value\":100,\"tax\":8,\"shipping\":5,\"items\":[{\"price\":50,\"quantity\":2}]", 11300,
         10000, 800, true, true},
        /* as most shops send it: they are parts */
        {"\"value\":\"113.00\",\"tax\":8,\"shipping\":5,\"items\":[{\"price\":50,\"quantity\":2}]",
         11300, 10000, 800, true, true},
        {"\"value\":113,\"tax\":8,\"shipping\":5", 11300, 10000, 800, true, true},
        {"\"value\":113", 11300, 0, 0, false, false},
        {"\"value\":100,\"tax\":0,\"items\":[{\"price\":100}]", 10000, 10000, 0, true, true},
        /* told outright */
        {"\"amount\":113,\"subtotal\":100,\"tax\":8,\"items\":[{\"price\":113}]", 11300, 10000, 800,
         true, true},
        /* parts that can't be: left out */
        {"\"amount\":10,\"subtotal\":11,\"tax\":12", 1000, 0, 0, false, false},
        {"\"amount\":10,\"tax\":8,\"shipping\":5", 1000, 0, 800, false, true},
        {"\"amount\":10,\"tax\":\"x\"", 1000, 0, 0, false, false},
        {"\"amount\":10,\"items\":[{\"price\":\"1,50\"},7,{\"price\":9.999},{}]", 1000, 0, 0, false,
         false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sale_event e =
            read_sale(arena_printf(arena, "{\"order_id\":\"1\",%s}", cases[i].members));
        assert_int_equal(e.amount, cases[i].amount);
        assert_int_equal(e.base, e.amount);
        assert_int_equal(e.has_subtotal, cases[i].has_subtotal);
        assert_int_equal(e.subtotal, cases[i].subtotal);
        assert_int_equal(e.has_tax, cases[i].has_tax);
        assert_int_equal(e.tax, cases[i].tax);
    }
}

static void amounts_are_decimals_exactly(void **state)
{
    (void)state;
    assert_int_equal(read_sale("{\"order_id\":1,\"amount\":0.1}").amount, 10);
    assert_int_equal(read_sale("{\"order_id\":1,\"amount\":500,\"currency\":\"JPY\"}").amount, 500);
    refuses("{\"order_id\":1,\"amount\":129.90000000000001}", "amount_over_precise", "amount");
    refuses("{\"order_id\":1,\"amount\":\"1,299.00\"}", "amount_not_a_number", "amount");
    refuses("{\"order_id\":1,\"value\":1e3}", "amount_not_a_number", "value");
    refuses("{\"order_id\":1,\"amount\":-1}", "amount_negative", "amount");
    refuses("{\"order_id\":1,\"amount\":1e400}", "amount_not_a_number", "amount");
    refuses("{\"order_id\":1,\"amount\":10.5,\"currency\":\"JPY\"}", "amount_over_precise",
            "amount");
    refuses("{\"order_id\":1,\"amount\":1,\"currency\":\"XXQ\"}", "unknown_currency", "currency");
    refuses("{\"order_id\":1,\"amount\":1,\"currency\":7}", "unknown_currency", "currency");
    refuses("{\"order_id\":1}", "missing_field", "amount");
    refuses("{\"order_id\":1,\"amount\":{}}", "wrong_type", "amount");
}

static void an_order_must_be_named(void **state)
{
    (void)state;
    refuses("{\"amount\":1}", "missing_field", "order_id");
    refuses("{\"order_id\":\"\",\"amount\":1}", "bad_order", "order_id");
    refuses("{\"order_id\":{},\"amount\":1}", "bad_order", "order_id");
    refuses("{\"order_id\":\"a\\u0001b\",\"amount\":1}", "bad_order", "order_id");
}

static void only_a_discount_makes_a_sale_free(void **state)
{
    (void)state;
    refuses("{\"order_id\":1,\"amount\":0}", "amount_zero", "amount");
    assert_int_equal(read_sale("{\"order_id\":1,\"amount\":0,\"coupons\":[\"free\"]}").amount, 0);
    assert_int_equal(read_sale("{\"order_id\":1,\"event\":\"lead\"}").kind, SALE_KIND_LEAD);
}

static void a_page_tells_of_no_renewals(void **state)
{
    (void)state;
    refuses("{\"order_id\":1,\"amount\":1,\"event\":\"rebill\"}", "unknown_event", "event");
    refuses("{\"order_id\":1,\"amount\":1,\"event\":\"gift\"}", "unknown_event", "event");
    refuses("{\"order_id\":1,\"amount\":1,\"program\":\"summer\"}", "bad_program", "program");
    refuses("{\"order_id\":1,\"amount\":1,\"test\":\"yes\"}", "wrong_type", "test");
}

static void a_sandbox_is_known_by_its_origin(void **state)
{
    static const struct {
        const char *origin;
        bool is_sandbox;
    } cases[] = {
        {"null", true},
        {"https://acme.myshopify.com", true},
        {"https://extensions.shopifycdn.com", true},
        {"http://acme.myshopify.com", false},
        {"https://myshopify.com.evil.example", false},
        {"https://evilmyshopify.com", false},
        {"https://shop.example", false},
        {"NULL", false},
        {"", false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_int_equal(door_pixel_origin_is_sandbox(arena, sv_from(cases[i].origin)),
                         cases[i].is_sandbox);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_our_script_sends),
        cmocka_unit_test(hears_the_names_of_ga4_and_takes_the_brands_currency_where_none_is_told),
        cmocka_unit_test(an_order_is_called_as_the_shops_webhook_calls_it),
        cmocka_unit_test(the_amount_is_the_orders_total_whichever_way_value_is_meant),
        cmocka_unit_test(amounts_are_decimals_exactly),
        cmocka_unit_test(an_order_must_be_named),
        cmocka_unit_test(only_a_discount_makes_a_sale_free),
        cmocka_unit_test(a_page_tells_of_no_renewals),
        cmocka_unit_test(a_sandbox_is_known_by_its_origin),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
