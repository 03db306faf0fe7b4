/* The outbound guard: which URLs and addresses, and one exchange with a hostile server. */
#include "tests/support/unit.h"

#include "base/clock.h"
#include "net/net.h"
#include "tests/support/outside.h"

struct world {
    struct arena *arena;
    struct outside *out;
    struct settings settings;
};

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    w->arena = arena_new(ARENA_CEILING_DEFAULT);
    *state = w;
    return 0;
}

static int fresh(void **state)
{
    struct world *w = *state;
    w->out = outside_open();
    w->settings =
        (struct settings){.development = true,
                          .dns_server = arena_printf(w->arena, "127.0.0.1:%u", w->out->dns_port),
                          .outbound_allow = arena_printf(w->arena, "shop.test:%u, 127.0.0.1:%u",
                                                         w->out->web_port, w->out->web_port)};
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    arena_free(w->arena);
    free(w);
    return 0;
}

/* ---- addresses ---- */

static bool is_public(const char *text)
{
    struct net_address address;
    assert_true(net_address_parse(sv_from(text), &address));
    return net_address_is_public(&address);
}

static void special_purpose_addresses_are_not_public(void **state)
{
    static const char *const refused[] = {
        "0.0.0.0",      "10.1.2.3",        "100.64.0.1",      "100.127.255.255",
        "127.0.0.1",    "169.254.169.254", "172.16.0.1",      "172.31.255.255",
        "192.0.0.8",    "192.0.2.1",       "192.88.99.1",     "192.168.1.1",
        "198.18.0.1",   "198.19.255.255",  "198.51.100.7",    "203.0.113.9",
        "224.0.0.1",    "240.0.0.1",       "255.255.255.255", "::",
        "::1",          "::ffff:8.8.8.8",  "::ffff:10.0.0.1", "64:ff9b::a00:1",
        "64:ff9b:1::1", "100::1",          "2001::1",         "2001:10::1",
        "2001:db8::1",  "2002:a00:1::1",   "3fff::1",         "5f00::1",
        "fc00::1",      "fd12:3456::1",    "fe80::1",         "ff02::1",
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refused); i++)
        if (is_public(refused[i]))
            fail_msg("%s counts as public", refused[i]);
}

static void addresses_next_to_a_refused_range_are_public(void **state)
{
    static const char *const allowed[] = {
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2000::1",
        "2001:200::1",
        "2001:4860:4860::8888",
        "2001:db9::1",
        "2003::1",
        "2606:4700::1111",
        "3ffe::1",
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(allowed); i++)
        if (!is_public(allowed[i]))
            fail_msg("%s does not count as public", allowed[i]);
}

/* ---- URLs ---- */

static const char *normal(struct world *w, const char *text)
{
    struct net_url url;
    return net_url_parse(w->arena, sv_from(text), &url) ? url.text : "refused";
}

static void urls_come_out_in_one_form(void **state)
{
    struct world *w = *state;
    assert_string_equal(normal(w, "HTTPS://Shop.Example:443/a?b=c#d"),
                        "https://shop.example/a?b=c");
    assert_string_equal(normal(w, "http://shop.example:80"), "http://shop.example/");
    assert_string_equal(normal(w, "https://bücher.example/x"), "https://xn--bcher-kva.example/x");
    assert_string_equal(normal(w, "https://[2001:DB8::1]:8443/"), "https://[2001:db8::1]:8443/");
    assert_string_equal(normal(w, "https://0x7f.1/"), "https://127.0.0.1/");
}

static void what_is_no_web_address_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "shop.example",
        "//shop.example/",
        "javascript:alert(1)",
        "ftp://a/",
        "file:///etc/passwd",
        "https://u:p@a.example/",
        "https://u@a.example/",
        "https://",
        "https:///path",
        "https://a b.example/",
        "https://a.example/\r\nX: y",
        "https://a.example:0/",
        "https://a.example:99999/",
        "https://a_.exa mple/",
        "https://-a.example\\@b.example/",
    };
    struct world *w = *state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (strcmp(normal(w, bad[i]), "refused") != 0)
            fail_msg("accepted %s as %s", bad[i], normal(w, bad[i]));
}

static void a_site_is_a_host_with_its_port_where_it_is_not_the_usual_one(void **state)
{
    struct world *w = *state;
    const char *site;
    assert_true(net_site_parse(w->arena, SV(" Shop.Example "), &site));
    assert_string_equal(site, "shop.example");
    assert_true(net_site_parse(w->arena, SV("https://shop.example/page?x"), &site));
    assert_string_equal(site, "shop.example");
    assert_true(net_site_parse(w->arena, SV("shop.example:8443"), &site));
    assert_string_equal(site, "shop.example:8443");
    assert_false(net_site_parse(w->arena, SV("no spaces.example"), &site));
}

/* ---- exchanges ---- */

static enum net_status fetch(struct world *w, const char *url, struct net_response *response)
{
    struct net_request request = {
        .method = "GET", .url = sv_from(url), .response_max = 1000, .timeout_ms = 1500};
    return net_fetch(w->arena, &w->settings, &request, response);
}

static const char *shop_url(struct world *w, const char *path)
{
    return arena_printf(w->arena, "http://shop.test:%u%s", w->out->web_port, path);
}

static void point_shop_at(struct world *w, const char *first, const char *second)
{
    snprintf(w->out->records[0].name, sizeof w->out->records[0].name, "shop.test");
    snprintf(w->out->records[0].a[0], sizeof w->out->records[0].a[0], "%s", first);
    snprintf(w->out->records[0].a[1], sizeof w->out->records[0].a[1], "%s", second);
}

static void put_page(struct world *w, int status, const char *body)
{
    snprintf(w->out->pages[0].path, sizeof w->out->pages[0].path, "/page");
    w->out->pages[0].status = status;
    snprintf(w->out->pages[0].body, sizeof w->out->pages[0].body, "%s", body);
}

static void fetches_from_an_exempt_pair_and_asks_for_the_name_once(void **state)
{
    struct world *w = *state;
    struct net_response response;
    point_shop_at(w, "127.0.0.1", "");
    put_page(w, 200, "hello");
    assert_int_equal(fetch(w, shop_url(w, "/page"), &response), NET_OK);
    assert_int_equal(response.status, 200);
    assert_sv_equal(response.body, "hello");
    assert_int_equal(w->out->dns_questions, 1);
    assert_non_null(strstr(w->out->last_request, "Host: shop.test"));
}

static void sends_what_a_post_is_given(void **state)
{
    struct world *w = *state;
    struct net_response response;
    point_shop_at(w, "127.0.0.1", "");
    put_page(w, 200, "ok");
    struct net_request request = {.method = "POST",
                                  .url = sv_from(shop_url(w, "/page")),
                                  .headers = {"X-Webhook-Signature: abc"},
                                  .headers_count = 1,
                                  .body = SV(""),
                                  .response_max = 100};
    assert_int_equal(net_fetch(w->arena, &w->settings, &request, &response), NET_OK);
    assert_true(strncmp(w->out->last_request, "POST /page ", 11) == 0);
    assert_non_null(strstr(w->out->last_request, "X-Webhook-Signature: abc"));
    assert_non_null(strstr(w->out->last_request, "Content-Length: 0"));
}

static void refuses_every_pair_that_is_not_exempt(void **state)
{
    struct world *w = *state;
    struct net_response response;
    point_shop_at(w, "127.0.0.1", "");
    put_page(w, 200, "secret");
    static const char *const urls[] = {
        "http://127.0.0.1/",         "https://127.0.0.1/",
        "https://10.0.0.1/",         "https://[::1]/",
        "https://shop.test/",        "http://example.org/",
        "https://example.org:8080/", "https://169.254.169.254/latest/meta-data/",
    };
    for (size_t i = 0; i < COUNT_OF(urls); i++)
        assert_int_equal(fetch(w, urls[i], &response), NET_REFUSED);
    assert_int_equal(w->out->web_requests, 0);
}

static void one_private_address_spoils_a_name(void **state)
{
    struct world *w = *state;
    struct net_response response;
    point_shop_at(w, "1.1.1.1", "10.0.0.1");
    assert_int_equal(fetch(w, "https://shop.test/", &response), NET_REFUSED);
}

static void production_exempts_nothing(void **state)
{
    struct world *w = *state;
    struct net_response response;
    point_shop_at(w, "127.0.0.1", "");
    put_page(w, 200, "secret");
    w->settings.development = false;
    assert_int_equal(fetch(w, shop_url(w, "/page"), &response), NET_REFUSED);
    assert_int_equal(w->out->web_requests, 0);
}

static void follows_no_redirect(void **state)
{
    struct world *w = *state;
    struct net_response response;
    point_shop_at(w, "127.0.0.1", "");
    put_page(w, 302, shop_url(w, "/elsewhere"));
    assert_int_equal(fetch(w, shop_url(w, "/page"), &response), NET_OK);
    assert_int_equal(response.status, 302);
    assert_string_equal(response.location, shop_url(w, "/elsewhere"));
    assert_int_equal(w->out->web_requests, 1);
}

static void stops_at_the_size_limit(void **state)
{
    struct world *w = *state;
    struct net_response response;
    point_shop_at(w, "127.0.0.1", "");
    put_page(w, 200, "0123456789");
    w->out->pages[0].repeat = 100000;
    assert_int_equal(fetch(w, shop_url(w, "/page"), &response), NET_TOO_LARGE);
    assert_int_equal(response.body.n, 1000);
}

static void a_dribble_ends_at_the_time_limit(void **state)
{
    struct world *w = *state;
    struct net_response response;
    point_shop_at(w, "127.0.0.1", "");
    put_page(w, 200, "0123456789");
    w->out->pages[0].repeat = 1000;
    w->out->pages[0].dribble_ms = 100;
    int64_t started_us = clock_monotonic_us();
    assert_int_equal(fetch(w, shop_url(w, "/page"), &response), NET_TIMEOUT);
    assert_true(clock_monotonic_us() - started_us < 3 * CLOCK_SECOND);
}

static void tells_a_missing_name_from_a_silent_server(void **state)
{
    struct world *w = *state;
    struct net_response response;
    assert_int_equal(fetch(w, shop_url(w, "/page"), &response), NET_NO_HOST);
    w->out->dns_silent = true;
    int64_t started_us = clock_monotonic_us();
    assert_int_equal(fetch(w, shop_url(w, "/page"), &response), NET_TIMEOUT);
    assert_true(clock_monotonic_us() - started_us < 7 * CLOCK_SECOND);
}

static void joins_the_strings_of_a_text_record(void **state)
{
    struct world *w = *state;
    struct sv texts[NET_TXT_MAX];
    size_t n;
    point_shop_at(w, "", "");
    memset(w->out->records[0].txt[0], 'x', 300); /* two strings on the wire */
    snprintf(w->out->records[0].txt[1], OUTSIDE_TEXT, "meed-verify=abc");
    assert_int_equal(net_find_txt(w->arena, &w->settings, "shop.test", texts, &n), NET_OK);
    assert_int_equal(n, 2);
    assert_int_equal(texts[0].n, 300);
    assert_sv_equal(texts[1], "meed-verify=abc");
    assert_int_equal(net_find_txt(w->arena, &w->settings, "other.test", texts, &n), NET_NO_HOST);
}

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(special_purpose_addresses_are_not_public),
        TEST(addresses_next_to_a_refused_range_are_public),
        TEST(urls_come_out_in_one_form),
        TEST(what_is_no_web_address_is_refused),
        TEST(a_site_is_a_host_with_its_port_where_it_is_not_the_usual_one),
        TEST(fetches_from_an_exempt_pair_and_asks_for_the_name_once),
        TEST(sends_what_a_post_is_given),
        TEST(refuses_every_pair_that_is_not_exempt),
        TEST(one_private_address_spoils_a_name),
        TEST(production_exempts_nothing),
        TEST(follows_no_redirect),
        TEST(stops_at_the_size_limit),
        TEST(a_dribble_ends_at_the_time_limit),
        TEST(tells_a_missing_name_from_a_silent_server),
        TEST(joins_the_strings_of_a_text_record),
    };
    return cmocka_run_group_tests_name("net", tests, set_up, tear_down);
}
