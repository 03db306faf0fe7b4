/* Reading balances: a partner's, a brand's, the platform's, and one account's entries. */
#include "ledger/ledger_internal.h"

static struct unit unit_at(const struct db_rows *rows, unsigned code, unsigned exponent)
{
    struct unit unit = {.exponent = (uint8_t)db_col_u64(rows, exponent)};
    snprintf(unit.code, sizeof unit.code, "%s", db_col_cstr(rows, code));
    return unit;
}

/* Partners -------------------------------------------------------------------------------- */

DB_SQL(ledger_select_partner,
       "SELECT a.unit, u.exponent,"
       " SUM(IF(a.purpose = 'pending', a.balance, 0)),"
       " SUM(IF(a.purpose IN ('available', 'reserved', 'transit'), a.balance, 0)),"
       " SUM(IF(a.purpose = 'paid', a.balance, 0)),"
       " SUM(IF(a.purpose = 'available', a.balance - a.held, 0))"
       " FROM ledger_account a JOIN unit u ON u.code = a.unit"
       " WHERE a.owner_kind = 'partner' AND a.owner = ? AND a.mode = ? AND (? = 0 OR a.brand = ?)"
       " GROUP BY a.unit, u.exponent ORDER BY a.unit LIMIT 200");

enum db_status ledger_read_partner(struct db *db, struct arena *arena, uint64_t partner,
                                   uint64_t brand, enum ledger_mode mode,
                                   struct ledger_partner_balance **balances, size_t *n)
{
    struct db_rows *rows = db_query(
        db, arena, &ledger_select_partner,
        DB_ARGS(db_u64(partner), db_cstr(ledger_mode_text(mode)), db_u64(brand), db_u64(brand)));
    *balances = arena_array(arena, db_rows_count(rows), sizeof **balances);
    *n = 0;
    while (db_next(rows))
        (*balances)[(*n)++] = (struct ledger_partner_balance){.unit = unit_at(rows, 0, 1),
                                                              .pending = db_col_i64(rows, 2),
                                                              .approved = db_col_i64(rows, 3),
                                                              .paid = db_col_i64(rows, 4),
                                                              .available = db_col_i64(rows, 5)};
    return db_rows_status(rows);
}

/* Brands ---------------------------------------------------------------------------------- */

DB_SQL(ledger_select_brand,
       "SELECT a.unit, u.exponent, a.purpose, a.balance + COALESCE("
       "(SELECT SUM(f.amount) FROM ledger_unfolded f WHERE f.account = a.id), 0)"
       " FROM ledger_account a JOIN unit u ON u.code = a.unit"
       " WHERE a.owner_kind = 'brand' AND a.owner = ? AND a.brand = ? AND a.mode = ?"
       " ORDER BY a.unit LIMIT 1000");

static void add_to_position(struct ledger_brand_position *position, enum ledger_purpose purpose,
                            int64_t balance)
{
    switch (purpose) {
    case LEDGER_B_ACCRUED:
        position->accruing = -balance;
        break;
    case LEDGER_B_DUE:
        position->due = -balance;
        break;
    case LEDGER_B_INVOICED:
        position->invoiced = -balance;
        break;
    case LEDGER_B_FUNDS:
        position->funds = balance;
        break;
    default: /* B.paid_in is what came in; it is nobody's claim */
        break;
    }
    position->owed = position->due + position->invoiced - position->funds;
}

enum db_status ledger_read_brand(struct db *db, struct arena *arena, uint64_t brand,
                                 enum ledger_mode mode, struct ledger_brand_position **positions,
                                 size_t *n)
{
    struct db_rows *rows =
        db_query(db, arena, &ledger_select_brand,
                 DB_ARGS(db_u64(brand), db_u64(brand), db_cstr(ledger_mode_text(mode))));
    struct ledger_brand_position *all = arena_array(arena, db_rows_count(rows), sizeof *all);
    *positions = all;
    *n = 0;
    while (db_next(rows)) {
        struct unit unit = unit_at(rows, 0, 1);
        enum ledger_purpose purpose;
        CHECK(ledger_purpose_find(SV("brand"), db_col_text(rows, 2), &purpose));
        if (*n == 0 || !unit_eq(&all[*n - 1].unit, &unit))
            all[(*n)++] = (struct ledger_brand_position){.unit = unit};
        add_to_position(&all[*n - 1], purpose, db_col_i64(rows, 3));
    }
    return db_rows_status(rows);
}

/* The trial balance ----------------------------------------------------------------------- */

DB_SQL(ledger_select_trial,
       "SELECT a.unit, u.exponent, a.owner_kind, a.purpose, COUNT(*),"
       " SUM(a.balance + COALESCE(f.amount, 0))"
       " FROM ledger_account a JOIN unit u ON u.code = a.unit"
       " LEFT JOIN (SELECT account, SUM(amount) AS amount FROM ledger_unfolded GROUP BY account) f"
       " ON f.account = a.id"
       " WHERE a.mode = ? AND (? = 0 OR a.brand = ?)"
       " GROUP BY a.unit, u.exponent, a.owner_kind, a.purpose LIMIT 4000");

static int by_unit_and_chart(const void *left, const void *right)
{
    const struct ledger_trial_line *a = left, *b = right;
    int units = strcmp(a->unit.code, b->unit.code);
    return units ? units : (int)a->purpose - (int)b->purpose;
}

enum db_status ledger_read_trial(struct db *db, struct arena *arena, uint64_t brand,
                                 enum ledger_mode mode, struct ledger_trial_line **lines, size_t *n)
{
    struct db_rows *rows =
        db_query(db, arena, &ledger_select_trial,
                 DB_ARGS(db_cstr(ledger_mode_text(mode)), db_u64(brand), db_u64(brand)));
    *lines = arena_array(arena, db_rows_count(rows), sizeof **lines);
    *n = 0;
    while (db_next(rows)) {
        struct ledger_trial_line *line = &(*lines)[(*n)++];
        line->unit = unit_at(rows, 0, 1);
        CHECK(ledger_purpose_find(db_col_text(rows, 2), db_col_text(rows, 3), &line->purpose));
        line->accounts = db_col_u64(rows, 4);
        line->balance = db_col_i64(rows, 5);
    }
    qsort(*lines, *n, sizeof **lines, by_unit_and_chart);
    return db_rows_status(rows);
}

int64_t ledger_trial_cash(const struct ledger_trial_line *lines, size_t n, const struct unit *unit)
{
    int64_t cash = 0;
    for (size_t i = 0; i < n; i++)
        if (unit_eq(&lines[i].unit, unit) &&
            (lines[i].purpose == LEDGER_B_PAID_IN || lines[i].purpose == LEDGER_P_PAID ||
             lines[i].purpose == LEDGER_N_CASH))
            cash -= lines[i].balance;
    return cash;
}

/* One account ----------------------------------------------------------------------------- */

DB_SQL(ledger_select_statement,
       "SELECT e.transfer, t.kind, t.source, t.seq, t.at_us, e.amount"
       " FROM ledger_entry e JOIN ledger_transfer t ON t.id = e.transfer"
       " WHERE e.account = ? AND e.transfer < ? ORDER BY e.transfer DESC LIMIT 50");

enum db_status ledger_read_statement(struct db *db, struct arena *arena,
                                     const struct ledger_account_name *account, uint64_t before,
                                     struct ledger_statement_line **lines, size_t *n)
{
    uint64_t id;
    *lines = NULL;
    *n = 0;
    enum db_status status = ledger_account_find(db, arena, account, &id);
    if (status != DB_OK)
        return status == DB_NO_ROW ? DB_OK : status;
    struct db_rows *rows = db_query(db, arena, &ledger_select_statement,
                                    DB_ARGS(db_u64(id), db_u64(before ? before : UINT64_MAX)));
    *lines = arena_array(arena, db_rows_count(rows), sizeof **lines);
    while (db_next(rows)) {
        struct ledger_statement_line *line = &(*lines)[(*n)++];
        line->transfer = db_col_u64(rows, 0);
        CHECK(ledger_kind_find(db_col_text(rows, 1), &line->kind));
        line->source_kind = ledger_kind_source(line->kind);
        line->source = db_col_u64(rows, 2);
        line->seq = (uint32_t)db_col_u64(rows, 3);
        line->business_us = db_col_i64(rows, 4);
        line->amount = db_col_i64(rows, 5);
    }
    return db_rows_status(rows);
}

DB_SQL(ledger_select_balance,
       "SELECT a.balance + COALESCE("
       "(SELECT SUM(f.amount) FROM ledger_unfolded f WHERE f.account = a.id), 0)"
       " FROM ledger_account a WHERE a.id = ?");

enum db_status ledger_read_balance(struct db *db, struct arena *arena,
                                   const struct ledger_account_name *account, int64_t *balance)
{
    uint64_t id;
    struct db_rows *rows;
    *balance = 0;
    enum db_status status = ledger_account_find(db, arena, account, &id);
    if (status == DB_OK)
        status = db_get_one(db, arena, &ledger_select_balance, DB_ARGS(db_u64(id)), &rows);
    if (status == DB_OK)
        *balance = db_col_i64(rows, 0);
    return status == DB_NO_ROW ? DB_OK : status;
}
