/* Strict reading of what a brand's server sends. */
#include <arpa/inet.h>
#include <json-c/json.h>
#include <unicode/uloc.h>

#include "base/i18n.h"
#include "base/json.h"
#include "base/log.h"
#include "db/db.h"
#include "base/geo.h"
#include "door/door.h"

enum { REFUSED_FIELD_MAX = 60 };

/* Faults ------------------------------------------------------------------------------------- */

static void fault(struct door_reader *r, const char *code, const char *field, const char *why,
                  const char *next)
{
    if (r->fault.code)
        return;
    r->fault = (struct http_problem){
        .status = 422,
        .code = code,
        .field = field,
        .what = arena_printf(r->request->arena, _("The sale was not recorded: look at %s."), field),
        .why = why,
        .next = next,
    };
}

static void fault_type(struct door_reader *r, const char *field, const char *wanted)
{
    fault(r, "wrong_type", field,
          arena_printf(r->request->arena, _("%s has another type than it should."), field), wanted);
}

static void fault_missing(struct door_reader *r, const char *field)
{
    fault(r, "missing_field", field,
          arena_printf(r->request->arena, _("%s is missing or empty."), field),
          _("Add it and send the sale again."));
}

bool door_is_sound(struct door_reader *r, struct http_response *response)
{
    if (!r->fault.code)
        return true;
    http_problem(r->request, response, &r->fault);
    return false;
}

/* The body ----------------------------------------------------------------------------------- */

bool door_open(struct door_reader *r, struct http_request *request, struct http_response *response)
{
    const char *why = NULL;
    *r = (struct door_reader){.request = request};
    r->json = json_parse(request->arena, request->body, &why);
    if (r->json && json_is_object(r->json))
        return true;
    door_close(r);
    http_problem(request, response,
                 &(struct http_problem){
                     .status = 400,
                     .code = "invalid_json",
                     .what = _("The body is not a JSON object."),
                     .why = why ? arena_printf(request->arena, _("Reading stopped: %s."), why)
                                : _("It is JSON, but not an object in braces."),
                     .next = _("Send one JSON object in UTF-8."),
                 });
    return false;
}

void door_close(struct door_reader *r)
{
    if (r->json)
        json_free(r->json);
    r->json = NULL;
}

static bool has_control(struct sv text)
{
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] < 0x20 || text.p[i] == 0x7f)
            return true;
    return false;
}

static struct sv read_text(struct door_reader *r, struct json_object *object, const char *name,
                           const char *field, size_t max)
{
    struct sv text = SV("");
    if (r->fault.code)
        return SV("");
    if (json_get_string(r->request->arena, object, name, &text) == JSON_FIELD_WRONG_TYPE)
        fault_type(r, field, _("Send it as a string in quotes."));
    else if (text.n > max)
        fault(r, "too_long", field,
              arena_printf(r->request->arena, _("%s is longer than %zu bytes."), field, max),
              _("Shorten it."));
    else if (has_control(text))
        fault(r, "bad_text", field,
              arena_printf(r->request->arena, _("%s holds control characters."), field),
              _("Send plain text."));
    return r->fault.code ? SV("") : text;
}

struct sv door_text(struct door_reader *r, const char *name, size_t max, enum door_need need)
{
    struct sv text = read_text(r, r->json, name, name, max);
    if (need == DOOR_REQUIRED && sv_trim(text).n == 0)
        fault_missing(r, name);
    return text;
}

struct sv door_text_either(struct door_reader *r, const char *name, const char *other, size_t max)
{
    struct sv text = door_text(r, name, max, DOOR_OPTIONAL);
    return text.n > 0 ? text : door_text(r, other, max, DOOR_OPTIONAL);
}

bool door_flag(struct door_reader *r, const char *name, bool *value)
{
    if (r->fault.code)
        return false;
    enum json_field how = json_get_bool(r->json, name, value);
    if (how == JSON_FIELD_WRONG_TYPE)
        fault_type(r, name, _("Send true or false, without quotes."));
    return how == JSON_FIELD_OK;
}

struct sv door_code(struct door_reader *r, const char *name)
{
    return sv_trim(door_text(r, name, SALE_CODE_MAX, DOOR_OPTIONAL));
}

struct uuid door_program(struct door_reader *r, const char *name, enum door_need need)
{
    struct uuid id = {{0}};
    struct sv text = door_text(r, name, 100, need);
    if (text.n > 0 && !uuid_parse(text, &id))
        fault(r, "bad_program", name, _("It is not the id of a program."),
              _("Copy the id from the program's page."));
    return id;
}

void door_click(struct door_reader *r, const char *name, struct sale_event *event)
{
    struct sv text = door_text(r, name, 200, DOOR_OPTIONAL);
    /* A mangled cookie must not cost the brand its sale: it is recorded, and says so. */
    if (text.n > 0 && !uuid_parse(text, &event->click))
        event->bad_click = text;
}

/* Money -------------------------------------------------------------------------------------- */

void door_kind(struct door_reader *r, struct sale_event *event)
{
    struct sv text = door_text(r, "event", 20, DOOR_OPTIONAL);
    if (text.n > 0 && !sale_kind_find(text, &event->kind))
        fault(r, "unknown_event", "event", _("There is no such event."),
              _("Use sale, lead, signup, form, trial or rebill."));
}

static void fault_amount(struct door_reader *r, enum money_parse how, const char *field,
                         const struct unit *unit)
{
    struct arena *arena = r->request->arena;
    switch (how) {
    case MONEY_OK:
        return;
    case MONEY_NOT_A_NUMBER:
        fault(
            r, "amount_not_a_number", field, _("It is not a plain decimal number."),
            _("Send it in major units with a point, such as 129.90: no exponent, no separators."));
        return;
    case MONEY_NEGATIVE:
        fault(r, "amount_negative", field, _("It is below zero."),
              _("Send the order's total; refunds have their own endpoint."));
        return;
    case MONEY_OVER_PRECISE:
        fault(r, "amount_over_precise", field,
              arena_printf(arena, _("%s has %d digits behind the point."), unit->code,
                           unit->exponent),
              _("Round it to the currency's smallest unit before sending it."));
        return;
    case MONEY_TOO_LARGE:
        fault(r, "amount_too_large", field, _("It is larger than any amount Meed keeps."),
              _("Check the amount."));
        return;
    }
    UNREACHABLE();
}

static int64_t read_amount(struct door_reader *r, struct json_object *object, const char *name,
                           const char *field, const struct unit *unit, bool *told)
{
    struct sv text = SV("");
    int64_t minor = 0;
    if (r->fault.code)
        return 0;
    enum json_field how = json_get_decimal(r->request->arena, object, name, &text);
    *told = how == JSON_FIELD_OK;
    if (how == JSON_FIELD_WRONG_TYPE)
        fault_type(r, field, _("Send it as a number, or as a string such as \"129.90\"."));
    else if (how == JSON_FIELD_OK)
        fault_amount(r, money_parse_major(text, unit->exponent, &minor), field, unit);
    return r->fault.code ? 0 : minor;
}

static bool needs_money(const struct sale_event *event)
{
    return event->kind == SALE_KIND_SALE || event->kind == SALE_KIND_REBILL;
}

static void read_currency(struct door_reader *r, const char *name, bool needed, struct unit *unit)
{
    char code[4] = "";
    struct sv text = door_text(r, name, 20, needed ? DOOR_REQUIRED : DOOR_OPTIONAL);
    if (r->fault.code || text.n == 0)
        return;
    for (size_t i = 0; i < text.n && i < 3; i++)
        code[i] = (char)(text.p[i] >= 'a' && text.p[i] <= 'z' ? text.p[i] - 'a' + 'A' : text.p[i]);
    if (text.n != 3 || !unit_find_currency(sv_of(code, 3), unit))
        fault(r, "unknown_currency", name, _("It is no ISO 4217 currency."),
              _("Send a code of three letters, such as USD."));
}

void door_money(struct door_reader *r, const char *amount_name, const char *currency_name,
                bool may_be_free, struct sale_event *event)
{
    bool told = false;
    bool given = json_get(r->json, amount_name) != NULL;
    read_currency(r, currency_name, given || needs_money(event), &event->unit);
    if (!given && needs_money(event))
        fault_missing(r, amount_name);
    event->amount = read_amount(r, r->json, amount_name, amount_name, &event->unit, &told);
    event->base = event->amount;
    bool zero_is_fine =
        sale_kind_may_be_zero(event->kind) || (event->kind == SALE_KIND_SALE && may_be_free);
    if (event->amount == 0 && !zero_is_fine)
        fault(r, "amount_zero", amount_name, _("A sale is worth more than nothing."),
              _("Send the total. A sale that a discount made free names the discount's code."));
}

bool door_refund_amount(struct door_reader *r, struct adjustment_event *event)
{
    bool told = false, given = json_get(r->json, "amount") != NULL;
    read_currency(r, "currency", given && event->unit.code[0] == '\0', &event->unit);
    event->amount = read_amount(r, r->json, "amount", "amount", &event->unit, &told);
    if (told && event->amount == 0)
        fault(r, "amount_zero", "amount", _("A refund of nothing is none."),
              _("Send what the customer got back, or no amount for the whole."));
    return told;
}

static bool read_part(struct door_reader *r, const char *name, const struct sale_event *event,
                      int64_t *part)
{
    bool told = false;
    if (json_get(r->json, name) && event->unit.code[0] == '\0')
        fault_missing(r, "currency");
    *part = read_amount(r, r->json, name, name, &event->unit, &told);
    if (*part > event->amount)
        fault(r, "part_too_large", name, _("It is larger than the order's total."),
              _("Send the total with all that belongs to it, and this as a part of it."));
    return told && !r->fault.code;
}

void door_parts(struct door_reader *r, struct sale_event *event)
{
    event->has_subtotal = read_part(r, "subtotal", event, &event->subtotal);
    event->has_tax = read_part(r, "tax", event, &event->tax);
}

/* Items -------------------------------------------------------------------------------------- */

static bool read_item(struct door_reader *r, struct json_object *json, size_t no,
                      const struct unit *unit, struct sale_item *item)
{
    struct arena *arena = r->request->arena;
    const char *prefix = arena_printf(arena, "items[%zu]", no);
    int64_t price, quantity = 1;
    bool told = false;
    if (!json_is_object(json)) {
        fault_type(r, prefix, _("Each item is an object with sku, price and quantity."));
        return false;
    }
    item->sku = read_text(r, json, "sku", arena_printf(arena, "%s.sku", prefix), SALE_SKU_MAX);
    item->category =
        read_text(r, json, "category", arena_printf(arena, "%s.category", prefix), SALE_SKU_MAX);
    item->line_ref =
        read_text(r, json, "line_id", arena_printf(arena, "%s.line_id", prefix), SALE_LINE_REF_MAX);
    const char *price_name = arena_printf(arena, "%s.price", prefix);
    price = read_amount(r, json, "price", price_name, unit, &told);
    if (!told)
        fault_missing(r, price_name);
    const char *quantity_name = arena_printf(arena, "%s.quantity", prefix);
    if (json_get_i64(json, "quantity", &quantity) == JSON_FIELD_WRONG_TYPE || quantity < 1 ||
        quantity > 1000000)
        fault(r, "bad_quantity", quantity_name, _("It is not a whole number from 1 on."),
              _("Send the number of pieces."));
    item->quantity = (uint32_t)quantity;
    if (!r->fault.code && !money_mul_ratio(price, quantity, 1, &item->base))
        fault_amount(r, MONEY_TOO_LARGE, price_name, unit);
    return !r->fault.code;
}

void door_items(struct door_reader *r, struct sale_event *event)
{
    struct json_object *list = json_get(r->json, "items");
    if (!list || r->fault.code)
        return;
    if (!json_object_is_type(list, json_type_array)) {
        fault_type(r, "items", _("Send a list of objects."));
        return;
    }
    size_t n = json_object_array_length(list);
    if (n > SALE_ITEMS_MAX) {
        fault(r, "too_many_items", "items",
              arena_printf(r->request->arena, _("There are more than %d."), SALE_ITEMS_MAX),
              _("Sum small lines up."));
        return;
    }
    if (n > 0 && event->unit.code[0] == '\0') {
        fault_missing(r, "currency");
        return;
    }
    struct sale_item *items = arena_array(r->request->arena, n + 1, sizeof *items);
    for (size_t i = 0; i < n; i++)
        if (!read_item(r, json_object_array_get_idx(list, i), i, &event->unit, &items[i]))
            return;
    event->items = items;
    event->n_items = n;
}

static bool read_refund_line(struct door_reader *r, struct json_object *json, size_t no,
                             const struct unit *unit, struct adjustment_line *line)
{
    struct arena *arena = r->request->arena;
    const char *prefix = arena_printf(arena, "items[%zu]", no);
    int64_t quantity = 0;
    bool told = false;
    if (!json_is_object(json)) {
        fault_type(r, prefix, _("Each item is an object with line_id or sku."));
        return false;
    }
    line->line_ref =
        read_text(r, json, "line_id", arena_printf(arena, "%s.line_id", prefix), SALE_LINE_REF_MAX);
    line->sku = read_text(r, json, "sku", arena_printf(arena, "%s.sku", prefix), SALE_SKU_MAX);
    if (line->line_ref.n == 0 && line->sku.n == 0)
        fault_missing(r, arena_printf(arena, "%s.line_id", prefix));
    enum json_field how = json_get_i64(json, "quantity", &quantity);
    if (how == JSON_FIELD_WRONG_TYPE ||
        (how == JSON_FIELD_OK && (quantity < 1 || quantity > 1000000)))
        fault(r, "bad_quantity", arena_printf(arena, "%s.quantity", prefix),
              _("It is not a whole number from 1 on."), _("Send the number of pieces."));
    line->quantity = (uint32_t)quantity;
    line->base =
        read_amount(r, json, "amount", arena_printf(arena, "%s.amount", prefix), unit, &told);
    if (!told)
        line->base = -1;
    return !r->fault.code;
}

bool door_refund_lines(struct door_reader *r, struct adjustment_event *event)
{
    struct json_object *list = json_get(r->json, "items");
    if (!list || r->fault.code)
        return false;
    if (!json_object_is_type(list, json_type_array)) {
        fault_type(r, "items", _("Send a list of objects."));
        return false;
    }
    size_t n = json_object_array_length(list);
    if (n > SALE_ITEMS_MAX)
        fault(r, "too_many_items", "items",
              arena_printf(r->request->arena, _("There are more than %d."), SALE_ITEMS_MAX),
              _("Sum small lines up."));
    struct adjustment_line *lines = arena_array(r->request->arena, n + 1, sizeof *lines);
    for (size_t i = 0; i < n && !r->fault.code; i++)
        if (!read_refund_line(r, json_object_array_get_idx(list, i), i, &event->unit, &lines[i]))
            return false;
    event->lines = lines;
    event->n_lines = n;
    return n > 0;
}

/* The buyer ---------------------------------------------------------------------------------- */

static bool is_country(struct sv code)
{
    for (const char *const *known = uloc_getISOCountries(); *known; known++)
        if (sv_eq_nocase(code, sv_from(*known)))
            return true;
    return false;
}

bool door_find_country(struct arena *arena, struct sv text, struct sv *country)
{
    if (!is_country(text))
        return false;
    char *upper = sv_dup(arena, text);
    for (char *c = upper; *c; c++)
        *c = (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
    *country = sv_from(upper);
    return true;
}

bool door_hash_email(struct sv text, uint8_t hash[HASH_SIZE])
{
    ptrdiff_t at = sv_find(text, '@');
    if (at < 1 || (size_t)at + 1 >= text.n || text.n > SALE_EMAIL_MAX ||
        sv_find(sv_from_index(text, (size_t)at + 1), '@') >= 0 || sv_contains(text, ' '))
        return false;
    keys_hash_email(hash, text);
    return true;
}

bool door_hash_ip(struct arena *arena, struct sv text, uint8_t hash[HASH_SIZE])
{
    struct in6_addr any;
    const char *terminated = sv_dup(arena, text);
    if (inet_pton(AF_INET, terminated, &any) != 1 && inet_pton(AF_INET6, terminated, &any) != 1)
        return false;
    keys_hash_ip(hash, text);
    return true;
}

bool door_take_ip(struct arena *arena, struct sale_event *event, struct sv text)
{
    char country[3];
    event->has_ip = door_hash_ip(arena, text, event->ip_hash);
    if (!event->has_ip || event->country.n > 0)
        return event->has_ip;
    geo_find_country(text, country);
    event->country = sv_copy(arena, sv_from(country));
    return true;
}

static void read_country(struct door_reader *r, struct sale_event *event)
{
    struct sv text = door_text(r, "country", 20, DOOR_OPTIONAL);
    if (text.n > 0 && !door_find_country(r->request->arena, text, &event->country))
        fault(r, "unknown_country", "country", _("It is no ISO 3166 country."),
              _("Send a code of two letters, such as DE."));
}

static void read_email(struct door_reader *r, struct sale_event *event)
{
    struct sv text = sv_trim(door_text(r, "email", 1000, DOOR_OPTIONAL));
    if (text.n == 0)
        return;
    event->has_customer = door_hash_email(text, event->customer_hash);
    if (!event->has_customer)
        fault(r, "bad_email", "email", _("It is not an e-mail address."),
              _("Send the buyer's address, or leave it out. Only a keyed hash of it is kept."));
}

static void read_ip(struct door_reader *r, struct sale_event *event)
{
    struct sv text = door_text(r, "ip", 60, DOOR_OPTIONAL);
    if (text.n == 0)
        return;
    if (!door_take_ip(r->request->arena, event, text))
        fault(r, "bad_ip", "ip", _("It is no IPv4 or IPv6 address."),
              _("Send the buyer's address, or leave it out. Only a keyed hash of it is kept."));
}

void door_customer(struct door_reader *r, struct sale_event *event)
{
    read_email(r, event);
    read_country(r, event);
    read_ip(r, event);
}

void door_time(struct door_reader *r, struct sale_event *event)
{
    event->occurred_us = door_occurred(r);
}

int64_t door_occurred(struct door_reader *r)
{
    struct sv text = SV("");
    int64_t us = 0;
    if (r->fault.code)
        return 0;
    switch (json_get_decimal(r->request->arena, r->json, "occurred_at", &text)) {
    case JSON_FIELD_MISSING:
        return 0;
    case JSON_FIELD_OK:
        if (clock_parse(text, &us) && us > 0)
            return us;
        break;
    case JSON_FIELD_WRONG_TYPE:
        break;
    }
    fault(r, "bad_time", "occurred_at", _("It is no point in time."),
          _("Send RFC 3339, such as 2026-11-21T06:13:05Z, or unix seconds."));
    return 0;
}

void door_read_common(struct door_reader *r, const struct door_names *names,
                      struct sale_event *event)
{
    event->program_pid =
        names->program ? door_program(r, names->program, names->program_need) : (struct uuid){{0}};
    if (names->order)
        event->order_ref = door_text(r, names->order, SALE_ORDER_REF_MAX, DOOR_REQUIRED);
    door_kind(r, event);
    door_click(r, names->click, event);
    sale_event_add_code(event, door_code(r, "code"));
    event->token = door_code(r, "token");
    event->ref = door_code(r, "ref");
    event->campaign = door_code(r, "campaign");
    door_money(r, names->amount, names->currency, event->n_codes > 0, event);
    door_parts(r, event);
    event->subscription = door_text(r, names->subscription ? names->subscription : "subscription",
                                    SALE_SUBSCRIPTION_MAX, DOOR_OPTIONAL);
    door_customer(r, event);
    door_time(r, event);
    door_items(r, event);
}

const char *door_member_name(const struct door_names *names, const char *field)
{
    if (strcmp(field, "amount") == 0)
        return names->amount;
    if (strcmp(field, "currency") == 0)
        return names->currency;
    if (strcmp(field, "program_id") == 0 && names->program)
        return names->program;
    return field;
}

void door_stamp(const struct http_request *request, struct sale_event *event)
{
    event->received_us = request->received_us;
    keys_hash(event->body_mac, KEY_CONTENT_MAC, request->body);
    if (!uuid_parse(sv_from(request->id), &event->request))
        event->request = uuid_v7(clock_wire_us());
}

void door_stamp_adjustment(const struct http_request *request, struct adjustment_event *event)
{
    event->received_us = request->received_us;
    keys_hash(event->body_mac, KEY_CONTENT_MAC, request->body);
    if (!uuid_parse(sv_from(request->id), &event->request))
        event->request = uuid_v7(clock_wire_us());
}

/* Answers ------------------------------------------------------------------------------------ */

void door_refused_as(struct http_request *request, struct http_response *response,
                     const struct conversion_answer *answer, const struct door_names *names)
{
    struct http_problem p = {.status = 422, .what = _("The sale was not recorded.")};
    switch (answer->refusal) {
    case REFUSAL_PROGRAM_UNKNOWN:
        p.status = 403;
        p.code = "program_not_yours";
        p.field = door_member_name(names, "program_id");
        p.why = _("The program does not exist, or belongs to another brand.");
        p.next = _("Copy the id from the program's page, and use a key of the same brand.");
        break;
    case REFUSAL_PROGRAM_DRAFT:
        p.code = "program_draft";
        p.why = _("The program is a draft: it takes test sales alone.");
        p.next = _("Open the program, or send test sales with a test key.");
        break;
    case REFUSAL_NO_PROGRAM:
        p.code = "no_program";
        p.why = _("The sale names no program, link or code, and the brand has no active program.");
        p.next = _("Open a program first.");
        break;
    case REFUSAL_BRAND_INACTIVE:
        p.status = 403;
        p.code = "brand_inactive";
        p.why = _("The brand's account is suspended or closed.");
        p.next = _("Ask the operator.");
        break;
    case REFUSAL_AMOUNT_TOO_LARGE:
        p.code = "amount_too_large";
        p.field = door_member_name(names, "amount");
        p.why = _("The sums that follow from it are larger than any amount Meed keeps.");
        p.next = _("Check the amount.");
        break;
    }
    http_problem(request, response, &p);
}

void door_refused(struct http_request *request, struct http_response *response,
                  const struct conversion_answer *answer)
{
    static const struct door_names plain = {
        .program = "program_id", .amount = "amount", .currency = "currency"};
    door_refused_as(request, response, answer, &plain);
}

void door_adjustment_refused(struct http_request *request, struct http_response *response,
                             const struct adjustment_answer *answer)
{
    struct http_problem p = {.status = 422, .what = _("The refund was not recorded.")};
    switch (answer->refusal) {
    case ADJUSTMENT_REFUSED_PROGRAM:
        p.status = 403;
        p.code = "program_not_yours";
        p.field = "program_id";
        p.why = _("The program does not exist, or belongs to another brand.");
        p.next = _("Copy the id from the program's page, and use a key of the same brand.");
        break;
    case ADJUSTMENT_REFUSED_CURRENCY:
        p.code = "other_currency";
        p.field = "currency";
        p.why = _("The sale is in another currency.");
        p.next = _("Send the amount in the sale's own currency.");
        break;
    case ADJUSTMENT_REFUSED_BRAND:
        p.status = 403;
        p.code = "brand_inactive";
        p.why = _("The brand's account is suspended or closed.");
        p.next = _("Ask the operator.");
        break;
    case ADJUSTMENT_REFUSED_AMBIGUOUS:
        p.code = "ambiguous_order";
        p.field = "program_id";
        p.why = _("Sales of several programs have this number.");
        p.next = _("Name the program.");
        break;
    }
    http_problem(request, response, &p);
}

void door_conflict(struct http_request *request, struct http_response *response,
                   const struct conversion_answer *answer, const struct door_names *names)
{
    const char *field = door_member_name(names, answer->field);
    http_problem(request, response,
                 &(struct http_problem){
                     .status = 409,
                     .code = "conflict",
                     .field = field,
                     .what = _("This order is recorded with other content. What is stored stands."),
                     .why = arena_printf(request->arena, _("%s differs from conversion %s."), field,
                                         uuid_text(request->arena, answer->pid)),
                     .next = arena_printf(request->arena,
                                          _("Use the refund endpoint to correct an amount, or "
                                            "another %s for another order."),
                                          names->order),
                 });
}

DB_SQL(door_put_refusal,
       "INSERT INTO door_refusal (brand, door, code, field, at_us) VALUES (?, ?, ?, ?, ?)"
       " ON DUPLICATE KEY UPDATE code = VALUES(code), field = VALUES(field),"
       " at_us = VALUES(at_us)");

void door_note_refusal(struct http_request *request, const struct http_response *response,
                       uint64_t brand, enum sale_door door)
{
    bool is_refusal = response->problem_code && response->status < 500 && response->status != 429;
    struct sv field = sv_sub(sv_from(response->problem_field), 0, REFUSED_FIELD_MAX);
    /* The answer stands, whether or not this is kept; a failure is in the log. */
    if (is_refusal && db_exec(request->db, &door_put_refusal,
                              DB_ARGS(db_u64(brand), db_cstr(sale_door_text(door)),
                                      db_cstr(response->problem_code), db_text(field),
                                      db_i64(request->received_us)),
                              NULL) != DB_OK)
        log_line(LOG_WARN, "refusal_not_kept", LOG_U64("brand", brand));
}

void door_unavailable(struct http_request *request, struct http_response *response)
{
    http_problem(request, response,
                 &(struct http_problem){
                     .status = 503,
                     .code = "unavailable",
                     .what = _("Meed can't say just now that the sale is recorded."),
                     .why = _("A part it needs is busy or away."),
                     .next = _("Send the same sale again in a few seconds: an order counts once, "
                               "however often it is sent."),
                 });
    http_set_header(response, "Retry-After", SV("2"));
}

void door_put_money(struct http_request *request, struct buf *b, const char *name, int64_t minor,
                    const struct unit *unit)
{
    buf_printf(b, ",\"%s\":\"%s\"", name,
               money_format_major(request->arena, minor, unit->exponent));
}

void door_put_created(struct http_request *request, struct buf *b, const struct sale_event *event,
                      const struct conversion_answer *a)
{
    buf_printf(b, "\"conversion_id\":\"%s\",\"order_id\":", uuid_text(request->arena, a->pid));
    json_put_string(b, event->order_ref);
    buf_printf(b, ",\"event\":\"%s\",\"status\":\"" SV_FMT "\",\"attribution\":\"%s\"",
               sale_kind_text(event->kind), SV_ARG(a->status), door_credit_text(a->credit));
    buf_printf(b, ",\"method\":\"%s\",\"reason\":\"" SV_FMT "\",\"mode\":\"%s\"",
               attribution_method_text(a->method), SV_ARG(a->reason),
               event->test_mode ? "test" : "live");
    if (event->unit.code[0] != '\0') {
        door_put_money(request, b, "amount", event->amount, &event->unit);
        buf_printf(b, ",\"currency\":\"%s\"", event->unit.code);
    }
    door_put_money(request, b, "commission", a->commission, &a->unit);
    buf_printf(b, ",\"commission_currency\":\"%s\"", a->unit.code);
}

const char *door_credit_text(enum conversion_credit credit)
{
    switch (credit) {
    case CREDIT_ATTRIBUTED:
        return "attributed";
    case CREDIT_UNATTRIBUTED:
        return "unattributed";
    case CREDIT_AWAITING:
        return "awaiting";
    }
    UNREACHABLE();
}
