/* How the fields of an account look in forms, and how their faults are worded. */
#include "account/account_pages.h"

#include "base/country.h"
#include "base/i18n.h"
#include "base/money.h"
#include "crypto/password.h"

/* ---- words
 * ----------------------------------------------------------------------------------------- */

static const char *const missing_words[ACCOUNT_FIELDS] = {
    [ACCOUNT_NAME] = N_("Enter your name."),
    [ACCOUNT_EMAIL] = N_("Enter your e-mail address."),
    [ACCOUNT_PASSWORD] = N_("Choose a password of at least 10 characters."),
    [ACCOUNT_COMPANY] = N_("Enter the company's name."),
    [ACCOUNT_BRAND] = N_("Enter the brand's name."),
    [ACCOUNT_TZ] = N_("Choose a time zone."),
    [ACCOUNT_CURRENCY] = N_("Choose a currency."),
    [ACCOUNT_HANDLE] = N_("Choose a handle."),
    [ACCOUNT_COUNTRY] = N_("Choose your country."),
    [ACCOUNT_CHANNELS] = N_("Name at least one channel by its address."),
};

static const char *malformed_words(enum account_field field)
{
    switch (field) {
    case ACCOUNT_EMAIL:
        return _("This does not read like an e-mail address. Write it as name@example.com.");
    case ACCOUNT_HANDLE:
        return _(
            "A handle begins with a letter or a digit and holds letters, digits, dots, "
            "hyphens and underscores. Leave everything else out.");
    case ACCOUNT_CHANNELS:
        return _("Each line must be a web address. Write it as https://instagram.com/you.");
    default:
        return _("This holds characters that can't be shown. Type it anew.");
    }
}

static const char *too_long_words(enum account_field field)
{
    switch (field) {
    case ACCOUNT_PASSWORD:
        return _("A password has at most 200 bytes. Shorten it.");
    case ACCOUNT_HANDLE:
        return _("A handle has at most 30 characters. Shorten it.");
    case ACCOUNT_EMAIL:
        return _("An e-mail address has at most 254 characters. Check it.");
    case ACCOUNT_CHANNELS:
        return _("An address has at most 500 characters. Shorten it.");
    default:
        return _("A name has at most 120 characters. Shorten it.");
    }
}

const char *account_fault_words(enum account_field field, enum account_fault fault)
{
    switch (fault) {
    case ACCOUNT_FINE:
        return NULL;
    case ACCOUNT_MISSING:
        return _(missing_words[field]);
    case ACCOUNT_TOO_SHORT:
        return field == ACCOUNT_HANDLE
                   ? _("A handle has at least 3 characters. Add some.")
                   : _("A password has at least 10 characters. A few words do well.");
    case ACCOUNT_TOO_LONG:
        return too_long_words(field);
    case ACCOUNT_MALFORMED:
        return malformed_words(field);
    case ACCOUNT_UNKNOWN:
        return _("This is not in our list. Choose one of the list.");
    case ACCOUNT_TOO_MANY:
        return _("At most 10 channels can be named. Keep the most important ones.");
    case ACCOUNT_TAKEN:
        return _("Somebody has this handle already. Choose another one.");
    case ACCOUNT_WRONG:
        return _("This is not your current password. Type it again.");
    }
    UNREACHABLE();
}

/* ---- choices
 * --------------------------------------------------------------------------------------- */

static void choose_zone(struct arena *arena, struct form_field *out)
{
    const char *const *zones = clock_zones(arena);
    struct form_option *options;
    size_t n = 0;

    while (zones[n] != NULL)
        n++;
    options = arena_array(arena, n, sizeof(*options));
    for (size_t i = 0; i < n; i++)
        options[i] = (struct form_option){zones[i], zones[i]};
    out->options = options;
    out->option_count = n;
}

static void choose_currency(struct arena *arena, struct form_field *out)
{
    struct form_option *options;
    size_t n = 0;

    while (unit_currency_at(n) != NULL)
        n++;
    options = arena_array(arena, n, sizeof(*options));
    for (size_t i = 0; i < n; i++)
        options[i] = (struct form_option){unit_currency_at(i), unit_currency_at(i)};
    out->options = options;
    out->option_count = n;
}

static void choose_country(struct arena *arena, struct form_field *out)
{
    struct form_option *options = arena_array(arena, countries_count + 1, sizeof(*options));

    options[0] = (struct form_option){"", _("Choose…")};
    for (size_t i = 0; i < countries_count; i++)
        options[i + 1] = (struct form_option){countries[i].code, _(countries[i].name)};
    out->options = options;
    out->option_count = countries_count + 1;
}

/* ---- fields
 * ---------------------------------------------------------------------------------------- */

static const struct look {
    const char *name, *label, *hint, *type, *autocomplete;
} looks[ACCOUNT_FIELDS] = {
    [ACCOUNT_NAME] = {"name", N_("Your name"), NULL, NULL, "name"},
    [ACCOUNT_EMAIL] = {"email", N_("E-mail"), NULL, "email", "email"},
    [ACCOUNT_PASSWORD] = {"password", N_("Password"), N_("At least 10 characters."), "password",
                          "new-password"},
    [ACCOUNT_COMPANY] = {"company", N_("Company"), N_("Owns the brand, and gets the invoices."),
                         NULL, "organization"},
    [ACCOUNT_BRAND] = {"brand", N_("Brand"), N_("What customers and creators know you by."), NULL,
                       "off"},
    [ACCOUNT_TZ] = {"time_zone", N_("Time zone"), N_("Decides where a day of your reports ends."),
                    "select", NULL},
    [ACCOUNT_CURRENCY] = {"currency", N_("Currency"), N_("The default of new programs."), "select",
                          NULL},
    [ACCOUNT_HANDLE] = {"handle", N_("Handle"),
                        N_("3 to 30 letters, digits, dots, hyphens or underscores."), NULL,
                        "username"},
    [ACCOUNT_COUNTRY] = {"country", N_("Country"), NULL, "select", "country"},
    [ACCOUNT_CHANNELS] = {"channels", N_("Channels"), N_("Where you publish, an address a line."),
                          "textarea", "off"},
};

struct form_field account_form_field(struct arena *arena, enum account_field field,
                                     const struct account_input *input,
                                     const struct account_faults *faults)
{
    const struct look *look = &looks[field];
    struct form_field out = {
        .name = look->name,
        .label = _(look->label),
        .hint = look->hint == NULL ? NULL : _(look->hint),
        .error = faults == NULL ? NULL : account_fault_words(field, faults->field[field]),
        .type = look->type,
        .autocomplete = look->autocomplete,
        .required = true,
    };

    if (field != ACCOUNT_PASSWORD) /* a password is never sent back */
        out.value = input->field[field];
    if (field == ACCOUNT_TZ)
        choose_zone(arena, &out);
    else if (field == ACCOUNT_CURRENCY)
        choose_currency(arena, &out);
    else if (field == ACCOUNT_COUNTRY)
        choose_country(arena, &out);
    return out;
}

void account_read_input(struct http_request *request, const enum account_field *fields,
                        size_t count, struct account_input *input)
{
    for (size_t i = 0; i < count; i++)
        input->field[fields[i]] = http_form_param(request, looks[fields[i]].name);
}

/* ---- a page that is one form
 * ------------------------------------------------------------------------ */

static void show_controls(struct http_request *request, struct http_response *response,
                          struct view *body, const struct account_form *form)
{
    struct view *part = view_add(body, "FORM");

    view_set_cstr(part, "ACTION", form->action);
    view_set_cstr(part, "BUTTON", form->button);
    view_set_cstr(part, "CSRF", http_csrf_token(request, response));
    if (form->hidden_name != NULL) {
        struct view *hidden = view_add(part, "HIDDEN");

        view_set_cstr(hidden, "NAME", form->hidden_name);
        view_set(hidden, "VALUE", form->hidden_value);
    }
    for (size_t i = 0; i < form->field_count; i++)
        form_show_field(part, "FIELD", &form->fields[i]);
}

void account_form_send(struct http_request *request, struct http_response *response, int status,
                       const struct account_form *form)
{
    struct layout page = account_page_open(
        request, response, &(struct account_page){.title = form->title, .flash = form->flash},
        "account/form.tpl");

    view_set_cstr(page.body, "TITLE", form->title);
    if (form->intro != NULL)
        view_set_cstr(view_add(page.body, "INTRO"), "TEXT", form->intro);
    if (form->problem != NULL)
        form_show_problem(page.body, "SUMMARY", form->problem);
    else
        form_show_summary(page.body, "SUMMARY", form->fields, form->field_count);
    if (form->action != NULL)
        show_controls(request, response, page.body, form);
    for (size_t i = 0; i < COUNT_OF(form->links) && form->links[i].url != NULL; i++) {
        struct view *link = view_add(page.body, "LINK");

        view_set_cstr(link, "URL", form->links[i].url);
        view_set_cstr(link, "TEXT", form->links[i].text);
    }
    account_page_send(request, response, status, &page);
}
