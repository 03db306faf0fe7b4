/* Programs: what may be saved, by whom, in which state, and what an old version still says. */
#include "support/unit.h"

#include "base/clock.h"
#include "click/linkmap.h"
#include "program/site.h"
#include "support/fixture.h"
#include "support/testdb.h"

static struct db *db;
static struct arena *arena;
static struct fixture_brand acme, rival;

static int start(void **state)
{
    (void)state;
    testdb_reset();
    db = testdb_open();
    arena = arena_new(ARENA_CEILING_DEFAULT);
    acme = fixture_brand(db, arena, "Acme Co.");
    rival = fixture_brand(db, arena, "Rival");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    linkmap_close();
    db_close(db);
    arena_free(arena);
    return 0;
}

static struct program_input input_with_defaults(void)
{
    return (struct program_input){.name = SV("Ambassadors"),
                                  .summary = SV("Shoes"),
                                  .dest_url = SV("https://shop.example/"),
                                  .currency = SV("USD"),
                                  .preset = PROGRAM_STANDARD,
                                  .listed = true,
                                  .settings = program_settings_default(PROGRAM_STANDARD)};
}

static enum program_result create(const struct program_input *input, struct program_faults *faults,
                                  struct program *out)
{
    return program_create(db, arena, acme.id, acme.user, input, faults, out);
}

static enum program_result save(const struct program *program, uint32_t seen_no,
                                const struct program_input *input, struct program_faults *faults)
{
    return program_save(db, arena, testdb_settings(), acme.id, acme.user, program->pid, seen_no,
                        input, faults);
}

static enum program_result change(const struct program *program, uint64_t brand,
                                  enum program_change change)
{
    return program_change_status(db, arena, testdb_settings(), brand, acme.user, program->pid,
                                 change);
}

static struct program draft(void)
{
    struct program_input input = input_with_defaults();
    struct program_faults faults;
    struct program program;
    assert_int_equal(create(&input, &faults, &program), PROGRAM_OK);
    return program;
}

static enum program_status status_of(const struct program *program)
{
    struct program now;
    assert_int_equal(program_find(db, arena, acme.id, program->pid, &now), DB_OK);
    return now.status;
}

static void a_new_program_is_a_draft_with_its_first_version(void **state)
{
    (void)state;
    struct program program = draft(), found;
    assert_int_equal(program_find(db, arena, acme.id, program.pid, &found), DB_OK);
    assert_int_equal(found.status, PROGRAM_DRAFT);
    assert_int_equal(found.version_no, 1);
    assert_sv_equal(found.name, "Ambassadors");
    assert_string_equal(found.currency.code, "USD");
    assert_int_equal(found.currency.exponent, 2);
    assert_int_equal(found.settings.rate_bp, 1000);
    assert_int_equal(found.settings.holdback_days, 30);
    assert_int_equal(found.settings.approval, PROGRAM_APPROVAL_AFTER_HOLDBACK);
}

static bool refused_for(struct program_input input, enum program_fault fault)
{
    struct program_faults faults;
    struct program program;
    enum program_result result = create(&input, &faults, &program);
    if (result == PROGRAM_OK)
        return false;
    assert_int_equal(result, PROGRAM_INVALID);
    assert_int_equal(faults.count, 1);
    return faults.has[fault];
}

static void a_holdback_is_7_to_90_days(void **state) /* S0-37 */
{
    static const struct {
        int days;
        bool refused;
    } cases[] = {{6, true}, {7, false}, {90, false}, {91, true}, {-1, true}, {0, true}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct program_input input = input_with_defaults();
        input.settings.holdback_days = cases[i].days;
        assert_int_equal(refused_for(input, PROGRAM_FAULT_HOLDBACK), cases[i].refused);
    }
}

static void an_attribution_window_is_1_to_365_days(void **state)
{
    static const struct {
        int days;
        bool refused;
    } cases[] = {{0, true}, {1, false}, {365, false}, {366, true}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct program_input input = input_with_defaults();
        input.settings.attribution_window_days = cases[i].days;
        assert_int_equal(refused_for(input, PROGRAM_FAULT_WINDOW), cases[i].refused);
    }
}

static void a_rate_is_above_0_and_up_to_100_percent(void **state)
{
    static const struct {
        int32_t bp;
        bool refused;
    } cases[] = {{0, true}, {1, false}, {10000, false}, {10001, true}, {-5, true}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct program_input input = input_with_defaults();
        input.settings.rate_bp = cases[i].bp;
        assert_int_equal(refused_for(input, PROGRAM_FAULT_RATE), cases[i].refused);
    }
}

static void names_each_field_that_is_wrong(void **state)
{
    (void)state;
    struct program_input input = input_with_defaults();
    input.name = SV("  ");
    assert_true(refused_for(input, PROGRAM_FAULT_NAME));
    input = input_with_defaults();
    input.currency = SV("XXQ");
    assert_true(refused_for(input, PROGRAM_FAULT_CURRENCY));
    input = input_with_defaults();
    input.dest_url = SV("javascript:alert(1)");
    assert_true(refused_for(input, PROGRAM_FAULT_DEST_URL));
    input = input_with_defaults();
    input.settings.click_param = SV("a&b");
    assert_true(refused_for(input, PROGRAM_FAULT_CLICK_PARAM));
    input.settings.click_param = SV("pcps_click"); /* ours */
    assert_true(refused_for(input, PROGRAM_FAULT_CLICK_PARAM));
    assert_string_equal(program_fault_field(PROGRAM_FAULT_HOLDBACK), "holdback_days");
}

static void settings_come_back_as_they_were_written(void **state)
{
    (void)state;
    struct program_settings s = {.pay = PROGRAM_PAY_FLAT,
                                 .rate_bp = 0,
                                 .flat = 1500,
                                 .cap = 9000,
                                 .network_fee_bp = 2000,
                                 .fee_bearer = PROGRAM_BEARER_PUBLISHER,
                                 .base = PROGRAM_BASE_WITHOUT_TAX,
                                 .approval = PROGRAM_APPROVAL_MANUAL,
                                 .holdback_days = 14,
                                 .attribution_window_days = 365,
                                 .reversal_window_days = 60,
                                 .click_param = SV("cid"),
                                 .trust_pixel = true,
                                 .code_rank = PROGRAM_CODE_LAST};
    struct program_settings back;
    struct sv json = program_settings_write(arena, &s);
    assert_true(program_settings_read(arena, json, &back));
    assert_int_equal(back.pay, s.pay);
    assert_int_equal(back.flat, 1500);
    assert_int_equal(back.cap, 9000);
    assert_int_equal(back.network_fee_bp, 2000);
    assert_int_equal(back.fee_bearer, s.fee_bearer);
    assert_int_equal(back.base, s.base);
    assert_int_equal(back.approval, s.approval);
    assert_int_equal(back.holdback_days, 14);
    assert_int_equal(back.attribution_window_days, 365);
    assert_int_equal(back.reversal_window_days, 60);
    assert_sv_equal(back.click_param, "cid");
    assert_true(back.trust_pixel);
    assert_int_equal(back.code_rank, PROGRAM_CODE_LAST);
    assert_false(program_settings_read(arena, SV("{\"pay\":\"percent\"}"), &back));
    assert_false(program_settings_read(arena, SV("nonsense"), &back));
}

static void saving_adds_a_version_and_leaves_the_old_one(void **state) /* S0-36 */
{
    (void)state;
    struct program program = draft(), now, old;
    struct program_faults faults;
    struct program_input input = input_with_defaults();
    input.name = SV("Renamed");
    input.settings.rate_bp = 1500;
    assert_int_equal(save(&program, 1, &input, &faults), PROGRAM_OK);

    assert_int_equal(program_find_by_id(db, arena, program.id, &now), DB_OK);
    assert_int_equal(now.version_no, 2);
    assert_int_equal(now.settings.rate_bp, 1500);
    assert_sv_equal(now.name, "Renamed");
    assert_int_equal(program_find_version(db, arena, program.version, &old), DB_OK);
    assert_int_equal(old.settings.rate_bp, 1000);

    struct program_version_list versions;
    assert_int_equal(program_list_versions(db, arena, program.id, 0, 1, &versions), DB_OK);
    assert_int_equal(versions.n, 1);
    assert_int_equal(versions.v[0].no, 2);
    assert_int_equal(versions.v[0].by_user, acme.user);
    assert_true(versions.more);
    assert_int_equal(program_list_versions(db, arena, program.id, 2, 5, &versions), DB_OK);
    assert_int_equal(versions.n, 1);
    assert_int_equal(versions.v[0].no, 1);
    assert_false(versions.more);
}

static void of_two_who_edit_at_once_the_second_is_told(void **state)
{
    (void)state;
    struct program program = draft(), now;
    struct program_faults faults;
    struct program_input first = input_with_defaults(), second = input_with_defaults();
    first.settings.rate_bp = 1100;
    second.settings.rate_bp = 1200;
    assert_int_equal(save(&program, 1, &first, &faults), PROGRAM_OK);
    assert_int_equal(save(&program, 1, &second, &faults), PROGRAM_CHANGED);
    assert_int_equal(program_find_by_id(db, arena, program.id, &now), DB_OK);
    assert_int_equal(now.settings.rate_bp, 1100);
    assert_int_equal(now.version_no, 2);
}

static void a_currency_stays(void **state)
{
    (void)state;
    struct program program = draft();
    struct program_faults faults;
    struct program_input input = input_with_defaults();
    input.currency = SV("EUR");
    assert_int_equal(save(&program, 1, &input, &faults), PROGRAM_INVALID);
    assert_true(faults.has[PROGRAM_FAULT_CURRENCY]);
}

static void only_a_verified_destination_goes_live(void **state)
{
    (void)state;
    struct program_input input = input_with_defaults();
    struct program_faults faults;
    struct program program;
    input.dest_url = SV("https://unproven.example/");
    assert_int_equal(create(&input, &faults, &program), PROGRAM_OK);
    assert_int_equal(change(&program, acme.id, PROGRAM_ACTIVATE), PROGRAM_UNVERIFIED);
    assert_int_equal(status_of(&program), PROGRAM_DRAFT);

    /* creating it noted the site, to be verified */
    struct site_list sites;
    assert_int_equal(site_list(db, arena, acme.id, &sites), DB_OK);
    assert_int_equal(sites.n, 2);
    assert_string_equal(sites.v[1].host, "unproven.example");
    assert_int_equal(sites.v[1].verified_us, 0);
}

static void a_live_program_is_not_led_to_an_unverified_host(void **state)
{
    (void)state;
    struct program program = fixture_program(db, arena, &acme, "Live"), now;
    struct program_faults faults;
    struct program_input input = input_with_defaults();
    input.dest_url = SV("https://shop.example.evil.example/");
    assert_int_equal(save(&program, program.version_no, &input, &faults), PROGRAM_INVALID);
    assert_true(faults.has[PROGRAM_FAULT_DEST_SITE]);
    assert_int_equal(program_find_by_id(db, arena, program.id, &now), DB_OK);
    assert_sv_equal(now.dest_url, "https://shop.example/");
}

static void allows_only_the_moves_that_are_drawn(void **state)
{
    static const struct {
        enum program_change change;
        enum program_result result;
        enum program_status after;
    } moves[] = {
        {PROGRAM_PAUSE, PROGRAM_WRONG_STATE, PROGRAM_DRAFT},
        {PROGRAM_RESUME, PROGRAM_WRONG_STATE, PROGRAM_DRAFT},
        {PROGRAM_ACTIVATE, PROGRAM_OK, PROGRAM_ACTIVE},
        {PROGRAM_ACTIVATE, PROGRAM_WRONG_STATE, PROGRAM_ACTIVE},
        {PROGRAM_RESUME, PROGRAM_WRONG_STATE, PROGRAM_ACTIVE},
        {PROGRAM_PAUSE, PROGRAM_OK, PROGRAM_PAUSED},
        {PROGRAM_PAUSE, PROGRAM_WRONG_STATE, PROGRAM_PAUSED},
        {PROGRAM_RESUME, PROGRAM_OK, PROGRAM_ACTIVE},
        {PROGRAM_PAUSE, PROGRAM_OK, PROGRAM_PAUSED},
        {PROGRAM_CLOSE, PROGRAM_OK, PROGRAM_CLOSED},
        {PROGRAM_CLOSE, PROGRAM_WRONG_STATE, PROGRAM_CLOSED},
        {PROGRAM_RESUME, PROGRAM_WRONG_STATE, PROGRAM_CLOSED},
        {PROGRAM_ACTIVATE, PROGRAM_WRONG_STATE, PROGRAM_CLOSED},
    };
    (void)state;
    struct program program = draft();
    for (size_t i = 0; i < COUNT_OF(moves); i++) {
        assert_int_equal(change(&program, acme.id, moves[i].change), moves[i].result);
        assert_int_equal(status_of(&program), moves[i].after);
    }
}

static void a_draft_and_a_live_program_can_be_closed_and_a_closed_one_not_saved(void **state)
{
    (void)state;
    struct program program = draft(), live = fixture_program(db, arena, &acme, "Live");
    struct program_faults faults;
    struct program_input input = input_with_defaults();
    assert_int_equal(change(&program, acme.id, PROGRAM_CLOSE), PROGRAM_OK);
    assert_int_equal(change(&live, acme.id, PROGRAM_CLOSE), PROGRAM_OK);
    assert_int_equal(save(&live, live.version_no, &input, &faults), PROGRAM_WRONG_STATE);
}

static void another_brands_program_is_not_found(void **state)
{
    (void)state;
    struct program program = draft(), found;
    struct program_faults faults;
    struct program_input input = input_with_defaults();
    assert_int_equal(program_find(db, arena, rival.id, program.pid, &found), DB_NO_ROW);
    assert_int_equal(change(&program, rival.id, PROGRAM_CLOSE), PROGRAM_NOT_FOUND);
    assert_int_equal(program_save(db, arena, testdb_settings(), rival.id, rival.user, program.pid,
                                  1, &input, &faults),
                     PROGRAM_NOT_FOUND);
    assert_int_equal(status_of(&program), PROGRAM_DRAFT);
}

static void lists_a_brands_programs_page_by_page(void **state)
{
    (void)state;
    struct program_list page;
    struct program a = draft(), b = draft(), c = draft();
    assert_int_equal(program_list_of_brand(db, arena, acme.id, 0, 2, &page), DB_OK);
    assert_int_equal(page.n, 2);
    assert_true(page.more);
    assert_int_equal(page.v[0].id, c.id);
    assert_int_equal(page.v[1].id, b.id);
    assert_int_equal(program_list_of_brand(db, arena, acme.id, b.id, 2, &page), DB_OK);
    assert_int_equal(page.n, 1);
    assert_false(page.more);
    assert_int_equal(page.v[0].id, a.id);
    assert_int_equal(program_list_of_brand(db, arena, rival.id, 0, 2, &page), DB_OK);
    assert_int_equal(page.n, 0);
}

static void pausing_reaches_the_link_map_before_it_returns(void **state)
{
    (void)state;
    bool is_new;
    struct linkmap_entry entry;
    const char *dir = testdb_settings()->link_map_dir;
    assert_int_equal(linkmap_register(db, dir, &is_new), DB_OK);
    struct program program = fixture_program(db, arena, &acme, "Live");
    struct partnership partnership =
        fixture_partnership(db, arena, &acme, &program, fixture_partner(db, "nia.travels"));
    assert_int_equal(change(&program, acme.id, PROGRAM_PAUSE), PROGRAM_OK);
    assert_int_equal(linkmap_find(dir, arena, SV(""), CLICK_TOKEN, partnership.main_token, &entry),
                     LINKMAP_FOUND);
    assert_int_equal(entry.state, LINKMAP_PROGRAM_STOPPED);
    assert_int_equal(entry.window_days, 30);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_new_program_is_a_draft_with_its_first_version),
        TEST(a_holdback_is_7_to_90_days),
        TEST(an_attribution_window_is_1_to_365_days),
        TEST(a_rate_is_above_0_and_up_to_100_percent),
        TEST(names_each_field_that_is_wrong),
        TEST(settings_come_back_as_they_were_written),
        TEST(saving_adds_a_version_and_leaves_the_old_one),
        TEST(of_two_who_edit_at_once_the_second_is_told),
        TEST(a_currency_stays),
        TEST(only_a_verified_destination_goes_live),
        TEST(a_live_program_is_not_led_to_an_unverified_host),
        TEST(allows_only_the_moves_that_are_drawn),
        TEST(a_draft_and_a_live_program_can_be_closed_and_a_closed_one_not_saved),
        TEST(another_brands_program_is_not_found),
        TEST(lists_a_brands_programs_page_by_page),
        TEST(pausing_reaches_the_link_map_before_it_returns),
    };
    return cmocka_run_group_tests_name("program", tests, NULL, NULL);
}
