/*
 * A click as bytes: the payload of one spool record.
 *
 * Little-endian, fixed part first, then the texts that are not empty:
 *
 *     0  u8   format (1)
 *     1  u8   shape
 *     2  u8   flags: 1 test mode, 2 bot
 *     3  2    country, zero when unknown
 *     5  16   click id          21  16  visitor          37  16  previous click
 *    53  u64  link              61  u64 partnership      69  u64 program     77 u64 brand
 *    85  i64  time, µs          93  32  hash of the address
 *   125  …    texts: u8 tag, u16 length, bytes; tags rise
 *
 * Decoding trusts nothing: a payload is either whole and within every bound, or refused.
 */
#ifndef MEED_CLICK_RECORD_H
#define MEED_CLICK_RECORD_H

#include "click/click.h"

/* Fixed part and every text at its longest. */
enum {
    RECORD_FIXED = 125,
    RECORD_MAX = RECORD_FIXED + CLICK_AGENT_MAX + CLICK_REFERRER_MAX + CLICK_FBCLID_MAX +
                 CLICK_UTMS * CLICK_UTM_MAX + CLICK_SUBS * CLICK_SUB_MAX +
                 3 * (3 + CLICK_UTMS + CLICK_SUBS),
};

/* Returns the length written to `out`. Texts over their bound are a programming error. */
size_t record_encode(uint8_t out[RECORD_MAX], const struct click *click);
/* The click's views point into `payload`. */
MUST_USE bool record_decode(struct sv payload, struct click *out);

#endif
