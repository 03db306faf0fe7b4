/* The stored form of an adjustment: JSON in inbox.event. */
#include <json-c/json.h>

#include "base/json.h"
#include "conversion/adjustment_internal.h"

/* Each byte of a text escaped at worst; six keys, a ref and a note are under the rest. */
enum { LINE_JSON_MAX = 6 * (SALE_LINE_REF_MAX + SALE_SKU_MAX) + 100, REST_JSON_MAX = 32 * 1024 };

static void put_text(struct buf *b, const char *name, struct sv text)
{
    if (text.n == 0)
        return;
    buf_printf(b, ",\"%s\":", name);
    json_put_string(b, text);
}

static void put_i64(struct buf *b, const char *name, int64_t value)
{
    buf_printf(b, ",\"%s\":%" PRId64, name, value);
}

static void put_targets(struct buf *b, const struct adjustment_event *event)
{
    buf_puts(b, ",\"targets\":[");
    for (size_t i = 0; i < event->n_targets; i++) {
        buf_printf(b, "%s{\"kind\":\"%s\"", i > 0 ? "," : "",
                   sale_key_kind_text(event->targets[i].kind));
        put_text(b, "value", event->targets[i].value);
        buf_putc(b, '}');
    }
    buf_putc(b, ']');
}

static void put_lines(struct buf *b, const struct adjustment_event *event)
{
    if (event->n_lines == 0)
        return;
    buf_puts(b, ",\"lines\":[");
    for (size_t i = 0; i < event->n_lines; i++) {
        const struct adjustment_line *line = &event->lines[i];
        buf_printf(b, "%s{\"base\":%" PRId64 ",\"quantity\":%" PRIu32, i > 0 ? "," : "", line->base,
                   line->quantity);
        put_text(b, "line", line->line_ref);
        put_text(b, "sku", line->sku);
        buf_putc(b, '}');
    }
    buf_putc(b, ']');
}

struct sv adjustment_event_write(struct arena *arena, const struct adjustment_event *event)
{
    char mac[2 * MAC_SIZE + 1], request[UUID_TEXT_SIZE];
    struct buf b = buf_new(arena, REST_JSON_MAX + event->n_lines * LINE_JSON_MAX);
    buf_printf(&b, "{\"door\":\"%s\",\"kind\":\"%s\",\"mode\":\"%s\"", sale_door_text(event->door),
               adjustment_kind_text(event->kind), event->test_mode ? "test" : "live");
    put_i64(&b, "brand", (int64_t)event->brand);
    put_i64(&b, "program", (int64_t)event->program);
    put_text(&b, "event_id", event->event_id);
    put_text(&b, "ref", event->ref);
    put_i64(&b, "phase", event->phase);
    if (event->cumulative)
        buf_puts(&b, ",\"cumulative\":true");
    put_targets(&b, event);
    put_text(&b, "extent", sv_from(adjustment_extent_text(event->extent)));
    put_i64(&b, "amount", event->amount);
    if (event->unit.code[0] != '\0') {
        put_text(&b, "unit", sv_from(event->unit.code));
        put_i64(&b, "exponent", event->unit.exponent);
    }
    put_lines(&b, event);
    if (event->by_user != 0)
        put_i64(&b, "by_user", (int64_t)event->by_user);
    put_text(&b, "note", event->note);
    put_i64(&b, "occurred", event->occurred_us);
    hex_encode(mac, event->body_mac, MAC_SIZE);
    put_text(&b, "body_mac", sv_from(mac));
    uuid_format(request, event->request);
    put_text(&b, "request", sv_from(request));
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

static int64_t take_i64(struct reader *r, const char *name, int64_t low, int64_t high)
{
    int64_t value = 0;
    if (json_get_i64(r->json, name, &value) != JSON_FIELD_OK || value < low || value > high)
        r->ok = false;
    return value;
}

/* An array of at most `max` members; n is 0 when there is none. */
static struct json_object *take_list(struct reader *r, const char *name, size_t max, size_t *n)
{
    struct json_object *list = json_get(r->json, name);
    *n = 0;
    if (!list)
        return NULL;
    if (json_object_is_type(list, json_type_array) && json_object_array_length(list) <= max)
        *n = json_object_array_length(list);
    else
        r->ok = false;
    return list;
}

static void take_targets(struct reader *r, struct adjustment_event *out)
{
    size_t n;
    struct json_object *list = take_list(r, "targets", SALE_KEYS_MAX, &n);
    for (size_t i = 0; i < n; i++) {
        struct reader row = {r->arena, json_object_array_get_idx(list, i), true};
        struct sale_key key = {.value = take_text(&row, "value")};
        if (!sale_key_kind_find(take_text(&row, "kind"), &key.kind) || !row.ok ||
            key.value.n == 0 || key.value.n > SALE_KEY_MAX)
            r->ok = false;
        else
            out->targets[out->n_targets++] = key;
    }
}

static void take_lines(struct reader *r, struct adjustment_event *out)
{
    size_t n;
    struct json_object *list = take_list(r, "lines", SALE_ITEMS_MAX, &n);
    struct adjustment_line *lines = arena_array(r->arena, n + 1, sizeof *lines);
    for (size_t i = 0; i < n; i++) {
        struct reader row = {r->arena, json_object_array_get_idx(list, i), true};
        lines[i] = (struct adjustment_line){.line_ref = take_text(&row, "line"),
                                            .sku = take_text(&row, "sku"),
                                            .quantity =
                                                (uint32_t)take_i64(&row, "quantity", 0, UINT32_MAX),
                                            .base = take_i64(&row, "base", -1, MONEY_MAX)};
        r->ok = r->ok && row.ok;
    }
    out->lines = lines;
    out->n_lines = n;
}

static void take_unit(struct reader *r, struct adjustment_event *out)
{
    struct sv code = take_text(r, "unit");
    if (code.n == 0)
        return;
    out->unit.exponent = (uint8_t)take_i64(r, "exponent", 0, UINT8_MAX);
    if (code.n >= UNIT_CODE_SIZE)
        r->ok = false;
    else
        memcpy(out->unit.code, code.p, code.n);
}

static void take_all(struct reader *r, struct adjustment_event *out)
{
    if (!sale_door_find(take_text(r, "door"), &out->door) ||
        !adjustment_kind_find(take_text(r, "kind"), &out->kind) ||
        !adjustment_extent_find(take_text(r, "extent"), &out->extent))
        r->ok = false;
    out->test_mode = sv_eq(take_text(r, "mode"), SV("test"));
    out->brand = (uint64_t)take_i64(r, "brand", 0, INT64_MAX);
    out->program = (uint64_t)take_i64(r, "program", 0, INT64_MAX);
    out->event_id = take_text(r, "event_id");
    out->ref = take_text(r, "ref");
    out->phase = (uint8_t)take_i64(r, "phase", 0, UINT8_MAX);
    if (json_get_bool(r->json, "cumulative", &out->cumulative) == JSON_FIELD_WRONG_TYPE)
        r->ok = false;
    take_targets(r, out);
    out->amount = take_i64(r, "amount", 0, MONEY_MAX);
    take_unit(r, out);
    take_lines(r, out);
    if (json_get(r->json, "by_user"))
        out->by_user = (uint64_t)take_i64(r, "by_user", 0, INT64_MAX);
    out->note = take_text(r, "note");
    out->occurred_us = take_i64(r, "occurred", 0, INT64_MAX);
    if (!hex_decode(out->body_mac, MAC_SIZE, take_text(r, "body_mac")) ||
        !uuid_parse(take_text(r, "request"), &out->request))
        r->ok = false;
    out->received_us = take_i64(r, "received", 0, INT64_MAX);
}

bool adjustment_event_read(struct arena *arena, struct sv text, struct adjustment_event *out)
{
    const char *why;
    *out = (struct adjustment_event){0};
    struct json_object *json = json_parse(arena, text, &why);
    if (!json)
        return false;
    struct reader r = {arena, json, json_is_object(json)};
    if (r.ok)
        take_all(&r, out);
    json_free(json);
    return r.ok;
}
