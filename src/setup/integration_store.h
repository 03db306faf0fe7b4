/* What the database knows of a brand's doors, for the integration pages. */
#ifndef MEED_SETUP_INTEGRATION_STORE_H
#define MEED_SETUP_INTEGRATION_STORE_H

#include "db/db.h"
#include "setup/integration.h"

/*
 * Of every door, in the order of integrations[]. `program` 0: of all programs together; else the
 * doors that are a program's are told for that one alone. `by_program` doors of another brand's
 * program show nothing.
 */
MUST_USE enum db_status integration_read(struct db *db, struct arena *arena, uint64_t brand,
                                         bool test_mode, uint64_t program,
                                         struct integration_facts facts[INTEGRATIONS]);

#endif
