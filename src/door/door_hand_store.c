/* By hand: who a handle is in a program, and whether an order is known. */
#include "base/i18n.h"
#include "door/door_hand.h"

DB_SQL(hand_select_ref,
       "SELECT a.value FROM partner t JOIN partnership s ON s.partner = t.id AND s.program = ?"
       " AND s.brand = ? JOIN link l ON l.partnership = s.id AND l.mode = ?"
       " JOIN link_alias a ON a.link = l.id AND a.host = '' AND a.shape = 'ref'"
       " WHERE t.handle = ? ORDER BY l.is_main DESC, l.id LIMIT 1");

enum db_status hand_find_creator(struct db *db, struct arena *arena,
                                 const struct hand_context *context, struct hand_entry *entry)
{
    struct db_rows *row;
    if (entry->is_refund || entry->creator.n == 0)
        return DB_OK;
    enum db_status status =
        db_get_one(db, arena, &hand_select_ref,
                   DB_ARGS(db_u64(context->program), db_u64(context->brand),
                           db_cstr(context->test_mode ? "test" : "live"), db_text(entry->creator)),
                   &row);
    if (status == DB_OK)
        entry->sale.ref = db_col_text(row, 0);
    if (status != DB_NO_ROW)
        return status;
    entry->error[HAND_CREATOR] = _("The program has no creator of this handle.");
    entry->errors++;
    return DB_OK;
}

DB_SQL(hand_select_order,
       "SELECT conversion FROM conversion_key WHERE brand = ? AND mode = ?"
       " AND scope IN (0, ?) AND kind = 'order' AND value = ? LIMIT 1");

enum db_status hand_is_known(struct db *db, struct arena *arena, const struct hand_context *context,
                             struct sv order_ref, bool *is_known)
{
    struct db_rows *row;
    enum db_status status =
        db_get_one(db, arena, &hand_select_order,
                   DB_ARGS(db_u64(context->brand), db_cstr(context->test_mode ? "test" : "live"),
                           db_u64(context->program), db_text(order_ref)),
                   &row);
    *is_known = status == DB_OK;
    return status == DB_NO_ROW ? DB_OK : status;
}
