// cups.mjs - a private cupsd: its own folder and socket, a printer of `tests/rigs/cups/backend.sh`, nothing of the
// system's touched.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ANCHANGD } from './site.mjs';

const RIG = path.join(import.meta.dirname, '../../rigs/cups');
const BIN = '/usr/lib/cups';
/** The backend `once:`, as it was built with the daemon. */
const ONCE = path.join(path.dirname(ANCHANGD), '../drivers/cups/once');

/** Those that run: ended with the process, whatever happens. */
const running = new Set();
process.on('exit', () => {
  for (const { child, dir } of running) {
    child.kill('SIGKILL');
    fs.rmSync(dir, { recursive: true, force: true });
  }
});

/** Waits until @holds gives something true, which is returned. */
export async function until(holds, what, ms = 20000) {
  for (const end = performance.now() + ms; ; await sleep(25)) {
    const got = await holds();
    if (got) return got;
    if (performance.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
  }
}

/** Why this machine cannot run one; null: it can. */
export const noCups = () =>
  ['/usr/sbin/cupsd', '/usr/sbin/lpadmin', `${BIN}/daemon`].every((file) => fs.existsSync(file))
    ? null
    : 'no cupsd here (packages cups, cups-client)';

export class Cups {
  static async start(options = {}) {
    const cups = new Cups();
    cups.dir = fs.mkdtempSync(path.join(os.tmpdir(), 'anchang-cups-'));
    cups.socket = path.join(cups.dir, 'sock');
    cups.env = { ...process.env, CUPS_SERVER: cups.socket, CUPS_SERVERROOT: path.join(cups.dir, 'etc'), HOME: cups.dir };
    cups.write(options);
    await cups.run();
    return cups;
  }

  /** @dirty: seconds until cupsd writes its jobs down; CUPS has 30. */
  write({ dirty = 0 } = {}) {
    const at = (name) => path.join(this.dir, name);
    for (const name of ['etc/ppd', 'etc/ssl', 'spool/tmp', 'cache', 'state', 'log', 'bin/backend'])
      fs.mkdirSync(at(name), { recursive: true });
    for (const name of ['cgi-bin', 'daemon', 'driver', 'filter', 'monitor', 'notifier'])
      fs.symlinkSync(path.join(BIN, name), at(`bin/${name}`));
    fs.copyFileSync(path.join(RIG, 'backend.sh'), at('bin/backend/anchang-test'));
    fs.chmodSync(at('bin/backend/anchang-test'), 0o755);
    // Some of the system's own may be run by root alone.
    if (fs.existsSync(`${BIN}/backend/ipp`)) fs.copyFileSync(`${BIN}/backend/ipp`, at('bin/backend/ipp'));
    fs.copyFileSync(ONCE, at('bin/backend/once'));
    fs.chmodSync(at('bin/backend/once'), 0o744);
    fs.chmodSync(this.dir, 0o755);
    fs.writeFileSync(
      at('etc/cups-files.conf'),
      [
        `ServerRoot ${at('etc')}`,
        `ServerBin ${at('bin')}`,
        `CacheDir ${at('cache')}`,
        `StateDir ${at('state')}`,
        `RequestRoot ${at('spool')}`,
        `TempDir ${at('spool/tmp')}`,
        `AccessLog ${at('log/access')}`,
        `ErrorLog ${at('log/error')}`,
        `PageLog ${at('log/page')}`,
        `ServerKeychain ${at('etc/ssl')}`,
        `Printcap ${at('state/printcap')}`,
        'SystemGroup root nogroup',
        'FileDevice Yes',
        'SyncOnClose Yes',
        ...(process.getuid() === 0 ? [] : ['Group nogroup']),
        '',
      ].join('\n'),
    );
    fs.writeFileSync(
      at('etc/cupsd.conf'),
      [
        `Listen ${this.socket}`,
        'Browsing No',
        'DefaultAuthType None',
        'WebInterface No',
        'LogLevel info',
        'MaxLogSize 0',
        'JobRetryInterval 2',
        `DirtyCleanInterval ${dirty}`,
        'PreserveJobHistory Yes',
        'PreserveJobFiles No',
        '<Location />',
        'Order allow,deny',
        'Allow localhost',
        '</Location>',
        '<Policy default>',
        'JobPrivateAccess all',
        'JobPrivateValues none',
        'SubscriptionPrivateAccess all',
        'SubscriptionPrivateValues none',
        '<Limit All>',
        'Order deny,allow',
        '</Limit>',
        '</Policy>',
        '',
      ].join('\n'),
    );
  }

  async run() {
    const log = fs.openSync(path.join(this.dir, 'log/out'), 'a');
    this.child = spawn(
      '/usr/sbin/cupsd',
      ['-f', '-c', path.join(this.dir, 'etc/cupsd.conf'), '-s', path.join(this.dir, 'etc/cups-files.conf')],
      { stdio: ['ignore', log, log] },
    );
    fs.closeSync(log);
    this.ended = new Promise((resolve) => this.child.once('exit', resolve));
    running.add(this);
    await until(() => this.tool('lpstat', '-r').stdout.includes('is running'), 'cupsd');
  }

  tool(name, ...args) {
    return spawnSync(name, args, { env: this.env, encoding: 'utf8' });
  }

  /** A queue whose printer does what it is told; its folder. */
  queue(name, { policy = 'abort-job', device = 'once:anchang-test:' } = {}) {
    const folder = path.join(this.dir, `paper-${name}`);
    fs.mkdirSync(folder);
    if (process.getuid() === 0) fs.chmodSync(folder, 0o777);
    const made = this.tool(
      '/usr/sbin/lpadmin',
      ...['-p', name, '-E', '-v', device + folder, '-P', path.join(RIG, 'plain.ppd')],
      ...['-o', `printer-error-policy=${policy}`],
    );
    if (made.status !== 0) throw new Error(`lpadmin: ${made.stderr}`);
    return new Paper(folder);
  }

  /** Another line in the place of one of cupsd.conf, from its next start on. */
  configure(key, value) {
    const file = path.join(this.dir, 'etc/cupsd.conf');
    const text = fs.readFileSync(file, 'utf8');
    fs.writeFileSync(file, text.replace(new RegExp(`^${key} .*$`, 'm'), `${key} ${value}`));
  }

  async kill(signal = 'SIGKILL') {
    this.child.kill(signal);
    await this.ended;
  }

  async close() {
    await this.kill('SIGTERM');
    running.delete(this);
    fs.rmSync(this.dir, { recursive: true, force: true });
  }
}

/** What a printer of the rig does, and what came out of it. */
class Paper {
  constructor(folder) {
    this.folder = folder;
  }

  does(how) {
    const file = path.join(this.folder, 'how');
    fs.writeFileSync(`${file}.new`, `${how}\n`);
    fs.chmodSync(`${file}.new`, 0o644);
    fs.renameSync(`${file}.new`, file);
  }

  /** The names of the papers. */
  out() {
    return fs.readdirSync(this.folder).filter((name) => name.endsWith('.pdf') && !name.startsWith('.'));
  }

  bytes(name) {
    return fs.readFileSync(path.join(this.folder, name));
  }

  /** How often printing of a job was begun, by name. */
  begun() {
    const file = path.join(this.folder, 'begun');
    return fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim().split('\n') : [];
  }
}
