/*
 * Programs: what a brand pays for, and under which rules.
 *
 * A program's settings are versions: saving adds one, and a conversion points
 * at the version that priced it, so that a change reaches new sales alone.
 * Versions are never changed or deleted. Every function but those named …_by_id
 * is scoped to the brand it is given: another brand's program is not found.
 *
 *            activate            pause
 *   draft ─────────────▶ active ───────▶ paused
 *     │                    │  ◀───────     │
 *     │                    │   resume      │
 *     └──────────┐         │ close         │
 *                ▼         ▼               ▼
 *              closed ◀────┴───────────────┘      (for good)
 *
 * A draft or a paused program takes no live clicks (test links work in a draft);
 * sales of clicks made while it was active still count. Activating and resuming
 * need a verified site under the destination.
 */
#ifndef MEED_PROGRAM_PROGRAM_H
#define MEED_PROGRAM_PROGRAM_H

#include "base/id.h"
#include "base/money.h"
#include "db/db.h"

struct settings;

/* X(name, stored text): stored in the database; never rename one. */
#define PROGRAM_STATUSES(X)                                                                        \
    X(DRAFT, "draft") X(ACTIVE, "active") X(PAUSED, "paused") X(CLOSED, "closed")
#define PROGRAM_PRESETS(X)                                                                         \
    X(STANDARD, "standard") X(SAAS, "saas") X(CPS, "cps") X(CPA, "cpa") X(REWARDS, "rewards")
#define PROGRAM_PAYS(X) X(PERCENT, "percent") X(FLAT, "flat")
#define PROGRAM_BASES(X)                                                                           \
    X(TOTAL, "total")             /* the order's total before refunds */                           \
    X(SUBTOTAL, "subtotal")       /* after discounts, before shipping and tax */                   \
    X(WITHOUT_TAX, "without_tax") /* the total less its tax */
#define PROGRAM_APPROVALS(X)                                                                       \
    X(AFTER_HOLDBACK, "after_holdback") X(MANUAL, "manual") X(INSTANT, "instant")
#define PROGRAM_CLAWBACKS(X)                                                                       \
    X(PROPORTIONAL, "proportional") /* a refund takes its share of the commission */               \
    X(FULL, "full_clawback")        /* any refund takes all of it */
/* What is believed of an order that names a click and a code of somebody else's. */
#define PROGRAM_CODE_RANKS(X)                                                                      \
    X(AFTER_CLICK, "after_click") /* click id > exclusive code > token > ref */                    \
    X(FIRST, "first")             /* exclusive code > click id > token > ref */                    \
    X(LAST, "last")               /* click id > token > ref > code */
#define PROGRAM_BEARERS(X) X(PUBLISHER, "publisher") X(BRAND, "brand") X(BOTH, "both")

#define X(name, text) PROGRAM_##name,
enum program_status { PROGRAM_STATUSES(X) PROGRAM_STATUS_COUNT };
enum program_preset { PROGRAM_PRESETS(X) PROGRAM_PRESET_COUNT };
#undef X
#define X(name, text) PROGRAM_PAY_##name,
enum program_pay { PROGRAM_PAYS(X) PROGRAM_PAY_COUNT };
#undef X
#define X(name, text) PROGRAM_BASE_##name,
enum program_base { PROGRAM_BASES(X) PROGRAM_BASE_COUNT };
#undef X
#define X(name, text) PROGRAM_APPROVAL_##name,
enum program_approval { PROGRAM_APPROVALS(X) PROGRAM_APPROVAL_COUNT };
#undef X
#define X(name, text) PROGRAM_BEARER_##name,
enum program_bearer { PROGRAM_BEARERS(X) PROGRAM_BEARER_COUNT };
#undef X
#define X(name, text) PROGRAM_CLAWBACK_##name,
enum program_clawback { PROGRAM_CLAWBACKS(X) PROGRAM_CLAWBACK_COUNT };
#undef X
#define X(name, text) PROGRAM_CODE_##name,
enum program_code_rank { PROGRAM_CODE_RANKS(X) PROGRAM_CODE_RANK_COUNT };
#undef X

const char *program_status_text(enum program_status status);
const char *program_preset_text(enum program_preset preset);
const char *program_pay_text(enum program_pay pay);
const char *program_base_text(enum program_base base);
const char *program_approval_text(enum program_approval approval);
const char *program_bearer_text(enum program_bearer bearer);
const char *program_code_rank_text(enum program_code_rank rank);
const char *program_clawback_text(enum program_clawback clawback);
MUST_USE bool program_status_find(struct sv text, enum program_status *out);
MUST_USE bool program_preset_find(struct sv text, enum program_preset *out);
MUST_USE bool program_pay_find(struct sv text, enum program_pay *out);
MUST_USE bool program_base_find(struct sv text, enum program_base *out);
MUST_USE bool program_approval_find(struct sv text, enum program_approval *out);
MUST_USE bool program_bearer_find(struct sv text, enum program_bearer *out);
MUST_USE bool program_code_rank_find(struct sv text, enum program_code_rank *out);
MUST_USE bool program_clawback_find(struct sv text, enum program_clawback *out);

enum {
    PROGRAM_NAME_MAX = 120, /* bytes */
    PROGRAM_SUMMARY_MAX = 500,
    PROGRAM_CLICK_PARAM_MAX = 40,
    PROGRAM_HOLDBACK_MIN_DAYS = 7,
    PROGRAM_HOLDBACK_MAX_DAYS = 90,
    PROGRAM_WINDOW_MAX_DAYS = 365,
    PROGRAM_REVERSAL_MAX_DAYS = 365,
};

/*
 * One version's rules; program_version.settings is a JSON object with a member
 * of each name below (enums by their text), read and written by
 * program_settings_read() and …_write() alone.
 */
struct program_settings {
    enum program_pay pay;
    int32_t rate_bp; /* PERCENT: 1–10000 */
    int64_t flat;    /* FLAT: minor units of the program's currency */
    int64_t cap;     /* per sale, the same units; 0: none */
    int32_t network_fee_bp;
    enum program_bearer fee_bearer;
    enum program_base base;
    enum program_approval approval;
    int holdback_days;                /* 7–90 */
    int attribution_window_days;      /* 1–365; also the cookie's life */
    int reversal_window_days;         /* for reversals by hand; 0–365 */
    struct sv click_param;            /* own name of the click id in landing URLs; empty: none */
    enum program_code_rank code_rank; /* AFTER_CLICK where an older version does not say */
    enum program_clawback clawback;   /* PROPORTIONAL where an older version does not say */
    bool trust_pixel;                 /* sales seen by the pixel alone need no second door */
};

/* What a preset fills in. */
struct program_settings program_settings_default(enum program_preset preset);
struct sv program_settings_write(struct arena *arena, const struct program_settings *settings);
/* False when the text was not written by the function above. Views are the arena's. */
MUST_USE bool program_settings_read(struct arena *arena, struct sv json,
                                    struct program_settings *out);

struct program {
    uint64_t id, brand;
    struct uuid pid;
    struct sv name, summary, dest_url;
    enum program_preset preset;
    enum program_status status;
    struct unit currency; /* of flat amounts, caps and minimums */
    bool listed;          /* shown in the marketplace, while active */
    uint64_t version;     /* program_version.id in force */
    uint32_t version_no;
    int64_t created_us;
    struct program_settings settings; /* that version's */
};

/* What the form, or the API, sends. */
struct program_input {
    struct sv name, summary, dest_url, currency;
    enum program_preset preset;
    bool listed;
    struct program_settings settings;
};

/* What is wrong with an input: X(name, field). Pages word it; `field` names the control. */
#define PROGRAM_FAULTS(X)                                                                          \
    X(NAME, "name")               /* 1–120 bytes of UTF-8 */                                     \
    X(SUMMARY, "summary")         /* up to 500 bytes */                                            \
    X(CURRENCY, "currency")       /* an ISO 4217 code; can't change once the program exists */     \
    X(DEST_URL, "dest_url")       /* an absolute http or https URL */                              \
    X(DEST_SITE, "dest_url")      /* its host is none of the brand's verified sites */             \
    X(RATE, "rate")               /* above 0, up to 100% */                                        \
    X(FLAT, "flat")               /* above 0 */                                                    \
    X(CAP, "cap")                 /* not negative */                                               \
    X(NETWORK_FEE, "network_fee") /* 0–100% */                                                   \
    X(HOLDBACK, "holdback_days")  /* 7–90 days */                                                \
    X(WINDOW, "attribution_window_days") /* 1–365 days */                                        \
    X(REVERSAL, "reversal_window_days")  /* 0–365 days */                                        \
    X(CLICK_PARAM, "click_param")        /* letters, digits, - and _, up to 40; none of our own */

enum program_fault {
#define X(name, field) PROGRAM_FAULT_##name,
    PROGRAM_FAULTS(X)
#undef X
        PROGRAM_FAULT_COUNT
};

struct program_faults {
    bool has[PROGRAM_FAULT_COUNT];
    unsigned count;
};

const char *program_fault_field(enum program_fault fault);
/* All that can be said without the database. */
void program_check(const struct program_input *input, struct program_faults *faults);

enum program_result {
    PROGRAM_OK,
    PROGRAM_NOT_FOUND,
    PROGRAM_INVALID,     /* *faults says what */
    PROGRAM_WRONG_STATE, /* the arrow above does not exist from where the program is */
    PROGRAM_UNVERIFIED,  /* no verified site under the destination */
    PROGRAM_CHANGED,     /* somebody saved another version meanwhile: show it, let them merge */
    PROGRAM_UNAVAILABLE,
};

/*
 * A new draft with its first version. A destination on a host that is no site of the
 * brand yet adds that site, unverified.
 */
MUST_USE enum program_result program_create(struct db *db, struct arena *arena, uint64_t brand,
                                            uint64_t by_user, const struct program_input *input,
                                            struct program_faults *faults, struct program *out);
/*
 * Saves a new version, for sales from now on. `seen_no` is the version_no the form was filled from.
 * The currency and the preset stay. A program that is not a draft needs a verified destination.
 */
MUST_USE enum program_result program_save(struct db *db, struct arena *arena,
                                          const struct settings *settings, uint64_t brand,
                                          uint64_t by_user, struct uuid pid, uint32_t seen_no,
                                          const struct program_input *input,
                                          struct program_faults *faults);

enum program_change { PROGRAM_ACTIVATE, PROGRAM_PAUSE, PROGRAM_RESUME, PROGRAM_CLOSE };
MUST_USE enum program_result program_change_status(struct db *db, struct arena *arena,
                                                   const struct settings *settings, uint64_t brand,
                                                   uint64_t by_user, struct uuid pid,
                                                   enum program_change change);

/* DB_NO_ROW: there is none, or it is another brand's. */
MUST_USE enum db_status program_find(struct db *db, struct arena *arena, uint64_t brand,
                                     struct uuid pid, struct program *out);
/* For the pipeline, which has its own tenant check: by public id alone, and by internal id. */
MUST_USE enum db_status program_find_by_pid(struct db *db, struct arena *arena, struct uuid pid,
                                            struct program *out);
MUST_USE enum db_status program_find_by_id(struct db *db, struct arena *arena, uint64_t id,
                                           struct program *out);
/* The program with the settings of that version instead of the current one. */
MUST_USE enum db_status program_find_version(struct db *db, struct arena *arena, uint64_t version,
                                             struct program *out);

struct program_list {
    struct program *v;
    size_t n;
    bool more;
};

/* Newest first; `before_id` 0 starts, then the last id of the page before. */
MUST_USE enum db_status program_list_of_brand(struct db *db, struct arena *arena, uint64_t brand,
                                              uint64_t before_id, size_t limit,
                                              struct program_list *out);

struct program_version {
    uint64_t id, by_user;
    uint32_t no;
    int64_t from_us;
    struct program_settings settings;
};

struct program_version_list {
    struct program_version *v;
    size_t n;
    bool more;
};

/* Newest first; `before_no` 0 starts. `program` comes from program_find(). */
MUST_USE enum db_status program_list_versions(struct db *db, struct arena *arena, uint64_t program,
                                              uint32_t before_no, size_t limit,
                                              struct program_version_list *out);

#endif
