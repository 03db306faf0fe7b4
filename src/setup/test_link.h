/* The built-in test creator of a program, as the setup pages use it. */
#ifndef MEED_SETUP_TEST_LINK_H
#define MEED_SETUP_TEST_LINK_H

#include "partner/partner.h"

struct test_link {
    uint64_t link; /* 0: the program has no test creator yet */
    struct sv token, code;
    const char *url;
};

MUST_USE enum db_status test_link_find(struct db *db, struct arena *arena,
                                       const struct settings *settings,
                                       const struct program *program, struct test_link *out);

#endif
