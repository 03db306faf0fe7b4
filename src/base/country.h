/* Countries, by ISO 3166-1: two capital letters and a name (English; word it by _()). */
#ifndef MEED_BASE_COUNTRY_H
#define MEED_BASE_COUNTRY_H

#include "base/sv.h"

struct country {
    char code[3];
    const char *name;
};

/* Sorted by name. */
extern const struct country countries[];
extern const size_t countries_count;

const struct country *country_find(struct sv code); /* NULL: none has that code */

#endif
