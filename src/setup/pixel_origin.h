/*
 * Pages that may report a sale by the pixel: origins that a brand lists, beside its verified
 * sites. An origin is what a browser sends as `Origin`: scheme://host[:port], lower case, without
 * the port that is the scheme's own (RFC 6454, section 6.2).
 */
#ifndef MEED_SETUP_PIXEL_ORIGIN_H
#define MEED_SETUP_PIXEL_ORIGIN_H

#include "db/db.h"

enum { PIXEL_ORIGINS_MAX = 100, PIXEL_ORIGIN_TYPED_MAX = 300 };

enum pixel_origin_result {
    PIXEL_ORIGIN_OK, /* added, or there already */
    PIXEL_ORIGIN_BAD,
    PIXEL_ORIGIN_TOO_MANY,
    PIXEL_ORIGIN_UNAVAILABLE,
};

/*
 * "Shop.example:8443", "https://shop.example/cart" as its origin, the arena's; https where no
 * scheme is typed. False: no address of a page.
 */
MUST_USE bool pixel_origin_parse(struct arena *arena, struct sv typed, struct sv *origin);

MUST_USE enum pixel_origin_result pixel_origin_add(struct db *db, struct arena *arena,
                                                   uint64_t brand, struct sv typed,
                                                   uint64_t by_user);
/* DB_NO_ROW: it was not there. */
MUST_USE enum db_status pixel_origin_remove(struct db *db, uint64_t brand, struct sv origin);

struct pixel_origin_list {
    struct pixel_origin {
        struct sv text;
        int64_t created_us; /* wire clock */
    } * v;
    size_t n;
};

/* By their text. */
MUST_USE enum db_status pixel_origin_list(struct db *db, struct arena *arena, uint64_t brand,
                                          struct pixel_origin_list *out);

#endif
