// What the figures share: sites made once and copied, daemons that end with us, rounds, medians.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
export const BUILD = process.env.ANCHANG_BUILD ?? join(ROOT, 'build/release');
export const SHARED = process.env.ANCHANG_SHARED ?? join(ROOT, '../shared');
const PAGES = process.env.ANCHANG_PAGES ?? join(ROOT, 'kiosk-ui/dist');
export const ANCHANGD = join(BUILD, 'daemon/anchangd');
export const ANCHANGCTL = join(BUILD, 'daemon/anchangctl');
export const tool = (name) => join(BUILD, 'tests/bench', name);

// On the disk the build is on: a memory file system would make every sync free.
const STORE = join(ROOT, 'build/bench');
export const WORK = join(STORE, `work-${process.pid}`);
export const WORKERS = 2; // HTTP threads of anchangd, and workers of the nginx beside it

// ---- processes ----

const children = new Set();

export function start(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  children.add(child);
  child.text = '';
  const take = (chunk) => (child.text = (child.text + chunk).slice(-65536));
  child.stdout?.setEncoding('utf8').on('data', take);
  child.stderr?.setEncoding('utf8').on('data', take);
  child.ended = new Promise((done) => {
    child.on('error', (error) => {
      child.text += error.message;
      children.delete(child);
      done(-1);
    });
    child.on('exit', (code) => {
      children.delete(child);
      done(code ?? -1);
    });
  });
  return child;
}

export async function stop(child) {
  if (!children.has(child)) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
  await child.ended;
  clearTimeout(timer);
}

export function kill_all() {
  for (const child of children) child.kill('SIGKILL');
}

// Runs to the end; throws with what it said when it fails.
export function run(command, args, { input, seconds = 120, cwd } = {}) {
  const result = spawnSync(command, args, { input, cwd, encoding: 'utf8', timeout: seconds * 1000, maxBuffer: 1 << 26 });
  if (result.error) throw new Error(`${command}: ${result.error.message}`);
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${result.stderr || result.stdout}`);
  return result.stdout;
}

// The same without blocking the event loop: for what we answer or listen to meanwhile.
export async function run_beside(command, args, input) {
  const child = start(command, args, { stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  if (input !== undefined) child.stdin.end(input);
  const code = await child.ended;
  if (code !== 0) throw new Error(`${command}: ${child.text}`);
  return output;
}

// ---- sites ----

// A published project of @units units in a folder of its own; with so many customers, of whom the first have bought so many of
// them; with @receipts also a cashier, his book and his shift. Made once for each version of the programs that make it, which
// carry the schema, then copied.
export function site(units, name, { customers = 0, deals = 0, receipts = undefined } = {}) {
  const version = createHash('sha256');
  const fills = { bench_customers: customers, bench_deals: deals, bench_money: receipts };
  const makers = Object.keys(fills).filter((maker) => fills[maker] !== undefined && (fills[maker] > 0 || maker === 'bench_money'));
  for (const maker of ['bench_fill', ...makers]) version.update(readFileSync(tool(maker)));
  const size = `${units}-${customers}-${deals}-${receipts ?? ''}-`;
  const kept = join(STORE, 'sites', size + version.digest('hex').slice(0, 16));
  if (!existsSync(kept)) {
    for (const old of existsSync(dirname(kept)) ? readdirSync(dirname(kept)) : [])
      if (old.startsWith(size)) rmSync(join(dirname(kept), old), { recursive: true, force: true });
    const part = `${kept}.part-${process.pid}`;
    mkdirSync(part, { recursive: true });
    const facts = JSON.parse(run(tool('bench_fill'), [part, String(units)], { seconds: 180 }));
    for (const maker of makers) Object.assign(facts, JSON.parse(run(tool(maker), [part, String(fills[maker])], { seconds: 300 }) || '{}'));
    writeFileSync(join(part, 'facts.json'), JSON.stringify(facts));
    renameSync(part, kept);
  }
  const folder = join(WORK, name);
  cpSync(kept, folder, { recursive: true });
  return { folder, ...JSON.parse(readFileSync(join(folder, 'facts.json'), 'utf8')) };
}

// @more: further sections of the configuration.
export async function serve(place, more = '') {
  const file = join(place.folder, 'bench.conf');
  writeFileSync(
    file,
    `[storage]\nstate = ${place.folder}\npages = ${PAGES}\n` +
      `[listen]\nport = 0\nworkers = ${WORKERS}\nrate-limits = no\n${more}`,
  );
  const begun = process.hrtime.bigint();
  const child = start(ANCHANGD, ['--config', file]);
  // The line is written where sd_notify says READY.
  const port = await new Promise((done, fail) => {
    child.stderr.on('data', () => {
      const found = /ready on http:\/\/127\.0\.0\.1:(\d+)/.exec(child.text);
      if (found) done(Number(found[1]));
    });
    child.ended.then(() => fail(new Error(`anchangd: ${child.text}`)));
  });
  const ready_ms = Number(process.hrtime.bigint() - begun) / 1e6;
  return { child, port, ready_ms, pid: child.pid, agent: new Agent({ keepAlive: true, maxSockets: 1 }) };
}

export async function unserve(daemon) {
  daemon.agent.destroy();
  await stop(daemon.child);
}

// One request over the daemon's kept connection.
export function call(daemon, method, path, { cookie, body, headers = {}, agent = daemon.agent } = {}) {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const all = { 'Accept-Encoding': 'gzip', ...headers };
  if (cookie) all.Cookie = cookie;
  if (method !== 'GET') all['X-Anchang'] = '1';
  if (text !== undefined) {
    all['Content-Type'] = 'application/json';
    all['Content-Length'] = Buffer.byteLength(text);
  }
  return new Promise((done, fail) => {
    const sent = request({ host: '127.0.0.1', port: daemon.port, method, path, headers: all, agent }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => done({ status: answer.statusCode, headers: answer.headers, bytes: Buffer.concat(parts) }));
      answer.on('error', fail);
    });
    sent.on('error', fail);
    sent.end(text);
  });
}

export async function ask(daemon, method, path, options) {
  const answer = await call(daemon, method, path, options);
  if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${answer.bytes}`);
  return answer;
}

export const terminal_cookie = (place, index) => `anchang_terminal=${place.tokens[index % place.tokens.length]}`;

export async function log_in(daemon, place) {
  const answer = await ask(daemon, 'POST', '/api/v1/session', { body: { login: place.login, password: place.password } });
  return answer.headers['set-cookie'][0].split(';')[0];
}

// Nanoseconds of processor time the process and its children have used: unlike the clock, this does not count what the
// machine's other work takes.
export function cpu_ns(pid) {
  let sum = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const place = `/proc/${pid}/task/${task}`;
    sum += Number(readFileSync(`${place}/schedstat`, 'utf8').split(' ')[0]);
    for (const child of readFileSync(`${place}/children`, 'utf8').split(' ').filter(Boolean)) sum += cpu_ns(child);
  }
  return sum;
}

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// ---- figures ----

export const sorted = (list) => [...list].sort((a, b) => a - b);
export const median = (list) => {
  const s = sorted(list);
  const middle = s.length >> 1;
  return s.length % 2 ? s[middle] : (s[middle - 1] + s[middle]) / 2;
};
export const at_percent = (list, percent) => sorted(list)[Math.min(list.length - 1, Math.floor((list.length * percent) / 100))];
export const spread = (list) => `${short(Math.min(...list))}–${short(Math.max(...list))}`;

export function short(value) {
  if (value === undefined) return '-';
  const size = Math.abs(value);
  return size >= 1000 ? Math.round(value).toLocaleString('en') : value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 4);
}

// Two things in turn, A B A B: their medians, and the median and spread of the ratios of neighbours.
export async function in_turn(rounds, a, b) {
  const ours = [];
  const theirs = [];
  for (let i = 0; i < rounds; i += 1) {
    ours.push(await a(i));
    theirs.push(await b(i));
  }
  const ratios = ours.map((value, i) => value / theirs[i]);
  return { value: median(ours), reference: median(theirs), ratio: median(ratios), spread: `ratio ${spread(ratios)}` };
}
