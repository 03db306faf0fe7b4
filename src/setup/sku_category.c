#include "setup/sku_category.h"

#include "base/buf.h"
#include "base/i18n.h"
#include "base/json.h"

/* Reading what was pasted ---------------------------------------------------------------------- */

struct reader {
    struct arena *arena;
    struct sv rest;
    char separator;
};

/* By the first line alone: a shop's export uses one throughout. */
static char separator_of(struct sv csv)
{
    struct sv first = sv_cut(&csv, '\n');
    if (sv_contains(first, '\t'))
        return '\t';
    return sv_contains(first, ';') && !sv_contains(first, ',') ? ';' : ',';
}

/* A quoted cell; its closing quote is taken as well. False: it never closes. */
static bool take_quoted(struct reader *r, struct sv *cell)
{
    struct buf b = buf_new(r->arena, r->rest.n + 1);
    for (size_t i = 1; i < r->rest.n; i++) {
        if (r->rest.p[i] != '"') {
            buf_putc(&b, r->rest.p[i]);
            continue;
        }
        if (i + 1 < r->rest.n && r->rest.p[i + 1] == '"') {
            buf_putc(&b, '"');
            i++;
            continue;
        }
        r->rest = sv_from_index(r->rest, i + 1);
        *cell = sv_trim(buf_sv(&b));
        return true;
    }
    return false;
}

static bool take_cell(struct reader *r, struct sv *cell)
{
    size_t n = 0;
    while (r->rest.n > 0 && r->rest.p[0] == ' ')
        r->rest = sv_from_index(r->rest, 1);
    if (r->rest.n > 0 && r->rest.p[0] == '"')
        return take_quoted(r, cell);
    while (n < r->rest.n && r->rest.p[n] != r->separator && r->rest.p[n] != '\n')
        n++;
    *cell = sv_trim(sv_sub(r->rest, 0, n));
    r->rest = sv_from_index(r->rest, n);
    return true;
}

static bool take_byte(struct reader *r, char byte)
{
    if (r->rest.n == 0 || r->rest.p[0] != byte)
        return false;
    r->rest = sv_from_index(r->rest, 1);
    return true;
}

/* Bytes that begin a character. */
static size_t characters(struct sv text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++)
        n += ((unsigned char)text.p[i] & 0xc0) != 0x80;
    return n;
}

static const char *fault_of(const struct sku_category *row)
{
    if (row->sku.n == 0 || row->category.n == 0)
        return _("Each line holds a SKU and a category.");
    if (characters(row->sku) > SKU_TEXT_MAX || characters(row->category) > SKU_TEXT_MAX)
        return _("A SKU or category has at most 100 characters.");
    if (!sv_is_utf8(row->sku) || !sv_is_utf8(row->category))
        return _("It is no UTF-8 text: save the file as UTF-8.");
    return NULL;
}

/* One line with its end. NULL: it is sound. */
static const char *take_line(struct reader *r, struct sku_category *row)
{
    *row = (struct sku_category){0};
    if (!take_cell(r, &row->sku))
        return _("A quotation mark is never closed.");
    if (take_byte(r, r->separator) && !take_cell(r, &row->category))
        return _("A quotation mark is never closed.");
    take_byte(r, '\r');
    if (r->rest.n > 0 && !take_byte(r, '\n'))
        return _("It has more than two columns: leave the SKU and the category alone.");
    return NULL;
}

static bool is_blank(const struct sku_category *row)
{
    return row->sku.n == 0 && row->category.n == 0;
}

bool sku_category_parse(struct arena *arena, struct sv csv, struct sku_pasted *out)
{
    struct reader r = {arena, csv, separator_of(csv)};
    if (sv_starts(csv, SV("\xef\xbb\xbf")))
        r.rest = sv_from_index(csv, 3);
    *out = (struct sku_pasted){.v = arena_array(arena, SKU_PASTED_LINES, sizeof *out->v)};
    for (size_t line = 1; r.rest.n > 0; line++) {
        struct sku_category row;
        const char *fault = take_line(&r, &row);
        bool is_heading = line == 1 && sv_eq_nocase(row.sku, SV("sku"));
        if (!fault && (is_blank(&row) || is_heading))
            continue;
        if (!fault && out->n == SKU_PASTED_LINES)
            fault = _("At most 2,000 lines at a time: paste the rest afterwards.");
        fault = fault ? fault : fault_of(&row);
        if (fault) {
            out->bad_line = line;
            out->bad_words = fault;
            return false;
        }
        out->v[out->n++] = row;
    }
    return true;
}

/* Keeping it ----------------------------------------------------------------------------------- */

/* One statement for all lines; the last of several with one SKU counts. */
DB_SQL(sku_put,
       "INSERT INTO sku_category (brand, sku, category)"
       " SELECT ?, j.sku, j.category FROM JSON_TABLE(?, '$[*]' COLUMNS ("
       " no FOR ORDINALITY,"
       " sku VARCHAR(100) PATH '$.s' ERROR ON ERROR,"
       " category VARCHAR(100) PATH '$.c' ERROR ON ERROR)) j ORDER BY j.no"
       " ON DUPLICATE KEY UPDATE category = VALUES(category)");
DB_SQL(sku_count, "SELECT COUNT(*) FROM sku_category WHERE brand = ?");

static struct sv as_json(struct arena *arena, const struct sku_pasted *pasted)
{
    size_t bytes = 64;
    for (size_t i = 0; i < pasted->n; i++)
        bytes += 32 + 6 * (pasted->v[i].sku.n + pasted->v[i].category.n);
    struct buf b = buf_new(arena, bytes);
    buf_putc(&b, '[');
    for (size_t i = 0; i < pasted->n; i++) {
        buf_puts(&b, i > 0 ? ",{\"s\":" : "{\"s\":");
        json_put_string(&b, pasted->v[i].sku);
        buf_puts(&b, ",\"c\":");
        json_put_string(&b, pasted->v[i].category);
        buf_putc(&b, '}');
    }
    buf_putc(&b, ']');
    CHECK(!b.overflow);
    return buf_sv(&b);
}

enum sku_result sku_category_put(struct db *db, struct arena *arena, uint64_t brand,
                                 const struct sku_pasted *pasted)
{
    struct db_rows *row;
    if (db_get_one(db, arena, &sku_count, DB_ARGS(db_u64(brand)), &row) != DB_OK)
        return SKU_UNAVAILABLE;
    if (db_col_i64(row, 0) + (int64_t)pasted->n > SKU_CATEGORIES_MAX)
        return SKU_TOO_MANY;
    return db_exec(db, &sku_put, DB_ARGS(db_u64(brand), db_text(as_json(arena, pasted))), NULL) ==
                   DB_OK
               ? SKU_OK
               : SKU_UNAVAILABLE;
}

DB_SQL(sku_remove, "DELETE FROM sku_category WHERE brand = ? AND sku = ?");

enum db_status sku_category_remove(struct db *db, uint64_t brand, struct sv sku)
{
    uint64_t affected = 0;
    enum db_status status =
        db_exec(db, &sku_remove, DB_ARGS(db_u64(brand), db_text(sku)), &affected);
    return status == DB_OK && affected == 0 ? DB_NO_ROW : status;
}

DB_SQL(sku_list,
       "SELECT sku, category FROM sku_category WHERE brand = ? AND sku > ?"
       " ORDER BY sku LIMIT 101");

enum db_status sku_category_list(struct db *db, struct arena *arena, uint64_t brand,
                                 struct sv after, struct sku_category_list *out)
{
    struct db_rows *row;
    enum db_status status = db_get_one(db, arena, &sku_count, DB_ARGS(db_u64(brand)), &row);
    if (status != DB_OK)
        return status;
    int64_t count = db_col_i64(row, 0);
    struct db_rows *rows = db_query(db, arena, &sku_list, DB_ARGS(db_u64(brand), db_text(after)));
    *out = (struct sku_category_list){.v = arena_array(arena, SKU_LISTED, sizeof *out->v),
                                      .more = db_rows_count(rows) > SKU_LISTED,
                                      .count = count};
    while (out->n < SKU_LISTED && db_next(rows))
        out->v[out->n++] = (struct sku_category){db_col_text(rows, 0), db_col_text(rows, 1)};
    return db_rows_status(rows);
}
