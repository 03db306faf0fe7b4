// Discount codes: the brand's page, the files for shops, a leaked code, and who is credited when an
// order tells several things. S0-09, S0-81.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startInstance } from '../support/instance.mjs';
import { database } from './click_support.mjs';
import { bearer, makeShop, sendByKey } from './door_support.mjs';
import { Visitor, meedctl } from './support.mjs';

const password = 'correct horse battery';
let instance, sql, shop, mia;

before(async () => {
  instance = await startInstance({ trusted_proxies: '127.0.0.1' });
  sql = database(instance.env);
  shop = await makeShop(instance, 'acme');
  await meedctl(['user', 'add', '--email', 'mia@example.com', '--name', 'mia', '--password-stdin',
    '--role', 'brand', '--company', 'mia', '--brand', 'mia'], { input: `${password}\n`, env: instance.env });
  await sql(`SET @me := (SELECT MAX(id) FROM user); DELETE FROM member WHERE user = @me;
    INSERT INTO member (brand, user, role, created_us) VALUES
      ((SELECT id FROM brand WHERE pid = UNHEX('${shop.brand.replaceAll('-', '')}')), @me, 'owner', 1);`);
  mia = await new Visitor(instance.baseUrl).login('mia@example.com', password);
});
after(() => instance?.stop());

const post = async (address, form) => mia.post(address, { form: { csrf: await mia.tokenOf('/brand/codes'), ...form } });
const rows = (csv) => csv.trimEnd().split('\r\n').map((line) => line.split(','));
const csv = async (format = '') => {
  const answer = await mia.get(`/brand/codes.csv${format && `?format=${format}`}`);
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('content-disposition'), /^attachment; filename="discount-codes.*\.csv"$/);
  return answer.text;
};
const idOf = async (code) => (await sql(`SELECT id FROM coupon WHERE code = '${code}'`))[0][0];

let orders = 0;
async function sell(more) {
  const answer = await sendByKey(instance, '/api/conv', {
    program_id: shop.program, brand_order_ref: `code-${orders += 1}`, order_value: '50.00', order_currency: 'USD', ...more,
  }, bearer(shop.live_key));
  assert.equal(answer.status, 201, answer.text);
  const [row] = await sql(`SELECT v.id, COALESCE(t.handle, ''), COALESCE(a.method, ''), COALESCE(a.reason, '') FROM conversion v
    LEFT JOIN partner t ON t.id = v.partner LEFT JOIN attribution a ON a.conversion = v.id
    WHERE v.pid = UNHEX('${answer.json.conversion_id.replaceAll('-', '')}')`);
  const candidates = await sql(`SELECT kind, verdict FROM attribution_candidate WHERE conversion = ${row[0]} ORDER BY \`rank\``);
  return { who: row[1], method: row[2], reason: row[3], candidates: candidates.map((c) => c.join(' ')) };
}
const handleOf = async (code) => (await sql(`SELECT t.handle FROM coupon c JOIN partnership s ON s.id = c.partnership
  JOIN partner t ON t.id = s.partner WHERE c.code = '${code}'`))[0][0];

test('a code alone credits its creator, and counts on the page', async () => {
  const sale = await sell({ code: shop.anna.code.toLowerCase() });
  assert.equal(sale.who, await handleOf(shop.anna.code));
  assert.deepEqual([sale.method, sale.candidates], ['coupon', ['coupon won']]);
  const page = await mia.get('/brand/codes');
  assert.match(page.text, new RegExp(`${shop.anna.code}</code>.*?data-label="Sales">1<`, 's'));
});

test('a code beats another creator’s link, and both are kept', async () => {
  const sale = await sell({ code: shop.anna.code, token: shop.ben.token });
  assert.equal(sale.who, await handleOf(shop.anna.code));
  assert.deepEqual(sale.candidates, ['coupon won', 'token precedence']);
});

test('a program may put its codes last', async () => {
  await sql(`UPDATE program_version SET settings = JSON_SET(settings, '$.code_rank', 'last')`);
  const last = await sell({ code: shop.anna.code, token: shop.ben.token });
  assert.equal(last.who, await handleOf(shop.ben.code));
  assert.deepEqual(last.candidates, ['token won', 'coupon precedence']);
  await sql(`UPDATE program_version SET settings = JSON_REMOVE(settings, '$.code_rank')`);
  assert.equal((await sell({ code: shop.anna.code, token: shop.ben.token })).who, await handleOf(shop.anna.code));
});

test('without a discount the files for shops are empty, with one they hold what works', async () => {
  assert.equal(await csv('shopify'), 'ID,Title,Code,Discount Type,Discount Value,Discount Value Type\r\n');
  assert.equal((await post('/brand/codes', { template: '{BRAND}-{CREATOR}-{6}', discount_kind: 'percent', discount: '12.5' })).status, 303);
  const id = await idOf(shop.ben.code);
  assert.equal((await post(`/brand/codes/${id}/discount`, { discount_kind: 'amount', discount: '7.00' })).status, 303);
  const shopify = rows(await csv('shopify'));
  assert.ok(shopify.some((row) => row.join() === `,${shop.anna.code},${shop.anna.code},Amount off order,12.50,Percentage`), shopify);
  assert.ok(shopify.some((row) => row.join() === `,${shop.ben.code},${shop.ben.code},Amount off order,7.00,Fixed amount`), shopify);
  const woo = rows(await csv('woocommerce'));
  assert.equal(woo[0].join(), 'post_title,post_excerpt,post_status,discount_type,coupon_amount,individual_use');
  assert.ok(woo.some((row) => row[0] === shop.anna.code && row.slice(2).join() === 'publish,percent,12.50,no'), woo);
  assert.ok(woo.some((row) => row[0] === shop.ben.code && row.slice(2).join() === 'publish,fixed_cart,7.00,no'), woo);
  assert.equal((await mia.get('/brand/codes.csv?format=excel')).status, 404);
});

test('what is typed wrongly is kept, with what to do', async () => {
  const wrong = await post('/brand/codes', { template: '{BRAND}', discount_kind: 'percent', discount: '101' });
  assert.equal(wrong.status, 422);
  assert.match(wrong.text, /one of \{4\} to \{9\}/);
  assert.match(wrong.text, /up to 100/);
  assert.match(wrong.text, /value="101"/);
  const id = await idOf(shop.anna.code);
  assert.equal((await post(`/brand/codes/${id}/discount`, { discount_kind: 'amount', discount: '-1' })).status, 422);
  assert.equal((await post(`/brand/codes/${id}/discount`, { discount_kind: 'no such', discount: '1' })).status, 422);
  for (const hours of ['-1', '721', 'soon', ''])
    assert.equal((await post(`/brand/codes/${id}/replace`, { hours })).status, 422, hours);
});

test('a leaked code is replaced: the old one credits until it stops, the new one at once', async () => {
  const id = await idOf(shop.anna.code), anna = await handleOf(shop.anna.code);
  assert.equal((await post(`/brand/codes/${id}/replace`, { hours: '24' })).status, 303);
  const page = await mia.get(`/brand/codes/${id}`);
  const fresh = page.text.match(/Replaced by<\/dt><dd><code>([A-Z0-9-]+)<\/code>/)[1];
  assert.match(fresh, /-[A-Z0-9]{6}$/); // by the template as it is now
  assert.doesNotMatch(page.text, /Replace the code/);
  assert.equal((await sell({ code: shop.anna.code })).who, anna);
  assert.equal((await sell({ code: fresh })).who, anna);
  const plain = rows(await csv());
  const old = plain.find((row) => row[0] === shop.anna.code);
  assert.deepEqual([old[3], old.at(-1)], ['stopping', fresh]);
  assert.ok(!(await csv('shopify')).includes(shop.anna.code));
  await instance.meedctl('clock', 'advance', '25h');
  const late = await sell({ code: shop.anna.code });
  assert.deepEqual([late.who, late.reason || late.candidates[0]], ['', 'code_stopped']);
  assert.deepEqual(late.candidates, ['coupon code_stopped']);
  assert.equal((await sell({ code: fresh })).who, anna);
  assert.equal(rows(await csv()).find((row) => row[0] === shop.anna.code)[3], 'stopped');
  assert.equal((await post(`/brand/codes/${id}/replace`, { hours: '0' })).status, 422);
});

test('no cell is taken for a formula', async () => {
  await sql(`UPDATE program SET name = '=HYPERLINK("http://evil.example")'`);
  assert.match(await csv(), /,"'=HYPERLINK\(""http:\/\/evil\.example""\)",/);
});

test('more codes than a page holds are all in the file', async () => {
  await sql(`INSERT INTO coupon (brand, code, partnership, program, link, created_us)
    SELECT c.brand, CONCAT('MANY-', s.seq), c.partnership, c.program, c.link, 1 FROM coupon c JOIN seq_1_to_1203 s
    WHERE c.code = '${shop.ben.code}'`);
  const codes = rows(await csv()).map((row) => row[0]).filter((code) => code.startsWith('MANY-'));
  assert.equal(new Set(codes).size, 1203);
  assert.equal(codes.length, 1203);
  const first = await mia.get('/brand/codes');
  const older = first.text.match(/\/brand\/codes\?before=\d+/)[0];
  assert.match((await mia.get(older)).text, /MANY-/);
});
