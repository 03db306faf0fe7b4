#include "http/http.h"
#include "http/http_parse.h"

/* FCGX_GetParam, but for the first letter looked at first: a request asks twenty times. */
static struct sv param(const struct http_request *request, const char *name)
{
    size_t n = strlen(name);

    for (char *const *entry = request->envp; entry != NULL && *entry != NULL; entry++) {
        if ((*entry)[0] == name[0] && strncmp(*entry, name, n) == 0 && (*entry)[n] == '=')
            return sv_from(*entry + n + 1);
    }
    return SV_NONE;
}

struct sv http_header(struct http_request *request, const char *name)
{
    char key[80] = "HTTP_";
    size_t n = strlen(name);

    CHECK(n < sizeof key - 6);
    for (size_t i = 0; i < n; i++) {
        char c = name[i];
        key[5 + i] = c == '-' ? '_' : (c >= 'a' && c <= 'z') ? (char)(c - 'a' + 'A') : c;
    }
    key[5 + n] = '\0';
    /* CGI names these two without the prefix. */
    if (strcmp(key, "HTTP_CONTENT_TYPE") == 0 || strcmp(key, "HTTP_CONTENT_LENGTH") == 0)
        return param(request, key + 5);
    return param(request, key);
}

struct sv http_path_param(const struct http_request *request, const char *name)
{
    for (size_t i = 0; i < request->path_params_count; i++) {
        if (sv_eq_cstr(request->path_params[i].name, name))
            return request->path_params[i].value;
    }
    return SV_NONE;
}

static struct sv find_param(const struct http_param *params, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (sv_eq_cstr(params[i].name, name))
            return params[i].value;
    }
    return SV_NONE;
}

/* The server parses before it dispatches, and refuses what is broken; this serves direct callers.
 */
static void parse_query(struct http_request *request)
{
    if (request->query_parsed)
        return;
    request->query_parsed = true;
    if (http_parse_params(request->arena, request->query, HTTP_PARSE_SKIP_BROKEN,
                          &request->query_params, &request->query_params_count) != HTTP_PARSE_OK)
        request->query_params_count = 0;
}

struct sv http_query_param(struct http_request *request, const char *name)
{
    parse_query(request);
    return find_param(request->query_params, request->query_params_count, name);
}

size_t http_query_params_all(struct http_request *request, const char *name, struct sv *out,
                             size_t max)
{
    size_t n = 0;

    parse_query(request);
    for (size_t i = 0; i < request->query_params_count && n < max; i++) {
        if (sv_eq_cstr(request->query_params[i].name, name))
            out[n++] = request->query_params[i].value;
    }
    return n;
}

struct sv http_form_param(struct http_request *request, const char *name)
{
    if (!request->form_parsed) {
        request->form_parsed = true;
        if (http_parse_params(request->arena, request->body, HTTP_PARSE_SKIP_BROKEN,
                              &request->form_params, &request->form_params_count) != HTTP_PARSE_OK)
            request->form_params_count = 0;
    }
    return find_param(request->form_params, request->form_params_count, name);
}

bool http_form_file(const struct http_request *request, const char *name, struct http_file *out)
{
    for (size_t i = 0; i < request->form_files_count; i++) {
        if (!sv_eq_cstr(request->form_files[i].name, name))
            continue;
        *out = request->form_files[i];
        return true;
    }
    return false;
}

struct sv http_cookie(struct http_request *request, const char *name)
{
    return http_parse_cookie(request->cookie, sv_from(name));
}

bool http_wants_json(struct http_request *request)
{
    const struct http_route *route = request->route;
    struct sv accept = http_header(request, "Accept");

    if (route != NULL && (route->role == ROLE_API_KEY || route->role == ROLE_SIGNED ||
                          route->pool == POOL_INGEST || route->pool == POOL_BEACON))
        return true;
    if (sv_starts(request->path, SV("/api/")) || sv_starts(request->path, SV("/webhooks/")))
        return true;
    while (accept.n > 0) {
        struct sv one = sv_cut(&accept, ',');
        struct sv type = sv_trim(sv_cut(&one, ';'));
        if (sv_eq_nocase(type, SV("text/html")))
            return false;
        if (sv_eq_nocase(type, SV("application/json")) ||
            sv_eq_nocase(type, SV("application/problem+json")))
            return true;
    }
    return false;
}
