/*
 * String views: a pointer and a length, owned by somebody else, not terminated.
 * Parsing helpers accept only what they name: no leading blanks, no locale, no partial read.
 */
#ifndef MEED_BASE_SV_H
#define MEED_BASE_SV_H

#include "base/base.h"

struct arena;

struct sv {
    const char *p;
    size_t n;
};

#define SV(literal)  ((struct sv){(literal), sizeof(literal) - 1})
#define SV_NONE      ((struct sv){NULL, 0})
#define SV_FMT       "%.*s"
#define SV_ARG(view) (int)(view).n, (view).p

struct sv sv_from(const char *text); /* NULL gives the empty view */
struct sv sv_of(const char *p, size_t n);
char *sv_dup(struct arena *arena, struct sv s); /* terminated copy */
struct sv sv_copy(struct arena *arena, struct sv s);

bool sv_eq(struct sv a, struct sv b);
bool sv_eq_cstr(struct sv a, const char *b);
bool sv_eq_nocase(struct sv a, struct sv b); /* ASCII */
bool sv_starts(struct sv s, struct sv prefix);
bool sv_ends(struct sv s, struct sv suffix);
bool sv_contains(struct sv s, char c);
ptrdiff_t sv_find(struct sv s, char c);                 /* −1 when absent */
struct sv sv_sub(struct sv s, size_t from, size_t len); /* clamped */
struct sv sv_from_index(struct sv s, size_t from);
struct sv sv_trim(struct sv s);                       /* ASCII blanks, both ends */
struct sv sv_lower(struct arena *arena, struct sv s); /* ASCII */
/* Cuts *rest at the first `sep`: returns the part before, leaves the part behind in *rest. */
struct sv sv_cut(struct sv *rest, char sep);

/* Decimal digits only (a leading '-' for the signed one), whole view, no overflow. */
MUST_USE bool sv_to_i64(struct sv s, int64_t *out);
MUST_USE bool sv_to_u64(struct sv s, uint64_t *out);
bool sv_is_utf8(struct sv s);        /* well-formed UTF-8, no NUL */
bool sv_is_ascii_graph(struct sv s); /* every byte 0x21–0x7e */

/* Lower-case hex; `out` holds 2 × n + 1. */
void hex_encode(char *out, const uint8_t *bytes, size_t n);
MUST_USE bool hex_decode(uint8_t *out, size_t n, struct sv hex); /* exactly 2 × n digits */

#endif
