/*
 * A private MariaDB for database tests: one per test program, started at the
 * first call from a copy of the migrated template, killed and removed when the
 * program ends, however it ends. Programs may run side by side.
 *
 * Its accounts hold the same grants as in production, so a test that opens the
 * web's connection can do what the web can, and no more.
 */
#ifndef MEED_TESTS_SUPPORT_TESTDB_H
#define MEED_TESTS_SUPPORT_TESTDB_H

#include "base/settings.h"
#include "db/db.h"

enum testdb_user { TESTDB_WEB, TESTDB_WORKER, TESTDB_MIGRATOR };

/* A new connection; the caller closes it with db_close(). */
struct db *testdb_open(void); /* as the web */
struct db *testdb_open_as(enum testdb_user user);

/* Empties every table that the migrations left empty. */
void testdb_reset(void);

/* The settings of this database's instance; folders of its own, no program runs on them. */
const struct settings *testdb_settings(void);

/* Faults of the server itself; connections find out at their next call. */
void testdb_kill(void);         /* SIGKILL: a crash */
void testdb_restart(void);      /* after a crash: recovers, and listens again */
void testdb_signal(int signal); /* SIGSTOP makes it hang, SIGCONT wakes it */

#endif
