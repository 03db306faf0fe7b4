#include <pthread.h>
#include <sys/stat.h>

#include "base/log.h"
#include "click/linkmap_env.h"

/* Address space, not disk: the file grows with what is in it. */
#define MAP_SIZE_FIRST ((size_t)256 * 1024 * 1024)

enum { TABLES = 3, READERS_MAX = 1024, FILE_MODE = 0660 };

static struct linkmap_env the_map;

static void note_fork(void)
{
    the_map.is_parents = true;
}

__attribute__((constructor)) static void watch_forks(void)
{
    CHECK(pthread_atfork(NULL, NULL, note_fork) == 0);
}

void linkmap_env_complain(const char *event, int code)
{
    log_line(LOG_ERROR, event, LOG_STR("why", mdb_strerror(code)));
}

void linkmap_env_drop(void)
{
    /* What a parent opened is the parent's: closing it here would end its readers. */
    if (the_map.env != NULL && !the_map.is_parents) {
        if (the_map.reader != NULL)
            mdb_txn_abort(the_map.reader);
        mdb_env_close(the_map.env);
    }
    the_map = (struct linkmap_env){0};
}

static int open_tables_by(struct linkmap_env *map, unsigned txn_flags, unsigned dbi_flags)
{
    MDB_txn *txn;
    int code = mdb_txn_begin(map->env, NULL, txn_flags, &txn);

    if (code != 0)
        return code;
    code = mdb_dbi_open(txn, "alias", dbi_flags, &map->alias);
    if (code == 0)
        code = mdb_dbi_open(txn, "link", dbi_flags, &map->link);
    if (code == 0)
        code = mdb_dbi_open(txn, "host", dbi_flags, &map->host);
    if (code != 0) {
        mdb_txn_abort(txn);
        return code;
    }
    return mdb_txn_commit(txn);
}

/*
 * By reading, when they are there: a responder that starts must not wait for the write lock,
 * whose holder may be waiting for a database that hangs.
 */
static int open_tables(struct linkmap_env *map)
{
    int code = open_tables_by(map, MDB_RDONLY, 0);

    return code == MDB_NOTFOUND ? open_tables_by(map, 0, MDB_CREATE) : code;
}

static int open_env(struct linkmap_env *map, const char *dir)
{
    int code = mdb_env_create(&map->env);

    if (code != 0)
        return code;
    code = mdb_env_set_maxdbs(map->env, TABLES);
    if (code == 0)
        code = mdb_env_set_maxreaders(map->env, READERS_MAX);
    if (code == 0)
        code = mdb_env_set_mapsize(map->env, MAP_SIZE_FIRST);
    if (code == 0)
        code = mdb_env_open(map->env, dir, 0, FILE_MODE);
    if (code == 0)
        code = mdb_reader_check(map->env, NULL);
    if (code == 0)
        code = open_tables(map);
    return code;
}

struct linkmap_env *linkmap_env_get(const char *dir)
{
    int code;

    if (the_map.env != NULL && !the_map.is_parents && strcmp(the_map.dir, dir) == 0)
        return &the_map;
    linkmap_env_drop();
    (void)mkdir(dir, 0770);
    code = open_env(&the_map, dir);
    (void)snprintf(the_map.dir, sizeof(the_map.dir), "%s", dir);
    if (code == 0)
        return &the_map;
    log_line(LOG_ERROR, "linkmap_open", LOG_STR("dir", dir), LOG_STR("why", mdb_strerror(code)));
    linkmap_env_drop();
    return NULL;
}

/* Another process grew the map: follow it. */
static int follow_size(struct linkmap_env *map)
{
    if (map->reader != NULL)
        mdb_txn_abort(map->reader);
    map->reader = NULL;
    return mdb_env_set_mapsize(map->env, 0);
}

MDB_txn *linkmap_env_read(struct linkmap_env *map)
{
    int code = 0;

    for (int attempt = 0; attempt < 3; attempt++) {
        code = map->reader != NULL ? mdb_txn_renew(map->reader)
                                   : mdb_txn_begin(map->env, NULL, MDB_RDONLY, &map->reader);
        if (code == 0)
            return map->reader;
        if (code == MDB_READERS_FULL)
            (void)mdb_reader_check(map->env, NULL);
        else if (code != MDB_MAP_RESIZED || follow_size(map) != 0)
            break;
    }
    linkmap_env_complain("linkmap_read", code);
    return NULL;
}

void linkmap_env_read_end(struct linkmap_env *map)
{
    mdb_txn_reset(map->reader);
}

bool linkmap_env_grow(struct linkmap_env *map)
{
    MDB_envinfo info;
    int code = follow_size(map);

    if (code == 0)
        code = mdb_env_info(map->env, &info);
    if (code == 0)
        code = mdb_env_set_mapsize(map->env, 2 * info.me_mapsize);
    if (code != 0) {
        linkmap_env_complain("linkmap_grow", code);
        return false;
    }
    log_line(LOG_INFO, "linkmap_grown", LOG_U64("bytes", 2 * info.me_mapsize));
    return true;
}

void linkmap_env_shrink_for_test(const char *dir)
{
    struct linkmap_env *map = linkmap_env_get(dir);

    CHECK(map != NULL && follow_size(map) == 0);
    CHECK(mdb_env_set_mapsize(map->env, 1) == 0); /* LMDB rounds up to what is used */
}
