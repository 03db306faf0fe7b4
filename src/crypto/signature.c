#include <sodium.h>

#include "crypto/signature.h"

void signature_hmac_sha256(uint8_t out[HMAC_SHA256_SIZE], struct sv secret, const struct sv *parts,
                           size_t count)
{
    crypto_auth_hmacsha256_state state;

    crypto_auth_hmacsha256_init(&state, (const unsigned char *)secret.p, secret.n);
    for (size_t i = 0; i < count; i++)
        crypto_auth_hmacsha256_update(&state, (const unsigned char *)parts[i].p, parts[i].n);
    crypto_auth_hmacsha256_final(&state, out);
    sodium_memzero(&state, sizeof(state));
}

void signature_hmac_sha256_hex(char out[HMAC_SHA256_HEX_SIZE], struct sv secret,
                               const struct sv *parts, size_t count)
{
    uint8_t mac[HMAC_SHA256_SIZE];

    signature_hmac_sha256(mac, secret, parts, count);
    hex_encode(out, mac, sizeof(mac));
}

void signature_hmac_sha256_base64(char out[HMAC_SHA256_BASE64_SIZE], struct sv secret,
                                  const struct sv *parts, size_t count)
{
    uint8_t mac[HMAC_SHA256_SIZE];

    signature_hmac_sha256(mac, secret, parts, count);
    sodium_bin2base64(out, HMAC_SHA256_BASE64_SIZE, mac, sizeof(mac),
                      sodium_base64_VARIANT_ORIGINAL);
}

bool signature_equal(struct sv a, struct sv b)
{
    return a.n == b.n && (a.n == 0 || sodium_memcmp(a.p, b.p, a.n) == 0);
}
