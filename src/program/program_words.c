/* The stored words of the enums, both ways. */
#include "program/program.h"

static bool find_word(const char *const *words, size_t count, struct sv text, int *out)
{
    for (size_t i = 0; i < count; i++) {
        if (sv_eq_cstr(text, words[i])) {
            *out = (int)i;
            return true;
        }
    }
    return false;
}

#define X(name, text) text,
static const char *const status_words[] = {PROGRAM_STATUSES(X)};
static const char *const preset_words[] = {PROGRAM_PRESETS(X)};
static const char *const pay_words[] = {PROGRAM_PAYS(X)};
static const char *const base_words[] = {PROGRAM_BASES(X)};
static const char *const approval_words[] = {PROGRAM_APPROVALS(X)};
static const char *const bearer_words[] = {PROGRAM_BEARERS(X)};
static const char *const clawback_words[] = {PROGRAM_CLAWBACKS(X)};
static const char *const code_rank_words[] = {PROGRAM_CODE_RANKS(X)};
#undef X

#define WORDS(kind)                                                                                \
    const char *program_##kind##_text(enum program_##kind value)                                   \
    {                                                                                              \
        CHECK((size_t)value < COUNT_OF(kind##_words));                                             \
        return kind##_words[value];                                                                \
    }                                                                                              \
    bool program_##kind##_find(struct sv text, enum program_##kind *out)                           \
    {                                                                                              \
        int found = 0;                                                                             \
        if (!find_word(kind##_words, COUNT_OF(kind##_words), text, &found))                        \
            return false;                                                                          \
        *out = (enum program_##kind)found;                                                         \
        return true;                                                                               \
    }

WORDS(status)
WORDS(preset)
WORDS(pay)
WORDS(base)
WORDS(approval)
WORDS(bearer)
WORDS(clawback)
WORDS(code_rank)
