/* Bytes of the click spool that its writer and its reader share; drawn in click/spool.h. */
#ifndef MEED_CLICK_SPOOL_FORMAT_H
#define MEED_CLICK_SPOOL_FORMAT_H

#include "base/base.h"

#define SPOOL_SEGMENT_MAGIC "MEEDSEG1"
#define SPOOL_SLOT_MAGIC    "MS01"

static inline void spool_put_u32(uint8_t *out, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(v >> (8 * i));
}

static inline void spool_put_u64(uint8_t *out, uint64_t v)
{
    spool_put_u32(out, (uint32_t)v);
    spool_put_u32(out + 4, (uint32_t)(v >> 32));
}

static inline uint32_t spool_get_u32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t spool_get_u64(const uint8_t *p)
{
    return spool_get_u32(p) | (uint64_t)spool_get_u32(p + 4) << 32;
}

static inline uint64_t spool_sequence(uint32_t number, uint32_t slot)
{
    return (uint64_t)number << 32 | slot;
}

#endif
