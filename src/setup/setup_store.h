/* What the setup pages ask the database beyond the rooms they use. */
#ifndef MEED_SETUP_SETUP_STORE_H
#define MEED_SETUP_SETUP_STORE_H

#include "base/id.h"
#include "db/db.h"

enum { SETUP_COUNT_LIMIT = 10000 };

struct setup_brand {
    struct uuid pid;
    const char *currency, *zone;
};

MUST_USE enum db_status setup_find_brand(struct db *db, struct arena *arena, uint64_t brand,
                                         struct setup_brand *out);
/* Live sales of a program, counted up to SETUP_COUNT_LIMIT. */
MUST_USE enum db_status setup_count_sales(struct db *db, struct arena *arena, uint64_t brand,
                                          uint64_t program, int64_t *count);

struct setup_click {
    struct uuid id;
    int64_t at_us; /* 0: none */
    bool bot;
};

/* A person's; a bot's only while there is none. DB_NO_ROW: nobody clicked that link yet. */
MUST_USE enum db_status setup_newest_click(struct db *db, struct arena *arena, uint64_t link,
                                           struct setup_click *out);
/* The public id of a program's newest test sale. DB_NO_ROW: there is none. */
MUST_USE enum db_status setup_newest_test_sale(struct db *db, struct arena *arena, uint64_t brand,
                                               uint64_t program, struct uuid *pid);

/* The last test sale that a door refused. */
struct setup_refusal {
    struct sv door, code, field; /* words of the doors; field empty: none was named */
    int64_t at_us;               /* 0: none */
};

/* DB_NO_ROW: none was refused. */
MUST_USE enum db_status setup_newest_refusal(struct db *db, struct arena *arena, uint64_t brand,
                                             struct setup_refusal *out);

#endif
