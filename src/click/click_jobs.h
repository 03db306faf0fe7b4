/*
 * What the worker runs for clicks; listed in worker/jobs.def.
 *
 * The first two concern this host's own folders, so every host runs them, without a
 * lease; partitions belong to the database, and one process at a time keeps them.
 */
#ifndef MEED_CLICK_CLICK_JOBS_H
#define MEED_CLICK_CLICK_JOBS_H

#include "db/job.h"

/* Spool to table; due all the time: its delay is what a live page lags behind. */
enum job_result click_job_drain(struct job *job);
/* At the start the whole link map, then what was queued for this host: due within a second. */
enum job_result click_job_linkmap(struct job *job);
/* Months of the click table, some ahead. */
enum job_result click_job_partitions(struct job *job);

#endif
