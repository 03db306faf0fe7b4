/*
 * Why an event of the inbox, or a request at a door, did not become a sale, and what to change:
 * sentences for the brand. One file, so that a new code of a door is worded in one place.
 */
#ifndef MEED_CONVERSION_EVENT_WORDS_H
#define MEED_CONVERSION_EVENT_WORDS_H

#include "base/arena.h"
#include "base/sv.h"

/* Whole sentences. A code that is not worded is shown as it stands, its underlines as blanks. */
const char *event_reason_words(struct arena *arena, struct sv reason);
/* Whether the code is worded; for tests. */
bool event_reason_is_worded(struct sv reason);

#endif
