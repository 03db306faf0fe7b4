/* The worker's look at a tracking host: its DNS, then whether it reaches this Meed. */
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "domain/domain_internal.h"
#include "net/net.h"

enum { ANSWER_MAX = 256, CHAIN_MAX = 5, FOUND_MAX = 300, PROBE_TIMEOUT_MS = 5000 };

struct check {
    struct job *job;
    uint64_t id, tries;
    struct sv host;
    bool is_company;
    bool blind; /* our own resolver is silent: nothing is learned of the host */
    int64_t active_us, broken_us, due_us;
    enum domain_dns dns;
    enum domain_cert cert;
    struct sv found;
};

/* ---- DNS ---- */

/* The end of the CNAMEs from a host, by at most CHAIN_MAX steps; the host itself: there is none. */
static struct sv follow_cnames(struct check *c, struct sv target)
{
    struct arena *arena = c->job->arena;
    struct sv at = c->host, next;
    for (int i = 0; i < CHAIN_MAX && !sv_eq(at, target); i++) {
        if (net_find_cname(arena, c->job->settings, sv_dup(arena, at), &next) != NET_OK)
            break;
        at = next;
        if (i == 0)
            c->found = next; /* what the brand typed, and will look for */
    }
    return at;
}

static bool share_one(const struct net_addresses *a, const struct net_addresses *b)
{
    for (size_t i = 0; i < a->n; i++)
        for (size_t k = 0; k < b->n; k++)
            if (net_address_eq(&a->v[i], &b->v[k]))
                return true;
    return false;
}

static void note_addresses(struct check *c, const struct net_addresses *addresses)
{
    struct buf b = buf_new(c->job->arena, FOUND_MAX);
    for (size_t i = 0; i < addresses->n && i < 4; i++)
        buf_printf(&b, "%s%s", i ? ", " : "", net_address_text(c->job->arena, &addresses->v[i]));
    if (!b.overflow)
        c->found = buf_sv(&b);
}

/*
 * Right: a CNAME that ends at the short host, or, where a zone's top can have none and its owner
 * used ALIAS or plain addresses, an address of the short host's. A label under the operator's
 * wildcard need only resolve.
 */
static void ask_dns(struct check *c)
{
    struct arena *arena = c->job->arena;
    const struct settings *settings = c->job->settings;
    struct net_addresses own, ours;
    struct sv target = domain_target(arena, settings);
    enum net_status status = net_resolve(arena, settings, sv_dup(arena, c->host), &own);
    bool leads_to_us = sv_eq(follow_cnames(c, target), target);
    if (c->found.n == 0 && status == NET_OK)
        note_addresses(c, &own);
    if (leads_to_us || (c->is_company && status == NET_OK))
        c->dns = DNS_RIGHT;
    else if (c->found.n == 0 && status == NET_NO_HOST)
        c->dns = DNS_NONE;
    else if (net_resolve(arena, settings, sv_dup(arena, target), &ours) == NET_TIMEOUT)
        c->blind = c->found.n == 0;
    else if (c->found.n > 0)
        c->dns = status == NET_OK && share_one(&own, &ours) ? DNS_RIGHT : DNS_WRONG;
}

/* ---- the proof ---- */

static void ask_host(struct check *c)
{
    struct arena *arena = c->job->arena;
    struct net_response response;
    const char *base = domain_base_url(arena, c->job->settings, c->host);
    const char *url = arena_printf(arena, "%s" DOMAIN_PROOF_PATH, base);
    struct net_request request = {.method = "GET",
                                  .url = sv_from(url),
                                  .response_max = ANSWER_MAX,
                                  .timeout_ms = PROBE_TIMEOUT_MS};
    switch (net_fetch(arena, c->job->settings, &request, &response)) {
    case NET_OK:
        c->cert = response.status == 200 &&
                          sv_eq_cstr(sv_trim(response.body), domain_proof(arena, c->host))
                      ? CERT_RIGHT
                      : CERT_OTHER;
        return;
    case NET_TOO_LARGE:
        c->cert = CERT_OTHER;
        return;
    case NET_BAD_URL:
    case NET_REFUSED: /* an address that is not public is not ours */
    case NET_NO_HOST:
    case NET_TIMEOUT:
    case NET_UNREACHABLE:
    case NET_NO_TLS:
        c->cert = CERT_NONE;
        return;
    }
    UNREACHABLE();
}

/* ---- what comes of it ---- */

DB_SQL(note_success,
       "UPDATE domain SET dns_state = ?, dns_found = ?, cert_state = 'right', tries = 0,"
       " active_us = IF(active_us = 0, ?, active_us), broken_us = 0,"
       " next_check_us = IF(next_check_us = ?, ?, next_check_us) WHERE id = ?");
DB_SQL(note_failure,
       "UPDATE domain SET dns_state = ?, dns_found = ?, cert_state = ?, tries = tries + 1,"
       " broken_us = ?, next_check_us = IF(next_check_us = ?, ?, next_check_us) WHERE id = ?");

static enum db_status note_active(struct check *c, int64_t claimed_us)
{
    int64_t now_us = clock_wire_us();
    if (c->active_us == 0 || c->broken_us != 0)
        log_line(LOG_INFO, "domain_active", LOG_SV("host", c->host));
    return db_exec(c->job->db, &note_success,
                   DB_ARGS(db_cstr(domain_dns_text(c->dns)), db_text(c->found), db_i64(now_us),
                           db_i64(claimed_us), db_i64(now_us + DOMAIN_ACTIVE_EVERY_US),
                           db_u64(c->id)),
                   NULL);
}

/* One lost packet breaks nothing: an active host fails when it is seen to fail twice. */
static enum db_status note_fault(struct check *c, int64_t claimed_us)
{
    int64_t now_us = clock_wire_us();
    bool breaks = c->active_us != 0 && c->broken_us == 0 && c->tries > 0;
    int64_t broken_us = breaks ? now_us : c->broken_us;
    int64_t wait_us = domain_wait_us(c->active_us != 0, broken_us != 0, breaks ? 0 : c->tries);
    if (breaks)
        log_line(LOG_WARN, "domain_broken", LOG_SV("host", c->host),
                 LOG_STR("dns", domain_dns_text(c->dns)),
                 LOG_STR("cert", domain_cert_text(c->cert)));
    return db_exec(c->job->db, &note_failure,
                   DB_ARGS(db_cstr(domain_dns_text(c->dns)), db_text(c->found),
                           db_cstr(domain_cert_text(c->cert)), db_i64(broken_us),
                           db_i64(claimed_us), db_i64(wait_us ? now_us + wait_us : 0),
                           db_u64(c->id)),
                   NULL);
}

DB_SQL(find_due,
       "SELECT id, host, kind, active_us, broken_us, tries, next_check_us FROM domain"
       " WHERE next_check_us BETWEEN 1 AND ? ORDER BY next_check_us LIMIT 1");
/* Committed before the world is asked: a check that kills us is not made at once again. */
DB_SQL(claim_check,
       "UPDATE domain SET checked_us = ?, next_check_us = ? WHERE id = ? AND next_check_us = ?");

enum job_result domain_check_step(struct job *job)
{
    struct db_rows *row;
    int64_t now_us = clock_wire_us(), claimed_us = now_us + CLOCK_MINUTE;
    enum db_status status =
        db_get_one(job->db, job->arena, &find_due, DB_ARGS(db_i64(now_us)), &row);
    if (status == DB_NO_ROW)
        return JOB_IDLE;
    if (status != DB_OK)
        return JOB_UNAVAILABLE;
    struct check c = {
        .job = job,
        .id = db_col_u64(row, 0),
        .host = db_col_text(row, 1),
        .is_company = sv_eq_cstr(db_col_text(row, 2), "company"),
        .active_us = db_col_i64(row, 3),
        .broken_us = db_col_i64(row, 4),
        .tries = db_col_u64(row, 5),
        .due_us = db_col_i64(row, 6),
        .found = SV(""),
    };
    status =
        db_exec_one(job->db, &claim_check,
                    DB_ARGS(db_i64(now_us), db_i64(claimed_us), db_u64(c.id), db_i64(c.due_us)));
    if (status == DB_NO_ROW)
        return JOB_WORKED; /* asked for anew meanwhile */
    if (status != DB_OK)
        return JOB_UNAVAILABLE;
    ask_dns(&c);
    if (c.blind)
        return JOB_WORKED; /* asked again when the claim is over */
    if (c.dns != DNS_NONE)
        ask_host(&c);
    status = c.cert == CERT_RIGHT ? note_active(&c, claimed_us) : note_fault(&c, claimed_us);
    return status == DB_OK ? JOB_WORKED : JOB_UNAVAILABLE;
}
