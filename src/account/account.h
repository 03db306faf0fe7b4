/*
 * Companies, brands, people and their sessions.
 *
 *   company ──< brand >── member ──< user ── partner (an influencer's side)
 *                                     │
 *                                     └──< session, user_token
 *
 * A login is a user. Who has member rows manages brands (one or all of a
 * company); who has a partner row is an influencer; admins are made by
 * `meedctl user add` alone. E-mail addresses are stored sealed, and found by a
 * keyed hash; session and mail tokens are stored as keyed hashes. Nobody
 * learns from an answer, nor from its delay, whether an address has an account.
 * Sessions and tokens live by the wire clock.
 *
 * This module knows no program, link or sale.
 */
#ifndef MEED_ACCOUNT_ACCOUNT_H
#define MEED_ACCOUNT_ACCOUNT_H

#include "base/clock.h"
#include "db/job.h"

#define ACCOUNT_SESSION_IDLE_US (14 * CLOCK_DAY)
#define ACCOUNT_CONFIRM_US      (24 * CLOCK_HOUR)
#define ACCOUNT_RESET_US        CLOCK_HOUR

enum {
    ACCOUNT_HANDLE_MIN = 3,
    ACCOUNT_HANDLE_MAX = 30,
    ACCOUNT_NAME_MAX = 120, /* characters, of people, companies and brands */
    ACCOUNT_EMAIL_MAX = 254,
    ACCOUNT_CHANNELS_MAX = 10,
    ACCOUNT_CHANNEL_MAX = 500,
    ACCOUNT_BRANDS_MAX = 100, /* of one login */
    ACCOUNT_SESSIONS_SHOWN = 50,
    ACCOUNT_TOKEN_SIZE = 44, /* 32 random bytes as text */
};

/* ---- what people type ---------------------------------------------------------------------- */

enum account_field {
    ACCOUNT_NAME,
    ACCOUNT_EMAIL,
    ACCOUNT_PASSWORD,
    ACCOUNT_COMPANY,
    ACCOUNT_BRAND,
    ACCOUNT_TZ,
    ACCOUNT_CURRENCY,
    ACCOUNT_HANDLE,
    ACCOUNT_COUNTRY,  /* ISO 3166-1 */
    ACCOUNT_CHANNELS, /* a URL a line */
    ACCOUNT_FIELDS,
};

enum account_fault {
    ACCOUNT_FINE,
    ACCOUNT_MISSING,
    ACCOUNT_TOO_SHORT,
    ACCOUNT_TOO_LONG,
    ACCOUNT_MALFORMED,
    ACCOUNT_UNKNOWN, /* a zone, currency or country that does not exist */
    ACCOUNT_TOO_MANY,
    ACCOUNT_TAKEN,
    ACCOUNT_WRONG, /* the current password */
};

struct account_input {
    struct sv field[ACCOUNT_FIELDS];
};

struct account_faults {
    enum account_fault field[ACCOUNT_FIELDS];
};

enum account_kind { ACCOUNT_OF_BRAND, ACCOUNT_OF_CREATOR, ACCOUNT_OF_ADMIN };

/* Pure: trims the input in place and checks the fields that the kind has. True when all are fine.
 */
MUST_USE bool account_check(enum account_kind kind, struct account_input *input,
                            struct account_faults *faults);
MUST_USE enum account_fault account_check_field(enum account_field field, struct sv value);
/* "Acme Co." → "ACMECO": the prefix of the brand's discount codes. */
void account_code_prefix(char out[13], struct sv brand_name);
/* The next channel of a text with one a line; false at its end. */
bool account_next_channel(struct sv *rest, struct sv *url);

/* ---- coming ---------------------------------------------------------------------------------- */

enum account_status {
    ACCOUNT_DONE,
    ACCOUNT_REFUSED,     /* the faults say why */
    ACCOUNT_KNOWN,       /* the address has an account (account_create alone tells) */
    ACCOUNT_DEAD_TOKEN,  /* unknown, used, or too old */
    ACCOUNT_NOT_FOUND,   /* not there, or somebody else's */
    ACCOUNT_BUSY,        /* too many passwords are being hashed: 503 */
    ACCOUNT_UNAVAILABLE, /* the database: 503 */
};

struct account_ids {
    uint64_t user, company, brand, partner;
};

/*
 * Signs somebody up: the account, its company and brand or its partner row, and
 * the mail to confirm the address, in one transaction. An address that has an account gets
 * a mail that says so, and the answer is the same.
 */
MUST_USE enum account_status account_sign_up(struct db *db, struct arena *arena,
                                             enum account_kind kind, struct account_input *input,
                                             struct account_faults *faults);
/* The operator's way: confirmed at once, no mail. */
MUST_USE enum account_status account_create(struct db *db, struct arena *arena,
                                            enum account_kind kind, struct account_input *input,
                                            struct account_faults *faults, struct account_ids *ids);
/*
 * One more brand of the company, for an owner of one of its brands: all owners get it. Reads
 * brand, zone and currency of the input.
 */
MUST_USE enum account_status account_add_brand(struct db *db, struct arena *arena, uint64_t user,
                                               uint64_t company, struct account_input *input,
                                               struct account_faults *faults, uint64_t *brand);

/* ---- proving the address, and forgotten passwords ----------------------------------------------
 */

MUST_USE enum account_status account_confirm(struct db *db, struct arena *arena, struct sv token);
/* A mail with a link, if the address has an account; the answer does not tell. */
MUST_USE enum account_status account_ask_reset(struct db *db, struct arena *arena, struct sv email);
/* Does the link still work? Spends nothing. */
enum account_token { ACCOUNT_TOKEN_CONFIRM, ACCOUNT_TOKEN_RESET };
MUST_USE enum account_status account_token_look(struct db *db, struct arena *arena,
                                                enum account_token purpose, struct sv token);
/* Sets the password, proves the address, and ends every session of the user. */
MUST_USE enum account_status account_reset(struct db *db, struct arena *arena, struct sv token,
                                           struct sv password, enum account_fault *fault);

/* ---- sessions ----------------------------------------------------------------------------------
 */

enum account_login {
    ACCOUNT_LOGIN_DONE,
    ACCOUNT_LOGIN_WRONG,       /* the address or the password; it is not said which */
    ACCOUNT_LOGIN_UNCONFIRMED, /* a new mail is on its way */
    ACCOUNT_LOGIN_SUSPENDED,
    ACCOUNT_LOGIN_BUSY,
    ACCOUNT_LOGIN_UNAVAILABLE,
};

/* The browser that logs in. */
struct account_client {
    struct sv ip, agent;
    struct sv old_token; /* its session so far, which ends; empty: none */
};

enum account_theme { ACCOUNT_THEME_SYSTEM, ACCOUNT_THEME_LIGHT, ACCOUNT_THEME_DARK };

struct account_started {
    char token[ACCOUNT_TOKEN_SIZE]; /* for the cookie; never stored as it is */
    enum account_theme theme;
};

MUST_USE enum account_login account_log_in(struct db *db, struct arena *arena, struct sv email,
                                           struct sv password, const struct account_client *client,
                                           struct account_started *started);

struct account_session {
    uint64_t id, user, company, brand, partner;
    bool is_admin, test_mode;
    const char *user_name, *brand_name; /* brand_name NULL: no brand chosen */
    const char *brand_zone;             /* IANA; "UTC" without a brand */
};

/* The live session of a cookie; ACCOUNT_NOT_FOUND when it has none. Moves its end, at most once a
 * minute. */
MUST_USE enum account_status account_find_session(struct db *db, struct arena *arena,
                                                  struct sv token, struct account_session *out);
MUST_USE enum account_status account_log_out(struct db *db, struct sv token);
MUST_USE enum account_status account_choose_brand(struct db *db, uint64_t user, uint64_t session,
                                                  const struct uuid *brand);
MUST_USE enum account_status account_choose_mode(struct db *db, uint64_t session, bool test_mode);
MUST_USE enum account_status account_choose_theme(struct db *db, uint64_t user,
                                                  enum account_theme theme);

struct account_session_row {
    uint64_t id;
    const char *agent;
    int64_t created_us, seen_us;
};

struct account_sessions {
    struct account_session_row *rows;
    size_t count;
};

MUST_USE enum account_status account_list_sessions(struct db *db, struct arena *arena,
                                                   uint64_t user, struct account_sessions *out);
/* One of the user's own; `id` 0: all but `keep`. */
MUST_USE enum account_status account_end_session(struct db *db, uint64_t user, uint64_t id,
                                                 uint64_t keep);

/* ---- what one sees and changes of oneself -------------------------------------------------------
 */

struct account_brand {
    struct uuid pid;
    uint64_t id;
    struct sv name;
};

struct account_brands {
    struct account_brand *rows;
    size_t count;
};

MUST_USE enum account_status account_list_brands(struct db *db, struct arena *arena, uint64_t user,
                                                 struct account_brands *out);

struct account_profile {
    struct sv name, email;
    struct sv handle, country, channels; /* a creator's; handle empty: none */
};

MUST_USE enum account_status account_read_profile(struct db *db, struct arena *arena, uint64_t user,
                                                  struct account_profile *out);
/* Name; for a creator (partner not 0) country and channels too. */
MUST_USE enum account_status account_save_profile(struct db *db, uint64_t user, uint64_t partner,
                                                  struct account_input *input,
                                                  struct account_faults *faults);
struct account_change {
    uint64_t user, session;
    struct sv current, wanted;
};

struct account_change_faults {
    enum account_fault current, wanted;
};

/* Sets a new password and ends all other sessions. */
MUST_USE enum account_status account_change_password(struct db *db, struct arena *arena,
                                                     const struct account_change *wish,
                                                     struct account_change_faults *faults);

/* The worker's step: forgets ended sessions and dead tokens. */
enum job_result account_job_forget(struct job *job);

#endif
