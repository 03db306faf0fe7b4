/* Changes of recorded sales, inside a transaction: for conversion_known.c and _manual.c alone. */
#ifndef MEED_CONVERSION_CONVERSION_CHANGE_H
#define MEED_CONVERSION_CONVERSION_CHANGE_H

#include "conversion/conversion_internal.h"

/* A recorded sale, its row locked. */
struct stored_sale {
    uint64_t id, brand, program, version, merged_into, customer, campaign;
    struct uuid pid;
    bool test_mode, is_new_customer, has_ip;
    enum sale_kind kind;
    enum sale_door door;
    unsigned rank; /* of the highest door that told its money */
    struct sv order_ref, country;
    int64_t gross, base, refunded_base, occurred_us, received_us;
    struct unit unit;
    bool is_awaiting, is_attributed;
    uint32_t attribution_no;
    uint64_t partnership;
    enum attribution_method method;
};

/* A commission of the attribution in force, its row locked. */
struct stored_commission {
    uint64_t id, partner;
    struct uuid pid;
    bool is_partners; /* else the network's fee */
    struct unit unit;
    struct ledger_split whole, clawed;
    int64_t paid;
    struct sv status;
    bool is_pending, is_approved; /* paid ones are approved; neither: nothing is left of it */
    bool is_disputed;
    uint32_t version, own_no;
};
enum { SALE_COMMISSIONS_MAX = 8 };
struct stored_commissions {
    struct stored_commission v[SALE_COMMISSIONS_MAX];
    size_t n;
};

/* DB_NO_ROW: there is none. */
MUST_USE enum db_status sale_lock(struct db *db, struct arena *arena, uint64_t id,
                                  struct stored_sale *out);
MUST_USE enum db_status sale_lock_commissions(struct db *db, struct arena *arena,
                                              const struct stored_sale *sale,
                                              struct stored_commissions *out);

/* Transfers of one change: posted together, as the last of the transaction. */
enum { SALE_POSTS_MAX = SALE_SCOPED_KEYS_MAX * SALE_COMMISSIONS_MAX };
struct sale_posts {
    struct ledger_transfer v[SALE_POSTS_MAX];
    size_t n;
    bool is_too_large;
};
/* DB_ROLLBACK, and is_too_large, beyond the range of money. */
MUST_USE enum db_status sale_add_accrual(const struct sale *sale, struct sale_posts *posts);
MUST_USE enum db_status sale_post_all(struct db *db, struct arena *arena, struct sale_posts *posts);

/* Who changes a commission, and why. */
struct sale_cause {
    const char *reason; /* code */
    uint64_t by_user;   /* 0: a door */
    struct sv note;     /* shown to the partner */
    int64_t now_us;
};

/* Takes back all that is left of a commission; nothing where nothing is left. */
MUST_USE enum db_status sale_undo_commission(struct db *db, struct arena *arena,
                                             const struct stored_sale *sale,
                                             const struct stored_commission *commission,
                                             const struct sale_cause *cause,
                                             struct sale_posts *posts);
/* A change of state that moves no money: an event of the commission, and its outbox row. */
MUST_USE enum db_status sale_note_change(struct db *db, struct arena *arena,
                                         const struct stored_sale *sale,
                                         const struct stored_commission *commission,
                                         const struct sale_cause *cause);

/* What reports count of the sale as its rows stand, added (1) or taken back (−1). */
MUST_USE enum db_status sale_recount(struct db *db, uint64_t id, int sign);

/*
 * The sale's attribution of `sale` (who, price, commission, candidates unless they are kept) takes
 * the place of the one in force. sale->event carries the money that holds from now on. The caller
 * recounts around it.
 */
struct sale_replacement {
    struct sale *sale;
    const struct stored_sale *old;
    const struct stored_commissions *commissions;
    struct sale_cause cause; /* of the old commission's end */
    struct sv note;          /* on the new one, shown to its partner; empty: none */
    bool keeps_candidates;   /* those of the attribution in force are copied */
    bool is_vouched;         /* the hold `unverified` is not inherited */
    unsigned rank;
    struct sale_posts *posts;
};
MUST_USE enum db_status sale_replace(struct db *db, const struct sale_replacement *r);

/* The younger becomes a part of the elder: reversed, its keys and events moved, and what the elder
 * does not know filled in. The caller recounts the elder around it. */
MUST_USE enum db_status sale_merge(struct db *db, struct arena *arena,
                                   const struct stored_sale *elder,
                                   const struct stored_sale *younger, int64_t now_us,
                                   struct sale_posts *posts);

/* The event of a stored sale, as far as its row tells: what a new attribution is made of. */
struct sale_event sale_event_of(const struct stored_sale *stored);
/* Points `sale` at the stored one, under its program's pinned version. */
MUST_USE enum db_status sale_open_stored(struct sale *sale, const struct stored_sale *stored,
                                         struct sale_event *event);
/* The rate of a partnership's own in that version of it; none when it is 0. */
MUST_USE enum db_status sale_find_own_rate(struct db *db, struct arena *arena, uint64_t partnership,
                                           uint32_t no, struct commission_rate *own);

#endif
