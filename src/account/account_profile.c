/* What one sees and changes of oneself. */
#include "account/account_internal.h"

#include "base/buf.h"
#include "crypto/password.h"

DB_SQL(profile_brands,
       "SELECT b.pid, b.id, b.name FROM member m JOIN brand b ON b.id = m.brand"
       " WHERE m.user = ? AND b.status <> 'closed' ORDER BY b.name, b.id LIMIT 100");

enum account_status account_list_brands(struct db *db, struct arena *arena, uint64_t user,
                                        struct account_brands *out)
{
    struct db_rows *rows = db_query(db, arena, &profile_brands, DB_ARGS(db_u64(user)));

    if (db_rows_status(rows) != DB_OK)
        return account_status_of(db_rows_status(rows));
    out->count = 0;
    out->rows = arena_array(arena, db_rows_count(rows), sizeof(*out->rows));
    while (db_next(rows))
        out->rows[out->count++] = (struct account_brand){
            .pid = db_col_uuid(rows, 0), .id = db_col_u64(rows, 1), .name = db_col_text(rows, 2)};
    return ACCOUNT_DONE;
}

DB_SQL(profile_find,
       "SELECT u.name, u.email_sealed, COALESCE(p.handle, ''),"
       " COALESCE(p.country, ''), COALESCE(p.id, 0) FROM user u"
       " LEFT JOIN partner p ON p.kind = 'person' AND p.owner = u.id"
       " WHERE u.id = ?");
DB_SQL(profile_channels, "SELECT url FROM partner_channel WHERE partner = ? ORDER BY no LIMIT 10");

static enum db_status read_channels(struct db *db, struct arena *arena, uint64_t partner,
                                    struct sv *out)
{
    struct db_rows *rows = db_query(db, arena, &profile_channels, DB_ARGS(db_u64(partner)));
    struct buf b = buf_new(arena, ACCOUNT_CHANNELS_MAX * (ACCOUNT_CHANNEL_MAX + 1));

    while (db_next(rows)) {
        buf_put(&b, db_col_text(rows, 0));
        buf_putc(&b, '\n');
    }
    *out = buf_sv(&b);
    return db_rows_status(rows);
}

enum account_status account_read_profile(struct db *db, struct arena *arena, uint64_t user,
                                         struct account_profile *out)
{
    struct db_rows *row;
    enum db_status status = db_get_one(db, arena, &profile_find, DB_ARGS(db_u64(user)), &row);

    if (status != DB_OK)
        return account_status_of(status);
    *out = (struct account_profile){
        .name = db_col_text(row, 0), .handle = db_col_text(row, 2), .country = db_col_text(row, 3)};
    if (!keys_unseal(arena, db_col_text(row, 1), &out->email))
        return ACCOUNT_UNAVAILABLE; /* logged where it failed: a key is missing */
    return account_status_of(read_channels(db, arena, db_col_u64(row, 4), &out->channels));
}

struct saving {
    uint64_t user, partner;
    const struct account_input *input;
};

static enum db_status save(struct db *db, void *context)
{
    const struct saving *s = context;
    enum db_status status = account_store_set_name(db, s->user, s->input->field[ACCOUNT_NAME]);

    if (status != DB_OK || s->partner == 0)
        return status;
    status = account_store_set_partner(db, s->partner, s->input);
    if (status == DB_OK)
        status = account_store_put_channels(db, s->partner, s->input->field[ACCOUNT_CHANNELS]);
    return status;
}

enum account_status account_save_profile(struct db *db, uint64_t user, uint64_t partner,
                                         struct account_input *input, struct account_faults *faults)
{
    static const enum account_field fields[] = {ACCOUNT_NAME, ACCOUNT_COUNTRY, ACCOUNT_CHANNELS};
    struct saving saving = {.user = user, .partner = partner, .input = input};
    bool fine = true;

    for (size_t i = 0; i < (partner == 0 ? 1 : COUNT_OF(fields)); i++) {
        input->field[fields[i]] = sv_trim(input->field[fields[i]]);
        faults->field[fields[i]] = account_check_field(fields[i], input->field[fields[i]]);
        fine &= faults->field[fields[i]] == ACCOUNT_FINE;
    }
    return fine ? account_status_of(db_tx_run(db, save, &saving)) : ACCOUNT_REFUSED;
}

/* ---- a new password
 * ------------------------------------------------------------------------------ */

struct changing {
    struct arena *arena;
    uint64_t user, session;
    const char *password;
};

static enum db_status change(struct db *db, void *context)
{
    const struct changing *c = context;
    enum db_status status = account_store_set_password(db, c->user, c->password);

    if (status == DB_OK)
        status = account_end_all_sessions(db, c->user, c->session);
    if (status == DB_OK)
        status = account_plain_mail(db, c->arena, c->user, "mail.password_changed");
    return status;
}

enum account_status account_change_password(struct db *db, struct arena *arena,
                                            const struct account_change *wish,
                                            struct account_change_faults *faults)
{
    struct changing c = {.arena = arena, .user = wish->user, .session = wish->session};
    char hash[PASSWORD_HASH_SIZE];
    struct account_user user;
    enum db_status status;

    faults->current = ACCOUNT_FINE;
    faults->wanted = account_check_field(ACCOUNT_PASSWORD, wish->wanted);
    if (faults->wanted != ACCOUNT_FINE)
        return ACCOUNT_REFUSED;
    status = account_store_find_by_id(db, arena, wish->user, &user);
    if (status != DB_OK)
        return account_status_of(status);
    switch (password_check(user.password, sv_sub(wish->current, 0, PASSWORD_MAX + 1))) {
    case PASSWORD_BUSY:
        return ACCOUNT_BUSY;
    case PASSWORD_WRONG:
        faults->current = ACCOUNT_WRONG;
        return ACCOUNT_REFUSED;
    case PASSWORD_MATCHES:
        break;
    }
    if (!password_hash(hash, wish->wanted))
        return ACCOUNT_BUSY;
    c.password = hash;
    return account_status_of(db_tx_run(db, change, &c));
}
