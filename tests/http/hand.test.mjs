// Sales and refunds by hand and by CSV (S0-80), as the forms send them.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startInstance } from '../support/instance.mjs';
import { database } from './click_support.mjs';
import { bearer, makeShop, sendByKey } from './door_support.mjs';
import { Visitor, meedctl } from './support.mjs';

const password = 'correct horse battery';
let stack, sql, shop, owner, orders = 0;

before(async () => {
  stack = await startInstance({ trusted_proxies: '127.0.0.1' });
  sql = database(stack.env);
  shop = await makeShop(stack, 'hand');
  await meedctl(['user', 'add', '--email', 'mia@example.com', '--name', 'mia', '--password-stdin', '--role', 'brand',
    '--company', 'Hand', '--brand', 'Hand'], { input: `${password}\n`, env: stack.env });
  await sql(`SET @me := (SELECT MAX(id) FROM user);
    SET @shop := (SELECT id FROM brand WHERE pid = UNHEX('${shop.brand.replaceAll('-', '')}'));
    DELETE FROM member WHERE user = @me OR brand = @shop;
    INSERT INTO member (brand, user, role, created_us) VALUES (@shop, @me, 'owner', 1);`);
  owner = await new Visitor(stack.baseUrl).login('mia@example.com', password);
});
after(() => stack?.stop());

const newOrder = () => `hand-${++orders}`;
const handleOf = async (creator) => (await sql(`SELECT t.handle FROM link l JOIN partner t ON t.id = l.partner WHERE l.token = '${creator.token}'`))[0][0];
const stored = (order, columns = 'c.gross, c.unit, c.event, c.door, c.status, c.method') =>
  sql(`SELECT ${columns} FROM conversion c WHERE c.order_ref = '${order}'`);

async function record(fields) {
  const csrf = await owner.tokenOf('/brand/sales/new');
  return owner.post('/brand/sales/new', { form: { csrf, program: shop.program, currency: 'USD', event: 'sale', ...fields } });
}

describe('a sale by hand', () => {
  test('is recorded through the same pipeline, its source and its author named', async () => {
    const order = newOrder();
    const answer = await record({ order, amount: '129.90', creator: `@${await handleOf(shop.anna)}`, note: 'told by mail' });
    assert.equal(answer.status, 303, answer.text);
    const page = await owner.get(answer.headers.get('location'));
    assert.match(page.text, /Recorded\./);
    assert.deepEqual(await stored(order), [['12990', 'USD', 'sale', 'manual', 'pending', 'ref']]);
    const [[byUser, event]] = await sql(`SELECT c.by_user, i.event FROM conversion c JOIN inbox i ON i.conversion = c.id WHERE c.order_ref = '${order}'`);
    assert.notEqual(byUser, '0');
    assert.match(event, /"note":"told by mail"/);
  });

  test('counts once, whichever door told of its order', async () => {
    const order = newOrder();
    const api = await sendByKey(stack, '/api/conv', {
      program_id: shop.program, brand_order_ref: order, order_value: '10.00', order_currency: 'USD',
    }, bearer(shop.live_key));
    assert.equal(api.status, 201, api.text);
    const same = await record({ order, amount: '10.00' });
    assert.equal(same.status, 303, same.text);
    assert.match(same.headers.get('location'), new RegExp(`${api.json.conversion_id}\\?done=known$`));
    assert.equal((await stored(order)).length, 1);
  });

  test('asks for what is missing, beside the field, and keeps what was typed', async () => {
    for (const [fields, name, words] of [
      [{ order: '', amount: '1' }, 'order', /order&#39;s number/],
      [{ order: newOrder(), amount: '' }, 'amount', /what the customer paid/],
      [{ order: newOrder(), amount: '1,5' }, 'amount', /no plain number/],
      [{ order: newOrder(), amount: '1.999' }, 'amount', /2 digits/],
      [{ order: newOrder(), amount: '-5' }, 'amount', /below zero/],
      [{ order: newOrder(), amount: '1', currency: 'XXQ' }, 'currency', /ISO 4217/],
      [{ order: newOrder(), amount: '1', date: '2026-02-30' }, 'date', /no date/],
      [{ order: newOrder(), amount: '1', date: '2199-01-01' }, 'date', /ahead/],
      [{ order: newOrder(), amount: '1', date: '2001-01-01' }, 'date', /90 days/],
      [{ order: newOrder(), amount: '1', creator: 'nobody.at.all' }, 'creator', /no creator of this handle/],
      [{ order: newOrder(), amount: '1', click_id: 'undefined' }, 'click_id', /no click id/],
    ]) {
      const answer = await record(fields);
      assert.equal(answer.status, 422, `${name}: ${answer.text}`);
      assert.match(answer.text, new RegExp(`id="f-${name}"[^>]*aria-invalid="true"`), name);
      assert.match(answer.text, words);
      if (fields.order) assert.deepEqual(await stored(fields.order), []);
    }
  });

  test('of today or of an earlier day lies behind the clicks of that day', async () => {
    const yesterday = new Date(Date.now() - 86400e3).toISOString().slice(0, 10);
    const order = newOrder();
    assert.equal((await record({ order, amount: '1', date: yesterday })).status, 303);
    const [[at]] = await stored(order, 'FROM_UNIXTIME(c.occurred_us / 1000000)');
    const [[zone]] = await sql('SELECT tz FROM brand WHERE pid = UNHEX(\'' + shop.brand.replaceAll('-', '') + '\')');
    if (zone === 'UTC') assert.ok(at.startsWith(`${yesterday} 23:59:59`), at);
    const today = newOrder();
    assert.equal((await record({ order: today, amount: '1', date: new Date().toISOString().slice(0, 10) })).status, 303);
  });
});

describe('a refund by hand', () => {
  async function sold(amount = '100.00') {
    const order = newOrder();
    const answer = await record({ order, amount, code: shop.anna.code });
    return { order, address: answer.headers.get('location').split('?')[0] };
  }
  const state = (order) => stored(order, 'c.refunded_base, (SELECT SUM(m.clawed) FROM commission m WHERE m.conversion = c.id), c.status');
  async function refund(address, fields) {
    const page = await owner.get(`${address}/refund`);
    const csrf = hidden(page.text, 'csrf'), ref = hidden(page.text.slice(page.text.indexOf('/refund')), 'ref');
    return owner.post(`${address}/refund`, { form: { csrf, ref, reason: 'refund', ...fields } });
  }
  // Every hidden field of the page that asks to confirm.
  const confirm = (address, page) => owner.post(`${address}/refund`, {
    form: Object.fromEntries([...page.text.slice(page.text.indexOf('/refund"')).matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(([, name, value]) => [name, value])),
  });

  test('shows its exact effect, does nothing before it is confirmed, and then just that', async () => {
    const { order, address } = await sold();
    assert.match((await owner.get(address)).text, new RegExp(`href="${address}/refund"`));
    const shown = await refund(address, { extent: 'part', amount: '42.00', note: 'two of five came back' });
    assert.equal(shown.status, 200, shown.text);
    assert.match(text(shown.text), new RegExp(`Takes \\$4\\.20 from @${await handleOf(shop.anna)}\\.`));
    assert.deepEqual(await state(order), [['0', '0', 'pending']]);
    const done = await confirm(address, shown);
    assert.equal(done.status, 303, done.text);
    assert.match(done.headers.get('location'), /done=refunded$/);
    assert.deepEqual(await state(order), [['4200', '420', 'pending']]);
    const [[kind, note, by]] = await sql(`SELECT a.kind, a.note, a.by_user FROM adjustment a JOIN conversion c ON c.id = a.conversion WHERE c.order_ref = '${order}'`);
    assert.deepEqual([kind, note], ['refund', 'two of five came back']);
    assert.notEqual(by, '0');
    assert.match((await confirm(address, shown)).headers.get('location'), /done=refund-known$/);
    assert.deepEqual(await state(order), [['4200', '420', 'pending']]);
  });

  test('of the whole takes what is left, and then nothing is left to refund', async () => {
    const { order, address } = await sold();
    await confirm(address, await refund(address, { extent: 'part', amount: '42.00' }));
    const shown = await refund(address, { extent: 'whole', reason: 'cancelled' });
    assert.match(text(shown.text), /Takes \$5\.80/);
    await confirm(address, shown);
    assert.deepEqual(await state(order), [['10000', '1000', 'reversed']]);
    assert.match(text((await owner.get(`${address}/refund`)).text), /nothing is left of it/);
    assert.doesNotMatch((await owner.get(address)).text, new RegExp(`href="${address}/refund"`));
  });

  test('says what is missing or wrong', async () => {
    const { order, address } = await sold();
    for (const [fields, name] of [
      [{ extent: 'part' }, 'amount'], [{ extent: 'part', amount: '1.999' }, 'amount'], [{ extent: 'part', amount: '0' }, 'amount'],
      [{ extent: 'some' }, 'extent'], [{ extent: 'whole', reason: '' }, 'reason'], [{ extent: 'whole', reason: 'other' }, 'note'],
      [{ extent: 'whole', note: 'x'.repeat(400) }, 'note'],
    ]) {
      const answer = await refund(address, fields);
      assert.equal(answer.status, 422, JSON.stringify(fields));
      assert.match(answer.text, new RegExp(`id="f-${name}"[^>]*aria-invalid="true"`), JSON.stringify(fields));
    }
    assert.deepEqual(await state(order), [['0', '0', 'pending']]);
  });
});

// CSV ----------------------------------------------------------------------------------------------

async function upload(content, { name = 'sales.csv', field = 'file' } = {}) {
  const csrf = await owner.tokenOf('/brand/sales/import');
  const form = new FormData();
  form.set('csrf', csrf);
  form.set('program', shop.program);
  form.set(field, new Blob([content], { type: 'text/csv' }), name);
  const encoded = new Response(form);
  return owner.post('/brand/sales/import', {
    headers: { 'Content-Type': encoded.headers.get('content-type') }, body: Buffer.from(await encoded.arrayBuffer()),
  });
}

const hidden = (html, name) => html.match(new RegExp(`<input type="hidden" name="${name}" value="([^"]*)"`))?.[1];
const run = (preview) => owner.post('/brand/sales/import/run', {
  form: Object.fromEntries(['csrf', 'program', 'file'].map((name) => [name, hidden(preview.text.slice(preview.text.indexOf('/brand/sales/import/run')), name)])),
});
const text = (html) => html.replace(/<[^>]*>/g, ' ').replace(/&#39;/g, '\'').replace(/\s+/g, ' ');

describe('a CSV file', () => {
  test('is shown row by row before anything is written, then imported, and counts once', async () => {
    const [a, b, c] = [newOrder(), newOrder(), newOrder()];
    const file = `\ufefforder,Amount,currency,creator,colour\r\n${a},129.90,USD,${await handleOf(shop.anna)},red\r\n`
      + `"${b}",40,usd,,\r\n${c},1.999,USD,,\r\n${newOrder()},5,USD,nobody.at.all,\r\n,,,,\r\n`;
    const preview = await upload(file);
    assert.equal(preview.status, 200, preview.text);
    assert.match(text(preview.text), /2 rows can be imported\. 2 can't/);
    assert.match(text(preview.text), /amount: USD has 2 digits behind the point\./);
    assert.match(text(preview.text), /creator: The program has no creator of this handle\./);
    assert.match(text(preview.text), /not read: colour/);
    assert.deepEqual(await stored(a), [], 'nothing is written by the preview');

    const result = await run(preview);
    assert.equal(result.status, 200, result.text);
    assert.match(text(result.text), /earns \$12\.99/);
    assert.match(text(result.text), /nobody is credited/);
    assert.deepEqual(await stored(a), [['12990', 'USD', 'sale', 'csv', 'pending', 'ref']]);
    assert.equal((await stored(b)).length, 1);
    assert.deepEqual(await stored(c), []);

    const again = await upload(file);
    assert.match(text(again.text), /Recorded already: it would stay as it is\./);
    assert.match(text((await run(again)).text), /Recorded already: nothing was changed\./);
    assert.equal((await stored(a)).length, 1);
  });

  test('may be separated by semicolons and have quoted cells over several lines', async () => {
    const order = newOrder();
    const preview = await upload(`order;amount;note\n"${order}";12.50;"two\nlines; and ""quotes"""\n`);
    assert.match(text(preview.text), /1 row can be imported/);
    assert.equal((await run(preview)).status, 200);
    const [[note]] = await sql(`SELECT HEX(JSON_VALUE(i.event, '$.note')) FROM conversion c JOIN inbox i ON i.conversion = c.id WHERE c.order_ref = '${order}'`);
    assert.equal(Buffer.from(note, 'hex').toString(), 'two\nlines; and "quotes"');
  });

  test('with two sales of one order is told so', async () => {
    const order = newOrder();
    const preview = await upload(`order,amount\n${order},1\n${order},2\n`);
    assert.match(text(preview.text), /Row 2 has the same order/);
  });

  test('that contradicts what is recorded is told so, and changes nothing', async () => {
    const order = newOrder();
    await run(await upload(`order,amount\n${order},10\n`));
    const result = await run(await upload(`order,amount\n${order},11\n`));
    assert.match(text(result.text), /recorded already, with another amount/);
    assert.deepEqual(await stored(order, 'c.gross'), [['1000']]);
  });

  test('that can\'t be read says why', async () => {
    for (const [content, words] of [
      ['', /No file came/],
      ['order\n', /no row below/],
      ['number,amount\n1,2\n', /No column is called/],
      ['order,amount,Order\n1,2,3\n', /column order is there twice/],
      [Buffer.from('order,amount\nm\xfcller,2\n', 'latin1'), /not UTF-8/],
      ['order,amount\n"a,2\n', /quotes of row 2/],
      ['order,amount\na"b",2\n', /quotes of row 2/],
      [`order,amount\n${'x,1\n'.repeat(1001)}`, /more than 1000 rows/],
      [`order${',a'.repeat(100)}\nx\n`, /more than 100 columns/],
      [`order,note\nx,"${'y'.repeat(1024 * 1024)}"\n`, /larger than 1 MiB/],
    ]) {
      const answer = await upload(content);
      assert.equal(answer.status, 422, `${content.slice(0, 30)}: ${answer.text}`);
      assert.match(text(answer.text), words);
    }
    assert.equal((await upload('x'.repeat(1_300_000))).status, 413);
  });

  test('may hold refunds, whole and in part, before or behind their sales, each of which counts once', async () => {
    const [a, b] = [newOrder(), newOrder()];
    const file = `type,order,amount,code,refund_id,reason\nrefund,${a},,,,cancelled\nsale,${a},100,${shop.anna.code},,\n`
      + `sale,${b},100,${shop.anna.code},,\nrefund,${b},30,,r-1,\nrefund,${b},30,,r-2,\nrefund,${b},5,,,\nrefund,never-sold-${process.pid},,,,\n`;
    const preview = await upload(file);
    assert.match(text(preview.text), /refund_id: A partial refund needs an id of its own/);
    for (let i = 0; i < 2; i++) {
      const result = await run(i === 0 ? preview : await upload(file));
      assert.match(text(result.text), i === 0 ? /no sale of this order is known yet/ : /Refunded already/);
      assert.deepEqual(await stored(a, 'c.refunded_base, c.status'), [['10000', 'reversed']]);
      assert.deepEqual(await stored(b, 'c.refunded_base, c.status'), [['6000', 'pending']]);
    }
  });

  test('of 1,000 rows is imported in one go', async () => {
    const from = orders + 1;
    const file = `order,amount,code\n${Array.from({ length: 1000 }, () => `${newOrder()},10.00,${shop.anna.code}\n`).join('')}`;
    const preview = await upload(file);
    assert.match(text(preview.text), /1000 rows can be imported/);
    const began = Date.now();
    const result = await run(preview);
    assert.equal(result.status, 200);
    assert.doesNotMatch(text(result.text), /Not reached/);
    const [[count]] = await sql(`SELECT COUNT(*) FROM conversion WHERE door = 'csv' AND CAST(SUBSTRING(order_ref, 6) AS UNSIGNED) >= ${from}`);
    assert.equal(count, '1000');
    assert.ok(Date.now() - began < 20_000);
  });

  test('can\'t be smuggled past its preview in a form that is broken', async () => {
    const csrf = await owner.tokenOf('/brand/sales/import');
    for (const file of ['', 'abc', 'zz', '00'])
      assert.equal((await owner.post('/brand/sales/import/run', { form: { csrf, program: shop.program, file } })).status, 422, file);
  });
});

test('afterwards the ledger verifies', async () => {
  await stack.meedctl('worker', 'drain');
  await stack.meedctl('ledger', 'verify');
});
