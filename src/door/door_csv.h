/*
 * A table from a CSV file (RFC 4180, read by libcsv): comma or semicolon, as the header row has
 * them; quotes doubled within quotes; a byte order mark is skipped, empty lines too.
 *
 * Bounded: DOOR_CSV_BYTES_MAX bytes, DOOR_CSV_ROWS_MAX rows behind the header,
 * DOOR_CSV_CELLS_MAX cells a row. Cells are copies in the arena.
 */
#ifndef MEED_DOOR_DOOR_CSV_H
#define MEED_DOOR_DOOR_CSV_H

#include "base/arena.h"
#include "base/sv.h"

enum { DOOR_CSV_BYTES_MAX = 1024 * 1024, DOOR_CSV_ROWS_MAX = 1000, DOOR_CSV_CELLS_MAX = 100 };

struct door_csv_row {
    struct sv *cell;
    size_t n;
};

struct door_csv {
    struct door_csv_row header;
    struct door_csv_row *rows; /* the first is row 2 of the file as a spreadsheet shows it */
    size_t n;
};

enum door_csv_fault {
    DOOR_CSV_OK,
    DOOR_CSV_EMPTY, /* not even a header */
    DOOR_CSV_TOO_LARGE,
    DOOR_CSV_TOO_MANY_ROWS,
    DOOR_CSV_TOO_MANY_CELLS,
    DOOR_CSV_NOT_UTF8,
    DOOR_CSV_BAD_QUOTES, /* in *row: a quote within a cell that is not quoted, or without its end */
};

/* `row` counts as above: 1 is the header. */
MUST_USE enum door_csv_fault door_csv_read(struct arena *arena, struct sv text,
                                           struct door_csv *out, size_t *row);

#endif
