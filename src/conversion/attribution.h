/*
 * Who is credited with a sale, and why the others are not. Pure.
 *
 * Precedence: click id > exclusive coupon > token > ref > other coupon > the first
 * sale of the subscription; of a rebill that first sale comes before all. A click
 * id stands for its visitor: the visitor's last eligible click in the program
 * before the sale wins, whichever of the visitor's clicks was posted. Every
 * candidate keeps a verdict, winners and losers alike, to be stored with the sale.
 *
 * A click is eligible when it is this program's and mode's, was made by a
 * person, lies in [sale − window, sale], and its link and partnership are active.
 */
#ifndef MEED_CONVERSION_ATTRIBUTION_H
#define MEED_CONVERSION_ATTRIBUTION_H

#include "base/clock.h"
#include "base/id.h"
#include "base/sv.h"
#include "program/program.h"

enum candidate_kind {
    CANDIDATE_CLICK,
    CANDIDATE_COUPON,
    CANDIDATE_TOKEN,
    CANDIDATE_REF,
    CANDIDATE_PARENT, /* whom the first sale of the subscription credits */
};

/* Stored in attribution_candidate.verdict; pages word each. X(name, stored text). */
#define ATTRIBUTION_VERDICTS(X)                                                                    \
    X(WON, "won")                                                                                  \
    X(SUPERSEDED, "superseded")       /* eligible, but a later click of the visitor won */         \
    X(LOWER_PRECEDENCE, "precedence") /* eligible, but something stronger was told */              \
    X(OTHER_PROGRAM, "other_program")                                                              \
    X(OTHER_MODE, "other_mode") /* a test click with a live key, or the reverse */                 \
    X(BOT, "bot")               /* bot, link preview, prefetch or HEAD */                          \
    X(AFTER_SALE, "after_sale")                                                                    \
    X(OUTSIDE_WINDOW, "outside_window")                                                            \
    X(PARTNERSHIP_INACTIVE, "partnership_inactive")                                                \
    X(LINK_INACTIVE, "link_inactive")                                                              \
    X(CODE_STOPPED, "code_stopped")                                                                \
    X(UNKNOWN, "unknown") /* told by the order, but there is no such thing */

enum attribution_verdict {
#define X(name, text) VERDICT_##name,
    ATTRIBUTION_VERDICTS(X)
#undef X
        ATTRIBUTION_VERDICT_COUNT
};

/* How a sale was credited; stored in conversion.method. X(name, stored text). */
#define ATTRIBUTION_METHODS(X)                                                                     \
    X(NONE, "")                                                                                    \
    X(CLICK, "click")     /* the posted click itself */                                            \
    X(VISITOR, "visitor") /* another click of the posted click's visitor */                        \
    X(COUPON, "coupon")                                                                            \
    X(TOKEN, "token")                                                                              \
    X(REF, "ref")                                                                                  \
    X(PARENT, "parent")                                                                            \
    X(MANUAL, "manual")

enum attribution_method {
#define X(name, text) METHOD_##name,
    ATTRIBUTION_METHODS(X)
#undef X
        ATTRIBUTION_METHOD_COUNT
};

struct attribution_candidate {
    enum candidate_kind kind;
    bool known;          /* false: the order names it, the tables don't */
    struct uuid click;   /* kind CLICK; of TOKEN and REF: the click found for it, or zero */
    struct uuid visitor; /* kind CLICK */
    uint64_t link, partnership, partner, program, campaign, coupon;
    int64_t at_us; /* of the click; 0 where there is none */
    bool posted;   /* kind CLICK: the one that the order names */
    bool test_mode, bot;
    bool partnership_active, link_active;
    bool exclusive;                   /* kind COUPON */
    bool original;                    /* kind PARENT: the sale is a rebill */
    int64_t stops_us;                 /* kind COUPON: when it stops or stopped; 0: never */
    struct sv snapshot;               /* JSON: the click or code as it is now, kept with the sale */
    enum attribution_verdict verdict; /* set by attribution_decide */
};

struct attribution_sale {
    uint64_t program;
    bool test_mode;
    int64_t occurred_us;
    bool whole_seconds; /* the door tells time in seconds: the sale may be up to 1 s later */
    int64_t window_us;
    enum program_code_rank code_rank; /* the program's setting */
};

enum { ATTRIBUTION_NOBODY = -1 };

struct attribution_decision {
    int winner; /* index of the candidate, or ATTRIBUTION_NOBODY */
    enum attribution_method method;
    const char *reason; /* code: why this one, or why none */
};

/* Sets every candidate's verdict. Candidates may come in any order. */
struct attribution_decision attribution_decide(const struct attribution_sale *sale,
                                               struct attribution_candidate *candidates, size_t n);

const char *attribution_verdict_text(enum attribution_verdict verdict);
const char *attribution_method_text(enum attribution_method method);
const char *candidate_kind_text(enum candidate_kind kind);

#endif
