// site.mjs - a site of its own for a test: a state folder, a daemon on a free port, people, terminals.
//
// Whatever happens, the daemon is ended and the folder removed when the test's process ends.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from './client.mjs';

export const ROOT = new URL('../../../', import.meta.url).pathname;
export const ANCHANGD = process.env.ANCHANGD ?? join(ROOT, 'build/release/daemon/anchangd');
export const ANCHANGCTL = process.env.ANCHANGCTL ?? join(ROOT, 'build/release/daemon/anchangctl');
export const DEMO_PASSWORD = 'anchang-demo';
export const WORD = 'a long enough word 7';

const running = new Set();
const folders = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  if (process.env.ANCHANG_KEEP) return;
  for (const folder of folders)
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // something of a test is still mounted there
    }
});

/** A folder that is gone with the process. */
export function scratch(parent = process.env.ANCHANG_TMP ?? tmpdir()) {
  const folder = mkdtempSync(join(parent, 'anchang-test-'));
  folders.add(folder);
  return folder;
}

/** A state folder as another daemon left it, which must have ended. */
export function copyState(from, to) {
  mkdirSync(to, { mode: 0o700 });
  cpSync(from, to, { recursive: true, filter: (path) => !/\/(control|lock)$/.test(path) });
}

/** The demonstration, made once for each configuration that a process wants it with: its passwords take long. */
const demonstrations = new Map();

// A signal ends a process without its 'exit'.
for (const [name, number] of [
  ['SIGHUP', 1],
  ['SIGINT', 2],
  ['SIGTERM', 15],
])
  process.once(name, () => process.exit(128 + number));

export class Site {
  /** @options: demo (with its project and people), config (more lines, by section), state (folder). */
  constructor({ state, config = {}, streams = 128, rateLimits = 'no' } = {}) {
    this.folder = scratch();
    this.state = state ?? join(this.folder, 'state');
    this.configFile = join(this.folder, 'anchangd.conf');
    this.clients = new Set();
    this.log = '';
    const listen = { port: 0, streams, 'rate-limits': rateLimits, ...config.listen };
    this.settings = {
      site: { name: '测试案场', ...config.site },
      storage: { state: this.state, pages: join(ROOT, 'kiosk-ui/dist'), ...config.storage },
      listen,
      ...(config.lan && { lan: config.lan }),
      ...(config.devices && { devices: config.devices }),
      ...(config.invoice && { invoice: config.invoice }),
    };
    this.configure();
  }

  static async demo(options) {
    const site = new Site(options);
    const key = JSON.stringify(options?.config ?? {});
    const made = demonstrations.get(key);
    if (made) copyState(made, site.state);
    else {
      site.ctlOk('demo');
      demonstrations.set(key, join(scratch(), 'state'));
      copyState(site.state, demonstrations.get(key));
    }
    await site.start();
    return site;
  }

  /** An empty site with one administrator, "root". */
  static async empty(options) {
    const site = new Site(options);
    site.ctlOk('user', 'add', 'root', '--name', '根管理员', '--posts', 'admin', { input: `${WORD}0\n` });
    await site.start();
    await site.firstLogin('root');
    return site;
  }

  configure() {
    const section = ([name, keys]) =>
      `[${name}]\n${Object.entries(keys)
        .flatMap(([key, value]) => [value].flat().map((one) => `${key} = ${one}\n`))
        .join('')}`;
    writeFileSync(this.configFile, Object.entries(this.settings).map(section).join('\n'));
  }

  // ---- anchangctl

  /** Runs it; the last argument may be { input }. Returns { status, stdout, stderr }. */
  ctl(...args) {
    const last = args.at(-1);
    const options = typeof last === 'object' ? args.pop() : {};
    return spawnSync(ANCHANGCTL, ['--config', this.configFile, ...args], {
      encoding: 'utf8',
      env: { ...process.env, ...options.env },
      input: options.input ?? '',
      timeout: 120000,
      maxBuffer: 1 << 28,
    });
  }

  ctlOk(...args) {
    const done = this.ctl(...args);
    assert.equal(done.status, 0, `anchangctl ${args[0]}: ${done.stderr}${done.stdout.slice(0, 2000)}`);
    return done.stdout;
  }

  /** The same without waiting in this thread, for what runs beside other work. */
  ctlAsync(...args) {
    return new Promise((resolve) => {
      const child = spawn(ANCHANGCTL, ['--config', this.configFile, ...args], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (text) => (stdout += text));
      child.stderr.on('data', (text) => (stderr += text));
      child.on('close', (status) => resolve({ status, stdout, stderr }));
    });
  }

  /** File, audit chain and invariants are as they must be. */
  verify() {
    const done = this.ctl('verify');
    assert.equal(done.status, 0, `anchangctl verify: ${done.stdout}${done.stderr}`);
    assert.match(done.stdout, /invariants: 0 violations/);
    return done.stdout;
  }

  // ---- the daemon

  /** Starts it and waits until it answers that it is ready. @wrap: a command that runs it. */
  async start({ wrap = [], env = {} } = {}) {
    this.log = '';
    this.port = 0;
    const [command, ...args] = [...wrap, ANCHANGD, '--config', this.configFile];
    const child = spawn(command, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ANCHANG_QUIET: '1', ...env },
    });
    this.child = child;
    running.add(child);
    this.exited = new Promise((resolve) =>
      child.on('close', (code, signal) => {
        running.delete(child);
        resolve({ code, signal });
      }),
    );
    let over = false;
    this.exited.then(() => (over = true));
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (text) => {
      this.log += text;
      const port = /ready on http:\/\/[^:/]+:(\d+)\//.exec(this.log);
      if (port) this.port = Number(port[1]);
    });
    for (const end = performance.now() + 30000; !this.port;) {
      if (over) throw new Error(`anchangd did not start: ${this.log}`);
      if (performance.now() > end) throw new Error(`anchangd is not ready after 30 s: ${this.log}`);
      await sleep(5);
    }
    await this.ready();
    return this;
  }

  async ready() {
    const client = new Client(this);
    for (const end = performance.now() + 30000; ; await sleep(10)) {
      const reply = await client.request('GET', '/readyz').catch((error) => ({ error }));
      if (reply.status === 200) break;
      if (this.child.exitCode !== null || this.child.signalCode !== null)
        throw new Error(`anchangd ended before it was ready: ${this.log}`);
      if (performance.now() > end) throw new Error(`/readyz: ${reply.status ?? reply.error}`);
    }
    client.close();
  }

  /** The pid of anchangd itself, also when something else started it. */
  get pid() {
    return Number(readFileSync(join(this.state, 'lock'), 'utf8'));
  }

  /** Runs it to its end: for configurations that must not start. */
  run(...args) {
    return spawnSync(ANCHANGD, args.length ? args : ['--config', this.configFile], {
      encoding: 'utf8',
      timeout: 20000,
    });
  }

  signal(name) {
    this.child.kill(name);
  }

  async kill() {
    this.child.kill('SIGKILL');
    const ended = await this.exited;
    this.dropConnections();
    return ended;
  }

  /** SIGTERM; it must end by itself and well. */
  async stop() {
    if (!running.has(this.child)) return;
    this.child.kill('SIGTERM');
    const late = setTimeout(() => this.child.kill('SIGKILL'), 20000);
    const { code, signal } = await this.exited;
    clearTimeout(late);
    this.dropConnections();
    assert.equal(signal, null, `anchangd did not end by itself\n${this.log}`);
    assert.equal(code, 0, `anchangd ended with ${code}\n${this.log}`);
  }

  async restart() {
    await this.stop();
    await this.start();
  }

  dropConnections() {
    for (const client of this.clients) client.reconnect();
  }

  /** At a test's end: ended, cleaned up. */
  async close() {
    await this.stop();
    for (const client of this.clients) client.close();
    if (process.env.ANCHANG_KEEP) return;
    rmSync(this.folder, { recursive: true, force: true });
    folders.delete(this.folder);
  }

  // ---- people and terminals

  client(options) {
    return new Client(this, options);
  }

  login(login, password = DEMO_PASSWORD) {
    return this.client().login(login, password);
  }

  /** The first log-in of somebody made with WORD+"0", who must choose a new password: WORD. */
  async firstLogin(login) {
    const first = await this.login(login, `${WORD}0`);
    assert.equal(first.session.must_change_password, true);
    await first.post('/api/v1/session/password', { old: `${WORD}0`, new: WORD }, 204);
    return this.login(login, WORD);
  }

  /** Somebody with one built-in post, logged in. */
  async user(login, role) {
    this.ctlOk('user', 'add', login, '--name', login, '--posts', role, { input: `${WORD}0\n` });
    return this.firstLogin(login);
  }

  /** A terminal, paired by a code that @by (who may edit terminals) asks for. */
  async terminal(by, { kind = 'kiosk', project = null, name } = {}) {
    const pairing = { kind, name: name ?? `${kind}-${Math.random().toString(36).slice(2, 8)}` };
    if (project) pairing.project_id = project;
    const { code } = await by.post('/api/v1/terminals/pairings', pairing, 201);
    const client = this.client();
    client.session = await client.post('/api/v1/terminal/pair', { code }, 200);
    return client;
  }
}

/** A stranger who keeps the write lock of a database until end(); @locked and @gone are promises. */
export function occupy(file) {
  const child = spawn('sqlite3', [file], { stdio: ['pipe', 'pipe', 'ignore'] });
  const locked = new Promise((resolve) => child.stdout.once('data', resolve));
  const gone = new Promise((resolve) => child.on('close', resolve));
  child.stdin.write('.timeout 3000\nBEGIN IMMEDIATE;\n.shell echo locked\n');
  return { locked, gone, end: () => child.stdin.end('COMMIT;\n.quit\n') };
}

export { sleep };
