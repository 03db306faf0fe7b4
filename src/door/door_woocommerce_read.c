#include "door/door_woocommerce_read.h"

#include "base/json.h"

enum { COUPONS_LOOKED_AT = 50, META_MAX = 500, STATUS_MAX = 60, QUANTITY_MAX = 10000000 };

static struct sv first_told(struct sv a, struct sv b)
{
    return a.n > 0 ? a : b;
}

/* `total` is the line's worth after discounts, without tax; a line that can't be read is left out.
 */
static void read_lines(struct arena *arena, struct json_object *json, struct sale_event *event)
{
    size_t n;
    struct json_object *list = door_json_list(json, "line_items", SALE_ITEMS_MAX, &n);
    struct sale_item *items = arena_array(arena, n + 1, sizeof *items);
    for (size_t i = 0; i < n; i++) {
        struct json_object *line = door_json_at(list, i);
        struct sale_item *item = &items[event->n_items];
        *item = (struct sale_item){.line_ref = door_json_id(arena, line, "id"),
                                   .sku = door_json_text_cut(arena, line, "sku", SALE_SKU_MAX),
                                   .quantity = 1};
        if (door_json_amount(arena, line, "total", &event->unit, &item->base) &&
            (!json_get(line, "quantity") ||
             door_json_count(line, "quantity", QUANTITY_MAX, &item->quantity)))
            event->n_items++;
    }
    event->items = items;
}

/* The goods after discounts: the lines' sum, else the total less shipping and tax. */
static void read_parts(struct arena *arena, struct json_object *json, struct sale_event *event)
{
    int64_t shipping = 0, goods = 0;
    event->has_tax = door_json_amount(arena, json, "total_tax", &event->unit, &event->tax) &&
                     event->tax <= event->amount;
    bool all = event->n_items > 0;
    for (size_t i = 0; i < event->n_items; i++)
        all = money_add(goods, event->items[i].base, &goods) && all;
    if (!all && event->has_tax &&
        door_json_amount(arena, json, "shipping_total", &event->unit, &shipping)) {
        goods = event->amount - event->tax - shipping;
        all = true;
    }
    event->has_subtotal = all && goods >= 0 && goods <= event->amount;
    event->subtotal = event->has_subtotal ? goods : 0;
    event->tax = event->has_tax ? event->tax : 0;
}

static void read_hints(struct arena *arena, struct json_object *json, struct sale_event *event)
{
    size_t n;
    struct json_object *coupons = door_json_list(json, "coupon_lines", COUPONS_LOOKED_AT, &n);
    for (size_t i = 0; i < n; i++)
        door_json_add_code(arena, event,
                           door_json_text(arena, door_json_at(coupons, i), "code", SALE_CODE_MAX));
    struct json_object *meta = door_json_list(json, "meta_data", META_MAX, &n);
    for (size_t i = 0; i < n; i++) {
        struct json_object *pair = door_json_at(meta, i);
        door_json_hint(event, door_json_text(arena, pair, "key", SALE_CODE_MAX),
                       door_json_value(arena, pair, "value", SALE_ORDER_REF_MAX));
    }
}

static bool read_refund(struct arena *arena, struct json_object *json,
                        const struct woocommerce_order *order, struct adjustment_event *out)
{
    struct sv text = door_json_value(arena, json, "total", 40);
    *out = (struct adjustment_event){.kind = ADJUSTMENT_REFUND,
                                     .ref = door_json_id(arena, json, "id"),
                                     .extent = ADJUSTMENT_OF_TOTAL,
                                     .unit = order->event.unit};
    if (sv_starts(text, SV("-")))
        text = sv_from_index(text, 1);
    out->event_id =
        sv_from(arena_printf(arena, SV_FMT "/refund/" SV_FMT, SV_ARG(order->id), SV_ARG(out->ref)));
    out->targets[out->n_targets++] = (struct sale_key){SALE_KEY_ORDER, order->id};
    return out->ref.n > 0 && money_parse_major(text, out->unit.exponent, &out->amount) == MONEY_OK;
}

/* One that can't be read must not pass for none: the order is refused then, and shows why. */
static bool read_refunds(struct arena *arena, struct json_object *json,
                         struct woocommerce_order *out, struct door_fault *fault)
{
    size_t n;
    struct json_object *list = door_json_list(json, "refunds", WOOCOMMERCE_REFUNDS_MAX, &n);
    out->refunds = arena_array(arena, n + 1, sizeof *out->refunds);
    for (out->n_refunds = 0; out->n_refunds < n; out->n_refunds++)
        if (!read_refund(arena, door_json_at(list, out->n_refunds), out,
                         &out->refunds[out->n_refunds]))
            return door_json_fault(fault, "amount_not_a_number", "refunds");
    return true;
}

bool door_woocommerce_read_order(struct arena *arena, struct json_object *json,
                                 struct woocommerce_order *out, struct door_fault *fault)
{
    struct sale_event *event = &out->event;
    struct json_object *billing = json_get(json, "billing");
    *out = (struct woocommerce_order){.id = door_json_id(arena, json, "id"),
                                      .status = door_json_text(arena, json, "status", STATUS_MAX)};
    if (out->id.n == 0)
        return door_json_fault(fault, "missing_field", "id");
    if (!door_json_unit(arena, json, "currency", &event->unit))
        return door_json_fault(fault, "unknown_currency", "currency");
    if (!door_json_need_amount(arena, json, "total", &event->unit, &event->amount, fault))
        return false;
    event->base = event->amount;
    event->kind = SALE_KIND_SALE;
    event->order_ref =
        first_told(door_json_value(arena, json, "number", SALE_ORDER_REF_MAX), out->id);
    sale_event_add_key(event, SALE_KEY_ORDER, out->id);
    read_lines(arena, json, event);
    read_parts(arena, json, event);
    read_hints(arena, json, event);
    event->occurred_us = door_json_time(arena, json, "date_created_gmt");
    event->country = first_told(door_json_country(arena, json_get(json, "shipping"), "country"),
                                door_json_country(arena, billing, "country"));
    out->email = door_json_text(arena, billing, "email", SALE_EMAIL_MAX);
    out->ip = door_json_text(arena, json, "customer_ip_address", DOOR_JSON_IP_MAX);
    out->is_paid = sv_eq(out->status, SV("processing")) || sv_eq(out->status, SV("completed"));
    out->is_free = event->amount == 0 && event->n_codes == 0;
    return read_refunds(arena, json, out, fault);
}

bool door_woocommerce_is_ping(struct sv body)
{
    uint64_t id;
    struct sv name = SV("webhook_id=");
    return sv_starts(body, name) && sv_to_u64(sv_from_index(body, name.n), &id);
}
