/* Partnerships: who may make which move, and what accepting makes by itself. */
#include "support/unit.h"

#include "click/linkmap.h"
#include "support/fixture.h"
#include "support/testdb.h"

static struct db *db;
static struct arena *arena;
static struct fixture_brand acme;
static struct program program;
static uint64_t nia;

static int start(void **state)
{
    (void)state;
    testdb_reset();
    db = testdb_open();
    arena = arena_new(ARENA_CEILING_DEFAULT);
    acme = fixture_brand(db, arena, "Acme Co.");
    program = fixture_program(db, arena, &acme, "Acme Ambassadors");
    nia = fixture_partner(db, "nia.travels");
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

static struct uuid applied(uint64_t partner)
{
    struct uuid pid;
    assert_int_equal(partner_apply(db, arena, partner, program.pid, SV("Hello"), &pid), PARTNER_OK);
    return pid;
}

static enum partner_result rule(uint64_t brand, struct uuid pid, enum partner_decision decision,
                                const char *reason)
{
    struct partner_ruling ruling = {
        .decision = decision, .by_user = acme.user, .reason = sv_from(reason)};
    return partner_decide(db, arena, testdb_settings(), brand, pid, &ruling);
}

static enum partnership_status status_of(struct uuid pid)
{
    struct partnership found;
    assert_int_equal(partner_find_partnership(db, arena, acme.id, pid, &found), DB_OK);
    return found.status;
}

DB_SQL(test_count_mails,
       "SELECT COUNT(*) FROM outbox WHERE source_kind = 'partnership' "
       "AND kind = ?");

static int64_t mails(const char *kind)
{
    struct db_rows *r;
    assert_int_equal(db_get_one(db, arena, &test_count_mails, DB_ARGS(db_cstr(kind)), &r), DB_OK);
    return db_col_i64(r, 0);
}

static void accepting_makes_link_slug_ref_and_code(void **state)
{
    (void)state;
    struct uuid pid = applied(nia);
    struct partner_link_list links;
    assert_int_equal(partner_list_links(db, arena, nia, 0, 10, &links), DB_OK);
    assert_int_equal(links.n, 0); /* S2-29: nothing before the brand accepts */

    assert_int_equal(rule(acme.id, pid, PARTNER_ACCEPT, ""), PARTNER_OK);
    assert_int_equal(partner_list_links(db, arena, nia, 0, 10, &links), DB_OK);
    assert_int_equal(links.n, 1);
    assert_true(id_is_link_token(links.v[0].token));
    assert_sv_equal(links.v[0].slug, "nia-travels");
    assert_sv_equal(links.v[0].ref, "nia-travels");
    assert_sv_equal(links.v[0].dest_url, "https://shop.example/");

    struct partner_code_list codes;
    assert_int_equal(partner_list_codes(db, arena, nia, &codes), DB_OK);
    assert_int_equal(codes.n, 1);
    assert_true(sv_starts(codes.v[0].code, SV("ACME-NIATRAVELS-")));
    assert_int_equal(codes.v[0].code.n, strlen("ACME-NIATRAVELS-") + 5);
    assert_int_equal(mails("mail.application_accepted"), 1);
}

static void the_link_map_knows_the_link_when_accepting_returns(void **state)
{
    (void)state;
    bool is_new;
    assert_int_equal(linkmap_register(db, testdb_settings()->link_map_dir, &is_new), DB_OK);
    struct partnership found = fixture_partnership(db, arena, &acme, &program, nia);
    struct linkmap_entry entry;
    assert_int_equal(linkmap_find(testdb_settings()->link_map_dir, arena, SV(""), CLICK_TOKEN,
                                  found.main_token, &entry),
                     LINKMAP_FOUND);
    assert_int_equal(entry.state, LINKMAP_LIVE);
    assert_int_equal(rule(acme.id, found.pid, PARTNER_PAUSE, ""), PARTNER_OK);
    assert_int_equal(linkmap_find(testdb_settings()->link_map_dir, arena, SV(""), CLICK_TOKEN,
                                  found.main_token, &entry),
                     LINKMAP_FOUND);
    assert_int_equal(entry.state, LINKMAP_PARTNER_STOPPED);
}

static void allows_only_the_moves_that_are_drawn(void **state)
{
    (void)state;
    struct uuid pid = applied(nia);
    assert_int_equal(rule(acme.id, pid, PARTNER_PAUSE, ""), PARTNER_WRONG_STATE);
    assert_int_equal(rule(acme.id, pid, PARTNER_RESUME, ""), PARTNER_WRONG_STATE);
    assert_int_equal(rule(acme.id, pid, PARTNER_END, "other"), PARTNER_WRONG_STATE);
    assert_int_equal(rule(acme.id, pid, PARTNER_DECLINE, ""), PARTNER_NO_REASON);
    assert_int_equal(rule(acme.id, pid, PARTNER_DECLINE, "other"), PARTNER_OK);
    assert_int_equal(rule(acme.id, pid, PARTNER_ACCEPT, ""), PARTNER_WRONG_STATE);

    struct uuid again = applied(nia);
    assert_true(uuid_eq(pid, again));
    assert_int_equal(rule(acme.id, pid, PARTNER_ACCEPT, ""), PARTNER_OK);
    assert_int_equal(rule(acme.id, pid, PARTNER_ACCEPT, ""), PARTNER_WRONG_STATE);
    assert_int_equal(rule(acme.id, pid, PARTNER_PAUSE, ""), PARTNER_OK);
    assert_int_equal(status_of(pid), PARTNERSHIP_PAUSED);
    assert_int_equal(rule(acme.id, pid, PARTNER_RESUME, ""), PARTNER_OK);
    assert_int_equal(rule(acme.id, pid, PARTNER_PAUSE, ""), PARTNER_OK);
    assert_int_equal(rule(acme.id, pid, PARTNER_END, "terms_breach"), PARTNER_OK);
    assert_int_equal(rule(acme.id, pid, PARTNER_RESUME, ""), PARTNER_WRONG_STATE);
    /* Each decision tells the partner once, the second pause as well. */
    assert_int_equal(mails("mail.partnership_paused"), 2);
}

static void a_second_application_is_refused(void **state)
{
    (void)state;
    struct uuid pid = applied(nia), other;
    assert_int_equal(partner_apply(db, arena, nia, program.pid, SV(""), &other), PARTNER_ALREADY);
    assert_int_equal(rule(acme.id, pid, PARTNER_ACCEPT, ""), PARTNER_OK);
    assert_int_equal(partner_apply(db, arena, nia, program.pid, SV(""), &other), PARTNER_ALREADY);
}

static void another_brand_finds_nothing(void **state)
{
    (void)state;
    struct fixture_brand rival = fixture_brand(db, arena, "Rival");
    struct uuid pid = applied(nia);
    struct partnership found;
    assert_int_equal(rule(rival.id, pid, PARTNER_ACCEPT, ""), PARTNER_NOT_FOUND);
    assert_int_equal(partner_find_partnership(db, arena, rival.id, pid, &found), DB_NO_ROW);
    assert_int_equal(status_of(pid), PARTNERSHIP_APPLIED);
}

static void links_lead_only_to_verified_sites(void **state)
{
    (void)state;
    struct partnership in = fixture_partnership(db, arena, &acme, &program, nia);
    static const struct {
        const char *url;
        enum partner_result result;
    } cases[] = {
        {"https://shop.example/shoes?size=42", PARTNER_OK},
        {"", PARTNER_OK},
        {"https://evil.example/", PARTNER_BAD_SITE},
        {"https://shop.example.evil.example/", PARTNER_BAD_SITE},
        {"https://shop.example:8443/", PARTNER_BAD_SITE},
        {"https://shop.example@evil.example/", PARTNER_BAD_URL},
        {"https://evil.example\\@shop.example/", PARTNER_BAD_URL},
        {"javascript:alert(1)", PARTNER_BAD_URL},
        {"/shoes", PARTNER_BAD_URL},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct uuid link;
        print_message("to '%s'\n", cases[i].url);
        assert_int_equal(partner_add_link(db, arena, testdb_settings(), nia, in.pid,
                                          sv_from(cases[i].url), SV("Shoes"), &link),
                         cases[i].result);
    }
    struct partner_link_list links;
    assert_int_equal(partner_list_links_of(db, arena, in.id, &links), DB_OK);
    assert_int_equal(links.n, 3);
    assert_true(links.v[0].is_main);
}

static void a_partner_pauses_own_links_alone(void **state)
{
    (void)state;
    uint64_t sophia = fixture_partner(db, "sophia.styles");
    fixture_partnership(db, arena, &acme, &program, nia);
    struct partner_link_list links;
    assert_int_equal(partner_list_links(db, arena, nia, 0, 10, &links), DB_OK);
    struct uuid link = links.v[0].pid;
    assert_int_equal(partner_pause_link(db, arena, testdb_settings(), sophia, link, true),
                     PARTNER_NOT_FOUND);
    assert_int_equal(partner_pause_link(db, arena, testdb_settings(), nia, link, true), PARTNER_OK);
    assert_int_equal(partner_list_links(db, arena, nia, 0, 10, &links), DB_OK);
    assert_true(links.v[0].paused);
}

static void two_handles_with_one_slug_get_two_slugs(void **state)
{
    (void)state;
    uint64_t twin = fixture_partner(db, "nia-travels");
    struct partnership first = fixture_partnership(db, arena, &acme, &program, nia);
    struct partnership second = fixture_partnership(db, arena, &acme, &program, twin);
    assert_sv_equal(first.slug, "nia-travels");
    assert_true(sv_starts(second.slug, SV("nia-travels-")));
    struct partner_link_list links;
    assert_int_equal(partner_list_links_of(db, arena, second.id, &links), DB_OK);
    assert_true(links.v[0].ref.n > strlen("nia-travels"));
}

static void one_creator_in_two_programs_has_two_addresses(void **state)
{
    (void)state;
    struct program other = fixture_program(db, arena, &acme, "Acme Home");
    fixture_partnership(db, arena, &acme, &program, nia);
    struct partnership second = fixture_partnership(db, arena, &acme, &other, nia);
    assert_sv_equal(second.slug, "nia-travels"); /* unique in its program */
    struct partner_link_list links;
    assert_int_equal(partner_list_links_of(db, arena, second.id, &links), DB_OK);
    assert_sv_equal(links.v[0].ref, "nia-travels-acme"); /* unique on the host */
}

static void the_test_creator_is_made_once(void **state)
{
    (void)state;
    assert_int_equal(partner_ensure_test(db, arena, testdb_settings(), &program), PARTNER_OK);
    assert_int_equal(partner_ensure_test(db, arena, testdb_settings(), &program), PARTNER_OK);
    struct partnership_filter filter = {.brand = acme.id, .test_mode = true, .limit = 10};
    struct partnership_list list;
    assert_int_equal(partner_list_partnerships(db, arena, &filter, &list), DB_OK);
    assert_int_equal(list.n, 1);
    assert_int_equal(list.v[0].status, PARTNERSHIP_ACTIVE);
    assert_true(list.v[0].code.n > 0 && list.v[0].main_token.n > 0);
    filter.test_mode = false;
    assert_int_equal(partner_list_partnerships(db, arena, &filter, &list), DB_OK);
    assert_int_equal(list.n, 0); /* and is not among the live ones */
}

static void offers_say_where_the_partner_stands(void **state)
{
    (void)state;
    struct partner_offer_list offers;
    assert_int_equal(partner_list_offers(db, arena, nia, 0, 10, &offers), DB_OK);
    assert_int_equal(offers.n, 1);
    assert_false(offers.v[0].known);
    assert_int_equal(offers.v[0].program.settings.rate_bp, 1000);
    fixture_partnership(db, arena, &acme, &program, nia);
    struct partner_offer offer;
    assert_int_equal(partner_find_offer(db, arena, nia, program.pid, &offer), DB_OK);
    assert_true(offer.known && offer.status == PARTNERSHIP_ACTIVE);
    assert_sv_equal(offer.main_ref, "nia-travels"); /* S3-01 */
}

static void pages_of_partnerships_leave_out_nobody(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++)
        applied(fixture_partner(db, arena_printf(arena, "creator%d", i)));
    struct partnership_filter filter = {.brand = acme.id, .limit = 2};
    size_t seen = 0;
    struct partnership_list list;
    do {
        assert_int_equal(partner_list_partnerships(db, arena, &filter, &list), DB_OK);
        for (size_t i = 0; i < list.n; i++, seen++)
            filter.before_id = list.v[i].id;
    } while (list.more);
    assert_int_equal(seen, 5);
}

static void codes_follow_the_brands_template(void **state)
{
    (void)state;
    char code[PARTNER_CODE_SIZE];
    assert_true(partner_make_code(code, SV("{CREATOR}-{5}"), SV("ACME"), SV("chefkadir")));
    assert_int_equal(strlen(code), strlen("CHEFKADIR-") + 5);
    assert_true(partner_make_code(code, SV("{brand}x"), SV("ACME"), SV("a")) == false);
    assert_false(partner_make_code(code, SV("{0}"), SV("ACME"), SV("a")));
    assert_false(partner_make_code(code, SV("{9}{9}{9}{9}{9}{9}{9}"), SV("ACME"), SV("a")));
    assert_false(partner_make_code(code, SV("{BRAND"), SV("ACME"), SV("a")));
}

static void a_list_of_creators_leaves_out_who_was_never_accepted(void **state)
{
    (void)state;
    struct partnership active = fixture_partnership(db, arena, &acme, &program, nia);
    struct uuid ended = applied(fixture_partner(db, "ugo.vino"));
    applied(fixture_partner(db, "yara.new"));
    struct uuid declined = applied(fixture_partner(db, "ivy.ink"));
    assert_int_equal(rule(acme.id, ended, PARTNER_ACCEPT, ""), PARTNER_OK);
    assert_int_equal(rule(acme.id, ended, PARTNER_END, "inactive"), PARTNER_OK);
    assert_int_equal(rule(acme.id, declined, PARTNER_DECLINE, "audience"), PARTNER_OK);
    struct partnership_filter filter = {.brand = acme.id, .accepted = true};
    struct partnership_list list;
    assert_int_equal(partner_list_partnerships(db, arena, &filter, &list), DB_OK);
    assert_int_equal(list.n, 2);
    assert_true(uuid_eq(list.v[0].pid, ended));
    assert_true(uuid_eq(list.v[1].pid, active.pid));
}

#define WITH_DB(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DB(accepting_makes_link_slug_ref_and_code),
        WITH_DB(the_link_map_knows_the_link_when_accepting_returns),
        WITH_DB(allows_only_the_moves_that_are_drawn),
        WITH_DB(a_second_application_is_refused),
        WITH_DB(another_brand_finds_nothing),
        WITH_DB(links_lead_only_to_verified_sites),
        WITH_DB(a_partner_pauses_own_links_alone),
        WITH_DB(two_handles_with_one_slug_get_two_slugs),
        WITH_DB(one_creator_in_two_programs_has_two_addresses),
        WITH_DB(the_test_creator_is_made_once),
        WITH_DB(offers_say_where_the_partner_stands),
        WITH_DB(pages_of_partnerships_leave_out_nobody),
        WITH_DB(a_list_of_creators_leaves_out_who_was_never_accepted),
        cmocka_unit_test(codes_follow_the_brands_template),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
