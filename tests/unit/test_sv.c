#include "support/unit.h"

#include "base/arena.h"

static void reads_whole_numbers_and_nothing_else(void **state)
{
    static const char *const bad[] = {"",
                                      " 1",
                                      "1 ",
                                      "+1",
                                      "1.0",
                                      "1e3",
                                      "0x1",
                                      "--1",
                                      "-",
                                      "١",
                                      "1\n2",
                                      "NaN",
                                      "9223372036854775808"};
    int64_t v;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(sv_to_i64(sv_from(bad[i]), &v));
    assert_true(sv_to_i64(SV("-9223372036854775808"), &v));
    assert_true(v == INT64_MIN);
    assert_true(sv_to_i64(SV("9223372036854775807"), &v));
    assert_true(v == INT64_MAX);
    assert_true(sv_to_i64(SV("007"), &v));
    assert_int_equal(v, 7);
}

static void reads_unsigned_numbers_up_to_the_last(void **state)
{
    uint64_t v;

    (void)state;
    assert_true(sv_to_u64(SV("18446744073709551615"), &v));
    assert_true(v == UINT64_MAX);
    assert_false(sv_to_u64(SV("18446744073709551616"), &v));
    assert_false(sv_to_u64(SV("-1"), &v));
}

static void accepts_well_formed_utf8_alone(void **state)
{
    static const char *const good[] = {
        "", "plain", "Grüße", "日本", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf"};
    static const char *const bad[] = {
        "\x80",             /* continuation alone */
        "\xc3",             /* cut short */
        "\xc0\xaf",         /* '/' in two bytes */
        "\xe0\x80\xaf",     /* and in three */
        "\xed\xa0\x80",     /* surrogate */
        "\xf4\x90\x80\x80", /* beyond U+10FFFF */
        "\xff",
        "\xf0\x9f\x98",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++)
        assert_true(sv_is_utf8(sv_from(good[i])));
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(sv_is_utf8(sv_from(bad[i])));
    assert_false(sv_is_utf8(sv_of("a\0b", 3)));
}

static void cuts_at_each_separator(void **state)
{
    struct sv rest = SV("a,,b");

    (void)state;
    assert_sv_equal(sv_cut(&rest, ','), "a");
    assert_sv_equal(sv_cut(&rest, ','), "");
    assert_sv_equal(sv_cut(&rest, ','), "b");
    assert_int_equal(rest.n, 0);
    assert_sv_equal(sv_cut(&rest, ','), "");
}

static void clamps_parts_to_the_view(void **state)
{
    (void)state;
    assert_sv_equal(sv_sub(SV("abc"), 1, SIZE_MAX), "bc");
    assert_sv_equal(sv_sub(SV("abc"), 3, 1), "");
    assert_sv_equal(sv_trim(SV("\t a b \r\n")), "a b");
    assert_sv_equal(sv_trim(SV("   ")), "");
}

static void compares(void **state)
{
    (void)state;
    assert_true(sv_eq(SV_NONE, SV("")));
    assert_false(sv_eq(SV("a"), SV("ab")));
    assert_true(sv_eq_nocase(SV("AbC-1"), SV("aBc-1")));
    assert_false(sv_eq_nocase(SV("["), SV("{"))); /* only letters fold */
    assert_true(sv_starts(SV("abc"), SV("")));
    assert_false(sv_starts(SV("a"), SV("ab")));
    assert_true(sv_ends(SV("abc"), SV("bc")));
    assert_int_equal(sv_find(SV("abc"), 'c'), 2);
    assert_int_equal(sv_find(SV_NONE, 'c'), -1);
}

static void hex_goes_there_and_back(void **state)
{
    const uint8_t bytes[] = {0x00, 0x7f, 0xab, 0xff};
    uint8_t back[4];
    char hex[9];

    (void)state;
    hex_encode(hex, bytes, 4);
    assert_string_equal(hex, "007fabff");
    assert_true(hex_decode(back, 4, SV("007FabFF")));
    assert_memory_equal(back, bytes, 4);
    assert_false(hex_decode(back, 4, SV("007fabf")));
    assert_false(hex_decode(back, 4, SV("007fabf ")));
    assert_false(hex_decode(back, 4, SV("007fabff0")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_whole_numbers_and_nothing_else),
        cmocka_unit_test(reads_unsigned_numbers_up_to_the_last),
        cmocka_unit_test(accepts_well_formed_utf8_alone),
        cmocka_unit_test(cuts_at_each_separator),
        cmocka_unit_test(clamps_parts_to_the_view),
        cmocka_unit_test(compares),
        cmocka_unit_test(hex_goes_there_and_back),
    };

    return cmocka_run_group_tests_name("sv", tests, NULL, NULL);
}
