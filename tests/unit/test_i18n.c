#include "support/unit.h"

#include "base/i18n.h"

static void english_is_the_key(void **state)
{
    (void)state;
    i18n_open("/nowhere");
    i18n_use(LANGUAGE_EN);
    assert_int_equal(i18n_current(), LANGUAGE_EN);
    assert_string_equal(i18n_code(LANGUAGE_EN), "en");
    assert_string_equal(_("Log in"), "Log in");
    assert_string_equal(i18n_plural("%d sale", "%d sales", 1), "%d sale");
    assert_string_equal(i18n_plural("%d sale", "%d sales", 0), "%d sales");
    assert_string_equal(i18n_plural("%d sale", "%d sales", 21), "%d sales");
}

static void numbers_do_not_change_with_the_locale(void **state)
{
    char text[16];

    (void)state;
    i18n_open("/nowhere");
    (void)snprintf(text, sizeof(text), "%.1f", 1.5);
    assert_string_equal(text, "1.5");
}

static void a_language_we_do_not_have_is_a_programming_error(void **state)
{
    (void)state;
    assert_aborts(i18n_use(LANGUAGES));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(english_is_the_key),
        cmocka_unit_test(numbers_do_not_change_with_the_locale),
        cmocka_unit_test(a_language_we_do_not_have_is_a_programming_error),
    };

    return cmocka_run_group_tests_name("i18n", tests, NULL, NULL);
}
