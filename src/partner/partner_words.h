/* Partnerships, their outcomes and their terms, in words and chips. */
#ifndef MEED_PARTNER_PARTNER_WORDS_H
#define MEED_PARTNER_PARTNER_WORDS_H

#include "partner/partner.h"
#include "view/format.h"

enum format_state partner_state(enum partnership_status status);
/* Why something was refused and what to do; only for outcomes that a person can mend. */
const char *partner_result_words(enum partner_result result);
/* A creator as people call one: the handle; the name where a test creator has none to show. */
struct sv partner_who(const struct partnership *partnership);

/* Why a brand declines or ends: the codes are stored, so never rename one. */
struct partner_reason {
    const char *code, *text; /* the text is for _() */
};
/* Those that a decision may carry; none for decisions that need no reason. */
const struct partner_reason *partner_reasons(enum partner_decision decision, size_t *n);
/* "10% of every sale", "$15.00 for every sale" */
const char *partner_rate_words(struct arena *arena, const struct program *program);

#endif
