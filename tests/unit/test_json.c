#include "support/unit.h"

#include "base/json.h"

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

static struct json_object *parse(const char *text)
{
    const char *why = NULL;
    struct json_object *json = json_parse(arena, sv_from(text), &why);

    if (json == NULL)
        fail_msg("%s: %s", text, why);
    return json;
}

static void refuses_what_is_not_strictly_json(void **state)
{
    static const char *const bad[] = {
        "",
        " ",
        "{",
        "{}x",
        "{} {}",
        "{'a':1}",
        "{a:1}",
        "{\"a\":1,}",
        "[1,]",
        "[1 2]",
        "NaN",
        "[NaN]",
        "[Infinity]",
        "[-Infinity]",
        "[TRUE]",
        "[nul]",
        "[01]",
        "[1.]",
        "[.5]",
        "[+1]",
        "[1e]",
        "[0x1]",
        "[-]",
        "/*c*/{}",
        "{} // c",
        "[\"\\x\"]",
        "[\"\t\"]",
        "[\"\\u12\"]",
        "\"a",
        "[\"a\\\"]",
        "null",
        "[\"\xff\"]",
        "[\"\\u0000\"]",
        "[\"\\ud800\"]",
        "[\"\\ud800x\\udc00\"]",
        "[\"\\ud800\\ud800\\udc00\"]",
        "[\"\\uDC00\\uD800\"]",
        "\xef\xbb\xbf{}",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        const char *why = NULL;
        struct json_object *json = json_parse(arena, sv_from(bad[i]), &why);

        if (json != NULL)
            fail_msg("took %s", bad[i]);
        assert_non_null(why);
    }
}

static void takes_any_value_and_blanks_around_it(void **state)
{
    static const char *const good[] = {"{}",
                                       " [1, -2.5e3, true, false, null] \n",
                                       "12",
                                       "-0.5",
                                       "\"x\"",
                                       "true",
                                       "[\"\\\\u0000\"]",
                                       "[\"\\ud83d\\uDCA5\"]",
                                       "[\"\\\\ud800\"]",
                                       "{\"a\":{\"a\":[]}}"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++)
        json_free(parse(good[i]));
}

static void names_the_byte_that_is_wrong(void **state)
{
    const char *why = NULL;

    (void)state;
    assert_null(json_parse(arena, SV("{\"a\": NaN}"), &why));
    assert_string_equal(why, "a word that is not true, false or null at byte 6");
}

static void bounds_the_depth(void **state)
{
    char text[200];
    const char *why;

    (void)state;
    memset(text, '[', 31);
    memset(text + 31, ']', 31);
    json_free(json_parse(arena, sv_of(text, 62), &why));
    memset(text, '[', 60);
    memset(text + 60, ']', 60);
    assert_null(json_parse(arena, sv_of(text, 120), &why));
}

static void numbers_keep_their_text(void **state)
{
    static const char *const numbers[] = {"129.90",
                                          "1e3",
                                          "0.10",
                                          "129",
                                          "1.0",
                                          "-5",
                                          "9223372036854775807",
                                          "123456789.123456789123456789"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        struct json_object *json = parse(arena_printf(arena, "{\"n\":%s}", numbers[i]));
        struct sv text;

        assert_int_equal(json_get_decimal(arena, json, "n", &text), JSON_FIELD_OK);
        assert_sv_equal(text, numbers[i]);
        json_free(json);
    }
}

static void refuses_whole_numbers_that_would_be_bent(void **state)
{
    const char *why = NULL;

    (void)state;
    assert_null(json_parse(arena, SV("{\"order\":9223372036854775808}"), &why));
    assert_non_null(strstr(why, "beyond 64 bits"));
    json_free(parse("{\"order\":\"9223372036854775808\"}"));
}

/* Which of the two counts differs between readers: what one signed, another would book. */
static void refuses_an_object_that_names_a_member_twice(void **state)
{
    static const char *const bad[] = {
        "{\"a\":1,\"a\":1}",
        "{\"a\":1,\"b\":2,\"a\":null}",
        "{\"amount\":\"1\",\"\\u0061mount\":\"9\"}", /* the same name, spelled in another way */
        "{\"items\":[{\"sku\":\"x\",\"price\":1,\"price\":2}]}",
        "{\"o\":{\"p\":{},\"p\":{}}}",
        "{\"\":1,\"\":2}",
    };
    static const char *const good[] = {
        "{\"a\":{\"a\":{\"a\":1}},\"b\":[{\"a\":1},{\"a\":2}]}",
        "{\"a:b\":\"c:d\",\"A\":\":\",\"a\":null}",
        "{\"\\\":\":1,\":\":2}",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        const char *why = NULL;
        assert_null(json_parse(arena, sv_from(bad[i]), &why));
        assert_string_equal(why, "an object names one of its members twice");
    }
    for (size_t i = 0; i < COUNT_OF(good); i++)
        json_free(parse(good[i]));
}

static void tells_missing_from_wrong(void **state)
{
    struct json_object *json =
        parse("{\"s\":\"x\",\"n\":1,\"b\":true,\"z\":null,\"o\":{},\"d\":1.0}");
    struct sv text;
    int64_t number;
    bool flag;

    (void)state;
    assert_int_equal(json_get_string(arena, json, "s", &text), JSON_FIELD_OK);
    assert_sv_equal(text, "x");
    assert_int_equal(json_get_string(arena, json, "n", &text), JSON_FIELD_WRONG_TYPE);
    assert_int_equal(json_get_string(arena, json, "z", &text), JSON_FIELD_MISSING);
    assert_int_equal(json_get_string(arena, json, "nope", &text), JSON_FIELD_MISSING);
    assert_int_equal(json_get_decimal(arena, json, "b", &text), JSON_FIELD_WRONG_TYPE);
    assert_int_equal(json_get_decimal(arena, json, "o", &text), JSON_FIELD_WRONG_TYPE);
    assert_int_equal(json_get_decimal(arena, json, "z", &text), JSON_FIELD_MISSING);
    assert_int_equal(json_get_i64(json, "n", &number), JSON_FIELD_OK);
    assert_int_equal(number, 1);
    assert_int_equal(json_get_i64(json, "d", &number), JSON_FIELD_WRONG_TYPE);
    assert_int_equal(json_get_bool(json, "b", &flag), JSON_FIELD_OK);
    assert_true(flag);
    assert_int_equal(json_get_bool(json, "n", &flag), JSON_FIELD_WRONG_TYPE);
    json_free(json);
    json = parse("[1]");
    assert_int_equal(json_get_string(arena, json, "s", &text), JSON_FIELD_MISSING);
    json_free(json);
}

static void what_it_writes_reads_back_the_same(void **state)
{
    static const char text[] = "quote \" slash \\ line\n tab\t </script> ü 日 \x01\x7f";
    struct buf b = buf_new(arena, 500);
    struct json_object *json;
    struct sv back;

    (void)state;
    buf_puts(&b, "{\"t\":");
    json_put_string(&b, sv_from(text));
    buf_puts(&b, "}");
    assert_null(strstr(b.p, "</script>"));
    json = parse(b.p);
    assert_int_equal(json_get_string(arena, json, "t", &back), JSON_FIELD_OK);
    assert_sv_equal(back, text);
    json_free(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_is_not_strictly_json),
        cmocka_unit_test(takes_any_value_and_blanks_around_it),
        cmocka_unit_test(names_the_byte_that_is_wrong),
        cmocka_unit_test(bounds_the_depth),
        cmocka_unit_test(numbers_keep_their_text),
        cmocka_unit_test(refuses_whole_numbers_that_would_be_bent),
        cmocka_unit_test(refuses_an_object_that_names_a_member_twice),
        cmocka_unit_test(tells_missing_from_wrong),
        cmocka_unit_test(what_it_writes_reads_back_the_same),
    };

    return cmocka_run_group_tests_name("json", tests, open_arena, close_arena);
}
