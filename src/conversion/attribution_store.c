/*
 * Everything that may be credited with a sale, in one look each: the clicks of
 * the posted click's visitor, the code, the token, the ref. Each row comes with
 * its link, its partnership and the partnership's own rate.
 */
#include "base/json.h"
#include "click/click.h"
#include "conversion/conversion_internal.h"

enum { SNAPSHOT_MAX = 16 * 1024 };

/* What every source of candidates selects after its own columns. */
#define TERMS                                                                                      \
    " l.id, l.token, l.status, l.campaign, ps.id, ps.partner, ps.status, ps.program, p.handle,"    \
    " p.status, pv.no, pv.rate_bp, pv.flat"
#define JOIN_TERMS(table)                                                                          \
    " JOIN partnership ps ON ps.id = " table                                                       \
    ".partnership JOIN partner p ON p.id = ps.partner"                                             \
    " LEFT JOIN partnership_version pv ON pv.partnership = ps.id AND pv.no = ps.version_no"

enum {
    TERM_LINK,
    TERM_TOKEN,
    TERM_LINK_STATUS,
    TERM_CAMPAIGN,
    TERM_PARTNERSHIP,
    TERM_PARTNER,
    TERM_PARTNERSHIP_STATUS,
    TERM_PROGRAM,
    TERM_HANDLE,
    TERM_PARTNER_STATUS,
    TERM_OWN_NO,
    TERM_OWN_RATE,
    TERM_OWN_FLAT,
};

/* Adds a candidate; its terms stand in the columns from `at` on. */
static struct attribution_candidate *add(struct sale *sale, enum candidate_kind kind,
                                         const struct db_rows *row, unsigned at)
{
    struct sale_candidates *c = sale->candidates;
    CHECK(c->n < SALE_CANDIDATES_MAX);
    size_t i = c->n++;
    c->v[i] = (struct attribution_candidate){
        .kind = kind,
        .known = true,
        .link = db_col_u64(row, at + TERM_LINK),
        .campaign = db_col_u64(row, at + TERM_CAMPAIGN),
        .partnership = db_col_u64(row, at + TERM_PARTNERSHIP),
        .partner = db_col_u64(row, at + TERM_PARTNER),
        .program = db_col_u64(row, at + TERM_PROGRAM),
        .link_active = sv_eq(db_col_text(row, at + TERM_LINK_STATUS), SV("active")),
        .partnership_active = sv_eq(db_col_text(row, at + TERM_PARTNERSHIP_STATUS), SV("active")) &&
                              sv_eq(db_col_text(row, at + TERM_PARTNER_STATUS), SV("active")),
    };
    c->own[i] = (struct commission_rate){0};
    c->own_no[i] = 0;
    if (!db_col_is_null(row, at + TERM_OWN_RATE))
        c->own[i] = (struct commission_rate){
            .pay = COMMISSION_PERCENT, .rate_bp = (int32_t)db_col_u64(row, at + TERM_OWN_RATE)};
    else if (!db_col_is_null(row, at + TERM_OWN_FLAT))
        c->own[i] = (struct commission_rate){.pay = COMMISSION_FLAT,
                                             .flat = db_col_i64(row, at + TERM_OWN_FLAT)};
    if (c->own[i].pay != COMMISSION_NO_RATE)
        c->own_no[i] = (uint32_t)db_col_u64(row, at + TERM_OWN_NO);
    return &c->v[i];
}

/* Something that the order tells and that does not exist: kept, since the brand will ask. */
static void add_unknown(struct sale *sale, enum candidate_kind kind, struct sv told)
{
    struct sale_candidates *c = sale->candidates;
    struct buf b = buf_new(sale->arena, SNAPSHOT_MAX);
    CHECK(c->n < SALE_CANDIDATES_MAX);
    buf_puts(&b, "{\"told\":");
    json_put_string(&b, told);
    buf_putc(&b, '}');
    c->v[c->n++] = (struct attribution_candidate){
        .kind = kind, .posted = kind == CANDIDATE_CLICK, .snapshot = buf_sv(&b)};
}

/* Snapshots -------------------------------------------------------------------------------- */

static struct buf snapshot_begin(struct sale *sale, const struct db_rows *row, unsigned terms)
{
    struct buf b = buf_new(sale->arena, SNAPSHOT_MAX);
    buf_puts(&b, "{\"handle\":");
    json_put_string(&b, db_col_text(row, terms + TERM_HANDLE));
    return b;
}

static void snapshot_text(struct buf *b, const char *name, struct sv value)
{
    if (value.n == 0)
        return;
    buf_printf(b, ",\"%s\":", name);
    json_put_string(b, value);
}

static struct sv snapshot_end(struct buf *b)
{
    buf_putc(b, '}');
    CHECK(!b->overflow); /* every column of it is bounded */
    return buf_sv(b);
}

/* Clicks ----------------------------------------------------------------------------------- */

#define CLICK_COLUMNS                                                                              \
    "SELECT k.click_id, k.visitor, k.at_us, k.mode, k.bot, k.program, k.shape, k.country,"         \
    " k.agent, k.referrer, k.utm_source, k.utm_medium, k.utm_campaign, k.subs, k.brand," TERMS     \
    " FROM click k JOIN link l ON l.id = k.link" JOIN_TERMS("k")

enum {
    CLICK_ID,
    CLICK_VISITOR,
    CLICK_AT,
    CLICK_MODE,
    CLICK_BOT,
    CLICK_PROGRAM,
    CLICK_SHAPE,
    CLICK_COUNTRY,
    CLICK_AGENT,
    CLICK_REFERRER,
    CLICK_UTM_1,
    CLICK_SUBS_JSON = CLICK_UTM_1 + 3,
    CLICK_BRAND,
    CLICK_TERMS,
};

DB_SQL(sale_find_click, CLICK_COLUMNS " WHERE k.click_id = ?");
DB_SQL(sale_list_visitor_clicks, CLICK_COLUMNS
       " WHERE k.visitor = ? AND k.at_us BETWEEN ? AND ? AND k.click_id >= ?"
       " AND k.program = ? AND k.click_id <> ?"
       " ORDER BY k.at_us DESC, k.click_id DESC LIMIT 49");

static struct attribution_candidate *add_click(struct sale *sale, const struct db_rows *row)
{
    static const char *const utm_names[] = {"utm_source", "utm_medium", "utm_campaign"};
    struct attribution_candidate *c = add(sale, CANDIDATE_CLICK, row, CLICK_TERMS);
    c->click = db_col_uuid(row, CLICK_ID);
    c->visitor = db_col_uuid(row, CLICK_VISITOR);
    c->at_us = db_col_i64(row, CLICK_AT);
    c->test_mode = sv_eq(db_col_text(row, CLICK_MODE), SV("test"));
    c->bot = db_col_bool(row, CLICK_BOT);
    c->program = db_col_u64(row, CLICK_PROGRAM);

    struct buf b = snapshot_begin(sale, row, CLICK_TERMS);
    buf_printf(&b, ",\"at\":%" PRId64, c->at_us);
    snapshot_text(&b, "token", db_col_text(row, CLICK_TERMS + TERM_TOKEN));
    snapshot_text(&b, "shape", db_col_text(row, CLICK_SHAPE));
    snapshot_text(&b, "country", db_col_text(row, CLICK_COUNTRY));
    snapshot_text(&b, "agent", db_col_text(row, CLICK_AGENT));
    snapshot_text(&b, "referrer", db_col_text(row, CLICK_REFERRER));
    for (unsigned i = 0; i < COUNT_OF(utm_names); i++)
        snapshot_text(&b, utm_names[i], db_col_text(row, CLICK_UTM_1 + i));
    snapshot_text(&b, "subs", db_col_text(row, CLICK_SUBS_JSON));
    c->snapshot = snapshot_end(&b);
    return c;
}

/* Twice the window back: losers that came too early are worth showing. */
static enum db_status load_visitor(struct sale *sale, struct uuid visitor)
{
    int64_t from_us = sale->occurred_us - 2 * sale->program.window_days * CLOCK_DAY;
    struct uuid first = click_id_floor(from_us);
    struct db_rows *rows =
        db_query(sale->db, sale->arena, &sale_list_visitor_clicks,
                 DB_ARGS(db_uuid(&visitor), db_i64(from_us), db_i64(sale->event->received_us),
                         db_uuid(&first), db_u64(sale->program.id), db_uuid(&sale->event->click)));
    while (db_next(rows))
        add_click(sale, rows);
    return db_rows_status(rows);
}

static enum db_status load_clicks(struct sale *sale)
{
    struct db_rows *row;
    char text[UUID_TEXT_SIZE];
    if (sale->event->bad_click.n > 0)
        add_unknown(sale, CANDIDATE_CLICK, sale->event->bad_click);
    if (uuid_is_zero(sale->event->click))
        return DB_OK;
    enum db_status status = db_get_one(sale->db, sale->arena, &sale_find_click,
                                       DB_ARGS(db_uuid(&sale->event->click)), &row);
    if (status == DB_NO_ROW) {
        uuid_format(text, sale->event->click);
        add_unknown(sale, CANDIDATE_CLICK, sv_from(text));
        sale->candidates->click_is_missing = true;
        return DB_OK;
    }
    if (status != DB_OK)
        return status;
    if (db_col_u64(row, CLICK_BRAND) != sale->event->brand) {
        /* Another tenant's: that it exists, and whose it is, is not for this brand to see. */
        uuid_format(text, sale->event->click);
        add_unknown(sale, CANDIDATE_CLICK, sv_from(text));
        return DB_OK;
    }
    struct attribution_candidate *posted = add_click(sale, row);
    posted->posted = true;
    if (uuid_is_zero(posted->visitor) || posted->program != sale->program.id)
        return DB_OK;
    return load_visitor(sale, posted->visitor);
}

/* Code, token, ref -------------------------------------------------------------------------- */

DB_SQL(sale_find_coupon, "SELECT c.id, c.mode, c.exclusive, c.status, c.stops_us," TERMS
                         " FROM coupon c LEFT JOIN link l ON l.id = c.link" JOIN_TERMS(
                             "c") " WHERE c.brand = ? AND c.code = ?");

static enum db_status load_coupon(struct sale *sale, struct sv code)
{
    enum { ID, MODE, EXCLUSIVE, STATUS, STOPS, THE_TERMS };
    struct db_rows *row;
    enum db_status status = db_get_one(sale->db, sale->arena, &sale_find_coupon,
                                       DB_ARGS(db_u64(sale->event->brand), db_text(code)), &row);
    if (status == DB_NO_ROW) {
        add_unknown(sale, CANDIDATE_COUPON, code);
        return DB_OK;
    }
    if (status != DB_OK)
        return status;
    struct attribution_candidate *c = add(sale, CANDIDATE_COUPON, row, THE_TERMS);
    bool stopped = sv_eq(db_col_text(row, STATUS), SV("stopped"));
    c->coupon = db_col_u64(row, ID);
    c->test_mode = sv_eq(db_col_text(row, MODE), SV("test"));
    c->exclusive = db_col_bool(row, EXCLUSIVE);
    c->stops_us = db_col_i64(row, STOPS);
    if (stopped && c->stops_us == 0)
        c->stops_us = 1; /* stopped, nobody knows when */
    struct buf b = snapshot_begin(sale, row, THE_TERMS);
    snapshot_text(&b, "code", code);
    c->snapshot = snapshot_end(&b);
    return DB_OK;
}

/* A link told without a click: the last click on it from the order's address, if there is one. */
static enum db_status find_click_of_address(struct sale *sale, struct attribution_candidate *c)
{
    struct click_list clicks;
    if (!sale->event->has_ip || !c->link_active || c->program != sale->program.id)
        return DB_OK;
    enum db_status status = click_list_of_link_ip(
        sale->db, sale->arena, c->link, sale->event->ip_hash,
        sale->occurred_us - sale->program.window_days * CLOCK_DAY, sale->occurred_us, &clicks);
    if (status == DB_OK && clicks.n > 0) {
        c->click = clicks.v[0].id;
        c->at_us = clicks.v[0].at_us;
    }
    return status;
}

#define LINK_COLUMNS "SELECT l.mode," TERMS " FROM link l" JOIN_TERMS("l")

DB_SQL(sale_find_token, LINK_COLUMNS " WHERE l.token = ? AND l.brand = ?");
DB_SQL(sale_find_ref, LINK_COLUMNS
       " JOIN link_alias a ON a.link = l.id"
       " WHERE a.host = '' AND a.shape = 'ref' AND a.value = ?"
       " AND l.brand = ?");

static enum db_status load_link(struct sale *sale, enum candidate_kind kind,
                                const struct db_sql *sql, struct sv told)
{
    enum { MODE, THE_TERMS };
    struct db_rows *row;
    if (told.n == 0)
        return DB_OK;
    enum db_status status = db_get_one(sale->db, sale->arena, sql,
                                       DB_ARGS(db_text(told), db_u64(sale->event->brand)), &row);
    if (status == DB_NO_ROW) {
        add_unknown(sale, kind, told);
        return DB_OK;
    }
    if (status != DB_OK)
        return status;
    struct attribution_candidate *c = add(sale, kind, row, THE_TERMS);
    c->test_mode = sv_eq(db_col_text(row, MODE), SV("test"));
    status = find_click_of_address(sale, c);
    struct buf b = snapshot_begin(sale, row, THE_TERMS);
    snapshot_text(&b, "token", db_col_text(row, THE_TERMS + TERM_TOKEN));
    snapshot_text(&b, "told", told);
    if (c->at_us != 0)
        buf_printf(&b, ",\"at\":%" PRId64, c->at_us);
    c->snapshot = snapshot_end(&b);
    return status;
}

/* The first sale of the subscription ---------------------------------------------------------- */

bool sale_names_anyone(const struct sale_event *event)
{
    return !uuid_is_zero(event->click) || event->bad_click.n > 0 || event->n_codes > 0 ||
           event->token.n > 0 || event->ref.n > 0;
}

/*
 * Providers name subscriptions their own way; what a brand's own server calls a user is one name,
 * at whichever of our doors it is told.
 */
const char *sale_provider(enum sale_door door)
{
    switch (door) {
    case SALE_DOOR_SHOPIFY:
    case SALE_DOOR_STRIPE:
    case SALE_DOOR_PADDLE:
    case SALE_DOOR_WOOCOMMERCE:
        return sale_door_text(door);
    case SALE_DOOR_API:
    case SALE_DOOR_POSTBACK:
    case SALE_DOOR_INGEST:
    case SALE_DOOR_PIXEL:
    case SALE_DOOR_MANUAL:
    case SALE_DOOR_CSV:
        return "brand";
    case SALE_DOOR_COUNT:
        break;
    }
    UNREACHABLE();
}

/* The rate of their own that the first sale met: a rebill is paid as it was promised. */
DB_SQL(sale_find_first,
       "SELECT c.id, c.program, c.version, c.coupon, c.mode," TERMS
       " FROM subscription s JOIN conversion c ON c.id = s.first_conversion"
       " JOIN program g ON g.id = s.program LEFT JOIN link l ON l.id = c.link"
       " LEFT JOIN partnership ps ON ps.id = c.partnership"
       " LEFT JOIN partner p ON p.id = ps.partner"
       " LEFT JOIN partnership_version pv ON pv.partnership = ps.id AND pv.no ="
       " (SELECT MAX(v.no) FROM partnership_version v WHERE v.partnership = c.partnership"
       " AND v.from_us <= c.received_us)"
       " WHERE s.brand = ? AND s.mode = ? AND s.provider = ? AND s.ref = ?"
       " AND (? OR g.pid = ?) AND (? OR g.id = ?) ORDER BY s.first_conversion LIMIT 1");

static void read_parent(struct sale *sale, const struct db_rows *row)
{
    enum { ID, PROGRAM, VERSION, COUPON, MODE, THE_TERMS };
    struct sale_candidates one = {.n = 0};
    struct sale_candidates *all = sale->candidates;
    struct sale_parent *parent = &sale->parent;
    *parent =
        (struct sale_parent){.id = db_col_u64(row, ID),
                             .program = db_col_u64(row, PROGRAM),
                             .version = db_col_u64(row, VERSION),
                             .has_candidate = db_col_u64(row, THE_TERMS + TERM_PARTNERSHIP) != 0};
    if (!parent->has_candidate)
        return;
    sale->candidates = &one;
    struct attribution_candidate *c = add(sale, CANDIDATE_PARENT, row, THE_TERMS);
    sale->candidates = all;
    c->coupon = db_col_u64(row, COUPON);
    c->test_mode = sv_eq(db_col_text(row, MODE), SV("test"));
    c->original = sale->event->kind == SALE_KIND_REBILL;
    struct buf b = snapshot_begin(sale, row, THE_TERMS);
    snapshot_text(&b, "token", db_col_text(row, THE_TERMS + TERM_TOKEN));
    snapshot_text(&b, "told", sale->event->subscription);
    c->snapshot = snapshot_end(&b);
    parent->candidate = *c;
    parent->own = one.own[0];
    parent->own_no = one.own_no[0];
}

enum db_status sale_find_parent(struct sale *sale)
{
    const struct sale_event *e = sale->event;
    struct db_rows *row;
    sale->parent = (struct sale_parent){0};
    if (e->subscription.n == 0)
        return DB_OK;
    enum db_status status = db_get_one(
        sale->db, sale->arena, &sale_find_first,
        DB_ARGS(db_u64(e->brand), db_cstr(sale_mode_text(sale)), db_cstr(sale_provider(e->door)),
                db_text(e->subscription), db_bool(uuid_is_zero(e->program_pid)),
                db_uuid(&e->program_pid), db_bool(e->program == 0), db_u64(e->program)),
        &row);
    if (status == DB_OK)
        read_parent(sale, row);
    return status == DB_NO_ROW ? DB_OK : status;
}

static void load_parent(struct sale *sale)
{
    struct sale_candidates *all = sale->candidates;
    const struct sale_parent *parent = &sale->parent;
    if (!parent->has_candidate)
        return;
    CHECK(all->n < SALE_CANDIDATES_MAX);
    all->v[all->n] = parent->candidate;
    all->own[all->n] = parent->own;
    all->own_no[all->n++] = parent->own_no;
}

enum db_status sale_load_candidates(struct sale *sale)
{
    sale->candidates = ARENA_NEW(sale->arena, struct sale_candidates);
    enum db_status status = load_clicks(sale);
    for (size_t i = 0; i < sale->event->n_codes && status == DB_OK; i++)
        status = load_coupon(sale, sale->event->codes[i]);
    if (status == DB_OK)
        status = load_link(sale, CANDIDATE_TOKEN, &sale_find_token, sale->event->token);
    if (status == DB_OK)
        status = load_link(sale, CANDIDATE_REF, &sale_find_ref, sale->event->ref);
    if (status == DB_OK)
        load_parent(sale);
    return status;
}
