/* What a brand decides about a partner: accept, decline, pause, resume, end. */
#include "account/account_page.h"
#include "base/i18n.h"
#include "partner/partner.h"
#include "partner/partner_pages.h"
#include "partner/partner_words.h"
#include "view/form.h"

/* Where each decision is made, what its page says, and where it leads. */
static const struct {
    const char *active, *back, *done;
    const char *effect, *button; /* for _(); of those that ask for a reason */
} decisions[] = {
    [PARTNER_ACCEPT] = {.active = "applications",
                        .back = "/brand/applications",
                        .done = "accepted"},
    [PARTNER_DECLINE] = {.active = "applications",
                         .back = "/brand/applications",
                         .done = "declined",
                         .effect =
                             N_("The creator gets a mail with your note, and may apply again."),
                         .button = N_("Decline the application")},
    [PARTNER_PAUSE] = {.active = "creators", .back = "/brand/creators", .done = "paused"},
    [PARTNER_RESUME] = {.active = "creators", .back = "/brand/creators", .done = "resumed"},
    [PARTNER_END] = {.active = "creators",
                     .back = "/brand/creators",
                     .done = "ended",
                     .effect = N_("For good: all links and codes of the creator in this program "
                                  "stop within 5 seconds. What was earned stays earned. The "
                                  "creator gets a mail with your note."),
                     .button = N_("End the partnership")},
};

/* What the form held, and what was wrong with it. */
struct reason_form {
    struct sv reason, note;
    const char *reason_error, *note_error;
};

static bool read_pid(struct http_request *request, struct http_response *response, struct uuid *pid)
{
    if (uuid_parse(http_path_param(request, "pid"), pid))
        return true;
    http_not_found(request, response);
    return false;
}

static void go_back(struct http_request *request, struct http_response *response,
                    enum partner_decision decision, const char *done, struct uuid pid)
{
    http_redirect(
        response, 303,
        sv_from(arena_printf(request->arena, "%s?done=%s&creator=%s", decisions[decision].back,
                             done, uuid_text(request->arena, pid))));
}

/* Decides and answers every outcome but those that the form can mend: then it is false. */
static bool decide(struct http_request *request, struct http_response *response, struct uuid pid,
                   const struct partner_ruling *ruling, enum partner_result *result)
{
    *result = partner_decide(request->db, request->arena, request->settings, request->actor.brand,
                             pid, ruling);
    switch (*result) {
    case PARTNER_OK:
        go_back(request, response, ruling->decision, decisions[ruling->decision].done, pid);
        return true;
    case PARTNER_WRONG_STATE:
        go_back(request, response, ruling->decision, "changed", pid);
        return true;
    case PARTNER_NOT_FOUND:
        http_not_found(request, response);
        return true;
    case PARTNER_TOO_LONG:
    case PARTNER_NO_REASON:
        return false;
    default:
        http_unavailable(request, response);
        return true;
    }
}

static void decide_at_once(struct http_request *request, struct http_response *response,
                           enum partner_decision decision)
{
    const struct partner_ruling ruling = {.decision = decision, .by_user = request->actor.user};
    enum partner_result result;
    struct uuid pid;
    if (!read_pid(request, response, &pid))
        return;
    bool answered = decide(request, response, pid, &ruling, &result);
    CHECK(answered); /* there is no text that could be too long, and no reason is asked for */
}

void partner_application_accept(struct http_request *request, struct http_response *response)
{
    decide_at_once(request, response, PARTNER_ACCEPT);
}

void partner_creator_pause(struct http_request *request, struct http_response *response)
{
    decide_at_once(request, response, PARTNER_PAUSE);
}

void partner_creator_resume(struct http_request *request, struct http_response *response)
{
    decide_at_once(request, response, PARTNER_RESUME);
}

/* Decisions with a reason ---------------------------------------------------------------------- */

static void show_form(struct http_request *request, struct view *body,
                      enum partner_decision decision, const struct reason_form *form)
{
    size_t n;
    const struct partner_reason *reasons = partner_reasons(decision, &n);
    struct form_option *options = arena_array(request->arena, n + 1, sizeof *options);
    options[0] = (struct form_option){"", _("Choose a reason")};
    for (size_t i = 0; i < n; i++)
        options[i + 1] = (struct form_option){reasons[i].code, _(reasons[i].text)};
    const struct form_field fields[] = {
        {.name = "reason",
         .label = _("Reason"),
         .type = "select",
         .value = form->reason,
         .error = form->reason_error,
         .options = options,
         .option_count = n + 1,
         .required = true},
        {.name = "note",
         .label = _("Note to the creator"),
         .hint = _("The creator reads it word by word."),
         .type = "textarea",
         .value = form->note,
         .error = form->note_error,
         .maxlength = PARTNER_NOTE_MAX},
    };
    form_show_summary(body, "SUMMARY", fields, COUNT_OF(fields));
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        form_show_field(body, "FIELD", &fields[i]);
}

static const char *title_words(struct arena *arena, enum partner_decision decision, struct sv who)
{
    if (decision == PARTNER_DECLINE)
        return arena_printf(arena, _("Decline %.*s"), SV_ARG(who));
    return arena_printf(arena, _("End the partnership with %.*s"), SV_ARG(who));
}

static void send_form(struct http_request *request, struct http_response *response, int status,
                      enum partner_decision decision, const struct reason_form *form)
{
    struct partnership partnership;
    struct uuid pid;
    if (!read_pid(request, response, &pid))
        return;
    switch (partner_find_partnership(request->db, request->arena, request->actor.brand, pid,
                                     &partnership)) {
    case DB_OK:
        break;
    case DB_NO_ROW:
        http_not_found(request, response);
        return;
    default:
        http_unavailable(request, response);
        return;
    }
    const char *csrf = http_csrf_token(request, response);
    struct account_page about = {
        .active = decisions[decision].active,
        .title = title_words(request->arena, decision, partner_who(&partnership))};
    struct layout layout = account_page_open(request, response, &about, "partner/decide.tpl");
    view_set_cstr(layout.body, "CSRF", csrf);
    view_set_cstr(layout.body, "TITLE", about.title);
    view_set(layout.body, "PROGRAM", partnership.program_name);
    view_set_cstr(layout.body, "EFFECT", _(decisions[decision].effect));
    view_set_cstr(layout.body, "BUTTON", _(decisions[decision].button));
    view_set_cstr(layout.body, "BACK", decisions[decision].back);
    show_form(request, layout.body, decision, form);
    account_page_send(request, response, status, &layout);
}

static bool is_reason(enum partner_decision decision, struct sv code)
{
    size_t n;
    const struct partner_reason *reasons = partner_reasons(decision, &n);
    for (size_t i = 0; i < n; i++)
        if (sv_eq_cstr(code, reasons[i].code))
            return true;
    return false;
}

static bool check_form(enum partner_decision decision, struct reason_form *form)
{
    if (!is_reason(decision, form->reason))
        form->reason_error = partner_result_words(PARTNER_NO_REASON);
    if (sv_eq_cstr(form->reason, "other") && form->note.n == 0)
        form->note_error = _("Write the reason here: the creator has nothing else to go by.");
    if (form->note.n > PARTNER_NOTE_MAX)
        form->note_error = partner_result_words(PARTNER_TOO_LONG);
    return !form->reason_error && !form->note_error;
}

static void decide_with_reason(struct http_request *request, struct http_response *response,
                               enum partner_decision decision)
{
    struct reason_form form = {.reason = http_form_param(request, "reason"),
                               .note = sv_trim(http_form_param(request, "note"))};
    enum partner_result result;
    struct uuid pid;
    if (!read_pid(request, response, &pid))
        return;
    const struct partner_ruling ruling = {.decision = decision,
                                          .by_user = request->actor.user,
                                          .reason = form.reason,
                                          .note = form.note};
    if (check_form(decision, &form) && decide(request, response, pid, &ruling, &result))
        return;
    send_form(request, response, 422, decision, &form);
}

void partner_application_ask(struct http_request *request, struct http_response *response)
{
    send_form(request, response, 200, PARTNER_DECLINE, &(struct reason_form){0});
}

void partner_application_decline(struct http_request *request, struct http_response *response)
{
    decide_with_reason(request, response, PARTNER_DECLINE);
}

void partner_creator_ask(struct http_request *request, struct http_response *response)
{
    send_form(request, response, 200, PARTNER_END, &(struct reason_form){0});
}

void partner_creator_end(struct http_request *request, struct http_response *response)
{
    decide_with_reason(request, response, PARTNER_END);
}
