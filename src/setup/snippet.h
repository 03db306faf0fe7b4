/* A command of several lines with a button to copy it. */
#ifndef MEED_SETUP_SNIPPET_H
#define MEED_SETUP_SNIPPET_H

#include "view/view.h"

/* At {{>MARKER}}; `label` names it for screen readers. */
void snippet_show(struct view *view, const char *marker, struct sv text, const char *label);

#endif
