/* The demo's companies, programs and creators. */
#include "base/clock.h"
#include "ctl/demo.h"

const struct demo_brand demo_brands[DEMO_BRANDS] = {
    {"Acme Co.", "Acme Co.", "Mia Torres", "mia@acme.example", "America/New_York", "USD",
     "Acme Ambassadors", "Training gear and everyday wear. 10% of every sale that stays.",
     "shop.acme.example", PROGRAM_STANDARD, 1000},
    {NULL, "Acme Home", NULL, NULL, "Europe/Berlin", "EUR", "Acme Home Friends",
     "Linen, lamps and small furniture, shipped within Europe.", "home.acme.example",
     PROGRAM_STANDARD, 800},
    {"Cloudbase Inc.", "Cloudbase", "Jonas Keller", "jonas@cloudbase.example", "Europe/Berlin",
     "USD", "Cloudbase Referrals", "Hosted databases. 20% of what your referral pays.",
     "cloudbase.example", PROGRAM_SAAS, 2000},
    {"PandaShop Ltd.", "PandaShop", "Li Na", "lina@pandashop.example", "Asia/Shanghai", "USD",
     "PandaShop Partners", "Kitchen and tea, sent worldwide.", "pandashop.example", PROGRAM_CPS,
     1200},
    {"Susurra S.L.", "Susurra", "Carmen Ruiz", "carmen@susurra.example", "Europe/Madrid", "EUR",
     "Susurra Afiliados", "Audio stories by subscription.", "susurra.example", PROGRAM_CPA, 1500},
    {"Loyalo AB", "Loyalo", "Elin Holm", "elin@loyalo.example", "Europe/Stockholm", "SEK",
     "Loyalo Club", "Coffee that knows your name.", "loyalo.example", PROGRAM_REWARDS, 500},
    {"Nuevo S.A.S.", "Nuevo", "Andrés Gómez", "andres@nuevo.example", "America/Bogota", "COP", NULL,
     NULL, NULL, PROGRAM_STANDARD, 0},
};

const struct demo_applicant demo_applicants[DEMO_APPLICANTS] = {
    {{"maya.moves", "Maya Santos", "BR", "https://www.instagram.com/maya.moves"},
     "I teach mobility classes twice a week and wear your leggings in all of them.",
     NULL},
    {{"leo.lens", "Léo Martin", "FR", "https://www.youtube.com/@leo.lens"},
     "Photography on long trails; my viewers ask about the jacket in every video.",
     NULL},
    {{"ruby.runs", "Ruby Clarke", "GB", "https://www.tiktok.com/@ruby.runs"},
     "Marathon training diary, 40,000 followers.",
     NULL},
    {{"theo.tunes", "Theo Janssen", "DE", "https://www.youtube.com/@theo.tunes"},
     "I review headphones.",
     "Your channel is great, but far from what we sell."},
    {{"ivy.ink", "Ivy Moreau", "FR", "https://www.instagram.com/ivy.ink"},
     "",
     "Please link a channel that is public, then apply again."},
};

static bool failed(const char *what, const char *which, int code)
{
    (void)ctl_fail("demo: %s of %s failed (%d); the log above says why", what, which, code);
    return false;
}

/* ---- brands -------------------------------------------------------------------------------------
 */

static bool add_first_brand(struct demo *demo, int at)
{
    const struct demo_brand *b = &demo_brands[at];
    struct account_input input = {
        .field = {[ACCOUNT_NAME] = sv_from(b->manager),
                  [ACCOUNT_EMAIL] = sv_from(b->email),
                  [ACCOUNT_PASSWORD] = sv_from(demo_password(demo->arena, "brand")),
                  [ACCOUNT_COMPANY] = sv_from(b->company),
                  [ACCOUNT_BRAND] = sv_from(b->brand),
                  [ACCOUNT_TZ] = sv_from(b->zone),
                  [ACCOUNT_CURRENCY] = sv_from(b->currency)}};
    struct account_faults faults;
    enum account_status status =
        account_create(demo->db, demo->arena, ACCOUNT_OF_BRAND, &input, &faults, &demo->brands[at]);
    return status == ACCOUNT_DONE || failed("the account", b->brand, (int)status);
}

static bool add_next_brand(struct demo *demo, int at)
{
    const struct demo_brand *b = &demo_brands[at];
    struct account_input input = {.field = {[ACCOUNT_BRAND] = sv_from(b->brand),
                                            [ACCOUNT_TZ] = sv_from(b->zone),
                                            [ACCOUNT_CURRENCY] = sv_from(b->currency)}};
    struct account_faults faults;
    demo->brands[at] = demo->brands[at - 1];
    enum account_status status =
        account_add_brand(demo->db, demo->arena, demo->brands[at].user, demo->brands[at].company,
                          &input, &faults, &demo->brands[at].brand);
    return status == ACCOUNT_DONE || failed("the account", b->brand, (int)status);
}

static bool find_brand_pid(struct demo *demo, int at)
{
    struct account_brands list;
    if (account_list_brands(demo->db, demo->arena, demo->brands[at].user, &list) != ACCOUNT_DONE)
        return failed("reading the brand", demo_brands[at].brand, 0);
    for (size_t i = 0; i < list.count; i++)
        if (list.rows[i].id == demo->brands[at].brand)
            demo->brand_pids[at] = list.rows[i].pid;
    return true;
}

static bool make_api_keys(struct demo *demo, int at, bool test)
{
    uint64_t brand = demo->brands[at].brand, user = demo->brands[at].user;
    const struct api_key_owner owners[] = {
        {.kind = API_KEY_BRAND, .brand = brand},
        {.kind = API_KEY_PROGRAM, .brand = brand, .program = demo->programs[at].id}};
    const char **const places[] = {test ? &demo->test_api_keys[at] : &demo->api_keys[at],
                                   test ? &demo->test_offer_keys[at] : &demo->offer_keys[at]};
    for (size_t i = 0; i < COUNT_OF(owners); i++) {
        char *key = arena_alloc(demo->arena, API_KEY_SIZE);
        if (owners[i].kind == API_KEY_PROGRAM && owners[i].program == 0)
            continue;
        enum api_key_result made =
            api_key_create(demo->db, demo->arena, &owners[i], test, SV("Shop server"), user, key);
        if (made != API_KEY_OK)
            return failed("the key", demo_brands[at].brand, (int)made);
        *places[i] = key;
    }
    return true;
}

/* `pasted` empty: one is generated. */
static bool make_secret(struct demo *demo, int at, const struct secret_use *use, struct sv pasted,
                        const char **out)
{
    struct sv secret = SV_NONE;
    enum db_status status =
        secret_rotate(demo->db, demo->arena, use, pasted, demo->brands[at].user, &secret);
    *out = sv_dup(demo->arena, secret);
    return status == DB_OK || failed("a secret", demo_brands[at].brand, (int)status);
}

static bool make_postback_secrets(struct demo *demo, int at)
{
    struct secret_use use = {.brand = demo->brands[at].brand, .door = SECRET_POSTBACK};
    struct secret_use test = use;
    test.test_mode = true;
    if (!make_secret(demo, at, &use, SV_NONE, &demo->secrets[at]) ||
        !make_secret(demo, at, &test, SV_NONE, &demo->test_secrets[at]))
        return false;
    if (at != DEMO_ACME)
        return true;
    demo->previous_secret = demo->secrets[at];
    return make_secret(demo, at, &use, SV_NONE, &demo->secrets[at]);
}

/* As each provider would show them, for the brand to paste. */
static bool paste_webhook_secrets(struct demo *demo, int at)
{
    static const struct {
        enum secret_door door;
        bool by_program;
        const char *prefix;
    } doors[] = {{SECRET_SHOPIFY, false, ""},
                 {SECRET_STRIPE, true, "whsec_"},
                 {SECRET_PADDLE, true, "pdl_ntfset_"},
                 {SECRET_WOOCOMMERCE, true, "wc_"}};
    for (size_t i = 0; i < COUNT_OF(doors); i++) {
        struct secret_use use = {.brand = demo->brands[at].brand,
                                 .program = doors[i].by_program ? demo->programs[at].id : 0,
                                 .door = doors[i].door};
        struct sv pasted = sv_from(arena_printf(demo->arena, "%s%s", doors[i].prefix,
                                                uuid_text(demo->arena, uuid_v7(clock_wire_us()))));
        if (!make_secret(demo, at, &use, pasted, &demo->webhook_secrets[at][doors[i].door]))
            return false;
    }
    return true;
}

static bool make_keys(struct demo *demo, int at)
{
    return make_api_keys(demo, at, false) && make_api_keys(demo, at, true) &&
           make_postback_secrets(demo, at) &&
           (demo->programs[at].id == 0 || paste_webhook_secrets(demo, at));
}

DB_SQL(demo_verify_site,
       "UPDATE site SET verified_us = ?, checked_us = ?, method = 'file', "
       "result = '', next_check_us = 0 WHERE brand = ?");

static bool add_program(struct demo *demo, int at)
{
    const struct demo_brand *b = &demo_brands[at];
    uint64_t brand = demo->brands[at].brand, user = demo->brands[at].user;
    if (!b->program)
        return true;
    struct program_input input = {.name = sv_from(b->program),
                                  .summary = sv_from(b->summary),
                                  .dest_url =
                                      sv_from(arena_printf(demo->arena, "https://%s/", b->site)),
                                  .currency = sv_from(b->currency),
                                  .preset = b->preset,
                                  .listed = true,
                                  .settings = program_settings_default(b->preset)};
    input.settings.pay = PROGRAM_PAY_PERCENT;
    input.settings.rate_bp = b->rate_bp;
    struct program_faults faults = {0};
    struct program *program = &demo->programs[at];
    enum program_result result =
        program_create(demo->db, demo->arena, brand, user, &input, &faults, program);
    int64_t now = clock_business_us();
    if (result != PROGRAM_OK ||
        db_exec(demo->db, &demo_verify_site, DB_ARGS(db_i64(now), db_i64(now), db_u64(brand)),
                NULL) != DB_OK)
        return failed("the program", b->brand, (int)result);
    result = program_change_status(demo->db, demo->arena, demo->settings, brand, user, program->pid,
                                   PROGRAM_ACTIVATE);
    if (result != PROGRAM_OK)
        return failed("opening the program", b->brand, (int)result);
    enum partner_result test = partner_ensure_test(demo->db, demo->arena, demo->settings, program);
    return test == PARTNER_OK || failed("the test creator", b->brand, (int)test);
}

static bool add_brand(struct demo *demo, int at)
{
    return (demo_brands[at].company ? add_first_brand(demo, at) : add_next_brand(demo, at)) &&
           find_brand_pid(demo, at) && add_program(demo, at) && make_keys(demo, at);
}

/* ---- creators
 * ------------------------------------------------------------------------------------- */

static bool add_creator(struct demo *demo, const struct demo_creator *creator, uint64_t *partner)
{
    const char *email = arena_printf(demo->arena, "%s@creators.example", creator->handle);
    struct account_input input = {
        .field = {[ACCOUNT_NAME] = sv_from(creator->name),
                  [ACCOUNT_EMAIL] = sv_from(email),
                  [ACCOUNT_PASSWORD] = sv_from(demo_password(demo->arena, "creator")),
                  [ACCOUNT_HANDLE] = sv_from(creator->handle),
                  [ACCOUNT_COUNTRY] = sv_from(creator->country),
                  [ACCOUNT_CHANNELS] = sv_from(creator->channel)}};
    struct account_faults faults;
    struct account_ids ids;
    enum account_status status =
        account_create(demo->db, demo->arena, ACCOUNT_OF_CREATOR, &input, &faults, &ids);
    *partner = ids.partner;
    return status == ACCOUNT_DONE || failed("the account", creator->handle, (int)status);
}

static bool rule(struct demo *demo, int at, struct uuid partnership, enum partner_decision decision,
                 const char *note)
{
    struct partner_ruling ruling = {.decision = decision,
                                    .by_user = demo->brands[at].user,
                                    .reason = decision == PARTNER_DECLINE ? SV("other") : SV(""),
                                    .note = sv_from(note)};
    enum partner_result result = partner_decide(demo->db, demo->arena, demo->settings,
                                                demo->brands[at].brand, partnership, &ruling);
    return result == PARTNER_OK || failed("a decision", demo_brands[at].brand, (int)result);
}

static bool join_program(struct demo *demo, int at, int creator)
{
    struct demo_place *place = &demo->places[at][creator];
    enum partner_result result =
        partner_apply(demo->db, demo->arena, demo->partners[creator], demo->programs[at].pid,
                      SV("I know the products well."), &place->partnership_pid);
    if (result != PARTNER_OK)
        return failed("an application", demo_creators[creator].handle, (int)result);
    if (!rule(demo, at, place->partnership_pid, PARTNER_ACCEPT, "Welcome!"))
        return false;
    struct partnership in;
    struct partner_link_list links;
    if (partner_find_partnership(demo->db, demo->arena, demo->brands[at].brand,
                                 place->partnership_pid, &in) != DB_OK ||
        partner_list_links_of(demo->db, demo->arena, in.id, &links) != DB_OK)
        return failed("reading the link", demo_creators[creator].handle, 0);
    place->partnership = in.id;
    place->code = in.code;
    place->link = links.v[0].id;
    place->token = links.v[0].token;
    place->slug = links.v[0].slug;
    place->ref = links.v[0].ref;
    return true;
}

static bool add_applicant(struct demo *demo, const struct demo_applicant *applicant)
{
    uint64_t partner;
    struct uuid application;
    if (!add_creator(demo, &applicant->creator, &partner))
        return false;
    enum partner_result result =
        partner_apply(demo->db, demo->arena, partner, demo->programs[DEMO_ACME].pid,
                      sv_from(applicant->message), &application);
    if (result != PARTNER_OK)
        return failed("an application", applicant->creator.handle, (int)result);
    return !applicant->declined_note ||
           rule(demo, DEMO_ACME, application, PARTNER_DECLINE, applicant->declined_note);
}

static bool add_admin(struct demo *demo)
{
    struct account_input input = {
        .field = {[ACCOUNT_NAME] = SV("Operator"),
                  [ACCOUNT_EMAIL] = SV("admin@meed.example"),
                  [ACCOUNT_PASSWORD] = sv_from(demo_password(demo->arena, "admin"))}};
    struct account_faults faults;
    struct account_ids ids;
    enum account_status status =
        account_create(demo->db, demo->arena, ACCOUNT_OF_ADMIN, &input, &faults, &ids);
    return status == ACCOUNT_DONE || failed("the account", "the admin", (int)status);
}

static bool add_paused_link(struct demo *demo)
{
    struct uuid link;
    struct partner_link_list links;
    const struct demo_place *place = &demo->places[DEMO_ACME][DEMO_PAUSED_LINK_OF];
    uint64_t partner = demo->partners[DEMO_PAUSED_LINK_OF];
    enum partner_result result =
        partner_add_link(demo->db, demo->arena, demo->settings, partner, place->partnership_pid,
                         SV("https://shop.acme.example/sale"), SV("Sale"), &link);
    if (result == PARTNER_OK)
        result = partner_pause_link(demo->db, demo->arena, demo->settings, partner, link, true);
    if (result != PARTNER_OK ||
        partner_list_links_of(demo->db, demo->arena, place->partnership, &links) != DB_OK)
        return failed("the paused link", demo_creators[DEMO_PAUSED_LINK_OF].handle, (int)result);
    demo->paused_token = links.v[links.n - 1].token;
    return true;
}

bool demo_load_newcomers(struct demo *demo)
{
    for (int i = 0; i < DEMO_APPLICANTS; i++) {
        clock_fix(demo->end_us - (DEMO_APPLICANTS - i) * 7 * CLOCK_HOUR);
        if (!add_applicant(demo, &demo_applicants[i]))
            return false;
    }
    clock_fix(demo->end_us - CLOCK_HOUR);
    return add_brand(demo, DEMO_NEWCOMER) && add_paused_link(demo) &&
           rule(demo, DEMO_ACME, demo->places[DEMO_ACME][DEMO_PAUSED_CREATOR].partnership_pid,
                PARTNER_PAUSE, "Until your next campaign starts.");
}

bool demo_load_people(struct demo *demo)
{
    clock_fix(demo->begin_us);
    if (!add_admin(demo))
        return false;
    for (int at = 0; at < DEMO_NEWCOMER; at++)
        if (!add_brand(demo, at))
            return false;
    for (int i = 0; i < DEMO_CREATORS; i++) {
        if (!add_creator(demo, &demo_creators[i], &demo->partners[i]) ||
            !join_program(demo, DEMO_ACME, i))
            return false;
        for (int at = DEMO_ACME + 1; i < DEMO_BUSY_CREATORS && at < DEMO_NEWCOMER; at++)
            if (!join_program(demo, at, i))
                return false;
    }
    return true;
}
