// S0-73: of customers, keyed hashes alone. After sales by every way of telling one, the whole database,
// every log and every spool holds neither an address of e-mail nor one of the internet, in no case,
// encoding or part that would give it away.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { startInstance } from '../support/instance.mjs';
import { ask, awaitLink, database, makeLink, storedClick } from './click_support.mjs';
import { bearer, makeShop, sendByKey, sendSigned } from './door_support.mjs';

const run = promisify(execFile);
// Rare enough that nothing else of the database could hold them.
const email = 'Zyxw.Quilmane+shop@Gloambrook.Example', ip = '203.0.113.217', ip6 = '2001:db8:77aa:51::c0de';
let instance, sql, shop;

before(async () => {
  instance = await startInstance({ trusted_proxies: '127.0.0.1' });
  sql = database(instance.env);
  shop = await makeShop(instance, 'acme');
});
after(() => instance?.stop());

async function dump() {
  const conf = readFileSync(instance.env.MEED_CONFIG, 'utf8');
  const setting = (name) => conf.match(new RegExp(`^${name} *= *(.*)$`, 'm'))[1].trim();
  const tables = (await sql('SHOW FULL TABLES')).filter(([, kind]) => kind === 'BASE TABLE').map(([name]) => name);
  assert.ok(tables.includes('inbox') && tables.includes('conversion') && tables.length > 40, tables.length);
  let all = '';
  for (const table of tables) {
    const { stdout } = await run('mariadb', [`--socket=${instance.env.DB_SOCKET}`, `--user=${setting('db_migrator_user')}`,
      '--batch', '--raw', '--default-character-set=binary', setting('db_name'), '--execute', `SELECT * FROM \`${table}\``],
    { env: { ...process.env, MYSQL_PWD: setting('db_migrator_password') }, maxBuffer: 1 << 28, encoding: 'latin1' });
    all += `${table}\n${stdout}`;
  }
  return all;
}

function files(folder) {
  return readdirSync(folder).flatMap((name) => {
    const file = path.join(folder, name), facts = statSync(file);
    return facts.isDirectory() ? files(file) : facts.isFile() ? [[file, readFileSync(file, 'latin1')]] : [];
  });
}

const forms = (text) => [text, text.toLowerCase(), text.replace(/\+[^@]*/, ''), text.replace(/\+[^@]*/, '').toLowerCase(),
  encodeURIComponent(text), Buffer.from(text).toString('base64').replace(/=+$/, ''), Buffer.from(text).toString('hex')]
  .flatMap((form) => [form, // and hashes that anybody could make of a list of addresses
    ...['md5', 'sha1', 'sha256'].flatMap((kind) => {
      const digest = createHash(kind).update(form).digest();
      return [digest.toString('hex'), digest.toString('hex').toUpperCase(), digest.toString('latin1')];
    })]);

test('no table, log or spool holds a customer’s e-mail or address', async () => {
  const link = await makeLink(sql);
  await awaitLink(instance.baseUrl, link);
  for (const address of [ip, ip6]) {
    const { location } = await ask(instance.baseUrl, link.paths.token, { headers: { 'X-Forwarded-For': address } });
    await storedClick(sql, location.searchParams.get('meed_click'));
  }
  const api = await sendByKey(instance, '/api/conv', {
    program_id: shop.program, brand_order_ref: 'p-1', order_value: '10.00', order_currency: 'USD', code: shop.anna.code, email, ip,
  }, bearer(shop.live_key));
  assert.equal(api.status, 201, api.text);
  const signed = await sendSigned(instance, shop, 'postback',
    { order_id: 'p-2', amount: '10.00', currency: 'USD', code: shop.anna.code, email, ip: ip6 });
  assert.equal(signed.status, 201, signed.text);
  // Refused and odd ones are kept as well, so that they can be explained and replayed.
  await sendByKey(instance, '/api/conv', { program_id: shop.program, brand_order_ref: 'p-3', order_value: 'ten', order_currency: 'USD', email, ip },
    bearer(shop.live_key));
  await sendSigned(instance, shop, 'postback', { order_id: 'p-4', amount: '10.00', currency: 'USD', email: `${email}\n`, ip: `${ip} ` });

  const [stored] = await sql('SELECT COUNT(DISTINCT hash), COUNT(*) FROM customer');
  assert.deepEqual(stored, ['1', '1'], 'both sales are one customer’s');
  const everything = [['the database', await dump()], ...files(instance.env.LOG_DIR), ...files(path.join(instance.env.VAR_DIR, 'spool'))];
  assert.ok(everything[0][1].includes('p-1') && everything[0][1].includes('p-2'), 'the dump holds the sales');
  const wanted = [...forms(email), ...forms(ip), ...forms(ip6), 'Quilmane', 'quilmane', 'Gloambrook', 'gloambrook',
    '203.0.113.', '2001:db8:77aa'];
  for (const [name, text] of everything)
    for (const form of wanted) assert.ok(!text.includes(form), `${name} holds ${JSON.stringify(form)}`);
});

test('the search finds what it looks for', async () => {
  await sql(`UPDATE brand SET name = '${email}' LIMIT 1`);
  const all = await dump();
  assert.ok(forms(email).some((form) => all.includes(form)));
});
