/*
 * Checks by recomputing: that every stored transfer has the MAC of its content, and that every
 * seal follows from the one before. Both stream in pages of ids.
 */
#include "ledger/ledger_verify_internal.h"

enum { MAC_PAGE_IDS = 4000, SEAL_PAGE_ROWS = 5000 };

/* Transfers ------------------------------------------------------------------------------- */

DB_SQL(ledger_stream_transfers,
       "SELECT t.id, t.source_kind, t.source, t.brand, t.mode, t.kind, t.seq, t.reverses,"
       " t.content_mac, a.owner_kind, a.purpose, a.owner, e.unit, e.amount"
       " FROM ledger_transfer t JOIN ledger_entry e ON e.transfer = t.id"
       " JOIN ledger_account a ON a.id = e.account"
       " WHERE t.id BETWEEN ? AND ? ORDER BY t.id, e.line");

/* The transfer being put together from its rows. */
struct gathered {
    uint64_t id; /* 0: none yet */
    uint8_t content_mac[MAC_SIZE];
    bool readable; /* every name in it is one of the chart's */
    struct ledger_transfer transfer;
};

static void begin_transfer(struct gathered *g, const struct db_rows *rows)
{
    struct ledger_transfer *t = &g->transfer;
    enum ledger_source source;
    *g = (struct gathered){.id = db_col_u64(rows, 0)};
    t->source = db_col_u64(rows, 2);
    t->brand = db_col_u64(rows, 3);
    t->mode = sv_eq(db_col_text(rows, 4), SV("test")) ? LEDGER_TEST : LEDGER_LIVE;
    t->seq = (uint32_t)db_col_u64(rows, 6);
    t->reverses = db_col_u64(rows, 7);
    g->readable = ledger_kind_find(db_col_text(rows, 5), &t->kind) &&
                  ledger_source_find(db_col_text(rows, 1), &source) &&
                  ledger_kind_source(t->kind) == source;
    struct sv mac = db_col_text(rows, 8);
    CHECK(mac.n == sizeof g->content_mac);
    memcpy(g->content_mac, mac.p, mac.n);
}

static void add_entry(struct gathered *g, const struct db_rows *rows)
{
    struct ledger_transfer *t = &g->transfer;
    struct ledger_entry e = {.owner = db_col_u64(rows, 11), .amount = db_col_i64(rows, 13)};
    snprintf(e.unit.code, sizeof e.unit.code, "%s", db_col_cstr(rows, 12));
    if (t->n == LEDGER_ENTRIES_MAX ||
        !ledger_purpose_find(db_col_text(rows, 9), db_col_text(rows, 10), &e.purpose))
        g->readable = false;
    else
        t->entries[t->n++] = e;
}

static void end_transfer(struct gathered *g, struct arena *arena, struct ledger_finding *finding)
{
    uint8_t mac[MAC_SIZE];
    if (!g->id)
        return;
    finding->checked++;
    if (g->readable) {
        ledger_content_mac(mac, &g->transfer);
        if (memcmp(mac, g->content_mac, MAC_SIZE) == 0)
            return;
    }
    ledger_finding_add(finding,
                       arena_printf(arena, "transfer %" PRIu64 " is not what was posted", g->id));
}

enum db_status ledger_check_macs(struct db *db, struct arena *arena, struct arena *scratch,
                                 struct ledger_finding *finding)
{
    struct ledger_ids ids;
    enum db_status status = ledger_ids_of(db, scratch, LEDGER_BY_TRANSFER, &ids);
    if (status != DB_OK || !ids.rows)
        return status;
    for (uint64_t from = ids.lowest; from <= ids.highest; from += MAC_PAGE_IDS) {
        arena_reset(scratch);
        struct db_rows *rows = db_query(db, scratch, &ledger_stream_transfers,
                                        DB_ARGS(db_u64(from), db_u64(from + MAC_PAGE_IDS - 1)));
        struct gathered gathered = {.id = 0};
        while (db_next(rows)) {
            if (db_col_u64(rows, 0) != gathered.id) {
                end_transfer(&gathered, arena, finding);
                begin_transfer(&gathered, rows);
            }
            add_entry(&gathered, rows);
        }
        end_transfer(&gathered, arena, finding);
        if (db_rows_status(rows) != DB_OK)
            return db_rows_status(rows);
    }
    return DB_OK;
}

/* Seals ----------------------------------------------------------------------------------- */

DB_SQL(ledger_stream_seals,
       "SELECT s.no, s.transfer, s.hash, t.at_us, t.content_mac"
       " FROM seal s LEFT JOIN ledger_transfer t ON t.id = s.transfer"
       " WHERE s.no > ? ORDER BY s.no LIMIT 5000");

/* Moves `seal` on to the row's, so that one broken link is named once. False when it is broken. */
static bool follow(struct ledger_seal *seal, const struct db_rows *rows)
{
    uint8_t hash[HASH_SIZE];
    struct sv stored = db_col_text(rows, 2), mac = db_col_text(rows, 4);
    CHECK(stored.n == sizeof hash);
    seal->no = db_col_u64(rows, 0);
    seal->transfer = db_col_u64(rows, 1);
    seal->business_us = db_col_i64(rows, 3);
    bool holds = mac.n == sizeof seal->content_mac; /* else the transfer is gone */
    if (holds) {
        memcpy(seal->content_mac, mac.p, mac.n);
        ledger_seal_hash(hash, seal);
        holds = memcmp(hash, stored.p, sizeof hash) == 0;
    }
    memcpy(seal->before, stored.p, sizeof seal->before);
    return holds;
}

enum db_status ledger_check_chain(struct db *db, struct arena *arena, struct arena *scratch,
                                  struct ledger_finding *finding)
{
    struct ledger_seal seal = {.no = 0};
    for (size_t got = SEAL_PAGE_ROWS; got == SEAL_PAGE_ROWS;) {
        arena_reset(scratch);
        struct db_rows *rows =
            db_query(db, scratch, &ledger_stream_seals, DB_ARGS(db_u64(seal.no)));
        if (db_rows_status(rows) != DB_OK)
            return db_rows_status(rows);
        got = db_rows_count(rows);
        finding->checked += got;
        while (db_next(rows))
            if (!follow(&seal, rows))
                ledger_finding_add(finding,
                                   arena_printf(arena,
                                                "seal %" PRIu64 " (transfer %" PRIu64 ") does not"
                                                " follow from the one before",
                                                seal.no, seal.transfer));
    }
    return DB_OK;
}
