#include <sys/epoll.h>
#include <sys/socket.h>

#include "click/beacon_queue.h"
#include "support/unit.h"

/* Records of one request: type, length; −1 ends. Content and padding are zeros. */
static struct sv records(char *bytes, const int (*list)[2])
{
    size_t n = 0;
    for (; (*list)[0] >= 0; list++) {
        const char head[8] = {
            1, (char)(*list)[0], 0, 1, (char)((*list)[1] >> 8), (char)(*list)[1], 3, 0};
        memcpy(bytes + n, head, sizeof head);
        memset(bytes + n + 8, 0, (size_t)(*list)[1] + 3);
        n += 8 + (size_t)(*list)[1] + 3;
    }
    return sv_of(bytes, n);
}

static const int whole[][2] = {{1, 8}, {4, 700}, {4, 0}, {5, 300}, {5, 0}, {-1, 0}};

static void a_request_is_whole_with_the_empty_record_of_its_input(void **state)
{
    static const int without_end[][2] = {{1, 8}, {4, 700}, {4, 0}, {5, 300}, {-1, 0}};
    static const int without_body[][2] = {{1, 8}, {4, 700}, {4, 0}, {5, 0}, {-1, 0}};
    char bytes[2048];
    (void)state;
    assert_true(beacon_is_whole(records(bytes, whole)));
    assert_true(beacon_is_whole(records(bytes, without_body)));
    assert_false(beacon_is_whole(records(bytes, without_end)));
    assert_false(beacon_is_whole(SV("")));
    assert_true(beacon_is_whole(SV("GET / HTTP/1.1\r\n")));
}

static void no_beginning_of_a_request_is_whole(void **state)
{
    char bytes[2048];
    struct sv all = records(bytes, whole);
    (void)state;
    /* The last record's padding is nobody's content. */
    for (size_t n = 0; n < all.n - 11; n++)
        assert_false(beacon_is_whole(sv_sub(all, 0, n)));
}

static void the_oldest_gives_way_and_what_is_taken_is_untouched(void **state)
{
    static struct beacon_queue queue;
    char bytes[2048], end;
    struct sv all = records(bytes, whole);
    int pair[BEACON_QUEUE_MAX + 1][2], epoll_fd = epoll_create1(0);
    (void)state;
    beacon_queue_open(&queue, epoll_fd);
    for (size_t i = 0; i <= BEACON_QUEUE_MAX; i++) {
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair[i]), 0);
        assert_int_equal(send(pair[i][0], all.p, 20, 0), 20);
        assert_int_equal(beacon_queue_add(&queue, pair[i][1]), -1);
        usleep(i == 0 ? 1000 : 0);
    }
    assert_int_equal(recv(pair[0][0], &end, 1, MSG_DONTWAIT), -1); /* reset: bytes were unread */
    assert_int_equal(errno, ECONNRESET);
    assert_int_equal(queue.v[0].fd, pair[BEACON_QUEUE_MAX][1]);
    assert_int_equal(beacon_queue_take(&queue, &queue.v[1]), -1);
    assert_int_equal(send(pair[1][0], all.p + 20, all.n - 20, 0), all.n - 20);
    assert_true(beacon_queue_has(&queue, &queue.v[1]) && !beacon_queue_has(&queue, &queue + 1));
    assert_int_equal(beacon_queue_take(&queue, &queue.v[1]), pair[1][1]);
    assert_int_equal(recv(pair[1][1], bytes, all.n, MSG_DONTWAIT), all.n); /* nothing was taken */
    beacon_queue_close(&queue);
    for (size_t i = 0; i <= BEACON_QUEUE_MAX; i++)
        close(pair[i][0]);
    close(pair[1][1]);
    close(epoll_fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_whole_with_the_empty_record_of_its_input),
        cmocka_unit_test(no_beginning_of_a_request_is_whole),
        cmocka_unit_test(the_oldest_gives_way_and_what_is_taken_is_untouched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
