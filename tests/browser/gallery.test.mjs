// Every component of the look, on one page and with fixed figures: accessible, within the
// content security policy of the real pages, and no wider than the window at any width.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';

const source = fileURLToPath(new URL('../..', import.meta.url));
const build = process.env.MEED_BUILD_DIR ?? join(source, 'build');
const work = mkdtempSync(join(tmpdir(), 'meed-gallery-'));
const types = { css: 'text/css', js: 'text/javascript', svg: 'image/svg+xml', html: 'text/html' };

function policy() {
  const text = readFileSync(join(source, 'src/http/http_exchange.c'), 'utf8');
  const [, literals] = /page_policy\[\] =\s*([^;]*"(?:[^"]*"\s*")*[^"]*");/.exec(text);
  return [...literals.matchAll(/"([^"]*)"/g)].map((part) => part[1]).join('');
}

function render() {
  cpSync(join(build, 'templates/en'), join(work, 'templates/en'), { recursive: true });
  execFileSync(join(source, 'templates/translate'),
    [join(source, 'tests/support/gallery-templates'), '-', join(work, 'templates/en')]);
  execFileSync(join(build, 'tests/support/gallery'), [join(work, 'templates'), join(source, 'static'), work]);
}

let live = { etag: '"1"', html: '<a href="#">1 new sale</a>', asked: [] };

function answer(request, response) {
  const path = request.url.split('?')[0];
  if (path === '/live') {
    live.asked.push(request.headers['if-none-match']);
    const same = request.headers['if-none-match'] === live.etag;
    response.writeHead(same ? 304 : 200, { 'Content-Type': types.html, ETag: live.etag });
    return response.end(same ? '' : live.html);
  }
  try {
    const file = path.startsWith('/static/') ? join(source, path) : join(work, path);
    const body = readFileSync(file);
    response.writeHead(200, { 'Content-Type': `${types[file.split('.').pop()]}; charset=utf-8`,
      'Content-Security-Policy': served });
    return response.end(body);
  } catch {
    response.writeHead(404);
    return response.end();
  }
}

const served = policy();
const server = createServer(answer);
let browser, support;

before(async () => {
  render();
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  process.env.BASE_URL = `http://127.0.0.1:${server.address().port}`;
  support = await import('./support.mjs');
  browser = await support.launch();
});

after(async () => {
  await browser?.close();
  server.close();
  rmSync(work, { recursive: true });
});

const widths = [{ width: 360, height: 740 }, { width: 720, height: 900 }, { width: 1100, height: 900 },
  { width: 1360, height: 900 }];

for (const page of ['light', 'dark', 'landing', 'dead-link', 'problem'])
  test(`${page} is accessible and fits at every width`, async () => {
    for (const size of widths) {
      const look = { name: `${size.width}`, colorScheme: 'light', ...size };
      const tab = await support.visit(browser, look);
      await tab.goto(`${support.baseUrl}/${page}.html`);
      await support.checkPage(tab, `gallery-${page}`);
      await tab.context().close();
    }
  });

async function open(name = 'light.html') {
  const tab = await support.visit(browser, { name: 'keys', colorScheme: 'light', width: 1360, height: 900 });
  await tab.goto(`${support.baseUrl}/${name}`);
  return tab;
}

test('slash goes to the search, j and k to the rows, ? to the keys', async () => {
  const tab = await open();
  await tab.evaluate(() => document.activeElement.blur());
  await tab.keyboard.press('/');
  assert.equal(await tab.evaluate(() => document.activeElement.name), 'q');
  await tab.evaluate(() => document.activeElement.blur());
  await tab.keyboard.press('j');
  await tab.keyboard.press('j');
  assert.equal(await tab.evaluate(() => document.activeElement.textContent), 'A-1041');
  await tab.keyboard.press('k');
  assert.equal(await tab.evaluate(() => document.activeElement.textContent), 'A-1042');
  await tab.keyboard.press('?');
  assert.ok(await tab.isVisible('dialog.keys'));
  await tab.context().close();
});

test('a menu opens without a script, and closes by Escape with one', async () => {
  const tab = await open();
  await tab.click('.menu-end > summary');
  assert.ok(await tab.isVisible('text=Log out'));
  await tab.keyboard.press('Escape');
  assert.ok(!await tab.isVisible('text=Log out'));
  await tab.context().close();
});

test('an error summary takes the focus and leads to its field', async () => {
  const tab = await open();
  assert.equal(await tab.evaluate(() => document.activeElement.className), 'summary');
  await tab.click('.summary a');
  assert.equal(await tab.evaluate(() => document.activeElement.name), 'email');
  await tab.context().close();
});

test('copying puts the value on the clipboard and says so', async () => {
  const tab = await open();
  await tab.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await tab.click('[data-copy]');
  await tab.waitForFunction(() => document.getElementById('announcer')?.textContent.includes('Copy the link'));
  assert.equal(await tab.evaluate(() => navigator.clipboard.readText()), 'https://go.meed.example/k7m3p9xd');
  await tab.context().close();
});

test('a live region asks with its ETag and changes only when something is new', async () => {
  const tab = await open('live.html');
  live = { etag: '"1"', html: '<a href="#">1 new sale</a>', asked: [] };
  await tab.waitForFunction(() => document.body.textContent.includes('1 new sale'), null, { timeout: 10000 });
  live.etag = '"2"';
  live.html = '<a href="#">2 new sales</a>';
  await tab.waitForFunction(() => document.body.textContent.includes('2 new sales'), null, { timeout: 10000 });
  assert.deepEqual(live.asked.slice(0, 2), ['"0"', '"1"']);
  assert.deepEqual(tab.complaints, []);
  await tab.context().close();
});
