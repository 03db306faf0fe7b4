/* /brand/integrations/categories: which SKU belongs to which category, as CSV, pasted or as a file.
 */
#include "account/account_page.h"
#include "base/i18n.h"
#include "setup/setup_pages.h"
#include "setup/sku_category.h"
#include "view/form.h"
#include "view/format.h"

static const char home[] = "/brand/integrations/categories";

static const char *done_words(struct arena *arena, struct sv done)
{
    int64_t n = 0;
    if (sv_eq_cstr(done, "removed"))
        return _("Removed. Sales from now on have no category for it.");
    if (!sv_to_i64(done, &n) || n < 1 || n > SKU_PASTED_LINES)
        return NULL;
    return arena_printf(arena,
                        i18n_plural("%s line is kept, for sales from now on.",
                                    "%s lines are kept, for sales from now on.", (uint64_t)n),
                        format_count(arena, n));
}

static void show_list(struct http_request *request, struct view *body,
                      const struct sku_category_list *list)
{
    struct arena *arena = request->arena;
    if (list->n == 0) {
        layout_empty(body, "EMPTY", "sliders", _("No categories yet"),
                     _("Paste your articles above: a line each, SKU and category."), NULL, NULL);
        return;
    }
    struct view *some = view_add(body, "SOME");
    for (size_t i = 0; i < list->n; i++) {
        struct view *row = view_add(some, "ROW");
        view_set(row, "SKU", list->v[i].sku);
        view_set(row, "CATEGORY", list->v[i].category);
    }
    struct layout_pager pager = {
        .count =
            arena_printf(arena, i18n_plural("%s article", "%s articles", (uint64_t)list->count),
                         format_count(arena, list->count))};
    if (http_query_param(request, "after").n > 0)
        pager.newest = home;
    if (list->more) {
        struct buf b = buf_new(arena, 1024);
        buf_printf(&b, "%s?after=", home);
        buf_put_url(&b, list->v[list->n - 1].sku);
        pager.older = b.p;
    }
    layout_pager(some, "PAGER", &pager);
}

static void send_page(struct http_request *request, struct http_response *response, int status,
                      struct sv typed, const char *error)
{
    struct sku_category_list list;
    if (sku_category_list(request->db, request->arena, request->actor.brand,
                          http_query_param(request, "after"), &list) != DB_OK) {
        http_unavailable(request, response);
        return;
    }
    struct account_page about = {
        .active = "integrations",
        .title = _("Categories"),
        .flash = error ? NULL : done_words(request->arena, http_query_param(request, "done"))};
    const struct form_field csv = {
        .name = "csv",
        .label = _("SKU and category, a line each"),
        .hint = _("As CSV: \"SHOE-41,Shoes\". A SKU that is there gets the new category."),
        .type = "textarea",
        .value = sv_is_utf8(typed) ? typed : SV(""),
        .error = error};
    struct layout page = account_page_open(request, response, &about, "setup/categories.tpl");
    form_show_summary(page.body, "SUMMARY", &csv, 1);
    form_show_field(page.body, "FIELD", &csv);
    show_list(request, page.body, &list);
    account_page_send(request, response, status, &page);
}

void setup_skus_show(struct http_request *request, struct http_response *response)
{
    send_page(request, response, 200, SV(""), NULL);
}

void setup_skus_add(struct http_request *request, struct http_response *response)
{
    struct sku_pasted pasted;
    struct arena *arena = request->arena;
    struct http_file file;
    struct sv typed = http_form_param(request, "csv");
    if (typed.n == 0 && http_form_file(request, "file", &file))
        typed = file.content;
    if (!sku_category_parse(arena, typed, &pasted)) {
        send_page(request, response, 422, typed,
                  arena_printf(arena, _("Nothing was kept. Line %zu: %s"), pasted.bad_line,
                               pasted.bad_words));
        return;
    }
    if (pasted.n == 0) {
        send_page(request, response, 422, typed, _("Paste at least one line, or choose a file."));
        return;
    }
    switch (sku_category_put(request->db, arena, request->actor.brand, &pasted)) {
    case SKU_OK:
        http_redirect(response, 303, sv_from(arena_printf(arena, "%s?done=%zu", home, pasted.n)));
        return;
    case SKU_TOO_MANY:
        send_page(request, response, 422, typed,
                  arena_printf(arena,
                               _("Nothing was kept: a brand can have at most %s articles here. "
                                 "Leave out those that belong to no category you exclude."),
                               format_count(arena, SKU_CATEGORIES_MAX)));
        return;
    case SKU_UNAVAILABLE:
        http_unavailable(request, response);
        return;
    }
}

void setup_sku_remove(struct http_request *request, struct http_response *response)
{
    switch (
        sku_category_remove(request->db, request->actor.brand, http_form_param(request, "sku"))) {
    case DB_OK:
    case DB_NO_ROW: /* it is gone, as was wanted */
        http_redirect(response, 303, SV("/brand/integrations/categories?done=removed"));
        return;
    default:
        http_unavailable(request, response);
    }
}
