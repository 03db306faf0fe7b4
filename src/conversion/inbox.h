/*
 * The inbox: every event that was let in, with what became of it.
 *
 * A sale or an adjustment gets its row from the pipeline. What moves no money (a ping, an order
 * not yet paid, a shop that removed the app, an authentic event that can't be read) is noted here
 * by its door. The event log shows all of them; what failed or was refused can be replayed.
 *
 *              ┌──────────▶ processed ◀──── replay ────┐
 *   an event ──┼─▶ parked ──▶ processed                │     parked: waits for a click or its sale
 *              ├─▶ failed ──▶ processed | failed (quarantined after 3 tries) ─┤
 *              ├─▶ refused ────────────────────────────┘     a reason and often a field
 *              ├─▶ conflict                                  same id or order, other content
 *              └─▶ ignored                                   moves no money, and says why
 */
#ifndef MEED_CONVERSION_INBOX_H
#define MEED_CONVERSION_INBOX_H

#include "conversion/sale_event.h"
#include "db/db.h"

enum inbox_state { INBOX_IGNORED, INBOX_REFUSED };

struct inbox_note {
    enum sale_door door;
    bool test_mode;
    uint64_t brand, program;
    struct sv event_id; /* the door's own id of the event; never empty */
    struct sv topic;    /* "orders/create", "invoice.paid" */
    enum inbox_state state;
    const char *reason;  /* code; worded by sale_words */
    const char *field;   /* the member it names; "" */
    struct sv order_ref; /* what it is about, as told; empty: nothing */
    struct sv event;     /* JSON, redacted: no e-mail, no address; empty: {} */
    uint8_t body_mac[MAC_SIZE];
    struct uuid request;
    int64_t received_us;
};

/* A transaction of its own. The same event again is DB_OK, and changes nothing. */
MUST_USE enum db_status inbox_note(struct db *db, struct arena *arena,
                                   const struct inbox_note *note);

#endif
