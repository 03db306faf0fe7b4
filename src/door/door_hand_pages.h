/* Shared by the pages that record by hand: the program that is recorded for, and by whom. */
#ifndef MEED_DOOR_DOOR_HAND_PAGES_H
#define MEED_DOOR_DOOR_HAND_PAGES_H

#include "door/door_hand.h"
#include "http/http.h"
#include "program/program.h"
#include "view/form.h"

http_handler door_hand_new_show, door_hand_new_post;
http_handler door_refund_show, door_refund_post;
http_handler door_hand_import_show, door_hand_import_preview, door_hand_import_run;

enum { HAND_PROGRAMS_MAX = 100 };

struct hand_programs {
    struct program *v; /* those that take sales now, in the mode chosen; newest first */
    size_t n;
    const struct program *chosen; /* as the form says, else the first; NULL: none takes sales */
};

/* False: an answer stands in the response. */
MUST_USE bool hand_load_programs(struct http_request *request, struct http_response *response,
                                 struct hand_programs *out);
/* A select of them; `view` has the marker. Left out while there is one alone. */
void hand_show_programs(struct http_request *request, struct view *view, const char *marker,
                        const struct hand_programs *programs);
struct hand_context hand_context_of(struct http_request *request, enum sale_door door,
                                    const struct hand_programs *programs);

#endif
