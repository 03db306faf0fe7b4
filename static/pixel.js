/*
 * pixel.js: tells Meed of a sale, from the page that thanks the buyer.
 *
 *   <script async src="https://meed.example/pixel.js" data-brand="BRAND-ID"></script>
 *
 *   data-program           the program's id, where the brand has several
 *   data-currency          where the page doesn't say it, as a WooCommerce shop in dollars
 *   data-mode="test"       the sale is test data
 *   data-require-consent   nothing is sent before Meed.consent(true)
 *
 * It finds by itself: a GA4 purchase in the dataLayer (or the older ecommerce.purchase), the
 * order-received page of WooCommerce, Shopify.checkout. Any other shop calls
 *
 *   Meed.sale({order_id: "1001", amount: "129.90", currency: "USD", tax: "10.00",
 *              coupon: "ANNA10", items: [{sku: "TEE", price: "59.95", quantity: 2}]})
 *
 * or, before the script has loaded: (window.Meed = window.Meed || []).push(["sale", {…}]).
 * An order is sent once. Browsers that send Sec-GPC send nothing.
 */
(() => {
  "use strict";
  const KEPT = 7776e6;
  const tag = document.currentScript || document.querySelector("script[data-brand]");
  if (!tag) return;
  const options = tag.dataset;
  const url = `${new URL(tag.src, location).origin}/api/v2/affiliate/pixel/${options.brand}`;
  const Meed = window.Meed = Array.isArray(window.Meed) ? { later: window.Meed } : window.Meed || {};
  Meed.later ||= [];
  const sent = new Set(), waiting = [];
  let granted = !("requireConsent" in options) || Meed.consented;

  // What meed.js keeps of the visitor.
  const visitor = () => {
    const looks = [() => localStorage.getItem("meed"),
      () => decodeURIComponent((`; ${document.cookie}`.split("; meed=")[1] || "").split(";")[0])];
    for (const look of looks) {
      try {
        const found = JSON.parse(look());
        if (found && Date.now() - found.seen < KEPT) return found;
      } catch {}
    }
    return {};
  };

  // Numbers lose what binary fractions add to them; texts stay as the shop wrote them.
  const digits = (currency) => {
    try {
      return new Intl.NumberFormat("en", { style: "currency", currency })
        .resolvedOptions().maximumFractionDigits;
    } catch { return 2; }
  };
  const decimal = (value, currency) => typeof value === "number"
    ? value.toFixed(digits(currency)) : value == null || value === "" ? undefined : `${value}`.trim();
  const text = (value) => value == null || value === "" ? undefined : `${value}`;

  const mark = (order, done) => {
    const key = `meed_sale:${options.brand}:${order}`;
    try {
      if (done) sessionStorage.setItem(key, 1);
      return sessionStorage.getItem(key);
    } catch { return null; }
  };

  const send = (sale) => {
    const order = text(sale.order_id);
    if (!order || sent.has(order) || mark(order)) return;
    sent.add(order);
    const currency = text(sale.currency || options.currency);
    const { ref, click, token } = visitor();
    const own = Meed.getClick && Meed.getClick();
    const body = JSON.stringify({
      order_id: order, amount: decimal(sale.amount, currency), currency,
      subtotal: decimal(sale.subtotal, currency), tax: decimal(sale.tax, currency),
      shipping: decimal(sale.shipping, currency), coupon: text(sale.coupon),
      event: text(sale.event), program: text(sale.program || options.program),
      ref: text(sale.ref || ref), click_id: text(sale.click_id || own || click), token: text(token),
      items: (sale.items || []).slice(0, 500).map((item) => ({
        sku: text(item.sku), category: text(item.category), price: decimal(item.price, currency),
        quantity: Number(item.quantity) || 1,
      })),
      test: options.mode === "test" || sale.test === true || undefined,
    });
    if (!window.fetch) {
      if (navigator.sendBeacon && navigator.sendBeacon(url, body)) mark(order, true);
      return;
    }
    fetch(url, { method: "POST", body, keepalive: body.length < 6e4 }).then((answer) => {
      if (answer.status < 500 && answer.status !== 429) mark(order, true);
      if (answer.status >= 400)
        answer.json().then((problem) => console.warn(`Meed: ${problem.title} ${problem.detail}`),
          () => {});
    }).catch(() => {});
  };

  // --- What pages tell by themselves

  const path = location.pathname.match(/\/order-received\/(\d+)/)
    || location.search.match(/[?&]order-received=(\d+)/);
  const checkout = () => (window.Shopify && window.Shopify.checkout) || {};
  let found = false;
  // The shop's own number of the order is what its webhook tells; analytics may show another.
  const offer = (sale) => {
    found = true;
    Meed.sale({ ...sale, order_id: (path && path[1]) || checkout().order_id || sale.order_id });
  };

  const product = (item) => ({
    sku: item.item_sku || item.sku || item.item_id || item.id, price: item.price,
    quantity: item.quantity, category: item.item_category || item.category,
  });
  const ga4 = (it, currency) => it && it.transaction_id && offer({
    order_id: it.transaction_id, amount: it.value, currency: it.currency || currency, tax: it.tax,
    shipping: it.shipping, coupon: it.coupon, items: (it.items || []).map(product),
  });
  const look = (entry) => {
    try {
      if (entry[0] === "event" && entry[1] === "purchase") ga4(entry[2]); // gtag()
      const shop = entry.ecommerce || entry;
      if (entry.event === "purchase") ga4(shop);
      const old = shop.purchase && shop.purchase.actionField;
      if (old && old.id)
        offer({ order_id: old.id, amount: old.revenue, currency: shop.currencyCode, tax: old.tax,
          shipping: old.shipping, coupon: old.coupon, items: (shop.purchase.products || []).map(product) });
    } catch {}
  };
  let layer;
  const seen = new WeakSet(); // a tag manager may cut entries off: places tell nothing
  const scan = () => {
    const now = window.dataLayer;
    if (!Array.isArray(now)) return;
    if (now !== layer) {
      layer = now;
      const push = now.push;
      now.push = function (...entries) {
        const result = push.apply(this, entries);
        scan();
        return result;
      };
    }
    for (const entry of now) {
      if (typeof entry !== "object" || !entry || seen.has(entry)) continue;
      seen.add(entry);
      look(entry);
    }
  };

  const shopify = () => {
    const it = checkout();
    if (it.order_id && it.total_price != null)
      offer({
        amount: it.total_price, currency: it.currency || it.presentment_currency,
        subtotal: it.subtotal_price, tax: it.total_tax, coupon: it.discount && it.discount.code,
        items: (it.line_items || []).map(product),
      });
  };

  // "1.299,90 €" and "$1,299.90": the last mark counts as the point unless three digits follow.
  const amountOf = (shown, money) => {
    const digitsOnly = shown.replace(/[^\d.,-]/g, "").replace(/^[.,]+|[.,]+$/g, "");
    const point = money.decimalSeparator
      || (digitsOnly.match(/[.,](?=\d{1,2}$)/) || [""])[0];
    const [whole, part] = point ? digitsOnly.split(point) : [digitsOnly];
    return whole.replace(/[.,]/g, "") + (part ? `.${part}` : "");
  };
  const signs = { "€": "EUR", "£": "GBP", "₹": "INR", "₺": "TRY", "₪": "ILS", "₫": "VND", "₴": "UAH",
    "zł": "PLN", "Kč": "CZK", "R$": "BRL", "CHF": "CHF" };
  const woocommerce = () => {
    const shown = document.querySelector(".woocommerce-order-overview__total .amount, "
      + ".woocommerce-order-overview .total .amount, "
      + ".wc-block-order-confirmation-summary-list-item__value .amount, "
      + ".woocommerce-table--order-details tfoot tr:last-child .amount");
    if (!path || !shown) return;
    const money = (window.wcSettings && window.wcSettings.currency) || {};
    const sign = shown.querySelector(".woocommerce-Price-currencySymbol");
    offer({ order_id: path[1], amount: amountOf(shown.textContent, money),
      currency: money.code || options.currency || signs[sign ? sign.textContent.trim() : ""] });
  };

  // --- What pages call

  const others = Meed.consent;
  Meed.consent = (yes) => {
    if (others) others(yes);
    Meed.consented = granted = !!yes;
    if (granted) waiting.splice(0).forEach(send);
  };
  Meed.sale = (sale) => {
    if (!sale || navigator.globalPrivacyControl === true) return;
    if (granted) send(sale);
    else waiting.push(sale);
  };
  Meed.push = (call) => Meed[call[0]] ? Meed[call[0]](...call.slice(1)) : Meed.later.push(call);
  Meed.later.splice(0).forEach(Meed.push);

  // A dataLayer may come, or be replaced, after us; what it tells is richer than what pages show.
  const settle = () => {
    scan();
    if (!found) shopify();
    if (!found) woocommerce();
  };
  scan();
  if (!found) shopify();
  const later = () => [0, 500, 1500].forEach((ms) => setTimeout(ms < 1500 ? scan : settle, ms));
  if (document.readyState === "complete") later();
  else addEventListener("load", later);
  let ticks = 60;
  const timer = setInterval(() => { scan(); if (--ticks === 0) clearInterval(timer); }, 1000);
})();
