/*
 * Reading sales: the table with its filters, its CSV, one sale's whole story,
 * and what a partner sees of it.
 *
 * Every read is scoped: a brand's by the brands of the caller, a partner's by
 * the partner. Both come from http_request.actor alone. What is another's is not
 * found. A partner never sees the customer, nor who else was considered.
 * Texts belong to the arena; amounts are minor units of the unit beside them.
 */
#ifndef MEED_CONVERSION_CONVERSION_LIST_H
#define MEED_CONVERSION_CONVERSION_LIST_H

#include "base/settings.h"
#include "commission/commission.h"
#include "conversion/attribution.h"
#include "conversion/sale_event.h"
#include "db/db.h"

struct http_response;

enum { SALE_PAGE_ROWS = 50, SALE_COUNT_LIMIT = 10000, SALE_SCOPE_BRANDS_MAX = 50 };

/* Whose sales: one brand, or several of one login. */
struct sale_scope {
    const uint64_t *brands;
    size_t n; /* 1 to SALE_SCOPE_BRANDS_MAX; 0 finds nothing */
    bool test_mode;
};

/* Filters ------------------------------------------------------------------------------------- */

/* As they stand in the address, each may be empty; they combine. */
struct sale_query {
    struct sv brand;    /* public id: one of the scope's */
    struct sv program;  /* public id */
    struct sv campaign; /* code */
    struct sv creator;  /* handle; "-" for unattributed sales */
    struct sv tier;     /* name */
    struct sv country;  /* ISO 3166-1; "-" for unknown */
    struct sv
        status; /* pending, review, approved, rejected, reversed, paid, unattributed, awaiting */
    struct sv method;   /* attribution source: click, visitor, coupon, token, ref, none … */
    struct sv source;   /* the door: api, postback … */
    struct sv from, to; /* yyyy-mm-dd, both inclusive, in the brand's zone */
    struct sv order;    /* order reference, exactly */
    struct sv cursor;   /* sale_page.next of the page before */
};

/* One index to walk: a brand's sales, or those of one partnership in it (0: nobody's). */
struct sale_walk {
    uint64_t brand, partnership;
};

/* The query, resolved: plain values that a statement can bind. */
struct sale_filter {
    struct sale_scope scope;
    const struct sale_walk *walks; /* a brand each, or a partnership of the creator each */
    size_t n_walks;
    bool has_program, has_campaign, has_creator, has_country, has_tier, has_method;
    uint64_t program, campaign;
    struct sv country, tier, method, source, order;
    const char *status;       /* NULL: any */
    bool in_review;           /* status pending and held */
    int32_t from_day, to_day; /* yyyymmdd; 0: open */
    int64_t from_us, to_us;   /* wide enough for any zone; the days decide */
    int64_t before_us;        /* the cursor; INT64_MAX: the first page */
    uint64_t before_id;
};

enum sale_query_result {
    SALE_QUERY_OK,
    SALE_QUERY_NOTHING, /* it names what the scope has not: the list is empty */
    SALE_QUERY_BAD,     /* *field can't be read: say so beside it */
    SALE_QUERY_UNAVAILABLE,
};
MUST_USE enum sale_query_result sale_query_resolve(struct db *db, struct arena *arena,
                                                   const struct sale_scope *scope,
                                                   const struct sale_query *query,
                                                   struct sale_filter *filter, const char **field);

/* What the filters of a scope can be set to, for its menus. */
struct sale_choice {
    struct sv value, label;
};
enum { SALE_CHOICES_MAX = 200 };
struct sale_choices {
    struct sale_choice *brands, *programs, *campaigns, *creators, *countries, *tiers;
    size_t n_brands, n_programs, n_campaigns, n_creators, n_countries, n_tiers;
};
MUST_USE enum db_status sale_choices_read(struct db *db, struct arena *arena,
                                          const struct sale_scope *scope, struct sale_choices *out);

/* The table ----------------------------------------------------------------------------------- */

struct sale_row {
    uint64_t id, brand;
    struct uuid pid;
    int64_t occurred_us, received_us;
    int32_t local_date;
    struct sv order_ref, event, source, method, status, country, tier;
    bool in_review; /* status is pending, and somebody has to look */
    bool is_new_customer, has_customer;
    struct sv brand_name, program_name, campaign; /* campaign: its code; empty: none */
    struct sv handle;                             /* empty: unattributed */
    struct unit unit;                             /* of the sale */
    int64_t gross, base, refunded_base;
    struct unit commission_unit; /* code empty: there is no commission */
    int64_t commission;          /* before fees, less what was clawed back */
    int64_t fee_brand, payout;
    int64_t release_us; /* end of the holdback; 0: no commission */
};

struct sale_page {
    struct sale_row *v;
    size_t n;
    const char *next;     /* cursor of the next page; NULL: this is the last */
    uint64_t count;       /* of all that the filter finds, up to SALE_COUNT_LIMIT */
    bool count_is_capped; /* there are more: show "10,000+" */
};

/* The latest first, SALE_PAGE_ROWS rows. */
MUST_USE enum db_status sale_list(struct db *db, struct arena *arena,
                                  const struct sale_filter *filter, struct sale_page *page);

/*
 * The whole of what the filter finds, as CSV, over one snapshot; rows go to an unnamed file in
 * run_dir first, so that a slow reader holds neither the snapshot nor the memory. Sets stream,
 * headers and file name on the response. DB_UNAVAILABLE also when the disk is full.
 */
MUST_USE enum db_status sale_csv(struct db *db, struct arena *arena,
                                 const struct settings *settings, const struct sale_filter *filter,
                                 struct http_response *response);

/* One sale ------------------------------------------------------------------------------------ */

struct sale_candidate_row {
    unsigned rank;           /* 0 won */
    struct sv kind, verdict; /* words of attribution.h */
    struct uuid click;       /* zero: none */
    struct sv handle;        /* empty: unknown */
    int64_t at_us;           /* of the click; 0: none */
    struct sv token, shape, country, agent, referrer, told;
    struct sv utm_source, utm_medium, utm_campaign, subs_json;
};

struct sale_event_row {
    struct sv from, to, actor_kind, reason, note;
    struct sv actor_name; /* a user's; empty otherwise */
    int64_t at_us;
};

struct sale_commission {
    uint64_t id;
    struct uuid pid;
    struct sv recipient, status, rule, approval, dispute, tier;
    bool in_review;
    struct unit unit;
    int64_t amount, fee_partner, fee_brand, payout, clawed, paid;
    int64_t received_us, release_us;
    struct commission_explanation explanation;
    struct sale_event_row *events; /* the first change first */
    size_t n_events;
};

struct sale_entry_row {
    struct sv account; /* "P.pending" */
    struct unit unit;
    int64_t amount;
};
struct sale_transfer_row {
    uint64_t id;
    struct sv kind; /* accrue, approve … */
    int64_t at_us;
    struct sale_entry_row *entries;
    size_t n_entries;
};

struct sale_item_row {
    unsigned line;
    struct sv sku, category;
    uint32_t quantity;
    int64_t base, refunded;
};

struct sale_detail {
    struct sale_row row;
    struct uuid program_pid;
    uint32_t version_no; /* of the program's settings that priced it */
    uint16_t window_days;
    struct sv reason;      /* code: why this one is credited, or why nobody */
    int64_t attributed_us; /* 0: not yet */
    const char *customer;  /* the first 12 hex digits of the keyed hash; NULL: none told */
    struct sv coupon;      /* code that won; empty */
    struct sale_candidate_row *candidates; /* the winner first */
    size_t n_candidates;
    struct sale_commission *commissions; /* of the attribution in force first */
    size_t n_commissions;
    struct sale_transfer_row *transfers; /* the first first */
    size_t n_transfers;
    struct sale_item_row *items;
    size_t n_items;
};

/* DB_NO_ROW: there is none in the scope. One snapshot. */
MUST_USE enum db_status sale_find(struct db *db, struct arena *arena,
                                  const struct sale_scope *scope, struct uuid pid,
                                  struct sale_detail *out);

/* A partner's earnings ---------------------------------------------------------------------- */

struct earning_row {
    uint64_t id; /* of the conversion: key of the next page with occurred_us */
    struct uuid pid;
    int64_t occurred_us, received_us, release_us;
    struct sv event, status, method, country, tier;
    bool in_review;
    struct sv brand_name, program_name, campaign, link_name, token, coupon;
    struct unit sale_unit;
    int64_t gross;
    struct unit unit; /* of what is earned */
    int64_t commission, fee, payout, clawed, paid;
    struct sv approval;    /* after_holdback, manual, instant */
    struct sv last_reason; /* code of the last change */
    struct sv last_note;   /* what the partner is told; empty */
};

struct earning_query {
    struct sv status, brand /* public id */, from, to, cursor;
};

struct earning_page {
    struct earning_row *v;
    size_t n;
    const char *next;
    uint64_t count;
    bool count_is_capped;
};

/* SALE_QUERY_BAD names the field. The latest first, SALE_PAGE_ROWS rows. */
MUST_USE enum sale_query_result earning_list(struct db *db, struct arena *arena, uint64_t partner,
                                             bool test_mode, const struct earning_query *query,
                                             struct earning_page *page, const char **field);
/* One of them, with its breakdown and its events, but without rivals. DB_NO_ROW: not theirs. */
struct earning_detail {
    struct earning_row row;
    struct commission_explanation explanation;
    struct sale_event_row *events;
    size_t n_events;
};
MUST_USE enum db_status earning_find(struct db *db, struct arena *arena, uint64_t partner,
                                     struct uuid pid, struct earning_detail *out);

#endif
