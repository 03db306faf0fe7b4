/* A command to paste, with tabs of the languages there are. */
#ifndef MEED_SETUP_EXAMPLE_VIEW_H
#define MEED_SETUP_EXAMPLE_VIEW_H

#include "setup/example.h"
#include "view/view.h"

/*
 * At {{>MARKER}}. The tabs lead to `address`, which has a query already, with &lang= behind it and
 * then the anchor. What has to come from the environment is said.
 */
void example_show(struct arena *arena, struct view *view, const char *marker,
                  const struct example *example, enum example_door door,
                  enum example_language language, const char *address, const char *anchor);

#endif
