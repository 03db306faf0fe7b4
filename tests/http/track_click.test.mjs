// POST /track/click and the scripts themselves, through Apache: S1-03, S1-04, S1-15.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { startInstance } from '../support/instance.mjs';
import { awaitRef, beacon, chrome } from './browser_support.mjs';
import { database, responders, storedClick, until } from './click_support.mjs';
import { assertProblem, bearer, makeShop, send, sendByKey } from './door_support.mjs';
import { Raw, sleep } from './support.mjs';

let stack, sql, shop, rival;
before(async () => {
  stack = await startInstance({ trusted_proxies: '127.0.0.1' });
  sql = database(stack.env);
  shop = await makeShop(stack, 'beacon');
  rival = await makeShop(stack, 'beaconrival');
  await awaitRef(stack, rival);
});
after(() => stack?.stop());

const origin = 'https://shop.example';
const tell = (changes = {}, headers = {}) =>
  beacon(stack, { program: shop.program, ref: shop.anna.slug, ...changes }, { Origin: origin, ...headers });

// The beacon -------------------------------------------------------------------------------------

test('a click by the script is stored as one by a link is, with what the landing page tells', async () => {
  const answer = await tell({
    landing: 'https://shop.example/tee?ref=anna&utm_source=mail&s1=abc&fbclid=F1&x=%zz#size',
    referrer: 'https://blog.example/post',
  });
  assert.equal(answer.status, 201, answer.text);
  const click = await storedClick(sql, answer.json.click_id);
  assert.equal(click.shape, 'script');
  assert.equal(click.bot, '0');
  assert.equal(click.mode, 'live');
  assert.equal(click.utm_source, 'mail');
  assert.equal(click.fbclid, 'F1');
  assert.equal(click.subs, '{"s1":"abc"}');
  assert.equal(click.referrer, 'https://blog.example/post');
  assert.equal(click.visitor, answer.json.visitor_id.replaceAll('-', ''));
});

test('the visitor that the page kept stays the same, and its click before is noted', async () => {
  const first = (await tell()).json;
  const second = (await tell({ visitor: first.visitor_id, prev: first.click_id })).json;
  assert.equal(second.visitor_id, first.visitor_id);
  const click = await storedClick(sql, second.click_id);
  assert.equal(click.prev, first.click_id.replaceAll('-', ''));
  const odd = await tell({ visitor: 'x', prev: 7, landing: {}, referrer: null });
  assert.equal(odd.status, 201, 'what the page can\'t know well costs no click');
});

test('a cookie of our own names the visitor where the browser sends it', async () => {
  const first = await tell();
  const cookies = first.headers.getSetCookie();
  const visitor = cookies.find((cookie) => cookie.startsWith('meed_visitor='));
  assert.match(visitor, /; HttpOnly; .*SameSite=Lax$/);
  const second = await tell({}, { Cookie: cookies.map((cookie) => cookie.split(';')[0]).join('; ') });
  assert.equal(second.json.visitor_id, first.json.visitor_id);
});

test('any page may ask, as JSON or as the text that needs no leave', async () => {
  const preflight = await send(stack, '/track/click', { method: 'OPTIONS', headers: { Origin: origin } });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers.get('access-control-allow-origin'), origin);
  assert.equal(preflight.headers.get('access-control-allow-methods'), 'POST');
  assert.equal(preflight.headers.get('access-control-allow-headers'), 'Content-Type');
  const answer = await tell({}, { 'Content-Type': 'application/json' });
  assert.equal(answer.status, 201);
  assert.equal(answer.headers.get('access-control-allow-origin'), origin);
  assert.equal(answer.headers.get('access-control-allow-credentials'), 'true');
  assert.equal(answer.headers.get('vary'), 'Origin');
});

test('a ref that the program does not have makes no click, and says so; the log names it', async () => {
  const count = async () => (await sql('SELECT COUNT(*) FROM click'))[0][0];
  await stack.meedctl('worker', 'drain');
  const before = await count();
  assertProblem(await tell({ ref: 'nobody' }), 404, 'ref_not_in_program', 'ref');
  assertProblem(await tell({ ref: rival.anna.slug }), 404, 'ref_not_in_program', 'ref');
  assertProblem(await tell({ program: rival.program }), 404, 'ref_not_in_program', 'ref');
  assertProblem(await tell({ ref: '' }), 422, 'bad_ref', 'ref');
  assertProblem(await tell({ program: 'summer' }), 422, 'bad_program', 'program');
  await stack.meedctl('worker', 'drain');
  assert.equal(await count(), before);
  const log = await readFile(path.join(stack.env.LOG_DIR, 'web.log'), 'utf8');
  assert.match(log, /"event":"beacon_refused".*"ref":"nobody"/);
});

test('a paused partner\'s ref counts for nobody, and counts again when he is back', async () => {
  const set = (status) => sql(`UPDATE partnership SET status = '${status}' WHERE slug = '${shop.ben.slug}';
    INSERT IGNORE INTO link_change (host, link) SELECT h.name, l.id FROM web_host h, link l
      JOIN partnership p ON p.id = l.partnership WHERE p.slug = '${shop.ben.slug}'`);
  await set('paused');
  await until(async () => (await tell({ ref: shop.ben.slug })).status === 404, 5000, 'the pause reaches the map');
  assertProblem(await tell({ ref: shop.ben.slug }), 404, 'ref_not_active', 'ref');
  await set('active');
  await until(async () => (await tell({ ref: shop.ben.slug })).status === 201, 5000, 'the partner is back');
});

test('a bot is flagged, and whoever sends Sec-GPC is not recorded', async () => {
  const bot = await tell({}, { 'User-Agent': 'Googlebot/2.1 (+http://www.google.com/bot.html)' });
  assert.equal((await storedClick(sql, bot.json.click_id)).bot, '1');
  assert.deepEqual(bot.headers.getSetCookie(), []);
  await stack.meedctl('worker', 'drain');
  const count = async () => (await sql('SELECT COUNT(*) FROM click'))[0][0];
  const before = await count();
  const private_ = await tell({}, { 'Sec-GPC': '1' });
  assert.equal(private_.status, 204);
  assert.deepEqual(private_.headers.getSetCookie(), []);
  await stack.meedctl('worker', 'drain');
  assert.equal(await count(), before);
});

test('what is no beacon is refused, and never a 5xx', async () => {
  const raw = (body) => send(stack, '/track/click', { body, headers: { 'User-Agent': chrome } });
  for (const body of ['', '{', '[]', '"x"', 'null', '{"program":1}', '{"a":"\\u0000"}', '\xff'])
    assert.ok([400, 422].includes((await raw(body)).status), body);
  assert.equal((await raw(JSON.stringify({ program: shop.program, ref: 'x'.repeat(5000) }))).status, 413);
  assertProblem(await tell({ ref: 'x'.repeat(81) }), 422, 'bad_ref', 'ref');
});

test('bodies that dribble hold up their senders alone', { timeout: 20000 }, async () => {
  const slow = Array.from({ length: 20 }, () => new Raw(stack.baseUrl));
  for (const raw of slow) {
    await raw.head('POST', '/track/click', 'Content-Length: 600');
    await raw.write('{');
  }
  const started = performance.now();
  const answers = await Promise.all(Array.from({ length: 16 }, () => tell()));
  assert.deepEqual(answers.map(({ status }) => status), Array(16).fill(201));
  assert.ok(performance.now() - started < 2000, `${performance.now() - started} ms`);
  // One that comes in pieces and does arrive is taken.
  const pieces = new Raw(stack.baseUrl), body = JSON.stringify({ program: shop.program, ref: shop.anna.slug });
  await pieces.head('POST', '/track/click', `Content-Length: ${body.length}`, `User-Agent: ${chrome}`);
  for (const part of [body.slice(0, 10), body.slice(10, 40), body.slice(40)]) {
    await pieces.write(part);
    await sleep(150);
  }
  assert.equal(await pieces.status(), 201);
  for (const raw of slow) raw.close();
});

test('240 clicks a minute from one address, and no more', async () => {
  const headers = { 'X-Forwarded-For': '198.51.100.7' };
  let last;
  for (let i = 0; i < 260 && last?.status !== 429; i++) last = await tell({}, headers);
  assert.equal(last.status, 429, last.text);
  assert.ok(Number(last.headers.get('retry-after')) >= 1);
  assert.equal((await tell()).status, 201, 'others go on');
});

// Without a database -----------------------------------------------------------------------------

test('clicks are taken while the database is down, and killed processes lose none', async () => {
  await stack.part('kill', 'mariadb');
  const ids = [];
  try {
    for (let i = 0; i < 30; i++) {
      const answer = await tell();
      assert.equal(answer.status, 201, answer.text);
      ids.push(answer.json.click_id);
    }
    for (const pid of responders(stack.env, 'beacon')) process.kill(pid, 'SIGKILL');
    await until(async () => (await tell().catch(() => ({}))).status === 201, 5000, 'the pool is back');
  } finally {
    await stack.part('start', 'mariadb');
  }
  await until(async () => {
    const rows = await sql('SELECT LOWER(HEX(click_id)) FROM click').catch(() => []);
    const stored = new Set(rows.map(([id]) => id));
    return ids.every((id) => stored.has(id.replaceAll('-', '')));
  }, 30000, 'all clicks reach the table');
});

// End to end -------------------------------------------------------------------------------------

test('a sale that names the script\'s click credits its partner', async () => {
  const { click_id } = (await tell()).json;
  await storedClick(sql, click_id);
  const sale = await sendByKey(stack, '/api/v1/conversions', {
    program: shop.program, click_id, order_id: 'script-1', amount: '129.90', currency: 'USD',
  }, bearer(shop.live_key));
  assert.equal(sale.status, 201, sale.text);
  assert.equal(sale.json.data.method, 'click');
  assert.equal(sale.json.data.commission, '12.99');
});

// The scripts ------------------------------------------------------------------------------------

for (const [address, file] of [['/meed.js', 'meed.js'], ['/affihub.js', 'meed.js'], ['/pixel.js', 'pixel.js']]) {
  test(`${address} is small, kept for a day, asked for by its tag, and open to every page`, async () => {
    const source = await readFile(new URL(`../../static/${file}`, import.meta.url));
    assert.ok(gzipSync(source, { level: 6 }).length <= 4096, `${gzipSync(source).length} bytes compressed`);
    const answer = await send(stack, address, { method: 'GET', headers: { 'Accept-Encoding': 'gzip' } });
    assert.equal(answer.status, 200);
    assert.equal(answer.text, source.toString());
    assert.match(answer.type, /^text\/javascript; charset=utf-8/i);
    assert.equal(answer.headers.get('content-encoding'), 'gzip');
    assert.ok(Number(answer.headers.get('content-length')) <= 4096);
    assert.match(answer.headers.get('vary'), /Accept-Encoding/);
    assert.equal(answer.headers.get('cache-control'), 'public, max-age=86400');
    assert.equal(answer.headers.get('access-control-allow-origin'), '*');
    assert.equal(answer.headers.get('cross-origin-resource-policy'), 'cross-origin');
    const again = await send(stack, address, { method: 'GET', headers: { 'If-None-Match': answer.headers.get('etag') } });
    assert.equal(again.status, 304);
    const versioned = await send(stack, `${address}?v=1`, { method: 'GET' });
    assert.match(versioned.headers.get('cache-control'), /max-age=31536000, immutable/);
  });
}
