#include "base/buf.h"
#include "base/money.h"
#include "base/money_units.h"

enum { EXPONENT_MAX = 8, DISPLAY_LIMIT = 96 };

static int compare_currency(const void *key, const void *element)
{
    return memcmp(key, ((const struct currency *)element)->code, 3);
}

static const struct currency *find_currency(struct sv code)
{
    if (code.n != 3)
        return NULL;
    return bsearch(code.p, money_currencies, money_currencies_count, sizeof(money_currencies[0]),
                   compare_currency);
}

bool unit_find_currency(struct sv code, struct unit *out)
{
    const struct currency *currency = find_currency(code);

    if (currency == NULL)
        return false;
    *out = (struct unit){.exponent = currency->exponent};
    memcpy(out->code, currency->code, sizeof(currency->code));
    return true;
}

const char *unit_currency_at(size_t i)
{
    return i < money_currencies_count ? money_currencies[i].code : NULL;
}

bool unit_eq(const struct unit *a, const struct unit *b)
{
    return a->exponent == b->exponent && strncmp(a->code, b->code, UNIT_CODE_SIZE) == 0;
}

static bool is_digits(struct sv s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

/* Appends one decimal digit; false past MONEY_MAX. */
static bool push_digit(int64_t *value, int digit)
{
    if (*value > (MONEY_MAX - digit) / 10)
        return false;
    *value = *value * 10 + digit;
    return true;
}

static bool all_zeros(struct sv s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != '0')
            return false;
    return true;
}

enum money_parse money_parse_major(struct sv text, uint8_t exponent, int64_t *minor)
{
    bool negative = sv_starts(text, SV("-"));
    struct sv fraction = negative ? sv_from_index(text, 1) : text;
    bool has_point = sv_contains(fraction, '.');
    struct sv whole = sv_cut(&fraction, '.');
    int64_t value = 0;

    CHECK(exponent <= EXPONENT_MAX);
    if (!is_digits(whole) || (has_point && !is_digits(fraction)))
        return MONEY_NOT_A_NUMBER;
    if (negative)
        return MONEY_NEGATIVE;
    if (!all_zeros(sv_from_index(fraction, exponent)))
        return MONEY_OVER_PRECISE;
    for (size_t i = 0; i < whole.n; i++)
        if (!push_digit(&value, whole.p[i] - '0'))
            return MONEY_TOO_LARGE;
    for (size_t i = 0; i < exponent; i++)
        if (!push_digit(&value, i < fraction.n ? fraction.p[i] - '0' : 0))
            return MONEY_TOO_LARGE;
    *minor = value;
    return MONEY_OK;
}

static uint64_t magnitude(int64_t v)
{
    return v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
}

static uint64_t power_of_ten(uint8_t exponent)
{
    uint64_t power = 1;

    CHECK(exponent <= EXPONENT_MAX);
    for (uint8_t i = 0; i < exponent; i++)
        power *= 10;
    return power;
}

char *money_format_major(struct arena *arena, int64_t minor, uint8_t exponent)
{
    uint64_t power = power_of_ten(exponent), value = magnitude(minor);
    const char *sign = minor < 0 ? "-" : "";

    if (exponent == 0)
        return arena_printf(arena, "%s%" PRIu64, sign, value);
    return arena_printf(arena, "%s%" PRIu64 ".%0*" PRIu64, sign, value / power, (int)exponent,
                        value % power);
}

static void put_grouped(struct buf *b, uint64_t value)
{
    char digits[24];
    int len = snprintf(digits, sizeof(digits), "%" PRIu64, value);

    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            buf_putc(b, ',');
        buf_putc(b, digits[i]);
    }
}

char *money_format_display(struct arena *arena, int64_t minor, const struct unit *unit)
{
    const struct currency *currency = find_currency(sv_from(unit->code));
    uint64_t power = power_of_ten(unit->exponent), value = magnitude(minor);
    struct buf b = buf_new(arena, DISPLAY_LIMIT);

    if (minor < 0)
        buf_putc(&b, '-');
    if (currency != NULL && currency->symbol != NULL)
        buf_puts(&b, currency->symbol);
    else if (currency != NULL)
        buf_printf(&b, "%s ", currency->code);
    put_grouped(&b, value / power);
    if (unit->exponent > 0)
        buf_printf(&b, ".%0*" PRIu64, (int)unit->exponent, value % power);
    if (currency == NULL)
        buf_printf(&b, " %s", unit->code);
    CHECK(!b.overflow);
    return b.p;
}

static bool within_bounds(int64_t v)
{
    return v >= -MONEY_MAX && v <= MONEY_MAX;
}

bool money_add(int64_t a, int64_t b, int64_t *out)
{
    int64_t sum;

    if (__builtin_add_overflow(a, b, &sum) || !within_bounds(sum))
        return false;
    *out = sum;
    return true;
}

bool money_mul_ratio(int64_t amount, int64_t numerator, int64_t denominator, int64_t *out)
{
    __int128 product = (__int128)amount * numerator, quotient, rest;

    CHECK(denominator > 0);
    quotient = product / denominator; /* towards zero; rest has the product's sign */
    rest = product % denominator;
    if (rest < 0)
        rest = -rest;
    if (rest * 2 > denominator || (rest * 2 == denominator && quotient % 2 != 0))
        quotient += product < 0 ? -1 : 1;
    if (quotient < -MONEY_MAX || quotient > MONEY_MAX)
        return false;
    *out = (int64_t)quotient;
    return true;
}

bool money_mul_bp(int64_t amount, int32_t rate_bp, int64_t *out)
{
    return money_mul_ratio(amount, rate_bp, BP_WHOLE, out);
}
