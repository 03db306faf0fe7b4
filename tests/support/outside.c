#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "tests/support/outside.h"

enum { DNS_A = 1, DNS_CNAME = 5, DNS_TXT = 16, DNS_MAX = 1500, NXDOMAIN = 3 };

static int listen_on(int type, unsigned *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof at) == 0);
    CHECK(type == SOCK_DGRAM || listen(fd, 16) == 0);
    CHECK(getsockname(fd, (struct sockaddr *)&at, &size) == 0);
    *port = ntohs(at.sin_port);
    return fd;
}

/* ---- DNS: RFC 1035, one question, no compression but a pointer back to it ---- */

struct packet {
    uint8_t b[DNS_MAX];
    size_t n;
    unsigned
        owner; /* a pointer to the name that answers are about: the question's, or its CNAME's */
};

static void put16(struct packet *p, unsigned v)
{
    p->b[p->n++] = (uint8_t)(v >> 8);
    p->b[p->n++] = (uint8_t)v;
}

/* Name, type, class and time to live of an answer; its data's length and bytes follow. */
static void put_answer(struct packet *p, unsigned type, const void *data, size_t length)
{
    put16(p, p->owner);
    put16(p, type);
    put16(p, 1);
    put16(p, 0);
    put16(p, 1);
    put16(p, (unsigned)length);
    memcpy(p->b + p->n, data, length);
    p->n += length;
    p->b[7]++;
}

static void put_text(struct packet *p, const char *text)
{
    uint8_t data[OUTSIDE_TEXT + 8];
    size_t n = 0;
    for (size_t left = strlen(text); left > 0;) { /* strings of 255 bytes at most */
        size_t piece = left > 200 ? 200 : left;
        data[n++] = (uint8_t)piece;
        memcpy(data + n, text, piece);
        n += piece;
        text += piece;
        left -= piece;
    }
    put_answer(p, DNS_TXT, data, n);
}

static void put_cname(struct packet *p, const char *target)
{
    uint8_t data[128];
    size_t n = 0;
    while (*target) {
        size_t label = strcspn(target, ".");
        data[n++] = (uint8_t)label;
        memcpy(data + n, target, label);
        n += label;
        target += label + (target[label] == '.');
    }
    data[n++] = 0;
    put_answer(p, DNS_CNAME, data, n);
    p->owner = (unsigned)(0xc000 | (p->n - n));
}

static void answer(struct outside *o, struct packet *p, const char *name, unsigned type)
{
    p->b[2] |= 0x80; /* an answer */
    p->owner = 0xc00c;
    memset(p->b + 6, 0, 6);
    for (size_t i = 0; i < OUTSIDE_RECORDS; i++) {
        if (strcasecmp(o->records[i].name, name) != 0)
            continue;
        if (o->records[i].cname[0] && (type == DNS_CNAME || type == DNS_A))
            put_cname(p, o->records[i].cname);
        for (size_t k = 0; k < 2; k++) {
            struct in_addr address;
            if (type == DNS_A && inet_pton(AF_INET, o->records[i].a[k], &address) == 1)
                put_answer(p, DNS_A, &address, sizeof address);
            if (type == DNS_TXT && o->records[i].txt[k][0])
                put_text(p, o->records[i].txt[k]);
        }
        return;
    }
    p->b[3] = (uint8_t)((p->b[3] & 0xf0) | NXDOMAIN);
}

static void serve_dns(struct outside *o, int fd)
{
    struct packet p;
    struct sockaddr_in from;
    socklen_t size = sizeof from;
    char name[256] = "";
    ssize_t got = recvfrom(fd, p.b, sizeof p.b, 0, (struct sockaddr *)&from, &size);
    size_t at = 12, n = 0;
    if (got < 17 || o->dns_silent)
        return;
    while (p.b[at] != 0 && at + p.b[at] + 6 <= (size_t)got && n + p.b[at] + 2 < sizeof name) {
        if (n)
            name[n++] = '.';
        memcpy(name + n, p.b + at + 1, p.b[at]);
        n += p.b[at];
        at += p.b[at] + 1u;
    }
    name[n] = '\0';
    unsigned type = p.b[at + 2];
    p.n = at + 5; /* what follows the question (EDNS) is dropped */
    if (type == DNS_A)
        o->dns_questions++;
    answer(o, &p, name, type);
    sendto(fd, p.b, p.n, 0, (struct sockaddr *)&from, size);
}

/* ---- HTTP ---- */

static void send_slowly(int fd, const char *text, unsigned dribble_ms)
{
    size_t left = strlen(text);
    while (left > 0) {
        ssize_t sent = send(fd, text, dribble_ms ? 1 : left, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        text += sent;
        left -= (size_t)sent;
        usleep(dribble_ms * 1000);
    }
}

static void serve_page(struct outside *o, int fd, const char *path)
{
    char head[OUTSIDE_TEXT + 200];
    for (size_t i = 0; i < OUTSIDE_PAGES; i++) {
        if (o->pages[i].path[0] == '\0' || strcmp(o->pages[i].path, path) != 0)
            continue;
        bool redirect = o->pages[i].status >= 300 && o->pages[i].status < 400;
        snprintf(head, sizeof head, "HTTP/1.1 %d X\r\nConnection: close\r\n%s%s\r\n\r\n",
                 o->pages[i].status, redirect ? "Location: " : "Content-Type: text/html",
                 redirect ? o->pages[i].body : "");
        send_slowly(fd, head, 0);
        for (unsigned r = 0; !redirect && (r == 0 || r < o->pages[i].repeat); r++)
            send_slowly(fd, o->pages[i].body, o->pages[i].dribble_ms);
        return;
    }
    send_slowly(fd, "HTTP/1.1 404 X\r\nConnection: close\r\n\r\nnot here\n", 0);
}

static void serve_web(struct outside *o, int fd)
{
    char path[100] = "";
    size_t n = 0;
    struct pollfd readable = {.fd = fd, .events = POLLIN};
    o->last_request[0] = '\0';
    while (n < sizeof o->last_request - 1 && !strstr(o->last_request, "\r\n\r\n") &&
           poll(&readable, 1, 2000) > 0) {
        ssize_t got = recv(fd, o->last_request + n, sizeof o->last_request - 1 - n, 0);
        if (got <= 0)
            break;
        n += (size_t)got;
        o->last_request[n] = '\0';
    }
    o->web_requests++;
    if (sscanf(o->last_request, "%*s %99s", path) == 1)
        serve_page(o, fd, path);
}

/* Each connection in a process of its own: one may dribble while another is asked. */
static void accept_web(struct outside *o, int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        return;
    if (fork() == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        serve_web(o, fd);
        _exit(0);
    }
    close(fd);
}

static void serve(struct outside *o, int dns, int web)
{
    struct pollfd fds[2] = {{.fd = dns, .events = POLLIN}, {.fd = web, .events = POLLIN}};
    for (;;) {
        if (poll(fds, 2, -1) < 0)
            continue;
        if (fds[0].revents)
            serve_dns(o, dns);
        if (fds[1].revents)
            accept_web(o, web);
    }
}

struct outside *outside_open(void)
{
    static struct outside *o;
    unsigned dns_port, web_port;
    if (!o) {
        o = mmap(NULL, sizeof *o, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        CHECK(o != MAP_FAILED);
        int dns = listen_on(SOCK_DGRAM, &o->dns_port), web = listen_on(SOCK_STREAM, &o->web_port);
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            signal(SIGCHLD, SIG_IGN);
            serve(o, dns, web);
        }
        close(dns);
        close(web);
    }
    dns_port = o->dns_port;
    web_port = o->web_port;
    memset(o, 0, sizeof *o);
    o->dns_port = dns_port;
    o->web_port = web_port;
    return o;
}
