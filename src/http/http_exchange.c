#include <fcgiapp.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/settings.h"
#include "http/http_internal.h"
#include "http/http_multipart.h"
#include "http/http_parse.h"
#include "http/http_shared.h"

/*
 * A request that waited this long in the queue is answered 503 unseen: its client has likely
 * gone, and the next one is still there. Redirects are too cheap to refuse.
 */
enum { QUEUE_PATIENCE_US = 3 * 1000000, SEND_TIMEOUT_S = 10, STREAM_CHUNK = 64 * 1024 };

static struct http_hooks current_hooks;

const struct http_hooks *http_current_hooks(void)
{
    return &current_hooks;
}

struct http_server *http_server_new(enum http_pool pool, const struct settings *settings,
                                    struct db *db, const struct http_hooks *hooks)
{
    struct arena *arena = arena_new(ARENA_CEILING_DEFAULT);
    struct http_server *server = ARENA_NEW(arena, struct http_server);
    const char *why = NULL;
    size_t count;
    const struct http_route *routes = http_routes(&count);

    *server = (struct http_server){.pool = pool, .settings = settings, .db = db, .arena = arena};
    server->router = http_router_new(arena, routes, count, pool);
    server->proxies = http_proxies_parse(arena, sv_from(settings->trusted_proxies), &why);
    CHECK(server->proxies != NULL); /* the program has looked at it before it forked */
    if (hooks != NULL)
        current_hooks = *hooks;
    return server;
}

void http_server_free(struct http_server *server)
{
    struct arena *arena = server == NULL ? NULL : server->arena;

    arena_free(arena);
}

void http_exchange_open(struct http_exchange *exchange, int listen_fd)
{
    *exchange = (struct http_exchange){.arena = arena_new(ARENA_CEILING_DEFAULT)};
    CHECK(FCGX_InitRequest(&exchange->fcgi, listen_fd, FCGI_FAIL_ACCEPT_ON_INTR) == 0);
}

void http_exchange_close(struct http_exchange *exchange)
{
    FCGX_Free(&exchange->fcgi, 1);
    arena_free(exchange->arena);
    exchange->arena = NULL;
}

/* ---- read ------------------------------------------------------------------------------- */

static enum http_method parse_method(struct sv name)
{
    for (size_t i = 0; i < HTTP_OTHER; i++) {
        if (sv_eq_cstr(name, http_method_name((enum http_method)i)))
            return (enum http_method)i;
    }
    return HTTP_OTHER;
}

static bool is_proxy(const struct http_server *server, struct sv peer)
{
    struct http_address address;

    return http_address_parse(peer, &address) && http_proxies_contain(server->proxies, &address);
}

static bool is_secure(struct http_request *request)
{
    if (sv_eq_nocase(sv_from(FCGX_GetParam("HTTPS", (FCGX_ParamArray)request->envp)), SV("on")))
        return true;
    return request->by_proxy &&
           sv_eq_nocase(http_header(request, "X-Forwarded-Proto"), SV("https"));
}

void http_exchange_read(struct http_exchange *exchange, struct http_server *server)
{
    struct http_request *request = &exchange->request;
    FCGX_ParamArray envp = exchange->fcgi.envp;
    struct sv peer = sv_from(FCGX_GetParam("REMOTE_ADDR", envp));

    exchange->started_us = clock_monotonic_us();
    exchange->body_left = true;
    exchange->bytes_sent = 0;
    *request = (struct http_request){
        .arena = exchange->arena,
        .db = server->db,
        .settings = server->settings,
        .envp = envp,
        .method = parse_method(sv_from(FCGX_GetParam("REQUEST_METHOD", envp))),
        .target = sv_from(FCGX_GetParam("REQUEST_URI", envp)),
        .received_us = clock_business_us(),
        .actor = {.role = ROLE_PUBLIC},
    };
    exchange->response = (struct http_response){.arena = exchange->arena};
    uuid_format(request->id, uuid_v7(clock_wire_us()));
    log_set_request_id(request->id);
    i18n_use(LANGUAGE_EN);
    http_parse_target(request->target, &request->path, &request->query);
    request->host = http_header(request, "Host");
    request->origin = http_header(request, "Origin");
    request->user_agent = http_header(request, "User-Agent");
    request->referrer = http_header(request, "Referer");
    request->content_type = http_header(request, "Content-Type");
    request->authorization = http_header(request, "Authorization");
    request->cookie = http_header(request, "Cookie");
    request->client_ip =
        http_address_client(server->proxies, peer, http_header(request, "X-Forwarded-For"));
    request->by_proxy = is_proxy(server, peer);
    request->secure = is_secure(request);
}

/* ---- dispatch --------------------------------------------------------------------------- */

/* The front server stamps each request ("t=" and microseconds) before it waits for us. */
static bool waited_too_long(struct http_request *request, const struct http_server *server)
{
    struct sv stamp = http_header(request, "X-Request-Start");
    int64_t started_us;

    if (server->pool == POOL_TRACK || !sv_starts(stamp, SV("t=")) ||
        !sv_to_i64(sv_from_index(stamp, 2), &started_us))
        return false;
    int64_t waited_us = clock_wire_us() - started_us;
    return waited_us > QUEUE_PATIENCE_US && waited_us < CLOCK_MINUTE;
}

static void answer_bad_request(struct http_request *request, struct http_response *response,
                               int status, const char *code, const char *why, const char *next)
{
    http_problem(request, response,
                 &(struct http_problem){
                     .status = status,
                     .code = code,
                     .what = _("This request can't be read."),
                     .why = why,
                     .next = next,
                 });
}

static void answer_parse(struct http_request *request, struct http_response *response,
                         enum http_parse parsed, const char *where)
{
    const char *next = _("Encode parameters as UTF-8, percent-encoded, and send them again.");
    const char *why = NULL;

    switch (parsed) {
    case HTTP_PARSE_OK:
        UNREACHABLE();
    case HTTP_PARSE_TOO_MANY:
        why = _("The %s has more than 200 parameters.");
        next = _("Send fewer parameters.");
        break;
    case HTTP_PARSE_BAD_ESCAPE:
        why = _("The %s has a '%%' that two hexadecimal digits don't follow.");
        break;
    case HTTP_PARSE_NOT_UTF8:
        why = _("The %s is not well-formed UTF-8, or holds a NUL.");
        break;
    case HTTP_PARSE_BAD_PARTS:
        why = _("The parts of the %s can't be told apart.");
        next = _("Send multipart/form-data as a browser does, or a form without files.");
        break;
    }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    why = arena_printf(request->arena, why, where);
#pragma GCC diagnostic pop
    answer_bad_request(request, response, 400, "malformed_parameters", why, next);
}

static bool find_route(struct http_exchange *exchange, struct http_server *server)
{
    struct http_request *request = &exchange->request;
    struct http_response *response = &exchange->response;
    struct http_match_result match;

    if (request->path.n > HTTP_PATH_MAX || request->query.n > HTTP_QUERY_MAX) {
        answer_bad_request(request, response, 414, "address_too_long",
                           _("Its address is longer than 8 KiB, or its query than 64 KiB."),
                           _("Send long values in the body of a POST."));
        return false;
    }
    switch (
        http_router_match(server->router, request->arena, request->method, request->path, &match)) {
    case HTTP_MATCH_FOUND:
        request->route = match.route;
        memcpy(request->path_params, match.params, sizeof match.params);
        request->path_params_count = match.params_count;
        return true;
    case HTTP_MATCH_NO_PATH:
        http_not_found(request, response);
        return false;
    case HTTP_MATCH_BAD_PATH:
        answer_parse(request, response, HTTP_PARSE_NOT_UTF8, _("path"));
        return false;
    case HTTP_MATCH_NO_METHOD:
        if (request->method == HTTP_OPTIONS)
            http_no_content(response);
        else
            http_problem(request, response,
                         &(struct http_problem){
                             .status = 405,
                             .code = "method_not_allowed",
                             .what = _("This address does not take that method."),
                             .why = arena_printf(request->arena, _("It takes: %s."), match.allow),
                             .next = _("Use one of those."),
                         });
        http_set_header(response, "Allow", sv_from(match.allow));
        return false;
    }
    UNREACHABLE();
}

static bool parse_query(struct http_request *request, struct http_response *response)
{
    /* A visitor on the way to a shop is not stopped for a broken parameter. */
    enum http_parse_mode mode =
        request->route->pool == POOL_TRACK ? HTTP_PARSE_SKIP_BROKEN : HTTP_PARSE_STRICT;
    enum http_parse parsed = http_parse_params(
        request->arena, request->query, mode, &request->query_params, &request->query_params_count);

    request->query_parsed = true;
    if (parsed == HTTP_PARSE_OK)
        return true;
    answer_parse(request, response, parsed, _("query"));
    return false;
}

static bool read_body(struct http_exchange *exchange)
{
    struct http_request *request = &exchange->request;
    struct http_response *response = &exchange->response;
    size_t limit = request->route->body_limit;
    struct sv length = http_header(request, "Content-Length");

    if (limit == 0) {
        bool has_body = (length.n > 0 && !sv_eq_cstr(length, "0")) ||
                        http_header(request, "Transfer-Encoding").n > 0;
        exchange->body_left = has_body;
        if (has_body)
            answer_bad_request(request, response, 413, "body_not_allowed",
                               _("It came with a body, and this address takes none."),
                               _("Send it without a body."));
        return !has_body;
    }
    switch (http_body_read(exchange, limit)) {
    case HTTP_BODY_OK:
        return true;
    case HTTP_BODY_TOO_LARGE:
        answer_bad_request(
            request, response, 413, "body_too_large",
            arena_printf(request->arena, _("Its body is larger than %zu bytes."), limit),
            _("Send less at once."));
        return false;
    case HTTP_BODY_TOO_SLOW:
        answer_bad_request(request, response, 408, "body_too_slow",
                           _("Its body did not arrive whole within 5 seconds."),
                           _("Send it again over a steadier connection."));
        return false;
    case HTTP_BODY_CUT_SHORT:
        answer_bad_request(request, response, 400, "body_cut_short",
                           _("Its body ended before the announced length."), _("Send it again."));
        return false;
    }
    UNREACHABLE();
}

static enum http_parse parse_parts(struct http_request *request)
{
    struct http_multipart form;
    enum http_parse parsed =
        http_multipart_parse(request->arena, request->content_type, request->body, &form);

    request->form_params = form.params;
    request->form_params_count = form.params_count;
    request->form_files = form.files;
    request->form_files_count = form.files_count;
    return parsed;
}

static bool parse_form(struct http_request *request, struct http_response *response)
{
    struct sv type = request->content_type;

    request->form_parsed = true;
    /* Only pages have forms with files. */
    if (request->route->csrf == CSRF_REQUIRED && http_multipart_is(type)) {
        enum http_parse parts = parse_parts(request);
        if (parts != HTTP_PARSE_OK)
            answer_parse(request, response, parts, _("form"));
        return parts == HTTP_PARSE_OK;
    }
    if (request->body.n == 0 ||
        !sv_eq_nocase(sv_trim(sv_cut(&type, ';')), SV("application/x-www-form-urlencoded")))
        return true;
    /* Doors with own authentication see the raw body first; what they make of it is theirs. */
    enum http_parse_mode mode =
        request->route->csrf == CSRF_REQUIRED ? HTTP_PARSE_STRICT : HTTP_PARSE_SKIP_BROKEN;
    enum http_parse parsed = http_parse_params(request->arena, request->body, mode,
                                               &request->form_params, &request->form_params_count);
    if (parsed == HTTP_PARSE_OK)
        return true;
    answer_parse(request, response, parsed, _("form"));
    return false;
}

void http_exchange_dispatch(struct http_exchange *exchange, struct http_server *server)
{
    struct http_request *request = &exchange->request;
    struct http_response *response = &exchange->response;

    if (waited_too_long(request, server)) {
        http_metric_add(METRIC_SHED, 1);
        http_unavailable(request, response);
        return;
    }
    if (server->pool == POOL_APP && current_hooks.turn_away != NULL &&
        current_hooks.turn_away(request, response))
        return;
    if (!find_route(exchange, server) || !http_guard_rate(request, response) ||
        !parse_query(request, response) || !http_guard_role(request, response) ||
        !read_body(exchange) || !parse_form(request, response) ||
        !http_guard_csrf(request, response)) {
        http_guard_charge(request, response);
        return;
    }
    request->route->handler(request, response);
    CHECK(response->status != 0); /* every handler answers */
    http_guard_charge(request, response);
}

/* ---- answer ----------------------------------------------------------------------------- */

static const char page_policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

static bool has_header(const struct http_response *response, struct sv name)
{
    for (size_t i = 0; i < response->headers_count; i++) {
        if (sv_eq_nocase(response->headers[i].name, name))
            return true;
    }
    return false;
}

static void put_header(struct buf *head, struct sv name, struct sv value)
{
    buf_put(head, name);
    buf_puts(head, ": ");
    buf_put(head, value);
    buf_puts(head, "\r\n");
}

static void put_default(struct buf *head, const struct http_response *response, struct sv name,
                        struct sv value)
{
    if (!has_header(response, name))
        put_header(head, name, value);
}

static struct sv write_head(const struct http_exchange *exchange)
{
    const struct http_request *request = &exchange->request;
    const struct http_response *response = &exchange->response;
    struct buf head = buf_new(exchange->arena, 64 * 1024);
    bool is_page = response->content_type != NULL &&
                   sv_starts(sv_from(response->content_type), SV("text/html"));
    bool personal = request->actor.role != ROLE_PUBLIC || response->cookies_count > 0 ||
                    (request->route != NULL && request->route->role != ROLE_PUBLIC);

    buf_printf(&head, "Status: %d\r\n", response->status);
    if (response->content_type != NULL)
        put_header(&head, SV("Content-Type"), sv_from(response->content_type));
    if (response->stream == NULL && response->status != 204 && response->status != 304)
        buf_printf(&head, "Content-Length: %zu\r\n", response->body.n);
    for (size_t i = 0; i < response->headers_count; i++)
        put_header(&head, response->headers[i].name, response->headers[i].value);
    for (size_t i = 0; i < response->cookies_count; i++)
        put_header(&head, SV("Set-Cookie"), response->cookies[i]);
    put_header(&head, SV("X-Request-Id"), sv_from(request->id));
    put_default(&head, response, SV("X-Content-Type-Options"), SV("nosniff"));
    if (is_page) { /* on a redirect to a shop a referrer policy would hide us from it */
        put_default(&head, response, SV("Content-Security-Policy"), sv_from(page_policy));
        put_default(&head, response, SV("Referrer-Policy"), SV("same-origin"));
    }
    if (request->secure)
        put_default(&head, response, SV("Strict-Transport-Security"), SV("max-age=31536000"));
    if (personal)
        put_default(&head, response, SV("Cache-Control"), SV("no-store"));
    buf_puts(&head, "\r\n");
    CHECK(!head.overflow);
    return buf_sv(&head);
}

static bool send_bytes(struct http_exchange *exchange, struct sv bytes)
{
    size_t sent = 0;

    while (sent < bytes.n) {
        size_t piece = bytes.n - sent > 1 << 20 ? 1 << 20 : bytes.n - sent;
        if (FCGX_PutStr(bytes.p + sent, (int)piece, exchange->fcgi.out) < 0)
            return false;
        sent += piece;
    }
    exchange->bytes_sent += bytes.n;
    return true;
}

/* Each chunk reuses one builder; what the callback needs beyond a chunk is in its context. */
static bool send_stream(struct http_exchange *exchange)
{
    struct http_response *response = &exchange->response;
    struct buf chunk = buf_new(exchange->arena, STREAM_CHUNK);
    bool more = true;

    while (more) {
        chunk.len = 0;
        more = response->stream(response->stream_context, &chunk);
        CHECK(!chunk.overflow);
        if (!send_bytes(exchange, buf_sv(&chunk)) || FCGX_FFlush(exchange->fcgi.out) < 0)
            return false;
    }
    return true;
}

static void log_answer(const struct http_exchange *exchange, const struct http_server *server,
                       bool sent, int64_t duration_us)
{
    const struct http_request *request = &exchange->request;

    log_line(LOG_INFO, "request", LOG_STR("pool", http_pool_name(server->pool)),
             LOG_STR("method", http_method_name(request->method)),
             LOG_STR("route", request->route == NULL ? "-" : request->route->path),
             LOG_I64("status", exchange->response.status), LOG_I64("time_us", duration_us),
             LOG_U64("bytes", exchange->bytes_sent),
             LOG_STR("role", http_role_name(request->actor.role)), LOG_BOOL("sent", sent));
}

/*
 * Ends the FastCGI request; the connection is handed on when its sender is not done yet. When it
 * is, the end of its input has arrived, and closing at once loses nothing; libfcgi by itself would
 * half-close, and sleep until the front server has closed its end.
 */
static int finish(struct http_exchange *exchange)
{
    int linger_fd = -1;

    if (exchange->body_left || FCGX_GetChar(exchange->fcgi.in) != EOF)
        linger_fd = dup(exchange->fcgi.ipcFd);
    FCGX_Detach(&exchange->fcgi); /* or libfcgi itself waits for the sender */
    FCGX_Finish_r(&exchange->fcgi);
    if (linger_fd >= 0)
        shutdown(linger_fd, SHUT_WR);
    return linger_fd;
}

int http_exchange_answer(struct http_exchange *exchange, struct http_server *server)
{
    const struct http_request *request = &exchange->request;
    struct timeval timeout = {.tv_sec = SEND_TIMEOUT_S};
    struct sv head = write_head(exchange);

    log_set_request_id(request->id); /* others of a batch may have been read since */
    /* A redirect fits the socket's buffer: it never waits. */
    if (server->pool != POOL_TRACK &&
        setsockopt(exchange->fcgi.ipcFd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout) != 0)
        log_line(LOG_WARN, "send_timeout_not_set", LOG_STR("why", strerror(errno)));
    bool sent = FCGX_PutStr(head.p, (int)head.n, exchange->fcgi.out) >= 0;
    if (sent && request->method != HTTP_HEAD) {
        sent = exchange->response.stream != NULL ? send_stream(exchange)
                                                 : send_bytes(exchange, exchange->response.body);
    }
    if (exchange->response.stream_end != NULL)
        exchange->response.stream_end(exchange->response.stream_context);
    int linger_fd = finish(exchange);
    int64_t duration_us = clock_monotonic_us() - exchange->started_us;
    log_answer(exchange, server, sent, duration_us);
    http_metric_request(server->pool, request->route, exchange->response.status, duration_us);
    log_set_request_id(NULL);
    arena_reset(exchange->arena);
    return linger_fd;
}
