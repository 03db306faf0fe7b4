#include "click/record.h"
#include "support/unit.h"

static struct click a_click(void)
{
    return (struct click){
        .id = uuid_v7(1700000000123456),
        .visitor = uuid_v7(1700000000123456),
        .link = 7,
        .partnership = 8,
        .program = 9,
        .brand = UINT64_MAX,
        .at_us = 1700000000123456,
        .shape = CLICK_SLUG,
    };
}

static struct click through(const struct click *click, uint8_t bytes[RECORD_MAX])
{
    struct click back;
    size_t n = record_encode(bytes, click);

    assert_true(record_decode(sv_of((char *)bytes, n), &back));
    return back;
}

static void keeps_every_member(void **state)
{
    static const char *const sub = "{subid} ü";
    uint8_t bytes[RECORD_MAX];
    struct click click = a_click(), back;

    (void)state;
    click.prev = uuid_v7(1600000000000000);
    click.test_mode = click.bot = true;
    memset(click.ip_hash, 0xa5, sizeof(click.ip_hash));
    memcpy(click.country, "DE", 3);
    click.agent = SV("Mozilla/5.0");
    click.referrer = SV("https://blog.example/post");
    click.fbclid = SV("IwAR0");
    click.utm[CLICK_UTM_CONTENT] = SV("banner");
    click.subs[0] = sv_from(sub);
    click.subs[9] = SV("ten");
    back = through(&click, bytes);
    assert_memory_equal(&back.id, &click.id, 16);
    assert_memory_equal(&back.visitor, &click.visitor, 16);
    assert_memory_equal(&back.prev, &click.prev, 16);
    assert_int_equal(back.link, 7);
    assert_int_equal(back.partnership, 8);
    assert_int_equal(back.program, 9);
    assert_true(back.brand == UINT64_MAX);
    assert_int_equal(back.at_us, 1700000000123456);
    assert_int_equal(back.shape, CLICK_SLUG);
    assert_true(back.test_mode && back.bot);
    assert_memory_equal(back.ip_hash, click.ip_hash, sizeof(click.ip_hash));
    assert_string_equal(back.country, "DE");
    assert_sv_equal(back.agent, "Mozilla/5.0");
    assert_sv_equal(back.referrer, "https://blog.example/post");
    assert_sv_equal(back.fbclid, "IwAR0");
    assert_sv_equal(back.utm[CLICK_UTM_CONTENT], "banner");
    assert_sv_equal(back.subs[0], sub);
    assert_sv_equal(back.subs[9], "ten");
    assert_int_equal(back.subs[1].n, 0);
}

static void keeps_every_text_at_its_longest(void **state)
{
    static char text[1024];
    uint8_t bytes[RECORD_MAX];
    struct click click = a_click(), back;

    (void)state;
    memset(text, 'x', sizeof(text));
    click.agent = sv_of(text, CLICK_AGENT_MAX);
    click.referrer = sv_of(text, CLICK_REFERRER_MAX);
    click.fbclid = sv_of(text, CLICK_FBCLID_MAX);
    for (size_t i = 0; i < CLICK_UTMS; i++)
        click.utm[i] = sv_of(text, CLICK_UTM_MAX);
    for (size_t i = 0; i < CLICK_SUBS; i++)
        click.subs[i] = sv_of(text, CLICK_SUB_MAX);
    assert_int_equal(record_encode(bytes, &click), RECORD_MAX);
    back = through(&click, bytes);
    assert_int_equal(back.referrer.n, CLICK_REFERRER_MAX);
    assert_int_equal(back.subs[9].n, CLICK_SUB_MAX);
}

static void refuses_every_truncation(void **state)
{
    uint8_t bytes[RECORD_MAX];
    struct click click = a_click(), back;
    size_t n, whole;

    (void)state;
    click.agent = SV("agent");
    whole = record_encode(bytes, &click);
    for (n = 0; n < whole; n++)
        /* Without any of its texts a record is a record still. */
        assert_int_equal(record_decode(sv_of((char *)bytes, n), &back), n == RECORD_FIXED);
}

static void refuses_what_no_encoder_writes(void **state)
{
    static const struct {
        size_t at;
        uint8_t value;
    } broken[] = {
        {0, 2},                 /* another format */
        {1, 0},                 /* no shape */
        {1, 5},                 /* an unknown shape */
        {2, 4},                 /* an unknown flag */
        {RECORD_FIXED, 0},      /* tag 0 */
        {RECORD_FIXED, 19},     /* an unknown tag */
        {RECORD_FIXED + 1, 0},  /* an empty text, and bytes left over */
        {RECORD_FIXED + 1, 6},  /* longer than what is there */
        {RECORD_FIXED + 2, 10}, /* longer than its bound */
    };
    uint8_t bytes[RECORD_MAX];
    struct click click = a_click(), back;
    size_t n;

    (void)state;
    click.agent = SV("agent");
    for (size_t i = 0; i < COUNT_OF(broken); i++) {
        n = record_encode(bytes, &click);
        bytes[broken[i].at] = broken[i].value;
        assert_false(record_decode(sv_of((char *)bytes, n), &back));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_every_member),
        cmocka_unit_test(keeps_every_text_at_its_longest),
        cmocka_unit_test(refuses_every_truncation),
        cmocka_unit_test(refuses_what_no_encoder_writes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
