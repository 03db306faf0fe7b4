#include "partner/partner_words.h"

#include "base/i18n.h"

enum format_state partner_state(enum partnership_status status)
{
    switch (status) {
    case PARTNERSHIP_APPLIED:
        return STATE_APPLIED;
    case PARTNERSHIP_ACTIVE:
        return STATE_ACTIVE;
    case PARTNERSHIP_PAUSED:
        return STATE_PAUSED;
    case PARTNERSHIP_DECLINED:
        return STATE_DECLINED;
    case PARTNERSHIP_ENDED:
        return STATE_CLOSED;
    case PARTNERSHIP_STATUS_COUNT:
        break;
    }
    UNREACHABLE();
}

const char *partner_result_words(enum partner_result result)
{
    switch (result) {
    case PARTNER_WRONG_STATE:
        return _("Somebody changed this meanwhile. The page shows how it stands now.");
    case PARTNER_ALREADY:
        return _("You have applied to this program already.");
    case PARTNER_SUSPENDED:
        return _("Your account is suspended, so it can't apply. Write to the operator.");
    case PARTNER_TOO_LONG:
        return _("This is too long. Shorten it and send it again.");
    case PARTNER_NO_REASON:
        return _("Choose a reason: it is shown to the creator.");
    case PARTNER_BAD_URL:
        return _("This is no web address. Copy it from the browser's address bar, with https://.");
    case PARTNER_BAD_SITE:
        return _("Links lead only to the brand's own verified sites. Choose a page there.");
    case PARTNER_TOO_MANY:
        return _("You have 200 links in this program, which is the most. Reuse one of them.");
    case PARTNER_OK:
    case PARTNER_NOT_FOUND:
    case PARTNER_UNAVAILABLE:
        break;
    }
    UNREACHABLE();
}

struct sv partner_who(const struct partnership *partnership)
{
    return partnership->test_mode ? partnership->partner_name : partnership->handle;
}

const struct partner_reason *partner_reasons(enum partner_decision decision, size_t *n)
{
    static const struct partner_reason of_declining[] = {
        {"audience", N_("The audience does not fit the brand")},
        {"channels", N_("The channels do not fit the brand")},
        {"too_little", N_("The application says too little")},
        {"program_full", N_("The program takes nobody new at the moment")},
        {"other", N_("Another reason, given in the note")},
    };
    static const struct partner_reason of_ending[] = {
        {"terms_breach", N_("The program's terms were not kept")},
        {"leaked_code", N_("The discount code appeared on coupon sites")},
        {"inactive", N_("No activity for a long time")},
        {"budget_spent", N_("The budget is spent")},
        {"other", N_("Another reason, given in the note")},
    };
    switch (decision) {
    case PARTNER_DECLINE:
        *n = COUNT_OF(of_declining);
        return of_declining;
    case PARTNER_END:
        *n = COUNT_OF(of_ending);
        return of_ending;
    case PARTNER_ACCEPT:
    case PARTNER_PAUSE:
    case PARTNER_RESUME:
        *n = 0;
        return NULL;
    }
    UNREACHABLE();
}

const char *partner_rate_words(struct arena *arena, const struct program *program)
{
    const struct program_settings *rules = &program->settings;
    if (rules->pay == PROGRAM_PAY_PERCENT)
        return arena_printf(arena, _("%s of every sale"), format_percent_bp(arena, rules->rate_bp));
    return arena_printf(arena, _("%s for every sale"),
                        money_format_display(arena, rules->flat, &program->currency));
}
