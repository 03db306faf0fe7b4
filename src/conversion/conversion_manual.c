/* What somebody of the brand decides about a recorded sale: whom it is credited to. */
#include "conversion/adjustment.h"
#include "conversion/conversion_change.h"

struct attach {
    struct db *db;
    struct arena *arena;
    uint64_t brand, partnership, by_user;
    struct uuid pid;
    struct sv reason;
    enum conversion_attach_result refusal; /* why the body rolled back */
    struct sale_posts posts;
};

DB_SQL(manual_find_sale, "SELECT id FROM conversion WHERE pid = ? AND brand = ?");
DB_SQL(manual_find_partnership,
       "SELECT ps.id, ps.partner, ps.status, p.status, ps.version_no FROM partnership ps"
       " JOIN partner p ON p.id = ps.partner"
       " WHERE ps.id = ? AND ps.brand = ? AND ps.program = ?");
DB_SQL(manual_close_inbox,
       "UPDATE inbox SET state = 'processed', reason = '', due_us = 0"
       " WHERE conversion = ? AND state = 'parked'");
DB_SQL(
    manual_stop_awaiting,
    "UPDATE conversion SET attribution = 'unattributed' WHERE id = ? AND attribution = 'awaiting'");

static enum db_status refuse(struct attach *a, enum conversion_attach_result why)
{
    a->refusal = why;
    return DB_ROLLBACK;
}

static enum db_status lock_sale(struct attach *a, struct stored_sale *stored)
{
    struct db_rows *row;
    enum db_status status = db_get_one(a->db, a->arena, &manual_find_sale,
                                       DB_ARGS(db_uuid(&a->pid), db_u64(a->brand)), &row);
    if (status == DB_OK)
        status = sale_lock(a->db, a->arena, db_col_u64(row, 0), stored);
    return status == DB_NO_ROW ? refuse(a, CONVERSION_ATTACH_NO_SALE) : status;
}

/* A commission that is paid, or on its way out, is nobody's to move. */
static enum db_status check_state(struct attach *a, const struct stored_sale *stored,
                                  const struct stored_commissions *all)
{
    if (stored->merged_into != 0)
        return refuse(a, CONVERSION_ATTACH_SETTLED);
    if (stored->is_attributed && stored->partnership == a->partnership)
        return refuse(a, CONVERSION_ATTACH_SAME);
    for (size_t i = 0; i < all->n; i++) {
        const struct stored_commission *m = &all->v[i];
        if (m->paid != 0 || sv_eq(m->status, SV("paid")))
            return refuse(a, CONVERSION_ATTACH_PAID);
        if (m->is_disputed)
            return refuse(a, CONVERSION_ATTACH_SETTLED);
        if (m->is_partners && !m->is_pending && !m->is_approved)
            return refuse(a, CONVERSION_ATTACH_SETTLED);
    }
    return DB_OK;
}

static enum db_status find_partner(struct attach *a, const struct stored_sale *stored,
                                   struct sale_credited *who)
{
    struct db_rows *row;
    enum db_status status = db_get_one(
        a->db, a->arena, &manual_find_partnership,
        DB_ARGS(db_u64(a->partnership), db_u64(a->brand), db_u64(stored->program)), &row);
    if (status != DB_OK)
        return status == DB_NO_ROW ? refuse(a, CONVERSION_ATTACH_NO_PARTNER) : status;
    if (!sv_eq(db_col_text(row, 2), SV("active")) || !sv_eq(db_col_text(row, 3), SV("active")))
        return refuse(a, CONVERSION_ATTACH_NO_PARTNER);
    *who = (struct sale_credited){.anyone = true,
                                  .partnership = a->partnership,
                                  .partner = db_col_u64(row, 1),
                                  .method = METHOD_MANUAL,
                                  .reason = "manual",
                                  .own_no = (uint32_t)db_col_u64(row, 4)};
    return sale_find_own_rate(a->db, a->arena, a->partnership, who->own_no, &who->own);
}

static enum db_status replace(struct attach *a, struct sale *sale, const struct stored_sale *stored,
                              const struct stored_commissions *all)
{
    struct sale_replacement r = {.sale = sale,
                                 .old = stored,
                                 .commissions = all,
                                 .cause = {.reason = "reattributed",
                                           .by_user = a->by_user,
                                           .note = SV(""),
                                           .now_us = clock_business_us()},
                                 .note = a->reason,
                                 .is_vouched = true, /* somebody of the brand looked at it */
                                 .rank = stored->rank,
                                 .posts = &a->posts};
    enum db_status status = sale_recount(a->db, stored->id, -1);
    if (status == DB_OK && stored->is_awaiting)
        status = db_exec_one(a->db, &manual_stop_awaiting, DB_ARGS(db_u64(stored->id)));
    if (status == DB_OK)
        status = sale_replace(a->db, &r);
    if (status == DB_OK && stored->is_awaiting)
        status = db_exec(a->db, &manual_close_inbox, DB_ARGS(db_u64(stored->id)), NULL);
    if (status == DB_OK)
        status = sale_recount(a->db, stored->id, 1);
    return status == DB_OK ? sale_add_accrual(sale, &a->posts) : status;
}

static enum db_status attach_body(struct db *db, void *context)
{
    struct attach *a = context;
    struct stored_sale stored;
    struct stored_commissions all;
    struct sale sale = {.db = db, .arena = a->arena};
    struct sale_event event;
    a->posts.n = 0;
    a->refusal = CONVERSION_ATTACH_UNAVAILABLE;
    enum db_status status = lock_sale(a, &stored);
    if (status == DB_OK)
        status = sale_lock_commissions(db, a->arena, &stored, &all);
    if (status == DB_OK)
        status = check_state(a, &stored, &all);
    if (status != DB_OK)
        return status;
    event = sale_event_of(&stored);
    status = sale_open_stored(&sale, &stored, &event);
    if (status == DB_OK)
        status = find_partner(a, &stored, &sale.who);
    if (status == DB_OK && !sale_price(&sale))
        return refuse(a, CONVERSION_ATTACH_SETTLED);
    if (status == DB_OK)
        status = replace(a, &sale, &stored, &all);
    if (status == DB_OK)
        status = sale_post_all(db, a->arena, &a->posts);
    return status == DB_OK ? adjustment_catch_up(db, a->arena, stored.id) : status;
}

enum conversion_attach_result conversion_reattribute(struct db *db, struct arena *arena,
                                                     uint64_t brand, struct uuid conversion,
                                                     uint64_t partnership, struct sv reason,
                                                     uint64_t by_user)
{
    struct attach *a = ARENA_NEW(arena, struct attach);
    *a = (struct attach){.db = db,
                         .arena = arena,
                         .brand = brand,
                         .partnership = partnership,
                         .by_user = by_user,
                         .pid = conversion,
                         .reason = reason};
    CHECK(by_user != 0 && reason.n <= CONVERSION_REASON_MAX);
    enum db_status status = db_tx_run(db, attach_body, a);
    if (status == DB_AMBIGUOUS) { /* done, it says that it is the same; else it is done now */
        status = db_tx_run(db, attach_body, a);
        if (status == DB_ROLLBACK && a->refusal == CONVERSION_ATTACH_SAME)
            return CONVERSION_ATTACHED;
    }
    switch (status) {
    case DB_OK:
        return CONVERSION_ATTACHED;
    case DB_ROLLBACK:
        return a->refusal;
    case DB_NO_ROW:
    case DB_DUPLICATE:
    case DB_RETRY:
    case DB_UNAVAILABLE:
    case DB_AMBIGUOUS:
    case DB_FAILED:
        break;
    }
    return CONVERSION_ATTACH_UNAVAILABLE;
}
