/*
 * The database: one MariaDB connection per process, prepared statements, and
 * the only way into a transaction.
 *
 * Rules this layer keeps (reliability: database rules 1–6):
 * - every session runs READ COMMITTED, sql_mode TRADITIONAL, UTC, utf8mb4, and
 *   asserts it after connecting;
 * - a lost connection outside a transaction is opened anew once and the statement run again
 *   only when it is a read; inside a transaction the whole transaction is run again;
 * - a transaction is run again on deadlock, lock wait time-out and certification
 *   failure (1213, 1205, 1020), at most 5 times with jitter, always after ROLLBACK;
 * - a connection lost during COMMIT is DB_AMBIGUOUS: look the outcome up by its
 *   idempotency key, never run it again blindly.
 * Nothing else in Meed calls mysql_*. This layer knows no table.
 */
#ifndef MEED_DB_DB_H
#define MEED_DB_DB_H

#include "base/arena.h"
#include "base/id.h"
#include "base/sv.h"

struct db;
struct settings;

enum db_status {
    DB_OK,
    DB_NO_ROW,      /* db_get_one found nothing */
    DB_DUPLICATE,   /* a UNIQUE key refused the row (1062) */
    DB_RETRY,       /* inside db_tx_run: hand it back at once, the transaction is run again */
    DB_UNAVAILABLE, /* no server, or retries used up: answer 503 */
    DB_AMBIGUOUS,   /* the connection was lost during COMMIT, or during a write on its own */
    DB_FAILED,   /* a statement is wrong, or data broke a CHECK constraint: logged at its origin */
    DB_ROLLBACK, /* a db_tx_run body asks to roll back; what it found stands in its context */
};

struct db_settings {
    const char *socket, *host, *name, *user, *password;
    unsigned port;
    unsigned connect_timeout_s, statement_timeout_ms, lock_wait_timeout_s; /* 0: 2 s, none, 5 s */
};

/* Which of the three database users: web and worker can't change what is append-only. */
enum db_role { DB_WEB, DB_WORKER, DB_MIGRATOR };
/* As the operator set them; the migrator alone has no statement time-out. */
struct db_settings db_settings_for(const struct settings *settings, enum db_role role);

/* Never fails: the connection is opened when first needed. */
struct db *db_open(const struct db_settings *settings);
void db_close(struct db *db);
bool db_is_reachable(struct db *db); /* SELECT 1, reconnecting if need be */

/*
 * A statement. DB_SQL(name, "…") defines it above its one caller and lists it
 * in a linker section, so that a test can prepare every statement there is.
 */
struct db_sql {
    const char *name;
    const char *text;
} __attribute__((aligned(16)));

#define DB_SQL(id, sql_text)                                                                       \
    static const struct db_sql id                                                                  \
        __attribute__((section("db_sql"), used, aligned(16))) = {#id, sql_text}

const struct db_sql *db_sql_first(void);
const struct db_sql *db_sql_end(void);
/* Prepares a statement without running it. */
MUST_USE enum db_status db_prepare_only(struct db *db, const struct db_sql *sql);

/* Arguments, typed: DB_ARGS(db_u64(id), db_uuid(pid), db_text(name)). */
struct db_arg {
    enum { DB_ARG_NULL, DB_ARG_I64, DB_ARG_U64, DB_ARG_TEXT, DB_ARG_BYTES } kind;
    int64_t i64;
    uint64_t u64;
    struct sv bytes;
};

struct db_args {
    const struct db_arg *v;
    size_t n;
};

#define DB_ARGS(...)                                                                               \
    ((struct db_args){(const struct db_arg[]){__VA_ARGS__},                                        \
                      sizeof((const struct db_arg[]){__VA_ARGS__}) / sizeof(struct db_arg)})
#define DB_NO_ARGS ((struct db_args){NULL, 0})

struct db_arg db_null(void);
struct db_arg db_i64(int64_t v);
struct db_arg db_u64(uint64_t v);
struct db_arg db_bool(bool v);
struct db_arg db_text(struct sv v);   /* utf8mb4; the empty view is '' */
struct db_arg db_cstr(const char *v); /* NULL is SQL NULL */
struct db_arg db_bytes(const void *p, size_t n);
struct db_arg db_uuid(const struct uuid *id); /* BINARY(16); the uuid must outlive the call */

/* Writes. `affected` and `insert_id` may be NULL. affected counts rows found, not rows changed. */
MUST_USE enum db_status db_exec(struct db *db, const struct db_sql *sql, struct db_args args,
                                uint64_t *affected);
MUST_USE enum db_status db_insert(struct db *db, const struct db_sql *sql, struct db_args args,
                                  uint64_t *insert_id);
/*
 * DB_OK only when exactly one row was hit; none is DB_NO_ROW, more is CHECKed. The guard of money.
 * DB_NO_ROW is an answer: it does not poison a transaction.
 */
MUST_USE enum db_status db_exec_one(struct db *db, const struct db_sql *sql, struct db_args args);

/*
 * Reads. The whole result is fetched into the arena before the first row is handed out, so
 * statements may be nested freely; every query bounds its rows (LIMIT).
 *   struct db_rows *r = db_query(db, arena, &find_links, DB_ARGS(db_u64(partnership)));
 *   while (db_next(r)) { links[n].id = db_col_u64(r, 0); links[n].token = db_col_text(r, 1); }
 *   if ((st = db_rows_status(r)) != DB_OK) …
 */
struct db_rows;

struct db_rows *db_query(struct db *db, struct arena *arena, const struct db_sql *sql,
                         struct db_args args) __attribute__((returns_nonnull));
/* A text composed of constant fragments (filters); prepared through a cache of the last 64. */
struct db_rows *db_query_text(struct db *db, struct arena *arena, const char *sql_text,
                              struct db_args args) __attribute__((returns_nonnull));
bool db_next(struct db_rows *rows);
MUST_USE enum db_status db_rows_status(const struct db_rows *rows);
size_t db_rows_count(const struct db_rows *rows);
/* The first row, DB_NO_ROW when there is none: then use the columns of *rows. */
MUST_USE enum db_status db_get_one(struct db *db, struct arena *arena, const struct db_sql *sql,
                                   struct db_args args, struct db_rows **rows);

bool db_col_is_null(const struct db_rows *rows, unsigned column);
int64_t db_col_i64(const struct db_rows *rows, unsigned column);  /* CHECKs the column's type */
uint64_t db_col_u64(const struct db_rows *rows, unsigned column); /* NULL reads as 0 */
bool db_col_bool(const struct db_rows *rows, unsigned column);
struct sv db_col_text(const struct db_rows *rows, unsigned column);   /* NULL reads as empty */
const char *db_col_cstr(const struct db_rows *rows, unsigned column); /* terminated, arena's */
struct uuid db_col_uuid(const struct db_rows *rows, unsigned column); /* CHECKs 16 bytes */

/*
 * The only way into a transaction. `body` may run several times: it starts
 * from its inputs each time, does no I/O but this database, and hands every
 * status that is not DB_OK straight back. It returns DB_OK to commit, or
 * DB_ROLLBACK to leave nothing behind. A failed statement poisons the
 * transaction: it can't be committed even if the body forgets the status.
 * Results: DB_OK (committed), DB_ROLLBACK, DB_DUPLICATE, DB_NO_ROW (handed on
 * from the body), DB_UNAVAILABLE, DB_AMBIGUOUS, DB_FAILED.
 */
typedef enum db_status db_tx_body(struct db *db, void *context);
MUST_USE enum db_status db_tx_run(struct db *db, db_tx_body *body, void *context);
/* The same over one consistent read-only snapshot (REPEATABLE READ). */
MUST_USE enum db_status db_tx_read(struct db *db, db_tx_body *body, void *context);
bool db_in_tx(const struct db *db);
/* Rises with every transaction begun: what this process saw being made under another number is
 * committed or gone, what it made under this one may still be rolled back. For caches. */
uint64_t db_tx_serial(const struct db *db);
/*
 * For a UNIQUE refusal that is an expected answer inside a transaction (idempotency): runs the
 * INSERT; DB_DUPLICATE does not poison the transaction.
 */
MUST_USE enum db_status db_insert_unless_known(struct db *db, const struct db_sql *sql,
                                               struct db_args args, uint64_t *insert_id);

/*
 * Column-wise array binding: one round trip for up to `rows` rows (MariaDB bulk protocol).
 * args[c × rows + r] is column c of row r, NULLs allowed; every row of a column has one kind.
 * `affected` counts inserted rows (INSERT IGNORE skips known ones). Rows that belong together
 * need a transaction around the call.
 */
MUST_USE enum db_status db_exec_bulk(struct db *db, const struct db_sql *sql,
                                     const struct db_arg *args, size_t columns, size_t rows,
                                     uint64_t *affected);

/* Runs one statement as text: migrations alone. */
MUST_USE enum db_status db_exec_text(struct db *db, const char *sql_text);
const char *db_last_error(const struct db *db); /* the server's words; never shown to users */

/*
 * Fault injection for tests: before the n-th call to the server (1-based, counted from here),
 * that call fails as `fault` says. Zero disarms. db_calls_made() counts calls since.
 */
enum db_fault { DB_FAULT_DEADLOCK, DB_FAULT_LOST_BEFORE, DB_FAULT_LOST_AFTER, DB_FAULT_ERROR };
void db_fault_arm(struct db *db, uint64_t nth_call, enum db_fault fault);
uint64_t db_calls_made(const struct db *db);

#endif
