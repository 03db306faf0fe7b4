#include "setup/setup_state.h"

#include "net/url.h"
#include "program/api_key.h"
#include "program/secret.h"

enum { PROGRAMS_LOOKED_AT = 50 };

static enum db_status find_program(struct http_request *request, struct sv wanted,
                                   struct setup_state *s)
{
    struct uuid pid;
    struct program_list list;
    uint64_t brand = request->actor.brand;
    if (wanted.n > 0) {
        enum db_status status = uuid_parse(wanted, &pid) ? program_find(request->db, request->arena,
                                                                        brand, pid, &s->program)
                                                         : DB_NO_ROW;
        s->has_program = status == DB_OK;
        return status;
    }
    enum db_status status =
        program_list_of_brand(request->db, request->arena, brand, 0, PROGRAMS_LOOKED_AT, &list);
    for (size_t i = 0; status == DB_OK && i < list.n && !s->has_program; i++) {
        s->has_program = list.v[i].status != PROGRAM_CLOSED;
        s->program = list.v[i];
    }
    return status;
}

static enum db_status find_site(struct http_request *request, struct setup_state *s)
{
    struct site_list sites;
    struct net_url url;
    enum db_status status = site_list(request->db, request->arena, request->actor.brand, &sites);
    if (status != DB_OK || !net_url_parse(request->arena, s->program.dest_url, &url))
        return status;
    for (size_t i = 0; i < sites.n && !s->has_site; i++) {
        s->has_site = strcmp(sites.v[i].host, url.site) == 0;
        s->site = sites.v[i];
    }
    return DB_OK;
}

static enum db_status find_key(struct http_request *request, struct setup_state *s)
{
    const struct api_key_owner owner = {.kind = API_KEY_BRAND, .brand = request->actor.brand};
    struct api_key_list keys;
    enum db_status status = api_key_list(request->db, request->arena, &owner, &keys);
    for (size_t i = 0; status == DB_OK && i < keys.n && s->key.n == 0; i++)
        if (keys.v[i].test_mode && !keys.v[i].revoked_us)
            s->key = keys.v[i].text;
    return status;
}

static enum db_status find_secret(struct http_request *request, struct setup_state *s)
{
    const struct secret_use use = {
        .brand = request->actor.brand, .door = SECRET_POSTBACK, .test_mode = true};
    struct secret_list secrets;
    enum db_status status = secret_list(request->db, request->arena, &use, &secrets);
    if (status == DB_OK && secrets.n > 0)
        s->secret = secrets.v[0].text;
    return status;
}

/* DB_NO_ROW is an answer as well: nothing was clicked, nothing was sold. */
static enum db_status find_events(struct http_request *request, struct setup_state *s)
{
    const struct sale_scope scope = {.brands = &request->actor.brand, .n = 1, .test_mode = true};
    struct uuid newest;
    enum db_status status =
        setup_newest_click(request->db, request->arena, s->link.link, &s->click);
    if (status != DB_OK && status != DB_NO_ROW)
        return status;
    status = setup_newest_test_sale(request->db, request->arena, request->actor.brand,
                                    s->program.id, &newest);
    if (status == DB_OK)
        status = sale_find(request->db, request->arena, &scope, newest, &s->sale);
    s->has_sale = status == DB_OK;
    if (status != DB_OK && status != DB_NO_ROW)
        return status;
    status = setup_newest_refusal(request->db, request->arena, request->actor.brand, &s->refusal);
    return status == DB_NO_ROW ? DB_OK : status;
}

bool setup_was_refused(const struct setup_state *state)
{
    return state->refusal.at_us > 0 &&
           (!state->has_sale || state->refusal.at_us > state->sale.row.received_us);
}

static void judge(struct setup_state *s)
{
    s->done[SETUP_BRAND] = true;
    s->done[SETUP_PROGRAM] = s->has_program;
    s->done[SETUP_SITE] = s->has_site && s->site.verified_us > 0;
    s->done[SETUP_KEY] = s->key.n > 0;
    s->done[SETUP_TEST] = s->has_sale && s->sale.row.handle.n > 0;
    s->done[SETUP_OPEN] = s->has_program && s->program.status != PROGRAM_DRAFT;
}

enum db_status setup_state_read(struct http_request *request, struct sv wanted,
                                struct setup_state *out)
{
    *out = (struct setup_state){.shows_tests = request->actor.test_mode};
    enum db_status status =
        setup_find_brand(request->db, request->arena, request->actor.brand, &out->brand);
    if (status == DB_OK)
        status = find_key(request, out);
    if (status == DB_OK)
        status = find_secret(request, out);
    if (status == DB_OK)
        status = find_program(request, wanted, out);
    if (status == DB_OK && out->has_program)
        status = find_site(request, out);
    if (status == DB_OK && out->has_program)
        status = test_link_find(request->db, request->arena, request->settings, &out->program,
                                &out->link);
    if (status == DB_OK && out->has_program)
        status = find_events(request, out);
    if (status == DB_OK)
        judge(out);
    return status;
}
