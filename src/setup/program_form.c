#include "setup/program_form.h"

#include "base/i18n.h"
#include "view/form.h"

enum { PERCENT_DIGITS = 2 }; /* "7.25" is 725 basis points */

static struct sv number(struct arena *arena, int value)
{
    return sv_from(arena_printf(arena, "%d", value));
}

/* "10", "7.5": without the zeros that money has. */
static struct sv percent(struct arena *arena, int32_t bp)
{
    struct sv text = sv_from(money_format_major(arena, bp, PERCENT_DIGITS));
    while (text.n > 0 && text.p[text.n - 1] == '0')
        text.n--;
    if (text.n > 0 && text.p[text.n - 1] == '.')
        text.n--;
    return text;
}

static void fill_rules(struct arena *arena, struct program_form *form,
                       const struct program_settings *rules, uint8_t exponent)
{
    form->rate = percent(arena, rules->rate_bp);
    form->cap = rules->cap ? sv_from(money_format_major(arena, rules->cap, exponent)) : SV_NONE;
    form->base = sv_from(program_base_text(rules->base));
    form->approval = sv_from(program_approval_text(rules->approval));
    form->clawback = sv_from(program_clawback_text(rules->clawback));
    form->holdback = number(arena, rules->holdback_days);
    form->window = number(arena, rules->attribution_window_days);
    form->click_param = rules->click_param;
    form->code_rank = sv_from(program_code_rank_text(rules->code_rank));
}

struct program_form program_form_of(struct arena *arena, const struct program *program)
{
    struct program_form form = {.name = program->name,
                                .summary = program->summary,
                                .dest_url = program->dest_url,
                                .currency = sv_from(program->currency.code),
                                .listed = program->listed};
    fill_rules(arena, &form, &program->settings, program->currency.exponent);
    return form;
}

struct program_form program_form_empty(struct arena *arena, const char *currency)
{
    struct program_settings rules = program_settings_default(PROGRAM_STANDARD);
    struct program_form form = {.is_new = true, .currency = sv_from(currency), .listed = true};
    fill_rules(arena, &form, &rules, 2);
    return form;
}

struct program_form program_form_read(struct http_request *request, bool is_new)
{
    return (struct program_form){
        .is_new = is_new,
        .name = sv_trim(http_form_param(request, "name")),
        .summary = sv_trim(http_form_param(request, "summary")),
        .dest_url = sv_trim(http_form_param(request, "dest_url")),
        .currency = sv_trim(http_form_param(request, "currency")),
        .rate = sv_trim(http_form_param(request, "rate")),
        .cap = sv_trim(http_form_param(request, "cap")),
        .base = http_form_param(request, "base"),
        .approval = http_form_param(request, "approval"),
        .clawback = http_form_param(request, "clawback"),
        .holdback = sv_trim(http_form_param(request, "holdback_days")),
        .window = sv_trim(http_form_param(request, "attribution_window_days")),
        .click_param = sv_trim(http_form_param(request, "click_param")),
        .code_rank = http_form_param(request, "code_rank"),
        .listed = sv_eq_cstr(http_form_param(request, "listed"), "1"),
    };
}

/* A count of days; what is no number becomes −1, which no rule allows. */
static int days(struct sv text)
{
    int64_t value;
    return sv_to_i64(text, &value) && value >= 0 && value <= 10000 ? (int)value : -1;
}

bool program_form_parse(struct program_form *form, const struct program_settings *settings,
                        struct unit currency, struct program_input *input)
{
    int64_t rate = 0;
    *input = (struct program_input){.name = form->name,
                                    .summary = form->summary,
                                    .dest_url = form->dest_url,
                                    .currency = form->currency,
                                    .preset = PROGRAM_STANDARD,
                                    .listed = form->listed,
                                    .settings = *settings};
    form->rate_unreadable =
        money_parse_major(form->rate, PERCENT_DIGITS, &rate) != MONEY_OK || rate > BP_WHOLE;
    input->settings.cap = 0;
    form->cap_unreadable = form->cap.n > 0 && money_parse_major(form->cap, currency.exponent,
                                                                &input->settings.cap) != MONEY_OK;
    input->settings.pay = PROGRAM_PAY_PERCENT;
    input->settings.rate_bp = form->rate_unreadable ? 0 : (int32_t)rate;
    input->settings.holdback_days = days(form->holdback);
    input->settings.attribution_window_days = days(form->window);
    input->settings.click_param = form->click_param;
    return program_base_find(form->base, &input->settings.base) &&
           program_approval_find(form->approval, &input->settings.approval) &&
           (form->clawback.n == 0 || /* from a form that was opened before the choice existed */
            program_clawback_find(form->clawback, &input->settings.clawback)) &&
           (form->code_rank.n == 0 ||
            program_code_rank_find(form->code_rank, &input->settings.code_rank)) &&
           !form->rate_unreadable && !form->cap_unreadable;
}

/* ---- the fields
 * ----------------------------------------------------------------------------------- */

static const struct {
    enum program_fault fault;
    const char *words;
} fault_words[] = {
    {PROGRAM_FAULT_NAME, N_("Give the program a name of at most 120 bytes.")},
    {PROGRAM_FAULT_SUMMARY, N_("This is too long: at most 500 bytes fit.")},
    {PROGRAM_FAULT_CURRENCY, N_("Use a currency's three letters, such as USD or EUR.")},
    {PROGRAM_FAULT_DEST_URL, N_("Use a whole web address, with https:// in front.")},
    {PROGRAM_FAULT_DEST_SITE,
     N_("This page is on none of your verified sites. Verify its site first.")},
    {PROGRAM_FAULT_RATE, N_("Use a percentage above 0 and up to 100, such as 10 or 7.5.")},
    {PROGRAM_FAULT_CAP, N_("Use an amount in the program's currency, or leave it empty.")},
    {PROGRAM_FAULT_HOLDBACK, N_("Choose from 7 to 90 days.")},
    {PROGRAM_FAULT_WINDOW, N_("Choose from 1 to 365 days.")},
    {PROGRAM_FAULT_CLICK_PARAM,
     N_("Use up to 40 letters, digits, - and _. Names that Meed appends itself are taken.")},
};

static const char *error_of(const struct program_form *form, const char *field)
{
    if (form->rate_unreadable && strcmp(field, "rate") == 0)
        return _("Use a percentage above 0 and up to 100, such as 10 or 7.5.");
    if (form->cap_unreadable && strcmp(field, "cap") == 0)
        return _("Use an amount in the program's currency, or leave it empty.");
    for (size_t i = 0; i < COUNT_OF(fault_words); i++)
        if (form->faults.has[fault_words[i].fault] &&
            strcmp(program_fault_field(fault_words[i].fault), field) == 0)
            return _(fault_words[i].words);
    return NULL;
}

static void show_options(struct form_field *field, struct form_option *out, size_t count,
                         const char *const (*table)[2])
{
    for (size_t i = 0; i < count; i++)
        out[i] = (struct form_option){table[i][0], _(table[i][1])};
    field->type = "select";
    field->options = out;
    field->option_count = count;
}

static const char *const bases[][2] = {
    {"subtotal", N_("Goods after discounts, before shipping and tax")},
    {"without_tax", N_("Order total without its tax")},
    {"total", N_("Order total")},
};

static const char *const approvals[][2] = {
    {"after_holdback", N_("By itself, when the holdback ends")},
    {"manual", N_("By hand")},
    {"instant", N_("At once")},
};

static const char *const clawbacks[][2] = {
    {"proportional", N_("Its share of the commission")},
    {"full_clawback", N_("All of the commission")},
};

static const char *const code_ranks[][2] = {
    {"after_click", N_("Click, then code, then link")},
    {"first", N_("Code, then click, then link")},
    {"last", N_("Click, then link, then code")},
};

void program_form_show(struct arena *arena, struct view *view, const struct program_form *form)
{
    (void)arena;
    struct form_option base_options[COUNT_OF(bases)], approval_options[COUNT_OF(approvals)],
        clawback_options[COUNT_OF(clawbacks)], rank_options[COUNT_OF(code_ranks)];
    struct form_field fields[] = {
        {.name = "name",
         .label = _("Name"),
         .value = form->name,
         .required = true,
         .maxlength = 120},
        {.name = "summary",
         .label = _("What creators read in the marketplace"),
         .type = "textarea",
         .value = form->summary,
         .maxlength = 500},
        {.name = "dest_url",
         .label = _("Page that links lead to"),
         .hint = _("Creators may link to any other page of your verified sites."),
         .type = "url",
         .value = form->dest_url,
         .required = true,
         .placeholder = "https://"},
        {.name = "currency",
         .label = _("Currency"),
         .hint = _("Of caps and minimums. A sale pays in its own currency."),
         .value = form->currency,
         .required = true,
         .maxlength = 3},
        {.name = "rate",
         .label = _("Commission"),
         .hint = _("A $80 order pays $8.00 at 10%."),
         .value = form->rate,
         .suffix = "%",
         .inputmode = "decimal",
         .required = true},
        {.name = "cap",
         .label = _("At most, per sale"),
         .value = form->cap,
         .inputmode = "decimal"},
        {.name = "base", .label = _("Commission is taken of"), .value = form->base},
        {.name = "attribution_window_days",
         .label = _("Attribution window"),
         .hint = _("A sale counts within so many days of the click."),
         .value = form->window,
         .suffix = _("days"),
         .inputmode = "numeric",
         .required = true},
        {.name = "code_rank",
         .label = _("Who is credited, when an order names several"),
         .hint = _("The first of these that an order has: a click, a creator's own code, a link."),
         .value = form->code_rank},
        {.name = "holdback_days",
         .label = _("Holdback"),
         .hint = _("A commission is pending so long, so that returns come in first. 7 to 90."),
         .value = form->holdback,
         .suffix = _("days"),
         .inputmode = "numeric",
         .required = true},
        {.name = "approval", .label = _("Commissions are approved"), .value = form->approval},
        {.name = "clawback",
         .label = _("A partial refund takes back"),
         .hint = _("A whole one takes back all of it, whenever it comes."),
         .value = form->clawback},
        {.name = "click_param",
         .label = _("Own name of the click id"),
         .hint = _("Appended to the landing page beside ours, for your analytics."),
         .value = form->click_param,
         .maxlength = PROGRAM_CLICK_PARAM_MAX},
        {.name = "listed",
         .label = _("Show in the marketplace"),
         .type = "checkbox",
         .value = form->listed ? SV("1") : SV_NONE},
    };
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        if (strcmp(fields[i].name, "base") == 0)
            show_options(&fields[i], base_options, COUNT_OF(bases), bases);
        if (strcmp(fields[i].name, "code_rank") == 0)
            show_options(&fields[i], rank_options, COUNT_OF(code_ranks), code_ranks);
        if (strcmp(fields[i].name, "approval") == 0)
            show_options(&fields[i], approval_options, COUNT_OF(approvals), approvals);
        if (strcmp(fields[i].name, "clawback") == 0)
            show_options(&fields[i], clawback_options, COUNT_OF(clawbacks), clawbacks);
        fields[i].error = error_of(form, fields[i].name);
    }
    form_show_summary(view, "SUMMARY", fields, COUNT_OF(fields));
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        if (form->is_new || strcmp(fields[i].name, "currency") != 0)
            form_show_field(view, "FIELD", &fields[i]);
}
