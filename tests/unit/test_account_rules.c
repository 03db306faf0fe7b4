#include "support/unit.h"

#include "account/account.h"

struct row {
    const char *value;
    enum account_fault fault;
};

static void assert_faults(enum account_field field, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        enum account_fault fault = account_check_field(field, sv_from(rows[i].value));

        if (fault != rows[i].fault)
            fail_msg("\"%s\": %d, not %d", rows[i].value, (int)fault, (int)rows[i].fault);
    }
}

#define X10  "xxxxxxxxxx"
#define X60  X10 X10 X10 X10 X10 X10
#define X120 X60 X60

static void handles_are_3_to_30_of_a_small_alphabet(void **state)
{
    static const struct row rows[] = {
        {"nia", ACCOUNT_FINE},
        {"Nia.Travels_2-x", ACCOUNT_FINE},
        {"007", ACCOUNT_FINE},
        {X10 X10 X10, ACCOUNT_FINE},
        {"", ACCOUNT_MISSING},
        {"ab", ACCOUNT_TOO_SHORT},
        {X10 X10 X10 "x", ACCOUNT_TOO_LONG},
        {"...", ACCOUNT_MALFORMED},
        {"-nia", ACCOUNT_MALFORMED},
        {"nia travels", ACCOUNT_MALFORMED},
        {"nía", ACCOUNT_MALFORMED},
        {"nia/x", ACCOUNT_MALFORMED},
        {"@nia", ACCOUNT_MALFORMED},
    };

    (void)state;
    assert_faults(ACCOUNT_HANDLE, rows, COUNT_OF(rows));
}

static void addresses_can_stand_in_a_header(void **state)
{
    static const struct row rows[] = {
        {"ana@example.com", ACCOUNT_FINE},
        {"a.b+c_d@sub.example.co", ACCOUNT_FINE},
        {"o'hara@example.com", ACCOUNT_FINE},
        {"ana", ACCOUNT_MALFORMED},
        {"@example.com", ACCOUNT_MALFORMED},
        {"ana@", ACCOUNT_MALFORMED},
        {"ana@localhost", ACCOUNT_MALFORMED},
        {"ana@example.", ACCOUNT_MALFORMED},
        {"ana@.example.com", ACCOUNT_MALFORMED},
        {"ana@-example.com", ACCOUNT_MALFORMED},
        {"ana@exa_mple.com", ACCOUNT_MALFORMED},
        {"ana@example.com>", ACCOUNT_MALFORMED},
        {"ana@example.com\r\nBcc: x@example.com", ACCOUNT_MALFORMED},
        {"ana smith@example.com", ACCOUNT_MALFORMED},
        {"\"ana\"@example.com", ACCOUNT_MALFORMED},
        {"ana@b@example.com", ACCOUNT_MALFORMED},
        {".ana@example.com", ACCOUNT_MALFORMED},
        {"anä@example.com", ACCOUNT_MALFORMED},
        {X60 X10 "@example.com", ACCOUNT_MALFORMED},
        {X120 X120 X10 "@example.com", ACCOUNT_TOO_LONG},
    };

    (void)state;
    assert_faults(ACCOUNT_EMAIL, rows, COUNT_OF(rows));
}

static void passwords_count_characters_and_are_bounded_in_bytes(void **state)
{
    static const struct row rows[] = {
        {"0123456789", ACCOUNT_FINE},
        {"ñandúñandú", ACCOUNT_FINE},
        {"012345678", ACCOUNT_TOO_SHORT},
        {"日本語", ACCOUNT_TOO_SHORT}, /* nine bytes, three characters */
        {X120 X60 X10 X10, ACCOUNT_FINE},
        {X120 X60 X10 X10 "x", ACCOUNT_TOO_LONG},
        {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", ACCOUNT_MALFORMED},
    };

    (void)state;
    assert_faults(ACCOUNT_PASSWORD, rows, COUNT_OF(rows));
}

static void names_are_text_of_at_most_120_characters(void **state)
{
    static const struct row rows[] = {
        {"Nía B. 日本", ACCOUNT_FINE}, {X120, ACCOUNT_FINE},         {X120 "x", ACCOUNT_TOO_LONG},
        {"a\nb", ACCOUNT_MALFORMED},   {"a\xff", ACCOUNT_MALFORMED}, {"", ACCOUNT_MISSING},
    };

    (void)state;
    assert_faults(ACCOUNT_NAME, rows, COUNT_OF(rows));
}

static void channels_are_web_addresses_a_line(void **state)
{
    static const struct row rows[] = {
        {"https://instagram.com/nia", ACCOUNT_FINE},
        {"\r\n https://a.example/ \r\n\r\nhttp://b.example?x=1#y\r\n", ACCOUNT_FINE},
        {"https://日本.example/", ACCOUNT_MALFORMED},
        {"instagram.com/nia", ACCOUNT_MALFORMED},
        {"javascript:alert(1)", ACCOUNT_MALFORMED},
        {"https://", ACCOUNT_MALFORMED},
        {"https://localhost/", ACCOUNT_MALFORMED},
        {"https://a.example/a b", ACCOUNT_MALFORMED},
        {"https://user@a.example/", ACCOUNT_MALFORMED},
        {" \n ", ACCOUNT_MISSING},
        {"https://a.example/" X120 X120 X120 X120 X10 X10, ACCOUNT_TOO_LONG},
        {"https://a.example\nhttps://a.example\nhttps://a.example\nhttps://a.example\n"
         "https://a.example\nhttps://a.example\nhttps://a.example\nhttps://a.example\n"
         "https://a.example\nhttps://a.example\nhttps://a.example\n",
         ACCOUNT_TOO_MANY},
    };

    (void)state;
    assert_faults(ACCOUNT_CHANNELS, rows, COUNT_OF(rows));
}

static void zones_currencies_and_countries_are_known_ones(void **state)
{
    (void)state;
    assert_int_equal(account_check_field(ACCOUNT_TZ, SV("Europe/Madrid")), ACCOUNT_FINE);
    assert_int_equal(account_check_field(ACCOUNT_TZ, SV("Mars/Olympus")), ACCOUNT_UNKNOWN);
    assert_int_equal(account_check_field(ACCOUNT_CURRENCY, SV("KWD")), ACCOUNT_FINE);
    assert_int_equal(account_check_field(ACCOUNT_CURRENCY, SV("eur")), ACCOUNT_UNKNOWN);
    assert_int_equal(account_check_field(ACCOUNT_COUNTRY, SV("PT")), ACCOUNT_FINE);
    assert_int_equal(account_check_field(ACCOUNT_COUNTRY, SV("ZZ")), ACCOUNT_UNKNOWN);
    assert_int_equal(account_check_field(ACCOUNT_COUNTRY, SV("")), ACCOUNT_MISSING);
}

static void each_kind_is_asked_for_its_own_fields(void **state)
{
    struct account_input input = {.field = {[ACCOUNT_NAME] = SV(" Ana "),
                                            [ACCOUNT_EMAIL] = SV(" ana@example.com "),
                                            [ACCOUNT_PASSWORD] = SV(" 23456789 ")}};
    struct account_faults faults;

    (void)state;
    assert_true(account_check(ACCOUNT_OF_ADMIN, &input, &faults));
    assert_sv_equal(input.field[ACCOUNT_NAME], "Ana");
    assert_sv_equal(input.field[ACCOUNT_EMAIL], "ana@example.com");
    assert_sv_equal(input.field[ACCOUNT_PASSWORD], " 23456789 "); /* blanks are the user's own */
    assert_false(account_check(ACCOUNT_OF_BRAND, &input, &faults));
    assert_int_equal(faults.field[ACCOUNT_BRAND], ACCOUNT_MISSING);
    assert_int_equal(faults.field[ACCOUNT_HANDLE], ACCOUNT_FINE);
    assert_false(account_check(ACCOUNT_OF_CREATOR, &input, &faults));
    assert_int_equal(faults.field[ACCOUNT_HANDLE], ACCOUNT_MISSING);
    assert_int_equal(faults.field[ACCOUNT_BRAND], ACCOUNT_FINE);
}

static void a_brands_name_makes_its_code_prefix(void **state)
{
    char prefix[13];

    (void)state;
    account_code_prefix(prefix, SV("Acme Co."));
    assert_string_equal(prefix, "ACMECO");
    account_code_prefix(prefix, SV("Pre-Workout 2000 Unlimited"));
    assert_string_equal(prefix, "PREWORKOUT20");
    account_code_prefix(prefix, SV("日本"));
    assert_string_equal(prefix, "CODE");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(handles_are_3_to_30_of_a_small_alphabet),
        cmocka_unit_test(addresses_can_stand_in_a_header),
        cmocka_unit_test(passwords_count_characters_and_are_bounded_in_bytes),
        cmocka_unit_test(names_are_text_of_at_most_120_characters),
        cmocka_unit_test(channels_are_web_addresses_a_line),
        cmocka_unit_test(zones_currencies_and_countries_are_known_ones),
        cmocka_unit_test(each_kind_is_asked_for_its_own_fields),
        cmocka_unit_test(a_brands_name_makes_its_code_prefix),
    };

    return cmocka_run_group_tests_name("account_rules", tests, NULL, NULL);
}
