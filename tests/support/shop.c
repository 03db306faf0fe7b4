#include "tests/support/shop.h"

#include "base/clock.h"
#include "tests/support/testdb.h"

#define MUST(call)                                                                                 \
    do {                                                                                           \
        enum db_status status_ = (call);                                                           \
        if (status_ != DB_OK)                                                                      \
            fprintf(stderr, "%s: %s\n", #call, db_last_error(shop->db));                           \
        CHECK(status_ == DB_OK);                                                                   \
    } while (0)

DB_SQL(shop_insert_company, "INSERT INTO company (pid, name, created_us) VALUES (?, ?, 1)");
DB_SQL(shop_insert_brand,
       "INSERT INTO brand (pid, company, name, code_prefix, currency, created_us)"
       " VALUES (?, ?, ?, ?, 'USD', 1)");
DB_SQL(shop_insert_program,
       "INSERT INTO program (pid, brand, name, currency, status, dest_url, created_us)"
       " VALUES (?, ?, 'Program', 'USD', 'active', 'https://shop.example/', 1)");
DB_SQL(shop_insert_version,
       "INSERT INTO program_version (program, no, settings, by_user, from_us)"
       " VALUES (?, ?, ?, 1, 1)");
DB_SQL(shop_use_version,
       "UPDATE program SET version = ?, version_no = version_no + 1 WHERE id = ?");
DB_SQL(shop_next_version, "SELECT version_no + 1 FROM program WHERE id = ?");
DB_SQL(shop_insert_partner,
       "INSERT INTO partner (pid, kind, owner, handle, name, created_us)"
       " VALUES (?, 'person', ?, ?, ?, 1)");
DB_SQL(shop_insert_partnership,
       "INSERT INTO partnership (pid, program, brand, partner, slug, status, applied_us)"
       " VALUES (?, ?, ?, ?, ?, 'active', 1)");
DB_SQL(shop_insert_link,
       "INSERT INTO link (pid, token, partnership, program, brand, partner,"
       " is_main, created_us) VALUES (?, ?, ?, ?, ?, ?, 1, 1)");
DB_SQL(shop_insert_alias,
       "INSERT INTO link_alias (host, shape, value, link) VALUES ('', 'ref', ?, ?)");
DB_SQL(shop_insert_coupon,
       "INSERT INTO coupon (brand, code, partnership, program, link, created_us)"
       " VALUES (?, ?, ?, ?, ?, 1)");
DB_SQL(shop_insert_click,
       "INSERT INTO click (click_id, link, partnership, program, brand, mode, shape, visitor, prev,"
       " at_us, bot, ip_hash, country, agent) VALUES (?, ?, ?, ?, ?, ?, 'token', ?, ?, ?, ?, ?,"
       " 'DE', 'Mozilla/5.0')");

static struct uuid new_pid(void)
{
    return uuid_v7(clock_business_us());
}

void shop_save_settings(struct shop *shop)
{
    struct db_rows *row;
    MUST(db_get_one(shop->db, shop->arena, &shop_next_version, DB_ARGS(db_u64(shop->program)),
                    &row));
    MUST(db_insert(shop->db, &shop_insert_version,
                   DB_ARGS(db_u64(shop->program), db_i64(db_col_i64(row, 0)),
                           db_text(program_settings_write(shop->arena, &shop->settings))),
                   &shop->version));
    MUST(db_exec_one(shop->db, &shop_use_version,
                     DB_ARGS(db_u64(shop->version), db_u64(shop->program))));
}

struct uuid shop_add_program(struct shop *shop)
{
    struct shop more = *shop;
    struct uuid pid = new_pid();
    MUST(db_insert(shop->db, &shop_insert_program, DB_ARGS(db_uuid(&pid), db_u64(shop->brand)),
                   &more.program));
    shop_save_settings(&more);
    return pid;
}

void shop_add_creator(struct shop *shop, struct shop_creator *c, const char *handle)
{
    struct uuid pid = new_pid();
    uint64_t user = (uint64_t)clock_wire_us(); /* nobody's: a creator without a login */
    id_link_token(c->token);
    static unsigned codes;
    snprintf(c->code, sizeof c->code, "SHOP-%u", ++codes);
    snprintf(c->slug, sizeof c->slug, "%s", handle);
    MUST(db_insert(shop->db, &shop_insert_partner,
                   DB_ARGS(db_uuid(&pid), db_u64(user), db_cstr(handle), db_cstr(handle)),
                   &c->partner));
    pid = new_pid();
    MUST(db_insert(shop->db, &shop_insert_partnership,
                   DB_ARGS(db_uuid(&pid), db_u64(shop->program), db_u64(shop->brand),
                           db_u64(c->partner), db_cstr(c->slug)),
                   &c->partnership));
    pid = new_pid();
    MUST(db_insert(shop->db, &shop_insert_link,
                   DB_ARGS(db_uuid(&pid), db_cstr(c->token), db_u64(c->partnership),
                           db_u64(shop->program), db_u64(shop->brand), db_u64(c->partner)),
                   &c->link));
    MUST(db_exec(shop->db, &shop_insert_alias, DB_ARGS(db_cstr(c->slug), db_u64(c->link)), NULL));
    MUST(db_insert(shop->db, &shop_insert_coupon,
                   DB_ARGS(db_u64(shop->brand), db_cstr(c->code), db_u64(c->partnership),
                           db_u64(shop->program), db_u64(c->link)),
                   &c->coupon));
}

void shop_open_named(struct shop *shop, struct db *db, struct arena *arena, const char *name)
{
    uint64_t company;
    *shop = (struct shop){.db = db,
                          .arena = arena,
                          .brand_pid = new_pid(),
                          .program_pid = new_pid(),
                          .settings = program_settings_default(PROGRAM_STANDARD)};
    MUST(db_insert(db, &shop_insert_company, DB_ARGS(db_uuid(&shop->brand_pid), db_cstr(name)),
                   &company));
    MUST(db_insert(
        db, &shop_insert_brand,
        DB_ARGS(db_uuid(&shop->brand_pid), db_u64(company), db_cstr(name), db_cstr("SHOP")),
        &shop->brand));
    MUST(db_insert(db, &shop_insert_program,
                   DB_ARGS(db_uuid(&shop->program_pid), db_u64(shop->brand)), &shop->program));
    shop_save_settings(shop);
    shop_add_creator(shop, &shop->a, arena_printf(arena, "anna_%s", name));
    shop_add_creator(shop, &shop->b, arena_printf(arena, "ben_%s", name));
}

void shop_open(struct shop *shop, struct db *db, struct arena *arena)
{
    shop_open_named(shop, db, arena, "shop");
}

void shop_put_click(struct shop *shop, struct uuid id, struct shop_click click)
{
    static const struct uuid none;
    static const uint8_t ip_hash[HASH_SIZE] = {1, 2, 3};
    const struct shop_creator *c = click.creator ? click.creator : &shop->a;
    MUST(db_exec(shop->db, &shop_insert_click,
                 DB_ARGS(db_uuid(&id), db_u64(c->link), db_u64(c->partnership),
                         db_u64(shop->program), db_u64(shop->brand),
                         db_cstr(click.test_mode ? "test" : "live"), db_uuid(&click.visitor),
                         db_uuid(&none), db_i64(click.at_us), db_bool(click.bot),
                         db_bytes(ip_hash, sizeof ip_hash)),
                 NULL));
}

struct uuid shop_click(struct shop *shop, struct shop_click click)
{
    if (click.at_us == 0)
        click.at_us = clock_business_us() - CLOCK_HOUR;
    if (uuid_is_zero(click.visitor))
        click.visitor = uuid_v7(click.at_us);
    struct uuid id = uuid_v7(click.at_us);
    shop_put_click(shop, id, click);
    return id;
}

struct sale_event shop_sale(struct shop *shop)
{
    static unsigned orders;
    struct sale_event event = {
        .door = SALE_DOOR_API,
        .brand = shop->brand,
        .program_pid = shop->program_pid,
        .order_ref = sv_from(arena_printf(shop->arena, "order-%u", ++orders)),
        .amount = 12990,
        .base = 12990,
        .token = SV(""),
        .ref = SV(""),
        .campaign = SV(""),
        .country = SV(""),
        .event_id = SV(""),
        .body_mac = {1},
        .request = uuid_v7(clock_wire_us()),
        .received_us = clock_business_us(),
    };
    CHECK(unit_find_currency(SV("USD"), &event.unit));
    return event;
}

int64_t shop_count(struct shop *shop, const char *sql)
{
    struct db_rows *rows = db_query_text(shop->db, shop->arena, sql, DB_NO_ARGS);
    CHECK(db_rows_status(rows) == DB_OK && db_next(rows));
    return db_col_i64(rows, 0);
}

void shop_run(const char *sql)
{
    struct db *db = testdb_open_as(TESTDB_MIGRATOR);
    CHECK(db_exec_text(db, sql) == DB_OK);
    db_close(db);
}
