/*
 * What the doors share: reading a JSON body member by member, strictly, and
 * the answers that are the same at each.
 *
 * A reader keeps the first fault it meets, with the member's name; later reads
 * are skipped. So a door reads all it wants and looks once, at the end.
 * Unknown members are ignored: senders add their own.
 */
#ifndef MEED_DOOR_DOOR_H
#define MEED_DOOR_DOOR_H

#include "conversion/adjustment.h"
#include "conversion/conversion.h"
#include "http/http.h"

struct json_object;

enum { DOOR_BODY_MAX = 128 * 1024 };

struct door_reader {
    struct http_request *request;
    struct json_object *json;
    struct http_problem fault; /* code NULL: none so far */
};

/* Parses the body as one JSON object. False: a 400 stands in the response. Close it. */
MUST_USE bool door_open(struct door_reader *r, struct http_request *request,
                        struct http_response *response);
void door_close(struct door_reader *r);

enum door_need { DOOR_OPTIONAL, DOOR_REQUIRED };

/* Text without control characters, at most `max` bytes; missing gives the empty view. */
struct sv door_text(struct door_reader *r, const char *name, size_t max, enum door_need need);
/* The first of two names that is there: systems name the same thing differently. */
struct sv door_text_either(struct door_reader *r, const char *name, const char *other, size_t max);
/* True when it is there; anything but true and false is a fault. */
bool door_flag(struct door_reader *r, const char *name, bool *value);
/* A discount code, token, ref or campaign, without the blanks that forms leave around them. */
struct sv door_code(struct door_reader *r, const char *name);

/*
 * Kind, amount and currency into the event; base is the amount. `may_be_free` says whether the
 * order shows a discount, under which a sale may be worth nothing. A lead, trial, signup or form
 * may leave amount and currency out.
 */
void door_money(struct door_reader *r, const char *amount_name, const char *currency_name,
                bool may_be_free, struct sale_event *event);
/* "subtotal" and "tax", each a part of the amount; after door_money. */
void door_parts(struct door_reader *r, struct sale_event *event);
void door_kind(struct door_reader *r, struct sale_event *event);
void door_click(struct door_reader *r, const char *name, struct sale_event *event);
void door_customer(struct door_reader *r, struct sale_event *event); /* email, ip, country */
void door_time(struct door_reader *r, struct sale_event *event);     /* occurred_at */
void door_items(struct door_reader *r, struct sale_event *event);    /* after door_money */
int64_t door_occurred(struct door_reader *r);                        /* the same; 0: not told */
/*
 * What was given back: an amount above zero, and its currency, which it needs to be exact, unless
 * the event has one already. False when there is none, so that it is about the whole.
 */
bool door_refund_amount(struct door_reader *r, struct adjustment_event *event);
/* "items" that were given back, in the refund's currency; false when there are none. Each names a
 * line_id or sku, and may tell quantity and amount. */
bool door_refund_lines(struct door_reader *r, struct adjustment_event *event);
/* The public id of a program; zero when it is missing and optional. */
struct uuid door_program(struct door_reader *r, const char *name, enum door_need need);

/*
 * The buyer's address: its hash into the event and, where the order names no country, the one that
 * the operator's database tells of it; so read the country first. False: it is no address.
 */
MUST_USE bool door_take_ip(struct arena *arena, struct sale_event *event, struct sv text);
/*
 * The buyer, from any shape: false when the text is no address, or no country (ISO 3166-1, either
 * case; *country is the arena's, in upper case).
 */
MUST_USE bool door_hash_email(struct sv text, uint8_t hash[HASH_SIZE]);
MUST_USE bool door_hash_ip(struct arena *arena, struct sv text, uint8_t hash[HASH_SIZE]);
MUST_USE bool door_find_country(struct arena *arena, struct sv text, struct sv *country);

/*
 * What a door calls the members that differ between the systems; all others are named alike.
 * `order` NULL: the door reads it by itself.
 */
struct door_names {
    const char *program, *order, *click, *amount, *currency;
    const char *subscription; /* NULL: "subscription" */
    enum door_need program_need;
};

/*
 * All that the doors of our own shape read alike: program, order, event, click, codes, money and
 * its parts, subscription, customer, time and items.
 */
void door_read_common(struct door_reader *r, const struct door_names *names,
                      struct sale_event *event);
/* conversion_answer.field in the door's own words: "order_value" for "amount". */
const char *door_member_name(const struct door_names *names, const char *field);

/* What does not come from the body: time, request id, MAC of the raw bytes. */
void door_stamp(const struct http_request *request, struct sale_event *event);
void door_stamp_adjustment(const struct http_request *request, struct adjustment_event *event);

/* True when the reader met no fault; else the fault stands in the response. */
MUST_USE bool door_is_sound(struct door_reader *r, struct http_response *response);
/* 503 of a sale that may be stored all the same: a commit whose answer was lost. */
void door_unavailable(struct http_request *request, struct http_response *response);
void door_refused(struct http_request *request, struct http_response *response,
                  const struct conversion_answer *answer);
/* The same, with the members called as the door calls them. */
void door_refused_as(struct http_request *request, struct http_response *response,
                     const struct conversion_answer *answer, const struct door_names *names);
void door_adjustment_refused(struct http_request *request, struct http_response *response,
                             const struct adjustment_answer *answer);
/* 409: the order is recorded with other content; the problem names the member. */
void door_conflict(struct http_request *request, struct http_response *response,
                   const struct conversion_answer *answer, const struct door_names *names);

/*
 * Keeps why a test sale was refused, as it stands in the response, for the setup page: one row a
 * brand and door. Nothing when the answer is no refusal.
 */
void door_note_refusal(struct http_request *request, const struct http_response *response,
                       uint64_t brand, enum sale_door door);

/* Writes `,"commission":"12.99","commission_currency":"USD"` … for an answer that has money. */
void door_put_money(struct http_request *request, struct buf *b, const char *name, int64_t minor,
                    const struct unit *unit);
/* What a new conversion's answer says of it, without the braces: `"conversion_id":…,"order_id":…`
 */
void door_put_created(struct http_request *request, struct buf *b, const struct sale_event *event,
                      const struct conversion_answer *answer);
const char *door_credit_text(enum conversion_credit credit); /* "attributed" … */

#endif
