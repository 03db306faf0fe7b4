// Paddle Billing's webhooks: what we accept, Paddle's own package accepts, byte for byte.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { Paddle } from '@paddle/paddle-node-sdk';
import { assertFate, deliver, fateOf, inboxCount, makeShop, saleOf, salesOf, useInstance } from './payment_support.mjs';
import { meedctl } from './support.mjs';

const paddle = new Paddle('unused');
const unique = `${process.pid}${Date.now().toString(36)}`;
const now = () => Math.floor(Date.now() / 1000);
let stack, shop, rival, names = 0;

before(async () => {
  stack = await useInstance();
  shop = await makeShop(stack, 'paddle');
  rival = await makeShop(stack, 'paddle_rival');
});
after(() => stack?.stop());

const name = (prefix) => `${prefix}_${unique}${names += 1}`;
const address = (program = shop.program) => `/webhooks/paddle?program_id=${program}`;
const sign = (secret, body, ts = now()) => `ts=${ts};h1=${createHmac('sha256', secret).update(`${ts}:${body}`).digest('hex')}`;
const eventOf = (type, data) => ({ event_id: name('evt'), event_type: type, occurred_at: new Date().toISOString(), notification_id: name('ntf'), data });

async function tell(event, { secret = shop.paddle.live } = {}) {
  const body = JSON.stringify(event), header = sign(secret, body);
  const read = await paddle.webhooks.unmarshal(body, secret, header); // throws on a signature it doesn't accept
  assert.equal(read.eventId, event.event_id);
  return deliver(stack, address(), 'Paddle-Signature', body, header);
}

const transaction = ({ subtotal = 10000, discount = 0, tax = 0, ...changes } = {}) => ({
  id: name('txn'), status: 'completed', customer_id: name('ctm'), custom_data: null, currency_code: 'USD', origin: 'web',
  subscription_id: null, invoice_id: name('inv'), collection_mode: 'automatic', items: [], payments: [],
  created_at: new Date().toISOString(), updated_at: new Date().toISOString(),
  details: { tax_rates_used: [], line_items: [], totals: {
    subtotal: String(subtotal), discount: String(discount), tax: String(tax), total: String(subtotal - discount + tax),
    credit: '0', credit_to_balance: '0', balance: '0', grand_total: String(subtotal - discount + tax), grand_total_tax: String(tax),
    currency_code: changes.currency_code ?? 'USD',
  } }, ...changes,
});
const completed = (changes) => { const data = transaction(changes); return { data, event: eventOf('transaction.completed', data) }; };

const adjustment = (of, action, status, total, id = name('adj')) => ({
  id, action, type: 'partial', transaction_id: of.id, subscription_id: null, customer_id: of.customer_id, reason: 'because',
  credit_applied_to_balance: false, currency_code: of.currency_code, status, items: [],
  totals: { subtotal: String(total), tax: '0', total: String(total), fee: '0', earnings: '0', retained_fee: '0', currency_code: of.currency_code },
  created_at: new Date().toISOString(), updated_at: new Date().toISOString(),
});

function* permutations(list) {
  if (list.length < 2) yield list;
  else for (let i = 0; i < list.length; i++)
    for (const rest of permutations([...list.slice(0, i), ...list.slice(i + 1)])) yield [list[i], ...rest];
}

describe('who signed', () => {
  async function assertRefused(body, header, code = 'invalid_signature') {
    const before_ = await inboxCount(stack, shop);
    await assert.rejects(paddle.webhooks.unmarshal(body, shop.paddle.live, header));
    const answer = await deliver(stack, address(), 'Paddle-Signature', body, header);
    assert.equal(answer.status, 401, answer.text);
    assert.equal(answer.json.code, code);
    assert.equal(await inboxCount(stack, shop), before_);
  }
  const body = () => JSON.stringify(completed({ custom_data: { affihub_ref: shop.anna.slug } }).event);

  test('a missing, tampered or foreign signature is refused, and nothing is stored (S1-14)', async () => {
    const text = body();
    for (const header of ['', 'ts=1', `ts=${now()};h1=`, `ts=${now()};h1=${'0'.repeat(64)}`, sign(shop.paddle.other, text),
      sign(rival.paddle.live, text), sign(shop.stripe.live, text)]) await assertRefused(text, header);
    await assertRefused(text.replace('10000', '99000'), sign(shop.paddle.live, text));
  });
  test('what was signed more than 300 s ago is refused', async () => {
    const text = body();
    await assertRefused(text, sign(shop.paddle.live, text, now() - 320), 'stale_timestamp');
    assertFate(await deliver(stack, address(), 'Paddle-Signature', text, sign(shop.paddle.live, text, now() - 280)), 'created');
  });
  test('any of several signatures suffices', async () => {
    const text = body(), [ts, h1] = sign(shop.paddle.live, text).split(';');
    assertFate(await deliver(stack, address(), 'Paddle-Signature', text, `${ts};h1=${'0'.repeat(64)};${h1}`), 'created');
  });
  test('the secret says whether it is a test', async () => {
    const { event, data } = completed({ custom_data: { affihub_ref: shop.anna.slug } });
    assertFate(await tell(event, { secret: shop.paddle.test }), 'created');
    assert.equal((await saleOf(stack, shop, data.id)).mode, 'test');
  });
});

describe('transactions', () => {
  test('a completed transaction creates a pending commission for custom_data.affihub_ref (S1-10, S1-14)', async () => {
    const { event, data } = completed({ custom_data: { affihub_ref: shop.anna.slug }, subtotal: 12000, discount: 2000, tax: 1900 });
    assertFate(await tell(event), 'created');
    const sale = await saleOf(stack, shop, data.id);
    assert.deepEqual([sale.kind, sale.gross, sale.unit, sale.status, sale.slug], ['sale', 11900, 'USD', 'pending', shop.anna.slug]);
    assert.equal(sale.keys, `invoice ${data.invoice_id}, order ${data.id}, payment ${data.id}`);
  });
  test('a slug that is not in the program earns nobody anything, and the event is logged (S1-15)', async () => {
    const { event, data } = completed({ custom_data: { ref: rival.anna.slug } });
    assertFate(await tell(event), 'created');
    assert.deepEqual([(await saleOf(stack, shop, data.id)).status, (await fateOf(stack, shop, event.event_id))[0]], ['unattributed', 'processed']);
  });
  test('a repeated event creates nothing (S1-23)', async () => {
    const { event } = completed({ custom_data: { ref: shop.anna.slug } });
    const pid = assertFate(await tell(event), 'created');
    assert.equal(assertFate(await tell(event), 'duplicate'), pid);
    assert.equal(assertFate(await tell({ ...event, event_id: name('evt') }), 'duplicate'), pid);
  });
  test('a subscription: trial, then rebills for whom the trial was credited to', async () => {
    const subscription_id = name('sub'), custom_data = { affihub_ref: shop.ben.slug, order_id: name('order') };
    const { event } = completed({ subtotal: 0, subscription_id, custom_data });
    assertFate(await tell(event), 'created');
    const trial = await saleOf(stack, shop, custom_data.order_id);
    assert.deepEqual([trial.kind, trial.slug], ['trial', shop.ben.slug]);
    for (let i = 0; i < 2; i++) {
      const rebill = completed({ subscription_id, custom_data, origin: 'subscription_recurring' });
      assertFate(await tell(rebill.event), 'created');
      const sale = await saleOf(stack, shop, rebill.data.id);
      assert.deepEqual([sale.kind, sale.slug, sale.method, sale.parent], ['rebill', shop.ben.slug, 'parent', trial.id]);
    }
    assertFate(await tell(completed({ subtotal: 0, subscription_id, origin: 'subscription_payment_method_change' }).event), 'ignored', 'zero_amount');
  });
  test('currencies of any digits are exact', async () => {
    for (const currency_code of ['JPY', 'KRW', 'EUR']) {
      const { event, data } = completed({ currency_code, subtotal: 1234, custom_data: { ref: shop.anna.slug } });
      assertFate(await tell(event), 'created');
      assert.deepEqual([(await saleOf(stack, shop, data.id)).gross, (await saleOf(stack, shop, data.id)).unit], [1234, currency_code]);
    }
  });
  test('an event that can not be read is refused with the member, and noted', async () => {
    const { event, data } = completed();
    data.details.totals.total = '1.5';
    assertFate(await tell(event), 'refused', 'amount_not_a_number');
    assert.deepEqual(await fateOf(stack, shop, event.event_id), ['refused', 'amount_not_a_number', 'total']);
    assert.ok(!(await salesOf(stack, shop)).some((sale) => sale.order === data.id));
  });
});

describe('adjustments', () => {
  const sold = () => completed({ custom_data: { affihub_ref: shop.anna.slug } });
  const money = async (data) => { const { refunded, clawed } = await saleOf(stack, shop, data.id); return [refunded, clawed]; };
  const tellAdjustment = (of, action, status, total, id) =>
    tell(eventOf(status === 'pending_approval' ? 'adjustment.created' : 'adjustment.updated', adjustment(of, action, status, total, id)));

  test('a refund takes once it is approved; told in any order, the last status stands', async () => {
    for (const [last, expected] of [['approved', 4000], ['rejected', 0], ['reversed', 0]]) {
      const statuses = { approved: ['pending_approval', 'approved'], rejected: ['pending_approval', 'rejected'], reversed: ['pending_approval', 'approved', 'reversed'] }[last];
      for (const order of permutations(['sale', ...statuses])) {
        const { event, data } = sold(), id = name('adj');
        for (const step of order) {
          const answer = step === 'sale' ? await tell(event) : await tellAdjustment(data, 'refund', step, 4000, id);
          assert.equal(answer.status, 200, answer.text);
        }
        assert.deepEqual(await money(data), [expected, expected / 10], order.join());
      }
    }
  });
  test('a chargeback takes all, its reversal gives it back, in any order and told once', async () => {
    for (const order of permutations(['sale', 'chargeback', 'chargeback_reverse'])) {
      const { event, data } = sold();
      for (const step of order) await (step === 'sale' ? tell(event) : tellAdjustment(data, step, 'approved', 10000));
      assert.deepEqual(await money(data), [0, 0], order.join());
    }
    const { event, data } = sold(), id = name('adj');
    await tell(event);
    await tellAdjustment(data, 'refund', 'approved', 3000);
    await tellAdjustment(data, 'chargeback', 'approved', 7000, id);
    assert.deepEqual(await money(data), [10000, 1000]);
    await tellAdjustment(data, 'chargeback_reverse', 'approved', 7000);
    await tellAdjustment(data, 'chargeback', 'reversed', 7000, id);
    assert.deepEqual(await money(data), [3000, 300], 'the refund stays taken');
  });
  test('warnings move no money', async () => {
    const { event, data } = sold();
    await tell(event);
    for (const action of ['chargeback_warning', 'chargeback_warning_reverse'])
      assertFate(await tellAdjustment(data, action, 'approved', 10000), 'ignored', 'warning');
    assert.deepEqual(await money(data), [0, 0]);
  });
  test('two partial refunds add up, and repeated ones do not', async () => {
    const { event, data } = sold(), first = name('adj');
    await tell(event);
    await tellAdjustment(data, 'refund', 'approved', 3000, first);
    await tellAdjustment(data, 'refund', 'approved', 3000, first);
    await tellAdjustment(data, 'refund', 'approved', 2000);
    assert.deepEqual(await money(data), [5000, 500]);
  });
});

test('the books hold after all of it', async () => {
  await meedctl(['worker', 'drain'], { env: stack.env });
  await meedctl(['ledger', 'verify'], { env: stack.env }); // fails when an invariant does
});
