/* meedctl as the operator runs it: what it prints, and how it ends. */
#include "support/unit.h"

#include <sys/stat.h>

#include "support/testdb.h"

enum { OUTPUT_MAX = 64 * 1024 };

static char output[OUTPUT_MAX]; /* of the last command, both streams */

static int run(const char *config, const char *arguments)
{
    char command[1024];
    snprintf(command, sizeof command, "'%s/meedctl' %s %s 2>&1", getenv("MEED_BUILD_DIR"), config,
             arguments);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t n = fread(output, 1, sizeof output - 1, pipe);
    output[n] = '\0';
    int how = pclose(pipe);
    assert_true(WIFEXITED(how));
    return WEXITSTATUS(how);
}

static int meedctl(const char *arguments)
{
    char config[512];
    snprintf(config, sizeof config, "--config '%s/../meed.conf'", testdb_settings()->run_dir);
    return run(config, arguments);
}

static void assert_says(const char *words)
{
    if (!strstr(output, words))
        fail_msg("\"%s\" is missing in: %s", words, output);
}

static void help_lists_every_command_and_anything_else_is_a_usage_error(void **state)
{
    static const char *const commands[] = {"migrate", "clock advance", "worker drain",  "routes",
                                           "health",  "keys create",   "ledger verify", "user add"};
    (void)state;
    assert_int_equal(run("", "help"), 0);
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        assert_says(commands[i]);
    assert_int_equal(run("", "frobnicate"), 2);
    assert_int_equal(run("", ""), 2);
    assert_int_equal(meedctl("clock advance"), 2);
    assert_says("SPAN");
}

static void says_which_settings_file_is_missing(void **state)
{
    (void)state;
    assert_int_equal(run("--config /nowhere/meed.conf", "health"), 1);
    assert_says("/nowhere/meed.conf");
}

static void migrating_again_changes_nothing(void **state)
{
    (void)state;
    assert_int_equal(meedctl("migrate"), 0);
    assert_says(", 0 steps applied");
}

static void advances_the_business_clock_alone(void **state)
{
    (void)state;
    assert_int_equal(meedctl("clock advance 31d"), 0);
    assert_int_equal(meedctl("clock show"), 0);
    int year[2], month[2], day[2];
    assert_int_equal(sscanf(output, "business %d-%d-%dT%*s wire %d-%d-%dT", &year[0], &month[0],
                            &day[0], &year[1], &month[1], &day[1]),
                     6);
    assert_true(year[0] * 12 + month[0] > year[1] * 12 + month[1]);
    assert_int_equal(meedctl("clock advance -31d"), 0);
    assert_int_equal(meedctl("clock advance soon"), 1);
    assert_says("is no span of time");
}

static void drains_until_all_jobs_are_idle(void **state)
{
    (void)state;
    assert_int_equal(meedctl("worker drain"), 0);
    assert_says("all jobs are idle");
}

static void lists_what_jobs_set_aside_and_gives_it_another_chance(void **state)
{
    (void)state;
    struct db *db = testdb_open_as(TESTDB_WORKER);
    assert_int_equal(meedctl("worker failures"), 0);
    assert_says("no job failed at anything");
    assert_int_equal(db_exec_text(db,
                                  "INSERT INTO job_failure VALUES ('mail', '7', 3, 'no host', 1),"
                                  " ('mail', '8', 1, '', 1), ('other', '7', 3, '', 1)"),
                     DB_OK);
    db_close(db);
    assert_int_equal(meedctl("worker failures"), 0);
    assert_says("mail 7: 3 tries");
    assert_says("set aside: no host");
    assert_int_equal(meedctl("health"), 1);
    assert_says("2 items set aside");
    assert_int_equal(meedctl("worker retry mail 7"), 0);
    assert_says("1 items");
    assert_int_equal(meedctl("worker retry other"), 0);
    assert_int_equal(meedctl("worker failures"), 0);
    assert_says("mail 8: 1 tries");
    assert_null(strstr(output, "set aside"));
}

static void health_names_what_is_missing(void **state)
{
    (void)state;
    assert_int_equal(meedctl("health"), 1); /* no worker runs here */
    assert_says("ok   database");
    assert_says("ok   schema");
    assert_says("FAIL worker money");
}

static void creates_a_key_file_and_never_overwrites_one(void **state)
{
    char arguments[600], path[512];
    struct stat facts;
    (void)state;
    snprintf(path, sizeof path, "%s/test.keys", testdb_settings()->run_dir);
    snprintf(arguments, sizeof arguments, "keys create '%s'", path);
    assert_int_equal(run("", arguments), 0);
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & 07777, 0600);
    assert_int_equal(run("", arguments), 1);
    assert_says("exists already");
    unlink(path);
}

static int fresh(void **state)
{
    (void)state;
    testdb_reset();
    return 0;
}

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(help_lists_every_command_and_anything_else_is_a_usage_error),
        TEST(says_which_settings_file_is_missing),
        TEST(migrating_again_changes_nothing),
        TEST(advances_the_business_clock_alone),
        TEST(drains_until_all_jobs_are_idle),
        TEST(lists_what_jobs_set_aside_and_gives_it_another_chance),
        TEST(health_names_what_is_missing),
        TEST(creates_a_key_file_and_never_overwrites_one),
    };
    return cmocka_run_group_tests_name("ctl", tests, NULL, NULL);
}
