/* Posting: one transfer, its entries, its places in the queues, and the balances it moves. */
#include "base/clock.h"
#include "ledger/ledger_internal.h"

/* Finding a stored transfer ---------------------------------------------------------------- */

struct stored {
    uint64_t id;
    uint8_t content_mac[MAC_SIZE];
    struct ledger_transfer transfer;
};

DB_SQL(ledger_select_transfer,
       "SELECT id, mode, content_mac, reverses, at_us FROM ledger_transfer"
       " WHERE source_kind = ? AND source = ? AND brand = ? AND kind = ? AND seq = ?");

static enum db_status find_head(struct db *db, struct arena *arena, struct stored *stored)
{
    struct ledger_transfer *t = &stored->transfer;
    struct db_rows *rows;
    enum db_status status = db_get_one(
        db, arena, &ledger_select_transfer,
        DB_ARGS(db_cstr(ledger_source_text(ledger_kind_source(t->kind))), db_u64(t->source),
                db_u64(t->brand), db_cstr(ledger_kind_text(t->kind)), db_u64(t->seq)),
        &rows);
    if (status != DB_OK)
        return status;
    stored->id = db_col_u64(rows, 0);
    t->mode = sv_eq(db_col_text(rows, 1), SV("test")) ? LEDGER_TEST : LEDGER_LIVE;
    struct sv mac = db_col_text(rows, 2);
    CHECK(mac.n == sizeof stored->content_mac);
    memcpy(stored->content_mac, mac.p, mac.n);
    t->reverses = db_col_u64(rows, 3);
    t->business_us = db_col_i64(rows, 4);
    return DB_OK;
}

DB_SQL(ledger_select_entries,
       "SELECT a.owner_kind, a.purpose, a.owner, e.unit, u.exponent, e.amount"
       " FROM ledger_entry e JOIN ledger_account a ON a.id = e.account"
       " JOIN unit u ON u.code = e.unit"
       " WHERE e.transfer = ? ORDER BY e.line LIMIT 8");

static enum db_status find_entries(struct db *db, struct arena *arena, struct stored *stored)
{
    struct ledger_transfer *t = &stored->transfer;
    struct db_rows *rows = db_query(db, arena, &ledger_select_entries, DB_ARGS(db_u64(stored->id)));
    t->n = 0;
    while (db_next(rows)) {
        struct ledger_entry *e = &t->entries[t->n++];
        *e = (struct ledger_entry){.owner = db_col_u64(rows, 2), .amount = db_col_i64(rows, 5)};
        CHECK(ledger_purpose_find(db_col_text(rows, 0), db_col_text(rows, 1), &e->purpose));
        e->unit.exponent = (uint8_t)db_col_u64(rows, 4);
        snprintf(e->unit.code, sizeof e->unit.code, "%s", db_col_cstr(rows, 3));
    }
    return db_rows_status(rows);
}

enum db_status ledger_find(struct db *db, struct arena *arena, enum ledger_kind kind,
                           uint64_t source, uint64_t brand, uint32_t seq,
                           struct ledger_transfer *transfer, uint64_t *id)
{
    struct stored stored = {
        .transfer = {.kind = kind, .source = source, .brand = brand, .seq = seq}};
    enum db_status status = find_head(db, arena, &stored);
    if (status == DB_OK)
        status = find_entries(db, arena, &stored);
    *transfer = stored.transfer;
    *id = stored.id;
    return status;
}

/* Telling a replay from a conflict -------------------------------------------------------- */

static const struct ledger_entry *entry_on(const struct ledger_transfer *t,
                                           const struct ledger_entry *account)
{
    for (unsigned i = 0; i < t->n; i++)
        if (ledger_same_account(&t->entries[i], account))
            return &t->entries[i];
    return NULL;
}

/* The first entry of `a` that `b` has not, by name; NULL when `b` has them all. */
static const char *entry_missing(const struct ledger_transfer *a, const struct ledger_transfer *b)
{
    for (unsigned i = 0; i < a->n; i++) {
        const struct ledger_entry *other = entry_on(b, &a->entries[i]);
        if (!other || other->amount != a->entries[i].amount)
            return ledger_purpose_name(a->entries[i].purpose);
    }
    return NULL;
}

static const char *first_difference(const struct ledger_transfer *asked,
                                    const struct ledger_transfer *stored)
{
    if (asked->mode != stored->mode)
        return "mode";
    if (asked->reverses != stored->reverses)
        return "reverses";
    const char *entry = entry_missing(asked, stored);
    if (!entry)
        entry = entry_missing(stored, asked);
    return entry ? entry : "content_mac";
}

static enum db_status answer_known(struct db *db, struct arena *arena,
                                   const struct ledger_transfer *t, const uint8_t mac[MAC_SIZE],
                                   struct ledger_posting *posting)
{
    struct stored stored = {.transfer = *t};
    enum db_status status = find_head(db, arena, &stored);
    if (status != DB_OK)
        return status;
    posting->transfer = stored.id;
    if (memcmp(stored.content_mac, mac, MAC_SIZE) == 0) {
        posting->outcome = LEDGER_REPLAY;
        return DB_OK;
    }
    status = find_entries(db, arena, &stored);
    if (status != DB_OK)
        return status;
    posting->outcome = LEDGER_CONFLICT;
    posting->field = first_difference(t, &stored.transfer);
    return DB_ROLLBACK;
}

/* Writing --------------------------------------------------------------------------------- */

DB_SQL(ledger_insert_transfer,
       "INSERT INTO ledger_transfer (source_kind, source, brand, mode, kind, seq, content_mac,"
       " reverses, at_us, posted_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

static enum db_status insert_transfer(struct db *db, const struct ledger_transfer *t,
                                      const uint8_t mac[MAC_SIZE], uint64_t *id)
{
    return db_insert_unless_known(
        db, &ledger_insert_transfer,
        DB_ARGS(db_cstr(ledger_source_text(ledger_kind_source(t->kind))), db_u64(t->source),
                db_u64(t->brand), db_cstr(ledger_mode_text(t->mode)),
                db_cstr(ledger_kind_text(t->kind)), db_u64(t->seq), db_bytes(mac, MAC_SIZE),
                db_u64(t->reverses), db_i64(t->business_us), db_i64(clock_wire_us())),
        id);
}

DB_SQL(ledger_insert_entry,
       "INSERT INTO ledger_entry (transfer, line, account, unit, amount) VALUES (?, ?, ?, ?, ?)");
DB_SQL(ledger_insert_unfolded,
       "INSERT INTO ledger_unfolded (transfer, line, account, amount) VALUES (?, ?, ?, ?)");
DB_SQL(ledger_insert_unsealed, "INSERT INTO seal_queue (transfer) VALUES (?)");

static bool is_hot(const struct ledger_entry *e)
{
    return ledger_purpose_owner(e->purpose) != LEDGER_PARTNER;
}

/* Column by column, as db_exec_bulk takes them. */
static enum db_status insert_entries(struct db *db, const struct ledger_transfer *t, uint64_t id,
                                     const uint64_t accounts[])
{
    struct db_arg args[5 * LEDGER_ENTRIES_MAX] = {0};
    for (unsigned i = 0; i < t->n; i++) {
        args[0 * t->n + i] = db_u64(id);
        args[1 * t->n + i] = db_u64(i + 1);
        args[2 * t->n + i] = db_u64(accounts[i]);
        args[3 * t->n + i] = db_cstr(t->entries[i].unit.code);
        args[4 * t->n + i] = db_i64(t->entries[i].amount);
    }
    return db_exec_bulk(db, &ledger_insert_entry, args, 5, t->n, NULL);
}

static enum db_status insert_unfolded(struct db *db, const struct ledger_transfer *t, uint64_t id,
                                      const uint64_t accounts[])
{
    struct db_arg args[4 * LEDGER_ENTRIES_MAX] = {0};
    unsigned hot[LEDGER_ENTRIES_MAX] = {0}, n = 0;
    for (unsigned i = 0; i < t->n; i++)
        if (is_hot(&t->entries[i]))
            hot[n++] = i;
    for (unsigned i = 0; i < n; i++) {
        args[0 * n + i] = db_u64(id);
        args[1 * n + i] = db_u64(hot[i] + 1);
        args[2 * n + i] = db_u64(accounts[hot[i]]);
        args[3 * n + i] = db_i64(t->entries[hot[i]].amount);
    }
    return db_exec_bulk(db, &ledger_insert_unfolded, args, 4, n, NULL);
}

static enum db_status write_rows(struct db *db, const struct ledger_transfer *t, uint64_t id,
                                 const uint64_t accounts[])
{
    enum db_status status = insert_entries(db, t, id, accounts);
    if (status == DB_OK)
        status = insert_unfolded(db, t, id, accounts);
    /* A test can be erased: the chain holds live transfers alone. */
    if (status == DB_OK && t->mode == LEDGER_LIVE)
        status = db_exec(db, &ledger_insert_unsealed, DB_ARGS(db_u64(id)), NULL);
    return status;
}

/* The guard of money: the row moves only if what must hold still does. */
DB_SQL(ledger_move_balance,
       "UPDATE ledger_account SET balance = balance + ?"
       " WHERE id = ? AND balance + ? - held >= ? AND balance + ? <= ?");

static enum db_status move_balance(struct db *db, const struct ledger_entry *e, uint64_t account,
                                   struct ledger_posting *posting)
{
    bool floored =
        e->amount < 0 && (ledger_purpose_is_floored(e->purpose) || e->guard == LEDGER_COVERED);
    int64_t floor = floored ? 0 : -MONEY_MAX;
    int64_t ceiling = e->guard == LEDGER_DEBT ? 0 : MONEY_MAX;
    enum db_status status =
        db_exec_one(db, &ledger_move_balance,
                    DB_ARGS(db_i64(e->amount), db_u64(account), db_i64(e->amount), db_i64(floor),
                            db_i64(e->amount), db_i64(ceiling)));
    if (status != DB_NO_ROW)
        return status;
    posting->outcome = floored || e->guard == LEDGER_DEBT ? LEDGER_UNCOVERED : LEDGER_TOO_LARGE;
    posting->field = ledger_purpose_name(e->purpose);
    return DB_ROLLBACK;
}

/* In the order of account ids, so that two transfers never wait for each other crosswise. */
static enum db_status move_balances(struct db *db, const struct ledger_transfer *t,
                                    const uint64_t accounts[], struct ledger_posting *posting)
{
    for (uint64_t done = 0;;) {
        unsigned next = t->n;
        for (unsigned i = 0; i < t->n; i++)
            if (!is_hot(&t->entries[i]) && accounts[i] > done &&
                (next == t->n || accounts[i] < accounts[next]))
                next = i;
        if (next == t->n)
            return DB_OK;
        enum db_status status = move_balance(db, &t->entries[next], accounts[next], posting);
        if (status != DB_OK)
            return status;
        done = accounts[next];
    }
}

enum db_status ledger_post(struct db *db, struct arena *arena, const struct ledger_transfer *t,
                           struct ledger_posting *posting)
{
    CHECK(db_in_tx(db) && ledger_transfer_problem(t) == NULL);
    *posting = (struct ledger_posting){.outcome = LEDGER_POSTED};
    uint8_t mac[MAC_SIZE];
    uint64_t accounts[LEDGER_ENTRIES_MAX];
    ledger_content_mac(mac, t);
    enum db_status status = insert_transfer(db, t, mac, &posting->transfer);
    if (status == DB_DUPLICATE)
        return answer_known(db, arena, t, mac, posting);
    for (unsigned i = 0; i < t->n && status == DB_OK; i++) {
        struct ledger_account_name name = ledger_entry_account(t, &t->entries[i]);
        status = ledger_account_id(db, arena, &name, &accounts[i]);
    }
    if (status == DB_OK)
        status = write_rows(db, t, posting->transfer, accounts);
    if (status == DB_OK)
        status = move_balances(db, t, accounts, posting);
    return status;
}
