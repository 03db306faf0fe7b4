/*
 * Partnerships: a partner in a program, with links and discount codes.
 *
 *            accept           pause
 *   applied ────────▶ active ───────▶ paused
 *    │   ▲              │  ◀───────     │
 *    │   │ apply again  │    resume     │
 *    │ decline          │ end           │ end
 *    ▼   │              ▼               ▼
 *   declined           ended ◀──────────┘     (for good)
 *
 * Accepting makes, in the same transaction, the main link with its three
 * addresses (/{token}, /go/{slug}, /r?ref=) and the discount code. A partnership that is not
 * active takes no clicks; what was earned stays earned.
 *
 * Functions that name a brand are the brand's: another brand's partnership is
 * not found. Those that name a partner are the partner's own. After a change
 * this host's link map is brought up to date before the function returns.
 */
#ifndef MEED_PARTNER_PARTNER_H
#define MEED_PARTNER_PARTNER_H

#include "base/id.h"
#include "base/settings.h"
#include "db/db.h"
#include "program/program.h"

/* X(name, stored text): never rename one. */
#define PARTNERSHIP_STATUSES(X)                                                                    \
    X(APPLIED, "applied")                                                                          \
    X(ACTIVE, "active")                                                                            \
    X(PAUSED, "paused") X(DECLINED, "declined") X(ENDED, "ended")

#define X(name, text) PARTNERSHIP_##name,
enum partnership_status { PARTNERSHIP_STATUSES(X) PARTNERSHIP_STATUS_COUNT };
#undef X

const char *partnership_status_text(enum partnership_status status);
MUST_USE bool partnership_status_find(struct sv text, enum partnership_status *out);

enum {
    PARTNER_MESSAGE_MAX = 1000, /* bytes */
    PARTNER_NOTE_MAX = 1000,
    PARTNER_LINK_NAME_MAX = 80,
    PARTNER_LINKS_MAX = 200, /* of one partnership */
    PARTNER_SLUG_SIZE = 61,
    PARTNER_CODE_SIZE = 61,
};

enum partner_result {
    PARTNER_OK,
    PARTNER_NOT_FOUND,   /* not there, or somebody else's */
    PARTNER_WRONG_STATE, /* the arrow above does not exist from where the partnership is */
    PARTNER_ALREADY,     /* applied, or in the program, already */
    PARTNER_SUSPENDED,   /* the partner may not */
    PARTNER_TOO_LONG,    /* a text over its limit */
    PARTNER_NO_REASON,   /* declining and ending need one */
    PARTNER_BAD_URL,     /* no absolute http or https URL */
    PARTNER_BAD_SITE,    /* its host is none of the brand's verified sites */
    PARTNER_TOO_MANY,    /* PARTNER_LINKS_MAX */
    PARTNER_UNAVAILABLE, /* the database: 503 */
};

/* ---- becoming one ---------------------------------------------------------------------------- */

/* An application to a listed, active program; after a refusal it may be sent again. */
MUST_USE enum partner_result partner_apply(struct db *db, struct arena *arena, uint64_t partner,
                                           struct uuid program, struct sv message,
                                           struct uuid *partnership);

enum partner_decision {
    PARTNER_ACCEPT,
    PARTNER_DECLINE,
    PARTNER_PAUSE,
    PARTNER_RESUME,
    PARTNER_END
};

/* `reason` is a code of ours, `note` is shown to the partner. The partner gets a mail. */
struct partner_ruling {
    enum partner_decision decision;
    uint64_t by_user;
    struct sv reason, note;
};

MUST_USE enum partner_result partner_decide(struct db *db, struct arena *arena,
                                            const struct settings *settings, uint64_t brand,
                                            struct uuid partnership,
                                            const struct partner_ruling *ruling);
/*
 * The brand's built-in test creator in this program, with a test link and code; made when
 * missing. Its clicks and sales are test data.
 */
MUST_USE enum partner_result partner_ensure_test(struct db *db, struct arena *arena,
                                                 const struct settings *settings,
                                                 const struct program *program);

/* ---- partnerships, read ------------------------------------------------------------------------
 */

struct partnership {
    uint64_t id, program, brand, partner;
    struct uuid pid, program_pid;
    struct sv handle, partner_name, country, bio;
    struct sv program_name, brand_name;
    struct sv slug, message, reason, note;
    enum partnership_status status;
    bool test_mode;
    int64_t applied_us, decided_us; /* decided_us 0: not yet */
    struct sv main_token, code;     /* the main link and first code in force; empty: none yet */
    struct sv link_host;            /* the tracking host of its links; empty: the platform's */
};

struct partnership_list {
    struct partnership *v;
    size_t n;
    bool more;
};

struct partnership_filter {
    uint64_t brand, partner, program; /* brand or partner must be set; 0: any */
    bool by_status;
    enum partnership_status status;
    bool accepted; /* those alone that were: active, paused or ended */
    bool test_mode;
    uint64_t before_id; /* 0: from the newest */
    size_t limit;
};

MUST_USE enum db_status partner_list_partnerships(struct db *db, struct arena *arena,
                                                  const struct partnership_filter *filter,
                                                  struct partnership_list *out);
MUST_USE enum db_status partner_find_partnership(struct db *db, struct arena *arena, uint64_t brand,
                                                 struct uuid pid, struct partnership *out);
MUST_USE enum db_status partner_count_waiting(struct db *db, struct arena *arena, uint64_t brand,
                                              uint64_t *count);
/* The partner's channels, a URL each, in order. */
MUST_USE enum db_status partner_list_channels(struct db *db, struct arena *arena, uint64_t partner,
                                              struct sv *urls, size_t max, size_t *n);

/* ---- the marketplace
 * ----------------------------------------------------------------------------- */

struct partner_offer {
    struct program program;
    struct sv brand_name;
    bool known; /* the partner has a partnership with it: */
    struct uuid partnership;
    enum partnership_status status;
    struct sv note;
    struct sv main_token, main_ref, code; /* once accepted */
    struct sv link_host;                  /* as in struct partnership */
};

struct partner_offer_list {
    struct partner_offer *v;
    size_t n;
    bool more;
};

/* Listed and active programs, the newest first, and the partner's own whatever their state. */
MUST_USE enum db_status partner_list_offers(struct db *db, struct arena *arena, uint64_t partner,
                                            uint64_t before_id, size_t limit,
                                            struct partner_offer_list *out);
MUST_USE enum db_status partner_find_offer(struct db *db, struct arena *arena, uint64_t partner,
                                           struct uuid program, struct partner_offer *out);

/* ---- links and codes
 * ------------------------------------------------------------------------------- */

struct partner_link {
    uint64_t id, partnership, program;
    struct uuid pid, program_pid;
    struct sv program_name, brand_name, name;
    struct sv token, slug, ref; /* slug and ref: the main link's alone */
    struct sv dest_url;         /* its own, else the program's */
    struct sv host;             /* the tracking host it stands on now; empty: the platform's */
    bool is_main, paused, test_mode;
    enum partnership_status partnership_status;
    int64_t created_us;
};

struct partner_link_list {
    struct partner_link *v;
    size_t n;
    bool more;
};

/* One more link, to any page on the brand's verified sites; `dest_url` empty: the program's page.
 */
MUST_USE enum partner_result partner_add_link(struct db *db, struct arena *arena,
                                              const struct settings *settings, uint64_t partner,
                                              struct uuid partnership, struct sv dest_url,
                                              struct sv name, struct uuid *link);
MUST_USE enum partner_result partner_pause_link(struct db *db, struct arena *arena,
                                                const struct settings *settings, uint64_t partner,
                                                struct uuid link, bool pause);
/* Newest first; `before_id` 0 starts. */
MUST_USE enum db_status partner_list_links(struct db *db, struct arena *arena, uint64_t partner,
                                           uint64_t before_id, size_t limit,
                                           struct partner_link_list *out);
/* All links of one partnership, the main one first. */
MUST_USE enum db_status partner_list_links_of(struct db *db, struct arena *arena,
                                              uint64_t partnership, struct partner_link_list *out);

struct partner_code {
    uint64_t id, partnership;
    struct sv code, program_name, brand_name;
    bool stopped;
    int64_t stops_us;      /* business clock; 0: no end */
    struct sv replaced_by; /* the code in its place; empty: none */
};

struct partner_code_list {
    struct partner_code *v;
    size_t n;
};

MUST_USE enum db_status partner_list_codes(struct db *db, struct arena *arena, uint64_t partner,
                                           struct partner_code_list *out);

/* The addresses of a link on its host; NULL where it has none of that shape. */
const char *partner_short_url(struct arena *arena, const struct settings *settings,
                              const struct partner_link *link);
const char *partner_go_url(struct arena *arena, const struct settings *settings,
                           const struct partner_link *link);
const char *partner_ref_url(struct arena *arena, const struct settings *settings,
                            const struct partner_link *link);

/* ---- codes, as their brand sees them
 * --------------------------------------------------------------------------------- */

/* What a code takes off in the shop, as the shop is told by an export. X(name, stored text). */
#define PARTNER_DISCOUNTS(X)                                                                       \
    X(OF_BRAND, "brand") /* as the brand's codes do that have none of their own */                 \
    X(NONE, "none")                                                                                \
    X(PERCENT, "percent") /* basis points */                                                       \
    X(AMOUNT, "amount")   /* minor units of the brand's currency */

#define X(name, text) PARTNER_DISCOUNT_##name,
enum partner_discount_kind { PARTNER_DISCOUNTS(X) PARTNER_DISCOUNT_COUNT };
#undef X

struct partner_discount {
    enum partner_discount_kind kind;
    int64_t value;
};

const char *partner_discount_text(enum partner_discount_kind kind);
MUST_USE bool partner_discount_find(struct sv text, enum partner_discount_kind *out);

struct partner_brand_code {
    uint64_t id;
    struct sv code, handle, partner_name, program_name;
    bool stopped; /* by hand, whatever stops_us says */
    int64_t stops_us;
    enum partnership_status partnership_status;
    struct partner_discount own, in_force; /* in_force is never OF_BRAND */
    uint64_t sales;                        /* credited by this code, of its mode */
    struct sv replaced_by;
};

struct partner_brand_code_list {
    struct partner_brand_code *v;
    size_t n;
    bool more;
};

struct partner_code_settings {
    struct sv template_text, prefix;
    struct partner_discount discount; /* never OF_BRAND */
    struct unit currency;
};

enum { PARTNER_CODE_HOURS_MAX = 720, PARTNER_TEMPLATE_MAX = 60 };

/* Newest first; `before_id` 0 starts. */
MUST_USE enum db_status partner_list_brand_codes(struct db *db, struct arena *arena, uint64_t brand,
                                                 bool test_mode, uint64_t before_id, size_t limit,
                                                 struct partner_brand_code_list *out);
MUST_USE enum db_status partner_find_brand_code(struct db *db, struct arena *arena, uint64_t brand,
                                                uint64_t id, struct partner_brand_code *out);
MUST_USE enum db_status partner_find_code_settings(struct db *db, struct arena *arena,
                                                   uint64_t brand,
                                                   struct partner_code_settings *out);
MUST_USE enum db_status partner_save_code_settings(struct db *db, uint64_t brand,
                                                   struct sv template_text,
                                                   const struct partner_discount *discount);
MUST_USE enum db_status partner_save_discount(struct db *db, uint64_t brand, uint64_t id,
                                              const struct partner_discount *discount);
/*
 * A new code by the brand's template in a leaked one's place, for the same creator and with the
 * same discount; the old one stops credit in `hours` (0: now, up to PARTNER_CODE_HOURS_MAX).
 * PARTNER_WRONG_STATE: it has stopped, or will, already. *code is the arena's.
 */
MUST_USE enum partner_result partner_replace_code(struct db *db, struct arena *arena,
                                                  uint64_t brand, uint64_t id, unsigned hours,
                                                  struct sv *code);
/* Letters, digits, - and _ around {BRAND}, {CREATOR}, and {n} with n from 4 to 9; a code fits. */
MUST_USE bool partner_template_is_good(struct sv template_text, struct sv brand_prefix);

/* ---- rules, pure
 * ------------------------------------------------------------------------------------- */

/* "nia.travels" → "nia-travels": letters, digits and single hyphens. */
void partner_make_slug(char out[PARTNER_SLUG_SIZE], struct sv handle);
/*
 * "{BRAND}-{CREATOR}-{5}" → "ACME-NIATRAVELS-7QK2M". {1}…{9}: as many random characters. False
 * when the template has another placeholder, or the code would be over 60 bytes.
 */
MUST_USE bool partner_make_code(char out[PARTNER_CODE_SIZE], struct sv template_text,
                                struct sv brand_prefix, struct sv handle);

#endif
