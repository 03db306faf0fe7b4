#include "report/brand_home_store.h"

DB_SQL(brand_doors_list,
       "SELECT door, MIN(state = 'connected') FROM connection WHERE brand = ? AND mode = ?"
       " GROUP BY door ORDER BY door LIMIT 20");
DB_SQL(brand_doors_set_aside,
       "SELECT EXISTS (SELECT 1 FROM inbox FORCE INDEX (inbox_state)"
       " WHERE brand = ? AND mode = ? AND state = 'failed' AND due_us = 0)");

enum db_status brand_doors_read(struct db *db, struct arena *arena, uint64_t brand, bool test_mode,
                                struct brand_doors *out)
{
    const char *mode = test_mode ? "test" : "live";
    struct db_rows *row;
    *out = (struct brand_doors){0};
    struct db_rows *rows =
        db_query(db, arena, &brand_doors_list, DB_ARGS(db_u64(brand), db_cstr(mode)));
    while (out->n < BRAND_DOORS_MAX && db_next(rows))
        out->v[out->n++] = (struct brand_door){db_col_text(rows, 0), db_col_i64(rows, 1) != 0};
    enum db_status status = db_rows_status(rows);
    if (status == DB_OK)
        status = db_get_one(db, arena, &brand_doors_set_aside,
                            DB_ARGS(db_u64(brand), db_cstr(mode)), &row);
    if (status == DB_OK)
        out->has_set_aside = db_col_i64(row, 0) != 0;
    return status;
}
