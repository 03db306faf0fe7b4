/*
 * Every code that a sale carries, in words: states, doors, verdicts, reasons, the lines of a
 * commission, the moves of the ledger. One file, so that a new code is worded in one place.
 *
 * Texts are translated and end without a full stop where they stand in a list or a cell; sentences
 * end with one.
 */
#ifndef MEED_CONVERSION_SALE_WORDS_H
#define MEED_CONVERSION_SALE_WORDS_H

#include "commission/commission.h"
#include "conversion/adjustment.h"
#include "view/format.h"

enum format_state sale_state(struct sv status, bool in_review);
/* What a sale_query's status is called; the i-th that there is, NULL past the last. */
const char *sale_status_words(struct sv status);
const char *sale_status_at(size_t i);

const char *sale_door_words(struct sv door);           /* "API" */
const char *sale_authentication_words(struct sv door); /* how we know who sent it */
const char *sale_event_words(struct sv event);         /* "Sale", "Lead" */
const char *sale_method_words(struct sv method);       /* "Click", "Discount code" */
const char *sale_kind_words(struct sv kind);           /* of a candidate: "Link token" */
const char *sale_shape_words(struct sv shape);         /* of a link: "Short link" */
const char *sale_verdict_words(struct sv verdict);     /* why a candidate did not win */
const char *sale_reason_words(struct sv reason);       /* why this one, or why nobody */
const char *sale_change_words(struct sv reason);
const char *sale_refund_words(enum adjustment_kind kind); /* "Chargeback" */
/* Over a change of a commission: where it went, or what happened to it where it stayed. */
const char *sale_event_heading(struct sv from, struct sv to,
                               struct sv reason);       /* why a commission changed */
const char *sale_rule_words(enum commission_rule rule); /* "the program's rate" */
const char *sale_transfer_words(struct sv kind);        /* "Approved" */
const char *sale_account_words(struct sv account);      /* "Creator: pending" */
/* "10% of the base, the program's rate" */
const char *sale_line_words(struct arena *arena, const struct commission_line *line,
                            const struct unit *unit);

#endif
