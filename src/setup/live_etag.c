#include "setup/live_etag.h"

#include <inttypes.h>

/* Multiplied and folded, so that every bit of what came before meets every later one. */
uint64_t live_mix(uint64_t mix, int64_t part)
{
    mix = (mix ^ (uint64_t)part) * UINT64_C(0x9e3779b97f4a7c15);
    return mix ^ (mix >> 29);
}

uint64_t live_mix_text(uint64_t mix, struct sv text)
{
    for (size_t i = 0; i < text.n; i++)
        mix = live_mix(mix, text.p[i]);
    return live_mix(mix, (int64_t)text.n);
}

struct sv live_etag(struct arena *arena, uint64_t mix)
{
    return sv_from(arena_printf(arena, "\"s%016" PRIx64 "\"", mix));
}
