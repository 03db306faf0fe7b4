/* Links, their addresses, and discount codes. */
#include "base/clock.h"
#include "click/linkmap.h"
#include "net/url.h"
#include "partner/partner_internal.h"
#include "program/site.h"

enum { UNIQUE_TRIES = 8 };

DB_SQL(insert_link,
       "INSERT INTO link (pid, token, partnership, program, brand, partner, mode, name, dest_url, "
       "is_main, created_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
DB_SQL(insert_alias, "INSERT INTO link_alias (shape, value, link) VALUES (?, ?, ?)");
DB_SQL(insert_coupon,
       "INSERT INTO coupon (brand, code, partnership, program, link, mode, created_us) "
       "VALUES (?, ?, ?, ?, ?, ?, ?)");
DB_SQL(find_code_parts, "SELECT code_prefix, code_template FROM brand WHERE id = ?");

enum partner_result partner_result_of(enum db_status status)
{
    switch (status) {
    case DB_OK:
        return PARTNER_OK;
    case DB_NO_ROW:
        return PARTNER_NOT_FOUND;
    case DB_DUPLICATE:
        return PARTNER_ALREADY;
    case DB_RETRY:
    case DB_UNAVAILABLE:
    case DB_AMBIGUOUS:
    case DB_FAILED:
    case DB_ROLLBACK:
        return PARTNER_UNAVAILABLE;
    }
    UNREACHABLE();
}

enum db_status partner_insert_link(struct db *db, const struct partner_link_owner *owner,
                                   struct sv dest_url, struct sv name, bool is_main, uint64_t *id,
                                   struct uuid *pid)
{
    *pid = uuid_v7(clock_business_us());
    enum db_status status = DB_DUPLICATE;
    for (int i = 0; i < UNIQUE_TRIES && status == DB_DUPLICATE; i++) {
        char token[LINK_TOKEN_SIZE];
        id_link_token(token);
        status = db_insert_unless_known(
            db, &insert_link,
            DB_ARGS(db_uuid(pid), db_cstr(token), db_u64(owner->partnership),
                    db_u64(owner->program), db_u64(owner->brand), db_u64(owner->partner),
                    partner_mode(owner->test_mode), db_text(name), db_text(dest_url),
                    db_bool(is_main), db_i64(clock_business_us())),
            id);
    }
    return status == DB_OK ? linkmap_note_link(db, *id) : status;
}

/* The platform's addresses are shared by all programs: the first "nia-travels" is hers as it is. */
static enum db_status insert_alias_of(struct db *db, const char *shape, struct sv slug,
                                      struct sv brand_prefix, uint64_t link)
{
    enum db_status status = DB_DUPLICATE;
    for (int i = 0; i < UNIQUE_TRIES && status == DB_DUPLICATE; i++) {
        char value[PARTNER_SLUG_SIZE + 32], mark[5];
        id_code(mark, 4);
        if (i == 0)
            snprintf(value, sizeof(value), SV_FMT, SV_ARG(slug));
        else if (i == 1)
            snprintf(value, sizeof(value), SV_FMT "-" SV_FMT, SV_ARG(slug), SV_ARG(brand_prefix));
        else
            snprintf(value, sizeof(value), SV_FMT "-%.4s", SV_ARG(slug), mark);
        for (char *c = value; *c; c++)
            if (*c >= 'A' && *c <= 'Z')
                *c = (char)(*c - 'A' + 'a');
        status = db_insert_unless_known(
            db, &insert_alias, DB_ARGS(db_cstr(shape), db_cstr(value), db_u64(link)), NULL);
    }
    return status;
}

enum db_status partner_insert_code(struct db *db, struct arena *arena,
                                   const struct partner_link_owner *owner, struct sv handle,
                                   uint64_t link, uint64_t *id)
{
    struct db_rows *brand;
    enum db_status status =
        db_get_one(db, arena, &find_code_parts, DB_ARGS(db_u64(owner->brand)), &brand);
    if (status != DB_OK)
        return status;
    struct sv prefix = db_col_text(brand, 0), template_text = db_col_text(brand, 1);
    status = DB_DUPLICATE;
    for (int i = 0; i < UNIQUE_TRIES && status == DB_DUPLICATE; i++) {
        char code[PARTNER_CODE_SIZE];
        if (!partner_make_code(code, template_text, prefix, handle))
            CHECK(partner_make_code(code, SV("{BRAND}-{5}"), prefix, handle));
        status = db_insert_unless_known(db, &insert_coupon,
                                        DB_ARGS(db_u64(owner->brand), db_cstr(code),
                                                db_u64(owner->partnership), db_u64(owner->program),
                                                db_u64(link), partner_mode(owner->test_mode),
                                                db_i64(clock_business_us())),
                                        id);
    }
    return status;
}

enum db_status partner_insert_equipment(struct db *db, struct arena *arena,
                                        const struct partner_link_owner *owner, struct sv handle,
                                        struct sv slug)
{
    struct db_rows *brand;
    enum db_status status =
        db_get_one(db, arena, &find_code_parts, DB_ARGS(db_u64(owner->brand)), &brand);
    if (status != DB_OK)
        return status;
    struct sv prefix = db_col_text(brand, 0);
    uint64_t link, code;
    struct uuid pid;
    status = partner_insert_link(db, owner, SV(""), SV(""), true, &link, &pid);
    if (status == DB_OK)
        status = insert_alias_of(db, "slug", slug, prefix, link);
    if (status == DB_OK)
        status = insert_alias_of(db, "ref", slug, prefix, link);
    if (status == DB_OK)
        status = partner_insert_code(db, arena, owner, handle, link, &code);
    return status;
}

/* ---- what partners add and pause --------------------------------------------------------------
 */

DB_SQL(find_own_partnership,
       "SELECT id, program, brand, status, mode FROM partnership WHERE pid = ? AND partner = ?");
DB_SQL(count_links, "SELECT COUNT(*) FROM link WHERE partnership = ?");

struct add_link {
    struct arena *arena;
    uint64_t partner;
    struct uuid partnership;
    struct sv dest_url, name;
    struct uuid link;
    enum partner_result result;
};

static enum db_status refuse(struct add_link *job, enum partner_result result)
{
    job->result = result;
    return DB_ROLLBACK;
}

static enum db_status check_destination(struct db *db, struct add_link *job, uint64_t brand)
{
    if (job->dest_url.n == 0)
        return DB_OK;
    struct net_url url;
    if (!net_url_parse(job->arena, job->dest_url, &url))
        return refuse(job, PARTNER_BAD_URL);
    enum db_status status = site_find_verified(db, job->arena, brand, job->dest_url);
    return status == DB_NO_ROW ? refuse(job, PARTNER_BAD_SITE) : status;
}

static enum db_status add_link(struct db *db, void *context)
{
    struct add_link *job = context;
    struct db_rows *row;
    enum db_status status =
        db_get_one(db, job->arena, &find_own_partnership,
                   DB_ARGS(db_uuid(&job->partnership), db_u64(job->partner)), &row);
    if (status != DB_OK)
        return status;
    if (!sv_eq_cstr(db_col_text(row, 3), "active"))
        return refuse(job, PARTNER_WRONG_STATE);
    struct partner_link_owner owner = {.partnership = db_col_u64(row, 0),
                                       .program = db_col_u64(row, 1),
                                       .brand = db_col_u64(row, 2),
                                       .partner = job->partner,
                                       .test_mode = sv_eq_cstr(db_col_text(row, 4), "test")};
    status = check_destination(db, job, owner.brand);
    if (status != DB_OK)
        return status;
    status = db_get_one(db, job->arena, &count_links, DB_ARGS(db_u64(owner.partnership)), &row);
    if (status != DB_OK)
        return status;
    if (db_col_i64(row, 0) >= PARTNER_LINKS_MAX)
        return refuse(job, PARTNER_TOO_MANY);
    uint64_t id;
    return partner_insert_link(db, &owner, job->dest_url, job->name, false, &id, &job->link);
}

enum partner_result partner_add_link(struct db *db, struct arena *arena,
                                     const struct settings *settings, uint64_t partner,
                                     struct uuid partnership, struct sv dest_url, struct sv name,
                                     struct uuid *link)
{
    if (name.n > PARTNER_LINK_NAME_MAX)
        return PARTNER_TOO_LONG;
    struct add_link job = {.arena = arena,
                           .partner = partner,
                           .partnership = partnership,
                           .dest_url = dest_url,
                           .name = name};
    enum db_status status = db_tx_run(db, add_link, &job);
    if (status == DB_ROLLBACK)
        return job.result;
    if (status == DB_OK) {
        *link = job.link;
        linkmap_pull(db, settings->link_map_dir);
    }
    return partner_result_of(status);
}

DB_SQL(find_own_link, "SELECT id FROM link WHERE pid = ? AND partner = ?");
DB_SQL(set_link_status, "UPDATE link SET status = ? WHERE id = ?");

struct pause_link {
    struct arena *arena;
    uint64_t partner;
    struct uuid link;
    bool pause;
};

static enum db_status pause_link(struct db *db, void *context)
{
    struct pause_link *job = context;
    struct db_rows *row;
    enum db_status status = db_get_one(db, job->arena, &find_own_link,
                                       DB_ARGS(db_uuid(&job->link), db_u64(job->partner)), &row);
    if (status != DB_OK)
        return status;
    uint64_t id = db_col_u64(row, 0);
    status = db_exec_one(db, &set_link_status,
                         DB_ARGS(db_cstr(job->pause ? "paused" : "active"), db_u64(id)));
    return status == DB_OK ? linkmap_note_link(db, id) : status;
}

enum partner_result partner_pause_link(struct db *db, struct arena *arena,
                                       const struct settings *settings, uint64_t partner,
                                       struct uuid link, bool pause)
{
    struct pause_link job = {.arena = arena, .partner = partner, .link = link, .pause = pause};
    enum db_status status = db_tx_run(db, pause_link, &job);
    if (status == DB_OK)
        linkmap_pull(db, settings->link_map_dir);
    return partner_result_of(status);
}
