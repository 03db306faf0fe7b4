#include "http/http_idempotency.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/log.h"

/* No request lives as long as the first; the second is what the API promises. */
#define IN_FLIGHT_US CLOCK_MINUTE
#define KEPT_US      CLOCK_DAY

/* What is known under a key. */
struct known {
    bool same_body;
    int status; /* 0: in flight */
    struct sv answer;
    int64_t started_us;
};

DB_SQL(idempotency_put,
       "INSERT INTO idempotency (actor, key_hash, body_mac, started_us) VALUES (?, ?, ?, ?)");
DB_SQL(idempotency_find,
       "SELECT body_mac = ?, status, answer, started_us FROM idempotency"
       " WHERE actor = ? AND key_hash = ?");
DB_SQL(idempotency_take_over,
       "UPDATE idempotency SET started_us = ?"
       " WHERE actor = ? AND key_hash = ? AND status = 0 AND started_us = ?");
DB_SQL(idempotency_keep,
       "UPDATE idempotency SET status = ?, answer = ?"
       " WHERE actor = ? AND key_hash = ? AND status = 0 AND started_us = ?");
DB_SQL(idempotency_drop,
       "DELETE FROM idempotency"
       " WHERE actor = ? AND key_hash = ? AND status = 0 AND started_us = ?");
DB_SQL(idempotency_forget, "DELETE FROM idempotency WHERE started_us < ? LIMIT 1000");

/* The header without the quotes that a structured string has around it. */
static struct sv key_text(struct http_request *request)
{
    struct sv key = sv_trim(http_header(request, "Idempotency-Key"));
    if (key.n >= 2 && key.p[0] == '"' && key.p[key.n - 1] == '"')
        key = sv_sub(key, 1, key.n - 2);
    return key;
}

static void refuse_key(struct http_request *request, struct http_response *response)
{
    http_problem(
        request, response,
        &(struct http_problem){
            .status = 400,
            .code = "bad_idempotency_key",
            .what = _("The header Idempotency-Key can't be used."),
            .why = arena_printf(request->arena, _("A key is 1 to %d visible ASCII characters."),
                                HTTP_IDEMPOTENCY_KEY_MAX),
            .next = _("Send a new UUID for each new request."),
        });
}

static void refuse_other_body(struct http_request *request, struct http_response *response)
{
    http_problem(request, response,
                 &(struct http_problem){
                     .status = 422,
                     .code = "idempotency_key_reused",
                     .what = _("This Idempotency-Key was used for another request."),
                     .why = _("The body differs from the one that was sent with it first."),
                     .next = _("Use a new key for a new request, and repeat a request unchanged."),
                 });
}

static void refuse_in_flight(struct http_request *request, struct http_response *response)
{
    http_problem(request, response,
                 &(struct http_problem){
                     .status = 409,
                     .code = "idempotency_key_in_flight",
                     .what = _("The first request with this Idempotency-Key is not answered yet."),
                     .why = _("Both arrived at the same time, or the first was cut off."),
                     .next = _("Send the same again in a second."),
                 });
    http_set_header(response, "Retry-After", SV("1"));
}

static enum db_status find_known(struct http_request *request, const struct http_idempotency *key,
                                 struct known *known)
{
    struct db_rows *row;
    enum db_status status =
        db_get_one(request->db, request->arena, &idempotency_find,
                   DB_ARGS(db_bytes(key->body_mac, MAC_SIZE), db_text(key->actor),
                           db_bytes(key->key_hash, HASH_SIZE)),
                   &row);
    if (status == DB_OK)
        *known = (struct known){.same_body = db_col_bool(row, 0),
                                .status = (int)db_col_i64(row, 1),
                                .answer = db_col_text(row, 2),
                                .started_us = db_col_i64(row, 3)};
    return status;
}

static void replay(struct http_response *response, const struct known *known)
{
    http_json(response, known->status, known->answer);
    if (known->status >= 400)
        response->content_type = "application/problem+json";
    http_set_header(response, "Idempotent-Replayed", SV("true"));
}

/* Whoever held the key died: one of those who ask again goes on in its place. */
static bool take_over(struct http_request *request, struct http_response *response,
                      const struct http_idempotency *key, int64_t old_us)
{
    switch (db_exec_one(request->db, &idempotency_take_over,
                        DB_ARGS(db_i64(key->started_us), db_text(key->actor),
                                db_bytes(key->key_hash, HASH_SIZE), db_i64(old_us)))) {
    case DB_OK:
        return true;
    case DB_NO_ROW:
        refuse_in_flight(request, response);
        return false;
    default:
        http_unavailable(request, response);
        return false;
    }
}

static bool meet_known(struct http_request *request, struct http_response *response,
                       const struct http_idempotency *key)
{
    struct known known;
    switch (find_known(request, key, &known)) {
    case DB_OK:
        break;
    case DB_NO_ROW: /* the other ended this moment with an answer that is not kept */
        refuse_in_flight(request, response);
        return false;
    default:
        http_unavailable(request, response);
        return false;
    }
    if (!known.same_body)
        refuse_other_body(request, response);
    else if (known.status != 0)
        replay(response, &known);
    else if (known.started_us < key->started_us - IN_FLIGHT_US)
        return take_over(request, response, key, known.started_us);
    else
        refuse_in_flight(request, response);
    return false;
}

bool http_idempotency_begin(struct http_request *request, struct http_response *response,
                            struct sv actor, struct http_idempotency *out)
{
    struct sv key = key_text(request);
    *out = (struct http_idempotency){.actor = actor, .started_us = clock_wire_us()};
    CHECK(actor.n > 0 && actor.n <= HTTP_IDEMPOTENCY_ACTOR_MAX);
    if (http_header(request, "Idempotency-Key").n == 0)
        return true;
    if (key.n == 0 || key.n > HTTP_IDEMPOTENCY_KEY_MAX || !sv_is_ascii_graph(key)) {
        refuse_key(request, response);
        return false;
    }
    out->has_key = true;
    keys_hash(
        out->key_hash, KEY_CONTENT_MAC,
        sv_from(arena_printf(request->arena, "%s %s " SV_FMT, http_method_name(request->method),
                             request->route->path, SV_ARG(key))));
    keys_hash(out->body_mac, KEY_CONTENT_MAC, request->body);
    switch (db_insert(request->db, &idempotency_put,
                      DB_ARGS(db_text(actor), db_bytes(out->key_hash, HASH_SIZE),
                              db_bytes(out->body_mac, MAC_SIZE), db_i64(out->started_us)),
                      NULL)) {
    case DB_OK:
        return true;
    case DB_DUPLICATE:
        return meet_known(request, response, out);
    default:
        http_unavailable(request, response);
        return false;
    }
}

void http_idempotency_end(struct http_request *request, const struct http_response *response,
                          const struct http_idempotency *key)
{
    if (!key->has_key)
        return;
    enum db_status status;
    if (response->status >= 500 || response->status == 429)
        status = db_exec(request->db, &idempotency_drop,
                         DB_ARGS(db_text(key->actor), db_bytes(key->key_hash, HASH_SIZE),
                                 db_i64(key->started_us)),
                         NULL);
    else
        status =
            db_exec(request->db, &idempotency_keep,
                    DB_ARGS(db_i64(response->status), db_text(response->body), db_text(key->actor),
                            db_bytes(key->key_hash, HASH_SIZE), db_i64(key->started_us)),
                    NULL);
    /* The answer stands; who asks again waits until the key counts as left behind. */
    if (status != DB_OK)
        log_line(LOG_WARN, "idempotency_not_kept", LOG_STR("route", request->route->path));
}

enum job_result http_job_forget_keys(struct job *job)
{
    uint64_t forgotten = 0;
    if (db_exec(job->db, &idempotency_forget, DB_ARGS(db_i64(clock_wire_us() - KEPT_US)),
                &forgotten) != DB_OK)
        return JOB_UNAVAILABLE;
    return forgotten > 0 ? JOB_WORKED : JOB_IDLE;
}
