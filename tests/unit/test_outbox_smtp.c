/* Sending over a real socket to a small SMTP server: what it got, and how its answers are taken. */
#include "support/unit.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "outbox/outbox_internal.h"

static struct arena *arena;

static int open_arena(void **state)
{
    (void)state;
    arena = arena_new(ARENA_CEILING_DEFAULT);
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

struct server {
    pid_t pid;
    int heard; /* all that the client said comes out here */
    struct settings settings;
};

static void say(FILE *client, const char *line)
{
    fprintf(client, "%s\r\n", line);
    fflush(client);
}

/* RFC 5321, as far as one mail goes. `to_recipient` and `to_data` are the answers under test. */
static void serve_one(int fd, int heard, const char *to_recipient, const char *to_data)
{
    FILE *client = fdopen(accept(fd, NULL, NULL), "r+");
    bool in_data = false;
    char line[2048];

    say(client, "220 test");
    while (fgets(line, sizeof(line), client) != NULL) {
        if (write(heard, line, strlen(line)) < 0)
            break;
        fseek(client, 0, SEEK_CUR); /* from reading to writing */
        if (in_data && strcmp(line, ".\r\n") == 0) {
            in_data = false;
            say(client, to_data);
        } else if (in_data) {
            continue;
        } else if (strncmp(line, "RCPT", 4) == 0) {
            say(client, to_recipient);
        } else if (strncmp(line, "DATA", 4) == 0) {
            in_data = true;
            say(client, "354 go on");
        } else if (strncmp(line, "QUIT", 4) == 0) {
            say(client, "221 bye");
            break;
        } else {
            say(client, "250 ok");
        }
    }
    fclose(client);
}

static struct server server_of(const char *to_recipient, const char *to_data)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    struct server server = {.settings = {.base_url = "https://meed.example",
                                         .mail_from = "Meed <no-reply@meed.example>",
                                         .mail_user = "",
                                         .mail_password = ""}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), ends[2];

    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    assert_int_equal(pipe(ends), 0);
    server.settings.mail_url = arena_printf(arena, "smtp://127.0.0.1:%d", ntohs(address.sin_port));
    server.pid = fork();
    if (server.pid == 0) {
        serve_one(fd, ends[1], to_recipient, to_data);
        _exit(0);
    }
    close(fd);
    close(ends[1]);
    server.heard = ends[0];
    return server;
}

static const char *stop(struct server *server)
{
    struct buf b = buf_new(arena, 64 * 1024);
    char block[4096];
    int status;

    for (ssize_t n; (n = read(server->heard, block, sizeof(block))) > 0;)
        buf_put(&b, sv_of(block, (size_t)n));
    close(server->heard);
    assert_int_equal(waitpid(server->pid, &status, 0), server->pid);
    return b.p;
}

static const struct outbox_message message = {
    .to = SV("ana@example.com"), .text = "Subject: x\r\n\r\nHello\r\n.dot\r\n", .id = "meed-1"};

static enum outbox_sent send_to(struct server *server, const char **why)
{
    *why = NULL;
    return outbox_transport_send(arena, &server->settings, &message, why);
}

static void a_mail_arrives_whole(void **state)
{
    struct server server = server_of("250 ok", "250 taken");
    const char *why, *heard;

    (void)state;
    assert_int_equal(send_to(&server, &why), OUTBOX_SENT);
    heard = stop(&server);
    assert_non_null(strstr(heard, "MAIL FROM:<no-reply@meed.example>"));
    assert_non_null(strstr(heard, "RCPT TO:<ana@example.com>"));
    assert_non_null(strstr(heard, "Subject: x\r\n\r\nHello\r\n..dot\r\n.\r\n"));
}

static void an_unknown_recipient_is_refused_for_good(void **state)
{
    struct server server = server_of("550 no such user", "250 taken");
    const char *why;

    (void)state;
    assert_int_equal(send_to(&server, &why), OUTBOX_REFUSED);
    assert_non_null(strstr(why, "550"));
    stop(&server);
}

static void a_full_mailbox_is_tried_again(void **state)
{
    struct server server = server_of("452 full", "250 taken");
    const char *why;

    (void)state;
    assert_int_equal(send_to(&server, &why), OUTBOX_SEND_LATER);
    assert_non_null(strstr(why, "452"));
    stop(&server);
}

static void a_message_that_was_not_taken_is_tried_again(void **state)
{
    struct server server = server_of("250 ok", "451 try later");
    const char *why;

    (void)state;
    assert_int_equal(send_to(&server, &why), OUTBOX_SEND_LATER);
    stop(&server);
}

static void a_password_is_not_sent_without_tls(void **state)
{
    struct server server = server_of("250 ok", "250 taken");
    const char *why;

    (void)state;
    server.settings.mail_user = "meed";
    server.settings.mail_password = "s3cret";
    assert_int_equal(send_to(&server, &why), OUTBOX_SEND_LATER);
    assert_null(strstr(stop(&server), "AUTH"));
}

static void a_server_that_is_away_is_tried_again(void **state)
{
    struct server server = {.settings = {.mail_url = "smtp://127.0.0.1:1",
                                         .mail_from = "no-reply@meed.example",
                                         .mail_user = "",
                                         .mail_password = ""}};
    const char *why;

    (void)state;
    assert_int_equal(send_to(&server, &why), OUTBOX_SEND_LATER);
    assert_non_null(why);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mail_arrives_whole),
        cmocka_unit_test(an_unknown_recipient_is_refused_for_good),
        cmocka_unit_test(a_full_mailbox_is_tried_again),
        cmocka_unit_test(a_message_that_was_not_taken_is_tried_again),
        cmocka_unit_test(a_password_is_not_sent_without_tls),
        cmocka_unit_test(a_server_that_is_away_is_tried_again),
    };

    return cmocka_run_group_tests_name("outbox_smtp", tests, open_arena, close_arena);
}
