// What must hold for sales when a part fails: every order that was answered with 2xx is stored, and
// every order is one conversion, however often it is sent again, at whichever door.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startInstance } from '../support/instance.mjs';
import { database, responders, sleep, until } from './click_support.mjs';
import {
  assertWhole, awaitRecovery, doors, isTaken, makeShop, retryAll, selling, summary,
} from './conversion_support.mjs';

let instance, sql;
let shops = 0;
before(async () => {
  instance = await startInstance({ ingest_limit_per_minute_brand: 1_000_000 });
  sql = database(instance.env);
});
after(() => instance.stop());

const newShop = () => makeShop(instance, `shop${++shops}`);

// Sells while `fault` happens, then has every order sent again and looks at what is stored.
async function sellThrough(t, fault) {
  const shop = await newShop();
  const load = selling(instance, shop);
  await sleep(500);
  await fault(load.orders);
  const orders = await load.stop();
  t.diagnostic(`${orders.length} orders: ${JSON.stringify(summary(orders))}`);
  assert.ok(orders.filter(isTaken).length >= 50, 'too few to show anything');
  await retryAll(instance, shop, orders);
  await assertWhole(instance, sql, shop, orders);
  return orders;
}

// While the database is away an order is taken and stored, or it is not: nothing in between.
function assertTakenOr503(orders) {
  assert.deepEqual(Object.keys(summary(orders)).filter((how) => !['201', '202', '503'].includes(how)), []);
}

describe('killed in mid-work', () => {
  test('responders: no sale that was answered is lost, none is doubled, and the pool is whole within 1 s', async (t) => {
    let whole;
    await sellThrough(t, async () => {
      for (let i = 0; i < 10; i++) {
        await sleep(200);
        const pids = responders(instance.env, 'ingest');
        if (pids.length > 0) process.kill(pids[i % pids.length], 'SIGKILL');
      }
      const killed = performance.now();
      await until(() => responders(instance.env, 'ingest').length === 4, 10_000, 'the pool is whole');
      whole = performance.now() - killed;
    });
    assert.ok(whole < 1000, `whole after ${whole.toFixed()} ms`);
  });

  test('the worker: sales go on, and each is folded, told and counted once', async (t) => {
    const orders = await sellThrough(t, async () => {
      for (let i = 0; i < 3; i++) {
        await sleep(400);
        await instance.part('kill', 'worker');
        await sleep(200);
        await instance.part('start', 'worker');
      }
    });
    assert.deepEqual(Object.keys(summary(orders)), ['201']);
  });

  test('the database: 503 until it is back, then all works again within 10 s without a restart', async (t) => {
    const orders = await sellThrough(t, async (sent) => {
      await instance.part('kill', 'mariadb');
      await sleep(1500);
      await instance.part('start', 'mariadb');
      const back = await awaitRecovery(sent, performance.now(), 10_000);
      t.diagnostic(`all taken again after ${back.toFixed()} ms`);
    });
    assertTakenOr503(orders);
    assert.ok(orders.some(({ status }) => status === 503), 'the outage was seen');
  });
});

test('a database that hangs: 503 until it goes on, then all works again within 10 s', async (t) => {
  const orders = await sellThrough(t, async (sent) => {
    await instance.part('pause', 'mariadb');
    try {
      await until(() => sent.some(({ status }) => status === 503), 20_000, 'an order is turned away');
      await sleep(2000);
    } finally {
      await instance.part('resume', 'mariadb');
    }
    const back = await awaitRecovery(sent, performance.now(), 10_000);
    t.diagnostic(`all taken again after ${back.toFixed()} ms`);
  });
  assertTakenOr503(orders);
});

describe('one event delivered a hundred times at once', () => {
  const deliveries = {
    'at the API': [doors.api],
    'by the signed postback': [doors.postback],
    'half at the API, half by the postback': [doors.api, doors.postback],
  };
  for (const [where, ways] of Object.entries(deliveries)) {
    test(`${where}: one created, 99 duplicates that name it`, async () => {
      const shop = await newShop();
      const order = { ref: 'once', amount: '10.00' };
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, i) => ways[i % ways.length](instance, shop, order)));
      assert.deepEqual(summary(answers), { 201: 1, 200: 99 });
      assert.ok(answers.every(({ status, duplicate }) => duplicate === (status === 200)));
      assert.equal(new Set(answers.map(({ id }) => id)).size, 1);
      await assertWhole(instance, sql, shop, [{ ...order, id: answers[0].id }]);
    });
  }
});
