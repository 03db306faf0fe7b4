/*
 * Privileges: what the web's and the worker's accounts may not do, whatever our
 * own code asks for (I18).
 */
#include <setjmp.h>
#include <stdarg.h>

#include "tests/support/testdb.h"

#include <cmocka.h>

/* Tables that only ever grow. */
static const char *const append_only[] = {
    "ledger_transfer", "ledger_entry", "seal", "commission_event", "attribution",
};

static const enum testdb_user serving[] = {TESTDB_WEB, TESTDB_WORKER};

static void assert_refused(struct db *db, const char *statement)
{
    assert_int_not_equal(db_exec_text(db, statement), DB_OK);
    assert_non_null(strstr(db_last_error(db), "command denied"));
}

static void assert_table_only_grows(struct db *db, const char *table)
{
    char statement[160];

    snprintf(statement, sizeof(statement), "DELETE FROM %s", table);
    assert_refused(db, statement);
    snprintf(statement, sizeof(statement), "TRUNCATE TABLE %s", table);
    assert_refused(db, statement);
    snprintf(statement, sizeof(statement), "DROP TABLE %s", table);
    assert_refused(db, statement);
}

static void refuses_to_change_what_is_append_only(void **state)
{
    (void)state;
    for (size_t u = 0; u < COUNT_OF(serving); u++) {
        struct db *db = testdb_open_as(serving[u]);

        for (size_t t = 0; t < COUNT_OF(append_only); t++)
            assert_table_only_grows(db, append_only[t]);
        assert_refused(db, "UPDATE ledger_entry SET amount = 1");
        assert_refused(db, "UPDATE ledger_transfer SET kind = 'x'");
        assert_refused(db, "UPDATE seal SET hash = ''");
        assert_refused(db, "UPDATE commission_event SET note = ''");
        db_close(db);
    }
}

static void refuses_to_change_the_schema(void **state)
{
    (void)state;
    for (size_t u = 0; u < COUNT_OF(serving); u++) {
        struct db *db = testdb_open_as(serving[u]);

        assert_refused(db, "CREATE TABLE smuggled (id INT PRIMARY KEY)");
        assert_refused(db, "ALTER TABLE link ADD smuggled INT");
        db_close(db);
    }
}

static void reads_every_table_it_serves(void **state)
{
    struct db *db = testdb_open();

    (void)state;
    assert_int_equal(db_exec_text(db, "DO (SELECT COUNT(*) FROM ledger_entry)"), DB_OK);
    db_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_to_change_what_is_append_only),
        cmocka_unit_test(refuses_to_change_the_schema),
        cmocka_unit_test(reads_every_table_it_serves),
    };
    return cmocka_run_group_tests_name("grants", tests, NULL, NULL);
}
