#include "ctl/ctl.h"

#include "commission/commission_terms.h"
#include "conversion/adjustment.h"
#include "ledger/ledger.h"
#include "report/report.h"

static void print(void *context, const char *line)
{
    (void)context;
    puts(line);
    fflush(stdout);
}

/* Run as the migrator, whose statements have no time limit; the other two are asked for I18. */
static enum ctl_exit verify(struct ctl *ctl, struct db *db, struct db *web, struct db *worker)
{
    ledger_verify_rights_of(web);
    ledger_verify_rights_of(worker);
    ledger_verify_add("I10", "a sale gave back what its adjustments say, and so did what it earned",
                      adjustment_refund_check);
    ledger_verify_add("I14", "a commission equals its recomputation", commission_recompute_check);
    ledger_verify_add("I19", "every commission is told of once", conversion_outbox_check);
    ledger_verify_add("I20", "every conversion has its event, and the reverse",
                      conversion_inbox_check);
    ledger_verify_add("I20", "a refund waits for its sale, or is applied", adjustment_parked_check);
    ledger_verify_add("I22", "a rollup day equals its recomputation", report_rollup_check);
    switch (ledger_verify(db, ctl->arena, print, NULL)) {
    case LEDGER_VERIFIED:
        return CTL_OK;
    case LEDGER_BROKEN:
        return ctl_fail("the ledger does not verify; docs/ledger.md says what each line proves.");
    case LEDGER_UNVERIFIED:
        return ctl_fail("the ledger can't be read; see the log above.");
    }
    UNREACHABLE();
}

enum ctl_exit ctl_ledger_verify(struct ctl *ctl)
{
    if (ctl->argc != 0)
        return CTL_USAGE;
    struct db *db = ctl_open_db(ctl, DB_MIGRATOR);
    struct db *web = db ? ctl_open_db(ctl, DB_WEB) : NULL;
    struct db *worker = web ? ctl_open_db(ctl, DB_WORKER) : NULL;
    enum ctl_exit how = worker ? verify(ctl, db, web, worker) : CTL_FAILED;
    db_close(worker);
    db_close(web);
    db_close(db);
    return how;
}
