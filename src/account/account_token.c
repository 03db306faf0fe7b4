/* Single-use links in mails: to prove an address, to set a new password. */
#include "account/account_internal.h"

#include "base/log.h"
#include "crypto/password.h"
#include "outbox/outbox.h"

enum { TOKEN_BYTES = 32 };

void account_token_draw(char text[ACCOUNT_TOKEN_SIZE])
{
    id_random_text(text, TOKEN_BYTES);
}

void account_token_hash(uint8_t out[HASH_SIZE], enum key_purpose purpose, struct sv token)
{
    keys_hash(out, purpose, token);
}

static const struct purpose {
    const char *name, *mail;
    int64_t lives_us;
} purposes[] = {
    [ACCOUNT_TOKEN_CONFIRM] = {"confirm", "mail.confirm", ACCOUNT_CONFIRM_US},
    [ACCOUNT_TOKEN_RESET] = {"reset", "mail.reset", ACCOUNT_RESET_US},
};

/* ---- making them ---------------------------------------------------------------------------- */

/*
 * The sequence number is the second: a mail of a kind goes out to a user once a second at most,
 * and asking again within it counts as done.
 */
static enum db_status put_mail(struct db *db, struct arena *arena, uint64_t user, const char *kind,
                               struct sv token)
{
    return outbox_put_mail(db, arena,
                           &(struct outbox_mail){
                               .source_kind = "user",
                               .source = user,
                               .kind = kind,
                               .seq = (uint32_t)(clock_wire_us() / CLOCK_SECOND),
                               .user = user,
                               .token = token,
                           });
}

enum db_status account_plain_mail(struct db *db, struct arena *arena, uint64_t user,
                                  const char *kind)
{
    enum db_status status = put_mail(db, arena, user, kind, SV_NONE);

    return status == DB_DUPLICATE ? DB_OK : status;
}

DB_SQL(account_insert_token,
       "INSERT INTO user_token (token_hash, user, purpose, expires_us) VALUES (?, ?, ?, ?)");

enum db_status account_token_mail(struct db *db, struct arena *arena, uint64_t user,
                                  enum account_token purpose)
{
    char token[ACCOUNT_TOKEN_SIZE];
    uint8_t hash[HASH_SIZE];
    enum db_status status;

    account_token_draw(token);
    account_token_hash(hash, KEY_API, sv_from(token));
    status = put_mail(db, arena, user, purposes[purpose].mail, sv_from(token));
    if (status == DB_DUPLICATE)
        return DB_OK;
    if (status != DB_OK)
        return status;
    return db_insert(db, &account_insert_token,
                     DB_ARGS(db_bytes(hash, sizeof(hash)), db_u64(user),
                             db_cstr(purposes[purpose].name),
                             db_i64(clock_wire_us() + purposes[purpose].lives_us)),
                     NULL);
}

/* ---- spending them ----------------------------------------------------------------------------
 */

DB_SQL(account_find_token,
       "SELECT t.user FROM user_token t JOIN user u ON u.id = t.user"
       " WHERE t.token_hash = ? AND t.purpose = ? AND t.used_us = 0"
       " AND t.expires_us > ? AND u.status <> 'erased'");
/* All of the user's tokens of the purpose: one that was used makes the others pointless. */
DB_SQL(account_spend_token,
       "UPDATE user_token SET used_us = ?"
       " WHERE token_hash = ? AND purpose = ? AND used_us = 0"
       " AND expires_us > ?");
DB_SQL(account_spend_siblings,
       "UPDATE user_token SET used_us = ?"
       " WHERE user = ? AND purpose = ? AND used_us = 0");

struct spending {
    struct arena *arena;
    enum account_token purpose;
    uint8_t hash[HASH_SIZE];
    const char *password; /* hashed; reset alone */
};

static enum db_status find_user(struct db *db, const struct spending *s, uint64_t *user)
{
    struct db_rows *row;
    enum db_status status =
        db_get_one(db, s->arena, &account_find_token,
                   DB_ARGS(db_bytes(s->hash, sizeof(s->hash)), db_cstr(purposes[s->purpose].name),
                           db_i64(clock_wire_us())),
                   &row);

    if (status == DB_OK)
        *user = db_col_u64(row, 0);
    return status;
}

/* The UPDATE is the guard: of two that spend one token at once, one finds no row. */
static enum db_status spend(struct db *db, const struct spending *s, uint64_t *user)
{
    const char *purpose = purposes[s->purpose].name;
    int64_t now = clock_wire_us();
    enum db_status status = find_user(db, s, user);

    if (status == DB_OK)
        status = db_exec_one(db, &account_spend_token,
                             DB_ARGS(db_i64(now), db_bytes(s->hash, sizeof(s->hash)),
                                     db_cstr(purpose), db_i64(now)));
    if (status == DB_OK)
        status = db_exec(db, &account_spend_siblings,
                         DB_ARGS(db_i64(now), db_u64(*user), db_cstr(purpose)), NULL);
    return status;
}

static struct spending spending_of(struct arena *arena, enum account_token purpose, struct sv token)
{
    struct spending s = {.arena = arena, .purpose = purpose};

    account_token_hash(s.hash, KEY_API, token);
    return s;
}

static enum account_status token_status(enum db_status status)
{
    return status == DB_NO_ROW ? ACCOUNT_DEAD_TOKEN : account_status_of(status);
}

enum account_status account_token_look(struct db *db, struct arena *arena,
                                       enum account_token purpose, struct sv token)
{
    struct spending s = spending_of(arena, purpose, token);
    uint64_t user;

    return token_status(find_user(db, &s, &user));
}

static enum db_status confirm(struct db *db, void *context)
{
    uint64_t user = 0;
    enum db_status status = spend(db, context, &user);

    return status == DB_OK ? account_store_confirm(db, user) : status;
}

enum account_status account_confirm(struct db *db, struct arena *arena, struct sv token)
{
    struct spending s = spending_of(arena, ACCOUNT_TOKEN_CONFIRM, token);

    return token_status(db_tx_run(db, confirm, &s));
}

static enum db_status reset(struct db *db, void *context)
{
    const struct spending *s = context;
    uint64_t user = 0;
    enum db_status status = spend(db, s, &user);

    if (status == DB_OK)
        status = account_store_set_password(db, user, s->password);
    if (status == DB_OK)
        status = account_store_confirm(db, user); /* the link proved the address as well */
    if (status == DB_OK)
        status = account_end_all_sessions(db, user, 0);
    if (status == DB_OK)
        status = account_plain_mail(db, s->arena, user, "mail.password_changed");
    return status;
}

enum account_status account_reset(struct db *db, struct arena *arena, struct sv token,
                                  struct sv password, enum account_fault *fault)
{
    struct spending s = spending_of(arena, ACCOUNT_TOKEN_RESET, token);
    char hash[PASSWORD_HASH_SIZE];
    enum account_status status;
    uint64_t user;

    *fault = account_check_field(ACCOUNT_PASSWORD, password);
    if (*fault != ACCOUNT_FINE)
        return ACCOUNT_REFUSED;
    status = token_status(find_user(db, &s, &user)); /* a dead link costs no hashing */
    if (status != ACCOUNT_DONE)
        return status;
    if (!password_hash(hash, password))
        return ACCOUNT_BUSY;
    s.password = hash;
    return token_status(db_tx_run(db, reset, &s));
}

/* ---- asking for one
 * ------------------------------------------------------------------------------ */

struct asking {
    struct arena *arena;
    uint64_t user;
};

static enum db_status mail_reset(struct db *db, void *context)
{
    const struct asking *asking = context;

    return account_token_mail(db, asking->arena, asking->user, ACCOUNT_TOKEN_RESET);
}

enum account_status account_ask_reset(struct db *db, struct arena *arena, struct sv email)
{
    struct asking asking = {.arena = arena};
    struct account_user user;
    enum db_status status = account_store_find_by_email(db, arena, sv_trim(email), &user);

    if (status == DB_NO_ROW)
        return ACCOUNT_DONE;
    if (status != DB_OK)
        return account_status_of(status);
    asking.user = user.id;
    return account_status_of(db_tx_run(db, mail_reset, &asking));
}
