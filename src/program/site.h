/*
 * Sites: the hosts that a brand may send visitors to, once it has proved that
 * they are its own. No link leads anywhere else.
 *
 * Any one of three proofs does; the worker looks for all of them, with DNS and
 * HTTP of its own, through net/:
 *   dns     a TXT record `meed-verify=TOKEN` at the host
 *   file    https://HOST/.well-known/meed-verify.txt holds the token
 *   script  https://HOST/ contains a <script> of our meed.js with data-program of this brand
 *
 *   added ──▶ due ──▶ checked ──▶ verified (stays so)
 *              ▲         │ no proof: the code of the best hint, again after 30 s, 1, 2, 4 … 60 min,
 *              └─────────┘ for 7 days; site_check_now() makes it due at once
 *
 * Two brands may verify one host: each has its own token.
 */
#ifndef MEED_PROGRAM_SITE_H
#define MEED_PROGRAM_SITE_H

#include "db/db.h"
#include "db/job.h"

enum site_method { SITE_METHOD_NONE, SITE_METHOD_DNS, SITE_METHOD_FILE, SITE_METHOD_SCRIPT };

/* Why a site is not verified yet: X(name, stored text). Pages word it and name the remedy. */
#define SITE_HINTS(X)                                                                              \
    X(NOT_CHECKED, "")                                                                             \
    X(NO_HOST, "no_host")         /* the name does not resolve */                                  \
    X(REFUSED, "refused_address") /* it resolves to an address that is not public */               \
    X(NO_ANSWER, "no_answer")     /* neither DNS nor the web server answered in time */            \
    X(NO_PROOF, "no_proof")       /* reachable, and none of the three proofs is there */           \
    X(WRONG_TOKEN, "wrong_token") /* a record or a file is there, with another token */            \
    X(GAVE_UP, "gave_up")         /* 7 days without a proof: ask for a check */

enum site_hint {
#define X(name, text) SITE_HINT_##name,
    SITE_HINTS(X)
#undef X
        SITE_HINT_COUNT
};

struct site {
    uint64_t id;
    const char *host; /* lower-case ASCII, with ":port" when it is not the usual one */
    const char *token;
    enum site_method method;
    enum site_hint hint;
    int64_t verified_us; /* 0: not yet */
    int64_t checked_us, next_check_us, created_us;
};

struct site_list {
    struct site *v;
    size_t n;
};

enum { SITE_LIST_MAX = 100 };

const char *site_txt_record(struct arena *arena, const struct site *site); /* meed-verify=TOKEN */
#define SITE_FILE_PATH "/.well-known/meed-verify.txt"

enum site_result { SITE_OK, SITE_BAD_HOST, SITE_TOO_MANY, SITE_NOT_FOUND, SITE_UNAVAILABLE };

/* Adds a host as typed ("Shop.example", "https://shop.example/x"), or finds it; then checks it. */
MUST_USE enum site_result site_add(struct db *db, struct arena *arena, uint64_t brand,
                                   struct sv typed, struct site *out);
MUST_USE enum db_status site_list(struct db *db, struct arena *arena, uint64_t brand,
                                  struct site_list *out);
MUST_USE enum site_result site_check_now(struct db *db, uint64_t brand, uint64_t site);
/* DB_OK: verified; DB_NO_ROW: not, or not a URL. */
MUST_USE enum db_status site_find_verified(struct db *db, struct arena *arena, uint64_t brand,
                                           struct sv url);
/* For program_create(), inside its transaction: the URL's site exists from now on. */
MUST_USE enum db_status site_ensure(struct db *db, struct arena *arena, uint64_t brand,
                                    struct sv url);

job_step site_check_step;

#endif
