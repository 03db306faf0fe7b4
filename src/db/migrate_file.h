/* Reading a folder of migrations: which files there are, and the statements of one. */
#ifndef MEED_DB_MIGRATE_FILE_H
#define MEED_DB_MIGRATE_FILE_H

#include "base/arena.h"
#include "base/sv.h"

enum { MIGRATE_FILES_MAX = 1000, MIGRATE_STATEMENTS_MAX = 1000, MIGRATE_CHECKSUM_SIZE = 32 };

struct migrate_file {
    unsigned version;
    const char *name;
};

struct migrate_statement {
    const char *text; /* without its ';' */
    uint8_t checksum[MIGRATE_CHECKSUM_SIZE];
};

/* Files named NNNN_….sql by number; false (with *why) when unreadable or a number stands twice. */
MUST_USE bool migrate_list_files(struct arena *arena, const char *folder,
                                 struct migrate_file **files, size_t *count, const char **why);
/* NULL with *why when the file can't be read. */
char *migrate_read_file(struct arena *arena, const char *folder, const char *name,
                        const char **why);
/* False (with *why) when the last statement has no end, or a routine none. */
MUST_USE bool migrate_split(struct arena *arena, struct sv text,
                            struct migrate_statement **statements, size_t *count, const char **why);

#endif
