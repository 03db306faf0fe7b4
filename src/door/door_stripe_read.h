/*
 * Stripe's events, as its webhooks send them (https://docs.stripe.com/api/events/types). Pure.
 *
 *   checkout.session.completed                  mode payment: a sale, once it is paid
 *   checkout.session.async_payment_succeeded    mode subscription: facts for its first invoice
 *   invoice.paid, invoice.payment_succeeded     one sale, however often it is told: the first
 *                                               invoice of a subscription, a trial when it is for
 *                                               nothing, a rebill after that. Without a
 *                                               subscription only if its metadata names who sent
 *                                               the customer: else it is a checkout's, or none
 *   invoice_payment.paid                        fact: the payment of an invoice. From API 2025-03
 *                                               on the invoice itself no longer tells it
 *   charge.refunded                             a refund; its amount is all that was refunded
 *   charge.dispute.created, .closed,            a chargeback; an inquiry ("warning_…") takes
 *   .funds_withdrawn                            nothing, and a dispute that was won no longer does
 *
 * Both shapes of an invoice are read: `subscription` and `payment_intent` as they stood before API
 * 2025-03, and `parent.subscription_details` and `payments` since.
 */
#ifndef MEED_DOOR_DOOR_STRIPE_READ_H
#define MEED_DOOR_DOOR_STRIPE_READ_H

#include "door/door_payment.h"

/* False: it can't be used, and r tells why. `out` then holds what was read of id, topic and mode.
 */
MUST_USE bool stripe_event_read(struct payment_reader *r, struct json_object *json,
                                struct payment_event *out);

/*
 * Stripe's minor units into ours, exactly: ISK and UGX have two digits there, currencies of three
 * or four digits that it doesn't list have two, MGA none. False: not a whole number of ours, or
 * too large.
 */
MUST_USE bool stripe_minor(int64_t amount, const struct unit *unit, int64_t *out);

#endif
