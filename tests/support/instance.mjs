// Private instances for tests in JavaScript; see tests/support/instance.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const script = fileURLToPath(new URL('instance', import.meta.url));

// `settings`: lines to add to or replace in meed.conf, as { name: value }.
export async function startInstance(settings = {}) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'meed-test-'));
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`);
  if (lines.length > 0) await writeFile(path.join(folder, 'meed.local.conf'), lines.join(''));
  const { stdout } = await run(script, ['start', folder]);
  const env = Object.fromEntries(stdout.trim().split('\n').map((line) => {
    const at = line.indexOf('=');
    return [line.slice(0, at), line.slice(at + 1)];
  }));
  return {
    env,
    folder,
    baseUrl: env.BASE_URL,
    meedctl: async (...args) =>
      (await run(env.MEEDCTL, ['--config', env.MEED_CONFIG, ...args], { maxBuffer: 1 << 26 })).stdout,
    // verb: start, stop, kill, pause or resume; name: mariadb, web, worker or apache
    part: (verb, name) => run(script, ['part', folder, verb, name]),
    stop: async () => {
      await run(script, ['stop', folder]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
