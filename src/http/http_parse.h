/*
 * Texts of the wire into views: parameters, cookies, client addresses.
 *
 * Pure: bytes in, views out; nothing here knows a request. Formats:
 * application/x-www-form-urlencoded (WHATWG URL, section 5), cookies (RFC 6265,
 * section 4.2), X-Forwarded-For. Every decoded text is well-formed UTF-8 without NUL.
 */
#ifndef MEED_HTTP_HTTP_PARSE_H
#define MEED_HTTP_HTTP_PARSE_H

#include "http/http.h"

enum { HTTP_PARAMS_MAX = 200, HTTP_QUERY_MAX = 64 * 1024 };

enum http_parse {
    HTTP_PARSE_OK,
    HTTP_PARSE_TOO_MANY,   /* more than HTTP_PARAMS_MAX parameters */
    HTTP_PARSE_BAD_ESCAPE, /* '%' without two hex digits */
    HTTP_PARSE_NOT_UTF8,   /* ill-formed UTF-8, or a NUL */
    HTTP_PARSE_BAD_PARTS,  /* multipart/form-data that is none */
};

/*
 * What to do with a parameter that can't be decoded. A form is refused as a whole; a visitor who
 * follows a link is led on without the broken parameter, since the link matters more.
 */
enum http_parse_mode { HTTP_PARSE_STRICT, HTTP_PARSE_SKIP_BROKEN };

/* name=value&…; empty pieces are skipped, a piece without '=' has the empty value. */
MUST_USE enum http_parse http_parse_params(struct arena *arena, struct sv text,
                                           enum http_parse_mode mode, struct http_param **params,
                                           size_t *count);
/* One escaped text. '+' is a blank in forms and queries, and itself in a path. */
MUST_USE enum http_parse http_parse_escaped(struct arena *arena, struct sv text, bool plus_is_blank,
                                            struct sv *out);
/* The first cookie called `name`; quotes around the value are dropped. */
struct sv http_parse_cookie(struct sv cookie_header, struct sv name);
/* The path of a request target: "/a/b" of "/a/b?q=1" and of "http://host/a/b?q=1". */
void http_parse_target(struct sv target, struct sv *path, struct sv *query);
/* Does the header name the entity tag, or "*"? Weak comparison (RFC 9110, section 13.1.2). */
bool http_parse_etag_listed(struct sv if_none_match, struct sv etag);

#endif
