/*
 * What a shop asks beside sales: that its connection ended, that a customer wants their data, that
 * a customer, or all of a shop's, be forgotten.
 *
 *   door ─▶ shop_request_put() ─▶ a row, and mails to the brand's managers, in one transaction
 *                                   └▶ shop_request_job(): carries out what is to be forgotten
 *
 * Forgetting: the keyed hash of the customer's e-mail is replaced by a random one, which nothing
 * leads to; the address' hash goes; both leave the stored events. Sale, commission and ledger stay:
 * they are the brand's books and name nobody.
 *
 * Times and what must be done follow Shopify's requirements for apps: within 30 days.
 */
#ifndef MEED_CONVERSION_SHOP_REQUEST_H
#define MEED_CONVERSION_SHOP_REQUEST_H

#include "conversion/sale_event.h"
#include "db/job.h"

/* X(name, stored text) */
#define SHOP_REQUESTS(X)                                                                           \
    X(UNINSTALLED, "uninstalled")                                                                  \
    X(DATA_REQUEST, "data_request")                                                                \
    X(REDACT_CUSTOMER, "redact_customer")                                                          \
    X(REDACT_SHOP, "redact_shop")

enum shop_request_kind {
#define X(name, text) SHOP_REQUEST_##name,
    SHOP_REQUESTS(X)
#undef X
        SHOP_REQUEST_COUNT
};

#define SHOP_REQUEST_DUE_US (30 * CLOCK_DAY)
enum { SHOP_REQUEST_ORDERS_MAX = 1000 };

struct shop_request {
    uint64_t brand;
    enum sale_door door;
    bool test_mode;
    enum shop_request_kind kind;
    struct sv event_id; /* of the delivery; told again, it is asked once */
    struct sv account;  /* the shop's domain, for the mail; empty: not told */
    bool has_customer;
    uint8_t customer_hash[HASH_SIZE];
    const struct sv *orders; /* ORDER keys; at most SHOP_REQUEST_ORDERS_MAX */
    size_t n_orders;
    int64_t received_us; /* business clock */
};

/*
 * A transaction of its own. DB_OK also when it was asked before. UNINSTALLED marks the connection;
 * a redaction asked in live mode concerns the test sales as well.
 */
MUST_USE enum db_status shop_request_put(struct db *db, struct arena *arena,
                                         const struct shop_request *request);

/* The worker's step: a bounded part of the eldest redaction that is open. */
enum job_result shop_request_job(struct job *job);

#endif
