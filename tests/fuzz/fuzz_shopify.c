/*
 * Shopify's orders, refunds and requests about people, from hostile bytes: no crash, and whatever
 * is accepted is within the bounds that the pipeline and its tables count on.
 */
#include "door/door_shopify_read.h"
#include "fuzz_shops.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct arena *arena;
    const char *why;
    struct shopify_order order;
    struct shopify_refund refund;
    struct shopify_privacy privacy;
    struct door_fault fault = {NULL, NULL};

    if (!arena)
        arena = arena_new(ARENA_CEILING_DEFAULT);
    arena_reset(arena);
    struct json_object *json = json_parse(arena, sv_of((const char *)bytes, size), &why);
    if (!json)
        return 0;
    if (door_shopify_read_order(arena, json, &order, &fault))
        check_sale(arena, &order.event);
    else
        CHECK(fault.code && fault.field);
    for (int i = 0; i < 2; i++) {
        struct unit known = {.code = "USD", .exponent = 2};
        fault.code = NULL;
        if (door_shopify_read_refund(arena, json, i == 0 ? NULL : &known, &refund, &fault))
            check_adjustment(&refund.event);
        else
            CHECK(fault.code && fault.field);
    }
    door_shopify_read_privacy(arena, json, &privacy);
    CHECK(privacy.n_orders <= SHOPIFY_REDACT_ORDERS_MAX);
    json_free(json);
    return 0;
}
