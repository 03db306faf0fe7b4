// The influencer's pages: home, links and codes, earnings, the marketplace.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { baseUrl, checkPage, demo, launch, login, looks, visit } from './support.mjs';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

const submit = (page) => page.click('main form button.button-primary');

async function as(influencer, look) {
  const page = await visit(browser, look);
  await login(page, influencer.email, influencer.password);
  return page;
}

for (const look of looks) {
  test(`every page of an influencer, ${look.name}`, async () => {
    const page = await as(demo().influencers[0], look);
    for (const path of ['/partner', '/partner/links', '/partner/earnings', '/partner/marketplace']) {
      await page.goto(baseUrl + path);
      await checkPage(page, `partner${path.replace(/\W/g, '-')}`);
    }
    await page.goto(`${baseUrl}/partner/earnings`);
    await page.click('tbody tr a');
    await page.waitForURL(/earnings\/[0-9a-f-]{36}/);
    await checkPage(page, 'partner-earning');
    await page.goto(`${baseUrl}/partner/marketplace`);
    await page.click('main h2 a');
    await checkPage(page, 'partner-offer');
  });
}

test('an influencer with nothing yet is told the next step', async () => {
  const page = await as(demo().influencers.at(-1));
  for (const path of ['/partner', '/partner/earnings']) {
    await page.goto(baseUrl + path);
    await page.waitForSelector('.empty >> text=Your links');
    await checkPage(page, `partner-empty${path.replace(/\W/g, '-')}`);
  }
});

test('links lead to verified sites alone, and keep what was typed', async () => {
  const page = await as(demo().influencers[1]);
  await page.goto(`${baseUrl}/partner/links`);
  await page.fill('#f-url', 'https://evil.example/');
  await page.fill('#f-name', 'Story');
  await submit(page);
  assert.match(await page.textContent('#f-url-error'), /verified sites/);
  assert.equal(await page.inputValue('#f-name'), 'Story');
  await checkPage(page, 'partner-link-error');
  const site = await page.locator('tbody tr').first().locator('td').nth(1).textContent();
  await page.fill('#f-url', `${site.trim()}shoes?size=42`);
  await submit(page);
  await page.waitForURL(/done=added/);
  assert.match(await page.textContent('tbody'), /shoes\?size=42/);
});

test('a paused link says so to visitors, and works again when resumed', async () => {
  const influencer = demo().influencers[2];
  const page = await as(influencer);
  const link = influencer.links[0];
  const status = async () =>
    (await fetch(link.url, { redirect: 'manual' })).status;
  const row = page.locator('tbody tr', { hasText: `/${link.token}` });
  assert.equal(await status(), 302);
  await page.goto(`${baseUrl}/partner/links`);
  await row.locator('text=Pause').click();
  await page.waitForURL(/done=paused/);
  const dead = await fetch(link.url, { redirect: 'manual' });
  assert.equal(dead.status, 404);
  assert.match(await dead.text(), /no longer active/);
  await row.locator('text=Resume').click();
  await page.waitForURL(/done=resumed/);
  assert.equal(await status(), 302);
});

test('an influencer sees own sales alone', async () => {
  const [first, second] = [await as(demo().influencers[3]), await as(demo().influencers[4])];
  await first.goto(`${baseUrl}/partner/earnings`);
  const address = await first.locator('tbody tr a').first().getAttribute('href');
  const answer = await second.goto(baseUrl + address);
  assert.equal(answer.status(), 404);
});

test('filters of earnings stand in the address', async () => {
  const page = await as(demo().influencers[0]);
  await page.goto(`${baseUrl}/partner/earnings`);
  await page.selectOption('select[name=status]', 'approved');
  await page.click('form.filters button');
  await page.waitForURL(/status=approved/);
  const chips = await page.locator('tbody .chip').allTextContents();
  assert.ok(chips.length > 0 && chips.every((text) => text.trim() === 'Approved'));
  const answer = await page.goto(`${baseUrl}/partner/earnings?from=yesterday`);
  assert.equal(answer.status(), 422);
  await checkPage(page, 'partner-earnings-bad-filter');
});
