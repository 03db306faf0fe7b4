/* Sites: what proves that a host is its brand's, asked of a real resolver and web server. */
#include "support/unit.h"

#include "base/clock.h"
#include "program/site.h"
#include "support/fixture.h"
#include "support/outside.h"
#include "support/testdb.h"

static struct db *db;
static struct arena *arena;
static struct fixture_brand acme, rival;
static struct outside *out;
static struct settings settings;
static const char *host; /* shop.test:PORT */

static int start(void **state)
{
    (void)state;
    testdb_reset();
    db = testdb_open_as(TESTDB_WORKER);
    arena = arena_new(ARENA_CEILING_DEFAULT);
    acme = fixture_brand(db, arena, "Acme Co.");
    rival = fixture_brand(db, arena, "Rival");
    out = outside_open();
    settings = *testdb_settings();
    settings.development = true;
    settings.base_url = "https://meed.example";
    settings.dns_server = arena_printf(arena, "127.0.0.1:%u", out->dns_port);
    settings.outbound_allow = arena_printf(arena, "shop.test:%u", out->web_port);
    host = arena_printf(arena, "shop.test:%u", out->web_port);
    snprintf(out->records[0].name, sizeof out->records[0].name, "shop.test");
    snprintf(out->records[0].a[0], sizeof out->records[0].a[0], "127.0.0.1");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    db_close(db);
    arena_free(arena);
    return 0;
}

static bool never(void)
{
    return false;
}

static enum job_result check_sites(void)
{
    struct job job = {.name = "site_check",
                      .db = db,
                      .arena = arena,
                      .settings = &settings,
                      .asked_to_stop = never};
    enum job_result result = site_check_step(&job);
    if (result == JOB_WORKED)
        assert_int_equal(site_check_step(&job), JOB_IDLE);
    return result;
}

static struct site added(const struct fixture_brand *brand, const char *typed)
{
    struct site site;
    assert_int_equal(site_add(db, arena, brand->id, sv_from(typed), &site), SITE_OK);
    return site;
}

/* The brand's site as it is now; the fixture's own comes first. */
static struct site current(const struct fixture_brand *brand)
{
    struct site_list list;
    assert_int_equal(site_list(db, arena, brand->id, &list), DB_OK);
    assert_int_equal(list.n, 2);
    return list.v[1];
}

static void put_text(const char *text)
{
    snprintf(out->records[0].txt[1], OUTSIDE_TEXT, "%s", text);
}

static void put_page(const char *path, int status, const char *body)
{
    snprintf(out->pages[0].path, sizeof out->pages[0].path, "%s", path);
    out->pages[0].status = status;
    snprintf(out->pages[0].body, sizeof out->pages[0].body, "%s", body);
}

static void assert_verified_by(enum site_method method)
{
    assert_int_equal(check_sites(), JOB_WORKED);
    struct site site = current(&acme);
    assert_true(site.verified_us > 0);
    assert_int_equal(site.method, method);
    assert_int_equal(site.next_check_us, 0);
    const char *url = arena_printf(arena, "http://%s/a?b", host);
    assert_int_equal(site_find_verified(db, arena, acme.id, sv_from(url)), DB_OK);
    assert_int_equal(site_find_verified(db, arena, rival.id, sv_from(url)), DB_NO_ROW);
}

static void assert_not_verified(enum site_hint hint)
{
    assert_int_equal(check_sites(), JOB_WORKED);
    struct site site = current(&acme);
    assert_int_equal(site.verified_us, 0);
    assert_int_equal(site.hint, hint);
    assert_true(site.next_check_us > clock_wire_us());
}

static void a_text_record_proves_it(void **state)
{
    (void)state;
    struct site site = added(&acme, host);
    snprintf(out->records[0].txt[0], OUTSIDE_TEXT, "v=spf1 -all");
    put_text(site_txt_record(arena, &site));
    assert_verified_by(SITE_METHOD_DNS);
}

static void a_well_known_file_proves_it(void **state)
{
    (void)state;
    struct site site = added(&acme, host);
    put_page(SITE_FILE_PATH, 200, arena_printf(arena, "%s\n", site.token));
    assert_verified_by(SITE_METHOD_FILE);
    assert_non_null(strstr(out->last_request, "GET /.well-known/meed-verify.txt "));
}

static void our_script_with_a_program_of_the_brand_proves_it(void **state)
{
    char pid[UUID_TEXT_SIZE];
    (void)state;
    added(&acme, host);
    struct program program = fixture_program(db, arena, &acme, "Ambassadors");
    uuid_format(pid, program.pid);
    put_page("/", 200,
             arena_printf(arena,
                          "<html><SCRIPT async src=\"https://meed.example/meed.js\"\n"
                          " data-program=\"%s\"></script>",
                          pid));
    assert_verified_by(SITE_METHOD_SCRIPT);
}

static void a_script_with_another_brands_program_does_not(void **state)
{
    char pid[UUID_TEXT_SIZE];
    (void)state;
    added(&acme, host);
    fixture_program(db, arena, &acme, "Ambassadors");
    struct program program = fixture_program(db, arena, &rival, "Others");
    uuid_format(pid, program.pid);
    put_page("/", 200,
             arena_printf(
                 arena, "<script src=\"https://meed.example/meed.js\" data-program=\"%s\">", pid));
    assert_not_verified(SITE_HINT_NO_PROOF);
}

static void a_programs_id_in_the_text_of_the_page_does_not(void **state)
{
    char pid[UUID_TEXT_SIZE];
    (void)state;
    added(&acme, host);
    struct program program = fixture_program(db, arena, &acme, "Ambassadors");
    uuid_format(pid, program.pid);
    put_page("/", 200,
             arena_printf(arena,
                          "<script src=\"/other.js\"></script> "
                          "https://meed.example/meed.js data-program %s",
                          pid));
    assert_not_verified(SITE_HINT_NO_PROOF);
}

static void another_brands_token_does_not(void **state)
{
    (void)state;
    struct site others = added(&rival, host);
    added(&acme, host);
    assert_int_equal(db_exec_text(db,
                                  "UPDATE site SET next_check_us = 0 WHERE brand <> "
                                  "(SELECT MIN(brand) FROM member)"),
                     DB_OK);
    put_text(site_txt_record(arena, &others));
    assert_not_verified(SITE_HINT_WRONG_TOKEN);
}

static void a_redirect_to_the_file_does_not(void **state)
{
    (void)state;
    struct site site = added(&acme, host);
    put_page(SITE_FILE_PATH, 302, arena_printf(arena, "http://%s/elsewhere", host));
    snprintf(out->pages[1].path, sizeof out->pages[1].path, "/elsewhere");
    out->pages[1].status = 200;
    snprintf(out->pages[1].body, OUTSIDE_TEXT, "%s", site.token);
    assert_not_verified(SITE_HINT_NO_PROOF);
}

static void says_when_the_name_does_not_exist(void **state)
{
    (void)state;
    added(&acme, host);
    out->records[0].name[0] = '\0';
    assert_not_verified(SITE_HINT_NO_HOST);
}

static void asks_no_server_at_a_private_address(void **state)
{
    (void)state;
    struct site site = added(&acme, host);
    put_page(SITE_FILE_PATH, 200, site.token);
    out->records[0].txt[0][0] = '\0';
    settings.outbound_allow = "";
    assert_not_verified(SITE_HINT_REFUSED);
    assert_int_equal(out->web_requests, 0);
}

static void looks_again_later_and_at_once_when_asked(void **state)
{
    (void)state;
    struct site site = added(&acme, host);
    assert_not_verified(SITE_HINT_NO_PROOF);
    put_text(site_txt_record(arena, &site));
    assert_int_equal(check_sites(), JOB_IDLE); /* not due yet */
    assert_int_equal(site_check_now(db, rival.id, site.id), SITE_NOT_FOUND);
    assert_int_equal(site_check_now(db, acme.id, site.id), SITE_OK);
    assert_verified_by(SITE_METHOD_DNS);
    assert_int_equal(site_check_now(db, acme.id, site.id), SITE_OK);
    assert_int_equal(check_sites(), JOB_IDLE); /* verified stays verified */
}

static void gives_up_after_seven_days_of_tries(void **state)
{
    (void)state;
    added(&acme, host);
    assert_int_equal(db_exec_text(db, "UPDATE site SET tries = 174 WHERE next_check_us > 0"),
                     DB_OK);
    assert_int_equal(check_sites(), JOB_WORKED);
    struct site site = current(&acme);
    assert_int_equal(site.hint, SITE_HINT_GAVE_UP);
    assert_int_equal(site.next_check_us, 0);
}

static void a_host_is_added_once_however_it_is_typed(void **state)
{
    struct site site;
    (void)state;
    struct site first = added(&acme, "https://Bücher.example/page");
    struct site second = added(&acme, "xn--bcher-kva.example");
    assert_int_equal(first.id, second.id);
    assert_string_equal(first.token, second.token);
    assert_int_equal(site_add(db, arena, acme.id, SV("not a host"), &site), SITE_BAD_HOST);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_text_record_proves_it),
        TEST(a_well_known_file_proves_it),
        TEST(our_script_with_a_program_of_the_brand_proves_it),
        TEST(a_script_with_another_brands_program_does_not),
        TEST(a_programs_id_in_the_text_of_the_page_does_not),
        TEST(another_brands_token_does_not),
        TEST(a_redirect_to_the_file_does_not),
        TEST(says_when_the_name_does_not_exist),
        TEST(asks_no_server_at_a_private_address),
        TEST(looks_again_later_and_at_once_when_asked),
        TEST(gives_up_after_seven_days_of_tries),
        TEST(a_host_is_added_once_however_it_is_typed),
    };
    return cmocka_run_group_tests_name("site", tests, NULL, NULL);
}
