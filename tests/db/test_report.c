/* Daily figures: folded or not, they equal the rows. */
#include "support/unit.h"

#include "base/clock.h"
#include "conversion/conversion.h"
#include "report/report.h"
#include "tests/support/shop.h"
#include "tests/support/testdb.h"

static struct db *db, *migrator;
static struct arena *arena;
static struct shop shop;

static int open_all(void **state)
{
    const char *why;
    (void)state;
    arena = arena_new(ARENA_CEILING_DEFAULT);
    db = testdb_open();
    migrator = testdb_open_as(TESTDB_MIGRATOR);
    ledger_verify_add("I22", "a rollup day equals its recomputation", report_rollup_check);
    return keys_open(testdb_settings()->key_file, arena, &why) ? 0 : -1;
}

static int close_all(void **state)
{
    (void)state;
    db_close(db);
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

static enum ledger_verdict verify(void)
{
    return ledger_verify(migrator, arena, print_line, NULL);
}

static void sell(const char *code, const char *currency, int64_t amount, int days_ago)
{
    struct conversion_answer answer;
    struct sale_event sale = shop_sale(&shop);
    sale_event_add_code(&sale, sv_from(code));
    sale.amount = sale.base = amount;
    sale.occurred_us = sale.received_us - days_ago * CLOCK_DAY;
    sale.country = days_ago % 2 ? SV("DE") : SV("");
    assert_true(unit_find_currency(sv_from(currency), &sale.unit));
    assert_int_equal(conversion_record(db, arena, &sale, &answer), CONVERSION_CREATED);
}

static struct report_scope of_brand(void)
{
    return (struct report_scope){.kind = REPORT_OF_BRANDS, .brands = &shop.brand, .n_brands = 1};
}

static struct report read_report(const struct report_scope *scope)
{
    struct report report;
    assert_int_equal(report_read(db, arena, scope, REPORT_DAYS, &report), DB_OK);
    return report;
}

static bool never_stop(void)
{
    return false;
}

static void fold_all(void)
{
    struct job job = {.name = "rollup_fold", .db = db, .arena = arena, .asked_to_stop = never_stop};
    while (report_job_fold(&job) == JOB_WORKED)
        ;
    assert_int_equal(shop_count(&shop, "SELECT COUNT(*) FROM rollup_delta"), 0);
}

static void sell_something(void)
{
    for (int i = 0; i < 200; i++)
        sell(i % 3 ? shop.a.code : shop.b.code, "USD", 10000, i % 3);
    sell(shop.a.code, "EUR", 5000, 0);
    sell("", "USD", 7000, 0);            /* nobody's */
    sell(shop.a.code, "USD", 20000, 35); /* in the span before */
    sell(shop.a.code, "USD", 30000, 70); /* in neither */
}

static void assert_report_of_the_brand(void)
{
    struct report_scope scope = of_brand();
    struct report r = read_report(&scope);
    assert_int_equal(r.sales, 202);
    assert_int_equal(r.sales_before, 1);
    assert_int_equal(r.n_money, 2);
    assert_string_equal(r.money[0].unit.code, "USD");
    assert_int_equal(r.money[0].gross, 200 * 10000 + 7000);
    assert_int_equal(r.money[0].gross_before, 20000);
    assert_int_equal(r.money[0].commission, 200 * 1000);
    assert_int_equal(r.money[1].gross, 5000);
    assert_int_equal(r.n_days, 30);
    assert_int_equal(r.days[29].sales, 67 + 2);
    assert_int_equal(r.days[28].sales, 67);
    assert_int_equal(r.money_days[28].gross, 67 * 10000);
    assert_int_equal(r.days[0].sales, 0);
}

static void shows_a_sale_before_and_after_it_is_folded(void **state)
{
    (void)state;
    sell_something();
    assert_report_of_the_brand();
    assert_int_equal(verify(), LEDGER_VERIFIED);
    fold_all();
    assert_report_of_the_brand();
    assert_int_equal(verify(), LEDGER_VERIFIED);
}

static void shows_a_partner_their_own_alone(void **state)
{
    (void)state;
    sell_something();
    struct report_scope scope = {.kind = REPORT_OF_PARTNER, .partner = shop.b.partner};
    for (int folded = 0; folded < 2; folded++) {
        struct report r = read_report(&scope);
        assert_int_equal(r.sales, 67);
        assert_int_equal(r.money[0].earned, 67 * 1000);
        fold_all();
    }
}

static void keeps_brands_and_modes_apart(void **state)
{
    (void)state;
    struct shop other;
    sell_something();
    shop_open_named(&other, db, arena, "other");
    struct report_scope scope = of_brand();
    scope.brands = &other.brand;
    assert_int_equal(read_report(&scope).sales, 0);
    scope = of_brand();
    scope.test_mode = true;
    assert_int_equal(read_report(&scope).sales, 0);
    scope.test_mode = false;
    scope.n_brands = 0;
    assert_int_equal(read_report(&scope).sales, 0);
    scope.kind = REPORT_OF_ALL;
    assert_int_equal(read_report(&scope).sales, 202);
    fold_all();
    assert_int_equal(read_report(&scope).sales, 202);
}

static void ranks_creators_by_sales(void **state)
{
    (void)state;
    struct report_performer *v;
    size_t n;
    struct report_scope scope = of_brand();
    sell_something();
    for (int folded = 0; folded < 2; folded++) {
        assert_int_equal(report_performers(db, arena, &scope, 30, 5, &v, &n), DB_OK);
        assert_int_equal(n, 3);
        assert_sv_equal(v[0].handle, "anna_shop");
        assert_int_equal(v[0].sales, 133);
        assert_sv_equal(v[1].handle, "ben_shop");
        assert_string_equal(v[2].unit.code, "EUR");
        fold_all();
    }
}

static void leaves_out_sales_that_nobody_is_credited_with(void **state)
{
    (void)state;
    struct report_scope scope = of_brand();
    scope.credited = true;
    sell_something();
    for (int folded = 0; folded < 2; folded++) {
        struct report r = read_report(&scope);
        assert_int_equal(r.sales, 201);
        assert_int_equal(r.uncredited, 1);
        assert_int_equal(r.money[0].gross, 200 * 10000);
        assert_int_equal(r.days[29].sales, 67 + 1);
        fold_all();
    }
    scope.credited = false;
    assert_int_equal(read_report(&scope).uncredited, 0);
}

static void counts_partnerships_each_by_itself_and_by_unit(void **state)
{
    (void)state;
    const uint64_t ids[] = {shop.b.partnership, shop.a.partnership};
    struct report_partnership figures[2];
    int32_t today = clock_local_date(clock_business_us(), "UTC");
    int32_t from = clock_date_add(today, 1 - REPORT_DAYS);
    sell_something();
    for (int folded = 0; folded < 2; folded++) {
        assert_int_equal(
            report_partnerships(db, arena, shop.brand, false, from, today, ids, 2, figures), DB_OK);
        assert_int_equal(figures[0].sales, 67);
        assert_int_equal(figures[0].n_earned, 1);
        assert_int_equal(figures[1].sales, 133 + 1);
        assert_int_equal(figures[1].n_earned, 2);
        assert_string_equal(figures[1].earned[0].unit.code, "USD");
        assert_int_equal(figures[1].earned[0].earned, 133 * 1000);
        assert_int_equal(figures[1].earned[1].earned, 500);
        fold_all();
    }
    assert_int_equal(
        report_partnerships(db, arena, shop.brand + 1, false, from, today, ids, 2, figures), DB_OK);
    assert_int_equal(figures[1].sales, 0);
}

static void finds_a_rollup_that_is_wrong(void **state)
{
    static const char *const violations[] = {
        "UPDATE rollup_day SET gross = gross + 1 WHERE dimension = 'brand' LIMIT 1",
        "UPDATE rollup_day SET earned = earned - 1 WHERE dimension = 'link' LIMIT 1",
        "DELETE FROM rollup_day WHERE dimension = 'country' LIMIT 1",
        "UPDATE rollup_day SET sales = sales + 1 WHERE dimension = 'partnership' LIMIT 1",
        "UPDATE conversion SET gross = gross + 1 LIMIT 1",
        "INSERT INTO rollup_delta (brand, mode, day, program, partnership, link, country, clicks)"
        " SELECT id, 'live', 20260101, 1, 1, 1, '', 1 FROM brand",
    };
    for (size_t i = 0; i < COUNT_OF(violations); i++) {
        fresh_shop(state);
        sell_something();
        fold_all();
        assert_int_equal(verify(), LEDGER_VERIFIED);
        shop_run(violations[i]);
        assert_int_equal(verify(), LEDGER_BROKEN);
    }
}

/* A brand that sends the largest order again and again must not stop the fold of all brands. */
static void folds_and_shows_sums_beyond_the_range_of_money(void **state)
{
    struct report_scope scope = of_brand();
    (void)state;
    for (int i = 0; i < 2; i++) {
        sell("", "USD", MONEY_MAX, 0);
        shop_run("UPDATE conversion SET gross = 9200000000000000000"); /* as of a thousand */
        shop_run("UPDATE rollup_delta SET gross = 9200000000000000000");
        assert_int_equal(read_report(&scope).money[0].gross, MONEY_MAX);
        fold_all();
        assert_int_equal(read_report(&scope).money[0].gross, MONEY_MAX);
    }
    assert_int_equal(verify(), LEDGER_VERIFIED);
}

static void shows_a_brand_that_sells_in_every_currency(void **state)
{
    struct report_scope scope = of_brand();
    size_t n = 0;
    (void)state;
    for (; unit_currency_at(n); n++)
        sell(shop.a.code, unit_currency_at(n), 10000, 0);
    assert_int_equal(read_report(&scope).n_money, n);
    fold_all();
    assert_int_equal(read_report(&scope).n_money, n);
}

static void says_change_and_rate_in_basis_points(void **state)
{
    int64_t bp;
    (void)state;
    assert_true(report_change_bp(150, 100, &bp));
    assert_int_equal(bp, 5000);
    assert_true(report_change_bp(0, 100, &bp));
    assert_int_equal(bp, -10000);
    assert_false(report_change_bp(5, 0, &bp));
    assert_true(report_rate_bp(1, 3, &bp));
    assert_int_equal(bp, 3333);
    assert_false(report_rate_bp(1, 0, &bp));
}

#define report_test(f) cmocka_unit_test_setup(f, fresh_shop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        report_test(shows_a_sale_before_and_after_it_is_folded),
        report_test(shows_a_partner_their_own_alone),
        report_test(keeps_brands_and_modes_apart),
        report_test(ranks_creators_by_sales),
        report_test(leaves_out_sales_that_nobody_is_credited_with),
        report_test(counts_partnerships_each_by_itself_and_by_unit),
        report_test(finds_a_rollup_that_is_wrong),
        report_test(folds_and_shows_sums_beyond_the_range_of_money),
        report_test(shows_a_brand_that_sells_in_every_currency),
        cmocka_unit_test(says_change_and_rate_in_basis_points),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
