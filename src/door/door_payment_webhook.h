/*
 * What becomes of a payment provider's event: the same at Stripe's door and at Paddle's.
 *
 * A subscription's first invoice brings the money, and the checkout that led to it tells who sent
 * the customer. They come in any order and must be one conversion, so facts are either waiting in
 * the inbox when the sale comes, or join the recorded sale when they come:
 *
 *   facts  ─▶ recorded sale?  ─ yes ─▶ recorded once more with them: enriched
 *                             └ no ──▶ noted (ignored, joins_sale), then asked once more
 *   sale   ─▶ with the noted facts into the pipeline, then asked once more whether there are others
 *
 * Each looks again after it wrote, so that of two that run at the same time one sees the other.
 */
#ifndef MEED_DOOR_DOOR_PAYMENT_WEBHOOK_H
#define MEED_DOOR_DOOR_PAYMENT_WEBHOOK_H

#include "door/door_payment.h"
#include "door/door_timed_signature.h"
#include "door/door_webhook.h"

typedef bool payment_read(struct payment_reader *r, struct json_object *json,
                          struct payment_event *out);

/* A constant of the door. */
struct payment_provider {
    struct door_provider provider;
    enum door_timed_scheme scheme;
    const char *header; /* "Stripe-Signature" */
    door_webhook_matches *matches;
    payment_read *read;
    bool tells_facts; /* its sales may be told by several events */
};

/* The whole answer to a POST that names its program in ?program_id=. */
void door_payment_accept(struct http_request *request, struct http_response *response,
                         const struct payment_provider *provider);

/* For a door's `matches`. */
bool door_payment_fits(struct http_request *request, struct sv secret,
                       enum door_timed_scheme scheme, const char *header);

#endif
