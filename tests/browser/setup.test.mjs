// A brand serves itself (S0-68): from sign-up to a credited test sale by following the setup page
// alone, its site proved to a resolver and a web server of our own. The instance is private, as it
// has to be let out to that server.
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import assert from 'node:assert/strict';
import { startInstance } from '../support/instance.mjs';

const run = promisify(execFile);
const password = 'correct horse battery', email = 'nora@shop.example';
const TEN_MINUTES_MS = 600_000, LIVE_MS = 10_000;

// Chromium without a window calls itself a bot.
const person = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36';

let instance, support, browser, shop, page;
const files = new Map([['/', 'Shoes, and more shoes']]); // what the shop serves
const started = Date.now();

function openShop() {
  const server = http.createServer((request, response) => {
    const text = files.get(new URL(request.url, 'http://shop').pathname);
    response.writeHead(text === undefined ? 404 : 200, { 'Content-Type': 'text/html' });
    response.end(text ?? 'Nothing here');
  });
  return new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve(server)); });
}

before(async () => {
  shop = await openShop();
  shop.site = `127.0.0.1:${shop.address().port}`;
  instance = await startInstance({ outbound_allow: shop.site });
  Object.assign(process.env, { BASE_URL: instance.baseUrl, VAR_DIR: instance.env.VAR_DIR });
  support = await import('./support.mjs');
  browser = await support.launch();
  page = await support.visit(browser);
  await page.context().setExtraHTTPHeaders({ 'User-Agent': person });
});

after(async () => {
  await browser?.close();
  const logs = instance && readdirSync(instance.env.LOG_DIR).map((name) => readFileSync(join(instance.env.LOG_DIR, name), 'utf8'));
  await instance?.stop();
  shop?.close();
  assert.doesNotMatch(logs.join(''), /"event":"(check_failed|child_crashed|view_name)"/);
});

const submit = () => page.click('main form button[type=submit], main form .form-actions button');
const step = (title) => page.locator('.wizard > .timeline > li', { has: page.locator(`h2:text-is("${title}")`) });
const isDone = (title) => step(title).locator('.node-good').waitFor({ timeout: LIVE_MS });
const arrived = (text) => step('A test sale').locator('.checks .good', { hasText: text }).waitFor({ timeout: LIVE_MS });
const problem = (text) => step('A test sale').locator('.checks .bad', { hasText: text }).waitFor({ timeout: LIVE_MS });

async function mailedLink() {
  const folder = join(process.env.VAR_DIR, 'mail');
  for (let tries = 0; tries < 100; tries++) {
    for (const name of readdirSync(folder).filter((entry) => entry.endsWith('.eml'))) {
      const link = readFileSync(join(folder, name), 'utf8').match(/http\S+\/confirm\/\S+/)?.[0];
      if (link) return link;
    }
    await page.waitForTimeout(100);
  }
  throw new Error('no mail with a link came');
}

test('a brand signs up, confirms its address and finds the setup page', async () => {
  await page.goto(`${instance.baseUrl}/signup/brand`);
  await page.fill('#f-brand', 'Nora Shoes');
  await page.fill('#f-company', 'Nora Shoes GmbH');
  await page.selectOption('#f-currency', 'EUR');
  await page.selectOption('#f-time_zone', 'Europe/Berlin');
  await page.fill('#f-name', 'Nora');
  await page.fill('#f-email', email);
  await page.fill('#f-password', password);
  await submit();
  await page.waitForURL(/\/signup\/sent/);
  await page.goto(await mailedLink());
  await submit();
  await support.login(page, email, password);
  await page.click('.rail a[href="/brand/setup"]');
  await isDone('Your brand');
  assert.equal(await step('A program').getAttribute('aria-current'), 'step');
  await support.checkPage(page, 'setup-new');
});

test('it makes a program, whose form needs a name and a page', async () => {
  await step('A program').locator('a.button').click();
  await page.fill('#f-name', 'Shoe Friends');
  await page.fill('#f-dest_url', `http://${shop.site}/`);
  await submit();
  await page.waitForURL(/\/brand\/setup\?program=/);
  await isDone('A program');
  assert.equal(await step('A program').locator('.chip').innerText(), 'Draft');
});

const testLink = () => step('A test sale').locator('a.button');
const command = () => step('A test sale').locator('.snippet code');

test('a bot\'s click on the test link is told apart', async () => {
  await step('A test key').locator('button', { hasText: 'Make a test key' }).click();
  await isDone('A test key');
  const link = await testLink().getAttribute('href');
  assert.ok((await command().innerText()).includes(`"token":"${new URL(link).pathname.slice(1)}"`));
  assert.equal((await fetch(link, { redirect: 'manual', headers: { 'User-Agent': 'Twitterbot/1.0' } })).status, 302);
  await problem('bot or a link preview');
});

test('the link leads to the shop from a draft, and the click is seen without a reload', async () => {
  const [landing] = await Promise.all([page.waitForEvent('popup'), testLink().click()]);
  await landing.waitForURL((url) => url.host === shop.site);
  const click = new URL(landing.url()).searchParams.get('meed_click');
  await landing.close();
  await page.bringToFront();
  await arrived('Click seen');
  await step('A test sale').locator('.snippet code', { hasText: click }).waitFor({ timeout: LIVE_MS });
});

test('the command, run as it is shown, gives a sale that is seen without a reload', async () => {
  await page.evaluate(() => { window.sameDocument = true; });
  const { stdout } = await run('sh', ['-c', await command().textContent()]);
  assert.equal(JSON.parse(stdout).status, 'attributed', stdout);
  await arrived('Sale received');
  await arrived('Credited to the test creator, by the click.');
  await arrived('Commission €8.00');
  await isDone('A test sale');
  assert.match(await page.locator('.page-head [role=status]').innerText(), /steps are done/);
  assert.equal(await page.evaluate(() => window.sameDocument), true, 'no reload');
  assert.ok(Date.now() - started < TEN_MINUTES_MS, 'within ten minutes of the first page');
  await support.checkPage(page, 'setup-seen');
});

test('a sale that was refused is shown with its remedy', async () => {
  const spoilt = (await command().textContent()).replace('"80.00"', '"80,00"');
  assert.equal(JSON.parse((await run('sh', ['-c', spoilt])).stdout).code, 'amount_not_a_number');
  await problem('order_value: It is no plain decimal number');
  await page.goto(`${instance.baseUrl}/brand/integrations/postback`);
  const postback = await page.locator('code', { hasText: '/postback/' }).first().innerText();
  await page.goto(`${instance.baseUrl}/brand/setup`);
  const answer = await fetch(postback, {
    method: 'POST',
    body: '{}',
    headers: { 'X-Meed-Timestamp': String(Math.floor(Date.now() / 1000)), 'X-Meed-Signature': '0'.repeat(64) },
  });
  assert.equal(answer.status, 401);
  await problem('The signature does not match');
  await page.waitForTimeout(1000); // the command's order is named by the second
  await run('sh', ['-c', await command().textContent()]);
  await arrived('Sale received');
});

test('a sale that names nothing is shown with its remedy', async () => {
  const unnamed = (await command().textContent())
    .replace(/"pcps_click":"[^"]*"/, '"pcps_click":""').replace('test-api-', 'nobody-');
  assert.equal(JSON.parse((await run('sh', ['-c', unnamed])).stdout).status, 'unattributed');
  await problem('Send the click id that the landing page received');
});

test('the site is proved by its file; a wrong one is told apart', async () => {
  await isDone('A test key');
  const proof = step('Your site');
  const address = new URL(await proof.locator('dd', { hasText: '/.well-known/' }).locator('code').innerText());
  const token = await proof.locator('dt:text-is("Content") + dd code').innerText();
  assert.equal(address.host, shop.site);
  files.set(address.pathname, token.replace(/^./, (letter) => (letter === 'A' ? 'B' : 'A')));
  await proof.locator('button', { hasText: 'Check now' }).click();
  await proof.locator('p', { hasText: 'with another value' }).waitFor({ timeout: LIVE_MS });
  files.set(address.pathname, `${token}\n`);
  await page.goto(`${instance.baseUrl}/brand/sites`);
  await support.checkPage(page, 'sites-waiting');
  await page.locator('button', { hasText: 'Check now' }).click();
  await page.locator('.chip', { hasText: 'Verified' }).waitFor({ timeout: LIVE_MS });
  await support.checkPage(page, 'sites-verified');
});

test('the program opens, and every step is done', async () => {
  await page.goto(`${instance.baseUrl}/brand/setup`);
  await isDone('Your site');
  await step('Open the program').locator('button').click();
  await page.waitForURL(/\/brand\/programs\/.*done=active/);
  await page.click('.rail a[href="/brand/setup"]');
  await isDone('Open the program');
});

test('a live key is shown once, to be copied', async () => {
  await page.goto(`${instance.baseUrl}/brand/integrations/api`);
  await page.fill('#f-name', 'Shop server');
  await page.click('button:text-is("Make a key")');
  assert.match(await page.locator('.card-new code').innerText(), /^pc_live_[\w-]{32}$/);
  await support.checkPage(page, 'integrations-new-key');
  await page.goto(`${instance.baseUrl}/brand/integrations/api`);
  assert.equal(await page.locator('.card-new').count(), 0);
});

test('every page of the setup is sound in each look', async () => {
  for (const look of support.looks) {
    const visitor = await support.visit(browser, look);
    await support.login(visitor, email, password);
    for (const path of ['setup', 'setup?door=postback', 'sites', 'programs', 'programs/new']) {
      await visitor.goto(`${instance.baseUrl}/brand/${path}`);
      await support.checkPage(visitor, `brand-${path.replaceAll(/[/?=]/g, '-')}`);
    }
    await visitor.context().close();
  }
});
