#include "click/redirect.h"
#include "support/unit.h"

static struct arena *arena;

static int make_arena(void **state)
{
    (void)state;
    arena = arena_new(ARENA_CEILING_DEFAULT);
    return 0;
}

static int free_arena(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void appends_to_every_kind_of_destination(void **state)
{
    static const struct {
        const char *from, *to;
    } cases[] = {
        {"https://shop.example", "https://shop.example?pcps_click=ID"},
        {"https://shop.example/", "https://shop.example/?pcps_click=ID"},
        {"https://shop.example/p?sku=1", "https://shop.example/p?sku=1&pcps_click=ID"},
        {"https://shop.example/p?a=1&b=%20%26",
         "https://shop.example/p?a=1&b=%20%26&pcps_click=ID"},
        {"https://shop.example/p?", "https://shop.example/p?pcps_click=ID"},
        {"https://shop.example/p?a=1&", "https://shop.example/p?a=1&pcps_click=ID"},
        {"https://shop.example/p?flag", "https://shop.example/p?flag&pcps_click=ID"},
        {"https://shop.example/p#top", "https://shop.example/p?pcps_click=ID#top"},
        {"https://shop.example/p?a=1#top", "https://shop.example/p?a=1&pcps_click=ID#top"},
        {"https://shop.example/p#x?y=1", "https://shop.example/p?pcps_click=ID#x?y=1"},
        {"https://shop.example/p#", "https://shop.example/p?pcps_click=ID#"},
        {"https://shop.example/p?pcps_click=OLD&a=1", "https://shop.example/p?a=1&pcps_click=ID"},
        {"https://shop.example/p?my_pcps_click=1",
         "https://shop.example/p?my_pcps_click=1&pcps_click=ID"},
        {"http://127.0.0.1:8080/x?u=http://y/?z",
         "http://127.0.0.1:8080/x?u=http://y/?z&pcps_click=ID"},
    };
    const struct redirect_param param = {SV("pcps_click"), SV("ID")};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_sv_equal(redirect_location(arena, sv_from(cases[i].from), &param, 1), cases[i].to);
}

static void encodes_what_it_appends(void **state)
{
    const struct redirect_param param = {SV("my param"), SV("a&b=c#d é")};

    (void)state;
    assert_sv_equal(redirect_location(arena, SV("https://s.example/"), &param, 1),
                    "https://s.example/?my%20param=a%26b%3Dc%23d%20%C3%A9");
}

static void leads_nowhere_but_to_web_addresses(void **state)
{
    static const char *const refused[] = {
        "",
        "//evil.example",
        "javascript:alert(1)",
        "ftp://x.example/",
        "/local",
        "https://x.example/\r\nSet-Cookie: a=b",
        "https://x.example/a b",
        " https://x.example/",
    };
    const struct redirect_param param = {SV("click_id"), SV("ID")};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(refused); i++)
        assert_int_equal(redirect_location(arena, sv_from(refused[i]), &param, 1).n, 0);
}

static void each_shape_has_its_own_parameters(void **state)
{
    struct redirect_param params[REDIRECT_PARAMS_MAX];

    (void)state;
    assert_int_equal(redirect_params(params, CLICK_SLUG, SV("ID"), SV("maria"), SV_NONE), 1);
    assert_sv_equal(params[0].name, "pcps_click");
    assert_sv_equal(params[0].value, "ID");
    assert_int_equal(redirect_params(params, CLICK_REF, SV("ID"), SV("maria"), SV_NONE), 1);
    assert_sv_equal(params[0].name, "click_id");
    assert_int_equal(redirect_params(params, CLICK_TOKEN, SV("ID"), SV("ab2defgh"), SV_NONE), 2);
    assert_sv_equal(params[0].name, "meed_click");
    assert_sv_equal(params[1].name, "meed_token");
    assert_sv_equal(params[1].value, "ab2defgh");
}

static void a_programs_own_parameter_carries_the_same_id(void **state)
{
    struct redirect_param params[REDIRECT_PARAMS_MAX];

    (void)state;
    assert_int_equal(redirect_params(params, CLICK_SLUG, SV("ID"), SV("maria"), SV("cid")), 2);
    assert_sv_equal(params[1].name, "cid");
    assert_sv_equal(params[1].value, "ID");
    assert_int_equal(redirect_params(params, CLICK_SLUG, SV("ID"), SV("m"), SV("pcps_click")), 1);
}

/* S2-04, to the letter. */
static void the_cookie_is_written_as_specified(void **state)
{
    struct sv id = SV("0190b0a0-0000-7000-8000-000000000001");

    (void)state;
    assert_sv_equal(
        redirect_cookie(arena, "pcps_click", id, SV("pandacps.example"), 2592000, true),
        "pcps_click=0190b0a0-0000-7000-8000-000000000001; Domain=.pandacps.example; Path=/; "
        "Max-Age=2592000; HttpOnly; Secure; SameSite=Lax");
    assert_sv_equal(redirect_cookie(arena, "click_id", id, SV_NONE, 5184000, false),
                    "click_id=0190b0a0-0000-7000-8000-000000000001; Path=/; Max-Age=5184000; "
                    "HttpOnly; SameSite=Lax");
}

static void the_cookies_domain_follows_the_host(void **state)
{
    static const struct {
        const char *host, *configured, *domain;
    } cases[] = {
        {"go.meed.example", "meed.example", "meed.example"},
        {"meed.example", ".meed.example", "meed.example"},
        {"track.brand.example", "meed.example", "track.brand.example"},
        {"notmeed.example", "meed.example", "notmeed.example"},
        {"meed.example", "", "meed.example"},
        {"127.0.0.1", "meed.example", ""},
        {"[::1]", "", ""},
        {"localhost", "", ""},
        {"", "meed.example", ""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_sv_equal(
            redirect_cookie_domain(sv_from(cases[i].host), sv_from(cases[i].configured)),
            cases[i].domain);
}

static void the_host_loses_its_port_and_case(void **state)
{
    (void)state;
    assert_sv_equal(redirect_host(arena, SV("Go.Meed.Example:8443")), "go.meed.example");
    assert_sv_equal(redirect_host(arena, SV("127.0.0.1:80")), "127.0.0.1");
    assert_sv_equal(redirect_host(arena, SV("[::1]:80")), "[::1]");
    assert_sv_equal(redirect_host(arena, SV("[::1")), "[::1");
    assert_sv_equal(redirect_host(arena, SV("")), "");
}

static void texts_are_cut_between_characters(void **state)
{
    (void)state;
    assert_sv_equal(redirect_clean(arena, SV("abc"), 3), "abc");
    assert_sv_equal(redirect_clean(arena, SV("abcd"), 3), "abc");
    assert_sv_equal(redirect_clean(arena, SV("aé"), 2), "a");
    assert_sv_equal(redirect_clean(arena, SV("é"), 1), "");
    assert_sv_equal(redirect_clean(arena, SV(""), 5), "");
    assert_sv_equal(redirect_clean(arena, SV("a\xff z"), 9), "a? z");
    assert_sv_equal(redirect_clean(arena, SV("a\0b"), 9), "a?b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appends_to_every_kind_of_destination),
        cmocka_unit_test(encodes_what_it_appends),
        cmocka_unit_test(leads_nowhere_but_to_web_addresses),
        cmocka_unit_test(each_shape_has_its_own_parameters),
        cmocka_unit_test(a_programs_own_parameter_carries_the_same_id),
        cmocka_unit_test(the_cookie_is_written_as_specified),
        cmocka_unit_test(the_cookies_domain_follows_the_host),
        cmocka_unit_test(the_host_loses_its_port_and_case),
        cmocka_unit_test(texts_are_cut_between_characters),
    };

    return cmocka_run_group_tests(tests, make_arena, free_arena);
}
