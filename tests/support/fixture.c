#include "support/fixture.h"

#include "base/clock.h"
#include "support/testdb.h"

DB_SQL(fixture_insert_company, "INSERT INTO company (pid, name, created_us) VALUES (?, ?, 1)");
DB_SQL(fixture_insert_brand,
       "INSERT INTO brand (pid, company, name, code_prefix, currency, "
       "created_us) VALUES (?, ?, ?, 'ACME', 'USD', 1)");
DB_SQL(fixture_insert_user,
       "INSERT INTO user (pid, email_hash, email_sealed, name, password, confirmed_us, created_us) "
       "VALUES (?, ?, 'sealed', ?, '*', 1, 1)");
DB_SQL(fixture_insert_member,
       "INSERT INTO member (brand, user, role, created_us) VALUES (?, ?, 'owner', 1)");
DB_SQL(fixture_insert_site,
       "INSERT INTO site (brand, host, token, method, verified_us, created_us) "
       "VALUES (?, 'shop.example', 'token', 'dns', 1, 1)");
DB_SQL(fixture_insert_partner,
       "INSERT INTO partner (pid, kind, owner, handle, name, country, "
       "created_us) VALUES (?, 'person', ?, ?, ?, 'US', 1)");

static uint64_t insert(struct db *db, const struct db_sql *sql, struct db_args args)
{
    uint64_t id = 0;
    CHECK(db_insert(db, sql, args, &id) == DB_OK);
    return id;
}

static uint64_t insert_user(struct db *db, const char *name)
{
    struct uuid pid = uuid_v7(clock_business_us());
    uint8_t email_hash[32] = {0};
    memcpy(email_hash, pid.b, sizeof(pid.b));
    return insert(db, &fixture_insert_user,
                  DB_ARGS(db_uuid(&pid), db_bytes(email_hash, sizeof(email_hash)), db_cstr(name)));
}

struct fixture_brand fixture_brand(struct db *db, struct arena *arena, const char *name)
{
    (void)arena;
    struct fixture_brand brand = {.pid = uuid_v7(clock_business_us())};
    struct uuid company = uuid_v7(clock_business_us());
    brand.company = insert(db, &fixture_insert_company, DB_ARGS(db_uuid(&company), db_cstr(name)));
    brand.id = insert(db, &fixture_insert_brand,
                      DB_ARGS(db_uuid(&brand.pid), db_u64(brand.company), db_cstr(name)));
    brand.user = insert_user(db, "Manager");
    insert(db, &fixture_insert_member, DB_ARGS(db_u64(brand.id), db_u64(brand.user)));
    insert(db, &fixture_insert_site, DB_ARGS(db_u64(brand.id)));
    return brand;
}

struct program fixture_program(struct db *db, struct arena *arena,
                               const struct fixture_brand *brand, const char *name)
{
    struct program_input input = {.name = sv_from(name),
                                  .summary = SV("What we sell"),
                                  .dest_url = SV("https://shop.example/"),
                                  .currency = SV("USD"),
                                  .preset = PROGRAM_STANDARD,
                                  .listed = true,
                                  .settings = program_settings_default(PROGRAM_STANDARD)};
    input.settings.pay = PROGRAM_PAY_PERCENT;
    input.settings.rate_bp = 1000;
    struct program_faults faults = {0};
    struct program program;
    CHECK(program_create(db, arena, brand->id, brand->user, &input, &faults, &program) ==
          PROGRAM_OK);
    CHECK(program_change_status(db, arena, testdb_settings(), brand->id, brand->user, program.pid,
                                PROGRAM_ACTIVATE) == PROGRAM_OK);
    CHECK(program_find(db, arena, brand->id, program.pid, &program) == DB_OK);
    return program;
}

uint64_t fixture_partner(struct db *db, const char *handle)
{
    struct uuid pid = uuid_v7(clock_business_us());
    uint64_t user = insert_user(db, handle);
    return insert(db, &fixture_insert_partner,
                  DB_ARGS(db_uuid(&pid), db_u64(user), db_cstr(handle), db_cstr(handle)));
}

struct partnership fixture_partnership(struct db *db, struct arena *arena,
                                       const struct fixture_brand *brand,
                                       const struct program *program, uint64_t partner)
{
    struct uuid pid;
    struct partnership out;
    struct partner_ruling ruling = {.decision = PARTNER_ACCEPT, .by_user = brand->user};
    CHECK(partner_apply(db, arena, partner, program->pid, SV(""), &pid) == PARTNER_OK);
    CHECK(partner_decide(db, arena, testdb_settings(), brand->id, pid, &ruling) == PARTNER_OK);
    CHECK(partner_find_partnership(db, arena, brand->id, pid, &out) == DB_OK);
    return out;
}
