/*
 * A load of signed sales over HTTP, and the same bodies at a bare responder.
 *
 *   sale_client HOST PORT PATH CONNECTIONS SECONDS SECRET TOKENS [SHAPE [LINES [LINE-BYTES]]]
 *
 * SHAPE is who signs and how the body looks: postback (the default), shopify, woocommerce, stripe
 * or paddle; the shops' orders have LINES lines (1), each padded to LINE-BYTES (0: as it is).
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
#include <stdarg.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "crypto/signature.h"

enum { CONNECTIONS_MAX = 256, TOKENS_MAX = 256, ANSWER_MAX = 16 * 1024, TEXT_ROOM = 1024 * 1024 };

struct shape;
static struct {
    const char *host, *path, *secret;
    uint16_t port;
    int64_t end_us, run;
    char *tokens[TOKENS_MAX];
    size_t n_tokens;
    const struct shape *shape;
    size_t lines, line_bytes;
} plan;

struct text {
    char *p;
    size_t n, room;
};

struct worker {
    pthread_t thread;
    unsigned no;
    int fd;
    struct text body, request;
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

/* Bodies, as each system sends them ------------------------------------------------------------ */

static void put(struct text *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(t->p + t->n, t->room - t->n, format, args);
    va_end(args);
    CHECK(n >= 0 && (size_t)n < t->room - t->n);
    t->n += (size_t)n;
}

/* A new order's number: digits alone, since a shop's ids are numbers. */
static uint64_t order_no(const struct worker *w)
{
    return (uint64_t)plan.run % UINT64_C(1000000000000) * 1000000 + w->no % 100 * 10000 +
           w->n % 10000 + w->n / 10000 * UINT64_C(1000000000000000000);
}

static void put_postback(struct text *t, const struct worker *w, const char *token)
{
    put(t,
        "{\"order_id\":\"b%" PRId64
        "-%u-%zu\",\"amount\":\"129.90\","
        "\"currency\":\"USD\",\"token\":\"%s\"}",
        plan.run, w->no, w->n, token);
}

/* What each line of a shop carries besides: its name, taxes, properties. */
static void put_padding(struct text *t, size_t line_began)
{
    put(t, ",\"name\":\"");
    while (t->n - line_began < plan.line_bytes)
        put(t, "Hand-knitted sock, left ");
    put(t, "\"}");
}

static void put_shopify(struct text *t, const struct worker *w, const char *token)
{
    uint64_t no = order_no(w);
    put(t,
        "{\"id\":%" PRIu64 ",\"name\":\"#%" PRIu64 "\",\"email\":\"b%" PRIu64
        "@example.com\","
        "\"currency\":\"USD\",\"total_price\":\"129.90\",\"subtotal_price\":\"129.90\","
        "\"total_tax\":\"0.00\",\"browser_ip\":\"203.0.113.9\",\"landing_site\":\"/\","
        "\"shipping_address\":{\"country_code\":\"DE\"},\"note_attributes\":[{\"name\":"
        "\"meed_token\",\"value\":\"%s\"}],\"line_items\":[",
        no, no, no, token);
    for (size_t i = 0; i < plan.lines; i++) {
        size_t began = t->n;
        put(t, "%s{\"id\":%zu,\"sku\":\"SKU-%zu\",\"price\":\"0.50\",\"quantity\":1",
            i > 0 ? "," : "", i + 1, i);
        put_padding(t, began);
    }
    put(t, "]}");
}

static void put_woocommerce(struct text *t, const struct worker *w, const char *token)
{
    put(t,
        "{\"id\":%" PRIu64
        ",\"status\":\"processing\",\"currency\":\"USD\","
        "\"total\":\"129.90\",\"total_tax\":\"0.00\",\"billing\":{\"email\":\"b%u-%zu@example.com\","
        "\"country\":\"DE\"},\"customer_ip_address\":\"203.0.113.9\",\"meta_data\":[{\"key\":"
        "\"_meed_token\",\"value\":\"%s\"}],\"refunds\":[],\"line_items\":[",
        order_no(w), w->no, w->n, token);
    for (size_t i = 0; i < plan.lines; i++) {
        size_t began = t->n;
        put(t, "%s{\"id\":%zu,\"sku\":\"SKU-%zu\",\"total\":\"0.50\",\"quantity\":1",
            i > 0 ? "," : "", i + 1, i);
        put_padding(t, began);
    }
    put(t, "]}");
}

static void put_stripe(struct text *t, const struct worker *w, const char *token)
{
    uint64_t no = order_no(w);
    put(t,
        "{\"id\":\"evt_%" PRIu64
        "\",\"object\":\"event\",\"type\":\"checkout.session.completed\","
        "\"livemode\":true,\"data\":{\"object\":{\"id\":\"cs_%" PRIu64
        "\",\"object\":"
        "\"checkout.session\",\"mode\":\"payment\",\"payment_status\":\"paid\",\"currency\":\"usd\","
        "\"amount_subtotal\":12990,\"amount_total\":12990,\"payment_intent\":\"pi_%" PRIu64
        "\","
        "\"customer_details\":{\"email\":\"b%" PRIu64
        "@example.com\"},\"metadata\":{"
        "\"meed_token\":\"%s\"}}}}",
        no, no, no, no, token);
}

static void put_paddle(struct text *t, const struct worker *w, const char *token)
{
    uint64_t no = order_no(w);
    put(t,
        "{\"event_id\":\"evt_%" PRIu64
        "\",\"event_type\":\"transaction.completed\",\"data\":{"
        "\"id\":\"txn_%" PRIu64
        "\",\"status\":\"completed\",\"currency_code\":\"USD\","
        "\"origin\":\"web\",\"custom_data\":{\"meed_token\":\"%s\"},\"details\":{\"totals\":{"
        "\"subtotal\":\"12990\",\"discount\":\"0\",\"tax\":\"0\",\"total\":\"12990\","
        "\"currency_code\":\"USD\"}}}}",
        no, no, token);
}

/* Signatures -------------------------------------------------------------------------------------
 */

/* HMAC over the time, a separator and the body, in hexadecimal. */
static void sign_timed(struct text *out, const char *before_time, const char *separator,
                       const char *before_mac, struct sv body)
{
    char stamp[24], hex[HMAC_SHA256_HEX_SIZE];
    snprintf(stamp, sizeof stamp, "%" PRId64, clock_wire_us() / CLOCK_SECOND);
    const struct sv parts[] = {sv_from(stamp), sv_from(separator), body};
    signature_hmac_sha256_hex(hex, sv_from(plan.secret), parts, COUNT_OF(parts));
    put(out, "%s%s%s%s\r\n", before_time, stamp, before_mac, hex);
}

static void sign_postback(struct text *out, struct sv body)
{
    sign_timed(out, "X-Meed-Timestamp: ", ".", "\r\nX-Meed-Signature: ", body);
}

static void sign_shopify(struct text *out, struct sv body)
{
    char base64[HMAC_SHA256_BASE64_SIZE];
    signature_hmac_sha256_base64(base64, sv_from(plan.secret), &body, 1);
    put(out, "X-Shopify-Topic: orders/create\r\nX-Shopify-Hmac-Sha256: %s\r\n", base64);
}

static void sign_woocommerce(struct text *out, struct sv body)
{
    char base64[HMAC_SHA256_BASE64_SIZE];
    signature_hmac_sha256_base64(base64, sv_from(plan.secret), &body, 1);
    put(out, "X-WC-Webhook-Topic: order.updated\r\nX-WC-Webhook-Signature: %s\r\n", base64);
}

static void sign_stripe(struct text *out, struct sv body)
{
    sign_timed(out, "Stripe-Signature: t=", ".", ",v1=", body);
}

static void sign_paddle(struct text *out, struct sv body)
{
    sign_timed(out, "Paddle-Signature: ts=", ":", ";h1=", body);
}

static const struct shape {
    const char *name;
    void (*put_body)(struct text *, const struct worker *, const char *token);
    void (*sign)(struct text *, struct sv body);
} shapes[] = {
    {"postback", put_postback, sign_postback},
    {"shopify", put_shopify, sign_shopify},
    {"woocommerce", put_woocommerce, sign_woocommerce},
    {"stripe", put_stripe, sign_stripe},
    {"paddle", put_paddle, sign_paddle},
};

static const struct shape *find_shape(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(shapes); i++)
        if (strcmp(shapes[i].name, name) == 0)
            return &shapes[i];
    UNREACHABLE();
}

/* The whole request, into w->request. */
static void write_request(struct worker *w)
{
    struct text *body = &w->body, *out = &w->request;
    body->n = out->n = 0;
    plan.shape->put_body(body, w, plan.tokens[pick(w->no, w->n)]);
    put(out, "POST %s HTTP/1.1\r\nHost: %s:%u\r\nContent-Type: application/json\r\n", plan.path,
        plan.host, plan.port);
    plan.shape->sign(out, sv_of(body->p, body->n));
    put(out, "Content-Length: %zu\r\n\r\n%s", body->n, body->p);
}

static void send_request(struct worker *w)
{
    for (size_t sent = 0; sent < w->request.n;) {
        ssize_t n = write(w->fd, w->request.p + sent, w->request.n - sent);
        CHECK(n > 0);
        sent += (size_t)n;
    }
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
    while (clock_monotonic_us() < plan.end_us) {
        if (w->n == w->room) {
            w->room = w->room * 2 + 4096;
            w->latencies_us = realloc(w->latencies_us, w->room * sizeof *w->latencies_us);
            CHECK(w->latencies_us);
        }
        write_request(w);
        int64_t started_us = clock_monotonic_us();
        send_request(w);
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
    CHECK(argc >= 8 && argc <= 11);
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
    plan.shape = find_shape(argc > 8 ? argv[8] : "postback");
    plan.lines = argc > 9 ? strtoul(argv[9], NULL, 10) : 1;
    plan.line_bytes = argc > 10 ? strtoul(argv[10], NULL, 10) : 0;
    plan.run = clock_wire_us();
    for (unsigned i = 0; i < connections; i++)
        workers[i] = (struct worker){.no = i,
                                     .fd = connect_to_server(),
                                     .body = {malloc(TEXT_ROOM), 0, TEXT_ROOM},
                                     .request = {malloc(TEXT_ROOM), 0, TEXT_ROOM}};
    plan.end_us = clock_monotonic_us() + seconds * CLOCK_SECOND;
    for (unsigned i = 0; i < connections; i++)
        CHECK(pthread_create(&workers[i].thread, NULL, run_worker, &workers[i]) == 0);
    for (unsigned i = 0; i < connections; i++)
        pthread_join(workers[i].thread, NULL);
    report(workers, connections, seconds);
    return 0;
}
