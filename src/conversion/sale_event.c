/* The canonical sale: its words, and its stored JSON. */
#include <json-c/json.h>

#include "base/json.h"
#include "conversion/sale_event.h"

/* The largest event: 200 items of two texts of 100 bytes, each byte escaped. */
enum { EVENT_JSON_MAX = 512 * 1024 };

static const struct {
    const char *text;
    unsigned rank;
} doors[] = {
#define X(name, text, rank) [SALE_DOOR_##name] = {text, rank},
    SALE_DOORS(X)
#undef X
};

static const struct {
    const char *text;
    bool may_be_zero;
} kinds[] = {
#define X(name, text, zero) [SALE_KIND_##name] = {text, zero},
    SALE_KINDS(X)
#undef X
};

const char *sale_door_text(enum sale_door door)
{
    CHECK(door < SALE_DOOR_COUNT);
    return doors[door].text;
}

unsigned sale_door_rank(enum sale_door door)
{
    CHECK(door < SALE_DOOR_COUNT);
    return doors[door].rank;
}

bool sale_door_find(struct sv text, enum sale_door *out)
{
    for (unsigned i = 0; i < SALE_DOOR_COUNT; i++) {
        if (!sv_eq_cstr(text, doors[i].text))
            continue;
        *out = (enum sale_door)i;
        return true;
    }
    return false;
}

const char *sale_kind_text(enum sale_kind kind)
{
    CHECK(kind < SALE_KIND_COUNT);
    return kinds[kind].text;
}

bool sale_kind_find(struct sv text, enum sale_kind *out)
{
    for (unsigned i = 0; i < SALE_KIND_COUNT; i++) {
        if (!sv_eq_cstr(text, kinds[i].text))
            continue;
        *out = (enum sale_kind)i;
        return true;
    }
    return false;
}

bool sale_kind_may_be_zero(enum sale_kind kind)
{
    CHECK(kind < SALE_KIND_COUNT);
    return kinds[kind].may_be_zero;
}

static const struct {
    const char *text;
    enum sale_key_scope scope;
} key_kinds[] = {
#define X(name, text, scope) {text, SALE_KEY_##scope},
    SALE_KEY_KINDS(X)
#undef X
};

const char *sale_key_kind_text(enum sale_key_kind kind)
{
    CHECK(kind < SALE_KEY_KIND_COUNT);
    return key_kinds[kind].text;
}

enum sale_key_scope sale_key_scope(enum sale_key_kind kind)
{
    CHECK(kind < SALE_KEY_KIND_COUNT);
    return key_kinds[kind].scope;
}

bool sale_key_kind_find(struct sv text, enum sale_key_kind *out)
{
    for (size_t i = 0; i < COUNT_OF(key_kinds); i++) {
        if (!sv_eq_cstr(text, key_kinds[i].text))
            continue;
        *out = (enum sale_key_kind)i;
        return true;
    }
    return false;
}

void sale_event_add_key(struct sale_event *event, enum sale_key_kind kind, struct sv value)
{
    CHECK(value.n <= SALE_KEY_MAX);
    for (size_t i = 0; i < event->n_keys; i++)
        if (event->keys[i].kind == kind && sv_eq(event->keys[i].value, value))
            return;
    if (value.n > 0 && event->n_keys < SALE_KEYS_MAX)
        event->keys[event->n_keys++] = (struct sale_key){kind, value};
}

void sale_event_add_code(struct sale_event *event, struct sv code)
{
    for (size_t i = 0; i < event->n_codes; i++)
        if (sv_eq(event->codes[i], code))
            return;
    if (code.n > 0 && event->n_codes < SALE_CODES_MAX)
        event->codes[event->n_codes++] = code;
}

/* Writing --------------------------------------------------------------------------------- */

static void put_text(struct buf *b, const char *name, struct sv value)
{
    if (value.n == 0)
        return;
    buf_printf(b, ",\"%s\":", name);
    json_put_string(b, value);
}

static void put_i64(struct buf *b, const char *name, int64_t value)
{
    buf_printf(b, ",\"%s\":%" PRId64, name, value);
}

static void put_uuid(struct buf *b, const char *name, struct uuid id)
{
    char text[UUID_TEXT_SIZE];
    if (uuid_is_zero(id))
        return;
    uuid_format(text, id);
    buf_printf(b, ",\"%s\":\"%s\"", name, text);
}

static void put_hash(struct buf *b, const char *name, const uint8_t hash[HASH_SIZE])
{
    char text[2 * HASH_SIZE + 1];
    hex_encode(text, hash, HASH_SIZE);
    buf_printf(b, ",\"%s\":\"%s\"", name, text);
}

static void put_items(struct buf *b, const struct sale_event *event)
{
    if (event->n_items == 0)
        return;
    buf_puts(b, ",\"items\":[");
    for (size_t i = 0; i < event->n_items; i++) {
        const struct sale_item *item = &event->items[i];
        buf_printf(b, "%s{\"base\":%" PRId64, i > 0 ? "," : "", item->base);
        put_i64(b, "quantity", item->quantity);
        put_text(b, "line", item->line_ref);
        put_text(b, "sku", item->sku);
        put_text(b, "category", item->category);
        buf_putc(b, '}');
    }
    buf_putc(b, ']');
}

static void put_keys(struct buf *b, const struct sale_event *event)
{
    if (event->n_keys == 0)
        return;
    buf_puts(b, ",\"keys\":[");
    for (size_t i = 0; i < event->n_keys; i++) {
        buf_printf(b, "%s{\"kind\":\"%s\"", i > 0 ? "," : "",
                   sale_key_kind_text(event->keys[i].kind));
        put_text(b, "value", event->keys[i].value);
        buf_putc(b, '}');
    }
    buf_putc(b, ']');
}

static void put_codes(struct buf *b, const struct sale_event *event)
{
    if (event->n_codes == 0)
        return;
    buf_puts(b, ",\"codes\":[");
    for (size_t i = 0; i < event->n_codes; i++) {
        if (i > 0)
            buf_putc(b, ',');
        json_put_string(b, event->codes[i]);
    }
    buf_putc(b, ']');
}

struct sv sale_event_write(struct arena *arena, const struct sale_event *event)
{
    struct buf b = buf_new(arena, EVENT_JSON_MAX);
    buf_printf(&b, "{\"door\":\"%s\",\"kind\":\"%s\",\"mode\":\"%s\"", sale_door_text(event->door),
               sale_kind_text(event->kind), event->test_mode ? "test" : "live");
    put_i64(&b, "brand", (int64_t)event->brand);
    put_i64(&b, "program", (int64_t)event->program);
    put_uuid(&b, "program_pid", event->program_pid);
    put_text(&b, "event_id", event->event_id);
    put_text(&b, "order", event->order_ref);
    put_i64(&b, "amount", event->amount);
    put_i64(&b, "base", event->base);
    if (event->has_subtotal)
        put_i64(&b, "subtotal", event->subtotal);
    if (event->has_tax)
        put_i64(&b, "tax", event->tax);
    put_text(&b, "unit", sv_from(event->unit.code));
    put_i64(&b, "exponent", event->unit.exponent);
    put_uuid(&b, "click", event->click);
    put_text(&b, "bad_click", event->bad_click);
    put_keys(&b, event);
    put_codes(&b, event);
    put_text(&b, "token", event->token);
    put_text(&b, "ref", event->ref);
    put_text(&b, "campaign", event->campaign);
    put_text(&b, "country", event->country);
    if (event->has_customer)
        put_hash(&b, "customer", event->customer_hash);
    if (event->has_ip)
        put_hash(&b, "ip", event->ip_hash);
    put_text(&b, "subscription", event->subscription);
    if (event->buyer != SALE_BUYER_UNKNOWN)
        put_text(&b, "buyer", event->buyer == SALE_BUYER_NEW ? SV("new") : SV("returning"));
    if (event->unverified)
        buf_puts(&b, ",\"unverified\":true");
    if (event->by_user != 0)
        put_i64(&b, "by_user", (int64_t)event->by_user);
    put_text(&b, "note", event->note);
    put_i64(&b, "occurred", event->occurred_us);
    put_items(&b, event);
    put_hash(&b, "body_mac", event->body_mac);
    put_uuid(&b, "request", event->request);
    put_i64(&b, "received", event->received_us);
    buf_putc(&b, '}');
    CHECK(!b.overflow);
    return buf_sv(&b);
}

/* Reading: one cursor that remembers whether all went well ---------------------------------- */

struct reader {
    struct arena *arena;
    struct json_object *json;
    bool ok;
};

static struct sv take_text(struct reader *r, const char *name)
{
    struct sv text = SV("");
    if (json_get_string(r->arena, r->json, name, &text) == JSON_FIELD_WRONG_TYPE)
        r->ok = false;
    return text;
}

static int64_t take_i64(struct reader *r, const char *name)
{
    int64_t value = 0;
    if (json_get_i64(r->json, name, &value) != JSON_FIELD_OK)
        r->ok = false;
    return value;
}

static bool take_optional(struct reader *r, const char *name, int64_t *value)
{
    if (!json_get(r->json, name))
        return false;
    *value = take_i64(r, name);
    return true;
}

static struct uuid take_uuid(struct reader *r, const char *name)
{
    struct uuid id = {{0}};
    struct sv text = take_text(r, name);
    if (text.n > 0 && !uuid_parse(text, &id))
        r->ok = false;
    return id;
}

static bool take_hash(struct reader *r, const char *name, uint8_t hash[HASH_SIZE])
{
    struct sv text = take_text(r, name);
    if (text.n == 0)
        return false;
    if (!hex_decode(hash, HASH_SIZE, text))
        r->ok = false;
    return true;
}

static struct unit take_unit(struct reader *r)
{
    struct unit unit = {.exponent = (uint8_t)take_i64(r, "exponent")};
    struct sv code = take_text(r, "unit");
    if (code.n >= UNIT_CODE_SIZE)
        r->ok = false;
    else if (code.n > 0) /* a lead names none until it met its program */
        memcpy(unit.code, code.p, code.n);
    return unit;
}

static void take_items(struct reader *r, struct sale_event *out)
{
    struct json_object *list = json_get(r->json, "items");
    if (!list)
        return;
    size_t n = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
    if (n == 0 || n > SALE_ITEMS_MAX) {
        r->ok = false;
        return;
    }
    struct sale_item *items = arena_array(r->arena, n, sizeof *items);
    for (size_t i = 0; i < n; i++) {
        struct reader row = {r->arena, json_object_array_get_idx(list, i), true};
        items[i] = (struct sale_item){.line_ref = take_text(&row, "line"),
                                      .sku = take_text(&row, "sku"),
                                      .category = take_text(&row, "category"),
                                      .base = take_i64(&row, "base"),
                                      .quantity = (uint32_t)take_i64(&row, "quantity")};
        r->ok = r->ok && row.ok;
    }
    out->items = items;
    out->n_items = n;
}

/* An array of at most `max` members, NULL when there is none. */
static struct json_object *take_list(struct reader *r, const char *name, size_t max, size_t *n)
{
    struct json_object *list = json_get(r->json, name);
    *n = 0;
    if (!list)
        return NULL;
    if (!json_object_is_type(list, json_type_array) || json_object_array_length(list) > max) {
        r->ok = false;
        return NULL;
    }
    *n = json_object_array_length(list);
    return list;
}

static void take_keys(struct reader *r, struct sale_event *out)
{
    size_t n;
    struct json_object *list = take_list(r, "keys", SALE_KEYS_MAX, &n);
    for (size_t i = 0; i < n; i++) {
        struct reader row = {r->arena, json_object_array_get_idx(list, i), true};
        struct sv value = take_text(&row, "value");
        enum sale_key_kind kind;
        if (!sale_key_kind_find(take_text(&row, "kind"), &kind) || !row.ok ||
            value.n > SALE_KEY_MAX)
            r->ok = false;
        else
            sale_event_add_key(out, kind, value);
    }
}

static struct sv text_of(struct json_object *text)
{
    return sv_of(json_object_get_string(text), (size_t)json_object_get_string_len(text));
}

static void take_codes(struct reader *r, struct sale_event *out)
{
    size_t n;
    struct json_object *list = take_list(r, "codes", SALE_CODES_MAX, &n);
    for (size_t i = 0; i < n; i++) {
        struct json_object *code = json_object_array_get_idx(list, i);
        if (!json_object_is_type(code, json_type_string))
            r->ok = false;
        else
            sale_event_add_code(out, sv_from(sv_dup(r->arena, text_of(code))));
    }
}

static enum sale_buyer take_buyer(struct reader *r)
{
    struct sv text = take_text(r, "buyer");
    if (text.n == 0)
        return SALE_BUYER_UNKNOWN;
    return sv_eq(text, SV("new")) ? SALE_BUYER_NEW : SALE_BUYER_RETURNING;
}

static bool take_flag(struct reader *r, const char *name)
{
    bool value = false;
    if (json_get_bool(r->json, name, &value) == JSON_FIELD_WRONG_TYPE)
        r->ok = false;
    return value;
}

static void take_all(struct reader *r, struct sale_event *out)
{
    if (!sale_door_find(take_text(r, "door"), &out->door) ||
        !sale_kind_find(take_text(r, "kind"), &out->kind))
        r->ok = false;
    out->test_mode = sv_eq(take_text(r, "mode"), SV("test"));
    out->brand = (uint64_t)take_i64(r, "brand");
    out->program = (uint64_t)take_i64(r, "program");
    out->program_pid = take_uuid(r, "program_pid");
    out->event_id = take_text(r, "event_id");
    out->order_ref = take_text(r, "order");
    out->amount = take_i64(r, "amount");
    out->base = take_i64(r, "base");
    out->has_subtotal = take_optional(r, "subtotal", &out->subtotal);
    out->has_tax = take_optional(r, "tax", &out->tax);
    out->unit = take_unit(r);
    out->click = take_uuid(r, "click");
    out->bad_click = take_text(r, "bad_click");
    take_keys(r, out);
    take_codes(r, out);
    out->subscription = take_text(r, "subscription");
    out->buyer = take_buyer(r);
    out->unverified = take_flag(r, "unverified");
    if (json_get(r->json, "by_user"))
        out->by_user = (uint64_t)take_i64(r, "by_user");
    out->note = take_text(r, "note");
    out->token = take_text(r, "token");
    out->ref = take_text(r, "ref");
    out->campaign = take_text(r, "campaign");
    out->country = take_text(r, "country");
    out->has_customer = take_hash(r, "customer", out->customer_hash);
    out->has_ip = take_hash(r, "ip", out->ip_hash);
    out->occurred_us = take_i64(r, "occurred");
    take_items(r, out);
    if (!take_hash(r, "body_mac", out->body_mac))
        r->ok = false;
    out->request = take_uuid(r, "request");
    out->received_us = take_i64(r, "received");
}

bool sale_event_read(struct arena *arena, struct sv text, struct sale_event *out)
{
    const char *why;
    *out = (struct sale_event){0};
    struct json_object *json = json_parse(arena, text, &why);
    if (!json)
        return false;
    struct reader r = {arena, json, json_is_object(json)};
    if (r.ok)
        take_all(&r, out);
    json_free(json);
    return r.ok;
}
