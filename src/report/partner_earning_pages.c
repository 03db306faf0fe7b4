/* /partner/earnings: every own sale with its state in a sentence, and one sale's story. */
#include "account/account_page.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "report/partner_earning_words.h"
#include "report/partner_home.h"
#include "report/partner_pages.h"

static void show_row(struct arena *arena, struct view *view, const struct earning_row *row)
{
    format_set_time(view, arena, "AT", row->occurred_us, "Etc/UTC");
    view_set(view, "BRAND", row->brand_name);
    view_set(view, "PROGRAM", row->program_name);
    format_set_money(view, arena, "EARNED", row->payout, &row->unit);
    format_chip(view, "STATUS", earning_state(row));
    view_set_cstr(view, "SENTENCE", earning_sentence(arena, row));
    view_set_cstr(view, "METHOD", earning_method_words(row->method));
}

static void show_listed(struct arena *arena, struct view *view, const struct earning_row *row)
{
    show_row(arena, view, row);
    format_set_money(view, arena, "SALE", row->gross, &row->sale_unit);
    view_set_cstr(view, "PID", uuid_text(arena, row->pid));
}

static const char *const status_values[] = {"pending",  "review",   "approved",
                                            "rejected", "reversed", "paid"};

static const char *status_label(size_t i)
{
    static const enum format_state all[] = {STATE_PENDING,  STATE_IN_REVIEW, STATE_APPROVED,
                                            STATE_REJECTED, STATE_REVERSED,  STATE_PAID};
    return format_state_word(all[i]);
}

static void show_filters(struct view *body, const struct earning_query *query, const char *wrong)
{
    for (size_t i = 0; i < COUNT_OF(status_values); i++) {
        struct view *option = view_add(body, "STATUS_OPTION");
        view_set_cstr(option, "VALUE", status_values[i]);
        view_set_cstr(option, "LABEL", status_label(i));
        if (sv_eq_cstr(query->status, status_values[i]))
            view_show(option, "SELECTED");
    }
    view_set(body, "FROM", query->from);
    view_set(body, "TO", query->to);
    if (wrong)
        view_set_cstr(view_add(body, "WRONG"), "TEXT",
                      _("One of the filters can't be read. Choose it again, or clear them."));
}

static const char *count_words(struct arena *arena, const struct earning_page *page)
{
    if (page->count_is_capped)
        return _("10,000+ sales");
    return arena_printf(arena, i18n_plural("%s sale", "%s sales", page->count),
                        format_count(arena, (int64_t)page->count));
}

/* The address of the page that begins at `cursor`, with the filters kept. */
static const char *address(struct arena *arena, const struct earning_query *query,
                           const char *cursor)
{
    struct buf b = buf_new(arena, 2048);
    const struct {
        const char *name;
        struct sv value;
    } all[] = {{"status", query->status},
               {"from", query->from},
               {"to", query->to},
               {"cursor", sv_from(cursor)}};
    buf_puts(&b, "/partner/earnings");
    for (size_t i = 0, n = 0; i < COUNT_OF(all); i++) {
        if (all[i].value.n == 0)
            continue;
        buf_putc(&b, n++ == 0 ? '?' : '&');
        buf_puts(&b, all[i].name);
        buf_putc(&b, '=');
        buf_put_url(&b, all[i].value);
    }
    return buf_sv(&b).p;
}

void partner_earnings_show(struct http_request *request, struct http_response *response)
{
    struct arena *arena = request->arena;
    struct earning_query query = {.status = http_query_param(request, "status"),
                                  .from = http_query_param(request, "from"),
                                  .to = http_query_param(request, "to"),
                                  .cursor = http_query_param(request, "cursor")};
    struct earning_page page = {0};
    const char *wrong = NULL;
    enum sale_query_result result = earning_list(request->db, arena, request->actor.partner,
                                                 request->actor.test_mode, &query, &page, &wrong);
    if (result == SALE_QUERY_UNAVAILABLE) {
        http_unavailable(request, response);
        return;
    }
    bool bad = result == SALE_QUERY_BAD;
    struct account_page about = {.active = "earnings", .title = _("Earnings")};
    struct layout layout = account_page_open(request, response, &about, "report/earnings.tpl");
    show_filters(layout.body, &query, bad ? wrong : NULL);
    view_set_i64(layout.body, "SINCE", request->received_us);
    struct view *some = page.n ? view_add(layout.body, "SOME") : NULL;
    for (size_t i = 0; i < page.n; i++)
        show_listed(arena, view_add(some, "EARNING"), &page.v[i]);
    struct layout_pager pager = {.count = count_words(arena, &page),
                                 .newest = query.cursor.n ? address(arena, &query, NULL) : NULL,
                                 .older = page.next ? address(arena, &query, page.next) : NULL};
    if (some)
        layout_pager(some, "PAGER", &pager);
    else if (query.status.n || query.from.n || query.to.n)
        layout_empty(layout.body, "EMPTY", "filter", _("No sale matches"),
                     _("Choose other filters, or clear them."), "/partner/earnings", _("Clear"));
    else
        layout_empty(layout.body, "EMPTY", "coins", _("No sales yet"),
                     _("Share your link: each sale it brings shows here within seconds."),
                     "/partner/links", _("Your links"));
    account_page_send(request, response, bad ? 422 : 200, &layout);
}

/* The live note: how many sales came since the page was made. */
void partner_earnings_live(struct http_request *request, struct http_response *response)
{
    int64_t since_us, count;
    if (!sv_to_i64(http_query_param(request, "since"), &since_us)) {
        http_not_found(request, response);
        return;
    }
    if (partner_count_new(request->db, request->arena, request->actor.partner,
                          request->actor.test_mode, since_us, &count) != DB_OK) {
        http_unavailable(request, response);
        return;
    }
    if (http_not_modified(request, response,
                          sv_from(arena_printf(request->arena, "\"n%" PRId64 "\"", count))))
        return;
    struct layout part = layout_open_part(NULL, "report/earnings_note.tpl");
    if (count > 0)
        view_set_cstr(view_add(part.body, "NEW"), "TEXT",
                      arena_printf(request->arena,
                                   i18n_plural("%s new sale", "%s new sales", (uint64_t)count),
                                   format_count(request->arena, count)));
    http_html(response, 200, layout_render(&part, request->arena));
}

/* ---- one sale
 * ------------------------------------------------------------------------------------ */

static void show_sum(struct arena *arena, struct view *body, const char *label, int64_t minor,
                     const struct unit *unit)
{
    struct view *line = view_add(body, "LINE");
    view_set_cstr(line, "LABEL", label);
    format_set_money(line, arena, "AMOUNT", minor, unit);
}

/* The partner's side of the sum: nothing of the brand's costs, no rule's name but its rate. */
static void show_breakdown(struct arena *arena, struct view *body,
                           const struct earning_detail *detail)
{
    const struct earning_row *row = &detail->row;
    show_sum(arena, body, _("Order"), row->gross, &row->sale_unit);
    for (unsigned i = 0; i < detail->explanation.n_lines; i++) {
        const struct commission_line *line = &detail->explanation.lines[i];
        if (line->code == COMMISSION_LINE_PERCENT)
            show_sum(
                arena, body,
                arena_printf(arena, _("Commission, %s"), format_percent_bp(arena, line->rate_bp)),
                line->amount, &row->unit);
        else if (line->code == COMMISSION_LINE_FLAT)
            show_sum(arena, body, _("Commission per sale"), line->amount, &row->unit);
        else if (line->code == COMMISSION_LINE_CAP)
            show_sum(arena, body, _("At most, per sale"), line->limit, &row->unit);
    }
    if (row->fee)
        show_sum(arena, body, _("Network fee"), -row->fee, &row->unit);
    if (row->clawed)
        show_sum(arena, body, _("Taken back for refunds"), -row->clawed, &row->unit);
    format_set_money(body, arena, "EARNED", row->payout, &row->unit);
}

static const struct {
    const char *to, *words;
} changes[] = {
    {"pending", N_("Recorded: pending")},
    {"approved", N_("Approved")},
    {"rejected", N_("Rejected")},
    {"reversed", N_("Reversed")},
    {"paid", N_("Paid")},
};

static void show_changes(struct arena *arena, struct view *body,
                         const struct earning_detail *detail)
{
    for (size_t i = 0; i < detail->n_events; i++) {
        struct view *item = view_add(body, "CHANGE");
        const char *words = "";
        for (size_t k = 0; k < COUNT_OF(changes); k++)
            if (sv_eq_cstr(detail->events[i].to, changes[k].to))
                words = _(changes[k].words);
        if (sv_eq(detail->events[i].from, detail->events[i].to))
            words = earning_part_words(detail->events[i].reason);
        view_set_cstr(item, "WORDS", words);
        format_set_time(item, arena, "AT", detail->events[i].at_us, "Etc/UTC");
        if (detail->events[i].note.n)
            view_set(view_add(item, "NOTE"), "TEXT", detail->events[i].note);
    }
}

void partner_earning_show(struct http_request *request, struct http_response *response)
{
    struct earning_detail detail;
    struct uuid pid;
    enum db_status found =
        uuid_parse(http_path_param(request, "pid"), &pid)
            ? earning_find(request->db, request->arena, request->actor.partner, pid, &detail)
            : DB_NO_ROW;
    if (!http_found(request, response, found))
        return;
    struct account_page about = {.active = "earnings", .title = _("Sale")};
    struct layout layout = account_page_open(request, response, &about, "report/earning.tpl");
    show_row(request->arena, layout.body, &detail.row);
    if (detail.row.coupon.n)
        view_set(view_add(layout.body, "COUPON"), "TEXT", detail.row.coupon);
    if (detail.row.token.n)
        view_set(view_add(layout.body, "TOKEN"), "TEXT", detail.row.token);
    show_breakdown(request->arena, layout.body, &detail);
    show_changes(request->arena, layout.body, &detail);
    account_page_send(request, response, 200, &layout);
}
