/* What `meedctl ledger verify` asks of the pipeline's own tables: I19 and I20. */
#include "conversion/conversion.h"

DB_SQL(check_count_commissions, "SELECT COUNT(*) FROM commission");
DB_SQL(check_commissions_untold,
       "SELECT m.id, COUNT(o.id) FROM commission m LEFT JOIN outbox o ON o.source_kind = "
       "'commission' AND o.source = m.id AND o.kind = 'commission.created' "
       "GROUP BY m.id HAVING COUNT(o.id) <> 1 LIMIT 100");
DB_SQL(check_changes_untold,
       "SELECT e.commission FROM commission_event e LEFT JOIN outbox o ON o.source_kind = "
       "'commission' AND o.source = e.commission AND o.kind = 'commission.updated' "
       "AND o.seq = e.seq WHERE e.seq > 1 AND o.id IS NULL LIMIT 100");
DB_SQL(check_count_inbox, "SELECT COUNT(*) FROM inbox");
DB_SQL(check_conversions_without_event,
       "SELECT c.id FROM conversion c LEFT JOIN (SELECT DISTINCT conversion FROM inbox) i "
       "ON i.conversion = c.id WHERE i.conversion IS NULL AND c.merged_into = 0 LIMIT 100");
DB_SQL(check_events_without_conversion,
       "SELECT i.id FROM inbox i LEFT JOIN conversion c ON c.id = i.conversion "
       "WHERE i.state = 'processed' AND c.id IS NULL LIMIT 100");

static enum db_status count(struct db *db, struct arena *scratch, const struct db_sql *sql,
                            struct ledger_finding *finding)
{
    struct db_rows *row;
    enum db_status status = db_get_one(db, scratch, sql, DB_NO_ARGS, &row);
    if (status == DB_OK)
        finding->checked = db_col_u64(row, 0);
    return status;
}

/* Each row that `sql` finds is one that breaks the invariant; its first column is an id. */
static enum db_status name_all(struct db *db, struct arena *arena, struct arena *scratch,
                               const struct db_sql *sql, const char *words,
                               struct ledger_finding *finding)
{
    struct db_rows *rows = db_query(db, scratch, sql, DB_NO_ARGS);
    while (db_next(rows))
        ledger_finding_add(finding,
                           arena_printf(arena, "%s (%" PRIu64 ")", words, db_col_u64(rows, 0)));
    return db_rows_status(rows);
}

enum db_status conversion_outbox_check(struct db *db, struct arena *arena, struct arena *scratch,
                                       struct ledger_finding *finding)
{
    enum db_status status = count(db, scratch, &check_count_commissions, finding);
    if (status == DB_OK)
        status = name_all(db, arena, scratch, &check_commissions_untold,
                          "a commission has not exactly one outbox row", finding);
    return status == DB_OK ? name_all(db, arena, scratch, &check_changes_untold,
                                      "a change of a commission has no outbox row", finding)
                           : status;
}

enum db_status conversion_inbox_check(struct db *db, struct arena *arena, struct arena *scratch,
                                      struct ledger_finding *finding)
{
    enum db_status status = count(db, scratch, &check_count_inbox, finding);
    if (status == DB_OK)
        status = name_all(db, arena, scratch, &check_conversions_without_event,
                          "a conversion has no event in the inbox", finding);
    if (status == DB_OK)
        status = name_all(db, arena, scratch, &check_events_without_conversion,
                          "a processed event has no conversion", finding);
    return status;
}
