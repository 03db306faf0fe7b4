/*
 * The form of a program's terms, the same for a new program and for its next
 * version: what people type, read into a program_input, and its fields with
 * what is wrong with them.
 */
#ifndef MEED_SETUP_PROGRAM_FORM_H
#define MEED_SETUP_PROGRAM_FORM_H

#include "http/http.h"
#include "program/program.h"
#include "view/layout.h"

/* As typed, so that a mistake keeps it. */
struct program_form {
    bool is_new; /* the currency can be chosen */
    struct sv name, summary, dest_url, currency;
    struct sv rate, cap, base, approval, holdback, window, click_param, clawback, code_rank;
    bool listed;
    bool rate_unreadable, cap_unreadable;
    struct program_faults faults;
};

struct program_form program_form_of(struct arena *arena, const struct program *program);
struct program_form program_form_empty(struct arena *arena, const char *currency);
/* The posted fields. `settings` gives what the form does not show. */
struct program_form program_form_read(struct http_request *request, bool is_new);
/* False when a number can't be read: the form says which; faults are not filled then. */
MUST_USE bool program_form_parse(struct program_form *form, const struct program_settings *settings,
                                 struct unit currency, struct program_input *input);
/* Fields at {{>FIELD}}, the summary at {{>SUMMARY}}. */
void program_form_show(struct arena *arena, struct view *view, const struct program_form *form);

#endif
