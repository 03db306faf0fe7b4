/*
 * The message catalogue (GNU gettext). English is the key.
 *
 * _("…") words a text in the language of the request at hand, set once a
 * request by i18n_use(). N_("…") marks a text for the catalogue where it can't be
 * translated yet, in a table say; word it later by _(). Templates mark text as
 * [[…]]; see docs/adding-a-page.md.
 */
#ifndef MEED_BASE_I18N_H
#define MEED_BASE_I18N_H

#include "base/base.h"

enum language { LANGUAGE_EN, LANGUAGES };

#define N_(text) text
#define _(text)  i18n_text(text)

void i18n_open(const char *locale_dir);
void i18n_use(enum language language);
enum language i18n_current(void);
const char *i18n_code(enum language language); /* "en" */
const char *i18n_text(const char *msgid) __attribute__((format_arg(1)));
const char *i18n_plural(const char *one, const char *many, uint64_t n)
    __attribute__((format_arg(1), format_arg(2)));

#endif
