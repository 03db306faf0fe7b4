/*
 * What a page tells of a sale, from hostile bytes: no crash, and whatever is accepted is within
 * the bounds that the pipeline and its tables count on.
 */
#include "door/door_pixel_read.h"
#include "fuzz_shops.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct arena *arena;
    const struct unit usd = {.code = "USD", .exponent = 2};
    const char *why;
    struct pixel_sale sale;
    struct door_fault fault = {NULL, NULL};

    if (!arena)
        arena = arena_new(ARENA_CEILING_DEFAULT);
    arena_reset(arena);
    struct json_object *json = json_parse(arena, sv_of((const char *)bytes, size), &why);
    if (!json)
        return 0;
    if (door_pixel_read(arena, json, &usd, &sale, &fault))
        check_sale(arena, &sale.event);
    else
        CHECK(fault.code && fault.field);
    json_free(json);
    return 0;
}
