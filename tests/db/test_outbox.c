/* The outbox against a real database and a folder of mails: once, in time, and not for ever. */
#include "support/unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "account/account.h"
#include "crypto/keys.h"
#include "outbox/outbox.h"
#include "support/testdb.h"

static struct arena *arena;
static struct db *db, *worker;
static struct settings settings;
static char folder[64];

DB_SQL(test_delivery, "SELECT state, tries, due_us, result FROM delivery ORDER BY id DESC LIMIT 1");
DB_SQL(test_count_deliveries, "SELECT COUNT(*) FROM delivery");
DB_SQL(test_queue_length, "SELECT COUNT(*) FROM outbox_queue");
DB_SQL(test_make_due, "UPDATE delivery SET due_us = 0 WHERE state = 'due'");
DB_SQL(test_requeue, "INSERT INTO outbox_queue SELECT id FROM outbox");
DB_SQL(test_spoil, "UPDATE outbox SET payload = '{\"user\":\"0\"}'");
DB_SQL(test_erase, "UPDATE user SET status = 'erased'");

static int open_keys(void **state)
{
    const char *why = NULL;

    (void)state;
    arena = arena_new(ARENA_CEILING_DEFAULT);
    return keys_open(testdb_settings()->key_file, arena, &why) ? 0 : -1;
}

static int set_up(void **state)
{
    (void)state;
    testdb_reset();
    db = testdb_open();
    worker = testdb_open_as(TESTDB_WORKER);
    settings = *testdb_settings();
    (void)snprintf(folder, sizeof(folder), "/tmp/meed-mail-XXXXXX");
    assert_non_null(mkdtemp(folder));
    settings.mail_url = arena_printf(arena, "file://%s", folder);
    return 0;
}

/* The names of the folder's files; removes them when `clear`. */
static size_t files(bool clear)
{
    DIR *dir = opendir(folder);
    size_t n = 0;

    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (entry->d_name[0] == '.' && entry->d_name[strlen(entry->d_name) - 1] == '.')
            continue;
        n++;
        if (clear)
            unlinkat(dirfd(dir), entry->d_name, 0);
    }
    closedir(dir);
    return n;
}

static int tear_down(void **state)
{
    (void)state;
    files(true);
    rmdir(folder);
    db_close(worker);
    db_close(db);
    return 0;
}

/* ---- builders
 * --------------------------------------------------------------------------------------- */

static uint64_t have_user(void)
{
    struct account_input input = {.field = {[ACCOUNT_NAME] = SV("Ana"),
                                            [ACCOUNT_EMAIL] = SV("ana@example.com"),
                                            [ACCOUNT_PASSWORD] = SV("correct horse battery")}};
    struct account_faults faults;
    struct account_ids ids;

    assert_int_equal(account_create(db, arena, ACCOUNT_OF_ADMIN, &input, &faults, &ids),
                     ACCOUNT_DONE);
    return ids.user;
}

static enum db_status put_mail(struct db *tx, void *context)
{
    const struct outbox_mail *mail = context;

    return outbox_put_mail(tx, arena, mail);
}

static enum db_status have_mail(uint64_t user, uint32_t seq)
{
    struct outbox_mail mail = {.source_kind = "user",
                               .source = user,
                               .kind = "mail.reset",
                               .seq = seq,
                               .user = user,
                               .token = SV("the-token")};

    return db_tx_run(db, put_mail, &mail);
}

static bool never(void)
{
    return false;
}

static enum job_result run_job(void)
{
    struct arena *step = arena_new(ARENA_CEILING_DEFAULT);
    struct job job = {.name = "outbox_mail",
                      .db = worker,
                      .arena = step,
                      .settings = &settings,
                      .asked_to_stop = never};
    enum job_result result = outbox_job_mail(&job);

    arena_free(step);
    return result;
}

static void run_until_idle(void)
{
    for (int i = 0; run_job() == JOB_WORKED; i++)
        assert_true(i < 20);
}

static int64_t count_of(const struct db_sql *sql)
{
    struct db_rows *row;

    assert_int_equal(db_get_one(db, arena, sql, DB_NO_ARGS, &row), DB_OK);
    return db_col_i64(row, 0);
}

static struct db_rows *delivery(void)
{
    struct db_rows *row;

    assert_int_equal(db_get_one(db, arena, &test_delivery, DB_NO_ARGS, &row), DB_OK);
    return row;
}

static const char *state_of(void)
{
    return db_col_cstr(delivery(), 0);
}

static const char *only_mail(void)
{
    DIR *dir = opendir(folder);
    char *text = arena_alloc(arena, 8192);
    ssize_t got = -1;

    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        int fd;

        if (!sv_ends(sv_from(entry->d_name), SV(".eml")))
            continue;
        fd = openat(dirfd(dir), entry->d_name, O_RDONLY | O_CLOEXEC);
        got = read(fd, text, 8191);
        close(fd);
    }
    closedir(dir);
    assert_true(got > 0);
    return text;
}

/* ---- rules
 * -----------------------------------------------------------------------------------------------
 */

static void a_mail_is_sent_with_its_address_and_token_unsealed(void **state)
{
    (void)state;
    assert_int_equal(have_mail(have_user(), 1), DB_OK);
    run_until_idle();
    assert_string_equal(state_of(), "sent");
    assert_non_null(strstr(only_mail(), "To: <ana@example.com>\r\n"));
    assert_non_null(strstr(only_mail(), "/reset/the-token\r\n"));
}

static void telling_twice_is_telling_once(void **state)
{
    uint64_t user = have_user();

    (void)state;
    assert_int_equal(have_mail(user, 1), DB_OK);
    assert_int_equal(have_mail(user, 1), DB_DUPLICATE);
    assert_int_equal(have_mail(user, 2), DB_OK);
    run_until_idle();
    assert_int_equal(files(false), 2);
}

static void a_row_queued_again_is_not_delivered_again(void **state)
{
    (void)state;
    assert_int_equal(have_mail(have_user(), 1), DB_OK);
    run_until_idle();
    assert_int_equal(db_exec(db, &test_requeue, DB_NO_ARGS, NULL), DB_OK);
    run_until_idle();
    assert_int_equal(count_of(&test_count_deliveries), 1);
    assert_int_equal(count_of(&test_queue_length), 0);
    assert_int_equal(db_col_u64(delivery(), 1), 1);
}

static void what_nobody_subscribes_to_leaves_the_queue(void **state)
{
    uint64_t user = have_user();

    (void)state;
    assert_int_equal(have_mail(user, 1), DB_OK);
    assert_int_equal(db_exec_text(db, "UPDATE outbox SET kind = 'commission.created'"), DB_OK);
    run_until_idle();
    assert_int_equal(count_of(&test_queue_length), 0);
    assert_int_equal(count_of(&test_count_deliveries), 0);
}

static void a_failed_try_is_made_again_later(void **state)
{
    struct db_rows *row;

    (void)state;
    assert_int_equal(have_mail(have_user(), 1), DB_OK);
    settings.mail_url = "file:///nowhere/at/all";
    run_until_idle();
    row = delivery();
    assert_sv_equal(db_col_text(row, 0), "due");
    assert_int_equal(db_col_u64(row, 1), 1);
    assert_true(db_col_i64(row, 2) > clock_wire_us() + 30 * CLOCK_SECOND);
    assert_non_null(strstr(db_col_cstr(row, 3), "/nowhere/at/all"));
    assert_int_equal(run_job(), JOB_IDLE); /* not before it is due */
    settings.mail_url = arena_printf(arena, "file://%s", folder);
    assert_int_equal(db_exec(worker, &test_make_due, DB_NO_ARGS, NULL), DB_OK);
    run_until_idle();
    assert_string_equal(state_of(), "sent");
    assert_int_equal(files(false), 1);
}

static void after_eight_tries_it_is_set_aside(void **state)
{
    (void)state;
    assert_int_equal(have_mail(have_user(), 1), DB_OK);
    settings.mail_url = "smtp://127.0.0.1:1"; /* nobody listens there */
    for (int i = 0; i < OUTBOX_TRIES_MAX; i++) {
        run_until_idle();
        assert_int_equal(db_exec(worker, &test_make_due, DB_NO_ARGS, NULL), DB_OK);
    }
    assert_string_equal(state_of(), "dead");
    assert_int_equal(db_col_u64(delivery(), 1), OUTBOX_TRIES_MAX);
    assert_int_equal(run_job(), JOB_IDLE);
}

/* A mail server that takes the connection and says nothing. */
static int silent_server(const char **url)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    *url = arena_printf(arena, "smtp://127.0.0.1:%d", ntohs(address.sin_port));
    return fd;
}

/* The try is committed before it is made: a mail that kills its worker can't loop for ever. */
static void a_worker_killed_in_a_try_has_used_it_up(void **state)
{
    int fd = silent_server(&settings.mail_url), connection, status;
    pid_t child;

    (void)state;
    assert_int_equal(have_mail(have_user(), 1), DB_OK);
    child = fork();
    if (child == 0) {
        worker = testdb_open_as(TESTDB_WORKER);
        run_until_idle();
        _exit(0);
    }
    connection = accept(fd, NULL, NULL); /* the child is in the midst of its try */
    assert_true(connection >= 0);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    close(connection);
    close(fd);
    assert_int_equal(db_col_u64(delivery(), 1), 1);
    assert_string_equal(state_of(), "due");
    assert_int_equal(run_job(), JOB_IDLE); /* and the next one waits */
}

static void two_workers_send_one_mail(void **state)
{
    pid_t child;
    int status;

    (void)state;
    assert_int_equal(have_mail(have_user(), 1), DB_OK);
    child = fork();
    if (child == 0) {
        worker = testdb_open_as(TESTDB_WORKER);
        run_until_idle();
        _exit(0);
    }
    run_until_idle();
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_string_equal(state_of(), "sent");
    assert_int_equal(db_col_u64(delivery(), 1), 1);
}

static void a_row_without_addressee_does_not_stop_the_others(void **state)
{
    uint64_t user = have_user();

    (void)state;
    assert_int_equal(have_mail(user, 1), DB_OK);
    assert_int_equal(db_exec(db, &test_spoil, DB_NO_ARGS, NULL), DB_OK);
    assert_int_equal(have_mail(user, 2), DB_OK);
    run_until_idle();
    assert_int_equal(count_of(&test_queue_length), 0);
    assert_int_equal(files(false), 1);
}

static void nothing_is_sent_to_an_erased_user(void **state)
{
    (void)state;
    assert_int_equal(have_mail(have_user(), 1), DB_OK);
    assert_int_equal(db_exec(db, &test_erase, DB_NO_ARGS, NULL), DB_OK);
    run_until_idle();
    assert_string_equal(state_of(), "dead");
    assert_int_equal(files(false), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_mail_is_sent_with_its_address_and_token_unsealed),
        TEST(telling_twice_is_telling_once),
        TEST(a_row_queued_again_is_not_delivered_again),
        TEST(what_nobody_subscribes_to_leaves_the_queue),
        TEST(a_failed_try_is_made_again_later),
        TEST(after_eight_tries_it_is_set_aside),
        TEST(a_worker_killed_in_a_try_has_used_it_up),
        TEST(two_workers_send_one_mail),
        TEST(a_row_without_addressee_does_not_stop_the_others),
        TEST(nothing_is_sent_to_an_erased_user),
    };

    return cmocka_run_group_tests_name("outbox", tests, open_keys, NULL);
}
