// Tracking hosts, end to end: a resolver of our own, Apache by any name, the worker's look, the link
// map, and what is generated. S0-06, S0-07, S0-08, S2-04, S3-05.
import assert from 'node:assert/strict';
import { appendFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { startNameServer } from '../support/name_server.mjs';
import { startInstance } from '../support/instance.mjs';
import { ask, awaitLink, database, noteChange, storedClick, until } from './click_support.mjs';
import { makeShop } from './door_support.mjs';
import { Visitor, meedctl } from './support.mjs';

let instance, sql, port, dns, zone, acme, rival, mia;

before(async () => {
  dns = await startNameServer();
  ({ zone } = dns);
  zone.set('s.localhost', { a: '127.0.0.1' });
  instance = await startInstance({ trusted_proxies: '127.0.0.1' });
  port = new URL(instance.baseUrl).port;
  await appendFile(instance.env.MEED_CONFIG,
    `short_url = http://s.localhost:${port}\ndns_server = ${dns.address}\n`);
  for (const part of ['web', 'worker']) {
    await instance.part('stop', part);
    await instance.part('start', part);
  }
  sql = database(instance.env);
  acme = await makeShop(instance, 'acme');
  rival = await makeShop(instance, 'rival');
  mia = await manager('mia', acme);
});
after(async () => {
  dns?.close();
  await instance?.stop();
});

async function manager(name, shop) {
  const password = 'correct horse battery';
  await meedctl(['user', 'add', '--email', `${name}@example.com`, '--name', name, '--password-stdin',
    '--role', 'brand', '--company', name, '--brand', name], { input: `${password}\n`, env: instance.env });
  await sql(`SET @me := (SELECT MAX(id) FROM user);
    DELETE FROM member WHERE user = @me;
    INSERT INTO member (brand, user, role, created_us)
      VALUES ((SELECT id FROM brand WHERE pid = UNHEX('${shop.brand.replaceAll('-', '')}')), @me, 'owner', 1);`);
  return new Visitor(instance.baseUrl).login(`${name}@example.com`, password);
}

const on = (host, path, options = {}) =>
  ask(instance.baseUrl, path, { ...options, headers: { Host: `${host}:${port}`, ...options.headers } });
const page = async (visitor = mia) => (await visitor.get('/brand/domains')).text;
const post = async (address, form) =>
  mia.post(address, { form: { csrf: await mia.tokenOf('/brand/domains'), ...form } });
const cardOf = (html, host) => html.match(new RegExp(`<section[^>]*>(?:(?!</section>).)*<bdi>${host}</bdi>.*?</section>`, 's'))?.[0] ?? '';
const checkNow = async (host) => post(cardOf(await page(), host).match(/\/brand\/domains\/\d+\/check/)[0], {});
const seen = (host, word, ms = 15000) =>
  until(async () => cardOf(await page(), host).includes(word), ms, `${host} is ${word}`);
// Where the brand's page says that anna's link stands.
const linkShown = async () => (await mia.get('/brand/creators')).text.match(new RegExp(`https?://[^"<\\s]*/${acme.anna.token}`))?.[0];

async function tell(host, word) {
  await until(async () => /\/check"/.test(cardOf(await page(), host)), 15000, 'the look before is over');
  await checkNow(host);
  await seen(host, word).catch(async (error) => { throw new Error(`${error.message}: ${cardOf(await page(), host)}`); });
}

// ---- the way of a host ----------------------------------------------------------------------

describe('a host of the brand’s own', () => {
  const host = 'go.acme.localhost';

  test('is told to lead to the short host, and what is found instead', async () => {
    assert.equal((await post('/brand/domains', { host: ` https://GO.Acme.localhost/x ` })).status, 303);
    await seen(host, 'No DNS');
    assert.match(cardOf(await page(), host), /s\.localhost/);
    zone.set(host, { cname: 'shops.other.localhost', a: '127.0.0.3' });
    await tell(host, 'Wrong target');
    assert.match(cardOf(await page(), host), /<code>shops\.other\.localhost<\/code>/);
    zone.set(host, { cname: 's.localhost', a: '127.0.0.4' }); // nobody listens there
    await tell(host, 'No certificate');
    assert.equal(await linkShown(), `http://s.localhost:${port}/${acme.anna.token}`);
  });

  test('becomes active by the proof that it reaches this Meed, and links stand on it', async () => {
    zone.set(host, { cname: 's.localhost', a: '127.0.0.1' });
    await tell(host, 'Active');
    assert.equal(await linkShown(), `http://${host}:${port}/${acme.anna.token}`);
    assert.match(acme.anna.token, /^[a-z0-9]{8}$/); // S0-06
  });

  test('leads on in every shape, and its cookies are its own', async () => {
    const answer = await on(host, `/${acme.anna.token}`);
    assert.equal(answer.status, 302);
    const click = answer.location.searchParams.get('meed_click');
    assert.ok(answer.cookies.some((cookie) => cookie.startsWith(`meed_click=${click}; Domain=.${host}; Path=/;`)), answer.cookies);
    assert.equal((await storedClick(sql, click)).shape, 'token');
    const { slug } = acme.anna;
    const [[link]] = await sql(`SELECT id FROM link WHERE token = '${acme.anna.token}'`);
    await sql(`INSERT INTO link_alias (host, shape, value, link) VALUES ('', 'slug', '${slug}', ${link}); ${noteChange(link)}`);
    await awaitLink(instance.baseUrl, { paths: { slug: `/go/${slug}` } });
    assert.equal((await on(host, `/go/${slug}`)).status, 302);
    assert.equal((await on(host.toUpperCase(), `/r?ref=${slug}`)).status, 302);
  });

  test('leads to no other brand’s links', async () => {
    const answer = await on(host, `/${rival.anna.token}`);
    assert.equal(answer.status, 404);
    assert.match(answer.text, /no longer active/);
    assert.deepEqual(answer.cookies, []);
    assert.equal((await on('s.localhost', `/${rival.anna.token}`)).status, 302);
  });

  test('has no pages', async () => {
    for (const path of ['/', '/login', '/brand', '/partner/links', '/healthz', '/nothing-here']) {
      const answer = await on(host, path);
      assert.equal(answer.status, 404, path);
      assert.deepEqual(answer.cookies, [], path);
      assert.doesNotMatch(answer.text, /<form/, path);
    }
    assert.equal((await on(host, '/login', { method: 'POST' })).status, 404);
    assert.equal((await ask(instance.baseUrl, '/login')).status, 200);
  });

  test('is refused to other brands, and so is the platform’s own', async () => {
    const rex = await manager('rex', rival);
    const csrf = await rex.tokenOf('/brand/domains');
    const refused = async (typed, words) => {
      const answer = await rex.post('/brand/domains', { form: { csrf, host: typed } });
      assert.equal(answer.status, 422);
      assert.match(answer.text, words);
      assert.ok(answer.text.includes(`value="${typed}"`));
    };
    await refused(host, /Another brand has this name/);
    await refused('s.localhost', /is the platform/);
    await refused('x.brands.localhost', /is the platform/);
    await refused('127.0.0.1', /Use a name such as/);
    assert.doesNotMatch(await page(rex), /<section/);
  });

  test('that breaks is left within a minute, and what comes on it is still honoured', { timeout: 90000 }, async () => {
    zone.delete(host);
    const begun = Date.now();
    await until(async () => await linkShown() === `http://s.localhost:${port}/${acme.anna.token}`, 60000, 'links leave it');
    assert.ok(Date.now() - begun < 60000);
    assert.match(cardOf(await page(), host), /Broken[^]*Broken since/);
    assert.equal((await on(host, `/${acme.anna.token}`)).status, 302);
    zone.set(host, { cname: 's.localhost', a: '127.0.0.1' });
    await tell(host, 'Active');
    assert.equal(await linkShown(), `http://${host}:${port}/${acme.anna.token}`);
  });

  test('can be given up', async () => {
    const remove = cardOf(await page(), host).match(/\/brand\/domains\/\d+\/remove/)[0];
    assert.equal((await post(remove, {})).status, 303);
    assert.equal(await linkShown(), `http://s.localhost:${port}/${acme.anna.token}`);
    assert.doesNotMatch(await page(), /<section/);
  });
});

describe('a name under the operator’s domain', () => {
  const host = 'acme.brands.localhost';

  test('needs no record of the brand’s', async () => {
    zone.set(host, { a: '127.0.0.1' });
    assert.equal((await post('/brand/domains/label', { label: 'Acme' })).status, 303);
    await seen(host, 'Active');
    assert.equal(await linkShown(), `http://${host}:${port}/${acme.anna.token}`);
    assert.equal((await on(host, `/${acme.anna.token}`)).status, 302);
    assert.equal((await on(host, `/${rival.anna.token}`)).status, 404);
    assert.equal((await post('/brand/domains/label', { label: 'www' })).status, 422);
    assert.match(await instance.meedctl('domains'), new RegExp(`^${host}\tactive\tdns right\tcertificate right\tacme`, 'm'));
  });
});

test('the proof is keyed by the host that is asked for', async () => {
  const [one, other] = [await on('a.localhost', '/.well-known/meed-domain'), await on('b.localhost', '/.well-known/meed-domain')];
  assert.equal(one.status, 200);
  assert.match(one.text, /^[0-9a-f]{64}$/);
  assert.notEqual(one.text, other.text);
  assert.equal(one.headers['cache-control'], 'no-store');
});
