/*
 * Any order of the same events ends in the same state: up to six of them about one sale, in every
 * order where there are few and in random ones where there are many, against a small model that
 * knows only which events there were. MEED_SEED repeats a run; the seed is printed.
 */
#include "support/unit.h"

#include "commission/commission_terms.h"
#include "conversion/adjustment.h"
#include "crypto/keys.h"
#include "report/report.h"
#include "tests/support/shop.h"
#include "tests/support/testdb.h"

enum { GROSS = 12990, BASE = 9999, ITEM = 3331, QUANTITY = 2 };
enum { PART = 3333, SMALL = 2000, LARGE = 5000, GIVEN_BACK = 1500 };
enum { EVENTS_MAX = 6, SETS = 40, ORDERS = 8 };

enum what {
    SALE,
    PARTIAL,          /* an amount of the total */
    PARTIAL_AGAIN,    /* the same once more */
    LINE,             /* one of two pieces */
    CUMULATIVE_SMALL, /* of one charge: */
    CUMULATIVE_LARGE, /* then more of it */
    WHOLE,
    DISPUTE_OPENED,
    DISPUTE_WON,
    RESTORE,
    APPROVAL,
    WHAT_COUNT,
};

static struct db *db, *migrator;
static struct arena *arena;
static struct shop shop;
static uint64_t seed;

static uint64_t next_random(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

/* The model ------------------------------------------------------------------------------------ */

struct model {
    int64_t refunded, clawed[3]; /* payout, fee taken from it, fee on top */
    int64_t pending, available;
    const char *status;
};

/* a × b / c, half to even, spelled out. */
static int64_t half_even(int64_t a, int64_t b, int64_t c)
{
    int64_t sign = a * b < 0 ? -1 : 1, product = a * b * sign;
    int64_t quotient = product / c, rest = product % c;
    if (rest * 2 > c || (rest * 2 == c && quotient % 2 != 0))
        quotient++;
    return quotient * sign;
}

static struct model model_of(const bool has[WHAT_COUNT], const int64_t whole[3])
{
    struct model m = {.status = has[APPROVAL] ? "approved" : "pending"};
    int64_t of_total = 0, taken = 0;
    if (has[PARTIAL] || has[PARTIAL_AGAIN])
        of_total += PART;
    if (has[CUMULATIVE_SMALL] || has[CUMULATIVE_LARGE])
        of_total += has[CUMULATIVE_LARGE] ? LARGE : SMALL;
    if (has[RESTORE])
        of_total -= GIVEN_BACK;
    taken += half_even(of_total, BASE, GROSS);
    if (has[LINE])
        taken += half_even(ITEM, 1, QUANTITY);
    if (has[WHOLE])
        taken += BASE;
    if (has[DISPUTE_OPENED] && !has[DISPUTE_WON])
        taken += BASE;
    m.refunded = taken < 0 ? 0 : taken > BASE ? BASE : taken;
    for (int i = 0; i < 3; i++)
        m.clawed[i] = half_even(whole[i], m.refunded, BASE);
    if (m.refunded == BASE)
        m.status = "reversed";
    *(has[APPROVAL] ? &m.available : &m.pending) = whole[0] - m.clawed[0];
    return m;
}

/* Telling -------------------------------------------------------------------------------------- */

static const struct sale_item items[] = {
    {.line_ref = SV("L1"), .sku = SV("SHOE"), .base = ITEM, .quantity = QUANTITY},
    {.line_ref = SV("L2"), .sku = SV("SOCK"), .base = BASE - ITEM, .quantity = 1}};
static const struct adjustment_line one_shoe = {
    .line_ref = SV("L1"), .sku = SV(""), .quantity = 1, .base = -1};

static void tell_sale(const char *order)
{
    struct conversion_answer answer;
    struct sale_event sale = shop_sale(&shop);
    sale.order_ref = sv_from(order);
    sale.amount = GROSS;
    sale.base = BASE;
    sale.items = items;
    sale.n_items = COUNT_OF(items);
    sale_event_add_code(&sale, sv_from(shop.a.code));
    assert_int_equal(conversion_record(db, arena, &sale, &answer), CONVERSION_CREATED);
}

static bool never_stop(void)
{
    return false;
}

static void tell_approval(void)
{
    struct job job = {
        .name = "conversion_approve", .db = db, .arena = arena, .asked_to_stop = never_stop};
    clock_fix(clock_business_us() + 40 * CLOCK_DAY);
    while (conversion_job_approve(&job) == JOB_WORKED)
        ;
}

static struct adjustment_event adjustment_of(enum what what, const char *order)
{
    static const struct {
        const char *ref;
        enum adjustment_kind kind;
        uint8_t phase;
        bool cumulative;
        enum adjustment_extent extent;
        int64_t amount;
    } shapes[WHAT_COUNT] = {
        [PARTIAL] = {"part", ADJUSTMENT_REFUND, 0, false, ADJUSTMENT_OF_TOTAL, PART},
        [PARTIAL_AGAIN] = {"part", ADJUSTMENT_REFUND, 0, false, ADJUSTMENT_OF_TOTAL, PART},
        [LINE] = {"line", ADJUSTMENT_REFUND, 0, false, ADJUSTMENT_LINES, 0},
        [CUMULATIVE_SMALL] = {"ch", ADJUSTMENT_REFUND, 0, true, ADJUSTMENT_OF_TOTAL, SMALL},
        [CUMULATIVE_LARGE] = {"ch", ADJUSTMENT_REFUND, 0, true, ADJUSTMENT_OF_TOTAL, LARGE},
        [WHOLE] = {"whole", ADJUSTMENT_REFUND, 0, false, ADJUSTMENT_WHOLE, 0},
        [DISPUTE_OPENED] = {"dp", ADJUSTMENT_CHARGEBACK, 0, false, ADJUSTMENT_WHOLE, 0},
        [DISPUTE_WON] = {"dp", ADJUSTMENT_CHARGEBACK, 1, false, ADJUSTMENT_NOTHING, 0},
        [RESTORE] = {"back", ADJUSTMENT_RESTORE, 0, false, ADJUSTMENT_OF_TOTAL, GIVEN_BACK},
    };
    return (struct adjustment_event){
        .door = SALE_DOOR_STRIPE,
        .brand = shop.brand,
        .kind = shapes[what].kind,
        .ref = sv_from(arena_printf(arena, "%s-%s", order, shapes[what].ref)),
        .phase = shapes[what].phase,
        .cumulative = shapes[what].cumulative,
        .targets = {{SALE_KEY_ORDER, sv_from(order)}},
        .n_targets = 1,
        .extent = shapes[what].extent,
        .amount = shapes[what].amount,
        .lines = what == LINE ? &one_shoe : NULL,
        .n_lines = what == LINE ? 1 : 0,
        .body_mac = {(uint8_t)what},
        .request = uuid_v7(clock_wire_us()),
        .received_us = clock_business_us()};
}

static void tell(enum what what, const char *order)
{
    struct adjustment_answer answer;
    if (what == SALE) {
        tell_sale(order);
    } else if (what == APPROVAL) {
        tell_approval();
    } else {
        struct adjustment_event event = adjustment_of(what, order);
        enum adjustment_outcome outcome = conversion_adjust(db, arena, &event, &answer);
        assert_true(outcome == ADJUSTMENT_APPLIED || outcome == ADJUSTMENT_PARKED ||
                    outcome == ADJUSTMENT_DUPLICATE);
    }
}

/* Looking -------------------------------------------------------------------------------------- */

DB_SQL(orders_read_state,
       "SELECT c.status, m.status, c.refunded_base, m.clawed, m.clawed_fee_partner,"
       " m.clawed_fee_brand, m.amount - m.fee_partner, m.fee_partner, m.fee_brand, m.id"
       " FROM conversion c JOIN commission m ON m.conversion = c.id"
       " WHERE c.brand = ? AND c.order_ref = ?");
DB_SQL(orders_read_balance,
       "SELECT CAST(COALESCE(SUM(e.amount), 0) AS SIGNED) FROM ledger_transfer t"
       " JOIN ledger_entry e ON e.transfer = t.id JOIN ledger_account a ON a.id = e.account"
       " WHERE t.source_kind = 'commission' AND t.source = ? AND a.owner_kind = 'partner'"
       " AND a.purpose = ?");

static int64_t balance_of(uint64_t commission, const char *purpose)
{
    struct db_rows *row;
    assert_int_equal(db_get_one(db, arena, &orders_read_balance,
                                DB_ARGS(db_u64(commission), db_cstr(purpose)), &row),
                     DB_OK);
    return db_col_i64(row, 0);
}

static void assert_state(const char *order, const bool has[WHAT_COUNT])
{
    struct db_rows *row;
    assert_int_equal(db_get_one(db, arena, &orders_read_state,
                                DB_ARGS(db_u64(shop.brand), db_cstr(order)), &row),
                     DB_OK);
    const int64_t whole[3] = {db_col_i64(row, 6), db_col_i64(row, 7), db_col_i64(row, 8)};
    uint64_t commission = db_col_u64(row, 9);
    struct model m = model_of(has, whole);
    assert_true(whole[0] > 0 && whole[1] > 0 && whole[2] > 0);
    assert_sv_equal(db_col_text(row, 0), m.status);
    assert_sv_equal(db_col_text(row, 1), m.status);
    assert_int_equal(db_col_i64(row, 2), m.refunded);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(db_col_i64(row, 3 + i), m.clawed[i]);
    assert_int_equal(balance_of(commission, "pending") + balance_of(commission, "available"),
                     m.pending + m.available);
    if (strcmp(m.status, "reversed") != 0)
        assert_int_equal(balance_of(commission, "available"), m.available);
}

static unsigned orders_told;

static void try_order(const enum what *events, size_t n)
{
    bool has[WHAT_COUNT] = {false};
    const char *order = arena_printf(arena, "order-%u", ++orders_told);
    for (size_t i = 0; i < n; i++) {
        tell(events[i], order);
        has[events[i]] = true;
    }
    if (has[APPROVAL]) /* the job runs again and again: what came back is approved, too */
        tell_approval();
    assert_state(order, has);
}

/* Every order of events[at …] */
static void try_all(enum what *events, size_t n, size_t at)
{
    if (at == n) {
        try_order(events, n);
        return;
    }
    for (size_t i = at; i < n; i++) {
        enum what swapped = events[at];
        events[at] = events[i];
        events[i] = swapped;
        try_all(events, n, at + 1);
        events[i] = events[at];
        events[at] = swapped;
    }
}

static void shuffle(enum what *events, size_t n)
{
    for (size_t i = n - 1; i > 0; i--) {
        size_t j = next_random() % (i + 1);
        enum what swapped = events[i];
        events[i] = events[j];
        events[j] = swapped;
    }
}

static void print_line(void *context, const char *line)
{
    (void)context;
    if (strstr(line, "BROKEN") || line[0] == ' ')
        fprintf(stderr, "%s\n", line);
}

static void ends_in_one_state_whatever_the_order(void **state)
{
    (void)state;
    for (int set = 0; set < SETS; set++) {
        enum what events[EVENTS_MAX] = {SALE}, others[WHAT_COUNT - 1];
        for (unsigned i = 0; i < COUNT_OF(others); i++)
            others[i] = (enum what)(i + 1);
        shuffle(others, COUNT_OF(others));
        size_t n = 2 + next_random() % (EVENTS_MAX - 1);
        memcpy(&events[1], others, (n - 1) * sizeof *events);
        if (n <= 3)
            try_all(events, n, 0);
        for (int i = 0; n > 3 && i < ORDERS; i++) {
            shuffle(events, n);
            try_order(events, n);
        }
    }
    assert_int_equal(ledger_verify(migrator, arena, print_line, NULL), LEDGER_VERIFIED);
}

/* The dispute and what surrounds it, in each of the 120 orders. */
static void ends_in_one_state_in_every_order_of_five(void **state)
{
    (void)state;
    enum what events[] = {SALE, PARTIAL, DISPUTE_OPENED, DISPUTE_WON, APPROVAL};
    try_all(events, COUNT_OF(events), 0);
    assert_int_equal(ledger_verify(migrator, arena, print_line, NULL), LEDGER_VERIFIED);
}

static int fresh_shop(void **state)
{
    (void)state;
    arena_reset(arena);
    testdb_reset();
    ledger_forget_accounts();
    clock_fix(0);
    shop_open(&shop, db, arena);
    shop.settings.network_fee_bp = 2000;
    shop_save_settings(&shop);
    return 0;
}

static int open_all(void **state)
{
    const char *why, *given = getenv("MEED_SEED");
    (void)state;
    arena = arena_new(512 * 1024 * 1024);
    db = testdb_open();
    migrator = testdb_open_as(TESTDB_MIGRATOR);
    seed = given ? strtoull(given, NULL, 10) : (uint64_t)clock_wire_us();
    print_message("MEED_SEED=%" PRIu64 "\n", seed);
    seed = seed != 0 ? seed : 1;
    if (!keys_open(testdb_settings()->key_file, arena, &why))
        return -1;
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
    db_close(migrator);
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(ends_in_one_state_whatever_the_order, fresh_shop),
        cmocka_unit_test_setup(ends_in_one_state_in_every_order_of_five, fresh_shop),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
