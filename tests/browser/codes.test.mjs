// The brand's codes as they are drawn, in every look; a leaked one is replaced on the page alone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { database } from '../http/click_support.mjs';
import { makeShop } from '../http/door_support.mjs';
import { meedctl } from '../http/support.mjs';
import { startInstance } from '../support/instance.mjs';

const email = 'mia@acme.example', password = 'correct horse battery';
let instance, support, browser, shop, page;

before(async () => {
  instance = await startInstance();
  const sql = database(instance.env);
  shop = await makeShop(instance, 'acme');
  await meedctl(['user', 'add', '--email', email, '--name', 'Mia', '--password-stdin', '--role', 'brand',
    '--company', 'Acme', '--brand', 'Acme Co.'], { input: `${password}\n`, env: instance.env });
  await sql(`SET @me := (SELECT MAX(id) FROM user); DELETE FROM member WHERE user = @me;
    INSERT INTO member (brand, user, role, created_us) VALUES
      ((SELECT id FROM brand WHERE pid = UNHEX('${shop.brand.replaceAll('-', '')}')), @me, 'owner', 1);`);
  Object.assign(process.env, { BASE_URL: instance.baseUrl, VAR_DIR: instance.env.VAR_DIR });
  support = await import('./support.mjs');
  browser = await support.launch();
  page = await support.visit(browser);
  await support.login(page, email, password);
});
after(async () => {
  await browser?.close();
  await instance?.stop();
});

test('what the codes take off is set for all', async () => {
  await page.goto(`${instance.baseUrl}/brand/codes`);
  await page.selectOption('#f-discount_kind', 'percent');
  await page.fill('#f-discount', '15');
  await page.click('.form-actions button');
  assert.match(await page.textContent('tbody'), /15%/);
});

test('a leaked code is replaced, and the old one says until when it works', async () => {
  await page.click(`tbody a:has-text("${shop.anna.code}")`);
  await page.selectOption('#f-hours', '72');
  await page.click('text=Replace the code');
  assert.match(await page.textContent('main'), /Replaced by/);
  await support.checkPage(page, 'code-replaced');
  await page.goto(`${instance.baseUrl}/brand/codes`);
  assert.match(await page.locator('tr', { hasText: `${shop.anna.code}` }).textContent(), /replaced by.*Expiring.*until/s);
});

test('both pages in every look', async () => {
  for (const look of support.looks) {
    const looking = await support.visit(browser, look);
    await support.login(looking, email, password);
    await looking.goto(`${instance.baseUrl}/brand/codes`);
    await support.checkPage(looking, `codes-${look.name}`);
    await looking.click(`tbody a:has-text("${shop.ben.code}")`);
    await looking.waitForURL(/\/brand\/codes\/\d+/);
    await support.checkPage(looking, `code-${look.name}`);
    await looking.context().close();
  }
});
