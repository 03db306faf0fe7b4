/* Names of hosts and what their states mean. Pure. */
#include "base/clock.h"
#include "domain/domain_internal.h"
#include "net/url.h"

enum { HOURLY_FROM_TRY = 7, TRIES_MAX = 175 /* 30 s, 1, 2 … 32 min, then hourly: 7 days */ };

static const char *const dns_texts[] = {"unknown", "none", "wrong", "right"};
static const char *const cert_texts[] = {"unknown", "none", "other", "right"};

const char *domain_dns_text(enum domain_dns dns)
{
    CHECK((unsigned)dns < COUNT_OF(dns_texts));
    return dns_texts[dns];
}

const char *domain_cert_text(enum domain_cert cert)
{
    CHECK((unsigned)cert < COUNT_OF(cert_texts));
    return cert_texts[cert];
}

static unsigned index_of(const char *const *texts, unsigned count, struct sv text)
{
    for (unsigned i = 0; i < count; i++)
        if (sv_eq_cstr(text, texts[i]))
            return i;
    return 0;
}

enum domain_dns domain_dns_of(struct sv text)
{
    return (enum domain_dns)index_of(dns_texts, COUNT_OF(dns_texts), text);
}

enum domain_cert domain_cert_of(struct sv text)
{
    return (enum domain_cert)index_of(cert_texts, COUNT_OF(cert_texts), text);
}

enum domain_state domain_fault_of(enum domain_dns dns, enum domain_cert cert)
{
    if (cert == CERT_RIGHT)
        return DOMAIN_ACTIVE; /* whatever the DNS says: a proxy of the brand's may stand between */
    if (dns == DNS_NONE)
        return DOMAIN_NO_DNS;
    if (dns == DNS_WRONG)
        return DOMAIN_WRONG_TARGET;
    if (cert == CERT_OTHER)
        return DOMAIN_OTHER_SERVER;
    return cert == CERT_NONE ? DOMAIN_NO_CERTIFICATE : DOMAIN_NEW;
}

int64_t domain_wait_us(bool was_active, bool is_broken, uint64_t tries)
{
    if (was_active && !is_broken)
        return DOMAIN_CONFIRM_AFTER_US;
    if (!was_active && tries + 1 >= TRIES_MAX)
        return 0;
    return tries >= HOURLY_FROM_TRY ? CLOCK_HOUR : 30 * CLOCK_SECOND * (INT64_C(1) << tries);
}

/* ---- names ---- */

static struct sv host_of_url(struct arena *arena, const char *url)
{
    struct net_url parsed;
    return net_url_parse(arena, sv_from(url), &parsed) ? sv_from(parsed.host) : SV("");
}

struct sv domain_target(struct arena *arena, const struct settings *settings)
{
    return host_of_url(arena, settings->short_url);
}

static bool is_below(struct sv host, struct sv domain)
{
    return domain.n > 0 && host.n > domain.n && host.p[host.n - domain.n - 1] == '.' &&
           sv_ends(host, domain);
}

static bool is_platforms(struct arena *arena, const struct settings *settings, struct sv host)
{
    struct sv company = sv_lower(arena, sv_from(settings->company_domain));
    return sv_eq(host, host_of_url(arena, settings->base_url)) ||
           sv_eq(host, host_of_url(arena, settings->short_url)) || sv_eq(host, company) ||
           is_below(host, company);
}

enum domain_result domain_parse_host(struct arena *arena, const struct settings *settings,
                                     struct sv typed, const char **host)
{
    struct net_url url;
    const char *site;
    if (!net_site_parse(arena, sv_trim(typed), &site) || strchr(site, ':') ||
        !net_url_parse(arena, sv_from(arena_printf(arena, "https://%s/", site)), &url) ||
        url.host_is_address)
        return DOMAIN_BAD_HOST;
    struct sv name = sv_from(site);
    if (sv_ends(name, SV(".")))
        name.n--;
    if (!sv_contains(name, '.'))
        return DOMAIN_BAD_HOST;
    if (is_platforms(arena, settings, name))
        return DOMAIN_PLATFORM;
    *host = sv_dup(arena, name);
    return DOMAIN_OK;
}

/* Names that people take for the operator's. */
static bool is_reserved(struct sv label)
{
    static const char *const taken[] = {"admin", "api",    "app",     "brand", "dev",  "dns",
                                        "ftp",   "go",     "help",    "imap",  "mail", "meed",
                                        "ns1",   "ns2",    "pay",     "pop",   "smtp", "static",
                                        "stage", "status", "support", "test",  "www"};
    for (size_t i = 0; i < COUNT_OF(taken); i++)
        if (sv_eq_cstr(label, taken[i]))
            return true;
    return false;
}

static bool is_label(struct sv label)
{
    if (label.n < DOMAIN_LABEL_MIN || label.n > DOMAIN_LABEL_MAX || label.p[0] == '-' ||
        label.p[label.n - 1] == '-' || sv_starts(label, SV("xn--")))
        return false;
    for (size_t i = 0; i < label.n; i++) {
        char c = label.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
            return false;
    }
    return true;
}

enum domain_result domain_parse_label(struct arena *arena, const struct settings *settings,
                                      struct sv typed, const char **host)
{
    struct sv label = sv_lower(arena, sv_trim(typed));
    struct sv company = sv_lower(arena, sv_from(settings->company_domain));
    if (company.n == 0)
        return DOMAIN_NO_WILDCARD;
    if (!is_label(label))
        return DOMAIN_BAD_HOST;
    *host = arena_printf(arena, SV_FMT "." SV_FMT, SV_ARG(label), SV_ARG(company));
    if (is_reserved(label) || sv_eq_cstr(host_of_url(arena, settings->base_url), *host) ||
        sv_eq_cstr(host_of_url(arena, settings->short_url), *host))
        return DOMAIN_PLATFORM;
    return DOMAIN_OK;
}

const char *domain_base_url(struct arena *arena, const struct settings *settings, struct sv host)
{
    struct net_url url;
    if (host.n == 0 || !net_url_parse(arena, sv_from(settings->short_url), &url))
        return settings->short_url;
    bool usual = url.port == (url.secure ? 443u : 80u);
    return arena_printf(arena, "http%s://" SV_FMT "%s", url.secure ? "s" : "", SV_ARG(host),
                        usual ? "" : arena_printf(arena, ":%u", url.port));
}
