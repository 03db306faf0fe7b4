// Sales under load: each delivered many times at once, and parts killed and hung meanwhile.
//   MEED_SOAK_EVENTS  how many are delivered 100 times each (1,000)     and see faults.mjs
//   MEED_SOAK_FLAT    how many events must leave the processes as large as they were (100,000)
import assert from 'node:assert/strict';
import http from 'node:http';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { database, responders } from '../http/click_support.mjs';
import { assertWhole, deliverAtOnce, doors, isTaken, makeShop, retryAll, selling, summary } from '../http/conversion_support.mjs';
import { startInstance } from '../support/instance.mjs';
import { faultsUntilTimeIsUp, seconds, seed } from './faults.mjs';

const events = Number(process.env.MEED_SOAK_EVENTS ?? 1000);
const deliveries = 100;
const flat = Number(process.env.MEED_SOAK_FLAT ?? 100_000);

let instance, sql;
before(async () => {
  instance = await startInstance({ ingest_limit_per_minute_brand: 10_000_000 });
  sql = database(instance.env);
});
after(() => instance.stop());

test(`${events} events, ${deliveries} deliveries of each at once: one created, the others duplicates`, async () => {
  const shop = await makeShop(instance, 'many');
  const orders = Array.from({ length: events }, (_, no) => ({ no, ref: `many-${no}`, amount: '10.00' }));
  await deliverAtOnce(instance, shop, orders, deliveries);
  await assertWhole(instance, sql, shop, orders);
});

// Memory that a process has for itself alone, in KiB.
const privateOf = (pid) => [...readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8').matchAll(/^Private_\w+:\s+(\d+) kB$/gm)]
  .reduce((sum, [, kib]) => sum + Number(kib), 0);
const sizes = () => Object.fromEntries(responders(instance.env, 'ingest').map((pid) => [pid, privateOf(pid)]));

test(`${flat} events leave the processes that take them as large as before`, async (t) => {
  const shop = await makeShop(instance, 'flat');
  const ways = [doors.api, doors.postback, doors.v1, doors.ingest];
  let next = 0;
  const sell = async (upTo) => {
    const client = async () => {
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
      while (next < upTo) {
        const no = next;
        next += 1;
        const answer = await ways[no % ways.length](instance, shop, { no, ref: `flat-${no}`, amount: '10.00' }, { agent });
        assert.equal(answer.status, 201, answer.text);
      }
      agent.destroy();
    };
    await Promise.all(Array.from({ length: 8 }, client));
  };
  const warm = Math.min(2000, Math.floor(flat / 5));
  await sell(warm); // until every cache is full and every statement is prepared
  const was = sizes(), began = Date.now();
  await sell(warm + flat);
  const is = sizes();
  t.diagnostic(`KiB before ${JSON.stringify(was)}, after ${JSON.stringify(is)}; ${Math.round(flat / ((Date.now() - began) / 1000))} events a second`);
  assert.deepEqual(Object.keys(is), Object.keys(was), 'no process was replaced');
  for (const [pid, kib] of Object.entries(is))
    assert.ok(kib <= was[pid] * 1.05 + 512, `process ${pid} grew from ${was[pid]} to ${kib} KiB`);
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
