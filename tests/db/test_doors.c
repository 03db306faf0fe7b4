/* Many doors, one sale: keys, parents, holds, and what a second door changes. */
#include "support/unit.h"

#include "commission/commission_terms.h"
#include "conversion/conversion.h"
#include "conversion/inbox.h"
#include "crypto/keys.h"
#include "report/report.h"
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
    if (!keys_open(testdb_settings()->key_file, arena, &why))
        return -1;
    ledger_verify_add("I14", "a commission equals its recomputation", commission_recompute_check);
    ledger_verify_add("I19", "every commission is told of once", conversion_outbox_check);
    ledger_verify_add("I20", "every conversion has its event", conversion_inbox_check);
    ledger_verify_add("I22", "any day equals its recomputation", report_rollup_check);
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

static void print_line(void *context, const char *line)
{
    (void)context;
    if (strstr(line, "BROKEN") || line[0] == ' ')
        fprintf(stderr, "%s\n", line);
}

static void assert_ledger_holds(void)
{
    assert_int_equal(ledger_verify(migrator, arena, print_line, NULL), LEDGER_VERIFIED);
}

static struct conversion_answer record(const struct sale_event *sale)
{
    struct conversion_answer answer;
    enum conversion_outcome outcome = conversion_record(db, arena, sale, &answer);
    assert_int_equal(outcome, answer.outcome);
    return answer;
}

#define assert_count(n, sql) assert_int_equal(shop_count(&shop, sql), (n))

static bool never_stop(void)
{
    return false;
}

static struct job a_job(const char *name)
{
    return (struct job){.name = name, .db = db, .arena = arena, .asked_to_stop = never_stop};
}

/* A sale told by a door, each with a body of its own. */
static struct sale_event told_by(enum sale_door door)
{
    static uint8_t body;
    struct sale_event sale = shop_sale(&shop);
    sale.door = door;
    sale.event_id = sv_from(arena_printf(arena, "evt-%d", body));
    sale.body_mac[0] = ++body;
    sale.body_mac[1] = 1;
    return sale;
}

/* Keys --------------------------------------------------------------------------------------- */

static void finds_a_sale_by_any_of_its_keys(void **state)
{
    (void)state;
    struct sale_event checkout = told_by(SALE_DOOR_STRIPE), invoice = told_by(SALE_DOOR_STRIPE);
    checkout.order_ref = SV("A-1");
    sale_event_add_key(&checkout, SALE_KEY_SESSION, SV("cs_1"));
    sale_event_add_key(&checkout, SALE_KEY_PAYMENT, SV("pi_1"));
    struct conversion_answer first = record(&checkout);
    assert_int_equal(first.outcome, CONVERSION_CREATED);
    assert_count(3, "SELECT COUNT(*) FROM conversion_key");
    invoice.order_ref = SV("");
    sale_event_add_key(&invoice, SALE_KEY_PAYMENT, SV("pi_1"));
    struct conversion_answer second = record(&invoice);
    assert_int_equal(second.outcome, CONVERSION_DUPLICATE);
    assert_true(uuid_eq(first.pid, second.pid));
    assert_count(1, "SELECT COUNT(*) FROM conversion");
    assert_ledger_holds();
}

static void takes_an_order_key_of_the_doors_own_over_the_reference(void **state)
{
    (void)state;
    struct sale_event sale = told_by(SALE_DOOR_SHOPIFY);
    sale.order_ref = SV("#1001");
    sale_event_add_key(&sale, SALE_KEY_ORDER, SV("5678"));
    assert_int_equal(record(&sale).outcome, CONVERSION_CREATED);
    assert_count(1, "SELECT COUNT(*) FROM conversion_key WHERE kind = 'order' AND value = '5678'");
    assert_count(1, "SELECT COUNT(*) FROM conversion_key");
    assert_count(1, "SELECT COUNT(*) FROM conversion WHERE order_ref = '#1001'");
}

static void scopes_each_kind_of_key_as_it_is_unique(void **state)
{
    (void)state;
    shop_run("UPDATE brand SET order_scope = 'program'");
    struct uuid other = shop_add_program(&shop);
    struct sale_event a = told_by(SALE_DOOR_INGEST), b = told_by(SALE_DOOR_INGEST);
    a.order_ref = b.order_ref = SV("");
    sale_event_add_key(&a, SALE_KEY_USER_EVENT, SV("u1/signup"));
    sale_event_add_key(&b, SALE_KEY_USER_EVENT, SV("u1/signup"));
    b.program_pid = other;
    assert_int_equal(record(&a).outcome, CONVERSION_CREATED);
    assert_int_equal(record(&b).outcome, CONVERSION_CREATED); /* another program's user */
    struct sale_event c = told_by(SALE_DOOR_STRIPE), d = told_by(SALE_DOOR_STRIPE);
    c.order_ref = d.order_ref = SV("");
    sale_event_add_key(&c, SALE_KEY_PAYMENT, SV("pi_1"));
    sale_event_add_key(&d, SALE_KEY_PAYMENT, SV("pi_1"));
    d.program_pid = other;
    assert_int_equal(record(&c).outcome, CONVERSION_CREATED);
    assert_string_equal(record(&d).field, "program_id"); /* a payment is one in the brand */
}

static void knows_an_event_that_is_told_under_other_keys(void **state)
{
    (void)state;
    struct sale_event sale = told_by(SALE_DOOR_STRIPE);
    struct conversion_answer first = record(&sale);
    sale.order_ref = SV("another");
    struct conversion_answer again = record(&sale);
    assert_int_equal(again.outcome, CONVERSION_DUPLICATE);
    assert_true(uuid_eq(first.pid, again.pid));
    assert_count(1, "SELECT COUNT(*) FROM conversion");
}

/* Subscriptions ------------------------------------------------------------------------------ */

static struct sale_event of_subscription(enum sale_door door, enum sale_kind kind, const char *ref)
{
    struct sale_event sale = told_by(door);
    sale.kind = kind;
    sale.subscription = sv_from(ref);
    return sale;
}

static void credits_a_rebill_as_its_first_sale_by_the_settings_of_then(void **state)
{
    (void)state;
    struct sale_event first = of_subscription(SALE_DOOR_STRIPE, SALE_KIND_SALE, "sub_1");
    sale_event_add_code(&first, sv_from(shop.a.code));
    struct conversion_answer sold = record(&first);
    assert_int_equal(sold.commission, 1299);
    shop.settings.rate_bp = 2000;
    shop_save_settings(&shop);
    shop_run(
        "INSERT INTO partnership_version (partnership, no, rate_bp, flat, by_user, from_us)"
        " SELECT id, 1, 2500, NULL, 1, 4000000000000000 FROM partnership");
    shop_run("UPDATE partnership SET version_no = 1");
    struct sale_event rebill = of_subscription(SALE_DOOR_STRIPE, SALE_KIND_REBILL, "sub_1");
    sale_event_add_code(&rebill, sv_from(shop.b.code)); /* a rival's code does not take it over */
    rebill.program_pid = (struct uuid){{0}};
    struct conversion_answer again = record(&rebill);
    assert_int_equal(again.outcome, CONVERSION_CREATED);
    assert_int_equal(again.method, METHOD_PARENT);
    assert_sv_equal(again.reason, "parent");
    assert_int_equal(again.commission, 1299);
    assert_int_equal(shop_count(&shop, "SELECT parent FROM conversion WHERE event = 'rebill'"),
                     sold.id);
    assert_int_equal(shop_count(&shop, "SELECT partner FROM conversion WHERE event = 'rebill'"),
                     shop.a.partner);
    assert_count(1,
                 "SELECT COUNT(*) FROM attribution_candidate WHERE kind = 'parent' AND rank = 0"
                 " AND verdict = 'won'");
    assert_count(1,
                 "SELECT COUNT(*) FROM attribution_candidate WHERE kind = 'coupon'"
                 " AND verdict = 'precedence'");
    assert_ledger_holds();
}

static void credits_the_payment_after_a_trial(void **state)
{
    (void)state;
    struct sale_event trial = of_subscription(SALE_DOOR_API, SALE_KIND_TRIAL, "user-7");
    trial.amount = trial.base = 0;
    trial.ref = sv_from(shop.b.slug);
    assert_int_equal(record(&trial).method, METHOD_REF);
    /* Told by another of our own doors: what the brand calls its user is one name. */
    struct sale_event paid = of_subscription(SALE_DOOR_POSTBACK, SALE_KIND_SALE, "user-7");
    struct conversion_answer answer = record(&paid);
    assert_int_equal(answer.method, METHOD_PARENT);
    assert_int_equal(answer.commission, 1299);
    /* A sale that names somebody itself is theirs. */
    struct sale_event named = of_subscription(SALE_DOOR_POSTBACK, SALE_KIND_SALE, "user-7");
    sale_event_add_code(&named, sv_from(shop.a.code));
    assert_int_equal(record(&named).method, METHOD_COUPON);
    assert_ledger_holds();
}

static void attributes_a_rebill_of_an_unknown_subscription_by_itself(void **state)
{
    (void)state;
    struct sale_event rebill = of_subscription(SALE_DOOR_PADDLE, SALE_KIND_REBILL, "sub_9");
    sale_event_add_code(&rebill, sv_from(shop.a.code));
    assert_int_equal(record(&rebill).method, METHOD_COUPON);
    struct sale_event next = of_subscription(SALE_DOOR_PADDLE, SALE_KIND_REBILL, "sub_9");
    assert_int_equal(record(&next).method, METHOD_PARENT);
    /* Another provider's subscription of the same name is another one. */
    struct sale_event other = of_subscription(SALE_DOOR_STRIPE, SALE_KIND_REBILL, "sub_9");
    assert_int_equal(record(&other).credit, CREDIT_UNATTRIBUTED);
    assert_ledger_holds();
}

static void credits_no_rebill_to_a_creator_who_was_removed(void **state)
{
    (void)state;
    struct sale_event first = of_subscription(SALE_DOOR_STRIPE, SALE_KIND_SALE, "sub_1");
    sale_event_add_code(&first, sv_from(shop.a.code));
    record(&first);
    shop_run("UPDATE partnership SET status = 'ended'");
    struct sale_event rebill = of_subscription(SALE_DOOR_STRIPE, SALE_KIND_REBILL, "sub_1");
    struct conversion_answer answer = record(&rebill);
    assert_int_equal(answer.credit, CREDIT_UNATTRIBUTED);
    assert_sv_equal(answer.reason, "partnership_inactive");
}

/* Holds --------------------------------------------------------------------------------------- */

static void holds_what_the_page_alone_tells(void **state)
{
    (void)state;
    struct job approve = a_job("conversion_approve");
    struct sale_event sale = told_by(SALE_DOOR_PIXEL);
    sale_event_add_code(&sale, sv_from(shop.a.code));
    assert_int_equal(record(&sale).credit, CREDIT_ATTRIBUTED);
    assert_count(1,
                 "SELECT COUNT(*) FROM flag WHERE rule = 'unverified' AND severity = 'hold'"
                 " AND state = 'open'");
    assert_count(1, "SELECT holds FROM commission");
    assert_count(1, "SELECT holds FROM conversion");
    clock_fix(sale.received_us + 60 * CLOCK_DAY);
    assert_int_equal(conversion_job_approve(&approve), JOB_IDLE);
    assert_count(1, "SELECT COUNT(*) FROM commission WHERE status = 'pending'");
    assert_ledger_holds();
}

static void trusts_the_pixel_where_the_program_does(void **state)
{
    (void)state;
    shop.settings.trust_pixel = true;
    shop_save_settings(&shop);
    struct sale_event sale = told_by(SALE_DOOR_PIXEL);
    sale_event_add_code(&sale, sv_from(shop.a.code));
    record(&sale);
    assert_count(0, "SELECT COUNT(*) FROM flag");
    assert_count(0, "SELECT holds FROM commission");
    struct sale_event doubtful = told_by(SALE_DOOR_PIXEL);
    sale_event_add_code(&doubtful, sv_from(shop.a.code));
    doubtful.unverified = true;
    record(&doubtful);
    assert_count(1, "SELECT COUNT(*) FROM flag");
}

/* What the door tells ------------------------------------------------------------------------- */

static void believes_the_door_about_a_buyer_it_does_not_name(void **state)
{
    (void)state;
    struct sale_event told = told_by(SALE_DOOR_API), named = told_by(SALE_DOOR_API);
    told.buyer = SALE_BUYER_NEW;
    record(&told);
    assert_count(1, "SELECT is_new_customer FROM conversion");
    named.buyer = SALE_BUYER_RETURNING;
    named.has_customer = true;
    keys_hash_email(named.customer_hash, SV("jo@example.com"));
    record(&named);
    assert_count(2, "SELECT SUM(is_new_customer) FROM conversion"); /* the hash decides */
}

static void fills_in_categories_that_the_door_does_not_tell(void **state)
{
    static const struct sale_item items[] = {
        {.line_ref = SV("l1"), .sku = SV("MUG"), .base = 1000, .quantity = 1},
        {.sku = SV("CAP"), .category = SV("hats"), .base = 1000, .quantity = 2},
        {.sku = SV("PEN"), .base = 500, .quantity = 1}};
    (void)state;
    shop_run(
        "INSERT INTO sku_category (brand, sku, category) SELECT id, 'MUG', 'kitchen' FROM brand"
        " UNION ALL SELECT id, 'CAP', 'caps' FROM brand"
        " UNION ALL SELECT id + 1, 'PEN', 'office' FROM brand");
    struct sale_event sale = told_by(SALE_DOOR_SHOPIFY);
    sale.items = items;
    sale.n_items = COUNT_OF(items);
    record(&sale);
    assert_count(1,
                 "SELECT COUNT(*) FROM conversion_item WHERE line_ref = 'l1'"
                 " AND category = 'kitchen'");
    assert_count(1, "SELECT COUNT(*) FROM conversion_item WHERE category = 'hats'");
    assert_count(1, "SELECT COUNT(*) FROM conversion_item WHERE sku = 'PEN' AND category = ''");
}

/* Refusals ------------------------------------------------------------------------------------ */

static void keeps_a_refused_sale_and_records_it_when_it_is_replayed(void **state)
{
    (void)state;
    struct job job = a_job("conversion_inbox");
    shop_run("UPDATE program SET status = 'draft'");
    struct sale_event sale = told_by(SALE_DOOR_SHOPIFY);
    sale.has_subtotal = true;
    sale.subtotal = 10000;
    assert_int_equal(record(&sale).refusal, REFUSAL_PROGRAM_DRAFT);
    assert_int_equal(record(&sale).refusal, REFUSAL_PROGRAM_DRAFT);
    assert_count(1,
                 "SELECT COUNT(*) FROM inbox WHERE state = 'refused' AND reason = 'program_draft'");
    shop.settings.base = PROGRAM_BASE_SUBTOTAL;
    shop_save_settings(&shop);
    shop_run("UPDATE program SET status = 'active'");
    uint64_t id = (uint64_t)shop_count(&shop, "SELECT id FROM inbox");
    assert_int_equal(inbox_replay(db, arena, shop.brand, id, 1), INBOX_REPLAY_QUEUED);
    assert_int_equal(conversion_job_inbox(&job), JOB_IDLE);
    assert_count(1, "SELECT COUNT(*) FROM inbox WHERE state = 'processed' AND conversion <> 0");
    assert_count(10000, "SELECT base FROM conversion"); /* by the settings it met now */
    assert_ledger_holds();
}

static void refuses_again_what_is_still_not_right(void **state)
{
    (void)state;
    struct job job = a_job("conversion_inbox");
    struct sale_event sale = told_by(SALE_DOOR_SHOPIFY);
    sale.program_pid = uuid_v7(1);
    assert_int_equal(record(&sale).refusal, REFUSAL_PROGRAM_UNKNOWN);
    uint64_t id = (uint64_t)shop_count(&shop, "SELECT id FROM inbox");
    assert_int_equal(inbox_replay(db, arena, shop.brand, id, 1), INBOX_REPLAY_QUEUED);
    assert_int_equal(conversion_job_inbox(&job), JOB_IDLE);
    assert_count(1,
                 "SELECT COUNT(*) FROM inbox WHERE state = 'refused'"
                 " AND reason = 'program_unknown' AND due_us = 0");
}

static void keeps_no_refusal_of_what_any_page_can_tell(void **state)
{
    (void)state;
    struct sale_event sale = told_by(SALE_DOOR_PIXEL);
    sale.program_pid = uuid_v7(1);
    assert_int_equal(record(&sale).refusal, REFUSAL_PROGRAM_UNKNOWN);
    assert_count(0, "SELECT COUNT(*) FROM inbox");
}

#define door_test(f) cmocka_unit_test_setup(f, fresh_shop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        door_test(finds_a_sale_by_any_of_its_keys),
        door_test(takes_an_order_key_of_the_doors_own_over_the_reference),
        door_test(scopes_each_kind_of_key_as_it_is_unique),
        door_test(knows_an_event_that_is_told_under_other_keys),
        door_test(credits_a_rebill_as_its_first_sale_by_the_settings_of_then),
        door_test(credits_the_payment_after_a_trial),
        door_test(attributes_a_rebill_of_an_unknown_subscription_by_itself),
        door_test(credits_no_rebill_to_a_creator_who_was_removed),
        door_test(holds_what_the_page_alone_tells),
        door_test(trusts_the_pixel_where_the_program_does),
        door_test(believes_the_door_about_a_buyer_it_does_not_name),
        door_test(fills_in_categories_that_the_door_does_not_tell),
        door_test(keeps_a_refused_sale_and_records_it_when_it_is_replayed),
        door_test(refuses_again_what_is_still_not_right),
        door_test(keeps_no_refusal_of_what_any_page_can_tell),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
