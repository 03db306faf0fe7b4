// POST /api/ingest/…, the CPA network's door, through Apache.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { database } from './click_support.mjs';
import { assertProblem, click, makeShop, offerKey, sendByKey, useInstance } from './door_support.mjs';

let stack, sql, shop, rival, payments = 0;
before(async () => {
  stack = await useInstance();
  sql = database(stack.env);
  shop = await makeShop(stack, 'ingest', 'program');
  rival = await makeShop(stack, 'ingestrival');
});
after(() => stack?.stop());

const newPayment = () => `pay_${process.pid}_${++payments}`;
const sale = (changes = {}) => ({
  event: 'sale', external_payment_id: newPayment(), gross_amount: 129.9, currency: 'USD', user_ref: `user-${payments}`, ...changes,
});
const post = (body, key = shop.offer_key) => sendByKey(stack, '/api/ingest/conversion', body, offerKey(key));
const pidOf = (id) => `UNHEX('${id.replaceAll('-', '')}')`;
const stored = async (id, columns) => (await sql(`SELECT ${columns} FROM conversion WHERE pid = ${pidOf(id)}`))[0];

describe('a conversion', () => {
  test('needs the key of its offer (S3-16)', async () => {
    for (const key of ['', 'ok_live_unknown', shop.live_key]) assertProblem(await post(sale(), key), 401, 'bad_key');
  });

  test('takes all members of the network\'s shape (S3-17), amounts in major units', async () => {
    const answer = await post(sale({ click_id: await click(stack, shop.anna.token), is_first_payment: true }));
    assert.equal(answer.status, 201, answer.text);
    const { status, attribution, payout, payout_currency, mode } = answer.json;
    assert.deepEqual({ status, attribution, payout, payout_currency, mode },
      { status: 'created', attribution: 'attributed', payout: '12.99', payout_currency: 'USD', mode: 'live' });
    assert.deepEqual(await stored(answer.json.conversion_id, 'gross, unit, event, door'), ['12990', 'USD', 'sale', 'ingest']);
  });

  test('may be a lead, trial, sale, rebill, signup or form (S3-18, S2-30), and nothing else', async () => {
    for (const event of ['lead', 'trial', 'sale', 'rebill', 'signup', 'form']) {
      const answer = await post(sale({ event }));
      assert.equal(answer.status, 201, answer.text);
      assert.equal(answer.json.event, event);
    }
    assertProblem(await post(sale({ event: 'purchase' })), 422, 'unknown_event', 'event');
  });

  test('counts once by its payment (S3-19), and other content is named while the first stands', async () => {
    const body = sale();
    const first = await post(body), again = await post(body), other = await post({ ...body, gross_amount: '1' });
    assert.deepEqual([again.status, again.json], [200, { status: 'duplicate', conversion_id: first.json.conversion_id }]);
    assert.deepEqual([other.status, other.json], [200,
      { status: 'duplicate', conversion_id: first.json.conversion_id, conflict: 'gross_amount' }]);
    assert.deepEqual(await stored(first.json.conversion_id, 'gross'), ['12990']);
  });

  test('without a payment counts once by user and event, if it is worth nothing (S3-19)', async () => {
    const lead = { event: 'lead', user_ref: 'user-x' };
    const first = await post(lead), again = await post(lead);
    assert.equal(first.status, 201, first.text);
    assert.deepEqual([again.status, again.json], [200, { status: 'duplicate', conversion_id: first.json.conversion_id }]);
    assert.equal((await post({ ...lead, event: 'trial' })).status, 201, 'another event');
    assert.equal((await post({ ...lead, user_ref: 'user-y' })).status, 201, 'another user');
    assert.equal((await post(lead, rival.offer_key)).status, 201, 'another offer');
    assertProblem(await post({ event: 'lead' }), 422, 'missing_field', 'user_ref');
  });

  test('that has a price needs its payment', async () => {
    for (const event of ['sale', 'rebill'])
      assertProblem(await post({ event, user_ref: 'u', gross_amount: 1, currency: 'USD' }), 422, 'missing_field', 'external_payment_id');
    assertProblem(await post(sale({ external_payment_id: 'x'.repeat(181) })), 422, 'too_long', 'external_payment_id');
    assertProblem(await post({ event: 'lead', user_ref: 'x'.repeat(181) }), 422, 'too_long', 'user_ref');
  });

  test('is checked in the words of its own shape', async () => {
    assertProblem(await post(sale({ gross_amount: '1.999' })), 422, 'amount_over_precise', 'gross_amount');
    assertProblem(await post(sale({ gross_amount: undefined })), 422, 'missing_field', 'gross_amount');
    assertProblem(await post(sale({ is_first_payment: 'yes' })), 422, 'wrong_type', 'is_first_payment');
    assertProblem(await post('[]'), 400, 'invalid_json');
  });

  test('by a test key is a test', async () => {
    assert.equal((await post(sale(), shop.test_offer_key)).json.mode, 'test');
  });
});

describe('a refund or chargeback', () => {
  const back = (kind, body, key = shop.offer_key) => sendByKey(stack, `/api/ingest/${kind}`, body, offerKey(key));
  const sold = async (changes = {}) => {
    const body = sale({ code: shop.anna.code, ...changes });
    const answer = await post(body);
    assert.equal(answer.status, 201, answer.text);
    return { payment: body.external_payment_id, id: answer.json.conversion_id };
  };
  const state = (id) => stored(id, `refunded_base, (SELECT SUM(m.clawed) FROM commission m WHERE m.conversion = conversion.id), status`);

  for (const kind of ['refund', 'chargeback']) {
    test(`takes the whole payment back, once: ${kind} (S3-21, S3-22)`, async () => {
      const { payment, id } = await sold();
      const first = await back(kind, { external_payment_id: payment });
      assert.equal(first.status, 201, first.text);
      assert.deepEqual(first.json, { status: 'created', conversion_id: id, refunded: '129.90', currency: 'USD' });
      assert.deepEqual(await state(id), ['12990', '1299', 'reversed']);
      const again = await back(kind, { external_payment_id: payment });
      assert.equal(again.status, 200, again.text);
      assert.deepEqual([again.json.status, again.json.conversion_id], ['duplicate', id]);
      assert.deepEqual(await state(id), ['12990', '1299', 'reversed']);
    });
  }

  test('of a part takes its share, each part once by its id', async () => {
    const { payment, id } = await sold();
    const part = { external_payment_id: payment, amount: '30.00', currency: 'USD', refund_id: 're_1' };
    assert.equal((await back('refund', part)).status, 201);
    assert.equal((await back('refund', part)).json.status, 'duplicate');
    assert.deepEqual(await state(id), ['3000', '300', 'pending']);
    const other = await back('refund', { ...part, amount: '31.00' });
    assert.deepEqual([other.status, other.json.status, other.json.conflict], [200, 'duplicate', 'amount']);
    assert.equal((await back('refund', { ...part, refund_id: 're_2' })).status, 201);
    assert.deepEqual(await state(id), ['6000', '600', 'pending']);
    assertProblem(await back('refund', { ...part, refund_id: undefined }), 422, 'missing_field', 'refund_id');
    assertProblem(await back('refund', { ...part, refund_id: 're_3', currency: undefined }), 422, 'missing_field', 'currency');
    assertProblem(await back('refund', { ...part, refund_id: 're_3', amount: 0 }), 422, 'amount_zero', 'amount');
    assertProblem(await back('refund', { ...part, refund_id: 're_3', currency: 'EUR' }), 422, 'other_currency', 'currency');
  });

  test('both of one payment take it back once', async () => {
    const { payment, id } = await sold();
    await back('refund', { external_payment_id: payment });
    assert.equal((await back('chargeback', { external_payment_id: payment })).status, 201);
    assert.deepEqual(await state(id), ['12990', '1299', 'reversed']);
  });

  test('before its payment is parked, and applied when the payment comes', async () => {
    const payment = newPayment();
    const early = await back('refund', { external_payment_id: payment });
    assert.deepEqual([early.status, early.json], [200, { status: 'parked' }]);
    const { id } = await sold({ external_payment_id: payment });
    assert.deepEqual(await state(id), ['12990', '1299', 'reversed']);
  });

  test('needs the key of an offer, and finds no payment of another brand', async () => {
    const { payment, id } = await sold();
    assertProblem(await back('refund', { external_payment_id: payment }, ''), 401, 'bad_key');
    assert.equal((await back('refund', { external_payment_id: payment }, rival.offer_key)).json.status, 'parked');
    assert.equal((await back('refund', { external_payment_id: payment }, shop.test_offer_key)).json.status, 'parked');
    assert.deepEqual(await state(id), ['0', '0', 'pending']);
    assertProblem(await back('refund', {}), 422, 'missing_field', 'external_payment_id');
  });
});

describe('a rebill (S3-20)', () => {
  test('credits whom the user\'s first conversion credited, though it names nobody', async () => {
    const user_ref = `loyal-${process.pid}`;
    const trial = await post({ event: 'trial', user_ref, click_id: await click(stack, shop.ben.token) });
    assert.equal(trial.json.attribution, 'attributed', trial.text);
    const rebill = await post(sale({ event: 'rebill', user_ref, gross_amount: '10.00' }));
    assert.equal(rebill.json.attribution, 'attributed', rebill.text);
    const partner = async (id) => (await stored(id, 'partner, method'));
    assert.deepEqual(await partner(rebill.json.conversion_id), [(await partner(trial.json.conversion_id))[0], 'parent']);
  });
});

test('afterwards the ledger verifies', async () => {
  await stack.meedctl('ledger', 'verify');
});
