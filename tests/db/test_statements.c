/*
 * Every statement in the product, prepared once by the account that runs it:
 * a typo, a missing column or a missing privilege fails here.
 */
#include "tests/support/unit.h"

#include "tests/support/testdb.h"

/* Run by `meedctl migrate` alone, with the migrator's rights. */
static const char *const migrators_own[] = {
    "make_lease",
    "take_lease",
    "drop_lease",
    "note_step",
};

static bool is_migrators_own(const struct db_sql *sql)
{
    for (size_t i = 0; i < COUNT_OF(migrators_own); i++)
        if (strcmp(sql->name, migrators_own[i]) == 0)
            return true;
    return false;
}

static void prepare_all(enum testdb_user user)
{
    struct db *db = testdb_open_as(user);
    size_t wrong = 0, count = 0;
    for (const struct db_sql *sql = db_sql_first(); sql < db_sql_end(); sql++) {
        if (is_migrators_own(sql) != (user == TESTDB_MIGRATOR))
            continue;
        count++;
        if (db_prepare_only(db, sql) == DB_OK)
            continue;
        wrong++;
        print_error("%s: %s\n", sql->name, db_last_error(db));
    }
    db_close(db);
    assert_int_equal(wrong, 0);
    assert_true(count > (user == TESTDB_MIGRATOR ? 3 : 50)); /* the linker left none out */
}

static void the_web_can_prepare_every_statement(void **state)
{
    (void)state;
    prepare_all(TESTDB_WEB);
}

static void the_worker_can_prepare_every_statement(void **state)
{
    (void)state;
    prepare_all(TESTDB_WORKER);
}

static void the_migrator_can_prepare_its_own(void **state)
{
    (void)state;
    prepare_all(TESTDB_MIGRATOR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_web_can_prepare_every_statement),
        cmocka_unit_test(the_worker_can_prepare_every_statement),
        cmocka_unit_test(the_migrator_can_prepare_its_own),
    };
    return cmocka_run_group_tests_name("statements", tests, NULL, NULL);
}
