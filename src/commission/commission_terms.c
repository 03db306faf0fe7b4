/* Settings to terms, and the check that stored commissions still follow from them. */
#include "commission/commission_terms.h"

static enum ledger_bearer bearer_of(const struct program_settings *settings)
{
    if (settings->network_fee_bp == 0)
        return LEDGER_BEARER_NONE;
    switch (settings->fee_bearer) {
    case PROGRAM_BEARER_PUBLISHER:
        return LEDGER_BEARER_PUBLISHER;
    case PROGRAM_BEARER_BRAND:
        return LEDGER_BEARER_BRAND;
    case PROGRAM_BEARER_BOTH:
        return LEDGER_BEARER_BOTH;
    case PROGRAM_BEARER_COUNT:
        break;
    }
    UNREACHABLE();
}

enum commission_approval commission_approval_of(const struct program_settings *settings)
{
    switch (settings->approval) {
    case PROGRAM_APPROVAL_AFTER_HOLDBACK:
        return COMMISSION_APPROVAL_AFTER_HOLDBACK;
    case PROGRAM_APPROVAL_MANUAL:
        return COMMISSION_APPROVAL_MANUAL;
    case PROGRAM_APPROVAL_INSTANT:
        return COMMISSION_APPROVAL_INSTANT;
    case PROGRAM_APPROVAL_COUNT:
        break;
    }
    UNREACHABLE();
}

struct commission_settings commission_settings_of(const struct program_settings *s,
                                                  const struct unit *unit)
{
    struct commission_rate rate = {.pay = COMMISSION_PERCENT, .rate_bp = s->rate_bp};
    if (s->pay == PROGRAM_PAY_FLAT)
        rate = (struct commission_rate){.pay = COMMISSION_FLAT, .flat = s->flat};
    return (struct commission_settings){.rate = rate,
                                        .unit = *unit,
                                        .cap = s->cap,
                                        .network_fee_bp = s->network_fee_bp,
                                        .fee_bearer = bearer_of(s)};
}

/* The recomputation ------------------------------------------------------------------------ */

enum { CHECK_BATCH = 500 };

DB_SQL(commission_select_for_check,
       "SELECT m.id, m.recipient, m.unit, m.amount, m.fee_partner, m.fee_brand, m.rule,"
       " m.explanation, c.base, c.unit, p.currency, v.settings, pv.rate_bp, pv.flat"
       " FROM commission m JOIN conversion c ON c.id = m.conversion"
       " JOIN program p ON p.id = m.program JOIN program_version v ON v.id = c.version"
       " LEFT JOIN partnership_version pv ON pv.partnership = m.partnership"
       " AND pv.no = JSON_VALUE(m.explanation, '$.own_no')"
       " WHERE m.id > ? AND m.attribution_no = c.attribution_no ORDER BY m.id LIMIT 500");

enum {
    COL_ID,
    COL_RECIPIENT,
    COL_UNIT,
    COL_AMOUNT,
    COL_FEE_PARTNER,
    COL_FEE_BRAND,
    COL_RULE,
    COL_EXPLANATION,
    COL_BASE,
    COL_SALE_UNIT,
    COL_CURRENCY,
    COL_SETTINGS,
    COL_OWN_RATE,
    COL_OWN_FLAT,
};

static bool read_input(struct arena *scratch, const struct db_rows *row,
                       struct commission_input *in)
{
    struct program_settings settings;
    struct unit currency;
    *in = (struct commission_input){.base = db_col_i64(row, COL_BASE)};
    if (!unit_find_currency(db_col_text(row, COL_SALE_UNIT), &in->unit) ||
        !unit_find_currency(db_col_text(row, COL_CURRENCY), &currency) ||
        !program_settings_read(scratch, db_col_text(row, COL_SETTINGS), &settings))
        return false;
    in->settings = commission_settings_of(&settings, &currency);
    in->unattributed = sv_eq(db_col_text(row, COL_RECIPIENT), SV("network"));
    if (!db_col_is_null(row, COL_OWN_RATE))
        in->own = (struct commission_rate){.pay = COMMISSION_PERCENT,
                                           .rate_bp = (int32_t)db_col_u64(row, COL_OWN_RATE)};
    else if (!db_col_is_null(row, COL_OWN_FLAT))
        in->own =
            (struct commission_rate){.pay = COMMISSION_FLAT, .flat = db_col_i64(row, COL_OWN_FLAT)};
    return true;
}

/* What differs from the recomputation; NULL when nothing does. */
static const char *difference(struct arena *scratch, const struct db_rows *row)
{
    struct commission_input input;
    struct commission_result r;
    struct commission_explanation lines;
    if (!commission_explanation_read(scratch, db_col_text(row, COL_EXPLANATION), &lines))
        return "its explanation can't be read";
    if (!read_input(scratch, row, &input))
        return "what it was computed from can't be read";
    if (commission_compute(&input, &r) != COMMISSION_OK)
        return "its recomputation leaves the range of money";
    if (!sv_eq_cstr(db_col_text(row, COL_UNIT), r.unit.code))
        return "unit";
    if (!sv_eq_cstr(db_col_text(row, COL_RULE), commission_rule_text(r.rule)))
        return "rule";
    if (db_col_i64(row, COL_AMOUNT) != r.amount)
        return "amount";
    if (db_col_i64(row, COL_FEE_PARTNER) != r.split.fee_partner)
        return "fee_partner";
    return db_col_i64(row, COL_FEE_BRAND) != r.split.fee_brand ? "fee_brand" : NULL;
}

enum db_status commission_recompute_check(struct db *db, struct arena *arena, struct arena *scratch,
                                          struct ledger_finding *finding)
{
    uint64_t last = 0;
    for (;;) {
        arena_reset(scratch);
        struct db_rows *rows =
            db_query(db, scratch, &commission_select_for_check, DB_ARGS(db_u64(last)));
        while (db_next(rows)) {
            last = db_col_u64(rows, COL_ID);
            const char *differs = difference(scratch, rows);
            finding->checked++;
            if (differs)
                ledger_finding_add(finding, arena_printf(arena,
                                                         "commission %" PRIu64
                                                         " is not its recomputation: %s",
                                                         last, differs));
        }
        enum db_status status = db_rows_status(rows);
        if (status != DB_OK || db_rows_count(rows) < CHECK_BATCH)
            return status;
    }
}
