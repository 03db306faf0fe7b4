// The Stripe webhook of docs/forward-stripe.md, run as it stands there (S3-30).
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import Stripe from 'stripe';
import { database, until } from './click_support.mjs';
import { click, makeShop, useInstance } from './door_support.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const code = readFileSync(path.join(here, '../../docs/forward-stripe.md'), 'utf8').match(/```js\n(.*?)```/s)[1];
const secret = 'whsec_forwarded';
let stack, sql, shop, child, port;

const freePort = () => new Promise((resolve) => {
  const server = net.createServer().listen(0, '127.0.0.1', () => { const { port: free } = server.address(); server.close(() => resolve(free)); });
});

async function startSnippet(url) {
  port = await freePort();
  child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    cwd: here, stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, STRIPE_KEY: 'sk_test_x', STRIPE_WEBHOOK_SECRET: secret, MEED_URL: url, MEED_OFFER_KEY: shop.offer_key, PORT: String(port) },
  });
  await until(() => fetch(`http://127.0.0.1:${port}/`, { method: 'POST' }).then(() => true, () => false), 10_000, 'the snippet listens');
}

before(async () => {
  stack = await useInstance();
  sql = database(stack.env);
  shop = await makeShop(stack, 'forward');
  await startSnippet(stack.baseUrl);
});
after(async () => {
  child?.kill();
  await stack?.stop();
});

const invoice = (changes = {}) => ({
  id: `in_${process.pid}_${Math.random().toString(36).slice(2)}`, object: 'invoice', customer: `cus_${process.pid}`, amount_paid: 4900,
  currency: 'usd', billing_reason: 'subscription_create', parent: null, ...changes,
});

async function tell(object, { type = 'invoice.paid', signedBy = secret } = {}) {
  const payload = JSON.stringify({ id: 'evt_1', object: 'event', type, data: { object } });
  const header = new Stripe('sk_test_x').webhooks.generateTestHeaderString({ payload, secret: signedBy });
  const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: payload, headers: { 'Stripe-Signature': header } });
  return answer.status;
}

const stored = (id) => sql(`SELECT c.event, c.gross, c.unit, c.method, c.partner <> 0 FROM conversion c WHERE c.order_ref = '${id}'`);

test('about 15 lines of code stand in the guide', () => {
  assert.ok(code.trim().split('\n').length <= 20, `${code.trim().split('\n').length} lines`);
});

test('the first invoice is a sale of whoever was clicked, the next a rebill of the same', async () => {
  const first = invoice({ parent: { subscription_details: { metadata: { click_id: await click(stack, shop.anna.token) } } } });
  assert.equal(await tell(first), 200);
  assert.deepEqual(await stored(first.id), [['sale', '4900', 'USD', 'click', '1']]);
  const next = invoice({ billing_reason: 'subscription_cycle' });
  assert.equal(await tell(next), 200);
  assert.deepEqual(await stored(next.id), [['rebill', '4900', 'USD', 'parent', '1']]);
});

test('an invoice that is told twice counts once', async () => {
  const once = invoice({ customer: `cus_once_${process.pid}` });
  assert.equal(await tell(once), 200);
  assert.equal(await tell(once), 200);
  assert.equal((await stored(once.id)).length, 1);
});

test('what is no payment, and what Stripe did not sign, is not told on', async () => {
  const free = invoice({ amount_paid: 0 }), other = invoice(), forged = invoice();
  assert.equal(await tell(free), 200);
  assert.equal(await tell(other, { type: 'invoice.created' }), 200);
  assert.equal(await tell(forged, { signedBy: 'whsec_other' }), 400);
  for (const { id } of [free, other, forged]) assert.deepEqual(await stored(id), []);
});

test('while Meed is away Stripe is asked to send it again', async () => {
  child.kill();
  await startSnippet(`http://127.0.0.1:${await freePort()}`);
  assert.equal(await tell(invoice()), 503);
});
