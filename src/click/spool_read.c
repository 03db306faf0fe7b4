#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/log.h"
#include "click/crc32c.h"
#include "click/spool.h"
#include "click/spool_format.h"

enum { PATH_SIZE = 1024, ABANDONED_AFTER_S = 60 };

/* ---- Slots ---- */

static const uint8_t *slot_at(const struct spool_scan *scan, uint32_t slot)
{
    return scan->bytes + (size_t)(slot - scan->first) * SPOOL_SLOT;
}

static bool slot_is_sealed(const struct spool_scan *scan, uint32_t index)
{
    const uint8_t *slot = slot_at(scan, index);

    return memcmp(slot, SPOOL_SLOT_MAGIC, 4) == 0 &&
           spool_get_u64(slot + 8) == spool_sequence(scan->number, index) &&
           spool_get_u32(slot + 4) == crc32c(slot + 8, SPOOL_SLOT - 8);
}

static bool slot_is_good(const struct spool_scan *scan, uint32_t index)
{
    const uint8_t *slot = slot_at(scan, index);
    uint8_t part = slot[16], parts = slot[17];
    uint32_t used = (uint32_t)slot[18] | (uint32_t)slot[19] << 8;

    return parts >= 1 && parts <= SPOOL_PARTS_MAX && part < parts && used >= 1 &&
           used <= SPOOL_PART && (part + 1 == parts || used == SPOOL_PART) &&
           slot_is_sealed(scan, index);
}

static bool slot_is_padding(const struct spool_scan *scan, uint32_t index)
{
    return slot_at(scan, index)[17] == 0 && slot_is_sealed(scan, index);
}

static bool slot_is_blank(const struct spool_scan *scan, uint32_t index)
{
    const uint8_t *slot = slot_at(scan, index);

    return slot[0] == 0 && memcmp(slot, slot + 1, SPOOL_SLOT - 1) == 0;
}

enum record { RECORD_WHOLE, RECORD_PADDING, RECORD_BROKEN, RECORD_CUT /* the window ends first */ };

static enum record look_at_record(const struct spool_scan *scan, uint32_t *parts)
{
    if (slot_is_padding(scan, scan->at))
        return RECORD_PADDING;
    if (!slot_is_good(scan, scan->at) || slot_at(scan, scan->at)[16] != 0)
        return RECORD_BROKEN;
    *parts = slot_at(scan, scan->at)[17];
    for (uint32_t part = 1; part < *parts; part++) {
        uint32_t index = scan->at + part;

        if (index >= scan->end)
            return scan->last ? RECORD_BROKEN : RECORD_CUT;
        if (!slot_is_good(scan, index) || slot_at(scan, index)[16] != part ||
            slot_at(scan, index)[17] != *parts)
            return RECORD_BROKEN;
    }
    return RECORD_WHOLE;
}

static struct sv join_parts(const struct spool_scan *scan, uint32_t parts, struct arena *arena)
{
    const uint8_t *tail = slot_at(scan, scan->at + parts - 1);
    size_t n = (size_t)(parts - 1) * SPOOL_PART + ((size_t)tail[18] | (size_t)tail[19] << 8);
    char *out = arena_alloc(arena, n);

    for (uint32_t part = 0; part < parts; part++) {
        size_t from = (size_t)part * SPOOL_PART;
        size_t len = n - from < SPOOL_PART ? n - from : SPOOL_PART;

        memcpy(out + from, slot_at(scan, scan->at + part) + SPOOL_HEAD, len);
    }
    return sv_of(out, n);
}

/* Also past the window: what lies behind padding is blank, and would look like the edge. */
static void skip_to_next_block(struct spool_scan *scan)
{
    scan->at = (scan->at / SPOOL_BLOCK_SLOTS + 1) * SPOOL_BLOCK_SLOTS;
}

enum spool_found spool_scan_next(struct spool_scan *scan, struct arena *arena, struct sv *payload)
{
    while (scan->at < scan->end) {
        uint32_t parts = 0;

        switch (look_at_record(scan, &parts)) {
        case RECORD_WHOLE:
            *payload = join_parts(scan, parts, arena);
            scan->at += parts;
            return SPOOL_RECORD;
        case RECORD_PADDING:
            skip_to_next_block(scan);
            break;
        case RECORD_CUT:
            return SPOOL_MORE;
        case RECORD_BROKEN:
            /* Of a live writer this is the edge: blank, or a write under way. */
            if (scan->live)
                return SPOOL_WAIT;
            if (!slot_is_blank(scan, scan->at))
                scan->torn++;
            scan->at++;
            break;
        }
    }
    return scan->last ? SPOOL_END : SPOOL_MORE;
}

/* ---- Segments ---- */

static bool read_all(int fd, uint8_t *out, size_t n, off_t at)
{
    while (n > 0) {
        ssize_t got = pread(fd, out, n, at);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        out += got;
        at += got;
        n -= (size_t)got;
    }
    return true;
}

enum spool_opened spool_segment_open(const char *dir, const char *name, struct spool_segment *out)
{
    char path[PATH_SIZE];
    uint8_t header[SPOOL_SLOT];
    struct stat facts;
    int n = snprintf(path, sizeof(path), "%s/%s", dir, name);

    CHECK(n > 0 && (size_t)n < sizeof(path));
    *out = (struct spool_segment){.fd = open(path, O_RDONLY | O_CLOEXEC)};
    if (out->fd < 0 && errno == ENOENT)
        return SPOOL_GONE;
    if (out->fd < 0 || fstat(out->fd, &facts) != 0 ||
        !read_all(out->fd, header, sizeof(header), 0) ||
        memcmp(header, SPOOL_SEGMENT_MAGIC, 8) != 0 ||
        spool_get_u32(header + 24) != crc32c(header, 24))
        goto foreign;
    out->number = spool_get_u32(header + 16);
    out->slots = spool_get_u32(header + 20);
    if (out->slots < SPOOL_SEGMENT_SLOTS_LEAST || facts.st_size != (off_t)out->slots * SPOOL_SLOT)
        goto foreign;
    out->live = true;
    /* The writer goes past the page cache: what was read ahead would only be dropped again. */
    (void)posix_fadvise(out->fd, 0, 0, POSIX_FADV_RANDOM);
    return SPOOL_OPENED;
foreign:
    log_line(LOG_ERROR, "spool_segment_foreign", LOG_STR("path", path));
    spool_segment_close(out);
    return SPOOL_FOREIGN;
}

bool spool_segment_is_live(struct spool_segment *segment)
{
    if (segment->live && flock(segment->fd, LOCK_SH | LOCK_NB) == 0) {
        (void)flock(segment->fd, LOCK_UN);
        segment->live = false;
    }
    return segment->live;
}

bool spool_segment_read(struct spool_segment *segment, struct arena *arena, uint32_t first,
                        uint32_t slots, struct spool_scan *scan)
{
    uint32_t left, n;
    uint8_t *bytes;

    if (first < SPOOL_BLOCK_SLOTS)
        first = SPOOL_BLOCK_SLOTS; /* the first block is the header's */
    CHECK(first <= segment->slots);
    left = segment->slots - first;
    n = left < slots ? left : slots;
    bytes = arena_alloc(arena, (size_t)n * SPOOL_SLOT + 1);
    if (!read_all(segment->fd, bytes, (size_t)n * SPOOL_SLOT, (off_t)first * SPOOL_SLOT)) {
        log_line(LOG_ERROR, "spool_segment_read", LOG_STR("why", strerror(errno)));
        return false;
    }
    *scan = (struct spool_scan){.bytes = bytes,
                                .number = segment->number,
                                .first = first,
                                .end = first + n,
                                .at = first,
                                .live = segment->live,
                                .last = n == left};
    return true;
}

void spool_segment_close(struct spool_segment *segment)
{
    if (segment->fd >= 0)
        close(segment->fd);
    segment->fd = -1;
}

/* ---- The folder ---- */

static int is_segment(const struct dirent *entry)
{
    struct sv name = sv_from(entry->d_name);

    return name.n == SPOOL_NAME_SIZE - 1 && sv_ends(name, SV(".seg"));
}

bool spool_list(struct arena *arena, const char *dir, const char ***names, size_t *count)
{
    struct dirent **entries = NULL;
    int n = scandir(dir, &entries, is_segment, alphasort);

    if (n < 0) {
        log_line(LOG_ERROR, "spool_list", LOG_STR("dir", dir), LOG_STR("why", strerror(errno)));
        return false;
    }
    *count = (size_t)n;
    *names = arena_array(arena, *count + 1, sizeof(**names));
    for (size_t i = 0; i < *count; i++) {
        (*names)[i] = arena_strdup(arena, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return true;
}

void spool_remove(const char *dir, const char *name)
{
    char path[PATH_SIZE];
    int n = snprintf(path, sizeof(path), "%s/%s", dir, name);

    CHECK(n > 0 && (size_t)n < sizeof(path));
    if (unlink(path) != 0 && errno != ENOENT)
        log_line(LOG_ERROR, "spool_remove", LOG_STR("path", path), LOG_STR("why", strerror(errno)));
}

static int is_half_made(const struct dirent *entry)
{
    struct sv name = sv_from(entry->d_name);

    return name.n == SPOOL_NAME_SIZE - 1 && sv_ends(name, SV(".new"));
}

/* Unlocked for a minute: its writer was killed while it zeroed. It holds nothing. */
static void sweep_one(const char *dir, const char *name)
{
    char path[PATH_SIZE];
    struct stat facts;
    int n = snprintf(path, sizeof(path), "%s/%s", dir, name), fd;

    CHECK(n > 0 && (size_t)n < sizeof(path));
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (fstat(fd, &facts) == 0 && time(NULL) - facts.st_mtime > ABANDONED_AFTER_S &&
        flock(fd, LOCK_EX | LOCK_NB) == 0)
        (void)unlink(path);
    close(fd);
}

void spool_sweep(const char *dir)
{
    struct dirent **entries = NULL;
    int n = scandir(dir, &entries, is_half_made, alphasort);

    for (int i = 0; i < n; i++) {
        sweep_one(dir, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
}
