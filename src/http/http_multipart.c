#include <string.h>

#include "http/http_multipart.h"

enum { BOUNDARY_MAX = 70 /* RFC 2046, section 5.1.1 */, HEADERS_MAX = 4096 };

bool http_multipart_is(struct sv content_type)
{
    return sv_eq_nocase(sv_trim(sv_cut(&content_type, ';')), SV("multipart/form-data"));
}

static ptrdiff_t find(struct sv text, struct sv what)
{
    const char *at = text.n > 0 ? memmem(text.p, text.n, what.p, what.n) : NULL;
    return at ? at - text.p : -1;
}

/* The part before `what`; *rest is left with what is behind it. False when it isn't there. */
static bool cut_at(struct sv *rest, struct sv what, struct sv *before)
{
    ptrdiff_t at = find(*rest, what);
    if (at < 0)
        return false;
    *before = sv_sub(*rest, 0, (size_t)at);
    *rest = sv_from_index(*rest, (size_t)at + what.n);
    return true;
}

/* The next `name=value` or `name="value"` of a header; false at its end or at a fault. */
static bool next_attribute(struct sv *rest, struct sv *name, struct sv *value)
{
    *rest = sv_trim(*rest);
    if (rest->n == 0)
        return false;
    ptrdiff_t equals = sv_find(*rest, '=');
    if (equals < 0)
        return false;
    *name = sv_trim(sv_sub(*rest, 0, (size_t)equals));
    *rest = sv_from_index(*rest, (size_t)equals + 1);
    if (!sv_starts(*rest, SV("\""))) {
        *value = sv_trim(sv_cut(rest, ';'));
        return true;
    }
    *rest = sv_from_index(*rest, 1);
    if (!cut_at(rest, SV("\""), value))
        return false;
    (void)sv_cut(rest, ';');
    return true;
}

static bool find_boundary(struct sv content_type, struct sv *boundary)
{
    struct sv name, value;
    (void)sv_cut(&content_type, ';');
    while (next_attribute(&content_type, &name, &value)) {
        if (!sv_eq_nocase(name, SV("boundary")))
            continue;
        *boundary = value;
        return value.n > 0 && value.n <= BOUNDARY_MAX;
    }
    return false;
}

/* What browsers escape in a quoted name: %0D, %0A and %22 (WHATWG HTML, section 4.10.21.8). */
static struct sv unescape_name(struct arena *arena, struct sv text)
{
    char *bytes = arena_alloc(arena, text.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        struct sv escape = sv_sub(text, i, 3);
        char c = text.p[i];
        if (sv_eq(escape, SV("%22")) || sv_eq(escape, SV("%0D")) || sv_eq(escape, SV("%0A"))) {
            c = escape.p[1] == '2' ? '"' : escape.p[2] == 'D' ? '\r' : '\n';
            i += 2;
        }
        bytes[n++] = c;
    }
    return sv_of(bytes, n);
}

struct part {
    struct sv name, filename, type, content;
    bool is_file;
};

static bool read_disposition(struct arena *arena, struct sv value, struct part *part)
{
    struct sv name, text;
    bool named = false;
    if (!sv_eq_nocase(sv_trim(sv_cut(&value, ';')), SV("form-data")))
        return false;
    while (next_attribute(&value, &name, &text)) {
        if (sv_eq_nocase(name, SV("name"))) {
            part->name = unescape_name(arena, text);
            named = true;
        } else if (sv_eq_nocase(name, SV("filename"))) {
            part->filename = unescape_name(arena, text);
            part->is_file = true;
        }
    }
    return named;
}

static bool read_headers(struct arena *arena, struct sv headers, struct part *part)
{
    bool named = false;
    while (headers.n > 0) {
        struct sv line;
        if (!cut_at(&headers, SV("\r\n"), &line)) {
            line = headers;
            headers = SV_NONE;
        }
        struct sv name = sv_trim(sv_cut(&line, ':'));
        if (sv_eq_nocase(name, SV("Content-Disposition")))
            named = read_disposition(arena, line, part);
        else if (sv_eq_nocase(name, SV("Content-Type")))
            part->type = sv_trim(line);
    }
    return named;
}

/*
 * Moves *rest, which begins behind a delimiter, behind the next one. *is_last: that delimiter was
 * the closing one, and there is no part.
 */
static bool read_part(struct arena *arena, struct sv *rest, struct sv delimiter, struct part *part,
                      bool *is_last)
{
    struct sv padding, headers = SV_NONE;
    *part = (struct part){0};
    *is_last = sv_starts(*rest, SV("--"));
    if (*is_last)
        return true;
    if (!cut_at(rest, SV("\r\n"), &padding) || sv_trim(padding).n > 0)
        return false;
    if (sv_starts(*rest, SV("\r\n")) || !cut_at(rest, SV("\r\n\r\n"), &headers) ||
        headers.n > HEADERS_MAX || !read_headers(arena, headers, part))
        return false;
    return cut_at(rest, delimiter, &part->content);
}

static enum http_parse add_part(const struct part *part, struct http_multipart *out)
{
    if (out->params_count + out->files_count == HTTP_PARAMS_MAX)
        return HTTP_PARSE_TOO_MANY;
    if (!sv_is_utf8(part->name) || !sv_is_utf8(part->filename) || !sv_is_utf8(part->type))
        return HTTP_PARSE_NOT_UTF8;
    if (part->is_file) {
        out->files[out->files_count++] = (struct http_file){.name = part->name,
                                                            .filename = part->filename,
                                                            .type = part->type,
                                                            .content = part->content};
        return HTTP_PARSE_OK;
    }
    if (!sv_is_utf8(part->content))
        return HTTP_PARSE_NOT_UTF8;
    out->params[out->params_count++] = (struct http_param){part->name, part->content};
    return HTTP_PARSE_OK;
}

static enum http_parse read_parts(struct arena *arena, struct sv rest, struct sv delimiter,
                                  struct http_multipart *out)
{
    for (;;) {
        struct part part;
        bool is_last;
        if (!read_part(arena, &rest, delimiter, &part, &is_last))
            return HTTP_PARSE_BAD_PARTS;
        if (is_last)
            return HTTP_PARSE_OK;
        enum http_parse added = add_part(&part, out);
        if (added != HTTP_PARSE_OK)
            return added;
    }
}

enum http_parse http_multipart_parse(struct arena *arena, struct sv content_type, struct sv body,
                                     struct http_multipart *out)
{
    struct sv boundary, preamble;
    *out = (struct http_multipart){0};
    if (!find_boundary(content_type, &boundary))
        return HTTP_PARSE_BAD_PARTS;
    struct sv delimiter = sv_from(arena_printf(arena, "\r\n--" SV_FMT, SV_ARG(boundary)));
    struct sv first =
        sv_from_index(delimiter, 2); /* at the start of the body, no line is before it */
    if (sv_starts(body, first))
        body = sv_from_index(body, first.n);
    else if (!cut_at(&body, delimiter, &preamble))
        return HTTP_PARSE_BAD_PARTS;
    struct http_multipart read = {
        .params = arena_array(arena, HTTP_PARAMS_MAX, sizeof *read.params),
        .files = arena_array(arena, HTTP_PARAMS_MAX, sizeof *read.files),
    };
    enum http_parse parsed = read_parts(arena, body, delimiter, &read);
    if (parsed == HTTP_PARSE_OK)
        *out = read;
    return parsed;
}
