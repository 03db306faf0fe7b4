#include <fcntl.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unicode/ucal.h>
#include <unicode/uenum.h>
#include <unicode/ustring.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"

enum { ZONE_NAME_SIZE = 64, ZONE_CACHE = 16 };

/* The last second of the year 9999, the latest that RFC 3339 can name. */
#define UNIX_SECONDS_MAX INT64_C(253402300799)

static _Atomic int64_t *shared_offset; /* the mapped page; NULL: production */
static int64_t fixed_business_us;

bool clock_open(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0660);
    struct stat facts;
    void *page;

    if (fd < 0 || fstat(fd, &facts) != 0 ||
        (facts.st_size < (off_t)sizeof(int64_t) && ftruncate(fd, sizeof(int64_t)) != 0)) {
        log_line(LOG_ERROR, "clock_open", LOG_STR("path", path), LOG_STR("why", strerror(errno)));
        if (fd >= 0)
            close(fd);
        return false;
    }
    page = mmap(NULL, sizeof(int64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (page == MAP_FAILED) {
        log_line(LOG_ERROR, "clock_map", LOG_STR("path", path), LOG_STR("why", strerror(errno)));
        return false;
    }
    shared_offset = page;
    return true;
}

static int64_t read_clock_us(clockid_t clock)
{
    struct timespec now;

    CHECK(clock_gettime(clock, &now) == 0);
    return (int64_t)now.tv_sec * CLOCK_SECOND + now.tv_nsec / 1000;
}

int64_t clock_wire_us(void)
{
    return read_clock_us(CLOCK_REALTIME);
}

int64_t clock_monotonic_us(void)
{
    return read_clock_us(CLOCK_MONOTONIC);
}

int64_t clock_business_us(void)
{
    return fixed_business_us != 0 ? fixed_business_us : clock_wire_us() + clock_offset_us();
}

int64_t clock_offset_us(void)
{
    return shared_offset == NULL ? 0 : atomic_load(shared_offset);
}

bool clock_advance(int64_t by_us)
{
    if (shared_offset == NULL)
        return false;
    atomic_fetch_add(shared_offset, by_us);
    return true;
}

void clock_fix(int64_t business_us)
{
    fixed_business_us = business_us;
}

bool clock_parse_span(struct sv text, int64_t *span_us)
{
    bool negative = sv_starts(text, SV("-"));
    uint64_t count;
    int64_t unit, span;

    if (negative)
        text = sv_from_index(text, 1);
    if (text.n < 2)
        return false;
    switch (text.p[text.n - 1]) {
    case 'd':
        unit = CLOCK_DAY;
        break;
    case 'h':
        unit = CLOCK_HOUR;
        break;
    case 'm':
        unit = CLOCK_MINUTE;
        break;
    case 's':
        unit = CLOCK_SECOND;
        break;
    default:
        return false;
    }
    if (!sv_to_u64(sv_sub(text, 0, text.n - 1), &count) ||
        __builtin_mul_overflow(count, unit, &span))
        return false;
    *span_us = negative ? -span : span;
    return true;
}

/* Days since 1970-01-01 in the proleptic Gregorian calendar (the year begins in March here). */
static int64_t days_from_civil(int64_t year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * 146097 + day_of_era - 719468;
}

struct civil {
    int64_t year;
    int month, day;
};

static struct civil civil_from_days(int64_t days)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153;
    struct civil c = {.year = year_of_era + era * 400,
                      .month = (int)(month < 10 ? month + 3 : month - 9),
                      .day = (int)(day_of_year - (153 * month + 2) / 5 + 1)};

    if (c.month <= 2)
        c.year++;
    return c;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

void clock_format_iso(char out[CLOCK_TEXT_SIZE], int64_t us)
{
    int64_t days = floor_div(us, CLOCK_DAY);
    int64_t rest = us - days * CLOCK_DAY;
    struct civil c = civil_from_days(days);

    (void)snprintf(out, CLOCK_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", (int)c.year,
                   c.month, c.day, (int)(rest / CLOCK_HOUR), (int)(rest / CLOCK_MINUTE % 60),
                   (int)(rest / CLOCK_SECOND % 60), (int)(rest % CLOCK_SECOND));
}

void clock_format_date(char out[CLOCK_TEXT_SIZE], int64_t us)
{
    struct civil c = civil_from_days(floor_div(us, CLOCK_DAY));

    (void)snprintf(out, CLOCK_TEXT_SIZE, "%04d-%02d-%02d", (int)c.year, c.month, c.day);
}

/* Takes `digits` digits, then `behind` unless that is NUL. */
static bool take_number(struct sv *rest, size_t digits, char behind, int *out)
{
    uint64_t value;
    size_t width = digits + (behind != '\0');

    if (rest->n < width || !sv_to_u64(sv_sub(*rest, 0, digits), &value))
        return false;
    if (behind != '\0' && rest->p[digits] != behind)
        return false;
    *out = (int)value;
    *rest = sv_from_index(*rest, width);
    return true;
}

/* ".123456789" → 123456; digits beyond microseconds are dropped. */
static bool take_fraction(struct sv *rest, int64_t *us)
{
    size_t n = 0;
    int64_t scale = CLOCK_SECOND / 10;

    *us = 0;
    if (!sv_starts(*rest, SV(".")))
        return true;
    *rest = sv_from_index(*rest, 1);
    for (; n < rest->n && rest->p[n] >= '0' && rest->p[n] <= '9'; n++) {
        *us += scale * (rest->p[n] - '0');
        scale /= 10;
    }
    *rest = sv_from_index(*rest, n);
    return n > 0;
}

static bool take_zone(struct sv rest, int64_t *offset_us)
{
    int hours, minutes;
    bool west;

    *offset_us = 0;
    if (sv_eq_nocase(rest, SV("Z")))
        return true;
    if (rest.n != 6 || (rest.p[0] != '+' && rest.p[0] != '-'))
        return false;
    west = rest.p[0] == '-';
    rest = sv_from_index(rest, 1);
    if (!take_number(&rest, 2, ':', &hours) || !take_number(&rest, 2, '\0', &minutes) ||
        hours > 23 || minutes > 59)
        return false;
    *offset_us = (hours * CLOCK_HOUR + minutes * CLOCK_MINUTE) * (west ? -1 : 1);
    return true;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && leap ? 29 : days[month - 1];
}

static bool parse_rfc3339(struct sv text, int64_t *us)
{
    int year, month, day, hour, minute, second;
    int64_t fraction, offset;

    if (!take_number(&text, 4, '-', &year) || !take_number(&text, 2, '-', &month) ||
        !take_number(&text, 2, '\0', &day) || text.n == 0 ||
        (text.p[0] != 'T' && text.p[0] != 't' && text.p[0] != ' '))
        return false;
    text = sv_from_index(text, 1);
    if (!take_number(&text, 2, ':', &hour) || !take_number(&text, 2, ':', &minute) ||
        !take_number(&text, 2, '\0', &second) || !take_fraction(&text, &fraction) ||
        !take_zone(text, &offset))
        return false;
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) ||
        hour > 23 || minute > 59 || second > 60) /* 60: a leap second */
        return false;
    *us = days_from_civil(year, month, day) * CLOCK_DAY + hour * CLOCK_HOUR +
          minute * CLOCK_MINUTE + second * CLOCK_SECOND + fraction - offset;
    return true;
}

bool clock_parse(struct sv text, int64_t *us)
{
    int64_t seconds;

    if (!sv_starts(text, SV("-")) && sv_to_i64(text, &seconds)) {
        if (seconds > UNIX_SECONDS_MAX)
            return false;
        *us = seconds * CLOCK_SECOND;
        return true;
    }
    return parse_rfc3339(text, us);
}

static bool zone_to_unicode(UChar out[ZONE_NAME_SIZE], const char *zone)
{
    if (zone == NULL || zone[0] == '\0' || strlen(zone) >= ZONE_NAME_SIZE ||
        !sv_is_ascii_graph(sv_from(zone)))
        return false;
    u_charsToUChars(zone, out, (int32_t)strlen(zone) + 1);
    return true;
}

bool clock_zone_is_known(const char *zone)
{
    UChar name[ZONE_NAME_SIZE], canonical[ZONE_NAME_SIZE];
    UBool is_system = 0;
    UErrorCode error = U_ZERO_ERROR;

    if (!zone_to_unicode(name, zone) || strcmp(zone, "Etc/Unknown") == 0)
        return false;
    ucal_getCanonicalTimeZoneID(name, -1, canonical, ZONE_NAME_SIZE, &is_system, &error);
    return U_SUCCESS(error) && is_system;
}

const char *const *clock_zones(struct arena *arena)
{
    UErrorCode error = U_ZERO_ERROR;
    UEnumeration *ids =
        ucal_openTimeZoneIDEnumeration(UCAL_ZONE_TYPE_CANONICAL_LOCATION, NULL, NULL, &error);
    int32_t count = uenum_count(ids, &error);
    const char **names, *id;
    size_t n = 0;

    CHECK(U_SUCCESS(error));
    names = arena_array(arena, (size_t)count + 2, sizeof(*names));
    names[n++] = "UTC";
    while ((id = uenum_next(ids, NULL, &error)) != NULL)
        names[n++] = arena_strdup(arena, id);
    CHECK(U_SUCCESS(error));
    uenum_close(ids);
    return names;
}

/* Opening a calendar costs some 100 µs: the last few zones stay open. */
static UCalendar *zone_calendar(const char *zone)
{
    static struct {
        char name[ZONE_NAME_SIZE];
        UCalendar *calendar;
    } cache[ZONE_CACHE];
    static unsigned next;
    UChar name[ZONE_NAME_SIZE];
    UErrorCode error = U_ZERO_ERROR;
    unsigned slot;

    if (!clock_zone_is_known(zone))
        zone = "UTC";
    for (unsigned i = 0; i < ZONE_CACHE; i++)
        if (cache[i].calendar != NULL && strcmp(cache[i].name, zone) == 0)
            return cache[i].calendar;
    slot = next++ % ZONE_CACHE;
    if (cache[slot].calendar != NULL)
        ucal_close(cache[slot].calendar);
    CHECK(zone_to_unicode(name, zone));
    cache[slot].calendar = ucal_open(name, -1, "en_US", UCAL_GREGORIAN, &error);
    CHECK(U_SUCCESS(error));
    (void)snprintf(cache[slot].name, ZONE_NAME_SIZE, "%s", zone);
    return cache[slot].calendar;
}

int32_t clock_local_date(int64_t us, const char *zone)
{
    UCalendar *calendar = zone_calendar(zone);
    UErrorCode error = U_ZERO_ERROR;
    int32_t year, month, day;

    ucal_setMillis(calendar, (UDate)floor_div(us, 1000), &error);
    year = ucal_get(calendar, UCAL_YEAR, &error);
    month = ucal_get(calendar, UCAL_MONTH, &error) + 1;
    day = ucal_get(calendar, UCAL_DATE, &error);
    CHECK(U_SUCCESS(error));
    return year * 10000 + month * 100 + day;
}

/*
 * Where clocks skip midnight, the day starts at the next valid time; where they show it
 * twice, at the first.
 */
int64_t clock_local_day_start(int32_t yyyymmdd, const char *zone)
{
    UCalendar *calendar = zone_calendar(zone);
    UErrorCode error = U_ZERO_ERROR;
    UDate millis;

    ucal_clear(calendar);
    ucal_setAttribute(calendar, UCAL_REPEATED_WALL_TIME, UCAL_WALLTIME_FIRST);
    ucal_setAttribute(calendar, UCAL_SKIPPED_WALL_TIME, UCAL_WALLTIME_NEXT_VALID);
    ucal_setDateTime(calendar, yyyymmdd / 10000, yyyymmdd / 100 % 100 - 1, yyyymmdd % 100, 0, 0, 0,
                     &error);
    millis = ucal_getMillis(calendar, &error);
    CHECK(U_SUCCESS(error));
    return (int64_t)millis * 1000;
}

int32_t clock_date_add(int32_t yyyymmdd, int days)
{
    struct civil c = civil_from_days(
        days_from_civil(yyyymmdd / 10000, yyyymmdd / 100 % 100, yyyymmdd % 100) + days);

    return (int32_t)c.year * 10000 + c.month * 100 + c.day;
}
