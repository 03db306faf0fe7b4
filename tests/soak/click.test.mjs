// Clicks under load while parts are killed, hung and restarted at random, for minutes.
// See faults.mjs for its settings.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { awaitLink, clicking, database, makeLink, missingClicks, quantile } from '../http/click_support.mjs';
import { startInstance } from '../support/instance.mjs';
import { faultsUntilTimeIsUp, seconds, seed } from './faults.mjs';

let instance, sql;
before(async () => {
  instance = await startInstance();
  sql = database(instance.env);
});
after(() => instance.stop());

test('every click that was answered is in the table once, and counted once', async (t) => {
  const link = await makeLink(sql);
  await awaitLink(instance.baseUrl, link);
  t.diagnostic(`seed ${seed}, ${seconds} s`);
  const load = clicking(instance.baseUrl, link.paths.slug, { clients: 16 });
  const happened = await faultsUntilTimeIsUp(instance, 'track');
  const told = await load.stop();
  t.diagnostic(`${told.ids.length} clicks, ${told.refused.length} refused, `
    + `p99 ${quantile(told.times, 0.99).toFixed(1)} ms; ${JSON.stringify(happened)}`);
  assert.ok(told.ids.length > 10 * seconds);
  assert.equal(new Set(told.ids).size, told.ids.length);
  assert.deepEqual(await missingClicks(sql, link, told, 60000), []);
  const [[stored, counted]] = await sql(`
    SELECT (SELECT COUNT(*) FROM click WHERE link = ${link.id} AND bot = 0),
           (SELECT COALESCE(SUM(clicks), 0) FROM rollup_delta WHERE link = ${link.id})
         + (SELECT COALESCE(SUM(clicks), 0) FROM rollup_day WHERE dimension = 'link' AND dim_id = ${link.id})`);
  assert.equal(stored, counted);
  // A responder that was killed may have stored what it never answered: at most a batch each.
  const extra = Number(stored) - told.ids.length;
  const killed = (happened.responder ?? 0) + 2 * (happened.web ?? 0);
  assert.ok(extra >= 0 && extra <= 16 * killed, `${extra} clicks more than were answered`);
});
