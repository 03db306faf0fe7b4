#include <json-c/json.h>

#include "base/json.h"
#include "door/door_json.h"
#include "door/door_stripe_read.h"

/* Money -------------------------------------------------------------------------------------- */

/* https://docs.stripe.com/currencies: digits behind the point, where they are not two. */
static const struct {
    char code[4];
    uint8_t digits;
} digits_of[] = {
    {"BIF", 0}, {"CLP", 0}, {"DJF", 0}, {"GNF", 0}, {"JPY", 0}, {"KMF", 0}, {"KRW", 0},
    {"MGA", 0}, {"PYG", 0}, {"RWF", 0}, {"VND", 0}, {"VUV", 0}, {"XAF", 0}, {"XOF", 0},
    {"XPF", 0}, {"BHD", 3}, {"JOD", 3}, {"KWD", 3}, {"OMR", 3}, {"TND", 3},
};

static uint8_t stripe_digits(const struct unit *unit)
{
    for (size_t i = 0; i < COUNT_OF(digits_of); i++)
        if (strcmp(digits_of[i].code, unit->code) == 0)
            return digits_of[i].digits;
    return 2;
}

bool stripe_minor(int64_t amount, const struct unit *unit, int64_t *out)
{
    uint8_t theirs = stripe_digits(unit);
    int64_t factor = 1;
    for (uint8_t i = theirs; i < unit->exponent; i++)
        factor *= 10;
    for (uint8_t i = unit->exponent; i < theirs; i++)
        factor *= 10;
    if (theirs <= unit->exponent)
        return money_mul_ratio(amount, factor, 1, out);
    *out = amount / factor;
    return amount % factor == 0;
}

static bool read_amount(struct payment_reader *r, struct json_object *object, const char *name,
                        enum payment_need need, const struct unit *unit, int64_t *out)
{
    int64_t amount;
    *out = 0;
    if (!payment_count(r, object, name, need, &amount))
        return false;
    if (stripe_minor(amount, unit, out))
        return true;
    payment_fault(r, "amount_over_precise", name);
    return false;
}

/* Parts beyond the amount: the customer's balance paid for some of it. */
static int64_t at_most(int64_t part, int64_t amount)
{
    return part < 0 ? 0 : part < amount ? part : amount;
}

/* Σ of `amount` over a list, at most what money can be. */
static int64_t sum_of(struct payment_reader *r, struct json_object *object, const char *list,
                      const struct unit *unit)
{
    struct json_object *element;
    int64_t sum = 0, amount;
    for (size_t i = 0; (element = payment_element(object, list, i)) != NULL; i++) {
        if (read_amount(r, element, "amount", PAYMENT_OPTIONAL, unit, &amount) &&
            !money_add(sum, amount, &sum))
            payment_fault(r, "amount_too_large", list);
    }
    return sum;
}

/* Checkout sessions -------------------------------------------------------------------------- */

static bool nothing(struct payment_event *out, const char *reason, struct sv about)
{
    out->what = PAYMENT_NOTHING;
    out->reason = reason;
    out->about = about;
    return true;
}

static void read_session_buyer(struct payment_reader *r, struct json_object *session,
                               struct sale_event *sale, struct sv *order_ref)
{
    struct json_object *details = payment_object(session, "customer_details");
    payment_hints(r->arena, payment_object(session, "metadata"), sale, order_ref);
    payment_hint_ref(r->arena, session, "client_reference_id", sale);
    payment_email(r->arena, details, "email", sale);
    payment_email(r->arena, session, "customer_email", sale);
    sale->country = door_json_country(r->arena, payment_object(details, "address"), "country");
}

/*
 * The subtotal stands before discounts; what is left of it is what the goods cost. True when there
 * is a discount: it can make a sale free.
 */
static bool read_session_money(struct payment_reader *r, struct json_object *session,
                               struct sale_event *sale)
{
    int64_t subtotal, discount;
    struct json_object *details = payment_object(session, "total_details");
    sale->unit = payment_currency(r, session, "currency");
    (void)read_amount(r, session, "amount_total", PAYMENT_REQUIRED, &sale->unit, &sale->amount);
    sale->base = sale->amount;
    sale->has_subtotal =
        read_amount(r, session, "amount_subtotal", PAYMENT_OPTIONAL, &sale->unit, &subtotal);
    (void)read_amount(r, details, "amount_discount", PAYMENT_OPTIONAL, &sale->unit, &discount);
    sale->subtotal = at_most(subtotal - discount, sale->amount);
    sale->has_tax =
        read_amount(r, details, "amount_tax", PAYMENT_OPTIONAL, &sale->unit, &sale->tax);
    sale->tax = at_most(sale->tax, sale->amount);
    return discount > 0;
}

/* The order's name is the brand's own, else the provider's. Both are keys: others may use it. */
static void name_order(struct sale_event *sale, struct sv told, struct sv otherwise)
{
    sale->order_ref = told.n > 0 ? told : otherwise;
    sale_event_add_key(sale, SALE_KEY_ORDER, sale->order_ref);
}

static bool read_paid_session(struct payment_reader *r, struct json_object *session,
                              struct payment_event *out)
{
    struct sale_event *sale = &out->sale;
    struct sv order = SV("");
    struct sv id = payment_id(r, session, "id", PAYMENT_REQUIRED);
    struct sv payment = payment_id(r, session, "payment_intent", PAYMENT_OPTIONAL);
    struct sv status = payment_word(r, session, "payment_status", PAYMENT_REQUIRED);
    read_session_buyer(r, session, sale, &order);
    name_order(sale, order, payment.n > 0 ? payment : id);
    if (sv_eq(status, SV("unpaid")))
        return nothing(out, "unpaid", sale->order_ref);
    bool is_discounted = read_session_money(r, session, sale);
    if (!r->reason && sale->amount == 0 && !is_discounted)
        return nothing(out, "zero_amount", sale->order_ref);
    sale_event_add_key(sale, SALE_KEY_PAYMENT, payment);
    sale_event_add_key(sale, SALE_KEY_INVOICE, payment_id(r, session, "invoice", PAYMENT_OPTIONAL));
    sale_event_add_key(sale, SALE_KEY_SESSION, id);
    out->what = PAYMENT_SALE;
    return !r->reason;
}

/* Its money comes with the subscription's first invoice. */
static bool read_subscribing_session(struct payment_reader *r, struct json_object *session,
                                     struct payment_event *out)
{
    struct sv order = SV("");
    out->sale.subscription = payment_id(r, session, "subscription", PAYMENT_REQUIRED);
    out->about = out->sale.subscription;
    out->sale.unit = payment_currency(r, session, "currency");
    read_session_buyer(r, session, &out->sale, &order);
    sale_event_add_key(&out->sale, SALE_KEY_INVOICE,
                       payment_id(r, session, "invoice", PAYMENT_OPTIONAL));
    sale_event_add_key(&out->sale, SALE_KEY_SESSION,
                       payment_id(r, session, "id", PAYMENT_REQUIRED));
    sale_event_add_key(&out->sale, SALE_KEY_ORDER, order);
    out->what = PAYMENT_FACTS;
    return !r->reason;
}

static bool read_session(struct payment_reader *r, struct json_object *session,
                         struct payment_event *out)
{
    struct sv mode = payment_word(r, session, "mode", PAYMENT_REQUIRED);
    if (sv_eq(mode, SV("payment")))
        return read_paid_session(r, session, out);
    if (sv_eq(mode, SV("subscription")))
        return read_subscribing_session(r, session, out);
    return !r->reason && nothing(out, "setup_only", payment_id(r, session, "id", PAYMENT_OPTIONAL));
}

/* Invoices ----------------------------------------------------------------------------------- */

static struct sv read_subscription(struct payment_reader *r, struct json_object *invoice)
{
    struct json_object *details =
        payment_object(payment_object(invoice, "parent"), "subscription_details");
    struct sv before = payment_id(r, invoice, "subscription", PAYMENT_OPTIONAL);
    return before.n > 0 ? before : payment_id(r, details, "subscription", PAYMENT_OPTIONAL);
}

static void add_payments(struct payment_reader *r, struct json_object *invoice,
                         struct sale_event *sale)
{
    struct json_object *list = payment_object(invoice, "payments"), *element;
    sale_event_add_key(sale, SALE_KEY_PAYMENT,
                       payment_id(r, invoice, "payment_intent", PAYMENT_OPTIONAL));
    sale_event_add_key(sale, SALE_KEY_PAYMENT, payment_id(r, invoice, "charge", PAYMENT_OPTIONAL));
    for (size_t i = 0; (element = payment_element(list, "data", i)) != NULL; i++) {
        struct json_object *payment = payment_object(element, "payment");
        sale_event_add_key(sale, SALE_KEY_PAYMENT,
                           payment_id(r, payment, "payment_intent", PAYMENT_OPTIONAL));
        sale_event_add_key(sale, SALE_KEY_PAYMENT,
                           payment_id(r, payment, "charge", PAYMENT_OPTIONAL));
    }
}

/* What was set on the subscription holds for all of its invoices, so its order is none of theirs.
 */
static void read_invoice_buyer(struct payment_reader *r, struct json_object *invoice,
                               struct sale_event *sale, struct sv *order_ref)
{
    struct sv of_all = SV("");
    struct json_object *now =
        payment_object(payment_object(invoice, "parent"), "subscription_details");
    struct json_object *before = payment_object(invoice, "subscription_details");
    payment_hints(r->arena, payment_object(invoice, "metadata"), sale, order_ref);
    payment_hints(r->arena, payment_object(now, "metadata"), sale, &of_all);
    payment_hints(r->arena, payment_object(before, "metadata"), sale, &of_all);
    if (sale->kind != SALE_KIND_REBILL && order_ref->n == 0)
        *order_ref = of_all;
    payment_email(r->arena, invoice, "customer_email", sale);
    sale->country =
        door_json_country(r->arena, payment_object(invoice, "customer_address"), "country");
}

/* The tax is one number before API 2025-03, a list since. */
static bool read_invoice_tax(struct payment_reader *r, struct json_object *invoice,
                             struct sale_event *sale)
{
    static const char *const lists[] = {"total_taxes", "total_tax_amounts"};
    if (read_amount(r, invoice, "tax", PAYMENT_OPTIONAL, &sale->unit, &sale->tax))
        return true;
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        if (!json_get(invoice, lists[i]))
            continue;
        sale->tax = sum_of(r, invoice, lists[i], &sale->unit);
        return true;
    }
    return false;
}

static void read_invoice_money(struct payment_reader *r, struct json_object *invoice,
                               struct sale_event *sale)
{
    int64_t subtotal;
    sale->unit = payment_currency(r, invoice, "currency");
    (void)read_amount(r, invoice, "amount_paid", PAYMENT_REQUIRED, &sale->unit, &sale->amount);
    sale->base = sale->amount;
    if (sale->amount == 0) /* the parts of a credit are below zero */
        return;
    sale->has_subtotal =
        read_amount(r, invoice, "subtotal", PAYMENT_OPTIONAL, &sale->unit, &subtotal);
    int64_t discount = sum_of(r, invoice, "total_discount_amounts", &sale->unit);
    sale->subtotal = at_most(subtotal - discount, sale->amount);
    sale->has_tax = read_invoice_tax(r, invoice, sale);
    sale->tax = at_most(sale->tax, sale->amount);
}

static enum sale_kind invoice_kind(const struct sale_event *sale, struct sv why)
{
    if (sv_eq(why, SV("subscription_create")))
        return sale->amount == 0 ? SALE_KIND_TRIAL : SALE_KIND_SALE;
    return sale->subscription.n > 0 ? SALE_KIND_REBILL : SALE_KIND_SALE;
}

static bool read_invoice(struct payment_reader *r, struct json_object *invoice,
                         struct payment_event *out)
{
    struct sale_event *sale = &out->sale;
    struct sv order = SV("");
    struct sv id = payment_id(r, invoice, "id", PAYMENT_REQUIRED);
    struct sv why = payment_word(r, invoice, "billing_reason", PAYMENT_OPTIONAL);
    sale->subscription = read_subscription(r, invoice);
    read_invoice_money(r, invoice, sale);
    sale->kind = invoice_kind(sale, why);
    read_invoice_buyer(r, invoice, sale, &order);
    name_order(sale, order, id);
    sale_event_add_key(sale, SALE_KEY_INVOICE, id);
    add_payments(r, invoice, sale);
    if (r->reason)
        return false;
    if (sale->subscription.n == 0 && !payment_has_hint(sale))
        return nothing(out, "invoice_alone", id);
    if (sale->amount == 0 && sale->kind != SALE_KIND_TRIAL)
        return nothing(out, "zero_amount", id);
    out->what = PAYMENT_SALE;
    return true;
}

static bool read_invoice_payment(struct payment_reader *r, struct json_object *object,
                                 struct payment_event *out)
{
    struct json_object *payment = payment_object(object, "payment");
    struct sv invoice = payment_id(r, object, "invoice", PAYMENT_REQUIRED);
    out->sale.unit = payment_currency(r, object, "currency");
    sale_event_add_key(&out->sale, SALE_KEY_PAYMENT,
                       payment_id(r, payment, "payment_intent", PAYMENT_OPTIONAL));
    sale_event_add_key(&out->sale, SALE_KEY_PAYMENT,
                       payment_id(r, payment, "charge", PAYMENT_OPTIONAL));
    if (!r->reason && out->sale.n_keys == 0)
        return nothing(out, "paid_elsewhere", invoice);
    sale_event_add_key(&out->sale, SALE_KEY_INVOICE, invoice);
    out->about = invoice;
    out->what = PAYMENT_FACTS;
    return !r->reason;
}

/* What takes back ---------------------------------------------------------------------------- */

static void add_target(struct adjustment_event *a, enum sale_key_kind kind, struct sv value)
{
    if (value.n > 0 && a->n_targets < SALE_KEYS_MAX)
        a->targets[a->n_targets++] = (struct sale_key){kind, value};
}

static void read_adjusted(struct payment_reader *r, struct json_object *object, const char *amount,
                          struct adjustment_event *a)
{
    a->unit = payment_currency(r, object, "currency");
    (void)read_amount(r, object, amount, PAYMENT_REQUIRED, &a->unit, &a->amount);
    a->extent = ADJUSTMENT_OF_TOTAL;
    add_target(a, SALE_KEY_PAYMENT, payment_id(r, object, "payment_intent", PAYMENT_OPTIONAL));
}

static bool read_refunded(struct payment_reader *r, struct json_object *charge,
                          struct payment_event *out)
{
    struct adjustment_event *a = &out->adjustment;
    bool captured = true;
    a->kind = ADJUSTMENT_REFUND;
    a->cumulative = true;
    a->ref = payment_id(r, charge, "id", PAYMENT_REQUIRED);
    read_adjusted(r, charge, "amount_refunded", a);
    add_target(a, SALE_KEY_PAYMENT, a->ref);
    add_target(a, SALE_KEY_INVOICE, payment_id(r, charge, "invoice", PAYMENT_OPTIONAL));
    out->about = a->n_targets > 0 ? a->targets[0].value : a->ref;
    if (json_get_bool(charge, "captured", &captured) == JSON_FIELD_OK && !captured)
        return nothing(out, "not_captured", out->about); /* an authorization let go */
    out->what = PAYMENT_ADJUSTMENT;
    return !r->reason;
}

/* An inquiry, a dispute, its end: each takes the place of the one before. */
enum { DISPUTE_INQUIRED, DISPUTE_OPEN, DISPUTE_CLOSED };

static bool read_dispute(struct payment_reader *r, struct json_object *dispute,
                         struct payment_event *out)
{
    struct adjustment_event *a = &out->adjustment;
    struct sv status = payment_word(r, dispute, "status", PAYMENT_REQUIRED);
    bool is_closed = sv_eq(out->topic, SV("charge.dispute.closed"));
    bool is_inquiry = sv_starts(status, SV("warning_"));
    a->kind = ADJUSTMENT_CHARGEBACK;
    a->ref = payment_id(r, dispute, "id", PAYMENT_REQUIRED);
    read_adjusted(r, dispute, "amount", a);
    add_target(a, SALE_KEY_PAYMENT, payment_id(r, dispute, "charge", PAYMENT_OPTIONAL));
    a->phase = is_closed ? DISPUTE_CLOSED : is_inquiry ? DISPUTE_INQUIRED : DISPUTE_OPEN;
    if (is_inquiry || (is_closed && sv_eq(status, SV("won"))))
        a->extent = ADJUSTMENT_NOTHING;
    if (!r->reason && a->n_targets == 0)
        payment_fault(r, "missing_field", "charge");
    if (r->reason)
        return false;
    out->about = a->targets[0].value;
    out->what = PAYMENT_ADJUSTMENT;
    return true;
}

/* Events ------------------------------------------------------------------------------------- */

typedef bool read_object(struct payment_reader *r, struct json_object *object,
                         struct payment_event *out);

static const struct {
    const char *type;
    read_object *read;  /* NULL: it moves no money */
    const char *reason; /* why */
} types[] = {
    {"checkout.session.completed", read_session, NULL},
    {"checkout.session.async_payment_succeeded", read_session, NULL},
    {"checkout.session.async_payment_failed", NULL, "payment_failed"},
    {"checkout.session.expired", NULL, "checkout_left"},
    {"invoice.paid", read_invoice, NULL},
    {"invoice.payment_succeeded", read_invoice, NULL},
    {"invoice_payment.paid", read_invoice_payment, NULL},
    {"charge.refunded", read_refunded, NULL},
    {"charge.refund.updated", NULL, "told_by_charge"},
    {"refund.created", NULL, "told_by_charge"},
    {"refund.updated", NULL, "told_by_charge"},
    {"refund.failed", NULL, "told_by_charge"},
    {"charge.dispute.created", read_dispute, NULL},
    {"charge.dispute.funds_withdrawn", read_dispute, NULL},
    {"charge.dispute.closed", read_dispute, NULL},
    {"charge.dispute.updated", NULL, "told_by_dispute"},
    {"charge.dispute.funds_reinstated", NULL, "told_by_dispute"},
    {"customer.subscription.deleted", NULL, "subscription_ended"},
};

static bool read_data(struct payment_reader *r, struct json_object *json, struct payment_event *out)
{
    struct json_object *object = payment_object(payment_object(json, "data"), "object");
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        if (!sv_eq_cstr(out->topic, types[i].type))
            continue;
        if (!object)
            payment_fault(r, "missing_field", "data.object");
        if (types[i].read)
            return !r->reason && types[i].read(r, object, out);
        return nothing(out, types[i].reason, payment_id(r, object, "id", PAYMENT_OPTIONAL)) &&
               !r->reason;
    }
    return nothing(out, "other_topic", SV(""));
}

static int64_t read_created_us(struct json_object *json)
{
    int64_t seconds = 0;
    bool told = json_get_i64(json, "created", &seconds) == JSON_FIELD_OK && seconds > 0 &&
                seconds < INT64_MAX / CLOCK_SECOND;
    return told ? seconds * CLOCK_SECOND : 0;
}

bool stripe_event_read(struct payment_reader *r, struct json_object *json,
                       struct payment_event *out)
{
    bool live = false;
    *out = (struct payment_event){0};
    out->id = payment_id(r, json, "id", PAYMENT_REQUIRED);
    out->topic = payment_word(r, json, "type", PAYMENT_REQUIRED);
    if (json_get_bool(json, "livemode", &live) != JSON_FIELD_OK)
        payment_fault(r, "missing_field", "livemode");
    out->tells_mode = !r->reason;
    out->test_mode = !live;
    out->account = payment_id(r, json, "account", PAYMENT_OPTIONAL);
    out->occurred_us = read_created_us(json);
    out->sale.occurred_us = out->occurred_us;
    out->adjustment.occurred_us = out->occurred_us;
    return !r->reason && read_data(r, json, out) && !r->reason;
}
