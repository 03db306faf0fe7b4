/* Leases, tries, and workers that share the jobs with each other and with a drain. */
#include "support/unit.h"

#include <sys/prctl.h>

#include "base/clock.h"
#include "crypto/keys.h"
#include "db/job.h"
#include "db/lease.h"
#include "support/testdb.h"
#include "worker/worker.h"

static struct db *db;
static struct arena *arena;

static int open_keys(void **state)
{
    const char *why = "";
    (void)state;
    arena = arena_new(ARENA_CEILING_DEFAULT);
    return keys_open(testdb_settings()->key_file, arena, &why) ? 0 : -1;
}

static int start(void **state)
{
    (void)state;
    testdb_reset();
    db = testdb_open_as(TESTDB_WORKER);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    db_close(db);
    return 0;
}

/* ---- leases ---- */

#define ANNA "elsewhere/10/a"
#define BEN  "elsewhere/11/b"

static void a_lease_has_one_holder_until_its_time_is_up(void **state)
{
    (void)state;
    assert_int_equal(lease_take(db, "job", ANNA, CLOCK_SECOND), LEASE_HELD);
    assert_int_equal(lease_take(db, "job", BEN, CLOCK_SECOND), LEASE_TAKEN);
    assert_int_equal(lease_take(db, "job", ANNA, CLOCK_SECOND), LEASE_HELD);
    assert_int_equal(lease_take(db, "another", BEN, CLOCK_SECOND), LEASE_HELD);
    usleep(1100 * 1000);
    assert_int_equal(lease_take(db, "job", BEN, CLOCK_SECOND), LEASE_HELD);
    assert_int_equal(lease_take(db, "job", ANNA, CLOCK_SECOND), LEASE_TAKEN);
}

static void only_its_holder_gives_a_lease_up(void **state)
{
    (void)state;
    assert_int_equal(lease_take(db, "job", ANNA, CLOCK_MINUTE), LEASE_HELD);
    assert_int_equal(lease_release(db, "job", BEN), DB_OK);
    assert_int_equal(lease_look(db, arena, "job", BEN), LEASE_TAKEN);
    assert_int_equal(lease_look(db, arena, "job", ANNA), LEASE_HELD);
    assert_int_equal(lease_release(db, "job", ANNA), DB_OK);
    assert_int_equal(lease_take(db, "job", BEN, CLOCK_MINUTE), LEASE_HELD);
}

static void of_many_who_ask_at_once_one_gets_it(void **state)
{
    enum { ASKERS = 8 };
    pid_t pids[ASKERS];
    int held = 0;
    (void)state;
    for (int i = 0; i < ASKERS; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            char name[32];
            struct db *own = testdb_open_as(TESTDB_WORKER);
            snprintf(name, sizeof name, "elsewhere/%d/x", i + 10);
            enum lease_result result = lease_take(own, "job", name, CLOCK_MINUTE);
            db_close(own);
            _exit(result == LEASE_HELD ? 1 : result == LEASE_TAKEN ? 0 : 2);
        }
    }
    for (int i = 0; i < ASKERS; i++) {
        int how;
        assert_int_equal(waitpid(pids[i], &how, 0), pids[i]);
        assert_true(WIFEXITED(how) && WEXITSTATUS(how) < 2);
        held += WEXITSTATUS(how);
    }
    assert_int_equal(held, 1);
}

static void a_killed_neighbours_lease_is_inherited_at_once(void **state)
{
    (void)state;
    const char *own = lease_holder_name(arena);
    int how;
    pid_t pid = fork();
    if (pid == 0) {
        struct db *child = testdb_open_as(TESTDB_WORKER);
        _exit(lease_take(child, "job", lease_holder_name(arena), CLOCK_HOUR) == LEASE_HELD ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &how, 0), pid);
    assert_int_equal(how, 0);
    assert_int_equal(lease_take(db, "job", own, CLOCK_HOUR), LEASE_HELD);
    assert_int_equal(lease_take(db, "job", ANNA, CLOCK_HOUR), LEASE_TAKEN);
    /* another host's process can't be seen: its lease is waited for */
    assert_int_equal(lease_take(db, "far", ANNA, CLOCK_HOUR), LEASE_HELD);
    assert_int_equal(lease_take(db, "far", own, CLOCK_HOUR), LEASE_TAKEN);
}

/* ---- tries ---- */

static struct job job_named(const char *name)
{
    return (struct job){.name = name, .db = db, .arena = arena, .settings = testdb_settings()};
}

static void an_item_is_set_aside_after_three_tries(void **state)
{
    (void)state;
    struct job job = job_named("test");
    for (int i = 0; i < JOB_TRIES_MAX; i++)
        assert_int_equal(job_try_begin(&job, "row 7"), JOB_TRY_GO);
    assert_int_equal(job_try_begin(&job, "row 7"), JOB_TRY_SET_ASIDE);
    assert_int_equal(job_try_begin(&job, "row 8"), JOB_TRY_GO);
    struct job other = job_named("other");
    assert_int_equal(job_try_begin(&other, "row 7"), JOB_TRY_GO);
}

static void work_that_is_done_clears_its_tries(void **state)
{
    (void)state;
    struct job job = job_named("test");
    for (int i = 0; i < 10; i++) {
        assert_int_equal(job_try_begin_id(&job, 7), JOB_TRY_GO);
        assert_int_equal(job_try_clear_id(db, "test", 7), DB_OK);
    }
}

static void a_try_is_on_record_even_when_it_kills_the_process(void **state)
{
    (void)state;
    struct job job = job_named("test");
    for (int i = 0; i < JOB_TRIES_MAX; i++) {
        int how;
        pid_t pid = fork();
        if (pid == 0) {
            struct job own = job;
            own.db = testdb_open_as(TESTDB_WORKER);
            if (job_try_begin_id(&own, 7) == JOB_TRY_GO)
                raise(SIGKILL);
            _exit(0);
        }
        assert_int_equal(waitpid(pid, &how, 0), pid);
        assert_true(WIFSIGNALED(how));
    }
    assert_int_equal(job_try_begin_id(&job, 7), JOB_TRY_SET_ASIDE);
}

static void why_a_try_failed_is_kept_for_the_operator(void **state)
{
    (void)state;
    struct job job = job_named("test");
    assert_int_equal(job_try_begin(&job, "row 7"), JOB_TRY_GO);
    job_try_failed(&job, "row 7", "no such currency");
    struct db_rows *row = db_query_text(
        db, arena, "SELECT detail FROM job_failure WHERE job = 'test' AND item = 'row 7'",
        DB_NO_ARGS);
    assert_true(db_next(row));
    assert_string_equal(db_col_cstr(row, 0), "no such currency");
}

/* ---- workers ---- */

static volatile sig_atomic_t asked;

static void on_term(int signal_number)
{
    (void)signal_number;
    asked = 1;
}

static bool asked_to_stop(void)
{
    return asked != 0;
}

/* A worker process of one group. */
static pid_t start_worker(const char *group)
{
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        signal(SIGTERM, on_term);
        worker_run_group(testdb_settings(), group, asked_to_stop);
        _exit(0);
    }
    return pid;
}

static void stop_worker(pid_t pid, int signal_number)
{
    int how;
    assert_int_equal(kill(pid, signal_number), 0);
    assert_int_equal(waitpid(pid, &how, 0), pid);
    if (signal_number == SIGTERM)
        assert_true(WIFEXITED(how) && WEXITSTATUS(how) == 0);
}

/* Leases of cluster-wide jobs that process `pid` holds now. */
static uint64_t leases_of(pid_t pid)
{
    struct db_rows *row =
        db_query_text(db, arena, "SELECT COUNT(*) FROM lease WHERE until_us > ? AND holder LIKE ?",
                      DB_ARGS(db_i64(clock_wire_us()),
                              db_text(sv_from(arena_printf(arena, "%%/%ld/%%", (long)pid)))));
    assert_true(db_next(row));
    return db_col_u64(row, 0);
}

static uint64_t jobs_of(const char *group)
{
    size_t count, n = 0;
    const struct worker_job *jobs = worker_jobs(&count);
    for (size_t i = 0; i < count; i++)
        n += strcmp(jobs[i].group, group) == 0 && jobs[i].scope != JOB_UNLEASED;
    return n;
}

static void wait_for_leases(pid_t pid, uint64_t count)
{
    int64_t until_us = clock_monotonic_us() + 15 * CLOCK_SECOND;
    while (leases_of(pid) != count) {
        assert_true(clock_monotonic_us() < until_us);
        usleep(50 * 1000);
    }
}

static void of_two_workers_one_does_the_jobs_and_the_other_takes_over(void **state)
{
    (void)state;
    pid_t first = start_worker("money");
    wait_for_leases(first, jobs_of("money"));
    pid_t second = start_worker("money");
    usleep(1500 * 1000);
    assert_int_equal(leases_of(second), 0);
    stop_worker(first, SIGKILL);
    wait_for_leases(second, jobs_of("money"));
    stop_worker(second, SIGTERM);
    assert_int_equal(leases_of(second), 0); /* given up at its end */
}

static void a_worker_steps_aside_for_a_drain_and_comes_back(void **state)
{
    const char *detail;
    (void)state;
    pid_t worker = start_worker("money");
    wait_for_leases(worker, jobs_of("money"));
    assert_int_equal(worker_run_all(testdb_settings(), CLOCK_MINUTE, &detail), WORKER_DRAINED);
    wait_for_leases(worker, jobs_of("money"));
    stop_worker(worker, SIGTERM);
}

static void two_drains_at_once_both_come_to_rest(void **state)
{
    const char *detail;
    int how;
    (void)state;
    pid_t other = fork();
    if (other == 0)
        _exit(worker_run_all(testdb_settings(), CLOCK_MINUTE, &detail) == WORKER_DRAINED ? 0 : 1);
    assert_int_equal(worker_run_all(testdb_settings(), CLOCK_MINUTE, &detail), WORKER_DRAINED);
    assert_int_equal(waitpid(other, &how, 0), other);
    assert_int_equal(how, 0);
}

static void a_worker_goes_on_after_the_database_came_back(void **state)
{
    (void)state;
    pid_t worker = start_worker("money");
    wait_for_leases(worker, jobs_of("money"));
    testdb_kill();
    usleep(3000 * 1000);
    assert_int_equal(waitpid(worker, NULL, WNOHANG), 0); /* alive */
    testdb_restart();
    int64_t until_us = clock_monotonic_us() + 10 * CLOCK_SECOND;
    while (!db_is_reachable(db) && clock_monotonic_us() < until_us)
        usleep(100 * 1000);
    assert_int_equal(db_exec_text(db, "UPDATE lease SET until_us = 1"), DB_OK);
    wait_for_leases(worker, jobs_of("money"));
    stop_worker(worker, SIGTERM);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_lease_has_one_holder_until_its_time_is_up),
        TEST(only_its_holder_gives_a_lease_up),
        TEST(of_many_who_ask_at_once_one_gets_it),
        TEST(a_killed_neighbours_lease_is_inherited_at_once),
        TEST(an_item_is_set_aside_after_three_tries),
        TEST(work_that_is_done_clears_its_tries),
        TEST(a_try_is_on_record_even_when_it_kills_the_process),
        TEST(why_a_try_failed_is_kept_for_the_operator),
        TEST(of_two_workers_one_does_the_jobs_and_the_other_takes_over),
        TEST(a_worker_steps_aside_for_a_drain_and_comes_back),
        TEST(two_drains_at_once_both_come_to_rest),
        TEST(a_worker_goes_on_after_the_database_came_back),
    };
    return cmocka_run_group_tests_name("worker", tests, open_keys, NULL);
}
