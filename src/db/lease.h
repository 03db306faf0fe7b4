/*
 * Leases: a row says which process may do something now (table lease, wire
 * clock). A holder that dies loses it when its time is up, or at once to a
 * process on the same host, which can see that it is gone. What is done under a
 * lease must still be right when two do it at once, if only for a moment: a process may
 * be stopped while its lease runs out.
 */
#ifndef MEED_DB_LEASE_H
#define MEED_DB_LEASE_H

#include "db/db.h"

enum lease_result { LEASE_HELD, LEASE_TAKEN /* by another */, LEASE_UNAVAILABLE };

/* "host/pid/random": no two processes ever share one. */
const char *lease_holder_name(struct arena *arena);
/* Takes the lease, or prolongs ours, until `for_us` from now. */
MUST_USE enum lease_result lease_take(struct db *db, const char *name, const char *holder,
                                      int64_t for_us);
/* Gives ours up; somebody else's stays. */
MUST_USE enum db_status lease_release(struct db *db, const char *name, const char *holder);
/* LEASE_TAKEN when another than `holder` has it now, else LEASE_HELD. Takes nothing. */
MUST_USE enum lease_result lease_look(struct db *db, struct arena *arena, const char *name,
                                      const char *holder);

#endif
