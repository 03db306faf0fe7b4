/* /brand/integrations: a card for every door, with how it goes. */
#include "account/account_page.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "setup/integration_store.h"
#include "setup/setup_pages.h"

static void show_card(struct http_request *request, struct view *card,
                      const struct integration *door, const struct integration_facts *facts)
{
    const struct integration_state state =
        integration_judge(request->arena, door, facts, clock_wire_us(), clock_business_us());
    view_set_cstr(card, "URL", integration_path(request->arena, door));
    view_set_cstr(card, "NAME", sale_door_text(door->door));
    view_set_cstr(card, "ICON", door->icon);
    view_set_cstr(card, "TITLE", _(door->title));
    view_set_cstr(card, "ABOUT", _(door->about));
    format_chip(card, "STATE", state.chip);
    view_set_cstr(card, "WORDS", state.words);
    if (facts->account.n > 0)
        view_set(view_add(card, "ACCOUNT"), "TEXT", facts->account);
}

void setup_integrations_show(struct http_request *request, struct http_response *response)
{
    struct integration_facts facts[INTEGRATIONS];
    if (integration_read(request->db, request->arena, request->actor.brand,
                         request->actor.test_mode, 0, facts) != DB_OK) {
        http_unavailable(request, response);
        return;
    }
    struct account_page about = {.active = "integrations", .title = _("Integrations")};
    struct layout page = account_page_open(request, response, &about, "setup/integrations.tpl");
    view_show(page.body, request->actor.test_mode ? "TEST" : "LIVE");
    for (size_t i = 0; i < INTEGRATIONS; i++)
        show_card(request, view_add(page.body, "CARD"), &integrations[i], &facts[i]);
    account_page_send(request, response, 200, &page);
}
