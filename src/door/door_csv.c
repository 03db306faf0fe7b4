#include <csv.h>

#include "door/door_csv.h"

/* libcsv calls back for each cell and each row. */
struct reading {
    struct arena *arena;
    struct door_csv_row *rows; /* the header among them */
    size_t n;
    struct sv cells[DOOR_CSV_CELLS_MAX]; /* of the row being read */
    size_t n_cells;
    bool has_text; /* in this row */
    enum door_csv_fault fault;
};

static void take_cell(void *bytes, size_t n, void *context)
{
    struct reading *r = context;
    if (r->fault != DOOR_CSV_OK)
        return;
    if (r->n_cells == DOOR_CSV_CELLS_MAX) {
        r->fault = DOOR_CSV_TOO_MANY_CELLS;
        return;
    }
    r->has_text = r->has_text || n > 0;
    r->cells[r->n_cells++] = sv_copy(r->arena, sv_of(bytes, n));
}

static void take_row(int terminator, void *context)
{
    struct reading *r = context;
    (void)terminator;
    /* A spreadsheet writes rows of commas alone below its table. */
    if (r->fault == DOOR_CSV_OK && r->has_text) {
        if (r->n == DOOR_CSV_ROWS_MAX + 1) {
            r->fault = DOOR_CSV_TOO_MANY_ROWS;
            return;
        }
        struct door_csv_row *row = &r->rows[r->n++];
        row->n = r->n_cells;
        row->cell = arena_array(r->arena, r->n_cells, sizeof *row->cell);
        memcpy(row->cell, r->cells, r->n_cells * sizeof *row->cell);
    }
    r->n_cells = 0;
    r->has_text = false;
}

/* Spreadsheets of half of Europe separate by semicolons, since their numbers have commas. */
static unsigned char delimiter_of(struct sv text)
{
    struct sv header = sv_cut(&text, '\n');
    size_t commas = 0, semicolons = 0;
    for (size_t i = 0; i < header.n; i++) {
        commas += header.p[i] == ',';
        semicolons += header.p[i] == ';';
    }
    return semicolons > commas ? ';' : CSV_COMMA;
}

static enum door_csv_fault parse(struct reading *r, struct sv text)
{
    struct csv_parser parser;
    CHECK(csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) == 0);
    csv_set_delim(&parser, delimiter_of(text));
    bool is_sound = csv_parse(&parser, text.p, text.n, take_cell, take_row, r) == text.n &&
                    csv_fini(&parser, take_cell, take_row, r) == 0;
    int error = csv_error(&parser);
    csv_free(&parser);
    CHECK(error != CSV_ENOMEM);
    if (r->fault != DOOR_CSV_OK)
        return r->fault;
    return is_sound ? DOOR_CSV_OK : DOOR_CSV_BAD_QUOTES;
}

enum door_csv_fault door_csv_read(struct arena *arena, struct sv text, struct door_csv *out,
                                  size_t *row)
{
    struct reading r = {.arena = arena};
    *out = (struct door_csv){0};
    *row = 1;
    if (sv_starts(text, SV("\xef\xbb\xbf")))
        text = sv_from_index(text, 3);
    if (text.n > DOOR_CSV_BYTES_MAX)
        return DOOR_CSV_TOO_LARGE;
    if (!sv_is_utf8(text))
        return DOOR_CSV_NOT_UTF8;
    r.rows = arena_array(arena, DOOR_CSV_ROWS_MAX + 1, sizeof *r.rows);
    enum door_csv_fault fault = parse(&r, text);
    *row = r.n + 1;
    if (fault != DOOR_CSV_OK)
        return fault;
    if (r.n == 0)
        return DOOR_CSV_EMPTY;
    out->header = r.rows[0];
    out->rows = r.rows + 1;
    out->n = r.n - 1;
    return DOOR_CSV_OK;
}
