/*
 * A chain of blocks, the newest first. Small requests are cut from the newest
 * block; one that does not fit opens a block of its own size or twice the last
 * one's, whichever is larger. The first block survives arena_reset().
 */
#include <stdarg.h>

#include "base/arena.h"

enum { BLOCK_FIRST = 32 * 1024, BLOCK_LARGEST = 1024 * 1024, ALIGNMENT = 16 };

struct block {
    struct block *older;
    size_t cap, used;
    _Alignas(ALIGNMENT) unsigned char bytes[];
};

struct arena {
    struct block *newest;
    size_t ceiling, taken; /* bytes handed out, rounded up */
};

static struct block *block_new(size_t cap)
{
    struct block *block = malloc(sizeof(*block) + cap);

    CHECK(block != NULL);
    block->older = NULL;
    block->cap = cap;
    block->used = 0;
    return block;
}

struct arena *arena_new(size_t ceiling_bytes)
{
    struct arena *arena = malloc(sizeof(*arena));

    CHECK(arena != NULL);
    CHECK(ceiling_bytes > 0);
    arena->newest = block_new(BLOCK_FIRST);
    arena->ceiling = ceiling_bytes;
    arena->taken = 0;
    return arena;
}

static void drop_younger_blocks(struct arena *arena)
{
    while (arena->newest->older != NULL) {
        struct block *older = arena->newest->older;

        free(arena->newest);
        arena->newest = older;
    }
}

void arena_free(struct arena *arena)
{
    if (arena == NULL)
        return;
    drop_younger_blocks(arena);
    free(arena->newest);
    free(arena);
}

void arena_reset(struct arena *arena)
{
    drop_younger_blocks(arena);
    arena->newest->used = 0;
    arena->taken = 0;
}

size_t arena_used(const struct arena *arena)
{
    return arena->taken;
}

static void add_block(struct arena *arena, size_t bytes)
{
    size_t cap = arena->newest->cap < BLOCK_LARGEST ? arena->newest->cap * 2 : BLOCK_LARGEST;
    struct block *block = block_new(bytes > cap ? bytes : cap);

    block->older = arena->newest;
    arena->newest = block;
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
    size_t rounded;
    void *p;

    CHECK(bytes <= arena->ceiling);
    rounded = (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (rounded == 0)
        rounded = ALIGNMENT;
    CHECK(rounded <= arena->ceiling - arena->taken);
    if (rounded > arena->newest->cap - arena->newest->used)
        add_block(arena, rounded);
    p = arena->newest->bytes + arena->newest->used;
    arena->newest->used += rounded;
    arena->taken += rounded;
    memset(p, 0, rounded);
    return p;
}

void *arena_array(struct arena *arena, size_t count, size_t bytes)
{
    size_t total;

    CHECK(!__builtin_mul_overflow(count, bytes, &total));
    return arena_alloc(arena, total);
}

char *arena_copy(struct arena *arena, const void *bytes, size_t len)
{
    char *copy;

    CHECK(len < SIZE_MAX);
    copy = arena_alloc(arena, len + 1);
    if (len > 0)
        memcpy(copy, bytes, len);
    return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return arena_copy(arena, text, strlen(text));
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args, again;
    int len;
    char *text;

    va_start(args, format);
    va_copy(again, args);
    len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    CHECK(len >= 0);
    text = arena_alloc(arena, (size_t)len + 1);
    (void)vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    return text;
}
