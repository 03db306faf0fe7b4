#include "program/secret.h"

#include "base/log.h"
#include "crypto/keys.h"

enum { RANDOM_BYTES = 24, LAST4 = 4 };

static const char *door_word(enum secret_door door)
{
#define X(name, text) text,
    static const char *const words[] = {SECRET_DOORS(X)};
#undef X
    CHECK((size_t)door < COUNT_OF(words));
    return words[door];
}

static const char *mode_word(bool test_mode)
{
    return test_mode ? "test" : "live";
}

/* What a transaction of this file works on. */
struct making {
    struct arena *arena;
    const struct secret_use *use;
    struct sv pasted, text;
    uint64_t by_user;
    bool only_if_none;
};

DB_SQL(last_no,
       "SELECT no FROM secret WHERE brand = ? AND program = ? AND door = ? AND mode = ?"
       " ORDER BY no DESC LIMIT 1");
DB_SQL(end_older,
       "UPDATE secret SET not_after_us = ?"
       " WHERE brand = ? AND program = ? AND door = ? AND mode = ?"
       " AND not_after_us > ?");
DB_SQL(end_current,
       "UPDATE secret SET not_after_us = ?"
       " WHERE brand = ? AND program = ? AND door = ? AND mode = ?"
       " AND not_after_us = 0");
DB_SQL(add_secret,
       "INSERT INTO secret (brand, program, door, mode, no, sealed, last4, created_by,"
       " created_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");

/* The new one's number; 0 with *status DB_OK: there is one, and none is wanted. */
static uint64_t next_no(struct db *db, struct making *m, enum db_status *status)
{
    const struct secret_use *use = m->use;
    struct db_rows *row;
    *status = db_get_one(db, m->arena, &last_no,
                         DB_ARGS(db_u64(use->brand), db_u64(use->program),
                                 db_cstr(door_word(use->door)), db_cstr(mode_word(use->test_mode))),
                         &row);
    if (*status == DB_NO_ROW) {
        *status = DB_OK;
        return 1;
    }
    return *status == DB_OK && !m->only_if_none ? db_col_u64(row, 0) + 1 : 0;
}

static enum db_status end_before(struct db *db, const struct secret_use *use, int64_t now_us)
{
    struct db_arg door = db_cstr(door_word(use->door)), mode = db_cstr(mode_word(use->test_mode));
    enum db_status status = db_exec(db, &end_older,
                                    DB_ARGS(db_i64(now_us), db_u64(use->brand),
                                            db_u64(use->program), door, mode, db_i64(now_us)),
                                    NULL);
    if (status != DB_OK)
        return status;
    return db_exec(db, &end_current,
                   DB_ARGS(db_i64(now_us + SECRET_OVERLAP_US), db_u64(use->brand),
                           db_u64(use->program), door, mode),
                   NULL);
}

static struct sv new_text(struct making *m)
{
    char text[4 * (RANDOM_BYTES + 2) / 3 + 1];
    if (m->pasted.n)
        return m->pasted;
    id_random_text(text, RANDOM_BYTES);
    return sv_from(arena_printf(m->arena, "ps_%s_%s", mode_word(m->use->test_mode), text));
}

static enum db_status rotate(struct db *db, void *context)
{
    struct making *m = context;
    const struct secret_use *use = m->use;
    enum db_status status;
    int64_t now_us = clock_wire_us();
    uint64_t no = next_no(db, m, &status);
    if (no == 0)
        return status;
    status = end_before(db, use, now_us);
    if (status != DB_OK)
        return status;
    m->text = new_text(m);
    struct sv sealed = keys_seal(m->arena, m->text);
    status = db_insert_unless_known(
        db, &add_secret,
        DB_ARGS(db_u64(use->brand), db_u64(use->program), db_cstr(door_word(use->door)),
                db_cstr(mode_word(use->test_mode)), db_u64(no), db_bytes(sealed.p, sealed.n),
                db_text(sv_from_index(m->text, m->text.n > LAST4 ? m->text.n - LAST4 : 0)),
                db_u64(m->by_user), db_i64(now_us)),
        NULL);
    return status == DB_DUPLICATE ? DB_RETRY : status; /* somebody else rotated at once */
}

static enum db_status make(struct db *db, struct making *m, struct sv *text)
{
    CHECK(m->pasted.n <= SECRET_TEXT_MAX);
    enum db_status status = db_tx_run(db, rotate, m);
    *text = status == DB_OK && m->text.n ? m->text : SV("");
    return status;
}

enum db_status secret_rotate(struct db *db, struct arena *arena, const struct secret_use *use,
                             struct sv pasted, uint64_t by_user, struct sv *text)
{
    struct making m = {.arena = arena, .use = use, .pasted = pasted, .by_user = by_user};
    return make(db, &m, text);
}

enum db_status secret_ensure(struct db *db, struct arena *arena, const struct secret_use *use,
                             uint64_t by_user, struct sv *text)
{
    struct making m = {.arena = arena, .use = use, .by_user = by_user, .only_if_none = true};
    return make(db, &m, text);
}

enum db_status secret_end_previous(struct db *db, const struct secret_use *use)
{
    uint64_t affected = 0;
    int64_t now_us = clock_wire_us();
    enum db_status status = db_exec(db, &end_older,
                                    DB_ARGS(db_i64(now_us), db_u64(use->brand),
                                            db_u64(use->program), db_cstr(door_word(use->door)),
                                            db_cstr(mode_word(use->test_mode)), db_i64(now_us)),
                                    &affected);
    return status == DB_OK && affected == 0 ? DB_NO_ROW : status;
}

DB_SQL(list_valid,
       "SELECT id, sealed FROM secret"
       " WHERE brand = ? AND program = ? AND door = ? AND mode = ?"
       " AND (not_after_us = 0 OR not_after_us > ?) ORDER BY no DESC LIMIT 2");

enum db_status secret_list_valid(struct db *db, struct arena *arena, const struct secret_use *use,
                                 struct secret_key out[SECRET_VALID_MAX], size_t *n)
{
    struct db_rows *rows =
        db_query(db, arena, &list_valid,
                 DB_ARGS(db_u64(use->brand), db_u64(use->program), db_cstr(door_word(use->door)),
                         db_cstr(mode_word(use->test_mode)), db_i64(clock_wire_us())));
    for (*n = 0; db_next(rows);) {
        out[*n].id = db_col_u64(rows, 0);
        if (keys_unseal(arena, db_col_text(rows, 1), &out[*n].text))
            (*n)++;
        else
            log_line(LOG_ERROR, "secret_unsealable", LOG_U64("secret", db_col_u64(rows, 0)));
    }
    return db_rows_status(rows);
}

DB_SQL(note_secret_use, "UPDATE secret SET last_used_us = ? WHERE id = ? AND last_used_us < ?");

enum db_status secret_note_used(struct db *db, uint64_t secret)
{
    int64_t now_us = clock_wire_us();
    return db_exec(db, &note_secret_use,
                   DB_ARGS(db_i64(now_us), db_u64(secret), db_i64(now_us - CLOCK_MINUTE)), NULL);
}

DB_SQL(list_secrets,
       "SELECT id, no, last4, sealed, created_us, not_after_us, last_used_us"
       " FROM secret WHERE brand = ? AND program = ? AND door = ? AND mode = ?"
       " ORDER BY no DESC LIMIT ?");

enum db_status secret_list(struct db *db, struct arena *arena, const struct secret_use *use,
                           struct secret_list *out)
{
    int64_t now_us = clock_wire_us();
    struct db_rows *rows =
        db_query(db, arena, &list_secrets,
                 DB_ARGS(db_u64(use->brand), db_u64(use->program), db_cstr(door_word(use->door)),
                         db_cstr(mode_word(use->test_mode)), db_u64(SECRET_LIST_MAX)));
    out->v = arena_array(arena, db_rows_count(rows) + 1, sizeof(struct secret));
    for (out->n = 0; db_next(rows); out->n++) {
        struct secret *s = &out->v[out->n];
        *s = (struct secret){.id = db_col_u64(rows, 0),
                             .no = (uint32_t)db_col_u64(rows, 1),
                             .last4 = db_col_text(rows, 2),
                             .text = SV(""),
                             .created_us = db_col_i64(rows, 4),
                             .not_after_us = db_col_i64(rows, 5),
                             .last_used_us = db_col_i64(rows, 6)};
        bool valid = s->not_after_us == 0 || s->not_after_us > now_us;
        if (use->test_mode && valid && !keys_unseal(arena, db_col_text(rows, 3), &s->text))
            s->text = SV("");
    }
    return db_rows_status(rows);
}
