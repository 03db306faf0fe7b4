/* Discount codes as their brand sees them: list, discount, and a new one in a leaked one's place.
 */
#include "base/clock.h"
#include "partner/partner_internal.h"

enum { LIMIT_MOST = 200, RANDOM_LEAST = 4 };

#define X(name, text) text,
static const char *const discount_words[] = {PARTNER_DISCOUNTS(X)};
#undef X

const char *partner_discount_text(enum partner_discount_kind kind)
{
    CHECK((unsigned)kind < PARTNER_DISCOUNT_COUNT);
    return discount_words[kind];
}

bool partner_discount_find(struct sv text, enum partner_discount_kind *out)
{
    for (unsigned i = 0; i < PARTNER_DISCOUNT_COUNT; i++) {
        if (sv_eq_cstr(text, discount_words[i])) {
            *out = (enum partner_discount_kind)i;
            return true;
        }
    }
    return false;
}

/* ---- the template ---- */

/* What may stand between the placeholders; a spreadsheet would take a leading - for a formula. */
static bool is_plain(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

bool partner_template_is_good(struct sv template_text, struct sv brand_prefix)
{
    char code[PARTNER_CODE_SIZE];
    bool has_random = false;
    if (template_text.n == 0 || template_text.n > PARTNER_TEMPLATE_MAX ||
        template_text.p[0] == '-' ||
        !partner_make_code(code, template_text, brand_prefix, SV("abcdefghijklmnop")))
        return false;
    for (struct sv rest = template_text; rest.n > 0;) {
        if (rest.p[0] != '{') {
            if (!is_plain(rest.p[0]))
                return false;
            rest = sv_from_index(rest, 1);
            continue;
        }
        has_random = has_random || (rest.p[1] >= '0' + RANDOM_LEAST && rest.p[1] <= '9');
        rest = sv_from_index(rest, (size_t)sv_find(rest, '}') + 1);
    }
    return has_random;
}

/* ---- reading ---- */

#define CODE_COLUMNS                                                                               \
    "SELECT c.id, c.code, t.handle, t.name, p.name, c.status, c.stops_us, s.status, "              \
    "c.discount_kind, c.discount, b.code_discount_kind, b.code_discount, "                         \
    "(SELECT COUNT(*) FROM conversion v WHERE v.coupon = c.id AND v.mode = c.mode), "              \
    "COALESCE(n.code, '') FROM coupon c JOIN brand b ON b.id = c.brand "                           \
    "JOIN partnership s ON s.id = c.partnership JOIN partner t ON t.id = s.partner "               \
    "JOIN program p ON p.id = c.program LEFT JOIN coupon n ON n.id = c.replaced_by "

DB_SQL(list_brand_codes,
       CODE_COLUMNS "WHERE c.brand = ? AND c.mode = ? AND c.id < ? ORDER BY c.id DESC LIMIT ?");
DB_SQL(find_brand_code, CODE_COLUMNS "WHERE c.brand = ? AND c.id = ?");

static struct partner_discount read_discount(const struct db_rows *r, unsigned column)
{
    struct partner_discount out = {.value = db_col_i64(r, column + 1)};
    CHECK(partner_discount_find(db_col_text(r, column), &out.kind));
    return out;
}

static void read_code(const struct db_rows *r, struct partner_brand_code *out)
{
    *out = (struct partner_brand_code){.id = db_col_u64(r, 0),
                                       .code = db_col_text(r, 1),
                                       .handle = db_col_text(r, 2),
                                       .partner_name = db_col_text(r, 3),
                                       .program_name = db_col_text(r, 4),
                                       .stopped = sv_eq_cstr(db_col_text(r, 5), "stopped"),
                                       .stops_us = db_col_i64(r, 6),
                                       .own = read_discount(r, 8),
                                       .sales = (uint64_t)db_col_i64(r, 12),
                                       .replaced_by = db_col_text(r, 13)};
    CHECK(partnership_status_find(db_col_text(r, 7), &out->partnership_status));
    out->in_force = out->own.kind == PARTNER_DISCOUNT_OF_BRAND ? read_discount(r, 10) : out->own;
}

enum db_status partner_list_brand_codes(struct db *db, struct arena *arena, uint64_t brand,
                                        bool test_mode, uint64_t before_id, size_t limit,
                                        struct partner_brand_code_list *out)
{
    limit = limit > 0 && limit < LIMIT_MOST ? limit : LIMIT_MOST;
    struct db_rows *r =
        db_query(db, arena, &list_brand_codes,
                 DB_ARGS(db_u64(brand), partner_mode(test_mode),
                         db_u64(before_id ? before_id : UINT64_MAX), db_u64(limit + 1)));
    *out = (struct partner_brand_code_list){.v = arena_array(arena, limit + 1, sizeof(*out->v))};
    while (db_next(r)) {
        if (out->n == limit) {
            out->more = true;
            break;
        }
        read_code(r, &out->v[out->n++]);
    }
    return db_rows_status(r);
}

enum db_status partner_find_brand_code(struct db *db, struct arena *arena, uint64_t brand,
                                       uint64_t id, struct partner_brand_code *out)
{
    struct db_rows *r;
    enum db_status status =
        db_get_one(db, arena, &find_brand_code, DB_ARGS(db_u64(brand), db_u64(id)), &r);
    if (status == DB_OK)
        read_code(r, out);
    return status;
}

DB_SQL(find_code_settings,
       "SELECT code_template, code_prefix, code_discount_kind, code_discount, currency FROM brand "
       "WHERE id = ?");

enum db_status partner_find_code_settings(struct db *db, struct arena *arena, uint64_t brand,
                                          struct partner_code_settings *out)
{
    struct db_rows *r;
    enum db_status status = db_get_one(db, arena, &find_code_settings, DB_ARGS(db_u64(brand)), &r);
    if (status != DB_OK)
        return status;
    *out = (struct partner_code_settings){.template_text = db_col_text(r, 0),
                                          .prefix = db_col_text(r, 1),
                                          .discount = read_discount(r, 2)};
    CHECK(unit_find_currency(db_col_text(r, 4), &out->currency));
    return DB_OK;
}

/* ---- saving ---- */

DB_SQL(save_code_settings,
       "UPDATE brand SET code_template = ?, code_discount_kind = ?, code_discount = ? "
       "WHERE id = ?");
DB_SQL(save_discount,
       "UPDATE coupon SET discount_kind = ?, discount = ? WHERE brand = ? AND id = ?");

enum db_status partner_save_code_settings(struct db *db, uint64_t brand, struct sv template_text,
                                          const struct partner_discount *discount)
{
    CHECK(discount->kind != PARTNER_DISCOUNT_OF_BRAND);
    return db_exec_one(db, &save_code_settings,
                       DB_ARGS(db_text(template_text),
                               db_cstr(partner_discount_text(discount->kind)),
                               db_i64(discount->value), db_u64(brand)));
}

enum db_status partner_save_discount(struct db *db, uint64_t brand, uint64_t id,
                                     const struct partner_discount *discount)
{
    return db_exec_one(db, &save_discount,
                       DB_ARGS(db_cstr(partner_discount_text(discount->kind)),
                               db_i64(discount->value), db_u64(brand), db_u64(id)));
}

/* ---- replacing ---- */

DB_SQL(
    find_leaked,
    "SELECT c.partnership, c.program, s.partner, c.mode, c.link, c.status, c.stops_us, t.handle "
    "FROM coupon c JOIN partnership s ON s.id = c.partnership JOIN partner t ON t.id = s.partner "
    "WHERE c.brand = ? AND c.id = ?");
/* Guarded: of two that replace one code at once, one finds it replaced. */
DB_SQL(stop_leaked,
       "UPDATE coupon SET stops_us = ?, status = IF(? = 0, 'stopped', status), replaced_by = ? "
       "WHERE id = ? AND status = 'active' AND stops_us = 0");
DB_SQL(inherit_discount,
       "UPDATE coupon n JOIN coupon o ON o.id = ? SET n.discount_kind = o.discount_kind, "
       "n.discount = o.discount, n.exclusive = o.exclusive WHERE n.id = ?");
DB_SQL(find_code_text, "SELECT code FROM coupon WHERE id = ?");

struct replacement {
    struct arena *arena;
    uint64_t brand, leaked;
    unsigned hours;
    struct sv code;
    enum partner_result result;
};

static enum db_status replace_body(struct db *db, void *context)
{
    struct replacement *job = context;
    struct db_rows *row;
    uint64_t fresh;
    enum db_status status = db_get_one(db, job->arena, &find_leaked,
                                       DB_ARGS(db_u64(job->brand), db_u64(job->leaked)), &row);
    if (status != DB_OK)
        return status;
    struct partner_link_owner owner = {.partnership = db_col_u64(row, 0),
                                       .program = db_col_u64(row, 1),
                                       .brand = job->brand,
                                       .partner = db_col_u64(row, 2),
                                       .test_mode = sv_eq_cstr(db_col_text(row, 3), "test")};
    status = partner_insert_code(db, job->arena, &owner, db_col_text(row, 7), db_col_u64(row, 4),
                                 &fresh);
    if (status == DB_OK)
        status = db_exec(db, &inherit_discount, DB_ARGS(db_u64(job->leaked), db_u64(fresh)), NULL);
    if (status != DB_OK)
        return status;
    int64_t stops_us = clock_business_us() + job->hours * CLOCK_HOUR;
    status = db_exec_one(
        db, &stop_leaked,
        DB_ARGS(db_i64(stops_us), db_u64(job->hours), db_u64(fresh), db_u64(job->leaked)));
    if (status == DB_NO_ROW) {
        job->result = PARTNER_WRONG_STATE;
        return DB_ROLLBACK;
    }
    if (status == DB_OK)
        status = db_get_one(db, job->arena, &find_code_text, DB_ARGS(db_u64(fresh)), &row);
    if (status == DB_OK)
        job->code = db_col_text(row, 0);
    return status;
}

enum partner_result partner_replace_code(struct db *db, struct arena *arena, uint64_t brand,
                                         uint64_t id, unsigned hours, struct sv *code)
{
    struct replacement job = {.arena = arena, .brand = brand, .leaked = id, .hours = hours};
    CHECK(hours <= PARTNER_CODE_HOURS_MAX);
    enum db_status status = db_tx_run(db, replace_body, &job);
    if (status == DB_ROLLBACK)
        return job.result;
    *code = job.code;
    return partner_result_of(status);
}
