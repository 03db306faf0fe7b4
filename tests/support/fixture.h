/*
 * Builders for database tests: rows with defaults, made as the product makes
 * them where it has a function for it. Each aborts the test when the database refuses.
 */
#ifndef MEED_TESTS_SUPPORT_FIXTURE_H
#define MEED_TESTS_SUPPORT_FIXTURE_H

#include "base/arena.h"
#include "db/db.h"
#include "partner/partner.h"
#include "program/program.h"

struct fixture_brand {
    uint64_t company, id, user;
    struct uuid pid;
};

/* A company with one brand in USD and UTC, codes "ACME-…", its manager, and the verified
   site shop.example. */
struct fixture_brand fixture_brand(struct db *db, struct arena *arena, const char *name);
/* An active, listed program of 10%, holdback and window of 30 days, to https://shop.example/. */
struct program fixture_program(struct db *db, struct arena *arena,
                               const struct fixture_brand *brand, const char *name);
/* A confirmed login with a partner row; returns partner.id. */
uint64_t fixture_partner(struct db *db, const char *handle);
/* Applied and accepted. */
struct partnership fixture_partnership(struct db *db, struct arena *arena,
                                       const struct fixture_brand *brand,
                                       const struct program *program, uint64_t partner);

#endif
