#include "support/unit.h"

#include "base/json.h"
#include "conversion/event_words.h"
#include "door/door_paddle_read.h"

static struct arena *arena;
static struct payment_reader reader;
static struct payment_event event;

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

static bool read_event(const char *type, const char *data)
{
    const char *why = NULL;
    struct json_object *json =
        json_parse(arena,
                   sv_from(arena_printf(arena,
                                        "{\"event_id\":\"evt_01\",\"event_type\":\"%s\","
                                        "\"occurred_at\":\"2026-11-21T06:13:05.123456Z\","
                                        "\"notification_id\":\"ntf_01\",\"data\":{%s}}",
                                        type, data)),
                   &why);
    assert_non_null(json);
    reader = (struct payment_reader){.arena = arena};
    bool ok = paddle_event_read(&reader, json, &event);
    json_free(json);
    return ok;
}

#define TRANSACTION(origin, more, subtotal, discount, tax, total)                                  \
    "\"id\":\"txn_1\",\"status\":\"completed\",\"currency_code\":\"JPY\",\"origin\":\"" origin     \
    "\",\"invoice_id\":\"inv_1\"," more "\"details\":{\"totals\":{\"subtotal\":\"" subtotal        \
    "\",\"discount\":\"" discount "\",\"tax\":\"" tax "\",\"total\":\"" total "\"}}"

static const struct sale_event *sale_of(const char *data)
{
    assert_true(read_event("transaction.completed", data));
    assert_int_equal(event.what, PAYMENT_SALE);
    return &event.sale;
}

static void a_completed_transaction_is_a_sale(void **state)
{
    (void)state;
    const struct sale_event *s =
        sale_of(TRANSACTION("web", "\"custom_data\":{\"affihub_ref\":\"anna\",\"order_id\":77},",
                            "1000", "100", "90", "990"));
    assert_int_equal(s->kind, SALE_KIND_SALE);
    assert_string_equal(s->unit.code, "JPY");
    assert_int_equal(s->amount, 990);
    assert_int_equal(s->subtotal, 900);
    assert_int_equal(s->tax, 90);
    assert_true(s->has_subtotal && s->has_tax);
    assert_sv_equal(s->ref, "anna");
    assert_sv_equal(s->order_ref, "77");
    assert_int_equal(s->n_keys, 3);
    assert_int_equal(s->keys[1].kind, SALE_KEY_PAYMENT);
    assert_sv_equal(s->keys[1].value, "txn_1");
    assert_int_equal(s->keys[2].kind, SALE_KEY_INVOICE);
    assert_sv_equal(event.id, "evt_01");
    assert_int_equal(s->occurred_us % CLOCK_SECOND, 123456);
    assert_false(event.tells_mode);
}

static void what_a_subscription_made_is_a_rebill_under_its_own_name(void **state)
{
    (void)state;
    const struct sale_event *s =
        sale_of(TRANSACTION("subscription_recurring",
                            "\"subscription_id\":\"sub_1\",\"custom_data\":{\"order_id\":\"77\"},",
                            "10", "0", "0", "10"));
    assert_int_equal(s->kind, SALE_KIND_REBILL);
    assert_sv_equal(s->subscription, "sub_1");
    assert_sv_equal(s->order_ref, "txn_1");
}

static void assert_nothing(bool ok, const char *reason)
{
    assert_true(ok);
    assert_int_equal(event.what, PAYMENT_NOTHING);
    assert_string_equal(event.reason, reason);
    assert_true(event_reason_is_worded(sv_from(reason)));
}

static void a_transaction_for_nothing_is_a_trial_or_a_free_order(void **state)
{
    (void)state;
    assert_int_equal(
        sale_of(TRANSACTION("web", "\"subscription_id\":\"sub_1\",", "0", "0", "0", "0"))->kind,
        SALE_KIND_TRIAL);
    assert_int_equal(sale_of(TRANSACTION("web", "", "500", "500", "0", "0"))->kind, SALE_KIND_SALE);
    assert_nothing(read_event("transaction.completed", TRANSACTION("web", "", "0", "0", "0", "0")),
                   "zero_amount");
    assert_true(read_event("transaction.completed",
                           TRANSACTION("subscription_payment_method_change",
                                       "\"subscription_id\":\"sub_1\",", "0", "0", "0", "0")));
    assert_string_equal(event.reason, "zero_amount");
}

static bool read_adjustment(const char *action, const char *status)
{
    return read_event("adjustment.updated",
                      arena_printf(arena,
                                   "\"id\":\"adj_1\",\"action\":\"%s\",\"type\":\"partial\","
                                   "\"transaction_id\":\"txn_1\",\"currency_code\":\"USD\","
                                   "\"status\":\"%s\",\"totals\":{\"subtotal\":\"400\","
                                   "\"tax\":\"100\",\"total\":\"500\"}",
                                   action, status));
}

static void an_adjustment_counts_by_its_status(void **state)
{
    static const struct {
        const char *action, *status;
        enum adjustment_kind kind;
        unsigned phase;
        enum adjustment_extent extent;
    } cases[] = {
        {"refund", "pending_approval", ADJUSTMENT_REFUND, 0, ADJUSTMENT_NOTHING},
        {"refund", "approved", ADJUSTMENT_REFUND, 1, ADJUSTMENT_OF_TOTAL},
        {"refund", "rejected", ADJUSTMENT_REFUND, 2, ADJUSTMENT_NOTHING},
        {"refund", "reversed", ADJUSTMENT_REFUND, 3, ADJUSTMENT_NOTHING},
        {"chargeback", "approved", ADJUSTMENT_CHARGEBACK, 1, ADJUSTMENT_OF_TOTAL},
        /* given back by a chargeback_reverse, not by this */
        {"chargeback", "reversed", ADJUSTMENT_CHARGEBACK, 1, ADJUSTMENT_OF_TOTAL},
        {"chargeback_reverse", "approved", ADJUSTMENT_RESTORE, 1, ADJUSTMENT_OF_TOTAL},
        {"credit", "approved", ADJUSTMENT_REFUND, 1, ADJUSTMENT_OF_TOTAL},
        {"credit_reverse", "approved", ADJUSTMENT_RESTORE, 1, ADJUSTMENT_OF_TOTAL},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_true(read_adjustment(cases[i].action, cases[i].status));
        const struct adjustment_event *a = &event.adjustment;
        assert_int_equal(event.what, PAYMENT_ADJUSTMENT);
        assert_int_equal(a->kind, cases[i].kind);
        assert_int_equal(a->phase, cases[i].phase);
        assert_int_equal(a->extent, cases[i].extent);
        assert_int_equal(a->amount, 500);
        assert_false(a->cumulative);
        assert_sv_equal(a->ref, "adj_1");
        assert_int_equal(a->n_targets, 1);
        assert_sv_equal(a->targets[0].value, "txn_1");
    }
}

static void warnings_move_no_money(void **state)
{
    static const char *const actions[] = {"chargeback_warning", "chargeback_warning_reverse"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(actions); i++)
        assert_nothing(read_adjustment(actions[i], "approved"), "warning");
    assert_nothing(read_event("subscription.canceled", "\"id\":\"sub_1\""), "subscription_ended");
    assert_nothing(read_event("transaction.paid", "\"id\":\"txn_1\""), "not_completed");
    assert_nothing(read_event("customer.created", "\"id\":\"ctm_1\""), "other_topic");
}

static void assert_refused(bool ok, const char *reason, const char *field)
{
    assert_false(ok);
    assert_string_equal(reader.reason, reason);
    assert_true(event_reason_is_worded(sv_from(reason)));
    assert_string_equal(reader.field, field);
}

static void names_the_member_that_is_wrong(void **state)
{
    (void)state;
    assert_refused(read_event("transaction.completed", "\"id\":\"txn_1\""), "missing_field",
                   "currency_code");
    assert_refused(
        read_event("transaction.completed", TRANSACTION("web", "", "10", "20", "0", "5")),
        "part_too_large", "discount");
    assert_refused(read_event("transaction.completed", TRANSACTION("web", "", "10", "0", "0", "5")),
                   "part_too_large", "total");
    assert_refused(
        read_event("transaction.completed", TRANSACTION("web", "", "10", "0", "0", "-5")),
        "amount_negative", "total");
    assert_refused(
        read_event("transaction.completed", TRANSACTION("web", "", "10", "0", "0", "1e3")),
        "amount_not_a_number", "total");
    assert_refused(read_adjustment("refund", "on_its_way"), "unknown_status", "status");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_completed_transaction_is_a_sale),
        cmocka_unit_test(what_a_subscription_made_is_a_rebill_under_its_own_name),
        cmocka_unit_test(a_transaction_for_nothing_is_a_trial_or_a_free_order),
        cmocka_unit_test(an_adjustment_counts_by_its_status),
        cmocka_unit_test(warnings_move_no_money),
        cmocka_unit_test(names_the_member_that_is_wrong),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
