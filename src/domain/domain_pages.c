/* /brand/domains: the brand's tracking hosts, what the DNS must say and what it says. */
#include "domain/domain_pages.h"

#include "account/account_page.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "domain/domain.h"
#include "net/url.h"
#include "view/form.h"
#include "view/format.h"

static bool load(struct http_request *request, struct http_response *response,
                 struct domain_list *list)
{
    return http_found(request, response,
                      domain_list(request->db, request->arena, request->actor.brand, list));
}

/* Whether a look is due by now, or the page would otherwise not show its result. */
static bool is_due(const struct domain *domain)
{
    return domain->next_check_us > 0 && domain->next_check_us <= clock_wire_us();
}

static enum format_state chip_of(enum domain_state state)
{
    switch (state) {
    case DOMAIN_NEW:
        return STATE_WAITING;
    case DOMAIN_NO_DNS:
        return STATE_NO_DNS;
    case DOMAIN_WRONG_TARGET:
        return STATE_WRONG_TARGET;
    case DOMAIN_NO_CERTIFICATE:
        return STATE_NO_CERTIFICATE;
    case DOMAIN_OTHER_SERVER:
        return STATE_OTHER_SERVER;
    case DOMAIN_ACTIVE:
        return STATE_ACTIVE;
    case DOMAIN_BROKEN:
        return STATE_BROKEN;
    }
    UNREACHABLE();
}

static const char *fault_words(struct arena *arena, const struct domain *domain,
                               enum domain_state state, struct sv target)
{
    switch (state) {
    case DOMAIN_NEW:
        return _("We are looking at it; the page shows the result by itself.");
    case DOMAIN_NO_DNS:
        return domain->is_company
                   ? _("There is no such name in the DNS. The operator's wildcard record is "
                       "missing: tell them.")
                   : arena_printf(arena,
                                  _("There is no %s in the DNS yet. Add the record below at your "
                                    "DNS provider; it can take an hour to be seen."),
                                  domain->host);
    case DOMAIN_WRONG_TARGET:
        return arena_printf(
            arena,
            _("The DNS leads %s elsewhere. Change the record so that it leads to " SV_FMT "."),
            domain->host, SV_ARG(target));
    case DOMAIN_NO_CERTIFICATE:
        return _(
            "The DNS is right, but no secure connection came about. The operator's server "
            "needs a certificate for this name; it usually has one within the hour.");
    case DOMAIN_OTHER_SERVER:
        return _(
            "Another server answers under this name. Remove the proxy or the page that is in "
            "the way, or let it pass requests on with their host name.");
    case DOMAIN_ACTIVE:
        return _("Links are made on this host.");
    case DOMAIN_BROKEN:
        break; /* worded by its fault */
    }
    UNREACHABLE();
}

static const char *state_words(struct arena *arena, const struct domain *domain, struct sv target,
                               bool used)
{
    if (domain->state == DOMAIN_ACTIVE && !used)
        return _(
            "It works. Links are made on the first host of this list that works, and those "
            "made on this one lead on.");
    if (domain->state != DOMAIN_BROKEN)
        return fault_words(arena, domain, domain->state, target);
    if (domain->fault == DOMAIN_NEW)
        return _(
            "It stopped working: the DNS does not answer. Until it does, links are made on "
            "another host; those that stand on this one work as soon as it does.");
    return arena_printf(arena,
                        _("It stopped working, so links are made on another host until it works "
                          "again. %s"),
                        fault_words(arena, domain, domain->fault, target));
}

static void show_domain(struct http_request *request, struct view *card,
                        const struct domain *domain, bool used)
{
    struct arena *arena = request->arena;
    struct sv target = domain_target(arena, request->settings);
    const char *zone = request->actor.zone;
    view_set_i64(card, "ID", (int64_t)domain->id);
    view_set_cstr(card, "HOST", domain->host);
    view_set_cstr(card, "SAYS", state_words(arena, domain, target, used));
    format_chip(card, "STATUS", chip_of(domain->state));
    if (domain->state == DOMAIN_BROKEN)
        format_set_time(view_add(card, "BROKEN"), arena, "AT", domain->broken_us, zone);
    else if (domain->active_us != 0)
        format_set_time(view_add(card, "ACTIVE"), arena, "AT", domain->active_us, zone);
    if (!domain->is_company) {
        struct view *record = view_add(card, "RECORD");
        layout_copy(record, "NAME", sv_from(domain->host), _("Copy the record's name"));
        layout_copy(record, "TARGET", target, _("Copy the record's target"));
        if (*domain->found)
            view_set_cstr(view_add(record, "FOUND"), "VALUE", domain->found);
        else
            view_show(record, "NOT_FOUND");
    }
    if (domain->checked_us != 0)
        format_set_time(view_add(card, "CHECKED"), arena, "AT", domain->checked_us, zone);
    if (!is_due(domain))
        view_show(card, "CHECK");
}

static void show_list(struct http_request *request, struct view *view,
                      const struct domain_list *list)
{
    bool used = false;
    for (size_t i = 0; i < list->n; i++) {
        bool is_first = list->v[i].state == DOMAIN_ACTIVE && !used;
        show_domain(request, view_add(view, "DOMAIN"), &list->v[i], is_first);
        used = used || is_first;
    }
    if (list->n == 0)
        layout_empty(view, "EMPTY", "link", _("No tracking host of your own"),
                     _("Links stand on the platform's host. With a name of yours, customers see "
                       "your brand in them."),
                     NULL, NULL);
}

/* Whatever the list shows decides: the same list, the same tag. */
static struct sv etag_of(struct http_request *request, const struct domain_list *list)
{
    struct buf b = buf_new(request->arena, 16 * 1024);
    for (size_t i = 0; i < list->n; i++) {
        const struct domain *d = &list->v[i];
        buf_printf(&b, "%s %d %d %s %" PRId64 " %" PRId64 " %" PRId64 " %d,", d->host, d->state,
                   d->fault, d->found, d->active_us, d->broken_us, d->checked_us / CLOCK_MINUTE,
                   is_due(d));
    }
    CHECK(!b.overflow);
    return http_etag_of(request->arena, buf_sv(&b));
}

static const char *done_words(struct sv done)
{
    if (sv_eq_cstr(done, "added"))
        return _("Added. Set the record below; the page shows by itself when it works.");
    if (sv_eq_cstr(done, "check"))
        return _("We look now; the page shows the result by itself.");
    if (sv_eq_cstr(done, "removed"))
        return _("Given up. New links no longer stand on it.");
    return NULL;
}

static const char *result_words(struct arena *arena, enum domain_result result)
{
    switch (result) {
    case DOMAIN_BAD_HOST:
        return _(
            "Use a name such as go.acme.com, without a port; a label has 2 to 40 letters, "
            "digits and hyphens.");
    case DOMAIN_PLATFORM:
        return _("This name is the platform's own. Choose one of yours.");
    case DOMAIN_TAKEN:
        return _("Another brand has this name. If it is yours, ask the operator.");
    case DOMAIN_TOO_MANY:
        return arena_printf(arena, _("A brand can have at most %d tracking hosts."),
                            DOMAIN_LIST_MAX);
    default:
        return NULL;
    }
}

/* What a form held and what was wrong with it. */
struct typed {
    struct sv host, label;
    const char *host_error, *label_error;
};

static void show_forms(struct http_request *request, struct view *body, const struct typed *typed)
{
    const char *company = request->settings->company_domain;
    struct form_field fields[] = {
        {.name = "host",
         .label = _("Tracking host"),
         .hint = _("A name that is free for this alone, below your own domain."),
         .value = typed->host,
         .error = typed->host_error,
         .required = true,
         .inputmode = "url",
         .placeholder = "go.acme.com",
         .maxlength = NET_SITE_MAX},
        {.name = "label",
         .label = _("Name under the platform's domain"),
         .hint = _("Works at once, without a record of yours."),
         .value = typed->label,
         .error = typed->label_error,
         .required = true,
         .placeholder = "acme",
         .suffix = arena_printf(request->arena, ".%s", company),
         .maxlength = DOMAIN_LABEL_MAX},
    };
    form_show_summary(body, "SUMMARY", fields, COUNT_OF(fields));
    form_show_field(body, "HOST_FIELD", &fields[0]);
    if (*company)
        form_show_field(view_add(body, "COMPANY"), "LABEL_FIELD", &fields[1]);
}

static void send_page(struct http_request *request, struct http_response *response, int status,
                      const struct typed *typed)
{
    struct domain_list list;
    if (!load(request, response, &list))
        return;
    struct account_page about = {
        .active = "domains",
        .title = _("Domains"),
        .flash = status == 200 ? done_words(http_query_param(request, "done")) : NULL};
    struct layout layout = account_page_open(request, response, &about, "domain/domains.tpl");
    show_forms(request, layout.body, typed);
    view_set(layout.body, "ETAG", etag_of(request, &list));
    show_list(request, view_include(layout.body, "LIST", "domain/domains_list.tpl"), &list);
    account_page_send(request, response, status, &layout);
}

void domain_page_show(struct http_request *request, struct http_response *response)
{
    const struct typed nothing = {.host = SV("")};
    send_page(request, response, 200, &nothing);
}

void domain_page_live(struct http_request *request, struct http_response *response)
{
    struct domain_list list;
    if (!load(request, response, &list) ||
        http_not_modified(request, response, etag_of(request, &list)))
        return;
    struct layout part =
        layout_open_part(http_csrf_token(request, response), "domain/domains_list.tpl");
    show_list(request, part.body, &list);
    http_html(response, 200, layout_render(&part, request->arena));
}

/* True when there is nothing left to answer: it went well, or the world is away. */
static bool answered(struct http_request *request, struct http_response *response,
                     enum domain_result result, struct sv done)
{
    switch (result) {
    case DOMAIN_OK:
        http_redirect(response, 303, done);
        return true;
    case DOMAIN_NOT_FOUND:
    case DOMAIN_NO_WILDCARD: /* no such form is shown */
        http_not_found(request, response);
        return true;
    case DOMAIN_UNAVAILABLE:
        http_unavailable(request, response);
        return true;
    case DOMAIN_BAD_HOST:
    case DOMAIN_PLATFORM:
    case DOMAIN_TAKEN:
    case DOMAIN_TOO_MANY:
        return false;
    }
    UNREACHABLE();
}

void domain_page_add(struct http_request *request, struct http_response *response)
{
    struct typed typed = {.host = sv_trim(http_form_param(request, "host"))};
    enum domain_result result = domain_add(request->db, request->arena, request->settings,
                                           request->actor.brand, request->actor.user, typed.host);
    typed.host_error = result_words(request->arena, result);
    if (!answered(request, response, result, SV("/brand/domains?done=added")))
        send_page(request, response, 422, &typed);
}

void domain_page_add_label(struct http_request *request, struct http_response *response)
{
    struct typed typed = {.label = sv_trim(http_form_param(request, "label"))};
    enum domain_result result =
        domain_add_label(request->db, request->arena, request->settings, request->actor.brand,
                         request->actor.user, typed.label);
    typed.label_error = result_words(request->arena, result);
    if (!answered(request, response, result, SV("/brand/domains?done=check")))
        send_page(request, response, 422, &typed);
}

void domain_page_check(struct http_request *request, struct http_response *response)
{
    uint64_t id = 0;
    enum domain_result result = DOMAIN_NOT_FOUND;
    if (sv_to_u64(http_path_param(request, "id"), &id))
        result = domain_check_now(request->db, request->actor.brand, id);
    CHECK(answered(request, response, result, SV("/brand/domains?done=check")));
}

void domain_page_remove(struct http_request *request, struct http_response *response)
{
    uint64_t id = 0;
    enum domain_result result = DOMAIN_NOT_FOUND;
    if (sv_to_u64(http_path_param(request, "id"), &id))
        result = domain_remove(request->db, request->settings, request->actor.brand, id);
    CHECK(answered(request, response, result, SV("/brand/domains?done=removed")));
}
