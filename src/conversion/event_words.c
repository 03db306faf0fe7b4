#include "conversion/event_words.h"

#include "base/i18n.h"

/* Refusals end with what to change; what was ignored says why that is right. */
static const struct {
    const char *code, *text;
} reasons[] = {
    /* who sent it */
    {"invalid_signature", N_("The signature does not match: sign the timestamp, a point and the "
                             "raw body, not JSON that was read and written again, with the "
                             "current secret. For a provider, paste its signing secret anew.")},
    {"stale_timestamp", N_("The timestamp is more than 5 minutes off: sign each attempt anew, and "
                           "set the server's clock by NTP.")},
    {"origin_not_allowed", N_("The page's origin is not allowed: add it under \"Scripts and "
                              "pixel\", or prove the site.")},
    {"bad_key", N_("The key is unknown or revoked: send one that is active.")},
    {"shopify_not_configured", N_("No key is known for the shop: paste the one shown below the "
                                  "list of its webhooks.")},
    {"stripe_not_configured", N_("No signing secret is known: paste the one of the endpoint in "
                                 "Stripe.")},
    {"paddle_not_configured", N_("No secret key is known: paste the one of the notification "
                                 "destination in Paddle.")},
    {"woocommerce_not_configured", N_("No secret is known: paste the one of the webhook in "
                                      "WooCommerce.")},

    /* what it holds */
    {"invalid_json", N_("The body is not a JSON object: send one object in UTF-8.")},
    {"missing_field", N_("It is missing or empty: add it.")},
    {"wrong_type", N_("It has another type than it should: amounts are numbers or text such as "
                      "\"129.90\", all else is text.")},
    {"too_long", N_("It is longer than Meed keeps: shorten it.")},
    {"bad_text", N_("It holds control characters or no UTF-8: send plain text.")},
    {"bad_time", N_("It is no time: write it as 2026-06-12T14:05:00Z.")},
    {"bad_email", N_("It is not an e-mail address: send the buyer's, or leave it out.")},
    {"bad_ip", N_("It is no IPv4 or IPv6 address: send the buyer's, or leave it out.")},
    {"bad_order", N_("It is no order's number of at most 200 bytes: send the shop's own.")},
    {"bad_quantity", N_("It is no whole number above zero: send how many were bought.")},
    {"bad_click", N_("It is no click id: send the one that the landing page received.")},
    {"unknown_country", N_("It is no ISO 3166 country: send a code of two letters, such as DE.")},
    {"too_many_items", N_("There are more lines than Meed reads: send at most 500.")},
    {"part_too_large", N_("A part is larger than the whole: check subtotal and tax.")},
    {"amount_not_a_number", N_("It is no plain decimal number: send major units with a point, "
                               "such as 129.90.")},
    {"amount_negative", N_("It is below zero: send the order's total.")},
    {"amount_zero", N_("It is zero: send the order's total.")},
    {"amount_over_precise", N_("It has more decimals than its currency: round it first.")},
    {"amount_too_large", N_("It is larger than any amount Meed keeps: check it.")},
    {"unknown_currency", N_("It is no ISO 4217 currency: send a code of three letters.")},
    {"other_currency", N_("Its currency is not the sale's: refund in the currency of the sale.")},
    {"unknown_event", N_("There is no such event: use sale, lead, signup, form, trial or rebill.")},

    {"unknown_status", N_("Meed does not know this state of an adjustment: ask the operator of "
                          "this site for a newer version, then replay it at the provider.")},
    {"other_mode", N_("A live event came with the test secret, or a test event with the live one: "
                      "paste each secret where it belongs.")},

    /* whose it is */
    {"bad_program", N_("It is no program's id: copy it from the command on this page.")},
    {"program_not_yours", N_("There is no such program of this brand: copy the id from the command "
                             "on this page.")},
    {"program_unknown", N_("There is no such program of this brand: send the id of one of yours, "
                           "then replay the event or send it anew.")},
    {"program_draft", N_("The program is a draft, which takes test sales alone: open it, then "
                         "replay the event.")},
    {"no_program", N_("The sale names no program, and the brand has no open one: open a program, "
                      "then replay the event.")},
    {"brand_inactive", N_("The brand is suspended: ask the operator of this site.")},
    {"unknown_order", N_("No sale of that order is known: check the order's id.")},

    /* what was stored before */
    {"conflict", N_("This order was sent before with other content: use another order id.")},
    {"other_content", N_("It was sent before with other content. What was stored first stands.")},

    /* what is on its way */
    {"awaiting_click", N_("It names a click that has not arrived yet; it is looked for during 24 "
                          "hours, and then nobody is credited.")},
    {"over_refund", N_("It takes back more than was left of the sale: what was left is taken.")},
    {"refund_known", N_("This refund is known from another event: it counts once.")},
    {"order_ambiguous", N_("Sales of two programs have this order number: name the program.")},
    {"awaiting_sale", N_("The sale that it takes back has not come yet; it is applied once that "
                         "comes.")},
    {"recording_failed", N_("Meed could not store it.")},
    {"set_aside", N_("Meed could not store it.")},

    /* what moves no money */
    {"ping", N_("A ping: the connection works.")},
    {"not_paid", N_("The order is not paid yet; it counts once it is.")},
    {"other_topic", N_("Meed does not need events of this kind: untick it there, if you like.")},
    {"unpaid", N_("The checkout is done, its payment is on its way: it counts once that arrives.")},
    {"joins_sale", N_("It brings no money itself: what it tells of the customer's way is kept for "
                      "the sale that it is about.")},
    {"zero_amount", N_("Nothing was paid: there is nothing to take a commission of.")},
    {"setup_only", N_("The checkout stored a way to pay and sold nothing.")},
    {"checkout_left", N_("The customer left the checkout.")},
    {"payment_failed", N_("The payment failed.")},
    {"not_completed", N_("The transaction is not completed yet; it counts once it is.")},
    {"not_captured", N_("The amount was held and let go; it was never paid.")},
    {"invoice_alone", N_("An invoice outside of subscriptions. It counts if its metadata names who "
                         "sent the customer; a checkout's own counts with its checkout.")},
    {"paid_elsewhere", N_("The invoice was paid outside of the provider: there is no payment that "
                          "a refund could name.")},
    {"told_by_charge", N_("The charge's own event tells what was refunded in all.")},
    {"told_by_dispute", N_("The dispute counts by its beginning and its end.")},
    {"warning", N_("A warning: it takes no money back. If it becomes a chargeback, that counts.")},
    {"subscription_ended", N_("The subscription ended. What was sold under it stays.")},
    {"nothing_refunded", N_("No payment went back: there is nothing to take.")},
    {"data_request", N_("A customer asks for their data. The brand's managers have a mail with the "
                        "date by which to answer.")},
    {"customer_redacted", N_("A customer is to be forgotten: Meed takes away what could lead to "
                             "them, and keeps the sale.")},
    {"shop_redacted",
     N_("All customers of the shop are to be forgotten: Meed takes away what could "
        "lead to them, and keeps the sales.")},
    {"app_uninstalled", N_("The shop removed the connection. Add the webhooks and the key anew to "
                           "connect it.")},
};

static const char *find(struct sv reason)
{
    for (size_t i = 0; i < COUNT_OF(reasons); i++)
        if (sv_eq_cstr(reason, reasons[i].code))
            return _(reasons[i].text);
    return NULL;
}

bool event_reason_is_worded(struct sv reason)
{
    return find(reason) != NULL;
}

const char *event_reason_words(struct arena *arena, struct sv reason)
{
    const char *words = find(reason);
    if (words || reason.n == 0)
        return words ? words : "";
    char *text = sv_dup(arena, reason);
    for (char *c = text; *c; c++)
        *c = *c == '_' ? ' ' : *c;
    return arena_printf(arena, _("Its door says: %s."), text);
}

/* Fates ---------------------------------------------------------------------------------------- */

static const char *with_field(struct arena *arena, const struct inbox_row *row)
{
    const char *words = event_reason_words(arena, row->reason);
    return row->field.n > 0 ? arena_printf(arena, SV_FMT ": %s", SV_ARG(row->field), words) : words;
}

static struct event_fate processed(struct arena *arena, const struct inbox_row *row)
{
    const char *what = uuid_is_zero(row->conversion)         ? _("Taken note of.")
                       : sv_eq_cstr(row->kind, "adjustment") ? _("Applied to its sale.")
                                                             : _("Recorded with its sale.");
    if (row->reason.n == 0)
        return (struct event_fate){STATE_PROCESSED, what};
    return (struct event_fate){STATE_PROCESSED,
                               arena_printf(arena, "%s %s", what, with_field(arena, row))};
}

static const char *again_words(struct arena *arena, const struct inbox_row *row, int64_t wire_us)
{
    if (row->due_us <= wire_us)
        return _("It is taken up now.");
    return arena_printf(arena, _("It is looked at again %s."),
                        format_relative(arena, row->due_us, wire_us));
}

static struct event_fate unfinished(struct arena *arena, const struct inbox_row *row,
                                    int64_t wire_us)
{
    bool parked = sv_eq_cstr(row->state, "parked");
    const char *why = with_field(arena, row);
    if (row->is_quarantined)
        return (struct event_fate){
            STATE_QUARANTINED,
            arena_printf(arena,
                         _("%s It was tried %u times and set aside: replay it once the "
                           "cause is gone."),
                         why, (unsigned)row->tries)};
    if (row->due_us == 0)
        return (struct event_fate){parked ? STATE_PARKED : STATE_FAILED, why};
    if (sv_eq_cstr(row->reason, "replay"))
        return (struct event_fate){STATE_PARKED,
                                   arena_printf(arena, "%s %s", _("Its replay was asked for."),
                                                again_words(arena, row, wire_us))};
    return (struct event_fate){parked ? STATE_PARKED : STATE_FAILED,
                               arena_printf(arena, "%s %s", why, again_words(arena, row, wire_us))};
}

static struct event_fate conflicting(struct arena *arena, const struct inbox_row *row)
{
    if (row->field.n == 0)
        return (struct event_fate){STATE_CONFLICT, event_reason_words(arena, row->reason)};
    return (struct event_fate){
        STATE_CONFLICT,
        arena_printf(arena, _("It differs in %.*s from what was told first, which stands."),
                     SV_ARG(row->field))};
}

struct event_fate event_fate(struct arena *arena, const struct inbox_row *row, int64_t wire_us)
{
    if (sv_eq_cstr(row->state, "processed"))
        return processed(arena, row);
    if (sv_eq_cstr(row->state, "conflict"))
        return conflicting(arena, row);
    if (sv_eq_cstr(row->state, "refused"))
        return (struct event_fate){STATE_REFUSED, with_field(arena, row)};
    if (sv_eq_cstr(row->state, "ignored"))
        return (struct event_fate){STATE_IGNORED, with_field(arena, row)};
    return unfinished(arena, row, wire_us);
}

const char *event_key_words(enum sale_key_kind kind)
{
    static const char *const words[SALE_KEY_KIND_COUNT] = {
        [SALE_KEY_ORDER] = N_("Order"),
        [SALE_KEY_PAYMENT] = N_("Payment"),
        [SALE_KEY_INVOICE] = N_("Invoice"),
        [SALE_KEY_SESSION] = N_("Checkout session"),
        [SALE_KEY_USER_EVENT] = N_("User and event"),
    };
    CHECK(kind < SALE_KEY_KIND_COUNT);
    return _(words[kind]);
}
