/* Discount codes: the template, the discount, and what takes a leaked code's place (S0-09, S0-81).
 */
#include "support/unit.h"

#include "base/clock.h"
#include "click/linkmap.h"
#include "support/fixture.h"
#include "support/testdb.h"

static struct db *db;
static struct arena *arena;
static struct fixture_brand acme, rival;
static struct partnership nia;

static int start(void **state)
{
    (void)state;
    testdb_reset();
    db = testdb_open();
    arena = arena_new(ARENA_CEILING_DEFAULT);
    acme = fixture_brand(db, arena, "Acme Co.");
    rival = fixture_brand(db, arena, "Rival");
    struct program program = fixture_program(db, arena, &acme, "Ambassadors");
    nia = fixture_partnership(db, arena, &acme, &program, fixture_partner(db, "nia.travels"));
    return 0;
}

static int stop(void **state)
{
    (void)state;
    linkmap_close();
    db_close(db);
    arena_free(arena);
    return 0;
}

static struct partner_brand_code_list codes(void)
{
    struct partner_brand_code_list list;
    assert_int_equal(partner_list_brand_codes(db, arena, acme.id, false, 0, 10, &list), DB_OK);
    return list;
}

static struct sv in_force(void)
{
    struct partnership found;
    assert_int_equal(partner_find_partnership(db, arena, acme.id, nia.pid, &found), DB_OK);
    return found.code;
}

static void a_template_needs_what_makes_codes_differ(void **state)
{
    static const struct {
        const char *text;
        bool good;
    } cases[] = {
        {"{BRAND}-{CREATOR}-{5}", true},
        {"{CREATOR}{4}", true},
        {"Save_{9}", true},
        {"{BRAND}-{CREATOR}", false}, /* guessable */
        {"{BRAND}-{3}", false},
        {"{BRAND}-{NAME}-{5}", false},
        {"{5", false},
        {"=cmd|{5}", false},
        {"-{5}", false},
        {"{5} off", false},
        {"", false},
        {"abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghi{5}", false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        if (partner_template_is_good(sv_from(cases[i].text), SV("ACME")) != cases[i].good)
            fail_msg("'%s'", cases[i].text);
}

static void a_code_takes_off_what_its_brands_do_until_it_has_its_own(void **state)
{
    const struct partner_discount ten = {PARTNER_DISCOUNT_PERCENT, 1000};
    const struct partner_discount five = {PARTNER_DISCOUNT_AMOUNT, 500};
    struct partner_code_settings settings;
    (void)state;
    assert_int_equal(codes().v[0].in_force.kind, PARTNER_DISCOUNT_NONE);
    assert_int_equal(partner_save_code_settings(db, acme.id, SV("{CREATOR}-{6}"), &ten), DB_OK);
    assert_int_equal(codes().v[0].own.kind, PARTNER_DISCOUNT_OF_BRAND);
    assert_int_equal(codes().v[0].in_force.kind, PARTNER_DISCOUNT_PERCENT);
    assert_int_equal(codes().v[0].in_force.value, 1000);
    assert_int_equal(partner_save_discount(db, acme.id, codes().v[0].id, &five), DB_OK);
    assert_int_equal(codes().v[0].in_force.kind, PARTNER_DISCOUNT_AMOUNT);
    assert_int_equal(partner_save_discount(db, rival.id, codes().v[0].id, &ten), DB_NO_ROW);
    assert_int_equal(partner_find_code_settings(db, arena, acme.id, &settings), DB_OK);
    assert_sv_equal(settings.template_text, "{CREATOR}-{6}");
}

static void a_leaked_code_is_replaced_by_one_of_the_template(void **state)
{
    const struct partner_discount five = {PARTNER_DISCOUNT_AMOUNT, 500};
    struct sv code;
    struct partner_code_list own;
    uint64_t leaked = codes().v[0].id;
    struct sv before = in_force();
    (void)state;
    assert_int_equal(partner_save_discount(db, acme.id, leaked, &five), DB_OK);
    assert_int_equal(partner_replace_code(db, arena, rival.id, leaked, 0, &code),
                     PARTNER_NOT_FOUND);
    assert_int_equal(partner_replace_code(db, arena, acme.id, leaked, 24, &code), PARTNER_OK);

    struct partner_brand_code_list list = codes();
    assert_int_equal(list.n, 2);
    assert_true(sv_eq(list.v[0].code, code) && sv_eq(list.v[1].replaced_by, code));
    assert_true(sv_starts(code, SV("ACME")) && !sv_eq(code, before));
    assert_int_equal(list.v[0].own.kind, PARTNER_DISCOUNT_AMOUNT);
    assert_int_equal(list.v[0].stops_us, 0);
    int64_t in_us = list.v[1].stops_us - clock_business_us();
    assert_true(!list.v[1].stopped && in_us > 23 * CLOCK_HOUR && in_us <= 24 * CLOCK_HOUR);
    assert_true(sv_eq(in_force(), code)); /* what links and pages show from now on */

    assert_int_equal(partner_list_codes(db, arena, nia.partner, &own), DB_OK);
    assert_int_equal(own.n, 2);
    assert_true(own.v[1].stops_us != 0 && sv_eq(own.v[1].replaced_by, code));
    /* Once. */
    assert_int_equal(partner_replace_code(db, arena, acme.id, leaked, 0, &code),
                     PARTNER_WRONG_STATE);
    assert_int_equal(codes().n, 2);
}

static void replaced_now_it_has_stopped(void **state)
{
    struct sv code;
    (void)state;
    assert_int_equal(partner_replace_code(db, arena, acme.id, codes().v[0].id, 0, &code),
                     PARTNER_OK);
    assert_true(codes().v[1].stopped && codes().v[1].stops_us <= clock_business_us());
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_template_needs_what_makes_codes_differ),
        TEST(a_code_takes_off_what_its_brands_do_until_it_has_its_own),
        TEST(a_leaked_code_is_replaced_by_one_of_the_template),
        TEST(replaced_now_it_has_stopped),
    };
    return cmocka_run_group_tests_name("codes", tests, NULL, NULL);
}
