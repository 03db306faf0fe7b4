// Both doors for sales, through Apache: what is recorded, what is refused, and in which words.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { startInstance } from '../support/instance.mjs';

const run = promisify(execFile);
const buildDir = process.env.MEED_BUILD_DIR ?? path.resolve('build');
let stack, shop, rival;
let orders = 0;

// script/test runs us against its own instance; alone, we start one.
async function useInstance() {
  if (!process.env.BASE_URL) return startInstance();
  const { MEEDCTL, MEED_CONFIG, BASE_URL } = process.env;
  return {
    env: process.env,
    baseUrl: BASE_URL,
    meedctl: async (...args) => (await run(MEEDCTL, ['--config', MEED_CONFIG, ...args], { maxBuffer: 1 << 26 })).stdout,
    stop: async () => {},
  };
}

async function makeShop(name, ...args) {
  const { stdout } = await run(path.join(buildDir, 'tests/support/make_shop'),
    [`${name}${process.pid}`, ...args], { env: { ...process.env, MEED_CONFIG: stack.env.MEED_CONFIG } });
  return JSON.parse(stdout);
}

before(async () => {
  stack = await useInstance();
  shop = await makeShop('shop', 'program');
  rival = await makeShop('rival');
});
after(() => stack?.stop());

const newOrder = () => `order-${++orders}`;

async function send(url, { headers = {}, body, method = 'POST' }) {
  const answer = await fetch(stack.baseUrl + url, { method, headers, body });
  const text = await answer.text();
  let json;
  try { json = JSON.parse(text); } catch { json = undefined; }
  return { status: answer.status, json, text, type: answer.headers.get('content-type') };
}

// The API's door ---------------------------------------------------------------------------

const sale = (changes = {}) => ({
  program_id: shop.program, brand_order_ref: newOrder(), order_value: '129.90',
  order_currency: 'USD', ...changes,
});

const conv = (body, key = shop.live_key) => send('/api/conv', {
  headers: { 'Content-Type': 'application/json', ...(key ? { Authorization: `Bearer ${key}` } : {}) },
  body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
});

async function click(token) {
  for (let i = 0; i < 50; i++) { // until the worker has put the link into the map
    const answer = await fetch(`${stack.baseUrl}/${token}`, { redirect: 'manual', headers: { 'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0' } });
    await answer.text();
    if (answer.status === 302) return new URL(answer.headers.get('location')).searchParams.get('meed_click');
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error(`the link ${token} does not redirect`);
}

function assertProblem(answer, status, code, field) {
  assert.equal(answer.status, status, answer.text);
  assert.match(answer.type, /^application\/problem\+json/);
  assert.equal(answer.json.code, code);
  if (field) assert.ok(field in answer.json.errors, answer.text);
  assert.ok(answer.json.message && answer.json.detail && answer.json.request_id);
}

test('a click followed by a sale is attributed, at once', async () => {
  const answer = await conv(sale({ pcps_click: await click(shop.anna.token) }));
  assert.equal(answer.status, 201, answer.text);
  assert.equal(answer.json.status, 'attributed');
  assert.equal(answer.json.commission, '12.99');
  assert.match(answer.json.conversion_id, /^[0-9a-f-]{36}$/);
});

test('a sale without a click is recorded as unattributed', async () => {
  const answer = await conv(sale());
  assert.equal(answer.status, 201);
  assert.equal(answer.json.status, 'unattributed');
});

test('a mangled click id costs no sale', async () => {
  const answer = await conv(sale({ pcps_click: 'undefined' }));
  assert.equal(answer.status, 201);
  assert.equal(answer.json.status, 'unattributed');
  assert.equal(answer.json.reason, 'unknown');
});

test('the same reference again is a duplicate, and counted once', async () => {
  const body = sale();
  const first = await conv(body);
  const again = await conv(body);
  assert.equal(again.status, 200);
  assert.deepEqual(again.json, { status: 'duplicate', conversion_id: first.json.conversion_id });
});

test('the same reference with another amount is a duplicate that names the field', async () => {
  const body = sale();
  await conv(body);
  const again = await conv({ ...body, order_value: '1.00' });
  assert.equal(again.status, 200);
  assert.equal(again.json.status, 'duplicate');
  assert.equal(again.json.conflict, 'order_value');
});

test('a conflict is named in the words of its door', async () => {
  const body = sale();
  await conv(body);
  const other = await conv({ ...body, order_currency: 'EUR' });
  assert.equal(other.json.conflict, 'order_currency');
  assertProblem(await conv(sale({ order_value: '9'.repeat(20) })), 422, 'amount_too_large', 'order_value');
});

test('a body that names a member twice is refused: which of them counts is anybody\'s guess', async () => {
  const text = JSON.stringify(sale());
  assertProblem(await conv(text.replace('{', '{"order_value":"1.00",')), 400, 'invalid_json');
  assertProblem(await conv(text.replace('{', '{"order_v\\u0061lue":"1.00",')), 400, 'invalid_json');
});

test('the same reference in another program is another sale, where the brand says so', async () => {
  const body = sale();
  assert.equal((await conv(body)).status, 201);
  assert.equal((await conv({ ...body, program_id: shop.other_program })).status, 201);
});

test('one hundred deliveries of one sale at the same moment record it once', async () => {
  const body = sale({ code: shop.anna.code });
  const answers = await Promise.all(Array.from({ length: 100 }, () => conv(body)));
  const ids = new Set(answers.map((a) => a.json.conversion_id));
  assert.equal(ids.size, 1);
  assert.equal(answers.filter((a) => a.status === 201).length, 1);
  assert.equal(answers.filter((a) => a.status === 200 && a.json.status === 'duplicate').length, 99);
});

test('a key is needed, and only a brand\'s own programs are taken', async () => {
  assertProblem(await conv(sale(), ''), 401, 'bad_key');
  assertProblem(await conv(sale(), 'pc_live_wrong'), 401, 'bad_key');
  assertProblem(await conv(sale(), rival.live_key), 403, 'program_not_yours', 'program_id');
  assertProblem(await conv(sale({ program_id: randomUUID() })), 403, 'program_not_yours');
});

test('a test key makes a test sale', async () => {
  const answer = await conv(sale(), shop.test_key);
  assert.equal(answer.status, 201);
  assert.equal(answer.json.mode, 'test');
});

test('amounts are exact decimals of their currency', async () => {
  for (const [value, currency] of [['1500', 'JPY'], ['1.250', 'KWD'], ['0.01', 'EUR'], [19.9, 'USD'], ['1.500', 'USD']])
    assert.equal((await conv(sale({ order_value: value, order_currency: currency }))).status, 201, `${value} ${currency}`);
  for (const [value, currency, code] of [
    ['1.5', 'JPY', 'amount_over_precise'], ['1.2345', 'KWD', 'amount_over_precise'],
    ['10.001', 'USD', 'amount_over_precise'], ['-1', 'USD', 'amount_negative'],
    ['1e3', 'USD', 'amount_not_a_number'], ['NaN', 'USD', 'amount_not_a_number'],
    ['1,000', 'USD', 'amount_not_a_number'], ['', 'USD', 'amount_not_a_number'],
    ['9'.repeat(40), 'USD', 'amount_too_large'], ['0', 'USD', 'amount_zero'],
    [true, 'USD', 'wrong_type'], [{}, 'USD', 'wrong_type'],
  ]) assertProblem(await conv(sale({ order_value: value, order_currency: currency })), 422, code, 'order_value');
});

test('numbers that JSON bends are refused', async () => {
  const raw = (value) => JSON.stringify(sale({ order_value: 0 })).replace('"order_value":0', `"order_value":${value}`);
  assertProblem(await conv(raw('NaN')), 400, 'invalid_json');
  assertProblem(await conv(raw('Infinity')), 400, 'invalid_json');
  assertProblem(await conv(raw('1e3')), 422, 'amount_not_a_number', 'order_value');
  assertProblem(await conv(raw('-5')), 422, 'amount_negative', 'order_value');
});

test('nothing is a fair price for a lead, and for a sale under a discount', async () => {
  for (const event of ['lead', 'signup', 'form', 'trial']) {
    const { order_value, order_currency, ...rest } = sale({ event });
    assert.equal((await conv(rest)).status, 201, event);
    assert.equal((await conv(sale({ event, order_value: '0' }))).status, 201, event);
  }
  assert.equal((await conv(sale({ order_value: '0', code: shop.anna.code }))).status, 201);
  assertProblem(await conv(sale({ event: 'rebill', order_value: 0 })), 422, 'amount_zero', 'order_value');
});

test('each member is checked, and named when it is wrong', async () => {
  for (const [changes, code, field] of [
    [{ order_currency: 'XXQ' }, 'unknown_currency', 'order_currency'],
    [{ order_currency: 840 }, 'wrong_type', 'order_currency'],
    [{ order_currency: undefined }, 'missing_field', 'order_currency'],
    [{ order_value: undefined }, 'missing_field', 'order_value'],
    [{ brand_order_ref: undefined }, 'missing_field', 'brand_order_ref'],
    [{ brand_order_ref: '   ' }, 'missing_field', 'brand_order_ref'],
    [{ brand_order_ref: 17 }, 'wrong_type', 'brand_order_ref'],
    [{ brand_order_ref: 'x'.repeat(201) }, 'too_long', 'brand_order_ref'],
    [{ brand_order_ref: 'a\nb' }, 'bad_text', 'brand_order_ref'],
    [{ program_id: 'seven' }, 'bad_program', 'program_id'],
    [{ program_id: undefined }, 'missing_field', 'program_id'],
    [{ event: 'gift' }, 'unknown_event', 'event'],
    [{ country: 'ZZ' }, 'unknown_country', 'country'],
    [{ country: 'Germany' }, 'unknown_country', 'country'],
    [{ email: 'nobody' }, 'bad_email', 'email'],
    [{ email: `${'a'.repeat(250)}@b.example` }, 'bad_email', 'email'],
    [{ ip: '1.2.3' }, 'bad_ip', 'ip'],
    [{ occurred_at: 'yesterday' }, 'bad_time', 'occurred_at'],
    [{ items: {} }, 'wrong_type', 'items'],
    [{ items: [{ sku: 'a' }] }, 'missing_field', 'items[0].price'],
    [{ items: [{ price: '1', quantity: 0 }] }, 'bad_quantity', 'items[0].quantity'],
  ]) assertProblem(await conv(sale(changes)), 422, code, field);
});

test('the commission is taken of the part that the program says, and of the total where it is not told', async () => {
  const commissionOf = async (changes) => {
    const answer = await conv(sale({ code: shop.anna.code, ...changes }));
    assert.equal(answer.status, 201, answer.text);
    return answer.json.commission;
  };
  assert.equal(await commissionOf({ subtotal: '100.00', tax: '19.00' }), '10.00'); // after discounts, before the rest
  assert.equal(await commissionOf({ tax: '19.00' }), '12.99');
  assert.equal(await commissionOf({ subtotal: null }), '12.99');
  assertProblem(await conv(sale({ subtotal: '129.91' })), 422, 'part_too_large', 'subtotal');
  assertProblem(await conv(sale({ tax: '-1' })), 422, 'amount_negative', 'tax');
  assertProblem(await conv(sale({ tax: '0.001' })), 422, 'amount_over_precise', 'tax');
  const signed = await postback(order({ code: shop.anna.code, subtotal: '100.00' }));
  assert.equal(signed.json.data.commission, '10.00');
  assert.equal(signed.json.data.amount, '129.90');
});

test('blanks around a code, token or ref cost nobody their commission', async () => {
  for (const told of [{ code: ` ${shop.anna.code} ` }, { token: `${shop.anna.token} ` }, { ref: ` ${shop.anna.slug}` }])
    assert.equal((await conv(sale(told))).json.status, 'attributed', JSON.stringify(told));
});

test('order references that differ stay different', async () => {
  assertProblem(await conv(JSON.stringify(sale({ brand_order_ref: 'X' })).replace('"X"', '"\\ud800"')), 400, 'invalid_json');
  const ref = newOrder();
  for (const one of [ref, ` ${ref}`, `${ref} `, ref.toUpperCase(), `${ref}\u00e9`, `${ref}e\u0301`, `${ref}💥`])
    assert.equal((await conv(sale({ brand_order_ref: one }))).status, 201, JSON.stringify(one));
});

test('what is no JSON object in UTF-8 is told so', async () => {
  for (const body of ['', '{', '[]', '1', 'null', '{"a":1}x', 'program_id=1'])
    assertProblem(await conv(body), 400, 'invalid_json');
  assertProblem(await conv(new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])), 400, 'invalid_json');
  const large = await conv(JSON.stringify(sale({ note: 'x'.repeat(200000) })));
  assert.equal(large.status, 413);
});

test('what a brand sends beside the members we know is ignored', async () => {
  const answer = await conv(sale({ cart: { id: 7 }, email: 'jo@example.com', ip: '203.0.113.7', country: 'de',
    items: [{ sku: 'A-1', category: 'shoes', price: '129.90', quantity: 1 }], occurred_at: new Date().toISOString() }));
  assert.equal(answer.status, 201, answer.text);
});

// The signed postback --------------------------------------------------------------------------

const sign = (secret, timestamp, body) =>
  createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex');

const now = () => Math.floor(Date.now() / 1000);

function postback(body, { brand = shop.brand, secret = shop.live_secret, timestamp = now(), signature, prefix = 'X-Meed' } = {}) {
  const raw = typeof body === 'string' ? body : JSON.stringify(body);
  return send(`/api/v2/affiliate/postback/${brand}`, {
    headers: {
      'Content-Type': 'application/json',
      [`${prefix}-Timestamp`]: String(timestamp),
      [`${prefix}-Signature`]: signature ?? sign(secret, timestamp, raw),
    },
    body: raw,
  });
}

const order = (changes = {}) => ({ order_id: newOrder(), amount: '129.90', currency: 'USD', ...changes });

test('a signed sale with a code alone is attributed', async () => {
  const body = order({ code: shop.ben.code });
  const answer = await postback(body);
  assert.equal(answer.status, 201, answer.text);
  assert.equal(answer.json.data.attribution, 'attributed');
  assert.equal(answer.json.data.method, 'coupon');
  assert.equal(answer.json.data.commission, '12.99');
  assert.equal(answer.json.data.order_id, body.order_id);
});

test('a signed sale with a token is attributed to its link', async () => {
  const answer = await postback(order({ token: shop.anna.token }));
  assert.equal(answer.json.data.method, 'token');
});

test('the former header names are taken, too', async () => {
  assert.equal((await postback(order(), { prefix: 'X-KF' })).status, 201);
});

test('a repeated order never counts twice', async () => {
  const body = order();
  const first = await postback(body);
  const again = await postback(body);
  assert.equal(again.status, 200);
  assert.equal(again.json.ok, true);
  assert.equal(again.json.created, false);
  assert.equal(again.json.conversion_id, first.json.data.conversion_id);
});

test('a repeated order with other content is a conflict that names the field', async () => {
  const body = order();
  await postback(body);
  assertProblem(await postback({ ...body, amount: '1.00' }), 409, 'conflict', 'amount');
  assertProblem(await postback({ ...body, currency: 'EUR' }), 409, 'conflict', 'currency');
});

test('one order by both doors is one sale', async () => {
  const first = await conv(sale({ brand_order_ref: 'two-doors' }));
  const second = await postback({ ...order(), order_id: 'two-doors', program_id: shop.program });
  assert.equal(second.status, 200, second.text);
  assert.equal(second.json.conversion_id, first.json.conversion_id);
});

test('a body, a time or a secret that does not fit is refused', async () => {
  const body = JSON.stringify(order());
  const timestamp = now();
  const signature = sign(shop.live_secret, timestamp, body);
  assertProblem(await postback(body.replace('129.90', '999.90'), { timestamp, signature }), 401, 'invalid_signature');
  assertProblem(await postback(body, { timestamp: timestamp + 1, signature }), 401, 'invalid_signature');
  assertProblem(await postback(body, { signature: 'ab' }), 401, 'invalid_signature');
  assertProblem(await postback(body, { signature: '' }), 401, 'invalid_signature');
  assertProblem(await postback(body, { secret: rival.live_secret }), 401, 'invalid_signature');
  assertProblem(await postback(body, { timestamp: now() - 301 }), 401, 'stale_timestamp');
  assertProblem(await postback(body, { timestamp: now() + 302 }), 401, 'stale_timestamp');
  assertProblem(await postback(body, { timestamp: 'soon' }), 401, 'stale_timestamp');
  assert.equal((await postback(body, { timestamp: now() - 290 })).status, 201);
});

test('the signature of an upper-case digest does not pass', async () => {
  const body = JSON.stringify(order());
  const timestamp = now();
  assertProblem(await postback(body, { timestamp, signature: sign(shop.live_secret, timestamp, body).toUpperCase() }), 401, 'invalid_signature');
});

test('a test secret makes a test sale', async () => {
  const answer = await postback(order(), { secret: shop.test_secret });
  assert.equal(answer.status, 201);
  assert.equal(answer.json.data.mode, 'test');
});

test('an unknown brand is told so', async () => {
  for (const brand of [randomUUID(), 'nobody']) {
    const answer = await postback(order(), { brand });
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.json, { ok: false, reason: 'unknown_brand' });
  }
});

test('a signed body is checked like any other', async () => {
  assertProblem(await postback('{'), 400, 'invalid_json');
  assertProblem(await postback(order({ order_id: undefined })), 422, 'missing_field', 'order_id');
  assertProblem(await postback(order({ amount: '1e3' })), 422, 'amount_not_a_number', 'amount');
  assertProblem(await postback(order({ amount: '0' })), 422, 'amount_zero', 'amount');
  assert.equal((await postback(order({ amount: '0', code: shop.anna.code }))).status, 201);
});

test('neither door answers another method', async () => {
  for (const url of ['/api/conv', `/api/v2/affiliate/postback/${shop.brand}`])
    assert.equal((await send(url, { method: 'GET' })).status, 405);
});

test('afterwards the ledger verifies', async () => {
  await stack.meedctl('worker', 'drain');
  assert.doesNotMatch(await stack.meedctl('ledger', 'verify'), /BROKEN/);
});
