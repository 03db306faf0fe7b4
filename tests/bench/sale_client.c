/*
 * A load of signed sales over HTTP, and the same bodies at a bare responder.
 *
 *   sale_client HOST PORT PATH CONNECTIONS SECONDS SECRET TOKENS
 *
 * Each connection is kept alive and has a thread of its own: body, signature, request, answer,
 * again. Every order is a new one; TOKENS are the link tokens that it is credited to, by turns,
 * with commas between. Any error ends the run. Prints "answers/s p99-ms
 * answers".
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <arpa/inet.h>
#include <pthread.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "crypto/signature.h"

enum { CONNECTIONS_MAX = 256, TOKENS_MAX = 256, ANSWER_MAX = 16 * 1024 };

static struct {
    const char *host, *path, *secret;
    uint16_t port;
    int64_t end_us, run;
    char *tokens[TOKENS_MAX];
    size_t n_tokens;
} plan;

struct worker {
    pthread_t thread;
    unsigned no;
    int fd;
    int64_t *latencies_us;
    size_t n, room;
};

/* Whom the n-th sale of a connection is credited to: scattered, as raw_sales does it, too. */
static size_t pick(unsigned no, size_t n)
{
    uint64_t h = (no * UINT64_C(0x9e3779b97f4a7c15)) ^ (n * UINT64_C(0xbf58476d1ce4e5b9));
    return (size_t)((h ^ (h >> 29)) % plan.n_tokens);
}

static int connect_to_server(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(plan.port)};
    int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(inet_pton(AF_INET, plan.host, &address.sin_addr) == 1);
    CHECK(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    CHECK(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) == 0);
    return fd;
}

static size_t write_request(const struct worker *w, char *out, size_t room)
{
    char body[512], stamp[24], hex[HMAC_SHA256_HEX_SIZE];
    int n = snprintf(body, sizeof body,
                     "{\"order_id\":\"b%" PRId64
                     "-%u-%zu\",\"amount\":\"129.90\","
                     "\"currency\":\"USD\",\"token\":\"%s\"}",
                     plan.run, w->no, w->n, plan.tokens[pick(w->no, w->n)]);
    int stamp_n = snprintf(stamp, sizeof stamp, "%" PRId64, clock_wire_us() / CLOCK_SECOND);
    const struct sv parts[] = {sv_of(stamp, (size_t)stamp_n), SV("."), sv_of(body, (size_t)n)};
    signature_hmac_sha256_hex(hex, sv_from(plan.secret), parts, COUNT_OF(parts));
    int all = snprintf(out, room,
                       "POST %s HTTP/1.1\r\nHost: %s:%u\r\nContent-Type: application/json\r\n"
                       "X-Meed-Timestamp: %s\r\nX-Meed-Signature: %s\r\n"
                       "Content-Length: %d\r\n\r\n%s",
                       plan.path, plan.host, plan.port, stamp, hex, n, body);
    CHECK(all > 0 && (size_t)all < room);
    return (size_t)all;
}

/* Reads one answer with a Content-Length. */
static void read_answer(struct worker *w)
{
    char answer[ANSWER_MAX];
    size_t have = 0;
    for (;;) {
        ssize_t n = read(w->fd, answer + have, sizeof answer - 1 - have);
        if (n <= 0) {
            fprintf(stderr, "sale_client: the server hung up\n");
            exit(1);
        }
        have += (size_t)n;
        answer[have] = '\0';
        const char *body = strstr(answer, "\r\n\r\n");
        const char *length = strcasestr(answer, "Content-Length: ");
        if (!body)
            continue;
        if ((answer[9] != '2' && answer[9] != '3') || !length) { /* the bare responder redirects */
            fprintf(stderr, "sale_client: %s\n", answer);
            exit(1);
        }
        size_t head = (size_t)(body - answer) + 4;
        if (have >= head + strtoul(length + 16, NULL, 10))
            return;
    }
}

static void *run_worker(void *context)
{
    struct worker *w = context;
    char request[2048];
    while (clock_monotonic_us() < plan.end_us) {
        if (w->n == w->room) {
            w->room = w->room * 2 + 4096;
            w->latencies_us = realloc(w->latencies_us, w->room * sizeof *w->latencies_us);
            CHECK(w->latencies_us);
        }
        size_t n = write_request(w, request, sizeof request);
        int64_t started_us = clock_monotonic_us();
        CHECK(write(w->fd, request, n) == (ssize_t)n);
        read_answer(w);
        w->latencies_us[w->n++] = clock_monotonic_us() - started_us;
    }
    return NULL;
}

static int by_value(const void *left, const void *right)
{
    const int64_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static void report(const struct worker *workers, unsigned n, int64_t seconds)
{
    size_t all = 0, at = 0;
    for (unsigned i = 0; i < n; i++)
        all += workers[i].n;
    int64_t *latencies = calloc(all + 1, sizeof *latencies);
    CHECK(latencies);
    for (unsigned i = 0; i < n; i++)
        for (size_t j = 0; j < workers[i].n; j++)
            latencies[at++] = workers[i].latencies_us[j];
    qsort(latencies, all, sizeof *latencies, by_value);
    int64_t p99_us = all ? latencies[all * 99 / 100] : 0;
    printf("%" PRId64 " %" PRId64 ".%02" PRId64 " %zu\n", (int64_t)all / seconds, p99_us / 1000,
           p99_us % 1000 / 10, all);
    free(latencies);
}

int main(int argc, char **argv)
{
    static struct worker workers[CONNECTIONS_MAX];
    CHECK(argc == 8);
    plan.host = argv[1];
    plan.port = (uint16_t)strtoul(argv[2], NULL, 10);
    plan.path = argv[3];
    unsigned connections = (unsigned)strtoul(argv[4], NULL, 10);
    int64_t seconds = strtol(argv[5], NULL, 10);
    plan.secret = argv[6];
    for (char *token = argv[7]; token; plan.n_tokens++) {
        CHECK(plan.n_tokens < TOKENS_MAX);
        plan.tokens[plan.n_tokens] = strsep(&token, ",");
    }
    CHECK(connections > 0 && connections <= CONNECTIONS_MAX && seconds > 0);
    plan.run = clock_wire_us();
    for (unsigned i = 0; i < connections; i++)
        workers[i] = (struct worker){.no = i, .fd = connect_to_server()};
    plan.end_us = clock_monotonic_us() + seconds * CLOCK_SECOND;
    for (unsigned i = 0; i < connections; i++)
        CHECK(pthread_create(&workers[i].thread, NULL, run_worker, &workers[i]) == 0);
    for (unsigned i = 0; i < connections; i++)
        pthread_join(workers[i].thread, NULL);
    report(workers, connections, seconds);
    return 0;
}
