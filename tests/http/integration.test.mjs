// What a brand hands to its servers: keys, secrets, and the commands that the page shows.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { database } from './click_support.mjs';
import { Visitor, meedctl, sleep } from './support.mjs';

const run = promisify(execFile);
const sql = database(process.env);
const unique = `${process.pid}${Date.now().toString(36)}`;
const email = `ines-${unique}@example.com`, password = 'correct horse battery';
// A server keeps what it knows of a key or secret for a second at most.
const NOTICED_MS = 1500;

let ines, program, curlHome;

const unescape = (text) => text.replace(/&(amp|lt|gt|quot|#39|#x27);/g, (_, name) =>
  ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#x27': "'" })[name]);
const page = async (door = 'api', query = '') => (await ines.get(`/brand/integrations/${door}${query}`)).text;
const post = async (address, form = {}) => ines.post(address, { form: { csrf: await ines.tokenOf('/brand/integrations/api'), ...form } });
const setMode = async (mode) => assert.equal((await post('/mode', { mode, back: '/brand/integrations' })).status, 303);
const commands = (html) => [...html.matchAll(/<pre[^>]*><code>(.*?)<\/code><\/pre>/gs)].map((match) => unescape(match[1]));

// As typed, but that curl's own settings have it print the status as well.
async function inShell(command) {
  const { stdout } = await run('sh', ['-c', command], { env: { ...process.env, CURL_HOME: curlHome } });
  const at = stdout.lastIndexOf('\n');
  return { body: stdout.slice(0, at), status: stdout.slice(at + 1) };
}

// The command as the page has it, saved under the name that the page says.
async function inFile(name, program, script) {
  const file = path.join(curlHome, name);
  await writeFile(file, script);
  return (await run(program, [file])).stdout;
}

const runners = {
  curl: inShell,
  node: async (script) => {
    const stdout = await inFile('sale.js', process.execPath, script);
    return { status: stdout.slice(0, 3), body: stdout.slice(4) };
  },
  php: async (script) => {
    const [line, body] = (await inFile('sale.php', 'php', script)).split('\n');
    return { status: line.match(/^HTTP\/[\d.]+ (\d{3})/)?.[1], body };
  },
};

let orders = 0;
const sendByKey = async (key) => (await new Visitor().post('/api/conv', {
  headers: { Authorization: `Bearer ${key}` },
  json: { program_id: program, brand_order_ref: `key-${orders += 1}`, order_value: '10.00', order_currency: 'EUR' },
})).status;

async function sendSigned(secret) {
  const [address] = (await page('postback')).match(/\/api\/v2\/affiliate\/postback\/[0-9a-f-]{36}/);
  const body = JSON.stringify({ order_id: `signed-${orders += 1}`, amount: '10.00', currency: 'EUR', program_id: program });
  const now = Math.floor(Date.now() / 1000);
  return (await new Visitor().post(address, {
    body,
    headers: {
      'Content-Type': 'application/json', 'X-Meed-Timestamp': String(now),
      'X-Meed-Signature': createHmac('sha256', secret).update(`${now}.${body}`).digest('hex'),
    },
  })).status;
}

before(async () => {
  curlHome = await mkdtemp(path.join(os.tmpdir(), 'meed-curl-'));
  await writeFile(path.join(curlHome, '.curlrc'), 'write-out = "\\n%{http_code}"\n');
  await meedctl(['user', 'add', '--role', 'brand', '--email', email, '--name', 'Ines', '--company', `Ines ${unique}`,
    '--brand', `Ines ${unique}`, '--password-stdin'], { input: `${password}\n` });
  ines = await new Visitor().login(email, password);
  const made = await post('/brand/programs', {
    name: 'Friends', dest_url: 'https://shop.example/', currency: 'EUR', rate: '10', base: 'total',
    approval: 'after_holdback', holdback_days: '30', attribution_window_days: '30', click_param: '',
  });
  assert.equal(made.status, 303, made.text);
  program = made.headers.get('location').match(/program=(.*)/)[1];
});

after(() => curlHome && rm(curlHome, { recursive: true }));

async function runShown(html, language) {
  const shown = commands(html);
  assert.equal(shown.length, 1, `${language}: one command on a page`);
  const { body, status } = await runners[language](shown[0]);
  assert.equal(status, '201', `${shown[0]}\n${body}`);
  const answer = JSON.parse(body);
  assert.equal(answer.data?.attribution ?? answer.status, 'attributed', body);
  assert.equal((answer.data ?? answer).commission, '8.00', body);
}

test('S0-69: every example runs as it stands, and its sale is credited', async () => {
  await setMode('test');
  await post('/brand/keys', { mode: 'test', name: 'Shop' });
  await post('/brand/secrets/rotate', { mode: 'test' });
  for (const door of ['api', 'postback'])
    for (const language of Object.keys(runners)) await runShown(await page(door, `?lang=${language}`), language);
});

test('S0-69: so do those of the setup page', async () => {
  await sleep(1100); // the shell's orders are named by the second
  for (const door of ['api', 'postback'])
    for (const language of Object.keys(runners)) {
      const { text } = await ines.get(`/brand/setup?program=${program}&door=${door}&lang=${language}`);
      await runShown(text, language);
    }
});

test('a live key is shown in the answer that makes it, and never again', async () => {
  await setMode('live');
  const answer = await post('/brand/keys', { mode: 'live', name: 'Shop server' });
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('cache-control'), /no-store|no-cache/);
  const key = answer.text.match(/pc_live_[\w-]{32}/)?.[0];
  assert.ok(key, 'the key');
  const later = await page();
  assert.ok(!later.includes(key), 'not shown again');
  assert.ok(later.includes(`pc_live_…${key.slice(-4)}`), 'told apart by its last four');
});

test('a test key can be seen again', async () => {
  await setMode('test');
  const answer = await post('/brand/keys', { mode: 'test', name: 'Staging' });
  assert.equal(answer.status, 303);
  const key = (await page()).match(/pc_test_[\w-]{32}/)[0];
  assert.ok((await page()).includes(key));
  assert.equal(await sendByKey(key), 201);
});

test('a key without a name is not made', async () => {
  const answer = await post('/brand/keys', { mode: 'test', name: '   ' });
  assert.equal(answer.status, 422);
  assert.match(answer.text, /Give the key a name/);
});

const newKey = async () => {
  await post('/brand/keys', { mode: 'test', name: `Key ${orders += 1}` });
  const html = await page();
  return { key: html.match(/pc_test_[\w-]{32}/)[0], id: html.match(/\/brand\/keys\/(\d+)\/revoke/)[1] };
};

test('a revoked key is refused', async () => {
  const { key, id } = await newKey();
  assert.equal(await sendByKey(key), 201);
  assert.equal((await post(`/brand/keys/${id}/revoke`)).status, 303);
  await sleep(NOTICED_MS);
  assert.equal(await sendByKey(key), 401);
  assert.equal((await post(`/brand/keys/${id}/revoke`)).status, 404, 'there is nothing to revoke any more');
});

test('a lost key is replaced, and stops', async () => {
  const { key, id } = await newKey();
  assert.equal((await post(`/brand/keys/${id}/replace`)).status, 303);
  const next = (await page()).match(/pc_test_[\w-]{32}/)[0];
  assert.notEqual(next, key);
  await sleep(NOTICED_MS);
  assert.equal(await sendByKey(key), 401);
  assert.equal(await sendByKey(next), 201);
});

test('S0-14: a rotated secret works for 7 days more, then is refused', async () => {
  await post('/brand/secrets/rotate', { mode: 'test' });
  const [old] = (await page('postback')).match(/ps_test_[\w-]+/);
  await sleep(NOTICED_MS);
  assert.equal(await sendSigned(old), 201);
  assert.equal((await post('/brand/secrets/rotate', { mode: 'test' })).status, 303);
  const [current] = (await page('postback')).match(/ps_test_[\w-]+/);
  assert.notEqual(current, old);
  await sleep(NOTICED_MS);
  assert.equal(await sendSigned(old), 201, 'the old one, within its 7 days');
  assert.equal(await sendSigned(current), 201);

  const where = `door = 'postback' AND not_after_us > 0 AND brand = (SELECT brand FROM program WHERE pid = UNHEX('${program.replaceAll('-', '')}')) ORDER BY no DESC LIMIT 1`;
  const [[notAfter]] = await sql(`SELECT not_after_us FROM secret WHERE ${where}`);
  const days = (Number(notAfter) / 1000 - Date.now()) / 86_400_000;
  assert.ok(days > 6.99 && days <= 7, `${days} days`);
  await sql(`UPDATE secret SET not_after_us = not_after_us - 7 * 86400000000 WHERE ${where}`); // a week later
  await sleep(NOTICED_MS);
  assert.equal(await sendSigned(old), 401, 'after its 7 days');
  assert.equal(await sendSigned(current), 201);
});

test('an old secret that leaked is ended at once', async () => {
  const [old] = (await page('postback')).match(/ps_test_[\w-]+/);
  await post('/brand/secrets/rotate', { mode: 'test' });
  await sleep(NOTICED_MS);
  assert.equal(await sendSigned(old), 201);
  assert.equal((await post('/brand/secrets/end', { mode: 'test' })).status, 303);
  await sleep(NOTICED_MS);
  assert.equal(await sendSigned(old), 401);
});

test('a live secret is shown in the answer that makes it, and never again', async () => {
  await setMode('live');
  const answer = await post('/brand/secrets/rotate', { mode: 'live' });
  const secret = answer.text.match(/ps_live_[\w-]+/)?.[0];
  assert.ok(secret, 'the secret');
  assert.ok(!(await page('postback')).includes(secret));
});
