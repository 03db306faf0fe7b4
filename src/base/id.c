#include <pthread.h>
#include <sodium.h>

#include "base/id.h"

#include "base/arena.h"

static const char token_alphabet[] = "23456789abcdefghjkmnpqrstuvwxyz";
static const char code_alphabet[] = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";

enum { ALPHABET = sizeof(token_alphabet) - 1, RANDOM_TEXT_MAX = 64 };

/*
 * Random bytes drawn ahead: a redirect makes three ids, and a system call for each
 * would be felt. Used bytes are wiped.
 */
static struct {
    uint8_t bytes[512];
    size_t left;
} ahead;

static void draw_bytes(void *out, size_t n)
{
    if (ahead.left < n) {
        randombytes_buf(ahead.bytes, sizeof(ahead.bytes));
        ahead.left = sizeof(ahead.bytes);
    }
    ahead.left -= n;
    memcpy(out, ahead.bytes + ahead.left, n);
    sodium_memzero(ahead.bytes + ahead.left, n);
}

/*
 * The random part, 74 bits, as `high` (12 bits, beside the version) and `low` (62 bits, beside
 * the variant). Within a millisecond the next id adds a random step to the last one, so that ids
 * rise and stay hard to guess (RFC 9562, 6.2, method 2). A forked child starts anew: two
 * processes must not walk on from the same id.
 */
static struct {
    int64_t ms;
    uint64_t low;
    uint16_t high;
} last = {.ms = -1};

static void start_anew(void)
{
    ahead.left = 0;
    last.ms = -1;
}

__attribute__((constructor)) static void watch_forks(void)
{
    CHECK(pthread_atfork(NULL, NULL, start_anew) == 0);
}

#define LOW_MASK  (UINT64_MAX >> 2)
#define HIGH_MASK 0x0fffU

/* False when the 74 bits are used up, which asks for 2^33 ids in a millisecond. */
static bool step_random_part(void)
{
    uint64_t step = 0;

    draw_bytes(&step, 5);
    last.low += step + 1;
    if (last.low <= LOW_MASK)
        return true;
    last.low &= LOW_MASK;
    return ++last.high <= HIGH_MASK;
}

static void draw_random_part(void)
{
    draw_bytes(&last.low, sizeof(last.low));
    draw_bytes(&last.high, sizeof(last.high));
    last.low &= LOW_MASK;
    last.high &= HIGH_MASK >> 1; /* leaves room to step */
}

struct uuid uuid_v7(int64_t time_us)
{
    int64_t ms = time_us / 1000;
    struct uuid id;

    CHECK(time_us >= 0 && ms < INT64_C(1) << 48);
    if (ms != last.ms)
        draw_random_part();
    else
        CHECK(step_random_part());
    last.ms = ms;
    for (int i = 0; i < 6; i++)
        id.b[i] = (uint8_t)(ms >> (40 - 8 * i));
    id.b[6] = (uint8_t)(0x70 | last.high >> 8);
    id.b[7] = (uint8_t)last.high;
    for (int i = 0; i < 8; i++)
        id.b[8 + i] = (uint8_t)(last.low >> (56 - 8 * i));
    id.b[8] = (uint8_t)(id.b[8] | 0x80);
    return id;
}

int64_t uuid_time_us(struct uuid id)
{
    int64_t ms = 0;

    for (int i = 0; i < 6; i++)
        ms = ms << 8 | id.b[i];
    return ms * 1000;
}

void uuid_format(char out[UUID_TEXT_SIZE], struct uuid id)
{
    static const uint8_t groups[] = {4, 2, 2, 2, 6};
    const uint8_t *byte = id.b;

    for (size_t g = 0; g < COUNT_OF(groups); g++) {
        hex_encode(out, byte, groups[g]); /* terminates; overwritten by the dash or the next */
        out += 2 * groups[g];
        byte += groups[g];
        if (g + 1 < COUNT_OF(groups))
            *out++ = '-';
    }
}

char *uuid_text(struct arena *arena, struct uuid id)
{
    char *text = arena_alloc(arena, UUID_TEXT_SIZE);
    uuid_format(text, id);
    return text;
}

bool uuid_parse(struct sv text, struct uuid *out)
{
    static const uint8_t groups[] = {4, 2, 2, 2, 6};
    struct uuid id;
    size_t at = 0, byte = 0;

    if (text.n != UUID_TEXT_SIZE - 1)
        return false;
    for (size_t g = 0; g < COUNT_OF(groups); g++) {
        if (g > 0 && text.p[at++] != '-')
            return false;
        if (!hex_decode(id.b + byte, groups[g], sv_sub(text, at, 2U * groups[g])))
            return false;
        at += 2U * groups[g];
        byte += groups[g];
    }
    *out = id;
    return true;
}

bool uuid_is_zero(struct uuid id)
{
    return uuid_eq(id, (struct uuid){{0}});
}

bool uuid_eq(struct uuid a, struct uuid b)
{
    return memcmp(a.b, b.b, sizeof(a.b)) == 0;
}

static void draw(char *out, size_t len, const char *alphabet)
{
    for (size_t i = 0; i < len; i++)
        out[i] = alphabet[randombytes_uniform(ALPHABET)];
    out[len] = '\0';
}

static bool has_digit(struct sv s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] >= '0' && s.p[i] <= '9')
            return true;
    return false;
}

void id_link_token(char out[LINK_TOKEN_SIZE])
{
    do {
        draw(out, LINK_TOKEN_LEN, token_alphabet);
    } while (!has_digit(sv_of(out, LINK_TOKEN_LEN)));
}

bool id_is_link_token(struct sv s)
{
    if (s.n != LINK_TOKEN_LEN || !has_digit(s))
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!sv_contains(sv_of(token_alphabet, ALPHABET), s.p[i]))
            return false;
    return true;
}

void id_code(char *out, size_t len)
{
    draw(out, len, code_alphabet);
}

void id_random_text(char *out, size_t bytes)
{
    uint8_t random_bytes[RANDOM_TEXT_MAX];
    size_t size;

    CHECK(bytes <= sizeof(random_bytes));
    size = sodium_base64_encoded_len(bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    randombytes_buf(random_bytes, bytes);
    sodium_bin2base64(out, size, random_bytes, bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(random_bytes, sizeof(random_bytes));
}
