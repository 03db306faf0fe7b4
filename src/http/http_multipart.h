/*
 * multipart/form-data (RFC 7578): what a form sends that holds a file.
 *
 * Pure: bytes in, views of them out; nothing is copied but names. A part with a filename is a file,
 * any other a parameter. Bounds: HTTP_PARAMS_MAX parts, 4 KiB of headers each; the body's own limit
 * is the route's. Parts of parts, and content that is encoded for mail, are no forms of ours.
 */
#ifndef MEED_HTTP_HTTP_MULTIPART_H
#define MEED_HTTP_HTTP_MULTIPART_H

#include "http/http_parse.h"

struct http_multipart {
    struct http_param *params; /* UTF-8 without NUL */
    size_t params_count;
    struct http_file *files; /* contents are raw bytes */
    size_t files_count;
};

/* Is the media type multipart/form-data? Parameters and case don't matter. */
bool http_multipart_is(struct sv content_type);
/*
 * HTTP_PARSE_BAD_PARTS: no boundary, no end, or a part whose headers can't be read. Then, and after
 * any other fault, nothing is in *out.
 */
MUST_USE enum http_parse http_multipart_parse(struct arena *arena, struct sv content_type,
                                              struct sv body, struct http_multipart *out);

#endif
