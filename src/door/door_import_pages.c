/*
 * /brand/sales/import: sales and refunds from a CSV file. First a preview, which writes nothing and
 * names each row that can't be taken; then the same rows, one by one, through the pipeline. The
 * preview's form carries the file, so there is nothing to keep between the two.
 */
#include "account/account_page.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "conversion/adjustment.h"
#include "door/door_csv.h"
#include "door/door_hand_pages.h"
#include "view/format.h"
#include "view/layout.h"

/* Apache waits 30 s for an answer; what is left is said, and the same file imports it. */
#define IMPORT_FOR_US (20 * CLOCK_SECOND)

struct import_row {
    size_t no; /* as a spreadsheet counts: the header is 1 */
    struct hand_entry entry;
    bool is_known;      /* a sale of this order is recorded */
    const char *result; /* NULL: not imported (yet) */
};

struct import {
    struct hand_programs programs;
    struct hand_context context;
    struct sv file; /* the bytes */
    struct door_csv table;
    int field_of[DOOR_CSV_CELLS_MAX]; /* hand_field of each column, −1: none of ours */
    struct import_row *rows;
    size_t n, n_good;
    const char *problem; /* of the file; NULL: it could be read */
};

/* The file ---------------------------------------------------------------------------------------
 */

static const char *fault_words(struct arena *arena, enum door_csv_fault fault, size_t row)
{
    switch (fault) {
    case DOOR_CSV_OK:
        return NULL;
    case DOOR_CSV_EMPTY:
        return _("The file is empty: its first row names the columns.");
    case DOOR_CSV_TOO_LARGE:
        return _("The file is larger than 1 MiB: split it.");
    case DOOR_CSV_TOO_MANY_ROWS:
        return arena_printf(arena, _("The file has more than %d rows: split it."),
                            DOOR_CSV_ROWS_MAX);
    case DOOR_CSV_TOO_MANY_CELLS:
        return arena_printf(arena, _("Row %zu has more than %d columns."), row, DOOR_CSV_CELLS_MAX);
    case DOOR_CSV_NOT_UTF8:
        return _("The file is not UTF-8: save it as “CSV UTF-8”.");
    case DOOR_CSV_BAD_QUOTES:
        return arena_printf(arena,
                            _("The quotes of row %zu, or behind it, don't pair: a quote within a "
                              "quoted cell is written twice."),
                            row);
    }
    UNREACHABLE();
}

/* Which column is what. Returns why the header does not do; NULL: it does. */
static const char *read_header(struct arena *arena, struct import *import)
{
    bool seen[HAND_FIELD_COUNT] = {false};
    for (size_t i = 0; i < import->table.header.n; i++) {
        enum hand_field field;
        struct sv name = import->table.header.cell[i];
        import->field_of[i] = -1;
        if (!hand_field_find(name, &field))
            continue;
        if (seen[field])
            return arena_printf(arena, _("The column %s is there twice."), hand_field_name(field));
        seen[field] = true;
        import->field_of[i] = (int)field;
    }
    if (!seen[HAND_ORDER])
        return _("No column is called “order”: the first row names the columns.");
    return NULL;
}

static void read_row(struct arena *arena, struct import *import, size_t i)
{
    const struct door_csv_row *cells = &import->table.rows[i];
    struct import_row *row = &import->rows[i];
    struct hand_input input = {0};
    for (size_t c = 0; c < cells->n && c < import->table.header.n; c++)
        if (import->field_of[c] >= 0)
            input.field[import->field_of[c]] = cells->cell[c];
    row->no = i + 2;
    if (hand_read(arena, &import->context, &input, &row->entry) &&
        cells->n > import->table.header.n) {
        row->entry.error[HAND_TYPE] =
            _("It has more cells than the header: quote cells that hold the separator.");
        row->entry.errors++;
    }
}

/* Two rows of one order: the second would be a duplicate, or contradict the first. */
static void find_twins(struct arena *arena, struct import *import)
{
    for (size_t i = 0; i < import->n; i++) {
        struct hand_entry *entry = &import->rows[i].entry;
        for (size_t j = 0; j < i && !entry->is_refund && entry->errors == 0; j++) {
            const struct hand_entry *other = &import->rows[j].entry;
            if (other->is_refund || !sv_eq(other->sale.order_ref, entry->sale.order_ref))
                continue;
            entry->error[HAND_ORDER] =
                arena_printf(arena, _("Row %zu has the same order."), import->rows[j].no);
            entry->errors++;
        }
    }
}

static enum db_status ask_database(struct http_request *request, struct import *import)
{
    enum db_status status = DB_OK;
    for (size_t i = 0; i < import->n && status == DB_OK; i++) {
        struct import_row *row = &import->rows[i];
        if (row->entry.errors > 0)
            continue;
        status = hand_find_creator(request->db, request->arena, &import->context, &row->entry);
        if (status == DB_OK && !row->entry.is_refund)
            status = hand_is_known(request->db, request->arena, &import->context,
                                   row->entry.sale.order_ref, &row->is_known);
    }
    return status;
}

/* All but writing. False: an answer stands in the response. */
static bool read_import(struct http_request *request, struct http_response *response,
                        struct import *import)
{
    struct arena *arena = request->arena;
    size_t at;
    import->context = hand_context_of(request, SALE_DOOR_CSV, &import->programs);
    enum door_csv_fault fault = door_csv_read(arena, import->file, &import->table, &at);
    import->problem = fault_words(arena, fault, at);
    if (!import->problem)
        import->problem = read_header(arena, import);
    if (!import->problem && import->table.n == 0)
        import->problem = _("The file has a header, and no row below it.");
    if (import->problem)
        return true;
    import->n = import->table.n;
    import->rows = arena_array(arena, import->n, sizeof *import->rows);
    for (size_t i = 0; i < import->n; i++)
        read_row(arena, import, i);
    find_twins(arena, import);
    if (ask_database(request, import) != DB_OK) {
        http_unavailable(request, response);
        return false;
    }
    for (size_t i = 0; i < import->n; i++)
        import->n_good += import->rows[i].entry.errors == 0;
    return true;
}

/* The pages ---------------------------------------------------------------------------------------
 */

static struct layout open_page(struct http_request *request, struct http_response *response,
                               const char *template, const char **csrf)
{
    struct account_page about = {.active = "sales", .title = _("Import sales")};
    *csrf = http_csrf_token(request, response);
    return account_page_open(request, response, &about, template);
}

static void send_start(struct http_request *request, struct http_response *response, int status,
                       const struct import *import)
{
    const char *csrf;
    struct layout page = open_page(request, response, "door/import.tpl", &csrf);
    if (import->programs.chosen) {
        struct view *form = view_add(page.body, "FORM");
        view_set_cstr(form, "CSRF", csrf);
        if (import->problem)
            form_show_problem(form, "SUMMARY", import->problem);
        hand_show_programs(request, form, "FIELD", &import->programs);
    } else {
        layout_empty(page.body, "EMPTY", "receipt", _("No program takes sales now"),
                     _("Open a program first. Test sales work while it is a draft."),
                     "/brand/programs", _("Programs"));
    }
    account_page_send(request, response, status, &page);
}

void door_hand_import_show(struct http_request *request, struct http_response *response)
{
    struct import import = {0};
    if (hand_load_programs(request, response, &import.programs))
        send_start(request, response, 200, &import);
}

static const char *amount_words(struct arena *arena, const struct hand_entry *entry)
{
    if (entry->is_refund)
        return entry->refund.extent == ADJUSTMENT_WHOLE
                   ? _("the whole")
                   : money_format_display(arena, entry->refund.amount, &entry->refund.unit);
    return money_format_display(arena, entry->sale.amount, &entry->sale.unit);
}

static struct sv order_of(const struct hand_entry *entry)
{
    return entry->is_refund ? entry->refund.targets[0].value : entry->sale.order_ref;
}

/* Every fault of a row, with its column: "amount: It is below zero …". */
static const char *error_words(struct arena *arena, const struct hand_entry *entry)
{
    struct buf b = buf_new(arena, 8 * 1024);
    for (unsigned i = 0; i < HAND_FIELD_COUNT; i++)
        if (entry->error[i])
            buf_printf(&b, "%s%s: %s", b.len > 0 ? " " : "", hand_field_name((enum hand_field)i),
                       entry->error[i]);
    return arena_printf(arena, SV_FMT, SV_ARG(buf_sv(&b)));
}

static void show_row(struct arena *arena, struct view *table, const struct import_row *row)
{
    struct view *line = view_add(table, "ROW");
    bool is_bad = row->entry.errors > 0;
    view_set_i64(line, "NO", (int64_t)row->no);
    view_set_cstr(line, "TYPE", row->entry.is_refund ? _("Refund") : _("Sale"));
    view_set(line, "ORDER", order_of(&row->entry));
    view_set_cstr(line, "AMOUNT", is_bad ? "—" : amount_words(arena, &row->entry));
    if (row->entry.creator.n > 0)
        view_set(view_add(line, "WHO"), "HANDLE", row->entry.creator);
    if (is_bad)
        view_set_cstr(view_add(line, "BAD"), "WHY", error_words(arena, &row->entry));
    else if (row->result)
        view_set_cstr(view_add(line, "FATE"), "TEXT", row->result);
    else
        view_set_cstr(view_add(line, "FATE"), "TEXT",
                      row->is_known          ? _("Recorded already: it would stay as it is.")
                      : row->entry.is_refund ? _("Would be refunded.")
                                             : _("Would be recorded."));
}

/* The bad ones first: they are what somebody has to do something about. */
static void show_rows(struct arena *arena, struct view *body, const struct import *import)
{
    for (int bad = 1; bad >= 0; bad--)
        for (size_t i = 0; i < import->n; i++)
            if ((import->rows[i].entry.errors > 0) == (bad == 1))
                show_row(arena, body, &import->rows[i]);
}

static void show_ignored(struct arena *arena, struct view *body, const struct import *import)
{
    struct buf b = buf_new(arena, 2 * DOOR_CSV_BYTES_MAX);
    for (size_t i = 0; i < import->table.header.n; i++)
        if (import->field_of[i] < 0 && import->table.header.cell[i].n > 0)
            buf_printf(&b, "%s" SV_FMT, b.len > 0 ? ", " : "",
                       SV_ARG(import->table.header.cell[i]));
    if (b.len > 0)
        view_set(view_add(body, "IGNORED"), "COLUMNS", buf_sv(&b));
}

static void send_preview(struct http_request *request, struct http_response *response,
                         const struct import *import)
{
    struct arena *arena = request->arena;
    const char *csrf;
    struct layout page = open_page(request, response, "door/import_preview.tpl", &csrf);
    size_t good = import->n_good, bad = import->n - good;
    view_set_cstr(
        page.body, "GOOD",
        arena_printf(arena,
                     i18n_plural("%zu row can be imported.", "%zu rows can be imported.", good),
                     good));
    if (bad > 0)
        view_set_cstr(
            view_add(page.body, "SOME_BAD"), "TEXT",
            arena_printf(arena,
                         i18n_plural("%zu can't, and would be left out: it says why.",
                                     "%zu can't, and would be left out: each says why.", bad),
                         bad));
    show_ignored(arena, page.body, import);
    show_rows(arena, page.body, import);
    if (import->n_good > 0) {
        struct view *form = view_add(page.body, "CONFIRM");
        char *hex = arena_alloc(arena, 2 * import->file.n + 1);
        hex_encode(hex, (const uint8_t *)import->file.p, import->file.n);
        view_set_cstr(form, "CSRF", csrf);
        view_set_cstr(form, "PROGRAM", uuid_text(arena, import->programs.chosen->pid));
        view_set_cstr(form, "FILE", hex);
        view_set_cstr(
            form, "BUTTON",
            arena_printf(arena, i18n_plural("Import %zu row", "Import %zu rows", good), good));
    }
    account_page_send(request, response, 200, &page);
}

void door_hand_import_preview(struct http_request *request, struct http_response *response)
{
    struct import import = {0};
    struct http_file file = {0};
    if (!hand_load_programs(request, response, &import.programs))
        return;
    if (!import.programs.chosen) {
        send_start(request, response, 422, &import);
        return;
    }
    if (http_form_file(request, "file", &file) && file.content.n > 0) {
        import.file = file.content;
        if (!read_import(request, response, &import))
            return;
    } else {
        import.problem = _("No file came: choose one first.");
    }
    if (import.problem)
        send_start(request, response, 422, &import);
    else
        send_preview(request, response, &import);
}

/* Writing ----------------------------------------------------------------------------------------
 */

/* `scratch` is emptied behind each row: a sale takes a megabyte on its way through the pipeline. */
static const char *write_row(struct db *db, struct arena *scratch, const struct hand_entry *entry)
{
    if (entry->is_refund) {
        struct adjustment_answer answer;
        answer.outcome = conversion_adjust(db, scratch, &entry->refund, &answer);
        return hand_refund_words(scratch, &answer);
    }
    struct conversion_answer answer;
    answer.outcome = conversion_record(db, scratch, &entry->sale, &answer);
    return hand_outcome_words(scratch, entry, &answer);
}

/* Sales first, so that a refund finds its own, wherever it stands in the file. */
static void write_rows(struct http_request *request, struct import *import)
{
    struct arena *scratch = arena_new(ARENA_CEILING_DEFAULT);
    int64_t until_us = clock_monotonic_us() + IMPORT_FOR_US;
    for (int refunds = 0; refunds <= 1; refunds++) {
        for (size_t i = 0; i < import->n; i++) {
            struct import_row *row = &import->rows[i];
            if (row->entry.errors > 0 || row->entry.is_refund != (refunds == 1))
                continue;
            if (clock_monotonic_us() > until_us) {
                row->result =
                    _("Not reached in time: import the same file again, what is "
                      "recorded counts once.");
                continue;
            }
            row->result =
                sv_dup(request->arena, sv_from(write_row(request->db, scratch, &row->entry)));
            arena_reset(scratch);
        }
    }
    arena_free(scratch);
}

static void send_result(struct http_request *request, struct http_response *response,
                        const struct import *import)
{
    const char *csrf;
    struct layout page = open_page(request, response, "door/import_result.tpl", &csrf);
    view_set_cstr(
        page.body, "TEXT",
        arena_printf(request->arena,
                     i18n_plural("%zu row went through. What became of each:",
                                 "%zu rows went through. What became of each:", import->n_good),
                     import->n_good));
    show_rows(request->arena, page.body, import);
    account_page_send(request, response, 200, &page);
}

static bool take_file(struct http_request *request, struct import *import)
{
    struct sv hex = http_form_param(request, "file");
    if (hex.n == 0 || hex.n % 2 != 0 || hex.n / 2 > DOOR_CSV_BYTES_MAX)
        return false;
    uint8_t *bytes = arena_alloc(request->arena, hex.n / 2);
    import->file = sv_of((const char *)bytes, hex.n / 2);
    return hex_decode(bytes, hex.n / 2, hex);
}

void door_hand_import_run(struct http_request *request, struct http_response *response)
{
    struct import import = {0};
    if (!hand_load_programs(request, response, &import.programs))
        return;
    if (!import.programs.chosen) {
        send_start(request, response, 422, &import);
        return;
    }
    if (!take_file(request, &import))
        import.problem = _("The file did not come whole: choose it again.");
    else if (!read_import(request, response, &import))
        return;
    if (import.problem) {
        send_start(request, response, 422, &import);
        return;
    }
    write_rows(request, &import);
    send_result(request, response, &import);
}
