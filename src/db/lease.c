#include <signal.h>

#include "db/lease.h"

#include "base/clock.h"

const char *lease_holder_name(struct arena *arena)
{
    char host[65] = "", mark[12];
    gethostname(host, sizeof host - 1);
    id_random_text(mark, 6);
    return arena_printf(arena, "%s/%ld/%s", host, (long)getpid(), mark);
}

DB_SQL(prolong_lease,
       "UPDATE lease SET holder = ?, until_us = ?"
       " WHERE name = ? AND (holder = ? OR until_us < ?)");
DB_SQL(first_lease, "INSERT IGNORE INTO lease (name, holder, until_us) VALUES (?, ?, ?)");

DB_SQL(current_holder, "SELECT holder FROM lease WHERE name = ?");
DB_SQL(inherit_lease, "UPDATE lease SET holder = ?, until_us = ? WHERE name = ? AND holder = ?");

/* True for a holder "host/pid/…" of this host whose process is gone. */
static bool is_dead_neighbour(struct sv holder)
{
    char host[65] = "";
    int64_t pid = 0;
    gethostname(host, sizeof host - 1);
    if (!sv_eq_cstr(sv_cut(&holder, '/'), host) || !sv_to_i64(sv_cut(&holder, '/'), &pid) ||
        pid <= 1 || pid > INT32_MAX)
        return false;
    return kill((pid_t)pid, 0) != 0 && errno == ESRCH;
}

/* Takes over from a process of this host that died, instead of waiting for its time to end. */
static enum lease_result inherit(struct db *db, const char *name, const char *holder,
                                 int64_t until_us)
{
    struct arena *arena = arena_new(64 * 1024);
    struct db_rows *row;
    enum lease_result result = LEASE_TAKEN;
    enum db_status status = db_get_one(db, arena, &current_holder, DB_ARGS(db_cstr(name)), &row);
    if (status == DB_OK && is_dead_neighbour(db_col_text(row, 0))) {
        status = db_exec_one(db, &inherit_lease,
                             DB_ARGS(db_cstr(holder), db_i64(until_us), db_cstr(name),
                                     db_text(db_col_text(row, 0))));
        result = status == DB_OK ? LEASE_HELD : LEASE_TAKEN;
    }
    if (status != DB_OK && status != DB_NO_ROW)
        result = LEASE_UNAVAILABLE;
    arena_free(arena);
    return result;
}

enum lease_result lease_take(struct db *db, const char *name, const char *holder, int64_t for_us)
{
    int64_t now_us = clock_wire_us();
    uint64_t affected = 0;
    enum db_status status = db_exec_one(db, &prolong_lease,
                                        DB_ARGS(db_cstr(holder), db_i64(now_us + for_us),
                                                db_cstr(name), db_cstr(holder), db_i64(now_us)));
    if (status == DB_OK)
        return LEASE_HELD;
    if (status != DB_NO_ROW)
        return LEASE_UNAVAILABLE;
    status = db_exec(db, &first_lease,
                     DB_ARGS(db_cstr(name), db_cstr(holder), db_i64(now_us + for_us)), &affected);
    if (status != DB_OK)
        return LEASE_UNAVAILABLE;
    return affected == 1 ? LEASE_HELD : inherit(db, name, holder, now_us + for_us);
}

DB_SQL(end_lease, "UPDATE lease SET until_us = 0 WHERE name = ? AND holder = ?");

enum db_status lease_release(struct db *db, const char *name, const char *holder)
{
    return db_exec(db, &end_lease, DB_ARGS(db_cstr(name), db_cstr(holder)), NULL);
}

DB_SQL(other_holder, "SELECT 1 FROM lease WHERE name = ? AND holder <> ? AND until_us >= ?");

enum lease_result lease_look(struct db *db, struct arena *arena, const char *name,
                             const char *holder)
{
    struct db_rows *row;
    switch (db_get_one(db, arena, &other_holder,
                       DB_ARGS(db_cstr(name), db_cstr(holder), db_i64(clock_wire_us())), &row)) {
    case DB_OK:
        return LEASE_TAKEN;
    case DB_NO_ROW:
        return LEASE_HELD;
    default:
        return LEASE_UNAVAILABLE;
    }
}
