/* What a name, an address, a handle … may look like. Pure. */
#include "account/account.h"

#include "base/country.h"
#include "base/money.h"
#include "crypto/password.h"

enum { CHANNELS_TEXT_MAX = ACCOUNT_CHANNELS_MAX * (ACCOUNT_CHANNEL_MAX + 2), LABEL_MAX = 63 };

static size_t characters(struct sv s)
{
    size_t n = 0;

    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
    return n;
}

static bool has_control(struct sv s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
            return true;
    return false;
}

static enum account_fault check_name(struct sv name)
{
    if (!sv_is_utf8(name) || has_control(name))
        return ACCOUNT_MALFORMED;
    return characters(name) > ACCOUNT_NAME_MAX ? ACCOUNT_TOO_LONG : ACCOUNT_FINE;
}

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Labels of letters, digits and inner hyphens; at least two of them. */
static bool is_domain(struct sv host)
{
    size_t labels = 0;

    while (host.n > 0) {
        bool more = sv_contains(host, '.');
        struct sv label = sv_cut(&host, '.');

        if (label.n == 0 || label.n > LABEL_MAX || label.p[0] == '-' ||
            label.p[label.n - 1] == '-' || (more && host.n == 0))
            return false;
        for (size_t i = 0; i < label.n; i++)
            if (!is_alnum(label.p[i]) && label.p[i] != '-')
                return false;
        labels++;
    }
    return labels >= 2;
}

/*
 * Narrower than RFC 5321 where its freedom is not used by people: no quotes, no comments, ASCII.
 * What passes can stand in a header field and in an SMTP command.
 */
static enum account_fault check_email(struct sv email)
{
    struct sv domain = email, local;

    if (email.n > ACCOUNT_EMAIL_MAX)
        return ACCOUNT_TOO_LONG;
    local = sv_cut(&domain, '@');
    if (local.n == 0 || local.n > 64 || local.p[0] == '.' || local.p[local.n - 1] == '.' ||
        !is_domain(domain))
        return ACCOUNT_MALFORMED;
    for (size_t i = 0; i < local.n; i++)
        if (!is_alnum(local.p[i]) && !sv_contains(SV("!#$%&'*+-/=?^_`{|}~."), local.p[i]))
            return ACCOUNT_MALFORMED;
    return ACCOUNT_FINE;
}

static enum account_fault check_password(struct sv password)
{
    if (!sv_is_utf8(password))
        return ACCOUNT_MALFORMED;
    if (password.n > PASSWORD_MAX)
        return ACCOUNT_TOO_LONG;
    return characters(password) < PASSWORD_MIN ? ACCOUNT_TOO_SHORT : ACCOUNT_FINE;
}

static enum account_fault check_handle(struct sv handle)
{
    if (handle.n > ACCOUNT_HANDLE_MAX)
        return ACCOUNT_TOO_LONG;
    for (size_t i = 0; i < handle.n; i++)
        if (!is_alnum(handle.p[i]) && (i == 0 || !sv_contains(SV("._-"), handle.p[i])))
            return ACCOUNT_MALFORMED;
    return handle.n < ACCOUNT_HANDLE_MIN ? ACCOUNT_TOO_SHORT : ACCOUNT_FINE;
}

bool account_next_channel(struct sv *rest, struct sv *url)
{
    while (rest->n > 0) {
        *url = sv_trim(sv_cut(rest, '\n'));
        if (url->n > 0)
            return true;
    }
    return false;
}

static bool is_web_address(struct sv url)
{
    struct sv host = url;

    if (!sv_starts(url, SV("https://")) && !sv_starts(url, SV("http://")))
        return false;
    (void)sv_cut(&host, '/');
    host = sv_from_index(host, 1);
    host = sv_cut(&host, '/');
    host = sv_cut(&host, '?');
    return is_domain(sv_cut(&host, ':')) && sv_is_utf8(url) && !has_control(url) &&
           !sv_contains(url, ' ');
}

static enum account_fault check_channels(struct sv text)
{
    struct sv url;
    size_t count = 0;

    if (text.n > CHANNELS_TEXT_MAX)
        return ACCOUNT_TOO_LONG;
    while (account_next_channel(&text, &url)) {
        if (++count > ACCOUNT_CHANNELS_MAX)
            return ACCOUNT_TOO_MANY;
        if (url.n > ACCOUNT_CHANNEL_MAX)
            return ACCOUNT_TOO_LONG;
        if (!is_web_address(url))
            return ACCOUNT_MALFORMED;
    }
    return count == 0 ? ACCOUNT_MISSING : ACCOUNT_FINE;
}

static enum account_fault check_zone(struct sv zone)
{
    char name[64] = "";

    if (zone.n >= sizeof(name))
        return ACCOUNT_UNKNOWN;
    memcpy(name, zone.p, zone.n);
    return clock_zone_is_known(name) ? ACCOUNT_FINE : ACCOUNT_UNKNOWN;
}

enum account_fault account_check_field(enum account_field field, struct sv value)
{
    struct unit unit;

    if (value.n == 0)
        return ACCOUNT_MISSING;
    switch (field) {
    case ACCOUNT_NAME:
    case ACCOUNT_COMPANY:
    case ACCOUNT_BRAND:
        return check_name(value);
    case ACCOUNT_EMAIL:
        return check_email(value);
    case ACCOUNT_PASSWORD:
        return check_password(value);
    case ACCOUNT_TZ:
        return check_zone(value);
    case ACCOUNT_CURRENCY:
        return unit_find_currency(value, &unit) ? ACCOUNT_FINE : ACCOUNT_UNKNOWN;
    case ACCOUNT_HANDLE:
        return check_handle(value);
    case ACCOUNT_COUNTRY:
        return country_find(value) != NULL ? ACCOUNT_FINE : ACCOUNT_UNKNOWN;
    case ACCOUNT_CHANNELS:
        return check_channels(value);
    case ACCOUNT_FIELDS:
        break;
    }
    UNREACHABLE();
}

#define HAS(field) (1U << (field))

static const unsigned fields_of[] = {
    [ACCOUNT_OF_BRAND] = HAS(ACCOUNT_NAME) | HAS(ACCOUNT_EMAIL) | HAS(ACCOUNT_PASSWORD) |
                         HAS(ACCOUNT_COMPANY) | HAS(ACCOUNT_BRAND) | HAS(ACCOUNT_TZ) |
                         HAS(ACCOUNT_CURRENCY),
    [ACCOUNT_OF_CREATOR] = HAS(ACCOUNT_NAME) | HAS(ACCOUNT_EMAIL) | HAS(ACCOUNT_PASSWORD) |
                           HAS(ACCOUNT_HANDLE) | HAS(ACCOUNT_COUNTRY) | HAS(ACCOUNT_CHANNELS),
    [ACCOUNT_OF_ADMIN] = HAS(ACCOUNT_NAME) | HAS(ACCOUNT_EMAIL) | HAS(ACCOUNT_PASSWORD),
};

bool account_check(enum account_kind kind, struct account_input *input,
                   struct account_faults *faults)
{
    bool fine = true;

    for (unsigned field = 0; field < ACCOUNT_FIELDS; field++) {
        faults->field[field] = ACCOUNT_FINE;
        if ((fields_of[kind] & HAS(field)) == 0)
            continue;
        if (field != ACCOUNT_PASSWORD) /* blanks in it are the user's own */
            input->field[field] = sv_trim(input->field[field]);
        faults->field[field] = account_check_field((enum account_field)field, input->field[field]);
        fine &= faults->field[field] == ACCOUNT_FINE;
    }
    return fine;
}

void account_code_prefix(char out[13], struct sv brand_name)
{
    size_t n = 0;

    for (size_t i = 0; i < brand_name.n && n < 12; i++) {
        char c = brand_name.p[i];

        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
            out[n++] = c;
    }
    out[n] = '\0';
    if (n == 0) /* no Latin letter in it */
        (void)snprintf(out, 13, "CODE");
}
