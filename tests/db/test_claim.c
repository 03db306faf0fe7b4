/* Claims: filed once, answered once, and credited by the one engine. */
#include "support/unit.h"

#include "base/clock.h"
#include "claim/claim.h"
#include "conversion/conversion.h"
#include "crypto/keys.h"
#include "tests/support/shop.h"
#include "tests/support/testdb.h"

static struct db *db, *migrator;
static struct arena *arena;
static struct shop shop;

static int open_all(void **state)
{
    const char *why;
    (void)state;
    arena = arena_new(ARENA_CEILING_DEFAULT);
    db = testdb_open();
    migrator = testdb_open_as(TESTDB_MIGRATOR);
    assert_true(keys_open(testdb_settings()->key_file, arena, &why));
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    db_close(db);
    db_close(migrator);
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

DB_SQL(test_partnership_pid, "SELECT pid FROM partnership WHERE id = ?");

static struct uuid partnership_of(const struct shop_creator *creator)
{
    struct db_rows *row;
    assert_int_equal(
        db_get_one(db, arena, &test_partnership_pid, DB_ARGS(db_u64(creator->partnership)), &row),
        DB_OK);
    return db_col_uuid(row, 0);
}

static enum claim_result file(const struct shop_creator *creator, const char *order)
{
    return claim_file(db, arena, creator->partner, partnership_of(creator), sv_from(order),
                      SV("She bought by my link."));
}

/* The only claim that waits. */
static struct uuid the_claim(void)
{
    struct claim_list list;
    assert_int_equal(claim_list_of_brand(db, arena, shop.brand, CLAIM_OPEN, 0, &list), DB_OK);
    assert_int_equal(list.n, 1);
    return list.v[0].pid;
}

static struct conversion_answer sell(const char *order, const struct shop_creator *creator)
{
    struct sale_event sale = shop_sale(&shop);
    struct conversion_answer answer;
    sale.order_ref = sv_from(order);
    if (creator)
        sale_event_add_code(&sale, sv_from(creator->code));
    assert_int_equal(conversion_record(db, arena, &sale, &answer), CONVERSION_CREATED);
    return answer;
}

static void print_line(void *context, const char *line)
{
    (void)context;
    if (strstr(line, "BROKEN") || line[0] == ' ')
        fprintf(stderr, "%s\n", line);
}

static void files_an_order_once(void **state)
{
    struct claim_list own;
    (void)state;
    assert_int_equal(file(&shop.a, "A-1"), CLAIM_OK);
    assert_int_equal(file(&shop.a, "A-1"), CLAIM_KNOWN);
    assert_int_equal(file(&shop.b, "A-1"), CLAIM_OK); /* another creator may believe so, too */
    assert_int_equal(claim_list_of_partner(db, arena, shop.a.partner, 0, &own), DB_OK);
    assert_int_equal(own.n, 1);
    assert_sv_equal(own.v[0].order_ref, "A-1");
    assert_int_equal(own.v[0].state, CLAIM_OPEN);
}

static void refuses_what_says_too_little_or_too_much(void **state)
{
    (void)state;
    struct uuid in = partnership_of(&shop.a);
    char *long_text = arena_alloc(arena, CLAIM_MESSAGE_MAX + 2);
    memset(long_text, 'x', CLAIM_MESSAGE_MAX + 1);
    assert_int_equal(file(&shop.a, ""), CLAIM_NO_ORDER);
    assert_int_equal(claim_file(db, arena, shop.a.partner, in, SV("A-1"), SV("")), CLAIM_NO_WORDS);
    assert_int_equal(claim_file(db, arena, shop.a.partner, in, SV("A-1"),
                                sv_of(long_text, CLAIM_MESSAGE_MAX + 1)),
                     CLAIM_NO_WORDS);
    assert_int_equal(claim_file(db, arena, shop.b.partner, in, SV("A-1"), SV("x")),
                     CLAIM_NOT_FOUND);
}

static void no_partnership_floods_its_brand(void **state)
{
    (void)state;
    for (int i = 0; i < CLAIM_OPEN_MAX; i++)
        assert_int_equal(file(&shop.a, arena_printf(arena, "A-%d", i)), CLAIM_OK);
    assert_int_equal(file(&shop.a, "A-more"), CLAIM_TOO_MANY);
    assert_int_equal(file(&shop.b, "B-1"), CLAIM_OK);
}

static void declines_with_words_and_once(void **state)
{
    (void)state;
    assert_int_equal(file(&shop.a, "A-1"), CLAIM_OK);
    struct uuid claim = the_claim();
    assert_int_equal(claim_decline(db, arena, shop.brand, claim, SV(""), 1), CLAIM_NO_WORDS);
    assert_int_equal(claim_decline(db, arena, shop.brand + 1, claim, SV("No."), 1),
                     CLAIM_NOT_FOUND);
    assert_int_equal(claim_decline(db, arena, shop.brand, claim, SV("No."), 1), CLAIM_OK);
    assert_int_equal(claim_decline(db, arena, shop.brand, claim, SV("No."), 1), CLAIM_DECIDED);
    assert_int_equal(claim_accept(db, arena, shop.brand, claim, 1), CLAIM_DECIDED);
    assert_int_equal(shop_count(&shop,
                                "SELECT COUNT(*) FROM outbox"
                                " WHERE kind = 'mail.claim_declined'"),
                     1);
}

static void accepting_needs_a_recorded_sale(void **state)
{
    (void)state;
    assert_int_equal(file(&shop.a, "A-1"), CLAIM_OK);
    assert_int_equal(claim_accept(db, arena, shop.brand, the_claim(), 1), CLAIM_NO_SALE);
    sell("A-1", NULL);
    assert_int_equal(claim_accept(db, arena, shop.brand, the_claim(), 1), CLAIM_OK);
}

static void accepting_credits_a_sale_that_nobody_had(void **state)
{
    (void)state;
    sell("A-1", NULL);
    assert_int_equal(file(&shop.a, "A-1"), CLAIM_OK);
    assert_int_equal(claim_accept(db, arena, shop.brand, the_claim(), 1), CLAIM_OK);
    assert_int_equal(shop_count(&shop, "SELECT partner FROM conversion"), (int64_t)shop.a.partner);
    assert_int_equal(shop_count(&shop,
                                "SELECT balance FROM ledger_account"
                                " WHERE purpose = 'pending'"),
                     1299);
    assert_int_equal(shop_count(&shop,
                                "SELECT COUNT(*) FROM outbox"
                                " WHERE kind = 'mail.claim_accepted'"),
                     1);
    assert_int_equal(ledger_verify(migrator, arena, print_line, NULL), LEDGER_VERIFIED);
}

static void accepting_takes_the_sale_from_whoever_had_it(void **state)
{
    (void)state;
    sell("A-1", &shop.b);
    assert_int_equal(file(&shop.a, "A-1"), CLAIM_OK);
    assert_int_equal(claim_accept(db, arena, shop.brand, the_claim(), 1), CLAIM_OK);
    assert_int_equal(shop_count(&shop, "SELECT partner FROM conversion"), (int64_t)shop.a.partner);
    assert_int_equal(shop_count(&shop,
                                "SELECT SUM(balance) FROM ledger_account"
                                " WHERE purpose = 'pending' AND balance > 0"),
                     1299);
    assert_int_equal(ledger_verify(migrator, arena, print_line, NULL), LEDGER_VERIFIED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(files_an_order_once, fresh_shop),
        cmocka_unit_test_setup(refuses_what_says_too_little_or_too_much, fresh_shop),
        cmocka_unit_test_setup(no_partnership_floods_its_brand, fresh_shop),
        cmocka_unit_test_setup(declines_with_words_and_once, fresh_shop),
        cmocka_unit_test_setup(accepting_needs_a_recorded_sale, fresh_shop),
        cmocka_unit_test_setup(accepting_credits_a_sale_that_nobody_had, fresh_shop),
        cmocka_unit_test_setup(accepting_takes_the_sale_from_whoever_had_it, fresh_shop),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
