/* Confirming an address, and forgotten passwords. */
#include "account/account_pages.h"

#include "base/i18n.h"
#include "crypto/keys.h"

enum { RESETS_PER_MINUTE = 3 /* with one address: each sends a mail */ };

/* An answer about an address takes this long, whether the address is known or not. */
#define FORGOT_TAKES_US (150 * INT64_C(1000))

static void send_dead(struct http_request *request, struct http_response *response,
                      enum account_token purpose)
{
    bool confirm = purpose == ACCOUNT_TOKEN_CONFIRM;

    account_form_send(
        request, response, 404,
        &(struct account_form){
            .title = _("This link does not work any more"),
            .intro = confirm ? _("It was used already, or is older than 24 hours. Log in: if your "
                                 "address is not confirmed yet, we send you a new link.")
                             : _("It was used already, or is older than an hour. Ask for a new "
                                 "one."),
            .links = {{confirm ? "/login" : "/forgot",
                       confirm ? _("Go to the login") : _("Ask for a new link")}},
        });
}

/* ---- confirming
 * -------------------------------------------------------------------------------------- */

/* A button, not the bare visit: mail scanners open links. */
void account_confirm_show(struct http_request *request, struct http_response *response)
{
    struct sv token = http_path_param(request, "token");

    switch (account_token_look(request->db, request->arena, ACCOUNT_TOKEN_CONFIRM, token)) {
    case ACCOUNT_DONE:
        account_form_send(
            request, response, 200,
            &(struct account_form){
                .title = _("Confirm your address"),
                .intro = _("One click, and the address is yours."),
                .action = arena_printf(request->arena, "/confirm/" SV_FMT, SV_ARG(token)),
                .button = _("Confirm my address"),
            });
        return;
    case ACCOUNT_DEAD_TOKEN:
        send_dead(request, response, ACCOUNT_TOKEN_CONFIRM);
        return;
    default:
        http_unavailable(request, response);
    }
}

void account_confirm_post(struct http_request *request, struct http_response *response)
{
    switch (account_confirm(request->db, request->arena, http_path_param(request, "token"))) {
    case ACCOUNT_DONE:
        http_redirect(response, 303, SV("/login?done=confirmed"));
        return;
    case ACCOUNT_DEAD_TOKEN:
        send_dead(request, response, ACCOUNT_TOKEN_CONFIRM);
        return;
    default:
        http_unavailable(request, response);
    }
}

/* ---- forgotten passwords
 * -------------------------------------------------------------------------------- */

static void show_forgot(struct http_request *request, struct http_response *response,
                        const struct account_input *input, const struct account_faults *faults)
{
    const struct form_field field =
        account_form_field(request->arena, ACCOUNT_EMAIL, input, faults);

    account_form_send(request, response, faults == NULL ? 200 : 422,
                      &(struct account_form){
                          .title = _("Set a new password"),
                          .intro = _("We send you a link to set one."),
                          .action = "/forgot",
                          .button = _("Send the link"),
                          .fields = &field,
                          .field_count = 1,
                          .links = {{"/login", _("Back to the login")}},
                      });
}

void account_forgot_show(struct http_request *request, struct http_response *response)
{
    show_forgot(request, response, &(struct account_input){0}, NULL);
}

static void wait_until(int64_t monotonic_us)
{
    const struct timespec end = {.tv_sec = monotonic_us / CLOCK_SECOND,
                                 .tv_nsec = monotonic_us % CLOCK_SECOND * 1000};

    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL) == EINTR)
        continue;
}

void account_forgot_post(struct http_request *request, struct http_response *response)
{
    static const enum account_field field = ACCOUNT_EMAIL;
    int64_t answer_at_us = clock_monotonic_us() + FORGOT_TAKES_US;
    struct account_input input = {0};
    struct account_faults faults = {0};
    enum account_status status;

    account_read_input(request, &field, 1, &input);
    input.field[field] = sv_trim(input.field[field]);
    faults.field[field] = account_check_field(field, input.field[field]);
    if (faults.field[field] != ACCOUNT_FINE) {
        show_forgot(request, response, &input, &faults);
        return;
    }
    if (!http_allow(request, response, "mail_account",
                    keys_normalise_email(request->arena, input.field[field]), RESETS_PER_MINUTE))
        return;
    status = account_ask_reset(request->db, request->arena, input.field[field]);
    wait_until(answer_at_us);
    if (status == ACCOUNT_DONE)
        http_redirect(response, 303, SV("/forgot/sent"));
    else
        http_unavailable(request, response);
}

void account_forgot_sent_show(struct http_request *request, struct http_response *response)
{
    account_form_send(request, response, 200,
                      &(struct account_form){
                          .title = _("Look into your mailbox"),
                          .intro = _("If the address has an account, a mail with a link is on its "
                                     "way. The link works for an hour."),
                          .links = {{"/login", _("Back to the login")}},
                      });
}

static void show_reset(struct http_request *request, struct http_response *response,
                       enum account_fault fault)
{
    struct account_faults faults = {.field = {[ACCOUNT_PASSWORD] = fault}};
    struct form_field field =
        account_form_field(request->arena, ACCOUNT_PASSWORD, &(struct account_input){0}, &faults);

    field.label = _("New password");
    account_form_send(request, response, fault == ACCOUNT_FINE ? 200 : 422,
                      &(struct account_form){
                          .title = _("Set a new password"),
                          .intro = _("All your sessions end, on every device."),
                          .action = arena_printf(request->arena, "/reset/" SV_FMT,
                                                 SV_ARG(http_path_param(request, "token"))),
                          .button = _("Set the password"),
                          .fields = &field,
                          .field_count = 1,
                      });
}

void account_reset_show(struct http_request *request, struct http_response *response)
{
    switch (account_token_look(request->db, request->arena, ACCOUNT_TOKEN_RESET,
                               http_path_param(request, "token"))) {
    case ACCOUNT_DONE:
        show_reset(request, response, ACCOUNT_FINE);
        return;
    case ACCOUNT_DEAD_TOKEN:
        send_dead(request, response, ACCOUNT_TOKEN_RESET);
        return;
    default:
        http_unavailable(request, response);
    }
}

void account_reset_post(struct http_request *request, struct http_response *response)
{
    enum account_fault fault = ACCOUNT_FINE;

    switch (account_reset(request->db, request->arena, http_path_param(request, "token"),
                          http_form_param(request, "password"), &fault)) {
    case ACCOUNT_DONE:
        account_cookie_clear(request, response);
        http_redirect(response, 303, SV("/login?done=reset"));
        return;
    case ACCOUNT_REFUSED:
        show_reset(request, response, fault);
        return;
    case ACCOUNT_DEAD_TOKEN:
        send_dead(request, response, ACCOUNT_TOKEN_RESET);
        return;
    default:
        http_unavailable(request, response);
    }
}
