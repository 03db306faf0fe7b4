#include <fcntl.h>
#include <sodium.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/log.h"
#include "click/crc32c.h"
#include "click/spool.h"
#include "click/spool_format.h"

/* Bytes zeroed and synced in one step: short enough not to be felt between two batches. */
enum { ZERO_STEP = 256 * 1024, PATH_SIZE = 1024, BLOCK = SPOOL_BLOCK_SLOTS * SPOOL_SLOT };

struct file {
    int fd; /* −1: none */
    uint32_t number;
};

struct spool {
    char *dir;
    uint64_t writer;
    uint32_t slots;
    uint32_t next_number;
    struct file current;
    uint32_t at; /* the next free slot of `current` */
    struct file next;
    uint32_t next_zeroed; /* slots; next.fd ≥ 0 and next_zeroed == slots: ready */
    bool next_ready;
    int64_t complained_us;
    size_t batch_slots, batch_records;
    uint8_t *batch; /* aligned to a block, as O_DIRECT asks */
};

enum { BATCH_BYTES = SPOOL_BATCH * SPOOL_PARTS_MAX * SPOOL_SLOT };
_Static_assert(BATCH_BYTES % BLOCK == 0, "a batch at its longest fills whole blocks");

/* A full disk would log at the rate of the clicks: once a minute tells as much. */
static void complain(struct spool *spool, const char *event, const char *why)
{
    int64_t now = clock_monotonic_us();

    if (spool->complained_us != 0 && now - spool->complained_us < CLOCK_MINUTE)
        return;
    spool->complained_us = now;
    log_line(LOG_ERROR, event, LOG_STR("dir", spool->dir), LOG_STR("why", why));
}

static void path_of(const struct spool *spool, uint32_t number, const char *suffix,
                    char out[PATH_SIZE])
{
    int n = snprintf(out, PATH_SIZE, "%s/%016" PRIx64 "-%08" PRIx32 ".%s", spool->dir,
                     spool->writer, number, suffix);

    CHECK(n > 0 && n < PATH_SIZE);
}

static bool write_all(int fd, const uint8_t *bytes, size_t n, off_t at)
{
    while (n > 0) {
        ssize_t wrote = pwrite(fd, bytes, n, at);

        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return false;
        bytes += wrote;
        at += wrote;
        n -= (size_t)wrote;
    }
    return true;
}

static bool sync_dir(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;

    if (fd >= 0)
        close(fd);
    return ok;
}

static void drop_next(struct spool *spool)
{
    char path[PATH_SIZE];

    if (spool->next.fd < 0)
        return;
    path_of(spool, spool->next.number, "new", path);
    (void)unlink(path);
    close(spool->next.fd);
    spool->next = (struct file){.fd = -1};
    spool->next_zeroed = 0;
    spool->next_ready = false;
}

/* Past the page cache where the file system can; tmpfs, say, can't. */
static int create_segment(const char *path)
{
    int flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_DSYNC;
    int fd = open(path, flags | O_DIRECT, 0640);

    if (fd >= 0 || errno != EINVAL)
        return fd;
    (void)unlink(path);
    return open(path, flags, 0640);
}

/* The lock comes before the name that readers look for: nobody sees it unlocked and empty. */
static bool begin_next(struct spool *spool)
{
    char path[PATH_SIZE];
    int fd;

    path_of(spool, spool->next_number, "new", path);
    fd = create_segment(path);
    if (fd < 0) {
        complain(spool, "spool_segment_create", strerror(errno));
        return false;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        complain(spool, "spool_segment_lock", strerror(errno));
        close(fd);
        (void)unlink(path);
        return false;
    }
    spool->next = (struct file){.fd = fd, .number = spool->next_number++};
    spool->next_zeroed = 0;
    return true;
}

static bool zero_a_step(struct spool *spool)
{
    static const uint8_t zeros[ZERO_STEP] __attribute__((aligned(BLOCK)));
    uint32_t step = ZERO_STEP / SPOOL_SLOT, left = spool->slots - spool->next_zeroed;
    uint32_t n = left < step ? left : step;

    if (!write_all(spool->next.fd, zeros, (size_t)n * SPOOL_SLOT,
                   (off_t)spool->next_zeroed * SPOOL_SLOT)) {
        complain(spool, "spool_segment_zero", strerror(errno));
        drop_next(spool);
        return false;
    }
    spool->next_zeroed += n;
    return true;
}

/* Header, then the name, then the directory: each durable before the next. */
static bool finish_next(struct spool *spool)
{
    uint8_t header[BLOCK] __attribute__((aligned(BLOCK))) = {0};
    char from[PATH_SIZE], to[PATH_SIZE];

    memcpy(header, SPOOL_SEGMENT_MAGIC, 8);
    spool_put_u64(header + 8, spool->writer);
    spool_put_u32(header + 16, spool->next.number);
    spool_put_u32(header + 20, spool->slots);
    spool_put_u32(header + 24, crc32c(header, 24));
    path_of(spool, spool->next.number, "new", from);
    path_of(spool, spool->next.number, "seg", to);
    if (!write_all(spool->next.fd, header, sizeof(header), 0) || fsync(spool->next.fd) != 0 ||
        rename(from, to) != 0 || !sync_dir(spool->dir)) {
        complain(spool, "spool_segment_finish", strerror(errno));
        drop_next(spool);
        return false;
    }
    spool->next_ready = true;
    return true;
}

/* One step towards a ready next segment; false when it failed. */
static bool step_next(struct spool *spool)
{
    if (spool->next.fd < 0 && !begin_next(spool))
        return false;
    if (spool->next_zeroed < spool->slots)
        return zero_a_step(spool);
    return finish_next(spool);
}

/* Closing gives the lock back, which tells the drain that this segment is final. */
static void leave_current(struct spool *spool)
{
    if (spool->current.fd >= 0)
        close(spool->current.fd);
    spool->current = (struct file){.fd = -1};
}

static bool turn_over(struct spool *spool)
{
    leave_current(spool);
    while (!spool->next_ready)
        if (!step_next(spool))
            return false;
    spool->current = spool->next;
    spool->at = SPOOL_BLOCK_SLOTS;
    spool->next = (struct file){.fd = -1};
    spool->next_zeroed = 0;
    spool->next_ready = false;
    return true;
}

struct spool *spool_open(const char *dir, uint32_t slots)
{
    struct spool *spool = calloc(1, sizeof(*spool));

    CHECK(spool != NULL && slots >= SPOOL_SEGMENT_SLOTS_LEAST && slots % SPOOL_BLOCK_SLOTS == 0);
    spool->dir = strdup(dir);
    spool->batch = aligned_alloc(BLOCK, BATCH_BYTES);
    CHECK(spool->dir != NULL && spool->batch != NULL);
    spool->slots = slots;
    spool->current.fd = spool->next.fd = -1;
    randombytes_buf(&spool->writer, sizeof(spool->writer));
    (void)turn_over(spool);
    return spool;
}

void spool_close(struct spool *spool)
{
    if (spool == NULL)
        return;
    leave_current(spool);
    if (spool->next_ready)
        close(spool->next.fd);
    else
        drop_next(spool);
    free(spool->batch);
    free(spool->dir);
    free(spool);
}

void spool_add(struct spool *spool, struct sv payload)
{
    size_t parts = (payload.n + SPOOL_PART - 1) / SPOOL_PART;

    CHECK(payload.n > 0 && parts <= SPOOL_PARTS_MAX && spool->batch_records < SPOOL_BATCH);
    for (size_t part = 0; part < parts; part++) {
        uint8_t *slot = spool->batch + (spool->batch_slots + part) * SPOOL_SLOT;
        size_t from = part * SPOOL_PART;
        size_t n = payload.n - from < SPOOL_PART ? payload.n - from : SPOOL_PART;

        memset(slot, 0, SPOOL_SLOT);
        slot[16] = (uint8_t)part;
        slot[17] = (uint8_t)parts;
        slot[18] = (uint8_t)n;
        slot[19] = (uint8_t)(n >> 8);
        memcpy(slot + SPOOL_HEAD, payload.p + from, n);
    }
    spool->batch_slots += parts;
    spool->batch_records++;
}

/* Fills the last block: one slot of padding that says so, and blank ones behind it. */
static void pad_batch(struct spool *spool)
{
    size_t over = spool->batch_slots % SPOOL_BLOCK_SLOTS;

    if (over == 0)
        return;
    memset(spool->batch + spool->batch_slots * SPOOL_SLOT, 0,
           (SPOOL_BLOCK_SLOTS - over) * SPOOL_SLOT);
    spool->batch_slots++;
}

/* Sequence numbers are known only when the segment is. */
static void seal_batch(struct spool *spool)
{
    for (uint32_t i = 0; i < spool->batch_slots; i++) {
        uint8_t *slot = spool->batch + (size_t)i * SPOOL_SLOT;

        memcpy(slot, SPOOL_SLOT_MAGIC, 4);
        spool_put_u64(slot + 8, spool_sequence(spool->current.number, spool->at + i));
        spool_put_u32(slot + 4, crc32c(slot + 8, SPOOL_SLOT - 8));
    }
}

bool spool_commit(struct spool *spool)
{
    uint32_t blocks = (uint32_t)(spool->batch_slots + SPOOL_BLOCK_SLOTS - 1) / SPOOL_BLOCK_SLOTS;
    uint32_t slots = blocks * SPOOL_BLOCK_SLOTS;
    bool has_room = spool->current.fd >= 0 && slots <= spool->slots - spool->at;
    bool ok = has_room || turn_over(spool);

    if (ok && slots > 0) {
        pad_batch(spool);
        seal_batch(spool);
        ok = write_all(spool->current.fd, spool->batch, (size_t)blocks * BLOCK,
                       (off_t)spool->at * SPOOL_SLOT);
        if (!ok) {
            /* What reached the file is unknown: never write behind it. */
            complain(spool, "spool_write", strerror(errno));
            leave_current(spool);
        }
        spool->at += slots;
    }
    spool->batch_slots = spool->batch_records = 0;
    return ok;
}

bool spool_prepare(struct spool *spool)
{
    if (spool->next_ready || spool->current.fd < 0 || spool->at < spool->slots / 4)
        return false;
    return step_next(spool) && !spool->next_ready;
}
