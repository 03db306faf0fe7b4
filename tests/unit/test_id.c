#include "support/unit.h"

#include "base/clock.h"
#include "base/id.h"

static void ids_of_one_millisecond_strictly_rise(void **state)
{
    struct uuid last = uuid_v7(1767225600 * CLOCK_SECOND);

    (void)state;
    for (int i = 0; i < 100000; i++) {
        struct uuid next = uuid_v7(1767225600 * CLOCK_SECOND + 999);

        assert_true(memcmp(last.b, next.b, 16) < 0);
        last = next;
    }
}

static void ids_sort_by_time_and_tell_it(void **state)
{
    struct uuid older = uuid_v7(1767225600123 * 1000 + 456);
    struct uuid newer = uuid_v7(1767225600124 * 1000);

    (void)state;
    assert_true(memcmp(older.b, newer.b, 16) < 0);
    assert_true(uuid_time_us(older) == 1767225600123 * 1000);
}

static void ids_name_their_version_and_variant(void **state)
{
    (void)state;
    for (int i = 0; i < 100; i++) {
        struct uuid id = uuid_v7(clock_wire_us());

        assert_int_equal(id.b[6] >> 4, 7);
        assert_int_equal(id.b[8] >> 6, 2);
    }
}

static void a_forked_child_does_not_repeat_its_parents_ids(void **state)
{
    int ends[2], status;
    struct uuid ours, theirs;
    pid_t child;

    (void)state;
    (void)uuid_v7(1000);
    assert_int_equal(pipe(ends), 0);
    child = fork();
    if (child == 0) {
        theirs = uuid_v7(1000);
        _exit(write(ends[1], &theirs, sizeof(theirs)) == (ssize_t)sizeof(theirs) ? 0 : 1);
    }
    ours = uuid_v7(1000);
    assert_int_equal(read(ends[0], &theirs, sizeof(theirs)), sizeof(theirs));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_false(uuid_eq(ours, theirs));
    /* drawn anew, not walked on from the common start */
    assert_true(memcmp(ours.b + 6, theirs.b + 6, 6) != 0);
    close(ends[0]);
    close(ends[1]);
}

static void text_form_goes_there_and_back(void **state)
{
    static const char *const bad[] = {
        "",
        "019a0000-0000-7000-8000-00000000000",
        "019a0000-0000-7000-8000-0000000000000",
        "019a00000-000-7000-8000-000000000000",
        "019a0000-0000-7000-8000-00000000000g",
        "{19a0000-0000-7000-8000-00000000000}",
    };
    struct uuid id = uuid_v7(clock_wire_us()), back;
    char text[UUID_TEXT_SIZE];

    (void)state;
    uuid_format(text, id);
    assert_true(uuid_parse(sv_from(text), &back));
    assert_true(uuid_eq(id, back));
    assert_true(uuid_parse(SV("019A0000-0000-7000-8000-0000000000FF"), &back));
    uuid_format(text, back);
    assert_string_equal(text, "019a0000-0000-7000-8000-0000000000ff");
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(uuid_parse(sv_from(bad[i]), &back));
}

static void link_tokens_always_hold_a_digit(void **state)
{
    char token[LINK_TOKEN_SIZE];

    (void)state;
    for (int i = 0; i < 20000; i++) {
        id_link_token(token);
        assert_int_equal(strlen(token), LINK_TOKEN_LEN);
        assert_non_null(strpbrk(token, "23456789"));
        assert_null(strpbrk(token, "01ilo"));
        assert_true(id_is_link_token(sv_from(token)));
    }
}

static void words_are_no_link_tokens(void **state)
{
    static const char *const bad[] = {"login",    "products", "abcdefg2x", "abcdef2",
                                      "ABCDEF23", "abcdef10", "abc/ef23",  ""};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(id_is_link_token(sv_from(bad[i])));
}

static void codes_and_random_texts_have_their_alphabet_and_length(void **state)
{
    char code[13], text[44], again[44];

    (void)state;
    id_code(code, 12);
    assert_int_equal(strspn(code, "23456789ABCDEFGHJKMNPQRSTUVWXYZ"), 12);
    assert_int_equal(strlen(code), 12);
    id_random_text(text, 32);
    id_random_text(again, 32);
    assert_int_equal(strlen(text), 43);
    assert_int_equal(strspn(text,
                            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                            "0123456789-_"),
                     43);
    assert_string_not_equal(text, again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_of_one_millisecond_strictly_rise),
        cmocka_unit_test(ids_sort_by_time_and_tell_it),
        cmocka_unit_test(ids_name_their_version_and_variant),
        cmocka_unit_test(a_forked_child_does_not_repeat_its_parents_ids),
        cmocka_unit_test(text_form_goes_there_and_back),
        cmocka_unit_test(link_tokens_always_hold_a_digit),
        cmocka_unit_test(words_are_no_link_tokens),
        cmocka_unit_test(codes_and_random_texts_have_their_alphabet_and_length),
    };

    return cmocka_run_group_tests_name("id", tests, NULL, NULL);
}
