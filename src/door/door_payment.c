#include <json-c/json.h>

#include "base/json.h"
#include "door/door.h"
#include "door/door_json.h"
#include "door/door_payment.h"

enum { BAD_CLICK_MAX = 200, WORD_MAX = 60 };

void payment_fault(struct payment_reader *r, const char *reason, const char *field)
{
    if (r->reason)
        return;
    r->reason = reason;
    r->field = field;
}

/* Members ------------------------------------------------------------------------------------ */

struct json_object *payment_object(struct json_object *object, const char *name)
{
    struct json_object *member = object ? json_get(object, name) : NULL;
    return member && json_is_object(member) ? member : NULL;
}

struct json_object *payment_element(struct json_object *object, const char *name, size_t i)
{
    struct json_object *list = object ? json_get(object, name) : NULL;
    if (!list || !json_object_is_type(list, json_type_array) || i >= json_object_array_length(list))
        return NULL;
    struct json_object *element = json_object_array_get_idx(list, i);
    return element && json_is_object(element) ? element : NULL;
}

static struct sv read_text(struct payment_reader *r, struct json_object *object, const char *name,
                           size_t max, enum payment_need need)
{
    struct sv text = SV("");
    if (r->reason)
        return SV("");
    if (object && json_get_string(r->arena, object, name, &text) == JSON_FIELD_WRONG_TYPE)
        payment_fault(r, "wrong_type", name);
    else if (text.n == 0 && need == PAYMENT_REQUIRED)
        payment_fault(r, "missing_field", name);
    else if (text.n > max)
        payment_fault(r, "too_long", name);
    else if (text.n > 0 && !sv_is_ascii_graph(text))
        payment_fault(r, "bad_text", name);
    return r->reason ? SV("") : text;
}

struct sv payment_id(struct payment_reader *r, struct json_object *object, const char *name,
                     enum payment_need need)
{
    struct json_object *expanded = payment_object(object, name);
    return expanded ? read_text(r, expanded, "id", PAYMENT_ID_MAX, need)
                    : read_text(r, object, name, PAYMENT_ID_MAX, need);
}

struct sv payment_word(struct payment_reader *r, struct json_object *object, const char *name,
                       enum payment_need need)
{
    return read_text(r, object, name, WORD_MAX, need);
}

bool payment_count(struct payment_reader *r, struct json_object *object, const char *name,
                   enum payment_need need, int64_t *out)
{
    struct sv text = SV("");
    *out = 0;
    if (r->reason)
        return false;
    enum json_field how =
        object ? json_get_decimal(r->arena, object, name, &text) : JSON_FIELD_MISSING;
    if (how == JSON_FIELD_MISSING) {
        if (need == PAYMENT_REQUIRED)
            payment_fault(r, "missing_field", name);
        return false;
    }
    if (how == JSON_FIELD_WRONG_TYPE) {
        payment_fault(r, "wrong_type", name);
        return false;
    }
    switch (money_parse_major(text, 0, out)) {
    case MONEY_OK:
        return true;
    case MONEY_NOT_A_NUMBER:
    case MONEY_OVER_PRECISE: /* these are minor units: there is nothing behind their point */
        payment_fault(r, "amount_not_a_number", name);
        break;
    case MONEY_NEGATIVE:
        payment_fault(r, "amount_negative", name);
        break;
    case MONEY_TOO_LARGE:
        payment_fault(r, "amount_too_large", name);
        break;
    }
    *out = 0;
    return false;
}

struct unit payment_currency(struct payment_reader *r, struct json_object *object, const char *name)
{
    struct unit unit = {0};
    if (!r->reason && !door_json_unit(r->arena, object, name, &unit))
        payment_fault(r, json_get(object, name) ? "unknown_currency" : "missing_field", name);
    return unit;
}

/* Hints -------------------------------------------------------------------------------------- */

/* The first click stands; one that can't be read stands until there is one that can. */
static void add_click(struct sale_event *sale, struct uuid click, struct sv bad_click)
{
    if (!uuid_is_zero(sale->click))
        return;
    sale->click = click;
    if (!uuid_is_zero(click))
        sale->bad_click = SV("");
    else if (sale->bad_click.n == 0)
        sale->bad_click = bad_click;
}

static void hint_click(struct arena *arena, struct json_object *object, const char *name,
                       struct sale_event *sale)
{
    struct uuid click = {{0}};
    struct sv text = door_json_value(arena, object, name, BAD_CLICK_MAX);
    bool is_click = uuid_parse(text, &click);
    add_click(sale, click, is_click ? SV("") : text);
}

static void hint_token(struct arena *arena, struct json_object *object, const char *name,
                       struct sale_event *sale)
{
    struct sv text = door_json_value(arena, object, name, SALE_CODE_MAX);
    if (sale->token.n == 0)
        sale->token = text;
}

void payment_hint_ref(struct arena *arena, struct json_object *object, const char *name,
                      struct sale_event *sale)
{
    struct uuid click;
    struct sv text = door_json_value(arena, object, name, SALE_CODE_MAX);
    if (uuid_parse(text, &click)) {
        add_click(sale, click, SV(""));
        return;
    }
    if (sale->token.n == 0 && id_is_link_token(text))
        sale->token = text;
    if (sale->ref.n == 0)
        sale->ref = text;
}

void payment_hints(struct arena *arena, struct json_object *metadata, struct sale_event *sale,
                   struct sv *order_ref)
{
    hint_click(arena, metadata, "meed_click", sale);
    hint_click(arena, metadata, "pcps_click", sale);
    hint_click(arena, metadata, "click_id", sale);
    hint_token(arena, metadata, "meed_token", sale);
    hint_token(arena, metadata, "token", sale);
    payment_hint_ref(arena, metadata, "affihub_ref", sale);
    payment_hint_ref(arena, metadata, "ref", sale);
    door_json_add_code(arena, sale, door_json_value(arena, metadata, "code", SALE_CODE_MAX));
    if (order_ref->n == 0)
        *order_ref = door_json_value(arena, metadata, "order_id", SALE_ORDER_REF_MAX);
}

bool payment_has_hint(const struct sale_event *sale)
{
    return !uuid_is_zero(sale->click) || sale->bad_click.n > 0 || sale->token.n > 0 ||
           sale->ref.n > 0 || sale->n_codes > 0;
}

void payment_email(struct arena *arena, struct json_object *object, const char *name,
                   struct sale_event *sale)
{
    struct sv text = door_json_text(arena, object, name, SALE_EMAIL_MAX);
    if (!sale->has_customer)
        sale->has_customer = door_hash_email(text, sale->customer_hash);
}

/* Facts -------------------------------------------------------------------------------------- */

void payment_add_facts(struct sale_event *sale, const struct sale_event *facts)
{
    add_click(sale, facts->click, facts->bad_click);
    if (sale->token.n == 0)
        sale->token = facts->token;
    if (sale->ref.n == 0)
        sale->ref = facts->ref;
    for (size_t i = 0; i < facts->n_codes; i++)
        sale_event_add_code(sale, facts->codes[i]);
    if (sale->country.n == 0)
        sale->country = facts->country;
    if (!sale->has_customer && facts->has_customer) {
        memcpy(sale->customer_hash, facts->customer_hash, HASH_SIZE);
        sale->has_customer = true;
    }
    for (size_t i = 0; i < facts->n_keys; i++)
        sale_event_add_key(sale, facts->keys[i].kind, facts->keys[i].value);
}
