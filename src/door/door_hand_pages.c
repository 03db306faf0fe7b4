/* /brand/sales/new: a sale that no door told of, recorded by hand. */
#include "account/account_page.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "conversion/sale_words.h"
#include "door/door_hand_pages.h"
#include "view/layout.h"

/* The program ------------------------------------------------------------------------------------
 */

static bool takes_sales(const struct program *program, bool test_mode)
{
    return program->status != PROGRAM_CLOSED && (test_mode || program->status != PROGRAM_DRAFT);
}

bool hand_load_programs(struct http_request *request, struct http_response *response,
                        struct hand_programs *out)
{
    struct program_list all;
    struct uuid wanted = {{0}};
    *out = (struct hand_programs){0};
    (void)(uuid_parse(http_form_param(request, "program"), &wanted) ||
           uuid_parse(http_query_param(request, "program"), &wanted));
    if (program_list_of_brand(request->db, request->arena, request->actor.brand, 0,
                              HAND_PROGRAMS_MAX, &all) != DB_OK) {
        http_unavailable(request, response);
        return false;
    }
    out->v = arena_array(request->arena, all.n + 1, sizeof *out->v);
    for (size_t i = 0; i < all.n; i++)
        if (takes_sales(&all.v[i], request->actor.test_mode))
            out->v[out->n++] = all.v[i];
    for (size_t i = 0; i < out->n; i++)
        if (uuid_eq(out->v[i].pid, wanted))
            out->chosen = &out->v[i];
    if (!out->chosen && out->n > 0)
        out->chosen = &out->v[0];
    return true;
}

void hand_show_programs(struct http_request *request, struct view *view, const char *marker,
                        const struct hand_programs *programs)
{
    struct arena *arena = request->arena;
    struct form_option *options = arena_array(arena, programs->n + 1, sizeof *options);
    if (programs->n < 2)
        return;
    for (size_t i = 0; i < programs->n; i++)
        options[i] = (struct form_option){uuid_text(arena, programs->v[i].pid),
                                          sv_dup(arena, programs->v[i].name)};
    form_show_field(view, marker,
                    &(struct form_field){.name = "program",
                                         .label = _("Program"),
                                         .type = "select",
                                         .value = sv_from(uuid_text(arena, programs->chosen->pid)),
                                         .required = true,
                                         .options = options,
                                         .option_count = programs->n});
}

struct hand_context hand_context_of(struct http_request *request, enum sale_door door,
                                    const struct hand_programs *programs)
{
    struct hand_context context = {.door = door,
                                   .brand = request->actor.brand,
                                   .program = programs->chosen->id,
                                   .by_user = request->actor.user,
                                   .test_mode = request->actor.test_mode,
                                   .currency = programs->chosen->currency,
                                   .zone = request->actor.zone ? request->actor.zone : "UTC",
                                   .received_us = request->received_us};
    if (!uuid_parse(sv_from(request->id), &context.request))
        context.request = uuid_v7(clock_wire_us());
    return context;
}

/* The form ---------------------------------------------------------------------------------------
 */

struct sale_form {
    struct hand_programs programs;
    struct hand_input input;
    struct hand_entry entry;
    const char *problem; /* what the pipeline said; NULL: nothing yet */
};

/* What the form has of a row's fields, in its order. */
static const enum hand_field shown[] = {HAND_ORDER, HAND_AMOUNT, HAND_CURRENCY,
                                        HAND_DATE,  HAND_EVENT,  HAND_CREATOR,
                                        HAND_CODE,  HAND_CLICK,  HAND_NOTE};

static struct form_field field_of(enum hand_field field)
{
    switch (field) {
    case HAND_ORDER:
        return (struct form_field){.label = _("Order number"),
                                   .hint = _("As the shop writes it: an order counts once, "
                                             "whichever door tells of it."),
                                   .required = true,
                                   .maxlength = SALE_ORDER_REF_MAX};
    case HAND_AMOUNT:
        return (struct form_field){.label = _("Amount"),
                                   .hint = _("What the customer paid, such as 129.90. A lead or "
                                             "sign-up may have none."),
                                   .inputmode = "decimal",
                                   .maxlength = 30};
    case HAND_CURRENCY:
        return (struct form_field){.label = _("Currency"), .required = true, .maxlength = 3};
    case HAND_DATE:
        return (struct form_field){.label = _("Day of the sale"),
                                   .type = "date",
                                   .hint = _("Today, unless told. Clicks of that day count.")};
    case HAND_CREATOR:
        return (struct form_field){.label = _("Creator"),
                                   .hint = _("The handle of whoever is to be credited."),
                                   .prefix = "@",
                                   .maxlength = SALE_CODE_MAX};
    case HAND_CODE:
        return (struct form_field){.label = _("Discount code"), .maxlength = SALE_CODE_MAX};
    case HAND_CLICK:
        return (struct form_field){.label = _("Click id"),
                                   .hint = _("From the landing address, if the order kept it."),
                                   .maxlength = 60};
    case HAND_NOTE:
        return (struct form_field){.label = _("Note"),
                                   .hint = _("Why it is recorded by hand; for the event log."),
                                   .type = "textarea",
                                   .maxlength = SALE_NOTE_MAX};
    default:
        return (struct form_field){.label = _("Event"), .type = "select", .required = true};
    }
}

static void show_events(struct arena *arena, struct form_field *field)
{
    struct form_option *options = arena_array(arena, SALE_KIND_COUNT, sizeof *options);
    for (unsigned i = 0; i < SALE_KIND_COUNT; i++) {
        const char *code = sale_kind_text((enum sale_kind)i);
        options[i] = (struct form_option){code, sale_event_words(sv_from(code))};
    }
    field->options = options;
    field->option_count = SALE_KIND_COUNT;
}

static void show_fields(struct http_request *request, struct view *body,
                        const struct sale_form *form)
{
    struct form_field fields[COUNT_OF(shown)];
    for (size_t i = 0; i < COUNT_OF(shown); i++) {
        fields[i] = field_of(shown[i]);
        fields[i].name = hand_field_name(shown[i]);
        fields[i].value = form->input.field[shown[i]];
        fields[i].error = form->entry.error[shown[i]];
        if (shown[i] == HAND_EVENT)
            show_events(request->arena, &fields[i]);
    }
    if (form->problem)
        form_show_problem(body, "SUMMARY", form->problem);
    else
        form_show_summary(body, "SUMMARY", fields, COUNT_OF(fields));
    hand_show_programs(request, body, "FIELD", &form->programs);
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        form_show_field(body, "FIELD", &fields[i]);
}

static void send_form(struct http_request *request, struct http_response *response, int status,
                      const struct sale_form *form)
{
    struct account_page about = {.active = "sales", .title = _("Record a sale")};
    const char *csrf = http_csrf_token(request, response);
    struct layout page = account_page_open(request, response, &about, "door/hand_new.tpl");
    if (form->programs.chosen) {
        struct view *some = view_add(page.body, "FORM");
        view_set_cstr(some, "CSRF", csrf);
        show_fields(request, some, form);
    } else {
        layout_empty(page.body, "EMPTY", "receipt", _("No program takes sales now"),
                     _("Open a program first. Test sales work while it is a draft."),
                     "/brand/programs", _("Programs"));
    }
    account_page_send(request, response, status, &page);
}

void door_hand_new_show(struct http_request *request, struct http_response *response)
{
    struct sale_form form = {0};
    if (!hand_load_programs(request, response, &form.programs))
        return;
    if (form.programs.chosen)
        form.input.field[HAND_CURRENCY] = sv_from(form.programs.chosen->currency.code);
    send_form(request, response, 200, &form);
}

/* Recording --------------------------------------------------------------------------------------
 */

static void record(struct http_request *request, struct http_response *response,
                   struct sale_form *form)
{
    struct conversion_answer answer;
    const char *done = NULL;
    switch (conversion_record(request->db, request->arena, &form->entry.sale, &answer)) {
    case CONVERSION_CREATED:
        done = "recorded";
        break;
    case CONVERSION_DUPLICATE:
        done = "known";
        break;
    case CONVERSION_QUEUED:
        http_redirect(response, 303, SV("/brand/sales?done=queued"));
        return;
    case CONVERSION_CONFLICT:
    case CONVERSION_REFUSED:
        form->problem = hand_outcome_words(request->arena, &form->entry, &answer);
        send_form(request, response, 422, form);
        return;
    case CONVERSION_UNAVAILABLE:
        http_unavailable(request, response);
        return;
    }
    http_redirect(response, 303,
                  sv_from(arena_printf(request->arena, "/brand/sales/%s?done=%s",
                                       uuid_text(request->arena, answer.pid), done)));
}

void door_hand_new_post(struct http_request *request, struct http_response *response)
{
    struct sale_form form = {0};
    if (!hand_load_programs(request, response, &form.programs))
        return;
    if (!form.programs.chosen) {
        send_form(request, response, 422, &form);
        return;
    }
    struct hand_context context = hand_context_of(request, SALE_DOOR_MANUAL, &form.programs);
    for (size_t i = 0; i < COUNT_OF(shown); i++)
        form.input.field[shown[i]] = http_form_param(request, hand_field_name(shown[i]));
    bool sound = hand_read(request->arena, &context, &form.input, &form.entry);
    if (sound && hand_find_creator(request->db, request->arena, &context, &form.entry) != DB_OK) {
        http_unavailable(request, response);
        return;
    }
    if (form.entry.errors > 0)
        send_form(request, response, 422, &form);
    else
        record(request, response, &form);
}
