#include "support/unit.h"

#include "commission/commission.h"

static struct arena *arena;

static int open_arena(void **state)
{
    (void)state;
    arena = arena_new(ARENA_CEILING_DEFAULT);
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct unit currency(const char *code)
{
    struct unit unit;
    assert_true(unit_find_currency(sv_from(code), &unit));
    return unit;
}

static struct commission_rate percent(int32_t rate_bp)
{
    return (struct commission_rate){.pay = COMMISSION_PERCENT, .rate_bp = rate_bp};
}

static struct commission_rate flat(int64_t amount)
{
    return (struct commission_rate){.pay = COMMISSION_FLAT, .flat = amount};
}

/* A sale of 129.90 USD in a program that pays 10% and takes no fee. */
static struct commission_input a_sale(void)
{
    return (struct commission_input){
        .base = 12990,
        .unit = currency("USD"),
        .settings = {.rate = percent(1000), .unit = currency("USD")},
    };
}

static struct commission_result compute(const struct commission_input *input)
{
    struct commission_result result;
    assert_int_equal(commission_compute(input, &result), COMMISSION_OK);
    return result;
}

static const struct commission_line *line_of(const struct commission_result *result,
                                             enum commission_line_code code)
{
    for (unsigned i = 0; i < result->n_lines; i++)
        if (result->lines[i].code == code)
            return &result->lines[i];
    return NULL;
}

static void pays_a_flat_percentage_of_the_base(void **state)
{
    (void)state;
    struct commission_input sale = a_sale();
    struct commission_result result = compute(&sale);
    assert_int_equal(result.amount, 1299);
    assert_int_equal(result.rule, COMMISSION_BY_PROGRAM);
    assert_int_equal(result.split.payout, 1299);
    assert_string_equal(result.unit.code, "USD");
}

static void rounds_half_to_even(void **state)
{
    static const struct {
        int64_t base;
        int32_t rate_bp;
        int64_t amount;
    } cases[] = {
        {14400, 750, 1080}, /* 7.5% of 144 is 10.80 */
        {5, 1000, 0},       /* 0.5 of a cent goes to the even 0 */
        {15, 1000, 2},      /* 1.5 to the even 2 */
        {25, 1000, 2},      /* 2.5 to the even 2 */
        {26, 1000, 3},      {0, 1000, 0}, {MONEY_MAX, 10000, MONEY_MAX},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct commission_input sale = a_sale();
        sale.base = cases[i].base;
        sale.settings.rate = percent(cases[i].rate_bp);
        struct commission_result result;
        assert_int_equal(commission_compute(&sale, &result), COMMISSION_OK);
        assert_int_equal(result.amount, cases[i].amount);
    }
}

static void prefers_flow_then_partner_then_tier_then_program(void **state)
{
    (void)state;
    struct commission_input sale = a_sale();
    sale.tier = percent(1500);
    assert_int_equal(compute(&sale).rule, COMMISSION_BY_TIER);
    sale.own = percent(2000);
    assert_int_equal(compute(&sale).rule, COMMISSION_BY_PARTNER);
    assert_int_equal(compute(&sale).amount, 2598);
    sale.flow = flat(500);
    assert_int_equal(compute(&sale).rule, COMMISSION_BY_FLOW);
    assert_int_equal(compute(&sale).amount, 500);
}

static void pays_a_flat_amount_at_any_order_size_in_the_programs_currency(void **state)
{
    (void)state;
    struct commission_input sale = a_sale();
    sale.settings.rate = flat(1500);
    sale.unit = currency("JPY");
    for (int64_t base = 0; base < 1000000; base += 333333) {
        sale.base = base;
        struct commission_result result = compute(&sale);
        assert_int_equal(result.amount, 1500);
        assert_string_equal(result.unit.code, "USD");
    }
}

static void clamps_to_the_cap_and_says_so(void **state)
{
    (void)state;
    struct commission_input sale = a_sale();
    sale.settings.cap = 1000;
    struct commission_result result = compute(&sale);
    assert_int_equal(result.amount, 1000);
    assert_int_equal(line_of(&result, COMMISSION_LINE_CAP)->limit, 1000);
    sale.settings.cap = 1299;
    result = compute(&sale);
    assert_int_equal(result.amount, 1299);
    assert_null(line_of(&result, COMMISSION_LINE_CAP));
}

static void leaves_a_cap_of_another_currency_aside_and_says_so(void **state)
{
    (void)state;
    struct commission_input sale = a_sale();
    sale.settings.cap = 1;
    sale.unit = currency("EUR");
    struct commission_result result = compute(&sale);
    assert_int_equal(result.amount, 1299);
    assert_non_null(line_of(&result, COMMISSION_LINE_CAP_OTHER_UNIT));
}

static void splits_the_network_fee_by_who_bears_it(void **state)
{
    static const struct {
        enum ledger_bearer bearer;
        int64_t payout, fee_partner, fee_brand;
    } cases[] = {
        {LEDGER_BEARER_NONE, 10000, 0, 0},
        {LEDGER_BEARER_PUBLISHER, 8000, 2000, 0},
        {LEDGER_BEARER_BRAND, 10000, 0, 2000},
        {LEDGER_BEARER_BOTH, 8000, 2000, 2000},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct commission_input sale = a_sale();
        sale.base = 100000;
        sale.settings.network_fee_bp = 2000;
        sale.settings.fee_bearer = cases[i].bearer;
        struct commission_result result = compute(&sale);
        assert_int_equal(result.amount, 10000);
        assert_int_equal(result.split.payout, cases[i].payout);
        assert_int_equal(result.split.fee_partner, cases[i].fee_partner);
        assert_int_equal(result.split.fee_brand, cases[i].fee_brand);
    }
}

static void charges_an_unattributed_sale_the_fee_alone_at_the_default_rate(void **state)
{
    (void)state;
    struct commission_input sale = a_sale();
    sale.base = 100000;
    sale.unattributed = true;
    sale.own = percent(9000);
    sale.settings.network_fee_bp = 2000;
    sale.settings.fee_bearer = LEDGER_BEARER_BOTH;
    struct commission_result result = compute(&sale);
    assert_int_equal(result.rule, COMMISSION_BY_UNATTRIBUTED);
    assert_int_equal(result.amount, 0);
    assert_int_equal(result.split.payout, 0);
    assert_int_equal(result.split.fee_partner, 0);
    assert_int_equal(result.split.fee_brand, 2000);
}

static void explains_itself_in_lines_that_can_be_read_back(void **state)
{
    (void)state;
    struct commission_input sale = a_sale();
    struct commission_explanation back;
    sale.settings.cap = 1000;
    sale.settings.network_fee_bp = 2000;
    sale.settings.fee_bearer = LEDGER_BEARER_BOTH;
    struct commission_result result = compute(&sale);
    struct sv json = commission_explanation_write(arena, &result, 3);
    assert_true(commission_explanation_read(arena, json, &back));
    assert_int_equal(back.own_no, 3);
    assert_string_equal(back.unit.code, "USD");
    assert_int_equal(back.n_lines, result.n_lines);
    assert_memory_equal(back.lines, result.lines, sizeof *back.lines * back.n_lines);
    assert_int_equal(line_of(&result, COMMISSION_LINE_FEE)->amount, 200);
    assert_int_equal(line_of(&result, COMMISSION_LINE_PAYOUT)->amount, 800);
    assert_int_equal(line_of(&result, COMMISSION_LINE_COST)->amount, 1200);
}

static void reads_no_explanation_that_it_did_not_write(void **state)
{
    static const char *const bad[] = {
        "",
        "[]",
        "{}",
        "{\"own_no\":1}",
        "{\"own_no\":0,\"unit\":\"USD\",\"exponent\":2}",
        "{\"own_no\":0,\"unit\":\"USD\",\"exponent\":2,\"lines\":[{\"code\":\"magic\",\"amount\":1}]}",
        "{\"own_no\":0,\"unit\":\"USD\",\"exponent\":2,\"lines\":[{\"code\":\"base\"}]}",
        "{\"own_no\":-1,\"unit\":\"USD\",\"exponent\":2,\"lines\":[]}",
    };
    struct commission_explanation back;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(commission_explanation_read(arena, sv_from(bad[i]), &back));
}

static void refuses_what_leaves_the_range_of_money(void **state)
{
    (void)state;
    struct commission_input sale = a_sale();
    struct commission_result result;
    sale.base = MONEY_MAX;
    sale.settings.rate = percent(10000);
    sale.settings.network_fee_bp = 2000;
    sale.settings.fee_bearer = LEDGER_BEARER_BRAND;
    assert_int_equal(commission_compute(&sale, &result), COMMISSION_OUT_OF_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pays_a_flat_percentage_of_the_base),
        cmocka_unit_test(rounds_half_to_even),
        cmocka_unit_test(prefers_flow_then_partner_then_tier_then_program),
        cmocka_unit_test(pays_a_flat_amount_at_any_order_size_in_the_programs_currency),
        cmocka_unit_test(clamps_to_the_cap_and_says_so),
        cmocka_unit_test(leaves_a_cap_of_another_currency_aside_and_says_so),
        cmocka_unit_test(splits_the_network_fee_by_who_bears_it),
        cmocka_unit_test(charges_an_unattributed_sale_the_fee_alone_at_the_default_rate),
        cmocka_unit_test(explains_itself_in_lines_that_can_be_read_back),
        cmocka_unit_test(reads_no_explanation_that_it_did_not_write),
        cmocka_unit_test(refuses_what_leaves_the_range_of_money),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
