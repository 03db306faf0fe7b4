/*
 * How far a brand has come with one program, from the first page to its first test sale.
 *
 * Nothing of it is stored: every step is read off the data that it leaves behind, so the
 * wizard can be left and taken up anywhere, and never claims what is not so.
 */
#ifndef MEED_SETUP_SETUP_STATE_H
#define MEED_SETUP_SETUP_STATE_H

#include "conversion/conversion_list.h"
#include "http/http.h"
#include "program/site.h"
#include "setup/setup_store.h"
#include "setup/test_link.h"

enum setup_step {
    SETUP_BRAND,
    SETUP_PROGRAM,
    SETUP_SITE,
    SETUP_KEY,
    SETUP_TEST, /* its newest test sale is credited to somebody */
    SETUP_OPEN,
    SETUP_STEPS,
};

struct setup_state {
    struct setup_brand brand;
    bool has_program, has_site, has_sale;
    bool shows_tests; /* the reader is in test mode, and so sees test sales */
    struct program program;
    struct site site;         /* under the program's page */
    struct sv key;            /* a test key; empty: none */
    struct sv secret;         /* the test secret of the signed postback; empty: none */
    struct test_link link;    /* of the program */
    struct setup_click click; /* the newest on that link */
    struct sale_detail sale;  /* the program's newest test sale */
    struct setup_refusal refusal;
    bool done[SETUP_STEPS];
};

/* The last that came was refused: nothing of an older sale says how it goes now. */
bool setup_was_refused(const struct setup_state *state);

/* `wanted`: the program's public id; empty: the newest that is not closed. DB_NO_ROW: no such. */
MUST_USE enum db_status setup_state_read(struct http_request *request, struct sv wanted,
                                         struct setup_state *out);

#endif
