/*
 * Why an event of the inbox, or a request at a door, did not become a sale, and what to change:
 * sentences for the brand. Pure. One file, so that a new code of a door is worded in one place.
 */
#ifndef MEED_CONVERSION_EVENT_WORDS_H
#define MEED_CONVERSION_EVENT_WORDS_H

#include "conversion/inbox.h"
#include "view/format.h"

/* Whole sentences. A code that is not worded is shown as it stands, its underlines as blanks. */
const char *event_reason_words(struct arena *arena, struct sv reason);
/* Whether the code is worded; for tests. */
bool event_reason_is_worded(struct sv reason);

/* What became of an event of the inbox, in a chip and a sentence or two. */
struct event_fate {
    enum format_state chip;
    const char *words;
};
struct event_fate event_fate(struct arena *arena, const struct inbox_row *row, int64_t wire_us);

const char *event_key_words(enum sale_key_kind kind); /* "Order", "Payment" */

#endif
