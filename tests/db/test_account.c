/* Accounts against a real database, as the web sees it: what each rule lets through. */
#include "support/unit.h"

#include "account/account.h"
#include "base/json.h"
#include "crypto/keys.h"
#include "crypto/password.h"
#include "support/testdb.h"

#define PASSWORD "correct horse battery"

static struct arena *arena;
static struct db *db;

DB_SQL(test_last_payload, "SELECT payload FROM outbox WHERE kind = ? ORDER BY id DESC LIMIT 1");
DB_SQL(test_count_mails, "SELECT COUNT(*) FROM outbox WHERE kind = ?");
DB_SQL(test_count_queue, "SELECT COUNT(*) FROM outbox_queue");
DB_SQL(test_user_row, "SELECT email_sealed, password, confirmed_us, email_hash FROM user LIMIT 1");
DB_SQL(test_expire_sessions, "UPDATE session SET expires_us = 1");
DB_SQL(test_age_sessions, "UPDATE session SET seen_us = seen_us - ?, expires_us = expires_us - ?");
DB_SQL(test_session_row, "SELECT token_hash, agent, seen_us, expires_us FROM session LIMIT 1");
DB_SQL(test_expire_tokens, "UPDATE user_token SET expires_us = 1");
DB_SQL(test_suspend, "UPDATE user SET status = 'suspended'");
DB_SQL(test_leave, "UPDATE member SET user = 0 WHERE user = ?");
DB_SQL(test_count_users, "SELECT COUNT(*) FROM user");

static int set_up(void **state)
{
    (void)state;
    testdb_reset();
    db = testdb_open();
    arena = arena_new(ARENA_CEILING_DEFAULT);
    return 0;
}

static int open_keys(void **state)
{
    const char *why = NULL;

    (void)state;
    arena = arena_new(ARENA_CEILING_DEFAULT);
    if (!keys_open(testdb_settings()->key_file, arena, &why))
        print_error("%s\n", why);
    arena_free(arena);
    return why == NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    db_close(db);
    arena_free(arena);
    return 0;
}

/* ---- builders
 * ------------------------------------------------------------------------------------ */

static struct account_input brand_input(const char *email)
{
    return (struct account_input){.field = {
                                      [ACCOUNT_NAME] = SV("Ana Brand"),
                                      [ACCOUNT_EMAIL] = sv_from(email),
                                      [ACCOUNT_PASSWORD] = SV(PASSWORD),
                                      [ACCOUNT_COMPANY] = SV("Acme Holding"),
                                      [ACCOUNT_BRAND] = SV("Acme Co."),
                                      [ACCOUNT_TZ] = SV("Europe/Madrid"),
                                      [ACCOUNT_CURRENCY] = SV("EUR"),
                                  }};
}

static struct account_input creator_input(const char *email, const char *handle)
{
    return (struct account_input){.field = {
                                      [ACCOUNT_NAME] = SV("Nia"),
                                      [ACCOUNT_EMAIL] = sv_from(email),
                                      [ACCOUNT_PASSWORD] = SV(PASSWORD),
                                      [ACCOUNT_HANDLE] = sv_from(handle),
                                      [ACCOUNT_COUNTRY] = SV("ES"),
                                      [ACCOUNT_CHANNELS] = SV("https://instagram.com/nia\n"
                                                              "https://youtube.com/@nia\n"),
                                  }};
}

static enum account_status sign_up(enum account_kind kind, struct account_input input)
{
    struct account_faults faults;

    return account_sign_up(db, arena, kind, &input, &faults);
}

static struct account_ids create(enum account_kind kind, struct account_input input)
{
    struct account_faults faults;
    struct account_ids ids;

    assert_int_equal(account_create(db, arena, kind, &input, &faults, &ids), ACCOUNT_DONE);
    return ids;
}

static int64_t count_of(const struct db_sql *sql, struct db_args args)
{
    struct db_rows *row;

    assert_int_equal(db_get_one(db, arena, sql, args, &row), DB_OK);
    return db_col_i64(row, 0);
}

static int64_t mails_of(const char *kind)
{
    return count_of(&test_count_mails, DB_ARGS(db_cstr(kind)));
}

/* The token that the last mail of a kind carries. */
static struct sv mailed_token(const char *kind)
{
    struct json_object *json;
    struct db_rows *row;
    struct sv hex, token;
    const char *why;
    uint8_t *sealed;

    assert_int_equal(db_get_one(db, arena, &test_last_payload, DB_ARGS(db_cstr(kind)), &row),
                     DB_OK);
    json = json_parse(arena, db_col_text(row, 0), &why);
    assert_non_null(json);
    assert_int_equal(json_get_string(arena, json, "token", &hex), JSON_FIELD_OK);
    json_free(json);
    sealed = arena_alloc(arena, hex.n / 2);
    assert_true(hex_decode(sealed, hex.n / 2, hex));
    assert_true(keys_unseal(arena, sv_of((char *)sealed, hex.n / 2), &token));
    return token;
}

static const struct account_client browser = {.ip = SV("192.0.2.1"), .agent = SV("Test/1.0")};

static enum account_login log_in_as(const char *email, const char *password,
                                    struct account_started *started)
{
    return account_log_in(db, arena, sv_from(email), sv_from(password), &browser, started);
}

/* The cookie of a fresh session. */
static struct sv session_of(const char *email)
{
    struct account_started *started = ARENA_NEW(arena, struct account_started);

    assert_int_equal(log_in_as(email, PASSWORD, started), ACCOUNT_LOGIN_DONE);
    return sv_from(started->token);
}

static enum account_status find(struct sv token, struct account_session *session)
{
    return account_find_session(db, arena, token, session);
}

/* ---- signing up
 * --------------------------------------------------------------------------------------- */

static void a_brand_signs_up_confirms_and_logs_in(void **state)
{
    struct account_started started;
    struct account_session session;

    (void)state;
    assert_int_equal(sign_up(ACCOUNT_OF_BRAND, brand_input("ana@example.com")), ACCOUNT_DONE);
    assert_int_equal(log_in_as("ana@example.com", PASSWORD, &started), ACCOUNT_LOGIN_UNCONFIRMED);
    assert_int_equal(account_confirm(db, arena, mailed_token("mail.confirm")), ACCOUNT_DONE);
    assert_int_equal(log_in_as("Ana@Example.com ", PASSWORD, &started), ACCOUNT_LOGIN_DONE);
    assert_int_equal(find(sv_from(started.token), &session), ACCOUNT_DONE);
    assert_true(session.brand != 0 && session.company != 0);
    assert_string_equal(session.brand_name, "Acme Co.");
    assert_string_equal(session.user_name, "Ana Brand");
    assert_int_equal(session.partner, 0);
    assert_false(session.is_admin);
    assert_false(session.test_mode);
}

static void a_creator_signs_up_with_handle_channels_and_country(void **state)
{
    struct account_profile profile;
    struct account_session session;
    struct account_ids ids;

    (void)state;
    ids = create(ACCOUNT_OF_CREATOR, creator_input("nia@example.com", "Nia.Travels"));
    assert_true(ids.partner != 0);
    assert_int_equal(find(session_of("nia@example.com"), &session), ACCOUNT_DONE);
    assert_true(session.partner == ids.partner && session.brand == 0);
    assert_int_equal(account_read_profile(db, arena, ids.user, &profile), ACCOUNT_DONE);
    assert_sv_equal(profile.handle, "nia.travels");
    assert_sv_equal(profile.country, "ES");
    assert_sv_equal(profile.channels, "https://instagram.com/nia\nhttps://youtube.com/@nia\n");
    assert_sv_equal(profile.email, "nia@example.com");
}

static void a_taken_handle_leaves_nothing_behind(void **state)
{
    struct account_input input = creator_input("two@example.com", "NIA");
    struct account_faults faults;

    (void)state;
    create(ACCOUNT_OF_CREATOR, creator_input("one@example.com", "nia"));
    assert_int_equal(account_sign_up(db, arena, ACCOUNT_OF_CREATOR, &input, &faults),
                     ACCOUNT_REFUSED);
    assert_int_equal(faults.field[ACCOUNT_HANDLE], ACCOUNT_TAKEN);
    assert_int_equal(count_of(&test_count_users, DB_NO_ARGS), 1);
    assert_int_equal(mails_of("mail.confirm"), 0);
}

static void a_known_address_is_told_by_mail_alone(void **state)
{
    (void)state;
    create(ACCOUNT_OF_BRAND, brand_input("ana@example.com"));
    assert_int_equal(sign_up(ACCOUNT_OF_CREATOR, creator_input("ana+x@example.com", "ana")),
                     ACCOUNT_DONE);
    assert_int_equal(count_of(&test_count_users, DB_NO_ARGS), 1);
    assert_int_equal(mails_of("mail.known"), 1);
    assert_int_equal(mails_of("mail.confirm"), 0);
}

static void addresses_and_passwords_are_not_stored_in_the_clear(void **state)
{
    uint8_t hash[HASH_SIZE];
    struct db_rows *row;

    (void)state;
    assert_int_equal(sign_up(ACCOUNT_OF_BRAND, brand_input("ana@example.com")), ACCOUNT_DONE);
    assert_int_equal(db_get_one(db, arena, &test_user_row, DB_NO_ARGS, &row), DB_OK);
    assert_null(memmem(db_col_text(row, 0).p, db_col_text(row, 0).n, "ana", 3));
    assert_true(sv_starts(db_col_text(row, 1), SV("$argon2id$")));
    assert_int_equal(db_col_i64(row, 2), 0);
    keys_hash_email(hash, SV("ana@example.com"));
    assert_memory_equal(db_col_text(row, 3).p, hash, HASH_SIZE);
    assert_int_equal(
        db_get_one(db, arena, &test_last_payload, DB_ARGS(db_cstr("mail.confirm")), &row), DB_OK);
    assert_null(memmem(db_col_text(row, 0).p, db_col_text(row, 0).n, "example", 7));
}

static void the_confirmation_mail_is_queued_with_the_account(void **state)
{
    (void)state;
    assert_int_equal(sign_up(ACCOUNT_OF_BRAND, brand_input("ana@example.com")), ACCOUNT_DONE);
    assert_int_equal(mails_of("mail.confirm"), 1);
    assert_int_equal(count_of(&test_count_queue, DB_NO_ARGS), 1);
}

/* Every call to the server fails once: either all of the account is there, or nothing of it. */
static void a_failure_anywhere_leaves_all_or_nothing(void **state)
{
    static const enum db_fault faults[] = {DB_FAULT_LOST_BEFORE, DB_FAULT_ERROR};

    (void)state;
    for (size_t f = 0; f < COUNT_OF(faults); f++) {
        for (uint64_t nth = 1;; nth++) {
            enum account_status status;
            uint64_t calls;

            testdb_reset();
            db_fault_arm(db, nth, faults[f]);
            status = sign_up(ACCOUNT_OF_BRAND, brand_input("ana@example.com"));
            calls = db_calls_made(db);
            db_fault_arm(db, 0, faults[f]);
            assert_int_equal(count_of(&test_count_users, DB_NO_ARGS), status == ACCOUNT_DONE);
            assert_int_equal(mails_of("mail.confirm"), status == ACCOUNT_DONE);
            if (calls < nth)
                break; /* the fault was never reached: all calls had their turn */
        }
    }
}

/* ---- confirming
 * -------------------------------------------------------------------------------------- */

static void a_confirmation_works_once_and_for_a_day(void **state)
{
    struct sv token;

    (void)state;
    assert_int_equal(sign_up(ACCOUNT_OF_BRAND, brand_input("ana@example.com")), ACCOUNT_DONE);
    token = mailed_token("mail.confirm");
    assert_int_equal(account_token_look(db, arena, ACCOUNT_TOKEN_CONFIRM, token), ACCOUNT_DONE);
    assert_int_equal(account_token_look(db, arena, ACCOUNT_TOKEN_RESET, token), ACCOUNT_DEAD_TOKEN);
    assert_int_equal(account_confirm(db, arena, SV("nonsense")), ACCOUNT_DEAD_TOKEN);
    assert_int_equal(account_confirm(db, arena, token), ACCOUNT_DONE);
    assert_int_equal(account_confirm(db, arena, token), ACCOUNT_DEAD_TOKEN);
}

static void an_expired_confirmation_is_refused(void **state)
{
    (void)state;
    assert_int_equal(sign_up(ACCOUNT_OF_BRAND, brand_input("ana@example.com")), ACCOUNT_DONE);
    assert_int_equal(db_exec(db, &test_expire_tokens, DB_NO_ARGS, NULL), DB_OK);
    assert_int_equal(account_confirm(db, arena, mailed_token("mail.confirm")), ACCOUNT_DEAD_TOKEN);
}

static void logging_in_unconfirmed_sends_another_mail(void **state)
{
    struct account_started started;

    (void)state;
    assert_int_equal(sign_up(ACCOUNT_OF_BRAND, brand_input("ana@example.com")), ACCOUNT_DONE);
    usleep(1100 * 1000); /* one mail of a kind a second */
    assert_int_equal(log_in_as("ana@example.com", PASSWORD, &started), ACCOUNT_LOGIN_UNCONFIRMED);
    assert_int_equal(mails_of("mail.confirm"), 2);
    assert_int_equal(log_in_as("ana@example.com", "wrong password", &started), ACCOUNT_LOGIN_WRONG);
    assert_int_equal(mails_of("mail.confirm"), 2);
}

/* ---- logging in
 * ---------------------------------------------------------------------------------------- */

static void a_wrong_password_and_an_unknown_user_get_the_same_answer(void **state)
{
    struct account_started started;

    (void)state;
    create(ACCOUNT_OF_BRAND, brand_input("ana@example.com"));
    assert_int_equal(log_in_as("ana@example.com", "wrong password", &started), ACCOUNT_LOGIN_WRONG);
    assert_int_equal(log_in_as("bob@example.com", PASSWORD, &started), ACCOUNT_LOGIN_WRONG);
    assert_int_equal(log_in_as("", "", &started), ACCOUNT_LOGIN_WRONG);
}

static void a_suspended_user_is_told_after_the_right_password_alone(void **state)
{
    struct account_started started;
    struct account_session session;
    struct sv token;

    (void)state;
    create(ACCOUNT_OF_BRAND, brand_input("ana@example.com"));
    token = session_of("ana@example.com");
    assert_int_equal(db_exec(db, &test_suspend, DB_NO_ARGS, NULL), DB_OK);
    assert_int_equal(find(token, &session), ACCOUNT_NOT_FOUND); /* at once, not at the next login */
    assert_int_equal(log_in_as("ana@example.com", "wrong password", &started), ACCOUNT_LOGIN_WRONG);
    assert_int_equal(log_in_as("ana@example.com", PASSWORD, &started), ACCOUNT_LOGIN_SUSPENDED);
}

static void admins_are_known_as_such(void **state)
{
    struct account_session session;

    (void)state;
    create(ACCOUNT_OF_ADMIN, brand_input("root@example.com"));
    assert_int_equal(find(session_of("root@example.com"), &session), ACCOUNT_DONE);
    assert_true(session.is_admin);
    assert_int_equal(session.brand, 0);
}

/* ---- sessions
 * ------------------------------------------------------------------------------------------ */

static void a_login_ends_the_browsers_old_session(void **state)
{
    struct account_started started;
    struct account_session session;
    struct account_client again = browser;

    (void)state;
    create(ACCOUNT_OF_BRAND, brand_input("ana@example.com"));
    again.old_token = session_of("ana@example.com");
    assert_int_equal(
        account_log_in(db, arena, SV("ana@example.com"), SV(PASSWORD), &again, &started),
        ACCOUNT_LOGIN_DONE);
    assert_int_equal(find(again.old_token, &session), ACCOUNT_NOT_FOUND);
    assert_int_equal(find(sv_from(started.token), &session), ACCOUNT_DONE);
}

static void tokens_are_stored_as_keyed_hashes(void **state)
{
    uint8_t hash[HASH_SIZE];
    struct db_rows *row;
    struct sv token;

    (void)state;
    create(ACCOUNT_OF_BRAND, brand_input("ana@example.com"));
    token = session_of("ana@example.com");
    assert_int_equal(token.n, 43); /* 256 bits */
    assert_int_equal(db_get_one(db, arena, &test_session_row, DB_NO_ARGS, &row), DB_OK);
    keys_hash(hash, KEY_SESSION, token);
    assert_memory_equal(db_col_text(row, 0).p, hash, HASH_SIZE);
    assert_sv_equal(db_col_text(row, 1), "Test/1.0");
}

static void a_session_ends_after_14_idle_days_and_lives_on_when_used(void **state)
{
    struct account_session session;
    struct db_rows *row;
    struct sv token;

    (void)state;
    create(ACCOUNT_OF_BRAND, brand_input("ana@example.com"));
    token = session_of("ana@example.com");
    assert_int_equal(db_exec(db, &test_age_sessions,
                             DB_ARGS(db_i64(13 * CLOCK_DAY), db_i64(13 * CLOCK_DAY)), NULL),
                     DB_OK);
    assert_int_equal(find(token, &session), ACCOUNT_DONE);
    assert_int_equal(db_get_one(db, arena, &test_session_row, DB_NO_ARGS, &row), DB_OK);
    assert_true(db_col_i64(row, 3) > clock_wire_us() + 13 * CLOCK_DAY);
    assert_int_equal(db_exec(db, &test_age_sessions,
                             DB_ARGS(db_i64(15 * CLOCK_DAY), db_i64(15 * CLOCK_DAY)), NULL),
                     DB_OK);
    assert_int_equal(find(token, &session), ACCOUNT_NOT_FOUND);
}

static void a_busy_session_is_written_once_a_minute_at_most(void **state)
{
    struct account_session session;
    struct db_rows *before, *after;
    struct sv token;

    (void)state;
    create(ACCOUNT_OF_BRAND, brand_input("ana@example.com"));
    token = session_of("ana@example.com");
    assert_int_equal(db_get_one(db, arena, &test_session_row, DB_NO_ARGS, &before), DB_OK);
    assert_int_equal(find(token, &session), ACCOUNT_DONE);
    assert_int_equal(db_get_one(db, arena, &test_session_row, DB_NO_ARGS, &after), DB_OK);
    assert_true(db_col_i64(before, 2) == db_col_i64(after, 2));
}

static void logging_out_ends_the_session(void **state)
{
    struct account_session session;
    struct sv token;

    (void)state;
    create(ACCOUNT_OF_BRAND, brand_input("ana@example.com"));
    token = session_of("ana@example.com");
    assert_int_equal(account_log_out(db, token), ACCOUNT_DONE);
    assert_int_equal(find(token, &session), ACCOUNT_NOT_FOUND);
}

static void nobody_ends_anothers_session(void **state)
{
    struct account_session ana, bob;
    struct sv token;

    (void)state;
    create(ACCOUNT_OF_BRAND, brand_input("ana@example.com"));
    create(ACCOUNT_OF_BRAND, brand_input("bob@example.com"));
    token = session_of("ana@example.com");
    assert_int_equal(find(token, &ana), ACCOUNT_DONE);
    assert_int_equal(find(session_of("bob@example.com"), &bob), ACCOUNT_DONE);
    assert_int_equal(account_end_session(db, bob.user, ana.id, bob.id), ACCOUNT_NOT_FOUND);
    assert_int_equal(account_end_session(db, bob.user, 0, bob.id), ACCOUNT_DONE);
    assert_int_equal(find(token, &ana), ACCOUNT_DONE);
    assert_int_equal(account_end_session(db, ana.user, ana.id, 0), ACCOUNT_DONE);
    assert_int_equal(find(token, &ana), ACCOUNT_NOT_FOUND);
}

static void ending_the_others_keeps_ones_own(void **state)
{
    struct account_session session;
    struct account_sessions list;
    struct sv mine;

    (void)state;
    create(ACCOUNT_OF_BRAND, brand_input("ana@example.com"));
    session_of("ana@example.com");
    session_of("ana@example.com");
    mine = session_of("ana@example.com");
    assert_int_equal(find(mine, &session), ACCOUNT_DONE);
    assert_int_equal(account_list_sessions(db, arena, session.user, &list), ACCOUNT_DONE);
    assert_int_equal(list.count, 3);
    assert_int_equal(list.rows[0].id, session.id);
    assert_int_equal(account_end_session(db, session.user, 0, session.id), ACCOUNT_DONE);
    assert_int_equal(account_list_sessions(db, arena, session.user, &list), ACCOUNT_DONE);
    assert_int_equal(list.count, 1);
    assert_int_equal(find(mine, &session), ACCOUNT_DONE);
}

static bool never(void)
{
    return false;
}

static void what_has_ended_is_forgotten(void **state)
{
    struct job job = {.name = "account_forget", .arena = arena, .asked_to_stop = never};
    struct db_rows *row;

    (void)state;
    job.db = testdb_open_as(TESTDB_WORKER);
    assert_int_equal(sign_up(ACCOUNT_OF_CREATOR, creator_input("nia@example.com", "nia")),
                     ACCOUNT_DONE);
    create(ACCOUNT_OF_BRAND, brand_input("ana@example.com"));
    session_of("ana@example.com");
    assert_int_equal(account_job_forget(&job), JOB_IDLE);
    assert_int_equal(db_exec(db, &test_expire_sessions, DB_NO_ARGS, NULL), DB_OK);
    assert_int_equal(db_exec(db, &test_expire_tokens, DB_NO_ARGS, NULL), DB_OK);
    assert_int_equal(account_job_forget(&job), JOB_WORKED);
    assert_int_equal(account_job_forget(&job), JOB_IDLE);
    assert_int_equal(db_get_one(db, arena, &test_session_row, DB_NO_ARGS, &row), DB_NO_ROW);
    db_close(job.db);
}

/* ---- forgotten and changed passwords
 * -------------------------------------------------------------------- */

static void a_reset_sets_the_password_and_ends_all_sessions(void **state)
{
    struct account_started started;
    struct account_session session;
    enum account_fault fault;
    struct sv old, token;

    (void)state;
    create(ACCOUNT_OF_BRAND, brand_input("ana@example.com"));
    old = session_of("ana@example.com");
    assert_int_equal(account_ask_reset(db, arena, SV("ana@example.com")), ACCOUNT_DONE);
    token = mailed_token("mail.reset");
    assert_int_equal(account_reset(db, arena, token, SV("short"), &fault), ACCOUNT_REFUSED);
    assert_int_equal(fault, ACCOUNT_TOO_SHORT);
    assert_int_equal(account_reset(db, arena, token, SV("another password"), &fault), ACCOUNT_DONE);
    assert_int_equal(find(old, &session), ACCOUNT_NOT_FOUND);
    assert_int_equal(log_in_as("ana@example.com", PASSWORD, &started), ACCOUNT_LOGIN_WRONG);
    assert_int_equal(log_in_as("ana@example.com", "another password", &started),
                     ACCOUNT_LOGIN_DONE);
    assert_int_equal(account_reset(db, arena, token, SV("a third password"), &fault),
                     ACCOUNT_DEAD_TOKEN);
    assert_int_equal(mails_of("mail.password_changed"), 1);
}

static void a_used_reset_kills_the_others(void **state)
{
    enum account_fault fault;
    struct sv first;

    (void)state;
    create(ACCOUNT_OF_BRAND, brand_input("ana@example.com"));
    assert_int_equal(account_ask_reset(db, arena, SV("ana@example.com")), ACCOUNT_DONE);
    first = mailed_token("mail.reset");
    usleep(1100 * 1000);
    assert_int_equal(account_ask_reset(db, arena, SV("ana@example.com")), ACCOUNT_DONE);
    assert_int_equal(
        account_reset(db, arena, mailed_token("mail.reset"), SV("another password"), &fault),
        ACCOUNT_DONE);
    assert_int_equal(account_reset(db, arena, first, SV("a third password"), &fault),
                     ACCOUNT_DEAD_TOKEN);
}

static void asking_for_an_unknown_address_sends_nothing_and_says_the_same(void **state)
{
    (void)state;
    assert_int_equal(account_ask_reset(db, arena, SV("nobody@example.com")), ACCOUNT_DONE);
    assert_int_equal(mails_of("mail.reset"), 0);
}

/* Somebody signs up with Ana's address and a password of his own; she takes the account over. */
static void a_strangers_sign_up_does_not_outlive_the_owners_reset(void **state)
{
    struct account_started started;
    enum account_fault fault;

    (void)state;
    assert_int_equal(sign_up(ACCOUNT_OF_BRAND, brand_input("ana@example.com")), ACCOUNT_DONE);
    assert_int_equal(account_ask_reset(db, arena, SV("ana@example.com")), ACCOUNT_DONE);
    assert_int_equal(
        account_reset(db, arena, mailed_token("mail.reset"), SV("another password"), &fault),
        ACCOUNT_DONE);
    assert_int_equal(log_in_as("ana@example.com", PASSWORD, &started), ACCOUNT_LOGIN_WRONG);
    assert_int_equal(log_in_as("ana@example.com", "another password", &started),
                     ACCOUNT_LOGIN_DONE);
}

static void changing_the_password_needs_the_current_one(void **state)
{
    struct account_session mine, session;
    struct account_change_faults faults;
    struct account_change wish = {.current = SV("wrong password"),
                                  .wanted = SV("another password")};
    struct sv other, token;

    (void)state;
    create(ACCOUNT_OF_BRAND, brand_input("ana@example.com"));
    other = session_of("ana@example.com");
    token = session_of("ana@example.com");
    assert_int_equal(find(token, &mine), ACCOUNT_DONE);
    wish.user = mine.user;
    wish.session = mine.id;
    assert_int_equal(account_change_password(db, arena, &wish, &faults), ACCOUNT_REFUSED);
    assert_int_equal(faults.current, ACCOUNT_WRONG);
    wish.current = SV(PASSWORD);
    wish.wanted = SV("short");
    assert_int_equal(account_change_password(db, arena, &wish, &faults), ACCOUNT_REFUSED);
    assert_int_equal(faults.wanted, ACCOUNT_TOO_SHORT);
    wish.wanted = SV("another password");
    assert_int_equal(account_change_password(db, arena, &wish, &faults), ACCOUNT_DONE);
    assert_int_equal(find(token, &session), ACCOUNT_DONE);
    assert_int_equal(find(other, &session), ACCOUNT_NOT_FOUND);
}

/* ---- brands of a company
 * ------------------------------------------------------------------------------- */

static uint64_t add_brand(uint64_t user, uint64_t company, enum account_status expected)
{
    struct account_input input = {.field = {[ACCOUNT_BRAND] = SV("Acme Home"),
                                            [ACCOUNT_TZ] = SV("UTC"),
                                            [ACCOUNT_CURRENCY] = SV("USD")}};
    struct account_faults faults;
    uint64_t brand = 0;

    assert_int_equal(account_add_brand(db, arena, user, company, &input, &faults, &brand),
                     expected);
    return brand;
}

static void one_login_sees_all_brands_of_its_company(void **state)
{
    struct account_ids ids = create(ACCOUNT_OF_BRAND, brand_input("ana@example.com"));
    uint64_t second = add_brand(ids.user, ids.company, ACCOUNT_DONE);
    struct account_session session;
    struct account_brands brands;
    struct sv token = session_of("ana@example.com");

    (void)state;
    assert_int_equal(account_list_brands(db, arena, ids.user, &brands), ACCOUNT_DONE);
    assert_int_equal(brands.count, 2);
    assert_sv_equal(brands.rows[1].name, "Acme Home");
    assert_int_equal(find(token, &session), ACCOUNT_DONE);
    assert_int_equal(session.brand, ids.brand);
    assert_int_equal(account_choose_brand(db, ids.user, session.id, &brands.rows[1].pid),
                     ACCOUNT_DONE);
    assert_int_equal(find(token, &session), ACCOUNT_DONE);
    assert_true(session.brand == second && session.company == ids.company);
}

static void nobody_chooses_a_foreign_brand(void **state)
{
    struct account_ids ana = create(ACCOUNT_OF_BRAND, brand_input("ana@example.com"));
    struct account_ids bob = create(ACCOUNT_OF_BRAND, brand_input("bob@example.com"));
    struct account_session session;
    struct account_brands brands;
    struct sv token = session_of("bob@example.com");

    (void)state;
    assert_int_equal(account_list_brands(db, arena, ana.user, &brands), ACCOUNT_DONE);
    assert_int_equal(find(token, &session), ACCOUNT_DONE);
    assert_int_equal(account_choose_brand(db, bob.user, session.id, &brands.rows[0].pid),
                     ACCOUNT_NOT_FOUND);
    assert_int_equal(find(token, &session), ACCOUNT_DONE);
    assert_int_equal(session.brand, bob.brand);
}

static void nobody_adds_a_brand_to_a_foreign_company(void **state)
{
    struct account_ids ana = create(ACCOUNT_OF_BRAND, brand_input("ana@example.com"));
    struct account_ids bob = create(ACCOUNT_OF_BRAND, brand_input("bob@example.com"));
    struct account_brands brands;

    (void)state;
    add_brand(bob.user, ana.company, ACCOUNT_NOT_FOUND);
    assert_int_equal(account_list_brands(db, arena, ana.user, &brands), ACCOUNT_DONE);
    assert_int_equal(brands.count, 1);
    assert_int_equal(account_list_brands(db, arena, bob.user, &brands), ACCOUNT_DONE);
    assert_int_equal(brands.count, 1);
}

static void a_lost_membership_takes_the_chosen_brand_away(void **state)
{
    struct account_ids ids = create(ACCOUNT_OF_BRAND, brand_input("ana@example.com"));
    struct account_session session;
    struct sv token = session_of("ana@example.com");

    (void)state;
    assert_int_equal(db_exec(db, &test_leave, DB_ARGS(db_u64(ids.user)), NULL), DB_OK);
    assert_int_equal(find(token, &session), ACCOUNT_DONE);
    assert_true(session.brand == 0 && session.company == 0 && session.brand_name == NULL);
}

static void the_session_remembers_test_mode(void **state)
{
    struct account_session session;
    struct sv token;

    (void)state;
    create(ACCOUNT_OF_BRAND, brand_input("ana@example.com"));
    token = session_of("ana@example.com");
    assert_int_equal(find(token, &session), ACCOUNT_DONE);
    assert_int_equal(account_choose_mode(db, session.id, true), ACCOUNT_DONE);
    assert_int_equal(find(token, &session), ACCOUNT_DONE);
    assert_true(session.test_mode);
}

static void the_theme_is_known_at_the_next_login(void **state)
{
    struct account_ids ids = create(ACCOUNT_OF_BRAND, brand_input("ana@example.com"));
    struct account_started started;

    (void)state;
    assert_int_equal(account_choose_theme(db, ids.user, ACCOUNT_THEME_DARK), ACCOUNT_DONE);
    assert_int_equal(log_in_as("ana@example.com", PASSWORD, &started), ACCOUNT_LOGIN_DONE);
    assert_int_equal(started.theme, ACCOUNT_THEME_DARK);
}

static void a_profile_is_saved_as_a_whole(void **state)
{
    struct account_ids ids = create(ACCOUNT_OF_CREATOR, creator_input("nia@example.com", "nia"));
    struct account_input input = creator_input("", "");
    struct account_faults faults;
    struct account_profile profile;

    (void)state;
    input.field[ACCOUNT_NAME] = SV("Nia B.");
    input.field[ACCOUNT_COUNTRY] = SV("PT");
    input.field[ACCOUNT_CHANNELS] = SV("https://nia.example/blog");
    assert_int_equal(account_save_profile(db, ids.user, ids.partner, &input, &faults),
                     ACCOUNT_DONE);
    input.field[ACCOUNT_NAME] = SV("Nia C.");
    input.field[ACCOUNT_CHANNELS] = SV("not a link");
    assert_int_equal(account_save_profile(db, ids.user, ids.partner, &input, &faults),
                     ACCOUNT_REFUSED);
    assert_int_equal(faults.field[ACCOUNT_CHANNELS], ACCOUNT_MALFORMED);
    assert_int_equal(account_read_profile(db, arena, ids.user, &profile), ACCOUNT_DONE);
    assert_sv_equal(profile.name, "Nia B.");
    assert_sv_equal(profile.country, "PT");
    assert_sv_equal(profile.channels, "https://nia.example/blog\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_brand_signs_up_confirms_and_logs_in),
        TEST(a_creator_signs_up_with_handle_channels_and_country),
        TEST(a_taken_handle_leaves_nothing_behind),
        TEST(a_known_address_is_told_by_mail_alone),
        TEST(addresses_and_passwords_are_not_stored_in_the_clear),
        TEST(the_confirmation_mail_is_queued_with_the_account),
        TEST(a_failure_anywhere_leaves_all_or_nothing),
        TEST(a_confirmation_works_once_and_for_a_day),
        TEST(an_expired_confirmation_is_refused),
        TEST(logging_in_unconfirmed_sends_another_mail),
        TEST(a_wrong_password_and_an_unknown_user_get_the_same_answer),
        TEST(a_suspended_user_is_told_after_the_right_password_alone),
        TEST(admins_are_known_as_such),
        TEST(a_login_ends_the_browsers_old_session),
        TEST(tokens_are_stored_as_keyed_hashes),
        TEST(a_session_ends_after_14_idle_days_and_lives_on_when_used),
        TEST(a_busy_session_is_written_once_a_minute_at_most),
        TEST(logging_out_ends_the_session),
        TEST(nobody_ends_anothers_session),
        TEST(ending_the_others_keeps_ones_own),
        TEST(what_has_ended_is_forgotten),
        TEST(a_reset_sets_the_password_and_ends_all_sessions),
        TEST(a_used_reset_kills_the_others),
        TEST(asking_for_an_unknown_address_sends_nothing_and_says_the_same),
        TEST(a_strangers_sign_up_does_not_outlive_the_owners_reset),
        TEST(changing_the_password_needs_the_current_one),
        TEST(one_login_sees_all_brands_of_its_company),
        TEST(nobody_chooses_a_foreign_brand),
        TEST(nobody_adds_a_brand_to_a_foreign_company),
        TEST(a_lost_membership_takes_the_chosen_brand_away),
        TEST(the_session_remembers_test_mode),
        TEST(the_theme_is_known_at_the_next_login),
        TEST(a_profile_is_saved_as_a_whole),
    };

    return cmocka_run_group_tests_name("account", tests, open_keys, NULL);
}
