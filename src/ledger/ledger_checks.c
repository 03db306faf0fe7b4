/*
 * The invariants as queries. Each returns a row, in words, for whatever breaks it, and none when
 * it holds. Those over big tables are given a range of ids at a time, so that neither side ever
 * holds more than one range in memory; the ranges together cover the table.
 */
#include "ledger/ledger_verify_internal.h"

/* I1, I2, I5, I7, I8, I15: transfers and their entries ------------------------------------- */

/* The inner query streams along the primary key; only what it doubts is grouped by unit. */
DB_SQL(ledger_check_sums,
       "SELECT CONCAT('transfer ', e.transfer, ': ', e.unit, ' sums to ', SUM(e.amount)) FROM ("
       "SELECT transfer FROM ledger_entry FORCE INDEX (PRIMARY) WHERE transfer BETWEEN ? AND ?"
       " GROUP BY transfer HAVING SUM(amount) <> 0 OR MIN(unit) <> MAX(unit)) doubtful"
       " JOIN ledger_entry e ON e.transfer = doubtful.transfer"
       " GROUP BY e.transfer, e.unit HAVING SUM(e.amount) <> 0 LIMIT 1000");

DB_SQL(ledger_check_single,
       "SELECT CONCAT('transfer ', transfer, ' has one entry')"
       " FROM ledger_entry FORCE INDEX (PRIMARY) WHERE transfer BETWEEN ? AND ?"
       " GROUP BY transfer HAVING COUNT(*) < 2 LIMIT 1000");

DB_SQL(ledger_check_empty,
       "SELECT CONCAT('transfer ', t.id, ' has no entry')"
       " FROM ledger_transfer t LEFT JOIN ledger_entry e ON e.transfer = t.id"
       " WHERE t.id BETWEEN ? AND ? AND e.transfer IS NULL LIMIT 1000");

DB_SQL(ledger_check_orphans,
       "SELECT CONCAT('entry ', e.transfer, '/', e.line, ' belongs to no transfer')"
       " FROM ledger_entry e LEFT JOIN ledger_transfer t ON t.id = e.transfer"
       " WHERE e.transfer BETWEEN ? AND ? AND t.id IS NULL LIMIT 1000");

DB_SQL(ledger_check_units,
       "SELECT CONCAT('entry ', e.transfer, '/', e.line, ' is in ', e.unit, ', account ',"
       " e.account, COALESCE(CONCAT(' in ', a.unit), ' does not exist'))"
       " FROM ledger_entry e LEFT JOIN ledger_account a ON a.id = e.account"
       " WHERE e.transfer BETWEEN ? AND ? AND (a.id IS NULL OR a.unit <> e.unit) LIMIT 1000");

DB_SQL(ledger_check_amounts,
       "SELECT CONCAT('entry ', transfer, '/', line, ' is ', amount) FROM ledger_entry"
       " WHERE transfer BETWEEN ? AND ?"
       " AND (amount = 0 OR amount > 9000000000000000 OR amount < -9000000000000000) LIMIT 1000");

DB_SQL(ledger_check_floats,
       "SELECT CONCAT('column ', table_name, '.', column_name, ' is ', data_type)"
       " FROM information_schema.columns"
       " WHERE table_schema = DATABASE() AND data_type IN ('float', 'double') LIMIT 1000");

DB_SQL(ledger_check_once,
       "SELECT CONCAT(source_kind, ' ', source, ': ', COUNT(*), ' transfers ', kind, ' no. ', seq)"
       " FROM ledger_transfer GROUP BY source_kind, source, brand, kind, seq"
       " HAVING COUNT(*) > 1 LIMIT 1000");

DB_SQL(ledger_check_tenant,
       "SELECT CONCAT('entry ', e.transfer, '/', e.line, ' of brand ', t.brand, ' (', t.mode,"
       " ') is on account ', a.id, ' of brand ', a.brand, ' (', a.mode, ')')"
       " FROM ledger_transfer t JOIN ledger_entry e ON e.transfer = t.id"
       " JOIN ledger_account a ON a.id = e.account"
       " WHERE t.id BETWEEN ? AND ? AND (a.mode <> t.mode"
       " OR (a.brand <> t.brand AND NOT (a.owner_kind = 'network' AND a.brand = 0))"
       " OR (a.owner_kind = 'brand' AND a.owner <> t.brand)) LIMIT 1000");

/* I3, I4, I6, I11: balances ----------------------------------------------------------------- */

DB_SQL(ledger_check_balances,
       "SELECT CONCAT('account ', id, ' holds ', balance, ', its entries come to ', entries)"
       " FROM (SELECT a.id, a.balance,"
       " COALESCE((SELECT SUM(e.amount) FROM ledger_entry e WHERE e.account = a.id), 0) -"
       " COALESCE((SELECT SUM(f.amount) FROM ledger_unfolded f WHERE f.account = a.id), 0)"
       " AS entries FROM ledger_account a WHERE a.id BETWEEN ? AND ?) s"
       " WHERE balance <> entries LIMIT 1000");

DB_SQL(ledger_check_unfolded,
       "SELECT CONCAT('unfolded ', f.transfer, '/', f.line, ' is not as its entry')"
       " FROM ledger_unfolded f"
       " LEFT JOIN ledger_entry e ON e.transfer = f.transfer AND e.line = f.line"
       " LEFT JOIN ledger_account a ON a.id = f.account"
       " WHERE e.transfer IS NULL OR e.account <> f.account OR e.amount <> f.amount"
       " OR a.id IS NULL OR a.owner_kind = 'partner' LIMIT 1000");

DB_SQL(ledger_check_trial,
       "SELECT CONCAT('brand ', a.brand, ', ', a.mode, ': ', a.unit, ' balances sum to ',"
       " SUM(a.balance + COALESCE(f.amount, 0))) FROM ledger_account a"
       " LEFT JOIN (SELECT account, SUM(amount) AS amount FROM ledger_unfolded GROUP BY account) f"
       " ON f.account = a.id GROUP BY a.brand, a.mode, a.unit"
       " HAVING SUM(a.balance + COALESCE(f.amount, 0)) <> 0 LIMIT 1000");

/* The floored purposes of LEDGER_PURPOSES; P.available alone may be below zero. */
DB_SQL(ledger_check_floors,
       "SELECT CONCAT('account ', id, ' (', purpose, ') is at ', balance, ' with ', held, ' held')"
       " FROM ledger_account WHERE id BETWEEN ? AND ? AND owner_kind = 'partner'"
       " AND purpose IN ('pending', 'reserved', 'transit', 'paid') AND balance - held < 0"
       " LIMIT 1000");

/* There is nothing yet that could hold: the sum of open holds is 0 for every account. */
DB_SQL(ledger_check_held,
       "SELECT CONCAT('account ', id, ' has ', held, ' held, by nothing')"
       " FROM ledger_account WHERE id BETWEEN ? AND ? AND held <> 0 LIMIT 1000");

/* I9, I10: commissions ---------------------------------------------------------------------- */

DB_SQL(ledger_check_accrued,
       "SELECT CONCAT('commission ', c.id, ' has no accrual') FROM commission c"
       " LEFT JOIN ledger_transfer t ON t.source_kind = 'commission' AND t.source = c.id"
       " AND t.brand = c.brand AND t.kind = 'accrue'"
       " WHERE c.id BETWEEN ? AND ? AND t.id IS NULL"
       " AND (c.amount <> 0 OR c.fee_partner <> 0 OR c.fee_brand <> 0) LIMIT 1000");

DB_SQL(ledger_check_sources,
       "SELECT CONCAT('transfer ', t.id, ' (', t.kind, '): there is no commission ', t.source,"
       " ' of brand ', t.brand, ' (', t.mode, ')') FROM ledger_transfer t"
       " LEFT JOIN commission c ON c.id = t.source AND c.brand = t.brand AND c.mode = t.mode"
       " WHERE t.id BETWEEN ? AND ? AND t.source_kind = 'commission' AND c.id IS NULL LIMIT 1000");

/* What the accounts got for a commission in all is what its row says is left of it. */
DB_SQL(ledger_check_commissions,
       "SELECT CONCAT('commission ', c.id, ' (', c.status, '): the ledger has ',"
       " COALESCE(s.earned, 0), ' for the partner and ', COALESCE(s.fee, 0), ' of fees, its row ',"
       " c.amount - c.fee_partner - c.clawed, ' and ', c.fee_partner + c.fee_brand -"
       " c.clawed_fee_partner - c.clawed_fee_brand)"
       " FROM commission c LEFT JOIN ("
       "SELECT t.source, SUM(IF(a.owner_kind = 'partner', e.amount, 0)) AS earned,"
       " SUM(IF(a.owner_kind = 'network', e.amount, 0)) AS fee"
       " FROM ledger_transfer t JOIN ledger_entry e ON e.transfer = t.id"
       " JOIN ledger_account a ON a.id = e.account"
       " WHERE t.source_kind = 'commission' AND t.source BETWEEN ? AND ? GROUP BY t.source"
       ") s ON s.source = c.id WHERE c.id BETWEEN ? AND ? AND ("
       "COALESCE(s.earned, 0) <> IF(c.status IN ('rejected', 'reversed'), 0,"
       " c.amount - c.fee_partner - c.clawed) OR "
       "COALESCE(s.fee, 0) <> IF(c.status IN ('rejected', 'reversed'), 0, c.fee_partner +"
       " c.fee_brand - c.clawed_fee_partner - c.clawed_fee_brand)) LIMIT 1000");

DB_SQL(ledger_check_mirrors,
       "SELECT CONCAT('transfer ', r.id, ' (', r.kind, ') is not the mirror of transfer ',"
       " r.reverses) FROM ledger_transfer r"
       " LEFT JOIN ledger_transfer o ON o.id = r.reverses AND o.brand = r.brand"
       " AND o.mode = r.mode AND o.source_kind = r.source_kind AND o.source = r.source"
       " WHERE r.reverses > 0 AND (o.id IS NULL"
       " OR (SELECT COUNT(*) FROM ledger_entry e WHERE e.transfer = r.id) <>"
       " (SELECT COUNT(*) FROM ledger_entry e WHERE e.transfer = o.id)"
       " OR EXISTS (SELECT 1 FROM ledger_entry e LEFT JOIN ledger_entry m ON m.transfer = o.id"
       " AND m.account = e.account AND m.amount = -e.amount"
       " WHERE e.transfer = r.id AND m.transfer IS NULL)) LIMIT 1000");

DB_SQL(ledger_check_mirrored_once,
       "SELECT CONCAT('transfer ', reverses, ' was reversed ', COUNT(*), ' times')"
       " FROM ledger_transfer WHERE reverses > 0 GROUP BY reverses HAVING COUNT(*) > 1 LIMIT 1000");

/* I17, I21 ---------------------------------------------------------------------------------- */

DB_SQL(ledger_check_sealed,
       "SELECT CONCAT('transfer ', t.id, CASE"
       " WHEN t.mode = 'test' THEN ' is a test, and sealed or queued'"
       " WHEN s.no IS NULL THEN ' is neither sealed nor queued' ELSE ' is sealed and queued' END)"
       " FROM ledger_transfer t"
       " LEFT JOIN seal s ON s.transfer = t.id LEFT JOIN seal_queue q ON q.transfer = t.id"
       " WHERE t.id BETWEEN ? AND ?"
       " AND (s.no IS NOT NULL) + (q.transfer IS NOT NULL) <> (t.mode = 'live') LIMIT 1000");

DB_SQL(ledger_check_seal_gap,
       "SELECT CONCAT('seals: ', COUNT(*), ' of ', MAX(no)) FROM seal"
       " HAVING COUNT(*) <> COALESCE(MAX(no), 0)");

DB_SQL(ledger_check_tables,
       "SELECT CONCAT('table ', t.table_name, IF(t.engine <> 'InnoDB', CONCAT(' is ', t.engine),"
       " ' has no primary key')) FROM information_schema.tables t"
       " LEFT JOIN information_schema.table_constraints c ON c.table_schema = t.table_schema"
       " AND c.table_name = t.table_name AND c.constraint_type = 'PRIMARY KEY'"
       " WHERE t.table_schema = DATABASE() AND t.table_type = 'BASE TABLE'"
       " AND (t.engine <> 'InnoDB' OR c.constraint_name IS NULL) LIMIT 1000");

const struct ledger_query_check ledger_query_checks[] = {
    {"I1", "entries of one transfer sum to 0 per unit", LEDGER_BY_TRANSFER, {&ledger_check_sums}},
    {"I2",
     "every transfer has at least two entries",
     LEDGER_BY_TRANSFER,
     {&ledger_check_single, &ledger_check_empty, &ledger_check_orphans}},
    {"I3",
     "a balance is the sum of its entries, folded or queued",
     LEDGER_BY_ACCOUNT,
     {&ledger_check_balances}},
    {"I3", "what is queued to be folded is as its entry", LEDGER_WHOLE, {&ledger_check_unfolded}},
    {"I4",
     "all balances of one unit sum to 0, brand by brand",
     LEDGER_WHOLE,
     {&ledger_check_trial}},
    {"I5", "an entry's unit is its account's", LEDGER_BY_TRANSFER, {&ledger_check_units}},
    {"I6", "no balance is below its floor", LEDGER_BY_ACCOUNT, {&ledger_check_floors}},
    {"I7", "no entry is 0 or beyond 9e15", LEDGER_BY_TRANSFER, {&ledger_check_amounts}},
    {"I7", "no column is FLOAT or DOUBLE", LEDGER_WHOLE, {&ledger_check_floats}},
    {"I8", "a transfer is one of its kind about its source", LEDGER_WHOLE, {&ledger_check_once}},
    {"I9", "every commission has its accrual", LEDGER_BY_COMMISSION, {&ledger_check_accrued}},
    {"I9", "every transfer has its source", LEDGER_BY_TRANSFER, {&ledger_check_sources}},
    {"I10",
     "of a commission the ledger holds what its row says is left",
     LEDGER_BY_COMMISSION,
     {&ledger_check_commissions}},
    {"I10",
     "a reversal mirrors its transfer, once",
     LEDGER_WHOLE,
     {&ledger_check_mirrors, &ledger_check_mirrored_once}},
    {"I11", "what is held is the sum of open holds", LEDGER_BY_ACCOUNT, {&ledger_check_held}},
    {"I15", "a transfer touches one tenant and mode", LEDGER_BY_TRANSFER, {&ledger_check_tenant}},
    {"I17", "every live transfer is sealed or queued", LEDGER_BY_TRANSFER, {&ledger_check_sealed}},
    {"I17", "seal numbers have no gap", LEDGER_WHOLE, {&ledger_check_seal_gap}},
    {"I21", "every table is InnoDB and has a primary key", LEDGER_WHOLE, {&ledger_check_tables}},
};

const size_t ledger_query_checks_n = COUNT_OF(ledger_query_checks);
