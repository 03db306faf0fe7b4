/*
 * The two clocks.
 *
 * Business time decides clicks, sales, windows, holdbacks, deadlines and
 * schedules; in development `meedctl clock advance` moves it, for every process
 * at once, through one shared page. Wire time is the machine's own: signatures,
 * sessions, rate limits, leases, retries, logs. Both are UTC microseconds since
 * 1970. SQL never asks the database what time it is.
 */
#ifndef MEED_BASE_CLOCK_H
#define MEED_BASE_CLOCK_H

#include "base/sv.h"

#define CLOCK_SECOND INT64_C(1000000)
#define CLOCK_MINUTE (60 * CLOCK_SECOND)
#define CLOCK_HOUR   (60 * CLOCK_MINUTE)
#define CLOCK_DAY    (24 * CLOCK_HOUR)

/*
 * Map the shared offset at `path`, made when missing. Without this call, or in
 * production, business time is wire time. False (logged) when it can't be mapped.
 */
MUST_USE bool clock_open(const char *path);
int64_t clock_business_us(void);
int64_t clock_wire_us(void);
int64_t clock_monotonic_us(void);
/* Moves business time, also back; development only. False when no page is mapped. */
MUST_USE bool clock_advance(int64_t by_us);
int64_t clock_offset_us(void);
/* Fixes business time for this process alone: tests of rules, the demo's loader. 0 lets it run
 * again. */
void clock_fix(int64_t business_us);

/* "31d", "12h", "90m", "45s", optional leading '-'. */
MUST_USE bool clock_parse_span(struct sv text, int64_t *span_us);

enum { CLOCK_TEXT_SIZE = 32 };
/* 2026-11-21T06:13:05.123456Z */
void clock_format_iso(char out[CLOCK_TEXT_SIZE], int64_t us);
void clock_format_date(char out[CLOCK_TEXT_SIZE], int64_t us); /* 2026-11-21 */
/* RFC 3339 with Z or an offset, optional fraction; or unix seconds in decimal digits. */
MUST_USE bool clock_parse(struct sv text, int64_t *us);

/* The calendar day in an IANA zone, as 20261121. An unknown zone counts as UTC. */
int32_t clock_local_date(int64_t us, const char *zone);
/* The first instant of that local day. */
int64_t clock_local_day_start(int32_t yyyymmdd, const char *zone);
bool clock_zone_is_known(const char *zone);
/* Every zone that stands for a place, by name, and UTC first: for choices in forms. NULL-ended. */
const char *const *clock_zones(struct arena *arena);
int32_t clock_date_add(int32_t yyyymmdd, int days);

#endif
