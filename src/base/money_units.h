/* The currencies of ISO 4217 with a minor unit of their own: data, used by money.c alone. */
#ifndef MEED_BASE_MONEY_UNITS_H
#define MEED_BASE_MONEY_UNITS_H

#include "base/base.h"

struct currency {
    char code[4];
    uint8_t exponent;
    const char *symbol; /* NULL: shown by its code */
};

/* Sorted by code. */
extern const struct currency money_currencies[];
extern const size_t money_currencies_count;

#endif
