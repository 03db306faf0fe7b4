#include <dirent.h>
#include <sodium.h>
#include <sys/stat.h>

#include "db/migrate_file.h"

#include "base/buf.h"

enum { FILE_SIZE_MAX = 4 * 1024 * 1024, STATEMENT_SIZE_MAX = 256 * 1024 };

/* NNNN_name.sql */
static bool parse_name(const char *name, unsigned *version)
{
    struct sv s = sv_from(name);
    uint64_t number = 0;
    if (s.n < 10 || name[4] != '_' || !sv_ends(s, SV(".sql")) ||
        !sv_to_u64(sv_sub(s, 0, 4), &number) || number == 0)
        return false;
    *version = (unsigned)number;
    return true;
}

static int by_version(const void *a, const void *b)
{
    const struct migrate_file *x = a, *y = b;
    return x->version < y->version ? -1 : x->version > y->version;
}

bool migrate_list_files(struct arena *arena, const char *folder, struct migrate_file **files,
                        size_t *count, const char **why)
{
    struct migrate_file *list = arena_array(arena, MIGRATE_FILES_MAX, sizeof *list);
    size_t n = 0;
    DIR *dir = opendir(folder);
    if (!dir) {
        *why = arena_printf(arena, "can't open the folder %s: %s", folder, strerror(errno));
        return false;
    }
    for (struct dirent *entry; n < MIGRATE_FILES_MAX && (entry = readdir(dir));) {
        if (!parse_name(entry->d_name, &list[n].version))
            continue;
        list[n++].name = arena_strdup(arena, entry->d_name);
    }
    closedir(dir);
    qsort(list, n, sizeof *list, by_version);
    for (size_t i = 1; i < n; i++) {
        if (list[i].version != list[i - 1].version)
            continue;
        *why = arena_printf(arena, "%s and %s have one number", list[i - 1].name, list[i].name);
        return false;
    }
    *files = list;
    *count = n;
    return true;
}

char *migrate_read_file(struct arena *arena, const char *folder, const char *name, const char **why)
{
    const char *path = arena_printf(arena, "%s/%s", folder, name);
    FILE *file = fopen(path, "re");
    if (!file) {
        *why = arena_printf(arena, "can't read %s: %s", path, strerror(errno));
        return NULL;
    }
    struct stat st;
    size_t size = fstat(fileno(file), &st) == 0 && st.st_size < FILE_SIZE_MAX
                      ? (size_t)st.st_size + 1 /* room to see that it grew meanwhile */
                      : 0;
    char *text = arena_alloc(arena, size + 1);
    size_t n = fread(text, 1, size, file);
    bool whole = !ferror(file) && n < size;
    fclose(file);
    text[n] = '\0';
    if (!whole)
        *why = arena_printf(arena, "%s is unreadable or too large", path);
    return whole ? text : NULL;
}

static void finish(struct arena *arena, struct buf *text, struct migrate_statement *out)
{
    out->text = arena_copy(arena, text->p, text->len);
    crypto_generichash(out->checksum, sizeof out->checksum, (const uint8_t *)text->p, text->len,
                       NULL, 0);
    *text = buf_new(arena, STATEMENT_SIZE_MAX);
}

bool migrate_split(struct arena *arena, struct sv text, struct migrate_statement **statements,
                   size_t *count, const char **why)
{
    struct migrate_statement *list = arena_array(arena, MIGRATE_STATEMENTS_MAX, sizeof *list);
    struct buf statement = buf_new(arena, STATEMENT_SIZE_MAX);
    bool in_routine = false;
    size_t n = 0;
    while (text.n && n < MIGRATE_STATEMENTS_MAX) {
        struct sv line = sv_cut(&text, '\n');
        struct sv trimmed = sv_trim(line);
        bool begins = sv_eq(trimmed, SV("-- begin routine"));
        bool ends = sv_eq(trimmed, SV("-- end routine"));
        if (begins || (ends && !in_routine)) {
            if (ends || in_routine || statement.len) {
                *why = "a routine begins or ends in the midst of another statement";
                return false;
            }
            in_routine = true;
            continue;
        }
        if (!ends && !in_routine && (trimmed.n == 0 || sv_starts(trimmed, SV("--"))))
            continue;
        bool last = ends || (!in_routine && sv_ends(trimmed, SV(";")));
        if (!ends) {
            struct sv kept = sv_trim(sv_of(line.p, line.n));
            kept = last ? sv_sub(kept, 0, kept.n - 1) : line;
            buf_put(&statement, kept);
            if (!last)
                buf_putc(&statement, '\n');
        }
        if (statement.overflow) {
            *why = "a statement is too long";
            return false;
        }
        if (!last)
            continue;
        in_routine = false;
        finish(arena, &statement, &list[n++]);
    }
    if (in_routine || sv_trim(buf_sv(&statement)).n) {
        *why = "the last statement has no ';' at the end of its line, or its routine no end";
        return false;
    }
    *statements = list;
    *count = n;
    return true;
}
