/* /brand/test-data: what test mode holds, and the button that erases it. */
#include "account/account_page.h"
#include "base/i18n.h"
#include "setup/setup_pages.h"
#include "setup/setup_store.h"
#include "setup/test_data.h"
#include "view/format.h"

static void show_counts(struct view *body, struct arena *arena, const struct test_data *data)
{
    view_set_cstr(body, "SALES", format_count_to(arena, data->sales, TEST_DATA_COUNT_LIMIT));
    view_set_cstr(body, "CLICKS", format_count_to(arena, data->clicks, TEST_DATA_COUNT_LIMIT));
    view_set_cstr(body, "EVENTS", format_count_to(arena, data->events, TEST_DATA_COUNT_LIMIT));
}

static const char *state_words(struct http_request *request, const struct test_data *data,
                               const struct setup_brand *brand)
{
    if (data->is_due)
        return _("The worker is erasing now: load this page again in a moment.");
    if (data->done_us == 0)
        return NULL;
    return arena_printf(request->arena, _("Last erased %s."),
                        format_date_time(request->arena, data->done_us, brand->zone));
}

void setup_test_data_show(struct http_request *request, struct http_response *response)
{
    struct test_data data;
    struct setup_brand brand;
    if (test_data_look(request->db, request->arena, request->actor.brand, &data) != DB_OK ||
        setup_find_brand(request->db, request->arena, request->actor.brand, &brand) != DB_OK) {
        http_unavailable(request, response);
        return;
    }
    struct account_page about = {.active = "setup", .title = _("Test data")};
    struct layout page = account_page_open(request, response, &about, "setup/test_data.tpl");
    const char *state = state_words(request, &data, &brand);
    show_counts(page.body, request->arena, &data);
    if (state)
        view_set_cstr(view_add(page.body, "STATE"), "WORDS", state);
    if (!data.is_due && data.sales + data.clicks + data.events > 0)
        view_show(page.body, "ERASE");
    account_page_send(request, response, 200, &page);
}

void setup_test_data_erase(struct http_request *request, struct http_response *response)
{
    if (test_data_ask_erase(request->db, request->actor.brand, request->actor.user) != DB_OK) {
        http_unavailable(request, response);
        return;
    }
    http_redirect(response, 303, SV("/brand/test-data"));
}
