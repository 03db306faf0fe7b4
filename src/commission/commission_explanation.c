/* The explanation of a commission, to and from its stored JSON. */
#include <json-c/json.h>

#include "base/json.h"
#include "commission/commission.h"

enum { EXPLANATION_MAX = 4096 };

static void put_line(struct buf *b, const struct commission_line *line)
{
    buf_printf(b, "{\"code\":\"%s\",\"amount\":%" PRId64, commission_line_text(line->code),
               line->amount);
    if (line->code == COMMISSION_LINE_PERCENT || line->code == COMMISSION_LINE_FLAT)
        buf_printf(b, ",\"rule\":\"%s\"", commission_rule_text(line->rule));
    if (line->rate_bp != 0)
        buf_printf(b, ",\"rate_bp\":%" PRId32, line->rate_bp);
    if (line->limit != 0)
        buf_printf(b, ",\"limit\":%" PRId64, line->limit);
    buf_putc(b, '}');
}

struct sv commission_explanation_write(struct arena *arena, const struct commission_result *result,
                                       uint32_t own_no)
{
    struct buf b = buf_new(arena, EXPLANATION_MAX);
    buf_printf(&b, "{\"own_no\":%" PRIu32 ",\"unit\":", own_no);
    json_put_string(&b, sv_from(result->unit.code));
    buf_printf(&b, ",\"exponent\":%d,\"lines\":[", result->unit.exponent);
    for (unsigned i = 0; i < result->n_lines; i++) {
        if (i > 0)
            buf_putc(&b, ',');
        put_line(&b, &result->lines[i]);
    }
    buf_puts(&b, "]}");
    CHECK(!b.overflow);
    return buf_sv(&b);
}

static bool find_code(struct sv text, enum commission_line_code *out)
{
    for (unsigned i = 0; i < COMMISSION_LINE_COUNT; i++) {
        if (!sv_eq_cstr(text, commission_line_text((enum commission_line_code)i)))
            continue;
        *out = (enum commission_line_code)i;
        return true;
    }
    return false;
}

static bool read_line(struct arena *arena, struct json_object *json, struct commission_line *line)
{
    struct sv text;
    int64_t rate_bp = 0;
    *line = (struct commission_line){0};
    if (json_get_string(arena, json, "code", &text) != JSON_FIELD_OK ||
        !find_code(text, &line->code) ||
        json_get_i64(json, "amount", &line->amount) != JSON_FIELD_OK)
        return false;
    if (json_get_string(arena, json, "rule", &text) == JSON_FIELD_OK &&
        !commission_rule_find(text, &line->rule))
        return false;
    if (json_get_i64(json, "rate_bp", &rate_bp) == JSON_FIELD_WRONG_TYPE ||
        json_get_i64(json, "limit", &line->limit) == JSON_FIELD_WRONG_TYPE)
        return false;
    line->rate_bp = (int32_t)rate_bp;
    return true;
}

static bool read_unit(struct arena *arena, struct json_object *json, struct unit *unit)
{
    struct sv code;
    int64_t exponent;
    if (json_get_string(arena, json, "unit", &code) != JSON_FIELD_OK ||
        json_get_i64(json, "exponent", &exponent) != JSON_FIELD_OK || code.n >= UNIT_CODE_SIZE ||
        exponent < 0 || exponent > 4)
        return false;
    *unit = (struct unit){.exponent = (uint8_t)exponent};
    memcpy(unit->code, code.p, code.n);
    return true;
}

static bool read_lines(struct arena *arena, struct json_object *lines,
                       struct commission_explanation *out)
{
    if (!lines || !json_object_is_type(lines, json_type_array))
        return false;
    size_t n = json_object_array_length(lines);
    if (n > COMMISSION_LINES_MAX)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!read_line(arena, json_object_array_get_idx(lines, i), &out->lines[i]))
            return false;
    out->n_lines = (unsigned)n;
    return true;
}

bool commission_explanation_read(struct arena *arena, struct sv text,
                                 struct commission_explanation *out)
{
    const char *why;
    int64_t own_no = 0;
    *out = (struct commission_explanation){0};
    struct json_object *json = json_parse(arena, text, &why);
    if (!json)
        return false;
    bool ok = json_is_object(json) && json_get_i64(json, "own_no", &own_no) == JSON_FIELD_OK &&
              own_no >= 0 && own_no <= UINT32_MAX && read_unit(arena, json, &out->unit) &&
              read_lines(arena, json_get(json, "lines"), out);
    out->own_no = (uint32_t)own_no;
    json_free(json);
    return ok;
}
