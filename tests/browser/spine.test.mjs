// One sale, from the click to the balance, as everybody concerned sees it. Comes last: it moves
// the business clock.
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { baseUrl, checkPage, demo, launch, login, mailed, shoot, visit } from './support.mjs';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

const unique = Date.now().toString(36);
const handle = `spine.${unique}`;
const email = `${handle}@example.com`;
const password = 'correct horse battery';
const acme = () => demo().brands[0];
const program = () => acme().programs[0];

const meedctl = (...args) => execFileSync(process.env.MEEDCTL,
  ['--config', process.env.MEED_CONFIG, ...args], { encoding: 'utf8' });
const submit = (page) => page.click('main form button.button-primary, main form button');

const clickId = async (url) => {
  const answer = await fetch(url, { redirect: 'manual', headers: { 'user-agent': 'Mozilla/5.0' } });
  assert.equal(answer.status, 302);
  return new URL(answer.headers.get('location'));
};

const postSale = (order, click, amount) => fetch(`${baseUrl}/api/conv`, {
  method: 'POST',
  headers: { authorization: `Bearer ${acme().api_key}`, 'content-type': 'application/json' },
  body: JSON.stringify({ program_id: program().id, brand_order_ref: order, order_value: amount,
    order_currency: 'USD', pcps_click: click }),
});

test('a sale goes from the click to the balance', async () => {
  const creator = await visit(browser), brand = await visit(browser);

  // An influencer signs up, finds the program and applies.
  await creator.goto(`${baseUrl}/signup`);
  await creator.click('text=I am a creator');
  await creator.fill('#f-handle', handle);
  await creator.fill('#f-name', 'Spine');
  await creator.fill('#f-email', email);
  await creator.fill('#f-password', password);
  await creator.selectOption('#f-country', 'ES');
  await creator.fill('#f-channels', 'https://www.instagram.com/spine');
  await submit(creator);
  await creator.goto(await mailed(email, /http\S+\/confirm\/\S+/));
  await submit(creator);
  await login(creator, email, password);
  await creator.goto(`${baseUrl}/partner/marketplace`);
  await creator.click(`main h2 a:has-text("${program().name}")`);
  await creator.fill('#f-message', 'My followers train every day.');
  await submit(creator);
  await creator.waitForURL(/done=applied/);
  await creator.goto(`${baseUrl}/partner/links`);
  assert.equal(await creator.locator('tbody tr').count(), 0, 'no link before the brand accepts');

  // The brand accepts: link, slug, ref and code exist by themselves.
  await login(brand, acme().email, acme().password);
  await brand.goto(`${baseUrl}/brand/applications`);
  await brand.locator('article', { hasText: handle }).locator('text=Accept').first().click();
  await brand.waitForURL(/done=/);
  await mailed(email, /accepted your application/);
  await creator.goto(`${baseUrl}/partner/links`);
  const links = await creator.locator('tbody').first().textContent();
  const shortUrl = /http:\/\/[\d.:]+\/[a-z0-9]{8}\b/.exec(links)[0];
  const goUrl = /http:\/\/[\d.:]+\/go\/[a-z0-9-]+/.exec(links)[0];
  assert.match(await creator.textContent('main'), /ACME\w*-SPINE/);
  await checkPage(creator, 'spine-links');

  // Both leave a page open.
  await creator.goto(`${baseUrl}/partner/earnings`);
  await brand.goto(`${baseUrl}/brand/sales`);

  // A visitor comes twice and buys.
  const first = await clickId(goUrl);
  assert.match(first.searchParams.get('pcps_click'), /^[0-9a-f-]{36}$/);
  const landing = await clickId(shortUrl);
  const click = landing.searchParams.get('meed_click');
  const answer = await postSale(`SP-${unique}`, click, '129.90');
  assert.equal(answer.status, 201);
  assert.equal((await answer.json()).status, 'attributed');
  const again = await postSale(`SP-${unique}`, click, '129.90');
  assert.equal(again.status, 200);
  assert.equal((await again.json()).status, 'duplicate');

  // Every open page shows it within five seconds, without a reload.
  const soon = { timeout: 5000 };
  await Promise.all([creator.waitForSelector('.live-note a:has-text("1 new sale")', soon),
    brand.waitForSelector('.live-note a:has-text("1 new sale")', soon)]);
  await shoot(brand, 'spine-brand-live');
  await creator.click('.live-note a');
  const row = creator.locator('tbody tr').first();
  assert.match(await row.textContent(), /\$12\.99/);
  assert.match(await row.textContent(), /Pending/);

  // The brand reads how it came about.
  await brand.goto(`${baseUrl}/brand/sales?order=SP-${unique}`);
  await brand.locator('tbody tr a').first().click();
  await brand.waitForURL(/sales\/[0-9a-f-]{36}/);
  const story = await brand.textContent('main');
  assert.match(story, /\$129\.90/);
  assert.match(story, /\$12\.99/);
  await checkPage(brand, 'spine-sale');

  // Past the holdback the worker approves it by itself, and the balances move.
  await creator.goto(`${baseUrl}/partner`);
  assert.match((await creator.textContent('.figures')).replace(/\s+/g, ' '), /Pending\s*\$12\.99/);
  meedctl('clock', 'advance', '31d');
  meedctl('worker', 'drain');
  await creator.waitForFunction(() =>
    /Approved\s*\$12\.99/.test(document.querySelector('.figures').textContent), null, soon);
  assert.match((await creator.textContent('.figures')).replace(/\s+/g, ' '), /Pending\s*\$0\.00/);
  assert.match(meedctl('ledger', 'verify'), /all \d+ checks hold/);
});

test('a signed postback reaches the same pages', async () => {
  const link = demo().influencers[0].links[0];
  const landing = await clickId(link.url);
  const body = JSON.stringify({ order_id: `SPB-${unique}`, amount: '80.00', currency: 'USD',
    token: landing.searchParams.get('meed_token'), email: 'buyer@example.com', ip: '127.0.0.1' });
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = createHmac('sha256', acme().postback_secret)
    .update(`${timestamp}.${body}`).digest('hex');
  const answer = await fetch(`${baseUrl}/api/v2/affiliate/postback/${acme().id}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-meed-timestamp': timestamp,
      'x-meed-signature': signature },
    body,
  });
  assert.equal(answer.status, 201);
  const creator = await visit(browser);
  await login(creator, demo().influencers[0].email, demo().influencers[0].password);
  await creator.goto(`${baseUrl}/partner/earnings`);
  assert.match(await creator.locator('tbody tr').first().textContent(), /\$8\.00/);
});
