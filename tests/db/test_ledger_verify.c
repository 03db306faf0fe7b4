/*
 * The verifier is tested by what it is for: each violation is planted as the schema's owner, who
 * may do what no program may, and must be found, alone and by name.
 */
#include "support/book.h"

#include "base/buf.h"

enum { STATEMENTS_MAX = 6 };

struct plant {
    const char *name;
    const char *sql[STATEMENTS_MAX];
    const char *undo[3]; /* what emptying the tables does not undo */
    const char *broken;  /* the codes that must be reported, and no other */
    const char *named;   /* somewhere in the report */
};

/*
 * The book every plant is made in. Transfers 1 and 2: commissions 1 and 2 of partner 1 accrue.
 * 3: commission 1 is approved. 4 and 5: a payout of 30 is requested and cancelled. All of these
 * are folded and sealed. 6: commission 3 accrues, queued for both. Accounts by id: 1 P.pending,
 * 2 B.accrued, 3 P.available, 4 B.due, 5 P.reserved.
 */
static int fill(void **state)
{
    struct book_commission c;
    struct ledger_transfer t, requested;
    uint64_t id;

    book_reset(state);
    static const char *const counters[] = {"ledger_account", "ledger_transfer"};
    for (size_t i = 0; i < COUNT_OF(counters); i++) {
        const char *sql =
            arena_printf(book.arena, "ALTER TABLE %s AUTO_INCREMENT = 1", counters[i]);
        assert_int_equal(db_exec_text(book.migrator, sql), DB_OK);
    }
    c = book_accrued(1, 100);
    book_accrued(2, 50);
    struct ledger_case about = book_case(1);
    c.status = "approved";
    assert_int_equal(ledger_build_approve(&about, c.whole, &t), LEDGER_BUILT);
    assert_int_equal(book_post(&t, &c).outcome, LEDGER_POSTED);
    assert_int_equal(ledger_build_request(&about, 30, &t), LEDGER_BUILT);
    assert_int_equal(book_post(&t, NULL).outcome, LEDGER_POSTED);
    assert_int_equal(
        ledger_find(book.web, book.arena, LEDGER_REQUEST, 1, BOOK_BRAND, 1, &requested, &id),
        DB_OK);
    ledger_build_mirror(&requested, id, LEDGER_CANCEL, 1, 0, &t);
    assert_int_equal(book_post(&t, NULL).outcome, LEDGER_POSTED);
    book_run_jobs();
    book_accrued(3, 10);
    return 0;
}

static const struct plant plants[] = {
    {.name = "finds_a_transfer_that_does_not_balance",
     .sql = {"UPDATE ledger_entry SET amount = amount + 5 WHERE transfer = 2 AND account = 1",
             "UPDATE ledger_account SET balance = balance + 5 WHERE id = 1"},
     .broken = "I1 I4 I10 I17",
     .named = "transfer 2: USD sums to 5"},
    {.name = "finds_a_transfer_that_balances_across_units_alone",
     .sql = {"INSERT INTO ledger_account (id, owner_kind, owner, brand, mode, purpose, unit,"
             " balance) VALUES (90, 'partner', 1, 7, 'live', 'available', 'EUR', 5)",
             "INSERT INTO ledger_transfer VALUES (90, 'payout', 9, 7, 'live', 'request', 1,"
             " REPEAT('x', 32), 0, 0, 0)",
             "INSERT INTO ledger_entry VALUES (90, 1, 90, 'EUR', 5), (90, 2, 3, 'USD', -5)",
             "UPDATE ledger_account SET balance = balance - 5 WHERE id = 3",
             "INSERT INTO seal_queue VALUES (90)"},
     .broken = "I1 I4 I17",
     .named = "transfer 90: EUR sums to 5"},
    {.name = "finds_a_transfer_without_entries",
     .sql = {"INSERT INTO ledger_transfer VALUES (91, 'payout', 9, 7, 'live', 'send', 1,"
             " REPEAT('x', 32), 0, 0, 0)",
             "INSERT INTO seal_queue VALUES (91)"},
     .broken = "I2",
     .named = "transfer 91 has no entry"},
    {.name = "finds_a_transfer_with_one_entry",
     .sql = {"DELETE FROM ledger_entry WHERE transfer = 2 AND account = 1",
             "UPDATE ledger_account SET balance = balance - 50 WHERE id = 1"},
     .broken = "I1 I2 I4 I10 I17",
     .named = "transfer 2 has one entry"},
    {.name = "finds_entries_whose_transfer_is_gone",
     .sql = {"DELETE FROM ledger_transfer WHERE id = 6", "DELETE FROM seal_queue",
             "DELETE FROM commission WHERE id = 3"},
     .broken = "I2",
     .named = "entry 6/1 belongs to no transfer"},
    {.name = "finds_a_balance_that_is_not_the_sum_of_its_entries",
     .sql = {"UPDATE ledger_account SET balance = balance + 1 WHERE id = 3",
             "UPDATE ledger_account SET balance = balance - 1 WHERE id = 4"},
     .broken = "I3",
     .named = "account 3 holds 101, its entries come to 100"},
    {.name = "finds_an_entry_folded_but_still_queued",
     .sql = {"UPDATE ledger_account SET balance = balance - 10 WHERE id = 2"},
     .broken = "I3 I4",
     .named = "account 2 holds -60, its entries come to -50"},
    {.name = "finds_a_queued_amount_other_than_its_entry",
     .sql = {"UPDATE ledger_unfolded SET amount = amount - 1",
             "UPDATE ledger_account SET balance = balance + 1 WHERE id = 2"},
     .broken = "I3",
     .named = "unfolded 6/2 is not as its entry"},
    {.name = "finds_money_that_came_from_nowhere",
     .sql = {"UPDATE ledger_account SET balance = balance + 7 WHERE id = 3"},
     .broken = "I3 I4",
     .named = "brand 7, live: USD balances sum to 7"},
    {.name = "finds_an_entry_in_another_unit_than_its_account",
     .sql = {"UPDATE ledger_entry SET unit = 'EUR' WHERE transfer = 2",
             "INSERT IGNORE INTO unit VALUES ('EUR', 'currency', 2)"},
     .broken = "I5 I17",
     .named = "entry 2/1 is in EUR, account 1 in USD"},
    {.name = "finds_an_entry_on_an_account_that_does_not_exist",
     .sql = {"DELETE FROM ledger_account WHERE id = 5"},
     .broken = "I5 I17",
     .named = "account 5 does not exist"},
    {.name = "finds_a_balance_below_its_floor",
     .sql = {"INSERT INTO ledger_transfer VALUES (92, 'payout', 9, 7, 'live', 'cancel', 1,"
             " REPEAT('x', 32), 0, 0, 0)",
             "INSERT INTO ledger_entry VALUES (92, 1, 3, 'USD', 4), (92, 2, 5, 'USD', -4)",
             "UPDATE ledger_account SET balance = balance + 4 WHERE id = 3",
             "UPDATE ledger_account SET balance = balance - 4 WHERE id = 5",
             "INSERT INTO seal_queue VALUES (92)"},
     .broken = "I6 I17",
     .named = "account 5 (reserved) is at -4 with 0 held"},
    {.name = "finds_an_entry_of_zero",
     .sql = {"INSERT INTO ledger_entry VALUES (2, 3, 3, 'USD', 0)"},
     .broken = "I7 I17",
     .named = "entry 2/3 is 0"},
    {.name = "finds_an_entry_too_large",
     .sql = {"UPDATE ledger_entry SET amount = 9000000000000001 WHERE transfer = 2 AND line = 1",
             "UPDATE ledger_entry SET amount = -9000000000000001 WHERE transfer = 2 AND line = 2",
             "UPDATE ledger_account SET balance = balance + 9000000000000001 - 50 WHERE id = 1",
             "UPDATE ledger_account SET balance = balance - 9000000000000001 + 50 WHERE id = 2"},
     .broken = "I7 I10 I17",
     .named = "is 9000000000000001"},
    {.name = "finds_a_floating_point_column",
     .sql = {"CREATE TABLE planted (id INT PRIMARY KEY, price DOUBLE)"},
     .undo = {"DROP TABLE planted"},
     .broken = "I7",
     .named = "column planted.price is double"},
    {.name = "finds_a_transfer_stored_twice",
     .sql = {"ALTER TABLE ledger_transfer DROP KEY ledger_transfer_source",
             "INSERT INTO ledger_transfer SELECT 93, source_kind, source, brand, mode, kind, seq,"
             " content_mac, reverses, at_us, posted_us FROM ledger_transfer WHERE id = 3",
             "INSERT INTO ledger_entry SELECT 93, line, account, unit, amount FROM ledger_entry"
             " WHERE transfer = 3",
             "INSERT INTO seal_queue VALUES (93)",
             "UPDATE ledger_account a SET balance = balance + (SELECT amount FROM ledger_entry e"
             " WHERE e.transfer = 93 AND e.account = a.id) WHERE id IN (1, 2, 3, 4)"},
     .undo = {"DELETE FROM ledger_transfer",
              "ALTER TABLE ledger_transfer ADD UNIQUE KEY ledger_transfer_source"
              " (source_kind, source, brand, kind, seq)"},
     .broken = "I6 I8",
     .named = "commission 1: 2 transfers approve no. 1"},
    {.name = "finds_a_commission_without_its_accrual",
     .sql = {"INSERT INTO commission SELECT 94, REPEAT('9', 16), 94, attribution_no, recipient,"
             " unit, brand, mode, program, partnership, partner, amount, fee_partner, fee_brand,"
             " clawed, clawed_fee_partner, clawed_fee_brand, paid, status, holds, dispute,"
             " fulfilment, approval, release_us, tier, rule, explanation, version, received_us,"
             " updated_us, approved_us FROM commission WHERE id = 2"},
     .broken = "I9 I10",
     .named = "commission 94 has no accrual"},
    {.name = "finds_a_transfer_whose_commission_is_gone",
     .sql = {"DELETE FROM commission WHERE id = 2"},
     .broken = "I9",
     .named = "transfer 2 (accrue): there is no commission 2 of brand 7 (live)"},
    {.name = "finds_a_commission_that_says_other_than_the_ledger",
     .sql = {"UPDATE commission SET clawed = clawed + 1 WHERE id = 2"},
     .broken = "I10",
     .named =
         "commission 2 (pending): the ledger has 50 for the partner and 0 of fees, its row 49"},
    {.name = "finds_a_fee_that_the_ledger_never_took",
     .sql = {"UPDATE commission SET fee_brand = 5 WHERE id = 2"},
     .broken = "I10",
     .named = "0 of fees, its row 50 and 5"},
    {.name = "finds_a_rejected_commission_that_still_earns",
     .sql = {"UPDATE commission SET status = 'rejected' WHERE id = 2"},
     .broken = "I10",
     .named = "commission 2 (rejected)"},
    {.name = "finds_a_mirror_of_another_amount",
     .sql = {"UPDATE ledger_entry SET amount = SIGN(amount) * 20 WHERE transfer = 5",
             "UPDATE ledger_account SET balance = balance - 10 WHERE id = 3",
             "UPDATE ledger_account SET balance = balance + 10 WHERE id = 5"},
     .broken = "I10 I17",
     .named = "transfer 5 (cancel) is not the mirror of transfer 4"},
    {.name = "finds_a_transfer_reversed_twice",
     .sql = {"INSERT INTO ledger_transfer SELECT 95, source_kind, source, brand, mode, kind, 2,"
             " content_mac, reverses, at_us, posted_us FROM ledger_transfer WHERE id = 5",
             "INSERT INTO ledger_entry SELECT 95, line, account, unit, amount FROM ledger_entry"
             " WHERE transfer = 5",
             "UPDATE ledger_account SET balance = balance + 30 WHERE id = 3",
             "UPDATE ledger_account SET balance = balance - 30 WHERE id = 5",
             "INSERT INTO seal_queue VALUES (95)"},
     .broken = "I6 I10 I17",
     .named = "transfer 4 was reversed 2 times"},
    {.name = "finds_money_held_by_nothing",
     .sql = {"UPDATE ledger_account SET held = 1 WHERE id = 3"},
     .broken = "I11",
     .named = "account 3 has 1 held, by nothing"},
    {.name = "finds_a_transfer_that_touches_another_brand",
     .sql = {"UPDATE ledger_account SET brand = 8 WHERE id = 5"},
     .broken = "I15",
     .named = "of brand 7 (live) is on account 5 of brand 8 (live)"},
    {.name = "finds_a_transfer_that_mixes_test_and_live",
     .sql = {"UPDATE ledger_account SET mode = 'test' WHERE id = 5"},
     .broken = "I15",
     .named = "is on account 5 of brand 7 (test)"},
    {.name = "finds_a_changed_entry_even_when_all_sums_agree",
     .sql = {"UPDATE ledger_entry SET amount = SIGN(amount) * 29 WHERE transfer IN (4, 5)"},
     .broken = "I17",
     .named = "transfer 4 is not what was posted"},
    {.name = "finds_a_changed_time",
     .sql = {"UPDATE ledger_transfer SET at_us = at_us + 1 WHERE id = 3"},
     .broken = "I17",
     .named = "seal 3 (transfer 3) does not follow from the one before"},
    {.name = "finds_a_changed_seal",
     .sql = {"UPDATE seal SET hash = REPEAT('x', 32) WHERE no = 2"},
     .broken = "I17",
     .named = "seal 2 (transfer 2) does not follow from the one before"},
    {.name = "finds_a_gap_in_the_seals",
     .sql = {"DELETE FROM seal WHERE no = 2", "INSERT INTO seal_queue VALUES (2)"},
     .broken = "I17",
     .named = "seals: 4 of 5"},
    {.name = "finds_a_transfer_that_would_never_be_sealed",
     .sql = {"DELETE FROM seal_queue"},
     .broken = "I17",
     .named = "transfer 6 is neither sealed nor queued"},
    {.name = "finds_a_right_to_change_entries",
     .sql = {"GRANT UPDATE ON ledger_entry TO meed_web@localhost"},
     .undo = {"REVOKE UPDATE ON ledger_entry FROM meed_web@localhost"},
     .broken = "I18",
     .named = "'meed_web'@'localhost' may UPDATE ledger_entry"},
    {.name = "finds_a_right_to_change_the_whole_database",
     .sql = {"GRANT DELETE ON meed.* TO meed_worker@localhost"},
     .undo = {"REVOKE DELETE ON meed.* FROM meed_worker@localhost"},
     .broken = "I18",
     .named = "'meed_worker'@'localhost' may DELETE in the whole database"},
    {.name = "finds_a_table_without_a_primary_key",
     .sql = {"CREATE TABLE planted (id INT)"},
     .undo = {"DROP TABLE planted"},
     .broken = "I21",
     .named = "table planted has no primary key"},
    {.name = "finds_a_table_that_a_crash_would_damage",
     .sql = {"CREATE TABLE planted (id INT PRIMARY KEY) ENGINE = Aria"},
     .undo = {"DROP TABLE planted"},
     .broken = "I21",
     .named = "table planted is Aria"},
};

static void run_all(const char *const sql[], size_t n)
{
    for (size_t i = 0; i < n && sql[i]; i++)
        if (db_exec_text(book.migrator, sql[i]) != DB_OK)
            fail_msg("%s: %s", sql[i], db_last_error(book.migrator));
}

/* "I1 I17" from the lines "I1   BROKEN …", each code once. */
static const char *broken_codes(const char *report)
{
    struct buf codes = buf_new(book.arena, 200);
    struct sv rest = sv_from(report), last = SV_NONE;
    while (rest.n) {
        struct sv line = sv_cut(&rest, '\n'), code = sv_cut(&line, ' ');
        if (!sv_starts(sv_trim(line), SV("BROKEN")) || sv_eq(code, last))
            continue;
        if (codes.len)
            buf_putc(&codes, ' ');
        buf_put(&codes, code);
        last = code;
    }
    return codes.len ? codes.p : "";
}

static void is_found(void **state)
{
    const struct plant *plant = *state;
    enum ledger_verdict verdict;
    fill(NULL);
    book_must_hold();
    run_all(plant->sql, STATEMENTS_MAX);
    const char *report = book_verify(&verdict);
    run_all(plant->undo, COUNT_OF(plant->undo));
    if (strcmp(broken_codes(report), plant->broken) != 0 || !strstr(report, plant->named))
        fail_msg("expected %s (%s), got %s:\n%s", plant->broken, plant->named, broken_codes(report),
                 report);
    assert_int_equal(verdict, LEDGER_BROKEN);
}

static void names_ten_and_counts_the_rest(void **state)
{
    enum ledger_verdict verdict;
    fill(state);
    run_all((const char *const[]){"INSERT INTO ledger_transfer (source_kind, source, brand, mode,"
                                  " kind, seq, content_mac, at_us, posted_us)"
                                  " SELECT 'payout', seq, 7, 'live', 'send', 1, REPEAT('x', 32),"
                                  " 0, 0 FROM seq_100_to_124",
                                  "INSERT IGNORE INTO seal_queue SELECT id FROM ledger_transfer"
                                  " WHERE source >= 100"},
            2);
    const char *report = book_verify(&verdict);
    assert_int_equal(verdict, LEDGER_BROKEN);
    assert_non_null(strstr(report, "25 broken"));
    assert_non_null(strstr(report, "and 15 more"));
}

static bool planted_above;

static enum db_status check_above(struct db *db, struct arena *arena, struct arena *scratch,
                                  struct ledger_finding *finding)
{
    (void)db;
    (void)scratch;
    if (planted_above)
        ledger_finding_add(finding, arena_strdup(arena, "commission 1 pays 5, by its rule 6"));
    finding->checked = 3;
    return DB_OK;
}

static void lists_the_checks_of_rooms_above_in_their_place(void **state)
{
    enum ledger_verdict verdict;
    fill(state);
    ledger_verify_add("I14", "a commission is its recomputation", check_above);
    const char *report = book_verify(&verdict);
    assert_int_equal(verdict, LEDGER_VERIFIED);
    const char *ours = strstr(report, "I14  holds   a commission is its recomputation");
    assert_non_null(ours);
    assert_true(strstr(report, "I11 ") < ours && ours < strstr(report, "I15 "));
    planted_above = true;
    report = book_verify(&verdict);
    planted_above = false;
    assert_int_equal(verdict, LEDGER_BROKEN);
    assert_string_equal(broken_codes(report), "I14");
}

static int open_with_rights(void **state)
{
    book_open(state);
    ledger_verify_rights_of(book.web);
    ledger_verify_rights_of(book.worker);
    return 0;
}

int main(void)
{
    const struct CMUnitTest others[] = {
        cmocka_unit_test(names_ten_and_counts_the_rest),
        cmocka_unit_test(lists_the_checks_of_rooms_above_in_their_place),
    };
    struct CMUnitTest tests[COUNT_OF(plants) + COUNT_OF(others)] = {0};
    for (size_t i = 0; i < COUNT_OF(plants); i++)
        tests[i] = (struct CMUnitTest){.name = plants[i].name,
                                       .test_func = is_found,
                                       .initial_state = (void *)(uintptr_t)&plants[i]};
    memcpy(&tests[COUNT_OF(plants)], others, sizeof others);
    return _cmocka_run_group_tests("ledger_verify", tests, COUNT_OF(tests), open_with_rights,
                                   book_close);
}
