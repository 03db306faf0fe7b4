/*
 * Runs every table of this folder through the builders, the database, and the verifier. A table
 * is one story; docs/ledger.md tells the same rows in prose.
 *
 *   # a comment                            amounts are in major units
 *   accrue SALE PARTNER AMOUNT fee FEE none|publisher|brand|both UNIT
 *   unattributed SALE fee FEE none|publisher|brand|both UNIT
 *   approve|reject|reverse SALE
 *   refund SALE REFUNDED of BASE [whole]   refunded in all so far; whole: full clawback
 *   fulfil|unfulfil SALE
 *   request PAYOUT PARTNER AMOUNT UNIT
 *   cancel|send|settle|connect|fail|return PAYOUT
 *   settle PAYOUT at RATE UNIT spread BP
 *   pay_in|issue|apply AMOUNT UNIT
 *   write_off PARTNER AMOUNT UNIT
 *       P.pending PARTNER +80.00           indented: the entries that it must store, in USD
 *       N.fx +81.63 EUR                    or in the unit named
 *       nothing                            or: there is nothing to post
 *       refused P.available                or: it is refused, and this account is named
 *   PARTNER sees pending 0.00 approved 0.00 paid 0.00 UNIT
 *   brand sees accruing 0.00 owed 0.00 UNIT
 *   cash 0.00 UNIT
 */
#include <glob.h>

#include "support/book.h"

enum { WORDS_MAX = 16, NAMES_MAX = 32, FILE_MAX = 65536 };

struct words {
    struct sv w[WORDS_MAX];
    size_t n;
};

struct payout {
    uint64_t partner;
    int64_t amount;
    struct unit unit;
    uint32_t fails;
};

static struct {
    const char *file;
    unsigned line;
    struct sv partners[NAMES_MAX], sales[NAMES_MAX], payouts[NAMES_MAX]; /* id: place + 1 */
    struct book_commission commission[NAMES_MAX];
    struct payout payout[NAMES_MAX];
    uint32_t seq[LEDGER_KIND_COUNT][NAMES_MAX + 1];
    uint64_t loose; /* invoices, payments, write-offs: each its own source */

    /* the event whose entries are being listed */
    bool open, refused, nothing;
    struct ledger_transfer built, stored;
    struct ledger_posting posting;
    bool listed[LEDGER_ENTRIES_MAX];
} story;

#define expect(cond)                                                                               \
    do {                                                                                           \
        if (!(cond))                                                                               \
            fail_msg("%s:%u: expected %s", story.file, story.line, #cond);                         \
    } while (0)

/* Words ------------------------------------------------------------------------------------ */

static struct words split(struct sv line)
{
    struct words words = {.n = 0};
    while (line.n) {
        struct sv word = sv_cut(&line, ' ');
        if (word.n) {
            expect(words.n < WORDS_MAX);
            words.w[words.n++] = word;
        }
    }
    return words;
}

static uint64_t id_of(struct sv names[NAMES_MAX], struct sv name)
{
    for (size_t i = 0; i < NAMES_MAX; i++) {
        if (!names[i].p)
            names[i] = name;
        if (sv_eq(names[i], name))
            return i + 1;
    }
    fail_msg("%s:%u: too many names", story.file, story.line);
    return 0;
}

static struct unit unit_of(struct sv code)
{
    return book_unit(sv_dup(book.arena, code));
}

static int64_t amount_of(struct sv text, struct unit unit)
{
    int64_t amount, sign = 1;
    if (sv_starts(text, SV("-")) || sv_starts(text, SV("+"))) {
        sign = text.p[0] == '-' ? -1 : 1;
        text = sv_from_index(text, 1);
    }
    expect(money_parse_major(text, unit.exponent, &amount) == MONEY_OK);
    return sign * amount;
}

static enum ledger_bearer bearer_of(struct sv word)
{
    static const char *const names[] = {"none", "publisher", "brand", "both"};
    for (unsigned i = 0; i < COUNT_OF(names); i++)
        if (sv_eq_cstr(word, names[i]))
            return (enum ledger_bearer)i;
    fail_msg("%s:%u: who bears the fee?", story.file, story.line);
    return LEDGER_BEARER_NONE;
}

static bool is(struct words words, const char *verb)
{
    return sv_eq_cstr(words.w[0], verb);
}

/* Events ----------------------------------------------------------------------------------- */

static void check_listed(void)
{
    if (story.open && !story.refused && !story.nothing)
        for (unsigned i = 0; i < story.stored.n; i++)
            if (!story.listed[i])
                fail_msg("%s:%u: the event above also stored %s %" PRId64, story.file, story.line,
                         ledger_purpose_name(story.stored.entries[i].purpose),
                         story.stored.entries[i].amount);
    story.open = false;
}

/* Posts what was built, then reads back what was stored: that is what the table lists. */
static void post(enum ledger_built built, const struct book_commission *row)
{
    const struct ledger_transfer *t = &story.built;
    uint64_t id;
    story.open = true;
    story.refused = false;
    story.nothing = built == LEDGER_NOTHING;
    memset(story.listed, 0, sizeof story.listed);
    memset(&story.stored, 0, sizeof story.stored);
    expect(built != LEDGER_OUT_OF_RANGE);
    if (story.nothing)
        return;
    story.posting = book_post(t, row);
    story.refused = story.posting.outcome == LEDGER_UNCOVERED;
    if (story.refused)
        return;
    expect(story.posting.outcome == LEDGER_POSTED);
    expect(ledger_find(book.web, book.arena, t->kind, t->source, t->brand, t->seq, &story.stored,
                       &id) == DB_OK);
    expect(id == story.posting.transfer);
    expect(book_post(t, row).outcome == LEDGER_REPLAY);
}

static struct ledger_case about(enum ledger_kind kind, uint64_t source, uint64_t partner,
                                struct unit unit)
{
    struct ledger_case c = book_case(source);
    c.partner = partner;
    c.unit = unit;
    c.seq = source <= NAMES_MAX ? ++story.seq[kind][source] : 1;
    return c;
}

static void accrue(struct words words)
{
    bool attributed = is(words, "accrue");
    size_t at = attributed ? 3 : 1; /* the word before "fee" */
    uint64_t id = id_of(story.sales, words.w[1]);
    struct unit unit = unit_of(words.w[at + 4]);
    int64_t fee = amount_of(words.w[at + 2], unit);
    enum ledger_bearer bearer = bearer_of(words.w[at + 3]);
    struct book_commission *row = &story.commission[id - 1];
    *row =
        (struct book_commission){.id = id, .brand = BOOK_BRAND, .unit = unit, .status = "pending"};
    if (attributed)
        row->partner = id_of(story.partners, words.w[2]);
    row->whole = attributed ? ledger_split_of(amount_of(words.w[3], unit), fee, bearer)
                            : ledger_split_unattributed(fee, bearer);
    struct ledger_case c = about(LEDGER_ACCRUE, id, row->partner, unit);
    post(ledger_build_accrue(&c, row->whole, &story.built), row);
}

static bool is_approved(const struct book_commission *row)
{
    return strcmp(row->status, "pending") != 0;
}

static enum ledger_built build_refund(const struct ledger_case *c, struct book_commission *row,
                                      struct words words)
{
    int64_t refunded = amount_of(words.w[2], row->unit), base = amount_of(words.w[4], row->unit);
    struct ledger_split before = row->clawed;
    row->clawed = ledger_clawed(row->whole, base, refunded, words.n > 5);
    return ledger_build_refund(c, is_approved(row) ? LEDGER_STAGE_APPROVED : LEDGER_STAGE_PENDING,
                               before, row->clawed, &story.built);
}

static void change_commission(struct words words)
{
    uint64_t id = id_of(story.sales, words.w[1]), original;
    struct book_commission *row = &story.commission[id - 1], before = *row;
    struct ledger_split left = ledger_split_minus(row->whole, row->clawed);
    enum ledger_kind kind;
    enum ledger_built built = LEDGER_BUILT;
    expect(ledger_kind_find(words.w[0], &kind));
    struct ledger_case c = about(kind, id, row->partner, row->unit);
    if (kind == LEDGER_APPROVE) {
        row->status = "approved";
        built = ledger_build_approve(&c, left, &story.built);
    } else if (kind == LEDGER_REFUND) {
        built = build_refund(&c, row, words);
    } else if (kind == LEDGER_REJECT) {
        row->status = "rejected";
        built = ledger_build_undo(&c, LEDGER_STAGE_PENDING, left, &story.built);
    } else if (kind == LEDGER_REVERSE) {
        row->status = "reversed";
        built = ledger_build_undo(&c, LEDGER_STAGE_APPROVED, left, &story.built);
    } else if (kind == LEDGER_FULFIL) {
        built = ledger_build_fulfil(&c, left.payout, &story.built);
    } else {
        expect(kind == LEDGER_UNFULFIL);
        struct ledger_transfer fulfilled;
        expect(ledger_find(book.web, book.arena, LEDGER_FULFIL, id, BOOK_BRAND, c.seq, &fulfilled,
                           &original) == DB_OK);
        ledger_build_mirror(&fulfilled, original, kind, c.seq, c.business_us, &story.built);
    }
    post(built, row);
    if (story.refused)
        *row = before;
}

/* 0.9065 → 9065000000 */
static int64_t rate_of(struct sv text)
{
    int64_t rate_e6;
    expect(money_parse_major(text, 6, &rate_e6) == MONEY_OK);
    return rate_e6 * 10000;
}

static enum ledger_built build_settle(const struct ledger_case *c, int64_t amount,
                                      struct words words)
{
    int64_t spread_bp;
    if (words.n == 2)
        return ledger_build_settle(c, amount, &story.built);
    expect(words.n == 7 && sv_to_i64(words.w[6], &spread_bp));
    struct ledger_fx fx = {.target = unit_of(words.w[4]),
                           .rate_e10 = rate_of(words.w[3]),
                           .spread_bp = (int32_t)spread_bp};
    return ledger_build_settle_fx(c, amount, &fx, &story.built);
}

/* Cancel mirrors the request, return the settlement, by whichever road that went. */
static void build_mirror(const struct ledger_case *c, enum ledger_kind kind)
{
    enum ledger_kind first = kind == LEDGER_CANCEL ? LEDGER_REQUEST : LEDGER_SETTLE;
    struct ledger_transfer original;
    uint64_t id;
    if (kind == LEDGER_RETURN && !story.seq[LEDGER_SETTLE][c->source])
        first = LEDGER_CONNECT;
    expect(ledger_find(book.web, book.arena, first, c->source, BOOK_BRAND, 1, &original, &id) ==
           DB_OK);
    ledger_build_mirror(&original, id, kind, c->seq, c->business_us, &story.built);
}

static void move_payout(struct words words)
{
    uint64_t id = id_of(story.payouts, words.w[1]);
    struct payout *p = &story.payout[id - 1];
    enum ledger_kind kind;
    enum ledger_built built = LEDGER_BUILT;
    expect(ledger_kind_find(words.w[0], &kind));
    if (kind == LEDGER_REQUEST) {
        p->partner = id_of(story.partners, words.w[2]);
        p->unit = unit_of(words.w[4]);
        p->amount = amount_of(words.w[3], p->unit);
    }
    struct ledger_case c = about(kind, id, p->partner, p->unit);
    if (kind == LEDGER_REQUEST)
        built = ledger_build_request(&c, p->amount, &story.built);
    else if (kind == LEDGER_SEND)
        built = ledger_build_send(&c, p->amount, &story.built);
    else if (kind == LEDGER_SETTLE)
        built = build_settle(&c, p->amount, words);
    else if (kind == LEDGER_CONNECT)
        built = ledger_build_connect(&c, p->amount, &story.built);
    else if (kind == LEDGER_FAIL)
        built = ledger_build_fail(&c, p->amount, &story.built);
    else
        build_mirror(&c, kind);
    post(built, NULL);
}

static void move_brand(struct words words)
{
    bool write_off = is(words, "write_off");
    size_t at = write_off ? 2 : 1;
    struct unit unit = unit_of(words.w[at + 1]);
    int64_t amount = amount_of(words.w[at], unit);
    uint64_t partner = write_off ? id_of(story.partners, words.w[1]) : 0;
    struct ledger_case c = about(LEDGER_PAY_IN, 1000 + ++story.loose, partner, unit);
    if (write_off)
        post(ledger_build_write_off(&c, amount, &story.built), NULL);
    else if (is(words, "pay_in"))
        post(ledger_build_pay_in(&c, amount, &story.built), NULL);
    else if (is(words, "issue"))
        post(ledger_build_issue(&c, amount, &story.built), NULL);
    else
        post(ledger_build_apply(&c, amount, &story.built), NULL);
}

/* What is expected ------------------------------------------------------------------------- */

static bool purpose_named(struct sv name, enum ledger_purpose *out)
{
    for (unsigned i = 0; i < LEDGER_PURPOSE_COUNT; i++)
        if (sv_eq_cstr(name, ledger_purpose_name((enum ledger_purpose)i))) {
            *out = (enum ledger_purpose)i;
            return true;
        }
    return false;
}

static void expect_entry(struct words words)
{
    enum ledger_purpose purpose;
    expect(purpose_named(words.w[0], &purpose));
    bool partners = ledger_purpose_owner(purpose) == LEDGER_PARTNER;
    size_t at = partners ? 2 : 1;
    uint64_t owner = partners ? id_of(story.partners, words.w[1])
                     : ledger_purpose_owner(purpose) == LEDGER_BRAND ? BOOK_BRAND
                                                                     : 0;
    struct unit unit = unit_of(words.n > at + 1 ? words.w[at + 1] : SV("USD"));
    int64_t amount = amount_of(words.w[at], unit);
    for (unsigned i = 0; i < story.stored.n; i++) {
        const struct ledger_entry *e = &story.stored.entries[i];
        if (!story.listed[i] && e->purpose == purpose && e->owner == owner &&
            unit_eq(&e->unit, &unit) && e->amount == amount) {
            story.listed[i] = true;
            return;
        }
    }
    fail_msg("%s:%u: the event stored no such entry", story.file, story.line);
}

static void expect_outcome(struct words words)
{
    expect(story.open);
    if (is(words, "nothing")) {
        expect(story.nothing);
    } else if (is(words, "refused")) {
        expect(story.refused);
        assert_sv_equal(words.w[1], story.posting.field);
    } else {
        expect(!story.refused && !story.nothing);
        expect_entry(words);
    }
}

static void expect_partner(struct words words)
{
    struct unit unit = unit_of(words.w[8]);
    struct ledger_partner_balance *all, sees = {.unit = unit};
    size_t n;
    expect(ledger_read_partner(book.web, book.arena, id_of(story.partners, words.w[0]), BOOK_BRAND,
                               LEDGER_LIVE, &all, &n) == DB_OK);
    for (size_t i = 0; i < n; i++)
        if (unit_eq(&all[i].unit, &unit))
            sees = all[i];
    expect(sees.pending == amount_of(words.w[3], unit));
    expect(sees.approved == amount_of(words.w[5], unit));
    expect(sees.paid == amount_of(words.w[7], unit));
}

static void expect_brand(struct words words)
{
    struct unit unit = unit_of(words.w[6]);
    struct ledger_brand_position *all, sees = {.unit = unit};
    size_t n;
    expect(ledger_read_brand(book.web, book.arena, BOOK_BRAND, LEDGER_LIVE, &all, &n) == DB_OK);
    for (size_t i = 0; i < n; i++)
        if (unit_eq(&all[i].unit, &unit))
            sees = all[i];
    expect(sees.accruing == amount_of(words.w[3], unit));
    expect(sees.owed == amount_of(words.w[5], unit));
}

static void expect_cash(struct words words)
{
    struct unit unit = unit_of(words.w[2]);
    struct ledger_trial_line *lines;
    size_t n;
    expect(ledger_read_trial(book.web, book.arena, 0, LEDGER_LIVE, &lines, &n) == DB_OK);
    expect(ledger_trial_cash(lines, n, &unit) == amount_of(words.w[1], unit));
}

/* A story ---------------------------------------------------------------------------------- */

static void run_line(struct sv line)
{
    if (sv_starts(line, SV("#")) || sv_trim(line).n == 0)
        return;
    struct words words = split(line);
    if (line.p[0] == ' ') {
        expect_outcome(words);
        return;
    }
    check_listed();
    if (words.n > 1 && sv_eq_cstr(words.w[1], "sees")) {
        if (is(words, "brand"))
            expect_brand(words);
        else
            expect_partner(words);
    } else if (is(words, "cash")) {
        expect_cash(words);
    } else if (is(words, "accrue") || is(words, "unattributed")) {
        accrue(words);
    } else if (is(words, "pay_in") || is(words, "issue") || is(words, "apply") ||
               is(words, "write_off")) {
        move_brand(words);
    } else {
        enum ledger_kind kind;
        expect(ledger_kind_find(words.w[0], &kind));
        if (ledger_kind_source(kind) == LEDGER_OF_PAYOUT)
            move_payout(words);
        else
            change_commission(words);
    }
}

static void tell(void **state)
{
    const char *path = *state;
    static char text[FILE_MAX];
    FILE *in = fopen(path, "r");
    assert_non_null(in);
    size_t n = fread(text, 1, sizeof text, in);
    fclose(in);
    assert_in_range(n, 1, sizeof text - 1);

    book_reset(NULL);
    memset(&story, 0, sizeof story);
    story.file = path;
    struct sv rest = sv_of(text, n);
    while (rest.n) {
        story.line++;
        run_line(sv_cut(&rest, '\n'));
    }
    check_listed();
    book_must_hold();
    book_run_jobs();
    book_must_hold();
}

int main(void)
{
    const char *source = getenv("MEED_SOURCE_DIR");
    char pattern[4096];
    glob_t files;
    if (!source)
        return 99;
    snprintf(pattern, sizeof pattern, "%s/tests/scenario/*.txt", source);
    if (glob(pattern, 0, NULL, &files) != 0)
        return 99;
    struct CMUnitTest *tests = calloc(files.gl_pathc, sizeof *tests);
    for (size_t i = 0; tests && i < files.gl_pathc; i++)
        tests[i] = (struct CMUnitTest){.name = strrchr(files.gl_pathv[i], '/') + 1,
                                       .test_func = tell,
                                       .initial_state = files.gl_pathv[i]};
    int failed = _cmocka_run_group_tests("scenarios", tests, files.gl_pathc, book_open, book_close);
    free(tests);
    globfree(&files);
    return failed;
}
