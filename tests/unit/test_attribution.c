#include "support/unit.h"

#include "conversion/attribution.h"

enum { PROGRAM = 7, OTHER_PROGRAM = 8, PARTNER_A = 1, PARTNER_B = 2, PARTNER_C = 3 };

static int64_t day(int n)
{
    return INT64_C(1700000000000000) + n * CLOCK_DAY;
}

/* A sale on day 5 in a program with a window of 30 days. */
static struct attribution_sale a_sale(void)
{
    return (struct attribution_sale){
        .program = PROGRAM, .occurred_us = day(5), .window_us = 30 * CLOCK_DAY};
}

static struct attribution_candidate a_click(uint64_t partner, int64_t at_us)
{
    return (struct attribution_candidate){.kind = CANDIDATE_CLICK,
                                          .known = true,
                                          .click = uuid_v7(at_us),
                                          .partner = partner,
                                          .program = PROGRAM,
                                          .at_us = at_us,
                                          .partnership_active = true,
                                          .link_active = true};
}

static struct attribution_candidate a_posted_click(uint64_t partner, int64_t at_us)
{
    struct attribution_candidate click = a_click(partner, at_us);
    click.posted = true;
    return click;
}

static struct attribution_candidate a_told(enum candidate_kind kind, uint64_t partner)
{
    return (struct attribution_candidate){.kind = kind,
                                          .known = true,
                                          .partner = partner,
                                          .program = PROGRAM,
                                          .partnership_active = true,
                                          .link_active = true,
                                          .exclusive = true};
}

static void credits_the_visitors_last_click_before_the_sale(void **state)
{
    /* A on day 1, B on day 3, sale on day 5: B, whichever was posted (S2-13). */
    (void)state;
    struct attribution_sale sale = a_sale();
    for (int posted = 0; posted < 2; posted++) {
        struct attribution_candidate c[] = {a_click(PARTNER_A, day(1)), a_click(PARTNER_B, day(3))};
        c[posted].posted = true;
        struct attribution_decision d = attribution_decide(&sale, c, COUNT_OF(c));
        assert_int_equal(d.winner, 1);
        assert_int_equal(d.method, posted == 1 ? METHOD_CLICK : METHOD_VISITOR);
        assert_int_equal(c[0].verdict, VERDICT_SUPERSEDED);
        assert_int_equal(c[1].verdict, VERDICT_WON);
    }
}

static void ignores_a_click_after_the_sale(void **state)
{
    (void)state;
    struct attribution_sale sale = a_sale();
    struct attribution_candidate c[] = {a_posted_click(PARTNER_A, day(1)),
                                        a_click(PARTNER_B, day(5) + 1)};
    assert_int_equal(attribution_decide(&sale, c, COUNT_OF(c)).winner, 0);
    assert_int_equal(c[1].verdict, VERDICT_AFTER_SALE);
}

static void takes_a_sale_told_in_whole_seconds_as_up_to_a_second_later(void **state)
{
    (void)state;
    struct attribution_sale sale = a_sale();
    struct attribution_candidate c[] = {a_posted_click(PARTNER_A, day(5) + 999999)};
    assert_int_equal(attribution_decide(&sale, c, 1).winner, ATTRIBUTION_NOBODY);
    sale.whole_seconds = true;
    assert_int_equal(attribution_decide(&sale, c, 1).winner, 0);
    c[0].at_us += 1;
    assert_int_equal(attribution_decide(&sale, c, 1).winner, ATTRIBUTION_NOBODY);
}

static void counts_the_edge_of_the_window_as_inside(void **state)
{
    (void)state;
    struct attribution_sale sale = a_sale();
    struct attribution_candidate c[] = {
        a_posted_click(PARTNER_A, sale.occurred_us - sale.window_us)};
    assert_int_equal(attribution_decide(&sale, c, 1).winner, 0);
    c[0].at_us -= 1;
    struct attribution_decision d = attribution_decide(&sale, c, 1);
    assert_int_equal(d.winner, ATTRIBUTION_NOBODY);
    assert_int_equal(c[0].verdict, VERDICT_OUTSIDE_WINDOW);
    assert_string_equal(d.reason, "outside_window");
}

static void never_credits_what_is_not_eligible(void **state)
{
    (void)state;
    struct attribution_sale sale = a_sale();
    static const enum attribution_verdict verdicts[] = {
        VERDICT_BOT,           VERDICT_PARTNERSHIP_INACTIVE, VERDICT_LINK_INACTIVE,
        VERDICT_OTHER_PROGRAM, VERDICT_OTHER_MODE,           VERDICT_UNKNOWN};
    for (size_t i = 0; i < COUNT_OF(verdicts); i++) {
        struct attribution_candidate c[] = {a_posted_click(PARTNER_A, day(1)),
                                            a_click(PARTNER_B, day(3))};
        c[1].bot = verdicts[i] == VERDICT_BOT;
        c[1].partnership_active = verdicts[i] != VERDICT_PARTNERSHIP_INACTIVE;
        c[1].link_active = verdicts[i] != VERDICT_LINK_INACTIVE;
        c[1].program = verdicts[i] == VERDICT_OTHER_PROGRAM ? OTHER_PROGRAM : PROGRAM;
        c[1].test_mode = verdicts[i] == VERDICT_OTHER_MODE;
        c[1].known = verdicts[i] != VERDICT_UNKNOWN;
        assert_int_equal(attribution_decide(&sale, c, COUNT_OF(c)).winner, 0);
        assert_int_equal(c[1].verdict, verdicts[i]);
    }
}

static void an_ineligible_posted_click_still_names_its_visitor(void **state)
{
    (void)state;
    struct attribution_sale sale = a_sale();
    struct attribution_candidate c[] = {a_posted_click(PARTNER_A, day(1)),
                                        a_click(PARTNER_B, day(3))};
    c[0].bot = true;
    assert_int_equal(attribution_decide(&sale, c, COUNT_OF(c)).winner, 1);
}

static void a_click_id_of_another_program_says_nothing_about_this_sale(void **state)
{
    (void)state;
    struct attribution_sale sale = a_sale();
    struct attribution_candidate c[] = {a_posted_click(PARTNER_A, day(1)),
                                        a_click(PARTNER_B, day(3))};
    c[0].program = OTHER_PROGRAM;
    struct attribution_decision d = attribution_decide(&sale, c, COUNT_OF(c));
    assert_int_equal(d.winner, ATTRIBUTION_NOBODY);
    assert_string_equal(d.reason, "other_program");
}

static void a_program_may_put_its_codes_first_or_last(void **state) /* S0-09 */
{
    static const struct {
        enum program_code_rank rank;
        bool exclusive;
        int winner;
    } cases[] = {
        {PROGRAM_CODE_AFTER_CLICK, true, 0},
        {PROGRAM_CODE_FIRST, true, 1},
        {PROGRAM_CODE_LAST, true, 0},
        {PROGRAM_CODE_FIRST, false, 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct attribution_sale sale = a_sale();
        struct attribution_candidate c[] = {a_posted_click(PARTNER_A, day(4)),
                                            a_told(CANDIDATE_COUPON, PARTNER_B),
                                            a_told(CANDIDATE_TOKEN, PARTNER_C)};
        sale.code_rank = cases[i].rank;
        c[1].exclusive = cases[i].exclusive;
        assert_int_equal(attribution_decide(&sale, c, COUNT_OF(c)).winner, cases[i].winner);
        assert_int_equal(c[1 - cases[i].winner].verdict, VERDICT_LOWER_PRECEDENCE);
        /* Without the click: the code before the link, unless codes come last. */
        assert_int_equal(attribution_decide(&sale, c + 1, 2).winner,
                         cases[i].rank == PROGRAM_CODE_LAST || !cases[i].exclusive ? 1 : 0);
    }
}

static void ranks_click_then_exclusive_coupon_then_token_then_ref_then_other_coupon(void **state)
{
    (void)state;
    struct attribution_sale sale = a_sale();
    struct attribution_candidate c[] = {
        a_told(CANDIDATE_COUPON, PARTNER_C), a_told(CANDIDATE_REF, PARTNER_B),
        a_told(CANDIDATE_TOKEN, PARTNER_A),  a_told(CANDIDATE_COUPON, PARTNER_B),
        a_posted_click(PARTNER_A, day(1)),
    };
    static const struct {
        int winner;
        enum attribution_method method;
    } order[] = {{4, METHOD_CLICK},
                 {3, METHOD_COUPON},
                 {2, METHOD_TOKEN},
                 {1, METHOD_REF},
                 {0, METHOD_COUPON}};
    c[0].exclusive = false;
    for (size_t i = 0; i < COUNT_OF(order); i++) {
        struct attribution_decision d = attribution_decide(&sale, c, COUNT_OF(c));
        assert_int_equal(d.winner, order[i].winner);
        assert_int_equal(d.method, order[i].method);
        c[d.winner].known = false; /* the next best */
    }
    assert_int_equal(attribution_decide(&sale, c, COUNT_OF(c)).winner, ATTRIBUTION_NOBODY);
}

static void a_code_counts_until_the_moment_it_stops(void **state)
{
    (void)state;
    struct attribution_sale sale = a_sale();
    struct attribution_candidate c[] = {a_told(CANDIDATE_COUPON, PARTNER_A)};
    c[0].stops_us = sale.occurred_us + 1;
    assert_int_equal(attribution_decide(&sale, c, 1).winner, 0);
    c[0].stops_us = sale.occurred_us;
    assert_int_equal(attribution_decide(&sale, c, 1).winner, ATTRIBUTION_NOBODY);
    assert_int_equal(c[0].verdict, VERDICT_CODE_STOPPED);
}

static void decides_the_same_whatever_the_order_of_candidates(void **state)
{
    (void)state;
    struct attribution_sale sale = a_sale();
    struct attribution_candidate c[] = {
        a_posted_click(PARTNER_A, day(1)), a_click(PARTNER_B, day(3)),
        a_click(PARTNER_C, day(3)), /* the same instant: the greater id */
        a_told(CANDIDATE_COUPON, PARTNER_C)};
    struct uuid winner = c[attribution_decide(&sale, c, COUNT_OF(c)).winner].click;
    for (size_t i = 0; i < COUNT_OF(c) / 2; i++) {
        struct attribution_candidate swap = c[i];
        c[i] = c[COUNT_OF(c) - 1 - i];
        c[COUNT_OF(c) - 1 - i] = swap;
    }
    assert_true(uuid_eq(winner, c[attribution_decide(&sale, c, COUNT_OF(c)).winner].click));
}

static void says_when_the_order_told_nothing(void **state)
{
    (void)state;
    struct attribution_sale sale = a_sale();
    struct attribution_decision d = attribution_decide(&sale, NULL, 0);
    assert_int_equal(d.winner, ATTRIBUTION_NOBODY);
    assert_string_equal(d.reason, "nothing_told");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(credits_the_visitors_last_click_before_the_sale),
        cmocka_unit_test(ignores_a_click_after_the_sale),
        cmocka_unit_test(takes_a_sale_told_in_whole_seconds_as_up_to_a_second_later),
        cmocka_unit_test(counts_the_edge_of_the_window_as_inside),
        cmocka_unit_test(never_credits_what_is_not_eligible),
        cmocka_unit_test(an_ineligible_posted_click_still_names_its_visitor),
        cmocka_unit_test(a_click_id_of_another_program_says_nothing_about_this_sale),
        cmocka_unit_test(a_program_may_put_its_codes_first_or_last),
        cmocka_unit_test(ranks_click_then_exclusive_coupon_then_token_then_ref_then_other_coupon),
        cmocka_unit_test(a_code_counts_until_the_moment_it_stops),
        cmocka_unit_test(decides_the_same_whatever_the_order_of_candidates),
        cmocka_unit_test(says_when_the_order_told_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
