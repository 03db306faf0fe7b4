#include "support/book.h"

#include "base/buf.h"
#include "crypto/keys.h"

struct book book;

int book_open(void **state)
{
    const char *why = NULL;

    (void)state;
    book.arena = arena_new(ARENA_CEILING_DEFAULT);
    book.web = testdb_open();
    book.worker = testdb_open_as(TESTDB_WORKER);
    book.migrator = testdb_open_as(TESTDB_MIGRATOR);
    if (access(testdb_settings()->key_file, F_OK) != 0)
        assert_true(keys_create(testdb_settings()->key_file));
    if (!keys_open(testdb_settings()->key_file, book.arena, &why))
        fail_msg("%s", why);
    return 0;
}

int book_close(void **state)
{
    (void)state;
    db_close(book.web);
    db_close(book.worker);
    db_close(book.migrator);
    arena_free(book.arena);
    return 0;
}

int book_reset(void **state)
{
    (void)state;
    db_fault_arm(book.web, 0, DB_FAULT_DEADLOCK);
    testdb_reset();
    ledger_forget_accounts();
    arena_reset(book.arena);
    return 0;
}

struct unit book_unit(const char *code)
{
    struct unit unit;
    if (unit_find_currency(sv_from(code), &unit))
        return unit;
    unit = (struct unit){.exponent = 0}; /* points, credits, months */
    snprintf(unit.code, sizeof unit.code, "%s", code);
    return unit;
}

struct ledger_case book_case(uint64_t source)
{
    return (struct ledger_case){.source = source,
                                .seq = 1,
                                .brand = BOOK_BRAND,
                                .partner = 1,
                                .unit = book_unit("USD"),
                                .business_us = 1700000000000000};
}

/* Posting ---------------------------------------------------------------------------------- */

DB_SQL(book_write_commission,
       "INSERT INTO commission (id, pid, conversion, attribution_no, recipient, unit, brand, mode,"
       " program, partnership, partner, amount, fee_partner, fee_brand, clawed,"
       " clawed_fee_partner, clawed_fee_brand, status, approval, release_us, rule, explanation,"
       " received_us, updated_us)"
       " VALUES (?, ?, ?, 1, 'partner', ?, ?, ?, 1, 1, ?, ?, ?, ?, ?, ?, ?, ?, 'manual', 0,"
       " 'program', '[]', 0, 0)"
       " ON DUPLICATE KEY UPDATE clawed = VALUES(clawed),"
       " clawed_fee_partner = VALUES(clawed_fee_partner),"
       " clawed_fee_brand = VALUES(clawed_fee_brand), status = VALUES(status)");

static enum db_status write_commission(struct db *db, const struct book_commission *c)
{
    struct uuid pid = {{0}};
    memcpy(pid.b, &c->id, sizeof c->id);
    return db_exec(db, &book_write_commission,
                   DB_ARGS(db_u64(c->id), db_uuid(&pid), db_u64(c->id), db_cstr(c->unit.code),
                           db_u64(c->brand), db_cstr(ledger_mode_text(c->mode)), db_u64(c->partner),
                           db_i64(c->whole.payout + c->whole.fee_partner),
                           db_i64(c->whole.fee_partner), db_i64(c->whole.fee_brand),
                           db_i64(c->clawed.payout), db_i64(c->clawed.fee_partner),
                           db_i64(c->clawed.fee_brand), db_cstr(c->status)),
                   NULL);
}

struct attempt {
    const struct ledger_transfer *transfer;
    const struct book_commission *commission;
    struct ledger_posting *posting;
};

static enum db_status post(struct db *db, void *context)
{
    struct attempt *a = context;
    enum db_status status = DB_OK;
    if (a->commission)
        status = write_commission(db, a->commission);
    if (status == DB_OK)
        status = ledger_post(db, book.arena, a->transfer, a->posting);
    return status;
}

enum db_status book_try(struct db *db, const struct ledger_transfer *transfer,
                        const struct book_commission *commission, struct ledger_posting *posting)
{
    struct attempt attempt = {transfer, commission, posting};
    return db_tx_run(db, post, &attempt);
}

struct ledger_posting book_post(const struct ledger_transfer *transfer,
                                const struct book_commission *commission)
{
    struct ledger_posting posting;
    enum db_status status = book_try(book.web, transfer, commission, &posting);
    bool stored = posting.outcome == LEDGER_POSTED || posting.outcome == LEDGER_REPLAY;
    assert_int_equal(status, stored ? DB_OK : DB_ROLLBACK);
    return posting;
}

struct book_commission book_accrued(uint64_t id, int64_t amount)
{
    struct book_commission c = {.id = id,
                                .brand = BOOK_BRAND,
                                .partner = 1,
                                .unit = book_unit("USD"),
                                .whole = {.payout = amount},
                                .status = "pending"};
    struct ledger_case about = book_case(id);
    struct ledger_transfer t;
    assert_int_equal(ledger_build_accrue(&about, c.whole, &t), LEDGER_BUILT);
    assert_int_equal(book_post(&t, &c).outcome, LEDGER_POSTED);
    return c;
}

/* Looking ---------------------------------------------------------------------------------- */

int64_t book_balance(uint64_t brand, enum ledger_mode mode, enum ledger_purpose purpose,
                     uint64_t owner, const char *unit)
{
    struct ledger_account_name account = {
        .purpose = purpose, .owner = owner, .brand = brand, .mode = mode, .unit = book_unit(unit)};
    int64_t balance;
    assert_int_equal(ledger_read_balance(book.web, book.arena, &account, &balance), DB_OK);
    return balance;
}

void book_run_jobs(void)
{
    uint64_t done;
    do
        assert_int_equal(ledger_fold(book.worker, book.arena, &done), DB_OK);
    while (done);
    do
        assert_int_equal(ledger_seal(book.worker, book.arena, &done), DB_OK);
    while (done);
}

static void add_line(void *context, const char *line)
{
    buf_puts(context, line);
    buf_putc(context, '\n');
}

const char *book_verify(enum ledger_verdict *verdict)
{
    struct buf report = buf_new(book.arena, 1024 * 1024);
    *verdict = ledger_verify(book.migrator, book.arena, add_line, &report);
    return report.p ? report.p : "";
}

void book_must_hold(void)
{
    enum ledger_verdict verdict;
    const char *report = book_verify(&verdict);
    if (verdict != LEDGER_VERIFIED)
        fail_msg("%s", report);
}
