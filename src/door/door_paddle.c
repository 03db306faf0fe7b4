/*
 * POST /webhooks/paddle?program_id=…: what Paddle Billing tells about a program's payments.
 *
 *   Paddle-Signature: ts=…;h1=…         with the secret key of the notification destination
 *
 * Paddle's sandbox is an account of its own: which of the program's secrets signed says whether it
 * is a test. The answer is door_webhook.h's.
 */
#include "base/i18n.h"
#include "door/door_paddle_read.h"
#include "door/door_payment_webhook.h"

http_handler door_paddle_post;

#define HEADER "Paddle-Signature"

static bool matches(struct http_request *request, struct sv secret)
{
    return door_payment_fits(request, secret, DOOR_TIMED_PADDLE, HEADER);
}

static const struct payment_provider paddle = {
    .provider = {.door = SALE_DOOR_PADDLE,
                 .secrets = SECRET_PADDLE,
                 .by_program = true,
                 .not_configured = "paddle_not_configured",
                 .sign = N_("Paste the secret key of this very notification destination "
                            "(pdl_ntfset_…), as it stands in Paddle under Developer Tools, "
                            "Notifications.")},
    .scheme = DOOR_TIMED_PADDLE,
    .header = HEADER,
    .matches = matches,
    .read = paddle_event_read,
};

void door_paddle_post(struct http_request *request, struct http_response *response)
{
    door_payment_accept(request, response, &paddle);
}
