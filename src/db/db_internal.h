/*
 * Shared by the files of db/ alone: the connection, and how one call to the
 * server is made, counted, failed on purpose and classified.
 *
 *   db.c           connection, session, error classes, db_perform()
 *   db_statement.c prepared statements and their caches, binding, writes
 *   db_rows.c      results
 *   db_bulk.c      array binding
 *   db_tx.c        transactions
 *   db_fault.c     fault injection
 */
#ifndef MEED_DB_DB_INTERNAL_H
#define MEED_DB_DB_INTERNAL_H

#include <mysql.h>

#include "db/db.h"

enum {
    DB_ATTEMPTS_MAX = 5,
    DB_TEXT_STATEMENTS = 64,
    DB_ARGUMENTS_MAX = 256,
    DB_ERROR_SIZE = 512,
};

/* What went wrong, as far as a caller can act on it. */
enum db_error_class {
    DB_ERROR_NONE,
    DB_ERROR_DUPLICATE,
    DB_ERROR_AGAIN,     /* deadlock, lock wait, certification: roll back and run again */
    DB_ERROR_LOST,      /* the connection is gone */
    DB_ERROR_BUSY,      /* the server refuses for now: full, shutting down, statement timed out */
    DB_ERROR_REPREPARE, /* the statement's table changed */
    DB_ERROR_FATAL,     /* the statement or its data are wrong */
};

struct db_text_statement {
    char *text;
    MYSQL_STMT *stmt;
    uint64_t used; /* larger = more recent */
};

struct db {
    struct db_settings settings; /* own copies of its strings */
    MYSQL *mysql;                /* NULL: not connected */
    bool was_away;               /* logged as away; the next connect says it is back */
    int64_t away_until_us;       /* monotonic; until then every call is refused at once */
    unsigned read_timeout_s;     /* 0: none */

    MYSQL_STMT **prepared; /* by position in the section db_sql */
    struct db_text_statement text_statements[DB_TEXT_STATEMENTS];
    uint64_t text_clock;

    bool in_tx;
    uint64_t tx_serial;
    enum db_status poison; /* DB_OK, or why this transaction can't be committed */

    char error[DB_ERROR_SIZE];

    uint64_t calls, fault_at;
    enum db_fault fault;
};

/* One statement on its way: `call` does the talking and returns the server's error number. */
struct db_run {
    unsigned (*call)(struct db *db, struct db_run *run);
    const struct db_sql *sql; /* or, when NULL, */
    const char *text;
    struct db_args args;
    bool is_read;
    bool duplicate_is_answer; /* a UNIQUE refusal leaves the transaction as it was */
    struct db_rows *rows;     /* NULL: results are thrown away */
    void *extra;
    uint64_t affected, insert_id;
    bool sent; /* it may have had its effect */
};

/* db.c */
MUST_USE enum db_status db_connect(struct db *db);
void db_disconnect(struct db *db);
enum db_error_class db_classify(unsigned error);
/* Runs one statement under the rules of db.h, inside or outside a transaction. */
MUST_USE enum db_status db_perform(struct db *db, struct db_run *run);
unsigned db_keep_error(struct db *db, unsigned error, const char *words);
unsigned db_query_plain(struct db *db, const char *text); /* no result; error number */
void db_sleep_before_retry(unsigned attempt);
void db_mark_away(struct db *db, const char *why);
/* True when a lost call lasted as long as the read time-out: the server hangs. */
bool db_has_hung(const struct db *db, int64_t started_us);
int64_t db_retry_deadline_us(void);

/* db_statement.c */
unsigned db_call_statement(struct db *db, struct db_run *run);
/* The prepared statement of run->sql or run->text; NULL with *error set. */
MYSQL_STMT *db_statement_get(struct db *db, const struct db_run *run, unsigned *error);
void db_statement_drop(struct db *db, const struct db_run *run);
/* After mysql_close(): frees every statement. */
void db_statements_free(struct db *db);
unsigned db_statement_error(struct db *db, MYSQL_STMT *stmt);
unsigned db_statement_drain(struct db *db, MYSQL_STMT *stmt);

/* db_rows.c */
unsigned db_rows_fetch(struct db *db, MYSQL_STMT *stmt, struct db_rows *rows);

/* db_bulk.c */
unsigned db_call_bulk(struct db *db, struct db_run *run);

/* db_fault.c: makes the call, or fails it when its turn has come. */
unsigned db_fault_call(struct db *db, struct db_run *run);

#endif
