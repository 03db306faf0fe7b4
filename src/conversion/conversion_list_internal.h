/* Shared by the reading files of conversion/ alone. */
#ifndef MEED_CONVERSION_CONVERSION_LIST_INTERNAL_H
#define MEED_CONVERSION_CONVERSION_LIST_INTERNAL_H

#include "conversion/conversion_list.h"
#include "db/compose.h"

/* The columns of one struct sale_row, read by sale_row_read; FROM conversion c follows. */
extern const char sale_row_columns[];
extern const char sale_row_joins[];
struct sale_row sale_row_read(const struct db_rows *row);

/* Rows of one of the filter's walks, the latest first, from the cursor on. */
struct db_rows *sale_rows_of_walk(struct db *db, struct arena *arena,
                                  const struct sale_filter *filter, const struct sale_walk *walk,
                                  int64_t before_us, uint64_t before_id, size_t limit);

struct unit sale_unit_of(struct sv code); /* code empty: an empty unit */
/* "us-id"; false when it is none. The empty view is the first page. */
MUST_USE bool sale_cursor_read(struct sv text, int64_t *before_us, uint64_t *before_id);
const char *sale_cursor_write(struct arena *arena, int64_t occurred_us, uint64_t id);
/* "2026-11-21" as 20261121; the empty view is 0. */
MUST_USE bool sale_day_read(struct sv text, int32_t *day);
/* Instants that hold every zone's idea of the two days; 0 is open. */
void sale_days_to_span(int32_t from_day, int32_t to_day, int64_t *from_us, int64_t *to_us);

/* Events of a commission, the first first. */
MUST_USE enum db_status sale_events_read(struct db *db, struct arena *arena, uint64_t commission,
                                         struct sale_event_row **out, size_t *n);

#endif
