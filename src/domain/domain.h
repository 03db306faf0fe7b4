/*
 * Tracking hosts: names of a brand's own that its links may stand on, beside the platform's.
 *
 *   own      go.acme.com, which the brand's DNS leads to the platform's short host by a CNAME
 *   company  acme.<company_domain>, a label under the operator's wildcard; the brand picks it
 *
 * The worker looks at each: what the DNS says, and whether HTTPS on the host reaches this very
 * Meed, which answers /.well-known/meed-domain with a keyed token. That proof decides; the DNS
 * explains. In development a pair that outbound_allow exempts may speak http.
 *
 *   new ──▶ no DNS / wrong target / no certificate / another server   (again after 30 s … 60 min,
 *    │                          │                                       for 7 days, or when asked)
 *    └────────▶ active ◀────────┘
 *               │    ▲   looked at every 20 s; a second failure 5 s after the first one:
 *               ▼    │   links generated from then on stand on the platform's host
 *               broken since …
 *
 * A host is one brand's. Requests on it are honoured in every state, for that brand's links alone
 * (click/linkmap.h). A claim that was never proved within 7 days gives way to another brand's.
 * All times are the wire clock's.
 */
#ifndef MEED_DOMAIN_DOMAIN_H
#define MEED_DOMAIN_DOMAIN_H

#include "base/settings.h"
#include "db/db.h"
#include "db/job.h"

enum domain_state {
    DOMAIN_NEW, /* not looked at yet */
    DOMAIN_NO_DNS,
    DOMAIN_WRONG_TARGET,
    DOMAIN_NO_CERTIFICATE, /* nobody answers, or without a certificate that holds for the name */
    DOMAIN_OTHER_SERVER,   /* somebody answers who is not this Meed */
    DOMAIN_ACTIVE,
    DOMAIN_BROKEN, /* was active */
};

struct domain {
    uint64_t id;
    const char *host; /* lower case, punycode, no port */
    bool is_company;  /* a label under company_domain */
    enum domain_state state;
    enum domain_state fault; /* BROKEN: what it would be, had it never been active */
    const char *found;       /* what the DNS says: the CNAME's target, else addresses; may be "" */
    int64_t active_us, broken_us, checked_us;
    int64_t next_check_us; /* 0: given up until somebody asks */
};

struct domain_list {
    struct domain *v;
    size_t n;
};

enum { DOMAIN_LIST_MAX = 20, DOMAIN_LABEL_MIN = 2, DOMAIN_LABEL_MAX = 40 };

enum domain_result {
    DOMAIN_OK,
    DOMAIN_BAD_HOST,    /* no host name: an address, one word, a port */
    DOMAIN_PLATFORM,    /* the platform's own, or under the operator's company_domain */
    DOMAIN_TAKEN,       /* another brand's */
    DOMAIN_TOO_MANY,    /* DOMAIN_LIST_MAX */
    DOMAIN_NO_WILDCARD, /* the operator offers no company_domain */
    DOMAIN_NOT_FOUND,
    DOMAIN_UNAVAILABLE,
};

/* What a brand typed, read as a tracking host. `host` is the arena's. Pure. */
MUST_USE enum domain_result domain_parse_host(struct arena *arena, const struct settings *settings,
                                              struct sv typed, const char **host);
/* "acme" → "acme.<company_domain>". Letters, digits and inner hyphens; no service's usual name. */
MUST_USE enum domain_result domain_parse_label(struct arena *arena, const struct settings *settings,
                                               struct sv typed, const char **host);

/* Adds a host as typed, or finds the brand's; it is looked at at once. */
MUST_USE enum domain_result domain_add(struct db *db, struct arena *arena,
                                       const struct settings *settings, uint64_t brand,
                                       uint64_t by_user, struct sv typed);
/* The same for a label. */
MUST_USE enum domain_result domain_add_label(struct db *db, struct arena *arena,
                                             const struct settings *settings, uint64_t brand,
                                             uint64_t by_user, struct sv typed);
MUST_USE enum domain_result domain_remove(struct db *db, const struct settings *settings,
                                          uint64_t brand, uint64_t domain);
MUST_USE enum domain_result domain_check_now(struct db *db, uint64_t brand, uint64_t domain);
MUST_USE enum db_status domain_list(struct db *db, struct arena *arena, uint64_t brand,
                                    struct domain_list *out);

/*
 * For the queries of others: the host that links of a brand are generated on now, the brand's own
 * before its label, the eldest first; '' is the platform's. `brand` is a column.
 */
#define DOMAIN_HOST_OF(brand)                                                                      \
    "COALESCE((SELECT d.host FROM domain d WHERE d.brand = " brand                                 \
    " AND d.active_us > 0 AND d.broken_us = 0 ORDER BY d.kind, d.id LIMIT 1), '')"
/* "https://go.acme.com": scheme and port of short_url; an empty host gives short_url itself. */
const char *domain_base_url(struct arena *arena, const struct settings *settings, struct sv host);
/* The name that a CNAME must lead to: short_url's host. */
struct sv domain_target(struct arena *arena, const struct settings *settings);

/* What only this Meed, holding its key file, can answer for a host. */
#define DOMAIN_PROOF_PATH "/.well-known/meed-domain"
const char *domain_proof(struct arena *arena, struct sv host);

job_step domain_check_step;

#endif
