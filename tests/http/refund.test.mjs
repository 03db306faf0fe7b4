// The signed refund endpoint through Apache: before its sale and after, in part and in whole, before
// the approval and after it, told twice, told otherwise, and signed by somebody else.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { startInstance } from '../support/instance.mjs';
import { database, sleep } from './click_support.mjs';
import { makeShop } from './conversion_support.mjs';
import { Visitor, meedctl } from './support.mjs';

let instance, shop, rival;
let orders = 0;

before(async () => {
  instance = await startInstance({ trusted_proxies: '127.0.0.1' });
  shop = await makeShop(instance, 'shop');
  rival = await makeShop(instance, 'rival');
});
after(() => instance?.stop());

const newOrder = () => `order-${++orders}`;

async function signed(door, body, { secret = shop.live_secret, brand = shop.brand, signature } = {}) {
  const raw = typeof body === 'string' ? body : JSON.stringify(body);
  const timestamp = String(Math.floor(Date.now() / 1000));
  const answer = await fetch(`${instance.baseUrl}/api/v2/affiliate/${door}/${brand}`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'X-Meed-Timestamp': timestamp,
      'X-Meed-Signature': signature ?? createHmac('sha256', secret).update(`${timestamp}.${raw}`).digest('hex'),
    },
    body: raw,
  });
  const text = await answer.text();
  let json;
  try { json = JSON.parse(text); } catch { json = undefined; }
  return { status: answer.status, json, text };
}

const refund = (body, options) => signed('refund', body, options);

async function sell(changes = {}) {
  const order = { order_id: newOrder(), amount: '129.90', currency: 'USD', code: shop.anna.code, ...changes };
  const answer = await signed('postback', order);
  assert.equal(answer.status, 201, answer.text);
  return { id: order.order_id, conversion: answer.json.data.conversion_id };
}

function assertProblem(answer, status, code, field) {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.json.code, code, answer.text);
  if (field) assert.ok(answer.json.errors[field], answer.text);
  for (const words of ['title', 'detail']) assert.ok(answer.json[words], `${words}: ${answer.text}`);
}

test('a part takes its share of the commission back', async () => {
  const order = await sell();
  const answer = await refund({ order_id: order.id, refund_id: 'part-1', amount: '32.47', reason: 'One shoe came back' });
  assert.equal(answer.status, 201, answer.text);
  assert.deepEqual(answer.json.data, {
    refund_id: 'part-1', order_id: order.id, status: 'applied', mode: 'live', conversion_id: order.conversion,
    sale_status: 'pending', refunded_base: '32.47', currency: 'USD', over_refund: false,
    clawed_back: '3.25', commission_currency: 'USD',
  });
});

test('without an amount it is the whole order', async () => {
  const order = await sell();
  const answer = await refund({ order_id: order.id, refund_id: 'whole-1' });
  assert.equal(answer.json.data.sale_status, 'reversed', answer.text);
  assert.equal(answer.json.data.clawed_back, '12.99');
});

test('items take back what they were worth', async () => {
  const order = await sell({ items: [
    { line_id: 'L1', sku: 'SHOE', price: '50.00', quantity: 2 }, { sku: 'SOCK', price: '29.90', quantity: 1 }] });
  const one = await refund({ order_id: order.id, refund_id: 'item-1', items: [{ line_id: 'L1', quantity: 1 }] });
  assert.equal(one.json.data.refunded_base, '50.00', one.text);
  const told = await refund({ order_id: order.id, refund_id: 'item-2', items: [{ sku: 'SOCK', amount: '9.90' }] });
  assert.equal(told.json.data.refunded_base, '59.90', told.text);
});

test('a refund before its sale is parked and counts once the sale comes', async () => {
  const order_id = newOrder();
  const early = { order_id, refund_id: 'early-1', amount: '32.47' };
  const parked = await refund(early);
  assert.equal(parked.status, 201, parked.text);
  assert.deepEqual(parked.json.data, { refund_id: 'early-1', order_id, status: 'parked', mode: 'live' });
  assert.deepEqual((await refund(early)).json, { ok: true, created: false });
  await sell({ order_id });
  const rest = await refund({ order_id, refund_id: 'early-2', amount: '10.00' });
  assert.equal(rest.json.data.refunded_base, '42.47', rest.text);
});

test('the same refund again changes nothing, and another under its id is a conflict', async () => {
  const order = await sell();
  const body = { order_id: order.id, refund_id: 'twice', amount: '10.00' };
  assert.equal((await refund(body)).status, 201);
  const again = await refund(body);
  assert.equal(again.status, 200);
  assert.deepEqual(again.json, { ok: true, created: false, conversion_id: order.conversion });
  assertProblem(await refund({ ...body, amount: '11.00' }), 409, 'conflict', 'amount');
  const next = await refund({ ...body, refund_id: 'twice-2' });
  assert.equal(next.json.data.refunded_base, '20.00', next.text);
});

test('more than is left takes what is left, and says so', async () => {
  const order = await sell();
  await refund({ order_id: order.id, refund_id: 'over-1', amount: '100.00' });
  const answer = await refund({ order_id: order.id, refund_id: 'over-2', amount: '100.00' });
  assert.equal(answer.json.data.over_refund, true, answer.text);
  assert.equal(answer.json.data.refunded_base, '129.90');
  assert.equal(answer.json.data.sale_status, 'reversed');
});

test('another currency than the sale is refused by name', async () => {
  const order = await sell();
  assertProblem(await refund({ order_id: order.id, refund_id: 'eur', amount: '1.00', currency: 'EUR' }), 422, 'other_currency', 'currency');
  assertProblem(await refund({ order_id: order.id, refund_id: 'xxx', amount: '1.00', currency: 'XXZ' }), 422, 'unknown_currency', 'currency');
});

test('what is missing or malformed is named', async () => {
  const order = await sell();
  const body = { order_id: order.id, refund_id: 'bad' };
  assertProblem(await refund('{'), 400, 'invalid_json');
  assertProblem(await refund({ ...body, order_id: undefined }), 422, 'missing_field', 'order_id');
  assertProblem(await refund({ ...body, refund_id: undefined }), 422, 'missing_field', 'refund_id');
  assertProblem(await refund({ ...body, amount: '-1' }), 422, 'amount_negative', 'amount');
  assertProblem(await refund({ ...body, amount: '0' }), 422, 'amount_zero', 'amount');
  assertProblem(await refund({ ...body, amount: '1.001' }), 422, 'amount_over_precise', 'amount');
  assertProblem(await refund({ ...body, items: {} }), 422, 'wrong_type', 'items');
  assertProblem(await refund({ ...body, items: [{}] }), 422, 'missing_field', 'items[0].line_id');
  assertProblem(await refund({ ...body, items: [{ sku: 'A', quantity: 0 }] }), 422, 'bad_quantity', 'items[0].quantity');
  assertProblem(await refund({ ...body, refund_id: 'x'.repeat(201) }), 422, 'too_long', 'refund_id');
  assertProblem(await refund({ ...body, program_id: rival.program }), 403, 'program_not_yours', 'program_id');
});

test('only the brand itself refunds its sales', async () => {
  const order = await sell();
  const body = { order_id: order.id, refund_id: 'theft' };
  assertProblem(await refund(body, { secret: rival.live_secret }), 401, 'invalid_signature');
  assertProblem(await refund(body, { signature: '' }), 401, 'invalid_signature');
  // The rival's own signature is about the rival's orders: there is none of that number.
  const own = await refund(body, { secret: rival.live_secret, brand: rival.brand });
  assert.equal(own.json.data.status, 'parked', own.text);
  const test = await refund(body, { secret: shop.test_secret });
  assert.equal(test.json.data.status, 'parked', test.text);
  const unknown = await refund(body, { brand: shop.program });
  assert.deepEqual(unknown.json, { ok: false, reason: 'unknown_brand' });
});

test('after the approval it is taken from what is available', async () => {
  const order = await sell();
  await instance.meedctl('clock', 'advance', '31d');
  const deadline = Date.now() + 20_000;
  let answer;
  for (let n = 1; Date.now() < deadline; n++) {
    answer = await refund({ order_id: order.id, refund_id: `late-${n}`, amount: '1.00' });
    assert.equal(answer.status, 201, answer.text);
    if (answer.json.data.sale_status === 'approved') break;
    await sleep(500);
  }
  assert.equal(answer.json.data.sale_status, 'approved', answer.text);
  const whole = await refund({ order_id: order.id, refund_id: 'late-whole' });
  assert.equal(whole.json.data.sale_status, 'reversed', whole.text);
  assert.equal(whole.json.data.clawed_back, '12.99');
});

test('the sale says what was taken, by whom and how much is left', async () => {
  const password = 'correct horse battery', sql = database(instance.env);
  await meedctl(['user', 'add', '--email', 'mia@example.com', '--name', 'mia', '--password-stdin', '--role', 'brand',
    '--company', 'Refunds', '--brand', 'Refunds'], { input: `${password}\n`, env: instance.env });
  await sql(`SET @me := (SELECT MAX(id) FROM user);
    DELETE FROM member WHERE user = @me;
    INSERT INTO member (brand, user, role, created_us) SELECT id, @me, 'owner', 1 FROM brand
    WHERE pid = UNHEX('${shop.brand.replaceAll('-', '')}');`);
  const owner = await new Visitor(instance.baseUrl).login('mia@example.com', password);
  const order = await sell();
  await refund({ order_id: order.id, refund_id: 'shown-1', amount: '32.47', reason: 'One <b>shoe</b> came back' });
  const page = await owner.get(`/brand/sales/${order.conversion}`);
  assert.equal(page.status, 200, page.text);
  for (const words of ['Takes $32.47 of the base.', 'In all $32.47 of $129.90 were taken back.', 'shown-1',
    'One &lt;b&gt;shoe&lt;/b&gt; came back', 'Taken back by refunds', 'Refunded in part'])
    assert.ok(page.text.includes(words), words);
  assert.match((await owner.get('/brand/sales')).text, /partly refunded/);
});

test('afterwards the ledger verifies', async () => {
  await instance.meedctl('ledger', 'verify');
});
