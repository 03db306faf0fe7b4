#include "setup/test_data.h"

#include "base/clock.h"
#include "base/log.h"

/* Of one transaction: a sale is some thirty rows. */
enum { SALES_AT_ONCE = 25, ROWS_AT_ONCE = 500 };

DB_SQL(count_test_sales,
       "SELECT COUNT(*) FROM (SELECT 1 FROM conversion WHERE brand = ?"
       " AND mode = 'test' LIMIT 10000) AS some");
DB_SQL(count_test_clicks,
       "SELECT COUNT(*) FROM (SELECT 1 FROM link l JOIN click k ON k.link = l.id"
       " WHERE l.brand = ? AND k.mode = 'test' LIMIT 10000) AS some");
DB_SQL(count_test_events,
       "SELECT COUNT(*) FROM (SELECT 1 FROM inbox WHERE brand = ? AND mode = 'test'"
       " LIMIT 10000) AS some");
DB_SQL(find_test_erasure, "SELECT state, done_us, rows_gone FROM test_erasure WHERE brand = ?");

static enum db_status count(struct db *db, struct arena *arena, const struct db_sql *sql,
                            uint64_t brand, int64_t *out)
{
    struct db_rows *row;
    enum db_status status = db_get_one(db, arena, sql, DB_ARGS(db_u64(brand)), &row);
    if (status == DB_OK)
        *out = db_col_i64(row, 0);
    return status;
}

enum db_status test_data_look(struct db *db, struct arena *arena, uint64_t brand,
                              struct test_data *out)
{
    struct db_rows *row;
    *out = (struct test_data){0};
    enum db_status status = count(db, arena, &count_test_sales, brand, &out->sales);
    if (status == DB_OK)
        status = count(db, arena, &count_test_clicks, brand, &out->clicks);
    if (status == DB_OK)
        status = count(db, arena, &count_test_events, brand, &out->events);
    if (status == DB_OK)
        status = db_get_one(db, arena, &find_test_erasure, DB_ARGS(db_u64(brand)), &row);
    if (status == DB_OK) {
        out->is_due = sv_eq(db_col_text(row, 0), SV("due"));
        out->done_us = db_col_i64(row, 1);
        out->rows_gone = db_col_u64(row, 2);
    }
    return status == DB_NO_ROW ? DB_OK : status;
}

DB_SQL(ask_test_erasure,
       "INSERT INTO test_erasure (brand, state, asked_by, asked_us) VALUES (?, 'due', ?, ?)"
       " ON DUPLICATE KEY UPDATE rows_gone = IF(state = 'due', rows_gone, 0),"
       " asked_by = VALUES(asked_by), asked_us = VALUES(asked_us), state = 'due'");

struct ask {
    uint64_t brand, by_user;
};

static enum db_status ask_body(struct db *db, void *context)
{
    const struct ask *ask = context;
    return db_exec(db, &ask_test_erasure,
                   DB_ARGS(db_u64(ask->brand), db_u64(ask->by_user), db_i64(clock_wire_us())),
                   NULL);
}

enum db_status test_data_ask_erase(struct db *db, uint64_t brand, uint64_t by_user)
{
    return db_tx_run(db, ask_body, &(struct ask){brand, by_user});
}

/* The worker ------------------------------------------------------------------------------- */

DB_SQL(find_due_erasure,
       "SELECT brand FROM test_erasure WHERE state = 'due' ORDER BY asked_us LIMIT 1");
DB_SQL(erase_test_rows, "CALL test_erase_v2(?, ?, ?)");
DB_SQL(erase_test_days, "CALL test_erase_days_v1(?)");
DB_SQL(count_rows_gone, "UPDATE test_erasure SET rows_gone = rows_gone + ? WHERE brand = ?");
DB_SQL(finish_erasure,
       "UPDATE test_erasure SET state = 'done', done_us = ? WHERE brand = ? AND state = 'due'");

struct part {
    struct job *job;
    uint64_t brand, gone;
};

/* DB_ROLLBACK: a test came in meanwhile, and the sums stay until it is gone too. */
static enum db_status finish(struct db *db, const struct part *part)
{
    struct db_rows *row;
    enum db_status status =
        db_get_one(db, part->job->arena, &erase_test_days, DB_ARGS(db_u64(part->brand)), &row);
    if (status != DB_OK)
        return status;
    if (db_col_i64(row, 0) == 0)
        return DB_ROLLBACK;
    return db_exec(db, &finish_erasure, DB_ARGS(db_i64(clock_wire_us()), db_u64(part->brand)),
                   NULL);
}

static enum db_status erase_part(struct db *db, void *context)
{
    struct part *part = context;
    struct db_rows *row;
    enum db_status status =
        db_get_one(db, part->job->arena, &erase_test_rows,
                   DB_ARGS(db_u64(part->brand), db_u64(SALES_AT_ONCE), db_u64(ROWS_AT_ONCE)), &row);
    if (status != DB_OK)
        return status;
    part->gone = db_col_u64(row, 0);
    if (part->gone == 0)
        return finish(db, part);
    return db_exec(db, &count_rows_gone, DB_ARGS(db_u64(part->gone), db_u64(part->brand)), NULL);
}

enum job_result test_data_erase_step(struct job *job)
{
    struct db_rows *row;
    enum db_status status = db_get_one(job->db, job->arena, &find_due_erasure, DB_NO_ARGS, &row);
    if (status == DB_NO_ROW)
        return JOB_IDLE;
    if (status != DB_OK)
        return JOB_UNAVAILABLE;
    struct part part = {.job = job, .brand = db_col_u64(row, 0)};
    status = db_tx_run(job->db, erase_part, &part);
    if (status == DB_OK && part.gone == 0)
        log_line(LOG_INFO, "test_data_erased", LOG_U64("brand", part.brand));
    return status == DB_OK || status == DB_ROLLBACK ? JOB_WORKED : JOB_UNAVAILABLE;
}
