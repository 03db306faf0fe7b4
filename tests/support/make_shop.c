/*
 * For tests over HTTP: fills the database of the settings at MEED_CONFIG with a
 * brand, its program, creators, keys and secrets, and prints them as JSON.
 *
 *   make_shop NAME [order_scope [CREATORS]]     CREATORS more, for their tokens alone
 */
#include "base/clock.h"
#include "base/json.h"
#include "base/settings.h"
#include "crypto/keys.h"
#include "program/api_key.h"
#include "program/secret.h"
#include "setup/shop_script.h"
#include "tests/support/shop.h"

DB_SQL(make_shop_scope, "UPDATE brand SET order_scope = ? WHERE id = ?");

DB_SQL(make_shop_tell_hosts,
       "INSERT INTO link_change (host, link)"
       " SELECT h.name, l.id FROM web_host h, link l WHERE l.brand = ?");

DB_SQL(make_shop_find_program, "SELECT id FROM program WHERE pid = ?");

static void print_creator(const char *name, const struct shop_creator *c)
{
    printf("\"%s\":{\"token\":\"%s\",\"code\":\"%s\",\"slug\":\"%s\"},", name, c->token, c->code,
           c->slug);
}

static void print_uuid(const char *name, struct uuid id)
{
    char text[UUID_TEXT_SIZE];
    uuid_format(text, id);
    printf("\"%s\":\"%s\",", name, text);
}

static void print_key(struct shop *shop, const char *name, bool test_mode)
{
    struct api_key_owner owner = {.kind = API_KEY_BRAND, .brand = shop->brand};
    char key[API_KEY_SIZE];
    CHECK(api_key_create(shop->db, shop->arena, &owner, test_mode, SV("test"), 1, key) ==
          API_KEY_OK);
    printf("\"%s\":\"%s\",", name, key);
}

/* Of the program's own door: X-Offer-Key. */
static void print_offer_key(struct shop *shop, const char *name, bool test_mode)
{
    struct api_key_owner owner = {
        .kind = API_KEY_PROGRAM, .brand = shop->brand, .program = shop->program};
    char key[API_KEY_SIZE];
    CHECK(api_key_create(shop->db, shop->arena, &owner, test_mode, SV("test"), 1, key) ==
          API_KEY_OK);
    printf("\"%s\":\"%s\",", name, key);
}

static void print_secret(struct shop *shop, const char *name, bool test_mode)
{
    struct secret_use use = {.brand = shop->brand, .door = SECRET_POSTBACK, .test_mode = test_mode};
    struct sv text;
    CHECK(secret_rotate(shop->db, shop->arena, &use, SV(""), 1, &text) == DB_OK);
    printf("\"%s\":\"" SV_FMT "\",", name, SV_ARG(text));
}

/* Pasted, as a provider shows them: both modes of the program, and the other program's. */
static void print_provider(struct shop *shop, const char *name, enum secret_door door,
                           struct uuid other)
{
    struct db_rows *row;
    struct secret_use use = {.brand = shop->brand, .program = shop->program, .door = door};
    struct sv text;
    const char *prefix = door == SECRET_STRIPE ? "whsec_" : "pdl_ntfset_";
    printf("\"%s\":{", name);
    for (int i = 0; i < 3; i++) {
        static const char *const uses[] = {"live", "test", "other"};
        char noise[40];
        id_random_text(noise, 24);
        use.test_mode = i == 1;
        if (i == 2) {
            CHECK(db_get_one(shop->db, shop->arena, &make_shop_find_program,
                             DB_ARGS(db_uuid(&other)), &row) == DB_OK);
            use.program = db_col_u64(row, 0);
        }
        CHECK(secret_rotate(shop->db, shop->arena, &use,
                            sv_from(arena_printf(shop->arena, "%s%s", prefix, noise)), 1,
                            &text) == DB_OK);
        printf("%s\"%s\":\"" SV_FMT "\"", i > 0 ? "," : "", uses[i], SV_ARG(text));
    }
    printf("},");
}

/* What its pages would carry: "scripts":[…], in the order of enum shop_script. */
static void print_scripts(struct shop *shop, const char *base_url)
{
    const struct shop_script_values values = {
        .base_url = base_url, .brand = shop->brand_pid, .program = shop->program_pid};
    printf("\"scripts\":[");
    for (unsigned i = 0; i < SHOP_SCRIPT_COUNT; i++) {
        struct buf b = buf_new(shop->arena, 32 * 1024);
        json_put_string(&b, shop_script_write(shop->arena, (enum shop_script)i, &values));
        CHECK(!b.overflow);
        printf("%s" SV_FMT, i > 0 ? "," : "", SV_ARG(buf_sv(&b)));
    }
    printf("],");
}

int main(int argc, char **argv)
{
    const char *why, *path = settings_default_path();
    struct arena *arena = arena_new(ARENA_CEILING_DEFAULT);
    struct shop shop;
    CHECK(argc >= 2);
    struct settings *s = settings_read(arena, path, &why);
    CHECK(s && keys_open(s->key_file, arena, &why));
    struct db_settings web = {.socket = s->db_socket,
                              .name = s->db_name,
                              .user = s->db_web_user,
                              .password = s->db_web_password,
                              .connect_timeout_s = 5,
                              .statement_timeout_ms = 5000,
                              .lock_wait_timeout_s = 5};
    struct db *db = db_open(&web);
    shop_open_named(&shop, db, arena, argv[1]);
    if (argc > 2)
        CHECK(db_exec_one(db, &make_shop_scope, DB_ARGS(db_cstr(argv[2]), db_u64(shop.brand))) ==
              DB_OK);
    CHECK(db_exec(db, &make_shop_tell_hosts, DB_ARGS(db_u64(shop.brand)), NULL) == DB_OK);
    printf("{");
    print_uuid("brand", shop.brand_pid);
    print_uuid("program", shop.program_pid);
    struct uuid other = shop_add_program(&shop);
    print_uuid("other_program", other);
    print_provider(&shop, "stripe", SECRET_STRIPE, other);
    print_provider(&shop, "paddle", SECRET_PADDLE, other);
    print_creator("anna", &shop.a);
    print_creator("ben", &shop.b);
    print_key(&shop, "live_key", false);
    print_key(&shop, "test_key", true);
    print_offer_key(&shop, "offer_key", false);
    print_offer_key(&shop, "test_offer_key", true);
    print_secret(&shop, "live_secret", false);
    print_secret(&shop, "test_secret", true);
    print_scripts(&shop, s->base_url);
    printf("\"tokens\":\"%s", shop.a.token);
    for (long i = argc > 3 ? strtol(argv[3], NULL, 10) : 0; i > 0; i--) {
        struct shop_creator more;
        shop_add_creator(&shop, &more, arena_printf(arena, "c%ld_%s", i, argv[1]));
        printf(",%s", more.token);
    }
    printf("\",\"name\":\"%s\"}\n", argv[1]);
    db_close(db);
    arena_free(arena);
    return 0;
}
