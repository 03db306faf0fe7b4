#include "view/layout.h"

#include "base/buf.h"
#include "base/log.h"

#include <fcntl.h>
#include <sys/stat.h>

struct nav_entry {
    enum layout_area area;
    const char *key, *label, *url, *icon;
    char letter;
};

static const struct nav_entry nav[] = {
#define NAV(area, key, label, url, icon, letter) {LAYOUT_##area, key, label, url, icon, letter},
#include "view/nav.def"
#undef NAV
    {LAYOUT_PUBLIC, NULL, NULL, NULL, NULL, 0},
};

/* FNV-1a: it names a version of a file, and protects nothing. */
static bool hash_file(const char *path, uint64_t *hash)
{
    uint8_t block[4096];
    ssize_t got;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        log_line(LOG_ERROR, "static_file_missing", LOG_STR("path", path));
        return false;
    }
    *hash = UINT64_C(14695981039346656037);
    while ((got = read(fd, block, sizeof block)) > 0)
        for (ssize_t i = 0; i < got; i++)
            *hash = (*hash ^ block[i]) * UINT64_C(1099511628211);
    close(fd);
    return got == 0;
}

bool layout_start(const char *static_dir)
{
    static const struct {
        const char *variable, *file;
    } assets[] = {
        {"STYLESHEET", "meed.css"},
        {"SCRIPT", "meed-app.js"},
        {"ICONS", "icons.svg"},
        {"FAVICON", "favicon.svg"},
    };
    for (size_t i = 0; i < COUNT_OF(assets); i++) {
        char path[4096], url[128];
        uint64_t hash;
        if ((size_t)snprintf(path, sizeof path, "%s/%s", static_dir, assets[i].file) >= sizeof path)
            return false;
        if (!hash_file(path, &hash))
            return false;
        snprintf(url, sizeof url, "/static/%s?v=%016" PRIx64, assets[i].file, hash);
        view_set_everywhere(assets[i].variable, sv_from(url));
    }
    return true;
}

static const char *theme_name(enum layout_theme theme)
{
    switch (theme) {
    case LAYOUT_THEME_AUTO:
        return "auto";
    case LAYOUT_THEME_LIGHT:
        return "light";
    case LAYOUT_THEME_DARK:
        return "dark";
    }
    UNREACHABLE();
}

const char *layout_home(enum layout_area area)
{
    switch (area) {
    case LAYOUT_PUBLIC:
        return "/";
    case LAYOUT_BRAND:
        return "/brand";
    case LAYOUT_PARTNER:
        return "/partner";
    case LAYOUT_ADMIN:
        return "/admin";
    }
    UNREACHABLE();
}

static void show_link(struct view *view, const char *section, const char *url)
{
    if (url)
        view_set_cstr(view_add(view, section), "URL", url);
}

static void show_flash(struct view *root, enum layout_flash flash, const char *text)
{
    static const struct {
        const char *kind, *icon;
    } looks[] = {
        [LAYOUT_FLASH_DONE] = {"done", "check"},
        [LAYOUT_FLASH_INFO] = {"info", "info"},
        [LAYOUT_FLASH_WARNING] = {"warning", "alert"},
        [LAYOUT_FLASH_FAILED] = {"failed", "cross"},
    };
    if (!text)
        return;
    struct view *part = view_include(root, "FLASH", "layout/flash.tpl");
    view_set_cstr(part, "KIND", looks[flash].kind);
    view_set_cstr(part, "ICON", looks[flash].icon);
    view_set_cstr(part, "TEXT", text);
}

static void show_nav(struct view *root, const struct layout_context *context)
{
    for (const struct nav_entry *entry = nav; entry->key; entry++) {
        char letter[2] = {entry->letter, '\0'};
        if (entry->area != context->area)
            continue;
        struct view *item = view_add(root, "NAV");
        view_set_cstr(item, "LABEL", _(entry->label));
        view_set_cstr(item, "URL", entry->url);
        view_set_cstr(item, "ICON", entry->icon);
        if (context->active && strcmp(context->active, entry->key) == 0)
            view_show(item, "CURRENT");
        if (!entry->letter)
            continue;
        view_set_cstr(view_add(item, "KEY"), "KEY", letter);
        struct view *help = view_add(root, "NAV_KEY");
        view_set_cstr(help, "KEY", letter);
        view_set_cstr(help, "LABEL", _(entry->label));
    }
}

static void show_workspaces(struct view *root, const struct layout_context *context)
{
    if (!context->workspace_url || context->workspace_count < 2) {
        if (context->workspace_name.n)
            view_set(view_add(root, "WORKSPACE_NAME"), "NAME", context->workspace_name);
        return;
    }
    struct view *menu = view_add(root, "WORKSPACES");
    view_set(menu, "NAME", context->workspace_name);
    view_set_cstr(menu, "URL", context->workspace_url);
    for (size_t i = 0; i < context->workspace_count; i++) {
        struct view *row = view_add(menu, "WORKSPACE");
        view_set_cstr(row, "ID", context->workspaces[i].id);
        view_set(row, "NAME", context->workspaces[i].name);
        if (context->workspaces[i].current) {
            view_show(row, "CURRENT");
            view_show(row, "TICK");
        }
    }
}

static const char *pressed(bool yes)
{
    return yes ? "true" : "false";
}

static void show_switches(struct view *root, const struct layout_context *context)
{
    if (context->search_url) {
        struct view *search = view_add(root, "SEARCH");
        view_set_cstr(search, "URL", context->search_url);
        view_set_cstr(search, "LABEL", context->search_label);
        view_show(root, "SEARCH_KEY");
    }
    if (context->mode_url) {
        struct view *mode = view_add(root, "MODE_SWITCH");
        view_set_cstr(mode, "URL", context->mode_url);
        view_set(mode, "BACK", context->here);
        view_set_cstr(mode, "TEST", pressed(context->test_mode));
        view_set_cstr(mode, "LIVE", pressed(!context->test_mode));
    }
    if (context->theme_url) {
        struct view *themes = view_add(root, "THEMES");
        view_set_cstr(themes, "URL", context->theme_url);
        view_set(themes, "BACK", context->here);
        view_set_cstr(themes, "AUTO", pressed(context->theme == LAYOUT_THEME_AUTO));
        view_set_cstr(themes, "LIGHT", pressed(context->theme == LAYOUT_THEME_LIGHT));
        view_set_cstr(themes, "DARK", pressed(context->theme == LAYOUT_THEME_DARK));
    }
}

/* The first letter, whole: a name may begin with any character of Unicode. */
static struct sv initial_of(struct sv name)
{
    size_t n = name.n ? 1 : 0;
    while (n < name.n && ((uint8_t)name.p[n] & 0xc0) == 0x80)
        n++;
    return sv_sub(name, 0, n);
}

static void show_test_bar(struct view *root, const struct layout_context *context)
{
    struct view *bar = view_add(root, "TEST_BAR");
    if (context->area == LAYOUT_BRAND)
        view_show(bar, "TEST_DATA");
}

static void fill_application(struct view *root, const struct layout_context *context)
{
    view_set_cstr(root, "HOME_URL", layout_home(context->area));
    view_set(root, "INITIAL", initial_of(context->user_name));
    view_set(root, "USER_NAME", context->user_name);
    if (context->test_mode)
        show_test_bar(root, context);
    show_nav(root, context);
    show_workspaces(root, context);
    show_switches(root, context);
    show_link(root, "PROFILE", context->profile_url);
    show_link(root, "LOGOUT", context->logout_url);
}

static const char *shell_of(enum layout_area area)
{
    return area == LAYOUT_PUBLIC ? "layout/public.tpl" : "layout/page.tpl";
}

struct layout layout_open(const struct layout_context *context, const char *body_template)
{
    struct view *root = view_new(shell_of(context->area));
    struct layout layout = {.root = root, .shell = shell_of(context->area)};

    view_set_cstr(root, "LANG", i18n_code(i18n_current()));
    view_set_cstr(root, "THEME", theme_name(context->theme));
    view_set_cstr(root, "TITLE", context->title);
    view_set_global(root, "CSRF", sv_from(context->csrf));
    show_flash(root, context->flash, context->flash_text);
    if (context->area == LAYOUT_PUBLIC) {
        show_link(root, "HOME", context->home_url);
        show_link(root, "LOGIN", context->login_url);
        show_link(root, "SIGNUP", context->signup_url);
    } else {
        fill_application(root, context);
    }
    layout.body = view_include(root, "BODY", body_template);
    return layout;
}

struct layout layout_open_part(const char *csrf, const char *part_template)
{
    struct view *root = view_new(part_template);
    view_set_global(root, "CSRF", sv_from(csrf));
    return (struct layout){.root = root, .body = root, .shell = part_template};
}

struct sv layout_render(struct layout *layout, struct arena *arena)
{
    struct sv html = view_render(layout->root, layout->shell, arena);
    *layout = (struct layout){0};
    return html;
}

struct sv layout_problem_page(const struct layout_context *context,
                              const struct layout_problem *problem, struct arena *arena)
{
    struct layout_context frame = {.area = LAYOUT_PUBLIC};
    if (context)
        frame = *context;
    frame.title = problem->what;
    struct layout page = layout_open(&frame, "error/problem.tpl");
    view_set_i64(page.body, "STATUS", problem->status);
    view_set_cstr(page.body, "WHAT", problem->what);
    if (problem->why)
        view_set_cstr(view_add(page.body, "WHY"), "TEXT", problem->why);
    if (problem->next)
        view_set_cstr(view_add(page.body, "NEXT"), "TEXT", problem->next);
    if (problem->link_url) {
        struct view *link = view_add(page.body, "LINK");
        view_set_cstr(link, "URL", problem->link_url);
        view_set_cstr(link, "LABEL", problem->link_label);
    }
    if (problem->request_id)
        view_set_cstr(view_add(page.body, "REQUEST"), "ID", problem->request_id);
    return layout_render(&page, arena);
}

/* "https://shop.example/x?y" → "shop.example" */
static struct sv host_of(struct sv url)
{
    ptrdiff_t slash = sv_find(url, '/');
    struct sv rest = slash < 0 ? SV_NONE : sv_from_index(url, (size_t)slash + 2);
    size_t n = 0;
    while (n < rest.n && !strchr("/?#", rest.p[n]))
        n++;
    return sv_sub(rest, 0, n);
}

struct sv layout_dead_link_page(struct arena *arena, struct sv shop_url, enum language language)
{
    enum language before = i18n_current();
    i18n_use(language);
    struct layout_context frame = {
        .area = LAYOUT_PUBLIC,
        .title = _("This link is no longer active"),
    };
    struct layout page = layout_open(&frame, "error/dead_link.tpl");
    struct sv host = host_of(shop_url);
    if (host.n) {
        struct view *shop = view_add(page.body, "SHOP");
        view_set(shop, "URL", shop_url);
        view_set(shop, "HOST", host);
    } else {
        view_show(page.body, "NO_SHOP");
    }
    struct sv html = layout_render(&page, arena);
    i18n_use(before);
    return html;
}

void layout_pager(struct view *view, const char *marker, const struct layout_pager *pager)
{
    struct view *part = view_include(view, marker, "layout/pager.tpl");
    view_set_cstr(part, "COUNT", pager->count);
    show_link(part, "NEWEST", pager->newest);
    show_link(part, "OLDER", pager->older);
}

void layout_empty(struct view *view, const char *marker, const char *icon, const char *title,
                  const char *next, const char *url, const char *label)
{
    struct view *part = view_include(view, marker, "layout/empty.tpl");
    view_set_cstr(part, "ICON", icon);
    view_set_cstr(part, "TITLE", title);
    view_set_cstr(part, "NEXT", next);
    if (url) {
        struct view *action = view_add(part, "ACTION");
        view_set_cstr(action, "URL", url);
        view_set_cstr(action, "LABEL", label);
    }
}

void layout_copy(struct view *view, const char *marker, struct sv value, const char *what)
{
    struct view *part = view_include(view, marker, "layout/copy.tpl");
    view_set(part, "VALUE", value);
    view_set_cstr(part, "LABEL", what);
}
