/*
 * Signatures that payment providers put over the time and the raw body. Pure.
 *
 *   Stripe-Signature: t=1700000000,v1=<hex>[,v1=<hex>…]     HMAC-SHA256(secret, t "." body)
 *   Paddle-Signature: ts=1700000000;h1=<hex>[;h1=<hex>…]    HMAC-SHA256(secret, ts ":" body)
 *
 * The secret is the whole text that the provider shows, not decoded. A header
 * carries several values while the provider rotates: any one that fits passes.
 * Parts with other names are ignored, as are values beyond the bound.
 */
#ifndef MEED_DOOR_DOOR_TIMED_SIGNATURE_H
#define MEED_DOOR_DOOR_TIMED_SIGNATURE_H

#include "base/sv.h"

enum { DOOR_TIMED_VALUES_MAX = 8, DOOR_TIMED_TOLERANCE_S = 300 };

enum door_timed_scheme { DOOR_TIMED_STRIPE, DOOR_TIMED_PADDLE };

struct door_timed_signature {
    enum door_timed_scheme scheme;
    struct sv time; /* as it stands in the header: this text was signed */
    int64_t time_s;
    struct sv values[DOOR_TIMED_VALUES_MAX]; /* at least one */
    size_t n_values;
};

/* Views into `header`. False: no time, two of them, or no value of the scheme. */
MUST_USE bool door_timed_signature_read(enum door_timed_scheme scheme, struct sv header,
                                        struct door_timed_signature *out);
/* Every value is compared in full, whichever fits. An empty secret fits nothing. */
MUST_USE bool door_timed_signature_fits(const struct door_timed_signature *signature,
                                        struct sv secret, struct sv body);
/* Within DOOR_TIMED_TOLERANCE_S of `now_s`, either way. */
MUST_USE bool door_timed_signature_is_fresh(const struct door_timed_signature *signature,
                                            int64_t now_s);

#endif
