/* What an event of the inbox holds, as the event's page and its sale's page show it. */
#ifndef MEED_CONVERSION_EVENT_VIEW_H
#define MEED_CONVERSION_EVENT_VIEW_H

#include "conversion/inbox.h"
#include "view/view.h"

/* A KEY {NAME, VALUE} for each key by which the event names its sale. */
void event_show_keys(struct arena *arena, struct view *view, const struct inbox_row *row);
/* HELD {TEXT}: the stored event, indented; nothing where it is empty or was left out. */
void event_show_held(struct arena *arena, struct view *view, const struct inbox_row *row);
const char *event_page_path(struct arena *arena, const struct inbox_row *row);

#endif
