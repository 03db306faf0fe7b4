/*
 * What happens to the plan's sales, and when: each is told to its brand, some are told by a second
 * door, some are followed by a sale in another program, some are refunded. Pure.
 *
 *   Acme        every sale of the plan; 6 of 100 refunded, every other one in part; 4 charged back,
 *               one of which is won; one refund comes before its sale
 *   Cloudbase   a trial, then a payment a month, by Stripe
 *   Susurra     a lead, a trial, a sale, and rebills, by the CPA network's door
 *   the others  one sale
 */
#ifndef MEED_CTL_DEMO_AGENDA_H
#define MEED_CTL_DEMO_AGENDA_H

#include "ctl/demo.h"

enum demo_what {
    DEMO_TELL_SALE,  /* to Acme */
    DEMO_TELL_AGAIN, /* the same, by the other door */
    DEMO_TELL_LEAD,  /* to the brand `at`, as the next three */
    DEMO_TELL_TRIAL,
    DEMO_TELL_PAYMENT,
    DEMO_TELL_REBILL,
    DEMO_TELL_PART_REFUND, /* of Acme's sale, as the next three */
    DEMO_TELL_REFUND,
    DEMO_TELL_CHARGEBACK,
    DEMO_TELL_CHARGEBACK_WON,
};

struct demo_happening {
    int64_t at_us;
    enum demo_what what;
    size_t sale; /* of the plan */
    int at;      /* brand */
    int no;      /* REBILL: 1 for the first */
};

/* By time; *n of them, all at or before demo->end_us. */
struct demo_happening *demo_agenda_make(const struct demo *demo, size_t *n);

#endif
