#include "tests/support/unit.h"

#include "http/http_address.h"

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

static struct http_proxies *proxies(const char *list)
{
    const char *why = NULL;

    return http_proxies_parse(arena, sv_from(list), &why);
}

static bool trusts(const char *list, const char *address_text)
{
    struct http_address address;

    assert_true(http_address_parse(sv_from(address_text), &address));
    return http_proxies_contain(proxies(list), &address);
}

static void matches_addresses_and_blocks(void **state)
{
    (void)state;
    assert_true(trusts("127.0.0.1", "127.0.0.1"));
    assert_false(trusts("127.0.0.1", "127.0.0.2"));
    assert_true(trusts("10.0.0.0/8, ::1", "10.255.0.1"));
    assert_false(trusts("10.0.0.0/8", "11.0.0.1"));
    assert_true(trusts("192.168.4.0/23", "192.168.5.9"));
    assert_false(trusts("192.168.4.0/23", "192.168.6.0"));
    assert_true(trusts("2001:db8::/33", "2001:db8:7fff::1"));
    assert_false(trusts("2001:db8::/33", "2001:db8:8000::1"));
    assert_true(trusts("0.0.0.0/0", "8.8.8.8"));
    assert_false(trusts("0.0.0.0/0", "2001:db8::1"));
    assert_true(trusts("127.0.0.1", "::ffff:127.0.0.1"));
    assert_false(trusts("", "127.0.0.1"));
}

static void names_a_wrong_entry(void **state)
{
    (void)state;
    const char *wrong[] = {"localhost", "10.0.0.0/33", "10.0.0/8", "::1/129", "1.2.3.4/", "/8"};

    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        const char *why = NULL;
        assert_null(http_proxies_parse(arena, sv_from(wrong[i]), &why));
        assert_non_null(strstr(why, wrong[i]));
    }
}

static struct sv client(const char *peer, const char *forwarded_for)
{
    return http_address_client(proxies("127.0.0.1, 10.0.0.0/8"), sv_from(peer),
                               sv_from(forwarded_for));
}

static void takes_the_rightmost_untrusted_address(void **state)
{
    (void)state;
    assert_sv_equal(client("127.0.0.1", "203.0.113.9"), "203.0.113.9");
    assert_sv_equal(client("127.0.0.1", "1.1.1.1, 203.0.113.9, 10.1.2.3"), "203.0.113.9");
    assert_sv_equal(client("127.0.0.1", "2001:db8::5"), "2001:db8::5");
}

static void never_believes_a_peer_that_is_no_proxy(void **state)
{
    (void)state;
    assert_sv_equal(client("203.0.113.9", "1.1.1.1"), "203.0.113.9");
}

static void stops_at_what_is_no_address(void **state)
{
    (void)state;
    assert_sv_equal(client("127.0.0.1", "1.1.1.1, unknown, 10.0.0.1"), "10.0.0.1");
    assert_sv_equal(client("127.0.0.1", "garbage"), "127.0.0.1");
    assert_sv_equal(client("127.0.0.1", ",,,"), "127.0.0.1");
    assert_sv_equal(client("127.0.0.1", ""), "127.0.0.1");
    assert_sv_equal(client("", "1.1.1.1"), "");
}

static void counts_an_ipv6_host_by_its_network(void **state)
{
    (void)state;
    struct http_address a, b, c;

    assert_true(http_address_parse(SV("2001:db8:1:2::3"), &a));
    assert_true(http_address_parse(SV("2001:db8:1:2:ffff::9"), &b));
    assert_true(http_address_parse(SV("2001:db8:1:3::3"), &c));
    a = http_address_subscriber(&a);
    b = http_address_subscriber(&b);
    c = http_address_subscriber(&c);
    assert_memory_equal(a.b, b.b, sizeof a.b);
    assert_memory_not_equal(a.b, c.b, sizeof a.b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_addresses_and_blocks),
        cmocka_unit_test(names_a_wrong_entry),
        cmocka_unit_test(takes_the_rightmost_untrusted_address),
        cmocka_unit_test(never_believes_a_peer_that_is_no_proxy),
        cmocka_unit_test(stops_at_what_is_no_address),
        cmocka_unit_test(counts_an_ipv6_host_by_its_network),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
