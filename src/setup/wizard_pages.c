/* /brand/setup: from the first page to the first credited test sale, on one page that is live. */
#include "account/account_page.h"
#include "base/i18n.h"
#include "base/settings.h"
#include "setup/example_view.h"
#include "setup/live_etag.h"
#include "setup/setup_checks.h"
#include "setup/setup_pages.h"
#include "setup/site_proof.h"
#include "view/format.h"

static bool load(struct http_request *request, struct http_response *response,
                 struct setup_state *state)
{
    switch (setup_state_read(request, http_query_param(request, "program"), state)) {
    case DB_OK:
        return true;
    case DB_NO_ROW:
        http_not_found(request, response);
        return false;
    default:
        http_unavailable(request, response);
        return false;
    }
}

static int count_done(const struct setup_state *s)
{
    int n = 0;
    for (int i = 0; i < SETUP_STEPS; i++)
        n += s->done[i];
    return n;
}

/* The first step that is not done; SETUP_STEPS when all are. */
static enum setup_step current_step(const struct setup_state *s)
{
    enum setup_step step = SETUP_BRAND;
    while (step < SETUP_STEPS && s->done[step])
        step++;
    return step;
}

/* What the test step shows, from the address. */
struct choice {
    enum example_door door;
    enum example_language language;
};

static struct choice choice_of(struct http_request *request)
{
    bool signs = sv_eq_cstr(http_query_param(request, "door"), "postback");
    return (struct choice){signs ? EXAMPLE_POSTBACK : EXAMPLE_API,
                           example_language_read(http_query_param(request, "lang"))};
}

static const char *door_param(enum example_door door)
{
    return door == EXAMPLE_POSTBACK ? "postback" : "api";
}

static const char *here(struct http_request *request, const struct setup_state *s)
{
    return s->has_program ? arena_printf(request->arena, "/brand/setup?program=%s",
                                         uuid_text(request->arena, s->program.pid))
                          : "/brand/setup";
}

static const char *here_by(struct http_request *request, const struct setup_state *s,
                           enum example_door door)
{
    return arena_printf(request->arena, "%s&door=%s", here(request, s), door_param(door));
}

/* ---- the steps
 * --------------------------------------------------------------------------------- */

/* One step: its place in the list, and its own section inside that. */
static struct view *open_step(struct view *view, const char *section, const struct setup_state *s,
                              enum setup_step step)
{
    struct view *item = view_add(view, section);
    struct view *node = view_include(item, "NODE", "setup/node.tpl");
    bool now = current_step(s) == step;
    if (s->done[step])
        view_show(node, "DONE");
    else
        view_set_i64(view_add(node, now ? "NOW" : "LATER"), "NUMBER", step + 1);
    if (now)
        view_show(item, "CURRENT");
    return item;
}

static void show_program(struct http_request *request, struct view *view,
                         const struct setup_state *s)
{
    struct view *item = open_step(view, "PROGRAM", s, SETUP_PROGRAM);
    if (!s->has_program) {
        view_show(item, "NONE");
        return;
    }
    struct view *chosen = view_add(item, "CHOSEN");
    view_set(chosen, "NAME", s->program.name);
    view_set_cstr(chosen, "PID", uuid_text(request->arena, s->program.pid));
    format_chip(chosen, "STATUS",
                s->program.status == PROGRAM_DRAFT    ? STATE_DRAFT
                : s->program.status == PROGRAM_ACTIVE ? STATE_ACTIVE
                : s->program.status == PROGRAM_PAUSED ? STATE_PAUSED
                                                      : STATE_CLOSED);
}

static void show_site(struct http_request *request, struct view *view, const struct setup_state *s)
{
    struct view *item = open_step(view, "PROVE_SITE", s, SETUP_SITE);
    if (!s->has_site)
        return;
    struct view *part = view_add(item, s->site.verified_us ? "PROVED" : "UNPROVED");
    view_set_cstr(part, "HOST", s->site.host);
    if (s->site.verified_us) {
        view_set_cstr(part, "HOW", site_method_words(s->site.method));
        return;
    }
    site_show_proof(request->arena, request->settings, part, "PROOF", &s->site, s->brand.zone);
    if (!site_is_due(&s->site)) {
        struct view *check = view_add(part, "CHECK");
        view_set_i64(check, "ID", (int64_t)s->site.id);
        view_set_cstr(check, "BACK", here(request, s));
    }
}

static void show_key(struct http_request *request, struct view *view, const struct setup_state *s)
{
    struct view *item = open_step(view, "TEST_KEY", s, SETUP_KEY);
    if (s->key.n > 0)
        layout_copy(view_add(item, "MADE"), "COPY", s->key, _("Copy the test key"));
    else
        view_set_cstr(view_add(item, "MAKE"), "BACK", here(request, s));
}

static void show_command(struct http_request *request, struct view *ready,
                         const struct setup_state *s, struct choice choice)
{
    const char *address = here_by(request, s, choice.door);
    struct example example = {.base_url = request->settings->base_url,
                              .brand = s->brand.pid,
                              .program = s->program.pid,
                              .currency = s->program.currency,
                              .key = s->key,
                              .secret = s->secret,
                              .token = s->link.token};
    if (s->click.at_us > 0 && !s->click.bot)
        example.click = sv_from(uuid_text(request->arena, s->click.id));
    if (choice.door == EXAMPLE_POSTBACK && s->secret.n == 0)
        view_set_cstr(view_add(ready, "MAKE_SECRET"), "BACK",
                      arena_printf(request->arena, "%s#send", address));
    else
        example_show(request->arena, view_add(ready, "FILLED"), "COMMAND", &example, choice.door,
                     choice.language, address, "send");
}

static void show_doors(struct http_request *request, struct view *ready,
                       const struct setup_state *s, struct choice choice)
{
    const char *const names[] = {
        [EXAMPLE_API] = _("By key"), [EXAMPLE_POSTBACK] = _("By signed postback")};
    for (unsigned i = 0; i < COUNT_OF(names); i++) {
        struct view *tab = view_add(ready, "DOOR");
        view_set_cstr(tab, "NAME", names[i]);
        view_set_cstr(tab, "URL",
                      arena_printf(request->arena, "%s&lang=%s#send",
                                   here_by(request, s, (enum example_door)i),
                                   example_language_param(choice.language)));
        if (choice.door == (enum example_door)i)
            view_show(tab, "CURRENT");
    }
}

static void show_findings(struct http_request *request, struct view *view,
                          const struct setup_state *s)
{
    static const char *const sections[] = {
        [CHECK_WAITING] = "WAITING", [CHECK_GOOD] = "GOOD", [CHECK_BAD] = "BAD"};
    struct setup_finding findings[SETUP_CHECKS];
    setup_check_all(request->arena, s, findings);
    for (size_t i = 0; i < SETUP_CHECKS; i++) {
        struct view *finding = view_add(view_add(view, "FINDING"), sections[findings[i].verdict]);
        view_set_cstr(finding, "WORDS", findings[i].words);
        if (findings[i].url)
            view_set_cstr(view_add(finding, "LINK"), "URL", findings[i].url);
    }
}

static void show_test(struct http_request *request, struct view *view, const struct setup_state *s)
{
    struct view *item = open_step(view, "TEST", s, SETUP_TEST);
    if (!s->has_program || s->key.n == 0)
        return; /* a program and a key come first */
    if (s->link.link == 0) {
        struct view *make = view_add(item, "NO_CREATOR");
        view_set_cstr(make, "PID", uuid_text(request->arena, s->program.pid));
        return;
    }
    struct view *ready = view_add(item, "READY");
    view_set_cstr(ready, "URL", s->link.url);
    layout_copy(ready, "LINK", sv_from(s->link.url), _("Copy the test link"));
    show_doors(request, ready, s, choice_of(request));
    show_command(request, ready, s, choice_of(request));
    show_findings(request, ready, s);
}

static void show_open(struct http_request *request, struct view *view, const struct setup_state *s)
{
    struct view *item = open_step(view, "OPEN", s, SETUP_OPEN);
    if (s->done[SETUP_OPEN])
        view_show(item, "OPENED");
    else if (s->done[SETUP_SITE])
        view_set_cstr(view_add(item, "BUTTON"), "PID", uuid_text(request->arena, s->program.pid));
    else
        view_show(item, "SITE_FIRST");
}

static void show_steps(struct http_request *request, struct view *view, const struct setup_state *s)
{
    view_set_cstr(open_step(view, "BRAND", s, SETUP_BRAND), "NAME",
                  request->actor.brand_name ? request->actor.brand_name : "");
    show_program(request, view, s);
    show_site(request, view, s);
    show_key(request, view, s);
    show_test(request, view, s);
    show_open(request, view, s);
}

/* ---- what is said of them
 * ------------------------------------------------------------------------------ */

/* What went wrong first, else what arrived last. */
static const char *newest_words(struct arena *arena, const struct setup_state *s)
{
    struct setup_finding findings[SETUP_CHECKS];
    const char *words = NULL;
    setup_check_all(arena, s, findings);
    for (size_t i = 0; i < SETUP_CHECKS; i++) {
        if (findings[i].verdict == CHECK_BAD)
            return findings[i].words;
        if (findings[i].verdict == CHECK_GOOD)
            words = findings[i].words;
    }
    return words;
}

/* For whoever does not watch the list. */
static const char *progress_words(struct arena *arena, const struct setup_state *s)
{
    const char *newest = newest_words(arena, s);
    const char *count =
        count_done(s) == SETUP_STEPS
            ? _("All steps are done.")
            : arena_printf(arena, _("%d of %d steps are done."), count_done(s), SETUP_STEPS);
    return newest ? arena_printf(arena, "%s %s", count, newest) : count;
}

static struct sv etag_of(struct http_request *request, const struct setup_state *s)
{
    uint64_t mix = live_mix_text(0, sv_from(progress_words(request->arena, s)));
    mix = live_mix_text(mix, s->key);
    mix = live_mix_text(mix, s->secret);
    mix = live_mix_text(mix, s->program.name);
    mix = live_mix(mix, (int64_t)s->program.status);
    mix = live_mix(mix, s->click.at_us);
    mix = live_mix(mix, (int64_t)s->link.link);
    mix = live_mix(mix, s->refusal.at_us);
    mix = live_mix(mix, (int64_t)s->sale.row.id);
    mix = live_mix_text(mix, s->sale.row.status);
    for (int i = 0; i < SETUP_STEPS; i++)
        mix = live_mix(mix, s->done[i]);
    return live_etag(request->arena, s->has_site ? site_mix(mix, &s->site) : mix);
}

static struct sv news_etag_of(struct http_request *request, const char *words)
{
    return live_etag(request->arena, live_mix_text(0, sv_from(words)));
}

void setup_wizard_show(struct http_request *request, struct http_response *response)
{
    struct setup_state state;
    if (!load(request, response, &state))
        return;
    struct account_page about = {.active = "setup", .title = _("Setup")};
    struct layout layout = account_page_open(request, response, &about, "setup/wizard.tpl");
    struct view *body = layout.body;
    const char *words = progress_words(request->arena, &state);
    view_set_cstr(body, "PROGRESS", words);
    if (state.has_program) {
        struct choice choice = choice_of(request);
        const char *pid = uuid_text(request->arena, state.program.pid);
        struct sv etag = etag_of(request, &state);
        struct view *news = view_add(body, "LIVE_NEWS");
        view_set_cstr(news, "PID", pid);
        view_set(news, "ETAG", news_etag_of(request, words));
        struct view *live = view_add(body, "LIVE_STEPS");
        view_set_cstr(live, "URL",
                      arena_printf(request->arena, "/brand/setup/steps?program=%s&door=%s&lang=%s",
                                   pid, door_param(choice.door),
                                   example_language_param(choice.language)));
        view_set(live, "ETAG", etag);
    }
    show_steps(request, view_include(body, "STEPS", "setup/wizard_steps.tpl"), &state);
    account_page_send(request, response, 200, &layout);
}

void setup_wizard_steps(struct http_request *request, struct http_response *response)
{
    struct setup_state state;
    if (!load(request, response, &state) ||
        http_not_modified(request, response, etag_of(request, &state)))
        return;
    struct layout part =
        layout_open_part(http_csrf_token(request, response), "setup/wizard_steps.tpl");
    show_steps(request, part.body, &state);
    http_html(response, 200, layout_render(&part, request->arena));
}

void setup_wizard_news(struct http_request *request, struct http_response *response)
{
    struct setup_state state;
    if (!load(request, response, &state))
        return;
    const char *words = progress_words(request->arena, &state);
    if (http_not_modified(request, response, news_etag_of(request, words)))
        return;
    struct layout part = layout_open_part(NULL, "setup/wizard_news.tpl");
    view_set_cstr(part.body, "WORDS", words);
    http_html(response, 200, layout_render(&part, request->arena));
}

/* For programs that were made without one. */
void setup_test_creator(struct http_request *request, struct http_response *response)
{
    struct setup_state state = {0};
    struct uuid pid;
    enum db_status status =
        uuid_parse(http_path_param(request, "pid"), &pid)
            ? program_find(request->db, request->arena, request->actor.brand, pid, &state.program)
            : DB_NO_ROW;
    state.has_program = status == DB_OK;
    if (status == DB_NO_ROW)
        http_not_found(request, response);
    else if (status != DB_OK || partner_ensure_test(request->db, request->arena, request->settings,
                                                    &state.program) != PARTNER_OK)
        http_unavailable(request, response);
    else
        http_redirect(response, 303, sv_from(here(request, &state)));
}
