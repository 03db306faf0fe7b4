/*
 * Results. The whole result is taken over from the client library into the
 * arena, integers as 64 bits and all else as bytes, before the first row is
 * handed out. Exact decimals without a fraction (what SUM makes of a BIGINT)
 * count as integers; a FLOAT or DOUBLE is refused: nothing in Meed has one.
 */
#include <errmsg.h>

#include "db/db_internal.h"

enum cell_kind { CELL_NULL, CELL_SIGNED, CELL_UNSIGNED, CELL_BYTES };

struct cell {
    enum cell_kind kind;
    union {
        int64_t i64;
        uint64_t u64;
        struct sv bytes; /* NUL-terminated */
    };
};

struct db_rows {
    struct arena *arena;
    enum db_status status;
    struct cell *cells; /* row after row */
    unsigned columns;
    size_t count;
    size_t at; /* 0: before the first row; else 1-based */
};

/* One column while rows are taken over. */
struct column {
    bool is_integer, is_decimal;
    uint64_t number;
    char *bytes;
    unsigned long length;
    my_bool is_null;
};

static bool is_integer_type(enum enum_field_types type)
{
    switch (type) {
    case MYSQL_TYPE_TINY:
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_LONGLONG:
        return true;
    default:
        return false;
    }
}

static void bind_column(struct arena *arena, const MYSQL_FIELD *field, struct column *column,
                        MYSQL_BIND *bind)
{
    CHECK(field->type != MYSQL_TYPE_FLOAT && field->type != MYSQL_TYPE_DOUBLE);
    column->is_integer = is_integer_type(field->type);
    column->is_decimal = field->type == MYSQL_TYPE_NEWDECIMAL && field->decimals == 0;
    *bind = (MYSQL_BIND){.is_null = &column->is_null, .length = &column->length};
    if (column->is_integer) {
        bind->buffer_type = MYSQL_TYPE_LONGLONG;
        bind->buffer = &column->number;
        bind->buffer_length = sizeof column->number;
        bind->is_unsigned = (field->flags & UNSIGNED_FLAG) != 0;
        return;
    }
    column->bytes = arena_alloc(arena, field->max_length + 1);
    bind->buffer_type = MYSQL_TYPE_STRING;
    bind->buffer = column->bytes;
    bind->buffer_length = field->max_length + 1;
}

static struct cell decimal_cell(struct sv text)
{
    struct cell cell = {.kind = CELL_SIGNED};
    CHECK(sv_to_i64(text, &cell.i64));
    return cell;
}

static struct cell take_cell(struct arena *arena, const MYSQL_FIELD *field,
                             const struct column *column)
{
    if (column->is_null)
        return (struct cell){.kind = CELL_NULL};
    if (column->is_integer && (field->flags & UNSIGNED_FLAG))
        return (struct cell){.kind = CELL_UNSIGNED, .u64 = column->number};
    if (column->is_integer)
        return (struct cell){.kind = CELL_SIGNED, .i64 = (int64_t)column->number};
    if (column->is_decimal)
        return decimal_cell(sv_of(column->bytes, column->length));
    return (struct cell){
        .kind = CELL_BYTES,
        .bytes = {arena_copy(arena, column->bytes, column->length), column->length}};
}

unsigned db_rows_fetch(struct db *db, MYSQL_STMT *stmt, struct db_rows *rows)
{
    if (mysql_stmt_store_result(stmt) != 0)
        return db_statement_error(db, stmt);
    struct arena *arena = rows->arena;
    unsigned columns = mysql_stmt_field_count(stmt);
    size_t count = (size_t)mysql_stmt_num_rows(stmt);
    const MYSQL_FIELD *fields = mariadb_stmt_fetch_fields(stmt);
    struct column *column = arena_array(arena, columns, sizeof *column);
    MYSQL_BIND *binds = arena_array(arena, columns, sizeof *binds);
    for (unsigned c = 0; c < columns; c++)
        bind_column(arena, &fields[c], &column[c], &binds[c]);
    if (mysql_stmt_bind_result(stmt, binds) != 0)
        return db_statement_error(db, stmt);
    rows->columns = columns;
    rows->cells = arena_array(arena, count * columns + 1, sizeof(struct cell));
    for (rows->count = 0; rows->count < count; rows->count++) {
        int fetched = mysql_stmt_fetch(stmt);
        CHECK(fetched != MYSQL_DATA_TRUNCATED);
        if (fetched != 0)
            return db_statement_error(db, stmt);
        struct cell *row = &rows->cells[rows->count * columns];
        for (unsigned c = 0; c < columns; c++)
            row[c] = take_cell(arena, &fields[c], &column[c]);
    }
    return 0;
}

/* Only what surely changes nothing may be run again after a lost connection. */
static bool reads_only(const char *text)
{
    struct sv s = sv_trim(sv_from(text));
    return sv_eq_nocase(sv_sub(s, 0, 6), SV("SELECT")) || sv_eq_nocase(sv_sub(s, 0, 4), SV("WITH"));
}

static struct db_rows *query(struct db *db, struct arena *arena, struct db_run *run)
{
    struct db_rows *rows = ARENA_NEW(arena, struct db_rows);
    rows->arena = arena;
    run->call = db_call_statement;
    run->rows = rows;
    run->is_read = reads_only(run->sql ? run->sql->text : run->text);
    rows->status = db_perform(db, run);
    if (rows->status != DB_OK)
        rows->count = 0;
    return rows;
}

struct db_rows *db_query(struct db *db, struct arena *arena, const struct db_sql *sql,
                         struct db_args args)
{
    struct db_run run = {.sql = sql, .args = args};
    return query(db, arena, &run);
}

struct db_rows *db_query_text(struct db *db, struct arena *arena, const char *sql_text,
                              struct db_args args)
{
    struct db_run run = {.text = sql_text, .args = args};
    return query(db, arena, &run);
}

enum db_status db_get_one(struct db *db, struct arena *arena, const struct db_sql *sql,
                          struct db_args args, struct db_rows **rows)
{
    struct db_rows *r = db_query(db, arena, sql, args);
    *rows = r;
    if (r->status != DB_OK)
        return r->status;
    return db_next(r) ? DB_OK : DB_NO_ROW;
}

bool db_next(struct db_rows *rows)
{
    if (rows->at >= rows->count)
        return false;
    rows->at++;
    return true;
}

enum db_status db_rows_status(const struct db_rows *rows)
{
    return rows->status;
}

size_t db_rows_count(const struct db_rows *rows)
{
    return rows->count;
}

static const struct cell *cell_at(const struct db_rows *rows, unsigned column)
{
    CHECK(rows->at >= 1 && rows->at <= rows->count && column < rows->columns);
    return &rows->cells[(rows->at - 1) * rows->columns + column];
}

bool db_col_is_null(const struct db_rows *rows, unsigned column)
{
    return cell_at(rows, column)->kind == CELL_NULL;
}

int64_t db_col_i64(const struct db_rows *rows, unsigned column)
{
    const struct cell *cell = cell_at(rows, column);
    if (cell->kind == CELL_NULL)
        return 0;
    CHECK(cell->kind != CELL_BYTES);
    CHECK(cell->kind != CELL_UNSIGNED || cell->u64 <= INT64_MAX);
    return cell->i64;
}

uint64_t db_col_u64(const struct db_rows *rows, unsigned column)
{
    const struct cell *cell = cell_at(rows, column);
    if (cell->kind == CELL_NULL)
        return 0;
    CHECK(cell->kind != CELL_BYTES);
    CHECK(cell->kind != CELL_SIGNED || cell->i64 >= 0);
    return cell->u64;
}

bool db_col_bool(const struct db_rows *rows, unsigned column)
{
    return db_col_u64(rows, column) != 0;
}

struct sv db_col_text(const struct db_rows *rows, unsigned column)
{
    const struct cell *cell = cell_at(rows, column);
    if (cell->kind == CELL_NULL)
        return SV("");
    CHECK(cell->kind == CELL_BYTES);
    return cell->bytes;
}

const char *db_col_cstr(const struct db_rows *rows, unsigned column)
{
    return db_col_text(rows, column).p;
}

struct uuid db_col_uuid(const struct db_rows *rows, unsigned column)
{
    struct sv bytes = db_col_text(rows, column);
    struct uuid id;
    CHECK(bytes.n == sizeof id.b);
    memcpy(id.b, bytes.p, sizeof id.b);
    return id;
}
