/*
 * The two consumers of the ledger's queues. Both take rows from a queue table and delete them in
 * the transaction that applies them: no watermark, since rows commit out of order.
 */
#include "ledger/ledger_internal.h"

/* Folding --------------------------------------------------------------------------------- */

DB_SQL(ledger_take_unfolded,
       "SELECT transfer, line, account, amount FROM ledger_unfolded"
       " ORDER BY transfer, line LIMIT 500 FOR UPDATE SKIP LOCKED");
DB_SQL(ledger_delete_unfolded, "DELETE FROM ledger_unfolded WHERE transfer = ? AND line = ?");
DB_SQL(ledger_add_folded, "UPDATE ledger_account SET balance = balance + ? WHERE id = ?");

struct sum {
    uint64_t account;
    int64_t amount;
};

struct batch {
    struct arena *arena;
    uint64_t done;
};

static int by_account(const void *left, const void *right)
{
    const struct sum *a = left, *b = right;
    return (a->account > b->account) - (a->account < b->account);
}

/* One UPDATE per account, in the order of their ids. 500 entries below 2^53 fit into 64 bits. */
static enum db_status apply_sums(struct db *db, struct sum *sums, size_t n)
{
    qsort(sums, n, sizeof *sums, by_account);
    for (size_t i = 0; i < n;) {
        struct sum total = sums[i];
        while (++i < n && sums[i].account == total.account)
            total.amount += sums[i].amount;
        enum db_status status = db_exec_one(db, &ledger_add_folded,
                                            DB_ARGS(db_i64(total.amount), db_u64(total.account)));
        if (status != DB_OK)
            return status;
    }
    return DB_OK;
}

static enum db_status fold_batch(struct db *db, void *context)
{
    struct batch *batch = context;
    struct db_rows *rows = db_query(db, batch->arena, &ledger_take_unfolded, DB_NO_ARGS);
    size_t n = db_rows_count(rows);
    struct db_arg *taken = arena_array(batch->arena, 2 * n, sizeof *taken);
    struct sum *sums = arena_array(batch->arena, n, sizeof *sums);
    uint64_t deleted = 0;
    for (size_t i = 0; db_next(rows); i++) {
        taken[i] = db_u64(db_col_u64(rows, 0));
        taken[n + i] = db_u64(db_col_u64(rows, 1));
        sums[i] = (struct sum){.account = db_col_u64(rows, 2), .amount = db_col_i64(rows, 3)};
    }
    batch->done = n;
    enum db_status status = db_rows_status(rows);
    if (status == DB_OK && n)
        status = db_exec_bulk(db, &ledger_delete_unfolded, taken, 2, n, &deleted);
    if (status != DB_OK || !n)
        return status;
    CHECK(deleted == n); /* they were locked */
    return apply_sums(db, sums, n);
}

enum db_status ledger_fold(struct db *db, struct arena *arena, uint64_t *done)
{
    struct batch batch = {.arena = arena};
    enum db_status status = db_tx_run(db, fold_batch, &batch);
    *done = status == DB_OK ? batch.done : 0;
    return status;
}

/* Sealing --------------------------------------------------------------------------------- */

DB_SQL(ledger_select_head, "SELECT no, hash FROM seal ORDER BY no DESC LIMIT 1");
DB_SQL(ledger_select_unsealed,
       "SELECT q.transfer, t.at_us, t.content_mac"
       " FROM seal_queue q JOIN ledger_transfer t ON t.id = q.transfer"
       " ORDER BY q.transfer LIMIT 250");
DB_SQL(ledger_insert_seal, "INSERT INTO seal (no, transfer, hash) VALUES (?, ?, ?)");
DB_SQL(ledger_delete_unsealed, "DELETE FROM seal_queue WHERE transfer = ?");

static enum db_status read_head(struct db *db, struct arena *arena, struct ledger_seal *head)
{
    struct db_rows *rows;
    enum db_status status = db_get_one(db, arena, &ledger_select_head, DB_NO_ARGS, &rows);
    *head = (struct ledger_seal){0};
    if (status != DB_OK)
        return status == DB_NO_ROW ? DB_OK : status;
    head->no = db_col_u64(rows, 0);
    struct sv hash = db_col_text(rows, 1);
    CHECK(hash.n == sizeof head->before);
    memcpy(head->before, hash.p, hash.n);
    return DB_OK;
}

/*
 * Nothing is locked while reading: number and transfer are keys of the seal, so that of two
 * sealers the second is refused whole, and every row of the queue is deleted just once.
 */
static enum db_status seal_batch(struct db *db, void *context)
{
    struct batch *batch = context;
    struct ledger_seal seal;
    enum db_status status = read_head(db, batch->arena, &seal);
    if (status != DB_OK)
        return status;
    struct db_rows *rows = db_query(db, batch->arena, &ledger_select_unsealed, DB_NO_ARGS);
    size_t n = db_rows_count(rows);
    struct db_arg *seals = arena_array(batch->arena, 3 * n, sizeof *seals);
    uint64_t deleted = 0;
    for (size_t i = 0; db_next(rows); i++) {
        seal.no++;
        seal.transfer = db_col_u64(rows, 0);
        seal.business_us = db_col_i64(rows, 1);
        CHECK(db_col_text(rows, 2).n == sizeof seal.content_mac);
        memcpy(seal.content_mac, db_col_text(rows, 2).p, sizeof seal.content_mac);
        ledger_seal_hash(seal.before, &seal); /* the hash of this one is the next one's `before` */
        seals[i] = db_u64(seal.no);
        seals[n + i] = db_u64(seal.transfer);
        seals[2 * n + i] = db_bytes(arena_copy(batch->arena, seal.before, HASH_SIZE), HASH_SIZE);
    }
    batch->done = n;
    status = db_rows_status(rows);
    if (status == DB_OK && n)
        status = db_exec_bulk(db, &ledger_insert_seal, seals, 3, n, NULL);
    if (status == DB_OK && n)
        status = db_exec_bulk(db, &ledger_delete_unsealed, &seals[n], 1, n, &deleted);
    if (status == DB_OK && deleted != n)
        return DB_ROLLBACK;
    return status;
}

enum db_status ledger_seal(struct db *db, struct arena *arena, uint64_t *done)
{
    struct batch batch = {.arena = arena};
    enum db_status status = db_tx_run(db, seal_batch, &batch);
    *done = status == DB_OK ? batch.done : 0;
    return status;
}

/* Steps ----------------------------------------------------------------------------------- */

/*
 * Neither step sets rows aside: a row that can't be folded or sealed is damage that
 * `meedctl ledger verify` names, and passing over it would hide it.
 */
static enum job_result step_result(enum db_status status, uint64_t done)
{
    if (status != DB_OK)
        return JOB_UNAVAILABLE;
    return done ? JOB_WORKED : JOB_IDLE;
}

enum job_result ledger_job_fold(struct job *job)
{
    uint64_t done;
    enum db_status status = ledger_fold(job->db, job->arena, &done);
    return step_result(status, done);
}

enum job_result ledger_job_seal(struct job *job)
{
    uint64_t done;
    enum db_status status = ledger_seal(job->db, job->arena, &done);
    return step_result(status, done);
}
