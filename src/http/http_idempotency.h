/*
 * Idempotency-Key (draft-ietf-httpapi-idempotency-key-header-07; bare or quoted): a request that is
 * sent again under its key gets the answer of the first, with `Idempotent-Replayed: true`.
 *
 *   in flight              409, try again
 *   same key, other body   422
 *
 * A key belongs to its actor and route, for a day. An answer that says to try again (429, 5xx) is
 * not kept. A process that died leaves its key in flight for a minute.
 */
#ifndef MEED_HTTP_HTTP_IDEMPOTENCY_H
#define MEED_HTTP_HTTP_IDEMPOTENCY_H

#include "crypto/keys.h"
#include "db/job.h"
#include "http/http.h"

enum { HTTP_IDEMPOTENCY_KEY_MAX = 255, HTTP_IDEMPOTENCY_ACTOR_MAX = 60 };

struct http_idempotency {
    bool has_key; /* false: nothing to keep */
    struct sv actor;
    uint8_t key_hash[HASH_SIZE];
    uint8_t body_mac[MAC_SIZE];
    int64_t started_us;
};

/*
 * True: do the work, and call http_idempotency_end() with whatever came of it. False: an answer
 * stands in the response. `actor` says for whom keys are told apart: "brand/12/live".
 */
MUST_USE bool http_idempotency_begin(struct http_request *request, struct http_response *response,
                                     struct sv actor, struct http_idempotency *out);
void http_idempotency_end(struct http_request *request, const struct http_response *response,
                          const struct http_idempotency *key);

/* The worker's: forgets keys older than a day. */
enum job_result http_job_forget_keys(struct job *job);

#endif
