#include "ctl/ctl.h"

#include "db/migrate.h"

static enum ctl_exit failed(enum migrate_result result, const struct migrate_report *report)
{
    switch (result) {
    case MIGRATE_OK:
        return CTL_OK;
    case MIGRATE_CHANGED_STEP:
    case MIGRATE_BAD_FILE:
    case MIGRATE_BUSY:
        return ctl_fail("%s", report->detail);
    case MIGRATE_DB_FAILED:
        return ctl_fail("%s. What was applied before is recorded; mend it and run this again.",
                        report->detail);
    }
    UNREACHABLE();
}

enum ctl_exit ctl_migrate(struct ctl *ctl)
{
    const struct settings *s = ctl->settings;
    struct migrate_report report;
    if (ctl->argc != 0)
        return CTL_USAGE;
    struct db *db = ctl_open_db(ctl, DB_MIGRATOR);
    if (!db)
        return CTL_FAILED;
    bool over_socket = *s->db_socket != '\0';
    enum migrate_result result = migrate_run(db, ctl->arena, s->migration_dir, &report);
    if (result == MIGRATE_OK)
        result =
            migrate_grant(db, ctl->arena, s->migration_dir,
                          migrate_account(ctl->arena, s->db_web_user, over_socket),
                          migrate_account(ctl->arena, s->db_worker_user, over_socket), &report);
    db_close(db);
    if (result != MIGRATE_OK)
        return failed(result, &report);
    printf("schema version %u, %u steps applied\n", report.version, report.steps_applied);
    return CTL_OK;
}
