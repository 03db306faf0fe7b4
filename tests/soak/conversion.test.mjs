// Sales under load: each delivered many times at once, and parts killed and hung meanwhile.
//   MEED_SOAK_EVENTS  how many are delivered 20 times each (1,000)     and see faults.mjs
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { database } from '../http/click_support.mjs';
import { assertWhole, doors, isTaken, makeShop, retryAll, selling, summary } from '../http/conversion_support.mjs';
import { startInstance } from '../support/instance.mjs';
import { faultsUntilTimeIsUp, seconds, seed } from './faults.mjs';

const events = Number(process.env.MEED_SOAK_EVENTS ?? 1000);
const deliveries = 20;

let instance, sql;
before(async () => {
  instance = await startInstance({ ingest_limit_per_minute_brand: 10_000_000 });
  sql = database(instance.env);
});
after(() => instance.stop());

test(`${events} events, ${deliveries} deliveries of each at once: one created, the others duplicates`, async () => {
  const shop = await makeShop(instance, 'many');
  const ways = [doors.api, doors.postback];
  const agent = new http.Agent({ keepAlive: true, maxSockets: deliveries });
  const orders = Array.from({ length: events }, (_, no) => ({ no, ref: `many-${no}`, amount: '10.00' }));
  for (const order of orders) {
    const answers = await Promise.all(
      Array.from({ length: deliveries }, (_, i) => ways[i % ways.length](instance, shop, order, { agent })));
    assert.deepEqual(summary(answers), { 201: 1, 200: deliveries - 1 }, order.ref);
    order.id = answers[0].id;
    assert.ok(answers.every(({ id }) => id === order.id), order.ref);
  }
  agent.destroy();
  await assertWhole(instance, sql, shop, orders);
});

test('no sale that was answered is lost or doubled, whatever is killed or hung', async (t) => {
  t.diagnostic(`seed ${seed}, ${seconds} s`);
  const shop = await makeShop(instance, 'faults');
  const load = selling(instance, shop, { clients: 8 });
  const happened = await faultsUntilTimeIsUp(instance, 'ingest');
  const orders = await load.stop();
  t.diagnostic(`${JSON.stringify(summary(orders))}; ${JSON.stringify(happened)}`);
  assert.ok(orders.filter(isTaken).length > 5 * seconds);
  await retryAll(instance, shop, orders);
  await assertWhole(instance, sql, shop, orders);
});
