/*
 * Finding accounts, and making them. Ids are cached per process: an account is never deleted and
 * never changes its name. An id is kept only once it is surely committed, that is, when a SELECT
 * found it in a transaction in which this process made no account.
 */
#include "ledger/ledger_internal.h"

enum { CACHE_SLOTS = 4096 }; /* a slot holds one account; the newest one stays */

static struct cached {
    struct ledger_account_name name;
    uint64_t id; /* 0: empty */
} cache[CACHE_SLOTS];

static const struct db *cache_of;    /* the connection the cache speaks of */
static uint64_t made_in_transaction; /* db_tx_serial of the last account made; 0: none */

void ledger_forget_accounts(void)
{
    memset(cache, 0, sizeof cache);
    made_in_transaction = 0;
}

static uint64_t mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ (h >> 29);
}

static struct cached *slot_of(const struct db *db, const struct ledger_account_name *name)
{
    if (cache_of != db) {
        ledger_forget_accounts();
        cache_of = db;
    }
    uint64_t h = mix((uint64_t)name->purpose * 2 + (uint64_t)name->mode, name->owner);
    h = mix(h, name->brand);
    for (const char *c = name->unit.code; *c; c++)
        h = mix(h, (uint8_t)*c);
    return &cache[h % CACHE_SLOTS];
}

static bool same_name(const struct ledger_account_name *a, const struct ledger_account_name *b)
{
    return a->purpose == b->purpose && a->owner == b->owner && a->brand == b->brand &&
           a->mode == b->mode && unit_eq(&a->unit, &b->unit);
}

struct ledger_account_name ledger_entry_account(const struct ledger_transfer *transfer,
                                                const struct ledger_entry *entry)
{
    return (struct ledger_account_name){.purpose = entry->purpose,
                                        .owner = entry->owner,
                                        .brand = transfer->brand,
                                        .mode = transfer->mode,
                                        .unit = entry->unit};
}

DB_SQL(ledger_select_account,
       "SELECT id FROM ledger_account"
       " WHERE owner_kind = ? AND owner = ? AND brand = ? AND mode = ? AND purpose = ?"
       " AND unit = ?");
DB_SQL(ledger_insert_account,
       "INSERT INTO ledger_account (owner_kind, owner, brand, mode, purpose, unit)"
       " VALUES (?, ?, ?, ?, ?, ?)");
DB_SQL(ledger_insert_unit, "INSERT INTO unit (code, kind, exponent) VALUES (?, ?, ?)");

static enum db_status make_account(struct db *db, struct db_args key, const struct unit *unit,
                                   uint64_t *id)
{
    struct unit known;
    const char *kind = unit_find_currency(sv_from(unit->code), &known) ? "currency" : "reward";
    made_in_transaction = db_tx_serial(db);
    enum db_status status = db_insert_unless_known(
        db, &ledger_insert_unit,
        DB_ARGS(db_cstr(unit->code), db_cstr(kind), db_u64(unit->exponent)), NULL);
    if (status != DB_OK && status != DB_DUPLICATE)
        return status;
    return db_insert_unless_known(db, &ledger_insert_account, key, id);
}

static enum db_status select_account(struct db *db, struct arena *arena, struct db_args key,
                                     uint64_t *id)
{
    struct db_rows *rows;
    enum db_status status = db_get_one(db, arena, &ledger_select_account, key, &rows);
    if (status == DB_OK)
        *id = db_col_u64(rows, 0);
    return status;
}

#define ACCOUNT_KEY(name)                                                                          \
    DB_ARGS(db_cstr(ledger_owner_text(ledger_purpose_owner((name)->purpose))),                     \
            db_u64((name)->owner), db_u64((name)->brand), db_cstr(ledger_mode_text((name)->mode)), \
            db_cstr(ledger_purpose_text((name)->purpose)), db_cstr((name)->unit.code))

enum db_status ledger_account_find(struct db *db, struct arena *arena,
                                   const struct ledger_account_name *name, uint64_t *id)
{
    return select_account(db, arena, ACCOUNT_KEY(name), id);
}

enum db_status ledger_account_id(struct db *db, struct arena *arena,
                                 const struct ledger_account_name *name, uint64_t *id)
{
    struct cached *slot = slot_of(db, name);
    if (slot->id && same_name(&slot->name, name)) {
        *id = slot->id;
        return DB_OK;
    }
    struct db_args key = ACCOUNT_KEY(name);
    enum db_status status = select_account(db, arena, key, id);
    if (status == DB_NO_ROW)
        status = make_account(db, key, &name->unit, id);
    if (status == DB_DUPLICATE) /* another process made it meanwhile, and has committed */
        status = select_account(db, arena, key, id);
    if (status == DB_OK && made_in_transaction != db_tx_serial(db))
        *slot = (struct cached){.name = *name, .id = *id};
    return status;
}
