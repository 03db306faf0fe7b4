/* Keys that call us: a brand's, or one program's; their table, and the POSTs that change them. */
#include "base/i18n.h"
#include "setup/integration_page.h"
#include "setup/setup_pages.h"
#include "view/form.h"

/* The table ------------------------------------------------------------------------------------ */

static void show_text(struct arena *arena, struct view *row, const struct api_key *key)
{
    if (key->text.n > 0 && !key->revoked_us)
        layout_copy(view_add(row, "WHOLE"), "COPY", key->text, _("Copy the key"));
    else
        view_set_cstr(
            view_add(row, "ENDS"), "TEXT",
            arena_printf(arena, SV_FMT "…" SV_FMT, SV_ARG(key->prefix), SV_ARG(key->last4)));
}

static void show_key(struct http_request *request, struct view *row,
                     const struct integration_page *page, const struct api_key *key)
{
    struct arena *arena = request->arena;
    view_set(row, "NAME", key->name);
    format_set_time(row, arena, "MADE", key->created_us, page->brand.zone);
    if (key->last_used_us > 0)
        format_set_time(view_add(row, "USED"), arena, "AT", key->last_used_us, page->brand.zone);
    else
        view_show(row, "UNUSED");
    format_chip(row, "STATUS", key->revoked_us ? STATE_REVOKED : STATE_ACTIVE);
    show_text(arena, row, key);
    if (key->revoked_us)
        return;
    struct view *change = view_add(row, "CHANGE");
    view_set_i64(change, "ID", (int64_t)key->id);
    integration_name_program(arena, change, page);
}

void integration_show_keys(struct http_request *request, struct view *body,
                           const struct integration_page *page,
                           const struct integration_notice *notice)
{
    struct view *card = view_add(body, "KEYS_CARD"), *some = NULL;
    for (size_t i = 0; i < page->keys.n; i++) {
        if (page->keys.v[i].test_mode != request->actor.test_mode)
            continue;
        some = some ? some : view_add(card, "KEYS");
        show_key(request, view_add(some, "KEY"), page, &page->keys.v[i]);
    }
    const struct form_field name = {.name = "name",
                                    .label = _("Name of the new key"),
                                    .hint = _("Who will use it: \"Shop server\"."),
                                    .value = notice->typed,
                                    .error = notice->error,
                                    .required = true,
                                    .maxlength = API_KEY_NAME_MAX};
    integration_name_program(request->arena, card, page);
    form_show_summary(card, "SUMMARY", &name, 1);
    form_show_field(card, "FIELD", &name);
}

/* The POSTs ------------------------------------------------------------------------------------ */

/* A form that names a program is about that one's keys. */
static bool read_owner(struct http_request *request, struct http_response *response,
                       struct api_key_owner *owner, const struct integration **door)
{
    uint64_t program;
    if (!integration_page_program(request, response, &program))
        return false;
    *owner = (struct api_key_owner){.kind = program ? API_KEY_PROGRAM : API_KEY_BRAND,
                                    .brand = request->actor.brand,
                                    .program = program};
    *door = integration_find(program ? SV("ingest") : SV("api"));
    return true;
}

/* A new key, by whichever way: a live one is shown here and now, a test one any time. */
static void answer_key(struct http_request *request, struct http_response *response,
                       const struct integration *door, enum api_key_result result, const char *text,
                       struct sv typed, const char *done)
{
    struct integration_notice notice = {.status = 200, .typed = typed};
    switch (result) {
    case API_KEY_OK:
        if (sv_eq(sv_sub(sv_from(text), 2, 6), SV("_test_"))) {
            integration_page_go(request, response, door, done);
            return;
        }
        notice.key = sv_from(arena_strdup(request->arena, text));
        notice.typed = SV("");
        break;
    case API_KEY_NOT_FOUND:
        http_not_found(request, response);
        return;
    case API_KEY_BAD_NAME:
        notice.status = 422;
        notice.error = _("Give the key a name of at most 80 bytes.");
        break;
    case API_KEY_TOO_MANY:
        notice.status = 409;
        notice.problem = arena_printf(request->arena,
                                      _("There are %d keys already: revoke one that is not used, "
                                        "then make the new one."),
                                      API_KEY_LIVE_MAX);
        break;
    case API_KEY_UNAVAILABLE:
        http_unavailable(request, response);
        return;
    }
    integration_page_send(request, response, door, &notice);
}

void setup_key_create(struct http_request *request, struct http_response *response)
{
    char text[API_KEY_SIZE];
    struct api_key_owner owner;
    const struct integration *door;
    struct sv name = sv_trim(http_form_param(request, "name"));
    bool is_test = sv_eq_cstr(http_form_param(request, "mode"), "test");
    if (read_owner(request, response, &owner, &door))
        answer_key(request, response, door,
                   api_key_create(request->db, request->arena, &owner, is_test, name,
                                  request->actor.user, text),
                   text, name, "key");
}

void setup_key_replace(struct http_request *request, struct http_response *response)
{
    char text[API_KEY_SIZE];
    uint64_t id = 0;
    struct api_key_owner owner;
    const struct integration *door;
    if (!read_owner(request, response, &owner, &door))
        return;
    enum api_key_result result = API_KEY_NOT_FOUND;
    if (sv_to_u64(http_path_param(request, "id"), &id))
        result =
            api_key_replace(request->db, request->arena, &owner, id, request->actor.user, text);
    answer_key(request, response, door, result, text, SV(""), "replaced");
}

void setup_key_revoke(struct http_request *request, struct http_response *response)
{
    uint64_t id = 0;
    struct api_key_owner owner;
    const struct integration *door;
    if (!read_owner(request, response, &owner, &door))
        return;
    enum api_key_result result = API_KEY_NOT_FOUND;
    if (sv_to_u64(http_path_param(request, "id"), &id))
        result = api_key_revoke(request->db, &owner, id);
    if (result == API_KEY_OK)
        integration_page_go(request, response, door, "revoked");
    else if (result == API_KEY_NOT_FOUND)
        http_not_found(request, response);
    else
        http_unavailable(request, response);
}
