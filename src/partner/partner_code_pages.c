/* /brand/codes: the brand's discount codes, what they take off, and a leaked one's replacement. */
#include "account/account_page.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "partner/partner.h"
#include "partner/partner_pages.h"
#include "partner/partner_words.h"
#include "view/form.h"

enum { CODES_A_PAGE = 50, PERCENT_DIGITS = 2 };

/* ---- a discount, as typed and as shown ---- */

struct typed_discount {
    struct sv kind, value;
    const char *error;
};

/* False: not what the kind asks for; the error says so. */
static bool parse_discount(struct typed_discount *typed, const struct unit *currency,
                           struct partner_discount *out)
{
    *out = (struct partner_discount){.value = 0};
    if (!partner_discount_find(typed->kind, &out->kind)) {
        typed->error = _("Choose what the codes take off.");
        return false;
    }
    if (out->kind == PARTNER_DISCOUNT_PERCENT &&
        (money_parse_major(typed->value, PERCENT_DIGITS, &out->value) != MONEY_OK ||
         out->value < 1 || out->value > BP_WHOLE))
        typed->error = _("Use a percentage above 0 and up to 100, such as 10 or 7.5.");
    if (out->kind == PARTNER_DISCOUNT_AMOUNT &&
        (money_parse_major(typed->value, currency->exponent, &out->value) != MONEY_OK ||
         out->value < 1))
        typed->error = _("Use an amount above 0 in the brand's currency, such as 5.00.");
    return typed->error == NULL;
}

static struct typed_discount typed_of(struct arena *arena, const struct partner_discount *discount,
                                      const struct unit *currency)
{
    struct typed_discount out = {.kind = sv_from(partner_discount_text(discount->kind)),
                                 .value = SV("")};
    if (discount->kind == PARTNER_DISCOUNT_PERCENT)
        out.value = sv_from(money_format_major(arena, discount->value, PERCENT_DIGITS));
    if (discount->kind == PARTNER_DISCOUNT_AMOUNT)
        out.value = sv_from(money_format_major(arena, discount->value, currency->exponent));
    return out;
}

static const char *discount_words(struct arena *arena, const struct partner_discount *discount,
                                  const struct unit *currency)
{
    switch (discount->kind) {
    case PARTNER_DISCOUNT_PERCENT:
        return format_percent_bp(arena, discount->value);
    case PARTNER_DISCOUNT_AMOUNT:
        return arena_printf(arena, "%s %s", currency->code,
                            money_format_major(arena, discount->value, currency->exponent));
    case PARTNER_DISCOUNT_NONE:
    case PARTNER_DISCOUNT_OF_BRAND:
    case PARTNER_DISCOUNT_COUNT:
        break;
    }
    return "—";
}

static void show_discount_fields(struct view *view, struct arena *arena,
                                 const struct typed_discount *typed, const struct unit *currency,
                                 bool with_brands)
{
    const struct form_option options[] = {
        {"brand", _("As all codes of the brand")},
        {"none", _("Nothing, or it is set in the shop alone")},
        {"percent", _("A percentage")},
        {"amount", _("An amount")},
    };
    size_t from = with_brands ? 0 : 1;
    const struct form_field fields[] = {
        {.name = "discount_kind",
         .label = _("The code takes off"),
         .type = "select",
         .value = typed->kind,
         .options = options + from,
         .option_count = COUNT_OF(options) - from},
        {.name = "discount",
         .label = _("How much"),
         .hint = _("Of a percentage 10 or 7.5, of an amount 5.00."),
         .value = typed->value,
         .error = typed->error,
         .suffix = arena_printf(arena, _("%% or %s"), currency->code),
         .inputmode = "decimal",
         .maxlength = 20},
    };
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        form_show_field(view, "FIELD", &fields[i]);
}

/* ---- the list ---- */

static enum format_state state_of(const struct partner_brand_code *code, int64_t now_us)
{
    if (code->stopped || (code->stops_us != 0 && code->stops_us <= now_us))
        return STATE_CLOSED;
    if (code->partnership_status != PARTNERSHIP_ACTIVE)
        return partner_state(code->partnership_status);
    return code->stops_us != 0 ? STATE_EXPIRING : STATE_ACTIVE;
}

static void show_code(struct http_request *request, struct view *row,
                      const struct partner_brand_code *code, const struct unit *currency)
{
    struct arena *arena = request->arena;
    view_set_i64(row, "ID", (int64_t)code->id);
    view_set(row, "CODE", code->code);
    view_set(row, "WHO", code->handle.n ? code->handle : code->partner_name);
    view_set(row, "PROGRAM", code->program_name);
    view_set_cstr(row, "DISCOUNT", discount_words(arena, &code->in_force, currency));
    format_set_count(row, arena, "SALES", (int64_t)code->sales);
    format_chip(row, "STATUS", state_of(code, request->received_us));
    if (code->stops_us != 0)
        format_set_time(view_add(row, "STOPS"), arena, "AT", code->stops_us, request->actor.zone);
    if (code->replaced_by.n > 0)
        view_set(view_add(row, "REPLACED"), "BY", code->replaced_by);
}

struct typed_settings {
    struct sv template_text;
    const char *template_error;
    struct typed_discount discount;
};

static void show_settings(struct view *body, struct arena *arena,
                          const struct partner_code_settings *settings,
                          const struct typed_settings *typed)
{
    struct form_field template_field = {
        .name = "template",
        .label = _("Template of new codes"),
        .hint = _("{BRAND} and {CREATOR} stand for their names, {5} for five random characters."),
        .value = typed->template_text,
        .error = typed->template_error,
        .required = true,
        .maxlength = PARTNER_TEMPLATE_MAX};
    struct form_field summary[] = {
        template_field, {.name = "discount", .label = "", .error = typed->discount.error}};
    form_show_summary(body, "SUMMARY", summary, COUNT_OF(summary));
    form_show_field(body, "FIELD", &template_field);
    show_discount_fields(body, arena, &typed->discount, &settings->currency, false);
}

static bool load_settings(struct http_request *request, struct http_response *response,
                          struct partner_code_settings *settings)
{
    return http_found(
        request, response,
        partner_find_code_settings(request->db, request->arena, request->actor.brand, settings));
}

static void send_list(struct http_request *request, struct http_response *response, int status,
                      const struct typed_settings *typed)
{
    struct partner_code_settings settings;
    struct partner_brand_code_list list;
    uint64_t before = 0;
    struct sv cursor = http_query_param(request, "before");
    if (cursor.n > 0 && !sv_to_u64(cursor, &before)) {
        http_not_found(request, response);
        return;
    }
    if (!load_settings(request, response, &settings) ||
        !http_found(request, response,
                    partner_list_brand_codes(request->db, request->arena, request->actor.brand,
                                             request->actor.test_mode, before, CODES_A_PAGE,
                                             &list)))
        return;
    struct typed_settings as_saved = {
        .template_text = settings.template_text,
        .discount = typed_of(request->arena, &settings.discount, &settings.currency)};
    bool saved = sv_eq_cstr(http_query_param(request, "done"), "saved");
    struct account_page about = {
        .active = "codes", .title = _("Codes"), .flash = saved && !typed ? _("Saved.") : NULL};
    struct layout page = account_page_open(request, response, &about, "partner/codes.tpl");
    struct view *some = list.n ? view_add(page.body, "SOME") : NULL;
    for (size_t i = 0; i < list.n; i++)
        show_code(request, view_add(some, "ROW"), &list.v[i], &settings.currency);
    if (list.more)
        view_set_i64(view_add(some, "MORE"), "BEFORE", (int64_t)list.v[list.n - 1].id);
    if (!some)
        layout_empty(page.body, "EMPTY", "receipt", _("No codes yet"),
                     _("Each creator gets one with the acceptance."), "/brand/applications",
                     _("Open the applications"));
    show_settings(page.body, request->arena, &settings, typed ? typed : &as_saved);
    account_page_send(request, response, status, &page);
}

void partner_codes_show(struct http_request *request, struct http_response *response)
{
    send_list(request, response, 200, NULL);
}

static struct typed_discount read_discount(struct http_request *request)
{
    return (struct typed_discount){.kind = http_form_param(request, "discount_kind"),
                                   .value = sv_trim(http_form_param(request, "discount"))};
}

void partner_codes_save(struct http_request *request, struct http_response *response)
{
    struct partner_code_settings settings;
    struct partner_discount discount;
    struct typed_settings typed = {.template_text = sv_trim(http_form_param(request, "template")),
                                   .discount = read_discount(request)};
    if (!load_settings(request, response, &settings))
        return;
    if (!partner_template_is_good(typed.template_text, settings.prefix))
        typed.template_error =
            _("Use letters, digits, - and _ around {BRAND} and {CREATOR}, and one of {4} to {9} "
              "for random characters; the whole has at most 60.");
    bool good = parse_discount(&typed.discount, &settings.currency, &discount);
    if (good && discount.kind == PARTNER_DISCOUNT_OF_BRAND) {
        typed.discount.error = _("Choose what the codes take off.");
        good = false;
    }
    if (!good || typed.template_error) {
        send_list(request, response, 422, &typed);
        return;
    }
    if (http_found(request, response,
                   partner_save_code_settings(request->db, request->actor.brand,
                                              typed.template_text, &discount)))
        http_redirect(response, 303, SV("/brand/codes?done=saved"));
}

/* ---- one code ---- */

struct typed_code {
    const struct typed_discount *discount; /* NULL: as saved */
    const char *problem;
};

static bool load_code(struct http_request *request, struct http_response *response,
                      struct partner_code_settings *settings, struct partner_brand_code *code)
{
    uint64_t id;
    if (!sv_to_u64(http_path_param(request, "id"), &id)) {
        http_not_found(request, response);
        return false;
    }
    return load_settings(request, response, settings) &&
           http_found(request, response,
                      partner_find_brand_code(request->db, request->arena, request->actor.brand, id,
                                              code));
}

static void show_replace_form(struct view *body)
{
    const struct form_option options[] = {
        {"0", _("Now")},
        {"24", _("In 24 hours")},
        {"72", _("In 3 days")},
        {"168", _("In 7 days")},
    };
    const struct form_field field = {
        .name = "hours",
        .label = _("The old code stops"),
        .hint =
            _("Sales with it are credited until then. The creator sees when, and the new code."),
        .type = "select",
        .value = SV("0"),
        .options = options,
        .option_count = COUNT_OF(options)};
    form_show_field(body, "HOURS", &field);
}

static void send_code(struct http_request *request, struct http_response *response, int status,
                      const struct typed_code *typed)
{
    struct partner_code_settings settings;
    struct partner_brand_code code;
    if (!load_code(request, response, &settings, &code))
        return;
    struct typed_discount as_saved = typed_of(request->arena, &code.own, &settings.currency);
    struct sv done = http_query_param(request, "done");
    struct account_page about = {.active = "codes",
                                 .title = sv_dup(request->arena, code.code),
                                 .flash = status != 200               ? NULL
                                          : sv_eq_cstr(done, "saved") ? _("Saved.")
                                          : sv_eq_cstr(done, "replaced")
                                              ? _("Replaced. Put the new code into the shop.")
                                              : NULL};
    struct layout page = account_page_open(request, response, &about, "partner/code.tpl");
    show_code(request, page.body, &code, &settings.currency);
    if (typed && typed->problem)
        form_show_problem(page.body, "SUMMARY", typed->problem);
    show_discount_fields(page.body, request->arena,
                         typed && typed->discount ? typed->discount : &as_saved, &settings.currency,
                         true);
    if (!code.stopped && code.stops_us == 0)
        show_replace_form(view_add(page.body, "REPLACE"));
    account_page_send(request, response, status, &page);
}

void partner_code_show(struct http_request *request, struct http_response *response)
{
    send_code(request, response, 200, NULL);
}

static void redirect_to(struct http_request *request, struct http_response *response, uint64_t id,
                        const char *done)
{
    http_redirect(
        response, 303,
        sv_from(arena_printf(request->arena, "/brand/codes/%" PRIu64 "?done=%s", id, done)));
}

void partner_code_discount(struct http_request *request, struct http_response *response)
{
    struct partner_code_settings settings;
    struct partner_brand_code code;
    struct partner_discount discount;
    struct typed_discount typed = read_discount(request);
    if (!load_code(request, response, &settings, &code))
        return;
    if (!parse_discount(&typed, &settings.currency, &discount)) {
        send_code(request, response, 422, &(struct typed_code){.discount = &typed});
        return;
    }
    if (http_found(request, response,
                   partner_save_discount(request->db, request->actor.brand, code.id, &discount)))
        redirect_to(request, response, code.id, "saved");
}

void partner_code_replace(struct http_request *request, struct http_response *response)
{
    uint64_t id, hours;
    struct sv code;
    if (!sv_to_u64(http_path_param(request, "id"), &id)) {
        http_not_found(request, response);
        return;
    }
    if (!sv_to_u64(http_form_param(request, "hours"), &hours) || hours > PARTNER_CODE_HOURS_MAX) {
        send_code(request, response, 422,
                  &(struct typed_code){.problem = _("Choose when the old code stops.")});
        return;
    }
    switch (partner_replace_code(request->db, request->arena, request->actor.brand, id,
                                 (unsigned)hours, &code)) {
    case PARTNER_OK:
        redirect_to(request, response, id, "replaced");
        return;
    case PARTNER_NOT_FOUND:
        http_not_found(request, response);
        return;
    case PARTNER_WRONG_STATE:
        send_code(request, response, 422,
                  &(struct typed_code){.problem = _("This code is replaced already.")});
        return;
    default:
        http_unavailable(request, response);
    }
}
