/*
 * Which pages may report a brand's sales by the pixel.
 *
 * A browser says by Origin which page sends; nothing signs it, so whoever is no browser can say
 * anything. The list keeps other sites' pages out, and tells the brand whose page it forgot; it
 * proves nothing: a sale that only a page tells of is held unless the program trusts its pixel.
 *
 * Listed are the brand's verified sites (program/site.h), whatever their scheme, and the origins of
 * the table pixel_origin: scheme://host[:port] in lower case.
 */
#ifndef MEED_DOOR_DOOR_PIXEL_ORIGIN_H
#define MEED_DOOR_DOOR_PIXEL_ORIGIN_H

#include "db/db.h"

enum { DOOR_PIXEL_ORIGIN_MAX = 280 };

/* DB_OK: listed; DB_NO_ROW: not, or no origin. */
MUST_USE enum db_status door_pixel_origin_find(struct db *db, struct arena *arena, uint64_t brand,
                                               struct sv origin);
/*
 * Pure: "null", and the hosts in which Shopify runs custom pixels. Every shop's pixel may have one
 * of them, so it names no brand.
 */
bool door_pixel_origin_is_sandbox(struct arena *arena, struct sv origin);

#endif
