#include "conversion/event_view.h"

#include <inttypes.h>
#include <json-c/json.h>

#include "base/json.h"
#include "conversion/adjustment.h"
#include "conversion/event_words.h"

static void show_key(struct view *view, enum sale_key_kind kind, struct sv value)
{
    if (value.n == 0)
        return;
    struct view *key = view_add(view, "KEY");
    view_set_cstr(key, "NAME", event_key_words(kind));
    view_set(key, "VALUE", value);
}

static void show_sale_keys(struct view *view, const struct sale_event *event)
{
    bool has_order = false;
    for (size_t i = 0; i < event->n_keys; i++)
        has_order = has_order || event->keys[i].kind == SALE_KEY_ORDER;
    if (!has_order)
        show_key(view, SALE_KEY_ORDER, event->order_ref);
    for (size_t i = 0; i < event->n_keys; i++)
        show_key(view, event->keys[i].kind, event->keys[i].value);
}

void event_show_keys(struct arena *arena, struct view *view, const struct inbox_row *row)
{
    struct sale_event sale = {0};
    struct adjustment_event adjustment = {0};
    if (row->event.n == 0)
        return;
    if (sv_eq_cstr(row->kind, "sale") && sale_event_read(arena, row->event, &sale))
        show_sale_keys(view, &sale);
    else if (sv_eq_cstr(row->kind, "adjustment") &&
             adjustment_event_read(arena, row->event, &adjustment))
        for (size_t i = 0; i < adjustment.n_targets; i++)
            show_key(view, adjustment.targets[i].kind, adjustment.targets[i].value);
}

void event_show_held(struct arena *arena, struct view *view, const struct inbox_row *row)
{
    const char *why;
    if (row->event.n == 0 || sv_eq_cstr(row->event, "{}"))
        return;
    struct json_object *json = json_parse(arena, row->event, &why);
    if (!json)
        return;
    view_set_cstr(view_add(view, "HELD"), "TEXT",
                  json_object_to_json_string_ext(json, JSON_C_TO_STRING_PRETTY |
                                                           JSON_C_TO_STRING_NOSLASHESCAPE));
    json_free(json);
}

const char *event_page_path(struct arena *arena, const struct inbox_row *row)
{
    return arena_printf(arena, "/brand/integrations/events/%" PRIu64, row->id);
}
