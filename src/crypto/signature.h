/* HMAC-SHA256 signatures of webhooks and constant-time comparison. */
#ifndef MEED_CRYPTO_SIGNATURE_H
#define MEED_CRYPTO_SIGNATURE_H

#include "base/sv.h"

enum { HMAC_SHA256_SIZE = 32, HMAC_SHA256_HEX_SIZE = 65, HMAC_SHA256_BASE64_SIZE = 45 };

/* Parts are concatenated: timestamp, ".", raw body. */
void signature_hmac_sha256(uint8_t out[HMAC_SHA256_SIZE], struct sv secret, const struct sv *parts,
                           size_t count);
void signature_hmac_sha256_hex(char out[HMAC_SHA256_HEX_SIZE], struct sv secret,
                               const struct sv *parts, size_t count);
/* With padding (RFC 4648, section 4), as shops send it in a header. */
void signature_hmac_sha256_base64(char out[HMAC_SHA256_BASE64_SIZE], struct sv secret,
                                  const struct sv *parts, size_t count);
/* Compares in time that depends on the lengths alone. */
bool signature_equal(struct sv a, struct sv b);

#endif
