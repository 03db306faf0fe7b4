/*
 * Forms with files from hostile bytes: the first line is the media type, the rest the body. No
 * crash; what is accepted lies within the body, fields are UTF-8, and the limits hold.
 */
#include "http/http_multipart.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_within(struct sv part, struct sv body)
{
    CHECK(part.n == 0 || (part.p >= body.p && part.p + part.n <= body.p + body.n));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena *arena = arena_new(ARENA_CEILING_DEFAULT);
    struct sv body = sv_of((const char *)bytes, size), type = sv_cut(&body, '\n');
    struct http_multipart form;

    (void)http_multipart_is(type);
    enum http_parse parsed = http_multipart_parse(arena, type, body, &form);
    CHECK(parsed == HTTP_PARSE_OK || form.params_count + form.files_count == 0);
    CHECK(form.params_count + form.files_count <= HTTP_PARAMS_MAX);
    for (size_t i = 0; i < form.params_count; i++) {
        CHECK(sv_is_utf8(form.params[i].name) && sv_is_utf8(form.params[i].value));
        check_within(form.params[i].value, body);
    }
    for (size_t i = 0; i < form.files_count; i++) {
        CHECK(sv_is_utf8(form.files[i].name) && sv_is_utf8(form.files[i].filename));
        check_within(form.files[i].content, body);
    }
    arena_free(arena);
    return 0;
}
