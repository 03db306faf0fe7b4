#include "tests/support/unit.h"

#include "http/http_router.h"

static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_new(ARENA_CEILING_DEFAULT);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void nothing(struct http_request *request, struct http_response *response)
{
    (void)request;
    (void)response;
}

/* A row names only what differs from these. */
#pragma GCC diagnostic ignored "-Woverride-init"
#define ROW(method_, path_, ...)                                                                   \
    {                                                                                              \
        .method = (method_), .path = (path_), .handler = nothing, .handler_name = "nothing",       \
        .role = ROLE_PUBLIC, .rate = RATE_PAGE, .pool = POOL_APP, .help = "help", __VA_ARGS__      \
    }

static const struct http_route table[] = {
    ROW(HTTP_GET, "/"),
    ROW(HTTP_GET, "/brand/sales"),
    ROW(HTTP_GET, "/brand/sales/{pid}"),
    ROW(HTTP_POST, "/brand/sales/{pid}/approve"),
    ROW(HTTP_GET, "/brand/sales/export"),
    ROW(HTTP_GET, "/brand/{section}/{pid}/log"),
    ROW(HTTP_POST, "/brand/sales"),
    ROW(HTTP_GET, "/{token}", .pool = POOL_TRACK),
};

static struct http_match_result found;

static enum http_match match(enum http_method method, const char *path)
{
    struct http_router *router = http_router_new(arena, table, COUNT_OF(table), POOL_APP);

    return http_router_match(router, arena, method, sv_from(path), &found);
}

static void assert_found(enum http_method method, const char *path, const char *route)
{
    assert_int_equal(match(method, path), HTTP_MATCH_FOUND);
    assert_string_equal(found.route->path, route);
}

static void finds_literals_before_names(void **state)
{
    (void)state;
    assert_found(HTTP_GET, "/", "/");
    assert_found(HTTP_GET, "/brand/sales", "/brand/sales");
    assert_found(HTTP_GET, "/brand/sales/export", "/brand/sales/export");
    assert_found(HTTP_GET, "/brand/sales/01a1", "/brand/sales/{pid}");
    assert_sv_equal(found.params[0].name, "pid");
    assert_sv_equal(found.params[0].value, "01a1");
}

static void turns_back_where_a_literal_leads_nowhere(void **state)
{
    (void)state;
    assert_found(HTTP_GET, "/brand/sales/7/log", "/brand/{section}/{pid}/log");
    assert_int_equal(found.params_count, 2);
    assert_sv_equal(found.params[0].value, "sales");
    assert_sv_equal(found.params[1].value, "7");
}

static void decodes_each_segment_by_itself(void **state)
{
    (void)state;
    assert_found(HTTP_GET, "/brand/sales/a%2Fb%20c", "/brand/sales/{pid}");
    assert_sv_equal(found.params[0].value, "a/b c");
    assert_found(HTTP_GET, "/br%61nd/sales", "/brand/sales");
}

static void head_finds_what_get_finds(void **state)
{
    (void)state;
    assert_found(HTTP_HEAD, "/brand/sales", "/brand/sales");
}

static void lists_the_methods_there_are(void **state)
{
    (void)state;
    assert_int_equal(match(HTTP_DELETE, "/brand/sales"), HTTP_MATCH_NO_METHOD);
    assert_string_equal(found.allow, "GET, HEAD, POST");
    assert_int_equal(match(HTTP_GET, "/brand/sales/1/approve"), HTTP_MATCH_NO_METHOD);
    assert_string_equal(found.allow, "POST");
    assert_int_equal(match(HTTP_OTHER, "/"), HTTP_MATCH_NO_METHOD);
}

static void knows_no_other_paths(void **state)
{
    (void)state;
    const char *unknown[] = {"",
                             "*",
                             "brand/sales",
                             "/brand",
                             "/brand/sales/",
                             "//brand/sales",
                             "/brand//sales",
                             "/brand/sales/1/2",
                             "/brand/sales//approve",
                             "/../brand/sales",
                             "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r"};

    for (size_t i = 0; i < COUNT_OF(unknown); i++)
        assert_int_equal(match(HTTP_GET, unknown[i]), HTTP_MATCH_NO_PATH);
}

static void another_pools_routes_do_not_exist(void **state)
{
    (void)state;
    assert_int_equal(match(HTTP_GET, "/abc123de"), HTTP_MATCH_NO_PATH);
}

static void refuses_paths_that_cannot_be_decoded(void **state)
{
    (void)state;
    const char *broken[] = {"/brand/sales/%", "/brand/sales/%FF", "/brand/sales/%00", "/%c3%28"};

    for (size_t i = 0; i < COUNT_OF(broken); i++)
        assert_int_equal(match(HTTP_GET, broken[i]), HTTP_MATCH_BAD_PATH);
}

static void start(struct http_route route)
{
    const struct http_route routes[] = {ROW(HTTP_GET, "/known"), route};

    http_router_new(arena, routes, COUNT_OF(routes), POOL_APP);
}

static void an_unsafe_or_ambiguous_table_does_not_start(void **state)
{
    (void)state;
    assert_aborts(start((struct http_route)ROW(HTTP_GET, "/known")));
    assert_aborts(start((struct http_route)ROW(HTTP_POST, "/x", .role = ROLE_BRAND)));
    assert_aborts(start((struct http_route)ROW(HTTP_POST, "/x", .rate = RATE_NONE)));
    assert_aborts(start((struct http_route)ROW(HTTP_GET, "/x", .csrf = CSRF_REQUIRED)));
    assert_aborts(start((struct http_route)ROW(HTTP_GET, "/x", .body_limit = 1)));
    assert_aborts(start((struct http_route)ROW(HTTP_GET, "x")));
    assert_aborts(start((struct http_route)ROW(HTTP_GET, "/a//b")));
    assert_aborts(start((struct http_route)ROW(HTTP_GET, "/{a}/{b}/{c}/{d}/{e}")));
    start((struct http_route)ROW(HTTP_POST, "/x", .role = ROLE_BRAND, .csrf = CSRF_REQUIRED));
}

static void the_real_table_starts_in_every_pool(void **state)
{
    (void)state;
    size_t count;
    const struct http_route *routes = http_routes(&count);

    assert_true(count > 0);
    for (size_t pool = 0; pool < HTTP_POOLS; pool++)
        assert_non_null(http_router_new(arena, routes, count, (enum http_pool)pool));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_literals_before_names),
        cmocka_unit_test(turns_back_where_a_literal_leads_nowhere),
        cmocka_unit_test(decodes_each_segment_by_itself),
        cmocka_unit_test(head_finds_what_get_finds),
        cmocka_unit_test(lists_the_methods_there_are),
        cmocka_unit_test(knows_no_other_paths),
        cmocka_unit_test(another_pools_routes_do_not_exist),
        cmocka_unit_test(refuses_paths_that_cannot_be_decoded),
        cmocka_unit_test(an_unsafe_or_ambiguous_table_does_not_start),
        cmocka_unit_test(the_real_table_starts_in_every_pool),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
