#include "domain/domain.h"
#include "partner/partner.h"

enum { CREATOR_IN_CODE_MAX = 16 };

static const char *const status_texts[] = {
#define X(name, text) text,
    PARTNERSHIP_STATUSES(X)
#undef X
};

const char *partnership_status_text(enum partnership_status status)
{
    CHECK((unsigned)status < PARTNERSHIP_STATUS_COUNT);
    return status_texts[status];
}

bool partnership_status_find(struct sv text, enum partnership_status *out)
{
    for (unsigned i = 0; i < PARTNERSHIP_STATUS_COUNT; i++) {
        if (sv_eq_cstr(text, status_texts[i])) {
            *out = (enum partnership_status)i;
            return true;
        }
    }
    return false;
}

static bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static char to_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static char to_upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

void partner_make_slug(char out[PARTNER_SLUG_SIZE], struct sv handle)
{
    size_t n = 0;
    for (size_t i = 0; i < handle.n && n < PARTNER_SLUG_SIZE - 1; i++) {
        if (is_letter_or_digit(handle.p[i]))
            out[n++] = to_lower(handle.p[i]);
        else if (n > 0 && out[n - 1] != '-')
            out[n++] = '-';
    }
    while (n > 0 && out[n - 1] == '-')
        n--;
    out[n] = '\0';
}

/* Appends to a code; false when it gets too long. */
static bool put(char *out, size_t *n, char c)
{
    if (*n >= PARTNER_CODE_SIZE - 1)
        return false;
    out[(*n)++] = c;
    return true;
}

static bool put_part(char *out, size_t *n, struct sv part, size_t most)
{
    for (size_t i = 0, taken = 0; i < part.n && taken < most; i++) {
        if (!is_letter_or_digit(part.p[i]))
            continue;
        taken++;
        if (!put(out, n, to_upper(part.p[i])))
            return false;
    }
    return true;
}

static bool put_placeholder(char *out, size_t *n, struct sv name, struct sv brand_prefix,
                            struct sv handle)
{
    if (sv_eq(name, SV("BRAND")))
        return put_part(out, n, brand_prefix, brand_prefix.n);
    if (sv_eq(name, SV("CREATOR")))
        return put_part(out, n, handle, CREATOR_IN_CODE_MAX);
    if (name.n == 1 && name.p[0] >= '1' && name.p[0] <= '9') {
        char random_part[10];
        size_t length = (size_t)(name.p[0] - '0');
        id_code(random_part, length);
        return put_part(out, n, sv_of(random_part, length), length);
    }
    return false;
}

bool partner_make_code(char out[PARTNER_CODE_SIZE], struct sv template_text, struct sv brand_prefix,
                       struct sv handle)
{
    size_t n = 0;
    struct sv rest = template_text;
    while (rest.n > 0) {
        if (rest.p[0] != '{') {
            if (!put(out, &n, to_upper(rest.p[0])))
                return false;
            rest = sv_from_index(rest, 1);
            continue;
        }
        ptrdiff_t end = sv_find(rest, '}');
        if (end < 0 ||
            !put_placeholder(out, &n, sv_sub(rest, 1, (size_t)end - 1), brand_prefix, handle))
            return false;
        rest = sv_from_index(rest, (size_t)end + 1);
    }
    out[n] = '\0';
    return n > 0;
}

static const char *address(struct arena *arena, const struct settings *settings,
                           const struct partner_link *link, const char *path, struct sv value)
{
    if (value.n == 0)
        return NULL;
    return arena_printf(arena, "%s%s" SV_FMT, domain_base_url(arena, settings, link->host), path,
                        SV_ARG(value));
}

const char *partner_short_url(struct arena *arena, const struct settings *settings,
                              const struct partner_link *link)
{
    return address(arena, settings, link, "/", link->token);
}

const char *partner_go_url(struct arena *arena, const struct settings *settings,
                           const struct partner_link *link)
{
    return address(arena, settings, link, "/go/", link->slug);
}

const char *partner_ref_url(struct arena *arena, const struct settings *settings,
                            const struct partner_link *link)
{
    return address(arena, settings, link, "/r?ref=", link->ref);
}
