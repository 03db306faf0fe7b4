/*
 * The click spool: where a redirect makes its click durable without a database.
 *
 * Each process of the track pool writes segments of its own, so no lock is
 * shared. A segment is a file of 256-byte slots, written with zeros and synced
 * before its first use: an append then changes data alone, no metadata, and one
 * synchronous write of a whole batch is what durability costs. A batch starts on a
 * block of 4 KiB, so that the write can go past the page cache (O_DIRECT, where the
 * file system has it: two thirds of the processor's work, and one wait instead of two).
 *
 *   <dir>/<writer>-<number>.seg     writer: 16 hex digits, drawn at start; number: 8 hex digits
 *   <dir>/<writer>-<number>.new     the next segment, while it is being zeroed
 *
 *   slot 0     0  "MEEDSEG1"   8  u64 writer   16 u32 number   20 u32 slots   24 u32 CRC of 0…23
 *   slot 16…   0  "MS01"       4  u32 CRC-32C of bytes 8…255
 *              8  u64 sequence = number << 32 | slot
 *             16  u8 part     17  u8 parts     18  u16 bytes used     20  payload, 236 bytes
 *
 * A record longer than one slot goes on in the slots behind it: parts count from
 * 0, every slot but the last is full. A slot of 0 parts is padding: the batch ends
 * here, the next one starts with the next block. A slot is good when magic, CRC and sequence
 * are; a record when all its slots are. So a torn write is seen wherever it tore, a
 * stale slot is never taken for a new one, and a record that is not whole was never
 * answered: the responder answers after the write has returned.
 *
 * Who owns a segment is an flock: held, the writer lives and appends; free, it
 * has died or moved on, and what the file holds is final. Numbers are little-endian.
 *
 * No I/O but these files; this module knows nothing of clicks.
 */
#ifndef MEED_CLICK_SPOOL_H
#define MEED_CLICK_SPOOL_H

#include "base/arena.h"
#include "base/sv.h"

enum {
    SPOOL_SLOT = 256,
    SPOOL_HEAD = 20, /* of a slot */
    SPOOL_PART = SPOOL_SLOT - SPOOL_HEAD,
    SPOOL_PARTS_MAX = 20,
    SPOOL_RECORD_MAX = SPOOL_PARTS_MAX * SPOOL_PART,
    SPOOL_BLOCK_SLOTS = 16,          /* 4 KiB: where a batch may start */
    SPOOL_BATCH = 16,                /* records of one write */
    SPOOL_SEGMENT_SLOTS = 32768,     /* 8 MiB */
    SPOOL_SEGMENT_SLOTS_LEAST = 512, /* a batch at its longest fits */
    SPOOL_NAME_SIZE = 16 + 1 + 8 + 4 + 1,
};

/* ---- Writing ---- */

struct spool;

/*
 * Draws a writer id and makes the first segment. `slots` is SPOOL_SEGMENT_SLOTS
 * outside of tests. Never NULL: when there is no room now, commits fail until there is.
 */
struct spool *spool_open(const char *dir, uint32_t slots) __attribute__((returns_nonnull));
void spool_close(struct spool *spool);

/* Puts one record into the batch; at most SPOOL_BATCH of at most SPOOL_RECORD_MAX bytes. */
void spool_add(struct spool *spool, struct sv payload);

/*
 * Makes the batch durable by one write, and empties it. False (logged, once a
 * minute): nothing of it may be acknowledged. Each later commit tries anew.
 */
MUST_USE bool spool_commit(struct spool *spool);

/*
 * Zeroes a little of the next segment when this one is a quarter full. Call it between
 * batches; true while there is more to do.
 */
bool spool_prepare(struct spool *spool);

/* ---- Reading ---- */

/* The slots of one segment from `slot` on, as many as fit the window that was read. */
struct spool_scan {
    const uint8_t *bytes;
    uint32_t number;     /* the segment's */
    uint32_t first, end; /* slots in the window: [first, end) */
    uint32_t at;         /* the next slot to look at, perhaps behind `end` */
    bool live;           /* its writer still appends */
    bool last;           /* `end` is the segment's end */
    uint64_t torn;       /* slots that held something, but not a whole record */
};

enum spool_found {
    SPOOL_RECORD, /* *payload is the next one, the arena's */
    SPOOL_MORE,   /* the window is used up, or ends within a record: read on from `at` */
    SPOOL_WAIT,   /* live: nothing behind `at` yet */
    SPOOL_END,    /* every record of the segment was handed out */
};

/* Pure: a decoder of untrusted bytes. */
enum spool_found spool_scan_next(struct spool_scan *scan, struct arena *arena, struct sv *payload);

enum spool_opened {
    SPOOL_OPENED,
    SPOOL_GONE,    /* no such file */
    SPOOL_FOREIGN, /* not a segment of ours, or of a later format */
};

struct spool_segment {
    int fd;
    uint32_t number, slots;
    bool live;
};

MUST_USE enum spool_opened spool_segment_open(const char *dir, const char *name,
                                              struct spool_segment *out);
/* Whether the writer lives; ask before reading: what is read after a `false` is final. */
bool spool_segment_is_live(struct spool_segment *segment);
/* Reads up to `slots` slots from `first` on into the arena, ready to scan. False: logged. */
MUST_USE bool spool_segment_read(struct spool_segment *segment, struct arena *arena, uint32_t first,
                                 uint32_t slots, struct spool_scan *scan);
void spool_segment_close(struct spool_segment *segment);

/* Names of all segments, sorted. False (logged) when the folder can't be read. */
MUST_USE bool spool_list(struct arena *arena, const char *dir, const char ***names, size_t *count);
/* Removes a drained segment, and half-made ones that nobody works on. */
void spool_remove(const char *dir, const char *name);
void spool_sweep(const char *dir);

#endif
