/*
 * Whose call it is, by its signature:
 *
 *   X-Meed-Timestamp: unix seconds, within 300 of ours     (or X-KF-Timestamp)
 *   X-Meed-Signature: lower-case hex of HMAC-SHA256(secret, timestamp "." raw body)
 *                                                          (or X-KF-Signature)
 */
#include "door/door_signed.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/settings.h"
#include "crypto/signature.h"
#include "program/secret.h"

enum { TOLERANCE_S = 300 };

/* The brand in the address, and what it signs with ------------------------------------------- */

struct signing_key {
    uint64_t secret;
    bool test_mode;
    bool use_is_noted; /* since it was loaded */
    char text[SECRET_TEXT_MAX];
    size_t length;
};

enum { KEYS_MAX = 2 * SECRET_VALID_MAX };

struct signer {
    struct uuid brand_pid;
    uint64_t brand; /* 0: there is no such brand */
    bool is_active;
    struct signing_key keys[KEYS_MAX];
    size_t n_keys;
    int64_t until_us; /* monotonic */
};

/* Asked once a second and process; an ended secret works for that second at most. */
enum { CACHE_SLOTS = 64 };
#define CACHE_FOR_US CLOCK_SECOND
static struct signer cache[CACHE_SLOTS];

DB_SQL(signed_find_brand, "SELECT id, status FROM brand WHERE pid = ?");

static enum db_status load_keys(struct http_request *request, struct signer *signer, bool test_mode)
{
    struct secret_use use = {
        .brand = signer->brand, .door = SECRET_POSTBACK, .test_mode = test_mode};
    struct secret_key keys[SECRET_VALID_MAX];
    size_t n = 0;
    enum db_status status = secret_list_valid(request->db, request->arena, &use, keys, &n);
    for (size_t i = 0; i < n && status == DB_OK; i++) {
        struct signing_key *key = &signer->keys[signer->n_keys++];
        CHECK(keys[i].text.n <= sizeof key->text);
        *key = (struct signing_key){
            .secret = keys[i].id, .test_mode = test_mode, .length = keys[i].text.n};
        memcpy(key->text, keys[i].text.p, keys[i].text.n);
    }
    return status;
}

static enum db_status load_signer(struct http_request *request, struct uuid pid,
                                  struct signer *signer)
{
    struct db_rows *row;
    *signer = (struct signer){.brand_pid = pid};
    enum db_status status =
        db_get_one(request->db, request->arena, &signed_find_brand, DB_ARGS(db_uuid(&pid)), &row);
    if (status == DB_NO_ROW)
        return DB_OK;
    if (status != DB_OK)
        return status;
    signer->brand = db_col_u64(row, 0);
    signer->is_active = sv_eq(db_col_text(row, 1), SV("active"));
    status = load_keys(request, signer, false);
    if (status == DB_OK)
        status = load_keys(request, signer, true);
    signer->until_us = clock_monotonic_us() + CACHE_FOR_US;
    return status;
}

static enum db_status find_signer(struct http_request *request, struct uuid pid,
                                  struct signer **out)
{
    struct signer *slot = &cache[pid.b[15] % CACHE_SLOTS];
    *out = slot;
    if (uuid_eq(slot->brand_pid, pid) && slot->until_us > clock_monotonic_us())
        return DB_OK;
    enum db_status status = load_signer(request, pid, slot);
    if (status != DB_OK)
        slot->until_us = 0;
    return status;
}

/* The signature ------------------------------------------------------------------------------ */

static struct sv header_either(struct http_request *request, const char *name, const char *alias)
{
    struct sv value = http_header(request, name);
    return value.n > 0 ? value : http_header(request, alias);
}

/* Every key is tried in full, so that the time tells nothing about which one came close. */
static struct signing_key *find_key(struct signer *signer, struct sv timestamp, struct sv body,
                                    struct sv signature)
{
    struct signing_key *found = NULL;
    for (size_t i = 0; i < signer->n_keys; i++) {
        struct signing_key *key = &signer->keys[i];
        char hex[HMAC_SHA256_HEX_SIZE];
        const struct sv parts[] = {timestamp, SV("."), body};
        signature_hmac_sha256_hex(hex, sv_of(key->text, key->length), parts, COUNT_OF(parts));
        if (signature_equal(sv_from(hex), signature) && !found)
            found = key;
    }
    return found;
}

static void refuse_signature(struct http_request *request, struct http_response *response,
                             const char *why)
{
    http_problem(request, response,
                 &(struct http_problem){
                     .status = 401,
                     .code = "invalid_signature",
                     .what = _("The signature does not match."),
                     .why = why,
                     .next = _("Sign the timestamp, a point and the raw body with the brand's "
                               "current postback secret: HMAC-SHA256, lower-case hex."),
                 });
}

static bool is_fresh(struct http_request *request, struct http_response *response,
                     struct sv timestamp)
{
    int64_t signed_s, now_s = clock_wire_us() / CLOCK_SECOND;
    if (sv_to_i64(timestamp, &signed_s) && signed_s >= now_s - TOLERANCE_S &&
        signed_s <= now_s + TOLERANCE_S)
        return true;
    http_problem(request, response,
                 &(struct http_problem){
                     .status = 401,
                     .code = "stale_timestamp",
                     .what = _("The request was signed too long ago, or too far ahead."),
                     .why = arena_printf(request->arena,
                                         _("Its timestamp is more than %d s from our clock's."),
                                         TOLERANCE_S),
                     .next = _("Sign each attempt anew, and set the server's clock by NTP."),
                 });
    return false;
}

/* The signing key; NULL: an answer stands in the response. */
static struct signing_key *verify(struct http_request *request, struct http_response *response,
                                  struct signer *signer)
{
    struct sv timestamp = header_either(request, "X-Meed-Timestamp", "X-KF-Timestamp");
    struct sv signature = header_either(request, "X-Meed-Signature", "X-KF-Signature");
    if (timestamp.n == 0 || signature.n == 0) {
        refuse_signature(request, response, _("X-Meed-Timestamp or X-Meed-Signature is missing."));
        return NULL;
    }
    struct signing_key *key = find_key(signer, timestamp, request->body, signature);
    if (!key) {
        refuse_signature(request, response,
                         signer->n_keys == 0
                             ? _("The brand has made no postback secret yet.")
                             : _("It was made with another secret, timestamp or body."));
        return NULL;
    }
    return is_fresh(request, response, timestamp) ? key : NULL;
}

/* The call ----------------------------------------------------------------------------------- */

static bool answer_not_ok(struct http_request *request, struct http_response *response,
                          const char *reason)
{
    http_json(response, 200,
              sv_from(arena_printf(request->arena, "{\"ok\":false,\"reason\":\"%s\"}\n", reason)));
    return false;
}

/* Its limit, and that its secret is in use. */
static bool admit(struct http_request *request, struct http_response *response,
                  const struct signer *signer, struct signing_key *key)
{
    if (!http_allow(request, response, "ingest_brand",
                    sv_of((const char *)&signer->brand, sizeof signer->brand),
                    request->settings->ingest_limit_per_minute_brand))
        return false;
    if (!key->use_is_noted && secret_note_used(request->db, key->secret) != DB_OK) {
        http_unavailable(request, response);
        return false;
    }
    key->use_is_noted = true;
    return true;
}

bool door_signed_open(struct http_request *request, struct http_response *response,
                      struct door_signed *caller)
{
    struct uuid pid;
    struct signer *signer;
    *caller = (struct door_signed){0};
    if (!uuid_parse(http_path_param(request, "brand_id"), &pid))
        return answer_not_ok(request, response, "unknown_brand");
    if (find_signer(request, pid, &signer) != DB_OK) {
        http_unavailable(request, response);
        return false;
    }
    if (signer->brand == 0)
        return answer_not_ok(request, response, "unknown_brand");
    caller->brand = signer->brand;
    struct signing_key *key = verify(request, response, signer);
    if (!key)
        return false;
    caller->is_signed = true;
    caller->test_mode = key->test_mode;
    request->actor.brand = signer->brand; /* a known caller: limits count by brand from here */
    if (!signer->is_active)
        return answer_not_ok(request, response, "affiliate_disabled");
    return admit(request, response, signer, key);
}
