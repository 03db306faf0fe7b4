/*
 * glibc picks a catalogue by the LANGUAGE variable for any locale but "C". The
 * locale stays C.UTF-8, which every system has, and only LANGUAGE moves: numbers
 * and dates never change with the language behind our back.
 */
#include <libintl.h>
#include <locale.h>

#include "base/i18n.h"

static const char domain[] = "meed";
static enum language current = LANGUAGE_EN;

/* libintl's counter of changes of the language; its manual tells to raise it. */
extern int _nl_msg_cat_cntr;

void i18n_open(const char *locale_dir)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    setlocale(LC_MESSAGES, "C.UTF-8");
    CHECK(bindtextdomain(domain, locale_dir) != NULL);
    CHECK(bind_textdomain_codeset(domain, "UTF-8") != NULL);
    current = LANGUAGES; /* so that the next line takes effect */
    i18n_use(LANGUAGE_EN);
}

void i18n_use(enum language language)
{
    CHECK(language < LANGUAGES);
    if (language == current)
        return;
    CHECK(setenv("LANGUAGE", i18n_code(language), 1) == 0);
    _nl_msg_cat_cntr++;
    current = language;
}

enum language i18n_current(void)
{
    return current;
}

const char *i18n_code(enum language language)
{
    static const char *const codes[] = {"en"};

    CHECK((size_t)language < COUNT_OF(codes));
    return codes[language];
}

const char *i18n_text(const char *msgid)
{
    return dgettext(domain, msgid);
}

const char *i18n_plural(const char *one, const char *many, uint64_t n)
{
    return dngettext(domain, one, many, n);
}
