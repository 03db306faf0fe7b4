// What the tests of clicks share: a partner's links in the database, and requests that follow none.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export async function until(condition, ms, what) {
  const started = performance.now();
  let value;
  while (!(value = await condition())) {
    if (performance.now() - started > ms) throw new Error(`${what}: not within ${ms} ms`);
    await sleep(20);
  }
  return value;
}

// SQL as the migrator, by the settings of the instance: rows of text.
export function database(env) {
  const conf = readFileSync(env.MEED_CONFIG, 'utf8');
  const setting = (name) => conf.match(new RegExp(`^${name} *= *(.*)$`, 'm'))?.[1].trim() ?? '';
  const options = [
    `--socket=${env.DB_SOCKET}`, `--user=${setting('db_migrator_user')}`, '--batch', '--skip-column-names',
    '--default-character-set=utf8mb4', '--connect-timeout=5', setting('db_name'),
  ];
  return async (sql) => {
    const { stdout } = await run('mariadb', [...options, '--execute', sql], {
      env: { ...process.env, MYSQL_PWD: setting('db_migrator_password') }, maxBuffer: 1 << 28,
    }).catch((error) => { throw new Error(error.stderr.trim().split('\n').at(-1)); });
    return stdout.split('\n').slice(0, -1).map((line) => line.split('\t'));
  };
}

// One request, its headers as they came.
export function ask(baseUrl, path, { method = 'GET', headers = {}, agent = false, timeoutMs = 10000 } = {}) {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(baseUrl);
    const started = performance.now();
    const request = http.request({ method, hostname, port, path, headers, agent, timeout: timeoutMs });
    request.on('timeout', () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve({
        status: response.statusCode,
        headers: response.headers,
        cookies: response.headers['set-cookie'] ?? [],
        location: response.headers.location && new URL(response.headers.location),
        rawLocation: response.headers.location,
        text: Buffer.concat(chunks).toString('utf8'),
        ms: performance.now() - started,
      }));
    });
    request.end();
  });
}

// Ids far above what AUTO_INCREMENT reaches in a test, so that files don't meet.
let nextId = 1_000_000 + 100 * (process.pid % 80_000);

// A program with one partner and a link by three shapes, as the product's own tables hold it.
export async function makeLink(sql, {
  dest = 'https://shop.example/landing?sku=1#top', windowDays = 30, clickParam = '', mode = 'live', linkDest = '',
} = {}) {
  const id = nextId++;
  const slug = `p${id}`;
  // A token has 8 of these characters, at least one of them a digit.
  const token = `2${[...String(id).padStart(7, '0')].map((digit) => 'abcdefghjk'[digit]).join('')}`;
  const settings = JSON.stringify({ attribution_window_days: windowDays, ...(clickParam && { click_param: clickParam }) });
  const pid = `UNHEX(LPAD(HEX(${id}), 32, '0'))`;
  await sql(`
    INSERT INTO company (id, pid, name, created_us) VALUES (${id}, ${pid}, 'Acme', 1);
    INSERT INTO brand (id, pid, company, name, code_prefix, currency, created_us)
      VALUES (${id}, ${pid}, ${id}, 'Acme', 'ACME', 'USD', 1);
    INSERT INTO program (id, pid, brand, name, currency, status, dest_url, version, version_no, created_us)
      VALUES (${id}, ${pid}, ${id}, 'Acme', 'USD', 'active', '${dest}', ${id}, 1, 1);
    INSERT INTO program_version (id, program, no, settings, by_user, from_us)
      VALUES (${id}, ${id}, 1, '${settings}', 1, 1);
    INSERT INTO partner (id, pid, kind, owner, handle, name, created_us)
      VALUES (${id}, ${pid}, 'test', ${id}, '${slug}', 'Nia', 1);
    INSERT INTO partnership (id, pid, program, brand, partner, slug, mode, status, applied_us)
      VALUES (${id}, ${pid}, ${id}, ${id}, ${id}, '${slug}', '${mode}', 'active', 1);
    INSERT INTO link (id, pid, token, partnership, program, brand, partner, mode, dest_url, is_main, created_us)
      VALUES (${id}, ${pid}, '${token}', ${id}, ${id}, ${id}, ${id}, '${mode}', '${linkDest}', 1, 1);
    INSERT INTO link_alias (host, shape, value, link)
      VALUES ('', 'token', '${token}', ${id}), ('', 'slug', '${slug}', ${id}), ('', 'ref', '${slug}', ${id});
    ${noteChange(id)}`);
  return { id, token, slug, paths: { token: `/${token}`, slug: `/go/${slug}`, ref: `/r?ref=${slug}` } };
}

// What linkmap_note_link() does.
export const noteChange = (link) =>
  `INSERT IGNORE INTO link_change (host, link) SELECT name, ${link} FROM web_host;`;

export const awaitLink = (baseUrl, link) =>
  until(async () => (await ask(baseUrl, link.paths.slug, { method: 'HEAD' })).status === 302, 5000,
    'the link reaches the map');

export const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
export const hex = (id) => `UNHEX('${id.replaceAll('-', '')}')`;

// The stored click as an object, once the drain has brought it.
export async function storedClick(sql, id) {
  const columns = ['link', 'partnership', 'program', 'brand', 'mode', 'shape', 'bot', 'at_us', 'country', 'agent',
    'referrer', 'utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content', 'fbclid', 'subs'];
  const [row] = await until(async () => {
    const rows = await sql(`SELECT LOWER(HEX(visitor)), LOWER(HEX(prev)), LOWER(HEX(ip_hash)), ${columns.join(', ')}
      FROM click WHERE click_id = ${hex(id)}`);
    return rows.length > 0 && rows;
  }, 5000, `click ${id} reaches the table`);
  const [visitor, prev, ipHash, ...values] = row;
  return { visitor, prev, ipHash, ...Object.fromEntries(columns.map((name, i) => [name, values[i]])) };
}

// Clicks by `clients` visitors at once until stopped; stop() returns what they were told.
export function clicking(baseUrl, path, { clients = 8 } = {}) {
  const told = { ids: [], times: [], refused: [] };
  let going = true;
  const one = async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    while (going) {
      try {
        const { status, location, ms } = await ask(baseUrl, path, { agent });
        if (status === 302) {
          told.ids.push(location.searchParams.get('pcps_click'));
          told.times.push(ms);
        } else told.refused.push(status);
      } catch (error) {
        told.refused.push(error.code ?? error.message);
        await sleep(5);
      }
    }
    agent.destroy();
  };
  const all = Promise.all(Array.from({ length: clients }, one));
  return {
    told,
    stop: async () => {
      going = false;
      await all;
      return told;
    },
  };
}

export const quantile = (values, q) => [...values].sort((a, b) => a - b)[Math.floor(q * (values.length - 1))];

// Ids of `told` that the table does not hold, once it holds them all or the time is up.
export async function missingClicks(sql, link, told, ms = 20000) {
  let missing;
  try {
    await until(async () => {
      const rows = await sql(`SELECT LOWER(HEX(click_id)) FROM click WHERE link = ${link.id}`);
      const stored = new Set(rows.map(([id]) => id));
      missing = told.ids.filter((id) => !stored.has(id.replaceAll('-', '')));
      return missing.length === 0;
    }, ms, 'all clicks');
  } catch (error) {
    if (missing === undefined) throw error;
  }
  return missing;
}

// The processes of one pool, oldest first.
export function responders(env, pool) {
  const master = readFileSync(`${env.RUN_DIR}/meed-web.pid`, 'utf8').trim();
  const children = readFileSync(`/proc/${master}/task/${master}/children`, 'utf8').trim().split(' ');
  return children.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === `meed-${pool}`;
    } catch {
      return false; // it ended meanwhile
    }
  }).map(Number);
}
