#include "ctl/ctl.h"
#include "domain/domain.h"

DB_SQL(list_all_domains,
       "SELECT d.host, b.name, d.dns_state, d.cert_state, d.active_us > 0, d.broken_us > 0"
       " FROM domain d JOIN brand b ON b.id = d.brand ORDER BY d.host");

/* What the operator's web server needs certificates for. */
enum ctl_exit ctl_domains(struct ctl *ctl)
{
    if (ctl->argc != 0)
        return CTL_USAGE;
    struct db *db = ctl_open_db(ctl, DB_WORKER);
    if (!db)
        return CTL_FAILED;
    struct db_rows *row = db_query(db, ctl->arena, &list_all_domains, DB_NO_ARGS);
    while (db_next(row)) {
        bool works = db_col_bool(row, 4) && !db_col_bool(row, 5);
        printf("%s\t%s\tdns %s\tcertificate %s\t%s\n", db_col_cstr(row, 0),
               works                 ? "active"
               : db_col_bool(row, 4) ? "broken"
                                     : "pending",
               db_col_cstr(row, 2), db_col_cstr(row, 3), db_col_cstr(row, 1));
    }
    enum db_status status = db_rows_status(row);
    db_close(db);
    return status == DB_OK ? CTL_OK : ctl_fail("the list can't be read; see the log above.");
}
