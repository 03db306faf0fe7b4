/* Refunds against a real database: any number, any order, once each. */
#include "support/unit.h"

#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "commission/commission_terms.h"
#include "conversion/adjustment.h"
#include "crypto/keys.h"
#include "report/report.h"
#include "tests/support/shop.h"
#include "tests/support/testdb.h"

static struct db *db, *migrator, *worker;
static struct arena *arena;
static struct shop shop;

static int open_all(void **state)
{
    const char *why;
    (void)state;
    arena = arena_new(ARENA_CEILING_DEFAULT);
    db = testdb_open();
    worker = testdb_open_as(TESTDB_WORKER);
    migrator = testdb_open_as(TESTDB_MIGRATOR);
    if (!keys_open(testdb_settings()->key_file, arena, &why)) {
        fprintf(stderr, "%s\n", why);
        return -1;
    }
    ledger_verify_add("I10", "sales gave back what their adjustments say", adjustment_refund_check);
    ledger_verify_add("I14", "a commission equals its recomputation", commission_recompute_check);
    ledger_verify_add("I19", "every commission is told of once", conversion_outbox_check);
    ledger_verify_add("I20", "every conversion has its event", conversion_inbox_check);
    ledger_verify_add("I20", "a refund waits or is applied", adjustment_parked_check);
    ledger_verify_add("I22", "days equal their rows", report_rollup_check);
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    db_close(db);
    db_close(worker);
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

/* Of a verification, the codes that are broken. */
static void note_broken(void *context, const char *line)
{
    char *codes = context;
    if (strstr(line, "BROKEN"))
        snprintf(codes + strlen(codes), 64 - strlen(codes), "%.3s ", line);
}

static void assert_broken(const char *codes)
{
    char found[64] = "";
    assert_int_equal(ledger_verify(migrator, arena, note_broken, found), LEDGER_BROKEN);
    assert_string_equal(found, codes);
}

#define assert_count(n, sql) assert_int_equal(shop_count(&shop, sql), (n))

/* 129.90 USD by the creator's code, 10%: 12.99 for the creator. */
static struct sale_event a_sale(const char *order)
{
    struct sale_event sale = shop_sale(&shop);
    sale.order_ref = sv_from(order);
    sale_event_add_code(&sale, sv_from(shop.a.code));
    return sale;
}

static struct conversion_answer record(const struct sale_event *sale)
{
    struct conversion_answer answer;
    assert_int_equal(conversion_record(db, arena, sale, &answer), CONVERSION_CREATED);
    return answer;
}

static struct adjustment_event refund(const char *ref, const char *order, int64_t amount)
{
    static uint8_t body;
    struct adjustment_event event = {.door = SALE_DOOR_POSTBACK,
                                     .brand = shop.brand,
                                     .kind = ADJUSTMENT_REFUND,
                                     .ref = sv_from(ref),
                                     .targets = {{SALE_KEY_ORDER, sv_from(order)}},
                                     .n_targets = 1,
                                     .extent = amount == 0 ? ADJUSTMENT_WHOLE : ADJUSTMENT_OF_TOTAL,
                                     .amount = amount,
                                     .request = uuid_v7(clock_wire_us()),
                                     .received_us = clock_business_us()};
    event.body_mac[0] = ++body;
    return event;
}

static struct adjustment_answer adjust(const struct adjustment_event *event)
{
    struct adjustment_answer answer;
    enum adjustment_outcome outcome = conversion_adjust(db, arena, event, &answer);
    assert_int_equal(outcome, answer.outcome);
    return answer;
}

static void sell(const char *order)
{
    struct sale_event sale = a_sale(order);
    record(&sale);
}

static bool never_stop(void)
{
    return false;
}

static struct job a_job(const char *name)
{
    return (struct job){.name = name, .db = db, .arena = arena, .asked_to_stop = never_stop};
}

/* Past every holdback. */
static void approve(void)
{
    struct job job = a_job("conversion_approve");
    clock_fix(clock_business_us() + 40 * CLOCK_DAY);
    assert_int_not_equal(conversion_job_approve(&job), JOB_UNAVAILABLE);
}

#define assert_balance(n, purpose_name)                                                            \
    assert_count(n,                                                                                \
                 "SELECT COALESCE(SUM(balance), 0) FROM ledger_account"                            \
                 " WHERE owner_kind = 'partner' AND purpose = '" purpose_name "'")
#define assert_status(text)                                                                        \
    assert_count(1,                                                                                \
                 "SELECT COUNT(*) FROM commission m JOIN conversion c ON c.id = m.conversion"      \
                 " WHERE m.status = '" text "' AND c.status = '" text "'")

/* Amounts -------------------------------------------------------------------------------------- */

static void takes_back_its_share_before_approval(void **state)
{
    (void)state;
    struct sale_event sale = a_sale("A-1");
    struct conversion_answer sold = record(&sale);
    struct adjustment_event event = refund("r-1", "A-1", 3247);
    struct adjustment_answer answer = adjust(&event);
    assert_int_equal(answer.outcome, ADJUSTMENT_APPLIED);
    assert_true(uuid_eq(answer.conversion, sold.pid));
    assert_int_equal(answer.refunded_base, 3247);
    assert_int_equal(answer.clawed, 325);
    assert_sv_equal(answer.status, "pending");
    assert_balance(1299 - 325, "pending");
    assert_count(325, "SELECT clawed FROM commission");
    assert_count(3247, "SELECT refunded_base FROM conversion");
    assert_count(1, "SELECT COUNT(*) FROM inbox WHERE kind = 'adjustment' AND state = 'processed'");
    assert_count(1,
                 "SELECT COUNT(*) FROM commission_event WHERE seq = 2 AND reason = 'refund'"
                 " AND to_status = 'pending'");
    assert_count(1, "SELECT COUNT(*) FROM outbox WHERE kind = 'commission.updated'");
    assert_ledger_holds();
}

static void takes_two_halves_as_a_whole(void **state)
{
    (void)state;
    struct sale_event sale = a_sale("A-1");
    sale.base = 3333; /* of a total of 129.90: each half's share ends in half a cent */
    record(&sale);
    struct adjustment_event first = refund("r-1", "A-1", 6495), second = refund("r-2", "A-1", 6495);
    assert_int_equal(adjust(&first).refunded_base, 1666);
    assert_int_equal(adjust(&second).refunded_base, 3333);
    assert_status("reversed");
    assert_balance(0, "pending");
    assert_ledger_holds();
}

static void claws_back_after_approval_from_what_is_available(void **state)
{
    (void)state;
    sell("A-1");
    approve();
    struct adjustment_event part = refund("r-1", "A-1", 3247), rest = refund("r-2", "A-1", 0);
    assert_sv_equal(adjust(&part).status, "approved");
    assert_balance(1299 - 325, "available");
    assert_sv_equal(adjust(&rest).status, "reversed");
    assert_balance(0, "available");
    assert_balance(0, "pending");
    assert_status("reversed");
    assert_ledger_holds();
}

static enum db_status post_body(struct db *connection, void *transfer)
{
    struct ledger_posting posting;
    return ledger_post(connection, arena, transfer, &posting);
}

/* S0-41: the next earnings are offset against what was paid out already. */
static void goes_below_zero_when_it_was_paid_out(void **state)
{
    (void)state;
    sell("A-1");
    approve();
    struct ledger_transfer t;
    struct ledger_case c = {.source = 1,
                            .seq = 1,
                            .brand = shop.brand,
                            .partner = shop.a.partner,
                            .business_us = clock_business_us()};
    assert_true(unit_find_currency(SV("USD"), &c.unit));
    assert_int_equal(ledger_build_request(&c, 1299, &t), LEDGER_BUILT);
    assert_int_equal(db_tx_run(db, post_body, &t), DB_OK);
    struct adjustment_event all = refund("r-1", "A-1", 0);
    assert_int_equal(adjust(&all).outcome, ADJUSTMENT_APPLIED);
    assert_balance(-1299, "available");
    sell("A-2");
    approve();
    assert_balance(0, "available");
}

static void approves_what_is_left_and_nothing_that_is_reversed(void **state)
{
    (void)state;
    sell("A-1");
    sell("A-2");
    struct adjustment_event part = refund("r-1", "A-1", 3247), all = refund("r-2", "A-2", 0);
    adjust(&part);
    adjust(&all);
    approve();
    assert_balance(1299 - 325, "available");
    assert_balance(0, "pending");
    assert_count(1,
                 "SELECT COUNT(*) FROM commission WHERE status = 'reversed' AND approved_us = 0");
    assert_count(1,
                 "SELECT COUNT(*) FROM commission WHERE status = 'approved' AND approved_us > 0");
    assert_ledger_holds();
}

static void takes_all_of_it_where_the_program_says_so(void **state)
{
    (void)state;
    shop.settings.clawback = PROGRAM_CLAWBACK_FULL;
    shop_save_settings(&shop);
    sell("A-1");
    struct adjustment_event part = refund("r-1", "A-1", 100);
    struct adjustment_answer answer = adjust(&part);
    assert_int_equal(answer.clawed, 1299);
    assert_int_equal(answer.refunded_base, 100);
    assert_sv_equal(answer.status, "reversed");
    assert_ledger_holds();
}

static void takes_what_is_left_of_an_over_refund_and_says_so(void **state)
{
    (void)state;
    sell("A-1");
    struct adjustment_event first = refund("r-1", "A-1", 10000), more = refund("r-2", "A-1", 10000);
    assert_false(adjust(&first).is_over);
    struct adjustment_answer answer = adjust(&more);
    assert_true(answer.is_over);
    assert_int_equal(answer.refunded_base, 12990);
    assert_int_equal(answer.clawed, 1299);
    assert_count(1, "SELECT COUNT(*) FROM inbox WHERE reason = 'over_refund'");
    assert_ledger_holds();
}

static void deducts_a_dispute_and_a_refund_of_it_once(void **state)
{
    (void)state;
    sell("A-1");
    struct adjustment_event part = refund("r-1", "A-1", 3000), dispute = refund("dp", "A-1", 0);
    dispute.kind = ADJUSTMENT_CHARGEBACK;
    adjust(&part);
    assert_int_equal(adjust(&dispute).refunded_base, 12990);
    assert_status("reversed");
    assert_count(1,
                 "SELECT COUNT(*) FROM commission_event WHERE reason = 'chargeback'"
                 " AND to_status = 'reversed'");
    dispute.phase = 1;
    dispute.extent = ADJUSTMENT_NOTHING;
    assert_int_equal(adjust(&dispute).refunded_base, 3000); /* won: only the refund stays */
    assert_status("pending");
    assert_balance(1299 - 300, "pending");
    dispute.phase = 0; /* its opening, told late, changes nothing */
    dispute.extent = ADJUSTMENT_WHOLE;
    assert_int_equal(adjust(&dispute).outcome, ADJUSTMENT_DUPLICATE);
    assert_balance(1299 - 300, "pending");
    approve(); /* the holdback went on */
    assert_balance(1299 - 300, "available");
    assert_ledger_holds();
}

static void counts_a_cumulative_amount_once(void **state)
{
    (void)state;
    static const int64_t told[] = {2000, 5000, 5000, 2000};
    sell("A-1");
    for (size_t i = 0; i < COUNT_OF(told); i++) {
        struct adjustment_event event = refund("ch", "A-1", told[i]);
        event.cumulative = true;
        assert_int_equal(adjust(&event).outcome, i < 2 ? ADJUSTMENT_APPLIED : ADJUSTMENT_DUPLICATE);
    }
    assert_count(5000, "SELECT refunded_base FROM conversion");
    assert_count(500, "SELECT clawed FROM commission");
    assert_ledger_holds();
}

static void takes_back_lines_by_quantity_or_by_what_was_told(void **state)
{
    (void)state;
    const struct sale_item items[] = {
        {.line_ref = SV("L1"), .sku = SV("SHOE"), .base = 10000, .quantity = 3},
        {.line_ref = SV("L2"), .sku = SV("SOCK"), .base = 2990, .quantity = 1}};
    struct sale_event sale = a_sale("A-1");
    sale.items = items;
    sale.n_items = 2;
    record(&sale);
    for (int i = 0; i < 3; i++) { /* three thirds are the line, to the cent */
        const struct adjustment_line one = {
            .line_ref = SV("L1"), .sku = SV(""), .quantity = 1, .base = -1};
        struct adjustment_event event = refund(arena_printf(arena, "r-%d", i), "A-1", 0);
        event.extent = ADJUSTMENT_LINES;
        event.lines = &one;
        event.n_lines = 1;
        adjust(&event);
    }
    assert_count(10000, "SELECT refunded FROM conversion_item WHERE line = 1");
    assert_count(10000, "SELECT refunded_base FROM conversion");
    const struct adjustment_line sock = {
        .line_ref = SV(""), .sku = SV("SOCK"), .quantity = 1, .base = 990};
    struct adjustment_event event = refund("r-sock", "A-1", 0);
    event.extent = ADJUSTMENT_LINES;
    event.lines = &sock;
    event.n_lines = 1;
    assert_int_equal(adjust(&event).refunded_base, 10990);
    assert_count(990, "SELECT refunded FROM conversion_item WHERE line = 2");
    assert_int_equal(adjust(&event).outcome, ADJUSTMENT_DUPLICATE);
    assert_ledger_holds();
}

static void claws_back_fees_and_what_nobody_earned(void **state)
{
    (void)state;
    shop.settings.network_fee_bp = 2000;
    shop_save_settings(&shop);
    struct sale_event sale = a_sale("A-1"), nobodys = shop_sale(&shop);
    record(&sale);
    nobodys.order_ref = SV("A-2");
    record(&nobodys);
    struct adjustment_event event = refund("r-1", "A-1", 6495), other = refund("r-2", "A-2", 0);
    adjust(&event);
    struct adjustment_answer answer = adjust(&other);
    assert_int_equal(answer.clawed, 0);
    assert_sv_equal(answer.status, "unattributed");
    assert_count(1,
                 "SELECT COUNT(*) FROM commission WHERE recipient = 'network'"
                 " AND status = 'reversed' AND clawed_fee_brand = fee_brand");
    assert_ledger_holds();
}

/* Which sale ----------------------------------------------------------------------------------- */

static void parks_what_comes_before_its_sale(void **state)
{
    (void)state;
    struct adjustment_event part = refund("r-1", "A-1", 3247), other = refund("r-1", "A-1", 99);
    assert_int_equal(adjust(&part).outcome, ADJUSTMENT_PARKED);
    assert_int_equal(adjust(&part).outcome, ADJUSTMENT_DUPLICATE);
    assert_string_equal(adjust(&other).field, "amount");
    assert_count(1, "SELECT COUNT(*) FROM inbox WHERE state = 'parked'");
    assert_ledger_holds();
    sell("A-1");
    assert_count(325, "SELECT clawed FROM commission");
    assert_count(0, "SELECT COUNT(*) FROM adjustment_target");
    assert_count(0, "SELECT COUNT(*) FROM inbox WHERE state = 'parked'");
    assert_balance(1299 - 325, "pending");
    assert_ledger_holds();
}

static void keeps_it_for_a_sale_that_waits_for_its_click(void **state)
{
    (void)state;
    struct job job = a_job("conversion_inbox");
    struct sale_event sale = shop_sale(&shop);
    sale.order_ref = SV("A-1");
    sale.click = uuid_v7(sale.received_us - CLOCK_MINUTE);
    record(&sale);
    struct adjustment_event part = refund("r-1", "A-1", 3247);
    struct adjustment_answer answer = adjust(&part);
    assert_int_equal(answer.refunded_base, 3247);
    assert_sv_equal(answer.status, "awaiting");
    shop_put_click(&shop, sale.click,
                   (struct shop_click){.creator = &shop.a,
                                       .at_us = sale.received_us - CLOCK_MINUTE,
                                       .visitor = uuid_v7(sale.received_us)});
    shop_run("UPDATE inbox SET due_us = 1 WHERE kind = 'sale'");
    assert_int_equal(conversion_job_inbox(&job), JOB_IDLE);
    assert_count(325, "SELECT clawed FROM commission");
    assert_balance(1299 - 325, "pending");
    assert_ledger_holds();
}

static void refuses_another_currency_by_name(void **state)
{
    (void)state;
    sell("A-1");
    struct adjustment_event event = refund("r-1", "A-1", 100);
    assert_true(unit_find_currency(SV("EUR"), &event.unit));
    struct adjustment_answer answer = adjust(&event);
    assert_int_equal(answer.outcome, ADJUSTMENT_REFUSED);
    assert_int_equal(answer.refusal, ADJUSTMENT_REFUSED_CURRENCY);
    assert_count(0, "SELECT COUNT(*) FROM adjustment");
    /* Parked, it can't be refused any more: it counts for nothing, and its event says why. */
    event.targets[0].value = SV("A-2");
    assert_int_equal(adjust(&event).outcome, ADJUSTMENT_PARKED);
    sell("A-2");
    assert_count(0, "SELECT SUM(clawed) FROM commission");
    assert_count(1, "SELECT COUNT(*) FROM inbox WHERE reason = 'other_currency'");
    assert_ledger_holds();
}

static void names_the_field_of_a_refund_that_was_told_otherwise(void **state)
{
    (void)state;
    sell("A-1");
    struct adjustment_event event = refund("r-1", "A-1", 3247), other = refund("r-1", "A-1", 9999);
    adjust(&event);
    struct adjustment_answer answer = adjust(&other);
    assert_int_equal(answer.outcome, ADJUSTMENT_CONFLICT);
    assert_string_equal(answer.field, "amount");
    assert_count(3247, "SELECT refunded_base FROM conversion");
    assert_count(1, "SELECT COUNT(*) FROM inbox WHERE state = 'conflict'");
    assert_ledger_holds();
}

static void tells_programs_apart_where_the_brand_does(void **state)
{
    (void)state;
    struct uuid second = shop_add_program(&shop);
    shop_run("UPDATE brand SET order_scope = 'program'");
    struct sale_event sale = shop_sale(&shop);
    sale.order_ref = SV("A-1");
    record(&sale);
    sale.program_pid = second;
    record(&sale);
    struct adjustment_event event = refund("r-1", "A-1", 100);
    assert_int_equal(adjust(&event).refusal, ADJUSTMENT_REFUSED_AMBIGUOUS);
    event.program_pid = second;
    assert_int_equal(adjust(&event).outcome, ADJUSTMENT_APPLIED);
    assert_count(1,
                 "SELECT COUNT(*) FROM conversion WHERE refunded_base = 100"
                 " AND program = (SELECT MAX(id) FROM program)");
    event.ref = SV("r-2");
    event.program_pid = uuid_v7(1);
    assert_int_equal(adjust(&event).refusal, ADJUSTMENT_REFUSED_PROGRAM);
}

static void follows_a_sale_that_is_merged_into_another(void **state)
{
    (void)state;
    struct sale_event a = a_sale("A-1"), b = a_sale("A-2"), both = a_sale("A-1");
    sale_event_add_key(&b, SALE_KEY_ORDER, SV("A-2"));
    sale_event_add_key(&b, SALE_KEY_PAYMENT, SV("pi_1"));
    record(&a);
    record(&b);
    struct adjustment_event event = refund("r-1", "A-2", 3247);
    adjust(&event);
    struct conversion_answer answer;
    sale_event_add_key(&both, SALE_KEY_ORDER, SV("A-1"));
    sale_event_add_key(&both, SALE_KEY_PAYMENT, SV("pi_1"));
    both.event_id = SV("evt-both");
    both.door = SALE_DOOR_POSTBACK;
    both.body_mac[0] = 9;
    assert_int_not_equal(conversion_record(db, arena, &both, &answer), CONVERSION_UNAVAILABLE);
    assert_count(1, "SELECT COUNT(*) FROM conversion WHERE merged_into <> 0 AND refunded_base = 0");
    assert_count(1,
                 "SELECT COUNT(*) FROM conversion WHERE merged_into = 0 AND refunded_base = 3247");
    assert_balance(1299 - 325, "pending");
    event = refund("r-2", "A-2", 1000);
    assert_true(uuid_eq(adjust(&event).conversion, answer.pid));
    assert_ledger_holds();
}

/* What follows --------------------------------------------------------------------------------- */

/* S0-63: on the refund's own day, the sale's own stays as it was. */
static void counts_refunds_on_their_own_day(void **state)
{
    (void)state;
    struct job job = {
        .name = "report_fold", .db = worker, .arena = arena, .asked_to_stop = never_stop};
    sell("A-1");
    clock_fix(clock_business_us() + 3 * CLOCK_DAY);
    struct adjustment_event event = refund("r-1", "A-1", 3247);
    adjust(&event);
    assert_ledger_holds(); /* not folded yet */
    assert_int_equal(report_job_fold(&job), JOB_IDLE);
    assert_count(2, "SELECT COUNT(*) FROM rollup_day WHERE dimension = 'partnership'");
    assert_count(1,
                 "SELECT COUNT(*) FROM rollup_day WHERE dimension = 'partnership' AND sales = 0"
                 " AND refunds = 1 AND refunded = 3247 AND refunded_base = 3247"
                 " AND clawed_commission = 325 AND clawed_earned = 325");
    assert_count(1,
                 "SELECT COUNT(*) FROM rollup_day WHERE dimension = 'partnership' AND sales = 1"
                 " AND gross = 12990 AND refunds = 0");
    assert_ledger_holds();
    shop_run(
        "UPDATE rollup_day SET clawed_earned = 324 WHERE dimension = 'link'"
        " AND clawed_earned = 325");
    assert_broken("I22 ");
}

static void finds_what_is_not_as_its_adjustments_say(void **state)
{
    (void)state;
    static const struct {
        const char *plant, *undo, *codes;
    } faults[] = {
        {"UPDATE conversion SET refunded_base = refunded_base + 1",
         "UPDATE conversion SET refunded_base = refunded_base - 1", "I10 "},
        {"UPDATE conversion SET refunds = 0", "UPDATE conversion SET refunds = 1", "I10 "},
        {"UPDATE adjustment SET amount = amount + 100",
         "UPDATE adjustment SET amount = amount - 100", "I10 "},
        {"UPDATE commission SET status = 'reversed'", "UPDATE commission SET status = 'pending'",
         "I10 "},
        {"UPDATE refund_entry SET payout = payout + 1 WHERE commission > 0",
         "UPDATE refund_entry SET payout = payout - 1 WHERE commission > 0", "I10 I22 "},
        {"UPDATE adjustment SET conversion = 0",
         "UPDATE adjustment SET conversion = (SELECT id FROM conversion)", "I10 I20 "},
        {"INSERT INTO adjustment_target VALUES ((SELECT id FROM adjustment), 1, 'live', 'order',"
         " 'x', 0)",
         "DELETE FROM adjustment_target", "I20 "},
        {"UPDATE outbox SET kind = 'gone' WHERE kind = 'commission.updated'",
         "UPDATE outbox SET kind = 'commission.updated' WHERE kind = 'gone'", "I19 "},
    };
    sell("A-1");
    struct adjustment_event event = refund("r-1", "A-1", 3247);
    adjust(&event);
    for (size_t i = 0; i < COUNT_OF(faults); i++) {
        assert_ledger_holds();
        shop_run(faults[i].plant);
        assert_broken(faults[i].codes);
        shop_run(faults[i].undo);
    }
    assert_ledger_holds();
}

/* Races and faults ----------------------------------------------------------------------------- */

static int tell_from_own_process(const struct adjustment_event *event)
{
    struct arena *own = arena_new(ARENA_CEILING_DEFAULT);
    struct db *connection = testdb_open();
    struct adjustment_answer answer;
    enum adjustment_outcome outcome = ADJUSTMENT_UNAVAILABLE;
    for (int i = 0; i < 20 && outcome == ADJUSTMENT_UNAVAILABLE; i++) {
        if (i > 0)
            usleep(100000);
        outcome = conversion_adjust(connection, own, event, &answer);
    }
    db_close(connection);
    arena_free(own);
    return (int)outcome;
}

enum { DELIVERIES = 20 };

static void deliver_at_once(const struct adjustment_event *events, bool same, int *outcomes)
{
    pid_t children[DELIVERIES];
    atomic_int *go =
        mmap(NULL, sizeof *go, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(go, MAP_FAILED);
    for (int i = 0; i < DELIVERIES; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] != 0)
            continue;
        while (!atomic_load(go))
            usleep(1000);
        _exit(tell_from_own_process(&events[same ? 0 : i]));
    }
    atomic_store(go, 1);
    for (int i = 0; i < DELIVERIES; i++) {
        int status;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) <= ADJUSTMENT_UNAVAILABLE);
        outcomes[WEXITSTATUS(status)]++;
    }
}

static void applies_one_refund_once_however_often_it_is_told_at_once(void **state)
{
    (void)state;
    int outcomes[ADJUSTMENT_UNAVAILABLE + 1] = {0};
    sell("A-1");
    struct adjustment_event event = refund("r-1", "A-1", 3247);
    deliver_at_once(&event, true, outcomes);
    assert_int_equal(outcomes[ADJUSTMENT_APPLIED], 1);
    assert_int_equal(outcomes[ADJUSTMENT_DUPLICATE], DELIVERIES - 1);
    assert_count(325, "SELECT clawed FROM commission");
    assert_ledger_holds();
}

static void sums_refunds_that_come_at_once(void **state)
{
    (void)state;
    int outcomes[ADJUSTMENT_UNAVAILABLE + 1] = {0};
    struct adjustment_event events[DELIVERIES];
    sell("A-1");
    for (int i = 0; i < DELIVERIES; i++)
        events[i] = refund(arena_printf(arena, "r-%d", i), "A-1", 500);
    deliver_at_once(events, false, outcomes);
    assert_int_equal(outcomes[ADJUSTMENT_APPLIED], DELIVERIES);
    assert_count(10000, "SELECT refunded_base FROM conversion");
    assert_count(1000, "SELECT clawed FROM commission");
    assert_ledger_holds();
}

/* Tells it until it is stored, as a provider would; the worker takes up what was queued. */
static void tell_until_stored(const struct adjustment_event *event)
{
    struct job job = a_job("conversion_inbox");
    for (int i = 0; i < 10; i++) {
        struct adjustment_answer answer = adjust(event);
        if (answer.outcome == ADJUSTMENT_APPLIED || answer.outcome == ADJUSTMENT_DUPLICATE)
            return;
        shop_run("UPDATE inbox SET due_us = 1 WHERE state = 'failed'");
        assert_int_not_equal(conversion_job_inbox(&job), JOB_UNAVAILABLE);
    }
    fail_msg("the refund was never applied");
}

static void holds_whichever_call_to_the_database_fails(void **state)
{
    static const enum db_fault faults[] = {DB_FAULT_DEADLOCK, DB_FAULT_LOST_BEFORE,
                                           DB_FAULT_LOST_AFTER, DB_FAULT_ERROR};
    (void)state;
    sell("A-0");
    struct adjustment_event first = refund("r-0", "A-0", 3247);
    db_fault_arm(db, 0, DB_FAULT_ERROR);
    adjust(&first);
    uint64_t calls = db_calls_made(db);
    assert_true(calls > 15);
    int64_t told = 1;
    for (size_t f = 0; f < COUNT_OF(faults); f++) {
        for (uint64_t n = 1; n <= calls; n++, told++) {
            const char *order = arena_printf(arena, "A-%" PRId64, told);
            struct adjustment_event event =
                refund(arena_printf(arena, "r-%" PRId64, told), order, 3247);
            sell(order);
            ledger_forget_accounts();
            db_fault_arm(db, n, faults[f]);
            struct adjustment_answer answer = adjust(&event);
            db_fault_arm(db, 0, DB_FAULT_ERROR);
            if (answer.outcome != ADJUSTMENT_APPLIED)
                tell_until_stored(&event);
        }
        assert_count(told, "SELECT COUNT(*) FROM commission WHERE clawed = 325");
        assert_count(told, "SELECT COUNT(*) FROM adjustment");
        assert_count(0, "SELECT COUNT(*) FROM inbox WHERE state = 'failed'");
        assert_ledger_holds();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(takes_back_its_share_before_approval, fresh_shop),
        cmocka_unit_test_setup(takes_two_halves_as_a_whole, fresh_shop),
        cmocka_unit_test_setup(claws_back_after_approval_from_what_is_available, fresh_shop),
        cmocka_unit_test_setup(goes_below_zero_when_it_was_paid_out, fresh_shop),
        cmocka_unit_test_setup(approves_what_is_left_and_nothing_that_is_reversed, fresh_shop),
        cmocka_unit_test_setup(takes_all_of_it_where_the_program_says_so, fresh_shop),
        cmocka_unit_test_setup(takes_what_is_left_of_an_over_refund_and_says_so, fresh_shop),
        cmocka_unit_test_setup(deducts_a_dispute_and_a_refund_of_it_once, fresh_shop),
        cmocka_unit_test_setup(counts_a_cumulative_amount_once, fresh_shop),
        cmocka_unit_test_setup(takes_back_lines_by_quantity_or_by_what_was_told, fresh_shop),
        cmocka_unit_test_setup(claws_back_fees_and_what_nobody_earned, fresh_shop),
        cmocka_unit_test_setup(parks_what_comes_before_its_sale, fresh_shop),
        cmocka_unit_test_setup(keeps_it_for_a_sale_that_waits_for_its_click, fresh_shop),
        cmocka_unit_test_setup(refuses_another_currency_by_name, fresh_shop),
        cmocka_unit_test_setup(names_the_field_of_a_refund_that_was_told_otherwise, fresh_shop),
        cmocka_unit_test_setup(tells_programs_apart_where_the_brand_does, fresh_shop),
        cmocka_unit_test_setup(follows_a_sale_that_is_merged_into_another, fresh_shop),
        cmocka_unit_test_setup(counts_refunds_on_their_own_day, fresh_shop),
        cmocka_unit_test_setup(finds_what_is_not_as_its_adjustments_say, fresh_shop),
        cmocka_unit_test_setup(applies_one_refund_once_however_often_it_is_told_at_once,
                               fresh_shop),
        cmocka_unit_test_setup(sums_refunds_that_come_at_once, fresh_shop),
        cmocka_unit_test_setup(holds_whichever_call_to_the_database_fails, fresh_shop),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
