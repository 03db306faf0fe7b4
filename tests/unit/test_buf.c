#include "support/unit.h"

#include "base/buf.h"

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

static void grows_to_its_limit_and_not_beyond(void **state)
{
    struct buf b = buf_new(arena, 1000);

    (void)state;
    for (int i = 0; i < 1000; i++)
        buf_putc(&b, 'x');
    assert_false(b.overflow);
    assert_int_equal(strlen(b.p), 1000);
    buf_putc(&b, 'y');
    assert_true(b.overflow);
    assert_int_equal(b.len, 1000);
}

static void stays_overflown_whatever_follows(void **state)
{
    struct buf b = buf_new(arena, 4);

    (void)state;
    buf_puts(&b, "abc");
    buf_puts(&b, "de");
    buf_puts(&b, "f");
    buf_printf(&b, "%d", 1);
    assert_true(b.overflow);
    assert_sv_equal(buf_sv(&b), "abc");
}

static void formats_past_its_first_block(void **state)
{
    struct buf b = buf_new(arena, 5000);

    (void)state;
    buf_puts(&b, "<");
    buf_printf(&b, "%1000d", 7);
    buf_printf(&b, "%s", "");
    assert_int_equal(b.len, 1001);
    assert_int_equal(b.p[1000], '7');
    assert_int_equal(b.p[1001], '\0');
}

static void encodes_urls_and_html(void **state)
{
    struct buf b = buf_new(arena, 200);

    (void)state;
    buf_put_url(&b, SV("a b/ü~-._?&"));
    assert_sv_equal(buf_sv(&b), "a%20b%2F%C3%BC~-._%3F%26");
    b = buf_new(arena, 200);
    buf_put_html(&b, SV("<a href=\"x\">Tom & 'Jerry'</a>"));
    assert_sv_equal(buf_sv(&b), "&lt;a href=&quot;x&quot;&gt;Tom &amp; &#39;Jerry&#39;&lt;/a&gt;");
}

static void an_empty_builder_is_an_empty_string(void **state)
{
    struct buf b = buf_new(arena, 0);

    (void)state;
    assert_string_equal(b.p, "");
    buf_put(&b, SV_NONE);
    assert_false(b.overflow);
    buf_putc(&b, 'x');
    assert_true(b.overflow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_to_its_limit_and_not_beyond),
        cmocka_unit_test(stays_overflown_whatever_follows),
        cmocka_unit_test(formats_past_its_first_block),
        cmocka_unit_test(encodes_urls_and_html),
        cmocka_unit_test(an_empty_builder_is_an_empty_string),
    };

    return cmocka_run_group_tests_name("buf", tests, open_arena, close_arena);
}
