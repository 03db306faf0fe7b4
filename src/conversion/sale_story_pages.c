/* GET /brand/sales/{pid}: how one sale came about, what it pays, and every move of its money. */
#include <json-c/json.h>

#include "account/account.h"
#include "account/account_page.h"
#include "base/clock.h"
#include "base/country.h"
#include "base/i18n.h"
#include "base/json.h"
#include "conversion/adjustment.h"
#include "conversion/conversion_list.h"
#include "conversion/event_view.h"
#include "conversion/event_words.h"
#include "conversion/sale_pages.h"
#include "conversion/sale_words.h"

struct story {
    struct arena *arena;
    const char *zone;
    int64_t now_us;
    struct sale_detail sale;
    const struct sale_candidate_row *winner;  /* NULL: nobody */
    const struct sale_commission *commission; /* in force; NULL: none */
    struct adjustment_shown *refunds;
    size_t n_refunds;
    struct inbox_page told; /* every event about it, the first first */
    bool is_of_workspace;   /* the event log is the chosen brand's */
};

static void show_fact(struct view *facts, const char *name, struct sv value)
{
    if (value.n == 0)
        return;
    struct view *fact = view_add(facts, "FACT");
    view_set_cstr(fact, "NAME", name);
    view_set(fact, "VALUE", value);
}

static struct sv country_words(struct sv code)
{
    const struct country *country = country_find(code);
    return country ? sv_from(_(country->name)) : SV_NONE;
}

/* The click or code that won ------------------------------------------------------------------ */

static struct sv utm_words(struct arena *arena, const struct sale_candidate_row *click)
{
    const struct sv parts[] = {click->utm_source, click->utm_medium, click->utm_campaign};
    struct buf b = buf_new(arena, 1024);
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        if (parts[i].n > 0)
            buf_printf(&b, "%s" SV_FMT, b.len > 0 ? " / " : "", SV_ARG(parts[i]));
    return buf_sv(&b);
}

/* {"s1":"story"} as "s1 story". */
static struct sv sub_ids_words(struct arena *arena, struct sv text)
{
    const char *why;
    struct buf b = buf_new(arena, 4096);
    struct json_object *json = text.n > 0 ? json_parse(arena, text, &why) : NULL;
    for (int i = 1; json && i <= 10; i++) {
        struct sv value = SV_NONE;
        const char *name = arena_printf(arena, "s%d", i);
        if (json_get_string(arena, json, name, &value) == JSON_FIELD_OK && value.n > 0)
            buf_printf(&b, "%s%s " SV_FMT, b.len > 0 ? ", " : "", name, SV_ARG(value));
    }
    if (json)
        json_free(json);
    return buf_sv(&b);
}

static void show_click(const struct story *story, struct view *body)
{
    const struct sale_candidate_row *click = story->winner;
    struct arena *arena = story->arena;
    struct view *step = view_add(body, "CLICK");
    format_set_time(step, arena, "AT", click->at_us, story->zone);
    show_fact(step, _("Creator"), click->handle);
    show_fact(step, _("Link"), click->token);
    if (click->shape.n > 0)
        show_fact(step, _("Came by"), sv_from(sale_shape_words(click->shape)));
    show_fact(step, _("Country"), country_words(click->country));
    show_fact(step, _("Referrer"), click->referrer);
    show_fact(step, _("UTM"), utm_words(arena, click));
    show_fact(step, _("Sub-ids"), sub_ids_words(arena, click->subs_json));
    show_fact(step, _("Browser"), click->agent);
    if (!uuid_is_zero(click->click))
        show_fact(step, _("Click id"), sv_from(uuid_text(arena, click->click)));
    view_set_cstr(view_add(body, "GAP"), "SPAN",
                  format_span(arena, story->sale.row.occurred_us - click->at_us));
}

static void show_told(const struct story *story, struct view *body)
{
    const struct sale_candidate_row *told = story->winner;
    struct view *step = view_add(body, "TOLD");
    view_set_cstr(step, "KIND", sale_kind_words(told->kind));
    show_fact(step, _("Creator"), told->handle);
    show_fact(step, _("The order named"), told->told.n > 0 ? told->told : told->token);
}

/* The sale as it came in ---------------------------------------------------------------------- */

static void show_items(const struct story *story, struct view *step)
{
    const struct sale_detail *sale = &story->sale;
    if (sale->n_items == 0)
        return;
    struct view *items = view_add(step, "ITEMS");
    for (size_t i = 0; i < sale->n_items; i++) {
        struct view *row = view_add(items, "ITEM");
        view_set(row, "SKU", sale->items[i].sku.n > 0 ? sale->items[i].sku : SV("—"));
        view_set(row, "CATEGORY", sale->items[i].category);
        format_set_count(row, story->arena, "QUANTITY", sale->items[i].quantity);
        format_set_money(row, story->arena, "BASE", sale->items[i].base, &sale->row.unit);
        if (sale->items[i].refunded != 0)
            format_set_money(view_add(row, "BACK"), story->arena, "AMOUNT", sale->items[i].refunded,
                             &sale->row.unit);
    }
}

static const char *customer_words(const struct story *story)
{
    if (!story->sale.customer)
        return NULL;
    return arena_printf(story->arena,
                        story->sale.row.is_new_customer ? _("%s…, a new customer")
                                                        : _("%s…, bought before"),
                        story->sale.customer);
}

/* Each event that told of the sale, from whichever door, with the keys that it knew it by. */
static void show_told_by(const struct story *story, struct view *step)
{
    struct arena *arena = story->arena;
    struct view *list = story->told.n > 0 ? view_add(step, "TOLD_BY") : NULL;
    for (size_t i = 0; i < story->told.n; i++) {
        const struct inbox_row *row = &story->told.v[i];
        const struct event_fate fate = event_fate(arena, row, clock_wire_us());
        struct view *told = view_add(list, "TOLD_EVENT");
        if (story->is_of_workspace)
            view_set_cstr(view_add(told, "LINK"), "URL", event_page_path(arena, row));
        view_set_cstr(told, "DOOR", sale_door_words(row->door));
        if (row->topic.n > 0)
            view_set(view_add(told, "TOPIC"), "TEXT", row->topic);
        format_set_time(told, arena, "AT", row->received_us, story->zone);
        format_chip(told, "FATE", fate.chip);
        view_set_cstr(told, "WORDS", fate.words);
        event_show_keys(arena, told, row);
        event_show_held(arena, told, row);
    }
}

static void show_received(const struct story *story, struct view *body)
{
    const struct sale_row *row = &story->sale.row;
    struct view *step = view_add(body, "RECEIVED");
    view_set_cstr(step, "EVENT",
                  arena_printf(story->arena, _("%s received"), sale_event_words(row->event)));
    format_set_time(step, story->arena, "AT", row->received_us, story->zone);
    show_fact(step, _("Source"), sv_from(sale_door_words(row->source)));
    show_fact(step, _("Proved by"), sv_from(sale_authentication_words(row->source)));
    show_fact(step, _("Order"), row->order_ref);
    show_fact(step, _("Counted"),
              sv_from(_("Once: the same order again is answered with this sale")));
    if (llabs(row->received_us - row->occurred_us) > CLOCK_MINUTE)
        show_fact(step, _("Took place"),
                  sv_from(format_date_time(story->arena, row->occurred_us, story->zone)));
    show_fact(step, _("Customer"), sv_from(customer_words(story)));
    show_fact(step, _("Country"), country_words(row->country));
    show_fact(step, _("Program"), row->program_name);
    show_fact(step, _("Campaign"), row->campaign);
    show_items(story, step);
    show_told_by(story, step);
}

/* The match ----------------------------------------------------------------------------------- */

/* "day 2 of 30"; the first day is day 1. */
static const char *window_words(const struct story *story, int64_t click_us)
{
    int64_t day = (story->sale.row.occurred_us - click_us) / CLOCK_DAY + 1;
    return arena_printf(story->arena, _("day %lld of %u"), (long long)day,
                        (unsigned)story->sale.window_days);
}

static const char *match_words(const struct story *story)
{
    const struct sale_row *row = &story->sale.row;
    const char *method = sale_method_words(row->method);
    if (sv_eq_cstr(row->status, "awaiting"))
        return _("Not decided yet");
    if (row->handle.n == 0)
        return _("Nobody is credited");
    if (!story->winner || story->winner->at_us == 0) /* by hand, or as the first sale was */
        return arena_printf(story->arena, "%s", method);
    return arena_printf(story->arena, "%s, %s", method, window_words(story, story->winner->at_us));
}

/* Before the sale alone: a day of a window that a later click never was in says nothing. */
static const char *loser_words(const struct story *story, const struct sale_candidate_row *loser)
{
    const char *verdict = sale_verdict_words(loser->verdict);
    if (loser->at_us == 0 || loser->at_us > story->sale.row.occurred_us)
        return verdict;
    return arena_printf(story->arena, _("%s It was %s."), verdict,
                        window_words(story, loser->at_us));
}

static void show_loser(const struct story *story, struct view *match,
                       const struct sale_candidate_row *loser)
{
    struct view *row = view_add(match, "LOSER");
    view_set_cstr(row, "KIND", sale_kind_words(loser->kind));
    if (loser->handle.n > 0)
        view_set(view_add(row, "WHO"), "HANDLE", loser->handle);
    if (loser->told.n > 0)
        view_set(view_add(row, "TOLD"), "TEXT", loser->told);
    if (loser->at_us != 0)
        format_set_time(view_add(row, "WHEN"), story->arena, "AT", loser->at_us, story->zone);
    view_set_cstr(row, "WHY", loser_words(story, loser));
}

static void show_match(const struct story *story, struct view *body)
{
    const struct sale_detail *sale = &story->sale;
    struct view *match = view_add(body, "MATCH");
    bool waits = sv_eq_cstr(sale->row.status, "awaiting");
    bool credited = sale->row.handle.n > 0;
    view_set_cstr(match, "NODE", credited ? "node-good" : waits ? "node-now" : "node-warn");
    view_set_cstr(match, "ICON", credited ? "link" : waits ? "clock" : "unlinked");
    view_set_cstr(match, "WHAT", match_words(story));
    view_set_cstr(match, "WHY",
                  sale_reason_words(sale->reason.n > 0 ? sale->reason : SV("awaiting_click")));
    if (credited)
        view_set(view_add(match, "CREATOR"), "HANDLE", sale->row.handle);
    struct view *losers = NULL;
    for (size_t i = 0; i < sale->n_candidates; i++) {
        if (&sale->candidates[i] == story->winner)
            continue;
        if (!losers)
            losers = view_add(match, "LOSERS");
        show_loser(story, losers, &sale->candidates[i]);
    }
}

/* The commission, and when it is released ------------------------------------------------------ */

static const char *rule_words(struct sv rule)
{
    enum commission_rule found;
    return commission_rule_find(rule, &found) ? sale_rule_words(found) : "";
}

static void show_commission(const struct story *story, struct view *body)
{
    const struct sale_commission *c = story->commission;
    struct view *step = view_add(body, "COMMISSION");
    if (!c) {
        view_set_cstr(step, "TEXT", _("None while nobody is credited."));
        return;
    }
    view_set_cstr(step, "TEXT",
                  arena_printf(story->arena, _("%s, %s. Settings version %u."),
                               money_format_display(story->arena, c->amount, &c->unit),
                               rule_words(c->rule), (unsigned)story->sale.version_no));
}

/* When it came to where it stands. */
static int64_t changed_us(const struct sale_commission *c)
{
    for (size_t i = c->n_events; i-- > 0;)
        if (sv_eq(c->events[i].to, c->status) && !sv_eq(c->events[i].from, c->status))
            return c->events[i].at_us;
    return c->received_us;
}

static const char *waiting_words(const struct story *story, const struct sale_commission *c)
{
    struct arena *arena = story->arena;
    if (c->in_review)
        return _("In review: it is held until somebody decides.");
    if (sv_eq_cstr(c->approval, "manual"))
        return _("Waits for somebody of the brand to approve it.");
    if (c->release_us <= story->now_us)
        return _("The holdback is over; it is approved by itself within a minute.");
    return arena_printf(arena, _("Approved by itself on %s, %s, when the holdback ends."),
                        format_date(arena, c->release_us, story->zone),
                        format_relative(arena, c->release_us, story->now_us));
}

static const char *approval_words(const struct story *story, const struct sale_commission *c)
{
    const char *day = format_date(story->arena, changed_us(c), story->zone);
    if (sv_eq_cstr(c->status, "approved"))
        return arena_printf(story->arena, _("Approved on %s."), day);
    if (sv_eq_cstr(c->status, "paid"))
        return arena_printf(story->arena, _("Paid out on %s."), day);
    if (sv_eq_cstr(c->status, "rejected"))
        return arena_printf(story->arena, _("Rejected on %s."), day);
    if (sv_eq_cstr(c->status, "reversed"))
        return arena_printf(story->arena, _("Reversed on %s."), day);
    return waiting_words(story, c);
}

static void show_approval(const struct story *story, struct view *body)
{
    const struct sale_commission *c = story->commission;
    if (!c)
        return;
    struct view *step = view_add(body, "APPROVAL");
    bool good = sv_eq_cstr(c->status, "approved") || sv_eq_cstr(c->status, "paid");
    bool bad = sv_eq_cstr(c->status, "rejected") || sv_eq_cstr(c->status, "reversed");
    view_set_cstr(step, "NODE", good ? "node-good" : bad ? "node-bad" : "node-now");
    view_set_cstr(step, "ICON", good ? "check" : bad ? "cross" : "clock");
    view_set_cstr(step, "TEXT", approval_words(story, c));
}

/* What took from it, or gave back -------------------------------------------------------------- */

static const char *refund_amount_words(const struct story *story, const struct adjustment_shown *a)
{
    const struct unit *unit = &story->sale.row.unit;
    if (a->is_foreign)
        return _("It was in another currency than the sale, so it counts for nothing.");
    if (!a->in_force)
        return _("It takes nothing: a dispute that was won, or a refund that is not approved.");
    return arena_printf(story->arena,
                        a->base < 0 ? _("Gives back %s of the base.") : _("Takes %s of the base."),
                        money_format_display(story->arena, a->base < 0 ? -a->base : a->base, unit));
}

static void show_refunds(const struct story *story, struct view *body)
{
    const struct sale_row *row = &story->sale.row;
    for (size_t i = 0; i < story->n_refunds; i++) {
        const struct adjustment_shown *a = &story->refunds[i];
        struct view *step = view_add(body, "REFUND");
        bool takes = a->in_force && a->base >= 0;
        view_set_cstr(step, "NODE", takes ? "node-bad" : a->in_force ? "node-good" : "");
        view_set_cstr(step, "KIND", sale_refund_words(a->kind));
        format_set_time(step, story->arena, "AT", a->received_us, story->zone);
        view_set_cstr(step, "TEXT", refund_amount_words(story, a));
        show_fact(step, _("Source"), sv_from(sale_door_words(a->source)));
        show_fact(step, _("By"), a->by_user);
        show_fact(step, _("Its id there"), a->ref);
        show_fact(step, _("Note"), a->note);
    }
    if (story->n_refunds > 0)
        view_set_cstr(
            view_add(body, "REFUNDED"), "TEXT",
            arena_printf(story->arena, _("In all %s of %s were taken back."),
                         money_format_display(story->arena, row->refunded_base, &row->unit),
                         money_format_display(story->arena, row->base, &row->unit)));
}

/* The right side ------------------------------------------------------------------------------- */

static struct view *show_line(struct view *card, const char *label, const char *amount)
{
    struct view *line = view_add(card, "LINE");
    view_set_cstr(line, "LABEL", label);
    view_set_cstr(line, "AMOUNT", amount);
    return line;
}

static const char *line_amount(const struct story *story, const struct sale_commission *c,
                               const struct commission_line *line)
{
    const struct unit *unit = line->code == COMMISSION_LINE_BASE ? &story->sale.row.unit : &c->unit;
    if (line->code == COMMISSION_LINE_CAP_OTHER_UNIT)
        return "";
    bool taken = line->code == COMMISSION_LINE_FEE_PARTNER;
    return money_format_display(story->arena, taken ? -line->amount : line->amount, unit);
}

static void show_breakdown(const struct story *story, struct view *body)
{
    const struct sale_commission *c = story->commission;
    const struct sale_row *row = &story->sale.row;
    struct arena *arena = story->arena;
    struct view *card = view_add(body, "BREAKDOWN");
    show_line(card, _("Order total"), money_format_display(arena, row->gross, &row->unit));
    if (row->gross != row->base)
        show_line(card, _("Shipping, tax and what else earns nothing"),
                  money_format_display(arena, row->base - row->gross, &row->unit));
    for (unsigned i = 0; c && i < c->explanation.n_lines; i++) {
        const struct commission_line *line = &c->explanation.lines[i];
        struct view *shown =
            show_line(card, sale_line_words(arena, line, &c->unit), line_amount(story, c, line));
        if (line->code == COMMISSION_LINE_PAYOUT || line->code == COMMISSION_LINE_COST)
            view_show(shown, "TOTAL");
    }
    if (c && c->clawed != 0) {
        show_line(card, _("Taken back by refunds"),
                  money_format_display(arena, -c->clawed, &c->unit));
        view_show(show_line(card, _("The creator keeps"),
                            money_format_display(arena, c->payout, &c->unit)),
                  "TOTAL");
    }
    view_set_cstr(card, "VERSION",
                  arena_printf(arena, _("Settings version %u"), (unsigned)story->sale.version_no));
    view_set_cstr(card, "PROGRAM_PID", uuid_text(arena, story->sale.program_pid));
    view_set(card, "PROGRAM", row->program_name);
    if (c && c->tier.n > 0)
        view_set(view_add(card, "TIER"), "NAME", c->tier);
}

static const char *actor_words(const struct sale_event_row *event)
{
    if (sv_eq_cstr(event->actor_kind, "door") && event->from.n > 0)
        return _("A later event");
    if (sv_eq_cstr(event->actor_kind, "door"))
        return _("The sale itself");
    return _("A rule");
}

static void show_events(const struct story *story, struct view *body)
{
    const struct sale_commission *c = story->commission;
    if (!c || c->n_events == 0)
        return;
    struct view *card = view_add(body, "EVENTS");
    for (size_t i = 0; i < c->n_events; i++) {
        const struct sale_event_row *event = &c->events[i];
        struct view *row = view_add(card, "EVENT");
        view_set_cstr(row, "TO", sale_event_heading(event->from, event->to, event->reason));
        format_set_time(row, story->arena, "AT", event->at_us, story->zone);
        if (event->actor_name.n > 0)
            view_set(row, "WHO", event->actor_name);
        else
            view_set_cstr(row, "WHO", actor_words(event));
        view_set_cstr(row, "WHY", sale_change_words(event->reason));
        if (event->note.n > 0)
            view_set(view_add(row, "NOTE"), "TEXT", event->note);
    }
}

static void show_transfers(const struct story *story, struct view *body)
{
    const struct sale_detail *sale = &story->sale;
    if (sale->n_transfers == 0)
        return;
    struct view *card = view_add(body, "LEDGER");
    for (size_t i = 0; i < sale->n_transfers; i++) {
        const struct sale_transfer_row *transfer = &sale->transfers[i];
        struct view *row = view_add(card, "TRANSFER");
        view_set_cstr(row, "KIND", sale_transfer_words(transfer->kind));
        view_set_i64(row, "ID", (int64_t)transfer->id);
        format_set_time(row, story->arena, "AT", transfer->at_us, story->zone);
        for (size_t j = 0; j < transfer->n_entries; j++) {
            const struct sale_entry_row *entry = &transfer->entries[j];
            struct view *line = view_add(row, "ENTRY");
            view_set_cstr(line, "ACCOUNT", sale_account_words(entry->account));
            format_set_money(line, story->arena, "AMOUNT", entry->amount, &entry->unit);
        }
    }
}

/* The page ------------------------------------------------------------------------------------- */

/* The sale among all brands of the login: a link from another workspace leads to it too. */
static enum db_status load(struct http_request *request, struct story *story)
{
    struct account_brands brands;
    struct uuid pid;
    if (!uuid_parse(http_path_param(request, "pid"), &pid))
        return DB_NO_ROW;
    if (account_list_brands(request->db, request->arena, request->actor.user, &brands) !=
        ACCOUNT_DONE)
        return DB_UNAVAILABLE;
    size_t n = brands.count < SALE_SCOPE_BRANDS_MAX ? brands.count : SALE_SCOPE_BRANDS_MAX;
    uint64_t *ids = arena_array(request->arena, n + 1, sizeof *ids);
    for (size_t i = 0; i < n; i++)
        ids[i] = brands.rows[i].id;
    const struct sale_scope scope = {ids, n, request->actor.test_mode};
    enum db_status status = sale_find(request->db, request->arena, &scope, pid, &story->sale);
    const struct sale_detail *sale = &story->sale;
    for (size_t i = 0; status == DB_OK && i < sale->n_candidates; i++)
        if (sv_eq_cstr(sale->candidates[i].verdict, "won"))
            story->winner = &sale->candidates[i];
    if (status == DB_OK && sale->n_commissions > 0)
        story->commission = &sale->commissions[0];
    story->is_of_workspace = sale->row.brand == request->actor.brand;
    if (status == DB_OK)
        status = adjustment_list(request->db, request->arena, sale->row.id, &story->refunds,
                                 &story->n_refunds);
    if (status == DB_OK)
        status = inbox_list_of_conversion(request->db, request->arena, sale->row.brand, pid,
                                          &story->told);
    return status;
}

static void show_head(const struct story *story, struct view *body)
{
    const struct sale_row *row = &story->sale.row;
    view_set(body, "ORDER", row->order_ref);
    format_set_money(body, story->arena, "AMOUNT", row->gross, &row->unit);
    view_set(body, "BRAND", row->brand_name);
    view_set(body, "PROGRAM", row->program_name);
    format_set_time(body, story->arena, "AT", row->occurred_us, story->zone);
    format_chip(body, "STATUS", sale_state(row->status, row->in_review));
    view_set_cstr(body, "ZONE", story->zone);
    if (row->refunded_base < row->base || row->base == 0)
        view_set_cstr(view_add(body, "MAY_REFUND"), "PID", uuid_text(story->arena, row->pid));
}

/* What recording or refunding it by hand came to. */
static const char *done_words(struct sv done)
{
    if (sv_eq_cstr(done, "recorded"))
        return _("Recorded.");
    if (sv_eq_cstr(done, "known"))
        return _("This order was recorded already: nothing was changed.");
    if (sv_eq_cstr(done, "refunded"))
        return _("Refunded.");
    if (sv_eq_cstr(done, "refund-known"))
        return _("This refund was recorded already: nothing was changed.");
    if (sv_eq_cstr(done, "queued"))
        return _("Stored; applying the refund is tried again by itself.");
    return NULL;
}

void sale_page_show(struct http_request *request, struct http_response *response)
{
    struct story story = {
        .arena = request->arena, .zone = request->actor.zone, .now_us = clock_business_us()};
    switch (load(request, &story)) {
    case DB_OK:
        break;
    case DB_NO_ROW:
        http_not_found(request, response);
        return;
    default:
        http_unavailable(request, response);
        return;
    }
    struct account_page about = {
        .active = "sales",
        .title = arena_printf(request->arena, _("Sale %.*s"), SV_ARG(story.sale.row.order_ref)),
        .flash = done_words(http_query_param(request, "done")),
        .search_url = "/brand/sales",
        .search_label = _("Find an order")};
    struct layout page = account_page_open(request, response, &about, "conversion/sale.tpl");
    show_head(&story, page.body);
    if (story.winner && story.winner->at_us != 0)
        show_click(&story, page.body);
    else if (story.winner)
        show_told(&story, page.body);
    show_received(&story, page.body);
    show_match(&story, page.body);
    show_commission(&story, page.body);
    show_approval(&story, page.body);
    show_refunds(&story, page.body);
    show_breakdown(&story, page.body);
    show_events(&story, page.body);
    show_transfers(&story, page.body);
    account_page_send(request, response, 200, &page);
}
