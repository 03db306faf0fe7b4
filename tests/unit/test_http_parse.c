#include "tests/support/unit.h"

#include "http/http_parse.h"

static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_new(ARENA_CEILING_DEFAULT);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct http_param *parse(const char *text, size_t expected)
{
    struct http_param *params;
    size_t count;

    assert_int_equal(http_parse_params(arena, sv_from(text), HTTP_PARSE_STRICT, &params, &count),
                     HTTP_PARSE_OK);
    assert_int_equal(count, expected);
    return params;
}

static enum http_parse refusal(struct sv text)
{
    struct http_param *params;
    size_t count;

    return http_parse_params(arena, text, HTTP_PARSE_STRICT, &params, &count);
}

static void decodes_names_and_values(void **state)
{
    (void)state;
    struct http_param *params = parse("a=1&b%20c=d+e%2Bf&%C3%BC=%F0%9F%98%80", 3);

    assert_sv_equal(params[0].value, "1");
    assert_sv_equal(params[1].name, "b c");
    assert_sv_equal(params[1].value, "d e+f");
    assert_sv_equal(params[2].name, "\xc3\xbc");
    assert_sv_equal(params[2].value, "\xf0\x9f\x98\x80");
}

static void skips_empty_pieces_and_keeps_empty_values(void **state)
{
    (void)state;
    struct http_param *params = parse("&&a&b=&=c&", 3);

    assert_sv_equal(params[0].name, "a");
    assert_sv_equal(params[0].value, "");
    assert_sv_equal(params[1].value, "");
    assert_sv_equal(params[2].name, "");
    assert_sv_equal(params[2].value, "c");
    parse("", 0);
}

static void keeps_equal_signs_in_values(void **state)
{
    (void)state;
    assert_sv_equal(parse("next=/a?b=c", 1)[0].value, "/a?b=c");
}

static void refuses_broken_escapes(void **state)
{
    (void)state;
    const char *broken[] = {"a=%", "a=%4", "a=%zz", "%=a", "a=%4g", "a=1&b=%%"};

    for (size_t i = 0; i < COUNT_OF(broken); i++)
        assert_int_equal(refusal(sv_from(broken[i])), HTTP_PARSE_BAD_ESCAPE);
}

static void refuses_ill_formed_utf8_and_nul(void **state)
{
    (void)state;
    const char *broken[] = {"a=%FF",          "a=%C3",  "a=%ED%A0%80", "a=%C0%AF",
                            "a=%F4%90%80%80", "a=\xff", "a=%00",       "%FE=a"};

    for (size_t i = 0; i < COUNT_OF(broken); i++)
        assert_int_equal(refusal(sv_from(broken[i])), HTTP_PARSE_NOT_UTF8);
}

static struct sv many_params(size_t n)
{
    struct buf b = buf_new(arena, 16 * n);

    for (size_t i = 0; i < n; i++)
        buf_printf(&b, "p%zu=%zu&", i, i);
    return buf_sv(&b);
}

static void allows_two_hundred_parameters_and_no_more(void **state)
{
    (void)state;
    struct http_param *params;
    size_t count;

    assert_int_equal(refusal(many_params(HTTP_PARAMS_MAX)), HTTP_PARSE_OK);
    assert_int_equal(refusal(many_params(HTTP_PARAMS_MAX + 1)), HTTP_PARSE_TOO_MANY);
    assert_int_equal(
        http_parse_params(arena, many_params(1000), HTTP_PARSE_SKIP_BROKEN, &params, &count),
        HTTP_PARSE_OK);
    assert_int_equal(count, HTTP_PARAMS_MAX);
}

static void a_visitor_is_led_on_without_the_broken_parameter(void **state)
{
    (void)state;
    struct http_param *params;
    size_t count;

    assert_int_equal(http_parse_params(arena, SV("ref=anna&s1=%FF&s2=%&s3=ok"),
                                       HTTP_PARSE_SKIP_BROKEN, &params, &count),
                     HTTP_PARSE_OK);
    assert_int_equal(count, 2);
    assert_sv_equal(params[0].value, "anna");
    assert_sv_equal(params[1].value, "ok");
}

static void a_path_keeps_its_plus_signs(void **state)
{
    (void)state;
    struct sv out;

    assert_int_equal(http_parse_escaped(arena, SV("a+b%2Fc"), false, &out), HTTP_PARSE_OK);
    assert_sv_equal(out, "a+b/c");
}

static struct sv cookie(const char *header, const char *name)
{
    return http_parse_cookie(sv_from(header), sv_from(name));
}

static void finds_a_cookie_by_its_whole_name(void **state)
{
    (void)state;
    assert_sv_equal(cookie("a=1; session=xyz; b=2", "session"), "xyz");
    assert_sv_equal(cookie("a=1;b=2", "b"), "2");
    assert_sv_equal(cookie("xsession=1; session=2", "session"), "2");
    assert_sv_equal(cookie("session=one; session=two", "session"), "one");
    assert_sv_equal(cookie("v=\"quoted\"", "v"), "quoted");
    assert_sv_equal(cookie("v=a=b==", "v"), "a=b==");
    assert_sv_equal(cookie("session", "session"), "");
    assert_sv_equal(cookie("", "session"), "");
    assert_sv_equal(cookie(";;;=; =x", "session"), "");
}

static void splits_targets(void **state)
{
    (void)state;
    const struct {
        const char *target, *path, *query;
    } cases[] = {
        {"/a/b?x=1", "/a/b", "x=1"},
        {"/", "/", ""},
        {"/a?", "/a", ""},
        {"/a?b?c", "/a", "b?c"},
        {"http://host:80/a?b", "/a", "b"},
        {"https://host", "/", ""},
        {"*", "*", ""},
        {"", "", ""},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sv path, query;
        http_parse_target(sv_from(cases[i].target), &path, &query);
        assert_sv_equal(path, cases[i].path);
        assert_sv_equal(query, cases[i].query);
    }
}

static void compares_entity_tags_weakly(void **state)
{
    (void)state;
    assert_true(http_parse_etag_listed(SV("\"a\""), SV("\"a\"")));
    assert_true(http_parse_etag_listed(SV("\"x\", W/\"a\""), SV("\"a\"")));
    assert_true(http_parse_etag_listed(SV("*"), SV("\"a\"")));
    assert_false(http_parse_etag_listed(SV("\"ab\""), SV("\"a\"")));
    assert_false(http_parse_etag_listed(SV(""), SV("\"a\"")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes_names_and_values),
        cmocka_unit_test(skips_empty_pieces_and_keeps_empty_values),
        cmocka_unit_test(keeps_equal_signs_in_values),
        cmocka_unit_test(refuses_broken_escapes),
        cmocka_unit_test(refuses_ill_formed_utf8_and_nul),
        cmocka_unit_test(allows_two_hundred_parameters_and_no_more),
        cmocka_unit_test(a_visitor_is_led_on_without_the_broken_parameter),
        cmocka_unit_test(a_path_keeps_its_plus_signs),
        cmocka_unit_test(finds_a_cookie_by_its_whole_name),
        cmocka_unit_test(splits_targets),
        cmocka_unit_test(compares_entity_tags_weakly),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
