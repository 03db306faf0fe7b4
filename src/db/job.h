/*
 * What a feature offers to the worker: a step, called again and again.
 *
 * A step does one bounded piece of work (at most some hundred rows, some
 * hundred milliseconds), each in its own transactions, and says whether there
 * is more. It may be killed at any moment and run again. Steps are listed in
 * worker/jobs.def.
 *
 * One poisoned row must not loop: a step commits its try before it touches an
 * item, clears it in the transaction that does the work, and skips an item
 * that is set aside. Items set aside show in `meedctl health`.
 *
 *   job_try_begin ──▶ JOB_TRY_GO ──▶ the work, with job_try_clear in its transaction
 *                └──▶ JOB_TRY_SET_ASIDE (3 tries never came to job_try_clear)
 */
#ifndef MEED_DB_JOB_H
#define MEED_DB_JOB_H

#include "db/db.h"

struct settings;

struct job {
    const char *name;
    struct db *db;
    struct arena *arena; /* emptied before each step */
    const struct settings *settings;
    bool (*asked_to_stop)(void); /* between items; what was begun is finished */
};

enum job_result {
    JOB_IDLE,        /* nothing is due now */
    JOB_WORKED,      /* something was done, and there may be more */
    JOB_UNAVAILABLE, /* the database, or what else the step needs, is away: later */
};

typedef enum job_result job_step(struct job *job);

enum { JOB_TRIES_MAX = 3, JOB_ITEM_SIZE = 80 };

enum job_try { JOB_TRY_GO, JOB_TRY_SET_ASIDE, JOB_TRY_UNAVAILABLE };

/* Outside a transaction: the try is committed on return. */
MUST_USE enum job_try job_try_begin(struct job *job, const char *item);
MUST_USE enum job_try job_try_begin_id(struct job *job, uint64_t item);
/* Inside the transaction of the work. */
MUST_USE enum db_status job_try_clear(struct db *db, const char *job, const char *item);
MUST_USE enum db_status job_try_clear_id(struct db *db, const char *job, uint64_t item);
/* Notes why this try failed; outside a transaction. Best effort: the failure itself is logged. */
void job_try_failed(struct job *job, const char *item, const char *why);

#endif
