/* Refunds against a real database: any number, any order, once each. */
#include "support/unit.h"

#include "commission/commission_terms.h"
#include "conversion/adjustment.h"
#include "crypto/keys.h"
#include "report/report.h"
#include "tests/support/shop.h"
#include "tests/support/testdb.h"

static struct db *db, *migrator, *worker;
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
    if (!keys_open(testdb_settings()->key_file, arena, &why)) {
        fprintf(stderr, "%s\n", why);
        return -1;
    }
    ledger_verify_add("I14", "a commission equals its recomputation", commission_recompute_check);
    ledger_verify_add("I19", "every commission is told of once", conversion_outbox_check);
    ledger_verify_add("I20", "every conversion has its event", conversion_inbox_check);
    ledger_verify_add("I22", "days equal their rows", report_rollup_check);
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

#define assert_count(n, sql) assert_int_equal(shop_count(&shop, sql), (n))

/* 129.90 USD by click, 10%: 12.99 for the creator. */
static struct sale_event sale_by_click(const char *order)
{
    struct sale_event sale = shop_sale(&shop);
    sale.order_ref = sv_from(order);
    sale.click = shop_click(&shop, (struct shop_click){.creator = &shop.a});
    return sale;
}

static struct conversion_answer record(const struct sale_event *sale)
{
    struct conversion_answer answer;
    assert_int_equal(conversion_record(db, arena, sale, &answer), CONVERSION_CREATED);
    return answer;
}

static struct adjustment_event refund(const char *ref, const char *order, int64_t amount)
{
    static uint8_t body;
    struct adjustment_event event = {.door = SALE_DOOR_POSTBACK,
                                     .brand = shop.brand,
                                     .kind = ADJUSTMENT_REFUND,
                                     .ref = sv_from(ref),
                                     .targets = {{SALE_KEY_ORDER, sv_from(order)}},
                                     .n_targets = 1,
                                     .extent = amount == 0 ? ADJUSTMENT_WHOLE : ADJUSTMENT_OF_TOTAL,
                                     .amount = amount,
                                     .request = uuid_v7(clock_wire_us()),
                                     .received_us = clock_business_us()};
    event.body_mac[0] = ++body;
    return event;
}

static struct adjustment_answer adjust(const struct adjustment_event *event)
{
    struct adjustment_answer answer;
    enum adjustment_outcome outcome = conversion_adjust(db, arena, event, &answer);
    assert_int_equal(outcome, answer.outcome);
    return answer;
}

static void takes_back_its_share_before_approval(void **state)
{
    (void)state;
    struct sale_event sale = sale_by_click("A-1");
    struct conversion_answer sold = record(&sale);
    struct adjustment_event event = refund("r-1", "A-1", 12990 / 4);
    struct adjustment_answer answer = adjust(&event);
    assert_int_equal(answer.outcome, ADJUSTMENT_APPLIED);
    assert_true(uuid_eq(answer.conversion, sold.pid));
    assert_int_equal(answer.refunded_base, 3247);
    assert_int_equal(answer.clawed, 325);
    assert_sv_equal(answer.status, "pending");
    assert_count(1299 - 325, "SELECT balance FROM ledger_account WHERE purpose = 'pending'");
    assert_count(325, "SELECT clawed FROM commission");
    assert_count(3247, "SELECT refunded_base FROM conversion");
    assert_count(1, "SELECT COUNT(*) FROM inbox WHERE kind = 'adjustment' AND state = 'processed'");
    assert_ledger_holds();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(takes_back_its_share_before_approval, fresh_shop),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
