#include <sodium.h>

#include "http/http.h"
#include "http/http_parse.h"

enum { ETAG_BYTES = 16 };

void http_set_header(struct http_response *response, const char *name, struct sv value)
{
    for (size_t i = 0; i < value.n; i++)
        CHECK(value.p[i] != '\r' && value.p[i] != '\n' && value.p[i] != '\0');
    for (size_t i = 0; i < response->headers_count; i++) {
        if (sv_eq_nocase(response->headers[i].name, sv_from(name))) {
            response->headers[i].value = sv_copy(response->arena, value);
            return;
        }
    }
    CHECK(response->headers_count < HTTP_HEADERS_MAX);
    response->headers[response->headers_count++] =
        (struct http_param){sv_from(name), sv_copy(response->arena, value)};
}

void http_set_cookie(struct http_response *response, struct sv set_cookie)
{
    CHECK(response->cookies_count < HTTP_COOKIES_MAX);
    CHECK(!sv_contains(set_cookie, '\r') && !sv_contains(set_cookie, '\n'));
    response->cookies[response->cookies_count++] = sv_copy(response->arena, set_cookie);
}

static void answer(struct http_response *response, int status, const char *type, struct sv body)
{
    response->status = status;
    response->content_type = type;
    response->body = body;
    response->stream = NULL;
}

void http_html(struct http_response *response, int status, struct sv body)
{
    answer(response, status, "text/html; charset=utf-8", body);
}

void http_json(struct http_response *response, int status, struct sv body)
{
    answer(response, status, "application/json", body);
}

void http_text(struct http_response *response, int status, struct sv body)
{
    answer(response, status, "text/plain; charset=utf-8", body);
}

void http_no_content(struct http_response *response)
{
    answer(response, 204, NULL, SV_NONE);
}

/* Control characters in a Location would end the header: they are escaped, all else is kept. */
void http_redirect(struct http_response *response, int status, struct sv location)
{
    struct buf clean = buf_new(response->arena, 3 * location.n);

    for (size_t i = 0; i < location.n; i++) {
        unsigned char c = (unsigned char)location.p[i];
        if (c <= 0x20 || c >= 0x7f)
            buf_printf(&clean, "%%%02X", c);
        else
            buf_putc(&clean, (char)c);
    }
    answer(response, status, NULL, SV_NONE);
    http_set_header(response, "Location", buf_sv(&clean));
}

struct sv http_etag_of(struct arena *arena, struct sv content)
{
    uint8_t digest[ETAG_BYTES];
    char hex[2 * ETAG_BYTES + 1];
    crypto_generichash(digest, sizeof(digest), (const uint8_t *)content.p, content.n, NULL, 0);
    hex_encode(hex, digest, sizeof(digest));
    return sv_from(arena_printf(arena, "\"%s\"", hex));
}

bool http_not_modified(struct http_request *request, struct http_response *response, struct sv etag)
{
    http_set_header(response, "ETag", etag);
    http_set_header(response, "Cache-Control", SV("private, no-cache"));
    if (!http_parse_etag_listed(http_header(request, "If-None-Match"), etag))
        return false;
    answer(response, 304, NULL, SV_NONE);
    return true;
}
