#include "base/clock.h"
#include "click/linkmap.h"
#include "domain/domain_internal.h"

#define COLUMNS                                                                                    \
    "SELECT id, host, kind, dns_state, dns_found, cert_state, active_us, broken_us, checked_us, "  \
    "next_check_us FROM domain "

DB_SQL(list_domains, COLUMNS "WHERE brand = ? ORDER BY kind, id LIMIT ?");

static struct domain read_domain(const struct db_rows *row)
{
    struct domain d = {
        .id = db_col_u64(row, 0),
        .host = db_col_cstr(row, 1),
        .is_company = sv_eq_cstr(db_col_text(row, 2), "company"),
        .found = db_col_cstr(row, 4),
        .active_us = db_col_i64(row, 6),
        .broken_us = db_col_i64(row, 7),
        .checked_us = db_col_i64(row, 8),
        .next_check_us = db_col_i64(row, 9),
    };
    d.fault =
        domain_fault_of(domain_dns_of(db_col_text(row, 3)), domain_cert_of(db_col_text(row, 5)));
    d.state = d.active_us == 0 ? d.fault : d.broken_us != 0 ? DOMAIN_BROKEN : DOMAIN_ACTIVE;
    return d;
}

enum db_status domain_list(struct db *db, struct arena *arena, uint64_t brand,
                           struct domain_list *out)
{
    struct db_rows *rows =
        db_query(db, arena, &list_domains, DB_ARGS(db_u64(brand), db_u64(DOMAIN_LIST_MAX)));
    out->v = arena_array(arena, db_rows_count(rows) + 1, sizeof(*out->v));
    for (out->n = 0; db_next(rows); out->n++)
        out->v[out->n] = read_domain(rows);
    return db_rows_status(rows);
}

/* ---- adding ---- */

DB_SQL(find_host, "SELECT id, brand, active_us, created_us FROM domain WHERE host = ?");
DB_SQL(count_domains, "SELECT COUNT(*) FROM domain WHERE brand = ?");
DB_SQL(remove_claim, "DELETE FROM domain WHERE id = ? AND active_us = 0");
DB_SQL(insert_domain,
       "INSERT INTO domain (host, brand, kind, next_check_us, created_by, created_us)"
       " VALUES (?, ?, ?, ?, ?, ?)");
DB_SQL(check_soon,
       "UPDATE domain SET next_check_us = ?, tries = IF(active_us > 0, tries, 0)"
       " WHERE id = ? AND brand = ?");

struct addition {
    struct arena *arena;
    uint64_t brand, by_user;
    const char *host, *kind;
    enum domain_result result;
};

static enum db_status refuse(struct addition *a, enum domain_result result)
{
    a->result = result;
    return DB_ROLLBACK;
}

/* DB_NO_ROW: nobody has it now. DB_OK: the brand itself has. */
static enum db_status look_for_owner(struct db *db, struct addition *a, int64_t now_us)
{
    struct db_rows *row;
    enum db_status status = db_get_one(db, a->arena, &find_host, DB_ARGS(db_cstr(a->host)), &row);
    if (status != DB_OK)
        return status;
    uint64_t id = db_col_u64(row, 0);
    if (db_col_u64(row, 1) == a->brand)
        return db_exec_one(db, &check_soon, DB_ARGS(db_i64(now_us), db_u64(id), db_u64(a->brand)));
    if (db_col_i64(row, 2) != 0 || db_col_i64(row, 3) > now_us - DOMAIN_CLAIM_LASTS_US)
        return refuse(a, DOMAIN_TAKEN);
    status = db_exec_one(db, &remove_claim, DB_ARGS(db_u64(id)));
    return status == DB_OK ? DB_NO_ROW : status == DB_NO_ROW ? refuse(a, DOMAIN_TAKEN) : status;
}

static enum db_status add_body(struct db *db, void *context)
{
    struct addition *a = context;
    struct db_rows *row;
    int64_t now_us = clock_wire_us();
    enum db_status status = look_for_owner(db, a, now_us);
    if (status != DB_NO_ROW)
        return status;
    status = db_get_one(db, a->arena, &count_domains, DB_ARGS(db_u64(a->brand)), &row);
    if (status != DB_OK)
        return status;
    if (db_col_u64(row, 0) >= DOMAIN_LIST_MAX)
        return refuse(a, DOMAIN_TOO_MANY);
    status = db_insert_unless_known(db, &insert_domain,
                                    DB_ARGS(db_cstr(a->host), db_u64(a->brand), db_cstr(a->kind),
                                            db_i64(now_us), db_u64(a->by_user), db_i64(now_us)),
                                    NULL);
    if (status == DB_DUPLICATE)
        return refuse(a, DOMAIN_TAKEN);
    return status == DB_OK ? linkmap_note_hosts(db) : status;
}

static enum domain_result add(struct db *db, const struct settings *settings, struct addition *a)
{
    switch (db_tx_run(db, add_body, a)) {
    case DB_OK:
        linkmap_pull(db, settings->link_map_dir);
        return DOMAIN_OK;
    case DB_ROLLBACK:
        return a->result;
    default:
        return DOMAIN_UNAVAILABLE;
    }
}

enum domain_result domain_add(struct db *db, struct arena *arena, const struct settings *settings,
                              uint64_t brand, uint64_t by_user, struct sv typed)
{
    struct addition a = {.arena = arena, .brand = brand, .by_user = by_user, .kind = "own"};
    enum domain_result result = domain_parse_host(arena, settings, typed, &a.host);
    return result == DOMAIN_OK ? add(db, settings, &a) : result;
}

enum domain_result domain_add_label(struct db *db, struct arena *arena,
                                    const struct settings *settings, uint64_t brand,
                                    uint64_t by_user, struct sv typed)
{
    struct addition a = {.arena = arena, .brand = brand, .by_user = by_user, .kind = "company"};
    enum domain_result result = domain_parse_label(arena, settings, typed, &a.host);
    return result == DOMAIN_OK ? add(db, settings, &a) : result;
}

/* ---- the rest ---- */

DB_SQL(remove_domain, "DELETE FROM domain WHERE id = ? AND brand = ?");

struct removal {
    uint64_t domain, brand;
};

static enum db_status remove_body(struct db *db, void *context)
{
    const struct removal *r = context;
    enum db_status status =
        db_exec_one(db, &remove_domain, DB_ARGS(db_u64(r->domain), db_u64(r->brand)));
    return status == DB_OK ? linkmap_note_hosts(db) : status;
}

static enum domain_result result_of(enum db_status status)
{
    return status == DB_OK       ? DOMAIN_OK
           : status == DB_NO_ROW ? DOMAIN_NOT_FOUND
                                 : DOMAIN_UNAVAILABLE;
}

enum domain_result domain_remove(struct db *db, const struct settings *settings, uint64_t brand,
                                 uint64_t domain)
{
    struct removal r = {.domain = domain, .brand = brand};
    enum db_status status = db_tx_run(db, remove_body, &r);
    if (status == DB_OK)
        linkmap_pull(db, settings->link_map_dir);
    return result_of(status);
}

enum domain_result domain_check_now(struct db *db, uint64_t brand, uint64_t domain)
{
    return result_of(db_exec_one(db, &check_soon,
                                 DB_ARGS(db_i64(clock_wire_us()), db_u64(domain), db_u64(brand))));
}
