/* WooCommerce's orders with their refunds, and its ping, from hostile bytes. */
#include "door/door_woocommerce_read.h"
#include "fuzz_shops.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct arena *arena;
    const char *why;
    struct woocommerce_order order;
    struct door_fault fault = {NULL, NULL};

    if (!arena)
        arena = arena_new(ARENA_CEILING_DEFAULT);
    arena_reset(arena);
    struct sv body = sv_of((const char *)bytes, size);
    struct json_object *json = json_parse(arena, body, &why);
    CHECK(!json || !door_woocommerce_is_ping(body)); /* no order passes for a ping */
    if (!json)
        return 0;
    if (!door_woocommerce_read_order(arena, json, &order, &fault)) {
        CHECK(fault.code && fault.field);
    } else {
        check_sale(arena, &order.event);
        CHECK(order.n_refunds <= WOOCOMMERCE_REFUNDS_MAX);
        for (size_t i = 0; i < order.n_refunds; i++)
            check_adjustment(&order.refunds[i]);
    }
    json_free(json);
    return 0;
}
