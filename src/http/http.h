/*
 * Requests, responses, and the router between them.
 *
 * A handler gets a parsed request and fills a response; it never sees FastCGI.
 * Everything in both lives in the request's arena. Bounds: request line and
 * headers as Apache's, body per route, 200 parameters, 64 KiB of query.
 */
#ifndef MEED_HTTP_HTTP_H
#define MEED_HTTP_HTTP_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/id.h"
#include "base/sv.h"
#include "db/db.h"

struct settings;

enum http_method {
    HTTP_GET,
    HTTP_HEAD,
    HTTP_POST,
    HTTP_PUT,
    HTTP_DELETE,
    HTTP_OPTIONS,
    HTTP_OTHER
};

/* Who may call a route. Spelled out for each; the router refuses everybody else. */
enum http_role {
    ROLE_PUBLIC,  /* anybody */
    ROLE_USER,    /* any logged-in user */
    ROLE_BRAND,   /* a brand manager, with a brand chosen */
    ROLE_PARTNER, /* an influencer */
    ROLE_ADMIN,
    ROLE_API_KEY, /* a brand's Bearer key; the handler authenticates by it */
    ROLE_SIGNED,  /* a signature over the raw body; the handler verifies it */
};

enum http_csrf { CSRF_NONE /* reads, and doors with own authentication */, CSRF_REQUIRED };
/* Counted by address, each by itself: a shop's beacons must not use up its server's own limit. */
enum http_rate { RATE_NONE, RATE_PAGE, RATE_LOGIN, RATE_INGEST, RATE_CLICK, RATE_PIXEL };
enum http_pool { POOL_TRACK, POOL_INGEST, POOL_APP, POOL_BEACON, HTTP_POOLS };

struct http_request;
struct http_response;
typedef void http_handler(struct http_request *request, struct http_response *response);

struct http_route {
    enum http_method method;
    const char *path; /* "/brand/sales/{pid}"; a name in braces is one segment */
    http_handler *handler;
    const char *handler_name;
    enum http_role role;
    enum http_csrf csrf;
    size_t body_limit; /* bytes; 0: a body is refused */
    enum http_rate rate;
    enum http_pool pool;
    const char *help;
};

/* Who is calling, as the session or key says. Tenant ids come from here alone. */
struct http_actor {
    enum http_role role; /* ROLE_PUBLIC when nobody is logged in */
    uint64_t user;
    uint64_t session;
    uint64_t company, brand; /* the brand chosen in the workspace switcher; 0: none */
    uint64_t partner;
    const char *display_name;
    const char *brand_name;
    const char *zone; /* in which the actor reads times: the brand's, else UTC; NULL: nobody's */
    bool test_mode;   /* the Test/Live switch */
    const char *csrf_token;
};

struct http_param {
    struct sv name, value;
};

/* A file that a form sent; what it is called and said to be is its sender's word. */
struct http_file {
    struct sv name; /* of the field */
    struct sv filename, type;
    struct sv content; /* raw bytes, empty when none was chosen */
};

struct http_request {
    struct arena *arena;
    struct db *db; /* NULL in the track pool */
    const struct settings *settings;
    const struct http_route *route;
    enum http_method method;
    char id[UUID_TEXT_SIZE]; /* the request id, also in X-Request-Id */
    struct sv target;        /* REQUEST_URI as it came */
    struct sv path;          /* without query, percent-decoded by segment when matched */
    struct sv query;         /* raw */
    struct sv body;          /* raw bytes, read within the route's limit and 5 s */
    struct sv host, origin, user_agent, referrer, content_type, authorization, cookie;
    struct sv client_ip; /* the rightmost address that no trusted proxy added */
    bool secure;         /* TLS, at us or at the proxy */
    bool by_proxy;       /* from one of the operator's own proxies: its headers can be believed */
    int64_t received_us; /* business clock */
    struct http_actor actor;
    struct http_param path_params[4];
    size_t path_params_count;
    /* parsed on first use */
    struct http_param *query_params, *form_params;
    struct http_file *form_files;
    size_t query_params_count, form_params_count, form_files_count;
    bool query_parsed, form_parsed;
    char *const *envp; /* the FastCGI parameters; NULL in tests without any */
};

enum { HTTP_COOKIES_MAX = 8, HTTP_HEADERS_MAX = 16 };

struct http_response {
    struct arena *arena;
    int status;
    const char *content_type;
    struct http_param headers[HTTP_HEADERS_MAX];
    size_t headers_count;
    struct sv cookies[HTTP_COOKIES_MAX]; /* whole Set-Cookie values */
    size_t cookies_count;
    struct sv body;
    const char *problem_code, *problem_field; /* of http_problem(); NULL: none was answered */
    /*
     * Large exports: called until it returns false; each call gets a builder
     * of 64 KiB to fill. Sent chunk by chunk, never held whole: a callback that
     * reads page by page keeps an arena of its own in the context and resets it.
     */
    bool (*stream)(void *context, struct buf *chunk);
    void *stream_context;
    void (*stream_end)(
        void *context); /* called once, sent to the end or not; NULL: nothing to do */
};

/* Request accessors; a missing value is the empty view. */
struct sv http_header(struct http_request *request, const char *name); /* "X-Meed-Signature" */
struct sv http_path_param(const struct http_request *request, const char *name);
struct sv http_query_param(struct http_request *request, const char *name);
struct sv http_form_param(struct http_request *request, const char *name);
/* Of a multipart form; false when it has no such field. */
MUST_USE bool http_form_file(const struct http_request *request, const char *name,
                             struct http_file *out);
struct sv http_cookie(struct http_request *request, const char *name);
/* Every value of a repeated parameter. */
size_t http_query_params_all(struct http_request *request, const char *name, struct sv *out,
                             size_t max);
bool http_wants_json(struct http_request *request); /* by Accept, route or an /api path */
/*
 * What a form's hidden field `csrf` must carry. For a visitor without a session it sets a cookie
 * on first use, so call it before the response is sent: in the handler that shows the form.
 */
const char *http_csrf_token(struct http_request *request, struct http_response *response);
/*
 * One more use of `key` (an account, a brand) under the limit called `name`. False: too many, and
 * a 429 with Retry-After stands in the response; the handler returns. Keys are hashed, never kept.
 */
MUST_USE bool http_allow(struct http_request *request, struct http_response *response,
                         const char *name, struct sv key, int64_t per_minute);

/* Responses. */
void http_set_header(struct http_response *response, const char *name, struct sv value);
void http_set_cookie(struct http_response *response, struct sv set_cookie);
void http_html(struct http_response *response, int status, struct sv body);
void http_json(struct http_response *response, int status, struct sv body);
void http_text(struct http_response *response, int status, struct sv body);
void http_redirect(struct http_response *response, int status, struct sv location); /* 302, 303 */
void http_no_content(struct http_response *response);                               /* 204 */
/* A tag of what is sent: the same text, the same tag. In its quotes, as http_not_modified() wants.
 */
struct sv http_etag_of(struct arena *arena, struct sv content);
/* Live polling: `etag` with its quotes. When it matches If-None-Match, answers 304 and is true. */
MUST_USE bool http_not_modified(struct http_request *request, struct http_response *response,
                                struct sv etag);
/*
 * An error, as a page or as RFC 9457 problem+json by what the client wants.
 * `code` is stable and for machines; the three texts are what happened, why, and what to do next.
 */
struct http_problem {
    int status;
    const char *code;
    const char *what, *why, *next;
    const char *field; /* the member or parameter that is wrong; NULL: none */
};
void http_problem(struct http_request *request, struct http_response *response,
                  const struct http_problem *problem);
/* 503 with Retry-After: the database is away, or we shed load. */
void http_unavailable(struct http_request *request, struct http_response *response);
/* What a read came to: true when there is something to show, else a 404 or a 503 is the answer. */
MUST_USE bool http_found(struct http_request *request, struct http_response *response,
                         enum db_status status);
void http_not_found(struct http_request *request, struct http_response *response);

/* The route table (web/routes.def), for the router, meedctl routes and the matrix test. */
const struct http_route *http_routes(size_t *count);
void http_routes_print(FILE *out, bool as_json);
const char *http_role_name(enum http_role role);
const char *http_method_name(enum http_method method);
const char *http_pool_name(enum http_pool pool);

#endif
