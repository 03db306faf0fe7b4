/*
 * A CSV file from hostile bytes, and each of its rows as a sale or refund recorded by hand. No
 * crash; cells are UTF-8, the limits hold, and what is sound has an order and an amount in range.
 */
#include <stdlib.h>
#include <unistd.h>

#include "crypto/keys.h"
#include "door/door_csv.h"
#include "door/door_hand.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* What is sound is stamped with a keyed hash. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    char path[] = "/tmp/meed-fuzz-csv-XXXXXX";
    const char *why = NULL;
    struct arena *arena = arena_new(ARENA_CEILING_DEFAULT);
    (void)argc, (void)argv;
    CHECK(mkdtemp(path));
    const char *file = arena_printf(arena, "%s/keys", path);
    CHECK(keys_create(file) && keys_open(file, arena, &why));
    unlink(file);
    rmdir(path);
    arena_free(arena);
    return 0;
}

static void check_row(struct arena *arena, const struct door_csv_row *row)
{
    struct hand_context context = {
        .door = SALE_DOOR_CSV, .zone = "UTC", .received_us = INT64_C(1795262400000000)};
    struct hand_input input = {0};
    struct hand_entry entry;
    CHECK(unit_find_currency(SV("USD"), &context.currency));
    for (size_t i = 0; i < row->n; i++) {
        CHECK(sv_is_utf8(row->cell[i]));
        if (i < HAND_FIELD_COUNT)
            input.field[i] = row->cell[i];
    }
    if (!hand_read(arena, &context, &input, &entry))
        return;
    struct sv order = entry.is_refund ? entry.refund.targets[0].value : entry.sale.order_ref;
    CHECK(order.n > 0 && order.n <= SALE_ORDER_REF_MAX);
    CHECK(entry.sale.amount >= 0 && entry.refund.amount >= 0);
    CHECK(entry.refund.ref.n <= ADJUSTMENT_REF_MAX);
    CHECK(entry.refund.note.n <= ADJUSTMENT_NOTE_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena *arena = arena_new(ARENA_CEILING_DEFAULT);
    struct arena *scratch = arena_new(ARENA_CEILING_DEFAULT);
    struct door_csv csv;
    size_t row;

    enum door_csv_fault fault = door_csv_read(arena, sv_of((const char *)bytes, size), &csv, &row);
    CHECK(fault == DOOR_CSV_OK || csv.n == 0);
    CHECK(csv.n <= DOOR_CSV_ROWS_MAX);
    for (size_t i = 0; i < csv.n; i++) {
        CHECK(csv.rows[i].n <= DOOR_CSV_CELLS_MAX);
        check_row(scratch, &csv.rows[i]);
        arena_reset(scratch);
    }
    arena_free(scratch);
    arena_free(arena);
    return 0;
}
