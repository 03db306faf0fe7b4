/* The names in the chart of accounts, and what makes a transfer well-formed. */
#include "ledger/ledger_internal.h"

static const struct {
    const char *text, *name;
    enum ledger_owner owner;
    bool floored;
} purposes[] = {
#define PREFIX_PARTNER "P."
#define PREFIX_BRAND   "B."
#define PREFIX_NETWORK "N."
#define X(id, of, stored, floor)                                                                   \
    [LEDGER_##id] = {                                                                              \
        .text = stored, .name = PREFIX_##of stored, .owner = LEDGER_##of, .floored = floor},
    LEDGER_PURPOSES(X)
#undef X
};

static const char *const sources[] = {
#define X(id, stored) [LEDGER_OF_##id] = stored,
    LEDGER_SOURCES(X)
#undef X
};

static const struct {
    const char *text;
    enum ledger_source source;
} kinds[] = {
#define X(id, stored, of) [LEDGER_##id] = {stored, LEDGER_OF_##of},
    LEDGER_KINDS(X)
#undef X
};

static const char *const owners[] = {
    [LEDGER_PARTNER] = "partner", [LEDGER_BRAND] = "brand", [LEDGER_NETWORK] = "network"};

const char *ledger_mode_text(enum ledger_mode mode)
{
    return mode == LEDGER_TEST ? "test" : "live";
}

const char *ledger_owner_text(enum ledger_owner owner)
{
    CHECK((size_t)owner < COUNT_OF(owners));
    return owners[owner];
}

const char *ledger_purpose_text(enum ledger_purpose purpose)
{
    CHECK(purpose < LEDGER_PURPOSE_COUNT);
    return purposes[purpose].text;
}

const char *ledger_purpose_name(enum ledger_purpose purpose)
{
    CHECK(purpose < LEDGER_PURPOSE_COUNT);
    return purposes[purpose].name;
}

const char *ledger_source_text(enum ledger_source source)
{
    CHECK(source < LEDGER_SOURCE_COUNT);
    return sources[source];
}

const char *ledger_kind_text(enum ledger_kind kind)
{
    CHECK(kind < LEDGER_KIND_COUNT);
    return kinds[kind].text;
}

bool ledger_purpose_find(struct sv owner, struct sv text, enum ledger_purpose *out)
{
    for (unsigned i = 0; i < LEDGER_PURPOSE_COUNT; i++)
        if (sv_eq_cstr(text, purposes[i].text) && sv_eq_cstr(owner, owners[purposes[i].owner])) {
            *out = (enum ledger_purpose)i;
            return true;
        }
    return false;
}

bool ledger_source_find(struct sv text, enum ledger_source *out)
{
    for (unsigned i = 0; i < LEDGER_SOURCE_COUNT; i++)
        if (sv_eq_cstr(text, sources[i])) {
            *out = (enum ledger_source)i;
            return true;
        }
    return false;
}

bool ledger_kind_find(struct sv text, enum ledger_kind *out)
{
    for (unsigned i = 0; i < LEDGER_KIND_COUNT; i++)
        if (sv_eq_cstr(text, kinds[i].text)) {
            *out = (enum ledger_kind)i;
            return true;
        }
    return false;
}

enum ledger_owner ledger_purpose_owner(enum ledger_purpose purpose)
{
    CHECK(purpose < LEDGER_PURPOSE_COUNT);
    return purposes[purpose].owner;
}

bool ledger_purpose_is_floored(enum ledger_purpose purpose)
{
    CHECK(purpose < LEDGER_PURPOSE_COUNT);
    return purposes[purpose].floored;
}

enum ledger_source ledger_kind_source(enum ledger_kind kind)
{
    CHECK(kind < LEDGER_KIND_COUNT);
    return kinds[kind].source;
}

bool ledger_same_account(const struct ledger_entry *a, const struct ledger_entry *b)
{
    return a->purpose == b->purpose && a->owner == b->owner && unit_eq(&a->unit, &b->unit);
}

static const char *entry_problem(const struct ledger_transfer *t, const struct ledger_entry *e)
{
    if (e->amount == 0)
        return "an entry is zero";
    if (e->amount > MONEY_MAX || e->amount < -MONEY_MAX)
        return "an entry is out of range";
    if (e->unit.code[0] == '\0')
        return "an entry has no unit";
    switch (ledger_purpose_owner(e->purpose)) {
    case LEDGER_PARTNER:
        return e->owner ? NULL : "a partner's entry names no partner";
    case LEDGER_BRAND:
        if (e->owner != t->brand)
            return "an entry belongs to another brand";
        break;
    case LEDGER_NETWORK:
        if (e->owner)
            return "a network's entry names an owner";
        break;
    }
    return e->guard == LEDGER_UNGUARDED ? NULL : "a guard on an account without a balance";
}

const char *ledger_transfer_problem(const struct ledger_transfer *t)
{
    if (!t->source || !t->brand || !t->seq)
        return "source, brand or sequence is missing";
    if (t->n < 2 || t->n > LEDGER_ENTRIES_MAX)
        return "two to eight entries are needed";
    for (unsigned i = 0; i < t->n; i++) {
        const struct ledger_entry *e = &t->entries[i];
        const char *problem = entry_problem(t, e);
        if (problem)
            return problem;
        int64_t sum = 0; /* at most eight terms below 2^53: no overflow */
        for (unsigned j = 0; j < t->n; j++) {
            if (j != i && ledger_same_account(e, &t->entries[j]))
                return "two entries are on one account";
            if (unit_eq(&e->unit, &t->entries[j].unit))
                sum += t->entries[j].amount;
        }
        if (sum != 0)
            return "the entries of a unit do not sum to zero";
    }
    return NULL;
}
