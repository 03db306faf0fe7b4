/*
 * Commands to paste: a sale, sent by a brand's own values. Pure.
 *
 * What is shown runs as it stands, in a POSIX shell, in Node or in PHP, each time as another order.
 * A live key or secret can't be shown again; the command then takes it from the
 * environment, as MEED_KEY or MEED_SECRET, and the click's id from CLICK_ID.
 */
#ifndef MEED_SETUP_EXAMPLE_H
#define MEED_SETUP_EXAMPLE_H

#include "base/id.h"
#include "base/money.h"

struct example {
    const char *base_url;
    struct uuid brand, program;
    struct unit currency;
    struct sv key, secret; /* empty: from the environment */
    struct sv click;       /* the click to credit; empty: the token's link */
    struct sv token;       /* of the test creator's link; empty as well: CLICK_ID */
};

enum example_door { EXAMPLE_API /* POST /api/conv with a Bearer key */, EXAMPLE_POSTBACK };
/* A POSIX shell with curl and openssl; Node 18; PHP 7 without any extension. */
enum example_language { EXAMPLE_CURL, EXAMPLE_NODE, EXAMPLE_PHP, EXAMPLE_LANGUAGES };

struct sv example_write(struct arena *arena, const struct example *example, enum example_door door,
                        enum example_language language);

const char *example_language_name(enum example_language language);  /* "cURL" */
const char *example_language_param(enum example_language language); /* "curl", in addresses */
enum example_language example_language_read(struct sv param);       /* cURL, unless it is another */

const char *example_refund_url(struct arena *arena, const char *base_url, struct uuid brand);
const char *example_postback_url(struct arena *arena, const char *base_url, struct uuid brand);

#endif
