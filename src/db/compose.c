#include "db/compose.h"

struct db_compose db_compose_new(struct arena *arena)
{
    return (struct db_compose){.text = buf_new(arena, DB_COMPOSE_TEXT_MAX),
                               .args =
                                   arena_array(arena, DB_COMPOSE_ARGS_MAX, sizeof(struct db_arg))};
}

void db_compose_say(struct db_compose *c, const char *fragment)
{
    buf_puts(&c->text, fragment);
}

void db_compose_bind(struct db_compose *c, struct db_arg arg)
{
    CHECK(c->n < DB_COMPOSE_ARGS_MAX);
    c->args[c->n++] = arg;
}

void db_compose_ids(struct db_compose *c, const uint64_t *ids, size_t n)
{
    db_compose_say(c, n == 0 ? "(0" : "(");
    for (size_t i = 0; i < n; i++) {
        db_compose_say(c, i > 0 ? ", ?" : "?");
        db_compose_bind(c, db_u64(ids[i]));
    }
    db_compose_say(c, ")");
}

struct db_rows *db_compose_query(struct db_compose *c, struct db *db, struct arena *arena)
{
    CHECK(!c->text.overflow);
    return db_query_text(db, arena, buf_sv(&c->text).p, (struct db_args){c->args, c->n});
}
