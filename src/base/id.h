/*
 * Identifiers seen outside: UUIDv7 (RFC 9562) and short tokens.
 *
 * A UUIDv7's first 48 bits are milliseconds since 1970, so that ids sort by
 * time and clicks can be partitioned by them; the rest is random. Ids that one
 * process makes for the same or a later millisecond than the one before strictly
 * rise; an id made for an earlier time carries that time.
 */
#ifndef MEED_BASE_ID_H
#define MEED_BASE_ID_H

#include "base/sv.h"

struct arena;

struct uuid {
    uint8_t b[16];
};

enum { UUID_TEXT_SIZE = 37, LINK_TOKEN_LEN = 8, LINK_TOKEN_SIZE = 9 };

struct uuid uuid_v7(int64_t time_us);
int64_t uuid_time_us(struct uuid id); /* millisecond precision */
void uuid_format(char out[UUID_TEXT_SIZE], struct uuid id);
char *uuid_text(struct arena *arena, struct uuid id);
MUST_USE bool uuid_parse(struct sv text, struct uuid *out); /* 36 characters, either case */
bool uuid_is_zero(struct uuid id);
bool uuid_eq(struct uuid a, struct uuid b);

/* 8 of [0-9a-z] without look-alikes, at least one digit: a page's path segment has none. */
void id_link_token(char out[LINK_TOKEN_SIZE]);
bool id_is_link_token(struct sv s);
/* `len` characters of an alphabet without look-alikes (upper case and digits). */
void id_code(char *out, size_t len);
/* URL-safe base64 of `bytes` random bytes; `out` holds 4 × (bytes + 2) / 3 + 1. */
void id_random_text(char *out, size_t bytes);

#endif
