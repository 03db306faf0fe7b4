/* The event log: what doors note, how it is read, and what can be replayed. */
#include "support/unit.h"

#include "base/clock.h"
#include "conversion/conversion.h"
#include "conversion/inbox.h"
#include "tests/support/shop.h"
#include "tests/support/testdb.h"

static struct db *db;
static struct arena *arena;
static struct shop shop;

static int open_all(void **state)
{
    const char *why;
    (void)state;
    arena = arena_new(ARENA_CEILING_DEFAULT);
    db = testdb_open();
    return keys_open(testdb_settings()->key_file, arena, &why) ? 0 : -1;
}

static int close_all(void **state)
{
    (void)state;
    db_close(db);
    arena_free(arena);
    return 0;
}

static int fresh_shop(void **state)
{
    (void)state;
    arena_reset(arena);
    testdb_reset();
    ledger_forget_accounts();
    clock_fix(0);
    shop_open(&shop, db, arena);
    return 0;
}

#define assert_count(n, sql) assert_int_equal(shop_count(&shop, sql), (n))

static struct inbox_note a_note(const char *event_id)
{
    return (struct inbox_note){.door = SALE_DOOR_SHOPIFY,
                               .brand = shop.brand,
                               .event_id = sv_from(event_id),
                               .topic = SV("app/uninstalled"),
                               .state = INBOX_IGNORED,
                               .reason = "no_money",
                               .order_ref = SV("R-1"),
                               .request = uuid_v7(clock_business_us()),
                               .received_us = clock_business_us()};
}

static struct inbox_page list(struct inbox_query query)
{
    struct inbox_page page;
    const char *field;
    assert_int_equal(inbox_list(db, arena, shop.brand, false, &query, &page, &field),
                     SALE_QUERY_OK);
    return page;
}

static struct conversion_answer record(const struct sale_event *sale)
{
    struct conversion_answer answer;
    enum conversion_outcome outcome = conversion_record(db, arena, sale, &answer);
    assert_int_equal(outcome, answer.outcome);
    return answer;
}

static void notes_an_event_once_however_often_it_is_told(void **state)
{
    (void)state;
    struct inbox_note note = a_note("evt-1");
    assert_int_equal(inbox_note(db, arena, &note), DB_OK);
    note.reason = "other";
    assert_int_equal(inbox_note(db, arena, &note), DB_OK);
    struct inbox_page page = list((struct inbox_query){0});
    assert_int_equal(page.n, 1);
    assert_sv_equal(page.v[0].topic, "app/uninstalled");
    assert_sv_equal(page.v[0].kind, "other");
    assert_sv_equal(page.v[0].state, "ignored");
    assert_sv_equal(page.v[0].reason, "no_money");
    assert_sv_equal(page.v[0].event, "{}");
    assert_false(page.v[0].may_replay);
    assert_true(uuid_is_zero(page.v[0].conversion));
}

static void notes_once_whichever_call_to_the_database_fails(void **state)
{
    static const enum db_fault faults[] = {DB_FAULT_DEADLOCK, DB_FAULT_LOST_BEFORE,
                                           DB_FAULT_LOST_AFTER};
    (void)state;
    for (size_t f = 0; f < COUNT_OF(faults); f++) {
        for (uint64_t n = 1; n <= 4; n++) {
            const char *id = arena_printf(arena, "evt-%zu-%d", f, (int)n);
            struct inbox_note note = a_note(id);
            db_fault_arm(db, n, faults[f]);
            enum db_status status = inbox_note(db, arena, &note);
            db_fault_arm(db, 0, DB_FAULT_ERROR);
            if (status != DB_OK)
                assert_int_equal(inbox_note(db, arena, &note), DB_OK);
        }
    }
    assert_count(12, "SELECT COUNT(*) FROM inbox");
}

static void lists_by_door_state_and_order_page_by_page(void **state)
{
    (void)state;
    for (int i = 0; i < INBOX_PAGE_ROWS + 3; i++) {
        struct inbox_note note = a_note(arena_printf(arena, "evt-%d", i));
        note.received_us += i;
        if (i == 7) {
            note.door = SALE_DOOR_STRIPE;
            note.state = INBOX_REFUSED;
            note.order_ref = SV("R-7");
        }
        assert_int_equal(inbox_note(db, arena, &note), DB_OK);
    }
    struct inbox_page first = list((struct inbox_query){0});
    assert_int_equal(first.n, INBOX_PAGE_ROWS);
    assert_sv_equal(first.v[0].event_id, "evt-52");
    struct inbox_page second = list((struct inbox_query){.cursor = sv_from(first.next)});
    assert_int_equal(second.n, 3);
    assert_sv_equal(second.v[2].event_id, "evt-0");
    assert_null(second.next);
    assert_int_equal(list((struct inbox_query){.door = SV("stripe")}).n, 1);
    assert_int_equal(list((struct inbox_query){.state = SV("refused")}).n, 1);
    assert_sv_equal(list((struct inbox_query){.order = SV("R-7")}).v[0].event_id, "evt-7");
    assert_int_equal(list((struct inbox_query){.order = SV("R-7"), .state = SV("ignored")}).n, 0);
    assert_int_equal(list((struct inbox_query){.state = SV("quarantined")}).n, 0);
}

static void names_the_filter_that_can_not_be_read(void **state)
{
    static const struct {
        struct inbox_query query;
        const char *field;
    } cases[] = {{{.door = SV("window")}, "door"},
                 {{.state = SV("lost")}, "state"},
                 {{.cursor = SV("x-1")}, "cursor"}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct inbox_page page;
        const char *field;
        assert_int_equal(inbox_list(db, arena, shop.brand, false, &cases[i].query, &page, &field),
                         SALE_QUERY_BAD);
        assert_string_equal(field, cases[i].field);
    }
}

static void shows_a_sales_events_to_its_brand_alone(void **state)
{
    (void)state;
    struct inbox_page page;
    struct inbox_row row;
    struct sale_event sale = shop_sale(&shop);
    sale.topic = SV("orders/create");
    struct conversion_answer answer = record(&sale);
    assert_int_equal(answer.outcome, CONVERSION_CREATED);
    assert_int_equal(inbox_list_of_conversion(db, arena, shop.brand, answer.pid, &page), DB_OK);
    assert_int_equal(page.n, 1);
    assert_sv_equal(page.v[0].state, "processed");
    assert_true(uuid_eq(page.v[0].conversion, answer.pid));
    assert_true(page.v[0].event_bytes > 100);
    assert_int_equal(inbox_find(db, arena, shop.brand, page.v[0].id, &row), DB_OK);
    assert_true(row.event.n == row.event_bytes);
    assert_int_equal(inbox_find(db, arena, shop.brand + 1, page.v[0].id, &row), DB_NO_ROW);
    assert_int_equal(inbox_list_of_conversion(db, arena, shop.brand + 1, answer.pid, &page), DB_OK);
    assert_int_equal(page.n, 0);
}

static uint64_t id_of_only_row(void)
{
    return (uint64_t)shop_count(&shop, "SELECT id FROM inbox");
}

static bool never_stop(void)
{
    return false;
}

static void run_job(void)
{
    struct job job = {
        .name = "conversion_inbox", .db = db, .arena = arena, .asked_to_stop = never_stop};
    assert_int_not_equal(conversion_job_inbox(&job), JOB_UNAVAILABLE);
}

static void replays_what_was_set_aside(void **state)
{
    (void)state;
    struct sale_event sale = shop_sale(&shop);
    shop_run("ALTER TABLE rollup_delta RENAME TO rollup_delta_gone");
    assert_int_equal(record(&sale).outcome, CONVERSION_QUEUED);
    assert_int_equal(inbox_replay(db, arena, shop.brand, id_of_only_row(), 7),
                     INBOX_REPLAY_SETTLED); /* it is due anyway */
    for (int i = 0; i < 4; i++) {
        shop_run("UPDATE inbox SET due_us = 1 WHERE due_us <> 0");
        run_job();
    }
    struct inbox_page page = list((struct inbox_query){.state = SV("quarantined")});
    assert_int_equal(page.n, 1);
    assert_true(page.v[0].is_quarantined && page.v[0].may_replay);
    shop_run("ALTER TABLE rollup_delta_gone RENAME TO rollup_delta");
    assert_int_equal(inbox_replay(db, arena, shop.brand + 1, page.v[0].id, 7),
                     INBOX_REPLAY_NOT_FOUND);
    assert_int_equal(inbox_replay(db, arena, shop.brand, page.v[0].id, 7), INBOX_REPLAY_QUEUED);
    assert_count(7, "SELECT replayed_by FROM inbox");
    run_job();
    assert_count(1, "SELECT COUNT(*) FROM conversion");
    assert_count(1, "SELECT COUNT(*) FROM inbox WHERE state = 'processed' AND conversion <> 0");
    assert_count(0, "SELECT COUNT(*) FROM job_failure");
    assert_int_equal(inbox_replay(db, arena, shop.brand, page.v[0].id, 7), INBOX_REPLAY_SETTLED);
}

#define inbox_test(f) cmocka_unit_test_setup(f, fresh_shop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        inbox_test(notes_an_event_once_however_often_it_is_told),
        inbox_test(notes_once_whichever_call_to_the_database_fails),
        inbox_test(lists_by_door_state_and_order_page_by_page),
        inbox_test(names_the_filter_that_can_not_be_read),
        inbox_test(shows_a_sales_events_to_its_brand_alone),
        inbox_test(replays_what_was_set_aside),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
