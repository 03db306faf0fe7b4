/* What must hold of a sale that was read from hostile bytes, whichever shop they claim to be of. */
#ifndef MEED_TESTS_FUZZ_FUZZ_SHOPS_H
#define MEED_TESTS_FUZZ_FUZZ_SHOPS_H

#include "base/json.h"
#include "conversion/adjustment.h"

static inline void check_text(struct sv text, size_t max)
{
    CHECK(text.n <= max);
    CHECK(sv_is_utf8(text));
    for (size_t i = 0; i < text.n; i++)
        CHECK((unsigned char)text.p[i] >= 0x20 && text.p[i] != 0x7f);
}

static inline void check_amount(int64_t minor)
{
    CHECK(minor >= 0 && minor <= MONEY_MAX);
}

static inline void check_items(const struct sale_event *event)
{
    CHECK(event->n_items <= SALE_ITEMS_MAX);
    for (size_t i = 0; i < event->n_items; i++) {
        check_text(event->items[i].line_ref, SALE_LINE_REF_MAX);
        check_text(event->items[i].sku, SALE_SKU_MAX);
        check_amount(event->items[i].base);
    }
}

static inline void check_sale(struct arena *arena, struct sale_event *event)
{
    struct sale_event back;

    check_amount(event->amount);
    CHECK(!event->has_subtotal || event->subtotal <= event->amount);
    CHECK(!event->has_tax || event->tax <= event->amount);
    CHECK(event->unit.code[0] != '\0' && event->order_ref.n > 0 && event->n_keys == 1);
    check_text(event->order_ref, SALE_ORDER_REF_MAX);
    check_text(event->keys[0].value, SALE_KEY_MAX);
    check_text(event->token, SALE_CODE_MAX);
    check_text(event->ref, SALE_CODE_MAX);
    check_text(event->campaign, SALE_CODE_MAX);
    check_text(event->bad_click, 200);
    CHECK(event->country.n == 0 || event->country.n == 2);
    for (size_t i = 0; i < event->n_codes; i++)
        check_text(event->codes[i], SALE_CODE_MAX);
    check_items(event);
    /* What is stored can be taken up again. */
    struct sv json = sale_event_write(arena, event);
    CHECK(sale_event_read(arena, json, &back));
    CHECK(sv_eq(json, sale_event_write(arena, &back)));
}

static inline void check_adjustment(const struct adjustment_event *event)
{
    check_amount(event->amount);
    CHECK(event->ref.n > 0 && event->n_targets == 1 && event->n_lines <= SALE_ITEMS_MAX);
    check_text(event->ref, ADJUSTMENT_REF_MAX);
    check_text(event->targets[0].value, SALE_KEY_MAX);
    for (size_t i = 0; i < event->n_lines; i++) {
        CHECK(event->lines[i].line_ref.n > 0 && event->lines[i].base >= -1);
        check_text(event->lines[i].line_ref, SALE_LINE_REF_MAX);
    }
}

#endif
