#include "support/unit.h"

#include "base/settings.h"

static struct arena *arena;
static char folder[] = "/tmp/meed-settings-XXXXXX";
static char path[64];

static int open_folder(void **state)
{
    (void)state;
    arena = arena_new(ARENA_CEILING_DEFAULT);
    if (mkdtemp(folder) == NULL)
        return -1;
    (void)snprintf(path, sizeof(path), "%s/meed.conf", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    rmdir(folder);
    arena_free(arena);
    return 0;
}

static struct settings *read_text(const char *text, const char **why)
{
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    *why = NULL;
    return settings_read(arena, path, why);
}

static void one_line_is_enough(void **state)
{
    const char *why;
    struct settings *settings = read_text("base_url = https://meed.example:8443\n", &why);

    (void)state;
    assert_non_null(settings);
    assert_false(settings->development);
    assert_string_equal(settings->short_url, "https://meed.example:8443");
    assert_string_equal(settings->mail_from, "no-reply@meed.example");
    assert_string_equal(settings->db_socket, "");
    assert_int_equal(settings->db_port, 3306);
    assert_string_equal(settings->log_level, "info");
}

static void paths_are_relative_to_the_file(void **state)
{
    const char *why;
    struct settings *settings = read_text(
        "# comment\n\n"
        "  base_url=http://127.0.0.1:8080\r\n"
        "environment = development\n"
        "run_dir = run\n"
        "spool_dir = /srv/spool\n",
        &why);

    (void)state;
    assert_non_null(settings);
    assert_true(settings->development);
    assert_string_equal(settings->run_dir, arena_printf(arena, "%s/run", folder));
    assert_string_equal(settings->spool_dir, "/srv/spool");
}

static void each_mistake_is_named(void **state)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"", "The setting base_url is missing."},
        {"base_url = https://m.example\ncolour = red\n",
         "Line 2 names an unknown setting, colour."},
        {"nonsense\n", "Line 1 is not of the form name = value."},
        {"base_url = https://m.example/\n",
         "Line 1: base_url must be a URL without a slash at its end."},
        {"app_processes = 0\n", "Line 1: app_processes must be a whole number from 1 to 64."},
        {"app_processes = two\n", "Line 1: app_processes must be a whole number from 1 to 64."},
        {"environment = test\n", "Line 1: environment must be development or production."},
        {"log_level = loud\n", "Line 1: log_level must be debug, info, warn or error."},
        {"db_name = a\ndb_name = b\n", "Line 2 sets db_name a second time."},
        {"base_url = https://m.example\noutbound_allow = 127.0.0.1:9\n",
         "outbound_allow opens private addresses and is for development alone."},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *why;

        assert_null(read_text(rows[i].text, &why));
        assert_string_equal(why, rows[i].why);
    }
}

static void a_missing_file_is_named(void **state)
{
    const char *why = NULL;

    (void)state;
    assert_null(settings_read(arena, "/nowhere/meed.conf", &why));
    assert_non_null(strstr(why, "/nowhere/meed.conf"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_line_is_enough),
        cmocka_unit_test(paths_are_relative_to_the_file),
        cmocka_unit_test(each_mistake_is_named),
        cmocka_unit_test(a_missing_file_is_named),
    };

    return cmocka_run_group_tests_name("settings", tests, open_folder, remove_folder);
}
