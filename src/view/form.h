/*
 * Forms: one field is one call; label, hint, error and control are tied together for
 * screen readers here and nowhere else.
 *
 *     struct form_field email = {.name = "email", .label = _("E-mail"), .type = "email",
 *                                .value = input.email, .error = why_email, .required = true};
 *     form_show_field(view, "EMAIL", &email);            // {{>EMAIL}} in the template
 *     form_show_summary(view, "SUMMARY", fields, count); // draws nothing without an error
 *
 * The page's template holds <form method="post">, the hidden csrf input and the button.
 */
#ifndef MEED_VIEW_FORM_H
#define MEED_VIEW_FORM_H

#include "view/view.h"

struct form_option {
    const char *value, *label;
};

struct form_field {
    const char *name;  /* also the control's id, behind "f-" */
    const char *label; /* plain text, translated; so are hint and error */
    const char *hint, *error;
    /* An input's type ("text" when NULL), or "textarea", "select", "checkbox". */
    const char *type;
    struct sv value; /* a checkbox is ticked by "1" */
    bool required;
    const char *autocomplete, *inputmode, *placeholder;
    const char *prefix, *suffix;       /* "%" */
    int maxlength;                     /* 0: none */
    const struct form_option *options; /* of a select */
    size_t option_count;
};

void form_show_field(struct view *view, const char *marker, const struct form_field *field);
/* "2 fields need another look", each linked to its field. False when no field has an error. */
bool form_show_summary(struct view *view, const char *marker, const struct form_field *fields,
                       size_t count);
/* An error that belongs to no field: "E-mail or password does not match". */
void form_show_problem(struct view *view, const char *marker, const char *text);

#endif
