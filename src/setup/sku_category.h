/*
 * Which article belongs to which category, for doors whose orders name none (Shopify's lines carry
 * a SKU alone). A brand pastes it as CSV, two columns: SKU, category. RFC 4180 quotes; a comma, a
 * semicolon or a tab parts the columns, whichever the first line has; a heading "sku" is skipped.
 */
#ifndef MEED_SETUP_SKU_CATEGORY_H
#define MEED_SETUP_SKU_CATEGORY_H

#include "db/db.h"

enum {
    SKU_TEXT_MAX = 100, /* characters, of either column */
    SKU_PASTED_LINES = 2000,
    SKU_LISTED = 100,
    SKU_CATEGORIES_MAX = 50000, /* of one brand */
};

struct sku_category {
    struct sv sku, category;
};

/* What was pasted, the arena's. */
struct sku_pasted {
    struct sku_category *v;
    size_t n;
    size_t bad_line;       /* from 1; 0: all could be read */
    const char *bad_words; /* what is wrong with it, translated */
};

/* False: bad_line and bad_words say why, and nothing of it is to be kept. */
MUST_USE bool sku_category_parse(struct arena *arena, struct sv csv, struct sku_pasted *out);

enum sku_result { SKU_OK, SKU_TOO_MANY, SKU_UNAVAILABLE };

/* All or none; a SKU that is there gets the new category. */
MUST_USE enum sku_result sku_category_put(struct db *db, struct arena *arena, uint64_t brand,
                                          const struct sku_pasted *pasted);
/* DB_NO_ROW: it was not there. */
MUST_USE enum db_status sku_category_remove(struct db *db, uint64_t brand, struct sv sku);

struct sku_category_list {
    struct sku_category *v;
    size_t n;
    bool more;
    int64_t count; /* of all */
};

/* By SKU, SKU_LISTED of them behind `after` (empty: from the first). */
MUST_USE enum db_status sku_category_list(struct db *db, struct arena *arena, uint64_t brand,
                                          struct sv after, struct sku_category_list *out);

#endif
