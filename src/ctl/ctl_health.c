/* One line for each thing that must work, "ok" or what is wrong and what to do. */
#include <sys/statvfs.h>

#include "ctl/ctl.h"

#include "base/clock.h"
#include "click/linkmap.h"
#include "db/job.h"
#include "db/migrate.h"
#include "http/http_shared.h"
#include "worker/worker.h"

enum { GROUPS_MAX = 16, DISK_ALERT_PERCENT = 85, BEAT_LATE_S = 15, SPOOL_LATE_S = 60 };

static bool report(bool good, const char *what, const char *detail)
{
    printf("%-4s %-18s %s\n", good ? "ok" : "FAIL", what, detail);
    return good;
}

DB_SQL(durability, "SELECT @@innodb_flush_log_at_trx_commit, @@sync_binlog, @@log_bin");

static bool check_durability(struct ctl *ctl, struct db *db)
{
    struct db_rows *row;
    if (db_get_one(db, ctl->arena, &durability, DB_NO_ARGS, &row) != DB_OK)
        return report(false, "durability", "the server's settings can't be read");
    bool good = db_col_i64(row, 0) == 1 && (db_col_i64(row, 1) == 1 || db_col_i64(row, 2) == 0);
    return report(good, "durability",
                  good ? "every commit reaches the disk"
                       : "set innodb_flush_log_at_trx_commit=1 and sync_binlog=1, or a power cut "
                         "loses acknowledged money");
}

static bool check_schema(struct ctl *ctl, struct db *db)
{
    unsigned version = 0;
    bool good = migrate_current_version(db, ctl->arena, &version) == DB_OK &&
                version >= SCHEMA_VERSION_LOWEST && version <= SCHEMA_VERSION_HIGHEST;
    return report(good, "schema",
                  good ? arena_printf(ctl->arena, "version %u", version)
                       : arena_printf(ctl->arena, "version %u: run meedctl migrate", version));
}

DB_SQL(count_set_aside, "SELECT COUNT(*) FROM job_failure WHERE tries >= ?");

static bool check_set_aside(struct ctl *ctl, struct db *db)
{
    struct db_rows *row;
    if (db_get_one(db, ctl->arena, &count_set_aside, DB_ARGS(db_i64(JOB_TRIES_MAX)), &row) != DB_OK)
        return report(false, "jobs", "what was set aside can't be read");
    uint64_t count = db_col_u64(row, 0);
    return report(count == 0, "jobs",
                  count == 0 ? "nothing set aside"
                             : arena_printf(ctl->arena,
                                            "%" PRIu64 " items set aside: see meedctl worker "
                                            "failures",
                                            count));
}

DB_SQL(count_links, "SELECT COUNT(*) FROM link");

static bool check_link_map(struct ctl *ctl, struct db *db)
{
    struct linkmap_health map;
    struct db_rows *row;
    if (!linkmap_health(ctl->settings->link_map_dir, &map))
        return report(false, "link map", "can't be read; the log says why");
    if (db_get_one(db, ctl->arena, &count_links, DB_NO_ARGS, &row) != DB_OK)
        return report(false, "link map", "the links can't be counted");
    uint64_t links = db_col_u64(row, 0);
    return report(
        map.links == links, "link map",
        arena_printf(ctl->arena,
                     "%" PRIu64 " of %" PRIu64 " links, %" PRIu64 " addresses, %" PRIu64 " KiB%s",
                     map.links, links, map.addresses, map.bytes_used / 1024,
                     map.links == links ? "" : ": restart meed-worker, which rebuilds it"));
}

static bool check_database(struct ctl *ctl)
{
    struct db_settings settings = db_settings_for(ctl->settings, DB_WORKER);
    struct db *db = db_open(&settings);
    bool good = db_is_reachable(db);
    report(good, "database", good ? "reachable" : db_last_error(db));
    if (good) {
        good = check_schema(ctl, db) && good;
        good = check_durability(ctl, db) && good;
        good = check_set_aside(ctl, db) && good;
        good = check_link_map(ctl, db) && good;
    }
    db_close(db);
    return good;
}

static bool check_worker(struct ctl *ctl)
{
    const char *groups[GROUPS_MAX];
    size_t count = worker_groups(groups, GROUPS_MAX);
    bool good = true;
    for (size_t i = 0; i < count; i++) {
        int64_t age_us = worker_beat_age_us(ctl->arena, ctl->settings, groups[i]);
        bool alive = age_us < BEAT_LATE_S * CLOCK_SECOND;
        const char *detail =
            age_us == INT64_MAX
                ? "never ran on this host"
                : arena_printf(ctl->arena, "last seen %" PRId64 " s ago", age_us / CLOCK_SECOND);
        good = report(alive, arena_printf(ctl->arena, "worker %s", groups[i]), detail) && good;
    }
    return good;
}

static bool check_disk(struct ctl *ctl, const char *what, const char *path)
{
    struct statvfs facts;
    if (statvfs(path, &facts) != 0)
        return report(false, what, arena_printf(ctl->arena, "%s: %s", path, strerror(errno)));
    /* As df counts it: blocks reserved for root are no room. */
    uint64_t used = facts.f_blocks - facts.f_bfree, usable = used + facts.f_bavail;
    uint64_t used_percent = usable ? used * 100 / usable : 0;
    return report(used_percent < DISK_ALERT_PERCENT, what,
                  arena_printf(ctl->arena, "%s is %" PRIu64 "%% full", path, used_percent));
}

/* As the drain's last look said; that it still looks is what "worker clicks" says. */
static bool check_spool(struct ctl *ctl)
{
    if (!http_shared_open(ctl->settings->run_dir))
        return report(false, "spool", "the shared counters can't be opened; the log says why");
    int64_t clicks = http_metric_get(METRIC_SPOOL_RECORDS);
    int64_t age_s = http_metric_get(METRIC_SPOOL_LAG_US) / CLOCK_SECOND;
    http_shared_close();
    return report(clicks == 0 || age_s < SPOOL_LATE_S, "spool",
                  clicks == 0 ? "every click is in the database"
                              : arena_printf(ctl->arena,
                                             "%" PRId64 " clicks wait for the database, the oldest "
                                             "for %" PRId64 " s",
                                             clicks, age_s));
}

enum ctl_exit ctl_health(struct ctl *ctl)
{
    if (ctl->argc != 0)
        return CTL_USAGE;
    bool good = check_database(ctl);
    good = check_worker(ctl) && good;
    good = check_spool(ctl) && good;
    good = check_disk(ctl, "spool disk", ctl->settings->spool_dir) && good;
    return good ? CTL_OK : CTL_FAILED;
}
