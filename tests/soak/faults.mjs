// Faults at random, the same for the same seed:
//   MEED_SOAK_SECONDS  how long (300)     MEED_SOAK_SEED  the order of the faults (drawn and printed)
import { responders, sleep } from '../http/click_support.mjs';

export const seconds = Number(process.env.MEED_SOAK_SECONDS ?? 300);
export const seed = Number(process.env.MEED_SOAK_SEED ?? Math.floor(Math.random() * 2 ** 31));

// A small generator of our own (mulberry32), so that a seed gives the same faults everywhere.
let state = seed;
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}
const between = (least, most) => sleep(least + random() * (most - least));

const faultsOf = (instance, pool) => ({
  responder: async () => {
    const pids = responders(instance.env, pool);
    if (pids.length > 0) process.kill(pids[Math.floor(random() * pids.length)], 'SIGKILL');
  },
  worker: async () => {
    await instance.part('kill', 'worker');
    await between(0, 3000);
    await instance.part('start', 'worker');
  },
  databaseKilled: async () => {
    await instance.part('kill', 'mariadb');
    await between(0, 3000);
    await instance.part('start', 'mariadb');
  },
  databaseHung: async () => {
    await instance.part('pause', 'mariadb');
    await between(500, 8000);
    await instance.part('resume', 'mariadb');
  },
  web: async () => {
    await instance.part('stop', 'web');
    await instance.part('start', 'web');
  },
});

// One fault after another until the time is up; how often each happened. `pool` loses responders.
export async function faultsUntilTimeIsUp(instance, pool) {
  const faults = faultsOf(instance, pool);
  const happened = {};
  const until = performance.now() + 1000 * seconds;
  while (performance.now() < until) {
    const name = Object.keys(faults)[Math.floor(random() * Object.keys(faults).length)];
    await faults[name]();
    happened[name] = (happened[name] ?? 0) + 1;
    await between(100, 4000);
  }
  return happened;
}
