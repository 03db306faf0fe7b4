/* What pages read of partnerships, offers, links and codes. */
#include "base/buf.h"
#include "domain/domain.h"
#include "partner/partner_internal.h"

enum { LIMIT_MOST = 200 };

static size_t bound(size_t limit)
{
    return limit > 0 && limit < LIMIT_MOST ? limit : LIMIT_MOST;
}

/* ---- partnerships -------------------------------------------------------------------------------
 */

#define PARTNERSHIP_COLUMNS                                                                        \
    "SELECT s.id, s.program, s.brand, s.partner, s.pid, p.pid, t.handle, t.name, t.country, "      \
    "t.bio, p.name, b.name, s.slug, s.message, s.reason, s.note, s.status, s.mode, s.applied_us, " \
    "s.decided_us, "                                                                               \
    "(SELECT token FROM link l WHERE l.partnership = s.id AND l.is_main = 1 LIMIT 1), "            \
    "(SELECT code FROM coupon c WHERE c.partnership = s.id AND c.status = 'active' "               \
    "AND c.stops_us = 0 ORDER BY c.id LIMIT 1), " DOMAIN_HOST_OF("s.brand")                                           \
    " FROM partnership s JOIN partner t ON t.id = s.partner JOIN program p ON p.id = s.program "    \
    "JOIN brand b ON b.id = s.brand "

DB_SQL(find_partnership, PARTNERSHIP_COLUMNS "WHERE s.brand = ? AND s.pid = ?");
DB_SQL(count_waiting,
       "SELECT COUNT(*) FROM partnership WHERE brand = ? AND mode = 'live' "
       "AND status = 'applied'");
DB_SQL(list_channels, "SELECT url FROM partner_channel WHERE partner = ? ORDER BY no LIMIT 50");

static void read_partnership(const struct db_rows *r, struct partnership *out)
{
    *out = (struct partnership){.id = db_col_u64(r, 0),
                                .program = db_col_u64(r, 1),
                                .brand = db_col_u64(r, 2),
                                .partner = db_col_u64(r, 3),
                                .pid = db_col_uuid(r, 4),
                                .program_pid = db_col_uuid(r, 5),
                                .handle = db_col_text(r, 6),
                                .partner_name = db_col_text(r, 7),
                                .country = db_col_text(r, 8),
                                .bio = db_col_text(r, 9),
                                .program_name = db_col_text(r, 10),
                                .brand_name = db_col_text(r, 11),
                                .slug = db_col_text(r, 12),
                                .message = db_col_text(r, 13),
                                .reason = db_col_text(r, 14),
                                .note = db_col_text(r, 15),
                                .test_mode = sv_eq_cstr(db_col_text(r, 17), "test"),
                                .applied_us = db_col_i64(r, 18),
                                .decided_us = db_col_i64(r, 19),
                                .main_token = db_col_text(r, 20),
                                .code = db_col_text(r, 21),
                                .link_host = db_col_text(r, 22)};
    CHECK(partnership_status_find(db_col_text(r, 16), &out->status));
}

/* A condition and its argument, where the filter asks for it. */
struct conditions {
    struct buf sql;
    struct db_arg args[8];
    size_t n;
};

static void add_condition(struct conditions *c, const char *sql, struct db_arg arg)
{
    CHECK(c->n < COUNT_OF(c->args));
    buf_puts(&c->sql, c->n == 0 ? "WHERE " : " AND ");
    buf_puts(&c->sql, sql);
    c->args[c->n++] = arg;
}

enum db_status partner_list_partnerships(struct db *db, struct arena *arena,
                                         const struct partnership_filter *filter,
                                         struct partnership_list *out)
{
    CHECK(filter->brand != 0 || filter->partner != 0); /* somebody's, never everybody's */
    struct conditions c = {.sql = buf_new(arena, 4096)};
    buf_puts(&c.sql, PARTNERSHIP_COLUMNS);
    if (filter->brand)
        add_condition(&c, "s.brand = ?", db_u64(filter->brand));
    if (filter->partner)
        add_condition(&c, "s.partner = ?", db_u64(filter->partner));
    if (filter->program)
        add_condition(&c, "s.program = ?", db_u64(filter->program));
    if (filter->by_status)
        add_condition(&c, "s.status = ?", db_cstr(partnership_status_text(filter->status)));
    add_condition(&c, "s.mode = ?", partner_mode(filter->test_mode));
    if (filter->before_id)
        add_condition(&c, "s.id < ?", db_u64(filter->before_id));
    if (filter->accepted)
        buf_puts(&c.sql, " AND s.status IN ('active', 'paused', 'ended')");
    size_t limit = bound(filter->limit);
    buf_puts(&c.sql, " ORDER BY s.id DESC LIMIT ?");
    c.args[c.n++] = db_u64(limit + 1); /* one more, to know whether there is more */
    struct db_rows *r = db_query_text(db, arena, buf_sv(&c.sql).p, (struct db_args){c.args, c.n});
    *out = (struct partnership_list){.v = arena_array(arena, limit + 1, sizeof(*out->v))};
    while (db_next(r)) {
        if (out->n == limit) {
            out->more = true;
            break;
        }
        read_partnership(r, &out->v[out->n++]);
    }
    return db_rows_status(r);
}

enum db_status partner_find_partnership(struct db *db, struct arena *arena, uint64_t brand,
                                        struct uuid pid, struct partnership *out)
{
    struct db_rows *r;
    enum db_status status =
        db_get_one(db, arena, &find_partnership, DB_ARGS(db_u64(brand), db_uuid(&pid)), &r);
    if (status == DB_OK)
        read_partnership(r, out);
    return status;
}

enum db_status partner_count_waiting(struct db *db, struct arena *arena, uint64_t brand,
                                     uint64_t *count)
{
    struct db_rows *r;
    enum db_status status = db_get_one(db, arena, &count_waiting, DB_ARGS(db_u64(brand)), &r);
    if (status == DB_OK)
        *count = (uint64_t)db_col_i64(r, 0);
    return status;
}

enum db_status partner_list_channels(struct db *db, struct arena *arena, uint64_t partner,
                                     struct sv *urls, size_t max, size_t *n)
{
    struct db_rows *r = db_query(db, arena, &list_channels, DB_ARGS(db_u64(partner)));
    for (*n = 0; *n < max && db_next(r); (*n)++)
        urls[*n] = db_col_text(r, 0);
    return db_rows_status(r);
}

/* ---- the marketplace
 * ------------------------------------------------------------------------------ */

#define OFFER_COLUMNS                                                                              \
    "SELECT p.id, b.name, s.pid, s.status, s.note, l.token, a.value, "                             \
    "(SELECT code FROM coupon c WHERE c.partnership = s.id AND c.status = 'active' "               \
    "AND c.stops_us = 0 ORDER BY c.id LIMIT 1), " DOMAIN_HOST_OF("p.brand")                                           \
    " FROM program p JOIN brand b ON b.id = p.brand "                                               \
    "LEFT JOIN partnership s ON s.program = p.id AND s.partner = ? "                               \
    "LEFT JOIN link l ON l.partnership = s.id AND l.is_main = 1 "                                  \
    "LEFT JOIN link_alias a ON a.link = l.id AND a.shape = 'ref' AND a.host = '' "                 \
    "WHERE ((p.status = 'active' AND p.listed = 1 AND b.status = 'active') OR s.id IS NOT NULL) "

DB_SQL(list_offers, OFFER_COLUMNS "AND p.id < ? ORDER BY p.id DESC LIMIT ?");
DB_SQL(find_offer, OFFER_COLUMNS "AND p.pid = ?");

static enum db_status read_offer(struct db *db, struct arena *arena, const struct db_rows *r,
                                 struct partner_offer *out)
{
    *out = (struct partner_offer){.brand_name = db_col_text(r, 1), .known = !db_col_is_null(r, 2)};
    if (out->known) {
        out->partnership = db_col_uuid(r, 2);
        CHECK(partnership_status_find(db_col_text(r, 3), &out->status));
        out->note = db_col_text(r, 4);
        out->main_token = db_col_text(r, 5);
        out->main_ref = db_col_text(r, 6);
        out->code = db_col_text(r, 7);
        out->link_host = db_col_text(r, 8);
    }
    return program_find_by_id(db, arena, db_col_u64(r, 0), &out->program);
}

enum db_status partner_list_offers(struct db *db, struct arena *arena, uint64_t partner,
                                   uint64_t before_id, size_t limit, struct partner_offer_list *out)
{
    limit = bound(limit);
    struct db_rows *r = db_query(
        db, arena, &list_offers,
        DB_ARGS(db_u64(partner), db_u64(before_id ? before_id : UINT64_MAX), db_u64(limit + 1)));
    *out = (struct partner_offer_list){.v = arena_array(arena, limit + 1, sizeof(*out->v))};
    while (db_next(r)) {
        if (out->n == limit) {
            out->more = true;
            break;
        }
        enum db_status status = read_offer(db, arena, r, &out->v[out->n++]);
        if (status != DB_OK)
            return status;
    }
    return db_rows_status(r);
}

enum db_status partner_find_offer(struct db *db, struct arena *arena, uint64_t partner,
                                  struct uuid program, struct partner_offer *out)
{
    struct db_rows *r;
    enum db_status status =
        db_get_one(db, arena, &find_offer, DB_ARGS(db_u64(partner), db_uuid(&program)), &r);
    return status == DB_OK ? read_offer(db, arena, r, out) : status;
}

/* ---- links and codes
 * -------------------------------------------------------------------------------- */

#define LINK_COLUMNS                                                                               \
    "SELECT l.id, l.partnership, l.program, l.pid, p.pid, p.name, b.name, l.name, l.token, "       \
    "(SELECT value FROM link_alias a WHERE a.link = l.id AND a.shape = 'slug' AND a.host = '' "    \
    "LIMIT 1), (SELECT value FROM link_alias a WHERE a.link = l.id AND a.shape = 'ref' "           \
    "AND a.host = '' LIMIT 1), IF(l.dest_url = '', p.dest_url, l.dest_url), l.is_main, l.status, " \
    "l.mode, s.status, l.created_us, " DOMAIN_HOST_OF("l.brand")                                   \
    " FROM link l JOIN partnership s ON s.id = l.partnership JOIN program p ON p.id = l.program "   \
    "JOIN brand b ON b.id = l.brand "

DB_SQL(list_links, LINK_COLUMNS "WHERE l.partner = ? AND l.id < ? ORDER BY l.id DESC LIMIT ?");
DB_SQL(list_links_of,
       LINK_COLUMNS "WHERE l.partnership = ? ORDER BY l.is_main DESC, l.id LIMIT 200");
DB_SQL(list_codes,
       "SELECT c.id, c.partnership, c.code, p.name, b.name, c.status, c.stops_us, "
       "COALESCE(n.code, '') FROM coupon c LEFT JOIN coupon n ON n.id = c.replaced_by "
       "JOIN partnership s ON s.id = c.partnership JOIN program p ON p.id = c.program "
       "JOIN brand b ON b.id = c.brand WHERE s.partner = ? ORDER BY c.id DESC LIMIT 200");

static void read_link(const struct db_rows *r, struct partner_link *out)
{
    *out = (struct partner_link){.id = db_col_u64(r, 0),
                                 .partnership = db_col_u64(r, 1),
                                 .program = db_col_u64(r, 2),
                                 .pid = db_col_uuid(r, 3),
                                 .program_pid = db_col_uuid(r, 4),
                                 .program_name = db_col_text(r, 5),
                                 .brand_name = db_col_text(r, 6),
                                 .name = db_col_text(r, 7),
                                 .token = db_col_text(r, 8),
                                 .slug = db_col_text(r, 9),
                                 .ref = db_col_text(r, 10),
                                 .dest_url = db_col_text(r, 11),
                                 .is_main = db_col_bool(r, 12),
                                 .paused = sv_eq_cstr(db_col_text(r, 13), "paused"),
                                 .test_mode = sv_eq_cstr(db_col_text(r, 14), "test"),
                                 .created_us = db_col_i64(r, 16),
                                 .host = db_col_text(r, 17)};
    CHECK(partnership_status_find(db_col_text(r, 15), &out->partnership_status));
}

static enum db_status read_links(struct db_rows *r, struct arena *arena, size_t limit,
                                 struct partner_link_list *out)
{
    *out = (struct partner_link_list){.v = arena_array(arena, limit + 1, sizeof(*out->v))};
    while (db_next(r)) {
        if (out->n == limit) {
            out->more = true;
            break;
        }
        read_link(r, &out->v[out->n++]);
    }
    return db_rows_status(r);
}

enum db_status partner_list_links(struct db *db, struct arena *arena, uint64_t partner,
                                  uint64_t before_id, size_t limit, struct partner_link_list *out)
{
    limit = bound(limit);
    struct db_rows *r = db_query(
        db, arena, &list_links,
        DB_ARGS(db_u64(partner), db_u64(before_id ? before_id : UINT64_MAX), db_u64(limit + 1)));
    return read_links(r, arena, limit, out);
}

enum db_status partner_list_links_of(struct db *db, struct arena *arena, uint64_t partnership,
                                     struct partner_link_list *out)
{
    struct db_rows *r = db_query(db, arena, &list_links_of, DB_ARGS(db_u64(partnership)));
    return read_links(r, arena, PARTNER_LINKS_MAX, out);
}

enum db_status partner_list_codes(struct db *db, struct arena *arena, uint64_t partner,
                                  struct partner_code_list *out)
{
    struct db_rows *r = db_query(db, arena, &list_codes, DB_ARGS(db_u64(partner)));
    *out = (struct partner_code_list){.v = arena_array(arena, LIMIT_MOST, sizeof(*out->v))};
    while (db_next(r) && out->n < LIMIT_MOST) {
        out->v[out->n++] =
            (struct partner_code){.id = db_col_u64(r, 0),
                                  .partnership = db_col_u64(r, 1),
                                  .code = db_col_text(r, 2),
                                  .program_name = db_col_text(r, 3),
                                  .brand_name = db_col_text(r, 4),
                                  .stopped = sv_eq_cstr(db_col_text(r, 5), "stopped"),
                                  .stops_us = db_col_i64(r, 6),
                                  .replaced_by = db_col_text(r, 7)};
    }
    return db_rows_status(r);
}
