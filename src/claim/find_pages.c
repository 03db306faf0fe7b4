/*
 * /brand/sales/find and /partner/earnings/find: what became of an order, a customer's orders or a
 * click, in a sentence each, with what can be done about it.
 */
#include "account/account_page.h"
#include "base/i18n.h"
#include "claim/claim_pages.h"
#include "conversion/conversion.h"
#include "conversion/event_words.h"
#include "conversion/missing.h"
#include "conversion/sale_words.h"
#include "partner/partner.h"
#include "view/form.h"

enum { ATTACH_PARTNERSHIPS_MAX = 200, QUERY_MAX = 300 };

struct find {
    struct http_request *request;
    bool for_brand;
    struct sv text;
    struct missing_answer *answer; /* NULL: nothing was asked */
    const char *problem;
    struct partnership_list *partnerships; /* of each finding, where the brand may attach */
};

/* What is typed tells which of the three it is. */
static enum missing_by kind_of(struct sv text)
{
    struct uuid id;
    if (uuid_parse(text, &id))
        return MISSING_BY_CLICK;
    return memchr(text.p, '@', text.n) ? MISSING_BY_EMAIL : MISSING_BY_ORDER;
}

/* Words ------------------------------------------------------------------------------------- */

static const char *when(const struct find *f, int64_t at_us)
{
    return format_date_time(f->request->arena, at_us, f->request->actor.zone);
}

static const char *recorded_words(const struct find *f, const struct missing_finding *m)
{
    struct arena *arena = f->request->arena;
    if (m->verdict == MISSING_DUPLICATE)
        return _("It is the same sale as another one, which counts.");
    if (m->verdict == MISSING_AWAITING)
        return _("It is recorded, and waits for the click that it names: a day at most.");
    if (m->verdict == MISSING_OTHER_PARTNER)
        return _("It is recorded, and credited to somebody else.");
    if (m->verdict == MISSING_UNATTRIBUTED)
        return arena_printf(arena, _("It is recorded, and credited to nobody. %s"),
                            sale_reason_words(m->reason));
    if (f->for_brand)
        return arena_printf(arena, _("It is recorded, and credited to @%s: %s."),
                            sv_dup(arena, m->handle), sale_method_words(m->method));
    return _("It is yours, and stands among your earnings.");
}

static const char *unrecorded_words(const struct find *f, const struct missing_finding *m)
{
    struct arena *arena = f->request->arena;
    switch (m->verdict) {
    case MISSING_REFUSED:
        if (!f->for_brand)
            return arena_printf(arena,
                                _("The shop told of it, %s, but its message could not be used. "
                                  "Claim the sale: the brand can mend that."),
                                when(f, m->at_us));
        return arena_printf(arena, _("It was received, %s, by %s, and refused. %s"),
                            when(f, m->at_us), sale_door_words(m->door),
                            event_reason_words(arena, m->reason));
    case MISSING_FAILED:
        return arena_printf(arena,
                            _("It was received, %s, and recording it failed: it is tried again."),
                            when(f, m->at_us));
    case MISSING_CLICK_EXPIRED:
        return arena_printf(arena,
                            _("The click of %s was %d days too old for the window of %d days."),
                            when(f, m->at_us), (int)m->days, (int)m->window_days);
    case MISSING_CLICK_WAITS:
        return arena_printf(arena,
                            _("The click of %s is known and within its window. No sale of it was "
                              "told yet."),
                            when(f, m->at_us));
    case MISSING_CLICK_UNKNOWN:
        return _("No click of that id is known. Look whether the id is whole.");
    default:
        return _("Nothing of it was ever received.");
    }
}

static bool is_recorded(const struct missing_finding *m)
{
    return !uuid_is_zero(m->conversion);
}

static const char *words_of(const struct find *f, const struct missing_finding *m)
{
    return is_recorded(m) && m->verdict != MISSING_CLICK_EXPIRED ? recorded_words(f, m)
                                                                 : unrecorded_words(f, m);
}

/* Showing ----------------------------------------------------------------------------------- */

/* A brand may give a recorded sale to a creator of its program. */
static void show_attach(const struct find *f, struct view *item, const struct missing_finding *m,
                        const struct partnership_list *in)
{
    struct arena *arena = f->request->arena;
    struct form_option *options = arena_array(arena, in->n + 1, sizeof *options);
    for (size_t i = 0; i < in->n; i++)
        options[i] =
            (struct form_option){uuid_text(arena, in->v[i].pid),
                                 arena_printf(arena, "@%s", sv_dup(arena, in->v[i].handle))};
    const struct form_field fields[] = {
        {.name = "partnership",
         .label = _("Creator"),
         .type = "select",
         .options = options,
         .option_count = in->n,
         .required = true},
        {.name = "reason",
         .label = _("Why"),
         .hint = _("The creator reads it."),
         .required = true,
         .maxlength = CONVERSION_REASON_MAX},
    };
    struct view *form = view_add(item, "ATTACH");
    view_set_cstr(form, "PID", uuid_text(arena, m->conversion));
    view_set(form, "QUERY", f->text);
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        form_show_field(form, "FIELD", &fields[i]);
}

static void show_finding(const struct find *f, struct view *body, size_t i)
{
    const struct missing_finding *m = &f->answer->v[i];
    struct view *item = view_add(body, "FINDING");
    view_set(item, "BRAND", m->brand_name);
    view_set(item, "ORDER", m->order_ref.n > 0 ? m->order_ref : f->text);
    view_set_cstr(item, "WORDS", words_of(f, m));
    if (is_recorded(m) && (f->for_brand || m->verdict == MISSING_FOUND)) {
        struct view *sale = view_add(item, "SALE");
        view_set_cstr(sale, "BASE", f->for_brand ? "/brand/sales" : "/partner/earnings");
        view_set_cstr(sale, "PID", uuid_text(f->request->arena, m->conversion));
    }
    if (f->for_brand && m->inbox != 0)
        view_set_i64(view_add(item, "EVENT"), "ID", (int64_t)m->inbox);
    if (f->for_brand && f->partnerships[i].n > 0)
        show_attach(f, item, m, &f->partnerships[i]);
    if (f->for_brand && m->verdict == MISSING_NEVER)
        view_show(item, "RECORD");
    if (!f->for_brand && m->verdict != MISSING_FOUND)
        view_set(view_add(item, "CLAIM"), "ORDER", f->text);
}

static void show_doors(const struct find *f, struct view *body)
{
    if (!f->for_brand || f->answer->n_doors == 0)
        return;
    struct view *table = view_add(body, "DOORS");
    for (size_t i = 0; i < f->answer->n_doors; i++) {
        const struct missing_door *door = &f->answer->doors[i];
        struct view *row = view_add(table, "DOOR");
        view_set_cstr(row, "NAME", sale_door_words(door->door));
        view_set_cstr(row, "LAST", door->last_event_us ? when(f, door->last_event_us) : _("Never"));
        view_set_cstr(row, "REFUSED",
                      door->last_refusal_us
                          ? arena_printf(f->request->arena, "%s. %s",
                                         when(f, door->last_refusal_us),
                                         event_reason_words(f->request->arena, door->refusal))
                          : "");
    }
}

static void send_page(struct find *f, struct http_response *response, int status, const char *flash)
{
    struct http_request *request = f->request;
    struct account_page about = {.active = f->for_brand ? "sales" : "earnings",
                                 .title = _("Find a missing sale"),
                                 .flash = flash};
    const struct form_field query = {
        .name = "q",
        .label = _("Order number, customer's e-mail, or click id"),
        .hint = f->for_brand ? _("The e-mail is hashed before it is looked for, and not kept.")
                             : _("As the customer told you."),
        .value = f->text,
        .error = f->problem,
        .required = true,
        .maxlength = QUERY_MAX};
    const char *csrf = http_csrf_token(request, response);
    struct layout page = account_page_open(request, response, &about, "claim/find.tpl");
    view_set_cstr(page.body, "CSRF", csrf);
    view_set_cstr(page.body, "ACTION",
                  f->for_brand ? "/brand/sales/find" : "/partner/earnings/find");
    form_show_summary(page.body, "SUMMARY", &query, 1);
    form_show_field(page.body, "QUERY_FIELD", &query);
    for (size_t i = 0; f->answer && i < f->answer->n; i++)
        show_finding(f, page.body, i);
    if (f->answer)
        show_doors(f, page.body);
    account_page_send(request, response, status, &page);
}

/* Looking ----------------------------------------------------------------------------------- */

/* Whom each recorded sale could be given to. */
static enum db_status load_partnerships(struct find *f)
{
    struct http_request *request = f->request;
    enum db_status status = DB_OK;
    f->partnerships = arena_array(request->arena, f->answer->n, sizeof *f->partnerships);
    for (size_t i = 0; i < f->answer->n && status == DB_OK; i++) {
        const struct missing_finding *m = &f->answer->v[i];
        struct program program;
        f->partnerships[i] = (struct partnership_list){.n = 0};
        if (!is_recorded(m) || m->verdict == MISSING_DUPLICATE)
            continue;
        status =
            program_find(request->db, request->arena, request->actor.brand, m->program, &program);
        struct partnership_filter filter = {.brand = request->actor.brand,
                                            .program = program.id,
                                            .by_status = true,
                                            .status = PARTNERSHIP_ACTIVE,
                                            .test_mode = request->actor.test_mode,
                                            .limit = ATTACH_PARTNERSHIPS_MAX};
        if (status == DB_OK)
            status = partner_list_partnerships(request->db, request->arena, &filter,
                                               &f->partnerships[i]);
        if (status == DB_NO_ROW)
            status = DB_OK;
    }
    return status;
}

/* False: 503 stands in the response. */
static bool look(struct find *f, struct http_response *response)
{
    struct http_request *request = f->request;
    struct missing_query query = {.brand = f->for_brand ? request->actor.brand : 0,
                                  .partner = f->for_brand ? 0 : request->actor.partner,
                                  .test_mode = request->actor.test_mode,
                                  .by = kind_of(f->text),
                                  .text = f->text};
    if (f->text.n == 0)
        return true;
    f->answer = ARENA_NEW(request->arena, struct missing_answer);
    switch (sale_find_missing(request->db, request->arena, &query, f->answer)) {
    case MISSING_OK:
        break;
    case MISSING_BAD:
        f->answer = NULL;
        f->problem =
            _("That is neither an order number of up to 200 characters, nor an e-mail, "
              "nor a click id. Copy it as it was told.");
        return true;
    case MISSING_UNAVAILABLE:
        http_unavailable(request, response);
        return false;
    }
    if (!f->for_brand || load_partnerships(f) == DB_OK)
        return true;
    http_unavailable(request, response);
    return false;
}

static void show(struct http_request *request, struct http_response *response, bool for_brand)
{
    struct find f = {.request = request,
                     .for_brand = for_brand,
                     .text = sv_trim(http_query_param(request, "q"))};
    if (look(&f, response))
        send_page(&f, response, f.problem ? 422 : 200,
                  sv_eq_cstr(http_query_param(request, "done"), "attached")
                      ? _("The sale is credited to the creator now.")
                      : NULL);
}

void claim_find_brand(struct http_request *request, struct http_response *response)
{
    show(request, response, true);
}

void claim_find_partner(struct http_request *request, struct http_response *response)
{
    show(request, response, false);
}

/* Attaching --------------------------------------------------------------------------------- */

static const char *attach_words(enum conversion_attach_result result)
{
    switch (result) {
    case CONVERSION_ATTACH_SAME:
        return _("The sale is credited to this creator already.");
    case CONVERSION_ATTACH_NO_PARTNER:
        return _(
            "This creator is not active in the sale's program. Choose another, or resume the "
            "creator first.");
    case CONVERSION_ATTACH_PAID:
        return _("The commission is paid or on its way: it can't move any more.");
    default:
        return _("The sale is rejected, reversed, refunded or part of another: it can't move.");
    }
}

static void answer_problem(struct http_request *request, struct http_response *response,
                           const char *problem)
{
    struct find f = {
        .request = request, .for_brand = true, .text = sv_trim(http_form_param(request, "q"))};
    if (!look(&f, response))
        return;
    f.problem = problem;
    send_page(&f, response, 422, NULL);
}

void claim_find_attach(struct http_request *request, struct http_response *response)
{
    struct uuid sale, pid;
    struct partnership in;
    struct sv reason = sv_trim(http_form_param(request, "reason"));
    if (!uuid_parse(http_path_param(request, "pid"), &sale) ||
        !uuid_parse(http_form_param(request, "partnership"), &pid)) {
        http_not_found(request, response);
        return;
    }
    if (!http_found(
            request, response,
            partner_find_partnership(request->db, request->arena, request->actor.brand, pid, &in)))
        return;
    if (reason.n == 0 || reason.n > CONVERSION_REASON_MAX) {
        answer_problem(request, response, _("Say why, in up to 500 characters."));
        return;
    }
    enum conversion_attach_result result =
        conversion_reattribute(request->db, request->arena, request->actor.brand, sale, in.id,
                               reason, request->actor.user);
    switch (result) {
    case CONVERSION_ATTACHED:
        http_redirect(response, 303,
                      sv_from(arena_printf(request->arena, "/brand/sales/%s",
                                           uuid_text(request->arena, sale))));
        return;
    case CONVERSION_ATTACH_NO_SALE:
        http_not_found(request, response);
        return;
    case CONVERSION_ATTACH_UNAVAILABLE:
        http_unavailable(request, response);
        return;
    default:
        answer_problem(request, response, attach_words(result));
    }
}
