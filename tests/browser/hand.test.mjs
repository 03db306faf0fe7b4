// A sale by hand and a CSV file, as somebody does it: with a real file input, without JavaScript too.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { baseUrl, checkPage, demo, launch, login, looks, visit } from './support.mjs';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

const acme = () => demo().brands[0];
const unique = (what) => `${what}-${process.pid}-${Date.now()}`;

async function manager(look = looks[0]) {
  const page = await visit(browser, look);
  await login(page, acme().email, acme().password);
  return page;
}

const choose = (page, text) =>
  page.setInputFiles('input[name=file]', { name: 'sales.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });

for (const look of looks) {
  test(`the pages for recording by hand, ${look.name}`, async () => {
    const page = await manager(look);
    await page.goto(`${baseUrl}/brand/sales/new`);
    await checkPage(page, 'hand-new');
    await page.fill('input[name=order]', unique('wrong'));
    await page.fill('input[name=amount]', '1,50');
    await page.click('main form.form button');
    await checkPage(page, 'hand-new-wrong');
    await page.goto(`${baseUrl}/brand/sales/import`);
    await checkPage(page, 'hand-import');
    const order = unique(`look-${look.name}`);
    await choose(page, `order,amount,creator,colour\n${order},129.90,,red\n${order}-b,1.999,,\n${order},5,,\n`);
    await page.click('main form.form button');
    await checkPage(page, 'hand-import-preview');
    await page.click('main form.row button');
    await checkPage(page, 'hand-import-result');
    await page.goto(`${baseUrl}/brand/sales?status=pending&method=coupon`);
    const address = await page.locator('main tbody tr').first().getAttribute('data-href');
    await page.goto(`${baseUrl}${address}/refund`);
    await checkPage(page, 'hand-refund');
    await page.selectOption('select[name=extent]', 'part');
    await page.fill('input[name=amount]', '1.00');
    await page.selectOption('select[name=reason]', 'refund');
    await page.fill('textarea[name=note]', 'One piece came back broken.');
    await page.click('main form.form button');
    await checkPage(page, 'hand-refund-confirm');
    await page.context().close();
  });
}

test('a sale recorded by hand is on its page, and says who recorded it', async () => {
  const page = await manager();
  const order = unique('by-hand');
  await page.goto(`${baseUrl}/brand/sales`);
  await page.click('text=Record a sale');
  await page.fill('input[name=order]', order);
  await page.fill('input[name=amount]', '80.00');
  await Promise.all([page.waitForURL(/\/brand\/sales\/[0-9a-f-]{36}\?done=recorded/), page.click('main form.form button')]);
  assert.match(await page.textContent('main'), new RegExp(order));
  assert.match(await page.textContent('main'), /By hand/);
  await page.context().close();
});

test('a refund says what it takes, and the sale\'s page shows it taken', async () => {
  const page = await manager();
  await page.goto(`${baseUrl}/brand/sales?status=pending&method=click`);
  await page.goto(`${baseUrl}${await page.locator('main tbody tr').last().getAttribute('data-href')}`);
  await page.click('main .page-head >> text=Refund');
  await page.selectOption('select[name=reason]', 'cancelled');
  await page.click('main form.form button');
  assert.match(await page.textContent('main'), /Takes .+ from @/);
  await Promise.all([page.waitForURL(/\?done=refunded/), page.click('main form button.button-danger')]);
  assert.match(await page.textContent('main'), /Reversed/);
  await page.context().close();
});

test('a file is imported without JavaScript', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await login(page, acme().email, acme().password);
  await page.goto(`${baseUrl}/brand/sales`);
  await page.click('main .page-head >> text=Import');
  const order = unique('no-script');
  await choose(page, `order,amount\r\n${order},12.00\r\n`);
  await page.click('main form.form button');
  await page.click('text=Import 1 row');
  assert.match(await page.textContent('main tbody'), /Recorded/);
  await page.goto(`${baseUrl}/brand/sales?order=${order}`);
  assert.equal(await page.locator('main tbody tr').count(), 1);
  await context.close();
});
