/* Erasing a brand's test data: nothing of it stays, and nothing else is touched. */
#include "support/unit.h"

#include <sys/wait.h>

#include "base/clock.h"
#include "commission/commission_terms.h"
#include "conversion/adjustment.h"
#include "crypto/keys.h"
#include "report/report.h"
#include "setup/test_data.h"
#include "tests/support/shop.h"
#include "tests/support/testdb.h"

static struct db *db, *worker, *migrator;
static struct arena *arena;
static struct shop shop;

static int open_all(void **state)
{
    const char *why;
    (void)state;
    arena = arena_new(ARENA_CEILING_DEFAULT);
    db = testdb_open();
    worker = testdb_open_as(TESTDB_WORKER);
    migrator = testdb_open_as(TESTDB_MIGRATOR);
    assert_true(keys_open(testdb_settings()->key_file, arena, &why));
    ledger_verify_add("I10", "sales gave back what refunds say", adjustment_refund_check);
    ledger_verify_add("I14", "a commission equals its recomputation", commission_recompute_check);
    ledger_verify_add("I19", "every commission is told of once", conversion_outbox_check);
    ledger_verify_add("I20", "every conversion has its event", conversion_inbox_check);
    ledger_verify_add("I22", "every day equals its rows", report_rollup_check);
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    db_close(db);
    db_close(worker);
    db_close(migrator);
    arena_free(arena);
    return 0;
}

static int fresh_shop(void **state)
{
    (void)state;
    arena_reset(arena);
    testdb_reset();
    ledger_forget_accounts();
    clock_fix(0);
    shop_open(&shop, db, arena);
    return 0;
}

static void print_line(void *context, const char *line)
{
    (void)context;
    if (strstr(line, "BROKEN") || line[0] == ' ')
        fprintf(stderr, "%s\n", line);
}

static void assert_ledger_holds(void)
{
    assert_int_equal(ledger_verify(migrator, arena, print_line, NULL), LEDGER_VERIFIED);
}

static bool never_stop(void)
{
    return false;
}

static enum job_result run(job_step *step, const char *name)
{
    struct job job = {.name = name, .db = worker, .arena = arena, .asked_to_stop = never_stop};
    return step(&job);
}

/* A sale with a click of its own, in either mode. */
static void sell(bool test_mode)
{
    struct sale_event sale = shop_sale(&shop);
    struct conversion_answer answer;
    sale.test_mode = test_mode;
    sale.has_customer = true;
    keys_hash(sale.customer_hash, KEY_PERSONAL, sale.order_ref);
    sale.click = shop_click(&shop, (struct shop_click){.creator = &shop.a, .test_mode = test_mode});
    assert_int_equal(conversion_record(db, arena, &sale, &answer), CONVERSION_CREATED);
}

/* By a line, and taken of the sale where it is known; else it waits for it. */
static void refund(bool test_mode, const char *order)
{
    static const struct adjustment_line line = {
        .line_ref = SV("L1"), .sku = SV(""), .quantity = 1, .base = 500};
    struct adjustment_answer answer;
    struct adjustment_event event = {.door = SALE_DOOR_POSTBACK,
                                     .test_mode = test_mode,
                                     .brand = shop.brand,
                                     .kind = ADJUSTMENT_REFUND,
                                     .ref = sv_from(order),
                                     .targets = {{SALE_KEY_ORDER, sv_from(order)}},
                                     .n_targets = 1,
                                     .extent = ADJUSTMENT_LINES,
                                     .lines = &line,
                                     .n_lines = 1,
                                     .request = uuid_v7(clock_wire_us()),
                                     .received_us = clock_business_us()};
    enum adjustment_outcome outcome = conversion_adjust(db, arena, &event, &answer);
    assert_true(outcome == ADJUSTMENT_APPLIED || outcome == ADJUSTMENT_PARKED);
}

static const char *an_order(const char *mode)
{
    struct db_rows *rows = db_query_text(
        db, arena,
        arena_printf(arena, "SELECT order_ref FROM conversion WHERE mode = '%s' LIMIT 1", mode),
        DB_NO_ARGS);
    assert_true(db_next(rows));
    return db_col_cstr(rows, 0);
}

static void fold_all(void)
{
    uint64_t done = 1;
    while (done > 0)
        assert_int_equal(ledger_fold(worker, arena, &done), DB_OK);
    while (run(report_job_fold, "rollup_fold") == JOB_WORKED)
        ;
}

static void erase_all(void)
{
    assert_int_equal(test_data_ask_erase(db, shop.brand, 1), DB_OK);
    while (run(test_data_erase_step, "test_data_erase") == JOB_WORKED)
        ;
}

static const char *const with_mode[] = {
    "conversion",   "conversion_key",
    "commission",   "inbox",
    "customer",     "click",
    "outbox",       "rollup_day",
    "rollup_delta", "adjustment",
    "flag",         "ledger_transfer",
    "refund_entry", "adjustment_target",
};

static int64_t rows_of(const char *mode)
{
    int64_t n = 0;
    for (size_t i = 0; i < COUNT_OF(with_mode); i++)
        n += shop_count(&shop, arena_printf(arena, "SELECT COUNT(*) FROM %s WHERE mode = '%s'",
                                            with_mode[i], mode));
    return n;
}

/* Rows that have no mode of their own belong to a row that has. */
static int64_t orphans(void)
{
    static const char *const sql[] = {
        "SELECT COUNT(*) FROM ledger_entry e LEFT JOIN ledger_transfer t ON t.id = e.transfer"
        " WHERE t.id IS NULL",
        "SELECT COUNT(*) FROM ledger_unfolded e LEFT JOIN ledger_transfer t ON t.id = e.transfer"
        " WHERE t.id IS NULL",
        "SELECT COUNT(*) FROM attribution a LEFT JOIN conversion c ON c.id = a.conversion"
        " WHERE c.id IS NULL",
        "SELECT COUNT(*) FROM attribution_candidate a LEFT JOIN conversion c"
        " ON c.id = a.conversion WHERE c.id IS NULL",
        "SELECT COUNT(*) FROM commission_event v LEFT JOIN commission m ON m.id = v.commission"
        " WHERE m.id IS NULL",
        "SELECT COUNT(*) FROM outbox_queue q LEFT JOIN outbox o ON o.id = q.outbox"
        " WHERE o.id IS NULL",
        "SELECT COUNT(*) FROM adjustment_line l LEFT JOIN adjustment a ON a.id = l.adjustment"
        " WHERE a.id IS NULL",
        "SELECT COUNT(*) FROM adjustment_inbox w LEFT JOIN adjustment a ON a.id = w.adjustment"
        " WHERE a.id IS NULL",
    };
    int64_t n = 0;
    for (size_t i = 0; i < COUNT_OF(sql); i++)
        n += shop_count(&shop, sql[i]);
    return n;
}

static void erases_what_is_a_test_and_nothing_else(void **state)
{
    (void)state;
    for (int i = 0; i < 30; i++)
        sell(true);
    for (int i = 0; i < 3; i++)
        sell(false);
    clock_fix(clock_business_us() + 31 * CLOCK_DAY);
    while (run(conversion_job_approve, "conversion_approve") == JOB_WORKED)
        ;
    fold_all();
    for (int i = 0; i < 5; i++)
        sell(true); /* pending, and not folded */
    refund(true, an_order("test"));
    refund(false, an_order("live"));
    refund(true, "not-there-yet");
    refund(false, "not-there-either");
    assert_ledger_holds();
    int64_t live = rows_of("live");
    int64_t owed = shop_count(&shop,
                              "SELECT SUM(ABS(balance)) FROM ledger_account"
                              " WHERE mode = 'live'");
    assert_true(rows_of("test") > 300);

    erase_all();
    assert_int_equal(rows_of("test"), 0);
    assert_int_equal(orphans(), 0);
    assert_int_equal(shop_count(&shop,
                                "SELECT COUNT(*) FROM ledger_account"
                                " WHERE mode = 'test' AND balance <> 0"),
                     0);
    assert_int_equal(rows_of("live"), live);
    assert_int_equal(shop_count(&shop,
                                "SELECT SUM(ABS(balance)) FROM ledger_account"
                                " WHERE mode = 'live'"),
                     owed);
    assert_ledger_holds();
}

static void counts_what_is_there_and_says_when_it_is_done(void **state)
{
    struct test_data data;
    (void)state;
    sell(true);
    sell(false);
    assert_int_equal(test_data_look(db, arena, shop.brand, &data), DB_OK);
    assert_int_equal(data.sales, 1);
    assert_int_equal(data.clicks, 1);
    assert_int_equal(data.events, 1);
    assert_false(data.is_due);
    assert_int_equal(test_data_ask_erase(db, shop.brand, 1), DB_OK);
    assert_int_equal(test_data_look(db, arena, shop.brand, &data), DB_OK);
    assert_true(data.is_due);
    erase_all();
    assert_int_equal(test_data_look(db, arena, shop.brand, &data), DB_OK);
    assert_false(data.is_due);
    assert_int_equal(data.sales + data.clicks + data.events, 0);
    assert_true(data.done_us > 0 && data.rows_gone > 0);
}

static void leaves_another_brands_tests_alone(void **state)
{
    struct shop other;
    (void)state;
    shop_open_named(&other, db, arena, "Other");
    sell(true);
    struct sale_event sale = shop_sale(&other);
    struct conversion_answer answer;
    sale.test_mode = true;
    assert_int_equal(conversion_record(db, arena, &sale, &answer), CONVERSION_CREATED);
    erase_all();
    assert_int_equal(shop_count(&shop, "SELECT COUNT(*) FROM conversion WHERE mode = 'test'"), 1);
    assert_ledger_holds();
}

/* Sells tests and folds for a while, in a process of its own. */
static pid_t keep_selling(unsigned sales)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid != 0)
        return pid;
    db = testdb_open();
    worker = testdb_open_as(TESTDB_WORKER);
    shop.db = db;
    ledger_forget_accounts();
    for (unsigned i = 0; i < sales; i++) {
        uint64_t done;
        sell(true);
        if (ledger_fold(worker, arena, &done) == DB_OK)
            (void)run(report_job_fold, "rollup_fold");
    }
    _exit(0);
}

static void holds_while_tests_come_in(void **state)
{
    int status;
    (void)state;
    for (int i = 0; i < 10; i++)
        sell(true);
    pid_t seller = keep_selling(60);
    while (waitpid(seller, &status, WNOHANG) == 0)
        erase_all();
    assert_int_equal(status, 0);
    fold_all();
    assert_int_equal(orphans(), 0);
    assert_ledger_holds();
    erase_all();
    assert_int_equal(rows_of("test"), 0);
    assert_ledger_holds();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(erases_what_is_a_test_and_nothing_else, fresh_shop),
        cmocka_unit_test_setup(counts_what_is_there_and_says_when_it_is_done, fresh_shop),
        cmocka_unit_test_setup(leaves_another_brands_tests_alone, fresh_shop),
        cmocka_unit_test_setup(holds_while_tests_come_in, fresh_shop),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
