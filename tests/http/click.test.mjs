// The three shapes of a tracked link through Apache: S2-01 to S2-06, S3-02 to S3-05.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';
import { ask, awaitLink, database, makeLink, noteChange, sleep, storedClick, until, uuid } from './click_support.mjs';
import { startInstance } from '../support/instance.mjs';

const baseUrl = process.env.BASE_URL;
const sql = database(process.env);
const day = 24 * 60 * 60;

const chrome = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) '
  + 'Chrome/131.0.0.0 Safari/537.36';
const visit = (path, headers = {}, options = {}) =>
  ask(baseUrl, path, { headers: { 'User-Agent': chrome, ...headers }, ...options });

const shapes = [
  { shape: 'token', param: 'meed_click' },
  { shape: 'slug', param: 'pcps_click' },
  { shape: 'ref', param: 'click_id' },
];

let link;
before(async () => {
  link = await makeLink(sql);
  await awaitLink(baseUrl, link);
});

for (const { shape, param } of shapes) {
  describe(`the ${shape} shape`, () => {
    test('redirects by an uncached 302 with the click id appended, query and fragment kept', async () => {
      const { status, headers, location, rawLocation } = await visit(link.paths[shape]);
      assert.equal(status, 302);
      assert.equal(headers['cache-control'], 'no-store');
      assert.ok(rawLocation.startsWith('https://shop.example/landing?sku=1&'), rawLocation);
      assert.equal(location.hash, '#top');
      assert.match(location.searchParams.get(param), uuid);
      assert.equal(location.searchParams.get('meed_token'), shape === 'token' ? link.token : null);
    });

    test('names one id in parameter, cookie and table', async () => {
      const { location, cookies } = await visit(link.paths[shape]);
      const id = location.searchParams.get(param);
      assert.ok(cookies[0].startsWith(`${param}=${id};`), cookies[0]);
      const click = await storedClick(sql, id);
      assert.equal(click.shape, shape);
      assert.equal(click.link, String(link.id));
      assert.equal(click.program, String(link.id));
      assert.equal(click.bot, '0');
      assert.equal(click.mode, 'live');
    });

    test('answers HEAD alike, and never credits it', async () => {
      const { status, location, cookies, text } = await visit(link.paths[shape], {}, { method: 'HEAD' });
      assert.equal(status, 302);
      assert.equal(text, '');
      assert.deepEqual(cookies, []);
      assert.equal((await storedClick(sql, location.searchParams.get(param))).bot, '1');
    });
  });
}

describe('cookies', () => {
  test('over plain http on an IP address: neither Secure nor Domain', async () => {
    const { location, cookies } = await visit(link.paths.slug);
    const id = location.searchParams.get('pcps_click');
    assert.equal(cookies[0], `pcps_click=${id}; Path=/; Max-Age=${30 * day}; HttpOnly; SameSite=Lax`);
    assert.match(cookies[1], /^meed_visitor=[0-9a-f-]{36}; Path=\/; Max-Age=31536000; HttpOnly; SameSite=Lax$/);
    assert.equal(cookies.length, 2);
  });

  test('live as long as the program\'s window: 60 days for a CPA program', async () => {
    const cpa = await makeLink(sql, { windowDays: 60 });
    await awaitLink(baseUrl, cpa);
    const { location, cookies } = await visit(cpa.paths.ref);
    assert.equal(cookies[0],
      `click_id=${location.searchParams.get('click_id')}; Path=/; Max-Age=5184000; HttpOnly; SameSite=Lax`);
  });

  test('remember the visitor and the click before', async () => {
    const first = await visit(link.paths.slug);
    const jar = first.cookies.map((cookie) => cookie.split(';')[0]).join('; ');
    const second = await visit(link.paths.ref, { Cookie: jar });
    const before = await storedClick(sql, first.location.searchParams.get('pcps_click'));
    const after = await storedClick(sql, second.location.searchParams.get('click_id'));
    assert.equal(after.visitor, before.visitor);
    assert.equal(after.prev, first.location.searchParams.get('pcps_click').replaceAll('-', ''));
    assert.equal(before.prev, '0'.repeat(32));
  });

  test('of anybody\'s making are not believed', async () => {
    const { location, status } = await visit(link.paths.slug,
      { Cookie: 'pcps_click=x; meed_visitor=00000000-0000-0000-0000-000000000000; click_id=\'; DROP TABLE' });
    assert.equal(status, 302);
    const click = await storedClick(sql, location.searchParams.get('pcps_click'));
    assert.equal(click.prev, '0'.repeat(32));
    assert.notEqual(click.visitor, '0'.repeat(32));
  });
});

describe('a click keeps', () => {
  test('sub-ids, fbclid, UTM, referrer and user agent as they came', async () => {
    const { location } = await visit(
      `${link.paths.ref}&s1=%7Bsubid%7D&s2=a%20b+c&s10=%C3%BC%22%26&fbclid=IwAR0_x&utm_source=news&utm_campaign=spring%20sale`,
      { Referer: 'https://blog.example/post?id=1' });
    const click = await storedClick(sql, location.searchParams.get('click_id'));
    // mariadb's batch mode doubles each backslash.
    assert.deepEqual(JSON.parse(click.subs.replaceAll('\\\\', '\\')), { s1: '{subid}', s2: 'a b c', s10: 'ü"&' });
    assert.equal(click.fbclid, 'IwAR0_x');
    assert.equal(click.utm_source, 'news');
    assert.equal(click.utm_campaign, 'spring sale');
    assert.equal(click.referrer, 'https://blog.example/post?id=1');
    assert.equal(click.agent, chrome);
  });

  test('overlong and malformed texts in part, and the visitor still arrives', async () => {
    const { status, location } = await visit(
      `${link.paths.ref}&s1=${'x'.repeat(3000)}&s2=%ff%fe&s3=%zz&utm_source=${'%C3%BC'.repeat(90)}`,
      { Referer: `https://blog.example/${'y'.repeat(2000)}` });
    assert.equal(status, 302);
    const click = await storedClick(sql, location.searchParams.get('click_id'));
    assert.equal(JSON.parse(click.subs).s1, 'x'.repeat(255));
    assert.equal(click.referrer.length, 500);
    assert.equal(click.utm_source, 'ü'.repeat(50));
  });
});

describe('never credited', () => {
  const robots = {
    'a link preview': { 'User-Agent': 'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)' },
    'a crawler': { 'User-Agent': 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)' },
    'a prefetching browser': { 'Sec-Purpose': 'prefetch;prerender' },
    'an older prefetching browser': { Purpose: 'prefetch' },
  };
  for (const [who, headers] of Object.entries(robots)) {
    test(`${who} is redirected without cookies, its click flagged`, async () => {
      const { status, location, cookies } = await visit(link.paths.slug, headers);
      assert.equal(status, 302);
      assert.deepEqual(cookies, []);
      assert.equal((await storedClick(sql, location.searchParams.get('pcps_click'))).bot, '1');
    });
  }
});

describe('a program\'s own parameter', () => {
  test('carries the same id beside the shape\'s', async () => {
    const own = await makeLink(sql, { clickParam: 'partner_click' });
    await awaitLink(baseUrl, own);
    const { location } = await visit(own.paths.slug);
    assert.match(location.searchParams.get('partner_click'), uuid);
    assert.equal(location.searchParams.get('partner_click'), location.searchParams.get('pcps_click'));
  });
});

describe('a link that is not in force', () => {
  const dead = async (path) => {
    const answer = await visit(path);
    assert.equal(answer.status, 404);
    assert.equal(answer.rawLocation, undefined);
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.deepEqual(answer.cookies, []);
    assert.match(answer.text, /This link is no longer active/);
    return answer;
  };

  test('that nobody knows shows the page, without a shop', async () => {
    for (const path of ['/2zzzzzzz', '/go/nobody-knows-it', '/r?ref=nobody', '/r', '/r?ref=', `/go/${'x'.repeat(500)}`])
      assert.doesNotMatch((await dead(path)).text, /shop\.example/);
  });

  test('that is paused shows the page with a plain link to the shop, within 5 s', async () => {
    const paused = await makeLink(sql, { linkDest: 'https://shop.example/deep' });
    await awaitLink(baseUrl, paused);
    await sql(`UPDATE link SET status = 'paused' WHERE id = ${paused.id}; ${noteChange(paused.id)}`);
    await until(async () => (await visit(paused.paths.slug)).status === 404, 5000, 'the pause takes effect');
    const count = async () => {
      await sleep(500); // many times what the drain takes
      return sql(`SELECT COUNT(*) FROM click WHERE link = ${paused.id}`);
    };
    const before = await count();
    for (const path of Object.values(paused.paths)) {
      const { text } = await dead(path);
      assert.match(text, /href="https:\/\/shop\.example\/landing\?sku=1#top"/);
    }
    assert.deepEqual(await count(), before);
    await sql(`UPDATE link SET status = 'active' WHERE id = ${paused.id}; ${noteChange(paused.id)}`);
    await until(async () => (await visit(paused.paths.slug)).status === 302, 5000, 'the resume takes effect');
  });

  test('leads nowhere, whatever the visitor asks for', async () => {
    for (const extra of ['url', 'dest', 'redirect', 'next', 'dest_url']) {
      const { location } = await visit(`${link.paths.ref}&${extra}=https://evil.example/`);
      assert.equal(location.host, 'shop.example');
      assert.doesNotMatch(location.href, /evil/);
    }
    await dead('/r?ref=https://evil.example/');
    await dead('/go/https:%2f%2fevil.example');
  });
});

describe('other requests', () => {
  test('with a body that dribbles are refused, and hold nobody up', async () => {
    const { hostname, port } = new URL(baseUrl);
    const dribblers = Array.from({ length: 12 }, () => {
      const socket = net.connect(Number(port), hostname);
      const answer = new Promise((resolve, reject) => {
        socket.once('data', (data) => resolve(data.toString('latin1')));
        socket.once('error', reject);
      });
      socket.write(`GET ${link.paths.slug} HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nx`);
      const timer = setInterval(() => socket.write('x', () => {}), 50);
      return { answer, end: () => { clearInterval(timer); socket.destroy(); } };
    });
    try {
      for (const { answer } of dribblers) assert.match(await answer, /^HTTP\/1.1 413 /);
      const times = [];
      for (let i = 0; i < 40; i++) {
        const { status, ms } = await visit(link.paths.slug);
        assert.equal(status, 302);
        times.push(ms);
      }
      assert.ok(Math.max(...times) < 1000, `${Math.max(...times).toFixed()} ms`);
    } finally {
      for (const { end } of dribblers) end();
    }
  });

  test('with another method are refused', async () => {
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const { status, headers } = await visit(link.paths.slug, {}, { method });
      assert.equal(status, 405);
      assert.match(headers.allow, /GET/);
    }
  });
});

describe('behind a proxy that ends TLS', () => {
  let proxied, proxiedSql, far;
  before(async () => {
    proxied = await startInstance({ trusted_proxies: '127.0.0.1', country_header: 'CF-IPCountry' });
    proxiedSql = database(proxied.env);
    far = await makeLink(proxiedSql);
    await awaitLink(proxied.baseUrl, far);
  });
  after(() => proxied.stop());
  const visitFrom = (headers) =>
    ask(proxied.baseUrl, far.paths.slug, { headers: { 'User-Agent': chrome, ...headers } });

  test('the cookie of a tracking domain is exactly as S2-04 says', async () => {
    const { location, cookies } = await visitFrom({ Host: 'go.pandacps.example', 'X-Forwarded-Proto': 'https' });
    assert.equal(cookies[0], `pcps_click=${location.searchParams.get('pcps_click')}; Domain=.go.pandacps.example; `
      + 'Path=/; Max-Age=2592000; HttpOnly; Secure; SameSite=Lax');
  });

  test('a click keeps the country that the proxy found', async () => {
    for (const [said, kept] of [['DE', 'DE'], ['br', 'BR'], ['XX', ''], ['T1', ''], ['DEU', ''], ['<>', '']]) {
      const { location } = await visitFrom({ 'CF-IPCountry': said });
      assert.equal((await storedClick(proxiedSql, location.searchParams.get('pcps_click'))).country, kept, said);
    }
  });

  test('a click keeps the visitor\'s address, as a keyed hash alone', async () => {
    const hashOf = async (address) => {
      const { location } = await visitFrom({ 'X-Forwarded-For': address });
      return (await storedClick(proxiedSql, location.searchParams.get('pcps_click'))).ipHash;
    };
    const [one, again, other] =
      [await hashOf('198.51.100.7'), await hashOf('198.51.100.7'), await hashOf('198.51.100.8')];
    assert.equal(one, again);
    assert.notEqual(one, other);
    assert.match(one, /^[0-9a-f]{64}$/);
  });
});

describe('without a proxy of the operator\'s', () => {
  test('nobody can claim a country, an address or TLS', async () => {
    const direct = await startInstance({ country_header: 'CF-IPCountry' });
    try {
      const directSql = database(direct.env);
      const near = await makeLink(directSql);
      await awaitLink(direct.baseUrl, near);
      const clickWith = async (headers) => {
        const { location, cookies } = await ask(direct.baseUrl, near.paths.slug, { headers });
        assert.doesNotMatch(cookies[0], /Secure/);
        return storedClick(directSql, location.searchParams.get('pcps_click'));
      };
      const honest = await clickWith({});
      const liar = await clickWith(
        { 'CF-IPCountry': 'DE', 'X-Forwarded-For': '198.51.100.7', 'X-Forwarded-Proto': 'https' });
      assert.equal(liar.country, '');
      assert.equal(liar.ipHash, honest.ipHash);
    } finally {
      await direct.stop();
    }
  });
});
