#include "setup/integration_store.h"

struct reading {
    struct db *db;
    struct arena *arena;
    uint64_t brand, program;
    const char *mode;
    struct integration_facts *facts;
};

static struct integration_facts *facts_of(const struct reading *r, struct sv door)
{
    const struct integration *found = integration_find(door);
    return found ? &r->facts[found - integrations] : NULL;
}

static void heard(struct integration_facts *facts, int64_t us)
{
    if (us > facts->heard_us)
        facts->heard_us = us;
}

/* Secrets of the brand as a whole have program 0. */
DB_SQL(integration_secrets,
       "SELECT door, MAX(last_used_us), MAX(not_after_us = 0 OR not_after_us > ?) FROM secret"
       " WHERE brand = ? AND mode = ? AND (? = 0 OR program IN (0, ?)) GROUP BY door LIMIT 20");

static enum db_status read_secrets(const struct reading *r)
{
    struct db_rows *rows =
        db_query(r->db, r->arena, &integration_secrets,
                 DB_ARGS(db_i64(clock_wire_us()), db_u64(r->brand), db_cstr(r->mode),
                         db_u64(r->program), db_u64(r->program)));
    while (db_next(rows)) {
        struct integration_facts *facts = facts_of(r, db_col_text(rows, 0));
        if (!facts)
            continue;
        heard(facts, db_col_i64(rows, 1));
        facts->is_set_up = db_col_i64(rows, 2) != 0;
    }
    return db_rows_status(rows);
}

DB_SQL(integration_brand_keys,
       "SELECT MAX(last_used_us), MAX(revoked_us = 0) FROM api_key"
       " WHERE owner_kind = 'brand' AND owner = ? AND mode = ?");
DB_SQL(integration_program_keys,
       "SELECT MAX(k.last_used_us), MAX(k.revoked_us = 0) FROM program p"
       " JOIN api_key k ON k.owner_kind = 'program' AND k.owner = p.id AND k.mode = ?"
       " WHERE p.brand = ? AND (? = 0 OR p.id = ?)");

/* One row of aggregates, NULL where there is no key. */
static enum db_status take_keys(const struct reading *r, enum sale_door door, enum db_status status,
                                const struct db_rows *row)
{
    if (status != DB_OK)
        return status;
    struct integration_facts *facts = facts_of(r, sv_from(sale_door_text(door)));
    if (!db_col_is_null(row, 0)) {
        heard(facts, db_col_i64(row, 0));
        facts->is_set_up = db_col_i64(row, 1) != 0;
    }
    return DB_OK;
}

static enum db_status read_keys(const struct reading *r)
{
    struct db_rows *row;
    enum db_status status = db_get_one(r->db, r->arena, &integration_brand_keys,
                                       DB_ARGS(db_u64(r->brand), db_cstr(r->mode)), &row);
    status = take_keys(r, SALE_DOOR_API, status, row);
    if (status != DB_OK)
        return status;
    status = db_get_one(
        r->db, r->arena, &integration_program_keys,
        DB_ARGS(db_cstr(r->mode), db_u64(r->brand), db_u64(r->program), db_u64(r->program)), &row);
    return take_keys(r, SALE_DOOR_INGEST, status, row);
}

/* The latest event last, so that its topic is the one shown. */
DB_SQL(integration_connections,
       "SELECT door, account, state = 'disconnected', last_topic, last_event_us, changed_us"
       " FROM connection WHERE brand = ? AND mode = ? AND (? = 0 OR program IN (0, ?))"
       " ORDER BY last_event_us LIMIT 1000");

static enum db_status read_connections(const struct reading *r)
{
    struct db_rows *rows = db_query(
        r->db, r->arena, &integration_connections,
        DB_ARGS(db_u64(r->brand), db_cstr(r->mode), db_u64(r->program), db_u64(r->program)));
    while (db_next(rows)) {
        struct integration_facts *facts = facts_of(r, db_col_text(rows, 0));
        if (!facts)
            continue;
        facts->account = db_col_text(rows, 1);
        facts->is_disconnected = db_col_i64(rows, 2) != 0;
        facts->topic = db_col_text(rows, 3);
        heard(facts, db_col_i64(rows, 4));
        facts->changed_us = db_col_i64(rows, 5);
    }
    return db_rows_status(rows);
}

DB_SQL(integration_refusals,
       "SELECT door, code, field, at_us FROM door_refusal WHERE brand = ? LIMIT 20");

/* Doors whose callers are known before they are refused keep what they refuse of tests alone. */
static bool shows_refusals(const struct reading *r, const struct integration *door)
{
    return door->is_pasted || door->proof == INTEGRATION_BY_ORIGIN || strcmp(r->mode, "test") == 0;
}

static enum db_status read_refusals(const struct reading *r)
{
    struct db_rows *rows =
        db_query(r->db, r->arena, &integration_refusals, DB_ARGS(db_u64(r->brand)));
    while (db_next(rows)) {
        const struct integration *door = integration_find(db_col_text(rows, 0));
        if (!door || !shows_refusals(r, door))
            continue;
        struct integration_facts *facts = &r->facts[door - integrations];
        facts->refused_code = db_col_text(rows, 1);
        facts->refused_field = db_col_text(rows, 2);
        facts->refused_us = db_col_i64(rows, 3);
    }
    return db_rows_status(rows);
}

/*
 * No key tells when the pixel was last heard; its newest event does. That is the business clock's:
 * its age is what counts, so it is moved to the wire clock.
 */
DB_SQL(integration_pixel_event,
       "SELECT received_us FROM inbox FORCE INDEX (inbox_door)"
       " WHERE brand = ? AND mode = ? AND door = 'pixel' ORDER BY received_us DESC LIMIT 1");
DB_SQL(integration_pixel_pages,
       "SELECT EXISTS (SELECT 1 FROM pixel_origin WHERE brand = ?)"
       " OR EXISTS (SELECT 1 FROM site WHERE brand = ? AND verified_us > 0)");

static enum db_status read_pixel(const struct reading *r)
{
    struct db_rows *row;
    struct integration_facts *facts = facts_of(r, sv_from(sale_door_text(SALE_DOOR_PIXEL)));
    enum db_status status = db_get_one(r->db, r->arena, &integration_pixel_pages,
                                       DB_ARGS(db_u64(r->brand), db_u64(r->brand)), &row);
    if (status != DB_OK)
        return status;
    facts->is_set_up = db_col_i64(row, 0) != 0;
    status = db_get_one(r->db, r->arena, &integration_pixel_event,
                        DB_ARGS(db_u64(r->brand), db_cstr(r->mode)), &row);
    if (status == DB_OK)
        heard(facts, clock_wire_us() - (clock_business_us() - db_col_i64(row, 0)));
    return status == DB_NO_ROW ? DB_OK : status;
}

enum db_status integration_read(struct db *db, struct arena *arena, uint64_t brand, bool test_mode,
                                uint64_t program, struct integration_facts facts[INTEGRATIONS])
{
    const struct reading r = {db, arena, brand, program, test_mode ? "test" : "live", facts};
    memset(facts, 0, INTEGRATIONS * sizeof *facts);
    enum db_status status = read_secrets(&r);
    if (status == DB_OK)
        status = read_keys(&r);
    if (status == DB_OK)
        status = read_connections(&r);
    if (status == DB_OK)
        status = read_refusals(&r);
    return status == DB_OK ? read_pixel(&r) : status;
}
