/*
 * Whatever stands in a spool segment: the reader hands out whole records or nothing, makes
 * progress, and a record that decodes to a click encodes to the same bytes.
 *
 * Input: a byte of flags, then slots. Random bytes hardly ever have a good checksum, so the first
 * flag asks for magic, sequence and checksum to be put right first.
 */
#include "click/crc32c.h"
#include "click/record.h"
#include "click/spool.h"
#include "click/spool_format.h"

enum { REPAIR = 1, LIVE = 2, LAST = 4, NUMBER = 7, FIRST = 1 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void repair(uint8_t *slot, uint32_t index)
{
    memcpy(slot, SPOOL_SLOT_MAGIC, 4);
    spool_put_u64(slot + 8, spool_sequence(NUMBER, index));
    spool_put_u32(slot + 4, crc32c(slot + 8, SPOOL_SLOT - 8));
}

static void check_record(struct sv payload)
{
    uint8_t again[RECORD_MAX];
    struct click click;

    CHECK(payload.n > 0 && payload.n <= SPOOL_RECORD_MAX);
    if (!record_decode(payload, &click))
        return;
    CHECK(record_encode(again, &click) == payload.n);
    CHECK(memcmp(again, payload.p, payload.n) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena *arena;
    struct spool_scan scan = {.number = NUMBER, .first = FIRST, .at = FIRST};
    enum spool_found found;
    struct sv payload;
    uint8_t *bytes;

    if (arena == NULL)
        arena = arena_new(ARENA_CEILING_DEFAULT);
    arena_reset(arena);
    if (size == 0)
        return 0;
    scan.live = (data[0] & LIVE) != 0;
    scan.last = (data[0] & LAST) != 0;
    scan.end = FIRST + (uint32_t)((size - 1) / SPOOL_SLOT);
    /* Of malloc, so that a read behind the last slot is seen. */
    bytes = malloc((size_t)(scan.end - FIRST) * SPOOL_SLOT + 1);
    CHECK(bytes != NULL);
    memcpy(bytes, data + 1, (size_t)(scan.end - FIRST) * SPOOL_SLOT);
    for (uint32_t i = FIRST; (data[0] & REPAIR) != 0 && i < scan.end; i++)
        repair(bytes + (size_t)(i - FIRST) * SPOOL_SLOT, i);
    scan.bytes = bytes;
    do {
        uint32_t from = scan.at;

        found = spool_scan_next(&scan, arena, &payload);
        CHECK(scan.at <= scan.end || scan.at % SPOOL_BLOCK_SLOTS == 0);
        CHECK(scan.at < scan.end + SPOOL_BLOCK_SLOTS);
        if (found == SPOOL_RECORD) {
            CHECK(scan.at > from);
            check_record(payload);
        }
    } while (found == SPOOL_RECORD);
    CHECK(found != SPOOL_WAIT || scan.live);
    CHECK(found != SPOOL_END || scan.last);
    free(bytes);
    return 0;
}
