#include "setup/shop_script.h"

#include "base/buf.h"
#include "base/i18n.h"

enum { SCRIPT_MAX = 8192 };

static const struct {
    const char *title, *where;
} words[] = {
#define X(name, title, where) [SHOP_SCRIPT_##name] = {title, where},
    SHOP_SCRIPTS(X)
#undef X
};

/* BASE, BRAND and PROGRAM stand for the values; TEST for the mark of test data, or nothing. */
static const char *const texts[] = {
    [SHOP_SCRIPT_CLICK] =
        "<script async src=\"{BASE}/meed.js\" data-program=\"{PROGRAM}\"></script>\n",

    [SHOP_SCRIPT_SALE] =
        "<script async src=\"{BASE}/pixel.js\" data-brand=\"{BRAND}\""
        " data-program=\"{PROGRAM}\"{TEST_TAG}></script>\n",

    [SHOP_SCRIPT_SALE_CALL] =
        "<script async src=\"{BASE}/pixel.js\" data-brand=\"{BRAND}\""
        " data-program=\"{PROGRAM}\"{TEST_TAG}></script>\n"
        "<script>\n"
        "(window.Meed = window.Meed || []).push([\"sale\", {\n"
        "  order_id: \"1001\",\n"
        "  amount: \"129.90\",\n"
        "  currency: \"USD\",\n"
        "  tax: \"0.00\",\n"
        "  coupon: \"\",\n"
        "  items: [{ sku: \"TEE\", price: \"64.95\", quantity: 2 }]\n"
        "}]);\n"
        "</script>\n",

    [SHOP_SCRIPT_SHOPIFY_THEME] =
        "<script async src=\"{BASE}/meed.js\" data-program=\"{PROGRAM}\"></script>\n"
        "<script>\n"
        "addEventListener(\"meed\", function () {\n"
        "  var click = Meed.getClick() || \"\", ref = (Meed.getRef() || {}).ref || \"\";\n"
        "  try {\n"
        "    if (sessionStorage.getItem(\"meed_cart\") === click + ref) return;\n"
        "    sessionStorage.setItem(\"meed_cart\", click + ref);\n"
        "  } catch (e) {}\n"
        "  fetch((window.Shopify && Shopify.routes ? Shopify.routes.root : \"/\")"
        " + \"cart/update.js\", {\n"
        "    method: \"POST\",\n"
        "    headers: { \"Content-Type\": \"application/json\" },\n"
        "    body: JSON.stringify({ attributes: { meed_click: click, meed_ref: ref } })\n"
        "  });\n"
        "});\n"
        "</script>\n",

    [SHOP_SCRIPT_SHOPIFY_PIXEL] =
        "analytics.subscribe(\"checkout_completed\", (event) => {\n"
        "  const it = event.data.checkout;\n"
        "  const money = (value) => value && value.amount;\n"
        "  const attribute = (name) => ((it.attributes || []).find((a) => a.key === name)"
        " || {}).value;\n"
        "  fetch(\"{BASE}/api/v2/affiliate/pixel/{BRAND}\", {\n"
        "    method: \"POST\",\n"
        "    keepalive: true,\n"
        "    body: JSON.stringify({\n"
        "      order_id: it.order && it.order.id,\n"
        "      amount: money(it.totalPrice),\n"
        "      subtotal: money(it.subtotalPrice),\n"
        "      tax: money(it.totalTax),\n"
        "      currency: it.currencyCode,\n"
        "      coupons: (it.discountApplications || [])\n"
        "        .filter((d) => d.type === \"DISCOUNT_CODE\").map((d) => d.title),\n"
        "      program: \"{PROGRAM}\",\n"
        "      click_id: attribute(\"meed_click\"),\n"
        "      ref: attribute(\"meed_ref\"),\n"
        "      items: (it.lineItems || []).map((line) => ({\n"
        "        sku: line.variant && (line.variant.sku || line.variant.id),\n"
        "        price: money(line.variant && line.variant.price),\n"
        "        quantity: line.quantity\n"
        "      })){TEST_MEMBER}\n"
        "    })\n"
        "  });\n"
        "});\n",
};

const char *shop_script_title(enum shop_script script)
{
    CHECK(script < SHOP_SCRIPT_COUNT);
    return _(words[script].title);
}

const char *shop_script_where(enum shop_script script)
{
    CHECK(script < SHOP_SCRIPT_COUNT);
    return _(words[script].where);
}

/* One of the names in braces; false: a brace of the script itself. */
static bool put_value(struct buf *b, struct sv name, const struct shop_script_values *values)
{
    char pid[UUID_TEXT_SIZE];

    if (sv_eq_cstr(name, "BASE"))
        buf_puts(b, values->base_url);
    else if (sv_eq_cstr(name, "TEST_TAG"))
        buf_puts(b, values->test_mode ? " data-mode=\"test\"" : "");
    else if (sv_eq_cstr(name, "TEST_MEMBER"))
        buf_puts(b, values->test_mode ? ",\n      test: true" : "");
    else if (sv_eq_cstr(name, "BRAND") || sv_eq_cstr(name, "PROGRAM")) {
        uuid_format(pid, sv_eq_cstr(name, "BRAND") ? values->brand : values->program);
        buf_puts(b, pid);
    } else {
        return false;
    }
    return true;
}

struct sv shop_script_write(struct arena *arena, enum shop_script script,
                            const struct shop_script_values *values)
{
    struct buf b = buf_new(arena, SCRIPT_MAX);
    struct sv rest;

    CHECK(script < SHOP_SCRIPT_COUNT);
    rest = sv_from(texts[script]);
    while (rest.n > 0) {
        ptrdiff_t end = rest.p[0] == '{' ? sv_find(rest, '}') : -1;

        if (end > 0 && put_value(&b, sv_sub(rest, 1, (size_t)end - 1), values)) {
            rest = sv_from_index(rest, (size_t)end + 1);
            continue;
        }
        buf_putc(&b, rest.p[0]);
        rest = sv_from_index(rest, 1);
    }
    CHECK(!b.overflow);
    return buf_sv(&b);
}
