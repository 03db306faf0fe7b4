// POST /api/v1/conversions with its Idempotency-Key, and the resolver of tokens, through Apache.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { database } from './click_support.mjs';
import { assertProblem, bearer, click, makeShop, send, sendByKey, useInstance } from './door_support.mjs';
import { Visitor } from './support.mjs';

let stack, sql, shop, rival, orders = 0;
before(async () => {
  stack = await useInstance();
  sql = database(stack.env);
  shop = await makeShop(stack, 'v1');
  rival = await makeShop(stack, 'v1rival');
});
after(() => stack?.stop());

const sale = (changes = {}) => ({ order_id: `v1-${++orders}`, amount: '129.90', currency: 'USD', ...changes });
const post = (body, { key = shop.live_key, idempotency } = {}) => sendByKey(stack, '/api/v1/conversions', body,
  { ...bearer(key), ...(idempotency === undefined ? {} : { 'Idempotency-Key': idempotency }) });
const ofShop = () => `brand = (SELECT id FROM brand WHERE pid = UNHEX('${shop.brand.replaceAll('-', '')}'))`;
const countOf = async (order) => Number((await sql(`SELECT COUNT(*) FROM conversion WHERE ${ofShop()} AND order_ref = '${order}'`))[0][0]);

// The API's own shape (S1-11) --------------------------------------------------------------------

test('a custom checkout names a click, a ref or a code, and the partner is credited', async () => {
  const byClick = await post(sale({ program: shop.program, click_id: await click(stack, shop.anna.token) }));
  assert.equal(byClick.status, 201, byClick.text);
  assert.equal(byClick.json.created, true);
  assert.equal(byClick.json.data.attribution, 'attributed');
  assert.equal(byClick.json.data.commission, '12.99');
  assert.equal((await post(sale({ ref: shop.anna.slug }))).json.data.method, 'ref');
  assert.equal((await post(sale({ code: shop.ben.code }))).json.data.method, 'coupon');
});

test('the same order again answers 200 and names the conversion', async () => {
  const body = sale({ code: shop.anna.code });
  const first = await post(body), again = await post(body);
  assert.equal(again.status, 200);
  assert.equal(again.json.created, false);
  assert.equal(again.json.data.conversion_id, first.json.data.conversion_id);
  assert.equal(again.json.data.commission, '12.99');
  assert.equal(await countOf(body.order_id), 1);
});

test('the same order with other content is a conflict that names the member', async () => {
  const body = sale();
  await post(body);
  assertProblem(await post({ ...body, amount: '1.00' }), 409, 'conflict', 'amount');
  assertProblem(await post({ ...body, currency: 'EUR' }), 409, 'conflict', 'currency');
  assertProblem(await post({ ...body, event: 'rebill' }), 409, 'conflict', 'event');
});

test('the program is named as its member is called', async () => {
  assertProblem(await post(sale({ program: rival.program })), 403, 'program_not_yours', 'program');
  assertProblem(await post(sale({ program: 'summer' })), 422, 'bad_program', 'program');
  assertProblem(await post(sale(), { key: 'pc_live_unknown' }), 401, 'bad_key');
});

test('an offer\'s key is no Bearer key', async () => {
  assertProblem(await post(sale(), { key: shop.offer_key }), 401, 'bad_key');
});

// Idempotency-Key ----------------------------------------------------------------------------------

test('a repeated key gets the first answer again, also when it was a refusal', async () => {
  const key = randomUUID(), body = sale({ code: shop.anna.code });
  const first = await post(body, { idempotency: key });
  const again = await post(body, { idempotency: key });
  assert.equal(again.status, 201, 'not 200: it is the answer of the first');
  assert.equal(again.text, first.text);
  assert.equal(again.headers.get('idempotent-replayed'), 'true');
  assert.equal(first.headers.get('idempotent-replayed'), null);
  const badKey = randomUUID(), bad = sale({ amount: '-1' });
  const refused = await post(bad, { idempotency: badKey }), refusedAgain = await post(bad, { idempotency: badKey });
  assertProblem(refusedAgain, 422, 'amount_negative', 'amount');
  assert.equal(refusedAgain.text, refused.text);
});

test('a key in quotes is the same key', async () => {
  const key = randomUUID(), body = sale();
  await post(body, { idempotency: key });
  assert.equal((await post(body, { idempotency: `"${key}"` })).headers.get('idempotent-replayed'), 'true');
});

test('a key with another body is refused, and nothing is recorded', async () => {
  const key = randomUUID(), other = sale();
  await post(sale(), { idempotency: key });
  assertProblem(await post(other, { idempotency: key }), 422, 'idempotency_key_reused');
  assert.equal(await countOf(other.order_id), 0);
});

test('of many requests under one key at once, one is done and the others wait or get its answer', async () => {
  const key = randomUUID(), body = sale();
  const answers = await Promise.all(Array.from({ length: 40 }, () => post(body, { idempotency: key })));
  const worked = answers.filter(({ status, headers }) => status === 201 && !headers.get('idempotent-replayed'));
  assert.equal(worked.length, 1);
  for (const answer of answers) {
    if (answer.status === 201) assert.equal(answer.text, worked[0].text);
    else assertProblem(answer, 409, 'idempotency_key_in_flight');
  }
  assert.equal(await countOf(body.order_id), 1);
});

test('a key left in flight by a process that died is free after a minute, not before', async () => {
  const key = randomUUID(), body = sale();
  await post(body, { idempotency: key });
  const row = 'WHERE actor LIKE \'brand/%\' ORDER BY started_us DESC LIMIT 1';
  await sql(`UPDATE idempotency SET status = 0, started_us = started_us - 30000000 ${row}`);
  assertProblem(await post(body, { idempotency: key }), 409, 'idempotency_key_in_flight');
  await sql(`UPDATE idempotency SET started_us = started_us - 31000000
    WHERE key_hash = (SELECT * FROM (SELECT key_hash FROM idempotency WHERE status = 0 LIMIT 1) x)`);
  const freed = await post(body, { idempotency: key });
  assert.equal(freed.status, 200, 'the work is done anew, and finds the order recorded');
  assert.equal((await post(body, { idempotency: key })).text, freed.text);
});

test('keys belong to their brand and mode', async () => {
  const key = randomUUID();
  assert.equal((await post(sale(), { idempotency: key })).status, 201);
  assert.equal((await post(sale(), { idempotency: key, key: shop.test_key })).json.data.mode, 'test');
  assert.equal((await post(sale(), { idempotency: key, key: rival.live_key })).status, 201);
});

test('a key that is no key is told so', async () => {
  for (const key of ['""', 'a b', 'x'.repeat(256)])
    assertProblem(await post(sale(), { idempotency: key }), 400, 'bad_idempotency_key');
});

// The resolver (S0) ----------------------------------------------------------------------------------

const resolve = (token) => send(stack, `/api/v2/affiliate/resolve/${token}`, { method: 'GET' });

test('a token tells its program, its brand and the partner\'s code', async () => {
  const answer = await resolve(shop.anna.token);
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(answer.json, {
    data: { token: shop.anna.token, active: true, program_id: shop.program, brand_id: shop.brand, code: shop.anna.code },
  });
});

test('an unknown token is 404, and a stopped partner\'s is told as such, without the code', async () => {
  assertProblem(await resolve('abc12xyz'), 404, 'not_found');
  assertProblem(await resolve('a'.repeat(500)), 404, 'not_found');
  await sql(`UPDATE partnership SET status = 'paused' WHERE id = (SELECT partnership FROM link WHERE token = '${shop.ben.token}')`);
  const { data } = (await resolve(shop.ben.token)).json;
  assert.equal(data.active, false);
  assert.equal(data.code, null);
});

test('600 tokens a minute from one address, and no more', async (t) => {
  if (!process.env.BASE_URL) return t.skip('needs an instance that believes X-Forwarded-For');
  const visitor = new Visitor(stack.baseUrl);
  let refused, asked = 0;
  for (; asked < 700 && !refused; asked++) {
    const answer = await visitor.get(`/api/v2/affiliate/resolve/${shop.anna.token}`);
    if (answer.status === 429) refused = answer;
  }
  assert.ok(refused, 'never refused');
  assert.ok(asked > 600, `refused after ${asked}`);
  assert.ok(Number(refused.headers.get('retry-after')) >= 1);
});
