/*
 * Running the checks: one snapshot, one line per check, then what broke.
 */
#include "base/clock.h"
#include "ledger/ledger_verify_internal.h"

enum {
    ADDED_CHECKS_MAX = 32,
    CHECKS_MAX = 80,
    CHUNK_TRANSFERS = 20000,
    CHUNK_COMMISSIONS = 20000,
    CHUNK_ACCOUNTS = 1000,
    SCRATCH_BYTES = 256 * 1024 * 1024,
};

/* One line of the report. A check is a query or a function. */
struct line {
    const char *code, *holds;
    const struct ledger_query_check *query;
    ledger_check_fn *check;
    struct ledger_finding finding;
    int64_t took_us;
};

static struct {
    const char *code, *holds;
    ledger_check_fn *check;
} added[ADDED_CHECKS_MAX];
static size_t added_n;

void ledger_verify_add(const char *code, const char *holds, ledger_check_fn *check)
{
    for (size_t i = 0; i < added_n; i++)
        if (added[i].check == check)
            return;
    CHECK(added_n < ADDED_CHECKS_MAX);
    added[added_n].code = code;
    added[added_n].holds = holds;
    added[added_n++].check = check;
}

void ledger_finding_add(struct ledger_finding *finding, const char *named)
{
    if (finding->named_n < LEDGER_FINDINGS_MAX)
        finding->named[finding->named_n++] = named;
    finding->broken++;
}

/* Queries ---------------------------------------------------------------------------------- */

/* Entries may outlive their transfer, when somebody deleted it: both ends are looked at. */
DB_SQL(ledger_span_transfers,
       "SELECT LEAST(COALESCE((SELECT MIN(id) FROM ledger_transfer), ~0),"
       " COALESCE((SELECT MIN(transfer) FROM ledger_entry), ~0)),"
       " GREATEST(COALESCE((SELECT MAX(id) FROM ledger_transfer), 0),"
       " COALESCE((SELECT MAX(transfer) FROM ledger_entry), 0)),"
       " (SELECT COUNT(*) FROM ledger_transfer)");
DB_SQL(ledger_span_accounts, "SELECT MIN(id), MAX(id), COUNT(*) FROM ledger_account");
DB_SQL(ledger_span_commissions, "SELECT MIN(id), MAX(id), COUNT(*) FROM commission");

static const struct {
    const struct db_sql *span;
    uint64_t chunk;
    const char *rows;
} ranges[] = {
    [LEDGER_WHOLE] = {NULL, 0, ""},
    [LEDGER_BY_TRANSFER] = {&ledger_span_transfers, CHUNK_TRANSFERS, "transfers"},
    [LEDGER_BY_ACCOUNT] = {&ledger_span_accounts, CHUNK_ACCOUNTS, "accounts"},
    [LEDGER_BY_COMMISSION] = {&ledger_span_commissions, CHUNK_COMMISSIONS, "commissions"},
};

enum db_status ledger_ids_of(struct db *db, struct arena *scratch, enum ledger_range range,
                             struct ledger_ids *ids)
{
    struct db_rows *rows;
    *ids = (struct ledger_ids){0};
    if (range == LEDGER_WHOLE)
        return DB_OK;
    enum db_status status = db_get_one(db, scratch, ranges[range].span, DB_NO_ARGS, &rows);
    if (status != DB_OK)
        return status;
    ids->highest = db_col_u64(rows, 1);
    ids->rows = db_col_u64(rows, 2);
    if (ids->highest)
        ids->lowest = db_col_u64(rows, 0);
    return DB_OK;
}

static size_t parameters_of(const struct db_sql *sql)
{
    size_t n = 0;
    for (const char *c = sql->text; *c; c++)
        n += *c == '?';
    return n;
}

static enum db_status run_chunk(struct db *db, struct arena *arena, struct arena *scratch,
                                const struct db_sql *sql, uint64_t from, uint64_t to,
                                struct ledger_finding *finding)
{
    struct db_arg args[4] = {db_u64(from), db_u64(to), db_u64(from), db_u64(to)};
    arena_reset(scratch);
    struct db_rows *rows = db_query(db, scratch, sql, (struct db_args){args, parameters_of(sql)});
    while (db_next(rows))
        ledger_finding_add(finding, arena_strdup(arena, db_col_cstr(rows, 0)));
    return db_rows_status(rows);
}

static enum db_status run_query(struct db *db, struct arena *arena, struct arena *scratch,
                                const struct ledger_query_check *check,
                                struct ledger_finding *finding)
{
    struct ledger_ids ids;
    enum db_status status = ledger_ids_of(db, scratch, check->range, &ids);
    finding->checked = ids.rows;
    for (size_t i = 0; i < COUNT_OF(check->sql) && check->sql[i] && status == DB_OK; i++) {
        if (check->range == LEDGER_WHOLE) {
            status = run_chunk(db, arena, scratch, check->sql[i], 0, 0, finding);
            continue;
        }
        uint64_t chunk = ranges[check->range].chunk;
        for (uint64_t from = ids.lowest; ids.highest && from <= ids.highest && status == DB_OK;
             from += chunk)
            status = run_chunk(db, arena, scratch, check->sql[i], from, from + chunk - 1, finding);
    }
    return status;
}

/* The report ------------------------------------------------------------------------------- */

struct report {
    struct arena *arena, *scratch;
    struct line lines[CHECKS_MAX];
    size_t n;
};

static struct line *add_line(struct report *report, const char *code, const char *holds)
{
    CHECK(report->n < CHECKS_MAX);
    struct line *line = &report->lines[report->n++];
    *line = (struct line){.code = code, .holds = holds};
    return line;
}

static long number_of(const struct line *line)
{
    return strtol(line->code + 1, NULL, 10);
}

static void list_checks(struct report *report)
{
    for (size_t i = 0; i < ledger_query_checks_n; i++)
        add_line(report, ledger_query_checks[i].code, ledger_query_checks[i].holds)->query =
            &ledger_query_checks[i];
    add_line(report, "I17", "every transfer is what was posted (MAC)")->check = ledger_check_macs;
    add_line(report, "I17", "every seal follows from the one before")->check = ledger_check_chain;
    for (size_t i = 0; i < added_n; i++)
        add_line(report, added[i].code, added[i].holds)->check = added[i].check;
    for (size_t i = 1; i < report->n; i++) /* by number; equal ones stay in order */
        for (size_t j = i; j > 0; j--) {
            struct line *a = &report->lines[j - 1], *b = &report->lines[j];
            if (number_of(a) <= number_of(b))
                break;
            struct line swapped = *a;
            *a = *b;
            *b = swapped;
        }
}

static enum db_status run_checks(struct db *db, void *context)
{
    struct report *report = context;
    report->n = 0;
    list_checks(report);
    for (size_t i = 0; i < report->n; i++) {
        struct line *line = &report->lines[i];
        int64_t began_us = clock_monotonic_us();
        arena_reset(report->scratch);
        enum db_status status =
            line->query ? run_query(db, report->arena, report->scratch, line->query, &line->finding)
                        : line->check(db, report->arena, report->scratch, &line->finding);
        line->took_us = clock_monotonic_us() - began_us;
        if (status != DB_OK)
            return status;
    }
    return DB_OK;
}

static void print_line(const struct line *line, struct arena *arena, ledger_print_fn *print,
                       void *context)
{
    const struct ledger_finding *f = &line->finding;
    const char *of = "";
    if (f->checked)
        of = arena_printf(arena, ", %" PRIu64 " %s", f->checked,
                          line->query ? ranges[line->query->range].rows : "checked");
    print(context,
          arena_printf(arena, "%-4s %-7s %s (%s%" PRId64 ".%02d s%s)", line->code,
                       f->broken ? "BROKEN" : "holds", line->holds,
                       f->broken ? arena_printf(arena, "%" PRIu64 " broken, ", f->broken) : "",
                       line->took_us / 1000000, (int)(line->took_us / 10000 % 100), of));
    for (size_t i = 0; i < f->named_n; i++)
        print(context, arena_printf(arena, "       %s", f->named[i]));
    if (f->broken > f->named_n)
        print(context, arena_printf(arena, "       and %" PRIu64 " more", f->broken - f->named_n));
}

enum ledger_verdict ledger_verify(struct db *db, struct arena *arena, ledger_print_fn *print,
                                  void *context)
{
    struct report *report = ARENA_NEW(arena, struct report);
    uint64_t broken = 0;
    report->arena = arena;
    report->scratch = arena_new(SCRATCH_BYTES);
    enum db_status status = db_tx_read(db, run_checks, report);
    arena_free(report->scratch);
    if (status != DB_OK) {
        print(context, "not verified: the database can't be read; see the log");
        return LEDGER_UNVERIFIED;
    }
    for (size_t i = 0; i < report->n; i++) {
        print_line(&report->lines[i], arena, print, context);
        broken += report->lines[i].finding.broken != 0;
    }
    print(context, broken
                       ? arena_printf(arena, "%" PRIu64 " of %zu checks broken", broken, report->n)
                       : arena_printf(arena, "all %zu checks hold", report->n));
    return broken ? LEDGER_BROKEN : LEDGER_VERIFIED;
}
