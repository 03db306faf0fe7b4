#include "report/admin_home.h"

/* Queues are short and the others small tables: each count walks an index of its own. */
DB_SQL(count_all,
       "SELECT (SELECT COUNT(*) FROM user), (SELECT COUNT(*) FROM brand), "
       "(SELECT COUNT(*) FROM program WHERE status = 'active'), "
       "(SELECT COUNT(*) FROM partner WHERE kind = 'person'), "
       "(SELECT COUNT(*) FROM partnership WHERE status = 'applied'), "
       "(SELECT COUNT(*) FROM delivery WHERE state = 'dead'), "
       "(SELECT COUNT(*) FROM inbox WHERE due_us > 0), "
       "(SELECT COUNT(*) FROM job_failure), (SELECT COUNT(*) FROM ledger_unfolded), "
       "(SELECT COUNT(*) FROM seal_queue), "
       "(SELECT COALESCE(MIN(applied_us), 0) FROM partnership WHERE status = 'applied')");

enum db_status admin_counts_read(struct db *db, struct arena *arena, struct admin_counts *out)
{
    struct db_rows *r;
    enum db_status status = db_get_one(db, arena, &count_all, DB_NO_ARGS, &r);
    if (status != DB_OK)
        return status;
    *out = (struct admin_counts){.users = db_col_i64(r, 0),
                                 .brands = db_col_i64(r, 1),
                                 .programs = db_col_i64(r, 2),
                                 .partners = db_col_i64(r, 3),
                                 .applications = db_col_i64(r, 4),
                                 .dead_deliveries = db_col_i64(r, 5),
                                 .failed_events = db_col_i64(r, 6),
                                 .set_aside = db_col_i64(r, 7),
                                 .unfolded = db_col_i64(r, 8),
                                 .unsealed = db_col_i64(r, 9),
                                 .oldest_application_us = db_col_i64(r, 10)};
    return DB_OK;
}
