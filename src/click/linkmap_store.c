#include <limits.h>

#include "base/clock.h"
#include "base/log.h"
#include "click/host_id.h"
#include "click/linkmap.h"
#include "click/linkmap_entry.h"

enum { CHUNK = 500, GROW_TRIES = 8, WINDOW_DAYS_DEFAULT = 30 };

#define UNSEEN_AFTER_US (24 * CLOCK_HOUR)

/* ---- Telling hosts what changed ---- */

DB_SQL(note_link, "INSERT IGNORE INTO link_change (host, link) SELECT name, ? FROM web_host");
DB_SQL(note_partnership,
       "INSERT IGNORE INTO link_change (host, link) "
       "SELECT w.name, l.id FROM web_host w JOIN link l WHERE l.partnership = ?");
DB_SQL(note_partner,
       "INSERT IGNORE INTO link_change (host, link) "
       "SELECT w.name, l.id FROM web_host w JOIN partnership p "
       "JOIN link l ON l.partnership = p.id WHERE p.partner = ?");
DB_SQL(note_program,
       "INSERT IGNORE INTO link_change (host, link) "
       "SELECT w.name, l.id FROM web_host w JOIN link l WHERE l.program = ?");
DB_SQL(note_brand,
       "INSERT IGNORE INTO link_change (host, link) "
       "SELECT w.name, l.id FROM web_host w JOIN program p "
       "JOIN link l ON l.program = p.id WHERE p.brand = ?");

/* No link has the id 0: it stands for the tracking hosts. */
enum { ALL_HOSTS = 0 };

enum db_status linkmap_note_hosts(struct db *db)
{
    return db_exec(db, &note_link, DB_ARGS(db_u64(ALL_HOSTS)), NULL);
}

enum db_status linkmap_note_link(struct db *db, uint64_t link)
{
    return db_exec(db, &note_link, DB_ARGS(db_u64(link)), NULL);
}

enum db_status linkmap_note_partnership(struct db *db, uint64_t partnership)
{
    return db_exec(db, &note_partnership, DB_ARGS(db_u64(partnership)), NULL);
}

enum db_status linkmap_note_partner(struct db *db, uint64_t partner)
{
    return db_exec(db, &note_partner, DB_ARGS(db_u64(partner)), NULL);
}

enum db_status linkmap_note_program(struct db *db, uint64_t program)
{
    return db_exec(db, &note_program, DB_ARGS(db_u64(program)), NULL);
}

enum db_status linkmap_note_brand(struct db *db, uint64_t brand)
{
    return db_exec(db, &note_brand, DB_ARGS(db_u64(brand)), NULL);
}

/* ---- From rows to map entries ---- */

/* One row per alias; a link without any has one row with NULLs. The token counts as an alias. */
#define IMAGE_COLUMNS                                                                              \
    "SELECT l.id, l.partnership, l.program, l.brand, l.campaign, l.mode, l.status, s.status, "     \
    "t.status, p.status, b.status, l.dest_url, c.dest_url, p.dest_url, "                           \
    "CAST(COALESCE(JSON_VALUE(v.settings, '$.attribution_window_days'), '0') AS UNSIGNED), "       \
    "JSON_VALUE(v.settings, '$.click_param'), l.token, a.host, a.shape, a.value, p.pid "           \
    "FROM link l JOIN partnership s ON s.id = l.partnership JOIN partner t ON t.id = l.partner "   \
    "JOIN program p ON p.id = l.program JOIN brand b ON b.id = l.brand "                           \
    "LEFT JOIN program_version v ON v.id = p.version LEFT JOIN campaign c ON c.id = l.campaign "   \
    "LEFT JOIN link_alias a ON a.link = l.id "

DB_SQL(find_image, IMAGE_COLUMNS "WHERE l.id = ? ORDER BY a.id LIMIT 100");
DB_SQL(find_images, IMAGE_COLUMNS "WHERE l.id > ? AND l.id <= ? ORDER BY l.id, a.id");

enum column {
    COL_LINK,
    COL_PARTNERSHIP,
    COL_PROGRAM,
    COL_BRAND,
    COL_CAMPAIGN,
    COL_MODE,
    COL_STATUS,
    COL_PARTNERSHIP_STATUS,
    COL_PARTNER_STATUS,
    COL_PROGRAM_STATUS,
    COL_BRAND_STATUS,
    COL_DEST,
    COL_CAMPAIGN_DEST,
    COL_PROGRAM_DEST,
    COL_WINDOW,
    COL_CLICK_PARAM,
    COL_TOKEN,
    COL_HOST,
    COL_SHAPE,
    COL_VALUE,
    COL_PROGRAM_PID,
};

static bool column_is(const struct db_rows *row, enum column column, const char *word)
{
    return sv_eq_cstr(db_col_text(row, column), word);
}

static bool is_web_address(struct sv url)
{
    return (sv_starts(url, SV("https://")) || sv_starts(url, SV("http://"))) &&
           sv_is_ascii_graph(url);
}

static struct sv destination(const struct db_rows *row)
{
    static const enum column by_rank[] = {COL_DEST, COL_CAMPAIGN_DEST, COL_PROGRAM_DEST};

    for (size_t i = 0; i < COUNT_OF(by_rank); i++)
        if (db_col_text(row, by_rank[i]).n > 0)
            return db_col_text(row, by_rank[i]);
    return SV_NONE;
}

static enum linkmap_state state_of(const struct db_rows *row, bool test_mode, struct sv dest_url)
{
    if (!column_is(row, COL_BRAND_STATUS, "active"))
        return LINKMAP_BRAND_STOPPED;
    if (!column_is(row, COL_PROGRAM_STATUS, "active") &&
        !(test_mode && column_is(row, COL_PROGRAM_STATUS, "draft")))
        return LINKMAP_PROGRAM_STOPPED;
    if (!column_is(row, COL_PARTNERSHIP_STATUS, "active") ||
        !column_is(row, COL_PARTNER_STATUS, "active"))
        return LINKMAP_PARTNER_STOPPED;
    if (!column_is(row, COL_STATUS, "active"))
        return LINKMAP_LINK_PAUSED;
    return is_web_address(dest_url) ? LINKMAP_LIVE : LINKMAP_NO_DESTINATION;
}

static enum click_shape shape_of(struct sv word)
{
    if (sv_eq_cstr(word, "token"))
        return CLICK_TOKEN;
    if (sv_eq_cstr(word, "slug"))
        return CLICK_SLUG;
    CHECK(sv_eq_cstr(word, "ref"));
    return CLICK_REF;
}

static void begin_image(struct linkmap_image *image, const struct db_rows *row)
{
    bool test_mode = column_is(row, COL_MODE, "test");
    struct sv dest_url = destination(row), param = db_col_text(row, COL_CLICK_PARAM);
    struct sv shop_url = db_col_text(row, COL_PROGRAM_DEST);
    uint64_t window = db_col_u64(row, COL_WINDOW);

    image->entry = (struct linkmap_entry){
        .link = db_col_u64(row, COL_LINK),
        .partnership = db_col_u64(row, COL_PARTNERSHIP),
        .program = db_col_u64(row, COL_PROGRAM),
        .brand = db_col_u64(row, COL_BRAND),
        .campaign = db_col_u64(row, COL_CAMPAIGN),
        .state = state_of(row, test_mode, dest_url),
        .test_mode = test_mode,
        .window_days = window >= 1 && window <= 365 ? (uint32_t)window : WINDOW_DAYS_DEFAULT,
        .dest_url = dest_url,
        .shop_url = is_web_address(shop_url) ? shop_url : SV_NONE,
        .click_param = param.n <= UINT8_MAX && sv_is_ascii_graph(param) ? param : SV_NONE,
    };
    image->aliases[0] =
        (struct linkmap_alias){.shape = CLICK_TOKEN, .value = db_col_text(row, COL_TOKEN)};
    image->aliases_count = 1;
}

static void put_alias(struct linkmap_image *image, struct linkmap_alias alias)
{
    if (image->aliases_count < LINKMAP_ALIASES_MAX)
        image->aliases[image->aliases_count++] = alias;
}

/* A ref of the platform answers to the script on the pages of its program as well. */
static void add_alias(struct arena *arena, struct linkmap_image *image, const struct db_rows *row)
{
    struct linkmap_alias alias;

    if (db_col_is_null(row, COL_SHAPE))
        return;
    alias = (struct linkmap_alias){
        .host = db_col_text(row, COL_HOST),
        .shape = shape_of(db_col_text(row, COL_SHAPE)),
        .value = db_col_text(row, COL_VALUE),
    };
    put_alias(image, alias);
    if (alias.shape != CLICK_REF || alias.host.n > 0)
        return;
    alias.shape = CLICK_SCRIPT;
    alias.value = linkmap_script_value(arena, db_col_uuid(row, COL_PROGRAM_PID), alias.value);
    put_alias(image, alias);
}

/* ---- Writing ---- */

static enum db_status as_status(int code)
{
    if (code == 0)
        return DB_OK;
    linkmap_env_complain("linkmap_write", code);
    return DB_FAILED;
}

/* What one write transaction of the map does; run again when the map had to grow. */
typedef int chunk_body(struct linkmap_env *map, MDB_txn *txn, struct arena *arena, struct db *db,
                       void *context);

/*
 * The rows are read while the map's write lock is held: of two writers the later one has also
 * read later, so an older state never overwrites a newer one.
 */
static int write_once(struct linkmap_env *map, struct db *db, chunk_body *body, void *context)
{
    struct arena *arena = arena_new(ARENA_CEILING_DEFAULT);
    MDB_txn *txn;
    int code = mdb_txn_begin(map->env, NULL, 0, &txn);

    if (code == 0) {
        code = body(map, txn, arena, db, context);
        if (code == 0)
            code = mdb_txn_commit(txn);
        else
            mdb_txn_abort(txn);
    }
    arena_free(arena);
    return code;
}

static int write_chunk(struct linkmap_env *map, struct db *db, chunk_body *body, void *context)
{
    int code = write_once(map, db, body, context);

    for (int i = 0; i < GROW_TRIES && (code == MDB_MAP_FULL || code == MDB_MAP_RESIZED); i++) {
        if (code == MDB_MAP_FULL && !linkmap_env_grow(map))
            break;
        if (code == MDB_MAP_RESIZED && mdb_env_set_mapsize(map->env, 0) != 0)
            break;
        code = write_once(map, db, body, context);
    }
    return code;
}

/* A body's own failure of the database, handed through LMDB's int. */
enum { NO_DATABASE = INT_MAX };

struct one_link {
    uint64_t link;
    enum db_status status;
};

/* An operator's Meed has some thousands at most: they are replaced as a whole. */
DB_SQL(list_hosts, "SELECT host, brand FROM domain ORDER BY host");

static int hosts_body(struct linkmap_env *map, MDB_txn *txn, struct arena *arena, struct db *db,
                      void *context)
{
    struct one_link *job = context;
    struct db_rows *row = db_query(db, arena, &list_hosts, DB_NO_ARGS);
    struct linkmap_host *hosts = arena_array(arena, db_rows_count(row) + 1, sizeof(*hosts));
    size_t n = 0;

    while (db_next(row))
        hosts[n++] =
            (struct linkmap_host){.name = db_col_text(row, 0), .brand = db_col_u64(row, 1)};
    job->status = db_rows_status(row);
    return job->status == DB_OK ? linkmap_put_hosts(map, txn, hosts, n) : NO_DATABASE;
}

static int refresh_body(struct linkmap_env *map, MDB_txn *txn, struct arena *arena, struct db *db,
                        void *context)
{
    struct one_link *job = context;
    struct db_rows *row = db_query(db, arena, &find_image, DB_ARGS(db_u64(job->link)));
    struct linkmap_image image;
    bool any = false;

    while (db_next(row)) {
        if (!any)
            begin_image(&image, row);
        any = true;
        add_alias(arena, &image, row);
    }
    job->status = db_rows_status(row);
    if (job->status != DB_OK)
        return NO_DATABASE;
    return any ? linkmap_put(map, txn, arena, &image) : linkmap_remove(map, txn, job->link);
}

static enum db_status refresh(struct linkmap_env *map, struct db *db, uint64_t link)
{
    struct one_link job = {.link = link};
    int code = write_chunk(map, db, link == ALL_HOSTS ? hosts_body : refresh_body, &job);

    return code == NO_DATABASE ? job.status : as_status(code);
}

/* ---- Pulling what is queued for this host ---- */

DB_SQL(find_changes, "SELECT link FROM link_change WHERE host = ? ORDER BY link LIMIT 500");
DB_SQL(remove_change, "DELETE FROM link_change WHERE host = ? AND link = ?");

struct pull {
    struct linkmap_env *map;
    const char *host;
    uint64_t link;
};

/*
 * The row is deleted first and the map written before the commit: whoever changes the link
 * meanwhile waits for the row and queues it anew, and a crash in between leaves the row. The map is
 * no I/O in the sense of db_tx_run's rule: local, and the same when done twice.
 */
static enum db_status pull_one(struct db *db, void *context)
{
    const struct pull *pull = context;
    enum db_status status =
        db_exec(db, &remove_change, DB_ARGS(db_cstr(pull->host), db_u64(pull->link)), NULL);

    return status == DB_OK ? refresh(pull->map, db, pull->link) : status;
}

bool linkmap_pull(struct db *db, const char *dir)
{
    struct linkmap_env *map = linkmap_env_get(dir);
    char host[HOST_ID_SIZE];
    struct arena *arena;
    struct db_rows *rows;
    size_t waiting;

    if (map == NULL || !host_id_of(dir, host))
        return false;
    arena = arena_new(ARENA_CEILING_DEFAULT);
    rows = db_query(db, arena, &find_changes, DB_ARGS(db_cstr(host)));
    waiting = db_rows_status(rows) == DB_OK ? db_rows_count(rows) : 0;
    while (db_next(rows)) {
        struct pull pull = {.map = map, .host = host, .link = db_col_u64(rows, 0)};

        if (db_tx_run(db, pull_one, &pull) != DB_OK) {
            log_line(LOG_WARN, "linkmap_pull", LOG_U64("link", pull.link));
            waiting = 0;
            break;
        }
    }
    arena_free(arena);
    return waiting == LINKMAP_PULL_MAX;
}

/* ---- The worker's part ---- */

DB_SQL(add_host, "INSERT IGNORE INTO web_host (name, seen_us) VALUES (?, ?)");
DB_SQL(touch_host, "UPDATE web_host SET seen_us = ? WHERE name = ?");
DB_SQL(remove_unseen_changes,
       "DELETE c FROM link_change c JOIN web_host w ON w.name = c.host "
       "WHERE w.seen_us < ?");
DB_SQL(remove_unseen_hosts, "DELETE FROM web_host WHERE seen_us < ?");

struct registration {
    const char *host;
    int64_t now_us;
    bool is_new;
};

static enum db_status register_body(struct db *db, void *context)
{
    struct registration *r = context;
    struct db_args unseen = DB_ARGS(db_i64(r->now_us - UNSEEN_AFTER_US));
    uint64_t added = 0;
    enum db_status status;

    status = db_exec(db, &add_host, DB_ARGS(db_cstr(r->host), db_i64(r->now_us)), &added);
    if (status != DB_OK)
        return status;
    r->is_new = added == 1;
    status = db_exec(db, &touch_host, DB_ARGS(db_i64(r->now_us), db_cstr(r->host)), NULL);
    if (status != DB_OK)
        return status;
    status = db_exec(db, &remove_unseen_changes, unseen, NULL);
    if (status != DB_OK)
        return status;
    return db_exec(db, &remove_unseen_hosts, unseen, NULL);
}

enum db_status linkmap_register(struct db *db, const char *dir, bool *is_new)
{
    char host[HOST_ID_SIZE];
    struct registration r = {.host = host, .now_us = clock_wire_us()};
    enum db_status status;

    /* Opening the map makes the folder that the id is kept in. */
    if (linkmap_env_get(dir) == NULL || !host_id_of(dir, host))
        return DB_FAILED;
    status = db_tx_run(db, register_body, &r);
    *is_new = r.is_new;
    return status;
}

/*
 * One chunk replaces all links in (after, last]. `last` is the id of the chunk's last row, or the
 * largest id there is when the rows ran out, so that what the database no longer has goes as well.
 */
struct rebuild {
    uint64_t after, last, links;
    enum db_status status;
};

DB_SQL(find_chunk_end, "SELECT id FROM link WHERE id > ? ORDER BY id LIMIT 1 OFFSET 499");

static int find_last(struct rebuild *job, struct db *db, struct arena *arena)
{
    struct db_rows *row;
    enum db_status status =
        db_get_one(db, arena, &find_chunk_end, DB_ARGS(db_u64(job->after)), &row);

    if (status == DB_OK)
        job->last = db_col_u64(row, 0);
    else if (status == DB_NO_ROW)
        job->last = INT64_MAX;
    else {
        job->status = status;
        return NO_DATABASE;
    }
    return 0;
}

/* Removes what the map holds in [from, before). */
static int remove_range(struct linkmap_env *map, MDB_txn *txn, uint64_t from, uint64_t before)
{
    uint64_t link = 0;
    int code;

    while ((code = linkmap_next_link(map, txn, from, &link)) == 0 && link < before) {
        code = linkmap_remove(map, txn, link);
        if (code != 0)
            return code;
        from = link + 1;
    }
    return code == MDB_NOTFOUND ? 0 : code;
}

/* Puts `image`, and removes what lies between it and the link put before. */
static int put_in_order(struct linkmap_env *map, MDB_txn *txn, struct arena *arena,
                        const struct linkmap_image *image, uint64_t *next)
{
    int code = remove_range(map, txn, *next, image->entry.link);

    *next = image->entry.link + 1;
    return code != 0 ? code : linkmap_put(map, txn, arena, image);
}

static int rebuild_body(struct linkmap_env *map, MDB_txn *txn, struct arena *arena, struct db *db,
                        void *context)
{
    struct rebuild *job = context;
    int code = find_last(job, db, arena);
    uint64_t next = job->after + 1;
    struct linkmap_image image = {0};
    struct db_rows *row;

    job->links = 0;
    if (code != 0)
        return code;
    row = db_query(db, arena, &find_images, DB_ARGS(db_u64(job->after), db_u64(job->last)));
    while (code == 0 && db_next(row)) {
        if (image.entry.link != db_col_u64(row, COL_LINK)) {
            if (job->links > 0)
                code = put_in_order(map, txn, arena, &image, &next);
            begin_image(&image, row);
            job->links++;
        }
        add_alias(arena, &image, row);
    }
    job->status = db_rows_status(row);
    if (job->status != DB_OK)
        return NO_DATABASE;
    if (code == 0 && job->links > 0)
        code = put_in_order(map, txn, arena, &image, &next);
    return code != 0 ? code : remove_range(map, txn, next, job->last + 1);
}

enum db_status linkmap_rebuild(struct db *db, const char *dir, uint64_t *links)
{
    struct linkmap_env *map = linkmap_env_get(dir);
    struct rebuild job = {0};

    *links = 0;
    if (map == NULL)
        return DB_FAILED;
    linkmap_tend(dir);
    if (refresh(map, db, ALL_HOSTS) != DB_OK)
        return DB_FAILED;
    do {
        int code = write_chunk(map, db, rebuild_body, &job);

        if (code != 0)
            return code == NO_DATABASE ? job.status : as_status(code);
        *links += job.links;
        job.after = job.last;
    } while (job.last < INT64_MAX);
    return DB_OK;
}
