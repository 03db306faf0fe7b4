#include "base/i18n.h"
#include "base/json.h"
#include "http/http_internal.h"

enum { PROBLEM_MAX = 16 * 1024 };

/* RFC 9457. `message` repeats the title for clients that look for it there. */
static struct sv problem_json(struct http_request *request, const struct http_problem *problem)
{
    struct buf b = buf_new(request->arena, PROBLEM_MAX);
    const char *next = problem->next == NULL ? "" : problem->next;
    char *detail = arena_printf(request->arena, "%s%s%s", problem->why == NULL ? "" : problem->why,
                                *next == '\0' || problem->why == NULL ? "" : " ", next);

    buf_puts(&b, "{\"type\":");
    json_put_string(&b,
                    sv_from(arena_printf(request->arena, "urn:meed:problem:%s", problem->code)));
    buf_puts(&b, ",\"title\":");
    json_put_string(&b, sv_from(problem->what));
    buf_printf(&b, ",\"status\":%d,\"detail\":", problem->status);
    json_put_string(&b, sv_from(detail));
    buf_puts(&b, ",\"code\":");
    json_put_string(&b, sv_from(problem->code));
    buf_puts(&b, ",\"message\":");
    json_put_string(&b, sv_from(problem->what));
    buf_puts(&b, ",\"request_id\":");
    json_put_string(&b, sv_from(request->id));
    buf_puts(&b, ",\"errors\":{");
    if (problem->field != NULL) {
        json_put_string(&b, sv_from(problem->field));
        buf_puts(&b, ":");
        json_put_string(&b, sv_from(problem->why == NULL ? problem->what : problem->why));
    }
    buf_puts(&b, "}}\n");
    CHECK(!b.overflow);
    return buf_sv(&b);
}

/* Stands in when the template can't be rendered: no style, no script, nothing to go wrong. */
static struct sv plain_page(struct http_request *request, const struct http_problem *problem)
{
    struct buf b = buf_new(request->arena, PROBLEM_MAX);
    const char *texts[] = {problem->why, problem->next};

    buf_puts(&b, "<!DOCTYPE html>\n<html lang=\"");
    buf_puts(&b, i18n_code(i18n_current()));
    buf_puts(&b,
             "\">\n<meta charset=\"utf-8\">\n"
             "<meta name=\"viewport\" content=\"width=device-width\">\n<title>");
    buf_put_html(&b, sv_from(problem->what));
    buf_puts(&b, "</title>\n<main>\n<h1>");
    buf_put_html(&b, sv_from(problem->what));
    buf_puts(&b, "</h1>\n");
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        if (texts[i] == NULL)
            continue;
        buf_puts(&b, "<p>");
        buf_put_html(&b, sv_from(texts[i]));
        buf_puts(&b, "</p>\n");
    }
    buf_puts(&b, "<p>");
    buf_put_html(&b, sv_from(_("Request id")));
    buf_printf(&b, ": <code>%s</code></p>\n</main>\n</html>\n", request->id);
    CHECK(!b.overflow);
    return buf_sv(&b);
}

void http_problem(struct http_request *request, struct http_response *response,
                  const struct http_problem *problem)
{
    CHECK(problem->code != NULL && problem->what != NULL && problem->status >= 400);
    response->problem_code = problem->code;
    response->problem_field = problem->field;
    http_set_header(response, "Cache-Control", SV("no-store"));
    if (http_wants_json(request)) {
        http_json(response, problem->status, problem_json(request, problem));
        response->content_type = "application/problem+json";
        return;
    }
    const struct http_hooks *hooks = http_current_hooks();
    struct sv page = SV_NONE;
    if (hooks->render_problem != NULL)
        page = hooks->render_problem(request, problem);
    http_html(response, problem->status, page.n > 0 ? page : plain_page(request, problem));
}

void http_unavailable(struct http_request *request, struct http_response *response)
{
    http_problem(request, response,
                 &(struct http_problem){
                     .status = 503,
                     .code = "unavailable",
                     .what = _("Meed can't answer this just now."),
                     .why = _("A part it needs is busy or away. Nothing was changed."),
                     .next = _("Wait a few seconds and try the same again."),
                 });
    http_set_header(response, "Retry-After", SV("2"));
}

void http_not_found(struct http_request *request, struct http_response *response)
{
    http_problem(request, response,
                 &(struct http_problem){
                     .status = 404,
                     .code = "not_found",
                     .what = _("There is nothing at this address."),
                     .why = _("It may have been mistyped or removed, or it belongs to another "
                              "account."),
                     .next = _("Check the address, or start from the home page."),
                 });
}

bool http_found(struct http_request *request, struct http_response *response, enum db_status status)
{
    if (status == DB_NO_ROW)
        http_not_found(request, response);
    else if (status != DB_OK)
        http_unavailable(request, response);
    return status == DB_OK;
}
