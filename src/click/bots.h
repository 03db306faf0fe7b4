/*
 * Who is no visitor: crawlers, link previews, monitors and prefetching browsers. They
 * are redirected like anybody, and their clicks are never credited.
 */
#ifndef MEED_CLICK_BOTS_H
#define MEED_CLICK_BOTS_H

#include "base/sv.h"

bool bots_match(struct sv user_agent);
/* The request headers by which a browser says that nobody has clicked yet. */
bool bots_is_prefetch(struct sv sec_purpose, struct sv purpose, struct sv x_purpose,
                      struct sv x_moz);

#endif
