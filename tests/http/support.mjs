// What the HTTP tests share: visitors with cookies of their own, raw connections, the route table.
// Environment: BASE_URL, MEED_CONFIG and MEEDCTL of a running instance.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import http from 'node:http';
import net from 'node:net';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const baseUrl = process.env.BASE_URL;

export async function meedctl(args, { input, env = process.env } = {}) {
  if (input === undefined) {
    const { stdout } = await run(env.MEEDCTL, ['--config', env.MEED_CONFIG, ...args], { maxBuffer: 1 << 26 });
    return stdout;
  }
  const child = spawn(env.MEEDCTL, ['--config', env.MEED_CONFIG, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(input);
  let stdout = '';
  for await (const chunk of child.stdout) stdout += chunk;
  const code = child.exitCode ?? await new Promise((resolve) => child.once('exit', resolve));
  assert.equal(code, 0, `meedctl ${args.join(' ')} ended with ${code}`);
  return stdout;
}

export const routes = async () => JSON.parse(await meedctl(['routes', '--json']));

// Limits count by address. The instance trusts its own Apache's peer, 127.0.0.1, as a proxy, so
// every visitor can come from an address of its own.
let visitors = 0;
const nextAddress = () => {
  visitors += 1;
  return `10.${(visitors >> 16) & 255}.${(visitors >> 8) & 255}.${visitors & 255}`;
};

// One request over a connection of its own, which outlives nothing.
function ask(method, url, path, headers, body) {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const length = body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) };
    const request = http.request({ method, hostname, port, path, agent: false, headers: { ...length, ...headers } });
    request.on('error', reject);
    request.on('response', async (response) => {
      try {
        const chunks = await response.toArray();
        const got = new Headers();
        for (let i = 0; i < response.rawHeaders.length; i += 2) got.append(response.rawHeaders[i], response.rawHeaders[i + 1]);
        resolve({ method, path, status: response.statusCode, headers: got, text: Buffer.concat(chunks).toString('utf8') });
      } catch (error) { reject(error); }
    });
    request.end(body);
  });
}

export class Visitor {
  constructor(url = baseUrl) {
    this.url = url;
    this.address = nextAddress();
    this.cookies = new Map();
  }

  async request(method, path, { headers = {}, body, form, json } = {}) {
    const sent = { 'X-Forwarded-For': this.address, ...headers };
    if (this.cookies.size > 0)
      sent.Cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    if (form) {
      body = new URLSearchParams(form).toString();
      sent['Content-Type'] ??= 'application/x-www-form-urlencoded';
    }
    if (json !== undefined) {
      body = JSON.stringify(json);
      sent['Content-Type'] ??= 'application/json';
    }
    const answer = await ask(method, this.url, path, sent, body);
    for (const cookie of answer.headers.getSetCookie()) this.keep(cookie);
    return answer;
  }

  keep(cookie) {
    const [pair, ...attributes] = cookie.split(';').map((part) => part.trim());
    const at = pair.indexOf('=');
    if (attributes.some((attribute) => /^max-age=0$/i.test(attribute))) this.cookies.delete(pair.slice(0, at));
    else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
  }

  get(path, options) { return this.request('GET', path, options); }
  post(path, options) { return this.request('POST', path, options); }

  // The hidden field of the first form on a page.
  async tokenOf(path) {
    const page = await this.get(path);
    const field = page.text.match(/<input[^>]*name="csrf"[^>]*>/)?.[0];
    assert.ok(field, `${path}: ${page.status}, no form with a token`);
    return field.match(/value="([^"]*)"/)[1];
  }

  async login(email, password) {
    const csrf = await this.tokenOf('/login');
    const answer = await this.post('/login', { form: { csrf, email, password } });
    assert.equal(answer.status, 303, `login of ${email}: ${answer.text}`);
    return this;
  }
}

// A connection under our control, for what fetch would never send.
export class Raw {
  constructor(url = baseUrl) {
    const { hostname, port } = new URL(url);
    this.host = `${hostname}:${port}`;
    this.received = '';
    this.socket = net.connect(Number(port), hostname);
    this.socket.setEncoding('latin1');
    this.socket.on('data', (data) => { this.received += data; });
    this.ended = new Promise((resolve) => this.socket.once('close', resolve));
    this.socket.on('error', () => {});
    this.socket.setTimeout(20_000, () => this.close());
  }

  write(text) { return new Promise((resolve) => { this.socket.write(text, 'latin1', resolve); }); }

  head(method, path, ...lines) {
    return this.write([`${method} ${path} HTTP/1.1`, `Host: ${this.host}`, 'Connection: close',
      `X-Forwarded-For: ${nextAddress()}`, ...lines, '', ''].join('\r\n'));
  }

  // The status of the answer, once the connection has ended.
  async status() {
    await this.ended;
    return Number(this.received.match(/^HTTP\/1\.\d (\d{3})/)?.[1]);
  }

  close() { this.socket.destroy(); }
}

export async function rawStatus(method, path, lines = [], body = '') {
  const raw = new Raw();
  await raw.head(method, path, ...lines);
  if (body) await raw.write(body);
  return raw.status();
}

export const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

// A path of the route with every name in braces filled in.
export const fill = (path, value = 'abc12xyz') =>
  path.replace(/\{[^}]+\}/g, encodeURIComponent(value));
