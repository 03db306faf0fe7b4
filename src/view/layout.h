/*
 * The frame around every page: rail, top bar, test bar, flash; and the public frame.
 *
 * A page fills a struct layout_context, opens the layout with its body's template,
 * fills the body, and renders:
 *
 *     struct layout page = layout_open(&context, "brand/sales.tpl");
 *     view_set_cstr(page.body, "…", …);
 *     struct sv html = layout_render(&page, arena);
 *
 * No control is drawn before it works: a part whose address is NULL is left out,
 * and nav.def lists only pages that exist. This module knows neither requests
 * nor the database; whoever fills the context does.
 */
#ifndef MEED_VIEW_LAYOUT_H
#define MEED_VIEW_LAYOUT_H

#include "view/view.h"

enum layout_area { LAYOUT_PUBLIC, LAYOUT_BRAND, LAYOUT_PARTNER, LAYOUT_ADMIN };
enum layout_theme { LAYOUT_THEME_AUTO, LAYOUT_THEME_LIGHT, LAYOUT_THEME_DARK };
enum layout_flash {
    LAYOUT_FLASH_DONE,
    LAYOUT_FLASH_INFO,
    LAYOUT_FLASH_WARNING,
    LAYOUT_FLASH_FAILED
};

struct layout_workspace {
    const char *id; /* posted as "brand" */
    struct sv name;
    bool current;
};

struct layout_context {
    enum layout_area area;
    const char *active; /* nav.def key of the page shown; NULL: none */
    const char *title;  /* in the reader's language, plain text */
    enum layout_theme theme;
    struct sv here; /* path and query, posted as "back" by the switches */

    const char *flash_text; /* NULL: no message */
    enum layout_flash flash;

    /* Inside the application; the public frame ignores these. */
    const char *csrf;
    struct sv user_name;
    struct sv workspace_name;
    const struct layout_workspace *workspaces; /* fewer than two: no switcher */
    size_t workspace_count;
    bool test_mode;
    const char *workspace_url, *mode_url, *theme_url, *profile_url,
        *logout_url;                       /* POST, but profile */
    const char *search_url, *search_label; /* GET with ?q= */

    /* The public frame's buttons. */
    const char *login_url, *signup_url, *home_url;
};

struct layout {
    struct view *root, *body;
    const char *shell; /* the outer template */
};

/*
 * Once, after view_open(): reads the static files to put a hash of their content
 * into their addresses, so that browsers may keep them for ever. False (logged)
 * when one is missing.
 */
MUST_USE bool layout_start(const char *static_dir);

/* Where an area begins: "/brand". */
const char *layout_home(enum layout_area area);

struct layout layout_open(const struct layout_context *context, const char *body_template);
struct sv layout_render(struct layout *layout, struct arena *arena);
/*
 * A part of a page by itself, for live regions: the same template that the page
 * includes, without the frame. Fill .body, then layout_render().
 */
struct layout layout_open_part(const char *csrf, const char *part_template);

/* What an error page says: what happened, why, what to do next. Plain text, translated. */
struct layout_problem {
    int status;
    const char *what, *why, *next;     /* why and next may be NULL */
    const char *link_url, *link_label; /* NULL: no button */
    const char *request_id;            /* NULL: left out */
};
/* `context` may be NULL: the public frame without buttons. */
struct sv layout_problem_page(const struct layout_context *context,
                              const struct layout_problem *problem, struct arena *arena);

/*
 * The 404 behind a dead or paused link, with a plain link to the shop. No
 * database, no session. `shop_url` empty: the link was never known.
 */
struct sv layout_dead_link_page(struct arena *arena, struct sv shop_url, enum language language);

/* Parts that any page may include at a {{>MARKER}} of its template. */
struct layout_pager {
    const char *count;  /* "1–50 of 847", "10,000+ sales" */
    const char *newest; /* addresses; NULL: not drawn */
    const char *older;
};
void layout_pager(struct view *view, const char *marker, const struct layout_pager *pager);
/* "No sales yet. Send a test conversion." `url` NULL: no button. */
void layout_empty(struct view *view, const char *marker, const char *icon, const char *title,
                  const char *next, const char *url, const char *label);
/* A value in monospace with a copy button; `what` names it for screen readers: "Copy the link". */
void layout_copy(struct view *view, const char *marker, struct sv value, const char *what);

#endif
