/* What `meedctl ledger verify` asks of adjustments: I10 and I20. */
#include "conversion/adjustment_internal.h"

enum { CHECK_BATCH = 200 };

DB_SQL(adjustment_check_list,
       "SELECT DISTINCT conversion FROM adjustment WHERE conversion > ? ORDER BY conversion"
       " LIMIT 200");
DB_SQL(adjustment_check_alone,
       "SELECT c.id FROM conversion c LEFT JOIN adjustment a ON a.conversion = c.id"
       " WHERE (c.refunded_base <> 0 OR c.refunded_gross <> 0 OR c.refunds <> 0)"
       " AND a.id IS NULL LIMIT 100");
DB_SQL(adjustment_check_clawed_alone,
       "SELECT m.id FROM commission m JOIN conversion c ON c.id = m.conversion"
       " AND m.attribution_no = c.attribution_no AND c.merged_into = 0"
       " LEFT JOIN adjustment a ON a.conversion = c.id"
       " WHERE (m.clawed <> 0 OR m.clawed_fee_partner <> 0 OR m.clawed_fee_brand <> 0)"
       " AND a.id IS NULL LIMIT 100");
DB_SQL(adjustment_check_entries,
       "SELECT c.id FROM conversion c LEFT JOIN (SELECT conversion, SUM(refunds) AS refunds,"
       " SUM(gross) AS gross, SUM(base) AS base FROM refund_entry GROUP BY conversion) f"
       " ON f.conversion = c.id WHERE COALESCE(f.refunds, 0) <> c.refunds"
       " OR COALESCE(f.gross, 0) <> c.refunded_gross OR COALESCE(f.base, 0) <> c.refunded_base"
       " LIMIT 100");
DB_SQL(adjustment_check_clawed_entries,
       "SELECT m.id FROM commission m JOIN conversion c ON c.id = m.conversion"
       " LEFT JOIN (SELECT commission, SUM(payout) AS payout, SUM(fee_partner) AS fee_partner,"
       " SUM(fee_brand) AS fee_brand FROM refund_entry WHERE commission > 0 GROUP BY commission) f"
       " ON f.commission = m.id WHERE"
       " COALESCE(f.payout, 0) <> IF(m.attribution_no = c.attribution_no, m.clawed, 0)"
       " OR COALESCE(f.fee_partner, 0) <>"
       " IF(m.attribution_no = c.attribution_no, m.clawed_fee_partner, 0)"
       " OR COALESCE(f.fee_brand, 0) <>"
       " IF(m.attribution_no = c.attribution_no, m.clawed_fee_brand, 0) LIMIT 100");

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

/* Those of a list that are wrong; `last` is where the next list begins. */
static enum db_status check_batch(struct db *db, struct arena *arena, struct arena *scratch,
                                  uint64_t *last, size_t *n, struct ledger_finding *finding)
{
    struct db_rows *rows = db_query(db, scratch, &adjustment_check_list, DB_ARGS(db_u64(*last)));
    enum db_status status = db_rows_status(rows);
    *n = db_rows_count(rows);
    while (status == DB_OK && db_next(rows)) {
        const char *fault;
        struct arena *own = arena_new(ARENA_CEILING_DEFAULT);
        *last = db_col_u64(rows, 0);
        status = adjustment_find_fault(db, own, *last, &fault);
        if (status == DB_NO_ROW) {
            fault = "an adjustment counts for a sale that there is not";
            status = DB_OK;
        }
        if (status == DB_OK && fault)
            ledger_finding_add(finding, arena_printf(arena, "%s (%" PRIu64 ")", fault, *last));
        finding->checked++;
        arena_free(own);
    }
    return status;
}

enum db_status adjustment_refund_check(struct db *db, struct arena *arena, struct arena *scratch,
                                       struct ledger_finding *finding)
{
    static const struct {
        const struct db_sql *sql;
        const char *words;
    } others[] = {
        {&adjustment_check_alone, "a sale gave back something without an adjustment"},
        {&adjustment_check_clawed_alone, "a commission was clawed back without an adjustment"},
        {&adjustment_check_entries, "what changes of a sale moved is not what it gave back"},
        {&adjustment_check_clawed_entries,
         "what changes of a commission moved is not its clawback"},
    };
    uint64_t last = 0;
    size_t n = CHECK_BATCH;
    enum db_status status = DB_OK;
    while (status == DB_OK && n == CHECK_BATCH) {
        arena_reset(scratch);
        status = check_batch(db, arena, scratch, &last, &n, finding);
    }
    for (size_t i = 0; i < COUNT_OF(others) && status == DB_OK; i++)
        status = name_all(db, arena, scratch, others[i].sql, others[i].words, finding);
    return status;
}

DB_SQL(adjustment_check_count, "SELECT COUNT(*) FROM adjustment");
DB_SQL(adjustment_check_waiting,
       "SELECT a.id FROM adjustment a LEFT JOIN adjustment_target t ON t.adjustment = a.id"
       " LEFT JOIN adjustment_inbox w ON w.adjustment = a.id LEFT JOIN inbox i ON i.id = w.inbox"
       " WHERE a.conversion = 0 AND (t.adjustment IS NULL OR i.state IS NULL"
       " OR i.state <> 'parked') LIMIT 100");
DB_SQL(adjustment_check_applied,
       "SELECT a.id FROM adjustment a JOIN adjustment_target t ON t.adjustment = a.id"
       " WHERE a.conversion <> 0 LIMIT 100");

enum db_status adjustment_parked_check(struct db *db, struct arena *arena, struct arena *scratch,
                                       struct ledger_finding *finding)
{
    struct db_rows *row;
    enum db_status status = db_get_one(db, scratch, &adjustment_check_count, DB_NO_ARGS, &row);
    if (status != DB_OK)
        return status;
    finding->checked = db_col_u64(row, 0);
    status = name_all(db, arena, scratch, &adjustment_check_waiting,
                      "a parked adjustment waits for no key, or without its event", finding);
    if (status == DB_OK)
        status = name_all(db, arena, scratch, &adjustment_check_applied,
                          "an applied adjustment still waits for a sale", finding);
    return status;
}
