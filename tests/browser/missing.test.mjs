// A missing sale: what became of it, in words; the brand credits it, or the creator claims it.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { baseUrl, checkPage, demo, launch, login, looks, visit } from './support.mjs';

const acme = () => demo().brands[0];
const program = () => acme().programs[0];
const unique = Date.now().toString(36);

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

const sell = async (order, extra = {}) => {
  const answer = await fetch(`${baseUrl}/api/conv`, {
    method: 'POST',
    headers: { authorization: `Bearer ${acme().api_key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ program_id: program().id, brand_order_ref: order, order_value: '80.00',
      order_currency: 'USD', ...extra }),
  });
  assert.equal(answer.status, 201, await answer.text());
};

const asBrand = async (look) => {
  const page = await visit(browser, look);
  await login(page, acme().email, acme().password);
  return page;
};
const asCreator = async (look, no = 0) => {
  const page = await visit(browser, look);
  await login(page, demo().influencers[no].email, demo().influencers[no].password);
  return page;
};
const ask = async (page, path, text) => {
  await page.goto(`${baseUrl}${path}`);
  await page.fill('#f-q', text);
  await page.click('main form button');
  return (await page.textContent('main')).replace(/\s+/g, ' ');
};

describe('find a missing sale', () => {
  test('tells the brand of a sale that nobody is credited with, and credits it', async () => {
    const order = `missing-${unique}`;
    await sell(order);
    const page = await asBrand();
    assert.match(await ask(page, '/brand/sales/find', order), /credited to nobody/);
    await page.click('main summary');
    await page.selectOption('#f-partnership', { label: `@${demo().influencers[1].handle}` });
    await page.fill('#f-reason', 'She sent the receipt.');
    await page.click('main details button');
    await page.waitForURL(/\/brand\/sales\/[0-9a-f-]{36}$/);
    assert.match(await page.textContent('main'), new RegExp(demo().influencers[1].handle));
    assert.match(await ask(page, '/brand/sales/find', order),
      new RegExp(`credited to @${demo().influencers[1].handle}`));
    await page.context().close();
  });

  test('tells a creator that a sale is another\'s, without whose', async () => {
    const order = `others-${unique}`;
    const rival = demo().influencers[1];
    await sell(order, { code: rival.links.find((link) => link.program_id === program().id).code });
    const page = await asCreator();
    const words = await ask(page, '/partner/earnings/find', order);
    assert.match(words, /credited to somebody else/);
    assert.ok(!words.includes(rival.handle));
    await page.context().close();
  });

  test('says when nothing was ever received', async () => {
    const page = await asBrand();
    assert.match(await ask(page, '/brand/sales/find', `never-${unique}`), /ever received/);
    await page.context().close();
  });

  for (const look of looks)
    test(`its pages are sound: ${look.name}`, async () => {
      const brand = await asBrand(look), creator = await asCreator(look);
      await ask(brand, '/brand/sales/find', `missing-${unique}`);
      await checkPage(brand, 'find-brand');
      await brand.goto(`${baseUrl}/brand/claims`);
      await checkPage(brand, 'claims-brand-empty');
      await ask(creator, '/partner/earnings/find', `others-${unique}`);
      await checkPage(creator, 'find-partner');
      await creator.goto(`${baseUrl}/partner/claims`);
      await checkPage(creator, 'claims-partner');
      await brand.context().close();
      await creator.context().close();
    });
});

test('a creator claims a sale, and the brand accepts', async () => {
  const order = `claimed-${unique}`;
  await sell(order);
  const creator = await asCreator(), brand = await asBrand();
  await ask(creator, '/partner/earnings/find', order);
  await creator.click('text=Claim the sale');
  await creator.selectOption('#f-partnership', { label: program().name });
  await creator.fill('#f-message', 'My sister bought it by my link last night.');
  await creator.click('main form button');
  await creator.waitForURL(/done=filed/);
  await brand.goto(`${baseUrl}/brand/claims`);
  await checkPage(brand, 'claims-brand');
  await brand.click(`article:has-text("${order}") button.button-primary`);
  await brand.waitForURL(/done=accepted/);
  await creator.goto(`${baseUrl}/partner/claims`);
  await creator.click(`tr:has-text("${order}") a:has-text("The sale is yours")`);
  await creator.waitForURL(/\/partner\/earnings\/[0-9a-f-]{36}$/);
});
