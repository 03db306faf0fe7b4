/*
 * Sales as CSV (RFC 4180). The rows of one snapshot are written to an unnamed
 * file, page by page, and sent from there: whoever reads slowly holds neither
 * the snapshot nor memory. A cell that a spreadsheet would take for a formula
 * is defused by an apostrophe.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/csv.h"
#include "base/log.h"
#include "conversion/conversion_list_internal.h"
#include "http/http.h"

enum { CSV_PAGE_ROWS = 500, CSV_CHUNK = 32 * 1024, CSV_LINE_MAX = 8 * 1024 };

/* Cells -------------------------------------------------------------------------------------- */

static void put_time(struct buf *b, int64_t at_us)
{
    char text[CLOCK_TEXT_SIZE] = "";
    if (at_us != 0)
        clock_format_iso(text, at_us);
    csv_put_cell(b, sv_from(text));
}

/* Ours, and never negative: a minus would be defused. */
static void put_money(struct buf *b, struct arena *arena, int64_t minor, const struct unit *unit)
{
    csv_put_cell(b, unit->code[0] ? sv_from(money_format_major(arena, minor, unit->exponent))
                                  : SV(""));
}

static const char header[] =
    "conversion_id,order,event,status,in_review,occurred_at,received_at,local_date,brand,program,"
    "campaign,creator,attribution,source,country,tier,new_customer,currency,gross,base,"
    "refunded_base,commission_currency,commission,brand_fee,payout,release_at\r\n";

static void put_row(struct buf *b, struct arena *arena, const struct sale_row *r)
{
    char pid[UUID_TEXT_SIZE];
    uuid_format(pid, r->pid);
    buf_puts(b, pid);
    csv_put_cell(b, r->order_ref);
    csv_put_cell(b, r->event);
    csv_put_cell(b, r->status);
    csv_put_cell(b, r->in_review ? SV("yes") : SV("no"));
    put_time(b, r->occurred_us);
    put_time(b, r->received_us);
    csv_put_cell(b, sv_from(arena_printf(arena, "%04d-%02d-%02d", r->local_date / 10000,
                                         r->local_date / 100 % 100, r->local_date % 100)));
    const struct sv texts[] = {r->brand_name, r->program_name, r->campaign, r->handle,
                               r->method,     r->source,       r->country,  r->tier};
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        csv_put_cell(b, texts[i]);
    csv_put_cell(b, !r->has_customer ? SV("") : r->is_new_customer ? SV("yes") : SV("no"));
    csv_put_cell(b, sv_from(r->unit.code));
    put_money(b, arena, r->gross, &r->unit);
    put_money(b, arena, r->base, &r->unit);
    put_money(b, arena, r->refunded_base, &r->unit);
    csv_put_cell(b, sv_from(r->commission_unit.code));
    put_money(b, arena, r->commission, &r->commission_unit);
    put_money(b, arena, r->fee_brand, &r->commission_unit);
    put_money(b, arena, r->payout, &r->commission_unit);
    put_time(b, r->release_us);
    buf_puts(b, "\r\n");
}

/* The file ----------------------------------------------------------------------------------- */

static int open_unnamed(struct arena *arena, const char *folder)
{
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0)
        return fd;
    char *name = arena_printf(arena, "%s/export.XXXXXX", folder); /* no O_TMPFILE there */
    fd = mkostemp(name, O_CLOEXEC);
    if (fd >= 0)
        unlink(name);
    return fd;
}

static bool write_all(int fd, struct sv bytes)
{
    while (bytes.n > 0) {
        ssize_t n = write(fd, bytes.p, bytes.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            log_line(LOG_ERROR, "export_not_written", LOG_STR("why", strerror(errno)));
            return false;
        }
        bytes = sv_from_index(bytes, (size_t)n);
    }
    return true;
}

struct export
{
    const struct sale_filter *filter;
    int fd;
};

/* One page of one walk; *last is its last row, *more whether there may be others. */
static enum db_status write_page(struct db *db, const struct export *e,
                                 const struct sale_walk *walk, int64_t *before_us,
                                 uint64_t *before_id, bool *more)
{
    struct arena *arena = arena_new(ARENA_CEILING_DEFAULT);
    struct buf b = buf_new(arena, CSV_PAGE_ROWS * CSV_LINE_MAX);
    struct db_rows *rows =
        sale_rows_of_walk(db, arena, e->filter, walk, *before_us, *before_id, CSV_PAGE_ROWS);
    while (db_next(rows)) {
        struct sale_row row = sale_row_read(rows);
        put_row(&b, arena, &row);
        *before_us = row.occurred_us;
        *before_id = row.id;
    }
    CHECK(!b.overflow);
    enum db_status status = db_rows_status(rows);
    *more = db_rows_count(rows) == CSV_PAGE_ROWS;
    if (status == DB_OK && !write_all(e->fd, buf_sv(&b)))
        status = DB_UNAVAILABLE;
    arena_free(arena);
    return status;
}

static enum db_status export_body(struct db *db, void *context)
{
    const struct export *e = context;
    if (ftruncate(e->fd, 0) != 0 || lseek(e->fd, 0, SEEK_SET) != 0 ||
        !write_all(e->fd, sv_from(header)))
        return DB_UNAVAILABLE;
    for (size_t i = 0; i < e->filter->n_walks; i++) {
        int64_t before_us = INT64_MAX;
        uint64_t before_id = UINT64_MAX;
        bool more = true;
        while (more) {
            enum db_status status =
                write_page(db, e, &e->filter->walks[i], &before_us, &before_id, &more);
            if (status != DB_OK)
                return status;
        }
    }
    return DB_OK;
}

/* Sending ------------------------------------------------------------------------------------ */

static bool send_chunk(void *context, struct buf *chunk)
{
    const int *fd = context;
    char bytes[CSV_CHUNK];
    ssize_t n = read(*fd, bytes, sizeof bytes);
    if (n > 0)
        buf_put(chunk, sv_of(bytes, (size_t)n));
    return n > 0;
}

static void close_file(void *context)
{
    const int *fd = context;
    close(*fd);
}

enum db_status sale_csv(struct db *db, struct arena *arena, const struct settings *settings,
                        const struct sale_filter *filter, struct http_response *response)
{
    char day[CLOCK_TEXT_SIZE];
    int *fd = ARENA_NEW(arena, int);
    *fd = open_unnamed(arena, settings->run_dir);
    if (*fd < 0) {
        log_line(LOG_ERROR, "export_not_opened", LOG_STR("why", strerror(errno)));
        return DB_UNAVAILABLE;
    }
    struct export export = {filter, *fd};
    enum db_status status = db_tx_read(db, export_body, &export);
    if (status == DB_OK && lseek(*fd, 0, SEEK_SET) != 0)
        status = DB_UNAVAILABLE;
    if (status != DB_OK) {
        close(*fd);
        return status;
    }
    clock_format_date(day, clock_business_us());
    response->status = 200;
    response->content_type = "text/csv; charset=utf-8";
    http_set_header(response, "Content-Disposition",
                    sv_from(arena_printf(arena, "attachment; filename=\"sales-%s.csv\"", day)));
    http_set_header(response, "Cache-Control", SV("no-store"));
    response->stream = send_chunk;
    response->stream_context = fd;
    response->stream_end = close_file;
    return DB_OK;
}
