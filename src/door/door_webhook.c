/* Who sends, and what is answered: the same at every provider's door. */
#include <json-c/json.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/log.h"
#include "base/settings.h"
#include "door/door_webhook.h"

enum { ACCOUNT_MAX = 253, MAC_MARK = 8 /* bytes of the MAC that tell one body from another */ };

static struct sv printable(struct sv text, size_t max)
{
    return text.n <= max && sv_is_ascii_graph(text) ? text : SV("");
}

/* Whom the address means ----------------------------------------------------------------------- */

struct signing_key {
    uint64_t secret;
    bool test_mode;
    bool use_is_noted; /* since it was loaded */
    char text[SECRET_TEXT_MAX];
    size_t length;
};

enum { KEYS_MAX = 2 * SECRET_VALID_MAX };

struct door_webhook_caller {
    struct uuid pid;
    const struct door_provider *provider;
    uint64_t brand, program; /* brand 0: there is none of that name */
    struct signing_key keys[KEYS_MAX];
    size_t n_keys;
    int64_t until_us;    /* monotonic */
    int64_t heard_us[2]; /* monotonic, of live and test: when `connection` was last written */
};

/* Asked once a second and process; an ended secret works for that second at most. */
enum { CACHE_SLOTS = 64 };
#define CACHE_FOR_US CLOCK_SECOND
static struct door_webhook_caller cache[CACHE_SLOTS];

DB_SQL(webhook_find_brand, "SELECT id, 0 FROM brand WHERE pid = ?");
DB_SQL(webhook_find_program, "SELECT brand, id FROM program WHERE pid = ?");

static enum db_status load_keys(struct http_request *request, struct door_webhook_caller *c,
                                bool test_mode)
{
    struct secret_use use = {.brand = c->brand,
                             .program = c->program,
                             .door = c->provider->secrets,
                             .test_mode = test_mode};
    struct secret_key keys[SECRET_VALID_MAX];
    size_t n = 0;
    enum db_status status = secret_list_valid(request->db, request->arena, &use, keys, &n);
    for (size_t i = 0; i < n && status == DB_OK; i++) {
        struct signing_key *key = &c->keys[c->n_keys++];
        CHECK(keys[i].text.n <= sizeof key->text);
        *key = (struct signing_key){
            .secret = keys[i].id, .test_mode = test_mode, .length = keys[i].text.n};
        memcpy(key->text, keys[i].text.p, keys[i].text.n);
    }
    return status;
}

DB_SQL(webhook_find_ended,
       "SELECT mode FROM connection WHERE brand = ? AND door = ? AND program = ?"
       " AND state = 'disconnected'");

/* One that was ended, by whichever process, is written again by the next event. */
static enum db_status load_ended(struct http_request *request, struct door_webhook_caller *c)
{
    struct db_rows *rows = db_query(
        request->db, request->arena, &webhook_find_ended,
        DB_ARGS(db_u64(c->brand), db_cstr(sale_door_text(c->provider->door)), db_u64(c->program)));
    while (db_next(rows))
        c->heard_us[sv_eq(db_col_text(rows, 0), SV("test"))] = 0;
    return db_rows_status(rows);
}

/* What was heard of the same address before is kept: it spares a write a request. */
static enum db_status load_caller(struct http_request *request,
                                  const struct door_provider *provider, struct uuid pid,
                                  struct door_webhook_caller *c)
{
    struct db_rows *row;
    bool same = uuid_eq(c->pid, pid) && c->provider == provider;
    struct door_webhook_caller fresh = {.pid = pid, .provider = provider};
    if (same)
        memcpy(fresh.heard_us, c->heard_us, sizeof fresh.heard_us);
    *c = fresh;
    enum db_status status =
        db_get_one(request->db, request->arena,
                   provider->by_program ? &webhook_find_program : &webhook_find_brand,
                   DB_ARGS(db_uuid(&pid)), &row);
    if (status == DB_NO_ROW)
        return DB_OK;
    if (status != DB_OK)
        return status;
    c->brand = db_col_u64(row, 0);
    c->program = db_col_u64(row, 1);
    status = load_keys(request, c, false);
    if (status == DB_OK)
        status = load_keys(request, c, true);
    if (status == DB_OK)
        status = load_ended(request, c);
    c->until_us = clock_monotonic_us() + CACHE_FOR_US;
    return status;
}

static enum db_status find_caller(struct http_request *request,
                                  const struct door_provider *provider, struct uuid pid,
                                  struct door_webhook_caller **out)
{
    struct door_webhook_caller *slot = &cache[(pid.b[15] + provider->door) % CACHE_SLOTS];
    *out = slot;
    if (uuid_eq(slot->pid, pid) && slot->provider == provider &&
        slot->until_us > clock_monotonic_us())
        return DB_OK;
    enum db_status status = load_caller(request, provider, pid, slot);
    if (status != DB_OK)
        slot->until_us = 0;
    return status;
}

/* A brand's address answers as the source system does. A program's is ours: a provider that was
 * given a wrong one shall show that nothing arrives. */
static void refuse_address(struct http_request *request, struct http_response *response,
                           const struct door_provider *provider)
{
    if (!provider->by_program) {
        http_json(response, 200, SV("{\"ok\":false,\"reason\":\"unknown_brand\"}\n"));
        return;
    }
    http_problem(request, response,
                 &(struct http_problem){
                     .status = 404,
                     .code = "unknown_program",
                     .what = _("Nothing was recorded: the address names no program."),
                     .why = _("program_id is missing, or no program has that id."),
                     .next = _("Copy the whole address from the brand's integration page."),
                 });
}

bool door_webhook_open(struct door_webhook *w, struct http_request *request,
                       struct http_response *response, const struct door_provider *provider,
                       struct sv text)
{
    struct uuid pid;
    *w = (struct door_webhook){.request = request, .response = response, .provider = provider};
    if (uuid_parse(text, &pid)) {
        if (find_caller(request, provider, pid, &w->caller) != DB_OK) {
            http_unavailable(request, response);
            return false;
        }
        w->brand = w->caller->brand;
        w->program = w->caller->program;
    }
    if (w->brand != 0) {
        keys_hash(w->body_mac, KEY_CONTENT_MAC, request->body);
        return true;
    }
    refuse_address(request, response, provider);
    return false;
}

/* The signature -------------------------------------------------------------------------------- */

void door_webhook_refuse(struct door_webhook *w, const struct http_problem *problem)
{
    http_problem(w->request, w->response, problem);
    door_note_refusal(w->request, w->response, w->brand, w->provider->door);
}

/* Every key is tried in full, so that the time tells nothing about which one came close. */
static struct signing_key *find_key(struct door_webhook *w, door_webhook_matches *matches)
{
    struct signing_key *found = NULL;
    for (size_t i = 0; i < w->caller->n_keys; i++) {
        struct signing_key *key = &w->caller->keys[i];
        if (matches(w->request, sv_of(key->text, key->length)) && !found)
            found = key;
    }
    return found;
}

static void refuse_unconfigured(struct door_webhook *w)
{
    door_webhook_refuse(
        w, &(struct http_problem){
               .status = 412,
               .code = w->provider->not_configured,
               .what = _("Nothing was recorded: this connection has no key yet."),
               .why = _("Meed can't tell who sent it before it knows the key that signs."),
               .next = _("Paste the key on the brand's integration page, then send it again."),
           });
}

static void refuse_signature(struct door_webhook *w)
{
    door_webhook_refuse(w, &(struct http_problem){
                               .status = 401,
                               .code = "invalid_signature",
                               .what = _("The signature does not match."),
                               .why = _("It is missing, or was made with another key or body."),
                               .next = _(w->provider->sign),
                           });
}

bool door_webhook_verify(struct door_webhook *w, door_webhook_matches *matches)
{
    struct http_request *request = w->request;
    if (w->caller->n_keys == 0) {
        refuse_unconfigured(w);
        return false;
    }
    struct signing_key *key = find_key(w, matches);
    if (!key) {
        refuse_signature(w);
        return false;
    }
    w->test_mode = key->test_mode;
    request->actor.brand = w->brand; /* a known caller: limits count by brand from here */
    if (!http_allow(request, w->response, "ingest_brand",
                    sv_of((const char *)&w->brand, sizeof w->brand),
                    request->settings->ingest_limit_per_minute_brand))
        return false;
    if (!key->use_is_noted && secret_note_used(request->db, key->secret) != DB_OK) {
        http_unavailable(request, w->response);
        return false;
    }
    key->use_is_noted = true;
    return true;
}

struct json_object *door_webhook_parse(struct door_webhook *w)
{
    const char *why = NULL;
    struct json_object *json = json_parse(w->request->arena, w->request->body, &why);
    if (json && json_is_object(json))
        return json;
    json_free(json);
    struct door_webhook_fate fate = door_webhook_note(
        w, &(struct door_webhook_note){.state = INBOX_REFUSED, .reason = "invalid_json"});
    if (!fate.is_stored) {
        door_unavailable(w->request, w->response);
        return NULL;
    }
    http_problem(w->request, w->response,
                 &(struct http_problem){
                     .status = 400,
                     .code = "invalid_json",
                     .what = _("The body is not a JSON object."),
                     .why = why ? arena_printf(w->request->arena, _("Reading stopped: %s."), why)
                                : _("It is JSON, but not an object in braces."),
                     .next = _("Send one JSON object in UTF-8."),
                 });
    return NULL;
}

/* The connection ------------------------------------------------------------------------------- */

/* An ended one comes back by what happened after its end: what was on its way does not revive it.
 */
DB_SQL(
    webhook_put_connection,
    "INSERT INTO connection (brand, door, mode, program, account, last_topic, last_event_us,"
    " changed_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    " ON DUPLICATE KEY UPDATE"
    " account = IF(VALUES(account) = '', account, VALUES(account)),"
    " last_topic = VALUES(last_topic), last_event_us = VALUES(last_event_us),"
    " changed_us = IF(state = 'disconnected' AND ? > changed_us, VALUES(changed_us), changed_us),"
    " state = IF(changed_us = VALUES(changed_us), 'connected', state)");

struct sv door_webhook_account(struct sv text)
{
    return printable(text, ACCOUNT_MAX);
}

void door_webhook_heard(struct door_webhook *w, struct sv account, int64_t said_us)
{
    int64_t *heard_us = &w->caller->heard_us[w->test_mode];
    int64_t now_us = clock_wire_us();
    if (*heard_us != 0 && clock_monotonic_us() < *heard_us + CLOCK_MINUTE)
        return;
    if (db_exec(w->request->db, &webhook_put_connection,
                DB_ARGS(db_u64(w->brand), db_cstr(sale_door_text(w->provider->door)),
                        db_cstr(w->test_mode ? "test" : "live"), db_u64(w->program),
                        db_text(door_webhook_account(account)),
                        db_text(printable(w->topic, SALE_TOPIC_MAX)), db_i64(now_us),
                        db_i64(now_us), db_i64(said_us)),
                NULL) == DB_OK)
        *heard_us = clock_monotonic_us();
    else
        log_line(LOG_WARN, "connection_not_noted", LOG_U64("brand", w->brand),
                 LOG_STR("door", sale_door_text(w->provider->door)));
}

/* What became of it ---------------------------------------------------------------------------- */

/* What the inbox calls the event: never empty, and nothing that its column would refuse. */
static struct sv event_id_of(const struct door_webhook *w, struct sv own)
{
    struct sv told = printable(own.n > 0 ? own : w->event_id, SALE_EVENT_ID_MAX);
    if (told.n > 0)
        return told;
    char *mark = arena_alloc(w->request->arena, 2 * MAC_MARK + 1);
    hex_encode(mark, w->body_mac, MAC_MARK);
    return sv_from(mark);
}

void door_webhook_name(struct door_webhook *w, struct sv topic, struct sv delivery)
{
    char mark[2 * MAC_MARK + 1];
    w->topic = printable(topic, SALE_TOPIC_MAX);
    delivery = printable(delivery, SALE_EVENT_ID_MAX - sizeof mark);
    hex_encode(mark, w->body_mac, MAC_MARK);
    if (delivery.n > 0)
        w->event_id =
            sv_from(arena_printf(w->request->arena, SV_FMT "/%s", SV_ARG(delivery), mark));
}

static struct uuid request_id(const struct http_request *request)
{
    struct uuid id;
    return uuid_parse(sv_from(request->id), &id) ? id : uuid_v7(clock_wire_us());
}

struct door_webhook_fate door_webhook_note(struct door_webhook *w,
                                           const struct door_webhook_note *note)
{
    struct inbox_note row = {.door = w->provider->door,
                             .test_mode = w->test_mode,
                             .brand = w->brand,
                             .program = w->program,
                             .event_id = event_id_of(w, note->event_id),
                             .topic = printable(w->topic, SALE_TOPIC_MAX),
                             .state = note->state,
                             .reason = note->reason,
                             .field = note->field ? note->field : "",
                             .order_ref = note->order_ref,
                             .event = note->event,
                             .request = request_id(w->request),
                             .received_us = w->request->received_us};
    memcpy(row.body_mac, w->body_mac, MAC_SIZE);
    return (struct door_webhook_fate){
        .is_stored = inbox_note(w->request->db, w->request->arena, &row) == DB_OK,
        .status = note->state == INBOX_IGNORED ? "ignored" : "refused",
        .reason = row.reason,
        .field = row.field,
    };
}

/* The pipeline keeps what it refuses, as far as it can; this is sure to, under the same name. */
static struct door_webhook_fate note_refused(struct door_webhook *w, const char *reason,
                                             struct sv event_id, struct sv order_ref,
                                             struct sv event)
{
    return door_webhook_note(w, &(struct door_webhook_note){.state = INBOX_REFUSED,
                                                            .reason = reason,
                                                            .event_id = event_id,
                                                            .order_ref = order_ref,
                                                            .event = event});
}

static const char *refusal_code(enum conversion_refusal refusal)
{
    switch (refusal) {
    case REFUSAL_PROGRAM_UNKNOWN:
        return "program_not_yours";
    case REFUSAL_PROGRAM_DRAFT:
        return "program_draft";
    case REFUSAL_NO_PROGRAM:
        return "no_program";
    case REFUSAL_BRAND_INACTIVE:
        return "brand_inactive";
    case REFUSAL_AMOUNT_TOO_LARGE:
        return "amount_too_large";
    }
    UNREACHABLE();
}

struct door_webhook_fate door_webhook_record(struct door_webhook *w, struct sale_event *event)
{
    struct conversion_answer a;
    event->door = w->provider->door;
    event->test_mode = w->test_mode;
    event->brand = w->brand;
    event->program = w->program;
    event->topic = printable(w->topic, SALE_TOPIC_MAX);
    event->event_id = event_id_of(w, event->event_id);
    memcpy(event->body_mac, w->body_mac, MAC_SIZE);
    event->request = request_id(w->request);
    event->received_us = w->request->received_us;
    switch (conversion_record(w->request->db, w->request->arena, event, &a)) {
    case CONVERSION_CREATED:
        return (struct door_webhook_fate){true, "created", a.pid, "", ""};
    case CONVERSION_DUPLICATE:
        return (struct door_webhook_fate){true, "duplicate", a.pid, "", ""};
    case CONVERSION_CONFLICT:
        return (struct door_webhook_fate){true, "conflict", a.pid, "other_content", a.field};
    case CONVERSION_QUEUED:
        return (struct door_webhook_fate){.is_stored = true, .status = "queued"};
    case CONVERSION_REFUSED:
        return note_refused(w, refusal_code(a.refusal), event->event_id, event->order_ref,
                            sale_event_write(w->request->arena, event));
    case CONVERSION_UNAVAILABLE:
        return (struct door_webhook_fate){.is_stored = false};
    }
    UNREACHABLE();
}

struct door_webhook_fate door_webhook_adjust(struct door_webhook *w, struct adjustment_event *event)
{
    struct adjustment_answer a;
    struct sv order = event->n_targets > 0 ? event->targets[0].value : SV("");
    event->topic = printable(w->topic, SALE_TOPIC_MAX);
    event->door = w->provider->door;
    event->test_mode = w->test_mode;
    event->brand = w->brand;
    event->program = w->program;
    event->event_id = event_id_of(w, event->event_id);
    memcpy(event->body_mac, w->body_mac, MAC_SIZE);
    event->request = request_id(w->request);
    event->received_us = w->request->received_us;
    switch (conversion_adjust(w->request->db, w->request->arena, event, &a)) {
    case ADJUSTMENT_APPLIED:
        return (struct door_webhook_fate){true, "created", a.conversion, "", ""};
    case ADJUSTMENT_PARKED:
        return (struct door_webhook_fate){.is_stored = true, .status = "parked"};
    case ADJUSTMENT_DUPLICATE:
        return (struct door_webhook_fate){true, "duplicate", a.conversion, "", ""};
    case ADJUSTMENT_CONFLICT:
        return (struct door_webhook_fate){true, "conflict", a.conversion, "other_content", a.field};
    case ADJUSTMENT_QUEUED:
        return (struct door_webhook_fate){.is_stored = true, .status = "queued"};
    case ADJUSTMENT_REFUSED:
        return note_refused(w, adjustment_refusal_text(a.refusal), event->event_id, order,
                            adjustment_event_write(w->request->arena, event));
    case ADJUSTMENT_UNAVAILABLE:
        return (struct door_webhook_fate){.is_stored = false};
    }
    UNREACHABLE();
}

void door_webhook_put_fate(struct buf *b, const struct door_webhook_fate *fate)
{
    char pid[UUID_TEXT_SIZE];
    buf_printf(b, "\"status\":\"%s\"", fate->status);
    if (!uuid_is_zero(fate->conversion)) {
        uuid_format(pid, fate->conversion);
        buf_printf(b, ",\"conversion_id\":\"%s\"", pid);
    }
    if (fate->reason && fate->reason[0] != '\0')
        buf_printf(b, ",\"reason\":\"%s\"", fate->reason);
    if (fate->field && fate->field[0] != '\0') {
        buf_puts(b, ",\"field\":");
        json_put_string(b, sv_from(fate->field));
    }
}

void door_webhook_answer(struct door_webhook *w, const struct door_webhook_fate *fate)
{
    struct buf b = buf_new(w->request->arena, 2048);
    if (!fate->is_stored) {
        door_unavailable(w->request, w->response);
        return;
    }
    buf_putc(&b, '{');
    door_webhook_put_fate(&b, fate);
    buf_puts(&b, "}\n");
    http_json(w->response, 200, buf_sv(&b));
}
