/* Finding a missing sale: each answer, to a brand and to a partner. */
#include "support/unit.h"

#include "conversion/conversion.h"
#include "conversion/missing.h"
#include "tests/support/shop.h"
#include "tests/support/testdb.h"

static struct db *db;
static struct arena *arena;
static struct shop shop;

static int open_all(void **state)
{
    const char *why;
    (void)state;
    arena = arena_new(ARENA_CEILING_DEFAULT);
    db = testdb_open();
    return keys_open(testdb_settings()->key_file, arena, &why) ? 0 : -1;
}

static int close_all(void **state)
{
    (void)state;
    db_close(db);
    arena_free(arena);
    return 0;
}

static int fresh_shop(void **state)
{
    (void)state;
    arena_reset(arena);
    testdb_reset();
    ledger_forget_accounts();
    clock_fix(0);
    shop_open(&shop, db, arena);
    return 0;
}

static struct sale_event a_sale(const char *order)
{
    static uint32_t no;
    struct sale_event sale = shop_sale(&shop);
    no++;
    sale.order_ref = sv_from(order);
    memcpy(sale.body_mac, &no, sizeof no);
    sale.has_customer = true;
    keys_hash_email(sale.customer_hash, SV("jo@example.com"));
    return sale;
}

static struct conversion_answer record(const struct sale_event *sale)
{
    struct conversion_answer answer;
    enum conversion_outcome outcome = conversion_record(db, arena, sale, &answer);
    assert_int_equal(outcome, answer.outcome);
    return answer;
}

/* The answer to a brand (`to` NULL) or to one of its creators; asserts how many findings. */
static struct missing_answer ask(enum missing_by by, const char *text,
                                 const struct shop_creator *to, size_t n)
{
    struct missing_answer answer;
    struct missing_query query = {.brand = to ? 0 : shop.brand,
                                  .partner = to ? to->partner : 0,
                                  .by = by,
                                  .text = sv_from(text)};
    assert_int_equal(sale_find_missing(db, arena, &query, &answer), MISSING_OK);
    assert_int_equal(answer.n, n);
    return answer;
}

static const char *click_text(struct uuid click)
{
    char text[UUID_TEXT_SIZE];
    uuid_format(text, click);
    return arena_strdup(arena, text);
}

static void finds_a_sale_by_order_mail_and_click(void **state)
{
    (void)state;
    struct sale_event sale = a_sale("A-1");
    sale.click = shop_click(&shop, (struct shop_click){.creator = &shop.a});
    struct conversion_answer recorded = record(&sale);
    const struct {
        enum missing_by by;
        const char *text;
    } ways[] = {{MISSING_BY_ORDER, " A-1 "},
                {MISSING_BY_EMAIL, "Jo+x@Example.com"},
                {MISSING_BY_CLICK, click_text(sale.click)}};
    const struct shop_creator *askers[] = {NULL, &shop.a};
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        for (size_t k = 0; k < COUNT_OF(askers); k++) {
            struct missing_answer a = ask(ways[i].by, ways[i].text, askers[k], 1);
            assert_int_equal(a.v[0].verdict, MISSING_FOUND);
            assert_true(uuid_eq(a.v[0].conversion, recorded.pid));
            assert_sv_equal(a.v[0].order_ref, "A-1");
            assert_sv_equal(a.v[0].method, "click");
            assert_sv_equal(a.v[0].status, "pending");
            assert_int_equal(a.n_doors, 0);
        }
    }
}

static void finds_a_sale_by_the_payment_that_it_has_as_a_key(void **state)
{
    (void)state;
    struct sale_event sale = a_sale("A-1");
    sale_event_add_key(&sale, SALE_KEY_PAYMENT, SV("pi_7"));
    record(&sale);
    assert_int_equal(ask(MISSING_BY_ORDER, "pi_7", NULL, 1).v[0].verdict, MISSING_UNATTRIBUTED);
}

static void tells_a_creator_of_a_rival_without_naming_them(void **state)
{
    (void)state;
    struct sale_event sale = a_sale("A-1");
    sale_event_add_code(&sale, sv_from(shop.b.code));
    record(&sale);
    struct missing_answer a = ask(MISSING_BY_ORDER, "A-1", &shop.a, 1);
    assert_int_equal(a.v[0].verdict, MISSING_OTHER_PARTNER);
    assert_sv_equal(a.v[0].order_ref, "A-1");
    assert_sv_equal(a.v[0].handle, "");
    assert_sv_equal(a.v[0].method, "");
    assert_sv_equal(a.v[0].status, "");
    assert_sv_equal(ask(MISSING_BY_EMAIL, "jo@example.com", &shop.a, 1).v[0].order_ref, "");
    struct missing_answer brands = ask(MISSING_BY_ORDER, "A-1", NULL, 1);
    assert_int_equal(brands.v[0].verdict, MISSING_FOUND);
    assert_true(brands.v[0].handle.n > 0);
}

static void says_by_how_many_days_the_click_was_too_early(void **state)
{
    (void)state;
    struct sale_event sale = a_sale("A-1");
    sale.click = shop_click(
        &shop, (struct shop_click){.creator = &shop.a,
                                   .at_us = sale.received_us - 32 * CLOCK_DAY - CLOCK_HOUR});
    record(&sale);
    const struct shop_creator *askers[] = {NULL, &shop.a};
    for (size_t k = 0; k < COUNT_OF(askers); k++) {
        struct missing_answer a = ask(MISSING_BY_ORDER, "A-1", askers[k], 1);
        assert_int_equal(a.v[0].verdict, MISSING_CLICK_EXPIRED);
        assert_int_equal(a.v[0].days, 3);
        assert_int_equal(a.v[0].window_days, 30);
    }
    /* Somebody else's click tells this creator nothing. */
    assert_int_equal(ask(MISSING_BY_ORDER, "A-1", &shop.b, 1).v[0].verdict, MISSING_UNATTRIBUTED);
    assert_int_equal(ask(MISSING_BY_CLICK, click_text(sale.click), &shop.b, 1).v[0].verdict,
                     MISSING_CLICK_UNKNOWN);
}

static void names_the_sale_that_another_became_a_part_of(void **state)
{
    (void)state;
    struct sale_event elder = a_sale("A-1"), younger = a_sale("B-1"), both = a_sale("A-1");
    elder.event_id = SV("e1");
    younger.event_id = SV("e2");
    both.event_id = SV("e3");
    sale_event_add_key(&both, SALE_KEY_ORDER, SV("A-1"));
    sale_event_add_key(&both, SALE_KEY_ORDER, SV("B-1"));
    struct conversion_answer first = record(&elder);
    assert_int_equal(record(&younger).outcome, CONVERSION_CREATED);
    assert_int_equal(record(&both).outcome, CONVERSION_DUPLICATE);
    struct missing_answer a = ask(MISSING_BY_ORDER, "B-1", NULL, 1);
    assert_int_equal(a.v[0].verdict, MISSING_DUPLICATE);
    assert_true(uuid_eq(a.v[0].conversion, first.pid));
    assert_sv_equal(a.v[0].order_ref, "A-1");
}

static void tells_of_an_event_that_was_refused_or_failed(void **state)
{
    (void)state;
    struct sale_event sale = a_sale("A-1");
    sale.click = uuid_v7(sale.received_us);
    shop_run("UPDATE program SET status = 'draft'");
    assert_int_equal(record(&sale).outcome, CONVERSION_REFUSED);
    const struct {
        enum missing_by by;
        const char *text;
    } ways[] = {{MISSING_BY_ORDER, "A-1"},
                {MISSING_BY_EMAIL, "jo@example.com"},
                {MISSING_BY_CLICK, click_text(sale.click)}};
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        struct missing_answer a = ask(ways[i].by, ways[i].text, NULL, 1);
        assert_int_equal(a.v[0].verdict, MISSING_REFUSED);
        assert_sv_equal(a.v[0].reason, "program_draft");
        assert_sv_equal(a.v[0].door, "api");
        assert_int_equal(a.v[0].at_us, sale.received_us);
        assert_int_not_equal(a.v[0].inbox, 0);
    }
    assert_int_equal(ask(MISSING_BY_ORDER, "A-1", &shop.a, 1).v[0].inbox, 0);
    shop_run("UPDATE inbox SET state = 'failed', reason = 'set_aside'");
    assert_int_equal(ask(MISSING_BY_ORDER, "A-1", NULL, 1).v[0].verdict, MISSING_FAILED);
}

static void tells_of_a_click_that_led_to_nothing(void **state)
{
    (void)state;
    struct uuid click = shop_click(&shop, (struct shop_click){.creator = &shop.a});
    struct missing_answer a = ask(MISSING_BY_CLICK, click_text(click), &shop.a, 1);
    assert_int_equal(a.v[0].verdict, MISSING_CLICK_WAITS);
    assert_int_equal(a.v[0].window_days, 30);
    clock_fix(clock_business_us() + 35 * CLOCK_DAY + CLOCK_MINUTE);
    a = ask(MISSING_BY_CLICK, click_text(click), &shop.a, 1);
    assert_int_equal(a.v[0].verdict, MISSING_CLICK_EXPIRED);
    assert_int_equal(a.v[0].days, 6);
}

static void tells_when_each_door_was_last_heard_of(void **state)
{
    (void)state;
    struct sale_event sale = a_sale("A-1");
    record(&sale);
    shop_run(
        "INSERT INTO door_refusal (brand, door, code, at_us) SELECT id, 'shopify',"
        " 'bad_signature', 5 FROM brand");
    struct missing_answer a = ask(MISSING_BY_ORDER, "Z-9", NULL, 1);
    assert_int_equal(a.v[0].verdict, MISSING_NEVER);
    assert_int_equal(a.n_doors, 2);
    assert_sv_equal(a.doors[0].door, "api");
    assert_int_equal(a.doors[0].last_event_us, sale.received_us);
    assert_int_equal(a.doors[0].last_refusal_us, 0);
    assert_sv_equal(a.doors[1].refusal, "bad_signature");
    assert_int_equal(a.doors[1].last_event_us, 0);
}

static void waits_for_a_click_that_is_on_its_way(void **state)
{
    (void)state;
    struct sale_event sale = a_sale("A-1");
    sale.click = uuid_v7(sale.received_us - CLOCK_MINUTE);
    record(&sale);
    assert_int_equal(ask(MISSING_BY_ORDER, "A-1", NULL, 1).v[0].verdict, MISSING_AWAITING);
}

static void finds_nothing_of_other_brands_modes_and_partners(void **state)
{
    struct shop other;
    struct missing_answer answer;
    (void)state;
    struct sale_event sale = a_sale("A-1");
    record(&sale);
    shop_open_named(&other, db, arena, "Other");
    struct missing_query query = {.brand = other.brand, .by = MISSING_BY_ORDER, .text = SV("A-1")};
    assert_int_equal(sale_find_missing(db, arena, &query, &answer), MISSING_OK);
    assert_int_equal(answer.v[0].verdict, MISSING_NEVER);
    query = (struct missing_query){
        .partner = other.a.partner, .brand = shop.brand, .by = MISSING_BY_ORDER, .text = SV("A-1")};
    assert_int_equal(sale_find_missing(db, arena, &query, &answer), MISSING_OK);
    assert_int_equal(answer.v[0].verdict, MISSING_NEVER);
    assert_int_equal(answer.n_doors, 0);
    query = (struct missing_query){.brand = shop.brand,
                                   .test_mode = true,
                                   .by = MISSING_BY_EMAIL,
                                   .text = SV("jo@example.com")};
    assert_int_equal(sale_find_missing(db, arena, &query, &answer), MISSING_OK);
    assert_int_equal(answer.v[0].verdict, MISSING_NEVER);
}

static void says_when_the_text_is_none_of_its_kind(void **state)
{
    static const struct missing_query queries[] = {
        {.brand = 1, .by = MISSING_BY_ORDER, .text = SV("  ")},
        {.brand = 1, .by = MISSING_BY_EMAIL, .text = SV("nobody")},
        {.brand = 1, .by = MISSING_BY_CLICK, .text = SV("12")}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(queries); i++) {
        struct missing_answer answer;
        assert_int_equal(sale_find_missing(db, arena, &queries[i], &answer), MISSING_BAD);
    }
}

#define missing_test(f) cmocka_unit_test_setup(f, fresh_shop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        missing_test(finds_a_sale_by_order_mail_and_click),
        missing_test(finds_a_sale_by_the_payment_that_it_has_as_a_key),
        missing_test(tells_a_creator_of_a_rival_without_naming_them),
        missing_test(says_by_how_many_days_the_click_was_too_early),
        missing_test(names_the_sale_that_another_became_a_part_of),
        missing_test(tells_of_an_event_that_was_refused_or_failed),
        missing_test(tells_of_a_click_that_led_to_nothing),
        missing_test(tells_when_each_door_was_last_heard_of),
        missing_test(waits_for_a_click_that_is_on_its_way),
        missing_test(finds_nothing_of_other_brands_modes_and_partners),
        missing_test(says_when_the_text_is_none_of_its_kind),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
