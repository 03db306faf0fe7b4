#include "base/clock.h"
#include "base/log.h"
#include "crypto/keys.h"
#include "outbox/outbox_internal.h"

enum { RESULT_SIZE = 380 };

/* A step ends after this long: its lease runs out, and a stop must not wait for a whole batch. */
#define STEP_US (2 * CLOCK_SECOND)

/* ---- fan out: queued rows become deliveries ---------------------------------------------- */

DB_SQL(outbox_next_queued,
       "SELECT q.outbox, o.kind, o.payload FROM outbox_queue q JOIN outbox o ON o.id = q.outbox"
       " ORDER BY q.outbox LIMIT 100");
DB_SQL(outbox_dequeue, "DELETE FROM outbox_queue WHERE outbox = ?");
DB_SQL(outbox_add_delivery,
       "INSERT INTO delivery (outbox, endpoint_kind, endpoint, state, due_us)"
       " VALUES (?, 'mail', ?, 'due', ?)");

struct queued {
    uint64_t outbox;
    uint64_t mail_to; /* user.id; 0: nobody subscribes to this kind */
};

static uint64_t addressee_of(struct arena *arena, struct sv payload)
{
    const char *why;
    struct json_object *json = json_parse(arena, payload, &why);
    struct sv user = SV_NONE;
    uint64_t id = 0;

    if (json == NULL || json_get_string(arena, json, "user", &user) != JSON_FIELD_OK ||
        !sv_to_u64(user, &id))
        id = 0;
    json_free(json);
    return id;
}

static enum db_status fan_out_one(struct db *db, void *context)
{
    const struct queued *row = context;
    enum db_status status = db_exec_one(db, &outbox_dequeue, DB_ARGS(db_u64(row->outbox)));

    if (status == DB_OK && row->mail_to != 0)
        status = db_insert_unless_known(
            db, &outbox_add_delivery,
            DB_ARGS(db_u64(row->outbox), db_u64(row->mail_to), db_i64(clock_wire_us())), NULL);
    return status == DB_DUPLICATE ? DB_OK : status;
}

static enum job_result fan_out(struct job *job)
{
    struct db_rows *rows = db_query(job->db, job->arena, &outbox_next_queued, DB_NO_ARGS);

    if (db_rows_status(rows) != DB_OK)
        return JOB_UNAVAILABLE;
    while (db_next(rows)) {
        struct queued row = {.outbox = db_col_u64(rows, 0)};
        enum db_status status;

        if (outbox_mail_text_find(db_col_text(rows, 1)) != NULL) {
            row.mail_to = addressee_of(job->arena, db_col_text(rows, 2));
            if (row.mail_to == 0)
                log_line(LOG_ERROR, "mail_without_addressee", LOG_U64("outbox", row.outbox));
        }
        status = db_tx_run(job->db, fan_out_one, &row);
        if (status != DB_OK && status != DB_NO_ROW) /* no row: another worker was faster */
            return JOB_UNAVAILABLE;
    }
    return db_rows_count(rows) > 0 ? JOB_WORKED : JOB_IDLE;
}

/* ---- send what is due ---------------------------------------------------------------------- */

DB_SQL(delivery_next_due,
       "SELECT id, outbox, endpoint, tries FROM delivery"
       " WHERE state = 'due' AND due_us <= ? AND endpoint_kind = 'mail'"
       " ORDER BY due_us LIMIT 100");
DB_SQL(delivery_claim,
       "UPDATE delivery SET tries = tries + 1, due_us = ?"
       " WHERE id = ? AND state = 'due' AND tries = ?");
DB_SQL(delivery_finish,
       "UPDATE delivery SET state = ?, result = ?, done_us = ?"
       " WHERE id = ? AND state = 'due'");
DB_SQL(delivery_note, "UPDATE delivery SET result = ? WHERE id = ? AND state = 'due'");
DB_SQL(delivery_letter,
       "SELECT o.kind, o.payload, u.email_sealed, u.name, u.status"
       " FROM outbox o JOIN user u ON u.id = ? WHERE o.id = ?");

struct delivery {
    uint64_t id, outbox, user;
    uint64_t tries; /* made so far, with the one at hand */
};

/* 1, 4, 16, 64 min … at most 6 h; also how long a try may take before another begins. */
static int64_t back_off_us(uint64_t tries)
{
    int64_t wait = CLOCK_MINUTE;

    for (uint64_t i = 0; i < tries && wait < 6 * CLOCK_HOUR; i++)
        wait *= 4;
    return wait < 6 * CLOCK_HOUR ? wait : 6 * CLOCK_HOUR;
}

static bool finish(struct db *db, const struct delivery *delivery, const char *state,
                   const char *result)
{
    enum db_status status =
        db_exec_one(db, &delivery_finish,
                    DB_ARGS(db_cstr(state), db_text(sv_sub(sv_from(result), 0, RESULT_SIZE)),
                            db_i64(clock_wire_us()), db_u64(delivery->id)));

    return status == DB_OK || status == DB_NO_ROW;
}

static bool note_failure(struct db *db, const struct delivery *delivery, const char *why)
{
    enum db_status status;

    log_line(LOG_WARN, "mail_not_sent", LOG_U64("delivery", delivery->id),
             LOG_U64("tries", delivery->tries), LOG_STR("why", why));
    if (delivery->tries >= OUTBOX_TRIES_MAX)
        return finish(db, delivery, "dead", why);
    status =
        db_exec(db, &delivery_note,
                DB_ARGS(db_text(sv_sub(sv_from(why), 0, RESULT_SIZE)), db_u64(delivery->id)), NULL);
    return status == DB_OK;
}

static bool unseal_hex(struct arena *arena, struct sv hex, struct sv *plain)
{
    uint8_t *sealed = arena_alloc(arena, hex.n / 2);

    return hex_decode(sealed, hex.n / 2, hex) &&
           keys_unseal(arena, sv_of((const char *)sealed, hex.n / 2), plain);
}

/* What stands in the way of writing the letter at all; NULL when it could be rendered. */
static const char *read_letter(struct arena *arena, const struct settings *settings,
                               const struct delivery *delivery, struct db_rows *row,
                               struct outbox_message *message)
{
    const char *why = NULL;
    struct json_object *json = json_parse(arena, db_col_text(row, 1), &why);
    struct outbox_letter letter = {
        .text = outbox_mail_text_find(db_col_text(row, 0)),
        .name = db_col_text(row, 3),
        .args = json_get(json, "args"),
        .id = arena_printf(arena, "meed-%" PRIu64, delivery->id),
        .date_us = clock_wire_us(),
    };
    struct sv token;

    if (json == NULL)
        return why;
    if (letter.text == NULL)
        why = "no text for this kind";
    else if (!keys_unseal(arena, db_col_text(row, 2), &letter.to))
        why = "the address can't be unsealed";
    else if (json_get_string(arena, json, "token", &token) == JSON_FIELD_OK &&
             !unseal_hex(arena, token, &letter.token))
        why = "the token can't be unsealed";
    else
        *message = outbox_message_render(arena, settings, &letter);
    json_free(json);
    return why;
}

static bool try_delivery(struct db *db, struct arena *arena, const struct settings *settings,
                         const struct delivery *delivery)
{
    struct outbox_message message;
    struct db_rows *row;
    const char *why = NULL;
    enum db_status status =
        db_get_one(db, arena, &delivery_letter,
                   DB_ARGS(db_u64(delivery->user), db_u64(delivery->outbox)), &row);

    if (status == DB_NO_ROW)
        return finish(db, delivery, "dead", "the user does not exist");
    if (status != DB_OK)
        return false;
    if (sv_eq_cstr(db_col_text(row, 4), "erased"))
        return finish(db, delivery, "dead", "the user was erased");
    why = read_letter(arena, settings, delivery, row, &message);
    if (why != NULL)
        return note_failure(db, delivery, why);
    switch (outbox_transport_send(arena, settings, &message, &why)) {
    case OUTBOX_SENT:
        return finish(db, delivery, "sent", "");
    case OUTBOX_SEND_LATER:
        return note_failure(db, delivery, why);
    case OUTBOX_REFUSED:
        return finish(db, delivery, "dead", why);
    }
    UNREACHABLE();
}

/* The try is committed before it is made: a worker that dies in it can't loop for ever. */
static enum db_status claim(struct db *db, struct delivery *delivery)
{
    enum db_status status =
        db_exec_one(db, &delivery_claim,
                    DB_ARGS(db_i64(clock_wire_us() + back_off_us(delivery->tries)),
                            db_u64(delivery->id), db_u64(delivery->tries)));

    delivery->tries++;
    return status;
}

static enum job_result send_due(struct job *job)
{
    int64_t end_us = clock_monotonic_us() + STEP_US;
    struct db_rows *rows =
        db_query(job->db, job->arena, &delivery_next_due, DB_ARGS(db_i64(clock_wire_us())));

    if (db_rows_status(rows) != DB_OK)
        return JOB_UNAVAILABLE;
    while (db_next(rows) && !job->asked_to_stop() && clock_monotonic_us() < end_us) {
        struct delivery delivery = {.id = db_col_u64(rows, 0),
                                    .outbox = db_col_u64(rows, 1),
                                    .user = db_col_u64(rows, 2),
                                    .tries = db_col_u64(rows, 3)};
        enum db_status status = claim(job->db, &delivery);

        if (status == DB_NO_ROW)
            continue; /* another worker has it */
        if (status != DB_OK || !try_delivery(job->db, job->arena, job->settings, &delivery))
            return JOB_UNAVAILABLE;
    }
    return db_rows_count(rows) > 0 ? JOB_WORKED : JOB_IDLE;
}

enum job_result outbox_job_mail(struct job *job)
{
    enum job_result queued = fan_out(job), sent;

    if (queued == JOB_UNAVAILABLE)
        return queued;
    sent = send_due(job);
    return sent == JOB_IDLE ? queued : sent;
}
