/*
 * Transactions.
 *
 *   begin ── body ──┬─ DB_OK, not poisoned ── COMMIT ──┬─ DB_OK
 *     ▲             │                                  ├─ refused (deadlock …) ─┐
 *     │             │                                  └─ connection lost ── DB_AMBIGUOUS
 *     │             ├─ DB_RETRY, or poisoned by it ── ROLLBACK ────────────────┤
 *     │             └─ anything else ── ROLLBACK ── handed on                  │
 *     └──────────────── at most 5 times, 7 s, jitter ──────────────────────────┘
 */
#include "db/db_internal.h"

#include "base/clock.h"
#include "base/log.h"

static unsigned call_plain(struct db *db, struct db_run *run)
{
    run->sent = true;
    return db_query_plain(db, run->text);
}

static enum db_status say(struct db *db, const char *text)
{
    struct db_run run = {.call = call_plain, .text = text, .is_read = true};
    return db_perform(db, &run);
}

/* The isolation level holds for the next transaction of this very connection. */
static enum db_status begin_snapshot(struct db *db)
{
    enum db_status status = say(db, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    if (status != DB_OK)
        return status;
    unsigned long connection = mysql_thread_id(db->mysql);
    status = say(db, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
    if (status != DB_OK || mysql_thread_id(db->mysql) == connection)
        return status;
    db_disconnect(db); /* it was lost between the two, and the level with it */
    return DB_RETRY;
}

/* Opens a transaction. The connection may have died idle: then once more on a new one. */
static enum db_status begin(struct db *db, bool snapshot)
{
    enum db_status status = snapshot ? begin_snapshot(db) : say(db, "START TRANSACTION");
    if (status != DB_OK)
        return status;
    db->in_tx = true;
    db->tx_serial++;
    db->poison = DB_OK;
    return DB_OK;
}

/* Leaves the transaction behind, by a word or with the connection. */
static void roll_back(struct db *db)
{
    db->in_tx = false;
    if (db->mysql && db_query_plain(db, "ROLLBACK") != 0)
        db_disconnect(db);
}

static enum db_status commit(struct db *db)
{
    struct db_run run = {.call = call_plain, .text = "COMMIT"};
    int64_t started_us = clock_monotonic_us();
    enum db_error_class class = db_classify(db_fault_call(db, &run));
    switch (class) {
    case DB_ERROR_NONE:
        db->in_tx = false;
        return DB_OK;
    case DB_ERROR_LOST:
        log_line(LOG_ERROR, "db_commit_ambiguous", LOG_STR("why", db->error));
        db->in_tx = false;
        db_disconnect(db);
        if (db_has_hung(db, started_us))
            db_mark_away(db, db->error);
        return DB_AMBIGUOUS;
    case DB_ERROR_AGAIN:
        roll_back(db);
        return DB_RETRY;
    case DB_ERROR_DUPLICATE:
    case DB_ERROR_BUSY:
    case DB_ERROR_REPREPARE:
    case DB_ERROR_FATAL:
        log_line(LOG_ERROR, "db_commit_failed", LOG_STR("why", db->error));
        roll_back(db);
        return class == DB_ERROR_BUSY ? DB_UNAVAILABLE : DB_FAILED;
    }
    UNREACHABLE();
}

static enum db_status run_once(struct db *db, db_tx_body *body, void *context, bool snapshot)
{
    enum db_status status = begin(db, snapshot);
    if (status != DB_OK)
        return status;
    status = body(db, context);
    if (db->poison != DB_OK && (status == DB_OK || db->poison == DB_RETRY))
        status = db->poison; /* whatever the body made of it */
    if (status == DB_OK && !snapshot)
        return commit(db);
    roll_back(db); /* a snapshot has nothing to commit */
    return status;
}

static enum db_status run(struct db *db, db_tx_body *body, void *context, bool snapshot)
{
    CHECK(!db->in_tx); /* transactions don't nest */
    int64_t deadline_us = db_retry_deadline_us();
    for (unsigned attempt = 1;; attempt++) {
        enum db_status status = run_once(db, body, context, snapshot);
        if (status != DB_RETRY)
            return status;
        if (attempt >= DB_ATTEMPTS_MAX || clock_monotonic_us() > deadline_us) {
            log_line(LOG_ERROR, "db_retries_used_up", LOG_U64("attempts", attempt),
                     LOG_STR("why", db->error));
            return DB_UNAVAILABLE;
        }
        db_sleep_before_retry(attempt);
    }
}

enum db_status db_tx_run(struct db *db, db_tx_body *body, void *context)
{
    return run(db, body, context, false);
}

enum db_status db_tx_read(struct db *db, db_tx_body *body, void *context)
{
    return run(db, body, context, true);
}

bool db_in_tx(const struct db *db)
{
    return db->in_tx;
}

uint64_t db_tx_serial(const struct db *db)
{
    return db->tx_serial;
}
