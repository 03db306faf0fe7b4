/* Packed keys and values of the link map, and one link's place in it. Only linkmap*.c include this.
 */
#ifndef MEED_CLICK_LINKMAP_ENTRY_H
#define MEED_CLICK_LINKMAP_ENTRY_H

#include "click/linkmap.h"
#include "click/linkmap_env.h"

enum {
    LINKMAP_KEY_MAX = LINKMAP_HOST_MAX + 2 + LINKMAP_VALUE_MAX,
    LINKMAP_ALIASES_MAX = 64, /* of one link */
};

struct linkmap_alias {
    struct sv host, value;
    enum click_shape shape;
};

/* A link as it is to stand in the map. */
struct linkmap_image {
    struct linkmap_entry entry;
    struct linkmap_alias aliases[LINKMAP_ALIASES_MAX];
    size_t aliases_count;
};

/* LMDB codes. Within a write transaction; what the link had before and lacks now goes. */
MUST_USE int linkmap_put(struct linkmap_env *map, MDB_txn *txn, struct arena *arena,
                         const struct linkmap_image *image);
MUST_USE int linkmap_remove(struct linkmap_env *map, MDB_txn *txn, uint64_t link);
/* The first link at or behind `from`; MDB_NOTFOUND: none. */
MUST_USE int linkmap_next_link(struct linkmap_env *map, MDB_txn *txn, uint64_t from,
                               uint64_t *link);
/* Puts `count` hosts in place of all that were there. */
struct linkmap_host {
    struct sv name;
    uint64_t brand;
};
MUST_USE int linkmap_put_hosts(struct linkmap_env *map, MDB_txn *txn,
                               const struct linkmap_host *hosts, size_t count);

#endif
