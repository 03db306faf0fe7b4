/* Scripts to copy, the pages that may report by them, and the POSTs that allow and remove one. */
#include "base/i18n.h"
#include "base/settings.h"
#include "program/site.h"
#include "setup/integration_page.h"
#include "setup/pixel_origin.h"
#include "setup/setup_pages.h"
#include "setup/shop_script.h"
#include "setup/snippet.h"
#include "view/form.h"

struct pixel_part {
    struct pixel_origin_list origins;
    struct site_list sites;
};

bool integration_read_pixel(struct http_request *request, struct http_response *response,
                            struct pixel_part **part)
{
    uint64_t brand = request->actor.brand;
    *part = ARENA_NEW(request->arena, struct pixel_part);
    enum db_status status =
        pixel_origin_list(request->db, request->arena, brand, &(*part)->origins);
    if (status == DB_OK)
        status = site_list(request->db, request->arena, brand, &(*part)->sites);
    return http_found(request, response, status);
}

static void show_origins(struct http_request *request, struct view *card,
                         const struct integration_page *page, const struct pixel_part *part)
{
    struct view *some = NULL;
    for (size_t i = 0; i < part->sites.n; i++) {
        if (!part->sites.v[i].verified_us)
            continue;
        some = some ? some : view_add(card, "ORIGINS");
        struct view *row = view_add(some, "SITE");
        view_set_cstr(row, "TEXT", part->sites.v[i].host);
        format_set_time(row, request->arena, "AT", part->sites.v[i].verified_us, page->brand.zone);
    }
    for (size_t i = 0; i < part->origins.n; i++) {
        some = some ? some : view_add(card, "ORIGINS");
        struct view *row = view_add(some, "ORIGIN");
        view_set(row, "TEXT", part->origins.v[i].text);
        format_set_time(row, request->arena, "AT", part->origins.v[i].created_us, page->brand.zone);
    }
    if (!some)
        view_show(card, "NO_ORIGIN");
}

/* All that can be pasted into a shop, the ones of every page first. */
static void show_scripts(struct http_request *request, struct view *body,
                         const struct integration_page *page)
{
    if (!page->has_program)
        return;
    const struct shop_script_values values = {.base_url = request->settings->base_url,
                                              .brand = page->brand.pid,
                                              .program = page->program.pid,
                                              .test_mode = request->actor.test_mode};
    struct view *card = view_add(body, "SCRIPTS");
    for (unsigned i = 0; i < SHOP_SCRIPT_COUNT; i++) {
        enum shop_script which = (enum shop_script)i;
        struct view *script = view_add(card, "SCRIPT");
        view_set_cstr(script, "TITLE", shop_script_title(which));
        view_set_cstr(script, "WHERE", shop_script_where(which));
        snippet_show(script, "TEXT", shop_script_write(request->arena, which, &values),
                     shop_script_title(which));
    }
}

void integration_show_pixel(struct http_request *request, struct view *body,
                            const struct integration_page *page, const struct pixel_part *part,
                            const struct integration_notice *notice)
{
    struct view *card = view_add(body, "ORIGINS_CARD");
    const struct form_field origin = {.name = "origin",
                                      .label = _("Address of a page that reports sales"),
                                      .hint = _("Its scheme and host count: https://shop.example, "
                                                "with :port where it has one."),
                                      .value = notice->typed,
                                      .error = notice->error,
                                      .required = true,
                                      .inputmode = "url",
                                      .placeholder = "https://shop.example",
                                      .maxlength = PIXEL_ORIGIN_TYPED_MAX};
    show_scripts(request, body, page);
    show_origins(request, card, page, part);
    form_show_summary(card, "SUMMARY", &origin, 1);
    form_show_field(card, "FIELD", &origin);
}

static const struct integration *pixel(void)
{
    return integration_find(SV("pixel"));
}

void setup_origin_add(struct http_request *request, struct http_response *response)
{
    struct integration_notice notice = {.status = 422,
                                        .typed = sv_trim(http_form_param(request, "origin"))};
    switch (pixel_origin_add(request->db, request->arena, request->actor.brand, notice.typed,
                             request->actor.user)) {
    case PIXEL_ORIGIN_OK:
        integration_page_go(request, response, pixel(), "allowed");
        return;
    case PIXEL_ORIGIN_BAD:
        notice.error = _("Use the address of a page, such as https://shop.example.");
        break;
    case PIXEL_ORIGIN_TOO_MANY:
        notice.error = arena_printf(request->arena,
                                    _("A brand can allow at most %d pages: remove one that is "
                                      "not used."),
                                    PIXEL_ORIGINS_MAX);
        break;
    case PIXEL_ORIGIN_UNAVAILABLE:
        http_unavailable(request, response);
        return;
    }
    integration_page_send(request, response, pixel(), &notice);
}

void setup_origin_remove(struct http_request *request, struct http_response *response)
{
    switch (pixel_origin_remove(request->db, request->actor.brand,
                                http_form_param(request, "origin"))) {
    case DB_OK:
    case DB_NO_ROW: /* somebody else was faster: what was wanted */
        integration_page_go(request, response, pixel(), "removed");
        return;
    default:
        http_unavailable(request, response);
    }
}
