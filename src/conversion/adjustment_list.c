/* The adjustments of one sale, for its page. */
#include "conversion/adjustment.h"

DB_SQL(adjustment_list_of,
       "SELECT a.pid, a.source, a.ref, a.kind, a.extent, a.base, a.note, a.received_us,"
       " a.updated_us, u.name, a.unit <> '' AND a.unit <> c.unit FROM conversion c"
       " JOIN adjustment a ON a.conversion = c.id"
       " LEFT JOIN user u ON u.id = a.by_user AND a.by_user > 0"
       " WHERE c.id = ? ORDER BY a.id LIMIT 100");

enum db_status adjustment_list(struct db *db, struct arena *arena, uint64_t conversion,
                               struct adjustment_shown **out, size_t *n)
{
    struct db_rows *rows = db_query(db, arena, &adjustment_list_of, DB_ARGS(db_u64(conversion)));
    *out = arena_array(arena, db_rows_count(rows) + 1, sizeof **out);
    for (*n = 0; db_next(rows); (*n)++) {
        struct adjustment_shown *a = &(*out)[*n];
        *a = (struct adjustment_shown){.pid = db_col_uuid(rows, 0),
                                       .source = db_col_text(rows, 1),
                                       .ref = db_col_text(rows, 2),
                                       .in_force = !sv_eq(db_col_text(rows, 4), SV("nothing")) &&
                                                   !db_col_bool(rows, 10),
                                       .base = db_col_i64(rows, 5),
                                       .note = db_col_text(rows, 6),
                                       .received_us = db_col_i64(rows, 7),
                                       .updated_us = db_col_i64(rows, 8),
                                       .by_user = db_col_text(rows, 9),
                                       .is_foreign = db_col_bool(rows, 10)};
        CHECK(adjustment_kind_find(db_col_text(rows, 3), &a->kind));
    }
    return db_rows_status(rows);
}
