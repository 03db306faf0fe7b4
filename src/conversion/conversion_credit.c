/* Who is credited with a sale, who else was considered, and what it earns. */
#include "base/json.h"
#include "conversion/conversion_internal.h"

/* Who was considered ----------------------------------------------------------------------- */

/* The winner, then the latest first. */
static void rank_candidates(const struct sale *sale, size_t order[SALE_CANDIDATES_MAX])
{
    const struct attribution_candidate *v = sale->candidates->v;
    const struct attribution_candidate *winner = sale->who.anyone ? &v[sale->winner] : NULL;
    for (size_t i = 0; i < sale->candidates->n; i++) {
        size_t at = i;
        while (at > 0 && &v[order[at - 1]] != winner &&
               (&v[i] == winner || v[order[at - 1]].at_us < v[i].at_us)) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = i;
    }
}

DB_SQL(sale_insert_candidate,
       "INSERT INTO attribution_candidate (conversion, no, rank, kind, click_id, partnership,"
       " verdict, snapshot) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");

enum db_status sale_put_candidates(struct sale *sale, uint32_t no)
{
    enum { COLUMNS = 8 };
    size_t n = sale->candidates->n, order[SALE_CANDIDATES_MAX];
    size_t first = sale->who.anyone ? 0 : 1; /* rank 0 is the winner */
    if (n == 0)
        return DB_OK;
    rank_candidates(sale, order);
    struct db_arg *args = arena_array(sale->arena, COLUMNS * n, sizeof *args);
    for (size_t i = 0; i < n; i++) {
        const struct attribution_candidate *c = &sale->candidates->v[order[i]];
        const struct db_arg values[COLUMNS] = {db_u64(sale->id),
                                               db_u64(no),
                                               db_u64(first + i),
                                               db_cstr(candidate_kind_text(c->kind)),
                                               db_uuid(&c->click),
                                               db_u64(c->partnership),
                                               db_cstr(attribution_verdict_text(c->verdict)),
                                               db_text(c->snapshot)};
        for (size_t k = 0; k < COLUMNS; k++)
            args[k * n + i] = values[k];
    }
    return db_exec_bulk(sale->db, &sale_insert_candidate, args, COLUMNS, n, NULL);
}

/* What it earns ---------------------------------------------------------------------------- */

static void put_pid(struct buf *b, const char *name, const struct uuid *pid)
{
    char text[UUID_TEXT_SIZE];
    uuid_format(text, *pid);
    buf_printf(b, "\"%s\":\"%s\",", name, text);
}

/* Of the outbox row commission.created: ids and codes. */
static struct sv payload_of(const struct sale *sale)
{
    struct buf b = buf_new(sale->arena, 2048);
    buf_putc(&b, '{');
    put_pid(&b, "commission", &sale->commission_pid);
    put_pid(&b, "conversion", &sale->pid);
    buf_printf(&b, "\"event\":\"%s\",\"status\":\"pending\",\"recipient\":\"%s\",\"unit\":",
               sale_kind_text(sale->event->kind), sale->who.anyone ? "partner" : "network");
    json_put_string(&b, sv_from(sale->commission.unit.code));
    buf_printf(&b,
               ",\"amount\":%" PRId64 ",\"payout\":%" PRId64 ",\"order\":", sale->commission.amount,
               sale->commission.split.payout);
    json_put_string(&b, sale->event->order_ref);
    buf_putc(&b, '}');
    CHECK(!b.overflow);
    return buf_sv(&b);
}

static struct sv explanation_of(const struct sale *sale)
{
    const struct commission_result *r = &sale->commission;
    bool own = r->rule == COMMISSION_BY_PARTNER;
    return commission_explanation_write(sale->arena, r, own ? sale->who.own_no : 0);
}

DB_SQL(
    sale_call_credit,
    "CALL sale_credit_v2(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
    " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

enum db_status sale_put_credit(struct sale *sale, const struct sale_crediting *how)
{
    const struct sale_event *e = sale->event;
    const struct commission_result *r = &sale->commission;
    const struct sale_credited *who = &sale->who;
    struct db_rows *row;
    enum db_status status = db_get_one(
        sale->db, sale->arena, &sale_call_credit,
        DB_ARGS(db_u64(sale->id), db_u64(how->no), db_u64(e->brand), db_cstr(sale_mode_text(sale)),
                db_u64(sale->program.id), db_u64(who->partnership), db_u64(who->partner),
                db_u64(who->link), db_u64(who->coupon), db_uuid(&who->click),
                db_cstr(attribution_method_text(who->method)), db_cstr(who->reason),
                db_u64(sale->program.window_days), db_u64(how->by_user), db_text(how->note),
                db_i64(clock_business_us()), db_bool(how->counts),
                db_i64(clock_local_date(sale->occurred_us, sale->program.zone)),
                db_cstr(e->unit.code), db_text(e->country), db_i64(e->amount),
                db_bool(sale->has_commission), db_uuid(&sale->commission_pid),
                db_cstr(who->anyone ? "partner" : "network"), db_cstr(r->unit.code),
                db_i64(r->amount), db_i64(r->split.fee_partner), db_i64(r->split.fee_brand),
                db_cstr(commission_approval_text(sale->program.approval)),
                db_i64(sale_release_us(sale)), db_cstr(commission_rule_text(r->rule)),
                db_text(explanation_of(sale)), db_i64(sale->received_us), db_cstr(how->hold),
                db_text(payload_of(sale))),
        &row);
    if (status == DB_OK)
        sale->commission_id = db_col_u64(row, 0);
    return status;
}

/* The money ---------------------------------------------------------------------------------- */

enum ledger_built sale_build_accrual(const struct sale *sale, struct ledger_transfer *out)
{
    struct ledger_case c = {.source = sale->commission_id,
                            .seq = 1,
                            .brand = sale->event->brand,
                            .mode = sale->event->test_mode ? LEDGER_TEST : LEDGER_LIVE,
                            .partner = sale->who.partner,
                            .unit = sale->commission.unit,
                            .business_us = sale->received_us};
    return sale->has_commission ? ledger_build_accrue(&c, sale->commission.split, out)
                                : LEDGER_NOTHING;
}

enum db_status sale_post_accrual(struct sale *sale)
{
    struct ledger_transfer transfer;
    struct ledger_posting posting;
    switch (sale_build_accrual(sale, &transfer)) {
    case LEDGER_NOTHING:
        return DB_OK;
    case LEDGER_OUT_OF_RANGE:
        sale->is_too_large = true;
        return DB_ROLLBACK;
    case LEDGER_BUILT:
        break;
    }
    enum db_status status = ledger_post(sale->db, sale->arena, &transfer, &posting);
    if (status == DB_ROLLBACK)
        sale->is_too_large = true; /* an accrual takes from no floored account */
    return status;
}
