/* What became of a sale: see missing.h. Every look goes by an index, and is bounded. */
#include "conversion/missing.h"

#include "base/clock.h"
#include "conversion/attribution.h"

static const char *const verdict_texts[] = {
#define X(name, text) [MISSING_##name] = text,
    MISSING_VERDICTS(X)
#undef X
};

const char *missing_verdict_text(enum missing_verdict verdict)
{
    CHECK(verdict < MISSING_VERDICT_COUNT);
    return verdict_texts[verdict];
}

struct search {
    struct db *db;
    struct arena *arena;
    const struct missing_query *query;
    struct sv text;
    struct uuid click;
    uint8_t customer[HASH_SIZE];
    uint64_t brand; /* the one that is looked into */
    struct sv brand_name;
    struct missing_answer *answer;
};

static struct missing_finding *add(struct search *s, enum missing_verdict verdict)
{
    struct missing_answer *a = s->answer;
    size_t at = a->n < MISSING_FINDINGS_MAX ? a->n++ : MISSING_FINDINGS_MAX - 1;
    a->v[at] = (struct missing_finding){
        .verdict = verdict, .brand = s->brand, .brand_name = s->brand_name};
    return &a->v[at];
}

static const char *mode_of(const struct search *s)
{
    return s->query->test_mode ? "test" : "live";
}

/* A day that has begun counts. */
static int32_t days_of(int64_t late_us)
{
    return (int32_t)((late_us + CLOCK_DAY - 1) / CLOCK_DAY);
}

/* What was recorded -----------------------------------------------------------------------------
 */

#define SALE_COLUMNS                                                                               \
    "SELECT DISTINCT c.id, c.pid, c.order_ref, c.attribution, c.method, c.status, c.door,"         \
    " c.occurred_us, c.partner, p.handle, e.pid, e.order_ref, a.reason, a.window_days,"            \
    " c.attribution_no, g.pid"
#define SALE_JOINS                                                                                 \
    " LEFT JOIN conversion e ON e.id = c.merged_into LEFT JOIN partner p ON p.id = c.partner"      \
    " LEFT JOIN program g ON g.id = c.program"                                                     \
    " LEFT JOIN attribution a ON a.conversion = c.id AND a.no = c.attribution_no"
enum {
    COL_ID,
    COL_PID,
    COL_ORDER,
    COL_ATTRIBUTION,
    COL_METHOD,
    COL_STATUS,
    COL_DOOR,
    COL_OCCURRED,
    COL_PARTNER,
    COL_HANDLE,
    COL_ELDER,
    COL_ELDER_ORDER,
    COL_REASON,
    COL_WINDOW,
    COL_ATTRIBUTION_NO,
    COL_PROGRAM,
};

DB_SQL(missing_by_order,
       SALE_COLUMNS " FROM conversion c" SALE_JOINS
                    " WHERE c.brand = ? AND c.mode = ? AND c.order_ref = ? ORDER BY c.id LIMIT 10");
DB_SQL(missing_by_key,
       SALE_COLUMNS " FROM conversion_key k JOIN conversion c ON c.id = k.conversion" SALE_JOINS
                    " WHERE k.brand = ? AND k.mode = ? AND k.value = ? AND k.scope IN"
                    " (SELECT 0 UNION ALL SELECT id FROM program WHERE brand = ?)"
                    " AND k.kind IN ('order', 'payment', 'invoice', 'session')"
                    " ORDER BY c.id LIMIT 10");
DB_SQL(missing_by_customer,
       SALE_COLUMNS " FROM customer u JOIN conversion c ON c.customer = u.id" SALE_JOINS
                    " WHERE u.brand = ? AND u.mode = ? AND u.hash = ? ORDER BY c.id DESC LIMIT 10");
/* A partner asks about a click of their own. */
DB_SQL(missing_by_click, SALE_COLUMNS
       " FROM attribution_candidate x JOIN partnership ps ON ps.id = x.partnership"
       " JOIN conversion c ON c.id = x.conversion" SALE_JOINS
       " WHERE c.brand = ? AND c.mode = ? AND x.click_id = ? AND (? OR ps.partner = ?)"
       " ORDER BY c.id LIMIT 10");
/* The asker's own click that came too early; for a brand, anybody's. */
DB_SQL(missing_find_expired,
       "SELECT MAX(CAST(JSON_VALUE(x.snapshot, '$.at') AS INT)) FROM attribution_candidate x"
       " JOIN partnership ps ON ps.id = x.partnership WHERE x.conversion = ? AND x.no = ?"
       " AND x.verdict = 'outside_window' AND (? OR ps.partner = ?)");

/* 0: no click of theirs was too early. */
static enum db_status find_expired(struct search *s, const struct db_rows *sale, int64_t *click_us)
{
    uint64_t partner = s->query->partner;
    struct db_rows *row;
    enum db_status status = db_get_one(s->db, s->arena, &missing_find_expired,
                                       DB_ARGS(db_u64(db_col_u64(sale, COL_ID)),
                                               db_u64(db_col_u64(sale, COL_ATTRIBUTION_NO)),
                                               db_bool(partner == 0), db_u64(partner)),
                                       &row);
    *click_us = status == DB_OK && !db_col_is_null(row, 0) ? db_col_i64(row, 0) : 0;
    return status == DB_NO_ROW ? DB_OK : status;
}

static enum db_status judge(struct search *s, const struct db_rows *sale, struct missing_finding *f)
{
    uint64_t partner = s->query->partner, credited = db_col_u64(sale, COL_PARTNER);
    int64_t click_us = 0;
    bool is_theirs = partner == 0 || partner == credited;
    if (!db_col_is_null(sale, COL_ELDER)) {
        f->verdict = MISSING_DUPLICATE;
        return DB_OK;
    }
    if (sv_eq(db_col_text(sale, COL_ATTRIBUTION), SV("awaiting"))) {
        f->verdict = MISSING_AWAITING;
        return DB_OK;
    }
    if (credited != 0 && is_theirs)
        return DB_OK;
    enum db_status status = find_expired(s, sale, &click_us);
    f->verdict = credited == 0 ? MISSING_UNATTRIBUTED : MISSING_OTHER_PARTNER;
    f->window_days = (int32_t)db_col_u64(sale, COL_WINDOW);
    if (credited == 0)
        f->reason = db_col_text(sale, COL_REASON);
    if (click_us == 0)
        return status;
    f->verdict = MISSING_CLICK_EXPIRED;
    f->days = days_of(f->at_us - f->window_days * CLOCK_DAY - click_us);
    return status;
}

static enum db_status tell_sale(struct search *s, const struct db_rows *sale)
{
    struct missing_finding *f = add(s, MISSING_FOUND);
    bool is_merged = !db_col_is_null(sale, COL_ELDER);
    bool sees_all = s->query->partner == 0 || s->query->partner == db_col_u64(sale, COL_PARTNER);
    f->conversion = db_col_uuid(sale, is_merged ? COL_ELDER : COL_PID);
    f->program = db_col_uuid(sale, COL_PROGRAM);
    f->at_us = db_col_i64(sale, COL_OCCURRED);
    f->order_ref = db_col_text(sale, is_merged ? COL_ELDER_ORDER : COL_ORDER);
    f->door = db_col_text(sale, COL_DOOR);
    if (sees_all) {
        f->handle = db_col_text(sale, COL_HANDLE);
        f->method = db_col_text(sale, COL_METHOD);
        f->status = db_col_text(sale, COL_STATUS);
    } else if (s->query->by != MISSING_BY_ORDER || !sv_eq(f->order_ref, s->text)) {
        f->order_ref = SV("");
    }
    return judge(s, sale, f);
}

static enum db_status tell_sales(struct search *s, struct db_rows *rows)
{
    enum db_status status = db_rows_status(rows);
    while (status == DB_OK && db_next(rows))
        status = tell_sale(s, rows);
    return status;
}

static enum db_status find_recorded(struct search *s)
{
    struct db_arg brand = db_u64(s->brand), mode = db_cstr(mode_of(s));
    switch (s->query->by) {
    case MISSING_BY_ORDER: {
        size_t before = s->answer->n;
        enum db_status status = tell_sales(s, db_query(s->db, s->arena, &missing_by_order,
                                                       DB_ARGS(brand, mode, db_text(s->text))));
        if (status != DB_OK || s->answer->n > before)
            return status;
        return tell_sales(s, db_query(s->db, s->arena, &missing_by_key,
                                      DB_ARGS(brand, mode, db_text(s->text), brand)));
    }
    case MISSING_BY_EMAIL:
        return tell_sales(s, db_query(s->db, s->arena, &missing_by_customer,
                                      DB_ARGS(brand, mode, db_bytes(s->customer, HASH_SIZE))));
    case MISSING_BY_CLICK:
        return tell_sales(
            s, db_query(s->db, s->arena, &missing_by_click,
                        DB_ARGS(brand, mode, db_uuid(&s->click), db_bool(s->query->partner == 0),
                                db_u64(s->query->partner))));
    }
    UNREACHABLE();
}

/* What was received, and not recorded ------------------------------------------------------------
 */

#define EVENT_COLUMNS "SELECT i.id, i.state, i.door, i.reason, i.field, i.received_us, i.order_ref"

DB_SQL(missing_events_of_order, EVENT_COLUMNS
       " FROM inbox i FORCE INDEX (inbox_order) WHERE i.brand = ? AND i.mode = ?"
       " AND i.order_ref = ? AND i.kind = 'sale' AND i.state IN ('refused', 'failed')"
       " ORDER BY i.id DESC LIMIT 3");
/* The last ones of a state: there are few, and the hash stands in their JSON alone. */
DB_SQL(missing_events_of_member, EVENT_COLUMNS
       " FROM (SELECT * FROM inbox FORCE INDEX (inbox_state) WHERE brand = ?"
       " AND mode = ? AND state = ? AND kind = 'sale'"
       " ORDER BY received_us DESC, id DESC LIMIT 1000) i"
       " WHERE JSON_VALUE(i.event, ?) = ? LIMIT 3");

static enum db_status tell_events(struct search *s, struct db_rows *rows)
{
    while (db_next(rows)) {
        bool refused = sv_eq(db_col_text(rows, 1), SV("refused"));
        struct missing_finding *f = add(s, refused ? MISSING_REFUSED : MISSING_FAILED);
        f->door = db_col_text(rows, 2);
        f->reason = db_col_text(rows, 3);
        f->field = db_col_text(rows, 4);
        f->at_us = db_col_i64(rows, 5);
        if (s->query->partner == 0) {
            f->inbox = db_col_u64(rows, 0);
            f->order_ref = db_col_text(rows, 6);
        }
    }
    return db_rows_status(rows);
}

static enum db_status find_events_of_member(struct search *s, const char *path, struct sv value)
{
    static const char *const states[] = {"refused", "failed"};
    enum db_status status = DB_OK;
    for (size_t i = 0; i < COUNT_OF(states) && status == DB_OK; i++)
        status =
            tell_events(s, db_query(s->db, s->arena, &missing_events_of_member,
                                    DB_ARGS(db_u64(s->brand), db_cstr(mode_of(s)),
                                            db_cstr(states[i]), db_cstr(path), db_text(value))));
    return status;
}

static enum db_status find_received(struct search *s)
{
    char hash[2 * HASH_SIZE + 1], click[UUID_TEXT_SIZE];
    switch (s->query->by) {
    case MISSING_BY_ORDER:
        return tell_events(
            s, db_query(s->db, s->arena, &missing_events_of_order,
                        DB_ARGS(db_u64(s->brand), db_cstr(mode_of(s)), db_text(s->text))));
    case MISSING_BY_EMAIL:
        hex_encode(hash, s->customer, HASH_SIZE);
        return find_events_of_member(s, "$.customer", sv_from(hash));
    case MISSING_BY_CLICK:
        uuid_format(click, s->click);
        return find_events_of_member(s, "$.click", sv_from(click));
    }
    UNREACHABLE();
}

/* The click itself --------------------------------------------------------------------------------
 */

DB_SQL(missing_find_click,
       "SELECT k.at_us, JSON_VALUE(v.settings, '$.attribution_window_days') FROM click k"
       " JOIN program g ON g.id = k.program JOIN program_version v ON v.id = g.version"
       " JOIN partnership ps ON ps.id = k.partnership"
       " WHERE k.click_id = ? AND k.brand = ? AND k.mode = ? AND (? OR ps.partner = ?)");

static enum db_status find_click(struct search *s)
{
    uint64_t partner = s->query->partner;
    struct db_rows *row;
    int64_t window = 0;
    if (s->query->by != MISSING_BY_CLICK)
        return DB_OK;
    enum db_status status =
        db_get_one(s->db, s->arena, &missing_find_click,
                   DB_ARGS(db_uuid(&s->click), db_u64(s->brand), db_cstr(mode_of(s)),
                           db_bool(partner == 0), db_u64(partner)),
                   &row);
    if (status != DB_OK)
        return status == DB_NO_ROW ? DB_OK : status;
    CHECK(sv_to_i64(db_col_text(row, 1), &window)); /* our own */
    int64_t at_us = db_col_i64(row, 0);
    int64_t late_us = clock_business_us() - at_us - window * CLOCK_DAY;
    struct missing_finding *f = add(s, late_us > 0 ? MISSING_CLICK_EXPIRED : MISSING_CLICK_WAITS);
    f->at_us = at_us;
    f->window_days = (int32_t)window;
    f->days = late_us > 0 ? days_of(late_us) : 0;
    return DB_OK;
}

/* The doors ---------------------------------------------------------------------------------------
 */

DB_SQL(missing_list_doors,
       "SELECT door, MAX(last_us), MAX(refused_us), MAX(code) FROM ("
       "SELECT door, MAX(received_us) AS last_us, 0 AS refused_us, '' AS code FROM inbox"
       " WHERE brand = ? AND mode = ? GROUP BY door UNION ALL"
       " SELECT door, 0, at_us, code FROM door_refusal WHERE brand = ?"
       ") x GROUP BY door ORDER BY door LIMIT 20");

static enum db_status list_doors(struct search *s)
{
    struct missing_answer *a = s->answer;
    struct db_rows *rows =
        db_query(s->db, s->arena, &missing_list_doors,
                 DB_ARGS(db_u64(s->brand), db_cstr(mode_of(s)), db_u64(s->brand)));
    while (db_next(rows) && a->n_doors < MISSING_DOORS_MAX)
        a->doors[a->n_doors++] = (struct missing_door){.brand = s->brand,
                                                       .door = db_col_text(rows, 0),
                                                       .last_event_us = db_col_i64(rows, 1),
                                                       .last_refusal_us = db_col_i64(rows, 2),
                                                       .refusal = db_col_text(rows, 3)};
    return db_rows_status(rows);
}

/* All of it -------------------------------------------------------------------------------------
 */

DB_SQL(missing_find_brand, "SELECT id, name FROM brand WHERE id = ?");
DB_SQL(missing_list_brands,
       "SELECT DISTINCT b.id, b.name FROM partnership ps JOIN brand b ON b.id = ps.brand"
       " WHERE ps.partner = ? AND ps.status IN ('active', 'paused', 'ended')"
       " AND (? OR b.id = ?) ORDER BY b.id LIMIT 50");

typedef enum db_status look(struct search *s);

static enum db_status look_into_all(struct search *s, struct db_rows *brands, look *one)
{
    enum db_status status = db_rows_status(brands);
    while (status == DB_OK && db_next(brands)) {
        s->brand = db_col_u64(brands, 0);
        s->brand_name = db_col_text(brands, 1);
        status = one(s);
    }
    return status;
}

static struct db_rows *brands_of(struct search *s)
{
    const struct missing_query *q = s->query;
    if (q->partner == 0)
        return db_query(s->db, s->arena, &missing_find_brand, DB_ARGS(db_u64(q->brand)));
    return db_query(s->db, s->arena, &missing_list_brands,
                    DB_ARGS(db_u64(q->partner), db_bool(q->brand == 0), db_u64(q->brand)));
}

static enum db_status search_body(struct db *db, void *context)
{
    struct search *s = context;
    look *const looks[] = {find_recorded, find_received, find_click};
    enum db_status status = DB_OK;
    CHECK(db == s->db);
    s->answer->n = s->answer->n_doors = 0;
    for (size_t i = 0; i < COUNT_OF(looks) && status == DB_OK && s->answer->n == 0; i++)
        status = look_into_all(s, brands_of(s), looks[i]);
    if (status != DB_OK)
        return status;
    if (s->answer->n == 0) {
        s->brand = 0;
        s->brand_name = SV("");
        add(s, s->query->by == MISSING_BY_CLICK ? MISSING_CLICK_UNKNOWN : MISSING_NEVER);
        return look_into_all(s, brands_of(s), list_doors);
    }
    return DB_OK;
}

static bool read_text(struct search *s)
{
    s->text = sv_trim(s->query->text);
    switch (s->query->by) {
    case MISSING_BY_ORDER:
        return s->text.n > 0 && s->text.n <= SALE_ORDER_REF_MAX;
    case MISSING_BY_EMAIL:
        keys_hash_email(s->customer, s->text);
        return s->text.n >= 3 && s->text.n <= SALE_EMAIL_MAX && memchr(s->text.p, '@', s->text.n);
    case MISSING_BY_CLICK:
        return uuid_parse(s->text, &s->click);
    }
    UNREACHABLE();
}

enum missing_result sale_find_missing(struct db *db, struct arena *arena,
                                      const struct missing_query *query,
                                      struct missing_answer *answer)
{
    struct search s = {.db = db, .arena = arena, .query = query, .answer = answer};
    CHECK(query->brand != 0 || query->partner != 0);
    *answer = (struct missing_answer){0};
    if (!read_text(&s))
        return MISSING_BAD;
    answer->doors = arena_array(arena, MISSING_DOORS_MAX, sizeof *answer->doors);
    return db_tx_read(db, search_body, &s) == DB_OK ? MISSING_OK : MISSING_UNAVAILABLE;
}
