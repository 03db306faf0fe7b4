/*
 * WooCommerce's webhooks, read: pure.
 *
 * Source: WooCommerce REST API v3, resource Order, which order.created and order.updated send as
 * their body; refunds come with the order, as a list that grows. Money is in decimal strings.
 */
#ifndef MEED_DOOR_DOOR_WOOCOMMERCE_READ_H
#define MEED_DOOR_DOOR_WOOCOMMERCE_READ_H

#include "conversion/adjustment.h"
#include "door/door_json.h"

enum { WOOCOMMERCE_REFUNDS_MAX = 50 };

struct woocommerce_order {
    struct sale_event event; /* key: the order's id; reference: its number */
    struct sv id, status;
    struct sv email, ip; /* of the customer, in plain text: to be hashed, never kept */
    bool is_paid;        /* processing or completed: it counts */
    bool is_free;        /* costs nothing, and no coupon made it so */
    struct adjustment_event *refunds;
    size_t n_refunds;
};

/* False: `fault` says why it is no order. */
MUST_USE bool door_woocommerce_read_order(struct arena *arena, struct json_object *json,
                                          struct woocommerce_order *out, struct door_fault *fault);
/* What a shop sends, unsigned, when a webhook is switched on: webhook_id=N as a form. */
bool door_woocommerce_is_ping(struct sv body);

#endif
