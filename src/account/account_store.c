/* The rows of people, companies, brands and partners. */
#include "account/account_internal.h"

#include "base/money.h"

/* ---- people --------------------------------------------------------------------------------- */

#define USER_COLUMNS                                                                               \
    "SELECT u.id, u.password, u.is_admin, u.confirmed_us <> 0, u.status = 'active',"               \
    " COALESCE(p.id, 0), u.theme"                                                                  \
    " FROM user u LEFT JOIN partner p ON p.kind = 'person' AND p.owner = u.id"

DB_SQL(account_user_by_email, USER_COLUMNS " WHERE u.email_hash = ? AND u.status <> 'erased'");
DB_SQL(account_user_by_id, USER_COLUMNS " WHERE u.id = ? AND u.status <> 'erased'");

static const char *const theme_names[] = {"system", "light", "dark"};

static enum account_theme theme_of(struct sv name)
{
    for (size_t i = 0; i < COUNT_OF(theme_names); i++)
        if (sv_eq_cstr(name, theme_names[i]))
            return (enum account_theme)i;
    UNREACHABLE(); /* the column is an ENUM of these */
}

static enum db_status read_user(struct db *db, struct arena *arena, const struct db_sql *sql,
                                struct db_args args, struct account_user *out)
{
    struct db_rows *row;
    enum db_status status = db_get_one(db, arena, sql, args, &row);

    if (status != DB_OK)
        return status;
    *out = (struct account_user){
        .id = db_col_u64(row, 0),
        .password = db_col_cstr(row, 1),
        .is_admin = db_col_bool(row, 2),
        .is_confirmed = db_col_bool(row, 3),
        .is_active = db_col_bool(row, 4),
        .partner = db_col_u64(row, 5),
        .theme = theme_of(db_col_text(row, 6)),
    };
    return DB_OK;
}

enum db_status account_store_find_by_email(struct db *db, struct arena *arena, struct sv email,
                                           struct account_user *out)
{
    uint8_t hash[HASH_SIZE];

    keys_hash_email(hash, email);
    return read_user(db, arena, &account_user_by_email, DB_ARGS(db_bytes(hash, sizeof(hash))), out);
}

enum db_status account_store_find_by_id(struct db *db, struct arena *arena, uint64_t id,
                                        struct account_user *out)
{
    return read_user(db, arena, &account_user_by_id, DB_ARGS(db_u64(id)), out);
}

DB_SQL(account_insert_user,
       "INSERT INTO user (pid, email_hash, email_sealed, name, password, is_admin, confirmed_us,"
       " created_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");

enum db_status account_store_add_user(struct db *db, struct arena *arena,
                                      const struct account_new_user *user, uint64_t *id)
{
    struct uuid pid = uuid_v7(clock_wire_us());
    struct sv sealed = keys_seal(arena, user->email);
    int64_t now = clock_business_us();
    uint8_t hash[HASH_SIZE];

    keys_hash_email(hash, user->email);
    return db_insert_unless_known(db, &account_insert_user,
                                  DB_ARGS(db_uuid(&pid), db_bytes(hash, sizeof(hash)),
                                          db_bytes(sealed.p, sealed.n), db_text(user->name),
                                          db_cstr(user->password), db_bool(user->is_admin),
                                          db_i64(user->is_confirmed ? now : 0), db_i64(now)),
                                  id);
}

DB_SQL(account_update_name, "UPDATE user SET name = ? WHERE id = ?");

enum db_status account_store_set_name(struct db *db, uint64_t user, struct sv name)
{
    return db_exec_one(db, &account_update_name, DB_ARGS(db_text(name), db_u64(user)));
}

DB_SQL(account_update_confirmed,
       "UPDATE user SET confirmed_us = ?"
       " WHERE id = ? AND confirmed_us = 0");

enum db_status account_store_confirm(struct db *db, uint64_t user)
{
    return db_exec(db, &account_update_confirmed,
                   DB_ARGS(db_i64(clock_business_us()), db_u64(user)), NULL);
}

DB_SQL(account_update_password,
       "UPDATE user SET password = ? WHERE id = ?"
       " AND status <> 'erased'");

enum db_status account_store_set_password(struct db *db, uint64_t user, const char *hash)
{
    return db_exec_one(db, &account_update_password, DB_ARGS(db_cstr(hash), db_u64(user)));
}

DB_SQL(account_update_theme, "UPDATE user SET theme = ? WHERE id = ?");

enum db_status account_store_set_theme(struct db *db, uint64_t user, enum account_theme theme)
{
    return db_exec_one(db, &account_update_theme,
                       DB_ARGS(db_cstr(theme_names[theme]), db_u64(user)));
}

/* ---- companies and brands ----------------------------------------------------------------------
 */

DB_SQL(account_insert_company, "INSERT INTO company (pid, name, created_us) VALUES (?, ?, ?)");

enum db_status account_store_add_company(struct db *db, struct sv name, uint64_t *id)
{
    struct uuid pid = uuid_v7(clock_wire_us());

    return db_insert(db, &account_insert_company,
                     DB_ARGS(db_uuid(&pid), db_text(name), db_i64(clock_business_us())), id);
}

DB_SQL(account_insert_unit,
       "INSERT IGNORE INTO unit (code, kind, exponent) VALUES (?, 'currency', ?)");
DB_SQL(account_insert_brand,
       "INSERT INTO brand (pid, company, name, code_prefix, tz, currency, created_us)"
       " VALUES (?, ?, ?, ?, ?, ?, ?)");

enum db_status account_store_add_brand(struct db *db, uint64_t company,
                                       const struct account_input *input, uint64_t *id)
{
    struct uuid pid = uuid_v7(clock_wire_us());
    struct unit unit;
    char prefix[13];
    enum db_status status;

    CHECK(unit_find_currency(input->field[ACCOUNT_CURRENCY], &unit));
    account_code_prefix(prefix, input->field[ACCOUNT_BRAND]);
    status =
        db_exec(db, &account_insert_unit, DB_ARGS(db_cstr(unit.code), db_u64(unit.exponent)), NULL);
    if (status != DB_OK)
        return status;
    return db_insert(db, &account_insert_brand,
                     DB_ARGS(db_uuid(&pid), db_u64(company), db_text(input->field[ACCOUNT_BRAND]),
                             db_cstr(prefix), db_text(input->field[ACCOUNT_TZ]), db_cstr(unit.code),
                             db_i64(clock_business_us())),
                     id);
}

DB_SQL(account_insert_owner,
       "INSERT INTO member (brand, user, role, created_us) VALUES (?, ?, 'owner', ?)");

enum db_status account_store_add_owner(struct db *db, uint64_t brand, uint64_t user)
{
    return db_insert(db, &account_insert_owner,
                     DB_ARGS(db_u64(brand), db_u64(user), db_i64(clock_business_us())), NULL);
}

DB_SQL(account_insert_owners,
       "INSERT INTO member (brand, user, role, created_us)"
       " SELECT DISTINCT ?, m.user, 'owner', ? FROM member m JOIN brand b ON b.id = m.brand"
       " WHERE b.company = ? AND m.role = 'owner'");

enum db_status account_store_add_owners(struct db *db, uint64_t brand, uint64_t company)
{
    return db_exec(db, &account_insert_owners,
                   DB_ARGS(db_u64(brand), db_i64(clock_business_us()), db_u64(company)), NULL);
}

DB_SQL(account_find_owner,
       "SELECT m.brand FROM member m JOIN brand b ON b.id = m.brand"
       " WHERE m.user = ? AND b.company = ? AND m.role = 'owner' LIMIT 1 FOR UPDATE");

enum db_status account_store_is_owner(struct db *db, struct arena *arena, uint64_t user,
                                      uint64_t company)
{
    struct db_rows *row;

    return db_get_one(db, arena, &account_find_owner, DB_ARGS(db_u64(user), db_u64(company)), &row);
}

/* ---- partners
 * ------------------------------------------------------------------------------------ */

DB_SQL(account_insert_partner,
       "INSERT INTO partner (pid, kind, owner, handle, name, country, created_us)"
       " VALUES (?, 'person', ?, ?, ?, ?, ?)");

enum db_status account_store_add_partner(struct db *db, struct arena *arena, uint64_t user,
                                         const struct account_input *input, uint64_t *id)
{
    struct uuid pid = uuid_v7(clock_wire_us());
    enum db_status status = db_insert_unless_known(
        db, &account_insert_partner,
        DB_ARGS(db_uuid(&pid), db_u64(user), db_text(sv_lower(arena, input->field[ACCOUNT_HANDLE])),
                db_text(input->field[ACCOUNT_NAME]), db_text(input->field[ACCOUNT_COUNTRY]),
                db_i64(clock_business_us())),
        id);

    if (status != DB_OK)
        return status;
    return account_store_put_channels(db, *id, input->field[ACCOUNT_CHANNELS]);
}

DB_SQL(account_delete_channels, "DELETE FROM partner_channel WHERE partner = ?");
DB_SQL(account_insert_channel, "INSERT INTO partner_channel (partner, no, url) VALUES (?, ?, ?)");

enum db_status account_store_put_channels(struct db *db, uint64_t partner, struct sv channels)
{
    enum db_status status = db_exec(db, &account_delete_channels, DB_ARGS(db_u64(partner)), NULL);
    struct sv url;

    for (uint64_t no = 1; status == DB_OK && account_next_channel(&channels, &url); no++)
        status = db_insert(db, &account_insert_channel,
                           DB_ARGS(db_u64(partner), db_u64(no), db_text(url)), NULL);
    return status;
}

DB_SQL(account_update_partner, "UPDATE partner SET name = ?, country = ? WHERE id = ?");

enum db_status account_store_set_partner(struct db *db, uint64_t partner,
                                         const struct account_input *input)
{
    return db_exec_one(db, &account_update_partner,
                       DB_ARGS(db_text(input->field[ACCOUNT_NAME]),
                               db_text(input->field[ACCOUNT_COUNTRY]), db_u64(partner)));
}
