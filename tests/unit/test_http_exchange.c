#include "tests/support/unit.h"

#include <dirent.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/settings.h"
#include "http/http_internal.h"
#include "http/http_shared.h"
#include "tests/support/fcgi_client.h"

/* ---- an application of a few routes ------------------------------------------------------ */

enum { ANSWER_MAX = 4096, UPLOAD_LIMIT = 1000 };

static bool database_is_away;

/* "session=<role>" logs in as that role; brand managers with and without a brand. */
static bool authenticate(struct http_request *request)
{
    struct sv who = http_cookie(request, "session");
    struct http_actor *actor = &request->actor;

    if (database_is_away)
        return false;
    if (who.n == 0)
        return true;
    actor->csrf_token = "the-token";
    actor->role = sv_starts(who, SV("brand"))  ? ROLE_BRAND
                  : sv_eq_cstr(who, "partner") ? ROLE_PARTNER
                                               : ROLE_ADMIN;
    actor->brand = sv_eq_cstr(who, "brand") ? 7 : 0;
    return true;
}

static void say_who(struct http_request *request, struct http_response *response)
{
    struct buf b = buf_new(request->arena, ANSWER_MAX);

    buf_printf(&b, "role=%s ip=" SV_FMT " q=" SV_FMT " f=" SV_FMT " body=%zu",
               http_role_name(request->actor.role), SV_ARG(request->client_ip),
               SV_ARG(http_query_param(request, "q")), SV_ARG(http_form_param(request, "f")),
               request->body.n);
    http_html(response, 200, buf_sv(&b));
}

static void show_form(struct http_request *request, struct http_response *response)
{
    http_html(response, 200, sv_from(http_csrf_token(request, response)));
}

static void poll(struct http_request *request, struct http_response *response)
{
    if (!http_not_modified(request, response, SV("\"v1\"")))
        http_json(response, 200, SV("{}"));
}

static void accept_signed(struct http_request *request, struct http_response *response)
{
    if (sv_eq_cstr(http_header(request, "X-Meed-Signature"), "good")) {
        request->actor.brand = 7;
        http_json(response, 201, SV("{}"));
    } else if (sv_eq_cstr(http_header(request, "X-Meed-Signature"), "unread")) {
        http_unavailable(request, response);
    } else {
        http_problem(request, response,
                     &(struct http_problem){.status = 401, .code = "bad", .what = "Bad."});
    }
}

static bool three_chunks(void *context, struct buf *chunk)
{
    int *n = context;

    for (int i = 0; i < 1000; i++)
        buf_printf(chunk, "%d,", *n);
    return ++*n < 3;
}

static void export(struct http_request *request, struct http_response *response)
{
    http_text(response, 200, SV_NONE);
    response->stream = three_chunks;
    response->stream_context = ARENA_NEW(request->arena, int);
}

static void redirect(struct http_request *request, struct http_response *response)
{
    (void)request;
    http_redirect(response, 302, SV("https://shop.example/a b?x=1\r\nSet-Cookie: y=1"));
}

#define ROUTE(method_, path_, handler_, role_, csrf_, limit_, rate_)                               \
    {                                                                                              \
        .method = HTTP_##method_, .path = (path_), .handler = (handler_), .role = (role_),         \
        .csrf = (csrf_), .body_limit = (limit_), .rate = (rate_), .pool = POOL_APP,                \
        .handler_name = #handler_, .help = "help"                                                  \
    }

static const struct http_route routes[] = {
    ROUTE(GET, "/", say_who, ROLE_PUBLIC, CSRF_NONE, 0, RATE_PAGE),
    ROUTE(GET, "/user", say_who, ROLE_USER, CSRF_NONE, 0, RATE_PAGE),
    ROUTE(POST, "/user", say_who, ROLE_USER, CSRF_REQUIRED, UPLOAD_LIMIT, RATE_PAGE),
    ROUTE(GET, "/brand", say_who, ROLE_BRAND, CSRF_NONE, 0, RATE_PAGE),
    ROUTE(GET, "/partner", say_who, ROLE_PARTNER, CSRF_NONE, 0, RATE_PAGE),
    ROUTE(GET, "/admin", say_who, ROLE_ADMIN, CSRF_NONE, 0, RATE_PAGE),
    ROUTE(GET, "/login", show_form, ROLE_PUBLIC, CSRF_NONE, 0, RATE_PAGE),
    ROUTE(POST, "/login", say_who, ROLE_PUBLIC, CSRF_REQUIRED, UPLOAD_LIMIT, RATE_LOGIN),
    ROUTE(GET, "/poll", poll, ROLE_PUBLIC, CSRF_NONE, 0, RATE_PAGE),
    ROUTE(GET, "/export", export, ROLE_PUBLIC, CSRF_NONE, 0, RATE_PAGE),
    ROUTE(GET, "/go", redirect, ROLE_PUBLIC, CSRF_NONE, 0, RATE_NONE),
    ROUTE(POST, "/api/sale", accept_signed, ROLE_SIGNED, CSRF_NONE, UPLOAD_LIMIT, RATE_INGEST),
};

/* ---- asking it ---------------------------------------------------------------------------- */

static struct arena *arena;
static struct fcgi_client *client;
static struct http_exchange exchange;
static struct http_server server;
static char run_dir[] = "/tmp/meed-exchange-XXXXXX";
static struct settings settings = {
    .base_url = "https://meed.example",
    .trusted_proxies = "10.0.0.1",
    .login_limit_per_minute = 3,
    .ingest_limit_per_minute_ip = 2,
};

static int setup_group(void **state)
{
    const struct http_hooks hooks = {.authenticate = authenticate};

    (void)state;
    log_open("test", LOG_ERROR);
    if (mkdtemp(run_dir) == NULL || !http_shared_open(run_dir))
        return -1;
    CHECK(FCGX_Init() == 0);
    client = fcgi_client_new();
    http_server_free(http_server_new(POOL_APP, &settings, NULL, &hooks)); /* sets the hooks */
    return 0;
}

static int teardown_group(void **state)
{
    struct dirent *entry;
    DIR *dir = opendir(run_dir);

    (void)state;
    fcgi_client_free(client);
    http_shared_close();
    while (dir != NULL && (entry = readdir(dir)) != NULL)
        unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
    return rmdir(run_dir);
}

static int setup(void **state)
{
    const char *why = NULL;

    (void)state;
    arena = arena_new(ARENA_CEILING_DEFAULT);
    database_is_away = false;
    server = (struct http_server){
        .pool = POOL_APP,
        .settings = &settings,
        .db = (struct db *)&server, /* only looked at for being there */
        .arena = arena,
        .router = http_router_new(arena, routes, COUNT_OF(routes), POOL_APP),
        .proxies = http_proxies_parse(arena, sv_from(settings.trusted_proxies), &why),
    };
    http_exchange_open(&exchange, fcgi_client_listen_fd(client));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    http_exchange_close(&exchange);
    arena_free(arena);
    return 0;
}

/* Each test calls from an address of its own, so that limits don't meet. */
static const char *caller = "192.0.2.1";

#define ask(method, uri, body, ...)                                                                \
    ask_with((method), (uri), sv_from(body), (const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})

static const char *ask_with(const char *method, const char *uri, struct sv body,
                            const char *const *more)
{
    const char *params[64] = {"REQUEST_METHOD", method, "REQUEST_URI", uri, "REMOTE_ADDR", caller};
    size_t n = 6;
    char length[24];

    if (body.n > 0) {
        snprintf(length, sizeof length, "%zu", body.n);
        params[n++] = "CONTENT_LENGTH";
        params[n++] = length;
        params[n++] = "CONTENT_TYPE";
        params[n++] = "application/x-www-form-urlencoded";
    }
    for (size_t i = 0; more[i] != NULL; i++)
        params[n++] = more[i];
    int fd = fcgi_client_send(client, params, body);
    CHECK(FCGX_Accept_r(&exchange.fcgi) >= 0);
    http_exchange_read(&exchange, &server);
    http_exchange_dispatch(&exchange, &server);
    int linger_fd = http_exchange_answer(&exchange, &server);
    if (linger_fd >= 0)
        close(linger_fd);
    return fcgi_client_receive(arena, fd).p;
}

static void assert_has(const char *answer, const char *text)
{
    if (strstr(answer, text) == NULL)
        fail_msg("no \"%s\" in:\n%s", text, answer);
}

static void assert_has_not(const char *answer, const char *text)
{
    if (strstr(answer, text) != NULL)
        fail_msg("\"%s\" in:\n%s", text, answer);
}

#define assert_status(answer, status) assert_has((answer), "Status: " #status "\r\n")

#define SESSION(who) "HTTP_COOKIE", "session=" who

/* ---- what holds --------------------------------------------------------------------------- */

static void every_page_carries_the_security_headers(void **state)
{
    (void)state;
    const char *answer = ask("GET", "/?q=1", "");

    assert_status(answer, 200);
    assert_has(answer,
               "Content-Security-Policy: default-src 'none'; script-src 'self'; "
               "style-src 'self'; img-src 'self' data:; connect-src 'self'; "
               "form-action 'self'; base-uri 'none'; frame-ancestors 'none'\r\n");
    assert_has(answer, "X-Content-Type-Options: nosniff\r\n");
    assert_has(answer, "Referrer-Policy: same-origin\r\n");
    assert_has(answer, "X-Request-Id: ");
    assert_has_not(answer, "Strict-Transport-Security");
    assert_has_not(answer, "unsafe-inline");
    assert_has(ask("GET", "/", "", "HTTPS", "on"), "Strict-Transport-Security: max-age=31536000");
}

static void personal_pages_are_not_stored(void **state)
{
    (void)state;
    assert_has_not(ask("GET", "/", ""), "Cache-Control");
    assert_has(ask("GET", "/", "", SESSION("partner")), "Cache-Control: no-store\r\n");
    assert_has(ask("GET", "/user", ""), "Cache-Control: no-store\r\n");
}

static void head_has_the_length_and_no_body(void **state)
{
    (void)state;
    const char *answer = ask("HEAD", "/", "");

    assert_status(answer, 200);
    assert_has(answer, "Content-Length: ");
    assert_has_not(answer, "role=");
}

static void tells_an_unknown_address_from_an_unknown_method(void **state)
{
    (void)state;
    const char *page = ask("GET", "/nowhere", "");

    assert_status(page, 404);
    assert_has(page, "Content-Type: text/html");
    const char *problem = ask("GET", "/api/nowhere", "");
    assert_status(problem, 404);
    assert_has(problem, "Content-Type: application/problem+json\r\n");
    assert_has(problem, "\"code\":\"not_found\"");
    assert_has(problem, "\"request_id\":\"");
    const char *method = ask("DELETE", "/user", "");
    assert_status(method, 405);
    assert_has(method, "Allow: GET, HEAD, POST\r\n");
    assert_status(ask("OPTIONS", "/user", ""), 204);
    assert_status(ask("BREW", "/user", ""), 405);
}

static void asks_visitors_to_log_in_and_leads_them_back(void **state)
{
    (void)state;
    const char *answer = ask("GET", "/brand?a=1&b=%20", "");

    assert_status(answer, 303);
    assert_has(answer, "Location: /login?next=%2Fbrand%3Fa%3D1%26b%3D%2520\r\n");
    const char *json = ask("GET", "/brand", "", "HTTP_ACCEPT", "application/json");
    assert_status(json, 401);
    assert_has(json, "\"code\":\"not_logged_in\"");
}

static void lets_each_role_in_where_it_belongs_and_nowhere_else(void **state)
{
    (void)state;
    assert_status(ask("GET", "/user", "", SESSION("partner")), 200);
    assert_status(ask("GET", "/brand", "", SESSION("brand")), 200);
    assert_status(ask("GET", "/brand", "", SESSION("brand-without-brand")), 403);
    assert_status(ask("GET", "/brand", "", SESSION("partner")), 403);
    assert_status(ask("GET", "/brand", "", SESSION("admin")), 403);
    assert_status(ask("GET", "/partner", "", SESSION("brand")), 403);
    assert_status(ask("GET", "/admin", "", SESSION("brand")), 404);
    assert_status(ask("GET", "/admin", "", SESSION("admin")), 200);
}

static void without_a_database_only_public_pages_are_shown(void **state)
{
    (void)state;
    database_is_away = true;
    assert_status(ask("GET", "/", "", SESSION("brand")), 200);
    const char *answer = ask("GET", "/brand", "", SESSION("brand"));
    assert_status(answer, 503);
    assert_has(answer, "Retry-After: 2\r\n");
}

static void a_change_needs_the_sessions_token(void **state)
{
    (void)state;
    assert_status(ask("POST", "/user", "csrf=the-token&f=1", SESSION("partner")), 200);
    assert_status(ask("POST", "/user", "f=1", SESSION("partner"), "HTTP_X_CSRF_TOKEN", "the-token"),
                  200);
    assert_status(ask("POST", "/user", "f=1", SESSION("partner")), 403);
    assert_status(ask("POST", "/user", "csrf=", SESSION("partner")), 403);
    assert_status(ask("POST", "/user", "csrf=the-tokem", SESSION("partner")), 403);
    assert_status(ask("POST", "/user?csrf=the-token", "f=1", SESSION("partner")), 403);
    assert_status(ask("POST", "/user", "csrf=the-token"), 303);
}

static void a_change_must_come_from_our_own_pages(void **state)
{
    (void)state;
#define FROM(...) ask("POST", "/user", "csrf=the-token", SESSION("brand"), __VA_ARGS__)
    assert_status(FROM("HTTP_ORIGIN", "https://meed.example"), 200);
    assert_status(FROM("HTTP_ORIGIN", "http://127.0.0.1:80", "HTTP_HOST", "127.0.0.1:80"), 200);
    assert_status(FROM("HTTP_ORIGIN", "https://evil.example"), 403);
    assert_status(FROM("HTTP_ORIGIN", "https://evil.example", "HTTP_HOST", "127.0.0.1"), 403);
    assert_status(FROM("HTTP_ORIGIN", "null"), 403);
    assert_status(FROM("HTTP_SEC_FETCH_SITE", "cross-site"), 403);
    assert_status(FROM("HTTP_SEC_FETCH_SITE", "same-site"), 403);
    assert_status(FROM("HTTP_SEC_FETCH_SITE", "same-origin"), 200);
#undef FROM
}

static void a_public_forms_token_is_bound_to_its_visitor(void **state)
{
    (void)state;
    caller = "192.0.2.2";
    const char *form = ask("GET", "/login", "");
    const char *token = strstr(form, "\r\n\r\n") + 4;

    assert_int_equal(strlen(token), 24);
    assert_has(form, "; Path=/; HttpOnly; SameSite=Lax\r\n");
    const char *cookie = arena_printf(arena, "meed_form=%s", token);
    const char *body = arena_printf(arena, "csrf=%s", token);
    assert_status(ask("POST", "/login", body, "HTTP_COOKIE", cookie), 200);
    assert_status(ask("POST", "/login", body), 403);
    assert_status(ask("POST", "/login", "csrf=AAAAAAAAAAAAAAAAAAAAAAAA", "HTTP_COOKIE", cookie),
                  403);
    assert_has_not(ask("GET", "/login", "", "HTTP_COOKIE", cookie), "Set-Cookie");
    assert_has(ask("GET", "/login", "", "HTTPS", "on"), "Set-Cookie: __Host-meed_form=");
    caller = "192.0.2.1";
}

static void bodies_are_bounded(void **state)
{
    (void)state;
    char body[UPLOAD_LIMIT + 2];

    memset(body, 'a', sizeof body);
    memcpy(body, "csrf=the-token&f=", 17);
    body[UPLOAD_LIMIT] = '\0';
    assert_status(ask("POST", "/user", body, SESSION("brand")), 200);
    body[UPLOAD_LIMIT] = 'a';
    body[UPLOAD_LIMIT + 1] = '\0';
    assert_status(ask("POST", "/user", body, SESSION("brand")), 413);
    assert_status(ask("GET", "/", "x"), 413);
    assert_status(ask("GET", "/", "", "HTTP_TRANSFER_ENCODING", "chunked"), 413);
}

static void a_body_of_unknown_length_is_read_to_its_end(void **state)
{
    (void)state;
    char body[UPLOAD_LIMIT + 2];

    memset(body, 'a', sizeof body);
    const char *params[] = {"REQUEST_METHOD", "POST",
                            "REQUEST_URI",    "/user",
                            "REMOTE_ADDR",    caller,
                            SESSION("brand"), "HTTP_TRANSFER_ENCODING",
                            "chunked",        "HTTP_X_CSRF_TOKEN",
                            "the-token",      NULL};
    for (size_t n = UPLOAD_LIMIT - 1; n <= UPLOAD_LIMIT + 1; n++) {
        int fd = fcgi_client_send(client, params, sv_of(body, n));
        CHECK(FCGX_Accept_r(&exchange.fcgi) >= 0);
        http_exchange_read(&exchange, &server);
        http_exchange_dispatch(&exchange, &server);
        int linger_fd = http_exchange_answer(&exchange, &server);
        assert_int_equal(linger_fd >= 0, n > UPLOAD_LIMIT);
        if (linger_fd >= 0)
            close(linger_fd);
        const char *answer = fcgi_client_receive(arena, fd).p;
        if (n > UPLOAD_LIMIT)
            assert_status(answer, 413);
        else
            assert_has(answer, arena_printf(arena, "body=%zu", n));
    }
}

static void a_body_cut_short_is_refused(void **state)
{
    (void)state;
    const char *params[] = {
        "REQUEST_METHOD", "POST",           "REQUEST_URI",    "/user", "REMOTE_ADDR",
        caller,           SESSION("brand"), "CONTENT_LENGTH", "100",   NULL};
    int fd = fcgi_client_send(client, params, SV("csrf=the-token"));

    CHECK(FCGX_Accept_r(&exchange.fcgi) >= 0);
    http_exchange_read(&exchange, &server);
    http_exchange_dispatch(&exchange, &server);
    int linger_fd = http_exchange_answer(&exchange, &server);
    if (linger_fd >= 0)
        close(linger_fd);
    assert_status(fcgi_client_receive(arena, fd).p, 400);
}

static void malformed_parameters_are_refused_with_a_reason(void **state)
{
    (void)state;
    assert_has(ask("GET", "/?q=%FF", ""), "not well-formed UTF-8");
    assert_status(ask("GET", "/?q=%FF", ""), 400);
    assert_status(ask("GET", "/?q=%zz", ""), 400);
    assert_status(ask("GET", "/%FF", ""), 400);
    assert_status(ask("POST", "/user", "csrf=the-token&f=%C0%80", SESSION("brand")), 400);

    struct buf many = buf_new(arena, 100000);
    buf_puts(&many, "/?");
    for (int i = 0; i < 201; i++)
        buf_puts(&many, "a&");
    assert_status(ask("GET", many.p, ""), 400);
    for (int i = 0; i < 40000; i++)
        buf_puts(&many, "a&");
    assert_status(ask("GET", many.p, ""), 414);
}

static void the_login_is_limited_per_address(void **state)
{
    (void)state;
    caller = "192.0.2.3";
    for (int64_t i = 0; i < settings.login_limit_per_minute; i++)
        assert_status(ask("POST", "/login", "f=1"), 403);
    const char *answer = ask("POST", "/login", "f=1");
    assert_status(answer, 429);
    assert_has(answer, "Retry-After: ");
    assert_status(ask("GET", "/login", ""), 200);
    caller = "192.0.2.4";
    assert_status(ask("POST", "/login", "f=1"), 403);
    caller = "192.0.2.1";
}

static void a_signed_door_limits_only_who_got_no_further(void **state)
{
    (void)state;
    caller = "192.0.2.5";
    for (int i = 0; i < 20; i++)
        assert_status(ask("POST", "/api/sale", "{}", "HTTP_X_MEED_SIGNATURE", "good"), 201);
    for (int i = 0; i < 20; i++) /* an outage is nobody's fault but ours */
        assert_status(ask("POST", "/api/sale", "{}", "HTTP_X_MEED_SIGNATURE", "unread"), 503);
    assert_status(ask("POST", "/api/sale", "{}"), 401);
    assert_status(ask("POST", "/api/sale", "{}"), 401);
    assert_status(ask("POST", "/api/sale", "{}"), 429);
    caller = "192.0.2.1";
}

static void the_caller_behind_our_proxy_is_believed(void **state)
{
    (void)state;
    assert_has(ask("GET", "/", "", "HTTP_X_FORWARDED_FOR", "203.0.113.9"), "ip=192.0.2.1 ");
    caller = "10.0.0.1";
    assert_has(ask("GET", "/", "", "HTTP_X_FORWARDED_FOR", "1.1.1.1, 203.0.113.9"),
               "ip=203.0.113.9 ");
    caller = "192.0.2.1";
}

static void who_waited_too_long_is_shed(void **state)
{
    (void)state;
    int64_t now_us = clock_wire_us();
    const char *recent = arena_printf(arena, "t=%" PRId64, now_us - 1000000);
    const char *stale = arena_printf(arena, "t=%" PRId64, now_us - 10000000);

    assert_status(ask("GET", "/", "", "HTTP_X_REQUEST_START", recent), 200);
    assert_status(ask("GET", "/", "", "HTTP_X_REQUEST_START", stale), 503);
    assert_status(ask("GET", "/", "", "HTTP_X_REQUEST_START", "t=x"), 200);
}

static void polling_gets_304_while_nothing_is_new(void **state)
{
    (void)state;
    assert_has(ask("GET", "/poll", ""), "ETag: \"v1\"\r\n");
    const char *answer = ask("GET", "/poll", "", "HTTP_IF_NONE_MATCH", "\"v1\"");
    assert_status(answer, 304);
    assert_has(answer, "ETag: \"v1\"\r\n");
    assert_has_not(answer, "{}");
    assert_status(ask("GET", "/poll", "", "HTTP_IF_NONE_MATCH", "\"v0\""), 200);
}

static void an_export_is_sent_chunk_by_chunk(void **state)
{
    (void)state;
    const char *answer = ask("GET", "/export", "");

    assert_has_not(answer, "Content-Length");
    assert_int_equal(strlen(strstr(answer, "\r\n\r\n") + 4), 3 * 1000 * 2);
    assert_has_not(ask("HEAD", "/export", ""), "0,");
}

static void a_redirect_cant_be_made_to_carry_headers(void **state)
{
    (void)state;
    const char *answer = ask("GET", "/go", "");

    assert_status(answer, 302);
    assert_has(answer, "Location: https://shop.example/a%20b?x=1%0D%0ASet-Cookie:%20y=1\r\n");
    assert_has_not(answer, "\nSet-Cookie");
    assert_has_not(answer, "Referrer-Policy");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_page_carries_the_security_headers),
        TEST(personal_pages_are_not_stored),
        TEST(head_has_the_length_and_no_body),
        TEST(tells_an_unknown_address_from_an_unknown_method),
        TEST(asks_visitors_to_log_in_and_leads_them_back),
        TEST(lets_each_role_in_where_it_belongs_and_nowhere_else),
        TEST(without_a_database_only_public_pages_are_shown),
        TEST(a_change_needs_the_sessions_token),
        TEST(a_change_must_come_from_our_own_pages),
        TEST(a_public_forms_token_is_bound_to_its_visitor),
        TEST(bodies_are_bounded),
        TEST(a_body_of_unknown_length_is_read_to_its_end),
        TEST(a_body_cut_short_is_refused),
        TEST(malformed_parameters_are_refused_with_a_reason),
        TEST(the_login_is_limited_per_address),
        TEST(a_signed_door_limits_only_who_got_no_further),
        TEST(the_caller_behind_our_proxy_is_believed),
        TEST(who_waited_too_long_is_shed),
        TEST(polling_gets_304_while_nothing_is_new),
        TEST(an_export_is_sent_chunk_by_chunk),
        TEST(a_redirect_cant_be_made_to_carry_headers),
    };

    return cmocka_run_group_tests(tests, setup_group, teardown_group);
}
