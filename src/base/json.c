/*
 * json-c in its strict mode still takes NaN, Infinity and "1.", and bends a whole
 * number that 64 bits can't hold to the nearest that they can: two order ids could
 * become one. So every literal is looked at here first, and json-c builds the tree
 * of what has passed. Of two members of one name it would keep the last, unsaid; but
 * each member has one colon outside of strings, so a tree with fewer members than
 * the text has colons tells that it lost one.
 */
#include <json-c/json.h>

#include "base/json.h"

enum { DEPTH_MAX = 32 };

static const char *fault_at(struct arena *arena, size_t byte, const char *what)
{
    return arena_printf(arena, "%s at byte %zu", what, byte);
}

/* The code unit of "\\uXXXX" at the byte, or 0: json-c refuses what is no escape. */
static unsigned escaped_unit(struct sv text, size_t at)
{
    uint8_t bytes[2];

    if (!sv_eq(sv_sub(text, at, 2), SV("\\u")) ||
        !hex_decode(bytes, sizeof(bytes), sv_sub(text, at + 2, 4)))
        return 0;
    return (unsigned)bytes[0] << 8 | bytes[1];
}

static bool is_high_surrogate(unsigned unit)
{
    return unit >= 0xd800 && unit < 0xdc00;
}

static bool is_low_surrogate(unsigned unit)
{
    return unit >= 0xdc00 && unit < 0xe000;
}

/*
 * Moves *at behind the string that starts there; json-c checks the rest of its form. It would put
 * U+FFFD for half a surrogate pair: two order ids could become one.
 */
static const char *scan_string(struct sv text, size_t *at)
{
    for (size_t i = *at + 1; i < text.n; i++) {
        if (text.p[i] == '"') {
            *at = i + 1;
            return NULL;
        }
        if ((unsigned char)text.p[i] < 0x20)
            return "an unescaped control character in a string";
        if (text.p[i] != '\\')
            continue;
        if (sv_eq(sv_sub(text, i + 1, 5), SV("u0000")))
            return "the character U+0000 in a string";
        unsigned unit = escaped_unit(text, i);
        if (is_low_surrogate(unit) ||
            (is_high_surrogate(unit) && !is_low_surrogate(escaped_unit(text, i + 6))))
            return "half a surrogate pair in a string";
        i += is_high_surrogate(unit) ? 11 : 1;
    }
    return "a string without its end";
}

static bool is_literal_char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '+' || c == '.';
}

static struct sv skip_digits(struct sv s)
{
    while (s.n > 0 && s.p[0] >= '0' && s.p[0] <= '9')
        s = sv_of(s.p + 1, s.n - 1);
    return s;
}

/* RFC 8259, section 6: [-] int [frac] [exp] */
static bool is_number(struct sv s)
{
    struct sv rest;

    if (sv_starts(s, SV("-")))
        s = sv_from_index(s, 1);
    rest = skip_digits(s);
    if (rest.n == s.n || (s.p[0] == '0' && s.n - rest.n > 1))
        return false;
    if (sv_starts(rest, SV("."))) {
        s = sv_from_index(rest, 1);
        rest = skip_digits(s);
        if (rest.n == s.n)
            return false;
    }
    if (sv_starts(rest, SV("e")) || sv_starts(rest, SV("E"))) {
        s = sv_from_index(rest, 1);
        if (sv_starts(s, SV("+")) || sv_starts(s, SV("-")))
            s = sv_from_index(s, 1);
        rest = skip_digits(s);
        if (rest.n == s.n)
            return false;
    }
    return rest.n == 0;
}

static const char *scan_literal(struct sv text, size_t *at)
{
    size_t end = *at;
    struct sv literal;
    int64_t whole;

    while (end < text.n && is_literal_char(text.p[end]))
        end++;
    literal = sv_sub(text, *at, end - *at);
    if (sv_eq(literal, SV("true")) || sv_eq(literal, SV("false")) || sv_eq(literal, SV("null"))) {
        *at = end;
        return NULL;
    }
    if (literal.p[0] != '-' && (literal.p[0] < '0' || literal.p[0] > '9'))
        return "a word that is not true, false or null";
    if (!is_number(literal))
        return "a malformed number";
    if (!sv_contains(literal, '.') && !sv_contains(literal, 'e') && !sv_contains(literal, 'E') &&
        !sv_to_i64(literal, &whole))
        return "a whole number beyond 64 bits (send it as a string)";
    *at = end;
    return NULL;
}

/* NULL when all literals are ones that the tree can hold unchanged. Counts the members. */
static const char *scan(struct arena *arena, struct sv text, size_t *members)
{
    size_t at = 0;

    *members = 0;
    while (at < text.n) {
        const char *fault = NULL;

        *members += text.p[at] == ':';

        if (text.p[at] == '"')
            fault = scan_string(text, &at);
        else if (is_literal_char(text.p[at]))
            fault = scan_literal(text, &at);
        else
            at++;
        if (fault != NULL)
            return fault_at(arena, at, fault);
    }
    return NULL;
}

/* How many members all objects of the tree have. As deep as the tree: DEPTH_MAX. */
static size_t count_members(struct json_object *json)
{
    size_t n = 0;

    if (json_object_is_type(json, json_type_object)) {
        json_object_object_foreach(json, name, member)
        {
            (void)name;
            n += 1 + count_members(member);
        }
    } else if (json_object_is_type(json, json_type_array)) {
        for (size_t i = 0; i < json_object_array_length(json); i++)
            n += count_members(json_object_array_get_idx(json, i));
    }
    return n;
}

static struct json_object *build_tree(struct arena *arena, struct sv text, const char **why)
{
    struct json_tokener *tokener;
    struct json_object *json;
    enum json_tokener_error error;

    tokener = json_tokener_new_ex(DEPTH_MAX);
    CHECK(tokener != NULL);
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    json = json_tokener_parse_ex(tokener, text.p, (int)text.n);
    error = json_tokener_get_error(tokener);
    if (error == json_tokener_continue) { /* a lone number ends with the text */
        json = json_tokener_parse_ex(tokener, "", 1);
        error = json_tokener_get_error(tokener);
    }
    if (error != json_tokener_success) {
        *why = fault_at(arena, json_tokener_get_parse_end(tokener),
                        error == json_tokener_continue ? "the text ends too early"
                                                       : json_tokener_error_desc(error));
        json_object_put(json);
        json = NULL;
    } else if (json == NULL) { /* the value null: json-c has no object for it */
        *why = "the text is null";
    }
    json_tokener_free(tokener);
    return json;
}

struct json_object *json_parse(struct arena *arena, struct sv text, const char **why)
{
    struct json_object *json;
    size_t members;

    if (!sv_is_utf8(text)) {
        *why = "the text is not UTF-8";
        return NULL;
    }
    if (text.n == 0 || text.n > INT32_MAX) {
        *why = text.n == 0 ? "the text is empty" : "the text is too long";
        return NULL;
    }
    if ((*why = scan(arena, text, &members)) != NULL)
        return NULL;
    json = build_tree(arena, text, why);
    if (json != NULL && count_members(json) != members) {
        *why = "an object names one of its members twice";
        json_object_put(json);
        return NULL;
    }
    return json;
}

void json_free(struct json_object *json)
{
    json_object_put(json);
}

bool json_is_object(const struct json_object *json)
{
    return json_object_is_type(json, json_type_object);
}

struct json_object *json_get(struct json_object *object, const char *name)
{
    struct json_object *member = NULL;

    if (!json_is_object(object))
        return NULL;
    json_object_object_get_ex(object, name, &member);
    return member;
}

enum json_field json_get_string(struct arena *arena, struct json_object *object, const char *name,
                                struct sv *out)
{
    struct json_object *member = json_get(object, name);

    if (member == NULL)
        return JSON_FIELD_MISSING;
    if (!json_object_is_type(member, json_type_string))
        return JSON_FIELD_WRONG_TYPE;
    *out = sv_copy(
        arena, sv_of(json_object_get_string(member), (size_t)json_object_get_string_len(member)));
    return JSON_FIELD_OK;
}

enum json_field json_get_decimal(struct arena *arena, struct json_object *object, const char *name,
                                 struct sv *out)
{
    struct json_object *member = json_get(object, name);

    switch (json_object_get_type(member)) {
    case json_type_null:
        return JSON_FIELD_MISSING;
    case json_type_string:
        return json_get_string(arena, object, name, out);
    case json_type_int:
    case json_type_double: /* json-c keeps the text it was read from */
        *out = sv_copy(arena, sv_from(json_object_get_string(member)));
        return JSON_FIELD_OK;
    case json_type_boolean:
    case json_type_object:
    case json_type_array:
        return JSON_FIELD_WRONG_TYPE;
    }
    UNREACHABLE();
}

enum json_field json_get_bool(struct json_object *object, const char *name, bool *out)
{
    struct json_object *member = json_get(object, name);

    if (member == NULL)
        return JSON_FIELD_MISSING;
    if (!json_object_is_type(member, json_type_boolean))
        return JSON_FIELD_WRONG_TYPE;
    *out = json_object_get_boolean(member);
    return JSON_FIELD_OK;
}

enum json_field json_get_i64(struct json_object *object, const char *name, int64_t *out)
{
    struct json_object *member = json_get(object, name);

    if (member == NULL)
        return JSON_FIELD_MISSING;
    if (!json_object_is_type(member, json_type_int))
        return JSON_FIELD_WRONG_TYPE;
    *out = json_object_get_int64(member);
    return JSON_FIELD_OK;
}

void json_put_string(struct buf *b, struct sv s)
{
    size_t plain = 0; /* start of the run that needs no escape */

    buf_putc(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];

        /* '<' too, so that a value can stand in a page's data block */
        if (c >= 0x20 && c != '"' && c != '\\' && c != '<' && c != 0x7f)
            continue;
        buf_put(b, sv_sub(s, plain, i - plain));
        plain = i + 1;
        if (c == '"' || c == '\\')
            buf_printf(b, "\\%c", c);
        else if (c == '\n')
            buf_puts(b, "\\n");
        else
            buf_printf(b, "\\u%04x", (unsigned)c);
    }
    buf_put(b, sv_from_index(s, plain));
    buf_putc(b, '"');
}
