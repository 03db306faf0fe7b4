/* Logging in and out. */
#include "account/account_pages.h"

#include "base/i18n.h"
#include "base/log.h"
#include "crypto/keys.h"
#include "http/http_shared.h"

/* Hashing a password takes some 50 ms: all logins together must leave time for other work. */
enum { LOGINS_PER_MINUTE = 600, FAILURES_PER_MINUTE = 5 };

#define FAILURES "login_failures"

static const char *arrival_words(struct sv done)
{
    if (sv_eq_cstr(done, "confirmed"))
        return _("Your address is confirmed. Log in to go on.");
    if (sv_eq_cstr(done, "reset"))
        return _("Your password is set. Log in with it.");
    if (sv_eq_cstr(done, "out"))
        return _("You are logged out.");
    return NULL;
}

static void show(struct http_request *request, struct http_response *response, int status,
                 struct sv email, struct sv next, const char *problem)
{
    struct account_input input = {.field = {[ACCOUNT_EMAIL] = email}};
    struct form_field fields[] = {
        account_form_field(request->arena, ACCOUNT_EMAIL, &input, NULL),
        account_form_field(request->arena, ACCOUNT_PASSWORD, &input, NULL),
    };

    fields[0].autocomplete = "username";
    fields[1].autocomplete = "current-password";
    fields[1].hint = NULL;
    account_form_send(
        request, response, status,
        &(struct account_form){
            .title = _("Log in"),
            .action = "/login",
            .button = _("Log in"),
            .fields = fields,
            .field_count = COUNT_OF(fields),
            .hidden_name = next.n > 0 ? "next" : NULL,
            .hidden_value = next,
            .problem = problem,
            .flash = problem == NULL ? arrival_words(http_query_param(request, "done")) : NULL,
            .links = {{"/forgot", _("Forgot your password?")},
                      {"/signup", _("No account yet? Sign up")}},
        });
}

void account_login_show(struct http_request *request, struct http_response *response)
{
    struct sv next = account_local_path(http_query_param(request, "next"), "");

    if (request->actor.role != ROLE_PUBLIC) {
        http_redirect(response, 303,
                      next.n > 0 ? next : sv_from(account_home(request->actor.role)));
        return;
    }
    show(request, response, 200, SV_NONE, next, NULL);
}

/*
 * Whatever the address, known or not: only failures count against it, so nobody is kept out by
 * his own logins. Addresses of callers are counted by the route, all logins together here.
 */
static bool within_limits(struct http_request *request, struct http_response *response,
                          struct sv account)
{
    unsigned retry_after_s;

    if (!http_allow(request, response, "login_all", SV("all"), LOGINS_PER_MINUTE))
        return false;
    return http_rate_would_allow(SV(FAILURES), account, FAILURES_PER_MINUTE, &retry_after_s) ||
           http_allow(request, response, FAILURES, account, FAILURES_PER_MINUTE);
}

static void count_failure(struct sv account)
{
    unsigned retry_after_s;

    if (!http_rate_take(SV(FAILURES), account, FAILURES_PER_MINUTE, &retry_after_s))
        log_event(LOG_WARN, "login_failures_limited");
}

/* The front page leads everybody home. */
static void let_in(struct http_request *request, struct http_response *response,
                   const struct account_started *started)
{
    struct sv next = http_form_param(request, "next");

    account_cookie_set(request, response, started->token);
    account_set_theme_cookie(request, response, started->theme);
    http_redirect(response, 303, account_local_path(next, "/"));
}

void account_login_post(struct http_request *request, struct http_response *response)
{
    struct sv email = sv_trim(http_form_param(request, "email"));
    struct sv next = account_local_path(http_form_param(request, "next"), "");
    const struct account_client client = {.ip = request->client_ip,
                                          .agent = request->user_agent,
                                          .old_token = account_cookie_token(request)};
    struct sv account = keys_normalise_email(request->arena, email);
    struct account_started started;

    if (!within_limits(request, response, account))
        return;
    switch (account_log_in(request->db, request->arena, email, http_form_param(request, "password"),
                           &client, &started)) {
    case ACCOUNT_LOGIN_DONE:
        let_in(request, response, &started);
        return;
    case ACCOUNT_LOGIN_WRONG:
        count_failure(account);
        show(request, response, 422, email, next,
             _("E-mail or password does not match. Check both, or set a new password."));
        return;
    case ACCOUNT_LOGIN_UNCONFIRMED:
        show(request, response, 422, email, next,
             _("Your address is not confirmed yet. We have sent you the link again: open it, then "
               "log in."));
        return;
    case ACCOUNT_LOGIN_SUSPENDED:
        show(request, response, 422, email, next,
             _("This account is suspended. Write to the operator of this site to learn why."));
        return;
    case ACCOUNT_LOGIN_BUSY:
    case ACCOUNT_LOGIN_UNAVAILABLE:
        http_unavailable(request, response);
        return;
    }
    UNREACHABLE();
}

void account_logout_post(struct http_request *request, struct http_response *response)
{
    if (account_log_out(request->db, account_cookie_token(request)) != ACCOUNT_DONE) {
        http_unavailable(request, response); /* the session lives on: better say so */
        return;
    }
    account_cookie_clear(request, response);
    http_redirect(response, 303, SV("/login?done=out"));
}
