/* Reading sales: filters, pages, CSV, one sale's story, and what a partner sees. */
#include "support/unit.h"

#include "base/clock.h"
#include "conversion/conversion.h"
#include "conversion/conversion_list.h"
#include "http/http.h"
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

static struct conversion_answer record(const struct sale_event *sale)
{
    struct conversion_answer answer;
    assert_int_equal(conversion_record(db, arena, sale, &answer), CONVERSION_CREATED);
    return answer;
}

static struct conversion_answer sell(const char *code, const char *country, int days_ago)
{
    struct sale_event sale = shop_sale(&shop);
    sale_event_add_code(&sale, sv_from(code));
    sale.country = sv_from(country);
    sale.occurred_us = sale.received_us - days_ago * CLOCK_DAY;
    return record(&sale);
}

static struct sale_scope scope(void)
{
    return (struct sale_scope){.brands = &shop.brand, .n = 1};
}

static struct sale_page list(struct sale_query query)
{
    struct sale_scope s = scope();
    struct sale_filter filter;
    struct sale_page page;
    const char *field;
    assert_int_equal(sale_query_resolve(db, arena, &s, &query, &filter, &field), SALE_QUERY_OK);
    assert_int_equal(sale_list(db, arena, &filter, &page), DB_OK);
    return page;
}

static void shows_each_sale_with_its_names_and_money(void **state)
{
    (void)state;
    sell(shop.a.code, "DE", 0);
    struct sale_page page = list((struct sale_query){0});
    assert_int_equal(page.n, 1);
    assert_int_equal(page.count, 1);
    assert_sv_equal(page.v[0].handle, "anna_shop");
    assert_sv_equal(page.v[0].brand_name, "shop");
    assert_sv_equal(page.v[0].program_name, "Program");
    assert_sv_equal(page.v[0].status, "pending");
    assert_int_equal(page.v[0].gross, 12990);
    assert_int_equal(page.v[0].commission, 1299);
    assert_int_equal(page.v[0].payout, 1299);
    assert_null(page.next);
}

static void filters_combine(void **state)
{
    (void)state;
    sell(shop.a.code, "DE", 0);
    sell(shop.a.code, "US", 2);
    sell(shop.b.code, "DE", 4);
    sell("", "", 6);
    static const struct {
        struct sale_query query;
        size_t n;
    } cases[] = {
        {{.creator = SV("anna_shop")}, 2},
        {{.creator = SV("-")}, 1},
        {{.country = SV("de")}, 2},
        {{.country = SV("-")}, 1},
        {{.creator = SV("anna_shop"), .country = SV("DE")}, 1},
        {{.status = SV("pending")}, 3},
        {{.status = SV("unattributed")}, 1},
        {{.status = SV("review")}, 0},
        {{.status = SV("pending"), .creator = SV("ben_shop"), .country = SV("US")}, 0},
        {{.method = SV("coupon")}, 3},
        {{.method = SV("none")}, 1},
        {{.source = SV("api")}, 4},
        {{.source = SV("pixel")}, 0},
        {{.tier = SV("gold")}, 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sale_page page = list(cases[i].query);
        assert_int_equal(page.n, cases[i].n);
        assert_int_equal(page.count, cases[i].n);
    }
    char pid[UUID_TEXT_SIZE];
    uuid_format(pid, shop.program_pid);
    assert_int_equal(list((struct sale_query){.program = sv_from(pid)}).n, 4);
}

static void filters_by_the_brands_own_days(void **state)
{
    (void)state;
    char today[CLOCK_TEXT_SIZE], before[CLOCK_TEXT_SIZE];
    clock_format_date(today, clock_business_us());
    clock_format_date(before, clock_business_us() - 2 * CLOCK_DAY);
    for (int i = 0; i < 5; i++)
        sell("", "", i);
    assert_int_equal(list((struct sale_query){.from = sv_from(today)}).n, 1);
    assert_int_equal(list((struct sale_query){.from = sv_from(before)}).n, 3);
    assert_int_equal(list((struct sale_query){.to = sv_from(before)}).n, 3);
    assert_int_equal(list((struct sale_query){.from = sv_from(before), .to = sv_from(before)}).n,
                     1);
    assert_int_equal(list((struct sale_query){.to = sv_from(before)}).count, 3);
}

static void says_which_part_of_a_query_makes_no_sense(void **state)
{
    static const struct {
        struct sale_query query;
        const char *field;
    } cases[] = {{{.status = SV("odd")}, "status"},    {{.country = SV("DEU")}, "country"},
                 {{.method = SV("luck")}, "method"},   {{.source = SV("fax")}, "source"},
                 {{.from = SV("2026-02-30")}, "from"}, {{.to = SV("tomorrow")}, "to"},
                 {{.cursor = SV("1")}, "cursor"},      {{.brand = SV("x")}, "brand"},
                 {{.program = SV("x")}, "program"}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sale_scope s = scope();
        struct sale_filter filter;
        const char *field = NULL;
        assert_int_equal(sale_query_resolve(db, arena, &s, &cases[i].query, &filter, &field),
                         SALE_QUERY_BAD);
        assert_string_equal(field, cases[i].field);
    }
}

static void pages_through_every_sale_just_once(void **state)
{
    enum { SALES = 123 };
    (void)state;
    uint64_t seen[SALES];
    size_t n = 0;
    struct sale_query query = {0};
    int64_t now_us = clock_business_us();
    for (int i = 0; i < SALES; i++) { /* many in the same instant: the id decides */
        struct sale_event sale = shop_sale(&shop);
        sale.occurred_us = now_us - (i / 40) * CLOCK_HOUR;
        record(&sale);
    }
    for (;;) {
        struct sale_page page = list(query);
        assert_int_equal(page.count, SALES);
        for (size_t i = 0; i < page.n; i++) {
            for (size_t j = 0; j < n; j++)
                assert_int_not_equal(seen[j], page.v[i].id);
            seen[n++] = page.v[i].id;
        }
        if (!page.next)
            break;
        query.cursor = sv_from(page.next);
    }
    assert_int_equal(n, SALES);
}

static void merges_several_brands_and_shows_no_others(void **state)
{
    (void)state;
    struct shop first = shop, second, foreign;
    shop_open_named(&second, db, arena, "second");
    shop_open_named(&foreign, db, arena, "foreign");
    struct conversion_answer theirs = {0};
    for (int i = 0; i < 60; i++) {
        shop = i % 3 == 0 ? first : i % 3 == 1 ? second : foreign;
        struct conversion_answer answer = sell("", "", i);
        if (i % 3 == 2)
            theirs = answer;
    }
    shop = first;
    uint64_t brands[] = {first.brand, second.brand};
    struct sale_scope both = {.brands = brands, .n = 2};
    struct sale_query query = {0};
    struct sale_filter filter;
    struct sale_page page;
    struct sale_detail detail;
    const char *field;
    assert_int_equal(sale_query_resolve(db, arena, &both, &query, &filter, &field), SALE_QUERY_OK);
    assert_int_equal(sale_list(db, arena, &filter, &page), DB_OK);
    assert_int_equal(page.n, 40);
    for (size_t i = 1; i < page.n; i++)
        assert_true(page.v[i - 1].occurred_us >= page.v[i].occurred_us);
    assert_int_equal(sale_find(db, arena, &both, theirs.pid, &detail), DB_NO_ROW);
    char pid[UUID_TEXT_SIZE];
    uuid_format(pid, foreign.brand_pid);
    query.brand = sv_from(pid);
    assert_int_equal(sale_query_resolve(db, arena, &both, &query, &filter, &field),
                     SALE_QUERY_NOTHING);
    both.test_mode = true;
    query.brand = SV("");
    assert_int_equal(sale_query_resolve(db, arena, &both, &query, &filter, &field), SALE_QUERY_OK);
    assert_int_equal(sale_list(db, arena, &filter, &page), DB_OK);
    assert_int_equal(page.n, 0);
}

static struct sv csv_of(struct sale_query query)
{
    struct sale_scope s = scope();
    struct sale_filter filter;
    struct http_response response = {.arena = arena};
    const char *field;
    struct buf all = buf_new(arena, 4 * 1024 * 1024);
    assert_int_equal(sale_query_resolve(db, arena, &s, &query, &filter, &field), SALE_QUERY_OK);
    assert_int_equal(sale_csv(db, arena, testdb_settings(), &filter, &response), DB_OK);
    assert_string_equal(response.content_type, "text/csv; charset=utf-8");
    for (bool more = true; more;) {
        struct buf chunk = buf_new(arena, 65536);
        more = response.stream(response.stream_context, &chunk);
        buf_put(&all, buf_sv(&chunk));
    }
    response.stream_end(response.stream_context);
    return buf_sv(&all);
}

static size_t count_lines(struct sv text)
{
    size_t n = 0;
    while (text.n > 0) {
        sv_cut(&text, '\n');
        n++;
    }
    return n;
}

static void exports_what_the_table_holds(void **state)
{
    enum { SALES = 1203 };
    (void)state;
    for (int i = 0; i < SALES; i++)
        sell(i % 2 ? shop.a.code : "", "", i % 40);
    assert_int_equal(count_lines(csv_of((struct sale_query){0})), 1 + SALES);
    assert_int_equal(count_lines(csv_of((struct sale_query){.creator = SV("anna_shop")})),
                     1 + SALES / 2);
}

static void defuses_cells_that_a_spreadsheet_would_run(void **state)
{
    static const char *const refs[] = {"=1+1", "+7", "-7", "@x", "plain", "a,\"b\""};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refs); i++) {
        struct sale_event sale = shop_sale(&shop);
        sale.order_ref = sv_from(refs[i]);
        record(&sale);
    }
    const char *csv = csv_of((struct sale_query){0}).p;
    assert_non_null(strstr(csv, ",\"'=1+1\","));
    assert_non_null(strstr(csv, ",\"'+7\","));
    assert_non_null(strstr(csv, ",\"'-7\","));
    assert_non_null(strstr(csv, ",\"'@x\","));
    assert_non_null(strstr(csv, ",plain,"));
    assert_non_null(strstr(csv, ",\"a,\"\"b\"\"\","));
}

static void tells_the_whole_story_of_a_sale(void **state)
{
    (void)state;
    struct sale_detail d;
    struct sale_scope s = scope();
    int64_t now_us = clock_business_us();
    struct uuid visitor = uuid_v7(now_us);
    struct sale_item items[] = {
        {.sku = SV("A-1"), .category = SV(""), .base = 12990, .quantity = 1}};
    struct sale_event sale = shop_sale(&shop);
    shop_click(&shop, (struct shop_click){
                          .creator = &shop.a, .at_us = now_us - 3 * CLOCK_DAY, .visitor = visitor});
    sale.click = shop_click(
        &shop,
        (struct shop_click){.creator = &shop.b, .at_us = now_us - CLOCK_DAY, .visitor = visitor});
    sale.items = items;
    sale.n_items = 1;
    sale.has_customer = true;
    keys_hash_email(sale.customer_hash, SV("jo@example.com"));
    struct conversion_answer answer = record(&sale);
    assert_int_equal(sale_find(db, arena, &s, answer.pid, &d), DB_OK);
    assert_sv_equal(d.reason, "last_click");
    assert_int_equal(d.window_days, 30);
    assert_int_equal(d.version_no, 1);
    assert_int_equal(strlen(d.customer), 12);
    assert_int_equal(d.n_candidates, 2);
    assert_sv_equal(d.candidates[0].handle, "ben_shop");
    assert_sv_equal(d.candidates[0].verdict, "won");
    assert_sv_equal(d.candidates[1].verdict, "superseded");
    assert_sv_equal(d.candidates[1].agent, "Mozilla/5.0");
    assert_int_equal(d.candidates[1].at_us, now_us - 3 * CLOCK_DAY);
    assert_int_equal(d.n_commissions, 1);
    assert_int_equal(d.commissions[0].payout, 1299);
    assert_true(d.commissions[0].explanation.n_lines >= 3);
    assert_int_equal(d.commissions[0].n_events, 1);
    assert_int_equal(d.n_transfers, 1);
    assert_sv_equal(d.transfers[0].kind, "accrue");
    assert_int_equal(d.transfers[0].n_entries, 2);
    assert_sv_equal(d.transfers[0].entries[0].account, "P.pending");
    assert_int_equal(d.n_items, 1);
}

static void shows_a_partner_their_own_sales_alone(void **state)
{
    (void)state;
    struct earning_page page;
    struct earning_detail detail;
    const char *field;
    struct conversion_answer mine = sell(shop.a.code, "DE", 0), theirs = sell(shop.b.code, "", 1);
    sell("", "", 2);
    struct earning_query query = {0};
    assert_int_equal(earning_list(db, arena, shop.a.partner, false, &query, &page, &field),
                     SALE_QUERY_OK);
    assert_int_equal(page.n, 1);
    assert_int_equal(page.count, 1);
    assert_int_equal(page.v[0].payout, 1299);
    assert_sv_equal(page.v[0].coupon, shop.a.code);
    assert_sv_equal(page.v[0].brand_name, "shop");
    assert_sv_equal(page.v[0].approval, "after_holdback");
    assert_int_equal(page.v[0].release_us - page.v[0].received_us, 30 * CLOCK_DAY);
    assert_int_equal(earning_find(db, arena, shop.a.partner, mine.pid, &detail), DB_OK);
    assert_int_equal(detail.n_events, 1);
    assert_int_equal(earning_find(db, arena, shop.a.partner, theirs.pid, &detail), DB_NO_ROW);
    assert_int_equal(earning_list(db, arena, 0, false, &query, &page, &field), SALE_QUERY_NOTHING);
    query.status = SV("approved");
    assert_int_equal(earning_list(db, arena, shop.a.partner, false, &query, &page, &field),
                     SALE_QUERY_OK);
    assert_int_equal(page.n, 0);
    query.status = SV("odd");
    assert_int_equal(earning_list(db, arena, shop.a.partner, false, &query, &page, &field),
                     SALE_QUERY_BAD);
}

static void offers_what_the_filters_can_be_set_to(void **state)
{
    (void)state;
    struct sale_choices choices;
    struct sale_scope s = scope();
    sell(shop.a.code, "DE", 0);
    sell(shop.a.code, "US", 0);
    assert_int_equal(sale_choices_read(db, arena, &s, &choices), DB_OK);
    assert_int_equal(choices.n_brands, 1);
    assert_int_equal(choices.n_programs, 1);
    assert_int_equal(choices.n_creators, 2);
    assert_int_equal(choices.n_countries, 2);
    assert_int_equal(choices.n_campaigns, 0);
    assert_sv_equal(choices.creators[0].value, "anna_shop");
}

#define sales_test(f) cmocka_unit_test_setup(f, fresh_shop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        sales_test(shows_each_sale_with_its_names_and_money),
        sales_test(filters_combine),
        sales_test(filters_by_the_brands_own_days),
        sales_test(says_which_part_of_a_query_makes_no_sense),
        sales_test(pages_through_every_sale_just_once),
        sales_test(merges_several_brands_and_shows_no_others),
        sales_test(exports_what_the_table_holds),
        sales_test(defuses_cells_that_a_spreadsheet_would_run),
        sales_test(tells_the_whole_story_of_a_sale),
        sales_test(shows_a_partner_their_own_sales_alone),
        sales_test(offers_what_the_filters_can_be_set_to),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
