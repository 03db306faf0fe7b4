/* Programs in the database: reading, saving versions, and the arrows between states. */
#include "program/program.h"

#include "base/clock.h"
#include "base/log.h"
#include "click/linkmap.h"
#include "base/settings.h"
#include "program/site.h"

enum { LIST_MAX = 200 };

#define PROGRAM_COLUMNS                                                                            \
    "p.id, p.brand, p.pid, p.name, p.summary, p.dest_url, p.preset, p.status, p.currency,"         \
    " u.exponent, p.listed, v.id, v.no, p.created_us, v.settings"
#define PROGRAM_TABLES                                                                             \
    " FROM program p JOIN unit u ON u.code = p.currency"                                           \
    " JOIN program_version v ON v.id = p.version "

/* False when a row holds what this release never wrote. */
static bool read_program(struct arena *arena, const struct db_rows *row, struct program *out)
{
    *out = (struct program){
        .id = db_col_u64(row, 0),
        .brand = db_col_u64(row, 1),
        .pid = db_col_uuid(row, 2),
        .name = db_col_text(row, 3),
        .summary = db_col_text(row, 4),
        .dest_url = db_col_text(row, 5),
        .listed = db_col_bool(row, 10),
        .version = db_col_u64(row, 11),
        .version_no = (uint32_t)db_col_u64(row, 12),
        .created_us = db_col_i64(row, 13),
    };
    struct sv code = db_col_text(row, 8);
    CHECK(code.n < sizeof out->currency.code);
    memcpy(out->currency.code, code.p, code.n);
    out->currency.exponent = (uint8_t)db_col_u64(row, 9);
    return program_preset_find(db_col_text(row, 6), &out->preset) &&
           program_status_find(db_col_text(row, 7), &out->status) &&
           program_settings_read(arena, db_col_text(row, 14), &out->settings);
}

static enum db_status damaged(uint64_t program)
{
    log_line(LOG_ERROR, "program_unreadable", LOG_U64("program", program));
    return DB_FAILED;
}

static enum db_status get_program(struct db *db, struct arena *arena, const struct db_sql *sql,
                                  struct db_args args, struct program *out)
{
    struct db_rows *row;
    enum db_status status = db_get_one(db, arena, sql, args, &row);
    if (status != DB_OK)
        return status;
    return read_program(arena, row, out) ? DB_OK : damaged(db_col_u64(row, 0));
}

DB_SQL(find_program, "SELECT " PROGRAM_COLUMNS PROGRAM_TABLES "WHERE p.pid = ? AND p.brand = ?");

enum db_status program_find(struct db *db, struct arena *arena, uint64_t brand, struct uuid pid,
                            struct program *out)
{
    return get_program(db, arena, &find_program, DB_ARGS(db_uuid(&pid), db_u64(brand)), out);
}

DB_SQL(find_program_by_pid, "SELECT " PROGRAM_COLUMNS PROGRAM_TABLES "WHERE p.pid = ?");

enum db_status program_find_by_pid(struct db *db, struct arena *arena, struct uuid pid,
                                   struct program *out)
{
    return get_program(db, arena, &find_program_by_pid, DB_ARGS(db_uuid(&pid)), out);
}

DB_SQL(find_program_by_id, "SELECT " PROGRAM_COLUMNS PROGRAM_TABLES "WHERE p.id = ?");

enum db_status program_find_by_id(struct db *db, struct arena *arena, uint64_t id,
                                  struct program *out)
{
    return get_program(db, arena, &find_program_by_id, DB_ARGS(db_u64(id)), out);
}

DB_SQL(find_program_version, "SELECT " PROGRAM_COLUMNS
                             " FROM program_version v JOIN program p ON p.id = v.program"
                             " JOIN unit u ON u.code = p.currency WHERE v.id = ?");

enum db_status program_find_version(struct db *db, struct arena *arena, uint64_t version,
                                    struct program *out)
{
    return get_program(db, arena, &find_program_version, DB_ARGS(db_u64(version)), out);
}

DB_SQL(list_programs, "SELECT " PROGRAM_COLUMNS PROGRAM_TABLES
                      "WHERE p.brand = ? AND p.id < ? ORDER BY p.id DESC LIMIT ?");

enum db_status program_list_of_brand(struct db *db, struct arena *arena, uint64_t brand,
                                     uint64_t before_id, size_t limit, struct program_list *out)
{
    CHECK(limit > 0 && limit <= LIST_MAX);
    *out = (struct program_list){.v = arena_array(arena, limit, sizeof(struct program))};
    struct db_rows *rows = db_query(
        db, arena, &list_programs,
        DB_ARGS(db_u64(brand), db_u64(before_id ? before_id : INT64_MAX), db_u64(limit + 1)));
    while (out->n < limit && db_next(rows)) {
        if (!read_program(arena, rows, &out->v[out->n]))
            return damaged(db_col_u64(rows, 0));
        out->n++;
    }
    out->more = db_next(rows);
    return db_rows_status(rows);
}

DB_SQL(list_versions,
       "SELECT id, by_user, no, from_us, settings FROM program_version"
       " WHERE program = ? AND no < ? ORDER BY no DESC LIMIT ?");

enum db_status program_list_versions(struct db *db, struct arena *arena, uint64_t program,
                                     uint32_t before_no, size_t limit,
                                     struct program_version_list *out)
{
    CHECK(limit > 0 && limit <= LIST_MAX);
    *out = (struct program_version_list){
        .v = arena_array(arena, limit, sizeof(struct program_version))};
    struct db_rows *rows = db_query(
        db, arena, &list_versions,
        DB_ARGS(db_u64(program), db_u64(before_no ? before_no : UINT32_MAX), db_u64(limit + 1)));
    while (out->n < limit && db_next(rows)) {
        struct program_version *v = &out->v[out->n];
        v->id = db_col_u64(rows, 0);
        v->by_user = db_col_u64(rows, 1);
        v->no = (uint32_t)db_col_u64(rows, 2);
        v->from_us = db_col_i64(rows, 3);
        if (!program_settings_read(arena, db_col_text(rows, 4), &v->settings))
            return damaged(program);
        out->n++;
    }
    out->more = db_next(rows);
    return db_rows_status(rows);
}

/* What a transaction of this file works on. */
struct work {
    struct arena *arena;
    uint64_t brand, by_user, program;
    struct uuid pid;
    const struct program_input *input;
    struct unit unit;
    uint32_t seen_no;
    enum program_status to;
    const char *from[2];
};

static enum program_result result_of(enum db_status status, enum program_result no_row)
{
    switch (status) {
    case DB_OK:
        return PROGRAM_OK;
    case DB_NO_ROW:
        return no_row;
    default:
        return PROGRAM_UNAVAILABLE;
    }
}

DB_SQL(add_unit, "INSERT IGNORE INTO unit (code, kind, exponent) VALUES (?, 'currency', ?)");
DB_SQL(add_program,
       "INSERT INTO program (pid, brand, name, preset, currency, status, listed, summary, dest_url,"
       " version, version_no, created_us) VALUES (?, ?, ?, ?, ?, 'draft', ?, ?, ?, 0, 0, ?)");
DB_SQL(add_version,
       "INSERT INTO program_version (program, no, settings, by_user, from_us)"
       " VALUES (?, ?, ?, ?, ?)");
DB_SQL(use_version,
       "UPDATE program SET version = ?, version_no = version_no + 1"
       " WHERE id = ? AND version_no = ?");

/* Adds version seen_no + 1 and puts it in force, if seen_no still is. */
static enum db_status put_version(struct db *db, struct work *w)
{
    uint64_t version = 0;
    struct sv json = program_settings_write(w->arena, &w->input->settings);
    enum db_status status =
        db_insert_unless_known(db, &add_version,
                               DB_ARGS(db_u64(w->program), db_u64(w->seen_no + 1u), db_text(json),
                                       db_u64(w->by_user), db_i64(clock_business_us())),
                               &version);
    if (status == DB_DUPLICATE)
        return DB_NO_ROW;
    if (status != DB_OK)
        return status;
    return db_exec_one(db, &use_version,
                       DB_ARGS(db_u64(version), db_u64(w->program), db_u64(w->seen_no)));
}

static enum db_status create(struct db *db, void *context)
{
    struct work *w = context;
    const struct program_input *in = w->input;
    int64_t now_us = clock_business_us();
    w->pid = uuid_v7(now_us);
    enum db_status status =
        db_exec(db, &add_unit, DB_ARGS(db_cstr(w->unit.code), db_u64(w->unit.exponent)), NULL);
    if (status == DB_OK)
        status = site_ensure(db, w->arena, w->brand, in->dest_url);
    if (status == DB_OK)
        status = db_insert(db, &add_program,
                           DB_ARGS(db_uuid(&w->pid), db_u64(w->brand), db_text(in->name),
                                   db_cstr(program_preset_text(in->preset)), db_cstr(w->unit.code),
                                   db_bool(in->listed), db_text(in->summary), db_text(in->dest_url),
                                   db_i64(now_us)),
                           &w->program);
    return status == DB_OK ? put_version(db, w) : status;
}

enum program_result program_create(struct db *db, struct arena *arena, uint64_t brand,
                                   uint64_t by_user, const struct program_input *input,
                                   struct program_faults *faults, struct program *out)
{
    struct work w = {.arena = arena, .brand = brand, .by_user = by_user, .input = input};
    program_check(input, faults);
    if (faults->count)
        return PROGRAM_INVALID;
    CHECK(unit_find_currency(input->currency, &w.unit));
    enum db_status status = db_tx_run(db, create, &w);
    if (status == DB_OK)
        status = program_find(db, arena, brand, w.pid, out);
    return result_of(status, PROGRAM_UNAVAILABLE);
}

DB_SQL(save_program,
       "UPDATE program SET name = ?, listed = ?, summary = ?, dest_url = ?"
       " WHERE id = ? AND brand = ?");

static enum db_status save(struct db *db, void *context)
{
    struct work *w = context;
    const struct program_input *in = w->input;
    enum db_status status = put_version(db, w);
    if (status != DB_OK)
        return status;
    status = db_exec_one(db, &save_program,
                         DB_ARGS(db_text(in->name), db_bool(in->listed), db_text(in->summary),
                                 db_text(in->dest_url), db_u64(w->program), db_u64(w->brand)));
    if (status == DB_OK)
        status = site_ensure(db, w->arena, w->brand, in->dest_url);
    return status == DB_OK ? linkmap_note_program(db, w->program) : status;
}

static void say_site_fault(struct program_faults *faults)
{
    faults->has[PROGRAM_FAULT_DEST_SITE] = true;
    faults->count++;
}

enum program_result program_save(struct db *db, struct arena *arena,
                                 const struct settings *settings, uint64_t brand, uint64_t by_user,
                                 struct uuid pid, uint32_t seen_no,
                                 const struct program_input *input, struct program_faults *faults)
{
    struct program now;
    enum db_status status = program_find(db, arena, brand, pid, &now);
    if (status != DB_OK)
        return result_of(status, PROGRAM_NOT_FOUND);
    program_check(input, faults);
    if (!sv_eq_cstr(input->currency, now.currency.code) && !faults->has[PROGRAM_FAULT_CURRENCY]) {
        faults->has[PROGRAM_FAULT_CURRENCY] = true;
        faults->count++;
    }
    if (now.status == PROGRAM_CLOSED)
        return PROGRAM_WRONG_STATE;
    if (now.status != PROGRAM_DRAFT && !faults->has[PROGRAM_FAULT_DEST_URL]) {
        status = site_find_verified(db, arena, brand, input->dest_url);
        if (status == DB_NO_ROW)
            say_site_fault(faults);
        else if (status != DB_OK)
            return PROGRAM_UNAVAILABLE;
    }
    if (faults->count)
        return PROGRAM_INVALID;
    struct work w = {.arena = arena,
                     .brand = brand,
                     .by_user = by_user,
                     .program = now.id,
                     .input = input,
                     .seen_no = seen_no};
    status = db_tx_run(db, save, &w);
    if (status == DB_OK)
        linkmap_pull(db, settings->link_map_dir);
    return result_of(status, PROGRAM_CHANGED);
}

DB_SQL(set_status, "UPDATE program SET status = ? WHERE id = ? AND status IN (?, ?)");

static enum db_status change_status(struct db *db, void *context)
{
    struct work *w = context;
    enum db_status status =
        db_exec_one(db, &set_status,
                    DB_ARGS(db_cstr(program_status_text(w->to)), db_u64(w->program),
                            db_cstr(w->from[0]), db_cstr(w->from[1])));
    return status == DB_OK ? linkmap_note_program(db, w->program) : status;
}

/* The arrow of a change: where it leads, and from which states. Closing has three. */
static void set_arrow(struct work *w, enum program_change change, enum program_status now)
{
    switch (change) {
    case PROGRAM_ACTIVATE:
        w->to = PROGRAM_ACTIVE;
        w->from[0] = w->from[1] = "draft";
        return;
    case PROGRAM_PAUSE:
        w->to = PROGRAM_PAUSED;
        w->from[0] = w->from[1] = "active";
        return;
    case PROGRAM_RESUME:
        w->to = PROGRAM_ACTIVE;
        w->from[0] = w->from[1] = "paused";
        return;
    case PROGRAM_CLOSE:
        w->to = PROGRAM_CLOSED;
        w->from[0] = now == PROGRAM_DRAFT ? "draft" : "active";
        w->from[1] = now == PROGRAM_DRAFT ? "draft" : "paused";
        return;
    }
    UNREACHABLE();
}

enum program_result program_change_status(struct db *db, struct arena *arena,
                                          const struct settings *settings, uint64_t brand,
                                          uint64_t by_user, struct uuid pid,
                                          enum program_change change)
{
    struct program now;
    enum db_status status = program_find(db, arena, brand, pid, &now);
    if (status != DB_OK)
        return result_of(status, PROGRAM_NOT_FOUND);
    struct work w = {.arena = arena, .brand = brand, .by_user = by_user, .program = now.id};
    set_arrow(&w, change, now.status);
    if (w.to == PROGRAM_ACTIVE) {
        status = site_find_verified(db, arena, brand, now.dest_url);
        if (status != DB_OK)
            return result_of(status, PROGRAM_UNVERIFIED);
    }
    status = db_tx_run(db, change_status, &w);
    if (status != DB_OK)
        return result_of(status, PROGRAM_WRONG_STATE);
    linkmap_pull(db, settings->link_map_dir);
    log_line(LOG_INFO, "program_status", LOG_U64("program", now.id), LOG_U64("by_user", by_user),
             LOG_STR("status", program_status_text(w.to)));
    return PROGRAM_OK;
}
