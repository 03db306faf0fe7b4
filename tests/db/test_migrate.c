/* Migrations: once, in order, by one at a time, and never edited afterwards. */
#include <sys/stat.h>

#include "tests/support/unit.h"

#include "db/migrate.h"
#include "tests/support/testdb.h"

/* A folder of migrations of its own, in a database of its own that every test starts anew. */
struct world {
    struct db *db;
    struct arena *arena;
    char folder[64];
};

static struct world *world_of(void **state)
{
    return *state;
}

static void put_file(struct world *w, const char *name, const char *text)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", w->folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static struct db *open_db(void)
{
    struct db_settings settings = db_settings_for(testdb_settings(), DB_MIGRATOR);
    return db_open(&settings);
}

static enum migrate_result migrate(struct world *w, struct migrate_report *report)
{
    return migrate_run(w->db, w->arena, w->folder, report);
}

static int fresh(void **state)
{
    static const char *const tables[] = {"schema_step", "schema_lease", "m_one", "m_two"};
    struct world *w = world_of(state);
    char command[100];
    arena_reset(w->arena);
    for (size_t i = 0; i < COUNT_OF(tables); i++)
        if (db_exec_text(w->db, arena_printf(w->arena, "DROP TABLE IF EXISTS %s", tables[i])) !=
            DB_OK)
            return -1;
    snprintf(command, sizeof command, "rm -f %s/*.sql", w->folder);
    return system(command);
}

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    w->db = open_db();
    w->arena = arena_new(ARENA_CEILING_DEFAULT);
    snprintf(w->folder, sizeof w->folder, "/tmp/meed-migrate-XXXXXX");
    *state = w;
    return mkdtemp(w->folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    struct world *w = world_of(state);
    int failed = fresh(state);
    rmdir(w->folder);
    db_close(w->db);
    arena_free(w->arena);
    free(w);
    return failed;
}

static int64_t number(struct world *w, const char *sql)
{
    struct db_rows *row = db_query_text(w->db, w->arena, sql, DB_NO_ARGS);
    assert_true(db_next(row));
    return db_col_i64(row, 0);
}

#define ONE "CREATE TABLE m_one (id INT PRIMARY KEY);\n"

static void applies_files_in_order_and_each_statement_once(void **state)
{
    struct world *w = world_of(state);
    struct migrate_report report;
    unsigned version;
    put_file(w, "0002_rows.sql", "INSERT INTO m_one VALUES (1);\nINSERT INTO m_one VALUES (2);\n");
    put_file(w, "0001_table.sql", "-- a comment\n" ONE);
    assert_int_equal(migrate(w, &report), MIGRATE_OK);
    assert_int_equal(report.steps_applied, 3);
    assert_int_equal(report.version, 2);
    assert_int_equal(migrate(w, &report), MIGRATE_OK);
    assert_int_equal(report.steps_applied, 0);
    assert_int_equal(number(w, "SELECT COUNT(*) FROM m_one"), 2);
    assert_int_equal(migrate_current_version(w->db, w->arena, &version), DB_OK);
    assert_int_equal(version, 2);
}

static void applies_what_is_added_later(void **state)
{
    struct world *w = world_of(state);
    struct migrate_report report;
    put_file(w, "0001_table.sql", ONE);
    assert_int_equal(migrate(w, &report), MIGRATE_OK);
    put_file(w, "0002_column.sql", "ALTER TABLE m_one\n  ADD COLUMN n INT NOT NULL DEFAULT 0;\n");
    assert_int_equal(migrate(w, &report), MIGRATE_OK);
    assert_int_equal(report.steps_applied, 1);
}

static void stops_at_a_statement_that_was_edited_after_it_was_applied(void **state)
{
    struct world *w = world_of(state);
    struct migrate_report report;
    put_file(w, "0001_table.sql", ONE);
    assert_int_equal(migrate(w, &report), MIGRATE_OK);
    put_file(w, "0001_table.sql", "CREATE TABLE m_one (id BIGINT PRIMARY KEY);\n");
    put_file(w, "0002_more.sql", "CREATE TABLE m_two (id INT PRIMARY KEY);\n");
    assert_int_equal(migrate(w, &report), MIGRATE_CHANGED_STEP);
    assert_non_null(strstr(report.detail, "0001_table.sql, statement 1"));
    assert_int_equal(number(w,
                            "SELECT COUNT(*) FROM information_schema.tables"
                            " WHERE table_schema = DATABASE() AND table_name = 'm_two'"),
                     0);
}

static void a_comment_may_be_edited(void **state)
{
    struct world *w = world_of(state);
    struct migrate_report report;
    put_file(w, "0001_table.sql", "-- old words\n" ONE);
    assert_int_equal(migrate(w, &report), MIGRATE_OK);
    put_file(w, "0001_table.sql", "-- new words\n\n" ONE);
    assert_int_equal(migrate(w, &report), MIGRATE_OK);
}

static void goes_on_after_a_statement_that_failed(void **state)
{
    struct world *w = world_of(state);
    struct migrate_report report;
    put_file(w, "0001_table.sql", ONE "CREATE TABLE m_two (id INT PRIMARY KEY, nonsense);\n");
    assert_int_equal(migrate(w, &report), MIGRATE_DB_FAILED);
    assert_non_null(strstr(report.detail, "0001_table.sql, statement 2"));
    put_file(w, "0001_table.sql", ONE "CREATE TABLE m_two (id INT PRIMARY KEY);\n");
    assert_int_equal(migrate(w, &report), MIGRATE_OK);
    assert_int_equal(report.steps_applied, 1);
}

static void goes_on_after_a_kill_between_a_definition_and_its_record(void **state)
{
    struct world *w = world_of(state);
    struct migrate_report report;
    put_file(w, "0001_table.sql", ONE);
    assert_int_equal(migrate(w, &report), MIGRATE_OK);
    assert_int_equal(db_exec_text(w->db, "UPDATE schema_step SET applied_us = 0"), DB_OK);
    assert_int_equal(migrate(w, &report), MIGRATE_OK);
    assert_int_equal(number(w, "SELECT COUNT(*) FROM schema_step WHERE applied_us > 0"), 1);
}

static void a_table_that_was_there_before_is_no_migration_of_ours(void **state)
{
    struct world *w = world_of(state);
    struct migrate_report report;
    assert_int_equal(db_exec_text(w->db, "CREATE TABLE m_one (other INT)"), DB_OK);
    put_file(w, "0001_table.sql", ONE);
    assert_int_equal(migrate(w, &report), MIGRATE_DB_FAILED);
}

static void runs_a_routine_as_one_statement(void **state)
{
    struct world *w = world_of(state);
    struct migrate_report report;
    put_file(w, "0001_routine.sql",
             ONE
             "-- begin routine\n"
             "CREATE OR REPLACE PROCEDURE m_fill_v1()\nBEGIN\n"
             "  -- inside\n  INSERT INTO m_one VALUES (1);\n  INSERT INTO m_one VALUES (2);\n"
             "END\n-- end routine\n");
    assert_int_equal(migrate(w, &report), MIGRATE_OK);
    assert_int_equal(report.steps_applied, 2);
    assert_int_equal(db_exec_text(w->db, "CALL m_fill_v1()"), DB_OK);
    assert_int_equal(number(w, "SELECT COUNT(*) FROM m_one"), 2);
    assert_int_equal(db_exec_text(w->db, "DROP PROCEDURE m_fill_v1"), DB_OK);
}

static void refuses_a_statement_without_an_end(void **state)
{
    struct world *w = world_of(state);
    struct migrate_report report;
    put_file(w, "0001_table.sql", ONE "CREATE TABLE m_two (id INT PRIMARY KEY)\n");
    assert_int_equal(migrate(w, &report), MIGRATE_BAD_FILE);
    assert_int_equal(report.steps_applied, 0);
}

static void refuses_two_files_of_one_number(void **state)
{
    struct world *w = world_of(state);
    struct migrate_report report;
    put_file(w, "0001_table.sql", ONE);
    put_file(w, "0001_other.sql", ONE);
    assert_int_equal(migrate(w, &report), MIGRATE_BAD_FILE);
    assert_non_null(strstr(report.detail, "0001_other.sql"));
}

static void refuses_to_copy_a_table(void **state)
{
    struct world *w = world_of(state);
    struct migrate_report report;
    put_file(w, "0001_table.sql", ONE);
    put_file(w, "0002_type.sql", "ALTER TABLE m_one MODIFY id BIGINT NOT NULL;\n");
    assert_int_equal(migrate(w, &report), MIGRATE_DB_FAILED);
    assert_non_null(strstr(report.detail, "0002_type.sql"));
}

static void two_migrators_at_once_apply_everything_once(void **state)
{
    struct world *w = world_of(state);
    enum { MIGRATORS = 4 };
    pid_t pids[MIGRATORS];
    struct migrate_report report;
    put_file(w, "0001_table.sql", ONE);
    put_file(w, "0002_rows.sql",
             "INSERT INTO m_one SELECT COUNT(*) + 1 FROM m_one;\n"
             "INSERT INTO m_one SELECT COUNT(*) + 1 FROM m_one;\n");
    for (int i = 0; i < MIGRATORS; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            struct db *db = open_db();
            enum migrate_result result = migrate_run(db, w->arena, w->folder, &report);
            db_close(db);
            _exit(result == MIGRATE_OK ? 0 : 1);
        }
    }
    for (int i = 0; i < MIGRATORS; i++) {
        int how = 0;
        assert_int_equal(waitpid(pids[i], &how, 0), pids[i]);
        assert_int_equal(how, 0);
    }
    assert_int_equal(number(w, "SELECT COUNT(*) FROM m_one"), 2);
}

static void grants_are_written_with_quoted_accounts(void **state)
{
    struct world *w = world_of(state);
    assert_sv_equal(migrate_account(w->arena, "meed_web", true), "'meed_web'@'localhost'");
    assert_sv_equal(migrate_account(w->arena, "o'hara\\", false), "'o''hara\\\\'@'%'");
}

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(applies_files_in_order_and_each_statement_once),
        TEST(applies_what_is_added_later),
        TEST(stops_at_a_statement_that_was_edited_after_it_was_applied),
        TEST(a_comment_may_be_edited),
        TEST(goes_on_after_a_statement_that_failed),
        TEST(goes_on_after_a_kill_between_a_definition_and_its_record),
        TEST(a_table_that_was_there_before_is_no_migration_of_ours),
        TEST(runs_a_routine_as_one_statement),
        TEST(refuses_a_statement_without_an_end),
        TEST(refuses_two_files_of_one_number),
        TEST(refuses_to_copy_a_table),
        TEST(two_migrators_at_once_apply_everything_once),
        TEST(grants_are_written_with_quoted_accounts),
    };
    return cmocka_run_group_tests_name("migrate", tests, set_up, tear_down);
}
