/* The rules that need no database. Their results, row by row, are told in tests/scenario. */
#include "support/unit.h"

#include "ledger/ledger.h"

static struct unit usd, eur;

static int find_units(void **state)
{
    (void)state;
    return unit_find_currency(SV("USD"), &usd) && unit_find_currency(SV("EUR"), &eur) ? 0 : -1;
}

static struct ledger_case commission_one(void)
{
    return (struct ledger_case){
        .source = 1, .seq = 1, .brand = 7, .partner = 3, .unit = usd, .business_us = 5};
}

static struct ledger_transfer accrual(int64_t amount)
{
    struct ledger_case c = commission_one();
    struct ledger_transfer t;
    assert_int_equal(ledger_build_accrue(&c, (struct ledger_split){.payout = amount}, &t),
                     LEDGER_BUILT);
    return t;
}

/* Names ------------------------------------------------------------------------------------ */

static void finds_every_stored_name_again(void **state)
{
    (void)state;
    for (unsigned i = 0; i < LEDGER_PURPOSE_COUNT; i++) {
        enum ledger_purpose purpose = (enum ledger_purpose)i, found;
        enum ledger_owner owner = ledger_purpose_owner(purpose);
        assert_true(ledger_purpose_find(sv_from(ledger_owner_text(owner)),
                                        sv_from(ledger_purpose_text(purpose)), &found));
        assert_int_equal(found, purpose);
        assert_true(strlen(ledger_purpose_text(purpose)) <= 16); /* the column's width */
    }
    for (unsigned i = 0; i < LEDGER_KIND_COUNT; i++) {
        enum ledger_kind kind = (enum ledger_kind)i, found;
        enum ledger_source source;
        assert_true(ledger_kind_find(sv_from(ledger_kind_text(kind)), &found));
        assert_int_equal(found, kind);
        assert_true(
            ledger_source_find(sv_from(ledger_source_text(ledger_kind_source(kind))), &source));
        assert_int_equal(source, ledger_kind_source(kind));
    }
}

static void tells_owners_apart_where_purposes_sound_alike(void **state)
{
    enum ledger_purpose found;
    (void)state;
    assert_string_equal(ledger_purpose_name(LEDGER_P_PENDING), "P.pending");
    assert_false(ledger_purpose_find(SV("brand"), SV("pending"), &found));
    assert_false(ledger_purpose_find(SV("partner"), SV("Pending"), &found));
}

/* Well-formed transfers -------------------------------------------------------------------- */

static void a_transfer_is_refused_for_each_thing_wrong_with_it(void **state)
{
    struct ledger_transfer t;
    (void)state;
    t = accrual(100);
    assert_null(ledger_transfer_problem(&t));

    t.entries[0].amount = 99;
    assert_string_equal(ledger_transfer_problem(&t), "the entries of a unit do not sum to zero");
    t = accrual(100);
    t.entries[1].unit = eur;
    assert_string_equal(ledger_transfer_problem(&t), "the entries of a unit do not sum to zero");
    t = accrual(100);
    t.entries[0].amount = 0;
    assert_string_equal(ledger_transfer_problem(&t), "an entry is zero");
    t = accrual(100);
    t.entries[0].amount = MONEY_MAX + 1;
    assert_string_equal(ledger_transfer_problem(&t), "an entry is out of range");
    t = accrual(100);
    t.n = 1;
    assert_string_equal(ledger_transfer_problem(&t), "two to eight entries are needed");
    t = accrual(100);
    t.entries[1].owner = 8;
    assert_string_equal(ledger_transfer_problem(&t), "an entry belongs to another brand");
    t = accrual(100);
    t.entries[0].owner = 0;
    assert_string_equal(ledger_transfer_problem(&t), "a partner's entry names no partner");
    t = accrual(100);
    t.entries[1].guard = LEDGER_COVERED;
    assert_string_equal(ledger_transfer_problem(&t), "a guard on an account without a balance");
    t = accrual(100);
    t.seq = 0;
    assert_string_equal(ledger_transfer_problem(&t), "source, brand or sequence is missing");
    t = accrual(100);
    t.entries[1] = t.entries[0];
    t.entries[1].amount = -100;
    assert_string_equal(ledger_transfer_problem(&t), "two entries are on one account");
}

/* Splits and clawbacks --------------------------------------------------------------------- */

static void the_payout_is_what_the_fee_leaves(void **state)
{
    (void)state;
    struct ledger_split both = ledger_split_of(333, 67, LEDGER_BEARER_BOTH);
    assert_int_equal(both.payout, 266);
    assert_int_equal(both.fee_partner, 67);
    assert_int_equal(both.fee_brand, 67);
    assert_aborts((void)ledger_split_of(10, 11, LEDGER_BEARER_PUBLISHER));
}

/* Any way of cutting a refund into steps claws back the same, and never more than the whole. */
static void any_order_and_number_of_refunds_ends_alike(void **state)
{
    struct ledger_split whole = {.payout = 7919, .fee_partner = 131, .fee_brand = 65};
    const int64_t base = 104729;
    (void)state;
    for (int64_t step = 1; step < base; step = step * 3 + 1) {
        struct ledger_split sum = {0}, before = {0};
        for (int64_t refunded = step; refunded < base + step; refunded += step) {
            struct ledger_split after = ledger_clawed(whole, base, refunded, false);
            struct ledger_split delta = ledger_split_minus(after, before);
            assert_true(delta.payout >= 0 && delta.fee_partner >= 0 && delta.fee_brand >= 0);
            sum = ledger_split_minus(sum, (struct ledger_split){.payout = -delta.payout,
                                                                .fee_partner = -delta.fee_partner,
                                                                .fee_brand = -delta.fee_brand});
            before = after;
        }
        assert_memory_equal(&sum, &whole, sizeof sum);
    }
}

static void a_refund_beyond_the_base_takes_the_whole_and_no_more(void **state)
{
    struct ledger_split whole = {.payout = 80, .fee_partner = 20, .fee_brand = 20};
    (void)state;
    struct ledger_split clawed = ledger_clawed(whole, 100, 5000, false);
    assert_memory_equal(&clawed, &whole, sizeof whole);
    clawed = ledger_clawed(whole, 0, 1, false);
    assert_memory_equal(&clawed, &whole, sizeof whole);
    clawed = ledger_clawed(whole, 100, 1, true);
    assert_memory_equal(&clawed, &whole, sizeof whole);
    clawed = ledger_clawed(whole, 100, 0, true);
    assert_true(ledger_split_is_zero(clawed));
}

static void posts_nothing_rather_than_a_sum_too_large(void **state)
{
    struct ledger_case c = commission_one();
    struct ledger_transfer t;
    (void)state;
    assert_int_equal(
        ledger_build_accrue(&c, (struct ledger_split){.payout = MONEY_MAX, .fee_brand = 1}, &t),
        LEDGER_OUT_OF_RANGE);
    assert_int_equal(
        ledger_build_accrue(&c, (struct ledger_split){.payout = MONEY_MAX - 1, .fee_brand = 1}, &t),
        LEDGER_BUILT);
    assert_null(ledger_transfer_problem(&t));
}

/* Exchange --------------------------------------------------------------------------------- */

static void an_exchange_minds_the_decimals_of_both_currencies(void **state)
{
    static const struct {
        const char *from, *to;
        int64_t amount, rate_e10, converted;
    } cases[] = {
        {"USD", "EUR", 10000, 9065000000, 9065},
        {"USD", "JPY", 1, 1554321000000, 2},      /* a cent is 1.55 yen */
        {"JPY", "USD", 1000, 64336000, 643},      /* 6.4336 dollars */
        {"USD", "KWD", 1000, 3071500000, 3072},   /* 3.0715 dinars: a half, to even */
        {"KWD", "JPY", 1001, 5060000000000, 507}, /* 506.506 yen */
        {"USD", "EUR", 0, 9065000000, 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct ledger_fx fx = {.rate_e10 = cases[i].rate_e10};
        struct ledger_fx_result result;
        struct unit from;
        assert_true(unit_find_currency(sv_from(cases[i].from), &from));
        assert_true(unit_find_currency(sv_from(cases[i].to), &fx.target));
        assert_true(ledger_fx_apply(cases[i].amount, &from, &fx, &result));
        assert_int_equal(result.converted, cases[i].converted);
        assert_int_equal(result.arrives, cases[i].converted);
    }
}

static void an_exchange_too_large_is_refused(void **state)
{
    struct ledger_fx fx = {.target = eur, .rate_e10 = INT64_C(20000000000)};
    struct ledger_fx_result result;
    (void)state;
    assert_true(ledger_fx_apply(MONEY_MAX / 2, &usd, &fx, &result));
    assert_false(ledger_fx_apply(MONEY_MAX / 2 + 1, &usd, &fx, &result));
}

static void every_settlement_with_an_exchange_balances(void **state)
{
    struct ledger_case c = commission_one();
    (void)state;
    for (int64_t amount = 1; amount < 100000; amount = amount * 3 + 1)
        for (int32_t spread = 0; spread <= BP_WHOLE; spread += 777) {
            struct ledger_fx fx = {.target = eur, .rate_e10 = 9065000000, .spread_bp = spread};
            struct ledger_transfer t;
            assert_int_equal(ledger_build_settle_fx(&c, amount, &fx, &t), LEDGER_BUILT);
            assert_null(ledger_transfer_problem(&t));
        }
}

static void a_mirror_undoes_each_entry_and_names_what_it_undoes(void **state)
{
    struct ledger_case c = commission_one();
    struct ledger_transfer t, mirror;
    (void)state;
    assert_int_equal(ledger_build_request(&c, 30, &t), LEDGER_BUILT);
    ledger_build_mirror(&t, 41, LEDGER_CANCEL, 1, 9, &mirror);
    assert_null(ledger_transfer_problem(&mirror));
    assert_int_equal(mirror.reverses, 41);
    assert_int_equal(mirror.kind, LEDGER_CANCEL);
    assert_int_equal(mirror.n, t.n);
    for (unsigned i = 0; i < t.n; i++)
        assert_int_equal(mirror.entries[i].amount, -t.entries[i].amount);
    assert_aborts(ledger_build_mirror(&t, 41, LEDGER_UNFULFIL, 1, 9, &mirror));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_every_stored_name_again),
        cmocka_unit_test(tells_owners_apart_where_purposes_sound_alike),
        cmocka_unit_test(a_transfer_is_refused_for_each_thing_wrong_with_it),
        cmocka_unit_test(the_payout_is_what_the_fee_leaves),
        cmocka_unit_test(any_order_and_number_of_refunds_ends_alike),
        cmocka_unit_test(a_refund_beyond_the_base_takes_the_whole_and_no_more),
        cmocka_unit_test(posts_nothing_rather_than_a_sum_too_large),
        cmocka_unit_test(an_exchange_minds_the_decimals_of_both_currencies),
        cmocka_unit_test(an_exchange_too_large_is_refused),
        cmocka_unit_test(every_settlement_with_an_exchange_balances),
        cmocka_unit_test(a_mirror_undoes_each_entry_and_names_what_it_undoes),
    };
    return cmocka_run_group_tests_name("ledger_rules", tests, find_units, NULL);
}
