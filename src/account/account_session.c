/* Logging in and out, and what a session remembers. */
#include "account/account_internal.h"

#include "base/log.h"
#include "crypto/password.h"

enum { AGENT_MAX = 200 };

#define SEEN_STEP_US CLOCK_MINUTE

/* ---- starting -----------------------------------------------------------------------------------
 */

DB_SQL(session_insert,
       "INSERT INTO session (token_hash, user, brand, ip_hash, agent, created_us, seen_us,"
       " expires_us) VALUES (?, ?, COALESCE((SELECT MIN(m.brand) FROM member m"
       " JOIN brand b ON b.id = m.brand AND b.status = 'active' WHERE m.user = ?), 0),"
       " ?, ?, ?, ?, ?)");
DB_SQL(session_delete_token, "DELETE FROM session WHERE token_hash = ?");

struct starting {
    struct arena *arena;
    uint64_t user;
    const struct account_client *client;
    struct sv token;
};

/* The longest prefix of `s` within `max` bytes that ends between characters. */
static struct sv cut_text(struct sv s, size_t max)
{
    size_t n = s.n < max ? s.n : max;

    while (n > 0 && n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
        n--;
    return sv_sub(s, 0, n);
}

static struct sv agent_of(const struct account_client *client)
{
    return sv_is_utf8(client->agent) ? cut_text(client->agent, AGENT_MAX) : SV_NONE;
}

static enum db_status start_session(struct db *db, void *context)
{
    const struct starting *s = context;
    uint8_t old[HASH_SIZE], hash[HASH_SIZE], ip[HASH_SIZE];
    int64_t now = clock_wire_us();

    if (s->client->old_token.n > 0) {
        enum db_status status;

        account_token_hash(old, KEY_SESSION, s->client->old_token);
        status = db_exec(db, &session_delete_token, DB_ARGS(db_bytes(old, sizeof(old))), NULL);
        if (status != DB_OK)
            return status;
    }
    account_token_hash(hash, KEY_SESSION, s->token);
    keys_hash_ip(ip, s->client->ip);
    return db_insert(db, &session_insert,
                     DB_ARGS(db_bytes(hash, sizeof(hash)), db_u64(s->user), db_u64(s->user),
                             db_bytes(ip, sizeof(ip)), db_text(agent_of(s->client)), db_i64(now),
                             db_i64(now), db_i64(now + ACCOUNT_SESSION_IDLE_US)),
                     NULL);
}

static enum db_status mail_confirmation(struct db *db, void *context)
{
    const struct starting *s = context;

    return account_token_mail(db, s->arena, s->user, ACCOUNT_TOKEN_CONFIRM);
}

static enum account_login refuse(struct db *db, struct starting *s, const struct account_user *user)
{
    if (!user->is_active)
        return ACCOUNT_LOGIN_SUSPENDED;
    return db_tx_run(db, mail_confirmation, s) == DB_OK ? ACCOUNT_LOGIN_UNCONFIRMED
                                                        : ACCOUNT_LOGIN_UNAVAILABLE;
}

enum account_login account_log_in(struct db *db, struct arena *arena, struct sv email,
                                  struct sv password, const struct account_client *client,
                                  struct account_started *started)
{
    struct account_user user = {0};
    struct starting s = {.arena = arena, .client = client};
    enum db_status status = account_store_find_by_email(db, arena, email, &user);

    if (status != DB_OK && status != DB_NO_ROW)
        return ACCOUNT_LOGIN_UNAVAILABLE;
    if (password.n > PASSWORD_MAX) /* nobody has such a password; the same work is done */
        password = SV_NONE;
    switch (password_check(status == DB_OK ? user.password : NULL, password)) {
    case PASSWORD_BUSY:
        return ACCOUNT_LOGIN_BUSY;
    case PASSWORD_WRONG:
        return ACCOUNT_LOGIN_WRONG;
    case PASSWORD_MATCHES:
        break;
    }
    s.user = user.id;
    if (!user.is_active || !user.is_confirmed)
        return refuse(db, &s, &user);
    *started = (struct account_started){.theme = user.theme};
    account_token_draw(started->token);
    s.token = sv_from(started->token);
    return db_tx_run(db, start_session, &s) == DB_OK ? ACCOUNT_LOGIN_DONE
                                                     : ACCOUNT_LOGIN_UNAVAILABLE;
}

/* ---- being recognised
 * ---------------------------------------------------------------------------- */

/* A brand counts as chosen only while its membership lasts. */
DB_SQL(session_find,
       "SELECT s.id, s.user, COALESCE(b.company, 0), COALESCE(b.id, 0), COALESCE(p.id, 0),"
       " u.is_admin, s.mode = 'test', u.name, b.name, s.seen_us, b.tz"
       " FROM session s JOIN user u ON u.id = s.user"
       " LEFT JOIN member m ON m.brand = s.brand AND m.user = s.user"
       " LEFT JOIN brand b ON b.id = m.brand AND b.status <> 'closed'"
       " LEFT JOIN partner p ON p.kind = 'person' AND p.owner = u.id"
       " WHERE s.token_hash = ? AND s.expires_us > ? AND u.status = 'active'");
DB_SQL(session_touch,
       "UPDATE session SET seen_us = ?, expires_us = ? WHERE id = ? AND seen_us < ?");

enum account_status account_find_session(struct db *db, struct arena *arena, struct sv token,
                                         struct account_session *out)
{
    int64_t now = clock_wire_us();
    uint8_t hash[HASH_SIZE];
    struct db_rows *row;
    enum db_status status;

    if (token.n != ACCOUNT_TOKEN_SIZE - 1)
        return ACCOUNT_NOT_FOUND;
    account_token_hash(hash, KEY_SESSION, token);
    status = db_get_one(db, arena, &session_find,
                        DB_ARGS(db_bytes(hash, sizeof(hash)), db_i64(now)), &row);
    if (status != DB_OK)
        return account_status_of(status);
    *out = (struct account_session){
        .id = db_col_u64(row, 0),
        .user = db_col_u64(row, 1),
        .company = db_col_u64(row, 2),
        .brand = db_col_u64(row, 3),
        .partner = db_col_u64(row, 4),
        .is_admin = db_col_bool(row, 5),
        .test_mode = db_col_bool(row, 6),
        .user_name = db_col_cstr(row, 7),
        .brand_name = db_col_is_null(row, 8) ? NULL : db_col_cstr(row, 8),
        .brand_zone = db_col_is_null(row, 10) ? "UTC" : db_col_cstr(row, 10),
    };
    if (db_col_i64(row, 9) > now - SEEN_STEP_US)
        return ACCOUNT_DONE;
    return account_status_of(db_exec(
        db, &session_touch,
        DB_ARGS(db_i64(now), db_i64(now + ACCOUNT_SESSION_IDLE_US), db_u64(out->id), db_i64(now)),
        NULL));
}

/* ---- ending
 * ---------------------------------------------------------------------------------------- */

enum account_status account_log_out(struct db *db, struct sv token)
{
    uint8_t hash[HASH_SIZE];

    account_token_hash(hash, KEY_SESSION, token);
    return account_status_of(
        db_exec(db, &session_delete_token, DB_ARGS(db_bytes(hash, sizeof(hash))), NULL));
}

DB_SQL(session_delete_one, "DELETE FROM session WHERE user = ? AND id = ?");
DB_SQL(session_delete_others, "DELETE FROM session WHERE user = ? AND id <> ?");

enum db_status account_end_all_sessions(struct db *db, uint64_t user, uint64_t keep)
{
    return db_exec(db, &session_delete_others, DB_ARGS(db_u64(user), db_u64(keep)), NULL);
}

enum account_status account_end_session(struct db *db, uint64_t user, uint64_t id, uint64_t keep)
{
    if (id == 0)
        return account_status_of(account_end_all_sessions(db, user, keep));
    return account_status_of(
        db_exec_one(db, &session_delete_one, DB_ARGS(db_u64(user), db_u64(id))));
}

DB_SQL(session_forget, "DELETE FROM session WHERE expires_us < ? LIMIT 1000");
DB_SQL(session_forget_tokens, "DELETE FROM user_token WHERE expires_us < ? LIMIT 1000");

enum job_result account_job_forget(struct job *job)
{
    struct db_args expired = DB_ARGS(db_i64(clock_wire_us()));
    uint64_t sessions = 0, tokens = 0;

    if (db_exec(job->db, &session_forget, expired, &sessions) != DB_OK ||
        db_exec(job->db, &session_forget_tokens, expired, &tokens) != DB_OK)
        return JOB_UNAVAILABLE;
    return sessions + tokens > 0 ? JOB_WORKED : JOB_IDLE;
}

/* ---- what it remembers
 * ------------------------------------------------------------------------------ */

DB_SQL(session_choose_brand,
       "UPDATE session s JOIN member m ON m.user = s.user JOIN brand b ON b.id = m.brand"
       " SET s.brand = b.id WHERE s.id = ? AND s.user = ? AND b.pid = ? AND b.status <> 'closed'");

enum account_status account_choose_brand(struct db *db, uint64_t user, uint64_t session,
                                         const struct uuid *brand)
{
    return account_status_of(db_exec_one(db, &session_choose_brand,
                                         DB_ARGS(db_u64(session), db_u64(user), db_uuid(brand))));
}

DB_SQL(session_choose_mode, "UPDATE session SET mode = ? WHERE id = ?");

enum account_status account_choose_mode(struct db *db, uint64_t session, bool test_mode)
{
    return account_status_of(db_exec_one(
        db, &session_choose_mode, DB_ARGS(db_cstr(test_mode ? "test" : "live"), db_u64(session))));
}

enum account_status account_choose_theme(struct db *db, uint64_t user, enum account_theme theme)
{
    return account_status_of(account_store_set_theme(db, user, theme));
}

DB_SQL(session_list,
       "SELECT id, agent, created_us, seen_us FROM session"
       " WHERE user = ? AND expires_us > ? ORDER BY id DESC LIMIT 50");

enum account_status account_list_sessions(struct db *db, struct arena *arena, uint64_t user,
                                          struct account_sessions *out)
{
    struct db_rows *rows =
        db_query(db, arena, &session_list, DB_ARGS(db_u64(user), db_i64(clock_wire_us())));

    if (db_rows_status(rows) != DB_OK)
        return account_status_of(db_rows_status(rows));
    out->count = 0;
    out->rows = arena_array(arena, db_rows_count(rows), sizeof(*out->rows));
    while (db_next(rows))
        out->rows[out->count++] = (struct account_session_row){
            .id = db_col_u64(rows, 0),
            .agent = db_col_cstr(rows, 1),
            .created_us = db_col_i64(rows, 2),
            .seen_us = db_col_i64(rows, 3),
        };
    return ACCOUNT_DONE;
}
