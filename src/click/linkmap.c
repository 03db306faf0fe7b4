#include "base/buf.h"
#include "base/log.h"
#include "click/linkmap.h"
#include "click/linkmap_entry.h"
#include "click/linkmap_env.h"

/*
 * A value: this header, then dest_url, shop_url and click_param. The machine's own byte order:
 * the map never leaves its host. A change of layout takes a new format number; readers refuse
 * others, and the worker's rebuild writes them anew.
 */
struct packed {
    uint8_t format, state, test_mode, click_param_len;
    uint16_t dest_len, shop_len;
    uint32_t window_days, unused;
    uint64_t link, partnership, program, brand, campaign;
};

enum { FORMAT = 1, VALUE_MAX = sizeof(struct packed) + 2 * 1500 * 4 + 255 };

struct key {
    uint8_t bytes[LINKMAP_KEY_MAX];
    size_t n;
};

static size_t put_lower(uint8_t *out, struct sv s)
{
    for (size_t i = 0; i < s.n; i++)
        out[i] = (uint8_t)(s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] + 32 : s.p[i]);
    return s.n;
}

/* False: longer than any address we hold. */
static bool make_key(struct key *key, struct sv host, enum click_shape shape, struct sv value)
{
    if (host.n > LINKMAP_HOST_MAX || value.n == 0 || value.n > LINKMAP_VALUE_MAX)
        return false;
    key->n = put_lower(key->bytes, host);
    key->bytes[key->n++] = 0;
    key->bytes[key->n++] = (uint8_t)shape;
    key->n += put_lower(key->bytes + key->n, value);
    return true;
}

static MDB_val val_of(const void *bytes, size_t n)
{
    return (MDB_val){.mv_size = n, .mv_data = (void *)(uintptr_t)bytes};
}

static void link_key(uint8_t out[8], uint64_t link)
{
    for (int i = 0; i < 8; i++)
        out[i] = (uint8_t)(link >> (56 - 8 * i));
}

/* ---- Packing ---- */

static size_t pack(uint8_t out[VALUE_MAX], const struct linkmap_entry *entry)
{
    struct packed head = {
        .format = FORMAT,
        .state = (uint8_t)entry->state,
        .test_mode = entry->test_mode,
        .click_param_len = (uint8_t)entry->click_param.n,
        .dest_len = (uint16_t)entry->dest_url.n,
        .shop_len = (uint16_t)entry->shop_url.n,
        .window_days = entry->window_days,
        .link = entry->link,
        .partnership = entry->partnership,
        .program = entry->program,
        .brand = entry->brand,
        .campaign = entry->campaign,
    };
    const struct sv texts[] = {entry->dest_url, entry->shop_url, entry->click_param};
    size_t n = sizeof(head);

    CHECK(entry->click_param.n <= UINT8_MAX &&
          n + entry->dest_url.n + entry->shop_url.n + UINT8_MAX <= VALUE_MAX);
    memcpy(out, &head, sizeof(head));
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        if (texts[i].n > 0)
            memcpy(out + n, texts[i].p, texts[i].n);
        n += texts[i].n;
    }
    return n;
}

static bool unpack_head(MDB_val value, struct packed *head)
{
    if (value.mv_size < sizeof(*head))
        return false;
    memcpy(head, value.mv_data, sizeof(*head));
    return head->format == FORMAT && value.mv_size == sizeof(*head) + (size_t)head->dest_len +
                                                          head->shop_len + head->click_param_len;
}

static bool unpack(MDB_val value, struct arena *arena, struct linkmap_entry *out)
{
    struct packed head;
    const char *texts;

    if (!unpack_head(value, &head))
        return false;
    texts =
        arena_copy(arena, (const char *)value.mv_data + sizeof(head), value.mv_size - sizeof(head));
    *out = (struct linkmap_entry){
        .link = head.link,
        .partnership = head.partnership,
        .program = head.program,
        .brand = head.brand,
        .campaign = head.campaign,
        .state = (enum linkmap_state)head.state,
        .test_mode = head.test_mode != 0,
        .window_days = head.window_days,
        .dest_url = sv_of(texts, head.dest_len),
        .shop_url = sv_of(texts + head.dest_len, head.shop_len),
        .click_param = sv_of(texts + head.dest_len + head.shop_len, head.click_param_len),
    };
    return true;
}

/* ---- Reading ---- */

static enum linkmap_found get(struct linkmap_env *map, MDB_txn *txn, struct arena *arena,
                              const struct key *key, struct linkmap_entry *out)
{
    MDB_val name = val_of(key->bytes, key->n), value;
    int code = mdb_get(txn, map->alias, &name, &value);

    if (code == MDB_NOTFOUND)
        return LINKMAP_UNKNOWN;
    if (code == 0 && unpack(value, arena, out))
        return LINKMAP_FOUND;
    linkmap_env_complain("linkmap_get", code == 0 ? MDB_CORRUPTED : code);
    return LINKMAP_BROKEN;
}

static enum linkmap_found get_host(struct linkmap_env *map, MDB_txn *txn, struct sv host,
                                   uint64_t *brand)
{
    uint8_t key[LINKMAP_HOST_MAX];
    MDB_val name, value;
    int code;

    if (host.n == 0 || host.n > sizeof(key))
        return LINKMAP_UNKNOWN;
    name = val_of(key, put_lower(key, host));
    code = mdb_get(txn, map->host, &name, &value);
    if (code == MDB_NOTFOUND)
        return LINKMAP_UNKNOWN;
    if (code == 0 && value.mv_size == sizeof(*brand)) {
        memcpy(brand, value.mv_data, sizeof(*brand));
        return LINKMAP_FOUND;
    }
    linkmap_env_complain("linkmap_get_host", code == 0 ? MDB_CORRUPTED : code);
    return LINKMAP_BROKEN;
}

enum linkmap_found linkmap_find_host(const char *dir, struct sv host, uint64_t *brand)
{
    struct linkmap_env *map = linkmap_env_get(dir);
    MDB_txn *txn = map == NULL ? NULL : linkmap_env_read(map);
    enum linkmap_found found;

    if (txn == NULL)
        return LINKMAP_BROKEN;
    found = get_host(map, txn, host, brand);
    linkmap_env_read_end(map);
    return found;
}

/* Another brand's link on a brand's own host is as good as unknown. */
static enum linkmap_found judge_host(struct linkmap_env *map, MDB_txn *txn, struct sv host,
                                     const struct linkmap_entry *entry)
{
    uint64_t brand = 0;

    switch (get_host(map, txn, host, &brand)) {
    case LINKMAP_FOUND:
        return brand == entry->brand ? LINKMAP_FOUND : LINKMAP_UNKNOWN;
    case LINKMAP_UNKNOWN:
        return LINKMAP_FOUND;
    case LINKMAP_BROKEN:
        return LINKMAP_BROKEN;
    }
    UNREACHABLE();
}

enum linkmap_found linkmap_find(const char *dir, struct arena *arena, struct sv host,
                                enum click_shape shape, struct sv value, struct linkmap_entry *out)
{
    struct linkmap_env *map = linkmap_env_get(dir);
    enum linkmap_found found = LINKMAP_UNKNOWN;
    struct key on_host, on_platform;
    MDB_txn *txn;

    if (!make_key(&on_platform, SV_NONE, shape, value))
        return LINKMAP_UNKNOWN;
    if (map == NULL || (txn = linkmap_env_read(map)) == NULL)
        return LINKMAP_BROKEN;
    if (host.n > 0 && make_key(&on_host, host, shape, value))
        found = get(map, txn, arena, &on_host, out);
    if (found == LINKMAP_UNKNOWN)
        found = get(map, txn, arena, &on_platform, out);
    if (found == LINKMAP_FOUND)
        found = judge_host(map, txn, host, out);
    linkmap_env_read_end(map);
    return found;
}

struct sv linkmap_script_value(struct arena *arena, struct uuid program, struct sv ref)
{
    char pid[UUID_TEXT_SIZE];

    uuid_format(pid, program);
    return sv_from(arena_printf(arena, "%s/" SV_FMT, pid, SV_ARG(ref)));
}

enum linkmap_found linkmap_find_ref(const char *dir, struct arena *arena, struct uuid program,
                                    struct sv ref, struct linkmap_entry *out)
{
    if (ref.n == 0)
        return LINKMAP_UNKNOWN;
    return linkmap_find(dir, arena, SV_NONE, CLICK_SCRIPT,
                        linkmap_script_value(arena, program, ref), out);
}

bool linkmap_health(const char *dir, struct linkmap_health *out)
{
    struct linkmap_env *map = linkmap_env_get(dir);
    MDB_txn *txn = map == NULL ? NULL : linkmap_env_read(map);
    MDB_stat links, aliases, facts;
    MDB_envinfo info;
    bool ok;

    if (txn == NULL)
        return false;
    ok = mdb_stat(txn, map->link, &links) == 0 && mdb_stat(txn, map->alias, &aliases) == 0 &&
         mdb_env_info(map->env, &info) == 0 && mdb_env_stat(map->env, &facts) == 0;
    linkmap_env_read_end(map);
    if (!ok)
        return false;
    *out = (struct linkmap_health){.links = links.ms_entries,
                                   .addresses = aliases.ms_entries,
                                   .bytes_used = (info.me_last_pgno + 1) * facts.ms_psize,
                                   .bytes_mapped = info.me_mapsize};
    return true;
}

void linkmap_tend(const char *dir)
{
    struct linkmap_env *map = linkmap_env_get(dir);
    int dead = 0;

    if (map != NULL && mdb_reader_check(map->env, &dead) == 0 && dead > 0)
        log_line(LOG_INFO, "linkmap_readers_freed", LOG_I64("readers", dead));
}

void linkmap_close(void)
{
    linkmap_env_drop();
}

/* ---- Writing ---- */

/* An address may have gone over to another link since: then it stays. */
static int remove_alias(struct linkmap_env *map, MDB_txn *txn, MDB_val key, uint64_t link)
{
    struct packed head;
    MDB_val value;
    int code = mdb_get(txn, map->alias, &key, &value);

    if (code == 0 && (!unpack_head(value, &head) || head.link == link))
        code = mdb_del(txn, map->alias, &key, NULL);
    return code == MDB_NOTFOUND ? 0 : code;
}

/* Every alias key in a link's list: u16 length, bytes. */
static int remove_listed(struct linkmap_env *map, MDB_txn *txn, const uint8_t *list, size_t n,
                         uint64_t link)
{
    size_t at = 0;

    while (at + sizeof(uint16_t) <= n) {
        uint16_t len;
        int code;

        memcpy(&len, list + at, sizeof(len));
        at += sizeof(len);
        if (len > n - at)
            return MDB_CORRUPTED;
        code = remove_alias(map, txn, val_of(list + at, len), link);
        if (code != 0)
            return code;
        at += len;
    }
    return 0;
}

int linkmap_remove(struct linkmap_env *map, MDB_txn *txn, uint64_t link)
{
    uint8_t key_bytes[8], list[LINKMAP_ALIASES_MAX * (LINKMAP_KEY_MAX + sizeof(uint16_t))];
    MDB_val key = val_of(key_bytes, sizeof(key_bytes)), value;
    size_t n;
    int code;

    link_key(key_bytes, link);
    code = mdb_get(txn, map->link, &key, &value);
    if (code == MDB_NOTFOUND)
        return 0;
    if (code != 0)
        return code;
    /* The pages behind `value` may move with the first delete. */
    n = value.mv_size < sizeof(list) ? value.mv_size : sizeof(list);
    memcpy(list, value.mv_data, n);
    code = remove_listed(map, txn, list, n, link);
    return code != 0 ? code : mdb_del(txn, map->link, &key, NULL);
}

static int put_aliases(struct linkmap_env *map, MDB_txn *txn, const struct linkmap_image *image,
                       MDB_val value, struct buf *list)
{
    for (size_t i = 0; i < image->aliases_count; i++) {
        const struct linkmap_alias *alias = &image->aliases[i];
        struct key key;
        uint16_t len;
        MDB_val name;
        int code;

        if (!make_key(&key, alias->host, alias->shape, alias->value))
            continue;
        name = val_of(key.bytes, key.n);
        code = mdb_put(txn, map->alias, &name, &value, 0);
        if (code != 0)
            return code;
        len = (uint16_t)key.n;
        buf_put(list, sv_of((const char *)&len, sizeof(len)));
        buf_put(list, sv_of((const char *)key.bytes, key.n));
    }
    return 0;
}

int linkmap_put(struct linkmap_env *map, MDB_txn *txn, struct arena *arena,
                const struct linkmap_image *image)
{
    struct buf list = buf_new(arena, LINKMAP_ALIASES_MAX * (LINKMAP_KEY_MAX + sizeof(uint16_t)));
    uint8_t key_bytes[8], value_bytes[VALUE_MAX];
    MDB_val key = val_of(key_bytes, sizeof(key_bytes)), value;
    int code = linkmap_remove(map, txn, image->entry.link);

    if (code == 0) {
        value = val_of(value_bytes, pack(value_bytes, &image->entry));
        code = put_aliases(map, txn, image, value, &list);
    }
    if (code == 0) {
        link_key(key_bytes, image->entry.link);
        value = val_of(list.p, list.len);
        code = mdb_put(txn, map->link, &key, &value, 0);
    }
    return code;
}

int linkmap_put_hosts(struct linkmap_env *map, MDB_txn *txn, const struct linkmap_host *hosts,
                      size_t count)
{
    int code = mdb_drop(txn, map->host, 0);

    for (size_t i = 0; i < count && code == 0; i++) {
        uint8_t key[LINKMAP_HOST_MAX];
        MDB_val name, value = val_of(&hosts[i].brand, sizeof(hosts[i].brand));

        if (hosts[i].name.n == 0 || hosts[i].name.n > sizeof(key))
            continue;
        name = val_of(key, put_lower(key, hosts[i].name));
        code = mdb_put(txn, map->host, &name, &value, 0);
    }
    return code;
}

int linkmap_next_link(struct linkmap_env *map, MDB_txn *txn, uint64_t from, uint64_t *link)
{
    uint8_t key_bytes[8];
    MDB_val key = val_of(key_bytes, sizeof(key_bytes)), value;
    MDB_cursor *cursor;
    int code = mdb_cursor_open(txn, map->link, &cursor);

    if (code != 0)
        return code;
    link_key(key_bytes, from);
    code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
    if (code == 0 && key.mv_size == sizeof(key_bytes)) {
        const uint8_t *p = key.mv_data;

        *link = 0;
        for (int i = 0; i < 8; i++)
            *link = *link << 8 | p[i];
    }
    mdb_cursor_close(cursor);
    return code;
}
