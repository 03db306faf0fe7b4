#include "support/unit.h"

#include <dirent.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/clock.h"
#include "click/click.h"
#include "click/drain.h"
#include "click/partitions.h"
#include "click/record.h"
#include "click/spool.h"
#include "support/fixture.h"
#include "support/testdb.h"

#define NOON INT64_C(1767268800000000) /* 2026-01-01 12:00 UTC */

static struct db *db;
static struct arena *arena;
static struct drain *drain;
static struct spool *spool;
static struct fixture_brand acme;
static struct drain_report report;

DB_SQL(test_count_clicks, "SELECT COUNT(*) FROM click");
DB_SQL(test_count_deltas, "SELECT CAST(COALESCE(SUM(clicks), 0) AS SIGNED) FROM rollup_delta");
DB_SQL(
    test_list_deltas,
    "SELECT mode, day, link, country, clicks FROM rollup_delta ORDER BY mode, day, link, country");
DB_SQL(test_count_progress, "SELECT COUNT(*) FROM spool_progress");
DB_SQL(test_set_zone, "UPDATE brand SET tz = ? WHERE id = ?");
DB_SQL(
    test_list_partitions,
    "SELECT partition_name FROM information_schema.partitions "
    "WHERE table_schema = DATABASE() AND table_name = 'click' ORDER BY partition_ordinal_position");
DB_SQL(test_count_rest, "SELECT COUNT(*) FROM click PARTITION (p_rest)");

/* ---- Builders ---- */

static const char *spool_dir(void)
{
    return testdb_settings()->spool_dir;
}

static struct click a_click(void)
{
    return (struct click){
        .id = uuid_v7(NOON),
        .visitor = uuid_v7(NOON),
        .link = 7,
        .partnership = 8,
        .program = 9,
        .brand = acme.id,
        .at_us = NOON,
        .shape = CLICK_SLUG,
        .agent = SV("Mozilla/5.0"),
    };
}

static void add(struct spool *to, const struct click *click)
{
    uint8_t bytes[RECORD_MAX];

    spool_add(to, sv_of((char *)bytes, record_encode(bytes, click)));
}

static void spool_click(const struct click *click)
{
    add(spool, click);
    assert_true(spool_commit(spool));
}

static void spool_clicks(struct spool *to, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct click click = a_click();

        add(to, &click);
        if (i % SPOOL_BATCH == SPOOL_BATCH - 1)
            assert_true(spool_commit(to));
    }
    assert_true(spool_commit(to));
}

static int64_t number(const struct db_sql *sql)
{
    struct db_rows *row;

    assert_int_equal(db_get_one(db, arena, sql, DB_NO_ARGS, &row), DB_OK);
    return db_col_i64(row, 0);
}

/* Passes until all is in the table; gives up after far more passes than any test needs. */
static void drain_all(struct drain *by)
{
    for (int pass = 0; pass < 300; pass++) {
        enum drain_result result = drain_pass(by, db, &report);

        if (result == DRAIN_IDLE)
            return;
        if (result == DRAIN_UNAVAILABLE)
            usleep(20 * 1000);
    }
    fail_msg("the drain never comes to rest");
}

static size_t segments(void)
{
    const char **names;
    size_t n;

    assert_true(spool_list(arena, spool_dir(), &names, &n));
    return n;
}

static void empty_spool_dir(void)
{
    const char **names;
    size_t n;

    (void)mkdir(spool_dir(), 0770);
    assert_true(spool_list(arena, spool_dir(), &names, &n));
    for (size_t i = 0; i < n; i++)
        spool_remove(spool_dir(), names[i]);
}

static int start(void **state)
{
    struct db *web = testdb_open();

    (void)state;
    arena = arena_new(ARENA_CEILING_DEFAULT);
    testdb_reset();
    acme = fixture_brand(web, arena, "Acme");
    db_close(web);
    db = testdb_open_as(TESTDB_WORKER);
    empty_spool_dir();
    spool = spool_open(spool_dir(), SPOOL_SEGMENT_SLOTS_LEAST);
    drain = drain_new(spool_dir());
    return 0;
}

static int finish(void **state)
{
    (void)state;
    drain_free(drain);
    spool_close(spool);
    db_close(db);
    arena_free(arena);
    return 0;
}

/* ---- Rows ---- */

static void a_click_arrives_with_all_it_held(void **state)
{
    struct click click = a_click();
    struct click_row row;

    (void)state;
    click.prev = uuid_v7(NOON);
    click.test_mode = true;
    memset(click.ip_hash, 0xab, sizeof(click.ip_hash));
    memcpy(click.country, "DE", 3);
    click.referrer = SV("https://blog.example/ü");
    click.fbclid = SV("IwAR0");
    click.utm[CLICK_UTM_SOURCE] = SV("news");
    click.utm[CLICK_UTM_CONTENT] = SV("top");
    click.subs[0] = SV("a \"b\" ü");
    click.subs[9] = SV("z");
    spool_click(&click);
    drain_all(drain);
    assert_int_equal(click_find(db, arena, &click.id, &row), DB_OK);
    assert_true(uuid_eq(row.visitor, click.visitor) && uuid_eq(row.prev, click.prev));
    assert_int_equal(row.link, 7);
    assert_int_equal(row.partnership, 8);
    assert_int_equal(row.program, 9);
    assert_int_equal(row.brand, acme.id);
    assert_int_equal(row.at_us, NOON);
    assert_true(row.test_mode);
    assert_false(row.bot);
    assert_memory_equal(row.ip_hash, click.ip_hash, sizeof(row.ip_hash));
    assert_sv_equal(row.shape, "slug");
    assert_sv_equal(row.country, "DE");
    assert_sv_equal(row.agent, "Mozilla/5.0");
    assert_sv_equal(row.referrer, "https://blog.example/ü");
    assert_sv_equal(row.fbclid, "IwAR0");
    assert_sv_equal(row.utm[CLICK_UTM_SOURCE], "news");
    assert_sv_equal(row.utm[CLICK_UTM_CONTENT], "top");
    assert_sv_equal(row.subs_json, "{\"s1\":\"a \\\"b\\\" ü\",\"s10\":\"z\"}");
}

static void sub_ids_that_do_not_fit_are_left_out_whole(void **state)
{
    static char text[CLICK_SUB_MAX];
    struct click click = a_click();
    struct click_row row;

    (void)state;
    memset(text, 'x', sizeof(text));
    for (size_t i = 0; i < CLICK_SUBS; i++)
        click.subs[i] = sv_of(text, sizeof(text));
    spool_click(&click);
    drain_all(drain);
    assert_int_equal(click_find(db, arena, &click.id, &row), DB_OK);
    assert_int_equal(row.subs_json.n, 5 * (CLICK_SUB_MAX + strlen("\"s1\":\"\",")) + 1);
    assert_true(sv_ends(row.subs_json, SV("x\"}")));
}

static void an_unknown_click_may_be_on_its_way_for_a_day(void **state)
{
    struct click_row row;
    struct uuid id = uuid_v7(NOON);

    (void)state;
    assert_int_equal(click_find(db, arena, &id, &row), DB_NO_ROW);
    assert_true(click_may_still_come(id, NOON));
    assert_true(click_may_still_come(id, NOON + 24 * CLOCK_HOUR - CLOCK_SECOND));
    assert_false(click_may_still_come(id, NOON + 24 * CLOCK_HOUR));
    assert_false(click_may_still_come(id, NOON - CLOCK_HOUR));
}

/* ---- Daily counts ---- */

static void counts_clicks_by_link_day_country_and_mode_without_bots(void **state)
{
    static const struct {
        const char *country;
        uint64_t link;
        int64_t after_us;
        bool test_mode, bot;
    } clicks[] = {
        {"DE", 7, 0, false, false},
        {"DE", 7, 1, false, false},
        {"", 7, 2, false, false},
        {"DE", 8, 3, false, false},
        {"DE", 7, 5 * CLOCK_HOUR, false, false}, /* the next day in Kolkata, UTC+5:30 */
        {"DE", 7, 7 * CLOCK_HOUR, false, false},
        {"DE", 7, 4, true, false},
        {"DE", 7, 5, false, true},
    };
    static const char expected[] =
        "live 20260101 7  1;live 20260101 7 DE 3;live 20260101 8 DE 1;"
        "live 20260102 7 DE 1;test 20260101 7 DE 1;";
    struct buf found = buf_new(arena, 1024);
    struct db_rows *row;

    (void)state;
    assert_int_equal(
        db_exec(db, &test_set_zone, DB_ARGS(db_cstr("Asia/Kolkata"), db_u64(acme.id)), NULL),
        DB_OK);
    for (size_t i = 0; i < COUNT_OF(clicks); i++) {
        struct click click = a_click();

        click.link = clicks[i].link;
        click.at_us += clicks[i].after_us;
        click.test_mode = clicks[i].test_mode;
        click.bot = clicks[i].bot;
        (void)snprintf(click.country, sizeof(click.country), "%s", clicks[i].country);
        spool_click(&click);
    }
    drain_all(drain);
    assert_int_equal(number(&test_count_clicks), COUNT_OF(clicks));
    row = db_query(db, arena, &test_list_deltas, DB_NO_ARGS);
    while (db_next(row))
        buf_printf(&found, SV_FMT " %" PRId64 " %" PRIu64 " " SV_FMT " %" PRId64 ";",
                   SV_ARG(db_col_text(row, 0)), db_col_i64(row, 1), db_col_u64(row, 2),
                   SV_ARG(db_col_text(row, 3)), db_col_i64(row, 4));
    assert_int_equal(db_rows_status(row), DB_OK);
    assert_string_equal(found.p, expected);
}

/* ---- Segments ---- */

static void follows_a_live_segment_and_keeps_its_file(void **state)
{
    (void)state;
    spool_clicks(spool, 3);
    assert_int_equal(drain_pass(drain, db, &report), DRAIN_MORE);
    assert_int_equal(report.rows, 3);
    assert_int_equal(drain_pass(drain, db, &report), DRAIN_IDLE);
    spool_clicks(spool, 2);
    drain_all(drain);
    assert_int_equal(number(&test_count_clicks), 5);
    assert_int_equal(segments(), 1);
}

static void a_segment_goes_when_it_is_drained_and_its_writer_is_gone(void **state)
{
    (void)state;
    spool_clicks(spool, 600); /* more than one segment holds */
    assert_true(segments() >= 2);
    drain_all(drain);
    assert_int_equal(number(&test_count_clicks), 600);
    assert_int_equal(segments(), 1);
    spool_close(spool);
    spool = NULL;
    drain_all(drain);
    assert_int_equal(segments(), 0);
    assert_int_equal(number(&test_count_progress), 0);
}

static void more_than_a_transaction_holds_takes_several(void **state)
{
    struct spool *other = spool_open(spool_dir(), SPOOL_SEGMENT_SLOTS);

    (void)state;
    spool_clicks(other, 2 * DRAIN_ROWS_MAX + 1);
    assert_int_equal(drain_pass(drain, db, &report), DRAIN_MORE);
    assert_int_equal(report.rows, DRAIN_ROWS_MAX);
    spool_close(other);
    drain_all(drain);
    assert_int_equal(number(&test_count_clicks), 2 * DRAIN_ROWS_MAX + 1);
    assert_int_equal(number(&test_count_deltas), 2 * DRAIN_ROWS_MAX + 1);
}

/* ---- Exactly once ---- */

static void a_drain_that_starts_anew_goes_on_where_the_last_one_committed(void **state)
{
    struct drain *second = drain_new(spool_dir());

    (void)state;
    spool_clicks(spool, 10);
    assert_int_equal(drain_pass(drain, db, &report), DRAIN_MORE);
    /* Killed here: its memory is lost, no file was removed. */
    spool_clicks(spool, 1);
    drain_all(second);
    drain_free(second);
    assert_int_equal(number(&test_count_clicks), 11);
    assert_int_equal(number(&test_count_deltas), 11);
}

static void two_drains_side_by_side_count_each_click_once(void **state)
{
    struct drain *second = drain_new(spool_dir());
    struct drain_report other;

    (void)state;
    for (int i = 0; i < 20; i++) {
        enum drain_result result;

        spool_clicks(spool, 5);
        result = drain_pass(i % 3 == 0 ? drain : second, db, &other);
        assert_int_not_equal(result, DRAIN_UNAVAILABLE);
        result = drain_pass(i % 2 == 0 ? drain : second, db, &other);
        assert_int_not_equal(result, DRAIN_UNAVAILABLE);
    }
    drain_all(drain);
    drain_all(second);
    drain_free(second);
    assert_int_equal(number(&test_count_clicks), 100);
    assert_int_equal(number(&test_count_deltas), 100);
}

/* Every call to the server fails once, in each way; also a commit whose answer is lost. */
static void any_failing_call_loses_and_doubles_nothing(void **state)
{
    static const enum db_fault faults[] = {DB_FAULT_DEADLOCK, DB_FAULT_LOST_BEFORE,
                                           DB_FAULT_LOST_AFTER, DB_FAULT_ERROR};
    int64_t spooled = 0;

    (void)state;
    for (size_t f = 0; f < COUNT_OF(faults); f++) {
        for (uint64_t nth = 1; nth < 20; nth++) {
            enum drain_result ignored;

            spool_clicks(spool, 4);
            spooled += 4;
            /* A fresh drain has the most to ask. */
            drain_free(drain);
            drain = drain_new(spool_dir());
            db_fault_arm(db, nth, faults[f]);
            ignored = drain_pass(drain, db, &report);
            (void)ignored;
            db_fault_arm(db, 0, faults[f]);
            drain_all(drain);
            assert_int_equal(number(&test_count_clicks), spooled);
            assert_int_equal(number(&test_count_deltas), spooled);
        }
    }
}

static void an_outage_of_the_database_is_only_a_delay(void **state)
{
    (void)state;
    spool_clicks(spool, 5);
    drain_all(drain);
    testdb_kill();
    spool_clicks(spool, 700);
    assert_int_equal(drain_pass(drain, db, &report), DRAIN_UNAVAILABLE);
    assert_int_equal(drain_pass(drain, db, &report), DRAIN_UNAVAILABLE);
    testdb_restart();
    drain_all(drain);
    assert_int_equal(number(&test_count_clicks), 705);
    assert_int_equal(number(&test_count_deltas), 705);
}

static void kill_drain_after(useconds_t pause_us)
{
    pid_t child = fork();

    if (child == 0) {
        struct db *own = testdb_open_as(TESTDB_WORKER);
        struct drain *by = drain_new(spool_dir());
        enum drain_result result = DRAIN_MORE;

        while (result != DRAIN_UNAVAILABLE)
            result = drain_pass(by, own, &report);
        _exit(1);
    }
    usleep(pause_us);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

static void killed_drains_lose_and_double_nothing(void **state)
{
    int64_t spooled = 0;

    (void)state;
    for (useconds_t i = 0; i < 30; i++) {
        spool_clicks(spool, 50);
        spooled += 50;
        kill_drain_after(i * 700);
    }
    drain_all(drain);
    assert_int_equal(number(&test_count_clicks), spooled);
    assert_int_equal(number(&test_count_deltas), spooled);
}

static void the_backlog_is_what_no_pass_has_committed(void **state)
{
    struct drain_backlog backlog;

    (void)state;
    spool_clicks(spool, 40);
    drain_all(drain);
    assert_true(drain_look_at_backlog(drain, &backlog));
    assert_int_equal(backlog.clicks, 0);
    clock_fix(NOON + CLOCK_HOUR);
    spool_clicks(spool, 700); /* over several segments */
    assert_true(drain_look_at_backlog(drain, &backlog));
    clock_fix(0);
    assert_int_equal(backlog.clicks, 700);
    assert_int_equal(backlog.lag_us, CLOCK_HOUR);
    drain_all(drain);
    assert_true(drain_look_at_backlog(drain, &backlog));
    assert_int_equal(backlog.clicks, 0);
}

/* ---- What attribution asks ---- */

static struct click visit(int64_t after_us, struct uuid visitor)
{
    struct click click = a_click();

    click.at_us = NOON + after_us;
    click.id = uuid_v7(click.at_us);
    click.visitor = visitor;
    return click;
}

static void finds_a_visitors_clicks_latest_first(void **state)
{
    struct uuid visitor = uuid_v7(NOON);
    struct click first = visit(0, visitor), second = visit(10, visitor), third = visit(20, visitor);
    struct click bot = visit(15, visitor), foreign = visit(16, visitor), test = visit(17, visitor);
    struct click stranger = visit(18, uuid_v7(NOON));
    struct click_list found;

    (void)state;
    bot.bot = true;
    foreign.program = 1000;
    test.test_mode = true;
    spool_click(&first);
    spool_click(&second);
    spool_click(&third);
    spool_click(&bot);
    spool_click(&foreign);
    spool_click(&test);
    spool_click(&stranger);
    drain_all(drain);
    assert_int_equal(click_list_of_visitor(db, arena, &visitor, 9, false, NOON, NOON + 20, &found),
                     DB_OK);
    assert_int_equal(found.n, 3);
    assert_true(uuid_eq(found.v[0].id, third.id));
    assert_true(uuid_eq(found.v[2].id, first.id));
    assert_int_equal(
        click_list_of_visitor(db, arena, &visitor, 9, false, NOON + 1, NOON + 19, &found), DB_OK);
    assert_int_equal(found.n, 1);
    assert_true(uuid_eq(found.v[0].id, second.id));
    assert_int_equal(click_list_of_visitor(db, arena, &visitor, 9, true, NOON, NOON + 20, &found),
                     DB_OK);
    assert_int_equal(found.n, 1);
    assert_true(uuid_eq(found.v[0].id, test.id));
}

static void finds_a_links_clicks_of_one_address(void **state)
{
    struct click near = a_click(), far = a_click();
    struct click_list found;

    (void)state;
    memset(near.ip_hash, 1, sizeof(near.ip_hash));
    memset(far.ip_hash, 2, sizeof(far.ip_hash));
    spool_click(&near);
    spool_click(&far);
    drain_all(drain);
    assert_int_equal(click_list_of_link_ip(db, arena, 7, near.ip_hash, NOON, NOON, &found), DB_OK);
    assert_int_equal(found.n, 1);
    assert_true(uuid_eq(found.v[0].id, near.id));
    assert_int_equal(click_list_of_link_ip(db, arena, 8, near.ip_hash, NOON, NOON, &found), DB_OK);
    assert_int_equal(found.n, 0);
}

/* ---- Months ---- */

static char *partitions(void)
{
    struct db_rows *row = db_query(db, arena, &test_list_partitions, DB_NO_ARGS);
    struct buf names = buf_new(arena, 1024);

    while (db_next(row))
        buf_printf(&names, SV_FMT " ", SV_ARG(db_col_text(row, 0)));
    return names.p;
}

static void months_are_made_ahead_and_the_rest_catches_all(void **state)
{
    struct click today = a_click(), late = a_click();
    unsigned made;

    (void)state;
    assert_int_equal(partitions_keep(db, NOON, &made), DB_OK);
    assert_int_equal(made, 4);
    assert_string_equal(partitions(), "p202601 p202602 p202603 p202604 p_rest ");
    assert_int_equal(partitions_keep(db, NOON, &made), DB_OK);
    assert_int_equal(made, 0);
    late.at_us += 300 * CLOCK_DAY;
    late.id = uuid_v7(late.at_us);
    spool_click(&today);
    spool_click(&late);
    drain_all(drain);
    assert_int_equal(number(&test_count_rest), 1);
    /* Rows that waited in the rest move to their month; months nobody made fall to the next. */
    assert_int_equal(partitions_keep(db, NOON + 310 * CLOCK_DAY, &made), DB_OK);
    assert_string_equal(partitions(),
                        "p202601 p202602 p202603 p202604 p202611 p202612 p202701 "
                        "p202702 p_rest ");
    assert_int_equal(number(&test_count_rest), 0);
    assert_int_equal(number(&test_count_clicks), 2);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, start, finish)
    const struct CMUnitTest tests[] = {
        CASE(a_click_arrives_with_all_it_held),
        CASE(sub_ids_that_do_not_fit_are_left_out_whole),
        CASE(an_unknown_click_may_be_on_its_way_for_a_day),
        CASE(counts_clicks_by_link_day_country_and_mode_without_bots),
        CASE(follows_a_live_segment_and_keeps_its_file),
        CASE(a_segment_goes_when_it_is_drained_and_its_writer_is_gone),
        CASE(more_than_a_transaction_holds_takes_several),
        CASE(a_drain_that_starts_anew_goes_on_where_the_last_one_committed),
        CASE(two_drains_side_by_side_count_each_click_once),
        CASE(any_failing_call_loses_and_doubles_nothing),
        CASE(an_outage_of_the_database_is_only_a_delay),
        CASE(killed_drains_lose_and_double_nothing),
        CASE(the_backlog_is_what_no_pass_has_committed),
        CASE(finds_a_visitors_clicks_latest_first),
        CASE(finds_a_links_clicks_of_one_address),
        CASE(months_are_made_ahead_and_the_rest_catches_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
