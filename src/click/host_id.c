#include <fcntl.h>
#include <sodium.h>

#include "base/log.h"
#include "base/sv.h"
#include "click/host_id.h"

enum { PATH_SIZE = 1024, ID_BYTES = (HOST_ID_SIZE - 1) / 2 };

static bool read_id(const char *path, char out[HOST_ID_SIZE])
{
    uint8_t bytes[ID_BYTES];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n;

    if (fd < 0)
        return false;
    n = read(fd, out, HOST_ID_SIZE - 1);
    close(fd);
    out[HOST_ID_SIZE - 1] = '\0';
    return n == HOST_ID_SIZE - 1 && hex_decode(bytes, ID_BYTES, sv_from(out));
}

/* Written under another name and linked: whoever comes first wins, nobody reads half of it. */
static bool create_id(const char *path)
{
    char draft[PATH_SIZE + 32], text[HOST_ID_SIZE];
    uint8_t bytes[ID_BYTES];
    bool ok;
    int fd;

    randombytes_buf(bytes, sizeof(bytes));
    hex_encode(text, bytes, sizeof(bytes));
    (void)snprintf(draft, sizeof(draft), "%s.%ld", path, (long)getpid());
    fd = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (fd < 0)
        return false;
    ok = write(fd, text, HOST_ID_SIZE - 1) == HOST_ID_SIZE - 1 && fsync(fd) == 0;
    close(fd);
    ok = ok && (link(draft, path) == 0 || errno == EEXIST);
    (void)unlink(draft);
    return ok;
}

bool host_id_of(const char *dir, char out[HOST_ID_SIZE])
{
    char path[PATH_SIZE];
    int n = snprintf(path, sizeof(path), "%s/host-id", dir);

    CHECK(n > 0 && (size_t)n < sizeof(path));
    if (read_id(path, out) || (create_id(path) && read_id(path, out)))
        return true;
    log_line(LOG_ERROR, "host_id", LOG_STR("path", path), LOG_STR("why", strerror(errno)));
    return false;
}
