#include "setup/setup_store.h"

DB_SQL(find_brand, "SELECT pid, currency, tz FROM brand WHERE id = ?");
DB_SQL(count_sales,
       "SELECT COUNT(*) FROM (SELECT 1 FROM conversion WHERE brand = ? "
       "AND mode = 'live' AND program = ? LIMIT 10000) AS some");

enum db_status setup_find_brand(struct db *db, struct arena *arena, uint64_t brand,
                                struct setup_brand *out)
{
    struct db_rows *r;
    enum db_status status = db_get_one(db, arena, &find_brand, DB_ARGS(db_u64(brand)), &r);
    if (status == DB_OK)
        *out = (struct setup_brand){
            .pid = db_col_uuid(r, 0), .currency = db_col_cstr(r, 1), .zone = db_col_cstr(r, 2)};
    return status;
}

enum db_status setup_count_sales(struct db *db, struct arena *arena, uint64_t brand,
                                 uint64_t program, int64_t *count)
{
    struct db_rows *r;
    enum db_status status =
        db_get_one(db, arena, &count_sales, DB_ARGS(db_u64(brand), db_u64(program)), &r);
    if (status == DB_OK)
        *count = db_col_i64(r, 0);
    return status;
}

DB_SQL(newest_click,
       "SELECT click_id, at_us FROM click WHERE link = ? AND bot = ? ORDER BY at_us DESC LIMIT 1");

enum db_status setup_newest_click(struct db *db, struct arena *arena, uint64_t link,
                                  struct setup_click *out)
{
    struct db_rows *r;
    bool bot = false;
    enum db_status status =
        db_get_one(db, arena, &newest_click, DB_ARGS(db_u64(link), db_bool(bot)), &r);
    if (status == DB_NO_ROW) {
        bot = true;
        status = db_get_one(db, arena, &newest_click, DB_ARGS(db_u64(link), db_bool(bot)), &r);
    }
    if (status == DB_OK)
        *out = (struct setup_click){.id = db_col_uuid(r, 0), .at_us = db_col_i64(r, 1), .bot = bot};
    return status;
}

DB_SQL(newest_test_sale,
       "SELECT pid FROM conversion WHERE brand = ? AND mode = 'test' AND program = ?"
       " ORDER BY occurred_us DESC, id DESC LIMIT 1");

enum db_status setup_newest_test_sale(struct db *db, struct arena *arena, uint64_t brand,
                                      uint64_t program, struct uuid *pid)
{
    struct db_rows *r;
    enum db_status status =
        db_get_one(db, arena, &newest_test_sale, DB_ARGS(db_u64(brand), db_u64(program)), &r);
    if (status == DB_OK)
        *pid = db_col_uuid(r, 0);
    return status;
}

DB_SQL(newest_refusal,
       "SELECT door, code, field, at_us FROM door_refusal WHERE brand = ?"
       " ORDER BY at_us DESC LIMIT 1");

enum db_status setup_newest_refusal(struct db *db, struct arena *arena, uint64_t brand,
                                    struct setup_refusal *out)
{
    struct db_rows *r;
    enum db_status status = db_get_one(db, arena, &newest_refusal, DB_ARGS(db_u64(brand)), &r);
    if (status == DB_OK)
        *out = (struct setup_refusal){.door = db_col_text(r, 0),
                                      .code = db_col_text(r, 1),
                                      .field = db_col_text(r, 2),
                                      .at_us = db_col_i64(r, 3)};
    return status;
}
