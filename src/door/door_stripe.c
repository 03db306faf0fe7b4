/*
 * POST /webhooks/stripe?program_id=…: what Stripe tells about a program's payments.
 *
 *   Stripe-Signature: t=…,v1=…          with the endpoint's own signing secret, whsec_…
 *
 * The secret's mode and the event's `livemode` must agree: a test secret that was pasted for the
 * live one would otherwise count tests as money. The answer is door_webhook.h's.
 */
#include "base/i18n.h"
#include "door/door_payment_webhook.h"
#include "door/door_stripe_read.h"

http_handler door_stripe_post;

#define HEADER "Stripe-Signature"

static bool matches(struct http_request *request, struct sv secret)
{
    return door_payment_fits(request, secret, DOOR_TIMED_STRIPE, HEADER);
}

static const struct payment_provider stripe = {
    .provider = {.door = SALE_DOOR_STRIPE,
                 .secrets = SECRET_STRIPE,
                 .by_program = true,
                 .not_configured = "stripe_not_configured",
                 .sign =
                     N_("Paste the signing secret of this very endpoint (whsec_…), as it stands "
                        "in Stripe under Developers, Webhooks.")},
    .scheme = DOOR_TIMED_STRIPE,
    .header = HEADER,
    .matches = matches,
    .read = stripe_event_read,
    .tells_facts = true,
};

void door_stripe_post(struct http_request *request, struct http_response *response)
{
    door_payment_accept(request, response, &stripe);
}
