#include "view/form.h"

static bool type_is(const struct form_field *field, const char *type)
{
    return field->type && strcmp(field->type, type) == 0;
}

static void show_text(struct view *view, const char *section, const char *text)
{
    if (text)
        view_set_cstr(view_add(view, section), "TEXT", text);
}

/* aria-describedby: hint and error, whichever are there. */
static void show_description(struct view *view, const struct form_field *field, const char *id)
{
    char by[320];
    if (!field->hint && !field->error)
        return;
    snprintf(by, sizeof by, "%s%s%s%s%s", field->hint ? id : "", field->hint ? "-hint" : "",
             field->hint && field->error ? " " : "", field->error ? id : "",
             field->error ? "-error" : "");
    view_set_cstr(view_add(view, "DESCRIBED"), "BY", by);
}

static void show_select(struct view *part, const struct form_field *field)
{
    struct view *select = view_add(part, "SELECT");
    for (size_t i = 0; i < field->option_count; i++) {
        struct view *option = view_add(select, "OPTION");
        view_set_cstr(option, "VALUE", field->options[i].value);
        view_set_cstr(option, "LABEL", field->options[i].label);
        if (sv_eq_cstr(field->value, field->options[i].value))
            view_show(option, "SELECTED");
    }
}

static void show_control(struct view *part, const struct form_field *field)
{
    if (type_is(field, "checkbox")) {
        view_show(part, "CHECKBOX");
        if (sv_eq_cstr(field->value, "1"))
            view_show(part, "CHECKED");
        return;
    }
    struct view *labelled = view_add(part, "LABELLED");
    if (!field->required && !type_is(field, "select"))
        view_show(labelled, "OPTIONAL");
    if (type_is(field, "select")) {
        show_select(part, field);
        return;
    }
    struct view *control = view_add(part, type_is(field, "textarea") ? "TEXTAREA" : "INPUT");
    view_set(control, "VALUE", field->value);
    if (type_is(field, "textarea"))
        return;
    view_set_cstr(control, "TYPE", field->type ? field->type : "text");
    show_text(control, "AUTOCOMPLETE", field->autocomplete);
    show_text(control, "INPUTMODE", field->inputmode);
    show_text(control, "PLACEHOLDER", field->placeholder);
    show_text(control, "PREFIX", field->prefix);
    show_text(control, "SUFFIX", field->suffix);
}

void form_show_field(struct view *view, const char *marker, const struct form_field *field)
{
    char id[128];
    struct view *part = view_include(view, marker, "layout/field.tpl");
    snprintf(id, sizeof id, "f-%s", field->name);
    view_set_cstr(part, "ID", id);
    view_set_cstr(part, "NAME", field->name);
    view_set_cstr(part, "LABEL", field->label);
    if (field->required)
        view_show(part, "REQUIRED");
    if (field->error)
        view_show(part, "WRONG");
    if (field->maxlength > 0)
        view_set_i64(view_add(part, "MAXLENGTH"), "NUMBER", field->maxlength);
    show_description(part, field, id);
    show_text(part, "HINT", field->hint);
    show_text(part, "ERROR", field->error);
    show_control(part, field);
}

bool form_show_summary(struct view *view, const char *marker, const struct form_field *fields,
                       size_t count)
{
    char title[256], id[128];
    unsigned wrong = 0;
    for (size_t i = 0; i < count; i++)
        wrong += fields[i].error != NULL;
    if (!wrong)
        return false;
    struct view *part = view_include(view, marker, "layout/summary.tpl");
    snprintf(title, sizeof title,
             i18n_plural("%u field needs another look", "%u fields need another look", wrong),
             wrong);
    view_set_cstr(part, "TITLE", title);
    for (size_t i = 0; i < count; i++) {
        if (!fields[i].error)
            continue;
        struct view *row = view_add(part, "PROBLEM");
        snprintf(id, sizeof id, "f-%s", fields[i].name);
        view_set_cstr(row, "ID", id);
        view_set_cstr(row, "TEXT", fields[i].error);
    }
    return true;
}

void form_show_problem(struct view *view, const char *marker, const char *text)
{
    struct view *part = view_include(view, marker, "layout/summary.tpl");
    view_set_cstr(part, "TITLE", _("This did not work"));
    view_set_cstr(view_add(part, "PLAIN"), "TEXT", text);
}
