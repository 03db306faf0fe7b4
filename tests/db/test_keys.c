/* API keys and signing secrets: shown once, told apart by tenant and mode, rotated, revoked. */
#include "support/unit.h"

#include "crypto/keys.h"
#include "program/api_key.h"
#include "program/secret.h"
#include "support/fixture.h"
#include "support/testdb.h"

static struct db *db;
static struct arena *arena;
static struct fixture_brand acme, rival;
static struct program program;

static int open_keys(void **state)
{
    const char *why = "";
    (void)state;
    arena = arena_new(ARENA_CEILING_DEFAULT);
    return keys_open(testdb_settings()->key_file, arena, &why) ? 0 : -1;
}

static int start(void **state)
{
    (void)state;
    testdb_reset();
    db = testdb_open();
    acme = fixture_brand(db, arena, "Acme Co.");
    rival = fixture_brand(db, arena, "Rival");
    program = fixture_program(db, arena, &acme, "Ambassadors");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    db_close(db);
    return 0;
}

static struct api_key_owner owner_of(const struct fixture_brand *brand)
{
    return (struct api_key_owner){.kind = API_KEY_BRAND, .brand = brand->id};
}

static void make_key(const struct api_key_owner *owner, bool test_mode, char text[API_KEY_SIZE])
{
    assert_int_equal(api_key_create(db, arena, owner, test_mode, SV("Server"), acme.user, text),
                     API_KEY_OK);
}

static enum db_status call_with(const char *text, struct api_key_caller *caller)
{
    return api_key_authenticate(db, arena, API_KEY_BRAND, sv_from(text), caller);
}

static void a_key_names_its_brand_and_mode(void **state)
{
    (void)state;
    char live[API_KEY_SIZE], test[API_KEY_SIZE];
    struct api_key_owner owner = owner_of(&acme);
    struct api_key_caller caller;
    make_key(&owner, false, live);
    make_key(&owner, true, test);
    assert_int_equal(strncmp(live, "pc_live_", 8), 0);
    assert_int_equal(strncmp(test, "pc_test_", 8), 0);
    assert_int_equal(call_with(live, &caller), DB_OK);
    assert_int_equal(caller.brand, acme.id);
    assert_false(caller.test_mode);
    assert_int_equal(call_with(test, &caller), DB_OK);
    assert_true(caller.test_mode);
}

static void a_live_key_is_shown_once_and_a_test_key_again(void **state)
{
    (void)state;
    char live[API_KEY_SIZE], test[API_KEY_SIZE];
    struct api_key_owner owner = owner_of(&acme);
    struct api_key_list keys;
    make_key(&owner, false, live);
    make_key(&owner, true, test);
    assert_int_equal(api_key_list(db, arena, &owner, &keys), DB_OK);
    assert_int_equal(keys.n, 2);
    assert_sv_equal(keys.v[0].text, test);
    assert_int_equal(keys.v[1].text.n, 0);
    assert_sv_equal(keys.v[1].last4, live + API_KEY_SIZE - 5);

    /* and the table holds no trace of it but those */
    struct db_rows *row = db_query_text(
        db, arena,
        "SELECT COUNT(*) FROM api_key WHERE CONCAT_WS('|', name, prefix, last4, key_hash,"
        " COALESCE(sealed, '')) LIKE CONCAT('%', ?, '%')",
        DB_ARGS(db_text(sv_from(live + 8))));
    assert_true(db_next(row));
    assert_int_equal(db_col_u64(row, 0), 0);
}

static void a_key_that_is_not_ours_is_nobodys(void **state)
{
    (void)state;
    char live[API_KEY_SIZE];
    struct api_key_owner owner = owner_of(&acme);
    struct api_key_caller caller;
    make_key(&owner, false, live);
    assert_int_equal(call_with("", &caller), DB_NO_ROW);
    assert_int_equal(call_with("pc_live_", &caller), DB_NO_ROW);
    live[API_KEY_SIZE - 2] = live[API_KEY_SIZE - 2] == 'A' ? 'B' : 'A';
    assert_int_equal(call_with(live, &caller), DB_NO_ROW);
}

static void an_offer_key_opens_the_offers_door_alone(void **state)
{
    (void)state;
    char offer[API_KEY_SIZE];
    struct api_key_owner owner = {API_KEY_PROGRAM, acme.id, program.id};
    struct api_key_caller caller;
    make_key(&owner, false, offer);
    assert_int_equal(strncmp(offer, "ok_live_", 8), 0);
    assert_int_equal(call_with(offer, &caller), DB_NO_ROW);
    assert_int_equal(api_key_authenticate(db, arena, API_KEY_PROGRAM, sv_from(offer), &caller),
                     DB_OK);
    assert_int_equal(caller.program, program.id);
    assert_int_equal(caller.brand, acme.id);
}

static uint64_t only_key(const struct api_key_owner *owner)
{
    struct api_key_list keys;
    assert_int_equal(api_key_list(db, arena, owner, &keys), DB_OK);
    assert_int_equal(keys.n, 1);
    return keys.v[0].id;
}

static void a_revoked_key_stops_at_once(void **state)
{
    (void)state;
    char live[API_KEY_SIZE];
    struct api_key_owner owner = owner_of(&acme), other = owner_of(&rival);
    struct api_key_caller caller;
    make_key(&owner, false, live);
    uint64_t key = only_key(&owner);
    assert_int_equal(api_key_revoke(db, &other, key), API_KEY_NOT_FOUND);
    assert_int_equal(call_with(live, &caller), DB_OK);
    assert_int_equal(api_key_revoke(db, &owner, key), API_KEY_OK);
    assert_int_equal(call_with(live, &caller), DB_NO_ROW);
    assert_int_equal(api_key_revoke(db, &owner, key), API_KEY_NOT_FOUND);
}

static void a_lost_key_is_replaced_by_one_of_the_same_name_and_mode(void **state)
{
    (void)state;
    char lost[API_KEY_SIZE], found[API_KEY_SIZE];
    struct api_key_owner owner = owner_of(&acme), other = owner_of(&rival);
    struct api_key_caller caller;
    make_key(&owner, true, lost);
    uint64_t key = only_key(&owner);
    assert_int_equal(api_key_replace(db, arena, &other, key, rival.user, found), API_KEY_NOT_FOUND);
    assert_int_equal(api_key_replace(db, arena, &owner, key, acme.user, found), API_KEY_OK);
    assert_int_equal(call_with(lost, &caller), DB_NO_ROW);
    assert_int_equal(call_with(found, &caller), DB_OK);
    assert_true(caller.test_mode);
    struct api_key_list keys;
    assert_int_equal(api_key_list(db, arena, &owner, &keys), DB_OK);
    assert_sv_equal(keys.v[0].name, "Server");
}

static void notes_when_a_key_was_last_used(void **state)
{
    (void)state;
    char live[API_KEY_SIZE];
    struct api_key_owner owner = owner_of(&acme);
    struct api_key_caller caller;
    struct api_key_list keys;
    make_key(&owner, false, live);
    assert_int_equal(call_with(live, &caller), DB_OK);
    assert_int_equal(api_key_list(db, arena, &owner, &keys), DB_OK);
    int64_t first_us = keys.v[0].last_used_us;
    assert_true(first_us > 0);
    assert_int_equal(call_with(live, &caller), DB_OK); /* within the minute: no write */
    assert_int_equal(api_key_list(db, arena, &owner, &keys), DB_OK);
    assert_true(keys.v[0].last_used_us == first_us);
}

static void an_owner_has_twenty_keys_of_a_mode_at_most(void **state)
{
    (void)state;
    char text[API_KEY_SIZE];
    struct api_key_owner owner = owner_of(&acme);
    for (int i = 0; i < API_KEY_LIVE_MAX; i++)
        make_key(&owner, false, text);
    assert_int_equal(api_key_create(db, arena, &owner, false, SV("More"), acme.user, text),
                     API_KEY_TOO_MANY);
    assert_int_equal(api_key_create(db, arena, &owner, false, SV(" "), acme.user, text),
                     API_KEY_BAD_NAME);
    make_key(&owner, true, text);
}

/* ---- secrets ---- */

static struct secret_use postback_of(const struct fixture_brand *brand)
{
    return (struct secret_use){.brand = brand->id, .door = SECRET_POSTBACK};
}

static struct sv rotate(const struct secret_use *use)
{
    struct sv text;
    assert_int_equal(secret_rotate(db, arena, use, SV(""), acme.user, &text), DB_OK);
    assert_true(text.n >= 32);
    return text;
}

static size_t valid(const struct secret_use *use, struct secret_key keys[SECRET_VALID_MAX])
{
    size_t n;
    assert_int_equal(secret_list_valid(db, arena, use, keys, &n), DB_OK);
    return n;
}

static void a_secret_is_its_brands_doors_and_modes_own(void **state) /* S0-15 */
{
    (void)state;
    struct secret_key keys[SECRET_VALID_MAX];
    struct secret_use use = postback_of(&acme), others[3] = {use, use, use};
    others[0].brand = rival.id;
    others[1].test_mode = true;
    others[2].door = SECRET_SHOPIFY;
    struct sv text = rotate(&use);
    assert_int_equal(valid(&use, keys), 1);
    assert_true(sv_eq(keys[0].text, text));
    for (size_t i = 0; i < COUNT_OF(others); i++)
        assert_int_equal(valid(&others[i], keys), 0);
}

/* As if the rotation had happened so long ago. */
static void let_pass(int64_t us)
{
    assert_int_equal(db_exec_text(db, arena_printf(arena,
                                                   "UPDATE secret SET not_after_us = not_after_us "
                                                   "- %" PRId64 " WHERE not_after_us > 0",
                                                   us)),
                     DB_OK);
}

static void the_old_secret_stays_valid_for_seven_days(void **state) /* S0-14 */
{
    (void)state;
    struct secret_key keys[SECRET_VALID_MAX];
    struct secret_use use = postback_of(&acme);
    struct sv old = rotate(&use), new = rotate(&use);
    assert_int_equal(valid(&use, keys), 2);
    assert_true(sv_eq(keys[0].text, new));
    assert_true(sv_eq(keys[1].text, old));
    let_pass(7 * CLOCK_DAY - CLOCK_MINUTE);
    assert_int_equal(valid(&use, keys), 2);
    let_pass(CLOCK_MINUTE);
    assert_int_equal(valid(&use, keys), 1);
    assert_true(sv_eq(keys[0].text, new));
}

static void a_third_secret_ends_the_first_at_once(void **state)
{
    (void)state;
    struct secret_key keys[SECRET_VALID_MAX];
    struct secret_use use = postback_of(&acme);
    rotate(&use);
    struct sv second = rotate(&use), third = rotate(&use);
    assert_int_equal(valid(&use, keys), 2);
    assert_true(sv_eq(keys[0].text, third));
    assert_true(sv_eq(keys[1].text, second));
}

static void a_leaked_secret_can_be_ended_now(void **state)
{
    (void)state;
    struct secret_key keys[SECRET_VALID_MAX];
    struct secret_use use = postback_of(&acme);
    rotate(&use);
    assert_int_equal(secret_end_previous(db, &use), DB_NO_ROW);
    struct sv current = rotate(&use);
    assert_int_equal(secret_end_previous(db, &use), DB_OK);
    assert_int_equal(valid(&use, keys), 1);
    assert_true(sv_eq(keys[0].text, current));
}

static void ensuring_makes_one_and_then_none(void **state)
{
    (void)state;
    struct sv first, second;
    struct secret_use use = postback_of(&acme);
    assert_int_equal(secret_ensure(db, arena, &use, acme.user, &first), DB_OK);
    assert_int_equal(secret_ensure(db, arena, &use, acme.user, &second), DB_OK);
    assert_true(first.n > 0);
    assert_int_equal(second.n, 0);
}

static void keeps_a_secret_that_a_provider_made(void **state)
{
    (void)state;
    struct sv text;
    struct secret_key keys[SECRET_VALID_MAX];
    struct secret_use use = postback_of(&acme);
    use.door = SECRET_SHOPIFY;
    assert_int_equal(secret_rotate(db, arena, &use, SV("shpss_abc123"), acme.user, &text), DB_OK);
    assert_int_equal(valid(&use, keys), 1);
    assert_sv_equal(keys[0].text, "shpss_abc123");
}

static void a_live_secret_is_not_shown_again_and_a_test_one_is(void **state)
{
    (void)state;
    struct secret_use live = postback_of(&acme), test = postback_of(&acme);
    struct secret_list list;
    test.test_mode = true;
    struct sv live_text = rotate(&live), test_text = rotate(&test);
    assert_int_equal(secret_list(db, arena, &live, &list), DB_OK);
    assert_int_equal(list.v[0].text.n, 0);
    assert_true(sv_eq(list.v[0].last4, sv_from_index(live_text, live_text.n - 4)));
    assert_int_equal(secret_list(db, arena, &test, &list), DB_OK);
    assert_true(sv_eq(list.v[0].text, test_text));
}

static void rotations_at_the_same_moment_all_count(void **state)
{
    (void)state;
    enum { PEOPLE = 4 };
    struct secret_use use = postback_of(&acme);
    struct secret_list list;
    pid_t pids[PEOPLE];
    for (int i = 0; i < PEOPLE; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            struct sv text;
            struct db *own = testdb_open();
            enum db_status status = secret_rotate(own, arena, &use, SV(""), acme.user, &text);
            db_close(own);
            _exit(status == DB_OK ? 0 : 1);
        }
    }
    for (int i = 0; i < PEOPLE; i++) {
        int how;
        assert_int_equal(waitpid(pids[i], &how, 0), pids[i]);
        assert_int_equal(how, 0);
    }
    assert_int_equal(secret_list(db, arena, &use, &list), DB_OK);
    assert_int_equal(list.n, PEOPLE);
    for (size_t i = 0; i < PEOPLE; i++)
        assert_int_equal(list.v[i].no, PEOPLE - i);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_key_names_its_brand_and_mode),
        TEST(a_live_key_is_shown_once_and_a_test_key_again),
        TEST(a_key_that_is_not_ours_is_nobodys),
        TEST(an_offer_key_opens_the_offers_door_alone),
        TEST(a_revoked_key_stops_at_once),
        TEST(a_lost_key_is_replaced_by_one_of_the_same_name_and_mode),
        TEST(notes_when_a_key_was_last_used),
        TEST(an_owner_has_twenty_keys_of_a_mode_at_most),
        TEST(a_secret_is_its_brands_doors_and_modes_own),
        TEST(the_old_secret_stays_valid_for_seven_days),
        TEST(a_third_secret_ends_the_first_at_once),
        TEST(a_leaked_secret_can_be_ended_now),
        TEST(ensuring_makes_one_and_then_none),
        TEST(keeps_a_secret_that_a_provider_made),
        TEST(a_live_secret_is_not_shown_again_and_a_test_one_is),
        TEST(rotations_at_the_same_moment_all_count),
    };
    return cmocka_run_group_tests_name("keys", tests, open_keys, NULL);
}
