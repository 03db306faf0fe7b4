/*
 * What the readers of payment providers' events share. Pure: JSON in, one of four things out.
 *
 *   sale         money came in
 *   adjustment   money went back, or may
 *   facts        no money, but what another event's sale lacks: who sent the customer, or the
 *                payment that its refunds will name
 *   nothing      moves no money, and says why
 *
 * Providers name their own members, send a lot besides, and repeat themselves: unknown members are
 * ignored, and the first fault is kept with the member's name.
 */
#ifndef MEED_DOOR_DOOR_PAYMENT_H
#define MEED_DOOR_DOOR_PAYMENT_H

#include "conversion/adjustment.h"

struct json_object;

enum payment_what { PAYMENT_NOTHING, PAYMENT_SALE, PAYMENT_FACTS, PAYMENT_ADJUSTMENT };

struct payment_event {
    struct sv id, topic; /* "evt_…", "invoice.paid" */
    struct sv account;   /* the provider's account, where the event tells it */
    bool tells_mode;     /* whether `test_mode` stands in the event */
    bool test_mode;
    int64_t occurred_us; /* when the provider says that it happened; 0: not told */
    struct sv about;     /* what a note is about: an order, a payment, a subscription */
    enum payment_what what;
    const char *reason;     /* NOTHING: why, as a code */
    struct sale_event sale; /* SALE; FACTS: keys, hints and buyer alone, for the sale of `about` */
    struct adjustment_event adjustment;
};

/* The first thing that is wrong. `reason` NULL: nothing so far. */
struct payment_reader {
    struct arena *arena;
    const char *reason, *field;
};

void payment_fault(struct payment_reader *r, const char *reason, const char *field);

enum payment_need { PAYMENT_OPTIONAL, PAYMENT_REQUIRED };

enum { PAYMENT_ID_MAX = 200 };

/* A member that is an object; NULL when it is missing, null or something else. */
struct json_object *payment_object(struct json_object *object, const char *name);
/* Element `i` of the list of that name; NULL past its end, or when there is no list. */
struct json_object *payment_element(struct json_object *object, const char *name, size_t i);
/* Printable ASCII up to PAYMENT_ID_MAX; an expanded object stands for its "id". */
struct sv payment_id(struct payment_reader *r, struct json_object *object, const char *name,
                     enum payment_need need);
/* A short word of the provider's own: a status, a mode. */
struct sv payment_word(struct payment_reader *r, struct json_object *object, const char *name,
                       enum payment_need need);
/*
 * A whole number, at least 0, as a number or as text. False: missing, which is a fault when it is
 * required, or wrong, which always is.
 */
bool payment_count(struct payment_reader *r, struct json_object *object, const char *name,
                   enum payment_need need, int64_t *out);
/* A currency's code in either case. */
struct unit payment_currency(struct payment_reader *r, struct json_object *object,
                             const char *name);

/*
 * Who sent the customer, from whatever a checkout was given. Nothing here is a fault: what can't
 * be a hint is none. The first one told of each kind stands.
 *
 *   meed_click, pcps_click, click_id   a click, or kept as one that can't be read
 *   meed_token, token                  a short link's token
 *   affihub_ref, ref                   a click if it is a UUID, else a token if it looks like one,
 *                                      and a slug in any case: slugs can look like tokens
 *   code                               a discount code
 *   order_id                           the brand's own name of the order, into *order_ref
 */
void payment_hints(struct arena *arena, struct json_object *metadata, struct sale_event *sale,
                   struct sv *order_ref);
/* As affihub_ref. */
void payment_hint_ref(struct arena *arena, struct json_object *object, const char *name,
                      struct sale_event *sale);
bool payment_has_hint(const struct sale_event *sale);

/* The buyer's e-mail address, hashed. What can be none is left out. */
void payment_email(struct arena *arena, struct json_object *object, const char *name,
                   struct sale_event *sale);

/* Gives the sale what it lacks, and the facts' keys. Its own always stands. */
void payment_add_facts(struct sale_event *sale, const struct sale_event *facts);

#endif
