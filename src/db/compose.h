/*
 * A statement put together from constant fragments: lists with filters that combine.
 *
 * Only fragments from the source go into the text; whatever comes from outside is bound.
 * Statements are prepared through the cache of db_query_text, by their text.
 */
#ifndef MEED_DB_COMPOSE_H
#define MEED_DB_COMPOSE_H

#include "base/buf.h"
#include "db/db.h"

enum { DB_COMPOSE_TEXT_MAX = 16 * 1024, DB_COMPOSE_ARGS_MAX = 256 };

struct db_compose {
    struct buf text;
    struct db_arg *args;
    size_t n;
};

struct db_compose db_compose_new(struct arena *arena);
void db_compose_say(struct db_compose *c, const char *fragment);
void db_compose_bind(struct db_compose *c, struct db_arg arg); /* for a '?' said before */
/* "(?, ?, …)" with its values; "(0)" for none, which no id of ours is. */
void db_compose_ids(struct db_compose *c, const uint64_t *ids, size_t n);
struct db_rows *db_compose_query(struct db_compose *c, struct db *db, struct arena *arena)
    __attribute__((returns_nonnull));

#endif
