/*
 * The outbox: what must tell someone, written in the transaction of what it
 * tells of, and carried out by the worker.
 *
 *   outbox_put ──► outbox + outbox_queue ──fan out──► delivery (due) ──► sent
 *                  (same transaction)                     │  ▲            │
 *                                                         └──┘ retries    └► dead, after
 *                                                                            OUTBOX_TRIES_MAX
 *
 * A row is unique by (source kind, source, kind, seq): telling twice is
 * DB_DUPLICATE, which does not poison the transaction. Mail is at least once: a crash
 * between sending and noting it sends again. A try is committed before it is
 * made, and no transaction is open while the network is used.
 */
#ifndef MEED_OUTBOX_OUTBOX_H
#define MEED_OUTBOX_OUTBOX_H

#include "base/settings.h"
#include "db/job.h"

enum { OUTBOX_TRIES_MAX = 8 };

struct outbox_row {
    const char *source_kind; /* "commission", "user" … */
    uint64_t source;
    const char *kind; /* "commission.created", "mail.confirm" … */
    uint32_t seq;
    uint64_t brand; /* the tenant; 0: none */
    bool test_mode;
    struct sv payload; /* a JSON object: ids and codes; what is personal is sealed */
};

/* Inside db_tx_run only. */
MUST_USE enum db_status outbox_put(struct db *db, const struct outbox_row *row);

/*
 * A mail to one user, in the user's language. The texts are outbox_mail_texts.c; its
 * {placeholders} are filled with `args`; {name}, {base} and, when given, {token} by themselves.
 */
struct outbox_mail_arg {
    const char *name;
    struct sv value;
};

enum { OUTBOX_MAIL_ARGS_MAX = 8 };

struct outbox_mail {
    const char *source_kind;
    uint64_t source;
    const char *kind; /* a kind of outbox_mail_texts.c: "mail.confirm" */
    uint32_t seq;
    uint64_t brand;
    uint64_t user;   /* the addressee */
    struct sv token; /* sealed before it is stored; empty: none */
    struct outbox_mail_arg args[OUTBOX_MAIL_ARGS_MAX];
    size_t args_count;
};

MUST_USE enum db_status outbox_put_mail(struct db *db, struct arena *arena,
                                        const struct outbox_mail *mail);

/* The worker's step: turns queued rows into deliveries, and sends what is due. */
enum job_result outbox_job_mail(struct job *job);

#endif
