#include "db/job.h"

#include "base/clock.h"
#include "base/log.h"

enum { DETAIL_SIZE_MAX = 400 };

DB_SQL(find_tries, "SELECT tries FROM job_failure WHERE job = ? AND item = ?");
DB_SQL(count_try,
       "INSERT INTO job_failure (job, item, tries, detail, at_us)"
       " VALUES (?, ?, 1, '', ?)"
       " ON DUPLICATE KEY UPDATE tries = tries + 1, at_us = VALUES(at_us)");

enum job_try job_try_begin(struct job *job, const char *item)
{
    CHECK(!db_in_tx(job->db));
    struct db_rows *row;
    enum db_status status = db_get_one(job->db, job->arena, &find_tries,
                                       DB_ARGS(db_cstr(job->name), db_cstr(item)), &row);
    if (status != DB_OK && status != DB_NO_ROW)
        return JOB_TRY_UNAVAILABLE;
    uint64_t tries = status == DB_OK ? db_col_u64(row, 0) : 0;
    if (tries >= JOB_TRIES_MAX)
        return JOB_TRY_SET_ASIDE;
    status = db_exec(job->db, &count_try,
                     DB_ARGS(db_cstr(job->name), db_cstr(item), db_i64(clock_wire_us())), NULL);
    if (status != DB_OK)
        return JOB_TRY_UNAVAILABLE;
    if (tries + 1 == JOB_TRIES_MAX)
        log_line(LOG_WARN, "job_last_try", LOG_STR("job", job->name), LOG_STR("item", item));
    return JOB_TRY_GO;
}

static const char *item_of(char out[JOB_ITEM_SIZE], uint64_t item)
{
    snprintf(out, JOB_ITEM_SIZE, "%" PRIu64, item);
    return out;
}

enum job_try job_try_begin_id(struct job *job, uint64_t item)
{
    char text[JOB_ITEM_SIZE];
    return job_try_begin(job, item_of(text, item));
}

DB_SQL(clear_try, "DELETE FROM job_failure WHERE job = ? AND item = ?");

enum db_status job_try_clear(struct db *db, const char *job, const char *item)
{
    return db_exec(db, &clear_try, DB_ARGS(db_cstr(job), db_cstr(item)), NULL);
}

enum db_status job_try_clear_id(struct db *db, const char *job, uint64_t item)
{
    char text[JOB_ITEM_SIZE];
    return job_try_clear(db, job, item_of(text, item));
}

DB_SQL(note_failure, "UPDATE job_failure SET detail = ?, at_us = ? WHERE job = ? AND item = ?");

void job_try_failed(struct job *job, const char *item, const char *why)
{
    struct sv detail = sv_sub(sv_from(why), 0, DETAIL_SIZE_MAX);
    enum db_status status = db_exec(
        job->db, &note_failure,
        DB_ARGS(db_text(detail), db_i64(clock_wire_us()), db_cstr(job->name), db_cstr(item)), NULL);
    log_line(LOG_ERROR, "job_item_failed", LOG_STR("job", job->name), LOG_STR("item", item),
             LOG_STR("why", why), LOG_BOOL("noted", status == DB_OK));
}
