/* What a set of adjustments comes to: pure rules, no table. */
#include "conversion/adjustment_internal.h"

const char *adjustment_kind_text(enum adjustment_kind kind)
{
#define X(name, text, sign) text,
    static const char *const texts[] = {ADJUSTMENT_KINDS(X)};
#undef X
    CHECK(kind < ADJUSTMENT_KIND_COUNT);
    return texts[kind];
}

bool adjustment_kind_find(struct sv text, enum adjustment_kind *out)
{
    for (unsigned i = 0; i < ADJUSTMENT_KIND_COUNT; i++) {
        if (sv_eq_cstr(text, adjustment_kind_text((enum adjustment_kind)i))) {
            *out = (enum adjustment_kind)i;
            return true;
        }
    }
    return false;
}

int adjustment_sign(enum adjustment_kind kind)
{
#define X(name, text, sign) sign,
    static const int signs[] = {ADJUSTMENT_KINDS(X)};
#undef X
    CHECK(kind < ADJUSTMENT_KIND_COUNT);
    return signs[kind];
}

const char *adjustment_refusal_text(enum adjustment_refusal refusal)
{
    switch (refusal) {
    case ADJUSTMENT_REFUSED_PROGRAM:
        return "program_not_yours";
    case ADJUSTMENT_REFUSED_CURRENCY:
        return "other_currency";
    case ADJUSTMENT_REFUSED_BRAND:
        return "brand_inactive";
    case ADJUSTMENT_REFUSED_AMBIGUOUS:
        return "order_ambiguous";
    }
    UNREACHABLE();
}

static const char *const extents[] = {
    [ADJUSTMENT_NOTHING] = "nothing",   [ADJUSTMENT_WHOLE] = "whole",
    [ADJUSTMENT_OF_TOTAL] = "of_total", [ADJUSTMENT_OF_BASE] = "of_base",
    [ADJUSTMENT_LINES] = "lines",
};

const char *adjustment_extent_text(enum adjustment_extent extent)
{
    CHECK(extent < COUNT_OF(extents));
    return extents[extent];
}

bool adjustment_extent_find(struct sv text, enum adjustment_extent *out)
{
    for (unsigned i = 0; i < COUNT_OF(extents); i++) {
        if (sv_eq_cstr(text, extents[i])) {
            *out = (enum adjustment_extent)i;
            return true;
        }
    }
    return false;
}

struct adjustment_row adjustment_row_of(const struct adjustment_event *event)
{
    bool has_amount = event->extent == ADJUSTMENT_OF_TOTAL || event->extent == ADJUSTMENT_OF_BASE;
    bool has_lines = event->extent == ADJUSTMENT_LINES;
    return (struct adjustment_row){.kind = event->kind,
                                   .phase = event->phase,
                                   .extent = event->extent,
                                   .amount = has_amount ? event->amount : 0,
                                   .unit = sv_from(event->unit.code),
                                   .lines = has_lines ? event->lines : NULL,
                                   .n_lines = has_lines ? event->n_lines : 0};
}

/* Replacing ---------------------------------------------------------------------------------- */

/* How much a cumulative row says was taken: nothing, then amounts, then all of it. */
static int64_t reach(const struct adjustment_row *row)
{
    if (row->extent == ADJUSTMENT_NOTHING)
        return -1;
    return row->extent == ADJUSTMENT_WHOLE ? MONEY_MAX + 1 : row->amount;
}

static bool same_lines(const struct adjustment_row *a, const struct adjustment_row *b)
{
    if (a->n_lines != b->n_lines)
        return false;
    for (size_t i = 0; i < a->n_lines; i++) {
        const struct adjustment_line *x = &a->lines[i], *y = &b->lines[i];
        if (!sv_eq(x->line_ref, y->line_ref) || !sv_eq(x->sku, y->sku) ||
            x->quantity != y->quantity || x->base != y->base)
            return false;
    }
    return true;
}

enum adjustment_change adjustment_compare(const struct adjustment_row *stored,
                                          const struct adjustment_row *event, bool cumulative,
                                          const char **field)
{
    *field = NULL;
    if (event->phase != stored->phase)
        return event->phase > stored->phase ? ADJUSTMENT_REPLACES : ADJUSTMENT_REPEATS;
    if (event->kind != stored->kind)
        *field = "kind";
    else if (event->unit.n > 0 && stored->unit.n > 0 && !sv_eq(event->unit, stored->unit))
        *field = "currency";
    else if (cumulative && event->extent != ADJUSTMENT_LINES && stored->extent != ADJUSTMENT_LINES)
        return reach(event) > reach(stored) ? ADJUSTMENT_REPLACES : ADJUSTMENT_REPEATS;
    else if (event->extent != stored->extent || event->amount != stored->amount)
        *field = "amount";
    else if (!same_lines(stored, event))
        *field = "items";
    return *field ? ADJUSTMENT_CONTRADICTS : ADJUSTMENT_REPEATS;
}

/* Summing ------------------------------------------------------------------------------------ */

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

/* Money beyond its range stays at its end: it is far more than any sale. */
static int64_t add(int64_t a, int64_t b)
{
    return clamp(a + b, -MONEY_MAX, MONEY_MAX); /* both are in range, so that 64 bits hold it */
}

/* amount × part / whole, half even. */
static int64_t share(int64_t amount, int64_t part, int64_t whole)
{
    int64_t out;
    if (money_mul_ratio(amount, part, whole, &out))
        return out;
    return part < 0 ? -MONEY_MAX : MONEY_MAX;
}

static int64_t times(int64_t amount, int64_t count)
{
    int64_t out;
    if (!__builtin_mul_overflow(amount, count, &out))
        return clamp(out, -MONEY_MAX, MONEY_MAX);
    return (amount < 0) == (count < 0) ? MONEY_MAX : -MONEY_MAX;
}

/* The order's line that is meant: by its own id, else by its SKU; NULL: none of ours. */
static struct adjustment_item *find_item(struct adjustment_item *items, size_t n,
                                         struct sv line_ref, struct sv sku)
{
    for (size_t i = 0; i < n && line_ref.n > 0; i++)
        if (sv_eq(items[i].line_ref, line_ref))
            return &items[i];
    for (size_t i = 0; i < n && sku.n > 0; i++)
        if (sv_eq(items[i].sku, sku))
            return &items[i];
    return NULL;
}

/* What the lines take, and of each item. Names that mean one item are summed before rounding. */
static int64_t sum_lines(const struct adjustment_line_sum *lines, size_t n_lines,
                         struct adjustment_item *items, size_t n_items)
{
    int64_t total = 0;
    for (size_t i = 0; i < n_items; i++)
        items[i].told = items[i].counted = items[i].wholes = 0;
    for (size_t i = 0; i < n_lines; i++) {
        const struct adjustment_line_sum *l = &lines[i];
        struct adjustment_item *item = find_item(items, n_items, l->line_ref, l->sku);
        if (!item) { /* a line that we don't know: what was told of it */
            total = add(total, l->told);
            continue;
        }
        item->told = add(item->told, l->told);
        item->counted = add(item->counted, l->quantity);
        item->wholes = add(item->wholes, l->wholes);
    }
    for (size_t i = 0; i < n_items; i++) {
        struct adjustment_item *item = &items[i];
        int64_t quantity = item->quantity > 0 ? item->quantity : 1;
        int64_t taken =
            clamp(add(item->counted, times(quantity, item->wholes)), -quantity, quantity);
        int64_t effect = add(item->told, share(item->base, taken, quantity));
        item->refunded = clamp(effect, 0, item->base);
        total = add(total, effect);
    }
    return total;
}

struct adjustment_state adjustment_state_of(const struct adjustment_sale *sale,
                                            const struct adjustment_sums *sums,
                                            const struct adjustment_line_sum *lines, size_t n_lines,
                                            struct adjustment_item *items, size_t n_items)
{
    struct adjustment_state state = {0};
    int64_t of_lines = sum_lines(lines, n_lines, items, n_items);
    int64_t parts = add(sums->of_base, of_lines);
    int64_t of_total = sale->gross > 0 ? share(sale->base, sums->of_total, sale->gross)
                                       : clamp(sums->of_total, -sale->base, sale->base);
    state.effect = add(add(times(sale->base, sums->wholes), of_total), parts);
    state.refunded_base = clamp(state.effect, 0, sale->base);
    state.refunded_gross =
        clamp(add(add(times(sale->gross, sums->wholes), sums->of_total), parts), 0, sale->gross);
    /* Of a base of 0 any refund is a whole one, as in ledger_clawed. */
    state.is_refunded = sale->base > 0 ? state.refunded_base > 0
                                       : sums->wholes + (sums->of_total > 0) + (parts > 0) > 0;
    state.is_whole = state.is_refunded && state.refunded_base >= sale->base;
    return state;
}

int64_t adjustment_effect(const struct adjustment_sale *sale, const struct adjustment_row *row,
                          struct adjustment_item *items, size_t n_items)
{
    int64_t total = 0;
    struct adjustment_sums sums = {0};
    if (row->extent == ADJUSTMENT_WHOLE)
        sums.wholes = 1;
    if (row->extent == ADJUSTMENT_OF_TOTAL)
        sums.of_total = row->amount;
    if (row->extent == ADJUSTMENT_OF_BASE)
        sums.of_base = row->amount;
    /* Line by line: two lines of one name are as rare as their rounding is small. */
    for (size_t i = 0; i < row->n_lines; i++) {
        const struct adjustment_line *l = &row->lines[i];
        bool is_told = l->base >= 0;
        struct adjustment_line_sum sum = {.line_ref = l->line_ref,
                                          .sku = l->sku,
                                          .told = is_told ? l->base : 0,
                                          .quantity = is_told ? 0 : l->quantity,
                                          .wholes = !is_told && l->quantity == 0};
        total = add(total, sum_lines(&sum, 1, items, n_items));
    }
    total = add(total, adjustment_state_of(sale, &sums, NULL, 0, items, n_items).effect);
    return adjustment_sign(row->kind) * total;
}
