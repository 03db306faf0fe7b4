/* /brand/integrations/events: what came in by every door, and what became of it. */
#include "account/account_page.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "conversion/event_view.h"
#include "conversion/event_words.h"
#include "conversion/sale_pages.h"
#include "conversion/sale_words.h"
#include "view/form.h"

static const char home[] = "/brand/integrations/events";

/* The list ------------------------------------------------------------------------------------- */

struct log_view {
    struct inbox_query query;
    struct inbox_page page;
    const char *bad_field; /* NULL: all could be read */
};

static bool is_filtered(const struct log_view *log)
{
    return log->query.door.n > 0 || log->query.state.n > 0 || log->query.order.n > 0;
}

static const char *address_with(struct arena *arena, const struct log_view *log, struct sv cursor)
{
    const struct {
        const char *name;
        struct sv value;
    } params[] = {{"door", log->query.door},
                  {"state", log->query.state},
                  {"order", log->query.order},
                  {"cursor", cursor}};
    struct buf b = buf_new(arena, 4096);
    char mark = '?';
    buf_puts(&b, home);
    for (size_t i = 0; i < COUNT_OF(params); i++) {
        if (params[i].value.n == 0)
            continue;
        buf_printf(&b, "%c%s=", mark, params[i].name);
        buf_put_url(&b, params[i].value);
        mark = '&';
    }
    CHECK(!b.overflow);
    return b.p;
}

static void show_option(struct view *menu, const char *value, const char *text, struct sv chosen)
{
    struct view *option = view_add(menu, "OPTION");
    view_set_cstr(option, "VALUE", value);
    view_set_cstr(option, "TEXT", text);
    if (sv_eq_cstr(chosen, value))
        view_show(option, "SELECTED");
}

static struct view *show_menu(struct view *body, const char *label, const char *name,
                              const char *first)
{
    struct view *menu = view_add(body, "FILTER");
    view_set_cstr(menu, "LABEL", label);
    view_set_cstr(menu, "NAME", name);
    view_set_cstr(menu, "FIRST", first);
    return menu;
}

static void show_filters(struct view *body, const struct log_view *log)
{
    static const struct {
        const char *code;
        enum format_state state;
    } states[] = {{"processed", STATE_PROCESSED}, {"parked", STATE_PARKED},
                  {"refused", STATE_REFUSED},     {"conflict", STATE_CONFLICT},
                  {"failed", STATE_FAILED},       {"quarantined", STATE_QUARANTINED},
                  {"ignored", STATE_IGNORED}};
    struct view *doors = show_menu(body, _("Door"), "door", _("All doors"));
    for (unsigned i = 0; i < SALE_DOOR_COUNT; i++) {
        const char *door = sale_door_text((enum sale_door)i);
        show_option(doors, door, sale_door_words(sv_from(door)), log->query.door);
    }
    struct view *fates = show_menu(body, _("Fate"), "state", _("Any fate"));
    for (size_t i = 0; i < COUNT_OF(states); i++)
        show_option(fates, states[i].code, format_state_word(states[i].state), log->query.state);
    view_set(body, "ORDER", log->query.order);
    if (is_filtered(log))
        view_show(body, "CLEAR");
}

static void show_sale(struct arena *arena, struct view *view, const struct inbox_row *row)
{
    if (uuid_is_zero(row->conversion))
        return;
    struct view *sale = view_add(view, "SALE");
    view_set_cstr(sale, "PID", uuid_text(arena, row->conversion));
    view_set(sale, "SALE_ORDER", row->conversion_order);
}

static void show_row(struct http_request *request, struct view *view, const struct inbox_row *row)
{
    struct arena *arena = request->arena;
    const struct event_fate fate = event_fate(arena, row, clock_wire_us());
    view_set_cstr(view, "URL", event_page_path(arena, row));
    format_set_time(view, arena, "AT", row->received_us, request->actor.zone);
    view_set_cstr(view, "DOOR", sale_door_words(row->door));
    if (row->topic.n > 0)
        view_set(view_add(view, "TOPIC"), "TEXT", row->topic);
    view_set(view, "ORDER", row->order_ref.n > 0 ? row->order_ref : SV("—"));
    format_chip(view, "FATE", fate.chip);
    view_set_cstr(view, "WORDS", fate.words);
    show_sale(arena, view, row);
}

static void show_table(struct http_request *request, struct view *body, const struct log_view *log)
{
    struct view *table = view_add(body, "TABLE");
    for (size_t i = 0; i < log->page.n; i++)
        show_row(request, view_add(table, "EVENT"), &log->page.v[i]);
    struct layout_pager pager = {
        .count = arena_printf(request->arena,
                              i18n_plural("%s event here", "%s events here", log->page.n),
                              format_count(request->arena, (int64_t)log->page.n))};
    if (log->query.cursor.n > 0)
        pager.newest = address_with(request->arena, log, SV(""));
    if (log->page.next)
        pager.older = address_with(request->arena, log, sv_from(log->page.next));
    layout_pager(table, "PAGER", &pager);
}

static void show_nothing(struct view *body, const struct log_view *log)
{
    if (is_filtered(log))
        layout_empty(body, "EMPTY", "filter", _("No events match these filters"),
                     _("Leave a filter out."), home, _("Clear the filters"));
    else
        layout_empty(body, "EMPTY", "receipt", _("No events yet"),
                     _("Connect a door, and send a test sale."), "/brand/integrations",
                     _("Open the integrations"));
}

void event_page_list(struct http_request *request, struct http_response *response)
{
    struct log_view log = {.query = {.door = http_query_param(request, "door"),
                                     .state = http_query_param(request, "state"),
                                     .order = sv_trim(http_query_param(request, "order")),
                                     .cursor = http_query_param(request, "cursor")}};
    enum sale_query_result result =
        inbox_list(request->db, request->arena, request->actor.brand, request->actor.test_mode,
                   &log.query, &log.page, &log.bad_field);
    if (result == SALE_QUERY_UNAVAILABLE) {
        http_unavailable(request, response);
        return;
    }
    struct account_page about = {.active = "integrations", .title = _("Event log")};
    struct layout page = account_page_open(request, response, &about, "conversion/events.tpl");
    if (log.bad_field)
        form_show_problem(page.body, "PROBLEM",
                          arena_printf(request->arena,
                                       _("The filter \"%s\" can't be read. Choose one of the "
                                         "menu's entries."),
                                       log.bad_field));
    show_filters(page.body, &log);
    if (log.page.n > 0)
        show_table(request, page.body, &log);
    else if (!log.bad_field)
        show_nothing(page.body, &log);
    view_set_cstr(page.body, "ZONE", request->actor.zone);
    account_page_send(request, response, log.bad_field ? 422 : 200, &page);
}

/* One event ------------------------------------------------------------------------------------ */

static enum db_status find(struct http_request *request, uint64_t *id, struct inbox_row *row)
{
    if (!sv_to_u64(http_path_param(request, "id"), id))
        return DB_NO_ROW;
    return inbox_find(request->db, request->arena, request->actor.brand, *id, row);
}

static void show_fact(struct view *body, const char *name, struct sv value)
{
    if (value.n == 0)
        return;
    struct view *fact = view_add(body, "FACT");
    view_set_cstr(fact, "NAME", name);
    view_set(fact, "VALUE", value);
}

static void show_facts(struct http_request *request, struct view *body, const struct inbox_row *row)
{
    struct arena *arena = request->arena;
    show_fact(body, _("Source"), sv_from(sale_door_words(row->door)));
    show_fact(body, _("Proved by"), sv_from(sale_authentication_words(row->door)));
    show_fact(body, _("Kind"), row->topic);
    show_fact(body, _("Event id"), row->event_id);
    show_fact(body, _("Order"), row->order_ref);
    show_fact(body, _("Program"), row->program_name);
    if (row->tries > 0)
        show_fact(body, _("Tries"), sv_from(format_count(arena, row->tries)));
    show_fact(body, _("Replayed by"), row->replayed_by);
    show_fact(body, _("Request id"), sv_from(uuid_text(arena, row->request)));
}

static void send_event(struct http_request *request, struct http_response *response, int status,
                       const struct inbox_row *row, const char *flash, enum layout_flash kind)
{
    struct arena *arena = request->arena;
    const struct event_fate fate = event_fate(arena, row, clock_wire_us());
    struct account_page about = {
        .active = "integrations", .title = _("Event"), .flash = flash, .flash_kind = kind};
    struct layout page = account_page_open(request, response, &about, "conversion/event.tpl");
    struct view *body = page.body;
    view_set_cstr(body, "DOOR", sale_door_words(row->door));
    if (row->topic.n > 0)
        view_set(view_add(body, "TOPIC"), "TEXT", row->topic);
    format_set_time(body, arena, "AT", row->received_us, request->actor.zone);
    format_chip(body, "FATE", fate.chip);
    view_set_cstr(body, "WORDS", fate.words);
    show_sale(arena, body, row);
    show_facts(request, body, row);
    event_show_keys(arena, body, row);
    event_show_held(arena, body, row);
    if (row->may_replay)
        view_set_cstr(view_add(body, "REPLAY"), "ACTION",
                      arena_printf(arena, "%s/replay", event_page_path(arena, row)));
    view_set_cstr(body, "ZONE", request->actor.zone);
    account_page_send(request, response, status, &page);
}

void event_page_show(struct http_request *request, struct http_response *response)
{
    uint64_t id;
    struct inbox_row row;
    if (!http_found(request, response, find(request, &id, &row)))
        return;
    bool replayed = sv_eq_cstr(http_query_param(request, "done"), "replay");
    send_event(request, response, 200, &row,
               replayed ? _("It is taken up anew, within a second or two; then this page shows "
                            "what became of it.")
                        : NULL,
               LAYOUT_FLASH_DONE);
}

void event_page_replay(struct http_request *request, struct http_response *response)
{
    uint64_t id;
    struct inbox_row row;
    if (!http_found(request, response, find(request, &id, &row)))
        return;
    switch (
        inbox_replay(request->db, request->arena, request->actor.brand, id, request->actor.user)) {
    case INBOX_REPLAY_QUEUED:
        http_redirect(response, 303,
                      sv_from(arena_printf(request->arena, "%s?done=replay",
                                           event_page_path(request->arena, &row))));
        return;
    case INBOX_REPLAY_NOT_FOUND:
        http_not_found(request, response);
        return;
    case INBOX_REPLAY_SETTLED:
        send_event(request, response, 409, &row,
                   _("There is nothing left to replay: it was taken up already, or can't be."),
                   LAYOUT_FLASH_INFO);
        return;
    case INBOX_REPLAY_UNAVAILABLE:
        http_unavailable(request, response);
        return;
    }
}
