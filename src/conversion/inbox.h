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

#include "conversion/conversion_list.h"
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

/* Reading ------------------------------------------------------------------------------------- */

/* Events longer than this come without their JSON in lists: inbox_find has it. */
enum { INBOX_PAGE_ROWS = 50, INBOX_EVENT_LISTED_MAX = 8192 };

/*
 * One event and its fate. All is the arena's. Hashes of customers and addresses stand in `event`,
 * nothing that can be read back.
 */
struct inbox_row {
    uint64_t id; /* names it in addresses, within its brand */
    struct sv door, topic, event_id;
    struct sv kind;  /* what `event` holds: "sale", "adjustment", "other" */
    struct sv state; /* "processed", "failed", "parked", "refused", "conflict", "ignored" */
    struct sv reason, field;
    bool is_quarantined; /* failed or parked, its tries used up: somebody has to look at it */
    bool may_replay;     /* inbox_replay() takes it */
    uint32_t tries;
    int64_t received_us;        /* business clock */
    int64_t due_us;             /* wire clock; 0: nothing is due */
    struct sv order_ref;        /* what it is about, as told; empty: nothing */
    struct uuid conversion;     /* zero: none */
    struct sv conversion_order; /* that sale's own order reference */
    struct sv program_name;     /* empty: none was resolved */
    struct sv replayed_by;      /* who asked for the last replay; empty: nobody */
    struct uuid request;        /* as in the log */
    struct sv event;            /* JSON; empty where it is left out of a list */
    uint64_t event_bytes;
};

/* As they stand in the address, each may be empty; they combine. */
struct inbox_query {
    struct sv door;
    struct sv state; /* one of the row's, or "quarantined" */
    struct sv order; /* order reference, exactly */
    struct sv cursor;
};

struct inbox_page {
    struct inbox_row *v;
    size_t n;
    const char *next; /* cursor of the page behind; NULL: the last */
};

/* The latest first. BAD: *field names the member that can't be read. */
MUST_USE enum sale_query_result inbox_list(struct db *db, struct arena *arena, uint64_t brand,
                                           bool test_mode, const struct inbox_query *query,
                                           struct inbox_page *page, const char **field);
/* All that told of one sale, the first first; at most INBOX_PAGE_ROWS. None when it is another
 * brand's. */
MUST_USE enum db_status inbox_list_of_conversion(struct db *db, struct arena *arena, uint64_t brand,
                                                 struct uuid conversion, struct inbox_page *page);
/* One, with its JSON; DB_NO_ROW when there is none, or it is another brand's. */
MUST_USE enum db_status inbox_find(struct db *db, struct arena *arena, uint64_t brand, uint64_t id,
                                   struct inbox_row *row);

/* Replaying ----------------------------------------------------------------------------------- */

enum inbox_replay_result {
    INBOX_REPLAY_QUEUED,    /* the worker takes it up within a second */
    INBOX_REPLAY_NOT_FOUND, /* or another brand's */
    INBOX_REPLAY_SETTLED, /* nothing is left to do: processed, ignored, a conflict, or due anyway */
    INBOX_REPLAY_UNAVAILABLE,
};

/*
 * What failed, was refused or waits in quarantine is due again. A refused sale meets its program
 * afresh, as the brand and the program are now; a failed one keeps the version that it met.
 */
MUST_USE enum inbox_replay_result inbox_replay(struct db *db, struct arena *arena, uint64_t brand,
                                               uint64_t id, uint64_t by_user);

#endif
