/* What the brand's home page asks beside the reports: how its doors do. */
#ifndef MEED_REPORT_BRAND_HOME_STORE_H
#define MEED_REPORT_BRAND_HOME_STORE_H

#include "db/db.h"

enum { BRAND_DOORS_MAX = 20 };

/* Shops and payment providers that were heard at least once, by the door's stored word. */
struct brand_doors {
    struct brand_door {
        struct sv door;
        bool is_connected; /* in every program that it is connected to */
    } v[BRAND_DOORS_MAX];
    size_t n;
    bool has_set_aside; /* an event whose tries are used up waits in the log */
};

MUST_USE enum db_status brand_doors_read(struct db *db, struct arena *arena, uint64_t brand,
                                         bool test_mode, struct brand_doors *out);

#endif
