// The pixel's door, through Apache: S0-18, S0-20, and what an unsigned door must not do.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startInstance } from '../support/instance.mjs';
import { awaitRef, beacon, pixel } from './browser_support.mjs';
import { database, storedClick } from './click_support.mjs';
import { assertProblem, bearer, makeShop, send, sendByKey, sendSigned } from './door_support.mjs';

let stack, sql, shop, rival, orders = 0;
const listed = 'https://checkout.acme.example';

before(async () => {
  stack = await startInstance({ trusted_proxies: '127.0.0.1' });
  sql = database(stack.env);
  shop = await makeShop(stack, 'pixel');
  rival = await makeShop(stack, 'pixelrival');
  await sql(`INSERT INTO pixel_origin (brand, origin, created_by, created_us) VALUES (${brandOf(shop)}, '${listed}', 1, 1)`);
  await awaitRef(stack, rival);
});
after(() => stack?.stop());

const brandOf = ({ brand }) => `(SELECT id FROM brand WHERE pid = UNHEX('${brand.replaceAll('-', '')}'))`;
const sale = (changes = {}) => ({ order_id: `px-${++orders}`, amount: '129.90', currency: 'USD', ...changes });
const post = (body, headers = {}) => pixel(stack, shop.brand, body, { Origin: listed, ...headers });

async function stored(order) {
  const rows = await sql(`SELECT mode, status, method, gross, unit, door, id FROM conversion
    WHERE brand = ${brandOf(shop)} AND order_ref = '${order}'`);
  assert.equal(rows.length, 1, `${order}: ${rows.length} conversions`);
  const [mode, status, method, gross, unit, door, id] = rows[0];
  const [[holds, hold] = []] = await sql(`SELECT m.holds, COALESCE(GROUP_CONCAT(f.rule), '') FROM commission m
    LEFT JOIN flag f ON f.commission = m.id AND f.state = 'open' WHERE m.conversion = ${id} GROUP BY m.id`);
  return { mode, status, method, gross: Number(gross), unit, door, holds: Number(holds ?? 0), hold };
}
const refusal = async () => (await sql(`SELECT code, field FROM door_refusal WHERE brand = ${brandOf(shop)} AND door = 'pixel'`))[0];

// The sale ---------------------------------------------------------------------------------------

test('a sale that a page tells of is recorded, credited by the ref, and in review', async () => {
  const body = sale({ ref: shop.anna.slug });
  const answer = await post(body);
  assert.equal(answer.status, 201, answer.text);
  assert.deepEqual(Object.keys(answer.json.data), ['conversion_id', 'order_id', 'mode']);
  assert.deepEqual(await stored(body.order_id),
    { mode: 'live', status: 'pending', method: 'ref', gross: 12990, unit: 'USD', door: 'pixel', holds: 1, hold: 'unverified' });
});

test('the click that the script kept credits its partner', async () => {
  const { click_id } = (await beacon(stack, { program: shop.program, ref: shop.ben.slug }, { Origin: listed })).json;
  await storedClick(sql, click_id);
  const body = sale({ click_id, ref: shop.ben.slug });
  assert.equal((await post(body)).status, 201);
  assert.equal((await stored(body.order_id)).method, 'click');
});

test('the same order again is no second sale', async () => {
  const body = sale({ ref: shop.anna.slug });
  await post(body);
  const again = await post(body);
  assert.equal(again.status, 200);
  assert.deepEqual(again.json, { ok: true, created: false });
  assert.equal((await post({ ...body, order_id: `gid://shopify/Order/${body.order_id}` })).status, 201, 'no number: another order');
});

test('the postback of the same order vouches for it, and its amount stands', async () => {
  const body = sale({ ref: shop.anna.slug, amount: '1.00' });
  await post(body);
  const signed = await sendSigned(stack, shop, 'postback', { order_id: body.order_id, amount: '129.90', currency: 'USD' });
  assert.equal(signed.status, 200, signed.text);
  const now = await stored(body.order_id);
  assert.equal(now.gross, 12990);
  assert.equal(now.holds, 0);
});

test('a Shopify id is the number that the webhook and the API call the order by', async () => {
  const number = `${Date.now()}`;
  await sendByKey(stack, '/api/v1/conversions', { order_id: number, amount: '20.00', currency: 'USD', code: shop.anna.code }, bearer(shop.live_key));
  const answer = await post(sale({ order_id: `gid://shopify/Order/${number}`, amount: '20.00' }));
  assert.equal(answer.status, 200, answer.text);
  assert.equal((await stored(number)).door, 'api');
});

test('a page without a currency means the brand\'s', async () => {
  const body = sale({ currency: undefined });
  assert.equal((await post(body)).status, 201);
  assert.equal((await stored(body.order_id)).unit, 'USD');
});

// Origins ----------------------------------------------------------------------------------------

test('an origin off the list is refused, named with the remedy, and noted for the setup page', async () => {
  for (const origin of ['https://evil.example', 'https://checkout.acme.example.evil.example', 'http://checkout.acme.example',
    'https://checkout.acme.example:8443', 'https://x.checkout.acme.example', 'file://', 'nonsense', '']) {
    const body = sale();
    const answer = await post(body, { Origin: origin });
    assertProblem(answer, 403, 'origin_not_allowed', 'Origin');
    assert.ok(answer.json.detail.includes(origin));
    assert.match(answer.json.detail, /Add it/);
    assert.equal(answer.headers.get('access-control-allow-origin'), '*', 'the page\'s console can say why');
    assert.deepEqual(await sql(`SELECT id FROM conversion WHERE order_ref = '${body.order_id}'`), []);
  }
  await post(sale(), { Origin: 'https://forgotten.acme.example' });
  assert.deepEqual(await refusal(), ['origin_not_allowed', 'https://forgotten.acme.example']);
});

test('one brand\'s list lets nobody report to another', async () => {
  assertProblem(await pixel(stack, rival.brand, sale(), { Origin: listed }), 403, 'origin_not_allowed');
});

test('a verified site may report, an unverified one not', async () => {
  await sql(`INSERT INTO site (brand, host, token, created_us) VALUES (${brandOf(shop)}, 'store.acme.example', 'tok1', 1)`);
  assert.equal((await post(sale(), { Origin: 'https://store.acme.example' })).status, 403);
  await sql("UPDATE site SET verified_us = 1, method = 'dns' WHERE host = 'store.acme.example'");
  assert.equal((await post(sale(), { Origin: 'https://store.acme.example' })).status, 201);
});

test('a sandboxed page\'s sale is held, even where the program trusts its pixel', async () => {
  const settings = (trust) => sql(`UPDATE program_version SET settings = JSON_SET(settings, '$.trust_pixel', ${trust})
    WHERE program = (SELECT id FROM program WHERE pid = UNHEX('${shop.program.replaceAll('-', '')}'))`);
  await settings('TRUE');
  try {
    for (const Origin of ['null', 'https://acme.myshopify.com']) {
      const held = sale({ ref: shop.anna.slug, program: shop.program });
      assert.equal((await post(held, { Origin })).status, 201);
      assert.equal((await stored(held.order_id)).hold, 'unverified', Origin);
    }
    const trusted = sale({ ref: shop.anna.slug, program: shop.program });
    await post(trusted);
    assert.equal((await stored(trusted.order_id)).holds, 0);
  } finally {
    await settings('FALSE');
  }
});

// Test mode --------------------------------------------------------------------------------------

test('"test":true makes test data and nothing else', async () => {
  const body = sale({ test: true, ref: shop.anna.slug });
  const answer = await post(body);
  assert.equal(answer.json.data.mode, 'test');
  const row = await stored(body.order_id);
  assert.equal(row.mode, 'test');
  assert.equal(row.method, '', 'a live partner earns nothing by it');
});

test('a test link\'s click makes the sale a test sale', async () => {
  await sql(`UPDATE link SET mode = 'test' WHERE token = '${shop.anna.token}';
    INSERT IGNORE INTO link_change (host, link) SELECT h.name, l.id FROM web_host h, link l WHERE l.token = '${shop.anna.token}'`);
  let click, row;
  do {
    click = (await beacon(stack, { program: shop.program, ref: shop.anna.slug }, { Origin: listed })).json.click_id;
    row = await storedClick(sql, click);
  } while (row.mode !== 'test');
  const body = sale({ click_id: click });
  assert.equal((await post(body)).json.data.mode, 'test');
  await sql(`UPDATE link SET mode = 'live' WHERE token = '${shop.anna.token}'`);
});

// The wire ---------------------------------------------------------------------------------------

test('what can\'t be read is refused with the member and the remedy', async () => {
  assertProblem(await post('{'), 400, 'invalid_json');
  assertProblem(await post('[]'), 400, 'invalid_json');
  assertProblem(await post(sale({ amount: '1,299.00' })), 422, 'amount_not_a_number', 'amount');
  assertProblem(await post(sale({ order_id: '' })), 422, 'bad_order', 'order_id');
  assertProblem(await post(sale({ program: rival.program })), 403, 'program_not_yours', 'program');
  assertProblem(await post(sale({ currency: 'XXQ' })), 422, 'unknown_currency', 'currency');
  assert.deepEqual(await refusal(), ['unknown_currency', 'currency']);
  const body = sale();
  await post(body);
  assertProblem(await post({ ...body, amount: '7.00' }), 409, 'conflict', 'amount');
});

test('an unknown brand is answered as the other doors answer it', async () => {
  for (const brand of ['0192c8f0-7d4e-7abc-8def-0123456789ab', 'acme'])
    assert.deepEqual((await pixel(stack, brand, sale(), { Origin: listed })).json, { ok: false, reason: 'unknown_brand' });
});

test('any page may ask whether it may send', async () => {
  const answer = await send(stack, `/api/v2/affiliate/pixel/${shop.brand}`, { method: 'OPTIONS', headers: { Origin: 'https://any.example' } });
  assert.equal(answer.status, 204);
  assert.equal(answer.headers.get('access-control-allow-origin'), '*');
  assert.equal(answer.headers.get('access-control-allow-credentials'), null);
});

test('who sends Sec-GPC is not recorded', async () => {
  const body = sale();
  assert.equal((await post(body, { 'Sec-GPC': '1' })).status, 204);
  assert.deepEqual(await sql(`SELECT id FROM conversion WHERE order_ref = '${body.order_id}'`), []);
});

test('240 sales a minute from one address, and no more', async () => {
  let last;
  for (let i = 0; i < 260 && last?.status !== 429; i++) last = await post('{', { 'X-Forwarded-For': '198.51.100.9' });
  assert.equal(last.status, 429);
  assert.ok(Number(last.headers.get('retry-after')) >= 1);
});

test('without its database the door says so and stores nothing', async () => {
  await stack.part('kill', 'mariadb');
  try {
    const answer = await post(sale());
    assert.equal(answer.status, 503);
    assert.ok(answer.headers.get('retry-after'));
  } finally {
    await stack.part('start', 'mariadb');
  }
});

test('the books balance', async () => { await stack.meedctl('ledger', 'verify'); });
