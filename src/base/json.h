/*
 * JSON in and out, over json-c.
 *
 * Reading is strict: one value, UTF-8, no trailing bytes, depth ≤ 32, no NaN,
 * no member twice in one object (RFC 8259, section 4, leaves open which counts).
 * Numbers keep their text, so that money is parsed as a decimal and never as a double.
 * The tree belongs to the caller: json_free().
 */
#ifndef MEED_BASE_JSON_H
#define MEED_BASE_JSON_H

#include "base/buf.h"

struct json_object; /* json-c's */

enum json_field { JSON_FIELD_OK, JSON_FIELD_MISSING, JSON_FIELD_WRONG_TYPE };

/* NULL on bad JSON; *why then names what and at which byte. */
struct json_object *json_parse(struct arena *arena, struct sv text, const char **why);
void json_free(struct json_object *json);
bool json_is_object(const struct json_object *json);

/* null counts as missing. Views live as long as the arena. */
MUST_USE enum json_field json_get_string(struct arena *arena, struct json_object *object,
                                         const char *name, struct sv *out);
/* A JSON number or a string: its decimal text, unchanged ("129.90", "1e3"). */
MUST_USE enum json_field json_get_decimal(struct arena *arena, struct json_object *object,
                                          const char *name, struct sv *out);
MUST_USE enum json_field json_get_bool(struct json_object *object, const char *name, bool *out);
MUST_USE enum json_field json_get_i64(struct json_object *object, const char *name, int64_t *out);
/* The member itself (borrowed), NULL when missing or null. */
struct json_object *json_get(struct json_object *object, const char *name);

/* Writing: straight into a builder, commas by the caller's structure. */
void json_put_string(struct buf *b, struct sv s); /* quoted and escaped */

#endif
