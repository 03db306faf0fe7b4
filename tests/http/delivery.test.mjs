// The same event many times at once, through every door of our own shape: it counts once. Its long
// version is in tests/soak.
import { after, before, test } from 'node:test';
import { startInstance } from '../support/instance.mjs';
import { database } from './click_support.mjs';
import { assertWhole, deliverAtOnce, makeShop } from './conversion_support.mjs';

let instance;
before(async () => { instance = await startInstance({ ingest_limit_per_minute_brand: 1_000_000 }); });
after(() => instance?.stop());

test('20 events, 50 deliveries of each at once: one created, the others duplicates of it', async () => {
  const shop = await makeShop(instance, 'delivery');
  const orders = Array.from({ length: 20 }, (_, no) => ({ no, ref: `delivery-${no}`, amount: '10.00' }));
  await deliverAtOnce(instance, shop, orders, 50);
  await assertWhole(instance, database(instance.env), shop, orders);
});
