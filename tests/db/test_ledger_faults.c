/*
 * The n-th call to the database fails, for every n and in every way: the transfer is stored whole
 * or not at all, the invariants hold, and posting it again makes it right.
 */
#include "support/book.h"

static const enum db_fault faults[] = {DB_FAULT_DEADLOCK, DB_FAULT_LOST_BEFORE, DB_FAULT_LOST_AFTER,
                                       DB_FAULT_ERROR};

enum { CALLS_MAX = 200 };

/* What is tried under faults: post `transfer` with its commission's row. */
static struct ledger_transfer transfer;
static struct book_commission commission;

static void prepare_accrual(void)
{
    struct ledger_case about = book_case(1);
    commission =
        (struct book_commission){.id = 1,
                                 .brand = BOOK_BRAND,
                                 .partner = 1,
                                 .unit = book_unit("USD"),
                                 .whole = {.payout = 80, .fee_partner = 20, .fee_brand = 20},
                                 .status = "pending"};
    assert_int_equal(ledger_build_accrue(&about, commission.whole, &transfer), LEDGER_BUILT);
}

static void prepare_approval(void)
{
    struct ledger_case about = book_case(1);
    commission = book_accrued(1, 100);
    commission.status = "approved";
    assert_int_equal(ledger_build_approve(&about, commission.whole, &transfer), LEDGER_BUILT);
}

static void prepare_refund(void)
{
    struct ledger_case about = book_case(1);
    commission = book_accrued(1, 100);
    commission.clawed.payout = 25;
    assert_int_equal(ledger_build_refund(&about, LEDGER_STAGE_PENDING, (struct ledger_split){0},
                                         commission.clawed, &transfer),
                     LEDGER_BUILT);
}

static bool is_stored(void)
{
    struct ledger_transfer found;
    uint64_t id;
    enum db_status status = ledger_find(book.migrator, book.arena, transfer.kind, transfer.source,
                                        transfer.brand, transfer.seq, &found, &id);
    assert_true(status == DB_OK || status == DB_NO_ROW);
    return status == DB_OK;
}

/* False once the n-th call is never made. */
static bool fail_nth(void (*prepare)(void), uint64_t n, enum db_fault fault)
{
    struct ledger_posting posting;
    book_reset(NULL);
    prepare();
    db_fault_arm(book.web, n, fault);
    enum db_status status = book_try(book.web, &transfer, &commission, &posting);
    bool was_made = db_calls_made(book.web) >= n;
    db_fault_arm(book.web, 0, fault);

    bool stored = is_stored();
    if (status == DB_OK)
        assert_true(stored);
    else if (status != DB_AMBIGUOUS)
        assert_false(stored);
    book_must_hold();

    status = book_try(book.web, &transfer, &commission, &posting);
    assert_int_equal(status, DB_OK);
    assert_int_equal(posting.outcome, stored ? LEDGER_REPLAY : LEDGER_POSTED);
    book_must_hold();
    return was_made;
}

static void survive_every_failure_of(void (*prepare)(void))
{
    for (size_t i = 0; i < COUNT_OF(faults); i++) {
        uint64_t n = 1;
        while (fail_nth(prepare, n, faults[i]))
            assert_true(++n < CALLS_MAX);
        assert_true(n > 5); /* begin, transfer, entries, queues, balance, commit were all failed */
    }
}

static void an_accrual_is_whole_or_absent(void **state)
{
    (void)state;
    survive_every_failure_of(prepare_accrual);
}

static void an_approval_is_whole_or_absent(void **state)
{
    (void)state;
    survive_every_failure_of(prepare_approval);
}

static void a_refund_is_whole_or_absent(void **state)
{
    (void)state;
    survive_every_failure_of(prepare_refund);
}

typedef enum db_status job(struct db *db, struct arena *arena, uint64_t *done);

static bool fail_nth_of_job(job *run, uint64_t n, enum db_fault fault)
{
    uint64_t done;
    db_fault_arm(book.worker, n, fault);
    (void)!run(book.worker, book.arena, &done);
    bool was_made = db_calls_made(book.worker) >= n;
    db_fault_arm(book.worker, 0, fault);
    book_must_hold();
    return was_made;
}

static void survive_every_failure_of_job(job *run)
{
    for (size_t i = 0; i < COUNT_OF(faults); i++) {
        bool was_made = true;
        for (uint64_t n = 1; was_made; n++) {
            assert_true(n < CALLS_MAX);
            book_reset(NULL);
            prepare_approval();
            book_post(&transfer, &commission);
            was_made = fail_nth_of_job(run, n, faults[i]);
            book_run_jobs();
            book_must_hold();
        }
    }
}

static void folding_takes_a_batch_once_or_leaves_it(void **state)
{
    (void)state;
    survive_every_failure_of_job(ledger_fold);
}

static void sealing_takes_a_batch_once_or_leaves_it(void **state)
{
    (void)state;
    survive_every_failure_of_job(ledger_seal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_accrual_is_whole_or_absent),
        cmocka_unit_test(an_approval_is_whole_or_absent),
        cmocka_unit_test(a_refund_is_whole_or_absent),
        cmocka_unit_test(folding_takes_a_batch_once_or_leaves_it),
        cmocka_unit_test(sealing_takes_a_batch_once_or_leaves_it),
    };
    return cmocka_run_group_tests_name("ledger_faults", tests, book_open, book_close);
}
