#include "support/unit.h"

#include "base/json.h"
#include "crypto/keys.h"
#include "conversion/event_words.h"
#include "door/door_stripe_read.h"

static struct arena *arena;
static struct payment_reader reader;
static struct payment_event event;
static char folder[] = "/tmp/meed-stripe-XXXXXX";

#define CLICK "018f2b6e-7a31-7c10-9a52-3c0d5ad0a001"

static int open_keys(void **state)
{
    const char *why = NULL;
    char path[64];
    (void)state;
    arena = arena_new(ARENA_CEILING_DEFAULT);
    if (!mkdtemp(folder))
        return -1;
    (void)snprintf(path, sizeof path, "%s/keys", folder);
    bool ok = keys_create(path) && keys_open(path, arena, &why);
    unlink(path);
    rmdir(folder);
    return ok ? 0 : -1;
}

static int close_arena(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static bool read_json(const char *text)
{
    const char *why = NULL;
    struct json_object *json = json_parse(arena, sv_from(text), &why);
    assert_non_null(json);
    reader = (struct payment_reader){.arena = arena};
    bool ok = stripe_event_read(&reader, json, &event);
    json_free(json);
    return ok;
}

/* An event of that type about `object`, members of its JSON. */
static bool read_event(const char *type, const char *object)
{
    return read_json(arena_printf(arena,
                                  "{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"%s\","
                                  "\"created\":1700000000,\"livemode\":true,"
                                  "\"data\":{\"object\":{%s}}}",
                                  type, object));
}

static void assert_refused(bool ok, const char *reason, const char *field)
{
    assert_false(ok);
    assert_string_equal(reader.reason, reason);
    assert_true(event_reason_is_worded(sv_from(reason)));
    assert_string_equal(reader.field, field);
}

static void assert_nothing(bool ok, const char *reason)
{
    assert_true(ok);
    assert_int_equal(event.what, PAYMENT_NOTHING);
    assert_string_equal(event.reason, reason);
    assert_true(event_reason_is_worded(sv_from(reason)));
}

static bool has_key(const struct sale_event *sale, enum sale_key_kind kind, const char *value)
{
    for (size_t i = 0; i < sale->n_keys; i++)
        if (sale->keys[i].kind == kind && sv_eq_cstr(sale->keys[i].value, value))
            return true;
    return false;
}

/* Money -------------------------------------------------------------------------------------- */

static int64_t minor_of(const char *code, int64_t amount)
{
    struct unit unit;
    int64_t out;
    assert_true(unit_find_currency(sv_from(code), &unit));
    assert_true(stripe_minor(amount, &unit, &out));
    return out;
}

static void converts_stripes_minor_units_exactly(void **state)
{
    struct unit unit;
    int64_t out;
    (void)state;
    assert_int_equal(minor_of("USD", 12990), 12990);
    assert_int_equal(minor_of("JPY", 500), 500);
    assert_int_equal(minor_of("KWD", 1250), 1250);
    assert_int_equal(minor_of("ISK", 50000), 500);   /* two digits at Stripe, none in ISO */
    assert_int_equal(minor_of("UGX", 370000), 3700); /* likewise */
    assert_int_equal(minor_of("MGA", 5), 500);       /* none at Stripe, two in ISO */
    assert_int_equal(minor_of("LYD", 125), 1250);    /* two at Stripe, three in ISO */
    assert_true(unit_find_currency(SV("ISK"), &unit));
    assert_false(stripe_minor(50050, &unit, &out)); /* half a króna */
    assert_true(unit_find_currency(SV("MGA"), &unit));
    assert_false(stripe_minor(MONEY_MAX, &unit, &out));
}

/* Sessions ----------------------------------------------------------------------------------- */

#define SESSION                                                                                    \
    "\"id\":\"cs_1\",\"mode\":\"payment\",\"payment_status\":\"paid\",\"currency\":\"usd\","       \
    "\"amount_subtotal\":13000,\"amount_total\":14500,\"payment_intent\":\"pi_1\","                \
    "\"invoice\":null,\"subscription\":null,\"total_details\":{\"amount_discount\":1000,"          \
    "\"amount_shipping\":500,\"amount_tax\":2000}"

static void a_paid_session_is_a_sale(void **state)
{
    (void)state;
    assert_true(read_event("checkout.session.completed", SESSION
                           ",\"client_reference_id\":\"anna\",\"metadata\":{\"order_id\":\"A-77\"},"
                           "\"customer_details\":{\"email\":\"Jo@Example.com\","
                           "\"address\":{\"country\":\"de\"}}"));
    assert_int_equal(event.what, PAYMENT_SALE);
    assert_sv_equal(event.id, "evt_1");
    assert_false(event.test_mode);
    assert_int_equal(event.occurred_us, 1700000000 * CLOCK_SECOND);
    const struct sale_event *s = &event.sale;
    assert_int_equal(s->kind, SALE_KIND_SALE);
    assert_string_equal(s->unit.code, "USD");
    assert_int_equal(s->amount, 14500);
    assert_true(s->has_subtotal && s->has_tax && s->has_customer);
    assert_int_equal(s->subtotal, 12000); /* after the discount, without shipping */
    assert_int_equal(s->tax, 2000);
    assert_sv_equal(s->order_ref, "A-77");
    assert_sv_equal(s->ref, "anna");
    assert_sv_equal(s->country, "DE");
    assert_true(has_key(s, SALE_KEY_ORDER, "A-77"));
    assert_true(has_key(s, SALE_KEY_PAYMENT, "pi_1"));
    assert_true(has_key(s, SALE_KEY_SESSION, "cs_1"));
    assert_int_equal(s->n_keys, 3);
    assert_int_equal(s->subscription.n, 0);
}

static void an_order_without_a_name_is_called_by_its_payment(void **state)
{
    (void)state;
    assert_true(read_event("checkout.session.completed", SESSION));
    assert_sv_equal(event.sale.order_ref, "pi_1");
    assert_true(has_key(&event.sale, SALE_KEY_ORDER, "pi_1"));
}

static void an_unpaid_session_waits_for_its_payment(void **state)
{
    (void)state;
    assert_nothing(read_event("checkout.session.completed",
                              "\"id\":\"cs_1\",\"mode\":\"payment\",\"payment_status\":\"unpaid\","
                              "\"currency\":\"eur\",\"amount_total\":100,\"payment_intent\":"
                              "\"pi_1\""),
                   "unpaid");
    assert_sv_equal(event.about, "pi_1");
    assert_true(read_event("checkout.session.async_payment_succeeded", SESSION));
    assert_int_equal(event.what, PAYMENT_SALE);
    assert_nothing(read_event("checkout.session.async_payment_failed", SESSION), "payment_failed");
}

static void a_session_is_free_under_a_discount_alone(void **state)
{
    (void)state;
    assert_true(read_event("checkout.session.completed",
                           "\"id\":\"cs_1\",\"mode\":\"payment\",\"currency\":\"usd\","
                           "\"payment_status\":\"no_payment_required\",\"amount_total\":0,"
                           "\"amount_subtotal\":1000,"
                           "\"total_details\":{\"amount_discount\":1000}"));
    assert_int_equal(event.what, PAYMENT_SALE);
    assert_sv_equal(event.sale.order_ref, "cs_1");
    assert_nothing(read_event("checkout.session.completed",
                              "\"id\":\"cs_1\",\"mode\":\"payment\",\"currency\":\"usd\","
                              "\"payment_status\":\"no_payment_required\",\"amount_total\":0,"
                              "\"amount_subtotal\":0"),
                   "zero_amount");
}

static void a_subscribing_session_tells_facts_and_no_money(void **state)
{
    (void)state;
    assert_true(read_event("checkout.session.completed",
                           "\"id\":\"cs_2\",\"mode\":\"subscription\",\"payment_status\":\"paid\","
                           "\"currency\":\"usd\",\"amount_total\":2900,\"invoice\":\"in_1\","
                           "\"subscription\":\"sub_1\",\"client_reference_id\":\"" CLICK "\","
                           "\"metadata\":{\"order_id\":\"77\"}"));
    assert_int_equal(event.what, PAYMENT_FACTS);
    assert_sv_equal(event.about, "sub_1");
    assert_sv_equal(event.sale.subscription, "sub_1");
    assert_int_equal(event.sale.amount, 0);
    assert_false(uuid_is_zero(event.sale.click));
    assert_true(has_key(&event.sale, SALE_KEY_SESSION, "cs_2"));
    assert_true(has_key(&event.sale, SALE_KEY_INVOICE, "in_1"));
    assert_true(has_key(&event.sale, SALE_KEY_ORDER, "77"));
    assert_nothing(read_event("checkout.session.completed", "\"id\":\"cs_3\",\"mode\":\"setup\""),
                   "setup_only");
}

/* Hints -------------------------------------------------------------------------------------- */

static const struct sale_event *sale_with(const char *metadata)
{
    assert_true(read_event("checkout.session.completed",
                           arena_printf(arena, SESSION ",\"metadata\":{%s}", metadata)));
    return &event.sale;
}

static void hints_stand_under_any_of_their_names(void **state)
{
    static const char *const clicks[] = {"meed_click", "pcps_click", "click_id", "affihub_ref",
                                         "ref"};
    static const char *const tokens[] = {"meed_token", "token", "ref"};
    static const char *const refs[] = {"affihub_ref", "ref"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(clicks); i++)
        assert_false(
            uuid_is_zero(sale_with(arena_printf(arena, "\"%s\":\"" CLICK "\"", clicks[i]))->click));
    for (size_t i = 0; i < COUNT_OF(tokens); i++)
        assert_sv_equal(sale_with(arena_printf(arena, "\"%s\":\"abcd2345\"", tokens[i]))->token,
                        "abcd2345");
    for (size_t i = 0; i < COUNT_OF(refs); i++)
        assert_sv_equal(sale_with(arena_printf(arena, "\"%s\":\" anna \"", refs[i]))->ref, "anna");
    assert_sv_equal(sale_with("\"code\":\"anna10\"")->codes[0], "ANNA10");
}

/* A partner may well be called so. */
static void what_looks_like_a_token_may_be_a_slug(void **state)
{
    (void)state;
    const struct sale_event *s = sale_with("\"ref\":\"abcd2345\"");
    assert_sv_equal(s->token, "abcd2345");
    assert_sv_equal(s->ref, "abcd2345");
}

static void a_click_that_can_be_read_stands_before_one_that_can_not(void **state)
{
    (void)state;
    const struct sale_event *s = sale_with("\"meed_click\":\"undefined\"");
    assert_sv_equal(s->bad_click, "undefined");
    s = sale_with("\"meed_click\":\"undefined\",\"click_id\":\"" CLICK "\"");
    assert_false(uuid_is_zero(s->click));
    assert_int_equal(s->bad_click.n, 0);
}

static void what_can_be_no_hint_is_none(void **state)
{
    (void)state;
    assert_false(payment_has_hint(
        sale_with("\"ref\":{\"a\":1},\"token\":[1],\"code\":true,\"affihub_ref\":\"a\\u0007b\","
                  "\"click_id\":\"\"")));
    assert_false(payment_has_hint(
        sale_with("\"ref\":\"0123456789012345678901234567890123456789012345678901234567890\"")));
}

/* Invoices ----------------------------------------------------------------------------------- */

#define INVOICE_OLD                                                                                \
    "\"id\":\"in_1\",\"currency\":\"usd\",\"amount_paid\":2900,\"subtotal\":3000,\"tax\":400,"     \
    "\"total_discount_amounts\":[{\"amount\":300},{\"amount\":200}],"                              \
    "\"subscription\":\"sub_1\",\"payment_intent\":\"pi_1\",\"charge\":\"ch_1\","                  \
    "\"customer_email\":\"jo@example.com\""

#define INVOICE_NEW                                                                                \
    "\"id\":\"in_1\",\"currency\":\"usd\",\"amount_paid\":2900,\"subtotal\":3000,"                 \
    "\"total_taxes\":[{\"amount\":150},{\"amount\":250}],"                                         \
    "\"total_discount_amounts\":[{\"amount\":500}],"                                               \
    "\"parent\":{\"type\":\"subscription_details\",\"subscription_details\":"                      \
    "{\"subscription\":\"sub_1\",\"metadata\":{\"affihub_ref\":\"anna\",\"order_id\":\"77\"}}},"   \
    "\"payments\":{\"object\":\"list\",\"data\":[{\"payment\":{\"type\":\"payment_intent\","       \
    "\"payment_intent\":\"pi_1\"}}]}"

static void both_shapes_of_an_invoice_say_the_same(void **state)
{
    static const char *const shapes[] = {INVOICE_OLD, INVOICE_NEW};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        assert_true(read_event(
            i == 0 ? "invoice.payment_succeeded" : "invoice.paid",
            arena_printf(arena, "\"billing_reason\":\"subscription_create\",%s", shapes[i])));
        const struct sale_event *s = &event.sale;
        assert_int_equal(event.what, PAYMENT_SALE);
        assert_int_equal(s->kind, SALE_KIND_SALE);
        assert_int_equal(s->amount, 2900);
        assert_int_equal(s->subtotal, 2500);
        assert_int_equal(s->tax, 400);
        assert_sv_equal(s->subscription, "sub_1");
        assert_true(has_key(s, SALE_KEY_INVOICE, "in_1"));
        assert_true(has_key(s, SALE_KEY_PAYMENT, "pi_1"));
    }
    assert_sv_equal(event.sale.ref, "anna");
    assert_sv_equal(event.sale.order_ref, "77");
}

static void a_first_invoice_for_nothing_is_a_trial(void **state)
{
    (void)state;
    assert_true(
        read_event("invoice.paid",
                   "\"id\":\"in_1\",\"currency\":\"usd\",\"amount_paid\":0,\"subtotal\":0,"
                   "\"subscription\":\"sub_1\",\"billing_reason\":\"subscription_create\""));
    assert_int_equal(event.what, PAYMENT_SALE);
    assert_int_equal(event.sale.kind, SALE_KIND_TRIAL);
    assert_sv_equal(event.sale.order_ref, "in_1");
}

static void a_later_invoice_is_a_rebill_under_its_own_name(void **state)
{
    (void)state;
    assert_true(
        read_event("invoice.paid", "\"billing_reason\":\"subscription_cycle\"," INVOICE_NEW));
    assert_int_equal(event.sale.kind, SALE_KIND_REBILL);
    assert_sv_equal(event.sale.subscription, "sub_1");
    assert_sv_equal(event.sale.order_ref, "in_1"); /* 77 is what the first one was called */
    assert_true(
        read_event("invoice.paid", "\"billing_reason\":\"subscription_update\"," INVOICE_OLD));
    assert_int_equal(event.sale.kind, SALE_KIND_REBILL);
}

static void an_invoice_that_brought_nothing_is_no_rebill(void **state)
{
    (void)state;
    assert_nothing(read_event("invoice.paid",
                              "\"id\":\"in_1\",\"currency\":\"usd\",\"amount_paid\":0,"
                              "\"subtotal\":-500,\"subscription\":\"sub_1\","
                              "\"billing_reason\":\"subscription_update\""),
                   "zero_amount");
}

static void an_invoice_alone_counts_if_it_names_who_sent_the_customer(void **state)
{
#define MANUAL                                                                                     \
    "\"id\":\"in_1\",\"currency\":\"usd\",\"amount_paid\":900,\"billing_reason\":\"manual\""
    (void)state;
    assert_nothing(read_event("invoice.paid", MANUAL), "invoice_alone");
    assert_true(read_event("invoice.paid", MANUAL ",\"metadata\":{\"ref\":\"anna\"}"));
    assert_int_equal(event.what, PAYMENT_SALE);
    assert_int_equal(event.sale.kind, SALE_KIND_SALE);
}

static void the_payment_of_an_invoice_is_a_fact(void **state)
{
    (void)state;
    assert_true(read_event("invoice_payment.paid",
                           "\"id\":\"inpay_1\",\"invoice\":\"in_1\",\"currency\":\"usd\","
                           "\"payment\":{\"type\":\"payment_intent\","
                           "\"payment_intent\":{\"id\":\"pi_9\",\"object\":\"payment_intent\"}}"));
    assert_int_equal(event.what, PAYMENT_FACTS);
    assert_sv_equal(event.about, "in_1");
    assert_true(has_key(&event.sale, SALE_KEY_PAYMENT, "pi_9"));
    assert_true(has_key(&event.sale, SALE_KEY_INVOICE, "in_1"));
    assert_nothing(read_event("invoice_payment.paid",
                              "\"id\":\"inpay_1\",\"invoice\":\"in_1\",\"currency\":\"usd\","
                              "\"payment\":{\"type\":\"payment_record\"}"),
                   "paid_elsewhere");
}

/* What takes back ---------------------------------------------------------------------------- */

static void a_refund_tells_all_that_was_refunded(void **state)
{
    (void)state;
    assert_true(read_event("charge.refunded",
                           "\"id\":\"ch_1\",\"payment_intent\":\"pi_1\",\"currency\":\"isk\","
                           "\"amount\":100000,\"amount_refunded\":50000,\"captured\":true"));
    const struct adjustment_event *a = &event.adjustment;
    assert_int_equal(event.what, PAYMENT_ADJUSTMENT);
    assert_int_equal(a->kind, ADJUSTMENT_REFUND);
    assert_true(a->cumulative);
    assert_sv_equal(a->ref, "ch_1");
    assert_int_equal(a->extent, ADJUSTMENT_OF_TOTAL);
    assert_int_equal(a->amount, 500);
    assert_int_equal(a->n_targets, 2);
    assert_sv_equal(a->targets[0].value, "pi_1");
    assert_sv_equal(a->targets[1].value, "ch_1");
    assert_nothing(read_event("refund.created", "\"id\":\"re_1\""), "told_by_charge");
    assert_nothing(read_event("charge.refunded",
                              "\"id\":\"ch_1\",\"currency\":\"usd\",\"amount_refunded\":5,"
                              "\"captured\":false"),
                   "not_captured");
}

static void read_dispute(const char *type, const char *status)
{
    assert_true(read_event(
        type, arena_printf(arena,
                           "\"id\":\"dp_1\",\"charge\":\"ch_1\",\"payment_intent\":\"pi_1\","
                           "\"currency\":\"usd\",\"amount\":2900,\"status\":\"%s\"",
                           status)));
    assert_int_equal(event.what, PAYMENT_ADJUSTMENT);
    assert_int_equal(event.adjustment.kind, ADJUSTMENT_CHARGEBACK);
    assert_sv_equal(event.adjustment.ref, "dp_1");
}

static void a_dispute_takes_until_it_is_won(void **state)
{
    static const struct {
        const char *type, *status;
        unsigned phase;
        enum adjustment_extent extent;
    } cases[] = {
        {"charge.dispute.created", "warning_needs_response", 0, ADJUSTMENT_NOTHING},
        {"charge.dispute.created", "needs_response", 1, ADJUSTMENT_OF_TOTAL},
        {"charge.dispute.funds_withdrawn", "under_review", 1, ADJUSTMENT_OF_TOTAL},
        {"charge.dispute.closed", "won", 2, ADJUSTMENT_NOTHING},
        {"charge.dispute.closed", "lost", 2, ADJUSTMENT_OF_TOTAL},
        {"charge.dispute.closed", "warning_closed", 2, ADJUSTMENT_NOTHING},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        read_dispute(cases[i].type, cases[i].status);
        assert_int_equal(event.adjustment.phase, cases[i].phase);
        assert_int_equal(event.adjustment.extent, cases[i].extent);
        assert_int_equal(event.adjustment.amount, 2900);
    }
}

/* Events ------------------------------------------------------------------------------------- */

static void other_topics_move_no_money(void **state)
{
    (void)state;
    assert_nothing(read_event("customer.subscription.deleted", "\"id\":\"sub_1\""),
                   "subscription_ended");
    assert_sv_equal(event.about, "sub_1");
    assert_nothing(read_event("payment_intent.succeeded", "\"id\":\"pi_1\""), "other_topic");
    assert_nothing(read_json("{\"id\":\"evt_1\",\"type\":\"v1.billing.alert\",\"livemode\":false}"),
                   "other_topic");
    assert_true(event.test_mode);
}

static void names_the_member_that_is_wrong(void **state)
{
    (void)state;
    assert_refused(read_json("{}"), "missing_field", "id");
    assert_refused(read_json("{\"id\":7}"), "wrong_type", "id");
    assert_refused(read_json("{\"id\":\"evt_1\",\"type\":\"invoice.paid\"}"), "missing_field",
                   "livemode");
    assert_refused(
        read_json("{\"id\":\"evt_1\",\"type\":\"invoice.paid\",\"livemode\":true,\"data\":[]}"),
        "missing_field", "data.object");
    assert_sv_equal(event.id, "evt_1"); /* so that it can be noted under its name */
#define PAID(members) "\"id\":\"cs_1\",\"mode\":\"payment\",\"payment_status\":\"paid\"," members
    static const char type[] = "checkout.session.completed";
    assert_refused(read_event(type, PAID("\"currency\":\"usd\"")), "missing_field", "amount_total");
    assert_refused(read_event(type, PAID("\"currency\":\"xx1\",\"amount_total\":1")),
                   "unknown_currency", "currency");
    assert_refused(read_event(type, PAID("\"currency\":\"usd\",\"amount_total\":-99")),
                   "amount_negative", "amount_total");
    assert_refused(read_event(type, PAID("\"currency\":\"usd\",\"amount_total\":1.5")),
                   "amount_not_a_number", "amount_total");
    assert_refused(
        read_event(type, PAID("\"currency\":\"usd\",\"amount_total\":99999999999999999")),
        "amount_too_large", "amount_total");
    assert_refused(read_event(type, PAID("\"currency\":\"isk\",\"amount_total\":150")),
                   "amount_over_precise", "amount_total");
    assert_refused(read_event(type, "\"id\":\"cs_1\",\"mode\":\"subscription\""), "missing_field",
                   "subscription");
    assert_refused(read_event("charge.dispute.created",
                              "\"id\":\"dp_1\",\"currency\":\"usd\","
                              "\"amount\":1,\"status\":\"lost\""),
                   "missing_field", "charge");
}

/* Facts and sale: whichever is told first. */
static void facts_fill_in_what_a_sale_lacks(void **state)
{
    struct sale_event sale = {.ref = SV("ben")}, facts = {.ref = SV("anna"), .token = SV("t")};
    (void)state;
    sale_event_add_key(&sale, SALE_KEY_INVOICE, SV("in_1"));
    sale_event_add_key(&facts, SALE_KEY_INVOICE, SV("in_1"));
    sale_event_add_key(&facts, SALE_KEY_SESSION, SV("cs_1"));
    payment_add_facts(&sale, &facts);
    assert_sv_equal(sale.ref, "ben");
    assert_sv_equal(sale.token, "t");
    assert_int_equal(sale.n_keys, 2);
    assert_true(has_key(&sale, SALE_KEY_SESSION, "cs_1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(converts_stripes_minor_units_exactly),
        cmocka_unit_test(a_paid_session_is_a_sale),
        cmocka_unit_test(an_order_without_a_name_is_called_by_its_payment),
        cmocka_unit_test(an_unpaid_session_waits_for_its_payment),
        cmocka_unit_test(a_session_is_free_under_a_discount_alone),
        cmocka_unit_test(a_subscribing_session_tells_facts_and_no_money),
        cmocka_unit_test(hints_stand_under_any_of_their_names),
        cmocka_unit_test(what_looks_like_a_token_may_be_a_slug),
        cmocka_unit_test(a_click_that_can_be_read_stands_before_one_that_can_not),
        cmocka_unit_test(what_can_be_no_hint_is_none),
        cmocka_unit_test(both_shapes_of_an_invoice_say_the_same),
        cmocka_unit_test(a_first_invoice_for_nothing_is_a_trial),
        cmocka_unit_test(a_later_invoice_is_a_rebill_under_its_own_name),
        cmocka_unit_test(an_invoice_that_brought_nothing_is_no_rebill),
        cmocka_unit_test(an_invoice_alone_counts_if_it_names_who_sent_the_customer),
        cmocka_unit_test(the_payment_of_an_invoice_is_a_fact),
        cmocka_unit_test(a_refund_tells_all_that_was_refunded),
        cmocka_unit_test(a_dispute_takes_until_it_is_won),
        cmocka_unit_test(other_topics_move_no_money),
        cmocka_unit_test(names_the_member_that_is_wrong),
        cmocka_unit_test(facts_fill_in_what_a_sale_lacks),
    };
    return cmocka_run_group_tests(tests, open_keys, close_arena);
}
