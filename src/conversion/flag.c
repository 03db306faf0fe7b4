/* The SQL of flags: see flag.h. */
#include "conversion/flag.h"

DB_SQL(flag_insert,
       "INSERT INTO flag (commission, brand, mode, rule, severity, state, observed, threshold,"
       " at_us) VALUES (?, ?, ?, ?, ?, 'open', ?, ?, ?)");
DB_SQL(
    flag_add_hold,
    "UPDATE commission SET holds = holds + 1, updated_us = ? WHERE id = ? AND status = 'pending'");
DB_SQL(flag_hold_nothing, "UPDATE flag SET severity = 'info' WHERE commission = ? AND rule = ?");
/* What lists show: the commission in force is in review. */
DB_SQL(flag_show_hold,
       "UPDATE conversion c JOIN commission m ON m.conversion = c.id"
       " AND m.attribution_no = c.attribution_no SET c.holds = m.holds > 0, c.updated_us = ?"
       " WHERE m.id = ? AND m.recipient = 'partner'");

enum db_status flag_put(struct db *db, struct arena *arena, const struct flag *flag)
{
    (void)arena;
    enum db_status status = db_insert_unless_known(
        db, &flag_insert,
        DB_ARGS(db_u64(flag->commission), db_u64(flag->brand),
                db_cstr(flag->test_mode ? "test" : "live"), db_cstr(flag->rule),
                db_cstr(flag->severity == FLAG_HOLD ? "hold" : "info"), db_i64(flag->observed),
                db_i64(flag->threshold), db_i64(flag->at_us)),
        NULL);
    if (status != DB_OK || flag->severity != FLAG_HOLD)
        return status == DB_DUPLICATE ? DB_OK : status;
    status =
        db_exec_one(db, &flag_add_hold, DB_ARGS(db_i64(flag->at_us), db_u64(flag->commission)));
    if (status == DB_NO_ROW)
        return db_exec(db, &flag_hold_nothing,
                       DB_ARGS(db_u64(flag->commission), db_cstr(flag->rule)), NULL);
    return status == DB_OK ? db_exec(db, &flag_show_hold,
                                     DB_ARGS(db_i64(flag->at_us), db_u64(flag->commission)), NULL)
                           : status;
}

DB_SQL(flag_find_open,
       "SELECT severity FROM flag WHERE commission = ? AND rule = ? AND state = 'open' FOR UPDATE");
DB_SQL(flag_set_released,
       "UPDATE flag SET state = 'released', decided_by = ?, decided_us = ?, note = ?"
       " WHERE commission = ? AND rule = ? AND state = 'open'");
DB_SQL(flag_take_hold,
       "UPDATE commission SET holds = holds - 1, updated_us = ? WHERE id = ? AND holds > 0");

enum db_status flag_is_open(struct db *db, struct arena *arena, uint64_t commission,
                            const char *rule, bool *is_open)
{
    struct db_rows *row;
    enum db_status status =
        db_get_one(db, arena, &flag_find_open, DB_ARGS(db_u64(commission), db_cstr(rule)), &row);
    *is_open = status == DB_OK;
    return status == DB_NO_ROW ? DB_OK : status;
}

enum db_status flag_release(struct db *db, struct arena *arena, uint64_t commission,
                            const char *rule, uint64_t by_user, struct sv note, int64_t at_us)
{
    struct db_rows *row;
    enum db_status status =
        db_get_one(db, arena, &flag_find_open, DB_ARGS(db_u64(commission), db_cstr(rule)), &row);
    if (status != DB_OK)
        return status;
    bool holds = sv_eq(db_col_text(row, 0), SV("hold"));
    status = db_exec_one(
        db, &flag_set_released,
        DB_ARGS(db_u64(by_user), db_i64(at_us), db_text(note), db_u64(commission), db_cstr(rule)));
    if (status != DB_OK || !holds)
        return status;
    status = db_exec_one(db, &flag_take_hold, DB_ARGS(db_i64(at_us), db_u64(commission)));
    if (status == DB_OK)
        status = db_exec(db, &flag_show_hold, DB_ARGS(db_i64(at_us), db_u64(commission)), NULL);
    return status == DB_NO_ROW ? DB_OK : status; /* undone meanwhile: it holds nothing */
}

DB_SQL(flag_copy_open,
       "INSERT INTO flag (commission, brand, mode, rule, severity, state, observed, threshold,"
       " at_us, note) SELECT ?, brand, mode, rule, severity, state, observed, threshold, at_us,"
       " note FROM flag WHERE commission = ? AND state = 'open' AND severity = 'hold'"
       " AND rule <> ? AND rule NOT IN (SELECT x.rule FROM flag x WHERE x.commission = ?)");
DB_SQL(
    flag_count_holds,
    "UPDATE commission SET holds = holds + ?, updated_us = ? WHERE id = ? AND status = 'pending'");
DB_SQL(
    flag_close_all,
    "UPDATE flag SET state = 'released', decided_us = ? WHERE commission = ? AND state = 'open'");

enum db_status flag_carry(struct db *db, uint64_t from, uint64_t to, const char *except,
                          int64_t at_us)
{
    uint64_t copied = 0;
    enum db_status status =
        db_exec(db, &flag_copy_open, DB_ARGS(db_u64(to), db_u64(from), db_cstr(except), db_u64(to)),
                &copied);
    if (status == DB_OK && copied > 0)
        status =
            db_exec_one(db, &flag_count_holds, DB_ARGS(db_u64(copied), db_i64(at_us), db_u64(to)));
    if (status == DB_OK && copied > 0)
        status = db_exec(db, &flag_show_hold, DB_ARGS(db_i64(at_us), db_u64(to)), NULL);
    return status == DB_OK ? flag_close(db, from, at_us) : status;
}

enum db_status flag_close(struct db *db, uint64_t commission, int64_t at_us)
{
    return db_exec(db, &flag_close_all, DB_ARGS(db_i64(at_us), db_u64(commission)), NULL);
}
