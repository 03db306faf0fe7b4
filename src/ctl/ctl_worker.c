#include "ctl/ctl.h"

#include "base/clock.h"
#include "worker/worker.h"

#define DRAIN_LIMIT_US (10 * CLOCK_MINUTE)

enum ctl_exit ctl_worker_drain(struct ctl *ctl)
{
    const char *detail;
    if (ctl->argc != 0)
        return CTL_USAGE;
    switch (worker_run_all(ctl->settings, DRAIN_LIMIT_US, &detail)) {
    case WORKER_DRAINED:
        puts("all jobs are idle");
        return CTL_OK;
    case WORKER_DRAIN_BUSY:
        return ctl_fail("%s did not come to rest within ten minutes.", detail);
    case WORKER_DRAIN_UNAVAILABLE:
        return ctl_fail(
            "%s can't run: the database, or what it needs, is away. The log above "
            "says why.",
            detail);
    }
    UNREACHABLE();
}

DB_SQL(list_failures,
       "SELECT job, item, tries, detail, at_us FROM job_failure"
       " ORDER BY job, item LIMIT 1000");

enum ctl_exit ctl_worker_failures(struct ctl *ctl)
{
    if (ctl->argc != 0)
        return CTL_USAGE;
    struct db *db = ctl_open_db(ctl, DB_WORKER);
    if (!db)
        return CTL_FAILED;
    struct db_rows *row = db_query(db, ctl->arena, &list_failures, DB_NO_ARGS);
    while (db_next(row)) {
        char at[CLOCK_TEXT_SIZE];
        clock_format_iso(at, db_col_i64(row, 4));
        printf("%s %s: %" PRIu64 " tries, last %s%s%s%s\n", db_col_cstr(row, 0),
               db_col_cstr(row, 1), db_col_u64(row, 2), at,
               db_col_u64(row, 2) >= JOB_TRIES_MAX ? ", set aside" : "",
               db_col_text(row, 3).n ? ": " : "", db_col_cstr(row, 3));
    }
    enum db_status status = db_rows_status(row);
    if (status == DB_OK && db_rows_count(row) == 0)
        puts("no job failed at anything");
    db_close(db);
    return status == DB_OK ? CTL_OK : ctl_fail("the list can't be read; see the log above.");
}

DB_SQL(retry_one, "DELETE FROM job_failure WHERE job = ? AND (? = '' OR item = ?)");

enum ctl_exit ctl_worker_retry(struct ctl *ctl)
{
    uint64_t forgotten = 0;
    if (ctl->argc != 1 && ctl->argc != 2)
        return CTL_USAGE;
    struct db *db = ctl_open_db(ctl, DB_WORKER);
    if (!db)
        return CTL_FAILED;
    struct sv item = ctl->argc == 2 ? sv_from(ctl->argv[1]) : SV("");
    enum db_status status = db_exec(
        db, &retry_one, DB_ARGS(db_cstr(ctl->argv[0]), db_text(item), db_text(item)), &forgotten);
    db_close(db);
    if (status != DB_OK)
        return ctl_fail("the tries can't be reset; see the log above.");
    printf("%" PRIu64 " items will be tried again\n", forgotten);
    return CTL_OK;
}
