#include "http/http_parse.h"

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

enum http_parse http_parse_escaped(struct arena *arena, struct sv text, bool plus_is_blank,
                                   struct sv *out)
{
    char *bytes = arena_alloc(arena, text.n + 1);
    size_t n = 0;

    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '%') {
            if (text.n - i < 3)
                return HTTP_PARSE_BAD_ESCAPE;
            int high = hex_value(text.p[i + 1]), low = hex_value(text.p[i + 2]);
            if (high < 0 || low < 0)
                return HTTP_PARSE_BAD_ESCAPE;
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus_is_blank) {
            c = ' ';
        }
        bytes[n++] = c;
    }
    *out = sv_of(bytes, n);
    return sv_is_utf8(*out) ? HTTP_PARSE_OK : HTTP_PARSE_NOT_UTF8;
}

static size_t count_pieces(struct sv text)
{
    size_t pieces = 0;

    while (text.n > 0)
        pieces += sv_cut(&text, '&').n > 0;
    return pieces;
}

static enum http_parse parse_piece(struct arena *arena, struct sv piece, struct http_param *param)
{
    struct sv name = sv_cut(&piece, '=');
    enum http_parse parsed = http_parse_escaped(arena, name, true, &param->name);

    if (parsed == HTTP_PARSE_OK)
        parsed = http_parse_escaped(arena, piece, true, &param->value);
    return parsed;
}

enum http_parse http_parse_params(struct arena *arena, struct sv text, enum http_parse_mode mode,
                                  struct http_param **params, size_t *count)
{
    size_t pieces = count_pieces(text);

    *params = NULL;
    *count = 0;
    if (pieces > HTTP_PARAMS_MAX) {
        if (mode == HTTP_PARSE_STRICT)
            return HTTP_PARSE_TOO_MANY;
        pieces = HTTP_PARAMS_MAX;
    }
    if (pieces == 0)
        return HTTP_PARSE_OK;

    *params = arena_array(arena, pieces, sizeof **params);
    while (text.n > 0 && *count < pieces) {
        struct sv piece = sv_cut(&text, '&');
        if (piece.n == 0)
            continue;
        enum http_parse parsed = parse_piece(arena, piece, &(*params)[*count]);
        if (parsed == HTTP_PARSE_OK)
            (*count)++;
        else if (mode == HTTP_PARSE_STRICT)
            return parsed;
    }
    return HTTP_PARSE_OK;
}

struct sv http_parse_cookie(struct sv cookie_header, struct sv name)
{
    while (cookie_header.n > 0) {
        struct sv value = sv_trim(sv_cut(&cookie_header, ';'));
        struct sv found = sv_trim(sv_cut(&value, '='));
        if (!sv_eq(found, name))
            continue;
        value = sv_trim(value);
        if (value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"')
            value = sv_sub(value, 1, value.n - 2);
        return value;
    }
    return SV_NONE;
}

void http_parse_target(struct sv target, struct sv *path, struct sv *query)
{
    struct sv rest = target;

    if (sv_starts(rest, SV("http://")) || sv_starts(rest, SV("https://"))) {
        rest = sv_from_index(rest, (size_t)sv_find(rest, ':') + 3);
        ptrdiff_t slash = sv_find(rest, '/');
        rest = slash < 0 ? SV("/") : sv_from_index(rest, (size_t)slash);
    }
    *path = sv_cut(&rest, '?');
    *query = rest;
}

static struct sv strip_weak(struct sv etag)
{
    return sv_starts(etag, SV("W/")) ? sv_from_index(etag, 2) : etag;
}

bool http_parse_etag_listed(struct sv if_none_match, struct sv etag)
{
    while (if_none_match.n > 0) {
        struct sv one = sv_trim(sv_cut(&if_none_match, ','));
        if (sv_eq_cstr(one, "*") || sv_eq(strip_weak(one), strip_weak(etag)))
            return true;
    }
    return false;
}
