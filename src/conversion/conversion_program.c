/* Which program a sale belongs to, and the terms that it met there. */
#include "commission/commission_terms.h"
#include "conversion/conversion_internal.h"

#define PROGRAM_COLUMNS                                                                            \
    "SELECT p.id, v.id, p.currency, p.status, b.tz, b.order_scope, b.status, v.settings FROM "
/* `source` names the program as p; its brand and the version in force follow by key. */
#define PROGRAM_BY(source, condition)                                                                 \
    PROGRAM_COLUMNS source                                                                            \
        " JOIN brand b ON b.id = p.brand JOIN program_version v ON v.id = p.version WHERE " condition \
        " AND p.brand = ?"

DB_SQL(sale_find_program_by_pid, PROGRAM_BY("program p", "p.pid = ?"));
DB_SQL(sale_find_program_by_id, PROGRAM_BY("program p", "p.id = ?"));
DB_SQL(sale_find_program_by_version, PROGRAM_COLUMNS
       "program p JOIN brand b ON b.id = p.brand"
       " JOIN program_version v ON v.id = ? AND v.program = p.id"
       " WHERE p.id = ? AND p.brand = ?");

/* An order that names no program: what it names belongs to one. */
DB_SQL(sale_find_program_by_click,
       PROGRAM_BY("click k JOIN program p ON p.id = k.program", "k.click_id = ?"));
DB_SQL(sale_find_program_by_code,
       PROGRAM_BY("coupon k JOIN program p ON p.id = k.program AND p.brand = k.brand",
                  "k.code = ?"));
DB_SQL(sale_find_program_by_token,
       PROGRAM_BY("link k JOIN program p ON p.id = k.program", "k.token = ?"));
DB_SQL(sale_find_program_by_ref,
       PROGRAM_BY("link_alias a JOIN link k ON k.id = a.link JOIN program p ON p.id = k.program",
                  "a.host = '' AND a.shape = 'ref' AND a.value = ?"));
DB_SQL(sale_find_program_by_campaign,
       PROGRAM_BY("campaign k JOIN program p ON p.id = k.program", "k.code = ?") " LIMIT 1");
DB_SQL(sale_find_program_by_status,
       PROGRAM_BY("program p", "p.status = ?") " ORDER BY p.id LIMIT 1");

static enum db_status read_program(struct sale *sale, const struct db_sql *sql, struct db_args args)
{
    struct db_rows *row;
    struct program_settings settings;
    struct sale_program *p = &sale->program;
    enum db_status status = db_get_one(sale->db, sale->arena, sql, args, &row);
    if (status != DB_OK)
        return status;
    *p = (struct sale_program){.id = db_col_u64(row, 0),
                               .version = db_col_u64(row, 1),
                               .is_draft = sv_eq(db_col_text(row, 3), SV("draft")),
                               .is_closed = sv_eq(db_col_text(row, 3), SV("closed")),
                               .zone = db_col_cstr(row, 4),
                               .scope_is_program = sv_eq(db_col_text(row, 5), SV("program")),
                               .brand_is_active = sv_eq(db_col_text(row, 6), SV("active"))};
    /* What we stored ourselves, checked when it was saved. */
    CHECK(unit_find_currency(db_col_text(row, 2), &p->unit));
    CHECK(program_settings_read(sale->arena, db_col_text(row, 7), &settings));
    p->base = settings.base;
    p->trusts_pixel = settings.trust_pixel;
    p->code_rank = settings.code_rank;
    p->commission = commission_settings_of(&settings, &p->unit);
    p->window_days = (uint16_t)settings.attribution_window_days;
    p->holdback_days = (uint16_t)settings.holdback_days;
    p->approval = commission_approval_of(&settings);
    return DB_OK;
}

/*
 * In the order of attribution's precedence, then by the campaign; last the brand's first active
 * program, or, for a test, its first draft.
 */
static enum db_status resolve_program(struct sale *sale)
{
    const struct sale_event *e = sale->event;
    const struct {
        bool is_told;
        const struct db_sql *sql;
        struct db_arg arg;
    } ways[] = {
        {!uuid_is_zero(e->click), &sale_find_program_by_click, db_uuid(&e->click)},
        {e->n_codes > 0, &sale_find_program_by_code,
         db_text(e->n_codes > 0 ? e->codes[0] : SV_NONE)},
        {e->token.n > 0, &sale_find_program_by_token, db_text(e->token)},
        {e->ref.n > 0, &sale_find_program_by_ref, db_text(e->ref)},
        {e->campaign.n > 0, &sale_find_program_by_campaign, db_text(e->campaign)},
        {true, &sale_find_program_by_status, db_cstr("active")},
        {e->test_mode, &sale_find_program_by_status, db_cstr("draft")},
    };
    enum db_status status = DB_NO_ROW;
    for (size_t i = 0; i < COUNT_OF(ways) && status == DB_NO_ROW; i++)
        if (ways[i].is_told)
            status = read_program(sale, ways[i].sql, DB_ARGS(ways[i].arg, db_u64(e->brand)));
    return status;
}

enum db_status sale_find_program(struct sale *sale)
{
    const struct sale_event *event = sale->event;
    if (!uuid_is_zero(event->program_pid))
        return read_program(sale, &sale_find_program_by_pid,
                            DB_ARGS(db_uuid(&event->program_pid), db_u64(event->brand)));
    if (event->program != 0)
        return read_program(sale, &sale_find_program_by_id,
                            DB_ARGS(db_u64(event->program), db_u64(event->brand)));
    return resolve_program(sale);
}

enum db_status sale_find_program_version(struct sale *sale, uint64_t program, uint64_t version)
{
    return read_program(sale, &sale_find_program_by_version,
                        DB_ARGS(db_u64(version), db_u64(program), db_u64(sale->event->brand)));
}
