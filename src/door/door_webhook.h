/*
 * What the doors of providers share.
 *
 * A provider signs the raw body with one secret for each shop, tells everything at least once and
 * in any order, and sends again whatever was not answered by 2xx. So each authentic event ends in
 * the inbox, is answered 200 whatever it came to, and 503 only when nothing is known to be stored:
 *
 *   _open()     whom the address means        else 200 unknown_brand, 404 unknown_program
 *   _verify()   by any of the valid secrets   else 401 invalid_signature, 412, 429, 503
 *   _parse()    one JSON object               else 400 invalid_json, noted
 *   _record() _adjust() _note()               what became of it
 *   _answer()   200 {"status":…,"conversion_id":…,"reason":…,"field":…}, or 503
 *
 *   status: created, duplicate, conflict, parked, queued, ignored, refused
 *
 * Everything lives in the request's arena.
 */
#ifndef MEED_DOOR_DOOR_WEBHOOK_H
#define MEED_DOOR_DOOR_WEBHOOK_H

#include "conversion/adjustment.h"
#include "conversion/inbox.h"
#include "door/door.h"
#include "program/secret.h"

/* What tells one provider from another; a constant of its door. */
struct door_provider {
    enum sale_door door;
    enum secret_door secrets;
    bool by_program;            /* the address names a program, else a brand */
    const char *not_configured; /* code of the 412 */
    const char *sign;           /* N_(): what to do after a 401 */
};

struct door_webhook_caller; /* a brand or program with its secrets; cached for a second */

struct door_webhook {
    struct http_request *request;
    struct http_response *response;
    const struct door_provider *provider;
    struct door_webhook_caller *caller;
    uint64_t brand, program; /* program 0: the address names none */
    bool test_mode;          /* the secret's; a door may raise it: a live shop's test order */
    /* Set by the door as soon as it knows them; they name the event in the inbox. */
    struct sv event_id; /* the provider's own; empty or unprintable: the body's mark */
    struct sv topic;    /* "orders/create" */
    uint8_t body_mac[MAC_SIZE];
};

/* Every false below leaves an answer in the response. */
MUST_USE bool door_webhook_open(struct door_webhook *w, struct http_request *request,
                                struct http_response *response,
                                const struct door_provider *provider, struct sv pid);

/* Whether this secret signed the request. Compares in constant time (signature_equal). */
typedef bool door_webhook_matches(struct http_request *request, struct sv secret);
MUST_USE bool door_webhook_verify(struct door_webhook *w, door_webhook_matches *matches);
/* A 401 of a door's own, after verify: a timestamp too old. Kept for the setup page as the others.
 */
void door_webhook_refuse(struct door_webhook *w, const struct http_problem *problem);

/*
 * Topic and event id, where both come in headers that nothing signs: the body's own mark is a part
 * of the id, so that two events that claim one delivery stay two.
 */
void door_webhook_name(struct door_webhook *w, struct sv topic, struct sv delivery);

/* NULL: no JSON object. json_free() it. */
MUST_USE struct json_object *door_webhook_parse(struct door_webhook *w);

/*
 * Notes in `connection` that the door heard something: the account as its events tell it (cut to
 * what is printable), the topic, and when. `said_us` is when the provider says that it happened, by
 * the world's clock, 0 when it doesn't: a connection that was ended stays so until something
 * younger comes. A failure is logged; it costs no event.
 */
void door_webhook_heard(struct door_webhook *w, struct sv account, int64_t said_us);

/* The account as it may be kept: empty unless it is printable and short. */
struct sv door_webhook_account(struct sv text);

/* What became of one event. */
struct door_webhook_fate {
    bool is_stored;         /* false: answer 503 */
    const char *status;     /* as above */
    struct uuid conversion; /* zero: none */
    const char *reason;     /* code; "": none */
    const char *field;      /* the member it names; "": none */
};

/*
 * All but the door's own reading is filled in first: door, mode, brand, program, event id (unless
 * it has one), MAC, request, time. What the pipeline refuses is noted, with the event.
 */
MUST_USE struct door_webhook_fate door_webhook_record(struct door_webhook *w,
                                                      struct sale_event *event);
MUST_USE struct door_webhook_fate door_webhook_adjust(struct door_webhook *w,
                                                      struct adjustment_event *event);

/* What moves no money, or can't be read. */
struct door_webhook_note {
    enum inbox_state state;
    const char *reason, *field; /* field NULL: none */
    struct sv event_id;         /* empty: the webhook's */
    struct sv order_ref;        /* empty: nothing */
    struct sv event;            /* JSON without anything personal; empty: {} */
};
MUST_USE struct door_webhook_fate door_webhook_note(struct door_webhook *w,
                                                    const struct door_webhook_note *note);

void door_webhook_answer(struct door_webhook *w, const struct door_webhook_fate *fate);
/* `,"status":…` and what else there is to tell, without braces: for an answer about several. */
void door_webhook_put_fate(struct buf *b, const struct door_webhook_fate *fate);

#endif
