/*
 * A sealed secret:  key id (1 byte) | nonce (24) | secretbox (16 + length of the plain text)
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/log.h"
#include "crypto/keys.h"

enum { KEYS_MAX = 8, KEY_FILE_LIMIT = 4096, SUBKEY_SIZE = 32 };

_Static_assert(SUBKEY_SIZE == crypto_secretbox_KEYBYTES, "subkeys serve secretbox");
_Static_assert(crypto_kdf_KEYBYTES == 32, "a master key is 64 hex digits");

struct master_key {
    uint8_t id;
    uint8_t subkeys[KEY_PURPOSES][SUBKEY_SIZE];
};

static struct master_key keys[KEYS_MAX]; /* the current one first, the oldest last */
static size_t keys_count;

static bool read_key_file(const char *path, struct arena *arena, struct sv *text, const char **why)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct stat facts;
    char *bytes;
    ssize_t got;

    if (fd < 0 || fstat(fd, &facts) != 0) {
        *why = arena_printf(arena, "The key file %s can't be opened: %s.", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return false;
    }
    if (!S_ISREG(facts.st_mode) || (facts.st_mode & 077) != 0) {
        *why = arena_printf(arena,
                            "The key file %s must be a plain file that only its owner can read "
                            "(chmod 600).",
                            path);
        close(fd);
        return false;
    }
    bytes = arena_alloc(arena, KEY_FILE_LIMIT);
    got = read(fd, bytes, KEY_FILE_LIMIT);
    close(fd);
    if (got < 0 || got == KEY_FILE_LIMIT) {
        *why = arena_printf(arena, "The key file %s can't be read, or is too long.", path);
        return false;
    }
    *text = sv_of(bytes, (size_t)got);
    return true;
}

static bool take_key_line(struct sv line, struct master_key *key)
{
    uint8_t master[crypto_kdf_KEYBYTES];
    struct sv hex = line;
    uint64_t id;

    if (!sv_to_u64(sv_cut(&hex, ':'), &id) || id < 1 || id > UINT8_MAX ||
        !hex_decode(master, sizeof(master), hex))
        return false;
    key->id = (uint8_t)id;
    for (uint64_t purpose = 0; purpose < KEY_PURPOSES; purpose++)
        crypto_kdf_derive_from_key(key->subkeys[purpose], SUBKEY_SIZE, purpose + 1, "meed-key",
                                   master);
    sodium_memzero(master, sizeof(master));
    return true;
}

static struct master_key *find_key(uint8_t id)
{
    for (size_t i = 0; i < keys_count; i++)
        if (keys[i].id == id)
            return &keys[i];
    return NULL;
}

static bool take_keys(struct sv text, const char *path, struct arena *arena, const char **why)
{
    for (unsigned no = 1; text.n > 0; no++) {
        struct sv line = sv_trim(sv_cut(&text, '\n'));
        struct master_key key;

        if (line.n == 0 || line.p[0] == '#')
            continue;
        if (!take_key_line(line, &key) || find_key(key.id) != NULL || keys_count == KEYS_MAX) {
            *why = arena_printf(arena,
                                "Line %u of the key file %s must be an unused number from 1 to "
                                "255, a colon and 64 hex digits; at most %d keys.",
                                no, path, KEYS_MAX);
            return false;
        }
        keys[keys_count++] = key;
        sodium_memzero(&key, sizeof(key));
    }
    if (keys_count == 0)
        *why = arena_printf(arena, "The key file %s holds no key.", path);
    return keys_count > 0;
}

bool keys_open(const char *path, struct arena *arena, const char **why)
{
    struct sv text;
    bool taken;

    keys_count = 0;
    if (sodium_init() < 0) {
        *why = "The system gives no random numbers.";
        return false;
    }
    if (!read_key_file(path, arena, &text, why))
        return false;
    taken = take_keys(text, path, arena, why);
    explicit_bzero((char *)(uintptr_t)text.p, text.n);
    if (!taken)
        keys_count = 0;
    return taken;
}

bool keys_create(const char *path)
{
    uint8_t master[crypto_kdf_KEYBYTES];
    char hex[2 * sizeof(master) + 1], line[sizeof(hex) + 4];
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int len;
    bool written;

    if (fd < 0) {
        log_line(LOG_ERROR, "keys_create", LOG_STR("path", path), LOG_STR("why", strerror(errno)));
        return false;
    }
    randombytes_buf(master, sizeof(master));
    hex_encode(hex, master, sizeof(master));
    len = snprintf(line, sizeof(line), "1:%s\n", hex);
    written = write(fd, line, (size_t)len) == len && fsync(fd) == 0;
    close(fd);
    sodium_memzero(master, sizeof(master));
    sodium_memzero(hex, sizeof(hex));
    sodium_memzero(line, sizeof(line));
    return written;
}

void keys_hash(uint8_t out[HASH_SIZE], enum key_purpose purpose, struct sv data)
{
    CHECK(keys_count > 0 && purpose < KEY_PURPOSES);
    crypto_generichash(out, HASH_SIZE, (const unsigned char *)data.p, data.n,
                       keys[keys_count - 1].subkeys[purpose], SUBKEY_SIZE);
}

void keys_hash_email(uint8_t out[HASH_SIZE], struct sv email)
{
    struct arena *arena = arena_new(ARENA_CEILING_DEFAULT);

    keys_hash(out, KEY_PERSONAL, keys_normalise_email(arena, email));
    arena_free(arena);
}

struct sv keys_normalise_email(struct arena *arena, struct sv email)
{
    struct sv lower = sv_lower(arena, sv_trim(email));
    ptrdiff_t at = sv_find(lower, '@');
    if (at < 0)
        return lower;
    struct sv host = sv_from_index(lower, (size_t)at + 1), name = sv_sub(lower, 0, (size_t)at);
    ptrdiff_t plus = sv_find(name, '+');
    bool is_gmail = sv_eq(host, SV("gmail.com")) || sv_eq(host, SV("googlemail.com"));
    struct buf b = buf_new(arena, lower.n + 1);

    if (plus > 0)
        name.n = (size_t)plus;
    for (size_t i = 0; i < name.n; i++)
        if (!is_gmail || name.p[i] != '.')
            buf_putc(&b, name.p[i]);
    buf_putc(&b, '@');
    buf_put(&b, is_gmail ? SV("gmail.com") : host);
    CHECK(!b.overflow);
    return buf_sv(&b);
}

/* One address has one hash, however it was written: 2001:DB8:0::1, ::ffff:192.0.2.1. */
void keys_hash_ip(uint8_t out[HASH_SIZE], struct sv ip)
{
    char text[INET6_ADDRSTRLEN] = "";
    struct in6_addr v6;
    struct in_addr v4;

    if (ip.n < sizeof(text))
        memcpy(text, ip.p, ip.n);
    if (inet_pton(AF_INET6, text, &v6) == 1) {
        if (IN6_IS_ADDR_V4MAPPED(&v6))
            ip = sv_of((const char *)&v6.s6_addr[12], 4);
        else
            ip = sv_of((const char *)v6.s6_addr, sizeof(v6.s6_addr));
    } else if (inet_pton(AF_INET, text, &v4) == 1) {
        ip = sv_of((const char *)&v4, sizeof(v4));
    }
    keys_hash(out, KEY_PERSONAL, ip);
}

struct sv keys_seal(struct arena *arena, struct sv plain)
{
    size_t size = 1 + crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + plain.n;
    uint8_t *sealed = arena_alloc(arena, size);

    CHECK(keys_count > 0);
    sealed[0] = keys[0].id;
    randombytes_buf(sealed + 1, crypto_secretbox_NONCEBYTES);
    crypto_secretbox_easy(sealed + 1 + crypto_secretbox_NONCEBYTES, (const unsigned char *)plain.p,
                          plain.n, sealed + 1, keys[0].subkeys[KEY_SEAL]);
    return sv_of((const char *)sealed, size);
}

bool keys_unseal(struct arena *arena, struct sv sealed, struct sv *plain)
{
    const unsigned char *bytes = (const unsigned char *)sealed.p;
    const size_t head = 1 + crypto_secretbox_NONCEBYTES;
    const struct master_key *key;
    char *opened;
    size_t size;

    if (sealed.n < head + crypto_secretbox_MACBYTES)
        return false;
    size = sealed.n - head - crypto_secretbox_MACBYTES;
    key = find_key(bytes[0]);
    if (key == NULL) {
        log_line(LOG_ERROR, "unseal_unknown_key", LOG_I64("key", bytes[0]));
        return false;
    }
    opened = arena_alloc(arena, size + 1);
    if (crypto_secretbox_open_easy((unsigned char *)opened, bytes + head, sealed.n - head,
                                   bytes + 1, key->subkeys[KEY_SEAL]) != 0) {
        log_event(LOG_ERROR, "unseal_forged");
        return false;
    }
    *plain = sv_of(opened, size);
    return true;
}
