#include "base/clock.h"
#include "base/i18n.h"
#include "base/json.h"
#include "door/door_payment_webhook.h"

#define JOINS_SALE "joins_sale"

/* Facts that are told of one sale: its checkout, and each of its payments. */
enum { FACTS_MAX = 8 };

/* Facts and sales in the inbox ----------------------------------------------------------------- */

struct told_facts {
    struct sv event_id, topic;
    struct sale_event facts;
};

struct told {
    struct told_facts v[FACTS_MAX];
    size_t n;
};

static const char *mode_of(const struct door_webhook *w)
{
    return w->test_mode ? "test" : "live";
}

static struct sv key_of(const struct sale_event *sale, enum sale_key_kind kind)
{
    for (size_t i = 0; i < sale->n_keys; i++)
        if (sale->keys[i].kind == kind)
            return sale->keys[i].value;
    return SV("");
}

/* A subscription's later invoices were not what its checkout was for. */
static bool is_for(const struct sale_event *facts, const struct sale_event *sale)
{
    struct sv invoice = key_of(facts, SALE_KEY_INVOICE);
    return invoice.n == 0 ? sale->kind != SALE_KIND_REBILL
                          : sv_eq(invoice, key_of(sale, SALE_KEY_INVOICE));
}

DB_SQL(payment_select_facts,
       "SELECT event_id, topic, event FROM inbox WHERE brand = ? AND mode = ?"
       " AND order_ref IN (?, ?) AND door = ? AND kind = 'other' AND reason = '" JOINS_SALE
       "' ORDER BY id LIMIT 8");

/* What is noted for this sale; nothing when it has neither invoice nor subscription. */
static enum db_status load_facts(struct door_webhook *w, const struct sale_event *sale,
                                 struct told *told)
{
    struct http_request *request = w->request;
    struct sv invoice = key_of(sale, SALE_KEY_INVOICE);
    told->n = 0;
    if (invoice.n == 0 && sale->subscription.n == 0)
        return DB_OK;
    struct sv other = sale->subscription.n > 0 ? sale->subscription : invoice;
    struct db_rows *rows = db_query(
        request->db, request->arena, &payment_select_facts,
        DB_ARGS(db_u64(w->brand), db_cstr(mode_of(w)), db_text(invoice.n > 0 ? invoice : other),
                db_text(other), db_cstr(sale_door_text(w->provider->door))));
    while (db_next(rows)) {
        struct told_facts *f = &told->v[told->n];
        f->event_id = db_col_text(rows, 0);
        f->topic = db_col_text(rows, 1);
        if (sale_event_read(request->arena, db_col_text(rows, 2), &f->facts) &&
            is_for(&f->facts, sale))
            told->n++;
    }
    return db_rows_status(rows);
}

/* As this door told it: another may have recorded it first, with less. */
#define STORED_EVENT                                                                               \
    " JOIN inbox i ON i.conversion = c.id WHERE c.brand = ? AND c.mode = ? AND i.door = ?"         \
    " AND i.kind = 'sale' AND i.state IN ('processed', 'parked') ORDER BY i.id LIMIT 1"

DB_SQL(payment_find_by_invoice,
       "SELECT i.event FROM conversion_key k JOIN conversion c ON c.id = k.conversion"
       " AND k.brand = ? AND k.mode = ? AND k.scope = 0 AND k.kind = 'invoice'"
       " AND k.value = ?" STORED_EVENT);
DB_SQL(payment_find_by_subscription,
       "SELECT i.event FROM subscription s JOIN conversion c ON c.id = s.first_conversion"
       " AND s.brand = ? AND s.mode = ? AND s.provider = ? AND s.ref = ?" STORED_EVENT);

/* The sale that the facts are of. DB_NO_ROW: it is not recorded yet. */
static enum db_status find_sale(struct door_webhook *w, const struct sale_event *facts,
                                struct sale_event *sale)
{
    struct http_request *request = w->request;
    const char *door = sale_door_text(w->provider->door);
    struct sv invoice = key_of(facts, SALE_KEY_INVOICE);
    struct db_rows *row;
    enum db_status status =
        invoice.n > 0 ? db_get_one(request->db, request->arena, &payment_find_by_invoice,
                                   DB_ARGS(db_u64(w->brand), db_cstr(mode_of(w)), db_text(invoice),
                                           db_u64(w->brand), db_cstr(mode_of(w)), db_cstr(door)),
                                   &row)
                      : db_get_one(request->db, request->arena, &payment_find_by_subscription,
                                   DB_ARGS(db_u64(w->brand), db_cstr(mode_of(w)), db_cstr(door),
                                           db_text(facts->subscription), db_u64(w->brand),
                                           db_cstr(mode_of(w)), db_cstr(door)),
                                   &row);
    if (status != DB_OK)
        return status;
    bool usable = sale_event_read(request->arena, db_col_text(row, 0), sale);
    return usable && is_for(facts, sale) ? DB_OK : DB_NO_ROW;
}

/* Joining ------------------------------------------------------------------------------------ */

static const struct door_webhook_fate not_stored = {.is_stored = false};

/* The sale once more, now with the facts, in the name of the event that told them. */
static struct door_webhook_fate record_with(const struct door_webhook *w, struct sale_event *sale,
                                            const struct sale_event *facts)
{
    struct door_webhook as_told = *w;
    as_told.program = sale->program; /* where it is recorded, whichever endpoint heard the facts */
    memcpy(as_told.body_mac, facts->body_mac, MAC_SIZE);
    payment_add_facts(sale, facts);
    sale->event_id = SV("");
    return door_webhook_record(&as_told, sale);
}

/* False: there is no sale yet, and nothing happened. */
static bool join_sale(struct door_webhook *w, const struct sale_event *facts,
                      struct door_webhook_fate *fate)
{
    struct sale_event sale;
    enum db_status status = find_sale(w, facts, &sale);
    if (status == DB_NO_ROW)
        return false;
    *fate = status == DB_OK ? record_with(w, &sale, facts) : not_stored;
    return true;
}

static struct door_webhook_fate take_facts(struct door_webhook *w, struct payment_event *event)
{
    struct sale_event *facts = &event->sale;
    struct door_webhook_fate fate, joined;
    facts->door = w->provider->door;
    facts->test_mode = w->test_mode;
    facts->brand = w->brand;
    facts->program = w->program;
    facts->received_us = w->request->received_us;
    memcpy(facts->body_mac, w->body_mac, MAC_SIZE);
    if (join_sale(w, facts, &fate))
        return fate;
    fate = door_webhook_note(
        w, &(struct door_webhook_note){.state = INBOX_IGNORED,
                                       .reason = JOINS_SALE,
                                       .order_ref = event->about,
                                       .event = sale_event_write(w->request->arena, facts)});
    return fate.is_stored && join_sale(w, facts, &joined) ? joined : fate;
}

/* Those from the `from`th on that are noted for a sale which is recorded now. */
static bool join_noted_facts(struct door_webhook *w, const struct sale_event *sale, size_t from)
{
    struct told told;
    if (load_facts(w, sale, &told) != DB_OK)
        return false;
    for (size_t i = from; i < told.n; i++) {
        struct door_webhook_fate fate;
        struct door_webhook as_told = *w;
        as_told.event_id = told.v[i].event_id;
        as_told.topic = told.v[i].topic;
        if (join_sale(&as_told, &told.v[i].facts, &fate) && !fate.is_stored)
            return false;
    }
    return true;
}

/*
 * A created sale has the facts that were noted before; one that was recorded by then may lack them.
 * One that is queued will be recorded without those that come meanwhile: the provider shall send it
 * again, and finds it a duplicate.
 */
static struct door_webhook_fate take_told_sale(struct door_webhook *w, struct sale_event *sale)
{
    struct told before;
    if (load_facts(w, sale, &before) != DB_OK)
        return not_stored;
    for (size_t i = 0; i < before.n; i++)
        payment_add_facts(sale, &before.v[i].facts);
    struct door_webhook_fate fate = door_webhook_record(w, sale);
    bool may_have_facts = sale->subscription.n > 0 || key_of(sale, SALE_KEY_INVOICE).n > 0;
    if (!fate.is_stored || !may_have_facts)
        return fate;
    if (uuid_is_zero(fate.conversion))
        return strcmp(fate.status, "queued") == 0 ? not_stored : fate;
    size_t from = strcmp(fate.status, "created") == 0 ? before.n : 0;
    return join_noted_facts(w, sale, from) ? fate : not_stored;
}

/* One event ---------------------------------------------------------------------------------- */

static struct door_webhook_fate note(struct door_webhook *w, enum inbox_state state,
                                     const char *reason, const char *field, struct sv about)
{
    return door_webhook_note(
        w, &(struct door_webhook_note){
               .state = state, .reason = reason, .field = field, .order_ref = about});
}

static struct door_webhook_fate
take(struct door_webhook *w, const struct payment_provider *provider, struct payment_event *event)
{
    if (event->tells_mode && event->test_mode != w->test_mode)
        return note(w, INBOX_REFUSED, "other_mode", "livemode", event->about);
    switch (event->what) {
    case PAYMENT_NOTHING:
        return note(w, INBOX_IGNORED, event->reason, NULL, event->about);
    case PAYMENT_SALE:
        return provider->tells_facts ? take_told_sale(w, &event->sale)
                                     : door_webhook_record(w, &event->sale);
    case PAYMENT_FACTS:
        return take_facts(w, event);
    case PAYMENT_ADJUSTMENT:
        return door_webhook_adjust(w, &event->adjustment);
    }
    UNREACHABLE();
}

static void read_and_take(struct door_webhook *w, const struct payment_provider *provider,
                          struct json_object *json)
{
    struct payment_event event;
    struct payment_reader r = {.arena = w->request->arena};
    bool is_read = provider->read(&r, json, &event);
    w->event_id = event.id;
    w->topic = event.topic;
    door_webhook_heard(w, event.account, event.occurred_us);
    struct door_webhook_fate fate =
        is_read ? take(w, provider, &event) : note(w, INBOX_REFUSED, r.reason, r.field, SV(""));
    door_webhook_answer(w, &fate);
}

/* Requests ----------------------------------------------------------------------------------- */

bool door_payment_fits(struct http_request *request, struct sv secret,
                       enum door_timed_scheme scheme, const char *header)
{
    struct door_timed_signature signature;
    return door_timed_signature_read(scheme, http_header(request, header), &signature) &&
           door_timed_signature_fits(&signature, secret, request->body);
}

/* After the signature fitted: the time is what the provider signed. */
static bool is_fresh(struct door_webhook *w, const struct payment_provider *provider)
{
    struct door_timed_signature signature;
    struct sv header = http_header(w->request, provider->header);
    if (door_timed_signature_read(provider->scheme, header, &signature) &&
        door_timed_signature_is_fresh(&signature, clock_wire_us() / CLOCK_SECOND))
        return true;
    door_webhook_refuse(
        w, &(struct http_problem){
               .status = 401,
               .code = "stale_timestamp",
               .what = _("The request was signed too long ago, or too far ahead."),
               .why = arena_printf(w->request->arena,
                                   _("Its timestamp is more than %d s from our clock's."),
                                   DOOR_TIMED_TOLERANCE_S),
               .next = _("Send it again: each attempt is signed anew. Check this server's clock if "
                         "it goes on."),
           });
    return false;
}

void door_payment_accept(struct http_request *request, struct http_response *response,
                         const struct payment_provider *provider)
{
    struct door_webhook w;
    if (!door_webhook_open(&w, request, response, &provider->provider,
                           http_query_param(request, "program_id")) ||
        !door_webhook_verify(&w, provider->matches) || !is_fresh(&w, provider))
        return;
    struct json_object *json = door_webhook_parse(&w);
    if (!json)
        return;
    read_and_take(&w, provider, json);
    json_free(json);
}
