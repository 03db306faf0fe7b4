#include "door/door_pixel_read.h"

#include "base/json.h"

enum { COUPONS_MAX = 20, QUANTITY_MAX = 1000000 };

static struct sv text_either(struct arena *arena, struct json_object *json, const char *name,
                             const char *other, size_t max)
{
    struct sv text = door_json_value(arena, json, name, max);
    return text.n > 0 ? text : door_json_value(arena, json, other, max);
}

/* Order and kind ------------------------------------------------------------------------------- */

struct sv door_pixel_order(struct sv told)
{
    struct sv rest = told, type;
    if (!sv_starts(told, SV("gid://shopify/")))
        return told;
    rest = sv_from_index(rest, strlen("gid://shopify/"));
    type = sv_cut(&rest, '/');
    struct sv number = sv_cut(&rest, '?');
    for (size_t i = 0; i < number.n; i++)
        if (number.p[i] < '0' || number.p[i] > '9')
            return told;
    return type.n > 0 && number.n > 0 ? number : told;
}

static bool read_order(struct arena *arena, struct json_object *json, struct sale_event *event,
                       struct door_fault *fault)
{
    struct sv told = text_either(arena, json, "order_id", "transaction_id", SALE_ORDER_REF_MAX);
    event->order_ref = door_pixel_order(told);
    if (event->order_ref.n == 0)
        return door_json_fault(fault, json_get(json, "order_id") ? "bad_order" : "missing_field",
                               "order_id");
    sale_event_add_key(event, SALE_KEY_ORDER, event->order_ref);
    return true;
}

/* A page sees what happens on it: what renews itself months later it doesn't. */
static bool read_kind(struct arena *arena, struct json_object *json, struct sale_event *event,
                      struct door_fault *fault)
{
    struct sv told = door_json_text(arena, json, "event", 20);
    event->kind = SALE_KIND_SALE;
    if (told.n == 0 || sv_eq_cstr(told, "purchase"))
        return true;
    return (sale_kind_find(told, &event->kind) && event->kind != SALE_KIND_REBILL) ||
           door_json_fault(fault, "unknown_event", "event");
}

/* Money ---------------------------------------------------------------------------------------- */

static bool read_item(struct arena *arena, struct json_object *json, const struct unit *unit,
                      struct sale_item *item)
{
    int64_t price = 0;
    *item =
        (struct sale_item){.sku = door_json_text_cut(arena, json, "sku", SALE_SKU_MAX),
                           .category = door_json_text_cut(arena, json, "category", SALE_SKU_MAX),
                           .quantity = 1};
    if (item->sku.n == 0)
        item->sku = door_json_value(arena, json, "item_id", SALE_SKU_MAX);
    if (json_get(json, "quantity") &&
        (!door_json_count(json, "quantity", QUANTITY_MAX, &item->quantity) || item->quantity == 0))
        return false;
    return door_json_amount(arena, json, "price", unit, &price) &&
           money_mul_ratio(price, item->quantity, 1, &item->base);
}

/* *sum is that of all items, −1 where one can't be read: it is left out, the order counts. */
static void read_items(struct arena *arena, struct json_object *json, struct sale_event *event,
                       int64_t *sum)
{
    size_t n;
    struct json_object *list = door_json_list(json, "items", SALE_ITEMS_MAX, &n);
    struct sale_item *items = arena_array(arena, n + 1, sizeof *items);
    *sum = n > 0 ? 0 : -1;
    for (size_t i = 0; i < n; i++) {
        struct sale_item *item = &items[event->n_items];
        bool good = read_item(arena, door_json_at(list, i), &event->unit, item);
        event->n_items += good;
        if (*sum >= 0 && !(good && money_add(*sum, item->base, sum)))
            *sum = -1;
    }
    event->items = items;
}

static int64_t part(struct arena *arena, struct json_object *json, const char *name,
                    const struct unit *unit, bool *told)
{
    int64_t minor = 0;
    *told = door_json_amount(arena, json, name, unit, &minor);
    return *told ? minor : 0;
}

/* See the header: which of the two readings of `value` is this one? */
static void read_parts(struct arena *arena, struct json_object *json, int64_t items_sum,
                       struct sale_event *event)
{
    bool told_tax, told_shipping, told_subtotal;
    int64_t tax = part(arena, json, "tax", &event->unit, &told_tax);
    int64_t shipping = part(arena, json, "shipping", &event->unit, &told_shipping);
    int64_t subtotal = part(arena, json, "subtotal", &event->unit, &told_subtotal);
    int64_t extra = 0, total = 0;

    if (!money_add(tax, shipping, &extra))
        return;
    bool on_top = !told_subtotal && extra > 0 && event->amount == items_sum;
    if (on_top && money_add(event->amount, extra, &total)) {
        subtotal = event->amount;
        event->amount = total;
    } else if (!told_subtotal) {
        subtotal = event->amount - extra;
    }
    event->has_tax = told_tax && tax <= event->amount;
    event->tax = event->has_tax ? tax : 0;
    event->has_subtotal =
        (told_subtotal || told_tax || told_shipping) && subtotal >= 0 && subtotal <= event->amount;
    event->subtotal = event->has_subtotal ? subtotal : 0;
    event->base = event->amount;
}

static bool read_money(struct arena *arena, struct json_object *json, const struct unit *usual,
                       struct sale_event *event, struct door_fault *fault)
{
    const char *amount = json_get(json, "amount") || !json_get(json, "value") ? "amount" : "value";
    int64_t items_sum;
    event->unit = *usual;
    if (json_get(json, "currency") && !door_json_unit(arena, json, "currency", &event->unit))
        return door_json_fault(fault, "unknown_currency", "currency");
    if (!json_get(json, amount) && event->kind != SALE_KIND_SALE)
        return true;
    if (!door_json_need_amount(arena, json, amount, &event->unit, &event->amount, fault))
        return false;
    event->base = event->amount;
    read_items(arena, json, event, &items_sum);
    read_parts(arena, json, items_sum, event);
    if (event->amount == 0 && event->kind == SALE_KIND_SALE && event->n_codes == 0)
        return door_json_fault(fault, "amount_zero", amount);
    return true;
}

/* Who sent the buyer --------------------------------------------------------------------------- */

static void read_codes(struct arena *arena, struct json_object *json, struct sale_event *event)
{
    size_t n;
    struct json_object *list = door_json_list(json, "coupons", COUPONS_MAX, &n);
    door_json_add_code(arena, event, text_either(arena, json, "coupon", "code", SALE_CODE_MAX));
    for (size_t i = 0; i < n; i++) {
        struct json_object *one = door_json_at(list, i);
        struct sv code = sv_trim(door_json_id_of(arena, one));
        if (code.n <= SALE_CODE_MAX)
            door_json_add_code(arena, event, code);
    }
}

static void read_hints(struct arena *arena, struct json_object *json, struct sale_event *event)
{
    static const char *const names[][2] = {{"click_id", "click_id"},
                                           {"meed_click", "meed_click"},
                                           {"ref", "ref"},
                                           {"token", "meed_token"},
                                           {"campaign", "meed_campaign"}};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        door_json_hint(event, sv_from(names[i][1]),
                       door_json_value(arena, json, names[i][0], SALE_ORDER_REF_MAX));
}

bool door_pixel_read(struct arena *arena, struct json_object *json, const struct unit *usual,
                     struct pixel_sale *out, struct door_fault *fault)
{
    struct sale_event *event = &out->event;
    struct sv program = door_json_text(arena, json, "program", 100);
    *out = (struct pixel_sale){0};
    if (program.n > 0 && !uuid_parse(program, &event->program_pid))
        return door_json_fault(fault, "bad_program", "program");
    if (json_get_bool(json, "test", &out->is_test) == JSON_FIELD_WRONG_TYPE)
        return door_json_fault(fault, "wrong_type", "test");
    if (!read_order(arena, json, event, fault) || !read_kind(arena, json, event, fault))
        return false;
    read_codes(arena, json, event);
    if (!read_money(arena, json, usual, event, fault))
        return false;
    read_hints(arena, json, event);
    return true;
}
