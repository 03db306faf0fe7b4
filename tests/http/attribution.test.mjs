// Who is credited, by real clicks and a clock that moves: S2-12 to S2-14, S0-38, S0-73, X-03.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { startInstance } from '../support/instance.mjs';
import { ask, database, storedClick, until } from './click_support.mjs';
import { makeShop } from './conversion_support.mjs';

const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36';
let instance, sql, shop, rival;
let orders = 0;

before(async () => {
  instance = await startInstance();
  sql = database(instance.env);
  shop = await makeShop(instance, 'shop');
  rival = await makeShop(instance, 'rival');
  await until(async () => (await ask(instance.baseUrl, `/${rival.ben.token}`, { method: 'HEAD' })).status === 302,
    5000, 'the links reach the map');
});
after(() => instance.stop());

const advance = (span) => instance.meedctl('clock', 'advance', span);

class Browser {
  cookies = new Map();

  // Follows a creator's link; the id of the click.
  async click({ token }) {
    const Cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const { location, cookies } = await ask(instance.baseUrl, `/${token}`, { headers: { 'User-Agent': chrome, ...(Cookie && { Cookie }) } });
    for (const cookie of cookies) this.cookies.set(...cookie.split(';')[0].split('='));
    return location.searchParams.get('meed_click');
  }
}

async function sell(changes, { key = shop.live_key, program = shop.program } = {}) {
  const answer = await fetch(`${instance.baseUrl}/api/conv`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ program_id: program, brand_order_ref: `order-${++orders}`, order_value: '100.00', order_currency: 'USD', ...changes }),
  });
  const json = await answer.json();
  assert.equal(answer.status, 201, JSON.stringify(json));
  return json;
}

const idOf = (sale) => `(SELECT id FROM conversion WHERE pid = UNHEX('${sale.conversion_id.replaceAll('-', '')}'))`;

// What was considered for a sale, as "creator's slug: verdict", the winner first.
const verdicts = async (sale) => (await sql(`
  SELECT CONCAT(p.slug, ': ', a.verdict) FROM attribution_candidate a JOIN partnership p ON p.id = a.partnership
  WHERE a.conversion = ${idOf(sale)} ORDER BY a.no DESC, a.rank`)).map(([text]) => text);

const statusOf = async (sale) => (await sql(`SELECT status FROM conversion WHERE id = ${idOf(sale)}`))[0][0];

test('A on day 1, B on day 3, sale on day 5: B is credited, and A is listed with the reason', async () => {
  const browser = new Browser();
  const first = await browser.click(shop.anna);
  await advance('2d');
  await storedClick(sql, await browser.click(shop.ben));
  await advance('2d');
  const sale = await sell({ pcps_click: first }); // the shop kept the first id: its visitor is what counts
  assert.equal(sale.status, 'attributed');
  assert.equal(sale.reason, 'later_click_of_visitor');
  assert.deepEqual(await verdicts(sale), [`${shop.ben.slug}: won`, `${shop.anna.slug}: superseded`]);
});

test('a click counts to the end of its window, and not a minute longer', async () => {
  const click = await new Browser().click(shop.anna);
  await storedClick(sql, click);
  await advance('30d');
  await advance('-30s');
  assert.equal((await sell({ pcps_click: click })).status, 'attributed');
  await advance('90s');
  const late = await sell({ pcps_click: click });
  assert.deepEqual([late.status, late.reason], ['unattributed', 'outside_window']);
  assert.deepEqual(await verdicts(late), [`${shop.anna.slug}: outside_window`]);
  // What counts is when the order was placed, not when the shop came to tell us.
  const [, placed] = (await instance.meedctl('clock', 'show')).match(/^business (.*)$/m);
  const inTime = new Date(Date.parse(placed) - 5 * 60_000).toISOString();
  assert.equal((await sell({ pcps_click: click, occurred_at: inTime })).status, 'attributed');
});

test('a sale that overtakes its click waits for it, and is credited when it comes', async () => {
  await instance.part('stop', 'worker');
  let sale;
  try {
    const click = await new Browser().click(shop.anna);
    sale = await sell({ pcps_click: click });
    assert.deepEqual([sale.status, sale.reason, sale.commission], ['awaiting', 'awaiting_click', '0.00']);
  } finally {
    await instance.part('start', 'worker');
  }
  await instance.meedctl('worker', 'drain');
  await until(async () => await statusOf(sale) === 'pending', 10_000, 'the sale is credited');
  assert.deepEqual(await verdicts(sale), [`${shop.anna.slug}: won`]);
});

test('neither another program\'s click nor one of another mode is credited', async () => {
  const click = await new Browser().click(shop.anna);
  const foreign = await new Browser().click(rival.anna);
  for (const id of [click, foreign]) await storedClick(sql, id);
  assert.equal((await sell({ pcps_click: click }, { program: shop.other_program })).reason, 'other_program');
  assert.equal((await sell({ pcps_click: click }, { key: shop.test_key })).reason, 'other_mode');
  const theirs = await sell({ pcps_click: foreign });
  assert.deepEqual([theirs.status, theirs.reason], ['unattributed', 'unknown']);
  const kept = await sql(`SELECT partnership, verdict, snapshot FROM attribution_candidate WHERE conversion = ${idOf(theirs)}`);
  assert.deepEqual(kept, [['0', 'unknown', `{"told":"${foreign}"}`]]); // nothing of another brand's is shown
});

test('a sale is approved by itself when its holdback ends, and not before', async () => {
  const sale = await sell({ code: shop.anna.code });
  await advance('29d');
  await instance.meedctl('worker', 'drain');
  assert.equal(await statusOf(sale), 'pending');
  await advance('2d');
  await instance.meedctl('worker', 'drain');
  assert.equal(await statusOf(sale), 'approved');
  await instance.meedctl('ledger', 'verify');
});

test('a buyer\'s e-mail and address are nowhere but in keyed hashes', async () => {
  const email = 'canary.buyer@personal.example', ip = '203.0.113.217';
  const order = { email, ip, code: shop.anna.code, brand_order_ref: 'personal' };
  await sell(order);
  await fetch(`${instance.baseUrl}/api/conv`, { // refused, and repeated with other content
    method: 'POST', headers: { Authorization: `Bearer ${shop.live_key}` },
    body: JSON.stringify({ program_id: shop.program, order_value: '7', order_currency: 'USD', ...order }),
  });
  await fetch(`${instance.baseUrl}/api/conv`, {
    method: 'POST', headers: { Authorization: `Bearer ${shop.live_key}` }, body: JSON.stringify({ ...order, program_id: 7 }),
  });
  const tables = (await sql('SHOW TABLES')).flat();
  for (const table of tables)
    assert.doesNotMatch(JSON.stringify(await sql(`SELECT * FROM \`${table}\``)), /canary|personal\.example|203\.0\.113\.217/, table);
  for (const file of await readdir(instance.env.LOG_DIR))
    assert.doesNotMatch(await readFile(path.join(instance.env.LOG_DIR, file), 'utf8'), /canary|personal\.example|203\.0\.113\.217|pc_live_/, file);
  const hashed = await sql('SELECT COUNT(*) FROM conversion WHERE customer > 0 AND ip_hash <> REPEAT(CHAR(0), 32)');
  assert.deepEqual(hashed, [['1']]);
});
