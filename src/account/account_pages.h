/* The pages of account/: their handlers, for the route table, and what they share. */
#ifndef MEED_ACCOUNT_ACCOUNT_PAGES_H
#define MEED_ACCOUNT_ACCOUNT_PAGES_H

#include "account/account.h"
#include "account/account_cookie.h"
#include "account/account_page.h"
#include "view/form.h"

http_handler account_login_show, account_login_post, account_logout_post;
http_handler account_signup_show, account_signup_brand_show, account_signup_brand_post,
    account_signup_creator_show, account_signup_creator_post, account_signup_sent_show;
http_handler account_confirm_show, account_confirm_post;
http_handler account_forgot_show, account_forgot_post, account_forgot_sent_show;
http_handler account_reset_show, account_reset_post;
http_handler account_profile_show, account_profile_post, account_password_post,
    account_sessions_post;
http_handler account_workspace_post, account_mode_post, account_theme_post;
http_handler account_brand_new_show, account_brand_new_post;

/* ---- what they share
 * ------------------------------------------------------------------------------- */

bool account_theme_named(struct sv name, enum account_theme *theme);
void account_set_theme_cookie(struct http_request *request, struct http_response *response,
                              enum account_theme theme);

/* A field of struct account_input as a form shows it. */
struct form_field account_form_field(struct arena *arena, enum account_field field,
                                     const struct account_input *input,
                                     const struct account_faults *faults);
/* What is wrong and what to do about it; NULL for ACCOUNT_FINE. */
const char *account_fault_words(enum account_field field, enum account_fault fault);
/* The form's values of these fields. */
void account_read_input(struct http_request *request, const enum account_field *fields,
                        size_t count, struct account_input *input);

/* A page that is one form, or a text with links when it has no action. */
struct account_form {
    const char *title, *intro;
    const char *action, *button;
    const struct form_field *fields;
    size_t field_count;
    const char *hidden_name; /* NULL: none */
    struct sv hidden_value;
    const char *problem; /* an error that belongs to no field */
    const char *flash;
    struct {
        const char *url, *text;
    } links[3];
};

void account_form_send(struct http_request *request, struct http_response *response, int status,
                       const struct account_form *form);

#endif
