/*
 * The integration tester: what has arrived of a test click and a test sale, and for what has
 * not, or arrived wrong, the remedy. Pure.
 */
#ifndef MEED_SETUP_SETUP_CHECKS_H
#define MEED_SETUP_SETUP_CHECKS_H

#include "setup/setup_state.h"

enum setup_check {
    CHECK_CLICK,
    CHECK_SALE,  /* something arrived */
    CHECK_PROOF, /* its key or signature */
    CHECK_READ,  /* JSON, and each member */
    CHECK_CREDIT,
    CHECK_COMMISSION,
    CHECK_SHOWN,
    SETUP_CHECKS,
};
enum setup_verdict { CHECK_WAITING, CHECK_GOOD, CHECK_BAD };

struct setup_finding {
    enum setup_verdict verdict;
    const char *words;
    const char *url; /* of the page that shows it; NULL: none */
};

void setup_check_all(struct arena *arena, const struct setup_state *state,
                     struct setup_finding findings[SETUP_CHECKS]);

#endif
