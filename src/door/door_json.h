/*
 * Reading what a shop or a payment provider sends: bodies of many hundred members, of which a few
 * matter, and any of which may be missing or null.
 *
 * Pure: no request, no key, no database. What names the sale and its money is read exactly or not
 * at all; the rest is left out when it can't be used, since a customer's odd address must not cost
 * the brand its sale. Texts are the arena's.
 */
#ifndef MEED_DOOR_DOOR_JSON_H
#define MEED_DOOR_DOOR_JSON_H

#include "conversion/sale_event.h"

struct json_object;

enum { DOOR_JSON_URL_MAX = 8 * 1024, DOOR_JSON_IP_MAX = 60 };

/* Why an event can't be read. Codes as the other doors' problems have them. */
struct door_fault {
    const char *code; /* "missing_field"; NULL: none */
    const char *field;
};

/* False, with the fault filled in: for `return`. */
MUST_USE bool door_json_fault(struct door_fault *fault, const char *code, const char *field);

/* A string, trimmed; empty when it is missing, longer than `max` bytes or has control characters.
 */
struct sv door_json_text(struct arena *arena, struct json_object *object, const char *name,
                         size_t max);
/* The same, cut to `max` bytes between two characters. */
struct sv door_json_text_cut(struct arena *arena, struct json_object *object, const char *name,
                             size_t max);
/* A whole number or a string without blanks, as it was written: ids pass 2^53. Else empty. */
struct sv door_json_id(struct arena *arena, struct json_object *object, const char *name);
struct sv door_json_id_of(struct arena *arena, struct json_object *value);
/* A string, or a number's own text: what people enter as attributes. Else empty. */
struct sv door_json_value(struct arena *arena, struct json_object *object, const char *name,
                          size_t max);
/* RFC 3339, or without a zone as UTC; 0 when it is neither. */
int64_t door_json_time(struct arena *arena, struct json_object *object, const char *name);
/* An ISO 3166-1 code in upper case; else empty. */
struct sv door_json_country(struct arena *arena, struct json_object *object, const char *name);
/* At least 0, at most `max`; false when it is no whole number. */
MUST_USE bool door_json_count(struct json_object *object, const char *name, uint32_t max,
                              uint32_t *out);

/* An ISO 4217 code in either case. */
MUST_USE bool door_json_unit(struct arena *arena, struct json_object *object, const char *name,
                             struct unit *unit);
/* Major units, a number or a string. False when it is missing. */
MUST_USE bool door_json_amount(struct arena *arena, struct json_object *object, const char *name,
                               const struct unit *unit, int64_t *minor);
/* The same, needed: false with a fault that says what is wrong. */
MUST_USE bool door_json_need_amount(struct arena *arena, struct json_object *object,
                                    const char *name, const struct unit *unit, int64_t *minor,
                                    struct door_fault *fault);

/* The member's list; NULL with *n 0 when there is none. At most `max` of it are told of. */
struct json_object *door_json_list(struct json_object *object, const char *name, size_t max,
                                   size_t *n);
struct json_object *door_json_at(struct json_object *list, size_t i);

/* A discount code, in upper case as codes are kept; sale_event_add_code(). */
void door_json_add_code(struct arena *arena, struct sale_event *event, struct sv code);

/*
 * A name and value that a link brought, and that the shop carried along: in a landing page's query,
 * in a cart's attributes. Underscores in front (which hide an attribute from the customer) and case
 * don't count. The first of each kind stands; a click id that is none gives way to one that is.
 *
 *   meed_click, pcps_click, click_id   the click
 *   meed_token                         a short link's token
 *   meed_ref, ref                      a partner's ref; a UUID is a click
 *   meed_campaign                      a campaign's code
 */
void door_json_hint(struct sale_event *event, struct sv name, struct sv value);
/* Those of an address, absolute or relative: its query string. */
void door_json_hints_of_url(struct arena *arena, struct sale_event *event, struct sv url);

#endif
