#include "base/buf.h"
#include "base/json.h"
#include "click/drain_store.h"

enum { CLICK_COLUMNS = 22, DELTA_COLUMNS = 8 };

DB_SQL(insert_clicks,
       "INSERT IGNORE INTO click (click_id, link, partnership, program, brand, mode, shape, "
       "visitor, prev, at_us, bot, ip_hash, country, agent, referrer, utm_source, utm_medium, "
       "utm_campaign, utm_term, utm_content, fbclid, subs) "
       "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
DB_SQL(insert_deltas,
       "INSERT INTO rollup_delta (brand, mode, day, program, partnership, link, country, clicks) "
       "VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
DB_SQL(advance_progress,
       "UPDATE spool_progress SET slot = ? WHERE host = ? AND segment = ? AND slot = ?");
DB_SQL(add_progress, "INSERT IGNORE INTO spool_progress (host, segment, slot) VALUES (?, ?, 1)");
DB_SQL(find_progress, "SELECT slot FROM spool_progress WHERE host = ? AND segment = ?");
DB_SQL(forget_progress, "DELETE FROM spool_progress WHERE host = ? AND segment = ?");
DB_SQL(list_progress,
       "SELECT segment FROM spool_progress WHERE host = ? ORDER BY segment LIMIT 10000");
DB_SQL(find_zone, "SELECT tz FROM brand WHERE id = ?");

/* ---- Rows ---- */

/* {"s1":"…"} of those that are set, whole members only, as many as the column holds. */
static struct sv subs_json(struct arena *arena, const struct click *click)
{
    struct buf json = buf_new(arena, CLICK_SUBS_JSON_MAX - 1);
    bool any = false;

    for (size_t i = 0; i < CLICK_SUBS; i++) {
        struct buf before = json;

        if (click->subs[i].n == 0)
            continue;
        buf_printf(&json, "%s\"s%zu\":", any ? "," : "{", i + 1);
        json_put_string(&json, click->subs[i]);
        if (json.overflow) {
            json = before;
            break;
        }
        any = true;
    }
    if (!any)
        return SV_NONE;
    json.limit++;
    buf_putc(&json, '}');
    return buf_sv(&json);
}

static const char *mode_name(const struct click *click)
{
    return click->test_mode ? "test" : "live";
}

static void fill_row(const struct click *click, struct arena *arena, struct db_arg *args,
                     size_t row, size_t rows)
{
    const struct db_arg values[CLICK_COLUMNS] = {
        db_uuid(&click->id),
        db_u64(click->link),
        db_u64(click->partnership),
        db_u64(click->program),
        db_u64(click->brand),
        db_cstr(mode_name(click)),
        db_cstr(click_shape_name(click->shape)),
        db_uuid(&click->visitor),
        db_uuid(&click->prev),
        db_i64(click->at_us),
        db_i64(click->bot),
        db_bytes(click->ip_hash, sizeof(click->ip_hash)),
        db_text(sv_from(click->country)),
        db_text(click->agent),
        db_text(click->referrer),
        db_text(click->utm[CLICK_UTM_SOURCE]),
        db_text(click->utm[CLICK_UTM_MEDIUM]),
        db_text(click->utm[CLICK_UTM_CAMPAIGN]),
        db_text(click->utm[CLICK_UTM_TERM]),
        db_text(click->utm[CLICK_UTM_CONTENT]),
        db_text(click->fbclid),
        db_text(subs_json(arena, click)),
    };

    for (size_t c = 0; c < CLICK_COLUMNS; c++)
        args[c * rows + row] = values[c];
}

static enum db_status put_clicks(struct db *db, struct arena *arena,
                                 const struct drain_batch *batch)
{
    struct db_arg *args =
        arena_array(arena, CLICK_COLUMNS * batch->clicks_count + 1, sizeof(*args));

    for (size_t i = 0; i < batch->clicks_count; i++)
        fill_row(&batch->clicks[i], arena, args, i, batch->clicks_count);
    return db_exec_bulk(db, &insert_clicks, args, CLICK_COLUMNS, batch->clicks_count, NULL);
}

/* ---- Daily counts ---- */

struct delta {
    const struct click *click;
    int32_t day;
    int64_t clicks;
};

static bool counts_with(const struct delta *delta, const struct click *click, int32_t day)
{
    return delta->day == day && delta->click->link == click->link &&
           delta->click->test_mode == click->test_mode &&
           memcmp(delta->click->country, click->country, sizeof(click->country)) == 0;
}

static size_t sum_up(const struct drain_batch *batch, struct delta *deltas)
{
    size_t n = 0;

    for (size_t i = 0; i < batch->clicks_count; i++) {
        const struct click *click = &batch->clicks[i];
        size_t at = 0;

        if (batch->days[i] == 0)
            continue;
        while (at < n && !counts_with(&deltas[at], click, batch->days[i]))
            at++;
        if (at == n)
            deltas[n++] = (struct delta){.click = click, .day = batch->days[i]};
        deltas[at].clicks++;
    }
    return n;
}

static enum db_status put_deltas(struct db *db, struct arena *arena,
                                 const struct drain_batch *batch)
{
    struct delta *deltas = arena_array(arena, batch->clicks_count + 1, sizeof(*deltas));
    size_t n = sum_up(batch, deltas);
    struct db_arg *args = arena_array(arena, DELTA_COLUMNS * n + 1, sizeof(*args));

    for (size_t i = 0; i < n; i++) {
        const struct click *click = deltas[i].click;
        const struct db_arg values[DELTA_COLUMNS] = {
            db_u64(click->brand),
            db_cstr(mode_name(click)),
            db_i64(deltas[i].day),
            db_u64(click->program),
            db_u64(click->partnership),
            db_u64(click->link),
            db_text(sv_from(click->country)),
            db_i64(deltas[i].clicks),
        };

        for (size_t c = 0; c < DELTA_COLUMNS; c++)
            args[c * n + i] = values[c];
    }
    return db_exec_bulk(db, &insert_deltas, args, DELTA_COLUMNS, n, NULL);
}

/* ---- The transaction ---- */

static enum db_status batch_body(struct db *db, void *context)
{
    const struct drain_batch *batch = context;
    struct arena *arena = arena_new(ARENA_CEILING_DEFAULT);
    enum db_status status = DB_OK;

    /* First the guard: a second drain of the same segment stops here. */
    for (size_t i = 0; status == DB_OK && i < batch->steps_count; i++)
        status =
            db_exec_one(db, &advance_progress,
                        DB_ARGS(db_u64(batch->steps[i].to), db_cstr(batch->host),
                                db_cstr(batch->steps[i].segment), db_u64(batch->steps[i].from)));
    if (status == DB_OK)
        status = put_clicks(db, arena, batch);
    if (status == DB_OK)
        status = put_deltas(db, arena, batch);
    arena_free(arena);
    return status;
}

enum db_status drain_store_batch(struct db *db, const struct drain_batch *batch)
{
    return db_tx_run(db, batch_body, (void *)(uintptr_t)batch);
}

enum db_status drain_store_find_progress(struct db *db, struct arena *arena, const char *host,
                                         const char *segment, uint32_t *slot)
{
    struct db_args args = DB_ARGS(db_cstr(host), db_cstr(segment));
    struct db_rows *row;
    enum db_status status = db_exec(db, &add_progress, args, NULL);

    if (status == DB_OK)
        status = db_get_one(db, arena, &find_progress, args, &row);
    if (status == DB_OK)
        *slot = (uint32_t)db_col_u64(row, 0);
    return status;
}

enum db_status drain_store_forget(struct db *db, const char *host, const char *segment)
{
    return db_exec(db, &forget_progress, DB_ARGS(db_cstr(host), db_cstr(segment)), NULL);
}

enum db_status drain_store_list_known(struct db *db, struct arena *arena, const char *host,
                                      const char ***names, size_t *count)
{
    struct db_rows *row = db_query(db, arena, &list_progress, DB_ARGS(db_cstr(host)));

    *names = arena_array(arena, db_rows_count(row) + 1, sizeof(**names));
    *count = 0;
    while (db_next(row))
        (*names)[(*count)++] = db_col_cstr(row, 0);
    return db_rows_status(row);
}

enum db_status drain_store_find_zone(struct db *db, struct arena *arena, uint64_t brand,
                                     const char **zone)
{
    struct db_rows *row;
    enum db_status status = db_get_one(db, arena, &find_zone, DB_ARGS(db_u64(brand)), &row);

    if (status == DB_OK)
        *zone = db_col_cstr(row, 0);
    return status;
}
