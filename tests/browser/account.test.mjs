// Coming, going and coming back: sign-up, confirmation, login, profile, a forgotten password.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { baseUrl, checkPage, launch, login, looks, mailed, visit } from './support.mjs';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

const unique = Date.now().toString(36);
const password = 'correct horse battery';

const submit = (page) => page.click('main form button[type=submit]');

async function confirm(page, email) {
  await page.goto(await mailed(email, /http\S+\/confirm\/\S+/));
  await submit(page);
  await page.waitForURL(/\/login\?done=confirmed/);
}

async function logOut(page) {
  await page.goto(`${baseUrl}/profile`);
  await page.click('summary[aria-label="Your account"]');
  await page.click('form[action="/logout"] button');
  await page.waitForURL(/\/login\?done=out/);
}

test('a creator signs up, corrects mistakes, confirms and logs in', async () => {
  const page = await visit(browser);
  const email = `nia-${unique}@example.com`;
  await page.goto(`${baseUrl}/signup`);
  await page.click('text=I am a creator');
  await page.fill('#f-handle', 'no way');
  await page.fill('#f-email', email);
  await submit(page);
  assert.equal(await page.locator('.summary a').count(), 5);
  await page.click('.summary a:has-text("handle")');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'f-handle');
  assert.equal(await page.inputValue('#f-email'), email, 'what was right stays');
  await checkPage(page, 'signup-creator-errors');
  await page.fill('#f-handle', `Nia.${unique}`);
  await page.fill('#f-name', 'Nía');
  await page.selectOption('#f-country', 'ES');
  await page.fill('#f-channels', 'https://instagram.com/nia');
  await page.fill('#f-password', password);
  await submit(page);
  await page.waitForURL(/\/signup\/sent/);
  await checkPage(page, 'signup-sent');
  await confirm(page, email);
  await login(page, email, password);
  await page.goto(`${baseUrl}/profile`);
  assert.ok(await page.isVisible(`text=@nia.${unique}`));
});

test('a brand signs up, logs in and out, and sets a forgotten password', async () => {
  const page = await visit(browser);
  const email = `ana-${unique}@example.com`;
  await page.goto(`${baseUrl}/signup/brand`);
  await page.fill('#f-brand', 'Acme Co.');
  await page.fill('#f-company', 'Acme Holding');
  await page.selectOption('#f-currency', 'EUR');
  await page.selectOption('#f-time_zone', 'Europe/Madrid');
  await page.fill('#f-name', 'Ana');
  await page.fill('#f-email', email);
  await page.fill('#f-password', password);
  await submit(page);
  await confirm(page, email);
  await login(page, email, password);
  await logOut(page);
  await page.goto(`${baseUrl}/profile`);
  await page.waitForURL(/\/login\?next=%2Fprofile/);
  await page.click('text=Forgot your password?');
  await page.fill('#f-email', email);
  await submit(page);
  await page.waitForURL(/\/forgot\/sent/);
  await page.goto(await mailed(email, /http\S+\/reset\/\S+/));
  await page.fill('#f-password', 'another password');
  await submit(page);
  await page.waitForURL(/\/login\?done=reset/);
  await login(page, email, 'another password');
});

test('a wrong password is refused without saying what was wrong', async () => {
  const page = await visit(browser);
  for (const email of [`ana-${unique}@example.com`, `nobody-${unique}@example.com`]) {
    await page.goto(`${baseUrl}/login`);
    await page.fill('#f-email', email);
    await page.fill('#f-password', 'not my password');
    await submit(page);
    assert.match(await page.textContent('.summary'), /E-mail or password does not match/);
  }
  await checkPage(page, 'login-refused');
});

test('the theme and the profile are remembered', async () => {
  const page = await visit(browser);
  await login(page, `ana-${unique}@example.com`, 'another password');
  await page.goto(`${baseUrl}/profile`);
  await page.fill('#f-name', 'Ana B.');
  await page.click('form[action="/profile"] button');
  assert.match(await page.textContent('main'), /Saved\./);
  assert.equal(await page.inputValue('#f-name'), 'Ana B.');
  await page.click('summary[aria-label="Your account"]');
  await page.click('button[name=theme][value=dark]');
  assert.equal(await page.getAttribute('html', 'data-theme'), 'dark');
  await checkPage(page, 'profile-chosen-dark');
});

test('a second brand joins the company, and the switcher leads to it', async () => {
  const page = await visit(browser);
  await login(page, `ana-${unique}@example.com`, 'another password');
  await page.goto(`${baseUrl}/profile`);
  await page.click('text=Add a brand');
  await page.fill('#f-brand', 'Acme Home');
  await submit(page);
  await page.goto(`${baseUrl}/profile`);
  assert.deepEqual(await page.locator('section[aria-labelledby=brands] li').allTextContents(),
    ['Acme Co.', 'Acme Home']);
  assert.match(await page.textContent('.topbar .menu > summary'), /Acme Home/);
  await page.click('.topbar .menu > summary');
  await page.click('form[action="/workspace"] button:has-text("Acme Co.")');
  await page.goto(`${baseUrl}/profile`);
  assert.match(await page.textContent('.topbar .menu > summary'), /Acme Co\./);
});

for (const look of looks) {
  test(`every page of accounts is sound: ${look.name}`, async () => {
    const page = await visit(browser, look);
    for (const path of ['login', 'signup', 'signup/brand', 'signup/creator', 'forgot',
      'forgot/sent', 'confirm/nonsense', 'reset/nonsense']) {
      await page.goto(`${baseUrl}/${path}`);
      await checkPage(page, path.replaceAll('/', '-'));
    }
    await login(page, `ana-${unique}@example.com`, 'another password');
    for (const path of ['profile', 'brand/new']) {
      await page.goto(`${baseUrl}/${path}`);
      await checkPage(page, path.replaceAll('/', '-'));
    }
  });
}
