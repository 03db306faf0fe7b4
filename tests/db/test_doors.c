/* Many doors, one sale: keys, parents, holds, and what a second door changes. */
#include "support/unit.h"

#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "commission/commission_terms.h"
#include "conversion/adjustment.h"
#include "conversion/conversion.h"
#include "conversion/conversion_list.h"
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
    ledger_verify_add("I10", "a sale gave back what its adjustments say", adjustment_refund_check);
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
    static uint32_t no;
    struct sale_event sale = shop_sale(&shop);
    no++;
    sale.door = door;
    sale.event_id = sv_from(arena_printf(arena, "evt-%" PRIu32, no));
    memcpy(sale.body_mac, &no, sizeof no);
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
    sale.body_mac[3] = 9; /* another sale under the same id is set aside */
    again = record(&sale);
    assert_int_equal(again.outcome, CONVERSION_CONFLICT);
    assert_string_equal(again.field, "event_id");
    assert_count(1, "SELECT COUNT(*) FROM conversion_key");
    assert_count(1, "SELECT COUNT(*) FROM inbox WHERE state = 'conflict' AND field = 'event_id'");
    assert_ledger_holds();
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

/* A second door ------------------------------------------------------------------------------- */

/* The same order as told by another door. */
static struct sale_event same_order(const struct sale_event *sale, enum sale_door door)
{
    struct sale_event other = told_by(door);
    other.order_ref = sale->order_ref;
    return other;
}

static void adds_what_a_second_door_knows(void **state)
{
    static const struct sale_item items[] = {{.sku = SV("MUG"), .base = 12990, .quantity = 1}};
    (void)state;
    struct sale_event first = told_by(SALE_DOOR_POSTBACK);
    sale_event_add_code(&first, sv_from(shop.a.code));
    struct conversion_answer recorded = record(&first);
    struct sale_event second = same_order(&first, SALE_DOOR_SHOPIFY);
    sale_event_add_key(&second, SALE_KEY_PAYMENT, SV("pi_1"));
    second.country = SV("DE");
    second.has_customer = second.has_ip = true;
    keys_hash_email(second.customer_hash, SV("jo@example.com"));
    second.ip_hash[0] = 7;
    second.items = items;
    second.n_items = 1;
    second.subscription = SV("sub_1");
    for (int i = 0; i < 2; i++) { /* told again, it changes nothing more */
        struct conversion_answer answer = record(&second);
        assert_int_equal(answer.outcome, CONVERSION_DUPLICATE);
        assert_true(uuid_eq(answer.pid, recorded.pid));
        assert_int_equal(answer.commission, 1299);
        assert_int_equal(answer.method, METHOD_COUPON);
        assert_count(2, "SELECT COUNT(*) FROM conversion_key");
        assert_count(1,
                     "SELECT COUNT(*) FROM conversion WHERE country = 'DE' AND customer <> 0"
                     " AND is_new_customer = 1 AND HEX(ip_hash) LIKE '07%' AND door_rank = 3");
        assert_count(1, "SELECT COUNT(*) FROM conversion_item");
        assert_count(1, "SELECT COUNT(*) FROM subscription");
        assert_count(1, "SELECT COUNT(*) FROM commission");
        assert_count(2, "SELECT COUNT(*) FROM inbox WHERE state = 'processed'");
        assert_count(1, "SELECT SUM(sales) FROM rollup_delta WHERE country = 'DE'");
        assert_count(0, "SELECT SUM(sales) FROM rollup_delta WHERE country = ''");
        assert_ledger_holds();
    }
    struct inbox_page page;
    assert_int_equal(inbox_list_of_conversion(db, arena, shop.brand, recorded.pid, &page), DB_OK);
    assert_int_equal(page.n, 2);
    assert_sv_equal(page.v[1].door, "shopify");
    struct sale_event payment = told_by(SALE_DOOR_STRIPE);
    payment.order_ref = SV("");
    sale_event_add_key(&payment, SALE_KEY_PAYMENT, SV("pi_1"));
    assert_int_equal(record(&payment).outcome, CONVERSION_DUPLICATE); /* by the new key */
}

static void enriches_from_the_same_event_with_another_body(void **state)
{
    (void)state;
    struct sale_event sale = shop_sale(&shop);
    sale.body_mac[0] = 1;
    record(&sale);
    sale.body_mac[0] = 2;
    sale.country = SV("FR");
    assert_int_equal(record(&sale).outcome, CONVERSION_DUPLICATE);
    assert_int_equal(record(&sale).outcome, CONVERSION_DUPLICATE);
    assert_count(1, "SELECT COUNT(*) FROM conversion WHERE country = 'FR'");
    assert_count(2, "SELECT COUNT(*) FROM inbox WHERE state = 'processed'");
    assert_ledger_holds();
}

static void believes_the_higher_door_about_the_amount(void **state)
{
    (void)state;
    struct sale_event page = told_by(SALE_DOOR_PIXEL);
    sale_event_add_code(&page, sv_from(shop.a.code));
    page.amount = page.base = 20000;
    struct conversion_answer first = record(&page);
    struct sale_event hook = same_order(&page, SALE_DOOR_SHOPIFY);
    struct conversion_answer second = record(&hook);
    assert_int_equal(second.outcome, CONVERSION_DUPLICATE);
    assert_true(uuid_eq(first.pid, second.pid));
    assert_int_equal(second.commission, 1299);
    assert_int_equal(second.method, METHOD_COUPON); /* whom the page named stays credited */
    assert_count(1,
                 "SELECT COUNT(*) FROM conversion WHERE gross = 12990 AND door_rank = 3"
                 " AND attribution_no = 2 AND holds = 0");
    assert_count(1,
                 "SELECT COUNT(*) FROM commission WHERE status = 'rejected'"
                 " AND attribution_no = 1 AND holds = 0");
    assert_count(1,
                 "SELECT COUNT(*) FROM commission WHERE status = 'pending'"
                 " AND attribution_no = 2 AND holds = 0");
    assert_count(0, "SELECT COUNT(*) FROM flag WHERE state = 'open'");
    assert_count(1, "SELECT COUNT(*) FROM commission_event WHERE reason = 'replaced'");
    assert_count(2, "SELECT COUNT(*) FROM attribution");
    assert_count(1, "SELECT COUNT(*) FROM attribution_candidate WHERE no = 2 AND rank = 0");
    assert_count(1299, "SELECT balance FROM ledger_account WHERE purpose = 'pending'");
    assert_count(12990, "SELECT SUM(gross) FROM rollup_delta");
    assert_count(1299, "SELECT SUM(earned) FROM rollup_delta");
    assert_ledger_holds();
    /* The page again: its own event is known, and nobody contradicts anybody. */
    assert_int_equal(record(&page).outcome, CONVERSION_DUPLICATE);
    struct sale_event other = same_order(&page, SALE_DOOR_API);
    other.amount = other.base = 20000;
    assert_string_equal(record(&other).field, "amount"); /* a lower door contradicts in vain */
    assert_count(1, "SELECT COUNT(*) FROM inbox WHERE state = 'conflict' AND conversion <> 0");
    assert_ledger_holds();
}

static void lets_a_higher_door_replace_nothing_that_is_approved(void **state)
{
    (void)state;
    struct job approve = a_job("conversion_approve");
    struct sale_event first = told_by(SALE_DOOR_API);
    sale_event_add_code(&first, sv_from(shop.a.code));
    record(&first);
    clock_fix(first.received_us + 31 * CLOCK_DAY);
    assert_int_equal(conversion_job_approve(&approve), JOB_WORKED);
    struct sale_event second = same_order(&first, SALE_DOOR_STRIPE);
    second.amount = second.base = 20000;
    struct conversion_answer answer = record(&second);
    assert_int_equal(answer.outcome, CONVERSION_CONFLICT);
    assert_string_equal(answer.field, "amount");
    assert_count(12990, "SELECT gross FROM conversion");
    assert_ledger_holds();
}

static void credits_whom_the_higher_door_names(void **state)
{
    (void)state;
    struct sale_event first = told_by(SALE_DOOR_API);
    first.ref = sv_from(shop.a.slug);
    record(&first);
    struct sale_event second = same_order(&first, SALE_DOOR_SHOPIFY);
    second.token = sv_from(shop.b.token);
    assert_int_equal(record(&second).outcome, CONVERSION_DUPLICATE);
    /* Both are weighed: a link's token comes before a ref. */
    assert_int_equal(shop_count(&shop, "SELECT partner FROM conversion"), shop.b.partner);
    assert_count(2, "SELECT COUNT(*) FROM attribution_candidate WHERE no = 2");
    assert_count(1299, "SELECT SUM(balance) FROM ledger_account WHERE purpose = 'pending'");
    assert_ledger_holds();
    struct sale_event third = same_order(&first, SALE_DOOR_SHOPIFY);
    sale_event_add_code(&third, sv_from(shop.a.code)); /* of the same rank: the first stands */
    assert_int_equal(record(&third).outcome, CONVERSION_DUPLICATE);
    assert_int_equal(shop_count(&shop, "SELECT partner FROM conversion"), shop.b.partner);
}

static void credits_a_sale_that_nobody_was_credited_with(void **state)
{
    static const enum sale_door orders[][2] = {{SALE_DOOR_SHOPIFY, SALE_DOOR_PIXEL},
                                               {SALE_DOOR_PIXEL, SALE_DOOR_SHOPIFY}};
    (void)state;
    shop.settings.network_fee_bp = 2000;
    shop_save_settings(&shop);
    for (size_t i = 0; i < COUNT_OF(orders); i++) { /* whichever of the two comes first */
        struct sale_event first = told_by(orders[i][0]);
        struct sale_event second = same_order(&first, orders[i][1]);
        struct sale_event *page = orders[i][0] == SALE_DOOR_PIXEL ? &first : &second;
        page->click = shop_click(&shop, (struct shop_click){.creator = &shop.a});
        record(&first);
        struct conversion_answer answer = record(&second);
        assert_int_equal(answer.outcome, CONVERSION_DUPLICATE);
        assert_int_equal(answer.method, METHOD_CLICK);
        assert_int_equal(answer.commission, 1299);
        assert_count(0, "SELECT COUNT(*) FROM flag WHERE state = 'open'");
        assert_count(0, "SELECT SUM(holds) FROM commission");
        assert_count(0, "SELECT SUM(holds) FROM conversion");
        assert_ledger_holds();
    }
    assert_count(2, "SELECT COUNT(*) FROM conversion WHERE status = 'pending'");
}

static void releases_the_hold_when_another_door_vouches(void **state)
{
    (void)state;
    struct sale_event page = told_by(SALE_DOOR_PIXEL);
    sale_event_add_code(&page, sv_from(shop.a.code));
    record(&page);
    struct sale_event again = same_order(&page, SALE_DOOR_PIXEL);
    record(&again);
    assert_count(1, "SELECT holds FROM commission"); /* the page twice vouches for nothing */
    struct sale_event hook = same_order(&page, SALE_DOOR_API);
    record(&hook);
    assert_count(1,
                 "SELECT COUNT(*) FROM flag WHERE state = 'released' AND decided_by = 0"
                 " AND decided_us > 0");
    assert_count(0, "SELECT holds FROM commission");
    assert_count(0, "SELECT holds FROM conversion");
    assert_count(1, "SELECT COUNT(*) FROM commission_event WHERE reason = 'verified' AND seq = 2");
    assert_ledger_holds();
    struct job approve = a_job("conversion_approve");
    clock_fix(page.received_us + 31 * CLOCK_DAY);
    assert_int_equal(conversion_job_approve(&approve), JOB_WORKED);
    assert_ledger_holds();
}

static void keeps_other_holds_when_the_amount_is_replaced(void **state)
{
    (void)state;
    struct sale_event first = told_by(SALE_DOOR_API);
    sale_event_add_code(&first, sv_from(shop.a.code));
    struct conversion_answer recorded = record(&first);
    (void)recorded;
    shop_run(
        "INSERT INTO flag (commission, brand, mode, rule, severity, state, at_us)"
        " SELECT id, brand, mode, 'velocity_ip', 'hold', 'open', 1 FROM commission");
    shop_run("UPDATE commission SET holds = 1");
    shop_run("UPDATE conversion SET holds = 1");
    struct sale_event second = same_order(&first, SALE_DOOR_SHOPIFY);
    second.amount = second.base = 10000;
    record(&second);
    assert_count(1, "SELECT holds FROM commission WHERE attribution_no = 2 AND amount = 1000");
    assert_count(1, "SELECT holds FROM conversion");
    assert_count(1, "SELECT COUNT(*) FROM flag WHERE state = 'open'");
    assert_ledger_holds();
}

static void takes_a_sale_that_awaits_its_click_at_the_higher_doors_amount(void **state)
{
    (void)state;
    struct job job = a_job("conversion_inbox");
    struct sale_event first = told_by(SALE_DOOR_API);
    first.click = uuid_v7(first.received_us - CLOCK_MINUTE);
    assert_int_equal(record(&first).credit, CREDIT_AWAITING);
    struct sale_event second = same_order(&first, SALE_DOOR_SHOPIFY);
    second.amount = second.base = 10000;
    assert_int_equal(record(&second).outcome, CONVERSION_DUPLICATE);
    assert_ledger_holds();
    shop_put_click(&shop, first.click,
                   (struct shop_click){.creator = &shop.a,
                                       .at_us = first.received_us - CLOCK_MINUTE,
                                       .visitor = uuid_v7(first.received_us)});
    shop_run("UPDATE inbox SET due_us = 1 WHERE state = 'parked'");
    assert_int_equal(conversion_job_inbox(&job), JOB_IDLE);
    assert_count(1000, "SELECT amount FROM commission");
    assert_ledger_holds();
}

/* Two that are one ---------------------------------------------------------------------------- */

/* Two sales, and an event that has keys of both. */
static struct sale_event bridge(struct sale_event *order, struct sale_event *payment)
{
    *order = told_by(SALE_DOOR_API);
    order->order_ref = SV("A-1");
    *payment = told_by(SALE_DOOR_STRIPE);
    payment->order_ref = SV("");
    sale_event_add_key(payment, SALE_KEY_PAYMENT, SV("pi_1"));
    struct sale_event both = told_by(SALE_DOOR_STRIPE);
    both.order_ref = SV("A-1");
    sale_event_add_key(&both, SALE_KEY_PAYMENT, SV("pi_1"));
    return both;
}

static void makes_one_of_two_sales_that_an_event_bridges(void **state)
{
    (void)state;
    struct sale_event order, payment, both = bridge(&order, &payment);
    sale_event_add_code(&order, sv_from(shop.a.code));
    sale_event_add_code(&payment, sv_from(shop.b.code));
    payment.country = SV("DE");
    struct conversion_answer elder = record(&order), younger = record(&payment);
    assert_int_equal(younger.outcome, CONVERSION_CREATED);
    for (int i = 0; i < 2; i++) {
        struct conversion_answer answer = record(&both);
        assert_int_equal(answer.outcome, CONVERSION_DUPLICATE);
        assert_true(uuid_eq(answer.pid, elder.pid));
        assert_int_equal(shop_count(&shop,
                                    "SELECT merged_into FROM conversion WHERE"
                                    " status = 'rejected'"),
                         elder.id);
        assert_count(1, "SELECT COUNT(*) FROM commission_event WHERE reason = 'merged'");
        assert_int_equal(shop_count(&shop, "SELECT MIN(conversion) FROM conversion_key"), elder.id);
        assert_int_equal(shop_count(&shop, "SELECT MAX(conversion) FROM conversion_key"), elder.id);
        assert_count(1299, "SELECT SUM(balance) FROM ledger_account WHERE purpose = 'pending'");
        assert_count(1, "SELECT SUM(sales) FROM rollup_delta");
        assert_count(1, "SELECT COUNT(*) FROM conversion WHERE country = 'DE' AND merged_into = 0");
        assert_ledger_holds();
    }
    struct inbox_page page;
    assert_int_equal(inbox_list_of_conversion(db, arena, shop.brand, elder.pid, &page), DB_OK);
    assert_int_equal(page.n, 3);
    assert_int_equal(record(&payment).outcome, CONVERSION_DUPLICATE);
    struct sale_page list;
    struct sale_filter filter;
    const char *field;
    struct sale_scope scope = {&shop.brand, 1, false};
    struct sale_query query = {0};
    assert_int_equal(sale_query_resolve(db, arena, &scope, &query, &filter, &field), SALE_QUERY_OK);
    assert_int_equal(sale_list(db, arena, &filter, &list), DB_OK);
    assert_int_equal(list.n, 1);
    assert_int_equal(list.count, 1);
}

static void credits_the_elder_as_the_younger_was_where_nobody_had_it(void **state)
{
    (void)state;
    struct sale_event order, payment, both = bridge(&order, &payment);
    sale_event_add_code(&payment, sv_from(shop.b.code));
    payment.amount = payment.base = both.amount = both.base = 10000;
    record(&order);
    record(&payment);
    struct conversion_answer answer = record(&both);
    assert_int_equal(answer.outcome, CONVERSION_DUPLICATE);
    assert_int_equal(answer.method, METHOD_COUPON);
    assert_int_equal(answer.commission, 1000); /* the higher door's amount */
    assert_ledger_holds();
}

static void moves_subscriptions_and_items_to_the_elder(void **state)
{
    static const struct sale_item items[] = {{.sku = SV("MUG"), .base = 12990, .quantity = 1}};
    (void)state;
    struct sale_event order, payment, both = bridge(&order, &payment);
    sale_event_add_code(&order, sv_from(shop.a.code));
    payment.subscription = SV("sub_1");
    payment.items = items;
    payment.n_items = 1;
    struct conversion_answer elder = record(&order);
    record(&payment);
    record(&both);
    assert_int_equal(shop_count(&shop, "SELECT first_conversion FROM subscription"), elder.id);
    assert_int_equal(shop_count(&shop, "SELECT conversion FROM conversion_item"), elder.id);
    struct sale_event rebill = of_subscription(SALE_DOOR_STRIPE, SALE_KIND_REBILL, "sub_1");
    assert_int_equal(record(&rebill).method, METHOD_PARENT);
    assert_ledger_holds();
}

static void takes_back_an_approved_commission_of_the_younger(void **state)
{
    (void)state;
    struct job approve = a_job("conversion_approve");
    struct sale_event order, payment, both = bridge(&order, &payment);
    sale_event_add_code(&order, sv_from(shop.a.code));
    sale_event_add_code(&payment, sv_from(shop.b.code));
    record(&order);
    record(&payment);
    clock_fix(order.received_us + 31 * CLOCK_DAY);
    assert_int_equal(conversion_job_approve(&approve), JOB_WORKED);
    record(&both);
    assert_count(1, "SELECT COUNT(*) FROM commission WHERE status = 'reversed'");
    assert_count(1,
                 "SELECT COUNT(*) FROM conversion WHERE status = 'reversed' AND merged_into <> 0");
    assert_count(1299, "SELECT SUM(balance) FROM ledger_account WHERE purpose = 'available'");
    assert_ledger_holds();
}

/* By hand ------------------------------------------------------------------------------------- */

static enum conversion_attach_result attach(struct uuid sale, const struct shop_creator *to)
{
    return conversion_reattribute(db, arena, shop.brand, sale, to->partnership,
                                  SV("the order form names her"), 77);
}

static void credits_by_hand_whom_the_brand_says(void **state)
{
    (void)state;
    shop.settings.network_fee_bp = 2000;
    shop_save_settings(&shop);
    struct sale_event sale = told_by(SALE_DOOR_API);
    struct conversion_answer recorded = record(&sale);
    assert_int_equal(recorded.credit, CREDIT_UNATTRIBUTED);
    assert_int_equal(attach(recorded.pid, &shop.a), CONVERSION_ATTACHED);
    assert_int_equal(attach(recorded.pid, &shop.a), CONVERSION_ATTACH_SAME);
    assert_count(1,
                 "SELECT COUNT(*) FROM conversion WHERE method = 'manual' AND status = 'pending'"
                 " AND attribution_no = 2");
    assert_count(1, "SELECT COUNT(*) FROM attribution WHERE no = 2 AND by_user = 77");
    assert_count(1,
                 "SELECT COUNT(*) FROM commission_event WHERE reason = 'manual' AND actor = 77"
                 " AND note = 'the order form names her'");
    assert_count(1,
                 "SELECT COUNT(*) FROM commission_event WHERE reason = 'reattributed'"
                 " AND to_status = 'rejected' AND note = ''");
    assert_ledger_holds();
    /* No door changes what a person decided, but a higher one's amount still holds. */
    struct sale_event hook = same_order(&sale, SALE_DOOR_SHOPIFY);
    sale_event_add_code(&hook, sv_from(shop.b.code));
    hook.amount = hook.base = 10000;
    assert_int_equal(record(&hook).commission, 1000);
    assert_int_equal(shop_count(&shop, "SELECT partner FROM conversion"), shop.a.partner);
    assert_count(1, "SELECT COUNT(*) FROM conversion WHERE method = 'manual'");
    assert_ledger_holds();
}

static void moves_an_approved_commission_by_hand_and_no_paid_one(void **state)
{
    (void)state;
    struct job approve = a_job("conversion_approve");
    struct sale_event sale = told_by(SALE_DOOR_API);
    sale_event_add_code(&sale, sv_from(shop.a.code));
    struct conversion_answer recorded = record(&sale);
    clock_fix(sale.received_us + 31 * CLOCK_DAY);
    assert_int_equal(conversion_job_approve(&approve), JOB_WORKED);
    assert_int_equal(attach(recorded.pid, &shop.b), CONVERSION_ATTACHED);
    assert_count(1, "SELECT COUNT(*) FROM commission WHERE status = 'reversed'");
    assert_count(0, "SELECT SUM(balance) FROM ledger_account WHERE purpose = 'available'");
    assert_ledger_holds();
    assert_int_equal(conversion_job_approve(&approve), JOB_WORKED); /* its holdback is long over */
    shop_run("UPDATE commission SET paid = 1 WHERE attribution_no = 2");
    assert_int_equal(attach(recorded.pid, &shop.a), CONVERSION_ATTACH_PAID);
    shop_run("UPDATE commission SET paid = 0");
    assert_ledger_holds();
}

static void attaches_no_sale_and_no_partner_of_others(void **state)
{
    (void)state;
    struct sale_event sale = told_by(SALE_DOOR_API);
    struct conversion_answer recorded = record(&sale);
    assert_int_equal(conversion_reattribute(db, arena, shop.brand + 1, recorded.pid,
                                            shop.a.partnership, SV("x"), 1),
                     CONVERSION_ATTACH_NO_SALE);
    assert_int_equal(
        conversion_reattribute(db, arena, shop.brand, recorded.pid, 999999, SV("x"), 1),
        CONVERSION_ATTACH_NO_PARTNER);
    shop_run("UPDATE partnership SET status = 'ended'");
    assert_int_equal(attach(recorded.pid, &shop.a), CONVERSION_ATTACH_NO_PARTNER);
    assert_ledger_holds();
}

static void attaches_a_sale_that_waits_for_its_click(void **state)
{
    (void)state;
    struct job job = a_job("conversion_inbox");
    struct sale_event sale = told_by(SALE_DOOR_API);
    sale.click = uuid_v7(sale.received_us - CLOCK_MINUTE);
    struct conversion_answer recorded = record(&sale);
    assert_int_equal(attach(recorded.pid, &shop.b), CONVERSION_ATTACHED);
    assert_count(1, "SELECT COUNT(*) FROM conversion WHERE status = 'pending'");
    assert_count(0, "SELECT COUNT(*) FROM inbox WHERE due_us <> 0 OR state <> 'processed'");
    shop_run("UPDATE inbox SET due_us = 1, state = 'parked'"); /* as if the job had it already */
    assert_int_equal(conversion_job_inbox(&job), JOB_IDLE);
    assert_count(1, "SELECT COUNT(*) FROM commission");
    assert_ledger_holds();
}

/* Refunds and changes ------------------------------------------------------------------------- */

static void refund(const char *ref, struct sv order, int64_t amount)
{
    struct adjustment_answer answer;
    struct adjustment_event event = {.door = SALE_DOOR_API,
                                     .brand = shop.brand,
                                     .event_id = sv_from(ref),
                                     .kind = ADJUSTMENT_REFUND,
                                     .ref = sv_from(ref),
                                     .targets = {{SALE_KEY_ORDER, order}},
                                     .n_targets = 1,
                                     .extent = ADJUSTMENT_OF_TOTAL,
                                     .amount = amount,
                                     .received_us = clock_business_us()};
    enum adjustment_outcome outcome = conversion_adjust(db, arena, &event, &answer);
    assert_true(outcome == ADJUSTMENT_APPLIED || outcome == ADJUSTMENT_PARKED);
}

/* Page, webhook and refund end alike in every order. */
static void takes_a_refund_of_the_price_that_holds(void **state)
{
    static const int orders[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                    {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(orders); i++) {
        struct sv order = sv_from(arena_printf(arena, "A-%zu", i));
        struct sale_event page = told_by(SALE_DOOR_PIXEL), hook = told_by(SALE_DOOR_SHOPIFY);
        page.order_ref = hook.order_ref = order;
        page.amount = page.base = 20000;
        hook.amount = hook.base = 10000;
        sale_event_add_code(&page, sv_from(shop.a.code));
        for (int k = 0; k < 3; k++) {
            if (orders[i][k] == 2)
                refund(arena_printf(arena, "r-%zu", i), order, 2500);
            else
                record(orders[i][k] == 0 ? &page : &hook);
        }
        assert_int_equal(shop_count(&shop,
                                    "SELECT COUNT(*) FROM conversion WHERE gross = 10000"
                                    " AND refunded_base = 2500 AND status = 'pending'"),
                         i + 1);
        assert_int_equal(shop_count(&shop,
                                    "SELECT SUM(balance) FROM ledger_account"
                                    " WHERE purpose = 'pending'"),
                         750 * (i + 1));
        assert_int_equal(shop_count(&shop, "SELECT SUM(clawed_earned) FROM rollup_delta"),
                         250 * (i + 1));
        assert_ledger_holds();
    }
}

static void credits_by_hand_what_the_refund_left(void **state)
{
    (void)state;
    struct sale_event sale = told_by(SALE_DOOR_API);
    sale_event_add_code(&sale, sv_from(shop.a.code));
    struct conversion_answer recorded = record(&sale);
    refund("r-1", sale.order_ref, 6495);
    assert_int_equal(attach(recorded.pid, &shop.b), CONVERSION_ATTACHED);
    assert_count(
        1, "SELECT COUNT(*) FROM conversion WHERE status = 'pending' AND refunded_base = 6495");
    assert_count(649, "SELECT SUM(balance) FROM ledger_account WHERE purpose = 'pending'");
    assert_ledger_holds();
    refund("r-2", sale.order_ref, 6495);
    assert_int_equal(attach(recorded.pid, &shop.a), CONVERSION_ATTACH_SETTLED);
    assert_ledger_holds();
}

static void moves_the_refunds_of_the_younger_to_the_elder(void **state)
{
    (void)state;
    struct sale_event order, payment, both = bridge(&order, &payment);
    sale_event_add_code(&order, sv_from(shop.a.code));
    sale_event_add_code(&payment, sv_from(shop.b.code));
    payment.order_ref = SV("B-1");
    record(&order);
    record(&payment);
    refund("r-1", SV("B-1"), 6495);
    record(&both);
    assert_count(6495, "SELECT refunded_base FROM conversion WHERE merged_into = 0");
    assert_count(0, "SELECT refunded_base FROM conversion WHERE merged_into <> 0");
    assert_ledger_holds();
    refund("r-2", SV("B-1"), 1000); /* by a key that moved */
    assert_count(7495, "SELECT refunded_base FROM conversion WHERE merged_into = 0");
    assert_ledger_holds();
}

/* Races and faults ---------------------------------------------------------------------------- */

static int tell_from_own_process(const struct sale_event *sale)
{
    struct arena *own = arena_new(ARENA_CEILING_DEFAULT);
    struct db *connection = testdb_open();
    struct conversion_answer answer;
    enum conversion_outcome outcome = CONVERSION_UNAVAILABLE;
    for (int i = 0; i < 20 && outcome == CONVERSION_UNAVAILABLE; i++) {
        if (i > 0)
            usleep(200 * 1000);
        outcome = conversion_record(connection, own, sale, &answer);
    }
    return (int)outcome;
}

/* Each event from a process of its own, all at once. */
static void tell_at_once(const struct sale_event *sales, size_t n,
                         int outcomes[CONVERSION_UNAVAILABLE + 1])
{
    pid_t children[32];
    assert_true(n <= COUNT_OF(children));
    atomic_int *go =
        mmap(NULL, sizeof *go, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(go, MAP_FAILED);
    for (size_t i = 0; i < n; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] != 0)
            continue;
        while (!atomic_load(go))
            usleep(200);
        _exit(tell_from_own_process(&sales[i]));
    }
    atomic_store(go, 1);
    for (size_t i = 0; i < n; i++) {
        int status;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) <= CONVERSION_UNAVAILABLE);
        outcomes[WEXITSTATUS(status)]++;
    }
    munmap(go, sizeof *go);
}

static void records_one_sale_whatever_keys_are_told_at_the_same_moment(void **state)
{
    static const enum sale_door doors[] = {SALE_DOOR_STRIPE, SALE_DOOR_API, SALE_DOOR_PIXEL,
                                           SALE_DOOR_POSTBACK};
    enum { ROUNDS = 5, EVENTS = 16 };
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct sale_event events[EVENTS];
        int outcomes[CONVERSION_UNAVAILABLE + 1] = {0};
        for (size_t i = 0; i < EVENTS; i++) {
            struct sale_event *e = &events[i];
            *e = told_by(doors[i % COUNT_OF(doors)]);
            sale_event_add_code(e, sv_from(shop.a.code));
            e->order_ref = i % 4 < 3 ? sv_from(arena_printf(arena, "A-%d", round)) : SV("");
            if (i % 4 != 2)
                sale_event_add_key(e, SALE_KEY_PAYMENT,
                                   sv_from(arena_printf(arena, "pi_%d", round)));
        }
        tell_at_once(events, EVENTS, outcomes);
        assert_int_equal(outcomes[CONVERSION_CREATED] + outcomes[CONVERSION_DUPLICATE], EVENTS);
        /* Two with no key in common may both be first, until a third shows them to be one. */
        assert_true(outcomes[CONVERSION_CREATED] >= 1);
        assert_int_equal(shop_count(&shop, "SELECT COUNT(*) FROM conversion WHERE merged_into = 0"),
                         round + 1);
        assert_int_equal(
            shop_count(&shop, "SELECT COUNT(*) FROM commission WHERE status = 'pending'"),
            round + 1);
        assert_int_equal(shop_count(&shop, "SELECT COUNT(*) FROM conversion_key"), 2 * (round + 1));
        assert_int_equal(shop_count(&shop, "SELECT COUNT(*) FROM inbox WHERE state = 'processed'"),
                         EVENTS * (round + 1));
        assert_ledger_holds();
    }
}

static void ends_the_same_whichever_of_three_doors_comes_first(void **state)
{
    static const int orders[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                    {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(orders); i++) {
        struct sale_event events[3] = {told_by(SALE_DOOR_PIXEL), told_by(SALE_DOOR_POSTBACK),
                                       told_by(SALE_DOOR_SHOPIFY)};
        struct sv order = sv_from(arena_printf(arena, "A-%zu", i));
        struct sv payment = sv_from(arena_printf(arena, "pi_%zu", i));
        events[0].order_ref = order; /* names the creator, and a wrong amount */
        events[0].click = shop_click(&shop, (struct shop_click){.creator = &shop.a});
        events[0].amount = events[0].base = 20000;
        events[1].order_ref = SV(""); /* knows the payment alone */
        sale_event_add_key(&events[1], SALE_KEY_PAYMENT, payment);
        events[1].country = SV("DE");
        events[2].order_ref = order; /* knows both */
        sale_event_add_key(&events[2], SALE_KEY_PAYMENT, payment);
        for (int k = 0; k < 3; k++)
            assert_int_not_equal(record(&events[orders[i][k]]).outcome, CONVERSION_REFUSED);
        assert_int_equal(shop_count(&shop,
                                    "SELECT COUNT(*) FROM conversion WHERE merged_into = 0"
                                    " AND gross = 12990 AND country = 'DE'"
                                    " AND method = 'click' AND holds = 0"
                                    " AND door_rank = 3"),
                         i + 1);
        assert_int_equal(shop_count(&shop,
                                    "SELECT SUM(balance) FROM ledger_account"
                                    " WHERE purpose = 'pending'"),
                         1299 * (i + 1));
        assert_ledger_holds();
    }
}

/* What the known sales of one round are, and the event that changes them. */
struct round {
    struct sale_event before[2], event;
    size_t n;
};

static struct round replacing_round(void)
{
    struct round r = {.n = 1, .before = {told_by(SALE_DOOR_PIXEL)}};
    sale_event_add_code(&r.before[0], sv_from(shop.a.code));
    r.event = same_order(&r.before[0], SALE_DOOR_SHOPIFY);
    r.event.amount = r.event.base = 10000;
    r.event.country = SV("DE");
    sale_event_add_code(&r.event, sv_from(shop.b.code));
    return r;
}

static struct round merging_round(void)
{
    static int no;
    struct round r = {.n = 2, .before = {told_by(SALE_DOOR_API), told_by(SALE_DOOR_STRIPE)}};
    struct sv payment = sv_from(arena_printf(arena, "pi_%d", no++));
    sale_event_add_code(&r.before[0], sv_from(shop.a.code));
    sale_event_add_code(&r.before[1], sv_from(shop.b.code));
    sale_event_add_key(&r.before[1], SALE_KEY_PAYMENT, payment);
    r.event = same_order(&r.before[0], SALE_DOOR_STRIPE);
    sale_event_add_key(&r.event, SALE_KEY_PAYMENT, payment);
    return r;
}

/* Until it is stored, as a provider would. */
static void tell_until_stored(const struct sale_event *event)
{
    struct job job = a_job("conversion_inbox");
    for (int i = 0; i < 5; i++) {
        struct conversion_answer answer = record(event);
        if (answer.outcome == CONVERSION_DUPLICATE)
            return;
        shop_run("UPDATE inbox SET due_us = 1 WHERE state = 'failed'");
        assert_int_not_equal(conversion_job_inbox(&job), JOB_UNAVAILABLE);
    }
    fail_msg("the event was never stored");
}

static void fail_every_call_of(struct round (*make)(void), int64_t pending_each)
{
    static const enum db_fault faults[] = {DB_FAULT_DEADLOCK, DB_FAULT_LOST_BEFORE,
                                           DB_FAULT_LOST_AFTER, DB_FAULT_ERROR};
    int64_t rounds = 0;
    uint64_t calls = 1;
    for (size_t f = 0; f < COUNT_OF(faults); f++) {
        for (uint64_t n = 0; n <= calls;
             n++) { /* the 0th: nothing fails, and the calls are counted */
            struct round r = make();
            for (size_t i = 0; i < r.n; i++)
                assert_int_equal(record(&r.before[i]).outcome, CONVERSION_CREATED);
            db_fault_arm(db, n, faults[f]);
            struct conversion_answer answer = record(&r.event);
            if (n == 0)
                calls = db_calls_made(db);
            db_fault_arm(db, 0, DB_FAULT_ERROR);
            if (answer.outcome != CONVERSION_DUPLICATE)
                tell_until_stored(&r.event);
            rounds++;
            assert_int_equal(
                shop_count(&shop, "SELECT COUNT(*) FROM conversion WHERE merged_into = 0"), rounds);
            assert_int_equal(
                shop_count(&shop, "SELECT COUNT(*) FROM commission WHERE status = 'pending'"),
                rounds);
            assert_int_equal(shop_count(&shop,
                                        "SELECT SUM(balance) FROM ledger_account"
                                        " WHERE purpose = 'pending'"),
                             pending_each * rounds);
            assert_count(0, "SELECT COUNT(*) FROM inbox WHERE state <> 'processed'");
        }
        assert_ledger_holds();
    }
    assert_true(calls > 15);
}

static void replaces_once_whichever_call_fails(void **state)
{
    (void)state;
    fail_every_call_of(replacing_round, 1000);
}

static void merges_once_whichever_call_fails(void **state)
{
    (void)state;
    fail_every_call_of(merging_round, 1299);
}

static void attaches_once_whichever_call_fails(void **state)
{
    static const enum db_fault faults[] = {DB_FAULT_DEADLOCK, DB_FAULT_LOST_BEFORE,
                                           DB_FAULT_LOST_AFTER, DB_FAULT_ERROR};
    (void)state;
    for (size_t f = 0; f < COUNT_OF(faults); f++) {
        for (uint64_t n = 1; n <= 20; n++) {
            struct sale_event sale = told_by(SALE_DOOR_API);
            sale_event_add_code(&sale, sv_from(shop.a.code));
            struct conversion_answer recorded = record(&sale);
            db_fault_arm(db, n, faults[f]);
            enum conversion_attach_result result = attach(recorded.pid, &shop.b);
            db_fault_arm(db, 0, DB_FAULT_ERROR);
            if (result != CONVERSION_ATTACHED) {
                assert_int_equal(result, CONVERSION_ATTACH_UNAVAILABLE);
                assert_int_equal(attach(recorded.pid, &shop.b), CONVERSION_ATTACHED);
            }
        }
    }
    assert_count(80, "SELECT COUNT(*) FROM commission WHERE status = 'pending'");
    assert_count(80, "SELECT COUNT(*) FROM commission WHERE status = 'rejected'");
    assert_ledger_holds();
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
        door_test(adds_what_a_second_door_knows),
        door_test(enriches_from_the_same_event_with_another_body),
        door_test(believes_the_higher_door_about_the_amount),
        door_test(lets_a_higher_door_replace_nothing_that_is_approved),
        door_test(credits_whom_the_higher_door_names),
        door_test(credits_a_sale_that_nobody_was_credited_with),
        door_test(releases_the_hold_when_another_door_vouches),
        door_test(keeps_other_holds_when_the_amount_is_replaced),
        door_test(takes_a_sale_that_awaits_its_click_at_the_higher_doors_amount),
        door_test(makes_one_of_two_sales_that_an_event_bridges),
        door_test(credits_the_elder_as_the_younger_was_where_nobody_had_it),
        door_test(moves_subscriptions_and_items_to_the_elder),
        door_test(takes_back_an_approved_commission_of_the_younger),
        door_test(credits_by_hand_whom_the_brand_says),
        door_test(moves_an_approved_commission_by_hand_and_no_paid_one),
        door_test(attaches_no_sale_and_no_partner_of_others),
        door_test(attaches_a_sale_that_waits_for_its_click),
        door_test(takes_a_refund_of_the_price_that_holds),
        door_test(credits_by_hand_what_the_refund_left),
        door_test(moves_the_refunds_of_the_younger_to_the_elder),
        door_test(records_one_sale_whatever_keys_are_told_at_the_same_moment),
        door_test(ends_the_same_whichever_of_three_doors_comes_first),
        door_test(replaces_once_whichever_call_fails),
        door_test(merges_once_whichever_call_fails),
        door_test(attaches_once_whichever_call_fails),
        door_test(believes_the_door_about_a_buyer_it_does_not_name),
        door_test(fills_in_categories_that_the_door_does_not_tell),
        door_test(keeps_a_refused_sale_and_records_it_when_it_is_replayed),
        door_test(refuses_again_what_is_still_not_right),
        door_test(keeps_no_refusal_of_what_any_page_can_tell),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
