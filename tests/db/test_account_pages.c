/* The pages of accounts, called as the router calls them: limits, cookies, where they lead. */
#include <glob.h>

#include "support/unit.h"

#include "account/account_cookie.h"
#include "account/account_pages.h"
#include "base/i18n.h"
#include "crypto/keys.h"
#include "crypto/password.h"
#include "http/http_shared.h"
#include "support/testdb.h"

#define PASSWORD "correct horse battery"

static struct arena *arena;
static struct db *db;
static struct settings settings;
static char shared_folder[64]; /* limits begin anew with each test */

static int open_all(void **state)
{
    const char *why = NULL;

    (void)state;
    arena = arena_new(ARENA_CEILING_DEFAULT);
    settings = *testdb_settings();
    i18n_open(settings.locale_dir);
    return keys_open(settings.key_file, arena, &why) && view_open(settings.template_dir) &&
                   layout_start(settings.static_dir)
               ? 0
               : -1;
}

static int set_up(void **state)
{
    (void)state;
    testdb_reset();
    db = testdb_open();
    (void)snprintf(shared_folder, sizeof(shared_folder), "/tmp/meed-shared-XXXXXX");
    return mkdtemp(shared_folder) != NULL && http_shared_open(shared_folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    glob_t files;

    http_shared_close();
    if (glob(arena_printf(arena, "%s/*", shared_folder), 0, NULL, &files) == 0)
        for (size_t i = 0; i < files.gl_pathc; i++)
            unlink(files.gl_pathv[i]);
    globfree(&files);
    rmdir(shared_folder);
    db_close(db);
    return 0;
}

/* ---- a browser
 * ------------------------------------------------------------------------------------- */

struct call {
    struct http_request request;
    struct http_response response;
};

static struct call *call_of(const char *form, const char *cookie)
{
    struct call *call = ARENA_NEW(arena, struct call);

    call->request = (struct http_request){
        .arena = arena,
        .db = db,
        .settings = &settings,
        .method = form == NULL ? HTTP_GET : HTTP_POST,
        .body = sv_from(form),
        .content_type = SV("application/x-www-form-urlencoded"),
        .cookie = sv_from(cookie),
        .client_ip = SV("192.0.2.1"),
        .user_agent = SV("Test/1.0"),
        .target = SV("/login"),
    };
    call->response.arena = arena;
    return call;
}

static struct call *log_in(const char *email, const char *password, const char *next)
{
    struct call *call =
        call_of(arena_printf(arena, "email=%s&password=%s&next=%s", email, password, next), NULL);

    account_login_post(&call->request, &call->response);
    return call;
}

static struct sv header_of(const struct call *call, const char *name)
{
    for (size_t i = 0; i < call->response.headers_count; i++)
        if (sv_eq_nocase(call->response.headers[i].name, sv_from(name)))
            return call->response.headers[i].value;
    return SV_NONE;
}

static bool says(const struct call *call, const char *words)
{
    struct sv body = call->response.body;

    return memmem(body.p, body.n, words, strlen(words)) != NULL;
}

/* "name=value" of the session cookie that the answer sets. */
static const char *session_cookie(const struct call *call)
{
    for (size_t i = 0; i < call->response.cookies_count; i++) {
        struct sv rest = call->response.cookies[i];

        if (sv_starts(rest, SV("meed_session=")))
            return sv_dup(arena, sv_cut(&rest, ';'));
    }
    fail_msg("no session cookie");
    return NULL;
}

static void have_brand(const char *email)
{
    struct account_input input = {.field = {
                                      [ACCOUNT_NAME] = SV("Ana"),
                                      [ACCOUNT_EMAIL] = sv_from(email),
                                      [ACCOUNT_PASSWORD] = SV(PASSWORD),
                                      [ACCOUNT_COMPANY] = SV("Acme"),
                                      [ACCOUNT_BRAND] = SV("Acme <script>"),
                                      [ACCOUNT_TZ] = SV("UTC"),
                                      [ACCOUNT_CURRENCY] = SV("USD"),
                                  }};
    struct account_faults faults;
    struct account_ids ids;

    assert_int_equal(account_create(db, arena, ACCOUNT_OF_BRAND, &input, &faults, &ids),
                     ACCOUNT_DONE);
}

/* ---- limits
 * ------------------------------------------------------------------------------------------ */

static void an_account_can_fail_only_so_often_a_minute(void **state)
{
    (void)state;
    have_brand("ana@example.com");
    for (int i = 0; i < 5; i++)
        assert_int_equal(log_in("ana@example.com", "wrong+password", "")->response.status, 422);
    /* however the address is written, and even with the right password */
    assert_int_equal(log_in("ANA%2Bx@example.com", "wrong+password", "")->response.status, 429);
    assert_int_equal(log_in("ana@example.com", "correct+horse+battery", "")->response.status, 429);
    assert_int_equal(log_in("bob@example.com", "wrong+password", "")->response.status, 422);
}

static void logins_that_succeed_count_against_nobody(void **state)
{
    (void)state;
    have_brand("ana@example.com");
    for (int i = 0; i < 8; i++)
        assert_int_equal(log_in("ana@example.com", "correct+horse+battery", "")->response.status,
                         303);
}

static void an_unknown_account_is_limited_alike(void **state)
{
    struct call *call;

    (void)state;
    for (int i = 0; i < 5; i++)
        assert_int_equal(log_in("nobody@example.com", "wrong+password", "")->response.status, 422);
    call = log_in("nobody@example.com", "wrong+password", "");
    assert_int_equal(call->response.status, 429);
    assert_true(header_of(call, "Retry-After").n > 0);
}

static void all_logins_together_are_limited_too(void **state)
{
    unsigned retry_after_s;
    int used = 0;

    (void)state;
    while (http_rate_take(SV("login_all"), SV("all"), 600, &retry_after_s))
        assert_true(++used < 700); /* others use the minute up */
    assert_int_equal(log_in("ana@example.com", "wrong+password", "")->response.status, 429);
}

static void asking_for_mails_is_limited_by_address(void **state)
{
    int statuses[5];

    (void)state;
    for (int i = 0; i < 5; i++) {
        struct call *call = call_of("email=ana@example.com", NULL);

        account_forgot_post(&call->request, &call->response);
        statuses[i] = call->response.status;
    }
    assert_int_equal(statuses[0], 303);
    assert_int_equal(statuses[4], 429);
}

/* ---- answers
 * ------------------------------------------------------------------------------------------- */

static void a_wrong_password_and_an_unknown_user_see_the_same_page(void **state)
{
    struct call *known, *unknown;

    (void)state;
    have_brand("ana@example.com");
    known = log_in("ana@example.com", "wrong+password", "");
    unknown = log_in("eva@example.com", "wrong+password", "");
    assert_true(says(known, "E-mail or password does not match."));
    assert_int_equal(known->response.status, unknown->response.status);
    assert_int_equal(known->response.body.n, unknown->response.body.n);
    assert_false(says(known, "wrong password")); /* a password is never sent back */
}

static void asking_for_a_reset_takes_as_long_for_an_unknown_address(void **state)
{
    struct call *call = call_of("email=nobody@example.com", NULL);
    int64_t start = clock_monotonic_us();

    (void)state;
    account_forgot_post(&call->request, &call->response);
    assert_int_equal(call->response.status, 303);
    assert_sv_equal(header_of(call, "Location"), "/forgot/sent");
    assert_true(clock_monotonic_us() - start >= 150 * 1000);
}

static void the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(void **state)
{
    struct call *call;

    (void)state;
    have_brand("ana@example.com");
    call = log_in("ana@example.com", "correct+horse+battery", "");
    assert_int_equal(call->response.status, 303);
    assert_true(sv_ends(call->response.cookies[0], SV("; Path=/; Max-Age=1209600; HttpOnly; "
                                                      "SameSite=Lax")));
    call = call_of("email=ana@example.com&password=correct+horse+battery", NULL);
    call->request.secure = true;
    account_login_post(&call->request, &call->response);
    assert_true(sv_starts(call->response.cookies[0], SV("__Host-meed_session=")));
    assert_true(sv_ends(call->response.cookies[0], SV("; Secure")));
}

static void login_leads_back_but_never_to_another_site(void **state)
{
    static const struct {
        const char *next, *leads_to;
    } rows[] = {
        {"/brand/sales?status=pending", "/brand/sales?status=pending"},
        {"", "/"},
        {"https://evil.example/", "/"},
        {"//evil.example", "/"},
        {"/%5Cevil.example", "/"},
        {"/a%0d%0aSet-Cookie:x", "/"},
    };

    (void)state;
    have_brand("ana@example.com");
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_sv_equal(
            header_of(log_in("ana@example.com", "correct+horse+battery", rows[i].next), "Location"),
            rows[i].leads_to);
}

static void a_cookie_makes_the_actor_and_its_form_token(void **state)
{
    const char *cookie;
    struct call *first, *second, *nobody;

    (void)state;
    have_brand("ana@example.com");
    cookie = session_cookie(log_in("ana@example.com", "correct+horse+battery", ""));
    first = call_of(NULL, cookie);
    second = call_of(NULL, session_cookie(log_in("ana@example.com", "correct+horse+battery", "")));
    nobody = call_of(NULL, "meed_session=nonsense");
    assert_true(account_authenticate(&first->request));
    assert_true(account_authenticate(&second->request));
    assert_true(account_authenticate(&nobody->request));
    assert_int_equal(first->request.actor.role, ROLE_BRAND);
    assert_true(first->request.actor.brand != 0);
    assert_string_not_equal(first->request.actor.csrf_token, second->request.actor.csrf_token);
    assert_null(strstr(cookie, first->request.actor.csrf_token));
    assert_int_equal(nobody->request.actor.role, ROLE_PUBLIC);
}

static void logging_out_takes_the_cookie_and_the_session(void **state)
{
    struct call *out, *after;
    const char *cookie;

    (void)state;
    have_brand("ana@example.com");
    cookie = session_cookie(log_in("ana@example.com", "correct+horse+battery", ""));
    out = call_of("", cookie);
    account_logout_post(&out->request, &out->response);
    assert_string_equal(session_cookie(out), "meed_session=");
    after = call_of(NULL, cookie);
    assert_true(account_authenticate(&after->request));
    assert_int_equal(after->request.actor.role, ROLE_PUBLIC);
}

static void what_people_type_is_shown_as_text(void **state)
{
    struct call *call = call_of("email=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&password=x", NULL);

    (void)state;
    account_login_post(&call->request, &call->response);
    assert_int_equal(call->response.status, 422);
    assert_false(says(call, "<script>alert"));
    assert_true(says(call, "&lt;script&gt;"));
}

static void nobody_switches_to_a_foreign_brand(void **state)
{
    struct account_brands brands;
    struct account_session ana;
    char pid[UUID_TEXT_SIZE];
    struct call *call;

    (void)state;
    have_brand("ana@example.com");
    have_brand("bob@example.com");
    call = call_of(NULL, session_cookie(log_in("ana@example.com", "correct+horse+battery", "")));
    assert_int_equal(account_find_session(db, arena, account_cookie_token(&call->request), &ana),
                     ACCOUNT_DONE);
    assert_int_equal(account_list_brands(db, arena, ana.user, &brands), ACCOUNT_DONE);
    uuid_format(pid, brands.rows[0].pid);
    call = call_of(arena_printf(arena, "brand=%s", pid),
                   session_cookie(log_in("bob@example.com", "correct+horse+battery", "")));
    assert_true(account_authenticate(&call->request));
    account_workspace_post(&call->request, &call->response);
    assert_int_equal(call->response.status, 404);
    call = call_of("brand=nonsense", NULL);
    account_workspace_post(&call->request, &call->response);
    assert_int_equal(call->response.status, 404);
}

static void without_the_database_nobody_is_told_wrong_things(void **state)
{
    struct call *call;

    (void)state;
    testdb_kill();
    call = log_in("ana@example.com", "correct+horse+battery", "");
    assert_int_equal(call->response.status, 503);
    call = call_of(NULL, "meed_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    assert_false(account_authenticate(&call->request));
    testdb_restart();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_account_can_fail_only_so_often_a_minute),
        TEST(logins_that_succeed_count_against_nobody),
        TEST(an_unknown_account_is_limited_alike),
        TEST(all_logins_together_are_limited_too),
        TEST(asking_for_mails_is_limited_by_address),
        TEST(a_wrong_password_and_an_unknown_user_see_the_same_page),
        TEST(asking_for_a_reset_takes_as_long_for_an_unknown_address),
        TEST(the_session_cookie_is_out_of_reach_of_scripts_and_other_sites),
        TEST(login_leads_back_but_never_to_another_site),
        TEST(a_cookie_makes_the_actor_and_its_form_token),
        TEST(logging_out_takes_the_cookie_and_the_session),
        TEST(what_people_type_is_shown_as_text),
        TEST(nobody_switches_to_a_foreign_brand),
        TEST(without_the_database_nobody_is_told_wrong_things),
    };

    return cmocka_run_group_tests_name("account_pages", tests, open_all, NULL);
}
