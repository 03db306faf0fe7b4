// What the tests of sales under faults share: a shop, a stream of signed sales, and what must be
// true of every order afterwards.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { sleep, until } from './click_support.mjs';

const run = promisify(execFile);
const buildDir = process.env.MEED_BUILD_DIR ?? fileURLToPath(new URL('../../build', import.meta.url));

// A brand with one program, two creators, keys and secrets: see tests/support/make_shop.c.
export async function makeShop(instance, name) {
  const { stdout } = await run(path.join(buildDir, 'tests/support/make_shop'), [name],
    { env: { ...process.env, MEED_CONFIG: instance.env.MEED_CONFIG } });
  return JSON.parse(stdout);
}

// Rejects when the connection ends before a whole answer is there.
function post(url, { headers, body, agent = false, timeoutMs = 30_000 }) {
  return new Promise((resolve, reject) => {
    const request = http.request(url, {
      method: 'POST', agent, timeout: timeoutMs,
      headers: { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body), ...headers },
    });
    request.on('timeout', () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    request.on('error', reject);
    request.on('response', async (response) => {
      try {
        const text = Buffer.concat(await response.toArray()).toString('utf8');
        resolve({ status: response.statusCode, text, type: response.headers['content-type'] ?? '' });
      } catch (error) { reject(error); }
    });
    request.end(body);
  });
}

// The doors of our own shape for one order, each with the id of the conversion, if it answers one.
export const doors = {
  async api(instance, shop, order, options = {}) {
    const body = JSON.stringify({
      program_id: shop.program, brand_order_ref: order.ref, order_value: order.amount,
      order_currency: 'USD', code: shop.anna.code,
    });
    const answer = await post(`${instance.baseUrl}/api/conv`,
      { ...options, body, headers: { Authorization: `Bearer ${shop.live_key}` } });
    const json = answer.status < 300 ? JSON.parse(answer.text) : {};
    return { ...answer, id: json.conversion_id, duplicate: json.status === 'duplicate' };
  },
  async postback(instance, shop, order, options = {}) {
    const body = JSON.stringify({
      order_id: order.ref, amount: order.amount, currency: 'USD', code: shop.anna.code, program_id: shop.program,
    });
    const timestamp = Math.floor(Date.now() / 1000);
    const signature = createHmac('sha256', shop.live_secret).update(`${timestamp}.${body}`).digest('hex');
    const answer = await post(`${instance.baseUrl}/api/v2/affiliate/postback/${shop.brand}`,
      { ...options, body, headers: { 'X-Meed-Timestamp': timestamp, 'X-Meed-Signature': signature } });
    const json = answer.status < 300 ? JSON.parse(answer.text) : {};
    return { ...answer, id: json.data?.conversion_id ?? json.conversion_id, duplicate: json.created === false };
  },
};

doors.v1 = async (instance, shop, order, options = {}) => {
  const body = JSON.stringify({
    program: shop.program, order_id: order.ref, amount: order.amount, currency: 'USD', code: shop.anna.code,
  });
  const answer = await post(`${instance.baseUrl}/api/v1/conversions`,
    { ...options, body, headers: { Authorization: `Bearer ${shop.live_key}` } });
  const json = answer.status < 300 ? JSON.parse(answer.text) : {};
  return { ...answer, id: json.data?.conversion_id, duplicate: json.created === false };
};
doors.ingest = async (instance, shop, order, options = {}) => {
  const body = JSON.stringify({
    event: 'sale', external_payment_id: order.ref, gross_amount: order.amount, currency: 'USD', code: shop.anna.code,
  });
  const answer = await post(`${instance.baseUrl}/api/ingest/conversion`,
    { ...options, body, headers: { 'X-Offer-Key': shop.offer_key } });
  const json = answer.status < 300 ? JSON.parse(answer.text) : {};
  return { ...answer, id: json.conversion_id, duplicate: json.status === 'duplicate' };
};

// Delivers each order `deliveries` times at the same moment, through all four doors: one answer
// says that it was created, the others name the same conversion.
export async function deliverAtOnce(instance, shop, orders, deliveries) {
  const ways = [doors.api, doors.postback, doors.v1, doors.ingest];
  const agent = new http.Agent({ keepAlive: true, maxSockets: deliveries });
  for (const order of orders) {
    const answers = await Promise.all(Array.from({ length: deliveries },
      (_, i) => ways[(order.no + i) % ways.length](instance, shop, order, { agent })));
    assert.deepEqual(summary(answers), { 200: deliveries - 1, 201: 1 }, order.ref);
    assert.equal(answers.filter(({ duplicate }) => duplicate).length, deliveries - 1, order.ref);
    order.id = answers[0].id;
    assert.ok(order.id && answers.every(({ id }) => id === order.id), order.ref);
  }
  agent.destroy();
}

const doorOf = (order) => (order.no % 2 === 0 ? doors.api : doors.postback);

// A server of a brand that sells on `clients` connections until stopped, one new order each
// `pauseMs`. Every order that it ever sent is in `orders`, with the last answer it got.
export function selling(instance, shop, { clients = 6, pauseMs = 30 } = {}) {
  const orders = [];
  let going = true;
  const client = async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    while (going) {
      const order = { no: orders.length, ref: `${shop.name}-${orders.length}`, amount: '10.00', sentAt: performance.now() };
      orders.push(order);
      try {
        Object.assign(order, await doorOf(order)(instance, shop, order, { agent }));
      } catch (error) {
        order.broken = error.code ?? error.message;
      }
      order.answeredAt = performance.now();
      await sleep(pauseMs);
    }
    agent.destroy();
  };
  const all = Promise.all(Array.from({ length: clients }, client));
  return { orders, stop: async () => { going = false; await all; return orders; } };
}

export const isTaken = (order) => order.status >= 200 && order.status < 300;

// How often each answer was given: { 201: 412, 503: 7, ECONNRESET: 1 }.
export function summary(orders) {
  const counts = {};
  for (const { status, broken } of orders) counts[broken ?? status] = (counts[broken ?? status] ?? 0) + 1;
  return counts;
}

// Sends every order again by the other door than before; each must be taken now, and one that was
// created under an id must have kept it.
export async function retryAll(instance, shop, orders, { clients = 6 } = {}) {
  const left = [...orders];
  const client = async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    for (let order = left.pop(); order; order = left.pop()) {
      const door = order.no % 2 === 0 ? doors.postback : doors.api;
      const again = await door(instance, shop, order, { agent });
      assert.ok(isTaken(again), `${order.ref}: ${again.status} ${again.text}`);
      if (isTaken(order)) assert.ok(again.duplicate || order.status === 202, `${order.ref} was taken twice: ${again.text}`);
      if (order.id) assert.equal(again.id, order.id, order.ref);
      order.id = again.id;
    }
    agent.destroy();
  };
  await Promise.all(Array.from({ length: clients }, client));
}

// Every order of the shop is one conversion, one commission and one accrual, and the books hold.
export async function assertWhole(instance, sql, shop, orders) {
  await instance.meedctl('worker', 'drain');
  const rows = await sql(`
    SELECT c.order_ref, LOWER(HEX(c.pid)), COUNT(DISTINCT m.id), COUNT(t.id)
    FROM conversion c
    LEFT JOIN commission m ON m.conversion = c.id
    LEFT JOIN ledger_transfer t ON t.source_kind = 'commission' AND t.source = m.id
    WHERE c.brand = (SELECT id FROM brand WHERE pid = UNHEX('${shop.brand.replaceAll('-', '')}'))
    GROUP BY c.id`);
  const stored = new Map(rows.map(([ref, pid, commissions, transfers]) => [ref, { pid, commissions, transfers }]));
  assert.equal(stored.size, rows.length, 'an order is recorded twice');
  const told = new Map(orders.map((order) => [order.ref, order]));
  for (const [ref, { id }] of told)
    assert.deepEqual(stored.get(ref), { pid: id.replaceAll('-', ''), commissions: '1', transfers: '1' }, ref);
  assert.equal(stored.size, told.size, 'an order is recorded that nobody sent');
  await instance.meedctl('ledger', 'verify'); // fails when an invariant does
}

// How long after `since` the last sale was turned away; the next 100 were all taken, by whichever
// responder, without a restart of anything.
export async function awaitRecovery(orders, since, ms) {
  const answered = () => orders.filter((order) => order.sentAt > since && order.answeredAt);
  await until(() => {
    const latest = answered().slice(-100);
    return latest.length === 100 && latest.every(isTaken);
  }, ms, 'sales are taken again, all of them');
  return Math.max(0, ...answered().filter((order) => !isTaken(order)).map((order) => order.answeredAt - since));
}
