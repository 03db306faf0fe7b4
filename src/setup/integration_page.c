#include "setup/integration_page.h"

#include "account/account_page.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/settings.h"
#include "setup/example_view.h"
#include "setup/integration_store.h"
#include "setup/setup_pages.h"
#include "view/form.h"

enum { PROGRAMS_LOOKED_AT = 50 };

/* Reading -------------------------------------------------------------------------------------- */

static bool is_post(const struct http_request *request)
{
    return request->method == HTTP_POST;
}

static struct sv wanted_program(struct http_request *request)
{
    return is_post(request) ? http_form_param(request, "program")
                            : http_query_param(request, "program");
}

static enum db_status find_program(struct http_request *request, struct program *out)
{
    struct uuid pid;
    return uuid_parse(wanted_program(request), &pid)
               ? program_find(request->db, request->arena, request->actor.brand, pid, out)
               : DB_NO_ROW;
}

bool integration_page_program(struct http_request *request, struct http_response *response,
                              uint64_t *program)
{
    struct program found;
    *program = 0;
    if (wanted_program(request).n == 0)
        return true;
    if (!http_found(request, response, find_program(request, &found)))
        return false;
    *program = found.id;
    return true;
}

static bool can_sell(const struct http_request *request, const struct program *program)
{
    return program->status == PROGRAM_ACTIVE ||
           (request->actor.test_mode && program->status == PROGRAM_DRAFT);
}

/* For the examples of a brand's own doors one that takes sales of this mode comes first. */
static void choose_program(const struct http_request *request, struct integration_page *page)
{
    size_t chosen = 0;
    page->has_program = page->programs.n > 0;
    for (size_t i = page->programs.n; i-- > 0;)
        if (can_sell(request, &page->programs.v[i]))
            chosen = i;
    if (page->has_program)
        page->program = page->programs.v[chosen];
}

static enum db_status read_programs(struct http_request *request, struct integration_page *page)
{
    struct program_list all;
    enum db_status status = program_list_of_brand(request->db, request->arena, request->actor.brand,
                                                  0, PROGRAMS_LOOKED_AT, &all);
    if (status != DB_OK)
        return status;
    page->programs.v = arena_array(request->arena, all.n + 1, sizeof *all.v);
    for (size_t i = 0; i < all.n; i++)
        if (all.v[i].status != PROGRAM_CLOSED)
            page->programs.v[page->programs.n++] = all.v[i];
    if (wanted_program(request).n == 0) {
        choose_program(request, page);
        return DB_OK;
    }
    status = find_program(request, &page->program);
    page->has_program = status == DB_OK;
    return status;
}

/* A door of programs has nothing while there is none. */
static enum db_status read_credentials(struct http_request *request, struct integration_page *page)
{
    const struct integration *door = page->door;
    bool by_program = door->by_program;
    if (by_program && !page->has_program)
        return DB_OK;
    if (door->proof == INTEGRATION_BY_KEY) {
        const struct api_key_owner owner = {.kind = by_program ? API_KEY_PROGRAM : API_KEY_BRAND,
                                            .brand = request->actor.brand,
                                            .program = by_program ? page->program.id : 0};
        return api_key_list(request->db, request->arena, &owner, &page->keys);
    }
    if (door->proof != INTEGRATION_BY_SECRET)
        return DB_OK;
    const struct secret_use use = {.brand = request->actor.brand,
                                   .program = by_program ? page->program.id : 0,
                                   .door = door->secrets,
                                   .test_mode = request->actor.test_mode};
    return secret_list(request->db, request->arena, &use, &page->secrets);
}

static enum db_status read_facts(struct http_request *request, struct integration_page *page)
{
    struct integration_facts facts[INTEGRATIONS];
    enum db_status status = integration_read(
        request->db, request->arena, request->actor.brand, request->actor.test_mode,
        page->door->by_program && page->has_program ? page->program.id : 0, facts);
    page->facts = facts[page->door - integrations];
    return status;
}

bool integration_page_load(struct http_request *request, struct http_response *response,
                           const struct integration *door, struct integration_page *page)
{
    *page = (struct integration_page){.door = door};
    enum db_status status =
        setup_find_brand(request->db, request->arena, request->actor.brand, &page->brand);
    if (status == DB_OK)
        status = read_programs(request, page);
    if (status == DB_OK)
        status = read_credentials(request, page);
    if (status == DB_OK)
        status = read_facts(request, page);
    if (status == DB_OK && page->has_program && request->actor.test_mode)
        status = test_link_find(request->db, request->arena, request->settings, &page->program,
                                &page->link);
    return http_found(request, response, status);
}

/* Its state ------------------------------------------------------------------------------------ */

static void show_state(struct http_request *request, struct view *body,
                       const struct integration_page *page)
{
    const struct integration_state state = integration_judge(
        request->arena, page->door, &page->facts, clock_wire_us(), clock_business_us());
    view_set_cstr(body, "TITLE", _(page->door->title));
    view_set_cstr(body, "ABOUT", _(page->door->about));
    format_chip(body, "STATE", state.chip);
    view_set_cstr(body, "STATE_WORDS", state.words);
    if (page->facts.account.n > 0)
        view_set(view_add(body, "ACCOUNT"), "TEXT", page->facts.account);
    view_set_cstr(body, "EVENTS_URL",
                  arena_printf(request->arena, "/brand/integrations/events?door=%s",
                               sale_door_text(page->door->door)));
    view_show(body, request->actor.test_mode ? "TEST" : "LIVE");
    view_set_cstr(body, "MODE", request->actor.test_mode ? "test" : "live");
    view_set_cstr(body, "DOOR", sale_door_text(page->door->door));
}

void integration_name_program(struct arena *arena, struct view *form,
                              const struct integration_page *page)
{
    if (page->door->by_program)
        view_set_cstr(view_add(form, "OF_PROGRAM"), "PID", uuid_text(arena, page->program.pid));
}

static void show_picker(struct http_request *request, struct view *body,
                        const struct integration_page *page)
{
    if (!page->door->by_program && page->door->proof != INTEGRATION_BY_ORIGIN)
        return;
    if (!page->has_program) {
        view_show(body, "NO_PROGRAM");
        return;
    }
    struct view *picker = view_add(body, "PROGRAMS");
    view_set_cstr(picker, "ACTION", integration_path(request->arena, page->door));
    for (size_t i = 0; i < page->programs.n; i++) {
        struct view *option = view_add(picker, "OPTION");
        view_set_cstr(option, "PID", uuid_text(request->arena, page->programs.v[i].pid));
        view_set(option, "NAME", page->programs.v[i].name);
        if (page->programs.v[i].id == page->program.id)
            view_show(option, "SELECTED");
    }
    view_show(picker, page->programs.n > 1 ? "CHANGE" : "ALONE");
}

/* Addresses ------------------------------------------------------------------------------------ */

static void show_endpoint(struct view *list, const char *name, const char *url)
{
    struct view *row = view_add(list, "ENDPOINT");
    view_set_cstr(row, "NAME", name);
    layout_copy(row, "COPY", sv_from(url), _("Copy the address"));
}

static void show_id(struct view *list, const char *name, const char *pid)
{
    struct view *row = view_add(list, "ENDPOINT");
    view_set_cstr(row, "NAME", name);
    layout_copy(row, "COPY", sv_from(pid), _("Copy the id"));
}

static const char *webhook_url(struct arena *arena, const struct integration_page *page,
                               const char *base_url)
{
    const char *name = sale_door_text(page->door->door);
    if (page->door->door == SALE_DOOR_SHOPIFY)
        return arena_printf(arena, "%s/api/v2/affiliate/shopify/%s", base_url,
                            uuid_text(arena, page->brand.pid));
    return arena_printf(arena, "%s/webhooks/%s?program_id=%s", base_url, name,
                        uuid_text(arena, page->program.pid));
}

static void show_endpoints(struct http_request *request, struct view *list,
                           const struct integration_page *page)
{
    struct arena *arena = request->arena;
    const char *base = request->settings->base_url;
    switch (page->door->door) {
    case SALE_DOOR_API:
        show_endpoint(list, _("Sales"), arena_printf(arena, "%s/api/conv", base));
        show_endpoint(list, _("Sales, leads and rebills"),
                      arena_printf(arena, "%s/api/v1/conversions", base));
        break;
    case SALE_DOOR_POSTBACK:
        show_endpoint(list, _("Sales"), example_postback_url(arena, base, page->brand.pid));
        show_endpoint(list, _("Refunds"), example_refund_url(arena, base, page->brand.pid));
        show_id(list, _("Brand id"), uuid_text(arena, page->brand.pid));
        break;
    case SALE_DOOR_INGEST:
        show_endpoint(list, _("Leads, sales, rebills"),
                      arena_printf(arena, "%s/api/ingest/conversion", base));
        show_endpoint(list, _("Refunds"), arena_printf(arena, "%s/api/ingest/refund", base));
        show_endpoint(list, _("Chargebacks"),
                      arena_printf(arena, "%s/api/ingest/chargeback", base));
        break;
    default:
        show_endpoint(list, _("Webhook address"), webhook_url(arena, page, base));
    }
    if (!page->door->is_pasted && !page->door->by_program && page->has_program)
        show_id(list, arena_printf(arena, _("Program id of %.*s"), SV_ARG(page->program.name)),
                uuid_text(arena, page->program.pid));
}

/* What to do at the other end: a section of the template for each door. */
static const char *const how_sections[SALE_DOOR_COUNT] = {
    [SALE_DOOR_API] = "HOW_API",         [SALE_DOOR_POSTBACK] = "HOW_POSTBACK",
    [SALE_DOOR_INGEST] = "HOW_INGEST",   [SALE_DOOR_SHOPIFY] = "HOW_SHOPIFY",
    [SALE_DOOR_STRIPE] = "HOW_STRIPE",   [SALE_DOOR_PADDLE] = "HOW_PADDLE",
    [SALE_DOOR_WOOCOMMERCE] = "HOW_WOO",
};

static void show_connect(struct http_request *request, struct view *body,
                         const struct integration_page *page)
{
    if (!how_sections[page->door->door] || (page->door->by_program && !page->has_program))
        return;
    struct view *card = view_add(body, "CONNECT");
    view_show(card, how_sections[page->door->door]);
    show_endpoints(request, card, page);
}

/* Examples ------------------------------------------------------------------------------------- */

static struct sv first_key(const struct integration_page *page, bool test_mode)
{
    for (size_t i = 0; i < page->keys.n; i++)
        if (page->keys.v[i].test_mode == test_mode && !page->keys.v[i].revoked_us &&
            page->keys.v[i].text.n > 0)
            return page->keys.v[i].text;
    return SV("");
}

static void show_examples(struct http_request *request, struct view *body,
                          const struct integration_page *page,
                          const struct integration_notice *notice)
{
    bool test = request->actor.test_mode, by_key = page->door->door == SALE_DOOR_API;
    if (!by_key && page->door->door != SALE_DOOR_POSTBACK)
        return;
    struct view *card = view_add(body, "EXAMPLE");
    if (!page->has_program) {
        view_show(card, "NO_PROGRAM");
        return;
    }
    const struct example example = {.base_url = request->settings->base_url,
                                    .brand = page->brand.pid,
                                    .program = page->program.pid,
                                    .currency = page->program.currency,
                                    .key = notice->key.n ? notice->key : first_key(page, test),
                                    .secret = notice->secret.n      ? notice->secret
                                              : page->secrets.n > 0 ? page->secrets.v[0].text
                                                                    : SV(""),
                                    .token = page->link.token};
    const char *address =
        arena_printf(request->arena, "%s?program=%s", integration_path(request->arena, page->door),
                     uuid_text(request->arena, page->program.pid));
    struct view *filled = view_add(card, "FILLED");
    view_set(filled, "PROGRAM", page->program.name);
    if (example.token.n > 0)
        view_show(filled, "TEST_LINK");
    example_show(request->arena, filled, "COMMAND", &example,
                 by_key ? EXAMPLE_API : EXAMPLE_POSTBACK,
                 example_language_read(http_query_param(request, "lang")), address, "example");
}

/* The page ------------------------------------------------------------------------------------- */

static const char *done_words(struct sv done)
{
    static const char *const words[][2] = {
        {"key", N_("The key is made.")},
        {"replaced", N_("The key is replaced; the old one works no more.")},
        {"revoked", N_("The key is revoked; whoever sends it is refused.")},
        {"secret",
         N_("The secret is made. If there was one before it, that works for 7 days more.")},
        {"pasted",
         N_("The secret is kept. If there was one before it, that works for 7 days more.")},
        {"ended", N_("The old secret is ended; what it signs is refused.")},
        {"allowed", N_("The page is allowed: what it reports counts from now on.")},
        {"removed", N_("Removed: what that page reports is refused from now on.")},
    };
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (sv_eq_cstr(done, words[i][0]))
            return _(words[i][1]);
    return NULL;
}

static void show_once(struct view *body, const struct integration_notice *notice)
{
    if (notice->key.n)
        layout_copy(view_add(body, "NEW_KEY"), "COPY", notice->key, _("Copy the new key"));
    if (notice->secret.n)
        layout_copy(view_add(body, "NEW_SECRET"), "COPY", notice->secret, _("Copy the new secret"));
}

static void fill(struct http_request *request, struct view *body,
                 const struct integration_page *page, const struct pixel_part *pixel,
                 const struct integration_notice *notice)
{
    show_state(request, body, page);
    show_once(body, notice);
    show_picker(request, body, page);
    show_connect(request, body, page);
    if (page->door->by_program && !page->has_program)
        return;
    if (page->door->proof == INTEGRATION_BY_KEY)
        integration_show_keys(request, body, page, notice);
    else if (page->door->proof == INTEGRATION_BY_SECRET)
        integration_show_secrets(request, body, page, notice);
    else
        integration_show_pixel(request, body, page, pixel, notice);
    show_examples(request, body, page, notice);
}

void integration_page_send(struct http_request *request, struct http_response *response,
                           const struct integration *door, const struct integration_notice *notice)
{
    struct integration_page page;
    struct pixel_part *pixel = NULL;
    if (!integration_page_load(request, response, door, &page))
        return;
    if (door->proof == INTEGRATION_BY_ORIGIN && !integration_read_pixel(request, response, &pixel))
        return;
    bool plain = !notice->key.n && !notice->secret.n && !notice->problem && !notice->error;
    struct account_page about = {
        .active = "integrations",
        .title = _(door->title),
        .flash = plain ? done_words(http_query_param(request, "done")) : notice->problem,
        .flash_kind = notice->problem ? LAYOUT_FLASH_FAILED : LAYOUT_FLASH_DONE};
    struct layout layout = account_page_open(request, response, &about, "setup/integration.tpl");
    fill(request, layout.body, &page, pixel, notice);
    account_page_send(request, response, notice->status, &layout);
}

void integration_page_go(struct http_request *request, struct http_response *response,
                         const struct integration *door, const char *done)
{
    struct sv program = http_form_param(request, "program");
    struct buf home = buf_new(request->arena, 1024);
    buf_printf(&home, "%s?done=%s", integration_path(request->arena, door), done);
    if (door->by_program && program.n > 0) {
        buf_puts(&home, "&program=");
        buf_put_url(&home, program);
    }
    CHECK(!home.overflow);
    http_redirect(response, 303, account_local_path(http_form_param(request, "back"), home.p));
}

/* One handler for the eight addresses: the last segment names the door. */
void setup_integration_show(struct http_request *request, struct http_response *response)
{
    const struct sv prefix = SV("/brand/integrations/");
    const struct integration *door = sv_starts(request->path, prefix)
                                         ? integration_find(sv_from_index(request->path, prefix.n))
                                         : NULL;
    if (!door)
        http_not_found(request, response);
    else
        integration_page_send(request, response, door, &(struct integration_notice){.status = 200});
}
