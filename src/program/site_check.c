/* The worker's look for a proof that a site is its brand's. */
#include "program/site.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/settings.h"
#include "net/net.h"

enum {
    FILE_MAX = 4096,
    PAGE_MAX = 512 * 1024,
    PROGRAMS_MAX = 50,
    TRIES_MAX = 175, /* 30 s, 1, 2 … 32 min, then hourly: 7 days */
    HOURLY_FROM_TRY = 7,
};

struct check {
    struct job *job;
    uint64_t site, brand, tries;
    int64_t due_us;
    struct sv host, token; /* host may end in :port */
    struct net_url url;    /* the site's front page */
    bool answered, saw_other_token, no_host, refused;
};

static int64_t wait_after_us(uint64_t tries)
{
    return tries >= HOURLY_FROM_TRY ? CLOCK_HOUR : 30 * CLOCK_SECOND * (INT64_C(1) << tries);
}

static void note_failure(struct check *c, enum net_status status)
{
    c->no_host = c->no_host || status == NET_NO_HOST;
    c->refused = c->refused || status == NET_REFUSED;
}

static bool dns_proves(struct check *c)
{
    struct sv texts[NET_TXT_MAX];
    size_t n = 0;
    if (c->url.host_is_address)
        return false;
    enum net_status status = net_find_txt(c->job->arena, c->job->settings, c->url.host, texts, &n);
    c->answered = c->answered || status == NET_OK;
    for (size_t i = 0; i < n; i++) {
        struct sv value = texts[i];
        if (!sv_starts(value, SV("meed-verify=")))
            continue;
        if (sv_eq(sv_trim(sv_from_index(value, strlen("meed-verify="))), c->token))
            return true;
        c->saw_other_token = true;
    }
    return false;
}

static bool get(struct check *c, const char *path, size_t limit, struct net_response *response)
{
    /* The front page's URL ends in "/". */
    struct sv base = sv_from(c->url.text);
    const char *url = arena_printf(c->job->arena, SV_FMT "%s", SV_ARG(base), path + 1);
    struct net_request request = {
        .method = "GET", .url = sv_from(url), .response_max = limit, .timeout_ms = 5000};
    enum net_status status = net_fetch(c->job->arena, c->job->settings, &request, response);
    if (status != NET_OK && status != NET_TOO_LARGE) {
        note_failure(c, status);
        return false;
    }
    c->answered = true;
    return response->status == 200;
}

static bool file_proves(struct check *c)
{
    struct net_response response;
    if (!get(c, SITE_FILE_PATH, FILE_MAX, &response))
        return false;
    struct sv text = sv_trim(response.body);
    if (sv_starts(text, SV("meed-verify=")))
        text = sv_from_index(text, strlen("meed-verify="));
    if (sv_eq(text, c->token))
        return true;
    /* A page for everything that is missing is no wrong token. */
    c->saw_other_token = c->saw_other_token || (text.n == c->token.n && sv_is_ascii_graph(text));
    return false;
}

/* The next <script …> tag of a page, up to its '>'. */
static bool next_script(struct sv *page, struct sv *tag)
{
    static const struct sv opening = {"<script", sizeof "<script" - 1};
    while (page->n > opening.n) {
        bool here = sv_eq_nocase(sv_sub(*page, 0, opening.n), opening);
        *page = sv_from_index(*page, here ? opening.n : 1);
        if (!here)
            continue;
        *tag = sv_cut(page, '>');
        return true;
    }
    return false;
}

static bool contains(struct sv text, const char *needle)
{
    return text.n && memmem(text.p, text.n, needle, strlen(needle)) != NULL;
}

DB_SQL(list_pids, "SELECT pid FROM program WHERE brand = ? ORDER BY id DESC LIMIT 50");

static bool names_a_program(struct check *c, struct sv tag)
{
    struct db_rows *rows =
        db_query(c->job->db, c->job->arena, &list_pids, DB_ARGS(db_u64(c->brand)));
    while (db_next(rows)) {
        char pid[UUID_TEXT_SIZE];
        uuid_format(pid, db_col_uuid(rows, 0));
        if (contains(tag, pid))
            return true;
    }
    return false;
}

static bool script_proves(struct check *c)
{
    struct net_response response;
    struct sv tag;
    const char *script = arena_printf(c->job->arena, "%s/meed.js", c->job->settings->base_url);
    if (!get(c, "/", PAGE_MAX, &response))
        return false;
    for (struct sv page = response.body; next_script(&page, &tag);)
        if (contains(tag, script) && contains(tag, "data-program") && names_a_program(c, tag))
            return true;
    return false;
}

static const char *hint_of(const struct check *c)
{
    if (c->saw_other_token)
        return "wrong_token";
    if (c->tries + 1 >= TRIES_MAX)
        return "gave_up";
    if (c->refused)
        return "refused_address";
    if (c->answered)
        return "no_proof";
    return c->no_host ? "no_host" : "no_answer";
}

/* In development an exempt pair may speak http. */
static bool front_page(struct check *c)
{
    struct arena *arena = c->job->arena;
    const char *text = arena_printf(arena, "https://" SV_FMT "/", SV_ARG(c->host));
    if (!net_url_parse(arena, sv_from(text), &c->url))
        return false;
    const char *plain = arena_printf(arena, "http://" SV_FMT "/", SV_ARG(c->host));
    struct net_url http;
    if (net_url_parse(arena, sv_from(plain), &http) &&
        net_is_exempt(c->job->settings, http.host, http.port))
        c->url = http;
    return true;
}

DB_SQL(set_verified,
       "UPDATE site SET method = ?, verified_us = ?, result = '', next_check_us = 0"
       " WHERE id = ?");
DB_SQL(set_hint,
       "UPDATE site SET result = ?, next_check_us = IF(next_check_us = ?, ?, next_check_us)"
       " WHERE id = ? AND verified_us = 0");

static enum db_status look(struct check *c, int64_t again_us)
{
    const char *method = NULL;
    if (front_page(c)) {
        method = dns_proves(c)      ? "dns"
                 : file_proves(c)   ? "file"
                 : script_proves(c) ? "script"
                                    : NULL;
    }
    log_line(LOG_INFO, "site_checked", LOG_SV("host", c->host),
             LOG_STR("method", method ? method : "none"),
             LOG_STR("hint", method ? "" : hint_of(c)));
    if (method)
        return db_exec(c->job->db, &set_verified,
                       DB_ARGS(db_cstr(method), db_i64(clock_business_us()), db_u64(c->site)),
                       NULL);
    bool last = c->tries + 1 >= TRIES_MAX;
    return db_exec(c->job->db, &set_hint,
                   DB_ARGS(db_cstr(hint_of(c)), db_i64(again_us), db_i64(last ? 0 : again_us),
                           db_u64(c->site)),
                   NULL);
}

DB_SQL(find_due,
       "SELECT id, brand, host, token, tries, next_check_us FROM site"
       " WHERE next_check_us BETWEEN 1 AND ? ORDER BY next_check_us LIMIT 1");
/* The try is committed before the world is asked: a check that kills us is not made for ever. */
DB_SQL(claim_check,
       "UPDATE site SET checked_us = ?, next_check_us = ?, tries = tries + 1"
       " WHERE id = ? AND next_check_us = ?");

enum job_result site_check_step(struct job *job)
{
    struct db_rows *row;
    int64_t now_us = clock_wire_us();
    enum db_status status =
        db_get_one(job->db, job->arena, &find_due, DB_ARGS(db_i64(now_us)), &row);
    if (status == DB_NO_ROW)
        return JOB_IDLE;
    if (status != DB_OK)
        return JOB_UNAVAILABLE;
    struct check c = {
        .job = job,
        .site = db_col_u64(row, 0),
        .brand = db_col_u64(row, 1),
        .host = db_col_text(row, 2),
        .token = db_col_text(row, 3),
        .tries = db_col_u64(row, 4),
        .due_us = db_col_i64(row, 5),
    };
    int64_t again_us = now_us + wait_after_us(c.tries);
    status =
        db_exec_one(job->db, &claim_check,
                    DB_ARGS(db_i64(now_us), db_i64(again_us), db_u64(c.site), db_i64(c.due_us)));
    if (status == DB_NO_ROW)
        return JOB_WORKED; /* asked for anew meanwhile */
    if (status != DB_OK)
        return JOB_UNAVAILABLE;
    return look(&c, again_us) == DB_OK ? JOB_WORKED : JOB_UNAVAILABLE;
}
