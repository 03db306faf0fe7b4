// The doors as a brand sets them up: a card and a page each, keys, secrets, allowed pages and
// categories; the event log with a refusal and its replay. The instance is private, as the tests
// move what the database holds.
import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { startInstance } from '../support/instance.mjs';
import { database, until } from '../http/click_support.mjs';
import { meedctl } from '../http/support.mjs';

const password = 'correct horse battery', email = 'nora@example.com';
const DOORS = ['api', 'postback', 'ingest', 'shopify', 'stripe', 'paddle', 'woocommerce', 'pixel'];
const CACHED_MS = 1500; // a door looks for new secrets once a second

let instance, support, browser, page, sql, program;

before(async () => {
  instance = await startInstance();
  Object.assign(process.env, { BASE_URL: instance.baseUrl, VAR_DIR: instance.env.VAR_DIR });
  support = await import('./support.mjs');
  sql = database(instance.env);
  await meedctl(['user', 'add', '--role', 'brand', '--email', email, '--name', 'Nora', '--company', 'Nora GmbH',
    '--brand', 'Nora Shoes', '--password-stdin'], { input: `${password}\n`, env: instance.env });
  browser = await support.launch();
  page = await support.visit(browser);
  await support.login(page, email, password);
});

after(async () => {
  await browser?.close();
  const logs = instance && readdirSync(instance.env.LOG_DIR).map((name) => readFileSync(join(instance.env.LOG_DIR, name), 'utf8'));
  await instance?.stop();
  assert.doesNotMatch(logs.join(''), /"event":"(check_failed|child_crashed|view_name)"/);
});

const open = async (path) => {
  const answer = await page.goto(`${instance.baseUrl}/brand/integrations${path}`);
  assert.equal(answer.status(), 200, path);
};
const press = (name) => page.locator('main').getByRole('button', { name, exact: true }).first().click();
const chip = () => page.locator('.page-head .chip').innerText();
const shown = (text) => page.locator('main', { hasText: text }).waitFor();
const flash = (text) => page.locator('.flash', { hasText: text }).waitFor();
const row = (text) => page.locator('main tbody tr', { hasText: text });

let orders = 0;
async function sendSigned(secret, order = `signed-${orders += 1}`) {
  const [brand] = (await sql('SELECT LOWER(HEX(pid)) FROM brand'))[0];
  const pid = brand.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
  const body = JSON.stringify({ order_id: order, amount: '80.00', currency: 'EUR', program_id: program });
  const now = Math.floor(Date.now() / 1000);
  return fetch(`${instance.baseUrl}/api/v2/affiliate/postback/${pid}`, {
    method: 'POST',
    body,
    headers: {
      'Content-Type': 'application/json', 'X-Meed-Timestamp': String(now),
      'X-Meed-Signature': createHmac('sha256', secret).update(`${now}.${body}`).digest('hex'),
    },
  });
}

test('without a key every door says what to do first', async () => {
  await open('');
  assert.equal(await page.locator('.columns > .card').count(), DOORS.length);
  assert.equal(await page.locator('.columns .chip', { hasText: 'Not set up' }).count(), DOORS.length);
  await page.locator('.columns').getByRole('link', { name: 'Stripe' }).click();
  await shown('This door belongs to a program, and there is none');
});

test('with a program, a provider\'s door has an address of its own', async () => {
  await page.goto(`${instance.baseUrl}/brand/programs/new`);
  await page.fill('#f-name', 'Shoe Friends');
  await page.fill('#f-dest_url', 'https://shop.example/');
  await page.click('main form .form-actions button');
  await page.waitForURL(/program=/);
  program = new URL(page.url()).searchParams.get('program');
  await open('/stripe');
  await shown(`/webhooks/stripe?program_id=${program}`);
});

let first, second;

test('a secret is shown once; both of two show when they were last used', async () => {
  await open('/postback');
  await press('Make the first secret');
  first = await page.locator('.card-new code').innerText();
  await sql('UPDATE program SET status = \'active\'');
  assert.equal((await sendSigned(first)).status, 201);
  await open('/postback');
  assert.equal(await chip(), 'Connected');
  await press('Rotate the secret');
  second = await page.locator('.card-new code').innerText();
  assert.notEqual(second, first);
  await page.waitForTimeout(CACHED_MS);
  await sql('UPDATE secret SET last_used_us = 0');
  for (const secret of [second, first]) assert.equal((await sendSigned(secret)).status, 201);
  await open('/postback');
  for (const secret of [second, first])
    assert.equal(await row(`…${secret.slice(-4)}`).locator('td[data-label="Last used"] time').count(), 1);
  assert.equal(await row(`…${first.slice(-4)}`).locator('td[data-label="Valid until"] time').count(), 1);
  await press('End it now');
  await flash('The old secret is ended');
  await page.waitForTimeout(CACHED_MS);
  assert.equal((await sendSigned(first)).status, 401);
});

// As the shop's own webhooks do, with the address that the page shows.
async function sendOrder(key, id) {
  const address = await page.locator('.facts-middle code').first().innerText();
  const body = JSON.stringify({
    id, name: `#${id}`, currency: 'USD', total_price: '80.00', subtotal_price: '80.00', created_at: new Date().toISOString(),
    line_items: [{ id: id * 10, sku: 'SHOE-41', price: '80.00', quantity: 1 }],
  });
  const answer = await fetch(address, {
    method: 'POST',
    body,
    headers: {
      'Content-Type': 'application/json', 'X-Shopify-Topic': 'orders/create', 'X-Shopify-Webhook-Id': `delivery-${id}`,
      'X-Shopify-Shop-Domain': 'nora.myshopify.com', 'X-Shopify-Hmac-Sha256': createHmac('sha256', key).update(body).digest('base64'),
    },
  });
  return { status: answer.status, text: await answer.text() };
}

test('S0-70: Shopify needs its key pasted and the address copied; both of two keys show their use', async () => {
  await open('/shopify');
  await page.fill('#f-pasted', 'too short');
  await press('Keep the secret');
  await shown('It is no signing secret');
  assert.equal(await page.inputValue('#f-pasted'), '', 'what was pasted is not sent back');
  const keys = ['aaaabbbbccccdddd1111', 'aaaabbbbccccdddd2222'];
  for (const key of keys) {
    await open('/shopify');
    await page.fill('#f-pasted', key);
    await page.click('main .form-actions button');
    await flash('The secret is kept');
  }
  assert.equal(await chip(), 'Never heard');
  await page.waitForTimeout(CACHED_MS);
  for (const [i, key] of keys.entries()) {
    const { status, text } = await sendOrder(key, 1001 + i);
    assert.equal(status, 200, text);
    assert.equal(JSON.parse(text).status, 'created', text);
  }
  assert.equal((await sendOrder('aaaabbbbccccdddd3333', 1003)).status, 401);
  await open('/shopify');
  assert.equal(await chip(), 'Refused');
  await shown('paste its signing secret anew');
  await shown('nora.myshopify.com');
  assert.deepEqual(await page.locator('td[data-label="Secret"]').allInnerTexts(), ['…2222', '…1111']);
  assert.equal(await page.locator('td[data-label="Last used"] time').count(), 2);
  assert.equal(await row('…1111').locator('.chip').innerText(), 'Expiring');
  assert.ok(!(await page.content()).includes('aaaabbbb'), 'never shown again');
  await page.getByRole('link', { name: 'Its events' }).click();
  await row('orders/create').first().getByText('Recorded with its sale.').waitFor();
});

test('Stripe\'s API key is not taken for its signing secret', async () => {
  await open('/stripe');
  await page.fill('#f-pasted', 'sk_live_51Hxxxxxxxxxxxxxxxx');
  await press('Keep the secret');
  await shown('which begins with whsec_');
  await page.fill('#f-pasted', 'whsec_0123456789abcdef');
  await press('Keep the secret');
  await flash('The secret is kept');
  assert.equal(await chip(), 'Never heard');
});

test('a key of a program is made, shown once and revoked', async () => {
  await open('/ingest');
  await page.fill('#f-name', 'Tracker');
  await press('Make a key');
  assert.match(await page.locator('.card-new code').innerText(), /^ok_live_[\w-]{32}$/);
  await open('/ingest');
  await page.click('summary:text("Replace or revoke")');
  await press('Revoke');
  await flash('The key is revoked');
  assert.match(await row('Tracker').innerText(), /Revoked/);
});

test('a page is allowed by its origin, and removed', async () => {
  await open('/pixel');
  await page.fill('#f-origin', 'ftp://shop.example');
  await press('Allow this page');
  await shown('Use the address of a page');
  await page.fill('#f-origin', 'Shop.Example:8443/cart?x=1');
  await press('Allow this page');
  await flash('The page is allowed');
  assert.equal(await row('https://shop.example:8443').count(), 1);
  await row('https://shop.example:8443').getByRole('button', { name: 'Remove' }).click();
  await flash('Removed');
  assert.equal(await row('https://shop.example:8443').count(), 0);
});

test('scripts carry the brand\'s own ids', async () => {
  await open('/pixel');
  await page.click('summary:text-is("Who sent the visitor")');
  await page.locator('pre', { hasText: `/meed.js" data-program="${program}"` }).first().waitFor();
});

test('the home page names a door that was disconnected', async () => {
  await page.goto(`${instance.baseUrl}/brand`);
  await page.locator('main', { hasText: 'Connected: Shopify' }).waitFor();
  await sql('UPDATE connection SET state = \'disconnected\'');
  await page.goto(`${instance.baseUrl}/brand`);
  await page.locator('.tasks li', { hasText: 'Shopify is disconnected' }).getByRole('link').click();
  assert.equal(await chip(), 'Refused'); // what it heard last
  await sql('UPDATE connection SET state = \'connected\'');
});

test('a verified site needs no entry', async () => {
  await sql('UPDATE site SET verified_us = 1700000000000000, method = \'dns\'');
  await open('/pixel');
  assert.match(await row('shop.example').innerText(), /Your proof of the site/);
});

test('categories are pasted, all lines or none, and removed', async () => {
  await open('/categories');
  await page.fill('#f-csv', 'sku,category\nSHOE-41,Shoes\nSHOE-42,Shoes,blue\n');
  await press('Keep these lines');
  await shown('Nothing was kept. Line 3');
  await page.fill('#f-csv', 'sku,category\nSHOE-41,Shoes\n"HAT, red","Hats & ""caps"""\n');
  await press('Keep these lines');
  await flash('2 lines are kept');
  assert.match(await row('HAT, red').innerText(), /Hats & "caps"/);
  await page.setInputFiles('#f-file', { name: 'skus.csv', mimeType: 'text/csv', buffer: Buffer.from('SOCK-1;Socks\r\n') });
  await press('Keep these lines');
  await flash('1 line is kept');
  await row('SOCK-1').getByRole('button', { name: 'Remove' }).click();
  await flash('Removed');
  await row('SHOE-41').getByRole('button', { name: 'Remove' }).click();
  await flash('Removed');
  assert.equal(await page.locator('main tbody tr').count(), 1);
});

test('the log explains a refused event, and replays it once the cause is gone', async () => {
  await sql('UPDATE program SET status = \'draft\'');
  assert.equal((await sendSigned(second, 'order-of-a-draft')).status, 422);
  await open('/events?state=refused');
  await row('order-of-a-draft').getByText('The program is a draft').waitFor();
  await row('order-of-a-draft').locator('th a').click();
  await page.waitForURL(/\/events\/\d+$/);
  assert.equal(await chip(), 'Refused');
  assert.match(await page.locator('dl', { hasText: 'Order' }).last().innerText(), /order-of-a-draft/);
  await support.checkPage(page, 'event-refused');

  await sql('UPDATE program SET status = \'active\'');
  await press('Replay');
  await flash('taken up anew');
  const address = page.url().replace(/\?.*/, '');
  await until(async () => { await page.goto(address); return await chip() === 'Processed'; }, 10_000, 'the replay');
  await page.locator('main').getByRole('link', { name: /Sale order-of-a-draft/ }).click();
  const told = page.locator('.events-told li');
  assert.equal(await told.count(), 1);
  assert.match(await told.innerText(), /Postback.*Processed.*Order order-of-a-draft/s);
  await told.getByText('What is kept of it').click();
  await told.locator('pre', { hasText: '"order"' }).waitFor();
});

test('the log finds by door, fate and order, and says when nothing matches', async () => {
  await open('/events?door=postback&state=processed&order=order-of-a-draft');
  assert.equal(await page.locator('main tbody tr').count(), 1);
  await open('/events?door=woocommerce');
  await shown('No events match these filters');
  assert.equal((await page.goto(`${instance.baseUrl}/brand/integrations/events?state=odd`)).status(), 422);
  await shown('can\'t be read');
});

test('every page of the doors is sound in each look', async () => {
  for (const look of support.looks) {
    const visitor = await support.visit(browser, look);
    await support.login(visitor, email, password);
    for (const path of ['', ...DOORS.map((door) => `/${door}`), '/categories', '/events']) {
      await visitor.goto(`${instance.baseUrl}/brand/integrations${path}`);
      await support.checkPage(visitor, `integrations${path.replaceAll('/', '-')}`);
    }
    await visitor.context().close();
  }
});
