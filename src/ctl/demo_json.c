/* var/demo.json: addresses, logins, keys and links of the demo. */
#include <json-c/json.h>

#include "ctl/demo.h"

static void put(struct json_object *object, const char *name, const char *value)
{
    json_object_object_add(object, name, json_object_new_string(value ? value : ""));
}

static void put_sv(struct json_object *object, const char *name, struct sv value)
{
    json_object_object_add(object, name,
                           json_object_new_string_len(value.n ? value.p : "", (int)value.n));
}

static void put_int(struct json_object *object, const char *name, int64_t value)
{
    json_object_object_add(object, name, json_object_new_int64(value));
}

static void put_id(struct json_object *object, const char *name, struct uuid id)
{
    char text[UUID_TEXT_SIZE];
    uuid_format(text, id);
    put(object, name, text);
}

static struct json_object *webhook_secrets_json(struct demo *demo, int at)
{
    struct json_object *object = json_object_new_object();
    put(object, "shopify", demo->webhook_secrets[at][SECRET_SHOPIFY]);
    put(object, "stripe", demo->webhook_secrets[at][SECRET_STRIPE]);
    put(object, "paddle", demo->webhook_secrets[at][SECRET_PADDLE]);
    put(object, "woocommerce", demo->webhook_secrets[at][SECRET_WOOCOMMERCE]);
    return object;
}

static struct json_object *program_json(struct demo *demo, int at)
{
    const struct program *program = &demo->programs[at];
    const struct program_settings *rules = &program->settings;
    struct json_object *object = json_object_new_object();
    put_id(object, "id", program->pid);
    put_sv(object, "name", program->name);
    put(object, "offer_key", demo->offer_keys[at]);
    put(object, "test_offer_key", demo->test_offer_keys[at]);
    json_object_object_add(object, "webhook_secrets", webhook_secrets_json(demo, at));
    put(object, "preset", program_preset_text(program->preset));
    put(object, "status", program_status_text(PROGRAM_ACTIVE));
    put(object, "currency", program->currency.code);
    put(object, "time_zone", demo_brands[at].zone);
    put_sv(object, "dest_url", program->dest_url);
    put_sv(object, "click_param", rules->click_param);
    put_int(object, "rate", rules->rate_bp);
    put(object, "base", program_base_text(rules->base));
    put_int(object, "window_days", rules->attribution_window_days);
    put_int(object, "holdback_days", rules->holdback_days);
    put(object, "approval", program_approval_text(rules->approval));
    put_int(object, "network_fee_bp", rules->network_fee_bp);
    put(object, "fee_bearer", program_bearer_text(rules->fee_bearer));
    return object;
}

static struct json_object *brand_json(struct demo *demo, int at)
{
    int manager = demo_brands[at].email ? at : at - 1;
    struct json_object *object = json_object_new_object();
    struct json_object *programs = json_object_new_array();
    put_id(object, "id", demo->brand_pids[at]);
    put(object, "name", demo_brands[at].brand);
    put(object, "email", demo_brands[manager].email);
    put(object, "password", demo_password(demo->arena, "brand"));
    put(object, "api_key", demo->api_keys[at]);
    put(object, "postback_secret", demo->secrets[at]);
    put(object, "test_api_key", demo->test_api_keys[at]);
    put(object, "test_postback_secret", demo->test_secrets[at]);
    if (at == DEMO_ACME)
        put(object, "previous_postback_secret", demo->previous_secret);
    put(object, "time_zone", demo_brands[at].zone);
    put(object, "shop_domain", demo_brands[at].site);
    if (demo->programs[at].id)
        json_object_array_add(programs, program_json(demo, at));
    json_object_object_add(object, "programs", programs);
    return object;
}

static struct json_object *link_json(struct demo *demo, int at, int creator)
{
    const struct demo_place *place = &demo->places[at][creator];
    const struct partner_link link = {
        .token = place->token, .slug = place->slug, .ref = place->ref};
    const char *short_url = partner_short_url(demo->arena, demo->settings, &link);
    struct json_object *object = json_object_new_object();
    put_id(object, "program_id", demo->programs[at].pid);
    put_sv(object, "slug", place->slug);
    put(object, "url", short_url);
    put_sv(object, "ref", place->ref);
    put_sv(object, "code", place->code);
    put_sv(object, "token", place->token);
    put(object, "short_url", short_url);
    put(object, "go_url", partner_go_url(demo->arena, demo->settings, &link));
    put(object, "r_url", partner_ref_url(demo->arena, demo->settings, &link));
    put_sv(object, "dest_url", demo->programs[at].dest_url);
    put(object, "status", creator == DEMO_PAUSED_CREATOR ? "partnership_paused" : "active");
    return object;
}

static struct json_object *paused_link_json(struct demo *demo)
{
    const struct partner_link link = {.token = demo->paused_token};
    const char *short_url = partner_short_url(demo->arena, demo->settings, &link);
    struct json_object *object = json_object_new_object();
    put_id(object, "program_id", demo->programs[DEMO_ACME].pid);
    put(object, "url", short_url);
    put_sv(object, "token", demo->paused_token);
    put(object, "short_url", short_url);
    put(object, "status", "paused");
    return object;
}

static struct json_object *creator_json(struct demo *demo, int creator)
{
    const struct demo_creator *c = &demo_creators[creator];
    struct json_object *object = json_object_new_object();
    struct json_object *links = json_object_new_array();
    put(object, "handle", c->handle);
    put(object, "email", arena_printf(demo->arena, "%s@creators.example", c->handle));
    put(object, "password", demo_password(demo->arena, "creator"));
    put(object, "stats_token", ""); /* the statistics API comes with its own issue */
    put(object, "country", c->country);
    for (int at = 0; at < DEMO_NEWCOMER; at++)
        if (demo->places[at][creator].link)
            json_object_array_add(links, link_json(demo, at, creator));
    if (creator == DEMO_PAUSED_LINK_OF)
        json_object_array_add(links, paused_link_json(demo));
    json_object_object_add(object, "links", links);
    return object;
}

/* Of brands[0] and its program. */
static struct json_object *endpoints_json(struct demo *demo)
{
    static const struct {
        const char *door, *path;
        bool of_brand, of_program;
    } doors[] = {{"api", "/api/conv", false, false},
                 {"postback", "/api/v2/affiliate/postback/", true, false},
                 {"refund", "/api/v2/affiliate/refund/", true, false},
                 {"pixel", "/api/v2/affiliate/pixel/", true, false},
                 {"shopify", "/api/v2/affiliate/shopify/", true, false},
                 {"stripe", "/webhooks/stripe?program_id=", false, true},
                 {"paddle", "/webhooks/paddle?program_id=", false, true},
                 {"woocommerce", "/webhooks/woocommerce?program_id=", false, true},
                 {"conversions", "/api/v1/conversions", false, false},
                 {"ingest", "/api/ingest/conversion", false, false},
                 {"track", "/track/click", false, false}};
    struct json_object *object = json_object_new_object();
    const char *brand = uuid_text(demo->arena, demo->brand_pids[DEMO_ACME]);
    const char *program = uuid_text(demo->arena, demo->programs[DEMO_ACME].pid);
    for (size_t i = 0; i < COUNT_OF(doors); i++)
        put(object, doors[i].door,
            arena_printf(demo->arena, "%s%s%s%s", demo->settings->base_url, doors[i].path,
                         doors[i].of_brand ? brand : "", doors[i].of_program ? program : ""));
    return object;
}

static struct json_object *demo_json(struct demo *demo)
{
    struct json_object *root = json_object_new_object(), *admin = json_object_new_object();
    struct json_object *brands = json_object_new_array(), *creators = json_object_new_array();
    put(root, "base_url", demo->settings->base_url);
    put(admin, "email", "admin@meed.example");
    put(admin, "password", demo_password(demo->arena, "admin"));
    json_object_object_add(root, "admin", admin);
    for (int at = 0; at < DEMO_BRANDS; at++)
        json_object_array_add(brands, brand_json(demo, at));
    json_object_object_add(root, "brands", brands);
    for (int i = 0; i < DEMO_CREATORS; i++)
        json_object_array_add(creators, creator_json(demo, i));
    json_object_object_add(root, "influencers", creators);
    json_object_object_add(root, "endpoints", endpoints_json(demo));
    return root;
}

bool demo_write_json(struct demo *demo, const char *path)
{
    struct json_object *root = demo_json(demo);
    const char *fresh = arena_printf(demo->arena, "%s.new", path);
    bool good = json_object_to_file_ext(fresh, root,
                                        JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
                                            JSON_C_TO_STRING_NOSLASHESCAPE) == 0 &&
                rename(fresh, path) == 0;
    json_object_put(root);
    if (!good)
        (void)ctl_fail("%s can't be written: %s", path, strerror(errno));
    return good;
}
