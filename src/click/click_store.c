#include "base/clock.h"
#include "click/click.h"

/* How long a sale waits for a click it names; and how far another host's clock may run ahead. */
#define MAY_COME_WITHIN_US (24 * CLOCK_HOUR)
#define CLOCK_DRIFT_US     (5 * CLOCK_MINUTE)
#define MILLISECOND_US     INT64_C(1000)

#define COLUMNS                                                                                    \
    "SELECT click_id, visitor, prev, link, partnership, program, brand, at_us, shape, mode, bot, " \
    "ip_hash, country, agent, referrer, fbclid, utm_source, utm_medium, utm_campaign, utm_term, "  \
    "utm_content, subs FROM click "

DB_SQL(find_click, COLUMNS "WHERE click_id = ?");
DB_SQL(find_clicks_of_visitor, COLUMNS
       "WHERE visitor = ? AND at_us >= ? AND at_us <= ? AND program = ? AND mode = ? "
       "AND bot = 0 ORDER BY at_us DESC, click_id DESC LIMIT 50");
DB_SQL(find_clicks_of_link_ip, COLUMNS
       "WHERE link = ? AND ip_hash = ? AND at_us >= ? AND at_us <= ? AND click_id >= ? "
       "AND click_id < ? AND bot = 0 "
       "ORDER BY at_us DESC, click_id DESC LIMIT 50");

const char *click_shape_name(enum click_shape shape)
{
    switch (shape) {
    case CLICK_TOKEN:
        return "token";
    case CLICK_SLUG:
        return "slug";
    case CLICK_REF:
        return "ref";
    case CLICK_SCRIPT:
        return "script";
    }
    UNREACHABLE();
}

static void read_row(const struct db_rows *row, struct click_row *out)
{
    struct sv ip_hash = db_col_text(row, 11);

    *out = (struct click_row){
        .id = db_col_uuid(row, 0),
        .visitor = db_col_uuid(row, 1),
        .prev = db_col_uuid(row, 2),
        .link = db_col_u64(row, 3),
        .partnership = db_col_u64(row, 4),
        .program = db_col_u64(row, 5),
        .brand = db_col_u64(row, 6),
        .at_us = db_col_i64(row, 7),
        .shape = db_col_text(row, 8),
        .test_mode = sv_eq_cstr(db_col_text(row, 9), "test"),
        .bot = db_col_bool(row, 10),
        .country = db_col_text(row, 12),
        .agent = db_col_text(row, 13),
        .referrer = db_col_text(row, 14),
        .fbclid = db_col_text(row, 15),
        .subs_json = db_col_text(row, 21),
    };
    CHECK(ip_hash.n == sizeof(out->ip_hash));
    memcpy(out->ip_hash, ip_hash.p, sizeof(out->ip_hash));
    for (unsigned i = 0; i < CLICK_UTMS; i++)
        out->utm[i] = db_col_text(row, 16 + i);
}

enum db_status click_find(struct db *db, struct arena *arena, const struct uuid *id,
                          struct click_row *out)
{
    struct db_rows *row;
    enum db_status status = db_get_one(db, arena, &find_click, DB_ARGS(db_uuid(id)), &row);

    if (status == DB_OK)
        read_row(row, out);
    return status;
}

struct uuid click_id_floor(int64_t us)
{
    struct uuid id = {{0}};
    int64_t ms = us <= 0 ? 0 : us / 1000;

    for (int i = 0; i < 6; i++)
        id.b[i] = (uint8_t)(ms >> (40 - 8 * i));
    return id;
}

static enum db_status read_list(struct db_rows *rows, struct arena *arena, struct click_list *out)
{
    out->v = arena_array(arena, db_rows_count(rows) + 1, sizeof(*out->v));
    out->n = 0;
    while (db_next(rows))
        read_row(rows, &out->v[out->n++]);
    return db_rows_status(rows);
}

enum db_status click_list_of_visitor(struct db *db, struct arena *arena, const struct uuid *visitor,
                                     uint64_t program, bool test_mode, int64_t from_us,
                                     int64_t until_us, struct click_list *out)
{
    struct db_args args = DB_ARGS(db_uuid(visitor), db_i64(from_us), db_i64(until_us),
                                  db_u64(program), db_cstr(test_mode ? "test" : "live"));

    return read_list(db_query(db, arena, &find_clicks_of_visitor, args), arena, out);
}

enum db_status click_list_of_link_ip(struct db *db, struct arena *arena, uint64_t link,
                                     const uint8_t ip_hash[CLICK_IP_HASH_SIZE], int64_t from_us,
                                     int64_t until_us, struct click_list *out)
{
    struct uuid first = click_id_floor(from_us), behind = click_id_floor(until_us + MILLISECOND_US);
    struct db_args args =
        DB_ARGS(db_u64(link), db_bytes(ip_hash, CLICK_IP_HASH_SIZE), db_i64(from_us),
                db_i64(until_us), db_uuid(&first), db_uuid(&behind));

    return read_list(db_query(db, arena, &find_clicks_of_link_ip, args), arena, out);
}

bool click_may_still_come(struct uuid id, int64_t now_us)
{
    int64_t made_us = uuid_time_us(id);

    return made_us > now_us - MAY_COME_WITHIN_US && made_us < now_us + CLOCK_DRIFT_US;
}
