#include "support/unit.h"

#include "base/clock.h"

static int64_t at(const char *text)
{
    int64_t us;

    assert_true(clock_parse(sv_from(text), &us));
    return us;
}

static void reads_spans(void **state)
{
    static const char *const bad[] = {"",  "d",  "1",   "1w",   "1.5h",
                                      "-", "-d", "1 d", "--1d", "106751992d"};
    int64_t span;

    (void)state;
    assert_true(clock_parse_span(SV("31d"), &span) && span == 31 * CLOCK_DAY);
    assert_true(clock_parse_span(SV("12h"), &span) && span == 12 * CLOCK_HOUR);
    assert_true(clock_parse_span(SV("90m"), &span) && span == 90 * CLOCK_MINUTE);
    assert_true(clock_parse_span(SV("-45s"), &span) && span == -45 * CLOCK_SECOND);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(clock_parse_span(sv_from(bad[i]), &span));
}

static void reads_rfc3339_and_unix_seconds(void **state)
{
    (void)state;
    assert_true(at("1970-01-01T00:00:00Z") == 0);
    assert_true(at("1767225600") == at("2026-01-01T00:00:00Z"));
    assert_true(at("2026-11-21T08:13:05.123456+02:00") == at("2026-11-21T06:13:05.123456Z"));
    assert_true(at("2026-11-21T06:13:05.1234569Z") == at("2026-11-21T06:13:05.123456Z"));
    assert_true(at("2024-02-29T00:00:00-05:30") == at("2024-02-29T05:30:00Z"));
    assert_true(at("1969-12-31T23:59:59Z") == -CLOCK_SECOND);
}

static void refuses_times_that_do_not_exist(void **state)
{
    static const char *const bad[] = {
        "",
        "2026-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z",
        "2026-01-01",
        "2026-01-01T00:00:00",
        "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00+0200",
        "2026-01-01T00:00:00+24:00",
        "2026-01-01T00:00:00Z ",
        "26-01-01T00:00:00Z",
        "-5",
        "1e9",
        "253402300800",
        "99999999999999999999",
    };
    int64_t us;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(clock_parse(sv_from(bad[i]), &us));
}

static void writes_what_it_reads(void **state)
{
    char text[CLOCK_TEXT_SIZE];

    (void)state;
    clock_format_iso(text, at("2024-02-29T23:59:59.000001Z"));
    assert_string_equal(text, "2024-02-29T23:59:59.000001Z");
    clock_format_iso(text, -1);
    assert_string_equal(text, "1969-12-31T23:59:59.999999Z");
    clock_format_date(text, at("2026-11-21T06:13:05Z"));
    assert_string_equal(text, "2026-11-21");
}

static void local_days_follow_the_zone(void **state)
{
    (void)state;
    assert_int_equal(clock_local_date(at("2026-06-30T22:30:00Z"), "Europe/Berlin"), 20260701);
    assert_int_equal(clock_local_date(at("2026-06-30T22:30:00Z"), "America/New_York"), 20260630);
    assert_int_equal(clock_local_date(at("2026-06-30T22:30:00Z"), "UTC"), 20260630);
    assert_int_equal(clock_local_date(at("2026-01-01T10:00:00Z"), "Pacific/Kiritimati"), 20260102);
    assert_int_equal(clock_local_date(at("2026-06-30T18:30:00Z"), "Asia/Kolkata"), 20260701);
    assert_int_equal(clock_local_date(at("1969-12-31T23:59:59.999999Z"), "UTC"), 19691231);
    assert_int_equal(clock_local_date(at("2026-06-30T22:30:00Z"), "Mars/Olympus"), 20260630);
}

static void days_are_23_or_25_hours_when_clocks_change(void **state)
{
    static const struct {
        const char *zone;
        int32_t day;
        int hours;
    } rows[] = {
        {"Europe/Berlin", 20260329, 23},     {"Europe/Berlin", 20261025, 25},
        {"Europe/Berlin", 20261026, 24},     {"America/New_York", 20260308, 23},
        {"America/New_York", 20261101, 25},  {"Asia/Tokyo", 20260329, 24},
        {"America/Sao_Paulo", 20181104, 23}, /* midnight itself was skipped */
        {"America/Havana", 20211107, 25},    /* midnight came twice */
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t start = clock_local_day_start(rows[i].day, rows[i].zone);
        int64_t end = clock_local_day_start(clock_date_add(rows[i].day, 1), rows[i].zone);

        assert_int_equal((end - start) / CLOCK_HOUR, rows[i].hours);
        assert_int_equal(clock_local_date(start, rows[i].zone), rows[i].day);
        assert_int_equal(clock_local_date(start - 1, rows[i].zone),
                         clock_date_add(rows[i].day, -1));
        assert_int_equal(clock_local_date(end - 1, rows[i].zone), rows[i].day);
    }
}

static void knows_zones_by_their_iana_names(void **state)
{
    (void)state;
    assert_true(clock_zone_is_known("Europe/Madrid"));
    assert_true(clock_zone_is_known("UTC"));
    assert_false(clock_zone_is_known("GMT+5"));
    assert_false(clock_zone_is_known("Etc/Unknown"));
    assert_false(clock_zone_is_known("Mars/Olympus"));
    assert_false(clock_zone_is_known(""));
    assert_false(clock_zone_is_known("Europe/Madrid\n"));
}

static void adds_days_over_months_and_leap_years(void **state)
{
    (void)state;
    assert_int_equal(clock_date_add(20240228, 1), 20240229);
    assert_int_equal(clock_date_add(20230228, 1), 20230301);
    assert_int_equal(clock_date_add(20260101, -1), 20251231);
    assert_int_equal(clock_date_add(20260101, 365), 20270101);
}

static void all_processes_see_business_time_move(void **state)
{
    char path[] = "/tmp/meed-clock-XXXXXX";
    int fd = mkstemp(path), status;
    pid_t child;

    (void)state;
    assert_false(clock_advance(CLOCK_DAY)); /* production: nothing is mapped */
    assert_true(fd >= 0 && clock_open(path));
    child = fork();
    if (child == 0)
        _exit(clock_advance(31 * CLOCK_DAY) ? 0 : 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_true(clock_offset_us() == 31 * CLOCK_DAY);
    assert_true(clock_business_us() - clock_wire_us() > 30 * CLOCK_DAY);
    assert_true(clock_open(path)); /* opening again, as after a restart, keeps it */
    assert_true(clock_offset_us() == 31 * CLOCK_DAY);
    close(fd);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_spans),
        cmocka_unit_test(reads_rfc3339_and_unix_seconds),
        cmocka_unit_test(refuses_times_that_do_not_exist),
        cmocka_unit_test(writes_what_it_reads),
        cmocka_unit_test(local_days_follow_the_zone),
        cmocka_unit_test(days_are_23_or_25_hours_when_clocks_change),
        cmocka_unit_test(knows_zones_by_their_iana_names),
        cmocka_unit_test(adds_days_over_months_and_leap_years),
        cmocka_unit_test(all_processes_see_business_time_move),
    };

    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
