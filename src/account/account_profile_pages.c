/* The profile, and the switches of the top bar. */
#include "account/account_pages.h"

#include "base/i18n.h"
#include "base/settings.h"
#include "view/format.h"

/* ---- the page
 * --------------------------------------------------------------------------------------- */

/* What the three forms of the page hold, and what is wrong with one of them. */
struct profile_page {
    struct account_profile profile;
    struct account_sessions sessions;
    struct account_brands brands; /* a brand manager's */
    struct account_input input;
    const struct account_faults *faults;
    struct account_change_faults change;
};

static const enum account_field profile_fields[] = {ACCOUNT_NAME, ACCOUNT_COUNTRY,
                                                    ACCOUNT_CHANNELS};

static size_t profile_field_count(const struct http_request *request)
{
    return request->actor.partner != 0 ? COUNT_OF(profile_fields) : 1;
}

static void show_profile_form(struct http_request *request, struct view *body,
                              const struct profile_page *page)
{
    struct form_field fields[COUNT_OF(profile_fields)];
    size_t count = profile_field_count(request);

    for (size_t i = 0; i < count; i++) {
        fields[i] =
            account_form_field(request->arena, profile_fields[i], &page->input, page->faults);
        form_show_field(body, "PROFILE_FIELD", &fields[i]);
    }
    form_show_summary(body, "PROFILE_SUMMARY", fields, count);
    view_set(body, "EMAIL", page->profile.email);
    if (page->profile.handle.n > 0)
        view_set(view_add(body, "HANDLE"), "TEXT", page->profile.handle);
}

static void show_password_form(struct http_request *request, struct view *body,
                               const struct profile_page *page)
{
    struct form_field fields[] = {
        {.name = "current",
         .label = _("Current password"),
         .type = "password",
         .autocomplete = "current-password",
         .required = true,
         .error = account_fault_words(ACCOUNT_PASSWORD, page->change.current)},
        account_form_field(request->arena, ACCOUNT_PASSWORD, &page->input, NULL),
    };

    fields[1].label = _("New password");
    fields[1].error = account_fault_words(ACCOUNT_PASSWORD, page->change.wanted);
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        form_show_field(body, "PASSWORD_FIELD", &fields[i]);
    form_show_summary(body, "PASSWORD_SUMMARY", fields, COUNT_OF(fields));
}

/* The first that is found counts: every browser claims to be its forerunners as well. */
static const char *first_named(const char *agent, const char *const (*names)[2], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strstr(agent, names[i][0]) != NULL)
            return names[i][1];
    return NULL;
}

/* "Firefox, Linux": enough to tell one's own browsers apart. Product names are not translated. */
static const char *agent_words(struct arena *arena, const char *agent)
{
    static const char *const browsers[][2] = {
        {"Edg", "Edge"},         {"OPR/", "Opera"},     {"SamsungBrowser/", "Samsung Internet"},
        {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"}, {"CriOS/", "Chrome"},
        {"Chrome/", "Chrome"},   {"Safari/", "Safari"}, {"curl/", "curl"},
    };
    static const char *const systems[][2] = {
        {"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"},   {"Windows", "Windows"},
        {"Mac OS X", "macOS"},  {"CrOS", "ChromeOS"}, {"Linux", "Linux"},
    };
    const char *browser = first_named(agent, browsers, COUNT_OF(browsers));
    const char *system = first_named(agent, systems, COUNT_OF(systems));

    if (browser == NULL && system == NULL)
        return _("Unknown browser");
    if (browser == NULL || system == NULL)
        return browser != NULL ? browser : system;
    return arena_printf(arena, "%s, %s", browser, system);
}

static void show_session(struct http_request *request, struct view *body, const char *csrf,
                         const struct account_session_row *session)
{
    struct view *row = view_add(body, "SESSION");

    view_set_cstr(row, "AGENT", agent_words(request->arena, session->agent));
    format_set_time(row, request->arena, "SINCE", session->created_us, "UTC");
    format_set_time(row, request->arena, "SEEN", session->seen_us, "UTC");
    if (session->id == request->actor.session) {
        view_show(row, "THIS");
    } else {
        struct view *end = view_add(row, "END");

        view_set_cstr(end, "CSRF", csrf);
        view_set_i64(end, "ID", (int64_t)session->id);
    }
}

static void show_brands(struct view *body, const struct account_brands *brands)
{
    struct view *list = view_add(body, "BRANDS");

    for (size_t i = 0; i < brands->count; i++)
        view_set(view_add(list, "BRAND"), "NAME", brands->rows[i].name);
}

static const char *done_words(struct sv done)
{
    if (sv_eq_cstr(done, "saved"))
        return _("Saved.");
    if (sv_eq_cstr(done, "password"))
        return _("Your password is changed, and your other sessions have ended.");
    if (sv_eq_cstr(done, "sessions"))
        return _("Ended.");
    return NULL;
}

static void send(struct http_request *request, struct http_response *response, int status,
                 const struct profile_page *page)
{
    const char *csrf = http_csrf_token(request, response);
    struct layout layout = account_page_open(
        request, response,
        &(struct account_page){.title = _("Profile"),
                               .flash = done_words(http_query_param(request, "done"))},
        "account/profile.tpl");

    view_set_cstr(layout.body, "CSRF", csrf);
    show_profile_form(request, layout.body, page);
    show_password_form(request, layout.body, page);
    if (request->actor.role == ROLE_BRAND)
        show_brands(layout.body, &page->brands);
    if (page->sessions.count > 1)
        view_set_cstr(view_add(layout.body, "END_OTHERS"), "CSRF", csrf);
    for (size_t i = 0; i < page->sessions.count; i++)
        show_session(request, layout.body, csrf, &page->sessions.rows[i]);
    account_page_send(request, response, status, &layout);
}

/* Reads what is stored; false when it was answered. */
static bool load(struct http_request *request, struct http_response *response,
                 struct profile_page *page)
{
    uint64_t user = request->actor.user;

    if (account_read_profile(request->db, request->arena, user, &page->profile) != ACCOUNT_DONE ||
        account_list_sessions(request->db, request->arena, user, &page->sessions) != ACCOUNT_DONE ||
        account_list_brands(request->db, request->arena, user, &page->brands) != ACCOUNT_DONE) {
        http_unavailable(request, response);
        return false;
    }
    page->input.field[ACCOUNT_NAME] = page->profile.name;
    page->input.field[ACCOUNT_COUNTRY] = page->profile.country;
    page->input.field[ACCOUNT_CHANNELS] = page->profile.channels;
    return true;
}

void account_profile_show(struct http_request *request, struct http_response *response)
{
    struct profile_page page = {0};

    if (load(request, response, &page))
        send(request, response, 200, &page);
}

void account_profile_post(struct http_request *request, struct http_response *response)
{
    struct profile_page page = {0};
    struct account_input input = {0};
    struct account_faults faults = {0};

    account_read_input(request, profile_fields, profile_field_count(request), &input);
    switch (account_save_profile(request->db, request->actor.user, request->actor.partner, &input,
                                 &faults)) {
    case ACCOUNT_DONE:
        http_redirect(response, 303, SV("/profile?done=saved"));
        return;
    case ACCOUNT_REFUSED:
        if (!load(request, response, &page))
            return;
        page.input = input;
        page.faults = &faults;
        send(request, response, 422, &page);
        return;
    default:
        http_unavailable(request, response);
    }
}

void account_password_post(struct http_request *request, struct http_response *response)
{
    const struct account_change wish = {.user = request->actor.user,
                                        .session = request->actor.session,
                                        .current = http_form_param(request, "current"),
                                        .wanted = http_form_param(request, "password")};
    struct profile_page page = {0};
    char *user = arena_printf(request->arena, "%" PRIu64, wish.user);

    /* who sits at a forgotten screen must not try passwords at leisure */
    if (!http_allow(request, response, "password_change", sv_from(user),
                    request->settings->login_limit_per_minute))
        return;
    switch (account_change_password(request->db, request->arena, &wish, &page.change)) {
    case ACCOUNT_DONE:
        http_redirect(response, 303, SV("/profile?done=password"));
        return;
    case ACCOUNT_REFUSED:
        if (load(request, response, &page))
            send(request, response, 422, &page);
        return;
    default:
        http_unavailable(request, response);
    }
}

void account_sessions_post(struct http_request *request, struct http_response *response)
{
    const struct http_actor *actor = &request->actor;
    struct sv which = http_form_param(request, "session");
    uint64_t id = 0;

    if (!sv_eq_cstr(which, "others") && (!sv_to_u64(which, &id) || id == 0)) {
        http_not_found(request, response);
        return;
    }
    switch (account_end_session(request->db, actor->user, id, actor->session)) {
    case ACCOUNT_DONE:
        http_redirect(response, 303, SV("/profile?done=sessions"));
        return;
    case ACCOUNT_NOT_FOUND:
        http_not_found(request, response);
        return;
    default:
        http_unavailable(request, response);
    }
}

/* ---- the switches
 * ------------------------------------------------------------------------------------- */

static void go_back(struct http_request *request, struct http_response *response)
{
    struct sv back = http_form_param(request, "back");

    http_redirect(response, 303, account_local_path(back, account_home(request->actor.role)));
}

/* To the brand's home: a page of the brand left behind makes no sense in the other. */
void account_workspace_post(struct http_request *request, struct http_response *response)
{
    struct uuid brand;

    if (!uuid_parse(http_form_param(request, "brand"), &brand)) {
        http_not_found(request, response);
        return;
    }
    switch (
        account_choose_brand(request->db, request->actor.user, request->actor.session, &brand)) {
    case ACCOUNT_DONE:
        http_redirect(response, 303, sv_from(account_home(ROLE_BRAND)));
        return;
    case ACCOUNT_NOT_FOUND:
        http_not_found(request, response);
        return;
    default:
        http_unavailable(request, response);
    }
}

void account_mode_post(struct http_request *request, struct http_response *response)
{
    bool test_mode = sv_eq_cstr(http_form_param(request, "mode"), "test");

    if (account_choose_mode(request->db, request->actor.session, test_mode) == ACCOUNT_DONE)
        go_back(request, response);
    else
        http_unavailable(request, response);
}

void account_theme_post(struct http_request *request, struct http_response *response)
{
    enum account_theme theme = ACCOUNT_THEME_SYSTEM;

    (void)account_theme_named(http_form_param(request, "theme"), &theme);
    if (account_choose_theme(request->db, request->actor.user, theme) != ACCOUNT_DONE) {
        http_unavailable(request, response);
        return;
    }
    account_set_theme_cookie(request, response, theme);
    go_back(request, response);
}
