// What the browser journeys share: Chromium, visitors of every look and width, and the checks that
// hold on every page. Environment: BASE_URL and VAR_DIR of a running instance with demo data;
// SHOTS names a folder for screenshots (none are taken without it).
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const axeSource = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

export const baseUrl = process.env.BASE_URL;
export const demo = () => JSON.parse(readFileSync(join(process.env.VAR_DIR, 'demo.json'), 'utf8'));

export const looks = [
  { name: 'light', colorScheme: 'light', width: 1360, height: 900 },
  { name: 'dark', colorScheme: 'dark', width: 1360, height: 900 },
  { name: 'phone', colorScheme: 'light', width: 360, height: 740 },
  { name: 'phone-dark', colorScheme: 'dark', width: 360, height: 740 },
];

export async function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

// A page in a context of its own. `page.complaints` gathers what must stay empty: script errors,
// refused or failed loads, CSP reports, and requests to anywhere but the instance.
export async function visit(browser, look = looks[0]) {
  const context = await browser.newContext({
    viewport: { width: look.width, height: look.height },
    colorScheme: look.colorScheme,
    reducedMotion: 'reduce',
    serviceWorkers: 'block',
  });
  const page = await context.newPage();
  page.look = look;
  page.complaints = [];
  page.on('pageerror', (error) => page.complaints.push(`script: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text()))
      page.complaints.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(baseUrl) && !url.startsWith('data:') && !page.leavesPlatform)
      page.complaints.push(`request to ${url}`);
  });
  return page;
}

export async function login(page, email, password) {
  await page.goto(`${baseUrl}/login`);
  await page.fill('input[name=email]', email);
  await page.fill('input[name=password]', password);
  await Promise.all([page.waitForURL((url) => !url.pathname.startsWith('/login')),
    page.click('main form button')]);
}

// What holds on every page: no serious accessibility violation, nothing refused by the CSP,
// no sideways scrolling, one h1, and no text outside the viewport's width.
export async function checkPage(page, name) {
  await shoot(page, name);
  await page.evaluate(axeSource);
  const result = await page.evaluate(() => globalThis.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  }));
  const grave = result.violations.filter((v) => ['serious', 'critical'].includes(v.impact));
  assert.deepEqual(grave.map((v) => `${v.id}: ${v.nodes[0].html}`), [], `${name}: accessibility`);
  const [scroll, inner, headings] = await page.evaluate(() => [
    document.documentElement.scrollWidth, innerWidth, document.querySelectorAll('h1').length]);
  assert.ok(scroll <= inner, `${name}: scrolls sideways, ${scroll} px in ${inner} px`);
  assert.equal(headings, 1, `${name}: one h1`);
  assert.deepEqual(page.complaints, [], `${name}: complaints`);
}

export async function shoot(page, name) {
  if (!process.env.SHOTS)
    return;
  mkdirSync(process.env.SHOTS, { recursive: true });
  await page.screenshot({ path: join(process.env.SHOTS, `${name}-${page.look.name}.png`), fullPage: true });
}

// What `pattern` finds in the newest mail to an address; waits for the worker to send it.
export async function mailed(address, pattern) {
  const folder = join(process.env.VAR_DIR, 'mail');
  for (let tries = 0; tries < 100; tries++) {
    const mails = readdirSync(folder).filter((name) => name.endsWith('.eml')).sort()
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .filter((text) => text.includes(`To: <${address}>`) && pattern.test(text));
    if (mails.length)
      return pattern.exec(mails.at(-1))[0];
    await new Promise((wait) => setTimeout(wait, 100));
  }
  throw new Error(`no mail to ${address} with ${pattern}`);
}
