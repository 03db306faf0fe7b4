/* Prepared statements: two caches, typed arguments, and the writing calls. */
#include <errmsg.h>
#include <mysqld_error.h>

#include "db/db_internal.h"

/*
 * The linker gathers every DB_SQL of a program in one section and defines its
 * bounds; weak, as a program may have none.
 */
extern const struct db_sql __start_db_sql[] __attribute__((weak));
extern const struct db_sql __stop_db_sql[] __attribute__((weak));

const struct db_sql *db_sql_first(void)
{
    return __start_db_sql;
}

const struct db_sql *db_sql_end(void)
{
    return __stop_db_sql;
}

struct db_arg db_null(void)
{
    return (struct db_arg){.kind = DB_ARG_NULL};
}

struct db_arg db_i64(int64_t v)
{
    return (struct db_arg){.kind = DB_ARG_I64, .i64 = v};
}

struct db_arg db_u64(uint64_t v)
{
    return (struct db_arg){.kind = DB_ARG_U64, .u64 = v};
}

struct db_arg db_bool(bool v)
{
    return db_i64(v);
}

struct db_arg db_text(struct sv v)
{
    return (struct db_arg){.kind = DB_ARG_TEXT, .bytes = v.p ? v : SV("")};
}

struct db_arg db_cstr(const char *v)
{
    return v ? db_text(sv_from(v)) : db_null();
}

struct db_arg db_bytes(const void *p, size_t n)
{
    return (struct db_arg){.kind = DB_ARG_BYTES, .bytes = {n ? p : "", n}};
}

struct db_arg db_uuid(const struct uuid *id)
{
    return db_bytes(id->b, sizeof id->b);
}

unsigned db_statement_error(struct db *db, MYSQL_STMT *stmt)
{
    unsigned error = mysql_stmt_errno(stmt);
    return db_keep_error(db, error ? error : CR_UNKNOWN_ERROR, mysql_stmt_error(stmt));
}

static MYSQL_STMT *prepare(struct db *db, const char *text, unsigned *error)
{
    MYSQL_STMT *stmt = mysql_stmt_init(db->mysql);
    CHECK(stmt);
    my_bool measure = 1; /* store_result notes each column's longest value */
    mysql_stmt_attr_set(stmt, STMT_ATTR_UPDATE_MAX_LENGTH, &measure);
    if (mysql_stmt_prepare(stmt, text, strlen(text)) == 0)
        return stmt;
    *error = db_statement_error(db, stmt);
    mysql_stmt_close(stmt);
    return NULL;
}

/* The slot of a text: its own, or the one used longest ago. */
static struct db_text_statement *text_slot(struct db *db, const char *text)
{
    struct db_text_statement *oldest = &db->text_statements[0];
    for (size_t i = 0; i < DB_TEXT_STATEMENTS; i++) {
        struct db_text_statement *slot = &db->text_statements[i];
        if (slot->text && strcmp(slot->text, text) == 0)
            return slot;
        if (slot->used < oldest->used)
            oldest = slot;
    }
    return oldest;
}

static void text_slot_clear(struct db_text_statement *slot)
{
    if (slot->stmt)
        mysql_stmt_close(slot->stmt);
    free(slot->text);
    *slot = (struct db_text_statement){0};
}

static MYSQL_STMT *get_by_text(struct db *db, const char *text, unsigned *error)
{
    struct db_text_statement *slot = text_slot(db, text);
    if (!slot->text || strcmp(slot->text, text) != 0) {
        text_slot_clear(slot);
        slot->stmt = prepare(db, text, error);
        if (!slot->stmt)
            return NULL;
        slot->text = strdup(text);
        CHECK(slot->text);
    }
    slot->used = ++db->text_clock;
    return slot->stmt;
}

MYSQL_STMT *db_statement_get(struct db *db, const struct db_run *run, unsigned *error)
{
    if (!run->sql)
        return get_by_text(db, run->text, error);
    CHECK(run->sql >= db_sql_first() && run->sql < db_sql_end());
    MYSQL_STMT **slot = &db->prepared[run->sql - db_sql_first()];
    if (!*slot)
        *slot = prepare(db, run->sql->text, error);
    return *slot;
}

void db_statement_drop(struct db *db, const struct db_run *run)
{
    if (!run->sql) {
        text_slot_clear(text_slot(db, run->text));
        return;
    }
    MYSQL_STMT **slot = &db->prepared[run->sql - db_sql_first()];
    if (*slot)
        mysql_stmt_close(*slot);
    *slot = NULL;
}

void db_statements_free(struct db *db)
{
    size_t count = (size_t)(db_sql_end() - db_sql_first());
    for (size_t i = 0; i < count; i++) {
        if (db->prepared[i])
            mysql_stmt_close(db->prepared[i]);
        db->prepared[i] = NULL;
    }
    for (size_t i = 0; i < DB_TEXT_STATEMENTS; i++)
        text_slot_clear(&db->text_statements[i]);
}

static void bind_one(MYSQL_BIND *bind, const struct db_arg *arg)
{
    *bind = (MYSQL_BIND){0};
    switch (arg->kind) {
    case DB_ARG_NULL:
        bind->buffer_type = MYSQL_TYPE_NULL;
        break;
    case DB_ARG_I64:
        bind->buffer_type = MYSQL_TYPE_LONGLONG;
        bind->buffer = (void *)&arg->i64;
        break;
    case DB_ARG_U64:
        bind->buffer_type = MYSQL_TYPE_LONGLONG;
        bind->buffer = (void *)&arg->u64;
        bind->is_unsigned = 1; /* or values past 2^63 arrive negative */
        break;
    case DB_ARG_TEXT:
    case DB_ARG_BYTES:
        bind->buffer_type = arg->kind == DB_ARG_TEXT ? MYSQL_TYPE_STRING : MYSQL_TYPE_BLOB;
        bind->buffer = (void *)arg->bytes.p;
        bind->buffer_length = arg->bytes.n;
        bind->length_value = arg->bytes.n;
        break;
    }
}

/* Reads whatever results are left, so that the connection is free for the next statement. */
unsigned db_statement_drain(struct db *db, MYSQL_STMT *stmt)
{
    for (;;) {
        mysql_stmt_free_result(stmt);
        if (!mysql_stmt_more_results(stmt))
            return 0;
        int next = mysql_stmt_next_result(stmt);
        if (next < 0)
            return 0;
        if (next > 0)
            return db_statement_error(db, stmt);
    }
}

static unsigned execute(struct db *db, MYSQL_STMT *stmt, struct db_run *run)
{
    CHECK(run->args.n <= DB_ARGUMENTS_MAX && run->args.n == mysql_stmt_param_count(stmt));
    MYSQL_BIND binds[DB_ARGUMENTS_MAX];
    for (size_t i = 0; i < run->args.n; i++)
        bind_one(&binds[i], &run->args.v[i]);
    for (size_t i = 0; i < run->args.n; i++)
        binds[i].length = &binds[i].length_value;
    if (run->args.n && mysql_stmt_bind_param(stmt, binds) != 0)
        return db_statement_error(db, stmt);
    run->sent = true;
    if (mysql_stmt_execute(stmt) != 0)
        return db_statement_error(db, stmt);
    run->affected = mysql_stmt_affected_rows(stmt);
    run->insert_id = mysql_stmt_insert_id(stmt);
    if (run->rows && mysql_stmt_field_count(stmt)) {
        unsigned error = db_rows_fetch(db, stmt, run->rows);
        if (error)
            return error;
    }
    return db_statement_drain(db, stmt);
}

unsigned db_call_statement(struct db *db, struct db_run *run)
{
    unsigned error = 0;
    for (int attempt = 0; attempt < 2; attempt++) {
        MYSQL_STMT *stmt = db_statement_get(db, run, &error);
        if (!stmt)
            return error;
        error = execute(db, stmt, run);
        if (db_classify(error) != DB_ERROR_REPREPARE)
            return error;
        db_statement_drop(db, run); /* its table changed: the server did nothing yet */
    }
    return error;
}

enum db_status db_prepare_only(struct db *db, const struct db_sql *sql)
{
    unsigned error = 0;
    enum db_status status = db_connect(db);
    if (status != DB_OK)
        return status;
    MYSQL_STMT *stmt = prepare(db, sql->text, &error);
    if (!stmt)
        return db_classify(error) == DB_ERROR_LOST ? DB_UNAVAILABLE : DB_FAILED;
    mysql_stmt_close(stmt);
    return DB_OK;
}

enum db_status db_exec(struct db *db, const struct db_sql *sql, struct db_args args,
                       uint64_t *affected)
{
    struct db_run run = {.call = db_call_statement, .sql = sql, .args = args};
    enum db_status status = db_perform(db, &run);
    if (affected)
        *affected = status == DB_OK ? run.affected : 0;
    return status;
}

enum db_status db_exec_one(struct db *db, const struct db_sql *sql, struct db_args args)
{
    uint64_t affected = 0;
    enum db_status status = db_exec(db, sql, args, &affected);
    if (status != DB_OK)
        return status;
    CHECK(affected <= 1);
    return affected == 1 ? DB_OK : DB_NO_ROW;
}

static enum db_status insert(struct db *db, const struct db_sql *sql, struct db_args args,
                             uint64_t *insert_id, bool duplicate_is_answer)
{
    struct db_run run = {.call = db_call_statement,
                         .sql = sql,
                         .args = args,
                         .duplicate_is_answer = duplicate_is_answer};
    enum db_status status = db_perform(db, &run);
    if (insert_id)
        *insert_id = status == DB_OK ? run.insert_id : 0;
    return status;
}

enum db_status db_insert(struct db *db, const struct db_sql *sql, struct db_args args,
                         uint64_t *insert_id)
{
    return insert(db, sql, args, insert_id, false);
}

enum db_status db_insert_unless_known(struct db *db, const struct db_sql *sql, struct db_args args,
                                      uint64_t *insert_id)
{
    return insert(db, sql, args, insert_id, true);
}
