/* Many processes at once: one transfer is stored once, a floor holds, and no row is lost between
 * those who post and those who fold and seal. */
#include "support/book.h"

enum { SENDERS = 50, DELIVERIES_EACH = 2, WITHDRAWALS = 40, POSTERS = 4, POSTS_EACH = 60 };

typedef int child_body(unsigned number);

/* Runs `n` children of `body`, all let go at once; counts[code] is how many ended with it. */
static void run_children(unsigned n, child_body *body, unsigned counts[256])
{
    int gate[2];
    memset(counts, 0, 256 * sizeof *counts);
    assert_int_equal(pipe(gate), 0);
    for (unsigned i = 0; i < n; i++) {
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            char byte;
            close(gate[1]);
            ledger_forget_accounts();
            struct db *mine = testdb_open();
            if (!db_is_reachable(mine) || read(gate[0], &byte, 1) != 0)
                _exit(255);
            book.web = book.worker = mine; /* the parent's are not a child's to use */
            _exit(body(i));
        }
    }
    close(gate[0]);
    usleep(200 * 1000); /* most have connected by now; none has begun */
    close(gate[1]);
    for (unsigned i = 0; i < n; i++) {
        int status;
        assert_true(wait(&status) > 0);
        assert_true(WIFEXITED(status));
        counts[WEXITSTATUS(status)]++;
    }
}

/* Returns how many of its deliveries were stored; all others must be replays. */
static int deliver_the_same(unsigned number)
{
    struct book_commission c = {.id = 1,
                                .brand = BOOK_BRAND,
                                .partner = 1,
                                .unit = book_unit("USD"),
                                .whole = {.payout = 80, .fee_partner = 20, .fee_brand = 20},
                                .status = "pending"};
    struct ledger_case about = book_case(1);
    struct ledger_transfer t;
    struct ledger_posting posting;
    (void)number;
    int stored = 0;
    if (ledger_build_accrue(&about, c.whole, &t) != LEDGER_BUILT)
        return 100;
    for (unsigned i = 0; i < DELIVERIES_EACH; i++) {
        if (book_try(book.web, &t, &c, &posting) != DB_OK)
            return 101;
        stored += posting.outcome == LEDGER_POSTED;
    }
    return stored;
}

static void stores_one_of_a_hundred_deliveries_at_once(void **state)
{
    unsigned counts[256];
    (void)state;
    run_children(SENDERS, deliver_the_same, counts);
    assert_int_equal(counts[1], 1);
    assert_int_equal(counts[0], SENDERS - 1);
    assert_int_equal(book_balance(BOOK_BRAND, LEDGER_LIVE, LEDGER_P_PENDING, 1, "USD"), 80);
    book_must_hold();
}

static int withdraw_ten(unsigned number)
{
    struct ledger_case about = book_case(number + 1);
    struct ledger_transfer t;
    struct ledger_posting posting;
    if (ledger_build_request(&about, 10, &t) != LEDGER_BUILT)
        return 100;
    switch (book_try(book.web, &t, NULL, &posting)) {
    case DB_OK:
    case DB_ROLLBACK:
        return (int)posting.outcome;
    default:
        return 101;
    }
}

static void pays_out_no_more_than_there_is_to_a_crowd(void **state)
{
    unsigned counts[256];
    struct book_commission c = book_accrued(1, 105);
    struct ledger_case about = book_case(1);
    struct ledger_transfer t;
    (void)state;
    c.status = "approved";
    assert_int_equal(ledger_build_approve(&about, c.whole, &t), LEDGER_BUILT);
    assert_int_equal(book_post(&t, &c).outcome, LEDGER_POSTED);
    run_children(WITHDRAWALS, withdraw_ten, counts);
    assert_int_equal(counts[LEDGER_POSTED], 10);
    assert_int_equal(counts[LEDGER_UNCOVERED], WITHDRAWALS - 10);
    assert_int_equal(book_balance(BOOK_BRAND, LEDGER_LIVE, LEDGER_P_AVAILABLE, 1, "USD"), 5);
    book_must_hold();
}

static int post_or_consume(unsigned number)
{
    uint64_t done;
    for (unsigned i = 0; i < POSTS_EACH; i++) {
        enum db_status status = DB_OK;
        if (number < POSTERS)
            book_accrued(1 + number * POSTS_EACH + i, 7);
        else if (number % 2)
            status = ledger_fold(book.worker, book.arena, &done);
        else
            status = ledger_seal(book.worker, book.arena, &done);
        if (status != DB_OK && status != DB_DUPLICATE && status != DB_ROLLBACK)
            return 100;
        usleep(1000);
    }
    return 0;
}

static void loses_nothing_between_posters_folders_and_sealers(void **state)
{
    unsigned counts[256];
    (void)state;
    run_children(POSTERS + 4, post_or_consume, counts);
    assert_int_equal(counts[0], POSTERS + 4);
    book_must_hold();
    book_run_jobs();
    book_must_hold();
    assert_int_equal(book_balance(BOOK_BRAND, LEDGER_LIVE, LEDGER_B_ACCRUED, BOOK_BRAND, "USD"),
                     -7 * POSTERS * POSTS_EACH);
}

#define TEST(function) cmocka_unit_test_setup(function, book_reset)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(stores_one_of_a_hundred_deliveries_at_once),
        TEST(pays_out_no_more_than_there_is_to_a_crowd),
        TEST(loses_nothing_between_posters_folders_and_sealers),
    };
    return cmocka_run_group_tests_name("ledger_concurrency", tests, book_open, book_close);
}
