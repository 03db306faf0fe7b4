/*
 * Approval by time: a pending commission whose holdback has ended, that nobody
 * holds and nobody disputes, is approved; its money moves from pending to
 * available. Each is guarded by its version. They go in small groups, a group a
 * transaction; a group that fails is taken apart, so that the one that can't be
 * approved is set aside after its tries and the others are not kept waiting.
 */
#include "base/json.h"
#include "base/log.h"
#include "conversion/conversion_internal.h"
#include "outbox/outbox.h"

enum { APPROVE_BATCH = 100, APPROVE_GROUP = 25 }; /* some 15 rows each */

DB_SQL(approve_select_due,
       "SELECT m.id, m.pid, c.id, c.pid, m.recipient, m.unit, m.brand, m.mode, m.partner,"
       " m.amount - m.fee_partner - m.clawed, m.fee_partner - m.clawed_fee_partner,"
       " m.fee_brand - m.clawed_fee_brand, m.version, COALESCE(u.exponent, 0), m.release_us"
       " FROM commission m JOIN conversion c ON c.id = m.conversion"
       " LEFT JOIN unit u ON u.code = m.unit"
       " WHERE m.status = 'pending' AND m.approval = ? AND m.holds = 0 AND m.release_us <= ?"
       " AND (m.release_us > ? OR (m.release_us = ? AND m.id > ?)) AND m.dispute <> 'open'"
       " ORDER BY m.release_us, m.id LIMIT 100");
DB_SQL(approve_commission,
       "UPDATE commission SET status = 'approved', approved_us = ?, version = version + 1,"
       " updated_us = ?"
       " WHERE id = ? AND version = ? AND status = 'pending' AND holds = 0"
       " AND dispute <> 'open'");
DB_SQL(approve_event,
       "INSERT INTO commission_event (commission, seq, from_status, to_status,"
       " actor_kind, reason, at_us)"
       " VALUES (?, ?, 'pending', 'approved', 'rule', 'holdback_ended', ?)");
DB_SQL(approve_conversion,
       "UPDATE conversion SET status = 'approved', updated_us = ?"
       " WHERE id = ? AND status = 'pending'");

struct approval {
    struct job *job;
    uint64_t id, conversion, brand, partner;
    struct uuid pid, conversion_pid;
    bool is_partners; /* else the network's fee of an unattributed sale */
    bool test_mode;
    struct unit unit;
    struct ledger_split left;
    uint32_t version;
};

static enum db_status put_outbox(struct db *db, const struct approval *a)
{
    char commission[UUID_TEXT_SIZE], conversion[UUID_TEXT_SIZE];
    struct buf b = buf_new(a->job->arena, 1024);
    uuid_format(commission, a->pid);
    uuid_format(conversion, a->conversion_pid);
    buf_printf(&b,
               "{\"commission\":\"%s\",\"conversion\":\"%s\",\"recipient\":\"%s\","
               "\"status\":\"approved\",\"changes\":{\"status\":[\"pending\",\"approved\"]},"
               "\"payout\":%" PRId64 ",\"unit\":",
               commission, conversion, a->is_partners ? "partner" : "network", a->left.payout);
    json_put_string(&b, sv_from(a->unit.code));
    buf_putc(&b, '}');
    CHECK(!b.overflow);
    struct outbox_row row = {.source_kind = "commission",
                             .source = a->id,
                             .kind = "commission.updated",
                             .seq = a->version + 1,
                             .brand = a->brand,
                             .test_mode = a->test_mode,
                             .payload = buf_sv(&b)};
    return outbox_put(db, &row);
}

static enum db_status post(struct db *db, const struct approval *a)
{
    struct ledger_transfer transfer;
    struct ledger_posting posting;
    struct ledger_case c = {.source = a->id,
                            .seq = 1,
                            .brand = a->brand,
                            .mode = a->test_mode ? LEDGER_TEST : LEDGER_LIVE,
                            .partner = a->partner,
                            .unit = a->unit,
                            .business_us = clock_business_us()};
    switch (ledger_build_approve(&c, a->left, &transfer)) {
    case LEDGER_NOTHING:
        return DB_OK;
    case LEDGER_OUT_OF_RANGE:
        return DB_FAILED;
    case LEDGER_BUILT:
        return ledger_post(db, a->job->arena, &transfer, &posting);
    }
    UNREACHABLE();
}

/* DB_NO_ROW: held, disputed or decided meanwhile. */
static enum db_status approve_one(struct db *db, const struct approval *a)
{
    int64_t now_us = clock_business_us();
    enum db_status status =
        db_exec_one(db, &approve_commission,
                    DB_ARGS(db_i64(now_us), db_i64(now_us), db_u64(a->id), db_u64(a->version)));
    if (status != DB_OK)
        return status;
    status = db_exec(db, &approve_event,
                     DB_ARGS(db_u64(a->id), db_u64(a->version + 1), db_i64(now_us)), NULL);
    if (status == DB_OK && a->is_partners)
        status =
            db_exec(db, &approve_conversion, DB_ARGS(db_i64(now_us), db_u64(a->conversion)), NULL);
    if (status == DB_OK)
        status = put_outbox(db, a);
    return status == DB_OK ? post(db, a) : status;
}

struct group {
    const struct approval *v;
    size_t n;
};

static enum db_status group_body(struct db *db, void *context)
{
    const struct group *g = context;
    for (size_t i = 0; i < g->n; i++) {
        enum db_status status = approve_one(db, &g->v[i]);
        if (status != DB_OK && status != DB_NO_ROW)
            return status;
    }
    return DB_OK;
}

static enum db_status alone_body(struct db *db, void *context)
{
    const struct approval *a = context;
    enum db_status status = job_try_clear_id(db, a->job->name, a->id);
    if (status == DB_OK)
        status = approve_one(db, a);
    return status == DB_NO_ROW ? DB_OK : status;
}

static enum job_result approve_alone(const struct approval *a)
{
    switch (job_try_begin_id(a->job, a->id)) {
    case JOB_TRY_GO:
        break;
    case JOB_TRY_SET_ASIDE:
        return JOB_IDLE;
    case JOB_TRY_UNAVAILABLE:
        return JOB_UNAVAILABLE;
    }
    switch (db_tx_run(a->job->db, alone_body, (void *)(uintptr_t)a)) {
    case DB_OK:
        return JOB_WORKED;
    case DB_UNAVAILABLE:
    case DB_AMBIGUOUS: /* its version guards it: the next round finds it done, or does it */
        return JOB_UNAVAILABLE;
    case DB_NO_ROW:
    case DB_ROLLBACK:
    case DB_DUPLICATE:
    case DB_RETRY:
    case DB_FAILED:
        break;
    }
    log_line(LOG_ERROR, "approval_failed", LOG_U64("commission", a->id));
    job_try_failed(a->job, arena_printf(a->job->arena, "%" PRIu64, a->id),
                   "the approval could not be recorded");
    return JOB_WORKED;
}

static enum job_result approve(const struct group *g)
{
    enum job_result result = JOB_IDLE;
    switch (db_tx_run(g->v->job->db, group_body, (void *)(uintptr_t)g)) {
    case DB_OK:
        return JOB_WORKED;
    case DB_UNAVAILABLE:
    case DB_AMBIGUOUS:
        return JOB_UNAVAILABLE;
    case DB_NO_ROW:
    case DB_ROLLBACK:
    case DB_DUPLICATE:
    case DB_RETRY:
    case DB_FAILED:
        break;
    }
    for (size_t i = 0; i < g->n && result != JOB_UNAVAILABLE; i++) {
        enum job_result alone = approve_alone(&g->v[i]);
        result = alone == JOB_IDLE ? result : alone;
    }
    return result;
}

static struct approval read_due(struct job *job, const struct db_rows *row)
{
    struct approval a = {.job = job,
                         .id = db_col_u64(row, 0),
                         .pid = db_col_uuid(row, 1),
                         .conversion = db_col_u64(row, 2),
                         .conversion_pid = db_col_uuid(row, 3),
                         .is_partners = sv_eq(db_col_text(row, 4), SV("partner")),
                         .brand = db_col_u64(row, 6),
                         .test_mode = sv_eq(db_col_text(row, 7), SV("test")),
                         .partner = db_col_u64(row, 8),
                         .left = {.payout = db_col_i64(row, 9),
                                  .fee_partner = db_col_i64(row, 10),
                                  .fee_brand = db_col_i64(row, 11)},
                         .version = (uint32_t)db_col_u64(row, 12)};
    struct sv code = db_col_text(row, 5);
    if (!unit_find_currency(code, &a.unit)) {
        CHECK(code.n < UNIT_CODE_SIZE);
        memcpy(a.unit.code, code.p, code.n);
        a.unit.exponent = (uint8_t)db_col_u64(row, 13);
    }
    return a;
}

/* Approves what was read, group by group. */
static enum job_result approve_all(struct job *job, const struct approval *v, size_t n)
{
    enum job_result result = JOB_IDLE;
    for (size_t at = 0; at < n && !job->asked_to_stop(); at += APPROVE_GROUP) {
        struct group g = {&v[at], n - at < APPROVE_GROUP ? n - at : APPROVE_GROUP};
        enum job_result one = approve(&g);
        if (one == JOB_UNAVAILABLE)
            return one;
        result = one == JOB_WORKED ? one : result;
    }
    return result;
}

/* One kind of approval, oldest first, past those that were set aside. */
static enum job_result approve_kind(struct job *job, const char *kind)
{
    struct approval due[APPROVE_BATCH];
    int64_t last_us = 0;
    uint64_t last_id = 0;
    for (;;) {
        size_t n = 0;
        struct db_rows *rows = db_query(job->db, job->arena, &approve_select_due,
                                        DB_ARGS(db_cstr(kind), db_i64(clock_business_us()),
                                                db_i64(last_us), db_i64(last_us), db_u64(last_id)));
        while (db_next(rows)) {
            due[n++] = read_due(job, rows);
            last_us = db_col_i64(rows, 14);
            last_id = db_col_u64(rows, 0);
        }
        if (db_rows_status(rows) != DB_OK)
            return JOB_UNAVAILABLE;
        enum job_result result = approve_all(job, due, n);
        if (result != JOB_IDLE || n < APPROVE_BATCH || job->asked_to_stop())
            return result;
    }
}

enum job_result conversion_job_approve(struct job *job)
{
    enum job_result held = approve_kind(job, "after_holdback");
    if (held == JOB_UNAVAILABLE)
        return held;
    enum job_result instant = approve_kind(job, "instant");
    return instant == JOB_IDLE ? held : instant;
}
