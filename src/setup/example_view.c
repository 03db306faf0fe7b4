#include "setup/example_view.h"

#include "base/i18n.h"
#include "setup/snippet.h"

static void show_tabs(struct arena *arena, struct view *part, enum example_language chosen,
                      const char *address, const char *anchor)
{
    for (unsigned i = 0; i < EXAMPLE_LANGUAGES; i++) {
        enum example_language language = (enum example_language)i;
        struct view *tab = view_add(part, "TAB");
        view_set_cstr(tab, "NAME", example_language_name(language));
        view_set_cstr(tab, "URL",
                      arena_printf(arena, "%s&lang=%s#%s", address,
                                   example_language_param(language), anchor));
        if (language == chosen)
            view_show(tab, "CURRENT");
    }
}

static const char *how_words(enum example_language language)
{
    switch (language) {
    case EXAMPLE_CURL:
        return _("Paste it into a terminal. Each run sends another order.");
    case EXAMPLE_NODE:
        return _("Save it as sale.js, and run: node sale.js. Each run sends another order.");
    case EXAMPLE_PHP:
        return _("Save it as sale.php, and run: php sale.php. Each run sends another order.");
    case EXAMPLE_LANGUAGES:
        break;
    }
    UNREACHABLE();
}

static void show_environment(struct view *part, const struct example *example,
                             enum example_door door)
{
    if (door == EXAMPLE_API && example->key.n == 0)
        view_set_cstr(view_add(part, "FIRST"), "WORDS",
                      _("Put your live key into the environment as MEED_KEY first."));
    if (door == EXAMPLE_POSTBACK && example->secret.n == 0)
        view_set_cstr(view_add(part, "FIRST"), "WORDS",
                      _("Put your secret into the environment as MEED_SECRET first."));
    if (example->click.n == 0 && example->token.n == 0)
        view_set_cstr(view_add(part, "FIRST"), "WORDS",
                      _("Put the click id that your landing page received into CLICK_ID; without "
                        "one, nobody is credited."));
}

void example_show(struct arena *arena, struct view *view, const char *marker,
                  const struct example *example, enum example_door door,
                  enum example_language language, const char *address, const char *anchor)
{
    struct view *part = view_include(view, marker, "setup/example.tpl");
    show_tabs(arena, part, language, address, anchor);
    show_environment(part, example, door);
    snippet_show(part, "COMMAND", example_write(arena, example, door, language),
                 arena_printf(arena, _("Test sale, by %s"), example_language_name(language)));
    view_set_cstr(part, "HOW", how_words(language));
}
