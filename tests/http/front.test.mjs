// What stands in front of the application: Apache's routing, limits, logs and error pages.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { startInstance } from '../support/instance.mjs';

const { BASE_URL, LOG_DIR, MEEDCTL } = process.env;
const address = new URL(BASE_URL);

// One exchange in raw bytes: resolves to all that came back by the time the server hung up.
function raw(text, { base = address, endAfter } = {}) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(base.port), base.hostname, () => socket.write(text));
    let answer = '';
    socket.setEncoding('latin1');
    socket.on('data', (data) => { answer += data; });
    socket.on('close', () => resolve(answer));
    socket.on('error', (error) => (answer ? resolve(answer) : reject(error)));
    if (endAfter) setTimeout(() => socket.destroy(), endAfter).unref();
  });
}

const statusOf = (answer) => Number(answer.match(/^HTTP\/1\.1 (\d+)/)?.[1]);

function logLines(file) {
  return readFileSync(path.join(LOG_DIR, file), 'utf8').split('\n').filter(Boolean);
}

async function eventually(find, what) {
  for (let i = 0; i < 50; i++) {
    const found = find();
    if (found) return found;
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  throw new Error(`never seen: ${what}`);
}

describe('routing', () => {
  const routes = JSON.parse(execFileSync(MEEDCTL, ['routes', '--json'], { encoding: 'utf8' }));
  // A value for every name a path may hold; a token has a digit, a page's segment has none.
  const sample = (name) => (name === 'token' ? 'abcd2345' : '0192c8f0-7d4e-7abc-8def-0123456789ab');

  for (const route of routes) {
    test(`${route.method} ${route.path} reaches the pool that its row names: ${route.pool}`, async () => {
      const target = route.path.replace(/\{(\w+)\}/g, (_, name) => sample(name));
      const answer = await fetch(BASE_URL + target, { method: route.method, redirect: 'manual' });
      const id = answer.headers.get('x-request-id');
      assert.ok(id, `answered by Apache alone: ${answer.status}`);
      await answer.arrayBuffer();
      const line = JSON.parse(await eventually(
        () => logLines('web.log').find((text) => text.includes(id) && text.includes('"event":"request"')),
        `request ${id} in the log`));
      assert.equal(line.pool, route.pool);
      assert.equal(line.route, route.path);
    });
  }
});

describe('limits', () => {
  test('a request line longer than any link is refused with a page', async () => {
    const answer = await raw(`GET /${'a'.repeat(9000)} HTTP/1.1\r\nHost: x\r\n\r\n`);
    assert.equal(statusOf(answer), 414);
    assert.match(answer, /could not be read/);
  });

  test('an oversize header is refused', async () => {
    const answer = await raw(`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(9000)}\r\n\r\n`);
    assert.equal(statusOf(answer), 400);
  });

  test('a body larger than the endpoint takes is refused as problem+json, unread', async () => {
    const some = ' '.repeat(100000); // of 3 million
    const answer = await raw(`POST /api/conv HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n${some}`);
    assert.equal(statusOf(answer), 413);
    assert.match(answer, /application\/problem\+json/);
  });

  test('a client that never ends its header is hung up on', { timeout: 20000 }, async () => {
    const answer = await raw('GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    assert.ok(answer === '' || statusOf(answer) === 408, answer);
  });

  test('a client that dribbles its body gets 4xx within 10 s', { timeout: 20000 }, async () => {
    const begun = Date.now();
    const answer = await raw('POST /api/conv HTTP/1.1\r\nHost: x\r\nContent-Length: 600\r\n\r\n{');
    assert.ok(Date.now() - begun < 10000, `${Date.now() - begun} ms`);
    assert.ok(statusOf(answer) >= 400 && statusOf(answer) < 500, answer.slice(0, 200));
  });

  test('paths that try to confuse get a clear 4xx', async () => {
    const paths = ['/%00', '/..%2f..%2fetc/passwd', '/%ff%fe', '//', '/a%2Fb', '/static/../meed.conf',
      '/static/%2e%2e/%2e%2e/meed.conf', '/%0d%0aSet-Cookie:x=1', '/;x', '/*'];
    for (const target of paths) {
      const answer = await raw(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      const status = statusOf(answer);
      assert.ok((status >= 400 && status < 500) || (target === '//' && status === 200),
        `${target}: ${answer.slice(0, 200)}`);
      assert.doesNotMatch(answer, /set-cookie: ?x=1/i);
    }
  });

  test('TRACE and unknown methods are refused', async () => {
    for (const method of ['TRACE', 'BREW']) {
      const answer = await raw(`${method} / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      assert.ok([405, 501].includes(statusOf(answer)), answer.slice(0, 100));
    }
  });
});

describe('files', () => {
  test('a versioned file may be kept for ever, an unversioned one for minutes', async () => {
    const versioned = await fetch(`${BASE_URL}/static/meed.css?v=1`);
    assert.equal(versioned.status, 200);
    assert.match(versioned.headers.get('cache-control'), /max-age=31536000, immutable/);
    assert.equal(versioned.headers.get('x-content-type-options'), 'nosniff');
    assert.match(versioned.headers.get('content-type'), /^text\/css/);
    const plain = await fetch(`${BASE_URL}/static/meed.css`);
    assert.match(plain.headers.get('cache-control'), /max-age=300$/);
  });

  test('folders are not listed', async () => {
    assert.equal((await fetch(`${BASE_URL}/static/`)).status, 404);
    assert.equal((await fetch(`${BASE_URL}/static/errors/`)).status, 404);
  });

  test('a missing file is never cached', async () => {
    const answer = await fetch(`${BASE_URL}/static/none.js?v=1`);
    assert.equal(answer.status, 404);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
  });
});

describe('logs', () => {
  test('no log holds a query, an address or a user agent', async () => {
    const secret = `s${Date.now()}ecret`;
    for (const target of ['/api/affiliate/stats-api', '/reset', '/', '/abcd2345', '/static/none']) {
      await fetch(`${BASE_URL}${target}?token=${secret}`,
        { headers: { 'User-Agent': `agent-${secret}`, Referer: `${BASE_URL}/?t=${secret}` } });
    }
    const seen = await fetch(`${BASE_URL}/healthz`);
    await eventually(() => logLines('apache-access.log')
      .find((line) => line.includes(seen.headers.get('x-request-id'))), 'the access log');
    for (const file of readdirSync(LOG_DIR)) {
      assert.ok(!readFileSync(path.join(LOG_DIR, file), 'utf8').includes(secret), file);
    }
  });

  test('every line is JSON, whatever the path holds', async () => {
    await raw('GET /%22%5c%0a%f0"x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    const seen = await fetch(`${BASE_URL}/healthz`);
    await eventually(() => logLines('apache-access.log')
      .find((line) => line.includes(seen.headers.get('x-request-id'))), 'the access log');
    for (const line of logLines('apache-access.log')) JSON.parse(line);
    for (const line of logLines('web.log')) JSON.parse(line);
  });
});

describe('without responders', () => {
  let instance;
  before(async () => {
    instance = await startInstance();
    await instance.part('stop', 'web');
  });
  after(() => instance?.stop());

  test('a page says so, and when to come again', async () => {
    const answer = await fetch(`${instance.baseUrl}/login`);
    assert.equal(answer.status, 503);
    assert.equal(answer.headers.get('retry-after'), '5');
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.match(answer.headers.get('content-security-policy'), /frame-ancestors 'none'/);
    assert.match(await answer.text(), /Meed is busy/);
  });

  test('a program gets problem+json', async () => {
    const answer = await fetch(`${instance.baseUrl}/api/conv`, { method: 'POST', body: '{}' });
    assert.equal(answer.status, 503);
    assert.match(answer.headers.get('content-type'), /^application\/problem\+json/);
    assert.equal((await answer.json()).code, 'unavailable');
  });

  test('all works again when they are back, with no restart of the front', async () => {
    await instance.part('start', 'web');
    assert.equal((await fetch(`${instance.baseUrl}/healthz`)).status, 200);
  });
});
