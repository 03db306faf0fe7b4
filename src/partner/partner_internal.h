/* What the files of partner/ share. */
#ifndef MEED_PARTNER_PARTNER_INTERNAL_H
#define MEED_PARTNER_PARTNER_INTERNAL_H

#include "partner/partner.h"

/* Whose link it is, as every row of it says. */
struct partner_link_owner {
    uint64_t partnership, program, brand, partner;
    bool test_mode;
};

/* Inside a transaction: one more link with a token of its own. */
MUST_USE enum db_status partner_insert_link(struct db *db, const struct partner_link_owner *owner,
                                            struct sv dest_url, struct sv name, bool is_main,
                                            uint64_t *id, struct uuid *pid);
/*
 * Inside a transaction: the main link with slug and ref, and the discount code. `handle` names
 * the creator in the code, `slug` is the partnership's.
 */
MUST_USE enum db_status partner_insert_equipment(struct db *db, struct arena *arena,
                                                 const struct partner_link_owner *owner,
                                                 struct sv handle, struct sv slug);

/* Inside a transaction: a code by the brand's template, unique among its codes; *id is its own. */
MUST_USE enum db_status partner_insert_code(struct db *db, struct arena *arena,
                                            const struct partner_link_owner *owner,
                                            struct sv handle, uint64_t link, uint64_t *id);

/* What a database status means to the callers of this room. */
enum partner_result partner_result_of(enum db_status status);

static inline struct db_arg partner_mode(bool test_mode)
{
    return db_cstr(test_mode ? "test" : "live");
}

#endif
