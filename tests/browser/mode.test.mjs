// Tests never mix with what counts: every page and every CSV that shows live data is the same, to
// the letter, before and after 100 test sales; and the tests themselves can be seen, and erased.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Visitor, meedctl } from '../http/support.mjs';
import { baseUrl, checkPage, demo, launch, login, looks, visit } from './support.mjs';

const SALES = 100;
const acme = () => demo().brands[0];
const program = () => acme().programs[0];

// Of pages that differ by an id alone, so many are read.
const ALIKE_MAX = 3;
const shapeOf = (path) => path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '{pid}').replace(/=[^&]*/g, '=');

// What may differ from one answer to the next: tokens of forms, tags of live parts, and
// how long ago it is since something.
const settled = (text) => text
  .replace(/name="(csrf|ref)" value="[^"]*"/g, '').replace(/(data-live-(etag|url))="[^"]*"/g, '$1')
  .replace(/data-csrf="[^"]*"/g, '').replace(/\b\d+ (s|min|h|seconds?|minutes?|hours?) ago\b/g, 'ago');

// The wizard and the page of test data are about tests, in either mode.
const linksOf = (html) => [...html.matchAll(/(?:href|data-href|data-live-url)="(\/[^"#]*)"/g)]
  .map((match) => match[1].replaceAll('&amp;', '&'))
  .filter((path) => !/^\/(logout|static|meed\.js|pixel\.js|affihub\.js|brand\/(test-data|setup))/.test(path)
    && !/\.(css|js|svg|png|ico|webmanifest)(\?|$)/.test(path) && !path.startsWith('/go/')
    && !/^\/[a-z0-9]{8}$/.test(path));

// Everything a login can reach from its home by following links.
async function readAll(visitor, home) {
  const seen = new Map(), alike = new Map(), queue = [home];
  while (queue.length > 0) {
    const path = queue.shift();
    if (seen.has(path)) continue;
    const shape = shapeOf(path);
    const count = alike.get(shape) ?? 0;
    if (count >= ALIKE_MAX) continue;
    alike.set(shape, count + 1);
    const answer = await visitor.get(path);
    if (answer.status !== 200) continue;
    seen.set(path, settled(answer.text));
    if (/html/.test(answer.headers.get('content-type') ?? '')) queue.push(...linksOf(answer.text));
  }
  return seen;
}

async function readAgain(visitor, paths) {
  const seen = new Map();
  for (const path of paths) seen.set(path, settled((await visitor.get(path)).text));
  return seen;
}

const switchTo = async (visitor, mode, path) => {
  const csrf = await visitor.tokenOf(path);
  const answer = await visitor.post('/mode', { form: { csrf, mode, back: path } });
  assert.equal(answer.status, 303, answer.text);
};

const people = {};
before(async () => {
  const [first] = demo().influencers;
  people['/brand'] = await new Visitor().login(acme().email, acme().password);
  people['/partner'] = await new Visitor().login(first.email, first.password);
  people['/admin'] = await new Visitor().login(demo().admin.email, demo().admin.password);
});

// By a live creator's code, and by nothing at all: neither may count.
async function sell(key, no) {
  const [influencer] = demo().influencers;
  const code = influencer.links.find((link) => link.program_id === program().id).code;
  const answer = await new Visitor().post('/api/conv', {
    headers: { authorization: `Bearer ${key}` },
    json: { program_id: program().id, brand_order_ref: `mode-${no}`, order_value: '100.00',
      order_currency: 'USD', ...(no % 2 ? { code } : {}), email: `tester${no}@example.com` },
  });
  assert.equal(answer.status, 201, answer.text);
}

const howMany = async (visitor, path, pattern) => (await visitor.get(path)).text.match(pattern)?.[1];

describe('test sales', () => {
  test(`${SALES} of them change no page and no CSV of live data`, async (t) => {
    const key = acme().test_api_key;
    await meedctl(['worker', 'drain']);
    const before = {};
    for (const [home, visitor] of Object.entries(people)) before[home] = await readAll(visitor, home);
    const paths = Object.values(before).flatMap((pages) => [...pages.keys()]);
    t.diagnostic(`${paths.length} pages`);
    assert.ok(paths.length > 40, `${paths.length} pages: ${paths.join(' ')}`);
    for (const wanted of ['/brand/sales', '/brand/creators', '/partner/earnings', '/admin'])
      assert.ok(paths.includes(wanted), wanted);
    assert.ok(paths.some((path) => path.startsWith('/brand/sales.csv')), 'the CSV of sales');

    for (let no = 1; no <= SALES; no += 1) await sell(key, no);
    await meedctl(['worker', 'drain']);

    for (const [home, visitor] of Object.entries(people)) {
      const after = await readAgain(visitor, before[home].keys());
      for (const [path, text] of before[home]) assert.equal(after.get(path), text, path);
    }
  });

  test('are all there in test mode', async () => {
    const brand = people['/brand'];
    await switchTo(brand, 'test', '/brand/sales');
    const csv = await brand.get('/brand/sales.csv');
    assert.equal(csv.text.split('\n').filter((line) => line.includes('mode-')).length, SALES);
    await switchTo(brand, 'live', '/brand/sales');
  });
});

describe('the page of test data', () => {
  let browser;
  before(async () => { browser = await launch(); });
  after(async () => { await browser?.close(); });

  for (const look of looks)
    test(`is sound: ${look.name}`, async () => {
      const page = await visit(browser, look);
      await login(page, acme().email, acme().password);
      await page.goto(`${baseUrl}/brand/test-data`);
      await checkPage(page, `test-data-${look.name}`);
      await page.context().close();
    });

  test('erases it', async () => {
    const page = await visit(browser);
    await login(page, acme().email, acme().password);
    await page.goto(`${baseUrl}/brand/test-data`);
    assert.ok(await howMany(people['/brand'], '/brand/test-data', /<dd>(\d+)<\/dd>/) >= SALES, 'at least those of this file');
    await page.click('text=Erase test data');
    await meedctl(['worker', 'drain']);
    await page.goto(`${baseUrl}/brand/test-data`);
    await page.waitForSelector('text=Last erased');
    assert.equal(await howMany(people['/brand'], '/brand/test-data', /<dd>(\d+)<\/dd>/), '0');
    assert.match(await meedctl(['ledger', 'verify']), /holds|verified/i);
    await page.context().close();
  });
});
