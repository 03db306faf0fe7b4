#include "support/unit.h"

#include "crypto/signature.h"
#include "door/door_timed_signature.h"

#define SECRET SV("whsec_abc")
#define BODY   SV("{\"id\":\"evt_1\"}")
#define NOW_S  1700000000

/* HMAC-SHA256(secret, time joint body) by openssl dgst -sha256 -hmac. */
#define STRIPE_HEX "79f159714a0d01d9505691104b38e71f0dbb0d4bdeef387b113d07b870f50db3"
#define PADDLE_HEX "141051775da8217135852361cfcbdb5f4b09505d261d98eb79b83a2878564e58"

static struct door_timed_signature read_as(enum door_timed_scheme scheme, const char *header)
{
    struct door_timed_signature s;
    assert_true(door_timed_signature_read(scheme, sv_from(header), &s));
    return s;
}

static bool is_refused(enum door_timed_scheme scheme, const char *header)
{
    struct door_timed_signature s;
    return !door_timed_signature_read(scheme, sv_from(header), &s);
}

static void fits_what_the_provider_signed(void **state)
{
    (void)state;
    struct door_timed_signature stripe =
        read_as(DOOR_TIMED_STRIPE, "t=1700000000,v1=" STRIPE_HEX ",v0=00");
    struct door_timed_signature paddle = read_as(DOOR_TIMED_PADDLE, "ts=1700000000;h1=" PADDLE_HEX);

    assert_int_equal(stripe.time_s, NOW_S);
    assert_true(door_timed_signature_fits(&stripe, SECRET, BODY));
    assert_true(door_timed_signature_fits(&paddle, SECRET, BODY));
    assert_false(door_timed_signature_fits(&stripe, SV("whsec_abd"), BODY));
    assert_false(door_timed_signature_fits(&stripe, SECRET, SV("{\"id\":\"evt_2\"}")));
    assert_false(door_timed_signature_fits(&paddle, SECRET, SV("")));
}

static void any_value_may_fit(void **state)
{
    (void)state;
    struct door_timed_signature s =
        read_as(DOOR_TIMED_STRIPE, "t=1700000000,v1=00,v1=" STRIPE_HEX ",v1=ff");
    assert_int_equal(s.n_values, 3);
    assert_true(door_timed_signature_fits(&s, SECRET, BODY));
}

static void values_beyond_the_bound_are_not_read(void **state)
{
    (void)state;
    struct door_timed_signature s = read_as(
        DOOR_TIMED_STRIPE, "t=1700000000,v1=1,v1=2,v1=3,v1=4,v1=5,v1=6,v1=7,v1=8,v1=" STRIPE_HEX);
    assert_int_equal(s.n_values, DOOR_TIMED_VALUES_MAX);
    assert_false(door_timed_signature_fits(&s, SECRET, BODY));
}

/* Without a key, whoever knows how it is made could sign. */
static void an_empty_secret_fits_nothing(void **state)
{
    (void)state;
    char hex[HMAC_SHA256_HEX_SIZE];
    const struct sv parts[] = {SV("1700000000"), SV("."), BODY};
    signature_hmac_sha256_hex(hex, SV(""), parts, COUNT_OF(parts));
    struct door_timed_signature s = {
        .scheme = DOOR_TIMED_STRIPE, .time = parts[0], .values = {sv_from(hex)}, .n_values = 1};
    assert_false(door_timed_signature_fits(&s, SV(""), BODY));
}

static void refuses_headers_without_time_or_value(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",           "t=1700000000",
        "v1=00",      "t=,v1=00",
        "t=-1,v1=00", "t=1e9,v1=00",
        "t= 1,v1=00", "t=1,t=2,v1=00",
        "t=1 ,v1=00", "t=99999999999999999999,v1=00",
        "t:1,v1:00",  ",,,",
        "====",       "ts=1;h1=00",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_true(is_refused(DOOR_TIMED_STRIPE, bad[i]));
    assert_true(is_refused(DOOR_TIMED_PADDLE, "t=1,v1=00"));
    assert_true(is_refused(DOOR_TIMED_PADDLE, "ts=1,h1=00"));
    assert_true(is_refused(DOOR_TIMED_PADDLE, "ts=1;v1=00"));
}

static void is_fresh_for_five_minutes_either_way(void **state)
{
    (void)state;
    struct door_timed_signature s = read_as(DOOR_TIMED_STRIPE, "t=1700000000,v1=00");
    assert_true(door_timed_signature_is_fresh(&s, NOW_S - 300));
    assert_true(door_timed_signature_is_fresh(&s, NOW_S + 300));
    assert_false(door_timed_signature_is_fresh(&s, NOW_S - 301));
    assert_false(door_timed_signature_is_fresh(&s, NOW_S + 301));
    s = read_as(DOOR_TIMED_STRIPE, "t=9223372036854775807,v1=00");
    assert_false(door_timed_signature_is_fresh(&s, NOW_S));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fits_what_the_provider_signed),
        cmocka_unit_test(any_value_may_fit),
        cmocka_unit_test(values_beyond_the_bound_are_not_read),
        cmocka_unit_test(an_empty_secret_fits_nothing),
        cmocka_unit_test(refuses_headers_without_time_or_value),
        cmocka_unit_test(is_fresh_for_five_minutes_either_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
