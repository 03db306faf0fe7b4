#include "tests/support/unit.h"

#include <dirent.h>
#include <pthread.h>
#include <sys/stat.h>

#include "http/http_shared.h"

static char folder[] = "/tmp/meed-shared-XXXXXX";
static unsigned retry_after_s;

static void use(struct sv key, int64_t per_minute)
{
    unsigned ignored;

    if (!http_rate_take(SV("page"), key, per_minute, &ignored))
        return; /* the count is what matters here, not the answer */
}

static int setup(void **state)
{
    (void)state;
    return mkdtemp(folder) != NULL && http_shared_open(folder) ? 0 : -1;
}

static int teardown(void **state)
{
    struct dirent *entry;
    DIR *dir = opendir(folder);

    (void)state;
    http_shared_close();
    while (dir != NULL && (entry = readdir(dir)) != NULL)
        unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
    return rmdir(folder);
}

static void allows_the_limit_and_then_says_when_to_come_back(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++)
        assert_true(http_rate_take(SV("login"), SV("first"), 5, &retry_after_s));
    assert_false(http_rate_take(SV("login"), SV("first"), 5, &retry_after_s));
    assert_in_range(retry_after_s, 12, 13);
}

static void counts_each_name_and_key_apart(void **state)
{
    (void)state;
    assert_true(http_rate_take(SV("login"), SV("second"), 1, &retry_after_s));
    assert_false(http_rate_take(SV("login"), SV("second"), 1, &retry_after_s));
    assert_true(http_rate_take(SV("page"), SV("second"), 1, &retry_after_s));
    assert_true(http_rate_take(SV("login"), SV("third"), 1, &retry_after_s));
}

static void looking_takes_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < 10; i++)
        assert_true(http_rate_would_allow(SV("login"), SV("fourth"), 1, &retry_after_s));
    assert_true(http_rate_take(SV("login"), SV("fourth"), 1, &retry_after_s));
    assert_false(http_rate_would_allow(SV("login"), SV("fourth"), 1, &retry_after_s));
}

static void uses_come_back_with_time(void **state)
{
    (void)state;
    /* 6,000 a minute: one each 10 ms. */
    for (int i = 0; i < 6000; i++)
        use(SV("fifth"), 6000);
    while (http_rate_take(SV("page"), SV("fifth"), 6000, &retry_after_s))
        ;
    usleep(50000);
    assert_true(http_rate_take(SV("page"), SV("fifth"), 6000, &retry_after_s));
}

static void a_full_table_forgets_old_keys_and_never_fails(void **state)
{
    (void)state;
    for (int i = 0; i < 200000; i++) {
        char key[16];
        int n = snprintf(key, sizeof key, "k%d", i);
        assert_true(http_rate_take(SV("page"), sv_of(key, (size_t)n), 1, &retry_after_s));
    }
}

static void hammer_until_killed(void)
{
    char key[16];

    for (unsigned i = 0;; i++) {
        int n = snprintf(key, sizeof key, "h%u", i % 5000);
        use(sv_of(key, (size_t)n), 1000);
    }
}

static void outlives_a_process_killed_while_it_counts(void **state)
{
    (void)state;
    for (int round = 0; round < 40; round++) {
        pid_t child = fork();
        if (child == 0)
            hammer_until_killed();
        usleep(2000);
        kill(child, SIGKILL);
        assert_int_equal(waitpid(child, NULL, 0), child);
        for (int i = 0; i < 5000; i++) {
            char key[16];
            int n = snprintf(key, sizeof key, "h%d", i);
            use(sv_of(key, (size_t)n), 1000);
        }
    }
}

static void counts_of_all_processes_add_up(void **state)
{
    (void)state;
    int64_t before = http_metric_get(METRIC_CLICKS);

    for (int i = 0; i < 4; i++) {
        if (fork() == 0) {
            for (int j = 0; j < 1000; j++)
                http_metric_add(METRIC_CLICKS, 1);
            _exit(0);
        }
    }
    for (int i = 0; i < 4; i++)
        assert_true(wait(NULL) > 0);
    assert_int_equal(http_metric_get(METRIC_CLICKS), before + 4000);
}

static void prints_what_was_counted(void **state)
{
    (void)state;
    struct arena *arena = arena_new(ARENA_CEILING_DEFAULT);
    struct buf out = buf_new(arena, 1 << 20);
    size_t count;
    const struct http_route *routes = http_routes(&count);
    char expected[256];

    http_metric_request(routes[0].pool, &routes[0], 204, 700);
    http_metric_request(routes[0].pool, NULL, 404, 900);
    http_metrics_print(&out);
    snprintf(expected, sizeof expected,
             "meed_requests_total{pool=\"%s\",method=\"%s\",route=\"%s\",status=\"2xx\"} 1\n",
             http_pool_name(routes[0].pool), http_method_name(routes[0].method), routes[0].path);
    assert_non_null(strstr(out.p, expected));
    snprintf(expected, sizeof expected,
             "meed_request_duration_microseconds_bucket{pool=\"%s\",le=\"1000\"} 2\n",
             http_pool_name(routes[0].pool));
    assert_non_null(strstr(out.p, expected));
    snprintf(expected, sizeof expected,
             "meed_request_duration_microseconds_sum{pool=\"%s\"} 1600\n",
             http_pool_name(routes[0].pool));
    assert_non_null(strstr(out.p, expected));
    arena_free(arena);
}

static void two_programs_hold_the_page_at_once(void **state)
{
    (void)state;
    pid_t child = fork();

    if (child == 0) {
        http_shared_close(); /* the parent keeps its own mapping */
        alarm(5);
        if (http_shared_open(folder))
            http_metric_set(METRIC_SPOOL_RECORDS, 7);
        _exit(0);
    }
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(http_metric_get(METRIC_SPOOL_RECORDS), 7);
}

static void the_page_outlives_its_programs(void **state)
{
    (void)state;
    http_metric_set(METRIC_WORKER_BEAT_US, 42);
    http_shared_close();
    assert_true(http_shared_open(folder));
    assert_int_equal(http_metric_get(METRIC_WORKER_BEAT_US), 42);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(allows_the_limit_and_then_says_when_to_come_back),
        cmocka_unit_test(counts_each_name_and_key_apart),
        cmocka_unit_test(looking_takes_nothing),
        cmocka_unit_test(uses_come_back_with_time),
        cmocka_unit_test(a_full_table_forgets_old_keys_and_never_fails),
        cmocka_unit_test(outlives_a_process_killed_while_it_counts),
        cmocka_unit_test(counts_of_all_processes_add_up),
        cmocka_unit_test(prints_what_was_counted),
        cmocka_unit_test(two_programs_hold_the_page_at_once),
        cmocka_unit_test(the_page_outlives_its_programs),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
