#include "support/unit.h"

#include "conversion/sale_event.h"

static struct arena *arena;

static int open_arena(void **state)
{
    (void)state;
    arena = arena_new(ARENA_CEILING_DEFAULT);
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static const struct sale_item items[] = {
    {.line_ref = SV("466157049"),
     .sku = SV("A \"1\""),
     .category = SV("sh\xc3\xb6n"),
     .base = 12990,
     .quantity = 2},
    {.sku = SV(""), .category = SV(""), .base = 0, .quantity = 1},
};

/* A sale that tells everything. */
static struct sale_event a_full_sale(void)
{
    struct sale_event event = {
        .door = SALE_DOOR_POSTBACK,
        .kind = SALE_KIND_REBILL,
        .test_mode = true,
        .brand = 7,
        .program = 9,
        .event_id = SV("evt_1"),
        .order_ref = SV("order \xe2\x82\xac"),
        .amount = MONEY_MAX,
        .base = 1,
        .click = uuid_v7(1),
        .bad_click = SV("undefined"),
        .keys = {{SALE_KEY_PAYMENT, SV("pi_1")}, {SALE_KEY_INVOICE, SV("in_1")}},
        .n_keys = 2,
        .codes = {SV("SHOP-1"), SV("SHOP-2")},
        .n_codes = 2,
        .subscription = SV("sub_1"),
        .buyer = SALE_BUYER_RETURNING,
        .unverified = true,
        .by_user = 4,
        .note = SV("told by mail,\n\"twice\""),
        .token = SV("abcd2345"),
        .ref = SV("anna"),
        .campaign = SV("spring"),
        .country = SV("DE"),
        .has_customer = true,
        .has_ip = true,
        .customer_hash = {1, 2, 255},
        .ip_hash = {9},
        .occurred_us = 5,
        .items = items,
        .n_items = COUNT_OF(items),
        .body_mac = {3},
        .request = uuid_v7(2),
        .received_us = 6};
    assert_true(unit_find_currency(SV("KWD"), &event.unit));
    return event;
}

static void reads_back_what_it_wrote(void **state)
{
    (void)state;
    struct sale_event event = a_full_sale(), back;
    struct sv json = sale_event_write(arena, &event);
    assert_true(sale_event_read(arena, json, &back));
    struct sv again = sale_event_write(arena, &back);
    assert_int_equal(again.n, json.n);
    assert_memory_equal(again.p, json.p, json.n);
    assert_int_equal(back.amount, MONEY_MAX);
    assert_int_equal(back.unit.exponent, 3);
    assert_true(uuid_eq(back.click, event.click));
    assert_memory_equal(back.customer_hash, event.customer_hash, HASH_SIZE);
    assert_int_equal(back.items[0].quantity, 2);
    assert_int_equal(back.n_keys, 2);
    assert_int_equal(back.keys[1].kind, SALE_KEY_INVOICE);
    assert_sv_equal(back.codes[1], "SHOP-2");
    assert_true(back.unverified);
    assert_int_equal(back.buyer, SALE_BUYER_RETURNING);
    assert_sv_equal(back.items[0].sku, "A \"1\"");
}

static void leaves_out_what_is_not_told(void **state)
{
    (void)state;
    struct sale_event event = a_full_sale(), back;
    event.click = event.request = (struct uuid){{0}};
    event.bad_click = event.token = event.ref = SV("");
    event.n_codes = event.n_keys = 0;
    event.has_customer = event.has_ip = false;
    event.n_items = 0;
    struct sv json = sale_event_write(arena, &event);
    assert_null(strstr(json.p, "\"click\""));
    assert_null(strstr(json.p, "\"customer\""));
    assert_null(strstr(json.p, "\"items\""));
    assert_true(sale_event_read(arena, json, &back));
    assert_true(uuid_is_zero(back.click));
    assert_false(back.has_customer);
}

static void reads_nothing_that_is_damaged(void **state)
{
    (void)state;
    struct sale_event event = a_full_sale(), back;
    struct sv json = sale_event_write(arena, &event);
    for (size_t n = 0; n < json.n; n++)
        assert_false(sale_event_read(arena, sv_sub(json, 0, n), &back));
    assert_false(sale_event_read(arena, SV("{}"), &back));
    assert_false(sale_event_read(arena, SV("[]"), &back));
}

static void keeps_each_key_and_code_once_and_no_empty_one(void **state)
{
    (void)state;
    struct sale_event event = {0};
    sale_event_add_key(&event, SALE_KEY_PAYMENT, SV("pi_1"));
    sale_event_add_key(&event, SALE_KEY_PAYMENT, SV("pi_1"));
    sale_event_add_key(&event, SALE_KEY_INVOICE, SV("pi_1"));
    sale_event_add_key(&event, SALE_KEY_INVOICE, SV(""));
    assert_int_equal(event.n_keys, 2);
    sale_event_add_code(&event, SV("A"));
    sale_event_add_code(&event, SV("A"));
    sale_event_add_code(&event, SV(""));
    assert_int_equal(event.n_codes, 1);
}

static void knows_its_doors_and_kinds_by_their_words(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SALE_DOOR_COUNT; i++) {
        enum sale_door door;
        assert_true(sale_door_find(sv_from(sale_door_text((enum sale_door)i)), &door));
        assert_int_equal(door, i);
        assert_in_range(sale_door_rank(door), 1, 3);
    }
    enum sale_kind kind;
    assert_true(sale_kind_find(SV("lead"), &kind));
    assert_true(sale_kind_may_be_zero(kind));
    assert_false(sale_kind_may_be_zero(SALE_KIND_SALE));
    assert_false(sale_kind_find(SV("gift"), &kind));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_back_what_it_wrote),
        cmocka_unit_test(leaves_out_what_is_not_told),
        cmocka_unit_test(reads_nothing_that_is_damaged),
        cmocka_unit_test(keeps_each_key_and_code_once_and_no_empty_one),
        cmocka_unit_test(knows_its_doors_and_kinds_by_their_words),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
