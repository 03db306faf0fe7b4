#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "support/unit.h"

#include "base/clock.h"
#include "crypto/keys.h"
#include "crypto/password.h"
#include "crypto/signature.h"

static struct arena *arena;
static char folder[] = "/tmp/meed-crypto-XXXXXX";
static char key_path[64], lock_path[64];

#define KEY_A "1:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"
#define KEY_B "2:202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f\n"

static int open_folder(void **state)
{
    (void)state;
    arena = arena_new(ARENA_CEILING_DEFAULT);
    if (mkdtemp(folder) == NULL)
        return -1;
    (void)snprintf(key_path, sizeof(key_path), "%s/keys", folder);
    (void)snprintf(lock_path, sizeof(lock_path), "%s/lock", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(key_path);
    unlink(lock_path);
    rmdir(folder);
    arena_free(arena);
    return 0;
}

static bool open_keys(const char *text, mode_t mode, const char **why)
{
    int fd;

    unlink(key_path);
    fd = open(key_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
    return keys_open(key_path, arena, why);
}

static void use_keys(const char *text)
{
    const char *why = NULL;

    if (!open_keys(text, 0600, &why))
        fail_msg("%s", why);
}

/* RFC 4231, test cases 1, 2, 4 and 6 */
static void hmac_agrees_with_rfc_4231(void **state)
{
    struct sv parts[2] = {SV("Hi "), SV("There")};
    uint8_t key[131], data[50];
    char hex[HMAC_SHA256_HEX_SIZE];
    struct sv one;

    (void)state;
    memset(key, 0x0b, 20);
    signature_hmac_sha256_hex(hex, sv_of((char *)key, 20), parts, 2);
    assert_string_equal(hex, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    one = SV("what do ya want for nothing?");
    signature_hmac_sha256_hex(hex, SV("Jefe"), &one, 1);
    assert_string_equal(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    for (int i = 0; i < 25; i++)
        key[i] = (uint8_t)(i + 1);
    memset(data, 0xcd, sizeof(data));
    one = sv_of((char *)data, sizeof(data));
    signature_hmac_sha256_hex(hex, sv_of((char *)key, 25), &one, 1);
    assert_string_equal(hex, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
    memset(key, 0xaa, sizeof(key));
    one = SV("Test Using Larger Than Block-Size Key - Hash Key First");
    signature_hmac_sha256_hex(hex, sv_of((char *)key, sizeof(key)), &one, 1);
    assert_string_equal(hex, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void hmac_in_base64_agrees_with_openssl(void **state)
{
    char text[HMAC_SHA256_BASE64_SIZE];
    struct sv parts[] = {SV("pay"), SV("load")};

    (void)state;
    signature_hmac_sha256_base64(text, SV("secret"), parts, COUNT_OF(parts));
    assert_string_equal(text, "uC/LeRrOxXhZuYm0MKgmSIzi5Hn9+SMmvQoug3WkK6Q=");
}

static void compares_signatures(void **state)
{
    (void)state;
    assert_true(signature_equal(SV("abc"), SV("abc")));
    assert_false(signature_equal(SV("abc"), SV("abd")));
    assert_false(signature_equal(SV("abc"), SV("abcd")));
    assert_true(signature_equal(SV_NONE, SV("")));
}

static void sealed_text_opens_and_differs_each_time(void **state)
{
    struct sv once, again, plain;

    (void)state;
    use_keys(KEY_A);
    once = keys_seal(arena, SV("secret"));
    again = keys_seal(arena, SV("secret"));
    assert_false(sv_eq(once, again));
    assert_true(keys_unseal(arena, once, &plain));
    assert_sv_equal(plain, "secret");
    assert_true(keys_unseal(arena, keys_seal(arena, SV_NONE), &plain));
    assert_int_equal(plain.n, 0);
}

static void forged_or_cut_text_does_not_open(void **state)
{
    struct sv sealed, plain;
    char *bytes;

    (void)state;
    use_keys(KEY_A);
    sealed = keys_seal(arena, SV("secret"));
    for (size_t i = 0; i < sealed.n; i++) {
        bytes = sv_dup(arena, sealed);
        bytes[i] = (char)(bytes[i] ^ 1);
        assert_false(keys_unseal(arena, sv_of(bytes, sealed.n), &plain));
        assert_false(keys_unseal(arena, sv_sub(sealed, 0, i), &plain));
    }
}

static void rotation_seals_anew_and_still_opens_the_old(void **state)
{
    uint8_t before[HASH_SIZE], after[HASH_SIZE];
    struct sv old, new, plain;

    (void)state;
    use_keys(KEY_A);
    old = keys_seal(arena, SV("secret"));
    keys_hash(before, KEY_API, SV("token"));
    use_keys(KEY_B KEY_A);
    assert_true(keys_unseal(arena, old, &plain));
    assert_sv_equal(plain, "secret");
    new = keys_seal(arena, SV("secret"));
    assert_int_equal(old.p[0], 1);
    assert_int_equal(new.p[0], 2);
    keys_hash(after, KEY_API, SV("token"));
    assert_memory_equal(before, after, HASH_SIZE);
    use_keys(KEY_B);
    assert_false(keys_unseal(arena, old, &plain));
}

static void each_purpose_hashes_by_itself(void **state)
{
    uint8_t hashes[KEY_PURPOSES][HASH_SIZE];

    (void)state;
    use_keys(KEY_A);
    for (unsigned i = 0; i < KEY_PURPOSES; i++) {
        keys_hash(hashes[i], (enum key_purpose)i, SV("same"));
        for (unsigned j = 0; j < i; j++)
            assert_memory_not_equal(hashes[i], hashes[j], HASH_SIZE);
    }
}

static void key_files_others_can_read_are_refused(void **state)
{
    const char *why = NULL;

    (void)state;
    assert_false(open_keys(KEY_A, 0640, &why));
    assert_non_null(strstr(why, "chmod 600"));
    assert_false(open_keys("", 0600, &why));
    assert_false(open_keys(KEY_A KEY_A, 0600, &why));
    assert_false(open_keys("256:00\n", 0600, &why));
    assert_false(open_keys("1:0001\n", 0600, &why));
}

static void a_created_key_file_can_be_opened_and_is_not_overwritten(void **state)
{
    const char *why = NULL;
    struct stat facts;

    (void)state;
    unlink(key_path);
    assert_true(keys_create(key_path));
    assert_int_equal(stat(key_path, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    assert_true(keys_open(key_path, arena, &why));
    assert_false(keys_create(key_path));
}

static void one_mailbox_has_one_hash(void **state)
{
    static const char *const same[] = {"ana@example.com", " Ana@Example.COM ",
                                       "ana+shop@example.com", "ana+@example.com"};
    static const char *const others[] = {"ana@example.org", "anna@example.com", "+ana@example.com",
                                         "ana"};
    uint8_t first[HASH_SIZE], hash[HASH_SIZE];

    (void)state;
    use_keys(KEY_A);
    keys_hash_email(first, sv_from(same[0]));
    for (size_t i = 1; i < COUNT_OF(same); i++) {
        keys_hash_email(hash, sv_from(same[i]));
        assert_memory_equal(hash, first, HASH_SIZE);
    }
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        keys_hash_email(hash, sv_from(others[i]));
        assert_memory_not_equal(hash, first, HASH_SIZE);
    }
}

static void at_gmail_alone_dots_make_no_difference(void **state)
{
    static const struct {
        const char *typed, *normal;
    } cases[] = {
        {"A.na.B+x@GoogleMail.com", "anab@gmail.com"},
        {"anab@gmail.com", "anab@gmail.com"},
        {"a.na@example.com", "a.na@example.com"},
        {"ana@mail.gmail.com", "ana@mail.gmail.com"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_sv_equal(keys_normalise_email(arena, sv_from(cases[i].typed)), cases[i].normal);
}

static void one_address_has_one_hash(void **state)
{
    uint8_t a[HASH_SIZE], b[HASH_SIZE];

    (void)state;
    use_keys(KEY_A);
    keys_hash_ip(a, SV("2001:db8::1"));
    keys_hash_ip(b, SV("2001:0DB8:0:0::1"));
    assert_memory_equal(a, b, HASH_SIZE);
    keys_hash_ip(a, SV("192.0.2.1"));
    keys_hash_ip(b, SV("::ffff:192.0.2.1"));
    assert_memory_equal(a, b, HASH_SIZE);
    keys_hash_ip(b, SV("192.0.2.2"));
    assert_memory_not_equal(a, b, HASH_SIZE);
}

static void passwords_match_themselves_alone(void **state)
{
    char hash[PASSWORD_HASH_SIZE];

    (void)state;
    password_set_lock(lock_path);
    assert_true(password_hash(hash, SV("correct horse battery")));
    assert_non_null(strstr(hash, "$argon2id$"));
    assert_int_equal(password_check(hash, SV("correct horse battery")), PASSWORD_MATCHES);
    assert_int_equal(password_check(hash, SV("correct horse batterz")), PASSWORD_WRONG);
    assert_int_equal(password_check(hash, SV_NONE), PASSWORD_WRONG);
}

static void an_unknown_user_costs_as_much_as_a_known_one(void **state)
{
    char hash[PASSWORD_HASH_SIZE];
    int64_t start, known, unknown;

    (void)state;
    password_set_lock(lock_path);
    assert_true(password_hash(hash, SV("correct horse battery")));
    start = clock_monotonic_us();
    assert_int_equal(password_check(hash, SV("wrong")), PASSWORD_WRONG);
    known = clock_monotonic_us() - start;
    start = clock_monotonic_us();
    assert_int_equal(password_check(NULL, SV("wrong")), PASSWORD_WRONG);
    unknown = clock_monotonic_us() - start;
    /* a malformed stand-in would return at once, a thousand times faster */
    assert_true(unknown * 10 > known);
}

static void gives_up_when_the_lock_is_held(void **state)
{
    char hash[PASSWORD_HASH_SIZE];
    int fd = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    int64_t start = clock_monotonic_us();

    (void)state;
    password_set_lock(lock_path);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_false(password_hash(hash, SV("correct horse battery")));
    assert_true(clock_monotonic_us() - start >= 3 * CLOCK_SECOND);
    close(fd);
    assert_true(password_hash(hash, SV("correct horse battery")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hmac_agrees_with_rfc_4231),
        cmocka_unit_test(hmac_in_base64_agrees_with_openssl),
        cmocka_unit_test(compares_signatures),
        cmocka_unit_test(sealed_text_opens_and_differs_each_time),
        cmocka_unit_test(forged_or_cut_text_does_not_open),
        cmocka_unit_test(rotation_seals_anew_and_still_opens_the_old),
        cmocka_unit_test(each_purpose_hashes_by_itself),
        cmocka_unit_test(key_files_others_can_read_are_refused),
        cmocka_unit_test(a_created_key_file_can_be_opened_and_is_not_overwritten),
        cmocka_unit_test(at_gmail_alone_dots_make_no_difference),
        cmocka_unit_test(one_mailbox_has_one_hash),
        cmocka_unit_test(one_address_has_one_hash),
        cmocka_unit_test(passwords_match_themselves_alone),
        cmocka_unit_test(an_unknown_user_costs_as_much_as_a_known_one),
        cmocka_unit_test(gives_up_when_the_lock_is_held),
    };

    return cmocka_run_group_tests_name("crypto", tests, open_folder, remove_folder);
}
