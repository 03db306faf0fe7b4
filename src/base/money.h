/*
 * Money: int64 minor units of one unit (an ISO 4217 currency, or a reward unit).
 *
 * No floating point. Every sum is checked: an overflow is reported, never
 * wrapped. Adding two different units is a programming error. Rates are basis
 * points (1 bp = 0.01%). Rounding is half to even, and stated at each place.
 * Exponents: ISO 4217; the table is money_units.c.
 */
#ifndef MEED_BASE_MONEY_H
#define MEED_BASE_MONEY_H

#include "base/arena.h"
#include "base/sv.h"

enum { UNIT_CODE_SIZE = 24, BP_WHOLE = 10000 };
/* No amount, entry or balance is larger: room to sum a thousand of them in 64 bits. */
#define MONEY_MAX INT64_C(9000000000000000)

struct unit {
    char code[UNIT_CODE_SIZE]; /* "USD", "points", "discount_per:1000bp" */
    uint8_t exponent;          /* digits behind the point */
};

struct money {
    int64_t minor;
    struct unit unit;
};

enum money_parse {
    MONEY_OK,
    MONEY_NOT_A_NUMBER, /* empty, NaN, 1e3, blanks, a thousands separator, two points */
    MONEY_NEGATIVE,
    MONEY_OVER_PRECISE, /* more digits than the unit has, e.g. JPY 1.5 */
    MONEY_TOO_LARGE,
};

/* ISO 4217 alphabetic code in upper case; false when unknown. */
MUST_USE bool unit_find_currency(struct sv code, struct unit *out);
/* The i-th currency's code in alphabetical order, NULL past the last: for choices in forms. */
const char *unit_currency_at(size_t i);
bool unit_eq(const struct unit *a, const struct unit *b);

/* "129.90" → 12990 for an exponent of 2. Trailing zeros beyond the exponent are fine. */
MUST_USE enum money_parse money_parse_major(struct sv text, uint8_t exponent, int64_t *minor);
/* "129.90": a plain decimal point, no separators; for APIs and CSV. */
char *money_format_major(struct arena *arena, int64_t minor, uint8_t exponent);
/* "$129.90", "€1,204.00", "¥500", "KWD 1.250": for people. */
char *money_format_display(struct arena *arena, int64_t minor, const struct unit *unit);

MUST_USE bool money_add(int64_t a, int64_t b, int64_t *out); /* within ±MONEY_MAX */
/* amount × numerator / denominator, half to even, in 128 bits; false past MONEY_MAX. */
MUST_USE bool money_mul_ratio(int64_t amount, int64_t numerator, int64_t denominator, int64_t *out);
MUST_USE bool money_mul_bp(int64_t amount, int32_t rate_bp, int64_t *out);

#endif
