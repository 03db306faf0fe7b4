/* What the address says, turned into a filter; and what a filter can be set to. */
#include "base/clock.h"
#include "conversion/conversion_list_internal.h"

/* Words of an address ------------------------------------------------------------------------ */

bool sale_cursor_read(struct sv text, int64_t *before_us, uint64_t *before_id)
{
    *before_us = INT64_MAX;
    *before_id = UINT64_MAX;
    if (text.n == 0)
        return true;
    struct sv us = sv_cut(&text, '-');
    return sv_to_i64(us, before_us) && *before_us > 0 && sv_to_u64(text, before_id);
}

const char *sale_cursor_write(struct arena *arena, int64_t occurred_us, uint64_t id)
{
    return arena_printf(arena, "%" PRId64 "-%" PRIu64, occurred_us, id);
}

static int days_in_month(int64_t year, int64_t month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && is_leap ? 29 : days[month - 1];
}

bool sale_day_read(struct sv text, int32_t *day)
{
    int64_t y, m, d;
    *day = 0;
    if (text.n == 0)
        return true;
    if (text.n != 10 || text.p[4] != '-' || text.p[7] != '-' ||
        !sv_to_i64(sv_sub(text, 0, 4), &y) || !sv_to_i64(sv_sub(text, 5, 2), &m) ||
        !sv_to_i64(sv_sub(text, 8, 2), &d))
        return false;
    if (y < 2000 || m < 1 || m > 12 || d < 1 || d > days_in_month(y, m))
        return false;
    *day = (int32_t)(y * 10000 + m * 100 + d);
    return true;
}

/* No zone is further than 14 hours from UTC. */
void sale_days_to_span(int32_t from_day, int32_t to_day, int64_t *from_us, int64_t *to_us)
{
    *from_us = from_day ? clock_local_day_start(from_day, "UTC") - 14 * CLOCK_HOUR : INT64_MIN;
    *to_us = to_day ? clock_local_day_start(clock_date_add(to_day, 1), "UTC") + 14 * CLOCK_HOUR
                    : INT64_MAX;
}

static bool is_none(struct sv text)
{
    return sv_eq(text, SV("-"));
}

/* Names that the tables know ------------------------------------------------------------------ */

struct resolving {
    struct db *db;
    struct arena *arena;
    const struct sale_query *query;
    struct sale_filter *filter;
    const char *field; /* that can't be read */
};

/* The id that `select` finds within the scope's brands; `by` fills its first '?'. */
static enum sale_query_result find_id(struct resolving *r, const char *select, struct db_arg by,
                                      uint64_t *id)
{
    struct db_compose c = db_compose_new(r->arena);
    db_compose_say(&c, select);
    db_compose_bind(&c, by);
    db_compose_ids(&c, r->filter->scope.brands, r->filter->scope.n);
    db_compose_say(&c, " LIMIT 1");
    struct db_rows *rows = db_compose_query(&c, r->db, r->arena);
    if (db_rows_status(rows) != DB_OK)
        return SALE_QUERY_UNAVAILABLE;
    if (!db_next(rows))
        return SALE_QUERY_NOTHING;
    *id = db_col_u64(rows, 0);
    return SALE_QUERY_OK;
}

static enum sale_query_result resolve_brand(struct resolving *r)
{
    struct uuid pid;
    uint64_t *brand = ARENA_NEW(r->arena, uint64_t);
    if (r->query->brand.n == 0)
        return SALE_QUERY_OK;
    if (!uuid_parse(r->query->brand, &pid)) {
        r->field = "brand";
        return SALE_QUERY_BAD;
    }
    enum sale_query_result result =
        find_id(r, "SELECT id FROM brand WHERE pid = ? AND id IN ", db_uuid(&pid), brand);
    if (result == SALE_QUERY_OK) {
        r->filter->scope.brands = brand;
        r->filter->scope.n = 1;
    }
    return result;
}

static enum sale_query_result resolve_program(struct resolving *r)
{
    struct uuid pid;
    if (r->query->program.n == 0)
        return SALE_QUERY_OK;
    if (!uuid_parse(r->query->program, &pid)) {
        r->field = "program";
        return SALE_QUERY_BAD;
    }
    r->filter->has_program = true;
    return find_id(r, "SELECT id FROM program WHERE pid = ? AND brand IN ", db_uuid(&pid),
                   &r->filter->program);
}

static enum sale_query_result resolve_campaign(struct resolving *r)
{
    if (r->query->campaign.n == 0)
        return SALE_QUERY_OK;
    r->filter->has_campaign = true;
    return find_id(r,
                   "SELECT c.id FROM campaign c JOIN program p ON p.id = c.program"
                   " WHERE c.code = ? AND p.brand IN ",
                   db_text(r->query->campaign), &r->filter->campaign);
}

/* Without a creator each brand is walked as a whole. */
static void walk_brands(struct resolving *r)
{
    const struct sale_scope *scope = &r->filter->scope;
    struct sale_walk *walks = arena_array(r->arena, scope->n + 1, sizeof *walks);
    for (size_t i = 0; i < scope->n; i++)
        walks[i] = (struct sale_walk){.brand = scope->brands[i]};
    r->filter->walks = walks;
    r->filter->n_walks = scope->n;
}

/* A creator has one partnership a program: each is walked by its own index. */
static enum sale_query_result resolve_creator(struct resolving *r)
{
    struct sale_filter *f = r->filter;
    f->has_creator = r->query->creator.n > 0;
    if (!f->has_creator || is_none(r->query->creator)) {
        walk_brands(r); /* partnership 0 is nobody's */
        return SALE_QUERY_OK;
    }
    struct db_compose c = db_compose_new(r->arena);
    db_compose_say(&c,
                   "SELECT ps.brand, ps.id FROM partner p JOIN partnership ps"
                   " ON ps.partner = p.id WHERE p.handle = ? AND ps.brand IN ");
    db_compose_bind(&c, db_text(r->query->creator));
    db_compose_ids(&c, f->scope.brands, f->scope.n);
    db_compose_say(&c, " ORDER BY ps.id LIMIT 100");
    struct db_rows *rows = db_compose_query(&c, r->db, r->arena);
    if (db_rows_status(rows) != DB_OK)
        return SALE_QUERY_UNAVAILABLE;
    struct sale_walk *walks = arena_array(r->arena, db_rows_count(rows) + 1, sizeof *walks);
    while (db_next(rows))
        walks[f->n_walks++] = (struct sale_walk){db_col_u64(rows, 0), db_col_u64(rows, 1)};
    f->walks = walks;
    return f->n_walks > 0 ? SALE_QUERY_OK : SALE_QUERY_NOTHING;
}

/* Words that need no table -------------------------------------------------------------------- */

static const char *const statuses[] = {"pending", "approved", "rejected",     "reversed",
                                       "paid",    "review",   "unattributed", "awaiting"};

static bool read_status(struct sv text, struct sale_filter *f)
{
    for (size_t i = 0; i < COUNT_OF(statuses); i++)
        if (sv_eq_cstr(text, statuses[i]))
            f->status = statuses[i];
    if (f->status && strcmp(f->status, "review") == 0) {
        f->status = "pending";
        f->in_review = true;
    }
    return text.n == 0 || f->status;
}

static bool read_country(struct sv text, struct arena *arena, struct sale_filter *f)
{
    if (text.n == 0)
        return true;
    f->has_country = true;
    f->country = SV("");
    if (is_none(text))
        return true;
    char *upper = sv_dup(arena, text);
    for (char *c = upper; *c; c++)
        *c = (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
    f->country = sv_from(upper);
    return text.n == 2;
}

static bool read_method(struct sv text, struct sale_filter *f)
{
    if (text.n == 0)
        return true;
    f->has_method = true;
    f->method = sv_eq(text, SV("none")) ? SV("") : text;
    for (unsigned i = 1; i < ATTRIBUTION_METHOD_COUNT; i++)
        if (sv_eq_cstr(text, attribution_method_text((enum attribution_method)i)))
            return true;
    return f->method.n == 0;
}

static const char *read_words(struct resolving *r)
{
    const struct sale_query *q = r->query;
    struct sale_filter *f = r->filter;
    enum sale_door door;
    if (!read_status(q->status, f))
        return "status";
    if (!read_country(q->country, r->arena, f))
        return "country";
    if (!read_method(q->method, f))
        return "method";
    if (q->source.n > 0 && !sale_door_find(q->source, &door))
        return "source";
    if (!sale_day_read(q->from, &f->from_day))
        return "from";
    if (!sale_day_read(q->to, &f->to_day) || (f->to_day && f->to_day < f->from_day))
        return "to";
    if (!sale_cursor_read(q->cursor, &f->before_us, &f->before_id))
        return "cursor";
    f->source = q->source;
    f->order = q->order;
    f->has_tier = q->tier.n > 0;
    f->tier = is_none(q->tier) ? SV("") : q->tier;
    sale_days_to_span(f->from_day, f->to_day, &f->from_us, &f->to_us);
    return NULL;
}

enum sale_query_result sale_query_resolve(struct db *db, struct arena *arena,
                                          const struct sale_scope *scope,
                                          const struct sale_query *query,
                                          struct sale_filter *filter, const char **field)
{
    struct resolving r = {db, arena, query, filter, NULL};
    enum sale_query_result (*const steps[])(struct resolving *) = {
        resolve_brand, resolve_program, resolve_campaign, resolve_creator};
    CHECK(scope->n <= SALE_SCOPE_BRANDS_MAX);
    *filter = (struct sale_filter){.scope = *scope};
    *field = read_words(&r);
    if (*field)
        return SALE_QUERY_BAD;
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        enum sale_query_result result = steps[i](&r);
        if (result != SALE_QUERY_OK) {
            *field = r.field;
            return result;
        }
    }
    return SALE_QUERY_OK;
}

/* Menus -------------------------------------------------------------------------------------- */

struct choosing {
    struct arena *arena;
    const struct sale_scope *scope;
    struct sale_choices *out;
};

static void read_choices(struct db_rows *rows, struct arena *arena, bool value_is_pid,
                         struct sale_choice **out, size_t *n)
{
    *out = arena_array(arena, db_rows_count(rows) + 1, sizeof **out);
    for (*n = 0; db_next(rows); (*n)++) {
        struct sale_choice *choice = &(*out)[*n];
        choice->value = db_col_text(rows, 0);
        choice->label = db_col_text(rows, 1);
        if (value_is_pid) {
            char text[UUID_TEXT_SIZE];
            uuid_format(text, db_col_uuid(rows, 0));
            choice->value = sv_from(arena_strdup(arena, text));
        }
    }
}

/* `sql`, the brands, and what stands behind them. */
static enum db_status choose(struct db *db, const struct choosing *c, const char *sql,
                             const char *behind, bool value_is_pid, struct sale_choice **out,
                             size_t *n)
{
    struct db_compose q = db_compose_new(c->arena);
    db_compose_say(&q, sql);
    db_compose_ids(&q, c->scope->brands, c->scope->n);
    db_compose_say(&q, behind);
    if (strchr(behind, '?'))
        db_compose_bind(&q, db_cstr(c->scope->test_mode ? "test" : "live"));
    struct db_rows *rows = db_compose_query(&q, db, c->arena);
    enum db_status status = db_rows_status(rows);
    if (status == DB_OK)
        read_choices(rows, c->arena, value_is_pid, out, n);
    return status;
}

static enum db_status choices_body(struct db *db, void *context)
{
    const struct choosing *c = context;
    struct sale_choices *o = c->out;
    enum db_status status = choose(db, c, "SELECT pid, name FROM brand WHERE id IN ",
                                   " ORDER BY name LIMIT 200", true, &o->brands, &o->n_brands);
    if (status == DB_OK)
        status = choose(db, c, "SELECT pid, name FROM program WHERE brand IN ",
                        " ORDER BY name, id LIMIT 200", true, &o->programs, &o->n_programs);
    if (status == DB_OK)
        status = choose(db, c,
                        "SELECT c.code, c.name FROM campaign c JOIN program p ON p.id = c.program"
                        " WHERE p.brand IN ",
                        " ORDER BY c.name, c.id LIMIT 200", false, &o->campaigns, &o->n_campaigns);
    if (status == DB_OK)
        status = choose(db, c,
                        "SELECT DISTINCT p.handle, p.name FROM partnership ps"
                        " JOIN partner p ON p.id = ps.partner WHERE ps.brand IN ",
                        " AND ps.mode = ? ORDER BY p.handle LIMIT 200", false, &o->creators,
                        &o->n_creators);
    if (status == DB_OK)
        status = choose(db, c, "SELECT country, country FROM conversion WHERE brand IN ",
                        " AND mode = ? AND country <> '' GROUP BY country LIMIT 200", false,
                        &o->countries, &o->n_countries);
    if (status == DB_OK)
        status = choose(db, c, "SELECT tier, tier FROM conversion WHERE brand IN ",
                        " AND mode = ? AND tier <> '' GROUP BY tier LIMIT 200", false, &o->tiers,
                        &o->n_tiers);
    return status;
}

enum db_status sale_choices_read(struct db *db, struct arena *arena, const struct sale_scope *scope,
                                 struct sale_choices *out)
{
    struct choosing c = {arena, scope, out};
    *out = (struct sale_choices){0};
    return db_tx_read(db, choices_body, &c);
}
