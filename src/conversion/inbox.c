/* The inbox beside the pipeline: what a door notes, and replays. */
#include "conversion/inbox.h"

#include "base/clock.h"
#include "db/job.h"

/* The worker's job that takes up what is due (worker/jobs.def). */
#define JOB_NAME "conversion_inbox"

static const char *state_text(enum inbox_state state)
{
    switch (state) {
    case INBOX_IGNORED:
        return "ignored";
    case INBOX_REFUSED:
        return "refused";
    }
    UNREACHABLE();
}

DB_SQL(inbox_insert_note,
       "INSERT INTO inbox (brand, mode, door, event_id, program, body_mac, event, state, reason,"
       " field, request_id, received_us, kind, topic, order_ref)"
       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'other', ?, ?)");

static enum db_status note_body(struct db *db, void *context)
{
    const struct inbox_note *n = context;
    enum db_status status = db_insert_unless_known(
        db, &inbox_insert_note,
        DB_ARGS(db_u64(n->brand), db_cstr(n->test_mode ? "test" : "live"),
                db_cstr(sale_door_text(n->door)), db_text(n->event_id), db_u64(n->program),
                db_bytes(n->body_mac, MAC_SIZE), db_text(n->event.n > 0 ? n->event : SV("{}")),
                db_cstr(state_text(n->state)), db_cstr(n->reason),
                db_cstr(n->field ? n->field : ""), db_uuid(&n->request), db_i64(n->received_us),
                db_text(n->topic), db_text(n->order_ref)),
        NULL);
    return status == DB_DUPLICATE ? DB_OK : status;
}

enum db_status inbox_note(struct db *db, struct arena *arena, const struct inbox_note *note)
{
    (void)arena;
    CHECK(note->event_id.n > 0 && note->event_id.n <= SALE_EVENT_ID_MAX);
    struct inbox_note n = *note;
    /* Told twice is stored once: a commit whose answer was lost can be made again. */
    enum db_status status = db_tx_run(db, note_body, &n);
    return status == DB_AMBIGUOUS ? db_tx_run(db, note_body, &n) : status;
}

/* Replaying ----------------------------------------------------------------------------------- */

/* Parked by quarantine: a sale that still waits for its click; the others are taken up anew. */
DB_SQL(inbox_make_due,
       "UPDATE inbox SET state = IF(state = 'refused', 'failed', state), reason = 'replay',"
       " field = '', due_us = ?, tries = 0, replayed_by = ?,"
       " version = IF(state = 'refused', 0, version) WHERE id = ? AND brand = ?"
       " AND kind IN ('sale', 'adjustment') AND due_us = 0"
       " AND (state IN ('failed', 'refused') OR (state = 'parked' AND kind = 'sale'))");
DB_SQL(inbox_find_id, "SELECT 1 FROM inbox WHERE id = ? AND brand = ?");

struct replay {
    struct arena *arena;
    uint64_t brand, id, by_user;
};

static enum db_status replay_body(struct db *db, void *context)
{
    const struct replay *r = context;
    struct db_rows *row;
    enum db_status status = db_exec_one(
        db, &inbox_make_due,
        DB_ARGS(db_i64(clock_wire_us()), db_u64(r->by_user), db_u64(r->id), db_u64(r->brand)));
    if (status == DB_NO_ROW) {
        status = db_get_one(db, r->arena, &inbox_find_id, DB_ARGS(db_u64(r->id), db_u64(r->brand)),
                            &row);
        return status == DB_OK ? DB_ROLLBACK : status;
    }
    return status == DB_OK ? job_try_clear_id(db, JOB_NAME, r->id) : status;
}

enum inbox_replay_result inbox_replay(struct db *db, struct arena *arena, uint64_t brand,
                                      uint64_t id, uint64_t by_user)
{
    struct replay r = {arena, brand, id, by_user};
    switch (db_tx_run(db, replay_body, &r)) {
    case DB_OK:
        return INBOX_REPLAY_QUEUED;
    case DB_NO_ROW:
        return INBOX_REPLAY_NOT_FOUND;
    case DB_ROLLBACK:
        return INBOX_REPLAY_SETTLED;
    case DB_UNAVAILABLE:
    case DB_AMBIGUOUS:
    case DB_DUPLICATE:
    case DB_RETRY:
    case DB_FAILED:
        break;
    }
    return INBOX_REPLAY_UNAVAILABLE;
}
