/*
 * Templates: a C face on ctemplate, the one C++ source of Meed.
 *
 * Every template is auto-escaped for HTML (the AUTOESCAPE pragma stands first in
 * each file, a test checks that). All templates are loaded when a program
 * starts; one that does not parse stops it. ctemplate shows a variable that a
 * page forgot as nothing; so view_check_names() has each rendering compare the
 * names that were set with those in the templates, and a test compares sources
 * and templates (docs/decisions/template-names.md).
 *
 * Names of variables and sections are upper case. Values are copied. One render
 * at a time: no threads.
 */
#ifndef MEED_VIEW_VIEW_H
#define MEED_VIEW_VIEW_H

#include "base/arena.h"
#include "base/i18n.h"
#include "base/sv.h"

struct view; /* a dictionary: one page, one row, or one included part */

/* What happens when a page and its template disagree about a name. */
enum view_check {
    VIEW_CHECK_OFF,   /* production: nothing is compared */
    VIEW_CHECK_LOG,   /* development: "view_name" lines in the log, once per name */
    VIEW_CHECK_ABORT, /* tests: a programming error */
};

/* Loads every *.tpl below `dir`/<language>/. False (logged) when one does not parse. */
MUST_USE bool view_open(const char *dir);
void view_check_names(enum view_check check);
/* A value that every template sees, in all views made from now on. */
void view_set_everywhere(const char *name, struct sv value);

/* The root dictionary; freed by view_render or view_free. `name` is for messages. */
struct view *view_new(const char *name);
void view_free(struct view *view);
void view_set(struct view *view, const char *name, struct sv value);
void view_set_cstr(struct view *view, const char *name, const char *value);
void view_set_i64(struct view *view, const char *name, int64_t value);
/* Seen by the root, all of its rows and all included parts: a CSRF token, say. */
void view_set_global(struct view *view, const char *name, struct sv value);
void view_show(struct view *view, const char *section);        /* shown once, as an if */
struct view *view_add(struct view *view, const char *section); /* one more row */
/* An included template has its own dictionary, which inherits nothing but globals. */
struct view *view_include(struct view *view, const char *marker, const char *template_path);
/* HTML that is already safe: charts, and nothing else. Needs the :none modifier in the template. */
void view_set_safe_html(struct view *view, const char *name, struct sv html);
/* Renders `template_path` in the current language into the arena and frees the dictionary. */
struct sv view_render(struct view *view, const char *template_path, struct arena *arena);

#endif
