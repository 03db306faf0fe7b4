/* What a partner reads of a sale: the chip, the sentence, and each change in words. */
#ifndef MEED_REPORT_PARTNER_EARNING_WORDS_H
#define MEED_REPORT_PARTNER_EARNING_WORDS_H

#include "conversion/conversion_list.h"
#include "view/format.h"

enum format_state earning_state(const struct earning_row *row);
/* "Pending: releases on 12 Jun, if the customer keeps the order." Times are UTC. */
const char *earning_sentence(struct arena *arena, const struct earning_row *row);
/* How the sale came to the partner: "Your link", "Your code". */
/* Of a change that left the state as it was. */
const char *earning_part_words(struct sv reason);
const char *earning_method_words(struct sv method);

#endif
