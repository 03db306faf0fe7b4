/*
 * The LMDB environment below the link map: opening, growing, and the tables.
 *
 *   alias   key: host 0x00 shape-byte value    → packed entry (linkmap.c)
 *   link    key: link id, big-endian           → its alias keys, u16 length and bytes each
 *   host    key: a tracking host, lower case    → the brand whose links it leads to, 8 bytes
 *
 * Only linkmap*.c include this.
 */
#ifndef MEED_CLICK_LINKMAP_ENV_H
#define MEED_CLICK_LINKMAP_ENV_H

#include <lmdb.h>

#include "base/base.h"

struct linkmap_env {
    MDB_env *env;
    MDB_dbi alias, link, host;
    MDB_txn *reader; /* reset between look-ups */
    bool is_parents; /* a forked child opens its own */
    char dir[1024];
};

/* NULL (logged) when it can't be opened. */
struct linkmap_env *linkmap_env_get(const char *dir);
void linkmap_env_drop(void);

/* A read transaction to be given back by linkmap_env_read_end; NULL (logged): can't be read. */
MDB_txn *linkmap_env_read(struct linkmap_env *map);
void linkmap_env_read_end(struct linkmap_env *map);

/* Doubles the map after MDB_MAP_FULL, no transaction being open. */
MUST_USE bool linkmap_env_grow(struct linkmap_env *map);
/* Down to what it holds now, so that the next writer finds it full. */
void linkmap_env_shrink_for_test(const char *dir);
void linkmap_env_complain(const char *event, int code);

#endif
