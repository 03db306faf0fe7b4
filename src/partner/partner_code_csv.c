/*
 * /brand/codes.csv: the brand's codes, or what a shop's import takes of those that can be used.
 *
 *   (none)       ours: every code
 *   shopify      the columns of Shopify's importer StoreRobo
 *                (webtoffee.com/shopify-discounts-available-columns-for-export-and-import);
 *                Shopify's admin itself imports no codes
 *   woocommerce  the columns of Smart Coupons for WooCommerce
 *                (webtoffee.com/bulk-import-coupons-using-csv-file-coupon-data), which are the
 *                names of WooCommerce's own fields of a coupon; it imports none by itself either
 *
 * Read page by page, so that no export is held whole; a page that can't be read ends it, logged.
 */
#include "base/clock.h"
#include "base/csv.h"
#include "base/log.h"
#include "partner/partner.h"
#include "partner/partner_pages.h"

enum { ROWS_A_CHUNK = 50 };

enum format { FORMAT_PLAIN, FORMAT_SHOPIFY, FORMAT_WOOCOMMERCE };

static const char *const format_words[] = {"", "shopify", "woocommerce"};
static const char *const headers[] = {
    "code,creator,program,state,stops_at,discount_type,discount_value,currency,sales,replaced_by",
    "ID,Title,Code,Discount Type,Discount Value,Discount Value Type",
    "post_title,post_excerpt,post_status,discount_type,coupon_amount,individual_use",
};

struct export
{
    struct db *db;
    struct arena *arena; /* of one page; reset with each */
    uint64_t brand, before;
    struct unit currency;
    bool test_mode, ended, header_is_sent;
    enum format format;
    int64_t now_us;
};

static bool is_over(const struct export *e, const struct partner_brand_code *code)
{
    return code->stopped || (code->stops_us != 0 && code->stops_us <= e->now_us);
}

/* "10" of 10%, "7.50" of $7.50: no sign, so nothing to defuse. */
static struct sv value_of(struct export *e, const struct partner_discount *discount)
{
    if (discount->kind == PARTNER_DISCOUNT_PERCENT)
        return sv_from(money_format_major(e->arena, discount->value, 2));
    return discount->kind == PARTNER_DISCOUNT_AMOUNT
               ? sv_from(money_format_major(e->arena, discount->value, e->currency.exponent))
               : SV("");
}

static void put_plain(struct export *e, struct buf *b, const struct partner_brand_code *code)
{
    char stops[CLOCK_TEXT_SIZE] = "";
    bool is_amount = code->in_force.kind == PARTNER_DISCOUNT_AMOUNT;
    if (code->stops_us != 0)
        clock_format_iso(stops, code->stops_us);
    csv_put_cell(b, code->code);
    csv_put_cell(b, code->handle);
    csv_put_cell(b, code->program_name);
    csv_put_cell(b, is_over(e, code)      ? SV("stopped")
                    : code->stops_us != 0 ? SV("stopping")
                                          : SV("active"));
    csv_put_cell(b, sv_from(stops));
    csv_put_cell(b, sv_from(partner_discount_text(code->in_force.kind)));
    csv_put_cell(b, value_of(e, &code->in_force));
    csv_put_cell(b, is_amount ? sv_from(e->currency.code) : SV(""));
    csv_put_cell(b, sv_from(arena_printf(e->arena, "%" PRIu64, code->sales)));
    csv_put_cell(b, code->replaced_by);
}

static void put_for_shop(struct export *e, struct buf *b, const struct partner_brand_code *code)
{
    bool percent = code->in_force.kind == PARTNER_DISCOUNT_PERCENT;
    if (e->format == FORMAT_SHOPIFY) {
        buf_putc(b, ','); /* no ID: a new discount */
        buf_put(b, code->code);
        csv_put_cell(b, code->code);
        csv_put_cell(b, SV("Amount off order"));
        csv_put_cell(b, value_of(e, &code->in_force));
        csv_put_cell(b, percent ? SV("Percentage") : SV("Fixed amount"));
        return;
    }
    csv_put_cell(b, code->code);
    csv_put_cell(b, code->handle);
    csv_put_cell(b, SV("publish"));
    csv_put_cell(b, percent ? SV("percent") : SV("fixed_cart"));
    csv_put_cell(b, value_of(e, &code->in_force));
    csv_put_cell(b, SV("no"));
}

static void put_code(struct export *e, struct buf *b, const struct partner_brand_code *code)
{
    if (e->format == FORMAT_PLAIN)
        put_plain(e, b, code);
    else if (is_over(e, code) || code->stops_us != 0 ||
             code->in_force.kind == PARTNER_DISCOUNT_NONE)
        return; /* nothing for a shop to make */
    else
        put_for_shop(e, b, code);
    buf_puts(b, "\r\n");
}

static bool fill(void *context, struct buf *chunk)
{
    struct export *e = context;
    struct partner_brand_code_list list;
    if (e->ended)
        return false;
    if (!e->header_is_sent)
        buf_printf(chunk, "%s\r\n", headers[e->format]);
    e->header_is_sent = true;
    arena_reset(e->arena);
    if (partner_list_brand_codes(e->db, e->arena, e->brand, e->test_mode, e->before, ROWS_A_CHUNK,
                                 &list) != DB_OK) {
        log_line(LOG_ERROR, "codes_export_cut", LOG_U64("brand", e->brand));
        return false;
    }
    for (size_t i = 0; i < list.n; i++)
        put_code(e, chunk, &list.v[i]);
    e->ended = !list.more;
    e->before = list.n ? list.v[list.n - 1].id : 0;
    return true;
}

static void end(void *context)
{
    struct export *e = context;
    arena_free(e->arena);
}

static bool find_format(struct sv text, enum format *out)
{
    for (size_t i = 0; i < COUNT_OF(format_words); i++) {
        if (sv_eq_cstr(text, format_words[i])) {
            *out = (enum format)i;
            return true;
        }
    }
    return false;
}

void partner_codes_csv(struct http_request *request, struct http_response *response)
{
    struct partner_code_settings settings;
    struct export *e = ARENA_NEW(request->arena, struct export);
    char day[CLOCK_TEXT_SIZE];
    *e = (struct export){.db = request->db,
                         .brand = request->actor.brand,
                         .test_mode = request->actor.test_mode,
                         .now_us = request->received_us};
    if (!find_format(http_query_param(request, "format"), &e->format)) {
        http_not_found(request, response);
        return;
    }
    if (!http_found(request, response,
                    partner_find_code_settings(request->db, request->arena, e->brand, &settings)))
        return;
    e->currency = settings.currency;
    e->arena = arena_new(ARENA_CEILING_DEFAULT);
    clock_format_date(day, e->now_us);
    response->status = 200;
    response->content_type = "text/csv; charset=utf-8";
    http_set_header(response, "Cache-Control", SV("no-store"));
    http_set_header(
        response, "Content-Disposition",
        sv_from(arena_printf(request->arena, "attachment; filename=\"discount-codes%s%s-%s.csv\"",
                             e->format == FORMAT_PLAIN ? "" : "-", format_words[e->format], day)));
    response->stream = fill;
    response->stream_context = e;
    response->stream_end = end;
}
