#include "program/site.h"

#include "base/clock.h"
#include "net/url.h"

enum { TOKEN_BYTES = 24 };

#define SITE_COLUMNS                                                                               \
    "id, host, token, method, result, verified_us, checked_us, next_check_us, created_us"

static enum site_method method_of(struct sv text)
{
    if (sv_eq_cstr(text, "dns"))
        return SITE_METHOD_DNS;
    if (sv_eq_cstr(text, "file"))
        return SITE_METHOD_FILE;
    return sv_eq_cstr(text, "script") ? SITE_METHOD_SCRIPT : SITE_METHOD_NONE;
}

static enum site_hint hint_of(struct sv text)
{
#define X(name, word) word,
    static const char *const words[] = {SITE_HINTS(X)};
#undef X
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (sv_eq_cstr(text, words[i]))
            return (enum site_hint)i;
    return SITE_HINT_NOT_CHECKED;
}

static struct site read_site(const struct db_rows *row)
{
    return (struct site){
        .id = db_col_u64(row, 0),
        .host = db_col_cstr(row, 1),
        .token = db_col_cstr(row, 2),
        .method = method_of(db_col_text(row, 3)),
        .hint = hint_of(db_col_text(row, 4)),
        .verified_us = db_col_i64(row, 5),
        .checked_us = db_col_i64(row, 6),
        .next_check_us = db_col_i64(row, 7),
        .created_us = db_col_i64(row, 8),
    };
}

const char *site_txt_record(struct arena *arena, const struct site *site)
{
    return arena_printf(arena, "meed-verify=%s", site->token);
}

DB_SQL(add_site,
       "INSERT IGNORE INTO site (brand, host, token, next_check_us, created_us)"
       " VALUES (?, ?, ?, ?, ?)");

static enum db_status insert_site(struct db *db, uint64_t brand, const char *host)
{
    char token[4 * (TOKEN_BYTES + 2) / 3 + 1];
    id_random_text(token, TOKEN_BYTES);
    return db_exec(db, &add_site,
                   DB_ARGS(db_u64(brand), db_cstr(host), db_cstr(token), db_i64(clock_wire_us()),
                           db_i64(clock_business_us())),
                   NULL);
}

DB_SQL(count_sites, "SELECT COUNT(*) FROM site WHERE brand = ?");
DB_SQL(find_site, "SELECT " SITE_COLUMNS " FROM site WHERE brand = ? AND host = ?");

enum site_result site_add(struct db *db, struct arena *arena, uint64_t brand, struct sv typed,
                          struct site *out)
{
    const char *host;
    struct db_rows *row;
    if (!net_site_parse(arena, typed, &host))
        return SITE_BAD_HOST;
    if (db_get_one(db, arena, &count_sites, DB_ARGS(db_u64(brand)), &row) != DB_OK)
        return SITE_UNAVAILABLE;
    bool full = db_col_u64(row, 0) >= SITE_LIST_MAX;
    if (!full && insert_site(db, brand, host) != DB_OK)
        return SITE_UNAVAILABLE;
    switch (db_get_one(db, arena, &find_site, DB_ARGS(db_u64(brand), db_cstr(host)), &row)) {
    case DB_OK:
        break;
    case DB_NO_ROW:
        return SITE_TOO_MANY;
    default:
        return SITE_UNAVAILABLE;
    }
    *out = read_site(row);
    return out->verified_us ? SITE_OK : site_check_now(db, brand, out->id);
}

enum db_status site_ensure(struct db *db, struct arena *arena, uint64_t brand, struct sv url)
{
    struct net_url parsed;
    if (!net_url_parse(arena, url, &parsed))
        return DB_FAILED; /* program_check() said yes: can't be */
    return insert_site(db, brand, parsed.site);
}

DB_SQL(list_sites, "SELECT " SITE_COLUMNS " FROM site WHERE brand = ? ORDER BY id LIMIT ?");

enum db_status site_list(struct db *db, struct arena *arena, uint64_t brand, struct site_list *out)
{
    struct db_rows *rows =
        db_query(db, arena, &list_sites, DB_ARGS(db_u64(brand), db_u64(SITE_LIST_MAX)));
    out->v = arena_array(arena, db_rows_count(rows) + 1, sizeof(struct site));
    for (out->n = 0; db_next(rows); out->n++)
        out->v[out->n] = read_site(rows);
    return db_rows_status(rows);
}

DB_SQL(check_now,
       "UPDATE site SET next_check_us = IF(verified_us = 0, ?, 0), tries = 0"
       " WHERE id = ? AND brand = ?");

enum site_result site_check_now(struct db *db, uint64_t brand, uint64_t site)
{
    switch (db_exec_one(db, &check_now,
                        DB_ARGS(db_i64(clock_wire_us()), db_u64(site), db_u64(brand)))) {
    case DB_OK:
        return SITE_OK;
    case DB_NO_ROW:
        return SITE_NOT_FOUND;
    default:
        return SITE_UNAVAILABLE;
    }
}

DB_SQL(find_verified, "SELECT 1 FROM site WHERE brand = ? AND host = ? AND verified_us > 0");

enum db_status site_find_verified(struct db *db, struct arena *arena, uint64_t brand, struct sv url)
{
    struct net_url parsed;
    struct db_rows *row;
    if (!net_url_parse(arena, url, &parsed))
        return DB_NO_ROW;
    return db_get_one(db, arena, &find_verified, DB_ARGS(db_u64(brand), db_cstr(parsed.site)),
                      &row);
}
