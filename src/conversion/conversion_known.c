/*
 * A sale that is recorded, told again: by another event, another door, or under
 * keys of two sales. All of it is one transaction over locked rows:
 *
 *   lock ─▶ whose money holds? ─▶ the event's row ─▶ merge the younger ─▶ add keys and facts
 *                                                 ─▶ replace, where it is due ─▶ release ─▶ ledger
 *
 * The state after any set of events is meant to be the same in any order: the
 * money is the highest door's; who is credited is what that door names, else
 * what any of them names; facts are whoever's knew them first. So a lower door
 * that tells another amount is in conflict, and told so, but what else it knows counts.
 */
#include "conversion/adjustment.h"
#include "conversion/conversion_change.h"
#include "conversion/flag.h"

/* What one door says the sale is worth. */
struct worth {
    int64_t gross, base;
    struct unit unit;
    enum sale_kind kind;
    unsigned rank;
};

struct change {
    struct sale *sale;
    const struct known_sales *known;
    struct sale_event event; /* with the money that holds */
    bool is_told;

    /* made anew by each run of the body */
    struct stored_sale stored[SALE_SCOPED_KEYS_MAX]; /* the elder first */
    struct stored_commissions commissions;           /* the elder's */
    struct worth money;
    struct sale_posts posts;
    const char *conflict; /* the field that contradicts; NULL: none */
    bool is_overruled;    /* it contradicts a higher door in its money alone: the rest counts */
    bool is_stale;        /* another delivery changed the keys meanwhile: look again */
    bool is_repeated;     /* this event is stored already */
};

static const struct stored_sale *elder_of(const struct change *c)
{
    return &c->stored[0];
}

/* Whose money -------------------------------------------------------------------------------- */

static struct worth money_of(const struct stored_sale *s)
{
    return (struct worth){s->gross, s->base, s->unit, s->kind, s->rank};
}

static const char *difference(const struct worth *a, const struct worth *b)
{
    if (a->gross != b->gross)
        return "amount";
    if (strcmp(a->unit.code, b->unit.code) != 0)
        return "currency";
    return a->kind != b->kind ? "event" : NULL;
}

/* Before it is approved, disputed or paid; what was refunded of it is taken of its new price. */
static bool may_be_replaced(const struct change *c)
{
    for (size_t i = 0; i < c->commissions.n; i++) {
        const struct stored_commission *m = &c->commissions.v[i];
        if (!m->is_pending || m->is_disputed || m->paid != 0)
            return false;
    }
    return true;
}

/* The highest door's money holds; among equals the first told. */
static void weigh(struct change *c)
{
    const struct sale_event *e = c->sale->event;
    struct worth held = money_of(elder_of(c));
    struct worth told = {e->amount, e->base, e->unit, e->kind, sale_door_rank(e->door)};
    c->conflict = NULL;
    c->is_overruled = false;
    c->money = held;
    for (size_t i = 1; i < c->known->n; i++)
        if (c->stored[i].rank > c->money.rank)
            c->money = money_of(&c->stored[i]);
    if (told.rank > c->money.rank && !c->is_told)
        c->money = told;
    else if (!c->is_told)
        c->conflict = difference(&told, &c->money);
    if (!may_be_replaced(c) && difference(&c->money, &held)) {
        c->conflict = c->is_told ? NULL : difference(&told, &held);
        c->money = held;
    } else if (!may_be_replaced(c)) {
        c->money.base = held.base;
    }
    c->is_overruled = c->conflict && told.rank < c->money.rank;
    if (c->sale->told_program != 0 && c->sale->told_program != elder_of(c)->program) {
        c->conflict = "program_id";
        c->is_overruled = false;
    }
    if (c->known->by_event && !c->is_told) { /* another sale under the same id */
        c->conflict = "event_id";
        c->is_overruled = false;
    }
}

/* What else the event tells is not about this sale, as far as anybody can say. */
static bool is_doubted(const struct change *c)
{
    return c->conflict && !c->is_overruled;
}

static bool is_repriced(const struct change *c)
{
    struct worth held = money_of(elder_of(c));
    return difference(&c->money, &held) || c->money.base != held.base;
}

/* The event's own row -------------------------------------------------------------------------- */

/* Under its id; told there with another body, under the id and the mark of its body. */
static enum db_status put_event(struct change *c)
{
    struct sale *sale = c->sale;
    const struct sv names[] = {sale->event_id, sale_marked_event_id(sale)};
    c->is_repeated = false;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        enum db_status status = sale_inbox_put_known(sale, names[i], elder_of(c)->id, c->conflict);
        if (status != DB_DUPLICATE)
            return status;
    }
    c->is_repeated = true;
    return DB_ROLLBACK;
}

/* Keys and facts ------------------------------------------------------------------------------- */

DB_SQL(known_insert_key,
       "INSERT INTO conversion_key (brand, mode, scope, kind, value, conversion)"
       " VALUES (?, ?, ?, ?, ?, ?)");
DB_SQL(known_find_key,
       "SELECT conversion FROM conversion_key WHERE brand = ? AND mode = ? AND scope = ?"
       " AND kind = ? AND value = ?");

static enum db_status add_key(struct db *db, struct change *c, const struct sale_scoped_key *k)
{
    struct sale *sale = c->sale;
    struct db_rows *row;
    const struct db_arg brand = db_u64(sale->event->brand), mode = db_cstr(sale_mode_text(sale));
    enum db_status status =
        db_insert_unless_known(db, &known_insert_key,
                               DB_ARGS(brand, mode, db_u64(k->scope), db_cstr(k->kind),
                                       db_text(k->value), db_u64(elder_of(c)->id)),
                               NULL);
    if (status != DB_DUPLICATE)
        return status;
    status = db_get_one(db, sale->arena, &known_find_key,
                        DB_ARGS(brand, mode, db_u64(k->scope), db_cstr(k->kind), db_text(k->value)),
                        &row);
    if (status == DB_OK && db_col_u64(row, 0) == elder_of(c)->id)
        return DB_OK;
    c->is_stale = status == DB_OK || status == DB_NO_ROW;
    return c->is_stale ? DB_ROLLBACK : status;
}

DB_SQL(known_add_facts,
       "UPDATE conversion SET is_new_customer = IF(customer = 0 AND ? <> 0, ?, is_new_customer),"
       " customer = IF(customer = 0, ?, customer), country = IF(country = '', ?, country),"
       " ip_hash = IF(ip_hash = ?, ?, ip_hash), campaign = IF(campaign = 0, ?, campaign),"
       " door_rank = GREATEST(door_rank, ?), updated_us = ? WHERE id = ?");
DB_SQL(known_add_subscription,
       "INSERT INTO subscription (brand, mode, program, provider, ref, first_conversion)"
       " VALUES (?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE first_conversion = first_conversion");
DB_SQL(known_has_items, "SELECT 1 FROM conversion_item WHERE conversion = ? LIMIT 1");

static enum db_status add_facts(struct db *db, struct change *c)
{
    static const uint8_t no_ip[HASH_SIZE];
    struct sale *sale = c->sale;
    const struct sale_event *e = sale->event;
    uint64_t customer = 0;
    bool is_new = false;
    /* A contradiction raises nobody's rank. */
    unsigned rank = is_doubted(c) ? 0 : sale_door_rank(e->door);
    enum db_status status = sale_put_customer(sale, &customer, &is_new);
    if (status == DB_OK)
        status = db_exec_one(db, &known_add_facts,
                             DB_ARGS(db_u64(customer), db_bool(is_new), db_u64(customer),
                                     db_text(e->country), db_bytes(no_ip, HASH_SIZE),
                                     db_bytes(e->has_ip ? e->ip_hash : no_ip, HASH_SIZE),
                                     db_u64(sale->campaign), db_u64(rank),
                                     db_i64(clock_business_us()), db_u64(elder_of(c)->id)));
    if (status == DB_OK && e->subscription.n > 0)
        status = db_exec(db, &known_add_subscription,
                         DB_ARGS(db_u64(e->brand), db_cstr(sale_mode_text(sale)),
                                 db_u64(elder_of(c)->program), db_cstr(sale_provider(e->door)),
                                 db_text(e->subscription), db_u64(elder_of(c)->id)),
                         NULL);
    return status;
}

static enum db_status add_items(struct db *db, struct change *c)
{
    struct db_rows *row;
    if (c->sale->event->n_items == 0)
        return DB_OK;
    enum db_status status =
        db_get_one(db, c->sale->arena, &known_has_items, DB_ARGS(db_u64(elder_of(c)->id)), &row);
    if (status != DB_NO_ROW)
        return status;
    c->sale->id = elder_of(c)->id;
    return sale_put_items(c->sale);
}

static enum db_status add_all(struct db *db, struct change *c)
{
    enum db_status status = DB_OK;
    for (size_t i = 0; i < c->sale->n_keys && status == DB_OK; i++)
        status = add_key(db, c, &c->sale->keys[i]);
    if (status == DB_OK)
        status = add_facts(db, c);
    return status == DB_OK ? add_items(db, c) : status;
}

/* Who is credited ------------------------------------------------------------------------------ */

DB_SQL(known_list_events,
       "SELECT event FROM inbox WHERE conversion = ? AND kind = 'sale'"
       " AND state IN ('processed', 'parked') ORDER BY id LIMIT 20");

/* What the sale's other events name, where this one names nothing of the kind. */
static enum db_status gather_hints(struct db *db, struct change *c)
{
    struct arena *arena = c->sale->arena;
    struct sale_event *to = &c->event;
    struct db_rows *rows =
        db_query(db, arena, &known_list_events, DB_ARGS(db_u64(elder_of(c)->id)));
    while (db_next(rows)) {
        struct sale_event from;
        if (!sale_event_read(arena, db_col_text(rows, 0), &from))
            continue;
        if (uuid_is_zero(to->click) && to->bad_click.n == 0) {
            to->click = from.click;
            to->bad_click = from.bad_click;
        }
        for (size_t i = 0; i < from.n_codes; i++)
            sale_event_add_code(to, from.codes[i]);
        to->token = to->token.n > 0 ? to->token : from.token;
        to->ref = to->ref.n > 0 ? to->ref : from.ref;
        if (!to->has_ip && from.has_ip) {
            to->has_ip = true;
            memcpy(to->ip_hash, from.ip_hash, HASH_SIZE);
        }
    }
    return db_rows_status(rows);
}

/* Refunds are no hindrance where nobody was credited: whoever is now loses their share at once. */
static bool may_be_credited_first(const struct change *c)
{
    for (size_t i = 0; i < c->commissions.n; i++) {
        const struct stored_commission *m = &c->commissions.v[i]; /* the network's fee */
        if (m->is_approved || m->is_disputed || m->paid != 0)
            return false;
    }
    return true;
}

/* Nobody was, or a higher door names somebody. What a person decided stays. */
static bool may_be_credited_anew(const struct change *c)
{
    const struct stored_sale *elder = elder_of(c);
    const struct sale_event *e = c->sale->event;
    if (is_doubted(c) || elder->method == METHOD_MANUAL)
        return false;
    bool names = sale_names_anyone(e) || c->sale->parent.has_candidate;
    for (size_t i = 1; i < c->known->n; i++)
        names = names || c->stored[i].is_attributed;
    if (!elder->is_attributed)
        return names && may_be_credited_first(c);
    return may_be_replaced(c) && sale_names_anyone(e) && sale_door_rank(e->door) > elder->rank &&
           elder->method != METHOD_PARENT;
}

DB_SQL(known_find_credit,
       "SELECT a.partnership, c.partner, a.link, a.coupon, a.click_id, a.method, a.reason"
       " FROM attribution a JOIN conversion c ON c.id = a.conversion"
       " WHERE a.conversion = ? AND a.no = ?");

/* As it is: the same partner, the same rate of their own. */
static enum db_status keep_credit(struct db *db, struct change *c, struct sale *sale)
{
    const struct stored_sale *elder = elder_of(c);
    struct db_rows *row;
    enum db_status status =
        db_get_one(db, sale->arena, &known_find_credit,
                   DB_ARGS(db_u64(elder->id), db_u64(elder->attribution_no)), &row);
    if (status != DB_OK)
        return status == DB_NO_ROW ? DB_FAILED : status;
    sale->who = (struct sale_credited){.anyone = elder->is_attributed,
                                       .partnership = db_col_u64(row, 0),
                                       .partner = db_col_u64(row, 1),
                                       .link = db_col_u64(row, 2),
                                       .coupon = db_col_u64(row, 3),
                                       .click = db_col_uuid(row, 4),
                                       .method = elder->method,
                                       .reason = db_col_cstr(row, 6)};
    for (size_t i = 0; i < c->commissions.n; i++)
        if (c->commissions.v[i].is_partners)
            sale->who.own_no = c->commissions.v[i].own_no;
    return sale_find_own_rate(db, sale->arena, elder->partnership, sale->who.own_no,
                              &sale->who.own);
}

/* `sale` is made of the stored one, with the money that holds. */
static enum db_status prepare_credit(struct db *db, struct change *c, struct sale *sale,
                                     bool *keeps)
{
    const struct stored_sale *elder = elder_of(c);
    *sale = *c->sale;
    c->event = *c->sale->event;
    struct sale_event stored = sale_event_of(elder);
    c->event.order_ref = stored.order_ref;
    c->event.country = stored.country.n > 0 ? stored.country : c->event.country;
    enum db_status status = sale_open_stored(sale, elder, &c->event);
    c->event.kind = c->money.kind;
    c->event.amount = c->money.gross;
    c->event.base = c->money.base;
    c->event.unit = c->money.unit;
    sale->campaign = elder->campaign ? elder->campaign : c->sale->campaign;
    sale->candidates = NULL;
    *keeps = !may_be_credited_anew(c);
    if (status != DB_OK || *keeps)
        return status == DB_OK ? keep_credit(db, c, sale) : status;
    status = gather_hints(db, c);
    if (status == DB_OK)
        status = sale_load_candidates(sale);
    if (status != DB_OK)
        return status;
    sale_attribute(sale);
    if (sale->who.partnership != elder->partnership)
        return DB_OK;
    *keeps = true; /* nobody else, after all */
    sale->candidates = NULL;
    return keep_credit(db, c, sale);
}

/* More than the page vouches for the sale. */
static bool is_vouched(const struct change *c)
{
    const struct sale_event *e = c->sale->event;
    bool vouched = sale_door_rank(e->door) > 1 && !e->unverified && !c->conflict;
    for (size_t i = 0; i < c->known->n; i++)
        vouched = vouched || c->stored[i].rank > 1;
    return vouched;
}

static enum db_status replace(struct db *db, struct change *c)
{
    struct sale sale;
    bool keeps;
    if (!is_repriced(c) && !may_be_credited_anew(c))
        return DB_OK;
    enum db_status status = prepare_credit(db, c, &sale, &keeps);
    if (status != DB_OK || (keeps && !is_repriced(c)))
        return status;
    if (!sale_price(&sale)) {
        c->posts.is_too_large = true;
        return DB_ROLLBACK;
    }
    struct sale_replacement r = {
        .sale = &sale,
        .old = elder_of(c),
        .commissions = &c->commissions,
        .cause = {.reason = "replaced", .note = SV(""), .now_us = clock_business_us()},
        .keeps_candidates = keeps,
        .is_vouched = is_vouched(c),
        .rank = c->money.rank,
        .posts = &c->posts};
    status = sale_replace(db, &r);
    if (status == DB_OK)
        status = sale_add_accrual(&sale, &c->posts);
    c->commissions.n = 0; /* they are undone */
    return status;
}

DB_SQL(known_set_awaiting,
       "UPDATE conversion SET event = ?, gross = ?, base = ?, unit = ?, door_rank = ?"
       " WHERE id = ? AND attribution = 'awaiting'");

/* It posts nothing until its click comes: its money is just changed. */
static enum db_status change_awaiting(struct db *db, const struct change *c)
{
    if (!is_repriced(c))
        return DB_OK;
    return db_exec_one(db, &known_set_awaiting,
                       DB_ARGS(db_cstr(sale_kind_text(c->money.kind)), db_i64(c->money.gross),
                               db_i64(c->money.base), db_cstr(c->money.unit.code),
                               db_u64(c->money.rank), db_u64(elder_of(c)->id)));
}

/* A second door vouches for what the page told: the hold is over. */
static enum db_status release(struct db *db, struct change *c)
{
    const struct sale_event *e = c->sale->event;
    struct sale_cause cause = {.reason = "verified", .note = SV(""), .now_us = clock_business_us()};
    enum db_status status = DB_OK;
    if (sale_door_rank(e->door) < 2 || e->unverified || c->conflict)
        return DB_OK;
    for (size_t i = 0; i < c->commissions.n && status == DB_OK; i++) {
        const struct stored_commission *m = &c->commissions.v[i];
        status = flag_release(db, c->sale->arena, m->id, FLAG_UNVERIFIED, 0, SV(""), cause.now_us);
        if (status == DB_NO_ROW)
            status = DB_OK;
        else if (status == DB_OK && m->is_pending)
            status = sale_note_change(db, c->sale->arena, elder_of(c), m, &cause);
    }
    return status;
}

/* The transaction ------------------------------------------------------------------------------ */

static enum db_status lock_all(struct db *db, struct change *c)
{
    enum db_status status = DB_OK;
    for (size_t i = 0; i < c->known->n && status == DB_OK; i++) {
        status = sale_lock(db, c->sale->arena, c->known->v[i].id, &c->stored[i]);
        c->is_stale = c->is_stale || status == DB_NO_ROW ||
                      (status == DB_OK && c->stored[i].merged_into != 0);
    }
    if (c->is_stale)
        return DB_ROLLBACK;
    return status == DB_OK ? sale_lock_commissions(db, c->sale->arena, elder_of(c), &c->commissions)
                           : status;
}

static enum db_status merge_younger(struct db *db, struct change *c)
{
    enum db_status status = DB_OK;
    for (size_t i = 1; i < c->known->n && status == DB_OK; i++)
        status = sale_merge(db, c->sale->arena, elder_of(c), &c->stored[i], clock_business_us(),
                            &c->posts);
    return status;
}

/* Reports count the sale otherwise afterwards. */
static bool is_counted_anew(const struct change *c)
{
    const struct stored_sale *elder = elder_of(c);
    return c->known->n > 1 || is_repriced(c) || may_be_credited_anew(c) ||
           (elder->country.n == 0 && c->sale->event->country.n > 0 && !is_doubted(c));
}

static enum db_status apply(struct db *db, struct change *c)
{
    const struct stored_sale *elder = elder_of(c);
    bool counts = is_counted_anew(c);
    enum db_status status = counts ? sale_recount(db, elder->id, -1) : DB_OK;
    if (status == DB_OK)
        status = merge_younger(db, c);
    if (status == DB_OK && (!is_doubted(c) || c->known->n > 1))
        status = add_all(db, c);
    if (status == DB_OK)
        status = elder->is_awaiting ? change_awaiting(db, c) : replace(db, c);
    if (status == DB_OK)
        status = release(db, c);
    return status == DB_OK && counts ? sale_recount(db, elder->id, 1) : status;
}

static enum db_status change_body(struct db *db, void *context)
{
    struct change *c = context;
    c->is_stale = c->is_repeated = false;
    c->posts.n = 0;
    c->posts.is_too_large = false;
    enum db_status status = lock_all(db, c);
    if (status != DB_OK)
        return status;
    weigh(c);
    status = put_event(c);
    if (status == DB_OK)
        status = apply(db, c);
    if (status == DB_OK)
        status = sale_post_all(db, c->sale->arena, &c->posts);
    return status == DB_OK ? adjustment_catch_up(db, c->sale->arena, elder_of(c)->id) : status;
}

enum sale_known_result sale_write_known(struct sale *sale, const struct known_sales *known,
                                        const char **conflict)
{
    struct change *c = ARENA_NEW(sale->arena, struct change);
    c->sale = sale;
    c->known = known;
    c->is_told = known->v[0].is_told;
    enum db_status status = db_tx_run(sale->db, change_body, c);
    *conflict = c->conflict;
    switch (status) {
    case DB_OK:
        return SALE_KNOWN_STORED;
    case DB_ROLLBACK:
        if (c->is_repeated)
            return SALE_KNOWN_STORED;
        if (c->posts.is_too_large)
            return SALE_KNOWN_TOO_LARGE;
        return SALE_KNOWN_AGAIN;
    case DB_AMBIGUOUS: /* its event is stored, or it is not: asked again, it answers */
        return SALE_KNOWN_AGAIN;
    case DB_FAILED:
        return SALE_KNOWN_FAILED;
    case DB_NO_ROW:
    case DB_DUPLICATE:
    case DB_RETRY:
    case DB_UNAVAILABLE:
        break;
    }
    return SALE_KNOWN_UNAVAILABLE;
}
