/* What is known of a brand's doors, the pages that may report sales, and the list of articles. */
#include "support/unit.h"

#include "base/clock.h"
#include "crypto/keys.h"
#include "program/api_key.h"
#include "setup/integration_store.h"
#include "setup/pixel_origin.h"
#include "setup/sku_category.h"
#include "support/fixture.h"
#include "support/testdb.h"

static struct db *db;
static struct arena *arena;
static struct fixture_brand acme, rival;

enum { USER = 7 };

static int open_keys(void **state)
{
    const char *why = "";
    (void)state;
    arena = arena_new(ARENA_CEILING_DEFAULT);
    return keys_open(testdb_settings()->key_file, arena, &why) ? 0 : -1;
}

static int close_keys(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static int start(void **state)
{
    (void)state;
    testdb_reset();
    db = testdb_open_as(TESTDB_WEB);
    acme = fixture_brand(db, arena, "Acme Co.");
    rival = fixture_brand(db, arena, "Rival");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    db_close(db);
    return 0;
}

/* Doors -------------------------------------------------------------------------------------- */

static struct integration_facts facts_of(const char *door, bool test_mode, uint64_t program)
{
    struct integration_facts facts[INTEGRATIONS];
    assert_int_equal(integration_read(db, arena, acme.id, test_mode, program, facts), DB_OK);
    return facts[integration_find(sv_from(door)) - integrations];
}

static void keep_secret(uint64_t program, enum secret_door door)
{
    struct sv text;
    const struct secret_use use = {.brand = acme.id, .program = program, .door = door};
    assert_int_equal(secret_rotate(db, arena, &use, SV("whsec_0123456789"), USER, &text), DB_OK);
}

static void change(const char *sql)
{
    struct db *migrator = testdb_open_as(TESTDB_MIGRATOR);
    assert_int_equal(db_exec_text(migrator, sql), DB_OK);
    db_close(migrator);
}

static void a_secret_sets_up_its_own_door_mode_and_program(void **state)
{
    (void)state;
    keep_secret(41, SECRET_STRIPE);
    assert_true(facts_of("stripe", false, 0).is_set_up);
    assert_true(facts_of("stripe", false, 41).is_set_up);
    assert_false(facts_of("stripe", false, 42).is_set_up);
    assert_false(facts_of("stripe", true, 0).is_set_up);
    assert_false(facts_of("paddle", false, 0).is_set_up);
    keep_secret(0, SECRET_SHOPIFY);
    assert_true(facts_of("shopify", false, 42).is_set_up);
}

static void a_secret_that_has_ended_sets_up_nothing(void **state)
{
    (void)state;
    keep_secret(0, SECRET_SHOPIFY);
    change("UPDATE secret SET not_after_us = 1");
    assert_false(facts_of("shopify", false, 0).is_set_up);
}

static void a_key_is_heard_when_it_was_last_used(void **state)
{
    (void)state;
    char text[API_KEY_SIZE];
    const struct api_key_owner owner = {.kind = API_KEY_BRAND, .brand = acme.id};
    assert_int_equal(api_key_create(db, arena, &owner, false, SV("Shop"), USER, text), API_KEY_OK);
    assert_true(facts_of("api", false, 0).is_set_up);
    assert_int_equal(facts_of("api", false, 0).heard_us, 0);
    change("UPDATE api_key SET last_used_us = 5000");
    assert_int_equal(facts_of("api", false, 0).heard_us, 5000);
    assert_false(facts_of("api", true, 0).is_set_up);
    assert_false(facts_of("ingest", false, 0).is_set_up);
    change("UPDATE api_key SET revoked_us = 1");
    assert_false(facts_of("api", false, 0).is_set_up);
}

static void a_connection_tells_topic_account_and_end(void **state)
{
    (void)state;
    change(arena_printf(arena,
                        "INSERT INTO connection (brand, door, mode, account, state, last_topic,"
                        " last_event_us, changed_us) VALUES (%llu, 'shopify', 'live',"
                        " 'acme.myshopify.com', 'disconnected', 'app/uninstalled', 9000, 8000)",
                        (unsigned long long)acme.id));
    const struct integration_facts f = facts_of("shopify", false, 0);
    assert_string_equal(sv_dup(arena, f.account), "acme.myshopify.com");
    assert_string_equal(sv_dup(arena, f.topic), "app/uninstalled");
    assert_true(f.is_disconnected);
    assert_int_equal(f.heard_us, 9000);
    assert_int_equal(f.changed_us, 8000);
}

static void a_refusal_is_its_own_brands(void **state)
{
    (void)state;
    change(arena_printf(arena,
                        "INSERT INTO door_refusal (brand, door, code, field, at_us) VALUES"
                        " (%llu, 'stripe', 'invalid_signature', '', 77),"
                        " (%llu, 'api', 'amount_zero', 'order_value', 78),"
                        " (%llu, 'paddle', 'invalid_signature', '', 79)",
                        (unsigned long long)acme.id, (unsigned long long)acme.id,
                        (unsigned long long)rival.id));
    assert_int_equal(facts_of("stripe", false, 0).refused_us, 77);
    assert_int_equal(facts_of("paddle", false, 0).refused_us, 0);
    /* Of keys only test sales' refusals are kept. */
    assert_int_equal(facts_of("api", false, 0).refused_us, 0);
    assert_int_equal(facts_of("api", true, 0).refused_us, 78);
}

static void the_pixel_is_set_up_by_a_page(void **state)
{
    (void)state;
    assert_true(facts_of("pixel", false, 0).is_set_up); /* by its verified site */
    change("UPDATE site SET verified_us = 0");
    assert_false(facts_of("pixel", false, 0).is_set_up);
    assert_int_equal(pixel_origin_add(db, arena, acme.id, SV("shop.example"), USER),
                     PIXEL_ORIGIN_OK);
    assert_true(facts_of("pixel", false, 0).is_set_up);
}

/* Allowed pages ------------------------------------------------------------------------------ */

static size_t origins_of(uint64_t brand)
{
    struct pixel_origin_list list;
    assert_int_equal(pixel_origin_list(db, arena, brand, &list), DB_OK);
    return list.n;
}

static void an_origin_is_kept_once_and_by_its_own_brand(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++)
        assert_int_equal(pixel_origin_add(db, arena, acme.id, SV("https://Shop.example/x"), USER),
                         PIXEL_ORIGIN_OK);
    assert_int_equal(origins_of(acme.id), 1);
    assert_int_equal(pixel_origin_remove(db, rival.id, SV("https://shop.example")), DB_NO_ROW);
    assert_int_equal(origins_of(acme.id), 1);
    assert_int_equal(pixel_origin_remove(db, acme.id, SV("https://shop.example")), DB_OK);
    assert_int_equal(origins_of(acme.id), 0);
}

static void origins_are_bounded(void **state)
{
    (void)state;
    for (int i = 0; i < PIXEL_ORIGINS_MAX; i++)
        assert_int_equal(pixel_origin_add(db, arena, acme.id,
                                          sv_from(arena_printf(arena, "s%d.example", i)), USER),
                         PIXEL_ORIGIN_OK);
    assert_int_equal(pixel_origin_add(db, arena, acme.id, SV("more.example"), USER),
                     PIXEL_ORIGIN_TOO_MANY);
    assert_int_equal(pixel_origin_add(db, arena, acme.id, SV("s1.example"), USER), PIXEL_ORIGIN_OK);
}

/* Articles ----------------------------------------------------------------------------------- */

static void put(uint64_t brand, const char *csv)
{
    struct sku_pasted pasted;
    assert_true(sku_category_parse(arena, sv_from(csv), &pasted));
    assert_int_equal(sku_category_put(db, arena, brand, &pasted), SKU_OK);
}

static struct sku_category_list listed(uint64_t brand, const char *after)
{
    struct sku_category_list list;
    assert_int_equal(sku_category_list(db, arena, brand, sv_from(after), &list), DB_OK);
    return list;
}

static void the_last_category_of_a_sku_counts(void **state)
{
    (void)state;
    put(acme.id, "A,Shoes\nB,\"H \"\"q\"\" \\ é\"\nA,Boots\n");
    struct sku_category_list list = listed(acme.id, "");
    assert_int_equal(list.count, 2);
    assert_string_equal(sv_dup(arena, list.v[0].category), "Boots");
    assert_string_equal(sv_dup(arena, list.v[1].category), "H \"q\" \\ é");
    put(acme.id, "A,Sandals");
    assert_string_equal(sv_dup(arena, listed(acme.id, "").v[0].category), "Sandals");
    assert_int_equal(listed(rival.id, "").count, 0);
    assert_int_equal(sku_category_remove(db, rival.id, SV("A")), DB_NO_ROW);
    assert_int_equal(sku_category_remove(db, acme.id, SV("A")), DB_OK);
    assert_int_equal(listed(acme.id, "").count, 1);
}

static void a_full_paste_is_listed_page_by_page(void **state)
{
    (void)state;
    struct buf csv = buf_new(arena, 64 * SKU_PASTED_LINES);
    for (int i = 0; i < SKU_PASTED_LINES; i++)
        buf_printf(&csv, "SKU-%04d,Category %d\n", i, i % 7);
    put(acme.id, csv.p);
    size_t seen = 0;
    const char *after = "";
    for (;;) {
        struct sku_category_list list = listed(acme.id, after);
        seen += list.n;
        if (!list.more)
            break;
        after = sv_dup(arena, list.v[list.n - 1].sku);
    }
    assert_int_equal(seen, SKU_PASTED_LINES);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_secret_sets_up_its_own_door_mode_and_program),
        TEST(a_secret_that_has_ended_sets_up_nothing),
        TEST(a_key_is_heard_when_it_was_last_used),
        TEST(a_connection_tells_topic_account_and_end),
        TEST(a_refusal_is_its_own_brands),
        TEST(the_pixel_is_set_up_by_a_page),
        TEST(an_origin_is_kept_once_and_by_its_own_brand),
        TEST(origins_are_bounded),
        TEST(the_last_category_of_a_sku_counts),
        TEST(a_full_paste_is_listed_page_by_page),
    };
    return cmocka_run_group_tests_name("integration", tests, open_keys, close_keys);
}
