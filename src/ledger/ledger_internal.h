/* Shared by the files of ledger/ alone. */
#ifndef MEED_LEDGER_LEDGER_INTERNAL_H
#define MEED_LEDGER_LEDGER_INTERNAL_H

#include "crypto/keys.h"
#include "ledger/ledger.h"

/* ledger_chart.c */
bool ledger_same_account(const struct ledger_entry *a, const struct ledger_entry *b);

/* ledger_accounts.c */
/* The id of an account that exists already; DB_NO_ROW when it does not. */
MUST_USE enum db_status ledger_account_find(struct db *db, struct arena *arena,
                                            const struct ledger_account_name *name, uint64_t *id);
/* The same, made when it is missing. Inside a transaction. */
MUST_USE enum db_status ledger_account_id(struct db *db, struct arena *arena,
                                          const struct ledger_account_name *name, uint64_t *id);
struct ledger_account_name ledger_entry_account(const struct ledger_transfer *transfer,
                                                const struct ledger_entry *entry);

/* ledger_mac.c */

/*
 * The MAC of a transfer's content: keyed BLAKE2b over all of it but its time and its guards.
 * Numbers are 8 bytes, little-endian; a text follows its length.
 *
 *   "meed-transfer-1"  kind  source  seq  brand  mode  reverses  n
 *   then per entry     purpose ("P.pending")  owner  unit  amount
 */
void ledger_content_mac(uint8_t mac[MAC_SIZE], const struct ledger_transfer *transfer);

/* The hash of one seal: over its number, the hash before, the transfer's id, time and MAC. */
struct ledger_seal {
    uint64_t no;
    uint64_t transfer;
    int64_t business_us;
    uint8_t before[HASH_SIZE]; /* zero for the first */
    uint8_t content_mac[MAC_SIZE];
};
void ledger_seal_hash(uint8_t hash[HASH_SIZE], const struct ledger_seal *seal);

#endif
