// What the tests of the doors share: an instance, a shop in it, and JSON back and forth.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import path from 'node:path';
import { promisify } from 'node:util';
import { startInstance } from '../support/instance.mjs';

const run = promisify(execFile);
const buildDir = process.env.MEED_BUILD_DIR ?? path.resolve('build');

// script/test runs a file against its own instance; alone, the file starts one.
export async function useInstance(settings) {
  if (!process.env.BASE_URL) return startInstance(settings);
  const { MEEDCTL, MEED_CONFIG, BASE_URL } = process.env;
  return {
    env: process.env,
    baseUrl: BASE_URL,
    meedctl: async (...args) => (await run(MEEDCTL, ['--config', MEED_CONFIG, ...args], { maxBuffer: 1 << 26 })).stdout,
    stop: async () => {},
  };
}

let shops = 0;
// A brand of its own with program, creators, keys and secrets: see tests/support/make_shop.c.
export async function makeShop(instance, name, ...args) {
  shops += 1;
  const { stdout } = await run(path.join(buildDir, 'tests/support/make_shop'),
    [`${name}${process.pid}${shops}`, ...args], { env: { ...process.env, MEED_CONFIG: instance.env.MEED_CONFIG } });
  return JSON.parse(stdout);
}

export async function send(instance, address, { headers = {}, body, method = 'POST' } = {}) {
  const answer = await fetch(instance.baseUrl + address, { method, headers, body });
  const text = await answer.text();
  let json;
  try { json = JSON.parse(text); } catch { json = undefined; }
  return { status: answer.status, json, text, headers: answer.headers, type: answer.headers.get('content-type') ?? '' };
}

const bytes = (body) => typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);

// A body to a door that knows its caller by a key: an object, or the very bytes.
export const sendByKey = (instance, address, body, headers) => send(instance, address, {
  headers: { 'Content-Type': 'application/json', ...headers }, body: bytes(body),
});
export const bearer = (key) => ({ Authorization: `Bearer ${key}` });
export const offerKey = (key) => ({ 'X-Offer-Key': key });

// The same to the signed doors of a brand: postback, refund.
export function sendSigned(instance, shop, door, body, secret = shop.live_secret) {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const raw = Buffer.from(bytes(body));
  const signature = createHmac('sha256', secret).update(`${timestamp}.`).update(raw).digest('hex');
  return send(instance, `/api/v2/affiliate/${door}/${shop.brand}`, {
    headers: { 'Content-Type': 'application/json', 'X-Meed-Timestamp': timestamp, 'X-Meed-Signature': signature },
    body: raw,
  });
}

// A click on a creator's link: its id. Waits until the worker has put the link into the map.
export async function click(instance, token) {
  for (let i = 0; i < 50; i++) {
    const answer = await fetch(`${instance.baseUrl}/${token}`,
      { redirect: 'manual', headers: { 'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0' } });
    await answer.text();
    if (answer.status === 302) return new URL(answer.headers.get('location')).searchParams.get('meed_click');
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error(`the link ${token} does not redirect`);
}

export function assertProblem(answer, status, code, field) {
  assert.equal(answer.status, status, answer.text);
  assert.match(answer.type, /^application\/problem\+json/);
  assert.equal(answer.json.code, code, answer.text);
  if (field) assert.ok(field in answer.json.errors, answer.text);
  assert.ok(answer.json.message && answer.json.detail && answer.json.request_id, answer.text);
}
