/* The database layer against a real server: values, transactions, faults, outages. */
#include "tests/support/unit.h"

#include "base/clock.h"
#include "tests/support/testdb.h"

struct world {
    struct db *db, *other;
    struct arena *arena;
};

DB_SQL(add_row, "INSERT INTO t (k, n) VALUES (?, ?)");
DB_SQL(add_value, "UPDATE t SET n = n + ? WHERE k = ?");
DB_SQL(get_value, "SELECT n FROM t WHERE k = ?");
DB_SQL(get_all, "SELECT k, n FROM t ORDER BY k LIMIT 5000");
DB_SQL(sum_all, "SELECT SUM(n), COUNT(*) FROM t");

static struct world *world_of(void **state)
{
    return *state;
}

static int64_t value_of(struct world *w, uint64_t key)
{
    struct db_rows *row;
    enum db_status status = db_get_one(w->other, w->arena, &get_value, DB_ARGS(db_u64(key)), &row);
    if (status == DB_NO_ROW)
        return -1;
    assert_int_equal(status, DB_OK);
    return db_col_i64(row, 0);
}

/* As the web connects, but with the migrator's rights: the tests make tables of their own. */
static struct db *open_db(void)
{
    struct db_settings settings = db_settings_for(testdb_settings(), DB_MIGRATOR);
    settings.statement_timeout_ms = db_settings_for(testdb_settings(), DB_WEB).statement_timeout_ms;
    return db_open(&settings);
}

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    w->db = open_db();
    w->other = open_db();
    w->arena = arena_new(ARENA_CEILING_DEFAULT);
    *state = w;
    return 0;
}

static int fresh_table(void **state)
{
    struct world *w = world_of(state);
    arena_reset(w->arena);
    if (db_exec_text(w->db,
                     "CREATE OR REPLACE TABLE t (k BIGINT UNSIGNED PRIMARY KEY, n BIGINT NOT NULL,"
                     " CONSTRAINT n_bounded CHECK (n < 1000000))") != DB_OK)
        return -1;
    return db_exec_text(w->db, "INSERT INTO t VALUES (1, 100), (2, 200)") == DB_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    struct world *w = world_of(state);
    db_close(w->db);
    db_close(w->other);
    arena_free(w->arena);
    free(w);
    return 0;
}

/* ---- values ---- */

DB_SQL(echo, "SELECT CAST(? AS SIGNED), CAST(? AS UNSIGNED), ?, ?, ?, ?");

static void brings_every_kind_of_value_back_unchanged(void **state)
{
    struct world *w = world_of(state);
    struct uuid id = uuid_v7(INT64_C(1700000000000000));
    struct db_rows *r;
    assert_int_equal(
        db_get_one(w->db, w->arena, &echo,
                   DB_ARGS(db_i64(INT64_MIN), db_u64(UINT64_MAX), db_text(SV("naïve ☂ 𝄞")),
                           db_uuid(&id), db_text(SV("")), db_cstr(NULL)),
                   &r),
        DB_OK);
    assert_true(db_col_i64(r, 0) == INT64_MIN);
    assert_true(db_col_u64(r, 1) == UINT64_MAX);
    assert_true(sv_eq(db_col_text(r, 2), SV("naïve ☂ 𝄞")));
    assert_true(uuid_eq(db_col_uuid(r, 3), id));
    assert_false(db_col_is_null(r, 4));
    assert_int_equal(db_col_text(r, 4).n, 0);
    assert_true(db_col_is_null(r, 5));
    assert_string_equal(db_col_cstr(r, 5), "");
}

static void reads_an_exact_sum_as_an_integer(void **state)
{
    struct world *w = world_of(state);
    struct db_rows *r;
    assert_int_equal(db_get_one(w->db, w->arena, &sum_all, DB_NO_ARGS, &r), DB_OK);
    assert_int_equal(db_col_i64(r, 0), 300);
    assert_int_equal(db_col_u64(r, 1), 2);
}

static void nested_reads_do_not_disturb_each_other(void **state)
{
    struct world *w = world_of(state);
    int64_t sum = 0;
    struct db_rows *all = db_query(w->db, w->arena, &get_all, DB_NO_ARGS);
    while (db_next(all)) {
        struct db_rows *one;
        assert_int_equal(
            db_get_one(w->db, w->arena, &get_value, DB_ARGS(db_u64(db_col_u64(all, 0))), &one),
            DB_OK);
        sum += db_col_i64(one, 0);
    }
    assert_int_equal(db_rows_status(all), DB_OK);
    assert_int_equal(sum, 300);
}

static void an_update_that_changes_nothing_still_counts_the_row_it_found(void **state)
{
    struct world *w = world_of(state);
    assert_int_equal(db_exec_one(w->db, &add_value, DB_ARGS(db_i64(0), db_u64(1))), DB_OK);
    assert_int_equal(db_exec_one(w->db, &add_value, DB_ARGS(db_i64(1), db_u64(77))), DB_NO_ROW);
}

static void keeps_more_text_statements_than_its_cache_holds(void **state)
{
    struct world *w = world_of(state);
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < 100; i++) {
            const char *text = arena_printf(w->arena, "SELECT n + %d FROM t WHERE k = ?", i);
            struct db_rows *r = db_query_text(w->db, w->arena, text, DB_ARGS(db_u64(1)));
            assert_true(db_next(r));
            assert_int_equal(db_col_i64(r, 0), 100 + i);
        }
}

static void prepares_again_when_the_table_has_changed(void **state)
{
    struct world *w = world_of(state);
    static const char text[] = "SELECT * FROM t WHERE k = ?";
    struct db_rows *r = db_query_text(w->db, w->arena, text, DB_ARGS(db_u64(1)));
    assert_int_equal(db_rows_status(r), DB_OK);
    assert_int_equal(db_exec_text(w->other,
                                  "ALTER TABLE t ADD COLUMN more VARCHAR(10) NOT NULL"
                                  " DEFAULT 'extra'"),
                     DB_OK);
    r = db_query_text(w->db, w->arena, text, DB_ARGS(db_u64(1)));
    assert_true(db_next(r));
    assert_string_equal(db_col_cstr(r, 2), "extra");
}

static void drains_every_result_of_a_call(void **state)
{
    struct world *w = world_of(state);
    assert_int_equal(db_exec_text(w->db,
                                  "CREATE OR REPLACE PROCEDURE two_results_v1() BEGIN"
                                  " SELECT 11; SELECT 22; END"),
                     DB_OK);
    for (int i = 0; i < 3; i++) {
        struct db_rows *r = db_query_text(w->db, w->arena, "CALL two_results_v1()", DB_NO_ARGS);
        assert_true(db_next(r));
        assert_int_equal(db_col_i64(r, 0), 11);
        assert_int_equal(value_of(w, 1), 100);
        assert_true(db_is_reachable(w->db));
    }
}

DB_SQL(add_ignoring, "INSERT IGNORE INTO t (k, n) VALUES (?, ?)");

static void bulk_inserts_rows_and_counts_those_that_are_new(void **state)
{
    struct world *w = world_of(state);
    enum { ROWS = 1000 };
    struct db_arg args[2 * ROWS];
    for (size_t r = 0; r < ROWS; r++) {
        args[r] = db_u64(r + 1); /* 1 and 2 are known */
        args[ROWS + r] = db_i64(-(int64_t)r);
    }
    uint64_t affected = 0;
    assert_int_equal(db_exec_bulk(w->db, &add_ignoring, args, 2, ROWS, &affected), DB_OK);
    assert_int_equal(affected, ROWS - 2);
    assert_int_equal(value_of(w, 2), 200);
    assert_int_equal(value_of(w, 1000), -999);
    /* the same statement, one row, right behind it */
    assert_int_equal(db_exec(w->db, &add_ignoring, DB_ARGS(db_u64(5000), db_i64(5)), &affected),
                     DB_OK);
    assert_int_equal(affected, 1);
}

DB_SQL(add_mixed, "INSERT INTO mixed (id, name, bytes, big) VALUES (?, ?, ?, ?)");

static void bulk_binds_text_bytes_nulls_and_large_numbers(void **state)
{
    struct world *w = world_of(state);
    assert_int_equal(db_exec_text(w->db,
                                  "CREATE OR REPLACE TABLE mixed (id BIGINT PRIMARY KEY,"
                                  " name VARCHAR(20) NULL, bytes BINARY(16) NOT NULL,"
                                  " big BIGINT UNSIGNED NULL)"),
                     DB_OK);
    struct uuid a = uuid_v7(1), b = uuid_v7(2);
    const struct db_arg args[] = {
        db_i64(1),          db_i64(2),          /* id */
        db_null(),          db_text(SV("Zoë")), /* name */
        db_uuid(&a),        db_uuid(&b),        /* bytes */
        db_u64(UINT64_MAX), db_null(),          /* big */
    };
    assert_int_equal(db_exec_bulk(w->db, &add_mixed, args, 4, 2, NULL), DB_OK);
    struct db_rows *r = db_query_text(w->db, w->arena,
                                      "SELECT name, bytes, big FROM mixed ORDER BY id", DB_NO_ARGS);
    assert_true(db_next(r));
    assert_true(db_col_is_null(r, 0));
    assert_true(uuid_eq(db_col_uuid(r, 1), a));
    assert_true(db_col_u64(r, 2) == UINT64_MAX);
    assert_true(db_next(r));
    assert_string_equal(db_col_cstr(r, 0), "Zoë");
    assert_true(uuid_eq(db_col_uuid(r, 1), b));
    assert_true(db_col_is_null(r, 2));
}

/* ---- transactions ---- */

/* Moves 10 from row 1 to row 2, `runs` counting how often it was begun. */
struct move {
    unsigned runs;
    enum db_status forget; /* the status that the body ignored, for poison tests */
    enum db_status answer; /* what it returns when all went well */
};

static enum db_status move_ten(struct db *db, void *context)
{
    struct move *move = context;
    move->runs++;
    enum db_status status = db_exec_one(db, &add_value, DB_ARGS(db_i64(-10), db_u64(1)));
    if (status == DB_OK)
        status = db_exec_one(db, &add_value, DB_ARGS(db_i64(10), db_u64(2)));
    return status == DB_OK ? move->answer : status;
}

static void assert_values(struct world *w, int64_t one, int64_t two)
{
    assert_int_equal(value_of(w, 1), one);
    assert_int_equal(value_of(w, 2), two);
}

static void commits_what_the_body_did(void **state)
{
    struct world *w = world_of(state);
    struct move move = {0};
    assert_int_equal(db_tx_run(w->db, move_ten, &move), DB_OK);
    assert_false(db_in_tx(w->db));
    assert_values(w, 90, 210);
}

static void a_body_that_asks_for_rollback_leaves_nothing(void **state)
{
    struct world *w = world_of(state);
    struct move move = {.answer = DB_ROLLBACK};
    assert_int_equal(db_tx_run(w->db, move_ten, &move), DB_ROLLBACK);
    assert_values(w, 100, 200);
}

static void hands_on_what_the_body_says_and_rolls_back(void **state)
{
    struct world *w = world_of(state);
    struct move move = {.answer = DB_NO_ROW};
    assert_int_equal(db_tx_run(w->db, move_ten, &move), DB_NO_ROW);
    assert_int_equal(move.runs, 1);
    assert_values(w, 100, 200);
}

static enum db_status duplicate_and_forget(struct db *db, void *context)
{
    struct move *move = context;
    move->runs++;
    enum db_status moved = db_exec_one(db, &add_value, DB_ARGS(db_i64(-10), db_u64(1)));
    assert_int_equal(moved, DB_OK);
    move->forget = db_insert(db, &add_row, DB_ARGS(db_u64(2), db_i64(5)), NULL);
    return DB_OK;
}

static void a_poisoned_transaction_never_commits_even_if_the_body_forgets(void **state)
{
    struct world *w = world_of(state);
    struct move move = {0};
    assert_int_equal(db_tx_run(w->db, duplicate_and_forget, &move), DB_DUPLICATE);
    assert_int_equal(move.forget, DB_DUPLICATE);
    assert_int_equal(move.runs, 1);
    assert_values(w, 100, 200);
}

static enum db_status go_on_after_poison(struct db *db, void *context)
{
    enum db_status *second = context;
    enum db_status first = db_insert(db, &add_row, DB_ARGS(db_u64(2), db_i64(5)), NULL);
    assert_int_equal(first, DB_DUPLICATE);
    *second = db_insert(db, &add_row, DB_ARGS(db_u64(3), db_i64(5)), NULL);
    return DB_OK;
}

static void after_poison_no_statement_reaches_the_server(void **state)
{
    struct world *w = world_of(state);
    enum db_status second = DB_OK;
    db_fault_arm(w->db, 0, DB_FAULT_ERROR);
    assert_int_equal(db_tx_run(w->db, go_on_after_poison, &second), DB_DUPLICATE);
    assert_int_equal(second, DB_DUPLICATE);
    assert_int_equal(db_calls_made(w->db), 2); /* begin, the first insert */
    assert_int_equal(value_of(w, 3), -1);
}

static enum db_status insert_known_and_go_on(struct db *db, void *context)
{
    enum db_status *seen = context;
    *seen = db_insert_unless_known(db, &add_row, DB_ARGS(db_u64(2), db_i64(5)), NULL);
    return db_insert(db, &add_row, DB_ARGS(db_u64(3), db_i64(5)), NULL);
}

static void a_known_row_can_be_an_expected_answer(void **state)
{
    struct world *w = world_of(state);
    enum db_status seen = DB_OK;
    assert_int_equal(db_tx_run(w->db, insert_known_and_go_on, &seen), DB_OK);
    assert_int_equal(seen, DB_DUPLICATE);
    assert_int_equal(value_of(w, 3), 5);
}

static enum db_status break_a_constraint(struct db *db, void *context)
{
    (void)context;
    return db_exec_one(db, &add_value, DB_ARGS(db_i64(2000000), db_u64(1)));
}

static void a_broken_constraint_fails_and_is_not_tried_again(void **state)
{
    struct world *w = world_of(state);
    db_fault_arm(w->db, 0, DB_FAULT_ERROR);
    assert_int_equal(db_tx_run(w->db, break_a_constraint, NULL), DB_FAILED);
    assert_int_equal(db_calls_made(w->db), 2);
    assert_values(w, 100, 200);
}

static enum db_status read_twice(struct db *db, void *context)
{
    struct world *w = context;
    struct db_rows *r;
    for (int i = 0; i < 2; i++) {
        enum db_status status = db_get_one(db, w->arena, &get_value, DB_ARGS(db_u64(1)), &r);
        if (status != DB_OK)
            return status;
        assert_int_equal(db_col_i64(r, 0), 100);
        assert_int_equal(db_exec(w->other, &add_value, DB_ARGS(db_i64(1), db_u64(1)), NULL), DB_OK);
    }
    return DB_OK;
}

static void a_read_transaction_sees_one_snapshot(void **state)
{
    struct world *w = world_of(state);
    assert_int_equal(db_tx_read(w->db, read_twice, w), DB_OK);
    assert_int_equal(value_of(w, 1), 102);
}

static void a_snapshot_stays_one_when_the_connection_is_lost_as_it_begins(void **state)
{
    static const enum db_fault faults[] = {DB_FAULT_LOST_BEFORE, DB_FAULT_LOST_AFTER};
    struct world *w = world_of(state);
    for (size_t f = 0; f < COUNT_OF(faults); f++)
        for (unsigned n = 1; n <= 2; n++) { /* the level, the start */
            assert_int_equal(db_exec_text(w->other, "UPDATE t SET n = 100 WHERE k = 1"), DB_OK);
            db_fault_arm(w->db, n, faults[f]);
            assert_int_equal(db_tx_read(w->db, read_twice, w), DB_OK);
        }
}

static enum db_status write_in_read(struct db *db, void *context)
{
    (void)context;
    return db_exec(db, &add_value, DB_ARGS(db_i64(1), db_u64(1)), NULL);
}

static void a_read_transaction_refuses_to_write(void **state)
{
    struct world *w = world_of(state);
    assert_int_equal(db_tx_read(w->db, write_in_read, NULL), DB_FAILED);
    assert_values(w, 100, 200);
}

/* ---- faults: every call of a transaction failing in every way ---- */

/* The calls of move_ten: begin, two updates, commit. */
enum { MOVE_CALLS = 4 };

static void every_call_of_a_transaction_may_be_a_deadlocks_victim(void **state)
{
    struct world *w = world_of(state);
    for (unsigned n = 1; n <= MOVE_CALLS; n++) {
        struct move move = {0};
        db_fault_arm(w->db, n, DB_FAULT_DEADLOCK);
        assert_int_equal(db_tx_run(w->db, move_ten, &move), DB_OK);
        assert_int_equal(move.runs, n == 1 ? 1 : 2);
        assert_values(w, 100 - 10 * n, 200 + 10 * n);
    }
}

static void every_call_of_a_transaction_may_lose_the_connection(void **state)
{
    static const enum db_fault faults[] = {DB_FAULT_LOST_BEFORE, DB_FAULT_LOST_AFTER};
    struct world *w = world_of(state);
    int64_t moved = 0;
    for (size_t f = 0; f < COUNT_OF(faults); f++)
        for (unsigned n = 1; n <= MOVE_CALLS; n++) {
            struct move move = {0};
            db_fault_arm(w->db, n, faults[f]);
            enum db_status status = db_tx_run(w->db, move_ten, &move);
            bool at_commit = n == MOVE_CALLS;
            assert_int_equal(status, at_commit ? DB_AMBIGUOUS : DB_OK);
            if (!at_commit || faults[f] == DB_FAULT_LOST_AFTER)
                moved += 10;
            assert_values(w, 100 - moved, 200 + moved);
        }
}

static void an_error_of_any_call_leaves_nothing_behind(void **state)
{
    struct world *w = world_of(state);
    for (unsigned n = 1; n <= MOVE_CALLS; n++) {
        struct move move = {0};
        db_fault_arm(w->db, n, DB_FAULT_ERROR);
        assert_int_equal(db_tx_run(w->db, move_ten, &move), DB_FAILED);
        assert_values(w, 100, 200);
    }
}

static enum db_status always_again(struct db *db, void *context)
{
    struct move *move = context;
    move->runs++;
    (void)db;
    return DB_RETRY;
}

static void gives_up_after_five_tries(void **state)
{
    struct world *w = world_of(state);
    struct move move = {0};
    assert_int_equal(db_tx_run(w->db, always_again, &move), DB_UNAVAILABLE);
    assert_int_equal(move.runs, 5);
}

static void a_lost_read_is_made_again_and_a_lost_write_is_not(void **state)
{
    struct world *w = world_of(state);
    struct db_rows *r;
    for (int after = 0; after < 2; after++) {
        db_fault_arm(w->db, 1, after ? DB_FAULT_LOST_AFTER : DB_FAULT_LOST_BEFORE);
        assert_int_equal(db_get_one(w->db, w->arena, &get_value, DB_ARGS(db_u64(1)), &r), DB_OK);
        assert_int_equal(db_col_i64(r, 0), 100);
    }
    assert_int_equal(db_exec(w->db, &add_value, DB_ARGS(db_i64(0), db_u64(1)), NULL), DB_OK);
    db_fault_arm(w->db, 1, DB_FAULT_LOST_AFTER);
    assert_int_equal(db_exec(w->db, &add_value, DB_ARGS(db_i64(1), db_u64(1)), NULL), DB_AMBIGUOUS);
    assert_values(w, 101, 200);
}

/* ---- the real thing ---- */

/* Takes the rows in `first`, then `second` order; two at once deadlock. */
struct crossing {
    struct world *w;
    uint64_t first, second;
};

static enum db_status cross(struct db *db, void *context)
{
    struct crossing *c = context;
    enum db_status status = db_exec_one(db, &add_value, DB_ARGS(db_i64(1), db_u64(c->first)));
    if (status != DB_OK)
        return status;
    usleep(20 * 1000);
    return db_exec_one(db, &add_value, DB_ARGS(db_i64(1), db_u64(c->second)));
}

static void real_deadlocks_are_run_again_until_all_are_in(void **state)
{
    struct world *w = world_of(state);
    enum { PROCESSES = 4, TIMES = 10 };
    pid_t pids[PROCESSES];
    for (int p = 0; p < PROCESSES; p++) {
        pids[p] = fork();
        if (pids[p] == 0) {
            struct db *db = open_db();
            struct crossing c = {w, p % 2 ? 1 : 2, p % 2 ? 2 : 1};
            int failures = 0;
            for (int i = 0; i < TIMES; i++)
                for (int tries = 0; db_tx_run(db, cross, &c) != DB_OK; tries++)
                    if (tries > 20)
                        failures++;
            db_close(db);
            _exit(failures != 0);
        }
    }
    for (int p = 0; p < PROCESSES; p++) {
        int how = 0;
        assert_int_equal(waitpid(pids[p], &how, 0), pids[p]);
        assert_int_equal(how, 0);
    }
    assert_values(w, 100 + PROCESSES * TIMES, 200 + PROCESSES * TIMES);
}

/* After an outage: all works again within 10 s, with no restart of ours. */
static void wait_until_reachable(struct db *db)
{
    int64_t until_us = clock_monotonic_us() + 10 * CLOCK_SECOND;
    while (!db_is_reachable(db)) {
        assert_true(clock_monotonic_us() < until_us);
        usleep(100 * 1000);
    }
}

static void survives_a_killed_server_without_a_restart(void **state)
{
    struct world *w = world_of(state);
    struct move move = {0};
    testdb_kill();
    assert_int_equal(db_tx_run(w->db, move_ten, &move), DB_UNAVAILABLE);
    assert_false(db_is_reachable(w->db));
    testdb_restart();
    wait_until_reachable(w->db);
    wait_until_reachable(w->other);
    assert_int_equal(db_tx_run(w->db, move_ten, &move), DB_OK);
    assert_values(w, 90, 210);
}

static int64_t microseconds_of(struct db *db, struct arena *arena, enum db_status *status)
{
    int64_t started_us = clock_monotonic_us();
    struct db_rows *r;
    *status = db_get_one(db, arena, &get_value, DB_ARGS(db_u64(1)), &r);
    return clock_monotonic_us() - started_us;
}

static void a_hung_server_holds_a_caller_for_seven_seconds_at_most(void **state)
{
    struct world *w = world_of(state);
    enum db_status status;
    assert_true(db_is_reachable(w->db));
    testdb_signal(SIGSTOP);
    usleep(300 * 1000); /* until each of its threads has heard of it */
    int64_t first_us = microseconds_of(w->db, w->arena, &status);
    enum db_status next;
    int64_t next_us = microseconds_of(w->db, w->arena, &next);
    usleep(1100 * 1000);
    enum db_status later;
    int64_t later_us = microseconds_of(w->db, w->arena, &later);
    testdb_signal(SIGCONT);
    assert_int_equal(status, DB_UNAVAILABLE);
    assert_true(first_us < 7 * CLOCK_SECOND);
    assert_int_equal(next, DB_UNAVAILABLE);
    assert_true(next_us < CLOCK_SECOND / 2);
    assert_int_equal(later, DB_UNAVAILABLE);
    assert_true(later_us < 4 * CLOCK_SECOND);
    wait_until_reachable(w->db);
    wait_until_reachable(w->other);
    assert_values(w, 100, 200);
}

static void a_statement_past_its_time_is_stopped_and_the_connection_lives(void **state)
{
    struct world *w = world_of(state);
    struct db_rows *r = db_query_text(w->db, w->arena, "SELECT SLEEP(30)", DB_NO_ARGS);
    assert_int_equal(db_rows_status(r), DB_UNAVAILABLE);
    wait_until_reachable(w->db);
    assert_int_equal(value_of(w, 1), 100);
}

static void every_session_is_as_the_rules_want(void **state)
{
    struct world *w = world_of(state);
    struct db_rows *r = db_query_text(
        w->db, w->arena,
        "SELECT @@tx_isolation, @@time_zone, @@innodb_lock_wait_timeout, @@character_set_client",
        DB_NO_ARGS);
    assert_true(db_next(r));
    assert_string_equal(db_col_cstr(r, 0), "READ-COMMITTED");
    assert_string_equal(db_col_cstr(r, 1), "+00:00");
    assert_int_equal(db_col_i64(r, 2), 5);
    assert_string_equal(db_col_cstr(r, 3), "utf8mb4");
}

#define TEST(f) cmocka_unit_test_setup(f, fresh_table)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(brings_every_kind_of_value_back_unchanged),
        TEST(reads_an_exact_sum_as_an_integer),
        TEST(nested_reads_do_not_disturb_each_other),
        TEST(an_update_that_changes_nothing_still_counts_the_row_it_found),
        TEST(keeps_more_text_statements_than_its_cache_holds),
        TEST(prepares_again_when_the_table_has_changed),
        TEST(drains_every_result_of_a_call),
        TEST(bulk_inserts_rows_and_counts_those_that_are_new),
        TEST(bulk_binds_text_bytes_nulls_and_large_numbers),
        TEST(commits_what_the_body_did),
        TEST(a_body_that_asks_for_rollback_leaves_nothing),
        TEST(hands_on_what_the_body_says_and_rolls_back),
        TEST(a_poisoned_transaction_never_commits_even_if_the_body_forgets),
        TEST(after_poison_no_statement_reaches_the_server),
        TEST(a_known_row_can_be_an_expected_answer),
        TEST(a_broken_constraint_fails_and_is_not_tried_again),
        TEST(a_read_transaction_sees_one_snapshot),
        TEST(a_snapshot_stays_one_when_the_connection_is_lost_as_it_begins),
        TEST(a_read_transaction_refuses_to_write),
        TEST(every_call_of_a_transaction_may_be_a_deadlocks_victim),
        TEST(every_call_of_a_transaction_may_lose_the_connection),
        TEST(an_error_of_any_call_leaves_nothing_behind),
        TEST(gives_up_after_five_tries),
        TEST(a_lost_read_is_made_again_and_a_lost_write_is_not),
        TEST(real_deadlocks_are_run_again_until_all_are_in),
        TEST(every_session_is_as_the_rules_want),
        TEST(a_statement_past_its_time_is_stopped_and_the_connection_lives),
        TEST(a_hung_server_holds_a_caller_for_seven_seconds_at_most),
        TEST(survives_a_killed_server_without_a_restart),
    };
    return cmocka_run_group_tests_name("db", tests, set_up, tear_down);
}
