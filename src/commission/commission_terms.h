/* What a program's settings mean to a commission. */
#ifndef MEED_COMMISSION_COMMISSION_TERMS_H
#define MEED_COMMISSION_COMMISSION_TERMS_H

#include "commission/commission.h"
#include "program/program.h"

/* `unit` is the program's currency. */
struct commission_settings commission_settings_of(const struct program_settings *settings,
                                                  const struct unit *unit);
enum commission_approval commission_approval_of(const struct program_settings *settings);

/*
 * Invariant I14: every commission equals its recomputation from the settings version, the
 * partner's own rate and the sale that it is stored with. For ledger_verify_add().
 */
enum db_status commission_recompute_check(struct db *db, struct arena *arena, struct arena *scratch,
                                          struct ledger_finding *finding);

#endif
