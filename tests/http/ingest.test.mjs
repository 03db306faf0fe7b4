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

test('afterwards the ledger verifies', async () => {
  await stack.meedctl('ledger', 'verify');
});
