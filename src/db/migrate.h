/*
 * Forward-only migrations: migrations/NNNN_name.sql, each a list of statements
 * that end with ';' at the end of a line (a routine's body between lines "-- begin
 * routine" and "-- end routine" is one statement). Every statement is a recorded step in
 * schema_step with its checksum (lines that are comments don't count); a step that was
 * applied and then edited stops the run. Two migrators at once: a lease row lets one work,
 * the other waits. An ALTER that would copy its table is refused by the server.
 *
 *   a step:  noted (applied_us = 0) ── run ── recorded (applied_us > 0)
 * One that was noted but not recorded may have run: it is run again, and "exists already"
 * then counts as done. A step that writes rows is recorded in its own transaction instead.
 */
#ifndef MEED_DB_MIGRATE_H
#define MEED_DB_MIGRATE_H

#include "db/db.h"

enum migrate_result {
    MIGRATE_OK,
    MIGRATE_CHANGED_STEP, /* an applied statement was edited since */
    MIGRATE_BAD_FILE,     /* unreadable, two files of one number, an unfinished statement */
    MIGRATE_BUSY,         /* another migrator worked longer than we wait */
    MIGRATE_DB_FAILED,
};

struct migrate_report {
    unsigned version;       /* the highest version applied */
    unsigned steps_applied; /* by this run */
    const char *detail;     /* what failed, in words; arena's */
};

MUST_USE enum migrate_result migrate_run(struct db *db, struct arena *arena, const char *folder,
                                         struct migrate_report *report);
/*
 * Runs folder/grants.sql with {web} and {worker} replaced by these accounts, written as SQL
 * wants them ('name'@'host'). Granting again changes nothing, so this is not recorded.
 */
MUST_USE enum migrate_result migrate_grant(struct db *db, struct arena *arena, const char *folder,
                                           struct sv web, struct sv worker,
                                           struct migrate_report *report);
/* 'name'@'localhost' for a socket, 'name'@'%' for a network; quotes in the name are doubled. */
struct sv migrate_account(struct arena *arena, const char *user, bool over_socket);
/* The highest applied version; 0 for an empty database. */
MUST_USE enum db_status migrate_current_version(struct db *db, struct arena *arena,
                                                unsigned *version);
/* What this binary was built for; programs refuse to serve outside [lowest, highest]. */
enum { SCHEMA_VERSION_LOWEST = 1, SCHEMA_VERSION_HIGHEST = 9999 };

#endif
