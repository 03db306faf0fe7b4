/*
 * /brand/integrations: keys, secrets, endpoints, and commands filled in with them.
 *
 * A live key or secret is shown on the page that answers the POST that made it, and never
 * again; so that page is no redirect.
 */
#include "account/account_page.h"
#include "base/i18n.h"
#include "base/settings.h"
#include "program/api_key.h"
#include "program/program.h"
#include "program/secret.h"
#include "setup/example.h"
#include "setup/setup_pages.h"
#include "setup/setup_store.h"
#include "setup/snippet.h"
#include "setup/test_link.h"
#include "view/form.h"
#include "view/format.h"

enum { PROGRAMS_LOOKED_AT = 50 };

/* What the page has to say beyond what is stored. */
struct notice {
    struct sv key, secret; /* made just now */
    struct sv typed_name;
    const char *name_error, *problem;
    int status;
};

struct integrations {
    struct setup_brand brand;
    struct api_key_list keys;
    struct secret_list secrets;
    bool has_program;
    struct program program;
    struct test_link link;
};

static struct api_key_owner owner_of(const struct http_request *request)
{
    return (struct api_key_owner){.kind = API_KEY_BRAND, .brand = request->actor.brand};
}

static struct secret_use use_of(const struct http_request *request, bool test_mode)
{
    return (struct secret_use){
        .brand = request->actor.brand, .door = SECRET_POSTBACK, .test_mode = test_mode};
}

static bool is_test(struct http_request *request)
{
    return sv_eq_cstr(http_form_param(request, "mode"), "test");
}

/* The newest program that takes sales of this mode. */
static enum db_status find_program(struct http_request *request, struct integrations *page)
{
    struct program_list list;
    enum db_status status = program_list_of_brand(request->db, request->arena, request->actor.brand,
                                                  0, PROGRAMS_LOOKED_AT, &list);
    for (size_t i = 0; status == DB_OK && i < list.n && !page->has_program; i++) {
        enum program_status s = list.v[i].status;
        page->has_program = s == PROGRAM_ACTIVE || (request->actor.test_mode && s == PROGRAM_DRAFT);
        page->program = list.v[i];
    }
    if (status == DB_OK && page->has_program && request->actor.test_mode)
        status = test_link_find(request->db, request->arena, request->settings, &page->program,
                                &page->link);
    return status;
}

static bool load(struct http_request *request, struct http_response *response,
                 struct integrations *page)
{
    struct api_key_owner owner = owner_of(request);
    struct secret_use use = use_of(request, request->actor.test_mode);
    *page = (struct integrations){0};
    if (setup_find_brand(request->db, request->arena, owner.brand, &page->brand) == DB_OK &&
        api_key_list(request->db, request->arena, &owner, &page->keys) == DB_OK &&
        secret_list(request->db, request->arena, &use, &page->secrets) == DB_OK &&
        find_program(request, page) == DB_OK)
        return true;
    http_unavailable(request, response);
    return false;
}

/* A test credential whole, with a button to copy it; a live one by its ends. */
static void show_credential(struct arena *arena, struct view *row, struct sv text, struct sv prefix,
                            struct sv last4, const char *copy_label)
{
    if (text.n > 0)
        layout_copy(view_add(row, "WHOLE"), "COPY", text, copy_label);
    else
        view_set_cstr(view_add(row, "ENDS"), "TEXT",
                      arena_printf(arena, SV_FMT "…" SV_FMT, SV_ARG(prefix), SV_ARG(last4)));
}

static void show_used(struct arena *arena, struct view *row, int64_t us, const char *zone)
{
    if (us > 0)
        format_set_time(view_add(row, "USED"), arena, "AT", us, zone);
    else
        view_show(row, "UNUSED");
}

static void show_keys(struct http_request *request, struct view *body,
                      const struct integrations *page)
{
    struct view *some = NULL;
    for (size_t i = 0; i < page->keys.n; i++) {
        const struct api_key *key = &page->keys.v[i];
        if (key->test_mode != request->actor.test_mode)
            continue;
        some = some ? some : view_add(body, "KEYS");
        struct view *row = view_add(some, "KEY");
        view_set_i64(row, "ID", (int64_t)key->id);
        view_set(row, "NAME", key->name);
        format_set_time(row, request->arena, "MADE", key->created_us, page->brand.zone);
        show_used(request->arena, row, key->last_used_us, page->brand.zone);
        format_chip(row, "STATUS", key->revoked_us ? STATE_REVOKED : STATE_ACTIVE);
        show_credential(request->arena, row, key->revoked_us ? SV("") : key->text, key->prefix,
                        key->last4, _("Copy the key"));
        if (!key->revoked_us)
            view_show(row, "CHANGE");
    }
}

static void show_secrets(struct http_request *request, struct view *body,
                         const struct integrations *page)
{
    struct view *some = page->secrets.n ? view_add(body, "SECRETS") : NULL;
    int64_t now_us = clock_wire_us();
    for (size_t i = 0; i < page->secrets.n; i++) {
        const struct secret *secret = &page->secrets.v[i];
        struct view *row = view_add(some, "SECRET");
        bool ended = secret->not_after_us > 0 && secret->not_after_us <= now_us;
        view_set_i64(row, "NO", secret->no);
        format_set_time(row, request->arena, "MADE", secret->created_us, page->brand.zone);
        show_used(request->arena, row, secret->last_used_us, page->brand.zone);
        if (secret->not_after_us)
            format_set_time(view_add(row, "UNTIL"), request->arena, "AT", secret->not_after_us,
                            page->brand.zone);
        format_chip(row, "STATUS",
                    ended                  ? STATE_CLOSED
                    : secret->not_after_us ? STATE_EXPIRING
                                           : STATE_ACTIVE);
        show_credential(request->arena, row, secret->text, SV(""), secret->last4,
                        _("Copy the secret"));
        if (secret->not_after_us && !ended)
            view_show(row, "END");
    }
    view_set_cstr(body, "ROTATE",
                  page->secrets.n ? _("Rotate the secret") : _("Make the first secret"));
}

static struct sv first_key(const struct integrations *page)
{
    for (size_t i = 0; i < page->keys.n; i++)
        if (!page->keys.v[i].revoked_us && page->keys.v[i].text.n > 0)
            return page->keys.v[i].text;
    return SV("");
}

static void show_examples(struct http_request *request, struct view *body,
                          const struct integrations *page, const struct notice *notice)
{
    bool test = request->actor.test_mode;
    struct example example = {.base_url = request->settings->base_url,
                              .brand = page->brand.pid,
                              .program = page->program.pid,
                              .currency = page->program.currency,
                              .key = notice->key.n ? notice->key
                                     : test        ? first_key(page)
                                                   : SV(""),
                              .secret = notice->secret.n              ? notice->secret
                                        : test && page->secrets.n > 0 ? page->secrets.v[0].text
                                                                      : SV(""),
                              .token = page->link.token};
    if (!page->has_program) {
        view_show(body, "NO_PROGRAM");
        return;
    }
    struct view *view = view_add(body, "EXAMPLES");
    if (example.key.n == 0)
        view_show(view, "KEY_FROM_ENVIRONMENT");
    if (example.secret.n == 0)
        view_show(view, "SECRET_FROM_ENVIRONMENT");
    view_show(view, example.token.n ? "TEST_LINK" : "CLICK_FROM_ENVIRONMENT");
    view_set(view, "PROGRAM", page->program.name);
    snippet_show(view, "API", example_api(request->arena, &example), _("Sale by key"));
    snippet_show(view, "API_NODE", example_api_node(request->arena, &example),
                 _("Sale by key, by Node"));
    snippet_show(view, "POSTBACK", example_postback(request->arena, &example),
                 _("Sale by signed postback"));
    snippet_show(view, "POSTBACK_NODE", example_postback_node(request->arena, &example),
                 _("Sale by signed postback, by Node"));
}

static void show_endpoints(struct http_request *request, struct view *body,
                           const struct integrations *page)
{
    const char *base_url = request->settings->base_url;
    layout_copy(body, "API_URL", sv_from(arena_printf(request->arena, "%s/api/conv", base_url)),
                _("Copy the address"));
    layout_copy(body, "POSTBACK_URL",
                sv_from(example_postback_url(request->arena, base_url, page->brand.pid)),
                _("Copy the address"));
    layout_copy(body, "BRAND_ID", sv_from(uuid_text(request->arena, page->brand.pid)),
                _("Copy the brand's id"));
    if (page->has_program) {
        struct view *program = view_add(body, "PROGRAM_ID");
        view_set(program, "NAME", page->program.name);
        layout_copy(program, "COPY", sv_from(uuid_text(request->arena, page->program.pid)),
                    _("Copy the program's id"));
    }
}

static const char *done_words(struct sv done)
{
    static const char *const words[][2] = {
        {"key", N_("The key is made.")},
        {"replaced", N_("The key is replaced; the old one works no more.")},
        {"revoked", N_("The key is revoked; whoever sends it is refused.")},
        {"secret",
         N_("The secret is made. If there was one before it, that works for 7 days more.")},
        {"ended", N_("The old secret is ended; what it signs is refused.")},
    };
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (sv_eq_cstr(done, words[i][0]))
            return _(words[i][1]);
    return NULL;
}

static void show_once(struct view *body, const struct notice *notice)
{
    if (notice->key.n)
        layout_copy(view_add(body, "NEW_KEY"), "COPY", notice->key, _("Copy the new key"));
    if (notice->secret.n)
        layout_copy(view_add(body, "NEW_SECRET"), "COPY", notice->secret, _("Copy the new secret"));
}

static void send_page(struct http_request *request, struct http_response *response,
                      const struct notice *notice)
{
    struct integrations page;
    if (!load(request, response, &page))
        return;
    bool plain = !notice->key.n && !notice->secret.n && !notice->problem && !notice->name_error;
    struct account_page about = {
        .active = "integrations",
        .title = _("Integrations"),
        .flash = plain ? done_words(http_query_param(request, "done")) : notice->problem,
        .flash_kind = notice->problem ? LAYOUT_FLASH_FAILED : LAYOUT_FLASH_DONE};
    struct form_field name = {.name = "name",
                              .label = _("Name of the new key"),
                              .hint = _("Who will use it: \"Shop server\"."),
                              .value = notice->typed_name,
                              .error = notice->name_error,
                              .required = true,
                              .maxlength = API_KEY_NAME_MAX};
    struct layout layout = account_page_open(request, response, &about, "setup/integrations.tpl");
    struct view *body = layout.body;
    view_set_cstr(body, "MODE", request->actor.test_mode ? "test" : "live");
    view_show(body, request->actor.test_mode ? "TEST" : "LIVE");
    show_once(body, notice);
    form_show_summary(body, "SUMMARY", &name, 1);
    form_show_field(body, "FIELD", &name);
    show_keys(request, body, &page);
    show_secrets(request, body, &page);
    show_endpoints(request, body, &page);
    show_examples(request, body, &page, notice);
    account_page_send(request, response, notice->status, &layout);
}

void setup_integrations_show(struct http_request *request, struct http_response *response)
{
    send_page(request, response, &(struct notice){.status = 200});
}

static void go_back(struct http_request *request, struct http_response *response, const char *done)
{
    const char *home = arena_printf(request->arena, "/brand/integrations?done=%s", done);
    http_redirect(response, 303, account_local_path(http_form_param(request, "back"), home));
}

/* A new key, by whichever way: a live one is shown here and now, a test one any time. */
static void answer_key(struct http_request *request, struct http_response *response,
                       enum api_key_result result, const char *text, struct sv typed_name,
                       const char *done)
{
    struct notice notice = {.status = 200, .typed_name = typed_name};
    switch (result) {
    case API_KEY_OK:
        if (sv_starts(sv_from(text), SV("pc_test_"))) {
            go_back(request, response, done);
            return;
        }
        notice.key = sv_from(arena_strdup(request->arena, text));
        notice.typed_name = SV("");
        break;
    case API_KEY_NOT_FOUND:
        http_not_found(request, response);
        return;
    case API_KEY_BAD_NAME:
        notice.status = 422;
        notice.name_error = _("Give the key a name of at most 80 bytes.");
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
    send_page(request, response, &notice);
}

void setup_key_create(struct http_request *request, struct http_response *response)
{
    char text[API_KEY_SIZE];
    struct api_key_owner owner = owner_of(request);
    struct sv name = sv_trim(http_form_param(request, "name"));
    answer_key(request, response,
               api_key_create(request->db, request->arena, &owner, is_test(request), name,
                              request->actor.user, text),
               text, name, "key");
}

void setup_key_replace(struct http_request *request, struct http_response *response)
{
    char text[API_KEY_SIZE];
    uint64_t id = 0;
    struct api_key_owner owner = owner_of(request);
    enum api_key_result result = API_KEY_NOT_FOUND;
    if (sv_to_u64(http_path_param(request, "id"), &id))
        result =
            api_key_replace(request->db, request->arena, &owner, id, request->actor.user, text);
    answer_key(request, response, result, text, SV(""), "replaced");
}

void setup_key_revoke(struct http_request *request, struct http_response *response)
{
    uint64_t id = 0;
    struct api_key_owner owner = owner_of(request);
    enum api_key_result result = API_KEY_NOT_FOUND;
    if (sv_to_u64(http_path_param(request, "id"), &id))
        result = api_key_revoke(request->db, &owner, id);
    if (result == API_KEY_OK)
        go_back(request, response, "revoked");
    else if (result == API_KEY_NOT_FOUND)
        http_not_found(request, response);
    else
        http_unavailable(request, response);
}

void setup_secret_rotate(struct http_request *request, struct http_response *response)
{
    struct sv text;
    struct secret_use use = use_of(request, is_test(request));
    if (secret_rotate(request->db, request->arena, &use, SV(""), request->actor.user, &text) !=
        DB_OK)
        http_unavailable(request, response);
    else if (use.test_mode)
        go_back(request, response, "secret");
    else
        send_page(request, response, &(struct notice){.status = 200, .secret = text});
}

void setup_secret_end(struct http_request *request, struct http_response *response)
{
    struct secret_use use = use_of(request, is_test(request));
    switch (secret_end_previous(request->db, &use)) {
    case DB_OK:
    case DB_NO_ROW: /* it ended meanwhile: what was wanted */
        go_back(request, response, "ended");
        return;
    default:
        http_unavailable(request, response);
    }
}
