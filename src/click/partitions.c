#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "click/partitions.h"

DB_SQL(find_partitions,
       "SELECT partition_name FROM information_schema.partitions "
       "WHERE table_schema = DATABASE() AND table_name = 'click' "
       "AND partition_name LIKE 'p2%' ORDER BY partition_name DESC LIMIT 1");

/* Months as one number: 12 × year + month − 1. */
static int month_of(int64_t us)
{
    int32_t date = clock_local_date(us, "UTC");

    return 12 * (date / 10000) + date / 100 % 100 - 1;
}

static int64_t month_start_us(int month)
{
    return clock_local_day_start(10000 * (month / 12) + 100 * (month % 12 + 1) + 1, "UTC");
}

static enum db_status find_latest(struct db *db, struct arena *arena, int *month)
{
    struct db_rows *row;
    enum db_status status = db_get_one(db, arena, &find_partitions, DB_NO_ARGS, &row);
    struct sv name;
    uint64_t yyyymm = 0;

    *month = 0;
    if (status == DB_NO_ROW)
        return DB_OK;
    if (status != DB_OK)
        return status;
    name = db_col_text(row, 0);
    if (!sv_to_u64(sv_from_index(name, 1), &yyyymm))
        return DB_FAILED;
    *month = (int)(12 * (yyyymm / 100) + yyyymm % 100) - 1;
    return DB_OK;
}

/* A partition holds the ids below the first of the following month. */
static void put_partition(struct buf *sql, int month)
{
    int64_t end_ms = month_start_us(month + 1) / 1000;

    buf_printf(sql,
               "PARTITION p%04d%02d VALUES LESS THAN (X'%012" PRIx64 "00000000000000000000'), ",
               month / 12, month % 12 + 1, (uint64_t)end_ms);
}

enum db_status partitions_keep(struct db *db, int64_t now_us, unsigned *made)
{
    struct arena *arena = arena_new(ARENA_CEILING_DEFAULT);
    struct buf sql = buf_new(arena, 4096);
    int month = month_of(now_us), last = month + PARTITIONS_AHEAD, latest;
    enum db_status status = find_latest(db, arena, &latest);

    *made = 0;
    if (status == DB_OK && latest < last) {
        buf_puts(&sql, "ALTER TABLE click REORGANIZE PARTITION p_rest INTO (");
        for (month = latest + 1 > month ? latest + 1 : month; month <= last; month++) {
            put_partition(&sql, month);
            (*made)++;
        }
        buf_puts(&sql, "PARTITION p_rest VALUES LESS THAN (MAXVALUE))");
        CHECK(!sql.overflow);
        status = db_exec_text(db, sql.p);
    }
    if (status == DB_OK && *made > 0)
        log_line(LOG_INFO, "click_partitions_made", LOG_U64("months", *made));
    arena_free(arena);
    return status;
}
