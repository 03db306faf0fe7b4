/*
 * The pipeline. Reads first; then one transaction; then the answer. Whoever
 * loses a race for the key, or loses the connection while committing, looks the
 * key up and answers what is stored.
 */
#include "base/log.h"
#include "click/click.h"
#include "conversion/conversion_internal.h"
#include "http/http_shared.h"

#define CLICK_FRESH_US (10 * CLOCK_SECOND)

/* What is told by a page that anybody can open is not kept: it could fill the log. */
static enum conversion_outcome refuse(struct sale *sale, struct conversion_answer *answer,
                                      enum conversion_refusal refusal)
{
    if (sale->event->door != SALE_DOOR_PIXEL)
        sale_inbox_keep_refused(sale, refusal);
    answer->refusal = refusal;
    return answer->outcome = CONVERSION_REFUSED;
}

/* The database failed on a read: nothing is stored, and nothing needs to be. */
static enum conversion_outcome unavailable(struct conversion_answer *answer)
{
    return answer->outcome = CONVERSION_UNAVAILABLE;
}

/* Known sales ---------------------------------------------------------------------------------- */

static enum conversion_credit credit_of(const struct known_sale *known)
{
    if (sv_eq(known->status, SV("awaiting")))
        return CREDIT_AWAITING;
    return known->method.n == 0 ? CREDIT_UNATTRIBUTED : CREDIT_ATTRIBUTED;
}

static void fill_known(struct conversion_answer *answer, const struct known_sale *known)
{
    answer->id = known->id;
    answer->pid = known->pid;
    answer->credit = credit_of(known);
    answer->status = known->status;
    answer->commission = known->commission;
    answer->payout = known->payout;
    (void)(known->commission_unit.n > 0 &&
           unit_find_currency(known->commission_unit, &answer->unit));
    for (unsigned i = 0; i < ATTRIBUTION_METHOD_COUNT; i++)
        if (sv_eq_cstr(known->method, attribution_method_text((enum attribution_method)i)))
            answer->method = (enum attribution_method)i;
}

/* New sales ------------------------------------------------------------------------------------ */

/* Whether the click that the order names may be on its way from a spool. */
static bool click_may_come(const struct sale *sale)
{
    /* Of a rebill the first sale decides, whatever it names itself. */
    if (sale->parent.has_candidate && sale->parent.candidate.original)
        return false;
    return sale->candidates->click_is_missing &&
           click_may_still_come(sale->event->click, clock_business_us()) &&
           clock_business_us() < sale->event->received_us + CONVERSION_AWAIT_US;
}

/* A click made just now is usually stored within a tenth of a second: worth a short wait. */
static enum db_status wait_for_click(struct sale *sale)
{
    static const long pauses_ms[] = {20, 40, 80, 160}; /* CONVERSION_WAIT_MS in all */
    int64_t age_us = clock_business_us() - uuid_time_us(sale->event->click);
    if (age_us > CLICK_FRESH_US)
        return DB_OK;
    for (size_t i = 0; i < COUNT_OF(pauses_ms) && sale->candidates->click_is_missing; i++) {
        struct timespec pause = {.tv_nsec = pauses_ms[i] * 1000000};
        nanosleep(&pause, NULL);
        enum db_status status = sale_load_candidates(sale);
        if (status != DB_OK)
            return status;
    }
    return DB_OK;
}

static enum db_status read_all(struct sale *sale)
{
    enum db_status status = sale_find_context(sale);
    if (status == DB_OK)
        status = sale_load_candidates(sale);
    if (status == DB_OK && click_may_come(sale))
        status = wait_for_click(sale);
    sale->awaits_click = status == DB_OK && click_may_come(sale);
    return status;
}

static void fill_new(struct conversion_answer *answer, const struct sale *sale)
{
    answer->id = sale->id;
    answer->pid = sale->pid;
    answer->credit = sale_credit(sale);
    answer->status = sv_from(sale_status_text(sale));
    answer->method = sale->who.method;
    answer->reason = sv_from(sale->awaits_click ? "awaiting_click" : sale->who.reason);
    answer->unit = sale->has_commission ? sale->commission.unit : sale->event->unit;
    answer->commission = sale->has_commission ? sale->commission.amount : 0;
    answer->payout = sale->has_commission ? sale->commission.split.payout : 0;
}

/* Recording went wrong: the event alone is kept, and the worker takes it up again. */
static enum conversion_outcome keep_for_later(struct sale *sale, struct conversion_answer *answer)
{
    if (sale_inbox_keep_failed(sale) != DB_OK)
        return unavailable(answer);
    return answer->outcome = CONVERSION_QUEUED;
}

static void prepare(struct sale *sale, struct db *db, struct arena *arena,
                    const struct sale_event *event)
{
    *sale = (struct sale){.db = db,
                          .arena = arena,
                          .event = event,
                          .received_us = event->received_us,
                          .winner = ATTRIBUTION_NOBODY,
                          .pid = uuid_v7(event->received_us),
                          .commission_pid = uuid_v7(event->received_us)};
    sale_clamp_time(sale);
}

/* What its row in the inbox is called, where the door has no id of its own for the event. */
static struct sv name_event(const struct sale *sale)
{
    const struct sale_event *e = sale->event;
    if (e->event_id.n > 0)
        return e->event_id;
    if (e->order_ref.n == 0)
        return sv_from(arena_printf(sale->arena, "%s/" SV_FMT, sale_key_kind_text(e->keys[0].kind),
                                    SV_ARG(e->keys[0].value)));
    if (!sale->program.scope_is_program)
        return e->order_ref;
    return sv_from(
        arena_printf(sale->arena, "%" PRIu64 "/" SV_FMT, sale->program.id, SV_ARG(e->order_ref)));
}

/* After the program is known: what follows from it, the event's own name, and its stored form. */
static void pin(struct sale *sale, struct sale_event *pinned)
{
    *pinned = *sale->event;
    pinned->program = sale->program.id;
    if (pinned->unit.code[0] == '\0') /* a lead that is worth nothing names no currency */
        pinned->unit = sale->program.unit;
    if (pinned->has_subtotal || pinned->has_tax)
        pinned->base = sale_base(sale->program.base, pinned);
    sale->event = pinned;
    sale->event_json = sale_event_write(sale->arena, pinned);
    sale->event_id = name_event(sale);
    sale_collect_keys(sale);
}

/* False: the answer says why not. */
static bool program_takes(struct sale *sale, struct conversion_answer *answer)
{
    if (!sale->program.brand_is_active)
        refuse(sale, answer, REFUSAL_BRAND_INACTIVE);
    else if (sale->program.is_draft && !sale->event->test_mode)
        refuse(sale, answer, REFUSAL_PROGRAM_DRAFT);
    else
        return true;
    return false;
}

enum db_status sale_resolve(struct db *db, struct arena *arena, const struct sale_event *event,
                            uint64_t conversion, uint64_t version)
{
    struct sale sale;
    struct sale_event pinned;
    prepare(&sale, db, arena, event);
    enum db_status status = sale_find_program_version(&sale, event->program, version);
    if (status == DB_OK)
        status = sale_find_parent(&sale);
    if (status != DB_OK)
        return status;
    pin(&sale, &pinned);
    sale.id = conversion;
    status = sale_load_stored(&sale, &pinned);
    if (status == DB_OK)
        status = sale_find_context(&sale);
    if (status == DB_OK)
        status = sale_load_candidates(&sale);
    if (status != DB_OK)
        return status;
    if (click_may_come(&sale))
        return DB_ROLLBACK;
    if (!sale_decide(&sale))
        return DB_FAILED;
    return db_tx_run(db, sale_write_resolved, &sale);
}

/* Another event of what is recorded ---------------------------------------------------------- */

/* The first program that the sale met stays, with its settings: they say what its base is. */
static enum db_status reopen(struct sale *sale, const struct known_sale *elder)
{
    struct sale_event *pinned = ARENA_NEW(sale->arena, struct sale_event);
    enum db_status status = DB_OK;
    if (sale->program.id != elder->program || sale->program.version != elder->version) {
        status = sale_find_program_version(sale, elder->program, elder->version);
        if (status == DB_OK)
            pin(sale, pinned);
    }
    return status == DB_OK ? sale_find_context(sale) : status;
}

static enum conversion_outcome answer_stored(struct sale *sale, uint64_t id, const char *conflict,
                                             struct conversion_answer *answer)
{
    struct known_sale known;
    if (sale_find_known_by_id(sale, id, &known) != DB_OK)
        return unavailable(answer);
    fill_known(answer, &known);
    answer->field = conflict;
    if (!conflict)
        return answer->outcome = CONVERSION_DUPLICATE;
    log_line(LOG_WARN, "sale_conflict", LOG_STR("door", sale_door_text(sale->event->door)),
             LOG_U64("brand", sale->event->brand), LOG_U64("conversion", id),
             LOG_STR("field", conflict));
    return answer->outcome = CONVERSION_CONFLICT;
}

/* `again`: what is known changed meanwhile. */
static enum conversion_outcome answer_known(struct sale *sale, const struct known_sales *known,
                                            struct conversion_answer *answer, bool *again)
{
    const struct known_sale *elder = &known->v[0];
    const char *conflict = NULL;
    bool is_theirs = sale->told_program == 0 || sale->told_program == elder->program;
    if (known->n == 1 && elder->is_told && is_theirs) { /* nothing that is not stored */
        fill_known(answer, elder);
        return answer->outcome = CONVERSION_DUPLICATE;
    }
    if (reopen(sale, elder) != DB_OK)
        return unavailable(answer);
    switch (sale_write_known(sale, known, &conflict)) {
    case SALE_KNOWN_STORED:
        return answer_stored(sale, elder->id, conflict, answer);
    case SALE_KNOWN_AGAIN:
        *again = true;
        return unavailable(answer);
    case SALE_KNOWN_TOO_LARGE:
        return refuse(sale, answer, REFUSAL_AMOUNT_TOO_LARGE);
    case SALE_KNOWN_FAILED:
        return keep_for_later(sale, answer);
    case SALE_KNOWN_UNAVAILABLE:
        return unavailable(answer);
    }
    UNREACHABLE();
}

/* A key is taken, or the commit was ambiguous: what is stored under it is the answer. */
static enum conversion_outcome look_up(struct sale *sale, struct conversion_answer *answer,
                                       bool *found, bool *again)
{
    struct known_sales known;
    enum db_status status = sale_find_known(sale, &known);
    if (status == DB_NO_ROW && sale->is_known) {
        status = sale_find_known_by_event(sale, &known.v[0]);
        known.n = 1;
        known.by_event = true;
    }
    *found = status == DB_OK;
    if (status != DB_OK)
        return unavailable(answer);
    if (known.n > 1 || !uuid_eq(known.v[0].pid, sale->pid))
        return answer_known(sale, &known, answer, again);
    sale->id = known.v[0].id; /* our own: it was committed after all */
    fill_new(answer, sale);
    return answer->outcome = CONVERSION_CREATED;
}

/* `again`: another sale of its subscription came first, or what is known changed: ask anew. */
static enum conversion_outcome write_sale(struct sale *sale, struct conversion_answer *answer,
                                          bool *again)
{
    enum { TRIES_MAX = 3 };
    for (int try = 0; try < TRIES_MAX; try++) {
        bool found = false;
        enum db_status status = db_tx_run(sale->db, sale_write_new, sale);
        if (status == DB_OK) {
            fill_new(answer, sale);
            return answer->outcome = CONVERSION_CREATED;
        }
        if (status == DB_ROLLBACK && sale->is_too_large)
            return refuse(sale, answer, REFUSAL_AMOUNT_TOO_LARGE);
        if (status == DB_FAILED)
            return keep_for_later(sale, answer);
        *again = status == DB_ROLLBACK && sale->has_parent_now;
        if (*again)
            return unavailable(answer);
        if (status != DB_AMBIGUOUS && !(status == DB_ROLLBACK && sale->is_known))
            return unavailable(answer);
        enum conversion_outcome outcome = look_up(sale, answer, &found, again);
        if (found)
            return outcome;
        /* Not there: the one that was first rolled back, or our commit never arrived. Once more:
         * the key lets only one of us through. */
    }
    return unavailable(answer);
}

/*
 * The program: the one that it met before; of a rebill, and of a sale that names nobody, the first
 * sale's with its settings; else the one that the order means, as it is now.
 */
static enum db_status find_program(struct sale *sale, uint64_t version)
{
    const struct sale_event *e = sale->event;
    enum db_status status = sale_find_parent(sale);
    if (status != DB_OK)
        return status;
    if (version != 0 && e->program != 0)
        return sale_find_program_version(sale, e->program, version);
    if (sale->parent.id != 0 && (e->kind == SALE_KIND_REBILL || !sale_names_anyone(e)))
        return sale_find_program_version(sale, sale->parent.program, sale->parent.version);
    return sale_find_program(sale);
}

static enum conversion_outcome record_sale(struct sale *sale, uint64_t version,
                                           struct conversion_answer *answer, bool *again)
{
    struct sale_event *pinned = ARENA_NEW(sale->arena, struct sale_event);
    struct known_sales known;
    enum db_status status = find_program(sale, version);
    if (status == DB_NO_ROW) {
        pin(sale, pinned);
        return refuse(sale, answer,
                      uuid_is_zero(pinned->program_pid) ? REFUSAL_NO_PROGRAM
                                                        : REFUSAL_PROGRAM_UNKNOWN);
    }
    if (status != DB_OK)
        return unavailable(answer);
    pin(sale, pinned);
    sale->told_program = uuid_is_zero(pinned->program_pid) ? 0 : sale->program.id;
    if (!program_takes(sale, answer))
        return CONVERSION_REFUSED;
    status = sale_find_known(sale, &known);
    if (status == DB_OK)
        return answer_known(sale, &known, answer, again);
    if (status == DB_NO_ROW)
        status = read_all(sale);
    if (status == DB_FAILED)
        return keep_for_later(sale, answer);
    if (status != DB_OK)
        return unavailable(answer);
    if (!sale_decide(sale))
        return refuse(sale, answer, REFUSAL_AMOUNT_TOO_LARGE);
    return write_sale(sale, answer, again);
}

enum conversion_outcome sale_record_again(struct db *db, struct arena *arena,
                                          const struct sale_event *event, uint64_t version,
                                          struct conversion_answer *answer)
{
    enum { TRIES_MAX = 3 };
    enum conversion_outcome outcome = CONVERSION_UNAVAILABLE;
    bool again = true;
    for (int try = 0; try < TRIES_MAX && again; try++) {
        struct sale sale;
        *answer = (struct conversion_answer){0};
        again = false;
        prepare(&sale, db, arena, event);
        outcome = record_sale(&sale, version, answer, &again);
    }
    return outcome;
}

enum conversion_outcome conversion_record(struct db *db, struct arena *arena,
                                          const struct sale_event *event,
                                          struct conversion_answer *answer)
{
    enum conversion_outcome outcome = sale_record_again(db, arena, event, 0, answer);

    if (outcome == CONVERSION_CREATED)
        http_metric_add(METRIC_CONVERSIONS, 1);
    else if (outcome == CONVERSION_DUPLICATE || outcome == CONVERSION_CONFLICT)
        http_metric_add(METRIC_CONVERSIONS_DUPLICATE, 1);
    return outcome;
}
