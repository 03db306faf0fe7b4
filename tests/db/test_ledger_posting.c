/* Posting: once, whole or not at all, never below a floor, never across tenants. */
#include "support/book.h"

DB_SQL(count_rows,
       "SELECT (SELECT COUNT(*) FROM ledger_transfer), (SELECT COUNT(*) FROM"
       " ledger_entry), (SELECT COUNT(*) FROM ledger_unfolded), (SELECT COUNT(*) FROM"
       " seal_queue), (SELECT COUNT(*) FROM ledger_account)");

static const char *rows_stored(void)
{
    struct db_rows *rows;
    assert_int_equal(db_get_one(book.web, book.arena, &count_rows, DB_NO_ARGS, &rows), DB_OK);
    return arena_printf(book.arena,
                        "%" PRIu64 " transfers, %" PRIu64 " entries, %" PRIu64 " unfolded, %" PRIu64
                        " unsealed, %" PRIu64 " accounts",
                        db_col_u64(rows, 0), db_col_u64(rows, 1), db_col_u64(rows, 2),
                        db_col_u64(rows, 3), db_col_u64(rows, 4));
}

static struct ledger_transfer accrual(uint64_t commission, int64_t amount)
{
    struct ledger_case c = book_case(commission);
    struct ledger_transfer t;
    assert_int_equal(ledger_build_accrue(&c, (struct ledger_split){.payout = amount}, &t),
                     LEDGER_BUILT);
    return t;
}

static struct ledger_transfer request(uint64_t payout, int64_t amount)
{
    struct ledger_case c = book_case(payout);
    struct ledger_transfer t;
    assert_int_equal(ledger_build_request(&c, amount, &t), LEDGER_BUILT);
    return t;
}

static int64_t balance(enum ledger_purpose purpose)
{
    bool partners = ledger_purpose_owner(purpose) == LEDGER_PARTNER;
    return book_balance(BOOK_BRAND, LEDGER_LIVE, purpose, partners ? 1 : BOOK_BRAND, "USD");
}

/* An approved commission: `amount` can be withdrawn. */
static void earn(uint64_t commission, int64_t amount)
{
    struct book_commission c = book_accrued(commission, amount);
    struct ledger_case about = book_case(commission);
    struct ledger_transfer t;
    c.status = "approved";
    assert_int_equal(ledger_build_approve(&about, c.whole, &t), LEDGER_BUILT);
    assert_int_equal(book_post(&t, &c).outcome, LEDGER_POSTED);
}

/* Once ------------------------------------------------------------------------------------- */

static void stores_a_transfer_once_however_often_it_is_posted(void **state)
{
    struct ledger_transfer t = accrual(1, 100);
    (void)state;
    struct ledger_posting first = book_post(&t, NULL), again = book_post(&t, NULL);
    assert_int_equal(first.outcome, LEDGER_POSTED);
    assert_int_equal(again.outcome, LEDGER_REPLAY);
    assert_int_equal(again.transfer, first.transfer);
    assert_string_equal(rows_stored(),
                        "1 transfers, 2 entries, 1 unfolded, 1 unsealed, 2 accounts");
    assert_int_equal(balance(LEDGER_P_PENDING), 100);
}

static void takes_another_time_for_the_same_transfer(void **state)
{
    struct ledger_transfer t = accrual(1, 100);
    (void)state;
    book_post(&t, NULL);
    t.business_us += 1;
    assert_int_equal(book_post(&t, NULL).outcome, LEDGER_REPLAY);
}

static void names_the_field_of_a_conflict(void **state)
{
    struct ledger_transfer stored = accrual(1, 100), other;
    (void)state;
    book_post(&stored, NULL);

    other = accrual(1, 101);
    assert_string_equal(book_post(&other, NULL).field, "P.pending");
    other = stored;
    other.mode = LEDGER_TEST;
    assert_string_equal(book_post(&other, NULL).field, "mode");
    other = stored;
    other.reverses = 17;
    assert_string_equal(book_post(&other, NULL).field, "reverses");
    other = stored;
    other.entries[0].owner = 2;
    struct ledger_posting posting = book_post(&other, NULL);
    assert_int_equal(posting.outcome, LEDGER_CONFLICT);
    assert_string_equal(posting.field, "P.pending");
    assert_string_equal(rows_stored(),
                        "1 transfers, 2 entries, 1 unfolded, 1 unsealed, 2 accounts");
}

static void tells_transfers_apart_by_kind_source_brand_and_sequence(void **state)
{
    struct ledger_transfer t = accrual(1, 100);
    (void)state;
    assert_int_equal(book_post(&t, NULL).outcome, LEDGER_POSTED);
    t.seq = 2;
    assert_int_equal(book_post(&t, NULL).outcome, LEDGER_POSTED);
    t.source = 2;
    assert_int_equal(book_post(&t, NULL).outcome, LEDGER_POSTED);
    t.brand = t.entries[1].owner = BOOK_OTHER_BRAND;
    assert_int_equal(book_post(&t, NULL).outcome, LEDGER_POSTED);
}

/* Whole or not at all ---------------------------------------------------------------------- */

static void leaves_nothing_behind_when_refused(void **state)
{
    (void)state;
    earn(1, 100);
    const char *before = rows_stored();
    struct ledger_transfer t = request(1, 101);
    struct ledger_posting posting = book_post(&t, NULL);
    assert_int_equal(posting.outcome, LEDGER_UNCOVERED);
    assert_string_equal(posting.field, "P.available");
    assert_string_equal(rows_stored(), before);
    book_must_hold();
}

/* The refused one made accounts, which went with it: their ids must not be remembered. */
static void forgets_accounts_that_were_rolled_back(void **state)
{
    struct ledger_transfer refused = request(1, 1), t = accrual(1, 100);
    (void)state;
    assert_int_equal(book_post(&refused, NULL).outcome, LEDGER_UNCOVERED);
    assert_string_equal(rows_stored(),
                        "0 transfers, 0 entries, 0 unfolded, 0 unsealed, 0 accounts");
    earn(1, 100);
    assert_int_equal(book_post(&refused, NULL).outcome, LEDGER_POSTED);
    assert_int_equal(book_post(&t, NULL).outcome, LEDGER_REPLAY);
    book_must_hold();
}

static enum db_status post_two_then_give_up(struct db *db, void *context)
{
    struct ledger_transfer first = accrual(1, 100), second = accrual(2, 100);
    struct ledger_posting posting;
    (void)context;
    enum db_status status = ledger_post(db, book.arena, &first, &posting);
    if (status == DB_OK)
        status = ledger_post(db, book.arena, &second, &posting);
    return status == DB_OK ? DB_ROLLBACK : status;
}

static void forgets_accounts_found_in_the_transaction_that_made_them(void **state)
{
    (void)state;
    assert_int_equal(db_tx_run(book.web, post_two_then_give_up, NULL), DB_ROLLBACK);
    book_accrued(1, 100);
    book_accrued(2, 100);
    book_must_hold();
}

static void refuses_a_balance_beyond_what_money_holds(void **state)
{
    struct ledger_transfer most = accrual(1, MONEY_MAX), one_more = accrual(2, 1);
    (void)state;
    assert_int_equal(book_post(&most, NULL).outcome, LEDGER_POSTED);
    struct ledger_posting posting = book_post(&one_more, NULL);
    assert_int_equal(posting.outcome, LEDGER_TOO_LARGE);
    assert_string_equal(posting.field, "P.pending");
    assert_int_equal(balance(LEDGER_P_PENDING), MONEY_MAX);
}

static void must_be_called_in_a_transaction(void **state)
{
    struct ledger_transfer t = accrual(1, 100);
    struct ledger_posting posting;
    (void)state;
    assert_aborts((void)!ledger_post(book.web, book.arena, &t, &posting));
}

/* Floors and tenants ----------------------------------------------------------------------- */

static void pays_nothing_out_of_another_brands_money(void **state)
{
    struct ledger_transfer t = request(1, 100);
    (void)state;
    earn(1, 100);
    t.brand = BOOK_OTHER_BRAND;
    assert_int_equal(book_post(&t, NULL).outcome, LEDGER_UNCOVERED);
}

static void pays_nothing_out_of_test_money(void **state)
{
    struct ledger_transfer t = accrual(1, 100), live = request(1, 100);
    struct ledger_case c = book_case(1);
    struct book_commission row = book_accrued(9, 1);
    (void)state;
    t.mode = row.mode = LEDGER_TEST;
    row.id = 1;
    row.whole.payout = 100;
    book_post(&t, &row);
    c.mode = LEDGER_TEST;
    row.status = "approved";
    assert_int_equal(ledger_build_approve(&c, row.whole, &t), LEDGER_BUILT);
    assert_int_equal(book_post(&t, &row).outcome, LEDGER_POSTED);
    assert_int_equal(book_post(&live, NULL).outcome, LEDGER_UNCOVERED);
    book_must_hold();
}

static void pays_nothing_that_is_held(void **state)
{
    struct ledger_transfer t = request(1, 70), less = request(2, 60);
    (void)state;
    earn(1, 100);
    assert_int_equal(db_exec_text(book.migrator,
                                  "UPDATE ledger_account SET held = 40"
                                  " WHERE purpose = 'available'"),
                     DB_OK);
    assert_int_equal(book_post(&t, NULL).outcome, LEDGER_UNCOVERED);
    assert_int_equal(book_post(&less, NULL).outcome, LEDGER_POSTED);
}

static void never_rejects_more_than_is_pending(void **state)
{
    struct ledger_case c = book_case(2);
    struct ledger_transfer t;
    (void)state;
    book_accrued(1, 100);
    assert_int_equal(
        ledger_build_undo(&c, LEDGER_STAGE_PENDING, (struct ledger_split){.payout = 101}, &t),
        LEDGER_BUILT);
    struct ledger_posting posting = book_post(&t, NULL);
    assert_int_equal(posting.outcome, LEDGER_UNCOVERED);
    assert_string_equal(posting.field, "P.pending");
}

/* Reading ---------------------------------------------------------------------------------- */

static void a_hot_balance_is_the_same_before_while_and_after_it_is_folded(void **state)
{
    uint64_t done;
    (void)state;
    for (uint64_t i = 1; i <= 300; i++) /* three hot entries each: more than one batch */
        earn(i, 10);
    int64_t due = balance(LEDGER_B_DUE);
    assert_int_equal(due, -3000);
    assert_int_equal(ledger_fold(book.worker, book.arena, &done), DB_OK);
    assert_int_equal(done, 500);
    assert_int_equal(balance(LEDGER_B_DUE), due);
    book_run_jobs();
    assert_int_equal(balance(LEDGER_B_DUE), due);
    assert_int_equal(ledger_fold(book.worker, book.arena, &done), DB_OK);
    assert_int_equal(done, 0);
    book_must_hold();
}

static void pages_a_statement_newest_first(void **state)
{
    struct ledger_account_name account = {
        .purpose = LEDGER_P_PENDING, .owner = 1, .brand = BOOK_BRAND, .unit = book_unit("USD")};
    struct ledger_statement_line *lines;
    size_t n, seen = 0;
    uint64_t before = 0, expected = LEDGER_STATEMENT_PAGE + 7;
    (void)state;
    for (uint64_t i = 1; i <= expected; i++)
        book_accrued(i, (int64_t)i);
    do {
        assert_int_equal(ledger_read_statement(book.web, book.arena, &account, before, &lines, &n),
                         DB_OK);
        for (size_t i = 0; i < n; i++, seen++) {
            assert_int_equal(lines[i].source, expected - seen);
            assert_int_equal(lines[i].amount, expected - seen);
            assert_int_equal(lines[i].kind, LEDGER_ACCRUE);
            before = lines[i].transfer;
        }
    } while (n == LEDGER_STATEMENT_PAGE);
    assert_int_equal(seen, expected);
    account.owner = 2;
    assert_int_equal(ledger_read_statement(book.web, book.arena, &account, 0, &lines, &n), DB_OK);
    assert_int_equal(n, 0);
}

static void shows_a_trial_balance_that_sums_to_nothing(void **state)
{
    struct ledger_trial_line *lines;
    int64_t sum = 0;
    size_t n;
    (void)state;
    earn(1, 100);
    book_accrued(2, 30);
    assert_int_equal(ledger_read_trial(book.web, book.arena, 0, LEDGER_LIVE, &lines, &n), DB_OK);
    assert_int_equal(n, 4);
    assert_int_equal(lines[0].purpose, LEDGER_P_PENDING);
    assert_int_equal(lines[0].balance, 30);
    assert_int_equal(lines[3].purpose, LEDGER_B_DUE);
    assert_int_equal(lines[3].balance, -100);
    for (size_t i = 0; i < n; i++)
        sum += lines[i].balance;
    assert_int_equal(sum, 0);
    assert_int_equal(
        ledger_read_trial(book.web, book.arena, BOOK_OTHER_BRAND, LEDGER_LIVE, &lines, &n), DB_OK);
    assert_int_equal(n, 0);
}

static void sums_a_partners_money_over_brands_by_currency(void **state)
{
    struct ledger_transfer t = accrual(1, 100);
    struct ledger_partner_balance *balances;
    size_t n;
    (void)state;
    book_post(&t, NULL);
    t.brand = t.entries[1].owner = BOOK_OTHER_BRAND;
    book_post(&t, NULL);
    t.entries[0].unit = t.entries[1].unit = book_unit("JPY");
    t.seq = 2;
    book_post(&t, NULL);
    assert_int_equal(ledger_read_partner(book.web, book.arena, 1, 0, LEDGER_LIVE, &balances, &n),
                     DB_OK);
    assert_int_equal(n, 2);
    assert_string_equal(balances[0].unit.code, "JPY");
    assert_int_equal(balances[0].unit.exponent, 0);
    assert_int_equal(balances[0].pending, 100);
    assert_int_equal(balances[1].pending, 200);
    assert_int_equal(
        ledger_read_partner(book.web, book.arena, 1, BOOK_BRAND, LEDGER_LIVE, &balances, &n),
        DB_OK);
    assert_int_equal(n, 1);
    assert_int_equal(balances[0].pending, 100);
}

#define TEST(function) cmocka_unit_test_setup(function, book_reset)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(stores_a_transfer_once_however_often_it_is_posted),
        TEST(takes_another_time_for_the_same_transfer),
        TEST(names_the_field_of_a_conflict),
        TEST(tells_transfers_apart_by_kind_source_brand_and_sequence),
        TEST(leaves_nothing_behind_when_refused),
        TEST(forgets_accounts_that_were_rolled_back),
        TEST(forgets_accounts_found_in_the_transaction_that_made_them),
        TEST(refuses_a_balance_beyond_what_money_holds),
        TEST(must_be_called_in_a_transaction),
        TEST(pays_nothing_out_of_another_brands_money),
        TEST(pays_nothing_out_of_test_money),
        TEST(pays_nothing_that_is_held),
        TEST(never_rejects_more_than_is_pending),
        TEST(a_hot_balance_is_the_same_before_while_and_after_it_is_folded),
        TEST(pages_a_statement_newest_first),
        TEST(shows_a_trial_balance_that_sums_to_nothing),
        TEST(sums_a_partners_money_over_brands_by_currency),
    };
    return cmocka_run_group_tests_name("ledger_posting", tests, book_open, book_close);
}
