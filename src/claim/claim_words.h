/* What claims are called, in words. */
#ifndef MEED_CLAIM_CLAIM_WORDS_H
#define MEED_CLAIM_CLAIM_WORDS_H

#include "claim/claim.h"
#include "view/format.h"

enum format_state claim_state_chip(enum claim_state state);
/* What happened, why, and what to do; for all but CLAIM_OK. */
const char *claim_result_words(enum claim_result result);

#endif
