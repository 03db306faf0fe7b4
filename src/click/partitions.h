/*
 * Months of the click table.
 *
 * `click` is partitioned by the UUIDv7's time prefix, so that a month can be dropped whole
 * and a look-up reads few of them. The last partition, p_rest, catches all:
 * clicks are stored even when nobody has made their month yet.
 */
#ifndef MEED_CLICK_PARTITIONS_H
#define MEED_CLICK_PARTITIONS_H

#include "db/db.h"

enum { PARTITIONS_AHEAD = 3 };

/*
 * Splits from p_rest what is missing of this month and the PARTITIONS_AHEAD behind it.
 * *made counts them. Needs the ALTER and CREATE privileges on click.
 */
MUST_USE enum db_status partitions_keep(struct db *db, int64_t now_us, unsigned *made);

#endif
