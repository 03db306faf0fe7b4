/* What the files of account/ share among themselves, and nobody else includes. */
#ifndef MEED_ACCOUNT_ACCOUNT_INTERNAL_H
#define MEED_ACCOUNT_ACCOUNT_INTERNAL_H

#include "account/account.h"
#include "crypto/keys.h"

/* A failure of the database, as the callers of this module know it. */
enum account_status account_status_of(enum db_status status);

/* ---- account_store.c ------------------------------------------------------------------------- */

struct account_user {
    uint64_t id;
    const char *password;
    bool is_admin, is_confirmed, is_active;
    uint64_t partner; /* 0: none */
    enum account_theme theme;
};

MUST_USE enum db_status account_store_find_by_email(struct db *db, struct arena *arena,
                                                    struct sv email, struct account_user *out);
MUST_USE enum db_status account_store_find_by_id(struct db *db, struct arena *arena, uint64_t id,
                                                 struct account_user *out);

struct account_new_user {
    struct sv name, email;
    const char *password; /* hashed */
    bool is_admin, is_confirmed;
};

/* DB_DUPLICATE: the address is known; the transaction can go on. So with the handle below. */
MUST_USE enum db_status account_store_add_user(struct db *db, struct arena *arena,
                                               const struct account_new_user *user, uint64_t *id);
MUST_USE enum db_status account_store_add_company(struct db *db, struct sv name, uint64_t *id);
MUST_USE enum db_status account_store_add_brand(struct db *db, uint64_t company,
                                                const struct account_input *input, uint64_t *id);
MUST_USE enum db_status account_store_add_owner(struct db *db, uint64_t brand, uint64_t user);
/* Every owner of another brand of the company becomes one; affected: how many. */
MUST_USE enum db_status account_store_add_owners(struct db *db, uint64_t brand, uint64_t company);
MUST_USE enum db_status account_store_is_owner(struct db *db, struct arena *arena, uint64_t user,
                                               uint64_t company);
MUST_USE enum db_status account_store_add_partner(struct db *db, struct arena *arena, uint64_t user,
                                                  const struct account_input *input, uint64_t *id);
MUST_USE enum db_status account_store_put_channels(struct db *db, uint64_t partner,
                                                   struct sv channels);
MUST_USE enum db_status account_store_set_partner(struct db *db, uint64_t partner,
                                                  const struct account_input *input);
MUST_USE enum db_status account_store_set_name(struct db *db, uint64_t user, struct sv name);
MUST_USE enum db_status account_store_confirm(struct db *db, uint64_t user);
MUST_USE enum db_status account_store_set_password(struct db *db, uint64_t user, const char *hash);
MUST_USE enum db_status account_store_set_theme(struct db *db, uint64_t user,
                                                enum account_theme theme);

/* ---- account_token.c ----------------------------------------------------------------------------
 */

/* Inside a transaction: a fresh token with its mail. Asked for twice in a second: one mail. */
MUST_USE enum db_status account_token_mail(struct db *db, struct arena *arena, uint64_t user,
                                           enum account_token purpose);
/* Inside a transaction: a mail without a token, at most one a second of its kind. */
MUST_USE enum db_status account_plain_mail(struct db *db, struct arena *arena, uint64_t user,
                                           const char *kind);
/* 32 random bytes as text, and the hash that is stored. */
void account_token_draw(char text[ACCOUNT_TOKEN_SIZE]);
void account_token_hash(uint8_t out[HASH_SIZE], enum key_purpose purpose, struct sv token);

/* ---- account_session.c
 * --------------------------------------------------------------------------- */

/* Inside a transaction: ends the user's sessions, all but `keep`. */
MUST_USE enum db_status account_end_all_sessions(struct db *db, uint64_t user, uint64_t keep);

#endif
