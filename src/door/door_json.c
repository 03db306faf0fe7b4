#include "door/door_json.h"

#include <json-c/json.h>

#include "base/clock.h"
#include "base/country.h"
#include "base/json.h"
#include "http/http_parse.h"

enum { ID_MAX = SALE_LINE_REF_MAX, CLICK_TEXT_MAX = 200, TIME_MAX = 40 };

bool door_json_fault(struct door_fault *fault, const char *code, const char *field)
{
    *fault = (struct door_fault){code, field};
    return false;
}

/* Texts ---------------------------------------------------------------------------------------- */

static bool has_control(struct sv text)
{
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] < 0x20 || text.p[i] == 0x7f)
            return true;
    return false;
}

static struct sv upper(struct arena *arena, struct sv text)
{
    char *copy = sv_dup(arena, text);
    for (char *c = copy; *c; c++)
        *c = (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
    return sv_of(copy, text.n);
}

static struct sv read_string(struct arena *arena, struct json_object *object, const char *name)
{
    struct sv text = SV("");
    if (json_get_string(arena, object, name, &text) != JSON_FIELD_OK)
        return SV("");
    text = sv_trim(text);
    return has_control(text) ? SV("") : text;
}

struct sv door_json_text(struct arena *arena, struct json_object *object, const char *name,
                         size_t max)
{
    struct sv text = read_string(arena, object, name);
    return text.n <= max ? text : SV("");
}

struct sv door_json_text_cut(struct arena *arena, struct json_object *object, const char *name,
                             size_t max)
{
    struct sv text = read_string(arena, object, name);
    if (text.n <= max)
        return text;
    size_t n = max;
    while (n > 0 && ((unsigned char)text.p[n] & 0xc0) == 0x80) /* inside a character */
        n--;
    return sv_sub(text, 0, n);
}

struct sv door_json_id_of(struct arena *arena, struct json_object *value)
{
    if (!json_object_is_type(value, json_type_int) && !json_object_is_type(value, json_type_string))
        return SV("");
    struct sv text = sv_from(json_object_get_string(value));
    return text.n <= ID_MAX && sv_is_ascii_graph(text) ? sv_copy(arena, text) : SV("");
}

struct sv door_json_id(struct arena *arena, struct json_object *object, const char *name)
{
    return door_json_id_of(arena, json_get(object, name));
}

struct sv door_json_value(struct arena *arena, struct json_object *object, const char *name,
                          size_t max)
{
    struct sv text = SV("");
    if (json_get_decimal(arena, object, name, &text) != JSON_FIELD_OK)
        return SV("");
    text = sv_trim(text);
    return text.n <= max && !has_control(text) ? text : SV("");
}

int64_t door_json_time(struct arena *arena, struct json_object *object, const char *name)
{
    int64_t at_us = 0;
    struct sv text = door_json_text(arena, object, name, TIME_MAX);
    if (!sv_contains(text, 'T'))
        return 0;
    if (!clock_parse(text, &at_us) &&
        !clock_parse(sv_from(arena_printf(arena, SV_FMT "Z", SV_ARG(text))), &at_us))
        return 0;
    return at_us > 0 ? at_us : 0;
}

struct sv door_json_country(struct arena *arena, struct json_object *object, const char *name)
{
    struct sv text = upper(arena, door_json_text(arena, object, name, 2));
    return country_find(text) ? text : SV("");
}

bool door_json_count(struct json_object *object, const char *name, uint32_t max, uint32_t *out)
{
    int64_t value = 0;
    if (json_get_i64(object, name, &value) != JSON_FIELD_OK || value < 0 || value > max)
        return false;
    *out = (uint32_t)value;
    return true;
}

/* Money ---------------------------------------------------------------------------------------- */

bool door_json_unit(struct arena *arena, struct json_object *object, const char *name,
                    struct unit *unit)
{
    struct sv code = upper(arena, door_json_text(arena, object, name, 3));
    return code.n == 3 && unit_find_currency(code, unit);
}

static const char *const money_codes[] = {
    [MONEY_NOT_A_NUMBER] = "amount_not_a_number",
    [MONEY_NEGATIVE] = "amount_negative",
    [MONEY_OVER_PRECISE] = "amount_over_precise",
    [MONEY_TOO_LARGE] = "amount_too_large",
};

bool door_json_need_amount(struct arena *arena, struct json_object *object, const char *name,
                           const struct unit *unit, int64_t *minor, struct door_fault *fault)
{
    struct sv text = SV("");
    switch (json_get_decimal(arena, object, name, &text)) {
    case JSON_FIELD_MISSING:
        return door_json_fault(fault, "missing_field", name);
    case JSON_FIELD_WRONG_TYPE:
        return door_json_fault(fault, "wrong_type", name);
    case JSON_FIELD_OK:
        break;
    }
    enum money_parse parsed = money_parse_major(text, unit->exponent, minor);
    return parsed == MONEY_OK || door_json_fault(fault, money_codes[parsed], name);
}

bool door_json_amount(struct arena *arena, struct json_object *object, const char *name,
                      const struct unit *unit, int64_t *minor)
{
    struct door_fault unheeded;
    return door_json_need_amount(arena, object, name, unit, minor, &unheeded);
}

/* Lists ---------------------------------------------------------------------------------------- */

struct json_object *door_json_list(struct json_object *object, const char *name, size_t max,
                                   size_t *n)
{
    struct json_object *list = json_get(object, name);
    *n = 0;
    if (!json_object_is_type(list, json_type_array))
        return NULL;
    *n = json_object_array_length(list);
    if (*n > max)
        *n = max;
    return list;
}

struct json_object *door_json_at(struct json_object *list, size_t i)
{
    return list ? json_object_array_get_idx(list, i) : NULL;
}

void door_json_add_code(struct arena *arena, struct sale_event *event, struct sv code)
{
    sale_event_add_code(event, upper(arena, code));
}

/* Hints ---------------------------------------------------------------------------------------- */

static void hint_click(struct sale_event *event, struct sv value)
{
    if (!uuid_is_zero(event->click))
        return;
    if (uuid_parse(value, &event->click))
        event->bad_click = SV("");
    else if (event->bad_click.n == 0 && value.n <= CLICK_TEXT_MAX)
        event->bad_click = value;
}

static void hint_text(struct sv *slot, struct sv value)
{
    if (slot->n == 0 && value.n <= SALE_CODE_MAX)
        *slot = value;
}

static bool is_any(struct sv name, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (sv_eq_nocase(name, sv_from(names[i])))
            return true;
    return false;
}

void door_json_hint(struct sale_event *event, struct sv name, struct sv value)
{
    static const char *const clicks[] = {"meed_click", "pcps_click", "click_id"};
    static const char *const refs[] = {"meed_ref", "ref"};
    struct uuid id;
    name = sv_trim(name);
    value = sv_trim(value);
    while (sv_starts(name, SV("_")))
        name = sv_from_index(name, 1);
    if (value.n == 0 || has_control(value))
        return;
    if (is_any(name, clicks, COUNT_OF(clicks)))
        hint_click(event, value);
    else if (sv_eq_nocase(name, SV("meed_token")))
        hint_text(&event->token, value);
    else if (is_any(name, refs, COUNT_OF(refs)))
        uuid_parse(value, &id) ? hint_click(event, value) : hint_text(&event->ref, value);
    else if (sv_eq_nocase(name, SV("meed_campaign")))
        hint_text(&event->campaign, value);
}

void door_json_hints_of_url(struct arena *arena, struct sale_event *event, struct sv url)
{
    struct http_param *params;
    size_t n;
    ptrdiff_t query = sv_find(url, '?');
    if (query < 0 || url.n > DOOR_JSON_URL_MAX)
        return;
    url = sv_from_index(url, (size_t)query + 1);
    if (http_parse_params(arena, sv_cut(&url, '#'), HTTP_PARSE_SKIP_BROKEN, &params, &n) !=
        HTTP_PARSE_OK)
        return;
    for (size_t i = 0; i < n; i++)
        door_json_hint(event, params[i].name, params[i].value);
}
