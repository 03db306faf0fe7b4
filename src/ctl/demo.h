/*
 * Loading the demo: the plan's creators, clicks and sales through the same
 * functions that serve real ones, day by day on the business clock, with the
 * worker's jobs run at the end of each day.
 *
 *   people  companies, brands, programs, keys, creators, partnerships
 *   clicks  written to a spool, drained into the table
 *   sales   recorded by the pipeline; holdbacks end on their day
 *   json    var/demo.json: what a visitor needs to try it all
 *
 * Only what can't be had offline is put in place: the proof of the shops'
 * addresses, which exist in no DNS.
 */
#ifndef MEED_CTL_DEMO_H
#define MEED_CTL_DEMO_H

#include "account/account.h"
#include "base/clock.h"
#include "ctl/ctl.h"
#include "ctl/demo_plan.h"
#include "partner/partner.h"
#include "program/api_key.h"
#include "program/program.h"
#include "program/secret.h"
#include "worker/worker.h"

enum {
    DEMO_BRANDS = 7,
    DEMO_ACME = 0, /* all of the plan is its */
    DEMO_HOME = 1,
    DEMO_SAAS = 2,
    DEMO_CPS = 3,
    DEMO_CPA = 4,
    DEMO_REWARDS = 5,
    DEMO_NEWCOMER = 6,       /* signed up today: no program yet */
    DEMO_BUSY_CREATORS = 10, /* the first ones are in every program */
    DEMO_APPLICANTS = 5,
    DEMO_PAUSED_CREATOR = 37,
    DEMO_PAUSED_LINK_OF = 6, /* a creator with a second link, which is paused */
    DEMO_MINUTES_AGO = 3,    /* the newest event */
};

#define DEMO_JOBS_LIMIT_US (60 * CLOCK_SECOND)
#define DEMO_ECHO_AFTER_US (10 * CLOCK_MINUTE)

/* What a brand of the demo is made of. */
struct demo_brand {
    const char *company, *brand; /* the company of the brand before when NULL */
    const char *manager, *email;
    const char *zone, *currency;
    const char *program, *summary, *site; /* program NULL: none yet */
    enum program_preset preset;
    int32_t rate_bp;
};

struct demo_applicant {
    struct demo_creator creator;
    const char *message;
    const char *declined_note; /* NULL: still waiting */
};

extern const struct demo_brand demo_brands[DEMO_BRANDS];
extern const struct demo_applicant demo_applicants[DEMO_APPLICANTS];

/* A creator's place in one program. */
struct demo_place {
    uint64_t partnership, link;
    struct uuid partnership_pid;
    struct sv token, slug, ref, code;
};

struct demo {
    struct ctl *ctl;
    const struct settings *settings;
    struct db *db;
    struct arena *arena;
    struct worker_hold *hold;
    struct demo_plan plan;
    int64_t begin_us, end_us; /* business time of the first and the last event */

    struct account_ids brands[DEMO_BRANDS];
    struct uuid brand_pids[DEMO_BRANDS];
    struct program programs[DEMO_BRANDS];
    const char *api_keys[DEMO_BRANDS], *test_api_keys[DEMO_BRANDS];
    const char *secrets[DEMO_BRANDS], *test_secrets[DEMO_BRANDS], *offer_keys[DEMO_BRANDS];
    const char *test_offer_keys[DEMO_BRANDS];
    const char *previous_secret; /* Acme's postback secret is being rotated */
    const char *webhook_secrets[DEMO_BRANDS][SECRET_DOOR_COUNT];
    uint64_t partners[DEMO_CREATORS];
    struct demo_place places[DEMO_BRANDS][DEMO_CREATORS]; /* link 0: not in the program */
    struct sv paused_token;
    struct uuid *click_ids;   /* of plan.clicks, in order */
    struct uuid *side_clicks; /* of plan.sales: the click before its echo in another program */
};

/* Each says what failed, on stderr, and returns false. */
MUST_USE bool demo_load_people(struct demo *demo);
MUST_USE bool demo_load_clicks(struct demo *demo);
MUST_USE bool demo_load_sales(struct demo *demo);
/* Who came lately: applicants, a brand that signed up today; and what is paused. */
MUST_USE bool demo_load_newcomers(struct demo *demo);
MUST_USE bool demo_write_json(struct demo *demo, const char *path);

/* Runs the jobs that are due at the business clock's time. */
MUST_USE bool demo_run_jobs(struct demo *demo);

const char *demo_password(struct arena *arena, const char *whose);
/*
 * Some of the busy creators' sales are followed, ten minutes later, by one in another program: so
 * that a creator has several brands and currencies. False: this one is not.
 */
MUST_USE bool demo_sale_echoes(const struct demo *demo, size_t sale, int *brand);

#endif
