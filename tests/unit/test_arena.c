#include "support/unit.h"

#include "base/arena.h"

static void hands_out_zeroed_aligned_memory_after_a_reset(void **state)
{
    struct arena *arena = arena_new(ARENA_CEILING_DEFAULT);
    unsigned char *p = arena_alloc(arena, 100);

    (void)state;
    memset(p, 0xff, 100);
    arena_reset(arena);
    p = arena_alloc(arena, 100);
    assert_int_equal((uintptr_t)p % 16, 0);
    for (int i = 0; i < 100; i++)
        assert_int_equal(p[i], 0);
    arena_free(arena);
}

static void keeps_what_it_gave_while_it_grows(void **state)
{
    struct arena *arena = arena_new(ARENA_CEILING_DEFAULT);
    char *texts[2000];

    (void)state;
    for (int i = 0; i < 2000; i++)
        texts[i] = arena_printf(arena, "%d and some words to fill the block", i);
    for (int i = 0; i < 2000; i++)
        assert_int_equal(strtol(texts[i], NULL, 10), i);
    arena_free(arena);
}

static void serves_one_request_larger_than_a_block(void **state)
{
    struct arena *arena = arena_new(ARENA_CEILING_DEFAULT);
    unsigned char *p = arena_alloc(arena, 5 * 1024 * 1024);

    (void)state;
    p[5 * 1024 * 1024 - 1] = 1;
    assert_true(arena_used(arena) >= 5 * 1024 * 1024);
    arena_free(arena);
}

static void stops_at_its_ceiling(void **state)
{
    struct arena *arena = arena_new(1024);

    (void)state;
    (void)arena_alloc(arena, 1024);
    assert_aborts((void)arena_alloc(arena, 1));
    arena_reset(arena);
    assert_aborts((void)arena_alloc(arena, 1025));
    arena_free(arena);
}

static void refuses_an_array_whose_size_overflows(void **state)
{
    struct arena *arena = arena_new(1024);

    (void)state;
    assert_aborts((void)arena_array(arena, SIZE_MAX / 2, 4));
    arena_free(arena);
}

static void copies_end_with_nul(void **state)
{
    struct arena *arena = arena_new(ARENA_CEILING_DEFAULT);

    (void)state;
    assert_string_equal(arena_copy(arena, "abcdef", 3), "abc");
    assert_string_equal(arena_copy(arena, NULL, 0), "");
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hands_out_zeroed_aligned_memory_after_a_reset),
        cmocka_unit_test(keeps_what_it_gave_while_it_grows),
        cmocka_unit_test(serves_one_request_larger_than_a_block),
        cmocka_unit_test(stops_at_its_ceiling),
        cmocka_unit_test(refuses_an_array_whose_size_overflows),
        cmocka_unit_test(copies_end_with_nul),
    };

    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
