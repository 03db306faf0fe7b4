/*
 * meedctl: one file per command, a table in main.c. A command gets its own
 * arguments and says how it ended; what people read goes to stdout, what
 * failed to stderr, in a sentence that says what to do next.
 */
#ifndef MEED_CTL_CTL_H
#define MEED_CTL_CTL_H

#include "base/arena.h"
#include "base/settings.h"
#include "db/db.h"

enum ctl_exit { CTL_OK = 0, CTL_FAILED = 1, CTL_USAGE = 2 /* main prints the command's usage */ };

struct ctl {
    struct arena *arena;
    const struct settings *settings; /* NULL for commands that need none */
    int argc;                        /* of the command itself, its name not counted */
    char **argv;
};

typedef enum ctl_exit ctl_command(struct ctl *ctl);

ctl_command ctl_migrate, ctl_clock_show, ctl_clock_advance, ctl_worker_drain, ctl_worker_failures,
    ctl_worker_retry, ctl_routes, ctl_health, ctl_keys_create, ctl_ledger_verify, ctl_user_add,
    ctl_demo_load, ctl_domains;

/* Opens the database as `role`; NULL after a sentence when it can't be reached. */
struct db *ctl_open_db(struct ctl *ctl, enum db_role role);
/* Prints to stderr and returns CTL_FAILED. */
enum ctl_exit ctl_fail(const char *format, ...) PRINTF_LIKE(1, 2);

#endif
