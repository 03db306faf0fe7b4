#include "base/clock.h"
#include "base/i18n.h"
#include "base/settings.h"
#include "crypto/keys.h"
#include "door/door_key.h"

/*
 * Who a key belongs to is asked once a second and process, so that a busy server's key costs
 * nothing; a revoked key works for that second at most. Keys are held as keyed hashes.
 */
enum { CACHE_SLOTS = 64 };
#define CACHE_FOR_US CLOCK_SECOND

static struct {
    uint8_t hash[HASH_SIZE];
    struct api_key_caller caller;
    int64_t until_us; /* monotonic */
} cache[CACHE_SLOTS];

static struct sv key_of(struct http_request *request, enum api_key_kind kind)
{
    if (kind == API_KEY_PROGRAM)
        return sv_trim(http_header(request, "X-Offer-Key"));
    if (!sv_eq_nocase(sv_sub(request->authorization, 0, 7), SV("Bearer ")))
        return SV_NONE;
    return sv_trim(sv_from_index(request->authorization, 7));
}

static enum db_status find_caller(struct http_request *request, enum api_key_kind kind,
                                  struct api_key_caller *caller)
{
    uint8_t hash[HASH_SIZE];
    struct sv key = key_of(request, kind);
    if (key.n == 0)
        return DB_NO_ROW;
    keys_hash(hash, KEY_API, key);
    size_t slot = hash[0] % CACHE_SLOTS;
    if (cache[slot].until_us > clock_monotonic_us() && cache[slot].caller.kind == kind &&
        memcmp(cache[slot].hash, hash, HASH_SIZE) == 0) {
        *caller = cache[slot].caller;
        return DB_OK;
    }
    enum db_status status = api_key_authenticate(request->db, request->arena, kind, key, caller);
    if (status == DB_OK) {
        memcpy(cache[slot].hash, hash, HASH_SIZE);
        cache[slot].caller = *caller;
        cache[slot].until_us = clock_monotonic_us() + CACHE_FOR_US;
    }
    return status;
}

static void refuse_key(struct http_request *request, struct http_response *response,
                       enum api_key_kind kind)
{
    bool is_brand = kind == API_KEY_BRAND;
    http_problem(
        request, response,
        &(struct http_problem){
            .status = 401,
            .code = "bad_key",
            .what = _("The request carries no valid key."),
            .why = _("The key is missing, unknown or revoked."),
            .next = is_brand ? _("Send the header Authorization: Bearer pc_live_…, with a key from "
                                 "the brand's integration page.")
                             : _("Send the header X-Offer-Key: ok_live_…, with a key of the "
                                 "program from the brand's integration page."),
        });
    if (is_brand)
        http_set_header(response, "WWW-Authenticate", SV("Bearer"));
}

bool door_authenticate(struct http_request *request, struct http_response *response,
                       enum api_key_kind kind, struct api_key_caller *caller)
{
    switch (find_caller(request, kind, caller)) {
    case DB_OK:
        break;
    case DB_NO_ROW:
        refuse_key(request, response, kind);
        return false;
    default:
        http_unavailable(request, response);
        return false;
    }
    request->actor.brand = caller->brand;
    return http_allow(request, response, "ingest_brand",
                      sv_of((const char *)&caller->brand, sizeof caller->brand),
                      request->settings->ingest_limit_per_minute_brand);
}
