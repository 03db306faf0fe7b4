/*
 * Queries, forms, cookies, paths, client addresses and entity tags from hostile
 * bytes. Whatever comes: no crash, every accepted text is UTF-8 without NUL, and the limits hold.
 */
#include "http/http_address.h"
#include "http/http_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_params(struct arena *arena, struct sv text, enum http_parse_mode mode)
{
    struct http_param *params;
    size_t count;
    enum http_parse parsed = http_parse_params(arena, text, mode, &params, &count);

    CHECK(mode == HTTP_PARSE_STRICT || parsed == HTTP_PARSE_OK);
    CHECK(count <= HTTP_PARAMS_MAX);
    if (parsed != HTTP_PARSE_OK)
        return;
    for (size_t i = 0; i < count; i++) {
        CHECK(sv_is_utf8(params[i].name) && sv_is_utf8(params[i].value));
        CHECK(params[i].name.n + params[i].value.n <= text.n);
    }
}

/* What is escaped again and read again is the same. */
static void check_round_trip(struct arena *arena, struct sv text)
{
    struct sv once, twice;

    if (http_parse_escaped(arena, text, false, &once) != HTTP_PARSE_OK)
        return;
    struct buf escaped = buf_new(arena, 3 * once.n + 1);
    buf_put_url(&escaped, once);
    CHECK(http_parse_escaped(arena, buf_sv(&escaped), false, &twice) == HTTP_PARSE_OK);
    CHECK(sv_eq(once, twice));
}

static void check_client(struct arena *arena, struct sv text)
{
    const char *why = NULL;
    struct http_proxies *proxies = http_proxies_parse(arena, SV("127.0.0.1,10.0.0.0/8"), &why);
    struct http_address address;
    struct sv client = http_address_client(proxies, SV("127.0.0.1"), text);

    CHECK(http_address_parse(client, &address));
    (void)http_proxies_parse(arena, text, &why);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena *arena = arena_new(ARENA_CEILING_DEFAULT);
    struct sv text = sv_of((const char *)bytes, size), path, query;

    check_params(arena, text, HTTP_PARSE_STRICT);
    check_params(arena, text, HTTP_PARSE_SKIP_BROKEN);
    check_round_trip(arena, text);
    check_client(arena, text);
    struct sv cookie = http_parse_cookie(text, SV("session"));
    CHECK(cookie.n <= text.n);
    http_parse_target(text, &path, &query);
    CHECK(path.n + query.n <= text.n || sv_eq_cstr(path, "/"));
    (void)http_parse_etag_listed(text, SV("\"v1\""));
    arena_free(arena);
    return 0;
}
