// The brand manager's pages on the demo's data: home, sales and one sale, creators, applications.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { baseUrl, checkPage, demo, launch, login, looks, visit } from './support.mjs';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

const acme = () => demo().brands[0];

async function manager(look, brand = acme()) {
  const page = await visit(browser, look);
  await login(page, brand.email, brand.password);
  return page;
}

async function open(page, path) {
  const answer = await page.goto(baseUrl + path);
  assert.equal(answer.status(), 200, path);
}

const rows = (page) => page.locator('main tbody tr');
const countOf = async (page) =>
  Number(/([\d,]+)\+? sales?/.exec(await page.textContent('.state-line'))[1].replaceAll(',', ''));

// Address of the first sale that a filter finds.
async function firstSale(page, filter) {
  await open(page, `/brand/sales?${filter}`);
  return rows(page).first().getAttribute('data-href');
}

for (const look of looks) {
  test(`the pages of a brand, ${look.name}`, async () => {
    const page = await manager(look);
    const sales = {
      'brand-sale-click': await firstSale(page, 'method=click'),
      'brand-sale-code': await firstSale(page, 'method=coupon'),
      'brand-sale-nobody': await firstSale(page, 'status=unattributed'),
    };
    const pages = {
      'brand-home': '/brand',
      'brand-sales': '/brand/sales',
      'brand-sales-filtered': '/brand/sales?brand=all&country=DE&from=2026-01-01',
      'brand-sales-nothing': '/brand/sales?order=no-such-order',
      ...sales,
      'brand-creators': '/brand/creators',
      'brand-applications': '/brand/applications',
    };
    for (const [name, path] of Object.entries(pages)) {
      await open(page, path);
      await checkPage(page, name);
    }
    await page.context().close();
  });
}

test('a brand without anything is told the next step', async () => {
  const page = await manager(looks[0], demo().brands.find((brand) => brand.name === 'Nuevo'));
  for (const path of ['/brand', '/brand/sales', '/brand/creators', '/brand/applications']) {
    await open(page, path);
    await checkPage(page, `empty${path.replaceAll('/', '-')}`);
    assert.equal(await page.locator('.empty').count(), 1, path);
  }
  await open(page, '/brand/sales');
  assert.match(await page.textContent('.empty'), /No sales yet.*Send a test conversion/s);
});

test('filters combine, and the file holds as many rows as the table counts', async () => {
  const page = await manager(looks[0]);
  await open(page, '/brand/sales');
  const all = await countOf(page);
  await page.selectOption('select[name=creator]', 'nia.travels');
  await page.click('.filters-more summary');
  await page.selectOption('.filters-more select[name=source]', 'postback');
  await page.click('main form.filters button');
  await page.waitForURL(/creator=nia.travels/);
  const both = await countOf(page);
  assert.ok(both > 0 && both < all, `${both} of ${all}`);
  const cells = await rows(page).allTextContents();
  for (const cell of cells) assert.match(cell, /nia\.travels[\s\S]*Postback/);

  await open(page, '/brand/sales?creator=nia.travels');
  const creator = await countOf(page);
  await open(page, '/brand/sales?source=postback');
  assert.ok(both < creator && both < await countOf(page), 'both together find less than each');

  for (const query of ['', '?creator=nia.travels&source=postback', '?status=unattributed', '?order=nothing']) {
    await open(page, `/brand/sales${query}`);
    const count = await countOf(page);
    const file = await page.request.get(new URL(
      await page.getAttribute('a[download]', 'href'), baseUrl).href);
    assert.match(file.headers()['content-type'], /text\/csv/);
    const lines = (await file.text()).trimEnd().split(/\r?\n/);
    assert.equal(lines.length - 1, count, `rows of the file for "${query}"`);
  }
});

test('a login with several brands sees one or all of them', async () => {
  const page = await manager(looks[0]);
  await open(page, '/brand/sales');
  const one = await countOf(page);
  const other = demo().brands.find((brand) => brand.name === 'Acme Home').id;
  await open(page, `/brand/sales?brand=${other}`);
  const two = await countOf(page);
  await open(page, '/brand/sales?brand=all');
  assert.equal(await countOf(page), one + two);
  assert.ok(two > 0);
  const foreign = demo().brands.find((brand) => brand.name === 'Cloudbase').id;
  await open(page, `/brand/sales?brand=${foreign}`);
  assert.equal(await countOf(page), 0, 'of a brand that is not one\'s own there is nothing');
  const file = await page.request.get(`${baseUrl}/brand/sales.csv?brand=${foreign}`);
  assert.equal((await file.text()).trimEnd().split('\n').length, 1, 'nor in the file');
});

test('pages follow one another without a gap or a double', async () => {
  const page = await manager(looks[0]);
  await open(page, '/brand/sales?creator=nia.travels&from=2026-01-01');
  const total = await countOf(page), seen = new Set();
  for (let i = 0; i < 200; i++) {
    for (const href of await rows(page).evaluateAll((all) => all.map((row) => row.dataset.href)))
      seen.add(href);
    const older = page.locator('.pager a[rel=next]');
    if (await older.count() === 0) break;
    await older.click();
    await page.waitForURL(/cursor=/);
  }
  assert.equal(seen.size, total);
});

test('a filter that can\'t be read is said, and keeps what was typed', async () => {
  const page = await manager(looks[0]);
  const answer = await page.goto(`${baseUrl}/brand/sales?from=2026-02-31&creator=nia.travels`);
  assert.equal(answer.status(), 422);
  assert.match(await page.textContent('.summary'), /no day of the calendar/);
  assert.equal(await page.inputValue('select[name=creator]'), 'nia.travels');
  await checkPage(page, 'brand-sales-bad');
});

test('one sale tells click, match, losers, commission and ledger', async () => {
  const page = await manager(looks[0]);
  await open(page, await firstSale(page, 'method=visitor'));
  const story = (await page.textContent('main')).replace(/\s+/g, ' ');
  for (const part of [/Click\s?\d+ \w+ \d{4}/, /Sale received/, /day \d+ of 30/, /Also considered/,
    /A later click of the same visitor won/, /10% of the base, the program's rate/,
    /Settings version \d+/, /Accrued\s?Transfer \d+/, /Creator, pending/])
    assert.match(story, part);
  const approved = await firstSale(page, 'status=approved');
  await open(page, approved);
  assert.match(await page.textContent('main'), /The holdback ended/);
});

test('what comes in is announced on an open page, and test data stays apart', async () => {
  const page = await manager(looks[0]);
  await open(page, '/brand/sales');
  const live = await countOf(page);
  await page.click('.segmented button[value=test]');
  await page.waitForSelector('.test-bar');
  await open(page, '/brand/sales?country=IS');
  const before = await countOf(page);
  const order = `T-${Date.now().toString(36)}`;
  const send = (ref, occurred_at) => fetch(`${baseUrl}/api/conv`, {
    method: 'POST',
    headers: { authorization: `Bearer ${acme().test_api_key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ program_id: acme().programs[0].id, brand_order_ref: ref,
      order_value: '25.00', order_currency: 'USD', country: 'IS', occurred_at }),
  });
  assert.equal((await send(order)).status, 201);
  await page.waitForSelector('.live-note a:has-text("1 new sale")', { timeout: 5000 });
  assert.equal((await send(`${order}-late`, '2026-01-05T12:00:00Z')).status, 201);
  await page.waitForSelector('.live-note a:has-text("2 new sales")', { timeout: 5000 });
  assert.equal(await rows(page).count(), before, 'no row moves under the cursor');
  await page.click('.live-note a');
  await page.waitForSelector(`main td, main th >> text=${order}`);
  assert.equal(await countOf(page), before + 2);
  await page.click('.segmented button[value=live]');
  await page.waitForFunction(() => !document.querySelector('.test-bar'));
  await open(page, '/brand/sales');
  assert.equal(await countOf(page), live);
});

test('accepting makes a link and a code; the link works', async () => {
  const page = await manager(looks[0]);
  await open(page, '/brand/applications');
  const card = page.locator('article', { hasText: 'maya.moves' });
  await card.locator('button:has-text("Accept")').click();
  await page.waitForURL(/done=accepted/);
  const flash = await page.textContent('.flash');
  assert.match(flash, /maya\.moves is in.*code ACMECO-MAYAMOVES-/);
  assert.equal(await card.count(), 0);
  const link = /http:\/\/\S+\/[a-z0-9]{8}\b/.exec(flash)[0];
  const followed = await fetch(link, { redirect: 'manual', headers: { 'user-agent': 'Mozilla/5.0' } });
  assert.equal(followed.status, 302);
  await open(page, '/brand/creators');
  assert.ok(await page.isVisible(`main tr:has-text("maya.moves") code:has-text("${link}")`));
});

test('declining and ending need a reason, pausing does not', async () => {
  const page = await manager(looks[0]);
  await open(page, '/brand/applications');
  await page.locator('article', { hasText: 'leo.lens' }).locator('a:has-text("Decline")').click();
  await page.waitForURL(/\/decline/);
  await checkPage(page, 'brand-decline');
  await page.fill('#f-note', 'Not this season.');
  await page.click('button.button-danger');
  assert.match(await page.textContent('.summary'), /Choose a reason/);
  assert.equal(await page.inputValue('#f-note'), 'Not this season.', 'what was typed stays');
  await page.selectOption('#f-reason', 'program_full');
  await page.click('button.button-danger');
  await page.waitForURL(/done=declined/);
  assert.match(await page.textContent('main tbody'), /leo\.lens[\s\S]*Not this season\./);

  const row = page.locator('main tr', { hasText: 'maya.moves' });
  await open(page, '/brand/creators');
  await row.locator('button:has-text("Pause")').click();
  await page.waitForURL(/done=paused/);
  assert.match(await row.textContent(), /Paused/);
  const link = await row.locator('code').first().textContent();
  const gone = await fetch(link, { redirect: 'manual', headers: { 'user-agent': 'Mozilla/5.0' } });
  assert.equal(gone.status, 404);
  assert.match(await gone.text(), /no longer active/);
  await row.locator('button:has-text("Resume")').click();
  await page.waitForURL(/done=resumed/);
  await row.locator('a:has-text("End")').click();
  await page.waitForURL(/\/end/);
  await checkPage(page, 'brand-end');
  await page.selectOption('#f-reason', 'other');
  await page.click('button.button-danger');
  assert.match(await page.textContent('.summary'), /Write the reason here/);
  await page.fill('#f-note', 'We part as friends.');
  await page.click('button.button-danger');
  await page.waitForURL(/done=ended/);
  assert.match(await row.textContent(), /Closed/);
  assert.equal(await row.locator('button:has-text("Pause")').count(), 0);
});

test('a decision that somebody else made first is said, not done twice', async () => {
  const mia = await manager(looks[0]), other = await manager(looks[0]);
  for (const page of [mia, other]) await open(page, '/brand/applications');
  const accept = (page) =>
    page.locator('article', { hasText: 'ruby.runs' }).locator('button:has-text("Accept")').click();
  await accept(mia);
  await mia.waitForURL(/done=accepted/);
  await accept(other);
  await other.waitForURL(/done=changed/);
  assert.match(await other.textContent('.flash'), /Somebody changed this meanwhile/);
});
