/* Shared by the files of the verifier: what a check by query is. */
#ifndef MEED_LEDGER_LEDGER_VERIFY_INTERNAL_H
#define MEED_LEDGER_LEDGER_VERIFY_INTERNAL_H

#include "ledger/ledger_internal.h"

/* The ids that a query is given a range of, once for every two of its parameters. */
enum ledger_range { LEDGER_WHOLE, LEDGER_BY_TRANSFER, LEDGER_BY_ACCOUNT, LEDGER_BY_COMMISSION };

struct ledger_query_check {
    const char *code, *holds;
    enum ledger_range range;
    const struct db_sql *sql[3]; /* up to the first NULL */
};

extern const struct ledger_query_check ledger_query_checks[];
extern const size_t ledger_query_checks_n;

struct ledger_ids {
    uint64_t lowest, highest, rows;
};

/* The ids that a range covers now; zeros when it is empty, or the whole. */
MUST_USE enum db_status ledger_ids_of(struct db *db, struct arena *scratch, enum ledger_range range,
                                      struct ledger_ids *ids);

/* ledger_verify_chain.c: what takes more than a query (I17). */
ledger_check_fn ledger_check_macs, ledger_check_chain;

#endif
