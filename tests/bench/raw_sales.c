/*
 * The rows of one recorded sale, written by one raw transaction: no look-up, no decision, no
 * parsing. What the pipeline is measured against.
 *
 *   raw_sales PROCESSES SECONDS        database and user of MEED_CONFIG; prints "sales/s"
 *
 * Rows are copied in shape from what the pipeline writes: keep them the same.
 */
#include <sys/mman.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/settings.h"
#include "db/db.h"

enum { PARTNERS = 50 };

static const uint8_t hash[32] = {7};

struct raw {
    struct db *db;
    uint64_t brand, accounts[2], partner_no; /* accounts: the partner's, the brand's */
    uint64_t n, process;
    int64_t now_us;
};

DB_SQL(raw_account,
       "INSERT INTO ledger_account (owner_kind, owner, brand, mode, purpose, unit)"
       " VALUES (?, ?, ?, 'live', ?, 'USD') ON DUPLICATE KEY UPDATE"
       " id = LAST_INSERT_ID(id)");
DB_SQL(raw_conversion,
       "INSERT INTO conversion (pid, brand, mode, program, version, event, door, door_rank,"
       " order_ref, gross, base, unit, occurred_us, received_us, updated_us, local_date, country,"
       " customer, is_new_customer, ip_hash, attribution, attribution_no, method, partnership,"
       " partner, link, coupon, campaign, status)"
       " VALUES (?, ?, 'live', 1, 1, 'sale', 'postback', 2, ?, 12990, 12990, 'USD', ?, ?, ?,"
       " 20260101, '', 0, 0, ?, 'attributed', 1, 'token', ?, ?, 1, 0, 0, 'pending')");
DB_SQL(raw_key,
       "INSERT INTO conversion_key (brand, mode, scope, kind, value, conversion)"
       " VALUES (?, 'live', 0, 'order', ?, ?)");
DB_SQL(raw_inbox,
       "INSERT INTO inbox (brand, mode, door, event_id, program, version, body_mac, event, state,"
       " reason, field, conversion, tries, due_us, request_id, received_us)"
       " VALUES (?, 'live', 'postback', ?, 1, 1, ?, ?, 'processed', '', '', ?, 0, 0, ?, ?)");
DB_SQL(raw_attribution,
       "INSERT INTO attribution (conversion, no, partnership, method, reason, click_id, link,"
       " coupon, window_days, at_us) VALUES (?, 1, ?, 'token', 'token_click_unknown', ?, 1, 0, 30,"
       " ?)");
DB_SQL(raw_candidate,
       "INSERT INTO attribution_candidate (conversion, no, rank, kind, click_id, partnership,"
       " verdict, snapshot) VALUES (?, 1, 0, 'token', ?, ?, 'won', ?)");
DB_SQL(raw_commission,
       "INSERT INTO commission (pid, conversion, attribution_no, recipient, unit, brand, mode,"
       " program, partnership, partner, amount, fee_partner, fee_brand, status, approval,"
       " release_us, rule, explanation, version, received_us, updated_us)"
       " VALUES (?, ?, 1, 'partner', 'USD', ?, 'live', 1, ?, ?, 1299, 0, 0, 'pending',"
       " 'after_holdback', ?, 'program', ?, 1, ?, ?)");
DB_SQL(raw_event,
       "INSERT INTO commission_event (commission, seq, from_status, to_status,"
       " actor_kind, reason, at_us)"
       " VALUES (?, 1, '', 'pending', 'door', 'token_click_unknown', ?)");
DB_SQL(raw_outbox,
       "INSERT INTO outbox (source_kind, source, kind, seq, brand, mode, payload, created_us)"
       " VALUES ('commission', ?, 'commission.created', 1, ?, 'live', ?, ?)");
DB_SQL(raw_outbox_queue, "INSERT INTO outbox_queue (outbox) VALUES (?)");
DB_SQL(raw_rollup,
       "INSERT INTO rollup_delta (brand, mode, day, unit, program, partnership, link, country,"
       " sales, gross, commission, earned) VALUES (?, 'live', 20260101, 'USD', 1, ?, 1, '', 1,"
       " 12990, 1299, 1299)");
DB_SQL(raw_transfer,
       "INSERT INTO ledger_transfer (source_kind, source, brand, mode, kind, seq, content_mac,"
       " reverses, at_us, posted_us) VALUES ('commission', ?, ?, 'live', 'accrue', 1, ?, 0, ?, ?)");
DB_SQL(raw_entries,
       "INSERT INTO ledger_entry (transfer, line, account, unit, amount)"
       " VALUES (?, 1, ?, 'USD', 1299), (?, 2, ?, 'USD', -1299)");
DB_SQL(raw_unfolded,
       "INSERT INTO ledger_unfolded (transfer, line, account, amount) VALUES (?, 2, ?, -1299)");
DB_SQL(raw_unsealed, "INSERT INTO seal_queue (transfer) VALUES (?)");
DB_SQL(raw_balance, "UPDATE ledger_account SET balance = balance + 1299 WHERE id = ?");

static const char *const event_json =
    "{\"door\":\"postback\",\"kind\":\"sale\",\"mode\":\"live\",\"brand\":1,\"program\":1,"
    "\"order\":\"b1780000000000000-1-1\",\"amount\":12990,\"base\":12990,\"unit\":\"USD\","
    "\"exponent\":2,\"token\":\"abcd2345\",\"occurred\":0,\"body_mac\":"
    "\"0707070707070707070707070707070707070707070707070707070707070707\",\"request\":"
    "\"0190a000-0000-7000-8000-000000000000\",\"received\":1780000000000000}";
static const char *const explanation_json =
    "{\"own_no\":0,\"unit\":\"USD\",\"exponent\":2,\"lines\":[{\"code\":\"base\",\"amount\":12990},"
    "{\"code\":\"percent\",\"amount\":1299,\"rule\":\"program\",\"rate_bp\":1000},"
    "{\"code\":\"payout\",\"amount\":1299},{\"code\":\"cost\",\"amount\":1299}]}";
static const char *const payload_json =
    "{\"commission\":\"0190a000-0000-7000-8000-000000000000\",\"conversion\":"
    "\"0190a000-0000-7000-8000-000000000000\",\"event\":\"sale\",\"status\":\"pending\","
    "\"recipient\":\"partner\",\"unit\":\"USD\",\"amount\":1299,\"payout\":1299,\"order\":"
    "\"b1780000000000000-1-1\"}";
static const char *const snapshot_json =
    "{\"handle\":\"anna_bench\",\"token\":\"abcd2345\","
    "\"told\":\"abcd2345\"}";

static enum db_status write_ledger(struct raw *r, uint64_t commission)
{
    uint64_t transfer;
    uint64_t partner = r->accounts[0], brand = r->accounts[1];
    enum db_status status =
        db_insert(r->db, &raw_transfer,
                  DB_ARGS(db_u64(commission), db_u64(r->brand), db_bytes(hash, 32),
                          db_i64(r->now_us), db_i64(r->now_us)),
                  &transfer);
    if (status == DB_OK)
        status = db_exec(
            r->db, &raw_entries,
            DB_ARGS(db_u64(transfer), db_u64(partner), db_u64(transfer), db_u64(brand)), NULL);
    if (status == DB_OK)
        status = db_exec(r->db, &raw_unfolded, DB_ARGS(db_u64(transfer), db_u64(brand)), NULL);
    if (status == DB_OK)
        status = db_exec(r->db, &raw_unsealed, DB_ARGS(db_u64(transfer)), NULL);
    return status == DB_OK ? db_exec(r->db, &raw_balance, DB_ARGS(db_u64(partner)), NULL) : status;
}

static enum db_status write_credit(struct raw *r, uint64_t conversion)
{
    static const struct uuid none;
    uint64_t commission, outbox;
    uint64_t partner = r->partner_no;
    struct uuid pid = uuid_v7(r->now_us);
    struct db_arg now = db_i64(r->now_us);
    enum db_status status =
        db_exec(r->db, &raw_attribution,
                DB_ARGS(db_u64(conversion), db_u64(partner), db_uuid(&none), now), NULL);
    if (status == DB_OK)
        status = db_exec(
            r->db, &raw_candidate,
            DB_ARGS(db_u64(conversion), db_uuid(&none), db_u64(partner), db_cstr(snapshot_json)),
            NULL);
    if (status == DB_OK)
        status =
            db_insert(r->db, &raw_commission,
                      DB_ARGS(db_uuid(&pid), db_u64(conversion), db_u64(r->brand), db_u64(partner),
                              db_u64(partner), now, db_cstr(explanation_json), now, now),
                      &commission);
    if (status == DB_OK)
        status = db_exec(r->db, &raw_event, DB_ARGS(db_u64(commission), now), NULL);
    if (status == DB_OK)
        status = db_insert(
            r->db, &raw_outbox,
            DB_ARGS(db_u64(commission), db_u64(r->brand), db_cstr(payload_json), now), &outbox);
    if (status == DB_OK)
        status = db_exec(r->db, &raw_outbox_queue, DB_ARGS(db_u64(outbox)), NULL);
    if (status == DB_OK)
        status = db_exec(r->db, &raw_rollup, DB_ARGS(db_u64(r->brand), db_u64(partner)), NULL);
    return status == DB_OK ? write_ledger(r, commission) : status;
}

static enum db_status write_sale(struct db *db, void *context)
{
    struct raw *r = context;
    char order[64];
    uint64_t conversion;
    struct uuid pid = uuid_v7(r->now_us);
    struct db_arg now = db_i64(r->now_us);
    snprintf(order, sizeof order, "r%" PRId64 "-%" PRIu64 "-%" PRIu64, r->now_us, r->process, r->n);
    enum db_status status =
        db_insert(db, &raw_conversion,
                  DB_ARGS(db_uuid(&pid), db_u64(r->brand), db_cstr(order), now, now, now,
                          db_bytes(hash, 32), db_u64(r->partner_no), db_u64(r->partner_no)),
                  &conversion);
    if (status == DB_OK)
        status = db_exec(db, &raw_key,
                         DB_ARGS(db_u64(r->brand), db_cstr(order), db_u64(conversion)), NULL);
    if (status == DB_OK)
        status = db_exec(db, &raw_inbox,
                         DB_ARGS(db_u64(r->brand), db_cstr(order), db_bytes(hash, 32),
                                 db_cstr(event_json), db_u64(conversion), db_uuid(&pid), now),
                         NULL);
    return status == DB_OK ? write_credit(r, conversion) : status;
}

static uint64_t account(struct db *db, const char *kind, uint64_t owner, uint64_t brand,
                        const char *purpose)
{
    uint64_t id;
    CHECK(db_insert(db, &raw_account,
                    DB_ARGS(db_cstr(kind), db_u64(owner), db_u64(brand), db_cstr(purpose)),
                    &id) == DB_OK);
    return id;
}

/* Scattered, so that two processes meet at one partner's row as often as sale_client's sales do. */
static uint64_t pick(uint64_t process, uint64_t n)
{
    uint64_t h = (process * UINT64_C(0x9e3779b97f4a7c15)) ^ (n * UINT64_C(0xbf58476d1ce4e5b9));
    return (h ^ (h >> 29)) % PARTNERS;
}

static void run_process(const struct settings *s, uint64_t process, int64_t end_us,
                        _Atomic uint64_t *done)
{
    struct db_settings web = {.socket = s->db_socket,
                              .name = s->db_name,
                              .user = s->db_web_user,
                              .password = s->db_web_password,
                              .connect_timeout_s = 5,
                              .statement_timeout_ms = 5000,
                              .lock_wait_timeout_s = 5};
    /* A brand that no program has: its rows stand apart from what the pipeline wrote. */
    struct raw r = {.db = db_open(&web), .brand = 4000000000, .process = process};
    uint64_t partners[PARTNERS];
    for (uint64_t i = 0; i < PARTNERS; i++)
        partners[i] = account(r.db, "partner", 4000000000 + i, r.brand, "pending");
    r.accounts[1] = account(r.db, "brand", r.brand, r.brand, "accrued");
    while (clock_monotonic_us() < end_us) {
        r.now_us = clock_wire_us();
        uint64_t who = pick(process, r.n);
        r.partner_no = 4000000000 + who;
        r.accounts[0] = partners[who];
        CHECK(db_tx_run(r.db, write_sale, &r) == DB_OK);
        r.n++;
    }
    *done += r.n;
    db_close(r.db);
}

int main(int argc, char **argv)
{
    const char *why;
    struct arena *arena = arena_new(ARENA_CEILING_DEFAULT);
    CHECK(argc == 3);
    uint64_t processes = strtoul(argv[1], NULL, 10);
    int64_t seconds = strtol(argv[2], NULL, 10);
    const struct settings *s = settings_read(arena, settings_default_path(), &why);
    _Atomic uint64_t *done =
        mmap(NULL, sizeof *done, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(s && done != MAP_FAILED && seconds > 0);
    int64_t end_us = clock_monotonic_us() + seconds * CLOCK_SECOND;
    for (uint64_t i = 0; i < processes; i++) {
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            run_process(s, i, end_us, done);
            _exit(0);
        }
    }
    int status, failed = 0;
    while (wait(&status) > 0)
        failed |= !WIFEXITED(status) || WEXITSTATUS(status) != 0;
    printf("%" PRIu64 "\n", *done / (uint64_t)seconds);
    return failed;
}
