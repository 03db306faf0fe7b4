#include "click/bots.h"

static const struct sv patterns[] = {
#define BOT(text) {(text), sizeof(text) - 1},
#include "click/bots.def"
#undef BOT
};

/* A maker of phones, whose name ends like a robot's. */
#define PHONE "cubot"

enum { AGENT_LOOKED_AT = 512 };

static bool contains(struct sv s, struct sv part)
{
    return memmem(s.p, s.n, part.p, part.n) != NULL;
}

/* Overwrites the phone maker's name, so that it matches nothing. */
static void hide_phones(char *text, size_t n)
{
    char *at;

    while ((at = memmem(text, n, PHONE, sizeof(PHONE) - 1)) != NULL)
        memset(at, '-', sizeof(PHONE) - 1);
}

bool bots_match(struct sv user_agent)
{
    char lower[AGENT_LOOKED_AT + 1];
    size_t n = user_agent.n < AGENT_LOOKED_AT ? user_agent.n : AGENT_LOOKED_AT;

    for (size_t i = 0; i < n; i++) {
        char c = user_agent.p[i];

        lower[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    hide_phones(lower, n);
    /* Ends a name that is the whole text: "Twitterbot". */
    lower[n] = ' ';
    for (size_t i = 0; i < COUNT_OF(patterns); i++)
        if (contains(sv_of(lower, n + 1), patterns[i]))
            return true;
    return false;
}

static bool says(struct sv header, const char *word)
{
    struct sv rest = header;

    /* Sec-Purpose is a structured list: "prefetch;prerender". */
    while (rest.n > 0) {
        struct sv item = sv_trim(sv_cut(&rest, ';'));

        if (sv_eq_nocase(item, sv_from(word)))
            return true;
    }
    return false;
}

bool bots_is_prefetch(struct sv sec_purpose, struct sv purpose, struct sv x_purpose,
                      struct sv x_moz)
{
    return says(sec_purpose, "prefetch") || says(purpose, "prefetch") ||
           says(x_purpose, "prefetch") || says(x_purpose, "preview") || says(x_moz, "prefetch");
}
