/* The table of jobs; the only place that knows every feature with work of its own. */
#include "worker/worker.h"

#include "account/account.h"
#include "click/click_jobs.h"
#include "conversion/conversion.h"
#include "conversion/shop_request.h"
#include "domain/domain.h"
#include "http/http_idempotency.h"
#include "ledger/ledger.h"
#include "outbox/outbox.h"
#include "program/site.h"
#include "report/report.h"
#include "setup/test_data.h"

static const struct worker_job jobs[] = {
#define JOB(group, name, period_ms, scope, step) {group, name, period_ms, scope, step},
#include "worker/jobs.def"
#undef JOB
};

const struct worker_job *worker_jobs(size_t *count)
{
    *count = COUNT_OF(jobs);
    return jobs;
}

size_t worker_groups(const char **out, size_t max)
{
    size_t n = 0;
    for (const struct worker_job *job = jobs; job < jobs + COUNT_OF(jobs); job++) {
        bool known = false;
        for (size_t g = 0; g < n; g++)
            known = known || strcmp(out[g], job->group) == 0;
        if (known)
            continue;
        CHECK(n < max);
        out[n++] = job->group;
    }
    return n;
}
