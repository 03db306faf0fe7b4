#include "program/api_key.h"

#include "base/clock.h"
#include "crypto/keys.h"

enum { RANDOM_BYTES = 24, PREFIX_LEN = 8, LAST4 = 4 };

static const char *prefix_of(enum api_key_kind kind, bool test_mode)
{
    static const char *const prefixes[][2] = {{"pc_live_", "pc_test_"}, {"ok_live_", "ok_test_"}};
    return prefixes[kind][test_mode];
}

static const char *kind_word(enum api_key_kind kind)
{
    return kind == API_KEY_BRAND ? "brand" : "program";
}

static const char *mode_word(bool test_mode)
{
    return test_mode ? "test" : "live";
}

static uint64_t owner_id(const struct api_key_owner *owner)
{
    return owner->kind == API_KEY_BRAND ? owner->brand : owner->program;
}

/* What a transaction of this file works on. */
struct making {
    struct arena *arena;
    const struct api_key_owner *owner;
    bool test_mode;
    struct sv name;
    uint64_t by_user, replaced;
    char *text;
    enum api_key_result result;
};

DB_SQL(count_keys,
       "SELECT COUNT(*) FROM api_key"
       " WHERE owner_kind = ? AND owner = ? AND brand = ? AND mode = ?"
       " AND revoked_us = 0");
DB_SQL(add_key,
       "INSERT INTO api_key (key_hash, owner_kind, owner, brand, mode, name, prefix,"
       " last4, sealed, scopes, created_by, created_us)"
       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'conversions', ?, ?)");

static enum db_status insert_key(struct db *db, struct making *m)
{
    const char *prefix = prefix_of(m->owner->kind, m->test_mode);
    uint8_t hash[HASH_SIZE];
    memcpy(m->text, prefix, PREFIX_LEN);
    id_random_text(m->text + PREFIX_LEN, RANDOM_BYTES);
    struct sv text = sv_from(m->text);
    CHECK(text.n == API_KEY_SIZE - 1);
    keys_hash(hash, KEY_API, text);
    struct sv sealed = m->test_mode ? keys_seal(m->arena, text) : SV_NONE;
    return db_insert(db, &add_key,
                     DB_ARGS(db_bytes(hash, sizeof hash), db_cstr(kind_word(m->owner->kind)),
                             db_u64(owner_id(m->owner)), db_u64(m->owner->brand),
                             db_cstr(mode_word(m->test_mode)), db_text(m->name), db_cstr(prefix),
                             db_text(sv_from_index(text, text.n - LAST4)),
                             m->test_mode ? db_bytes(sealed.p, sealed.n) : db_null(),
                             db_u64(m->by_user), db_i64(clock_business_us())),
                     NULL);
}

static enum db_status create(struct db *db, void *context)
{
    struct making *m = context;
    struct db_rows *row;
    enum db_status status =
        db_get_one(db, m->arena, &count_keys,
                   DB_ARGS(db_cstr(kind_word(m->owner->kind)), db_u64(owner_id(m->owner)),
                           db_u64(m->owner->brand), db_cstr(mode_word(m->test_mode))),
                   &row);
    if (status != DB_OK)
        return status;
    if (db_col_u64(row, 0) >= API_KEY_LIVE_MAX) {
        m->result = API_KEY_TOO_MANY;
        return DB_ROLLBACK;
    }
    return insert_key(db, m);
}

static enum api_key_result result_of(enum db_status status, const struct making *m)
{
    switch (status) {
    case DB_OK:
        return API_KEY_OK;
    case DB_NO_ROW:
        return API_KEY_NOT_FOUND;
    case DB_ROLLBACK:
        return m->result;
    default:
        return API_KEY_UNAVAILABLE;
    }
}

enum api_key_result api_key_create(struct db *db, struct arena *arena,
                                   const struct api_key_owner *owner, bool test_mode,
                                   struct sv name, uint64_t by_user, char text[API_KEY_SIZE])
{
    struct making m = {.arena = arena,
                       .owner = owner,
                       .test_mode = test_mode,
                       .name = sv_trim(name),
                       .by_user = by_user,
                       .text = text};
    if (m.name.n == 0 || m.name.n > API_KEY_NAME_MAX || !sv_is_utf8(m.name))
        return API_KEY_BAD_NAME;
    return result_of(db_tx_run(db, create, &m), &m);
}

DB_SQL(revoke_key,
       "UPDATE api_key SET revoked_us = ?"
       " WHERE id = ? AND owner_kind = ? AND owner = ? AND brand = ?"
       " AND revoked_us = 0");

static enum db_status revoke_one(struct db *db, const struct api_key_owner *owner, uint64_t key)
{
    return db_exec_one(db, &revoke_key,
                       DB_ARGS(db_i64(clock_business_us()), db_u64(key),
                               db_cstr(kind_word(owner->kind)), db_u64(owner_id(owner)),
                               db_u64(owner->brand)));
}

DB_SQL(find_key, "SELECT mode = 'test', name FROM api_key WHERE id = ?");

static enum db_status replace(struct db *db, void *context)
{
    struct making *m = context;
    struct db_rows *row;
    enum db_status status = revoke_one(db, m->owner, m->replaced);
    if (status == DB_OK)
        status = db_get_one(db, m->arena, &find_key, DB_ARGS(db_u64(m->replaced)), &row);
    if (status != DB_OK)
        return status;
    m->test_mode = db_col_bool(row, 0);
    m->name = db_col_text(row, 1);
    return insert_key(db, m);
}

enum api_key_result api_key_replace(struct db *db, struct arena *arena,
                                    const struct api_key_owner *owner, uint64_t key,
                                    uint64_t by_user, char text[API_KEY_SIZE])
{
    struct making m = {
        .arena = arena, .owner = owner, .replaced = key, .by_user = by_user, .text = text};
    return result_of(db_tx_run(db, replace, &m), &m);
}

enum api_key_result api_key_revoke(struct db *db, const struct api_key_owner *owner, uint64_t key)
{
    struct making none = {.result = API_KEY_UNAVAILABLE};
    return result_of(revoke_one(db, owner, key), &none);
}

DB_SQL(list_keys,
       "SELECT id, name, prefix, last4, mode = 'test', sealed, created_us, revoked_us,"
       " last_used_us FROM api_key WHERE owner_kind = ? AND owner = ? AND brand = ?"
       " ORDER BY id DESC LIMIT ?");

enum db_status api_key_list(struct db *db, struct arena *arena, const struct api_key_owner *owner,
                            struct api_key_list *out)
{
    struct db_rows *rows =
        db_query(db, arena, &list_keys,
                 DB_ARGS(db_cstr(kind_word(owner->kind)), db_u64(owner_id(owner)),
                         db_u64(owner->brand), db_u64(API_KEY_LIST_MAX)));
    out->v = arena_array(arena, db_rows_count(rows) + 1, sizeof(struct api_key));
    for (out->n = 0; db_next(rows); out->n++) {
        struct api_key *key = &out->v[out->n];
        *key = (struct api_key){
            .id = db_col_u64(rows, 0),
            .name = db_col_text(rows, 1),
            .prefix = db_col_text(rows, 2),
            .last4 = db_col_text(rows, 3),
            .test_mode = db_col_bool(rows, 4),
            .text = SV(""),
            .created_us = db_col_i64(rows, 6),
            .revoked_us = db_col_i64(rows, 7),
            .last_used_us = db_col_i64(rows, 8),
        };
        if (!db_col_is_null(rows, 5) && !keys_unseal(arena, db_col_text(rows, 5), &key->text))
            key->text = SV(""); /* sealed under a key that is gone: as good as a live one */
    }
    return db_rows_status(rows);
}

DB_SQL(find_caller,
       "SELECT id, brand, owner, mode = 'test', last_used_us FROM api_key"
       " WHERE key_hash = ? AND owner_kind = ? AND revoked_us = 0");
DB_SQL(note_use, "UPDATE api_key SET last_used_us = ? WHERE id = ? AND last_used_us < ?");

enum db_status api_key_authenticate(struct db *db, struct arena *arena, enum api_key_kind kind,
                                    struct sv text, struct api_key_caller *out)
{
    uint8_t hash[HASH_SIZE];
    struct db_rows *row;
    if (text.n != API_KEY_SIZE - 1)
        return DB_NO_ROW;
    keys_hash(hash, KEY_API, text);
    enum db_status status =
        db_get_one(db, arena, &find_caller,
                   DB_ARGS(db_bytes(hash, sizeof hash), db_cstr(kind_word(kind))), &row);
    if (status != DB_OK)
        return status;
    *out = (struct api_key_caller){.key = db_col_u64(row, 0),
                                   .brand = db_col_u64(row, 1),
                                   .program = kind == API_KEY_PROGRAM ? db_col_u64(row, 2) : 0,
                                   .kind = kind,
                                   .test_mode = db_col_bool(row, 3)};
    int64_t now_us = clock_wire_us(), minute_ago_us = now_us - CLOCK_MINUTE;
    if (db_col_i64(row, 4) >= minute_ago_us)
        return DB_OK;
    return db_exec(db, &note_use, DB_ARGS(db_i64(now_us), db_u64(out->key), db_i64(minute_ago_us)),
                   NULL);
}
