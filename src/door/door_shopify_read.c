#include "door/door_shopify_read.h"

#include "base/json.h"

enum {
    CODES_LOOKED_AT = 50,
    ATTRIBUTES_MAX = 250,
    TRANSACTIONS_MAX = 100,
    QUANTITY_MAX = 10000000
};

/* Orders --------------------------------------------------------------------------------------- */

/* What the discounts take off one line: its own and its share of the order's. */
static int64_t line_discount(struct arena *arena, struct json_object *line, const struct unit *unit)
{
    size_t n;
    int64_t sum = 0, part = 0;
    struct json_object *list = door_json_list(line, "discount_allocations", ATTRIBUTES_MAX, &n);
    if (!list)
        return door_json_amount(arena, line, "total_discount", unit, &part) ? part : 0;
    for (size_t i = 0; i < n; i++)
        if (door_json_amount(arena, door_json_at(list, i), "amount", unit, &part) &&
            !money_add(sum, part, &sum))
            return 0;
    return sum;
}

static bool read_line(struct arena *arena, struct json_object *json, const struct unit *unit,
                      struct sale_item *item)
{
    int64_t price = 0, whole = 0;
    *item = (struct sale_item){.line_ref = door_json_id(arena, json, "id"),
                               .sku = door_json_text_cut(arena, json, "sku", SALE_SKU_MAX),
                               .quantity = 1};
    if (!door_json_amount(arena, json, "price", unit, &price) ||
        (json_get(json, "quantity") &&
         !door_json_count(json, "quantity", QUANTITY_MAX, &item->quantity)) ||
        !money_mul_ratio(price, item->quantity, 1, &whole))
        return false;
    int64_t off = line_discount(arena, json, unit);
    item->base = off < whole ? whole - off : 0;
    return true;
}

/* A line that can't be read is left out: the order's own sums are what counts. */
static void read_lines(struct arena *arena, struct json_object *json, struct sale_event *event)
{
    size_t n;
    struct json_object *list = door_json_list(json, "line_items", SALE_ITEMS_MAX, &n);
    struct sale_item *items = arena_array(arena, n + 1, sizeof *items);
    for (size_t i = 0; i < n; i++)
        if (read_line(arena, door_json_at(list, i), &event->unit, &items[event->n_items]))
            event->n_items++;
    event->items = items;
}

static void read_codes(struct arena *arena, struct json_object *json, struct sale_event *event)
{
    size_t n;
    struct json_object *list = door_json_list(json, "discount_codes", CODES_LOOKED_AT, &n);
    for (size_t i = 0; i < n; i++)
        door_json_add_code(arena, event,
                           door_json_text(arena, door_json_at(list, i), "code", SALE_CODE_MAX));
}

/* The cart's attributes are ours or the theme's; the landing page need not be the click's. */
static void read_hints(struct arena *arena, struct json_object *json, struct sale_event *event)
{
    size_t n;
    struct json_object *list = door_json_list(json, "note_attributes", ATTRIBUTES_MAX, &n);
    for (size_t i = 0; i < n; i++) {
        struct json_object *pair = door_json_at(list, i);
        door_json_hint(event, door_json_text(arena, pair, "name", SALE_CODE_MAX),
                       door_json_value(arena, pair, "value", SALE_ORDER_REF_MAX));
    }
    door_json_hints_of_url(arena, event,
                           door_json_text(arena, json, "landing_site", DOOR_JSON_URL_MAX));
}

static struct sv first_told(struct sv a, struct sv b)
{
    return a.n > 0 ? a : b;
}

static void read_customer(struct arena *arena, struct json_object *json, struct shopify_order *out)
{
    struct json_object *customer = json_get(json, "customer");
    uint32_t orders = 0;
    out->email = first_told(door_json_text(arena, json, "email", SALE_EMAIL_MAX),
                            door_json_text(arena, customer, "email", SALE_EMAIL_MAX));
    out->ip = first_told(
        door_json_text(arena, json, "browser_ip", DOOR_JSON_IP_MAX),
        door_json_text(arena, json_get(json, "client_details"), "browser_ip", DOOR_JSON_IP_MAX));
    out->event.country =
        first_told(door_json_country(arena, json_get(json, "shipping_address"), "country_code"),
                   door_json_country(arena, json_get(json, "billing_address"), "country_code"));
    /* Shopify counts this order in, though not always at once. */
    if (door_json_count(customer, "orders_count", UINT32_MAX, &orders))
        out->event.buyer = orders <= 1 ? SALE_BUYER_NEW : SALE_BUYER_RETURNING;
}

/* The parts that a program may take its base from; none is larger than the whole. */
static void read_parts(struct arena *arena, struct json_object *json, struct sale_event *event)
{
    event->has_subtotal =
        door_json_amount(arena, json, "subtotal_price", &event->unit, &event->subtotal);
    event->has_tax = door_json_amount(arena, json, "total_tax", &event->unit, &event->tax);
    if (event->subtotal > event->amount)
        event->subtotal = event->amount;
    if (event->tax > event->amount)
        event->tax = event->amount;
}

static bool has_discount(struct arena *arena, struct json_object *json,
                         const struct sale_event *event)
{
    int64_t off = 0;
    return event->n_codes > 0 ||
           (door_json_amount(arena, json, "total_discounts", &event->unit, &off) && off > 0);
}

bool door_shopify_read_order(struct arena *arena, struct json_object *json,
                             struct shopify_order *out, struct door_fault *fault)
{
    struct sale_event *event = &out->event;
    *out = (struct shopify_order){.id = door_json_id(arena, json, "id")};
    if (out->id.n == 0)
        return door_json_fault(fault, "missing_field", "id");
    if (!door_json_unit(arena, json, "currency", &event->unit))
        return door_json_fault(fault, "unknown_currency", "currency");
    if (!door_json_need_amount(arena, json, "total_price", &event->unit, &event->amount, fault))
        return false;
    event->base = event->amount;
    event->kind = SALE_KIND_SALE;
    event->order_ref = first_told(door_json_text(arena, json, "name", SALE_ORDER_REF_MAX), out->id);
    sale_event_add_key(event, SALE_KEY_ORDER, out->id);
    read_parts(arena, json, event);
    read_lines(arena, json, event);
    read_codes(arena, json, event);
    read_hints(arena, json, event);
    read_customer(arena, json, out);
    event->occurred_us = door_json_time(arena, json, "created_at");
    if (json_get_bool(json, "test", &out->is_test) != JSON_FIELD_OK)
        out->is_test = false;
    out->is_free = event->amount == 0 && !has_discount(arena, json, event);
    return true;
}

/* Refunds -------------------------------------------------------------------------------------- */

struct sv door_shopify_refunded_order(struct arena *arena, struct json_object *json)
{
    return door_json_id(arena, json, "order_id");
}

/* The shop's own currency: in newer bodies each line says it. */
static bool find_unit(struct arena *arena, struct json_object *lines, const struct unit *known,
                      struct unit *unit)
{
    struct json_object *set = json_get(door_json_at(lines, 0), "subtotal_set");
    if (door_json_unit(arena, json_get(set, "shop_money"), "currency_code", unit))
        return true;
    if (known)
        *unit = *known;
    return known != NULL;
}

static void read_refund_lines(struct arena *arena, struct json_object *list, size_t n,
                              bool has_unit, struct adjustment_event *event)
{
    struct adjustment_line *lines = arena_array(arena, n, sizeof *lines);
    for (size_t i = 0; i < n; i++) {
        struct json_object *json = door_json_at(list, i);
        struct adjustment_line line = {.line_ref = door_json_id(arena, json, "line_item_id"),
                                       .base = -1};
        if (!door_json_count(json, "quantity", QUANTITY_MAX, &line.quantity))
            line.quantity = 0;
        if (has_unit && !door_json_amount(arena, json, "subtotal", &event->unit, &line.base))
            line.base = -1; /* the line's own price then */
        if (line.line_ref.n > 0)
            lines[event->n_lines++] = line;
    }
    event->lines = lines;
    event->extent = ADJUSTMENT_LINES;
}

static bool is_word(struct arena *arena, struct json_object *json, const char *name,
                    const char *word)
{
    return sv_eq_cstr(door_json_text(arena, json, name, SALE_CODE_MAX), word);
}

/* Payments that went back: a refund that is pending or failed returned nothing. */
static bool read_transactions(struct arena *arena, struct json_object *list, size_t n,
                              const struct unit *known, struct adjustment_event *event,
                              struct door_fault *fault)
{
    event->extent = ADJUSTMENT_NOTHING;
    for (size_t i = 0; i < n; i++) {
        struct json_object *json = door_json_at(list, i);
        struct unit unit = {.code = ""};
        int64_t amount = 0;
        if (!is_word(arena, json, "kind", "refund") || !is_word(arena, json, "status", "success"))
            continue;
        if (!door_json_unit(arena, json, "currency", &unit)) {
            if (!known)
                return door_json_fault(fault, "missing_field", "currency");
            unit = *known;
        }
        if (event->extent == ADJUSTMENT_NOTHING)
            event->unit = unit;
        else if (!unit_eq(&unit, &event->unit))
            return door_json_fault(fault, "other_currency", "transactions");
        if (!door_json_need_amount(arena, json, "amount", &unit, &amount, fault))
            return false;
        if (!money_add(event->amount, amount, &event->amount))
            return door_json_fault(fault, "amount_too_large", "transactions");
        event->extent = ADJUSTMENT_OF_TOTAL;
    }
    if (event->amount == 0)
        event->extent = ADJUSTMENT_NOTHING;
    return true;
}

static bool any_is_test(struct json_object *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool is_test = false;
        if (json_get_bool(door_json_at(list, i), "test", &is_test) == JSON_FIELD_OK && is_test)
            return true;
    }
    return false;
}

bool door_shopify_read_refund(struct arena *arena, struct json_object *json,
                              const struct unit *known, struct shopify_refund *out,
                              struct door_fault *fault)
{
    struct adjustment_event *event = &out->event;
    size_t n_lines, n_paid;
    struct json_object *lines = door_json_list(json, "refund_line_items", SALE_ITEMS_MAX, &n_lines);
    struct json_object *paid = door_json_list(json, "transactions", TRANSACTIONS_MAX, &n_paid);
    *out = (struct shopify_refund){.order_id = door_shopify_refunded_order(arena, json),
                                   .is_test = any_is_test(paid, n_paid)};
    event->kind = ADJUSTMENT_REFUND;
    event->ref = door_json_id(arena, json, "id");
    if (event->ref.n == 0)
        return door_json_fault(fault, "missing_field", "id");
    if (out->order_id.n == 0)
        return door_json_fault(fault, "missing_field", "order_id");
    event->targets[event->n_targets++] = (struct sale_key){SALE_KEY_ORDER, out->order_id};
    event->occurred_us = door_json_time(arena, json, "created_at");
    if (n_lines > 0)
        read_refund_lines(arena, lines, n_lines, find_unit(arena, lines, known, &event->unit),
                          event);
    return event->n_lines > 0 || read_transactions(arena, paid, n_paid, known, event, fault);
}

/* People --------------------------------------------------------------------------------------- */

void door_shopify_read_privacy(struct arena *arena, struct json_object *json,
                               struct shopify_privacy *out)
{
    static const char *const names[] = {"orders_to_redact", "orders_requested"};
    *out = (struct shopify_privacy){
        .request_id = door_json_id(arena, json_get(json, "data_request"), "id"),
        .email = door_json_text(arena, json_get(json, "customer"), "email", SALE_EMAIL_MAX),
    };
    for (size_t k = 0; k < COUNT_OF(names); k++) {
        size_t n;
        struct json_object *list = door_json_list(json, names[k], SHOPIFY_REDACT_ORDERS_MAX, &n);
        if (!list)
            continue;
        out->orders = arena_array(arena, n + 1, sizeof *out->orders);
        for (size_t i = 0; i < n; i++) {
            struct sv id = door_json_id_of(arena, door_json_at(list, i));
            if (id.n > 0)
                out->orders[out->n_orders++] = id;
        }
        return;
    }
}
