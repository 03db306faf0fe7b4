#include "door/door_json.h"
#include "door/door_paddle_read.h"

static bool nothing(struct payment_event *out, const char *reason, struct sv about)
{
    out->what = PAYMENT_NOTHING;
    out->reason = reason;
    out->about = about;
    return true;
}

/* Transactions ------------------------------------------------------------------------------- */

/*
 * The subtotal stands before the discount; the total is what is left of it, and the tax. True when
 * there is a discount: it can make a sale free.
 */
static bool read_totals(struct payment_reader *r, struct json_object *transaction,
                        struct sale_event *sale)
{
    struct json_object *totals = payment_object(payment_object(transaction, "details"), "totals");
    int64_t subtotal, discount;
    sale->unit = payment_currency(r, transaction, "currency_code");
    (void)payment_count(r, totals, "total", PAYMENT_REQUIRED, &sale->amount);
    sale->has_subtotal = payment_count(r, totals, "subtotal", PAYMENT_REQUIRED, &subtotal);
    (void)payment_count(r, totals, "discount", PAYMENT_OPTIONAL, &discount);
    sale->has_tax = payment_count(r, totals, "tax", PAYMENT_OPTIONAL, &sale->tax);
    if (!r->reason && discount > subtotal)
        payment_fault(r, "part_too_large", "discount");
    sale->subtotal = subtotal - discount;
    if (!r->reason && (sale->subtotal > sale->amount || sale->tax > sale->amount))
        payment_fault(r, "part_too_large", "total");
    sale->base = sale->amount;
    return discount > 0;
}

static enum sale_kind transaction_kind(const struct sale_event *sale, struct sv origin)
{
    if (sv_starts(origin, SV("subscription_"))) /* recurring, charge, update */
        return SALE_KIND_REBILL;
    return sale->amount == 0 && sale->subscription.n > 0 ? SALE_KIND_TRIAL : SALE_KIND_SALE;
}

static bool read_transaction(struct payment_reader *r, struct json_object *data,
                             struct payment_event *out)
{
    struct sale_event *sale = &out->sale;
    struct sv order = SV("");
    struct sv id = payment_id(r, data, "id", PAYMENT_REQUIRED);
    struct sv origin = payment_word(r, data, "origin", PAYMENT_OPTIONAL);
    sale->subscription = payment_id(r, data, "subscription_id", PAYMENT_OPTIONAL);
    bool is_discounted = read_totals(r, data, sale);
    sale->kind = transaction_kind(sale, origin);
    payment_hints(r->arena, payment_object(data, "custom_data"), sale, &order);
    if (sale->kind == SALE_KIND_REBILL) /* it repeats what the first transaction was given */
        order = SV("");
    sale->order_ref = order.n > 0 ? order : id;
    sale_event_add_key(sale, SALE_KEY_ORDER, sale->order_ref);
    sale_event_add_key(sale, SALE_KEY_PAYMENT, id);
    sale_event_add_key(sale, SALE_KEY_INVOICE, payment_id(r, data, "invoice_id", PAYMENT_OPTIONAL));
    if (r->reason)
        return false;
    bool may_be_free =
        sale->kind == SALE_KIND_TRIAL || (sale->kind == SALE_KIND_SALE && is_discounted);
    if (sale->amount == 0 && !may_be_free)
        return nothing(out, "zero_amount", id);
    out->what = PAYMENT_SALE;
    return true;
}

/* Adjustments -------------------------------------------------------------------------------- */

static const struct {
    const char *action;
    enum adjustment_kind kind;
    bool is_told_apart; /* what reverses it is an adjustment of its own */
} actions[] = {
    {"refund", ADJUSTMENT_REFUND, false},
    {"credit", ADJUSTMENT_REFUND, true},
    {"chargeback", ADJUSTMENT_CHARGEBACK, true},
    {"chargeback_reverse", ADJUSTMENT_RESTORE, false},
    {"credit_reverse", ADJUSTMENT_RESTORE, false},
};

static const struct {
    const char *status;
    uint8_t phase;
    bool takes;
} statuses[] = {
    {"pending_approval", 0, false},
    {"approved", 1, true},
    {"rejected", 2, false},
    {"reversed", 3, false},
};

static void read_status(struct payment_reader *r, struct json_object *data, bool is_told_apart,
                        struct adjustment_event *a)
{
    struct sv status = payment_word(r, data, "status", PAYMENT_REQUIRED);
    if (is_told_apart && sv_eq(status, SV("reversed")))
        status = SV("approved");
    for (size_t i = 0; i < COUNT_OF(statuses) && !r->reason; i++) {
        if (!sv_eq_cstr(status, statuses[i].status))
            continue;
        a->phase = statuses[i].phase;
        a->extent = statuses[i].takes ? ADJUSTMENT_OF_TOTAL : ADJUSTMENT_NOTHING;
        return;
    }
    payment_fault(r, "unknown_status", "status");
}

static void read_adjusted(struct payment_reader *r, struct json_object *data,
                          struct adjustment_event *a)
{
    a->ref = payment_id(r, data, "id", PAYMENT_REQUIRED);
    a->unit = payment_currency(r, data, "currency_code");
    (void)payment_count(r, payment_object(data, "totals"), "total", PAYMENT_REQUIRED, &a->amount);
    a->targets[0] = (struct sale_key){SALE_KEY_PAYMENT,
                                      payment_id(r, data, "transaction_id", PAYMENT_REQUIRED)};
    a->n_targets = 1;
}

static bool read_adjustment(struct payment_reader *r, struct json_object *data,
                            struct payment_event *out)
{
    struct adjustment_event *a = &out->adjustment;
    struct sv action = payment_word(r, data, "action", PAYMENT_REQUIRED);
    for (size_t i = 0; i < COUNT_OF(actions) && !r->reason; i++) {
        if (!sv_eq_cstr(action, actions[i].action))
            continue;
        a->kind = actions[i].kind;
        read_status(r, data, actions[i].is_told_apart, a);
        read_adjusted(r, data, a);
        out->about = a->targets[0].value;
        out->what = PAYMENT_ADJUSTMENT;
        return !r->reason;
    }
    return !r->reason &&
           nothing(out, sv_starts(action, SV("chargeback_warning")) ? "warning" : "other_topic",
                   payment_id(r, data, "transaction_id", PAYMENT_OPTIONAL));
}

/* Events ------------------------------------------------------------------------------------- */

typedef bool read_entity(struct payment_reader *r, struct json_object *data,
                         struct payment_event *out);

static const struct {
    const char *type;
    read_entity *read;  /* NULL: it moves no money */
    const char *reason; /* why */
} types[] = {
    {"transaction.completed", read_transaction, NULL},
    {"transaction.paid", NULL, "not_completed"},
    {"transaction.billed", NULL, "not_completed"},
    {"transaction.payment_failed", NULL, "payment_failed"},
    {"adjustment.created", read_adjustment, NULL},
    {"adjustment.updated", read_adjustment, NULL},
    {"subscription.canceled", NULL, "subscription_ended"},
};

static bool read_data(struct payment_reader *r, struct json_object *json, struct payment_event *out)
{
    struct json_object *data = payment_object(json, "data");
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        if (!sv_eq_cstr(out->topic, types[i].type))
            continue;
        if (!data)
            payment_fault(r, "missing_field", "data");
        if (types[i].read)
            return !r->reason && types[i].read(r, data, out);
        return nothing(out, types[i].reason, payment_id(r, data, "id", PAYMENT_OPTIONAL));
    }
    return nothing(out, "other_topic", SV(""));
}

bool paddle_event_read(struct payment_reader *r, struct json_object *json,
                       struct payment_event *out)
{
    *out = (struct payment_event){0};
    out->id = payment_id(r, json, "event_id", PAYMENT_REQUIRED);
    out->topic = payment_word(r, json, "event_type", PAYMENT_REQUIRED);
    out->occurred_us = door_json_time(r->arena, json, "occurred_at");
    out->sale.occurred_us = out->occurred_us;
    out->adjustment.occurred_us = out->occurred_us;
    return !r->reason && read_data(r, json, out) && !r->reason;
}
