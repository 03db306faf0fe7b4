#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "click/crc32c.h"
#include "click/spool.h"
#include "support/unit.h"

enum { SLOTS = SPOOL_SEGMENT_SLOTS_LEAST, BLOCK = SPOOL_BLOCK_SLOTS * SPOOL_SLOT };

static char dir[] = "/tmp/meed-spool-XXXXXX";
static struct arena *arena;
static struct arena *reading; /* what was read last */

static void remove_files(void)
{
    DIR *folder = opendir(dir);
    struct dirent *entry;
    char path[512];

    assert_non_null(folder);
    while ((entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        (void)snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
        assert_int_equal(unlink(path), 0);
    }
    closedir(folder);
}

static int make_dir(void **state)
{
    (void)state;
    arena = arena_new(ARENA_CEILING_DEFAULT);
    reading = arena_new(ARENA_CEILING_DEFAULT);
    return mkdtemp(dir) == NULL ? -1 : 0;
}

static int remove_dir(void **state)
{
    (void)state;
    arena_free(arena);
    arena_free(reading);
    return rmdir(dir);
}

static int empty_dir(void **state)
{
    (void)state;
    remove_files();
    return 0;
}

/* ---- Builders ---- */

static struct sv record(char fill, size_t n)
{
    char *text = arena_alloc(arena, n);

    memset(text, fill, n);
    return sv_of(text, n);
}

static void append(struct spool *spool, struct sv payload)
{
    spool_add(spool, payload);
    assert_true(spool_commit(spool));
}

static size_t segments(const char ***names)
{
    size_t n;

    assert_true(spool_list(arena, dir, names, &n));
    return n;
}

/* Everything a segment holds for a reader who comes when the writer is gone or alive. */
struct content {
    struct sv records[512];
    size_t n;
    uint64_t torn;
    enum spool_found last;
    bool live;
};

static struct content read_segment_by(const char *name, uint32_t window)
{
    struct content content = {0};
    struct spool_segment segment;
    struct spool_scan scan = {.at = 1};

    arena_reset(reading);
    assert_int_equal(spool_segment_open(dir, name, &segment), SPOOL_OPENED);
    content.live = spool_segment_is_live(&segment);
    do {
        uint32_t from = scan.at;

        assert_true(spool_segment_read(&segment, reading, from, window, &scan));
        while ((content.last = spool_scan_next(&scan, reading, &content.records[content.n])) ==
               SPOOL_RECORD)
            content.n++;
        content.torn += scan.torn;
        if (content.last == SPOOL_MORE && scan.at == from)
            fail_msg("a window of %u slots makes no progress", window);
    } while (content.last == SPOOL_MORE);
    spool_segment_close(&segment);
    return content;
}

static struct content read_segment(const char *name)
{
    return read_segment_by(name, SLOTS);
}

static struct content read_only_segment(void)
{
    const char **names;

    assert_int_equal(segments(&names), 1);
    return read_segment(names[0]);
}

static void assert_record(const struct content *content, size_t i, char fill, size_t n)
{
    assert_true(i < content->n);
    assert_int_equal(content->records[i].n, n);
    for (size_t at = 0; at < n; at++)
        assert_int_equal(content->records[i].p[at], fill);
}

/* ---- Tests ---- */

static void checksum_is_crc32c(void **state)
{
    uint8_t zeros[32] = {0};

    (void)state;
    /* RFC 3720, B.4, and the check value of the CRC catalogues. */
    assert_int_equal(crc32c("123456789", 9), 0xe3069283);
    assert_int_equal(crc32c(zeros, sizeof(zeros)), 0x8a9136aa);
}

static void hands_back_records_of_any_length_in_order(void **state)
{
    static const size_t lengths[] = {
        1, SPOOL_PART - 1, SPOOL_PART, SPOOL_PART + 1, 3 * SPOOL_PART, 700, SPOOL_RECORD_MAX};
    struct spool *spool = spool_open(dir, SLOTS);
    struct content content;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(lengths); i++)
        append(spool, record((char)('a' + i), lengths[i]));
    spool_close(spool);
    content = read_only_segment();
    assert_int_equal(content.n, COUNT_OF(lengths));
    for (size_t i = 0; i < COUNT_OF(lengths); i++)
        assert_record(&content, i, (char)('a' + i), lengths[i]);
    assert_int_equal(content.last, SPOOL_END);
    assert_int_equal(content.torn, 0);
}

static void one_commit_stores_a_whole_batch(void **state)
{
    struct spool *spool = spool_open(dir, SLOTS);
    struct content content;

    (void)state;
    for (int i = 0; i < SPOOL_BATCH; i++)
        spool_add(spool, record((char)('a' + i), SPOOL_RECORD_MAX));
    assert_true(spool_commit(spool));
    spool_close(spool);
    content = read_only_segment();
    assert_int_equal(content.n, SPOOL_BATCH);
    assert_record(&content, SPOOL_BATCH - 1, 'a' + SPOOL_BATCH - 1, SPOOL_RECORD_MAX);
}

static void follows_a_live_writer_to_its_edge(void **state)
{
    struct spool *spool = spool_open(dir, SLOTS);
    struct content content;

    (void)state;
    append(spool, record('a', 10));
    content = read_only_segment();
    assert_true(content.live);
    assert_int_equal(content.n, 1);
    assert_int_equal(content.last, SPOOL_WAIT);
    append(spool, record('b', 500));
    content = read_only_segment();
    assert_int_equal(content.n, 2);
    spool_close(spool);
    assert_false(read_only_segment().live);
}

static void assert_reads_through_all_windows(const char *name, size_t records)
{
    for (uint32_t window = 12; window <= SLOTS; window += 7)
        assert_int_equal(read_segment_by(name, window).n, records);
}

static void reads_through_windows_of_any_size(void **state)
{
    struct spool *spool = spool_open(dir, SLOTS);
    const char **names;

    (void)state;
    for (int i = 0; i < 24; i++)
        append(spool, record((char)('a' + i), (size_t)(1 + i % 12) * 200));
    assert_int_equal(segments(&names), 1);
    assert_reads_through_all_windows(names[0], 24); /* to the edge of a live writer */
    spool_close(spool);
    assert_reads_through_all_windows(names[0], 24);
}

static void turns_to_the_next_segment_without_a_gap(void **state)
{
    struct spool *spool = spool_open(dir, SLOTS);
    const char **names;
    size_t n, found = 0;

    (void)state;
    for (int i = 0; i < 300; i++) {
        append(spool, record((char)i, 3 * SPOOL_PART));
        (void)spool_prepare(spool);
    }
    n = segments(&names);
    assert_true(n >= 2);
    for (size_t i = 0; i < n; i++) {
        struct content content = read_segment(names[i]);

        for (size_t r = 0; r < content.n; r++, found++)
            assert_record(&content, r, (char)found, 3 * SPOOL_PART);
    }
    assert_int_equal(found, 300);
    spool_close(spool);
}

static void the_next_segment_is_ready_before_it_is_needed(void **state)
{
    struct spool *spool = spool_open(dir, SLOTS);
    const char **names;
    int steps = 0;

    (void)state;
    assert_false(spool_prepare(spool));
    while (segments(&names) == 1 && steps < SLOTS) {
        append(spool, record('a', 1));
        (void)spool_prepare(spool);
        steps++;
    }
    assert_int_equal(segments(&names), 2);
    assert_true(steps < SLOTS / 2);
    spool_close(spool);
}

/*
 * A power cut in mid-write: the last record's slots reach the disk in part. Whatever byte it tore
 * at, the reader has all records before, and never a part of the torn one.
 */
static void a_write_torn_at_any_byte_is_never_taken_for_a_record(void **state)
{
    enum { TORN_SLOTS = 2, TORN_BYTES = TORN_SLOTS * SPOOL_SLOT };
    struct spool *spool = spool_open(dir, SLOTS);
    uint8_t whole[TORN_BYTES], torn[TORN_BYTES];
    const off_t at = 2 * BLOCK; /* the header's block, the first batch's */
    const char **names;
    char path[512];
    int fd;

    (void)state;
    append(spool, record('a', 10));
    append(spool, record('b', SPOOL_PART + 20));
    spool_close(spool);
    assert_int_equal(segments(&names), 1);
    (void)snprintf(path, sizeof(path), "%s/%s", dir, names[0]);
    fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, whole, sizeof(whole), at), sizeof(whole));
    for (int cut = 0; cut < TORN_BYTES; cut++) {
        bool same;

        memset(torn, 0, sizeof(torn));
        memcpy(torn, whole, (size_t)cut);
        /* The rest of a slot may be zeros already: then nothing tore. */
        same = memcmp(torn, whole, sizeof(torn)) == 0;
        assert_int_equal(pwrite(fd, torn, sizeof(torn), at), sizeof(torn));
        assert_int_equal(read_only_segment().n, same ? 2 : 1);
        /* Slots may also arrive in the other order. */
        memset(torn, 0, sizeof(torn));
        memcpy(torn + cut, whole + cut, (size_t)(TORN_BYTES - cut));
        same = memcmp(torn, whole, sizeof(torn)) == 0;
        assert_int_equal(pwrite(fd, torn, sizeof(torn), at), sizeof(torn));
        assert_int_equal(read_only_segment().n, same ? 2 : 1);
    }
    close(fd);
}

static void a_flipped_bit_anywhere_costs_its_own_record_alone(void **state)
{
    struct spool *spool = spool_open(dir, SLOTS);
    const char **names;
    char path[512];
    int fd;

    (void)state;
    append(spool, record('a', 10));
    append(spool, record('b', 10));
    append(spool, record('c', 10));
    spool_close(spool);
    assert_int_equal(segments(&names), 1);
    (void)snprintf(path, sizeof(path), "%s/%s", dir, names[0]);
    fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    for (off_t at = 2 * BLOCK; at < 2 * BLOCK + SPOOL_SLOT; at++) {
        struct content content;
        uint8_t byte, flipped;

        assert_int_equal(pread(fd, &byte, 1, at), 1);
        flipped = byte ^ 0x10;
        assert_int_equal(pwrite(fd, &flipped, 1, at), 1);
        content = read_only_segment();
        assert_int_equal(content.n, 2);
        assert_int_equal(content.torn, 1);
        assert_record(&content, 1, 'c', 10);
        assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    }
    close(fd);
}

static void a_slot_copied_to_another_place_is_no_record(void **state)
{
    struct spool *spool = spool_open(dir, SLOTS);
    uint8_t slot[SPOOL_SLOT];
    const char **names;
    char path[512];
    int fd;

    (void)state;
    append(spool, record('a', 10));
    spool_close(spool);
    assert_int_equal(segments(&names), 1);
    (void)snprintf(path, sizeof(path), "%s/%s", dir, names[0]);
    fd = open(path, O_RDWR | O_CLOEXEC);
    assert_int_equal(pread(fd, slot, sizeof(slot), BLOCK), SPOOL_SLOT);
    assert_int_equal(pwrite(fd, slot, sizeof(slot), 3 * BLOCK), SPOOL_SLOT);
    close(fd);
    assert_int_equal(read_only_segment().n, 1);
}

static void refuses_a_file_that_is_no_segment(void **state)
{
    static const char *const name = "0123456789abcdef-00000000.seg";
    struct spool_segment segment;
    char path[512];
    int fd;

    (void)state;
    assert_int_equal(spool_segment_open(dir, name, &segment), SPOOL_GONE);
    (void)snprintf(path, sizeof(path), "%s/%s", dir, name);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(spool_segment_open(dir, name, &segment), SPOOL_FOREIGN);
    assert_int_equal(ftruncate(fd, SLOTS * SPOOL_SLOT), 0);
    assert_int_equal(spool_segment_open(dir, name, &segment), SPOOL_FOREIGN);
    close(fd);
}

/* A file size limit stands in for a full disk: the writer can't tell them apart. */
static void set_size_limit(rlim_t bytes)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void without_room_nothing_is_acknowledged_and_work_resumes(void **state)
{
    struct spool *spool;

    (void)state;
    signal(SIGXFSZ, SIG_IGN);
    set_size_limit(SLOTS * SPOOL_SLOT / 2);
    spool = spool_open(dir, SLOTS);
    spool_add(spool, record('a', 10));
    assert_false(spool_commit(spool));
    spool_add(spool, record('b', 10));
    assert_false(spool_commit(spool));
    set_size_limit(RLIM_INFINITY);
    append(spool, record('c', 10));
    spool_close(spool);
    {
        struct content content = read_only_segment();

        assert_int_equal(content.n, 1);
        assert_record(&content, 0, 'c', 10);
    }
}

/* A responder that is killed by no matter what gives up its lock with its life. */
static void a_killed_writer_leaves_what_it_had_committed(void **state)
{
    int ready[2];
    struct content content;
    char byte;
    pid_t child;

    (void)state;
    assert_int_equal(pipe(ready), 0);
    child = fork();
    if (child == 0) {
        struct spool *spool = spool_open(dir, SLOTS);

        spool_add(spool, record('a', 300));
        if (!spool_commit(spool) || write(ready[1], "x", 1) != 1)
            _exit(1);
        pause();
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_true(read_only_segment().live);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    content = read_only_segment();
    assert_false(content.live);
    assert_int_equal(content.n, 1);
    assert_record(&content, 0, 'a', 300);
    close(ready[0]);
    close(ready[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checksum_is_crc32c),
        cmocka_unit_test_teardown(hands_back_records_of_any_length_in_order, empty_dir),
        cmocka_unit_test_teardown(one_commit_stores_a_whole_batch, empty_dir),
        cmocka_unit_test_teardown(follows_a_live_writer_to_its_edge, empty_dir),
        cmocka_unit_test_teardown(reads_through_windows_of_any_size, empty_dir),
        cmocka_unit_test_teardown(turns_to_the_next_segment_without_a_gap, empty_dir),
        cmocka_unit_test_teardown(the_next_segment_is_ready_before_it_is_needed, empty_dir),
        cmocka_unit_test_teardown(a_write_torn_at_any_byte_is_never_taken_for_a_record, empty_dir),
        cmocka_unit_test_teardown(a_flipped_bit_anywhere_costs_its_own_record_alone, empty_dir),
        cmocka_unit_test_teardown(a_slot_copied_to_another_place_is_no_record, empty_dir),
        cmocka_unit_test_teardown(refuses_a_file_that_is_no_segment, empty_dir),
        cmocka_unit_test_teardown(without_room_nothing_is_acknowledged_and_work_resumes, empty_dir),
        cmocka_unit_test_teardown(a_killed_writer_leaves_what_it_had_committed, empty_dir),
    };

    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
