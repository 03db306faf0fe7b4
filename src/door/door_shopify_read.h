/*
 * Shopify's webhooks, read: pure.
 *
 * Source: Shopify's Admin REST API, resources Order and Refund, and "Privacy law compliance" for
 * the three topics about people; checked against bodies as its own "Send test notification" sends
 * them. Money is in the shop's currency, as decimal strings, by older apps as numbers. Any personal
 * member may be null. Ids are 64-bit integers.
 */
#ifndef MEED_DOOR_DOOR_SHOPIFY_READ_H
#define MEED_DOOR_DOOR_SHOPIFY_READ_H

#include "conversion/adjustment.h"
#include "door/door_json.h"

struct shopify_order {
    struct sale_event event; /* key: the order's id; reference: its name, "#1001" */
    struct sv id;
    struct sv email, ip; /* of the customer, in plain text: to be hashed, never kept */
    bool is_test;        /* Shopify's own mark of a test order */
    bool is_free;        /* costs nothing, and no discount made it so */
};

/* False: `fault` says why it is no order. */
MUST_USE bool door_shopify_read_order(struct arena *arena, struct json_object *json,
                                      struct shopify_order *out, struct door_fault *fault);

struct shopify_refund {
    struct adjustment_event event; /* target: the order's id; ref: the refund's */
    struct sv order_id;
    bool is_test; /* a transaction of it says so */
};

/* The order that a refund is of, so that its currency can be looked up first. Empty: none told. */
struct sv door_shopify_refunded_order(struct arena *arena, struct json_object *json);
/*
 * What was given back for goods, line by line; without lines the sum of the payments that went
 * through, as a share of the order's total (ADJUSTMENT_NOTHING when there is none). `known` is the
 * recorded sale's unit, NULL while there is none: older bodies name no currency.
 */
MUST_USE bool door_shopify_read_refund(struct arena *arena, struct json_object *json,
                                       const struct unit *known, struct shopify_refund *out,
                                       struct door_fault *fault);

enum { SHOPIFY_REDACT_ORDERS_MAX = 1000 };

/* customers/data_request, customers/redact: whom it is about, and which orders. */
struct shopify_privacy {
    struct sv request_id; /* of a data request; else empty */
    struct sv email;      /* plain text; empty: not told */
    struct sv *orders;    /* ids */
    size_t n_orders;
};

void door_shopify_read_privacy(struct arena *arena, struct json_object *json,
                               struct shopify_privacy *out);

#endif
