/* Signing up, and one more brand. */
#include "account/account_pages.h"

#include "base/i18n.h"
#include "crypto/keys.h"

enum { SIGNUPS_PER_MINUTE = 3 /* with one address: each sends a mail */ };

struct kind {
    enum account_kind kind;
    const char *title, *intro, *action;
    const enum account_field *fields;
    size_t field_count;
};

static const enum account_field brand_fields[] = {
    ACCOUNT_BRAND, ACCOUNT_COMPANY, ACCOUNT_CURRENCY, ACCOUNT_TZ,
    ACCOUNT_NAME,  ACCOUNT_EMAIL,   ACCOUNT_PASSWORD};
static const enum account_field creator_fields[] = {ACCOUNT_HANDLE,  ACCOUNT_NAME,
                                                    ACCOUNT_COUNTRY, ACCOUNT_CHANNELS,
                                                    ACCOUNT_EMAIL,   ACCOUNT_PASSWORD};
static const enum account_field more_fields[] = {ACCOUNT_BRAND, ACCOUNT_CURRENCY, ACCOUNT_TZ};

static const struct kind brand_kind = {ACCOUNT_OF_BRAND,
                                       N_("Sign up as a brand"),
                                       N_("The first program follows once your address is "
                                          "confirmed."),
                                       "/signup/brand",
                                       brand_fields,
                                       COUNT_OF(brand_fields)};
static const struct kind creator_kind = {ACCOUNT_OF_CREATOR,
                                         N_("Sign up as a creator"),
                                         N_("Your handle is what brands know you by, and part of "
                                            "your links."),
                                         "/signup/creator",
                                         creator_fields,
                                         COUNT_OF(creator_fields)};
static const struct kind more_kind = {ACCOUNT_OF_BRAND,
                                      N_("Add a brand"),
                                      N_("It belongs to the same company: all its owners see it."),
                                      "/brand/new",
                                      more_fields,
                                      COUNT_OF(more_fields)};

static void show(struct http_request *request, struct http_response *response,
                 const struct kind *kind, const struct account_input *input,
                 const struct account_faults *faults)
{
    bool is_public = kind != &more_kind;
    struct form_field fields[ACCOUNT_FIELDS];

    for (size_t i = 0; i < kind->field_count; i++)
        fields[i] = account_form_field(request->arena, kind->fields[i], input, faults);
    account_form_send(
        request, response, faults == NULL ? 200 : 422,
        &(struct account_form){
            .title = _(kind->title),
            .intro = _(kind->intro),
            .action = kind->action,
            .button = is_public ? _("Sign up") : _("Add the brand"),
            .fields = fields,
            .field_count = kind->field_count,
            .links = {{is_public ? "/login" : NULL, _("You have an account already? Log in")}},
        });
}

static void show_empty(struct http_request *request, struct http_response *response,
                       const struct kind *kind)
{
    struct account_input input = {
        .field = {[ACCOUNT_TZ] = SV("UTC"), [ACCOUNT_CURRENCY] = SV("USD")}};

    show(request, response, kind, &input, NULL);
}

void account_signup_show(struct http_request *request, struct http_response *response)
{
    struct sv as = http_query_param(request, "as");
    struct layout page;

    if (sv_eq_cstr(as, "brand") || sv_eq_cstr(as, "creator")) {
        http_redirect(response, 303,
                      sv_eq_cstr(as, "brand") ? SV("/signup/brand") : SV("/signup/creator"));
        return;
    }
    page = account_page_open(request, response, &(struct account_page){.title = _("Sign up")},
                             "account/choose.tpl");
    account_page_send(request, response, 200, &page);
}

void account_signup_brand_show(struct http_request *request, struct http_response *response)
{
    show_empty(request, response, &brand_kind);
}

void account_signup_creator_show(struct http_request *request, struct http_response *response)
{
    show_empty(request, response, &creator_kind);
}

static void sign_up(struct http_request *request, struct http_response *response,
                    const struct kind *kind)
{
    struct account_input input = {0};
    struct account_faults faults = {0};
    struct sv email;

    account_read_input(request, kind->fields, kind->field_count, &input);
    email = keys_normalise_email(request->arena, input.field[ACCOUNT_EMAIL]);
    if (!http_allow(request, response, "mail_account", email, SIGNUPS_PER_MINUTE))
        return;
    switch (account_sign_up(request->db, request->arena, kind->kind, &input, &faults)) {
    case ACCOUNT_DONE:
        http_redirect(response, 303, SV("/signup/sent"));
        return;
    case ACCOUNT_REFUSED:
        show(request, response, kind, &input, &faults);
        return;
    case ACCOUNT_BUSY:
    case ACCOUNT_UNAVAILABLE:
        http_unavailable(request, response);
        return;
    case ACCOUNT_KNOWN:
    case ACCOUNT_DEAD_TOKEN:
    case ACCOUNT_NOT_FOUND:
        break;
    }
    UNREACHABLE();
}

void account_signup_brand_post(struct http_request *request, struct http_response *response)
{
    sign_up(request, response, &brand_kind);
}

void account_signup_creator_post(struct http_request *request, struct http_response *response)
{
    sign_up(request, response, &creator_kind);
}

void account_signup_sent_show(struct http_request *request, struct http_response *response)
{
    account_form_send(request, response, 200,
                      &(struct account_form){
                          .title = _("Look into your mailbox"),
                          .intro = _("We have sent you a mail with a link that confirms your "
                                     "address. It works for 24 hours. Nothing there? Look into "
                                     "the spam folder, or log in to have it sent again."),
                          .links = {{"/login", _("Go to the login")}},
                      });
}

/* ---- one more brand
 * -------------------------------------------------------------------------------- */

void account_brand_new_show(struct http_request *request, struct http_response *response)
{
    show_empty(request, response, &more_kind);
}

/* The session moves to the new brand at once: what follows is its first program. */
static void move_to_brand(struct http_request *request, struct http_response *response,
                          uint64_t brand)
{
    struct account_brands brands;

    if (account_list_brands(request->db, request->arena, request->actor.user, &brands) ==
        ACCOUNT_DONE)
        for (size_t i = 0; i < brands.count; i++)
            if (brands.rows[i].id == brand &&
                account_choose_brand(request->db, request->actor.user, request->actor.session,
                                     &brands.rows[i].pid) == ACCOUNT_UNAVAILABLE)
                break; /* it exists all the same: the switcher leads there */
    http_redirect(response, 303, sv_from(account_home(ROLE_BRAND)));
}

void account_brand_new_post(struct http_request *request, struct http_response *response)
{
    struct account_input input = {0};
    struct account_faults faults = {0};
    uint64_t brand = 0;

    account_read_input(request, more_fields, COUNT_OF(more_fields), &input);
    switch (account_add_brand(request->db, request->arena, request->actor.user,
                              request->actor.company, &input, &faults, &brand)) {
    case ACCOUNT_DONE:
        move_to_brand(request, response, brand);
        return;
    case ACCOUNT_REFUSED:
        show(request, response, &more_kind, &input, &faults);
        return;
    case ACCOUNT_NOT_FOUND:
        http_problem(request, response,
                     &(struct http_problem){
                         .status = 403,
                         .code = "owners_only",
                         .what = _("The brand was not added."),
                         .why = _("Only an owner of one of the company's brands may add one."),
                         .next = _("Ask an owner to add it."),
                     });
        return;
    case ACCOUNT_BUSY:
    case ACCOUNT_UNAVAILABLE:
        http_unavailable(request, response);
        return;
    case ACCOUNT_KNOWN:
    case ACCOUNT_DEAD_TOKEN:
        break;
    }
    UNREACHABLE();
}
