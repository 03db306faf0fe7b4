// The demo holds what it promises, and its books balance. Comes first: other journeys add to it.
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { baseUrl, checkPage, demo, launch, login, looks, visit } from './support.mjs';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

test('ledger verify holds after the load', () => {
  const out = execFileSync(process.env.MEEDCTL,
    ['--config', process.env.MEED_CONFIG, 'ledger', 'verify'], { encoding: 'utf8' });
  assert.match(out, /all \d+ checks hold/);
});

test('demo.json has the keys that others rely on', () => {
  const { base_url, admin, brands, influencers } = demo();
  assert.equal(base_url, baseUrl);
  assert.ok(admin.email && admin.password);
  assert.equal(brands[0].name, 'Acme Co.');
  for (const key of ['id', 'name', 'email', 'password', 'api_key', 'postback_secret', 'programs'])
    for (const brand of brands)
      assert.ok(key in brand, `${brand.name} has ${key}`);
  const programs = brands.flatMap((brand) => brand.programs.map((program) => program.id));
  const accepted = influencers[0].links.map((link) => link.program_id);
  assert.deepEqual([...accepted].sort(), [...programs].sort(), 'the first is in every program');
  for (const link of influencers[0].links)
    assert.ok(link.slug && link.url && link.ref && link.code);
  assert.equal(influencers.length, 40);
});

test('the 30 days show the planned totals', async () => {
  const page = await visit(browser);
  await login(page, demo().brands[0].email, demo().brands[0].password);
  await page.goto(`${baseUrl}/brand`);
  const figures = (await page.textContent('.kpis')).replace(/\s+/g, ' ');
  for (const figure of ['24,318', '847', '$58,420.00', '$5,842.00', '12.4%', '8%', '15.3%'])
    assert.ok(figures.includes(figure), `${figure} in ${figures}`);
  const home = (await page.textContent('main')).replace(/\s+/g, '');
  for (const leader of ['nia.travels142$18,420.00', 'sophia.styles96$11,890.00',
    'marcusfit71$8,120.00', 'lina.beauty38$4,510.00', 'chefkadir24$2,940.00'])
    assert.ok(home.includes(leader), `${leader} in ${home}`);
});

for (const look of looks) {
  test(`the operator's home, ${look.name}`, async () => {
    const page = await visit(browser, look);
    await login(page, demo().admin.email, demo().admin.password);
    await page.goto(`${baseUrl}/admin`);
    await checkPage(page, 'admin-home');
    assert.equal(await page.locator('text=The books balance.').count(),
      await page.locator('tfoot').count());
  });
}
