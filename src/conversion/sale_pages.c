/* GET /brand/sales: the table with its filters, the same as CSV, and a note of what is new. */
#include "conversion/sale_pages.h"

#include "account/account.h"
#include "account/account_page.h"
#include "base/country.h"
#include "base/i18n.h"
#include "conversion/conversion_list.h"
#include "conversion/sale_words.h"
#include "view/form.h"

/* The query string -------------------------------------------------------------------------- */

enum param {
    P_ORDER,
    P_BRAND, /* "all", or one of the login's; empty: the workspace's */
    P_PROGRAM,
    P_CAMPAIGN,
    P_CREATOR,
    P_TIER,
    P_COUNTRY,
    P_STATUS,
    P_METHOD,
    P_SOURCE,
    P_FROM,
    P_TO,
    P_CURSOR,
    PARAMS,
};

static const char *const names[PARAMS] = {"order", "brand",   "program", "campaign", "creator",
                                          "tier",  "country", "status",  "method",   "source",
                                          "from",  "to",      "cursor"};

enum { ADDRESS_MAX = 8 * 1024 };

struct sales_view {
    struct sv param[PARAMS];
    bool is_filtered;
    struct account_brands brands; /* of the login */
    struct sale_scope scope;
    struct sale_filter filter;
    struct sale_choices choices;
    struct sale_page page;
    const char *bad_field; /* of sale_query; NULL: all could be read */
};

static bool is_all_brands(const struct sales_view *view)
{
    return sv_eq_cstr(view->param[P_BRAND], "all");
}

/* `path` with the filters, without the cursor. */
static const char *address_of(struct arena *arena, const char *path, const struct sales_view *view)
{
    struct buf b = buf_new(arena, ADDRESS_MAX);
    buf_puts(&b, path);
    char mark = '?';
    for (size_t i = 0; i < P_CURSOR; i++) {
        if (view->param[i].n == 0)
            continue;
        buf_printf(&b, "%c%s=", mark, names[i]);
        buf_put_url(&b, view->param[i]);
        mark = '&';
    }
    return b.p;
}

static const char *address_with(struct arena *arena, const char *path,
                                const struct sales_view *view, const char *name, struct sv value)
{
    struct buf b = buf_new(arena, ADDRESS_MAX);
    const char *address = address_of(arena, path, view);
    buf_printf(&b, "%s%c%s=", address, strchr(address, '?') ? '&' : '?', name);
    buf_put_url(&b, value);
    return b.p;
}

static void read_params(struct http_request *request, struct sales_view *view)
{
    for (size_t i = 0; i < PARAMS; i++) {
        view->param[i] = sv_trim(http_query_param(request, names[i]));
        if (i == P_ORDER && view->param[i].n == 0)
            view->param[i] = sv_trim(http_query_param(request, "q")); /* the top bar's search */
        if (i != P_CURSOR && view->param[i].n > 0)
            view->is_filtered = true;
    }
}

/* The workspace's brand, or all of the login once a brand is named: tenants come from the actor. */
static void choose_scope(const struct http_request *request, struct sales_view *view)
{
    bool one = view->param[P_BRAND].n == 0;
    size_t n = one ? 1 : view->brands.count;
    if (n > SALE_SCOPE_BRANDS_MAX)
        n = SALE_SCOPE_BRANDS_MAX;
    uint64_t *brands = arena_array(request->arena, n + 1, sizeof *brands);
    for (size_t i = 0; i < n; i++)
        brands[i] = one ? request->actor.brand : view->brands.rows[i].id;
    view->scope = (struct sale_scope){brands, n, request->actor.test_mode};
}

static enum sale_query_result resolve(struct http_request *request, struct sales_view *view)
{
    const struct sv *p = view->param;
    if (account_list_brands(request->db, request->arena, request->actor.user, &view->brands) !=
        ACCOUNT_DONE)
        return SALE_QUERY_UNAVAILABLE;
    choose_scope(request, view);
    struct sale_query query = {.brand = is_all_brands(view) ? SV_NONE : p[P_BRAND],
                               .program = p[P_PROGRAM],
                               .campaign = p[P_CAMPAIGN],
                               .creator = p[P_CREATOR],
                               .tier = p[P_TIER],
                               .country = p[P_COUNTRY],
                               .status = p[P_STATUS],
                               .method = p[P_METHOD],
                               .source = p[P_SOURCE],
                               .from = p[P_FROM],
                               .to = p[P_TO],
                               .order = p[P_ORDER],
                               .cursor = p[P_CURSOR]};
    return sale_query_resolve(request->db, request->arena, &view->scope, &query, &view->filter,
                              &view->bad_field);
}

/* The filters -------------------------------------------------------------------------------- */

/* A menu of the form; `first` is its empty choice. */
struct menu {
    const char *label, *first;
    enum param param;
};

static struct view *show_menu(struct view *form, const struct menu *menu)
{
    struct view *filter = view_add(form, "FILTER");
    view_set_cstr(filter, "LABEL", menu->label);
    view_set_cstr(filter, "NAME", names[menu->param]);
    view_set_cstr(filter, "FIRST", menu->first);
    return filter;
}

static void show_choice(struct view *filter, struct sv value, struct sv label, struct sv chosen)
{
    struct view *option = view_add(filter, "OPTION");
    view_set(option, "VALUE", value);
    view_set(option, "TEXT", label);
    if (sv_eq(value, chosen))
        view_show(option, "SELECTED");
}

/* Left out while there is nothing to choose from. */
static void show_choices(struct view *form, const struct sales_view *view, const struct menu *menu,
                         const struct sale_choice *choices, size_t n)
{
    if (n == 0)
        return;
    struct view *filter = show_menu(form, menu);
    for (size_t i = 0; i < n; i++)
        show_choice(filter, choices[i].value, choices[i].label, view->param[menu->param]);
}

static void show_brands(struct http_request *request, struct view *form,
                        const struct sales_view *view)
{
    if (view->brands.count < 2)
        return;
    struct view *filter =
        show_menu(form, &(struct menu){_("Brand"), request->actor.brand_name, P_BRAND});
    for (size_t i = 0; i < view->brands.count; i++) {
        const struct account_brand *brand = &view->brands.rows[i];
        if (brand->id != request->actor.brand)
            show_choice(filter, sv_from(uuid_text(request->arena, brand->pid)), brand->name,
                        view->param[P_BRAND]);
    }
    show_choice(filter, SV("all"), sv_from(_("All brands")), view->param[P_BRAND]);
}

static void show_statuses(struct view *form, const struct sales_view *view)
{
    struct view *filter = show_menu(form, &(struct menu){_("Status"), _("Any status"), P_STATUS});
    const char *code;
    for (size_t i = 0; (code = sale_status_at(i)) != NULL; i++)
        show_choice(filter, sv_from(code), sv_from(sale_status_words(sv_from(code))),
                    view->param[P_STATUS]);
}

/* "nia.travels · Nia Okafor": the table shows handles, people remember names. */
static struct sv creator_words(struct arena *arena, const struct sale_choice *creator)
{
    return sv_from(
        arena_printf(arena, SV_FMT " · " SV_FMT, SV_ARG(creator->value), SV_ARG(creator->label)));
}

static void show_creators(struct arena *arena, struct view *form, const struct sales_view *view)
{
    struct view *filter =
        show_menu(form, &(struct menu){_("Creator"), _("All creators"), P_CREATOR});
    for (size_t i = 0; i < view->choices.n_creators; i++)
        show_choice(filter, view->choices.creators[i].value,
                    creator_words(arena, &view->choices.creators[i]), view->param[P_CREATOR]);
    show_choice(filter, SV("-"), sv_from(_("Nobody credited")), view->param[P_CREATOR]);
}

static void show_countries(struct view *form, const struct sales_view *view)
{
    const struct sale_choices *all = &view->choices;
    struct view *filter =
        show_menu(form, &(struct menu){_("Country"), _("All countries"), P_COUNTRY});
    for (size_t i = 0; i < all->n_countries; i++) {
        const struct country *country = country_find(all->countries[i].value);
        show_choice(filter, all->countries[i].value,
                    country ? sv_from(_(country->name)) : sv_from(_("Unknown country")),
                    view->param[P_COUNTRY]);
    }
}

static void show_sources(struct view *form, const struct sales_view *view)
{
    static const char *const methods[] = {"click", "visitor", "coupon", "token", "ref"};
    struct view *source = show_menu(form, &(struct menu){_("Source"), _("All sources"), P_SOURCE});
    for (unsigned i = 0; i < SALE_DOOR_COUNT; i++) {
        struct sv door = sv_from(sale_door_text((enum sale_door)i));
        show_choice(source, door, sv_from(sale_door_words(door)), view->param[P_SOURCE]);
    }
    struct view *method =
        show_menu(form, &(struct menu){_("Credited by"), _("Anything"), P_METHOD});
    for (size_t i = 0; i < COUNT_OF(methods); i++)
        show_choice(method, sv_from(methods[i]), sv_from(sale_method_words(sv_from(methods[i]))),
                    view->param[P_METHOD]);
}

/* Four at hand, the others behind "More filters", which stands open once one of them is set. */
static void show_filters(struct http_request *request, struct view *body,
                         const struct sales_view *view)
{
    static const enum param behind[] = {P_ORDER,   P_BRAND,  P_PROGRAM, P_TIER,
                                        P_COUNTRY, P_METHOD, P_SOURCE};
    const struct sale_choices *all = &view->choices;
    show_statuses(body, view);
    show_creators(request->arena, body, view);
    show_choices(body, view, &(struct menu){_("Campaign"), _("All campaigns"), P_CAMPAIGN},
                 all->campaigns, all->n_campaigns);
    view_set(body, "FROM", view->param[P_FROM]);
    view_set(body, "TO", view->param[P_TO]);

    struct view *more = view_add(body, "MORE");
    int set = 0;
    for (size_t i = 0; i < COUNT_OF(behind); i++)
        set += view->param[behind[i]].n > 0;
    if (set > 0) {
        view_show(more, "OPEN");
        view_set_i64(view_add(more, "SET"), "COUNT", set);
    }
    show_brands(request, more, view);
    show_choices(more, view, &(struct menu){_("Program"), _("All programs"), P_PROGRAM},
                 all->programs, all->n_programs);
    show_choices(more, view, &(struct menu){_("Tier"), _("All tiers"), P_TIER}, all->tiers,
                 all->n_tiers);
    show_countries(more, view);
    show_sources(more, view);
    view_set(more, "ORDER", view->param[P_ORDER]);
    if (view->is_filtered)
        view_show(body, "CLEAR");
}

/* The table ---------------------------------------------------------------------------------- */

static void show_row(struct http_request *request, struct view *view, const struct sale_row *sale)
{
    struct arena *arena = request->arena;
    view_set_cstr(view, "PID", uuid_text(arena, sale->pid));
    format_set_time(view, arena, "AT", sale->occurred_us, request->actor.zone);
    view_set(view, "ORDER", sale->order_ref);
    if (!sv_eq_cstr(sale->event, "sale"))
        view_set_cstr(view_add(view, "EVENT"), "TEXT", sale_event_words(sale->event));
    if (sale->handle.n > 0)
        view_set(view_add(view, "CREATOR"), "HANDLE", sale->handle);
    else
        view_show(view, "NOBODY");
    format_set_money(view, arena, "AMOUNT", sale->gross, &sale->unit);
    if (sale->refunded_base > 0 && sale->refunded_base < sale->base)
        view_show(view, "PARTLY");
    if (sale->commission_unit.code[0])
        format_set_money(view, arena, "COMMISSION", sale->commission, &sale->commission_unit);
    else
        view_set_cstr(view, "COMMISSION", "—");
    view_set_cstr(view, "SOURCE", sale_door_words(sale->source));
    format_chip(view, "STATUS", sale_state(sale->status, sale->in_review));
}

/* Nine columns fit: two of them show what there is to tell apart. */
static void show_place(struct view *row, const struct sales_view *view, const struct sale_row *sale)
{
    const struct country *country = country_find(sale->country);
    if (view->choices.n_campaigns > 0)
        view_set(view_add(row, "OF_CAMPAIGN"), "NAME", sale->campaign);
    else
        view_set(view_add(row, "OF_PROGRAM"), "NAME", sale->program_name);
    if (is_all_brands(view))
        view_set(view_add(row, "OF_BRAND"), "NAME", sale->brand_name);
    else
        view_set_cstr(view_add(row, "OF_COUNTRY"), "NAME", country ? _(country->name) : "");
}

static void show_table(struct http_request *request, struct view *body,
                       const struct sales_view *view)
{
    struct view *table = view_add(body, "TABLE");
    view_show(table, is_all_brands(view) ? "BRAND_HEAD" : "COUNTRY_HEAD");
    view_show(table, view->choices.n_campaigns > 0 ? "CAMPAIGN_HEAD" : "PROGRAM_HEAD");
    for (size_t i = 0; i < view->page.n; i++) {
        struct view *row = view_add(table, "SALE");
        show_row(request, row, &view->page.v[i]);
        show_place(row, view, &view->page.v[i]);
    }
}

static const char *count_words(struct arena *arena, const struct sale_page *page)
{
    const char *count = format_count(arena, (int64_t)page->count);
    if (page->count_is_capped)
        return arena_printf(arena, _("%s+ sales"), count);
    return arena_printf(arena, i18n_plural("%s sale", "%s sales", page->count), count);
}

static void show_pager(struct http_request *request, struct view *body,
                       const struct sales_view *view)
{
    struct arena *arena = request->arena;
    struct layout_pager pager = {.count = count_words(arena, &view->page)};
    if (view->param[P_CURSOR].n > 0)
        pager.newest = address_of(arena, "/brand/sales", view);
    if (view->page.next)
        pager.older = address_with(arena, "/brand/sales", view, "cursor", sv_from(view->page.next));
    layout_pager(body, "PAGER", &pager);
}

static void show_empty(struct view *body, const struct sales_view *view)
{
    if (view->is_filtered)
        layout_empty(body, "EMPTY", "filter", _("No sales match these filters"),
                     _("Widen the dates, or leave a filter out."), "/brand/sales",
                     _("Clear the filters"));
    else
        layout_empty(body, "EMPTY", "receipt", _("No sales yet"), _("Send a test conversion."),
                     "/brand/setup", _("Open the setup"));
}

static uint64_t newest_id(const struct sale_page *page)
{
    uint64_t newest = 0;
    for (size_t i = 0; i < page->n; i++)
        if (page->v[i].id > newest)
            newest = page->v[i].id;
    return newest;
}

static struct sv number(struct arena *arena, uint64_t n)
{
    return sv_from(arena_printf(arena, "%" PRIu64, n));
}

/* How many there are, and, on the first page, what came meanwhile: it would stand there. */
static void show_state(struct http_request *request, struct view *body,
                       const struct sales_view *view)
{
    if (view->bad_field)
        return;
    struct view *state = view_add(body, "STATE");
    view_set_cstr(state, "COUNT", count_words(request->arena, &view->page));
    view_set_cstr(state, "ZONE", request->actor.zone);
    if (view->param[P_CURSOR].n > 0)
        return;
    const char *address = address_with(request->arena, "/brand/sales/live", view, "since",
                                       number(request->arena, newest_id(&view->page)));
    view_set_cstr(view_add(state, "LIVE"), "URL",
                  arena_printf(request->arena, "%s&had=%" PRIu64, address, view->page.count));
}

static void show_bad_field(struct arena *arena, struct view *body, const char *field)
{
    if (!field)
        return;
    bool is_day = strcmp(field, "from") == 0 || strcmp(field, "to") == 0;
    form_show_problem(
        body, "PROBLEM",
        is_day ? _("One of the dates is no day of the calendar. Write it as 2026-06-12.")
               : arena_printf(arena,
                              _("The filter \"%s\" can't be read. Choose one of the menu's "
                                "entries."),
                              field));
}

static const char *done_words(struct sv done)
{
    if (sv_eq_cstr(done, "queued"))
        return _("Stored; recording the sale is tried again by itself.");
    return NULL;
}

static void send_list(struct http_request *request, struct http_response *response, int status,
                      const struct sales_view *view)
{
    struct account_page about = {.active = "sales",
                                 .title = _("Sales"),
                                 .flash = done_words(http_query_param(request, "done")),
                                 .flash_kind = LAYOUT_FLASH_INFO,
                                 .search_url = "/brand/sales",
                                 .search_label = _("Find an order")};
    struct layout page = account_page_open(request, response, &about, "conversion/sales.tpl");
    view_set_cstr(page.body, "CSV_URL", address_of(request->arena, "/brand/sales.csv", view));
    show_bad_field(request->arena, page.body, view->bad_field);
    show_filters(request, page.body, view);
    show_state(request, page.body, view);
    if (view->page.n > 0) {
        show_table(request, page.body, view);
        show_pager(request, page.body, view);
    } else if (!view->bad_field) {
        show_empty(page.body, view);
    }
    account_page_send(request, response, status, &page);
}

void sale_page_list(struct http_request *request, struct http_response *response)
{
    struct sales_view view = {0};
    int status = 200;
    read_params(request, &view);
    enum db_status read = DB_OK;
    switch (resolve(request, &view)) {
    case SALE_QUERY_OK:
        read = sale_list(request->db, request->arena, &view.filter, &view.page);
        break;
    case SALE_QUERY_NOTHING:
        break;
    case SALE_QUERY_BAD:
        status = 422;
        break;
    case SALE_QUERY_UNAVAILABLE:
        read = DB_UNAVAILABLE;
        break;
    }
    if (read == DB_OK)
        read = sale_choices_read(request->db, request->arena, &view.scope, &view.choices);
    if (read == DB_OK)
        send_list(request, response, status, &view);
    else
        http_unavailable(request, response);
}

/* The CSV, and what is new ------------------------------------------------------------------- */

/* An address made from the page's own form can be read; another gets the page that says so. */
static void send_to_page(struct http_request *request, struct http_response *response,
                         const struct sales_view *view)
{
    http_redirect(response, 303, sv_from(address_of(request->arena, "/brand/sales", view)));
}

void sale_page_csv(struct http_request *request, struct http_response *response)
{
    struct sales_view view = {0};
    enum db_status status = DB_UNAVAILABLE;
    read_params(request, &view);
    switch (resolve(request, &view)) {
    case SALE_QUERY_OK:
        status = sale_csv(request->db, request->arena, request->settings, &view.filter, response);
        break;
    case SALE_QUERY_NOTHING: /* a file without rows, and with its head */
        view.filter = (struct sale_filter){.before_us = INT64_MAX};
        status = sale_csv(request->db, request->arena, request->settings, &view.filter, response);
        break;
    case SALE_QUERY_BAD:
        send_to_page(request, response, &view);
        return;
    case SALE_QUERY_UNAVAILABLE:
        break;
    }
    if (status != DB_OK)
        http_unavailable(request, response);
}

/*
 * What a page does not show that had `had` sales, `since` the newest: of the first page by their
 * ids, which rise; told late and standing further down by the count, while that is exact.
 */
static uint64_t count_news(const struct sale_page *page, uint64_t since, uint64_t had)
{
    uint64_t n = 0;
    for (size_t i = 0; i < page->n; i++)
        n += page->v[i].id > since;
    if (!page->count_is_capped && page->count > had && page->count - had > n)
        n = page->count - had;
    return n;
}

static const char *news_words(struct arena *arena, uint64_t n)
{
    if (n >= SALE_PAGE_ROWS)
        return arena_printf(arena, _("%d+ new sales"), SALE_PAGE_ROWS);
    return arena_printf(arena, i18n_plural("%s new sale", "%s new sales", n),
                        format_count(arena, (int64_t)n));
}

static void send_news(struct http_request *request, struct http_response *response,
                      const struct sales_view *view, uint64_t n)
{
    const char *etag = arena_printf(request->arena, "\"%" PRIu64 "\"", n);
    if (http_not_modified(request, response, sv_from(etag)))
        return;
    struct layout part = layout_open_part(NULL, "conversion/sales_news.tpl");
    if (n > 0) {
        struct view *some = view_add(part.body, "SOME");
        view_set_cstr(some, "URL", address_of(request->arena, "/brand/sales", view));
        view_set_cstr(some, "TEXT", news_words(request->arena, n));
    }
    http_html(response, 200, layout_render(&part, request->arena));
}

void sale_page_live(struct http_request *request, struct http_response *response)
{
    struct sales_view view = {0};
    uint64_t since, had;
    read_params(request, &view);
    if (!sv_to_u64(http_query_param(request, "since"), &since) ||
        !sv_to_u64(http_query_param(request, "had"), &had)) {
        http_not_found(request, response);
        return;
    }
    enum sale_query_result found = resolve(request, &view);
    if (found == SALE_QUERY_UNAVAILABLE ||
        (found == SALE_QUERY_OK &&
         sale_list(request->db, request->arena, &view.filter, &view.page) != DB_OK)) {
        http_unavailable(request, response);
        return;
    }
    send_news(request, response, &view, count_news(&view.page, since, had));
}
