/*
 * The events of Paddle Billing (https://developer.paddle.com/webhooks/overview). Pure.
 *
 *   transaction.completed          a sale; a rebill when a subscription made it by itself; a trial
 *                                  when a new subscription's is for nothing
 *   adjustment.created, .updated   refund, credit: taken once approved, each status in the place of
 *                                  the one before; chargeback: taken; chargeback_reverse,
 *                                  credit_reverse: given back; warnings move no money
 *
 * A chargeback or credit whose status becomes "reversed" still counts as taken: Paddle sets that
 * when it makes the adjustment that gives back, which is told as one of its own, and must not
 * count twice. A refund that is reversed takes nothing any more.
 *
 * Amounts are whole minor units of ISO 4217, as text. Events tell no mode: the secret does.
 */
#ifndef MEED_DOOR_DOOR_PADDLE_READ_H
#define MEED_DOOR_DOOR_PADDLE_READ_H

#include "door/door_payment.h"

/* False: it can't be used, and r tells why. `out` then holds what was read of id and topic. */
MUST_USE bool paddle_event_read(struct payment_reader *r, struct json_object *json,
                                struct payment_event *out);

#endif
