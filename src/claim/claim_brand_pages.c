/* /brand/claims: what creators miss, and the brand's answers. */
#include "account/account_page.h"
#include "base/i18n.h"
#include "claim/claim_pages.h"
#include "claim/claim_words.h"
#include "view/form.h"

enum { ANSWERED_SHOWN = 20 };

/* What went wrong with one claim's answer; claim zero: nothing did. */
struct trouble {
    struct uuid claim;
    struct sv note;
    const char *words;
};

static void show_open(struct http_request *request, struct view *card, const struct claim *claim,
                      const struct trouble *trouble)
{
    bool is_troubled = uuid_eq(trouble->claim, claim->pid);
    const char *pid = uuid_text(request->arena, claim->pid);
    const struct form_field note = {.name = "note",
                                    .label = _("Why not"),
                                    .hint = _("The creator reads it."),
                                    .type = "textarea",
                                    .value = is_troubled ? trouble->note : SV(""),
                                    .required = true,
                                    .maxlength = CLAIM_NOTE_MAX};
    view_set_cstr(card, "PID", pid);
    view_set(card, "HANDLE", claim->handle);
    view_set(card, "ORDER", claim->order_ref);
    view_set(card, "PROGRAM", claim->program_name);
    view_set(card, "MESSAGE", claim->message);
    format_set_time(card, request->arena, "AT", claim->filed_us, request->actor.zone);
    if (is_troubled)
        form_show_problem(card, "PROBLEM", trouble->words);
    form_show_field(card, "NOTE", &note);
}

static void show_answered(struct http_request *request, struct view *row, const struct claim *claim)
{
    view_set(row, "HANDLE", claim->handle);
    view_set(row, "ORDER", claim->order_ref);
    view_set(row, "PROGRAM", claim->program_name);
    view_set(row, "NOTE", claim->note);
    format_set_time(row, request->arena, "AT", claim->decided_us, request->actor.zone);
    format_chip(row, "STATUS", claim_state_chip(claim->state));
    if (!uuid_is_zero(claim->conversion))
        view_set_cstr(view_add(row, "SALE"), "PID", uuid_text(request->arena, claim->conversion));
}

struct lists {
    struct claim_list open, accepted, declined;
};

static enum db_status load(struct http_request *request, uint64_t after, struct lists *lists)
{
    uint64_t brand = request->actor.brand;
    enum db_status status =
        claim_list_of_brand(request->db, request->arena, brand, CLAIM_OPEN, after, &lists->open);
    if (status == DB_OK)
        status = claim_list_of_brand(request->db, request->arena, brand, CLAIM_ACCEPTED, 0,
                                     &lists->accepted);
    if (status == DB_OK)
        status = claim_list_of_brand(request->db, request->arena, brand, CLAIM_DECLINED, 0,
                                     &lists->declined);
    return status;
}

static void show_lists(struct http_request *request, struct view *body, const struct lists *lists,
                       const struct trouble *trouble)
{
    const struct claim_list *open = &lists->open;
    const struct claim_list *const answered[] = {&lists->accepted, &lists->declined};
    for (size_t i = 0; i < open->n; i++)
        show_open(request, view_add(body, "OPEN"), &open->v[i], trouble);
    if (open->more)
        view_set_i64(view_add(body, "NEXT"), "AFTER", (int64_t)open->v[open->n - 1].id);
    if (open->n == 0)
        layout_empty(body, "EMPTY", "receipt", _("No claim waits for an answer"),
                     _("A creator who misses a sale says so, and it shows here."), NULL, NULL);
    if (lists->accepted.n + lists->declined.n == 0)
        return;
    struct view *table = view_add(body, "ANSWERED");
    for (size_t k = 0; k < COUNT_OF(answered); k++)
        for (size_t i = 0; i < answered[k]->n && i < ANSWERED_SHOWN; i++)
            show_answered(request, view_add(table, "ROW"), &answered[k]->v[i]);
}

static const char *done_words(struct sv done)
{
    if (sv_eq_cstr(done, "accepted"))
        return _("Accepted: the sale is credited to the creator, who gets a mail.");
    if (sv_eq_cstr(done, "declined"))
        return _("Declined. The creator gets a mail with your answer.");
    return NULL;
}

static void send_page(struct http_request *request, struct http_response *response, int status,
                      const struct trouble *trouble)
{
    struct lists lists;
    uint64_t after = 0;
    struct sv cursor = http_query_param(request, "after");
    if (cursor.n > 0 && !sv_to_u64(cursor, &after)) {
        http_not_found(request, response);
        return;
    }
    if (load(request, after, &lists) != DB_OK) {
        http_unavailable(request, response);
        return;
    }
    struct account_page about = {.active = "sales",
                                 .title = _("Claims"),
                                 .flash = done_words(http_query_param(request, "done"))};
    const char *csrf = http_csrf_token(request, response);
    struct layout page = account_page_open(request, response, &about, "claim/brand.tpl");
    view_set_cstr(page.body, "CSRF", csrf);
    show_lists(request, page.body, &lists, trouble);
    account_page_send(request, response, status, &page);
}

void claim_brand_show(struct http_request *request, struct http_response *response)
{
    send_page(request, response, 200, &(struct trouble){.words = NULL});
}

static void answer(struct http_request *request, struct http_response *response,
                   enum claim_result result, const struct trouble *trouble, const char *done)
{
    struct trouble told = *trouble;
    switch (result) {
    case CLAIM_OK:
        http_redirect(response, 303,
                      sv_from(arena_printf(request->arena, "/brand/claims?done=%s", done)));
        return;
    case CLAIM_NOT_FOUND:
        http_not_found(request, response);
        return;
    case CLAIM_UNAVAILABLE:
        http_unavailable(request, response);
        return;
    default:
        told.words = claim_result_words(result);
        send_page(request, response, result == CLAIM_DECIDED ? 409 : 422, &told);
    }
}

void claim_brand_accept(struct http_request *request, struct http_response *response)
{
    struct trouble trouble = {.words = NULL};
    enum claim_result result = CLAIM_NOT_FOUND;
    if (uuid_parse(http_path_param(request, "pid"), &trouble.claim))
        result = claim_accept(request->db, request->arena, request->actor.brand, trouble.claim,
                              request->actor.user);
    answer(request, response, result, &trouble, "accepted");
}

void claim_brand_decline(struct http_request *request, struct http_response *response)
{
    struct trouble trouble = {.note = sv_trim(http_form_param(request, "note"))};
    enum claim_result result = CLAIM_NOT_FOUND;
    if (uuid_parse(http_path_param(request, "pid"), &trouble.claim))
        result = claim_decline(request->db, request->arena, request->actor.brand, trouble.claim,
                               trouble.note, request->actor.user);
    answer(request, response, result, &trouble, "declined");
}
