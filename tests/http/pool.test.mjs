// The pools of responders: whole again after a kill, silent through a reload, patient at the end.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startInstance } from '../support/instance.mjs';
import { Raw, Visitor, sleep } from './support.mjs';

let instance, url;
before(async () => {
  instance = await startInstance({ app_processes: 4, trusted_proxies: '127.0.0.1' });
  url = instance.baseUrl;
});
after(() => instance.stop());

const master = () => Number(readFileSync(join(instance.env.RUN_DIR, 'meed-web.pid'), 'utf8'));

function responders(name) {
  const found = [];
  for (const pid of readdirSync('/proc')) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const [, comm, state, parent] = stat.match(/\((.*)\) (\S) (\d+)/);
      if (Number(parent) === master() && comm === `meed-${name}` && state !== 'Z') found.push(Number(pid));
    } catch { /* it is no process, or gone */ }
  }
  return found.sort((a, b) => a - b);
}

async function until(condition, ms, what) {
  const started = performance.now();
  while (!condition()) {
    if (performance.now() - started > ms) assert.fail(`${what}: not within ${ms} ms`);
    await sleep(10);
  }
  return performance.now() - started;
}

// Asks all the while; returns how many were asked and which were not answered by 200.
function underLoad(clients = 4) {
  let going = true, asked = 0;
  const failed = [];
  const loops = Array.from({ length: clients }, async () => {
    while (going) {
      asked += 1;
      try {
        const { status } = await new Visitor(url).get('/healthz');
        if (status !== 200) failed.push(status);
      } catch (error) { failed.push(error.message); }
    }
  });
  return async () => {
    going = false;
    await Promise.all(loops);
    return { asked, failed };
  };
}

describe('a responder killed by -9', () => {
  for (const pool of ['track', 'ingest', 'app', 'beacon']) {
    test(`is replaced within a second: ${pool}`, async () => {
      await sleep(1100); // past the age at which a death counts as the responder's own fault
      const before = responders(pool);
      process.kill(before[0], 'SIGKILL');
      await until(() => {
        const now = responders(pool);
        return now.length === before.length && !now.includes(before[0]);
      }, 1000, 'the pool is whole');
    });
  }

  test('costs no request but the one it held', async () => {
    await sleep(1100);
    const stop = underLoad();
    for (let i = 0; i < 3; i += 1) {
      await sleep(300);
      process.kill(responders('app')[0], 'SIGKILL');
    }
    await sleep(1500);
    const { asked, failed } = await stop();
    assert.ok(failed.length <= 3, `${failed.length} of ${asked} failed: ${failed}`);
    assert.equal(responders('app').length, 4);
  });
});

test('a responder that dies young again and again is started ever more slowly', async () => {
  await sleep(1100);
  let gaps = [];
  const seen = new Set(responders('beacon'));
  process.kill([...seen][0], 'SIGKILL'); // the first one lived long: replaced at once
  for (let i = 0; i < 4; i += 1) {
    gaps.push(await until(() => responders('beacon').some((pid) => !seen.has(pid)), 5000, 'another one'));
    const [fresh] = responders('beacon').filter((pid) => !seen.has(pid));
    seen.add(fresh);
    process.kill(fresh, 'SIGKILL');
  }
  assert.ok(gaps[3] > gaps[1] && gaps[3] > 300, `waits of ${gaps.map(Math.round)} ms`);
  await until(() => responders('beacon').length === 1, 6000, 'the pool is whole');
});

test('SIGHUP replaces every responder and refuses nobody', async () => {
  await sleep(1100);
  const before = responders('app');
  const stop = underLoad();
  await sleep(300);
  process.kill(master(), 'SIGHUP');
  await until(() => responders('app').length === 4 && !responders('app').some((pid) => before.includes(pid)),
    5000, 'new responders alone');
  await sleep(300);
  const { asked, failed } = await stop();
  assert.deepEqual(failed, [], `of ${asked}`);
  assert.ok(asked > 50);
});

test('a second master in the same folder does not start', async () => {
  const { spawnSync } = await import('node:child_process');
  const exe = instance.env.MEEDCTL.replace(/meedctl$/, 'meed-web');
  const { status, stderr } = spawnSync(exe, ['--config', instance.env.MEED_CONFIG], { encoding: 'utf8', timeout: 5000 });
  assert.equal(status, 78);
  assert.match(stderr, /another meed-web runs/);
  assert.equal((await new Visitor(url).get('/healthz')).status, 200);
});

test('SIGTERM lets a request under way finish', async () => {
  const table = JSON.parse(await instance.meedctl('routes', '--json'));
  const door = table.find((route) => route.method === 'POST' && route.role === 'public' && route.pool === 'app');
  const raw = new Raw(url);
  await raw.head('POST', door.path, 'Content-Length: 20', 'Content-Type: application/x-www-form-urlencoded');
  await raw.write('a=12345678');
  await sleep(300);
  for (const pid of responders('app')) process.kill(pid, 'SIGTERM');
  await sleep(500);
  await raw.write('&b=1234567');
  assert.equal(await raw.status(), 403, 'answered by its handler: the token is missing');
});

test('who waited too long in the queue is told at once, and those behind are served', async () => {
  await until(() => responders('app').length === 4, 5000, 'the pool is whole');
  await sleep(200); // each has begun to wait
  const pids = responders('app');
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  const waiting = Array.from({ length: 8 }, () => new Visitor(url).get('/healthz'));
  await sleep(3500);
  const fresh = new Visitor(url).get('/healthz');
  await sleep(100);
  for (const pid of pids) process.kill(pid, 'SIGCONT');
  // The few that a stopped responder had accepted already are served late.
  const answers = await Promise.all(waiting);
  const shed = answers.filter((answer) => answer.status === 503);
  assert.ok(shed.length >= 8 - pids.length, answers.map((answer) => answer.status).join(' '));
  for (const answer of shed) assert.equal(answer.headers.get('retry-after'), '2');
  assert.equal((await fresh).status, 200);
  const metrics = (await new Visitor(url).get('/metrics')).text;
  assert.ok(Number(metrics.match(/^meed_requests_shed_total (\d+)$/m)[1]) >= shed.length);
});

test('without its database it says so, shows what is public, and works again within 10 s', async () => {
  const visitor = new Visitor(url);
  visitor.cookies.set('meed_session', 'a'.repeat(43));
  assert.equal((await visitor.get('/readyz')).status, 200);
  await instance.part('stop', 'mariadb');
  const ready = await visitor.get('/readyz');
  assert.equal(ready.status, 503);
  assert.deepEqual([JSON.parse(ready.text).ready, JSON.parse(ready.text).database], [false, false]);
  assert.equal((await visitor.get('/healthz')).status, 200);
  assert.equal((await visitor.get('/')).status, 200);
  const profile = await visitor.get('/profile');
  assert.equal(profile.status, 503);
  assert.ok(profile.headers.get('retry-after'));
  assert.match(profile.text, /Nothing was changed/);
  await instance.part('start', 'mariadb');
  const started = performance.now();
  while ((await visitor.get('/readyz')).status !== 200) {
    assert.ok(performance.now() - started < 10_000, 'ready within 10 s');
    await sleep(100);
  }
  assert.equal((await visitor.get('/profile')).status, 303);
});

test('the log has one JSON line a request, without query, cookie or address', async () => {
  await new Visitor(url).get('/healthz?secret=hunter2', { headers: { Cookie: 'meed_session=hunter3', Authorization: 'Bearer hunter4' } });
  await sleep(200);
  const lines = readFileSync(join(instance.env.LOG_DIR, 'web.log'), 'utf8').trim().split('\n');
  const requests = lines.map((line) => JSON.parse(line)).filter((line) => line.event === 'request');
  const last = requests.at(-1);
  assert.equal(last.route, '/healthz');
  for (const member of ['at', 'request_id', 'pool', 'method', 'status', 'time_us', 'bytes', 'role'])
    assert.ok(member in last, `no ${member}`);
  assert.doesNotMatch(lines.join('\n'), /hunter|10\.0\.0\./);
});

test('SIGTERM to the master ends all and removes the sockets', async () => {
  const pid = master();
  process.kill(pid, 'SIGTERM');
  await until(() => { try { process.kill(pid, 0); return /\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8')); } catch { return true; } }, 5000, 'its end');
  assert.deepEqual(readdirSync(instance.env.RUN_DIR).filter((name) => /^(track|ingest|app|beacon)\.sock$/.test(name)), []);
  await instance.part('start', 'web');
  assert.equal((await new Visitor(url).get('/healthz')).status, 200);
});
