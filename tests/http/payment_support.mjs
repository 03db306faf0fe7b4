// What the tests of the payment providers' doors share: a shop with their secrets, and what is
// stored of a sale once they told of it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { startInstance } from '../support/instance.mjs';
import { database } from './click_support.mjs';

const run = promisify(execFile);
const buildDir = process.env.MEED_BUILD_DIR ?? path.resolve('build');

// script/test runs us against its own instance; alone, we start one.
export async function useInstance() {
  const own = process.env.BASE_URL ? undefined : await startInstance();
  const env = own?.env ?? process.env, baseUrl = own?.baseUrl ?? process.env.BASE_URL;
  return { env, baseUrl, sql: database(env), stop: async () => own?.stop() };
}

export async function makeShop(stack, name, ...args) {
  const { stdout } = await run(path.join(buildDir, 'tests/support/make_shop'), [`${name}${process.pid}`, ...args],
    { env: { ...process.env, MEED_CONFIG: stack.env.MEED_CONFIG } });
  return JSON.parse(stdout);
}

// Signed bytes to a door; the whole answer.
export async function deliver(stack, address, header, body, signature) {
  const answer = await fetch(stack.baseUrl + address, {
    method: 'POST', body, headers: { 'Content-Type': 'application/json', ...(signature && { [header]: signature }) },
  });
  const text = await answer.text();
  let json;
  try { json = JSON.parse(text); } catch { json = undefined; }
  return { status: answer.status, json, text };
}

export function assertFate(answer, status, reason) {
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.json.status, status, answer.text);
  if (reason) assert.equal(answer.json.reason, reason, answer.text);
  return answer.json.conversion_id;
}

const brandOf = (shop) => `(SELECT id FROM brand WHERE pid = UNHEX('${shop.brand.replaceAll('-', '')}'))`;

// Every sale of the shop that isn't merged into another, by its order's name.
export async function salesOf(stack, shop) {
  const rows = await stack.sql(`
    SELECT c.order_ref, c.event, c.mode, c.gross, c.base, c.unit, c.status, c.method, COALESCE(ps.slug, ''),
      c.refunded_base, COALESCE(m.amount, 0), COALESCE(m.clawed, 0), LOWER(HEX(c.pid)), c.id, c.parent,
      (SELECT GROUP_CONCAT(k.kind, ' ', k.value ORDER BY k.kind, k.value SEPARATOR ', ')
       FROM conversion_key k WHERE k.conversion = c.id)
    FROM conversion c LEFT JOIN partnership ps ON ps.id = c.partnership
    LEFT JOIN commission m ON m.conversion = c.id AND m.attribution_no = c.attribution_no AND m.recipient = 'partner'
    WHERE c.brand = ${brandOf(shop)} AND c.merged_into = 0 ORDER BY c.id`);
  return rows.map(([order, kind, mode, gross, base, unit, status, method, slug, refunded, commission, clawed, pid, id, parent, keys]) => ({
    order, kind, mode, gross: Number(gross), base: Number(base), unit, status, method, slug, refunded: Number(refunded),
    commission: Number(commission), clawed: Number(clawed), pid, id: Number(id), parent: Number(parent), keys,
  }));
}

export async function saleOf(stack, shop, order) {
  const found = (await salesOf(stack, shop)).filter((sale) => sale.order === order);
  assert.equal(found.length, 1, `${order} is ${found.length} sales`);
  return found[0];
}

// What the event log keeps: [state, reason, field] by the provider's id of the event.
export async function fateOf(stack, shop, eventId) {
  const rows = await stack.sql(`SELECT state, reason, field FROM inbox WHERE brand = ${brandOf(shop)} AND event_id = '${eventId}'`);
  assert.ok(rows.length <= 1);
  return rows[0];
}

export const inboxCount = async (stack, shop) => Number((await stack.sql(`SELECT COUNT(*) FROM inbox WHERE brand = ${brandOf(shop)}`))[0][0]);
