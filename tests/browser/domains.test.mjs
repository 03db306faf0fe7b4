// A brand gives its links a host of its own, on the page alone; every state as it is drawn.
import assert from 'node:assert/strict';
import { appendFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { database } from '../http/click_support.mjs';
import { meedctl } from '../http/support.mjs';
import { startInstance } from '../support/instance.mjs';
import { startNameServer } from '../support/name_server.mjs';

const email = 'mia@acme.example', password = 'correct horse battery', host = 'go.acme.localhost';
const LIVE_MS = 20_000;
let instance, support, browser, dns, page, sql;

before(async () => {
  dns = await startNameServer();
  dns.zone.set('s.localhost', { a: '127.0.0.1' });
  instance = await startInstance();
  await appendFile(instance.env.MEED_CONFIG,
    `short_url = http://s.localhost:${new URL(instance.baseUrl).port}\ndns_server = ${dns.address}\n`);
  for (const part of ['web', 'worker']) {
    await instance.part('stop', part);
    await instance.part('start', part);
  }
  sql = database(instance.env);
  await meedctl(['user', 'add', '--email', email, '--name', 'Mia', '--password-stdin', '--role', 'brand',
    '--company', 'Acme', '--brand', 'Acme Co.'], { input: `${password}\n`, env: instance.env });
  Object.assign(process.env, { BASE_URL: instance.baseUrl, VAR_DIR: instance.env.VAR_DIR });
  support = await import('./support.mjs');
  browser = await support.launch();
  page = await support.visit(browser);
  await support.login(page, email, password);
});
after(async () => {
  await browser?.close();
  await instance?.stop();
  dns?.close();
});

const card = (name) => page.locator('section.card', { hasText: name });
const becomes = (name, words) => card(name).locator('.chip', { hasText: words }).waitFor({ timeout: LIVE_MS });

test('a page without a host says what one is for', async () => {
  await page.goto(`${instance.baseUrl}/brand/domains`);
  assert.match(await page.textContent('main'), /customers see your brand/);
  await support.checkPage(page, 'domains-empty');
});

test('a host is added, explained, and turns active without a reload', async () => {
  await page.fill('#f-host', host);
  await page.click('text=Add the host');
  await becomes(host, 'No DNS');
  assert.match(await card(host).textContent(), /s\.localhost/);
  dns.zone.set(host, { cname: 's.localhost', a: '127.0.0.1' });
  await card(host).locator('text=Check now').click();
  await becomes(host, 'Active');
  assert.match(await card(host).textContent(), /Links are made on this host/);
});

test('a name under the platform’s domain, and a mistake beside its field', async () => {
  dns.zone.set('acme.brands.localhost', { a: '127.0.0.1' });
  await page.fill('#f-label', 'acme');
  await page.click('text=Take the name');
  await becomes('acme.brands.localhost', 'Active');
  await page.fill('#f-host', 'not a host');
  await page.click('text=Add the host');
  assert.match(await page.textContent('main'), /Use a name such as go\.acme\.com/);
  await support.checkPage(page, 'domains-mistake');
});

test('every state, in every look', async () => {
  const brand = '(SELECT MAX(brand) FROM domain d0)';
  const rows = [['a-very-long-name-for-a-tracking-host-that-nobody-should-type.shops.acme.example', "'wrong', 'cname.shops.example', 'none', 0, 0"],
    ['c.acme.example', "'right', 's.localhost', 'none', 0, 0"], ['d.acme.example', "'right', 's.localhost', 'other', 0, 0"],
    ['e.acme.example', "'none', '', 'none', 1790000000000000, 1790000500000000"]];
  for (const [name, state] of rows)
    await sql(`INSERT INTO domain (host, dns_state, dns_found, cert_state, active_us, broken_us, brand, kind, checked_us, created_by, created_us)
      SELECT '${name}', ${state}, brand, 'own', 1790000600000000, 1, 1 FROM ${brand.replace('SELECT MAX(brand)', 'SELECT MAX(brand) AS brand')} b`);
  for (const look of support.looks) {
    const looking = await support.visit(browser, look);
    await support.login(looking, email, password);
    await looking.goto(`${instance.baseUrl}/brand/domains`);
    await support.checkPage(looking, `domains-${look.name}`);
    await looking.context().close();
  }
  assert.match(await (await page.goto(`${instance.baseUrl}/brand/domains`)).text(), /Broken since/);
});
