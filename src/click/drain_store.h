/* What one pass of the drain commits. Only drain*.c include this. */
#ifndef MEED_CLICK_DRAIN_STORE_H
#define MEED_CLICK_DRAIN_STORE_H

#include "click/click.h"
#include "click/drain.h"

/* A segment's progress from one slot to another. */
struct drain_step {
    const char *segment;
    uint32_t from, to;
};

struct drain_batch {
    const char *host;
    struct click clicks[DRAIN_ROWS_MAX];
    int32_t days[DRAIN_ROWS_MAX]; /* yyyymmdd in the brand's zone; 0: counts nowhere (bots) */
    size_t clicks_count;
    struct drain_step *steps;
    size_t steps_count;
};

/* DB_NO_ROW: another drain was faster; look the progress up again. */
MUST_USE enum db_status drain_store_batch(struct db *db, const struct drain_batch *batch);

MUST_USE enum db_status drain_store_find_progress(struct db *db, struct arena *arena,
                                                  const char *host, const char *segment,
                                                  uint32_t *slot);
MUST_USE enum db_status drain_store_forget(struct db *db, const char *host, const char *segment);
/* The names of all segments that progress is kept of. */
MUST_USE enum db_status drain_store_list_known(struct db *db, struct arena *arena, const char *host,
                                               const char ***names, size_t *count);
MUST_USE enum db_status drain_store_find_zone(struct db *db, struct arena *arena, uint64_t brand,
                                              const char **zone);

#endif
