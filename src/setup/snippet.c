#include "setup/snippet.h"

void snippet_show(struct view *view, const char *marker, struct sv text, const char *label)
{
    struct view *snippet = view_include(view, marker, "setup/snippet.tpl");
    view_set(snippet, "TEXT", text);
    view_set_cstr(snippet, "LABEL", label);
}
