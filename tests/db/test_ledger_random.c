/*
 * Random events against a reference that keeps no accounts at all: it remembers what became of
 * every commission, payout and payment, and says from that alone what each balance must be.
 * MEED_SEED repeats a run; the seed is printed.
 */
#include "base/clock.h"
#include "support/book.h"

enum {
    BRANDS = 2,
    PARTNERS = 3,
    UNITS = 2,
    COMMISSIONS_MAX = 120,
    PAYOUTS_MAX = 60,
    EVENTS = 500,
    LOOK_EVERY = 50,
};

static const char *const unit_names[UNITS] = {"USD", "JPY"};
static const uint64_t brand_ids[BRANDS] = {BOOK_BRAND, BOOK_OTHER_BRAND};

enum fate { PENDING, APPROVED, UNDONE };
enum journey { REQUESTED, SENT, SETTLED, BY_CONNECT, AT_REST };

/* The reference ---------------------------------------------------------------------------- */

struct ref_commission {
    int brand, partner, unit; /* partner −1: unattributed */
    int64_t parts[3];         /* payout, fee taken from it, fee on top */
    int64_t base, refunded;
    enum fate fate;
    uint32_t refunds;
};

struct ref_payout {
    int brand, partner, unit;
    int64_t amount;
    enum journey journey;
};

static struct {
    struct ref_commission commissions[COMMISSIONS_MAX];
    struct ref_payout payouts[PAYOUTS_MAX];
    int n_commissions, n_payouts;
    int64_t paid_in[BRANDS][UNITS], issued[BRANDS][UNITS], applied[BRANDS][UNITS];
    int64_t written_off[BRANDS][PARTNERS][UNITS];
    uint64_t payments;
} ref;

/* a × b / c, half to even, spelled out. */
static int64_t half_even(int64_t a, int64_t b, int64_t c)
{
    int64_t product = a * b, quotient = product / c, rest = product % c;
    if (rest * 2 > c || (rest * 2 == c && quotient % 2 != 0))
        quotient++;
    return quotient;
}

static int64_t left_of(const struct ref_commission *c, int part)
{
    if (c->fate == UNDONE || c->refunded >= c->base)
        return 0;
    return c->parts[part] - half_even(c->parts[part], c->refunded, c->base);
}

static int64_t partner_balance(enum ledger_purpose purpose, int brand, int partner, int unit)
{
    int64_t sum = purpose == LEDGER_P_AVAILABLE ? ref.written_off[brand][partner][unit] : 0;
    for (int i = 0; i < ref.n_commissions; i++) {
        const struct ref_commission *c = &ref.commissions[i];
        if (c->brand != brand || c->partner != partner || c->unit != unit)
            continue;
        if (purpose == LEDGER_P_PENDING && c->fate == PENDING)
            sum += left_of(c, 0);
        if (purpose == LEDGER_P_AVAILABLE && c->fate == APPROVED)
            sum += left_of(c, 0);
    }
    for (int i = 0; i < ref.n_payouts; i++) {
        const struct ref_payout *p = &ref.payouts[i];
        if (p->brand != brand || p->partner != partner || p->unit != unit)
            continue;
        if (purpose == LEDGER_P_AVAILABLE && p->journey != AT_REST)
            sum -= p->amount;
        if ((purpose == LEDGER_P_RESERVED && p->journey == REQUESTED) ||
            (purpose == LEDGER_P_TRANSIT && p->journey == SENT) ||
            (purpose == LEDGER_P_PAID && (p->journey == SETTLED || p->journey == BY_CONNECT)))
            sum += p->amount;
    }
    return sum;
}

static int64_t cost_of(const struct ref_commission *c)
{
    return left_of(c, 0) + left_of(c, 1) + left_of(c, 2);
}

static int64_t by_connect(int brand, int unit)
{
    int64_t sum = 0;
    for (int i = 0; i < ref.n_payouts; i++)
        if (ref.payouts[i].brand == brand && ref.payouts[i].unit == unit &&
            ref.payouts[i].journey == BY_CONNECT)
            sum += ref.payouts[i].amount;
    return sum;
}

static int64_t hot_balance(enum ledger_purpose purpose, int brand, int unit)
{
    int64_t cost[3] = {0}, fee[3] = {0};
    for (int i = 0; i < ref.n_commissions; i++) {
        const struct ref_commission *c = &ref.commissions[i];
        if (c->brand == brand && c->unit == unit) {
            cost[c->fate] += cost_of(c);
            fee[c->fate] += left_of(c, 1) + left_of(c, 2);
        }
    }
    switch (purpose) {
    case LEDGER_B_ACCRUED:
        return -cost[PENDING];
    case LEDGER_B_DUE:
        return -cost[APPROVED] + ref.issued[brand][unit] + by_connect(brand, unit);
    case LEDGER_B_INVOICED:
        return -ref.issued[brand][unit] + ref.applied[brand][unit];
    case LEDGER_B_FUNDS:
        return ref.paid_in[brand][unit] - ref.applied[brand][unit];
    case LEDGER_B_PAID_IN:
        return -ref.paid_in[brand][unit] - by_connect(brand, unit);
    case LEDGER_N_FEE_PENDING:
        return fee[PENDING];
    case LEDGER_N_FEE:
        return fee[APPROVED];
    case LEDGER_N_WRITEOFF:
        return -ref.written_off[brand][0][unit] - ref.written_off[brand][1][unit] -
               ref.written_off[brand][2][unit];
    default:
        return 0; /* no currency is exchanged here */
    }
}

static void compare(void)
{
    for (unsigned p = 0; p < LEDGER_PURPOSE_COUNT; p++)
        for (int brand = 0; brand < BRANDS; brand++)
            for (int unit = 0; unit < UNITS; unit++) {
                enum ledger_purpose purpose = (enum ledger_purpose)p;
                enum ledger_owner owner = ledger_purpose_owner(purpose);
                if (owner != LEDGER_PARTNER)
                    assert_int_equal(book_balance(brand_ids[brand], LEDGER_LIVE, purpose,
                                                  owner == LEDGER_BRAND ? brand_ids[brand] : 0,
                                                  unit_names[unit]),
                                     hot_balance(purpose, brand, unit));
                for (int partner = 0; owner == LEDGER_PARTNER && partner < PARTNERS; partner++)
                    assert_int_equal(book_balance(brand_ids[brand], LEDGER_LIVE, purpose,
                                                  (uint64_t)partner + 1, unit_names[unit]),
                                     partner_balance(purpose, brand, partner, unit));
            }
}

/* Chance ----------------------------------------------------------------------------------- */

static uint64_t chance_state;

static uint64_t chance(void)
{
    uint64_t z = (chance_state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static int below(int bound)
{
    return (int)(chance() % (uint64_t)bound);
}

/* Events ----------------------------------------------------------------------------------- */

static struct ledger_case about(uint64_t source, uint32_t seq, int brand, int partner, int unit)
{
    return (struct ledger_case){.source = source,
                                .seq = seq,
                                .brand = brand_ids[brand],
                                .partner = (uint64_t)(partner + 1),
                                .unit = book_unit(unit_names[unit]),
                                .business_us = 1700000000000000};
}

static struct ledger_transfer last; /* posted: a replay of it changes nothing */
static bool has_last;

/* Posts; the reference has said whether it must be covered. */
static void post(enum ledger_built built, const struct ledger_transfer *t,
                 const struct book_commission *row, bool covered)
{
    if (built == LEDGER_NOTHING)
        return;
    assert_int_equal(built, LEDGER_BUILT);
    assert_int_equal(book_post(t, row).outcome, covered ? LEDGER_POSTED : LEDGER_UNCOVERED);
    if (covered)
        last = *t;
    has_last = has_last || covered;
}

static struct book_commission row_of(int i)
{
    static const char *const statuses[] = {"pending", "approved", "reversed"};
    const struct ref_commission *c = &ref.commissions[i];
    struct ledger_split whole = {c->parts[0], c->parts[1], c->parts[2]};
    return (struct book_commission){.id = (uint64_t)i + 1,
                                    .brand = brand_ids[c->brand],
                                    .partner = (uint64_t)(c->partner + 1),
                                    .unit = book_unit(unit_names[c->unit]),
                                    .whole = whole,
                                    .clawed = ledger_clawed(whole, c->base, c->refunded, false),
                                    .status = statuses[c->fate]};
}

static void accrue(void)
{
    if (ref.n_commissions == COMMISSIONS_MAX)
        return;
    int i = ref.n_commissions++;
    struct ref_commission *c = &ref.commissions[i];
    *c = (struct ref_commission){.brand = below(BRANDS),
                                 .partner = below(PARTNERS + 1) - 1,
                                 .unit = below(UNITS),
                                 .base = 1 + below(20000)};
    int64_t commission = below(3000), fee = half_even(commission, below(5000), 10000);
    bool by_partner = below(2), by_brand = below(2);
    c->parts[0] = c->partner < 0 ? 0 : commission - (by_partner ? fee : 0);
    c->parts[1] = c->partner < 0 || !by_partner ? 0 : fee;
    c->parts[2] = by_brand ? fee : 0;
    struct ledger_case lc = about((uint64_t)i + 1, 1, c->brand, c->partner, c->unit);
    struct book_commission row = row_of(i);
    struct ledger_transfer t;
    post(ledger_build_accrue(&lc, row.whole, &t), &t, &row, true);
}

/* Approves, refunds or undoes one commission, whichever chance and its state allow. */
static void change(void)
{
    if (!ref.n_commissions)
        return;
    int i = below(ref.n_commissions), what = below(4);
    struct ref_commission *c = &ref.commissions[i];
    struct ledger_case lc = about((uint64_t)i + 1, 1, c->brand, c->partner, c->unit);
    struct book_commission before = row_of(i), after;
    struct ledger_split left = ledger_split_minus(before.whole, before.clawed);
    enum ledger_stage stage = c->fate == PENDING ? LEDGER_STAGE_PENDING : LEDGER_STAGE_APPROVED;
    struct ledger_transfer t;
    if (c->fate == UNDONE)
        return;
    if (what == 0 && c->fate == PENDING) {
        c->fate = APPROVED;
        after = row_of(i);
        post(ledger_build_approve(&lc, left, &t), &t, &after, true);
    } else if (what == 1 && below(4) == 0) {
        c->fate = UNDONE;
        after = row_of(i);
        post(ledger_build_undo(&lc, stage, left, &t), &t, &after, true);
    } else if (what >= 2) {
        c->refunded = below(8) ? c->refunded + below((int)c->base) / 3 : 0; /* 0: won back */
        after = row_of(i);
        lc.seq = ++c->refunds;
        post(ledger_build_refund(&lc, stage, before.clawed, after.clawed, &t), &t, &after, true);
    }
}

static void request(void)
{
    if (ref.n_payouts == PAYOUTS_MAX)
        return;
    int i = ref.n_payouts++;
    struct ref_payout *p = &ref.payouts[i];
    *p = (struct ref_payout){.brand = below(BRANDS),
                             .partner = below(PARTNERS),
                             .unit = below(UNITS),
                             .amount = 1 + below(2000),
                             .journey = AT_REST};
    bool covered = p->amount <= partner_balance(LEDGER_P_AVAILABLE, p->brand, p->partner, p->unit);
    struct ledger_case lc = about((uint64_t)i + 1, 1, p->brand, p->partner, p->unit);
    struct ledger_transfer t;
    post(ledger_build_request(&lc, p->amount, &t), &t, NULL, covered);
    if (covered)
        p->journey = REQUESTED;
}

static void mirror(const struct ledger_case *lc, enum ledger_kind of, enum ledger_kind kind,
                   struct ledger_transfer *out)
{
    struct ledger_transfer original;
    uint64_t id;
    assert_int_equal(
        ledger_find(book.web, book.arena, of, lc->source, lc->brand, 1, &original, &id), DB_OK);
    ledger_build_mirror(&original, id, kind, 1, lc->business_us, out);
}

/* One step of one payout. */
static void travel(void)
{
    if (!ref.n_payouts)
        return;
    int i = below(ref.n_payouts);
    struct ref_payout *p = &ref.payouts[i];
    struct ledger_case lc = about((uint64_t)i + 1, 1, p->brand, p->partner, p->unit);
    struct ledger_transfer t;
    enum ledger_built built = LEDGER_BUILT;
    if (p->journey == REQUESTED && below(4) == 0) {
        mirror(&lc, LEDGER_REQUEST, LEDGER_CANCEL, &t);
        p->journey = AT_REST;
    } else if (p->journey == REQUESTED) {
        built = ledger_build_send(&lc, p->amount, &t);
        p->journey = SENT;
    } else if (p->journey == SENT && below(4) == 0) {
        built = ledger_build_fail(&lc, p->amount, &t);
        p->journey = AT_REST;
    } else if (p->journey == SENT && below(2)) {
        built = ledger_build_settle(&lc, p->amount, &t);
        p->journey = SETTLED;
    } else if (p->journey == SENT) {
        built = ledger_build_connect(&lc, p->amount, &t);
        p->journey = BY_CONNECT;
    } else if (p->journey == SETTLED && below(4) == 0) {
        mirror(&lc, LEDGER_SETTLE, LEDGER_RETURN, &t);
        post(built, &t, NULL, true);
        built = ledger_build_fail(&lc, p->amount, &t);
        p->journey = AT_REST;
    } else {
        return;
    }
    post(built, &t, NULL, true);
}

static void pay(void)
{
    int brand = below(BRANDS), unit = below(UNITS), what = below(3);
    int64_t amount = 1 + below(5000);
    struct ledger_case lc = about(++ref.payments, 1, brand, -1, unit);
    struct ledger_transfer t;
    if (what == 0) {
        ref.paid_in[brand][unit] += amount;
        post(ledger_build_pay_in(&lc, amount, &t), &t, NULL, true);
    } else if (what == 1) {
        ref.issued[brand][unit] += amount;
        post(ledger_build_issue(&lc, amount, &t), &t, NULL, true);
    } else {
        ref.applied[brand][unit] += amount;
        post(ledger_build_apply(&lc, amount, &t), &t, NULL, true);
    }
}

static void write_off(void)
{
    int brand = below(BRANDS), partner = below(PARTNERS), unit = below(UNITS);
    int64_t amount = 1 + below(500);
    bool owed = partner_balance(LEDGER_P_AVAILABLE, brand, partner, unit) + amount <= 0;
    struct ledger_case lc = about(++ref.payments, 1, brand, partner, unit);
    struct ledger_transfer t;
    post(ledger_build_write_off(&lc, amount, &t), &t, NULL, owed);
    if (owed)
        ref.written_off[brand][partner][unit] += amount;
}

/* The same again, or with another amount: neither changes anything. */
static void repeat(void)
{
    struct ledger_transfer other = last;
    if (!has_last)
        return;
    assert_int_equal(book_post(&last, NULL).outcome, LEDGER_REPLAY);
    other.entries[0].amount *= 2;
    other.entries[1].amount -= last.entries[0].amount;
    if (ledger_transfer_problem(&other) == NULL)
        assert_int_equal(book_post(&other, NULL).outcome, LEDGER_CONFLICT);
}

static void work(void)
{
    uint64_t done;
    if (below(2))
        assert_int_equal(ledger_fold(book.worker, book.arena, &done), DB_OK);
    else
        assert_int_equal(ledger_seal(book.worker, book.arena, &done), DB_OK);
}

static void agrees_with_the_reference_after_any_events(void **state)
{
    static void (*const events[])(void) = {accrue, accrue,    accrue,  change, change,
                                           change, change,    request, travel, travel,
                                           pay,    write_off, repeat,  work};
    const char *given = getenv("MEED_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)clock_wire_us();
    (void)state;
    print_message("MEED_SEED=%" PRIu64 "\n", seed);
    chance_state = seed;
    for (int i = 1; i <= EVENTS; i++) {
        events[below((int)COUNT_OF(events))]();
        if (i % LOOK_EVERY == 0) {
            compare();
            book_must_hold();
        }
    }
    book_run_jobs();
    compare();
    book_must_hold();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(agrees_with_the_reference_after_any_events, book_reset),
    };
    return cmocka_run_group_tests_name("ledger_random", tests, book_open, book_close);
}
