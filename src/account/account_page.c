#include "account/account_page.h"

#include "account/account.h"
#include "account/account_pages.h"
#include "base/i18n.h"

enum { PATH_MAX_BYTES = 2000, YEAR_S = 365 * 24 * 60 * 60 };

/* ---- the theme
 * -------------------------------------------------------------------------------------- */

static const char *const theme_names[] = {[ACCOUNT_THEME_SYSTEM] = "auto",
                                          [ACCOUNT_THEME_LIGHT] = "light",
                                          [ACCOUNT_THEME_DARK] = "dark"};

bool account_theme_named(struct sv name, enum account_theme *theme)
{
    for (size_t i = 0; i < COUNT_OF(theme_names); i++) {
        if (!sv_eq_cstr(name, theme_names[i]))
            continue;
        *theme = (enum account_theme)i;
        return true;
    }
    return false;
}

void account_set_theme_cookie(struct http_request *request, struct http_response *response,
                              enum account_theme theme)
{
    http_set_cookie(response, sv_from(arena_printf(request->arena,
                                                   "meed_theme=%s; Path=/; Max-Age=%d; HttpOnly; "
                                                   "SameSite=Lax%s",
                                                   theme_names[theme], YEAR_S,
                                                   request->secure ? "; Secure" : "")));
}

static enum layout_theme theme_of(struct http_request *request)
{
    enum account_theme theme;

    if (!account_theme_named(http_cookie(request, "meed_theme"), &theme))
        return LAYOUT_THEME_AUTO;
    switch (theme) {
    case ACCOUNT_THEME_SYSTEM:
        return LAYOUT_THEME_AUTO;
    case ACCOUNT_THEME_LIGHT:
        return LAYOUT_THEME_LIGHT;
    case ACCOUNT_THEME_DARK:
        return LAYOUT_THEME_DARK;
    }
    UNREACHABLE();
}

/* ---- where to
 * ---------------------------------------------------------------------------------------- */

static enum layout_area area_of(enum http_role role)
{
    switch (role) {
    case ROLE_BRAND:
        return LAYOUT_BRAND;
    case ROLE_PARTNER:
        return LAYOUT_PARTNER;
    case ROLE_ADMIN:
        return LAYOUT_ADMIN;
    case ROLE_PUBLIC:
    case ROLE_USER:
    case ROLE_API_KEY:
    case ROLE_SIGNED:
        return LAYOUT_PUBLIC;
    }
    UNREACHABLE();
}

const char *account_home(enum http_role role)
{
    return layout_home(area_of(role));
}

struct sv account_local_path(struct sv wanted, const char *fallback)
{
    /* "//host" and "/\host" lead elsewhere: browsers take both for a host */
    bool local = sv_starts(wanted, SV("/")) && !sv_starts(wanted, SV("//")) &&
                 !sv_starts(wanted, SV("/\\")) && wanted.n < PATH_MAX_BYTES &&
                 sv_is_ascii_graph(wanted);

    return local ? wanted : sv_from(fallback);
}

/* ---- the frame
 * ------------------------------------------------------------------------------------------ */

static void add_workspaces(struct http_request *request, struct layout_context *context)
{
    struct account_brands brands;
    struct layout_workspace *rows;

    if (account_list_brands(request->db, request->arena, request->actor.user, &brands) !=
        ACCOUNT_DONE)
        return; /* the page without a switcher is better than none */
    rows = arena_array(request->arena, brands.count, sizeof(*rows));
    for (size_t i = 0; i < brands.count; i++) {
        char pid[UUID_TEXT_SIZE];

        uuid_format(pid, brands.rows[i].pid);
        rows[i] = (struct layout_workspace){.id = arena_strdup(request->arena, pid),
                                            .name = brands.rows[i].name,
                                            .current = brands.rows[i].id == request->actor.brand};
    }
    context->workspaces = rows;
    context->workspace_count = brands.count;
    context->workspace_url = "/workspace";
}

static void add_what_the_actor_has(struct http_request *request, struct http_response *response,
                                   struct layout_context *context)
{
    const struct http_actor *actor = &request->actor;

    context->csrf = http_csrf_token(request, response);
    context->user_name = sv_from(actor->display_name);
    context->theme_url = "/theme";
    context->profile_url = "/profile";
    context->logout_url = "/logout";
    if (actor->role != ROLE_BRAND)
        return;
    context->workspace_name = sv_from(actor->brand_name);
    context->mode_url = "/mode";
    context->test_mode = actor->test_mode;
    add_workspaces(request, context);
}

struct layout account_page_open(struct http_request *request, struct http_response *response,
                                const struct account_page *page, const char *body_template)
{
    struct layout_context context = {
        .area = area_of(request->actor.role),
        .active = page->active,
        .title = page->title,
        .theme = theme_of(request),
        .here = request->target,
        .flash_text = page->flash,
        .flash = page->flash_kind,
        .search_url = page->search_url,
        .search_label = page->search_label,
    };

    if (context.area == LAYOUT_PUBLIC) {
        context.login_url = "/login";
        context.signup_url = "/signup";
    } else {
        add_what_the_actor_has(request, response, &context);
    }
    return layout_open(&context, body_template);
}

void account_page_send(struct http_request *request, struct http_response *response, int status,
                       struct layout *page)
{
    http_html(response, status, layout_render(page, request->arena));
}
