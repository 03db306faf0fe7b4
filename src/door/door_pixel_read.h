/*
 * The sale that a page tells of: what pixel.js sends, and the snippets for Shopify.
 *
 *   {"order_id", "amount", "currency"?, "subtotal"?, "tax"?, "shipping"?, "coupon"? | "coupons"?,
 *    "event"?, "program"?, "click_id"?, "ref"?, "token"?, "items"?, "test"?}
 *
 * The names of GA4's purchase are heard as well: transaction_id, value, and item_id in items
 * (developers.google.com/analytics/devguides/collection/ga4/reference/events#purchase).
 *
 * Pure. What names the sale and its money is read exactly or not at all.
 */
#ifndef MEED_DOOR_DOOR_PIXEL_READ_H
#define MEED_DOOR_DOOR_PIXEL_READ_H

#include "door/door_json.h"

struct pixel_sale {
    struct sale_event event; /* amount, parts, keys, items, codes, hints; no brand, no time */
    bool is_test;            /* as told */
};

/*
 * `usual` is the currency where the page names none: the brand's. False: *fault says why.
 *
 * GA4's value is by its definition the sum of the items, without shipping and tax; most shops send
 * the order's total. Both are understood: where it equals the items' sum, tax and shipping come on
 * top of it; else they are parts of it. The amount is the order's total either way.
 */
MUST_USE bool door_pixel_read(struct arena *arena, struct json_object *json,
                              const struct unit *usual, struct pixel_sale *out,
                              struct door_fault *fault);

/* "gid://shopify/Order/123?key=x" is 123, as the webhook calls the order. All else stays. */
struct sv door_pixel_order(struct sv told);

#endif
