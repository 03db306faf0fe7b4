#include "click/record.h"

enum { FORMAT = 1, FLAG_TEST = 1, FLAG_BOT = 2, TEXTS = 3 + CLICK_UTMS + CLICK_SUBS };

/* Where a text of each tag lives in a click, and its bound. Tags count from 1. */
struct text_place {
    size_t offset, max;
};

#define PLACE(member, bound)                                                                       \
    {                                                                                              \
        offsetof(struct click, member), (bound)                                                    \
    }

static const struct text_place places[TEXTS] = {
    PLACE(agent, CLICK_AGENT_MAX),   PLACE(referrer, CLICK_REFERRER_MAX),
    PLACE(fbclid, CLICK_FBCLID_MAX), PLACE(utm[0], CLICK_UTM_MAX),
    PLACE(utm[1], CLICK_UTM_MAX),    PLACE(utm[2], CLICK_UTM_MAX),
    PLACE(utm[3], CLICK_UTM_MAX),    PLACE(utm[4], CLICK_UTM_MAX),
    PLACE(subs[0], CLICK_SUB_MAX),   PLACE(subs[1], CLICK_SUB_MAX),
    PLACE(subs[2], CLICK_SUB_MAX),   PLACE(subs[3], CLICK_SUB_MAX),
    PLACE(subs[4], CLICK_SUB_MAX),   PLACE(subs[5], CLICK_SUB_MAX),
    PLACE(subs[6], CLICK_SUB_MAX),   PLACE(subs[7], CLICK_SUB_MAX),
    PLACE(subs[8], CLICK_SUB_MAX),   PLACE(subs[9], CLICK_SUB_MAX),
};

static void put_u64(uint8_t *out, uint64_t v)
{
    for (int i = 0; i < 8; i++)
        out[i] = (uint8_t)(v >> (8 * i));
}

static uint64_t get_u64(const uint8_t *p)
{
    uint64_t v = 0;

    for (int i = 7; i >= 0; i--)
        v = v << 8 | p[i];
    return v;
}

size_t record_encode(uint8_t out[RECORD_MAX], const struct click *click)
{
    size_t len = RECORD_FIXED;

    out[0] = FORMAT;
    out[1] = (uint8_t)click->shape;
    out[2] = (uint8_t)((click->test_mode ? FLAG_TEST : 0) | (click->bot ? FLAG_BOT : 0));
    memcpy(out + 3, click->country, 2);
    memcpy(out + 5, click->id.b, 16);
    memcpy(out + 21, click->visitor.b, 16);
    memcpy(out + 37, click->prev.b, 16);
    put_u64(out + 53, click->link);
    put_u64(out + 61, click->partnership);
    put_u64(out + 69, click->program);
    put_u64(out + 77, click->brand);
    put_u64(out + 85, (uint64_t)click->at_us);
    memcpy(out + 93, click->ip_hash, CLICK_IP_HASH_SIZE);
    for (size_t i = 0; i < TEXTS; i++) {
        struct sv text = *(const struct sv *)((const char *)click + places[i].offset);

        CHECK(text.n <= places[i].max);
        if (text.n == 0)
            continue;
        out[len++] = (uint8_t)(i + 1);
        out[len++] = (uint8_t)text.n;
        out[len++] = (uint8_t)(text.n >> 8);
        memcpy(out + len, text.p, text.n);
        len += text.n;
    }
    return len;
}

static bool decode_texts(const uint8_t *p, size_t n, struct click *out)
{
    size_t at = 0, last_tag = 0;

    while (at < n) {
        size_t tag, len;

        if (n - at < 3)
            return false;
        tag = p[at];
        len = (size_t)p[at + 1] | (size_t)p[at + 2] << 8;
        at += 3;
        if (tag <= last_tag || tag > TEXTS || len == 0 || len > places[tag - 1].max || len > n - at)
            return false;
        *(struct sv *)((char *)out + places[tag - 1].offset) = sv_of((const char *)p + at, len);
        at += len;
        last_tag = tag;
    }
    return true;
}

bool record_decode(struct sv payload, struct click *out)
{
    const uint8_t *p = (const uint8_t *)payload.p;

    *out = (struct click){0};
    if (payload.n < RECORD_FIXED || p[0] != FORMAT || p[1] < CLICK_TOKEN || p[1] > CLICK_SCRIPT ||
        p[2] > (FLAG_TEST | FLAG_BOT))
        return false;
    out->shape = (enum click_shape)p[1];
    out->test_mode = (p[2] & FLAG_TEST) != 0;
    out->bot = (p[2] & FLAG_BOT) != 0;
    memcpy(out->country, p + 3, 2);
    memcpy(out->id.b, p + 5, 16);
    memcpy(out->visitor.b, p + 21, 16);
    memcpy(out->prev.b, p + 37, 16);
    out->link = get_u64(p + 53);
    out->partnership = get_u64(p + 61);
    out->program = get_u64(p + 69);
    out->brand = get_u64(p + 77);
    out->at_us = (int64_t)get_u64(p + 85);
    memcpy(out->ip_hash, p + 93, CLICK_IP_HASH_SIZE);
    return decode_texts(p + RECORD_FIXED, payload.n - RECORD_FIXED, out);
}
