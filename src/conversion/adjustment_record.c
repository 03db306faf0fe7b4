/*
 * One adjustment, from its event to what it moves. Which sale it is about is looked for before and,
 * when there is none, once more behind its own parked row, waiting for sales that are being
 * recorded right now: they look for parked rows behind their own keys. So one of the two sees the
 * other, whoever commits first.
 */
#include "base/log.h"
#include "conversion/adjustment_internal.h"

enum { TRIES_MAX = 3 };
#define RETRY_AFTER_FAILURE_US (5 * CLOCK_SECOND)

struct adjusting {
    struct db *db;
    struct arena *arena;
    const struct adjustment_event *event;
    struct uuid pid;
    struct sv event_id, event_json;
    bool scope_is_program;
    struct adjustment_answer *answer;
};

static enum db_status refuse(struct adjusting *a, enum adjustment_refusal refusal)
{
    a->answer->outcome = ADJUSTMENT_REFUSED;
    a->answer->refusal = refusal;
    return DB_ROLLBACK;
}

/* Its event ---------------------------------------------------------------------------------- */

static enum db_status keep(struct adjusting *a, const char *state, const char *reason,
                           uint64_t conversion, uint64_t parked)
{
    struct adjustment_keep k = {.event_id = a->event_id,
                                .event_json = a->event_json,
                                .state = state,
                                .reason = reason,
                                .field = "",
                                .conversion = conversion,
                                .parked = parked};
    return adjustment_keep(a->db, a->arena, a->event, &k);
}

/* A conflict is an event of its own, told apart from the first by its body. */
static enum db_status keep_conflict(struct adjusting *a, uint64_t conversion)
{
    struct adjustment_keep k = {
        .event_id = adjustment_mark(a->arena, a->event_id,
                                    sv_of((const char *)a->event->body_mac, MAC_SIZE)),
        .event_json = a->event_json,
        .state = "conflict",
        .reason = "other_content",
        .field = a->answer->field,
        .conversion = conversion};
    a->answer->outcome = ADJUSTMENT_CONFLICT;
    log_line(LOG_WARN, "adjustment_conflict", LOG_STR("door", sale_door_text(a->event->door)),
             LOG_U64("brand", a->event->brand), LOG_STR("field", a->answer->field));
    return adjustment_keep(a->db, a->arena, a->event, &k);
}

static enum db_status keep_failed_body(struct db *db, void *context)
{
    struct adjusting *a = context;
    struct adjustment_keep k = {.event_id = a->event_id,
                                .event_json = a->event_json,
                                .state = "failed",
                                .reason = "recording_failed",
                                .field = "",
                                .tries = 1,
                                .due_us = clock_wire_us() + RETRY_AFTER_FAILURE_US};
    return adjustment_keep(db, a->arena, a->event, &k);
}

/* Applying went wrong: the event alone is kept, and the worker takes it up again. */
static enum adjustment_outcome keep_for_later(struct adjusting *a)
{
    log_line(LOG_WARN, "adjustment_kept_for_retry", LOG_STR("door", sale_door_text(a->event->door)),
             LOG_U64("brand", a->event->brand));
    if (db_tx_run(a->db, keep_failed_body, a) != DB_OK)
        return a->answer->outcome = ADJUSTMENT_UNAVAILABLE;
    return a->answer->outcome = ADJUSTMENT_QUEUED;
}

/* Applying ----------------------------------------------------------------------------------- */

static const char *reason_of(const struct adjustment_event *event)
{
    return event->extent == ADJUSTMENT_NOTHING ? adjustment_kind_text(ADJUSTMENT_RESTORE)
                                               : adjustment_kind_text(event->kind);
}

static void fill(struct adjusting *a, const struct adjusted_sale *sale,
                 const struct adjustment_settled *settled)
{
    struct adjustment_answer *answer = a->answer;
    answer->conversion = sale->pid;
    CHECK(unit_find_currency(sale->unit, &answer->unit)); /* sales are in currencies */
    answer->refunded_base = settled->state.refunded_base;
    answer->commission_unit = settled->commission_unit;
    answer->clawed = settled->clawed;
    answer->status = settled->status;
}

/* Asks for more than the sale, or what was left of it, is worth. A whole refund asks for the rest.
 */
static bool is_over(const struct adjusting *a, const struct adjusted_sale *sale,
                    const struct adjustment_settled *settled)
{
    enum adjustment_extent extent = a->event->extent;
    return adjustment_sign(a->event->kind) > 0 && extent != ADJUSTMENT_NOTHING &&
           extent != ADJUSTMENT_WHOLE && settled->state.effect > sale->money.base;
}

static enum db_status settle(struct adjusting *a, const struct adjusted_sale *sale, uint64_t id)
{
    struct adjustment_settled settled;
    struct adjustment_cause cause = {.adjustment = id,
                                     .reason = reason_of(a->event),
                                     .by_user = a->event->by_user,
                                     .note = a->event->note};
    enum db_status status = adjustment_settle_sale(a->db, a->arena, sale, &cause, &settled);
    if (status != DB_OK)
        return status;
    fill(a, sale, &settled);
    a->answer->is_over = is_over(a, sale, &settled);
    status = keep(a, "processed", a->answer->is_over ? "over_refund" : "", sale->id, 0);
    return status == DB_OK ? adjustment_post_settled(&settled) : status;
}

/* It is in force already: nothing moves. */
static enum db_status repeat(struct adjusting *a, const struct adjusted_sale *sale,
                             const struct adjustment_row *stored)
{
    struct adjustment_settled settled;
    enum db_status status = adjustment_read_settled(a->db, a->arena, sale, &settled);
    if (status != DB_OK)
        return status;
    fill(a, sale, &settled);
    if (uuid_eq(stored->pid, a->pid)) /* our own: it was committed after all */
        return DB_OK;
    a->answer->outcome = ADJUSTMENT_DUPLICATE;
    return keep(a, "ignored", "refund_known", sale->id, 0);
}

static enum db_status effect_of(struct adjusting *a, const struct adjusted_sale *sale,
                                int64_t *effect)
{
    struct adjustment_item *items = NULL;
    size_t n = 0;
    enum db_status status = DB_OK;
    struct adjustment_row row = adjustment_row_of(a->event);
    if (row.n_lines > 0)
        status = adjustment_read_items(a->db, a->arena, sale->id, &items, &n);
    if (status == DB_OK)
        *effect = adjustment_effect(&sale->money, &row, items, n);
    return status;
}

/* The row that was parked, or counted for a younger sale that is merged by now. */
static enum db_status move_to(struct adjusting *a, const struct adjusted_sale *sale, uint64_t id)
{
    struct adjustment_row row;
    enum db_status status = adjustment_find_by_id(a->db, a->arena, id, &row);
    return status == DB_OK ? adjustment_attach(a->db, a->arena, sale, &row) : status;
}

static enum db_status apply_to_known(struct adjusting *a, const struct adjusted_sale *sale,
                                     const struct adjustment_row *stored)
{
    int64_t effect;
    struct adjustment_row row = adjustment_row_of(a->event);
    enum db_status status = DB_OK;
    switch (adjustment_compare(stored, &row, a->event->cumulative, &a->answer->field)) {
    case ADJUSTMENT_CONTRADICTS:
        a->answer->conversion = sale->pid;
        return keep_conflict(a, sale->id);
    case ADJUSTMENT_REPEATS:
        if (stored->conversion == sale->id)
            return repeat(a, sale, stored);
        break;
    case ADJUSTMENT_REPLACES:
        status = effect_of(a, sale, &effect);
        if (status == DB_OK)
            status = adjustment_replace(a->db, a->arena, a->event, stored, effect);
        break;
    }
    if (status == DB_OK && stored->conversion != sale->id)
        status = move_to(a, sale, stored->id);
    return status == DB_OK ? settle(a, sale, stored->id) : status;
}

static enum db_status apply(struct adjusting *a, uint64_t conversion)
{
    struct adjusted_sale sale;
    struct adjustment_row stored;
    int64_t effect;
    uint64_t id;
    struct sv unit = sv_from(a->event->unit.code);
    enum db_status status = adjustment_lock_sale(a->db, a->arena, conversion, &sale);
    if (status != DB_OK)
        return status;
    a->answer->outcome = ADJUSTMENT_APPLIED;
    if (unit.n > 0 && !sv_eq(unit, sale.unit))
        return refuse(a, ADJUSTMENT_REFUSED_CURRENCY);
    status = adjustment_find(a->db, a->arena, a->event, &stored);
    if (status == DB_OK)
        return apply_to_known(a, &sale, &stored);
    if (status != DB_NO_ROW)
        return status;
    status = effect_of(a, &sale, &effect);
    if (status == DB_OK)
        status = adjustment_insert(a->db, a->arena, a->event, a->pid, sale.id, effect, &id);
    if (status == DB_DUPLICATE)
        return DB_RETRY; /* somebody stored it meanwhile */
    return status == DB_OK ? settle(a, &sale, id) : status;
}

/* Parking ------------------------------------------------------------------------------------ */

/* A sale came while we were parking. */
static enum db_status apply_parked_row(struct adjusting *a, uint64_t conversion, uint64_t id)
{
    struct adjusted_sale sale;
    struct sv unit = sv_from(a->event->unit.code);
    enum db_status status = adjustment_lock_sale(a->db, a->arena, conversion, &sale);
    if (status == DB_OK && unit.n > 0 && !sv_eq(unit, sale.unit))
        return refuse(a, ADJUSTMENT_REFUSED_CURRENCY);
    if (status == DB_OK)
        status = move_to(a, &sale, id);
    if (status != DB_OK)
        return status;
    a->answer->outcome = ADJUSTMENT_APPLIED;
    return settle(a, &sale, id);
}

static enum db_status store_parked(struct adjusting *a, const struct adjustment_row *stored,
                                   uint64_t *id)
{
    struct adjustment_row row = adjustment_row_of(a->event);
    a->answer->outcome = ADJUSTMENT_PARKED;
    *id = stored->id;
    if (stored->id == 0) {
        enum db_status status = adjustment_insert(a->db, a->arena, a->event, a->pid, 0, 0, id);
        return status == DB_DUPLICATE ? DB_RETRY : status;
    }
    switch (adjustment_compare(stored, &row, a->event->cumulative, &a->answer->field)) {
    case ADJUSTMENT_CONTRADICTS:
        return keep_conflict(a, 0);
    case ADJUSTMENT_REPEATS:
        if (!uuid_eq(stored->pid, a->pid))
            a->answer->outcome = ADJUSTMENT_DUPLICATE;
        return DB_OK;
    case ADJUSTMENT_REPLACES:
        return adjustment_replace(a->db, a->arena, a->event, stored, 0);
    }
    UNREACHABLE();
}

static enum db_status park(struct adjusting *a, const struct adjustment_row *stored)
{
    uint64_t id, conversion;
    bool is_ambiguous;
    enum db_status status = store_parked(a, stored, &id);
    if (status != DB_OK || a->answer->outcome == ADJUSTMENT_CONFLICT)
        return status;
    status = adjustment_put_targets(a->db, a->event, id, a->scope_is_program);
    if (status == DB_OK)
        status = adjustment_find_sale(a->db, a->arena, a->event, true, &conversion, &is_ambiguous);
    if (status == DB_OK)
        return is_ambiguous ? refuse(a, ADJUSTMENT_REFUSED_AMBIGUOUS)
                            : apply_parked_row(a, conversion, id);
    if (status != DB_NO_ROW)
        return status;
    return keep(a, "parked", "awaiting_sale", 0, id);
}

static enum db_status adjust_body(struct db *db, void *context)
{
    struct adjusting *a = context;
    struct adjustment_row stored;
    uint64_t conversion;
    bool is_ambiguous = false;
    CHECK(db == a->db);
    *a->answer = (struct adjustment_answer){0};
    enum db_status status = adjustment_find(db, a->arena, a->event, &stored);
    if (status != DB_OK && status != DB_NO_ROW)
        return status;
    conversion = stored.conversion;
    if (conversion == 0)
        status = adjustment_find_sale(db, a->arena, a->event, false, &conversion, &is_ambiguous);
    if (status != DB_OK && status != DB_NO_ROW)
        return status;
    if (is_ambiguous)
        return refuse(a, ADJUSTMENT_REFUSED_AMBIGUOUS);
    return conversion != 0 ? apply(a, conversion) : park(a, &stored);
}

/* The entrance ------------------------------------------------------------------------------- */

DB_SQL(adjustment_read_context,
       "SELECT b.status, b.order_scope, COALESCE(p.id, 0) FROM brand b"
       " LEFT JOIN program p ON p.brand = b.id AND (p.pid = ? OR p.id = ?) WHERE b.id = ? LIMIT 1");

/* Fills what the event leaves out. False: the answer says why it ends here. */
static bool read_context(struct adjusting *a, struct adjustment_event *event)
{
    struct db_rows *row;
    bool names_program = !uuid_is_zero(event->program_pid) || event->program != 0;
    enum db_status status = db_get_one(
        a->db, a->arena, &adjustment_read_context,
        DB_ARGS(db_uuid(&event->program_pid), db_u64(event->program), db_u64(event->brand)), &row);
    a->answer->outcome = ADJUSTMENT_UNAVAILABLE;
    if (status != DB_OK)
        return false;
    a->scope_is_program = sv_eq(db_col_text(row, 1), SV("program"));
    event->program = db_col_u64(row, 2);
    if (!sv_eq(db_col_text(row, 0), SV("active")))
        (void)refuse(a, ADJUSTMENT_REFUSED_BRAND);
    else if (names_program && event->program == 0)
        (void)refuse(a, ADJUSTMENT_REFUSED_PROGRAM);
    return a->answer->outcome != ADJUSTMENT_REFUSED;
}

static struct sv event_id_of(struct arena *arena, const struct adjustment_event *e)
{
    if (e->event_id.n > 0)
        return e->event_id;
    if (e->cumulative)
        return sv_from(arena_printf(arena, "adjustment:" SV_FMT "/%u@%" PRId64, SV_ARG(e->ref),
                                    e->phase, e->amount));
    return sv_from(arena_printf(arena, "adjustment:" SV_FMT "/%u", SV_ARG(e->ref), e->phase));
}

/* False: the answer says why it ends here. `pinned` outlives the adjusting. */
static bool prepare(struct adjusting *a, struct adjustment_event *pinned)
{
    const struct adjustment_event *event = a->event;
    CHECK(event->ref.n > 0 && event->ref.n <= ADJUSTMENT_REF_MAX && event->n_targets > 0 &&
          event->amount >= 0 && event->amount <= MONEY_MAX && event->n_lines <= SALE_ITEMS_MAX);
    *a->answer = (struct adjustment_answer){0};
    *pinned = *event;
    a->event = pinned;
    a->pid = uuid_v7(event->received_us);
    if (!read_context(a, pinned))
        return false;
    a->event_id = event_id_of(a->arena, pinned);
    a->event_json = adjustment_event_write(a->arena, pinned);
    return true;
}

enum adjustment_outcome conversion_adjust(struct db *db, struct arena *arena,
                                          const struct adjustment_event *event,
                                          struct adjustment_answer *answer)
{
    struct adjustment_event pinned;
    struct adjusting a = {.db = db, .arena = arena, .event = event, .answer = answer};
    if (!prepare(&a, &pinned))
        return answer->outcome;
    for (int try = 0; try < TRIES_MAX; try++) {
        switch (db_tx_run(db, adjust_body, &a)) {
        case DB_OK:
        case DB_ROLLBACK: /* refused */
            return answer->outcome;
        case DB_AMBIGUOUS: /* what is stored under the ref tells */
            break;
        case DB_FAILED:
            return keep_for_later(&a);
        case DB_NO_ROW:
        case DB_DUPLICATE:
        case DB_RETRY:
        case DB_UNAVAILABLE:
            return answer->outcome = ADJUSTMENT_UNAVAILABLE;
        }
    }
    return answer->outcome = ADJUSTMENT_UNAVAILABLE;
}

static enum db_status preview_body(struct db *db, void *context)
{
    enum db_status status = adjust_body(db, context);
    return status == DB_OK ? DB_ROLLBACK : status;
}

enum adjustment_outcome conversion_adjust_preview(struct db *db, struct arena *arena,
                                                  const struct adjustment_event *event,
                                                  struct adjustment_answer *answer)
{
    struct adjustment_event pinned;
    struct adjusting a = {.db = db, .arena = arena, .event = event, .answer = answer};
    if (!prepare(&a, &pinned))
        return answer->outcome;
    if (db_tx_run(db, preview_body, &a) != DB_ROLLBACK)
        return answer->outcome = ADJUSTMENT_UNAVAILABLE;
    return answer->outcome;
}

DB_SQL(adjustment_find_sale_unit, "SELECT unit FROM conversion WHERE id = ?");
DB_SQL(adjustment_find_program_unit,
       "SELECT currency FROM program WHERE brand = ? AND (? = 0 OR id = ?)"
       " ORDER BY status <> 'active', id LIMIT 1");

enum db_status adjustment_find_unit(struct db *db, struct arena *arena,
                                    struct adjustment_event *event)
{
    struct adjustment_answer answer = {0};
    struct adjustment_event asked = *event;
    struct adjusting a = {.db = db, .arena = arena, .event = &asked, .answer = &answer};
    struct db_rows *row;
    uint64_t sale = 0;
    bool is_ambiguous;
    if (!read_context(&a, &asked)) /* refused, which the adjusting itself will tell */
        return answer.outcome == ADJUSTMENT_UNAVAILABLE ? DB_UNAVAILABLE : DB_OK;
    enum db_status status = adjustment_find_sale(db, arena, &asked, false, &sale, &is_ambiguous);
    if (status == DB_OK)
        status = db_get_one(db, arena, &adjustment_find_sale_unit, DB_ARGS(db_u64(sale)), &row);
    else if (status == DB_NO_ROW)
        status = db_get_one(
            db, arena, &adjustment_find_program_unit,
            DB_ARGS(db_u64(asked.brand), db_u64(asked.program), db_u64(asked.program)), &row);
    if (status == DB_OK)
        CHECK(unit_find_currency(db_col_text(row, 0), &event->unit)); /* we stored it */
    return status == DB_NO_ROW ? DB_OK : status;
}

/* What the pipeline asks for ----------------------------------------------------------------- */

static enum db_status settle_all(struct db *db, struct arena *arena,
                                 const struct adjusted_sale *sale)
{
    struct adjustment_settled settled;
    struct adjustment_cause cause = {0}; /* several, maybe: the rows tell the reason */
    enum db_status status = adjustment_settle_sale(db, arena, sale, &cause, &settled);
    return status == DB_OK ? adjustment_post_settled(&settled) : status;
}

DB_SQL(adjustment_select_parked,
       "SELECT DISTINCT t.adjustment FROM conversion c JOIN conversion_key k ON k.conversion = c.id"
       " JOIN adjustment_target t ON t.brand = k.brand AND t.mode = k.mode AND t.kind = k.kind"
       " AND t.value = k.value AND t.program IN (0, c.program) WHERE c.id = ?"
       " ORDER BY t.adjustment LIMIT 1000 FOR UPDATE");
DB_SQL(adjustment_has_any,
       "SELECT c.adjusted > 0 OR EXISTS (SELECT 1 FROM adjustment a WHERE a.conversion = c.id)"
       " FROM conversion c WHERE c.id = ?");

static enum db_status attach_all(struct db *db, struct arena *arena,
                                 const struct adjusted_sale *sale, struct db_rows *parked)
{
    enum db_status status = DB_OK;
    while (status == DB_OK && db_next(parked)) {
        struct adjustment_row row;
        status = adjustment_find_by_id(db, arena, db_col_u64(parked, 0), &row);
        if (status == DB_OK)
            status = adjustment_attach(db, arena, sale, &row);
    }
    return status;
}

enum db_status adjustment_catch_up(struct db *db, struct arena *arena, uint64_t conversion)
{
    struct adjusted_sale sale;
    struct db_rows *row,
        *parked = db_query(db, arena, &adjustment_select_parked, DB_ARGS(db_u64(conversion)));
    enum db_status status = db_rows_status(parked);
    if (status == DB_OK && db_rows_count(parked) == 0) {
        status = db_get_one(db, arena, &adjustment_has_any, DB_ARGS(db_u64(conversion)), &row);
        if (status != DB_OK || !db_col_bool(row, 0))
            return status;
    }
    if (status == DB_OK)
        status = adjustment_lock_sale(db, arena, conversion, &sale);
    if (status == DB_OK)
        status = attach_all(db, arena, &sale, parked);
    return status == DB_OK ? settle_all(db, arena, &sale) : status;
}

DB_SQL(adjustment_move_rows, "UPDATE adjustment SET conversion = ? WHERE conversion = ?");

enum db_status adjustment_merge(struct db *db, struct arena *arena, uint64_t younger,
                                uint64_t elder)
{
    struct adjusted_sale sale;
    uint64_t moved = 0;
    enum db_status status =
        db_exec(db, &adjustment_move_rows, DB_ARGS(db_u64(elder), db_u64(younger)), &moved);
    if (status != DB_OK || moved == 0)
        return status;
    status = adjustment_lock_sale(db, arena, younger, &sale);
    return status == DB_OK ? settle_all(db, arena, &sale) : status;
}
