#include "conversion/sale_words.h"

#include "base/i18n.h"
#include "conversion/attribution.h"
#include "conversion/sale_event.h"

/* Codes and their words: N_() for the catalogue, _() when shown. */
struct words {
    const char *code, *text;
};

static const char *find(const struct words *table, size_t n, struct sv code)
{
    for (size_t i = 0; i < n; i++)
        if (sv_eq_cstr(code, table[i].code))
            return _(table[i].text);
    return NULL;
}

#define FIND(table, code) find(table, COUNT_OF(table), code)

static const char *or_unknown(const char *text)
{
    return text ? text : _("Recorded by another version of Meed");
}

/* States ------------------------------------------------------------------------------------- */

static const struct {
    const char *code, *text;
    enum format_state state;
} statuses[] = {
    {"pending", N_("Pending"), STATE_PENDING},
    {"review", N_("In review"), STATE_IN_REVIEW},
    {"approved", N_("Approved"), STATE_APPROVED},
    {"paid", N_("Paid"), STATE_PAID},
    {"rejected", N_("Rejected"), STATE_REJECTED},
    {"reversed", N_("Reversed"), STATE_REVERSED},
    {"unattributed", N_("Unattributed"), STATE_UNATTRIBUTED},
    {"awaiting", N_("Waiting for its click"), STATE_WAITING},
};

enum format_state sale_state(struct sv status, bool in_review)
{
    if (in_review && sv_eq_cstr(status, "pending"))
        return STATE_IN_REVIEW;
    for (size_t i = 0; i < COUNT_OF(statuses); i++)
        if (sv_eq_cstr(status, statuses[i].code))
            return statuses[i].state;
    UNREACHABLE(); /* the column is an ENUM of these */
}

const char *sale_status_words(struct sv status)
{
    for (size_t i = 0; i < COUNT_OF(statuses); i++)
        if (sv_eq_cstr(status, statuses[i].code))
            return _(statuses[i].text);
    return or_unknown(NULL);
}

const char *sale_status_at(size_t i)
{
    return i < COUNT_OF(statuses) ? statuses[i].code : NULL;
}

/* Doors -------------------------------------------------------------------------------------- */

static const struct {
    const char *name, *authentication;
} doors[SALE_DOOR_COUNT] = {
    [SALE_DOOR_API] = {N_("API"), N_("The brand's secret API key")},
    [SALE_DOOR_POSTBACK] = {N_("Postback"), N_("An HMAC-SHA256 signature over time and raw body")},
    [SALE_DOOR_INGEST] = {N_("Ingest"), N_("The brand's secret API key")},
    [SALE_DOOR_PIXEL] = {N_("Pixel"), N_("The visitor's browser: nothing secret vouches for it")},
    [SALE_DOOR_SHOPIFY] = {N_("Shopify"), N_("Shopify's signature")},
    [SALE_DOOR_STRIPE] = {N_("Stripe"), N_("Stripe's signature")},
    [SALE_DOOR_PADDLE] = {N_("Paddle"), N_("Paddle's signature")},
    [SALE_DOOR_WOOCOMMERCE] = {N_("WooCommerce"), N_("WooCommerce's signature")},
    [SALE_DOOR_MANUAL] = {N_("By hand"), N_("Somebody of the brand, logged in")},
    [SALE_DOOR_CSV] = {N_("CSV"), N_("Somebody of the brand, logged in")},
};

const char *sale_door_words(struct sv door)
{
    enum sale_door found;
    return sale_door_find(door, &found) ? _(doors[found].name) : or_unknown(NULL);
}

const char *sale_authentication_words(struct sv door)
{
    enum sale_door found;
    return sale_door_find(door, &found) ? _(doors[found].authentication) : or_unknown(NULL);
}

static const char *const kinds[SALE_KIND_COUNT] = {
    [SALE_KIND_SALE] = N_("Sale"),      [SALE_KIND_LEAD] = N_("Lead"),
    [SALE_KIND_SIGNUP] = N_("Sign-up"), [SALE_KIND_FORM] = N_("Form"),
    [SALE_KIND_TRIAL] = N_("Trial"),    [SALE_KIND_REBILL] = N_("Rebill"),
};

const char *sale_event_words(struct sv event)
{
    enum sale_kind kind;
    return sale_kind_find(event, &kind) ? _(kinds[kind]) : or_unknown(NULL);
}

/* Who is credited ---------------------------------------------------------------------------- */

static const char *const methods[ATTRIBUTION_METHOD_COUNT] = {
    [METHOD_NONE] = N_("Nobody"),
    [METHOD_CLICK] = N_("Click"),
    [METHOD_VISITOR] = N_("Visitor's last click"),
    [METHOD_COUPON] = N_("Discount code"),
    [METHOD_TOKEN] = N_("Link token"),
    [METHOD_REF] = N_("Ref code"),
    [METHOD_PARENT] = N_("First sale of the subscription"),
    [METHOD_MANUAL] = N_("Set by hand"),
};

const char *sale_method_words(struct sv method)
{
    for (unsigned i = 0; i < ATTRIBUTION_METHOD_COUNT; i++)
        if (sv_eq_cstr(method, attribution_method_text((enum attribution_method)i)))
            return _(methods[i]);
    return or_unknown(NULL);
}

const char *sale_kind_words(struct sv kind)
{
    static const struct words table[] = {
        {"click", N_("Click")},
        {"coupon", N_("Discount code")},
        {"token", N_("Link token")},
        {"ref", N_("Ref code")},
        {"manual", N_("Somebody of the brand credited the sale to this creator.")},
        {"parent", N_("First sale of the subscription")},
    };
    return or_unknown(FIND(table, kind));
}

const char *sale_shape_words(struct sv shape)
{
    static const struct words table[] = {
        {"token", N_("Short link")},
        {"slug", N_("/go link")},
        {"ref", N_("Ref link")},
        {"script", N_("Script on the brand's page")},
    };
    return or_unknown(FIND(table, shape));
}

static const char *const verdicts[ATTRIBUTION_VERDICT_COUNT] = {
    [VERDICT_WON] = N_("This one is credited."),
    [VERDICT_SUPERSEDED] = N_("A later click of the same visitor won."),
    [VERDICT_LOWER_PRECEDENCE] =
        N_("The order named something stronger. A click id comes first, then an exclusive code, a "
           "link token, a ref, any other code."),
    [VERDICT_OTHER_PROGRAM] = N_("It belongs to another program."),
    [VERDICT_OTHER_MODE] = N_("One of the two is a test, and tests never mix with live sales."),
    [VERDICT_BOT] = N_("A bot or a link preview made it, not a person."),
    [VERDICT_AFTER_SALE] = N_("It came after the sale."),
    [VERDICT_OUTSIDE_WINDOW] = N_("It is older than the attribution window."),
    [VERDICT_PARTNERSHIP_INACTIVE] = N_("The creator was not active in the program."),
    [VERDICT_LINK_INACTIVE] = N_("The link was paused."),
    [VERDICT_CODE_STOPPED] = N_("The code had been stopped."),
    [VERDICT_UNKNOWN] = N_("The order names it, but there is no such thing."),
};

static const char *verdict_text(struct sv verdict)
{
    for (unsigned i = 0; i < ATTRIBUTION_VERDICT_COUNT; i++)
        if (sv_eq_cstr(verdict, attribution_verdict_text((enum attribution_verdict)i)))
            return _(verdicts[i]);
    return NULL;
}

const char *sale_verdict_words(struct sv verdict)
{
    return or_unknown(verdict_text(verdict));
}

static const struct words reasons[] = {
    {"last_click", N_("The order carried the id of this click, and no later click of the visitor "
                      "was eligible.")},
    {"later_click_of_visitor", N_("The order carried an earlier click of the same visitor; the "
                                  "visitor's last eligible click wins.")},
    {"coupon", N_("The customer used the creator's discount code.")},
    {"token_click", N_("The order named the link, and a click on it came from the customer's "
                       "address.")},
    {"token_click_unknown", N_("The order named the link; no click on it is known.")},
    {"ref", N_("The order named the creator's ref code.")},
    {"parent", N_("The first sale of the subscription was this creator's.")},
    {"manual", N_("The brand credited it by hand.")},
    {"nothing_told", N_("The order named no click, no code and no link.")},
    {"program_closed", N_("The program was closed when the sale came in.")},
    {"awaiting_click", N_("The order names a click that has not arrived yet. It is looked for "
                          "during 24 hours.")},
};

/* Where nobody is credited, the reason is the verdict on the strongest thing that was told. */
const char *sale_reason_words(struct sv reason)
{
    const char *text = FIND(reasons, reason);
    return or_unknown(text ? text : verdict_text(reason));
}

const char *sale_change_words(struct sv reason)
{
    static const struct words table[] = {
        {"holdback_ended", N_("The holdback ended, and nothing spoke against it.")},
        {"verified", N_("A second source told of the sale, so it is no longer held for that.")},
        {"replaced", N_("A more trusted source told of the same sale with another amount or "
                        "creator; its commission takes this one's place.")},
        {"merged", N_("It turned out to be the same sale as an earlier one, which counts.")},
        {"refund", N_("The customer got money back; its share of the commission goes with it.")},
        {"chargeback", N_("The customer's bank took the money back.")},
        {"restore", N_("Money that was taken back came again: a dispute was won, or a refund "
                       "undone.")},
        {"reattributed", N_("The brand credited the sale to another creator.")},
    };
    const char *text = FIND(table, reason);
    return text ? text : sale_reason_words(reason);
}

const char *sale_refund_words(enum adjustment_kind kind)
{
    static const char *const table[ADJUSTMENT_KIND_COUNT] = {
        [ADJUSTMENT_REFUND] = N_("Refund"),
        [ADJUSTMENT_CHARGEBACK] = N_("Chargeback"),
        [ADJUSTMENT_RESTORE] = N_("Given back"),
    };
    CHECK(kind < ADJUSTMENT_KIND_COUNT);
    return _(table[kind]);
}

const char *sale_event_heading(struct sv from, struct sv to, struct sv reason)
{
    static const struct words in_part[] = {
        {"refund", N_("Refunded in part")},
        {"chargeback", N_("Charged back in part")},
        {"restore", N_("Given back in part")},
    };
    const char *text = sv_eq(from, to) ? FIND(in_part, reason) : NULL;
    return text ? text : sale_status_words(to);
}

/* The commission ----------------------------------------------------------------------------- */

const char *sale_rule_words(enum commission_rule rule)
{
    static const char *const table[COMMISSION_RULE_COUNT] = {
        [COMMISSION_BY_FLOW] = N_("by a flow rule"),
        [COMMISSION_BY_PARTNER] = N_("the creator's own rate"),
        [COMMISSION_BY_TIER] = N_("the tier's rate"),
        [COMMISSION_BY_PROGRAM] = N_("the program's rate"),
        [COMMISSION_BY_UNATTRIBUTED] = N_("nobody credited"),
    };
    CHECK(rule < COMMISSION_RULE_COUNT);
    return _(table[rule]);
}

const char *sale_line_words(struct arena *arena, const struct commission_line *line,
                            const struct unit *unit)
{
    const char *rate = format_percent_bp(arena, line->rate_bp);
    switch (line->code) {
    case COMMISSION_LINE_BASE:
        return _("Base of the commission");
    case COMMISSION_LINE_PERCENT:
        return arena_printf(arena, _("%s of the base, %s"), rate, sale_rule_words(line->rule));
    case COMMISSION_LINE_FLAT:
        return arena_printf(arena, _("Flat amount, %s"), sale_rule_words(line->rule));
    case COMMISSION_LINE_CAP:
        return arena_printf(arena, _("Capped at %s a sale"),
                            money_format_display(arena, line->limit, unit));
    case COMMISSION_LINE_CAP_OTHER_UNIT:
        return _("The cap is in another currency, so it does not apply");
    case COMMISSION_LINE_FEE:
        return arena_printf(arena, _("Network fee, %s of the commission"), rate);
    case COMMISSION_LINE_FEE_PARTNER:
        return _("Fee taken from the commission");
    case COMMISSION_LINE_FEE_BRAND:
        return _("Fee the brand bears on top");
    case COMMISSION_LINE_PAYOUT:
        return _("The creator earns");
    case COMMISSION_LINE_COST:
        return _("The brand pays in all");
    case COMMISSION_LINE_COUNT:
        break;
    }
    UNREACHABLE();
}

/* The ledger --------------------------------------------------------------------------------- */

const char *sale_transfer_words(struct sv kind)
{
    static const char *const table[LEDGER_KIND_COUNT] = {
        [LEDGER_ACCRUE] = N_("Accrued"),
        [LEDGER_APPROVE] = N_("Approved"),
        [LEDGER_REFUND] = N_("Refunded"),
        [LEDGER_REJECT] = N_("Rejected"),
        [LEDGER_REVERSE] = N_("Reversed"),
        [LEDGER_FULFIL] = N_("Reward handed out"),
        [LEDGER_UNFULFIL] = N_("Reward taken back"),
        [LEDGER_REQUEST] = N_("Withdrawal requested"),
        [LEDGER_CANCEL] = N_("Withdrawal cancelled"),
        [LEDGER_SEND] = N_("Sent"),
        [LEDGER_SETTLE] = N_("Settled"),
        [LEDGER_CONNECT] = N_("Paid by the brand itself"),
        [LEDGER_FAIL] = N_("Failed"),
        [LEDGER_RETURN] = N_("Returned"),
        [LEDGER_ISSUE] = N_("Invoiced"),
        [LEDGER_APPLY] = N_("Payment applied"),
        [LEDGER_PAY_IN] = N_("Paid in"),
        [LEDGER_WRITE_OFF] = N_("Written off"),
    };
    enum ledger_kind found;
    return ledger_kind_find(kind, &found) ? _(table[found]) : or_unknown(NULL);
}

const char *sale_account_words(struct sv account)
{
    static const char *const table[LEDGER_PURPOSE_COUNT] = {
        [LEDGER_P_PENDING] = N_("Creator, pending"),
        [LEDGER_P_AVAILABLE] = N_("Creator, available"),
        [LEDGER_P_RESERVED] = N_("Creator, in a payout"),
        [LEDGER_P_TRANSIT] = N_("Creator, on its way"),
        [LEDGER_P_PAID] = N_("Creator, paid"),
        [LEDGER_B_ACCRUED] = N_("Brand, accrued"),
        [LEDGER_B_DUE] = N_("Brand, due"),
        [LEDGER_B_INVOICED] = N_("Brand, invoiced"),
        [LEDGER_B_FUNDS] = N_("Brand, funds"),
        [LEDGER_B_PAID_IN] = N_("Brand, paid in"),
        [LEDGER_N_FEE_PENDING] = N_("Network fee, pending"),
        [LEDGER_N_FEE] = N_("Network fee"),
        [LEDGER_N_CASH] = N_("Network, cash"),
        [LEDGER_N_FX] = N_("Network, open currency"),
        [LEDGER_N_SPREAD] = N_("Network, spread"),
        [LEDGER_N_WRITEOFF] = N_("Network, written off"),
    };
    for (unsigned i = 0; i < LEDGER_PURPOSE_COUNT; i++)
        if (sv_eq_cstr(account, ledger_purpose_name((enum ledger_purpose)i)))
            return _(table[i]);
    return or_unknown(NULL);
}
