#include <fcntl.h>
#include <sodium.h>
#include <sys/file.h>

#include "base/clock.h"
#include "base/log.h"
#include "crypto/password.h"

enum { LOCK_PATH_SIZE = 512, LOCK_POLL_US = 5000 };

#define LOCK_PATIENCE_US (3 * CLOCK_SECOND)

/*
 * Stands in for the hash of a user who does not exist: same algorithm, same cost (64 MiB, two
 * passes), a salt and a digest that no password leads to by more than chance.
 */
static const char nobodys_hash[] =
    "$argon2id$v=19$m=65536,t=2,p=1$bWVlZC1ub2JvZHktc2FsdA$"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

static char lock_path[LOCK_PATH_SIZE];

void password_set_lock(const char *path)
{
    int len = snprintf(lock_path, sizeof(lock_path), "%s", path);

    CHECK(len > 0 && (size_t)len < sizeof(lock_path));
}

enum lock { LOCK_HELD, LOCK_NOT_CONFIGURED, LOCK_BUSY };

/*
 * Opens the file each time: a descriptor inherited over fork() would share its lock with
 * the siblings. The kernel drops the lock of a process that dies.
 */
static enum lock take_lock(int *fd)
{
    int64_t give_up = clock_monotonic_us() + LOCK_PATIENCE_US;

    *fd = -1;
    if (lock_path[0] == '\0')
        return LOCK_NOT_CONFIGURED;
    *fd = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0660);
    if (*fd < 0) {
        log_line(LOG_ERROR, "password_lock", LOG_STR("path", lock_path),
                 LOG_STR("why", strerror(errno)));
        return LOCK_BUSY;
    }
    while (flock(*fd, LOCK_EX | LOCK_NB) != 0) {
        if ((errno != EWOULDBLOCK && errno != EINTR) || clock_monotonic_us() >= give_up) {
            close(*fd);
            return LOCK_BUSY;
        }
        usleep(LOCK_POLL_US);
    }
    return LOCK_HELD;
}

static void drop_lock(enum lock lock, int fd)
{
    if (lock == LOCK_HELD)
        close(fd);
}

bool password_hash(char out[PASSWORD_HASH_SIZE], struct sv password)
{
    int fd;
    enum lock lock = take_lock(&fd);
    bool done;

    _Static_assert(PASSWORD_HASH_SIZE >= crypto_pwhash_STRBYTES, "room for libsodium's text");
    if (lock == LOCK_BUSY)
        return false;
    done = crypto_pwhash_str_alg(out, password.p, password.n, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                                 crypto_pwhash_MEMLIMIT_INTERACTIVE,
                                 crypto_pwhash_ALG_ARGON2ID13) == 0;
    drop_lock(lock, fd);
    if (!done)
        log_event(LOG_ERROR, "password_hash_out_of_memory");
    return done;
}

enum password_check password_check(const char *hash, struct sv password)
{
    int fd;
    enum lock lock = take_lock(&fd);
    bool matches;

    if (lock == LOCK_BUSY)
        return PASSWORD_BUSY;
    matches = crypto_pwhash_str_verify(hash == NULL ? nobodys_hash : hash,
                                       password.p == NULL ? "" : password.p, password.n) == 0;
    drop_lock(lock, fd);
    return matches && hash != NULL ? PASSWORD_MATCHES : PASSWORD_WRONG;
}
