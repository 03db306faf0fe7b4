#include "view/format.h"

#include "base/buf.h"
#include "base/clock.h"

#include <unicode/udat.h>
#include <unicode/ustring.h>

/* ---- numbers ---- */

/* Digits in groups of three, "," between them: English and Spanish differ only there. */
static char *grouped(struct arena *arena, uint64_t n)
{
    const char *separator = _(",");
    char digits[32];
    int len = snprintf(digits, sizeof digits, "%" PRIu64, n);
    struct buf out = buf_new(arena, 64);
    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            buf_puts(&out, separator);
        buf_putc(&out, digits[i]);
    }
    return out.p;
}

static uint64_t magnitude(int64_t n)
{
    return n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
}

char *format_count(struct arena *arena, int64_t n)
{
    char *digits = grouped(arena, magnitude(n));
    return n < 0 ? arena_printf(arena, "−%s", digits) : digits;
}

char *format_count_to(struct arena *arena, int64_t n, int64_t ceiling)
{
    if (n < ceiling)
        return format_count(arena, n);
    return arena_printf(arena, "%s+", format_count(arena, ceiling));
}

/* `value` in units of 1/10^digits, trailing zeros dropped. */
static char *decimal(struct arena *arena, uint64_t value, int digits)
{
    uint64_t scale = 1;
    for (int i = 0; i < digits; i++)
        scale *= 10;
    uint64_t rest = value % scale;
    char *whole = grouped(arena, value / scale);
    if (!rest)
        return whole;
    char *fraction = arena_printf(arena, "%0*" PRIu64, digits, rest);
    for (size_t n = strlen(fraction); fraction[n - 1] == '0'; n--)
        fraction[n - 1] = '\0';
    /* TRANSLATORS: the decimal mark */
    return arena_printf(arena, "%s%s%s", whole, _("."), fraction);
}

char *format_percent_bp(struct arena *arena, int64_t bp)
{
    return arena_printf(arena, "%s%s%%", bp < 0 ? "−" : "", decimal(arena, magnitude(bp), 2));
}

/* a × scale / b for b > 0, half to even; a percentage is shown, not booked. */
static int64_t scaled_ratio(int64_t a, int64_t scale, int64_t b)
{
    int64_t out;
    return money_mul_ratio(a, scale, b, &out) ? out : INT64_MAX;
}

char *format_change(struct arena *arena, int64_t now, int64_t before)
{
    if (before <= 0)
        return NULL;
    int64_t tenths = scaled_ratio(now - before, 1000, before);
    const char *sign = tenths > 0 ? "+" : tenths < 0 ? "−" : "";
    return arena_printf(arena, "%s%s%%", sign, decimal(arena, magnitude(tenths), 1));
}

char *format_ratio(struct arena *arena, int64_t part, int64_t whole)
{
    if (whole <= 0)
        return arena_strdup(arena, "—");
    return format_percent_bp(arena, scaled_ratio(part, BP_WHOLE, whole));
}

/* ---- times ---- */

enum { FORMATTERS = 32, PATTERN_SIZE = 32, ZONE_SIZE = 64, TEXT_UNITS = 64 };

/* ICU's formatters are dear to open and cheap to use: a page needs two or three. */
struct formatter {
    char pattern[PATTERN_SIZE], zone[ZONE_SIZE];
    enum language language;
    UDateFormat *icu;
};

static UDateFormat *formatter_open(const char *pattern, const char *zone)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar wide_pattern[PATTERN_SIZE], wide_zone[ZONE_SIZE];
    u_uastrncpy(wide_pattern, pattern, PATTERN_SIZE);
    u_uastrncpy(wide_zone, zone, ZONE_SIZE);
    UDateFormat *icu = udat_open(UDAT_PATTERN, UDAT_PATTERN, i18n_code(i18n_current()), wide_zone,
                                 -1, wide_pattern, -1, &status);
    CHECK(U_SUCCESS(status));
    return icu;
}

static UDateFormat *formatter_find(const char *pattern, const char *zone)
{
    static struct formatter cache[FORMATTERS];
    static size_t next;

    for (size_t i = 0; i < FORMATTERS; i++)
        if (cache[i].icu && cache[i].language == i18n_current() &&
            strcmp(cache[i].pattern, pattern) == 0 && strcmp(cache[i].zone, zone) == 0)
            return cache[i].icu;
    struct formatter *slot = &cache[next++ % FORMATTERS];
    if (slot->icu)
        udat_close(slot->icu);
    snprintf(slot->pattern, sizeof slot->pattern, "%s", pattern);
    snprintf(slot->zone, sizeof slot->zone, "%s", zone);
    slot->language = i18n_current();
    slot->icu = formatter_open(pattern, zone);
    return slot->icu;
}

static char *format_pattern(struct arena *arena, const char *pattern, int64_t us, const char *zone)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar wide[TEXT_UNITS];
    char *text = arena_alloc(arena, TEXT_UNITS * 3);
    int64_t ms = us / 1000 - (us % 1000 < 0);
    if (strlen(zone) >= ZONE_SIZE || !clock_zone_is_known(zone))
        zone = "UTC";
    udat_format(formatter_find(pattern, zone), (UDate)ms, wide, TEXT_UNITS, NULL, &status);
    u_strToUTF8(text, TEXT_UNITS * 3, NULL, wide, -1, &status);
    CHECK(U_SUCCESS(status));
    return text;
}

char *format_date(struct arena *arena, int64_t us, const char *zone)
{
    return format_pattern(arena, "d MMM y", us, zone);
}

char *format_day(struct arena *arena, int64_t us, const char *zone)
{
    return format_pattern(arena, "d MMM", us, zone);
}

char *format_date_time(struct arena *arena, int64_t us, const char *zone)
{
    return format_pattern(arena, "d MMM y, HH:mm", us, zone);
}

char *format_day_number(struct arena *arena, int32_t yyyymmdd)
{
    return format_day(arena, clock_local_day_start(yyyymmdd, "UTC"), "UTC");
}

char *format_span(struct arena *arena, int64_t us)
{
    if (us < 0)
        us = 0;
    long long days = us / CLOCK_DAY, hours = us / CLOCK_HOUR % 24;
    long long minutes = us / CLOCK_MINUTE % 60, seconds = us / CLOCK_SECOND % 60;
    if (days && hours)
        return arena_printf(arena, _("%lld d %lld h"), days, hours);
    if (days)
        return arena_printf(arena, _("%lld d"), days);
    if (hours && minutes)
        return arena_printf(arena, _("%lld h %lld min"), hours, minutes);
    if (hours)
        return arena_printf(arena, _("%lld h"), hours);
    if (minutes)
        return arena_printf(arena, _("%lld min"), minutes);
    return arena_printf(arena, _("%lld s"), seconds);
}

/* Days alone once there is one: "in 3 d" says enough. */
static char *coarse_span(struct arena *arena, int64_t us)
{
    int64_t unit = us >= CLOCK_DAY ? CLOCK_DAY : us >= CLOCK_HOUR ? CLOCK_HOUR : CLOCK_MINUTE;
    return format_span(arena, us - us % unit);
}

char *format_relative(struct arena *arena, int64_t us, int64_t now_us)
{
    int64_t ahead = us - now_us;
    if (ahead > -CLOCK_MINUTE && ahead < CLOCK_MINUTE)
        return arena_strdup(arena, _("now"));
    if (ahead > 0)
        return arena_printf(arena, _("in %s"), coarse_span(arena, ahead));
    return arena_printf(arena, _("%s ago"), coarse_span(arena, -ahead));
}

/* ---- into a view ---- */

void format_set_time(struct view *view, struct arena *arena, const char *name, int64_t us,
                     const char *zone)
{
    char iso[CLOCK_TEXT_SIZE];
    clock_format_iso(iso, us);
    view_set_cstr(view, name, format_date_time(arena, us, zone));
    view_set_cstr(view, arena_printf(arena, "%s_ISO", name), iso);
}

void format_set_money(struct view *view, struct arena *arena, const char *name, int64_t minor,
                      const struct unit *unit)
{
    view_set_cstr(view, name, money_format_display(arena, minor, unit));
}

void format_set_count(struct view *view, struct arena *arena, const char *name, int64_t n)
{
    view_set_cstr(view, name, format_count(arena, n));
}

static const struct {
    const char *kind, *icon, *word;
} states[FORMAT_STATES] = {
    [STATE_PENDING] = {"pending", "clock", N_("Pending")},
    [STATE_IN_REVIEW] = {"review", "eye", N_("In review")},
    [STATE_APPROVED] = {"approved", "check", N_("Approved")},
    [STATE_IN_PAYOUT] = {"approved", "arrow-out", N_("In payout")},
    [STATE_PAID] = {"paid", "coins", N_("Paid")},
    [STATE_REJECTED] = {"rejected", "cross", N_("Rejected")},
    [STATE_REVERSED] = {"reversed", "undo", N_("Reversed")},
    [STATE_DISPUTED] = {"disputed", "alert", N_("Disputed")},
    [STATE_UNATTRIBUTED] = {"outline", "unlinked", N_("Unattributed")},
    [STATE_WAITING] = {"review", "clock", N_("Waiting for its click")},
    [STATE_ACTIVE] = {"paid", "check", N_("Active")},
    [STATE_PAUSED] = {"pending", "pause", N_("Paused")},
    [STATE_CLOSED] = {"review", "cross", N_("Closed")},
    [STATE_DRAFT] = {"outline", "pencil", N_("Draft")},
    [STATE_APPLIED] = {"pending", "clock", N_("Applied")},
    [STATE_DECLINED] = {"rejected", "cross", N_("Declined")},
    [STATE_BANNED] = {"rejected", "ban", N_("Banned")},
    [STATE_VERIFIED] = {"paid", "check", N_("Verified")},
    [STATE_UNVERIFIED] = {"pending", "alert", N_("Not verified")},
    [STATE_REVOKED] = {"rejected", "ban", N_("Revoked")},
    [STATE_EXPIRING] = {"pending", "clock", N_("Expiring")},
    [STATE_TEST] = {"pending", "flask", N_("Test")},
    [STATE_NOT_SET_UP] = {"outline", "plus", N_("Not set up")},
    [STATE_NOT_HEARD] = {"review", "clock", N_("Never heard")},
    [STATE_CONNECTED] = {"paid", "check", N_("Connected")},
    [STATE_SILENT] = {"pending", "clock", N_("Silent")},
    [STATE_DISCONNECTED] = {"rejected", "unlinked", N_("Disconnected")},
    [STATE_REFUSED] = {"rejected", "ban", N_("Refused")},
    [STATE_PROCESSED] = {"paid", "check", N_("Processed")},
    [STATE_PARKED] = {"approved", "clock", N_("Waiting")},
    [STATE_FAILED] = {"pending", "undo", N_("Failed")},
    [STATE_QUARANTINED] = {"rejected", "alert", N_("Quarantined")},
    [STATE_CONFLICT] = {"disputed", "alert", N_("Conflict")},
    [STATE_IGNORED] = {"outline", "info", N_("Ignored")},
    [STATE_NO_DNS] = {"pending", "alert", N_("No DNS")},
    [STATE_WRONG_TARGET] = {"pending", "alert", N_("Wrong target")},
    [STATE_NO_CERTIFICATE] = {"pending", "alert", N_("No certificate")},
    [STATE_OTHER_SERVER] = {"pending", "alert", N_("Another server")},
    [STATE_BROKEN] = {"rejected", "unlinked", N_("Broken")},
};

const char *format_state_word(enum format_state state)
{
    CHECK(state < FORMAT_STATES);
    return _(states[state].word);
}

void format_chip(struct view *view, const char *marker, enum format_state state)
{
    struct view *chip = view_include(view, marker, "layout/chip.tpl");
    view_set_cstr(chip, "WORD", format_state_word(state));
    view_set_cstr(chip, "KIND", states[state].kind);
    view_set_cstr(chip, "ICON", states[state].icon);
}

char *format_sale_sentence(struct arena *arena, const struct format_sale *sale)
{
    const char *day = format_day(arena, sale->release_us, sale->zone);
    switch (sale->state) {
    case STATE_PENDING:
        return arena_printf(arena, _("Releases on %s if the customer keeps the order."), day);
    case STATE_IN_REVIEW:
        return arena_strdup(arena, _("We check this sale before it can be approved."));
    case STATE_APPROVED:
        return arena_strdup(arena, _("Approved: yours to withdraw."));
    case STATE_IN_PAYOUT:
        return arena_strdup(arena, _("On its way to you."));
    case STATE_PAID:
        return arena_strdup(arena, _("Paid out."));
    case STATE_REJECTED:
        return arena_printf(arena, _("Rejected: %s."), sale->reason);
    case STATE_REVERSED:
        return arena_printf(arena, _("Taken back: %s."), sale->reason);
    case STATE_DISPUTED:
        return arena_strdup(arena, _("The brand disputes this sale."));
    case STATE_UNATTRIBUTED:
        return arena_strdup(arena, _("No creator's click or code belongs to this sale."));
    case STATE_WAITING:
        return arena_strdup(arena, _("The sale named a click that has not arrived yet."));
    default:
        UNREACHABLE(); /* the other states are not a sale's */
    }
}

void format_kpi(struct view *view, const char *marker, const struct format_kpi *kpi)
{
    struct view *card = view_include(view, marker, "layout/kpi.tpl");
    view_set_cstr(card, "LABEL", kpi->label);
    view_set_cstr(card, "VALUE", kpi->value);
    if (kpi->change) {
        struct view *change = view_add(card, "CHANGE");
        bool up = kpi->change[0] == '+', level = !up && strncmp(kpi->change, "−", 3) != 0;
        view_set_cstr(change, "DIRECTION",
                      level                       ? "level"
                      : up != kpi->less_is_better ? "good"
                                                  : "bad");
        view_set_cstr(change, "ICON", level ? "level" : up ? "arrow-up" : "arrow-down");
        view_set_cstr(change, "TEXT", kpi->change);
        view_set_cstr(change, "AGAINST", kpi->against);
    }
    if (kpi->note)
        view_set_cstr(view_add(card, "NOTE"), "TEXT", kpi->note);
    if (kpi->spark.n)
        view_set_safe_html(view_add(card, "SPARK"), "CHART", kpi->spark);
}
