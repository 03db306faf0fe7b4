/*
 * Memory that lives as long as one request, one job or one command.
 *
 * An arena hands out zeroed memory and frees it all at once. It has a ceiling,
 * so that a request can't eat the machine: inputs are bounded before they are
 * copied, and reaching the ceiling is a programming error (CHECK).
 * Nothing allocated here is ever freed singly. Not thread-safe.
 */
#ifndef MEED_BASE_ARENA_H
#define MEED_BASE_ARENA_H

#include "base/base.h"

struct arena;

enum { ARENA_CEILING_DEFAULT = 64 * 1024 * 1024 };

struct arena *arena_new(size_t ceiling_bytes);
void arena_free(struct arena *arena); /* NULL is allowed */
/* Forget everything; keeps the first block, so that a loop does not call malloc. */
void arena_reset(struct arena *arena);
size_t arena_used(const struct arena *arena);

void *arena_alloc(struct arena *arena, size_t bytes) __attribute__((returns_nonnull));
void *arena_array(struct arena *arena, size_t count, size_t bytes) __attribute__((returns_nonnull));
char *arena_copy(struct arena *arena, const void *bytes, size_t len); /* NUL appended */
char *arena_strdup(struct arena *arena, const char *text);
char *arena_printf(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))

#endif
