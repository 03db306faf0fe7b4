/*
 * The worker's part of the pipeline: events whose recording failed, and sales
 * that wait for the click they name. Both are inbox rows with a due time.
 */
#include "base/log.h"
#include "conversion/adjustment.h"
#include "conversion/conversion_internal.h"

enum { INBOX_BATCH = 20 };
#define WAIT_FIRST_US   CLOCK_SECOND
#define WAIT_LONGEST_US (15 * CLOCK_SECOND)

DB_SQL(inbox_select_due,
       "SELECT id, state, event, conversion, version, tries, kind FROM inbox"
       " WHERE due_us > 0 AND due_us <= ? ORDER BY due_us LIMIT 20");
DB_SQL(inbox_wait, "UPDATE inbox SET due_us = ?, tries = tries + 1 WHERE id = ?");
DB_SQL(inbox_finish,
       "UPDATE inbox SET state = ?, reason = ?, field = ?, conversion = ?,"
       " due_us = 0 WHERE id = ? AND state IN ('failed', 'parked')");

struct due {
    uint64_t id, conversion, version;
    uint32_t tries;
    bool is_failed;     /* else it waits for its click */
    bool is_adjustment; /* else a sale */
    struct sv event;
};

/* What becomes of the inbox row, written together with the end of the job's try. */
struct finish {
    struct job *job;
    const struct due *due;
    const char *state; /* NULL: it waits until `due_us` */
    const char *reason, *field;
    uint64_t conversion;
    int64_t due_us;
};

static enum db_status finish_body(struct db *db, void *context)
{
    const struct finish *f = context;
    enum db_status status =
        f->state ? db_exec(db, &inbox_finish,
                           DB_ARGS(db_cstr(f->state), db_cstr(f->reason), db_cstr(f->field),
                                   db_u64(f->conversion), db_u64(f->due->id)),
                           NULL)
                 : db_exec(db, &inbox_wait, DB_ARGS(db_i64(f->due_us), db_u64(f->due->id)), NULL);
    if (status != DB_OK)
        return status;
    return job_try_clear_id(db, f->job->name, f->due->id);
}

static enum job_result finish(struct finish f)
{
    return db_tx_run(f.job->db, finish_body, &f) == DB_OK ? JOB_WORKED : JOB_UNAVAILABLE;
}

static enum job_result wait_on(struct job *job, const struct due *due)
{
    int64_t wait_us = WAIT_FIRST_US << (due->tries < 4 ? due->tries : 4);
    if (wait_us > WAIT_LONGEST_US)
        wait_us = WAIT_LONGEST_US;
    return finish((struct finish){.job = job, .due = due, .due_us = clock_wire_us() + wait_us});
}

/* Three tries failed: somebody has to look at it. */
static enum job_result set_aside(struct job *job, const struct due *due)
{
    struct finish f = {.job = job,
                       .due = due,
                       .state = due->is_failed ? "failed" : "parked",
                       .reason = "set_aside",
                       .field = "",
                       .conversion = due->conversion};
    log_line(LOG_ERROR, "inbox_set_aside", LOG_U64("inbox", due->id));
    return db_exec(job->db, &inbox_finish,
                   DB_ARGS(db_cstr(f.state), db_cstr(f.reason), db_cstr(f.field),
                           db_u64(f.conversion), db_u64(due->id)),
                   NULL) == DB_OK
               ? JOB_WORKED
               : JOB_UNAVAILABLE;
}

static enum job_result try_failed(struct job *job, const struct due *due, const char *why)
{
    job_try_failed(job, arena_printf(job->arena, "%" PRIu64, due->id), why);
    if (db_exec(job->db, &inbox_wait,
                DB_ARGS(db_i64(clock_wire_us() + WAIT_LONGEST_US), db_u64(due->id)), NULL) != DB_OK)
        return JOB_UNAVAILABLE;
    return JOB_WORKED;
}

static enum job_result record_again(struct job *job, const struct due *due,
                                    const struct sale_event *event)
{
    struct conversion_answer answer;
    struct finish f = {.job = job, .due = due, .reason = "", .field = ""};
    switch (sale_record_again(job->db, job->arena, event, due->version, &answer)) {
    case CONVERSION_CREATED:
        /* The row was taken over in the sale's own transaction, which may have parked it. */
        f.state = answer.credit == CREDIT_AWAITING ? NULL : "processed";
        f.due_us = clock_wire_us() + WAIT_FIRST_US;
        break;
    case CONVERSION_DUPLICATE:
        f.state = "processed";
        break;
    case CONVERSION_CONFLICT:
        f.state = "conflict";
        f.reason = "other_content";
        f.field = answer.field;
        break;
    case CONVERSION_REFUSED:
        f.state = "refused";
        f.reason = sale_refusal_text(answer.refusal);
        break;
    case CONVERSION_QUEUED:
        return try_failed(job, due, "recording failed again");
    case CONVERSION_UNAVAILABLE:
        return JOB_UNAVAILABLE;
    }
    f.conversion = answer.id;
    return finish(f);
}

static enum job_result resolve(struct job *job, const struct due *due,
                               const struct sale_event *event)
{
    struct finish f = {.job = job,
                       .due = due,
                       .state = "processed",
                       .reason = "",
                       .field = "",
                       .conversion = due->conversion};
    switch (sale_resolve(job->db, job->arena, event, due->conversion, due->version)) {
    case DB_OK:
    case DB_NO_ROW: /* resolved meanwhile */
        return finish(f);
    case DB_ROLLBACK:
        return wait_on(job, due);
    case DB_UNAVAILABLE:
    case DB_AMBIGUOUS: /* the next round finds out */
        return JOB_UNAVAILABLE;
    case DB_DUPLICATE:
    case DB_RETRY:
    case DB_FAILED:
        break;
    }
    return try_failed(job, due, "the sale could not be resolved");
}

/* Its row was taken over in the adjustment's own transaction, but for what changed nothing. */
static enum job_result adjust_again(struct job *job, const struct due *due)
{
    struct adjustment_event event;
    struct adjustment_answer answer;
    struct finish f = {.job = job, .due = due, .state = "processed", .reason = "", .field = ""};
    if (!adjustment_event_read(job->arena, due->event, &event))
        return try_failed(job, due, "the stored event can't be read");
    switch (conversion_adjust(job->db, job->arena, &event, &answer)) {
    case ADJUSTMENT_APPLIED:
    case ADJUSTMENT_DUPLICATE:
        break;
    case ADJUSTMENT_PARKED:
        f.state = "parked";
        f.reason = "awaiting_sale";
        break;
    case ADJUSTMENT_CONFLICT:
        f.state = "conflict";
        f.reason = "other_content";
        f.field = answer.field;
        break;
    case ADJUSTMENT_REFUSED:
        f.state = "refused";
        f.reason = adjustment_refusal_text(answer.refusal);
        break;
    case ADJUSTMENT_QUEUED:
        return try_failed(job, due, "applying failed again");
    case ADJUSTMENT_UNAVAILABLE:
        return JOB_UNAVAILABLE;
    }
    return finish(f);
}

static enum job_result handle(struct job *job, const struct due *due)
{
    struct sale_event event;
    switch (job_try_begin_id(job, due->id)) {
    case JOB_TRY_GO:
        break;
    case JOB_TRY_SET_ASIDE:
        return set_aside(job, due);
    case JOB_TRY_UNAVAILABLE:
        return JOB_UNAVAILABLE;
    }
    if (due->is_adjustment)
        return adjust_again(job, due);
    if (!sale_event_read(job->arena, due->event, &event))
        return try_failed(job, due, "the stored event can't be read");
    return due->is_failed ? record_again(job, due, &event) : resolve(job, due, &event);
}

enum job_result conversion_job_inbox(struct job *job)
{
    struct due due[INBOX_BATCH];
    size_t n = 0;
    struct db_rows *rows =
        db_query(job->db, job->arena, &inbox_select_due, DB_ARGS(db_i64(clock_wire_us())));
    while (db_next(rows))
        due[n++] = (struct due){.id = db_col_u64(rows, 0),
                                .is_failed = sv_eq(db_col_text(rows, 1), SV("failed")),
                                .event = db_col_text(rows, 2),
                                .conversion = db_col_u64(rows, 3),
                                .version = db_col_u64(rows, 4),
                                .tries = (uint32_t)db_col_u64(rows, 5),
                                .is_adjustment = sv_eq(db_col_text(rows, 6), SV("adjustment"))};
    if (db_rows_status(rows) != DB_OK)
        return JOB_UNAVAILABLE;
    for (size_t i = 0; i < n && !job->asked_to_stop(); i++)
        if (handle(job, &due[i]) == JOB_UNAVAILABLE)
            return JOB_UNAVAILABLE;
    return n == INBOX_BATCH ? JOB_WORKED : JOB_IDLE;
}
