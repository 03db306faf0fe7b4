/*
 * What a brand pastes into its shop: the tags of meed.js and pixel.js, and what Shopify needs
 * beside them. Pure.
 *
 * Each runs as it stands: the brand's and the program's ids are in it. X(name, what it is called,
 * where it goes)
 */
#ifndef MEED_SETUP_SHOP_SCRIPT_H
#define MEED_SETUP_SHOP_SCRIPT_H

#include "base/arena.h"
#include "base/id.h"
#include "base/sv.h"

#define SHOP_SCRIPTS(X)                                                                            \
    X(CLICK, N_("Who sent the visitor"),                                                           \
      N_("Into the head of every page of the shop. It remembers the partner and the click, for "   \
         "90 days, in the shop's own storage."))                                                   \
    X(SALE, N_("What was bought"),                                                                 \
      N_("Into the page that thanks the buyer. It finds WooCommerce, Shopify and a GA4 purchase "  \
         "in the dataLayer by itself; no tag manager is needed."))                                 \
    X(SALE_CALL, N_("What was bought, told by your own page"),                                     \
      N_("Instead, where the shop is none of these: fill in the order's values on the server."))   \
    X(SHOPIFY_THEME, N_("Shopify: the click on the order"),                                        \
      N_("Into theme.liquid, before </head>. It copies the click into the cart's attributes, so "  \
         "that the order's webhook carries it."))                                                  \
    X(SHOPIFY_PIXEL, N_("Shopify: custom pixel"),                                                  \
      N_("Settings → Customer events → Add custom pixel. Its sales are held until Shopify's "  \
         "webhook tells of the order, too."))

enum shop_script {
#define X(name, title, where) SHOP_SCRIPT_##name,
    SHOP_SCRIPTS(X)
#undef X
        SHOP_SCRIPT_COUNT
};

struct shop_script_values {
    const char *base_url; /* of Meed, as the shop's visitors reach it; no slash at its end */
    struct uuid brand, program;
    bool test_mode; /* what it tells of is test data */
};

/* In the reader's language. */
const char *shop_script_title(enum shop_script script);
const char *shop_script_where(enum shop_script script);

struct sv shop_script_write(struct arena *arena, enum shop_script script,
                            const struct shop_script_values *values);

#endif
