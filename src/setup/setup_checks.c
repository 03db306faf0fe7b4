#include "setup/setup_checks.h"

#include "base/i18n.h"
#include "conversion/event_words.h"
#include "conversion/sale_words.h"
#include "view/format.h"

/* Why nobody is credited, by the code stored with the sale, and what to change. */
static const char *const credit_words[][2] = {
    {"nothing_told", N_("Credited to nobody: the sale names no click, code or token. Send the "
                        "click id that the landing page received.")},
    {"unknown", N_("Credited to nobody: there is no such click, code or token. Send the click id "
                   "just as the landing page received it.")},
    {"other_mode", N_("Credited to nobody: the click is a live one, the key a test key. Click the "
                      "test link above.")},
    {"other_program", N_("Credited to nobody: the click is another program's. Check program_id.")},
    {"bot", N_("Credited to nobody: the click came from a bot or a link preview. Open the link in "
               "an ordinary browser.")},
    {"after_sale", N_("Credited to nobody: the sale's time lies before its click. Leave "
                      "occurred_at out, or send the order's own time.")},
    {"outside_window", N_("Credited to nobody: the click is older than the attribution window. "
                          "Click the test link anew.")},
    {"partnership_inactive", N_("Credited to nobody: the test creator is paused in this "
                                "program.")},
    {"link_inactive", N_("Credited to nobody: the test link is paused.")},
    {"code_stopped", N_("Credited to nobody: the discount code has ended.")},
};

static const char *uncredited_words(struct sv reason)
{
    for (size_t i = 0; i < COUNT_OF(credit_words); i++)
        if (sv_eq_cstr(reason, credit_words[i][0]))
            return _(credit_words[i][1]);
    return _("Credited to nobody: see the sale's own page for what was considered.");
}

/* What to change about a sale that was refused; the member it named stands in front. */
static const char *refused_words(struct arena *arena, const struct setup_refusal *refusal)
{
    const char *remedy = event_reason_words(arena, refusal->code);
    return refusal->field.n ? arena_printf(arena, "%s: %s", sv_dup(arena, refusal->field), remedy)
                            : remedy;
}

static struct setup_finding finding(enum setup_verdict verdict, const char *words)
{
    return (struct setup_finding){.verdict = verdict, .words = words};
}

static struct setup_finding check_click(struct arena *arena, const struct setup_state *s)
{
    if (s->click.at_us == 0)
        return finding(CHECK_WAITING, _("Waiting for a click on the test link."));
    const char *when = format_date_time(arena, s->click.at_us, s->brand.zone);
    if (s->click.bot)
        return finding(
            CHECK_BAD,
            arena_printf(arena,
                         _("A click came, %s, but from a bot or a link preview, which is never "
                           "credited. Open the link in an ordinary browser."),
                         when));
    return finding(CHECK_GOOD, arena_printf(arena, _("Click seen, %s."), when));
}

/* Codes that say that nobody can tell who sent it: its content was not looked at. */
static bool is_about_proof(struct sv code)
{
    static const char *const codes[] = {"invalid_signature", "stale_timestamp", "bad_key",
                                        "origin_not_allowed"};
    for (size_t i = 0; i < COUNT_OF(codes); i++)
        if (sv_eq_cstr(code, codes[i]))
            return true;
    return sv_ends(code, SV("_not_configured"));
}

static const char *received_words(struct arena *arena, const struct setup_state *s)
{
    const struct sale_row *row = &s->sale.row;
    if (setup_was_refused(s))
        return arena_printf(arena, _("Something arrived by %s, %s."),
                            sale_door_words(s->refusal.door),
                            format_date_time(arena, s->refusal.at_us, s->brand.zone));
    return arena_printf(
        arena, _("Sale received by %s, %s: order %s, %s."), sale_door_words(row->source),
        format_date_time(arena, row->received_us, s->brand.zone), sv_dup(arena, row->order_ref),
        money_format_display(arena, row->gross, &row->unit));
}

static struct setup_finding check_sale(struct arena *arena, const struct setup_state *s)
{
    if (!s->has_sale && !setup_was_refused(s))
        return finding(CHECK_WAITING, _("Waiting for a sale: run the command."));
    return finding(CHECK_GOOD, received_words(arena, s));
}

static struct setup_finding check_proof(struct arena *arena, const struct setup_state *s)
{
    if (!s->has_sale && !setup_was_refused(s))
        return finding(CHECK_WAITING, _("Then: its key or signature."));
    if (setup_was_refused(s) && is_about_proof(s->refusal.code))
        return finding(CHECK_BAD, refused_words(arena, &s->refusal));
    return finding(CHECK_GOOD, _("It is proved who sent it."));
}

static struct setup_finding check_read(struct arena *arena, const struct setup_state *s)
{
    bool refused = setup_was_refused(s);
    if ((!s->has_sale && !refused) || (refused && is_about_proof(s->refusal.code)))
        return finding(CHECK_WAITING, _("Then: its JSON, member by member."));
    if (refused)
        return finding(CHECK_BAD, arena_printf(arena, _("It was refused. %s"),
                                               refused_words(arena, &s->refusal)));
    return finding(CHECK_GOOD, _("Its JSON is sound."));
}

static struct setup_finding check_credit(const struct setup_state *s)
{
    const struct sale_row *row = &s->sale.row;
    if (!s->has_sale || setup_was_refused(s))
        return finding(CHECK_WAITING, _("Then: who is credited."));
    if (sv_eq_cstr(row->status, "awaiting"))
        return finding(
            CHECK_WAITING,
            _("The click that the sale names has not arrived yet. Look whether its id is whole."));
    if (row->handle.n == 0)
        return finding(CHECK_BAD, uncredited_words(s->sale.reason));
    if (sv_eq_cstr(row->method, "click") || sv_eq_cstr(row->method, "visitor"))
        return finding(CHECK_GOOD, _("Credited to the test creator, by the click."));
    if (sv_eq_cstr(row->method, "coupon"))
        return finding(CHECK_GOOD, _("Credited to the test creator, by the discount code."));
    return finding(
        CHECK_GOOD,
        _("Credited to the test creator, by the link's token; the sale names no click."));
}

static struct setup_finding check_commission(struct arena *arena, const struct setup_state *s)
{
    const struct sale_row *row = &s->sale.row;
    if (!s->has_sale || setup_was_refused(s) || sv_eq_cstr(row->status, "awaiting"))
        return finding(CHECK_WAITING, _("Then: what is earned."));
    if (row->commission_unit.code[0] == '\0')
        return finding(CHECK_BAD, _("No commission, as nobody is credited."));
    return finding(CHECK_GOOD,
                   arena_printf(arena, _("Commission %s, pending until %s."),
                                money_format_display(arena, row->commission, &row->commission_unit),
                                format_date(arena, row->release_us, s->brand.zone)));
}

static struct setup_finding check_shown(struct arena *arena, const struct setup_state *s)
{
    const struct sale_row *row = &s->sale.row;
    if (!s->has_sale || setup_was_refused(s) || sv_eq_cstr(row->status, "awaiting"))
        return finding(CHECK_WAITING, _("Then: the sale on its page."));
    if (!s->shows_tests)
        return finding(CHECK_GOOD,
                       _("It stands among your test sales: switch to Test, above, to see it."));
    struct setup_finding shown = finding(CHECK_GOOD, _("It stands among your test sales."));
    shown.url = arena_printf(arena, "/brand/sales/%s", uuid_text(arena, row->pid));
    return shown;
}

void setup_check_all(struct arena *arena, const struct setup_state *state,
                     struct setup_finding findings[SETUP_CHECKS])
{
    findings[CHECK_CLICK] = check_click(arena, state);
    findings[CHECK_SALE] = check_sale(arena, state);
    findings[CHECK_PROOF] = check_proof(arena, state);
    findings[CHECK_READ] = check_read(arena, state);
    findings[CHECK_CREDIT] = check_credit(state);
    findings[CHECK_COMMISSION] = check_commission(arena, state);
    findings[CHECK_SHOWN] = check_shown(arena, state);
}
