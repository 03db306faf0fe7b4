/*
 * For tests over HTTP: puts a provider's own secret in force, as its page does when it is pasted;
 * the one before stays valid for the time of a rotation.
 *
 *   paste_secret BRAND PROGRAM|- DOOR live|test TEXT     public ids; "-": the brand's
 */
#include "base/settings.h"
#include "crypto/keys.h"
#include "program/secret.h"

DB_SQL(paste_secret_brand, "SELECT id FROM brand WHERE pid = ?");
DB_SQL(paste_secret_program, "SELECT id FROM program WHERE pid = ? AND brand = ?");

static const char *const doors[] = {
#define X(name, text) text,
    SECRET_DOORS(X)
#undef X
};

static enum secret_door find_door(const char *text)
{
    for (size_t i = 0; i < COUNT_OF(doors); i++)
        if (strcmp(doors[i], text) == 0)
            return (enum secret_door)i;
    UNREACHABLE();
}

int main(int argc, char **argv)
{
    const char *why;
    struct arena *arena = arena_new(ARENA_CEILING_DEFAULT);
    struct uuid pid;
    struct db_rows *row;
    struct sv text;
    CHECK(argc == 6);
    struct settings *s = settings_read(arena, settings_default_path(), &why);
    CHECK(s && keys_open(s->key_file, arena, &why));
    struct db_settings web = db_settings_for(s, DB_WEB);
    struct db *db = db_open(&web);
    struct secret_use use = {.door = find_door(argv[3]), .test_mode = strcmp(argv[4], "test") == 0};
    CHECK(uuid_parse(sv_from(argv[1]), &pid));
    CHECK(db_get_one(db, arena, &paste_secret_brand, DB_ARGS(db_uuid(&pid)), &row) == DB_OK);
    use.brand = db_col_u64(row, 0);
    if (strcmp(argv[2], "-") != 0) {
        CHECK(uuid_parse(sv_from(argv[2]), &pid));
        CHECK(db_get_one(db, arena, &paste_secret_program,
                         DB_ARGS(db_uuid(&pid), db_u64(use.brand)), &row) == DB_OK);
        use.program = db_col_u64(row, 0);
    }
    CHECK(secret_rotate(db, arena, &use, sv_from(argv[5]), 1, &text) == DB_OK);
    db_close(db);
    arena_free(arena);
    return 0;
}
