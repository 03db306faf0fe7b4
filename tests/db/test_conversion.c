/* The pipeline against a real database: one sale, once, whatever happens. */
#include "support/unit.h"

#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "commission/commission_terms.h"
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
    if (!keys_open(testdb_settings()->key_file, arena, &why)) {
        fprintf(stderr, "%s\n", why);
        return -1;
    }
    ledger_verify_add("I14", "a commission equals its recomputation", commission_recompute_check);
    ledger_verify_add("I19", "every commission is told of once", conversion_outbox_check);
    ledger_verify_add("I20", "every conversion has its event", conversion_inbox_check);
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

static void records_a_sale_with_all_that_follows_from_it(void **state)
{
    (void)state;
    struct sale_event sale = shop_sale(&shop);
    sale.click = shop_click(&shop, (struct shop_click){.creator = &shop.a});
    struct conversion_answer answer = record(&sale);
    assert_int_equal(answer.outcome, CONVERSION_CREATED);
    assert_int_equal(answer.credit, CREDIT_ATTRIBUTED);
    assert_int_equal(answer.method, METHOD_CLICK);
    assert_int_equal(answer.commission, 1299);
    assert_count(1, "SELECT COUNT(*) FROM inbox WHERE state = 'processed' AND conversion <> 0");
    assert_count(1,
                 "SELECT COUNT(*) FROM conversion WHERE status = 'pending' AND method = 'click'");
    assert_count(1, "SELECT COUNT(*) FROM attribution WHERE reason = 'last_click'");
    assert_count(1,
                 "SELECT COUNT(*) FROM attribution_candidate WHERE rank = 0 AND verdict = 'won'");
    assert_count(1, "SELECT COUNT(*) FROM commission_event WHERE to_status = 'pending'");
    assert_count(1299, "SELECT balance FROM ledger_account WHERE purpose = 'pending'");
    assert_count(1,
                 "SELECT COUNT(*) FROM outbox JOIN outbox_queue ON outbox = id"
                 " WHERE kind = 'commission.created'");
    assert_count(12990, "SELECT SUM(gross) FROM rollup_delta");
    assert_count(1299, "SELECT SUM(earned) FROM rollup_delta");
    assert_ledger_holds();
}

static void answers_duplicate_for_the_same_sale_again(void **state)
{
    (void)state;
    struct sale_event sale = shop_sale(&shop);
    struct conversion_answer first = record(&sale), again = record(&sale);
    assert_int_equal(again.outcome, CONVERSION_DUPLICATE);
    assert_true(uuid_eq(first.pid, again.pid));
    assert_count(1, "SELECT COUNT(*) FROM conversion");
}

static void keeps_the_stored_sale_and_names_the_field_of_a_conflict(void **state)
{
    (void)state;
    struct sale_event sale = shop_sale(&shop);
    struct conversion_answer first = record(&sale);
    sale.amount = 100;
    sale.body_mac[0] = 2;
    for (int i = 0; i < 2; i++) {
        struct conversion_answer again = record(&sale);
        assert_int_equal(again.outcome, CONVERSION_CONFLICT);
        assert_string_equal(again.field, "amount");
        assert_true(uuid_eq(first.pid, again.pid));
    }
    sale.amount = 12990;
    assert_true(unit_find_currency(SV("EUR"), &sale.unit));
    assert_string_equal(record(&sale).field, "currency");
    assert_true(unit_find_currency(SV("USD"), &sale.unit));
    sale.kind = SALE_KIND_LEAD;
    assert_string_equal(record(&sale).field, "event");
    assert_count(12990, "SELECT gross FROM conversion");
    assert_count(1, "SELECT COUNT(*) FROM inbox WHERE state = 'conflict'");
}

static void tells_one_order_by_two_doors_as_one_sale(void **state)
{
    (void)state;
    struct sale_event sale = shop_sale(&shop);
    struct conversion_answer first = record(&sale);
    sale.door = SALE_DOOR_POSTBACK;
    sale.program_pid = (struct uuid){{0}};
    struct conversion_answer second = record(&sale);
    assert_int_equal(second.outcome, CONVERSION_DUPLICATE);
    assert_true(uuid_eq(first.pid, second.pid));
}

static void takes_the_same_reference_in_another_program_when_the_brand_says_so(void **state)
{
    (void)state;
    struct sale_event sale = shop_sale(&shop);
    struct uuid other = shop_add_program(&shop);
    assert_int_equal(record(&sale).outcome, CONVERSION_CREATED);
    sale.program_pid = other;
    struct conversion_answer same_scope = record(&sale);
    assert_int_equal(same_scope.outcome, CONVERSION_CONFLICT);
    assert_string_equal(same_scope.field, "program_id");
    shop_run("UPDATE brand SET order_scope = 'program'");
    sale.order_ref = SV("ref-1");
    sale.program_pid = shop.program_pid;
    assert_int_equal(record(&sale).outcome, CONVERSION_CREATED);
    sale.program_pid = other;
    assert_int_equal(record(&sale).outcome, CONVERSION_CREATED);
    assert_int_equal(record(&sale).outcome, CONVERSION_DUPLICATE);
}

static void tells_order_references_apart_byte_for_byte(void **state)
{
    (void)state;
    static const char *const refs[] = {"A-1", "a-1", "A-1 ", "\xc3\x84-1"};
    for (size_t i = 0; i < COUNT_OF(refs); i++) {
        struct sale_event sale = shop_sale(&shop);
        sale.order_ref = sv_from(refs[i]);
        assert_int_equal(record(&sale).outcome, CONVERSION_CREATED);
    }
}

static void credits_the_visitors_last_click_and_keeps_the_losers(void **state)
{
    (void)state;
    int64_t now = clock_business_us();
    struct uuid visitor = uuid_v7(now);
    struct sale_event sale = shop_sale(&shop);
    sale.click = shop_click(
        &shop,
        (struct shop_click){.creator = &shop.a, .at_us = now - 4 * CLOCK_DAY, .visitor = visitor});
    shop_click(&shop, (struct shop_click){
                          .creator = &shop.b, .at_us = now - 2 * CLOCK_DAY, .visitor = visitor});
    shop_click(&shop, (struct shop_click){.creator = &shop.a,
                                          .at_us = now - 1 * CLOCK_DAY,
                                          .visitor = visitor,
                                          .bot = true});
    shop_click(&shop, (struct shop_click){
                          .creator = &shop.a, .at_us = now - 40 * CLOCK_DAY, .visitor = visitor});
    struct conversion_answer answer = record(&sale);
    assert_int_equal(answer.method, METHOD_VISITOR);
    assert_int_equal(shop_count(&shop, "SELECT partner FROM conversion"), shop.b.partner);
    assert_count(4, "SELECT COUNT(*) FROM attribution_candidate");
    assert_count(1,
                 "SELECT COUNT(*) FROM attribution_candidate WHERE verdict = 'bot' AND rank = 1");
    assert_count(1,
                 "SELECT COUNT(*) FROM attribution_candidate WHERE verdict = 'superseded'"
                 " AND rank = 2 AND JSON_VALUE(snapshot, '$.handle') = 'anna_shop'");
    assert_count(1, "SELECT COUNT(*) FROM attribution_candidate WHERE verdict = 'outside_window'");
}

static void credits_a_code_a_token_and_a_ref(void **state)
{
    (void)state;
    struct sale_event sale = shop_sale(&shop);
    sale_event_add_code(&sale, sv_from(shop.a.code));
    assert_int_equal(record(&sale).method, METHOD_COUPON);
    sale = shop_sale(&shop);
    sale.token = sv_from(shop.b.token);
    struct conversion_answer by_token = record(&sale);
    assert_int_equal(by_token.method, METHOD_TOKEN);
    assert_sv_equal(by_token.reason, "token_click_unknown");
    sale = shop_sale(&shop);
    sale.ref = sv_from(shop.b.slug);
    assert_int_equal(record(&sale).method, METHOD_REF);
    assert_ledger_holds();
}

static void keeps_every_code_of_an_order_and_credits_one(void **state) /* S0-09 */
{
    (void)state;
    struct sale_event sale = shop_sale(&shop);
    sale_event_add_code(&sale, SV("SUMMER10")); /* the shop's own */
    sale_event_add_code(&sale, sv_from(shop.b.code));
    struct conversion_answer answer = record(&sale);
    assert_int_equal(answer.method, METHOD_COUPON);
    assert_count(2, "SELECT COUNT(*) FROM attribution_candidate WHERE kind = 'coupon'");
    assert_count(1, "SELECT COUNT(*) FROM attribution_candidate WHERE verdict = 'won'");
    assert_count(1,
                 "SELECT COUNT(*) FROM attribution_candidate WHERE verdict = 'unknown'"
                 " AND JSON_VALUE(snapshot, '$.told') = 'SUMMER10'");
    assert_ledger_holds();
}

static void finds_a_tokens_click_by_the_orders_address(void **state)
{
    (void)state;
    struct sale_event sale = shop_sale(&shop);
    shop_click(&shop, (struct shop_click){.creator = &shop.b});
    sale.token = sv_from(shop.b.token);
    sale.has_ip = true;
    memcpy(sale.ip_hash, (uint8_t[]){1, 2, 3}, 3);
    assert_sv_equal(record(&sale).reason, "token_click");
}

static void records_an_unattributed_sale_without_money_where_there_is_no_fee(void **state)
{
    (void)state;
    struct sale_event sale = shop_sale(&shop);
    struct conversion_answer answer = record(&sale);
    assert_int_equal(answer.outcome, CONVERSION_CREATED);
    assert_int_equal(answer.credit, CREDIT_UNATTRIBUTED);
    assert_sv_equal(answer.reason, "nothing_told");
    assert_count(0, "SELECT COUNT(*) FROM commission");
    assert_count(0, "SELECT COUNT(*) FROM ledger_transfer");
    assert_count(1,
                 "SELECT COUNT(*) FROM conversion WHERE partner = 0 AND status = 'unattributed'");
}

static void charges_the_network_fee_of_an_unattributed_sale_to_the_brand(void **state)
{
    (void)state;
    shop.settings.network_fee_bp = 2000;
    shop_save_settings(&shop);
    struct sale_event sale = shop_sale(&shop);
    record(&sale);
    assert_count(260,
                 "SELECT fee_brand FROM commission WHERE recipient = 'network' AND amount = 0");
    assert_count(1, "SELECT COUNT(*) FROM ledger_transfer");
    assert_ledger_holds();
}

static void prices_by_the_settings_in_force_and_leaves_old_sales_alone(void **state)
{
    (void)state;
    struct sale_event first = shop_sale(&shop), second = shop_sale(&shop);
    sale_event_add_code(&first, sv_from(shop.a.code));
    sale_event_add_code(&second, sv_from(shop.a.code));
    assert_int_equal(record(&first).commission, 1299);
    shop.settings.rate_bp = 2000;
    shop_save_settings(&shop);
    assert_int_equal(record(&second).commission, 2598);
    assert_count(1299, "SELECT MIN(amount) FROM commission");
    assert_ledger_holds();
}

static void takes_the_commission_of_the_part_that_the_program_says(void **state)
{
    static const struct {
        enum program_base base;
        int64_t commission; /* 10% of 129.90, of a subtotal of 100.00, or of all but 20.00 of tax */
    } cases[] = {{PROGRAM_BASE_TOTAL, 1299},
                 {PROGRAM_BASE_SUBTOTAL, 1000},
                 {PROGRAM_BASE_WITHOUT_TAX, 1099}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        shop.settings.base = cases[i].base;
        shop_save_settings(&shop);
        struct sale_event told = shop_sale(&shop), silent = shop_sale(&shop);
        sale_event_add_code(&told, sv_from(shop.a.code));
        sale_event_add_code(&silent, sv_from(shop.a.code));
        told.has_subtotal = told.has_tax = true;
        told.subtotal = 10000;
        told.tax = 2000;
        assert_int_equal(record(&told).commission, cases[i].commission);
        assert_int_equal(record(&silent).commission, 1299);
    }
    assert_count(6, "SELECT COUNT(*) FROM conversion WHERE gross = 12990");
    assert_count(10000, "SELECT MIN(base) FROM conversion");
    assert_ledger_holds();
}

static void prefers_the_partners_own_rate_and_can_recompute_it(void **state)
{
    (void)state;
    shop_run(
        "INSERT INTO partnership_version (partnership, no, rate_bp, flat, by_user, from_us)"
        " SELECT id, 1, 2500, NULL, 1, 1 FROM partnership");
    shop_run("UPDATE partnership SET version_no = 1");
    struct sale_event sale = shop_sale(&shop);
    sale_event_add_code(&sale, sv_from(shop.a.code));
    assert_int_equal(record(&sale).commission, 3248);
    assert_ledger_holds();
    shop_run("UPDATE commission SET amount = amount + 1");
    assert_int_equal(ledger_verify(migrator, arena, print_line, NULL), LEDGER_BROKEN);
}

static void keeps_test_sales_in_accounts_of_their_own(void **state)
{
    (void)state;
    struct sale_event sale = shop_sale(&shop);
    sale.test_mode = true;
    sale.click = shop_click(&shop, (struct shop_click){.creator = &shop.a, .test_mode = true});
    assert_int_equal(record(&sale).credit, CREDIT_ATTRIBUTED);
    assert_count(0, "SELECT COUNT(*) FROM ledger_account WHERE mode = 'live'");
    assert_count(0, "SELECT COUNT(*) FROM rollup_delta WHERE mode = 'live'");
    sale.test_mode = false; /* a live key with a test click */
    struct conversion_answer live = record(&sale);
    assert_int_equal(live.outcome, CONVERSION_CREATED);
    assert_int_equal(live.credit, CREDIT_UNATTRIBUTED);
    assert_sv_equal(live.reason, "other_mode");
    assert_ledger_holds();
}

static void knows_a_new_customer_from_a_returning_one(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct sale_event sale = shop_sale(&shop);
        sale.has_customer = true;
        keys_hash_email(sale.customer_hash, SV("Jo+news@example.com"));
        record(&sale);
    }
    assert_count(1, "SELECT COUNT(*) FROM customer");
    assert_count(1, "SELECT SUM(is_new_customer) FROM conversion WHERE customer <> 0");
}

static void clamps_the_time_of_the_sale(void **state)
{
    (void)state;
    struct sale_event sale = shop_sale(&shop);
    sale.occurred_us = 1;
    record(&sale);
    assert_count(90 * CLOCK_DAY, "SELECT received_us - occurred_us FROM conversion");
    sale = shop_sale(&shop);
    sale.occurred_us = sale.received_us + 400 * CLOCK_DAY;
    record(&sale);
    assert_count(5 * CLOCK_MINUTE, "SELECT MAX(occurred_us - received_us) FROM conversion");
}

static void refuses_what_it_can_not_record(void **state)
{
    (void)state;
    struct shop other;
    struct sale_event sale = shop_sale(&shop);
    shop_open_named(&other, db, arena, "other");
    sale.program_pid = other.program_pid;
    assert_int_equal(record(&sale).refusal, REFUSAL_PROGRAM_UNKNOWN);
    sale = shop_sale(&shop);
    sale.amount = sale.base = MONEY_MAX;
    sale_event_add_code(&sale, sv_from(shop.a.code));
    assert_int_equal(record(&sale).outcome, CONVERSION_CREATED);
    shop.settings.rate_bp = 10000;
    shop.settings.network_fee_bp = 10000;
    shop_save_settings(&shop);
    sale.order_ref = SV("too-large");
    assert_int_equal(record(&sale).refusal, REFUSAL_AMOUNT_TOO_LARGE);
    shop_run("UPDATE program SET status = 'draft'");
    assert_int_equal(record(&sale).refusal, REFUSAL_PROGRAM_DRAFT);
    sale.program_pid = (struct uuid){{0}};
    sale.n_codes = 0;
    assert_int_equal(record(&sale).refusal, REFUSAL_NO_PROGRAM);
    shop_run("UPDATE program SET status = 'active'");
    shop_run("UPDATE brand SET status = 'suspended'");
    assert_int_equal(record(&sale).refusal, REFUSAL_BRAND_INACTIVE);
    assert_count(1, "SELECT COUNT(*) FROM conversion");
    assert_ledger_holds();
}

/* Jobs --------------------------------------------------------------------------------------- */

static bool never_stop(void)
{
    return false;
}

static struct job a_job(const char *name)
{
    return (struct job){.name = name, .db = db, .arena = arena, .asked_to_stop = never_stop};
}

static void waits_for_a_click_that_is_on_its_way(void **state)
{
    (void)state;
    struct job job = a_job("conversion_inbox");
    struct sale_event sale = shop_sale(&shop);
    sale.click = uuid_v7(sale.received_us - CLOCK_MINUTE);
    struct conversion_answer answer = record(&sale);
    assert_int_equal(answer.credit, CREDIT_AWAITING);
    assert_int_equal(record(&sale).outcome, CONVERSION_DUPLICATE);
    assert_count(0, "SELECT COUNT(*) FROM ledger_transfer");
    assert_count(0, "SELECT COUNT(*) FROM rollup_delta");

    shop_run("UPDATE inbox SET due_us = 1");
    assert_int_equal(conversion_job_inbox(&job), JOB_IDLE);
    assert_count(1, "SELECT COUNT(*) FROM conversion WHERE attribution = 'awaiting'");
    assert_count(1, "SELECT tries FROM inbox");

    shop_put_click(&shop, sale.click,
                   (struct shop_click){.at_us = sale.received_us - CLOCK_MINUTE,
                                       .visitor = uuid_v7(sale.received_us)});
    shop_run("UPDATE inbox SET due_us = 1");
    assert_int_equal(conversion_job_inbox(&job), JOB_IDLE);
    assert_count(1, "SELECT COUNT(*) FROM conversion WHERE status = 'pending'");
    assert_count(1299, "SELECT balance FROM ledger_account WHERE purpose = 'pending'");
    assert_count(0, "SELECT due_us FROM inbox");
    assert_count(0, "SELECT COUNT(*) FROM job_failure");
    assert_int_equal(record(&sale).credit, CREDIT_ATTRIBUTED);
    assert_ledger_holds();
}

static void gives_up_on_a_click_after_a_day(void **state)
{
    (void)state;
    struct job job = a_job("conversion_inbox");
    struct sale_event sale = shop_sale(&shop);
    sale.click = uuid_v7(sale.received_us - CLOCK_MINUTE);
    record(&sale);
    shop_run("UPDATE inbox SET due_us = 1");
    clock_fix(sale.received_us + CONVERSION_AWAIT_US);
    assert_int_equal(conversion_job_inbox(&job), JOB_IDLE);
    assert_count(1, "SELECT COUNT(*) FROM conversion WHERE status = 'unattributed'");
    assert_count(1, "SELECT SUM(sales) FROM rollup_delta");
}

static void approves_when_the_holdback_ends_and_not_before(void **state)
{
    (void)state;
    struct job job = a_job("conversion_approve");
    struct sale_event sale = shop_sale(&shop);
    sale_event_add_code(&sale, sv_from(shop.a.code));
    record(&sale);
    clock_fix(sale.received_us + 30 * CLOCK_DAY - 1);
    assert_int_equal(conversion_job_approve(&job), JOB_IDLE);
    clock_fix(sale.received_us + 30 * CLOCK_DAY);
    assert_int_equal(conversion_job_approve(&job), JOB_WORKED);
    assert_int_equal(conversion_job_approve(&job), JOB_IDLE);
    assert_count(1, "SELECT COUNT(*) FROM conversion WHERE status = 'approved'");
    assert_count(1299, "SELECT balance FROM ledger_account WHERE purpose = 'available'");
    assert_count(0, "SELECT balance FROM ledger_account WHERE purpose = 'pending'");
    assert_count(1,
                 "SELECT COUNT(*) FROM commission_event WHERE seq = 2"
                 " AND to_status = 'approved' AND reason = 'holdback_ended'");
    assert_count(1, "SELECT COUNT(*) FROM outbox WHERE kind = 'commission.updated'");
    assert_count(0, "SELECT COUNT(*) FROM job_failure");
    assert_ledger_holds();
}

static void approves_nothing_that_is_held_disputed_or_left_to_a_person(void **state)
{
    (void)state;
    struct job job = a_job("conversion_approve");
    struct sale_event sale = shop_sale(&shop);
    sale_event_add_code(&sale, sv_from(shop.a.code));
    record(&sale);
    clock_fix(sale.received_us + 31 * CLOCK_DAY);
    shop_run("UPDATE commission SET holds = 1");
    assert_int_equal(conversion_job_approve(&job), JOB_IDLE);
    shop_run("UPDATE commission SET holds = 0, dispute = 'open'");
    assert_int_equal(conversion_job_approve(&job), JOB_IDLE);
    shop_run("UPDATE commission SET dispute = 'none', approval = 'manual'");
    assert_int_equal(conversion_job_approve(&job), JOB_IDLE);
    shop_run("UPDATE commission SET approval = 'instant'");
    assert_int_equal(conversion_job_approve(&job), JOB_WORKED);
}

static void sets_aside_the_one_that_can_not_be_approved(void **state)
{
    (void)state;
    struct job job = a_job("conversion_approve");
    for (int i = 0; i < 30; i++) {
        struct sale_event sale = shop_sale(&shop);
        sale_event_add_code(&sale, sv_from(shop.a.code));
        record(&sale);
    }
    clock_fix(clock_business_us() + 31 * CLOCK_DAY);
    /* More is to be approved than ever accrued: the floor of P.pending refuses it. */
    shop_run("UPDATE commission SET amount = amount * 1000 ORDER BY id LIMIT 1");
    for (int i = 0; i < 5; i++)
        assert_int_not_equal(conversion_job_approve(&job), JOB_UNAVAILABLE);
    assert_count(29, "SELECT COUNT(*) FROM commission WHERE status = 'approved'");
    assert_count(1, "SELECT COUNT(*) FROM job_failure WHERE tries = 3");
    assert_int_equal(conversion_job_approve(&job), JOB_IDLE);
}

static void approves_once_whichever_call_fails(void **state)
{
    static const enum db_fault faults[] = {DB_FAULT_DEADLOCK, DB_FAULT_LOST_BEFORE,
                                           DB_FAULT_LOST_AFTER, DB_FAULT_ERROR};
    (void)state;
    struct job job = a_job("conversion_approve");
    for (size_t f = 0; f < COUNT_OF(faults); f++) {
        for (uint64_t n = 1; n <= 30; n++) {
            struct sale_event sale = shop_sale(&shop);
            sale_event_add_code(&sale, sv_from(shop.a.code));
            clock_fix(0);
            sale.received_us = clock_business_us();
            record(&sale);
            clock_fix(sale.received_us + 31 * CLOCK_DAY);
            db_fault_arm(db, n, faults[f]);
            (void)conversion_job_approve(&job);
            db_fault_arm(db, 0, DB_FAULT_ERROR);
            while (conversion_job_approve(&job) != JOB_IDLE)
                ;
            assert_count(0, "SELECT COUNT(*) FROM commission WHERE status <> 'approved'");
            assert_count(0, "SELECT balance FROM ledger_account WHERE purpose = 'pending'");
        }
    }
    assert_ledger_holds();
}

/* Races and faults ----------------------------------------------------------------------------- */

/* A sender that is told 503 (here: more connections than the server takes) tells again. */
static int tell_from_own_process(const struct sale_event *sale)
{
    struct arena *own = arena_new(ARENA_CEILING_DEFAULT);
    struct db *connection = testdb_open();
    struct conversion_answer answer;
    enum conversion_outcome outcome = CONVERSION_UNAVAILABLE;
    for (int i = 0; i < 20 && outcome == CONVERSION_UNAVAILABLE; i++) {
        if (i > 0)
            usleep(500 * 1000);
        outcome = conversion_record(connection, own, sale, &answer);
    }
    return (int)outcome;
}

static void records_once_what_a_hundred_tell_at_the_same_moment(void **state)
{
    enum { DELIVERIES = 100 };
    (void)state;
    pid_t children[DELIVERIES];
    int outcomes[CONVERSION_UNAVAILABLE + 1] = {0};
    struct sale_event sale = shop_sale(&shop);
    sale_event_add_code(&sale, sv_from(shop.a.code));
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
        _exit(tell_from_own_process(&sale));
    }
    atomic_store(go, 1);
    for (int i = 0; i < DELIVERIES; i++) {
        int status;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) <= CONVERSION_UNAVAILABLE);
        outcomes[WEXITSTATUS(status)]++;
    }
    assert_int_equal(outcomes[CONVERSION_CREATED], 1);
    assert_int_equal(outcomes[CONVERSION_DUPLICATE], DELIVERIES - 1);
    assert_count(1, "SELECT COUNT(*) FROM conversion");
    assert_count(1, "SELECT COUNT(*) FROM ledger_transfer");
    assert_ledger_holds();
}

/* Tells the sale until it is recorded, as a brand's server would. */
static void tell_until_recorded(const struct sale_event *sale)
{
    struct job job = a_job("conversion_inbox");
    for (int i = 0; i < 5; i++) {
        struct conversion_answer answer = record(sale);
        if (answer.outcome == CONVERSION_QUEUED) {
            shop_run("UPDATE inbox SET due_us = 1 WHERE state = 'failed'");
            assert_int_not_equal(conversion_job_inbox(&job), JOB_UNAVAILABLE);
        }
        if (answer.outcome == CONVERSION_CREATED || answer.outcome == CONVERSION_DUPLICATE)
            return;
    }
    fail_msg("the sale was never recorded");
}

static uint64_t calls_of_one_sale(void)
{
    struct sale_event sale = shop_sale(&shop);
    sale.click = shop_click(&shop, (struct shop_click){.creator = &shop.a});
    db_fault_arm(db, 0, DB_FAULT_ERROR);
    assert_int_equal(record(&sale).outcome, CONVERSION_CREATED);
    return db_calls_made(db);
}

static void holds_whichever_call_to_the_database_fails(void **state)
{
    static const enum db_fault faults[] = {DB_FAULT_DEADLOCK, DB_FAULT_LOST_BEFORE,
                                           DB_FAULT_LOST_AFTER, DB_FAULT_ERROR};
    (void)state;
    calls_of_one_sale(); /* makes the accounts */
    uint64_t calls = calls_of_one_sale();
    assert_true(calls > 10);
    int64_t sales = 2;
    for (size_t f = 0; f < COUNT_OF(faults); f++) {
        for (uint64_t n = 1; n <= calls; n++) {
            struct sale_event sale = shop_sale(&shop);
            sale.click = shop_click(&shop, (struct shop_click){.creator = &shop.a});
            ledger_forget_accounts();
            db_fault_arm(db, n, faults[f]);
            struct conversion_answer answer = record(&sale);
            db_fault_arm(db, 0, DB_FAULT_ERROR);
            if (answer.outcome != CONVERSION_CREATED)
                tell_until_recorded(&sale);
            sales++;
            assert_count(sales, "SELECT COUNT(*) FROM conversion");
            assert_count(sales, "SELECT COUNT(*) FROM commission");
            assert_count(sales, "SELECT COUNT(*) FROM inbox WHERE state = 'processed'");
            assert_count(sales, "SELECT COUNT(*) FROM outbox");
            assert_ledger_holds();
        }
    }
}

static void retries_a_failed_event_until_it_is_set_aside(void **state)
{
    (void)state;
    struct job job = a_job("conversion_inbox");
    struct sale_event sale = shop_sale(&shop);
    shop_run("ALTER TABLE rollup_delta RENAME TO rollup_delta_gone");
    assert_int_equal(record(&sale).outcome, CONVERSION_QUEUED);
    assert_count(0, "SELECT COUNT(*) FROM conversion");
    for (int i = 0; i < 4; i++) {
        shop_run("UPDATE inbox SET due_us = 1 WHERE due_us <> 0");
        conversion_job_inbox(&job);
    }
    assert_count(1, "SELECT COUNT(*) FROM inbox WHERE reason = 'set_aside' AND due_us = 0");
    shop_run("ALTER TABLE rollup_delta_gone RENAME TO rollup_delta");
    assert_int_equal(record(&sale).outcome, CONVERSION_CREATED); /* told again by the brand */
    assert_count(1, "SELECT COUNT(*) FROM inbox WHERE state = 'processed'");
}

#define sale_test(f) cmocka_unit_test_setup(f, fresh_shop)

static void the_proof_finds_a_commission_nobody_was_told_of(void **state)
{
    (void)state;
    struct sale_event sale = shop_sale(&shop);
    sale.click = shop_click(&shop, (struct shop_click){.creator = &shop.a});
    assert_int_equal(record(&sale).outcome, CONVERSION_CREATED);
    assert_ledger_holds();
    shop_run("DELETE FROM outbox WHERE kind = 'commission.created'");
    assert_broken("I19 ");
}

static void the_proof_finds_a_conversion_without_its_event(void **state)
{
    (void)state;
    struct sale_event sale = shop_sale(&shop);
    assert_int_equal(record(&sale).outcome, CONVERSION_CREATED);
    assert_ledger_holds();
    shop_run("DELETE FROM inbox");
    assert_broken("I20 ");
}

static void the_proof_finds_an_event_without_its_conversion(void **state)
{
    (void)state;
    struct sale_event sale = shop_sale(&shop);
    assert_int_equal(record(&sale).outcome, CONVERSION_CREATED);
    shop_run(
        "INSERT INTO inbox (brand, mode, door, event_id, body_mac, event, state, conversion, "
        "request_id, received_us) SELECT brand, mode, door, 'lost', body_mac, event, "
        "'processed', conversion + 1000, request_id, received_us FROM inbox");
    assert_broken("I20 ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        sale_test(the_proof_finds_a_commission_nobody_was_told_of),
        sale_test(the_proof_finds_a_conversion_without_its_event),
        sale_test(the_proof_finds_an_event_without_its_conversion),
        sale_test(records_a_sale_with_all_that_follows_from_it),
        sale_test(answers_duplicate_for_the_same_sale_again),
        sale_test(keeps_the_stored_sale_and_names_the_field_of_a_conflict),
        sale_test(tells_one_order_by_two_doors_as_one_sale),
        sale_test(takes_the_same_reference_in_another_program_when_the_brand_says_so),
        sale_test(tells_order_references_apart_byte_for_byte),
        sale_test(credits_the_visitors_last_click_and_keeps_the_losers),
        sale_test(credits_a_code_a_token_and_a_ref),
        sale_test(keeps_every_code_of_an_order_and_credits_one),
        sale_test(finds_a_tokens_click_by_the_orders_address),
        sale_test(records_an_unattributed_sale_without_money_where_there_is_no_fee),
        sale_test(charges_the_network_fee_of_an_unattributed_sale_to_the_brand),
        sale_test(prices_by_the_settings_in_force_and_leaves_old_sales_alone),
        sale_test(takes_the_commission_of_the_part_that_the_program_says),
        sale_test(prefers_the_partners_own_rate_and_can_recompute_it),
        sale_test(keeps_test_sales_in_accounts_of_their_own),
        sale_test(knows_a_new_customer_from_a_returning_one),
        sale_test(clamps_the_time_of_the_sale),
        sale_test(refuses_what_it_can_not_record),
        sale_test(waits_for_a_click_that_is_on_its_way),
        sale_test(gives_up_on_a_click_after_a_day),
        sale_test(approves_when_the_holdback_ends_and_not_before),
        sale_test(approves_nothing_that_is_held_disputed_or_left_to_a_person),
        sale_test(sets_aside_the_one_that_can_not_be_approved),
        sale_test(approves_once_whichever_call_fails),
        sale_test(records_once_what_a_hundred_tell_at_the_same_moment),
        sale_test(holds_whichever_call_to_the_database_fails),
        sale_test(retries_a_failed_event_until_it_is_set_aside),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
