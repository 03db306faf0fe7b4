#include "door/door_pixel_origin.h"

#include "net/url.h"
#include "program/site.h"

bool door_pixel_origin_is_sandbox(struct arena *arena, struct sv origin)
{
    static const char *const hosts[] = {".myshopify.com", ".shopify.com", ".shopifycdn.com",
                                        ".shopifypreview.com", ".shopifysvc.com"};
    struct net_url url;
    if (sv_eq_cstr(origin, "null"))
        return true;
    if (origin.n > DOOR_PIXEL_ORIGIN_MAX || !net_url_parse(arena, origin, &url) || !url.secure)
        return false;
    for (size_t i = 0; i < COUNT_OF(hosts); i++)
        if (sv_ends(sv_from(url.site), sv_from(hosts[i])))
            return true;
    return false;
}

DB_SQL(pixel_find_origin, "SELECT 1 FROM pixel_origin WHERE brand = ? AND origin = ?");

enum db_status door_pixel_origin_find(struct db *db, struct arena *arena, uint64_t brand,
                                      struct sv origin)
{
    struct net_url url;
    struct db_rows *row;
    if (origin.n > DOOR_PIXEL_ORIGIN_MAX || !net_url_parse(arena, origin, &url))
        return DB_NO_ROW;
    enum db_status status = site_find_verified(db, arena, brand, origin);
    if (status != DB_NO_ROW)
        return status;
    const char *text = arena_printf(arena, "%s://%s", url.secure ? "https" : "http", url.site);
    return db_get_one(db, arena, &pixel_find_origin, DB_ARGS(db_u64(brand), db_cstr(text)), &row);
}
