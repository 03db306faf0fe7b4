// meed.js and pixel.js on real pages of other origins: S1-01 to S1-08, S0-18 to S0-20.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, describe, test } from 'node:test';
import { startInstance } from '../support/instance.mjs';
import { awaitRef, chrome } from '../http/browser_support.mjs';
import { database, storedClick, until } from '../http/click_support.mjs';
import { bearer, makeShop, sendByKey } from '../http/door_support.mjs';
import { launch } from './support.mjs';

const DAY = 86400000;
// In the order of enum shop_script.
const [CLICK, SALE, SALE_CALL, SHOPIFY_THEME, SHOPIFY_PIXEL] = [0, 1, 2, 3, 4];

let stack, sql, shop, browser, site, port, orders = 0;
const pages = new Map(); // path → HTML, or {html, headers}
const asked = []; // what the shop's own server was sent

before(async () => {
  stack = await startInstance({ click_limit_per_minute_ip: 100000, pixel_limit_per_minute_ip: 100000 });
  sql = database(stack.env);
  shop = await makeShop(stack, 'scripts');
  site = http.createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    asked.push({ method: request.method, path: request.url, body, cookie: request.headers.cookie });
    const page = pages.get(request.url.split('?')[0]) ?? '<title>Shop</title>';
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', ...page.headers });
    response.end(page.html ?? page);
  });
  await new Promise((ready) => { site.listen(0, '127.0.0.1', ready); });
  port = site.address().port;
  await allow(`http://shop.localhost:${port}`);
  await awaitRef(stack, shop);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  site?.close();
  await stack?.stop();
});

// ---- what the tests share ----------------------------------------------------------------------

const brand = () => `(SELECT id FROM brand WHERE pid = UNHEX('${shop.brand.replaceAll('-', '')}'))`;
const allow = (origin) => sql(`INSERT INTO pixel_origin (brand, origin, created_by, created_us) VALUES (${brand()}, '${origin}', 1, 1)`);
const at = (path, host = 'shop') => `http://${host}.localhost:${port}${path}`;
const html = (...parts) => `<!doctype html><title>Shop</title>${parts.join('\n')}<p>A shop`;
const clickTag = (attributes = '') =>
  `<script async src="${stack.baseUrl}/meed.js" data-program="${shop.program}" ${attributes}></script>`;
const pixelTag = (attributes = '') =>
  `<script async src="${stack.baseUrl}/pixel.js" data-brand="${shop.brand}" ${attributes}></script>`;
const serve = (path, ...parts) => { pages.set(path, html(...parts)); return path; };
const nextOrder = () => `${process.pid}${String(++orders).padStart(4, '0')}`;

// A visitor; what the page throws or the browser refuses fails the test that asks for `faults`.
async function visitor() {
  const context = await browser.newContext({ userAgent: chrome });
  const page = await context.newPage();
  page.faults = [];
  page.sent = [];
  page.on('pageerror', (error) => page.faults.push(error.message));
  page.on('console', (message) => page.faults.push(message.text()));
  page.on('request', (request) => {
    if (request.url().startsWith(stack.baseUrl) && request.method() === 'POST')
      page.sent.push({ path: new URL(request.url()).pathname, json: JSON.parse(request.postData()) });
  });
  return page;
}

const ready = (page) => page.waitForFunction(() => window.Meed && window.Meed.getRef);
const getRef = (page) => page.evaluate(() => window.Meed.getRef());
const clickOf = async (page) => (await page.waitForFunction(() => window.Meed && window.Meed.getClick && window.Meed.getClick())).jsonValue();
const record = (page) => page.evaluate(() => JSON.parse(localStorage.getItem('meed')));
async function open(page, path, host) {
  await page.goto(at(path, host));
  await ready(page);
}

// A page of the same visitor, `days` later.
async function later(page, days) {
  const next = await page.context().newPage();
  await next.addInitScript((ms) => { const now = Date.now; Date.now = () => now() + ms; }, days * DAY);
  return next;
}

async function sold(order) {
  const rows = await until(async () => {
    const found = await sql(`SELECT c.gross, c.unit, c.method, c.mode, COALESCE(GROUP_CONCAT(f.rule), '')
      FROM conversion c LEFT JOIN commission m ON m.conversion = c.id LEFT JOIN flag f ON f.commission = m.id AND f.state = 'open'
      WHERE c.brand = ${brand()} AND c.order_ref = '${order}' GROUP BY c.id`);
    return found.length > 0 && found;
  }, 10000, `order ${order} is recorded`);
  assert.equal(rows.length, 1);
  const [gross, unit, method, mode, hold] = rows[0];
  return { gross: Number(gross), unit, method, mode, hold };
}
const salesOf = (page) => page.sent.filter(({ path }) => path.includes('/pixel/')).map(({ json }) => json);

// ---- meed.js -----------------------------------------------------------------------------------

describe('meed.js', () => {
  before(() => { serve('/', clickTag()); serve('/tee', clickTag()); });

  test('keeps who sent the visitor, tells Meed, and gives the click to the checkout', async () => {
    const page = await visitor();
    await page.goto(at('/tee?ref=nobody-yet', 'blog'));
    await page.evaluate((to) => { location.href = to; }, at(`/tee?size=m&ref=${shop.anna.slug}&utm_source=blog#top`));
    await page.waitForURL(/shop\.localhost/);
    const click = await clickOf(page);
    const stored = await record(page);
    assert.equal(stored.ref, shop.anna.slug);
    assert.equal(stored.program, shop.program);
    assert.ok(Math.abs(stored.ts - Date.now()) < 60000);
    assert.equal(stored.landing, at(`/tee?size=m&ref=${shop.anna.slug}&utm_source=blog`));
    assert.deepEqual(await getRef(page), { ref: shop.anna.slug, program: shop.program });
    assert.deepEqual(await page.evaluate(() => window.AffiHub.getRef()), { ref: shop.anna.slug, program: shop.program });
    const row = await storedClick(sql, click);
    assert.deepEqual([row.shape, row.bot, row.utm_source], ['script', '0', 'blog']);
    assert.match(row.referrer, /^http:\/\/blog\.localhost/);
    const sale = await sendByKey(stack, '/api/v1/conversions', { program: shop.program, click_id: click,
      order_id: nextOrder(), amount: '100.00', currency: 'USD' }, bearer(shop.live_key));
    assert.deepEqual([sale.status, sale.json.data.method, sale.json.data.commission], [201, 'click', '10.00']);
  });

  test('a return without ref keeps the first, a newer ref replaces it, and a reload is no click', async () => {
    const page = await visitor();
    await open(page, `/?ref=${shop.anna.slug}`);
    const first = await clickOf(page), { ts, seen } = await record(page);
    await page.reload();
    await ready(page);
    await open(page, '/tee');
    assert.deepEqual(await getRef(page), { ref: shop.anna.slug, program: shop.program });
    const back = await record(page);
    assert.equal(back.ts, ts);
    assert.ok(back.seen > seen);
    assert.equal(back.click, first);
    assert.equal(page.sent.length, 1);
    await open(page, `/?ref=${shop.ben.slug}`);
    assert.equal((await getRef(page)).ref, shop.ben.slug);
    const second = await page.waitForFunction((old) => window.Meed.getClick() !== old && window.Meed.getClick(), first);
    const [a, b] = [await storedClick(sql, first), await storedClick(sql, await second.jsonValue())];
    assert.equal(b.visitor, a.visitor);
    assert.equal(b.prev, first.replaceAll('-', ''));
  });

  test('is gone after 90 days without a visit; each visit begins them anew', async () => {
    const page = await visitor();
    await open(page, `/?ref=${shop.anna.slug}`);
    await clickOf(page);
    for (const [days, ref] of [[89, shop.anna.slug], [178, shop.anna.slug], [269, null]]) {
      const next = await later(page, days);
      await open(next, '/tee');
      assert.equal((await getRef(next))?.ref ?? null, ref, `day ${days}`);
      await next.close();
    }
  });

  test('takes the click that a redirect brought, and makes no second one', async () => {
    const page = await visitor();
    const click = '0192c8f0-7d4e-7abc-8def-0123456789ab';
    for (const name of ['meed_click', 'pcps_click', 'click_id']) {
      await open(page, `/?ref=${shop.anna.slug}&${name}=${click}`);
      assert.equal(await clickOf(page), click);
      await page.evaluate(() => localStorage.clear());
    }
    assert.deepEqual(page.sent, []);
    await open(page, '/?click_id=somebody-elses');
    assert.equal(await page.evaluate(() => window.Meed.getClick()), null);
  });

  test('without localStorage a cookie stands in, without both the page alone, and nothing throws', async () => {
    const cookies = await visitor();
    await cookies.addInitScript(() => Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } }));
    await open(cookies, `/?ref=${shop.anna.slug}`);
    await clickOf(cookies);
    await open(cookies, '/tee');
    assert.equal((await getRef(cookies)).ref, shop.anna.slug);
    assert.deepEqual(cookies.faults, []);
    const nothing = await visitor();
    await nothing.addInitScript(() => {
      Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } });
      Object.defineProperty(document, 'cookie', { get() { throw new DOMException('no', 'SecurityError'); }, set() { throw new DOMException('no', 'SecurityError'); } });
    });
    await open(nothing, `/?ref=${shop.anna.slug}`);
    await storedClick(sql, await clickOf(nothing));
    assert.equal((await getRef(nothing)).ref, shop.anna.slug);
    await open(nothing, '/tee');
    assert.equal(await getRef(nothing), null);
    assert.deepEqual(nothing.faults, []);
  });

  test('what Safari deletes after a week is no loss to a shop that keeps the click in its session', async () => {
    const page = await visitor();
    serve('/session', clickTag(), `<script>addEventListener('meed', () => Meed.getClick() && fetch('/keep', {method: 'POST', body: Meed.getClick()}))</script>`);
    await page.goto(at(`/session?ref=${shop.ben.slug}`));
    const { body: kept } = await until(() => asked.find(({ path }) => path === '/keep'), 5000, 'the shop\'s server is told');
    await page.evaluate(() => localStorage.clear());
    await page.context().clearCookies();
    await open(page, '/tee');
    assert.equal(await getRef(page), null);
    await storedClick(sql, kept);
    const sale = await sendByKey(stack, '/api/v1/conversions', { program: shop.program, click_id: kept,
      order_id: nextOrder(), amount: '50.00', currency: 'USD' }, bearer(shop.live_key));
    assert.equal(sale.json.data.method, 'click');
  });

  test('before consent nothing is stored or sent; withdrawn, all is forgotten', async () => {
    serve('/consent', clickTag('data-require-consent'));
    const page = await visitor();
    const kept = () => page.evaluate(() => [localStorage.length, document.cookie]);
    await open(page, `/consent?ref=${shop.anna.slug}`);
    await page.waitForTimeout(300);
    assert.deepEqual([await kept(), page.sent, await getRef(page)], [[0, ''], [], null]);
    await page.evaluate(() => window.Meed.consent(true));
    await storedClick(sql, await clickOf(page));
    assert.equal((await getRef(page)).ref, shop.anna.slug);
    await open(page, '/consent');
    assert.equal((await getRef(page)).ref, shop.anna.slug, 'it was granted before');
    await page.evaluate(() => window.Meed.consent(false));
    assert.deepEqual([await kept(), await getRef(page)], [[0, ''], null]);
    serve('/early', '<script>(window.Meed = window.Meed || []).push(["consent", true])</script>', clickTag('data-require-consent'));
    await open(page, `/early?ref=${shop.ben.slug}`);
    assert.ok(await clickOf(page));
  });

  test('whoever sends Sec-GPC is left alone', async () => {
    serve('/both', clickTag(), pixelTag());
    const page = await visitor();
    await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true }));
    await open(page, `/both?ref=${shop.anna.slug}`);
    await page.waitForFunction(() => window.Meed.sale);
    await page.evaluate(() => { window.Meed.consent(true); window.Meed.sale({ order_id: '1', amount: '1' }); });
    await page.waitForTimeout(300);
    assert.deepEqual([page.sent, await getRef(page), await page.evaluate(() => localStorage.length)], [[], null, 0]);
  });

  test('works under a strict Content-Security-Policy and adds no global but its own', async () => {
    const policy = `default-src 'none'; script-src ${stack.baseUrl}; connect-src ${stack.baseUrl}`;
    pages.set('/strict', { html: html(clickTag(), pixelTag()), headers: { 'Content-Security-Policy': policy } });
    const page = await visitor();
    await page.goto(at('/bare'));
    const before = await page.evaluate(() => Object.getOwnPropertyNames(window));
    await open(page, `/strict?ref=${shop.anna.slug}`);
    await clickOf(page);
    await page.waitForFunction(() => window.Meed.sale);
    const names = await page.evaluate(() => Object.getOwnPropertyNames(window));
    assert.deepEqual(names.filter((name) => !before.includes(name)).sort(), ['AffiHub', 'Meed']);
    assert.deepEqual(page.faults, []);
  });

  test('a ref of nobody\'s makes no click and troubles no page', async () => {
    const page = await visitor();
    await open(page, '/?ref=nobody');
    await until(() => page.sent.length === 1, 5000, 'it asks');
    await page.waitForTimeout(200);
    await open(page, '/tee');
    assert.equal(await page.evaluate(() => window.Meed.getClick()), null);
    await page.waitForTimeout(200);
    assert.equal(page.sent.length, 1, 'and does not ask again');
  });

  test('a visit while the database is down is recorded, and one while Meed is down is told later', async () => {
    await stack.part('stop', 'mariadb');
    let click;
    try {
      const page = await visitor();
      await open(page, `/?ref=${shop.anna.slug}`);
      click = await clickOf(page);
    } finally { await stack.part('start', 'mariadb'); }
    assert.equal((await until(() => storedClick(sql, click).catch(() => null), 20000, 'the click arrives')).shape, 'script');
    const page = await visitor();
    await page.route('**/track/click', (route) => route.abort());
    await open(page, `/?ref=${shop.ben.slug}`);
    await page.unroute('**/track/click');
    await open(page, '/tee');
    await storedClick(sql, await clickOf(page));
  });
});

// ---- pixel.js ----------------------------------------------------------------------------------

const purchase = (order, more = '') => `{event: 'purchase', ecommerce: {transaction_id: '${order}', value: '129.90', currency: 'USD', ${more} items: [{item_id: 'TEE', price: 64.95, quantity: 2}]}}`;

describe('pixel.js', () => {
  // Came by a ref, and bought: what the success page tells.
  async function buy(path, { slug = shop.anna.slug, host } = {}) {
    const page = await visitor();
    serve('/', clickTag());
    await open(page, `/?ref=${slug}`, host);
    page.click_ = await clickOf(page);
    await storedClick(sql, page.click_);
    await page.goto(at(path, host));
    return page;
  }

  test('a GA4 purchase that was pushed before it loads is a sale, credited and in review', async () => {
    const order = nextOrder();
    serve('/thanks', `<script>dataLayer = [{event: 'view'}, ${purchase(order)}]</script>`, pixelTag());
    const page = await buy('/thanks');
    assert.deepEqual(await sold(order), { gross: 12990, unit: 'USD', method: 'click', mode: 'live', hold: 'unverified' });
    const [told] = salesOf(page);
    assert.deepEqual([told.click_id, told.ref, told.items], [page.click_, shop.anna.slug, [{ sku: 'TEE', price: '64.95', quantity: 2 }]]);
    await page.reload();
    await page.waitForTimeout(2500);
    assert.equal(salesOf(page).length, 1, 'an order is sent once');
  });

  test('one pushed after it has loaded, by gtag(), or into a later dataLayer is heard as well', async () => {
    const [a, b, c, d] = [nextOrder(), nextOrder(), nextOrder(), nextOrder()];
    serve('/late', '<script>dataLayer = []</script>', pixelTag());
    const page = await buy('/late');
    await page.waitForFunction(() => window.Meed && window.Meed.sale);
    await page.waitForTimeout(300);
    await page.evaluate(`dataLayer.push(${purchase(a)})`);
    await page.evaluate(`(function () { dataLayer.push(arguments) })('event', 'purchase', {transaction_id: '${b}', value: 0.1 + 0.2, currency: 'EUR'})`);
    await page.evaluate(`dataLayer = [{ecommerce: {currencyCode: 'USD', purchase: {actionField: {id: '${c}', revenue: '20.00', tax: '1.00', coupon: '${shop.ben.code}'}, products: []}}}]`);
    assert.equal((await sold(a)).gross, 12990);
    assert.deepEqual(await sold(b), { gross: 30, unit: 'EUR', method: 'click', mode: 'live', hold: 'unverified' });
    assert.equal((await sold(c)).gross, 2000);
    const without = await visitor();
    serve('/nolayer', pixelTag());
    await without.goto(at('/nolayer'));
    await without.waitForFunction(() => window.Meed);
    await without.evaluate(`dataLayer = [${purchase(d)}]`);
    assert.equal((await sold(d)).method, '');
    assert.deepEqual(without.faults, []);
  });

  test('WooCommerce\'s order-received page, with prices as it shows them', async () => {
    const price = (text, sign) => `<ul class="woocommerce-order-overview order_details"><li class="woocommerce-order-overview__order order">Order number: <strong>77</strong></li>
      <li class="woocommerce-order-overview__total total">Total: <strong><span class="woocommerce-Price-amount amount"><bdi>${text.replace(sign, `<span class="woocommerce-Price-currencySymbol">${sign}</span>`)}</bdi></span></strong></li></ul>`;
    const cases = [['$1,299.90', '$', 'data-currency="USD"', 129990, 'USD'], ['1.299,90&nbsp;€', '€', '', 129990, 'EUR'],
      ['£1,299', '£', '', 129900, 'GBP'], ['$12.50', '$', '', 1250, 'USD']];
    for (const [text, sign, attributes, gross, unit] of cases) {
      const order = nextOrder();
      serve(`/checkout/order-received/${order}/`, price(text, sign), pixelTag(attributes));
      await buy(`/checkout/order-received/${order}/?key=wc_order_abc`);
      assert.deepEqual(await sold(order), { gross, unit, method: 'click', mode: 'live', hold: 'unverified' }, text);
    }
    const order = nextOrder();
    serve(`/checkout/order-received/${order}/`, price('$129.90', '$'), `<script>dataLayer = [${purchase('W-77')}]</script>`, pixelTag());
    const page = await buy(`/checkout/order-received/${order}/?key=wc_order_abc`);
    assert.equal((await sold(order)).gross, 12990);
    await page.waitForTimeout(2500);
    assert.equal(salesOf(page).length, 1, 'analytics and the page tell of one order');
  });

  test('Shopify\'s page with its checkout object', async () => {
    const order = nextOrder();
    serve('/shopify', `<script>Shopify = {checkout: {order_id: ${order}, total_price: '129.90', subtotal_price: '119.90', total_tax: '10.00', currency: 'USD',
      discount: {code: '${shop.ben.code}'}, line_items: [{sku: 'TEE', price: '119.90', quantity: 1}]}}</script>`, pixelTag());
    const page = await buy('/shopify');
    assert.equal((await sold(order)).gross, 12990);
    assert.deepEqual([salesOf(page)[0].coupon, salesOf(page)[0].subtotal], [shop.ben.code, '119.90']);
  });

  test('a custom pixel in a sandboxed frame, whose origin is null: credited by the order\'s attributes, and held', async () => {
    const order = nextOrder();
    const page = await visitor();
    serve('/', clickTag());
    await open(page, `/?ref=${shop.anna.slug}`);
    const click = await clickOf(page);
    await storedClick(sql, click);
    const event = { data: { checkout: { order: { id: `gid://shopify/Order/${order}` }, currencyCode: 'USD', totalPrice: { amount: 129.9 },
      subtotalPrice: { amount: 119.9 }, totalTax: { amount: 10 }, attributes: [{ key: 'meed_click', value: click }],
      discountApplications: [{ type: 'DISCOUNT_CODE', title: 'WELCOME' }],
      lineItems: [{ quantity: 1, variant: { sku: 'TEE', price: { amount: 119.9 } } }] } } };
    const frame = `<script>const analytics = {subscribe: (name, react) => name === 'checkout_completed' && setTimeout(react, 50, ${JSON.stringify(event)})}</script><script>${shop.scripts[SHOPIFY_PIXEL]}</script>`;
    serve('/custom', `<iframe sandbox="allow-scripts" srcdoc="${frame.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"></iframe>`);
    await page.goto(at('/custom'));
    assert.deepEqual(await sold(order), { gross: 12990, unit: 'USD', method: 'click', mode: 'live', hold: 'unverified' });
  });

  test('the theme\'s snippet puts the click into the cart', async () => {
    serve('/theme', shop.scripts[SHOPIFY_THEME]);
    const page = await visitor();
    await open(page, `/theme?ref=${shop.anna.slug}`);
    const click = await clickOf(page);
    const update = await until(() => asked.findLast(({ path, body }) => path === '/cart/update.js' && body.includes(click)), 5000, 'the cart is told');
    assert.deepEqual(JSON.parse(update.body), { attributes: { meed_click: click, meed_ref: shop.anna.slug } });
    await page.waitForTimeout(300);
    const told = asked.filter(({ path }) => path === '/cart/update.js').length;
    await open(page, '/theme');
    await page.waitForTimeout(300);
    assert.equal(asked.filter(({ path }) => path === '/cart/update.js').length, told, 'and not again');
  });

  test('the tags to paste work as they stand, and so does the explicit call', async () => {
    const order = nextOrder();
    serve('/pasted', shop.scripts[CLICK], shop.scripts[SALE], shop.scripts[SALE_CALL].replace('"1001"', `"${order}"`));
    const page = await visitor();
    await open(page, `/pasted?ref=${shop.anna.slug}`);
    assert.equal((await sold(order)).gross, 12990);
    // By the click's id, if its answer came before the sale was told; then it may wait for the drain.
    const credited = await until(async () => { const sale = await sold(order); return sale.method && sale; }, 30000, 'the sale is credited');
    assert.ok(['click', 'ref'].includes(credited.method), credited.method);
    assert.deepEqual(page.faults, []);
  });

  test('an origin off the list is refused, and the console says what to do', async () => {
    const order = nextOrder();
    serve('/thanks', `<script>dataLayer = [${purchase(order)}]</script>`, pixelTag());
    const page = await visitor();
    await page.goto(at('/thanks', 'other'));
    const warned = await until(() => page.faults.find((text) => text.includes('Meed:')), 5000, 'it is told');
    assert.ok(warned.includes(`http://other.localhost:${port}`), warned);
    assert.deepEqual(await sql(`SELECT code, field FROM door_refusal WHERE brand = ${brand()} AND door = 'pixel'`),
      [['origin_not_allowed', `http://other.localhost:${port}`]]);
    assert.deepEqual(await sql(`SELECT id FROM conversion WHERE order_ref = '${order}'`), []);
  });

  test('a sale waits for consent, and data-mode="test" makes test data', async () => {
    const [waits, tests] = [nextOrder(), nextOrder()];
    serve('/waits', `<script>dataLayer = [${purchase(waits)}]</script>`, pixelTag('data-require-consent'));
    const page = await visitor();
    await page.goto(at('/waits'));
    await page.waitForFunction(() => window.Meed && window.Meed.sale);
    await page.waitForTimeout(500);
    assert.deepEqual(page.sent, []);
    await page.evaluate(() => window.Meed.consent(true));
    assert.equal((await sold(waits)).mode, 'live');
    serve('/tests', `<script>dataLayer = [${purchase(tests)}]</script>`, pixelTag('data-mode="test"'));
    await page.goto(at('/tests'));
    assert.equal((await sold(tests)).mode, 'test');
  });
});
