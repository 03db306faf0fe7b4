#include "tests/support/fcgi_client.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/un.h>

enum { BEGIN_REQUEST = 1, END_REQUEST = 3, PARAMS = 4, STDIN = 5, STDOUT = 6 };
enum { RECORD_HEADER = 8, RECORD_MAX = 65535, REQUEST_MAX = 4 * 1024 * 1024 };

struct fcgi_client {
    char folder[32];
    struct sockaddr_un address;
    int listen_fd;
};

struct fcgi_client *fcgi_client_new(void)
{
    struct fcgi_client *client = calloc(1, sizeof *client);

    CHECK(client != NULL);
    snprintf(client->folder, sizeof client->folder, "/tmp/meed-fcgi-XXXXXX");
    CHECK(mkdtemp(client->folder) != NULL);
    client->address.sun_family = AF_UNIX;
    snprintf(client->address.sun_path, sizeof client->address.sun_path, "%s/socket",
             client->folder);
    client->listen_fd = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK(client->listen_fd >= 0);
    CHECK(bind(client->listen_fd, (const struct sockaddr *)&client->address,
               sizeof client->address) == 0);
    CHECK(listen(client->listen_fd, 64) == 0);
    return client;
}

void fcgi_client_free(struct fcgi_client *client)
{
    close(client->listen_fd);
    unlink(client->address.sun_path);
    rmdir(client->folder);
    free(client);
}

int fcgi_client_listen_fd(const struct fcgi_client *client)
{
    return client->listen_fd;
}

static void put_record(struct buf *out, int type, struct sv content)
{
    const char header[RECORD_HEADER] = {
        1, (char)type, 0, 1, (char)(content.n >> 8), (char)content.n};

    CHECK(content.n <= RECORD_MAX);
    buf_put(out, sv_of(header, sizeof header));
    buf_put(out, content);
}

static void put_stream(struct buf *out, int type, struct sv content)
{
    for (size_t at = 0; at < content.n; at += RECORD_MAX)
        put_record(out, type, sv_sub(content, at, RECORD_MAX));
    put_record(out, type, SV_NONE);
}

static void put_length(struct buf *out, size_t n)
{
    uint32_t big_endian = htonl((uint32_t)n | UINT32_C(0x80000000));

    if (n < 128)
        buf_putc(out, (char)n);
    else
        buf_put(out, sv_of((const char *)&big_endian, sizeof big_endian));
}

static struct sv encode_params(struct arena *arena, const char *const *params)
{
    struct buf out = buf_new(arena, REQUEST_MAX);

    for (size_t i = 0; params[i] != NULL; i += 2) {
        put_length(&out, strlen(params[i]));
        put_length(&out, strlen(params[i + 1]));
        buf_puts(&out, params[i]);
        buf_puts(&out, params[i + 1]);
    }
    return buf_sv(&out);
}

int fcgi_client_send(struct fcgi_client *client, const char *const *params, struct sv body)
{
    static const char responder[8] = {0, 1}; /* role 1, no keep-alive */
    struct arena *arena = arena_new(ARENA_CEILING_DEFAULT);
    struct buf out = buf_new(arena, REQUEST_MAX);
    int room = REQUEST_MAX;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    CHECK(fd >= 0);
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    CHECK(connect(fd, (const struct sockaddr *)&client->address, sizeof client->address) == 0);
    put_record(&out, BEGIN_REQUEST, sv_of(responder, sizeof responder));
    put_stream(&out, PARAMS, encode_params(arena, params));
    put_stream(&out, STDIN, body);
    CHECK(!out.overflow);
    CHECK(send(fd, out.p, out.len, MSG_NOSIGNAL) == (ssize_t)out.len);
    shutdown(fd, SHUT_WR); /* nothing follows: libfcgi need not linger */
    arena_free(arena);
    return fd;
}

static bool receive_all(int fd, void *bytes, size_t n)
{
    return n == 0 || recv(fd, bytes, n, MSG_WAITALL) == (ssize_t)n;
}

struct sv fcgi_client_receive(struct arena *arena, int fd)
{
    struct buf out = buf_new(arena, REQUEST_MAX);
    uint8_t header[RECORD_HEADER];

    while (receive_all(fd, header, sizeof header) && header[1] != END_REQUEST) {
        size_t length = (size_t)header[4] << 8 | header[5];
        char *content = arena_alloc(arena, length + header[6] + 1);
        CHECK(receive_all(fd, content, length + header[6]));
        if (header[1] == STDOUT)
            buf_put(&out, sv_of(content, length));
    }
    CHECK(!out.overflow);
    close(fd);
    return buf_sv(&out);
}
