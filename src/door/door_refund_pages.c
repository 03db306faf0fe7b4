/*
 * /brand/sales/{pid}/refund: takes a sale back, in whole or in part. The form is shown its exact
 * effect, by doing it and rolling back, before it is confirmed.
 */
#include "account/account.h"
#include "account/account_page.h"
#include "base/i18n.h"
#include "conversion/adjustment.h"
#include "conversion/conversion_list.h"
#include "door/door_hand_pages.h"
#include "view/format.h"
#include "view/layout.h"

struct refund_page {
    struct sale_detail sale;
    struct sv extent;     /* "whole" or "part", as the form has it */
    struct sv ref;        /* made with the form, so that sending it twice refunds once */
    const char *bad_part; /* beside the extent; NULL: fine */
    struct hand_input input;
    struct hand_entry entry;
};

/* The sale
 * ----------------------------------------------------------------------------------------- */

static bool load(struct http_request *request, struct http_response *response,
                 struct refund_page *page)
{
    struct account_brands brands;
    struct uuid pid;
    *page = (struct refund_page){.extent = SV("whole")};
    if (!uuid_parse(http_path_param(request, "pid"), &pid)) {
        http_not_found(request, response);
        return false;
    }
    if (account_list_brands(request->db, request->arena, request->actor.user, &brands) !=
        ACCOUNT_DONE) {
        http_unavailable(request, response);
        return false;
    }
    size_t n = brands.count < SALE_SCOPE_BRANDS_MAX ? brands.count : SALE_SCOPE_BRANDS_MAX;
    uint64_t *ids = arena_array(request->arena, n + 1, sizeof *ids);
    for (size_t i = 0; i < n; i++)
        ids[i] = brands.rows[i].id;
    const struct sale_scope scope = {ids, n, request->actor.test_mode};
    return http_found(request, response,
                      sale_find(request->db, request->arena, &scope, pid, &page->sale));
}

static bool is_refunded(const struct sale_row *sale)
{
    return sale->base > 0 && sale->refunded_base >= sale->base;
}

/* The commission in force, if somebody earns it; else NULL. */
static const struct sale_commission *commission_of(const struct sale_detail *sale)
{
    return sale->n_commissions > 0 && sale->row.handle.n > 0 ? &sale->commissions[0] : NULL;
}

/* The form
 * ----------------------------------------------------------------------------------------- */

static void read_form(struct http_request *request, struct refund_page *page)
{
    struct sv ref = http_form_param(request, "ref");
    struct uuid id;
    page->extent = http_form_param(request, "extent");
    page->ref = uuid_parse(ref, &id) ? ref : SV_NONE;
    page->input.field[HAND_TYPE] = SV("refund");
    page->input.field[HAND_ORDER] = SV("-"); /* its keys name the sale */
    page->input.field[HAND_REFUND] = page->ref;
    page->input.field[HAND_REASON] = http_form_param(request, "reason");
    page->input.field[HAND_NOTE] = http_form_param(request, "note");
    page->input.field[HAND_AMOUNT] = http_form_param(request, "amount");
}

/* True when it can be done; else the errors stand in the page. */
static bool check_form(struct http_request *request, struct refund_page *page)
{
    struct hand_programs none = {.chosen = &(struct program){.currency = page->sale.row.unit}};
    struct hand_context context = hand_context_of(request, SALE_DOOR_MANUAL, &none);
    struct hand_input input = page->input;
    bool is_part = sv_eq_cstr(page->extent, "part");
    context.brand = page->sale.row.brand;
    if (!is_part && !sv_eq_cstr(page->extent, "whole"))
        page->bad_part = _("Choose whether it is the whole order or a part of it.");
    if (!is_part)
        input.field[HAND_AMOUNT] = SV_NONE;
    bool sound = hand_read(request->arena, &context, &input, &page->entry);
    if (is_part && sv_trim(input.field[HAND_AMOUNT]).n == 0) {
        page->entry.error[HAND_AMOUNT] = _("Tell what the customer got back.");
        sound = false;
    }
    return sound && !page->bad_part && page->ref.n > 0;
}

static void show_fields(struct arena *arena, struct view *form, const struct refund_page *page)
{
    struct form_option reasons[12] = {{"", _("Choose a reason")}};
    size_t n = 1;
    for (const struct hand_reason *r; (r = hand_reason_at(n - 1)) != NULL; n++) {
        CHECK(n < COUNT_OF(reasons));
        reasons[n] = (struct form_option){r->code, _(r->text)};
    }
    const struct form_option extents[] = {
        {"whole", _("The whole order")},
        {"part", _("A part of it")},
    };
    const char *const *error = page->entry.error;
    const struct form_field fields[] = {
        {.name = "extent",
         .label = _("What the customer got back"),
         .type = "select",
         .value = page->extent,
         .error = page->bad_part,
         .options = extents,
         .option_count = COUNT_OF(extents),
         .required = true},
        {.name = "amount",
         .label = _("Amount"),
         .hint = _("For a part alone: of the order's total."),
         .value = page->input.field[HAND_AMOUNT],
         .error = error[HAND_AMOUNT],
         .inputmode = "decimal",
         .suffix = sv_dup(arena, sv_from(page->sale.row.unit.code)),
         .maxlength = 30},
        {.name = "reason",
         .label = _("Reason"),
         .type = "select",
         .value = page->input.field[HAND_REASON],
         .error = error[HAND_REASON],
         .options = reasons,
         .option_count = n,
         .required = true},
        {.name = "note",
         .label = _("Note to the creator"),
         .hint = _("The creator reads it word by word."),
         .type = "textarea",
         .value = page->input.field[HAND_NOTE],
         .error = error[HAND_NOTE],
         .maxlength = HAND_REFUND_NOTE_MAX},
    };
    form_show_summary(form, "SUMMARY", fields, COUNT_OF(fields));
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        form_show_field(form, "FIELD", &fields[i]);
}

static struct layout open_page(struct http_request *request, struct http_response *response,
                               const struct refund_page *page, const char *template,
                               const char **csrf)
{
    struct arena *arena = request->arena;
    const struct sale_row *row = &page->sale.row;
    struct account_page about = {
        .active = "sales", .title = arena_printf(arena, _("Refund %.*s"), SV_ARG(row->order_ref))};
    *csrf = http_csrf_token(request, response);
    struct layout layout = account_page_open(request, response, &about, template);
    view_set_cstr(layout.body, "TITLE", about.title);
    view_set_cstr(layout.body, "PID", uuid_text(arena, row->pid));
    view_set(layout.body, "ORDER", row->order_ref);
    format_set_money(layout.body, arena, "AMOUNT", row->gross, &row->unit);
    view_set(layout.body, "PROGRAM", row->program_name);
    return layout;
}

static void send_form(struct http_request *request, struct http_response *response, int status,
                      const struct refund_page *page, const char *problem)
{
    const char *csrf;
    struct layout layout = open_page(request, response, page, "door/refund.tpl", &csrf);
    if (is_refunded(&page->sale.row)) {
        view_show(layout.body, "NOTHING_LEFT");
    } else {
        struct view *form = view_add(layout.body, "FORM");
        struct uuid fresh = uuid_v7(request->received_us);
        view_set_cstr(form, "CSRF", csrf);
        view_set(form, "REF",
                 page->ref.n > 0 ? page->ref : sv_from(uuid_text(request->arena, fresh)));
        view_set_cstr(form, "PID", uuid_text(request->arena, page->sale.row.pid));
        if (problem)
            form_show_problem(form, "SUMMARY", problem);
        show_fields(request->arena, form, page);
    }
    account_page_send(request, response, status, &layout);
}

void door_refund_show(struct http_request *request, struct http_response *response)
{
    struct refund_page page;
    if (load(request, response, &page))
        send_form(request, response, 200, &page, NULL);
}

/* The refund
 * --------------------------------------------------------------------------------------- */

DB_SQL(hand_select_keys,
       "SELECT k.kind, k.value FROM conversion_key k"
       " JOIN conversion c ON c.id = k.conversion"
       " WHERE c.pid = ? ORDER BY k.kind, k.value LIMIT 6");

/* Every key of the sale: what one of them means to somebody else can't lead astray. */
static enum db_status name_sale(struct http_request *request, const struct sale_detail *sale,
                                struct adjustment_event *refund)
{
    struct db_rows *rows =
        db_query(request->db, request->arena, &hand_select_keys, DB_ARGS(db_uuid(&sale->row.pid)));
    refund->n_targets = 0;
    refund->program_pid = sale->program_pid;
    while (db_next(rows) && refund->n_targets < SALE_KEYS_MAX) {
        struct sale_key *key = &refund->targets[refund->n_targets];
        key->value = db_col_text(rows, 1);
        refund->n_targets += sale_key_kind_find(db_col_text(rows, 0), &key->kind);
    }
    return db_rows_status(rows);
}

/* "Takes €4.20 from nia.travels." */
static const char *effect_words(struct arena *arena, const struct refund_page *page,
                                const struct adjustment_answer *after)
{
    const struct sale_commission *commission = commission_of(&page->sale);
    if (!commission)
        return _("Nobody is credited with this sale: it takes nothing from a creator.");
    const char *taken =
        money_format_display(arena, after->clawed - commission->clawed, &commission->unit);
    if (after->clawed == commission->clawed)
        return arena_printf(arena, _("It takes nothing more from @%.*s."),
                            SV_ARG(page->sale.row.handle));
    return arena_printf(arena, _("Takes %s from @%.*s."), taken, SV_ARG(page->sale.row.handle));
}

static void send_effect(struct http_request *request, struct http_response *response,
                        const struct refund_page *page, const struct adjustment_answer *after)
{
    const char *csrf;
    const struct sale_row *row = &page->sale.row;
    struct arena *arena = request->arena;
    struct layout layout = open_page(request, response, page, "door/refund_confirm.tpl", &csrf);
    struct view *body = layout.body;
    const struct {
        const char *name;
        struct sv value;
    } kept[] = {{"csrf", sv_from(csrf)},
                {"ref", page->ref},
                {"extent", page->extent},
                {"amount", page->input.field[HAND_AMOUNT]},
                {"reason", page->input.field[HAND_REASON]},
                {"note", page->input.field[HAND_NOTE]},
                {"confirm", SV("1")}};
    for (size_t i = 0; i < COUNT_OF(kept); i++) {
        struct view *field = view_add(body, "KEPT");
        view_set_cstr(field, "NAME", kept[i].name);
        view_set(field, "VALUE", kept[i].value);
    }
    view_set_cstr(body, "EFFECT", effect_words(arena, page, after));
    format_set_money(body, arena, "REFUNDED", after->refunded_base, &row->unit);
    format_set_money(body, arena, "BASE", row->base, &row->unit);
    if (page->entry.refund.note.n > 0)
        view_set(view_add(body, "NOTED"), "TEXT", page->entry.refund.note);
    account_page_send(request, response, 200, &layout);
}

static void go_to_sale(struct http_request *request, struct http_response *response,
                       const char *done)
{
    http_redirect(response, 303,
                  sv_from(arena_printf(request->arena, "/brand/sales/" SV_FMT "?done=%s",
                                       SV_ARG(http_path_param(request, "pid")), done)));
}

static void answer(struct http_request *request, struct http_response *response,
                   const struct refund_page *page, const struct adjustment_answer *a,
                   bool is_confirmed)
{
    switch (a->outcome) {
    case ADJUSTMENT_APPLIED:
        if (is_confirmed)
            go_to_sale(request, response, "refunded");
        else
            send_effect(request, response, page, a);
        return;
    case ADJUSTMENT_DUPLICATE:
        go_to_sale(request, response, "refund-known");
        return;
    case ADJUSTMENT_QUEUED:
        go_to_sale(request, response, "queued");
        return;
    case ADJUSTMENT_PARKED:
    case ADJUSTMENT_CONFLICT:
    case ADJUSTMENT_REFUSED:
        send_form(request, response, 422, page, hand_refund_words(request->arena, a));
        return;
    case ADJUSTMENT_UNAVAILABLE:
        http_unavailable(request, response);
        return;
    }
    UNREACHABLE();
}

void door_refund_post(struct http_request *request, struct http_response *response)
{
    struct refund_page page;
    struct adjustment_answer a;
    if (!load(request, response, &page))
        return;
    read_form(request, &page);
    if (!check_form(request, &page) || is_refunded(&page.sale.row)) {
        send_form(request, response, 422, &page, NULL);
        return;
    }
    struct adjustment_event *refund = &page.entry.refund;
    refund->ref = page.ref;
    if (name_sale(request, &page.sale, refund) != DB_OK) {
        http_unavailable(request, response);
        return;
    }
    bool is_confirmed = sv_eq_cstr(http_form_param(request, "confirm"), "1");
    a.outcome = is_confirmed ? conversion_adjust(request->db, request->arena, refund, &a)
                             : conversion_adjust_preview(request->db, request->arena, refund, &a);
    answer(request, response, &page, &a, is_confirmed);
}
