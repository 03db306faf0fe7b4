#include "setup/pixel_origin.h"

#include "base/clock.h"
#include "net/url.h"

bool pixel_origin_parse(struct arena *arena, struct sv typed, struct sv *origin)
{
    struct net_url url;
    struct sv text = sv_trim(typed);
    if (text.n == 0 || text.n > PIXEL_ORIGIN_TYPED_MAX)
        return false;
    if (!strstr(sv_dup(arena, text), "://"))
        text = sv_from(arena_printf(arena, "https://" SV_FMT, SV_ARG(text)));
    if (!net_url_parse(arena, text, &url))
        return false;
    *origin = sv_from(arena_printf(arena, "%s://%s", url.secure ? "https" : "http", url.site));
    return true;
}

DB_SQL(pixel_origin_count,
       "SELECT COUNT(*), COUNT(IF(origin = ?, 1, NULL)) FROM pixel_origin WHERE brand = ?");
DB_SQL(pixel_origin_insert,
       "INSERT INTO pixel_origin (brand, origin, created_by, created_us) VALUES (?, ?, ?, ?)"
       " ON DUPLICATE KEY UPDATE origin = origin");

enum pixel_origin_result pixel_origin_add(struct db *db, struct arena *arena, uint64_t brand,
                                          struct sv typed, uint64_t by_user)
{
    struct db_rows *row;
    struct sv origin;
    if (!pixel_origin_parse(arena, typed, &origin))
        return PIXEL_ORIGIN_BAD;
    if (db_get_one(db, arena, &pixel_origin_count, DB_ARGS(db_text(origin), db_u64(brand)), &row) !=
        DB_OK)
        return PIXEL_ORIGIN_UNAVAILABLE;
    bool is_there = db_col_i64(row, 1) > 0;
    if (!is_there && db_col_i64(row, 0) >= PIXEL_ORIGINS_MAX)
        return PIXEL_ORIGIN_TOO_MANY;
    return db_exec(
               db, &pixel_origin_insert,
               DB_ARGS(db_u64(brand), db_text(origin), db_u64(by_user), db_i64(clock_wire_us())),
               NULL) == DB_OK
               ? PIXEL_ORIGIN_OK
               : PIXEL_ORIGIN_UNAVAILABLE;
}

DB_SQL(pixel_origin_delete, "DELETE FROM pixel_origin WHERE brand = ? AND origin = ?");

enum db_status pixel_origin_remove(struct db *db, uint64_t brand, struct sv origin)
{
    uint64_t affected = 0;
    enum db_status status =
        db_exec(db, &pixel_origin_delete, DB_ARGS(db_u64(brand), db_text(origin)), &affected);
    return status == DB_OK && affected == 0 ? DB_NO_ROW : status;
}

DB_SQL(pixel_origin_select,
       "SELECT origin, created_us FROM pixel_origin WHERE brand = ?"
       " ORDER BY origin LIMIT 100");

enum db_status pixel_origin_list(struct db *db, struct arena *arena, uint64_t brand,
                                 struct pixel_origin_list *out)
{
    struct db_rows *rows = db_query(db, arena, &pixel_origin_select, DB_ARGS(db_u64(brand)));
    out->v = arena_array(arena, PIXEL_ORIGINS_MAX, sizeof *out->v);
    for (out->n = 0; out->n < PIXEL_ORIGINS_MAX && db_next(rows); out->n++)
        out->v[out->n] = (struct pixel_origin){db_col_text(rows, 0), db_col_i64(rows, 1)};
    return db_rows_status(rows);
}
