/* The country of an address: by databases of both kinds, written here byte by byte. */
#include "support/unit.h"

#include "base/geo.h"

/*
 * MaxMind DB 2.0: a tree of one node whose right record, for addresses from 128.0.0.0, leads to the
 * data; then 16 zeros, the data, and the metadata. Records of 24 bits; a pointer to data is
 * node_count + 16 + its offset.
 */
static const uint8_t tree[] = {0, 0, 1, 0, 0, 17};
static const char nested[] =
    "\xe1\x47"
    "country\xe1\x48"
    "iso_code\x42"
    "DE";
static const char flat[] =
    "\xe1\x4c"
    "country_code\x42"
    "fr";
static const char unknown[] =
    "\xe1\x4c"
    "country_code\x42"
    "ZZ";
static const char metadata[] =
    "\xab\xcd\xef"
    "MaxMind.com\xe9\x5b"
    "binary_format_major_version\xa1\x02\x4a"
    "node_count\xc1\x01\x4b"
    "record_size\xa1\x18\x4a"
    "ip_version\xa1\x04\x4d"
    "database_type\x41T\x5b"
    "binary_format_minor_version\xa0\x4b"
    "build_epoch\x01\x02\x01\x4b"
    "description\xe0\x49"
    "languages\x00\x04";

static const char *path;
static struct arena *arena;

static void write_database(const char *data, size_t n)
{
    static const uint8_t zeros[16];
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(tree, 1, sizeof tree, file), sizeof tree);
    assert_int_equal(fwrite(zeros, 1, sizeof zeros, file), sizeof zeros);
    assert_int_equal(fwrite(data, 1, n, file), n);
    assert_int_equal(fwrite(metadata, 1, sizeof metadata - 1, file), sizeof metadata - 1);
    assert_int_equal(fclose(file), 0);
}

static const char *country_of(const char *ip)
{
    static char out[3];
    geo_find_country(sv_from(ip), out);
    return out;
}

static void open_with(const char *data, size_t n)
{
    const char *why = "";
    write_database(data, n);
    if (!geo_open(path, arena, &why))
        fail_msg("%s", why);
}

static void reads_maxminds_own_shape(void **state)
{
    (void)state;
    open_with(nested, sizeof nested - 1);
    assert_string_equal(country_of("200.1.2.3"), "DE");
    assert_string_equal(country_of("::ffff:200.1.2.3"), "DE");
    assert_string_equal(country_of("100.1.2.3"), ""); /* not in it */
    assert_string_equal(country_of("2001:db8::1"), "");
    assert_string_equal(country_of("nonsense"), "");
    assert_string_equal(country_of(""), "");
}

static void reads_the_flat_shape_in_capitals(void **state)
{
    (void)state;
    open_with(flat, sizeof flat - 1);
    assert_string_equal(country_of("200.1.2.3"), "FR");
}

static void what_is_no_country_is_unknown(void **state)
{
    static const char *const told[] = {"XX", "zz", "T1", "D", "DEU", "", "D1"};
    char out[3];
    (void)state;
    open_with(unknown, sizeof unknown - 1);
    assert_string_equal(country_of("200.1.2.3"), "");
    for (size_t i = 0; i < COUNT_OF(told); i++) {
        geo_read_country(sv_from(told[i]), out);
        assert_string_equal(out, "");
    }
    geo_read_country(SV("de"), out);
    assert_string_equal(out, "DE");
}

static void without_a_database_every_address_is_unknown(void **state)
{
    const char *why = "";
    (void)state;
    assert_true(geo_open("", arena, &why));
    assert_string_equal(country_of("200.1.2.3"), "");
}

static void a_file_that_is_none_is_refused_with_its_name(void **state)
{
    const char *why = "";
    FILE *file = fopen(path, "wb");
    (void)state;
    assert_non_null(file);
    fputs("no database", file);
    fclose(file);
    assert_false(geo_open(path, arena, &why));
    assert_non_null(strstr(why, path));
    assert_false(geo_open("/nowhere/at-all.mmdb", arena, &why));
}

static int start(void **state)
{
    (void)state;
    arena = arena_new(ARENA_CEILING_DEFAULT);
    path = arena_printf(arena, "/tmp/meed-geo-%d.mmdb", (int)getpid());
    return 0;
}

static int stop(void **state)
{
    (void)state;
    geo_close();
    unlink(path);
    arena_free(arena);
    return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(reads_maxminds_own_shape),
        TEST(reads_the_flat_shape_in_capitals),
        TEST(what_is_no_country_is_unknown),
        TEST(without_a_database_every_address_is_unknown),
        TEST(a_file_that_is_none_is_refused_with_its_name),
    };
    return cmocka_run_group_tests_name("geo", tests, NULL, NULL);
}
