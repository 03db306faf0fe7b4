#include "support/unit.h"

#include "base/clock.h"
#include "click/linkmap.h"
#include "click/linkmap_env.h"
#include "support/fixture.h"
#include "support/testdb.h"

static struct db *db;
static struct arena *arena;
static struct fixture_brand acme;
static struct program program;
static struct partnership nia;
static uint64_t nia_link;

DB_SQL(test_find_link, "SELECT id FROM link WHERE partnership = ? AND is_main = 1");
DB_SQL(test_set_link, "UPDATE link SET status = ?, dest_url = ? WHERE id = ?");
DB_SQL(test_set_program, "UPDATE program SET status = ? WHERE id = ?");
DB_SQL(test_set_brand, "UPDATE brand SET status = ? WHERE id = ?");
DB_SQL(test_set_partner, "UPDATE partner SET status = ? WHERE id = ?");
DB_SQL(test_add_alias, "INSERT INTO link_alias (host, shape, value, link) VALUES (?, ?, ?, ?)");
DB_SQL(test_remove_alias, "DELETE FROM link_alias WHERE value = ?");
DB_SQL(test_add_campaign,
       "INSERT INTO campaign (id, pid, program, code, name, dest_url) "
       "VALUES (5, ?, ?, 'SPRING', 'Spring', 'https://shop.example/spring')");
DB_SQL(test_set_campaign, "UPDATE link SET campaign = 5 WHERE id = ?");
DB_SQL(test_count_queue, "SELECT COUNT(*) FROM link_change");
DB_SQL(test_add_host, "INSERT INTO web_host (name, seen_us) VALUES (?, ?)");
DB_SQL(test_add_link,
       "INSERT INTO link (pid, token, partnership, program, brand, partner, dest_url, created_us) "
       "VALUES (?, ?, ?, ?, ?, ?, ?, 1)");

static const char *map_dir(void)
{
    return testdb_settings()->link_map_dir;
}

static void run(const struct db_sql *sql, struct db_args args)
{
    assert_int_equal(db_exec(db, sql, args, NULL), DB_OK);
}

enum { MANY = 2000 };

/* Links whose tokens are their numbers, 00000001 on, with long destinations. */
static void add_many_links(void)
{
    struct db_arg *args = arena_array(arena, (size_t)7 * MANY, sizeof(*args));
    struct uuid *pids = arena_array(arena, MANY, sizeof(*pids));
    char dest_url[1001] = "https://shop.example/";

    memset(dest_url + strlen(dest_url), 'x', sizeof(dest_url) - strlen(dest_url) - 1);
    for (size_t i = 0; i < MANY; i++) {
        pids[i] = uuid_v7(clock_business_us());
        args[0 * MANY + i] = db_uuid(&pids[i]);
        args[1 * MANY + i] = db_cstr(arena_printf(arena, "%08zu", i + 1));
        args[2 * MANY + i] = db_u64(nia.id);
        args[3 * MANY + i] = db_u64(program.id);
        args[4 * MANY + i] = db_u64(acme.id);
        args[5 * MANY + i] = db_u64(nia.partner);
        args[6 * MANY + i] = db_cstr(dest_url);
    }
    assert_int_equal(db_exec_bulk(db, &test_add_link, args, 7, MANY, NULL), DB_OK);
}

static uint64_t rebuild(void)
{
    uint64_t links;

    assert_int_equal(linkmap_rebuild(db, map_dir(), &links), DB_OK);
    return links;
}

/* Every test starts with one active link on a registered host, and a fresh map. */
static int start(void **state)
{
    struct db_rows *row;
    bool is_new;

    (void)state;
    arena = arena_new(ARENA_CEILING_DEFAULT);
    db = testdb_open();
    testdb_reset();
    acme = fixture_brand(db, arena, "Acme");
    program = fixture_program(db, arena, &acme, "Acme program");
    assert_int_equal(linkmap_register(db, map_dir(), &is_new), DB_OK);
    assert_true(is_new);
    nia = fixture_partnership(db, arena, &acme, &program, fixture_partner(db, "nia"));
    assert_int_equal(db_get_one(db, arena, &test_find_link, DB_ARGS(db_u64(nia.id)), &row), DB_OK);
    nia_link = db_col_u64(row, 0);
    rebuild();
    return 0;
}

static int finish(void **state)
{
    (void)state;
    linkmap_close();
    db_close(db);
    arena_free(arena);
    return 0;
}

static struct linkmap_entry find_on(const char *host, enum click_shape shape, const char *value)
{
    struct linkmap_entry entry = {0};

    if (linkmap_find(map_dir(), arena, sv_from(host), shape, sv_from(value), &entry) !=
        LINKMAP_FOUND)
        entry.state = 0;
    return entry;
}

static struct linkmap_entry find(void)
{
    return find_on("", CLICK_SLUG, "nia");
}

/* ---- Addresses ---- */

static void one_link_answers_to_its_three_shapes(void **state)
{
    char token[16];

    (void)state;
    (void)snprintf(token, sizeof(token), SV_FMT, SV_ARG(nia.main_token));
    assert_int_equal(find_on("", CLICK_TOKEN, token).link, nia_link);
    assert_int_equal(find_on("", CLICK_SLUG, "nia").link, nia_link);
    assert_int_equal(find_on("", CLICK_REF, "nia").link, nia_link);
    assert_int_equal(find_on("", CLICK_SLUG, "NIA").link, nia_link);
    assert_int_equal(find_on("any.host.example", CLICK_SLUG, "nia").link, nia_link);
    assert_int_equal(find_on("", CLICK_TOKEN, "nia").state, 0);
    assert_int_equal(find_on("", CLICK_SLUG, "").state, 0);
}

static struct linkmap_entry find_ref(struct uuid of_program, const char *ref)
{
    struct linkmap_entry entry = {0};

    if (linkmap_find_ref(map_dir(), arena, of_program, sv_from(ref), &entry) != LINKMAP_FOUND)
        entry.state = 0;
    return entry;
}

static void a_ref_answers_to_the_script_in_its_own_program_alone(void **state)
{
    (void)state;
    assert_int_equal(find_ref(program.pid, "nia").link, nia_link);
    assert_int_equal(find_ref(program.pid, "NIA").link, nia_link);
    assert_int_equal(find_ref(program.pid, "nobody").state, 0);
    assert_int_equal(find_ref(program.pid, "").state, 0);
    assert_int_equal(find_ref(uuid_v7(clock_business_us()), "nia").state, 0);
    run(&test_remove_alias, DB_ARGS(db_cstr("nia")));
    rebuild();
    assert_int_equal(find_ref(program.pid, "nia").state, 0);
}

static void an_entry_says_what_a_redirect_needs(void **state)
{
    struct linkmap_entry entry = find();

    (void)state;
    assert_int_equal(entry.state, LINKMAP_LIVE);
    assert_int_equal(entry.partnership, nia.id);
    assert_int_equal(entry.program, program.id);
    assert_int_equal(entry.brand, acme.id);
    assert_int_equal(entry.window_days, 30);
    assert_false(entry.test_mode);
    assert_sv_equal(entry.dest_url, "https://shop.example/");
    assert_sv_equal(entry.shop_url, "https://shop.example/");
}

static void an_address_of_a_host_wins_over_the_platforms(void **state)
{
    (void)state;
    add_many_links();
    run(&test_add_alias, DB_ARGS(db_cstr("go.brand.example"), db_cstr("slug"), db_cstr("nia"),
                                 db_u64(nia_link + 1)));
    rebuild();
    assert_int_equal(find_on("go.brand.example", CLICK_SLUG, "nia").link, nia_link + 1);
    assert_int_equal(find_on("", CLICK_SLUG, "nia").link, nia_link);
}

static void the_destination_is_the_links_else_the_campaigns_else_the_programs(void **state)
{
    struct uuid pid = uuid_v7(clock_business_us());

    (void)state;
    run(&test_add_campaign, DB_ARGS(db_uuid(&pid), db_u64(program.id)));
    run(&test_set_campaign, DB_ARGS(db_u64(nia_link)));
    rebuild();
    assert_sv_equal(find().dest_url, "https://shop.example/spring");
    run(&test_set_link,
        DB_ARGS(db_cstr("active"), db_cstr("https://shop.example/own"), db_u64(nia_link)));
    rebuild();
    assert_sv_equal(find().dest_url, "https://shop.example/own");
}

static void leads_nowhere_but_to_web_addresses(void **state)
{
    (void)state;
    run(&test_set_link,
        DB_ARGS(db_cstr("active"), db_cstr("javascript:alert(1)"), db_u64(nia_link)));
    rebuild();
    assert_int_equal(find().state, LINKMAP_NO_DESTINATION);
}

/* ---- Changes ---- */

typedef enum db_status note(struct db *db, uint64_t id);

static void a_stop_of(const struct db_sql *sql, const char *word, note *note_change, uint64_t id,
                      enum linkmap_state expected)
{
    run(sql, DB_ARGS(db_cstr(word), db_u64(id)));
    assert_int_equal(note_change(db, id), DB_OK);
    assert_int_equal(find().state, LINKMAP_LIVE);
    assert_false(linkmap_pull(db, map_dir()));
    assert_int_equal(find().state, expected);
    run(sql, DB_ARGS(db_cstr("active"), db_u64(id)));
    assert_int_equal(note_change(db, id), DB_OK);
    assert_false(linkmap_pull(db, map_dir()));
    assert_int_equal(find().state, LINKMAP_LIVE);
}

static void whatever_stops_stops_the_link(void **state)
{
    (void)state;
    a_stop_of(&test_set_program, "paused", linkmap_note_program, program.id,
              LINKMAP_PROGRAM_STOPPED);
    a_stop_of(&test_set_program, "closed", linkmap_note_program, program.id,
              LINKMAP_PROGRAM_STOPPED);
    a_stop_of(&test_set_program, "draft", linkmap_note_program, program.id,
              LINKMAP_PROGRAM_STOPPED);
    a_stop_of(&test_set_brand, "suspended", linkmap_note_brand, acme.id, LINKMAP_BRAND_STOPPED);
    a_stop_of(&test_set_partner, "suspended", linkmap_note_partner, nia.partner,
              LINKMAP_PARTNER_STOPPED);
    run(&test_set_link, DB_ARGS(db_cstr("paused"), db_cstr(""), db_u64(nia_link)));
    assert_int_equal(linkmap_note_link(db, nia_link), DB_OK);
    assert_false(linkmap_pull(db, map_dir()));
    assert_int_equal(find().state, LINKMAP_LINK_PAUSED);
    assert_sv_equal(find().shop_url, "https://shop.example/");
}

static void changes_are_queued_for_every_host_and_pulled_by_each_alone(void **state)
{
    struct db_rows *row;

    (void)state;
    run(&test_add_host, DB_ARGS(db_cstr("another"), db_i64(clock_wire_us())));
    assert_int_equal(linkmap_note_link(db, nia_link), DB_OK);
    assert_int_equal(linkmap_note_partnership(db, nia.id), DB_OK);
    assert_false(linkmap_pull(db, map_dir()));
    assert_int_equal(db_get_one(db, arena, &test_count_queue, DB_NO_ARGS, &row), DB_OK);
    assert_int_equal(db_col_i64(row, 0), 1); /* the other host's, once */
}

static void a_host_unseen_for_a_day_is_forgotten_and_rebuilds_when_it_returns(void **state)
{
    struct db_rows *row;
    bool is_new;

    (void)state;
    run(&test_add_host, DB_ARGS(db_cstr("another"), db_i64(clock_wire_us() - 25 * CLOCK_HOUR)));
    assert_int_equal(linkmap_note_link(db, nia_link), DB_OK);
    assert_int_equal(linkmap_register(db, map_dir(), &is_new), DB_OK);
    assert_false(is_new);
    assert_int_equal(db_get_one(db, arena, &test_count_queue, DB_NO_ARGS, &row), DB_OK);
    assert_int_equal(db_col_i64(row, 0), 1); /* this host's own is left */
}

static void an_address_that_is_gone_leads_nowhere(void **state)
{
    (void)state;
    run(&test_remove_alias, DB_ARGS(db_cstr("nia")));
    assert_int_equal(linkmap_note_link(db, nia_link), DB_OK);
    assert_false(linkmap_pull(db, map_dir()));
    assert_int_equal(find().state, 0);
}

/* ---- The map itself ---- */

static void a_rebuild_forgets_what_the_database_no_longer_has(void **state)
{
    (void)state;
    add_many_links();
    assert_int_equal(rebuild(), 2001);
    assert_int_equal(find_on("", CLICK_TOKEN, "00001999").state, LINKMAP_LIVE);
    testdb_reset();
    assert_int_equal(rebuild(), 0);
    assert_int_equal(find_on("", CLICK_TOKEN, "00001999").state, 0);
    assert_int_equal(find().state, 0);
}

static void survives_a_restart(void **state)
{
    (void)state;
    linkmap_close();
    assert_int_equal(find().state, LINKMAP_LIVE);
}

static void grows_when_it_is_full(void **state)
{
    struct linkmap_health before, after;

    (void)state;
    assert_true(linkmap_health(map_dir(), &before));
    linkmap_env_shrink_for_test(map_dir());
    add_many_links();
    assert_int_equal(rebuild(), 2001);
    assert_true(linkmap_health(map_dir(), &after));
    assert_int_equal(after.links, 2001);
    assert_true(after.bytes_mapped < before.bytes_mapped);
    assert_int_equal(find_on("", CLICK_TOKEN, "00001234").state, LINKMAP_LIVE);
}

/* kill -9 of whoever holds the map's write lock, and of a reader in mid-read. */
static void killed_writers_and_readers_stop_nobody(void **state)
{
    int ready[2];
    char byte;
    pid_t child;

    (void)state;
    assert_int_equal(pipe(ready), 0);
    child = fork();
    if (child == 0) {
        struct linkmap_env *map = linkmap_env_get(map_dir());
        MDB_txn *reading = linkmap_env_read(map), *writing;

        if (reading == NULL || mdb_txn_begin(map->env, NULL, 0, &writing) != 0 ||
            write(ready[1], "x", 1) != 1)
            _exit(1);
        pause();
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(find().state, LINKMAP_LIVE); /* reading goes on beside the writer */
    linkmap_close();
    assert_int_equal(find().state, LINKMAP_LIVE); /* and starts beside it */
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    close(ready[0]);
    close(ready[1]);
    run(&test_set_program, DB_ARGS(db_cstr("paused"), db_u64(program.id)));
    assert_int_equal(linkmap_note_program(db, program.id), DB_OK);
    assert_false(linkmap_pull(db, map_dir()));
    assert_int_equal(find().state, LINKMAP_PROGRAM_STOPPED);
    linkmap_tend(map_dir());
    assert_int_equal(find().state, LINKMAP_PROGRAM_STOPPED);
}

static void a_lost_database_leaves_the_map_as_it_was(void **state)
{
    uint64_t links;

    (void)state;
    db_fault_arm(db, 1, DB_FAULT_ERROR);
    assert_int_not_equal(linkmap_rebuild(db, map_dir(), &links), DB_OK);
    db_fault_arm(db, 0, DB_FAULT_ERROR);
    assert_int_equal(find().state, LINKMAP_LIVE);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, start, finish)
    const struct CMUnitTest tests[] = {
        CASE(one_link_answers_to_its_three_shapes),
        CASE(a_ref_answers_to_the_script_in_its_own_program_alone),
        CASE(an_entry_says_what_a_redirect_needs),
        CASE(an_address_of_a_host_wins_over_the_platforms),
        CASE(the_destination_is_the_links_else_the_campaigns_else_the_programs),
        CASE(leads_nowhere_but_to_web_addresses),
        CASE(whatever_stops_stops_the_link),
        CASE(changes_are_queued_for_every_host_and_pulled_by_each_alone),
        CASE(a_host_unseen_for_a_day_is_forgotten_and_rebuilds_when_it_returns),
        CASE(an_address_that_is_gone_leads_nowhere),
        CASE(a_rebuild_forgets_what_the_database_no_longer_has),
        CASE(survives_a_restart),
        CASE(grows_when_it_is_full),
        CASE(killed_writers_and_readers_stop_nobody),
        CASE(a_lost_database_leaves_the_map_as_it_was),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
