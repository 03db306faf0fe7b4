#include "setup/integration.h"

#include "base/i18n.h"
#include "conversion/event_words.h"

const struct integration integrations[INTEGRATIONS] = {
    {SALE_DOOR_API, N_("API keys"), N_("Your server sends each sale as JSON, with a key."), "key",
     INTEGRATION_BY_KEY, SECRET_POSTBACK, false, false},
    {SALE_DOOR_POSTBACK, N_("Signed postback"),
     N_("Your server signs each sale and refund with a secret."), "shield", INTEGRATION_BY_SECRET,
     SECRET_POSTBACK, false, false},
    {SALE_DOOR_INGEST, N_("Ingest"),
     N_("Networks and CPA trackers send leads, sales, rebills and chargebacks of one program."),
     "chart", INTEGRATION_BY_KEY, SECRET_POSTBACK, false, true},
    {SALE_DOOR_SHOPIFY, N_("Shopify"), N_("Orders and refunds, by the shop's own webhooks."),
     "store", INTEGRATION_BY_SECRET, SECRET_SHOPIFY, true, false},
    {SALE_DOOR_STRIPE, N_("Stripe"), N_("Checkouts, invoices, refunds and disputes."), "coins",
     INTEGRATION_BY_SECRET, SECRET_STRIPE, true, true},
    {SALE_DOOR_PADDLE, N_("Paddle"), N_("Transactions and adjustments of Paddle Billing."), "coins",
     INTEGRATION_BY_SECRET, SECRET_PADDLE, true, true},
    {SALE_DOOR_WOOCOMMERCE, N_("WooCommerce"), N_("Orders and refunds of a WordPress shop."),
     "store", INTEGRATION_BY_SECRET, SECRET_WOOCOMMERCE, true, true},
    {SALE_DOOR_PIXEL, N_("Scripts and pixel"),
     N_("Clicks and sales seen by your pages themselves, without a server."), "code",
     INTEGRATION_BY_ORIGIN, SECRET_POSTBACK, false, false},
};

const struct integration *integration_find(struct sv name)
{
    for (size_t i = 0; i < INTEGRATIONS; i++)
        if (sv_eq_cstr(name, sale_door_text(integrations[i].door)))
            return &integrations[i];
    return NULL;
}

const char *integration_path(struct arena *arena, const struct integration *door)
{
    return arena_printf(arena, "/brand/integrations/%s", sale_door_text(door->door));
}

static const char *to_do_words(const struct integration *door)
{
    switch (door->proof) {
    case INTEGRATION_BY_KEY:
        return _("Make a key to begin.");
    case INTEGRATION_BY_SECRET:
        return door->is_pasted ? _("Paste its signing secret to begin.")
                               : _("Make a secret to begin.");
    case INTEGRATION_BY_ORIGIN:
        return _("Prove your site, or allow the page that reports sales.");
    }
    UNREACHABLE();
}

static bool was_refused_last(const struct integration_facts *f, int64_t wire_us,
                             int64_t business_us)
{
    return f->refused_us > 0 &&
           (f->heard_us == 0 || business_us - f->refused_us < wire_us - f->heard_us);
}

static const char *refused_words(struct arena *arena, const struct integration_facts *f,
                                 int64_t business_us)
{
    const char *why = event_reason_words(arena, f->refused_code);
    const char *when = format_relative(arena, f->refused_us, business_us);
    if (f->refused_field.n > 0)
        return arena_printf(arena, _("The last event was refused, %s. %.*s: %s"), when,
                            SV_ARG(f->refused_field), why);
    return arena_printf(arena, _("The last event was refused, %s. %s"), when, why);
}

static const char *heard_words(struct arena *arena, const struct integration_facts *f,
                               int64_t wire_us)
{
    const char *when = format_relative(arena, f->heard_us, wire_us);
    if (f->topic.n > 0)
        return arena_printf(arena, _("Last event %s: %.*s."), when, SV_ARG(f->topic));
    return arena_printf(arena, _("Last event %s."), when);
}

struct integration_state integration_judge(struct arena *arena, const struct integration *door,
                                           const struct integration_facts *f, int64_t wire_us,
                                           int64_t business_us)
{
    if (was_refused_last(f, wire_us, business_us))
        return (struct integration_state){STATE_REFUSED, refused_words(arena, f, business_us)};
    if (!f->is_set_up)
        return (struct integration_state){STATE_NOT_SET_UP, to_do_words(door)};
    if (f->is_disconnected)
        return (struct integration_state){
            STATE_DISCONNECTED,
            arena_printf(arena, _("It was disconnected %s: the shop removed it. Connect it anew."),
                         format_relative(arena, f->changed_us, wire_us))};
    if (f->heard_us == 0)
        return (struct integration_state){STATE_NOT_HEARD, _("Ready: nothing has come by it yet.")};
    const char *heard = heard_words(arena, f, wire_us);
    if (wire_us - f->heard_us < INTEGRATION_SILENT_US)
        return (struct integration_state){STATE_CONNECTED, heard};
    return (struct integration_state){
        STATE_SILENT,
        arena_printf(arena, _("%s Nothing for 24 hours: if you sold meanwhile, look there."),
                     heard)};
}

enum { PASTED_MIN = 8 };

const char *integration_pasted_fault(const struct integration *door, struct sv pasted)
{
    if (pasted.n == 0)
        return _("Paste the signing secret.");
    if (pasted.n > SECRET_TEXT_MAX || pasted.n < PASTED_MIN || !sv_is_ascii_graph(pasted))
        return _(
            "It is no signing secret: that is 8 to 200 letters, digits and signs without a "
            "blank. Copy it once more.");
    if (door->secrets == SECRET_STRIPE && !sv_starts(pasted, SV("whsec_")))
        return _(
            "It is not the endpoint's signing secret, which begins with whsec_. API keys "
            "(sk_…, rk_…) stay at Stripe.");
    if (door->secrets == SECRET_PADDLE &&
        (sv_starts(pasted, SV("pdl_live_apikey")) || sv_starts(pasted, SV("pdl_sdbx_apikey"))))
        return _(
            "It is an API key. Paste the notification destination's secret key, which begins "
            "with pdl_ntfset_.");
    return NULL;
}
