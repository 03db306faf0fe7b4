/*
 * Commands to paste: a sale, sent by a brand's own values. Pure.
 *
 * What is shown runs as it stands in a POSIX shell, or in Node, each time as another order.
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

/* POST /api/conv with a Bearer key: by curl, by Node. */
struct sv example_api(struct arena *arena, const struct example *example);
struct sv example_api_node(struct arena *arena, const struct example *example);
/* The signed postback: by curl and openssl, by Node. */
struct sv example_postback(struct arena *arena, const struct example *example);
struct sv example_postback_node(struct arena *arena, const struct example *example);
const char *example_postback_url(struct arena *arena, const char *base_url, struct uuid brand);

#endif
