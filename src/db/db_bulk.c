/*
 * Array binding, column-wise: each column is one C array, with an indicator
 * for each row (null or not). Strings are arrays of pointers with lengths.
 */
#include "db/db_internal.h"

struct bulk {
    const struct db_arg *args;
    size_t columns, rows;
};

/* The arrays that one call hands to the client library; freed after it. */
struct bulk_column {
    char *indicators;
    int64_t *numbers;
    const char **pointers;
    unsigned long *lengths;
};

static void *array_of(size_t count, size_t bytes)
{
    void *p = calloc(count, bytes);
    CHECK(p);
    return p;
}

/* The kind of a column: that of its first value that is not NULL. */
static int column_kind(const struct db_arg *values, size_t rows)
{
    for (size_t r = 0; r < rows; r++)
        if (values[r].kind != DB_ARG_NULL)
            return (int)values[r].kind;
    return DB_ARG_NULL;
}

static void fill_column(const struct db_arg *values, size_t rows, struct bulk_column *column,
                        MYSQL_BIND *bind)
{
    int kind = column_kind(values, rows);
    bool is_number = kind == DB_ARG_I64 || kind == DB_ARG_U64;
    column->indicators = array_of(rows, 1);
    if (is_number) {
        column->numbers = array_of(rows, sizeof *column->numbers);
    } else {
        column->pointers = array_of(rows, sizeof *column->pointers);
        column->lengths = array_of(rows, sizeof *column->lengths);
    }
    for (size_t r = 0; r < rows; r++) {
        const struct db_arg *value = &values[r];
        CHECK(value->kind == DB_ARG_NULL || (int)value->kind == kind);
        if (value->kind == DB_ARG_NULL)
            column->indicators[r] = STMT_INDICATOR_NULL;
        else if (is_number)
            column->numbers[r] = kind == DB_ARG_I64 ? value->i64 : (int64_t)value->u64;
        if (!is_number) {
            column->pointers[r] = value->kind == DB_ARG_NULL ? "" : value->bytes.p;
            column->lengths[r] = value->kind == DB_ARG_NULL ? 0 : value->bytes.n;
        }
    }
    *bind = (MYSQL_BIND){.u.indicator = column->indicators, .length = column->lengths};
    bind->buffer = is_number ? (void *)column->numbers : (void *)column->pointers;
    bind->is_unsigned = kind == DB_ARG_U64;
    bind->buffer_type = is_number              ? MYSQL_TYPE_LONGLONG
                        : kind == DB_ARG_BYTES ? MYSQL_TYPE_BLOB
                                               : MYSQL_TYPE_STRING;
}

static unsigned execute(struct db *db, MYSQL_STMT *stmt, struct db_run *run, MYSQL_BIND *binds,
                        unsigned rows)
{
    if (mysql_stmt_attr_set(stmt, STMT_ATTR_ARRAY_SIZE, &rows) != 0 ||
        mysql_stmt_bind_param(stmt, binds) != 0)
        return db_statement_error(db, stmt);
    run->sent = true;
    if (mysql_stmt_execute(stmt) != 0)
        return db_statement_error(db, stmt);
    run->affected = mysql_stmt_affected_rows(stmt);
    return db_statement_drain(db, stmt);
}

unsigned db_call_bulk(struct db *db, struct db_run *run)
{
    const struct bulk *bulk = run->extra;
    struct bulk_column columns[DB_ARGUMENTS_MAX] = {0};
    MYSQL_BIND binds[DB_ARGUMENTS_MAX];
    for (size_t c = 0; c < bulk->columns; c++)
        fill_column(&bulk->args[c * bulk->rows], bulk->rows, &columns[c], &binds[c]);
    unsigned error = 0;
    for (int attempt = 0; attempt < 2; attempt++) {
        MYSQL_STMT *stmt = db_statement_get(db, run, &error);
        if (!stmt)
            break;
        CHECK(bulk->columns == mysql_stmt_param_count(stmt));
        error = execute(db, stmt, run, binds, (unsigned)bulk->rows);
        if (db_classify(error) == DB_ERROR_REPREPARE) {
            db_statement_drop(db, run);
            continue;
        }
        unsigned single = 0;
        mysql_stmt_attr_set(stmt, STMT_ATTR_ARRAY_SIZE, &single);
        break;
    }
    for (size_t c = 0; c < bulk->columns; c++) {
        free(columns[c].indicators);
        free(columns[c].numbers);
        free(columns[c].pointers);
        free(columns[c].lengths);
    }
    return error;
}

enum db_status db_exec_bulk(struct db *db, const struct db_sql *sql, const struct db_arg *args,
                            size_t columns, size_t rows, uint64_t *affected)
{
    struct bulk bulk = {args, columns, rows};
    struct db_run run = {.call = db_call_bulk, .sql = sql, .extra = &bulk};
    if (affected)
        *affected = 0;
    if (rows == 0)
        return DB_OK;
    CHECK(columns > 0 && columns <= DB_ARGUMENTS_MAX && rows <= UINT32_MAX);
    enum db_status status = db_perform(db, &run);
    if (affected && status == DB_OK)
        *affected = run.affected;
    return status;
}
