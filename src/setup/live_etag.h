/* Tags of live parts: what is shown is mixed into a number, so that the same shows the same tag. */
#ifndef MEED_SETUP_LIVE_ETAG_H
#define MEED_SETUP_LIVE_ETAG_H

#include "base/arena.h"
#include "base/sv.h"

uint64_t live_mix(uint64_t mix, int64_t part);
uint64_t live_mix_text(uint64_t mix, struct sv text);
struct sv live_etag(struct arena *arena, uint64_t mix); /* with its quotes */

#endif
