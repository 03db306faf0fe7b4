/* Tracking hosts: which names a brand can have, and what the worker finds of them in a real DNS. */
#include "support/unit.h"

#include "base/clock.h"
#include "click/linkmap.h"
#include "crypto/keys.h"
#include "domain/domain.h"
#include "domain/domain_internal.h"
#include "partner/partner.h"
#include "support/fixture.h"
#include "support/outside.h"
#include "support/testdb.h"

static struct db *db;
static struct arena *arena;
static struct fixture_brand acme, rival;
static struct outside *out;
static struct settings settings;

enum { SHORT, GO, OTHER }; /* records */

static void put_name(int at, const char *name, const char *address, const char *cname)
{
    snprintf(out->records[at].name, sizeof out->records[at].name, "%s", name);
    snprintf(out->records[at].a[0], sizeof out->records[at].a[0], "%s", address);
    snprintf(out->records[at].cname, sizeof out->records[at].cname, "%s", cname);
}

static void put_proof(const char *text)
{
    snprintf(out->pages[0].path, sizeof out->pages[0].path, "%s", DOMAIN_PROOF_PATH);
    out->pages[0].status = 200;
    snprintf(out->pages[0].body, sizeof out->pages[0].body, "%s", text);
}

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
    settings.short_url = arena_printf(arena, "http://s.test:%u", out->web_port);
    settings.company_domain = "brands.test";
    settings.dns_server = arena_printf(arena, "127.0.0.1:%u", out->dns_port);
    settings.outbound_allow = arena_printf(arena, "*.test:%u", out->web_port);
    put_name(SHORT, "s.test", "127.0.0.1", "");
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

static bool never(void)
{
    return false;
}

static enum job_result step(void)
{
    struct job job = {.name = "domain_check",
                      .db = db,
                      .arena = arena,
                      .settings = &settings,
                      .asked_to_stop = never};
    return domain_check_step(&job);
}

static enum domain_result add(const struct fixture_brand *brand, const char *typed)
{
    return domain_add(db, arena, &settings, brand->id, brand->user, sv_from(typed));
}

/* The brand's only host. */
static struct domain only(const struct fixture_brand *brand)
{
    struct domain_list list;
    assert_int_equal(domain_list(db, arena, brand->id, &list), DB_OK);
    assert_int_equal(list.n, 1);
    return list.v[0];
}

static struct domain looked_at(void)
{
    assert_int_equal(domain_check_now(db, acme.id, only(&acme).id), DOMAIN_OK);
    assert_int_equal(step(), JOB_WORKED);
    assert_int_equal(step(), JOB_IDLE);
    return only(&acme);
}

static void make_active(void)
{
    put_name(GO, "go.test", "127.0.0.1", "s.test");
    put_proof(domain_proof(arena, SV("go.test")));
    assert_int_equal(add(&acme, "go.test"), DOMAIN_OK);
    assert_int_equal(looked_at().state, DOMAIN_ACTIVE);
}

/* Where a link of Acme's would be generated now. */
static const char *generated_on(void)
{
    struct db_rows *rows =
        db_query_text(db, arena, "SELECT " DOMAIN_HOST_OF("?"), DB_ARGS(db_u64(acme.id)));
    assert_true(db_next(rows));
    return domain_base_url(arena, &settings, db_col_text(rows, 0));
}

/* ---- names ---- */

static void a_tracking_host_is_a_name_of_the_brands_own(void **state)
{
    static const struct {
        const char *typed;
        enum domain_result result;
    } cases[] = {
        {"go.acme.com", DOMAIN_OK},
        {"https://Go.Acme.com/x", DOMAIN_OK},
        {"go.acme.com.", DOMAIN_OK},
        {"go.m\xc3\xbcller.example", DOMAIN_OK},
        {"", DOMAIN_BAD_HOST},
        {"acme", DOMAIN_BAD_HOST},
        {"go.acme.com:8080", DOMAIN_BAD_HOST},
        {"10.1.2.3", DOMAIN_BAD_HOST},
        {"[::1]", DOMAIN_BAD_HOST},
        {"go acme.com", DOMAIN_BAD_HOST},
        {"meed.example", DOMAIN_PLATFORM},
        {"S.TEST", DOMAIN_PLATFORM},
        {"brands.test", DOMAIN_PLATFORM},
        {"acme.brands.test", DOMAIN_PLATFORM},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *host = "";
        enum domain_result result =
            domain_parse_host(arena, &settings, sv_from(cases[i].typed), &host);
        if (result != cases[i].result)
            fail_msg("'%s': %d, host '%s'", cases[i].typed, result, host);
    }
}

static void a_label_is_one_part_of_a_name_and_no_usual_one(void **state)
{
    static const struct {
        const char *typed;
        enum domain_result result;
    } cases[] = {
        {"acme", DOMAIN_OK},          {" Acme-2 ", DOMAIN_OK},    {"a", DOMAIN_BAD_HOST},
        {"-acme", DOMAIN_BAD_HOST},   {"acme-", DOMAIN_BAD_HOST}, {"ac.me", DOMAIN_BAD_HOST},
        {"xn--a", DOMAIN_BAD_HOST},   {"ac_me", DOMAIN_BAD_HOST}, {"www", DOMAIN_PLATFORM},
        {"support", DOMAIN_PLATFORM}, {"", DOMAIN_BAD_HOST},
    };
    const char *host;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        if (domain_parse_label(arena, &settings, sv_from(cases[i].typed), &host) != cases[i].result)
            fail_msg("'%s'", cases[i].typed);
    assert_int_equal(domain_parse_label(arena, &settings, SV("Acme"), &host), DOMAIN_OK);
    assert_string_equal(host, "acme.brands.test");
    settings.company_domain = "";
    assert_int_equal(domain_parse_label(arena, &settings, SV("acme"), &host), DOMAIN_NO_WILDCARD);
}

static void a_generated_address_has_scheme_and_port_of_the_short_url(void **state)
{
    (void)state;
    settings.short_url = "https://s.test";
    assert_string_equal(domain_base_url(arena, &settings, SV("go.acme.com")),
                        "https://go.acme.com");
    assert_string_equal(domain_base_url(arena, &settings, SV("")), "https://s.test");
    settings.short_url = "http://127.0.0.1:8080";
    assert_string_equal(domain_base_url(arena, &settings, SV("go.acme.localhost")),
                        "http://go.acme.localhost:8080");
}

/* ---- claims ---- */

static void a_host_is_one_brands(void **state)
{
    (void)state;
    assert_int_equal(add(&acme, "go.test"), DOMAIN_OK);
    assert_int_equal(add(&acme, "GO.test"), DOMAIN_OK); /* its own, once more */
    assert_int_equal(add(&rival, "go.test"), DOMAIN_TAKEN);
    uint64_t id = only(&acme).id;
    assert_int_equal(domain_remove(db, &settings, rival.id, id), DOMAIN_NOT_FOUND);
    assert_int_equal(domain_check_now(db, rival.id, id), DOMAIN_NOT_FOUND);
    assert_int_equal(domain_remove(db, &settings, acme.id, id), DOMAIN_OK);
    assert_int_equal(add(&rival, "go.test"), DOMAIN_OK);
}

static void a_claim_that_is_never_proved_gives_way_after_a_week(void **state)
{
    (void)state;
    assert_int_equal(add(&rival, "go.test"), DOMAIN_OK);
    assert_int_equal(db_exec_text(db, "UPDATE domain SET created_us = created_us - 604800000001"),
                     DB_OK);
    assert_int_equal(add(&acme, "go.test"), DOMAIN_OK);
    assert_string_equal(only(&acme).host, "go.test");
    /* Once proved, it stays whose it is. */
    make_active();
    assert_int_equal(db_exec_text(db, "UPDATE domain SET created_us = created_us - 604800000001"),
                     DB_OK);
    assert_int_equal(add(&rival, "go.test"), DOMAIN_TAKEN);
}

static void twenty_hosts_are_enough(void **state)
{
    (void)state;
    for (int i = 0; i < DOMAIN_LIST_MAX; i++)
        assert_int_equal(add(&acme, arena_printf(arena, "go%d.test", i)), DOMAIN_OK);
    assert_int_equal(add(&acme, "more.test"), DOMAIN_TOO_MANY);
}

/* ---- what the worker finds ---- */

static void a_name_that_does_not_exist_has_no_dns(void **state)
{
    (void)state;
    assert_int_equal(add(&acme, "go.test"), DOMAIN_OK);
    struct domain d = looked_at();
    assert_int_equal(d.state, DOMAIN_NO_DNS);
    assert_true(d.next_check_us > clock_wire_us());
    assert_int_equal(out->web_requests, 0);
}

static void a_cname_elsewhere_is_named(void **state)
{
    (void)state;
    put_name(OTHER, "shops.test", "127.0.0.2", "");
    put_name(GO, "go.test", "127.0.0.2", "shops.test");
    assert_int_equal(add(&acme, "go.test"), DOMAIN_OK);
    struct domain d = looked_at();
    assert_int_equal(d.state, DOMAIN_WRONG_TARGET);
    assert_string_equal(d.found, "shops.test");
    put_name(GO, "go.test", "127.0.0.2", "");
    d = looked_at();
    assert_int_equal(d.state, DOMAIN_WRONG_TARGET);
    assert_string_equal(d.found, "127.0.0.2");
}

static void without_a_secure_answer_there_is_no_certificate(void **state)
{
    (void)state;
    put_name(GO, "go.test", "127.0.0.1", "s.test");
    settings.short_url = arena_printf(arena, "https://s.test:%u", out->web_port);
    assert_int_equal(add(&acme, "go.test"), DOMAIN_OK);
    struct domain d = looked_at(); /* a TLS handshake with a server that has none */
    assert_int_equal(d.state, DOMAIN_NO_CERTIFICATE);
    assert_string_equal(d.found, "s.test");
}

static void another_servers_answer_proves_nothing(void **state)
{
    (void)state;
    put_name(GO, "go.test", "127.0.0.1", "s.test");
    put_proof(domain_proof(arena, SV("other.test")));
    assert_int_equal(add(&acme, "go.test"), DOMAIN_OK);
    assert_int_equal(looked_at().state, DOMAIN_OTHER_SERVER);
    assert_string_equal(generated_on(), settings.short_url);
}

static void the_proof_makes_it_active_and_links_use_it(void **state) /* S0-08 */
{
    (void)state;
    assert_string_equal(generated_on(), settings.short_url);
    make_active();
    assert_string_equal(generated_on(), arena_printf(arena, "http://go.test:%u", out->web_port));
    assert_string_equal(only(&acme).found, "s.test");
    assert_true(only(&acme).active_us > 0);
}

static void a_chain_of_cnames_and_plain_addresses_do_as_well(void **state)
{
    (void)state;
    put_name(OTHER, "cdn.test", "127.0.0.1", "s.test");
    put_name(GO, "go.test", "127.0.0.1", "cdn.test");
    put_proof(domain_proof(arena, SV("go.test")));
    assert_int_equal(add(&acme, "go.test"), DOMAIN_OK);
    assert_int_equal(looked_at().state, DOMAIN_ACTIVE);
    put_name(GO, "go.test", "127.0.0.1", ""); /* ALIAS, at a zone's top */
    struct domain d = looked_at();
    assert_int_equal(d.state, DOMAIN_ACTIVE);
    assert_string_equal(d.found, "127.0.0.1");
}

static void one_failure_breaks_nothing_and_two_do_within_a_minute(void **state)
{
    (void)state;
    make_active();
    assert_true(only(&acme).next_check_us - clock_wire_us() <= DOMAIN_ACTIVE_EVERY_US);
    put_name(GO, "", "", "");
    struct domain d = looked_at();
    assert_int_equal(d.state, DOMAIN_ACTIVE);
    assert_true(d.next_check_us - clock_wire_us() <= DOMAIN_CONFIRM_AFTER_US);
    d = looked_at();
    assert_int_equal(d.state, DOMAIN_BROKEN);
    assert_int_equal(d.fault, DOMAIN_NO_DNS);
    assert_true(d.broken_us > 0);
    assert_string_equal(generated_on(), settings.short_url);
    /* And back. */
    put_name(GO, "go.test", "127.0.0.1", "s.test");
    d = looked_at();
    assert_int_equal(d.state, DOMAIN_ACTIVE);
    assert_int_equal(d.broken_us, 0);
    assert_string_equal(generated_on(), arena_printf(arena, "http://go.test:%u", out->web_port));
}

static void when_our_own_resolver_is_silent_nothing_breaks(void **state)
{
    (void)state;
    make_active();
    settings.dns_server = "127.0.0.1:9";
    for (int i = 0; i < 2; i++)
        assert_int_equal(looked_at().state, DOMAIN_ACTIVE);
}

static void a_label_needs_no_record_of_the_brands(void **state) /* S0-07 */
{
    (void)state;
    put_name(GO, "acme.brands.test", "127.0.0.1", "");
    put_proof(domain_proof(arena, SV("acme.brands.test")));
    assert_int_equal(domain_add_label(db, arena, &settings, acme.id, acme.user, SV("acme")),
                     DOMAIN_OK);
    assert_int_equal(domain_add_label(db, arena, &settings, rival.id, rival.user, SV("ACME")),
                     DOMAIN_TAKEN);
    assert_int_equal(looked_at().state, DOMAIN_ACTIVE);
    assert_string_equal(generated_on(),
                        arena_printf(arena, "http://acme.brands.test:%u", out->web_port));
}

static void tries_grow_apart_and_end(void **state)
{
    (void)state;
    assert_int_equal(domain_wait_us(false, false, 0), 30 * CLOCK_SECOND);
    assert_int_equal(domain_wait_us(false, false, 3), 240 * CLOCK_SECOND);
    assert_int_equal(domain_wait_us(false, false, 20), CLOCK_HOUR);
    assert_int_equal(domain_wait_us(false, false, 174), 0);
    assert_int_equal(domain_wait_us(true, true, 5000), CLOCK_HOUR); /* it was in use: never ends */
    assert_int_equal(domain_wait_us(true, false, 0), DOMAIN_CONFIRM_AFTER_US);
}

/* ---- the link map ---- */

static enum linkmap_found found_on(const char *host, struct sv token)
{
    struct linkmap_entry entry;
    return linkmap_find(settings.link_map_dir, arena, sv_from(host), CLICK_TOKEN, token, &entry);
}

static void a_tracking_host_leads_to_its_brands_links_alone(void **state)
{
    bool is_new;
    uint64_t links, brand = 0;
    (void)state;
    struct program ours = fixture_program(db, arena, &acme, "Ours");
    struct program theirs = fixture_program(db, arena, &rival, "Theirs");
    struct partnership nia =
        fixture_partnership(db, arena, &acme, &ours, fixture_partner(db, "nia"));
    struct partnership rob =
        fixture_partnership(db, arena, &rival, &theirs, fixture_partner(db, "rob"));
    const char *map = settings.link_map_dir;
    assert_int_equal(linkmap_register(db, map, &is_new), DB_OK);
    assert_int_equal(linkmap_rebuild(db, map, &links), DB_OK);
    assert_int_equal(found_on("go.test", rob.main_token), LINKMAP_FOUND); /* nobody's host */

    assert_int_equal(add(&acme, "go.test"), DOMAIN_OK); /* in no state yet but added */
    assert_int_equal(found_on("go.test", nia.main_token), LINKMAP_FOUND);
    assert_int_equal(found_on("GO.test", rob.main_token), LINKMAP_UNKNOWN);
    assert_int_equal(found_on("s.test", rob.main_token), LINKMAP_FOUND);
    assert_int_equal(linkmap_find_host(map, SV("Go.Test"), &brand), LINKMAP_FOUND);
    assert_int_equal(brand, acme.id);
    assert_int_equal(linkmap_find_host(map, SV("s.test"), &brand), LINKMAP_UNKNOWN);

    assert_int_equal(linkmap_rebuild(db, map, &links), DB_OK);
    assert_int_equal(found_on("go.test", rob.main_token), LINKMAP_UNKNOWN);
    assert_int_equal(domain_remove(db, &settings, acme.id, only(&acme).id), DOMAIN_OK);
    assert_int_equal(linkmap_find_host(map, SV("go.test"), &brand), LINKMAP_UNKNOWN);
}

static int open_keys(void **state)
{
    const char *why = NULL;
    struct arena *keys = arena_new(ARENA_CEILING_DEFAULT);
    (void)state;
    bool ok = keys_open(testdb_settings()->key_file, keys, &why);
    arena_free(keys);
    return ok ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
        TEST(a_tracking_host_is_a_name_of_the_brands_own),
        TEST(a_label_is_one_part_of_a_name_and_no_usual_one),
        TEST(a_generated_address_has_scheme_and_port_of_the_short_url),
        TEST(a_host_is_one_brands),
        TEST(a_claim_that_is_never_proved_gives_way_after_a_week),
        TEST(twenty_hosts_are_enough),
        TEST(a_name_that_does_not_exist_has_no_dns),
        TEST(a_cname_elsewhere_is_named),
        TEST(without_a_secure_answer_there_is_no_certificate),
        TEST(another_servers_answer_proves_nothing),
        TEST(the_proof_makes_it_active_and_links_use_it),
        TEST(a_chain_of_cnames_and_plain_addresses_do_as_well),
        TEST(one_failure_breaks_nothing_and_two_do_within_a_minute),
        TEST(when_our_own_resolver_is_silent_nothing_breaks),
        TEST(a_label_needs_no_record_of_the_brands),
        TEST(tries_grow_apart_and_end),
        TEST(a_tracking_host_leads_to_its_brands_links_alone),
    };
    return cmocka_run_group_tests_name("domain", tests, open_keys, NULL);
}
