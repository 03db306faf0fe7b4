/*
 * A book for tests of the ledger: one brand, its commissions, and transfers posted as the rooms
 * above post them: with the commission's row, in one transaction, as the web's user.
 */
#ifndef MEED_TESTS_SUPPORT_BOOK_H
#define MEED_TESTS_SUPPORT_BOOK_H

#include "ledger/ledger.h"
#include "support/unit.h"
#include "support/testdb.h"

enum { BOOK_BRAND = 7, BOOK_OTHER_BRAND = 8 };

extern struct book {
    struct arena *arena;
    struct db *web, *worker, *migrator;
} book;

/* cmocka's group set-up and tear-down, and the set-up of each test: empty tables. */
int book_open(void **state);
int book_close(void **state);
int book_reset(void **state);

/* What the row of a commission says; the ledger must agree (I10). */
struct book_commission {
    uint64_t id, brand, partner;
    enum ledger_mode mode;
    struct unit unit;
    struct ledger_split whole, clawed;
    const char *status; /* "pending" … */
};

struct unit book_unit(const char *code);
/* A case of BOOK_BRAND in USD, live, for partner 1: change what matters. */
struct ledger_case book_case(uint64_t source);

/* Posts on `db`; with a commission its row is written in the same transaction. */
enum db_status book_try(struct db *db, const struct ledger_transfer *transfer,
                        const struct book_commission *commission, struct ledger_posting *posting);
/* The same as the web, asserting that the database worked. */
struct ledger_posting book_post(const struct ledger_transfer *transfer,
                                const struct book_commission *commission);
/* An accrued commission of partner 1, USD, no fee. */
struct book_commission book_accrued(uint64_t id, int64_t amount);

/* Stored + unfolded, of the tenant's account. */
int64_t book_balance(uint64_t brand, enum ledger_mode mode, enum ledger_purpose purpose,
                     uint64_t owner, const char *unit);
/* Runs fold and seal until both queues are empty. */
void book_run_jobs(void);

/* All checks must hold, else fails with the report. */
void book_must_hold(void);
/* The report of a verification, as one text; *verdict says how it ended. */
const char *book_verify(enum ledger_verdict *verdict);

#endif
