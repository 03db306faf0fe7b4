/* Every code that a sale can carry has words of its own. */
#include "support/unit.h"

#include "conversion/attribution.h"
#include "conversion/sale_event.h"
#include "conversion/sale_words.h"

static struct arena *arena;

/* Words are there, and no code, no other entry's and no excuse stands in for them. */
static void assert_worded(const char *code, const char *words)
{
    assert_non_null(words);
    assert_string_not_equal(words, "");
    assert_string_not_equal(words, code);
    assert_string_not_equal(words, sale_verdict_words(SV("no such code")));
}

static void words_every_verdict(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ATTRIBUTION_VERDICT_COUNT; i++) {
        const char *code = attribution_verdict_text((enum attribution_verdict)i);
        assert_worded(code, sale_verdict_words(sv_from(code)));
        assert_worded(code, sale_reason_words(sv_from(code)));
        for (unsigned other = 0; other < i; other++)
            assert_string_not_equal(sale_verdict_words(sv_from(code)),
                                    sale_verdict_words(sv_from(attribution_verdict_text(
                                        (enum attribution_verdict)other))));
    }
}

/* The reason that attribution_decide() gives when these are all that is known. */
static const char *reason_of(struct attribution_candidate *candidates, size_t n)
{
    const struct attribution_sale sale = {
        .program = 1, .occurred_us = 10 * CLOCK_DAY, .window_us = 30 * CLOCK_DAY};
    for (size_t i = 0; i < n; i++) {
        candidates[i].known = true;
        candidates[i].partnership_active = candidates[i].link_active = true;
        candidates[i].program = 1;
    }
    return attribution_decide(&sale, candidates, n).reason;
}

#define REASON_OF(...)                                                                             \
    reason_of((struct attribution_candidate[]){__VA_ARGS__},                                       \
              COUNT_OF(((struct attribution_candidate[]){__VA_ARGS__})))

static void words_every_reason_of_a_decision(void **state)
{
    (void)state;
    const struct attribution_candidate posted = {.kind = CANDIDATE_CLICK,
                                                 .posted = true,
                                                 .click = uuid_v7(8 * CLOCK_DAY),
                                                 .at_us = 8 * CLOCK_DAY};
    const struct attribution_candidate later = {
        .kind = CANDIDATE_CLICK, .click = uuid_v7(9 * CLOCK_DAY), .at_us = 9 * CLOCK_DAY};
    const char *reasons[] = {
        REASON_OF(posted),
        REASON_OF(posted, later),
        REASON_OF({.kind = CANDIDATE_COUPON, .exclusive = true}),
        REASON_OF({.kind = CANDIDATE_TOKEN}),
        REASON_OF({.kind = CANDIDATE_TOKEN, .click = later.click, .at_us = later.at_us}),
        REASON_OF({.kind = CANDIDATE_REF}),
        reason_of(NULL, 0),
    };
    for (size_t i = 0; i < COUNT_OF(reasons); i++) {
        assert_worded(reasons[i], sale_reason_words(sv_from(reasons[i])));
        for (size_t other = 0; other < i; other++)
            assert_string_not_equal(reasons[i], reasons[other]);
    }
}

static void words_every_method_kind_and_door(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ATTRIBUTION_METHOD_COUNT; i++) {
        const char *code = attribution_method_text((enum attribution_method)i);
        assert_worded(code, sale_method_words(sv_from(code)));
    }
    for (unsigned i = CANDIDATE_CLICK; i <= CANDIDATE_REF; i++) {
        const char *code = candidate_kind_text((enum candidate_kind)i);
        assert_worded(code, sale_kind_words(sv_from(code)));
    }
    for (unsigned i = 0; i < SALE_DOOR_COUNT; i++) {
        const char *code = sale_door_text((enum sale_door)i);
        assert_worded(code, sale_door_words(sv_from(code)));
        assert_worded(code, sale_authentication_words(sv_from(code)));
    }
    for (unsigned i = 0; i < SALE_KIND_COUNT; i++) {
        const char *code = sale_kind_text((enum sale_kind)i);
        assert_worded(code, sale_event_words(sv_from(code)));
    }
}

static void words_every_rule_and_line(void **state)
{
    (void)state;
    struct unit unit;
    assert_true(unit_find_currency(SV("USD"), &unit));
    for (unsigned i = 0; i < COMMISSION_RULE_COUNT; i++)
        assert_worded(commission_rule_text((enum commission_rule)i),
                      sale_rule_words((enum commission_rule)i));
    for (unsigned i = 0; i < COMMISSION_LINE_COUNT; i++) {
        const struct commission_line line = {
            .code = (enum commission_line_code)i, .rate_bp = 1000, .limit = 5000};
        assert_worded(commission_line_text(line.code), sale_line_words(arena, &line, &unit));
    }
}

static void words_a_line_with_its_numbers(void **state)
{
    (void)state;
    struct unit unit;
    assert_true(unit_find_currency(SV("USD"), &unit));
    const struct commission_line percent = {
        .code = COMMISSION_LINE_PERCENT, .rule = COMMISSION_BY_PARTNER, .rate_bp = 1250};
    const struct commission_line cap = {.code = COMMISSION_LINE_CAP, .limit = 5000};
    assert_string_equal(sale_line_words(arena, &percent, &unit),
                        "12.5% of the base, the creator's own rate");
    assert_string_equal(sale_line_words(arena, &cap, &unit), "Capped at $50.00 a sale");
}

static void words_every_move_and_account_of_the_ledger(void **state)
{
    (void)state;
    for (unsigned i = 0; i < LEDGER_KIND_COUNT; i++) {
        const char *code = ledger_kind_text((enum ledger_kind)i);
        assert_worded(code, sale_transfer_words(sv_from(code)));
    }
    for (unsigned i = 0; i < LEDGER_PURPOSE_COUNT; i++) {
        const char *code = ledger_purpose_name((enum ledger_purpose)i);
        assert_worded(code, sale_account_words(sv_from(code)));
    }
}

static void words_every_status_as_its_chip_does(void **state)
{
    (void)state;
    const char *code;
    for (size_t i = 0; (code = sale_status_at(i)) != NULL; i++) {
        bool review = strcmp(code, "review") == 0;
        enum format_state chip = sale_state(review ? SV("pending") : sv_from(code), review);
        assert_string_equal(sale_status_words(sv_from(code)), format_state_word(chip));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_every_verdict),
        cmocka_unit_test(words_every_reason_of_a_decision),
        cmocka_unit_test(words_every_method_kind_and_door),
        cmocka_unit_test(words_every_rule_and_line),
        cmocka_unit_test(words_a_line_with_its_numbers),
        cmocka_unit_test(words_every_move_and_account_of_the_ledger),
        cmocka_unit_test(words_every_status_as_its_chip_does),
    };
    arena = arena_new(ARENA_CEILING_DEFAULT);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(arena);
    return failed;
}
