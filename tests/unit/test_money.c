#include "support/unit.h"

#include "base/money.h"

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

static struct unit currency(const char *code)
{
    struct unit unit;

    assert_true(unit_find_currency(sv_from(code), &unit));
    return unit;
}

static void knows_currencies_and_their_exponents(void **state)
{
    struct unit unit;

    (void)state;
    assert_int_equal(currency("USD").exponent, 2);
    assert_int_equal(currency("JPY").exponent, 0);
    assert_int_equal(currency("KWD").exponent, 3);
    assert_int_equal(currency("AED").exponent, 2); /* the first and the last of the table */
    assert_int_equal(currency("ZWL").exponent, 2);
    assert_false(unit_find_currency(SV("usd"), &unit));
    assert_false(unit_find_currency(SV("XXX"), &unit));
    assert_false(unit_find_currency(SV("ABC"), &unit));
    assert_false(unit_find_currency(SV("USDT"), &unit));
    assert_false(unit_find_currency(SV_NONE, &unit));
}

static void parses_major_units_exactly(void **state)
{
    static const struct {
        const char *text;
        uint8_t exponent;
        enum money_parse result;
        int64_t minor;
    } rows[] = {
        {"129.90", 2, MONEY_OK, 12990},
        {"129.9", 2, MONEY_OK, 12990},
        {"129", 2, MONEY_OK, 12900},
        {"0.01", 2, MONEY_OK, 1},
        {"0", 2, MONEY_OK, 0},
        {"1.5000", 2, MONEY_OK, 150},
        {"500", 0, MONEY_OK, 500},
        {"500.00", 0, MONEY_OK, 500},
        {"1.5", 0, MONEY_OVER_PRECISE, 0},
        {"1.250", 3, MONEY_OK, 1250},
        {"1.2505", 3, MONEY_OVER_PRECISE, 0},
        {"19.999", 2, MONEY_OVER_PRECISE, 0},
        {"90000000000000.00", 2, MONEY_OK, MONEY_MAX},
        {"90000000000000.01", 2, MONEY_TOO_LARGE, 0},
        {"99999999999999999999999999", 2, MONEY_TOO_LARGE, 0},
        {"9000000000000000", 0, MONEY_OK, MONEY_MAX},
        {"-1.00", 2, MONEY_NEGATIVE, 0},
        {"-0.01", 2, MONEY_NEGATIVE, 0},
        {"", 2, MONEY_NOT_A_NUMBER, 0},
        {"NaN", 2, MONEY_NOT_A_NUMBER, 0},
        {"-NaN", 2, MONEY_NOT_A_NUMBER, 0},
        {"Infinity", 2, MONEY_NOT_A_NUMBER, 0},
        {"1e3", 2, MONEY_NOT_A_NUMBER, 0},
        {"1E3", 2, MONEY_NOT_A_NUMBER, 0},
        {"0x10", 2, MONEY_NOT_A_NUMBER, 0},
        {"+5", 2, MONEY_NOT_A_NUMBER, 0},
        {"1,000", 2, MONEY_NOT_A_NUMBER, 0},
        {"1.000,00", 2, MONEY_NOT_A_NUMBER, 0},
        {"1.2.3", 2, MONEY_NOT_A_NUMBER, 0},
        {".5", 2, MONEY_NOT_A_NUMBER, 0},
        {"5.", 2, MONEY_NOT_A_NUMBER, 0},
        {".", 2, MONEY_NOT_A_NUMBER, 0},
        {" 5", 2, MONEY_NOT_A_NUMBER, 0},
        {"5 ", 2, MONEY_NOT_A_NUMBER, 0},
        {"--5", 2, MONEY_NOT_A_NUMBER, 0},
        {"٥", 2, MONEY_NOT_A_NUMBER, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t minor = 0;

        if (money_parse_major(sv_from(rows[i].text), rows[i].exponent, &minor) != rows[i].result ||
            minor != rows[i].minor)
            fail_msg("\"%s\" with %d digits", rows[i].text, rows[i].exponent);
    }
}

static void formats_for_machines(void **state)
{
    (void)state;
    assert_string_equal(money_format_major(arena, 12990, 2), "129.90");
    assert_string_equal(money_format_major(arena, 5, 2), "0.05");
    assert_string_equal(money_format_major(arena, -5, 2), "-0.05");
    assert_string_equal(money_format_major(arena, 1250, 3), "1.250");
    assert_string_equal(money_format_major(arena, 500, 0), "500");
    assert_string_equal(money_format_major(arena, INT64_MIN, 0), "-9223372036854775808");
}

static void formats_for_people(void **state)
{
    struct unit usd = currency("USD"), eur = currency("EUR"), jpy = currency("JPY");
    struct unit kwd = currency("KWD"), points = {"points", 0};

    (void)state;
    assert_string_equal(money_format_display(arena, 12990, &usd), "$129.90");
    assert_string_equal(money_format_display(arena, 120400, &eur), "€1,204.00");
    assert_string_equal(money_format_display(arena, 500, &jpy), "¥500");
    assert_string_equal(money_format_display(arena, 1250, &kwd), "KWD 1.250");
    assert_string_equal(money_format_display(arena, -123456789, &usd), "-$1,234,567.89");
    assert_string_equal(money_format_display(arena, 1200, &points), "1,200 points");
    assert_string_equal(money_format_display(arena, 99999, &usd), "$999.99");
    assert_string_equal(money_format_display(arena, 100000, &usd), "$1,000.00");
}

static void rates_round_half_to_even(void **state)
{
    static const struct {
        int64_t amount;
        int32_t rate_bp;
        int64_t result;
    } rows[] = {
        {14400, 750, 1080}, /* 7.5% of 144.00 is 10.80 */
        {144, 750, 11},     /* 10.8 */
        {5, 1000, 0},       /* 0.5: down to the even 0 */
        {15, 1000, 2},      /* 1.5: up to the even 2 */
        {25, 1000, 2},      /* 2.5: down to 2 */
        {35, 1000, 4},      /* 3.5: up to 4 */
        {-15, 1000, -2},    /* the same below zero */
        {-25, 1000, -2},
        {250001, 1, 25}, /* 25.0001 */
        {245001, 1, 25}, /* 24.5001: above the tie */
        {245000, 1, 24}, /* 24.5: the tie */
        {MONEY_MAX, 10000, MONEY_MAX},
        {1234, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t result;

        assert_true(money_mul_bp(rows[i].amount, rows[i].rate_bp, &result));
        assert_true(result == rows[i].result);
    }
}

static void reports_overflow_and_leaves_the_result_alone(void **state)
{
    int64_t result = 42;

    (void)state;
    assert_false(money_add(MONEY_MAX, 1, &result));
    assert_false(money_add(-MONEY_MAX, -1, &result));
    assert_false(money_add(INT64_MAX, INT64_MAX, &result));
    assert_false(money_mul_bp(MONEY_MAX, 10001, &result));
    assert_false(money_mul_ratio(INT64_MAX, INT64_MAX, 1, &result));
    assert_false(money_mul_ratio(INT64_MIN, INT64_MAX, 1, &result));
    assert_true(result == 42);
    assert_true(money_add(MONEY_MAX, -1, &result) && result == MONEY_MAX - 1);
    assert_true(money_mul_ratio(MONEY_MAX, INT64_MAX, INT64_MAX, &result) && result == MONEY_MAX);
}

static void a_ratio_needs_a_positive_denominator(void **state)
{
    int64_t result;

    (void)state;
    assert_aborts((void)!money_mul_ratio(1, 1, 0, &result));
    assert_aborts((void)!money_mul_ratio(1, 1, -1, &result));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_currencies_and_their_exponents),
        cmocka_unit_test(parses_major_units_exactly),
        cmocka_unit_test(formats_for_machines),
        cmocka_unit_test(formats_for_people),
        cmocka_unit_test(rates_round_half_to_even),
        cmocka_unit_test(reports_overflow_and_leaves_the_result_alone),
        cmocka_unit_test(a_ratio_needs_a_positive_denominator),
    };

    return cmocka_run_group_tests_name("money", tests, open_arena, close_arena);
}
