/*
 * A sale as every door tells it: the one canonical form.
 *
 * A door authenticates, checks each member and fills this in; the pipeline
 * (conversion.h) takes it from there and knows nothing of the door's wire
 * format. What is personal is hashed before it gets here. Views belong to the
 * caller's arena. The form is stored as JSON in inbox.event, so that a failed or
 * waiting event can be taken up again by the worker.
 */
#ifndef MEED_CONVERSION_SALE_EVENT_H
#define MEED_CONVERSION_SALE_EVENT_H

#include "base/buf.h"
#include "base/id.h"
#include "base/money.h"
#include "crypto/keys.h"

/* X(name, stored text, rank): a door of higher rank is believed over a lower one. */
#define SALE_DOORS(X)                                                                              \
    X(API, "api", 2)                                                                               \
    X(POSTBACK, "postback", 2)                                                                     \
    X(INGEST, "ingest", 2)                                                                         \
    X(PIXEL, "pixel", 1)                                                                           \
    X(SHOPIFY, "shopify", 3)                                                                       \
    X(STRIPE, "stripe", 3)                                                                         \
    X(PADDLE, "paddle", 3)                                                                         \
    X(WOOCOMMERCE, "woocommerce", 3)                                                               \
    X(MANUAL, "manual", 3)                                                                         \
    X(CSV, "csv", 3)

enum sale_door {
#define X(name, text, rank) SALE_DOOR_##name,
    SALE_DOORS(X)
#undef X
        SALE_DOOR_COUNT
};

/* X(name, stored text, may be worth nothing): a sale may be under a discount alone. */
#define SALE_KINDS(X)                                                                              \
    X(SALE, "sale", false)                                                                         \
    X(LEAD, "lead", true)                                                                          \
    X(SIGNUP, "signup", true)                                                                      \
    X(FORM, "form", true)                                                                          \
    X(TRIAL, "trial", true)                                                                        \
    X(REBILL, "rebill", false)

enum sale_kind {
#define X(name, text, zero) SALE_KIND_##name,
    SALE_KINDS(X)
#undef X
        SALE_KIND_COUNT
};

enum {
    SALE_ORDER_REF_MAX = 200, /* bytes */
    SALE_TOPIC_MAX = 60,
    SALE_EVENT_ID_MAX = 230, /* room for a mark behind it in inbox.event_id */
    SALE_CODE_MAX = 60,
    SALE_SKU_MAX = 100,
    SALE_ITEMS_MAX = 500,
    SALE_LINE_REF_MAX = 60,
    SALE_KEYS_MAX = 6,
    SALE_KEY_MAX = 250, /* bytes */
    SALE_CODES_MAX = 5,
    SALE_SUBSCRIPTION_MAX = 200,
    SALE_EMAIL_MAX = 254,
    SALE_NOTE_MAX = 500,
};

/*
 * What names a sale besides its order reference. Any key that is known names the recorded sale; one
 * event with keys of two sales shows that they are one. X(name, stored text, scope)
 */
#define SALE_KEY_KINDS(X)                                                                          \
    X(ORDER, "order", BY_SETTING)        /* the shop's own number of the order */                  \
    X(PAYMENT, "payment", BRAND)         /* a provider's payment: pi_…, ch_…, txn_… */       \
    X(INVOICE, "invoice", BRAND)         /* in_… */                                              \
    X(SESSION, "session", BRAND)         /* cs_… */                                              \
    X(USER_EVENT, "user_event", PROGRAM) /* a lead or trial without a payment: user_ref/event */

enum sale_key_scope { SALE_KEY_BY_SETTING, SALE_KEY_BRAND, SALE_KEY_PROGRAM };

enum sale_key_kind {
#define X(name, text, scope) SALE_KEY_##name,
    SALE_KEY_KINDS(X)
#undef X
        SALE_KEY_KIND_COUNT
};

struct sale_key {
    enum sale_key_kind kind;
    struct sv value;
};

enum sale_buyer { SALE_BUYER_UNKNOWN, SALE_BUYER_NEW, SALE_BUYER_RETURNING };

struct sale_item {
    struct sv line_ref;      /* the shop's own id of the line; empty: not told */
    struct sv sku, category; /* empty: not told */
    int64_t base;            /* the line's worth, minor units */
    uint32_t quantity;
};

struct sale_event {
    enum sale_door door;
    enum sale_kind kind;
    bool test_mode;          /* the key's or secret's */
    uint64_t brand;          /* the tenant, by authentication */
    struct uuid program_pid; /* as the order names its program; zero: not told */
    uint64_t program;        /* 0: to be resolved from what the order names */
    struct sv event_id;      /* the door's own id of the event */
    struct sv
        topic; /* as the provider calls it: "orders/create"; empty: none. Not stored in JSON */
    struct sv order_ref; /* as the brand calls the order; the ORDER key, unless `keys` has one */
    struct sale_key keys[SALE_KEYS_MAX];
    size_t n_keys;
    struct sv
        subscription; /* what a rebill shares with its first sale: sub_…, a user's id. Empty */
    enum sale_buyer buyer; /* as told */
    bool unverified;       /* nobody vouches for it but the page: held until another door does */
    int64_t amount;        /* order total */
    int64_t base;          /* what the commission is taken of */
    bool has_subtotal, has_tax;
    int64_t subtotal, tax; /* parts of the amount, from which a program takes its base */
    struct unit unit;
    struct uuid click;               /* zero: none told */
    struct sv bad_click;             /* told as a click id, and no UUID; empty: none */
    struct sv codes[SALE_CODES_MAX]; /* discount codes, upper case, in the order's own order */
    size_t n_codes;
    struct sv token;    /* of a short link; empty: none */
    struct sv ref;      /* partner's slug; empty: none */
    struct sv campaign; /* campaign code; empty: none */
    struct sv country;  /* ISO 3166-1 alpha-2, upper case; empty: unknown */
    bool has_customer, has_ip;
    uint8_t customer_hash[HASH_SIZE];
    uint8_t ip_hash[HASH_SIZE];
    int64_t occurred_us; /* 0: not told, the time of receipt counts */
    const struct sale_item *items;
    size_t n_items;
    uint64_t by_user; /* MANUAL and CSV: who recorded it; else 0 */
    struct sv note;   /* and why, for the event log; empty: none */

    uint8_t body_mac[MAC_SIZE]; /* of the raw body */
    struct uuid request;        /* the request id, for the log */
    int64_t received_us;        /* business clock */
};

const char *sale_door_text(enum sale_door door);
unsigned sale_door_rank(enum sale_door door);
MUST_USE bool sale_door_find(struct sv text, enum sale_door *out);
const char *sale_kind_text(enum sale_kind kind);
MUST_USE bool sale_kind_find(struct sv text, enum sale_kind *out);
bool sale_kind_may_be_zero(enum sale_kind kind);
const char *sale_key_kind_text(enum sale_key_kind kind);
enum sale_key_scope sale_key_scope(enum sale_key_kind kind);
MUST_USE bool sale_key_kind_find(struct sv text, enum sale_key_kind *out);

/* Adds a key or a code; an empty one, one that is there, or one too many is left out. */
void sale_event_add_key(struct sale_event *event, enum sale_key_kind kind, struct sv value);
void sale_event_add_code(struct sale_event *event, struct sv code);

/* The stored form. Reading gives back what was written, byte for byte. */
struct sv sale_event_write(struct arena *arena, const struct sale_event *event);
MUST_USE bool sale_event_read(struct arena *arena, struct sv json, struct sale_event *out);

#endif
