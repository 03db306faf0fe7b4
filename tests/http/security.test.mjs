// The security matrix, from the route table: every route × every role × another tenant's ids × a
// missing token. A new route is covered by being in the table.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { startInstance } from '../support/instance.mjs';
import { database } from './click_support.mjs';
import { Visitor, fill, meedctl } from './support.mjs';

const run = promisify(execFile);
const buildDir = process.env.MEED_BUILD_DIR ?? path.resolve('build');
const password = 'correct horse battery';

// Addresses that lead to something open to every holder of the role, whoever made it.
const shared = new Set(['/partner/marketplace/{pid}', '/partner/marketplace/{pid}/apply']);
// What ends the session that asks, or belongs to nobody's data.
const personal = new Set(['/logout', '/profile/password', '/profile/sessions', '/theme', '/mode']);

let instance, sql, table;
const people = {}; // role → Visitor, for two tenants: brand, rival; partner, rival partner; admin

before(async () => {
  instance = await startInstance({ trusted_proxies: '127.0.0.1' });
  sql = database(instance.env);
  table = JSON.parse(await instance.meedctl('routes', '--json'));
  const acme = await makeShop('acme'), rival = await makeShop('rival');
  people.brand = await brandManager('mia', acme);
  people.rivalBrand = await brandManager('rex', rival);
  people.partner = await creator('nia', acme);
  people.rivalPartner = await creator('rob', rival);
  people.admin = await person('ada', ['--role', 'admin']);
  await sell(acme);
  await sell(rival);
  await apply(people.rivalPartner, acme); // so that each has somebody waiting
  await apply(people.partner, rival);
});
after(() => instance?.stop());

// ---- two tenants ---------------------------------------------------------------------------

async function makeShop(name) {
  const { stdout } = await run(path.join(buildDir, 'tests/support/make_shop'), [name, 'program'],
    { env: { ...process.env, MEED_CONFIG: instance.env.MEED_CONFIG } });
  return JSON.parse(stdout);
}

async function addUser(name, args) {
  await meedctl(['user', 'add', '--email', `${name}@example.com`, '--name', name, '--password-stdin', ...args],
    { input: `${password}\n`, env: instance.env });
}

async function person(name, args, adopt = '') {
  await addUser(name, args);
  if (adopt) await sql(`SET @me := (SELECT MAX(id) FROM user); ${adopt}`);
  return new Visitor(instance.baseUrl).login(`${name}@example.com`, password);
}

const brandOf = (shop) => `(SELECT id FROM brand WHERE pid = UNHEX('${shop.brand.replaceAll('-', '')}'))`;

// The shop's owner, in place of the one it was made with, who has no password.
const brandManager = (name, shop) => person(name, ['--role', 'brand', '--company', name, '--brand', name], `
  SET @shop := ${brandOf(shop)};
  DELETE FROM member WHERE user = @me OR brand = @shop;
  INSERT INTO member (brand, user, role, created_us) VALUES (@shop, @me, 'owner', 1);`);

// The shop's creator anna, likewise.
const creator = (name, shop) => person(name,
  ['--role', 'influencer', '--handle', name, '--country', 'US', '--channel', `https://example.com/${name}`], `
  SET @anna := (SELECT partner FROM link WHERE token = '${shop.anna.token}');
  DELETE FROM partner_channel WHERE partner = (SELECT id FROM partner WHERE kind = 'person' AND owner = @me);
  DELETE FROM partner WHERE kind = 'person' AND owner = @me;
  UPDATE partner SET owner = @me WHERE id = @anna;`);

async function sell(shop) {
  for (const value of ['129.90', '40.00']) {
    const answer = await new Visitor(instance.baseUrl).post('/api/conv', {
      headers: { Authorization: `Bearer ${shop.live_key}` },
      json: {
        program_id: shop.program, brand_order_ref: `order-${value}`, order_value: value, order_currency: 'USD',
        code: shop.anna.code,
      },
    });
    assert.equal(answer.status, 201, answer.text);
  }
}

async function apply(visitor, shop) {
  const address = `/partner/marketplace/${shop.program}`;
  const page = await visitor.get(address);
  const form = page.text.match(/<form\s[^>]*action="[^"]*\/apply"[^>]*>(.*?)<\/form>/s);
  assert.ok(form, `${address}: ${page.status}, no form to apply`);
  const answer = await visitor.post(`${address}/apply`, { form: fieldsOf(form[1]) });
  assert.equal(answer.status, 303, answer.text);
}

// ---- walking a site --------------------------------------------------------------------------

const roleOf = { brand: ['brand', 'user'], partner: ['partner', 'user'], admin: ['admin', 'user'] };

const pattern = (route) => new RegExp(`^${route.path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{[^}]+\}/g, '[^/]+')}$`);

const unescape = (text) => text.replace(/&(amp|lt|gt|quot|#39|#x27);/g, (_, name) =>
  ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#x27': "'" })[name]);
const attribute = (tag, name) => {
  const found = tag.match(new RegExp(`\\s${name}="([^"]*)"`));
  return found && unescape(found[1]);
};

// Everything that the pages of one person lead to: addresses, and forms with what they would send.
async function walk(visitor, role) {
  const waiting = table.filter((route) => route.method === 'GET' && !route.path.includes('{')
    && roleOf[role].includes(route.role)).map((route) => route.path);
  const pages = new Map(), forms = new Map();
  while (waiting.length > 0) {
    const address = waiting.shift(), key = address.split('?')[0];
    if (pages.has(key)) continue;
    const answer = await visitor.get(address);
    assert.ok(answer.status < 500, `${address}: ${answer.status} ${answer.text}`);
    pages.set(key, answer);
    if (!answer.headers.get('content-type')?.startsWith('text/html')) continue;
    for (const [tag] of answer.text.matchAll(/<a\s[^>]*>/g)) {
      const target = new URL(attribute(tag, 'href') ?? '#', instance.baseUrl + address);
      const leadsOn = table.some((route) => route.method === 'GET' && route.pool === 'app' && pattern(route).test(target.pathname));
      if (target.origin === instance.baseUrl && leadsOn) waiting.push(target.pathname + target.search);
    }
    for (const [, tag, inside] of answer.text.matchAll(/(<form\s[^>]*>)(.*?)<\/form>/gs)) {
      if (attribute(tag, 'method')?.toLowerCase() !== 'post') continue;
      const action = new URL(attribute(tag, 'action') ?? '', instance.baseUrl + address).pathname;
      forms.set(action, { action, fields: fieldsOf(inside) });
    }
  }
  return { pages, forms: [...forms.values()] };
}

// So that it is not a malformed value that stops a stranger's form.
const plausible = { url: 'https://shop.example/other', email: 'someone@example.com', number: '10', date: '2026-11-21' };

function fieldsOf(html) {
  const fields = {};
  for (const [tag] of html.matchAll(/<input\s[^>]*>/g)) {
    const name = attribute(tag, 'name');
    if (name && !(['checkbox', 'radio'].includes(attribute(tag, 'type')) && name in fields))
      fields[name] = attribute(tag, 'value') || plausible[attribute(tag, 'type')] || 'text';
  }
  for (const [, tag, inside] of html.matchAll(/(<select\s[^>]*>)(.*?)<\/select>/gs))
    fields[attribute(tag, 'name')] = attribute(inside.match(/<option[^>]*>/)?.[0] ?? '', 'value') ?? '';
  for (const [, tag] of html.matchAll(/(<textarea\s[^>]*>)/g)) fields[attribute(tag, 'name')] = 'text';
  for (const [tag] of html.matchAll(/<button\s[^>]*>/g)) {
    const name = attribute(tag, 'name');
    if (name) fields[name] = attribute(tag, 'value') ?? '';
  }
  return fields;
}

function routeOf(method, address) {
  const candidates = table.filter((route) => route.method === method && route.pool === 'app' && pattern(route).test(address));
  return candidates.find((route) => route.path === address) ?? candidates[0];
}

// Every row that names a tenant, as text: what a stranger must not be able to change.
async function rowsOf(column, id) {
  const tables = await sql(`SELECT table_name FROM information_schema.columns
    WHERE table_schema = DATABASE() AND column_name = '${column}' AND table_name NOT LIKE 'rollup%' ORDER BY 1`);
  const rows = {};
  for (const [name] of tables) rows[name] = await sql(`SELECT * FROM ${name} WHERE ${column} = ${id} ORDER BY 1, 2`);
  return rows;
}

const one = async (query) => (await sql(query))[0][0];
const brandIdOf = (user) => one(`SELECT m.brand FROM member m JOIN user u ON u.id = m.user WHERE u.name = '${user}'`);
const partnerIdOf = (user) => one(`SELECT p.id FROM partner p JOIN user u ON u.id = p.owner WHERE p.kind = 'person' AND u.name = '${user}'`);

// The public ids of everything that is a tenant's, whether a page shows it or not.
async function pidsOf(column, id) {
  const tables = await sql(`SELECT a.table_name FROM information_schema.columns a JOIN information_schema.columns b
    USING (table_schema, table_name) WHERE a.table_schema = DATABASE() AND a.column_name = 'pid'
    AND b.column_name = '${column}'`);
  const pids = [];
  for (const [name] of tables) pids.push(...await sql(`SELECT LOWER(HEX(pid)) FROM ${name} WHERE ${column} = ${id}`));
  return pids.map(([hex]) => hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5'));
}

// What the addresses of a route can name: events of the inbox and codes have a number alone.
async function namesFor(route, column, id) {
  const table = { '/brand/integrations/events/{id}': 'inbox', '/brand/codes/{id}': 'coupon' }[route.path];
  if (!table) return pidsOf(column, id);
  return (await sql(`SELECT id FROM ${table} WHERE ${column} = ${id}`)).flat();
}

const idOf = { brand: () => brandIdOf('mia'), partner: () => partnerIdOf('nia') };

// ---- the matrix ------------------------------------------------------------------------------

const callers = { nobody: null, brand: 'brand', partner: 'partner', admin: 'admin' };
const sessionRoles = ['user', 'brand', 'partner', 'admin'];
const allowed = (route, role) => role !== null && (route.role === 'user' || route.role === role);
const csrfOf = (visitor) => visitor.csrf ??= visitor.tokenOf('/profile');
const visitorOf = (role) => role === null ? new Visitor(instance.baseUrl) : people[role];
const codeOf = (answer) => { try { return JSON.parse(answer.text).code; } catch { return undefined; } };
const asJson = { Accept: 'application/json' };

function call(visitor, route, { form, headers } = {}) {
  return visitor.request(route.method, fill(route.path), route.method === 'GET' ? { headers } : { form: form ?? {}, headers });
}

describe('every route lets in whom its row names, and nobody else', () => {
  for (const [who, role] of Object.entries(callers)) {
    test(who, async () => {
      for (const route of table.filter((row) => sessionRoles.includes(row.role))) {
        const visitor = visitorOf(role), what = `${route.method} ${route.path} as ${who}`;
        const answer = await call(visitor, route, { headers: asJson });
        if (allowed(route, role)) {
          assert.notEqual(answer.status, 401, what);
          assert.notEqual(codeOf(answer), 'wrong_role', what);
        } else if (role === null) {
          assert.equal(answer.status, 401, what);
          assert.equal(codeOf(answer), 'not_logged_in', what);
          const page = await call(visitor, route);
          assert.equal(page.status, 303, what);
          assert.match(page.headers.get('location'), /^\/login(\?next=|$)/, what);
        } else {
          assert.equal(answer.status, route.role === 'admin' ? 404 : 403, what);
          assert.equal(codeOf(answer), route.role === 'admin' ? 'not_found' : 'wrong_role', what);
        }
        assert.ok(answer.status < 500, `${what}: ${answer.status}`);
      }
    });
  }

  test('keyed and signed doors refuse whoever brings no key, a wrong one, or a session alone', async () => {
    const doors = table.filter((row) => ['api_key', 'signed'].includes(row.role));
    assert.ok(doors.length > 0);
    for (const route of doors) {
      const tries = {
        'no key': [new Visitor(instance.baseUrl), {}],
        'a wrong key': [new Visitor(instance.baseUrl), { Authorization: `Bearer pc_live_${'a'.repeat(32)}` }],
        'a wrong signature': [new Visitor(instance.baseUrl), {
          'X-Meed-Timestamp': String(Math.floor(Date.now() / 1000)), 'X-Meed-Signature': '0'.repeat(64),
        }],
        'a session': [people.brand, {}],
      };
      for (const [what, [visitor, headers]] of Object.entries(tries)) {
        const answer = await visitor.request(route.method, fill(route.path), { headers, json: {} });
        const unknownBrand = answer.status === 200 && JSON.parse(answer.text).reason === 'unknown_brand';
        assert.ok([400, 401, 403, 404].includes(answer.status) || unknownBrand, `${route.path} with ${what}: ${answer.status} ${answer.text}`);
      }
    }
  });
});

describe('a change needs the token of its own session, sent from our own pages', () => {
  const changes = () => table.filter((row) => row.csrf === 'required');
  const callerOf = (route) => route.role === 'public' ? new Visitor(instance.baseUrl)
    : people[route.role === 'user' ? 'brand' : route.role];

  const assertRefused = async (route, form, headers, what) => {
    const answer = await call(callerOf(route), route, { form, headers: { ...asJson, ...headers } });
    assert.equal(answer.status, 403, `${route.path} ${what}: ${answer.status} ${answer.text}`);
    assert.equal(codeOf(answer), 'csrf_failed', `${route.path} ${what}`);
  };

  test('without a token', async () => {
    assert.ok(changes().length > 0);
    for (const route of changes()) await assertRefused(route, { any: '1' }, {}, 'without a token');
  });

  test('with a made-up one, or one in the query', async () => {
    for (const route of changes()) {
      await assertRefused(route, { csrf: '0'.repeat(64) }, {}, 'with a made-up token');
      const answer = await callerOf(route).request(route.method, `${fill(route.path)}?csrf=${'0'.repeat(64)}`, { form: {}, headers: asJson });
      assert.equal(answer.status, 403, route.path);
    }
  });

  test('with another session\'s token', async () => {
    const stolen = { brand: await csrfOf(people.rivalBrand), partner: await csrfOf(people.rivalPartner), admin: await csrfOf(people.brand) };
    for (const route of changes().filter((row) => row.role !== 'public'))
      await assertRefused(route, { csrf: stolen[route.role === 'user' ? 'brand' : route.role] }, {}, 'with another session\'s token');
  });

  test('with the right token from another site', async () => {
    for (const route of changes().filter((row) => row.role !== 'public')) {
      const csrf = await csrfOf(callerOf(route));
      await assertRefused(route, { csrf }, { Origin: 'https://evil.example' }, 'from another origin');
      await assertRefused(route, { csrf }, { Origin: 'null' }, 'from a sandboxed frame');
      await assertRefused(route, { csrf }, { 'Sec-Fetch-Site': 'cross-site' }, 'as the browser says');
    }
  });

  test('and no GET changes anything', async () => {
    const tenants = async () => {
      const rows = {};
      for (const name of ['mia', 'rex']) rows[name] = await rowsOf('brand', await brandIdOf(name));
      for (const name of ['nia', 'rob']) rows[name] = await rowsOf('partner', await partnerIdOf(name));
      for (const tables of Object.values(rows)) delete tables.session; // it notes when it was last seen
      return rows;
    };
    await instance.meedctl('worker', 'drain');
    const before = await tenants();
    for (const role of ['brand', 'partner', 'admin']) await walk(people[role], role);
    for (const route of table.filter((row) => row.method === 'GET' && row.pool === 'app'))
      for (const role of Object.values(callers)) await call(visitorOf(role), route);
    await instance.meedctl('worker', 'drain');
    assert.deepEqual(await tenants(), before);
  });
});

describe('another tenant', () => {
  const pairs = [['brand', 'rivalBrand', 'partner'], ['partner', 'rivalPartner', 'brand']];

  for (const [role, rival, other] of pairs) {
    test(`sees nothing of a ${role}'s: a foreign id is 404`, async () => {
      const pids = await pidsOf(role, await idOf[role]());
      assert.ok(pids.length > 3);
      for (const route of table.filter((row) => row.method === 'GET' && row.role === role && row.path.includes('{'))) {
        if (shared.has(route.path)) continue;
        let shown = 0;
        for (const pid of await namesFor(route, role, await idOf[role]())) {
          const address = fill(route.path, pid);
          const own = await people[role].get(address);
          shown += own.status === 200;
          if (own.status === 404) continue; // another kind of thing
          assert.equal((await people[rival].get(address)).status, 404, `${address} as ${rival}`);
          assert.ok([403, 404].includes((await people[other].get(address)).status), `${address} as ${other}`);
          assert.equal((await new Visitor(instance.baseUrl).get(address)).status, 303, `${address} as nobody`);
        }
        assert.ok(shown > 0, `${route.path}: the owner was shown nothing, so nothing was tried`);
      }
    });

    test(`changes nothing of a ${role}'s by sending its forms`, async () => {
      const { forms } = await walk(people[role], role);
      const column = role === 'brand' ? 'brand' : 'partner';
      const id = await idOf[role]();
      await instance.meedctl('worker', 'drain');
      const before = await rowsOf(column, id);
      assert.ok(Object.values(before).flat().length > 3, 'the tenant has rows');
      const csrf = await csrfOf(people[rival]);
      let sent = 0;
      for (const { action, fields } of forms) {
        const route = routeOf('POST', action);
        assert.ok(route, `${action}: a form leads nowhere`);
        if (personal.has(route.path) || shared.has(route.path)) continue;
        sent += 1;
        const answer = await people[rival].post(action, { form: { ...fields, csrf } });
        assert.ok(answer.status < 500, `${action}: ${answer.status} ${answer.text}`);
        if (route.path.includes('{')) assert.equal(answer.status, 404, `${action} as ${rival}`);
      }
      // What the state of a thing hides just now (resume, while it runs) can be sent all the same.
      for (const route of table.filter((row) => row.method === 'POST' && row.role === role && row.path.includes('{'))) {
        if (shared.has(route.path)) continue;
        for (const pid of await namesFor(route, role, id)) {
          const action = fill(route.path, pid);
          const answer = await people[rival].post(action, { form: { csrf } });
          assert.equal(answer.status, 404, `${action} as ${rival}: ${answer.text}`);
        }
      }
      assert.ok(sent > 0);
      await instance.meedctl('worker', 'drain');
      assert.deepEqual(await rowsOf(column, id), before);
    });
  }
});

test('a session ends with its logout', async () => {
  const visitor = await new Visitor(instance.baseUrl).login('rob@example.com', password);
  const cookies = new Map(visitor.cookies);
  assert.equal((await visitor.get('/profile')).status, 200);
  const csrf = await visitor.tokenOf('/profile');
  assert.equal((await visitor.post('/logout', { form: { csrf } })).status, 303);
  visitor.cookies = cookies;
  assert.equal((await visitor.get('/profile')).status, 303);
});

test('the session cookie is out of reach of scripts and other sites, and new at each login', async () => {
  const visitor = new Visitor(instance.baseUrl);
  const csrf = await visitor.tokenOf('/login');
  const login = () => visitor.post('/login', { form: { csrf, email: 'rob@example.com', password } });
  const [first, second] = [await login(), await login()].map((answer) =>
    answer.headers.getSetCookie().find((cookie) => cookie.includes('session=')));
  assert.match(first, /; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/);
  assert.notEqual(first, second);
});

test('nothing that failed left the books unbalanced', async () => {
  await instance.meedctl('ledger', 'verify');
});
