/*
 * Numbers, times and states as people read them, in the language of the request.
 *
 * Texts live in the arena. Times come as UTC microseconds with the IANA zone of
 * the reader; the ISO form in UTC goes into <time datetime title>. Amounts come
 * with their unit; nothing here adds or rounds money.
 */
#ifndef MEED_VIEW_FORMAT_H
#define MEED_VIEW_FORMAT_H

#include "base/money.h"
#include "view/view.h"

/* "24,318" */
char *format_count(struct arena *arena, int64_t n);
/* "24,318", or "10,000+" when the count stopped at `ceiling`. */
char *format_count_to(struct arena *arena, int64_t n, int64_t ceiling);
/* "12.4%", "10%": as many digits as it has, at most two. */
char *format_percent_bp(struct arena *arena, int64_t bp);
/* now / before − 1 as "+12.4%", "−3%", to one digit, half even; NULL when there was nothing before.
 */
char *format_change(struct arena *arena, int64_t now, int64_t before);
/* part / whole as "3.48%", "—" when the whole is 0. */
char *format_ratio(struct arena *arena, int64_t part, int64_t whole);

char *format_date(struct arena *arena, int64_t us, const char *zone);      /* 12 Jun 2026 */
char *format_day(struct arena *arena, int64_t us, const char *zone);       /* 12 Jun */
char *format_date_time(struct arena *arena, int64_t us, const char *zone); /* 12 Jun 2026, 14:05 */
char *format_day_number(struct arena *arena, int32_t yyyymmdd);            /* 12 Jun */
/* The two largest parts: "2 d 4 h", "17 min", "5 s". */
char *format_span(struct arena *arena, int64_t us);
/* "in 3 d", "2 h ago", "now". */
char *format_relative(struct arena *arena, int64_t us, int64_t now_us);

/*
 * A moment, as <time datetime="{{NAME_ISO}}" title="{{NAME_ISO}}">{{NAME}}</time>:
 * sets NAME to the local date and time and NAME_ISO to UTC.
 */
void format_set_time(struct view *view, struct arena *arena, const char *name, int64_t us,
                     const char *zone);
/* Sets NAME to "€1,204.00". Put it into a cell or element of class "num". */
void format_set_money(struct view *view, struct arena *arena, const char *name, int64_t minor,
                      const struct unit *unit);
void format_set_count(struct view *view, struct arena *arena, const char *name, int64_t n);

/*
 * Every state that a chip can show: a class, an icon and a word, never colour alone.
 * The first block is a commission's; the others are states of other things.
 */
enum format_state {
    STATE_PENDING,
    STATE_IN_REVIEW, /* pending with a hold */
    STATE_APPROVED,
    STATE_IN_PAYOUT, /* approved with a live payout line */
    STATE_PAID,
    STATE_REJECTED,
    STATE_REVERSED,
    STATE_DISPUTED,
    STATE_UNATTRIBUTED,
    STATE_WAITING, /* awaiting its click or its session */

    STATE_ACTIVE,
    STATE_PAUSED,
    STATE_CLOSED,
    STATE_DRAFT,
    STATE_APPLIED,
    STATE_DECLINED,
    STATE_BANNED,
    STATE_VERIFIED,
    STATE_UNVERIFIED,
    STATE_REVOKED,
    STATE_EXPIRING,
    STATE_TEST,

    STATE_NOT_SET_UP, /* doors: no key yet */
    STATE_NOT_HEARD,
    STATE_CONNECTED,
    STATE_SILENT, /* heard once, not within a day */
    STATE_DISCONNECTED,
    STATE_REFUSED, /* events, and the newest of a door */
    STATE_PROCESSED,
    STATE_PARKED,
    STATE_FAILED,
    STATE_QUARANTINED,
    STATE_CONFLICT,
    STATE_IGNORED,
    STATE_NO_DNS,
    STATE_WRONG_TARGET,
    STATE_NO_CERTIFICATE,
    STATE_OTHER_SERVER,
    STATE_BROKEN,
    FORMAT_STATES,
};

const char *format_state_word(enum format_state state); /* translated: "Pending" */
/* The chip at {{>MARKER}}. */
void format_chip(struct view *view, const char *marker, enum format_state state);

/* What a status sentence needs to know. */
struct format_sale {
    enum format_state state;
    int64_t release_us; /* when the holdback ends; pending */
    const char *reason; /* the worded reason; rejected and reversed */
    const char *zone;
};
/* "Pending: releases on 12 Jun, if the customer keeps the order." */
char *format_sale_sentence(struct arena *arena, const struct format_sale *sale);

/* A KPI card at {{>MARKER}}, inside <dl class="kpis">. */
struct format_kpi {
    const char *label;
    const char *value;   /* already formatted */
    const char *change;  /* from format_change(); NULL: not drawn */
    const char *against; /* "against the 30 days before" */
    bool less_is_better; /* refunds, say: colours only */
    const char *note;    /* a plain second line; NULL: none */
    struct sv spark;     /* from chart_sparkline(); empty: none */
};
void format_kpi(struct view *view, const char *marker, const struct format_kpi *kpi);

#endif
