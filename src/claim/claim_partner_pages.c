/* /partner/claims: sales that the partner misses, and what became of each claim. */
#include "account/account_page.h"
#include "base/i18n.h"
#include "claim/claim_pages.h"
#include "claim/claim_words.h"
#include "partner/partner.h"
#include "view/form.h"

enum { PARTNERSHIPS_MAX = 200 };

struct typed {
    struct sv partnership, order_ref, message;
    const char *order_error, *message_error, *partnership_error;
};

static void show_claim(struct http_request *request, struct view *row, const struct claim *claim)
{
    view_set(row, "ORDER", claim->order_ref);
    view_set(row, "PROGRAM", claim->program_name);
    view_set(row, "MESSAGE", claim->message);
    format_set_time(row, request->arena, "AT", claim->filed_us, request->actor.zone);
    format_chip(row, "STATUS", claim_state_chip(claim->state));
    if (claim->note.n > 0)
        view_set(view_add(row, "ANSWER"), "NOTE", claim->note);
    if (!uuid_is_zero(claim->conversion))
        view_set_cstr(view_add(row, "SALE"), "PID", uuid_text(request->arena, claim->conversion));
}

static void show_form(struct http_request *request, struct view *form,
                      const struct partnership_list *in, const struct typed *typed)
{
    struct form_option *options = arena_array(request->arena, in->n + 1, sizeof *options);
    for (size_t i = 0; i < in->n; i++)
        options[i] = (struct form_option){uuid_text(request->arena, in->v[i].pid),
                                          sv_dup(request->arena, in->v[i].program_name)};
    const struct form_field fields[] = {
        {.name = "partnership",
         .label = _("Program"),
         .type = "select",
         .value = typed->partnership,
         .error = typed->partnership_error,
         .options = options,
         .option_count = in->n,
         .required = true},
        {.name = "order",
         .label = _("Order number"),
         .hint = _("As the customer was told it."),
         .value = typed->order_ref,
         .error = typed->order_error,
         .required = true,
         .maxlength = 200},
        {.name = "message",
         .label = _("What happened"),
         .hint = _("When the customer bought, and how they came: your link, or your code."),
         .type = "textarea",
         .value = typed->message,
         .error = typed->message_error,
         .required = true,
         .maxlength = CLAIM_MESSAGE_MAX},
    };
    form_show_summary(form, "SUMMARY", fields, COUNT_OF(fields));
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        form_show_field(form, "FIELD", &fields[i]);
}

static void send_page(struct http_request *request, struct http_response *response, int status,
                      const struct typed *typed)
{
    struct claim_list claims;
    struct partnership_list in;
    uint64_t before = 0;
    struct sv cursor = http_query_param(request, "before");
    struct partnership_filter filter = {
        .partner = request->actor.partner, .accepted = true, .limit = PARTNERSHIPS_MAX};
    if (cursor.n > 0 && !sv_to_u64(cursor, &before)) {
        http_not_found(request, response);
        return;
    }
    if (claim_list_of_partner(request->db, request->arena, request->actor.partner, before,
                              &claims) != DB_OK ||
        partner_list_partnerships(request->db, request->arena, &filter, &in) != DB_OK) {
        http_unavailable(request, response);
        return;
    }
    struct account_page about = {
        .active = "earnings",
        .title = _("Claims"),
        .flash = sv_eq_cstr(http_query_param(request, "done"), "filed")
                     ? _("Your claim is with the brand. You get a mail with the answer.")
                     : NULL};
    const char *csrf = http_csrf_token(request, response);
    struct layout page = account_page_open(request, response, &about, "claim/partner.tpl");
    struct view *list = claims.n > 0 ? view_add(page.body, "LIST") : NULL;
    for (size_t i = 0; i < claims.n; i++)
        show_claim(request, view_add(list, "CLAIM"), &claims.v[i]);
    if (claims.more)
        view_set_i64(view_add(list, "OLDER"), "BEFORE", (int64_t)claims.v[claims.n - 1].id);
    if (in.n > 0) {
        struct view *form = view_add(page.body, "FORM");
        view_set_cstr(form, "CSRF", csrf);
        show_form(request, form, &in, typed);
    }
    if (in.n == 0 && !list)
        layout_empty(page.body, "EMPTY", "store", _("No programs yet"),
                     _("Once a brand has accepted you, you can claim a sale that you miss here."),
                     "/partner/marketplace", _("To the marketplace"));
    account_page_send(request, response, status, &page);
}

void claim_partner_show(struct http_request *request, struct http_response *response)
{
    send_page(request, response, 200,
              &(struct typed){.order_ref = http_query_param(request, "order")});
}

void claim_partner_file(struct http_request *request, struct http_response *response)
{
    struct uuid partnership;
    struct typed typed = {.partnership = http_form_param(request, "partnership"),
                          .order_ref = sv_trim(http_form_param(request, "order")),
                          .message = sv_trim(http_form_param(request, "message"))};
    enum claim_result result = uuid_parse(typed.partnership, &partnership)
                                   ? claim_file(request->db, request->arena, request->actor.partner,
                                                partnership, typed.order_ref, typed.message)
                                   : CLAIM_NOT_FOUND;
    switch (result) {
    case CLAIM_OK:
        http_redirect(response, 303, SV("/partner/claims?done=filed"));
        return;
    case CLAIM_UNAVAILABLE:
        http_unavailable(request, response);
        return;
    case CLAIM_NOT_FOUND:
        typed.partnership_error = _("Choose one of your programs.");
        break;
    case CLAIM_NO_WORDS:
        typed.message_error = claim_result_words(result);
        break;
    default:
        typed.order_error = claim_result_words(result);
    }
    send_page(request, response, 422, &typed);
}
