// What must hold for clicks when a part fails: every one that was answered is in the table, once.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startInstance } from '../support/instance.mjs';
import {
  ask, awaitLink, clicking, database, makeLink, missingClicks, quantile, responders, sleep, until,
} from './click_support.mjs';

let instance, sql;
before(async () => {
  instance = await startInstance();
  sql = database(instance.env);
});
after(() => instance.stop());

async function freshLink() {
  const link = await makeLink(sql);
  await awaitLink(instance.baseUrl, link);
  return link;
}

const countClicks = async (link) =>
  Number((await sql(`SELECT COUNT(*) FROM click WHERE link = ${link.id} AND bot = 0`))[0][0]);

// What the daily counts say, folded or still queued.
const countInReports = async (link) => Number((await sql(`
  SELECT (SELECT COALESCE(SUM(clicks), 0) FROM rollup_delta WHERE link = ${link.id})
       + (SELECT COALESCE(SUM(clicks), 0) FROM rollup_day WHERE dimension = 'link' AND dim_id = ${link.id})`))[0][0]);

describe('killed in mid-work', () => {
  test('responders: no click that was answered is lost, and the pool is whole within 1 s', async () => {
    const link = await freshLink();
    const load = clicking(instance.baseUrl, link.paths.slug);
    for (let i = 0; i < 12; i++) {
      await sleep(150);
      const pids = responders(instance.env, 'track');
      if (pids.length > 0) process.kill(pids[i % pids.length], 'SIGKILL');
    }
    const killed = performance.now();
    await until(() => responders(instance.env, 'track').length === 2, 10000, 'the pool is whole');
    const whole = performance.now() - killed;
    const told = await load.stop();
    assert.ok(told.ids.length > 100, `${told.ids.length} clicks`);
    assert.equal(new Set(told.ids).size, told.ids.length);
    assert.deepEqual(await missingClicks(sql, link, told), []);
    assert.ok(whole < 1000, `whole after ${whole.toFixed()} ms`);
  });

  test('the worker: every click is in the table once, and counted once', async () => {
    const link = await freshLink();
    const load = clicking(instance.baseUrl, link.paths.slug, { clients: 4 });
    for (let i = 0; i < 3; i++) {
      await sleep(400);
      await instance.part('kill', 'worker');
      await sleep(100);
      await instance.part('start', 'worker');
    }
    const told = await load.stop();
    assert.deepEqual(told.refused, []);
    assert.deepEqual(await missingClicks(sql, link, told), []);
    assert.equal(await countClicks(link), told.ids.length);
    assert.equal(await countInReports(link), told.ids.length);
  });

  test('the database: redirects go on, and every click is there after it recovers', async () => {
    const link = await freshLink();
    const load = clicking(instance.baseUrl, link.paths.slug, { clients: 4 });
    await sleep(500);
    await instance.part('kill', 'mariadb');
    await sleep(1000);
    await instance.part('start', 'mariadb');
    await sleep(500);
    const told = await load.stop();
    assert.deepEqual(told.refused, []);
    assert.deepEqual(await missingClicks(sql, link, told), []);
    assert.equal(await countClicks(link), told.ids.length);
    assert.equal(await countInReports(link), told.ids.length);
  });
});

describe('without a database', () => {
  const outages = {
    'that is stopped': { begin: ['stop', 'mariadb'], end: ['start', 'mariadb'] },
    'that hangs': { begin: ['pause', 'mariadb'], end: ['resume', 'mariadb'] },
  };
  for (const [how, { begin, end }] of Object.entries(outages)) {
    test(`${how}, all known links redirect without waiting for it, and no click is lost`, async (t) => {
      const link = await freshLink();
      await instance.part(...begin);
      let told;
      try {
        const load = clicking(instance.baseUrl, link.paths.slug, { clients: 2 });
        await sleep(3000);
        for (const path of Object.values(link.paths))
          assert.equal((await ask(instance.baseUrl, path, { method: 'HEAD' })).status, 302);
        told = await load.stop();
      } finally {
        await instance.part(...end);
      }
      const p99 = quantile(told.times, 0.99);
      t.diagnostic(`${told.ids.length} clicks, p99 ${p99.toFixed(1)} ms`);
      assert.deepEqual(told.refused, []);
      assert.ok(told.ids.length > 100, `${told.ids.length} clicks`);
      // Not a measure of speed: whoever waited for the database would have waited for seconds.
      assert.ok(p99 <= 2000, `p99 ${p99.toFixed(1)} ms`);
      assert.deepEqual(await missingClicks(sql, link, told), []);
      assert.equal(await countClicks(link), told.ids.length);
    });
  }
});

describe('a restart', () => {
  test('of the web processes under load loses no click, and leaves no segment behind', async () => {
    const link = await freshLink();
    const load = clicking(instance.baseUrl, link.paths.slug, { clients: 4 });
    await sleep(300);
    await instance.part('stop', 'web');
    await instance.part('start', 'web');
    await sleep(500);
    const told = await load.stop();
    assert.deepEqual(await missingClicks(sql, link, told), []);
    assert.equal(await countClicks(link), told.ids.length);
    // A writer holds the segment it fills, and soon the one it will fill next.
    const [[segments]] = await until(async () => {
      const rows = await sql('SELECT COUNT(*), COUNT(DISTINCT LEFT(segment, 16)) FROM spool_progress');
      const [count, writers] = rows[0].map(Number);
      const alive = ['track', 'beacon'].flatMap((pool) => responders(instance.env, pool)).length;
      return writers <= alive && count <= 2 * alive && rows;
    }, 30000, 'drained segments go');
    assert.ok(Number(segments) >= 1);
  });

  test('of the whole host finds the link map as it was, before the worker is back', async () => {
    const link = await freshLink();
    await instance.part('stop', 'worker');
    await instance.part('stop', 'mariadb');
    await instance.part('kill', 'web');
    await instance.part('start', 'web');
    try {
      const { status } = await until(async () => {
        const answer = await ask(instance.baseUrl, link.paths.token, { method: 'HEAD' });
        return answer.status !== 503 && answer;
      }, 5000, 'the pool answers');
      assert.equal(status, 302);
    } finally {
      await instance.part('start', 'mariadb');
      await instance.part('start', 'worker');
    }
  });
});
