/* /brand/programs: the list, a new one, and one with its terms and versions. */
#include "account/account_page.h"
#include "base/i18n.h"
#include "partner/partner.h"
#include "setup/program_form.h"
#include "setup/setup_pages.h"
#include "setup/setup_store.h"
#include "view/format.h"

enum { PROGRAMS_A_PAGE = 50, VERSIONS_SHOWN = 10 };

static enum format_state state_of(enum program_status status)
{
    static const enum format_state states[] = {[PROGRAM_DRAFT] = STATE_DRAFT,
                                               [PROGRAM_ACTIVE] = STATE_ACTIVE,
                                               [PROGRAM_PAUSED] = STATE_PAUSED,
                                               [PROGRAM_CLOSED] = STATE_CLOSED};
    CHECK((unsigned)status < COUNT_OF(states));
    return states[status];
}

static const char *pay_words(struct arena *arena, const struct program_settings *rules,
                             const struct unit *currency)
{
    return rules->pay == PROGRAM_PAY_PERCENT ? format_percent_bp(arena, rules->rate_bp)
                                             : money_format_display(arena, rules->flat, currency);
}

static const char *days_words(struct arena *arena, int days)
{
    return arena_printf(arena, i18n_plural("%d day", "%d days", (uint64_t)days), days);
}

/* ---- the list
 * ------------------------------------------------------------------------------------- */

static void show_program(struct arena *arena, struct view *row, const struct program *program)
{
    view_set_cstr(row, "PID", uuid_text(arena, program->pid));
    view_set(row, "NAME", program->name);
    view_set_cstr(row, "PAY", pay_words(arena, &program->settings, &program->currency));
    view_set_cstr(row, "WINDOW", days_words(arena, program->settings.attribution_window_days));
    view_set_cstr(row, "HOLDBACK", days_words(arena, program->settings.holdback_days));
    view_set_i64(row, "VERSION", program->version_no);
    format_chip(row, "STATUS", state_of(program->status));
}

void setup_programs_show(struct http_request *request, struct http_response *response)
{
    struct program_list list;
    struct sv cursor = http_query_param(request, "before");
    uint64_t before = 0;
    if (cursor.n > 0 && !sv_to_u64(cursor, &before)) {
        http_not_found(request, response);
        return;
    }
    if (program_list_of_brand(request->db, request->arena, request->actor.brand, before,
                              PROGRAMS_A_PAGE, &list) != DB_OK) {
        http_unavailable(request, response);
        return;
    }
    struct account_page about = {.active = "programs", .title = _("Programs")};
    struct layout layout = account_page_open(request, response, &about, "setup/programs.tpl");
    struct view *some = list.n ? view_add(layout.body, "SOME") : NULL;
    for (size_t i = 0; i < list.n; i++)
        show_program(request->arena, view_add(some, "PROGRAM"), &list.v[i]);
    if (list.more)
        view_set_i64(view_add(layout.body, "MORE"), "BEFORE", (int64_t)list.v[list.n - 1].id);
    if (!some)
        layout_empty(layout.body, "EMPTY", "sliders", _("No programs yet"),
                     _("A program says what you pay for a sale, and for how long it can be "
                       "returned."),
                     "/brand/programs/new", _("Make the first one"));
    account_page_send(request, response, 200, &layout);
}

/* ---- a new one
 * ------------------------------------------------------------------------------------- */

static void send_new(struct http_request *request, struct http_response *response, int status,
                     const struct program_form *form)
{
    struct account_page about = {.active = "programs", .title = _("New program")};
    const char *csrf = http_csrf_token(request, response);
    struct layout layout = account_page_open(request, response, &about, "setup/program_new.tpl");
    view_set_cstr(layout.body, "CSRF", csrf);
    program_form_show(request->arena, layout.body, form);
    account_page_send(request, response, status, &layout);
}

void setup_program_new(struct http_request *request, struct http_response *response)
{
    struct setup_brand brand;
    if (setup_find_brand(request->db, request->arena, request->actor.brand, &brand) != DB_OK) {
        http_unavailable(request, response);
        return;
    }
    struct program_form form = program_form_empty(request->arena, brand.currency);
    send_new(request, response, 200, &form);
}

void setup_program_create(struct http_request *request, struct http_response *response)
{
    struct program_form form = program_form_read(request, true);
    struct program_settings rules = program_settings_default(PROGRAM_STANDARD);
    struct program_input input;
    struct program program;
    struct unit currency = {.exponent = 2};
    bool known = unit_find_currency(
        sv_from(arena_printf(request->arena, SV_FMT, SV_ARG(form.currency))), &currency);
    bool readable = program_form_parse(&form, &rules, currency, &input);
    program_check(&input, &form.faults);
    if (!known || !readable || form.faults.count > 0) {
        form.faults.has[PROGRAM_FAULT_CURRENCY] |= !known;
        send_new(request, response, 422, &form);
        return;
    }
    switch (program_create(request->db, request->arena, request->actor.brand, request->actor.user,
                           &input, &form.faults, &program)) {
    case PROGRAM_OK:
        break;
    case PROGRAM_INVALID:
        send_new(request, response, 422, &form);
        return;
    default:
        http_unavailable(request, response);
        return;
    }
    /* Without its test creator the program would still work; the setup page makes it good. */
    if (partner_ensure_test(request->db, request->arena, request->settings, &program) !=
        PARTNER_OK) {
        http_unavailable(request, response);
        return;
    }
    http_redirect(response, 303,
                  sv_from(arena_printf(request->arena, "/brand/setup?program=%s",
                                       uuid_text(request->arena, program.pid))));
}

/* ---- one
 * ------------------------------------------------------------------------------------------- */

struct program_page {
    struct program program;
    struct program_version_list versions;
    int64_t sales; /* recorded so far, up to SETUP_COUNT_LIMIT */
};

static bool load(struct http_request *request, struct http_response *response,
                 struct program_page *page)
{
    struct uuid pid;
    enum db_status status =
        uuid_parse(http_path_param(request, "pid"), &pid)
            ? program_find(request->db, request->arena, request->actor.brand, pid, &page->program)
            : DB_NO_ROW;
    if (status == DB_OK)
        status = program_list_versions(request->db, request->arena, page->program.id, 0,
                                       VERSIONS_SHOWN, &page->versions);
    if (status == DB_OK)
        status = setup_count_sales(request->db, request->arena, request->actor.brand,
                                   page->program.id, &page->sales);
    return http_found(request, response, status);
}

static void show_versions(struct http_request *request, struct view *body,
                          const struct program_page *page)
{
    for (size_t i = 0; i < page->versions.n; i++) {
        const struct program_version *v = &page->versions.v[i];
        struct view *row = view_add(body, "TERMS");
        view_set_i64(row, "NO", v->no);
        format_set_time(row, request->arena, "AT", v->from_us, "Etc/UTC");
        view_set_cstr(row, "PAY", pay_words(request->arena, &v->settings, &page->program.currency));
        view_set_cstr(row, "WINDOW",
                      days_words(request->arena, v->settings.attribution_window_days));
        view_set_cstr(row, "HOLDBACK", days_words(request->arena, v->settings.holdback_days));
    }
}

/* Only the moves that exist from here. */
static void show_moves(struct view *body, enum program_status status)
{
    if (status == PROGRAM_DRAFT)
        view_show(body, "ACTIVATE");
    if (status == PROGRAM_ACTIVE)
        view_show(body, "PAUSE");
    if (status == PROGRAM_PAUSED)
        view_show(body, "RESUME");
    if (status != PROGRAM_CLOSED)
        view_show(body, "CLOSE");
}

static const char *done_words(struct sv done)
{
    static const char *const words[][2] = {
        {"saved", N_("Saved: new sales follow the new terms.")},
        {"active", N_("The program is open. Creators can apply.")},
        {"paused", N_("Paused. Links show that they are no longer active.")},
        {"resumed", N_("The program is open again.")},
        {"closed", N_("Closed for good. Sales of earlier clicks still count.")},
    };
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (sv_eq_cstr(done, words[i][0]))
            return _(words[i][1]);
    return NULL;
}

static void send_program(struct http_request *request, struct http_response *response, int status,
                         const struct program_page *page, const struct program_form *form,
                         const char *problem)
{
    struct account_page about = {.active = "programs",
                                 .title = sv_dup(request->arena, page->program.name),
                                 .flash = problem ? problem
                                                  : done_words(http_query_param(request, "done")),
                                 .flash_kind = problem ? LAYOUT_FLASH_FAILED : LAYOUT_FLASH_DONE};
    const char *csrf = http_csrf_token(request, response);
    struct layout layout = account_page_open(request, response, &about, "setup/program.tpl");
    struct view *body = layout.body;
    view_set_cstr(body, "CSRF", csrf);
    show_program(request->arena, body, &page->program);
    show_moves(body, page->program.status);
    show_versions(request, body, page);
    if (page->program.status != PROGRAM_CLOSED) {
        struct view *edit = view_add(body, "EDIT");
        const char *count = format_count_to(request->arena, page->sales, SETUP_COUNT_LIMIT);
        program_form_show(request->arena, edit, form);
        view_set_i64(edit, "SEEN", page->program.version_no);
        view_set_cstr(edit, "EFFECT",
                      arena_printf(request->arena,
                                   i18n_plural("Applies to new sales from now; %s existing sale "
                                               "stays as it is.",
                                               "Applies to new sales from now; %s existing sales "
                                               "stay as they are.",
                                               (uint64_t)page->sales),
                                   count));
    }
    account_page_send(request, response, status, &layout);
}

void setup_program_show(struct http_request *request, struct http_response *response)
{
    struct program_page page;
    if (!load(request, response, &page))
        return;
    struct program_form form = program_form_of(request->arena, &page.program);
    send_program(request, response, 200, &page, &form, NULL);
}

static void go_to(struct http_request *request, struct http_response *response, struct uuid pid,
                  const char *done)
{
    http_redirect(response, 303,
                  sv_from(arena_printf(request->arena, "/brand/programs/%s?done=%s",
                                       uuid_text(request->arena, pid), done)));
}

void setup_program_save(struct http_request *request, struct http_response *response)
{
    struct program_page page;
    if (!load(request, response, &page))
        return;
    struct program *program = &page.program;
    struct program_form form = program_form_read(request, false);
    struct program_input input;
    uint64_t seen = 0;
    form.currency = sv_from(program->currency.code);
    bool readable = program_form_parse(&form, &program->settings, program->currency, &input) &&
                    sv_to_u64(http_form_param(request, "seen"), &seen);
    input.preset = program->preset;
    program_check(&input, &form.faults);
    if (!readable || form.faults.count > 0) {
        send_program(request, response, 422, &page, &form, NULL);
        return;
    }
    switch (program_save(request->db, request->arena, request->settings, request->actor.brand,
                         request->actor.user, program->pid, (uint32_t)seen, &input, &form.faults)) {
    case PROGRAM_OK:
        go_to(request, response, program->pid, "saved");
        return;
    case PROGRAM_INVALID:
        send_program(request, response, 422, &page, &form, NULL);
        return;
    case PROGRAM_CHANGED:
        send_program(request, response, 409, &page, &form,
                     _("Somebody saved other terms meanwhile: see the versions below. Your entries "
                       "are still here; save again to replace theirs."));
        return;
    case PROGRAM_WRONG_STATE:
        send_program(request, response, 409, &page, &form,
                     _("The program is closed: its terms can't change any more."));
        return;
    case PROGRAM_UNVERIFIED:
        form.faults.has[PROGRAM_FAULT_DEST_SITE] = true;
        send_program(request, response, 422, &page, &form, NULL);
        return;
    case PROGRAM_NOT_FOUND:
        http_not_found(request, response);
        return;
    case PROGRAM_UNAVAILABLE:
        http_unavailable(request, response);
        return;
    }
}

static void change(struct http_request *request, struct http_response *response,
                   enum program_change move, const char *done)
{
    struct program_page page;
    if (!load(request, response, &page))
        return;
    struct program_form form = program_form_of(request->arena, &page.program);
    switch (program_change_status(request->db, request->arena, request->settings,
                                  request->actor.brand, request->actor.user, page.program.pid,
                                  move)) {
    case PROGRAM_OK:
        go_to(request, response, page.program.pid, done);
        return;
    case PROGRAM_UNVERIFIED:
        send_program(request, response, 409, &page, &form,
                     _("The program can't open yet: the site its links lead to is not verified. "
                       "Verify it under Sites, then open the program."));
        return;
    case PROGRAM_WRONG_STATE:
        send_program(request, response, 409, &page, &form,
                     _("Somebody changed this meanwhile. The page shows how it stands now."));
        return;
    case PROGRAM_NOT_FOUND:
        http_not_found(request, response);
        return;
    default:
        http_unavailable(request, response);
    }
}

void setup_program_activate(struct http_request *request, struct http_response *response)
{
    change(request, response, PROGRAM_ACTIVATE, "active");
}

void setup_program_pause(struct http_request *request, struct http_response *response)
{
    change(request, response, PROGRAM_PAUSE, "paused");
}

void setup_program_resume(struct http_request *request, struct http_response *response)
{
    change(request, response, PROGRAM_RESUME, "resumed");
}

void setup_program_close(struct http_request *request, struct http_response *response)
{
    change(request, response, PROGRAM_CLOSE, "closed");
}
