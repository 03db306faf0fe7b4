/* Secrets that sign what comes in: their table, and the POSTs that rotate and end them. */
#include "base/clock.h"
#include "base/i18n.h"
#include "setup/integration_page.h"
#include "setup/setup_pages.h"
#include "view/form.h"

/* The table ------------------------------------------------------------------------------------ */

static void show_secret(struct http_request *request, struct view *row,
                        const struct integration_page *page, const struct secret *secret)
{
    struct arena *arena = request->arena;
    const char *zone = page->brand.zone;
    bool ended = secret->not_after_us > 0 && secret->not_after_us <= clock_wire_us();
    view_set_i64(row, "NO", secret->no);
    format_set_time(row, arena, "MADE", secret->created_us, zone);
    if (secret->last_used_us > 0)
        format_set_time(view_add(row, "USED"), arena, "AT", secret->last_used_us, zone);
    else
        view_show(row, "UNUSED");
    if (secret->not_after_us)
        format_set_time(view_add(row, "UNTIL"), arena, "AT", secret->not_after_us, zone);
    format_chip(row, "STATUS",
                ended                  ? STATE_CLOSED
                : secret->not_after_us ? STATE_EXPIRING
                                       : STATE_ACTIVE);
    if (secret->text.n > 0)
        layout_copy(view_add(row, "WHOLE"), "COPY", secret->text, _("Copy the secret"));
    else
        view_set_cstr(view_add(row, "ENDS"), "TEXT",
                      arena_printf(arena, "…" SV_FMT, SV_ARG(secret->last4)));
    if (secret->not_after_us && !ended)
        integration_name_program(arena, view_add(row, "END"), page);
}

static const char *paste_label(const struct integration *door)
{
    switch (door->secrets) {
    case SECRET_SHOPIFY:
        return _("Key that signs the shop's webhooks");
    case SECRET_STRIPE:
        return _("Signing secret of the endpoint");
    case SECRET_PADDLE:
        return _("Secret key of the destination");
    case SECRET_WOOCOMMERCE:
        return _("Secret of the webhooks");
    default:
        return _("Signing secret");
    }
}

/* Never filled in again: what was pasted wrong may be a key that is nobody's to see. */
static void show_paste(struct arena *arena, struct view *card, const struct integration_page *page,
                       const struct integration_notice *notice)
{
    const struct form_field pasted = {
        .name = "pasted",
        .label = paste_label(page->door),
        .hint = page->secrets.n
                    ? _("A new one takes its place; the old one works for 7 days more. End it at "
                        "once if it leaked.")
                    : NULL,
        .error = notice->error,
        .required = true,
        .autocomplete = "off",
        .maxlength = SECRET_TEXT_MAX};
    struct view *form = view_add(card, "PASTE");
    integration_name_program(arena, form, page);
    form_show_summary(card, "SUMMARY", &pasted, 1);
    form_show_field(form, "FIELD", &pasted);
    view_set_cstr(form, "SAVE", page->secrets.n ? _("Replace the secret") : _("Keep the secret"));
}

void integration_show_secrets(struct http_request *request, struct view *body,
                              const struct integration_page *page,
                              const struct integration_notice *notice)
{
    struct view *card = view_add(body, "SECRETS_CARD");
    struct view *some = page->secrets.n ? view_add(card, "SECRETS") : NULL;
    for (size_t i = 0; i < page->secrets.n; i++)
        show_secret(request, view_add(some, "SECRET"), page, &page->secrets.v[i]);
    if (page->door->is_pasted) {
        show_paste(request->arena, card, page, notice);
    } else {
        view_show(card, "ROTATES");
        view_set_cstr(view_add(card, "MAKE"), "ROTATE",
                      page->secrets.n ? _("Rotate the secret") : _("Make the first secret"));
    }
}

/* The POSTs ------------------------------------------------------------------------------------ */

/* The form names the door; none is the signed postback. */
static bool read_use(struct http_request *request, struct http_response *response,
                     const struct integration **door, struct secret_use *use)
{
    uint64_t program;
    struct sv name = http_form_param(request, "door");
    *door = integration_find(name.n > 0 ? name : SV("postback"));
    if (!*door || (*door)->proof != INTEGRATION_BY_SECRET) {
        http_not_found(request, response);
        return false;
    }
    if (!integration_page_program(request, response, &program))
        return false;
    if ((*door)->by_program && program == 0) {
        http_not_found(request, response);
        return false;
    }
    *use = (struct secret_use){.brand = request->actor.brand,
                               .program = (*door)->by_program ? program : 0,
                               .door = (*door)->secrets,
                               .test_mode = sv_eq_cstr(http_form_param(request, "mode"), "test")};
    return true;
}

static void keep_pasted(struct http_request *request, struct http_response *response,
                        const struct integration *door, const struct secret_use *use)
{
    struct sv text, pasted = sv_trim(http_form_param(request, "pasted"));
    const char *fault = integration_pasted_fault(door, pasted);
    if (fault)
        integration_page_send(request, response, door,
                              &(struct integration_notice){.status = 422, .error = fault});
    else if (secret_rotate(request->db, request->arena, use, pasted, request->actor.user, &text) !=
             DB_OK)
        http_unavailable(request, response);
    else
        integration_page_go(request, response, door, "pasted");
}

void setup_secret_rotate(struct http_request *request, struct http_response *response)
{
    struct sv text;
    struct secret_use use;
    const struct integration *door;
    if (!read_use(request, response, &door, &use))
        return;
    if (door->is_pasted)
        keep_pasted(request, response, door, &use);
    else if (secret_rotate(request->db, request->arena, &use, SV(""), request->actor.user, &text) !=
             DB_OK)
        http_unavailable(request, response);
    else if (use.test_mode)
        integration_page_go(request, response, door, "secret");
    else
        integration_page_send(request, response, door,
                              &(struct integration_notice){.status = 200, .secret = text});
}

void setup_secret_end(struct http_request *request, struct http_response *response)
{
    struct secret_use use;
    const struct integration *door;
    if (!read_use(request, response, &door, &use))
        return;
    switch (secret_end_previous(request->db, &use)) {
    case DB_OK:
    case DB_NO_ROW: /* it ended meanwhile: what was wanted */
        integration_page_go(request, response, door, "ended");
        return;
    default:
        http_unavailable(request, response);
    }
}
